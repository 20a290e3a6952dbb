//! Which parties stand on a side of a finding, from when to when, and how surely.
//!
//! In: a side, the distinct parties, their matches with listed entities, and how these stand to lists and groups. Out: rows of `members`,
//! on disjoint intervals a party, so that a party with two listed entities counts once.
//!
//! A side's keys are joined by *and*, values of one key by *or*. A match with one entry of a company is a match with the company: with
//! what other lists say of it too. What holds on days that are not known counts in the looser range only.

use super::pieces::{Piece, cut_to_rows, intersect};
use crate::analyze::listing::Site;
use crate::analyze::ownership::{ListedEntry, Standings, listed_intervals};
use crate::model::date::Day;
use crate::model::listed_entity::ListedEntity;
use crate::model::party::PartyRow;
use crate::model::question::{ListedAt, ListedCondition, Question, Side, SideName};
use crate::model::timeline::Interval;
use std::collections::BTreeMap;

/// A party that is, with some score, a listed entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartyMatch {
    pub party_key: i64,
    pub watchlist: usize,
    pub entity: usize,
    pub score: u16,
}

/// A row of `members`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    pub side: String,
    pub party_key: i64,
    pub valid_from: Day,
    pub valid_to: Day,
    /// Score with known dates only; 0 where the party does not belong to the side with known dates.
    pub score_known: u16,
    /// Score that also admits unknown dates.
    pub score_any: u16,
    /// Score of what someone confirmed.
    pub score_confirmed: u16,
}

/// The parties and what their matches are.
pub struct MatchedParties<'p> {
    pub parties: &'p [PartyRow<'p>],
    pub standings: &'p Standings<'p>,
    by_party: BTreeMap<i64, Vec<PartyMatch>>,
}

