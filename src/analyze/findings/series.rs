//! The months of a finding: the count, what else is measured, and whether each month can be counted on.
//!
//! In: a question over the evidence. Out: one series of all months of the window, or one for each combination of the values by which the
//! finding is broken down. A month without records is there with zeros; whether that is a zero or a gap is its status.

use super::answer::{months_of, number, read_counts, read_sums, row_key};
use super::coverage::{Coverage, QuestionCoverage};
use crate::analyze::trend::same_days;
use crate::error::Result;
use crate::model::answer::{GroupSeries, PeriodStatus, SameDays, SeriesMonth};
use crate::model::question::{Grouping, Question};
use crate::store::local::Engine;
use crate::store::sql::{Level, Movements, Query};
use std::collections::{BTreeMap, BTreeSet};

/// Returns the months of the whole finding.
pub fn whole_series(
    question: &Question,
    query: &Query,
    evidence: &mut Engine,
    coverage: &QuestionCoverage<'_>,
) -> Result<Vec<SeriesMonth>> {
    let none: &[&str] = &[];
    let mut all = series_by(question, query, evidence, coverage, none)?;
    Ok(all.pop().map_or_else(|| empty_months(question, coverage), |series| series.months))
}

/// Returns the months of each group of a finding, in the order of their values; nothing where it is broken down by periods alone.
pub fn group_series(question: &Question, query: &Query, evidence: &mut Engine, coverage: &Coverage) -> Result<Vec<GroupSeries>> {
    let by: Vec<&str> = question.by.iter().filter_map(|grouping| grouping.column()).collect();
    if by.is_empty() { Ok(Vec::new()) } else { series_by(question, query, evidence, &coverage.of(question), &by) }
}

fn series_by(
    question: &Question,
    query: &Query,
    evidence: &mut Engine,
    coverage: &QuestionCoverage<'_>,
    by: &[&str],
) -> Result<Vec<GroupSeries>> {
    let columns: Vec<&str> = by.iter().chain(Grouping::Month.columns()).copied().collect();
    let counts = read_counts(&evidence.run(&query.counts(Level::Headline, Movements::Crossings, &columns))?, &columns)?;
    let sums = read_sums(&evidence.run(&query.sums(Level::Headline, &columns))?, &columns)?;
    let table = evidence.run(&query.distinct("consignee_key", &columns))?;
    let mut consignees: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for row in 0..table.height() {
        consignees.insert(row_key(&table, &columns, row)?, number(&table, "n_distinct", row)?.unwrap_or(0) as u64);
    }
    let groups: BTreeSet<Vec<String>> = counts.keys().map(|key| key[..by.len()].to_vec()).collect();
    let month = |group: &[String], (year, month): (i32, u32)| {
        let key: Vec<String> = group.iter().cloned().chain([year.to_string(), month.to_string()]).collect();
        let sums = sums.get(&key);
        SeriesMonth {
            year,
            month,
            count: counts.get(&key).map_or(0, |counts| counts.of(question.count)),
            value_usd_cents: sums.map_or(Some(0), |sums| sums.value_usd_cents),
            net_weight_g: sums.map_or(Some(0), |sums| sums.net_weight_g),
            consignees: consignees.get(&key).copied().unwrap_or(0),
            status: coverage.series_status((year, month)),
        }
    };
    let months = months_of(question);
    let series = |group: Vec<String>| {
        let months = months.iter().map(|own| month(&group, *own)).collect();
        GroupSeries { group, months }
    };
    Ok(groups.into_iter().map(series).collect())
}

fn empty_months(question: &Question, coverage: &QuestionCoverage<'_>) -> Vec<SeriesMonth> {
    let month = |(year, month): (i32, u32)| SeriesMonth {
        year,
        month,
        count: 0,
        value_usd_cents: Some(0),
        net_weight_g: Some(0),
        consignees: 0,
        status: coverage.series_status((year, month)),
    };
    months_of(question).into_iter().map(month).collect()
}

/// Counts the same calendar days of other years, over all records of the store and not only the evidence.
pub fn same_days(
    question: &Question,
    query: &Query,
    headline: u64,
    store: &mut Engine,
    coverage: &Coverage,
) -> Result<Vec<SameDays>> {
    let window = (question.from, question.to);
    let mut compared = Vec::new();
    for year in &question.same_days_of {
        let Some((from, to)) = same_days::shifted(window, year - question.from.year()) else { continue };
        let other = Query { from, to, ..query.clone() };
        let counts = read_counts(&store.run(&other.counts(Level::Headline, Movements::Crossings, &[]))?, &[])?;
        let count = counts.into_values().next().map_or(0, |counts| counts.of(question.count));
        let shifted = Question { from, to, ..question.clone() };
        let is_covered = [question, &shifted].into_iter().all(|question| {
            let covered = coverage.of(question);
            let is_missing = |month: (i32, u32)| covered.month_status(month) == PeriodStatus::Missing;
            covered.spans(question.from, question.to) && !months_of(question).into_iter().any(is_missing)
        });
        compared.push(same_days::compare(window, headline, (from, to), count, is_covered));
    }
    Ok(compared)
}
