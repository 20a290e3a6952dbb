//! Which listed names are worth an alignment.
//!
//! In: listed names, then one query after the other. Out: the listed names at or above a floor, each with the score that `compare`
//! gives for the pair, whatever else is indexed.
//! Only the heaviest words of a listed name are indexed, just so many that a name of which none is found could hardly be covered.

use super::alignment::compare_names;
use super::name::{Name, Role};
use super::sounds::sound_key;
use super::words::{WordForm, compare_words, typo_budget};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;

/// A listed name that a query resembles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The position of the listed name, as given to `NameIndex::new`.
    pub listed: usize,
    pub score: u16,
}

/// Listed names, ready for queries.
pub struct NameIndex {
    names: Vec<Name>,
    words: Vec<WordForm>,
    word_ids: FxHashMap<Box<str>, u32>,
    /// Words in the order of their text, to find those that go on from a cut one.
    by_text: Vec<u32>,
    /// For each indexed word the listed names that it nominates, ascending.
    postings: Postings,
    shortened: Shortened,
}

/// Hashes of shortened spellings and sounds, each with its words.
struct Shortened {
    /// Sorted.
    entries: Vec<(u32, u32)>,
    /// Where the hashes with the same leading bits begin: about one entry each.
    starts: Vec<u32>,
    n_bits: u32,
}

impl Shortened {
    fn new(mut entries: Vec<(u32, u32)>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        let n_bits = (usize::BITS - entries.len().leading_zeros()).clamp(1, 26);
        let mut starts = vec![0_u32; (1 << n_bits) + 1];
        entries.iter().for_each(|(key, _)| starts[(key >> (32 - n_bits)) as usize + 1] += 1);
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        Shortened { entries, starts, n_bits }
    }

    fn words(&self, key: u32) -> impl Iterator<Item = u32> {
        let bucket = (key >> (32 - self.n_bits)) as usize;
        let entries = &self.entries[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
        entries.iter().filter(move |entry| entry.0 == key).map(|entry| entry.1)
    }
}

/// The share of a listed name that must be covered for it to be found for sure.
const COVERED: f64 = 0.4;
/// Texts cut at 35 characters still have the words in front.
const FRONT_CHARS: usize = 34;
/// Spellings are shortened within so many letters: enough for two typos, and long words do not flood the table.
const SHORTENED_LETTERS: usize = 8;

struct Postings {
    starts: Vec<u32>,
    names: Vec<u32>,
}

impl Postings {
    fn of(&self, word: u32) -> &[u32] {
        &self.names[self.starts[word as usize] as usize..self.starts[word as usize + 1] as usize]
    }
}

impl NameIndex {
    pub fn new<'a>(listed: impl IntoIterator<Item = &'a str>) -> Self {
        NameIndex::of_names(listed.into_iter().map(Name::read).collect())
    }

    /// Indexes names that were read before.
    pub fn of_names(names: Vec<Name>) -> Self {
        let mut words: Vec<WordForm> = Vec::new();
        let mut word_ids: FxHashMap<Box<str>, u32> = FxHashMap::default();
        let mut entries: Vec<(u32, u32)> = Vec::new();
        for (at, name) in names.iter().enumerate() {
            for form in indexed_words(name).into_iter().chain(name.wholes.iter().map(|whole| whole.form.clone())) {
                let id = *word_ids.entry(form.text.clone()).or_insert_with(|| {
                    words.push(form.clone());
                    words.len() as u32 - 1
                });
                entries.push((id, at as u32));
            }
        }
        entries.sort_unstable();
        entries.dedup();
        let mut starts = vec![0_u32; words.len() + 1];
        entries.iter().for_each(|(word, _)| starts[*word as usize + 1] += 1);
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        let postings = Postings { starts, names: entries.into_iter().map(|entry| entry.1).collect() };
        let mut shortened = Vec::new();
        for (id, word) in words.iter().enumerate() {
            for_each_key(word, |key| shortened.push((key, id as u32)));
        }
        let shortened = Shortened::new(shortened);
        let mut by_text: Vec<u32> = (0..words.len() as u32).collect();
        by_text.sort_unstable_by_key(|id| &words[*id as usize].text);
        NameIndex { names, words, word_ids, by_text, postings, shortened }
    }

