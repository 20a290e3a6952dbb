//! The sample data: the planted answer is found, under any seed and number, and its bytes depend on nothing but the input.
//!
//! The answer key is read here and only here; the program never sees it.

use crate::workdir::{Table, Workdir, assert_same_files, project};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

const RUN_FILE: &str = "poly-group.toml";
const RESULTS: &str = "poly-group.run";

/// Columns of the evidence that say where a record was read.
const PLACE: [&str; 3] = ["record_id", "source_file", "source_line"];

#[test]
fn the_committed_sample_gives_its_planted_answer() {
    let workdir = Workdir::of_sample();
    let finished = workdir.run(&["run", RUN_FILE]);
    assert!(finished.stdout.contains("poly-281: 281 declarations, 2014-01-01 to 2022-12-31"), "{}", finished.stdout);
    assert!(finished.stdout.contains("equals the expected 281"), "{}", finished.stdout);
    assert_holds_answer_key(&workdir, 281);

    let shipments = workdir.table("poly-group.run/shipments.csv");
    assert!(shipments.column("remark").iter().all(|remark| *remark == "SYNTHETIC"), "a row does not say that it is synthetic");
    let finding = &workdir.json("poly-group.run/findings.json")["findings"][0];
    assert_eq!(finding["verdict"], "equals_expected");
    assert!(
        finding["source"].as_str().is_some_and(|source| source.contains("planted")),
        "the source says who planted the number"
    );
    assert_planted_as_asked(&workdir.table("answer_key.csv"));
}

/// Holds the rows that count, and the table by year, against the answer key.
fn assert_holds_answer_key(workdir: &Workdir, planted: usize) {
    let key = workdir.table("answer_key.csv").only("kind", "planted");
    assert_eq!(key.rows.len(), planted);
    let expected: BTreeSet<String> = key.column("declaration_id").into_iter().map(folded).collect();
    assert_eq!(expected.len(), planted, "planted declarations are distinct");

    let shipments = workdir.table("poly-group.run/shipments.csv").only("findings", "poly-281");
    let found: BTreeSet<String> = shipments.column("declaration_id").into_iter().map(folded).collect();
    let missed: Vec<_> = expected.difference(&found).collect();
    let wrong: Vec<_> = found.difference(&expected).collect();
    assert!(missed.is_empty() && wrong.is_empty(), "not found: {missed:?}\nfound, but not planted: {wrong:?}");

    let mut by_year: BTreeMap<String, usize> = (2014..=2022).map(|year| (year.to_string(), 0)).collect();
    for year in key.column("year") {
        *by_year.get_mut(year).expect("planted years lie in the window") += 1;
    }
    let mut rows: Vec<(String, usize)> = by_year.into_iter().collect();
    rows.push(("all".to_owned(), planted));
    let summary = workdir.table("poly-group.run/summary.csv");
    let counted = |column: &str| -> Vec<(String, usize)> {
        let counts = summary.column(column).into_iter().map(|count| count.parse().expect("counts are whole numbers"));
        summary.column("period").into_iter().map(str::to_owned).zip(counts).collect()
    };
    assert_eq!(counted("declarations"), rows);
    assert_eq!(counted("shipments"), rows);
    assert_eq!(summary.column("finding"), vec!["poly-281"; rows.len()]);

    // The rows that count, counted here once more by what they say, give the same numbers as the queries.
    let distinct = |columns: &[&str]| shipments.select(columns).rows.into_iter().collect::<BTreeSet<_>>().len();
    let total = summary.only("period", "all");
    assert_eq!(total.column("records"), [distinct(&["record_id"]).to_string()]);
    assert_eq!(total.column("consignments"), ["0"]);
    for column in ["records", "line_items"] {
        let sum: usize = counted(column).iter().filter(|(period, _)| period != "all").map(|(_, count)| count).sum();
        assert_eq!(total.column(column), [sum.to_string()], "{column} of the years add up");
    }
}

/// Returns a declaration's number in the spelling of the first vendor: the second sets its three parts apart in other ways.
fn folded(declaration_id: &str) -> String {
    let parts: Vec<&str> =
        declaration_id.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    parts.join("/").to_uppercase()
}

