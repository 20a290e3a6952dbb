//! A column of a batch of shipments: values that are held once, and for each record the number of its value.
//!
//! In: the numbers of the records and the values that they stand for. Out: an array in the form in which it is encoded, or `None` where
//! no record has a value. Names, countries, keys of parties and declarations stand in many records: their numbers go to Parquet as they
//! are, so that nothing need be looked for again when the column is encoded. Where hardly any value repeats, all are held as they come.

use polars_arrow::array::{Array, DictionaryArray, PrimitiveArray, Utf8Array};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, IntegerType};
use polars_arrow::offset::{Offsets, OffsetsBuffer};
use polars_arrow::types::NativeType;
use rustc_hash::FxHashMap;
use std::hash::Hash;

/// Texts one behind the other; an empty one is a missing value.
#[derive(Debug, Clone)]
pub struct Texts {
    text: String,
    /// Where each text begins, and where the last one ends.
    bounds: Vec<i64>,
    /// Whether equal ones were looked for already, so that hardly any are left.
    is_searched: bool,
}

impl Default for Texts {
    fn default() -> Self {
        Texts { text: String::new(), bounds: vec![0], is_searched: false }
    }
}

impl Texts {
    pub fn with_capacity(n_texts: usize) -> Self {
        let mut bounds = Vec::with_capacity(n_texts + 1);
        bounds.push(0);
        Texts { text: String::new(), bounds, is_searched: false }
    }

    /// Notes that hardly any two texts are equal, so that equal ones are not looked for once more.
    pub fn searched(self) -> Self {
        Texts { is_searched: true, ..self }
    }

    /// Asks for the memory of so many more texts as long as those that are there.
    pub fn reserve(&mut self, n_more: usize) {
        self.bounds.reserve(n_more);
        self.text.reserve(self.text.len() * n_more / self.len().max(1));
    }

    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.bounds.push(self.text.len() as i64);
    }

    pub fn len(&self) -> usize {
        self.bounds.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, at: usize) -> &str {
        &self.text[self.bounds[at] as usize..self.bounds[at + 1] as usize]
    }

    /// Tells whether a text is a given one.
    #[inline]
    pub fn is(&self, at: usize, text: &str) -> bool {
        let (held, text) = (&self.text.as_bytes()[self.bounds[at] as usize..self.bounds[at + 1] as usize], text.as_bytes());
        // Most texts are short: comparing two numbers takes less time than a call.
        held.len() == text.len()
            && match text.len() {
                4..8 => held.first_chunk::<4>() == text.first_chunk() && held.last_chunk::<4>() == text.last_chunk(),
                8..=16 => held.first_chunk::<8>() == text.first_chunk() && held.last_chunk::<8>() == text.last_chunk(),
                17..=32 => held.first_chunk::<16>() == text.first_chunk() && held.last_chunk::<16>() == text.last_chunk(),
                0..4 => held.iter().eq(text),
                _ => held == text,
            }
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.bounds.windows(2).map(|bounds| &self.text[bounds[0] as usize..bounds[1] as usize])
    }
}

impl<'t> FromIterator<&'t str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'t str>>(texts: I) -> Self {
        let texts = texts.into_iter();
        let mut all = Texts::with_capacity(texts.size_hint().0);
        texts.for_each(|text| all.push(text));
        all
    }
}

/// Returns a column of texts, `numbers` telling which of `values` each record has.
pub fn texts(numbers: &[u32], values: Texts) -> Option<Box<dyn Array>> {
    if values.text.is_empty() {
        return None;
    }
    if values.is_searched && is_worth_a_dictionary(values.len(), numbers.len()) {
        let is_stated: Vec<bool> = values.iter().map(|text| !text.is_empty()).collect();
        let validity = is_stated.contains(&false).then(|| numbers.iter().map(|at| is_stated[*at as usize]).collect());
        return Some(dictionary(numbers.to_vec(), validity, text_array(values, None)));
    }
    let distinct = Distinct::of(values.iter().map(|text| (!text.is_empty()).then_some(text)));
    if is_worth_a_dictionary(distinct.firsts.len(), numbers.len()) {
        let texts = distinct.firsts.iter().map(|at| values.get(*at)).collect();
        return Some(distinct.dictionary(numbers, text_array(texts, None)));
    }
    let values = if values.len() == numbers.len() { values } else { numbers.iter().map(|at| values.get(*at as usize)).collect() };
    let stated: Bitmap = values.bounds.windows(2).map(|bounds| bounds[0] != bounds[1]).collect();
    Some(text_array(values, (stated.unset_bits() > 0).then_some(stated)))
}

