//! The rules of a goods set that go by text: phrases, the words that must be near, and those that must not be there.
//!
//! In: phrases as the run file writes them, and the texts of an item. Out: which phrases occur. A phrase is found where its words stand in
//! sequence, with nothing or a mark such as `-` between them, so that `Mi-171*` is found in `Mi171`, `МИ 171-Ш` and `Mi-171Sh`, but not in
//! `Mi-1712` or `Mi-17 1`. All phrases of all sets are looked for in one pass over an item. Surprising: what is spelled differently
//! (`Ми-8АМТШ`, `Mi-8AMTSh`) stays two phrases, and a phrase means its own language only.

use super::words::{Class, Gap, Words, classify};
use crate::error::{Error, Result};
use crate::model::goods::{Field, GoodsSet};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::{Regex, RegexBuilder};
use std::ops::Range;

/// The most bytes that a compiled `/regex/` may take, so that no pattern takes the machine.
const REGEX_SIZE_LIMIT: usize = 1 << 20;

/// Phrases of so many bytes together are searched for by a table of all states, which is fastest and takes about a thousand times as much
/// memory as they do.
const DFA_BYTES: usize = 1 << 16;

/// Every text of an item.
const ALL_FIELDS: u8 = u8::MAX;

/// All phrases of some sets, found together in one pass over an item.
pub(super) struct PhraseFinder {
    phrases: Vec<Phrase>,
    /// Finds where a phrase of words may begin; `None` if there is none.
    automaton: Option<AhoCorasick>,
    /// The phrase that each pattern of the automaton belongs to.
    owners: Vec<usize>,
    /// The phrases that are regular expressions.
    regexes: Vec<usize>,
}

/// What finding takes, kept from item to item for its memory.
#[derive(Default)]
pub struct PhraseMemory {
    words: Words,
    /// For each phrase the item in which it was found last.
    found_in: Vec<u64>,
    item: u64,
    found: Vec<usize>,
}

/// Which of all phrases are those of one set.
pub(super) struct PhraseRules {
    phrases: Range<usize>,
    near: Range<usize>,
    not: Range<usize>,
}

/// A phrase with the text by which the run file states it.
struct Phrase {
    text: String,
    form: Form,
    /// The texts of an item in which it is looked for, a bit each.
    fields: u8,
}

enum Form {
    Words(Vec<PhraseWord>),
    Regex(Regex),
}

/// A word of a phrase in its folded form.
struct PhraseWord {
    text: String,
    is_digits: bool,
    /// A stem: more letters may follow.
    is_stem: bool,
}

/// Phrases as they are gathered from sets.
#[derive(Default)]
pub(super) struct PhraseList(Vec<Phrase>);

impl PhraseList {
    /// Adds the phrases of a set, those that must be near and those that must not be there.
    pub(super) fn add(&mut self, name: &str, set: &GoodsSet) -> Result<PhraseRules> {
        let fields = if set.fields.is_empty() { ALL_FIELDS } else { set.fields.iter().fold(0, |bits, field| bits | bit(*field)) };
        let phrases = self.add_all(name, &set.phrases, fields)?;
        let near = self.add_all(name, &set.near, ALL_FIELDS)?;
        let not = self.add_all(name, &set.not, ALL_FIELDS)?;
        Ok(PhraseRules { phrases, near, not })
    }

    fn add_all(&mut self, name: &str, texts: &[String], fields: u8) -> Result<Range<usize>> {
        let first = self.0.len();
        for text in texts {
            let phrase = Phrase::parse(text).map_err(|fault| fault.of(&format!("goods set `{name}`"), text))?;
            self.0.push(Phrase { fields, ..phrase });
        }
        Ok(first..self.0.len())
    }

    /// Makes the phrases ready to be searched for.
    pub(super) fn into_finder(self) -> Result<PhraseFinder> {
        let (mut owners, mut patterns, mut regexes) = (Vec::new(), Vec::new(), Vec::new());
        for (at, phrase) in self.0.iter().enumerate() {
            match &phrase.form {
                Form::Words(words) => {
                    owners.push(at);
                    patterns.push(opening(words));
                }
                Form::Regex(_) => regexes.push(at),
            }
        }
        let n_bytes: usize = patterns.iter().map(String::len).sum();
        let kind = (n_bytes <= DFA_BYTES).then_some(AhoCorasickKind::DFA);
        let automaton =
            if patterns.is_empty() {
                None
            } else {
                Some(AhoCorasick::builder().kind(kind).build(&patterns).map_err(|error| {
                    Error::request("the goods sets have more phrases than can be searched for").caused_by(error)
                })?)
            };
        Ok(PhraseFinder { phrases: self.0, automaton, owners, regexes })
    }
}

