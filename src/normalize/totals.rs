//! Rows of totals below the records: `ИТОГО`, `Grand total`, `合计`.
//!
//! In: the text of a record that is unusable for another reason. Out: whether it begins as a totals row does. A usable record is never
//! asked: a company may be called TOTAL.

use std::sync::OnceLock;

/// The words, one a line.
const WORDS: &str = include_str!("../reference/totals_words.csv");

/// The reason of such records.
pub const TOTALS_ROW: &str = "totals_row";

/// Tells whether the first filled cell of a record begins with a word for total.
pub fn is_totals_row<'t>(mut cells: impl Iterator<Item = &'t str>) -> bool {
    cells.find_map(|cell| Some(cell.trim_matches(is_mark)).filter(|cell| !cell.is_empty())).is_some_and(begins_with_total)
}

/// Tells whether a line of a delimited file, whatever its delimiter, begins with a word for total.
pub fn is_totals_line(line: &str) -> bool {
    begins_with_total(line.trim_start_matches(is_mark))
}

/// What stands before the word: blanks, quotes, delimiters, marks of emphasis.
fn is_mark(letter: char) -> bool {
    !letter.is_alphanumeric()
}

fn begins_with_total(text: &str) -> bool {
    static TABLE: OnceLock<Vec<String>> = OnceLock::new();
    let words = TABLE.get_or_init(|| {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(WORDS.as_bytes());
        let lines = reader.records().map(|line| line.expect("the words are part of the program and well formed"));
        lines.map(|line| line[0].to_lowercase()).collect()
    });
    // No word is longer; the rest of a record is not looked at.
    let start: String = text.chars().take(40).flat_map(char::to_lowercase).collect();
    words.iter().any(|word| {
        start.strip_prefix(word.as_str()).is_some_and(|rest| {
            let has_no_blanks = word.chars().any(|letter| matches!(letter, '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'));
            has_no_blanks || !rest.starts_with(char::is_alphabetic)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_known_by_their_first_word() {
        for (cells, is_total) in [
            (&["", "TOTAL", "", "12"][..], true),
            (&["Total:", "5"], true),
            (&["Total 2020"], true),
            (&["Grand total", "1"], true),
            (&["  ИТОГО: ", "1"], true),
            (&["Всего по файлу"], true),
            (&["Genel Toplam"], true),
            (&["合计123"], true),
            (&["合计：", "3"], true),
            (&["总计金额"], true),
            (&["TOTAL GENERAL"], true),
            (&["** Subtotal **"], true),
            (&["Totalenergies"], false),
            (&["итоговый отчёт"], false),
            (&["D-1", "TOTAL"], false),
            (&["", ""], false),
            (&[][..], false),
        ] {
            assert_eq!(is_totals_row(cells.iter().copied()), is_total, "{cells:?}");
        }
        assert!(is_totals_line(";;\"Итого\";;100") && !is_totals_line("2022-01-01;Total"));
    }

    #[test]
    fn each_word_stands_once() {
        let words: Vec<&str> = WORDS.lines().filter(|line| !line.starts_with('#')).collect();
        let mut distinct = words.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(words.len(), distinct.len());
    }
}
