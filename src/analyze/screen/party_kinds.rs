//! What a party does by its name: banks, carriers, forwarders, couriers, customs brokers and leasing firms stand on records without
//! being the sender or receiver that a question is about.
//!
//! In: a party's name. Out: its kind with the phrase that tells it, or nothing. Phrases are data; of several in a name the longest
//! decides, because `DHL Global Forwarding` is no courier, and of two that are one in Latin letters the one that is written there. Words of an address say nothing: `Bank Street` is a place.

use crate::model::party::PartyKind;
use crate::names::name::{Name, Role};
use crate::names::text::split_words;
use aho_corasick::AhoCorasick;
use std::sync::OnceLock;

const PARTY_KINDS: &str = include_str!("../../reference/party_kinds.csv");

/// A kind and why: `word "логистика" (ru)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKind {
    pub kind: PartyKind,
    pub evidence: String,
}

/// Returns the kind that a name tells.
pub fn party_kind(name: &str) -> Option<KnownKind> {
    static TABLE: OnceLock<KindTable> = OnceLock::new();
    let table = TABLE.get_or_init(KindTable::read);
    let lowered = name.to_lowercase();
    if !table.hints.is_match(&lowered) {
        return None;
    }
    let words: Vec<String> = Name::read(name)
        .words
        .iter()
        .filter(|word| !word.is_address && word.role != Role::Aside)
        .flat_map(|word| word.form.text.split(' ').map(str::to_owned))
        .collect();
    let found: Vec<(&Phrase, Vec<usize>)> = table
        .phrases
        .iter()
        .flat_map(|phrase| phrase.places(name, &words).into_iter().map(move |places| (phrase, places)))
        .collect();
    let is_taken_out = |places: &[usize]| {
        found.iter().any(|(phrase, others)| phrase.kind.is_none() && places.iter().any(|place| others.contains(place)))
    };
    let (_, phrase, kind) = found
        .iter()
        .filter(|(_, places)| !is_taken_out(places))
        .filter_map(|(phrase, _)| Some(((phrase.length, lowered.contains(phrase.bare())), phrase, phrase.kind?)))
        .reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    Some(KnownKind { kind, evidence: format!("{} \"{}\" ({})", phrase.by, phrase.written, phrase.language) })
}

struct KindTable {
    phrases: Vec<Phrase>,
    /// Something that every name with a phrase holds, by which most names are told at a glance.
    hints: AhoCorasick,
}

struct Phrase {
    /// `None`: what the phrase covers tells nothing.
    kind: Option<PartyKind>,
    by: &'static str,
    language: &'static str,
    written: &'static str,
    words: Vec<WordPattern>,
    /// Letters of its words.
    length: usize,
    /// Chinese has no word boundaries: such a phrase is looked for in the text.
    is_han: bool,
}

enum WordPattern {
    Whole(String),
    Start(String),
    End(String),
}

impl WordPattern {
    fn read(written: &str) -> Option<Self> {
        let folded: String = split_words(written).into_iter().map(|word| word.text).collect();
        (!folded.is_empty()).then(|| match (written.starts_with('*'), written.ends_with('*')) {
            (true, _) => WordPattern::End(folded),
            (_, true) => WordPattern::Start(folded),
            _ => WordPattern::Whole(folded),
        })
    }

    fn length(&self) -> usize {
        let (WordPattern::Whole(word) | WordPattern::Start(word) | WordPattern::End(word)) = self;
        word.len()
    }

    fn fits(&self, word: &str) -> bool {
        match self {
            WordPattern::Whole(whole) => word == whole,
            WordPattern::Start(start) => word.starts_with(start.as_str()),
            WordPattern::End(end) => word.ends_with(end.as_str()),
        }
    }
}

impl KindTable {
    fn read() -> Self {
        let lines = PARTY_KINDS.lines().filter(|line| !line.starts_with('#')).skip(1);
        let phrases: Vec<Phrase> = lines
            .filter_map(|line| {
                let [kind, by, language, written] = line.split(',').collect::<Vec<_>>().try_into().ok()?;
                let words: Vec<WordPattern> = written.split(' ').filter_map(WordPattern::read).collect();
                Some(Phrase {
                    length: words.iter().map(WordPattern::length).sum(),
                    words,
                    kind: PartyKind::parse(kind),
                    by,
                    language,
                    written,
                    is_han: language == "zh",
                })
            })
            .collect();
        // A name may be written as the phrase or in Latin letters.
        let hints = phrases.iter().filter(|phrase| phrase.kind.is_some()).flat_map(|phrase| {
            let as_written = phrase.written.split(' ').map(|word| word.trim_matches('*').to_lowercase());
            let longest = as_written.max_by_key(|word| word.chars().count()).unwrap_or_default();
            let romanized: String = split_words(&longest).into_iter().map(|word| word.text).collect();
            [longest, romanized]
        });
        let hints: Vec<String> = hints.filter(|hint| !hint.is_empty()).collect();
        KindTable { hints: AhoCorasick::new(hints).expect("the table is small"), phrases }
    }
}

impl Phrase {
    fn bare(&self) -> &'static str {
        self.written.trim_matches('*')
    }

    /// Returns the words that the phrase covers wherever it stands; of a Chinese one only that it stands there.
    fn places(&self, name: &str, words: &[String]) -> Vec<Vec<usize>> {
        if self.is_han {
            return if name.contains(self.written) { vec![Vec::new()] } else { Vec::new() };
        }
        let length = self.words.len();
        let fits = |at: usize| self.words.iter().zip(&words[at..]).all(|(pattern, word)| pattern.fits(word));
        (0..(words.len() + 1).saturating_sub(length)).filter(|at| fits(*at)).map(|at| (at..at + length).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn cases_hold() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/values/party_kinds.csv");
        let mut n_cases = 0;
        for row in csv::Reader::from_path(path).expect("the cases are there").records() {
            let row = row.expect("the cases are a table");
            let found = party_kind(&row[0]);
            let kind = found.as_ref().map_or("", |known| known.kind.as_str());
            let evidence = found.as_ref().map_or("", |known| known.evidence.as_str());
            assert_eq!((kind, evidence), (&row[1], &row[2]), "{} ({})", &row[0], &row[3]);
            n_cases += 1;
        }
        assert!(n_cases > 20);
    }

    #[test]
    fn each_line_is_read_and_no_phrase_has_two_kinds() {
        let mut kinds: BTreeMap<Vec<String>, &str> = BTreeMap::new();
        let lines: Vec<&str> = PARTY_KINDS.lines().filter(|line| !line.starts_with('#')).skip(1).collect();
        assert_eq!(KindTable::read().phrases.len(), lines.len());
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            let [kind, by, language, written] = cells[..] else { panic!("{line}") };
            assert!(kind == "none" || PartyKind::parse(kind).is_some(), "{line}");
            assert!(["word", "name"].contains(&by) && language.len() == 2, "{line}");
            let folded = split_words(&written.replace('*', "_")).into_iter().map(|word| word.text).collect();
            assert_eq!(*kinds.entry(folded).or_insert(kind), kind, "{line}");
        }
    }
}
