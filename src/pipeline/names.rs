//! A bare list of names against watchlists: screening without records.

use super::lists;
use crate::analyze::screen::{self, ScreenedParty};
use crate::error::Result;
use crate::ingest::names_file::read_names;
use crate::model::listed_entity::Watchlist;
use crate::model::party::NameMatch;
use std::path::Path;

/// Screens the names of a CSV file; the result is in the order of the file, the best match of a name first.
pub fn screen(names: &Path, watchlists: &[String], floor: u16, top: usize) -> Result<Vec<NameMatch>> {
    let rows = read_names(names)?;
    let lists = watchlists.iter().map(|argument| lists::read(argument)).collect::<Result<Vec<Watchlist>>>()?;
    let parties: Vec<ScreenedParty<'_>> = rows
        .iter()
        .map(|row| ScreenedParty {
            name: &row.name,
            country: row.country,
            registration_id: &row.registration_id,
            address: &row.address,
        })
        .collect();
    Ok(screen::screen(&parties, &lists, floor, top)
        .into_iter()
        .map(|found| {
            let (row, list) = (&rows[found.party], &lists[found.watchlist]);
            let entity = &list.entities[found.entity];
            NameMatch {
                id: row.id.clone(),
                name: row.name.clone(),
                entity_id: entity.entity_id.clone(),
                entity_name: entity.primary_name().to_owned(),
                listed_name: entity.names.get(found.listed_name).map_or(String::new(), |name| name.name.clone()),
                score: found.score,
                band: found.band.as_str(),
                evidence: found.evidence,
                watchlist: list.id.clone(),
            }
        })
        .collect())
}
