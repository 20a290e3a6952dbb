//! The restated lines: what a second vendor says of a line that is counted once.
//!
//! A restated line has the keys, dates and measures of the kept record, and the parties or the goods of the repeat, in every
//! combination that differs from the kept line. So a match through the second vendor's spelling of either side, or through its
//! description, is found, and nothing counts twice. A line that only the second vendor has keeps its own record and line keys and
//! takes the key of the kept declaration.

use super::{ADDED_LINE, Restatement};
use crate::error::{Error, Result};
use crate::model::role::Role;
use crate::model::shipments::{self, PARTY_SUFFIXES};
use polars::prelude::*;

const GOODS_COLUMNS: [&str; 8] =
    ["hs_key", "item_key", "hs_code", "hs_edition", "goods_description", "manufacturer_name", "brand", "model"];

/// Returns the table `restated`: the columns of `shipments` and `rule`.
pub fn restate(shipments: LazyFrame, restatements: &[Restatement]) -> Result<DataFrame> {
    let failed = |error: PolarsError| Error::promise("repeats could not be restated").detail(error.to_string());
    let columns: Vec<String> = shipments::shipment_columns().into_iter().map(|(name, _)| name).collect();
    let (repeated, added): (Vec<&Restatement>, Vec<&Restatement>) =
        restatements.iter().partition(|restatement| restatement.kept_record_key.is_some());

    let mut tables = vec![shipments.clone().limit(0).select(selection(&columns, "second_vendor"))];
    let repeat_keys = |of: &[&Restatement]| of.iter().map(|restatement| restatement.record_key).collect::<Vec<i64>>();
    let declaration_keys = |of: &[&Restatement]| of.iter().map(|restatement| restatement.declaration_key).collect::<Vec<i64>>();
    if !added.is_empty() {
        let pairs = key_table([("repeat_key", repeat_keys(&added)), ("kept_declaration_key", declaration_keys(&added))]);
        let lines = shipments
            .clone()
            .join(pairs, [col("record_key")], [col("repeat_key")], JoinArgs::new(JoinType::Inner))
            .with_columns([col("kept_declaration_key").alias("declaration_key")])
            .select(selection(&columns, ADDED_LINE));
        tables.push(lines);
    }
    if !repeated.is_empty() {
        let kept_keys = repeated.iter().filter_map(|restatement| restatement.kept_record_key).collect();
        let pairs = key_table([
            ("repeat_key", repeat_keys(&repeated)),
            ("kept_key", kept_keys),
            ("kept_declaration_key", declaration_keys(&repeated)),
        ]);
        let repeat = shipments
            .clone()
            .select(columns.iter().map(|name| col(name.as_str()).alias(format!("repeat_{name}"))).collect::<Vec<_>>());
        // The kept line may itself be one that a vendor added: it then stands under the declaration that it was added to.
        let both = shipments
            .join(pairs, [col("record_key")], [col("kept_key")], JoinArgs::new(JoinType::Inner))
            .join(repeat, [col("repeat_key")], [col("repeat_record_key")], JoinArgs::new(JoinType::Inner))
            .with_columns([col("kept_declaration_key").alias("declaration_key")])
            .collect()
            .map_err(failed)?
            .lazy();
        for combination in 1..8_u8 {
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
            tables.push(both.clone().filter(differs).with_columns(taken).select(selection(&columns, "second_vendor")));
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
