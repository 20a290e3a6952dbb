//! Groups: many records normalized together give what each of them gives alone.
//!
//! Normalizing goes through the distinct values of a group and not through its records, so that a record could get what is another's. A
//! case is a schema and, by header, the cells that its columns hold; records are made up of them. Everything is compared: all columns of
//! the store, what is rejected, counted and kept beside a part.

use crate::reliability::random::Random;
use crate::workdir::{entries, for_each_case, project};
use plimsoll::model::account::Rejection;
use plimsoll::model::issue::{Issue, Issues};
use plimsoll::model::raw_shipments::RawShipments;
use plimsoll::model::shipments::part_columns;
use plimsoll::model::vendor_schema::VendorSchema;
use plimsoll::normalize::mapping::Mapping;
use plimsoll::normalize::{Memory, NormalizedBatch, Normalizer, Origin, Sidecar};
use plimsoll::store::row_group::Batch;
use polars::prelude::DataFrame;
use polars_arrow::array::{Array, DictionaryArray, PrimitiveArray, Utf8Array};
use std::collections::BTreeMap;
use std::path::Path;

/// How files repeat: how many records there are, and of how many cells one differs from that of the record before.
const HABITS: [(usize, usize); 5] = [(1, 1), (40, 1), (600, 1), (600, 6), (9_000, 2)];
const BATCH_RECORDS: usize = 700;
/// Line ends may lie within records.
const LINES_A_RECORD: u64 = 2;

#[test]
fn a_group_gives_what_its_records_give_alone() {
    for_each_case(&entries(&project("tests/cases/groups")), hold_group_against_records);
}

fn hold_group_against_records(folder: &Path) {
    let text = std::fs::read_to_string(folder.join("schema.toml")).expect("the case has a schema");
    let schema = VendorSchema::parse(&text, "schema.toml").expect("the schema is sound");
    let cells = read_cells(&folder.join("cells.csv"));
    let headers: Vec<String> = cells.keys().cloned().collect();
    let mapping = Mapping::new(&schema, &headers, 1, "records.csv", &mut Issues::default()).expect("the headers are known");
    let dates = schema.date_style();
    for (seed, (n_records, one_in)) in HABITS.into_iter().enumerate() {
        for flow in [None, Some("import")] {
            let normalizer = Normalizer::new(&schema, &mapping, flow, &dates);
            let records = make_records(&cells, n_records, one_in, &mut Random::new(seed as u64));
            let together = normalized(&normalizer, &records, BATCH_RECORDS);
            let mut alone = Outcome::default();
            for (at, record) in records.iter().enumerate() {
                alone.add(normalize(&normalizer, &[batch(std::slice::from_ref(record), at)], at));
            }
            assert!(n_records < 100 || !together.rejections.is_empty() && together.columns[0].len() * 10 > n_records);
            together.hold_against(&alone);
        }
    }
}

/// Returns the cells of each header.
fn read_cells(path: &Path) -> BTreeMap<String, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_path(path).expect("the case has cells");
    let mut cells: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in reader.records() {
        let line = line.expect("each line has a header and a cell");
        cells.entry(line[0].to_owned()).or_default().push(line[1].to_owned());
    }
    cells
}

fn make_records(cells: &BTreeMap<String, Vec<String>>, n_records: usize, one_in: usize, random: &mut Random) -> Vec<Vec<String>> {
    let mut records: Vec<Vec<String>> = Vec::with_capacity(n_records);
    for number in 0..n_records {
        let before = records.last();
        let cell = |(at, cells): (usize, &Vec<String>)| match before {
            Some(before) if !random.once_in(one_in) => before[at].clone(),
            _ => cells[random.below(cells.len())].replace("{}", &number.to_string()),
        };
        records.push(cells.values().enumerate().map(cell).collect());
    }
    records
}

fn batch(records: &[Vec<String>], n_before: usize) -> RawShipments {
    let mut batch = RawShipments::new(records[0].len());
    for (at, record) in records.iter().enumerate() {
        batch.push(2 + LINES_A_RECORD * (n_before + at) as u64, record.iter().map(String::as_str));
    }
    batch
}

