//! The US Consolidated Screening List in JSON, as the International Trade Administration publishes it (api.trade.gov).
//!
//! In: an object with the entries under `results`. Out: one entity each, with the list that it comes from as the authority: the file
//! holds those of the Treasury, of Commerce and of State. A search gives a page of its results only: where the total that it states
//! is more than it holds, that is an issue. The layout is *recalled* from the published documentation.

use super::file::{Content, ListFile};
use super::issues::{ListIssues, add_country};
use super::joining::join_filled;
use super::json::{self, Object};
use super::ofac_remarks::{read_labeled, read_remarks};
use super::speaking_order::add_names_in_speaking_order;
use super::{Beginning, Format, days, links, unique};
use crate::error::Result;
use crate::model::listed_entity::{Designation, EntityKind, Link, ListedEntity, NameKind, Watchlist};

/// Keys that are used, then those that are not: notices and licences, days and places of birth, what a ship looks like, addresses
/// of pages.
const KNOWN: &[&str] = &[
    "id",
    "_id",
    "source",
    "entity_number",
    "type",
    "programs",
    "name",
    "alt_names",
    "addresses",
    "start_date",
    "end_date",
    "remarks",
    "ids",
    "nationalities",
    "citizenships",
    "country",
    "vessel_flag",
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
    "source_information_url",
    "dates_of_birth",
    "places_of_birth",
    "score",
];
const KNOWN_OF_ADDRESSES: &[&str] = &["address", "city", "state", "postal_code", "country"];
const KNOWN_OF_IDS: &[&str] = &["type", "number", "country", "issue_date", "expiration_date"];

pub(super) const FORMAT: Format = Format { name: "csl-json", contents: &[Content::Json], fits, read };

fn fits(beginning: &Beginning) -> bool {
    json::begins_with_keys(beginning, '{', &["results", "source"]) && beginning.text.contains("\"alt_names\"")
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let mut entities = unique::Entries::new(&file.path);
    let mut links = Vec::new();
    let mut n_entries = 0;
    let mut found = ListIssues::default();
    let around = json::each_of_array(file, Some("results"), issues, &mut |object, place| {
        n_entries += 1;
        let entity = read_entry(&object, &mut links, &mut found);
        entities.add(entity, place, &mut found)
    })?;
    if let Some(total) = around.get("total").and_then(serde_json::Value::as_u64).filter(|total| *total != n_entries) {
        found.add(format!("the list states {total} entries and holds {n_entries}"));
    }
    issues.append(found);
    let entities = entities.into_vec();
    links::resolve(&mut links, &entities);
    Ok(Watchlist { entities, links, ..Watchlist::default() })
}

fn read_entry(object: &Object, links: &mut Vec<Link>, issues: &mut ListIssues) -> ListedEntity {
    json::report_unknown(object, "an entry", KNOWN, issues);
    let mut entity = ListedEntity { entity_id: id_of(object, issues), ..ListedEntity::default() };
    entity.kind = match json::text(object, "type", issues).as_ref() {
        "Entity" => EntityKind::Company,
        "Individual" => EntityKind::Person,
        "Vessel" => EntityKind::Vessel,
        "Aircraft" => EntityKind::Aircraft,
        // The lists of Commerce do not say what an entry is.
        "" => EntityKind::Unknown,
        other => {
            issues.add(format!("type `{other}` not known"));
            EntityKind::Unknown
        }
    };
    entity.add_name(&json::text(object, "name", issues), NameKind::Primary);
    for name in json::texts(object, "alt_names", issues) {
        entity.add_name(&name, NameKind::StrongAlias);
    }
    for key in ["nationalities", "citizenships", "country", "vessel_flag"] {
        json::texts(object, key, issues).iter().for_each(|country| add_country(&mut entity, country, key, issues));
    }
    for address in json::objects(object, "addresses") {
        json::report_unknown(address, "an address", KNOWN_OF_ADDRESSES, issues);
        let parts = KNOWN_OF_ADDRESSES.iter().map(|key| json::text(address, key, issues)).collect::<Vec<_>>();
        entity.add_address(&join_filled(parts.iter().map(AsRef::as_ref)));
        add_country(&mut entity, &json::text(address, "country", issues), "country", issues);
    }
    for id in json::objects(object, "ids") {
        json::report_unknown(id, "an identifier", KNOWN_OF_IDS, issues);
        let (label, number) = (json::text(id, "type", issues), json::text(id, "number", issues));
        read_labeled(&mut entity, &label, &number, links, issues);
    }
    let remarks = json::text(object, "remarks", issues);
    let inside = remarks.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    read_remarks(&mut entity, inside.unwrap_or(&remarks), links, issues);
    entity.designations.push(Designation {
        authority: json::text(object, "source", issues).into_owned(),
        programs: json::texts(object, "programs", issues).into_iter().map(std::borrow::Cow::into_owned).collect(),
        listed_on: days::listed_on(&json::text(object, "start_date", issues), &["%Y-%m-%d"], issues),
        delisted_on: days::delisted_on(&json::text(object, "end_date", issues), &["%Y-%m-%d"], issues),
    });
    if entity.kind == EntityKind::Person {
        add_names_in_speaking_order(&mut entity);
    }
    entity
}

/// Returns the publisher's own number of an entry, else its number in the list that it comes from.
fn id_of(object: &Object, issues: &mut ListIssues) -> String {
    for key in ["id", "_id"] {
        let id = json::text(object, key, issues);
        if !id.is_empty() {
            return id.into_owned();
        }
    }
    let number = json::text(object, "entity_number", issues);
    if number.is_empty() { String::new() } else { join_filled([json::text(object, "source", issues).as_ref(), number.as_ref()]) }
}
