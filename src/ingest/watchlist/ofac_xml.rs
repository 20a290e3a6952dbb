//! The lists of the U.S. Treasury (OFAC) in their older XML layout: `sdn.xml` and `consolidated.xml`, root `sdnList`.
//!
//! In: the document, in the namespace of before or after 2024. Out: one entity an `sdnEntry`. The layout carries no
//! days of listing but those that a few programs have among the identifiers. The publisher's `publshInformation` is spelt so. Where the number of records that it states is not that
//! of the entries, the file was cut or changed, and that is an issue.

use super::file::{Content, ListFile};
use super::issues::ListIssues;
use super::joining::join_filled;
use super::ofac_remarks::{add_region, read_labeled, read_remarks};
use super::speaking_order::add_names_in_speaking_order;
use super::xml::{Element, Entries, KnownPaths, decode, has_root};
use super::{Format, days, links, ofac_listing_days, unique};
use crate::error::Result;
use crate::model::listed_entity::{EntityKind, Link, ListedEntity, NameKind, Watchlist};

const USED: &[&str] = &[
    "sdnEntry/uid",
    "sdnEntry/firstName",
    "sdnEntry/lastName",
    "sdnEntry/sdnType",
    "sdnEntry/programList/program",
    "sdnEntry/remarks",
    "sdnEntry/akaList/aka/type",
    "sdnEntry/akaList/aka/category",
    "sdnEntry/akaList/aka/lastName",
    "sdnEntry/akaList/aka/firstName",
    "sdnEntry/addressList/address/address1",
    "sdnEntry/addressList/address/address2",
    "sdnEntry/addressList/address/address3",
    "sdnEntry/addressList/address/city",
    "sdnEntry/addressList/address/stateOrProvince",
    "sdnEntry/addressList/address/postalCode",
    "sdnEntry/addressList/address/country",
    "sdnEntry/idList/id/idType",
    "sdnEntry/idList/id/idNumber",
    "sdnEntry/nationalityList/nationality/country",
    "sdnEntry/citizenshipList/citizenship/country",
    "sdnEntry/vesselInfo/vesselFlag",
    "publshInformation/Publish_Date",
    "publshInformation/Record_Count",
    "sdnEntry",
    "sdnEntry/akaList",
    "sdnEntry/addressList",
    "sdnEntry/idList",
    "sdnEntry/programList",
    "sdnEntry/nationalityList",
    "sdnEntry/citizenshipList",
    "sdnEntry/vesselInfo",
    "publshInformation",
];

/// Numbers of parts, days and places of birth, titles of persons, the country of a document, and what a ship looks like.
const IGNORED: &[&str] = &[
    "sdnEntry/title",
    "sdnEntry/akaList/aka/uid",
    "sdnEntry/addressList/address/uid",
    "sdnEntry/idList/id/uid",
    "sdnEntry/idList/id/idCountry",
    "sdnEntry/idList/id/issueDate",
    "sdnEntry/idList/id/expirationDate",
    "sdnEntry/dateOfBirthList",
    "sdnEntry/placeOfBirthList",
    "sdnEntry/nationalityList/nationality/uid",
    "sdnEntry/nationalityList/nationality/mainEntry",
    "sdnEntry/citizenshipList/citizenship/uid",
    "sdnEntry/citizenshipList/citizenship/mainEntry",
    "sdnEntry/vesselInfo/callSign",
    "sdnEntry/vesselInfo/vesselType",
];

/// Of ships too; the owner is a name without an entry.
const IGNORED_OF_SHIPS: &[&str] =
    &["sdnEntry/vesselInfo/vesselOwner", "sdnEntry/vesselInfo/tonnage", "sdnEntry/vesselInfo/grossRegisteredTonnage"];

