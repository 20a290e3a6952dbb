//! Phrases with a meaning of their own: legal forms, lead-ins, address words, abbreviations, and words of one meaning.
//!
//! In: folded words. Out: the longest phrase at a place, or what a single word stands for.
//! Long words of a phrase are compared by their sound key, so that one Cyrillic spelling covers every romanization of it.

use super::reference::{self, WordKind};
use super::sounds::{digits_to_letters, sound_key};
use super::text::split_words;
use super::weights::is_known;
use super::words::{edit_distance, letters, typo_budget};
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// Where a phrase means what the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Any,
    Start,
    End,
    /// From here to the end of the text.
    Tail,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressKind {
    /// Opens an address: `ul`, `calle`, `plot`.
    Street,
    /// Stands behind the name of a street: `Valiasr Ave`.
    Before,
    /// Stands behind the name of a region.
    Region,
    /// Part of a building, or a telephone.
    Unit,
    /// A city or a country.
    Place,
}

/// Legal forms: the class of the longest phrase at the front of the words, and its length.
pub fn legal_form(words: &[&str], is_start: bool) -> Option<(&'static str, usize)> {
    let is_meant = |phrase: &(&'static str, Place), length: usize| match phrase.1 {
        Place::Any if length > 1 && words[..length].iter().all(|word| word.len() == 1) => length == words.len(),
        Place::Any | Place::Tail => true,
        Place::Start => is_start && words.len() > length,
        Place::End => length == words.len() && !is_start,
    };
    legal_forms().phrases.find(words, is_meant).map(|(phrase, length)| (phrase.0, length))
}

/// Legal forms with typos in words that no list of names has, or cut at the end of the text: `JOINT STOK COPMANY`, `LIMITED LIABIL`.
pub fn mended_legal_form(words: &[&str], is_start: bool) -> Option<(&'static str, usize)> {
    let table = legal_forms();
    let n = words.len().min(table.longest);
    let mut mended: Vec<&str> = Vec::with_capacity(n);
    let mut is_mended = Vec::with_capacity(n);
    for (at, word) in words[..n].iter().enumerate() {
        let near = if is_known(word) { None } else { table.near(word, at + 1 == words.len()) };
        is_mended.push(near.is_some());
        mended.push(near.unwrap_or(word));
    }
    if !is_mended.contains(&true) {
        return None;
    }
    // A single word that is not quite a legal form is more often a name in front, and a legal form behind.
    let is_safe = |length: usize| length > 1 || words[0].len() >= if is_start { 9 } else { 6 } || holds_digit(words[0]);
    let (class, length) = legal_form(&mended, is_start)?;
    (is_safe(length) && is_mended[..length].contains(&true)).then_some((class, length))
}