fn bit(field: Field) -> u8 {
    1 << Field::ALL.iter().position(|known| *known == field).expect("a field is one of all")
}

impl PhraseFinder {
    /// Returns the phrases that occur in the texts of an item, in their order. The texts stand in the order of [`Field::ALL`], an empty one
    /// where the item states none.
    pub(super) fn find<'m>(&self, texts: &[&str], memory: &'m mut PhraseMemory) -> &'m [usize] {
        let PhraseMemory { words, found_in, item, found } = memory;
        *item += 1;
        found.clear();
        found_in.resize(self.phrases.len(), 0);
        if let Some(automaton) = &self.automaton {
            words.become_those_of(texts);
            for place in automaton.find_overlapping_iter(words.folded()) {
                let at = self.owners[place.pattern().as_usize()];
                if found_in[at] == *item {
                    continue;
                }
                // Patterns begin with the blank before a word.
                if let Some(index) = words.index_at(place.start() + 1)
                    && self.phrases[at].stands_at(words, index)
                {
                    found_in[at] = *item;
                    found.push(at);
                }
            }
        }
        for &at in &self.regexes {
            let phrase = &self.phrases[at];
            if let Form::Regex(regex) = &phrase.form
                && (0..).zip(texts).any(|(field, text)| phrase.is_for(field) && regex.is_match(text))
            {
                found.push(at);
            }
        }
        found.sort_unstable();
        found
    }

    /// Returns a phrase as the run file states it.
    pub(super) fn text(&self, at: usize) -> &str {
        &self.phrases[at].text
    }
}

impl PhraseRules {
    pub(super) fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }

    /// Returns the phrases of the set among those that occur in an item, in the order of the set; none if it has phrases that must be near
    /// and none of these occurs, or if one occurs that must not be there.
    pub(super) fn hits<'f>(&self, found: &'f [usize]) -> &'f [usize] {
        let of = |range: &Range<usize>| {
            let first = found.partition_point(|at| *at < range.start);
            &found[first..first + found[first..].partition_point(|at| *at < range.end)]
        };
        let is_near = self.near.is_empty() || !of(&self.near).is_empty();
        if is_near && of(&self.not).is_empty() { of(&self.phrases) } else { &[] }
    }
}

/// What is wrong with a phrase.
pub(super) struct Fault {
    message: &'static str,
    detail: String,
    hint: &'static str,
}

impl Fault {
    fn new(message: &'static str, hint: &'static str) -> Fault {
        Fault { message, detail: String::new(), hint }
    }

    fn of(self, place: &str, text: &str) -> Error {
        let mut error = Error::request(format!("{place}: phrase `{text}` {}", self.message));
        if !self.detail.is_empty() {
            error = error.detail(self.detail);
        }
        if self.hint.is_empty() { error } else { error.hint(self.hint) }
    }
}

