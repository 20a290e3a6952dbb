//! What usable records state to the columns of shipments: dates, texts, countries, procedures, codes.
//!
//! In: columns of numbered texts. Out: the columns of the store. What is faulty but not needed is counted and left out. Each step goes
//! through the numbers of a column and not through its records; where a value hangs on several columns, through the numbers that records
//! have in all of them.

use super::Normalizer;
use super::cells::Cells;
use super::columns::{Columns, NumberColumn, TextColumn, calendar_slot, key_slot, text_slot};
use super::faults::{At, Faults};
use super::memory::{CleanCountry, Memory};
use super::numbering::Numbering;
use super::sources::{CountrySource, Sources};
use crate::model::country::CodeSystem;
use crate::model::date::{DatePrecision, StatedDate};
use crate::model::key;
use crate::model::part::{LineNumbers, ZeroCount};
use crate::model::procedure;
use crate::model::shipments::{MEASURES, TEXTS};
use crate::model::vendor_schema::VendorSchema;
use crate::store::column::Texts;
use std::rc::Rc;

/// The shipments of a group while their columns are filled.
pub(super) struct Shipments<'a> {
    pub schema: &'a VendorSchema,
    pub sources: &'a Sources,
    pub cells: Cells,
    /// What is stated where the file has no such column.
    pub blank: TextColumn,
    pub columns: Columns,
    pub faults: Faults,
    pub line_numbers: LineNumbers,
    pub zeros: [ZeroCount; MEASURES.len()],
    pub memory: &'a mut Memory,
}

/// The dates of the records.
pub(super) struct Dates {
    pub numbering: Rc<Numbering>,
    pub dates: Vec<StatedDate>,
}

impl<'a> Shipments<'a> {
    /// Fills all columns from the cells.
    pub fn fill(normalizer: &'a Normalizer<'_>, cells: Cells, faults: Faults, memory: &'a mut Memory) -> Self {
        let mut shipments = Shipments {
            schema: normalizer.schema,
            sources: &normalizer.sources,
            blank: TextColumn::of_one_text(faults.lines.len(), ""),
            cells,
            columns: Columns::new(),
            faults,
            line_numbers: LineNumbers::default(),
            zeros: Default::default(),
            memory,
        };
        let dates = shipments.fill_dates(normalizer);
        shipments.fill_texts();
        shipments.fill_flow(normalizer.flow.as_deref());
        shipments.fill_countries();
        shipments.fill_coded();
        shipments.fill_procedures();
        shipments.fill_codes(&dates);
        shipments.fill_measures();
        shipments.fill_parties();
        shipments.fill_keys(&dates);
        shipments
    }

    /// Returns what a source states.
    pub fn stated(&self, source: Option<usize>) -> TextColumn {
        source.map_or(&self.blank, |source| &self.cells.columns[source]).clone()
    }

    /// Returns a text column as far as it is filled.
    pub fn text(&self, slot: usize) -> &TextColumn {
        self.columns.texts[slot].as_ref().unwrap_or(&self.blank)
    }

    pub fn set(&mut self, slot: usize, column: TextColumn) {
        self.columns.texts[slot] = Some(column);
    }

    fn fill_dates(&mut self, normalizer: &Normalizer<'_>) -> Dates {
        let stated = self.stated(self.sources.date);
        let (mut dates, mut shown) = (Vec::with_capacity(stated.texts.len()), Texts::default());
        for (number, text) in stated.texts.iter().enumerate() {
            let clean = self.memory.date(text, normalizer.dates).expect("a record without a date is not usable");
            for kind in &clean.issues {
                self.faults.add(kind, "date", At::Number(&stated.numbering, number), text);
            }
            dates.push(clean.date);
            shown.push(&clean.shown);
        }
        // A date that states no month lies in no month and no quarter.
        let month = |date: &StatedDate| (date.precision != DatePrecision::Year).then_some(date.first);
        let numbers =
            |of: &dyn Fn(&StatedDate) -> Option<i32>| Some(NumberColumn::new(&stated.numbering, dates.iter().map(of).collect()));
        let calendar = &mut self.columns.calendar;
        calendar[calendar_slot("day_first")] = numbers(&|date| Some(date.first.number()));
        calendar[calendar_slot("day_last")] = numbers(&|date| Some(date.last.number()));
        calendar[calendar_slot("year")] = numbers(&|date| Some(date.first.year()));
        calendar[calendar_slot("quarter")] = numbers(&|date| month(date).map(|day| day.quarter() as i32));
        calendar[calendar_slot("month")] = numbers(&|date| month(date).map(|day| day.month() as i32));
        let precision = dates.iter().map(|date| date.precision.as_str()).collect();
        self.set(text_slot("date_precision"), TextColumn::new(&stated.numbering, precision));
        self.set(text_slot("date"), TextColumn::new(&stated.numbering, shown));
        Dates { numbering: stated.numbering, dates }
    }

