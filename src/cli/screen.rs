//! `plimsoll screen`: a bare list of names against watchlists.

use super::terminal;
use crate::error::{Error, Result};
use crate::pipeline::names_file::{self, NameMatch};
use std::path::PathBuf;

/// Screen a bare list of names against watchlists.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "NAMES.csv has the columns id,name and may have country,registration_id,address. \
                             A watchlist is FILE=FORMAT; formats: ofac-sdn, names, plimsoll. The format may be left out for \
                             sdn.csv and for .toml files.\n\nExample:\n  plimsoll screen names.csv --watchlist sdn.csv --top 1\n\nwrites \
                             id,name,entity_id,entity_name,listed_name,score,band,evidence,watchlist with scores from 0.000 to 1.000.")]
pub struct Args {
    /// A CSV file with id,name[,country,registration_id,address]
    names: PathBuf,
    /// A watchlist, with its format behind `=`; may be given several times
    #[arg(long = "watchlist", value_name = "FILE[=FORMAT]", required = true)]
    watchlists: Vec<String>,
    /// The lowest score shown, 0 to 1
    #[arg(long, value_name = "X", default_value_t = 0.85)]
    threshold: f64,
    /// The most matches shown a name
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// Write to a file instead of the standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(args: &Args) -> Result<u8> {
    if !(0.0..=1.0).contains(&args.threshold) {
        return Err(Error::request(format!("`--threshold {}` is not a number from 0 to 1", args.threshold)));
    }
    let floor = (args.threshold * 1000.0).round() as u16;
    let matches = names_file::screen(&args.names, &args.watchlists, floor, args.top.unwrap_or(usize::MAX))?;
    let text = to_csv(&matches)?;
    match &args.out {
        Some(path) => std::fs::write(path, text).map_err(|error| Error::file(path, "write", error))?,
        None => terminal::print(&text)?,
    }
    Ok(0)
}

fn to_csv(matches: &[NameMatch]) -> Result<String> {
    let wrong = |error: csv::Error| Error::machine("cannot write the matches").caused_by(error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(["id", "name", "entity_id", "entity_name", "listed_name", "score", "band", "evidence", "watchlist"])
        .map_err(wrong)?;
    for found in matches {
        let score = format!("{}.{:03}", found.score / 1000, found.score % 1000);
        let cells = [
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
        writer.write_record(cells.map(|cell: &str| crate::export::cells::neutralize(cell).into_owned())).map_err(wrong)?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::machine("cannot write the matches").detail(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Error::machine("cannot write the matches").caused_by(error))
}
