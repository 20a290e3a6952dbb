//! What the lists of the United Kingdom have in common: names in six parts, their kinds, and what an entity is.

use super::issues::ListIssues;
use super::table::{Record, fold};
use crate::model::listed_entity::{EntityKind, ListedEntity, NameKind};

/// `Name 6` is the surname, or the whole name of what is no person.
const PARTS: [&str; 6] = ["Name 1", "Name 2", "Name 3", "Name 4", "Name 5", "Name 6"];

/// The columns of names.
pub(super) const NAME_COLUMNS: [&str; 6] = PARTS;

/// Returns the name of a row in speaking order.
pub(super) fn full_name(record: Record<'_>) -> String {
    PARTS.iter().map(|part| record.text(part)).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Adds the name of a row in the kind that it states.
pub(super) fn add_name(entity: &mut ListedEntity, name: &str, kind: &str, strength: &str, issues: &mut ListIssues) {
    if name.is_empty() {
        issues.add("row without a name");
    }
    entity.add_name(name, name_kind(kind, strength, issues));
}

fn name_kind(kind: &str, strength: &str, issues: &mut ListIssues) -> NameKind {
    let is_weak = fold(strength).starts_with("lowquality");
    match fold(kind).as_str() {
        "primaryname" | "primary" => NameKind::Primary,
        _ if is_weak => NameKind::WeakAlias,
        "primarynamevariation" | "primaryvariation" | "aka" | "alias" => NameKind::StrongAlias,
        "fka" => NameKind::FormerName,
        _ => {
            issues.add(format!("kind of name `{kind}` not known, taken as a strong alias"));
            NameKind::StrongAlias
        }
    }
}

/// Returns what an entity is.
pub(super) fn entity_kind(word: &str, issues: &mut ListIssues) -> EntityKind {
    match fold(word).as_str() {
        "individual" => EntityKind::Person,
        "entity" => EntityKind::Company,
        "ship" => EntityKind::Vessel,
        _ => {
            issues.add(format!("type `{word}` not known"));
            EntityKind::Unknown
        }
    }
}
