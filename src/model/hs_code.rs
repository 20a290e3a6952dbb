//! Tariff codes: text in, digits out, as text from the first byte; and the provisions of goods lists that cover them.
//!
//! In: one cell of a record, or one entry of a goods list. Out: an [`HsCode`], or a [`Provision`] of one code or a range.
//! Surprising: a zero is put in front only where that gives a heading that exists. Every code of an odd length could be
//! read so, and `845710000`, which lost its last digit, would become fruit of chapter 08. And of a code that a spreadsheet showed as
//! `8.4571E+9` only those digits are kept that rounding cannot have changed.

use serde::{Serialize, Serializer};
use std::fmt;

/// The most digits that a national tariff line has (12 in Panama).
const MAX_DIGITS: usize = 12;

/// The last heading of chapters 01 to 09, the only ones whose codes begin with a zero: the highest number in any HS edition
/// from 1992 to 2022 (World Customs Organization, HS Nomenclature; heading 0309 is of 2022).
const LAST_HEADING: [u32; 9] = [6, 10, 9, 10, 11, 4, 14, 14, 10];

/// Chapters that hold no goods: 00 does not exist, 77 is reserved. 98 and 99 are free for national use and hold some.
const EMPTY_CHAPTERS: [&str; 2] = ["00", "77"];

/// A Harmonized System code or national tariff line of 2 to 12 digits, without dots or spaces.
///
/// `"8542.31"` and `"8542 31 10"` parse; `"N/A"` does not. Codes sort as text, so a heading stands before what is beneath it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HsCode {
    /// ASCII digits, filled up with zero bytes: that keeps the derived order that of the text.
    digits: [u8; MAX_DIGITS],
    len: u8,
}

impl HsCode {
    /// Reads a cell: dots and spaces of any kind between digits, quotes around them and a `*` behind them are passed over.
    ///
    /// `expected_digits` is the length that the source declares. A code one digit shorter than that (without a declared length:
    /// one of 3, 5, 7, 9 or 11 digits) has lost its leading zero if the zero leads to a heading of chapters 01 to 09; if it does
    /// not, an odd length is a fault. Shorter codes of an even length are kept as they are. A spreadsheet's `8.4571E+5` is the number
    /// that it stands for, less the digits that it does not state.
    pub fn parse(text: &str, expected_digits: Option<usize>) -> Result<(HsCode, Option<Repair>), Reason> {
        let text = trim_marks(text);
        if text.is_empty() {
            return Err(Reason::Empty);
        }
        if let Some(short_form) = ShortForm::read(text) {
            return short_form.code(expected_digits);
        }
        let (text, had_tail) = match strip_decimal_tail(text) {
            Some(number) => (number, true),
            None => (text, false),
        };
        let digits = read_digits(text, expected_digits)?;
        let length = digits.len();
        let is_short = match expected_digits {
            Some(expected) => length + 1 == expected,
            None => length > 1 && length % 2 == 1,
        };
        if is_short {
            let padded = format!("0{digits}");
            if is_early_heading(&padded) {
                return Ok((HsCode::from_digits(&padded)?, Some(Repair::LeadingZero)));
            }
        }
        if length < 2 {
            return Err(Reason::TooShort);
        }
        if length % 2 == 1 && expected_digits != Some(length) {
            return Err(Reason::OddDigits);
        }
        Ok((HsCode::from_digits(&digits)?, had_tail.then_some(Repair::DecimalTail)))
    }

    /// Makes a code of text that holds nothing but digits.
    fn from_digits(text: &str) -> Result<HsCode, Reason> {
        if text.len() < 2 {
            return Err(Reason::TooShort);
        }
        if text.len() > MAX_DIGITS {
            return Err(Reason::TooLong);
        }
        if EMPTY_CHAPTERS.contains(&&text[..2]) {
            return Err(Reason::NoChapter);
        }
        let mut digits = [0; MAX_DIGITS];
        digits[..text.len()].copy_from_slice(text.as_bytes());
        Ok(HsCode { digits, len: text.len() as u8 })
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.digits[..usize::from(self.len)]).expect("a code is made of ASCII digits")
    }

    /// Returns the first two digits: `84`.
    pub fn chapter(&self) -> &str {
        &self.as_str()[..2]
    }

    /// Returns the first four digits, `8457`; `None` if the code has fewer.
    pub fn heading(&self) -> Option<&str> {
        self.as_str().get(..4)
    }

    /// Returns the first six digits, `845710`; `None` if the code has fewer.
    pub fn subheading(&self) -> Option<&str> {
        self.as_str().get(..6)
    }

    pub fn is_under(&self, provision: &Provision) -> bool {
        provision.covers(self.as_str())
    }
}

