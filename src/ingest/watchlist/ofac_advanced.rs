//! The lists of the U.S. Treasury (OFAC) in the Advanced XML layout, root `Sanctions`.
//!
//! In: the document: sets of reference values first, then places, documents, parties, ties and acts of listing, which point at each
//! other by number. Out: one entity a `DistinctParty`, with a designation a list from the day of its entry. The order is that of
//! the publisher's schema: what a part points at stands before it.

use super::file::{Content, ListFile};
use super::issues::ListIssues;
use super::joining::{add_designation, join_filled, put_primary_first};
use super::ofac_features::read_feature;
use super::ofac_relationships::Relationship;
use super::ofac_remarks::{add_region, read_labeled, read_remarks};
use super::ofac_xml::alias_kind;
use super::speaking_order::add_names_in_speaking_order;
use super::xml::{Element, Entries, KnownPaths, decode, has_root};
use super::{Format, links, ofac_relationships, unique};
use crate::error::Result;
use crate::model::date::Day;
use crate::model::listed_entity::{Designation, EntityKind, Known, Link, ListedEntity, NameKind, Watchlist};
use std::collections::HashMap;

const CONTAINERS: &[&str] = &[
    "ReferenceValueSets",
    "Locations",
    "IDRegDocuments",
    "DistinctParties",
    "ProfileRelationships",
    "SanctionsEntries",
    "SanctionsEntryLinks",
];

const USED: &[&str] = &[
    "DateOfIssue/Year",
    "DateOfIssue/Month",
    "DateOfIssue/Day",
    "Location@ID",
    "Location/LocationCountry@CountryID",
    "Location/LocationPart/LocationPartValue/Value",
    "IDRegDocument@ID",
    "IDRegDocument@IDRegDocTypeID",
    "IDRegDocument@IdentityID",
    "IDRegDocument@ValidityID",
    "IDRegDocument/IDRegistrationNo",
    "DistinctParty@FixedRef",
    "DistinctParty/Comment",
    "DistinctParty/Profile@ID",
    "DistinctParty/Profile@PartySubTypeID",
    "DistinctParty/Profile/Identity@ID",
    "DistinctParty/Profile/Identity@Primary",
    "DistinctParty/Profile/Identity@False",
    "DistinctParty/Profile/Identity/Alias@AliasTypeID",
    "DistinctParty/Profile/Identity/Alias@Primary",
    "DistinctParty/Profile/Identity/Alias@LowQuality",
    "DistinctParty/Profile/Identity/Alias/DocumentedName/DocumentedNamePart/NamePartValue@NamePartGroupID",
    "DistinctParty/Profile/Identity/Alias/DocumentedName/DocumentedNamePart/NamePartValue@ScriptID",
    "DistinctParty/Profile/Identity/NamePartGroups/MasterNamePartGroup/NamePartGroup@ID",
    "DistinctParty/Profile/Identity/NamePartGroups/MasterNamePartGroup/NamePartGroup@NamePartTypeID",
    "DistinctParty/Profile/Feature@FeatureTypeID",
    "DistinctParty/Profile/Feature/FeatureVersion/VersionDetail@DetailReferenceID",
    "DistinctParty/Profile/Feature/FeatureVersion/VersionLocation@LocationID",
    "ProfileRelationship@RelationTypeID",
    "SanctionsEntry@ListID",
    "SanctionsEntry/EntryEvent@EntryEventTypeID",
    "SanctionsEntry/EntryEvent/Date",
    "SanctionsEntry/SanctionsMeasure@SanctionsTypeID",
    "ProfileRelationship@From-ProfileID",
    "ProfileRelationship@To-ProfileID",
    "ProfileRelationship@Former",
    "SanctionsEntry@ProfileID",
    "SanctionsEntry/EntryEvent/Date/Year",
    "SanctionsEntry/EntryEvent/Date/Month",
    "SanctionsEntry/EntryEvent/Date/Day",
    "SanctionsEntry/SanctionsMeasure/Comment",
    "Location/LocationCountry",
];

