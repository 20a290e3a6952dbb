//! A bare list of names against watchlists: screening without records.

use crate::analyze::screen::{self, ScreenedParty};
use crate::error::{Error, Result};
use crate::ingest::watchlist::{self, Format};
use crate::model::country::CountryCode;
use crate::model::listed_entity::Watchlist;
use std::path::Path;

/// A match of a listed name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameMatch {
    pub id: String,
    pub name: String,
    pub entity_id: String,
    pub entity_name: String,
    pub listed_name: String,
    /// 0 to 1000.
    pub score: u16,
    pub band: &'static str,
    pub evidence: String,
    pub watchlist: String,
}

struct NameRow {
    id: String,
    name: String,
    country: Option<CountryCode>,
    registration_id: String,
    address: String,
}

/// Screens the names of a CSV file; the result is in the order of the file, the best match of a name first.
pub fn screen(names: &Path, watchlists: &[String], floor: u16, top: usize) -> Result<Vec<NameMatch>> {
    let rows = read_names(names)?;
    let lists = watchlists.iter().map(|argument| read_list(argument)).collect::<Result<Vec<Watchlist>>>()?;
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

/// Reads `FILE` or `FILE=FORMAT`; the list is called by its file's name.
fn read_list(argument: &str) -> Result<Watchlist> {
    let (file, format) = match argument.rsplit_once('=') {
        Some((file, format)) if !Path::new(argument).exists() => (file, Some(Format::parse(format)?)),
        _ => (argument, Format::from_file_name(Path::new(argument))),
    };
    let path = Path::new(file);
    let format = format.ok_or_else(|| {
        Error::request(format!("the format of the watchlist `{file}` is not known"))
            .hint(format!("write `--watchlist {file}=FORMAT`; formats: {}", Format::ALL.map(Format::as_str).join(", ")))
    })?;
    let id = path.file_name().map_or_else(|| file.to_owned(), |name| name.to_string_lossy().into_owned());
    watchlist::read(path, format, &id, None)
}

fn read_names(path: &Path) -> Result<Vec<NameRow>> {
    let bytes = std::fs::read(path).map_err(|error| Error::file(path, "read", error))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::request(format!("`{}` is not UTF-8", path.display())).hint("save the list of names as CSV in UTF-8")
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let wrong =
        |error: csv::Error| Error::request(format!("`{}` cannot be read as CSV", path.display())).detail(error.to_string());
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(wrong)?.clone();
    let column = |name: &str| header.iter().position(|cell| cell.trim() == name);
    let (Some(id), Some(name)) = (column("id"), column("name")) else {
        let found: Vec<String> = header.iter().map(|cell| format!("`{}`", cell.trim())).collect();
        return Err(Error::request(format!("`{}` is no list of names", path.display()))
            .detail("looked for: `id`, `name` and, if there, `country`, `registration_id`, `address`")
            .detail(format!("found: {}", if found.is_empty() { "nothing".to_owned() } else { found.join(", ") })));
    };
    let further = ["country", "registration_id", "address"].map(column);
    reader
        .records()
        .map(|row| {
            let row = row.map_err(wrong)?;
            let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default().trim().to_owned();
            Ok(NameRow {
                id: cell(Some(id)),
                name: cell(Some(name)),
                country: CountryCode::parse(&cell(further[0])),
                registration_id: cell(further[1]),
                address: cell(further[2]),
            })
        })
        .collect()
}
