//! Series under the trend tests: of a file, or of the findings of a run.
//!
//! In: a file of series; or findings with their months and what is known of their sources. Out: tested series. All that are tested
//! together are one family.

use super::run_file::TrendRequest;
use crate::analyze::findings::Coverage;
use crate::analyze::trend::families::Adjustment;
use crate::analyze::trend::null_scan::NullScans;
use crate::analyze::trend::source_caveats::{self, Asked, CodeSpan, Lacking, MonthTotals};
use crate::analyze::trend::{self, Settings};
use crate::error::{Error, Result};
use crate::ingest::series_file::{self, ReadSeries};
use crate::model::answer::{Answer, Countable, PeriodStatus, SeriesMonth};
use crate::model::date::Day;
use crate::model::question::Question;
use crate::model::series::{Frequency, Measure, SeriesPoint, TradeSeries};
use crate::model::trend_change::{Caveat, TestedSeries, TrendChange};
use crate::store::local::Engine;
use crate::store::sql::{self, Level, Movements, Query};
use polars::prelude::*;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is asked of a file of series.
#[derive(Debug, Clone)]
pub struct FileQuestion {
    pub measure: Option<Measure>,
    /// Files with a series each, instead of the column `control`.
    pub controls: Vec<PathBuf>,
    pub settings: Settings,
    /// The first and last day; periods outside are left out.
    pub from: Option<Day>,
    pub to: Option<Day>,
    /// Whether January and February are one period.
    pub is_combined: bool,
    pub adjustment: Adjustment,
}

/// Tests all series of a file, in its order, as one family.
pub fn test_file(path: &Path, question: &FileQuestion) -> Result<Vec<TrendChange>> {
    let mut all = series_file::read(path, question.measure)?;
    for read in &mut all {
        cut(&mut read.series, question.from, question.to);
    }
    let mut further = question.controls.iter().map(|path| read_control(path)).collect::<Result<Vec<TradeSeries>>>()?;
    if question.is_combined {
        let own = all.iter_mut().flat_map(|read| std::iter::once(&mut read.series).chain(&mut read.control));
        own.chain(&mut further).for_each(TradeSeries::combine_january_and_february);
    }
    if let Some((path, control)) = question.controls.iter().zip(&further).find(|(_, control)| {
        let is_other = |read: &ReadSeries| read.series.frequency != control.frequency;
        all.iter().any(is_other)
    }) {
        return Err(Error::request(format!("the control `{}` has periods of another length", path.display()))
            .detail(format!("its periods: {}", control.frequency.as_str())));
    }
    if let [only] = all.as_slice() {
        trend::check_window(&only.series, question.settings.change)?;
    }
    let nulls = NullScans::default();
    let test = |read: &ReadSeries| {
        let own: Vec<TradeSeries> = read.control.iter().cloned().collect();
        let controls = if further.is_empty() { &own } else { &further };
        trend::test_change(&read.series, controls, question.settings, &nulls, &[])
    };
    let mut changes: Vec<TrendChange> = all.par_iter().map(test).collect();
    if changes.len() > 1 {
        trend::rank_family(&mut changes.iter_mut().collect::<Vec<_>>(), question.adjustment);
    }
    Ok(changes)
}

fn read_control(path: &Path) -> Result<TradeSeries> {
    let mut all = series_file::read(path, None)?;
    match (all.pop(), all.is_empty()) {
        (Some(read), true) => Ok(read.series),
        _ => Err(Error::request(format!("the control `{}` holds several series, or none", path.display()))
            .hint("give a file with one series; several files are added up")),
    }
}

/// Leaves out periods outside of a window, and one that the window cuts.
fn cut(series: &mut TradeSeries, from: Option<Day>, to: Option<Day>) {
    let is_inside = |ordinal: &i32| {
        let (first, last) = series.frequency.days(*ordinal);
        from.is_none_or(|from| from <= first) && to.is_none_or(|to| last <= to)
    };
    let kept: Vec<i32> = (series.first..=series.last()).filter(is_inside).collect();
    series.points = kept.iter().map(|ordinal| series.point(*ordinal)).collect();
    series.first = kept.first().copied().unwrap_or(series.first);
}

