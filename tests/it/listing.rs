//! Listing: what the editions of a list say of an entity from day to day, by cases that stand as data; editions as one list; and
//! entries of several lists as one company.

use crate::workdir::project;
use plimsoll::analyze::listing::{EditionEntry, histories, listing_days};
use plimsoll::analyze::ownership::Companies;
use plimsoll::model::date::Day;
use plimsoll::model::listed_entity::{
    Designation, EntityKind, EntityReference, Known, ListedEntity, Membership, NameKind, Watchlist,
};
use plimsoll::names::identifiers::find_identifiers;
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

fn entity(id: &str, kind: EntityKind, names: &[&str], identifiers: &[&str]) -> ListedEntity {
    let mut entity = ListedEntity { entity_id: id.to_owned(), kind, ..ListedEntity::default() };
    names.iter().for_each(|name| entity.add_name(name, NameKind::Primary));
    for text in identifiers {
        for found in find_identifiers(text) {
            entity.add_identifier(&found.identifier.text, Some(found.identifier.kind));
        }
    }
    entity.designations.push(Designation { listed_on: Known::Unknown, ..Designation::default() });
    entity
}

fn edition_of(day: Option<&str>, entities: Vec<ListedEntity>) -> Watchlist {
    let as_of = day.map(|day| Day::parse_iso(day).expect("a calendar day"));
    Watchlist { id: "list".to_owned(), as_of, entities, ..Watchlist::default() }
}

#[test]
fn editions_of_a_list_are_one_list() {
    let company = EntityKind::Company;
    let older =
        edition_of(Some("2020-01-01"), vec![entity("1", company, &["Old Name"], &[]), entity("2", company, &["Gone"], &[])]);
    let newer = edition_of(Some("2024-01-01"), vec![entity("1", company, &["New Name", "Old Name Ltd"], &["ИНН 0199000025"])]);
    let membership = Membership {
        group: "G".to_owned(),
        entity_id: "2".to_owned(),
        from: Known::Open,
        to: Known::Open,
        source: String::new(),
    };
    let older = Watchlist { memberships: vec![membership], ..older };
    // The order of the editions in the run file is nothing.
    let found = histories(vec![newer, older]).expect("two editions are one list");
    let [list] = found.watchlists.as_slice() else { panic!("{} lists", found.watchlists.len()) };
    let names: Vec<(&str, NameKind)> = list.entities[0].names.iter().map(|name| (name.name.as_str(), name.kind)).collect();
    let expected = [("New Name", NameKind::Primary), ("Old Name Ltd", NameKind::Primary), ("Old Name", NameKind::FormerName)];
    assert_eq!(names, expected);
    assert_eq!(list.entities[0].designations[0].delisted_on, Known::Open);
    assert_eq!(list.entities[1].designations[0].delisted_on, Known::Unknown, "it is gone, on a day that nobody states");
    assert_eq!(list.memberships[0].to, Known::Unknown, "what the newest edition lacks has ended");
    let history = &found.histories[0];
    assert_eq!(history.editions.len(), 2);
    let seen =
        |at: usize| [history.entities[at].first_seen, history.entities[at].last_seen].map(|day| day.expect("a day").number());
    assert_eq!((seen(0), seen(1)), ([20200101, 20240101], [20200101, 20200101]));
    assert!(history.entities[0].by[0].is_in_newest && !history.entities[1].by[0].is_in_newest);
}

#[test]
fn a_number_that_stands_for_somebody_else_is_two_entities() {
    let older = edition_of(Some("2020-01-01"), vec![entity("7", EntityKind::Person, &["Aron Beltask"], &[])]);
    let newer = edition_of(Some("2024-01-01"), vec![entity("7", EntityKind::Vessel, &["Wendelock"], &[])]);
    let found = histories(vec![older, newer]).expect("two editions are one list");
    let ids: Vec<&str> = found.watchlists[0].entities.iter().map(|entity| entity.entity_id.as_str()).collect();
    assert_eq!(ids, ["7", "7@2020-01-01"]);
    assert!(found.watchlists[0].issues[0].0.contains("`7` stands for another entity after 2020-01-01"));

    // Another name of the same kind may be a new name: one entity, and an issue.
    let older = edition_of(Some("2020-01-01"), vec![entity("7", EntityKind::Company, &["Beltask"], &[])]);
    let newer = edition_of(Some("2024-01-01"), vec![entity("7", EntityKind::Company, &["Wendelock"], &[])]);
    let found = histories(vec![older, newer]).expect("two editions are one list");
    assert_eq!(found.watchlists[0].entities.len(), 1);
    assert_eq!(found.watchlists[0].issues.len(), 1);
}

#[test]
fn editions_must_say_which_day_they_are_of() {
    let list = || vec![entity("1", EntityKind::Company, &["Name"], &[])];
    for (one, other, is_sound) in [
        (Some("2020-01-01"), Some("2024-01-01"), true),
        (Some("2020-01-01"), None, false),
        (None, None, false),
        (Some("2020-01-01"), Some("2020-01-01"), false),
    ] {
        let found = histories(vec![edition_of(one, list()), edition_of(other, list())]);
        assert_eq!(found.is_ok(), is_sound, "{one:?} and {other:?}");
    }
    assert!(histories(vec![edition_of(None, list())]).is_ok(), "one edition need not say it");
}

#[test]
fn entries_of_several_lists_are_one_company_by_what_is_stated() {
    use EntityKind::{Company, Unknown, Vessel};
    let same = |id: &str, reference: &str| ListedEntity {
        same_as: vec![EntityReference::parse(reference).expect("a reference")],
        ..entity(id, Company, &[id], &[])
    };
    let first = vec![
        entity("a", Company, &["Velderin"], &["ИНН 0199000025"]),
        entity("b", Company, &["Kartovene"], &["ИНН/КПП 9999000013/999901001"]),
        entity("c", Company, &["Velderin"], &[]),
        entity("d", Vessel, &["Wendelock"], &["IMO 9074729"]),
    ];
    let second = vec![
        entity("a", Unknown, &["Another Name"], &["ИНН 0199000025"]),
        entity("b", Company, &["Kartovene"], &["ИНН/КПП 9999000013/773601001"]),
        same("c", "one:c"),
        entity("d", Company, &["Wendelock"], &["IMO 9074729"]),
        same("e", "one:gone"),
    ];
    let list = |id: &str, entities| Watchlist { id: id.to_owned(), entities, ..Watchlist::default() };
    let companies = Companies::of(&[list("one", first), list("other", second)]);
    let is_one = |one: usize, other: usize| companies.company(0, one) == companies.company(1, other);
    assert!(is_one(0, 0), "an equal tax number");
    assert!(!is_one(1, 1), "an equal tax number at two sites");
    assert!(is_one(2, 2), "a list says so");
    assert!(!is_one(0, 2) && companies.company(0, 0) != companies.company(0, 2), "a name says nothing");
    assert!(!is_one(3, 3), "a ship is no company");
    assert_eq!(companies.entries(companies.company(0, 2)), [(0, 2), (1, 2)]);
}