/// Numbers that nothing points at, calendars, comments, legal bases, how sure the publisher is, days of documents and of features.
const IGNORED: &[&str] = &[
    "DateOfIssue@CalendarTypeID",
    "Location/LocationAreaCode",
    "Location/LocationCountry@CountryRelevanceID",
    "Location/LocationPart@LocPartTypeID",
    "Location/LocationPart/LocationPartValue@Primary",
    "Location/LocationPart/LocationPartValue@LocPartValueTypeID",
    "Location/LocationPart/LocationPartValue@LocPartValueStatusID",
    "Location/LocationPart/LocationPartValue/Comment",
    "Location/FeatureVersionReference",
    "Location/IDRegDocumentReference",
    "IDRegDocument@IssuedBy-CountryID",
    "IDRegDocument@IssuedIn-LocationID",
    "IDRegDocument/Comment",
    "IDRegDocument/IssuingAuthority",
    "IDRegDocument/DocumentDate",
    "IDRegDocument/DocumentedNameReference",
    "DistinctParty/Profile/Identity@FixedRef",
    "DistinctParty/Profile/Identity/Alias@FixedRef",
    "DistinctParty/Profile/Identity/Alias/DocumentedName@ID",
    "DistinctParty/Profile/Identity/Alias/DocumentedName@FixedRef",
    "DistinctParty/Profile/Identity/Alias/DocumentedName@DocNameStatusID",
    "DistinctParty/Profile/Identity/Alias/DocumentedName/DocumentedNamePart/NamePartValue@ScriptStatusID",
    "DistinctParty/Profile/Identity/Alias/DocumentedName/DocumentedNamePart/NamePartValue@Acronym",
    "DistinctParty/Profile/Identity/Alias/DocumentedName/DocumentedNameCountry",
    "DistinctParty/Profile/Feature@ID",
    "DistinctParty/Profile/Feature/FeatureVersion@ID",
    "DistinctParty/Profile/Feature/FeatureVersion@ReliabilityID",
    "DistinctParty/Profile/Feature/FeatureVersion/Comment",
    "DistinctParty/Profile/Feature/FeatureVersion/DatePeriod",
    "DistinctParty/Profile/Feature/FeatureVersion/VersionDetail@DetailTypeID",
    "DistinctParty/Profile/Feature/IdentityReference",
    "DistinctParty/Profile/SanctionsEntryReference",
    "DistinctParty/Profile/ExternalReference",
    "ProfileRelationship@ID",
    "ProfileRelationship@RelationQualityID",
    "ProfileRelationship@SanctionsEntryID",
    "ProfileRelationship/Comment",
    "SanctionsEntry@ID",
    "SanctionsEntry/EntryEvent@ID",
    "SanctionsEntry/EntryEvent@LegalBasisID",
    "SanctionsEntry/EntryEvent/Comment",
    "SanctionsEntry/EntryEvent/Date@CalendarTypeID",
    "SanctionsEntry/SanctionsMeasure@ID",
    "SanctionsEntry/SanctionsMeasure/DatePeriod",
];

pub(super) const FORMAT: Format =
    Format { name: "ofac-advanced", contents: &[Content::Xml], fits: |start| has_root(start, "Sanctions"), read };

/// What other parts of the document point at.
#[derive(Default)]
struct Reference {
    /// Values by the element that defines them and its number: (`Country`, `11109`).
    values: HashMap<(String, String), String>,
    /// Kinds of entities by the number of their sub-type.
    kinds: HashMap<String, EntityKind>,
    /// Addresses with the countries in them.
    places: HashMap<String, (String, Vec<String>)>,
    /// Labels and numbers of documents by the identity that they are of.
    documents: HashMap<String, Vec<(String, String)>>,
    /// Entities by the number of their profile.
    entity_of_profile: HashMap<String, String>,
}

impl Reference {
    /// Returns the value that a number stands for; one that the document does not define is an issue.
    fn value(&self, set: &str, id: &str, issues: &mut ListIssues) -> &str {
        match self.values.get(&(set.to_owned(), id.to_owned())) {
            Some(value) => value,
            None => {
                issues.add(format!("`{set}` with a number that the document does not define"));
                ""
            }
        }
    }
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let text = decode(file, issues);
    let mut document = Entries::open(&file.path, &text, &["Sanctions"], CONTAINERS)?;
    let known = KnownPaths::new(USED, IGNORED);
    let mut entities = unique::Entries::new(&file.path);
    let mut reference = Reference::default();
    let (mut list, mut relationships) = (Watchlist::default(), Vec::new());
    while let Some(entry) = document.next()? {
        if document.container() == "ReferenceValueSets" {
            take_values(&entry, &mut reference);
            continue;
        }
        known.report(&entry, issues);
        match entry.name.as_str() {
            "DateOfIssue" => list.as_of = day_of(&entry),
            "Location" => take_place(&entry, &mut reference, issues),
            "IDRegDocument" => take_document(&entry, &mut reference, issues),
            "DistinctParty" => {
                let entity = read_party(&entry, &mut reference, &mut list.links, issues);
                entities.add(entity, &format!("line {}", entry.line), issues)?;
            }
            "ProfileRelationship" => relationships.push(read_relationship(&entry, &reference, issues)),
            "SanctionsEntry" => add_act(&entry, &reference, &mut entities, issues),
            _ => {}
        }
    }
    list.entities = entities.into_vec();
    links::resolve(&mut list.links, &list.entities);
    ofac_relationships::add(&mut list, relationships, issues);
    Ok(list)
}

