//! Typed shipments as columns, in the order of the store.
//!
//! In: for each column the values that its records have, and which record has which. Out: a batch to be encoded. Columns of one source
//! share the numbers of their records, and texts that are stored as they were stated are not copied.

use super::numbering::Numbering;
use crate::model::role::Role;
use crate::model::shipments::{CALENDAR, KEYS, MEASURES, PARTY_SUFFIXES, TEXTS};
use crate::store::column::{self, Texts};
use crate::store::row_group::Batch;
use std::rc::Rc;

/// Text columns of one record: those of the record, then four for each role.
const TEXT_WIDTH: usize = TEXTS.len() + Role::ALL.len() * PARTY_SUFFIXES.len();

/// Returns the place of a text column, at compile time where the name is a constant.
pub const fn text_slot(name: &str) -> usize {
    slot(&TEXTS, name)
}

/// Returns the place of a key, at compile time where the name is a constant.
pub const fn key_slot(name: &str) -> usize {
    slot(&KEYS, name)
}

/// Returns the place of a column of the calendar, at compile time where the name is a constant.
pub const fn calendar_slot(name: &str) -> usize {
    slot(&CALENDAR, name)
}

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

/// Texts of records; an empty one is missing.
#[derive(Debug, Clone)]
pub struct TextColumn {
    pub numbering: Rc<Numbering>,
    pub texts: Rc<Texts>,
}

impl TextColumn {
    pub fn new(numbering: &Rc<Numbering>, texts: Texts) -> Self {
        TextColumn { numbering: Rc::clone(numbering), texts: Rc::new(texts) }
    }

    /// Returns the column of records that all have one text.
    pub fn of_one_text(n_records: usize, text: &str) -> Self {
        let numbering = Numbering::of_one_value(n_records);
        let texts = (0..numbering.len()).map(|_| text).collect();
        TextColumn { numbering: Rc::new(numbering), texts: Rc::new(texts) }
    }

    /// Returns the text of a record.
    pub fn get(&self, record: usize) -> &str {
        self.texts.get(self.numbering.number(record))
    }

    /// Returns the column with the texts of another where it has none.
    pub fn or(self, other: &TextColumn) -> Self {
        if !other.has_any() || self.texts.iter().all(|text| !text.is_empty()) {
            return self;
        }
        let numbering = Numbering::refined(&[&self.numbering, &other.numbering]);
        let first_filled = |record| if self.get(record).is_empty() { other.get(record) } else { self.get(record) };
        let texts = numbering.firsts().map(first_filled).collect();
        TextColumn::new(&numbering, texts)
    }

    /// Returns the column without the texts of some numbers, which are sorted.
    pub fn without(self, numbers: &[usize]) -> Self {
        if numbers.is_empty() {
            return self;
        }
        let is_kept = |number: usize| numbers.binary_search(&number).is_err();
        let texts = self.texts.iter().enumerate().map(|(number, text)| if is_kept(number) { text } else { "" }).collect();
        TextColumn::new(&self.numbering, texts)
    }

    /// Returns the column with one number for each text: for one whose texts are few.
    pub fn merged(self) -> Self {
        let mut texts: Vec<&str> = Vec::new();
        let place = |text| {
            texts.iter().position(|known| *known == text).unwrap_or_else(|| {
                texts.push(text);
                texts.len() - 1
            })
        };
        let places: Vec<usize> = self.texts.iter().map(place).collect();
        let numbering = Rc::new(self.numbering.merged(&places));
        TextColumn { numbering, texts: Rc::new(texts.into_iter().collect()) }
    }

    pub fn has_any(&self) -> bool {
        self.texts.iter().any(|text| !text.is_empty())
    }
}

/// Numbers of records.
#[derive(Debug, Clone)]
pub struct NumberColumn<T> {
    pub numbering: Rc<Numbering>,
    pub values: Vec<Option<T>>,
}

impl<T: Copy> NumberColumn<T> {
    pub fn new(numbering: &Rc<Numbering>, values: Vec<Option<T>>) -> Self {
        NumberColumn { numbering: Rc::clone(numbering), values }
    }

    /// Returns the value of a record.
    pub fn get(&self, record: usize) -> Option<T> {
        self.values[self.numbering.number(record)]
    }
}

/// The columns of a batch, each at its place; `None` where nothing fills one.
pub struct Columns {
    pub keys: [Option<NumberColumn<i64>>; KEYS.len()],
    pub party_keys: [Option<NumberColumn<i64>>; Role::ALL.len()],
    pub calendar: [Option<NumberColumn<i32>>; CALENDAR.len()],
    pub measures: [Option<NumberColumn<i64>>; MEASURES.len()],
    pub texts: [Option<TextColumn>; TEXT_WIDTH],
}

impl Columns {
    pub fn new() -> Self {
        Columns {
            keys: [const { None }; KEYS.len()],
            party_keys: [const { None }; Role::ALL.len()],
            calendar: [const { None }; CALENDAR.len()],
            measures: [const { None }; MEASURES.len()],
            texts: [const { None }; TEXT_WIDTH],
        }
    }

    /// Returns the batch of records on some lines with the columns of a part.
    pub fn into_batch(self, lines: &[u64]) -> Batch {
        let own = Numbering::of_own_values(lines.len());
        let lines: Vec<Option<i64>> = lines.iter().map(|line| Some(*line as i64)).collect();
        let repeated = |keys: NumberColumn<i64>| column::keys(keys.numbering.numbers(), &keys.values);
        let keys = self.keys.into_iter().chain(self.party_keys).map(|keys| keys.and_then(repeated));
        let repeated = |days: NumberColumn<i32>| column::numbers(days.numbering.numbers(), &days.values);
        let calendar = self.calendar.into_iter().map(|days| days.and_then(repeated));
        let plain = |amounts: NumberColumn<i64>| column::plain(amounts.numbering.numbers(), &amounts.values);
        let measures = self.measures.into_iter().map(|amounts| amounts.and_then(plain));
        let texts = |texts: TextColumn| column::texts(texts.numbering.numbers(), Rc::unwrap_or_clone(texts.texts));
        let texts = self.texts.into_iter().map(|column| column.and_then(texts));
        let columns = keys.chain([column::plain(own.numbers(), &lines)]).chain(calendar).chain(measures).chain(texts).collect();
        Batch { n_records: lines.len(), columns }
    }
}
