//! Which listed names are worth an alignment.
//!
//! In: listed names, then queries. Out: the listed names at or above a floor, each with the score that `compare` gives for the pair,
//! whatever else is indexed.
//! Only the heaviest words of a listed name are indexed, just so many that a name of which none is found could hardly be covered; and of
//! the names found only those are aligned whose score cannot be shown to lie below the floor.

use super::alignment::compare_names;
use super::bound::{Bounds, LEAST_CUT_LETTERS, QueryBound};
use super::name::{Name, Role};
use super::neighbors::{Near, Neighbor, Neighbors};
use super::vocabulary::{Vocabulary, joined_forms};
use super::words::WordForm;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::Mutex;

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
    /// Words in the order of their text, to find those that go on from a cut one; each with its first letters.
    by_text: Vec<(u64, u32)>,
    /// For each word the listed names that it nominates, ascending.
    postings: Postings,
    /// The same for the lighter words of names without a legal form: `S. ABASS` has no other word of `SOULIMANE, Sidiki Abass`.
    beside_initials: Postings,
    neighbors: Neighbors,
    bounds: Bounds,
    /// Buffers of searches that are over, for the next.
    idle: Mutex<Vec<Search>>,
}

/// The share of a listed name that must be covered for it to be found for sure.
const COVERED: f64 = 0.4;
/// Texts cut at 35 characters still have the words in front.
const FRONT_CHARS: usize = 34;
/// Texts that are shorter are not cut.
const LEAST_CUT_CHARS: usize = 28;
/// Queries that one thread takes at a time.
const CHUNK: usize = 256;

struct Postings {
    starts: Vec<u32>,
    names: Vec<u32>,
}

impl Postings {
    fn new(mut entries: Vec<(u32, u32)>, n_words: usize) -> Self {
        entries.par_sort_unstable();
        entries.dedup();
        let mut starts = vec![0_u32; n_words + 1];
        entries.iter().for_each(|(word, _)| starts[*word as usize + 1] += 1);
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        Postings { starts, names: entries.into_iter().map(|entry| entry.1).collect() }
    }

    fn of(&self, word: u32) -> &[u32] {
        &self.names[self.starts[word as usize] as usize..self.starts[word as usize + 1] as usize]
    }
}

impl NameIndex {
    pub fn new<'a>(listed: impl IntoIterator<Item = &'a str>) -> Self {
        let listed: Vec<&str> = listed.into_iter().collect();
        NameIndex::of_names(listed.par_iter().map(|name| Name::read(name)).collect())
    }

    /// Indexes names that were read before.
    pub fn of_names(names: Vec<Name>) -> Self {
        let mut vocabulary = Vocabulary::default();
        let mut entries: Vec<(u32, u32)> = Vec::new();
        let mut lighter: Vec<(u32, u32)> = Vec::new();
        let mut bounds = Bounds::default();
        for (at, name) in names.iter().enumerate() {
            bounds.add(name, &mut vocabulary);
            nominating_words(name, &mut vocabulary, |word| entries.push((word, at as u32)));
            if !name.words.iter().any(|word| matches!(word.role, Role::Legal(_))) {
                let core = name.words.iter().filter(|word| word.role == Role::Core);
                lighter.extend(core.map(|word| (vocabulary.add(&word.form), at as u32)));
            }
        }
        let n_words = vocabulary.words.len();
        let (postings, beside_initials) = (Postings::new(entries, n_words), Postings::new(lighter, n_words));
        let neighbors = Neighbors::new(&vocabulary);
        let words = vocabulary.words;
        let single = (0..words.len()).filter(|id| vocabulary.is_single[*id]);
        let mut by_text: Vec<(u64, u32)> = single.map(|id| (first_letters(&words[id].text), id as u32)).collect();
        by_text.par_sort_unstable();
        NameIndex { names, words, by_text, postings, beside_initials, neighbors, bounds, idle: Mutex::default() }
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
        self.search_all(&[name], floor, top).pop().unwrap_or_default()
    }

    /// Searches for many names, on all threads; the result is in their order.
    pub fn search_all(&self, names: &[&str], floor: u16, top: usize) -> Vec<Vec<Candidate>> {
        let search_chunk = |chunk: &[&str]| -> Vec<Vec<Candidate>> {
            let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
            let mut search = idle.unwrap_or_else(|| Search::new(self));
            let found = chunk.iter().map(|name| search.run(self, &Name::read(name), floor, top)).collect();
            if let Ok(mut idle) = self.idle.lock() {
                idle.push(search);
            }
            found
        };
        names.par_chunks(CHUNK).flat_map_iter(search_chunk).collect()
    }
}