/// Keeps a set of reference values: `<CountryValues><Country ID="11109">Iran</Country>…`.
fn take_values(set: &Element, reference: &mut Reference) {
    for value in set.children() {
        let id = value.attribute("ID").to_owned();
        if value.name == "PartySubType" {
            reference.kinds.insert(id.clone(), kind_of(value.text(), value.attribute("PartyTypeID")));
        }
        reference.values.insert((value.name.clone(), id), value.text().to_owned());
    }
}

/// Returns the kind of a sub-type: its name where it has one, else the type that it belongs to, by the schema's own numbers.
fn kind_of(name: &str, party_type: &str) -> EntityKind {
    match (name, party_type) {
        ("Vessel", _) => EntityKind::Vessel,
        ("Aircraft", _) => EntityKind::Aircraft,
        (_, "1") => EntityKind::Person,
        (_, "2") => EntityKind::Company,
        _ => EntityKind::Unknown,
    }
}

fn take_place(entry: &Element, reference: &mut Reference, issues: &mut ListIssues) {
    let countries: Vec<String> = entry
        .all("LocationCountry")
        .into_iter()
        .map(|country| reference.value("Country", country.attribute("CountryID"), issues).to_owned())
        .collect();
    let parts = entry.all("LocationPart/LocationPartValue/Value").into_iter().map(Element::text);
    let address = join_filled(parts.chain(countries.iter().map(String::as_str)));
    reference.places.insert(entry.attribute("ID").to_owned(), (address, countries));
}

fn take_document(entry: &Element, reference: &mut Reference, issues: &mut ListIssues) {
    // A number that is not its own may still be the one that an entity goes by.
    if reference.value("Validity", entry.attribute("ValidityID"), issues) == "Fraudulent" {
        issues.add("document that the list calls fraudulent, its number kept");
    }
    let label = reference.value("IDRegDocType", entry.attribute("IDRegDocTypeID"), issues).to_owned();
    let documents = reference.documents.entry(entry.attribute("IdentityID").to_owned()).or_default();
    documents.push((label, entry.text_at("IDRegistrationNo").to_owned()));
}

fn read_party(entry: &Element, reference: &mut Reference, links: &mut Vec<Link>, issues: &mut ListIssues) -> ListedEntity {
    let mut entity = ListedEntity { entity_id: entry.attribute("FixedRef").to_owned(), ..ListedEntity::default() };
    for profile in entry.all("Profile") {
        reference.entity_of_profile.insert(profile.attribute("ID").to_owned(), entity.entity_id.clone());
        entity.kind = reference.kinds.get(profile.attribute("PartySubTypeID")).copied().unwrap_or_default();
        for identity in profile.all("Identity") {
            if identity.attribute("False") == "true" {
                issues.add("identity that the list calls false, not used");
                continue;
            }
            read_names(identity, &mut entity, reference, issues);
            for (label, number) in reference.documents.remove(identity.attribute("ID")).unwrap_or_default() {
                read_labeled(&mut entity, &label, &number, links, issues);
            }
        }
        for feature in profile.all("Feature") {
            read_features(feature, &mut entity, reference, links, issues);
        }
    }
    put_primary_first(&mut entity);
    read_remarks(&mut entity, entry.text_at("Comment"), links, issues);
    if entity.kind == EntityKind::Person {
        add_names_in_speaking_order(&mut entity);
    }
    entity
}

