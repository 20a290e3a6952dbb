//! What the properties of a FollowTheMoney entity say of a listed entity.

use super::enumerated::is_other_script;
use super::identifiers;
use super::issues::{ListIssues, add_country};
use super::joining::put_primary_first;
use super::json::{self, Object};
use super::meanings::{self, Meanings};
use crate::model::listed_entity::{Designation, EntityKind, Known, ListedEntity, NameKind};
use std::sync::OnceLock;

/// Properties with their meaning.
const PROPERTIES: &str = include_str!("../../reference/watchlists/ftm_properties.csv");

/// The properties of an object.
pub(super) struct Properties {
    pub object: Object,
    /// Those that held objects, which have left their ids.
    pub nested: Vec<String>,
}

/// Reads the properties of an entity, whose id and kind are known. Those that held objects are only known by the ids in them, which the
/// objects themselves tell. Returns the ids of its addresses.
pub(super) fn read_properties(
    entity: &mut ListedEntity,
    caption: &str,
    properties: &Properties,
    issues: &mut ListIssues,
) -> Vec<String> {
    static TABLE: OnceLock<Meanings> = OnceLock::new();
    let table = TABLE.get_or_init(|| meanings::read(PROPERTIES));
    let names = json::texts(&properties.object, "name", issues);
    // The caption is the name that the data set puts first; of an entity without a name it is the only one.
    if names.is_empty() || names.iter().any(|name| name == caption) {
        entity.add_name(caption, NameKind::Primary);
    }
    let (mut addresses, mut programs, mut is_sanctioned) = (Vec::new(), Vec::new(), false);
    for property in properties.object.keys() {
        let meaning = table.get(property.as_str()).copied();
        if meaning == Some("ignored") || meaning.is_none() && properties.nested.contains(property) {
            continue;
        }
        for text in json::texts(&properties.object, property, issues) {
            match meaning {
                Some("name" | "alias") => add_name(entity, &text),
                Some("weak_alias") => entity.add_name(&text, NameKind::WeakAlias),
                Some("former_name") => entity.add_name(&text, NameKind::FormerName),
                Some("country") => add_country(entity, &text, property, issues),
                Some("address") => entity.add_address(&text),
                Some("address_entity") => addresses.push(text.into_owned()),
                Some("program") => programs.push(text.into_owned()),
                Some("topic") => is_sanctioned |= text == "sanction",
                Some("document") if entity.kind == EntityKind::Person => {}
                Some(word) => identifiers::add_worded(entity, &text, word, issues),
                None => issues.add(format!("property `{property}` not known, not used")),
            }
        }
    }
    put_primary_first(entity);
    if is_sanctioned {
        entity.designations.push(Designation { programs, listed_on: Known::Unknown, ..Designation::default() });
    }
    addresses
}

fn add_name(entity: &mut ListedEntity, name: &str) {
    entity.add_name(name, if is_other_script(name) { NameKind::OriginalScript } else { NameKind::StrongAlias });
}
