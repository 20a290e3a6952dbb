//! Bytes on disk to the bytes that were compressed.
//!
//! In: a path, and the name of a member where it is an archive. Out: the content as one stream, whether it lies there plain, as gz, as
//! zst, or as a member of a ZIP archive.
//! The first bytes say what a file is, not its name. Streams that were written one behind the other are read to the last one,
//! and a stream that is cut off or corrupt is an error, never a short file. A stream that grows as no records do is a bomb.

use crate::error::{Error, Result};
use crate::ingest::archive;
use crate::ingest::counted::{BUFFER_BYTES, Bounded, Counted, GrowsTooMuch, MAX_RATIO};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The content of a file, read from front to back.
pub struct Decompressed {
    path: PathBuf,
    source: Box<dyn Read + Send>,
    compression: Option<&'static str>,
    /// Bytes read from the disk so far.
    n_read: Arc<AtomicU64>,
}

impl Decompressed {
    /// Opens a file, or a member of the archive that it is.
    pub fn open(path: &Path, member: Option<&str>) -> Result<Self> {
        let n_read = Arc::<AtomicU64>::default();
        let (source, compression) = match member {
            Some(name) => (open_member(path, name, &n_read)?, Some("zip")),
            None => open_file(path, &n_read)?,
        };
        let source = match compression {
            Some(_) => Box::new(Bounded::new(source, Arc::clone(&n_read))),
            None => source,
        };
        Ok(Decompressed { path: path.to_owned(), source, compression, n_read })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns `gz`, `zst` or `zip`, `None` for a plain file.
    pub fn compression(&self) -> Option<&'static str> {
        self.compression
    }

    /// Returns the bytes read from the disk so far, for whoever shows progress.
    pub fn n_read(&self) -> u64 {
        self.n_read.load(Ordering::Relaxed)
    }

    /// Appends the next bytes to `bytes`, `n_bytes` or as many as are left; returns how many.
    pub fn read(&mut self, n_bytes: u64, bytes: &mut Vec<u8>) -> Result<usize> {
        (&mut self.source).take(n_bytes).read_to_end(bytes).map_err(|error| damaged(&self.path, self.compression, error))
    }

    /// Puts bytes that were read back to the front.
    pub fn put_back(self, bytes: Vec<u8>) -> Self {
        Decompressed { source: Box::new(Cursor::new(bytes).chain(self.source)), ..self }
    }
}

fn open_member(path: &Path, name: &str, n_read: &Arc<AtomicU64>) -> Result<Box<dyn Read + Send>> {
    let members = archive::members(path)?;
    match members.iter().find(|member| member.name == name) {
        Some(member) => member.open(path, n_read),
        None => Err(Error::request(format!("`{}` has no member `{name}`", path.display()))),
    }
}

/// Opens a file that is no archive, unpacked if it is packed.
fn open_file(path: &Path, n_read: &Arc<AtomicU64>) -> Result<(Box<dyn Read + Send>, Option<&'static str>)> {
    let refused = |error| Error::file(path, "read", error);
    let mut file = File::open(path).map_err(refused)?;
    let mut start = Vec::new();
    (&mut file).take(4).read_to_end(&mut start).map_err(refused)?;
    let compression = match start[..] {
        [0x1f, 0x8b, ..] => Some("gz"),
        // The second is a skippable frame, with which a zst file may begin.
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Some("zst"),
        _ => None,
    };
    let counted = Counted { source: Cursor::new(start).chain(file), n_read: Arc::clone(n_read) };
    let file = BufReader::with_capacity(BUFFER_BYTES, counted);
    let source: Box<dyn Read + Send> = match compression {
        Some("gz") => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Some(_) => Box::new(zstd::stream::read::Decoder::with_buffer(file).map_err(refused)?),
        None => Box::new(file),
    };
    Ok((source, compression))
}

