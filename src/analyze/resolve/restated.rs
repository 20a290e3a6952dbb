//! The restated lines: what a repeat says of a line that is counted once.
//!
//! A restated line has the keys, dates and measures of the kept record, and the parties or the goods of the repeat, in every
//! combination that differs from the kept line. So a match through the second vendor's spelling of either side, or through its
//! description, is found, and nothing counts twice. A line that only the second vendor has keeps its own record and line keys and
//! takes the key of the kept declaration. The goods of a master bill are those of several house bills and restate none.

use super::{ADDED_LINE, MASTER_BILL, Restatement, SECOND_VENDOR, SIMILAR_RECORD};
use crate::error::{Error, Result};
use crate::model::role::Role;
use crate::model::shipments::{self, PARTY_SUFFIXES};
use polars::prelude::*;
use std::ops::Range;

const GOODS_COLUMNS: [&str; 8] =
    ["hs_key", "item_key", "hs_code", "hs_edition", "goods_description", "manufacturer_name", "brand", "model"];

/// Returns the table `restated`: the columns of `shipments` and `rule`.
pub fn restate(shipments: LazyFrame, restatements: &[Restatement]) -> Result<DataFrame> {
    let failed = |error: PolarsError| Error::promise("repeats could not be restated").detail(error.to_string());
    let columns: Vec<String> = shipments::shipment_columns().into_iter().map(|(name, _)| name).collect();
    let (repeated, added): (Vec<&Restatement>, Vec<&Restatement>) =
        restatements.iter().partition(|restatement| restatement.kept_record_key.is_some());

    let mut tables = vec![shipments.clone().limit(0).select(selection(&columns, SECOND_VENDOR))];
    if !added.is_empty() {
        let pairs = key_table([("repeat_key", record_keys(&added)), ("kept_declaration_key", declaration_keys(&added))]);
        let lines = shipments
            .clone()
            .join(pairs, [col("record_key")], [col("repeat_key")], JoinArgs::new(JoinType::Inner))
            .with_columns([col("kept_declaration_key").alias("declaration_key")])
            .select(selection(&columns, ADDED_LINE));
        tables.push(lines);
    }
    for (rule, combinations) in [(SECOND_VENDOR, ALL_SIDES), (MASTER_BILL, PARTIES_ONLY), (SIMILAR_RECORD, ALL_SIDES)] {
        let of_rule: Vec<&Restatement> = repeated.iter().copied().filter(|restatement| restatement.rule == rule).collect();
        if of_rule.is_empty() {
            continue;
        }
        let both = kept_with_repeats(&shipments, &columns, &of_rule).map_err(failed)?;
        for combination in combinations {
            let from_repeat = |name: &str| {
                (combination & 1 != 0 && is_of_side(name, true))
                    || (combination & 2 != 0 && is_of_side(name, false))
                    || (combination & 4 != 0 && GOODS_COLUMNS.contains(&name))
                    || matches!(name, "source_file" | "source_line" | "vendor")
            };
            let taken: Vec<Expr> = columns
                .iter()
                .filter(|name| from_repeat(name))
                .map(|name| col(format!("repeat_{name}")).alias(name.as_str()))
                .collect();
            let differs = columns
                .iter()
                .filter(|name| name.ends_with("_key") && from_repeat(name))
                .map(|name| col(format!("repeat_{name}")).neq_missing(col(name.as_str())))
                .reduce(Expr::or)
                .expect("each combination takes a key from the repeat");
            // What an amendment took out of the goods, an older state of them must not bring back.
            let is_older =
                col("record_status").eq_missing(lit("amended")).and(col("repeat_record_status").neq_missing(lit("amended")));
            let differs = if combination & 4 != 0 { differs.and(is_older.not()) } else { differs };
            tables.push(both.clone().filter(differs).with_columns(taken).select(selection(&columns, rule)));
        }
    }
    let sorted = ["record_key", "source_file", "source_line", "shipper_key", "consignee_key", "item_key"];
    concat(tables, UnionArgs::default())
        .map_err(failed)?
        .unique_stable(None, UniqueKeepStrategy::First)
        .sort(sorted, SortMultipleOptions::default())
        .collect()
        .map_err(failed)
}

/// What a restated line takes from the repeat, as bits: the sending side, the receiving side, the goods.
const ALL_SIDES: Range<u8> = 1..8;
const PARTIES_ONLY: Range<u8> = 1..4;

/// Returns the kept lines beside their repeats, whose columns begin with `repeat_`.
fn kept_with_repeats(shipments: &LazyFrame, columns: &[String], restatements: &[&Restatement]) -> PolarsResult<LazyFrame> {
    let kept_keys = restatements.iter().filter_map(|restatement| restatement.kept_record_key).collect();
    let pairs = key_table([
        ("repeat_key", record_keys(restatements)),
        ("kept_key", kept_keys),
        ("kept_declaration_key", declaration_keys(restatements)),
    ]);
    let repeat = shipments
        .clone()
        .select(columns.iter().map(|name| col(name.as_str()).alias(format!("repeat_{name}"))).collect::<Vec<_>>());
    // The kept line may itself be one that a vendor added: it then stands under the declaration that it was added to.
    let both = shipments
        .clone()
        .join(pairs, [col("record_key")], [col("kept_key")], JoinArgs::new(JoinType::Inner))
        .join(repeat, [col("repeat_key")], [col("repeat_record_key")], JoinArgs::new(JoinType::Inner))
        .with_columns([col("kept_declaration_key").alias("declaration_key")])
        .collect()?;
    Ok(both.lazy())
}

fn record_keys(restatements: &[&Restatement]) -> Vec<i64> {
    restatements.iter().map(|restatement| restatement.record_key).collect()
}

fn declaration_keys(restatements: &[&Restatement]) -> Vec<i64> {
    restatements.iter().map(|restatement| restatement.declaration_key).collect()
}

fn selection(columns: &[String], rule: &str) -> Vec<Expr> {
    columns
        .iter()
        .map(|name| if name == "restated_rule" { lit(rule).alias(name.as_str()) } else { col(name.as_str()) })
        .chain([lit(rule).alias("rule")])
        .collect()
}

fn key_table<const N: usize>(columns: [(&str, Vec<i64>); N]) -> LazyFrame {
    let columns: Vec<Column> = columns.into_iter().map(|(name, keys)| Column::new(name.into(), keys)).collect();
    DataFrame::new(columns[0].len(), columns).expect("each restatement has all keys").lazy()
}

/// Tells whether a column belongs to the parties of the sending or of the receiving side.
fn is_of_side(name: &str, is_sending: bool) -> bool {
    Role::ALL.into_iter().filter(|role| role.is_sending() == is_sending).any(|role| {
        name == role.key_column() || PARTY_SUFFIXES.iter().any(|suffix| name == format!("{}_{suffix}", role.as_str()))
    })
}
