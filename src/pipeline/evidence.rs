//! Stage 5: the evidence of all findings, with the findings that each row belongs to.
//!
//! In: the store with its overlay, the small tables and the findings. Out: the table, written as it is put together. Only of records that
//! may count are all columns read, and where these are many a few days at a time: neither a store nor the evidence of a finding of all
//! goods fits in memory with all columns.

use super::overlay::Resolved;
use crate::analyze::findings::total;
use crate::analyze::resolve;
use crate::error::{Error, Result};
use crate::export::shipments::ShipmentsFile;
use crate::model::answer::WithoutRule;
use crate::model::party::PartyRow;
use crate::model::question::SideName;
use crate::model::role::Role;
use crate::model::shipments::{self, Kind};
use crate::store::local::{Engine, is_one_of};
use crate::store::parts::scan;
use crate::store::sql::{Level, Movements, Query};
use polars::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// What a row is for a finding, weakest first.
const MARKS: [&str; 3] = ["findings_apart", "findings_range", "findings"];

/// So many records that may count are put together at once; some kilobytes each.
const RECORDS_AT_ONCE: usize = 400_000;

/// Writes the evidence within the loosest range of any finding, sorted by content, then file and line, and returns it as a table, which
/// is in memory or in the file.
///
/// A line that a repeat restates is shown only where the counted record itself is not evidence enough.
pub fn write(
    queries: &[Query],
    resolved: &Resolved,
    parties: &[PartyRow<'_>],
    members: &DataFrame,
    goods: &DataFrame,
    mut file: ShipmentsFile<'_>,
) -> Result<LazyFrame> {
    let may_count = may_count(queries, members, goods)?;
    let kinds: FxHashMap<i64, &str> =
        parties.iter().filter_map(|party| Some((party.party_key, party.kind.as_ref()?.0.as_str()))).collect();
    let slices = slices(resolved, &may_count)?;
    let is_one = slices.len() == 1;
    for days in slices {
        let is_then = col("day_first").gt_eq(lit(*days.start())).and(col("day_first").lt_eq(lit(*days.end())));
        let condition = if is_one { may_count.clone() } else { may_count.clone().and(is_then) };
        let found = resolved.shipments_where(condition)?;
        let mut shipments = gather(queries, found, members, goods)?;
        add_kinds(&mut shipments, &kinds)?;
        file.add(&mut shipments)?;
        if is_one {
            file.finish()?;
            return Ok(shipments.lazy());
        }
    }
    scan(&file.finish()?)
}

/// Cuts the days of the records that may count, so that no slice has too many; a single day may.
fn slices(resolved: &Resolved, may_count: &Expr) -> Result<Vec<RangeInclusive<i32>>> {
    let mut slices: Vec<RangeInclusive<i32>> = Vec::new();
    let mut n_in_slice = 0;
    for (day, n_records) in resolved.records_by_day(may_count.clone())? {
        match slices.last_mut() {
            Some(slice) if n_in_slice + n_records <= RECORDS_AT_ONCE => {
                *slice = *slice.start()..=day;
                n_in_slice += n_records;
            }
            _ => {
                slices.push(day..=day);
                n_in_slice = n_records;
            }
        }
    }
    if slices.is_empty() {
        slices.push(0..=0);
    }
    Ok(slices)
}

/// Returns the evidence among some shipments.
fn gather(queries: &[Query], found: DataFrame, members: &DataFrame, goods: &DataFrame) -> Result<DataFrame> {
    let failed = |error: PolarsError| Error::promise("the evidence cannot be put together").detail(error.to_string());
    let found = found.with_row_index("row".into(), None).map_err(failed)?;
    let marks = marks(queries, &found, members, goods)?;
    let evidence = rows_where(found, marks.iter().map(|marks| !marks.is_empty())).and_then(sorted_by_content).map_err(failed)?;
    let rows = evidence.column("row").and_then(|column| Ok(column.u32()?.clone())).map_err(failed)?;
    let marks: Vec<&Marks> = rows.into_no_null_iter().map(|row| &marks[row as usize]).collect();

    let kept = needed_rows(&evidence, &marks).map_err(failed)?;
    let names: Vec<String> = shipments::shipment_columns().into_iter().map(|(name, _)| name).collect();
    let mut shown = evidence.select(&names).and_then(|table| rows_where(table, kept.iter().copied())).map_err(failed)?;
    let kept_marks = || marks.iter().zip(&kept).filter(|(_, is_kept)| **is_kept).map(|(marks, _)| *marks);
    for (mark, name) in MARKS.iter().enumerate().rev() {
        let ids = |marks: &Marks| {
            let is_shown = |at: &usize| marks.contains(&(*at, mark)) && is_shown(marks, *at, mark);
            let ids: Vec<&str> = (0..queries.len()).filter(is_shown).map(|at| queries[at].id.as_str()).collect();
            (!ids.is_empty()).then(|| ids.join(";"))
        };
        let texts: StringChunked = kept_marks().map(ids).collect();
        shown.with_column(texts.with_name((*name).into()).into_column()).map_err(failed)?;
    }
    Ok(shown)
}

/// Returns what must hold for a record that counts for any finding, even apart or in the loosest range: who stands on its sides, its
/// goods, its columns and its days by themselves. Which of these records count is told by the SQL text alone.
fn may_count(queries: &[Query], members: &DataFrame, goods: &DataFrame) -> Result<Expr> {
    let failed = |error: PolarsError| Error::promise("the small tables lack a column").detail(error.to_string());
    let mut any = Vec::new();
    for query in queries {
        let mut all = vec![col("day_first").gt_eq(lit(query.from.number())), col("day_last").lt_eq(lit(query.to.number()))];
        if let Some(key) = query.goods {
            let keys = keys_of(goods, ("goods_set", &query.id), "goods_key").map_err(failed)?;
            all.push(is_one_of(key.column(), keys));
        }
        for side in SideName::ALL {
            let Some(roles) = query.roles(side) else { continue };
            let keys = keys_of(members, ("side", &side.of_finding(&query.id)), "party_key").map_err(failed)?;
            let stands_as = |role: &Role| is_one_of(&role.key_column(), keys.clone());
            all.push(roles.iter().map(stands_as).reduce(Expr::or).unwrap_or(lit(false)));
        }
        // The words of goods may tell their condition later.
        for (column, values) in query.one_of.iter().filter(|(column, _)| column != "condition") {
            all.push(
                values.iter().map(|value| col(column.as_str()).eq(lit(value.as_str()))).reduce(Expr::or).unwrap_or(lit(false)),
            );
        }
        all.extend(query.value_usd_cents_min.map(|cents| col("value_usd_cents").gt_eq(lit(cents))));
        any.extend(all.into_iter().reduce(Expr::and));
    }
    Ok(any.into_iter().reduce(Expr::or).unwrap_or(lit(false)))
}

/// Returns the distinct keys of the rows of a small table that belong to a side or a goods set.
fn keys_of(table: &DataFrame, (column, name): (&str, &str), key: &str) -> PolarsResult<Series> {
    let is_meant = table.column(column)?.str()?.equal(name);
    let keys = table.column(key)?.filter(&is_meant)?.unique()?.sort(SortOptions::default())?;
    Ok(keys.take_materialized_series())
}

/// What a row is for some findings: their positions, each with the position of a mark.
type Marks = BTreeSet<(usize, usize)>;

/// Returns what each of some shipments is for the findings; they have a column `row` with their positions.
fn marks(queries: &[Query], shipments: &DataFrame, members: &DataFrame, goods: &DataFrame) -> Result<Vec<Marks>> {
    let failed = |error: PolarsError| Error::promise("the evidence lacks a column").detail(error.to_string());
    let mut engine = engine_over(shipments.clone().lazy(), members, goods);
    let mut marks = vec![Marks::new(); shipments.height()];
    let steps =
        [(Level::Headline, Movements::All), (Level::Looser, Movements::Crossings), (Level::Headline, Movements::Crossings)];
    for (at, query) in queries.iter().enumerate() {
        for (mark, (level, movements)) in steps.into_iter().enumerate() {
            let rows = engine.run(&query.rows(level, movements))?;
            for row in rows.column("row").and_then(Column::u32).map_err(failed)?.iter().flatten() {
                marks[row as usize].insert((at, mark));
            }
        }
    }
    Ok(marks)
}

/// Fills the columns that say what a party does by its name: it is told from names, which the parts of the store do not read.
fn add_kinds(shipments: &mut DataFrame, kinds: &FxHashMap<i64, &str>) -> Result<()> {
    let failed = |error: PolarsError| Error::promise("the kinds of parties cannot be shown").detail(error.to_string());
    for role in Role::ALL {
        let keys = shipments.column(&role.key_column()).map_err(failed)?;
        if is_empty(keys) {
            continue;
        }
        let keys = keys.i64().map_err(failed)?;
        let of_role: StringChunked = keys.iter().map(|key| kinds.get(&key?).copied()).collect();
        shipments.with_column(of_role.with_name(role.kind_column().into()).into_column()).map_err(failed)?;
    }
    Ok(())
}

/// Returns for each finding what it would count without each rule that took some of its records out.
pub fn without_rules(
    queries: &[Query],
    resolved: &Resolved,
    shipments: &LazyFrame,
    members: &DataFrame,
    goods: &DataFrame,
) -> Result<Vec<Vec<WithoutRule>>> {
    let mut found: Vec<Vec<WithoutRule>> = vec![Vec::new(); queries.len()];
    if !resolved.has_removed() {
        return Ok(found);
    }
    let columns = counted_columns(queries);
    let removed = resolved.removed_where(may_count(queries, members, goods)?, &columns)?.lazy();
    for rule in resolve::switchable_rules().filter(|rule| resolved.rules.contains(rule)) {
        let others = resolve::rules_without(&[rule]);
        let taken: Vec<&str> = resolve::RULES.into_iter().filter(|rule| !others.contains(rule)).collect();
        let is_of_rule = |column: &str| {
            taken.iter().map(|rule| col(column).eq_missing(lit(*rule))).reduce(Expr::or).expect("a rule takes itself out")
        };
        let removed = removed.clone().filter(is_of_rule("rule")).select(&columns);
        let kept = shipments.clone().filter(is_of_rule("restated_rule").not()).select(&columns);
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

/// Returns the columns of `shipments` that counts can ask for: all but texts that no finding has a condition on.
fn counted_columns(queries: &[Query]) -> Vec<Expr> {
    let is_asked = |name: &str| {
        queries.iter().any(|query| {
            query.missing.iter().any(|missing| missing == name) || query.one_of.iter().any(|(column, _)| column == name)
        })
    };
    let columns = shipments::shipment_columns().into_iter();
    let columns = columns.filter(|(name, kind)| *kind != Kind::Text || is_asked(name));
    columns.map(|(name, _)| col(name.as_str())).collect()
}

/// Returns an engine over some shipments, with the small tables that counts join.
pub fn engine_over(shipments: LazyFrame, members: &DataFrame, goods: &DataFrame) -> Engine {
    let mut engine = Engine::new();
    engine.register("shipments", shipments);
    engine.register("members", members.clone().lazy());
    engine.register("goods", goods.clone().lazy());
    engine
}

/// A row that counts is not also named apart.
fn is_shown(marks: &Marks, finding: usize, mark: usize) -> bool {
    mark != 0 || !marks.contains(&(finding, 2))
}

/// Returns for each row whether it is needed: one that only restates a record for findings in which the record stands already is not.
fn needed_rows(evidence: &DataFrame, marks: &[&Marks]) -> PolarsResult<Vec<bool>> {
    let (keys, rules) = (evidence.column("record_key")?.i64()?, evidence.column("restated_rule")?.str()?);
    if rules.null_count() == rules.len() {
        return Ok(vec![true; evidence.height()]);
    }
    let mut by_record: FxHashMap<i64, Vec<usize>> = FxHashMap::default();
    for (row, key) in keys.iter().enumerate() {
        by_record.entry(key.unwrap_or_default()).or_default().push(row);
    }
    let mut kept = vec![false; evidence.height()];
    for mut rows in by_record.into_values() {
        rows.sort_by_key(|row| (rules.get(*row).is_some(), std::cmp::Reverse(marks[*row].len()), *row));
        let mut known = Marks::new();
        for row in rows {
            if !marks[row].is_subset(&known) {
                kept[row] = true;
                known.extend(marks[row]);
            }
        }
    }
    Ok(kept)
}

/// Returns some rows; where it is all of them, which is so for most findings, nothing is copied.
fn rows_where(table: DataFrame, is_wanted: impl Iterator<Item = bool>) -> PolarsResult<DataFrame> {
    let is_wanted: BooleanChunked = is_wanted.collect();
    if is_wanted.all() { Ok(table) } else { table.filter(&is_wanted) }
}

/// Sorts by what a reader sorts by first, then by all other texts and measures, then by the place.
fn sorted_by_content(evidence: DataFrame) -> PolarsResult<DataFrame> {
    let first = ["day_first", "declaration_id", "line_number", "hs_code", "shipper_name", "consignee_name", "net_weight_g"];
    let place = ["source_file", "source_line"];
    let rest = shipments::shipment_columns().into_iter().filter(|(name, kind)| {
        let is_key = name.ends_with("_key") || name.starts_with("content_key") || name == "source_line";
        (*kind != Kind::Long || !is_key) && !first.contains(&name.as_str()) && !place.contains(&name.as_str())
    });
    let rest: Vec<String> = rest.map(|(name, _)| name).collect();
    let order = first.into_iter().chain(rest.iter().map(String::as_str)).chain(place);
    let order: Vec<Expr> = order.filter(|name| evidence.column(name).is_ok_and(|column| !is_empty(column))).map(col).collect();
    if order.is_empty() {
        return Ok(evidence);
    }
    evidence.lazy().sort_by_exprs(order, SortMultipleOptions::default().with_maintain_order(true)).collect()
}

/// Tells whether no row fills a column.
fn is_empty(column: &Column) -> bool {
    column.null_count() == column.len()
}
