//! `trend.csv`: one row a series and test. And the same as JSON, with all figures.

use super::cells::plain_number;
use super::folder::RunFolder;
use crate::error::Result;
use crate::model::trend_change::{Estimate, TrendChange};
use serde_json::{Number, Value};

const HEADER: [&str; 18] = [
    "finding",
    "group",
    "measure",
    "test",
    "estimate",
    "low",
    "high",
    "p_value",
    "q_value",
    "status",
    "change",
    "from",
    "to",
    "n_before",
    "n_after",
    "events_before",
    "events_after",
    "caveats",
];

const NUMBERS: [&str; 9] =
    ["estimate", "low", "high", "p_value", "q_value", "n_before", "n_after", "events_before", "events_after"];

/// A series of a finding, or of one of its groups.
#[derive(Debug, Clone, PartialEq)]
pub struct TestedSeries {
    pub finding: String,
    /// The values by which the finding is broken down; empty for the whole.
    pub group: String,
    pub change: TrendChange,
}

/// A comparison beside the trend tests, in the same table.
#[derive(Debug, Clone, PartialEq)]
pub struct FurtherTest {
    pub finding: String,
    pub test: String,
    pub measure: String,
    pub estimate: Option<Estimate>,
    pub status: &'static str,
    pub from: String,
    pub to: String,
    pub events_before: f64,
    pub events_after: f64,
}

/// Writes a row a series and test.
pub fn write(folder: &mut RunFolder, tested: &[TestedSeries], further: &[FurtherTest]) -> Result<()> {
    let rows = tested.iter().flat_map(rows_of).chain(further.iter().map(further_row));
    folder.write_csv("trend.csv", &HEADER, &NUMBERS, rows)
}

fn rows_of(tested: &TestedSeries) -> Vec<Vec<String>> {
    let change = &tested.change;
    let caveats: Vec<&str> = change.caveats.iter().map(|caveat| caveat.code).collect();
    let figures = &change.descriptive;
    let row = |test: &str, estimate: Option<Estimate>, q: Option<f64>, status: &str| {
        let numbers =
            estimate.map_or(vec![String::new(); 4], |own| [own.estimate, own.low, own.high, own.p].map(plain_number).to_vec());
        let mut cells = vec![tested.finding.clone(), tested.group.clone(), change.measure.as_str().to_owned(), test.to_owned()];
        cells.extend(numbers);
        cells.extend([
            q.map_or(String::new(), plain_number),
            status.to_owned(),
            change.change.date.clone(),
            change.window.from.clone(),
            change.window.to.clone(),
            figures.before.months.to_string(),
            figures.after.months.to_string(),
            plain_number(figures.before.events),
            plain_number(figures.after.events),
            caveats.join(";"),
        ]);
        cells
    };
    let ratio = figures.ratio.as_ref().map(|ratio| Estimate::new(ratio.estimate, ratio.low, ratio.high, ratio.p));
    let mut rows = vec![row("ratio", ratio, change.multiplicity.map(|own| own.q), change.status.as_str())];
    let model = change.model.status.as_str();
    let fit = change.model.fit.as_ref();
    rows.push(row("level", fit.map(|fit| fit.level_ratio), None, model));
    for (test, estimate) in [
        ("slope_per_year", fit.and_then(|fit| fit.slope_per_year)),
        ("pre_trend_per_year", fit.and_then(|fit| fit.pre_trend_per_year)),
        ("average_ratio", fit.and_then(|fit| fit.average_ratio.as_ref().map(|average| average.value))),
        ("excess", fit.and_then(|fit| fit.excess.as_ref().map(|excess| excess.value))),
    ] {
        if estimate.is_some() {
            rows.push(row(test, estimate, None, model));
        }
    }
    rows.push(search_row(&row("search", None, None, change.scan.status.as_str()), change));
    if let Some(control) = &change.control {
        rows.push(row("control", control.ratio_of_ratios, None, control.status.as_str()));
    }
    rows
}

/// The search has dates for an estimate and an interval.
fn search_row(row: &[String], change: &TrendChange) -> Vec<String> {
    let mut cells = row.to_vec();
    if let Some(found) = &change.scan.found {
        cells[4] = found.best.clone();
        cells[5] = found.set.first().cloned().unwrap_or_default();
        cells[6] = found.set.last().cloned().unwrap_or_default();
        cells[7] = plain_number(found.p);
    }
    cells
}

fn further_row(further: &FurtherTest) -> Vec<String> {
    let numbers = further
        .estimate
        .map_or(vec![String::new(); 4], |own| [own.estimate, own.low, own.high, own.p].map(plain_number).to_vec());
    let mut cells = vec![further.finding.clone(), String::new(), further.measure.clone(), further.test.clone()];
    cells.extend(numbers);
    cells.extend([
        String::new(),
        further.status.to_owned(),
        String::new(),
        further.from.clone(),
        further.to.clone(),
        String::new(),
        String::new(),
        plain_number(further.events_before),
        plain_number(further.events_after),
        String::new(),
    ]);
    cells
}

/// Returns everything that is said of a series as JSON. Numbers have twelve digits, so that machines agree; one that does not exist or
/// is infinite is null.
pub fn json(change: &TrendChange) -> Value {
    let mut value = serde_json::to_value(change).expect("figures are plain data");
    round(&mut value);
    value
}

fn round(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let rounded = plain_number(number.as_f64().unwrap_or(f64::NAN));
            let whole = rounded.parse::<i64>().map(Number::from).ok();
            let fraction = || rounded.parse::<f64>().ok().and_then(Number::from_f64);
            *value = whole.or_else(fraction).map_or(Value::Null, Value::Number);
        }
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(fields) => fields.values_mut().for_each(round),
        _ => {}
    }
}
