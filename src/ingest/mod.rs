//! Files in: the only readers.
//!
//! In: a path, and what the vendor schema knows of headers. Out: batches of records as delivered, each with its line, and the
//! account of every byte and line. Watchlists have readers of their own beside.
//!
//! ```text
//! records                                  what every reader offers, and the bounds that all keep
//! delimited · layout · quotes · lines      CSV and its kin: the reader, and what it asks of a text
//! text_stream · encoding · old_encodings
//! · decompression                          bytes on disk to UTF-8 text
//! sheet · workbook · cell_text             XLSX, XLS, ODS: the reader, the rows of a sheet, a cell as text
//! parquet                                  Parquet
//! watchlist                                lists of names, one file a format
//! ```

pub mod names_file;
pub mod records;

mod delimited;
mod layout;
mod lines;
mod quotes;

mod decompression;
mod encoding;
mod old_encodings;
mod text_stream;

mod cell_text;
mod sheet;
mod workbook;

mod parquet;

pub mod watchlist;

use crate::error::{Error, Result};
use records::{Pinned, RecordReader, Table};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use workbook::Format;

/// So many bytes tell what a file is.
const START_BYTES: u64 = 128;

/// An ODS workbook is a ZIP archive that says so in its first member, which is not compressed.
const ODS_MARK: &[u8] = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet";

/// Opens a file of records by what it is, not by its name: Parquet, a workbook, or text, compressed or not.
pub fn open(path: &Path, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Box<dyn RecordReader>> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(|error| Error::file(path, "read", error))?;
    file.take(START_BYTES).read_to_end(&mut start).map_err(|error| Error::file(path, "read", error))?;
    let is_ods = memchr::memmem::find(&start, ODS_MARK).is_some();
    match start[..] {
        [] => {
            let message = format!("`{}` is empty", path.display());
            Err(Error::request(message).hint("check that the download or export was complete"))
        }
        [b'P', b'A', b'R', b'1', ..] => Ok(Box::new(parquet::open(path)?)),
        [b'P', b'K', 3, 4, ..] if is_ods => Ok(Box::new(sheet::open(path, Format::Ods, pinned, is_known)?)),
        [b'P', b'K', 3, 4, ..] => Ok(Box::new(sheet::open(path, Format::Xlsx, pinned, is_known)?)),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Ok(Box::new(sheet::open(path, Format::Xls, pinned, is_known)?)),
        _ => Ok(Box::new(delimited::open(path, pinned, is_known)?)),
    }
}

/// Returns the tables that a file holds, in their order, with their headers: one for most files, for an archive one a member, for a
/// workbook one a visible sheet with text.
pub fn tables(path: &Path, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<Table>> {
    let reader = open(path, pinned, is_known)?;
    let dialect = reader.dialect().clone();
    Ok(vec![Table { member: pinned.member.clone(), sheet: dialect.sheet.clone(), header: reader.header().clone(), dialect }])
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
            (b"PK\x03\x04", Err("as an XLSX workbook")),
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
