//! Two words: how alike they are, and in what way.
//!
//! In: folded words. Out: a kind of likeness and a similarity in thousandths, or nothing.
//! Short words must agree: under four letters no letter may differ, because `LI` and `LU` are two families.

use super::forms::WordMeaning;
use super::sounds::{is_number, sound_key};

/// In what way two words are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    Exact,
    /// An abbreviation, inflection or phonetic spelling of the same word.
    SameWord,
    /// The same name romanized in another way.
    Transliteration,
    /// Letters differ, so many.
    Typo(u8),
    /// A word of the same meaning in another language.
    SameMeaning,
}

/// Similarities in thousandths, each with its reason.
pub const EXACT: u32 = 1000;
/// Abbreviations are unambiguous by table, yet exact spelling should stand first.
const SAME_WORD: u32 = 980;
/// Measured on labelled pairs; romanizations differ by habit, not by firm.
const TRANSLITERATION: u32 = 950;
/// `zavod` and `factory` may be translations or two firms.
const SAME_MEANING: u32 = 850;
/// A typo in the first letter is rare, another word is not.
const FIRST_LETTER_DIFFERS: u32 = 950;
/// Typos counted after the sound key hide more than typos in letters.
const TYPO_IN_SOUND: u32 = 960;

/// A word ready for comparing.
#[derive(Debug, Clone, PartialEq)]
pub struct WordForm {
    /// As folded from the raw text.
    pub text: Box<str>,
    /// How it sounds, whatever the romanization.
    pub sound: Box<str>,
    pub meaning: WordMeaning,
    text_letters: u32,
    sound_letters: u32,
}

impl WordForm {
    pub fn new(text: String, meaning: WordMeaning) -> Self {
        let sound = sound_key(&text);
        WordForm { text_letters: letters(&text), sound_letters: letters(&sound), sound: sound.into(), text: text.into(), meaning }
    }

    /// Returns how many letters one of two words has and the other has not: at most two a typo.
    pub fn differs_in_letters(&self, other: &WordForm) -> usize {
        (self.text_letters ^ other.text_letters).count_ones() as usize
    }
}

/// Returns how alike two words are, the best way first; `None` if they are not. It is the same both ways round.
pub fn compare_words(a: &WordForm, b: &WordForm) -> Option<(Likeness, u32)> {
    if a.text == b.text {
        return Some((Likeness::Exact, EXACT));
    }
    if is_number(&a.text) || is_number(&b.text) {
        return None;
    }
    if same_word(a, b) {
        return Some((Likeness::SameWord, SAME_WORD));
    }
    // `UUAZ` doubles a letter of `UAZ` and is another firm, so short words must have the same length too.
    let is_short = a.text.len().min(b.text.len()) < 4;
    if a.sound == b.sound && a.sound.len() > 1 && (!is_short || a.text.len() == b.text.len()) {
        return Some((Likeness::Transliteration, TRANSLITERATION));
    }
    // `NORTHERN` is no misspelled `SOUTHERN`.
    if let (Some(meaning), Some(other)) = (a.meaning.meaning, b.meaning.meaning)
        && meaning != other
    {
        return None;
    }
    let by_text = typos(&a.text, &b.text, a.text_letters, b.text_letters);
    let by_sound = (!is_short)
        .then(|| typos(&a.sound, &b.sound, a.sound_letters, b.sound_letters))
        .flatten()
        .map(|(n, value)| (n, value * TYPO_IN_SOUND / 1000));
    let by_full = match (a.meaning.full, b.meaning.full) {
        (Some(full), _) if full != &*b.text => typos(full, &b.text, letters(full), b.text_letters),
        (_, Some(full)) if full != &*a.text => typos(&a.text, full, a.text_letters, letters(full)),
        _ => None,
    };
    let typo = [by_text, by_sound, by_full].into_iter().flatten().max_by_key(|(_, value)| *value);
    let meaning = a
        .meaning
        .meaning
        .is_some_and(|meaning| b.meaning.meaning == Some(meaning))
        .then_some((Likeness::SameMeaning, SAME_MEANING));
    let typo = typo.map(|(n, value)| (Likeness::Typo(n), value));
    [typo, meaning].into_iter().flatten().max_by_key(|(_, value)| *value)
}

fn same_word(a: &WordForm, b: &WordForm) -> bool {
    match (a.meaning.full, b.meaning.full) {
        (Some(full), Some(other)) => full == other,
        (Some(full), None) => full == &*b.text,
        (None, Some(full)) => full == &*a.text,
        (None, None) => false,
    }
}

