//! A series: how much was recorded in each period, and whether the period can be counted on.

use crate::model::answer::{Period, PeriodStatus};
use crate::model::date::Day;
use serde::Serialize;

/// What is summed up a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// A number of whatever the file of a series counts.
    Count,
    /// Shipments by the key of the finding.
    Shipments,
    /// Different consignees by name.
    Consignees,
    ValueUsd,
    NetWeightKg,
    /// An amount of whatever the file of a series measures.
    Value,
}

impl Measure {
    pub const ALL: [Measure; 6] =
        [Measure::Count, Measure::Shipments, Measure::Consignees, Measure::ValueUsd, Measure::NetWeightKg, Measure::Value];

    /// Returns the word of the run file and the column of a series.
    pub fn as_str(self) -> &'static str {
        match self {
            Measure::Count => "count",
            Measure::Shipments => "shipments",
            Measure::Consignees => "consignees",
            Measure::ValueUsd => "value_usd",
            Measure::NetWeightKg => "net_weight_kg",
            Measure::Value => "value",
        }
    }

    /// Tells whether it counts something, so that exact tests and a floor of the dispersion hold; amounts have a unit that may be any.
    pub fn is_count(self) -> bool {
        matches!(self, Measure::Count | Measure::Shipments | Measure::Consignees)
    }
}

/// How long the periods of a series are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    Month,
    Quarter,
    Year,
}

impl Frequency {
    pub fn as_str(self) -> &'static str {
        match self {
            Frequency::Month => "month",
            Frequency::Quarter => "quarter",
            Frequency::Year => "year",
        }
    }

    pub fn periods_a_year(self) -> i32 {
        match self {
            Frequency::Month => 12,
            Frequency::Quarter => 4,
            Frequency::Year => 1,
        }
    }

    /// Returns the number of the period that holds a day; neighbors differ by one.
    pub fn ordinal_of(self, day: Day) -> i32 {
        match self {
            Frequency::Month => day.year() * 12 + day.month() as i32 - 1,
            Frequency::Quarter => day.year() * 4 + day.quarter() as i32 - 1,
            Frequency::Year => day.year(),
        }
    }

    /// Returns the period of a number.
    pub fn period(self, ordinal: i32) -> Period {
        let (year, part) = (ordinal.div_euclid(self.periods_a_year()), ordinal.rem_euclid(self.periods_a_year()) as u32 + 1);
        match self {
            Frequency::Month => Period::Month(year, part),
            Frequency::Quarter => Period::Quarter(year, part),
            Frequency::Year => Period::Year(year),
        }
    }

    /// Returns the first and last day of a period.
    pub fn days(self, ordinal: i32) -> (Day, Day) {
        self.period(ordinal).days().expect("a part of a calendar has days")
    }

    /// Returns which part of its year a period is, from 1.
    pub fn part_of_year(self, ordinal: i32) -> u32 {
        ordinal.rem_euclid(self.periods_a_year()) as u32 + 1
    }
}

/// What was recorded in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeriesPoint {
    pub amount: f64,
    /// How much could have been recorded; the model takes its logarithm.
    pub exposure: Option<f64>,
    pub status: PeriodStatus,
}

impl SeriesPoint {
    /// A period of which nothing is known.
    pub const MISSING: SeriesPoint = SeriesPoint { amount: 0.0, exposure: None, status: PeriodStatus::Missing };

    pub fn observed(amount: f64) -> Self {
        SeriesPoint { amount, exposure: None, status: PeriodStatus::Observed }
    }
}

/// Amounts a period, without a gap: a period that nobody states is there as missing.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeSeries {
    pub name: String,
    pub measure: Measure,
    pub frequency: Frequency,
    /// The number of the first period (`Frequency::ordinal_of`).
    pub first: i32,
    pub points: Vec<SeriesPoint>,
}

impl TradeSeries {
    /// Makes a series of periods in any order; of a period that is stated twice the last one stands.
    pub fn new(name: &str, measure: Measure, frequency: Frequency, stated: &[(i32, SeriesPoint)]) -> Self {
        let first = stated.iter().map(|(ordinal, _)| *ordinal).min().unwrap_or(0);
        let last = stated.iter().map(|(ordinal, _)| *ordinal).max().unwrap_or(-1);
        let mut points = vec![SeriesPoint::MISSING; (last - first + 1).max(0) as usize];
        for (ordinal, point) in stated {
            points[(ordinal - first) as usize] = *point;
        }
        TradeSeries { name: name.to_owned(), measure, frequency, first, points }
    }

    /// Counts January and February of each year as one period of two months: the lunar new year moves between them.
    ///
    /// Both must be known alike; where one is missing or not whole, so is the other.
    pub fn combine_january_and_february(&mut self) {
        if self.frequency != Frequency::Month {
            return;
        }
        let part_of_year = |at: usize| Frequency::Month.part_of_year(self.first + at as i32);
        let n = self.points.len();
        let februaries: Vec<usize> = (1..n).filter(|at| part_of_year(*at) == 2).collect();
        // A series that begins with February or ends with January has half of such a period.
        let halves: Vec<usize> = [(0, 2), (n.saturating_sub(1), 1)]
            .into_iter()
            .filter(|(at, part)| n > 0 && part_of_year(*at) == *part)
            .map(|half| half.0)
            .collect();
        for at in februaries {
            let [january, february] = [self.points[at - 1], self.points[at]];
            let status = if january.status == PeriodStatus::Observed { february.status } else { january.status };
            let exposure = january.exposure.zip(february.exposure).map(|(left, right)| (left + right) / 2.0);
            self.points[at] = SeriesPoint { amount: january.amount + february.amount, exposure, status };
            self.points[at - 1] = SeriesPoint { status: PeriodStatus::Combined, ..SeriesPoint::MISSING };
        }
        for at in halves {
            self.points[at].status = PeriodStatus::Partial;
        }
    }

    /// Returns the number of the last period.
    pub fn last(&self) -> i32 {
        self.first + self.points.len() as i32 - 1
    }

    /// Returns the point of a period; outside of the series nothing is known.
    pub fn point(&self, ordinal: i32) -> SeriesPoint {
        usize::try_from(ordinal - self.first).ok().and_then(|at| self.points.get(at)).copied().unwrap_or(SeriesPoint::MISSING)
    }
}
