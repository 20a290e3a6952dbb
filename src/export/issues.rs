//! `issues.csv`: faults in the data, counted by file, kind and column.

use super::folder::RunFolder;
use crate::error::Result;
use crate::model::issue::Issue;

/// Writes the issues of each file, in the order given.
pub fn write(folder: &mut RunFolder, issues: &[(String, Vec<Issue>)]) -> Result<()> {
    let header = ["source_file", "kind", "column", "n_records", "example", "first_line"];
    let rows = issues.iter().flat_map(|(file, issues)| {
        issues.iter().map(|issue| {
            [
                file.clone(),
                issue.kind.clone(),
                issue.column.clone(),
                issue.n_records.to_string(),
                issue.example.clone(),
                issue.first_line.to_string(),
            ]
        })
    });
    folder.write_csv("issues.csv", &header, &[], rows)
}
