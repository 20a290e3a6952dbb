//! `plimsoll check`: validates a run file, headers, lists and dates; writes nothing.

use super::terminal;
use crate::error::Result;
use crate::pipeline;
use crate::pipeline::run_file::RunFile;
use std::path::PathBuf;

/// Validate a run file with its headers and lists; write nothing.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The TOML file that states the question
    run_file: PathBuf,
}

pub fn run(args: &Args) -> Result<u8> {
    let (n_files, n_lists, n_findings) = pipeline::check(&RunFile::read(&args.run_file)?)?;
    terminal::print(&format!("good: {n_files} files of records, {n_lists} watchlists, {n_findings} findings\n"))?;
    Ok(0)
}
