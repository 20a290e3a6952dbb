//! The consolidated list of the UK Office of Financial Sanctions Implementation (ConList), as CSV or XLSX.
//!
//! In: a first line with the day of the edition, then rows, one for each name, address and number of an entity. Out: one entity for all
//! rows of a group id, listed since the day `Listed On`: the day of designation of the UK Sanctions List is that of a new law for those
//! who were listed long before. What the other information says behind labels is read by `src/reference/watchlists/uk_labels.csv`.

use super::company_numbers::{Unlabeled, add_numbers};
use super::enumerated::split_enumerated;
use super::file::{Content, ListFile};
use super::issues::ListIssues;
use super::joining::{Drafts, add_designation, entity_of, finish, join_filled, settle_kind, split_at};
use super::nationality::add_nationalities;
use super::table::{Record, Table};
use super::uk_names::{NAME_COLUMNS, add_name, entity_kind, full_name};
use super::{Beginning, Format, days, links};
use crate::error::{Error, Result};
use crate::model::listed_entity::{Designation, EntityKind, Known, Link, ListedEntity, NameKind, Watchlist};
use crate::names::identifiers::IdentifierKind;
use std::collections::HashMap;
use std::sync::OnceLock;

const LABELS: &str = include_str!("../../reference/watchlists/uk_labels.csv");

const WANTED: [&str; 5] = ["Name 6", "Group Type", "Alias Type", "Regime", "Group ID"];
const ADDRESS: [&str; 8] =
    ["Address 1", "Address 2", "Address 3", "Address 4", "Address 5", "Address 6", "Post/Zip Code", "Country"];
const USED: [&str; 8] = [
    "Name Non-Latin Script",
    "Nationality",
    "Other Information",
    "Group Type",
    "Alias Type",
    "Alias Quality",
    "Regime",
    "Listed On",
];
/// Left out on purpose: what only persons have, and days that are none of listing.
const IGNORED: [&str; 14] = [
    "Group ID",
    "Title",
    "Non-Latin Script Type",
    "Non-Latin Script Language",
    "DOB",
    "Town of Birth",
    "Country of Birth",
    "Passport Number",
    "Passport Details",
    "National Identification Number",
    "National Identification Details",
    "Position",
    "UK Sanctions List Date Designated",
    "Last Updated",
];
const DAYS: [&str; 2] = ["%d/%m/%Y", "%Y-%m-%d"];

pub(super) const FORMAT: Format = Format { name: "uk-ofsi", contents: &[Content::Text, Content::ZipWorkbook], fits, read };

fn fits(beginning: &Beginning) -> bool {
    beginning.has_columns(&WANTED)
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let table = Table::read(file, &WANTED, issues)?;
    table.check_columns(NAME_COLUMNS.into_iter().chain(ADDRESS).chain(USED).chain(IGNORED), issues);
    let edition = table.above.iter().find(|row| row.cells.first().is_some_and(|cell| cell.trim() == "Last Updated"));
    let as_of = edition.and_then(|row| row.cells.get(1)).and_then(|cell| days::parse(cell, &DAYS));
    let mut drafts = Drafts::new();
    let mut links = Vec::new();
    for record in table.records() {
        let id = record.text("Group ID");
        if id.is_empty() {
            return Err(Error::request(format!("`{}` has no `Group ID` in line {}", file.path.display(), record.line()))
                .detail(format!("found: `{}`", full_name(record))));
        }
        read_row(entity_of(&mut drafts, id), record, &mut links, issues);
    }
    let entities = finish(drafts, issues);
    links::resolve(&mut links, &entities);
    Ok(Watchlist { as_of, entities, links, ..Watchlist::default() })
}

