//! `plimsoll screen`: a bare list of names against watchlists.

use super::terminal;
use crate::error::{Error, Result};
use crate::export::name_matches;
use crate::pipeline::names;
use std::path::{Path, PathBuf};

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
    let matches = names::screen(&args.names, &args.watchlists, floor, args.top.unwrap_or(usize::MAX))?;
    let mut text = Vec::new();
    name_matches::write(&mut text, &matches)?;
    match &args.out {
        Some(path) if is_same_file(path, &args.names) => {
            return Err(
                Error::request(format!("`--out {}` is the list of names itself", path.display())).hint("name another file")
            );
        }
        Some(path) => std::fs::write(path, text).map_err(|error| Error::file(path, "write", error))?,
        None => terminal::print(&String::from_utf8_lossy(&text))?,
    }
    Ok(0)
}

/// Tells whether two paths lead to one file.
pub(super) fn is_same_file(left: &Path, right: &Path) -> bool {
    matches!((left.canonicalize(), right.canonicalize()), (Ok(left), Ok(right)) if left == right)
}
