//! A column of a batch of shipments while it grows.
//!
//! In: the values of one column, record by record. Out: an array in the form in which it is encoded. Names, countries, keys of parties
//! and declarations stand in many records: they are held once, and each record has the number of its value, so that nothing need be
//! looked for again when the column is encoded. Where hardly any value repeats, all are held as they come.

use hashbrown::HashTable;
use polars_arrow::array::{Array, DictionaryArray, PrimitiveArray, Utf8Array};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, IntegerType};
use polars_arrow::offset::{Offsets, OffsetsBuffer};
use polars_arrow::types::NativeType;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;

/// After so many records it shows whether values repeat.
const TRIAL_RECORDS: usize = 4_096;
/// Values that repeat less often than in one of so many records are held as they come.
const LEAST_REPEATS: usize = 4;

/// The number of a missing value.
const MISSING: u32 = u32::MAX;

/// Where a distinct text lies.
#[derive(Clone, Copy)]
struct Place {
    hash: u64,
    start: usize,
    end: usize,
}

/// A column of texts.
pub struct Texts {
    /// For each record the number of its text, or 0 once texts are held as they come.
    numbers: Vec<u32>,
    n_missing: usize,
    /// The distinct texts one behind the other, or those of all records, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<i64>,
    /// For each distinct text what a look-up needs, side by side: the ends alone would be two more places in memory.
    places: Vec<Place>,
    by_hash: HashTable<u32>,
    last: u32,
    /// Whether the texts of all records are held.
    is_plain: bool,
}

impl Texts {
    /// Starts a column that the first `n_missing` records do not fill.
    pub fn new(n_missing: usize, capacity: usize) -> Self {
        let mut numbers = Vec::with_capacity(capacity);
        numbers.resize(n_missing, MISSING);
        Texts {
            numbers,
            n_missing,
            bytes: Vec::new(),
            ends: Vec::new(),
            places: Vec::new(),
            by_hash: HashTable::new(),
            last: MISSING,
            is_plain: false,
        }
    }

    pub fn push_missing(&mut self) {
        self.numbers.push(MISSING);
        self.n_missing += 1;
        if self.is_plain {
            self.ends.push(self.bytes.len() as i64);
        }
    }

    pub fn push(&mut self, text: &str) {
        if self.is_plain {
            self.numbers.push(0);
            self.add(text.as_bytes());
            return;
        }
        if self.last == MISSING || self.text(self.last) != text.as_bytes() {
            self.last = self.number_of(text.as_bytes());
        }
        self.numbers.push(self.last);
        if self.numbers.len() == TRIAL_RECORDS && self.ends.len() * LEAST_REPEATS > TRIAL_RECORDS * (LEAST_REPEATS - 1) {
            self.hold_all();
        }
    }

    /// Returns the text of a record, counted from 0; an empty one where it is missing.
    pub fn get(&self, record: usize) -> &str {
        let number = match self.numbers[record] {
            MISSING => return "",
            _ if self.is_plain => record as u32,
            number => number,
        };
        std::str::from_utf8(self.text(number)).expect("what was pushed is UTF-8")
    }

    fn add(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len() as i64);
    }

    fn text(&self, number: u32) -> &[u8] {
        text_of(&self.bytes, &self.ends, number)
    }

    fn number_of(&mut self, text: &[u8]) -> u32 {
        let hash = FxBuildHasher.hash_one(text);
        let is_same = |number: &u32| {
            let place = self.places[*number as usize];
            place.hash == hash && self.bytes[place.start..place.end] == *text
        };
        if let Some(number) = self.by_hash.find(hash, is_same) {
            return *number;
        }
        let (number, start) = (self.ends.len() as u32, self.bytes.len());
        self.add(text);
        self.places.push(Place { hash, start, end: self.bytes.len() });
        self.by_hash.insert_unique(hash, number, |number| self.places[*number as usize].hash);
        number
    }

    /// Goes over from distinct texts to those of all records.
    fn hold_all(&mut self) {
        let (bytes, ends) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.ends));
        for at in 0..self.numbers.len() {
            match self.numbers[at] {
                MISSING => self.ends.push(self.bytes.len() as i64),
                number => {
                    self.add(text_of(&bytes, &ends, number));
                    self.numbers[at] = 0;
                }
            }
        }
        self.is_plain = true;
    }

    pub fn into_array(self) -> Box<dyn Array> {
        let validity = validity(self.n_missing, self.numbers.iter().map(|number| *number != MISSING));
        let mut offsets = Vec::with_capacity(self.ends.len() + 1);
        offsets.push(0);
        offsets.extend(self.ends);
        let offsets = OffsetsBuffer::from(Offsets::try_from(offsets).expect("texts end one behind the other"));
        let values = |validity| Utf8Array::<i64>::new(ArrowDataType::LargeUtf8, offsets, self.bytes.into(), validity);
        if self.is_plain {
            return values(validity).boxed();
        }
        dictionary(self.numbers, validity, values(None).boxed())
    }
}

