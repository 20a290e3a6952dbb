//! A bare list of names against watchlists: screening without records.

use super::lists;
use crate::analyze::screen::{self, ScreenedParty};
use crate::error::{Error, Result};
use crate::ingest::names_file::{read_names, read_words};
use crate::model::listed_entity::Watchlist;
use crate::model::party::NameMatch;
use crate::names::ofac::ofac_score;
use crate::names::reference::add_user_words;
use std::path::Path;

/// What is asked of a screening beside the names and the lists.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The lowest score shown, 0 to 1000.
    pub floor: u16,
    /// The most matches a name.
    pub top: usize,
    /// A user's own legal forms and business words.
    pub words: Option<&'a Path>,
    pub with_ofac_score: bool,
}

/// Screens the names of a CSV file; the result is in the order of the file, the best match of a name first.
pub fn screen(names: &Path, watchlists: &[String], wanted: Wanted<'_>) -> Result<Vec<NameMatch>> {
    add_words(wanted.words)?;
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
    Ok(screen::screen(&parties, &lists, wanted.floor, wanted.top)
        .into_iter()
        .map(|found| {
            let (row, list) = (&rows[found.party], &lists[found.watchlist]);
            let entity = &list.entities[found.entity];
            let listed_name = entity.names.get(found.listed_name).map_or("", |name| name.name.as_str());
            NameMatch {
                ofac_score: wanted.with_ofac_score.then(|| ofac_score(&row.name, listed_name)),
                id: row.id.clone(),
                name: row.name.clone(),
                entity_id: entity.entity_id.clone(),
                entity_name: entity.primary_name().to_owned(),
                listed_name: listed_name.to_owned(),
                score: found.score,
                band: found.band.as_str(),
                evidence: found.evidence,
                watchlist: list.id.clone(),
            }
        })
        .collect())
}

/// Adds a user's own words to those that the program knows; without a file, none.
pub fn add_words(path: Option<&Path>) -> Result<()> {
    let words = path.map(read_words).transpose()?.unwrap_or_default();
    if !words.is_empty() && !add_user_words(words) {
        return Err(Error::promise("words were added after a name had been read"));
    }
    Ok(())
}
