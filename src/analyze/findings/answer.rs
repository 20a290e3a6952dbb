//! The answer to a question: counts under all keys, sums, range and verdict, from queries over the evidence.

use super::coverage::{Coverage, QuestionCoverage};
use super::series::whole_series;
use crate::error::{Error, Result};
use crate::model::answer::{Answer, Countable, Counts, Period, PeriodRow, PeriodStatus, Sums};
use crate::model::date::Day;
use crate::model::goods::Breadth;
use crate::model::question::{Grouping, Question, SideName, Verdict};
use crate::model::role::Role;
use crate::model::shipment_key::ShipmentKey;
use crate::store::local::Engine;
use crate::store::sql::{GoodsKey, Level, Movements, Query, Thresholds, Window};
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

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
        ("condition", conditions.condition.iter().filter(|word| *word != "unknown").cloned().collect()),
    ] {
        if !values.is_empty() {
            one_of.push((column.to_owned(), values));
        }
    }
    Query {
        id: question.id.clone(),
        part: None,
        shipper: question.shipper.as_ref().map(|side| side.roles.clone()),
        consignee: question.consignee.as_ref().map(|side| side.roles.clone()),
        goods,
        one_of,
        missing: conditions.condition.iter().filter(|word| *word == "unknown").map(|_| "condition".to_owned()).collect(),
        value_usd_cents_min: conditions.value_usd_cents_min,
        from: question.from,
        to: question.to,
        thresholds,
    }
}

/// Answers a question from an engine in which `shipments`, `members` and `goods` are registered; straddlers are counted by `store`,
/// whose `shipments` are all that count, not only the evidence. Without it there are none: every date states a day.
pub fn answer(
    question: &Question,
    query: &Query,
    evidence: &mut Engine,
    store: Option<&mut Engine>,
    coverage: &Coverage,
    countable: Countable,
) -> Result<Answer> {
    let headline = total(query, evidence, Level::Headline)?;
    let looser = total(query, evidence, Level::Looser)?;
    let confirmed = total(query, evidence, Level::Confirmed)?;

    let coverage = coverage.of(question);
    let rows = period_rows(question, query, evidence, &coverage, &headline, countable)?;
    let series = match countable {
        Countable::Mirrors => Vec::new(),
        _ => whole_series(question, query, evidence, &coverage)?,
    };
    let classes = evidence.run(&query.counts(Level::Headline, Movements::All, &["procedure_class", "is_crossing"]))?;
    let by_procedure_class = read_counts(&classes, &["procedure_class", "is_crossing"])?
        .into_iter()
        .map(|(key, counts)| (key[0].clone(), key[1] == "1", counts))
        .collect();
    let straddling_records = match store {
        None => 0,
        Some(store) => {
            let rough = count(&query.rough_records(Window::Overlapping), store)?;
            rough - count(&query.rough_records(Window::Inside), store)?.min(rough)
        }
    };
    let unkeyed = Unkeyed {
        consignment: count(&query.records_without("consignment_key"), evidence)?,
        declaration: count(&query.records_without("declaration_key_text"), evidence)?,
        month: count(&query.records_without("month"), evidence)?,
    };

    let (verdict, reasons) = judge(question, &headline, &unkeyed, straddling_records, &coverage, countable);
    let by_breadth = by_breadth(query, evidence)?;
    Ok(Answer {
        countable,
        headline,
        looser,
        confirmed,
        rows,
        series,
        group_series: Vec::new(),
        same_days: Vec::new(),
        by_procedure_class,
        by_breadth,
        listed: Vec::new(),
        straddling_records,
        without_rules: Vec::new(),
        verdict,
        reasons,
    })
}

