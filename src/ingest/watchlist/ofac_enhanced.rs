//! The lists of the U.S. Treasury (OFAC) in the Enhanced XML layout, root `sanctionsData`.
//!
//! In: the document, which may be filtered to some lists or programs: it then holds a part of the list alone, and that is an issue.
//! Out: one entity each with a designation a list, from the day of its publication, and what the relationships say. "Owned or
//! Controlled By" becomes an ownership whose share is not stated, in the publisher's words; any other tie is a link.

use super::file::{Content, ListFile};
use super::issues::ListIssues;
use super::joining::join_filled;
use super::ofac_features::read_feature;
use super::ofac_relationships::Relationship;
use super::ofac_remarks::{add_region, read_labeled, read_remarks};
use super::ofac_xml::{alias_kind, kind_of};
use super::speaking_order::add_names_in_speaking_order;
use super::xml::{Element, Entries, KnownPaths, decode, has_root};
use super::{Format, days, links, ofac_relationships, unique};
use crate::error::Result;
use crate::model::listed_entity::{Designation, EntityKind, Link, ListedEntity, NameKind, Watchlist};

const USED: &[&str] = &[
    "publicationInfo/dataAsOf",
    "publicationInfo/filters/sanctionsLists",
    "publicationInfo/filters/sanctionsPrograms/sanctionsProgram",
    "entity@id",
    "entity/generalInfo/entityType",
    "entity/generalInfo/remarks",
    "entity/sanctionsLists/sanctionsList@datePublished",
    "entity/sanctionsPrograms/sanctionsProgram",
    "entity/names/name/isPrimary",
    "entity/names/name/isLowQuality",
    "entity/names/name/aliasType",
    "entity/names/name/translations/translation/script",
    "entity/names/name/translations/translation/formattedFullName",
    "entity/names/name/translations/translation/isPrimary",
    "entity/addresses/address/country",
    "entity/addresses/address/translations/translation/addressParts/addressPart/value",
    "entity/features/feature/type",
    "entity/features/feature/value",
    "entity/identityDocuments/identityDocument/type",
    "entity/identityDocuments/identityDocument/documentNumber",
    "entity/identityDocuments/identityDocument/isValid",
    "entity/relationships/relationship/type",
    "entity/relationships/relationship/relatedEntity@entityId",
    "entity/sanctionsLists",
    "entity/sanctionsPrograms",
    "entity/names",
    "entity/addresses",
    "entity/features",
    "entity/identityDocuments",
    "entity/relationships",
    "entity/generalInfo",
    "publicationInfo/filters",
];

/// Numbers of parts, the parts of names and addresses that stand whole elsewhere, legal bases, kinds of sanctions, days and places
/// of documents, and how sure the publisher is of a feature.
const IGNORED: &[&str] = &[
    "publicationInfo/filters/sanctionsLists/sanctionsList",
    "publicationInfo/filters/sanctionsPrograms/sanctionsProgram@refId",
    "referenceValues",
    "featureTypes",
    "referenceValue",
    "featureType",
    "entity/generalInfo/identityId",
    "entity/generalInfo/title",
    "entity/generalInfo/entityType@refId",
    "entity/sanctionsLists/sanctionsList@refId",
    "entity/sanctionsLists/sanctionsList@id",
    "entity/sanctionsPrograms/sanctionsProgram@refId",
    "entity/sanctionsPrograms/sanctionsProgram@id",
    "entity/sanctionsTypes",
    "entity/legalAuthorities",
    "entity/names/name@id",
    "entity/names/name/aliasType@refId",
    "entity/names/name/translations/translation@id",
    "entity/names/name/translations/translation/script@refId",
    "entity/names/name/translations/translation/formattedFirstName",
    "entity/names/name/translations/translation/formattedLastName",
    "entity/names/name/translations/translation/nameParts",
    "entity/addresses/address@id",
    "entity/addresses/address/country@refId",
    "entity/addresses/address/translations/translation@id",
    "entity/addresses/address/translations/translation/isPrimary",
    "entity/addresses/address/translations/translation/script",
    "entity/addresses/address/translations/translation/addressParts/addressPart@id",
    "entity/addresses/address/translations/translation/addressParts/addressPart/type",
    "entity/features/feature@id",
    "entity/features/feature/type@featureTypeId",
    "entity/features/feature/versionId",
    "entity/features/feature/valueRefId",
    "entity/features/feature/valueDate",
    "entity/features/feature/isPrimary",
    "entity/features/feature/reliability",
    "entity/identityDocuments/identityDocument@id",
    "entity/identityDocuments/identityDocument/type@refId",
    "entity/identityDocuments/identityDocument/name",
    "entity/identityDocuments/identityDocument/issuingCountry",
    "entity/identityDocuments/identityDocument/issuingLocation",
    "entity/identityDocuments/identityDocument/issuingAuthority",
    "entity/identityDocuments/identityDocument/issueDate",
    "entity/identityDocuments/identityDocument/expirationDate",
    "entity/identityDocuments/identityDocument/idFeatures",
    "entity/relationships/relationship@id",
    "entity/relationships/relationship/type@refId",
    "entity/relationships/relationship/quality",
];

