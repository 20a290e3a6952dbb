//! Words that tell what a column holds by its values: flows, currencies, units, delivery terms, and headings that there are.

use std::collections::HashMap;
use std::sync::OnceLock;

const WORDS: &str = include_str!("../../reference/value_words.csv");
const CHAPTERS: &str = include_str!("../../reference/hs_chapters.csv");

/// What a word of a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ValueWord {
    /// `import`, `export` or `transit`.
    pub flow: Option<&'static str>,
    pub is_currency: bool,
    pub is_unit: bool,
    pub is_incoterm: bool,
}

/// Returns what a value is as a word, whatever its case and marks.
pub fn word(text: &str) -> Option<ValueWord> {
    static TABLE: OnceLock<HashMap<String, ValueWord>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table: HashMap<String, ValueWord> = HashMap::new();
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(WORDS.as_bytes());
        for line in reader.records() {
            let line = line.expect("the table of value words is part of the program and well formed");
            let means: &'static str = String::leak(line[1].to_owned());
            for text in line[2].split(';') {
                let word = table.entry(fold(text)).or_default();
                match &line[0] {
                    "flow" => word.flow = Some(means),
                    "currency" => word.is_currency = true,
                    "unit" => word.is_unit = true,
                    _ => word.is_incoterm = true,
                }
            }
        }
        table
    });
    // No word of the table is longer.
    if text.len() > 40 { None } else { table.get(&fold(text)).copied() }
}

/// Tells whether the first digits of a code are a heading of the Harmonized System, in any of its editions.
///
/// Of four random digits one in eight is, so that codes are told from other numbers by this.
pub fn is_heading(digits: &str) -> bool {
    static TABLE: OnceLock<HashMap<String, u32>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(CHAPTERS.as_bytes());
        reader
            .records()
            .map(|line| line.expect("the table of chapters is part of the program and well formed"))
            .map(|line| (line[0].to_owned(), line[1].parse().expect("a heading is a number")))
            .collect()
    });
    let (Some(chapter), Some(heading)) = (digits.get(..2), digits.get(2..4).and_then(|heading| heading.parse().ok())) else {
        return false;
    };
    table.get(chapter).is_some_and(|last| (1..=*last).contains(&heading))
}

fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;
    let letters = text.nfkd().filter(|letter| letter.is_alphanumeric() && !is_combining_mark(*letter));
    letters.flat_map(char::to_lowercase).filter(|letter| !is_combining_mark(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_headings_are_known() {
        assert_eq!(word("ИМ").and_then(|word| word.flow), Some("import"));
        assert_eq!(word(" Export ").and_then(|word| word.flow), Some("export"));
        assert!(word("usd").is_some_and(|word| word.is_currency));
        assert!(word("шт.").is_some_and(|word| word.is_unit));
        assert!(word("lathe").is_none());
        for (digits, expected) in [("8457101000", true), ("8488", false), ("0102", true), ("77", false), ("7722476458", false)] {
            assert_eq!(is_heading(digits), expected, "{digits}");
        }
    }
}
