//! Two editions of a list: what was added, what was removed, what changed.
//!
//! In: two watchlists. Out: entries by their number in the list. A number that came to stand for somebody else is told apart from a
//! change: both entries bear no name in common, so what was decided about the one says nothing about the other.

use crate::model::listed_entity::{Designation, EntityKind, Known, ListedEntity, Watchlist};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What differs between two editions of a list; entries stand in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListChanges {
    pub added: Vec<EntryShown>,
    pub removed: Vec<EntryShown>,
    pub changed: Vec<EntryChange>,
    pub n_same: usize,
}

impl ListChanges {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// An entry that only one edition holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryShown {
    pub entity_id: String,
    pub name: String,
    pub kind: EntityKind,
    pub programs: Vec<String>,
    /// Whether the number stands for another entity in the other edition.
    pub is_number_reused: bool,
}

/// An entry that both editions hold, with what differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryChange {
    pub entity_id: String,
    /// As the newer edition puts it first.
    pub name: String,
    pub changes: Vec<FieldChange>,
}

/// The values of one field that came and went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    pub field: &'static str,
    pub added: Vec<String>,
    pub removed: Vec<String>,
}

/// Returns what differs between two editions.
pub fn changes(old: &Watchlist, new: &Watchlist) -> ListChanges {
    let (old_ties, new_ties) = (Ties::of(old), Ties::of(new));
    let olds: BTreeMap<&str, &ListedEntity> = by_id(old);
    let news: BTreeMap<&str, &ListedEntity> = by_id(new);
    let mut found = ListChanges { added: Vec::new(), removed: Vec::new(), changed: Vec::new(), n_same: 0 };
    let ids: BTreeSet<&str> = olds.keys().chain(news.keys()).copied().collect();
    for id in ids {
        match (olds.get(id), news.get(id)) {
            (Some(old), Some(new)) if is_number_reused(old, new) => {
                found.removed.push(shown(old, true));
                found.added.push(shown(new, true));
            }
            (Some(old), Some(new)) => {
                let changes = field_changes(&fields(old, &old_ties), &fields(new, &new_ties));
                if changes.is_empty() {
                    found.n_same += 1;
                } else {
                    found.changed.push(EntryChange { entity_id: id.to_owned(), name: new.primary_name().to_owned(), changes });
                }
            }
            (Some(old), None) => found.removed.push(shown(old, false)),
            (None, Some(new)) => found.added.push(shown(new, false)),
            (None, None) => {}
        }
    }
    found
}

/// Returns whether one number stands for two entities: no name of the one is a name of the other, in any letters, and no identifier
/// is shared.
pub fn is_number_reused(old: &ListedEntity, new: &ListedEntity) -> bool {
    let words = |entity: &ListedEntity| -> BTreeSet<String> {
        let texts = entity.names.iter().flat_map(|name| name.name.split(|letter: char| !letter.is_alphanumeric()));
        texts.filter(|word| word.chars().count() > 1).map(str::to_lowercase).collect()
    };
    let has_common_identifier = old.identifiers.iter().any(|one| new.identifiers.iter().any(|other| one.text == other.text));
    // Names of single letters, `M K A`, have no words to compare.
    let has_common_name = old.names.iter().any(|one| new.names.iter().any(|other| one.name == other.name));
    !has_common_identifier && !has_common_name && words(old).is_disjoint(&words(new))
}

fn by_id(list: &Watchlist) -> BTreeMap<&str, &ListedEntity> {
    list.entities.iter().map(|entity| (entity.entity_id.as_str(), entity)).collect()
}

fn shown(entity: &ListedEntity, is_number_reused: bool) -> EntryShown {
    EntryShown {
        entity_id: entity.entity_id.clone(),
        name: entity.primary_name().to_owned(),
        kind: entity.kind,
        programs: entity.programs().map(str::to_owned).collect(),
        is_number_reused,
    }
}

/// Groups, shares and links of a list, by the entry that they belong to.
struct Ties<'l>(BTreeMap<&'l str, Vec<(&'static str, String)>>);

impl<'l> Ties<'l> {
    fn of(list: &'l Watchlist) -> Self {
        let mut ties: BTreeMap<&str, Vec<(&'static str, String)>> = BTreeMap::new();
        for member in &list.memberships {
            let days = days(member.from, member.to);
            ties.entry(&member.entity_id).or_default().push(("group", format!("{}{days}", member.group)));
        }
        for edge in &list.ownerships {
            let share = edge.share.map_or("unstated share".to_owned(), |share| format!("{share} percent"));
            let days = days(edge.from, edge.to);
            ties.entry(&edge.owned_id).or_default().push(("owner", format!("{} {share}{days}", edge.owner_id)));
        }
        for link in &list.links {
            ties.entry(&link.from_id).or_default().push(("link", format!("{} {}", link.kind, link.to_name)));
        }
        Ties(ties)
    }
}

/// Returns the values of an entry by field, in the order in which a reader looks for them.
fn fields(entity: &ListedEntity, ties: &Ties<'_>) -> Vec<(&'static str, BTreeSet<String>)> {
    let tied = |field: &str| -> BTreeSet<String> {
        let all = ties.0.get(entity.entity_id.as_str()).into_iter().flatten();
        all.filter(|(word, _)| *word == field).map(|(_, value)| value.clone()).collect()
    };
    vec![
        ("kind", [entity.kind.as_str().to_owned()].into()),
        ("name", entity.names.iter().map(|name| format!("{} ({})", name.name, name.kind.as_str())).collect()),
        ("identifier", entity.identifiers.iter().map(|one| format!("{} {}", one.kind.as_str(), one.text)).collect()),
        ("same as", entity.same_as.iter().map(|other| format!("{}:{}", other.watchlist, other.entity_id)).collect()),
        ("country", entity.countries.iter().map(|country| country.to_string()).collect()),
        ("address", entity.addresses.iter().cloned().collect()),
        ("designation", entity.designations.iter().map(designation).collect()),
        ("group", tied("group")),
        ("owner", tied("owner")),
        ("link", tied("link")),
    ]
}

fn designation(act: &Designation) -> String {
    let words: Vec<&str> = std::iter::once(act.authority.as_str()).chain(act.programs.iter().map(String::as_str)).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    format!("{}{}", words.join(", "), days(act.listed_on, act.delisted_on))
}

/// Returns the ends of a span of days that a list states, in front of which a value stands.
fn days(from: Known, to: Known) -> String {
    let end = |word: &str, known: Known| match known {
        Known::On(day) => format!(" {word} {day}"),
        Known::Unknown | Known::Open => String::new(),
    };
    format!("{}{}", end("from", from), end("to", to))
}

fn field_changes(old: &[(&'static str, BTreeSet<String>)], new: &[(&'static str, BTreeSet<String>)]) -> Vec<FieldChange> {
    old.iter()
        .zip(new)
        .filter(|((_, old), (_, new))| old != new)
        .map(|((field, old), (_, new))| FieldChange {
            field,
            added: new.difference(old).cloned().collect(),
            removed: old.difference(new).cloned().collect(),
        })
        .collect()
}
