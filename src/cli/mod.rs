//! The terminal: one file per verb; the only room that prints.
//!
//! Data go to stdout, everything else to stderr. Every verb has `Args` and `run`, which returns the exit code.

mod check;
mod diff;
mod explain;
mod explain_code;
mod inspect;
mod list;
mod run;
mod screen;
mod trend;

mod terminal;

pub use terminal::print_error;

use crate::error::Result;
use clap::{Parser, Subcommand};

/// Turns bulk customs and bill-of-lading records into defensible numbers.
///
/// One file states the question, one command answers it, and every number leads back to the source lines.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 done; 1 done, and something differs; 2 wrong request or input; 3 done, but more records \
                        rejected than allowed; 4 a promise failed, no results published.")]
struct Cli {
    /// Say more on stderr about what is done
    #[arg(long, short, global = true)]
    verbose: bool,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Run(run::Args),
    Check(check::Args),
    Inspect(inspect::Args),
    Screen(screen::Args),
    Trend(trend::Args),
    List(list::Args),
    Diff(diff::Args),
    Explain(explain::Args),
}

/// Parses the command line and does what it says.
pub fn run() -> Result<u8> {
    let cli = Cli::parse();
    terminal::start_log(cli.verbose);
    match cli.verb {
        Verb::Run(args) => run::run(&args),
        Verb::Check(args) => check::run(&args),
        Verb::Inspect(args) => inspect::run(&args),
        Verb::Screen(args) => screen::run(&args),
        Verb::Trend(args) => trend::run(&args),
        Verb::List(args) => list::run(&args),
        Verb::Diff(args) => diff::run(&args),
        Verb::Explain(args) => explain::run(&args),
    }
}
