//! One record as delivered to one shipment: dates, codes, measures, parties, keys.
//!
//! In: a record of a batch. Out: a row of the store, or a rejection. What is faulty but not needed is counted and left out.

use super::batch::Batch;
use super::columns::{HS_KEY, Row, role_slot, text_slot};
use super::mapping::Source;
use super::memory::{CleanCountry, Memory};
use super::sources::CountrySource;
use super::totals::{TOTALS_ROW, is_totals_row};
use super::{Normalizer, Origin, party};
use crate::model::account::Rejection;
use crate::model::country::CodeSystem;
use crate::model::date::{DatePrecision, StatedDate};
use crate::model::document_id::fold_id;
use crate::model::key::{self, NumberText};
use crate::model::measure::{self, Decimal, DecimalStyle, WeightUnit, is_same_unit, parse_cents, parse_grams, parse_quantity};
use crate::model::procedure;
use crate::model::raw_shipments::RawShipments;
use crate::model::role::Role;
use crate::model::shipments::TEXTS;
use crate::model::vendor_schema::Grain;
use std::borrow::Cow;

/// The text that a source states in a record; empty where the file has no such column.
fn stated<'r>(source: &Option<Source>, raw: &'r RawShipments, record: usize) -> Cow<'r, str> {
    source.as_ref().map_or(Cow::Borrowed(""), |source| source.text(raw, record))
}

