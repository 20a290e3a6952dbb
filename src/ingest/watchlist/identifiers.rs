//! Identifiers as lists state them, and those that identify nobody.

use super::issues::ListIssues;
use crate::model::listed_entity::ListedEntity;
use crate::names::identifiers::{IdentifierKind, normalize_identifier};

/// An identifier of fewer letters and digits is shared by companies of many countries.
const SHORTEST: usize = 7;

/// Adds an identifier of a kind that the list states, unless it is too short or has too few digits to tell companies apart.
pub(super) fn add_stated(entity: &mut ListedEntity, text: &str, kind: Option<IdentifierKind>, issues: &mut ListIssues) {
    let identifier = normalize_identifier(text);
    if identifier.len() < SHORTEST || identifier.bytes().filter(u8::is_ascii_digit).count() < 4 {
        issues.add("identifier too short to tell companies apart, not used");
    } else {
        entity.add_identifier(text, kind);
    }
}

/// Returns the kind of a word in the tables of labels; `None` for one that says only that it is an identifier.
pub(super) fn kind_of(word: &str) -> Option<IdentifierKind> {
    let kinds = [
        IdentifierKind::Inn,
        IdentifierKind::Kpp,
        IdentifierKind::Ogrn,
        IdentifierKind::Lei,
        IdentifierKind::Uscc,
        IdentifierKind::Imo,
        IdentifierKind::Tax,
        IdentifierKind::Registration,
    ];
    kinds.into_iter().find(|kind| kind.as_str() == word)
}
