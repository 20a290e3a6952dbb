//! Properties of reading: no record is lost, every byte and line lies in one span, and the accounts of a run add up.

use crate::workdir::{Workdir, project};
use plimsoll::ingest;
use plimsoll::ingest::records::Pinned;
use plimsoll::model::raw_shipments::RawShipments;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;

const HEADER: [&str; 6] = ["declaration_id", "date", "hs_code", "goods_description", "shipper_name", "net_weight_kg"];
const N_RECORDS: usize = 40;

/// What a reader made of a file.
struct Read {
    /// The first field of each record.
    ids: Vec<String>,
    lines: Vec<u64>,
    rejected: Vec<String>,
    spans: (u64, u64),
    decoded: (u64, u64),
}

fn read(path: &Path) -> Read {
    let is_known = |header: &str| HEADER.contains(&header);
    let mut reader = ingest::open(path, &Pinned::default(), &is_known).expect("the file can be opened");
    let mut rejections = Vec::new();
    let (mut ids, mut lines) = (Vec::new(), Vec::new());
    loop {
        let mut batch = RawShipments::new(reader.header().names.len());
        let is_more = reader.read(&mut batch, &mut rejections).expect("the file can be read");
        ids.extend((0..batch.len()).map(|record| batch.field(record, 0).to_owned()));
        lines.extend((0..batch.len()).map(|record| batch.line(record)));
        if !is_more {
            break;
        }
    }
    let spans = reader.spans();
    Read {
        ids,
        lines,
        rejected: rejections.into_iter().map(|rejection| rejection.raw_text).collect(),
        spans: (spans.total_bytes(), spans.total_lines()),
        decoded: reader.decoded(),
    }
}

/// Where a quote that is no quote stands in a description or a name.
const STRAYS: [&str; 7] = [
    "LATHE BORE 2\" CNC",
    "PLATE 12\"",
    "\"MACHINING CENTRE WITHOUT AN END",
    "\"VELDERIN\" EXPORT",
    "VELDERIN \"EXPORT\"",
    "PIPE 3\"\" WALL",
    "\"",
];

/// Returns a file in which an even number of records, each chosen by `file`, holds a stray quote.
fn with_stray_quotes(file: usize, line_end: &str) -> (String, BTreeSet<String>) {
    let n_stray = 2 * (1 + file % 10);
    let mut text = HEADER.join(",") + line_end;
    let mut ids = BTreeSet::new();
    // Records with a stray quote lie near or far from each other, at the start, in the middle and at the end.
    let step = 1 + file % (N_RECORDS / n_stray).max(1);
    let first = file / 10 % (N_RECORDS - step * (n_stray - 1));
    for record in 0..N_RECORDS {
        let is_stray = record >= first && (record - first).is_multiple_of(step) && (record - first) / step < n_stray;
        let stray = STRAYS[(file + record * 3) % STRAYS.len()];
        let in_name = (file + record).is_multiple_of(3);
        let (description, name) = match (is_stray, in_name) {
            (true, true) => ("MACHINING CENTRE", stray),
            (true, false) => (stray, "VELDERIN EXPORT"),
            (false, _) => ("MACHINING CENTRE", "VELDERIN EXPORT"),
        };
        let id = format!("D-{file}-{record}");
        text.push_str(&format!("{id},2021-05-03,8457101000,{description},{name},10.5{line_end}"));
        ids.insert(id);
    }
    (text, ids)
}

#[test]
fn an_even_number_of_stray_quotes_loses_no_record() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (mut n_files, mut n_quotes, mut n_hard) = (0, 0, 0);
    for file in 0..340 {
        let line_end = ["\n", "\r\n", "\r"][file % 3];
        let (text, ids) = with_stray_quotes(file, line_end);
        let n_stray = text.matches('"').count();
        let path = folder.path().join("records.csv");
        std::fs::write(&path, &text).expect("a file can be written");
        let read = read(&path);
        assert!(read.rejected.is_empty(), "file {file}, rejected: {:?}", read.rejected);
        assert_eq!(read.ids.len(), N_RECORDS, "file {file} with {n_stray} quotes\n{text}");
        assert_eq!(read.ids.iter().cloned().collect::<BTreeSet<_>>(), ids, "file {file}");
        let expected: Vec<u64> = (2..2 + N_RECORDS as u64).collect();
        assert_eq!(read.lines, expected, "file {file}: every record knows its line");
        assert_eq!(read.spans, (text.len() as u64, 1 + N_RECORDS as u64), "file {file}: spans add up");
        let plain_reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes()).into_records().count();
        n_hard += usize::from(plain_reader != N_RECORDS);
        n_files += 1;
        n_quotes += n_stray;
    }
    assert!(n_files == 340 && n_quotes > 3_000, "{n_files} files with {n_quotes} quotes");
    assert!(n_hard > 200, "a reader that takes every quote for one loses records in {n_hard} files");
}

#[test]
fn stray_quotes_change_no_count_of_a_run() {
    let workdir = Workdir::new();
    let mut n_records = 0;
    for file in 0..34 {
        let (text, ids) = with_stray_quotes(file * 10 + file % 10, ["\n", "\r\n", "\r"][file % 3]);
        n_records += ids.len() as u64;
        workdir.write(&format!("records/{file:03}.csv"), text);
    }
    workdir.write(
        "run.toml",
        "[[records]]\npath = \"records/*.csv\"\nschema = \"plimsoll\"\nflow = \"import\"\n\n[[findings]]\nid = \"all\"\n\
         from = 2021-01-01\nto = 2021-12-31\ncount = \"declarations\"\n",
    );
    workdir.run(&["run", "run.toml"]);
    let summary = workdir.table("run.run/summary.csv").only("period", "all");
    assert_eq!(summary.column("declarations"), [n_records.to_string()]);
    assert_eq!(summary.column("records"), [n_records.to_string()]);
    assert_accounts_add_up(&workdir, "run.run", n_records);
}

