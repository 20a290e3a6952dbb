//! The shares of one day: each between what is stated for certain and what it may be.

use super::{Held, Owned, Rule, Step};
use crate::model::share::Share;
use std::collections::BTreeMap;

/// A share as a source states it on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated {
    pub owner: usize,
    pub owned: usize,
    pub share: Option<Share>,
    /// Whether it is known that the share was held on this day.
    pub is_dated: bool,
}

/// The share of an owner in a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub owner: usize,
    pub owned: usize,
    /// What all sources that state a share of this day agree on, at least.
    pub low: Share,
    /// What it may be at most: the highest that is stated, or the whole where no source states any.
    pub high: Share,
    /// The share as it is shown; `None` where no source states it.
    pub shown: Option<Share>,
}

impl Link {
    pub fn is_certain(&self) -> bool {
        self.low == self.high
    }
}

/// The shares of one day, by owned company and by owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayGraph {
    links: Vec<Link>,
    /// Places in `links`, for each company those of its owners and those of what it owns.
    owners: Vec<Vec<usize>>,
    holdings: Vec<Vec<usize>>,
}

impl DayGraph {
    /// Several statements about one owner and company are one share: sources repeat one another.
    pub fn of(n_nodes: usize, stated: impl IntoIterator<Item = Stated>) -> Self {
        let mut pairs: BTreeMap<(usize, usize), Vec<Stated>> = BTreeMap::new();
        for one in stated {
            pairs.entry((one.owner, one.owned)).or_default().push(one);
        }
        let mut graph = DayGraph { links: Vec::new(), owners: vec![Vec::new(); n_nodes], holdings: vec![Vec::new(); n_nodes] };
        for ((owner, owned), stated) in pairs {
            let shares = |is_dated: bool| stated.iter().filter(move |one| one.is_dated || !is_dated).filter_map(|one| one.share);
            let low = shares(true).min().unwrap_or(Share::NONE);
            let high = shares(false).max();
            graph.owners[owned].push(graph.links.len());
            graph.holdings[owner].push(graph.links.len());
            graph.links.push(Link { owner, owned, low, high: high.unwrap_or(Share::WHOLE), shown: high });
        }
        graph
    }

    pub fn n_nodes(&self) -> usize {
        self.owners.len()
    }

    pub fn owners_of(&self, node: usize) -> impl Iterator<Item = &Link> {
        self.owners[node].iter().map(|at| &self.links[*at])
    }

    pub fn holdings_of(&self, node: usize) -> impl Iterator<Item = &Link> {
        self.holdings[node].iter().map(|at| &self.links[*at])
    }
}

/// Which companies are of the set on a day: for certain, and perhaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    pub certain: Vec<bool>,
    /// All that are certain are here too.
    pub possible: Vec<bool>,
}

impl Sources {
    pub fn none(n_nodes: usize) -> Self {
        Sources { certain: vec![false; n_nodes], possible: vec![false; n_nodes] }
    }

    pub fn add(&mut self, node: usize, is_certain: bool) {
        self.possible[node] = true;
        self.certain[node] |= is_certain;
    }
}

/// How the set spreads down the shares: companies by the number of links over which they are reached.
pub struct Reach<'g> {
    graph: &'g DayGraph,
    weight: fn(&Link) -> Share,
    pub links: Vec<Option<u32>>,
}

impl<'g> Reach<'g> {
    /// Follows the shares from the sources: a company is reached where the shares of those that are reached before add up to the floor.
    pub fn of(graph: &'g DayGraph, sources: &[bool], weight: fn(&Link) -> Share, floor: Share, depth: Option<u32>) -> Self {
        let mut links: Vec<Option<u32>> = sources.iter().map(|is_source| is_source.then_some(0)).collect();
        let mut sums = vec![0_u64; graph.n_nodes()];
        let mut newest: Vec<usize> = (0..graph.n_nodes()).filter(|node| sources[*node]).collect();
        let mut n_links = 0;
        while !newest.is_empty() && depth.is_none_or(|depth| n_links < depth) {
            n_links += 1;
            let mut touched: Vec<usize> = Vec::new();
            for owner in &newest {
                for link in graph.holdings_of(*owner) {
                    sums[link.owned] += u64::from(weight(link).units());
                    touched.push(link.owned);
                }
            }
            touched.sort_unstable();
            touched.dedup();
            touched.retain(|node| links[*node].is_none() && sums[*node] > 0 && sums[*node] >= u64::from(floor.units()));
            touched.iter().for_each(|node| links[*node] = Some(n_links));
            newest = touched;
        }
        Reach { graph, weight, links }
    }

    pub fn has(&self, node: usize) -> bool {
        self.links[node].is_some()
    }

    /// Returns the owners on the way to a company that is reached, from the set on.
    pub fn path(&self, node: usize) -> Vec<Step> {
        let mut path = Vec::new();
        let mut at = node;
        while let Some(n_links) = self.links[at].filter(|n_links| *n_links > 0) {
            let is_before = |link: &&Link| self.links[link.owner].is_some_and(|links| links < n_links);
            let mut owners: Vec<&Link> = self.graph.owners_of(at).filter(is_before).collect();
            owners.retain(|link| (self.weight)(link) > Share::NONE);
            owners.sort_by_key(|link| (std::cmp::Reverse((self.weight)(link)), self.links[link.owner], link.owner));
            let Some(main) = owners.first() else { break };
            at = main.owner;
            path.push(Step { owners: owners.iter().map(|link| (link.owner, link.shown)).collect() });
        }
        path.reverse();
        path
    }
}

/// Returns what two reaches say together: certain by the one, else perhaps by the other.
pub fn told(rule: Rule, sources: &Sources, certain: &Reach<'_>, possible: &Reach<'_>) -> Vec<Held> {
    let nodes = (0..sources.certain.len()).filter(|node| !sources.certain[*node]);
    nodes
        .filter_map(|node| {
            let (answer, path) = match (certain.has(node), possible.has(node)) {
                (true, _) => (Owned::Yes, certain.path(node)),
                // What is perhaps of the set itself is not told here.
                (false, true) if !sources.possible[node] => (Owned::Unknown, possible.path(node)),
                _ => return None,
            };
            Some(Held { node, rule, answer, share: None, path })
        })
        .collect()
}
