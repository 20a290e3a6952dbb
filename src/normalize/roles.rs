//! Who stands in which role on the records: names, identifiers, countries and keys of parties.
//!
//! In: what the sources state of each role. Out: the columns of all roles. A party named as the principal of another stands in the
//! principal's role unless the record states somebody there itself.

use super::columns::{NumberColumn, TextColumn, role_slot, text_slot};
use super::faults::At;
use super::numbering::Numbering;
use super::shipment::Shipments;
use super::sources::PartySource;
use crate::model::key;
use crate::model::role::Role;
use crate::store::column::Texts;

/// The parties of records in one role.
struct Parties {
    names: TextColumn,
    countries: TextColumn,
    registration_ids: TextColumn,
}

impl Parties {
    /// Returns name, country and identifier of a record's party; `None` where there is neither name nor identifier: a country alone is
    /// no party.
    fn get(&self, record: usize) -> Option<[&str; 3]> {
        let (name, registration_id) = (self.names.get(record), self.registration_ids.get(record));
        let is_party = !name.is_empty() || !registration_id.is_empty();
        is_party.then(|| [name, self.countries.get(record), registration_id])
    }
}

impl Shipments<'_> {
    pub(super) fn fill_parties(&mut self) {
        // Those that may stand in a role, the first of whom does.
        let mut candidates: [Vec<Parties>; Role::ALL.len()] = Default::default();
        let sources = self.sources;
        for source in &sources.parties {
            let (own, principals) = self.read_parties(source);
            candidates[source.role as usize].insert(0, own);
            if let (Some(principals), Some(role)) = (principals, source.role.principal()) {
                candidates[role as usize].push(principals);
            }
        }
        for (role, candidates) in Role::ALL.into_iter().zip(&candidates) {
            if !candidates.is_empty() {
                self.fill_role(role, candidates);
            }
        }
    }

    /// Returns the parties that a source states, and those named as their principals.
    fn read_parties(&mut self, source: &PartySource) -> (Parties, Option<Parties>) {
        let (stated, stated_id) = (self.stated(source.name), self.stated(source.registration_id));
        let countries = match source.country_code {
            Some(country_code) => self.countries(country_code, &source.country_column, None),
            None => self.blank.clone(),
        };
        let numbering = Numbering::refined(&[&stated.numbering, &stated_id.numbering]);
        let [mut names, mut registration_ids, mut principals, mut banks]: [Texts; 4] = Default::default();
        for (number, record) in numbering.firsts().enumerate() {
            let name = stated.get(record);
            let Some(party) = self.memory.party(name, stated_id.get(record)) else {
                names.push(name);
                registration_ids.push(stated_id.get(record));
                principals.push("");
                banks.push("");
                continue;
            };
            let at = At::Number(&numbering, number);
            for rule in &party.repairs {
                self.faults.add(&format!("repaired_{rule}"), &source.name_column, at, name);
            }
            if let Some(reason) = party.missing
                && !name.is_empty()
            {
                self.faults.add(&format!("missing_{reason}"), &source.name_column, at, name);
            }
            registration_ids.push(&party.registration_id);
            banks.push(party.to_order_of.as_deref().unwrap_or_default());
            match (&party.principal, source.role.principal()) {
                // A role without a principal of its own keeps the whole text: nobody is lost.
                (Some(_), None) => {
                    names.push(&name.split_whitespace().collect::<Vec<_>>().join(" "));
                    principals.push("");
                }
                (principal, _) => {
                    names.push(&party.name);
                    principals.push(principal.as_deref().unwrap_or_default());
                }
            }
        }
        // To whose order goods are held is noted once, as the first role has it.
        let slot = text_slot("to_order_of_name");
        self.set(slot, self.text(slot).clone().or(&TextColumn::new(&numbering, banks)));
        let column = |texts: Texts| TextColumn::new(&numbering, texts.searched());
        let principals = column(principals);
        let own = Parties { names: column(names), countries, registration_ids: column(registration_ids) };
        (own, principals.has_any().then(|| self.read_principals(&principals)))
    }

    /// Returns the parties that are named as principals; their countries are not stated.
    fn read_principals(&mut self, stated: &TextColumn) -> Parties {
        let [mut names, mut registration_ids]: [Texts; 2] = Default::default();
        for text in stated.texts.iter() {
            let party = self.memory.party(text, "");
            names.push(party.map_or(text, |party| &party.name));
            registration_ids.push(party.map_or("", |party| &party.registration_id));
        }
        let column = |texts: Texts| TextColumn::new(&stated.numbering, texts);
        Parties { names: column(names), countries: self.blank.clone(), registration_ids: column(registration_ids) }
    }

    /// Fills the columns of a role, on each record with the first candidate that is a party.
    fn fill_role(&mut self, role: Role, candidates: &[Parties]) {
        let columns = candidates.iter().flat_map(|parties| [&parties.names, &parties.countries, &parties.registration_ids]);
        let numbering = Numbering::refined(&columns.map(|column| &column.numbering).collect::<Vec<_>>());
        let first = |record| candidates.iter().find_map(|parties| parties.get(record));
        let parties: Vec<Option<[&str; 3]>> = numbering.firsts().map(first).collect();
        let keys = parties.iter().map(|party| party.as_ref().map(|party| key::key(party))).collect();
        let text = |part: usize| parties.iter().map(move |party| party.map_or("", |party| party[part])).collect::<Texts>();
        let [name, country, registration_id] = [0, 1, 2].map(|part| role_slot(role) + part);
        self.set(country, TextColumn::new(&numbering, text(1)));
        match candidates {
            // What is no party has neither name nor identifier.
            [only] => {
                self.set(name, only.names.clone());
                self.set(registration_id, only.registration_ids.clone());
            }
            _ => {
                self.set(name, TextColumn::new(&numbering, text(0).searched()));
                self.set(registration_id, TextColumn::new(&numbering, text(2).searched()));
            }
        }
        self.columns.party_keys[role as usize] = Some(NumberColumn::new(&numbering, keys));
    }
}
