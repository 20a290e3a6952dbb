//! A bare list of names as a JSON array of `{id, full_name, source, aliases}`.
//!
//! In: the array. Out: one entity an object. `source` says which list the name stands on, so that it is the authority; no day is stated.
//! Where several rows bear names of one entity, the layout does not say so, and each stays an entity of its own.

use super::file::{Content, ListFile};
use super::issues::ListIssues;
use super::{Beginning, Format, json, unique};
use crate::error::Result;
use crate::model::listed_entity::{Designation, Known, ListedEntity, NameKind, Watchlist};

const KNOWN: &[&str] = &["id", "full_name", "source", "aliases"];

pub(super) const FORMAT: Format = Format { name: "name-records", contents: &[Content::Json], fits, read };

fn fits(beginning: &Beginning) -> bool {
    json::begins_with_keys(beginning, '[', &["id", "full_name"])
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let mut entities = unique::Entries::new(&file.path);
    let mut found = ListIssues::default();
    json::each_of_array(file, None, issues, &mut |object, place| {
        let issues = &mut found;
        json::report_unknown(&object, "an entry", KNOWN, issues);
        let mut entity = ListedEntity { entity_id: json::text(&object, "id", issues).into_owned(), ..ListedEntity::default() };
        entity.add_name(&json::text(&object, "full_name", issues), NameKind::Primary);
        for alias in json::texts(&object, "aliases", issues) {
            entity.add_name(&alias, NameKind::StrongAlias);
        }
        let authority = json::text(&object, "source", issues).into_owned();
        if !authority.is_empty() {
            entity.designations.push(Designation { authority, listed_on: Known::Unknown, ..Designation::default() });
        }
        entities.add(entity, place, issues)
    })?;
    issues.append(found);
    Ok(Watchlist { entities: entities.into_vec(), ..Watchlist::default() })
}
