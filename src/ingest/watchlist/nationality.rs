//! Countries out of a column of nationalities: `Russian`, `Iranian and Iraqi`, `(1) Somalia. (2) Sweden`.
//!
//! In: a cell. Out: the countries in the entity; a word that is neither a country nor a nationality is an issue. A name of a country may
//! itself hold a separator (`Bosnia and Herzegovina`), so a text is taken apart only as far as it is not known as a whole.

use super::enumerated::{split_brackets, split_enumerated};
use super::issues::ListIssues;
use crate::model::country::CountryCode;
use crate::model::listed_entity::ListedEntity;
use std::collections::HashMap;
use std::sync::OnceLock;

const NATIONALITIES: &str = include_str!("../../reference/countries/nationalities.csv");

/// What stands between countries, tried in this order.
const SEPARATORS: [&str; 9] = [";", "|", "\n", "/", ",", "&", " and ", " or ", ". "];

/// Adds the countries that a text names, as countries or as nationalities.
pub(super) fn add_nationalities(entity: &mut ListedEntity, text: &str, column: &str, issues: &mut ListIssues) {
    for part in split_enumerated(text) {
        add_part(entity, part, column, issues);
    }
}

fn add_part(entity: &mut ListedEntity, text: &str, column: &str, issues: &mut ListIssues) {
    let text = text.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '.' | ',' | ';' | ':'));
    let text = ["or ", "and "].into_iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    let text = text.strip_suffix(" and").unwrap_or(text);
    if text.is_empty() {
        return;
    }
    // What stands in brackets behind a country says since or until when, or gives it another name.
    if let Some(country) =
        parse(text).or_else(|| parse(split_brackets(text).filter(|(_, inside)| !inside.contains("presumed"))?.0))
    {
        return entity.add_country(country);
    }
    match SEPARATORS.iter().find_map(|separator| text.split_once(separator)) {
        Some((left, right)) => {
            add_part(entity, left, column, issues);
            add_part(entity, right, column, issues);
        }
        None => issues.add(format!("{column} `{text}` not known")),
    }
}

/// Returns the country that a word names, or whose citizens it means.
fn parse(text: &str) -> Option<CountryCode> {
    static TABLE: OnceLock<HashMap<String, CountryCode>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(NATIONALITIES.as_bytes());
        let lines = reader.records().map(|line| line.expect("the table of nationalities is part of the program and well formed"));
        lines.filter_map(|line| Some((line[0].to_lowercase(), CountryCode::parse(&line[1])?))).collect()
    });
    CountryCode::parse(text).or_else(|| table.get(&text.to_lowercase()).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_found_in_nationalities() {
        let cases = [
            ("Russian", "RU", 0),
            ("Russian and Ukrainian", "RU UA", 0),
            ("Bosnia and Herzegovina", "BA", 0),
            ("(1) Somalia. (2) Sweden", "SO SE", 0),
            ("a) Iraq b) Egyptian", "IQ EG", 0),
            ("Iran, Lebanese; DPRK", "IR LB KP", 0),
            ("Russian Federation (as at November 2010)", "RU", 0),
            ("Jordanian (presumed)", "", 1),
            ("Ukrainian and; or Russian", "UA RU", 0),
            ("Congolese", "", 1),
            ("", "", 0),
        ];
        for (text, expected, n_issues) in cases {
            let (mut entity, mut issues) = (ListedEntity::default(), ListIssues::default());
            add_nationalities(&mut entity, text, "nationality", &mut issues);
            let countries: Vec<&str> = entity.countries.iter().map(|country| country.as_str()).collect();
            assert_eq!((countries.join(" ").as_str(), issues.into_vec().len()), (expected, n_issues), "{text}");
        }
    }

    #[test]
    fn every_nationality_leads_to_a_country() {
        let lines: Vec<&str> = NATIONALITIES.lines().filter(|line| !line.starts_with('#')).skip(1).collect();
        assert!(lines.len() > 150);
        for line in lines {
            let word = line.split(',').next().unwrap_or("");
            assert!(parse(word).is_some(), "{line}");
        }
    }
}
