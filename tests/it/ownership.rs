//! Ownership: worked cases that stand as data, and random graphs against an oracle of another kind.
//!
//! The oracle tries what the program reasons about: it fills in every share and listing that is in doubt, finds the companies of the set
//! as the smallest of all closed sets of companies, and multiplies shares company by company with whole numbers.

use crate::workdir::{entries, project};
use plimsoll::analyze::ownership::{Edge, Graph, Held, Owned, Rule, Settings, holdings};
use plimsoll::model::date::Day;
use plimsoll::model::listed_entity::Known;
use plimsoll::model::share::Share;
use plimsoll::model::timeline::Interval;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    listed: Vec<String>,
    shares: Vec<String>,
    #[serde(default)]
    day: Option<String>,
    #[serde(default)]
    floor: Option<String>,
    #[serde(default)]
    depth: Option<u32>,
    majority_chain: String,
    multiplied_share: String,
}

#[test]
fn worked_cases() {
    let (mut wrong, mut n_cases) = (Vec::new(), 0);
    for file in entries(&project("tests/cases/ownership")) {
        let text = std::fs::read_to_string(&file).expect("the cases are there");
        let cases: Cases = toml::from_str(&text).expect("the cases are sound");
        for case in cases.case {
            n_cases += 1;
            let (majority_chain, multiplied_share) = answers(&case);
            if (&majority_chain, &multiplied_share) != (&case.majority_chain, &case.multiplied_share) {
                wrong.push(format!(
                    "{}\n  expected `{}` and `{}`\n  found    `{majority_chain}` and `{multiplied_share}`",
                    case.name, case.majority_chain, case.multiplied_share
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {n_cases} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(n_cases >= 50, "{n_cases} cases");
}

/// Returns who is owned on the day of a case, by each rule.
fn answers(case: &Case) -> (String, String) {
    let mut names: BTreeSet<&str> = case.listed.iter().filter_map(|text| text.split(' ').next()).collect();
    names.extend(case.shares.iter().flat_map(|text| text.split(' ').take(3).step_by(2)));
    let names: Vec<&str> = names.into_iter().collect();
    let node = |name: &str| names.binary_search(&name).expect("every name is known");
    let sources = case.listed.iter().map(|text| {
        let words: Vec<&str> = text.split(' ').collect();
        (node(words[0]), interval(&words[1..]))
    });
    let edges = case.shares.iter().map(|text| {
        let words: Vec<&str> = text.split(' ').collect();
        let share = (words[1] != "?").then(|| Share::parse(words[1]).expect("a share"));
        Edge { owner: node(words[0]), owned: node(words[2]), share, interval: interval(&words[3..]) }
    });
    let default = Settings::default();
    let floor = case.floor.as_deref().map_or(default.floor, |text| Share::parse(text).expect("a share"));
    let settings = Settings { floor, depth: case.depth, ..default };
    let day = case.day.as_deref().unwrap_or("2020-06-01");
    let day = Day::parse_iso(day).expect("a calendar day");
    let sources: Vec<(usize, Interval)> = sources.collect();
    let held = on_day(&Graph::of(edges), &sources, settings, day);
    let shown = |rule: Rule, shown: &dyn Fn(&Held) -> String, between: &str| {
        let texts: Vec<String> = held.iter().filter(|held| held.rule == rule).map(shown).collect();
        texts.join(between)
    };
    let mark = |held: &Held| if held.answer == Owned::Unknown { "?" } else { "" };
    let share = |held: &Held| held.share.expect("this rule has a share");
    (
        shown(Rule::MajorityChain, &|held| format!("{}{}", names[held.node], mark(held)), " "),
        shown(Rule::MultipliedShare, &|held| format!("{}{} {}", names[held.node], mark(held), share(held)), ", "),
    )
}

fn interval(words: &[&str]) -> Interval {
    let end = |word: Option<&&str>| match word {
        None | Some(&"open") => Known::Open,
        Some(&"unknown") => Known::Unknown,
        Some(day) => Known::On(Day::parse_iso(day).expect("a calendar day")),
    };
    Interval::of(end(words.first()), end(words.get(1)))
}

fn on_day(graph: &Graph, sources: &[(usize, Interval)], settings: Settings, day: Day) -> Vec<Held> {
    let all = holdings(graph, sources, settings).into_iter();
    all.filter(|holding| holding.from <= day && day <= holding.to).map(|holding| holding.held).collect()
}

#[test]
fn the_page_shows_the_rules_of_all_authorities() {
    let read = |path: &str| std::fs::read_to_string(project(path)).expect("the file is committed");
    let page = read("docs/methods/ownership.md");
    let rules = read("src/reference/watchlists/ownership_rules.csv");
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).has_headers(false).from_reader(rules.as_bytes());
    let mut n_rules = 0;
    for rule in reader.records() {
        let cells: Vec<String> = rule.expect("all lines have the same cells").iter().map(str::to_owned).collect();
        let line = format!("| {} |", cells.join(" | "));
        assert!(page.contains(&line), "the page lacks the line\n{line}");
        n_rules += 1;
    }
    assert!(n_rules >= 12, "{n_rules} lines");
}

#[test]
fn random_graphs_agree_with_an_oracle() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut n_held, mut n_unknown, mut n_close) = (0, 0, 0);
    for graph in 0..10_000 {
        let (edges, sources, settings) = random_graph(&mut random);
        let n_nodes = 6;
        for day in DAYS {
            let day = Day::from_number(day).expect("a day");
            let found = on_day(&Graph::of(edges.clone()), &sources, settings, day);
            let oracle = Oracle::of(n_nodes, &edges, &sources, settings, day);
            for node in 0..n_nodes {
                for rule in Rule::ALL {
                    let own = found.iter().find(|held| held.node == node && held.rule == rule);
                    let expected = match rule {
                        Rule::MajorityChain => Some(oracle.majority_chain(node)),
                        Rule::MultipliedShare => oracle.multiplied_share(node),
                    };
                    let Some(expected) = expected else {
                        n_close += 1;
                        continue;
                    };
                    assert_eq!(
                        own.map(|held| held.answer),
                        expected,
                        "graph {graph}, {day}, company {node}, {}:\n{edges:#?}\n{sources:?}\n{settings:?}",
                        rule.as_str()
                    );
                    n_held += usize::from(expected == Some(Owned::Yes));
                    n_unknown += usize::from(expected == Some(Owned::Unknown));
                    if let (Some(held), Rule::MultipliedShare, Some(exact)) = (own, rule, oracle.exact_share(node)) {
                        assert_eq!(held.share, Some(exact), "graph {graph}, {day}, company {node}\n{edges:#?}\n{sources:?}");
                    }
                }
            }
        }
    }
    assert!(n_held > 10_000 && n_unknown > 5_000, "{n_held} owned, {n_unknown} unknown");
    assert!(n_close < 200, "{n_close} too close to tell");
}

const DAYS: [i32; 3] = [20130601, 20160601, 20190601];

fn random_graph(random: &mut Random) -> (Vec<Edge>, Vec<(usize, Interval)>, Settings) {
    let shares = ["5", "10", "20", "25", "33.3333", "40", "49.99", "49.9999", "50", "50.01", "60", "75", "100"];
    let days = [Known::Open, Known::Open, Known::Unknown, Known::On(day(20120101)), Known::On(day(20150101))];
    let ends = [Known::Open, Known::Open, Known::Open, Known::Unknown, Known::On(day(20171231)), Known::On(day(20150101))];
    let interval = |random: &mut Random| match random.below(3) {
        0 => Interval::of(days[random.below(days.len())], ends[random.below(ends.len())]),
        _ => Interval::ALWAYS,
    };
    let n_edges = 3 + random.below(8);
    let edges = (0..n_edges).map(|_| Edge {
        owner: random.below(6),
        owned: random.below(6),
        share: (random.below(8) > 0).then(|| Share::parse(shares[random.below(shares.len())]).expect("a share")),
        interval: interval(random),
    });
    let edges: Vec<Edge> = edges.filter(|edge| edge.owner != edge.owned).collect();
    let sources = (0..1 + random.below(2)).map(|_| (random.below(6), interval(random))).collect();
    let floors = ["50", "50", "50", "25", "10"];
    let floor = Share::parse(floors[random.below(floors.len())]).expect("a share");
    let depth = [None, None, None, Some(1), Some(2), Some(3)][random.below(6)];
    (edges, sources, Settings { floor, depth, ..Settings::default() })
}

fn day(number: i32) -> Day {
    Day::from_number(number).expect("a day")
}

/// Random numbers that are the same each time (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound
    }
}

