//! The EU's consolidated list of financial sanctions as a CSV file between semicolons, as the same address offers it.
//!
//! In: the text of the file, its columns named as `Entity_LogicalId`. Out: one entity for all rows of an entity. The layout is
//! *recalled* from the published file and was not compared with one; columns are found by name, and what is not known is an issue.

use super::eu_fsf::{add_identification, add_name, add_stated_country, kind_of};
use super::file::ListFile;
use super::issues::ListIssues;
use super::joining::{Drafts, add_designation, entity_of, finish, join_filled, settle_kind};
use super::{Beginning, days};
use crate::error::{Error, Result};
use crate::model::listed_entity::{Designation, Watchlist};
use std::collections::HashMap;

const USED: &[&str] = &[
    "fileGenerationDate",
    "Entity_LogicalId",
    "Entity_EU_ReferenceNumber",
    "Entity_DesignationDate",
    "Entity_SubjectType_ClassificationCode",
    "Entity_Regulation_Programme",
    "NameAlias_WholeName",
    "Address_Street",
    "Address_PoBox",
    "Address_Place",
    "Address_City",
    "Address_Region",
    "Address_ZipCode",
    "Address_CountryIso2Code",
    "Address_CountryDescription",
    "Citizenship_CountryIso2Code",
    "Citizenship_CountryDescription",
    "Identification_Number",
    "Identification_TypeCode",
];

/// Beginnings of columns that say nothing of who an entity is.
const IGNORED: &[&str] = &["Entity_", "NameAlias_", "Address_", "BirthDate_", "Citizenship_", "Identification_"];

/// Days as the file writes them: those of acts as ISO 8601 has them, that of the file itself in the order of Europe.
const FORMS: [&str; 2] = ["%Y-%m-%d", "%d/%m/%Y"];

pub(super) fn fits(beginning: &Beginning) -> bool {
    beginning
        .text
        .lines()
        .next()
        .is_some_and(|header| header.contains("Entity_LogicalId") && header.contains("NameAlias_WholeName"))
}

pub(super) fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let text = file.text(issues);
    let text = text.trim_start_matches('\u{feff}');
    let unreadable = |source: csv::Error| {
        Error::request(format!("cannot read `{}` as a CSV file", file.path.display())).detail(source.to_string())
    };
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(unreadable)?.clone();
    let columns = columns_of(&header, issues);
    if !columns.contains_key("NameAlias_WholeName") || !columns.contains_key("Entity_LogicalId") {
        return Err(Error::request(format!(
            "`{}` has no column `Entity_LogicalId` or `NameAlias_WholeName`",
            file.path.display()
        ))
        .hint("the list is also published in XML, which this format reads too"));
    }
    let mut drafts = Drafts::new();
    let mut as_of = None;
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        if record.len() != header.len() {
            let line = record.position().map_or(0, csv::Position::line);
            let message =
                format!("line {line} of `{}` has {} fields, the header has {}", file.path.display(), record.len(), header.len());
            return Err(Error::request(message).hint("fetch the file again, or the list in XML, which this format reads too"));
        }
        let cell = |column: &str| columns.get(column).and_then(|at| record.get(*at)).unwrap_or("").trim();
        as_of = as_of.or_else(|| days::parse(cell("fileGenerationDate"), &FORMS));
        read_row(&cell, &mut drafts, issues);
    }
    Ok(Watchlist { as_of, entities: finish(drafts, issues), ..Watchlist::default() })
}

/// Returns the place of each column by its name; one that is not known is an issue.
fn columns_of(header: &csv::StringRecord, issues: &mut ListIssues) -> HashMap<String, usize> {
    let mut columns = HashMap::new();
    for (at, name) in header.iter().map(str::trim).enumerate() {
        if !USED.contains(&name) && !IGNORED.iter().any(|start| name.starts_with(start)) {
            issues.add(format!("column `{name}` not known, not used"));
        }
        columns.entry(name.to_owned()).or_insert(at);
    }
    columns
}

fn read_row<'a>(cell: &impl Fn(&str) -> &'a str, drafts: &mut Drafts, issues: &mut ListIssues) {
    let id = [cell("Entity_EU_ReferenceNumber"), cell("Entity_LogicalId")].into_iter().find(|id| !id.is_empty());
    let Some(id) = id else {
        issues.add("row without an entity, not used");
        return;
    };
    let entity = entity_of(drafts, id);
    let kind = kind_of(cell("Entity_SubjectType_ClassificationCode"), issues);
    settle_kind(entity, kind, issues);
    add_name(entity, cell("NameAlias_WholeName"), true);
    let (code, country) = (cell("Address_CountryIso2Code"), cell("Address_CountryDescription"));
    let parts = ["Street", "PoBox", "Place", "City", "Region", "ZipCode"].map(|part| cell(&format!("Address_{part}")));
    entity.add_address(&join_filled(parts.into_iter().chain([country])));
    add_stated_country(entity, code, country, issues);
    add_stated_country(entity, cell("Citizenship_CountryIso2Code"), cell("Citizenship_CountryDescription"), issues);
    add_identification(entity, cell("Identification_TypeCode"), cell("Identification_Number"), issues);
    let programs = Some(cell("Entity_Regulation_Programme")).filter(|program| !program.is_empty()).map(str::to_owned);
    let listed_on = days::listed_on(cell("Entity_DesignationDate"), &FORMS, issues);
    add_designation(entity, Designation { programs: programs.into_iter().collect(), listed_on, ..Designation::default() });
}
