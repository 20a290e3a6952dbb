//! The keys of records: by what they are told apart and counted.
//!
//! In: columns that are filled already. Out: the columns of keys. A record that lacks what a key is made of has a key of its own, or none.

use super::columns::{NumberColumn, TextColumn, key_slot, role_slot, text_slot};
use super::faults::At;
use super::numbering::Numbering;
use super::party;
use super::shipment::{Dates, Shipments};
use crate::model::document_id::fold_id;
use crate::model::key::{self, NumberText};
use crate::model::role::Role;
use crate::model::vendor_schema::Grain;
use crate::store::column::Texts;
use std::rc::Rc;

/// The texts that goods phrases are looked for in: with the code they make an item.
const ITEM_TEXTS: [usize; 4] =
    [text_slot("goods_description"), text_slot("manufacturer_name"), text_slot("brand"), text_slot("model")];

impl Shipments<'_> {
    pub(super) fn fill_keys(&mut self, dates: &Dates) {
        let declarations = self.fill_declarations(dates);
        self.fill_line_items(&declarations);
        self.fill_consignments();
        self.fill_party_days(dates);
        self.fill_items();
        let own = Rc::new(Numbering::of_own_values(self.faults.lines.len()));
        let [high, low] = &self.cells.content_keys;
        for (slot, keys) in [
            (key_slot("record_key"), &self.cells.record_keys),
            (key_slot("content_key_high"), high),
            (key_slot("content_key_low"), low),
        ] {
            self.columns.keys[slot] = Some(NumberColumn::new(&own, keys.iter().copied().map(Some).collect()));
        }
    }

    /// Fills the keys of declarations; one that is not named is that of its record. Returns them.
    fn fill_declarations(&mut self, dates: &Dates) -> NumberColumn<i64> {
        let ids = self.declaration_ids(dates);
        // Sums have no declaration to name.
        let is_expected = self.schema.grain != Grain::Aggregate;
        for (number, id) in ids.texts.iter().enumerate() {
            if id.is_empty() && is_expected {
                self.faults.add("declaration_id_missing", "declaration_id", At::Number(&ids.numbering, number), "");
            }
        }
        let numbering = ids.numbering.with_own(|number| ids.texts.get(number).is_empty());
        let vendor = self.schema.vendor.as_str();
        let declaration = |record: usize| match ids.get(record) {
            "" => self.cells.record_keys[record],
            id => key::key(&[vendor, id]),
        };
        let declarations = NumberColumn::new(&numbering, numbering.firsts().map(declaration).map(Some).collect());

        let [reporters, flows] = [text_slot("reporter_country_code"), text_slot("flow")].map(|slot| self.text(slot).clone());
        let resolve_numbering = Numbering::refined(&[&numbering, &reporters.numbering]);
        let resolve = |record: usize| match ids.get(record) {
            "" => key::key(&[vendor, flows.get(record), NumberText::new(self.cells.content_keys[1][record]).as_str()]),
            id => key::key(&[reporters.get(record), id]),
        };
        let resolve_keys = resolve_numbering.firsts().map(resolve).map(Some).collect();
        self.columns.keys[key_slot("resolve_key")] = Some(NumberColumn::new(&resolve_numbering, resolve_keys));
        self.columns.keys[key_slot("declaration_key")] = Some(declarations.clone());
        self.set(text_slot("declaration_key_text"), ids);
        declarations
    }

    /// Returns what names the declaration of a record within its vendor; empty where a part of it is missing.
    fn declaration_ids(&self, dates: &Dates) -> TextColumn {
        let mut folded = String::new();
        let mut part = |column: &str, source: Option<usize>| match (column, source) {
            ("year", _) => {
                let years: Vec<String> = dates.dates.iter().map(|date| date.first.year().to_string()).collect();
                TextColumn::new(&dates.numbering, years.iter().map(String::as_str).collect())
            }
            (_, Some(source)) => {
                let stated = &self.cells.columns[source];
                let mut ids = Texts::default();
                for text in stated.texts.iter() {
                    fold_id(if party::placeholder(text).is_none() { text } else { "" }, &mut folded);
                    ids.push(&folded);
                }
                TextColumn::new(&stated.numbering, ids.searched())
            }
            (_, None) => self.blank.clone(),
        };
        let parts: Vec<TextColumn> = self.sources.declaration_key.iter().map(|(column, source)| part(column, *source)).collect();
        if let [only] = parts.as_slice() {
            return only.clone();
        }
        let numbering = Numbering::refined(&parts.iter().map(|part| &part.numbering).collect::<Vec<_>>());
        let mut ids = Texts::default();
        let mut id = String::new();
        for record in numbering.firsts() {
            id.clear();
            if parts.iter().all(|part| !part.get(record).is_empty()) {
                for part in &parts {
                    id.push_str(if id.is_empty() { "" } else { "|" });
                    id.push_str(part.get(record));
                }
            }
            ids.push(&id);
        }
        TextColumn::new(&numbering, ids)
    }

    /// Fills the line numbers and the keys of lines; a line without a number is its record.
    fn fill_line_items(&mut self, declarations: &NumberColumn<i64>) {
        let stated = self.stated(self.sources.line_number);
        let mut line_numbers = Texts::default();
        for (number, text) in stated.texts.iter().enumerate() {
            let at = At::Number(&stated.numbering, number);
            if text.bytes().any(|byte| byte != b'0') && !self.faults.is_missing(text, "line_number", at) {
                let line_number = text.trim_start_matches('0');
                self.line_numbers.add(line_number, stated.numbering.count(number));
                line_numbers.push(line_number);
            } else {
                line_numbers.push("");
            }
        }
        let line_numbers = TextColumn::new(&stated.numbering, line_numbers);
        let mut declaration = (None, NumberText::new(0));
        let line_item = |record: usize| match line_numbers.get(record) {
            "" => Some(self.cells.record_keys[record]),
            line_number => {
                let declaration_key = declarations.get(record);
                if declaration.0 != declaration_key {
                    declaration = (declaration_key, NumberText::new(declaration_key?));
                }
                Some(key::key(&[declaration.1.as_str(), line_number]))
            }
        };
        let own = Rc::new(Numbering::of_own_values(self.faults.lines.len()));
        let keys = (0..self.faults.lines.len()).map(line_item).collect();
        self.columns.keys[key_slot("line_item_key")] = Some(NumberColumn::new(&own, keys));
        self.set(text_slot("line_number"), line_numbers);
    }

    fn fill_consignments(&mut self) {
        let bills = self.text(text_slot("bill_of_lading_id"));
        let vendor = self.schema.vendor.as_str();
        let mut folded = String::new();
        let consignment = |bill: &str| {
            fold_id(bill, &mut folded);
            (!folded.is_empty()).then(|| key::key(&[vendor, &folded]))
        };
        let keys = NumberColumn::new(&bills.numbering, bills.texts.iter().map(consignment).collect());
        self.columns.keys[key_slot("consignment_key")] = Some(keys);
    }

    fn fill_party_days(&mut self, dates: &Dates) {
        let names = [Role::Shipper, Role::Consignee].map(|role| self.text(role_slot(role)));
        let numbering = Numbering::refined(&[&names[0].numbering, &names[1].numbering, &dates.numbering]);
        let days: Vec<NumberText> = dates.dates.iter().map(|date| NumberText::new(date.first.number())).collect();
        let party_day = |record: usize| {
            let [shipper, consignee] = names.map(|names| names.get(record));
            let day = days[dates.numbering.number(record)].as_str();
            (!shipper.is_empty() || !consignee.is_empty()).then(|| key::key(&[shipper, consignee, day]))
        };
        let keys = NumberColumn::new(&numbering, numbering.firsts().map(party_day).collect());
        self.columns.keys[key_slot("party_day_key")] = Some(keys);
    }

    fn fill_items(&mut self) {
        let texts = ITEM_TEXTS.map(|slot| self.text(slot));
        let codes = self.columns.keys[key_slot("hs_key")].as_ref().expect("codes are filled before items");
        let code_texts: Vec<Option<NumberText>> = codes.values.iter().map(|code| code.map(NumberText::new)).collect();
        let texts_numbering = texts.map(|column| &column.numbering);
        let numbering = Numbering::refined(&[&[&codes.numbering], &texts_numbering[..]].concat());
        let item = |record: usize| {
            let code = code_texts[codes.numbering.number(record)].as_ref().map_or("", NumberText::as_str);
            let [description, manufacturer, brand, model] = texts.map(|column| column.get(record));
            Some(key::key(&[code, description, manufacturer, brand, model]))
        };
        let keys = NumberColumn::new(&numbering, numbering.firsts().map(item).collect());
        self.columns.keys[key_slot("item_key")] = Some(keys);
    }
}