impl Normalizer<'_> {
    /// Makes `row` the shipment of a record, or says why the record cannot be used.
    pub(super) fn fill_row(
        &self,
        row: &mut Row,
        raw: &RawShipments,
        record: usize,
        origin: Origin<'_>,
        batch: &mut Batch,
        memory: &mut Memory,
    ) -> std::result::Result<(), Fault> {
        let line = raw.line(record);
        row.start(line);
        if self.sources.totals.iter().any(|(at, rule)| rule.holds(raw.field(record, *at).trim())) {
            return Err(Fault { reason: TOTALS_ROW, column: "" });
        }

        let stated_date = stated(&self.sources.date, raw, record);
        let Some(clean) = memory.date(&stated_date, self.dates) else {
            if is_totals_row((0..raw.width()).map(|column| raw.field(record, column))) {
                return Err(Fault { reason: TOTALS_ROW, column: "" });
            }
            let reason = if is_missing(&stated_date, "date", line, batch) { "date_missing" } else { "date_invalid" };
            return Err(Fault { reason, column: "date" });
        };
        let date = clean.date;
        for kind in &clean.issues {
            batch.issues.add(kind, "date", line, &stated_date);
        }
        row.set(text_slot("date"), &clean.shown);
        fill_calendar(row, date);

        for (slot, source) in &self.sources.plain {
            let value = source.text(raw, record);
            if !is_missing(&value, TEXTS[*slot], line, batch) {
                row.set(*slot, &value);
            }
        }
        // A bill is its own master where no house bill is stated: that says nothing more.
        let [bill, master] = const { [text_slot("bill_of_lading_id"), text_slot("master_bill_of_lading_id")] };
        if row.text(master) == row.text(bill) {
            row.set(master, "");
        }
        row.set(text_slot("vendor"), &self.schema.vendor);
        row.set(text_slot("grain"), self.schema.grain.as_str());
        let constants = [
            (const { text_slot("date_kind") }, &self.schema.date_kind),
            (const { text_slot("value_basis") }, &self.schema.value_basis),
            (const { text_slot("currency_code") }, &self.schema.currency_code),
        ];
        for (slot, constant) in constants {
            if row.is_missing(slot) {
                row.set(slot, constant);
            }
        }

        self.fill_flow(row, &stated(&self.sources.flow, raw, record), batch);
        for CountrySource { column, slot, source, flow } in &self.sources.countries {
            if flow.as_deref().is_none_or(|flow| flow == row.text(const { text_slot("flow") })) {
                self.set_country(row, *slot, &source.text(raw, record), column, batch, memory);
            }
        }
        let reporter = const { text_slot("reporter_country_code") };
        if row.is_missing(reporter) {
            row.set(reporter, &self.schema.reporter_country_code);
        }

        for (column, slot, source) in &self.sources.coded {
            let stated = source.text(raw, record);
            let word = self.coded(column, &stated, line, batch);
            // A constant of the schema stays where the record states nothing.
            if !word.is_empty() {
                row.set(*slot, word);
            }
        }
        let procedure_code = stated(&self.sources.procedure_code, raw, record);
        fill_procedure(row, &procedure_code, &stated(&self.sources.previous_procedure_code, raw, record), batch);
        self.fill_code(row, &stated(&self.sources.hs_code, raw, record), date, batch, memory);
        self.fill_measures(row, raw, record, batch, memory);
        self.fill_parties(row, raw, record, batch, memory);
        self.fill_keys(row, raw, record, origin, batch, memory);
        Ok(())
    }

    /// Returns our word for a vendor's word; one that the schema does not have is an issue and stays unknown.
    fn coded<'v>(&'v self, column: &str, value: &'v str, line: u64, batch: &mut Batch) -> &'v str {
        if value.is_empty() {
            return "";
        }
        let Some(words) = self.schema.values.get(column) else {
            return if is_missing(value, column, line, batch) { "" } else { value };
        };
        let known = words
            .get_key_value(value)
            .or_else(|| words.iter().find(|(word, _)| word.to_lowercase() == value.to_lowercase()))
            .or_else(|| words.get_key_value("*"));
        match known {
            Some((_, ours)) => ours,
            None => {
                if !is_missing(value, column, line, batch) {
                    batch.issues.add("value_unknown", column, line, value);
                }
                ""
            }
        }
    }

    fn fill_flow(&self, row: &mut Row, value: &str, batch: &mut Batch) {
        let line = row.source_line;
        let stated = self.coded("flow", value, line, batch);
        let flow = match &self.flow {
            Some(pinned) => {
                if !stated.is_empty() && stated != pinned {
                    batch.issues.add("flow_contradicts", "flow", line, stated);
                }
                pinned
            }
            None if stated.is_empty() => self.schema.flow.as_deref().unwrap_or_default(),
            None => stated,
        };
        if flow.is_empty() {
            batch.issues.add("flow_missing", "flow", line, "");
        }
        row.set(text_slot("flow"), flow);
    }

    fn fill_code(&self, row: &mut Row, stated: &str, date: StatedDate, batch: &mut Batch, memory: &mut Memory) {
        let line = row.source_line;
        if is_missing(stated, "hs_code", line, batch) {
            batch.issues.add("hs_code_missing", "hs_code", line, stated);
            return;
        }
        match memory.hs_codes(stated, self.schema.hs_digits) {
            Ok((codes, issues)) => {
                for kind in issues {
                    batch.issues.add(kind, "hs_code", line, stated);
                }
                let edition = const { text_slot("hs_edition") };
                if row.is_missing(edition) {
                    row.set(edition, self.schema.hs_edition(date.first));
                }
                row.keys[HS_KEY] = Some(key::key(&[row.text(edition), codes]));
                row.set(text_slot("hs_code"), codes);
            }
            Err(kind) => batch.issues.add(kind, "hs_code", line, stated),
        }
    }

    fn fill_measures(&self, row: &mut Row, raw: &RawShipments, record: usize, batch: &mut Batch, memory: &mut Memory) {
        let line = row.source_line;
        let has_weight = self.sources.weights.iter().flatten().any(|source| !source.text(raw, record).is_empty());
        let unit = if has_weight { self.weight_unit(raw, record, line, batch, memory) } else { None };
        for (at, (source, column)) in self.sources.weights.iter().zip(["net_weight_kg", "gross_weight_kg"]).enumerate() {
            let (Some(source), Some(unit)) = (source, unit) else { continue };
            let stated = source.text(raw, record);
            row.measures[at] = self.number(&stated, column, line, batch, |text, style| parse_grams(text, style, unit));
        }
        for (at, (source, column)) in self.sources.values.iter().zip(["value_usd", "value_original"]).enumerate() {
            let Some(source) = source else { continue };
            row.measures[2 + at] = self.number(&source.text(raw, record), column, line, batch, |text, style| {
                parse_cents(text, style, self.schema.value_unit)
            });
        }
        if let Some(source) = &self.sources.quantity {
            self.fill_quantity(row, &source.text(raw, record), batch);
        }
    }

    /// Sets the quantity; a unit behind it must be that of its column, or fills it.
    fn fill_quantity(&self, row: &mut Row, stated: &str, batch: &mut Batch) {
        let line = row.source_line;
        let Some((quantity, unit)) = self.number(stated, "quantity", line, batch, |text, style| {
            parse_quantity(text, style).map(|(quantity, unit)| (quantity, unit.to_owned()))
        }) else {
            return;
        };
        let unit_slot = const { text_slot("quantity_unit_code") };
        if !unit.is_empty() && !row.is_missing(unit_slot) && !is_same_unit(&unit, row.text(unit_slot)) {
            batch.issues.add("number_unit", "quantity", line, stated);
            return;
        }
        if !unit.is_empty() {
            batch.issues.add("repaired_unit_split", "quantity", line, stated);
            if row.is_missing(unit_slot) {
                row.set(unit_slot, &unit);
            }
        }
        set_decimal(row, text_slot("quantity"), stated, quantity);
    }

    /// Returns the unit of a record's weights; one that the table does not have is an issue.
    fn weight_unit(
        &self,
        raw: &RawShipments,
        record: usize,
        line: u64,
        batch: &mut Batch,
        memory: &mut Memory,
    ) -> Option<WeightUnit> {
        let stated = match &self.sources.weight_unit {
            Some(source) => source.text(raw, record),
            None => Cow::Borrowed(self.schema.weight_unit.as_deref().unwrap_or("kg")),
        };
        let unit = memory.weight_unit(&stated);
        if unit.is_none() {
            batch.issues.add("weight_unit_unknown", "weight_unit", line, &stated);
        }
        unit
    }

    /// Reads a number by the schema's decimal marks; what is no number is an issue and missing.
    fn number<T>(
        &self,
        stated: &str,
        column: &str,
        line: u64,
        batch: &mut Batch,
        parse: impl Fn(&str, DecimalStyle) -> std::result::Result<T, measure::Reason>,
    ) -> Option<T> {
        if stated.is_empty() || (stated != "0" && is_missing(stated, column, line, batch)) {
            return None;
        }
        match parse(stated, DecimalStyle::of(stated, &self.schema.decimal_marks)) {
            Ok(value) => Some(value),
            Err(reason) => {
                batch.issues.add(&format!("number_{}", reason.as_str()), column, line, stated);
                None
            }
        }
    }

    fn fill_parties(&self, row: &mut Row, raw: &RawShipments, record: usize, batch: &mut Batch, memory: &mut Memory) {
        let line = row.source_line;
        for source in &self.sources.parties {
            let role = source.role;
            let (name, registration_id) = (stated(&source.name, raw, record), stated(&source.registration_id, raw, record));
            if let Some(country) = &source.country_code {
                let column = source.country_column.as_str();
                self.set_country(row, role_slot(role) + 1, &country.text(raw, record), column, batch, memory);
            }
            let party = memory.party(&name, &registration_id);
            for &rule in &party.repairs {
                batch.issues.add(&format!("repaired_{rule}"), &source.name_column, line, &name);
            }
            if let Some(reason) = party.missing
                && !name.is_empty()
            {
                batch.issues.add(&format!("missing_{reason}"), &source.name_column, line, &name);
            }
            if let Some(bank) = &party.to_order_of
                && row.is_missing(text_slot("to_order_of_name"))
            {
                row.set(text_slot("to_order_of_name"), bank);
            }
            match (&party.principal, role.principal()) {
                // A role without a principal of its own keeps the whole text: nobody is lost.
                (Some(_), None) => {
                    let whole = name.split_whitespace().collect::<Vec<_>>().join(" ");
                    fill_party(row, role, &whole, &party.registration_id);
                }
                (Some(principal), Some(principal_role)) => {
                    fill_party(row, role, &party.name, &party.registration_id);
                    if row.party_keys[principal_role as usize].is_none() {
                        let principal = principal.clone();
                        let principal = memory.party(&principal, "");
                        fill_party(row, principal_role, &principal.name, &principal.registration_id);
                    }
                }
                (None, _) => fill_party(row, role, &party.name, &party.registration_id),
            }
        }
    }

    fn fill_keys(
        &self,
        row: &mut Row,
        raw: &RawShipments,
        record: usize,
        origin: Origin<'_>,
        batch: &mut Batch,
        memory: &mut Memory,
    ) {
        let line = row.source_line;
        let record_key = key::record_key(origin.file_sha256, origin.place, origin.first_ordinal + record as u64);
        let (content_high, content_low) = key::content_key(raw.whole(record));

        let vendor = self.schema.vendor.as_str();
        let has_id = self.write_declaration_id(row, raw, record, &mut memory.id_text);
        let (declaration_key, resolve_key) = if has_id {
            let id = memory.id_text.as_str();
            row.set(text_slot("declaration_key_text"), id);
            (key::key(&[vendor, id]), key::key(&[row.text(text_slot("reporter_country_code")), id]))
        } else {
            // Sums have no declaration to name.
            if self.schema.grain != Grain::Aggregate {
                batch.issues.add("declaration_id_missing", "declaration_id", line, "");
            }
            let content = NumberText::new(content_low);
            (record_key, key::key(&[vendor, row.text(text_slot("flow")), content.as_str()]))
        };

        let line_number = stated(&self.sources.line_number, raw, record);
        let is_line_stated =
            line_number.bytes().any(|byte| byte != b'0') && !is_missing(&line_number, "line_number", line, batch);
        let line_item_key = if is_line_stated {
            let number = line_number.trim_start_matches('0');
            batch.line_numbers.add(number);
            row.set(text_slot("line_number"), number);
            key::key(&[NumberText::new(declaration_key).as_str(), number])
        } else {
            record_key
        };

        fold_id(row.text(text_slot("bill_of_lading_id")), &mut memory.id_text);
        let bill = memory.id_text.as_str();
        let consignment_key = (!bill.is_empty()).then(|| key::key(&[vendor, bill]));
        let names = [Role::Shipper, Role::Consignee].map(|role| row.text(role_slot(role)));
        let day = row.calendar[0].map(NumberText::new);
        let day = day.as_ref().map_or("", NumberText::as_str);
        let party_day_key = names.iter().any(|name| !name.is_empty()).then(|| key::key(&[names[0], names[1], day]));
        let hs_key = row.keys[HS_KEY];
        let code = hs_key.map(NumberText::new);
        let code = code.as_ref().map_or("", NumberText::as_str);
        let [description, manufacturer, brand, model] = ITEM_TEXTS.map(|slot| row.text(slot));
        let item_key = key::key(&[code, description, manufacturer, brand, model]);

        row.keys = [
            Some(record_key),
            Some(line_item_key),
            Some(declaration_key),
            consignment_key,
            party_day_key,
            hs_key,
            Some(item_key),
            Some(resolve_key),
            Some(content_high),
            Some(content_low),
        ];
    }

    /// Sets a country column by its stated text; one that the table does not have is an issue.
    fn set_country(&self, row: &mut Row, slot: usize, stated: &str, column: &str, batch: &mut Batch, memory: &mut Memory) {
        let clean = match self.sources.country_codes.filter(|_| CodeSystem::is_code(stated)) {
            Some(codes) => codes.country(stated).map_or(CleanCountry::Unknown, CleanCountry::Known),
            None => memory.country(stated),
        };
        match clean {
            CleanCountry::Known(country) => row.set(slot, country.as_str()),
            CleanCountry::Missing => {
                is_missing(stated, column, row.source_line, batch);
                row.set(slot, "");
            }
            CleanCountry::Unknown => {
                batch.issues.add("country_unknown", column, row.source_line, stated);
                row.set(slot, "");
            }
        }
    }

    /// Writes what names the declaration within its vendor to `id`; returns `false` where a part of it is missing.
    fn write_declaration_id(&self, row: &Row, raw: &RawShipments, record: usize, id: &mut String) -> bool {
        let mut part = String::new();
        let mut whole = String::new();
        let is_only = self.sources.declaration_key.len() == 1;
        for (column, source) in &self.sources.declaration_key {
            part.clear();
            match (column.as_str(), source) {
                ("year", _) => part.push_str(&row.calendar[2].map_or(String::new(), |year| year.to_string())),
                (_, Some(source)) => {
                    let stated = source.text(raw, record);
                    if party::placeholder(&stated).is_none() {
                        fold_id(&stated, if is_only { id } else { &mut part });
                        if is_only {
                            return !id.is_empty();
                        }
                    }
                }
                (_, None) => {}
            }
            if part.is_empty() {
                return false;
            }
            if !whole.is_empty() {
                whole.push('|');
            }
            whole.push_str(&part);
        }
        *id = whole;
        !id.is_empty()
    }
}

