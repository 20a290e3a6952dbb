//! What is counted of one column while its file is read.
//!
//! In: the values of a column, one record after the other. Out: counts of what each of them can be read as.
//! A value is looked at once and counted as often as it comes, as long as the column has few different ones; the memory of a
//! column is bounded whatever it holds.

use super::date_forms::{self, Order};
use super::value_words;
use crate::model::country::CountryCode;
use crate::model::date::{DatePrecision, Day};
use crate::model::hs_code::{HsCode, Reason, Repair};
use crate::model::measure::{DecimalStyle, WeightUnit, parse_decimal};
use crate::names::forms::legal_form;
use crate::names::identifiers::{IdentifierKind, find_identifiers};
use crate::names::text::split_words;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64;

/// Distinct values are counted up to here.
pub const MAX_DISTINCT: usize = 100_000;
/// So many values of a column are remembered with their text …
const MAX_REMEMBERED: usize = 4_096;
/// … if they are no longer than this.
const MAX_REMEMBERED_BYTES: usize = 256;
/// So many values are looked at for a legal form, which takes longest.
const MAX_PARTY_LOOKS: u64 = 20_000;
/// A name of a party is not longer; a description may hold a legal form too.
const MAX_PARTY_BYTES: usize = 160;

const KINDS: [IdentifierKind; 4] = [IdentifierKind::Inn, IdentifierKind::Ogrn, IdentifierKind::Lei, IdentifierKind::Uscc];

/// A value that comes again and again.
struct Remembered {
    text: Box<str>,
    n_records: u64,
    is_placeholder: bool,
}

/// One column while it is read.
#[derive(Default)]
pub struct ColumnTally {
    distinct: FxHashSet<u64>,
    pub has_more_distinct: bool,
    remembered: FxHashMap<u64, usize>,
    values: Vec<Remembered>,
    pub n_records: u64,
    pub n_placeholders: u64,
    /// Records whose value is the same number as the record before, one more, or 1.
    pub n_steps: u64,
    last_number: Option<u32>,
    counts: Counts,
}

/// What the values of a column can be read as, in records.
#[derive(Default)]
pub struct Counts {
    /// Values that are neither blank nor a placeholder.
    pub n: u64,
    pub n_chars: u64,
    pub n_words: u64,
    pub n_with_letters: u64,
    pub n_with_digits: u64,
    pub n_without_blank: u64,
    pub n_only_digits: u64,
    pub max_digits_only: usize,
    pub dates: DateCounts,
    pub codes: CodeCounts,
    pub numbers: NumberCounts,
    pub n_country: u64,
    pub n_currency: u64,
    pub n_unit: u64,
    pub n_incoterm: u64,
    pub n_flow: u64,
    /// Flows stated by one letter, which might be anything.
    pub n_flow_letter: u64,
    pub flow_words: BTreeMap<String, Option<&'static str>>,
    pub n_looked_for_party: u64,
    pub n_party: u64,
    /// Office, day and serial number with strokes between: `10702070/150622/3001234`.
    pub n_customs_number: u64,
    /// Values in the shape of each kind of identifier, and those whose check digits hold.
    pub identifiers: [(u64, u64); KINDS.len()],
    pub n_identifier_in_text: u64,
}

#[derive(Default)]
pub struct DateCounts {
    pub n_readable: u64,
    pub n_compact: u64,
    pub forms: BTreeMap<String, FormCounts>,
    pub n_only_day_first: u64,
    pub n_only_month_first: u64,
    pub n_either_order: u64,
    pub n_with_clock: u64,
    pub n_in_utc: u64,
    pub example_unreadable: String,
}

pub struct FormCounts {
    pub order: Order,
    pub n: u64,
    pub n_years_only: u64,
    /// Values that only this form of its order reads.
    pub first: Day,
    pub last: Day,
    pub months: BTreeMap<(i32, u32), u64>,
}

