//! One letter: what it is to words, and the form in which it is compared.
//!
//! In: a character. Out: its class, and itself in lower case, without accents, as the letter that its look-alikes share. Surprising: the
//! letters of the scripts that most descriptions are in stand in a table, made once from the same rules, since asking Unicode letter by
//! letter takes most of the time of a search.

use std::sync::LazyLock;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};
use unicode_normalization::{IsNormalized, is_nfkc_quick};

/// Where the table ends: behind Latin with its accents, Greek and Cyrillic.
const TABLE_END: u32 = 0x530;

static TABLE: LazyLock<Letters> = LazyLock::new(|| Letters((0..TABLE_END).map(Known::of).collect()));

/// What is known of letters.
pub(super) struct Letters(Vec<Known>);

/// A letter of the table.
#[derive(Clone, Copy)]
struct Known {
    class: Class,
    /// `None` where it becomes no letter, or two.
    folded: Option<char>,
    is_plain: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Letter,
    Digit,
    Ideograph,
    Mark,
}

impl Letters {
    pub(super) fn table() -> &'static Letters {
        &TABLE
    }

    pub(super) fn class(&self, letter: char) -> Class {
        self.0.get(letter as usize).map_or_else(|| classify(letter), |known| known.class)
    }

    /// Adds a letter in the form in which it is compared.
    pub(super) fn fold(&self, letter: char, folded: &mut String) {
        match self.0.get(letter as usize) {
            Some(Known { folded: Some(letter), .. }) => folded.push(*letter),
            None if is_unified(letter) => folded.push(letter),
            _ => fold(letter, folded),
        }
    }

    /// Returns whether compatibility composition (NFKC) leaves a character as it is in any text of such characters, or only makes it
    /// narrow, and whether it means something in a name.
    pub(super) fn is_plain(&self, letter: char) -> bool {
        self.0.get(letter as usize).map_or_else(|| has_one_form(letter) || narrow(letter) != letter, |known| known.is_plain)
    }
}

impl Known {
    fn of(code: u32) -> Known {
        let letter = char::from_u32(code).expect("no surrogate stands below the end of the table");
        let mut folded = String::new();
        fold(letter, &mut folded);
        let mut letters = folded.chars();
        let folded = letters.next().filter(|_| letters.next().is_none());
        let is_normal = is_nfkc_quick(std::iter::once(letter)) == IsNormalized::Yes;
        Known { class: classify(letter), folded, is_plain: is_normal && !is_combining_mark(letter) && !is_sign(letter) }
    }
}

/// Returns whether a character stands on a name and means nothing in it.
pub(super) fn is_sign(letter: char) -> bool {
    matches!(letter, '™' | '®' | '©' | '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// Returns the common form of a character of full width, as Chinese texts have them; any other as it is.
pub(super) fn narrow(letter: char) -> char {
    match letter {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(letter as u32 - 0xFEE0).unwrap_or(letter),
        _ => letter,
    }
}

/// Returns whether a character behind the end of the table is one that descriptions are full of and that Unicode has in one form: Han,
/// dashes, quotes.
fn has_one_form(letter: char) -> bool {
    is_unified(letter) || matches!(letter, '\u{2012}'..='\u{2015}' | '\u{2018}'..='\u{201F}' | '\u{3001}' | '\u{3002}')
}

/// Returns whether a character is one of the Han characters that have one form.
fn is_unified(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}')
}

fn classify(letter: char) -> Class {
    if is_ideograph(letter) {
        Class::Ideograph
    } else if letter.is_numeric() {
        Class::Digit
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

/// Adds a letter in lower case, without accents, in the form that its look-alikes share.
fn fold(letter: char, folded: &mut String) {
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
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn the_table_says_of_every_letter_what_the_rules_say() {
        let letters = Letters::table();
        for letter in '\0'..=char::MAX {
            let (mut quick, mut slow) = (String::new(), String::new());
            letters.fold(letter, &mut quick);
            fold(letter, &mut slow);
            assert_eq!((letters.class(letter), quick), (classify(letter), slow), "{letter:?}");
        }
    }

    #[test]
    fn plain_letters_are_composed_already() {
        let letters = Letters::table();
        let plain: Vec<char> = ('\0'..=char::MAX).filter(|letter| letters.is_plain(*letter)).collect();
        assert!(plain.len() > 20_000);
        for letter in plain {
            let composed: String = std::iter::once(letter).nfkc().collect();
            assert_eq!(composed, narrow(letter).to_string(), "{letter:?}");
            assert!(!is_combining_mark(letter) && !is_sign(letter), "{letter:?}");
        }
    }
}
