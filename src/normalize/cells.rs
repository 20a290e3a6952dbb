//! The cells of many records as columns of numbered texts.
//!
//! In: batches of records as delivered. Out: for each source of the vendor schema what the usable records state, with the keys that hang
//! on a record as a whole; and the records that are unusable. Surprising: records are gone through in short stretches, column by column
//! within each, so that a stretch is in the nearest memory while all of its columns are numbered.

use super::columns::TextColumn;
use super::faults::{At, Faults};
use super::memory::Memory;
use super::numbering::Numberer;
use super::totals::{TOTALS_ROW, is_totals_row};
use super::{Normalizer, Origin, mojibake};
use crate::model::account::Rejection;
use crate::model::key;
use crate::model::raw_shipments::RawShipments;
use crate::store::column::Texts;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;
use std::rc::Rc;

/// Records that are gone through at once.
const STRETCH_RECORDS: usize = 512;

/// What the usable records of a group state.
pub struct Cells {
    /// In the order of the sources.
    pub columns: Vec<TextColumn>,
    pub record_keys: Vec<i64>,
    pub content_keys: [Vec<i64>; 2],
}

impl Normalizer<'_> {
    /// Reads the cells of all records that have a date and are no totals; adds the others to `rejections`.
    pub(super) fn read_cells<'r>(
        &self,
        batches: impl Iterator<Item = (&'r RawShipments, Origin<'r>)> + Clone,
        faults: &mut Faults,
        rejections: &mut Vec<Rejection>,
        memory: &mut Memory,
    ) -> Cells {
        let capacity = batches.clone().map(|(raw, _)| raw.len()).sum();
        let keys = || Vec::with_capacity(capacity);
        let (mut record_keys, mut content_keys) = (keys(), [keys(), keys()]);
        let mut columns: Vec<Column> = self.sources.all.iter().map(|_| Column::with_capacity(capacity)).collect();
        let mut usable = Vec::with_capacity(STRETCH_RECORDS);
        for (delivered, origin) in batches {
            let repaired = mojibake::repair_batch(delivered, &self.headers, &mut faults.issues);
            let raw = repaired.as_ref().unwrap_or(delivered);
            for start in (0..raw.len()).step_by(STRETCH_RECORDS) {
                usable.clear();
                for record in start..raw.len().min(start + STRETCH_RECORDS) {
                    if let Err(fault) = self.check(raw, record, faults, memory) {
                        rejections.push(fault.of(delivered, record));
                        continue;
                    }
                    usable.push(record);
                    faults.lines.push(raw.line(record));
                    record_keys.push(key::record_key(origin.file_sha256, origin.place, origin.first_ordinal + record as u64));
                    let (high, low) = key::content_key(raw.whole(record));
                    content_keys[0].push(high);
                    content_keys[1].push(low);
                }
                for (source, column) in self.sources.all.iter().zip(&mut columns) {
                    source.texts(raw, &usable, |text| column.push(text));
                }
            }
        }
        Cells { columns: columns.into_iter().map(Column::into_column).collect(), record_keys, content_keys }
    }

    /// Says why a record cannot be used, if so.
    fn check(&self, raw: &RawShipments, record: usize, faults: &mut Faults, memory: &mut Memory) -> Result<(), Fault> {
        if self.sources.totals.iter().any(|(at, rule)| rule.holds(raw.field(record, *at).trim())) {
            return Err(Fault { reason: TOTALS_ROW, column: "" });
        }
        let source = self.sources.date.map(|source| &self.sources.all[source]);
        let stated = source.map_or_else(Default::default, |source| source.text(raw, record));
        if memory.date(&stated, self.dates).is_some() {
            return Ok(());
        }
        if is_totals_row((0..raw.width()).map(|column| raw.field(record, column))) {
            return Err(Fault { reason: TOTALS_ROW, column: "" });
        }
        let is_missing = faults.is_missing(&stated, "date", At::Line(raw.line(record)));
        Err(Fault { reason: if is_missing { "date_missing" } else { "date_invalid" }, column: "date" })
    }
}

/// A column while its texts come.
struct Column {
    numberer: Numberer,
    texts: Texts,
}

impl Column {
    fn with_capacity(n_records: usize) -> Self {
        Column { numberer: Numberer::with_capacity(n_records), texts: Texts::default() }
    }

    fn push(&mut self, text: &str) {
        if self.numberer.last().is_some_and(|last| self.texts.is(last, text)) {
            self.numberer.push_last();
            return;
        }
        let is_searched = self.numberer.is_searched();
        let hash = if is_searched { FxBuildHasher.hash_one(text) } else { 0 };
        if self.numberer.push(hash, |_, number| self.texts.is(number as usize, text)) {
            self.texts.push(text);
        }
        // From here on nearly every record has a text of its own.
        if is_searched && !self.numberer.is_searched() {
            self.texts.reserve(self.numberer.room());
        }
    }

    fn into_column(self) -> TextColumn {
        TextColumn::new(&Rc::new(self.numberer.into_numbering()), self.texts.searched())
    }
}

/// Why a record cannot be used, and the column that is at fault.
struct Fault {
    reason: &'static str,
    column: &'static str,
}

impl Fault {
    /// Returns the rejection of a record with its text as delivered.
    fn of(&self, delivered: &RawShipments, record: usize) -> Rejection {
        let fields: Vec<&str> = (0..delivered.width()).map(|at| delivered.field(record, at)).collect();
        Rejection {
            line: delivered.line(record),
            reason: self.reason,
            column: self.column.to_owned(),
            raw_text: fields.join("\u{241f}"),
        }
    }
}
