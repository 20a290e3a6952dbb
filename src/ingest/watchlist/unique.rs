//! An id stands for one entry of a list.
//!
//! The same entry twice is an issue; two different ones under an id are an error, since one of them would hide the other.

use super::issues::ListIssues;
use crate::error::{Error, Result};
use crate::model::listed_entity::ListedEntity;
use std::collections::BTreeMap;
use std::path::Path;

/// The entries of a list by their id, each with its place in the file.
pub(super) struct Entries<'a> {
    path: &'a Path,
    entries: BTreeMap<String, (String, ListedEntity)>,
}

impl<'a> Entries<'a> {
    pub fn new(path: &'a Path) -> Self {
        Entries { path, entries: BTreeMap::new() }
    }

    /// Adds an entry. One without a name or an id is an issue, since nothing could be found by it.
    pub fn add(&mut self, entity: ListedEntity, place: &str, issues: &mut ListIssues) -> Result<()> {
        if entity.names.is_empty() {
            issues.add("entry without a name, left out");
            return Ok(());
        }
        if entity.entity_id.is_empty() {
            return Err(Error::request(format!("{place} of `{}` has no id", self.path.display()))
                .detail(format!("found: `{}`", entity.primary_name())));
        }
        match self.entries.get(&entity.entity_id) {
            Some((_, known)) if *known == entity => issues.add("entity listed twice with the same words, taken once"),
            Some((first, _)) => {
                let message = format!("`{}` lists the entity `{}` twice, differently", self.path.display(), entity.entity_id);
                return Err(Error::request(message)
                    .detail(format!("{first} and {place}"))
                    .hint("two editions may have been joined; give each a file of its own"));
            }
            None => {
                self.entries.insert(entity.entity_id.clone(), (place.to_owned(), entity));
            }
        }
        Ok(())
    }

    pub fn get_mut(&mut self, entity_id: &str) -> Option<&mut ListedEntity> {
        self.entries.get_mut(entity_id).map(|(_, entity)| entity)
    }

    pub fn contains(&self, entity_id: &str) -> bool {
        self.entries.contains_key(entity_id)
    }

    /// Returns the primary name of an entry, empty where there is no such entry.
    pub fn name_of(&self, entity_id: &str) -> &str {
        self.entries.get(entity_id).map_or("", |(_, entity)| entity.primary_name())
    }

    pub fn into_vec(self) -> Vec<ListedEntity> {
        self.entries.into_values().map(|(_, entity)| entity).collect()
    }
}
