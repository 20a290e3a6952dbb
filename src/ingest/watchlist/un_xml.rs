//! The Consolidated List of the United Nations Security Council in XML, root `CONSOLIDATED_LIST`.
//!
//! In: the document, in the layout of 2017 or of today. Out: one entity an `INDIVIDUAL` or `ENTITY`, by its permanent reference number,
//! with the day of listing and the committee's list as its program. An alias may hold several spellings between semicolons; an
//! alias without a name is how the publisher writes that there is none. Days of amendments say nothing of listing and are left out.

use super::enumerated::{is_other_script, split_brackets};
use super::file::{Content, ListFile};
use super::issues::{ListIssues, add_country};
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
    add_names(&mut entity, &names.join(" "), NameKind::Primary);
    for name in entry.all("NAME_ORIGINAL_SCRIPT") {
        entity.add_name(name.text(), NameKind::OriginalScript);
    }
    for alias in entry.all(&format!("{}_ALIAS", entry.name)) {
        let kind = alias_kind(alias.text_at("QUALITY"), alias.text_at("ALIAS_NAME"), issues);
        add_names(&mut entity, alias.text_at("ALIAS_NAME"), kind);
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

/// Returns the spellings between semicolons outside brackets, and those of another script within brackets:
/// `Muhamadmuhtar (original script: Мухамадмухтар)`.
fn split_spellings(text: &str) -> Vec<&str> {
    let mut spellings = Vec::new();
    for part in split_outside_brackets(text) {
        match split_brackets(part) {
            Some((outer, inner)) if is_other_script(outer) != is_other_script(inner) => {
                spellings.push(outer);
                spellings.extend(inner.trim_start_matches("original script:").split(';').map(str::trim));
            }
            _ => spellings.push(part),
        }
    }
    spellings.retain(|name| !name.is_empty());
    spellings
}

fn split_outside_brackets(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => {
                parts.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[from..].trim());
    parts
}

/// Adds the names of a text in a kind, those of another script in theirs, unless they support only.
fn add_names(entity: &mut ListedEntity, text: &str, kind: NameKind) {
    for (at, name) in split_spellings(text).into_iter().enumerate() {
        let kind = match kind {
            NameKind::Primary if at > 0 => NameKind::StrongAlias,
            NameKind::StrongAlias if is_other_script(name) => NameKind::OriginalScript,
            kind => kind,
        };
        entity.add_name(name, kind);
    }
}

/// Adds the countries of a text; `na` is how the publisher writes that none is stated. A text with a remark in brackets is only taken
/// whole: the remark may be that a citizenship was revoked.
fn add_stated(entity: &mut ListedEntity, text: &str, column: &str, issues: &mut ListIssues) {
    match text {
        "na" => {}
        _ if text.contains('(') => add_country(entity, text, column, issues),
        _ => add_nationalities(entity, text, column, issues),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_split() {
        let cases: [(&str, &[&str]); 6] = [
            ("Azim Adhajani; Azim Agha-Jani", &["Azim Adhajani", "Azim Agha-Jani"]),
            ("Muhamadmuhtar (original script: Мухамадмухтар)", &["Muhamadmuhtar", "Мухамадмухтар"]),
            ("حسن غول (Hassan Ghul; Hasan Gul)", &["حسن غول", "Hassan Ghul", "Hasan Gul"]),
            ("GRANDS LACS (CAGL) ; GREAT LAKES (GLBC)", &["GRANDS LACS (CAGL)", "GREAT LAKES (GLBC)"]),
            ("AFGHAN SUPPORT COMMITTEE (ASC; A)", &["AFGHAN SUPPORT COMMITTEE (ASC; A)"]),
            ("", &[]),
        ];
        for (text, names) in cases {
            assert_eq!(split_spellings(text), names, "{text}");
        }
    }
}
