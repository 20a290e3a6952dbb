//! What a batch gathers beside its columns, and what it remembers of texts that it has seen.

use super::columns::{HS_KEY, Row, role_slot, text_slot};
use super::party::{self, StatedParty};
use super::sidecar::{PartyCount, Sidecar};
use crate::model::account::Rejection;
use crate::model::country::CountryCode;
use crate::model::issue::Issues;
use crate::model::role::Role;
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// What a batch gathers beside its columns.
#[derive(Default)]
pub struct Batch {
    pub issues: Issues,
    pub sidecar: Sidecar,
    pub rejections: Vec<Rejection>,
    pub parties: Memo<StatedParty>,
    pub hs_codes: Memo<std::result::Result<(String, Option<&'static str>), &'static str>>,
    pub countries: Memo<Option<CountryCode>>,
    pub key_buffer: Vec<u8>,
}

impl Batch {
    pub fn country(&mut self, stated: &str, column: &str, line: u64) -> Cow<'static, str> {
        // `NA` is a placeholder elsewhere, and Namibia here; `N/A` is a placeholder here too.
        if stated != "NA" && party::placeholder(stated).is_some() {
            return Cow::Borrowed("");
        }
        match self.countries.get(stated, CountryCode::parse) {
            Some(country) => Cow::Owned(country.to_string()),
            None => {
                self.issues.add("country_unknown", column, line, stated);
                Cow::Borrowed("")
            }
        }
    }

    pub fn party(&mut self, name: &str, registration_id: &str) -> StatedParty {
        let mut both = String::with_capacity(name.len() + registration_id.len() + 1);
        both.push_str(name);
        both.push('\u{1f}');
        both.push_str(registration_id);
        self.parties.get(&both, |_| party::parse_party(name, registration_id))
    }

    pub fn tally(&mut self, row: &Row<'_>) {
        for role in Role::ALL {
            let Some(party_key) = row.party_keys[role as usize] else { continue };
            let slot = role_slot(role);
            self.sidecar
                .parties
                .entry((party_key, role))
                .or_insert_with(|| PartyCount {
                    name: row.texts[slot].to_string(),
                    country_code: row.texts[slot + 1].to_string(),
                    registration_id: row.texts[slot + 2].to_string(),
                    n_records: 0,
                })
                .n_records += 1;
        }
        if let Some(hs_key) = row.keys[HS_KEY] {
            let (edition, code) = (&row.texts[text_slot("hs_edition")], &row.texts[text_slot("hs_code")]);
            self.sidecar.codes.entry(hs_key).or_insert_with(|| (edition.to_string(), code.to_string(), 0)).2 += 1;
        }
        if let (Some(year), Some(month)) = (row.calendar[2], row.calendar[4]) {
            let flow = row.texts[text_slot("flow")].to_string();
            let reporter = row.texts[text_slot("reporter_country_code")].to_string();
            *self.sidecar.coverage.entry((year, month, flow, reporter)).or_default() += 1;
        }
    }
}

/// Remembers what each distinct text became, up to a bound: ten million descriptions do not fit in memory.
pub struct Memo<T>(FxHashMap<Box<str>, T>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Memo(FxHashMap::default())
    }
}

impl<T: Clone> Memo<T> {
    const BOUND: usize = 50_000;

    pub fn get(&mut self, text: &str, clean: impl FnOnce(&str) -> T) -> T {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let value = clean(text);
        if self.0.len() >= Self::BOUND {
            self.0.clear();
        }
        self.0.insert(text.into(), value.clone());
        value
    }
}
