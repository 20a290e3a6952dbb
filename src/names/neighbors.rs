//! Which words of a list a word is alike to, without comparing it with all.
//!
//! In: the distinct words of a list, then one word after the other. Out: the words that `compare_words` finds alike, each with its similarity.
//! Words are found by spellings shortened by as many letters as typos are forgiven; within eight letters, that misses none.

use super::alignment::compare_joined;
use super::sounds::sound_key;
use super::vocabulary::Vocabulary;
use super::words::{WordForm, compare_words, edit_distance, letters, typo_budget};
use rayon::prelude::*;
use rustc_hash::FxHasher;
use std::hash::Hasher;

/// A word of the list that a word is alike to, with the similarity in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbor {
    pub word: u32,
    pub similarity: u32,
}

/// Words of a list, ready to be found by words that are alike.
pub struct Neighbors {
    /// Hashes of shortened spellings and sounds, each with its word; sorted.
    entries: Vec<(u32, u32)>,
    /// Where the hashes with the same leading bits begin: about one entry each.
    starts: Vec<u32>,
    n_bits: u32,
    outlines: Vec<Outline>,
}

/// Spellings are shortened within so many letters: enough for two typos, and long words do not flood the table.
const SHORTENED_LETTERS: usize = 8;

impl Neighbors {
    pub fn new(vocabulary: &Vocabulary) -> Self {
        let keys_of = |(id, (word, only_joined)): (usize, (&WordForm, &bool))| {
            let mut keys = Vec::new();
            if *only_joined {
                joined_keys(word, &mut keys);
            } else {
                word_keys(word, &mut keys);
            }
            keys.into_iter().map(move |key| (key, id as u32))
        };
        let words = vocabulary.words.par_iter().zip(&vocabulary.only_joined).enumerate();
        let mut entries: Vec<(u32, u32)> = words.flat_map_iter(keys_of).collect();
        entries.par_sort_unstable();
        let n_bits = (usize::BITS - entries.len().leading_zeros()).clamp(1, 26);
        let mut starts = vec![0_u32; (1 << n_bits) + 1];
        entries.iter().for_each(|(key, _)| starts[(key >> (32 - n_bits)) as usize + 1] += 1);
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        let outlines = vocabulary.words.iter().map(Outline::of).collect();
        Neighbors { entries, starts, n_bits, outlines }
    }

    /// Adds the words that a word is alike to; `words` are those that the table was made of.
    pub fn of_word(&self, word: &WordForm, words: &[WordForm], near: &mut Near, found: &mut Vec<Neighbor>) {
        word_keys(word, &mut near.keys);
        self.collect(near);
        let outline = Outline::of(word);
        let may_be_alike = |id: &&u32| outline.may_be_alike(self.outlines[**id as usize]);
        found.extend(near.words.iter().filter(may_be_alike).filter_map(|id| {
            let (_, similarity) = compare_words(word, &words[*id as usize])?;
            Some(Neighbor { word: *id, similarity })
        }));
    }

    /// Adds the words that a whole name written together may be: the same, or unless `is_exact` with as many typos as its length forgives.
    pub fn of_whole(&self, whole: &WordForm, is_exact: bool, words: &[WordForm], near: &mut Near, found: &mut Vec<Neighbor>) {
        let budget = if is_exact { 0 } else { typo_budget(whole.text.len()) };
        near.keys.clear();
        shorten(whole.text.as_bytes(), budget, &mut near.keys);
        self.collect(near);
        let outline = Outline::of(whole);
        let near_enough = near.words.iter().filter(|id| outline.may_be_typo_of(self.outlines[**id as usize], budget));
        let distance = |id: &&u32| edit_distance(whole.text.as_bytes(), words[**id as usize].text.as_bytes(), budget).is_some();
        found.extend(near_enough.filter(distance).map(|id| Neighbor { word: *id, similarity: 1000 }));
    }

    /// Adds the words that two neighboring words are when written together.
    pub fn of_joined(&self, first: &WordForm, second: &WordForm, words: &[WordForm], near: &mut Near, found: &mut Vec<Neighbor>) {
        near.keys.clear();
        let seconds = [Some(&*second.text), second.meaning.full].into_iter().flatten();
        let joined: Vec<Outline> = seconds
            .map(|second| {
                let form = WordForm::new([&*first.text, second].concat(), Default::default());
                joined_keys(&form, &mut near.keys);
                Outline::of(&form)
            })
            .collect();
        self.collect(near);
        let may_be_alike = |id: &&u32| joined.iter().any(|outline| outline.may_be_joined(self.outlines[**id as usize]));
        found.extend(near.words.iter().filter(may_be_alike).filter_map(|id| {
            let similarity = compare_joined(first, second, &words[*id as usize])?;
            Some(Neighbor { word: *id, similarity })
        }));
    }

    fn collect(&self, near: &mut Near) {
        near.words.clear();
        for key in &near.keys {
            let bucket = (key >> (32 - self.n_bits)) as usize;
            let entries = &self.entries[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
            near.words.extend(entries.iter().filter(|entry| entry.0 == *key).map(|entry| entry.1));
        }
        near.words.sort_unstable();
        near.words.dedup();
    }
}

/// What tells most words apart at a glance.
#[derive(Debug, Clone, Copy)]
struct Outline {
    text_letters: u32,
    sound_letters: u32,
    text_length: u8,
    sound_length: u8,
    has_meaning: bool,
}

impl Outline {
    fn of(word: &WordForm) -> Self {
        let length = |text: &str| text.len().min(usize::from(u8::MAX)) as u8;
        Outline {
            text_letters: letters(&word.text),
            sound_letters: letters(&word.sound),
            text_length: length(&word.text),
            sound_length: length(&word.sound),
            has_meaning: word.meaning.full.is_some() || word.meaning.meaning.is_some(),
        }
    }

