//! Money and weight: decimal text in, integer cents and grams out, exactly.
//!
//! In: one cell and the marks that its source declares. Out: a [`Decimal`], and from it cents or grams, rounded once, half away
//! from zero. Surprising: no floating-point number is anywhere on the way, and groups of digits are checked (`1,5` with a
//! comma between groups is a fault, not 15), because a wrong mark changes a value by a factor of ten or a thousand.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

/// The most digits that a number may have, before or after its exponent is applied: any of them fits into 128 bits.
const MAX_DIGITS: usize = 36;

/// Spellings of weight units and what one of them weighs, as lines of data.
const UNITS: &str = include_str!("../reference/units.csv");

/// Reads a decimal number as its source writes it.
///
/// Blanks of any width part groups of digits, as does the group mark of the style. A minus stands in front or behind, or brackets
/// around; `$` and `US$` are passed over, other currency signs are not; `1.5E+3` is taken exactly.
pub fn parse_decimal(text: &str, style: DecimalStyle) -> Result<Decimal, Reason> {
    if let Some(decimal) = plain_decimal(text, style.decimal) {
        return Ok(decimal);
    }
    let (text, is_negative) = strip_sign(text)?;
    if text.is_empty() {
        return Err(Reason::Empty);
    }
    let (number, exponent) = split_exponent(text)?;
    let mut parts = number.split(style.decimal);
    let (whole, fraction) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if parts.next().is_some() {
        return Err(Reason::Marks);
    }
    let mut digits = read_groups(whole, style)?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(match Reason::of_strange(fraction) {
            Reason::Character if style.is_group_mark_in(fraction) => Reason::Marks,
            reason => reason,
        });
    }
    digits.push_str(fraction);
    if digits.is_empty() {
        return Err(Reason::Empty);
    }
    Decimal::from_parts(&digits, fraction.len(), exponent, is_negative)
}

/// Reads digits with at most one decimal mark between them: what most cells hold. `None` leaves everything else to the full rules.
fn plain_decimal(text: &str, decimal_mark: char) -> Option<Decimal> {
    let bytes = text.as_bytes();
    let (Some(b'0'..=b'9'), Some(b'0'..=b'9'), true) = (bytes.first(), bytes.last(), bytes.len() <= PLAIN_BYTES) else {
        return None;
    };
    let (mut mantissa, mut mark) = (0_i64, None);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa = mantissa * 10 + i64::from(byte - b'0'),
            _ if mark.is_none() && char::from(*byte) == decimal_mark => mark = Some(at),
            _ => return None,
        }
    }
    let scale = mark.map_or(0, |at| bytes.len() - at - 1);
    Some(Decimal { mantissa: i128::from(mantissa), scale: scale as u32 })
}

/// So many digits fit 64 bits.
const PLAIN_BYTES: usize = 18;

/// Reads money as cents, rounded once; `unit` is what a stated 1 stands for, 1000 where values are in thousands.
pub fn parse_cents(text: &str, style: DecimalStyle, unit: u32) -> Result<i64, Reason> {
    parse_decimal(text, style)?.to_cents(unit).ok_or(Reason::Range)
}

/// Reads a weight as grams, rounded once; a unit behind the number (`12,5 kg`) stands over the unit of the column.
pub fn parse_grams(text: &str, style: DecimalStyle, column_unit: WeightUnit) -> Result<i64, Reason> {
    // A plain number has no unit behind it.
    if let Some(decimal) = plain_decimal(text, style.decimal) {
        return decimal.to_grams(column_unit).ok_or(Reason::Range);
    }
    let (number, word) = split_unit(text);
    let unit = if word.is_empty() { column_unit } else { WeightUnit::parse(word).ok_or(Reason::Unit)? };
    parse_decimal(number, style)?.to_grams(unit).ok_or(Reason::Range)
}