/// An entry of a goods list: a code or a range of codes of one length, with all that is beneath.
///
/// `8526.91`, `8459-8461`. Unlike a record's code it is never repaired: who writes a list can write it right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Provision {
    first: HsCode,
    last: HsCode,
}

impl Provision {
    pub fn parse(text: &str) -> Result<Provision, Reason> {
        let (first, last) = match text.split_once(['-', '–']) {
            Some((first, last)) => (Self::parse_end(first)?, Self::parse_end(last)?),
            None => {
                let only = Self::parse_end(text)?;
                (only, only)
            }
        };
        if first.len != last.len || first > last {
            return Err(Reason::Range);
        }
        Ok(Provision { first, last })
    }

    fn parse_end(text: &str) -> Result<HsCode, Reason> {
        let digits = read_digits(text.trim(), None)?;
        match digits.len() {
            0 => Err(Reason::Empty),
            1 => Err(Reason::TooShort),
            length if length % 2 == 1 => Err(Reason::OddDigits),
            _ => HsCode::from_digits(&digits),
        }
    }

    /// Returns whether a code as text of digits lies under this provision; a code shorter than the provision does not, since
    /// it may mean goods beside it.
    pub fn covers(&self, code: &str) -> bool {
        let length = usize::from(self.first.len);
        code.get(..length).is_some_and(|start| self.first.as_str() <= start && start <= self.last.as_str())
    }

    /// Returns how many digits tell the provision apart; in a choice of two the longer one is the closer.
    pub fn digits(&self) -> usize {
        usize::from(self.first.len)
    }
}

/// A line of `codes` in a goods set: a provision that is in, or with `!` one that is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeRule {
    pub provision: Provision,
    pub is_excluded: bool,
}

impl CodeRule {
    /// Reads `8803`, `8459-8461` or `!8807.10`.
    pub fn parse(text: &str) -> Result<CodeRule, Reason> {
        let text = text.trim();
        let (text, is_excluded) = match text.strip_prefix('!') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        Ok(CodeRule { provision: Provision::parse(text)?, is_excluded })
    }
}

/// What was done to a code so that it could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repair {
    /// A zero was put in front. Where a `.0` was dropped too, this is the rule that is named: it is the one that could be wrong.
    LeadingZero,
    /// A spreadsheet's `.0` was dropped.
    DecimalTail,
    /// `8.4571E+5` was read as the number that it is.
    Exponent,
    /// Of `8.4571E+9` only the certain digits were kept.
    ExponentCut,
}

impl Repair {
    /// Returns the rule as a word of the interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Repair::LeadingZero => "leading_zero",
            Repair::DecimalTail => "decimal_tail",
            Repair::Exponent => "exponent",
            Repair::ExponentCut => "exponent_cut",
        }
    }
}

/// Why a text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    Empty,
    Letters,
    /// Something that stands in no code: a slash, a hyphen, a comma.
    Character,
    /// A spreadsheet's `8.46E+9`, which has lost its heading.
    Exponent,
    /// Two codes in one cell.
    SeveralCodes,
    TooShort,
    TooLong,
    OddDigits,
    /// Chapter 00 or 77.
    NoChapter,
    /// A range whose ends differ in length or stand in the wrong order.
    Range,
}

impl Reason {
    /// Returns the reason as a word of the interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Empty => "empty",
            Reason::Letters => "letters",
            Reason::Character => "character",
            Reason::Exponent => "exponent",
            Reason::SeveralCodes => "several_codes",
            Reason::TooShort => "too_short",
            Reason::TooLong => "too_long",
            Reason::OddDigits => "odd_digits",
            Reason::NoChapter => "no_chapter",
            Reason::Range => "range",
        }
    }
}

