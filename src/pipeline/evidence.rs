//! Stage 5: the evidence of all findings as one table, with the findings that each row belongs to.
//!
//! In: the store with its overlay, the small tables and the findings. Out: the table. Which records are evidence is found by their keys;
//! only of these are all columns read, for a store of many records does not fit in memory with all of them.

use super::overlay::Resolved;
use crate::analyze::findings::total;
use crate::analyze::resolve;
use crate::error::{Error, Result};
use crate::export::shipments::FINDING_COLUMNS;
use crate::model::answer::WithoutRule;
use crate::model::party::PartyRow;
use crate::model::question::Question;
use crate::model::role::Role;
use crate::model::shipments::{self, Kind};
use crate::store::local::Engine;
use crate::store::parts::schema_of;
use crate::store::sql::{Level, Movements, Query};
use polars::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// What a row is for a finding, weakest first.
const MARKS: [&str; 3] = ["findings_apart", "findings_range", "findings"];

/// Returns the evidence within the loosest range of any finding, sorted by content, then file and line.
///
/// A line that a repeat restates is shown only where the counted record itself is not evidence enough.
pub fn gather(queries: &[Query], resolved: &mut Resolved, members: &DataFrame, goods: &DataFrame) -> Result<DataFrame> {
    let failed = |error: PolarsError| Error::promise("the evidence cannot be put together").detail(error.to_string());
    let record_keys = evidence_keys(queries, &mut resolved.engine)?;
    let mut cut = resolved.of_records(record_keys)?;
    add_small_tables(&mut cut, members, goods);
    let mut tables = Vec::new();
    for query in queries {
        tables.push(cut.run(&query.all_columns())?.lazy());
    }
    let names: Vec<String> = shipments::shipment_columns().into_iter().map(|(name, _)| name).collect();
    let evidence = if tables.is_empty() {
        DataFrame::empty_with_schema(&schema_of(shipments::shipment_columns()))
    } else {
        concat(tables, UnionArgs::default())
            .and_then(|all| {
                all.unique_stable(None, UniqueKeepStrategy::First).sort_by_exprs(content_order(), ascending()).collect()
            })
            .map_err(failed)?
    };
    let evidence = evidence.select(&names).and_then(|table| table.with_row_index("row".into(), None)).map_err(failed)?;

    let mut engine = engine_over(evidence.clone().lazy().with_columns([col("row").cast(DataType::Int64)]), members, goods);
    let mut marks: Vec<BTreeSet<(usize, usize)>> = vec![BTreeSet::new(); evidence.height()];
    for (at, query) in queries.iter().enumerate() {
        let steps =
            [(Level::Headline, Movements::All), (Level::Looser, Movements::Crossings), (Level::Headline, Movements::Crossings)];
        for (mark, (level, movements)) in steps.into_iter().enumerate() {
            let rows = engine.run(&query.rows(level, movements))?;
            let rows = rows.column("row").and_then(|column| column.cast(&DataType::Int64)).map_err(failed)?;
            for row in rows.i64().map_err(failed)?.iter().flatten() {
                marks[row as usize].insert((at, mark));
            }
        }
    }
    let kept = needed_rows(&evidence, &marks).map_err(failed)?;
    let mut shown = evidence.clone();
    shown.with_column(Column::new("kept".into(), kept)).map_err(failed)?;
    for (mark, name) in MARKS.iter().enumerate() {
        let texts: Vec<Option<String>> = marks
            .iter()
            .map(|marks| {
                let ids: Vec<&str> = queries
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| marks.contains(&(*at, mark)) && is_shown(marks, *at, mark))
                    .map(|(_, query)| query.id.as_str())
                    .collect();
                (!ids.is_empty()).then(|| ids.join(";"))
            })
            .collect();
        shown.with_column(Column::new((*name).into(), texts)).map_err(failed)?;
    }
    let columns: Vec<Expr> = names.iter().map(String::as_str).chain(FINDING_COLUMNS).map(col).collect();
    shown.lazy().filter(col("kept")).select(columns).collect().map_err(failed)
}

