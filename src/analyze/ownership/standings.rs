//! How companies stand to lists and groups: listed, owned by listed, in a group. Three things that are never one.
//!
//! In: the lists with their histories. Out: for each company the groups that it is in and the listed owners that it has, with days and
//! the owners on the way as text. A company is in a group because its list says so, or because the group owns it by a rule; that a
//! company is in a group says nothing about sanctions.

use super::companies::Companies;
use super::graph::{Edge, Graph};
use super::{Holding, Owned, Rule, Settings, Step, holdings};
use crate::analyze::listing::{AuthorityDays, ListingStatus, Listings};
use crate::model::date::Day;
use crate::model::listed_entity::Watchlist;
use crate::model::share::Share;
use crate::model::timeline::Interval;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// How the companies of all lists stand to lists and groups.
pub struct Standings<'l> {
    pub listings: &'l Listings,
    pub companies: Companies,
    /// By group, the entries by company.
    groups: BTreeMap<String, Vec<GroupEntry>>,
    owned: BTreeMap<usize, Vec<OwnedEntry>>,
    settings: Settings,
}

/// That a company is in a group, from a day to a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupEntry {
    pub company: usize,
    pub interval: Interval,
    /// `None` where the group's list names the company itself.
    pub rule: Option<Rule>,
    /// The group, the owners on the way with their shares, the rule and the days.
    pub path: String,
}

/// That a company is owned by companies that one authority lists, from a day to a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedEntry {
    pub interval: Interval,
    pub rule: Rule,
    /// Who lists, the owners on the way with their shares, the rule and the days.
    pub path: String,
}

/// A company's entry on a list, and one authority by which it is listed.
#[derive(Debug, Clone, Copy)]
pub struct ListedEntry<'l> {
    pub watchlist: usize,
    pub entity: usize,
    pub by: &'l AuthorityDays,
}

impl<'l> Standings<'l> {
    pub fn of(listings: &'l Listings, settings: Settings) -> Self {
        let lists = &listings.watchlists;
        let companies = Companies::of(lists);
        let graph = Graph::of(edges(lists, &companies));
        let mut standings = Standings { listings, companies, groups: BTreeMap::new(), owned: BTreeMap::new(), settings };
        let names: BTreeSet<&str> = lists.iter().flat_map(|list| &list.memberships).map(|own| own.group.as_str()).collect();
        standings.groups = names.into_iter().map(|name| (name.to_owned(), standings.group_entries(name, &graph))).collect();
        standings.owned = standings.owned_entries(&graph);
        standings
    }

    /// Returns who is in a group, by the list and by the rule for groups, by company and day.
    pub fn members(&self, group: &str) -> impl Iterator<Item = &GroupEntry> {
        let entries = self.groups.get(group).into_iter().flatten();
        entries.filter(|entry| entry.rule.is_none_or(|rule| rule == self.settings.rule))
    }

    /// Returns the ways by which a company is in groups, by either rule.
    pub fn group_paths(&self, company: usize) -> impl Iterator<Item = &GroupEntry> {
        self.groups.values().flat_map(move |entries| {
            let from = entries.partition_point(|entry| entry.company < company);
            entries[from..].iter().take_while(move |entry| entry.company == company)
        })
    }

    /// Returns the ways by which listed companies own a company, by either rule.
    pub fn listed_owners(&self, company: usize) -> &[OwnedEntry] {
        self.owned.get(&company).map_or(&[], Vec::as_slice)
    }

