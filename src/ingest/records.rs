//! What every record reader offers: a header, batches of text fields with their line, rejected records, and the account.
//!
//! The bounds that all readers keep stand here too, so that a file is cut the same whatever its kind.

use crate::error::Result;
use crate::model::account::{Rejection, Repair, Spans};
pub use crate::model::part::Dialect;
use crate::model::raw_shipments::RawShipments;

/// The header stands in one of so many first rows, unless it is pinned.
pub(super) const HEADER_ROWS: usize = 30;
/// No customs file has a hundredth of it; beyond, the delimiter is wrong or the file hostile.
pub(super) const MAX_FIELDS: usize = 4_096;
/// A line or row beyond this is refused, so that memory stays bounded.
pub(super) const MAX_RECORD_BYTES: usize = 16 << 20;
/// A batch ends at so many records …
pub(super) const BATCH_RECORDS: usize = 16_384;
/// … or bytes of text, whichever comes first.
pub(super) const BATCH_BYTES: usize = 8 << 20;
/// A rejected record shows so many characters of its text.
pub(super) const RAW_TEXT_CHARS: usize = 10_000;

/// The header as found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub names: Vec<String>,
    /// Physical line or sheet row, counted from 1.
    pub line: u64,
}

/// What a person pinned in the run file; everything absent is detected and reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pinned {
    pub encoding: Option<String>,
    pub delimiter: Option<char>,
    /// The member of an archive.
    pub member: Option<String>,
    pub sheet: Option<String>,
    pub header_row: Option<u64>,
    /// The file has no header: its columns are named by their position, `1`, `2`, …
    pub is_headless: bool,
}

/// What can be read as one table: a member of an archive, a sheet of a workbook, or a file as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub member: Option<String>,
    pub sheet: Option<String>,
    pub header: Header,
    pub dialect: Dialect,
}

/// A file of records, read once from front to back.
pub trait RecordReader: Send {
    fn header(&self) -> &Header;

    fn dialect(&self) -> &Dialect;

    /// Adds the next records to `batch` (made with the header's width) and the unusable ones to `rejected`; returns `false` when
    /// nothing is left. A call adds at most some ten thousand records, so that batches stay small.
    fn read(&mut self, batch: &mut RawShipments, rejected: &mut Vec<Rejection>) -> Result<bool>;

    /// Returns bytes and lines by span so far; complete once `read` has returned `false`.
    fn spans(&self) -> Spans;

    /// Returns decoded bytes and lines counted apart from the spans, at the decoder, to hold against them.
    fn decoded(&self) -> (u64, u64);

    /// Returns what was repaired so far, by rule.
    fn repairs(&self) -> Vec<Repair>;

    /// Returns the bytes read from the disk so far, for whoever shows progress; 0 where the reader cannot tell.
    fn n_bytes_read(&self) -> u64 {
        0
    }
}

/// Returns a rejection with the start of the text, cut between characters.
pub(super) fn rejection(line: u64, reason: &'static str, text: &str) -> Rejection {
    let end = text.char_indices().nth(RAW_TEXT_CHARS).map_or(text.len(), |(at, _)| at);
    Rejection { line, reason, column: String::new(), raw_text: text[..end].to_owned() }
}
