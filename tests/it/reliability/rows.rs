//! Rows: none is lost, none is changed, every one that is not kept stands in `rejected.csv` (R1, R2, R3, R5).

use super::generator::{COLUMNS, DirtyFile, Kind, dirty_file};
use super::random::Random;
use super::results::{Results, SHOW_ALL, letters, shown};
use super::second_reader::{self, Found};
use super::{grouped, scaled};
use crate::workdir::Workdir;
use std::collections::{BTreeMap, BTreeSet};

const FILES_IN_A_RUN: usize = 250;
/// So many files have more records than are ever in memory at once.
const LARGE_FILES: usize = 2;
const LARGE_ROWS: usize = 70_000;

/// What became of the records of many files.
#[derive(Default)]
struct Figures {
    n_files: usize,
    n_asked: usize,
    n_runs: usize,
    n_written: usize,
    n_kept: usize,
    n_rejected: usize,
    n_ragged: usize,
    n_strays: usize,
    n_strays_kept: usize,
    n_lost: usize,
    n_changed: usize,
    n_silent: usize,
    n_disagreements: usize,
    n_years: usize,
    examples: Vec<String>,
}

impl Figures {
    fn example(&mut self, text: String) {
        if self.examples.len() < 8 {
            self.examples.push(text);
        }
    }
}

#[test]
fn dirty_files_lose_nothing_and_change_nothing() {
    let n_files = scaled(200, 10_000);
    let mut figures = Figures::default();
    let mut sizes = Random::new(281);
    let numbers: Vec<usize> = (0..n_files).collect();
    for numbers in numbers.chunks(FILES_IN_A_RUN) {
        let workdir = Workdir::new();
        workdir.write("run.toml", SHOW_ALL);
        let files: Vec<DirtyFile> = numbers
            .iter()
            .map(|number| {
                let n_rows = 20 + sizes.below(scaled(160, 450));
                let file = dirty_file(*number, if *number < LARGE_FILES { LARGE_ROWS } else { n_rows });
                workdir.write(&format!("records/{}", file.name), &file.bytes);
                file
            })
            .collect();
        // A file of few letters may be one that the program asks about: that is no loss, but it is counted.
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        let (results, asked) = Results::of_run_without_asked(&workdir, &names);
        figures.n_asked += asked.len();
        let mut by_year: BTreeMap<String, u64> = BTreeMap::new();
        for file in files.iter().filter(|file| results.files.contains_key(&file.name)) {
            figures.n_files += 1;
            hold_against_truth(file, &results, &mut figures);
            hold_against_second_reader(file, &results, &mut by_year, &mut figures);
        }
        for (year, n_records) in by_year {
            figures.n_years += 1;
            if results.by_year.get(&year) != Some(&n_records) {
                figures.n_disagreements += 1;
                figures.example(format!("{year}: {:?} counted, {n_records} by the second reader", results.by_year.get(&year)));
            }
        }
        figures.n_runs += 1;
    }
    assert!(figures.n_asked * 100 <= n_files, "{} of {n_files} files were asked about", figures.n_asked);
    let Figures { n_lost, n_changed, n_silent, n_disagreements, .. } = figures;
    println!(
        "R1: {} files, {} records written, {n_lost} lost, {n_changed} changed ({} kept, {} rejected with their line; {} of {} with a stray quote kept; \
         of {} further files the encoding was asked for)",
        grouped(figures.n_files),
        grouped(figures.n_written),
        grouped(figures.n_kept),
        grouped(figures.n_rejected),
        grouped(figures.n_strays_kept),
        grouped(figures.n_strays),
        figures.n_asked,
    );
    println!(
        "R2: {} files in {} runs: read = kept + duplicates + rejected, every decoded byte and line in one span, in all of them",
        grouped(figures.n_files),
        figures.n_runs
    );
    println!(
        "R3: second reader: {} files, {} records, {} counts by year, {n_disagreements} disagreements",
        grouped(figures.n_files),
        grouped(figures.n_written),
        grouped(figures.n_years)
    );
    println!("R5: {} ragged records, {n_silent} silent", grouped(figures.n_ragged));
    assert_eq!((n_lost, n_changed, n_silent, n_disagreements), (0, 0, 0, 0), "{}", figures.examples.join("\n"));
    // A generator that had stopped to spoil its files would pass everything above.
    assert!(figures.n_strays > 5 * n_files && figures.n_ragged > n_files && figures.n_kept > 50 * n_files);
}

