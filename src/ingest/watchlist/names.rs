//! A bare list of names: a CSV file `entity_id,name[,kind,type,country]` with a header row.
//!
//! In: the text of the file; the delimiter is the comma, semicolon or tab that the header row has. Out: one entity for all rows
//! of an `entity_id`, its primary name first. The format knows of no designations: an entity of such a list is named,
//! and whether anybody lists it stays open.

use super::file::{Content, ListFile};
use super::issues::{ListIssues, add_country};
use super::{Beginning, Format, quote_all};
use crate::error::{Error, Result, nearest};
use crate::model::listed_entity::{EntityKind, ListedEntity, NameKind, Watchlist};
use std::collections::BTreeMap;
use std::path::Path;

const COLUMNS: [&str; 5] = ["entity_id", "name", "kind", "type", "country"];

pub(super) const FORMAT: Format = Format { name: "names", contents: &[Content::Text], fits, read };

/// Any CSV file may be one; what it lacks is said when it is read.
fn fits(beginning: &Beginning) -> bool {
    beginning.name.ends_with(".csv")
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let path = file.path.as_path();
    let text = file.text(issues);
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().delimiter(find_delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|source| unreadable(path, source))?.clone();
    let columns = find_columns(path, &header, issues)?;

    let mut entities: BTreeMap<String, ListedEntity> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|source| unreadable(path, source))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        check_shape(path, &record, &header, line)?;
        let field = |column: &str| columns.get(column).and_then(|at| record.get(*at)).unwrap_or("").trim();
        let (entity_id, name) = (field("entity_id"), field("name"));
        if entity_id.is_empty() {
            return Err(Error::request(format!("`{}` has no `entity_id` in line {line}", path.display()))
                .detail(format!("found: `{name}`")));
        }
        let entity = entities
            .entry(entity_id.to_owned())
            .or_insert_with(|| ListedEntity { entity_id: entity_id.to_owned(), ..ListedEntity::default() });
        if name.is_empty() {
            issues.add("row without a name");
        }
        let has_primary = entity.names.iter().any(|known| known.kind == NameKind::Primary);
        let kind = match read_name_kind(field("kind"), issues) {
            Some(NameKind::Primary) if has_primary => {
                issues.add("further primary name of an entity, taken as a strong alias");
                NameKind::StrongAlias
            }
            Some(kind) => kind,
            None => NameKind::StrongAlias,
        };
        entity.add_name(name, kind);
        read_entity_kind(entity, field("type"), issues);
        for country in field("country").split([';', '|']).map(str::trim).filter(|country| !country.is_empty()) {
            add_country(entity, country, "country", issues);
        }
    }
    let mut entities: Vec<ListedEntity> = entities.into_values().collect();
    if let Some(nameless) = entities.iter().find(|entity| entity.names.is_empty()) {
        return Err(Error::request(format!("`{}` has no name for the entity `{}`", path.display(), nameless.entity_id)));
    }
    for entity in &mut entities {
        put_primary_first(entity);
    }
    Ok(Watchlist { entities, ..Watchlist::default() })
}

/// Puts the primary name first; where no row says which it is, the first strong alias is it.
fn put_primary_first(entity: &mut ListedEntity) {
    let find = |kind: NameKind| entity.names.iter().position(|name| name.kind == kind);
    if let Some(at) = find(NameKind::Primary).or_else(|| find(NameKind::StrongAlias)) {
        entity.names[..=at].rotate_right(1);
        entity.names[0].kind = NameKind::Primary;
    }
}

fn unreadable(path: &Path, source: csv::Error) -> Error {
    Error::request(format!("cannot read `{}` as a CSV file", path.display())).detail(source.to_string())
}

/// Returns the delimiter that the header row has most of.
fn find_delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or("");
    let count = |delimiter: u8| header.bytes().filter(|byte| *byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// Returns the place of each known column; a column that is not known is an issue.
fn find_columns(path: &Path, header: &csv::StringRecord, issues: &mut ListIssues) -> Result<BTreeMap<&'static str, usize>> {
    let mut columns = BTreeMap::new();
    let mut unknown = Vec::new();
    for (at, found) in header.iter().enumerate() {
        let found = found.trim().to_lowercase();
        match COLUMNS.into_iter().find(|column| **column == found) {
            Some(column) if columns.insert(column, at).is_some() => {
                return Err(Error::request(format!("`{}` has two columns `{column}`", path.display())));
            }
            Some(_) => {}
            None => unknown.push(found),
        }
    }
    if let Some(missing) = ["entity_id", "name"].into_iter().find(|column| !columns.contains_key(column)) {
        let error = Error::request(format!("`{}` has no column `{missing}`", path.display()))
            .detail(format!("looked for: {}", quote_all(COLUMNS)))
            .detail(format!("found: {}", quote_all(header.iter().map(str::trim))));
        return Err(match nearest(missing, unknown.iter().map(String::as_str)) {
            Some(meant) => error.hint(format!("rename `{meant}` to `{missing}`")),
            None => error.hint("the first row must hold the names of the columns"),
        });
    }
    for column in unknown {
        issues.add(format!("column `{column}` not used"));
    }
    Ok(columns)
}

/// Refuses a row that a stray quote or delimiter has put out of shape, since names would be lost in it.
fn check_shape(path: &Path, record: &csv::StringRecord, header: &csv::StringRecord, line: u64) -> Result<()> {
    if record.len() != header.len() {
        let message = format!("line {line} of `{}` has {} fields, the header has {}", path.display(), record.len(), header.len());
        return Err(Error::request(message).hint("put a name that holds the delimiter between quotes"));
    }
    if record.iter().any(|field| field.contains(['\n', '\r'])) {
        return Err(Error::request(format!("a quote opens in line {line} of `{}` and closes lines below it", path.display()))
            .hint("names have no line ends; double a quote that belongs to a name and put the name between quotes"));
    }
    Ok(())
}

/// Returns the kind that a row states, `None` if it states none.
fn read_name_kind(text: &str, issues: &mut ListIssues) -> Option<NameKind> {
    match text.to_lowercase().as_str() {
        "" => None,
        "primary" | "main" => Some(NameKind::Primary),
        "strong" | "strong_alias" | "alias" | "aka" | "nka" | "original_script" => Some(NameKind::StrongAlias),
        "weak" | "weak_alias" => Some(NameKind::WeakAlias),
        "former" | "former_name" | "fka" => Some(NameKind::FormerName),
        other => {
            issues.add(format!("kind `{other}` not known, taken as a strong alias"));
            Some(NameKind::StrongAlias)
        }
    }
}

fn read_entity_kind(entity: &mut ListedEntity, text: &str, issues: &mut ListIssues) {
    let kind = match text.to_lowercase().as_str() {
        "" => return,
        "company" | "entity" | "organization" | "organisation" => EntityKind::Company,
        "person" | "individual" => EntityKind::Person,
        "vessel" | "ship" => EntityKind::Vessel,
        "aircraft" => EntityKind::Aircraft,
        "unknown" => return,
        other => {
            issues.add(format!("type `{other}` not known"));
            return;
        }
    };
    if entity.kind == EntityKind::Unknown {
        entity.kind = kind;
    } else if entity.kind != kind {
        issues.add("rows of one entity with different types, the first taken");
    }
}
