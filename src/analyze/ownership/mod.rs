//! Ownership: what companies of a list or a group own, by two rules, from day to day.
//!
//! In: shares with their days, and the companies to start from with theirs. Out: which other companies are theirs by a rule, when, and
//! over which owners. *Majority chain*: the shares that companies of the set hold in a company are added up, and from the floor on it belongs
//! to the set and its own shares count too, as OFAC counts. *Multiplied share*: the products of the shares along all chains are added
//! up. A share that is not stated is neither zero nor half: what hangs on it is unknown.

mod companies;
mod day_graph;
mod graph;
mod majority_chain;
mod multiplied_share;
mod standings;

pub use companies::{Companies, find};
pub use day_graph::{DayGraph, Sources, Stated};
pub use graph::{Edge, Graph};
pub use standings::{GroupEntry, ListedEntry, OwnedEntry, Standings, listed_by, listed_intervals};

use crate::model::date::Day;
use crate::model::share::Share;
use crate::model::timeline::Interval;
use serde::Serialize;

/// How a company comes to be owned by a set of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    MajorityChain,
    MultipliedShare,
}

impl Rule {
    pub const ALL: [Rule; 2] = [Rule::MajorityChain, Rule::MultipliedShare];

    pub fn as_str(self) -> &'static str {
        match self {
            Rule::MajorityChain => "majority_chain",
            Rule::MultipliedShare => "multiplied_share",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Rule::ALL.into_iter().find(|rule| rule.as_str() == text)
    }
}

/// How far ownership is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// The share from which a company is owned.
    pub floor: Share,
    /// The most links of a chain; `None` for any number.
    pub depth: Option<u32>,
    /// The rule by which groups have members; both are computed.
    pub rule: Rule,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { floor: Share::HALF, depth: None, rule: Rule::MajorityChain }
    }
}

/// Whether a company is owned, where it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Owned {
    Yes,
    /// A share or a day on the way is not stated, and without it the floor is not reached.
    Unknown,
}

/// The owners of the next company on a way, with their shares; the one that the way leads over comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    pub owners: Vec<(usize, Option<Share>)>,
}

/// What is owned on a day, by one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub node: usize,
    pub rule: Rule,
    pub answer: Owned,
    /// The multiplied share, as far as it is stated, cut at the fourth decimal; `None` under the other rule.
    pub share: Option<Share>,
    /// From the set to the company.
    pub path: Vec<Step>,
}

/// What is owned from a day to a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    pub from: Day,
    pub to: Day,
    pub held: Held,
}

/// Returns what some companies own by each rule, by company, rule and day. The companies themselves are left out while they are of the
/// set for certain.
pub fn holdings(graph: &Graph, sources: &[(usize, Interval)], settings: Settings) -> Vec<Holding> {
    let mut holdings: Vec<Holding> = Vec::new();
    for part in graph.parts_below(sources) {
        let days = part.changes();
        let mut of_part: Vec<Holding> = Vec::new();
        for (at, from) in days.iter().enumerate() {
            let to = days.get(at + 1).map_or(Day::MAX, |next| next.previous());
            let (day_graph, day_sources) = part.on(*from);
            of_part.extend(held_on_day(&day_graph, &day_sources, settings).into_iter().map(|mut held| {
                held.node = part.nodes[held.node];
                let owners = held.path.iter_mut().flat_map(|step| &mut step.owners);
                owners.for_each(|(owner, _)| *owner = part.nodes[*owner]);
                Holding { from: *from, to, held }
            }));
        }
        holdings.extend(joined(of_part));
    }
    holdings.sort_by_key(|holding| (holding.held.node, holding.held.rule, holding.from));
    holdings
}

/// Returns what is owned on one day by each rule, by company.
pub fn held_on_day(graph: &DayGraph, sources: &Sources, settings: Settings) -> Vec<Held> {
    let mut held = majority_chain::held(graph, sources, settings);
    held.extend(multiplied_share::held(graph, sources, settings));
    held.sort_by_key(|held| (held.node, held.rule));
    held
}

/// Makes holdings that follow one another and say the same one.
fn joined(mut holdings: Vec<Holding>) -> Vec<Holding> {
    holdings.sort_by_key(|holding| (holding.held.node, holding.held.rule, holding.from));
    let mut joined: Vec<Holding> = Vec::new();
    for holding in holdings {
        match joined.last_mut() {
            Some(last) if last.held == holding.held && last.to.next() == holding.from => last.to = holding.to,
            _ => joined.push(holding),
        }
    }
    joined
}