/// Fills the columns that say what a party does by its name: it is told from names, which the parts of the store do not read.
pub fn add_kinds(shipments: &mut DataFrame, parties: &[PartyRow]) -> Result<()> {
    let failed = |error: PolarsError| Error::promise("the kinds of parties cannot be shown").detail(error.to_string());
    let kinds: FxHashMap<i64, &str> =
        parties.iter().filter_map(|party| Some((party.party_key, party.kind.as_ref()?.0.as_str()))).collect();
    for role in Role::ALL {
        let keys = shipments.column(&role.key_column()).and_then(Column::i64).map_err(failed)?;
        let of_role: Vec<Option<&str>> = keys.iter().map(|key| kinds.get(&key?).copied()).collect();
        shipments.with_column(Column::new(role.kind_column().into(), of_role)).map_err(failed)?;
    }
    Ok(())
}

/// Says how many records of a finding have a bank, a carrier or another such party on a side: goods that are sent to a bank are mostly
/// for somebody else.
pub fn kind_notes(question: &Question, shipments: &DataFrame) -> Result<Vec<String>> {
    let failed = |error: PolarsError| Error::promise("the evidence lacks a column").detail(error.to_string());
    let findings = shipments.column("findings").and_then(|column| Ok(column.str()?.clone())).map_err(failed)?;
    let record_keys = shipments.column("record_key").and_then(|column| Ok(column.i64()?.clone())).map_err(failed)?;
    let counted = |row: &usize| findings.get(*row).is_some_and(|ids| ids.split(';').any(|id| id == question.id));
    let mut found: BTreeMap<(Role, &str), BTreeSet<i64>> = BTreeMap::new();
    for side in [&question.shipper, &question.consignee].into_iter().flatten() {
        for role in &side.roles {
            let kinds = shipments.column(&role.kind_column()).and_then(Column::str).map_err(failed)?;
            for row in (0..shipments.height()).filter(counted) {
                if let Some(kind) = kinds.get(row) {
                    found.entry((*role, kind)).or_default().extend(record_keys.get(row));
                }
            }
        }
    }
    let note = |((role, kind), records): ((Role, &str), BTreeSet<i64>)| {
        format!("{} records have a {kind} as {}: `kind` of the side says which parties are meant", records.len(), role.as_str())
    };
    Ok(found.into_iter().map(note).collect())
}

/// Returns for each finding what it would count without each rule that took some of its records out.
pub fn without_rules(
    queries: &[Query],
    resolved: &Resolved,
    shipments: &DataFrame,
    members: &DataFrame,
    goods: &DataFrame,
) -> Result<Vec<Vec<WithoutRule>>> {
    let mut found: Vec<Vec<WithoutRule>> = vec![Vec::new(); queries.len()];
    if !resolved.has_removed() {
        return Ok(found);
    }
    let mut of_removed = resolved.of_removed()?;
    add_small_tables(&mut of_removed, members, goods);
    let record_keys = evidence_keys(queries, &mut of_removed)?;
    let columns: Vec<Expr> = shipments::shipment_columns().iter().map(|(name, _)| col(name.as_str())).collect();
    let removed = resolved.removed_records(record_keys)?;
    for rule in resolve::switchable_rules().filter(|rule| resolved.rules.contains(rule)) {
        let others = resolve::rules_without(&[rule]);
        let taken: Vec<&str> = resolve::RULES.into_iter().filter(|rule| !others.contains(rule)).collect();
        let is_of_rule = |column: &str| {
            taken.iter().map(|rule| col(column).eq_missing(lit(*rule))).reduce(Expr::or).expect("a rule takes itself out")
        };
        let removed = removed.clone().filter(is_of_rule("rule")).select(&columns);
        let kept = shipments.clone().lazy().filter(is_of_rule("restated_rule").not()).select(&columns);
        let all = concat([kept, removed.clone()], UnionArgs::default())
            .map_err(|error| Error::promise("the evidence cannot be put together").detail(error.to_string()))?;
        let mut removed = engine_over(removed, members, goods);
        let mut all = engine_over(all, members, goods);
        for (query, found) in queries.iter().zip(&mut found) {
            let removed_records = total(query, &mut removed, Level::Headline)?.records;
            if removed_records > 0 {
                let counts = total(query, &mut all, Level::Headline)?;
                found.push(WithoutRule { rule, removed_records, counts });
            }
        }
    }
    Ok(found)
}

