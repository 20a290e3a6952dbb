//! The same calendar days of another year: a plain comparison with an exact interval.
//!
//! In: counts of two windows and their days. Out: the ratio a day with its interval. Two years are two numbers: without more of them
//! nothing says how much such a window varies from year to year, so the interval holds chance alone and is said to.

use super::exact_ratio::exact_ratio;
use crate::model::answer::SameDays;
use crate::model::date::Day;

/// Returns the same calendar days in another year: February 29 becomes the last of February.
pub fn shifted((from, to): (Day, Day), years: i32) -> Option<(Day, Day)> {
    let shift = |day: Day| {
        let (year, month, number) = (day.year() + years, day.month(), day.number().unsigned_abs() % 100);
        Day::new(year, month, number).or_else(|| Day::new(year, month, 28))
    };
    shift(from).zip(shift(to))
}

/// Compares a window with the same days of another year.
pub fn compare(window: (Day, Day), count: u64, other_window: (Day, Day), other_count: u64, is_covered: bool) -> SameDays {
    let days = |(from, to): (Day, Day)| (to.to_date() - from.to_date()).num_days() + 1;
    let (own_days, other_days) = (days(window), days(other_window));
    let exact = if is_covered { exact_ratio(count, own_days as f64, other_count, other_days as f64) } else { None };
    SameDays {
        year: other_window.0.year(),
        from: other_window.0,
        to: other_window.1,
        days: other_days,
        count: other_count,
        is_covered,
        ratio: exact.map(|exact| exact.ratio),
        low: exact.map(|exact| exact.low),
        high: exact.map(|exact| exact.high),
        p: exact.map(|exact| exact.p),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i32) -> Day {
        Day::from_number(number).expect("a calendar day")
    }

    #[test]
    fn a_leap_day_has_its_neighbor_elsewhere() {
        let window = (day(20240101), day(20240229));
        assert_eq!(shifted(window, -1), Some((day(20230101), day(20230228))));
        assert_eq!(shifted(window, -4), Some((day(20200101), day(20200229))));
    }

    #[test]
    fn windows_of_different_length_are_compared_a_day() {
        let compared = compare((day(20240101), day(20240229)), 60, (day(20230101), day(20230228)), 59, true);
        assert_eq!(compared.days, 59);
        assert_eq!(compared.ratio, Some(1.0));
        let uncovered = compare((day(20240101), day(20240229)), 60, (day(20230101), day(20230228)), 0, false);
        assert_eq!((uncovered.ratio, uncovered.p), (None, None));
    }
}
