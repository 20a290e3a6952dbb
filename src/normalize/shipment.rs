//! One record as delivered to one shipment: dates, codes, measures, parties, keys.
//!
//! In: a record of a batch. Out: a row of the store, or a rejection. What is faulty but not needed is counted and left out.

use super::batch::Batch;
use super::columns::{HS_KEY, Row, role_slot, text_slot};
use super::mapping::Source;
use super::{Normalizer, Origin, party};
use crate::model::account::Rejection;
use crate::model::date::{DatePrecision, StatedDate};
use crate::model::hs_code::HsCode;
use crate::model::key;
use crate::model::measure::{self, DecimalStyle, WeightUnit, parse_cents, parse_decimal, parse_grams};
use crate::model::procedure;
use crate::model::raw_shipments::RawShipments;
use crate::model::role::Role;
use std::borrow::Cow;

impl Normalizer<'_> {
    /// Returns the shipment of a record, or why the record cannot be used.
    pub(super) fn shipment<'r>(
        &self,
        raw: &'r RawShipments,
        record: usize,
        origin: Origin<'_>,
        batch: &mut Batch,
    ) -> std::result::Result<Row<'r>, Rejection> {
        let line = raw.line(record);
        let text = |source: &Option<Source>| source.as_ref().map_or(Cow::Borrowed(""), |source| source.text(raw, record));
        let mut row = Row::new(line);

        let stated_date = text(&self.sources.date);
        let Some(date) = StatedDate::parse(&stated_date, &self.schema.date_formats) else {
            let reason = if party::placeholder(&stated_date).is_some() { "date_missing" } else { "date_invalid" };
            return Err(rejection(raw, record, reason, "date"));
        };
        self.fill_date(&mut row, date);

        for (slot, source) in &self.sources.plain {
            let value = source.text(raw, record);
            if party::placeholder(&value).is_none() {
                row.texts[*slot] = value;
            }
        }
        row.texts[text_slot("vendor")] = Cow::Owned(self.schema.vendor.clone());
        row.texts[text_slot("grain")] = Cow::Borrowed(self.schema.grain.as_str());
        let constants = [
            ("date_kind", &self.schema.date_kind),
            ("value_basis", &self.schema.value_basis),
            ("currency_code", &self.schema.currency_code),
        ];
        for (column, constant) in constants {
            let slot = text_slot(column);
            if row.texts[slot].is_empty() {
                row.texts[slot] = Cow::Owned(constant.clone());
            }
        }

        for (column, slot, source) in &self.sources.countries {
            row.texts[*slot] = batch.country(&source.text(raw, record), column, line);
        }
        let reporter = text_slot("reporter_country_code");
        if row.texts[reporter].is_empty() {
            row.texts[reporter] = Cow::Owned(self.schema.reporter_country_code.clone());
        }

        for (column, slot, source) in &self.sources.coded {
            row.texts[*slot] = self.coded(column, &source.text(raw, record), line, batch);
        }
        let flow = text_slot("flow");
        let stated_flow = self.coded("flow", &text(&self.sources.flow), line, batch);
        row.texts[flow] = match &self.flow {
            Some(pinned) => {
                if !stated_flow.is_empty() && *stated_flow != **pinned {
                    batch.issues.add("flow_contradicts", "flow", line, &stated_flow);
                }
                Cow::Owned(pinned.clone())
            }
            None if stated_flow.is_empty() => Cow::Owned(self.schema.flow.clone().unwrap_or_default()),
            None => stated_flow,
        };
        if row.texts[flow].is_empty() {
            batch.issues.add("flow_missing", "flow", line, "");
        }
        self.fill_procedure(&mut row, &text(&self.sources.procedure_code), &text(&self.sources.previous_procedure_code));
        self.fill_code(&mut row, &text(&self.sources.hs_code), date, batch);
        self.fill_measures(&mut row, raw, record, batch);
        self.fill_parties(&mut row, raw, record, batch);
        self.fill_keys(&mut row, raw, record, origin, batch);
        batch.tally(&row);
        Ok(row)
    }

    fn fill_date(&self, row: &mut Row<'_>, date: StatedDate) {
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
        row.texts[text_slot("date")] = Cow::Owned(match date.precision {
            DatePrecision::Day => first.to_string(),
            DatePrecision::Month => format!("{:04}-{:02}", first.year(), first.month()),
            DatePrecision::Year => format!("{:04}", first.year()),
        });
        row.texts[text_slot("date_precision")] = Cow::Borrowed(date.precision.as_str());
    }

    /// Returns our word for a vendor's word; one that the schema does not have is an issue and stays unknown.
    fn coded(&self, column: &str, value: &str, line: u64, batch: &mut Batch) -> Cow<'static, str> {
        if value.is_empty() {
            return Cow::Borrowed("");
        }
        let Some(words) = self.schema.values.get(column) else {
            return Cow::Owned(value.to_owned());
        };
        let known =
            words.iter().find(|(word, _)| word.to_lowercase() == value.to_lowercase()).or_else(|| words.get_key_value("*"));
        match known {
            Some((_, ours)) => Cow::Owned(ours.clone()),
            None => {
                batch.issues.add("value_unknown", column, line, value);
                Cow::Borrowed("")
            }
        }
    }

    fn fill_procedure(&self, row: &mut Row<'_>, code: &str, previous: &str) {
        let code = if party::placeholder(code).is_some() { "" } else { code };
        // `00` says that there was none; other placeholders say nothing.
        let is_none = !previous.is_empty() && previous.bytes().all(|byte| byte == b'0');
        let previous = if !is_none && party::placeholder(previous).is_some() { "" } else { previous };
        let previous = if previous.is_empty() { procedure::previous_of(code).unwrap_or_default() } else { previous };
        let class = if code.is_empty() {
            "unknown"
        } else {
            procedure::procedure_class(&row.texts[text_slot("reporter_country_code")], code)
        };
        let is_crossing = procedure::is_crossing(class, previous, &row.texts[text_slot("release_status")]);
        row.texts[text_slot("procedure_code")] = Cow::Owned(code.to_owned());
        row.texts[text_slot("previous_procedure_code")] = Cow::Owned(previous.to_owned());
        row.texts[text_slot("procedure_class")] = Cow::Borrowed(class);
        row.calendar[5] = Some(i32::from(is_crossing));
    }

    fn fill_code(&self, row: &mut Row<'_>, stated: &str, date: StatedDate, batch: &mut Batch) {
        let line = row.source_line;
        if party::placeholder(stated).is_some() {
            batch.issues.add("hs_code_missing", "hs_code", line, stated);
            return;
        }
        let digits = self.schema.hs_digits;
        let parsed = batch.hs_codes.get(stated, |stated| match HsCode::parse(stated, digits) {
            Ok((code, repair)) => Ok((code.as_str().to_owned(), repair.map(|repair| repair.as_str()))),
            Err(reason) => Err(reason.as_str()),
        });
        match parsed {
            Ok((code, repair)) => {
                if let Some(rule) = repair {
                    batch.issues.add(&format!("repaired_{rule}"), "hs_code", line, stated);
                }
                let stated = row.texts[text_slot("hs_edition")].to_string();
                let edition = if stated.is_empty() { self.schema.hs_edition(date.first).to_owned() } else { stated };
                row.keys[HS_KEY] = Some(key::key(&[&edition, &code]));
                row.texts[text_slot("hs_code")] = Cow::Owned(code);
                row.texts[text_slot("hs_edition")] = Cow::Owned(edition);
            }
            Err(reason) => batch.issues.add(&format!("hs_code_{reason}"), "hs_code", line, stated),
        }
    }

    fn fill_measures(&self, row: &mut Row<'_>, raw: &RawShipments, record: usize, batch: &mut Batch) {
        let line = row.source_line;
        let stated_unit = match &self.sources.weight_unit {
            Some(source) => source.text(raw, record),
            None => Cow::Borrowed(self.schema.weight_unit.as_deref().unwrap_or("kg")),
        };
        let unit = WeightUnit::parse(&stated_unit);
        if unit.is_none() {
            batch.issues.add("weight_unit_unknown", "weight_unit", line, &stated_unit);
        }
        for (at, (source, column)) in self.sources.weights.iter().zip(["net_weight_kg", "gross_weight_kg"]).enumerate() {
            let (Some(source), Some(unit)) = (source, unit) else { continue };
            let stated = source.text(raw, record);
            row.measures[at] = self.number(&stated, column, line, batch, |text, style| parse_grams(text, style, unit));
        }
        for (at, (source, column)) in self.sources.values.iter().zip(["value_usd", "value_original"]).enumerate() {
            let Some(source) = source else { continue };
            row.measures[2 + at] = self.number(&source.text(raw, record), column, line, batch, parse_cents);
        }
        if let Some(source) = &self.sources.quantity
            && let Some(quantity) = self.number(&source.text(raw, record), "quantity", line, batch, parse_decimal)
        {
            row.texts[text_slot("quantity")] = Cow::Owned(quantity.to_string());
        }
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
        if stated.is_empty() || (stated != "0" && party::placeholder(stated).is_some()) {
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

    fn fill_parties(&self, row: &mut Row<'_>, raw: &RawShipments, record: usize, batch: &mut Batch) {
        let line = row.source_line;
        for source in &self.sources.parties {
            let role = source.role;
            let text = |source: &Option<Source>| source.as_ref().map_or(Cow::Borrowed(""), |source| source.text(raw, record));
            let (name, registration_id) = (text(&source.name), text(&source.registration_id));
            let stated = batch.party(&name, &registration_id);
            for &rule in &stated.repairs {
                batch.issues.add(&format!("repaired_{rule}"), &format!("{}_name", role.as_str()), line, &name);
            }
            if let Some(reason) = stated.missing
                && !name.is_empty()
            {
                batch.issues.add(&format!("party_{reason}"), &format!("{}_name", role.as_str()), line, &name);
            }
            let country = match &source.country_code {
                Some(source) => batch.country(&source.text(raw, record), &format!("{}_country_code", role.as_str()), line),
                None => Cow::Borrowed(""),
            };
            if let Some(bank) = &stated.to_order_of
                && row.texts[text_slot("to_order_of_name")].is_empty()
            {
                row.texts[text_slot("to_order_of_name")] = Cow::Owned(bank.clone());
            }
            match (&stated.principal, role.principal()) {
                (Some(principal), Some(principal_role)) => {
                    if row.party_keys[principal_role as usize].is_none() {
                        let principal = batch.party(principal, "");
                        fill_party(row, principal_role, &principal.name, "", &principal.registration_id);
                    }
                    fill_party(row, role, &stated.name, &country, &stated.registration_id);
                }
                // A role without a principal of its own keeps the whole text: nobody is lost.
                (Some(_), None) => {
                    let whole = name.split_whitespace().collect::<Vec<_>>().join(" ");
                    fill_party(row, role, &whole, &country, &stated.registration_id);
                }
                (None, _) => fill_party(row, role, &stated.name, &country, &stated.registration_id),
            }
        }
    }

    fn fill_keys(&self, row: &mut Row<'_>, raw: &RawShipments, record: usize, origin: Origin<'_>, batch: &mut Batch) {
        let line = row.source_line;
        let record_key = key::record_key(origin.file_sha256, origin.sheet, origin.first_ordinal + record as u64);
        let fields = (0..raw.width()).map(|column| raw.field(record, column));
        let (content_high, content_low) = key::content_key(fields, &mut batch.key_buffer);

        let key_text = self.declaration_key_text(row, raw, record);
        let vendor = self.schema.vendor.as_str();
        let declaration_key = match &key_text {
            Some(text) => key::key(&[vendor, text]),
            None => {
                batch.issues.add("declaration_id_missing", "declaration_id", line, "");
                record_key
            }
        };
        let resolve_key = match &key_text {
            Some(text) => key::key(&[&row.texts[text_slot("reporter_country_code")], text]),
            None => key::key(&[vendor, &row.texts[text_slot("flow")], &content_low.to_string()]),
        };

        let line_number = self.sources.line_number.as_ref().map_or(Cow::Borrowed(""), |source| source.text(raw, record));
        let is_line_stated = line_number.bytes().any(|byte| byte != b'0') && party::placeholder(&line_number).is_none();
        let line_item_key = if is_line_stated {
            let number = line_number.trim_start_matches('0');
            batch.sidecar.line_numbers.add(number);
            row.texts[text_slot("line_number")] = Cow::Owned(number.to_owned());
            key::key(&[&declaration_key.to_string(), number])
        } else {
            record_key
        };

        let bill = fold_id(&row.texts[text_slot("bill_of_lading_id")]);
        let consignment_key = (!bill.is_empty()).then(|| key::key(&[vendor, &bill]));
        let names = [Role::Shipper, Role::Consignee].map(|role| row.texts[role_slot(role)].as_ref());
        let day = row.calendar[0].map_or(String::new(), |day| day.to_string());
        let party_day_key = names.iter().any(|name| !name.is_empty()).then(|| key::key(&[names[0], names[1], &day]));
        let hs_key = row.keys[HS_KEY];
        let code = hs_key.map_or(String::new(), |code| code.to_string());
        let mut item = vec![code.as_str()];
        item.extend(ITEM_TEXTS.iter().map(|slot| row.texts[*slot].as_ref()));
        let item_key = key::key(&item);

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
        row.texts[text_slot("declaration_key_text")] = Cow::Owned(key_text.unwrap_or_default());
    }

    /// Returns what names the declaration within its vendor, or `None` where a part of it is missing.
    fn declaration_key_text(&self, row: &Row<'_>, raw: &RawShipments, record: usize) -> Option<String> {
        let mut text = String::new();
        for (column, source) in &self.sources.declaration_key {
            let part = match (column.as_str(), source) {
                ("year", _) => row.calendar[2].map_or(String::new(), |year| year.to_string()),
                (_, Some(source)) => {
                    let stated = source.text(raw, record);
                    if party::placeholder(&stated).is_some() { String::new() } else { fold_id(&stated) }
                }
                (_, None) => String::new(),
            };
            if part.is_empty() {
                return None;
            }
            if !text.is_empty() {
                text.push('|');
            }
            text.push_str(&part);
        }
        (!text.is_empty()).then_some(text)
    }
}

/// The texts that goods phrases are looked for in: with the code they make an item.
const ITEM_TEXTS: [usize; 4] =
    [text_slot("goods_description"), text_slot("manufacturer_name"), text_slot("brand"), text_slot("model")];

fn fill_party(row: &mut Row<'_>, role: Role, name: &str, country_code: &str, registration_id: &str) {
    if name.is_empty() && registration_id.is_empty() {
        return;
    }
    let slot = role_slot(role);
    row.texts[slot] = Cow::Owned(name.to_owned());
    row.texts[slot + 1] = Cow::Owned(country_code.to_owned());
    row.texts[slot + 2] = Cow::Owned(registration_id.to_owned());
    row.party_keys[role as usize] = Some(key::key(&[name, country_code, registration_id]));
}

/// Returns an identifier of a document with capitals and with one `/` for each run of other marks, so that
/// `00000000-150622-0001234` and `00000000/150622/0001234` are one.
fn fold_id(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            folded.extend(letter.to_uppercase());
        } else if !folded.is_empty() && !folded.ends_with('/') {
            folded.push('/');
        }
    }
    while folded.ends_with('/') {
        folded.pop();
    }
    folded
}

fn rejection(raw: &RawShipments, record: usize, reason: &'static str, column: &str) -> Rejection {
    let fields: Vec<&str> = (0..raw.width()).map(|at| raw.field(record, at)).collect();
    Rejection { line: raw.line(record), reason, column: column.to_owned(), raw_text: fields.join("\u{241f}") }
}
