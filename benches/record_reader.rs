//! How fast records are read, beside the `csv` crate on the same file: a ratio in one run, pair by pair.
//!
//! The peer splits fields and does nothing else; ours also finds encoding, delimiter and header, keeps line numbers and the account of
//! every byte. Run with `cargo bench --bench record_reader`.

use plimsoll::ingest::{self, records::Pinned};
use plimsoll::model::raw_shipments::RawShipments;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

const RECORDS: usize = 400_000;
const COLUMNS: usize = 25;
const PAIRS: usize = 7;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("records.csv");
    std::fs::write(&path, generate()).expect("the records can be written");
    let megabytes = path.metadata().expect("the records are there").len() as f64 / 1e6;
    let mut ratios = Vec::new();
    let mut ours = Vec::new();
    for _ in 0..PAIRS {
        let (our_seconds, our_bytes) = timed(|| read_ours(&path));
        let (peer_seconds, peer_bytes) = timed(|| read_peer(&path));
        assert_eq!(our_bytes, peer_bytes, "both readers see the same fields");
        ratios.push(our_seconds / peer_seconds);
        ours.push(our_seconds);
    }
    ratios.sort_by(f64::total_cmp);
    ours.sort_by(f64::total_cmp);
    println!("{RECORDS} records of {COLUMNS} columns, {megabytes:.0} MB, {PAIRS} pairs");
    println!("ours: median {:.3} s, {:.0} MB/s", ours[PAIRS / 2], megabytes / ours[PAIRS / 2]);
    println!("ours / csv crate: min {:.2}, median {:.2}, max {:.2}", ratios[0], ratios[PAIRS / 2], ratios[PAIRS - 1]);
}

fn timed(read: impl FnOnce() -> u64) -> (f64, u64) {
    let start = Instant::now();
    let bytes = read();
    (start.elapsed().as_secs_f64(), bytes)
}

fn read_ours(path: &Path) -> u64 {
    let mut reader =
        ingest::open(path, &Pinned::default(), &|header| header.starts_with("column_")).expect("the file is well formed");
    let mut bytes = 0;
    let mut rejected = Vec::new();
    let mut is_more = true;
    while is_more {
        let mut batch = RawShipments::new(COLUMNS);
        is_more = reader.read(&mut batch, &mut rejected).expect("the file is well formed");
        bytes += batch.text_len() as u64;
    }
    bytes
}

fn read_peer(path: &Path) -> u64 {
    let mut reader = csv::Reader::from_path(path).expect("the file is well formed");
    let mut record = csv::ByteRecord::new();
    let mut bytes = 0;
    while reader.read_byte_record(&mut record).expect("the file is well formed") {
        bytes += record.iter().map(<[u8]>::len).sum::<usize>() as u64;
    }
    bytes
}

/// Returns records with a code, names, numbers and, in one of eight, a quoted description with a comma.
fn generate() -> String {
    let mut text = String::new();
    let header: Vec<String> = (0..COLUMNS).map(|column| format!("column_{column}")).collect();
    text.push_str(&header.join(","));
    text.push('\n');
    let mut state = 281_u64;
    for record in 0..RECORDS {
        for column in 0..COLUMNS {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = state >> 40;
            let written = match column {
                0 => write!(text, "{record}"),
                1 => write!(text, "84571{:05}", number % 100_000),
                2 | 3 => write!(text, "TRADING HOUSE {number} LIMITED"),
                4 if number.is_multiple_of(8) => write!(text, "\"LATHE, MODEL {number}\""),
                4 => write!(text, "LATHE MODEL {number}"),
                _ => write!(text, "{number}"),
            };
            written.expect("a text takes all that is written to it");
            text.push(if column + 1 == COLUMNS { '\n' } else { ',' });
        }
    }
    text
}
