//! Days of listing as a format writes them.
//!
//! In: a text and the forms that the format is known to use. Out: a day. A form is never guessed row by row: what no form reads is an
//! issue, and the day is unknown.

use super::issues::ListIssues;
use crate::model::date::Day;
use crate::model::listed_entity::Known;
use chrono::{Days, NaiveDate};

/// A day as a spreadsheet counts it, from 1899-12-30.
pub(super) const SERIAL: &str = "serial";

/// Counts of days from 1954 to 2119: a smaller number is a year.
const SERIALS: std::ops::RangeInclusive<u64> = 20_000..=80_000;

/// Nobody was listed before, and no list looks further ahead; a year of two digits is none of these.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2150;

/// Returns the day of listing that a text states: `Unknown` where it states none.
pub(super) fn listed_on<S: AsRef<str>>(text: &str, forms: &[S], issues: &mut ListIssues) -> Known {
    read(text, forms, issues).unwrap_or(Known::Unknown)
}

/// Returns the day of delisting that a text states: `Open` where it states none.
pub(super) fn delisted_on<S: AsRef<str>>(text: &str, forms: &[S], issues: &mut ListIssues) -> Known {
    read(text, forms, issues).unwrap_or(Known::Open)
}

/// Returns `None` for an empty text, `Unknown` for one that no form reads.
fn read<S: AsRef<str>>(text: &str, forms: &[S], issues: &mut ListIssues) -> Option<Known> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let day = parse(text, forms);
    if day.is_none() {
        issues.add(format!("day `{}` not understood", text.chars().take(40).collect::<String>()));
    }
    Some(day.map_or(Known::Unknown, Known::On))
}

/// Returns the day that one of the forms reads.
pub(super) fn parse<S: AsRef<str>>(text: &str, forms: &[S]) -> Option<Day> {
    forms.iter().find_map(|form| parse_by(text.trim(), form.as_ref()))
}

fn parse_by(text: &str, form: &str) -> Option<Day> {
    use chrono::Datelike;
    let date = if form == SERIAL {
        let days: u64 = text.parse().ok().filter(|days| SERIALS.contains(days))?;
        NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days))?
    } else {
        let text = &text.replace("Sept.", "Sep.");
        let text = if form == "%Y-%m-%d" { text.split('T').next().unwrap_or(text) } else { text };
        NaiveDate::parse_from_str(text, form).ok()?
    };
    YEARS.contains(&date.year()).then(|| Day::from(date))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days as workbooks give them: of cells with a form for days, and of others.
    const WORKBOOK: [&str; 2] = ["%Y-%m-%d", SERIAL];

    #[test]
    fn days_are_read_by_the_forms_of_the_format_alone() {
        let day = |text, forms: &[&str]| parse(text, forms).map(|day| day.to_string());
        let cases: [(&str, &[&str], Option<&str>); 9] = [
            ("14/04/2025", &["%d/%m/%Y"], Some("2025-04-14")),
            ("04/14/2025", &["%d/%m/%Y"], None),
            ("04/14/2025", &["%m/%d/%Y"], Some("2025-04-14")),
            ("17.3.2014", &["%d.%m.%Y"], Some("2014-03-17")),
            ("22.05.24", &["%d.%m.%Y", "%d.%m.%y"], Some("2024-05-22")),
            ("22.05.24", &["%d.%m.%Y"], None),
            ("41988", &WORKBOOK, Some("2014-12-15")),
            ("2014-12-15T00:00:00", &WORKBOOK, Some("2014-12-15")),
            ("2022", &WORKBOOK, None),
        ];
        for (text, forms, expected) in cases {
            assert_eq!(day(text, forms).as_deref(), expected, "{text} by {forms:?}");
        }
    }

    #[test]
    fn what_no_form_reads_is_an_issue() {
        let mut issues = ListIssues::default();
        assert_eq!(listed_on("", &WORKBOOK, &mut issues), Known::Unknown);
        assert_eq!(delisted_on(" ", &WORKBOOK, &mut issues), Known::Open);
        assert_eq!(delisted_on("soon", &WORKBOOK, &mut issues), Known::Unknown);
        assert_eq!(issues.into_vec(), [("day `soon` not understood".to_owned(), 1)]);
    }
}
