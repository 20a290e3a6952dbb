//! A series for the trend tests: a small CSV file with a line a period.
//!
//! In: `year,month,count`, `year,quarter,count`, `year,count` or `period,count`, in any order of lines; further columns `control`, `offset`,
//! `status`, and amounts beside the count. Out: series without gaps. A period without a line, or with an empty cell, is missing and
//! not zero. A file with a column `finding`, as a run folder has, holds one series for each finding and group.

use super::names_file::read_columns;
use crate::error::{Error, Result};
use crate::model::answer::PeriodStatus;
use crate::model::series::{Frequency, Measure, SeriesPoint, TradeSeries};
use std::collections::BTreeMap;
use std::path::Path;

const PLACE_COLUMNS: [&str; 6] = ["finding", "group", "period", "year", "quarter", "month"];
const OTHER_COLUMNS: [&str; 3] = ["control", "offset", "status"];

/// The order in which a measure is looked for where none is named.
const MEASURES: [Measure; 6] =
    [Measure::Count, Measure::Shipments, Measure::Value, Measure::ValueUsd, Measure::NetWeightKg, Measure::Consignees];

/// A longer series is a slip in a year: no customs statistics reach that far.
const MOST_YEARS: i32 = 200;

/// A series with the control that stands beside it in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadSeries {
    pub series: TradeSeries,
    pub control: Option<TradeSeries>,
}

/// Reads all series of a file, in the order in which they appear. Without `measure`, the first known column of amounts is taken.
pub fn read(path: &Path, measure: Option<Measure>) -> Result<Vec<ReadSeries>> {
    let measures = measure.map_or(MEASURES.to_vec(), |measure| vec![measure]);
    let columns: Vec<&str> =
        PLACE_COLUMNS.into_iter().chain(OTHER_COLUMNS).chain(measures.iter().map(|measure| measure.as_str())).collect();
    let rows = read_columns(path, "series", &[], &columns)?;
    let reader = Reader { path, columns, rows };
    reader.series(&measures)
}

struct Reader<'p> {
    path: &'p Path,
    columns: Vec<&'static str>,
    rows: Vec<(u64, Vec<String>)>,
}

/// The series of one finding and group while its lines are read.
#[derive(Default)]
struct Lines {
    frequency: Option<Frequency>,
    points: Vec<(i32, SeriesPoint)>,
    controls: Vec<(i32, SeriesPoint)>,
    lines: BTreeMap<i32, u64>,
}