pub(super) const FORMAT: Format =
    Format { name: "ofac-enhanced", contents: &[Content::Xml], fits: |start| has_root(start, "sanctionsData"), read };

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let text = decode(file, issues);
    let containers = &["entities", "referenceValues", "featureTypes"];
    let mut document = Entries::open(&file.path, &text, &["sanctionsData"], containers)?;
    let known = KnownPaths::new(USED, IGNORED);
    let mut entities = unique::Entries::new(&file.path);
    let (mut links, mut relationships, mut as_of) = (Vec::new(), Vec::new(), None);
    while let Some(entry) = document.next()? {
        known.report(&entry, issues);
        match entry.name.as_str() {
            "entity" => {
                let entity = read_entity(&entry, &mut links, issues);
                read_relationships(&entry, &entity.entity_id, &mut relationships);
                entities.add(entity, &format!("line {}", entry.line), issues)?;
            }
            "publicationInfo" => {
                as_of = days::parse(entry.text_at("dataAsOf"), &["%Y-%m-%d"]);
                for program in entry.all("filters/sanctionsPrograms/sanctionsProgram") {
                    issues.add(format!("the file holds a part of the list alone: those of the program `{}`", program.text()));
                }
            }
            _ => {}
        }
    }
    let mut list = Watchlist { as_of, links, ..Watchlist::default() };
    list.entities = entities.into_vec();
    links::resolve(&mut list.links, &list.entities);
    ofac_relationships::add(&mut list, relationships, issues);
    Ok(list)
}

fn read_entity(entry: &Element, links: &mut Vec<Link>, issues: &mut ListIssues) -> ListedEntity {
    let mut entity = ListedEntity { entity_id: entry.attribute("id").to_owned(), ..ListedEntity::default() };
    entity.kind = kind_of(entry.text_at("generalInfo/entityType"), issues);
    read_names(entry, &mut entity, issues);
    let programs = texts(entry, "sanctionsPrograms/sanctionsProgram");
    for list in entry.all("sanctionsLists/sanctionsList") {
        let listed_on = days::listed_on(list.attribute("datePublished"), &["%Y-%m-%d"], issues);
        let (authority, programs) = (list.text().to_owned(), programs.clone());
        entity.designations.push(Designation { authority, programs, listed_on, ..Designation::default() });
    }
    for address in entry.all("addresses/address") {
        let country = address.text_at("country");
        add_region(&mut entity, country, "country", issues);
        for translation in address.all("translations/translation") {
            let parts = translation.all("addressParts/addressPart/value").into_iter().map(Element::text);
            entity.add_address(&join_filled(parts.chain([country])));
        }
    }
    for feature in entry.all("features/feature") {
        read_feature(&mut entity, feature.text_at("type"), feature.text_at("value"), links, issues);
    }
    for document in entry.all("identityDocuments/identityDocument") {
        // A number that is not its own may still be the one that an entity goes by.
        if document.text_at("isValid") == "false" {
            issues.add("document that the list calls invalid, its number kept");
        }
        read_labeled(&mut entity, document.text_at("type"), document.text_at("documentNumber"), links, issues);
    }
    read_remarks(&mut entity, entry.text_at("generalInfo/remarks"), links, issues);
    if entity.kind == EntityKind::Person {
        add_names_in_speaking_order(&mut entity);
    }
    entity
}

fn read_names(entry: &Element, entity: &mut ListedEntity, issues: &mut ListIssues) {
    for name in entry.all("names/name") {
        let is_primary = name.text_at("isPrimary") == "true";
        let category = if name.text_at("isLowQuality") == "true" { "weak" } else { "strong" };
        for translation in name.all("translations/translation") {
            let is_latin = matches!(translation.text_at("script"), "Latin" | "");
            let kind = match (is_primary, is_latin) {
                (true, true) if translation.text_at("isPrimary") != "false" => NameKind::Primary,
                (_, false) if category == "strong" => NameKind::OriginalScript,
                (true, _) => NameKind::StrongAlias,
                (false, _) => alias_kind(name.text_at("aliasType"), category, issues),
            };
            entity.add_name(translation.text_at("formattedFullName"), kind);
        }
    }
    super::joining::put_primary_first(entity);
}

fn read_relationships(entry: &Element, from_id: &str, relationships: &mut Vec<Relationship>) {
    for relationship in entry.all("relationships/relationship") {
        let related = relationship.first("relatedEntity");
        relationships.push(Relationship {
            from_id: from_id.to_owned(),
            kind: relationship.text_at("type").to_owned(),
            to_id: related.map_or("", |related| related.attribute("entityId")).to_owned(),
            to_name: related.map_or("", Element::text).to_owned(),
            is_former: false,
        });
    }
}

fn texts(entry: &Element, path: &str) -> Vec<String> {
    entry.all(path).into_iter().map(|element| element.text().to_owned()).collect()
}
