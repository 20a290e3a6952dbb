//! Texts as words that phrases are compared with: folded, so that one word written in two ways is one.
//!
//! In: the texts of an item. Out: runs of letters or of digits, each Han or kana character by itself, with how each stands to the word
//! before. Surprising: letters that look alike in Latin and Cyrillic are one letter, and so are `и` and `i`, because both keyboards are
//! used for one model name.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// The most marks that may stand between two words of a phrase, as in `Ми-8 (АМТШ)`.
const MAX_MARKS_BETWEEN: usize = 2;

/// The texts of an item as folded words with one blank before each.
#[derive(Default)]
pub(super) struct Words {
    folded: String,
    pub(super) places: Vec<Place>,
    /// What stood between the last word and the next, kept for its memory.
    gap: String,
}

/// A word: where it begins in the folded text, how it stands to the word before, and which of the item's texts holds it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    start: usize,
    pub(super) gap: Gap,
    pub(super) is_ideograph: bool,
    field: u8,
}

/// What stands between a word and the one before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing, and the two are one word to the eye: `171Sh`.
    None,
    /// Something that may stand inside a phrase: blanks, a hyphen.
    Narrow,
    /// A comma, the end of a sentence or of the text.
    Wide,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Letter,
    Digit,
    Ideograph,
    Mark,
}

impl Words {
    /// Becomes the words of some texts, in the order of their fields. No phrase reaches from one into the next.
    pub(super) fn become_those_of(&mut self, texts: &[&str]) {
        self.folded.clear();
        self.places.clear();
        for (field, text) in (0..).zip(texts) {
            self.read(text, field);
        }
        self.folded.push(' ');
    }

    /// Returns the folded texts, with a blank before each word and one behind the last.
    pub(super) fn folded(&self) -> &str {
        &self.folded
    }

    /// Adds the words of a text.
    pub(super) fn read(&mut self, text: &str, field: u8) {
        // Most texts are of letters that have one form only, and composing takes most of the time.
        if text.chars().all(has_one_form) {
            self.read_letters(text.chars(), field);
        } else {
            let is_sign =
                |letter: &char| matches!(letter, '™' | '®' | '©' | '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}');
            // NFKC makes a blank of the free-standing accent that is typed for an apostrophe.
            let typed = text.chars().map(|letter| if letter == '´' { '\'' } else { letter });
            let composed = typed.filter(|letter| !is_sign(letter)).nfkc();
            self.read_letters(composed.filter(|letter| !is_combining_mark(*letter)), field);
        }
    }

    /// Adds the words of a text in compatibility form (NFKC), without the signs that stand on a name and mean nothing in it.
    fn read_letters(&mut self, letters: impl Iterator<Item = char>, field: u8) {
        let mut letters = letters.peekable();
        self.gap.clear();
        self.gap.push_str("\n,");
        let mut before = Class::Mark;
        while let Some(letter) = letters.next() {
            let class = classify(letter);
            let is_apostrophe = matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`');
            if is_apostrophe && before == Class::Letter && letters.peek().is_some_and(|next| classify(*next) == Class::Letter) {
                continue;
            }
            if class == Class::Mark {
                self.gap.push(letter);
                before = class;
                continue;
            }
            if class != before || class == Class::Ideograph {
                self.begin_word(class, field);
                self.gap.clear();
            }
            fold_letter(letter, &mut self.folded);
            before = class;
        }
    }

    fn begin_word(&mut self, class: Class, field: u8) {
        let is_ideograph = class == Class::Ideograph;
        let gap = if self.gap.is_empty() {
            // Beside a Han character any word begins and ends.
            let is_after_ideograph = self.places.last().is_some_and(|place| place.is_ideograph);
            if is_ideograph || is_after_ideograph { Gap::Narrow } else { Gap::None }
        } else if is_narrow(&self.gap) {
            Gap::Narrow
        } else {
            Gap::Wide
        };
        self.folded.push(' ');
        self.places.push(Place { start: self.folded.len(), gap, is_ideograph, field });
    }

    pub(super) fn text(&self, index: usize) -> &str {
        let end = self.places.get(index + 1).map_or(self.folded.len(), |next| next.start - 1);
        self.folded[self.places[index].start..end].trim_end()
    }

    pub(super) fn gap_before(&self, index: usize) -> Gap {
        self.places.get(index).map_or(Gap::Wide, |place| place.gap)
    }

    /// Returns which of the item's texts holds a word.
    pub(super) fn field(&self, index: usize) -> u8 {
        self.places[index].field
    }

    /// Returns the word that begins at a byte of the folded text.
    pub(super) fn index_at(&self, start: usize) -> Option<usize> {
        self.places.binary_search_by_key(&start, |place| place.start).ok()
    }
}

/// Returns whether a character is ASCII or a plain Cyrillic letter: NFKC leaves these as they are, in any sequence.
fn has_one_form(letter: char) -> bool {
    letter.is_ascii() || matches!(letter, 'А'..='я' | 'ё' | 'Ё')
}

pub(super) fn classify(letter: char) -> Class {
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