/// Returns the headline by whether goods are selected exactly or by broad codes alone; nothing where the finding asks for all goods.
fn by_breadth(query: &Query, evidence: &mut Engine) -> Result<Vec<(Breadth, bool, Counts)>> {
    if query.goods.is_none() {
        return Ok(Vec::new());
    }
    let counts = evidence.run(&query.counts(Level::Headline, Movements::Crossings, &["is_exact"]))?;
    let counts = read_counts(&counts, &["is_exact"])?;
    let of = |key: &str| counts.get(&vec![key.to_owned()]).copied().unwrap_or_default();
    let (exact, broad) = (of("1"), of("0"));
    let broad = (broad.records > 0).then_some((Breadth::Broad, true, broad));
    Ok([(Breadth::Exact, true, exact)].into_iter().chain(broad).collect())
}

/// Returns the counts of what only broad codes select, where a finding does not ask for them, from an engine over all shipments.
pub fn counts_apart(query: &Query, store: &mut Engine) -> Result<Counts> {
    let table = store.run(&query.counts_apart())?;
    Ok(read_counts(&table, &[])?.into_values().next().unwrap_or_default())
}

/// Returns all counts of a question's evidence at a level.
pub fn total(query: &Query, evidence: &mut Engine, level: Level) -> Result<Counts> {
    let table = evidence.run(&query.counts(level, Movements::Crossings, &[]))?;
    Ok(read_counts(&table, &[])?.into_values().next().unwrap_or_default())
}

/// Says how many records of a finding have a bank, a carrier or another such party on a side: goods that are sent to a bank are mostly
/// for somebody else.
pub fn kind_notes(query: &Query, evidence: &mut Engine) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    let roles = SideName::ALL.into_iter().filter_map(|side| query.roles(side)).flatten();
    for role in roles.collect::<BTreeSet<&Role>>() {
        let column = role.kind_column();
        let by = [column.as_str()];
        let kinds = read_counts(&evidence.run(&query.counts(Level::Headline, Movements::Crossings, &by))?, &by)?;
        for (kind, counts) in kinds.iter().filter(|(kind, _)| !kind[0].is_empty()) {
            let (n_records, kind, role) = (counts.records, &kind[0], role.as_str());
            notes.push(format!("{n_records} records have a {kind} as {role}: `kind` of the side says which parties are meant"));
        }
    }
    Ok(notes)
}

/// Runs a statement whose answer is one number of records.
fn count(statement: &str, engine: &mut Engine) -> Result<u64> {
    Ok(number(&engine.run(statement)?, "records", 0)?.unwrap_or(0) as u64)
}

/// Records of the headline that lack what a key or a period is made of.
struct Unkeyed {
    consignment: u64,
    declaration: u64,
    month: u64,
}

fn judge(
    question: &Question,
    headline: &Counts,
    unkeyed: &Unkeyed,
    straddling: u64,
    coverage: &QuestionCoverage<'_>,
    countable: Countable,
) -> (Verdict, Vec<String>) {
    let mut reasons = Vec::new();
    let months = months_of(question);
    let n_missing = months.iter().filter(|month| coverage.month_status(**month) == PeriodStatus::Missing).count();
    let is_outside = n_missing == months.len();
    if is_outside {
        reasons.push("no record of the sources lies in the window, so nothing can be said".to_owned());
    } else {
        if let Some((first, last)) = coverage.span()
            && (question.from < first || last < question.to)
        {
            reasons.push(format!("the records cover {first} to {last} only"));
        }
        if n_missing > 0 {
            reasons.push(format!("{n_missing} of {} months have no records", months.len()));
        }
    }
    if straddling > 0 {
        reasons.push(format!("{straddling} more records have dates too rough to lie inside the window and the memberships"));
    }
    if unkeyed.month > 0 {
        reasons.push(format!("{} records state no month and are in the total and their year only", unkeyed.month));
    }
    let mut has_key = true;
    if question.count == ShipmentKey::Consignments && unkeyed.consignment > 0 {
        reasons.push(format!(
            "{} of {} records state no bill of lading and are in no consignment",
            unkeyed.consignment, headline.records
        ));
        has_key = unkeyed.consignment < headline.records;
    }
    if question.count == ShipmentKey::Declarations && unkeyed.declaration > 0 {
        reasons.push(format!("{} of {} records state no declaration: each counts as one", unkeyed.declaration, headline.records));
    }
    match countable {
        Countable::Shipments => {}
        Countable::Mirrors => reasons.push("records of several flows are compared, never added: there is no total".to_owned()),
        Countable::Aggregates => {
            reasons.push("records of grain `aggregate` hold values and weights, no shipments".to_owned());
        }
    }
    let is_countable = countable == Countable::Shipments;
    let verdict = match question.expected {
        _ if is_outside || !has_key || countable == Countable::Aggregates => Verdict::NotTestable,
        Some(_) if !is_countable => Verdict::NotTestable,
        None => Verdict::None,
        Some(expected) if expected == headline.of(question.count) => Verdict::EqualsExpected,
        Some(expected) => {
            reasons.push(format!("counted {}, expected {expected}", headline.of(question.count)));
            Verdict::Differs
        }
    };
    (verdict, reasons)
}

