//! Days as integers `yyyymmdd`, periods of day, month or year, and the one format that a text is read by.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use std::fmt;

/// A calendar day as the integer `yyyymmdd`, the form in which the store and the SQL hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Day(i32);

impl Day {
    /// The first and last day that an interval can name.
    pub const MIN: Day = Day(10_101);
    pub const MAX: Day = Day(99_991_231);

    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Day::from)
    }

    /// Returns the day that an integer `yyyymmdd` stands for.
    pub fn from_number(number: i32) -> Option<Self> {
        Day::new(number / 10_000, (number / 100 % 100).unsigned_abs(), (number % 100).unsigned_abs())
    }

    /// Reads `2022-02-24`.
    pub fn parse_iso(text: &str) -> Option<Self> {
        NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok().map(Day::from)
    }

    pub fn number(self) -> i32 {
        self.0
    }

    pub fn year(self) -> i32 {
        self.0 / 10_000
    }

    pub fn month(self) -> u32 {
        (self.0 / 100 % 100).unsigned_abs()
    }

    /// Returns 1 to 4.
    pub fn quarter(self) -> u32 {
        (self.month() - 1) / 3 + 1
    }

    /// Returns the day after; the last day that an interval can name has none but itself.
    pub fn next(self) -> Day {
        if self == Day::MAX { self } else { self.to_date().succ_opt().map_or(self, Day::from) }
    }

    /// Returns the day before; the first day that an interval can name has none but itself.
    pub fn previous(self) -> Day {
        if self == Day::MIN { self } else { self.to_date().pred_opt().map_or(self, Day::from) }
    }

    pub fn to_date(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year(), self.month(), (self.0 % 100).unsigned_abs())
            .expect("a Day is only made from a calendar day")
    }
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Day(date.year() * 10_000 + (date.month() * 100 + date.day()) as i32)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.0 % 100)
    }
}

/// How exactly a source states a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DatePrecision {
    Day,
    Month,
    Year,
}

impl DatePrecision {
    pub fn as_str(self) -> &'static str {
        match self {
            DatePrecision::Day => "day",
            DatePrecision::Month => "month",
            DatePrecision::Year => "year",
        }
    }
}

/// A date as a source states it: all days from `first` to `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatedDate {
    pub first: Day,
    pub last: Day,
    pub precision: DatePrecision,
}

impl StatedDate {
    pub fn day(day: Day) -> Self {
        StatedDate { first: day, last: day, precision: DatePrecision::Day }
    }

    fn month(year: i32, month: u32) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        let last = first.checked_add_months(chrono::Months::new(1))?.pred_opt()?;
        Some(StatedDate { first: first.into(), last: last.into(), precision: DatePrecision::Month })
    }

    fn year(year: i32) -> Option<Self> {
        Some(StatedDate { first: Day::new(year, 1, 1)?, last: Day::new(year, 12, 31)?, precision: DatePrecision::Year })
    }

    /// Reads the start of a text by one `strftime` format, and returns what follows: nothing, or a clock time behind a day.
    ///
    /// `%Y-%m`, `%b %Y`, `%Y` and `Y%Y` give months and years. A format of digits alone (`%d%m%Y`) reads just as many: `2022111` by `%Y%m%d`
    /// is no day, rather than one of two.
    pub(super) fn read<'t>(text: &'t str, format: &str) -> Option<(Self, &'t str)> {
        if has_day(format) {
            let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
            if digits_of(format).is_some_and(|wanted| wanted != n_digits) {
                return None;
            }
            let (date, rest) = NaiveDate::parse_and_remainder(text, format).ok()?;
            let date = if format.contains("%y") { posix_century(date)? } else { date };
            return (is_clock(rest) && is_year_of_trade(date.year())).then(|| (StatedDate::day(date.into()), rest));
        }
        let has_month = ["%m", "%b", "%B"].iter().any(|directive| format.contains(directive));
        if has_month {
            let date = NaiveDate::parse_from_str(&format!("{text} 01"), &format!("{format} %d")).ok()?;
            Self::month(date.year(), date.month()).filter(|_| is_year_of_trade(date.year())).map(|date| (date, ""))
        } else {
            let (before, after) = format.split_once("%Y")?;
            let digits = text.strip_prefix(before)?.strip_suffix(after)?;
            let year: i32 = digits.parse().ok().filter(|_| digits.len() == 4)?;
            Self::year(year).filter(|_| is_year_of_trade(year)).map(|date| (date, ""))
        }
    }
}

fn is_year_of_trade(year: i32) -> bool {
    (1800..=2200).contains(&year)
}

/// Tells whether a format states a day.
pub(super) fn has_day(format: &str) -> bool {
    ["%d", "%e", "%F"].iter().any(|directive| format.contains(directive))
}

/// Returns how many digits a format reads that holds nothing but years, months and days in digits.
pub(super) fn digits_of(format: &str) -> Option<usize> {
    format
        .strip_prefix('%')?
        .split('%')
        .map(|directive| matches!(directive, "Y" | "y" | "m" | "d").then_some(if directive == "Y" { 4 } else { 2 }))
        .sum()
}

/// Returns the day with a year of two digits as POSIX reads it: 69 to 99 are 1969 to 1999.
fn posix_century(date: NaiveDate) -> Option<NaiveDate> {
    if date.year() >= 2069 { date.with_year(date.year() - 100) } else { Some(date) }
}

/// Tells whether what stands behind a day is a clock time: `T00:00:00`, ` 00:00:00.000`, ` 12:00:00 AM`, or nothing.
fn is_clock(rest: &str) -> bool {
    let clock = rest.strip_suffix(" AM").or_else(|| rest.strip_suffix(" PM")).unwrap_or(rest);
    clock.is_empty()
        || (clock.starts_with(['T', ' ']) && clock[1..].bytes().all(|byte| matches!(byte, b'0'..=b'9' | b':' | b'.' | b'Z')))
}

/// Returns the first day of a month (1 to 12) of a year.
pub fn month_start((year, month): (i32, u32)) -> Day {
    Day::new(year, month, 1).expect("months run from 1 to 12")
}

/// Returns the last day of a month (1 to 12) of a year.
pub fn month_end((year, month): (i32, u32)) -> Day {
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    month_start(next).to_date().pred_opt().map(Day::from).expect("a month has a last day")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_of_a_month_is_its_last() {
        assert_eq!(month_end((2020, 2)).number(), 20200229);
        assert_eq!(month_end((2021, 12)).number(), 20211231);
    }
}
