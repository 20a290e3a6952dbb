//! The account of a file: every decoded byte and line in exactly one span, every record kept, a duplicate or rejected.

use serde::{Deserialize, Serialize};

/// What a run of lines is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// Title blocks before the header.
    Preamble,
    Header,
    Blank,
    Record,
    Rejected,
}

/// Decoded bytes and lines by kind of span. For sheets and Parquet a line is a row and bytes are 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spans {
    pub bytes: [u64; 5],
    pub lines: [u64; 5],
}

impl Spans {
    pub fn add(&mut self, kind: SpanKind, bytes: u64, lines: u64) {
        self.bytes[kind as usize] += bytes;
        self.lines[kind as usize] += lines;
    }

    pub fn total_bytes(&self) -> u64 {
        self.bytes.iter().sum()
    }

    pub fn total_lines(&self) -> u64 {
        self.lines.iter().sum()
    }
}

/// A record that could not be used, with what a person needs to find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// First physical line, sheet row or row number, counted from 1.
    pub line: u64,
    /// Why, as a word of the interface: `field_count`, `date_missing`, …
    pub reason: &'static str,
    /// The column that is at fault, if one is.
    pub column: String,
    pub raw_text: String,
}

/// What a reader did to the text of a record, counted by rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repair {
    /// The rule, as a word of the interface: `stray_quote`, …
    pub rule: &'static str,
    pub first_line: u64,
    pub n_records: u64,
}
