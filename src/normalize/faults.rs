//! Faults of the records of a group, counted by kind and column.

use super::numbering::Numbering;
use super::party;
use crate::model::issue::Issues;

/// Faults of the records of a group while its columns are cleaned.
#[derive(Default)]
pub struct Faults {
    pub issues: Issues,
    /// The lines of the usable records.
    pub lines: Vec<u64>,
}

/// Which records have a fault.
#[derive(Clone, Copy)]
pub enum At<'n> {
    /// The record on a line.
    Line(u64),
    /// The usable records with a number.
    Number(&'n Numbering, usize),
}

impl Faults {
    /// Counts a fault of all records that have it; the example kept is that of the first line.
    pub fn add(&mut self, kind: &str, column: &str, at: At<'_>, example: &str) {
        match at {
            At::Line(line) => self.issues.add(kind, column, line, example),
            At::Number(numbering, number) => {
                let line = self.lines[numbering.first(number)];
                self.issues.add_many(kind, column, line, example, numbering.count(number));
            }
        }
    }

    /// Tells whether a text states nothing, and counts the words that say so.
    pub fn is_missing(&mut self, stated: &str, column: &str, at: At<'_>) -> bool {
        let Some(reason) = party::placeholder(stated) else { return false };
        if !stated.is_empty() {
            self.add(&format!("missing_{reason}"), column, at, stated);
        }
        true
    }
}
