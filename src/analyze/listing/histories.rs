//! Editions of one list made into one: each entity with all that any edition says of it, and its days.

use super::changes::is_number_reused;
use super::days::{EditionEntry, ListingStatus, listing_days};
use crate::error::{Error, Result};
use crate::model::date::Day;
use crate::model::listed_entity::{Designation, EntityKind, Known, ListedEntity, Membership, NameKind, Ownership, Watchlist};
use crate::model::timeline::Timeline;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// All lists, each once, with the histories of their entities beside.
#[derive(Debug, Clone, Default)]
pub struct Listings {
    /// Sorted by id. An entity has the names, identifiers, countries and addresses of all editions.
    pub watchlists: Vec<Watchlist>,
    /// In the order of `watchlists`.
    pub histories: Vec<ListHistory>,
}

/// The editions of one list and what they say of each of its entities.
#[derive(Debug, Clone, Default)]
pub struct ListHistory {
    /// The days of the editions; empty where the only one has none.
    pub editions: Vec<Day>,
    /// In the order of the list's entities.
    pub entities: Vec<EntityHistory>,
}

/// What the editions of a list say of one entity.
#[derive(Debug, Clone, Default)]
pub struct EntityHistory {
    /// The first and the last edition that hold it: derived from the files at hand, not stated by the list.
    pub first_seen: Option<Day>,
    pub last_seen: Option<Day>,
    /// Sorted by authority.
    pub by: Vec<AuthorityDays>,
}

/// The days on which one authority had an entity listed.
#[derive(Debug, Clone)]
pub struct AuthorityDays {
    /// Empty for the authority of the list itself.
    pub authority: String,
    pub days: Timeline<ListingStatus>,
    /// Whether the newest edition of the list has it listed.
    pub is_in_newest: bool,
}

/// Makes the editions of each list one. The editions are those of the run file, in any order.
///
/// # Errors
/// If a list is there twice and an edition does not say which day it is of, or two are of the same day.
pub fn histories(editions: Vec<Watchlist>) -> Result<Listings> {
    let mut by_list: BTreeMap<String, Vec<Watchlist>> = BTreeMap::new();
    for edition in editions {
        by_list.entry(edition.id.clone()).or_default().push(edition);
    }
    let mut listings = Listings::default();
    for (id, mut editions) in by_list {
        editions.sort_by_key(|edition| edition.as_of);
        check_days(&id, &editions)?;
        let (watchlist, history) = one_list(id, editions);
        listings.watchlists.push(watchlist);
        listings.histories.push(history);
    }
    Ok(listings)
}

fn check_days(id: &str, editions: &[Watchlist]) -> Result<()> {
    let hint = "write `as_of = YYYY-MM-DD` for each edition of a list, and another `id` for another list";
    if editions.len() > 1 && editions.iter().any(|edition| edition.as_of.is_none()) {
        let message =
            format!("the watchlist `{id}` is there {} times, and an edition does not say which day it is of", editions.len());
        return Err(Error::request(message).hint(hint));
    }
    match editions.windows(2).find(|pair| pair[0].as_of == pair[1].as_of) {
        Some(pair) => {
            let day = pair[0].as_of.map_or_else(String::new, |day| day.to_string());
            Err(Error::request(format!("two editions of the watchlist `{id}` are of {day}")).hint(hint))
        }
        None => Ok(()),
    }
}

fn one_list(id: String, mut editions: Vec<Watchlist>) -> (Watchlist, ListHistory) {
    let issues = tell_reused_numbers_apart(&mut editions);
    let mut places: BTreeMap<&str, Vec<(usize, &ListedEntity)>> = BTreeMap::new();
    for (at, edition) in editions.iter().enumerate() {
        for entity in &edition.entities {
            places.entry(&entity.entity_id).or_default().push((at, entity));
        }
    }
    let places: Vec<Vec<(usize, &ListedEntity)>> = places.into_values().collect();
    let merged: Vec<(ListedEntity, EntityHistory)> =
        places.par_iter().map(|places| (one_entity(places, editions.len()), history(places, &editions))).collect();
    let (entities, histories) = merged.into_iter().unzip();
    let watchlist = Watchlist {
        as_of: editions.last().and_then(|newest| newest.as_of),
        files_beside: editions.iter().flat_map(|edition| edition.files_beside.clone()).collect(),
        entities,
        memberships: ties(
            &editions,
            |edition| &edition.memberships,
            |member| (member.group.clone(), member.entity_id.clone()),
            |member| Membership { to: ended(member.to), ..member },
        ),
        ownerships: ties(
            &editions,
            |edition| &edition.ownerships,
            |edge| (edge.owner_id.clone(), edge.owned_id.clone()),
            |edge| Ownership { to: ended(edge.to), ..edge },
        ),
        links: editions.last().map(|newest| newest.links.clone()).unwrap_or_default(),
        issues,
        id,
    };
    (watchlist, ListHistory { editions: editions.iter().filter_map(|edition| edition.as_of).collect(), entities: histories })
}

/// Returns what the newest edition says first and what only older ones say behind it; an older primary name is a former one.
fn one_entity(places: &[(usize, &ListedEntity)], n_editions: usize) -> ListedEntity {
    let Some(((newest_at, newest), older)) = places.split_last() else { return ListedEntity::default() };
    let mut entity = (*newest).clone();
    for (_, older) in older.iter().rev() {
        if entity.kind == EntityKind::Unknown {
            entity.kind = older.kind;
        }
        for name in &older.names {
            let kind = if name.kind == NameKind::Primary { NameKind::FormerName } else { name.kind };
            entity.add_name(&name.name, kind);
        }
        for identifier in &older.identifiers {
            if entity.identifiers.iter().all(|known| known.text != identifier.text) {
                entity.identifiers.push(identifier.clone());
            }
        }
        older.countries.iter().for_each(|country| entity.add_country(*country));
        older.addresses.iter().for_each(|address| entity.add_address(address));
        let same_as: Vec<_> = older.same_as.iter().filter(|one| !entity.same_as.contains(one)).cloned().collect();
        entity.same_as.extend(same_as);
        add_stated_days(&mut entity.designations, &older.designations);
    }
    if newest_at + 1 < n_editions {
        entity.designations.iter_mut().for_each(|act| act.delisted_on = ended(act.delisted_on));
    }
    entity
}

