//! A finding's choice of goods sets: whether an item is in it, from when to when, and by exact codes or only by broad ones.
//!
//! In: the rules by which an item is in each set. Out: spans of days that do not overlap, so that a record joins one of them at most.
//! Surprising: items that only broad codes would select are kept as spans that do not count. What they would add is printed beside the number.

use super::{GoodsMatcher, Hit, ItemHits};
use crate::model::date::Day;
use crate::model::goods::Breadth;
use crate::model::question::GoodsChoice;

/// The sets of a choice by their place: any of these, all of these, none of these.
pub struct Choice {
    any: Vec<usize>,
    all: Vec<usize>,
    not: Vec<usize>,
}

/// Days on which an item belongs to a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<'a> {
    pub from: Day,
    pub to: Day,
    /// Whether exact codes and phrases alone select the item.
    pub is_exact: bool,
    /// Whether the item counts; else only broad codes select it, which the sets do not ask for.
    pub is_counted: bool,
    /// The first rule on the first day; `None` where the choice only excludes.
    pub first: Option<Hit<'a>>,
}

/// Which hits make an item a member of a set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Admitted {
    /// Exact ones.
    Exact,
    /// What the set asks for.
    AsAsked,
    /// Broad ones too.
    All,
}

impl Choice {
    /// Returns the choice with the places of its sets, all of which the matcher has.
    pub fn of(choice: &GoodsChoice, matcher: &GoodsMatcher) -> Choice {
        let places = |sets: &[String]| sets.iter().filter_map(|set| matcher.index_of(set)).collect();
        Choice { any: places(&choice.any), all: places(&choice.all), not: places(&choice.not) }
    }

    /// Returns when an item belongs to the choice, oldest first; nothing where it never does.
    pub fn spans<'a>(&self, hits: &ItemHits<'a>, matcher: &GoodsMatcher) -> Vec<Span<'a>> {
        let sets = || self.any.iter().chain(&self.all).chain(&self.not);
        let is_unmet = self.any.iter().all(|set| hits[*set].is_empty()) && !self.any.is_empty();
        if is_unmet || self.all.iter().any(|set| hits[*set].is_empty()) {
            return Vec::new();
        }
        let mut starts = vec![Day::MIN];
        for hit in sets().flat_map(|set| &hits[*set]) {
            starts.push(hit.from);
            starts.extend((hit.to != Day::MAX).then(|| hit.to.next()));
        }
        starts.sort_unstable();
        starts.dedup();
        let mut spans: Vec<Span<'a>> = Vec::new();
        for (at, from) in starts.iter().enumerate() {
            let to = starts.get(at + 1).map_or(Day::MAX, |next| next.previous());
            let Some(span) = self.span(*from, to, hits, matcher) else { continue };
            match spans.last_mut() {
                // Another rule from a day on is no new span: a record of a rough date may lie on both sides.
                Some(last)
                    if last.to.next() == span.from && (last.is_exact, last.is_counted) == (span.is_exact, span.is_counted) =>
                {
                    last.to = span.to;
                }
                _ => spans.push(span),
            }
        }
        spans
    }

    /// Returns what the item is on some days, on which no rule begins or ends.
    fn span<'a>(&self, from: Day, to: Day, hits: &ItemHits<'a>, matcher: &GoodsMatcher) -> Option<Span<'a>> {
        let first_of = |set: usize, admitted: Admitted| {
            hits[set].iter().find(|hit| hit.holds_on(from) && is_admitted(hit, admitted, matcher.breadth_of(set))).copied()
        };
        let is_in = |admitted: Admitted| {
            (self.any.is_empty() || self.any.iter().any(|set| first_of(*set, admitted).is_some()))
                && self.all.iter().all(|set| first_of(*set, admitted).is_some())
        };
        if self.not.iter().any(|set| first_of(*set, Admitted::AsAsked).is_some()) || !is_in(Admitted::All) {
            return None;
        }
        let is_counted = is_in(Admitted::AsAsked);
        let admitted = if is_counted { Admitted::AsAsked } else { Admitted::All };
        let first = self.any.iter().chain(&self.all).find_map(|set| first_of(*set, admitted));
        Some(Span { from, to, is_exact: is_in(Admitted::Exact), is_counted, first })
    }

    /// Returns all rules by which an item counts for the choice, in the order of its sets.
    pub fn counted<'h, 'a>(&'h self, hits: &'h ItemHits<'a>, matcher: &'h GoodsMatcher) -> impl Iterator<Item = Hit<'a>> + 'h {
        self.any.iter().chain(&self.all).flat_map(move |set| {
            hits[*set].iter().filter(|hit| is_admitted(hit, Admitted::AsAsked, matcher.breadth_of(*set))).copied()
        })
    }
}