/// What is known of the findings of a run beside their months.
pub struct Known<'k> {
    pub coverage: &'k Coverage,
    pub n_records: u64,
    pub n_repeats: u64,
    /// By finding: the caveats that its records give.
    pub of_records: Vec<Vec<Caveat>>,
}

/// Tests the findings of a run and their groups, in their order.
pub fn test_findings(request: &TrendRequest, findings: &[(Question, Answer)], known: &Known<'_>) -> Vec<TestedSeries> {
    let nulls = NullScans::default();
    let change = request.settings.change;
    let repeats = source_caveats::of_repeats(known.n_repeats, known.n_records);
    let mut all: Vec<SeriesToTest> = Vec::new();
    for (at, (question, answer)) in findings.iter().enumerate() {
        let coverage = known.coverage.of(question);
        let totals: Vec<(String, MonthTotals)> = coverage
            .totals()
            .map(|(vendor, months)| {
                let by_number = months.iter().map(|((year, month), n_records)| (year * 12 + *month as i32 - 1, *n_records));
                (vendor.to_owned(), by_number.collect())
            })
            .collect();
        let mut caveats = source_caveats::of_sources(&totals, change, &nulls);
        caveats.extend(source_caveats::of_facts(&asked(question), change));
        caveats.extend(known.of_records[at].iter().cloned());
        caveats.extend(repeats.clone());
        let control = control_of(request, question).and_then(|id| findings.iter().find(|(other, _)| other.id == *id));
        // Sums of others have no shipments, and no consignees of their own.
        let is_measured = |measure: &&Measure| {
            answer.countable != Countable::Aggregates || matches!(measure, Measure::ValueUsd | Measure::NetWeightKg)
        };
        for measure in request.measures.iter().filter(is_measured) {
            let controls: Vec<TradeSeries> =
                control.map(|(other, answer)| series_of(request, &other.id, &answer.series, *measure)).into_iter().collect();
            let mut add = |group: &[String], months: &[SeriesMonth]| {
                let group = group.join(" / ");
                let name = if group.is_empty() { question.id.clone() } else { format!("{} {group}", question.id) };
                let series = series_of(request, &name, months, *measure);
                let (finding, controls, caveats) = (question.id.clone(), controls.clone(), caveats.clone());
                all.push(SeriesToTest { finding, group, series, controls, caveats });
            };
            // What is compared has series by group alone.
            if answer.countable != Countable::Mirrors {
                add(&[], &answer.series);
            }
            answer.group_series.iter().for_each(|series| add(&series.group, &series.months));
        }
    }
    let test = |own: &SeriesToTest| TestedSeries {
        finding: own.finding.clone(),
        group: own.group.clone(),
        change: trend::test_change(&own.series, &own.controls, request.settings, &nulls, &own.caveats),
    };
    let mut tested: Vec<TestedSeries> = all.par_iter().map(test).collect();
    trend::rank_family(&mut tested.iter_mut().map(|own| &mut own.change).collect::<Vec<_>>(), request.adjustment);
    tested
}

/// A finding or a group of it in one measure, with all that its test looks at.
struct SeriesToTest {
    finding: String,
    group: String,
    series: TradeSeries,
    controls: Vec<TradeSeries>,
    caveats: Vec<Caveat>,
}

/// Returns the finding that is the control of another one; a control has none.
pub fn control_of<'r>(request: &'r TrendRequest, question: &'r Question) -> Option<&'r String> {
    question.control.as_ref().or(request.control.as_ref()).filter(|control| **control != question.id)
}

fn asked(question: &Question) -> Asked {
    let conditions = &question.conditions;
    let sides = [&question.shipper, &question.consignee].into_iter().flatten().flat_map(|side| &side.country);
    let countries =
        [&conditions.origin_country, &conditions.departure_country, &conditions.destination_country, &conditions.trading_country];
    Asked {
        reporters: question.reporter.clone(),
        countries: countries.into_iter().flatten().chain(sides).copied().collect(),
        window: Some((question.from, question.to)),
    }
}