fn fill_calendar(row: &mut Row, date: StatedDate) {
    let first = date.first;
    // A date that states no month lies in no month and no quarter.
    let has_month = date.precision != DatePrecision::Year;
    row.calendar = [
        Some(first.number()),
        Some(date.last.number()),
        Some(first.year()),
        has_month.then_some(first.quarter() as i32),
        has_month.then_some(first.month() as i32),
        Some(0),
    ];
    row.set(text_slot("date_precision"), date.precision.as_str());
}

fn fill_procedure(row: &mut Row, code: &str, previous: &str, batch: &mut Batch) {
    let line = row.source_line;
    let code = if is_missing(code, "procedure_code", line, batch) { "" } else { code };
    // `00` says that there was none; other placeholders say nothing.
    let is_none = !previous.is_empty() && previous.bytes().all(|byte| byte == b'0');
    let is_unstated = !is_none && is_missing(previous, "previous_procedure_code", line, batch);
    let previous = if is_unstated { "" } else { previous };
    let previous = if previous.is_empty() { procedure::previous_of(code).unwrap_or_default() } else { previous };
    let class =
        if code.is_empty() { "unknown" } else { procedure::procedure_class(row.text(text_slot("reporter_country_code")), code) };
    let is_crossing = procedure::is_crossing(class, previous, row.text(text_slot("release_status")));
    row.set(text_slot("procedure_code"), code);
    row.set(text_slot("previous_procedure_code"), previous);
    row.set(text_slot("procedure_class"), class);
    row.calendar[5] = Some(i32::from(is_crossing));
}

