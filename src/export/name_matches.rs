//! The matches of a bare list of names, as CSV.

use super::cells::{neutralize, scaled};
use crate::error::{Error, Result};
use crate::model::party::NameMatch;
use std::io::Write;

const COLUMNS: [&str; 9] = ["id", "name", "entity_id", "entity_name", "listed_name", "score", "band", "evidence", "watchlist"];

/// Writes the matches to a file or a pipe; scores from 0.000 to 1.000.
///
/// With `with_ofac_score` a last column holds what OFAC's own search would show.
pub fn write(to: impl Write, matches: &[NameMatch], with_ofac_score: bool) -> Result<()> {
    let wrong = |error: csv::Error| Error::machine("cannot write the matches").caused_by(error);
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record(COLUMNS.into_iter().chain(with_ofac_score.then_some("ofac_score"))).map_err(wrong)?;
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
        let ofac_score = with_ofac_score.then(|| found.ofac_score.map_or_else(String::new, |score| score.to_string()));
        writer.write_record(cells.map(|cell| neutralize(cell).into_owned()).into_iter().chain(ofac_score)).map_err(wrong)?;
    }
    writer.flush().map_err(|error| Error::machine("cannot write the matches").caused_by(error))
}
