//! The days on which an authority had an entity listed, from what the editions of a list state.
//!
//! In: each edition's day and the designations that it states. Out: a timeline of *listed*, *not listed* and *unknown*. An edition decides
//! its own day: what it holds is listed then, what it lacks is not. On other days the stated days of the nearest editions count, as far
//! as no edition in between contradicts them; where none speaks, two editions that agree answer for the days between them.

use crate::model::date::Day;
use crate::model::listed_entity::Known;
use crate::model::timeline::Timeline;
use serde::Serialize;

/// Whether an entity is listed on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListingStatus {
    Listed,
    NotListed,
    Unknown,
}

impl ListingStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            ListingStatus::Listed => "listed",
            ListingStatus::NotListed => "not_listed",
            ListingStatus::Unknown => "unknown",
        }
    }

    /// Returns the status by any of two lists: listed by one is listed, and only where both know of none it is not.
    pub fn or(self, other: ListingStatus) -> ListingStatus {
        match (self, other) {
            (ListingStatus::Listed, _) | (_, ListingStatus::Listed) => ListingStatus::Listed,
            (ListingStatus::Unknown, _) | (_, ListingStatus::Unknown) => ListingStatus::Unknown,
            _ => ListingStatus::NotListed,
        }
    }
}

/// What one edition says of an entity and an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionEntry {
    /// `None` only where the list has a single edition.
    pub as_of: Option<Day>,
    /// First and last day of each designation; empty where the edition lacks the entity, or states no designation of it.
    pub acts: Vec<(Known, Known)>,
}

/// Returns the status of every day; `editions` are sorted by their days.
pub fn listing_days(editions: &[EditionEntry]) -> Timeline<ListingStatus> {
    let stated = editions.iter().flat_map(|edition| &edition.acts).flat_map(|(from, to)| [from, to]);
    let stated = stated.filter_map(|known| match known {
        Known::On(day) => Some(*day),
        Known::Open | Known::Unknown => None,
    });
    let days = editions.iter().filter_map(|edition| edition.as_of).chain(stated);
    let changes: Vec<Day> = days.flat_map(|day| [day, day.next()]).collect();
    match editions {
        [EditionEntry { as_of: None, acts }] => Timeline::of_changes(changes, |day| stated_status(acts, None, day)),
        _ => Timeline::of_changes(changes, |day| status_on(editions, day)),
    }
}

fn status_on(editions: &[EditionEntry], day: Day) -> ListingStatus {
    let after = editions.partition_point(|edition| edition.as_of < Some(day));
    if let Some(edition) = editions.get(after).filter(|edition| edition.as_of == Some(day)) {
        return own_day(edition);
    }
    let neighbors = (after.checked_sub(1).map(|before| own_day(&editions[before])), editions.get(after).map(own_day));
    let claims = claims(editions, after, day);
    let is_between_listed = neighbors == (Some(ListingStatus::Listed), Some(ListingStatus::Listed));
    if claims.contains(&ListingStatus::Listed) {
        ListingStatus::Listed
    } else if claims.contains(&ListingStatus::NotListed) {
        // A newer edition may move the day of an act that was in force before: then the days before are in doubt.
        if is_between_listed { ListingStatus::Unknown } else { ListingStatus::NotListed }
    } else {
        match neighbors {
            (Some(before), Some(after)) if before == after => before,
            _ => ListingStatus::Unknown,
        }
    }
}

/// Returns what an edition says of its own day: an entity that it holds is listed, unless the days that it states say otherwise.
fn own_day(edition: &EditionEntry) -> ListingStatus {
    match edition.as_of {
        Some(day) if !edition.acts.is_empty() => stated_status(&edition.acts, Some(day), day),
        _ => ListingStatus::NotListed,
    }
}

/// Returns what the editions before and from `after` on state of a day that is none of theirs.
fn claims(editions: &[EditionEntry], after: usize, day: Day) -> Vec<ListingStatus> {
    let (before, from) = editions.split_at(after);
    let mut claims = Vec::new();
    for (at, edition) in from.iter().enumerate() {
        if is_believed(edition, &from[..at]) {
            claims.push(stated_status(&edition.acts, edition.as_of, day));
        }
    }
    for (at, edition) in before.iter().enumerate() {
        if is_believed(edition, &before[at + 1..]) {
            let claim = stated_status(&edition.acts, edition.as_of, day);
            // That an act ended does not say that none followed after the newest edition.
            if claim != ListingStatus::NotListed || !from.is_empty() {
                claims.push(claim);
            }
        }
    }
    claims
}

/// Tells whether an edition states acts, and no edition between it and a day contradicts them on its own day.
fn is_believed(edition: &EditionEntry, between: &[EditionEntry]) -> bool {
    let agrees = |other: &EditionEntry| {
        let Some(day) = other.as_of else { return false };
        let claim = stated_status(&edition.acts, edition.as_of, day);
        claim == ListingStatus::Unknown || claim == own_day(other)
    };
    !edition.acts.is_empty() && between.iter().all(agrees)
}

/// Returns what the acts of one edition say of a day.
fn stated_status(acts: &[(Known, Known)], as_of: Option<Day>, day: Day) -> ListingStatus {
    let mut says_all_not = !acts.is_empty();
    for (from, to) in acts {
        match act_status(*from, *to, as_of, day) {
            ListingStatus::Listed => return ListingStatus::Listed,
            ListingStatus::Unknown => says_all_not = false,
            ListingStatus::NotListed => {}
        }
    }
    if says_all_not { ListingStatus::NotListed } else { ListingStatus::Unknown }
}

fn act_status(from: Known, to: Known, as_of: Option<Day>, day: Day) -> ListingStatus {
    if matches!(from, Known::On(first) if day < first) || matches!(to, Known::On(last) if last < day) {
        return ListingStatus::NotListed;
    }
    // Without a stated end an act is in force up to the edition that states it, and on its own first day.
    let is_begun = matches!(from, Known::On(_)) || to == Known::On(day) || as_of == Some(day);
    let is_in_force = matches!(to, Known::On(_)) || as_of.is_some_and(|as_of| day <= as_of) || from == Known::On(day);
    if is_begun && is_in_force { ListingStatus::Listed } else { ListingStatus::Unknown }
}