/// Every file's records are kept, duplicates or rejected; each of the latter two has its row; spans cover the whole file.
fn assert_accounts_add_up(workdir: &Workdir, folder: &str, n_records: u64) {
    let manifest = workdir.json(&format!("{folder}/run_manifest.json"));
    let files = manifest["files"].as_array().expect("the manifest lists files");
    let mut n_read = 0;
    for file in files {
        let number = |key: &str| file[key].as_u64().expect("a count");
        assert_eq!(number("records_read"), number("kept") + number("duplicates") + number("rejected"), "{}", file["path"]);
        n_read += number("records_read");
        for (table, key) in [("duplicates", "duplicates"), ("rejected", "rejected")] {
            let path = file["path"].as_str().expect("a path");
            let rows = workdir.table(&format!("{folder}/{table}.csv")).only("source_file", path).rows.len() as u64;
            assert_eq!(rows, number(key), "{table} of {path}");
        }
        let sum = |of: &str| {
            let spans = file["spans"][of].as_object().expect("spans are an object");
            spans.values().map(|value| value.as_u64().expect("a count")).sum::<u64>()
        };
        assert!(sum("bytes") > 0 && sum("lines") > number("rejected"), "{}", file["path"]);
    }
    assert_eq!(n_read, n_records);
}

#[test]
fn the_sample_adds_up_record_by_record() {
    let workdir = Workdir::of_sample();
    let finished = workdir.run(&["run", "poly-group.toml"]);
    // The README of the sample is written by the program that made the records: it knows how many it made.
    let readme = std::fs::read_to_string(project("sample_data/README.md")).expect("the sample has a README");
    let stated =
        readme.lines().find_map(|line| line.strip_prefix("Together ")).expect("the README says how many records there are");
    let n_records: u64 = stated.split(' ').next().expect("a number comes first").parse().expect("a whole number");
    assert_accounts_add_up(&workdir, "poly-group.run", n_records);
    assert!(finished.stdout.contains(" rejected\n"), "{}", finished.stdout);
}

fn any_field() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[A-Z0-9]{0,12}",
        1 => "[A-Zа-я \"]{0,12}",
        1 => "[A-Z \",;|\t\r\n]{0,20}",
    ]
}

/// Returns a record as a well-kept writer has it: with any marks, or with a field of two lines and none. A field of many lines that
/// holds delimiters may be taken apart, which is the rule for stray quotes and not a fault.
fn sound_row() -> impl Strategy<Value = Vec<String>> {
    let marks = prop::collection::vec("[A-Zа-я0-9 \",;|'.-]{0,14}", 6);
    let lines = (prop::collection::vec("[A-Zа-я0-9 .-]{0,14}", 6), 1..6_usize, "[A-Z]{1,5}\n[A-Z]{1,5}").prop_map(
        |(mut row, at, field)| {
            row[at] = field;
            row
        },
    );
    prop_oneof![marks, lines]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a file holds, each byte and line is booked once, and what a reader keeps has the header's fields.
    #[test]
    fn every_byte_and_line_lies_in_one_span(
        rows in prop::collection::vec(prop::collection::vec(any_field(), 1..8), 0..30),
        line_end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        ends_open in any::<bool>(),
    ) {
        let mut text = HEADER.join(",") + line_end;
        text.push_str(&rows.iter().map(|row| row.join(",")).collect::<Vec<_>>().join(line_end));
        if !ends_open {
            text.push_str(line_end);
        }
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("records.csv");
        std::fs::write(&path, &text).expect("a file can be written");
        let read = read(&path);
        prop_assert_eq!(read.spans, read.decoded);
        prop_assert_eq!(read.spans.0, text.len() as u64);
        prop_assert!(read.lines.windows(2).all(|pair| pair[0] < pair[1]), "records come in the order of the file");
    }

    /// What a well-kept writer wrote is read as it was meant, by us as by the `csv` crate.
    #[test]
    fn sound_files_are_read_as_written(
        rows in prop::collection::vec(sound_row(), 1..30),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        let rows: Vec<Vec<String>> = rows
            .into_iter()
            .enumerate()
            .map(|(at, mut row)| {
                row[0] = format!("D-{at}");
                row
            })
            .collect();
        let terminator = if line_end == "\n" { csv::Terminator::Any(b'\n') } else { csv::Terminator::CRLF };
        let mut writer = csv::WriterBuilder::new().terminator(terminator).quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record(HEADER).expect("a record can be written");
        for row in &rows {
            writer.write_record(row).expect("a record can be written");
        }
        let bytes = writer.into_inner().expect("memory does not fail");
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("records.csv");
        std::fs::write(&path, &bytes).expect("a file can be written");

        let is_known = |header: &str| HEADER.contains(&header);
        let mut reader = ingest::open(&path, &Pinned::default(), &is_known).expect("the file can be opened");
        let (mut batch, mut rejections) = (RawShipments::new(HEADER.len()), Vec::new());
        while reader.read(&mut batch, &mut rejections).expect("the file can be read") {}
        let found: Vec<Vec<String>> =
            (0..batch.len()).map(|record| (0..HEADER.len()).map(|column| batch.field(record, column).to_owned()).collect()).collect();
        prop_assert!(rejections.is_empty());
        prop_assert_eq!(found, rows);
    }
}