#[derive(Default)]
pub struct CodeCounts {
    pub n_readable: u64,
    pub n_under_heading: u64,
    pub n_lost_zero: u64,
    pub n_exponent: u64,
    pub digits: BTreeMap<usize, u64>,
    /// Records by digits once a lost zero is put back.
    pub whole_digits: BTreeMap<usize, u64>,
}

#[derive(Default)]
pub struct NumberCounts {
    pub n_readable: u64,
    pub n_whole: u64,
    pub n_decimal_point: u64,
    pub n_decimal_comma: u64,
    pub n_either_mark: u64,
    pub n_zero: u64,
    pub n_negative: u64,
    pub n_with_unit: u64,
    /// The least and the greatest by decimal point and by decimal comma.
    pub range_point: Option<(f64, f64)>,
    pub range_comma: Option<(f64, f64)>,
}

impl ColumnTally {
    /// Counts the value of the next record. `is_placeholder` tells texts that state nothing.
    pub fn add(&mut self, value: &str, is_placeholder: fn(&str) -> bool) {
        self.n_records += 1;
        let text = value.trim();
        if text.is_empty() {
            return;
        }
        self.step(text);
        let hash = xxh3_64(text.as_bytes());
        if let Some(at) = self.remembered.get(&hash) {
            self.values[*at].n_records += 1;
            return;
        }
        // Zeros are a number that somebody wrote, whatever they mean.
        let is_placeholder = !text.bytes().all(|byte| byte == b'0') && is_placeholder(text);
        if !is_placeholder {
            if self.distinct.len() < MAX_DISTINCT {
                self.distinct.insert(hash);
            } else if !self.distinct.contains(&hash) {
                self.has_more_distinct = true;
            }
        }
        if self.values.len() < MAX_REMEMBERED && text.len() <= MAX_REMEMBERED_BYTES {
            self.remembered.insert(hash, self.values.len());
            self.values.push(Remembered { text: text.into(), n_records: 1, is_placeholder });
        } else if is_placeholder {
            self.n_placeholders += 1;
        } else {
            self.counts.add(text, 1);
        }
    }

    fn step(&mut self, text: &str) {
        if text.len() > 6 {
            return;
        }
        let Ok(number) = text.parse::<u32>() else { return };
        let is_step = number == 1 || self.last_number.is_some_and(|last| number == last || number == last + 1);
        self.n_steps += u64::from(is_step);
        self.last_number = Some(number);
    }

    /// Returns the first distinct values in the order of the file.
    pub fn first_values(&self, n: usize) -> Vec<&str> {
        self.values.iter().filter(|value| !value.is_placeholder).take(n).map(|value| &*value.text).collect()
    }

    /// Tells whether a text is one of the values.
    pub fn holds(&self, text: &str) -> bool {
        self.distinct.contains(&xxh3_64(text.as_bytes()))
    }

    pub fn n_distinct(&self) -> u64 {
        self.distinct.len() as u64
    }

    /// Ends the column: looks at the values that were remembered, and returns the counts with the most frequent values.
    pub fn finish(&mut self, n_examples: usize) -> (Counts, Vec<String>) {
        let mut counts = std::mem::take(&mut self.counts);
        for value in &self.values {
            if value.is_placeholder {
                self.n_placeholders += value.n_records;
            } else {
                counts.add(&value.text, value.n_records);
            }
        }
        let mut order: Vec<&Remembered> = self.values.iter().filter(|value| !value.is_placeholder).collect();
        // The sort is stable: of equally frequent values the first in the file stands first.
        order.sort_by_key(|value| std::cmp::Reverse(value.n_records));
        (counts, order.iter().take(n_examples).map(|value| value.text.to_string()).collect())
    }
}