impl Phrase {
    fn parse(text: &str) -> std::result::Result<Phrase, Fault> {
        let trimmed = text.trim();
        let phrase = |form: Form| Phrase { text: text.to_owned(), form, fields: ALL_FIELDS };
        if let Some(pattern) = trimmed.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|inner| !inner.is_empty())
        {
            let regex = RegexBuilder::new(pattern)
                .size_limit(REGEX_SIZE_LIMIT)
                .build()
                .map_err(|error| Fault { detail: error.to_string(), ..Fault::new("is no regular expression", "") })?;
            if regex.is_match("") {
                return Err(Fault::new("is found in every text", ""));
            }
            return Ok(phrase(Form::Regex(regex)));
        }
        let mut whole = Words::default();
        whole.read(trimmed, 0);
        if whole.places.iter().skip(1).any(|place| place.gap == Gap::Wide) {
            let hint = "state two phrases, or write a `/regex/` that holds the mark";
            return Err(Fault::new("has a mark inside that parts phrases", hint));
        }
        let mut words_of_phrase = Vec::new();
        for written in trimmed.split_whitespace() {
            let (written, is_stem) = match written.strip_suffix('*') {
                Some(stem) => (stem, true),
                None => (written, false),
            };
            if written.contains('*') {
                let hint = "`*` stands for further letters at the end; write a `/regex/` for anything else";
                return Err(Fault::new("has a `*` that is not at the end of a word", hint));
            }
            let mut words = Words::default();
            words.read(written, 0);
            let n_words = words.places.len();
            words_of_phrase.extend((0..n_words).map(|index| {
                let text = words.text(index).to_owned();
                let is_digits = text.starts_with(|letter| classify(letter) == Class::Digit);
                PhraseWord { text, is_digits, is_stem: is_stem && index + 1 == n_words && !words.places[index].is_ideograph }
            }));
        }
        match words_of_phrase.as_slice() {
            [] => Err(Fault::new("holds no letter or digit", "")),
            [only] if only.is_stem && only.text.chars().count() < 2 => Err(Fault::new("is found in nearly every text", "")),
            _ => Ok(phrase(Form::Words(words_of_phrase))),
        }
    }

    /// Returns whether the phrase is looked for in a text of an item.
    fn is_for(&self, field: u8) -> bool {
        self.fields & (1 << field) != 0
    }

    /// Returns whether the phrase stands at a word: all of its words in sequence, with no letter or digit run on to either end.
    fn stands_at(&self, words: &Words, start: usize) -> bool {
        let Form::Words(phrase) = &self.form else { return false };
        if words.gap_before(start) == Gap::None || !self.is_for(words.field(start)) {
            return false;
        }
        let mut index = start;
        for (at, word) in phrase.iter().enumerate() {
            if index >= words.places.len() || (at > 0 && words.gap_before(index) == Gap::Wide) {
                return false;
            }
            let found = words.text(index);
            // More digits make another number, so a stem that ends in digits ends there.
            let fits = if word.is_stem && !word.is_digits { found.starts_with(&word.text) } else { found == word.text };
            if !fits {
                return false;
            }
            index += 1;
            if word.is_stem {
                while words.gap_before(index) == Gap::None {
                    index += 1;
                }
            }
        }
        words.gap_before(index) != Gap::None
    }
}