fn normalize(normalizer: &Normalizer<'_>, batches: &[RawShipments], n_before: usize) -> NormalizedBatch {
    let mut first_ordinal = n_before as u64;
    let origins: Vec<Origin<'_>> = batches
        .iter()
        .map(|batch| {
            let origin = Origin { file_sha256: "digest", place: "sheet", first_ordinal };
            first_ordinal += batch.len() as u64;
            origin
        })
        .collect();
    normalizer.normalize(batches.iter().zip(origins), &mut Memory::default())
}

fn normalized(normalizer: &Normalizer<'_>, records: &[Vec<String>], batch_records: usize) -> Outcome {
    let batches: Vec<RawShipments> =
        records.chunks(batch_records).enumerate().map(|(at, records)| batch(records, at * batch_records)).collect();
    let mut outcome = Outcome::default();
    outcome.add(normalize(normalizer, &batches, 0));
    outcome
}

/// All that normalizing gives.
#[derive(Default)]
struct Outcome {
    columns: Vec<Vec<Option<String>>>,
    sidecar: Sidecar,
    issues: Issues,
    rejections: Vec<Rejection>,
}

impl Outcome {
    fn add(&mut self, batch: NormalizedBatch) {
        let columns = cells_of(&batch.shipments);
        self.columns.resize(columns.len(), Vec::new());
        self.columns.iter_mut().zip(columns).for_each(|(all, cells)| all.extend(cells));
        self.sidecar.merge(batch.sidecar);
        self.issues.merge(batch.issues);
        self.rejections.extend(batch.rejections);
    }

    fn hold_against(self, other: &Outcome) {
        for ((name, _), (left, right)) in part_columns().iter().zip(self.columns.iter().zip(&other.columns)) {
            let differing = (0..left.len()).find(|at| left[*at] != right[*at]);
            assert!(
                left.len() == right.len() && differing.is_none(),
                "`{name}`, usable record {differing:?}: {:?}, alone {:?}",
                differing.map(|at| &left[at]),
                differing.map(|at| &right[at]),
            );
        }
        assert_eq!(self.rejections, other.rejections);
        let issues: [Vec<Issue>; 2] = [self.issues, other.issues.clone()].map(Issues::into_vec);
        assert_eq!(issues[0], issues[1]);
        assert_eq!(self.sidecar.line_numbers, other.sidecar.line_numbers);
        assert_eq!(self.sidecar.zeros, other.sidecar.zeros);
        let [left, right] = [self.sidecar, other.sidecar.clone()].map(Sidecar::into_tables);
        let tables: [(&DataFrame, &DataFrame); 3] =
            [(&left.parties, &right.parties), (&left.codes, &right.codes), (&left.coverage, &right.coverage)];
        for (left, right) in tables {
            assert!(left.equals_missing(right), "{left}\n{right}");
        }
    }
}

/// Returns the cells of a batch as texts, column by column.
fn cells_of(batch: &Batch) -> Vec<Vec<Option<String>>> {
    let column = |array: &Option<Box<dyn Array>>| match array {
        Some(array) => (0..batch.n_records).map(|at| cell_of(array.as_ref(), at)).collect(),
        None => vec![None; batch.n_records],
    };
    batch.columns.iter().map(column).collect()
}

fn cell_of(array: &dyn Array, at: usize) -> Option<String> {
    if array.is_null(at) {
        return None;
    }
    let any = array.as_any();
    if let Some(numbered) = any.downcast_ref::<DictionaryArray<u32>>() {
        return cell_of(numbered.values().as_ref(), numbered.keys().value(at) as usize);
    }
    if let Some(texts) = any.downcast_ref::<Utf8Array<i64>>() {
        return Some(texts.value(at).to_owned());
    }
    let long = any.downcast_ref::<PrimitiveArray<i64>>().map(|numbers| numbers.value(at).to_string());
    long.or_else(|| any.downcast_ref::<PrimitiveArray<i32>>().map(|numbers| numbers.value(at).to_string()))
}
