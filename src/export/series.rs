//! `series.csv`: each finding a month, in the layout that a trend test reads.

use super::cells::scaled;
use super::folder::RunFolder;
use crate::error::Result;
use crate::model::answer::{Answer, Countable, SeriesMonth};
use crate::model::question::Question;

const NUMBERS: [&str; 7] = ["year", "month", "count", "value_usd", "net_weight_kg", "consignees", "control"];

/// Writes all months. `control_of` says which finding is the control of another one.
pub fn write(
    folder: &mut RunFolder,
    findings: &[(Question, Answer)],
    control_of: &dyn Fn(&Question) -> Option<String>,
) -> Result<()> {
    let header = ["finding", "group", "year", "month", "count", "status", "value_usd", "net_weight_kg", "consignees", "control"];
    let rows = findings.iter().flat_map(|(question, answer)| {
        let control = control_of(question).and_then(|id| findings.iter().find(|(other, _)| other.id == id));
        let control = control.map_or(&[][..], |(_, answer)| answer.series.as_slice());
        let whole = std::iter::once((String::new(), &answer.series));
        let groups = answer.group_series.iter().map(|series| (series.group.join(" / "), &series.months));
        whole
            .chain(groups)
            .flat_map(move |(group, months)| months.iter().map(move |month| row(&question.id, &group, month, answer, control)))
    });
    folder.write_csv("series.csv", &header, &NUMBERS, rows)
}

fn row(finding: &str, group: &str, month: &SeriesMonth, answer: &Answer, control: &[SeriesMonth]) -> [String; 10] {
    // Sums of others are no shipments, and an empty cell is no zero.
    let counted = |count: u64| if answer.countable == Countable::Aggregates { String::new() } else { count.to_string() };
    let beside = control.iter().find(|other| (other.year, other.month) == (month.year, month.month));
    [
        finding.to_owned(),
        group.to_owned(),
        month.year.to_string(),
        month.month.to_string(),
        counted(month.count),
        month.status.as_str().to_owned(),
        month.value_usd_cents.map_or(String::new(), |cents| scaled(cents, 2)),
        month.net_weight_g.map_or(String::new(), |grams| scaled(grams, 3)),
        counted(month.consignees),
        beside.map_or(String::new(), |other| other.count.to_string()),
    ]
}