    pub fn name(&self, listed: usize) -> &Name {
        &self.names[listed]
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Returns the best `top` listed names with a score of at least `floor`: the best first, equals in the order of the list.
    pub fn search(&self, name: &str, floor: u16, top: usize) -> Vec<Candidate> {
        self.search_name(&Name::read(name), floor, top)
    }

    pub fn search_name(&self, query: &Name, floor: u16, top: usize) -> Vec<Candidate> {
        let mut found: Vec<Candidate> = self
            .nominate(query)
            .into_iter()
            .map(|listed| Candidate { listed: listed as usize, score: compare_names(query, &self.names[listed as usize]).score })
            .filter(|candidate| candidate.score >= floor && candidate.score > 0)
            .collect();
        found.sort_unstable_by_key(|candidate| (std::cmp::Reverse(candidate.score), candidate.listed));
        found.truncate(top);
        found
    }

    /// Returns the listed names that share an indexed word with the query, ascending.
    fn nominate(&self, query: &Name) -> Vec<u32> {
        let mut forms: Vec<WordForm> = Vec::new();
        let last = query.words.iter().rposition(|word| word.role != Role::Aside);
        for (at, word) in query.words.iter().enumerate() {
            if !matches!(word.role, Role::Core | Role::Number) {
                continue;
            }
            forms.push(word.form.clone());
            if let Some(next) =
                query.words.get(at + 1).filter(|next| matches!(next.role, Role::Core | Role::Number) && word.role == Role::Core)
            {
                forms.extend(join(&word.form, &next.form));
            }
        }
        forms.extend(query.wholes.iter().map(|whole| whole.form.clone()));
        let mut listed: Vec<u32> = Vec::new();
        let mut words: Vec<u32> = Vec::new();
        for form in &forms {
            self.alike(form, &mut words);
        }
        if let Some(last) =
            last.filter(|_| query.n_chars >= 28).map(|at| &query.words[at].form.text).filter(|text| text.len() >= 3)
        {
            let from = self.by_text.partition_point(|id| *self.words[*id as usize].text < **last);
            words.extend(self.by_text[from..].iter().take_while(|id| self.words[**id as usize].text.starts_with(&**last)));
        }
        words.sort_unstable();
        words.dedup();
        for word in words {
            listed.extend_from_slice(self.postings.of(word));
        }
        listed.sort_unstable();
        listed.dedup();
        listed
    }

    /// Adds the indexed words that a word is alike to.
    fn alike(&self, form: &WordForm, words: &mut Vec<u32>) {
        words.extend(self.word_ids.get(&form.text));
        let mut near: Vec<u32> = Vec::new();
        for_each_key(form, |key| near.extend(self.shortened.words(key)));
        near.sort_unstable();
        near.dedup();
        words.extend(near.into_iter().filter(|id| compare_words(form, &self.words[*id as usize]).is_some()));
    }
}

/// Returns the words that nominate a name: the heaviest until the rest covers too little of it, the same for its front, and
/// neighbors written together.
fn indexed_words(name: &Name) -> Vec<WordForm> {
    let counted = |limit: usize| -> Vec<usize> {
        let start = name.words.first().map_or(0, |word| word.span.start);
        (0..name.words.len())
            .filter(|at| matches!(name.words[*at].role, Role::Core | Role::Number) && name.words[*at].span.start < start + limit)
            .collect()
    };
    let mut chosen: Vec<usize> = Vec::new();
    for mut positions in [counted(usize::MAX / 2), counted(FRONT_CHARS)] {
        positions.sort_by_key(|at| (std::cmp::Reverse(name.words[*at].weight), *at));
        let total: u32 = positions.iter().map(|at| name.words[*at].weight).sum();
        let mut sum = 0;
        for at in positions {
            if f64::from(sum) > (1.0 - COVERED) * f64::from(total) {
                break;
            }
            sum += name.words[at].weight;
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    let mut forms: Vec<WordForm> = chosen.iter().map(|at| name.words[*at].form.clone()).collect();
    for (at, pair) in name.words.windows(2).enumerate() {
        if (chosen.contains(&at) || chosen.contains(&(at + 1)))
            && pair[0].role == Role::Core
            && matches!(pair[1].role, Role::Core | Role::Number)
        {
            forms.extend(join(&pair[0].form, &pair[1].form));
        }
    }
    forms
}

/// Returns two words written together, with the second as it stands and in full.
fn join(first: &WordForm, second: &WordForm) -> impl Iterator<Item = WordForm> {
    let seconds = [Some(second.text.to_string()), second.meaning.full.map(str::to_string)];
    let first = first.text.to_string();
    seconds.into_iter().flatten().map(move |second| WordForm::new(format!("{first}{second}"), Default::default()))
}

/// Calls with a hash of every spelling that a word may be found by: shortened by as many letters as typos are forgiven, of its text,
/// its sound and the word that it stands for, and its meaning.
fn for_each_key(word: &WordForm, mut call: impl FnMut(u32)) {
    shorten(b't', word.text.as_bytes(), &mut call);
    shorten(b's', word.sound.as_bytes(), &mut call);
    if let Some(full) = word.meaning.full {
        shorten(b't', full.as_bytes(), &mut call);
        shorten(b's', sound_key(full).as_bytes(), &mut call);
    }
    if let Some(meaning) = word.meaning.meaning {
        call(hash(b'm', meaning.as_bytes()));
    }
}

fn shorten(kind: u8, word: &[u8], call: &mut impl FnMut(u32)) {
    let front = &word[..word.len().min(SHORTENED_LETTERS)];
    call(hash(kind, front));
    let budget = typo_budget(word.len());
    if budget == 0 {
        return;
    }
    let mut once = [0_u8; SHORTENED_LETTERS];
    for first in 0..front.len() {
        let n = remove(front, first, &mut once);
        call(hash(kind, &once[..n]));
        if budget > 1 {
            let mut twice = [0_u8; SHORTENED_LETTERS];
            for second in first..n {
                let n = remove(&once[..n], second, &mut twice);
                call(hash(kind, &twice[..n]));
            }
        }
    }
}

fn remove(word: &[u8], at: usize, to: &mut [u8; SHORTENED_LETTERS]) -> usize {
    to[..at].copy_from_slice(&word[..at]);
    to[at..word.len() - 1].copy_from_slice(&word[at + 1..]);
    word.len() - 1
}

fn hash(kind: u8, text: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write_u8(kind);
    hasher.write(text);
    (hasher.finish() >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::alignment::compare;

    const LISTED: [&str; 9] = [
        "Poly Technologies, Inc.",
        "АО \"Улан-Удэнский авиационный завод\"",
        "BARNAULSKIY PATRONNYY ZAVOD",
        "ALMAZ-ANTEY",
        "Bank of the West",
        "EMMA DANIELS",
        "WELFARETRUST PAKISTAN",
        "11420 CORP.",
        "珠海振戎公司",
    ];

    #[test]
    fn finds_what_comparing_with_all_finds() {
        let index = NameIndex::new(LISTED);
        for query in [
            "POLYTECHNOLOGIES INC",
            "ПОЛИ ТЕКНОЛОДЖИЗ, ИНК.",
            "ULAN-UDENSKIY AVIATSIONNYY ZAVOD AO",
            "БАРНАУЛЬСКИЙ ПАТРОННЫЙ ЗАВОД",
            "ALMAZ ANTEY TELECOM",
            "BANK OF THE EAST",
            "EMMA LLC",
            "WELFARE TRUST PAKISTAN",
            "CORP",
            "ZHUHAI ZHENRONG COMPANY",
            "",
        ] {
            let expected: Vec<usize> = (0..LISTED.len()).filter(|at| compare(query, LISTED[*at]).score >= 670).collect();
            let mut found: Vec<usize> = index.search(query, 670, 10).iter().map(|candidate| candidate.listed).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{query}");
            for candidate in index.search(query, 300, 10) {
                assert_eq!(candidate.score, compare(query, LISTED[candidate.listed]).score, "{query}");
            }
        }
    }

    #[test]
    fn ties_stand_in_the_order_of_the_list() {
        let index = NameIndex::new(["POLY INC", "POLY INC", "POLY INCORPORATED"]);
        let found: Vec<usize> = index.search("Poly Inc", 1, 2).iter().map(|candidate| candidate.listed).collect();
        assert_eq!(found, [0, 1]);
    }
}
