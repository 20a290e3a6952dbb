//! The Consolidated Screening List of the United States as CSV: a dozen lists of three departments in one table.
//!
//! In: a row for each entry; the old layout begins with `source`, the current one with `_id`. Out: entities, each listed by its source.
//! Cells hold several values between `; `. Numbers stand with their label and country in an order that changed between the layouts.

use super::enumerated::split_brackets;
use super::file::{Content, ListFile};
use super::issues::{ListIssues, add_country};
use super::joining::{Drafts, add_designation, finish, split_at};
use super::nationality::add_nationalities;
use super::ofac_remarks::{Numbered, numbered, read_remarks};
use super::speaking_order::add_names_in_speaking_order;
use super::table::{Record, Table};
use super::{Beginning, Format, days, links};
use crate::error::{Error, Result};
use crate::model::country::CountryCode;
use crate::model::listed_entity::{Designation, EntityKind, Link, ListedEntity, NameKind, Watchlist};
use std::collections::BTreeMap;

const WANTED: [&str; 6] = ["source", "entity_number", "programs", "addresses", "alt_names", "ids"];
const USED: [&str; 8] = ["_id", "type", "name", "start_date", "end_date", "vessel_flag", "remarks", "nationalities"];
/// Left out on purpose: reasons, documents of persons, and what describes a ship.
const IGNORED: [&str; 15] = [
    "citizenships",
    "title",
    "federal_register_notice",
    "standard_order",
    "license_requirement",
    "license_policy",
    "call_sign",
    "vessel_type",
    "gross_tonnage",
    "gross_registered_tonnage",
    "vessel_owner",
    "source_list_url",
    "dates_of_birth",
    "places_of_birth",
    "source_information_url",
];
const BETWEEN: [&str; 1] = ["; "];

pub(super) const FORMAT: Format = Format { name: "csl", contents: &[Content::Text], fits, read };

fn fits(beginning: &Beginning) -> bool {
    beginning.has_columns(&WANTED)
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let table = Table::read(file, &WANTED, issues)?;
    table.check_columns(WANTED.into_iter().chain(USED).chain(IGNORED), issues);
    let mut drafts = Drafts::new();
    let mut rows: BTreeMap<String, Record<'_>> = BTreeMap::new();
    let mut links = Vec::new();
    for record in table.records() {
        let id = id_of(record);
        if let Some(first) = rows.get(&id) {
            if record.filled().eq(first.filled()) {
                issues.add("entity listed twice with the same words, taken once");
                continue;
            }
            if !record.text("_id").is_empty() {
                return Err(Error::request(format!("`{}` lists the entity `{id}` twice, differently", file.path.display()))
                    .detail(format!("lines {} and {}", first.line(), record.line()))
                    .hint("two editions may have been joined; give each a file of its own"));
            }
        } else {
            rows.insert(id.clone(), record);
        }
        let entity = drafts.entry(id.clone()).or_insert_with(|| ListedEntity { entity_id: id, ..ListedEntity::default() });
        read_row(entity, record, &mut links, issues);
    }
    let mut entities = finish(drafts, issues);
    entities.iter_mut().filter(|entity| entity.kind == EntityKind::Person).for_each(add_names_in_speaking_order);
    links::resolve(&mut links, &entities);
    Ok(Watchlist { entities, links, ..Watchlist::default() })
}

/// Returns the id of a row. In the old layout only some lists have numbers: of the others the source and the name are the id.
fn id_of(record: Record<'_>) -> String {
    let (id, number) = (record.text("_id"), record.text("entity_number"));
    if !id.is_empty() {
        id.to_owned()
    } else if !number.is_empty() {
        number.to_owned()
    } else {
        format!("{} / {}", short_source(record.text("source")), record.text("name"))
    }
}

/// Returns the abbreviation of a source: `DPL` of `Denied Persons List (DPL) - Bureau of Industry and Security`.
fn short_source(source: &str) -> &str {
    let list = source.split(" - ").next().unwrap_or(source);
    split_brackets(list).map_or(source, |(_, short)| short)
}

fn read_row(entity: &mut ListedEntity, record: Record<'_>, links: &mut Vec<Link>, issues: &mut ListIssues) {
    entity.kind = match record.text("type") {
        "Individual" => EntityKind::Person,
        "Entity" => EntityKind::Company,
        "Vessel" => EntityKind::Vessel,
        "Aircraft" => EntityKind::Aircraft,
        "" => entity.kind,
        other => {
            issues.add(format!("type `{other}` not known"));
            EntityKind::Unknown
        }
    };
    entity.add_name(record.text("name"), NameKind::Primary);
    for alias in split_at(record.text("alt_names"), &BETWEEN) {
        // The Entity List ends a row of aliases with `and X.`.
        entity.add_name(alias.strip_prefix("and ").unwrap_or(alias), NameKind::StrongAlias);
    }
    for address in split_at(record.text("addresses"), &BETWEEN) {
        // An address ends with the code of its country.
        if let Some(country) = address.rsplit(", ").next().filter(|code| code.len() == 2).and_then(CountryCode::parse) {
            entity.add_country(country);
        }
        entity.add_address(address);
    }
    for nationality in split_at(record.text("nationalities"), &BETWEEN) {
        add_nationalities(entity, nationality, "nationalities", issues);
    }
    add_country(entity, record.text("vessel_flag"), "vessel_flag", issues);
    split_at(record.text("ids"), &BETWEEN).into_iter().for_each(|id| add_id(entity, id, issues));
    // The remarks are those of OFAC without their labels, but for ties in brackets.
    let ties = record.text("remarks").split("; ").filter(|remark| remark.contains("Linked To:"));
    let ties: Vec<&str> = ties.map(|remark| remark.trim_matches(['(', ')'])).collect();
    read_remarks(entity, &ties.join("; "), links, issues);
    add_designation(
        entity,
        Designation {
            authority: record.text("source").to_owned(),
            programs: split_at(record.text("programs"), &BETWEEN).into_iter().map(str::to_owned).collect(),
            listed_on: days::listed_on(record.text("start_date"), &["%Y-%m-%d"], issues),
            delisted_on: days::delisted_on(record.text("end_date"), &["%Y-%m-%d"], issues),
        },
    );
}

/// Adds a number: `Tax ID No., 123, US` in the current layout, `US, 123, Tax ID No.` in the old one; the country may be missing.
fn add_id(entity: &mut ListedEntity, id: &str, issues: &mut ListIssues) {
    let parts: Vec<&str> = id.split(", ").map(str::trim).collect();
    let (first, last) = (parts[0], parts[parts.len() - 1]);
    let (label, value) = if matches!(numbered(first, ""), Numbered::NotALabel) {
        let is_country = parts.len() > 2 && first.len() == 2;
        (last, parts[usize::from(is_country)..parts.len() - 1].join(", "))
    } else {
        let is_country = parts.len() > 2 && last.len() == 2;
        (first, parts[1..parts.len() - usize::from(is_country)].join(", "))
    };
    match numbered(label, &value) {
        Numbered::Identifier(number, kind) => entity.add_identifier(&number, kind),
        Numbered::TooShort => issues.add("identifier too short to tell companies apart, not used"),
        Numbered::NoIdentifier => {}
        Numbered::NotALabel => issues.add("identifier of another kind, not used"),
    }
}
