//! The EU's consolidated list of financial sanctions (Financial Sanctions Files) in XML, root `export`.
//!
//! In: the document. Out: one entity a `sanctionEntity`, by its EU reference number. Its names have no first one: the first strong name
//! in Latin letters is taken as primary. The day of designation is the list's own; the regulation that is given with it is the latest
//! to amend the entry, so that its day says nothing of the listing and is left out.

use super::enumerated::is_other_script;
use super::file::{Content, ListFile};
use super::issues::{ListIssues, add_country};
use super::joining::{join_filled, put_primary_first};
use super::meanings::{self, Meanings};
use super::xml::{Element, Entries, KnownPaths, decode, has_root};
use super::{Beginning, Format, days, eu_fsf_csv, identifiers, unique};
use crate::error::Result;
use crate::model::listed_entity::{Designation, EntityKind, ListedEntity, NameKind, Watchlist};
use std::sync::OnceLock;

/// Codes of identifications with their meaning.
const IDENTIFICATIONS: &str = include_str!("../../reference/watchlists/eu_identifications.csv");

const USED: &[&str] = &[
    "sanctionEntity@designationDate",
    "sanctionEntity@euReferenceNumber",
    "sanctionEntity@logicalId",
    "sanctionEntity/regulation@programme",
    "sanctionEntity/subjectType@code",
    "sanctionEntity/nameAlias@wholeName",
    "sanctionEntity/nameAlias@strong",
    "sanctionEntity/citizenship@countryDescription",
    "sanctionEntity/citizenship@countryIso2Code",
    "sanctionEntity/address@street",
    "sanctionEntity/address@poBox",
    "sanctionEntity/address@place",
    "sanctionEntity/address@city",
    "sanctionEntity/address@region",
    "sanctionEntity/address@zipCode",
    "sanctionEntity/address@countryIso2Code",
    "sanctionEntity/address@countryDescription",
    "sanctionEntity/identification@number",
    "sanctionEntity/identification@identificationTypeCode",
    "sanctionEntity/identification@knownFalse",
];

/// Remarks, numbers of parts, languages, acts of amendment, and what only tells natural persons apart.
const IGNORED: &[&str] = &[
    "sanctionEntity@designationDetails",
    "sanctionEntity@unitedNationId",
    "sanctionEntity/remark",
    "sanctionEntity/regulation@regulationType",
    "sanctionEntity/regulation@organisationType",
    "sanctionEntity/regulation@publicationDate",
    "sanctionEntity/regulation@entryIntoForceDate",
    "sanctionEntity/regulation@numberTitle",
    "sanctionEntity/regulation@logicalId",
    "sanctionEntity/regulation/publicationUrl",
    "sanctionEntity/subjectType@classificationCode",
    "sanctionEntity/nameAlias@firstName",
    "sanctionEntity/nameAlias@middleName",
    "sanctionEntity/nameAlias@lastName",
    "sanctionEntity/nameAlias@function",
    "sanctionEntity/nameAlias@title",
    "sanctionEntity/nameAlias@gender",
    "sanctionEntity/nameAlias@nameLanguage",
    "sanctionEntity/nameAlias@regulationLanguage",
    "sanctionEntity/nameAlias@logicalId",
    "sanctionEntity/nameAlias/remark",
    "sanctionEntity/nameAlias/regulationSummary",
    "sanctionEntity/citizenship@region",
    "sanctionEntity/citizenship@regulationLanguage",
    "sanctionEntity/citizenship@logicalId",
    "sanctionEntity/citizenship/remark",
    "sanctionEntity/citizenship/regulationSummary",
    "sanctionEntity/birthdate",
    "sanctionEntity/address@asAtListingTime",
    "sanctionEntity/address@regulationLanguage",
    "sanctionEntity/address@logicalId",
    "sanctionEntity/address/remark",
    "sanctionEntity/address/contactInfo",
    "sanctionEntity/address/regulationSummary",
    "sanctionEntity/identification@diplomatic",
    "sanctionEntity/identification@knownExpired",
    "sanctionEntity/identification@reportedLost",
    "sanctionEntity/identification@revokedByIssuer",
    "sanctionEntity/identification@issuedBy",
    "sanctionEntity/identification@issuedDate",
    "sanctionEntity/identification@validFrom",
    "sanctionEntity/identification@validTo",
    "sanctionEntity/identification@latinNumber",
    "sanctionEntity/identification@nameOnDocument",
    "sanctionEntity/identification@region",
    "sanctionEntity/identification@countryIso2Code",
    "sanctionEntity/identification@countryDescription",
    "sanctionEntity/identification@identificationTypeDescription",
    "sanctionEntity/identification@regulationLanguage",
    "sanctionEntity/identification@logicalId",
    "sanctionEntity/identification/remark",
    "sanctionEntity/identification/regulationSummary",
];

pub(super) const FORMAT: Format = Format { name: "eu-fsf", contents: &[Content::Xml, Content::Text], fits, read };

