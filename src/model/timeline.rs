//! Spans of days, known and unknown, and answers that change from day to day.

use crate::model::date::Day;
use crate::model::listed_entity::Known;

/// Days from and to, and whether both ends are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    pub from: Day,
    pub to: Day,
    pub is_known: bool,
}

impl Interval {
    pub const ALWAYS: Interval = Interval { from: Day::MIN, to: Day::MAX, is_known: true };

    /// Returns the days that a statement bounds; a side whose day is not known is open, and the interval is not known.
    pub fn of(from: Known, to: Known) -> Self {
        let bound = |known: Known, open: Day| match known {
            Known::Open => (open, true),
            Known::Unknown => (open, false),
            Known::On(day) => (day, true),
        };
        let ((from, from_known), (to, to_known)) = (bound(from, Day::MIN), bound(to, Day::MAX));
        Interval { from, to, is_known: from_known && to_known }
    }

    /// Returns what two intervals have in common, if anything.
    pub fn and(self, other: Interval) -> Option<Interval> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from <= to).then_some(Interval { from, to, is_known: self.is_known && other.is_known })
    }

    pub fn has(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }
}

/// A value for every day: spans that follow one another, without gap or overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline<T> {
    /// The first day of each span with its value; the first begins with all days, neighbors differ.
    starts: Vec<(Day, T)>,
}

impl<T: PartialEq + Clone> Timeline<T> {
    /// Returns the timeline of a question that can only change its answer on some days.
    pub fn of_changes(days: impl IntoIterator<Item = Day>, mut value_on: impl FnMut(Day) -> T) -> Self {
        let mut days: Vec<Day> = days.into_iter().chain([Day::MIN]).collect();
        days.sort_unstable();
        days.dedup();
        let mut starts: Vec<(Day, T)> = Vec::new();
        for day in days {
            let value = value_on(day);
            if starts.last().is_none_or(|(_, last)| *last != value) {
                starts.push((day, value));
            }
        }
        Timeline { starts }
    }

    /// Returns the value of a day.
    pub fn at(&self, day: Day) -> &T {
        let after = self.starts.partition_point(|(start, _)| *start <= day);
        &self.starts[after.saturating_sub(1)].1
    }

    /// Returns the spans with their first and last days, in order.
    pub fn spans(&self) -> impl Iterator<Item = (Day, Day, &T)> {
        self.starts.iter().enumerate().map(|(at, (start, value))| {
            let end = self.starts.get(at + 1).map_or(Day::MAX, |(next, _)| next.previous());
            (*start, end, value)
        })
    }

    /// Returns the days on which spans begin.
    pub fn changes(&self) -> impl Iterator<Item = Day> {
        self.starts.iter().map(|(start, _)| *start)
    }
}

/// Returns the days on which an interval may change an answer: its first, and the one after its last.
pub fn changes_of(interval: Interval) -> impl Iterator<Item = Day> {
    [interval.from].into_iter().chain((interval.to < Day::MAX).then(|| interval.to.next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbors_are_one_span() {
        let days = [20200101, 20200110, 20200120].map(|day| Day::from_number(day).expect("a day"));
        let line = Timeline::of_changes(days, |day| day >= days[1]);
        let spans: Vec<(i32, i32, bool)> = line.spans().map(|(from, to, value)| (from.number(), to.number(), *value)).collect();
        assert_eq!(spans, [(10101, 20200109, false), (20200110, 99991231, true)]);
        assert!(!line.at(days[0]) && *line.at(days[2]));
    }
}
