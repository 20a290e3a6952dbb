//! What OFAC's lists of features state of an entity: a label and a value, as the Advanced and the Enhanced layout have them.

use super::issues::ListIssues;
use super::meanings::{self, Meanings};
use super::ofac_remarks::{add_region, read_labeled};
use crate::model::listed_entity::{Link, ListedEntity};
use std::sync::OnceLock;

/// Labels that remarks do not have, with what they mean.
const FEATURES: &str = include_str!("../../reference/watchlists/ofac_features.csv");

/// Reads a feature into an entity. What is no label of a feature may be one of a remark.
pub(super) fn read_feature(entity: &mut ListedEntity, label: &str, value: &str, links: &mut Vec<Link>, issues: &mut ListIssues) {
    if value.is_empty() {
        return;
    }
    match meaning_of(label) {
        Some("country") => add_region(entity, value, label, issues),
        Some(_) => {}
        None => read_labeled(entity, label, value, links, issues),
    }
}

/// Returns the meaning of a label: `country` or `ignored`; `None` for one that the table does not know.
fn meaning_of(label: &str) -> Option<&'static str> {
    static TABLE: OnceLock<Meanings> = OnceLock::new();
    TABLE.get_or_init(|| meanings::read(FEATURES)).get(label).copied()
}