    /// Returns the entries by which a company is or was listed.
    pub fn listed_entries(&self, company: usize) -> impl Iterator<Item = ListedEntry<'l>> {
        let listings = self.listings;
        self.companies.entries(company).iter().flat_map(move |(watchlist, entity)| {
            let history = &listings.histories[*watchlist].entities[*entity];
            history.by.iter().map(|by| ListedEntry { watchlist: *watchlist, entity: *entity, by })
        })
    }

    fn group_entries(&self, group: &str, graph: &Graph) -> Vec<GroupEntry> {
        let mut sources: Vec<(usize, Interval)> = Vec::new();
        for (at, list) in self.listings.watchlists.iter().enumerate() {
            for member in list.memberships.iter().filter(|member| member.group == group) {
                if let Ok(entity) = list.entities.binary_search_by(|entity| entity.entity_id.cmp(&member.entity_id)) {
                    sources.push((self.companies.company(at, entity), Interval::of(member.from, member.to)));
                }
            }
        }
        sources.sort_unstable();
        sources.dedup();
        let stated = sources.iter().map(|(company, interval)| GroupEntry {
            company: *company,
            interval: *interval,
            rule: None,
            path: with_days(group.to_owned(), &[], *interval),
        });
        let owned = holdings(graph, &sources, self.settings).into_iter().map(|holding| GroupEntry {
            company: holding.held.node,
            interval: interval_of(&holding),
            rule: Some(holding.held.rule),
            path: self.path(group, &holding),
        });
        let mut entries: Vec<GroupEntry> = stated.chain(owned).collect();
        entries.sort_by(|left, right| {
            (left.company, left.rule, left.interval, &left.path).cmp(&(right.company, right.rule, right.interval, &right.path))
        });
        entries
    }

    /// Shares of companies that different authorities list are not added up: each has a rule of its own.
    fn owned_entries(&self, graph: &Graph) -> BTreeMap<usize, Vec<OwnedEntry>> {
        let owners: BTreeSet<usize> = graph.edges().iter().map(|edge| edge.owner).collect();
        let mut sources: BTreeMap<(usize, &str), Vec<(usize, Interval)>> = BTreeMap::new();
        for owner in owners {
            for entry in self.listed_entries(owner) {
                let own = sources.entry((entry.watchlist, &entry.by.authority)).or_default();
                own.extend(listed_intervals(entry.by).map(|interval| (owner, interval)));
            }
        }
        let sources: Vec<_> = sources.into_iter().collect();
        let found: Vec<Vec<(usize, OwnedEntry)>> = sources
            .par_iter()
            .map(|((watchlist, authority), sources)| {
                let who = listed_by(&self.listings.watchlists[*watchlist].id, authority);
                let entry = |holding: Holding| {
                    let path = self.path(&who, &holding);
                    (holding.held.node, OwnedEntry { interval: interval_of(&holding), rule: holding.held.rule, path })
                };
                holdings(graph, sources, self.settings).into_iter().map(entry).collect()
            })
            .collect();
        let mut owned: BTreeMap<usize, Vec<OwnedEntry>> = BTreeMap::new();
        found.into_iter().flatten().for_each(|(company, entry)| owned.entry(company).or_default().push(entry));
        owned
    }

    fn name(&self, company: usize) -> &str {
        let (list, entity) = self.companies.entries(company)[0];
        self.listings.watchlists[list].entities[entity].primary_name()
    }

    fn path(&self, start: &str, holding: &Holding) -> String {
        let share = |share: &Option<Share>| share.map_or("unknown share".to_owned(), |share| format!("{share} %"));
        let step = |step: &Step| -> String {
            let owners: Vec<String> =
                step.owners.iter().map(|(owner, held)| format!("{} {}", self.name(*owner), share(held))).collect();
            owners.join(" + ")
        };
        let steps: Vec<String> = std::iter::once(start.to_owned()).chain(holding.held.path.iter().map(step)).collect();
        let mut rule = holding.held.rule.as_str().to_owned();
        if let Some(share) = holding.held.share.filter(|_| holding.held.answer == Owned::Yes) {
            rule.push_str(&format!(" {share} %"));
        }
        let unknown = (holding.held.answer == Owned::Unknown).then(|| "unknown".to_owned());
        let notes: Vec<String> = std::iter::once(rule).chain(unknown).collect();
        with_days(steps.join(" > "), &notes, Interval { is_known: true, ..interval_of(holding) })
    }
}

/// Returns who lists, as it is shown: the list, and the authority where it holds the acts of several.
pub fn listed_by(watchlist: &str, authority: &str) -> String {
    if authority.is_empty() { watchlist.to_owned() } else { format!("{watchlist} ({authority})") }
}

fn edges<'l>(lists: &'l [Watchlist], companies: &'l Companies) -> impl Iterator<Item = Edge> + 'l {
    lists.iter().enumerate().flat_map(move |(at, list)| {
        let company = move |id: &str| {
            let entity = list.entities.binary_search_by(|entity| entity.entity_id.as_str().cmp(id)).ok()?;
            Some(companies.company(at, entity))
        };
        list.ownerships.iter().filter_map(move |edge| {
            let (owner, owned) = (company(&edge.owner_id)?, company(&edge.owned_id)?);
            Some(Edge { owner, owned, share: edge.share, interval: Interval::of(edge.from, edge.to) })
        })
    })
}

/// Returns the days on which an authority lists a company, and those on which that is not known.
pub fn listed_intervals(by: &AuthorityDays) -> impl Iterator<Item = Interval> {
    by.days.spans().filter(|(_, _, status)| **status != ListingStatus::NotListed).map(|(from, to, status)| Interval {
        from,
        to,
        is_known: *status == ListingStatus::Listed,
    })
}

fn interval_of(holding: &Holding) -> Interval {
    Interval { from: holding.from, to: holding.to, is_known: holding.held.answer == Owned::Yes }
}

/// Adds notes and days to a way, in brackets.
fn with_days(way: String, notes: &[String], interval: Interval) -> String {
    let mut notes = notes.to_vec();
    notes.extend(match (interval.from > Day::MIN, interval.to < Day::MAX) {
        (false, false) => None,
        (true, false) => Some(format!("from {}", interval.from)),
        (false, true) => Some(format!("to {}", interval.to)),
        (true, true) => Some(format!("{} to {}", interval.from, interval.to)),
    });
    if !interval.is_known {
        notes.push("days unknown".to_owned());
    }
    if notes.is_empty() { way } else { format!("{way} ({})", notes.join(", ")) }
}
