//! Watchlists as files: one that a command line names, and what a folder holds.

use crate::error::{Error, Result};
use crate::ingest::watchlist::{self, Format};
use crate::model::listed_entity::Watchlist;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Reads `FILE` or `FILE=FORMAT`, where a layout of the user's own may stand for the format; the list is called by its file's name.
pub fn read(argument: &str) -> Result<Watchlist> {
    if let Some((file, format)) = argument.rsplit_once('=')
        && !Path::new(argument).exists()
    {
        let path = Path::new(file);
        return watchlist::read_as(path, format, Path::new(""), &id_of(path), None);
    }
    let path = Path::new(argument);
    let told = watchlist::read_told(path, &id_of(path))?;
    let (_, list) = told.ok_or_else(|| {
        Error::request(format!("the format of the watchlist `{argument}` is not known"))
            .hint(format!("write `{argument}=FORMAT`; formats: {}", Format::names().join(", ")))
    })?;
    Ok(list)
}

fn id_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// A file of a folder, and what it is as a watchlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundFile {
    /// The path below the folder, with `/` between its parts.
    pub path: String,
    #[serde(flatten)]
    pub held: Held,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Held {
    List(FoundList),
    /// A part of another file's list.
    PartOf {
        list: String,
    },
    /// No list, or none that can be read, with the reason.
    Refused {
        reason: String,
    },
}

/// A list in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundList {
    pub format: &'static str,
    /// The edition, where the file states it.
    pub edition: Option<String>,
    pub n_entities: usize,
    pub n_names: usize,
    /// Entities that some authority lists; the others are only named.
    pub n_designated: usize,
    pub n_memberships: usize,
    pub n_ownerships: usize,
    pub n_links: usize,
    /// What its reader did not understand, each with the number of times.
    pub issues: Vec<(String, u64)>,
}

/// Returns what every file below a folder is as a watchlist, sorted by path. Files that begin with a dot are left out.
pub fn folder(root: &Path) -> Result<Vec<FoundFile>> {
    let mut paths = Vec::new();
    collect(root, &mut paths)?;
    paths.sort();
    let read: Vec<(PathBuf, Result<Option<ReadList>>)> =
        paths.into_par_iter().map(|path| (path.clone(), watchlist::read_told(&path, &id_of(&path)))).collect();
    let mut parts: BTreeMap<PathBuf, String> = BTreeMap::new();
    for (path, outcome) in &read {
        if let Ok(Some((_, list))) = outcome {
            parts.extend(list.files_beside.iter().map(|beside| (beside.clone(), shown(root, path))));
        }
    }
    let files = read.into_iter().map(|(path, outcome)| {
        let held = match (parts.remove(&path), outcome) {
            (Some(list), _) => Held::PartOf { list },
            (None, Ok(Some((format, list)))) => Held::List(figures(format, list)),
            (None, Ok(None)) => Held::Refused { reason: "its content is that of no list format".to_owned() },
            (None, Err(error)) => Held::Refused { reason: reason(&error, &path) },
        };
        FoundFile { path: shown(root, &path), held }
    });
    Ok(files.collect())
}

/// A list with the format that its file was told to have.
type ReadList = (&'static Format, Watchlist);

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|source| Error::file(folder, "list", source))? {
        let entry = entry.map_err(|source| Error::file(folder, "list", source))?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

fn shown(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
}

/// Returns what an error says first, with the file as `it`: its path stands in front already.
fn reason(error: &Error, path: &Path) -> String {
    let text = error.to_string().replace(&format!("`{}`", path.display()), "it");
    text.lines().next().unwrap_or_default().to_owned()
}

fn figures(format: &Format, list: Watchlist) -> FoundList {
    FoundList {
        format: format.name,
        edition: list.as_of.map(|day| day.to_string()),
        n_entities: list.entities.len(),
        n_names: list.entities.iter().map(|entity| entity.names.len()).sum(),
        n_designated: list.entities.iter().filter(|entity| !entity.designations.is_empty()).count(),
        n_memberships: list.memberships.len(),
        n_ownerships: list.ownerships.len(),
        n_links: list.links.len(),
        issues: list.issues,
    }
}
