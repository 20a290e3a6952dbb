//! How a source writes its dates: the declared formats, the order of day and month, and the repairs of a stated rule.
//!
//! In: one cell of the date column. Out: a [`ReadDate`], which names the rules that were used. Surprising: where the order was taken by
//! evidence, a text that another order reads as another day says so, so that a reader sees how much hangs on the order.

use super::date::{Day, StatedDate, digits_of, has_day};
use chrono::{Days, Duration, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

/// The order of day and month in dates of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    DayMonth,
    MonthDay,
}

impl DateOrder {
    pub const BOTH: [DateOrder; 2] = [DateOrder::DayMonth, DateOrder::MonthDay];

    pub fn as_str(self) -> &'static str {
        match self {
            DateOrder::DayMonth => "day_month",
            DateOrder::MonthDay => "month_day",
        }
    }

    /// Returns a format with day and month in this order. One that begins with the year is left alone: nobody writes
    /// year, day, month.
    fn apply(self, format: &str) -> String {
        let day = ["%d", "%e"].into_iter().find_map(|day| format.find(day).map(|at| (at, day)));
        let (Some((day_at, day)), Some(month_at)) = (day, format.find("%m")) else { return format.to_owned() };
        let begins_with_year = ["%Y", "%y"].iter().any(|year| format.starts_with(year));
        if begins_with_year || (day_at < month_at) == (self == DateOrder::DayMonth) {
            return format.to_owned();
        }
        let (first, second) = if day_at < month_at { (day_at, month_at) } else { (month_at, day_at) };
        let (into_first, into_second) = if day_at < month_at { ("%m", day) } else { (day, "%m") };
        format!("{}{into_first}{}{into_second}{}", &format[..first], &format[first + 2..second], &format[second + 2..])
    }
}

/// How a schema or a run file says which order it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderChoice {
    DayMonth,
    MonthDay,
    /// Whatever the dates of all files show.
    ByEvidence,
}

impl OrderChoice {
    pub const WORDS: [&str; 3] = ["day_month", "month_day", "by_evidence"];

    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "day_month" => Some(OrderChoice::DayMonth),
            "month_day" => Some(OrderChoice::MonthDay),
            "by_evidence" => Some(OrderChoice::ByEvidence),
            _ => None,
        }
    }

    /// Returns the order that is pinned; `None` where the dates decide.
    pub fn pinned(self) -> Option<DateOrder> {
        match self {
            OrderChoice::DayMonth => Some(DateOrder::DayMonth),
            OrderChoice::MonthDay => Some(DateOrder::MonthDay),
            OrderChoice::ByEvidence => None,
        }
    }
}

/// How a source writes its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateStyle {
    /// Tried in order.
    formats: Vec<String>,
    /// The same with day and month the other way round; only where the order was taken by evidence.
    other_order: Vec<String>,
    /// What a spreadsheet counts days from; `None` where a format of digits alone could be meant.
    serials_from: Option<NaiveDate>,
    /// How far the source's clocks are ahead of UTC, for instants that are stated in UTC.
    utc_offset: Option<Duration>,
}

/// A date with the rules by which it was read, as kinds of issues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadDate {
    pub date: StatedDate,
    pub issues: Vec<&'static str>,
}

/// What one text says about the order of day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderEvidence {
    DayMonth,
    MonthDay,
    /// Both orders read it, as different days.
    Ambiguous,
    /// Both orders read it as one day, or it is no date.
    None,
}

impl DateStyle {
    pub fn new(formats: &[String]) -> Self {
        let is_digits = |format: &String| has_day(format) && digits_of(format).is_some();
        DateStyle {
            serials_from: NaiveDate::from_ymd_opt(1899, 12, 30).filter(|_| !formats.iter().any(is_digits)),
            formats: formats.to_vec(),
            other_order: Vec::new(),
            utc_offset: None,
        }
    }

    /// Counts serials from 1904, as spreadsheets on old Macs did.
    pub fn with_epoch_1904(mut self) -> Self {
        self.serials_from = self.serials_from.and_then(|_| NaiveDate::from_ymd_opt(1904, 1, 1));
        self
    }

    /// Sets how many minutes the source's clocks are ahead of UTC.
    pub fn with_utc_offset(mut self, minutes: i32) -> Self {
        self.utc_offset = Some(Duration::minutes(i64::from(minutes)));
        self
    }

