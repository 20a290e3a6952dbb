//! What a second question need not find out again: digests of files, what their dates say, repeats among parts.
//!
//! In: what was found out, under a name that says what it depends on. Out: the same, for a later run. Everything here can be thrown away:
//! it is found out anew.

use super::parts::{Store, read_table, write_table};
use crate::error::{Error, Result};
use crate::model::digest::FileState;
use crate::model::issue::Issue;
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Digests of files by path, with the state of the file when its digest was taken.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct KnownDigests(BTreeMap<String, (FileState, String)>);

impl KnownDigests {
    /// Returns the digest of a file that is still as it was.
    pub fn get(&self, path: &Path, state: &FileState) -> Option<&str> {
        let (known, sha256) = self.0.get(path.to_str()?)?;
        (known == state).then_some(sha256.as_str())
    }

    /// Adds a digest, unless the file is so new that a further change might not show in its state.
    pub fn add(&mut self, path: &Path, state: &FileState, sha256: &str) {
        if let Some(path) = path.to_str().filter(|_| state.is_settled()) {
            self.0.insert(path.to_owned(), (state.clone(), sha256.to_owned()));
        }
    }
}

/// The overlay of repeats over some parts.
pub struct KeptOverlay {
    pub removed: DataFrame,
    pub restated: DataFrame,
    pub duplicates: DataFrame,
    /// By source file.
    pub issues: BTreeMap<String, Vec<Issue>>,
}

const OVERLAY_TABLES: [&str; 3] = ["removed.parquet", "restated.parquet", "duplicates.parquet"];

impl Store {
    pub fn known_digests(&self) -> KnownDigests {
        self.kept_text("digests").and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    pub fn keep_digests(&self, digests: &KnownDigests) -> Result<()> {
        self.keep_text("digests", &serde_json::to_string(digests).expect("digests are plain data"))
    }

    /// Returns a text that was kept under a name, which may hold `/`.
    pub fn kept_text(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.place(name)).ok()
    }

    /// Keeps a text under a name.
    pub fn keep_text(&self, name: &str, text: &str) -> Result<()> {
        keep(&self.place(name), |unfinished| fs::write(unfinished, text).map_err(|error| Error::file(unfinished, "write", error)))
    }

    /// Returns a table that was kept under a name, which may hold `/`.
    pub fn kept_table(&self, name: &str) -> Option<DataFrame> {
        read_table(&self.table_place(name)).ok()
    }

    /// Keeps a table under a name.
    pub fn keep_table(&self, name: &str, table: &mut DataFrame) -> Result<()> {
        keep(&self.table_place(name), |unfinished| write_table(unfinished, table))
    }

    pub fn kept_overlay(&self, key: &str) -> Option<KeptOverlay> {
        let folder = self.overlay_folder(key);
        let issues = serde_json::from_str(&fs::read_to_string(folder.join("issues.json")).ok()?).ok()?;
        let [removed, restated, duplicates] = OVERLAY_TABLES.map(|name| read_table(&folder.join(name)).ok());
        Some(KeptOverlay { removed: removed?, restated: restated?, duplicates: duplicates?, issues })
    }

    pub fn keep_overlay(&self, key: &str, mut overlay: KeptOverlay) -> Result<()> {
        let folder = self.overlay_folder(key);
        let unfinished = folder.with_extension("unfinished");
        let _ = fs::remove_dir_all(&unfinished);
        fs::create_dir_all(&unfinished).map_err(|error| Error::file(&unfinished, "make the folder", error))?;
        let tables = [&mut overlay.removed, &mut overlay.restated, &mut overlay.duplicates];
        for (name, table) in OVERLAY_TABLES.into_iter().zip(tables) {
            write_table(&unfinished.join(name), table)?;
        }
        let path = unfinished.join("issues.json");
        let issues = serde_json::to_string(&overlay.issues).expect("issues are plain data");
        fs::write(&path, issues).map_err(|error| Error::file(&path, "write", error))?;
        let _ = fs::remove_dir_all(&folder);
        fs::rename(&unfinished, &folder).map_err(|error| Error::file(&folder, "finish", error))
    }

    fn place(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}.json"))
    }

    fn table_place(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}.parquet"))
    }

    fn overlay_folder(&self, key: &str) -> PathBuf {
        self.root.join("overlays").join(key)
    }
}

/// Writes a file under a temporary name, and gives it its own when it is whole.
fn keep(path: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::file(folder, "make the folder", error))?;
    }
    let unfinished = path.with_extension("unfinished");
    write(&unfinished)?;
    fs::rename(&unfinished, path).map_err(|error| Error::file(path, "finish", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_holds_while_the_file_is_as_it_was() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "A").unwrap();
        let set_time = |seconds| {
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            fs::File::options().write(true).open(file.path()).unwrap().set_modified(time).unwrap();
        };
        let mut digests = KnownDigests::default();
        let new = FileState::of(file.path()).unwrap();
        digests.add(file.path(), &new, "just now");
        assert_eq!(digests.get(file.path(), &new), None);
        set_time(1_000_000_000);
        digests.add(file.path(), &FileState::of(file.path()).unwrap(), "old");
        assert_eq!(digests.get(file.path(), &FileState::of(file.path()).unwrap()), Some("old"));
        for (text, seconds) in [("AB", 1_000_000_000), ("B", 1_000_000_001)] {
            fs::write(file.path(), text).unwrap();
            set_time(seconds);
            assert_eq!(digests.get(file.path(), &FileState::of(file.path()).unwrap()), None, "{text}");
        }
    }
}
