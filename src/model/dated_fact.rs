//! Facts with dates that a series of trade records runs into: gaps of a publisher, a moving feast, renumbered codes.

use crate::model::country::CountryCode;
use crate::model::date::Day;
use serde::Deserialize;
use std::sync::OnceLock;

const FACTS: &str = include_str!("../reference/trend_facts.toml");
const RENUMBERED: &str = include_str!("../reference/hs_renumbered.csv");

/// A fact of `trend_facts.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct DatedFact {
    pub code: &'static str,
    pub is_warning: bool,
    pub reporters: Vec<CountryCode>,
    pub countries: Vec<CountryCode>,
    /// Whether only what lies after the change counts.
    pub is_after_change: bool,
    pub from: Day,
    pub to: Day,
    pub message: &'static str,
}

/// A code that the Harmonized System ended or began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renumbered {
    pub code: &'static str,
    pub has_begun: bool,
    pub effective: Day,
}

#[derive(Deserialize)]
struct File {
    facts: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    code: String,
    severity: String,
    #[serde(default)]
    reporter: Vec<String>,
    #[serde(default)]
    country: Vec<String>,
    #[serde(default)]
    side: String,
    from: toml::value::Datetime,
    to: toml::value::Datetime,
    message: String,
}

/// Returns all facts, in the order of the file.
pub fn dated_facts() -> &'static [DatedFact] {
    static FACTS_READ: OnceLock<Vec<DatedFact>> = OnceLock::new();
    FACTS_READ.get_or_init(|| {
        let file: File = toml::from_str(FACTS).expect("the file of facts is part of the program and well formed");
        let codes = |words: &[String]| words.iter().filter_map(|word| CountryCode::parse(word)).collect();
        let day = |stated: &toml::value::Datetime| Day::parse_iso(&stated.to_string()).expect("a fact's days are calendar days");
        file.facts
            .into_iter()
            .map(|row| DatedFact {
                is_warning: row.severity == "warning",
                reporters: codes(&row.reporter),
                countries: codes(&row.country),
                is_after_change: row.side == "after",
                from: day(&row.from),
                to: day(&row.to),
                code: row.code.leak(),
                message: row.message.leak(),
            })
            .collect()
    })
}

/// Returns all renumbered codes, in the order of the file.
pub fn renumbered_codes() -> &'static [Renumbered] {
    static CODES: OnceLock<Vec<Renumbered>> = OnceLock::new();
    CODES.get_or_init(|| {
        let lines = RENUMBERED.lines().filter(|line| !line.starts_with('#')).skip(1);
        lines
            .filter_map(|line| {
                let mut cells = line.split(',');
                let (code, change) = (cells.next()?, cells.next()?);
                Some(Renumbered { code, has_begun: change == "began", effective: Day::parse_iso(cells.next()?)? })
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_apply_to_someone() {
        for fact in dated_facts() {
            assert!(!fact.reporters.is_empty() || !fact.countries.is_empty(), "{} applies to nobody", fact.code);
            assert!(fact.from < fact.to && !fact.message.is_empty(), "{}", fact.code);
        }
        let n_lines = RENUMBERED.lines().filter(|line| !line.starts_with('#')).count() - 1;
        assert_eq!(renumbered_codes().len(), n_lines, "every line is read");
    }
}