    /// Reads all formats of digits in one order.
    pub fn in_order(mut self, order: DateOrder) -> Self {
        self.formats = distinct(self.formats.iter().map(|format| order.apply(format)));
        self
    }

    /// Marks dates that another order reads as another day.
    pub fn marking_ambiguous(mut self) -> Self {
        self.other_order = DateOrder::BOTH
            .iter()
            .map(|order| distinct(self.formats.iter().map(|format| order.apply(format))))
            .find(|formats| *formats != self.formats)
            .unwrap_or_default();
        self
    }

    /// Tells whether the order of day and month changes anything.
    pub fn depends_on_order(&self) -> bool {
        let [day_month, month_day] = DateOrder::BOTH.map(|order| distinct(self.formats.iter().map(|format| order.apply(format))));
        day_month != month_day
    }

    /// Reads a text by the formats, in their order, and never by a guess.
    pub fn read(&self, text: &str) -> Option<ReadDate> {
        let text = text.trim();
        let mut read = self.read_by(&self.formats, text)?;
        if !self.other_order.is_empty()
            && let Some(other) = self.read_by(&self.other_order, text)
            && other.date != read.date
        {
            read.issues.push("date_order_ambiguous");
        }
        Some(read)
    }

    fn read_by(&self, formats: &[String], text: &str) -> Option<ReadDate> {
        let plain = formats.iter().find_map(|format| StatedDate::read(text, format));
        if let Some((date, rest)) = plain {
            return Some(match self.utc_offset.and_then(|offset| local_day(date, rest, offset)) {
                Some(local) => ReadDate { date: StatedDate::day(local), issues: vec!["date_in_utc"] },
                None => ReadDate { date, issues: Vec::new() },
            });
        }
        let repaired = |date: StatedDate, rule| ReadDate { date, issues: vec![rule] };
        formats
            .iter()
            .find_map(|format| {
                with_two_digit_year(text, format)
                    .map(|date| repaired(date, "repaired_two_digit_year"))
                    .or_else(|| with_leading_zero(text, format).map(|date| repaired(date, "repaired_leading_zero")))
            })
            .or_else(|| self.serial(text).map(|date| repaired(date, "repaired_excel_serial")))
    }

    /// Returns the day of a spreadsheet's number of five digits, from 1990 to 2050; a fraction is the clock.
    fn serial(&self, text: &str) -> Option<StatedDate> {
        let epoch = self.serials_from?;
        let (days, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if days.len() != 5 || !is_digits(days) || !is_digits(fraction) {
            return None;
        }
        let day = Day::from(epoch.checked_add_days(Days::new(days.parse().ok()?))?);
        (1990..=2050).contains(&day.year()).then(|| StatedDate::day(day))
    }
}

/// Returns what a text says about the order, given the source's style in both.
pub fn order_evidence(text: &str, [day_month, month_day]: [&DateStyle; 2]) -> OrderEvidence {
    match (day_month.read(text), month_day.read(text)) {
        (Some(left), Some(right)) if left.date == right.date => OrderEvidence::None,
        (Some(_), Some(_)) => OrderEvidence::Ambiguous,
        (Some(_), None) => OrderEvidence::DayMonth,
        (None, Some(_)) => OrderEvidence::MonthDay,
        (None, None) => OrderEvidence::None,
    }
}

/// Returns the minutes of `+05:30` or `-03:00`.
pub fn parse_utc_offset(text: &str) -> Option<i32> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
    let number = |text: &str| if text.len() == 2 { text.parse::<u8>().ok() } else { None };
    let (hours, minutes) = (number(hours).filter(|hours| *hours <= 14)?, number(minutes).filter(|minutes| *minutes < 60)?);
    Some(sign * (i32::from(hours) * 60 + i32::from(minutes)))
}

/// Returns the local day of an instant in UTC: a day with `T18:30:00.000Z` behind it.
fn local_day(date: StatedDate, rest: &str, offset: Duration) -> Option<Day> {
    let clock = rest.strip_prefix('T')?.strip_suffix('Z')?;
    let time = ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|format| NaiveTime::parse_from_str(clock, format).ok())?;
    Some(Day::from(date.first.to_date().and_time(time).checked_add_signed(offset)?.date()))
}