/// Returns a column of keys, `numbers` telling which of `values` each record has. Different values have different keys as a rule, so that
/// equal ones are not looked for.
pub fn keys(numbers: &[u32], values: &[Option<i64>]) -> Option<Box<dyn Array>> {
    if !is_worth_a_dictionary(values.len(), numbers.len()) || values.iter().all(Option::is_none) {
        return plain(numbers, values);
    }
    let keys: Vec<i64> = values.iter().map(|key| key.unwrap_or_default()).collect();
    let keys = PrimitiveArray::new(ArrowDataType::Int64, keys.into(), None);
    Some(dictionary(numbers.to_vec(), validity(numbers, values), keys.boxed()))
}

/// Returns a column of days or flags, `numbers` telling which of `values` each record has.
pub fn numbers<T: NativeType + Hash + Eq>(numbers: &[u32], values: &[Option<T>]) -> Option<Box<dyn Array>> {
    let distinct = Distinct::of(values.iter().copied());
    if distinct.firsts.is_empty() || !is_worth_a_dictionary(distinct.firsts.len(), numbers.len()) {
        return plain(numbers, values);
    }
    let kept: Vec<T> = distinct.firsts.iter().filter_map(|at| values[*at]).collect();
    let kept = PrimitiveArray::new(ArrowDataType::from(T::PRIMITIVE), kept.into(), None);
    Some(distinct.dictionary(numbers, kept.boxed()))
}

/// Returns a column of numbers that hardly repeat: each record has its own.
pub fn plain<T: NativeType>(numbers: &[u32], values: &[Option<T>]) -> Option<Box<dyn Array>> {
    if values.iter().all(Option::is_none) {
        return None;
    }
    let validity = validity(numbers, values);
    let values: Vec<T> = numbers.iter().map(|at| values[*at as usize].unwrap_or_default()).collect();
    Some(PrimitiveArray::new(ArrowDataType::from(T::PRIMITIVE), values.into(), validity).boxed())
}

/// Returns the array of a column without a single value.
pub fn missing(n_records: usize, is_text: bool) -> Box<dyn Array> {
    let values = match is_text {
        true => Utf8Array::<i64>::new_empty(ArrowDataType::LargeUtf8).boxed(),
        false => PrimitiveArray::<i64>::new_empty(ArrowDataType::Int64).boxed(),
    };
    dictionary(vec![0; n_records], Some(Bitmap::new_zeroed(n_records)), values)
}

/// The place of a missing value among the distinct ones.
const MISSING: u32 = u32::MAX;

/// After so many values it shows whether equal ones are found among them, one of `LEAST_FOUND` at least.
const TRIAL_VALUES: usize = 1_024;
const LEAST_FOUND: usize = 10;

/// Which of many values are to be held. Equal ones are held once, as far as looking for them finds any: that one of many stands in a
/// dictionary twice does no harm.
struct Distinct {
    /// The place of each value among those that are held.
    places: Vec<u32>,
    /// Which values these are.
    firsts: Vec<usize>,
}

impl Distinct {
    fn of<V: Hash + Eq>(values: impl Iterator<Item = Option<V>>) -> Self {
        let mut known: FxHashMap<V, u32> = FxHashMap::default();
        let (mut places, mut firsts) = (Vec::with_capacity(values.size_hint().0), Vec::new());
        let mut is_searched = true;
        for (at, value) in values.enumerate() {
            let Some(value) = value else {
                places.push(MISSING);
                continue;
            };
            let next = firsts.len() as u32;
            let place = if is_searched { *known.entry(value).or_insert(next) } else { next };
            if place == next {
                firsts.push(at);
            }
            places.push(place);
            is_searched &= at != TRIAL_VALUES || firsts.len() * LEAST_FOUND <= TRIAL_VALUES * (LEAST_FOUND - 1);
        }
        Distinct { places, firsts }
    }

    /// Returns the column that has the held values in the places of the records.
    fn dictionary(&self, numbers: &[u32], held: Box<dyn Array>) -> Box<dyn Array> {
        let place = |at: &u32| self.places[*at as usize];
        let has_missing = self.places.contains(&MISSING);
        let validity = has_missing.then(|| numbers.iter().map(|at| place(at) != MISSING).collect());
        let places = numbers.iter().map(|at| if place(at) == MISSING { 0 } else { place(at) }).collect();
        dictionary(places, validity, held)
    }
}

