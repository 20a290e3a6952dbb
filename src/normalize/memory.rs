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
use xxhash_rust::xxh3::{xxh3_64, xxh3_128, xxh3_128_with_seed};

/// What a thread remembers while it normalizes the records of one file.
#[derive(Default)]
pub struct Memory {
    dates: Memo<Option<CleanDate>>,
    /// `None` for a party that is clean as it stands, as most are.
    parties: Memo<Option<Box<StatedParty>>>,
    hs_codes: Memo<CleanCodes>,
    countries: Memo<CleanCountry>,
    weight_units: Memo<Option<WeightUnit>>,
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
        let clean = || style.read(stated).map(|read| CleanDate { shown: shown(read.date), date: read.date, issues: read.issues });
        self.dates.get(hash(stated), clean).as_ref()
    }

    pub fn country(&mut self, stated: &str) -> CleanCountry {
        *self.countries.get(hash(stated), || {
            // `NA` is a placeholder elsewhere, and Namibia here; `N/A` is a placeholder here too.
            if stated != "NA" && party::placeholder(stated).is_some() {
                return CleanCountry::Missing;
            }
            CountryCode::parse(stated).map_or(CleanCountry::Unknown, CleanCountry::Known)
        })
    }

    pub fn hs_codes(&mut self, stated: &str, expected_digits: Option<usize>) -> &CleanCodes {
        self.hs_codes.get(hash(stated), || match StatedCodes::parse(stated, expected_digits) {
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
        *self.weight_units.get(hash(stated), || WeightUnit::parse(stated))
    }

    /// Returns what a party text states; `None` where name and identifier are the party's as they stand.
    pub fn party(&mut self, name: &str, registration_id: &str) -> Option<&StatedParty> {
        let both = xxh3_128_with_seed(name.as_bytes(), xxh3_64(registration_id.as_bytes()));
        let clean = || {
            let party = party::parse_party(name, registration_id);
            (!party.is_as_stated(name, registration_id)).then(|| Box::new(party))
        };
        self.parties.get(both, clean).as_deref()
    }
}

fn hash(text: &str) -> u128 {
    xxh3_128(text.as_bytes())
}

fn shown(date: StatedDate) -> String {
    let first = date.first;
    match date.precision {
        DatePrecision::Day => first.to_string(),
        DatePrecision::Month => format!("{:04}-{:02}", first.year(), first.month()),
        DatePrecision::Year => format!("{:04}", first.year()),
    }
}

/// What each distinct text became, up to a bound. Texts are known by 128 bits of their hash: to hold them as well would cost more than the
/// cleaning, and two texts of one hash are not to be expected on Earth.
struct Memo<T>(HashTable<(u128, T)>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Memo(HashTable::new())
    }
}

impl<T> Memo<T> {
    const BOUND: usize = 400_000;

    fn get(&mut self, hash: u128, clean: impl FnOnce() -> T) -> &T {
        if self.0.len() >= Self::BOUND {
            self.0.clear();
        }
        let entry = self.0.entry(hash as u64, |(known, _)| *known == hash, |(known, _)| *known as u64);
        &entry.or_insert_with(|| (hash, clean())).into_mut().1
    }
}