fn period_rows(
    question: &Question,
    query: &Query,
    evidence: &mut Engine,
    coverage: &QuestionCoverage<'_>,
    headline: &Counts,
    countable: Countable,
) -> Result<Vec<PeriodRow>> {
    let period = question.by.iter().copied().find(|grouping| grouping.column().is_none());
    let n_period_columns = period.map_or(0, |period| period.columns().len());
    let columns: Vec<&str> = question.columns_by();
    let n_by = columns.len() - n_period_columns;
    let mut rows: BTreeMap<(Period, Vec<String>), (Counts, Sums)> = BTreeMap::new();
    if !columns.is_empty() {
        let counts = read_counts(&evidence.run(&query.counts(Level::Headline, Movements::Crossings, &columns))?, &columns)?;
        let sums = read_sums(&evidence.run(&query.sums(Level::Headline, &columns))?, &columns)?;
        for (key, counts) in counts {
            let sums = sums.get(&key).cloned().unwrap_or_default();
            if let Some(period) = period_of(period, &key)? {
                rows.insert((period, key[n_period_columns..].to_vec()), (counts, sums));
            }
        }
    }
    if period.is_some() {
        let mut combinations: Vec<Vec<String>> = rows.keys().map(|(_, by)| by.clone()).collect();
        combinations.sort_unstable();
        combinations.dedup();
        if n_by == 0 {
            combinations = vec![Vec::new()];
        }
        for period in periods(period, question.from, question.to) {
            for by in &combinations {
                rows.entry((period, by.clone())).or_default();
            }
        }
    }
    let is_comparison = countable == Countable::Mirrors;
    let is_additive = !is_comparison && !columns.is_empty() && {
        let n_in_rows = count(&query.records_in_rows(&columns, &columns[..n_period_columns]), evidence)?;
        adds_up(rows.values().map(|(counts, _)| counts), n_in_rows, headline, question.count)
    };
    let mut rows: Vec<PeriodRow> = rows
        .into_iter()
        .map(|((period, by), (counts, sums))| PeriodRow {
            is_partial: is_partial(&period.months(), period.days(), question, coverage),
            period,
            by,
            counts,
            sums,
            is_additive,
        })
        .collect();
    let total_row = |by: Vec<String>, counts: Counts, sums: Sums| PeriodRow {
        period: Period::All,
        by,
        counts,
        sums,
        is_partial: is_partial(&months_of(question), None, question, coverage),
        is_additive: !is_comparison,
    };
    if is_comparison {
        if period.is_some() {
            let columns = &columns[n_period_columns..];
            let counts = read_counts(&evidence.run(&query.counts(Level::Headline, Movements::Crossings, columns))?, columns)?;
            let mut sums = read_sums(&evidence.run(&query.sums(Level::Headline, columns))?, columns)?;
            rows.extend(counts.into_iter().map(|(by, counts)| {
                let sums = sums.remove(&by).unwrap_or_default();
                total_row(by, counts, sums)
            }));
        }
    } else {
        let sums = read_sums(&evidence.run(&query.sums(Level::Headline, &[]))?, &[])?;
        rows.push(total_row(vec!["all".to_owned(); n_by], *headline, sums.into_values().next().unwrap_or_default()));
    }
    Ok(rows)
}