fn text_of<'a>(bytes: &'a [u8], ends: &[i64], number: u32) -> &'a [u8] {
    let at = number as usize;
    let start = if at == 0 { 0 } else { ends[at - 1] as usize };
    &bytes[start..ends[at] as usize]
}

/// A column of keys, which are hashes already.
pub struct Keys {
    numbers: Vec<u32>,
    n_missing: usize,
    distinct: Vec<i64>,
    /// For each distinct key the first record that has it, and how many have.
    found: Vec<Found>,
    by_key: HashTable<u32>,
    last: u32,
}

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The first record of the batch, counted from 0.
    pub first_record: usize,
    pub n_records: u64,
}

impl Keys {
    /// Starts a column that the first `n_missing` records do not fill.
    pub fn new(n_missing: usize, capacity: usize) -> Self {
        let mut numbers = Vec::with_capacity(capacity);
        numbers.resize(n_missing, MISSING);
        Keys { numbers, n_missing, distinct: Vec::new(), found: Vec::new(), by_key: HashTable::new(), last: MISSING }
    }

    pub fn push(&mut self, key: Option<i64>) {
        let Some(key) = key else {
            self.numbers.push(MISSING);
            self.n_missing += 1;
            return;
        };
        if self.last == MISSING || self.distinct[self.last as usize] != key {
            self.last = self.number_of(key);
        }
        self.numbers.push(self.last);
        self.found[self.last as usize].n_records += 1;
    }

    /// Returns the distinct keys and where each stands.
    pub fn distinct(&self) -> impl Iterator<Item = (i64, Found)> {
        self.distinct.iter().copied().zip(self.found.iter().copied())
    }

    fn number_of(&mut self, key: i64) -> u32 {
        let distinct = &mut self.distinct;
        if let Some(number) = self.by_key.find(key as u64, |number| distinct[*number as usize] == key) {
            return *number;
        }
        let number = distinct.len() as u32;
        distinct.push(key);
        self.found.push(Found { first_record: self.numbers.len(), n_records: 0 });
        self.by_key.insert_unique(key as u64, number, |number| distinct[*number as usize] as u64);
        number
    }

    pub fn into_array(self) -> Box<dyn Array> {
        let validity = validity(self.n_missing, self.numbers.iter().map(|number| *number != MISSING));
        let distinct = PrimitiveArray::new(ArrowDataType::Int64, self.distinct.into(), None);
        dictionary(self.numbers, validity, distinct.boxed())
    }
}

/// A column of numbers that are held as they come.
pub struct Numbers<T> {
    values: Vec<T>,
    is_stated: Vec<bool>,
    n_missing: usize,
}

impl<T: NativeType> Numbers<T> {
    /// Starts a column that the first `n_missing` records do not fill.
    pub fn new(n_missing: usize, capacity: usize) -> Self {
        let (mut values, mut is_stated) = (Vec::with_capacity(capacity), Vec::with_capacity(capacity));
        values.resize(n_missing, T::default());
        is_stated.resize(n_missing, false);
        Numbers { values, is_stated, n_missing }
    }

    pub fn push(&mut self, value: Option<T>) {
        self.values.push(value.unwrap_or_default());
        self.is_stated.push(value.is_some());
        self.n_missing += usize::from(value.is_none());
    }

    /// Returns the value of a record, counted from 0.
    pub fn get(&self, record: usize) -> Option<T> {
        self.is_stated[record].then(|| self.values[record])
    }

    pub fn into_array(self) -> Box<dyn Array> {
        let validity = validity(self.n_missing, self.is_stated.into_iter());
        PrimitiveArray::new(ArrowDataType::from(T::PRIMITIVE), self.values.into(), validity).boxed()
    }
}

/// Returns the array of a column without a single value.
pub fn missing(n_records: usize, is_text: bool) -> Box<dyn Array> {
    let values = match is_text {
        true => Utf8Array::<i64>::new_empty(ArrowDataType::LargeUtf8).boxed(),
        false => PrimitiveArray::<i64>::new_empty(ArrowDataType::Int64).boxed(),
    };
    dictionary(vec![MISSING; n_records], Some(Bitmap::new_zeroed(n_records)), values)
}

