//! The program: parse, dispatch, print the error, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    match plimsoll::cli::run() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            plimsoll::cli::print_error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