struct LegalForms {
    phrases: PhraseTable<(&'static str, Place)>,
    /// The longer words of all phrases, sorted, for mending, with the letters that they hold.
    words: Vec<(String, u32)>,
    /// Of three and four letters: `J5C` is `JSC`.
    short_words: Vec<String>,
    longest: usize,
}

impl LegalForms {
    /// Returns the word of a legal form that a word is a misspelling of, or at the end of a text the front of.
    fn near(&self, word: &str, is_last: bool) -> Option<&str> {
        if holds_digit(word) {
            let letters = digits_to_letters(word);
            let mut all = self.short_words.iter().chain(self.words.iter().map(|word| &word.0));
            return all.find(|whole| **whole == letters).map(String::as_str);
        }
        if word.len() < 4 || word.len() > 24 {
            return None;
        }
        let mask = letters(word);
        let distance = |(whole, whole_mask): &(String, u32)| {
            let budget = typo_budget(whole.len().min(word.len() + 1));
            if whole.len().abs_diff(word.len()) > budget || (mask ^ whole_mask).count_ones() as usize > 2 * budget {
                return None;
            }
            edit_distance(word.as_bytes(), whole.as_bytes(), budget)
        };
        let nearest = self.words.iter().filter_map(|whole| Some((distance(whole)?, &whole.0))).min();
        if let Some((_, whole)) = nearest {
            return Some(whole);
        }
        // Words are sorted, so those that go on from a cut one stand behind it.
        let next = self.words.get(self.words.partition_point(|whole| whole.0.as_str() <= word))?;
        (is_last && word.len() >= 5 && next.0.starts_with(word)).then_some(&next.0)
    }
}

fn legal_forms() -> &'static LegalForms {
    static TABLE: OnceLock<LegalForms> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut phrases = PhraseTable::default();
        let mut words: Vec<String> = Vec::new();
        let mut short_words: Vec<String> = Vec::new();
        let mut longest = 0;
        let own = reference::user_words(WordKind::LegalForm).map(|(class, spellings)| [class, "any", spellings]);
        for [class, place, spellings] in reference::rows(reference::LEGAL_FORMS).chain(own) {
            for spelling in spellings.split(';') {
                phrases.add(spelling, (class, read_place(place)));
                let texts = split_words(spelling);
                longest = longest.max(texts.len());
                for text in texts.into_iter().map(|word| word.text) {
                    match text.len() {
                        0..=2 => {}
                        3..=4 => short_words.push(text),
                        _ => words.push(text),
                    }
                }
            }
        }
        words.sort_unstable();
        words.dedup();
        short_words.sort_unstable();
        short_words.dedup();
        let words = words.into_iter().map(|word| (letters(&word), word)).map(|(mask, word)| (word, mask)).collect();
        LegalForms { phrases: phrases.finish(), words, short_words, longest }
    })
}

fn holds_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Returns where a word of a legal form is glued to a name, in letters.
pub fn glued_cut(text: &str) -> Option<usize> {
    static TABLE: OnceLock<[Vec<&'static str>; 2]> = OnceLock::new();
    let [behind, front] = TABLE.get_or_init(|| {
        let mut table: [Vec<&str>; 2] = Default::default();
        for [place, words] in reference::rows(reference::GLUED_WORDS) {
            for word in words.split(' ') {
                if place != "front" {
                    table[0].push(word);
                }
                if place != "behind" {
                    table[1].push(word);
                }
            }
        }
        table
    });
    let fits = |form: &&&str| text.len() >= form.len() + 3;
    let cut_behind = behind.iter().filter(fits).find(|form| text.ends_with(**form)).map(|form| text.len() - form.len());
    cut_behind.or_else(|| front.iter().filter(fits).find(|form| text.starts_with(**form)).map(|form| form.len()))
}

/// Lead-ins and what trails a name: the number of words that the longest at the front takes.
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
    let is_meant = |place: &Place, length: usize| match place {
        Place::Any => words.len() > length,
        Place::Tail => !is_start,
        Place::Start | Place::End => is_start && words.len() > length,
    };
    table.find(words, is_meant).map(|(place, length)| if *place == Place::Tail { words.len() } else { length })
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
                "region" => AddressKind::Region,
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
        let own = |kind, per_10000| reference::user_words(kind).map(move |(meaning, spellings)| [meaning, per_10000, spellings]);
        let generic = own(WordKind::GenericWord, OWN_GENERIC_PER_10000).chain(own(WordKind::StopWord, OWN_STOP_PER_10000));
        for [meaning, per_10000, spellings] in reference::rows(reference::GENERIC_WORDS).chain(generic) {
            for word in split_words(spellings) {
                let entry = table.entry(word.text).or_default();
                entry.meaning.get_or_insert(meaning);
                entry.per_10000 = entry.per_10000.max(per_10000.parse().unwrap_or(0));
            }
        }
        let same = reference::user_words(WordKind::SameWord).map(|(full, spellings)| [full, spellings]);
        for [full, spellings] in reference::rows(reference::ABBREVIATIONS).chain(same) {
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

/// How common the generic words and stop words are that a user adds: like `development`, and like `and`.
const OWN_GENERIC_PER_10000: &str = "150";
const OWN_STOP_PER_10000: &str = "1500";

fn read_place(place: &str) -> Place {
    match place {
        "start" => Place::Start,
        "end" => Place::End,
        "tail" => Place::Tail,
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
