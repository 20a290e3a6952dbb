//! What the records cover: which months a vendor has records in, by flow and reporter, and what was bought.

use crate::model::answer::PeriodStatus;
use crate::model::date::{Day, month_end, month_start};
use crate::model::question::Question;
use std::collections::{BTreeMap, BTreeSet};

/// Years with their months.
type Months = BTreeSet<(i32, u32)>;

/// The coverage of one vendor, over all its files.
#[derive(Debug, Clone, Default)]
pub struct SourceCoverage {
    /// By flow and reporter: year and month of every record that states a month.
    pub months: BTreeMap<(String, String), Months>,
    /// What the run file says was bought.
    pub bought: Vec<(Day, Day)>,
}

/// The coverage of a run, by vendor.
#[derive(Debug, Clone, Default)]
pub struct Coverage(pub BTreeMap<String, SourceCoverage>);

/// What the records cover of one question: the vendors that have records of its flow and reporter at all.
pub struct QuestionCoverage<'c> {
    sources: Vec<(Months, &'c [(Day, Day)])>,
    window: (Day, Day),
}

impl Coverage {
    pub fn of(&self, question: &Question) -> QuestionCoverage<'_> {
        let is_meant = |flow: &str, reporter: &str| {
            question.flow.as_deref().is_none_or(|wanted| wanted == flow)
                && (question.reporter.is_empty() || question.reporter.iter().any(|wanted| wanted.as_str() == reporter))
        };
        let sources = self.0.values().filter_map(|source| {
            let meant = source.months.iter().filter(|((flow, reporter), _)| is_meant(flow, reporter));
            let months: Months = meant.flat_map(|(_, months)| months.iter().copied()).collect();
            (!months.is_empty()).then_some((months, source.bought.as_slice()))
        });
        QuestionCoverage { sources: sources.collect(), window: (question.from, question.to) }
    }
}

impl QuestionCoverage<'_> {
    /// Returns the first and last day that the records can speak of: what was bought, else the months with records.
    pub fn span(&self) -> Option<(Day, Day)> {
        let spans = self.sources.iter().flat_map(|(months, bought)| {
            let observed = months.first().zip(months.last()).map(|(first, last)| (month_start(*first), month_end(*last)));
            if bought.is_empty() { observed.into_iter().collect() } else { bought.to_vec() }
        });
        spans.reduce(|left, right| (left.0.min(right.0), left.1.max(right.1)))
    }

    pub fn month_status(&self, month: (i32, u32)) -> PeriodStatus {
        let (first, last) = (month_start(month), month_end(month));
        let mut n_full = 0;
        let mut n_some = 0;
        for (months, bought) in &self.sources {
            let touched = bought.is_empty() || bought.iter().any(|(from, to)| *from <= last && first <= *to);
            let whole = bought.is_empty() || bought.iter().any(|(from, to)| *from <= first && last <= *to);
            if months.contains(&month) && touched {
                n_some += 1;
                n_full += usize::from(whole);
            }
        }
        if n_some == 0 {
            PeriodStatus::Missing
        } else if n_full < self.sources.len() || first < self.window.0 || self.window.1 < last {
            PeriodStatus::Partial
        } else {
            PeriodStatus::Observed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i32) -> Day {
        Day::from_number(number).expect("a calendar day")
    }

    #[test]
    fn a_month_is_observed_only_if_every_source_has_it() {
        let months = |months: &[u32]| -> Months { months.iter().map(|month| (2020, *month)).collect() };
        let bought = [(day(20200101), day(20200315))];
        let covered = QuestionCoverage {
            sources: vec![(months(&[1, 2, 3]), &[]), (months(&[1, 3]), &bought)],
            window: (day(20200101), day(20201231)),
        };
        let statuses = [1, 2, 3, 4].map(|month| covered.month_status((2020, month)));
        assert_eq!(statuses, [PeriodStatus::Observed, PeriodStatus::Partial, PeriodStatus::Partial, PeriodStatus::Missing]);
        assert_eq!(covered.span(), Some((day(20200101), day(20200331))));
    }
}
