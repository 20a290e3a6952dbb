//! The forms in which a date may be written.
//!
//! In: one value. Out: each way in which it can be read, as a `strftime` form and the days that it then means.
//! Only a form by which [`DateStyle::read`] reads the value is given, so that a schema which declares it reads it too.

use crate::model::date::StatedDate;
use crate::model::date_style::DateStyle;

/// No form of a date with its time of day is longer.
const MAX_BYTES: usize = 40;
/// Records are of these years; other four digits are no year.
const YEARS: std::ops::RangeInclusive<u32> = 1980..=2049;
/// What stands between the parts of a date.
const MARKS: [&str; 8] = ["-", "/", ".", " ", ". ", ", ", "/ ", "- "];

/// A value read in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub form: String,
    pub order: Order,
    pub date: StatedDate,
    /// Whether it is nothing but digits, which might be something else.
    pub is_compact: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Plain,
    DayFirst,
    MonthFirst,
}

/// A run of digits, of letters or of anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Digits(&'a str),
    Letters(&'a str),
    Mark(&'a str),
}

/// Returns every way in which a value is a date: none for most values, two where day and month may stand in either order.
pub fn readings(text: &str) -> Vec<Reading> {
    let text = text.trim();
    let is_candidate = text.len() <= MAX_BYTES
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.chars().next().is_some_and(|letter| letter.is_ascii_digit() || letter.is_ascii_alphabetic());
    if !is_candidate {
        return Vec::new();
    }
    let tokens = tokens(text);
    let mut found = Vec::new();
    for (form, order, n_used) in forms(&tokens) {
        let rest: String = tokens[n_used..].iter().map(|token| token.text()).collect();
        for form in [form.clone(), format!("{form}{}", clock_form(&rest))] {
            // A date that is read only by a repair is not written in this form.
            let read = DateStyle::new(std::slice::from_ref(&form)).read(text).filter(|read| read.issues.is_empty());
            if let Some(read) = read {
                found.push(Reading { form, order, date: read.date, is_compact: tokens.len() == 1 });
                break;
            }
        }
    }
    found
}

/// Returns whether a value has a time of day other than midnight, and whether that is stated in UTC.
pub fn clock(text: &str) -> (bool, bool) {
    let Some((_, time)) = text.trim().split_once(['T', ' ']).filter(|(_, time)| time.contains(':')) else {
        return (false, false);
    };
    (time.bytes().any(|byte| matches!(byte, b'1'..=b'9')), time.ends_with('Z'))
}

/// Tells whether a header names a year, a month or a day instead of a fact.
pub fn is_period(header: &str) -> bool {
    readings(header).iter().any(|reading| !reading.is_compact || reading.form.contains("%Y"))
}

impl<'a> Token<'a> {
    fn text(self) -> &'a str {
        match self {
            Token::Digits(text) | Token::Letters(text) | Token::Mark(text) => text,
        }
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let kind = |letter: char| {
        if letter.is_ascii_digit() {
            0
        } else if letter.is_alphabetic() {
            1
        } else {
            2
        }
    };
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let end = at + letter.len_utf8();
        if letters.peek().is_none_or(|(_, next)| kind(*next) != kind(letter)) {
            let token = match kind(letter) {
                0 => Token::Digits(&text[start..end]),
                1 => Token::Letters(&text[start..end]),
                _ => Token::Mark(&text[start..end]),
            };
            tokens.push(token);
            start = end;
        }
    }
    tokens
}