impl<'p> MatchedParties<'p> {
    pub fn of(parties: &'p [PartyRow<'p>], matches: &[PartyMatch], standings: &'p Standings<'p>) -> Self {
        let mut by_party: BTreeMap<i64, Vec<PartyMatch>> = BTreeMap::new();
        for found in matches {
            by_party.entry(found.party_key).or_default().push(*found);
        }
        MatchedParties { parties, standings, by_party }
    }

    /// Returns the rows of `members` of one side of a finding; `named` has the scores of the parties that bear one of the side's names.
    pub fn members(&self, question: &Question, side: SideName, named: &BTreeMap<i64, u16>) -> Vec<Member> {
        let name = side.of_finding(&question.id);
        let mut members = Vec::new();
        for (party, pieces) in self.on_side(question, side, named) {
            cut_to_rows(&name, party.party_key, &pieces, &mut members);
        }
        members.sort_unstable();
        members
    }

    /// Returns the parties of a side with the days on which they stand there; nobody where anyone may.
    pub fn on_side(
        &self,
        question: &Question,
        side: SideName,
        named: &BTreeMap<i64, u16>,
    ) -> Vec<(&'p PartyRow<'p>, Vec<Piece>)> {
        let Some(wanted) = question.side(side) else { return Vec::new() };
        let condition = question.listed.as_ref().filter(|condition| condition.who == side);
        let groups = self.groups_of(wanted);
        let mut found = Vec::new();
        for party in self.parties.iter().filter(|party| may_stand(party, wanted)) {
            let name_score = if wanted.name.is_empty() { Some(&1000) } else { named.get(&party.party_key) };
            let Some(name_score) = name_score else { continue };
            let mut pieces = vec![(Interval::ALWAYS, *name_score)];
            for key in ListKey::of(wanted) {
                pieces = intersect(&pieces, &self.fulfilled(party, &key, &groups));
            }
            if let Some(condition) = condition {
                pieces = intersect(&pieces, &self.listed_as_asked(party, condition));
            }
            if !pieces.is_empty() {
                found.push((party, pieces));
            }
        }
        found
    }

    /// Returns when a party is listed by some entries, as its matches score; on days that are in doubt it is not known to be.
    pub fn listed(&self, party: &PartyRow<'_>, at: ListedAt, is_wanted: &dyn Fn(&ListedEntry<'_>) -> bool) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut site: Option<Site> = None;
        for found in self.matches(party) {
            let company = self.standings.companies.company(found.watchlist, found.entity);
            for entry in self.standings.listed_entries(company).filter(|entry| is_wanted(entry)) {
                let site = site.get_or_insert_with(|| Site::of_party(party.name, party.registration_id));
                // A listing does not pass to another site of the company for certain.
                let is_same_site = site.other_site(self.entity(entry.watchlist, entry.entity)).is_none();
                let always = Interval { is_known: is_same_site, ..Interval::ALWAYS };
                let days: Vec<Interval> = match at {
                    ListedAt::Ever => vec![always],
                    ListedAt::Edition => entry.by.is_in_newest.then_some(always).into_iter().collect(),
                    ListedAt::Shipment => listed_intervals(entry.by).collect(),
                };
                pieces.extend(days.into_iter().filter_map(|days| Some((days.and(always)?, found.score))));
            }
        }
        pieces
    }

    pub fn matches(&self, party: &PartyRow<'_>) -> &[PartyMatch] {
        self.by_party.get(&party.party_key).map_or(&[], Vec::as_slice)
    }

    fn listed_as_asked(&self, party: &PartyRow<'_>, condition: &ListedCondition) -> Vec<Piece> {
        self.listed(party, condition.at, &|entry| {
            condition.by.iter().any(|by| *by == entry.by.authority || *by == self.list_id(entry.watchlist))
        })
    }

    fn fulfilled(&self, party: &PartyRow<'_>, key: &ListKey<'_>, groups: &BTreeMap<usize, Vec<Interval>>) -> Vec<Piece> {
        let pieces = |found: &PartyMatch| -> Vec<Piece> {
            let holds = match key {
                ListKey::Group => {
                    let company = self.standings.companies.company(found.watchlist, found.entity);
                    let days = groups.get(&company).into_iter().flatten();
                    return days.map(|days| (*days, found.score)).collect();
                }
                ListKey::Entity(wanted) => {
                    let entity = self.entity(found.watchlist, found.entity);
                    wanted.iter().any(|id| *id == entity.entity_id || id == entity.primary_name())
                }
                ListKey::List(wanted) => wanted.iter().any(|id| id == self.list_id(found.watchlist)),
                ListKey::Program(wanted) => {
                    let mut programs = self.entity(found.watchlist, found.entity).programs();
                    programs.any(|program| wanted.iter().any(|wanted| wanted == program))
                }
            };
            if holds { vec![(Interval::ALWAYS, found.score)] } else { Vec::new() }
        };
        self.matches(party).iter().flat_map(pieces).collect()
    }

    /// Returns the companies of a side's groups with their days.
    fn groups_of(&self, side: &Side) -> BTreeMap<usize, Vec<Interval>> {
        let mut groups: BTreeMap<usize, Vec<Interval>> = BTreeMap::new();
        for entry in side.group.iter().flat_map(|group| self.standings.members(group)) {
            groups.entry(entry.company).or_default().push(entry.interval);
        }
        groups
    }

    fn entity(&self, watchlist: usize, entity: usize) -> &ListedEntity {
        &self.standings.listings.watchlists[watchlist].entities[entity]
    }

    fn list_id(&self, watchlist: usize) -> &str {
        &self.standings.listings.watchlists[watchlist].id
    }
}

/// Tells whether a party can stand on a side by what its records say of it.
fn may_stand(party: &PartyRow<'_>, side: &Side) -> bool {
    let kind = party.kind.as_ref().map(|(kind, _)| *kind);
    side.roles.iter().any(|role| party.roles.contains(*role))
        && (side.country.is_empty() || party.country.is_some_and(|country| side.country.contains(&country)))
        && (side.kind.is_empty() || side.kind.iter().any(|wanted| wanted.holds(kind)))
        && (side.registration_id.is_empty() || side.registration_id.iter().any(|wanted| is_meant(wanted, party.registration_id)))
}

/// Tells whether an identifier is the one that is asked for; one without the code of a site means all sites.
fn is_meant(wanted: &str, registration_id: &str) -> bool {
    wanted == registration_id || registration_id.split('/').next() == Some(wanted)
}

/// A key of a side that asks for listed entities, with its values: any of them will do.
enum ListKey<'s> {
    Group,
    Entity(&'s [String]),
    List(&'s [String]),
    Program(&'s [String]),
}

impl<'s> ListKey<'s> {
    /// Returns the keys that a side states. All must hold, not necessarily by one entity: a party can be in a group by one list
    /// and on another list too.
    fn of(side: &'s Side) -> Vec<ListKey<'s>> {
        let stated = [
            (!side.group.is_empty()).then_some(ListKey::Group),
            (!side.entity.is_empty()).then_some(ListKey::Entity(&side.entity)),
            (!side.list.is_empty()).then_some(ListKey::List(&side.list)),
            (!side.program.is_empty()).then_some(ListKey::Program(&side.program)),
        ];
        stated.into_iter().flatten().collect()
    }
}
