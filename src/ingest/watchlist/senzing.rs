//! Entities for Senzing as OpenSanctions exports them: `senzing.json`, one JSON object a line.
//!
//! In: the lines. Out: one entity a record, and its relationships as links: they say who is tied to whom in which role, and no share.
//! The layout has no acts of listing; a topic of risk `sanction` says that somebody lists the entity, and not when.

use super::enumerated::is_other_script;
use super::file::{Content, ListFile};
use super::issues::{ListIssues, add_country};
use super::json::{self, Object};
use super::{Beginning, Format, identifiers, unique};
use crate::error::Result;
use crate::model::listed_entity::{Designation, EntityKind, Known, Link, ListedEntity, NameKind, Watchlist};
use crate::names::identifiers::IdentifierKind;
use std::borrow::Cow;

/// Keys that are used, then those that are not: the source's own, days, sex, and addresses of pages.
const KNOWN: &[&str] = &[
    "RECORD_ID",
    "RECORD_TYPE",
    "NAMES",
    "ADDRESSES",
    "COUNTRIES",
    "IDENTIFIERS",
    "RELATIONSHIPS",
    "RISKS",
    "DATA_SOURCE",
    "LAST_CHANGE",
    "GENDER",
    "DATES",
    "CONTACTS",
    "URL",
];

pub(super) const FORMAT: Format = Format { name: "senzing", contents: &[Content::Json], fits, read };

fn fits(beginning: &Beginning) -> bool {
    json::begins_with_keys(beginning, '{', &["DATA_SOURCE", "RECORD_ID"])
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let mut entities = unique::Entries::new(&file.path);
    let (mut links, mut found) = (Vec::new(), ListIssues::default());
    json::each_line(file, issues, &mut |object, place| {
        let entity = read_record(&object, &mut links, &mut found);
        entities.add(entity, place, &mut found)
    })?;
    issues.append(found);
    links.retain_mut(|link: &mut Link| {
        let is_held = link.to_id.as_deref().is_some_and(|id| entities.contains(id));
        if is_held {
            link.to_name = entities.name_of(link.to_id.as_deref().unwrap_or_default()).to_owned();
        } else {
            issues.add("relationship with a record that the file does not hold, not used");
        }
        is_held
    });
    Ok(Watchlist { entities: entities.into_vec(), links, ..Watchlist::default() })
}

fn read_record(object: &Object, links: &mut Vec<Link>, issues: &mut ListIssues) -> ListedEntity {
    json::report_unknown(object, "a record", KNOWN, issues);
    let mut entity = ListedEntity { entity_id: json::text(object, "RECORD_ID", issues).into_owned(), ..ListedEntity::default() };
    entity.kind = match json::text(object, "RECORD_TYPE", issues).as_ref() {
        "PERSON" => EntityKind::Person,
        "ORGANIZATION" => EntityKind::Company,
        "VESSEL" => EntityKind::Vessel,
        "AIRCRAFT" => EntityKind::Aircraft,
        "" => EntityKind::Unknown,
        other => {
            issues.add(format!("type `{other}` not known"));
            EntityKind::Unknown
        }
    };
    for name in json::objects(object, "NAMES") {
        let full = first_of(name, &["NAME_FULL", "NAME_ORG"], issues);
        let kind = match json::text(name, "NAME_TYPE", issues).as_ref() {
            "PRIMARY" => NameKind::Primary,
            _ if is_other_script(&full) => NameKind::OriginalScript,
            _ => NameKind::StrongAlias,
        };
        entity.add_name(&full, kind);
    }
    super::joining::put_primary_first(&mut entity);
    for address in json::objects(object, "ADDRESSES") {
        entity.add_address(&json::text(address, "ADDR_FULL", issues));
    }
    for country in json::objects(object, "COUNTRIES") {
        for key in country.keys() {
            let text = json::text(country, key, issues);
            if !key.contains("BIRTH") {
                add_country(&mut entity, &text, "country", issues);
            }
        }
    }
    for identifier in json::objects(object, "IDENTIFIERS") {
        read_identifier(identifier, &mut entity, issues);
    }
    if json::objects(object, "RISKS").iter().any(|risk| json::text(risk, "TOPIC", issues) == "sanction") {
        entity.designations.push(Designation { listed_on: Known::Unknown, ..Designation::default() });
    }
    for relationship in json::objects(object, "RELATIONSHIPS").into_iter().filter(|one| one.contains_key("REL_POINTER_KEY")) {
        links.push(Link {
            from_id: entity.entity_id.clone(),
            kind: json::text(relationship, "REL_POINTER_ROLE", issues).into_owned(),
            to_name: String::new(),
            to_id: Some(json::text(relationship, "REL_POINTER_KEY", issues).into_owned()),
            source: "Senzing relationship".to_owned(),
        });
    }
    entity
}

/// Adds an identifier that is no document of a person and no entry of a register of things: `{"TAX_ID_NUMBER": "…"}`.
fn read_identifier(identifier: &Object, entity: &mut ListedEntity, issues: &mut ListIssues) {
    const KINDS: [(&str, Option<IdentifierKind>); 5] = [
        ("LEI_NUMBER", Some(IdentifierKind::Lei)),
        ("TAX_ID_NUMBER", Some(IdentifierKind::Tax)),
        ("NATIONAL_ID_NUMBER", Some(IdentifierKind::Registration)),
        ("IMO_NUMBER", Some(IdentifierKind::Imo)),
        ("DUNS_NUMBER", None),
    ];
    for (key, kind) in KINDS {
        let text = json::text(identifier, key, issues);
        let is_of_person = entity.kind == EntityKind::Person && key == "NATIONAL_ID_NUMBER";
        if !text.is_empty() && !is_of_person {
            identifiers::add_stated(entity, &text, kind, issues);
        }
    }
    let known = |key: &String| {
        KINDS.iter().any(|(known, _)| known == key)
            || ["OTHER_ID", "TRUSTED_ID", "PASSPORT", "DRLIC", "SSN", "TAX_ID_", "NATIONAL_ID_"]
                .iter()
                .any(|start| key.starts_with(start))
    };
    identifier.keys().filter(|key| !known(key)).for_each(|key| issues.add(format!("identifier `{key}` not known, not used")));
}

fn first_of<'a>(object: &'a Object, keys: &[&str], issues: &mut ListIssues) -> Cow<'a, str> {
    keys.iter().map(|key| json::text(object, key, issues)).find(|text| !text.is_empty()).unwrap_or_default()
}