/// What the sample must hold so that finding its answer is no accident.
fn assert_planted_as_asked(key: &Table) {
    let planted = key.only("kind", "planted");
    let hard = planted.column("how").into_iter().filter(|how| *how != "exact").count();
    assert!(hard >= 100, "{hard} planted declarations are findable only through a variant, an alias or an identifier");
    let decoys = key.only("kind", "decoy");
    assert!(decoys.rows.len() >= 300, "{} decoys", decoys.rows.len());
    let kinds: BTreeSet<&str> = decoys.column("why_not").into_iter().collect();
    assert!(kinds.len() >= 15, "{} kinds of decoys", kinds.len());
    assert!(!key.only("kind", "ambiguous").rows.is_empty(), "the range is a range");
}

#[test]
fn threads_and_order_change_no_byte() {
    let workdir = Workdir::of_sample();
    workdir.run(&["run", RUN_FILE, "--threads", "1", "--store", "store-1", "--out", "one"]);
    workdir.run(&["run", RUN_FILE, "--threads", "2", "--store", "store-2", "--out", "two"]);
    workdir.write("reordered.toml", reordered(&workdir.read_text(RUN_FILE)));
    workdir.run(&["run", "reordered.toml", "--store", "store-3", "--out", "three"]);

    let manifest = "run_manifest.json";
    let [one, two, three] = ["one", "two", "three"].map(|folder| workdir.files(folder));
    assert!(one.len() >= 14, "the run folder is whole: {:?}", one.keys());
    assert_same_files(&one, &two, &[manifest]);
    assert_same_files(&one, &three, &[manifest]);

    let without = |folder: &str, keys: &[&str]| {
        let mut document = workdir.json(&format!("{folder}/{manifest}"));
        for key in keys {
            assert!(
                document.as_object_mut().expect("a manifest is an object").remove(*key).is_some(),
                "the manifest has `{key}`"
            );
        }
        document
    };
    assert_eq!(without("one", &["environment"]), without("two", &["environment"]));
    let apart = ["environment", "run_file_sha256"];
    assert_eq!(without("one", &apart), without("three", &apart));
    assert_ne!(workdir.json("one/run_manifest.json")["environment"], workdir.json("two/run_manifest.json")["environment"]);
}