/// Sets a column to a number as it is printed; most are printed as they were stated.
fn set_decimal(row: &mut Row, slot: usize, stated: &str, number: Decimal) {
    let is_plain = stated.bytes().all(|byte| byte.is_ascii_digit()) && !(stated.len() > 1 && stated.starts_with('0'));
    if is_plain { row.set(slot, stated) } else { row.set(slot, &number.to_string()) }
}

/// The texts that goods phrases are looked for in: with the code they make an item.
const ITEM_TEXTS: [usize; 4] =
    [text_slot("goods_description"), text_slot("manufacturer_name"), text_slot("brand"), text_slot("model")];

/// Sets name, identifier and key of a party whose country is set already. A country alone is no party.
fn fill_party(row: &mut Row, role: Role, name: &str, registration_id: &str) {
    let slot = role_slot(role);
    if name.is_empty() && registration_id.is_empty() {
        row.set(slot + 1, "");
        return;
    }
    row.set(slot, name);
    row.set(slot + 2, registration_id);
    row.party_keys[role as usize] = Some(key::key(&[name, row.text(slot + 1), registration_id]));
}

/// Why a record cannot be used, and the column that is at fault.
pub(super) struct Fault {
    reason: &'static str,
    column: &'static str,
}

impl Fault {
    /// Returns the rejection of a record with its text as delivered.
    pub(super) fn of(&self, delivered: &RawShipments, record: usize) -> Rejection {
        let fields: Vec<&str> = (0..delivered.width()).map(|at| delivered.field(record, at)).collect();
        Rejection {
            line: delivered.line(record),
            reason: self.reason,
            column: self.column.to_owned(),
            raw_text: fields.join("\u{241f}"),
        }
    }
}

/// Tells whether a text states nothing, and counts the words that say so.
fn is_missing(stated: &str, column: &str, line: u64, batch: &mut Batch) -> bool {
    let Some(reason) = party::placeholder(stated) else { return false };
    if !stated.is_empty() {
        batch.issues.add(&format!("missing_{reason}"), column, line, stated);
    }
    true
}