/// The whole, as a power of the units of a share: a chain of five links has no smaller part.
const WHOLE: u128 = 10_u128.pow(30);
const UNITS: u128 = 1_000_000;

/// One day's graph, where each share lies between two values and each company is in the set, perhaps in it, or not.
struct Oracle {
    n_nodes: usize,
    pairs: BTreeMap<(usize, usize), (u128, u128)>,
    certain: Vec<bool>,
    possible: Vec<bool>,
    settings: Settings,
}

/// A graph without any doubt.
struct Filled {
    weights: BTreeMap<(usize, usize), u128>,
    is_source: Vec<bool>,
}

impl Oracle {
    fn of(n_nodes: usize, edges: &[Edge], sources: &[(usize, Interval)], settings: Settings, day: Day) -> Self {
        let mut stated: BTreeMap<(usize, usize), Vec<&Edge>> = BTreeMap::new();
        for edge in edges.iter().filter(|edge| edge.interval.has(day)) {
            stated.entry((edge.owner, edge.owned)).or_default().push(edge);
        }
        let units = |share: Share| u128::from(share.units());
        let pairs = stated.into_iter().map(|(pair, stated)| {
            let dated = stated.iter().filter(|edge| edge.interval.is_known).filter_map(|edge| edge.share).map(units);
            let all = stated.iter().filter_map(|edge| edge.share).map(units);
            (pair, (dated.min().unwrap_or(0), all.max().unwrap_or(UNITS)))
        });
        let mut oracle =
            Oracle { n_nodes, pairs: pairs.collect(), certain: vec![false; n_nodes], possible: vec![false; n_nodes], settings };
        for (node, interval) in sources.iter().filter(|(_, interval)| interval.has(day)) {
            oracle.possible[*node] = true;
            oracle.certain[*node] |= interval.is_known;
        }
        oracle
    }

