//! The Swiss list of sanctions (State Secretariat for Economic Affairs, SECO) in XML, root `swiss-sanctions-list`.
//!
//! In: the document. Out: one entity a `target`, with its program and the days of its modifications. Targets that were delisted stay in
//! the whole list with the day of it. A modification repeats what it added and removed; only the present state is read.
//! The layout is *recalled* from the published schema: no file of the publisher was at hand, and what is not known is an issue.

use super::enumerated::is_other_script;
use super::file::{Content, ListFile};
use super::issues::{ListIssues, add_country};
use super::joining::{join_filled, put_primary_first};
use super::xml::{Element, Entries, KnownPaths, decode, has_root};
use super::{Format, days, unique};
use crate::error::Result;
use crate::model::date::Day;
use crate::model::listed_entity::{Designation, EntityKind, Known, Link, ListedEntity, NameKind, Watchlist};
use crate::names::identifiers::{IdentifierKind, find_identifiers};
use std::collections::HashMap;

/// Paths below `individual`, `entity` or `object`.
const USED: &[&str] = &[
    "identity/name@name-type",
    "identity/name@quality",
    "identity/name/name-part@order",
    "identity/name/name-part@name-part-type",
    "identity/name/name-part/value",
    "identity/name/name-part/spelling-variant",
    "identity/nationality/country@iso-code",
    "identity/address@place-id",
    "identity/address/address-details",
    "identity/address/p-o-box",
    "identity/address/zip-code",
    "identity/address/c-o",
    "relation@target-id",
    "relation@relation-type",
    "other-information",
];
/// Numbers of parts, languages and scripts, reasons, and what only tells natural persons apart.
const IGNORED: &[&str] = &[
    "identity@ssid",
    "identity@main",
    "identity/name@ssid",
    "identity/name@lang",
    "identity/name/name-part@ssid",
    "identity/name/name-part/spelling-variant@ssid",
    "identity/name/name-part/spelling-variant@lang",
    "identity/name/name-part/spelling-variant@script",
    "identity/name/name-part/spelling-variant@order",
    "identity/day-month-year",
    "identity/place-of-birth",
    "identity/nationality@ssid",
    "identity/identification-document",
    "identity/address@ssid",
    "identity/address@quality",
    "identity/address/remark",
    "justification",
    "relation@ssid",
    "relation/remark",
    "other-information@ssid",
    "@sex",
    "@object-type",
];

pub(super) const FORMAT: Format =
    Format { name: "ch-seco", contents: &[Content::Xml], fits: |start| has_root(start, "swiss-sanctions-list"), read };

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let text = decode(file, issues);
    let mut document = Entries::open(&file.path, &text, &["swiss-sanctions-list"], &[])?;
    let mut list = Watchlist { as_of: days::parse(document.root.attribute("date"), &["%Y-%m-%d"]), ..Watchlist::default() };
    let kind_of_list = document.root.attribute("list-type").to_owned();
    if !matches!(kind_of_list.as_str(), "whole-list" | "") {
        issues.add(format!("the file is a `{kind_of_list}` and no whole list"));
    }
    let known = known();
    let (mut programs, mut targets, mut places) = (HashMap::new(), Vec::new(), HashMap::new());
    while let Some(entry) = document.next()? {
        known.report(&entry, issues);
        match entry.name.as_str() {
            "sanctions-program" => take_program(&entry, &mut programs),
            "place" => {
                places.insert(entry.attribute("ssid").to_owned(), entry);
            }
            "target" => targets.push(entry),
            _ => {}
        }
    }
    let mut entities = unique::Entries::new(&file.path);
    for target in &targets {
        let Some(subject) = target.children().find(|child| matches!(child.name.as_str(), "individual" | "entity" | "object"))
        else {
            issues.add("target without a subject, not used");
            continue;
        };
        let mut entity = read_subject(subject, target.attribute("ssid"), &places, &mut list.links, issues);
        add_acts(target, &mut entity, &programs, issues);
        entities.add(entity, &format!("line {}", target.line), issues)?;
    }
    for link in &mut list.links {
        let to_id = link.to_id.take().filter(|id| entities.contains(id));
        link.to_name = to_id.as_deref().map_or(String::new(), |id| entities.name_of(id).to_owned());
        link.to_id = to_id;
    }
    let n_links = list.links.len();
    list.links.retain(|link| link.to_id.is_some() && entities.contains(&link.from_id));
    (list.links.len()..n_links).for_each(|_| issues.add("relation to a target that the file does not hold, not used"));
    list.entities = entities.into_vec();
    Ok(list)
}