/// Returns the months of a finding as a series of one measure.
fn series_of(request: &TrendRequest, name: &str, months: &[SeriesMonth], measure: Measure) -> TradeSeries {
    let point = |month: &SeriesMonth| {
        let amount = match measure {
            Measure::ValueUsd => month.value_usd_cents.map(|cents| cents as f64 / 100.0),
            Measure::NetWeightKg => month.net_weight_g.map(|grams| grams as f64 / 1000.0),
            Measure::Consignees => Some(month.consignees as f64),
            Measure::Shipments | Measure::Count | Measure::Value => Some(month.count as f64),
        };
        let is_lagging = month.status == PeriodStatus::Lagging;
        let status = if is_lagging && request.has_lagging { PeriodStatus::Observed } else { month.status };
        match amount {
            // Credits may outweigh what was sent; a model of amounts has no room for less than nothing.
            Some(amount) => SeriesPoint { amount: amount.max(0.0), exposure: None, status },
            None => SeriesPoint::MISSING,
        }
    };
    let by_month: Vec<(i32, SeriesPoint)> =
        months.iter().map(|month| (month.year * 12 + month.month as i32 - 1, point(month))).collect();
    match request.frequency {
        Frequency::Month => {
            let mut series = TradeSeries::new(name, measure, Frequency::Month, &by_month);
            if request.is_combined {
                series.combine_january_and_february();
            }
            series
        }
        frequency => TradeSeries::new(name, measure, frequency, &joined(&by_month, frequency)),
    }
}

/// Returns months added up; a period is observed only if all its months are.
fn joined(months: &[(i32, SeriesPoint)], frequency: Frequency) -> Vec<(i32, SeriesPoint)> {
    let n_months = 12 / frequency.periods_a_year();
    let mut periods: BTreeMap<i32, Vec<SeriesPoint>> = BTreeMap::new();
    for (month, point) in months {
        periods.entry(month.div_euclid(n_months)).or_default().push(*point);
    }
    let join = |points: Vec<SeriesPoint>| {
        let is_all = |status: PeriodStatus| points.iter().all(|point| point.status == status);
        let status = match () {
            () if points.len() < n_months as usize => PeriodStatus::Partial,
            () if is_all(PeriodStatus::Observed) => PeriodStatus::Observed,
            () if is_all(PeriodStatus::Missing) => PeriodStatus::Missing,
            () if points.iter().any(|point| point.status == PeriodStatus::Lagging) => PeriodStatus::Lagging,
            () => PeriodStatus::Partial,
        };
        SeriesPoint { amount: points.iter().map(|point| point.amount).sum(), exposure: None, status }
    };
    periods.into_iter().map(|(period, points)| (period, join(points))).collect()
}

/// Returns the caveats that the records of a finding give: missing names and amounts, and codes that were renumbered.
///
/// `evidence` holds the finding's records, `store` all records that count.
pub fn caveats_of_records(
    request: &TrendRequest,
    question: &Question,
    query: &Query,
    evidence: &mut Engine,
    store: &mut Engine,
) -> Result<Vec<Caveat>> {
    let mut caveats = Vec::new();
    for (column, is_asked) in [
        ("consignee_name", question.consignee.is_some()),
        ("departure_country_code", !question.conditions.departure_country.is_empty()),
        ("origin_country_code", !question.conditions.origin_country.is_empty()),
    ] {
        // A finding that asks for a name or country holds no record without it.
        if !is_asked {
            caveats.extend(source_caveats::of_names(column, lacking(request, query, column, evidence)?));
        }
    }
    for (measure, column) in [(Measure::ValueUsd, "value_usd_cents"), (Measure::NetWeightKg, "net_weight_g")] {
        if request.measures.contains(&measure) {
            caveats.extend(source_caveats::of_amounts(measure, lacking(request, query, column, evidence)?));
        }
    }
    caveats.extend(zero_values(query, evidence)?);
    if question.goods.is_some() {
        caveats.extend(renumbered(query, evidence, store)?);
    }
    Ok(caveats)
}

