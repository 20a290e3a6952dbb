//! Days as integers `yyyymmdd`, periods of day, month or year, and the declared formats that they are read by.

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

    /// Reads a text by the formats that a vendor schema declares, in their order, and never by a guess.
    ///
    /// Formats are those of `strftime`; `%Y-%m`, `%b %Y` and `%Y` give months and years. A clock time behind a day (`T00:00:00`,
    /// ` 00:00:00.000`) is dropped if it is midnight or the format says nothing of it.
    pub fn parse(text: &str, formats: &[String]) -> Option<Self> {
        let text = text.trim();
        formats.iter().find_map(|format| Self::parse_one(text, format))
    }

    fn parse_one(text: &str, format: &str) -> Option<Self> {
        let has_day = format.contains("%d") || format.contains("%e") || format.contains("%F");
        let has_month = has_day || format.contains("%m") || format.contains("%b") || format.contains("%B");
        if has_day {
            let (date, rest) = NaiveDate::parse_and_remainder(text, format).ok()?;
            let is_clock = rest.is_empty()
                || (rest.starts_with(['T', ' '])
                    && rest[1..].bytes().all(|byte| matches!(byte, b'0'..=b'9' | b':' | b'.' | b'Z')));
            (is_clock && (1800..=2200).contains(&date.year())).then(|| StatedDate::day(date.into()))
        } else if has_month {
            let date = NaiveDate::parse_from_str(&format!("{text} 01"), &format!("{format} %d")).ok()?;
            Self::month(date.year(), date.month()).filter(|_| (1800..=2200).contains(&date.year()))
        } else {
            let year: i32 = text.parse().ok().filter(|_| text.len() == 4)?;
            Self::year(year).filter(|_| (1800..=2200).contains(&year))
        }
    }
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
    fn dates_are_read_by_the_declared_format() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/values/dates.csv");
        let mut cases = csv::Reader::from_path(path).expect("the cases are there");
        for case in cases.records() {
            let case = case.expect("a case is a line");
            let found = StatedDate::parse(&case[0], &[case[1].to_owned()]);
            let found = found.map_or([const { String::new() }; 3], |date| {
                [date.first.number().to_string(), date.last.number().to_string(), date.precision.as_str().to_owned()]
            });
            assert_eq!(found, [&case[2], &case[3], &case[4]], "`{}` as `{}`", &case[0], &case[1]);
        }
    }

    #[test]
    fn the_last_day_of_a_month_is_its_last() {
        assert_eq!(month_end((2020, 2)).number(), 20200229);
        assert_eq!(month_end((2021, 12)).number(), 20211231);
    }
}