/// Returns a run file with its sections in the opposite order, a watchlist that nothing asks for put before the other one.
fn reordered(run_file: &str) -> String {
    let mut blocks: Vec<Vec<&str>> = vec![Vec::new()];
    for line in run_file.lines() {
        if line.starts_with('[') {
            blocks.push(Vec::new());
        }
        blocks.last_mut().expect("there is a block").push(line);
    }
    let head = blocks.remove(0).join("\n");
    let n_records = blocks.iter().filter(|block| block[0] == "[[records]]").count();
    assert!(n_records >= 2, "there is something to put in another order");
    let sections = blocks.into_iter().rev().map(|block| block.join("\n"));
    std::iter::once(head).chain(sections).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_order_of_watchlists_changes_no_byte() {
    let workdir = Workdir::of_sample();
    let second = "[[watchlists]]\nid = \"another\"\npath = \"lists/another.csv\"\nformat = \"names\"\n\n";
    workdir.write("lists/another.csv", "entity_id,name\nA-1,Poly Technologies\nA-2,Harbin Furniture Company\n");
    let run_file = workdir.read_text(RUN_FILE);
    let at = run_file.find("[[watchlists]]").expect("the run file names a watchlist");
    let end = at + run_file[at..].find("\n\n").expect("a blank line follows") + 2;
    workdir.write("before.toml", format!("{}{second}{}", &run_file[..at], &run_file[at..]));
    workdir.write("behind.toml", format!("{}{second}{}", &run_file[..end], &run_file[end..]));
    workdir.run(&["run", "before.toml"]);
    workdir.run(&["run", "behind.toml"]);
    let watchlists = workdir.table("before.run/matches.csv");
    assert!(watchlists.column("watchlist").contains(&"another"), "the second list matches something");
    let manifest = "run_manifest.json";
    assert_same_files(&workdir.files("before.run"), &workdir.files("behind.run"), &[manifest]);
    let [before, behind] = ["before", "behind"].map(|name| workdir.json(&format!("{name}.run/{manifest}"))["outputs"].clone());
    assert_eq!(before, behind);
}

#[test]
fn split_files_give_the_same_numbers() {
    let workdir = Workdir::of_sample();
    workdir.run(&["run", RUN_FILE, "--out", "whole"]);

    let mut n_pieces = 0;
    for path in crate::workdir::entries(&workdir.path("records")) {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let stem = name.trim_end_matches(".gz").trim_end_matches(".csv");
        let delimiter = if name.starts_with("ru-") { ';' } else { ',' };
        for (at, piece) in thirds(&unpacked(&path), delimiter).into_iter().enumerate() {
            workdir.write(&format!("pieces/{stem}-part{at}.csv"), piece);
            n_pieces += 1;
        }
    }
    assert_eq!(n_pieces, 12);
    let run_file = workdir.read_text(RUN_FILE);
    let split = run_file
        .replace("records/ru-declarations-*.csv.gz", "pieces/ru-declarations-*.csv")
        .replace("records/export-en-2015-2022.csv", "pieces/export-en-*.csv");
    assert_eq!(split.matches("pieces/").count(), 2);
    workdir.write("split.toml", split);
    workdir.run(&["run", "split.toml", "--out", "split"]);

    for name in ["summary.csv", "series.csv", "parties.csv", "matches.csv"] {
        assert!(workdir.read(&format!("whole/{name}")) == workdir.read(&format!("split/{name}")), "`{name}` differs");
    }
    let [whole, split] = ["whole", "split"].map(|folder| workdir.table(&format!("{folder}/shipments.csv")));
    assert_eq!(whole.header, split.header);
    assert!(whole.without(&PLACE) == split.without(&PLACE), "shipments.csv differs in more than the place of its records");
    assert_ne!(whole.column("source_file"), split.column("source_file"));
    assert_eq!(records_read(&workdir.json("whole/run_manifest.json")), records_read(&workdir.json("split/run_manifest.json")));
}

fn records_read(manifest: &serde_json::Value) -> u64 {
    let files = manifest["files"].as_array().expect("the manifest lists files");
    files.iter().map(|file| file["records_read"].as_u64().expect("a number")).sum()
}

fn unpacked(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).expect("a file can be read");
    if path.extension().is_none_or(|extension| extension != "gz") {
        return bytes;
    }
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text).expect("the sample is sound");
    text
}

/// Cuts a file of records into three with the header on each, line ends and encoding as they were.
///
/// Lines inside quotes are not cut off, because a record of the sample begins with the number of its declaration.
fn thirds(bytes: &[u8], delimiter: char) -> Vec<Vec<u8>> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let starts: Vec<usize> = (1..lines.len()).filter(|at| begins_record(lines[*at], delimiter)).collect();
    let cuts = [starts[0], starts[starts.len() / 3], starts[starts.len() * 2 / 3], lines.len()];
    cuts.windows(2).map(|cut| [lines[0], &lines[cut[0]..cut[1]].concat()].concat()).collect()
}

/// Every record of the sample begins with the number of a declaration.
fn begins_record(line: &[u8], delimiter: char) -> bool {
    let field = line.split(|byte| *byte == delimiter as u8).next().unwrap_or_default();
    let field = field.strip_prefix(b"\"").unwrap_or(field);
    field.starts_with(b"00000000")
}

#[test]
fn a_second_run_reuses_the_store() {
    let workdir = Workdir::of_sample();
    workdir.run(&["run", RUN_FILE]);
    let parts = || -> BTreeMap<PathBuf, std::time::SystemTime> {
        let files = crate::workdir::walk(&workdir.path(".plimsoll"));
        let parts = files.into_iter().filter(|path| path.file_name().is_some_and(|name| name == "shipments.parquet"));
        parts
            .map(|path| (path.clone(), fs::metadata(&path).and_then(|meta| meta.modified()).expect("a file has a time")))
            .collect()
    };
    let (before, results) = (parts(), workdir.files(RESULTS));
    assert_eq!(before.len(), 4, "one part a file");
    workdir.run(&["run", RUN_FILE]);
    assert_eq!(before, parts(), "a part was written again");
    assert_same_files(&results, &workdir.files(RESULTS), &["run_manifest.json"]);
}