impl Reader<'_> {
    fn series(&self, measures: &[Measure]) -> Result<Vec<ReadSeries>> {
        let shown = self.path.display();
        let measure = measures.iter().copied().find(|measure| self.is_there(measure.as_str()));
        let Some(measure) = measure else {
            let wanted: Vec<String> = measures.iter().map(|measure| format!("`{}`", measure.as_str())).collect();
            return Err(Error::request(format!("`{shown}` has no column to test"))
                .detail(format!("looked for: {}", wanted.join(", ")))
                .hint("a series has the columns `year,month,count` or `period,count`, and a line at least"));
        };
        if !self.is_there("period") && !self.is_there("year") {
            return Err(Error::request(format!("`{shown}` does not say when"))
                .hint("a series has the columns `year,month,count` or `period,count`"));
        }
        let mut order: Vec<String> = Vec::new();
        let mut all: BTreeMap<String, Lines> = BTreeMap::new();
        for (line, cells) in &self.rows {
            let name = self.name(cells);
            if !all.contains_key(&name) {
                order.push(name.clone());
            }
            self.take(*line, cells, measure, all.entry(name).or_default())?;
        }
        for lines in all.values() {
            self.check_exposures(lines)?;
        }
        Ok(order
            .into_iter()
            .filter_map(|name| {
                let lines = all.remove(&name)?;
                let frequency = lines.frequency?;
                let control = self.is_there("control");
                Some(ReadSeries {
                    control: control.then(|| TradeSeries::new("control", measure, frequency, &lines.controls)),
                    series: TradeSeries::new(&name, measure, frequency, &lines.points),
                })
            })
            .collect())
    }

    /// Refuses an exposure that some observed periods have and others lack.
    fn check_exposures(&self, lines: &Lines) -> Result<()> {
        let is_stated = lines.points.iter().any(|(_, point)| point.exposure.is_some());
        let lacks = |point: &SeriesPoint| point.exposure.is_none() && point.status != PeriodStatus::Missing;
        match lines.points.iter().find(|(_, point)| is_stated && lacks(point)) {
            None => Ok(()),
            Some((ordinal, _)) => Err(self
                .fault(lines.lines.get(ordinal).copied().unwrap_or(0), "has no `offset`")
                .hint("fill the column in all lines or leave it out")),
        }
    }

    /// Tells whether any line has something in a column.
    fn is_there(&self, column: &str) -> bool {
        self.rows.iter().any(|(_, cells)| !self.cell(cells, column).is_empty())
    }

    fn cell<'c>(&self, cells: &'c [String], column: &str) -> &'c str {
        self.columns.iter().position(|own| *own == column).map_or("", |at| cells[at].as_str())
    }

    fn name(&self, cells: &[String]) -> String {
        match (self.cell(cells, "finding"), self.cell(cells, "group")) {
            ("", "") => self.path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned()),
            (finding, "") => finding.to_owned(),
            ("", group) => group.to_owned(),
            (finding, group) => format!("{finding} {group}"),
        }
    }

    fn take(&self, line: u64, cells: &[String], measure: Measure, lines: &mut Lines) -> Result<()> {
        let (frequency, ordinal) = self.period(line, cells)?;
        if *lines.frequency.get_or_insert(frequency) != frequency {
            return Err(self.fault(line, "is no period of the length of those before it"));
        }
        if let Some(earlier) = lines.lines.insert(ordinal, line) {
            return Err(self.fault(line, &format!("states {} again, after line {earlier}", frequency.period(ordinal))));
        }
        let status = match self.cell(cells, "status") {
            "" => PeriodStatus::Observed,
            word => PeriodStatus::ALL.into_iter().find(|status| status.as_str() == word).ok_or_else(|| {
                let known: Vec<&str> = PeriodStatus::ALL.iter().map(|status| status.as_str()).collect();
                self.fault(line, &format!("has the status `{word}`")).hint(format!("one of {}", known.join(", ")))
            })?,
        };
        let exposure = self.number(line, cells, "offset")?;
        if exposure.is_some_and(|exposure| exposure <= 0.0) {
            return Err(self.fault(line, "has an `offset` that is not above 0"));
        }
        let point = |amount: Option<f64>, exposure| match amount {
            Some(amount) => SeriesPoint { amount, exposure, status },
            None => SeriesPoint::MISSING,
        };
        let amount = self.number(line, cells, measure.as_str())?;
        if measure.is_count() && amount.is_some_and(|amount| amount.fract() != 0.0) {
            return Err(self
                .fault(line, &format!("has a `{}` that is no whole number", measure.as_str()))
                .hint("amounts stand in a column `value`: they have no exact tests"));
        }
        let (first, last) = (lines.lines.keys().next().copied(), lines.lines.keys().next_back().copied());
        if last.zip(first).is_some_and(|(last, first)| last - first >= MOST_YEARS * frequency.periods_a_year()) {
            return Err(self.fault(line, &format!("makes the series longer than {MOST_YEARS} years")));
        }
        lines.points.push((ordinal, point(amount, exposure)));
        lines.controls.push((ordinal, point(self.number(line, cells, "control")?, None)));
        Ok(())
    }

    /// Reads `2022-02`, `2022-02-01`, `2022-Q1` or `2022`, or a year with its part.
    fn period(&self, line: u64, cells: &[String]) -> Result<(Frequency, i32)> {
        let stated = self.cell(cells, "period");
        let [year, quarter, month] = ["year", "quarter", "month"].map(|column| self.cell(cells, column));
        let parts = match stated.split_once('-') {
            _ if stated.is_empty() => (year, quarter.trim_start_matches('Q'), month),
            None => (stated, "", ""),
            Some((year, part)) => match part.strip_prefix('Q') {
                Some(quarter) => (year, quarter, ""),
                None => (year, "", part.strip_suffix("-01").unwrap_or(part)),
            },
        };
        let number = |text: &str, most: i32| text.parse::<i32>().ok().filter(|number| (1..=most).contains(number));
        let found = match parts {
            (year, "", "") => number(year, 9999).map(|year| (Frequency::Year, year)),
            (year, quarter, "") => {
                number(year, 9999).zip(number(quarter, 4)).map(|(year, part)| (Frequency::Quarter, year * 4 + part - 1))
            }
            (year, _, month) => {
                number(year, 9999).zip(number(month, 12)).map(|(year, part)| (Frequency::Month, year * 12 + part - 1))
            }
        };
        found.ok_or_else(|| {
            self.fault(line, "states no period").hint("write `2022-02`, `2022-Q1` or `2022`, or fill `year` and `month`")
        })
    }

    fn number(&self, line: u64, cells: &[String], column: &str) -> Result<Option<f64>> {
        let cell = self.cell(cells, column);
        if cell.is_empty() {
            return Ok(None);
        }
        let number = cell.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
        number.map(Some).ok_or_else(|| {
            self.fault(line, &format!("has `{cell}` in `{column}`"))
                .hint("write a number from 0 with a decimal point; leave the cell empty where nothing is known")
        })
    }

    fn fault(&self, line: u64, what: &str) -> Error {
        Error::request(format!("line {line} of `{}` {what}", self.path.display()))
    }
}
