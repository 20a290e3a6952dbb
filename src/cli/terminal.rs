//! What all verbs share at the terminal: printing without being run, progress on a terminal only, errors once.

use crate::error::{Error, Result};
use crate::pipeline::{Progress, Reading};
use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Prints an error to stderr, in red where that is wanted.
pub fn print_error(error: &Error) {
    let has_color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let word = if has_color { "\u{1b}[31merror:\u{1b}[0m" } else { "error:" };
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let words = inner.to_string();
        let plain = words.split(" (os error").next().unwrap_or(&words).to_lowercase();
        if !text.to_lowercase().contains(&plain) {
            text.push_str(&format!("\n  cause: {}", words.replace('\n', " ")));
        }
        cause = inner.source();
    }
    let _ = writeln!(std::io::stderr(), "{word} {}", printable(&text));
}

/// Starts the log on stderr: warnings, or everything of ours.
pub fn start_log(is_verbose: bool) {
    let level = if is_verbose { tracing::Level::DEBUG } else { tracing::Level::WARN };
    let log =
        tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(false).without_time().finish();
    // A second log, in a program that embeds this one, is left alone.
    let _ = tracing::subscriber::set_global_default(log);
}

/// Prints data to stdout. A reader that went away is no error.
pub fn print(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::machine("cannot write to the standard output").caused_by(error))
        }
        _ => Ok(()),
    }
}

/// Returns a text without the control characters by which a name in the records could steer a terminal.
pub fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() && letter != '\n' { '\u{fffd}' } else { letter }).collect()
}

/// Returns a number with commas between groups of three digits.
pub fn grouped(number: u64) -> String {
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

/// Returns rows as a table with aligned columns, the first to the left and the others to the right.
pub fn table(rows: &[Vec<String>]) -> String {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    table_with(rows, &(0..n_columns).map(|column| column > 0).collect::<Vec<_>>())
}

/// Returns rows as a table with aligned columns, those marked to the right and the others to the left.
pub fn table_with(rows: &[Vec<String>], is_right: &[bool]) -> String {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..n_columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let cell = printable(cell);
                let gap = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
                if is_right.get(column) == Some(&true) { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
            })
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Progress as one line on a terminal; nothing elsewhere.
pub struct Bar {
    bar: ProgressBar,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    started: Option<Instant>,
    n_bytes_to_read: u64,
    tables: BTreeMap<String, Reading>,
}

impl Bar {
    pub fn new() -> Self {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        bar.set_style(ProgressStyle::with_template("{spinner} {prefix} {msg}").expect("the template is well formed"));
        bar.enable_steady_tick(Duration::from_millis(100));
        Bar { bar, state: Mutex::default() }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn show(&self, table: &str, reading: Reading) {
        let mut state = self.state();
        let seconds = state.started.get_or_insert_with(Instant::now).elapsed().as_secs_f64();
        state.tables.insert(table.to_owned(), reading);
        self.bar.set_message(state.message(seconds));
    }
}

impl State {
    fn message(&self, seconds: f64) -> String {
        let sum = |of: fn(&Reading) -> u64| self.tables.values().map(of).sum::<u64>();
        let (n_records, n_bytes) = (sum(|reading| reading.n_records), sum(|reading| reading.n_bytes));
        let per_second = (n_records as f64 / seconds.max(0.001)) as u64;
        let mut text = format!(
            "{} records, {} rejected, {} a second, {} of {}",
            grouped(n_records),
            grouped(sum(|reading| reading.n_rejected)),
            grouped(per_second),
            HumanBytes(n_bytes),
            HumanBytes(self.n_bytes_to_read)
        );
        // The first moments tell nothing of the rest.
        if seconds > 1.0 && n_bytes > 0 && self.n_bytes_to_read > n_bytes {
            let left = seconds * (self.n_bytes_to_read - n_bytes) as f64 / n_bytes as f64;
            text.push_str(&format!(", {} left", HumanDuration(Duration::from_secs_f64(left))));
        }
        text
    }
}

impl Progress for Bar {
    fn stage(&self, name: &str) {
        tracing::debug!("stage: {name}");
        self.bar.set_prefix(name.to_owned());
        self.bar.set_message(String::new());
    }

    fn to_read(&self, n_bytes: u64) {
        let mut state = self.state();
        state.n_bytes_to_read = n_bytes;
        state.started = Some(Instant::now());
    }

    fn records(&self, table: &str, reading: Reading) {
        self.show(table, reading);
    }

    fn table_done(&self, table: &str, reading: Reading) {
        tracing::debug!("{table}: {} records, {} rejected", reading.n_records, reading.n_rejected);
        self.show(table, reading);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_how_far_and_how_long() {
        let reading = Reading { n_records: 1_200_000, n_rejected: 3, n_bytes: 1 << 30 };
        let state = State { n_bytes_to_read: 3 << 30, tables: [("a.csv".to_owned(), reading)].into(), ..State::default() };
        let expected = "1,200,000 records, 3 rejected, 120,000 a second, 1.00 GiB of 3.00 GiB, 20 seconds left";
        assert_eq!(state.message(10.0), expected);
    }
}
