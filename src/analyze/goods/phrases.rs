//! The rules of a goods set that go by text: phrases, the words that must be near, and those that must not be there.
//!
//! In: phrases as the run file writes them, and the texts of an item. Out: which phrases occur. A text becomes words: runs of letters or
//! of digits, each Han or kana character by itself. A phrase is found where its words stand in sequence, with nothing or a mark
//! such as `-` between them, so that `Mi-171*` is found in `Mi171`, `МИ 171-Ш` and `Mi-171Sh`, but not in `Mi-1712` or `Mi-17 1`.
//! Surprising: letters that look alike in Latin and Cyrillic are one letter, and so are `и` and `i`, because both keyboards are used
//! for one model name. What is spelled differently (`Ми-8АМТШ`, `Mi-8AMTSh`) stays two phrases.

use crate::error::{Error, Result};
use aho_corasick::AhoCorasick;
use regex::{Regex, RegexBuilder};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// The most bytes that a compiled `/regex/` may take, so that no pattern takes the machine.
const REGEX_SIZE_LIMIT: usize = 1 << 20;

/// The most marks that may stand between two words of a phrase, as in `Ми-8 (АМТШ)`.
const MAX_MARKS_BETWEEN: usize = 2;

/// The texts of one item, read once for all sets.
pub struct ItemText<'a> {
    raw: Vec<&'a str>,
    words: Words,
}

