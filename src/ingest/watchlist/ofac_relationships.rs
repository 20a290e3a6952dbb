//! Ties between entries of the OFAC lists, as the Advanced and the Enhanced layout state them.
//!
//! "Owned or Controlled By" is an ownership of which the share is not stated; the words of the publisher are its source, since they
//! leave open which of the two it is. Anything else, and any tie to somebody whom the file does not hold, is a link.

use super::issues::ListIssues;
use crate::model::listed_entity::{Known, Link, ListedEntity, Ownership, Watchlist};

const OWNED: &str = "Owned or Controlled By";

/// A tie as a file states it.
pub(super) struct Relationship {
    pub from_id: String,
    pub kind: String,
    pub to_id: String,
    /// Empty where the file gives the other end by its number alone.
    pub to_name: String,
    /// Whether the list says that the tie has ended.
    pub is_former: bool,
}

/// Adds the ties to a list whose entities are known and in the order of their ids.
pub(super) fn add(list: &mut Watchlist, relationships: Vec<Relationship>, issues: &mut ListIssues) {
    for Relationship { from_id, kind, to_id, to_name, is_former } in relationships {
        let held = find(&list.entities, &to_id);
        let is_held = held.is_some();
        if find(&list.entities, &from_id).is_none() || !is_held && to_name.is_empty() {
            issues.add(format!("`{kind}` with an entity that the file does not hold, not used"));
            continue;
        }
        if !is_held {
            issues.add(format!("`{kind}` with an entity that the file does not hold, kept as a link"));
        }
        if kind == OWNED && is_held && from_id != to_id {
            list.ownerships.push(Ownership {
                owner_id: to_id,
                owned_id: from_id,
                share: None,
                from: Known::Open,
                to: if is_former { Known::Unknown } else { Known::Open },
                source: format!("OFAC: {OWNED}"),
            });
            continue;
        }
        let to_name = held.filter(|_| to_name.is_empty()).map(|held| held.primary_name().to_owned()).unwrap_or(to_name);
        let kind = if is_former { format!("former: {kind}") } else { kind };
        list.links.push(Link { from_id, kind, to_name, to_id: is_held.then_some(to_id), source: "OFAC relationship".to_owned() });
    }
}

fn find<'a>(entities: &'a [ListedEntity], id: &str) -> Option<&'a ListedEntity> {
    let at = entities.binary_search_by(|entity| entity.entity_id.as_str().cmp(id)).ok()?;
    entities.get(at)
}