/// Reads a quantity and the unit that stands behind it (`1200PCS`), which may be empty. Only a single word is a unit.
pub fn parse_quantity(text: &str, style: DecimalStyle) -> Result<(Decimal, &str), Reason> {
    if text.ends_with(|letter: char| letter.is_ascii_digit()) {
        return Ok((parse_decimal(text, style)?, ""));
    }
    let (number, word) = split_unit(text);
    let unit = word.strip_suffix('.').unwrap_or(word).trim_matches(is_blank);
    if number.is_empty() || !unit.chars().all(char::is_alphabetic) {
        return Ok((parse_decimal(text, style)?, ""));
    }
    Ok((parse_decimal(number, style)?, unit))
}

/// Tells whether two texts name one unit, whatever their case, blanks and points.
pub fn is_same_unit(left: &str, right: &str) -> bool {
    fold_unit(left) == fold_unit(right)
}

/// How a source writes decimal numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DecimalStyle {
    pub decimal: char,
    /// What stands between groups of digits, beside blanks, which always may.
    pub group: Option<char>,
}

impl DecimalStyle {
    /// `1,234.50`
    pub const POINT: DecimalStyle = DecimalStyle { decimal: '.', group: Some(',') };
    /// `1.234,50`
    pub const COMMA: DecimalStyle = DecimalStyle { decimal: ',', group: Some('.') };

    /// Returns the style of one number in a source that declares its decimal marks.
    ///
    /// With one mark declared the other of point and comma parts groups. With both declared the number decides: its last mark
    /// is the decimal mark, unless the same mark stands in it twice, which only groups have. Point and comma alone are known.
    pub fn of(text: &str, declared_marks: &[char]) -> DecimalStyle {
        match (declared_marks.contains(&'.'), declared_marks.contains(&',')) {
            (_, false) => Self::POINT,
            (false, true) => Self::COMMA,
            (true, true) => match text.rfind(['.', ',']).map(|at| (&text[..at], &text[at..at + 1])) {
                Some((before, ",")) if !before.contains(',') => Self::COMMA,
                Some((before, ".")) if before.contains('.') => Self::COMMA,
                _ => Self::POINT,
            },
        }
    }

    fn is_group_mark(self, letter: char) -> bool {
        self.group == Some(letter) || is_blank(letter)
    }

    fn is_group_mark_in(self, text: &str) -> bool {
        text.chars().any(|letter| self.is_group_mark(letter))
    }
}

/// An exact decimal number: `mantissa` divided by ten `scale` times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    mantissa: i128,
    scale: u32,
}

impl Decimal {
    fn from_parts(digits: &str, n_decimals: usize, exponent: i32, is_negative: bool) -> Result<Decimal, Reason> {
        let significant = digits.trim_start_matches('0');
        let scale = n_decimals as i64 - i64::from(exponent);
        let raised = usize::try_from(-scale).unwrap_or(0);
        if significant.is_empty() && raised > 0 {
            return Ok(Decimal { mantissa: 0, scale: 0 });
        }
        if significant.len() + raised > MAX_DIGITS || scale > MAX_DIGITS as i64 {
            return Err(Reason::TooLong);
        }
        let mantissa = significant.bytes().fold(0, |sum: i128, byte| sum * 10 + i128::from(byte - b'0'));
        let mantissa = mantissa * power_of_ten(raised as u32);
        Ok(Decimal { mantissa: if is_negative { -mantissa } else { mantissa }, scale: scale.max(0) as u32 })
    }

    /// Returns hundredths of so many units, rounded half away from zero; `None` if they do not fit.
    pub fn to_cents(self, unit: u32) -> Option<i64> {
        divide_rounded(self.mantissa.checked_mul(i128::from(unit) * 100)?, self.scale)
    }

    /// Returns grams, rounded half away from zero; `None` if they do not fit.
    pub fn to_grams(self, unit: WeightUnit) -> Option<i64> {
        let grams = unit.grams;
        divide_rounded(self.mantissa.checked_mul(grams.mantissa)?, self.scale + grams.scale)
    }

