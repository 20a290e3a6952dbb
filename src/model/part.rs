//! What is known of one file of records once it lies in the store: how it was read, and its account.

use crate::model::account::Spans;
use crate::model::issue::Issue;
use crate::model::shipments::MEASURES;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a reader found out about a file, with its evidence, for the run manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    /// `utf-8`, `windows-1251`, `xlsx`, `parquet`.
    pub encoding: String,
    pub delimiter: Option<char>,
    /// The member of an archive.
    #[serde(default)]
    pub member: Option<String>,
    pub sheet: Option<String>,
    pub header_row: u64,
    /// One sentence: why this encoding and delimiter.
    pub evidence: String,
}

/// Whether the line numbers of a source tell lines apart: a constant one is no key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineNumbers {
    pub first: Option<String>,
    pub is_varied: bool,
    pub n_stated: u64,
}

impl LineNumbers {
    /// Adds the line number of some records.
    pub fn add(&mut self, line_number: &str, n_records: u64) {
        self.n_stated += n_records;
        match &self.first {
            None => self.first = Some(line_number.to_owned()),
            Some(first) if first != line_number => self.is_varied = true,
            Some(_) => {}
        }
    }

    pub fn merge(&mut self, other: &LineNumbers) {
        self.is_varied |= other.is_varied || matches!((&self.first, &other.first), (Some(left), Some(right)) if left != right);
        self.n_stated += other.n_stated;
        if self.first.is_none() {
            self.first.clone_from(&other.first);
        }
    }
}

/// How often a measure is stated as zero and as something else: one that is always zero is not stated at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZeroCount {
    pub n_zero: u64,
    pub n_other: u64,
    pub first_zero_line: Option<u64>,
}

impl ZeroCount {
    /// Adds a value of some records, the first of which is on a line.
    pub fn add(&mut self, value: i64, line: u64, n_records: u64) {
        if value != 0 {
            self.n_other += n_records;
            return;
        }
        self.n_zero += n_records;
        self.first_zero_line = self.first_zero_line.or(Some(line));
    }

    pub fn merge(&mut self, other: &ZeroCount) {
        self.n_zero += other.n_zero;
        self.n_other += other.n_other;
        self.first_zero_line = match (self.first_zero_line, other.first_zero_line) {
            (Some(left), Some(right)) => Some(left.min(right)),
            (left, right) => left.or(right),
        };
    }

    pub fn is_always_zero(&self) -> bool {
        self.n_zero > 0 && self.n_other == 0
    }
}

/// The account of a part, stored beside it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PartAccount {
    pub file_sha256: String,
    pub schema: String,
    pub dialect: Dialect,
    pub spans: Spans,
    pub records_read: u64,
    pub records_rejected: u64,
    /// Those of them that are totals of others, which is no damage.
    pub records_totals: u64,
    pub issues: Vec<Issue>,
    pub line_numbers: LineNumbers,
    /// In the order of the store's measures.
    #[serde(default)]
    pub zeros: [ZeroCount; MEASURES.len()],
    /// The columns of its shipments that no record fills: they need not be read.
    #[serde(default)]
    pub empty_columns: BTreeSet<String>,
}

impl PartAccount {
    /// Returns the records that lie in the part.
    pub fn records_stored(&self) -> u64 {
        self.records_read - self.records_rejected
    }
}