    fn majority_chain(&self, node: usize) -> Option<Owned> {
        let owned: Vec<bool> = self.filled(&self.pairs).iter().map(|filled| self.is_in_set(filled, node)).collect();
        self.told(node, owned.iter().all(|own| *own), owned.iter().any(|own| *own))
    }

    /// Returns the outer `None` where the answer lies too near to the floor for floating numbers.
    fn multiplied_share(&self, node: usize) -> Option<Option<Owned>> {
        let floor = u128::from(self.settings.floor.units()) * (WHOLE / UNITS);
        let mut owned = Vec::new();
        for filled in self.filled(&self.loosened()) {
            owned.push(match self.exact(&filled, node) {
                Some(value) => value >= floor,
                None => {
                    let (value, floor) = (self.limit(&filled, node), f64::from(self.settings.floor.units()) / 1e6);
                    if (value - floor).abs() < 1e-9 {
                        return None;
                    }
                    value >= floor
                }
            });
        }
        Some(self.told(node, owned.iter().all(|own| *own), owned.iter().any(|own| *own)))
    }

    /// Returns the share that is stated for certain, where it can be told with whole numbers.
    fn exact_share(&self, node: usize) -> Option<Share> {
        let filled = self.filled(&self.loosened());
        let value = self.exact(filled.first()?, node)?;
        Some(Share::of_units(u64::try_from(value / (WHOLE / UNITS)).expect("a share")))
    }

    fn told(&self, node: usize, always: bool, ever: bool) -> Option<Owned> {
        match (self.certain[node], always, ever) {
            (true, _, _) => None,
            (_, true, _) => Some(Owned::Yes),
            (_, _, true) if !self.possible[node] => Some(Owned::Unknown),
            _ => None,
        }
    }

    /// Returns the shares, those in a company of which more than the whole is held as anything up to the whole.
    fn loosened(&self) -> BTreeMap<(usize, usize), (u128, u128)> {
        let held =
            |node: usize| self.pairs.iter().filter(|((_, owned), _)| *owned == node).map(|(_, (low, _))| low).sum::<u128>();
        let full: Vec<bool> = (0..self.n_nodes).map(|node| held(node) > UNITS).collect();
        self.pairs.iter().map(|(pair, range)| (*pair, if full[pair.1] { (0, UNITS) } else { *range })).collect()
    }