/// Takes away what stands around a code: blanks, quotes, a spreadsheet's `="…"`, a footnote's `*`.
fn trim_marks(text: &str) -> &str {
    let is_mark =
        |letter: char| is_blank(letter) || matches!(letter, '"' | '\'' | '`' | '´' | '‘' | '’' | '“' | '”' | '„' | '«' | '»');
    let text = text.trim_matches(is_mark);
    let text = text.strip_prefix('=').unwrap_or(text);
    text.trim_start_matches(is_mark).trim_end_matches(|letter| is_mark(letter) || letter == '*')
}

/// Blanks of any width, and the marks of no width that copying leaves behind.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{200B}' | '\u{2060}' | '\u{FEFF}')
}

/// A code as a spreadsheet shows a long number: `8.4571E+9` or `8,4571E9`.
struct ShortForm {
    /// The digits before the exponent, without zeros in front.
    stated: String,
    /// How many digits the number has that they stand for.
    n_digits: usize,
}

impl ShortForm {
    /// Reads the form; a number that is not whole, or has no digit before its mark, leaves `n_digits` at 0.
    fn read(text: &str) -> Option<ShortForm> {
        let (mantissa, exponent) = text.split_once(['e', 'E'])?;
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
        let is_negative = exponent.starts_with('-');
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if !is_digits(exponent) || !is_digits(whole) || !(fraction.is_empty() || is_digits(fraction)) {
            return None;
        }
        let exponent = exponent.parse().unwrap_or(usize::MAX);
        let is_whole = !is_negative && exponent >= fraction.len() && exponent <= MAX_DIGITS && !whole.starts_with('0');
        Some(ShortForm { stated: format!("{whole}{fraction}"), n_digits: if is_whole { whole.len() + exponent } else { 0 } })
    }

    /// Returns the code as far as it is certain.
    ///
    /// A number whose digits are all stated is taken as it is. Else the digits behind the stated ones are unknown, and the last of these
    /// may be rounded: what is certain is what a number half a step below begins with too. With a certain heading a number of at most
    /// six digits is taken as it is, and of a longer one the subheading stays, or else the heading.
    fn code(&self, expected_digits: Option<usize>) -> Result<(HsCode, Option<Repair>), Reason> {
        if self.n_digits == 0 || self.stated.len() < 2 {
            return Err(Reason::Exponent);
        }
        let number = format!("{:0<width$}", self.stated, width = self.n_digits);
        let (code, _) = HsCode::parse(&number, expected_digits)?;
        if self.stated.len() == self.n_digits {
            return Ok((code, Some(Repair::Exponent)));
        }
        let n_zeros = code.as_str().len() - self.n_digits;
        let below = format!("{:0>width$}", "", width = n_zeros) + &one_less(&self.stated);
        let n_certain = code.as_str().bytes().zip(below.bytes()).take_while(|(left, right)| left == right).count();
        match n_certain {
            4.. if self.n_digits <= 6 => Ok((code, Some(Repair::Exponent))),
            6.. => Ok((HsCode::from_digits(&code.as_str()[..6])?, Some(Repair::ExponentCut))),
            4 | 5 => Ok((HsCode::from_digits(&code.as_str()[..4])?, Some(Repair::ExponentCut))),
            _ => Err(Reason::Exponent),
        }
    }
}

/// Returns the number before a number of digits that does not begin with a zero, filled up to its length.
fn one_less(digits: &str) -> String {
    let mut bytes = digits.as_bytes().to_vec();
    for byte in bytes.iter_mut().rev() {
        if *byte > b'0' {
            *byte -= 1;
            break;
        }
        *byte = b'9';
    }
    String::from_utf8(bytes).expect("digits stay digits")
}