#[test]
fn the_place_that_a_run_starts_from_changes_no_byte() {
    let (here, there) = (Workdir::new(), Workdir::new());
    let case = project("tests/cases/verbs/run-all-sections");
    crate::workdir::copy_folder(&case, here.root());
    crate::workdir::copy_folder(&case, &there.path("far/away"));
    here.run(&["run", "run.toml"]);
    there.run(&["run", "far/away/run.toml"]);
    let [here, there] = [here.files("run.run"), there.files("far/away/run.run")];
    assert_same_files(&here, &there, &["run_manifest.json"]);
}

#[test]
fn a_changed_file_is_read_anew() {
    let workdir = Workdir::of_sample();
    workdir.run(&["run", RUN_FILE, "--until", "store"]);
    let path = "records/export-en-2015-2022.csv";
    let mut text = workdir.read_text(path);
    let last = text.trim_end().lines().last().expect("the file has records").replace("SYNTHETIC", "SYNTHETIC AGAIN");
    text.push_str(&last);
    text.push('\n');
    workdir.write(path, text);
    let finished = workdir.run(&["run", RUN_FILE, "--until", "store"]);
    assert!(finished.stdout.contains("59,977 read"), "{}", finished.stdout);
}

#[test]
fn the_generator_plants_what_it_is_asked_to() {
    for (seed, planted) in [(11, 0), (23, 1), (35, 97), (47, 281)] {
        let workdir = Workdir::new();
        generate(seed, planted, workdir.root());
        assert_eq!(expected(&workdir.read_text(RUN_FILE)), Some(planted as i64), "seed {seed}");
        let finished = workdir.run(&["run", RUN_FILE]);
        let noun = format!("poly-281: {planted} declarations");
        assert!(finished.stdout.contains(&noun), "seed {seed}, {planted} planted:\n{}", finished.stdout);
        assert_holds_answer_key(&workdir, planted);
    }
}

fn expected(run_file: &str) -> Option<i64> {
    let table: toml::Table = run_file.parse().expect("the run file is TOML");
    table["findings"][0]["expected"].as_integer()
}

#[test]
fn the_generator_makes_the_committed_files_again() {
    let workdir = Workdir::new();
    generate(281, 281, workdir.root());
    let made = workdir.files(".");
    let sample = project("sample_data");
    assert!(made.len() >= 8, "{:?}", made.keys());
    for (name, bytes) in &made {
        let committed = fs::read(sample.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(&committed == bytes, "`{name}` is not what the generator makes");
    }
    for path in crate::workdir::entries(&sample.join("records")) {
        let name = path.file_name().expect("a file has a name").to_string_lossy();
        assert!(made.contains_key(&format!("records/{name}")), "`{name}` is not made by the generator");
    }
}

/// Runs the generator by the line `generate:` of the sample's README: the example that is built beside this test program takes the
/// place of `cargo run … --`.
fn generate(seed: u64, planted: usize, out: &Path) {
    let readme = fs::read_to_string(project("sample_data/README.md")).expect("the sample has a README");
    let line = readme.lines().find_map(|line| line.strip_prefix("generate: ")).expect("the README has a line `generate:`");
    let (program, arguments) = line.split_once(" -- ").expect("arguments stand behind `--`");
    assert_eq!(program, "cargo run --release --example generate_sample");
    let arguments: Vec<String> = arguments
        .split_whitespace()
        .map(|word| {
            word.replace("{seed}", &seed.to_string())
                .replace("{planted}", &planted.to_string())
                .replace("{out}", &out.to_string_lossy())
        })
        .collect();
    // This program lies in `deps`, the examples beside that folder.
    let own = std::env::current_exe().expect("a program knows its path");
    let folder = own.parent().and_then(Path::parent).expect("the program lies in a build folder").join("examples");
    let generator = folder.join(format!("generate_sample{}", std::env::consts::EXE_SUFFIX));
    let output = std::process::Command::new(&generator).args(&arguments).output();
    let output =
        output.unwrap_or_else(|error| panic!("{}: {error}; `cargo test` without `--test` builds it", generator.display()));
    let _ = std::io::stderr().write_all(&output.stderr);
    assert!(output.status.success(), "the generator ends well");
}
