//! `trend.csv`: one row a series and test. And the same as JSON, with all figures.

use super::cells::plain_number;
use super::folder::RunFolder;
use super::trend_plot;
use crate::error::Result;
use crate::model::answer::{Answer, SameDays};
use crate::model::question::Question;
use crate::model::trend_change::{Estimate, TestedSeries, TrendChange};
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

/// Writes a row a series and test.
pub fn write(folder: &mut RunFolder, tested: &[TestedSeries], findings: &[(Question, Answer)]) -> Result<()> {
    let same_days = findings
        .iter()
        .flat_map(|(question, answer)| answer.same_days.iter().map(move |own| same_days_row(question, answer, own)));
    let rows = tested.iter().flat_map(rows_of).chain(same_days);
    folder.write_csv("trend.csv", &HEADER, &NUMBERS, rows)
}

/// Writes a plot of each whole finding, in the first of its measures.
pub fn write_plots(folder: &RunFolder, tested: &[TestedSeries]) -> Result<()> {
    let mut last = None;
    for own in tested.iter().filter(|own| own.group.is_empty()) {
        if last != Some(&own.finding) {
            folder.write_text(&format!("trend-{}.svg", own.finding), &trend_plot::svg(&own.change))?;
        }
        last = Some(&own.finding);
    }
    Ok(())
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

/// The same calendar days of another year, with days in the place of periods.
fn same_days_row(question: &Question, answer: &Answer, own: &SameDays) -> Vec<String> {
    let number = |number: Option<f64>| number.map_or(String::new(), plain_number);
    let days = (question.to.to_date() - question.from.to_date()).num_days() + 1;
    vec![
        question.id.clone(),
        String::new(),
        question.count.as_str().to_owned(),
        format!("same_days_of_{}", own.year),
        number(own.ratio),
        number(own.low),
        number(own.high),
        number(own.p),
        String::new(),
        if own.is_covered { "ok" } else { "not_covered" }.to_owned(),
        String::new(),
        own.from.to_string(),
        own.to.to_string(),
        own.days.to_string(),
        days.to_string(),
        own.count.to_string(),
        answer.headline.of(question.count).to_string(),
        String::new(),
    ]
}

/// Returns everything that is said of a series as JSON. Numbers have twelve digits, so that machines agree; one that does not exist or
/// is infinite is null.
pub fn json(change: &TrendChange) -> Value {
    rounded(serde_json::to_value(change).expect("figures are plain data"))
}

/// Returns a value with all its fractions cut to twelve digits.
pub fn rounded(mut value: Value) -> Value {
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
