//! The answer to a question: counts under all keys, sums, range and verdict, from queries over the evidence.

use super::coverage::Coverage;
use crate::error::{Error, Result};
use crate::model::answer::{Answer, Counts, MonthStatus, Period, PeriodRow, SeriesMonth, Sums};
use crate::model::date::Day;
use crate::model::question::{Grouping, Question, Verdict};
use crate::store::local::Engine;
use crate::store::sql::{GoodsKey, Level, Movements, Query, Thresholds};
use polars::prelude::*;
use std::collections::BTreeMap;

/// Returns a question as the SQL sees it.
pub fn query(question: &Question, goods: Option<GoodsKey>, thresholds: Thresholds) -> Query {
    let mut one_of: Vec<(String, Vec<String>)> = Vec::new();
    let codes = |codes: &[crate::model::country::CountryCode]| codes.iter().map(|code| code.to_string()).collect::<Vec<_>>();
    if let Some(flow) = &question.flow {
        one_of.push(("flow".to_owned(), vec![flow.clone()]));
    }
    let conditions = &question.conditions;
    for (column, values) in [
        ("reporter_country_code", codes(&question.reporter)),
        ("origin_country_code", codes(&conditions.origin_country)),
        ("departure_country_code", codes(&conditions.departure_country)),
        ("destination_country_code", codes(&conditions.destination_country)),
        ("trading_country_code", codes(&conditions.trading_country)),
        ("condition", conditions.condition.iter().cloned().collect()),
    ] {
        if !values.is_empty() {
            one_of.push((column.to_owned(), values));
        }
    }
    Query {
        id: question.id.clone(),
        shipper: question.shipper.as_ref().map(|side| side.roles.clone()),
        consignee: question.consignee.as_ref().map(|side| side.roles.clone()),
        goods,
        one_of,
        value_usd_cents_min: conditions.value_usd_cents_min,
        from: question.from,
        to: question.to,
        thresholds,
    }
}

/// Answers a question from an engine in which `shipments`, `members` and `goods` are registered; straddlers are counted by `store`,
/// whose `shipments` are all that count, not only the evidence.
pub fn answer(
    question: &Question,
    query: &Query,
    evidence: &mut Engine,
    store: &mut Engine,
    coverage: &Coverage,
) -> Result<Answer> {
    let total = |evidence: &mut Engine, level| -> Result<Counts> {
        let table = evidence.run(&query.counts(level, Movements::Crossings, &[]))?;
        Ok(read_counts(&table, &[])?.into_values().next().unwrap_or_default())
    };
    let headline = total(evidence, Level::Headline)?;
    let looser = total(evidence, Level::Looser)?;
    let confirmed = total(evidence, Level::Confirmed)?;

    let reporters: Vec<String> = question.reporter.iter().map(|code| code.to_string()).collect();
    let rows = period_rows(question, query, evidence, coverage, &reporters, &headline)?;
    let series = month_series(question, query, evidence, coverage, &reporters)?;
    let classes = evidence.run(&query.counts(Level::Headline, Movements::All, &["procedure_class", "is_crossing"]))?;
    let by_procedure_class = read_counts(&classes, &["procedure_class", "is_crossing"])?
        .into_iter()
        .map(|(key, counts)| (key[0].clone(), key[1] == "1", counts))
        .collect();
    let straddling = store.run(&query.straddlers())?;
    let straddling_records = number(&straddling, "records", 0)?.unwrap_or(0) as u64;

    let (verdict, reasons) = judge(question, headline.of(question.count), straddling_records, coverage, &reporters);
    Ok(Answer { headline, looser, confirmed, rows, series, by_procedure_class, straddling_records, verdict, reasons })
}

fn judge(question: &Question, count: u64, straddling: u64, coverage: &Coverage, reporters: &[String]) -> (Verdict, Vec<String>) {
    let mut reasons = Vec::new();
    let span = coverage.span(reporters);
    let is_outside = span.is_none_or(|(first, last)| question.to < first || last < question.from);
    if is_outside {
        reasons.push("the window lies outside the coverage of the records".to_owned());
    } else if let Some((first, last)) = span
        && (question.from < first || last < question.to)
    {
        reasons.push(format!("the records cover {first} to {last} only"));
    }
    if straddling > 0 {
        reasons.push(format!("{straddling} more records have dates too rough to lie inside the window"));
    }
    let verdict = match question.expected {
        _ if is_outside => Verdict::NotTestable,
        None => Verdict::None,
        Some(expected) if expected == count => Verdict::EqualsExpected,
        Some(expected) => {
            reasons.push(format!("counted {count}, expected {expected}"));
            Verdict::Differs
        }
    };
    (verdict, reasons)
}