    pub fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    pub fn is_negative(self) -> bool {
        self.mantissa < 0
    }
}

/// Prints the number with a point and as many decimals as were read.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.scale as usize;
        let digits = format!("{:0>width$}", self.mantissa.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let sign = if self.mantissa < 0 { "-" } else { "" };
        if fraction.is_empty() { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{fraction}") }
    }
}

/// A unit of weight, by what one of it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WeightUnit {
    grams: Decimal,
}

impl WeightUnit {
    /// Returns the unit that a spelling or code names, whatever its case, blanks and points; `None` where the table does not know it.
    pub fn parse(text: &str) -> Option<WeightUnit> {
        static TABLE: OnceLock<HashMap<String, WeightUnit>> = OnceLock::new();
        let table = TABLE.get_or_init(|| {
            let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(UNITS.as_bytes());
            reader
                .records()
                .map(|line| line.expect("the table of units is part of the program and well formed"))
                .map(|line| {
                    let grams = parse_decimal(&line[1], DecimalStyle::POINT).expect("the table of units holds plain decimals");
                    (fold_unit(&line[0]), WeightUnit { grams })
                })
                .collect()
        });
        table.get(&fold_unit(text)).copied()
    }
}

/// Why a text is no number, or no weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    Empty,
    Letters,
    /// Something that stands in no number.
    Character,
    /// Decimal and group marks do not stand where the source's style has them.
    Marks,
    /// More digits than a measure has.
    TooLong,
    /// The cents or grams do not fit.
    Range,
    /// A unit that the table does not know.
    Unit,
}

impl Reason {
    /// Returns the reason as a word of the interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Empty => "empty",
            Reason::Letters => "letters",
            Reason::Character => "character",
            Reason::Marks => "marks",
            Reason::TooLong => "too_long",
            Reason::Range => "range",
            Reason::Unit => "unit",
        }
    }

    /// Names what is wrong with a text that should hold only digits.
    fn of_strange(text: &str) -> Reason {
        if text.chars().any(char::is_alphabetic) {
            Reason::Letters
        } else if text.trim_start_matches(|letter: char| letter.is_ascii_digit()).starts_with(['.', ',']) {
            Reason::Marks
        } else {
            Reason::Character
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{200B}' | '\u{2060}' | '\u{FEFF}')
}

/// Returns the number without sign, brackets and dollar sign, and whether it is negative. Two signs are a fault.
fn strip_sign(text: &str) -> Result<(&str, bool), Reason> {
    let minus = ['-', '−'];
    let mut rest = text.trim_matches(is_blank);
    let mut n_signs = 0;
    let mut is_negative = false;
    if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (rest, n_signs, is_negative) = (inner.trim_matches(is_blank), n_signs + 1, true);
    }
    if let Some(inner) = rest.strip_prefix(minus).or_else(|| rest.strip_suffix(minus)) {
        (rest, n_signs, is_negative) = (inner.trim_matches(is_blank), n_signs + 1, true);
    } else if let Some(inner) = rest.strip_prefix('+') {
        (rest, n_signs) = (inner.trim_matches(is_blank), n_signs + 1);
    }
    if let Some(inner) = rest.strip_prefix("US$").or_else(|| rest.strip_prefix('$')).or_else(|| rest.strip_suffix('$')) {
        rest = inner.trim_matches(is_blank);
        if let Some(inner) = rest.strip_prefix(minus) {
            (rest, n_signs, is_negative) = (inner.trim_matches(is_blank), n_signs + 1, true);
        }
    }
    if n_signs > 1 { Err(Reason::Character) } else { Ok((rest, is_negative)) }
}

