//! Records that have one value, told by a number: what a column is before its values are cleaned.
//!
//! In: values, record by record, or several numberings. Out: for each record the number of its value, and for each number the first record
//! that has it. Records of one number have one value always; records of one value have one number unless looking for repeats brings
//! nothing: then only records that follow each other do. So whatever is derived from a value is derived once a number.

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::cell::OnceCell;
use std::hash::BuildHasher;
use std::rc::Rc;

/// After so many values that differ from the one before it shows whether looking for earlier ones brings anything.
const TRIAL_VALUES: usize = 4_096;
/// It does if one of so many is found.
const LEAST_FOUND: usize = 10;
/// Pairs of numbers are looked up in a table of so many places at most.
const MOST_PAIRS: usize = 1 << 15;

/// Records by the number of their value.
#[derive(Debug, Clone)]
pub struct Numbering {
    numbers: Vec<u32>,
    firsts: Vec<u32>,
    counts: OnceCell<Vec<u32>>,
}

impl Numbering {
    fn new(numbers: Vec<u32>, firsts: Vec<u32>) -> Self {
        Numbering { numbers, firsts, counts: OnceCell::new() }
    }

    /// Returns the numbering of records that all have one value.
    pub fn of_one_value(n_records: usize) -> Self {
        Numbering::new(vec![0; n_records], vec![0; n_records.min(1)])
    }

    /// Returns the numbering of records that have a value of their own each.
    pub fn of_own_values(n_records: usize) -> Self {
        let numbers: Vec<u32> = (0..n_records as u32).collect();
        Numbering::new(numbers.clone(), numbers)
    }

    /// Returns the numbering in which records have one number if they have one in all of some numberings.
    pub fn refined(numberings: &[&Rc<Numbering>]) -> Rc<Numbering> {
        let (first, others) = numberings.split_first().expect("there is something to refine");
        // Where each record has a value of its own, nothing makes it finer.
        if let Some(finest) = numberings.iter().find(|numbering| numbering.len() == numbering.n_records()) {
            return Rc::clone(finest);
        }
        others.iter().fold(Rc::clone(first), |refined, other| match (refined.len(), other.len()) {
            _ if Rc::ptr_eq(&refined, other) => refined,
            (_, 1) => refined,
            (1, _) => Rc::clone(other),
            _ => {
                let both = refined.refined_by(other);
                // As many numbers are the same ones: they begin in the order of their records.
                match both.len() {
                    n_both if n_both == refined.len() => refined,
                    n_both if n_both == other.len() => Rc::clone(other),
                    _ => Rc::new(both),
                }
            }
        })
    }

    fn refined_by(&self, other: &Numbering) -> Numbering {
        let pairs = self.numbers.iter().zip(&other.numbers);
        let n_pairs = self.len() * other.len();
        let mut numberer = Numberer::with_capacity(self.n_records());
        if n_pairs <= MOST_PAIRS {
            let mut known = vec![u32::MAX; n_pairs];
            for (left, right) in pairs {
                let place = &mut known[*left as usize * other.len() + *right as usize];
                if *place == u32::MAX {
                    *place = numberer.push_new();
                } else {
                    numberer.push_known(*place);
                }
            }
        } else {
            let mut last = (u32::MAX, u32::MAX);
            for (left, right) in pairs {
                if (*left, *right) == last {
                    numberer.push_last();
                    continue;
                }
                last = (*left, *right);
                let hash = FxBuildHasher.hash_one(u64::from(*left) << 32 | u64::from(*right));
                numberer.push(hash, |numberer, number| {
                    let first = numberer.firsts[number as usize] as usize;
                    (self.numbers[first], other.numbers[first]) == last
                });
            }
        }
        numberer.into_numbering()
    }

    /// Returns the numbering in which each record of some numbers has one of its own.
    pub fn with_own(self: &Rc<Self>, is_own: impl Fn(usize) -> bool) -> Rc<Numbering> {
        let is_own: Vec<bool> = (0..self.len()).map(is_own).collect();
        if !is_own.contains(&true) {
            return Rc::clone(self);
        }
        let mut numberer = Numberer::with_capacity(self.n_records());
        let mut known = vec![u32::MAX; self.len()];
        for number in self.numbers.iter().map(|number| *number as usize) {
            if is_own[number] || known[number] == u32::MAX {
                known[number] = numberer.push_new();
            } else {
                numberer.push_known(known[number]);
            }
        }
        Rc::new(numberer.into_numbering())
    }

    /// Returns the numbering in which each number is another one, given in the order of the old ones; the new ones begin in their order.
    pub fn merged(&self, new_numbers: &[usize]) -> Numbering {
        let mut firsts = Vec::new();
        for (number, first) in new_numbers.iter().zip(&self.firsts) {
            if *number == firsts.len() {
                firsts.push(*first);
            }
        }
        Numbering::new(self.numbers.iter().map(|number| new_numbers[*number as usize] as u32).collect(), firsts)
    }

    pub fn n_records(&self) -> usize {
        self.numbers.len()
    }

    /// Returns how many numbers there are.
    pub fn len(&self) -> usize {
        self.firsts.len()
    }

    /// Returns the number of each record.
    pub fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    pub fn number(&self, record: usize) -> usize {
        self.numbers[record] as usize
    }

    /// Returns the first record of each number; a later number begins with a later record.
    pub fn firsts(&self) -> impl Iterator<Item = usize> {
        self.firsts.iter().map(|record| *record as usize)
    }

    pub fn first(&self, number: usize) -> usize {
        self.firsts[number] as usize
    }

