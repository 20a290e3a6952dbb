//! Files in: the only readers.
//!
//! In: a path, and what the vendor schema knows of headers. Out: batches of records as delivered, each with its line, and the
//! account of every byte and line. Watchlists have readers of their own beside.
//!
//! ```text
//! records                                  what every reader offers, and the bounds that all keep
//! header                                   which of the first rows is the header
//! delimited · layout · quotes · lines      CSV and its kin: the reader, and what it asks of a text
//! text_stream · encoding · old_encodings   bytes to UTF-8 text
//! decompression · archive · counted        bytes on disk to bytes: gz, zst, members of ZIP archives
//! dbf                                      dBase
//! sheet · workbook · xls · cell_text       XLSX, XLS, ODS: the reader, the rows of a sheet, what an XLS claims, a cell as text
//! parquet                                  Parquet
//! watchlist                                lists of names, one file a format
//! names_file · series_file                 a bare list of names; a series for the trend tests
//! ```

pub mod names_file;
pub mod records;
pub mod series_file;

mod header;

mod delimited;
mod layout;
mod lines;
mod quotes;

mod encoding;
mod old_encodings;
mod text_stream;

mod archive;
mod counted;
mod decompression;

mod dbf;

mod cell_text;
mod sheet;
mod workbook;
mod xls;

mod parquet;

pub mod watchlist;

use crate::error::{Error, Result};
use decompression::Decompressed;
use records::{Pinned, RecordReader, Table};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use workbook::Format;

/// So many bytes tell what a file is.
const START_BYTES: u64 = 128;

/// An ODS workbook is a ZIP archive that says so in its first member, which is not compressed.
const ODS_MARK: &[u8] = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet";

/// Where an XLSX workbook has the list of its parts.
const XLSX_PART: &str = "[Content_Types].xml";

/// What a file is by its first bytes.
enum Kind {
    Parquet,
    Workbook(Format),
    Archive,
    Dbf,
    Text,
}

impl Kind {
    /// Tells what a file is, or a member of an archive.
    fn of(path: &Path, pinned: &Pinned) -> Result<Self> {
        let mut start = Vec::new();
        let file = File::open(path).map_err(|error| Error::file(path, "read", error))?;
        file.take(START_BYTES).read_to_end(&mut start).map_err(|error| Error::file(path, "read", error))?;
        let is_ods = memchr::memmem::find(&start, ODS_MARK).is_some();
        match start[..] {
            [] => {
                let message = format!("`{}` is empty", path.display());
                return Err(Error::request(message).hint("check that the download or export was complete"));
            }
            [b'P', b'A', b'R', b'1', ..] => return Ok(Kind::Parquet),
            [b'P', b'K', 3, 4, ..] if is_ods => return Ok(Kind::Workbook(Format::Ods)),
            [b'P', b'K', 3, 4, ..]
                if pinned.member.is_none() && archive::members(path)?.iter().any(|member| member.name == XLSX_PART) =>
            {
                return Ok(Kind::Workbook(Format::Xlsx));
            }
            [b'P', b'K', 3 | 5, 4 | 6, ..] if pinned.member.is_none() => return Ok(Kind::Archive),
            [0xD0, 0xCF, 0x11, 0xE0, ..] => return Ok(Kind::Workbook(Format::Xls)),
            _ => {}
        }
        let mut unpacked = Vec::new();
        Decompressed::open(path, pinned.member.as_deref())?.read(dbf::SIGNATURE_BYTES, &mut unpacked)?;
        Ok(if dbf::is_dbf(&unpacked) { Kind::Dbf } else { Kind::Text })
    }
}