/// Returns whether too many records state a value of zero: those with a value less those with more than nothing.
fn zero_values(query: &Query, evidence: &mut Engine) -> Result<Option<Caveat>> {
    let none: &[&str] = &[];
    let mut count =
        |query: &Query| whole(&evidence.run(&query.counts(Level::Headline, Movements::Crossings, none))?, "records", 0);
    let n_records = count(query)?;
    let least = query.value_usd_cents_min.unwrap_or(1).max(1);
    let n_above = count(&Query { value_usd_cents_min: Some(least), ..query.clone() })?;
    let n_without = whole(&evidence.run(&query.records_without("value_usd_cents"))?, "records", 0)?;
    Ok(source_caveats::of_zero_values(n_records.saturating_sub(n_above + n_without), n_records))
}

fn lacking(request: &TrendRequest, query: &Query, column: &str, evidence: &mut Engine) -> Result<Lacking> {
    let day = request.settings.change.day;
    let mut of = |from: Day, to: Day| -> Result<(u64, u64)> {
        let cut = Query { from: from.max(query.from), to: to.min(query.to), ..query.clone() };
        let count = |table: DataFrame| whole(&table, "records", 0);
        let all = count(evidence.run(&cut.counts(Level::Headline, Movements::Crossings, &[]))?)?;
        Ok((count(evidence.run(&cut.records_without(column))?)?, all))
    };
    let last = day.to_date().pred_opt().map_or(day, Day::from);
    Ok(Lacking { before: of(Day::MIN, last)?, after: of(day, Day::MAX)? })
}

/// Returns whether the finding's codes begin or end, among all records of the store, where the Harmonized System was renumbered.
fn renumbered(query: &Query, evidence: &mut Engine, store: &mut Engine) -> Result<Option<Caveat>> {
    let of_finding = evidence.run(&query.counts(Level::Headline, Movements::Crossings, &["hs_code"]))?;
    let codes: Vec<String> = texts(&of_finding, "hs_code")?.into_iter().flatten().filter(|code| code.len() >= 4).collect();
    if codes.is_empty() {
        return Ok(None);
    }
    let table = store.run(&sql::code_days(&codes))?;
    let data = store.run(sql::first_and_last_day())?;
    let month = |table: &DataFrame, column: &str, row: usize| -> Result<i32> {
        let day = Day::from_number(whole(table, column, row)? as i32);
        Ok(day.map_or(0, |day| Frequency::Month.ordinal_of(day)))
    };
    let mut spans: BTreeMap<String, CodeSpan> = BTreeMap::new();
    for (row, code) in texts(&table, "hs_code")?.into_iter().enumerate() {
        let Some(code) = code else { continue };
        let code: String = code.chars().take(6).collect();
        let own = CodeSpan {
            n_records: whole(&table, "records", row)?,
            first: month(&table, "first_day", row)?,
            last: month(&table, "last_day", row)?,
            code: code.clone(),
        };
        let span = spans.entry(code).or_insert_with(|| CodeSpan { n_records: 0, ..own.clone() });
        span.n_records += own.n_records;
        span.first = span.first.min(own.first);
        span.last = span.last.max(own.last);
    }
    let spans: Vec<CodeSpan> = spans.into_values().collect();
    Ok(source_caveats::of_codes(&spans, (month(&data, "first_day", 0)?, month(&data, "last_day", 0)?)))
}

fn texts(table: &DataFrame, column: &str) -> Result<Vec<Option<String>>> {
    let values = table.column(column).and_then(|values| Ok(values.str()?.clone())).map_err(lost_column)?;
    Ok(values.iter().map(|value| value.map(str::to_owned)).collect())
}

fn whole(table: &DataFrame, column: &str, row: usize) -> Result<u64> {
    let value = table.column(column).and_then(|column| column.get(row)).map_err(lost_column)?;
    Ok(value.extract::<i64>().unwrap_or(0).max(0) as u64)
}

fn lost_column(error: PolarsError) -> Error {
    Error::promise("a query's result lacks a column").detail(error.to_string())
}
