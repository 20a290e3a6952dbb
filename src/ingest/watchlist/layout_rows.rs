//! The rows of a list as a layout explains them.
//!
//! In: a list file and a [`Layout`]. Out: one entity for all rows that agree in the columns of the id.

use super::enumerated::{is_other_script, split_brackets, split_enumerated};
use super::file::ListFile;
use super::issues::{ListIssues, add_country};
use super::joining::{Drafts, add_designation, entity_of, finish, join_filled, settle_kind, split_at};
use super::layout::{Field, Layout, NameWord};
use super::nationality::add_nationalities;
use super::speaking_order::add_names_in_speaking_order;
use super::table::{Record, Table, fold, read_sheets};
use super::{Beginning, days, links};
use crate::error::{Error, Result};
use crate::model::listed_entity::{Designation, EntityKind, Link, ListedEntity, NameKind, Watchlist};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// Whether the columns that a layout needs stand in one of the first rows.
pub(super) fn fits(layout: &str, beginning: &Beginning) -> bool {
    Layout::parse(layout, Path::new("")).is_ok_and(|layout| beginning.has_columns(&layout.required()))
}

pub(super) fn read(layout: &Layout, file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let delimiter = layout.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok());
    let sheets = read_sheets(file, delimiter, issues)?;
    let mut tables = Table::all(sheets, &layout.required(), &file.path, issues)?;
    if tables.is_empty() {
        // For its words: what was looked for and what is there.
        tables.push(Table::read(file, &layout.required(), issues)?);
    }
    let mut drafts = Drafts::new();
    let mut links = Vec::new();
    let mut lines: BTreeMap<String, Record<'_>> = BTreeMap::new();
    for table in &tables {
        table.check_columns(layout.known(), issues);
        for record in table.records() {
            let (id, is_whole) = id_of(layout, record);
            if id.is_empty() {
                issues.add("row without an id, left out");
                continue;
            }
            if let Some(first) = lines.get(&id) {
                if record.filled().eq(first.filled()) {
                    issues.add("entity listed twice with the same words, taken once");
                    continue;
                }
                if layout.unique_ids && is_whole {
                    return Err(Error::request(format!("`{}` lists the entity `{id}` twice, differently", file.path.display()))
                        .detail(format!("lines {} and {}", first.line(), record.line()))
                        .hint("two editions may have been joined; give each a file of its own"));
                }
            } else {
                lines.insert(id.clone(), record);
            }
            read_row(layout, record, entity_of(&mut drafts, &id), &mut links, issues);
        }
    }
    let mut entities = finish(drafts, issues);
    if layout.surname_first {
        entities.iter_mut().filter(|entity| entity.kind == EntityKind::Person).for_each(add_names_in_speaking_order);
    }
    let ids: HashSet<&str> = entities.iter().map(|entity| entity.entity_id.as_str()).collect();
    links.retain(|link: &Link| ids.contains(link.from_id.as_str()));
    links::resolve(&mut links, &entities);
    Ok(Watchlist { entities, links, ..Watchlist::default() })
}

/// Returns the id of a row, and whether all its columns are filled.
fn id_of(layout: &Layout, record: Record<'_>) -> (String, bool) {
    let texts: Vec<&str> = layout.id.iter().map(|column| stated(layout, record, column)).collect();
    let is_whole = texts.iter().all(|text| !text.is_empty());
    let others = layout.id_otherwise.iter().filter(|_| !is_whole).map(|column| stated(layout, record, column));
    let parts: Vec<&str> = texts.into_iter().chain(others).filter(|part| !part.is_empty()).collect();
    (parts.join(" / "), is_whole)
}

/// Returns the text of a column, empty where it is one of those that state nothing.
fn stated<'a>(layout: &Layout, record: Record<'a>, column: &str) -> &'a str {
    let text = record.text(column);
    if layout.missing.iter().any(|missing| missing.eq_ignore_ascii_case(text)) { "" } else { text }
}

/// Returns the values of a column, where it holds several.
fn values<'a>(layout: &Layout, record: Record<'a>, column: &str) -> Vec<&'a str> {
    let text = stated(layout, record, column);
    let is_enumerated = layout.enumerated.iter().any(|known| fold(known) == fold(column));
    let parts = if is_enumerated { split_enumerated(text) } else { vec![text] };
    match layout.split.get(column) {
        Some(separators) => parts.into_iter().flat_map(|part| split_at(part, separators)).collect(),
        None => parts.into_iter().filter(|part| !part.is_empty()).collect(),
    }
}

