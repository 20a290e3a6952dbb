//! Texts as words that phrases are compared with: folded, so that one word written in two ways is one.
//!
//! In: the texts of an item. Out: runs of letters or of digits, each Han or kana character by itself, with how each stands to the word
//! before. Surprising: letters that look alike in Latin and Cyrillic are one letter, and so are `и` and `i`, because both keyboards are
//! used for one model name.

use super::letters::{Class, Letters, is_sign, narrow};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing, and the two are one word to the eye: `171Sh`.
    None,
    /// Something that may stand inside a phrase: blanks, a hyphen.
    Narrow,
    /// A comma, the end of a sentence or of the text.
    Wide,
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
        let letters = Letters::table();
        // Most texts are of letters that have one form only, and composing takes most of the time.
        if text.chars().all(|letter| letters.is_plain(letter)) {
            self.read_letters(text.chars().map(narrow), letters, field);
        } else {
            self.read_composed(text, letters, field);
        }
    }

    /// Adds the words of a text of any letters.
    fn read_composed(&mut self, text: &str, letters: &Letters, field: u8) {
        // NFKC makes a blank of the free-standing accent that is typed for an apostrophe.
        let typed = text.chars().map(|letter| if letter == '´' { '\'' } else { letter });
        let composed = typed.filter(|letter| !is_sign(*letter)).nfkc();
        self.read_letters(composed.filter(|letter| !is_combining_mark(*letter)), letters, field);
    }

    /// Adds the words of a text in compatibility form (NFKC), without the signs that stand on a name and mean nothing in it.
    fn read_letters(&mut self, text: impl Iterator<Item = char>, letters: &Letters, field: u8) {
        let mut text = text.peekable();
        self.gap.clear();
        self.gap.push_str("\n,");
        let mut before = Class::Mark;
        while let Some(letter) = text.next() {
            let class = letters.class(letter);
            let is_apostrophe = matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`');
            if is_apostrophe && before == Class::Letter && text.peek().is_some_and(|next| letters.class(*next) == Class::Letter) {
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
            letters.fold(letter, &mut self.folded);
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

/// Returns whether what stands between two words may stand inside a phrase.
fn is_narrow(gap: &str) -> bool {
    if matches!(gap, " " | "-") {
        return true;
    }
    let marks = gap.chars().filter(|letter| !letter.is_whitespace());
    let ends_sentence = gap.split('.').skip(1).any(|behind| behind.starts_with(char::is_whitespace));
    marks.clone().all(may_stand_inside) && marks.count() <= MAX_MARKS_BETWEEN && !ends_sentence
}

/// Returns whether a mark may stand between two words of a phrase.
fn may_stand_inside(mark: char) -> bool {
    let is_line = matches!(mark, '-' | '‐' | '‑' | '‒' | '–' | '—' | '−' | '/' | '\\' | '_' | '.');
    let is_around = matches!(mark, '"' | '\'' | '«' | '»' | '“' | '”' | '„' | '‘' | '’' | '(' | ')' | '[' | ']');
    is_line || is_around || matches!(mark, '+' | '#' | '&' | '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Plain letters that are easily read in two ways, and what stands between them.
    const AWKWARD: &str = "aZéÅßıİŁёЙи'’.,;- \n17直Ａ１，　＇αΣς";

    proptest! {
        #[test]
        fn texts_of_plain_letters_are_read_as_composed_ones(
            text in proptest::collection::vec(proptest::sample::select(AWKWARD.chars().collect::<Vec<_>>()), 0..12)
        ) {
            let text: String = text.into_iter().collect();
            prop_assert!(text.chars().all(|letter| Letters::table().is_plain(letter)));
            let (mut quick, mut slow) = (Words::default(), Words::default());
            quick.read(&text, 0);
            slow.read_composed(&text, Letters::table(), 0);
            let shown = |words: &Words| {
                let gaps: Vec<Gap> = words.places.iter().map(|place| place.gap).collect();
                (words.folded.clone(), gaps)
            };
            prop_assert_eq!(shown(&quick), shown(&slow), "{:?}", text);
        }
    }
}
