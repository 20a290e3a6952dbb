//! The multiplied share: products of shares along all chains, added up.
//!
//! A company's share is the sum over its owners of their share in it times what the set has of them: the whole of its own companies,
//! and of others what this rule gives. Without cycles that is the sum over all chains; with cycles it is the limit, which is the one
//! solution of these equations and is found as a fraction, so that exactly half is half.

use super::day_graph::{DayGraph, Link, Reach, Sources};
use super::{Held, Owned, Rule, Settings};
use crate::model::share::Share;
use dashu_ratio::RBig;
use std::collections::{BTreeMap, BTreeSet};

/// Companies in cycles that one solution may have; what hangs on more is unknown.
const MOST_IN_CYCLES: usize = 100;

/// The whole, and the most rounds, of the upper bound that tells whether unknown shares matter.
const WHOLE: u64 = 1_000_000_000_000;
const MOST_ROUNDS: u32 = 500;

/// Returns what the set owns on a day.
pub fn held(graph: &DayGraph, sources: &Sources, settings: Settings) -> Vec<Held> {
    let any = Share::of_units(1);
    let certain = Reach::of(graph, &sources.certain, |link| link.low, any, settings.depth);
    let possible = Reach::of(graph, &sources.possible, |link| link.high, any, settings.depth);
    let (low, is_unsolved) = match settings.depth {
        Some(depth) => (iterated(graph, &sources.certain, &certain, depth), Vec::new()),
        None => solved(graph, &sources.certain, &certain),
    };
    let is_uncertain = uncertain(graph, sources, &possible, &is_unsolved);
    let floor = fraction(settings.floor);
    let mut high: Option<Vec<u64>> = None;
    let mut held = Vec::new();
    for node in (0..graph.n_nodes()).filter(|node| possible.has(*node) && !sources.certain[*node]) {
        let (answer, path) = if low[node] >= floor {
            (Owned::Yes, certain.path(node))
        } else if is_uncertain[node] && !sources.possible[node] {
            let high = high.get_or_insert_with(|| bounded_above(graph, &sources.possible, &possible, settings.depth));
            if high[node] < u64::from(settings.floor.units()) * (WHOLE / u64::from(Share::WHOLE.units())) {
                continue;
            }
            (Owned::Unknown, possible.path(node))
        } else {
            continue;
        };
        held.push(Held { node, rule: Rule::MultipliedShare, answer, share: Some(cut(&low[node])), path });
    }
    held
}

fn fraction(share: Share) -> RBig {
    RBig::from(share.units()) / RBig::from(Share::WHOLE.units())
}

/// Returns a fraction as a share, cut at the fourth decimal of a percent.
fn cut(value: &RBig) -> Share {
    let units = (value * RBig::from(Share::WHOLE.units())).floor();
    Share::of_units(u64::try_from(units).unwrap_or(0))
}

/// More than the whole of such a company is stated to be held: its owners' shares are then no fractions of it.
fn is_overfull(graph: &DayGraph, node: usize) -> bool {
    graph.owners_of(node).map(|link| u64::from(link.low.units())).sum::<u64>() > u64::from(Share::WHOLE.units())
}

/// Returns the shares in a company that are certain and come from what the set reaches.
fn certain_links<'g>(graph: &'g DayGraph, reach: &Reach<'_>, node: usize) -> Vec<&'g Link> {
    if is_overfull(graph, node) {
        return Vec::new();
    }
    graph.owners_of(node).filter(|link| link.low > Share::NONE && reach.has(link.owner)).collect()
}

/// Returns what the set has of each company over chains of at most so many links.
fn iterated(graph: &DayGraph, sources: &[bool], reach: &Reach<'_>, depth: u32) -> Vec<RBig> {
    let whole = |is_source: &bool| if *is_source { RBig::ONE } else { RBig::ZERO };
    let mut values: Vec<RBig> = sources.iter().map(whole).collect();
    let nodes: Vec<usize> = (0..sources.len()).filter(|node| reach.has(*node) && !sources[*node]).collect();
    for _ in 0..depth {
        let next: Vec<RBig> = nodes.iter().map(|node| value_of(&certain_links(graph, reach, *node), &values)).collect();
        let is_same = nodes.iter().zip(&next).all(|(node, next)| values[*node] == *next);
        nodes.iter().zip(next).for_each(|(node, next)| values[*node] = next);
        if is_same {
            break;
        }
    }
    values
}

fn value_of(links: &[&Link], values: &[RBig]) -> RBig {
    links.iter().fold(RBig::ZERO, |sum, link| sum + fraction(link.low) * &values[link.owner])
}

/// Returns what the set has of each company over all chains, and which companies stand in cycles too large to be solved.
fn solved(graph: &DayGraph, sources: &[bool], reach: &Reach<'_>) -> (Vec<RBig>, Vec<usize>) {
    let mut values: Vec<RBig> = sources.iter().map(|own| if *own { RBig::ONE } else { RBig::ZERO }).collect();
    let open: BTreeMap<usize, Vec<&Link>> = (0..sources.len())
        .filter(|node| reach.has(*node) && !sources[*node])
        .map(|node| (node, certain_links(graph, reach, node)))
        .collect();
    let mut open = in_order(open, &mut values);
    let cycles = without_ends(&open);
    let is_solved = cycles.len() <= MOST_IN_CYCLES;
    if is_solved {
        solve(&cycles, &open, &mut values);
    }
    cycles.iter().for_each(|node| drop(open.remove(node)));
    in_order(open, &mut values);
    (values, if is_solved { Vec::new() } else { cycles })
}

