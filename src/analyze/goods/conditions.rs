//! Whether goods are new or used, by the words of their description where no column says so.
//!
//! In: the texts of an item. Out: `new`, `used` or nothing. Surprising: an item that is called both is neither, because `new spare parts for
//! used machines` cannot be told from `used, as new`; and each word has its exceptions, since `used for` says what goods are for.

use super::phrases::{PhraseFinder, PhraseList, PhraseMemory, PhraseRules};
use crate::model::goods::GoodsSet;

const WORDS: &str = include_str!("../../reference/conditions.csv");

/// The words that tell the condition of goods.
pub struct ConditionRules {
    /// Whether a word says `used`, and how it is found.
    rules: Vec<(bool, PhraseRules)>,
    finder: PhraseFinder,
}

impl ConditionRules {
    /// Reads the words that are part of the program.
    pub fn builtin() -> ConditionRules {
        let mut phrases = PhraseList::default();
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(WORDS.as_bytes());
        let rules = reader.records().map(|record| {
            let record = record.expect("the built-in words are part of the program and tested");
            let not = record[2].split(';').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
            let set = GoodsSet { phrases: vec![record[1].to_owned()], not, ..GoodsSet::default() };
            let rule = phrases.add("conditions", &set).expect("the built-in words are part of the program and tested");
            (&record[0] == "used", rule)
        });
        let rules = rules.collect();
        let finder = phrases.into_finder().expect("the built-in words are part of the program and tested");
        ConditionRules { rules, finder }
    }

    /// Returns `new` or `used` by the texts of an item; `None` where they say nothing, or both.
    pub fn condition_of(&self, texts: &[&str], memory: &mut PhraseMemory) -> Option<&'static str> {
        let found = self.finder.find(texts, memory);
        if found.is_empty() {
            return None;
        }
        let says = |wanted: bool| self.rules.iter().any(|(is_used, rule)| *is_used == wanted && !rule.hits(found).is_empty());
        match (says(true), says(false)) {
            (true, false) => Some("used"),
            (false, true) => Some("new"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_condition_of_the_cases() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/values/conditions.csv");
        let cases: Vec<_> = csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect();
        assert!(cases.len() > 40, "the cases are there");
        let rules = ConditionRules::builtin();
        let mut memory = PhraseMemory::default();
        let wrong: Vec<String> = cases
            .iter()
            .filter_map(|case| {
                let found = rules.condition_of(&[&case[0]], &mut memory).unwrap_or("unknown");
                (found != &case[1]).then(|| format!("`{}`: {found}, not {}: {}", &case[0], &case[1], &case[2]))
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
