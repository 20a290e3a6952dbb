//! Reliability: files whose truth is known, read by the real program, and what came out held against the truth.
//!
//! Each test prints one line a figure, beginning with the name of its row in `docs/methods/reliability.md`. The default scale is for
//! every day; `just reliability`, which sets `PLIMSOLL_RELIABILITY=full`, runs the scale whose figures are published.
//!
//! ```text
//! generator        dirty files with their truth        results   what a run folder says of each file
//! second_reader    a reader of our own, from the rule   random    numbers that are the same each time
//! rows · questions · dialects · encodings · values · hostile      the tests, by subject
//! ```

mod generator;
pub mod random;
mod results;
mod second_reader;

mod dialects;
mod encodings;
mod hostile;
mod questions;
mod rows;
mod values;

/// Returns the first number, or the second where the full scale is asked for.
fn scaled(daily: usize, full: usize) -> usize {
    if is_full() { full } else { daily }
}

fn is_full() -> bool {
    std::env::var_os("PLIMSOLL_RELIABILITY").is_some_and(|scale| scale == "full")
}

/// Prints a number with commas, as figures are published.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[test]
fn figures_are_printed_with_commas() {
    assert_eq!([0, 999, 1_000, 2_431_112].map(grouped), ["0", "999", "1,000", "2,431,112"]);
}