/// Reads a day whose year has two digits where the format ends with four, behind a separator. `22-02-24` by `%Y-%m-%d` stays unread:
/// which end is the year cannot be known.
fn with_two_digit_year(text: &str, format: &str) -> Option<StatedDate> {
    let before = format.strip_suffix("%Y").filter(|_| has_day(format))?;
    if !before.ends_with(|letter: char| !letter.is_alphanumeric()) {
        return None;
    }
    let (date, rest) = StatedDate::read(text, &format!("{before}%y"))?;
    let stated = &text.as_bytes()[..text.len() - rest.len()];
    let n_digits = stated.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    (n_digits == 2).then_some(date)
}

/// Reads a day of digits alone that has lost the zero in front: `5062022` by `%d%m%Y`. A year in front has none to lose.
fn with_leading_zero(text: &str, format: &str) -> Option<StatedDate> {
    let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let is_short = has_day(format) && digits_of(format) == Some(n_digits + 1);
    if !is_short || ["%Y", "%y"].iter().any(|year| format.starts_with(year)) {
        return None;
    }
    StatedDate::read(&format!("0{text}"), format).map(|(date, _)| date)
}

fn distinct(formats: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for format in formats {
        if !kept.contains(&format) {
            kept.push(format);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a style of formats with `|` between and settings as the cases write them.
    fn style(formats: &str, settings: &str) -> DateStyle {
        let formats: Vec<String> = formats.split('|').map(str::to_owned).collect();
        let mut style = DateStyle::new(&formats);
        for setting in settings.split_whitespace() {
            style = match setting.split_once('=').expect("a setting is a key and a value") {
                ("epoch", "1904") => style.with_epoch_1904(),
                ("utc_offset", offset) => style.with_utc_offset(parse_utc_offset(offset).expect("an offset")),
                ("order", "day_month") => style.in_order(DateOrder::DayMonth),
                ("order", "month_day") => style.in_order(DateOrder::MonthDay),
                ("by_evidence", "day_month") => style.in_order(DateOrder::DayMonth).marking_ambiguous(),
                ("by_evidence", "month_day") => style.in_order(DateOrder::MonthDay).marking_ambiguous(),
                _ => panic!("`{setting}` is no setting"),
            };
        }
        style
    }

    #[test]
    fn dates_are_read_by_the_declared_format() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/values/dates.csv");
        let mut cases = csv::Reader::from_path(path).expect("the cases are there");
        let mut wrong = Vec::new();
        for case in cases.records() {
            let case = case.expect("a case is a line");
            let found = style(&case[1], &case[2]).read(&case[0]);
            let found = found.map_or([const { String::new() }; 4], |read| {
                let (first, last) = (read.date.first.number().to_string(), read.date.last.number().to_string());
                [first, last, read.date.precision.as_str().to_owned(), read.issues.join(" ")]
            });
            if found != [&case[3], &case[4], &case[5], &case[6]] {
                wrong.push(format!("`{}` as `{}` {}: {found:?}: {}", &case[0], &case[1], &case[2], &case[7]));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn the_order_moves_day_and_month_only() {
        for (format, day_month, month_day) in [
            ("%d.%m.%Y", "%d.%m.%Y", "%m.%d.%Y"),
            ("%m/%d/%Y", "%d/%m/%Y", "%m/%d/%Y"),
            ("%e %m %Y", "%e %m %Y", "%m %e %Y"),
            ("%d%m%Y", "%d%m%Y", "%m%d%Y"),
            ("%Y-%m-%d", "%Y-%m-%d", "%Y-%m-%d"),
            ("%d-%b-%Y", "%d-%b-%Y", "%d-%b-%Y"),
        ] {
            assert_eq!(DateOrder::BOTH.map(|order| order.apply(format)), [day_month, month_day]);
        }
    }

    #[test]
    fn offsets_are_hours_and_minutes() {
        for (text, minutes) in
            [("+05:30", Some(330)), ("-03:00", Some(-180)), ("+00:00", Some(0)), ("5:30", None), ("+5", None), ("+15:00", None)]
        {
            assert_eq!(parse_utc_offset(text), minutes, "{text}");
        }
    }
}