    /// Fills what is copied as stated, and what the schema says of all records.
    fn fill_texts(&mut self) {
        for (slot, source) in &self.sources.plain {
            let stated = self.stated(Some(*source));
            let is_missing = |number: &usize| {
                let text = stated.texts.get(*number);
                !text.is_empty() && self.faults.is_missing(text, TEXTS[*slot], At::Number(&stated.numbering, *number))
            };
            let missing: Vec<usize> = (0..stated.texts.len()).filter(is_missing).collect();
            self.set(*slot, stated.without(&missing));
        }
        // A bill is its own master where no house bill is stated: that says nothing more.
        let [bills, masters] =
            [text_slot("bill_of_lading_id"), text_slot("master_bill_of_lading_id")].map(|slot| self.text(slot));
        if masters.has_any() {
            let numbering = Numbering::refined(&[&bills.numbering, &masters.numbering]);
            let master = |record| if bills.get(record) == masters.get(record) { "" } else { masters.get(record) };
            let texts = numbering.firsts().map(master).collect();
            self.set(text_slot("master_bill_of_lading_id"), TextColumn::new(&numbering, texts));
        }
        let schema = self.schema;
        for (slot, constant) in [
            (text_slot("vendor"), schema.vendor.as_str()),
            (text_slot("grain"), schema.grain.as_str()),
            (text_slot("date_kind"), &schema.date_kind),
            (text_slot("value_basis"), &schema.value_basis),
            (text_slot("currency_code"), &schema.currency_code),
        ] {
            self.set(slot, self.text(slot).clone().or(&self.of_all(constant)));
        }
    }

    /// Returns the column of a text that all records have.
    pub fn of_all(&self, text: &str) -> TextColumn {
        TextColumn::of_one_text(self.faults.lines.len(), text)
    }

    fn fill_countries(&mut self) {
        let sources = self.sources;
        for CountrySource { column, slot, source, flow } in &sources.countries {
            let countries = self.countries(*source, column, flow.as_deref());
            self.set(*slot, countries);
        }
        let reporter = text_slot("reporter_country_code");
        self.set(reporter, self.text(reporter).clone().or(&self.of_all(&self.schema.reporter_country_code)));
    }

    /// Returns the country codes that a source states, if need be in records of one flow alone; a text that the table does not have is
    /// an issue.
    pub fn countries(&mut self, source: usize, column: &str, flow: Option<&str>) -> TextColumn {
        let (stated, flows) = (self.stated(Some(source)), self.text(text_slot("flow")).clone());
        let numberings = [&stated.numbering, &flows.numbering];
        let numbering = Numbering::refined(if flow.is_some() { &numberings } else { &numberings[..1] });
        let mut codes = Texts::default();
        for (number, record) in numbering.firsts().enumerate() {
            if flow.is_some_and(|flow| flow != flows.get(record)) {
                codes.push("");
                continue;
            }
            let (at, text) = (At::Number(&numbering, number), stated.get(record));
            let clean = match self.sources.country_codes.filter(|_| CodeSystem::is_code(text)) {
                Some(codes) => codes.country(text).map_or(CleanCountry::Unknown, CleanCountry::Known),
                None => self.memory.country(text),
            };
            match clean {
                CleanCountry::Known(country) => codes.push(country.as_str()),
                CleanCountry::Missing => {
                    self.faults.is_missing(text, column, at);
                    codes.push("");
                }
                CleanCountry::Unknown => {
                    self.faults.add("country_unknown", column, at, text);
                    codes.push("");
                }
            }
        }
        TextColumn::new(&numbering, codes)
    }

    fn fill_coded(&mut self) {
        for (column, slot, source) in &self.sources.coded {
            let stated = self.stated(Some(*source));
            let mut words = Texts::default();
            for (number, text) in stated.texts.iter().enumerate() {
                words.push(self.coded(column, text, At::Number(&stated.numbering, number)));
            }
            // A constant of the schema stays where the record states nothing.
            self.set(*slot, TextColumn::new(&stated.numbering, words).or(self.text(*slot)));
        }
    }

    /// Returns our word for a vendor's word; one that the schema does not have is an issue and stays unknown.
    fn coded<'v>(&mut self, column: &str, value: &'v str, at: At<'_>) -> &'v str
    where
        'a: 'v,
    {
        if value.is_empty() {
            return "";
        }
        let Some(words) = self.schema.values.get(column) else {
            return if self.faults.is_missing(value, column, at) { "" } else { value };
        };
        let known = words
            .get_key_value(value)
            .or_else(|| words.iter().find(|(word, _)| word.to_lowercase() == value.to_lowercase()))
            .or_else(|| words.get_key_value("*"));
        match known {
            Some((_, ours)) => ours,
            None => {
                if !self.faults.is_missing(value, column, at) {
                    self.faults.add("value_unknown", column, at, value);
                }
                ""
            }
        }
    }