fn read_names(identity: &Element, entity: &mut ListedEntity, reference: &Reference, issues: &mut ListIssues) {
    let groups: HashMap<&str, &str> = identity
        .all("NamePartGroups/MasterNamePartGroup/NamePartGroup")
        .into_iter()
        .map(|group| (group.attribute("ID"), group.attribute("NamePartTypeID")))
        .collect();
    for alias in identity.all("Alias") {
        let is_primary = alias.attribute("Primary") == "true" && identity.attribute("Primary") == "true";
        let category = if alias.attribute("LowQuality") == "true" { "weak" } else { "strong" };
        let kind = match reference.value("AliasType", alias.attribute("AliasTypeID"), issues) {
            "Name" if is_primary => NameKind::Primary,
            "Name" => NameKind::StrongAlias,
            other => alias_kind(other, category, issues),
        };
        for name in alias.all("DocumentedName") {
            let (mut last, mut other, mut script) = (Vec::new(), Vec::new(), "");
            for part in name.all("DocumentedNamePart/NamePartValue") {
                let group = groups.get(part.attribute("NamePartGroupID")).copied().unwrap_or_default();
                script = reference.value("Script", part.attribute("ScriptID"), issues);
                match reference.value("NamePartType", group, issues) {
                    "Last Name" => last.push(part.text()),
                    _ => other.push(part.text()),
                }
            }
            let is_other_script = script != "Latin" && !script.is_empty() && kind != NameKind::WeakAlias;
            let kind = if is_other_script { NameKind::OriginalScript } else { kind };
            entity.add_name(&join_filled([last.join(" ").as_str(), other.join(" ").as_str()]), kind);
        }
    }
}

/// Reads a feature: a place is an address or a country, anything else a value or the reference value that it points at.
fn read_features(
    feature: &Element,
    entity: &mut ListedEntity,
    reference: &Reference,
    links: &mut Vec<Link>,
    issues: &mut ListIssues,
) {
    let label = reference.value("FeatureType", feature.attribute("FeatureTypeID"), issues);
    for version in feature.all("FeatureVersion") {
        for place in version.all("VersionLocation") {
            let Some((address, countries)) = reference.places.get(place.attribute("LocationID")) else {
                issues.add("place that the document does not define");
                continue;
            };
            if label == "Location" {
                entity.add_address(address);
                countries.iter().for_each(|country| add_region(entity, country, "country", issues));
            } else {
                countries.iter().for_each(|country| read_feature(entity, label, country, links, issues));
            }
        }
        for detail in version.all("VersionDetail") {
            let value = match detail.attribute("DetailReferenceID") {
                "" => detail.text(),
                id => reference.value("DetailReference", id, issues),
            };
            read_feature(entity, label, value, links, issues);
        }
    }
}

fn read_relationship(entry: &Element, reference: &Reference, issues: &mut ListIssues) -> Relationship {
    let entity = |profile: &str| reference.entity_of_profile.get(entry.attribute(profile)).cloned().unwrap_or_default();
    Relationship {
        from_id: entity("From-ProfileID"),
        kind: reference.value("RelationType", entry.attribute("RelationTypeID"), issues).to_owned(),
        to_id: entity("To-ProfileID"),
        to_name: String::new(),
        is_former: entry.attribute("Former") == "true",
    }
}

/// Adds an act of listing: the list is its authority, the comments of its measures are the programs.
fn add_act(entry: &Element, reference: &Reference, entities: &mut unique::Entries<'_>, issues: &mut ListIssues) {
    let profile = entry.attribute("ProfileID");
    let Some(entity) = reference.entity_of_profile.get(profile).and_then(|id| entities.get_mut(id)) else {
        issues.add("act of listing of an entity that the file does not hold, not used");
        return;
    };
    let authority = reference.value("List", entry.attribute("ListID"), issues).to_owned();
    let mut listed_on = None;
    for event in entry.all("EntryEvent") {
        match reference.value("EntryEventType", event.attribute("EntryEventTypeID"), issues) {
            "Created" => listed_on = listed_on.into_iter().chain(event.first("Date").and_then(day_of)).min(),
            other => issues.add(format!("event `{other}` of an act of listing not known, not used")),
        }
    }
    let mut programs: Vec<String> = Vec::new();
    for measure in entry.all("SanctionsMeasure") {
        let is_program = reference.value("SanctionsType", measure.attribute("SanctionsTypeID"), issues) == "Program";
        let program = measure.text_at("Comment").to_owned();
        if is_program && !program.is_empty() && !programs.contains(&program) {
            programs.push(program);
        }
    }
    let listed_on = listed_on.map_or(Known::Unknown, Known::On);
    add_designation(entity, Designation { authority, programs, listed_on, delisted_on: Known::Open });
}

/// Returns the day of `<Year>2016</Year><Month>1</Month><Day>16</Day>`.
fn day_of(element: &Element) -> Option<Day> {
    let number = |part: &str| element.text_at(part).parse::<u32>().ok();
    Day::new(i32::try_from(number("Year")?).ok()?, number("Month")?, number("Day")?)
}