/// Opens a table of records by what it is, not by its name: Parquet, a sheet of a workbook, dBase or text, compressed or not. In an
/// archive `pinned` says which member; without it, the only one is meant.
pub fn open(path: &Path, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Box<dyn RecordReader>> {
    Ok(match Kind::of(path, pinned)? {
        Kind::Parquet => Box::new(parquet::open(path)?),
        Kind::Workbook(format) => Box::new(sheet::open(path, format, pinned, is_known)?),
        Kind::Dbf => Box::new(dbf::open(path, pinned)?),
        Kind::Text => Box::new(delimited::open(path, pinned, is_known)?),
        Kind::Archive => match archive::members(path)?.as_slice() {
            [member] => return open(path, &Pinned { member: Some(member.name.clone()), ..pinned.clone() }, is_known),
            members => {
                let message = format!("`{}` holds {} files, and no `member` says which", path.display(), members.len());
                return Err(Error::request(message));
            }
        },
    })
}

/// Returns the tables that a file holds, in their order, with their headers: one for most files, for an archive one a member, for a
/// workbook one a visible sheet with text. `pinned.member` may be a pattern here. A member that cannot be read is an error, since its
/// records would be lost.
pub fn tables(path: &Path, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<Table>> {
    let whole = Pinned { member: None, ..pinned.clone() };
    let kind = Kind::of(path, &whole)?;
    match (kind, &pinned.member) {
        (Kind::Archive, pattern) => members_of(path, pattern.as_deref())?
            .into_iter()
            .map(|member| {
                let table = table(path, &Pinned { member: Some(member.clone()), ..whole.clone() }, is_known);
                table.map_err(|error| {
                    error
                        .detail(format!("in its member `{member}`"))
                        .hint("name the members that hold records with `member = \"*.csv\"`")
                })
            })
            .collect(),
        (_, Some(_)) => Err(Error::request(format!("`{}` is no archive, so that `member` means nothing", path.display()))),
        (Kind::Workbook(format), None) => sheet::tables(path, format, pinned, is_known),
        (_, None) => Ok(vec![table(path, pinned, is_known)?]),
    }
}

/// Returns the one table of a file or a member.
fn table(path: &Path, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Table> {
    let reader = open(path, pinned, is_known)?;
    let (header, dialect) = (reader.header().clone(), reader.dialect().clone());
    Ok(Table { member: pinned.member.clone(), sheet: None, header, dialect })
}

/// Returns the names of the members that a pattern means, sorted; all of them without one.
fn members_of(path: &Path, pattern: Option<&str>) -> Result<Vec<String>> {
    let file = path.display();
    let pattern = glob::Pattern::new(pattern.unwrap_or("*"))
        .map_err(|error| Error::request(format!("`member` for `{file}` is no pattern")).detail(error.to_string()))?;
    let mut names: Vec<String> = archive::members(path)?.into_iter().map(|member| member.name).collect();
    if names.is_empty() {
        return Err(Error::request(format!("`{file}` is empty: an archive without files")));
    }
    names.sort();
    let shown = names.iter().take(8).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    names.retain(|name| pattern.matches(name));
    if names.is_empty() {
        return Err(Error::request(format!("no member of `{file}` matches `{pattern}`")).detail(format!("found: {shown}")));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_is_opened_by_what_it_is() {
        for (bytes, expected) in [
            (&b"A,B\n1,2\n"[..], Ok("utf-8")),
            (b"A", Ok("utf-8")),
            (b"", Err("is empty")),
            (b"PK\x03\x04", Err("as a ZIP archive")),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Err("as an XLS workbook")),
            (b"%PDF-1.7", Err("PDF document")),
        ] {
            let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
            file.write_all(bytes).unwrap();
            match open(file.path(), &Pinned::default(), &|_| false) {
                Ok(reader) => assert_eq!(Ok(reader.dialect().encoding.as_str()), expected),
                Err(error) => assert!(expected.is_err_and(|part| error.to_string().contains(part)), "{error}"),
            }
        }
        let error = open(&std::env::temp_dir(), &Pinned::default(), &|_| false).err().unwrap().to_string();
        assert!(error.contains("is a directory"), "{error}");
    }
}
