//! A list file as it lies on disk: unpacked, told for what it is, decoded.
//!
//! In: a path. Out: bytes and text for the readers. A web page, a document of another kind or an empty file is refused here, because
//! each is what a failed download leaves behind, and a list without entries would clear everybody.

use super::issues::ListIssues;
use crate::error::{Error, Result};
use crate::model::digest::{sha256_of_bytes, sha256_of_file};
use encoding_rs::{Encoding, WINDOWS_1252};
use flate2::read::MultiGzDecoder;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The largest lists that are published have some hundred megabytes; an archive that unpacks to more is no list.
const MAX_UNPACKED_BYTES: u64 = 2 << 30;

/// What the path of a list that is part of the program begins with.
pub const BUILT_IN: &str = "builtin:";

/// The lists that are part of the program, by name.
const BUILT_IN_LISTS: [(&str, &str); 1] = [("starter-groups", include_str!("../../reference/watchlists/starter_groups.toml"))];

/// Returns the paths by which lists that are part of the program are named.
pub fn built_in_paths() -> Vec<String> {
    BUILT_IN_LISTS.iter().map(|(name, _)| format!("{BUILT_IN}{name}")).collect()
}

/// Returns the digest of a list file as it lies on disk, or of one that is part of the program.
pub fn digest(path: &Path) -> Result<String> {
    match built_in(path)? {
        Some(text) => Ok(sha256_of_bytes(text.as_bytes())),
        None => sha256_of_file(path),
    }
}

/// Returns the text of a list that is part of the program, if the path names one.
fn built_in(path: &Path) -> Result<Option<&'static str>> {
    let Some(wanted) = path.to_str().and_then(|path| path.strip_prefix(BUILT_IN)) else { return Ok(None) };
    match BUILT_IN_LISTS.iter().find(|(name, _)| *name == wanted) {
        Some((_, text)) => Ok(Some(text)),
        None => Err(Error::request(format!("no list called `{wanted}` is part of the program"))
            .detail(format!("built in: `{}`", built_in_paths().join("`, `")))),
    }
}

/// What the bytes of a file are, told by their beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Text,
    Xml,
    Json,
    /// XLSX or ODS.
    ZipWorkbook,
    /// XLS.
    OldWorkbook,
    WebPage,
    Pdf,
}

impl Content {
    fn of(bytes: &[u8]) -> Content {
        let start: Vec<u8> = bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(bytes)
            .iter()
            .copied()
            .skip_while(u8::is_ascii_whitespace)
            .take(32)
            .map(|byte| byte.to_ascii_lowercase())
            .collect();
        const KINDS: [(&[u8], Content); 10] = [
            (b"<!doctype html", Content::WebPage),
            (b"<html", Content::WebPage),
            (b"<!--", Content::WebPage),
            (b"<", Content::Xml),
            (b"{", Content::Json),
            // A TOML file may begin with `[[entities]]`.
            (b"[[", Content::Text),
            (b"[", Content::Json),
            (b"pk\x03\x04", Content::ZipWorkbook),
            (b"\xd0\xcf\x11\xe0", Content::OldWorkbook),
            (b"%pdf", Content::Pdf),
        ];
        KINDS.into_iter().find(|(signature, _)| start.starts_with(signature)).map_or(Content::Text, |(_, kind)| kind)
    }

    fn describe(self) -> &'static str {
        match self {
            Content::Text => "plain text",
            Content::Xml => "an XML document",
            Content::Json => "a JSON document",
            Content::ZipWorkbook => "a workbook or zip archive",
            Content::OldWorkbook => "a workbook",
            Content::WebPage => "a web page",
            Content::Pdf => "a PDF document",
        }
    }
}

/// A list file, unpacked from gzip if it was packed.
pub struct ListFile {
    pub path: PathBuf,
    pub bytes: Vec<u8>,
    pub content: Content,
}

impl ListFile {
    /// Reads a file of which the bytes are of one of these kinds.
    pub fn read(path: &Path, wanted: &[Content]) -> Result<Self> {
        if path.is_dir() {
            return Err(Error::request(format!("`{}` is a folder, not a list", path.display()))
                .hint("name the file, for example `sdn.csv`; those that belong to it are found beside it"));
        }
        let mut bytes = match built_in(path)? {
            Some(text) => text.as_bytes().to_vec(),
            None => std::fs::read(path).map_err(|source| Error::file(path, "read", source))?,
        };
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut unpacked = Vec::new();
            MultiGzDecoder::new(bytes.as_slice()).take(MAX_UNPACKED_BYTES + 1).read_to_end(&mut unpacked).map_err(|source| {
                Error::request(format!("cannot unpack `{}`", path.display()))
                    .detail(source.to_string())
                    .hint("the file was cut or damaged; fetch it again")
            })?;
            if unpacked.len() as u64 > MAX_UNPACKED_BYTES {
                let message = format!("`{}` unpacks to more than {} GiB", path.display(), MAX_UNPACKED_BYTES >> 30);
                return Err(Error::request(message).hint("no list is that large; unpack it by hand and look what it is"));
            }
            bytes = unpacked;
        }
        // OFAC ends its files with the byte 1A.
        if bytes.iter().all(|byte| byte.is_ascii_whitespace() || matches!(byte, 0x1a | 0xef | 0xbb | 0xbf)) {
            return Err(Error::request(format!("`{}` is empty", path.display()))
                .hint("an empty list would clear everybody; check the download"));
        }
        let content = Content::of(&bytes);
        if !wanted.contains(&content) {
            return Err(Error::request(format!("`{}` is {}, not a list of this format", path.display(), content.describe()))
                .hint("a download that failed often leaves such a file; fetch the list again, or name its format"));
        }
        Ok(ListFile { path: path.to_owned(), bytes, content })
    }

    /// Decodes by byte order mark, else as UTF-8, else as Windows-1252, the encodings in which lists of names come.
    pub fn text(&self, issues: &mut ListIssues) -> String {
        if let Some((encoding, _)) = Encoding::for_bom(&self.bytes) {
            return encoding.decode(&self.bytes).0.into_owned();
        }
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                issues.add(format!("`{}` read as Windows-1252, since it is not UTF-8", file_name(&self.path)));
                WINDOWS_1252.decode(&self.bytes).0.into_owned()
            }
        }
    }
}

/// Returns the last part of a path, as messages name a file.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
