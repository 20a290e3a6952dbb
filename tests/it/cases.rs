//! Cases as data: small files of records and the tables that a run must make of them.
//!
//! A case is a folder. Beside its inputs stand `expected_NAME.csv` for any table NAME of the run folder: the columns of its header
//! and all its rows, in this order, are what the run must give. A case below `resolve/`, `goods/` or `tables/` has a `run.toml`; one below
//! `vendors/SCHEMA/` needs none: its file `input.*` is read by that schema and every usable record is shown in `shipments.csv`.

use crate::workdir::{Table, Workdir, entries, for_each_case, project};
use std::io::Write;
use std::path::{Path, PathBuf};

#[test]
fn records_that_count_once() {
    for_each_case(&entries(&project("tests/cases/resolve")), hold_against_expected);
}

#[test]
fn tables_in_files() {
    for_each_case(&entries(&project("tests/cases/tables")), hold_against_expected);
}

#[test]
fn layouts_of_vendors() {
    for_each_case(&below("vendors"), hold_against_expected);
}

#[test]
fn every_built_in_layout_has_a_case() {
    let listed = Workdir::new().run(&["list", "schemas"]).stdout;
    let names = listed.lines().filter_map(|line| line.split('\t').next());
    let without: Vec<&str> = names.filter(|name| !project("tests/cases/vendors").join(name).is_dir()).collect();
    assert!(without.is_empty() && listed.lines().count() > 40, "without a case: {without:?}");
}

#[test]
fn goods_of_findings() {
    for_each_case(&entries(&project("tests/cases/goods")), hold_against_expected);
}

#[test]
fn bugs_stay_away() {
    let bugs = entries(&project("tests/cases/bugs")).into_iter().filter(|folder| !folder.join("args").exists());
    for_each_case(&bugs.collect::<Vec<_>>(), hold_against_expected);
}

/// Returns the cases of a kind that has a folder for each schema.
fn below(kind: &str) -> Vec<PathBuf> {
    entries(&project("tests/cases").join(kind)).iter().flat_map(|folder| entries(folder)).collect()
}

/// Runs a case and compares every table that it expects.
fn hold_against_expected(folder: &Path) {
    let workdir = Workdir::copy_of(folder);
    for path in entries(workdir.root()).iter().filter(|path| is_expected(path)) {
        std::fs::remove_file(path).expect("a copy can be removed");
    }
    if !workdir.path("run.toml").exists() {
        let schema =
            folder.parent().and_then(Path::file_name).expect("a case lies in the folder of its schema").to_string_lossy();
        workdir.write("run.toml", run_file("input.*", &schema));
    }
    let finished = workdir.plimsoll(&["run", "run.toml"]);
    assert!(matches!(finished.code, 0 | 3), "{}{}", finished.stdout, finished.stderr);
    let mut n_expected = 0;
    for path in entries(folder).iter().filter(|path| is_expected(path)) {
        let name = path.file_name().expect("an entry has a name").to_string_lossy().into_owned();
        let table = name.trim_start_matches("expected_");
        let expected = Table::parse(&std::fs::read(path).expect("the case says what is expected"));
        let columns: Vec<&str> = expected.header.iter().map(String::as_str).collect();
        let found = workdir.table(&format!("run.run/{table}")).select(&columns);
        assert!(found == expected, "{table}, expected:\n{}\nfound:\n{}", expected.text(), found.text());
        n_expected += 1;
    }
    assert!(n_expected > 0, "the case expects something");
    assert_accounts_add_up(&workdir);
}

fn is_expected(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("expected_"))
}