/// Tells whether the rows of a breakdown add up to its headline: every record stands in one row and none in two, and so does whatever is
/// counted. Sums alone do not tell: a record in two rows makes up for one in none.
fn adds_up<'c>(rows: impl Iterator<Item = &'c Counts> + Clone, n_in_rows: u64, headline: &Counts, key: ShipmentKey) -> bool {
    let n_standing: u64 = rows.clone().map(|counts| counts.records).sum();
    // Where each record has one row, a key that lies in two rows makes the sum larger, and nothing makes it smaller.
    let n_counted: u64 = rows.map(|counts| counts.of(key)).sum();
    n_standing == n_in_rows && n_in_rows == headline.records && n_counted == headline.of(key)
}

/// Tells whether a row's months are less than fully covered; a period is also partial where the window cuts it.
fn is_partial(months: &[(i32, u32)], days: Option<(Day, Day)>, question: &Question, coverage: &QuestionCoverage<'_>) -> bool {
    let is_cut = days.is_some_and(|(first, last)| first < question.from || question.to < last);
    is_cut || months.iter().any(|month| coverage.month_status(*month) != PeriodStatus::Observed)
}

/// Returns the months that a question's window touches.
pub(super) fn months_of(question: &Question) -> Vec<(i32, u32)> {
    periods(Some(Grouping::Month), question.from, question.to).into_iter().flat_map(Period::months).collect()
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

/// Returns the period of a row; `None` where the records of the row state none so fine.
fn period_of(grouping: Option<Grouping>, key: &[String]) -> Result<Option<Period>> {
    let n_columns = grouping.map_or(0, |grouping| grouping.columns().len());
    if key[..n_columns].iter().any(String::is_empty) {
        return Ok(None);
    }
    let part = |at: usize| -> Result<i32> {
        key[at].parse().map_err(|_| Error::promise("a period in the store is no number").detail(key.join(" ")))
    };
    Ok(Some(match grouping {
        None => Period::All,
        Some(Grouping::Quarter) => Period::Quarter(part(0)?, part(1)? as u32),
        Some(Grouping::Month) => Period::Month(part(0)?, part(1)? as u32),
        Some(_) => Period::Year(part(0)?),
    }))
}

pub(super) fn read_counts(table: &DataFrame, by: &[&str]) -> Result<BTreeMap<Vec<String>, Counts>> {
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
pub(super) fn read_sums(table: &DataFrame, by: &[&str]) -> Result<BTreeMap<Vec<String>, Sums>> {
    let mut rows: BTreeMap<Vec<String>, Vec<Sums>> = BTreeMap::new();
    for row in 0..table.height() {
        let count = |name: &str| -> Result<u64> { Ok(number(table, name, row)?.unwrap_or(0) as u64) };
        let known = count("value_usd_known")?;
        let weighed = count("net_weight_known")?;
        let stated = count("value_original_known")?;
        let codes = row_key(table, &["value_basis", "currency_code"], row)?;
        let sums = Sums {
            records: count("records")?,
            value_usd_cents: number(table, "value_usd_cents", row)?.filter(|_| known > 0),
            value_usd_known: known,
            value_original_cents: number(table, "value_original_cents", row)?.filter(|_| stated > 0),
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
    // Amounts of one currency but several bases must not be added either.
    let currency = currency.filter(|_| {
        one(parts.iter().filter(|part| part.value_original_cents.is_some()).map(|part| part.value_basis.as_str()).collect())
            .is_some()
    });
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

pub(super) fn row_key(table: &DataFrame, by: &[&str], row: usize) -> Result<Vec<String>> {
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
pub(super) fn number(table: &DataFrame, name: &str, row: usize) -> Result<Option<i64>> {
    let value = table.column(name).and_then(|column| column.get(row)).map_err(lost_column)?;
    Ok(value.extract::<i64>())
}

fn lost_column(error: PolarsError) -> Error {
    Error::promise("a query's result lacks a column").detail(error.to_string())
}