/// Parts `1.5E+3` into `1.5` and 3.
fn split_exponent(text: &str) -> Result<(&str, i32), Reason> {
    let Some((number, exponent)) = text.split_once(['e', 'E']) else { return Ok((text, 0)) };
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if number.is_empty() || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Reason::Letters);
    }
    let exponent: i32 = exponent.parse().map_err(|_| Reason::TooLong)?;
    Ok((number, exponent))
}

/// Returns the digits of the part before the decimal mark: without groups, or in groups of three; two in the middle, as in India.
fn read_groups(whole: &str, style: DecimalStyle) -> Result<String, Reason> {
    if let Some(at) = whole.find(|letter: char| !letter.is_ascii_digit() && !style.is_group_mark(letter)) {
        return Err(Reason::of_strange(&whole[at..]));
    }
    let groups: Vec<&str> = whole.split(|letter| style.is_group_mark(letter)).collect();
    if let [first, middle @ .., last] = groups.as_slice()
        && !((1..=3).contains(&first.len()) && middle.iter().all(|group| matches!(group.len(), 2 | 3)) && last.len() == 3)
    {
        return Err(Reason::Marks);
    }
    Ok(groups.concat())
}

/// Parts `12,5 kg` into the number and the word behind it, which may be empty. The `E` of an exponent has digits behind it.
fn split_unit(text: &str) -> (&str, &str) {
    let text = text.trim_matches(is_blank);
    let number = text.trim_end_matches(|letter: char| !letter.is_ascii_digit() && !"()-−$".contains(letter));
    let word = &text[number.len()..];
    if word.chars().any(char::is_alphabetic) { (number, word) } else { (text, "") }
}

