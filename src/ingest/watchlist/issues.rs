//! What a reader of a list did not understand: counted, never silent.

use crate::model::country::CountryCode;
use crate::model::listed_entity::ListedEntity;
use std::collections::BTreeMap;

/// What a reader did not understand, each with the number of times.
#[derive(Debug, Default)]
pub struct ListIssues(BTreeMap<String, u64>);

impl ListIssues {
    pub fn add(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    pub fn into_vec(self) -> Vec<(String, u64)> {
        self.0.into_iter().collect()
    }
}

/// Adds the country that a column names; one that is not known is an issue.
pub fn add_country(entity: &mut ListedEntity, text: &str, column: &str, issues: &mut ListIssues) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    match CountryCode::parse(text) {
        Some(country) => entity.add_country(country),
        None => issues.add(format!("{column} `{text}` not known")),
    }
}
