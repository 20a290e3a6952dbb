//! The tables of the room, as text that is part of the program.
//!
//! In: nothing. Out: rows of fields. The tables are checked by a test, so reading them cannot fail at run time.

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
