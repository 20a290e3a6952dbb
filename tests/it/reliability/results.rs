//! What a run folder says of each file: its records by line, the rejected ones, its account.

use super::second_reader::count_lines;
use crate::workdir::Workdir;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Shows every usable record of all files below `records/`.
pub const SHOW_ALL: &str = "max_rejected = 1.0\n\n[[records]]\npath = \"records/*\"\nschema = \"plimsoll\"\nflow = \"import\"\n\n\
    [[findings]]\nid = \"all\"\nfrom = 1900-01-01\nto = 2199-12-31\ncount = \"records\"\nby = [\"year\"]\n";

/// The character by which others stand for bytes that they could not read.
pub const REPLACEMENT: &str = "\u{fffd}";

pub struct Rejected {
    pub reason: String,
    pub raw_text: String,
}

/// The results of one file.
#[derive(Default)]
pub struct FileResults {
    /// Rows of `shipments.csv` by line, as texts by column.
    pub kept: BTreeMap<u64, Vec<String>>,
    pub rejected: BTreeMap<u64, Rejected>,
    pub n_duplicates: u64,
    pub encoding: String,
    pub header_line: u64,
    pub bytes_in_spans: u64,
    pub lines_in_spans: u64,
}

pub struct Results {
    /// By the name of the file without its folder.
    pub files: HashMap<String, FileResults>,
    columns: HashMap<String, usize>,
    pub by_year: BTreeMap<String, u64>,
}

impl Results {
    /// Runs `run.toml`, which must end well but for the share of rejected records, and reads the folder.
    pub fn of_run(workdir: &Workdir) -> Self {
        let finished = workdir.plimsoll(&["run", "run.toml"]);
        assert!(matches!(finished.code, 0 | 3), "exit code {}\n{}{}", finished.code, finished.stdout, finished.stderr);
        Results::read(workdir)
    }

    /// Runs `run.toml` over the files below `records/`. A file whose encoding the program asks for is taken out and the others are read
    /// without it; returns these files with what was said of them.
    pub fn of_run_without_asked(workdir: &Workdir, names: &[&str]) -> (Self, Vec<(String, String)>) {
        let mut asked: Vec<(String, String)> = Vec::new();
        loop {
            let finished = workdir.plimsoll(&["run", "run.toml"]);
            if matches!(finished.code, 0 | 3) {
                return (Results::read(workdir), asked);
            }
            let message = finished.stderr;
            assert!(finished.code == 2 && message.contains("pin `encoding`"), "exit code {}: {message}", finished.code);
            let name = names.iter().find(|name| message.contains(**name)).expect("the message names the file");
            std::fs::remove_file(workdir.path(&format!("records/{name}"))).expect("the file is there once");
            let reason = message.lines().next().unwrap_or_default().rsplit(": ").next().unwrap_or_default().to_owned();
            asked.push(((*name).to_owned(), reason));
        }
    }

    pub fn read(workdir: &Workdir) -> Self {
        let mut files: HashMap<String, FileResults> = HashMap::new();
        let manifest = workdir.json("run.run/run_manifest.json");
        for entry in manifest["files"].as_array().expect("the manifest lists files") {
            let results = account(entry);
            assert!(files.insert(name_of(text(&entry["path"])), results).is_none(), "a file stands in the manifest once");
        }
        let table = workdir.table("run.run/shipments.csv");
        let columns = table.header.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        let (file_at, line_at) = (table.at("source_file"), table.at("source_line"));
        for row in table.rows {
            let results = files.get_mut(&name_of(&row[file_at])).expect("every row comes from a file of the manifest");
            let line = row[line_at].parse().expect("a line is a number");
            assert!(results.kept.insert(line, row).is_none(), "two records begin on line {line}");
        }
        let table = workdir.table("run.run/rejected.csv");
        let [file_at, line_at, reason_at, raw_at] =
            ["source_file", "source_line", "reason", "raw_text"].map(|name| table.at(name));
        for row in table.rows {
            let results = files.get_mut(&name_of(&row[file_at])).expect("every row comes from a file of the manifest");
            let line = row[line_at].parse().expect("a line is a number");
            let rejected = Rejected { reason: row[reason_at].clone(), raw_text: row[raw_at].clone() };
            assert!(results.rejected.insert(line, rejected).is_none(), "two rejected records begin on line {line}");
        }
        let summary = workdir.table("run.run/summary.csv");
        let (periods, counts) = (summary.column("period"), summary.column("records"));
        let by_year = periods.into_iter().zip(counts).map(|(period, count)| (period.to_owned(), count.parse().expect("a count")));
        Results { files, columns, by_year: by_year.collect() }
    }

    /// Returns a cell of a kept record; the apostrophe that keeps a spreadsheet from running it is taken off.
    pub fn cell<'a>(&self, row: &'a [String], column: &str) -> &'a str {
        let cell = row[self.columns[column]].as_str();
        match cell.strip_prefix('\'') {
            Some(rest) if rest.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
            _ => cell,
        }
    }

    /// Holds the account of a file against its decoded text, where that is known; returns its number of records.
    pub fn hold_account(&self, name: &str, decoded: Option<&str>) -> usize {
        let file = &self.files[name];
        let n_read = file.kept.len() + file.rejected.len() + file.n_duplicates as usize;
        if let Some(text) = decoded {
            assert_eq!(file.bytes_in_spans, text.len() as u64, "{name}: every decoded byte lies in one span");
            assert_eq!(file.lines_in_spans, count_lines(text), "{name}: every line lies in one span");
        }
        n_read
    }
}

/// Holds the sum of an entry of the manifest, `read = kept + duplicates + rejected`, and returns what else it says.
fn account(entry: &Value) -> FileResults {
    let number = |key: &str| entry[key].as_u64().expect("a count");
    let sum = |of: &str| {
        entry["spans"][of].as_object().expect("spans are an object").values().map(|value| value.as_u64().expect("a count")).sum()
    };
    let [read, kept, duplicates, rejected] = ["records_read", "kept", "duplicates", "rejected"].map(number);
    assert_eq!(read, kept + duplicates + rejected, "the account of {}", entry["path"]);
    let dialect = &entry["dialect"];
    FileResults {
        n_duplicates: duplicates,
        encoding: text(&dialect["encoding"]).to_owned(),
        header_line: dialect["header_row"].as_u64().expect("a line"),
        bytes_in_spans: sum("bytes"),
        lines_in_spans: sum("lines"),
        ..FileResults::default()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn name_of(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// Returns a text as the program shows one that is no party: without blanks around, and nothing where it has no letter or digit.
pub fn shown(text: &str) -> &str {
    if text.chars().any(char::is_alphanumeric) { text.trim() } else { "" }
}

/// Returns the letters and digits of a text: what a stray quote must not change.
pub fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// Says which results of a run hold the replacement character.
pub fn with_replacement(workdir: &Workdir) -> Vec<String> {
    let files = workdir.files("run.run").into_iter();
    files.filter(|(_, bytes)| memchr::memmem::find(bytes, REPLACEMENT.as_bytes()).is_some()).map(|(name, _)| name).collect()
}
