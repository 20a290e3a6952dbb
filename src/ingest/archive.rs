//! Members of a ZIP archive, each read as a stream from where it lies; nothing is ever extracted.
//!
//! In: the path of an archive. Out: its members, or why it is refused: an archive is made by strangers, so that numbers of members,
//! names and sizes are held against limits before anything is read. The names of members are labels here and never paths.
//! The directory of an archive may lie about a member. What is read is held against its length and checksum at the end.

use crate::error::{Error, Result};
use crate::ingest::counted::{BUFFER_BYTES, Counted, MAX_RATIO, RATIO_APPLIES_FROM};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use zip::{CompressionMethod, ZipArchive};

/// An archive of more members is refused.
const MAX_MEMBERS: u64 = 10_000;
/// The end of an archive, with the longest comment that may stand there.
const END_BYTES: u64 = (1 << 16) + 128;
/// Parts of a workbook that are in memory as a whole may have so many bytes unpacked.
const MAX_LOADED_BYTES: u64 = 256 << 20;
/// Deflated bytes grow at most so many times.
const LARGEST_DEFLATE_RATIO: u64 = 1_032;

/// A file in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    start: u64,
    n_packed: u64,
    n_bytes: u64,
    checksum: u32,
    packing: Packing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Stored,
    Deflated,
    Encrypted,
    Other,
}

/// Returns the files of an archive in the order of its directory. Folders, and the notes that a Macintosh adds, are left out.
pub fn members(path: &Path) -> Result<Vec<Member>> {
    let mut file = File::open(path).map_err(|error| Error::file(path, "read", error))?;
    let n_stated = n_stated_members(&mut file).map_err(|error| Error::file(path, "read", error))?;
    if n_stated > MAX_MEMBERS {
        return Err(refused(path, &format!("it states {n_stated} members, the limit is {MAX_MEMBERS}")));
    }
    let broken = |error: zip::result::ZipError| damaged(path, &error.to_string()).caused_by(error);
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    if archive.has_duplicate_names() {
        return Err(refused(path, "two of its members have one name"));
    }
    if archive.has_overlapping_files().map_err(broken)? {
        return Err(refused(path, "its members overlap, as those of bombs do: the limit is one member a byte"));
    }
    let mut members = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        if let Some(fault) = fault_of_name(&name) {
            return Err(refused(path, &format!("its member `{name}` {fault}; names are limited to paths within the archive")));
        }
        let packing = match entry.compression() {
            _ if entry.encrypted() => Packing::Encrypted,
            CompressionMethod::Stored => Packing::Stored,
            CompressionMethod::Deflated => Packing::Deflated,
            _ => Packing::Other,
        };
        if entry.is_dir() || entry.is_symlink() || name.starts_with("__MACOSX/") || name.ends_with(".DS_Store") {
            continue;
        }
        let start = entry.data_start().ok_or_else(|| damaged(path, "a member lies nowhere"))?;
        let (n_packed, n_bytes, checksum) = (entry.compressed_size(), entry.size(), entry.crc32());
        members.push(Member { name, start, n_packed, n_bytes, checksum, packing });
    }
    Ok(members)
}

/// Refuses an archive that is a workbook but would fill the memory: `loaded` are the parts that a reader holds as a whole.
pub fn check_workbook(path: &Path, loaded: &[&str]) -> Result<()> {
    for member in members(path)? {
        if member.n_bytes > RATIO_APPLIES_FROM && member.n_bytes / MAX_RATIO > member.n_packed {
            let what = format!("its part `{}` grows more than {MAX_RATIO} times when unpacked, which is the limit", member.name);
            return Err(refused(path, &what));
        }
        if !loaded.iter().any(|name| member.name.ends_with(name)) {
            continue;
        }
        // A part whose packed bytes cannot grow beyond the limit need not be looked at, whatever the directory says of it.
        let may_grow_beyond = member.n_packed.saturating_mul(LARGEST_DEFLATE_RATIO) > MAX_LOADED_BYTES;
        if member.n_bytes > MAX_LOADED_BYTES || (may_grow_beyond && member.grows_beyond(path, MAX_LOADED_BYTES)?) {
            let what = format!("its part `{}` is larger than {} MiB unpacked, the limit", member.name, MAX_LOADED_BYTES >> 20);
            return Err(refused(path, &what).hint("save it as CSV, which is read as a stream"));
        }
    }
    Ok(())
}