fn read_row(entity: &mut ListedEntity, record: Record<'_>, links: &mut Vec<Link>, issues: &mut ListIssues) {
    settle_kind(entity, entity_kind(record.text("Group Type"), issues), issues);
    add_name(entity, &full_name(record), record.text("Alias Type"), record.text("Alias Quality"), issues);
    entity.add_name(record.text("Name Non-Latin Script"), NameKind::OriginalScript);
    add_nationalities(entity, record.text("Nationality"), "Nationality", issues);
    add_nationalities(entity, record.text("Country"), "Country", issues);
    entity.add_address(&join_filled(ADDRESS.iter().map(|column| record.text(column))));
    for (label, value) in sections(record.text("Other Information")) {
        read_section(entity, label, value, links, issues);
    }
    add_designation(
        entity,
        Designation {
            programs: vec![record.text("Regime").to_owned()],
            listed_on: days::listed_on(record.text("Listed On"), &DAYS, issues),
            delisted_on: Known::Open,
            ..Designation::default()
        },
    );
}

fn read_section(entity: &mut ListedEntity, label: &str, value: &str, links: &mut Vec<Link>, issues: &mut ListIssues) {
    let Some(meaning) = meanings().get(label) else {
        issues.add(format!("label `{label}` not known"));
        return;
    };
    match *meaning {
        "ignored" => {}
        // `RUS2493. Financial sanctions imposed in addition …`: the entry of the UK Sanctions List.
        "reference" => {
            let reference = value.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or("");
            entity.add_identifier(reference, Some(IdentifierKind::Other));
        }
        "imo" => add_numbers(entity, value, Unlabeled::Of(IdentifierKind::Imo), issues),
        "numbers" if entity.kind == EntityKind::Person => {}
        "numbers" => add_numbers(entity, value, Unlabeled::Of(IdentifierKind::Registration), issues),
        tie => {
            for name in split_enumerated(value).into_iter().flat_map(|part| split_at(part, &[";"])) {
                add_link(links, &entity.entity_id, tie, name);
            }
        }
    }
}

/// Adds a tie once: the rows of an entity repeat it.
fn add_link(links: &mut Vec<Link>, from_id: &str, tie: &str, name: &str) {
    let name = name.trim().trim_end_matches('.');
    let link = Link {
        from_id: from_id.to_owned(),
        kind: tie.to_owned(),
        to_name: name.split_whitespace().collect::<Vec<_>>().join(" "),
        to_id: None,
        source: "other information".to_owned(),
    };
    if !link.to_name.is_empty() && !links.contains(&link) {
        links.push(link);
    }
}

/// Returns each label `(…):` of a text with what follows it.
fn sections(text: &str) -> Vec<(&str, &str)> {
    let mut sections: Vec<(&str, &str)> = Vec::new();
    let mut rest = text;
    while let Some((before, label, after)) = find_label(rest) {
        if let Some((_, value)) = sections.last_mut() {
            *value = before.trim();
        }
        sections.push((label, after.trim()));
        rest = after;
    }
    sections
}

/// Returns what stands before the first label, the label, and what follows it.
fn find_label(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices("):").find_map(|(end, _)| {
        let start = text[..end].rfind('(')?;
        let label = &text[start + 1..end];
        let is_label = label.starts_with(|letter: char| letter.is_ascii_uppercase())
            && label.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '/' | '-'))
            && label.len() <= 40
            && label.contains(|letter: char| letter.is_ascii_lowercase());
        is_label.then(|| (&text[..start], label, &text[end + 2..]))
    })
}

fn meanings() -> &'static HashMap<String, &'static str> {
    static TABLE: OnceLock<HashMap<String, &'static str>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let lines = LABELS.lines().filter(|line| !line.starts_with('#')).skip(1);
        lines.filter_map(|line| line.split_once(',')).map(|(label, meaning)| (label.to_owned(), meaning)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_information_is_taken_apart_at_its_labels() {
        let text = "(UK Sanctions List Ref):RUS0001. (UK Statement of Reasons):The bank (IRAN): trades. (Parent company):North (50%) Ltd";
        assert_eq!(
            sections(text),
            [
                ("UK Sanctions List Ref", "RUS0001."),
                ("UK Statement of Reasons", "The bank (IRAN): trades."),
                ("Parent company", "North (50%) Ltd"),
            ]
        );
        assert!(sections("no label").is_empty());
    }
}
