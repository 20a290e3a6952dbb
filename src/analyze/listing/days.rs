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
    let statements: Vec<Statement<'_>> =
        (0..editions.len()).map(|at| Statement { edition: &editions[at], held_since: held_since(&editions[..=at]) }).collect();
    match statements.as_slice() {
        [single] if single.edition.as_of.is_none() => Timeline::of_changes(changes, |day| single.status(day)),
        _ => Timeline::of_changes(changes, |day| status_on(&statements, day)),
    }
}

/// Returns the first of the editions that hold the entity one after the other up to the last.
fn held_since(editions: &[EditionEntry]) -> Option<Day> {
    editions.iter().rev().take_while(|edition| !edition.acts.is_empty()).last().and_then(|first| first.as_of)
}

fn status_on(statements: &[Statement<'_>], day: Day) -> ListingStatus {
    let after = statements.partition_point(|statement| statement.edition.as_of < Some(day));
    if let Some(own) = statements.get(after).filter(|own| own.edition.as_of == Some(day)) {
        return own.own_day();
    }
    let claims = claims(statements, after, day);
    if claims.contains(&ListingStatus::Listed) {
        ListingStatus::Listed
    } else if claims.contains(&ListingStatus::NotListed) {
        ListingStatus::NotListed
    } else {
        let before = after.checked_sub(1).map(|before| statements[before].own_day());
        let next = statements.get(after);
        // An act that ended between two editions and of which the beginning is not known lies somewhere there.
        let is_in_doubt = next.is_some_and(|next| next.own_day() == ListingStatus::NotListed && next.is_in_doubt(day));
        match (before, next.map(Statement::own_day)) {
            (Some(before), Some(after)) if before == after && !is_in_doubt => before,
            _ => ListingStatus::Unknown,
        }
    }
}

/// Returns what the editions before and from `after` on state of a day that is none of theirs, as far as they are believed.
fn claims(statements: &[Statement<'_>], after: usize, day: Day) -> Vec<ListingStatus> {
    let mut claims = Vec::new();
    for (at, statement) in statements.iter().enumerate() {
        // All editions from the one that states something to the nearest on the other side of the day.
        let between = if at < after {
            &statements[at + 1..(after + 1).min(statements.len())]
        } else {
            &statements[after.saturating_sub(1)..at]
        };
        if statement.edition.acts.is_empty() || !between.iter().all(|other| statement.agrees_with(other)) {
            continue;
        }
        let claim = statement.status(day);
        // That an act ended does not say that none followed after the newest edition.
        if claim != ListingStatus::NotListed || after < statements.len() {
            claims.push(claim);
        }
    }
    claims
}

/// What an edition states, and since when it and those before it hold the entity.
struct Statement<'e> {
    edition: &'e EditionEntry,
    held_since: Option<Day>,
}

impl Statement<'_> {
    /// Returns what an edition says of its own day: an entity that it holds is listed, unless the days that it states say otherwise.
    fn own_day(&self) -> ListingStatus {
        match self.edition.as_of {
            Some(day) if !self.edition.acts.is_empty() => self.status(day),
            _ => ListingStatus::NotListed,
        }
    }

    /// Tells whether what this edition states of another's day is what that one says itself.
    fn agrees_with(&self, other: &Statement<'_>) -> bool {
        let Some(day) = other.edition.as_of else { return false };
        let claim = self.status(day);
        claim == ListingStatus::Unknown || claim == other.own_day()
    }

    fn is_in_doubt(&self, day: Day) -> bool {
        !self.edition.acts.is_empty() && self.status(day) == ListingStatus::Unknown
    }

    /// Returns what the acts say of a day.
    fn status(&self, day: Day) -> ListingStatus {
        let mut says_all_not = !self.edition.acts.is_empty();
        for (from, to) in &self.edition.acts {
            match self.act_status(*from, *to, day) {
                ListingStatus::Listed => return ListingStatus::Listed,
                ListingStatus::Unknown => says_all_not = false,
                ListingStatus::NotListed => {}
            }
        }
        if says_all_not { ListingStatus::NotListed } else { ListingStatus::Unknown }
    }

    fn act_status(&self, from: Known, to: Known, day: Day) -> ListingStatus {
        if matches!(from, Known::On(first) if day < first) || matches!(to, Known::On(last) if last < day) {
            return ListingStatus::NotListed;
        }
        // Without a stated day an act has begun when editions hold it, and is in force up to the edition that states it.
        let is_begun = matches!(from, Known::On(_)) || to == Known::On(day) || self.held_since.is_some_and(|since| since <= day);
        let is_in_force =
            matches!(to, Known::On(_)) || self.edition.as_of.is_some_and(|as_of| day <= as_of) || from == Known::On(day);
        if is_begun && is_in_force { ListingStatus::Listed } else { ListingStatus::Unknown }
    }
}