    /// Returns how many records have a number.
    pub fn count(&self, number: usize) -> u64 {
        let counts = self.counts.get_or_init(|| {
            let mut counts = vec![0; self.len()];
            self.numbers.iter().for_each(|number| counts[*number as usize] += 1);
            counts
        });
        u64::from(counts[number])
    }
}

/// Gives numbers to values while they come.
pub struct Numberer {
    numbers: Vec<u32>,
    firsts: Vec<u32>,
    last: u32,
    /// Hashes with the numbers that have them.
    known: HashTable<(u32, u32)>,
    /// Values that were looked for, and how many of them were there.
    n_searched: usize,
    n_found: usize,
    is_searched: bool,
}

impl Numberer {
    pub fn with_capacity(n_records: usize) -> Self {
        Numberer {
            numbers: Vec::with_capacity(n_records),
            firsts: Vec::new(),
            last: 0,
            known: HashTable::new(),
            n_searched: 0,
            n_found: 0,
            is_searched: true,
        }
    }

    /// Returns the number of the last record; `None` before the first.
    pub fn last(&self) -> Option<usize> {
        (!self.numbers.is_empty()).then_some(self.last as usize)
    }

    /// Tells whether values are looked for, so that the hash of the next one is needed.
    pub fn is_searched(&self) -> bool {
        self.is_searched
    }

    /// Returns how many records are still expected.
    pub fn room(&self) -> usize {
        self.numbers.capacity() - self.numbers.len()
    }

    /// Adds a record with the value of the last one.
    pub fn push_last(&mut self) {
        self.numbers.push(self.last);
    }

    fn push_known(&mut self, number: u32) {
        self.last = number;
        self.numbers.push(number);
    }

    /// Adds a record with a value that is new, and returns its number.
    fn push_new(&mut self) -> u32 {
        let number = self.firsts.len() as u32;
        self.firsts.push(self.numbers.len() as u32);
        self.push_known(number);
        number
    }

    /// Adds a record with a value that is not that of the last one; returns whether it is new. `is_same` compares it with that of a number.
    pub fn push(&mut self, hash: u64, is_same: impl Fn(&Self, u32) -> bool) -> bool {
        if !self.is_searched {
            self.push_new();
            return true;
        }
        let short = (hash >> 32) as u32 ^ hash as u32;
        self.n_searched += 1;
        let found = self.known.find(spread(short), |(known, number)| *known == short && is_same(self, *number));
        if let Some((_, number)) = found.copied() {
            self.n_found += 1;
            self.push_known(number);
            return false;
        }
        let number = self.push_new();
        self.known.insert_unique(spread(short), (short, number), |(short, _)| spread(*short));
        if self.n_searched == TRIAL_VALUES && self.n_found * LEAST_FOUND < self.n_searched {
            self.is_searched = false;
            self.firsts.reserve(self.room());
        }
        true
    }

    pub fn into_numbering(self) -> Numbering {
        Numbering::new(self.numbers, self.firsts)
    }
}

/// Spreads the bits of a short hash over those that a table looks at.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbering(values: &[u32]) -> Rc<Numbering> {
        let mut numberer = Numberer::with_capacity(0);
        for (record, value) in values.iter().enumerate() {
            if record > 0 && values[record - 1] == *value {
                numberer.push_last();
                continue;
            }
            numberer.push(FxBuildHasher.hash_one(value), |numberer, number| {
                values[numberer.firsts[number as usize] as usize] == *value
            });
        }
        Rc::new(numberer.into_numbering())
    }

    /// Holds a numbering against the values that it numbers.
    fn assert_numbers<T: PartialEq + std::fmt::Debug>(numbering: &Numbering, value: impl Fn(usize) -> T) {
        for record in 0..numbering.n_records() {
            let first = numbering.first(numbering.number(record));
            assert!(first <= record && value(first) == value(record), "record {record}");
        }
        assert!(numbering.firsts().zip(numbering.firsts().skip(1)).all(|(left, right)| left < right));
        let n_counted: u64 = (0..numbering.len()).map(|number| numbering.count(number)).sum();
        assert_eq!(n_counted, numbering.n_records() as u64);
    }

    #[test]
    fn records_of_one_number_have_one_value() {
        const N_RECORDS: u32 = 20_000;
        for (n_left, n_right) in [(1, 1), (1, 5), (7, 5), (300, 400), (N_RECORDS, 3), (5_000, N_RECORDS)] {
            // Values come in runs of two.
            let left: Vec<u32> = (0..N_RECORDS).map(|record| record / 2 % n_left).collect();
            let right: Vec<u32> = (0..N_RECORDS).map(|record| record / 2 % n_right).collect();
            let [both, other] = [&left, &right].map(|values| numbering(values));
            assert_numbers(&both, |record| left[record]);
            let refined = Numbering::refined(&[&both, &other]);
            assert_numbers(&refined, |record| (left[record], right[record]));
        }
        assert_eq!(numbering(&[5, 7, 7, 5]).numbers(), [0, 1, 1, 0]);
        assert_eq!(numbering(&(0..20_000).map(|record| record / 2).collect::<Vec<_>>()).len(), 10_000);
    }

    #[test]
    fn some_records_have_a_number_of_their_own() {
        let own = numbering(&[5, 7, 5, 7, 5]).with_own(|number| number == 0);
        assert_eq!(own.numbers(), [0, 1, 2, 1, 3]);
        assert_eq!((own.first(1), own.count(1)), (1, 2));
        let merged = numbering(&[5, 7, 5, 9]).merged(&[0, 1, 0]);
        assert_eq!((merged.numbers(), merged.firsts().collect::<Vec<_>>()), (&[0, 1, 0, 0][..], vec![0, 1]));
        assert_eq!(Numbering::of_one_value(0).len() + Numbering::of_own_values(0).len(), 0);
    }
}
