//! The matches of a bare list of names, as CSV.

use super::cells::{neutralize, scaled};
use crate::error::{Error, Result};
use crate::model::party::NameMatch;
use std::io::Write;

/// Writes the matches to a file or a pipe; scores from 0.000 to 1.000.
pub fn write(to: impl Write, matches: &[NameMatch]) -> Result<()> {
    let wrong = |error: csv::Error| Error::machine("cannot write the matches").caused_by(error);
    let mut writer = csv::Writer::from_writer(to);
    writer
        .write_record(["id", "name", "entity_id", "entity_name", "listed_name", "score", "band", "evidence", "watchlist"])
        .map_err(wrong)?;
    for found in matches {
        let score = scaled(i64::from(found.score), 3);
        let cells: [&str; 9] = [
            &found.id,
            &found.name,
            &found.entity_id,
            &found.entity_name,
            &found.listed_name,
            &score,
            found.band,
            &found.evidence,
            &found.watchlist,
        ];
        writer.write_record(cells.map(|cell| neutralize(cell).into_owned())).map_err(wrong)?;
    }
    writer.flush().map_err(|error| Error::machine("cannot write the matches").caused_by(error))
}
