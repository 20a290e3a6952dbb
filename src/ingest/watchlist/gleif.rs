//! Legal entities of the Global Legal Entity Identifier Foundation (GLEIF), as CSV: level 1 (who is who) and level 2 (who owns whom).
//!
//! In: a file of level 1, whole or with some of its columns, and beside it a file of relationships if its name says so (`-rr-`). Out:
//! entities that nobody lists, and ties. A relationship says that one firm consolidates another in its accounts: that is a tie and no
//! share. Of the hundreds of columns only those that tell a firm are used.

use super::file::{Content, ListFile, file_name};
use super::issues::{ListIssues, add_country};
use super::joining::{Drafts, entity_of, finish, join_filled};
use super::table::{Record, Table};
use super::{Beginning, Format};
use crate::error::{Error, Result};
use crate::model::listed_entity::{EntityKind, Link, ListedEntity, NameKind, Watchlist};
use crate::names::identifiers::IdentifierKind;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

const WANTED: [&str; 2] = ["LEI", "Entity.LegalName"];
const RELATIONSHIP: [&str; 3] = ["Relationship.StartNode.NodeID", "Relationship.EndNode.NodeID", "Relationship.RelationshipType"];
const ADDRESSES: [&str; 2] = ["Entity.LegalAddress", "Entity.HeadquartersAddress"];
/// A firm has at most so many further names in the table.
const MAX_NAMES: usize = 5;

pub(super) const FORMAT: Format = Format { name: "gleif", contents: &[Content::Text], fits, read };

fn fits(beginning: &Beginning) -> bool {
    beginning.has_columns(&WANTED) || beginning.has_columns(&RELATIONSHIP)
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    if Beginning::of(file).has_columns(&RELATIONSHIP) {
        return Err(Error::request(format!("`{}` holds relationships and no names", file.path.display()))
            .hint("name the file of level 1 (`…-lei2-…csv`); the relationships are found beside it"));
    }
    let table = Table::read(file, &WANTED, issues)?;
    let mut drafts = Drafts::new();
    for record in table.records() {
        let lei = record.text("LEI");
        if lei.is_empty() || drafts.contains_key(lei) {
            let what = if lei.is_empty() { "has no `LEI`".to_owned() } else { format!("has the LEI `{lei}` twice") };
            return Err(Error::request(format!("`{}` {what} in line {}", file.path.display(), record.line())));
        }
        read_row(entity_of(&mut drafts, lei), record, issues);
    }
    let entities = finish(drafts, issues);
    let beside = file_of_relationships(file)?;
    let links = match &beside {
        Some(path) => read_relationships(path, &entities, issues)?,
        None => Vec::new(),
    };
    Ok(Watchlist { entities, links, files_beside: beside.into_iter().collect(), ..Watchlist::default() })
}

fn read_row(entity: &mut ListedEntity, record: Record<'_>, issues: &mut ListIssues) {
    entity.kind = match record.text("Entity.EntityCategory") {
        "SOLE_PROPRIETOR" => EntityKind::Person,
        _ => EntityKind::Company,
    };
    entity.add_name(record.text("Entity.LegalName"), NameKind::Primary);
    for at in 1..=MAX_NAMES {
        let name = record.text(&format!("Entity.OtherEntityNames.OtherEntityName.{at}"));
        let kind = match record.text(&format!("Entity.OtherEntityNames.OtherEntityName.{at}.type")) {
            "PREVIOUS_LEGAL_NAME" => NameKind::FormerName,
            _ => NameKind::StrongAlias,
        };
        entity.add_name(name, kind);
        let name = record.text(&format!("Entity.TransliteratedOtherEntityNames.TransliteratedOtherEntityName.{at}"));
        entity.add_name(name, NameKind::StrongAlias);
    }
    let lei = entity.entity_id.clone();
    entity.add_identifier(&lei, Some(IdentifierKind::Lei));
    entity.add_identifier(
        record.text("Entity.RegistrationAuthority.RegistrationAuthorityEntityID"),
        Some(IdentifierKind::Registration),
    );
    for place in ADDRESSES {
        add_country(entity, record.text(&format!("{place}.Country")), "Country", issues);
        let parts = ["FirstAddressLine", "City", "PostalCode", "Country"].map(|part| record.text(&format!("{place}.{part}")));
        if !parts[0].is_empty() {
            entity.add_address(&join_filled(parts));
        }
    }
}

/// Returns the file of relationships of the same edition: its name has `-rr-` where the other has `-lei2-`.
fn file_of_relationships(file: &ListFile) -> Result<Option<PathBuf>> {
    let name = file_name(&file.path);
    let beside = file.path.with_file_name(name.replace("-lei2-", "-rr-"));
    Ok((name.contains("-lei2-") && beside.is_file()).then_some(beside))
}

fn read_relationships(path: &Path, entities: &[ListedEntity], issues: &mut ListIssues) -> Result<Vec<Link>> {
    let file = ListFile::read(path, &[Content::Text])?;
    let table = Table::read(&file, &RELATIONSHIP, issues)?;
    let names: HashMap<&str, &str> = entities.iter().map(|entity| (entity.entity_id.as_str(), entity.primary_name())).collect();
    let mut seen = HashSet::new();
    let mut links = Vec::new();
    for record in table.records() {
        let [from, to, kind] = RELATIONSHIP.map(|column| record.text(column));
        if !names.contains_key(from) {
            issues.add("relationship of a firm that the list does not hold, left out");
            continue;
        }
        if matches!(record.text("Relationship.RelationshipStatus"), "INACTIVE" | "NULL") {
            issues.add("relationship that is no longer in force, left out");
            continue;
        }
        if seen.insert((from.to_owned(), to.to_owned(), kind.to_owned())) {
            let known = names.get(to).copied();
            links.push(Link {
                from_id: from.to_owned(),
                kind: kind.to_lowercase().replace('_', " "),
                to_name: known.unwrap_or(to).to_owned(),
                to_id: known.map(|_| to.to_owned()),
                source: "GLEIF level 2".to_owned(),
            });
        }
    }
    Ok(links)
}