    /// Fills the flow; one that is pinned in the run file stands over the stated one.
    fn fill_flow(&mut self, pinned: Option<&str>) {
        let stated = self.stated(self.sources.flow);
        let mut flows = Texts::default();
        for (number, text) in stated.texts.iter().enumerate() {
            let at = At::Number(&stated.numbering, number);
            let word = self.coded("flow", text, at);
            let flow = match pinned {
                Some(pinned) => {
                    if !word.is_empty() && word != pinned {
                        self.faults.add("flow_contradicts", "flow", at, word);
                    }
                    pinned
                }
                None if word.is_empty() => self.schema.flow.as_deref().unwrap_or_default(),
                None => word,
            };
            if flow.is_empty() {
                self.faults.add("flow_missing", "flow", at, "");
            }
            flows.push(flow);
        }
        self.set(text_slot("flow"), TextColumn::new(&stated.numbering, flows));
    }

    fn fill_procedures(&mut self) {
        let (code, previous) = (self.stated(self.sources.procedure_code), self.stated(self.sources.previous_procedure_code));
        let [reporter, status] =
            [text_slot("reporter_country_code"), text_slot("release_status")].map(|slot| self.text(slot).clone());
        let numbering = Numbering::refined(&[&code, &previous, &reporter, &status].map(|column| &column.numbering));
        let (mut codes, mut all_previous, mut classes, mut crossings) =
            (Texts::default(), Texts::default(), Texts::default(), Vec::new());
        for (number, record) in numbering.firsts().enumerate() {
            let at = At::Number(&numbering, number);
            let (stated, previous) = (code.get(record), previous.get(record));
            let code = if self.faults.is_missing(stated, "procedure_code", at) { "" } else { stated };
            // `00` says that there was none; other placeholders say nothing.
            let is_none = !previous.is_empty() && previous.bytes().all(|byte| byte == b'0');
            let is_unstated = !is_none && self.faults.is_missing(previous, "previous_procedure_code", at);
            let previous = if is_unstated { "" } else { previous };
            let previous = if previous.is_empty() { procedure::previous_of(code).unwrap_or_default() } else { previous };
            let class = if code.is_empty() { "unknown" } else { procedure::procedure_class(reporter.get(record), code) };
            crossings.push(Some(i32::from(procedure::is_crossing(class, previous, status.get(record)))));
            codes.push(code);
            all_previous.push(previous);
            classes.push(class);
        }
        self.set(text_slot("procedure_code"), TextColumn::new(&numbering, codes));
        self.set(text_slot("previous_procedure_code"), TextColumn::new(&numbering, all_previous));
        self.set(text_slot("procedure_class"), TextColumn::new(&numbering, classes));
        self.columns.calendar[calendar_slot("is_crossing")] = Some(NumberColumn::new(&numbering, crossings));
    }

    fn fill_codes(&mut self, dates: &Dates) {
        let stated = self.stated(self.sources.hs_code);
        let mut codes = Texts::default();
        for (number, text) in stated.texts.iter().enumerate() {
            let at = At::Number(&stated.numbering, number);
            if self.faults.is_missing(text, "hs_code", at) {
                self.faults.add("hs_code_missing", "hs_code", at, text);
                codes.push("");
                continue;
            }
            match self.memory.hs_codes(text, self.schema.hs_digits) {
                Ok((clean, issues)) => {
                    for kind in issues {
                        self.faults.add(kind, "hs_code", at, text);
                    }
                    codes.push(clean);
                }
                Err(kind) => {
                    self.faults.add(kind, "hs_code", at, text);
                    codes.push("");
                }
            }
        }
        let codes = TextColumn::new(&stated.numbering, codes.searched());
        let stated_edition = self.text(text_slot("hs_edition")).clone();
        let edition_by_date = dates.dates.iter().map(|date| self.schema.hs_edition(date.first)).collect();
        let edition_by_date = TextColumn::new(&dates.numbering, edition_by_date).merged();
        let numbering = Numbering::refined(&[&codes, &stated_edition, &edition_by_date].map(|column| &column.numbering));
        let (mut editions, mut keys) = (Texts::default(), Vec::with_capacity(numbering.len()));
        for record in numbering.firsts() {
            let (code, stated) = (codes.get(record), stated_edition.get(record));
            let edition = if stated.is_empty() && !code.is_empty() { edition_by_date.get(record) } else { stated };
            keys.push((!code.is_empty()).then(|| key::key(&[edition, code])));
            editions.push(edition);
        }
        self.set(text_slot("hs_edition"), TextColumn::new(&numbering, editions));
        self.set(text_slot("hs_code"), codes);
        self.columns.keys[key_slot("hs_key")] = Some(NumberColumn::new(&numbering, keys));
    }
}
