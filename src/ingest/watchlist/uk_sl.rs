//! The UK Sanctions List of the Foreign, Commonwealth and Development Office, in three layouts.
//!
//! In: the full CSV file (a row for each name and address), the short workbook (a row for each entity), or tables made from it:
//! `subjects.csv` with `subject_names.csv` and `subject_identifiers.csv` beside it. Out: one entity for all rows of a unique id.
//! Numbers of passports and identity cards are left out: they are documents of persons.

use super::company_numbers::{Unlabeled, add_numbers};
use super::file::{Content, ListFile, file_name};
use super::issues::ListIssues;
use super::joining::{Drafts, add_designation, entity_of, finish, join_filled, settle_kind, split_at};
use super::layouts::TABLES;
use super::nationality::add_nationalities;
use super::table::{Record, Table};
use super::uk_names::{NAME_COLUMNS, add_name, entity_kind, full_name};
use super::{Beginning, Format, days, links};
use crate::error::{Error, Result};
use crate::model::listed_entity::{Designation, EntityKind, Known, Link, ListedEntity, NameKind, Watchlist};
use crate::names::identifiers::IdentifierKind;
use std::path::{Path, PathBuf};

/// The layouts, each with the columns that it is told by and its reader of a row.
const LAYOUTS: [Layout; 3] = [
    Layout { wanted: &["Unique ID", "Name 6", "Name type", "Designation Type"], used: &FULL, read: read_full_row },
    Layout { wanted: &["Unique ID", "Name", "Regime Name", "Designation source"], used: &SHORT, read: read_short_row },
    Layout { wanted: &["unique_id", "subject_type", "date_designated"], used: &SUBJECT, read: read_subject },
];

struct Layout {
    wanted: &'static [&'static str],
    /// Columns that are used, or left out on purpose.
    used: &'static [&'static str],
    read: fn(&mut ListedEntity, Record<'_>, &mut Vec<Link>, &mut ListIssues),
}

const ADDRESS: [&str; 8] = [
    "Address Line 1",
    "Address Line 2",
    "Address Line 3",
    "Address Line 4",
    "Address Line 5",
    "Address Line 6",
    "Address Postal Code",
    "Address Country",
];
const FULL: [&str; 52] = [
    "Unique ID",
    "Name type",
    "Alias strength",
    "Name non-latin script",
    "Regime Name",
    "Designation Type",
    "Date Designated",
    "Nationality(/ies)",
    "Subsidiaries",
    "Parent company",
    "Business registration number (s)",
    "IMO number",
    "Current owner/operator (s)",
    "Previous owner/operator (s)",
    "Address Line 1",
    "Address Line 2",
    "Address Line 3",
    "Address Line 4",
    "Address Line 5",
    "Address Line 6",
    "Address Postal Code",
    "Address Country",
    // Left out on purpose.
    "Last Updated",
    "OFSI Group ID",
    "UN Reference Number",
    "Title",
    "Non-latin script type",
    "Non-latin script language",
    "Designation source",
    "Sanctions Imposed",
    "Other Information",
    "UK Statement of Reasons",
    "Phone number",
    "Website",
    "Email address",
    "D.O.B",
    "National Identifier number",
    "National Identifier additional information",
    "Passport number",
    "Passport additional information",
    "Position",
    "Gender",
    "Town of birth",
    "Country of birth",
    "Type of entity",
    "Current believed flag of ship",
    "Previous flags",
    "Type of ship",
    "Tonnage of ship",
    "Length of ship",
    "Year Built",
    "Hull identification number (HIN)",
];
const SHORT: [&str; 8] =
    ["Unique ID", "OFSI Group ID", "Name", "Regime Name", "Type", "Designation source", "Date Designated", "Sanctions Imposed"];
const SUBJECT: [&str; 6] =
    ["unique_id", "subject_type", "un_reference_number", "ofsi_group_id", "date_designated", "last_updated"];

const DAYS: [&str; 3] = ["%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d"];

/// Columns of the full layout that name another entity, with the tie.
const TIES: [(&str, &str); 4] = [
    ("Parent company", "parent company"),
    ("Subsidiaries", "subsidiary"),
    ("Current owner/operator (s)", "current owner or operator"),
    ("Previous owner/operator (s)", "previous owner or operator"),
];

pub(super) const FORMAT: Format = Format { name: "uk-sl", contents: &TABLES, fits, read };

fn fits(beginning: &Beginning) -> bool {
    LAYOUTS.iter().any(|layout| beginning.has_columns(layout.wanted))
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let beginning = Beginning::of(file);
    let layout = LAYOUTS.iter().find(|layout| beginning.has_columns(layout.wanted)).unwrap_or(&LAYOUTS[0]);
    let table = Table::read(file, layout.wanted, issues)?;
    table.check_columns(layout.used.iter().copied().chain(NAME_COLUMNS), issues);
    let mut drafts = Drafts::new();
    let mut links = Vec::new();
    for record in table.records() {
        let id = record.text("Unique ID");
        if id.is_empty() {
            return Err(Error::request(format!("`{}` has no unique id in line {}", file.path.display(), record.line())));
        }
        (layout.read)(entity_of(&mut drafts, id), record, &mut links, issues);
    }
    let mut files_beside = Vec::new();
    if table.header.iter().any(|column| column == "subject_type") {
        files_beside.extend(read_beside(
            file,
            "subject_names",
            &["unique_id", "name_type", "full_name"],
            issues,
            |record, issues| {
                add_subject_name(&mut drafts, record, issues);
            },
        )?);
        files_beside.extend(read_beside(
            file,
            "subject_identifiers",
            &["unique_id", "raw_value", "identifier_type"],
            issues,
            |record, issues| {
                add_subject_number(&mut drafts, record, issues);
            },
        )?);
    }
    let entities = finish(drafts, issues);
    links::resolve(&mut links, &entities);
    let above = table.above.iter().flat_map(|row| &row.cells);
    let edition = above.filter_map(|cell| cell.trim().strip_prefix("Report Date:")).next();
    let as_of = edition.and_then(|day| days::parse(day, &["%d-%b-%Y", "%d/%m/%Y"]));
    Ok(Watchlist { as_of, entities, links, files_beside, ..Watchlist::default() })
}