/// Reads all members of an archive to their ends, which shows damage that a reader of some of their content would not see.
pub fn verify(path: &Path) -> Result<()> {
    for member in members(path)? {
        let mut source = member.open(path, &Arc::default())?.take(member.n_bytes + 1);
        io::copy(&mut source, &mut io::sink()).map_err(|error| damaged(path, &format!("its part `{}`: {error}", member.name)))?;
    }
    Ok(())
}

impl Member {
    /// Opens the unpacked content; `n_read` grows by the packed bytes that were read for it.
    pub fn open(&self, path: &Path, n_read: &Arc<AtomicU64>) -> Result<Box<dyn Read + Send>> {
        let mut file = File::open(path).map_err(|error| Error::file(path, "read", error))?;
        file.seek(SeekFrom::Start(self.start)).map_err(|error| Error::file(path, "read", error))?;
        let packed = Counted { source: file.take(self.n_packed), n_read: Arc::clone(n_read) };
        let packed = BufReader::with_capacity(BUFFER_BYTES, packed);
        let checked =
            |source| Box::new(Checked { source, sum: flate2::Crc::new(), n_bytes: self.n_bytes, checksum: self.checksum });
        match self.packing {
            Packing::Stored => Ok(checked(Box::new(packed) as Box<dyn Read + Send>)),
            Packing::Deflated => Ok(checked(Box::new(flate2::bufread::DeflateDecoder::new(packed)))),
            Packing::Encrypted => {
                Err(Error::request(format!("the member `{}` of `{}` is protected by a password", self.name, path.display()))
                    .hint("take it out of the archive"))
            }
            Packing::Other => Err(Error::request(format!(
                "the member `{}` of `{}` is packed in a way that is not read",
                self.name,
                path.display()
            ))
            .hint("members may be stored or deflated: pack the archive anew")),
        }
    }

    fn grows_beyond(&self, path: &Path, limit: u64) -> Result<bool> {
        let source = self.open(path, &Arc::default())?;
        let n_bytes = io::copy(&mut source.take(limit + 1), &mut io::sink());
        n_bytes.map(|n_bytes| n_bytes > limit).map_err(|error| damaged(path, &error.to_string()))
    }
}

/// Returns what is wrong with a name that is no plain path within the archive.
fn fault_of_name(name: &str) -> Option<&'static str> {
    let mut parts = name.split(['/', '\\']);
    if name.starts_with(['/', '\\']) || name.as_bytes().get(1) == Some(&b':') {
        Some("has an absolute path")
    } else if parts.any(|part| part == "..") {
        Some("leads out of the archive")
    } else if name.chars().any(char::is_control) {
        Some("has control characters in its name")
    } else {
        None
    }
}

/// Returns the members that the end of an archive states, before its directory is read into memory.
fn n_stated_members(file: &mut File) -> io::Result<u64> {
    let n_bytes = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(n_bytes.saturating_sub(END_BYTES)))?;
    let mut end = Vec::new();
    file.take(END_BYTES).read_to_end(&mut end)?;
    file.seek(SeekFrom::Start(0))?;
    let number = |at: usize, length: usize| {
        let bytes = end.get(at..at + length)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    let short = memchr::memmem::rfind(&end, b"PK\x05\x06").and_then(|at| number(at + 10, 2)).unwrap_or(0);
    let long = memchr::memmem::rfind(&end, b"PK\x06\x06").and_then(|at| number(at + 32, 8)).unwrap_or(0);
    Ok(short.max(long))
}

