//! Days of listing: what the editions of a list say of an entity from day to day, by cases that stand as data.

use crate::workdir::project;
use plimsoll::analyze::listing::{EditionEntry, listing_days};
use plimsoll::model::date::Day;
use plimsoll::model::listed_entity::Known;
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    editions: Vec<String>,
    days: String,
}

#[test]
fn days_are_listed_not_listed_or_unknown() {
    let text = std::fs::read_to_string(project("tests/cases/listing/days.toml")).expect("the cases are there");
    let cases: Cases = toml::from_str(&text).expect("the cases are sound");
    let mut wrong = Vec::new();
    for case in &cases.case {
        let editions: Vec<EditionEntry> = case.editions.iter().map(|text| edition(text)).collect();
        let days = listing_days(&editions);
        let spans = days.spans().map(|(from, _, status)| match from == Day::MIN {
            true => status.as_str().to_owned(),
            false => format!("{from} {}", status.as_str()),
        });
        let found = spans.collect::<Vec<_>>().join(", ");
        if found != case.days {
            wrong.push(format!("{}\n  expected {}\n  found    {found}", case.name, case.days));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.case.len(), wrong.join("\n"));
    assert!(cases.case.len() >= 40, "{} cases", cases.case.len());
}

fn edition(text: &str) -> EditionEntry {
    let (day, acts) = text.split_once(' ').expect("an edition says what it holds");
    let acts = match acts {
        "absent" => Vec::new(),
        acts => acts.split("; ").map(act).collect(),
    };
    EditionEntry { as_of: Day::parse_iso(day), acts }
}

/// Reads `from DAY to DAY`, either of which may be missing, or `present`.
fn act(text: &str) -> (Known, Known) {
    let mut act = (Known::Unknown, Known::Open);
    let words: Vec<&str> = text.split(' ').collect();
    for pair in words.chunks(2).filter(|pair| pair.len() == 2) {
        let day = Known::On(Day::parse_iso(pair[1]).expect("a calendar day"));
        if pair[0] == "from" { act.0 = day } else { act.1 = day }
    }
    act
}
