//! Names: candidates against comparing with all, and scores that depend on nothing but the two names.

use crate::real_data::real;
use plimsoll::names::alignment::{compare, compare_names};
use plimsoll::names::index::{Candidate, NameIndex};
use plimsoll::names::name::Name;
use proptest::prelude::*;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// Lower scores are not shown by default, and a candidate may be missed there.
const LEAST: u16 = 700;

fn column(path: &Path, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_path(path).expect("the file is there");
    let at = reader.headers().expect("it has a header").iter().position(|cell| cell == name).expect("it has the column");
    reader.records().map(|row| row.expect("it is a table")[at].to_owned()).collect()
}

/// Returns the pairs of at least `LEAST` that comparing with all finds and the index does not, and how many there are.
fn missed(queries: &[String], listed: &[String]) -> (Vec<String>, usize) {
    let names: Vec<Name> = listed.par_iter().map(|name| Name::read(name)).collect();
    let texts: Vec<&str> = queries.iter().map(String::as_str).collect();
    let found = NameIndex::of_names(names.clone()).search_all(&texts, LEAST, usize::MAX);
    let by_query: Vec<(Vec<String>, usize)> = queries
        .par_iter()
        .zip(found)
        .map(|(query, found)| {
            let name = Name::read(query);
            let found: BTreeMap<usize, u16> = found.iter().map(|candidate| (candidate.listed, candidate.score)).collect();
            let scores = names.iter().enumerate().map(|(at, listed)| (at, compare_names(&name, listed).score));
            let expected: Vec<(usize, u16)> = scores.filter(|(_, score)| *score >= LEAST).collect();
            let is_missed = |pair: &&(usize, u16)| found.get(&pair.0) != Some(&pair.1);
            let missed = expected.iter().filter(is_missed).map(|(at, score)| format!("{query} | {} {score}", listed[*at]));
            (missed.collect(), expected.len())
        })
        .collect();
    let n_pairs = by_query.iter().map(|(_, n)| n).sum();
    (by_query.into_iter().flat_map(|(missed, _)| missed).collect(), n_pairs)
}