fn period_rows(
    question: &Question,
    query: &Query,
    evidence: &mut Engine,
    coverage: &Coverage,
    reporters: &[String],
    headline: &Counts,
) -> Result<Vec<PeriodRow>> {
    let period = question.by.iter().copied().find(|grouping| grouping.column().is_none());
    let period_columns: &[&str] = match period {
        None => &[],
        Some(Grouping::Quarter) => &["year", "quarter"],
        Some(Grouping::Month) => &["year", "month"],
        Some(_) => &["year"],
    };
    let by_columns: Vec<&str> = question.by.iter().filter_map(|grouping| grouping.column()).collect();
    let columns: Vec<&str> = period_columns.iter().copied().chain(by_columns.iter().copied()).collect();
    let mut rows: BTreeMap<(Period, Vec<String>), (Counts, Sums)> = BTreeMap::new();
    if !columns.is_empty() {
        let counts = read_counts(&evidence.run(&query.counts(Level::Headline, Movements::Crossings, &columns))?, &columns)?;
        let sums = read_sums(&evidence.run(&query.sums(Level::Headline, &columns))?, &columns)?;
        for (key, counts) in counts {
            let sums = sums.get(&key).cloned().unwrap_or_default();
            rows.insert((period_of(period, &key)?, key[period_columns.len()..].to_vec()), (counts, sums));
        }
    }
    if by_columns.is_empty() && period.is_some() {
        for period in periods(period, question.from, question.to) {
            rows.entry((period, Vec::new())).or_default();
        }
    }
    let total_sums = read_sums(&evidence.run(&query.sums(Level::Headline, &[]))?, &[])?;
    let is_additive = rows.values().map(|(counts, _)| counts.of(question.count)).sum::<u64>() == headline.of(question.count);
    let mut rows: Vec<PeriodRow> = rows
        .into_iter()
        .map(|((period, by), (counts, sums))| PeriodRow {
            is_partial: is_partial(period, question, coverage, reporters),
            period,
            by,
            counts,
            sums,
            is_additive,
        })
        .collect();
    let total = PeriodRow {
        period: Period::All,
        by: vec![String::new(); by_columns.len()],
        counts: *headline,
        sums: total_sums.into_values().next().unwrap_or_default(),
        is_partial: rows.iter().any(|row| row.is_partial),
        is_additive: true,
    };
    if period.is_some() || !by_columns.is_empty() || rows.is_empty() {
        rows.push(total);
    }
    Ok(rows)
}

fn is_partial(period: Period, question: &Question, coverage: &Coverage, reporters: &[String]) -> bool {
    let Some((first, last)) = period.days() else { return false };
    let window = (question.from, question.to);
    first < window.0
        || window.1 < last
        || period.months().into_iter().any(|month| coverage.month_status(month, reporters, window) != MonthStatus::Observed)
}

fn month_series(
    question: &Question,
    query: &Query,
    evidence: &mut Engine,
    coverage: &Coverage,
    reporters: &[String],
) -> Result<Vec<SeriesMonth>> {
    let columns = ["year", "month"];
    let counts = read_counts(&evidence.run(&query.counts(Level::Headline, Movements::Crossings, &columns))?, &columns)?;
    Ok(periods(Some(Grouping::Month), question.from, question.to)
        .into_iter()
        .filter_map(|period| match period {
            Period::Month(year, month) => {
                let key = vec![year.to_string(), month.to_string()];
                let count = counts.get(&key).map_or(0, |counts| counts.of(question.count));
                let status = coverage.month_status((year, month), reporters, (question.from, question.to));
                Some(SeriesMonth { year, month, count, status })
            }
            _ => None,
        })
        .collect())
}

/// Returns all periods that touch a window.
fn periods(grouping: Option<Grouping>, from: Day, to: Day) -> Vec<Period> {
    let mut periods = Vec::new();
    for year in from.year()..=to.year() {
        match grouping {
            Some(Grouping::Month) => periods.extend((1..=12).map(|month| Period::Month(year, month))),
            Some(Grouping::Quarter) => periods.extend((1..=4).map(|quarter| Period::Quarter(year, quarter))),
            _ => periods.push(Period::Year(year)),
        }
    }
    periods.retain(|period| period.days().is_some_and(|(first, last)| first <= to && from <= last));
    periods
}

fn period_of(grouping: Option<Grouping>, key: &[String]) -> Result<Period> {
    let part = |at: usize| -> Result<i32> {
        key[at].parse().map_err(|_| Error::promise("a period in the store is no number").detail(key.join(" ")))
    };
    Ok(match grouping {
        None => Period::All,
        Some(Grouping::Quarter) => Period::Quarter(part(0)?, part(1)? as u32),
        Some(Grouping::Month) => Period::Month(part(0)?, part(1)? as u32),
        Some(_) => Period::Year(part(0)?),
    })
}

