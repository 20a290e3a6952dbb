//! SHA-256 digests of files, as hexadecimal digits, and whether a file is still the one that was digested.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// File systems note the time of a change in steps of up to two seconds.
const COARSEST_STEP: Duration = Duration::from_secs(3);

/// What shows that a file was changed: its size and the time of the last change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileState {
    n_bytes: u64,
    changed: Option<SystemTime>,
}

impl FileState {
    pub fn of(path: &Path) -> Result<Self> {
        let metadata = std::fs::metadata(path).map_err(|error| Error::file(path, "read", error))?;
        Ok(FileState { n_bytes: metadata.len(), changed: metadata.modified().ok() })
    }

    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Tells whether the last change is so long ago that another one would show in its time, whose steps a file system makes coarse.
    pub fn is_settled(&self) -> bool {
        let age = self.changed.and_then(|changed| changed.elapsed().ok());
        age.is_some_and(|age| age > COARSEST_STEP)
    }
}

/// Returns the digest of a file, read once in pieces.
pub fn sha256_of_file(path: &Path) -> Result<String> {
    let mut file = File::open(path).map_err(|error| Error::file(path, "read", error))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n_bytes = file.read(&mut buffer).map_err(|error| Error::file(path, "read", error))?;
        if n_bytes == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(&buffer[..n_bytes]);
    }
}

/// Returns the digest of texts that are kept apart, so that `["ab", "c"]` and `["a", "bc"]` differ.
pub fn sha256_of_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hex(&hasher.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
