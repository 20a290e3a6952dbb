//! Rows that are parts of one entity: its further names, addresses and acts of listing.

use super::issues::ListIssues;
use crate::model::listed_entity::{Designation, EntityKind, ListedEntity, NameKind};
use std::collections::BTreeMap;

/// Entities by their id.
pub(super) type Drafts = BTreeMap<String, ListedEntity>;

/// Returns the entity of an id, a new one if there is none yet.
pub(super) fn entity_of<'a>(drafts: &'a mut Drafts, entity_id: &str) -> &'a mut ListedEntity {
    let new = || ListedEntity { entity_id: entity_id.to_owned(), ..ListedEntity::default() };
    drafts.entry(entity_id.to_owned()).or_insert_with(new)
}

/// Returns the entities with their primary names first; one without any name is an issue, since nothing could be found by it.
pub(super) fn finish(drafts: Drafts, issues: &mut ListIssues) -> Vec<ListedEntity> {
    let mut entities = Vec::with_capacity(drafts.len());
    for mut entity in drafts.into_values() {
        put_primary_first(&mut entity);
        if entity.names.is_empty() {
            issues.add("entry without a name, left out");
        } else {
            entities.push(entity);
        }
    }
    entities
}

/// Puts the primary name first. Where no row says which it is, the first strong alias is it, else the first name in the script of its
/// country; a weak alias or a former name never becomes it. Of several primary names the others are as good as it.
pub(super) fn put_primary_first(entity: &mut ListedEntity) {
    let find = |kind: NameKind| entity.names.iter().position(|name| name.kind == kind);
    let kinds = [NameKind::Primary, NameKind::StrongAlias, NameKind::OriginalScript];
    let Some(at) = kinds.into_iter().find_map(find) else { return };
    entity.names[..=at].rotate_right(1);
    entity.names[0].kind = NameKind::Primary;
    for name in entity.names.iter_mut().skip(1).filter(|name| name.kind == NameKind::Primary) {
        name.kind = NameKind::StrongAlias;
    }
}

/// Adds the programs to the act of the same authority and days, or a new act.
pub(super) fn add_designation(entity: &mut ListedEntity, designation: Designation) {
    let is_same = |known: &&mut Designation| {
        known.authority == designation.authority
            && known.listed_on == designation.listed_on
            && known.delisted_on == designation.delisted_on
    };
    match entity.designations.iter_mut().find(is_same) {
        Some(known) => {
            for program in designation.programs {
                if !known.programs.contains(&program) {
                    known.programs.push(program);
                }
            }
        }
        None => entity.designations.push(designation),
    }
}

/// Takes the kind that a row states; rows of one entity that differ are an issue.
pub(super) fn settle_kind(entity: &mut ListedEntity, kind: EntityKind, issues: &mut ListIssues) {
    if entity.kind == EntityKind::Unknown {
        entity.kind = kind;
    } else if kind != EntityKind::Unknown && entity.kind != kind {
        issues.add("rows of one entity with different types, the first taken");
    }
}

/// Returns the parts of a text between any of the separators, without blanks around them and without empty ones.
pub(super) fn split_at<'a, S: AsRef<str>>(text: &'a str, separators: &[S]) -> Vec<&'a str> {
    let mut parts = vec![text];
    for separator in separators {
        parts = parts.into_iter().flat_map(|part| part.split(separator.as_ref())).collect();
    }
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Returns the parts that are joined by a comma and a blank, without empty ones.
pub(super) fn join_filled<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let filled: Vec<&str> = parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect();
    filled.join(", ")
}