/// Returns what a text holds wherever a phrase begins in it: the words up to the first stem, each between blanks.
fn opening(words: &[PhraseWord]) -> String {
    let mut pattern = String::from(" ");
    for word in words {
        pattern.push_str(&word.text);
        if word.is_stem {
            break;
        }
        pattern.push(' ');
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(cell: &str) -> Vec<String> {
        cell.split(';').filter(|phrase| !phrase.is_empty()).map(str::to_owned).collect()
    }

    fn built(set: &GoodsSet) -> Result<(PhraseRules, PhraseFinder)> {
        let mut list = PhraseList::default();
        let rules = list.add("set", set)?;
        Ok((rules, list.into_finder()?))
    }

    fn set(phrases: &[String], near: &[String], not: &[String]) -> GoodsSet {
        GoodsSet { phrases: phrases.to_vec(), near: near.to_vec(), not: not.to_vec(), ..GoodsSet::default() }
    }

    /// Returns the first phrase of a set that selects an item.
    fn first(set: &GoodsSet, texts: &[&str]) -> Option<String> {
        let (rules, finder) = built(set).unwrap();
        let mut memory = PhraseMemory::default();
        rules.hits(finder.find(texts, &mut memory)).first().map(|at| finder.text(*at).to_owned())
    }

    fn find(phrases: &[&str], texts: &[&str]) -> Option<String> {
        first(&set(&phrases.iter().map(|phrase| phrase.to_string()).collect::<Vec<_>>(), &[], &[]), texts)
    }

    #[test]
    fn finds_the_phrases_of_the_cases() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/values/goods_phrases.csv");
        let cases: Vec<_> = csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect();
        assert!(cases.len() > 10);
        for case in cases {
            let set = set(&split(&case[0]), &split(&case[1]), &split(&case[2]));
            let found = first(&set, &[&case[3]]).unwrap_or_default();
            assert_eq!(found, &case[4], "{} in `{}`: {}", &case[0], &case[3], &case[5]);
        }
    }

    #[test]
    fn the_first_phrase_in_the_order_of_the_set_names_the_hit() {
        let text = ["spare part for helicopter Mi-171"];
        assert_eq!(find(&["Mi-171*", "helicopter*"], &text).as_deref(), Some("Mi-171*"));
        assert_eq!(find(&["helicopter*", "Mi-171*"], &text).as_deref(), Some("helicopter*"));
        assert_eq!(find(&["/Mi-\\d+/", "Mi-171*"], &text).as_deref(), Some("/Mi-\\d+/"));
    }

    #[test]
    fn a_phrase_stays_within_one_text() {
        assert_eq!(find(&["Mi-171"], &["rotor Mi", "171"]), None);
        assert_eq!(find(&["Mi-171"], &["rotor", "Mi 171"]).as_deref(), Some("Mi-171"));
        assert_eq!(find(&["Mi-171"], &[]), None);
        assert_eq!(find(&["Mi-171"], &["", "Mi-171"]).as_deref(), Some("Mi-171"));
    }

    #[test]
    fn faulty_phrases_are_refused() {
        for (phrase, said) in [
            ("", "holds no letter or digit"),
            ("-", "holds no letter or digit"),
            ("*", "holds no letter or digit"),
            ("a*", "nearly every text"),
            ("spare, part*", "has a mark inside"),
            ("Mi. 171", "has a mark inside"),
            ("Mi*171", "not at the end of a word"),
            ("/(/", "no regular expression"),
            ("/x*/", "found in every text"),
            ("/\\w{1000}{1000}/", "no regular expression"),
        ] {
            let message = built(&set(&[phrase.to_owned()], &[], &[])).err().unwrap().to_string();
            assert!(message.contains(said), "`{phrase}`: {message}");
        }
    }

    #[test]
    fn one_pass_finds_what_a_search_word_by_word_finds() {
        // All short texts over an alphabet of awkward pieces, against a search without the finder.
        let pieces = ["mi", "171", "1", "Ш", "-", " ", ", ", "直", "ми"];
        let phrases = ["mi 171*", "mi1", "ш", "mi*", "171", "直mi"].map(str::to_owned);
        let (rules, finder) = built(&set(&phrases, &[], &[])).unwrap();
        let (mut memory, mut words) = (PhraseMemory::default(), Words::default());
        for number in 0..pieces.len().pow(4) {
            let text: String = (0..4).map(|digit| pieces[number / pieces.len().pow(digit) % pieces.len()]).collect();
            words.become_those_of(&[&text]);
            let occurs = |phrase: &Phrase| (0..words.places.len()).any(|index| phrase.stands_at(&words, index));
            let slow: Vec<usize> = (0..phrases.len()).filter(|at| occurs(&finder.phrases[*at])).collect();
            assert_eq!(rules.hits(finder.find(&[&text], &mut memory)), slow, "`{text}`");
        }
    }

    #[test]
    fn fields_say_where_phrases_are_looked_for_and_not_what_excludes() {
        let in_model = GoodsSet {
            phrases: vec!["Mi-8*".to_owned(), "/Mi-17/".to_owned()],
            near: vec!["spare part*".to_owned()],
            not: vec!["Xiaomi".to_owned()],
            fields: vec![Field::Model],
            ..GoodsSet::default()
        };
        for (texts, hit) in [
            (["spare parts", "", "", "Mi-8MTV"], Some("Mi-8*")),
            (["spare parts", "", "", "Mi-17"], Some("/Mi-17/")),
            (["spare parts for Mi-8 and Mi-17", "", "", "A-1"], None),
            (["spare parts", "Xiaomi", "", "Mi-8"], None),
            (["blade", "", "", "Mi-8"], None),
        ] {
            assert_eq!(first(&in_model, &texts).as_deref(), hit, "{texts:?}");
        }
    }

    #[test]
    fn sets_are_searched_together_and_judged_apart() {
        let mut list = PhraseList::default();
        let sets = [
            GoodsSet { phrases: vec!["rotor".into(), "blade*".into()], ..GoodsSet::default() },
            GoodsSet { phrases: vec!["rotor".into()], not: vec!["toy".into()], ..GoodsSet::default() },
        ];
        let rules: Vec<PhraseRules> = sets.iter().map(|set| list.add("set", set).unwrap()).collect();
        let finder = list.into_finder().unwrap();
        let mut memory = PhraseMemory::default();
        let found = finder.find(&["toy rotor, blades"], &mut memory);
        let texts = |at: usize| rules[at].hits(found).iter().map(|at| finder.text(*at)).collect::<Vec<_>>();
        assert_eq!((texts(0), texts(1)), (vec!["rotor", "blade*"], vec![]));
    }
}
