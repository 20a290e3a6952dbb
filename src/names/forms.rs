//! Phrases with a meaning of their own: legal forms, lead-ins, address words, abbreviations, and words of one meaning.
//!
//! In: folded words. Out: the longest phrase at a place, or what a single word stands for.
//! Long words of a phrase are compared by their sound key, so that one Cyrillic spelling covers every romanization of it.

use super::reference;
use super::sounds::sound_key;
use super::text::split_words;
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// Where a phrase means what the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Any,
    Start,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressKind {
    /// Opens an address: `ul`, `calle`, `plot`.
    Street,
    /// Stands behind the name of a street: `Valiasr Ave`.
    Before,
    /// Part of a building, or a telephone.
    Unit,
    /// A city or a country.
    Place,
}

/// Legal forms: the class of the longest phrase at the front of the words, and its length.
pub fn legal_form(words: &[&str], is_start: bool) -> Option<(&'static str, usize)> {
    static TABLE: OnceLock<PhraseTable<(&'static str, Place)>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table = PhraseTable::default();
        for [class, place, spellings] in reference::rows(reference::LEGAL_FORMS) {
            for spelling in spellings.split(';') {
                table.add(spelling, (class, read_place(place)));
            }
        }
        table.finish()
    });
    table
        .find(words, |phrase, length| match phrase.1 {
            Place::Any if length > 1 && words[..length].iter().all(|word| word.len() == 1) => length == words.len(),
            Place::Any => true,
            Place::Start => is_start && words.len() > length,
            Place::End => length == words.len() && !is_start,
        })
        .map(|(phrase, length)| (phrase.0, length))
}

/// Lead-ins: the length of the longest at the front of the words.
pub fn lead_in(words: &[&str], is_start: bool) -> Option<usize> {
    static TABLE: OnceLock<PhraseTable<Place>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table = PhraseTable::default();
        for [place, phrases] in reference::rows(reference::LEAD_INS) {
            for phrase in phrases.split(';') {
                table.add(phrase, read_place(place));
            }
        }
        table.finish()
    });
    table.find(words, |place, length| words.len() > length && (*place == Place::Any || is_start)).map(|(_, length)| length)
}

/// Address words: the kind of the longest phrase at the front of the words, and its length.
pub fn address_word(words: &[&str]) -> Option<(AddressKind, usize)> {
    static TABLE: OnceLock<PhraseTable<AddressKind>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table = PhraseTable::default();
        for [kind, phrases] in reference::rows(reference::ADDRESS_WORDS) {
            let kind = match kind {
                "street" => AddressKind::Street,
                "before" => AddressKind::Before,
                "unit" => AddressKind::Unit,
                _ => AddressKind::Place,
            };
            for phrase in phrases.split(';') {
                table.add(phrase, kind);
            }
        }
        table.finish()
    });
    table.find(words, |_, _| true).map(|(kind, length)| (*kind, length))
}

/// What the tables know of a single word.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WordMeaning {
    /// The word that an abbreviation or inflection stands for.
    pub full: Option<&'static str>,
    /// Words of one meaning share this name.
    pub meaning: Option<&'static str>,
    /// Names in ten thousand that hold such a word; 0 where the table does not say.
    pub per_10000: u32,
}

pub fn word_meaning(word: &str) -> WordMeaning {
    static TABLE: OnceLock<FxHashMap<String, WordMeaning>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table: FxHashMap<String, WordMeaning> = FxHashMap::default();
        for [meaning, per_10000, spellings] in reference::rows(reference::GENERIC_WORDS) {
            for word in split_words(spellings) {
                let entry = table.entry(word.text).or_default();
                entry.meaning.get_or_insert(meaning);
                entry.per_10000 = entry.per_10000.max(per_10000.parse().unwrap_or(0));
            }
        }
        for [full, spellings] in reference::rows(reference::ABBREVIATIONS) {
            let of_full = table.get(full).copied().unwrap_or_default();
            for word in split_words(spellings) {
                let entry = table.entry(word.text).or_default();
                entry.full.get_or_insert(full);
                entry.meaning = entry.meaning.or(of_full.meaning);
                entry.per_10000 = entry.per_10000.max(of_full.per_10000);
            }
        }
        table
    });
    table.get(word).copied().unwrap_or_default()
}

fn read_place(place: &str) -> Place {
    match place {
        "start" => Place::Start,
        "end" => Place::End,
        _ => Place::Any,
    }
}

/// Phrases by their first word, the longest first.
struct PhraseTable<T> {
    by_first: FxHashMap<String, Vec<(Vec<String>, T)>>,
}

impl<T> Default for PhraseTable<T> {
    fn default() -> Self {
        PhraseTable { by_first: FxHashMap::default() }
    }
}

impl<T> PhraseTable<T> {
    fn add(&mut self, phrase: &str, value: T) {
        let words: Vec<String> = split_words(phrase).iter().map(|word| element(&word.text)).collect();
        if let Some(first) = words.first() {
            self.by_first.entry(first.clone()).or_default().push((words, value));
        }
    }

    fn finish(mut self) -> Self {
        self.by_first.values_mut().for_each(|phrases| phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.0.len())));
        self
    }

    fn find(&self, words: &[&str], is_meant: impl Fn(&T, usize) -> bool) -> Option<(&T, usize)> {
        let phrases = self.by_first.get(&element(words.first()?))?;
        phrases
            .iter()
            .find(|(phrase, value)| {
                phrase.len() <= words.len()
                    && phrase[1..].iter().zip(&words[1..]).all(|(part, word)| *part == element(word))
                    && is_meant(value, phrase.len())
            })
            .map(|(phrase, value)| (value, phrase.len()))
    }
}

/// Short words must be spelled as they are; of long ones the sound is enough.
fn element(word: &str) -> String {
    if word.len() < 6 { word.to_string() } else { sound_key(word) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_longest_legal_form() {
        for (text, expected) in [
            ("co ltd", Some(("ltd", 2))),
            ("obschestvo s ogranichennoi otvetstvennostiu romashka", Some(("llc", 4))),
            ("obshchestvo s ogranichennoy otvetstvennostyu", Some(("llc", 4))),
            ("oao", Some(("ojsc", 1))),
            ("ink", Some(("inc", 1))),
            ("poly", None),
            ("ab nostra", None),
            ("s a", Some(("jsc", 2))),
            ("s a abass", None),
        ] {
            let words: Vec<&str> = text.split(' ').collect();
            assert_eq!(legal_form(&words, false), expected, "{text}");
        }
    }

    #[test]
    fn knows_what_abbreviations_stand_for() {
        assert_eq!(word_meaning("tekhnolodzhiz").full, Some("technology"));
        assert_eq!(word_meaning("intl").full, Some("international"));
        assert_eq!(word_meaning("zavod").meaning, Some("plant"));
        assert_eq!(word_meaning("barnaul"), WordMeaning::default());
    }
}
