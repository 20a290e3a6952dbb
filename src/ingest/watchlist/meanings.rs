//! Tables of a publisher's words with what they mean for an entity: two columns under a head of comments.

use std::collections::HashMap;

/// Words by what they mean.
pub(super) type Meanings = HashMap<&'static str, &'static str>;

/// Reads a table that is part of the program.
pub(super) fn read(table: &'static str) -> Meanings {
    let lines = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.filter_map(|line| line.rsplit_once(',')).collect()
}
