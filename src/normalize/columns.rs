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
    source_lines: Vec<i64>,
    keys: Vec<Growing<Vec<Option<i64>>>>,
    party_keys: Vec<Growing<Vec<Option<i64>>>>,
    calendar: Vec<Growing<Vec<Option<i32>>>>,
    measures: Vec<Growing<Vec<Option<i64>>>>,
    texts: Vec<Growing<StringChunkedBuilder>>,
    capacity: usize,
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
        let place = Place { n_before: self.source_lines.len(), capacity: self.capacity };
        push_all(&mut self.keys, &row.keys, place);
        push_all(&mut self.party_keys, &row.party_keys, place);
        push_all(&mut self.calendar, &row.calendar, place);
        push_all(&mut self.measures, &row.measures, place);
        for (slot, column) in self.texts.iter_mut().enumerate() {
            let text = (!row.is_missing(slot)).then(|| row.text(slot));
            if let Some(column) = grown(column, text.is_some(), place, |place| {
                let mut column = StringChunkedBuilder::new(PlSmallStr::EMPTY, place.capacity);
                (0..place.n_before).for_each(|_| column.append_null());
                column
            }) {
                column.append_option(text);
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
            columns.push(numbers(next(), values, n_records));
        }
        columns.push(Column::new(next(), self.source_lines));
        for values in self.calendar {
            columns.push(numbers(next(), values, n_records));
        }
        for values in self.measures {
            columns.push(numbers(next(), values, n_records));
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

/// A column from its first value on: most sources fill few of them.
type Growing<T> = Option<T>;

/// Where the next value of a column comes to stand.
#[derive(Clone, Copy)]
struct Place {
    n_before: usize,
    capacity: usize,
}

fn empty<T>(n_columns: usize) -> Vec<Growing<T>> {
    (0..n_columns).map(|_| None).collect()
}

/// Returns the column if it has started or starts with this value.
fn grown<T>(column: &mut Growing<T>, has_value: bool, place: Place, start: impl FnOnce(Place) -> T) -> Option<&mut T> {
    if column.is_none() && has_value {
        *column = Some(start(place));
    }
    column.as_mut()
}

fn push_all<T: Copy>(columns: &mut [Growing<Vec<Option<T>>>], values: &[Option<T>], place: Place) {
    for (column, value) in columns.iter_mut().zip(values) {
        let start = |place: Place| {
            let mut column = Vec::with_capacity(place.capacity);
            column.resize(place.n_before, None);
            column
        };
        if let Some(column) = grown(column, value.is_some(), place, start) {
            column.push(*value);
        }
    }
}

fn numbers<T: NumericNative>(name: PlSmallStr, values: Growing<Vec<Option<T>>>, n_records: usize) -> Column
where
    Series: NamedFrom<Vec<Option<T>>, [Option<T>]>,
    T::PolarsType: PolarsNumericType,
{
    match values {
        Some(values) => Series::new(name, values).into_column(),
        None => Column::full_null(name, n_records, &T::PolarsType::get_static_dtype()),
    }
}