/// Every record is kept, a duplicate or rejected, and every one that is not kept has its row.
fn assert_accounts_add_up(workdir: &Workdir) {
    let manifest = workdir.json("run.run/run_manifest.json");
    let files = manifest["files"].as_array().expect("the manifest lists files");
    let sum = |key: &str| files.iter().map(|file| file[key].as_u64().expect("a count")).sum::<u64>();
    assert_eq!(sum("records_read"), sum("kept") + sum("duplicates") + sum("rejected"));
    assert_eq!(workdir.table("run.run/duplicates.csv").rows.len() as u64, sum("duplicates"));
    assert_eq!(workdir.table("run.run/rejected.csv").rows.len() as u64, sum("rejected"));
}

/// Returns a run file that shows every usable record of some files, of either flow.
fn run_file(path: &str, schema: &str) -> String {
    let mut text = format!("max_rejected = 1.0\n\n[[records]]\npath = \"{path}\"\nschema = \"{schema}\"\n");
    for flow in ["import", "export"] {
        text.push_str(&format!(
            "\n[[findings]]\nid = \"{flow}\"\nflow = \"{flow}\"\nfrom = 1900-01-01\nto = 2199-12-31\ncount = \"records\"\n"
        ));
    }
    text
}

#[test]
fn dialects_read_alike() {
    let folder = project("tests/cases/dialects");
    let text = std::fs::read_to_string(folder.join("records.csv")).expect("the case has records");
    let expected = Table::parse(&std::fs::read(folder.join("expected_shipments.csv")).expect("the case says what is expected"));
    let columns: Vec<&str> = expected.header.iter().map(String::as_str).collect();
    let mut n_dialects = 0;
    for delimiter in [',', ';', '\t', '|'] {
        for line_end in ["\n", "\r\n", "\r"] {
            let dialect = dialect_of(&text, delimiter, line_end);
            for packing in ["utf-8", "byte-order-mark", "windows-1251", "utf-16", "gz", "zst"] {
                // All names of files end alike: what a file is says its content.
                let workdir = Workdir::new();
                workdir.write("records.csv", packed(&dialect, packing));
                workdir.write("run.toml", run_file("records.csv", "plimsoll"));
                let finished = workdir.plimsoll(&["run", "run.toml"]);
                let shown = format!("{delimiter:?} {line_end:?} {packing}");
                assert_eq!(finished.code, 0, "{shown}: {}{}", finished.stdout, finished.stderr);
                let mut found = workdir.table("run.run/shipments.csv").select(&columns);
                // A cell of several lines keeps the line ends that it came with.
                found.rows.iter_mut().flatten().for_each(|cell| *cell = cell.replace("\r\n", "\n").replace('\r', "\n"));
                assert!(found == expected, "{shown}, expected:\n{}\nfound:\n{}", expected.text(), found.text());
                let dialect = &workdir.json("run.run/run_manifest.json")["files"][0]["dialect"];
                assert_eq!(dialect["delimiter"].as_str(), Some(delimiter.to_string().as_str()), "{shown}");
                n_dialects += 1;
            }
        }
    }
    assert_eq!(n_dialects, 72);
}

/// Writes a table anew with another delimiter and line end, line ends inside quotes included.
fn dialect_of(text: &str, delimiter: char, line_end: &str) -> String {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter as u8).from_writer(Vec::new());
    for record in reader.records() {
        writer.write_record(&record.expect("the case is sound")).expect("a record can be written");
    }
    let written = String::from_utf8(writer.into_inner().expect("memory does not fail")).expect("texts stay texts");
    written.replace('\n', line_end)
}

fn packed(text: &str, packing: &str) -> Vec<u8> {
    match packing {
        "byte-order-mark" => format!("\u{feff}{text}").into_bytes(),
        "windows-1251" => encoding_rs::WINDOWS_1251.encode(text).0.into_owned(),
        "utf-16" => "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        "gz" => {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            packer.write_all(text.as_bytes()).expect("memory does not fail");
            packer.finish().expect("memory does not fail")
        }
        "zst" => zstd::encode_all(text.as_bytes(), 0).expect("memory does not fail"),
        _ => text.as_bytes().to_vec(),
    }
}