/// What a thread needs to search: buffers, and the neighbors of words that were met before.
struct Search {
    known: FxHashMap<Box<str>, Range<u32>>,
    known_neighbors: Vec<Neighbor>,
    joined_neighbors: Vec<Neighbor>,
    near: Near,
    query: QueryBound,
    /// For each listed name the last search that found it.
    found_in: Vec<u32>,
    searches: u32,
    listed: Vec<u32>,
}

/// Memory is bounded: beyond so many neighbors, what is known of words is forgotten.
const MOST_KNOWN: usize = 4_000_000;

impl Search {
    fn new(index: &NameIndex) -> Self {
        Search {
            known: FxHashMap::default(),
            known_neighbors: Vec::new(),
            joined_neighbors: Vec::new(),
            near: Near::default(),
            query: QueryBound::new(index.words.len()),
            found_in: vec![0; index.names.len()],
            searches: 0,
            listed: Vec::new(),
        }
    }

    fn run(&mut self, index: &NameIndex, query: &Name, floor: u16, top: usize) -> Vec<Candidate> {
        self.nominate(index, query);
        let mut found: Vec<Candidate> = Vec::new();
        for &listed in &self.listed {
            if !self.query.may_reach(&index.bounds, listed as usize, floor) {
                continue;
            }
            let score = compare_names(query, &index.names[listed as usize]).score;
            if score >= floor && score > 0 {
                found.push(Candidate { listed: listed as usize, score });
            }
        }
        found.sort_unstable_by_key(|candidate| (std::cmp::Reverse(candidate.score), candidate.listed));
        found.truncate(top);
        found
    }

    /// Fills `listed` with the names that share an indexed word with the query, and `query` with what its words are alike to.
    fn nominate(&mut self, index: &NameIndex, query: &Name) {
        self.listed.clear();
        if self.searches == u32::MAX {
            self.found_in.fill(0);
            self.searches = 0;
        }
        self.searches += 1;
        self.query.begin(query);
        let counts = |word: &&super::name::NameWord| matches!(word.role, Role::Core | Role::Number);
        for (at, word) in query.words.iter().enumerate().filter(|(_, word)| counts(word)) {
            let known = self.neighbors_of(index, &word.form);
            for place in known {
                let neighbor = self.known_neighbors[place as usize];
                self.note(index, neighbor, at..at + 1);
            }
            let next = query.words.get(at + 1).filter(counts).filter(|_| word.role == Role::Core);
            if let Some(next) = next {
                let mut joined = std::mem::take(&mut self.joined_neighbors);
                joined.clear();
                index.neighbors.of_joined(&word.form, &next.form, &index.words, &mut self.near, &mut joined);
                joined.iter().for_each(|neighbor| self.note(index, *neighbor, at..at + 2));
                self.joined_neighbors = joined;
            }
        }
        for whole in &query.wholes {
            let mut found = std::mem::take(&mut self.joined_neighbors);
            found.clear();
            index.neighbors.of_whole(&whole.form, whole.has_forms, &index.words, &mut self.near, &mut found);
            found.iter().for_each(|neighbor| self.note(index, *neighbor, whole.words.clone()));
            self.joined_neighbors = found;
        }
        let last = query.words.iter().rposition(|word| word.role != Role::Aside);
        if let Some(last) = last.filter(|_| query.n_chars >= LEAST_CUT_CHARS) {
            let text = &query.words[last].form.text;
            let least = first_letters(text);
            let most = least | u64::MAX.checked_shr(8 * text.len() as u32).unwrap_or(0);
            let from = index.by_text.partition_point(|word| word.0 < least);
            let goes_on = index.by_text[from..].iter().take_while(|word| word.0 <= most);
            let goes_on = goes_on.filter(|word| text.len() < 8 || index.words[word.1 as usize].text.starts_with(&**text));
            for (_, word) in goes_on.filter(|_| text.len() >= LEAST_CUT_LETTERS) {
                self.note(index, Neighbor { word: *word, similarity: 1000 }, last..last + 1);
            }
        }
    }

