//! The majority chain: shares of the set are added up, link by link.

use super::day_graph::{DayGraph, Reach, Sources, told};
use super::{Held, Rule, Settings};

/// Returns what the set owns on a day.
///
/// From the floor on a company belongs to the set and its own shares are added to those of the others, until nothing is added. Certain is
/// what is reached by stated shares of known days; what is reached only with shares that are not stated, at their most, is unknown.
pub fn held(graph: &DayGraph, sources: &Sources, settings: Settings) -> Vec<Held> {
    let certain = Reach::of(graph, &sources.certain, |link| link.low, settings.floor, settings.depth);
    let possible = Reach::of(graph, &sources.possible, |link| link.high, settings.floor, settings.depth);
    told(Rule::MajorityChain, sources, &certain, &possible)
}