/// Returns the letters and digits of a unit in lower case.
fn fold_unit(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns `number` divided by ten `scale` times, rounded half away from zero once.
fn divide_rounded(number: i128, scale: u32) -> Option<i64> {
    // Most numbers and divisors have 64 bits, which are divided much faster.
    if let (Ok(number), Some(divisor)) = (i64::try_from(number), 10_i64.checked_pow(scale)) {
        let (quotient, rest) = (number / divisor, (number % divisor).abs());
        let is_rounded_up = scale > 0 && rest >= divisor - rest;
        return Some(quotient + if is_rounded_up { number.signum() } else { 0 });
    }
    let Some(divisor) = 10_i128.checked_pow(scale) else {
        // A number of 128 bits is less than half of ten to the 39th.
        return Some(0);
    };
    let (quotient, rest) = (number / divisor, (number % divisor).abs());
    let is_rounded_up = scale > 0 && rest >= divisor - rest;
    i64::try_from(quotient + if is_rounded_up { number.signum() } else { 0 }).ok()
}

fn power_of_ten(exponent: u32) -> i128 {
    10_i128.checked_pow(exponent).expect("callers stay under 38 digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(raw: &str, style: DecimalStyle) -> String {
        match parse_decimal(raw, style) {
            Ok(decimal) => decimal.to_string(),
            Err(reason) => format!("! {reason}"),
        }
    }

    fn style_of(marks: &str) -> DecimalStyle {
        let mut marks = marks.chars();
        DecimalStyle { decimal: marks.next().unwrap(), group: marks.next() }
    }

    #[test]
    fn reads_the_numbers_of_the_cases() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/values/decimals.csv");
        let cases: Vec<_> = csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect();
        assert!(cases.len() >= 500, "the cases are there");
        let mut wrong = Vec::new();
        for case in cases {
            let (raw, style, note) = (&case[0], style_of(&case[1]), &case[4]);
            let decimal = outcome(raw, style);
            let cents = parse_decimal(raw, style).ok().filter(|_| !case[3].is_empty());
            let cents =
                cents.map_or(String::new(), |decimal| decimal.to_cents(1).map_or("! range".into(), |cents| cents.to_string()));
            if [decimal.as_str(), &cents] != [&case[2], &case[3]] {
                wrong.push(format!("`{raw}` ({}): {decimal} {cents}, not {} {}: {note}", &case[1], &case[2], &case[3]));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn reads_the_weights_of_the_cases() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/values/weights.csv");
        let cases: Vec<_> = csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect();
        assert!(cases.len() > 10);
        for case in cases {
            let unit = WeightUnit::parse(&case[2]).expect("the case names a known unit");
            let grams = match parse_grams(&case[0], style_of(&case[1]), unit) {
                Ok(grams) => grams.to_string(),
                Err(reason) => format!("! {reason}"),
            };
            assert_eq!(grams, case[3], "`{}`: {}", &case[0], &case[4]);
        }
    }

    #[test]
    fn a_quantity_may_have_its_unit_behind() {
        for (text, expected) in [
            ("1200PCS", Ok(("1200", "PCS"))),
            ("1,200 pcs.", Ok(("1200", "pcs"))),
            ("12 шт.", Ok(("12", "шт"))),
            ("3.5 KG", Ok(("3.5", "KG"))),
            ("1.5E+3", Ok(("1500", ""))),
            ("12", Ok(("12", ""))),
            ("12 or so", Err(Reason::Letters)),
            ("12%", Err(Reason::Character)),
            ("PCS 12", Err(Reason::Letters)),
            ("PCS", Err(Reason::Letters)),
        ] {
            let found = parse_quantity(text, DecimalStyle::POINT).map(|(number, unit)| (number.to_string(), unit));
            assert_eq!(found, expected.map(|(number, unit)| (number.to_owned(), unit)), "{text}");
        }
    }

    #[test]
    fn every_unit_is_there_once() {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(UNITS.as_bytes());
        let mut seen = HashMap::new();
        for line in reader.records().map(Result::unwrap) {
            assert_eq!(seen.insert(fold_unit(&line[0]), line[1].to_string()), None, "`{}` stands twice", &line[0]);
            assert!(WeightUnit::parse(&line[0]).is_some());
        }
    }

    #[test]
    fn the_declared_marks_give_the_style_of_a_number() {
        for (text, declared, style) in [
            ("1,234.50", vec!['.'], DecimalStyle::POINT),
            ("1.234,50", vec![','], DecimalStyle::COMMA),
            ("1,234", vec!['.'], DecimalStyle::POINT),
            ("1,234", vec!['.', ','], DecimalStyle::COMMA),
            ("1.234", vec![',', '.'], DecimalStyle::POINT),
            ("1.234,5", vec!['.', ','], DecimalStyle::COMMA),
            ("1,234.5", vec!['.', ','], DecimalStyle::POINT),
            ("1,234,567", vec!['.', ','], DecimalStyle::POINT),
            ("1.234.567", vec!['.', ','], DecimalStyle::COMMA),
            ("1234", vec!['.', ','], DecimalStyle::POINT),
            ("1234", vec![], DecimalStyle::POINT),
        ] {
            assert_eq!(DecimalStyle::of(text, &declared), style, "`{text}` with {declared:?}");
        }
    }

    #[test]
    fn prints_what_it_parses() {
        // Numbers of every length and scale, from a fixed sequence.
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        for round in 0..20_000_u32 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let mantissa = i128::from(state as i64) * i128::from(state >> (round % 64));
            let decimal = Decimal { mantissa: mantissa % power_of_ten(1 + round % 36), scale: round % 37 };
            assert_eq!(parse_decimal(&decimal.to_string(), DecimalStyle::POINT), Ok(decimal));
        }
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in ["9".repeat(400), "1E2147483647".into(), "1E-2147483647".into(), "0E999999".into(), "1E36".into(), "-".into()]
        {
            for style in [DecimalStyle::POINT, DecimalStyle::COMMA] {
                if let Ok(decimal) = parse_decimal(&text, style) {
                    let _ = (decimal.to_cents(1), decimal.to_grams(WeightUnit::parse("lb").unwrap()), decimal.to_string());
                }
            }
        }
    }
}