    fn note(&mut self, index: &NameIndex, neighbor: Neighbor, at: Range<usize>) {
        if !self.query.note(neighbor, at) {
            return;
        }
        let beside_initials = if self.query.has_initial() { index.beside_initials.of(neighbor.word) } else { &[] };
        for &listed in index.postings.of(neighbor.word).iter().chain(beside_initials) {
            if self.found_in[listed as usize] != self.searches {
                self.found_in[listed as usize] = self.searches;
                self.listed.push(listed);
            }
        }
    }

    /// Returns where the neighbors of a word stand in `known_neighbors`.
    fn neighbors_of(&mut self, index: &NameIndex, form: &WordForm) -> Range<u32> {
        if let Some(known) = self.known.get(&form.text) {
            return known.clone();
        }
        if self.known_neighbors.len() > MOST_KNOWN {
            self.known.clear();
            self.known_neighbors.clear();
        }
        let from = self.known_neighbors.len() as u32;
        index.neighbors.of_word(form, &index.words, &mut self.near, &mut self.known_neighbors);
        let known = from..self.known_neighbors.len() as u32;
        self.known.insert(form.text.clone(), known.clone());
        known
    }
}

/// Returns the first eight letters of a word as a number that sorts as they do.
fn first_letters(text: &str) -> u64 {
    let mut letters = [0_u8; 8];
    let n = text.len().min(8);
    letters[..n].copy_from_slice(&text.as_bytes()[..n]);
    u64::from_be_bytes(letters)
}

/// Calls with the words that nominate a name: the heaviest until the rest covers too little of it, the same for its front, neighbors
/// written together, and the whole name written together.
fn nominating_words(name: &Name, vocabulary: &mut Vocabulary, mut call: impl FnMut(u32)) {
    let counted = |limit: usize| -> Vec<usize> {
        let start = name.words.first().map_or(0, |word| word.span.start);
        (0..name.words.len())
            .filter(|at| matches!(name.words[*at].role, Role::Core | Role::Number) && name.words[*at].span.start < start + limit)
            .collect()
    };
    let mut is_chosen = vec![false; name.words.len()];
    for mut positions in [counted(usize::MAX / 2), counted(FRONT_CHARS)] {
        positions.sort_by_key(|at| (std::cmp::Reverse(name.words[*at].weight), *at));
        let total: u32 = positions.iter().map(|at| name.words[*at].weight).sum();
        let mut sum = 0;
        for at in positions {
            if f64::from(sum) > (1.0 - COVERED) * f64::from(total) {
                break;
            }
            sum += name.words[at].weight;
            is_chosen[at] = true;
        }
    }
    let chosen = name.words.iter().zip(&is_chosen).filter(|(_, is_chosen)| **is_chosen);
    chosen.for_each(|(word, _)| call(vocabulary.add(&word.form)));
    let is_near_chosen = is_chosen.windows(2).map(|both| both[0] || both[1]);
    for (pair, _) in name.words.windows(2).zip(is_near_chosen).filter(|(_, is_near)| *is_near) {
        joined_forms(&pair[0], &pair[1]).for_each(|form| call(vocabulary.add_joined(form)));
    }
    name.wholes.iter().for_each(|whole| call(vocabulary.add_whole(&whole.form)));
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
