//! What the records cover: which months a vendor has records in, by flow and reporter, and what was bought.

use crate::model::answer::PeriodStatus;
use crate::model::date::{Day, month_end, month_start};
use crate::model::question::Question;
use std::collections::BTreeMap;

/// Records by year and month.
pub type Months = BTreeMap<(i32, u32), u64>;

/// A month that is one of the last so many may be delivered in part …
const LAST_MONTHS: i32 = 3;
/// … if it has less than this share of the median of the twelve months before.
const LAGGING_SHARE: f64 = 0.6;
/// Fewer months before say nothing of what is usual.
const FEWEST_BEFORE: usize = 6;

/// The coverage of one vendor, over all its files.
#[derive(Debug, Clone, Default)]
pub struct SourceCoverage {
    /// By flow and reporter: how many records state a month.
    pub months: BTreeMap<(String, String), Months>,
    /// What the run file says was bought.
    pub bought: Vec<(Day, Day)>,
}

/// The coverage of a run, by vendor.
#[derive(Debug, Clone, Default)]
pub struct Coverage(pub BTreeMap<String, SourceCoverage>);

/// What one vendor's records cover of one question.
struct QuestionSource<'c> {
    vendor: &'c str,
    months: Months,
    bought: &'c [(Day, Day)],
}

/// What the records cover of one question: the vendors that have records of its flow and reporter at all.
pub struct QuestionCoverage<'c> {
    sources: Vec<QuestionSource<'c>>,
    window: (Day, Day),
}

impl Coverage {
    pub fn of(&self, question: &Question) -> QuestionCoverage<'_> {
        let is_meant = |flow: &str, reporter: &str| {
            question.flow.as_deref().is_none_or(|wanted| wanted == flow)
                && (question.reporter.is_empty() || question.reporter.iter().any(|wanted| wanted.as_str() == reporter))
        };
        let sources = self.0.iter().filter_map(|(vendor, source)| {
            let meant = source.months.iter().filter(|((flow, reporter), _)| is_meant(flow, reporter));
            let mut months = Months::new();
            for (month, n_records) in meant.flat_map(|(_, months)| months) {
                *months.entry(*month).or_default() += n_records;
            }
            (!months.is_empty()).then_some(QuestionSource { vendor, months, bought: &source.bought })
        });
        QuestionCoverage { sources: sources.collect(), window: (question.from, question.to) }
    }
}

impl QuestionCoverage<'_> {
    /// Returns the first and last day that the records can speak of: what was bought, else the months with records.
    pub fn span(&self) -> Option<(Day, Day)> {
        let spans = self.sources.iter().flat_map(|QuestionSource { months, bought, .. }| {
            let ends = months.keys().next().zip(months.keys().next_back());
            let observed = ends.map(|(first, last)| (month_start(*first), month_end(*last)));
            if bought.is_empty() { observed.into_iter().collect() } else { bought.to_vec() }
        });
        spans.reduce(|left, right| (left.0.min(right.0), left.1.max(right.1)))
    }

    /// Tells whether every source speaks of all days of a window.
    pub fn spans(&self, from: Day, to: Day) -> bool {
        let covers = |QuestionSource { months, bought, .. }: &QuestionSource<'_>| {
            let observed = months.keys().next().zip(months.keys().next_back());
            let observed = observed.map(|(first, last)| (month_start(*first), month_end(*last)));
            let is_around = |(first, last): &(Day, Day)| *first <= from && to <= *last;
            if bought.is_empty() { observed.iter().any(is_around) } else { bought.iter().any(is_around) }
        };
        !self.sources.is_empty() && self.sources.iter().all(covers)
    }

    pub fn month_status(&self, month: (i32, u32)) -> PeriodStatus {
        let (first, last) = (month_start(month), month_end(month));
        let mut n_full = 0;
        let mut n_some = 0;
        for QuestionSource { months, bought, .. } in &self.sources {
            let touched = bought.is_empty() || bought.iter().any(|(from, to)| *from <= last && first <= *to);
            let whole = bought.is_empty() || bought.iter().any(|(from, to)| *from <= first && last <= *to);
            if months.contains_key(&month) && touched {
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

impl QuestionCoverage<'_> {
    /// Returns what `month_status` does, and tells apart months at the end of the data that are not wholly delivered yet.
    pub fn series_status(&self, month: (i32, u32)) -> PeriodStatus {
        let status = self.month_status(month);
        if status == PeriodStatus::Observed && self.is_lagging(month) { PeriodStatus::Lagging } else { status }
    }

    /// Returns each source that has records of the question's flow and reporter, with its records by month.
    pub fn totals(&self) -> impl Iterator<Item = (&str, &Months)> {
        self.sources.iter().map(|source| (source.vendor, &source.months))
    }

    fn is_lagging(&self, month: (i32, u32)) -> bool {
        let number = |(year, month): (i32, u32)| year * 12 + month as i32 - 1;
        let month_of = |number: i32| (number.div_euclid(12), number.rem_euclid(12) as u32 + 1);
        let total = |month: (i32, u32)| self.sources.iter().filter_map(|source| source.months.get(&month)).sum::<u64>();
        let last = self.sources.iter().filter_map(|source| source.months.keys().next_back()).max();
        let Some(last) = last.filter(|last| number(month) > number(**last) - LAST_MONTHS) else { return false };
        if number(month) > number(*last) {
            return false;
        }
        let mut before: Vec<u64> =
            (number(month) - 12..number(month)).map(|number| total(month_of(number))).filter(|total| *total > 0).collect();
        before.sort_unstable();
        let middle = before.len() / 2;
        let median = match before.len() {
            n if n < FEWEST_BEFORE => return false,
            n if n % 2 == 1 => before[middle] as f64,
            _ => (before[middle - 1] + before[middle]) as f64 / 2.0,
        };
        (total(month) as f64) < LAGGING_SHARE * median
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
        let months = |months: &[u32]| -> Months { months.iter().map(|month| ((2020, *month), 1)).collect() };
        let bought = [(day(20200101), day(20200315))];
        let covered = QuestionCoverage {
            sources: vec![
                QuestionSource { vendor: "left", months: months(&[1, 2, 3]), bought: &[] },
                QuestionSource { vendor: "right", months: months(&[1, 3]), bought: &bought },
            ],
            window: (day(20200101), day(20201231)),
        };
        let statuses = [1, 2, 3, 4].map(|month| covered.month_status((2020, month)));
        assert_eq!(statuses, [PeriodStatus::Observed, PeriodStatus::Partial, PeriodStatus::Partial, PeriodStatus::Missing]);
        assert_eq!(covered.span(), Some((day(20200101), day(20200331))));
    }

    #[test]
    fn a_month_at_the_end_with_few_records_is_lagging() {
        let mut months: Months = (1..=12).map(|month| ((2020, month), 100)).collect();
        months.extend([((2021, 1), 90), ((2021, 2), 59), ((2021, 3), 10)]);
        let source = QuestionSource { vendor: "one", months, bought: &[] };
        let covered = QuestionCoverage { sources: vec![source], window: (day(20200101), day(20211231)) };
        let statuses = [(2020, 12), (2021, 1), (2021, 2), (2021, 3), (2021, 4)].map(|month| covered.series_status(month));
        let [observed, lagging] = [PeriodStatus::Observed, PeriodStatus::Lagging];
        assert_eq!(statuses, [observed, observed, lagging, lagging, PeriodStatus::Missing]);
    }
}