impl Counts {
    fn add(&mut self, text: &str, n: u64) {
        self.n += n;
        self.n_chars += n * text.chars().count() as u64;
        self.n_words += n * text.split_whitespace().count() as u64;
        let has_letters = text.chars().any(char::is_alphabetic);
        let n_digits = text.bytes().filter(u8::is_ascii_digit).count();
        self.n_with_letters += n * u64::from(has_letters);
        self.n_with_digits += n * u64::from(n_digits > 0);
        self.n_without_blank += n * u64::from(!text.contains(char::is_whitespace));
        if n_digits == text.len() {
            self.n_only_digits += n;
            self.max_digits_only = self.max_digits_only.max(n_digits);
        }
        if n_digits > 0 {
            self.dates.add(text, n);
            self.numbers.add(text, n);
        }
        if n_digits > 1 {
            self.codes.add(text, n);
        }
        if n_digits >= 10 {
            self.add_identifiers(text, n);
        }
        if let Some(word) = value_words::word(text) {
            self.n_currency += n * u64::from(word.is_currency);
            self.n_unit += n * u64::from(word.is_unit);
            self.n_incoterm += n * u64::from(word.is_incoterm);
            self.n_flow += n * u64::from(word.flow.is_some());
            self.n_flow_letter += n * u64::from(word.flow.is_some() && text.chars().count() == 1);
        }
        if text.len() <= 60 {
            self.n_country += n * u64::from(CountryCode::parse(text).is_some());
            const MAX_FLOW_WORDS: usize = 12;
            if self.flow_words.len() < MAX_FLOW_WORDS {
                self.flow_words.entry(text.to_owned()).or_insert_with(|| value_words::word(text).and_then(|word| word.flow));
            }
        }
        if has_letters && text.len() <= MAX_PARTY_BYTES && self.n_looked_for_party < MAX_PARTY_LOOKS {
            self.n_looked_for_party += 1;
            self.n_party += u64::from(has_legal_form(text));
        }
    }