/// Tells a damaged stream, which the person must replace, from a bomb and from a machine that refused to read.
fn damaged(path: &Path, compression: Option<&str>, error: io::Error) -> Error {
    let file = path.display();
    match compression {
        Some(name) if error.get_ref().is_some_and(|inner| inner.is::<GrowsTooMuch>()) => {
            let message = format!("`{file}` is refused: its {name} stream grows more than {MAX_RATIO} times, which is the limit");
            Error::request(message).hint("no records repeat themselves so; if you trust the file, unpack it")
        }
        Some(name) if error.raw_os_error().is_none() => {
            let message = format!("`{file}` is damaged: its {name} stream is cut off or corrupt");
            Error::request(message).caused_by(error).hint("fetch the file again")
        }
        _ => Error::file(path, "read", error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const TEXT: &[u8] = b"DATE,TNVED\r\n2022-02-24,8457101001\r\n2022-02-25,8413\n";

    fn read(bytes: &[u8]) -> Result<Vec<u8>> {
        let mut file = tempfile::Builder::new().suffix(".csv.gz").tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let mut stream = Decompressed::open(file.path(), None)?;
        let mut content = Vec::new();
        while stream.read(10, &mut content)? > 0 {}
        Ok(content)
    }

    fn read_in_pieces(bytes: &[u8]) -> Result<()> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut stream = Decompressed::open(file.path(), None)?;
        let mut piece = Vec::new();
        while stream.read(1 << 20, &mut piece)? > 0 {
            piece.clear();
        }
        Ok(())
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zst(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, 3).unwrap()
    }

    #[test]
    fn streams_are_known_by_their_bytes_and_read_to_the_last_member() {
        let (head, tail) = TEXT.split_at(20);
        for bytes in [TEXT.to_vec(), gz(TEXT), [gz(head), gz(tail)].concat(), zst(TEXT), [zst(head), zst(tail)].concat()] {
            assert_eq!(read(&bytes).unwrap(), TEXT);
        }
        assert_eq!(read(b"").unwrap(), b"");
        assert!(Decompressed::open(Path::new("no such file"), None).is_err());
    }

    #[test]
    fn bytes_that_are_put_back_come_first_again() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&zst(TEXT)).unwrap();
        let mut stream = Decompressed::open(file.path(), None).unwrap();
        let mut start = Vec::new();
        assert_eq!(stream.read(10, &mut start).unwrap(), 10);
        let (mut stream, mut content) = (stream.put_back(start), Vec::new());
        while stream.read(7, &mut content).unwrap() > 0 {}
        assert_eq!((content.as_slice(), stream.compression()), (TEXT, Some("zst")));
    }

    #[test]
    fn a_stream_that_grows_as_no_records_do_is_refused() {
        let lines = "A,B\n".repeat(1 << 20);
        let bomb: Vec<u8> = std::iter::repeat_n(zst(lines.as_bytes()), 17).flatten().collect();
        let error = read_in_pieces(&bomb).unwrap_err().to_string();
        assert!(error.contains("grows more than 250 times, which is the limit"), "{error}");
    }

    #[test]
    fn a_cut_or_corrupt_stream_is_an_error_at_every_byte() {
        for (stream, n_members) in [(gz(TEXT), 1), (gz(TEXT), 2), (zst(TEXT), 1), (zst(TEXT), 2)] {
            let bytes = stream.repeat(n_members);
            for end in 4..bytes.len() {
                // A cut between two members leaves a whole file behind.
                let is_whole = end == stream.len();
                let error = read(&bytes[..end]).err();
                assert_eq!(error.is_none(), is_whole, "cut at byte {end} of {}", bytes.len());
                if let Some(error) = error {
                    assert!(error.to_string().contains(".csv.gz` is damaged"), "{error}");
                    assert_eq!(error.kind, crate::error::ErrorKind::Request);
                }
            }
            assert!(read(&[bytes.as_slice(), b"garbage"].concat()).is_err());
        }
        let mut bytes = gz(TEXT);
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        assert!(read(&bytes).is_err());
    }
}
