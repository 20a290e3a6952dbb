//! A batch of typed shipments as columns, in the order of the store.

use crate::model::role::Role;
use crate::model::shipments::{self, CALENDAR, KEYS, MEASURES, PARTY_SUFFIXES, TEXTS};
use polars::prelude::*;

/// Text columns of one record: those of the record, then four for each role.
pub const TEXT_WIDTH: usize = TEXTS.len() + Role::ALL.len() * PARTY_SUFFIXES.len();

/// Returns the place of a text column, at compile time where the name is a constant.
pub const fn text_slot(name: &str) -> usize {
    slot(&TEXTS, name)
}

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

/// The columns of a batch while they grow.
pub struct Columns {
    keys: Vec<Vec<Option<i64>>>,
    party_keys: Vec<Vec<Option<i64>>>,
    source_lines: Vec<i64>,
    calendar: Vec<Vec<Option<i32>>>,
    measures: Vec<Vec<Option<i64>>>,
    /// Most sources fill few columns: one is built from its first value on.
    texts: Vec<Option<StringChunkedBuilder>>,
    capacity: usize,
}

impl Columns {
    pub fn with_capacity(capacity: usize) -> Self {
        Columns {
            keys: vec![Vec::with_capacity(capacity); KEYS.len()],
            party_keys: vec![Vec::with_capacity(capacity); Role::ALL.len()],
            source_lines: Vec::with_capacity(capacity),
            calendar: vec![Vec::with_capacity(capacity); CALENDAR.len()],
            measures: vec![Vec::with_capacity(capacity); MEASURES.len()],
            texts: (0..TEXT_WIDTH).map(|_| None).collect(),
            capacity,
        }
    }

    pub fn push(&mut self, row: &Row) {
        for (column, value) in self.keys.iter_mut().zip(row.keys) {
            column.push(value);
        }
        for (column, value) in self.party_keys.iter_mut().zip(row.party_keys) {
            column.push(value);
        }
        for (column, value) in self.calendar.iter_mut().zip(row.calendar) {
            column.push(value);
        }
        for (column, value) in self.measures.iter_mut().zip(row.measures) {
            column.push(value);
        }
        for (slot, column) in self.texts.iter_mut().enumerate() {
            match column {
                Some(column) if row.is_missing(slot) => column.append_null(),
                Some(column) => column.append_value(row.text(slot)),
                None if row.is_missing(slot) => {}
                None => {
                    let mut started = StringChunkedBuilder::new(PlSmallStr::EMPTY, self.capacity);
                    (0..self.source_lines.len()).for_each(|_| started.append_null());
                    started.append_value(row.text(slot));
                    *column = Some(started);
                }
            }
        }
        self.source_lines.push(row.source_line as i64);
    }

    /// Returns the batch as a frame with the columns of a part.
    pub fn into_frame(self) -> DataFrame {
        let n_records = self.source_lines.len();
        let names: Vec<String> = shipments::part_columns().into_iter().map(|(name, _)| name).collect();
        let mut names = names.iter().map(|name| PlSmallStr::from_str(name));
        let mut columns: Vec<Column> = Vec::new();
        let mut next = || names.next().expect("the builder has as many columns as the store");
        for values in self.keys.into_iter().chain(self.party_keys) {
            columns.push(Column::new(next(), values));
        }
        columns.push(Column::new(next(), self.source_lines));
        for values in self.calendar {
            columns.push(Column::new(next(), values));
        }
        for values in self.measures {
            columns.push(Column::new(next(), values));
        }
        for builder in self.texts {
            columns.push(match builder {
                Some(builder) => builder.finish().with_name(next()).into_column(),
                None => Column::full_null(next(), n_records, &DataType::String),
            });
        }
        DataFrame::new(n_records, columns).expect("all columns of a batch have one length")
    }
}