    fn add_identifiers(&mut self, text: &str, n: u64) {
        let mut strokes = text.split('/');
        let is_number = |part: Option<&str>, length: usize| {
            part.is_some_and(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
        };
        if text.matches('/').count() == 2 {
            let office = strokes.next();
            let is_office = is_number(office, 8) || is_number(office, 5);
            self.n_customs_number += n * u64::from(is_office && is_number(strokes.next(), 6));
        }
        for (kind, (n_shaped, n_valid)) in KINDS.iter().zip(&mut self.identifiers) {
            if has_shape(*kind, text) {
                *n_shaped += n;
                *n_valid += n * u64::from(kind.is_valid(&text.to_ascii_uppercase()));
            }
        }
        if text.contains(char::is_whitespace) && text.len() <= MAX_PARTY_BYTES {
            self.n_identifier_in_text += n * u64::from(!find_identifiers(text).is_empty());
        }
    }

    /// Returns the kinds of identifiers with the records that have their shape and those whose check digits hold.
    pub fn identifiers(&self) -> impl Iterator<Item = (&'static str, u64, u64)> {
        KINDS.iter().zip(self.identifiers).map(|(kind, (n_shaped, n_valid))| (kind.as_str(), n_shaped, n_valid))
    }
}

fn has_shape(kind: IdentifierKind, text: &str) -> bool {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match kind {
        IdentifierKind::Inn => is_digits && matches!(text.len(), 10 | 12),
        IdentifierKind::Ogrn => is_digits && matches!(text.len(), 13 | 15),
        IdentifierKind::Lei => is_plain && !is_digits && text.len() == 20,
        IdentifierKind::Uscc => is_plain && text.len() == 18,
        _ => false,
    }
}

/// Tells whether a text has a legal form of a company in it.
fn has_legal_form(text: &str) -> bool {
    let words = split_words(text);
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    (0..texts.len()).any(|at| legal_form(&texts[at..], at == 0).is_some())
}

impl DateCounts {
    fn add(&mut self, text: &str, n: u64) {
        let readings = date_forms::readings(text);
        let Some(first) = readings.first() else {
            if self.example_unreadable.is_empty() {
                self.example_unreadable = text.chars().take(40).collect();
            }
            return;
        };
        self.n_readable += n;
        self.n_compact += n * u64::from(first.is_compact);
        let has = |order: Order| readings.iter().any(|reading| reading.order == order);
        match (has(Order::DayFirst), has(Order::MonthFirst)) {
            (true, true) => {
                let is_same = readings.windows(2).all(|pair| pair[0].date == pair[1].date);
                self.n_either_order += n * u64::from(!is_same);
            }
            (true, false) => self.n_only_day_first += n,
            (false, true) => self.n_only_month_first += n,
            (false, false) => {}
        }
        let (has_clock, is_utc) = date_forms::clock(text);
        self.n_with_clock += n * u64::from(has_clock);
        self.n_in_utc += n * u64::from(has_clock && is_utc);
        for reading in readings {
            let date = reading.date;
            let form = self.forms.entry(reading.form).or_insert_with(|| FormCounts {
                order: reading.order,
                n: 0,
                n_years_only: 0,
                first: date.first,
                last: date.last,
                months: BTreeMap::new(),
            });
            form.n += n;
            form.first = form.first.min(date.first);
            form.last = form.last.max(date.last);
            if date.precision == DatePrecision::Year {
                form.n_years_only += n;
            } else {
                *form.months.entry((date.first.year(), date.first.month())).or_default() += n;
            }
        }
    }
}

impl CodeCounts {
    fn add(&mut self, text: &str, n: u64) {
        match HsCode::parse(text, None) {
            Ok((code, repair)) => {
                let n_digits = code.as_str().len();
                let has_lost_zero = repair == Some(Repair::LeadingZero);
                self.n_readable += n;
                self.n_lost_zero += n * u64::from(has_lost_zero);
                self.n_under_heading += n * u64::from(value_words::is_heading(code.as_str()));
                *self.digits.entry(n_digits - usize::from(has_lost_zero)).or_default() += n;
                *self.whole_digits.entry(n_digits).or_default() += n;
            }
            Err(Reason::Exponent) => self.n_exponent += n,
            // Some national codes have an odd number of digits, by intention.
            Err(Reason::OddDigits) => {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                if value_words::is_heading(&digits) && digits.len() >= 5 {
                    self.n_readable += n;
                    self.n_under_heading += n;
                    *self.digits.entry(digits.len()).or_default() += n;
                    *self.whole_digits.entry(digits.len()).or_default() += n;
                }
            }
            Err(_) => {}
        }
    }
}

impl NumberCounts {
    fn add(&mut self, text: &str, n: u64) {
        let (number, unit) = split_unit(text);
        let point = parse_decimal(number, DecimalStyle::POINT).ok();
        let comma = parse_decimal(number, DecimalStyle::COMMA).ok();
        let Some(any) = point.or(comma) else { return };
        self.n_readable += n;
        self.n_with_unit += n * u64::from(!unit.is_empty());
        self.n_zero += n * u64::from(any.is_zero());
        self.n_negative += n * u64::from(any.is_negative());
        if number.contains(['.', ',']) {
            // `0.345` is no group of thousands.
            let plain = number.trim_start_matches('-');
            let is_point = comma.is_none() || plain.starts_with("0.") || plain.starts_with('.');
            let is_comma = point.is_none() || plain.starts_with("0,") || plain.starts_with(',');
            match (is_point, is_comma) {
                (true, false) => self.n_decimal_point += n,
                (false, true) => self.n_decimal_comma += n,
                _ => self.n_either_mark += n,
            }
        } else {
            self.n_whole += n;
        }
        let widen = |range: &mut Option<(f64, f64)>, number: Option<f64>| {
            if let Some(number) = number {
                let (least, greatest) = range.unwrap_or((number, number));
                *range = Some((least.min(number), greatest.max(number)));
            }
        };
        widen(&mut self.range_point, point.and_then(|number| number.to_string().parse().ok()));
        widen(&mut self.range_comma, comma.and_then(|number| number.to_string().parse().ok()));
    }
}

/// Parts a number from a unit of weight behind it: `12,5 kg`.
fn split_unit(text: &str) -> (&str, &str) {
    let number = text.trim_end_matches(|letter: char| letter.is_alphabetic() || letter == '.');
    let unit = &text[number.len()..];
    let is_unit = unit.chars().any(char::is_alphabetic) && WeightUnit::parse(unit).is_some();
    if is_unit { (number.trim_end(), unit) } else { (text, "") }
}
