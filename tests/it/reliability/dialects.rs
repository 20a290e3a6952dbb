//! Dialects of CSV, one fixture a line of `tests/cases/values/dialects.tsv` (R4).

use super::random::Random;
use super::second_reader::{self, Found};
use super::{grouped, scaled};
use crate::workdir::project;
use plimsoll::ingest;
use plimsoll::ingest::records::Pinned;
use plimsoll::model::account::SpanKind;
use plimsoll::model::raw_shipments::RawShipments;
use std::collections::BTreeMap;
use std::path::Path;

/// Returns the fixtures of a table as raw text, what is expected, and a note.
fn fixtures(name: &str) -> Vec<[String; 3]> {
    let path = project("tests/cases/values").join(name);
    let reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).comment(Some(b'#')).from_path(path);
    let records = reader.expect("the table can be opened").into_records();
    records
        .map(|record| record.expect("every line has three cells"))
        .map(|line| [0, 1, 2].map(|at| line[at].to_owned()))
        .collect()
}

fn unescape(raw: &str) -> String {
    let marks = [("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t"), ("\\0", "\0"), ("\\B", "\u{feff}"), ("\\Z", "\u{1a}")];
    marks.iter().fold(raw.to_owned(), |text, (shown, mark)| text.replace(shown, mark))
}

fn escape(field: &str) -> String {
    let marks = [("\r", "CR"), ("\n", "LF"), ("\t", "TAB"), ("\0", "NUL"), ("\u{feff}", "\\B")];
    marks.iter().fold(field.to_owned(), |text, (mark, shown)| text.replace(mark, shown))
}

/// Reads a file and shows what it came to, and what the second reader makes of it; a refusal is shown for both.
fn read(path: &Path, text: &str) -> [String; 2] {
    let mut reader = match ingest::open(path, &Pinned::default(), &|name| name == "A") {
        Ok(reader) => reader,
        Err(error) => return [format!("refused: {error}"), format!("refused: {error}")],
    };
    let width = reader.header().names.len();
    let (mut batch, mut rejections) = (RawShipments::new(width), Vec::new());
    while reader.read(&mut batch, &mut rejections).expect("the text can be read") {}
    let mut found: BTreeMap<u64, String> = BTreeMap::new();
    for record in 0..batch.len() {
        let fields: Vec<String> = (0..width).map(|column| escape(batch.field(record, column))).collect();
        found.insert(batch.line(record), format!(":{}", fields.join("|")));
    }
    found.extend(rejections.iter().map(|rejection| (rejection.line, format!("!{}", rejection.reason))));
    let spans = reader.spans();
    assert_eq!((spans.total_bytes(), spans.total_lines()), reader.decoded());
    assert_eq!(spans.total_bytes(), text.len() as u64);
    let n_repaired: u64 = reader.repairs().iter().map(|repair| repair.n_records).sum();
    let shown = |found: Vec<(u64, String)>| {
        let all = found.into_iter().map(|(line, what)| format!("{line}{what}")).chain([format!("~{n_repaired}")]);
        all.collect::<Vec<_>>().join(" ")
    };
    let header_end = spans.lines[SpanKind::Preamble as usize] + spans.lines[SpanKind::Header as usize];
    let delimiter = reader.dialect().delimiter.expect("a text has a delimiter");
    let second = second_reader::read(text, delimiter, header_end, width).into_iter().map(|(line, outcome)| match outcome {
        Found::Record(fields) => (line, format!(":{}", fields.iter().map(|field| escape(field)).collect::<Vec<_>>().join("|"))),
        Found::Rejected => (line, "!field_count".to_owned()),
    });
    [shown(found.into_iter().collect()), shown(second.collect())]
}

#[test]
fn dialects_are_read_as_they_are_meant() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("records.csv");
    let mut counts = Vec::new();
    let mut wrong = Vec::new();
    for name in ["dialects.tsv", "quotes.tsv"] {
        let fixtures = fixtures(name);
        for [raw, expected, note] in &fixtures {
            let text = unescape(raw);
            std::fs::write(&path, &text).expect("a file can be written");
            let [found, second] = read(&path, &text);
            let is_right = match expected.strip_prefix("refused: ") {
                Some(part) => found.starts_with("refused: ") && found.contains(part),
                None => found == expected.replace("\\0", "NUL"),
            };
            if !is_right || found != second {
                wrong.push(format!("{note}: {raw}\n  expected {expected}\n  found {found}\n  by the second reader {second}"));
            }
        }
        counts.push(fixtures.len());
    }
    println!("R4: {} dialects and {} texts with quotes, {} read otherwise than expected", counts[0], counts[1], wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(counts[0] >= 60);
}

/// What texts are made of where quotes, delimiters and line ends meet in every order.
const PIECES: [&str; 22] = [
    "x",
    "y",
    "1,b,c",
    ",",
    ",",
    "\"",
    "\"",
    "\"\"",
    "\n",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\n1,b,c\n",
    "\n2,b\n",
    ",\"x",
    "x\",",
    "\"a,b\"",
    "\"p\nq\"",
    "\"OOO\" x",
    "\0",
    "я",
];

#[test]
fn both_readers_agree_on_any_text() {
    let n_texts = scaled(5_000, 50_000);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("records.csv");
    let (mut n_lines, mut n_quoted, mut wrong) = (0, 0, Vec::new());
    for number in 0..n_texts {
        let mut random = Random::new(600_000 + number as u64);
        let header = random.pick(&["A,B,C", "A,B,C", "A,B", "A,B,C,D,E", "A,B,C,", "A,\"B\"", "\u{feff}A,B,C"]);
        let mut text = format!("{header}\n");
        for _ in 0..random.below(60) {
            text.push_str(random.pick(&PIECES));
        }
        // A few bytes of which every eighth is zero may be UTF-16 as well.
        if text.matches('\0').count() >= (text.len() / 8).max(4) {
            continue;
        }
        std::fs::write(&path, &text).expect("a file can be written");
        let [found, second] = read(&path, &text);
        n_lines += text.lines().count();
        n_quoted += usize::from(text.contains('"'));
        if found != second {
            wrong.push(format!("{text:?}\n  found {found}\n  by the second reader {second}"));
        }
    }
    println!(
        "R3: second reader: {} made-up texts of {} lines, {} with quotes, {} disagreements",
        grouped(n_texts),
        grouped(n_lines),
        grouped(n_quoted),
        wrong.len()
    );
    wrong.truncate(5);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
