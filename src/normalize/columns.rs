//! A batch of typed shipments as columns, in the order of the store.

use super::sidecar::BatchSidecar;
use crate::model::part::{LineNumbers, ZeroCount};
use crate::model::role::Role;
use crate::model::shipments::{CALENDAR, KEYS, MEASURES, PARTY_SUFFIXES, TEXTS};
use crate::store::column::{Keys, Numbers, Texts};
use crate::store::row_group::Batch;
use polars_arrow::array::{Array, PrimitiveArray};
use polars_arrow::datatypes::ArrowDataType;

/// Text columns of one record: those of the record, then four for each role.
pub const TEXT_WIDTH: usize = TEXTS.len() + Role::ALL.len() * PARTY_SUFFIXES.len();

/// Returns the place of a text column, at compile time where the name is a constant.
pub const fn text_slot(name: &str) -> usize {
    slot(&TEXTS, name)
}

/// The places of year and month in the calendar.
const YEAR: usize = slot(&CALENDAR, "year");
const MONTH: usize = slot(&CALENDAR, "month");

/// The place of `hs_key` among the keys.
pub const HS_KEY: usize = slot(&KEYS, "hs_key");

const fn slot(names: &[&str], name: &str) -> usize {
    let mut at = 0;
    while at < names.len() {
        if same(names[at], name) {
            return at;
        }
        at += 1;
    }
    panic!("no column of this name")
}

const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Returns the place of a role's first text column: name, country code, registration id, kind follow each other.
pub const fn role_slot(role: Role) -> usize {
    TEXTS.len() + role as usize * PARTY_SUFFIXES.len()
}

/// One shipment before it is added to the columns. It is used again for each record, so that its memory is asked for once.
pub struct Row {
    pub keys: [Option<i64>; KEYS.len()],
    pub party_keys: [Option<i64>; Role::ALL.len()],
    pub source_line: u64,
    pub calendar: [Option<i32>; CALENDAR.len()],
    pub measures: [Option<i64>; MEASURES.len()],
    text: String,
    spans: [(u32, u32); TEXT_WIDTH],
}

impl Row {
    pub fn new() -> Self {
        Row {
            keys: [None; KEYS.len()],
            party_keys: [None; Role::ALL.len()],
            source_line: 0,
            calendar: [None; CALENDAR.len()],
            measures: [None; MEASURES.len()],
            text: String::new(),
            spans: [(0, 0); TEXT_WIDTH],
        }
    }

    /// Empties the row for the record on a line.
    pub fn start(&mut self, source_line: u64) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        *self = Row { source_line, text, ..Row::new() };
    }

    /// Returns a text; an empty one is a missing value.
    pub fn text(&self, slot: usize) -> &str {
        let (start, end) = self.spans[slot];
        &self.text[start as usize..end as usize]
    }

    pub fn set(&mut self, slot: usize, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        // A record is bounded to some megabytes, and each of its texts is set a few times.
        self.spans[slot] = (start as u32, self.text.len() as u32);
    }

    pub fn is_missing(&self, slot: usize) -> bool {
        let (start, end) = self.spans[slot];
        start == end
    }
}

/// The columns of a batch while they grow: each from its first value on, for most sources fill few of them.
pub struct Columns {
    source_lines: Vec<i64>,
    keys: Vec<Option<KeyColumn>>,
    party_keys: Vec<Option<KeyColumn>>,
    calendar: Vec<Option<Numbers<i32>>>,
    measures: Vec<Option<Numbers<i64>>>,
    texts: Vec<Option<Texts>>,
    capacity: usize,
}

/// Keys that hardly ever repeat are held as they come.
enum KeyColumn {
    Repeated(Keys),
    Unique(Numbers<i64>),
}

const UNIQUE_KEYS: [&str; 5] = ["record_key", "line_item_key", "item_key", "content_key_high", "content_key_low"];

impl KeyColumn {
    fn push(&mut self, key: Option<i64>) {
        match self {
            KeyColumn::Repeated(keys) => keys.push(key),
            KeyColumn::Unique(keys) => keys.push(key),
        }
    }

    fn into_array(self) -> Box<dyn Array> {
        match self {
            KeyColumn::Repeated(keys) => keys.into_array(),
            KeyColumn::Unique(keys) => keys.into_array(),
        }
    }
}

impl Columns {
    pub fn with_capacity(capacity: usize) -> Self {
        Columns {
            source_lines: Vec::with_capacity(capacity),
            keys: empty(KEYS.len()),
            party_keys: empty(Role::ALL.len()),
            calendar: empty(CALENDAR.len()),
            measures: empty(MEASURES.len()),
            texts: empty(TEXT_WIDTH),
            capacity,
        }
    }