fn read_row(layout: &Layout, record: Record<'_>, entity: &mut ListedEntity, links: &mut Vec<Link>, issues: &mut ListIssues) {
    let all = |field: Field| layout.columns_of(field).flat_map(|column| values(layout, record, column)).collect::<Vec<_>>();
    settle_kind(entity, kind_of(layout, &all(Field::Kind), issues), issues);
    add_names(layout, record, entity, issues);
    for (column, kind) in &layout.identifiers {
        for text in values(layout, record, column) {
            entity.add_identifier(text, Some(kind.0));
        }
    }
    for column in layout.columns_of(Field::Country) {
        values(layout, record, column).into_iter().for_each(|country| add_country(entity, country, column, issues));
    }
    for column in layout.columns_of(Field::Nationality) {
        add_nationalities(entity, stated(layout, record, column), column, issues);
    }
    all(Field::Address).into_iter().for_each(|address| entity.add_address(address));
    for columns in &layout.addresses {
        entity.add_address(&join_filled(columns.iter().map(|column| stated(layout, record, column))));
    }
    for (column, tie) in &layout.ties {
        links.extend(values(layout, record, column).into_iter().map(|name| Link {
            from_id: entity.entity_id.clone(),
            kind: tie.clone(),
            to_name: name.to_owned(),
            to_id: None,
            source: column.clone(),
        }));
    }
    if layout.is_designation() {
        let programs = layout.programs.iter().map(String::as_str).chain(all(Field::Program));
        let authority = all(Field::Authority).first().map_or(layout.authority.clone(), |authority| (*authority).to_owned());
        let listed_on = days::listed_on(all(Field::ListedOn).first().unwrap_or(&""), &layout.dates, issues);
        let delisted_on = days::delisted_on(all(Field::DelistedOn).first().unwrap_or(&""), &layout.dates, issues);
        let programs = programs.map(str::to_owned).collect();
        add_designation(entity, Designation { authority, programs, listed_on, delisted_on });
    }
}

fn kind_of(layout: &Layout, words: &[&str], issues: &mut ListIssues) -> EntityKind {
    let fixed = layout.kind.map_or(EntityKind::Unknown, EntityKind::from);
    let Some(word) = words.first() else { return fixed };
    match layout.kinds.iter().find(|(known, _)| fold(known) == fold(word)) {
        Some((_, kind)) => (*kind).into(),
        None => {
            issues.add(format!("type `{word}` not known"));
            fixed
        }
    }
}

fn add_names(layout: &Layout, record: Record<'_>, entity: &mut ListedEntity, issues: &mut ListIssues) {
    let word = layout.columns_of(Field::NameKind).map(|column| stated(layout, record, column)).find(|word| !word.is_empty());
    let stated_kind = word.map(|word| match layout.name_kinds.iter().find(|(known, _)| fold(known) == fold(word)) {
        Some((_, kind)) => name_kind(*kind),
        None => {
            issues.add(format!("kind of name `{word}` not known, taken as a strong alias"));
            NameKind::StrongAlias
        }
    });
    const KINDS: [(Field, NameKind); 5] = [
        (Field::Name, NameKind::Primary),
        (Field::StrongAlias, NameKind::StrongAlias),
        (Field::OriginalScript, NameKind::OriginalScript),
        (Field::FormerName, NameKind::FormerName),
        (Field::WeakAlias, NameKind::WeakAlias),
    ];
    for (field, kind) in KINDS {
        let kind = if field == Field::Name { stated_kind.unwrap_or(kind) } else { kind };
        for column in layout.columns_of(field) {
            let has_brackets = layout.brackets.iter().any(|known| fold(known) == fold(column));
            for name in values(layout, record, column) {
                match split_brackets(name)
                    .filter(|(outer, inner)| has_brackets && is_other_script(outer) != is_other_script(inner))
                {
                    Some((outer, inner)) => {
                        // `MILL (Russian spelling: Милл)`
                        let inner = inner.rsplit(": ").next().unwrap_or(inner);
                        entity.add_name(outer, kind);
                        entity.add_name(inner, if kind == NameKind::WeakAlias { kind } else { NameKind::OriginalScript });
                    }
                    None => entity.add_name(name, kind),
                }
            }
        }
    }
}

fn name_kind(word: NameWord) -> NameKind {
    match word {
        NameWord::Primary => NameKind::Primary,
        NameWord::StrongAlias => NameKind::StrongAlias,
        NameWord::WeakAlias => NameKind::WeakAlias,
        NameWord::FormerName => NameKind::FormerName,
        NameWord::OriginalScript => NameKind::OriginalScript,
    }
}
