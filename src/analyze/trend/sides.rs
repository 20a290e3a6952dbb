//! A series on the two sides of a change: which periods come before, which after, which belong to neither.
//!
//! In: a series, the day of the change, how to treat the period that holds it. Out: rows for fits. Only observed periods enter;
//! a missing period is not a zero.

use crate::model::answer::PeriodStatus;
use crate::model::date::Day;
use crate::model::series::{Frequency, TradeSeries};

/// What becomes of the period that holds the change, where that is not its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transition {
    #[default]
    Exclude,
    Before,
    After,
}

/// The day of a change and which periods are left out around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeDay {
    pub day: Day,
    pub transition: Transition,
    /// Further periods left out: goods under contracts from before still arrive.
    pub n_lag: u32,
}

impl ChangeDay {
    pub fn new(day: Day) -> Self {
        ChangeDay { day, transition: Transition::default(), n_lag: 0 }
    }

    /// Returns the numbers of the first period after the change and of the first one in transition.
    fn periods(self, frequency: Frequency) -> (i32, i32) {
        let holds = frequency.ordinal_of(self.day);
        let is_first_day = self.day == frequency.days(holds).0;
        let own = match self.transition {
            _ if is_first_day => (holds, holds),
            Transition::Exclude => (holds + 1, holds),
            Transition::Before => (holds + 1, holds + 1),
            Transition::After => (holds, holds),
        };
        (own.0 + self.n_lag as i32, own.1)
    }
}

/// A series with its change.
#[derive(Debug, Clone)]
pub struct Sides<'s> {
    pub series: &'s TradeSeries,
    /// The number of the first period after the change.
    pub first_post: i32,
    /// By period of the series, transition told apart.
    pub statuses: Vec<PeriodStatus>,
}

/// The periods that enter a fit, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// Numbers of periods, from the first of the series.
    pub positions: Vec<i32>,
    /// Periods since the first one after the change.
    pub since: Vec<i32>,
    /// Parts of the year, from 1; of periods that are counted as one, the middle of them.
    pub parts_of_year: Vec<f64>,
    pub amounts: Vec<f64>,
    /// How many periods a row is: more than one where some are counted as one.
    pub lengths: Vec<f64>,
    /// Logarithms of lengths and stated exposures; `None` where all are 1.
    pub log_exposures: Option<Vec<f64>>,
}

impl<'s> Sides<'s> {
    pub fn of(series: &'s TradeSeries, change: ChangeDay) -> Self {
        let (mut first_post, first_left_out) = change.periods(series.frequency);
        // A period that is counted with the one before the change holds the change.
        if first_post == first_left_out && series.point(first_post - 1).status == PeriodStatus::Combined {
            first_post += 1;
        }
        let statuses = (series.first..)
            .zip(&series.points)
            .map(|(ordinal, point)| {
                let is_between = (first_left_out..first_post).contains(&ordinal);
                if is_between && point.status == PeriodStatus::Observed { PeriodStatus::Transition } else { point.status }
            })
            .collect();
        Sides { series, first_post, statuses }
    }

    /// Returns the rows of the fits before and after.
    pub fn observed(&self) -> Rows {
        self.rows(|status| status == PeriodStatus::Observed)
    }

    /// Returns the rows of a search that knows no date: the transition is a period as any other.
    pub fn observed_and_transition(&self) -> Rows {
        self.rows(|status| matches!(status, PeriodStatus::Observed | PeriodStatus::Transition))
    }

    fn rows(&self, is_in: impl Fn(PeriodStatus) -> bool) -> Rows {
        let mut rows = Rows::default();
        let (mut log_exposures, mut has_exposures) = (Vec::new(), false);
        let mut length = 1.0;
        for (at, (point, status)) in self.series.points.iter().zip(&self.statuses).enumerate() {
            if *status == PeriodStatus::Combined {
                length += 1.0;
                continue;
            }
            let own_length = std::mem::replace(&mut length, 1.0);
            if !is_in(*status) {
                continue;
            }
            let ordinal = self.series.first + at as i32;
            rows.positions.push(at as i32);
            rows.since.push(ordinal - self.first_post);
            rows.parts_of_year.push(f64::from(self.series.frequency.part_of_year(ordinal)) - (own_length - 1.0) / 2.0);
            rows.amounts.push(point.amount);
            rows.lengths.push(own_length);
            has_exposures |= own_length != 1.0 || point.exposure.is_some();
            log_exposures.push((own_length * point.exposure.unwrap_or(1.0)).ln());
        }
        rows.log_exposures = has_exposures.then_some(log_exposures);
        rows
    }

    /// Returns how many periods have a status.
    pub fn count(&self, status: PeriodStatus) -> usize {
        self.statuses.iter().filter(|own| **own == status).count()
    }
}

impl Rows {
    pub fn len(&self) -> usize {
        self.amounts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.amounts.is_empty()
    }

    /// Returns the amounts a period.
    pub fn levels(&self) -> Vec<f64> {
        self.amounts.iter().zip(&self.lengths).map(|(amount, length)| amount / length).collect()
    }

    /// Tells whether a row holds a part of the year.
    pub fn holds_part(&self, row: usize, part: u32) -> bool {
        (self.parts_of_year[row] - f64::from(part)).abs() <= self.lengths[row] / 2.0 - 0.5
    }

    pub fn is_after(&self, row: usize) -> bool {
        self.since[row] >= 0
    }

    /// Returns the number of rows before the change, which come first.
    pub fn n_before(&self) -> usize {
        self.since.iter().filter(|since| **since < 0).count()
    }

    /// Returns the first rows.
    pub fn first(&self, n_rows: usize) -> Rows {
        Rows {
            positions: self.positions[..n_rows].to_vec(),
            since: self.since[..n_rows].to_vec(),
            parts_of_year: self.parts_of_year[..n_rows].to_vec(),
            amounts: self.amounts[..n_rows].to_vec(),
            lengths: self.lengths[..n_rows].to_vec(),
            log_exposures: self.log_exposures.as_ref().map(|exposures| exposures[..n_rows].to_vec()),
        }
    }
}
