//! Faults in the data, counted by kind and column with an example: the `issues.csv` of a run.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One kind of fault in one column of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    pub kind: String,
    pub column: String,
    pub n_records: u64,
    pub example: String,
    pub first_line: u64,
}

/// The issues of a file while it is read.
#[derive(Debug, Clone, Default)]
pub struct Issues(BTreeMap<String, BTreeMap<String, Counted>>);

/// How often, on which line first, and the text that stood there.
type Counted = (u64, u64, String);

impl Issues {
    /// Counts a fault; the example kept is that of the first line.
    pub fn add(&mut self, kind: &str, column: &str, line: u64, example: &str) {
        self.add_many(kind, column, line, example, 1);
    }

    pub fn add_many(&mut self, kind: &str, column: &str, line: u64, example: &str, n_records: u64) {
        let known = self.0.get_mut(kind).and_then(|columns| columns.get_mut(column));
        match known {
            Some((count, first, kept)) => {
                *count += n_records;
                if line < *first {
                    *first = line;
                    *kept = cut(example);
                }
            }
            None => {
                let columns = self.0.entry(kind.to_owned()).or_default();
                columns.insert(column.to_owned(), (n_records, line, cut(example)));
            }
        }
    }

    pub fn merge(&mut self, other: Issues) {
        for (kind, columns) in other.0 {
            for (column, (count, line, example)) in columns {
                self.add_many(&kind, &column, line, &example, count);
            }
        }
    }

    /// Returns the issues sorted by kind and column.
    pub fn into_vec(self) -> Vec<Issue> {
        let issue = |kind: &str, (column, (n_records, first_line, example)): (String, Counted)| Issue {
            kind: kind.to_owned(),
            column,
            n_records,
            example,
            first_line,
        };
        self.0.into_iter().flat_map(|(kind, columns)| columns.into_iter().map(move |counted| issue(&kind, counted))).collect()
    }
}

/// Returns the first 200 letters: an example is there to be recognized, not to be complete.
fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}