/// Returns the forms that the first tokens suggest, with how many tokens each takes.
fn forms(tokens: &[Token<'_>]) -> Vec<(String, Order, usize)> {
    use Token::{Digits, Letters, Mark};
    let is_mark = |mark: &str| MARKS.contains(&mark);
    let year = |digits: &str| {
        if digits.len() == 4 {
            Some("%Y")
        } else if digits.len() == 2 {
            Some("%y")
        } else {
            None
        }
    };
    let is_short = |digits: &str| digits.len() <= 2;
    let one = |form: String, n_used: usize| vec![(form, Order::Plain, n_used)];
    match *tokens {
        [Digits(_), Letters("年"), Digits(_), Letters("月"), Digits(_), Letters("日"), ..] => {
            one("%Y年%m月%d日".to_owned(), 6)
        }
        [Digits(_), Letters("年"), Digits(_), Letters("月")] => one("%Y年%m月".to_owned(), 4),
        [Digits(first), Mark(a), Digits(second), Mark(b), Digits(third), ..] if is_mark(a) && is_mark(b) && is_short(second) => {
            if first.len() == 4 && is_short(third) {
                one(format!("%Y{a}%m{b}%d"), 5)
            } else if let (true, Some(year)) = (is_short(first), year(third)) {
                vec![(format!("%d{a}%m{b}{year}"), Order::DayFirst, 5), (format!("%m{a}%d{b}{year}"), Order::MonthFirst, 5)]
            } else {
                Vec::new()
            }
        }
        [Digits(first), Mark(a), Letters(_), Mark(b), Digits(third), ..] if is_mark(a) && is_mark(b) && is_short(first) => {
            year(third).map(|year| (format!("%d{a}%b{b}{year}"), Order::Plain, 5)).into_iter().collect()
        }
        [Digits(first), Letters(_), Digits(third), ..] if is_short(first) => {
            year(third).map(|year| (format!("%d%b{year}"), Order::Plain, 3)).into_iter().collect()
        }
        [Letters(_), Mark(a), Digits(second), Mark(b), Digits(third), ..] if is_mark(a) && is_mark(b) && is_short(second) => {
            year(third).map(|year| (format!("%b{a}%d{b}{year}"), Order::Plain, 5)).into_iter().collect()
        }
        [Letters(_), Mark(a), Digits(second)] if is_mark(a) => {
            year(second).map(|year| (format!("%b{a}{year}"), Order::Plain, 3)).into_iter().collect()
        }
        [Digits(first), Mark(a), Letters(_)] if is_mark(a) && first.len() == 4 => one(format!("%Y{a}%b"), 3),
        [Digits(first), Mark(a), Digits(second)] if is_mark(a) => {
            if first.len() == 4 && second.len() == 2 {
                one(format!("%Y{a}%m"), 3)
            } else if is_short(first) && second.len() == 4 && a != "." {
                one(format!("%m{a}%Y"), 3)
            } else {
                Vec::new()
            }
        }
        [Digits(only), ..] => compact_forms(only),
        _ => Vec::new(),
    }
}

/// Returns the forms of a date without marks, if the digits of its year are those of a year.
fn compact_forms(digits: &str) -> Vec<(String, Order, usize)> {
    let is_year = |part: &str| part.parse().is_ok_and(|year| YEARS.contains(&year));
    let found: &[(&str, Order)] = match digits.len() {
        8 if is_year(&digits[..4]) => &[("%Y%m%d", Order::Plain)],
        8 if is_year(&digits[4..]) => &[("%d%m%Y", Order::DayFirst), ("%m%d%Y", Order::MonthFirst)],
        6 if is_year(&digits[..4]) => &[("%Y%m", Order::Plain)],
        4 if is_year(digits) => &[("%Y", Order::Plain), ("%y%m", Order::Plain)],
        4 => &[("%y%m", Order::Plain)],
        _ => &[],
    };
    found.iter().map(|(form, order)| ((*form).to_owned(), *order, 1)).collect()
}

/// Returns the form of a time of day that is more than the clock which every form of a day allows behind it.
fn clock_form(rest: &str) -> String {
    let mark = if rest.starts_with('T') { "T" } else { " " };
    let n_colons = rest.bytes().filter(|byte| *byte == b':').count();
    let upper = rest.to_uppercase();
    if upper.ends_with("AM") || upper.ends_with("PM") {
        let gap = if upper[..upper.len() - 2].ends_with(' ') { " " } else { "" };
        let seconds = if n_colons > 1 { ":%S" } else { "" };
        return format!("{mark}%I:%M{seconds}{gap}%p");
    }
    let fraction = if rest.contains('.') { "%.f" } else { "" };
    format!("{mark}%H:%M:%S{fraction}%:z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_those_that_read_the_value() {
        for (text, expected) in [
            ("2022-02-24", "%Y-%m-%d"),
            ("2022/2/4", "%Y/%m/%d"),
            ("31.12.2022", "%d.%m.%Y"),
            ("12/31/2022", "%m/%d/%Y"),
            ("05/06/2022", "%d/%m/%Y %m/%d/%Y"),
            ("05/06/22", "%d/%m/%y %m/%d/%y"),
            ("24-Feb-2022", "%d-%b-%Y"),
            ("24FEB2022", "%d%b%Y"),
            ("Feb 24, 2022", "%b %d, %Y"),
            ("Apr 2023", "%b %Y"),
            ("Aug. 2024", "%b. %Y"),
            ("2024-08", "%Y-%m"),
            ("08/2024", "%m/%Y"),
            ("20220224", "%Y%m%d"),
            ("24022022", "%d%m%Y"),
            ("202202", "%Y%m"),
            ("2022", "%Y"),
            ("2011", "%Y %y%m"),
            ("2101", "%y%m"),
            ("2113", ""),
            ("2022年2月24日", "%Y年%m月%d日"),
            ("2025-03-28T18:30:00.000Z", "%Y-%m-%d"),
            ("2025-03-28 00:00:00", "%Y-%m-%d"),
            ("3/28/2025 1:05:00 PM", "%m/%d/%Y"),
            ("2025-03-28T18:30:00+03:00", "%Y-%m-%dT%H:%M:%S%:z"),
            ("8457101000", ""),
            ("12.50", ""),
            ("1.234.567", ""),
            ("ACME 2022", ""),
            ("99999999", ""),
            ("10012020/310325/5016594", ""),
            ("192.168.1.1", ""),
        ] {
            let found: Vec<String> = readings(text).into_iter().map(|reading| reading.form).collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
        assert_eq!(clock("2025-03-28T18:30:00.000Z"), (true, true));
        assert_eq!(clock("2025-03-28 00:00:00"), (false, false));
    }
}
