//! Files in: the only readers.
//!
//! In: a path, and what the vendor schema knows of headers. Out: batches of records as delivered, each with its line, and the account
//! of every byte and line. Watchlists have readers of their own beside.

pub mod records;
pub mod watchlist;

mod delimited;
mod encoding;
mod parquet;
mod sheet;

use crate::error::{Error, Result};
use records::{Pinned, RecordReader};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Opens a file of records by what it is, not by its name: Parquet, a workbook, or text, compressed or not.
pub fn open(path: &Path, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Box<dyn RecordReader>> {
    if path.is_dir() {
        return Err(Error::request(format!("`{}` is a directory, not a file of records", path.display()))
            .hint("name the files in it, for example with `/*.csv`"));
    }
    let mut start = [0; 8];
    let mut file = File::open(path).map_err(|error| Error::file(path, "read", error))?;
    let n_bytes = file.read(&mut start).map_err(|error| Error::file(path, "read", error))?;
    drop(file);
    match &start[..n_bytes] {
        [] => {
            Err(Error::request(format!("`{}` is empty", path.display())).hint("check that the download or export was complete"))
        }
        [b'P', b'A', b'R', b'1', ..] => Ok(Box::new(parquet::open(path)?)),
        [b'P', b'K', 3, 4, ..] => Ok(Box::new(sheet::open(path, pinned, is_known)?)),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            Err(Error::request(format!("`{}` is an old workbook (.xls), which is not in this version", path.display()))
                .hint("save it as .xlsx or CSV"))
        }
        _ => Ok(Box::new(delimited::open(path, pinned, is_known)?)),
    }
}
