//! `duplicates.csv`: every record that counts no more, the rule, and the record that is counted instead.

use super::folder::RunFolder;
use crate::error::Result;

/// A removed record and the one that is kept in its place, each with its file and line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duplicate {
    pub source_file: String,
    pub source_line: i64,
    pub record_key: i64,
    pub rule: String,
    pub kept: Option<(i64, String, i64)>,
}

pub fn write(folder: &mut RunFolder, duplicates: &[Duplicate]) -> Result<()> {
    let header = ["record_id", "source_file", "source_line", "rule", "kept_record_id", "kept_file", "kept_line"];
    let rows = duplicates.iter().map(|duplicate| {
        let kept = duplicate.kept.as_ref();
        [
            record_id(duplicate.record_key),
            duplicate.source_file.clone(),
            duplicate.source_line.to_string(),
            duplicate.rule.clone(),
            kept.map_or(String::new(), |(key, _, _)| record_id(*key)),
            kept.map_or(String::new(), |(_, file, _)| file.clone()),
            kept.map_or(String::new(), |(_, _, line)| line.to_string()),
        ]
    });
    folder.write_csv("duplicates.csv", &header, &[], rows)
}

/// Returns the printed form of a record's key.
pub fn record_id(record_key: i64) -> String {
    format!("{record_key:016x}")
}