    /// Whether the word may be another in one, which forgives one letter, or has the same sound.
    fn may_be_joined(self, whole: Outline) -> bool {
        self.sound_letters == whole.sound_letters
            || self.text_length.abs_diff(whole.text_length) <= 1 && (self.text_letters ^ whole.text_letters).count_ones() <= 2
    }

    fn may_be_typo_of(self, other: Outline, budget: usize) -> bool {
        usize::from(self.text_length.abs_diff(other.text_length)) <= budget
            && (self.text_letters ^ other.text_letters).count_ones() as usize <= 2 * budget
    }

    fn may_be_alike(self, other: Outline) -> bool {
        let fits = |a: u32, b: u32, a_length: u8, b_length: u8| {
            let budget = typo_budget(usize::from(a_length.min(b_length)));
            usize::from(a_length.abs_diff(b_length)) <= budget && (a ^ b).count_ones() as usize <= 2 * budget
        };
        self.has_meaning
            || other.has_meaning
            || fits(self.text_letters, other.text_letters, self.text_length, other.text_length)
            || fits(self.sound_letters, other.sound_letters, self.sound_length, other.sound_length)
    }
}

/// Buffers that are used again.
#[derive(Default)]
pub struct Near {
    keys: Vec<u32>,
    words: Vec<u32>,
}

/// Fills `keys` with a hash of every spelling that a word may be found by: shortened by as many letters as typos are forgiven, of its text,
/// its sound and the word that it stands for, and its meaning.
fn word_keys(word: &WordForm, keys: &mut Vec<u32>) {
    keys.clear();
    let mut add = |text: &[u8]| shorten(text, typo_budget(text.len()), keys);
    add(word.text.as_bytes());
    if front(word.sound.as_bytes()) != front(word.text.as_bytes()) {
        add(word.sound.as_bytes());
    }
    if let Some(full) = word.meaning.full {
        add(full.as_bytes());
        add(sound_key(full).as_bytes());
    }
    if let Some(meaning) = word.meaning.meaning {
        keys.push(hash(meaning.as_bytes()).rotate_left(7));
    }
    keys.sort_unstable();
    keys.dedup();
}

/// Adds the same for two words written together, which may differ in one letter or have the same sound.
fn joined_keys(word: &WordForm, keys: &mut Vec<u32>) {
    shorten(word.text.as_bytes(), 1, keys);
    keys.push(hash(front(word.sound.as_bytes())));
}

fn front(word: &[u8]) -> &[u8] {
    &word[..word.len().min(SHORTENED_LETTERS)]
}

fn shorten(word: &[u8], budget: usize, keys: &mut Vec<u32>) {
    let front = front(word);
    keys.push(hash(front));
    if budget == 0 {
        return;
    }
    let mut once = [0_u8; SHORTENED_LETTERS];
    for first in 0..front.len() {
        let n = remove(front, first, &mut once);
        keys.push(hash(&once[..n]));
        if budget > 1 {
            let mut twice = [0_u8; SHORTENED_LETTERS];
            for second in first..n {
                let n = remove(&once[..n], second, &mut twice);
                keys.push(hash(&twice[..n]));
            }
        }
    }
}

fn remove(word: &[u8], at: usize, to: &mut [u8; SHORTENED_LETTERS]) -> usize {
    to[..at].copy_from_slice(&word[..at]);
    to[at..word.len() - 1].copy_from_slice(&word[at + 1..]);
    word.len() - 1
}

fn hash(text: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(text);
    (hasher.finish() >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::forms::word_meaning;

    #[test]
    fn finds_the_words_that_comparing_with_all_finds() {
        let texts = [
            "barnaul",
            "barnaol",
            "technologies",
            "tehnologis",
            "plant",
            "zavod",
            "zhukov",
            "jukov",
            "poly",
            "polytechnic",
            "li",
            "lu",
            "kalashnikov",
            "kalasnhikof",
            "institute",
            "in5t1tute",
            "uaz",
            "sovfracht",
            "sovfrakht",
            "mohammed",
            "muhammad",
            "tech",
            "teh",
        ];
        let mut vocabulary = Vocabulary::default();
        texts.iter().for_each(|text| {
            vocabulary.add(&WordForm::new(text.to_string(), word_meaning(text)));
        });
        let table = Neighbors::new(&vocabulary);
        let words = vocabulary.words;
        let mut near = Near::default();
        let mut n_found = 0;
        for word in &words {
            let mut found = Vec::new();
            table.of_word(word, &words, &mut near, &mut found);
            let expected: Vec<u32> =
                (0..words.len() as u32).filter(|id| compare_words(word, &words[*id as usize]).is_some()).collect();
            assert_eq!(found.iter().map(|neighbor| neighbor.word).collect::<Vec<_>>(), expected, "{}", word.text);
            n_found += found.len();
        }
        assert!(n_found > texts.len() + 10, "{n_found}");
    }
}