fn is_admitted(hit: &Hit<'_>, admitted: Admitted, asked: Breadth) -> bool {
    match admitted {
        Admitted::Exact => hit.breadth == Breadth::Exact,
        Admitted::AsAsked => hit.breadth <= asked,
        Admitted::All => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::goods::PhraseMemory;
    use crate::model::goods::{GoodsList, GoodsSet};
    use crate::model::hs_edition::HsEdition;

    const HEAD: &str =
        "# id: o\n# title: O\n# issuer: us\n# edition: 1\n# hs_edition: 2022\n# source: none\n# date: 2024-01-01\n";

    /// Returns the spans of an item in a choice of the sets `dated`, `broad` and `pump`, as `from to counted exact rule`.
    fn spans(choice: &str, code: &str, edition: &str, text: &str) -> Vec<String> {
        let list = "provision,from,to\n8457,2020-01-01,2020-12-31\n845710,2020-07-01,2021-06-30\n854149,,\n";
        let list = GoodsList::parse(&format!("{HEAD}{list}"), "own.csv").unwrap();
        let set = |text: &str| -> GoodsSet { toml::from_str(text).unwrap() };
        let sets = [
            ("dated", set("lists = [\"own.csv\"]")),
            ("broad", set("lists = [\"own.csv\"]\nbreadth = \"broad\"")),
            ("pump", set("phrases = [\"pump\"]")),
        ];
        let sets: Vec<(&str, &GoodsSet)> = sets.iter().map(|(name, set)| (*name, set)).collect();
        let matcher = GoodsMatcher::build(&sets, &[("own.csv", &list)]).unwrap();
        let choice: GoodsChoice = {
            let table: toml::Table = choice.parse().unwrap();
            let names = |key: &str| -> Vec<String> {
                let names = table.get(key).and_then(|value| value.as_array()).cloned().unwrap_or_default();
                names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
            };
            GoodsChoice { any: names("any"), all: names("all"), not: names("not") }
        };
        let choice = Choice::of(&choice, &matcher);
        let codes = matcher.code_hits(code, HsEdition::parse(edition));
        let hits = matcher.item_hits(&codes, &[text], &mut PhraseMemory::default());
        let spans = choice.spans(&hits, &matcher);
        let shown = |span: &Span| {
            let rule = span.first.map_or("none".to_owned(), |hit| format!("{} {}", hit.set, hit.rule()));
            format!("{} {} {} {} {rule}", span.from.number(), span.to.number(), span.is_counted, span.is_exact)
        };
        spans.iter().map(shown).collect()
    }

    #[test]
    fn days_of_a_provision_bound_what_it_selects() {
        assert_eq!(spans("any = [\"dated\"]", "845720", "2022", ""), ["20200101 20201231 true true dated own.csv"]);
        assert_eq!(
            spans("any = [\"dated\"]", "845710", "2022", ""),
            ["20200101 20210630 true true dated own.csv"],
            "two provisions, one after the other, are one span"
        );
        assert_eq!(spans("any = [\"dated\"]", "8412", "2022", "pump"), Vec::<String>::new());
    }

    #[test]
    fn choices_join_and_exclude_by_day() {
        assert_eq!(spans("all = [\"dated\", \"pump\"]", "845720", "2022", "pump"), ["20200101 20201231 true true dated own.csv"]);
        assert_eq!(spans("all = [\"dated\", \"pump\"]", "845720", "2022", "lathe"), Vec::<String>::new());
        assert_eq!(
            spans("any = [\"pump\"]\nnot = [\"dated\"]", "845720", "2022", "pump"),
            ["10101 20191231 true true pump pump", "20210101 99991231 true true pump pump"]
        );
        assert_eq!(spans("not = [\"pump\"]", "8412", "2022", "lathe"), ["10101 99991231 true true none"]);
        assert_eq!(spans("not = [\"pump\"]", "8412", "2022", "pump"), Vec::<String>::new());
    }

    #[test]
    fn broad_codes_count_where_they_are_asked_for_and_are_kept_apart_where_not() {
        assert_eq!(spans("any = [\"dated\"]", "854140", "2017", ""), ["10101 99991231 false false dated own.csv"]);
        assert_eq!(spans("any = [\"broad\"]", "854140", "2017", ""), ["10101 99991231 true false broad own.csv"]);
        assert_eq!(spans("any = [\"broad\", \"pump\"]", "854140", "2017", "pump"), ["10101 99991231 true true broad own.csv"]);
        assert_eq!(spans("any = [\"dated\", \"pump\"]", "854140", "2017", "pump"), ["10101 99991231 true true pump pump"]);
        assert_eq!(spans("any = [\"pump\"]\nnot = [\"dated\"]", "854140", "2017", "pump").len(), 1, "broad does not exclude");
        assert!(spans("any = [\"pump\"]\nnot = [\"broad\"]", "854140", "2017", "pump").is_empty(), "unless it is asked for");
    }
}