    pub fn push(&mut self, row: &Row) {
        let (n_before, capacity) = (self.source_lines.len(), self.capacity);
        for (at, (column, key)) in self.keys.iter_mut().zip(row.keys).enumerate() {
            let start = || match UNIQUE_KEYS.contains(&KEYS[at]) {
                true => KeyColumn::Unique(Numbers::new(n_before, capacity)),
                false => KeyColumn::Repeated(Keys::new(n_before, capacity)),
            };
            if let Some(column) = grown(column, key.is_some(), start) {
                column.push(key);
            }
        }
        for (column, key) in self.party_keys.iter_mut().zip(row.party_keys) {
            if let Some(column) = grown(column, key.is_some(), || KeyColumn::Repeated(Keys::new(n_before, capacity))) {
                column.push(key);
            }
        }
        for (column, number) in self.calendar.iter_mut().zip(row.calendar) {
            if let Some(column) = grown(column, number.is_some(), || Numbers::new(n_before, capacity)) {
                column.push(number);
            }
        }
        for (column, number) in self.measures.iter_mut().zip(row.measures) {
            if let Some(column) = grown(column, number.is_some(), || Numbers::new(n_before, capacity)) {
                column.push(number);
            }
        }
        for (slot, column) in self.texts.iter_mut().enumerate() {
            let is_missing = row.is_missing(slot);
            let Some(column) = grown(column, !is_missing, || Texts::new(n_before, capacity)) else { continue };
            if is_missing { column.push_missing() } else { column.push(row.text(slot)) }
        }
        self.source_lines.push(row.source_line as i64);
    }

    /// Returns the distinct parties, codes and months of the batch, with what is known of its line numbers.
    pub fn sidecar(&self, line_numbers: LineNumbers, zeros: [ZeroCount; MEASURES.len()]) -> BatchSidecar {
        let mut sidecar = BatchSidecar::new(line_numbers, zeros);
        for role in Role::ALL {
            let Some(KeyColumn::Repeated(keys)) = &self.party_keys[role as usize] else { continue };
            let texts = [0, 1, 2].map(|suffix| &self.texts[role_slot(role) + suffix]);
            for (key, found) in keys.distinct() {
                sidecar.add_party((key, role), texts.map(|column| text_at(column, found.first_record)), found.n_records);
            }
        }
        if let Some(KeyColumn::Repeated(keys)) = &self.keys[HS_KEY] {
            let texts = [text_slot("hs_edition"), text_slot("hs_code")].map(|slot| &self.texts[slot]);
            for (key, found) in keys.distinct() {
                sidecar.add_code(key, texts.map(|column| text_at(column, found.first_record)), found.n_records);
            }
        }
        let [year, month] = [YEAR, MONTH].map(|at| &self.calendar[at]);
        let [flow, reporter] = [text_slot("flow"), text_slot("reporter_country_code")].map(|slot| &self.texts[slot]);
        if let (Some(years), Some(months)) = (year, month) {
            for record in 0..self.source_lines.len() {
                if let (Some(year), Some(month)) = (years.get(record), months.get(record)) {
                    sidecar.coverage.add((year, month), text_at(flow, record), text_at(reporter, record));
                }
            }
        }
        sidecar
    }

    /// Returns the batch with the columns of a part.
    pub fn into_batch(self) -> Batch {
        let n_records = self.source_lines.len();
        let source_lines = PrimitiveArray::new(ArrowDataType::Int64, self.source_lines.into(), None).boxed();
        let keys = self.keys.into_iter().chain(self.party_keys).map(|keys| keys.map(KeyColumn::into_array));
        let calendar = self.calendar.into_iter().map(|numbers| numbers.map(Numbers::into_array));
        let measures = self.measures.into_iter().map(|numbers| numbers.map(Numbers::into_array));
        let texts = self.texts.into_iter().map(|texts| texts.map(Texts::into_array));
        let columns = keys.chain([Some(source_lines)]).chain(calendar).chain(measures).chain(texts).collect();
        Batch { n_records, columns }
    }
}

fn text_at(column: &Option<Texts>, record: usize) -> &str {
    column.as_ref().map_or("", |texts| texts.get(record))
}

fn empty<T>(n_columns: usize) -> Vec<Option<T>> {
    (0..n_columns).map(|_| None).collect()
}

/// Returns the column if it has started or starts with this value.
fn grown<T>(column: &mut Option<T>, has_value: bool, start: impl FnOnce() -> T) -> Option<&mut T> {
    if column.is_none() && has_value {
        *column = Some(start());
    }
    column.as_mut()
}
