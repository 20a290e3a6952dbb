//! What a thread remembers of texts that it has seen: a value that stands in a million records is cleaned once.
//!
//! In: a text. Out: what it is once cleaned. Cleaning depends on the text alone, so that remembering changes no result. Memories are
//! bounded: ten million descriptions do not fit.

use super::party::{self, StatedParty};
use crate::model::country::CountryCode;
use crate::model::date::{DatePrecision, StatedDate};
use crate::model::hs_code::HsCode;
use crate::model::measure::WeightUnit;
use rustc_hash::FxHashMap;

/// What a thread remembers while it normalizes the records of one file.
#[derive(Default)]
pub struct Memory {
    dates: Memo<Option<CleanDate>>,
    parties: Memo<StatedParty>,
    hs_codes: Memo<CleanCode>,
    countries: Memo<CleanCountry>,
    weight_units: Memo<Option<WeightUnit>>,
    party_text: String,
    pub id_text: String,
}

/// A date with the text that the store shows.
#[derive(Debug, Clone)]
pub struct CleanDate {
    pub date: StatedDate,
    pub shown: String,
}

/// A code with the rule that repaired it, or why it is none.
pub type CleanCode = std::result::Result<(HsCode, Option<&'static str>), &'static str>;

/// What a country column states.
#[derive(Debug, Clone, Copy)]
pub enum CleanCountry {
    Known(CountryCode),
    Missing,
    Unknown,
}

impl Memory {
    pub fn date(&mut self, stated: &str, formats: &[String]) -> Option<&CleanDate> {
        let clean = |stated: &str| StatedDate::parse(stated, formats).map(|date| CleanDate { shown: shown(date), date });
        self.dates.get(stated, clean).as_ref()
    }

    pub fn country(&mut self, stated: &str) -> CleanCountry {
        *self.countries.get(stated, |stated| {
            // `NA` is a placeholder elsewhere, and Namibia here; `N/A` is a placeholder here too.
            if stated != "NA" && party::placeholder(stated).is_some() {
                return CleanCountry::Missing;
            }
            CountryCode::parse(stated).map_or(CleanCountry::Unknown, CleanCountry::Known)
        })
    }

    pub fn hs_code(&mut self, stated: &str, expected_digits: Option<usize>) -> CleanCode {
        *self.hs_codes.get(stated, |stated| match HsCode::parse(stated, expected_digits) {
            Ok((code, repair)) => Ok((code, repair.map(|repair| repair.as_str()))),
            Err(reason) => Err(reason.as_str()),
        })
    }

    pub fn weight_unit(&mut self, stated: &str) -> Option<WeightUnit> {
        *self.weight_units.get(stated, WeightUnit::parse)
    }

    pub fn party(&mut self, name: &str, registration_id: &str) -> &StatedParty {
        self.party_text.clear();
        self.party_text.push_str(name);
        self.party_text.push('\u{1f}');
        self.party_text.push_str(registration_id);
        self.parties.get(&self.party_text, |_| party::parse_party(name, registration_id))
    }
}

fn shown(date: StatedDate) -> String {
    let first = date.first;
    match date.precision {
        DatePrecision::Day => first.to_string(),
        DatePrecision::Month => format!("{:04}-{:02}", first.year(), first.month()),
        DatePrecision::Year => format!("{:04}", first.year()),
    }
}

/// What each distinct text became, up to a bound.
struct Memo<T> {
    places: FxHashMap<Box<str>, u32>,
    values: Vec<T>,
    /// Lines of one declaration follow each other and repeat its texts.
    last_text: String,
    last_place: u32,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Memo { places: FxHashMap::default(), values: Vec::new(), last_text: String::new(), last_place: 0 }
    }
}

impl<T> Memo<T> {
    const BOUND: usize = 400_000;

    fn get(&mut self, text: &str, clean: impl FnOnce(&str) -> T) -> &T {
        if self.values.is_empty() || self.last_text != text {
            self.last_place = self.place(text, clean);
            self.last_text.clear();
            self.last_text.push_str(text);
        }
        &self.values[self.last_place as usize]
    }

    fn place(&mut self, text: &str, clean: impl FnOnce(&str) -> T) -> u32 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let value = clean(text);
        if self.values.len() >= Self::BOUND {
            self.places.clear();
            self.values.clear();
        }
        let place = self.values.len() as u32;
        self.places.insert(text.into(), place);
        self.values.push(value);
        place
    }
}