fn validity(n_missing: usize, is_stated: impl Iterator<Item = bool>) -> Option<Bitmap> {
    (n_missing > 0).then(|| is_stated.collect())
}

fn dictionary(mut numbers: Vec<u32>, validity: Option<Bitmap>, distinct: Box<dyn Array>) -> Box<dyn Array> {
    if validity.is_some() {
        numbers.iter_mut().filter(|number| **number == MISSING).for_each(|number| *number = 0);
    }
    let numbers = PrimitiveArray::new(ArrowDataType::UInt32, numbers.into(), validity);
    let data_type = ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(distinct.dtype().clone()), false);
    DictionaryArray::try_new(data_type, numbers, distinct).expect("each number is that of a value").boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the texts of a column as they would be read back.
    fn texts_of(array: &dyn Array) -> Vec<Option<String>> {
        let plain = |array: &dyn Array, at: usize| {
            let texts = array.as_any().downcast_ref::<Utf8Array<i64>>().unwrap();
            texts.get(at).map(str::to_owned)
        };
        match array.as_any().downcast_ref::<DictionaryArray<u32>>() {
            None => (0..array.len()).map(|at| plain(array, at)).collect(),
            Some(numbered) => {
                let number = |at: usize| (!numbered.is_null(at)).then(|| numbered.keys().value(at));
                (0..array.len())
                    .map(|at| number(at).and_then(|number| plain(numbered.values().as_ref(), number as usize)))
                    .collect()
            }
        }
    }

    #[test]
    fn columns_hold_what_was_pushed() {
        for (n_distinct, note) in [(1, "constant"), (7, "few"), (5_000, "some"), (1_000_000, "none repeats")] {
            let mut column = Texts::new(2, 10_000);
            let mut expected = vec![None, None];
            for record in 0..10_000_usize {
                let text = (record % 11 != 3).then(|| format!("text {}", record / 2 % n_distinct * 7));
                match &text {
                    Some(text) => column.push(text),
                    None => column.push_missing(),
                }
                expected.push(text);
            }
            assert!((0..expected.len()).all(|record| column.get(record) == expected[record].as_deref().unwrap_or("")), "{note}");
            let array = column.into_array();
            assert!(texts_of(array.as_ref()) == expected, "{note}");
        }
    }

    #[test]
    fn texts_that_hardly_repeat_are_held_as_they_come() {
        for (divisor, is_plain) in [(1, true), (4, false)] {
            let mut column = Texts::new(0, 0);
            (0..10_000).for_each(|record| column.push(&format!("{}", record / divisor)));
            let array = column.into_array();
            assert_eq!(array.as_any().is::<Utf8Array<i64>>(), is_plain);
            let expected: Vec<Option<String>> = (0..10_000).map(|record| Some(format!("{}", record / divisor))).collect();
            assert!(texts_of(array.as_ref()) == expected);
        }
    }

    #[test]
    fn keys_and_numbers_hold_what_was_pushed() {
        let values = [Some(7), None, Some(7), Some(-1), None, Some(i64::MAX), Some(7)];
        let (mut keys, mut numbers) = (Keys::new(1, 0), Numbers::<i64>::new(1, 0));
        for value in values {
            keys.push(value);
            numbers.push(value);
        }
        let expected: Vec<Option<i64>> = [None].into_iter().chain(values).collect();
        let found = |first_record, n_records| Found { first_record, n_records };
        let distinct: Vec<(i64, Found)> = keys.distinct().collect();
        assert_eq!(distinct, [(7, found(1, 3)), (-1, found(4, 1)), (i64::MAX, found(6, 1))]);
        assert_eq!((numbers.get(1), numbers.get(2)), (Some(7), None));
        let array = keys.into_array();
        let keys = array.as_any().downcast_ref::<DictionaryArray<u32>>().unwrap();
        let distinct = keys.values().as_any().downcast_ref::<PrimitiveArray<i64>>().unwrap();
        assert_eq!(distinct.len(), 3);
        let found = keys.keys().iter().map(|number| number.map(|number| distinct.value(*number as usize)));
        assert_eq!(found.collect::<Vec<_>>(), expected);
        let array = numbers.into_array();
        let numbers = array.as_any().downcast_ref::<PrimitiveArray<i64>>().unwrap();
        assert_eq!(numbers.iter().map(|value| value.copied()).collect::<Vec<_>>(), expected);
        assert_eq!(missing(5, true).null_count() + missing(5, false).null_count(), 10);
    }
}
