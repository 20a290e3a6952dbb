//! What of a finding had a listed party on a side: ever, on the day of the shipment, in the newest edition, by list and authority.
//!
//! In: a finding's sides and how its parties stand to the lists. Out: parts of the sides as sides of their own in `members`, and the counts
//! that the same query gives where a party is in a part beside. What is unknown is counted as the difference of two such parts: what was
//! perhaps listed, on any of the days that a date may mean, less what was on all of them. So a month in which a listing begins counts as
//! unknown and not as nothing.

use super::answer::total;
use super::members::{MatchedParties, Member};
use super::pieces::{Piece, cut_to_rows};
use crate::analyze::ownership::ListedEntry;
use crate::error::Result;
use crate::model::answer::{Counts, ListedCounts};
use crate::model::date::Day;
use crate::model::party::PartyRow;
use crate::model::question::{ListedAt, ListingKey, Question, SideName};
use crate::model::shipment_key::ShipmentKey;
use crate::model::timeline::Interval;
use crate::store::local::Engine;
use crate::store::sql::{Level, Query, SidePart, Window};
use std::collections::{BTreeMap, BTreeSet};

/// The parts of a side of which one list or authority has the parties listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSide {
    pub question: String,
    pub side: SideName,
    pub by: ListingKey,
    /// The days of the list's editions, oldest first.
    pub editions: Vec<Day>,
    /// Whether any party of the side is matched with an entity of the list.
    pub has_members: bool,
}

/// A part of a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Ever,
    AtShipment,
    /// Listed, or not known not to be, on any day that the date of the shipment may mean.
    PerhapsAtShipment,
    InEdition,
}

impl Part {
    pub const ALL: [Part; 4] = [Part::Ever, Part::AtShipment, Part::PerhapsAtShipment, Part::InEdition];

    pub fn as_str(self) -> &'static str {
        match self {
            Part::Ever => "listed_ever",
            Part::AtShipment => "listed_at_shipment",
            Part::PerhapsAtShipment => "listed_or_unknown_at_shipment",
            Part::InEdition => "listed_in_edition",
        }
    }
}

impl ListedSide {
    /// Returns what a part is called in `members`.
    pub fn name(&self, part: Part) -> String {
        let authority = self.by.authority.as_ref().map_or_else(String::new, |authority| format!("/{authority}"));
        format!("{}/{}/{}{authority}", self.side.of_finding(&self.question), part.as_str(), self.by.watchlist)
    }

    /// Returns a finding's query over one part of the side.
    pub fn query(&self, query: &Query, part: Part) -> Query {
        let days = if part == Part::PerhapsAtShipment { Window::Overlapping } else { Window::Inside };
        Query { part: Some(SidePart { side: self.side, members: self.name(part), days }), ..query.clone() }
    }
}

/// Returns the parts of a finding's sides by list and authority, with their rows of `members`.
pub fn listed_sides(
    matched: &MatchedParties<'_>,
    question: &Question,
    named: &BTreeMap<SideName, BTreeMap<i64, u16>>,
) -> (Vec<ListedSide>, Vec<Member>) {
    let (mut sides, mut members) = (Vec::new(), Vec::new());
    let nobody = BTreeMap::new();
    for side in SideName::ALL.into_iter().filter(|side| question.side(*side).is_some()) {
        let mut on_side = matched.on_side(question, side, named.get(&side).unwrap_or(&nobody));
        on_side.retain(|(party, _)| !matched.matches(party).is_empty());
        for by in keys(matched, &on_side) {
            let mut listed_side = ListedSide {
                question: question.id.clone(),
                side,
                editions: editions(matched, &by.watchlist),
                by,
                has_members: false,
            };
            let n_before = members.len();
            for (party, _) in &on_side {
                add_parts(matched, &listed_side, party, &mut members);
            }
            listed_side.has_members = members.len() > n_before;
            sides.push(listed_side);
        }
    }
    members.sort_unstable();
    (sides, members)
}