/// Takes the first day of an act from an older edition where the newer one does not state it.
fn add_stated_days(newer: &mut [Designation], older: &[Designation]) {
    for act in newer.iter_mut().filter(|act| !matches!(act.listed_on, Known::On(_))) {
        let is_same = |other: &&Designation| other.authority == act.authority && other.programs == act.programs;
        if let Some(stated) = older.iter().filter(is_same).find(|other| matches!(other.listed_on, Known::On(_))) {
            act.listed_on = stated.listed_on;
        }
    }
}

fn history(places: &[(usize, &ListedEntity)], editions: &[Watchlist]) -> EntityHistory {
    let acts = |at: usize| places.iter().find(|(place, _)| *place == at).map_or(&[][..], |(_, entity)| &entity.designations);
    let authorities: BTreeSet<&str> =
        places.iter().flat_map(|(_, entity)| &entity.designations).map(|act| act.authority.as_str()).collect();
    let day_of = |place: Option<&(usize, &ListedEntity)>| place.and_then(|(at, _)| editions[*at].as_of);
    let by = authorities.into_iter().map(|authority| {
        let entries: Vec<EditionEntry> = editions
            .iter()
            .enumerate()
            .map(|(at, edition)| {
                let own = acts(at).iter().filter(|act| act.authority == authority);
                EditionEntry { as_of: edition.as_of, acts: own.map(|act| (act.listed_on, act.delisted_on)).collect() }
            })
            .collect();
        let days = listing_days(&entries);
        let is_in_newest = entries.last().is_some_and(|newest| match newest.as_of {
            Some(day) => *days.at(day) == ListingStatus::Listed,
            // A list without a day holds what it does not state as ended.
            None => newest.acts.iter().any(|(_, to)| *to == Known::Open),
        });
        AuthorityDays { authority: authority.to_owned(), days, is_in_newest }
    });
    EntityHistory { first_seen: day_of(places.first()), last_seen: day_of(places.last()), by: by.collect() }
}

/// Returns the end of a tie or an act that an older edition states and the newest lacks.
fn ended(to: Known) -> Known {
    if to == Known::Open { Known::Unknown } else { to }
}

/// Returns the ties of the newest edition, and those that only older ones have.
fn ties<T: Clone>(
    editions: &[Watchlist],
    of: impl Fn(&Watchlist) -> &Vec<T>,
    key: impl Fn(&T) -> (String, String),
    ended: impl Fn(T) -> T,
) -> Vec<T> {
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    let mut found = Vec::new();
    for (age, edition) in editions.iter().rev().enumerate() {
        let new: Vec<&T> = of(edition).iter().filter(|tie| !known.contains(&key(tie))).collect();
        known.extend(new.iter().map(|tie| key(tie)));
        found.extend(new.into_iter().cloned().map(|tie| if age == 0 { tie } else { ended(tie) }));
    }
    found
}

/// Gives a number that came to stand for somebody else to two entities: the older one is called `ID@DAY` by the last edition that has
/// it. Returns what was found, for the reader of the list's issues.
fn tell_reused_numbers_apart(editions: &mut [Watchlist]) -> Vec<(String, u64)> {
    let mut last: BTreeMap<&str, (usize, &ListedEntity)> = BTreeMap::new();
    let mut renamed: Vec<(String, usize)> = Vec::new();
    let mut n_renamed_in_place = 0;
    for (at, edition) in editions.iter().enumerate() {
        for entity in &edition.entities {
            if let Some((before, older)) = last.get(entity.entity_id.as_str())
                && is_number_reused(older, entity)
            {
                let kinds = [older.kind, entity.kind];
                if kinds[0] != kinds[1] && !kinds.contains(&EntityKind::Unknown) {
                    renamed.push((entity.entity_id.clone(), *before));
                } else {
                    n_renamed_in_place += 1;
                }
            }
            last.insert(&entity.entity_id, (at, entity));
        }
    }
    let mut issues = Vec::new();
    for (id, last_edition) in renamed {
        let day = editions[last_edition].as_of.map_or_else(String::new, |day| day.to_string());
        let new_id = format!("{id}@{day}");
        editions[..=last_edition].iter_mut().for_each(|edition| rename(edition, &id, &new_id));
        issues.push((format!("`{id}` stands for another entity after {day}: the older one is `{new_id}`"), 1));
    }
    if n_renamed_in_place > 0 {
        let issue = "entities have no name in common with their entry of an older edition, and are taken for the same";
        issues.push((issue.to_owned(), n_renamed_in_place));
    }
    issues
}

fn rename(edition: &mut Watchlist, id: &str, new_id: &str) {
    let entities = edition.entities.iter_mut().map(|entity| &mut entity.entity_id);
    let members = edition.memberships.iter_mut().map(|member| &mut member.entity_id);
    let edges = edition.ownerships.iter_mut().flat_map(|edge| [&mut edge.owner_id, &mut edge.owned_id]);
    for own in entities.chain(members).chain(edges).filter(|own| *own == id) {
        *own = new_id.to_owned();
    }
}