/// Returns the digits before a `.0` or `,0` that is the only mark in the text.
///
/// `.00` is no such tail: `8548.00` is how a subheading is written.
fn strip_decimal_tail(text: &str) -> Option<&str> {
    let number = text.strip_suffix(".0").or_else(|| text.strip_suffix(",0"))?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

/// Returns the digits of a text in which nothing but dots and blanks stand between them.
///
/// Blanks between groups of one length, four or more, part two codes (`8457 8458`), unless all of them together have the
/// declared length.
fn read_digits(text: &str, expected_digits: Option<usize>) -> Result<String, Reason> {
    if text.chars().any(char::is_alphabetic) {
        return Err(Reason::Letters);
    }
    if text.chars().any(|letter| !(letter.is_ascii_digit() || letter == '.' || is_blank(letter))) {
        return Err(Reason::Character);
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let mut lengths =
        text.split(is_blank).map(|group| group.bytes().filter(u8::is_ascii_digit).count()).filter(|length| *length > 0);
    let first = lengths.next().unwrap_or(0);
    let mut others = lengths.peekable();
    if first >= 4 && others.peek().is_some() && others.all(|length| length == first) && expected_digits != Some(digits.len()) {
        return Err(Reason::SeveralCodes);
    }
    if digits.len() > MAX_DIGITS {
        return Err(Reason::TooLong);
    }
    Ok(digits)
}

/// Returns whether digits begin with a heading of chapters 01 to 09, or are one of these chapters.
fn is_early_heading(digits: &str) -> bool {
    let Some(chapter) = digits.get(..2).and_then(|chapter| chapter.parse::<usize>().ok()) else { return false };
    let Some(last) = chapter.checked_sub(1).and_then(|at| LAST_HEADING.get(at)) else { return false };
    match digits.get(2..4).and_then(|number| number.parse::<u32>().ok()) {
        Some(number) => (1..=*last).contains(&number),
        None => digits.len() == 2,
    }
}

impl fmt::Display for HsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for HsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for HsCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Provision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}

impl fmt::Debug for Provision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(raw: &str, expected_digits: Option<usize>) -> String {
        match HsCode::parse(raw, expected_digits) {
            Ok((code, None)) => code.to_string(),
            Ok((code, Some(repair))) => format!("{code} {}", repair.as_str()),
            Err(reason) => format!("! {reason}"),
        }
    }

    #[test]
    fn prints_what_it_parses() {
        for chapter in (1..=99).filter(|chapter| *chapter != 77) {
            for tail in ["", "01", "0110", "011000", "01100000", "0110000000"] {
                let text = format!("{chapter:02}{tail}");
                assert_eq!(outcome(&text, None), text);
            }
        }
    }

    #[test]
    fn knows_the_levels_of_a_code() {
        let (code, _) = HsCode::parse("8457.10.0001", None).unwrap();
        assert_eq!((code.chapter(), code.heading(), code.subheading()), ("84", Some("8457"), Some("845710")));
        let (chapter, _) = HsCode::parse("84", None).unwrap();
        assert_eq!((chapter.chapter(), chapter.heading(), chapter.subheading()), ("84", None, None));
        assert!(chapter < code && code < HsCode::parse("8458", None).unwrap().0);
    }

    #[test]
    fn a_provision_covers_what_is_beneath_it() {
        for (provision, code, covers) in [
            ("8526.91", "8526912000", true),
            ("8526.91", "852691", true),
            ("8526.91", "8526", false),
            ("8526.91", "8526920000", false),
            ("8459-8461", "8459", true),
            ("8459-8461", "8461909900", true),
            ("8459–8461", "8460120000", true),
            ("8459-8461", "8462", false),
            ("8459-8461", "84", false),
            ("0102", "0102", true),
            ("0102", "1020", false),
        ] {
            assert_eq!(Provision::parse(provision).unwrap().covers(code), covers, "{code} under {provision}");
        }
        assert!(HsCode::parse("8807.10", None).unwrap().0.is_under(&CodeRule::parse("!8807").unwrap().provision));
    }

    #[test]
    fn a_wrong_provision_is_refused() {
        for (text, reason) in [
            ("", Reason::Empty),
            ("102", Reason::OddDigits),
            ("8", Reason::TooShort),
            ("8459-846100", Reason::Range),
            ("8461-8459", Reason::Range),
            ("8459-", Reason::Empty),
            ("8457 8458", Reason::SeveralCodes),
            ("ex 8457", Reason::Letters),
            ("7701", Reason::NoChapter),
        ] {
            assert_eq!(Provision::parse(text), Err(reason), "`{text}`");
        }
        assert_eq!(Provision::parse("84.59 - 84.61").unwrap().to_string(), "8459-8461");
        assert!(CodeRule::parse("!8807.10").unwrap().is_excluded);
    }
}