/// Returns the number of typos and the similarity, if there are no more than the length allows.
fn typos(a: &str, b: &str, a_letters: u32, b_letters: u32) -> Option<(u8, u32)> {
    let shorter = a.len().min(b.len());
    let longer = a.len().max(b.len());
    let budget = typo_budget(shorter);
    if longer - shorter > budget || (a_letters ^ b_letters).count_ones() as usize > 2 * budget || longer > LONGEST {
        return None;
    }
    let distance = edit_distance(a.as_bytes(), b.as_bytes(), budget)?;
    let value = 1000 - 1000 * distance as u32 / longer as u32;
    let value = if a.as_bytes()[0] == b.as_bytes()[0] { value } else { value * FIRST_LETTER_DIFFERS / 1000 };
    Some((distance as u8, value))
}

/// How many letters may differ between words of at least `length` letters.
pub fn typo_budget(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// Longer words are compared as a whole only.
pub const LONGEST: usize = 63;

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbors; `None` above `budget`.
pub fn edit_distance(a: &[u8], b: &[u8], budget: usize) -> Option<usize> {
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    if a.is_empty() || b.is_empty() {
        let distance = a.len() + b.len();
        return (distance <= budget).then_some(distance);
    }
    if a.len() > LONGEST || b.len() > LONGEST {
        return None;
    }
    let mut two_before = [0_usize; LONGEST + 1];
    let mut before = [0_usize; LONGEST + 1];
    let mut row = [0_usize; LONGEST + 1];
    before.iter_mut().enumerate().for_each(|(at, cost)| *cost = at);
    for i in 1..=a.len() {
        row[0] = i;
        let mut least = i;
        for j in 1..=b.len() {
            let mut cost = (before[j] + 1).min(row[j - 1] + 1).min(before[j - 1] + usize::from(a[i - 1] != b[j - 1]));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(two_before[j - 2] + 1);
            }
            row[j] = cost;
            least = least.min(cost);
        }
        if least > budget {
            return None;
        }
        std::mem::swap(&mut two_before, &mut before);
        std::mem::swap(&mut before, &mut row);
    }
    (before[b.len()] <= budget).then_some(before[b.len()])
}

/// Returns one bit for each letter or digit that a word holds.
pub fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |mask, byte| {
        mask | 1
            << match byte {
                b'a'..=b'z' => byte - b'a',
                b'A'..=b'Z' => byte - b'A',
                b'0'..=b'4' => 26 + byte - b'0',
                _ => 31,
            }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::forms::word_meaning;

    fn compare(a: &str, b: &str) -> Option<(Likeness, u32)> {
        let a = WordForm::new(a.to_string(), word_meaning(a));
        let b = WordForm::new(b.to_string(), word_meaning(b));
        assert_eq!(compare_words(&a, &b), compare_words(&b, &a), "{} {}", a.text, b.text);
        compare_words(&a, &b)
    }

    #[test]
    fn tells_in_what_way_words_are_alike() {
        for (a, b, expected) in [
            ("poly", "poly", Some(Likeness::Exact)),
            ("poli", "poly", Some(Likeness::Transliteration)),
            ("zavod", "plant", Some(Likeness::SameMeaning)),
            ("technologies", "technology", Some(Likeness::SameWord)),
            ("barnaul", "barnaol", Some(Likeness::Typo(1))),
            ("eksimbank", "eximbank", Some(Likeness::Transliteration)),
            ("in5t1tute", "institute", Some(Likeness::Transliteration)),
            ("li", "lu", None),
            ("uaz", "uuaz", None),
            ("14", "15", None),
            ("west", "east", None),
        ] {
            assert_eq!(compare(a, b).map(|found| found.0), expected, "{a} {b}");
        }
    }

    #[test]
    fn edit_distance_agrees_with_an_oracle() {
        let words =
            ["", "a", "ab", "ba", "abc", "acb", "barnaul", "branaul", "technologies", "tehnologis", "kalashnikov", "kalasnhikof"];
        for a in words {
            for b in words {
                let expected = strsim::osa_distance(a, b);
                for budget in 0..4 {
                    let found = edit_distance(a.as_bytes(), b.as_bytes(), budget);
                    assert_eq!(found, (expected <= budget).then_some(expected), "{a} {b} {budget}");
                }
            }
        }
    }
}