/// All 800 queries with `PLIMSOLL_SCREENING=full`, which takes minutes; else the first of them.
#[test]
fn candidates_are_those_of_comparing_with_all() {
    let (Some(listed), Some(queries)) = (real("matching/watchlist.csv"), real("matching/queries_dev5k.csv")) else { return };
    let is_full = std::env::var("PLIMSOLL_SCREENING").is_ok_and(|value| value == "full");
    let mut queries = column(&queries, "query");
    queries.truncate(if is_full { 800 } else { 24 });
    let (missed, n_pairs) = missed(&queries, &column(&listed, "name"));
    println!("{} queries: {n_pairs} pairs of {LEAST} or more, {} missed", queries.len(), missed.len());
    assert!(n_pairs >= queries.len() / 4, "{n_pairs}");
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

const WORDS: [&str; 36] = [
    "poly",
    "technologies",
    "trading",
    "ostbrook",
    "machine",
    "tools",
    "velderin",
    "ооо",
    "вельдерин",
    "zavod",
    "завод",
    "plant",
    "no",
    "14",
    "15",
    "li",
    "lu",
    "wu",
    "al",
    "abdul",
    "aziz",
    "mohammed",
    "muhammad",
    "bank",
    "of",
    "west",
    "intl",
    "gaz",
    "prom",
    "gazprom",
    "barnaul",
    "barnaulskiy",
    "novo",
    "vyatka",
    "j",
    "保利科技",
];
const FORMS: [&str; 10] =
    ["", "", " LLC", " CO., LTD.", " JSC", " INC", " JOINT STOCK COMPANY", ", AO", " GmbH", " LIMITED LIABILITY COMPANY"];
const TAILS: [&str; 6] = ["", "", ", PLOT 5 SECTOR 9, KARACHI", ", 12 LENINA STR., MOSCOW", " ATTN MR IVANOV", " (BRANCH)"];

/// A made-up name: words, a legal form, what may follow; then letters lost, doubled or exchanged, spaces lost, and perhaps a cut.
fn made_up_name() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(0..WORDS.len(), 1..5);
    let damage = prop::collection::vec((0..60_usize, 0..5_u8), 0..3);
    (words, 0..FORMS.len(), 0..TAILS.len(), damage, any::<bool>(), 0..12_u8).prop_map(
        |(words, form, tail, damage, upper, cut)| {
            let mut text = words.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" ") + FORMS[form];
            for (at, kind) in damage {
                let mut letters: Vec<char> = text.chars().collect();
                let at = at % letters.len();
                match kind {
                    0 => drop(letters.remove(at)),
                    1 => letters.insert(at, letters[at]),
                    2 if at > 0 => letters.swap(at, at - 1),
                    3 => letters[at] = 'k',
                    _ => letters.retain(|letter| *letter != ' '),
                }
                text = if letters.is_empty() { "x".to_owned() } else { letters.into_iter().collect() };
            }
            text.push_str(TAILS[tail]);
            let text: String = if cut == 0 { text.chars().take(35).collect() } else { text };
            if upper { text.to_uppercase() } else { text }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_candidate_is_missed_among_made_up_names(
        listed in prop::collection::vec(made_up_name(), 30..60),
        queries in prop::collection::vec(made_up_name(), 10..20),
    ) {
        let (missed, _) = missed(&queries, &listed);
        prop_assert!(missed.is_empty(), "{}", missed.join("\n"));
    }

    #[test]
    fn scores_depend_on_the_two_names_alone(
        mut listed in prop::collection::vec(made_up_name(), 5..30),
        queries in prop::collection::vec(made_up_name(), 2..10),
    ) {
        listed.sort();
        listed.dedup();
        let search = |listed: &[String], queries: &[String], n_threads: usize| -> BTreeMap<(String, String), u16> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads are to be had");
            let texts: Vec<&str> = queries.iter().map(String::as_str).collect();
            let found: Vec<Vec<Candidate>> =
                pool.install(|| NameIndex::new(listed.iter().map(String::as_str)).search_all(&texts, LEAST, usize::MAX));
            let pairs = queries.iter().zip(found);
            pairs.flat_map(|(query, found)| {
                found.into_iter().map(|one| ((query.clone(), listed[one.listed].clone()), one.score)).collect::<Vec<_>>()
            }).collect()
        };
        let expected = search(&listed, &queries, 1);
        let backward = |names: &[String]| names.iter().rev().cloned().collect::<Vec<_>>();
        prop_assert_eq!(&expected, &search(&listed, &queries, 3));
        prop_assert_eq!(&expected, &search(&backward(&listed), &queries, 2));
        prop_assert_eq!(&expected, &search(&listed, &backward(&queries), 2));
    }

    #[test]
    fn case_and_punctuation_change_nothing(name in made_up_name(), listed in made_up_name()) {
        let plain = compare(&name, &listed).score;
        prop_assert_eq!(plain, compare(&name.to_uppercase(), &listed.to_lowercase()).score, "{} | {}", name, listed);
        prop_assert_eq!(plain, compare(&format!(" {name}  "), &format!("\u{201c}{listed}\u{201d}")).score, "{} | {}", name, listed);
    }

    #[test]
    fn a_name_is_itself(name in made_up_name()) {
        prop_assert_eq!(compare(&name, &name).score, 1000, "{}", name);
    }
}

#[test]
fn an_address_never_lifts_a_score() {
    for (name, listed) in [
        ("POLY TECHNOLOGIES INC", "Poly Technologies, Inc."),
        ("POLY TRADING", "Poly Technologies, Inc."),
        ("BARNAUL PATRON ZAVOD", "BARNAULSKIY PATRONNYY ZAVOD"),
        ("BELSHINA", "BELSHINA OAO"),
    ] {
        let bare = compare(name, listed).score;
        for address in
            [", 12 WANSHOU ROAD, BEIJING, CHINA", ", UL. LENINA 5, BARNAUL", " PLOT 193 SECTOR 50 NEW DELHI 110030 INDIA"]
        {
            let score = compare(&format!("{name}{address}"), listed).score;
            assert!(score <= bare, "{name}{address} {score} > {bare}");
        }
    }
}

#[test]
fn generic_words_alone_never_pass_review() {
    for listed in
        ["AL NOOR GENERAL TRADING AND CONTRACTING COMPANY", "SPI INTERNATIONAL SHIPPING LLC", "MDS IMPORT EXPORT CO., LTD."]
    {
        let words: Vec<&str> = listed.split(' ').skip_while(|word| ["AL", "NOOR", "SPI", "MDS"].contains(word)).collect();
        for from in 0..words.len() {
            for to in from + 1..=words.len() {
                let subset = words[from..to].join(" ");
                let score = compare(&subset, listed).score;
                assert!(score < 740, "{subset} | {listed} {score}");
            }
        }
    }
}