fn fits(beginning: &Beginning) -> bool {
    has_root(beginning, "export") && beginning.text.contains("<sanctionEntity") || eu_fsf_csv::fits(beginning)
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    if file.content != Content::Xml {
        return eu_fsf_csv::read(file, issues);
    }
    let text = decode(file, issues);
    let mut document = Entries::open(&file.path, &text, &["export"], &[])?;
    let generated = document.root.attribute("generationDate").to_owned();
    let as_of = days::parse(&generated, &["%Y-%m-%d"]);
    if as_of.is_none() {
        issues.add(format!("day of making `{generated}` not understood"));
    }
    let known = KnownPaths::new(USED, IGNORED);
    let mut entities = unique::Entries::new(&file.path);
    while let Some(entry) = document.next()? {
        known.report(&entry, issues);
        if entry.name == "sanctionEntity" {
            entities.add(read_entry(&entry, issues), &format!("line {}", entry.line), issues)?;
        }
    }
    Ok(Watchlist { as_of, entities: entities.into_vec(), ..Watchlist::default() })
}

fn read_entry(entry: &Element, issues: &mut ListIssues) -> ListedEntity {
    let id = [entry.attribute("euReferenceNumber"), entry.attribute("logicalId")].into_iter().find(|id| !id.is_empty());
    let mut entity = ListedEntity { entity_id: id.unwrap_or_default().to_owned(), ..ListedEntity::default() };
    entity.kind = kind_of(entry.first("subjectType").map_or("", |subject| subject.attribute("code")), issues);
    for name in entry.all("nameAlias") {
        add_name(&mut entity, name.attribute("wholeName"), name.attribute("strong") != "false");
    }
    put_primary_first(&mut entity);
    for citizenship in entry.all("citizenship") {
        add_stated_country(
            &mut entity,
            citizenship.attribute("countryIso2Code"),
            citizenship.attribute("countryDescription"),
            issues,
        );
    }
    for address in entry.all("address") {
        let (code, country) = (address.attribute("countryIso2Code"), address.attribute("countryDescription"));
        let parts = ["street", "poBox", "place", "city", "region", "zipCode"].map(|part| address.attribute(part));
        let shown = if is_unknown(code) { "" } else { country };
        entity.add_address(&join_filled(parts.into_iter().chain([shown])));
        add_stated_country(&mut entity, code, country, issues);
    }
    for document in entry.all("identification") {
        // A number that is not its own may still be the one that an entity goes by.
        if document.attribute("knownFalse") == "true" {
            issues.add("document that the list calls false, its number kept");
        }
        add_identification(&mut entity, document.attribute("identificationTypeCode"), document.attribute("number"), issues);
    }
    let programs = entry.all("regulation").into_iter().map(|act| act.attribute("programme").to_owned()).collect();
    let listed_on = days::listed_on(entry.attribute("designationDate"), &["%Y-%m-%d"], issues);
    entity.designations.push(Designation { programs, listed_on, ..Designation::default() });
    entity
}

/// Adds a name in the kind that its strength and its script tell.
pub(super) fn add_name(entity: &mut ListedEntity, name: &str, is_strong: bool) {
    let kind = match (is_strong, is_other_script(name)) {
        (false, _) => NameKind::WeakAlias,
        (true, true) => NameKind::OriginalScript,
        (true, false) => NameKind::StrongAlias,
    };
    entity.add_name(name, kind);
}

pub(super) fn kind_of(code: &str, issues: &mut ListIssues) -> EntityKind {
    match code {
        "person" => EntityKind::Person,
        "enterprise" => EntityKind::Company,
        other => {
            issues.add(format!("type `{other}` not known"));
            EntityKind::Unknown
        }
    }
}

/// `00` is how the publisher writes that the country is unknown.
fn is_unknown(code: &str) -> bool {
    code.is_empty() || code == "00"
}

/// Adds a country by its code, else by its name.
pub(super) fn add_stated_country(entity: &mut ListedEntity, code: &str, name: &str, issues: &mut ListIssues) {
    if !is_unknown(code) {
        add_country(entity, code, "country", issues);
    } else if name != "UNKNOWN" {
        add_country(entity, name, "country", issues);
    }
}

pub(super) fn add_identification(entity: &mut ListedEntity, code: &str, number: &str, issues: &mut ListIssues) {
    static TABLE: OnceLock<Meanings> = OnceLock::new();
    match TABLE.get_or_init(|| meanings::read(IDENTIFICATIONS)).get(code) {
        _ if number.is_empty() => {}
        Some(&"ignored") => {}
        // Of a person nothing says that it is no document of his own.
        Some(&("identifier" | "swift")) if entity.kind == EntityKind::Person => {}
        Some(meaning) => identifiers::add_worded(entity, number, meaning, issues),
        None => issues.add(format!("identification `{code}` not known, not used")),
    }
}
