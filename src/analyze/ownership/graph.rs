//! The graph of shares over all days, and the parts of it that can matter to some companies.

use super::day_graph::{DayGraph, Sources, Stated};
use crate::model::date::Day;
use crate::model::share::Share;
use crate::model::timeline::{Interval, changes_of};
use std::collections::BTreeMap;

/// A share of one company in another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub owner: usize,
    pub owned: usize,
    pub share: Option<Share>,
    pub interval: Interval,
}

/// Shares by owner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Graph {
    /// Sorted by owner, owned, days.
    edges: Vec<Edge>,
    /// Places in `edges`, sorted by owned.
    by_owned: Vec<usize>,
}

/// Companies that shares connect below some of a set, with these shares.
pub struct Part<'g> {
    /// The companies of the part; a day's graph has them by their place here.
    pub nodes: Vec<usize>,
    edges: Vec<(usize, usize, &'g Edge)>,
    sources: Vec<(usize, Interval)>,
}

impl Graph {
    /// Shares in oneself are left out: they say nothing of who owns a company.
    pub fn of(edges: impl IntoIterator<Item = Edge>) -> Self {
        let mut edges: Vec<Edge> = edges.into_iter().filter(|edge| edge.owner != edge.owned).collect();
        edges.sort_unstable();
        edges.dedup();
        let mut by_owned: Vec<usize> = (0..edges.len()).collect();
        by_owned.sort_by_key(|at| edges[*at].owned);
        Graph { edges, by_owned }
    }

    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    fn below(&self, owner: usize) -> &[Edge] {
        let from = self.edges.partition_point(|edge| edge.owner < owner);
        let to = self.edges.partition_point(|edge| edge.owner <= owner);
        &self.edges[from..to]
    }

    fn above(&self, owned: usize) -> impl Iterator<Item = &Edge> {
        let from = self.by_owned.partition_point(|at| self.edges[*at].owned < owned);
        let to = self.by_owned.partition_point(|at| self.edges[*at].owned <= owned);
        self.by_owned[from..to].iter().map(|at| &self.edges[*at])
    }

    /// Returns what lies below some companies, in parts that have no share in one another.
    pub fn parts_below(&self, sources: &[(usize, Interval)]) -> Vec<Part<'_>> {
        // The part of a company is the first company that it was connected with; parts grow together where chains meet.
        let mut part_of: BTreeMap<usize, usize> = BTreeMap::new();
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut open: Vec<usize> = Vec::new();
        let mut starts: Vec<usize> = sources.iter().map(|(node, _)| *node).collect();
        starts.sort_unstable();
        starts.dedup();
        for start in starts.into_iter().filter(|start| !self.below(*start).is_empty()) {
            if part_of.insert(start, start).is_some() {
                continue;
            }
            members.insert(start, vec![start]);
            open.push(start);
            let mut own = start;
            while let Some(owner) = open.pop() {
                for edge in self.below(owner) {
                    match part_of.get(&edge.owned).copied() {
                        None => {
                            part_of.insert(edge.owned, own);
                            members.entry(own).or_default().push(edge.owned);
                            open.push(edge.owned);
                        }
                        Some(other) if other != own => {
                            let (kept, gone) = (own.min(other), own.max(other));
                            let moved = members.remove(&gone).unwrap_or_default();
                            part_of.extend(moved.iter().map(|node| (*node, kept)));
                            members.entry(kept).or_default().extend(moved);
                            own = kept;
                        }
                        Some(_) => {}
                    }
                }
            }
        }
        members.into_values().map(|nodes| self.part(nodes, sources)).collect()
    }

    fn part(&self, mut nodes: Vec<usize>, sources: &[(usize, Interval)]) -> Part<'_> {
        // Owners that the set has nothing of count where more than the whole of a company is stated to be held.
        let owners: Vec<usize> = nodes.iter().flat_map(|node| self.above(*node)).map(|edge| edge.owner).collect();
        let edges: Vec<&Edge> = nodes.iter().flat_map(|node| self.above(*node)).collect();
        nodes.extend(owners);
        nodes.sort_unstable();
        nodes.dedup();
        let place = |node: &usize| nodes.binary_search(node).ok();
        let edges = edges.into_iter().filter_map(|edge| Some((place(&edge.owner)?, place(&edge.owned)?, edge))).collect();
        let sources = sources.iter().filter_map(|(node, interval)| Some((place(node)?, *interval))).collect();
        Part { edges, sources, nodes }
    }
}

impl Part<'_> {
    /// Returns the days on which anything may change.
    pub fn changes(&self) -> Vec<Day> {
        let intervals = self.edges.iter().map(|(_, _, edge)| edge.interval).chain(self.sources.iter().map(|(_, days)| *days));
        let mut days: Vec<Day> = intervals.flat_map(changes_of).chain([Day::MIN]).collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// Returns the shares of a day and the companies that the set has on it.
    pub fn on(&self, day: Day) -> (DayGraph, Sources) {
        let edges = self.edges.iter().filter(|(_, _, edge)| edge.interval.has(day));
        let stated = edges.map(|(owner, owned, edge)| Stated {
            owner: *owner,
            owned: *owned,
            share: edge.share,
            is_dated: edge.interval.is_known,
        });
        let mut sources = Sources::none(self.nodes.len());
        for (node, interval) in self.sources.iter().filter(|(_, interval)| interval.has(day)) {
            sources.add(*node, interval.is_known);
        }
        (DayGraph::of(self.nodes.len(), stated), sources)
    }
}