fn refused(path: &Path, what: &str) -> Error {
    Error::request(format!("the archive `{}` is refused: {what}", path.display()))
        .hint("if you trust it, take the files that you need out of it")
}

fn damaged(path: &Path, what: &str) -> Error {
    Error::request(format!("`{}` is damaged: it cannot be read as a ZIP archive: {what}", path.display()))
        .hint("fetch the file again")
}

/// Holds the content of a member against what the directory says of it.
struct Checked {
    source: Box<dyn Read + Send>,
    sum: flate2::Crc,
    n_bytes: u64,
    checksum: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.source.read(buffer)?;
        self.sum.update(&buffer[..n_bytes]);
        // The sum counts bytes in 32 bits; the checksum covers what that leaves out.
        let is_as_stated = self.sum.sum() == self.checksum && self.sum.amount() == self.n_bytes as u32;
        if n_bytes == 0 && !buffer.is_empty() && !is_as_stated {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its length or checksum is not that of the directory"));
        }
        Ok(n_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    fn archive(members: &[(&str, &[u8])]) -> tempfile::NamedTempFile {
        let file = tempfile::Builder::new().suffix(".zip").tempfile().unwrap();
        let mut writer = zip::ZipWriter::new(file.reopen().unwrap());
        for (at, (name, content)) in members.iter().enumerate() {
            let method = if at % 2 == 0 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap();
        file
    }

    fn content(path: &Path, member: &Member) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut source = member.open(path, &Arc::default()).map_err(io::Error::other)?;
        source.read_to_end(&mut bytes).map(|_| bytes)
    }

    #[test]
    fn members_are_read_where_they_lie() {
        let file = archive(&[("a/1.csv", b"A,B\n1,2\n"), ("b.csv", b"A\n3\n"), ("a/", b""), ("__MACOSX/a/._1.csv", b"x")]);
        let members = members(file.path()).unwrap();
        assert_eq!(members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>(), ["a/1.csv", "b.csv"]);
        assert_eq!(content(file.path(), &members[0]).unwrap(), b"A,B\n1,2\n");
        assert_eq!(content(file.path(), &members[1]).unwrap(), b"A\n3\n");
    }

    #[test]
    fn a_changed_or_cut_archive_is_no_shorter_file() {
        let text = b"A,B\n1,2\n3,4\n".repeat(40);
        let file = archive(&[("a.csv", &text), ("b.csv", &text)]);
        let whole = std::fs::read(file.path()).unwrap();
        for at in 0..whole.len() {
            for is_cut in [false, true] {
                let mut bytes = whole.clone();
                if is_cut {
                    bytes.truncate(at)
                } else {
                    bytes[at] ^= 0x20
                }
                std::fs::write(file.path(), &bytes).unwrap();
                let Ok(members) = members(file.path()) else { continue };
                assert!(!is_cut, "cut at byte {at}");
                for member in members {
                    if let Ok(bytes) = content(file.path(), &member) {
                        assert_eq!(bytes, text, "byte {at} changed");
                    }
                }
            }
        }
    }

    #[test]
    fn names_that_lead_elsewhere_and_crowds_are_refused() {
        for (name, part) in [("../a.csv", "leads out"), ("a/../../b.csv", "leads out"), ("C:a.csv", "absolute")] {
            let error = members(archive(&[(name, b"A\n")]).path()).unwrap_err().to_string();
            assert!(error.contains(part) && error.contains("limited"), "{error}");
        }
        let names: Vec<String> = (0..=MAX_MEMBERS).map(|number| format!("{number}.csv")).collect();
        let crowd: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
        let error = members(archive(&crowd).path()).unwrap_err().to_string();
        assert!(error.contains("10001 members, the limit is 10000"), "{error}");
    }
}