/// Values companies whose owners are valued, one after the other; returns those that wait for one another.
fn in_order<'g>(mut open: BTreeMap<usize, Vec<&'g Link>>, values: &mut [RBig]) -> BTreeMap<usize, Vec<&'g Link>> {
    loop {
        let ready: Vec<usize> = open
            .iter()
            .filter(|(_, links)| links.iter().all(|link| !open.contains_key(&link.owner)))
            .map(|(node, _)| *node)
            .collect();
        if ready.is_empty() {
            return open;
        }
        for node in ready {
            let links = open.remove(&node).unwrap_or_default();
            values[node] = value_of(&links, values);
        }
    }
}

/// Returns the companies that stand in cycles or between them: no other waits for the rest.
fn without_ends(open: &BTreeMap<usize, Vec<&Link>>) -> Vec<usize> {
    let mut kept: Vec<usize> = open.keys().copied().collect();
    loop {
        let owners: BTreeSet<usize> = kept.iter().flat_map(|node| &open[node]).map(|link| link.owner).collect();
        let n_before = kept.len();
        kept.retain(|node| owners.contains(node));
        if kept.len() == n_before {
            return kept;
        }
    }
}

/// Solves the equations of companies that wait for one another, by elimination.
///
/// They have one solution: none is overfull, and each is reached from the set, so that some share on the way into every cycle lies outside.
fn solve(nodes: &[usize], open: &BTreeMap<usize, Vec<&Link>>, values: &mut [RBig]) {
    let place: BTreeMap<usize, usize> = nodes.iter().enumerate().map(|(at, node)| (*node, at)).collect();
    let mut rows: Vec<(BTreeMap<usize, RBig>, RBig)> = Vec::new();
    for node in nodes {
        let (inside, outside): (Vec<&Link>, Vec<&Link>) = open[node].iter().partition(|link| place.contains_key(&link.owner));
        let row = inside.into_iter().map(|link| (place[&link.owner], fraction(link.low))).collect();
        rows.push((row, value_of(&outside, values)));
    }
    for at in 0..rows.len() {
        let (mut row, mut constant) = rows[at].clone();
        if let Some(own) = row.remove(&at) {
            let rest = RBig::ONE - own;
            row.values_mut().for_each(|share| *share = &*share / &rest);
            constant /= rest;
        }
        rows[at] = (row.clone(), constant.clone());
        for (_, other) in rows.iter_mut().enumerate().filter(|(other, _)| *other != at) {
            if let Some(share) = other.0.remove(&at) {
                for (owner, own) in &row {
                    let sum = other.0.remove(owner).unwrap_or(RBig::ZERO) + &share * own;
                    other.0.insert(*owner, sum);
                }
                other.1 = &other.1 + share * &constant;
            }
        }
    }
    nodes.iter().zip(rows).for_each(|(node, (_, constant))| values[*node] = constant);
}

/// Tells of which companies the share hangs on something that is not stated, not dated, contradicted or too tangled.
fn uncertain(graph: &DayGraph, sources: &Sources, possible: &Reach<'_>, is_unsolved: &[usize]) -> Vec<bool> {
    let mut is_uncertain: Vec<bool> = (0..graph.n_nodes())
        .map(|node| {
            let is_source_in_doubt = sources.possible[node] && !sources.certain[node];
            let has_doubt = |link: &Link| possible.has(link.owner) && !link.is_certain();
            possible.has(node)
                && (is_source_in_doubt
                    || is_unsolved.contains(&node)
                    || !sources.possible[node] && (is_overfull(graph, node) || graph.owners_of(node).any(has_doubt)))
        })
        .collect();
    let mut open: Vec<usize> = (0..graph.n_nodes()).filter(|node| is_uncertain[*node]).collect();
    while let Some(owner) = open.pop() {
        for link in graph.holdings_of(owner).filter(|link| link.high > Share::NONE) {
            if !is_uncertain[link.owned] && !sources.certain[link.owned] {
                is_uncertain[link.owned] = true;
                open.push(link.owned);
            }
        }
    }
    is_uncertain
}

/// Returns the most that the set may have of each company, rounded up: all that is in doubt is taken at its most.
fn bounded_above(graph: &DayGraph, sources: &[bool], reach: &Reach<'_>, depth: Option<u32>) -> Vec<u64> {
    let mut values: Vec<u64> = sources.iter().map(|is_source| if *is_source { WHOLE } else { 0 }).collect();
    let nodes: Vec<usize> = (0..sources.len()).filter(|node| reach.has(*node) && !sources[*node]).collect();
    for _ in 0..depth.unwrap_or(MOST_ROUNDS) {
        let next: Vec<u64> = nodes.iter().map(|node| most_of(graph, *node, &values)).collect();
        let is_same = nodes.iter().zip(&next).all(|(node, next)| values[*node] == *next);
        nodes.iter().zip(next).for_each(|(node, next)| values[*node] = next);
        if is_same {
            return values;
        }
    }
    if depth.is_none() {
        // What still grows after so many rounds may grow up to the whole.
        values.iter_mut().filter(|value| **value > 0).for_each(|value| *value = WHOLE);
    }
    values
}

fn most_of(graph: &DayGraph, node: usize, values: &[u64]) -> u64 {
    let of_link = |link: &Link| {
        let high = if is_overfull(graph, node) { Share::WHOLE } else { link.high };
        // A product of 10¹² and 10⁶ fits.
        (values[link.owner] * u64::from(high.units())).div_ceil(u64::from(Share::WHOLE.units()))
    };
    graph.owners_of(node).map(of_link).sum::<u64>().min(WHOLE)
}
