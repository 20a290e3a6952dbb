//! The tables of the room, as text that is part of the program.
//!
//! In: nothing. Out: rows of fields. The tables are checked by a test, so reading them cannot fail at run time.

use std::sync::OnceLock;

pub const GLUED_WORDS: &str = include_str!("../reference/names/glued_words.csv");
pub const LEGAL_FORMS: &str = include_str!("../reference/names/legal_forms.csv");
pub const ABBREVIATIONS: &str = include_str!("../reference/names/abbreviations.csv");
pub const GENERIC_WORDS: &str = include_str!("../reference/names/generic_words.csv");
pub const LEAD_INS: &str = include_str!("../reference/names/lead_ins.csv");
pub const ADDRESS_WORDS: &str = include_str!("../reference/names/address_words.csv");
pub const IDENTIFIER_LABELS: &str = include_str!("../reference/names/identifier_labels.csv");
pub const HAN_WORDS: &str = include_str!("../reference/names/han_words.csv");
pub const WORD_WEIGHTS: &str = include_str!("../reference/names/word_weights.csv");

/// Returns the rows of a table below its head of `# key: value` lines and its header.
///
/// Fields are split at commas and never quoted; a row of another width is left out, which a test forbids.
pub fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    data_lines(table).filter_map(|line| line.split(',').collect::<Vec<_>>().try_into().ok())
}

/// Returns the value of a `# key: value` line.
pub fn head_value(table: &'static str, key: &str) -> Option<&'static str> {
    table.lines().map_while(|line| line.strip_prefix("# ")).find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
}

/// A word that a user adds to a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserWord {
    pub kind: WordKind,
    /// The class of a legal form, the word that an abbreviation stands for, or the meaning of a generic word.
    pub value: String,
    /// One or more spellings, separated by semicolons.
    pub spellings: String,
}

/// The tables that a user may add words to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    LegalForm,
    SameWord,
    /// Says what a firm does, and little about which.
    GenericWord,
    /// Says next to nothing: `and`, `the`.
    StopWord,
}

impl WordKind {
    pub fn parse(text: &str) -> Option<WordKind> {
        Some(match text {
            "legal_form" => WordKind::LegalForm,
            "same_word" => WordKind::SameWord,
            "generic_word" => WordKind::GenericWord,
            "stop_word" => WordKind::StopWord,
            _ => return None,
        })
    }
}

static USER_WORDS: OnceLock<Vec<UserWord>> = OnceLock::new();

/// Adds words to the tables for the rest of the process; returns whether that could be done, which is so once, before a name is read.
pub fn add_user_words(words: Vec<UserWord>) -> bool {
    USER_WORDS.set(words).is_ok()
}

/// Returns the value and the spellings of the words that a user added to a table.
pub fn user_words(kind: WordKind) -> impl Iterator<Item = (&'static str, &'static str)> {
    let words = USER_WORDS.get_or_init(Vec::new).iter().filter(move |word| word.kind == kind);
    words.map(|word| (word.value.as_str(), word.spellings.as_str()))
}

fn data_lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_whole() {
        for (table, width) in [
            (GLUED_WORDS, 2),
            (LEGAL_FORMS, 3),
            (ABBREVIATIONS, 2),
            (GENERIC_WORDS, 3),
            (LEAD_INS, 2),
            (ADDRESS_WORDS, 2),
            (IDENTIFIER_LABELS, 2),
            (HAN_WORDS, 2),
            (WORD_WEIGHTS, 2),
        ] {
            for key in ["title", "source", "edition", "licence"] {
                assert!(head_value(table, key).is_some(), "{key} of {}", &table[..60.min(table.len())]);
            }
            assert!(data_lines(table).count() > 1);
            for line in data_lines(table) {
                assert_eq!(line.split(',').count(), width, "{line}");
                assert!(line.split(',').all(|field| !field.trim().is_empty()), "{line}");
            }
        }
    }
}
