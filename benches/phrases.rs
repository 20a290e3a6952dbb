//! How fast descriptions are flagged by goods phrases: what a run asks of each distinct item, over texts of one description a line.
//!
//! `benches/phrases.py` makes the texts and the sets, runs this and the peers, and measures them; by itself it does nothing. Arguments: the
//! TOML of the sets, then the texts.

use plimsoll::analyze::goods::{Choice, GoodsMatcher, PhraseMemory};
use plimsoll::model::goods::GoodsSet;
use plimsoll::model::question::GoodsChoice;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::time::Instant;

/// Descriptions that one thread takes at a time, as in a run.
const AT_ONCE: usize = 4096;

/// What was found: descriptions in the choice, and rules by which they are.
#[derive(Default)]
struct Found {
    n_descriptions: usize,
    n_selected: usize,
    n_rules: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [sets, texts @ ..] = arguments.as_slice() else {
        println!("nothing to search: `benches/phrases.py` starts this");
        return;
    };
    let read = |path: &String| std::fs::read_to_string(path).unwrap_or_else(|error| panic!("`{path}`: {error}"));
    let sets: BTreeMap<String, GoodsSet> = toml::from_str(&read(sets)).expect("the sets are well formed");
    let named: Vec<(&str, &GoodsSet)> = sets.iter().map(|(name, set)| (name.as_str(), set)).collect();
    let started = Instant::now();
    let matcher = GoodsMatcher::build(&named, &[]).expect("the sets can be searched for");
    println!("sets made ready in {:.3} s", started.elapsed().as_secs_f64());
    let choice = GoodsChoice { any: sets.keys().cloned().collect(), all: Vec::new(), not: Vec::new() };
    let choice = Choice::of(&choice, &matcher);
    let mut all = Found::default();
    let mut seconds = 0.0;
    for text in texts.iter().map(read) {
        let descriptions: Vec<&str> = text.lines().collect();
        let started = Instant::now();
        all = descriptions
            .par_chunks(AT_ONCE)
            .map(|part| flag(part, &matcher, &choice))
            .reduce(Found::default, Found::and)
            .and(all);
        seconds += started.elapsed().as_secs_f64();
    }
    println!("{} descriptions, {} selected by {} rules, {seconds:.2} s", all.n_descriptions, all.n_selected, all.n_rules);
}

fn flag(descriptions: &[&str], matcher: &GoodsMatcher, choice: &Choice) -> Found {
    let codes = matcher.code_hits("", None);
    let mut memory = PhraseMemory::default();
    let mut found = Found { n_descriptions: descriptions.len(), ..Found::default() };
    for description in descriptions {
        let hits = matcher.item_hits(&codes, &[description, "", "", ""], &mut memory);
        if !choice.spans(&hits, matcher).is_empty() {
            found.n_selected += 1;
            found.n_rules += choice.counted(&hits, matcher).count();
        }
    }
    found
}

impl Found {
    fn and(self, other: Found) -> Found {
        Found {
            n_descriptions: self.n_descriptions + other.n_descriptions,
            n_selected: self.n_selected + other.n_selected,
            n_rules: self.n_rules + other.n_rules,
        }
    }
}
