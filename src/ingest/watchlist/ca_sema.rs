//! The Consolidated Canadian Autonomous Sanctions List in XML, root `data-set`.
//!
//! In: the document, with the element names of 2022 or of 2025. Out: one entity a `record`. `Country` names the regulations and not
//! where the entity sits, so that it is the program and no country. The list has no numbers of its own: an entry is called by its
//! regulations, schedule and item, and by its name where these do not tell it from another.

use super::enumerated::is_other_script;
use super::file::{Content, ListFile};
use super::issues::ListIssues;
use super::joining::join_filled;
use super::speaking_order::add_names_in_speaking_order;
use super::xml::{Element, Entries, KnownPaths, decode, has_root};
use super::{Beginning, Format, days, unique};
use crate::error::Result;
use crate::model::listed_entity::{Designation, EntityKind, ListedEntity, NameKind, Watchlist};
use crate::names::forms::legal_form;
use crate::names::identifiers::IdentifierKind;
use crate::names::text::split_words;
use std::collections::HashMap;

const USED: &[&str] = &[
    "record/Country",
    "record/LastName",
    "record/GivenName",
    "record/Entity",
    "record/EntityOrShip",
    "record/Aliases",
    "record/Schedule",
    "record/Item",
    "record/DateOfListing",
    "record/ShipIMONumber",
];
const IGNORED: &[&str] = &["record/DateOfBirth", "record/DateOfBirthOrShipBuildDate", "record/Title", "record/TitleOrShip"];

pub(super) const FORMAT: Format = Format { name: "ca-sema", contents: &[Content::Xml], fits, read };

fn fits(beginning: &Beginning) -> bool {
    has_root(beginning, "data-set") && beginning.text.contains("<Country>")
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let text = decode(file, issues);
    let mut document = Entries::open(&file.path, &text, &["data-set"], &[])?;
    let known = KnownPaths::new(USED, IGNORED);
    let mut drafts: Vec<(ListedEntity, usize)> = Vec::new();
    let mut n_same: HashMap<String, usize> = HashMap::new();
    while let Some(entry) = document.next()? {
        known.report(&entry, issues);
        if entry.name == "record" {
            let entity = read_entry(&entry, issues);
            *n_same.entry(entity.entity_id.clone()).or_default() += 1;
            drafts.push((entity, entry.line));
        }
    }
    let mut entities = unique::Entries::new(&file.path);
    for (mut entity, line) in drafts {
        if n_same[&entity.entity_id] > 1 {
            entity.entity_id = join_filled([entity.entity_id.as_str(), entity.primary_name()]);
            issues.add("entries under one schedule and item, told apart by name");
        }
        entities.add(entity, &format!("line {line}"), issues)?;
    }
    Ok(Watchlist { entities: entities.into_vec(), ..Watchlist::default() })
}

fn read_entry(entry: &Element, issues: &mut ListIssues) -> ListedEntity {
    let regulations = in_english(entry.text_at("Country"));
    let number = join_filled([regulations, entry.text_at("Schedule"), entry.text_at("Item")]);
    let mut entity = ListedEntity { entity_id: number, ..ListedEntity::default() };
    let imo = entry.text_at("ShipIMONumber");
    let whole = [entry.text_at("EntityOrShip"), entry.text_at("Entity")].into_iter().find(|name| !name.is_empty());
    entity.kind = match whole {
        None => EntityKind::Person,
        Some(_) if imo.is_empty() => EntityKind::Company,
        Some(_) => EntityKind::Vessel,
    };
    let name = whole.map_or_else(|| join_filled(["LastName", "GivenName"].map(|part| entry.text_at(part))), str::to_owned);
    entity.add_name(&name, NameKind::Primary);
    if entity.kind == EntityKind::Person {
        add_names_in_speaking_order(&mut entity);
    }
    for alias in split_aliases(entry.text_at("Aliases"), entity.kind) {
        let kind = if is_other_script(&alias) { NameKind::OriginalScript } else { NameKind::StrongAlias };
        entity.add_name(&alias, kind);
    }
    if !imo.is_empty() {
        entity.add_identifier(imo, Some(IdentifierKind::Imo));
    }
    let listed_on = days::listed_on(entry.text_at("DateOfListing"), &["%Y-%m-%d"], issues);
    entity.designations.push(Designation { programs: vec![regulations.to_owned()], listed_on, ..Designation::default() });
    entity
}

/// Returns the English part of `Russia / Russie`.
fn in_english(text: &str) -> &str {
    text.split('/').next().unwrap_or(text).trim()
}

/// Returns the aliases of a cell: they stand between semicolons, commas, line ends and, for what is no person, the word `or`.
/// `Ltd` behind a comma belongs to the name before it, and what stands in quotes or brackets is not taken apart.
fn split_aliases(text: &str, kind: EntityKind) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut depth = 0_usize;
    let mut is_quoted = false;
    for letter in text.chars() {
        match letter {
            '(' | '«' | '“' => depth += 1,
            ')' | '»' | '”' => depth = depth.saturating_sub(1),
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        let is_end = matches!(letter, ';' | '\n' | '\r') || matches!(letter, ',' | '，' | '、') && depth == 0 && !is_quoted;
        if is_end {
            (depth, is_quoted) = (0, false);
            parts.push(String::new());
        } else {
            parts.last_mut().expect("one part is there from the start").push(letter);
        }
    }
    let words = |part: &str| if kind == EntityKind::Person { vec![part.to_owned()] } else { split_at_or(part) };
    let mut aliases: Vec<String> = Vec::new();
    for part in parts.iter().flat_map(|part| words(part)) {
        let part = without_language(part.trim()).to_owned();
        match aliases.last_mut() {
            Some(before) if is_legal_form(&part) => *before = format!("{before}, {part}"),
            _ if part.is_empty() => {}
            _ => aliases.push(part),
        }
    }
    aliases
}

fn split_at_or(part: &str) -> Vec<String> {
    part.split(" or ").map(str::to_owned).collect()
}

/// Returns the name behind `Russian:` or `Belarussian:`.
fn without_language(part: &str) -> &str {
    match part.split_once(':') {
        Some((label, name)) if !label.is_empty() && label.chars().all(|letter| letter.is_ascii_alphabetic()) => name.trim(),
        _ => part,
    }
}

/// Says whether a text is nothing but a legal form.
fn is_legal_form(text: &str) -> bool {
    let words = split_words(text);
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    !texts.is_empty() && legal_form(&texts, false).is_some_and(|(_, n_words)| n_words == texts.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_split() {
        let cases: [(&str, &[&str]); 7] = [
            ("LAT, LLC Laser Devices", &["LAT", "LLC Laser Devices"]),
            ("Star Trading Co., Ltd.; STC", &["Star Trading Co., Ltd.", "STC"]),
            ("Mosgorsud;\nМосковский суд or Мосгорсуд", &["Mosgorsud", "Московский суд", "Мосгорсуд"]),
            ("Belarussian: Завод “A, B”, Russian: Завод", &["Завод “A, B”", "Завод"]),
            ("закрытое общество \"Банк, Минск\" (ЗАО \"Банк\")", &["закрытое общество \"Банк, Минск\" (ЗАО \"Банк\")"]),
            (" ; ,", &[]),
            ("", &[]),
        ];
        for (text, aliases) in cases {
            assert_eq!(split_aliases(text, EntityKind::Company), aliases, "{text}");
        }
        assert_eq!(split_aliases("Katsiaryna or Katerina", EntityKind::Person), ["Katsiaryna or Katerina"]);
    }
}
