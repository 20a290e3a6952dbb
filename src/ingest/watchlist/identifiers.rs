//! Identifiers as lists state them, and those that identify nobody.

use super::issues::ListIssues;
use crate::model::listed_entity::ListedEntity;
use crate::names::identifiers::{IdentifierKind, normalize_identifier};

/// An identifier of fewer letters and digits is shared by companies of many countries.
const SHORTEST: usize = 7;

/// As many letters and digits tell companies apart without any digit among them.
const LONG: usize = 10;

/// Adds an identifier by the word that a table has for it: a kind, `swift`, or `identifier` for any other.
pub(super) fn add_worded(entity: &mut ListedEntity, text: &str, word: &str, issues: &mut ListIssues) {
    match (word, IdentifierKind::parse(word)) {
        // A code of a tax office names nobody; with the INN it tells a plant from its head office.
        (_, Some(kind @ IdentifierKind::Kpp)) => entity.add_identifier(text, Some(kind)),
        ("swift", _) if matches!(text.len(), 8 | 11) => entity.add_identifier(text, None),
        (_, kind) => add_stated(entity, text, kind, issues),
    }
}

/// Adds an identifier of a kind that the list states, unless it is too short or has too few digits to tell companies apart.
pub(super) fn add_stated(entity: &mut ListedEntity, text: &str, kind: Option<IdentifierKind>, issues: &mut ListIssues) {
    let identifier = normalize_identifier(text);
    let n_digits = identifier.bytes().filter(u8::is_ascii_digit).count();
    if identifier.len() < SHORTEST || identifier.len() < LONG && n_digits < 4 {
        issues.add("identifier too short to tell companies apart, not used");
    } else {
        entity.add_identifier(text, kind);
    }
}
