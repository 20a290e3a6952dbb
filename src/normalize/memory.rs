//! What a thread remembers of texts that it has seen: a value that stands in a million records is cleaned once.
//!
//! In: a text. Out: what it is once cleaned. Cleaning depends on the text alone, so that remembering changes no result. Memories are
//! bounded: ten million descriptions do not fit.

use super::party::{self, StatedParty};
use crate::model::code_list::StatedCodes;
use crate::model::country::CountryCode;
use crate::model::date::{DatePrecision, StatedDate};
use crate::model::date_style::DateStyle;
use crate::model::measure::WeightUnit;
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;

/// What a thread remembers while it normalizes the records of one file.
#[derive(Default)]
pub struct Memory {
    dates: Memo<Option<CleanDate>>,
    /// `None` for a party that is clean as it stands, as most are.
    parties: Memo<Option<Box<StatedParty>>>,
    hs_codes: Memo<CleanCodes>,
    countries: Memo<CleanCountry>,
    weight_units: Memo<Option<WeightUnit>>,
    party_text: String,
}

/// A date with the text that the store shows.
#[derive(Debug, Clone)]
pub struct CleanDate {
    pub date: StatedDate,
    pub shown: String,
    /// The rules by which it was read.
    pub issues: Vec<&'static str>,
}

/// The codes of a cell with the kinds of issues that they raise, or the kind of issue that it is.
pub type CleanCodes = std::result::Result<(String, Vec<String>), String>;

/// What a country column states.
#[derive(Debug, Clone, Copy)]
pub enum CleanCountry {
    Known(CountryCode),
    Missing,
    Unknown,
}

impl Memory {
    pub fn date(&mut self, stated: &str, style: &DateStyle) -> Option<&CleanDate> {
        let clean = |stated: &str| {
            style.read(stated).map(|read| CleanDate { shown: shown(read.date), date: read.date, issues: read.issues })
        };
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

    pub fn hs_codes(&mut self, stated: &str, expected_digits: Option<usize>) -> &CleanCodes {
        self.hs_codes.get(stated, |stated| match StatedCodes::parse(stated, expected_digits) {
            Ok(codes) => {
                let repairs = codes.repairs.iter().map(|rule| format!("repaired_{rule}"));
                let list = codes.is_list.then(|| "several_codes".to_owned());
                let faults = codes.faults.iter().map(|reason| format!("hs_code_part_{reason}"));
                Ok((codes.text, repairs.chain(list).chain(faults).collect()))
            }
            Err(reason) => Err(format!("hs_code_{reason}")),
        })
    }

    pub fn weight_unit(&mut self, stated: &str) -> Option<WeightUnit> {
        *self.weight_units.get(stated, WeightUnit::parse)
    }

    /// Returns what a party text states; `None` where name and identifier are the party's as they stand.
    pub fn party(&mut self, name: &str, registration_id: &str) -> Option<&StatedParty> {
        self.party_text.clear();
        self.party_text.push_str(name);
        self.party_text.push('\u{1f}');
        self.party_text.push_str(registration_id);
        let clean = |_: &str| {
            let party = party::parse_party(name, registration_id);
            (!party.is_as_stated(name, registration_id)).then(|| Box::new(party))
        };
        self.parties.get(&self.party_text, clean).as_deref()
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

/// What each distinct text became, up to a bound. The texts lie one behind the other, for millions of small pieces of memory would
/// cost more than the cleaning.
struct Memo<T> {
    texts: String,
    values: Vec<Known<T>>,
    by_hash: HashTable<u32>,
    /// Lines of one declaration follow each other and repeat its texts.
    last: usize,
}

/// A text by its hash and its place, and what it became.
struct Known<T> {
    hash: u64,
    start: usize,
    end: usize,
    value: T,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Memo { texts: String::new(), values: Vec::new(), by_hash: HashTable::new(), last: 0 }
    }
}

impl<T> Memo<T> {
    const BOUND: usize = 400_000;

    fn get(&mut self, text: &str, clean: impl FnOnce(&str) -> T) -> &T {
        if self.values.get(self.last).is_none_or(|last| self.texts[last.start..last.end] != *text) {
            self.last = self.place(text, clean);
        }
        &self.values[self.last].value
    }

    fn place(&mut self, text: &str, clean: impl FnOnce(&str) -> T) -> usize {
        let hash = FxBuildHasher.hash_one(text);
        let is_same = |at: &u32| {
            let known = &self.values[*at as usize];
            known.hash == hash && self.texts[known.start..known.end] == *text
        };
        if let Some(at) = self.by_hash.find(hash, is_same) {
            return *at as usize;
        }
        let value = clean(text);
        if self.values.len() >= Self::BOUND {
            *self = Memo::default();
        }
        let (at, start) = (self.values.len(), self.texts.len());
        self.texts.push_str(text);
        self.values.push(Known { hash, start, end: self.texts.len(), value });
        self.by_hash.insert_unique(hash, at as u32, |at| self.values[*at as usize].hash);
        at
    }
}
