//! A batch of typed shipments as columns, in the order of the store.

use crate::model::role::Role;
use crate::model::shipments::{self, CALENDAR, KEYS, MEASURES, PARTY_SUFFIXES, TEXTS};
use polars::prelude::*;
use std::borrow::Cow;

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

/// One shipment before it is added to the columns.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    pub keys: [Option<i64>; KEYS.len()],
    pub party_keys: [Option<i64>; Role::ALL.len()],
    pub source_line: u64,
    pub calendar: [Option<i32>; CALENDAR.len()],
    pub measures: [Option<i64>; MEASURES.len()],
    /// An empty text is a missing value.
    pub texts: [Cow<'a, str>; TEXT_WIDTH],
}

impl Row<'_> {
    pub fn new(source_line: u64) -> Self {
        Row {
            keys: [None; KEYS.len()],
            party_keys: [None; Role::ALL.len()],
            source_line,
            calendar: [None; CALENDAR.len()],
            measures: [None; MEASURES.len()],
            texts: [const { Cow::Borrowed("") }; TEXT_WIDTH],
        }
    }
}

/// The columns of a batch while they grow.
pub struct Columns {
    keys: Vec<Vec<Option<i64>>>,
    party_keys: Vec<Vec<Option<i64>>>,
    source_lines: Vec<i64>,
    calendar: Vec<Vec<Option<i32>>>,
    measures: Vec<Vec<Option<i64>>>,
    texts: Vec<StringChunkedBuilder>,
}

impl Columns {
    pub fn with_capacity(n_records: usize) -> Self {
        let names = shipments::part_columns();
        let text_names = names.iter().filter(|(_, kind)| *kind == shipments::Kind::Text);
        Columns {
            keys: vec![Vec::with_capacity(n_records); KEYS.len()],
            party_keys: vec![Vec::with_capacity(n_records); Role::ALL.len()],
            source_lines: Vec::with_capacity(n_records),
            calendar: vec![Vec::with_capacity(n_records); CALENDAR.len()],
            measures: vec![Vec::with_capacity(n_records); MEASURES.len()],
            texts: text_names.map(|(name, _)| StringChunkedBuilder::new(name.as_str().into(), n_records)).collect(),
        }
    }

    pub fn push(&mut self, row: &Row<'_>) {
        for (column, value) in self.keys.iter_mut().zip(row.keys) {
            column.push(value);
        }
        for (column, value) in self.party_keys.iter_mut().zip(row.party_keys) {
            column.push(value);
        }
        self.source_lines.push(row.source_line as i64);
        for (column, value) in self.calendar.iter_mut().zip(row.calendar) {
            column.push(value);
        }
        for (column, value) in self.measures.iter_mut().zip(row.measures) {
            column.push(value);
        }
        for (column, value) in self.texts.iter_mut().zip(&row.texts) {
            column.append_option((!value.is_empty()).then_some(value.as_ref()));
        }
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
            let _ = next();
            columns.push(builder.finish().into_column());
        }
        DataFrame::new(n_records, columns).expect("all columns of a batch have one length")
    }
}
