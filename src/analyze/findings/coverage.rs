//! What the records cover: which months a vendor has records in, and what was bought.

use crate::model::answer::MonthStatus;
use crate::model::date::{Day, month_end, month_start};
use std::collections::{BTreeMap, BTreeSet};

/// The coverage of one vendor, over all its files.
#[derive(Debug, Clone, Default)]
pub struct SourceCoverage {
    pub reporter_country_code: String,
    /// Year and month of every record.
    pub months: BTreeSet<(i32, u32)>,
    /// What the run file says was bought.
    pub bought: Vec<(Day, Day)>,
}

/// The coverage of a run, by vendor.
#[derive(Debug, Clone, Default)]
pub struct Coverage(pub BTreeMap<String, SourceCoverage>);

impl Coverage {
    fn sources<'c>(&'c self, reporters: &'c [String]) -> impl Iterator<Item = &'c SourceCoverage> {
        self.0.values().filter(move |source| {
            reporters.is_empty() || source.reporter_country_code.is_empty() || reporters.contains(&source.reporter_country_code)
        })
    }

    /// Returns the first and last day that the records of some reporters can speak of: what was bought, else the months with records.
    pub fn span(&self, reporters: &[String]) -> Option<(Day, Day)> {
        let spans = self.sources(reporters).flat_map(|source| {
            let observed =
                source.months.first().zip(source.months.last()).map(|(first, last)| (month_start(*first), month_end(*last)));
            if source.bought.is_empty() { observed.into_iter().collect() } else { source.bought.clone() }
        });
        spans.reduce(|left, right| (left.0.min(right.0), left.1.max(right.1)))
    }

    pub fn month_status(&self, month: (i32, u32), reporters: &[String], window: (Day, Day)) -> MonthStatus {
        let (first, last) = (month_start(month), month_end(month));
        let mut n_sources = 0;
        let mut n_full = 0;
        let mut n_some = 0;
        for source in self.sources(reporters) {
            n_sources += 1;
            let touched = source.bought.is_empty() || source.bought.iter().any(|(from, to)| *from <= last && first <= *to);
            let whole = source.bought.is_empty() || source.bought.iter().any(|(from, to)| *from <= first && last <= *to);
            if source.months.contains(&month) && touched {
                n_some += 1;
                n_full += usize::from(whole);
            }
        }
        if n_some == 0 {
            MonthStatus::Missing
        } else if n_full < n_sources || first < window.0 || window.1 < last {
            MonthStatus::Partial
        } else {
            MonthStatus::Observed
        }
    }
}