fn known() -> KnownPaths {
    let mut used: Vec<String> = [
        "target@ssid",
        "target@sanctions-set-id",
        "target/sanctions-set-id",
        "target/modification@modification-type",
        "target/modification@effective-date",
        "target/modification@publication-date",
        "target/object@object-type",
        "sanctions-program/program-key@lang",
        "sanctions-program/sanctions-set@ssid",
        "place@ssid",
        "place/location",
        "place/area",
        "place/country@iso-code",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut ignored: Vec<String> = [
        "sanctions-program@ssid",
        "sanctions-program@version-date",
        "sanctions-program@predecessor-version-date",
        "sanctions-program/program-name",
        "sanctions-program/origin",
        "sanctions-program/sanctions-set@lang",
        "target/foreign-identifier",
        "target/generic-attribute",
        "target/modification@enactment-date",
        "target/modification/added",
        "target/modification/removed",
        "target/modification/remark",
        "place/location-variant",
        "place/area-variant",
    ]
    .map(str::to_owned)
    .to_vec();
    for subject in ["individual", "entity", "object"] {
        used.extend(USED.iter().map(|path| format!("target/{subject}/{path}")));
        let below = |path: &&str| match path.strip_prefix('@') {
            Some(attribute) => format!("target/{subject}@{attribute}"),
            None => format!("target/{subject}/{path}"),
        };
        ignored.extend(IGNORED.iter().map(below));
    }
    KnownPaths::new(&used, &ignored)
}

/// Keeps the English name of a program for each of its sets.
fn take_program(entry: &Element, programs: &mut HashMap<String, String>) {
    let keys = entry.all("program-key");
    let key = keys.iter().find(|key| key.attribute("lang") == "eng").or(keys.first());
    for set in entry.all("sanctions-set") {
        programs.insert(set.attribute("ssid").to_owned(), key.map_or("", |key| key.text()).to_owned());
    }
}

fn read_subject(
    subject: &Element,
    id: &str,
    places: &HashMap<String, Element>,
    links: &mut Vec<Link>,
    issues: &mut ListIssues,
) -> ListedEntity {
    let mut entity = ListedEntity { entity_id: id.to_owned(), ..ListedEntity::default() };
    entity.kind = kind_of(subject, issues);
    for identity in subject.all("identity") {
        identity.all("name").into_iter().for_each(|name| read_name(name, &mut entity, issues));
        for country in identity.all("nationality/country") {
            add_country(&mut entity, country.attribute("iso-code"), "nationality", issues);
        }
        for address in identity.all("address") {
            read_address(address, &mut entity, places, issues);
        }
    }
    put_primary_first(&mut entity);
    // `IMO Number: 8405270` stands in a sentence of its own.
    for information in subject.all("other-information") {
        for found in find_identifiers(information.text()) {
            let identifier = found.identifier;
            if entity.kind != EntityKind::Person && (identifier.is_valid || identifier.kind == IdentifierKind::Imo) {
                entity.add_identifier(&identifier.text, Some(identifier.kind));
            }
        }
    }
    for relation in subject.all("relation") {
        links.push(Link {
            from_id: id.to_owned(),
            kind: relation.attribute("relation-type").to_owned(),
            to_name: String::new(),
            to_id: Some(relation.attribute("target-id").to_owned()),
            source: "SECO relation".to_owned(),
        });
    }
    entity
}

fn kind_of(subject: &Element, issues: &mut ListIssues) -> EntityKind {
    match (subject.name.as_str(), subject.attribute("object-type")) {
        ("individual", _) => EntityKind::Person,
        ("entity", _) => EntityKind::Company,
        (_, "vessel") => EntityKind::Vessel,
        (_, "aircraft") => EntityKind::Aircraft,
        (_, other) => {
            issues.add(format!("type `{other}` not known"));
            EntityKind::Unknown
        }
    }
}

/// Adds a name, and another for the spellings of each place among the variants of its parts. Of persons the family name is kept in
/// front in the list and goes last in speech.
fn read_name(name: &Element, entity: &mut ListedEntity, issues: &mut ListIssues) {
    let kind = match (name.attribute("name-type"), name.attribute("quality")) {
        (_, "low") => NameKind::WeakAlias,
        ("primary-name", _) => NameKind::Primary,
        ("alias", _) => NameKind::StrongAlias,
        ("formerly-known-as" | "maiden-name", _) => NameKind::FormerName,
        (other, _) => {
            issues.add(format!("name type `{other}` not known, taken as a strong alias"));
            NameKind::StrongAlias
        }
    };
    let mut parts = name.all("name-part");
    parts.retain(|part| !matches!(part.attribute("name-part-type"), "title" | "suffix"));
    parts.sort_by_key(|part| part.attribute("order").parse::<u32>().unwrap_or(u32::MAX));
    parts.sort_by_key(|part| part.attribute("name-part-type") == "family-name");
    let n_variants = parts.iter().map(|part| part.all("spelling-variant").len()).max().unwrap_or(0);
    let spelling = |variant: Option<usize>| {
        let of_part = |part: &&Element| match variant.and_then(|at| part.all("spelling-variant").get(at).copied()) {
            Some(variant) => variant.text().to_owned(),
            None => part.text_at("value").to_owned(),
        };
        parts.iter().map(of_part).collect::<Vec<_>>().join(" ")
    };
    entity.add_name(&spelling(None), kind);
    for variant in 0..n_variants {
        let text = spelling(Some(variant));
        let kind = match kind {
            NameKind::WeakAlias | NameKind::FormerName => kind,
            _ if is_other_script(&text) => NameKind::OriginalScript,
            _ => NameKind::StrongAlias,
        };
        entity.add_name(&text, kind);
    }
}

fn read_address(address: &Element, entity: &mut ListedEntity, places: &HashMap<String, Element>, issues: &mut ListIssues) {
    let place = places.get(address.attribute("place-id"));
    let of_place = |path: &str| place.map_or("", |place| place.text_at(path));
    let parts = ["c-o", "address-details", "p-o-box", "zip-code"].map(|part| address.text_at(part));
    let of_places = ["location", "area", "country"].map(of_place);
    entity.add_address(&join_filled(parts.into_iter().chain(of_places)));
    if let Some(country) = place.and_then(|place| place.first("country")) {
        add_country(entity, country.attribute("iso-code"), "country", issues);
    }
}

/// Adds a designation for each time that the target was listed, up to the day on which it was taken off again.
fn add_acts(target: &Element, entity: &mut ListedEntity, programs: &HashMap<String, String>, issues: &mut ListIssues) {
    let programs = programs_of(target, programs, issues);
    let mut acts: Vec<(Known, bool)> = Vec::new();
    for act in target.all("modification") {
        let is_listing = match act.attribute("modification-type") {
            "listed" => true,
            "de-listed" => false,
            "amended" => continue,
            other => {
                issues.add(format!("modification `{other}` not known, not used"));
                continue;
            }
        };
        let days = [act.attribute("effective-date"), act.attribute("publication-date")];
        let day = days.into_iter().find(|day| !day.is_empty()).unwrap_or_default();
        acts.push((days::listed_on(day, &["%Y-%m-%d"], issues), is_listing));
    }
    // The latest stands first in the file; on one day the end of a listing goes before the next one.
    acts.sort_by_key(|(day, is_listing)| (day_of(*day), *is_listing));
    let mut open: Option<Known> = None;
    let mut spans: Vec<(Known, Known)> = Vec::new();
    for (day, is_listing) in acts {
        if is_listing {
            open = open.or(Some(day));
        } else {
            spans.push((open.take().unwrap_or(Known::Unknown), day));
        }
    }
    if open.is_some() || spans.is_empty() {
        spans.push((open.unwrap_or(Known::Unknown), Known::Open));
    }
    for (listed_on, delisted_on) in spans {
        entity.designations.push(Designation { authority: String::new(), programs: programs.clone(), listed_on, delisted_on });
    }
}

/// Returns the programs whose sets the target is in.
fn programs_of(target: &Element, programs: &HashMap<String, String>, issues: &mut ListIssues) -> Vec<String> {
    let sets = target.all("sanctions-set-id").into_iter().map(Element::text).chain([target.attribute("sanctions-set-id")]);
    let mut stated: Vec<String> = Vec::new();
    for set in sets.filter(|set| !set.is_empty()) {
        match programs.get(set) {
            Some(program) if !stated.contains(program) => stated.push(program.clone()),
            Some(_) => {}
            None => issues.add("set of sanctions that the document does not define"),
        }
    }
    stated
}

fn day_of(known: Known) -> Option<Day> {
    match known {
        Known::On(day) => Some(day),
        Known::Open | Known::Unknown => None,
    }
}
