//! The Consolidated List of the United Nations Security Council in XML, root `CONSOLIDATED_LIST`.
//!
//! In: the document, in the layout of 2017 or of today. Out: one entity an `INDIVIDUAL` or `ENTITY`, by its permanent reference number,
//! with the day of listing and the committee's list as its program. An alias may hold several spellings between semicolons; an
//! alias without a name is how the publisher writes that there is none. Days of amendments say nothing of listing and are left out.

use super::file::{Content, ListFile};
use super::issues::ListIssues;
use super::joining::join_filled;
use super::nationality::add_nationalities;
use super::xml::{Element, Entries, KnownPaths, decode, has_root};
use super::{Format, days, unique};
use crate::error::Result;
use crate::model::listed_entity::{Designation, EntityKind, ListedEntity, NameKind, Watchlist};

/// Paths below an entry. Individuals and entities have the same parts under different names.
const USED: &[&str] = &[
    "DATAID",
    "FIRST_NAME",
    "SECOND_NAME",
    "THIRD_NAME",
    "FOURTH_NAME",
    "UN_LIST_TYPE",
    "REFERENCE_NUMBER",
    "LISTED_ON",
    "NAME_ORIGINAL_SCRIPT",
    "NATIONALITY/VALUE",
    "NATIONALITY",
];
const USED_OF_ALIASES: &[&str] = &["QUALITY", "ALIAS_NAME"];
const USED_OF_ADDRESSES: [&str; 5] = ["STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY"];

/// Comments, days of amendments, and what only tells natural persons apart: birth, sex, titles and documents.
const IGNORED: &[&str] = &[
    "VERSIONNUM",
    "COMMENTS1",
    "DESIGNATION",
    "LIST_TYPE",
    "LAST_DAY_UPDATED",
    "SORT_KEY",
    "SORT_KEY_LAST_MOD",
    "GENDER",
    "TITLE",
    "SUBMITTED_BY",
    "SUBMITTED_ON",
    "NATIONALITY2",
    "INDIVIDUAL_DATE_OF_BIRTH",
    "INDIVIDUAL_PLACE_OF_BIRTH",
    "INDIVIDUAL_DOCUMENT",
];
const IGNORED_OF_ALIASES: &[&str] = &["NOTE", "DATE_OF_BIRTH", "CITY_OF_BIRTH", "COUNTRY_OF_BIRTH"];

pub(super) const FORMAT: Format =
    Format { name: "un-xml", contents: &[Content::Xml], fits: |start| has_root(start, "CONSOLIDATED_LIST"), read };

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let text = decode(file, issues);
    let mut document = Entries::open(&file.path, &text, &["CONSOLIDATED_LIST"], &["INDIVIDUALS", "ENTITIES"])?;
    let generated = document.root.attribute("dateGenerated").to_owned();
    let as_of = days::parse(&generated, &["%Y-%m-%d"]);
    if as_of.is_none() {
        issues.add(format!("day of making `{generated}` not understood"));
    }
    let known = known();
    let mut entities = unique::Entries::new(&file.path);
    while let Some(entry) = document.next()? {
        known.report(&entry, issues);
        let kind = match entry.name.as_str() {
            "INDIVIDUAL" => EntityKind::Person,
            "ENTITY" => EntityKind::Company,
            _ => continue,
        };
        entities.add(read_entry(&entry, kind, issues), &format!("line {}", entry.line), issues)?;
    }
    Ok(Watchlist { as_of, entities: entities.into_vec(), ..Watchlist::default() })
}

fn known() -> KnownPaths {
    let (mut used, mut ignored) = (Vec::new(), Vec::new());
    for entry in ["INDIVIDUAL", "ENTITY"] {
        let path = |path: &&str| format!("{entry}/{path}");
        let part = |part: &'static str| move |path: &&str| format!("{entry}/{entry}_{part}/{path}");
        used.extend(USED.iter().map(path));
        used.extend([format!("{entry}/{entry}_ALIAS"), format!("{entry}/{entry}_ADDRESS")]);
        used.extend(USED_OF_ALIASES.iter().map(part("ALIAS")));
        used.extend(USED_OF_ADDRESSES.iter().map(part("ADDRESS")));
        ignored.extend(IGNORED.iter().map(path));
        ignored.extend(IGNORED_OF_ALIASES.iter().map(part("ALIAS")));
        ignored.push(format!("{entry}/{entry}_ADDRESS/NOTE"));
    }
    KnownPaths::new(&used, &ignored)
}

fn read_entry(entry: &Element, kind: EntityKind, issues: &mut ListIssues) -> ListedEntity {
    let reference = match entry.text_at("REFERENCE_NUMBER") {
        "" => entry.text_at("DATAID"),
        reference => reference,
    };
    let mut entity = ListedEntity { entity_id: reference.to_owned(), kind, ..ListedEntity::default() };
    let names = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"].map(|part| entry.text_at(part));
    entity.add_name(&names.join(" "), NameKind::Primary);
    for name in entry.all("NAME_ORIGINAL_SCRIPT") {
        entity.add_name(name.text(), NameKind::OriginalScript);
    }
    for alias in entry.all(&format!("{}_ALIAS", entry.name)) {
        let kind = alias_kind(alias.text_at("QUALITY"), alias.text_at("ALIAS_NAME"), issues);
        for name in split_spellings(alias.text_at("ALIAS_NAME")) {
            entity.add_name(name, kind);
        }
    }
    for nationality in entry.all("NATIONALITY/VALUE") {
        add_stated(&mut entity, nationality.text(), "nationality", issues);
    }
    for address in entry.all(&format!("{}_ADDRESS", entry.name)) {
        entity.add_address(&join_filled(USED_OF_ADDRESSES.map(|part| address.text_at(part))));
        for country in address.all("COUNTRY") {
            add_stated(&mut entity, country.text(), "country", issues);
        }
    }
    // `2015-04-07-04:00`: a day with the offset of New York.
    let listed_on = entry.text_at("LISTED_ON");
    let listed_on = days::listed_on(listed_on.get(..10).unwrap_or(listed_on), &["%Y-%m-%d"], issues);
    let programs = vec![entry.text_at("UN_LIST_TYPE").to_owned()];
    entity.designations.push(Designation { programs, listed_on, ..Designation::default() });
    entity
}

fn alias_kind(quality: &str, name: &str, issues: &mut ListIssues) -> NameKind {
    match quality {
        "Good" | "a.k.a." => NameKind::StrongAlias,
        "Low" => NameKind::WeakAlias,
        "f.k.a." => NameKind::FormerName,
        "" if name.is_empty() => NameKind::StrongAlias,
        other => {
            issues.add(format!("quality `{other}` of an alias not known, taken as a strong alias"));
            NameKind::StrongAlias
        }
    }
}

/// Returns the spellings between semicolons, except where a bracket holds some of them.
fn split_spellings(text: &str) -> Vec<&str> {
    if text.contains(['(', ')']) { vec![text] } else { text.split(';').map(str::trim).filter(|name| !name.is_empty()).collect() }
}

/// Adds the countries of a text; `na` is how the publisher writes that none is stated.
fn add_stated(entity: &mut ListedEntity, text: &str, column: &str, issues: &mut ListIssues) {
    if text != "na" {
        add_nationalities(entity, text, column, issues);
    }
}