fn add_parts(matched: &MatchedParties<'_>, side: &ListedSide, party: &PartyRow<'_>, members: &mut Vec<Member>) {
    let lists = &matched.standings.listings.watchlists;
    let is_wanted = |entry: &ListedEntry<'_>| {
        lists[entry.watchlist].id == side.by.watchlist
            && side.by.authority.as_ref().is_none_or(|authority| *authority == entry.by.authority)
    };
    for part in Part::ALL {
        let at = match part {
            Part::Ever => ListedAt::Ever,
            Part::AtShipment | Part::PerhapsAtShipment => ListedAt::Shipment,
            Part::InEdition => ListedAt::Edition,
        };
        let mut listed = matched.listed(party, at, &is_wanted);
        if part == Part::PerhapsAtShipment {
            listed.iter_mut().for_each(|(piece, _)| *piece = Interval { is_known: true, ..*piece });
        }
        listed.retain(|(piece, _)| piece.is_known);
        cut_to_rows(&side.name(part), party.party_key, &listed, members);
    }
}

/// Returns all lists that state designations, and the authorities of those entries that parties of a side are matched with.
fn keys(matched: &MatchedParties<'_>, on_side: &[(&PartyRow<'_>, Vec<Piece>)]) -> BTreeSet<ListingKey> {
    let listings = matched.standings.listings;
    let mut keys: BTreeSet<ListingKey> = BTreeSet::new();
    for (list, history) in listings.watchlists.iter().zip(&listings.histories) {
        if history.entities.iter().any(|entity| !entity.by.is_empty()) {
            keys.insert(ListingKey { watchlist: list.id.clone(), authority: None });
        }
    }
    for found in on_side.iter().flat_map(|(party, _)| matched.matches(party)) {
        let company = matched.standings.companies.company(found.watchlist, found.entity);
        for entry in matched.standings.listed_entries(company).filter(|entry| !entry.by.authority.is_empty()) {
            let watchlist = listings.watchlists[entry.watchlist].id.clone();
            keys.insert(ListingKey { watchlist, authority: Some(entry.by.authority.clone()) });
        }
    }
    keys
}

fn editions(matched: &MatchedParties<'_>, list: &str) -> Vec<Day> {
    let listings = matched.standings.listings;
    let at = listings.watchlists.iter().position(|watchlist| watchlist.id == list);
    at.map(|at| listings.histories[at].editions.clone()).unwrap_or_default()
}

/// Returns the counts of all parts of a finding's sides.
pub fn listed_counts(
    sides: &[ListedSide],
    question: &Question,
    query: &Query,
    headline: &Counts,
    evidence: &mut Engine,
) -> Result<Vec<ListedCounts>> {
    let mut found = Vec::new();
    for side in sides.iter().filter(|side| side.question == query.id) {
        let mut count = |part: Part| match side.has_members {
            true => total(&side.query(query, part), evidence, Level::Headline),
            false => Ok(Counts::default()),
        };
        let (at_shipment, perhaps) = (count(Part::AtShipment)?, count(Part::PerhapsAtShipment)?);
        let mut listed = ListedCounts {
            side: side.side,
            by: side.by.clone(),
            editions: side.editions.clone(),
            ever: count(Part::Ever)?,
            in_edition: count(Part::InEdition)?,
            unknown_at_shipment: perhaps.without(&at_shipment),
            at_shipment,
            sentence: String::new(),
        };
        listed.sentence = sentence(&listed, headline, question.count);
        found.push(listed);
    }
    Ok(found)
}

/// Says in a sentence who was listed on the day of the shipment.
fn sentence(listed: &ListedCounts, headline: &Counts, key: ShipmentKey) -> String {
    let (side, by, word) = (listed.side.as_str(), &listed.by, key.as_str().replace('_', " "));
    let (ever, then, unknown) = (listed.ever.of(key), listed.at_shipment.of(key), listed.unknown_at_shipment.of(key));
    let all = headline.of(key);
    let mut sentence = match then {
        0 => format!("none of the {all} {word} had a {side} that `{by}` listed on the shipment date"),
        then => format!("{then} of the {all} {word} had a {side} that `{by}` listed on the shipment date"),
    };
    if unknown > 0 {
        sentence.push_str(&format!("; of {unknown} more it is unknown"));
    }
    let newest = listed.editions.last().map_or_else(|| "the edition".to_owned(), |day| format!("the edition of {day}"));
    sentence.push_str(&format!("; listed on any day: {ever}, in {newest}: {}", listed.in_edition.of(key)));
    if listed.editions.is_empty() {
        sentence.push_str("; the list has no `as_of`, so that without a stated end all after the first day is unknown");
    }
    sentence
}
