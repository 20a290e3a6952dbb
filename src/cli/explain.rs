//! `plimsoll explain`: why something is as it is.

use super::explain_code;
use crate::error::Result;
use clap::Subcommand;

/// Say why: what a tariff code means, by edition and list.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    subject: Subject,
}

#[derive(Debug, Subcommand)]
enum Subject {
    Code(explain_code::Args),
}

pub fn run(args: &Args) -> Result<u8> {
    match &args.subject {
        Subject::Code(args) => explain_code::run(args),
    }
}