/// Holds every record of a file against what was written.
fn hold_against_truth(file: &DirtyFile, results: &Results, figures: &mut Figures) {
    let found = &results.files[&file.name];
    let n_read = results.hold_account(&file.name, Some(&file.text));
    figures.n_written += file.records.len();
    figures.n_kept += found.kept.len();
    figures.n_rejected += found.rejected.len();
    let mut seen: BTreeSet<u64> = BTreeSet::new();
    for record in &file.records {
        let at = format!("{} line {} ({:?}): {:?}\n  {}", file.name, record.line, record.kind, record.fields, file.traits);
        figures.n_ragged += usize::from(record.kind == Kind::Ragged);
        figures.n_strays += usize::from(matches!(record.kind, Kind::Stray(_)));
        if let Some(row) = found.kept.get(&record.line) {
            seen.insert(record.line);
            figures.n_strays_kept += usize::from(matches!(record.kind, Kind::Stray(_)));
            if matches!(record.kind, Kind::Ragged | Kind::RepeatedHeader) {
                figures.n_silent += 1;
                figures.example(format!("silent: {at}"));
            } else if let Some(column) = first_change(&record.fields, record.kind, row, results) {
                figures.n_changed += 1;
                figures.example(format!("changed `{column}` to {:?}: {at}", results.cell(row, column)));
            }
            continue;
        }
        // A rejected record stands with its line, or in the text of the record that its lines were joined to.
        let is_listed = match found.rejected.get(&record.line) {
            Some(rejected) => {
                seen.insert(record.line);
                rejected.raw_text.contains(&record.fields[0])
            }
            None => found.rejected.values().any(|rejected| rejected.raw_text.contains(&record.fields[0])),
        };
        if !is_listed {
            figures.n_lost += 1;
            figures.example(format!("lost: {at}"));
        } else if record.kind == Kind::Sound {
            figures.n_changed += 1;
            figures.example(format!("sound but rejected: {at}"));
        }
    }
    let n_invented = n_read - seen.len();
    let is_explained = file.records.iter().any(|record| matches!(record.kind, Kind::Stray(_)));
    if n_invented > 0 && !is_explained {
        figures.n_changed += n_invented;
        figures.example(format!("{} has {n_invented} records that nobody wrote", file.name));
    }
}

/// Returns the first column of a kept record that is not what was written.
fn first_change(fields: &[String], kind: Kind, row: &[String], results: &Results) -> Option<&'static str> {
    COLUMNS.iter().enumerate().find_map(|(at, column)| {
        let (written, read) = (fields[at].as_str(), results.cell(row, column));
        let is_same = match *column {
            _ if kind == Kind::Stray(at) => letters(written) == letters(read),
            // Numbers are printed with three decimals, as they were written.
            "net_weight_kg" => written == read,
            _ => shown(written) == read,
        };
        (!is_same).then_some(*column)
    })
}

/// Holds records, rejections and texts against those of the second reader, and counts its records by year.
fn hold_against_second_reader(file: &DirtyFile, results: &Results, by_year: &mut BTreeMap<String, u64>, figures: &mut Figures) {
    let found = &results.files[&file.name];
    let second = second_reader::read(&file.text, file.delimiter, found.header_line, COLUMNS.len());
    let mut n_second_records = 0;
    for (line, outcome) in &second {
        let difference = match (outcome, found.kept.get(line), found.rejected.get(line)) {
            (Found::Record(fields), Some(row), None) => {
                n_second_records += 1;
                *by_year.entry(fields[1][..4].to_owned()).or_default() += 1;
                let texts = [0, 1, 2, 5, 6, 7, 9];
                texts.into_iter().find(|at| shown(&fields[*at]) != results.cell(row, COLUMNS[*at])).map(|at| {
                    format!("`{}` is {:?}, by the second reader {:?}", COLUMNS[at], results.cell(row, COLUMNS[at]), fields[at])
                })
            }
            (Found::Record(_), None, Some(rejected)) if rejected.reason != "field_count" => {
                n_second_records += 1;
                None
            }
            (Found::Rejected, None, Some(rejected)) if rejected.reason == "field_count" => None,
            (outcome, kept, rejected) => {
                let reason = rejected.map(|rejected| rejected.reason.as_str());
                Some(format!("kept: {}, rejected: {reason:?}, by the second reader {outcome:?}", kept.is_some()))
            }
        };
        if let Some(difference) = difference {
            figures.n_disagreements += 1;
            figures.example(format!("{} line {line}: {difference}\n  {}", file.name, file.traits));
        }
    }
    let n_program = found.kept.len() + found.rejected.len();
    if n_program != second.len() {
        figures.n_disagreements += 1;
        let n_second = second.len();
        figures
            .example(format!("{}: {n_program} records, by the second reader {n_second} ({n_second_records} whole)", file.name));
    }
}

/// A run of a thousand files is an ordinary one: a customs office that publishes by the day.
#[test]
fn a_thousand_files_make_one_run() {
    let workdir = Workdir::new();
    workdir.write("run.toml", SHOW_ALL);
    let header = "declaration_id,date,hs_code,shipper_name,consignee_name,reporter_country_code";
    let n_files = 1_000;
    for number in 0..n_files {
        let records = (0..3).map(|line| format!("{number}-{line},2022-02-24,8457101000,A,B,RU\n"));
        workdir.write(&format!("records/{number:04}.csv"), format!("{header}\n{}", records.collect::<String>()));
    }
    let results = Results::of_run(&workdir);
    assert_eq!(results.files.len(), n_files);
    assert!(results.files.values().all(|file| file.kept.len() == 3));
    println!("R2: {} files in one run, 3 records each, all kept", grouped(n_files));
}
