//! A run folder while it is written: a temporary name until everything is there.

use super::csv_rows::CsvFile;
use crate::error::{Error, Result};
use crate::model::digest::sha256_of_file;
use crate::store::parts::write_table;
use polars::prelude::DataFrame;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The file that makes a folder a complete run folder.
pub const MANIFEST: &str = "run_manifest.json";

/// A run folder under its temporary name.
pub struct RunFolder {
    target: PathBuf,
    unfinished: PathBuf,
    lock_path: PathBuf,
    _lock: File,
    /// By file name: the columns in which a cell was neutralized.
    neutralized: BTreeMap<String, BTreeSet<String>>,
}

/// A result file with its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Output {
    pub path: String,
    pub sha256: String,
    /// Columns whose cells a spreadsheet would have run as formulas: an apostrophe stands in front of those cells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub neutralized_columns: Vec<String>,
}

impl RunFolder {
    /// Starts a run folder. An existing folder is replaced at the end, and only if it is a complete run folder.
    pub fn create(target: &Path) -> Result<Self> {
        check_target(target)?;
        let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let beside = |suffix: &str| target.with_file_name(format!(".{name}.{suffix}"));
        let (unfinished, lock_path) = (beside("unfinished"), beside("lock"));
        if let Some(parent) = target.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(|error| Error::file(parent, "make the folder", error))?;
        }
        let lock = File::create(&lock_path).map_err(|error| Error::file(&lock_path, "lock the output folder with", error))?;
        lock.try_lock().map_err(|_| {
            Error::machine(format!("the output folder `{}` is locked by another run", target.display()))
                .hint("wait for it to end, or name another folder with `--out`")
        })?;
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(|error| Error::file(&unfinished, "clear", error))?;
        }
        fs::create_dir_all(&unfinished).map_err(|error| Error::file(&unfinished, "make the folder", error))?;
        Ok(RunFolder { target: target.to_owned(), unfinished, lock_path, _lock: lock, neutralized: BTreeMap::new() })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.unfinished.join(name)
    }

    /// Writes a CSV file; cells of the columns named in `raw` are numbers of ours and are left as they are.
    pub fn write_csv<R, C>(&mut self, name: &str, header: &[&str], raw: &[&str], rows: impl IntoIterator<Item = R>) -> Result<()>
    where
        R: IntoIterator<Item = C>,
        C: AsRef<str>,
    {
        let mut file = CsvFile::create(&self.path(name), header, raw)?;
        file.add_all(rows)?;
        self.finish_csv(name, file);
        Ok(())
    }

    /// Takes note of what a finished CSV file had to neutralize.
    pub fn finish_csv(&mut self, name: &str, file: CsvFile) {
        let columns: BTreeSet<String> = file.neutralized_columns().collect();
        if !columns.is_empty() {
            self.neutralized.insert(name.to_owned(), columns);
        }
    }

    pub fn write_text(&self, name: &str, text: &str) -> Result<()> {
        let path = self.path(name);
        fs::write(&path, text).map_err(|error| Error::file(&path, "write", error))
    }

    pub fn write_parquet(&self, name: &str, table: &mut DataFrame) -> Result<()> {
        write_table(&self.path(name), table)
    }

    /// Returns all files written so far with their digests, sorted by name.
    pub fn outputs(&self) -> Result<Vec<Output>> {
        let entries = fs::read_dir(&self.unfinished).map_err(|error| Error::file(&self.unfinished, "list", error))?;
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).filter(|name| name != MANIFEST).collect();
        names.sort_unstable();
        names
            .into_par_iter()
            .map(|path| {
                let sha256 = sha256_of_file(&self.path(&path))?;
                let neutralized_columns = self.neutralized.get(&path).into_iter().flatten().cloned().collect();
                Ok(Output { path, sha256, neutralized_columns })
            })
            .collect()
    }

    /// Gives the folder its final name.
    pub fn publish(self) -> Result<PathBuf> {
        check_target(&self.target)?;
        if self.target.exists() {
            fs::remove_dir_all(&self.target).map_err(|error| Error::file(&self.target, "replace", error))?;
        }
        fs::rename(&self.unfinished, &self.target).map_err(|error| Error::file(&self.target, "finish", error))?;
        Ok(self.target.clone())
    }
}

impl Drop for RunFolder {
    /// Leaves nothing half-written behind.
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.unfinished);
        let _ = fs::remove_file(&self.lock_path);
    }
}

/// Refuses to replace anything but a complete run folder: one that holds what its manifest names and nothing else.
pub fn check_target(target: &Path) -> Result<()> {
    if !target.exists() && !target.is_symlink() {
        return Ok(());
    }
    let refusal = |what: String| {
        Err(Error::request(format!("`{}` exists and {what}", target.display()))
            .hint("name another folder with `--out`, or move that one away"))
    };
    if target.is_symlink() || !target.is_dir() {
        return refusal("is no folder of results".to_owned());
    }
    let entries = fs::read_dir(target).map_err(|error| Error::file(target, "list", error))?;
    let names: BTreeSet<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let manifest = fs::read_to_string(target.join(MANIFEST)).unwrap_or_default();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap_or_default();
    let Some(outputs) = manifest["outputs"].as_array() else {
        return refusal("is no complete run folder".to_owned());
    };
    let known: BTreeSet<&str> = outputs.iter().filter_map(|output| output["path"].as_str()).chain([MANIFEST]).collect();
    match names.iter().find(|name| !known.contains(name.as_str())) {
        Some(foreign) => refusal(format!("holds `{foreign}`, which is no result of a run")),
        None => Ok(()),
    }
}