impl<'a> ItemText<'a> {
    /// Reads the texts that describe one item, such as description, brand and model. No phrase reaches from one into the next.
    pub fn new(texts: &[&'a str]) -> ItemText<'a> {
        let mut words = Words::default();
        for text in texts {
            words.read(text);
        }
        words.folded.push(' ');
        ItemText { raw: texts.to_vec(), words }
    }
}

/// The phrases of one set, found together in one pass over a text.
pub(super) struct PhraseRules {
    phrases: Vec<Phrase>,
    /// Finds where a phrase of words may begin; `None` if the set has none.
    finder: Option<AhoCorasick>,
    /// The phrase that each pattern of the finder belongs to.
    owners: Vec<usize>,
    n_phrases: usize,
    n_near: usize,
}

/// A phrase with the text by which the run file states it.
struct Phrase {
    text: String,
    form: Form,
}

enum Form {
    Words(Vec<PhraseWord>),
    Regex(Regex),
}

/// A word of a phrase in its folded form.
struct PhraseWord {
    text: String,
    /// A stem: more letters may follow.
    is_stem: bool,
}

impl PhraseRules {
    /// Reads the phrases of the set `name`, those that must be near and those that must not be there.
    pub(super) fn build(name: &str, phrases: &[String], near: &[String], not: &[String]) -> Result<PhraseRules> {
        let read = phrases.iter().chain(near).chain(not).map(|text| Phrase::parse(name, text)).collect::<Result<Vec<_>>>()?;
        let (mut owners, mut patterns) = (Vec::new(), Vec::new());
        for (at, phrase) in read.iter().enumerate() {
            if let Form::Words(words) = &phrase.form {
                owners.push(at);
                patterns.push(opening(words));
            }
        }
        let finder = if patterns.is_empty() {
            None
        } else {
            Some(AhoCorasick::new(&patterns).map_err(|error| {
                Error::request(format!("goods set `{name}` has more phrases than can be searched for")).caused_by(error)
            })?)
        };
        Ok(PhraseRules { phrases: read, finder, owners, n_phrases: phrases.len(), n_near: near.len() })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.n_phrases == 0
    }

    /// Returns the first phrase of the set that occurs in the item, if a phrase of `near` (where there are any) occurs in it too and
    /// none of `not` does.
    pub(super) fn find(&self, item: &ItemText) -> Option<&str> {
        let mut occurs = vec![false; self.phrases.len()];
        if let Some(finder) = &self.finder {
            for place in finder.find_overlapping_iter(&item.words.folded) {
                let at = self.owners[place.pattern().as_usize()];
                if let Form::Words(words) = &self.phrases[at].form
                    && !occurs[at]
                {
                    // Patterns begin with the blank before a word.
                    occurs[at] = item.words.index_at(place.start() + 1).is_some_and(|index| item.words.has_at(index, words));
                }
            }
        }
        let occurs = |at: usize| {
            occurs[at]
                || match &self.phrases[at].form {
                    Form::Words(_) => false,
                    Form::Regex(regex) => item.raw.iter().any(|text| regex.is_match(text)),
                }
        };
        let first_not = self.n_phrases + self.n_near;
        let hit = (0..self.n_phrases).find(|at| occurs(*at))?;
        let is_near = self.n_near == 0 || (self.n_phrases..first_not).any(occurs);
        let is_out = (first_not..self.phrases.len()).any(occurs);
        (is_near && !is_out).then(|| self.phrases[hit].text.as_str())
    }
}

impl Phrase {
    fn parse(set: &str, text: &str) -> Result<Phrase> {
        let fault = |message: &str| Error::request(format!("goods set `{set}`: phrase `{text}` {message}"));
        let trimmed = text.trim();
        if let Some(pattern) = trimmed.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|inner| !inner.is_empty())
        {
            let regex = RegexBuilder::new(pattern)
                .size_limit(REGEX_SIZE_LIMIT)
                .build()
                .map_err(|error| fault("is no regular expression").detail(error.to_string()))?;
            if regex.is_match("") {
                return Err(fault("is found in every text"));
            }
            return Ok(Phrase { text: text.to_owned(), form: Form::Regex(regex) });
        }
        let mut whole = Words::default();
        whole.read(trimmed);
        if whole.places.iter().skip(1).any(|place| place.gap == Gap::Wide) {
            return Err(
                fault("has a mark inside that parts phrases").hint("state two phrases, or write a `/regex/` that holds the mark")
            );
        }
        let mut phrase = Vec::new();
        for written in trimmed.split_whitespace() {
            let (written, is_stem) = match written.strip_suffix('*') {
                Some(stem) => (stem, true),
                None => (written, false),
            };
            if written.contains('*') {
                return Err(fault("has a `*` that is not at the end of a word")
                    .hint("`*` stands for further letters at the end; write a `/regex/` for anything else"));
            }
            let mut words = Words::default();
            words.read(written);
            let n_words = words.places.len();
            phrase.extend((0..n_words).map(|index| PhraseWord {
                text: words.text(index).to_owned(),
                is_stem: is_stem && index + 1 == n_words && !words.places[index].is_ideograph,
            }));
        }
        match phrase.as_slice() {
            [] => Err(fault("holds no letter or digit")),
            [only] if only.is_stem && only.text.chars().count() < 2 => Err(fault("is found in nearly every text")),
            _ => Ok(Phrase { text: text.to_owned(), form: Form::Words(phrase) }),
        }
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

/// A text as folded words with one blank before each, and how each stands to the word before.
#[derive(Default)]
struct Words {
    folded: String,
    places: Vec<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    start: usize,
    gap: Gap,
    is_ideograph: bool,
}

/// What stands between a word and the one before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// Nothing, and the two are one word to the eye: `171Sh`.
    None,
    /// Something that may stand inside a phrase: blanks, a hyphen.
    Narrow,
    /// A comma, the end of a sentence or of the text.
    Wide,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Ideograph,
    Mark,
}

impl Words {
    /// Adds the words of a text.
    fn read(&mut self, text: &str) {
        // Most texts are of letters that have one form only, and composing takes most of the time.
        if text.chars().all(has_one_form) {
            self.read_letters(text.chars());
        } else {
            let is_sign =
                |letter: &char| matches!(letter, '™' | '®' | '©' | '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}');
            // NFKC makes a blank of the free-standing accent that is typed for an apostrophe.
            let typed = text.chars().map(|letter| if letter == '´' { '\'' } else { letter });
            let composed = typed.filter(|letter| !is_sign(letter)).nfkc();
            self.read_letters(composed.filter(|letter| !is_combining_mark(*letter)));
        }
    }

    /// Adds the words of a text in compatibility form (NFKC), without the signs that stand on a name and mean nothing in it.
    fn read_letters(&mut self, letters: impl Iterator<Item = char>) {
        let mut letters = letters.peekable();
        let mut gap = String::from("\n,");
        let mut before = Class::Mark;
        while let Some(letter) = letters.next() {
            let class = classify(letter);
            let is_apostrophe = matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`');
            if is_apostrophe && before == Class::Letter && letters.peek().is_some_and(|next| classify(*next) == Class::Letter) {
                continue;
            }
            if class == Class::Mark {
                gap.push(letter);
                before = class;
                continue;
            }
            if class != before || class == Class::Ideograph {
                self.begin_word(class, &gap);
                gap.clear();
            }
            fold_letter(letter, &mut self.folded);
            before = class;
        }
    }

    fn begin_word(&mut self, class: Class, gap: &str) {
        let is_ideograph = class == Class::Ideograph;
        let gap = if gap.is_empty() {
            // Beside a Han character any word begins and ends.
            let is_after_ideograph = self.places.last().is_some_and(|place| place.is_ideograph);
            if is_ideograph || is_after_ideograph { Gap::Narrow } else { Gap::None }
        } else if is_narrow(gap) {
            Gap::Narrow
        } else {
            Gap::Wide
        };
        self.folded.push(' ');
        self.places.push(Place { start: self.folded.len(), gap, is_ideograph });
    }

    fn text(&self, index: usize) -> &str {
        let end = self.places.get(index + 1).map_or(self.folded.len(), |next| next.start - 1);
        self.folded[self.places[index].start..end].trim_end()
    }

    fn gap_before(&self, index: usize) -> Gap {
        self.places.get(index).map_or(Gap::Wide, |place| place.gap)
    }

    /// Returns the word that begins at a byte of the folded text.
    fn index_at(&self, start: usize) -> Option<usize> {
        self.places.binary_search_by_key(&start, |place| place.start).ok()
    }

    /// Returns whether a phrase stands at a word: all of its words in sequence, with no letter or digit run on to either end.
    fn has_at(&self, start: usize, phrase: &[PhraseWord]) -> bool {
        if self.gap_before(start) == Gap::None {
            return false;
        }
        let mut index = start;
        for (at, word) in phrase.iter().enumerate() {
            if index >= self.places.len() || (at > 0 && self.gap_before(index) == Gap::Wide) {
                return false;
            }
            let found = self.text(index);
            let is_digits = word.text.starts_with(|letter| classify(letter) == Class::Digit);
            // More digits make another number, so a stem that ends in digits ends there.
            let fits = if word.is_stem && !is_digits { found.starts_with(&word.text) } else { found == word.text };
            if !fits {
                return false;
            }
            index += 1;
            if word.is_stem {
                while self.gap_before(index) == Gap::None {
                    index += 1;
                }
            }
        }
        self.gap_before(index) != Gap::None
    }
}

/// Returns whether a character is ASCII or a plain Cyrillic letter: NFKC leaves these as they are, in any sequence.
fn has_one_form(letter: char) -> bool {
    letter.is_ascii() || matches!(letter, 'А'..='я' | 'ё' | 'Ё')
}

fn classify(letter: char) -> Class {
    if letter.is_ascii_alphabetic() || matches!(letter, 'А'..='я') {
        Class::Letter
    } else if letter.is_numeric() && !is_ideograph(letter) {
        Class::Digit
    } else if is_ideograph(letter) {
        Class::Ideograph
    } else if letter.is_alphabetic() {
        Class::Letter
    } else {
        Class::Mark
    }
}

/// Returns whether a character belongs to a script that sets no blanks between words: Han or kana.
fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Returns whether what stands between two words may stand inside a phrase.
fn is_narrow(gap: &str) -> bool {
    let marks = gap.chars().filter(|letter| !letter.is_whitespace());
    let ends_sentence = gap.split('.').skip(1).any(|behind| behind.starts_with(char::is_whitespace));
    !ends_sentence
        && marks.clone().count() <= MAX_MARKS_BETWEEN
        && marks.into_iter().all(|mark| "-‐‑‒–—−/\\_.\"'«»“”„‘’()[]+#&*".contains(mark))
}

/// Adds a letter in lower case, without accents, in the form that its look-alikes share.
fn fold_letter(letter: char, folded: &mut String) {
    if letter.is_ascii() {
        folded.push(letter.to_ascii_lowercase());
        return;
    }
    for lower in letter.to_lowercase() {
        match latin_lookalike(lower) {
            Some(latin) => folded.push(latin),
            None if lower == 'ß' => folded.push_str("ss"),
            None if is_combining_mark(lower) => {}
            None => folded.push(without_accent(lower)),
        }
    }
}

/// Returns the Latin letter that a Cyrillic small letter is taken for: one that it looks like, as a capital or as a small letter;
/// and `i` for `и`, which looks like none but stands for it in the names of models.
fn latin_lookalike(letter: char) -> Option<char> {
    Some(match letter {
        'а' => 'a',
        'в' => 'b',
        'е' | 'ё' => 'e',
        'и' | 'і' => 'i',
        'к' => 'k',
        'м' => 'm',
        'н' | 'һ' => 'h',
        'о' => 'o',
        'р' => 'p',
        'с' => 'c',
        'т' => 't',
        'у' => 'y',
        'х' => 'x',
        'ѕ' => 's',
        'ј' => 'j',
        _ => return None,
    })
}

/// Returns the ASCII letter under an accent. Letters of other scripts stay: `й` is no `и`.
fn without_accent(letter: char) -> char {
    if matches!(letter, 'а'..='я') {
        return letter;
    }
    let mut base = None;
    decompose_canonical(letter, |part| {
        base.get_or_insert(part);
    });
    match base {
        Some(base) if base.is_ascii_alphabetic() => base,
        // Letters with a stroke or without a dot are no letter with an accent to Unicode.
        _ => match letter {
            'ı' => 'i',
            'ø' => 'o',
            'ł' => 'l',
            _ => letter,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(cell: &str) -> Vec<String> {
        cell.split(';').filter(|phrase| !phrase.is_empty()).map(str::to_owned).collect()
    }

    fn find(phrases: &[&str], texts: &[&str]) -> Option<String> {
        let phrases: Vec<_> = phrases.iter().map(|phrase| phrase.to_string()).collect();
        let rules = PhraseRules::build("set", &phrases, &[], &[]).unwrap();
        rules.find(&ItemText::new(texts)).map(str::to_owned)
    }

    #[test]
    fn finds_the_phrases_of_the_cases() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/values/goods_phrases.csv");
        let cases: Vec<_> = csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect();
        assert!(cases.len() > 10);
        for case in cases {
            let rules = PhraseRules::build("set", &split(&case[0]), &split(&case[1]), &split(&case[2])).unwrap();
            let item = ItemText::new(&[&case[3]]);
            assert_eq!(rules.find(&item).unwrap_or_default(), &case[4], "{} in `{}`: {}", &case[0], &case[3], &case[5]);
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
            let message = PhraseRules::build("set", &[phrase.to_owned()], &[], &[]).err().unwrap().to_string();
            assert!(message.contains(said), "`{phrase}`: {message}");
        }
    }

    #[test]
    fn one_pass_finds_what_a_search_word_by_word_finds() {
        // All short texts over an alphabet of awkward pieces, against a search without the finder.
        let pieces = ["mi", "171", "1", "Ш", "-", " ", ", ", "直", "ми"];
        let phrases = ["mi 171*", "mi1", "ш", "mi*", "171", "直mi"].map(str::to_owned);
        let rules = PhraseRules::build("set", &phrases, &[], &[]).unwrap();
        for number in 0..pieces.len().pow(4) {
            let text: String = (0..4).map(|digit| pieces[number / pieces.len().pow(digit) % pieces.len()]).collect();
            let item = ItemText::new(&[&text]);
            let slow = rules.phrases.iter().find(|phrase| match &phrase.form {
                Form::Words(words) => (0..item.words.places.len()).any(|index| item.words.has_at(index, words)),
                Form::Regex(_) => false,
            });
            assert_eq!(rules.find(&item), slow.map(|phrase| phrase.text.as_str()), "`{text}`");
        }
    }
}
