//! What usable records state of weight, value and quantity.
//!
//! In: columns of numbered texts. Out: grams, cents and quantities with their units. What is no number is an issue and missing.

use super::columns::{NumberColumn, TextColumn, text_slot};
use super::faults::At;
use super::numbering::Numbering;
use super::shipment::Shipments;
use crate::model::measure::{self, Decimal, DecimalStyle, WeightUnit, is_same_unit, parse_cents, parse_grams, parse_quantity};
use crate::model::shipments::STATED_MEASURES;
use crate::store::column::Texts;
use std::rc::Rc;

impl Shipments<'_> {
    pub(super) fn fill_measures(&mut self) {
        let units = match self.sources.weight_unit {
            Some(source) => self.stated(Some(source)),
            None => self.of_all(self.schema.weight_unit.as_deref().unwrap_or("kg")),
        };
        let known_units: Vec<Option<WeightUnit>> = units.texts.iter().map(|text| self.memory.weight_unit(text)).collect();
        let [weights, values] = [self.sources.weights, self.sources.values];
        if known_units.contains(&None) {
            self.count_unknown_units(&units, &known_units);
        }
        for (at, source) in weights.into_iter().enumerate() {
            let Some(source) = source else { continue };
            let numbering = Numbering::refined(&[&self.cells.columns[source].numbering, &units.numbering]);
            self.fill_measure(at, source, &numbering, |shipments, text, record, place| {
                let unit = known_units[units.numbering.number(record)]?;
                shipments.number(text, STATED_MEASURES[at], place, |text, style| parse_grams(text, style, unit))
            });
        }
        for (at, source) in values.into_iter().enumerate() {
            let Some(source) = source else { continue };
            let at = weights.len() + at;
            let numbering = Rc::clone(&self.cells.columns[source].numbering);
            self.fill_measure(at, source, &numbering, |shipments, text, _, place| {
                let parse = |text: &str, style| parse_cents(text, style, shipments.schema.value_unit);
                shipments.number(text, STATED_MEASURES[at], place, parse)
            });
        }
        if let Some(source) = self.sources.quantity {
            self.fill_quantity(source);
        }
    }

    /// Counts units that the table does not have, on records that state a weight.
    fn count_unknown_units(&mut self, units: &TextColumn, known_units: &[Option<WeightUnit>]) {
        let weights: Vec<TextColumn> = self.sources.weights.iter().flatten().map(|source| self.stated(Some(*source))).collect();
        let columns = weights.iter().chain([units]).map(|column| &column.numbering);
        let numbering = Numbering::refined(&columns.collect::<Vec<_>>());
        for (number, record) in numbering.firsts().enumerate() {
            let has_weight = weights.iter().any(|weight| !weight.get(record).is_empty());
            if has_weight && known_units[units.numbering.number(record)].is_none() {
                self.faults.add("weight_unit_unknown", "weight_unit", At::Number(&numbering, number), units.get(record));
            }
        }
    }

    /// Fills a measure by what `read` makes of a text and the first record that has it, and counts its zeros.
    fn fill_measure(
        &mut self,
        at: usize,
        source: usize,
        numbering: &Rc<Numbering>,
        read: impl Fn(&mut Self, &str, usize, At<'_>) -> Option<i64>,
    ) {
        let stated = self.stated(Some(source));
        let mut amounts = Vec::with_capacity(numbering.len());
        for (number, record) in numbering.firsts().enumerate() {
            let amount = read(self, stated.get(record), record, At::Number(numbering, number));
            if let Some(amount) = amount {
                self.zeros[at].add(amount, self.faults.lines[record], numbering.count(number));
            }
            amounts.push(amount);
        }
        self.columns.measures[at] = Some(NumberColumn::new(numbering, amounts));
    }

    /// Fills the quantity; a unit behind it must be that of its column, or fills it.
    fn fill_quantity(&mut self, source: usize) {
        let stated = self.stated(Some(source));
        let parse =
            |text: &str, style: DecimalStyle| parse_quantity(text, style).map(|(quantity, unit)| (quantity, unit.to_owned()));
        let mut quantities = Vec::with_capacity(stated.texts.len());
        for (number, text) in stated.texts.iter().enumerate() {
            quantities.push(self.number(text, "quantity", At::Number(&stated.numbering, number), parse));
        }
        let unit_slot = text_slot("quantity_unit_code");
        let units = self.text(unit_slot).clone();
        // The unit of the column is looked at only where one stands behind a quantity.
        let has_units = quantities.iter().flatten().any(|(_, unit)| !unit.is_empty());
        let both = if has_units { &[&stated.numbering, &units.numbering][..] } else { &[&stated.numbering][..] };
        let numbering = Numbering::refined(both);
        let (mut shown, mut shown_units) = (Texts::default(), Texts::default());
        for (number, record) in numbering.firsts().enumerate() {
            let text = stated.get(record);
            let at = At::Number(&numbering, number);
            let mut unit = units.get(record);
            match &quantities[stated.numbering.number(record)] {
                Some((_, own)) if !own.is_empty() && !unit.is_empty() && !is_same_unit(own, unit) => {
                    self.faults.add("number_unit", "quantity", at, text);
                    shown.push("");
                }
                Some((quantity, own)) => {
                    if !own.is_empty() {
                        self.faults.add("repaired_unit_split", "quantity", at, text);
                        unit = if unit.is_empty() { own } else { unit };
                    }
                    push_decimal(&mut shown, text, *quantity);
                }
                None => shown.push(""),
            }
            shown_units.push(unit);
        }
        self.set(text_slot("quantity"), TextColumn::new(&numbering, shown.searched()));
        if has_units {
            self.set(unit_slot, TextColumn::new(&numbering, shown_units));
        }
    }

    /// Reads a number by the schema's decimal marks; what is no number is an issue and missing.
    fn number<T>(
        &mut self,
        stated: &str,
        column: &str,
        at: At<'_>,
        parse: impl Fn(&str, DecimalStyle) -> Result<T, measure::Reason>,
    ) -> Option<T> {
        if stated.is_empty() || (stated != "0" && self.faults.is_missing(stated, column, at)) {
            return None;
        }
        match parse(stated, DecimalStyle::of(stated, &self.schema.decimal_marks)) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.faults.add(&format!("number_{}", reason.as_str()), column, at, stated);
                None
            }
        }
    }
}

/// Adds a number as it is printed; most are printed as they were stated.
fn push_decimal(texts: &mut Texts, stated: &str, number: Decimal) {
    let is_plain = stated.bytes().all(|byte| byte.is_ascii_digit()) && !(stated.len() > 1 && stated.starts_with('0'));
    if is_plain { texts.push(stated) } else { texts.push(&number.to_string()) }
}
