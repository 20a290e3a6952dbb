//! SHA-256 digests of files, as hexadecimal digits, and whether a file is still the one that was digested.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;
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

/// A piece fits the memory near a processor, so that it is still there when it is digested.
const PIECE_BYTES: u64 = 256 << 10;
/// Pieces that may lie between the thread that reads and the one that digests.
const PIECES_AHEAD: usize = 8;

/// Returns the digest of a file, read once in pieces: while one is digested the next ones are read.
pub fn sha256_of_file(path: &Path) -> Result<String> {
    let wrong = |error| Error::file(path, "read", error);
    let mut file = File::open(path).map_err(wrong)?;
    let mut read = |mut piece: Vec<u8>| {
        piece.clear();
        file.by_ref().take(PIECE_BYTES).read_to_end(&mut piece).map(|_| piece).map_err(wrong)
    };
    let first = read(Vec::new())?;
    if (first.len() as u64) < PIECE_BYTES {
        return Ok(hex(&Sha256::digest(&first)));
    }
    let (filled, to_digest) = sync_channel::<Vec<u8>>(PIECES_AHEAD);
    let (emptied, to_fill) = channel();
    thread::scope(|scope| {
        let digest = scope.spawn(move || {
            let mut hasher = Sha256::new();
            for piece in to_digest {
                hasher.update(&piece);
                // Nobody wants the piece back once the file is at its end.
                let _ = emptied.send(piece);
            }
            hex(&hasher.finalize())
        });
        let mut piece = first;
        while !piece.is_empty() {
            filled.send(piece).expect("pieces are digested until there are no more");
            piece = read(to_fill.try_recv().unwrap_or_default())?;
        }
        drop(filled);
        Ok(digest.join().expect("digesting does not fail"))
    })
}

/// Returns the digest of bytes that are in memory.
pub fn sha256_of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_is_digested_whole_whatever_its_length() {
        let piece = PIECE_BYTES as usize;
        for length in [0, 1, piece - 1, piece, piece + 1, (PIECES_AHEAD + 3) * piece + 7] {
            let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&bytes).unwrap();
            assert_eq!(sha256_of_file(file.path()).unwrap(), hex(&Sha256::digest(&bytes)), "{length} bytes");
        }
        assert!(sha256_of_file(Path::new("no such file")).is_err());
    }
}