/// Tells whether so few values stand for the records that a dictionary of them pays.
fn is_worth_a_dictionary(n_values: usize, n_records: usize) -> bool {
    n_values * 4 <= n_records * 3
}

/// Returns which records have a value; `None` if all have.
fn validity<T>(numbers: &[u32], values: &[Option<T>]) -> Option<Bitmap> {
    values.iter().any(Option::is_none).then(|| numbers.iter().map(|at| values[*at as usize].is_some()).collect())
}

fn text_array(texts: Texts, validity: Option<Bitmap>) -> Box<dyn Array> {
    let bounds = OffsetsBuffer::from(Offsets::try_from(texts.bounds).expect("texts end one behind the other"));
    Utf8Array::<i64>::new(ArrowDataType::LargeUtf8, bounds, texts.text.into_bytes().into(), validity).boxed()
}

/// Returns the column in which each record has the value at a place; the place of a missing one is any.
fn dictionary(places: Vec<u32>, validity: Option<Bitmap>, values: Box<dyn Array>) -> Box<dyn Array> {
    let places = PrimitiveArray::new(ArrowDataType::UInt32, places.into(), validity);
    let data_type = ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(values.dtype().clone()), false);
    DictionaryArray::try_new(data_type, places, values).expect("each place is that of a value").boxed()
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
    fn texts_are_held_once_where_they_repeat() {
        const N_RECORDS: usize = 10_000;
        for (n_values, n_distinct, is_plain, n_held) in
            [(1, 1, false, 1), (7, 3, false, 3), (5_000, 20, false, 20), (9_000, 9_000, true, 0), (N_RECORDS, 50, false, 50)]
        {
            for has_missing in [false, true] {
                let text =
                    |value: usize| if has_missing && value == 2 { String::new() } else { format!("text {}", value % n_distinct) };
                let texts_held: Vec<String> = (0..n_values).map(text).collect();
                let numbers: Vec<u32> = (0..N_RECORDS).map(|record| (record % n_values) as u32).collect();
                let array = texts(&numbers, texts_held.iter().map(String::as_str).collect()).unwrap();
                let expected: Vec<Option<String>> =
                    numbers.iter().map(|at| Some(texts_held[*at as usize].clone()).filter(|text| !text.is_empty())).collect();
                assert!(texts_of(array.as_ref()) == expected, "{n_values} {n_distinct}");
                assert_eq!(array.as_any().is::<Utf8Array<i64>>(), is_plain, "{n_values} {n_distinct}");
                if let Some(numbered) = array.as_any().downcast_ref::<DictionaryArray<u32>>().filter(|_| !has_missing) {
                    assert_eq!(numbered.values().len(), n_held);
                }
            }
        }
        assert!(texts(&[0, 0], ["", ""].into_iter().collect()).is_none());
    }

    #[test]
    fn keys_and_numbers_are_those_of_the_records() {
        let values = [Some(7), None, Some(7), Some(-1), Some(i64::MAX)];
        for n_repeats in [1, 3] {
            let numbers: Vec<u32> = (0..5 * n_repeats).map(|record| record % 5).collect();
            let expected: Vec<Option<i64>> = numbers.iter().map(|at| values[*at as usize]).collect();
            let array = super::numbers(&numbers, &values).unwrap();
            let found: Vec<Option<i64>> = match array.as_any().downcast_ref::<DictionaryArray<u32>>() {
                Some(keys) => {
                    assert_eq!(keys.values().len(), 3);
                    let distinct = keys.values().as_any().downcast_ref::<PrimitiveArray<i64>>().unwrap();
                    keys.keys().iter().map(|number| number.map(|number| distinct.value(*number as usize))).collect()
                }
                None => {
                    array.as_any().downcast_ref::<PrimitiveArray<i64>>().unwrap().iter().map(|value| value.copied()).collect()
                }
            };
            assert_eq!(found, expected);
        }
        assert!(plain::<i32>(&[0], &[None]).is_none() && super::numbers::<i32>(&[0], &[None]).is_none());
        assert_eq!(missing(5, true).null_count() + missing(5, false).null_count(), 10);
    }
}