    /// Returns the graphs without doubt: the lowest first, the highest last, and where few things are in doubt all between.
    fn filled(&self, pairs: &BTreeMap<(usize, usize), (u128, u128)>) -> Vec<Filled> {
        let in_doubt: Vec<(usize, usize)> = pairs.iter().filter(|(_, (low, high))| low != high).map(|(pair, _)| *pair).collect();
        let perhaps: Vec<usize> = (0..self.n_nodes).filter(|node| self.possible[*node] && !self.certain[*node]).collect();
        let n_doubts = in_doubt.len() + perhaps.len();
        let choices: Vec<u32> = if n_doubts <= 4 { (0..1 << n_doubts).collect() } else { vec![0, u32::MAX] };
        let is_high = |choice: u32, at: usize| choice >> at & 1 == 1;
        choices
            .into_iter()
            .map(|choice| {
                let mut weights: BTreeMap<(usize, usize), u128> = pairs.iter().map(|(pair, (low, _))| (*pair, *low)).collect();
                for (_, pair) in in_doubt.iter().enumerate().filter(|(at, _)| is_high(choice, *at)) {
                    weights.insert(*pair, pairs[pair].1);
                }
                let mut is_source = self.certain.clone();
                for (at, node) in perhaps.iter().enumerate() {
                    is_source[*node] |= is_high(choice, in_doubt.len() + at);
                }
                Filled { weights, is_source }
            })
            .collect()
    }

    /// Tells whether a company is in every set that has the sources and whatever it owns half of.
    fn is_in_set(&self, filled: &Filled, node: usize) -> bool {
        if let Some(depth) = self.settings.depth {
            return self.is_in_set_at(filled, node, depth);
        }
        (0_u32..1 << self.n_nodes).filter(|set| self.is_closed(filled, *set)).all(|set| set >> node & 1 == 1)
    }

    fn is_closed(&self, filled: &Filled, set: u32) -> bool {
        let has = |node: usize| set >> node & 1 == 1;
        (0..self.n_nodes).all(|node| {
            let held: u128 =
                filled.weights.iter().filter(|((owner, owned), _)| *owned == node && has(*owner)).map(|(_, own)| own).sum();
            has(node) || !filled.is_source[node] && held < u128::from(self.settings.floor.units())
        })
    }

    fn is_in_set_at(&self, filled: &Filled, node: usize, depth: u32) -> bool {
        let links = filled.weights.iter().filter(|((_, owned), _)| *owned == node);
        let held = |depth: u32| -> u128 {
            links.clone().filter(|((owner, _), _)| self.is_in_set_at(filled, *owner, depth)).map(|(_, own)| own).sum()
        };
        filled.is_source[node] || depth > 0 && held(depth - 1) >= u128::from(self.settings.floor.units())
    }

    /// Returns what the set has of a company, with whole numbers; `None` where the shares above it form a cycle.
    fn exact(&self, filled: &Filled, node: usize) -> Option<u128> {
        self.exact_below(filled, node, self.settings.depth, &mut Vec::new())
    }

    fn exact_below(&self, filled: &Filled, node: usize, depth: Option<u32>, way: &mut Vec<usize>) -> Option<u128> {
        if filled.is_source[node] {
            return Some(WHOLE);
        }
        let rest = match depth {
            Some(0) => return Some(0),
            Some(depth) => Some(depth - 1),
            None if way.contains(&node) => return None,
            None => None,
        };
        way.push(node);
        let links = filled.weights.iter().filter(|((_, owned), weight)| *owned == node && **weight > 0);
        let sum: Option<u128> =
            links.map(|((owner, _), weight)| Some(self.exact_below(filled, *owner, rest, way)? * weight / UNITS)).sum();
        way.pop();
        Some(sum?.min(WHOLE))
    }

    /// Returns what the set has of a company in the limit, with floating numbers.
    fn limit(&self, filled: &Filled, node: usize) -> f64 {
        let mut values: Vec<f64> = filled.is_source.iter().map(|own| f64::from(u8::from(*own))).collect();
        for _ in 0..100_000 {
            let next: Vec<f64> = (0..self.n_nodes)
                .map(|node| {
                    let links = filled.weights.iter().filter(|((_, owned), _)| *owned == node);
                    let sum: f64 = links.map(|((owner, _), weight)| values[*owner] * (*weight as f64) / 1e6).sum();
                    if filled.is_source[node] { 1.0 } else { sum.min(1.0) }
                })
                .collect();
            let moved = values.iter().zip(&next).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
            values = next;
            if moved < 1e-15 {
                break;
            }
        }
        values[node]
    }
}