pub(super) const FORMAT: Format =
    Format { name: "ofac-xml", contents: &[Content::Xml], fits: |start| has_root(start, "sdnList"), read };

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let text = decode(file, issues);
    let mut document = Entries::open(&file.path, &text, &["sdnList"], &[])?;
    let known = KnownPaths::new(USED, &[IGNORED, IGNORED_OF_SHIPS].concat());
    let mut entities = unique::Entries::new(&file.path);
    let (mut links, mut as_of, mut stated) = (Vec::new(), None, None);
    let mut n_entries = 0;
    while let Some(entry) = document.next()? {
        known.report(&entry, issues);
        match entry.name.as_str() {
            "sdnEntry" => {
                n_entries += 1;
                entities.add(read_entry(&entry, &mut links, issues), &format!("line {}", entry.line), issues)?;
            }
            "publshInformation" => {
                as_of = days::parse(entry.text_at("Publish_Date"), &["%m/%d/%Y"]);
                if as_of.is_none() {
                    issues.add(format!("day of publishing `{}` not understood", entry.text_at("Publish_Date")));
                }
                stated = entry.text_at("Record_Count").parse::<usize>().ok();
            }
            _ => {}
        }
    }
    if let Some(stated) = stated.filter(|stated| *stated != n_entries) {
        issues.add(format!("the list states {stated} entries and holds {n_entries}"));
    }
    let entities = entities.into_vec();
    links::resolve(&mut links, &entities);
    Ok(Watchlist { as_of, entities, links, ..Watchlist::default() })
}

fn read_entry(entry: &Element, links: &mut Vec<Link>, issues: &mut ListIssues) -> ListedEntity {
    let mut entity = ListedEntity { entity_id: entry.text_at("uid").to_owned(), ..ListedEntity::default() };
    entity.kind = kind_of(entry.text_at("sdnType"), issues);
    entity.add_name(&name_of(entry), NameKind::Primary);
    for alias in entry.all("akaList/aka") {
        let kind = alias_kind(alias.text_at("type"), alias.text_at("category"), issues);
        entity.add_name(&name_of(alias), kind);
    }
    let programs = entry.all("programList/program").into_iter().map(|program| program.text().to_owned()).collect();
    let ids: Vec<(&str, &str)> = entry.all("idList/id").iter().map(|id| (id.text_at("idType"), id.text_at("idNumber"))).collect();
    entity.designations = ofac_listing_days::designations(programs, &ids, issues);
    for path in ["nationalityList/nationality/country", "citizenshipList/citizenship/country"] {
        entry.all(path).into_iter().for_each(|country| add_region(&mut entity, country.text(), "nationality", issues));
    }
    add_region(&mut entity, entry.text_at("vesselInfo/vesselFlag"), "flag", issues);
    for address in entry.all("addressList/address") {
        let parts = ["address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country"];
        entity.add_address(&join_filled(parts.map(|part| address.text_at(part))));
        add_region(&mut entity, address.text_at("country"), "country", issues);
    }
    for (label, value) in ids {
        read_labeled(&mut entity, label, value, links, issues);
    }
    // `(Linked To: ONE; Linked To: OTHER)`: the same remarks as in the lists of lines, between brackets.
    let remarks = entry.text_at("remarks");
    let inside = remarks.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    read_remarks(&mut entity, inside.unwrap_or(remarks), links, issues);
    if entity.kind == EntityKind::Person {
        add_names_in_speaking_order(&mut entity);
    }
    entity
}

/// Returns `SURNAME, Given` as the lists of lines write it; what is no person has a last name alone.
fn name_of(element: &Element) -> String {
    join_filled(["lastName", "firstName"].map(|part| element.text_at(part)))
}

/// Returns the kind of entity that an OFAC list calls so.
pub(super) fn kind_of(word: &str, issues: &mut ListIssues) -> EntityKind {
    match word {
        "Entity" => EntityKind::Company,
        "Individual" => EntityKind::Person,
        "Vessel" => EntityKind::Vessel,
        "Aircraft" => EntityKind::Aircraft,
        other => {
            issues.add(format!("type `{other}` not known"));
            EntityKind::Unknown
        }
    }
}

/// Returns the kind of name for a type such as `a.k.a.` and a category such as `weak`.
pub(super) fn alias_kind(word: &str, category: &str, issues: &mut ListIssues) -> NameKind {
    match (word.to_ascii_lowercase().as_str(), category) {
        (_, "weak") => NameKind::WeakAlias,
        ("a.k.a." | "n.k.a.", _) => NameKind::StrongAlias,
        ("f.k.a.", _) => NameKind::FormerName,
        (other, _) => {
            issues.add(format!("alias type `{other}` not known, taken as a strong alias"));
            NameKind::StrongAlias
        }
    }
}