fn read_counts(table: &DataFrame, by: &[&str]) -> Result<BTreeMap<Vec<String>, Counts>> {
    let mut rows = BTreeMap::new();
    for row in 0..table.height() {
        let count = |name: &str| -> Result<u64> { Ok(number(table, name, row)?.unwrap_or(0) as u64) };
        let day =
            |name: &str| -> Result<Option<Day>> { Ok(number(table, name, row)?.and_then(|day| Day::from_number(day as i32))) };
        let counts = Counts {
            records: count("records")?,
            line_items: count("line_items")?,
            declarations: count("declarations")?,
            consignments: count("consignments")?,
            party_days: count("party_days")?,
            first_day: day("first_day")?,
            last_day: day("last_day")?,
        };
        rows.insert(row_key(table, by, row)?, counts);
    }
    Ok(rows)
}

/// Reads sums, which come in one row a value basis and currency, and leaves out what must not be added.
fn read_sums(table: &DataFrame, by: &[&str]) -> Result<BTreeMap<Vec<String>, Sums>> {
    let mut rows: BTreeMap<Vec<String>, Vec<Sums>> = BTreeMap::new();
    for row in 0..table.height() {
        let count = |name: &str| -> Result<u64> { Ok(number(table, name, row)?.unwrap_or(0) as u64) };
        let known = count("value_usd_known")?;
        let weighed = count("net_weight_known")?;
        let codes = row_key(table, &["value_basis", "currency_code"], row)?;
        let sums = Sums {
            records: count("records")?,
            value_usd_cents: number(table, "value_usd_cents", row)?.filter(|_| known > 0),
            value_usd_known: known,
            value_original_cents: number(table, "value_original_cents", row)?.filter(|cents| *cents != 0),
            value_basis: codes[0].clone(),
            currency_code: codes[1].clone(),
            net_weight_g: number(table, "net_weight_g", row)?.filter(|_| weighed > 0),
            net_weight_known: weighed,
        };
        rows.entry(row_key(table, by, row)?).or_default().push(sums);
    }
    Ok(rows.into_iter().map(|(key, sums)| (key, join_sums(&sums))).collect())
}

fn join_sums(parts: &[Sums]) -> Sums {
    let one = |values: Vec<&str>| -> Option<String> {
        let first = values.first()?;
        values.iter().all(|value| value == first).then(|| (*first).to_owned())
    };
    let basis = one(parts.iter().filter(|part| part.value_usd_known > 0).map(|part| part.value_basis.as_str()).collect());
    let currency =
        one(parts.iter().filter(|part| part.value_original_cents.is_some()).map(|part| part.currency_code.as_str()).collect());
    let add = |values: Vec<Option<i64>>| values.into_iter().flatten().reduce(|left, right| left.saturating_add(right));
    let has_usd = parts.iter().any(|part| part.value_usd_known > 0);
    let has_original = parts.iter().any(|part| part.value_original_cents.is_some());
    Sums {
        records: parts.iter().map(|part| part.records).sum(),
        value_usd_cents: add(parts.iter().map(|part| part.value_usd_cents.filter(|_| basis.is_some())).collect()),
        value_usd_known: parts.iter().map(|part| part.value_usd_known).sum(),
        value_original_cents: add(parts.iter().map(|part| part.value_original_cents.filter(|_| currency.is_some())).collect()),
        value_basis: basis.unwrap_or_else(|| if has_usd { "mixed".to_owned() } else { String::new() }),
        currency_code: currency.unwrap_or_else(|| if has_original { "mixed".to_owned() } else { String::new() }),
        net_weight_g: add(parts.iter().map(|part| part.net_weight_g).collect()),
        net_weight_known: parts.iter().map(|part| part.net_weight_known).sum(),
    }
}

fn row_key(table: &DataFrame, by: &[&str], row: usize) -> Result<Vec<String>> {
    by.iter()
        .map(|name| {
            let value = table.column(name).and_then(|column| column.get(row)).map_err(lost_column)?;
            Ok(match value {
                AnyValue::Null => String::new(),
                AnyValue::String(text) => text.to_owned(),
                AnyValue::StringOwned(text) => text.to_string(),
                other => other.to_string(),
            })
        })
        .collect()
}

/// Returns a number of a result; engines differ in the integer types of counts and sums.
fn number(table: &DataFrame, name: &str, row: usize) -> Result<Option<i64>> {
    let value = table.column(name).and_then(|column| column.get(row)).map_err(lost_column)?;
    Ok(value.extract::<i64>())
}

fn lost_column(error: PolarsError) -> Error {
    Error::promise("a query's result lacks a column").detail(error.to_string())
}