/// Returns an engine over some shipments, with the small tables that counts join.
pub fn engine_over(shipments: LazyFrame, members: &DataFrame, goods: &DataFrame) -> Engine {
    let mut engine = Engine::new();
    engine.register("shipments", shipments);
    add_small_tables(&mut engine, members, goods);
    engine
}

fn add_small_tables(engine: &mut Engine, members: &DataFrame, goods: &DataFrame) {
    engine.register("members", members.clone().lazy());
    engine.register("goods", goods.clone().lazy());
}

/// Returns the keys of the records that are evidence of any finding.
fn evidence_keys(queries: &[Query], engine: &mut Engine) -> Result<FxHashSet<i64>> {
    let mut record_keys: FxHashSet<i64> = FxHashSet::default();
    for query in queries {
        let found = engine.run(&query.record_keys())?;
        let keys = found.column("record_key").and_then(Column::i64);
        let keys = keys.map_err(|error| Error::promise("the evidence has no keys").detail(error.to_string()))?;
        record_keys.extend(keys.iter().flatten());
    }
    Ok(record_keys)
}

/// A row that counts is not also named apart.
fn is_shown(marks: &BTreeSet<(usize, usize)>, finding: usize, mark: usize) -> bool {
    mark != 0 || !marks.contains(&(finding, 2))
}

/// Returns for each row whether it is needed: one that counts for nothing is not, nor one that only restates a record for
/// findings in which the record stands already.
fn needed_rows(evidence: &DataFrame, marks: &[BTreeSet<(usize, usize)>]) -> PolarsResult<Vec<bool>> {
    let (keys, rules) = (evidence.column("record_key")?.i64()?, evidence.column("restated_rule")?.str()?);
    let mut by_record: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (row, key) in keys.iter().enumerate() {
        by_record.entry(key.unwrap_or_default()).or_default().push(row);
    }
    let mut kept = vec![false; evidence.height()];
    for mut rows in by_record.into_values() {
        rows.sort_by_key(|row| (rules.get(*row).is_some(), std::cmp::Reverse(marks[*row].len()), *row));
        let mut known: BTreeSet<(usize, usize)> = BTreeSet::new();
        for row in rows {
            if !marks[row].is_subset(&known) {
                kept[row] = true;
                known.extend(&marks[row]);
            }
        }
    }
    Ok(kept)
}

/// Returns the columns that sort evidence: what a reader sorts by first, then all other texts and measures, then the place.
fn content_order() -> Vec<Expr> {
    let first = ["day_first", "declaration_id", "line_number", "hs_code", "shipper_name", "consignee_name", "net_weight_g"];
    let place = ["source_file", "source_line"];
    let rest = shipments::shipment_columns().into_iter().filter(|(name, kind)| {
        let is_key = name.ends_with("_key") || name.starts_with("content_key") || name == "source_line";
        (*kind != Kind::Long || !is_key) && !first.contains(&name.as_str()) && !place.contains(&name.as_str())
    });
    first.iter().map(|name| col(*name)).chain(rest.map(|(name, _)| col(name.as_str()))).chain(place.map(col)).collect()
}

fn ascending() -> SortMultipleOptions {
    SortMultipleOptions::default().with_maintain_order(true)
}