fn read_full_row(entity: &mut ListedEntity, record: Record<'_>, links: &mut Vec<Link>, issues: &mut ListIssues) {
    settle_kind(entity, entity_kind(record.text("Designation Type"), issues), issues);
    add_name(entity, &full_name(record), record.text("Name type"), record.text("Alias strength"), issues);
    entity.add_name(record.text("Name non-latin script"), NameKind::OriginalScript);
    add_nationalities(entity, record.text("Nationality(/ies)"), "Nationality(/ies)", issues);
    add_nationalities(entity, record.text("Address Country"), "Address Country", issues);
    entity.add_address(&join_filled(ADDRESS.iter().map(|column| record.text(column))));
    if entity.kind != EntityKind::Person {
        let numbers = record.text("Business registration number (s)");
        add_numbers(entity, numbers, Unlabeled::Of(IdentifierKind::Registration), issues);
        add_numbers(entity, record.text("IMO number"), Unlabeled::Of(IdentifierKind::Imo), issues);
    }
    for (column, tie) in TIES {
        for name in split_at(record.text(column), &["|", ";"]) {
            let link = Link {
                from_id: entity.entity_id.clone(),
                kind: tie.to_owned(),
                to_name: name.trim_end_matches('.').to_owned(),
                to_id: None,
                source: column.to_owned(),
            };
            if !links.contains(&link) {
                links.push(link);
            }
        }
    }
    add_designation(entity, designation(record.text("Regime Name"), record.text("Date Designated"), issues));
}

fn read_short_row(entity: &mut ListedEntity, record: Record<'_>, _: &mut Vec<Link>, issues: &mut ListIssues) {
    settle_kind(entity, entity_kind(record.text("Type"), issues), issues);
    add_name(entity, record.text("Name"), "Primary Name", "", issues);
    add_designation(entity, designation(record.text("Regime Name"), record.text("Date Designated"), issues));
}

fn read_subject(entity: &mut ListedEntity, record: Record<'_>, _: &mut Vec<Link>, issues: &mut ListIssues) {
    settle_kind(entity, entity_kind(record.text("subject_type"), issues), issues);
    add_designation(entity, designation("", record.text("date_designated"), issues));
}

fn designation(regime: &str, day: &str, issues: &mut ListIssues) -> Designation {
    Designation {
        programs: Some(regime.to_owned()).filter(|regime| !regime.is_empty()).into_iter().collect(),
        listed_on: days::listed_on(day, &DAYS, issues),
        delisted_on: Known::Open,
        ..Designation::default()
    }
}

fn add_subject_name(drafts: &mut Drafts, record: Record<'_>, issues: &mut ListIssues) {
    match drafts.get_mut(record.text("unique_id")) {
        Some(entity) => {
            let parts = full_name(record);
            let name = if parts.is_empty() { record.text("full_name").to_owned() } else { parts };
            add_name(entity, &name, record.text("name_type"), record.text("alias_strength"), issues);
        }
        None => issues.add("`subject_names` names an entity that the list does not hold"),
    }
}

fn add_subject_number(drafts: &mut Drafts, record: Record<'_>, issues: &mut ListIssues) {
    let Some(entity) = drafts.get_mut(record.text("unique_id")) else {
        return issues.add("`subject_identifiers` names an entity that the list does not hold");
    };
    let value = record.text("raw_value");
    match record.text("identifier_type") {
        "imo" => add_numbers(entity, value, Unlabeled::Of(IdentifierKind::Imo), issues),
        "business_registration_numbers" if entity.kind != EntityKind::Person => {
            add_numbers(entity, value, Unlabeled::Of(IdentifierKind::Registration), issues);
        }
        "passport" | "national" | "business_registration_numbers" => {}
        other => issues.add(format!("kind of identifier `{other}` not known, not used")),
    }
}

/// Reads the rows of a table that lies beside the list, packed or not, and returns its path.
fn read_beside(
    file: &ListFile,
    name: &str,
    wanted: &[&str],
    issues: &mut ListIssues,
    mut add: impl FnMut(Record<'_>, &mut ListIssues),
) -> Result<Option<PathBuf>> {
    let folder = file.path.parent().unwrap_or(Path::new(""));
    let candidates = [format!("{name}.csv"), format!("{name}.csv.gz")].map(|name| folder.join(name));
    let Some(path) = candidates.into_iter().find(|path| path.is_file()) else {
        issues.add(format!("no `{name}.csv` beside `{}`: entities are read without it", file_name(&file.path)));
        return Ok(None);
    };
    let beside = ListFile::read(&path, &[Content::Text])?;
    let table = Table::read(&beside, wanted, issues)?;
    table.records().for_each(|record| add(record, issues));
    Ok(Some(path))
}
