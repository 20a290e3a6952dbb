//! `shipments.parquet` and `shipments.csv`: the evidence within the loosest range of any finding.
//!
//! Parquet holds every column of the store, raw. The CSV has the columns of `docs/data-model.md`, decimals for cents and grams, and stops
//! at a spreadsheet's limit with a line that says so.

use super::cells::scaled;
use super::csv_rows::{CsvFile, CsvRows, Piece};
use super::duplicates::record_id;
use super::folder::RunFolder;
use crate::error::{Error, Result};
use crate::model::role::Role;
use crate::model::shipments::{self, Kind, PARTY_SUFFIXES, TEXTS};
use crate::store::parts::{TableWriter, schema_of, table_error, table_writer};
use polars::prelude::*;
use std::path::PathBuf;

/// Rows of a spreadsheet, its header not counted.
const SPREADSHEET_ROWS: usize = 1_048_575;

/// Rows of a row group of the Parquet file.
const ROWS_OF_A_GROUP: usize = 1 << 18;

/// The columns added to the evidence: in which findings a row counts, in whose looser range it lies, and which findings it would
/// belong to if it were a crossing of the border.
pub const FINDING_COLUMNS: [&str; 3] = ["findings", "findings_range", "findings_apart"];

const PARQUET: &str = "shipments.parquet";
const CSV: &str = "shipments.csv";

/// The two files while they grow.
pub struct ShipmentsFile<'f> {
    folder: &'f mut RunFolder,
    parquet: TableWriter,
    csv: CsvFile,
    n_rows: usize,
    /// Rows that the CSV has at most.
    most_rows: usize,
    /// The last row of a spreadsheet, which is the last of the evidence or gives way to a line that says how many are left.
    last_row: Option<Piece>,
}

impl<'f> ShipmentsFile<'f> {
    pub fn create(folder: &'f mut RunFolder) -> Result<Self> {
        let mut columns = shipments::shipment_columns();
        columns.extend(FINDING_COLUMNS.map(|name| (name.to_owned(), Kind::Text)));
        let parquet = table_writer(&folder.path(PARQUET), &schema_of(columns))?;
        let names = csv_columns();
        let header: Vec<&str> = names.iter().map(String::as_str).collect();
        let raw = ["record_id", "source_line", "net_weight_kg", "gross_weight_kg", "value_usd", "value_original", "is_crossing"];
        let csv = CsvFile::create(&folder.path(CSV), &header, &raw)?;
        Ok(ShipmentsFile { folder, parquet, csv, n_rows: 0, most_rows: SPREADSHEET_ROWS, last_row: None })
    }

    /// Adds rows behind the others: their order is that of the evidence.
    pub fn add(&mut self, rows: &mut DataFrame) -> Result<()> {
        let lost = |error: PolarsError| Error::promise("the evidence lacks a column").detail(error.to_string());
        rows.rechunk_mut();
        let wrong = |error: PolarsError| table_error(&self.folder.path(PARQUET), "cannot be written", error);
        for start in (0..rows.height().max(1)).step_by(ROWS_OF_A_GROUP) {
            self.parquet.write_batch(&rows.slice(start as i64, ROWS_OF_A_GROUP)).map_err(wrong)?;
        }
        let columns =
            csv_columns().iter().map(|name| Cells::of(rows, name)).collect::<PolarsResult<Vec<Cells>>>().map_err(lost)?;
        let add_row = |row: usize, made: &mut CsvRows<Vec<u8>>| columns.iter().try_for_each(|cells| cells.add(row, made));
        let n_direct = (self.most_rows - 1).saturating_sub(self.n_rows).min(rows.height());
        self.csv.add_rows(0..n_direct, add_row)?;
        self.n_rows += rows.height();
        if n_direct < rows.height() && self.last_row.is_none() {
            self.last_row = Some(self.csv.piece(n_direct..n_direct + 1, add_row)?);
        }
        Ok(())
    }

    /// Finishes the files; returns where the Parquet file is.
    pub fn finish(mut self) -> Result<PathBuf> {
        let path = self.folder.path(PARQUET);
        self.parquet.finish().map_err(|error| table_error(&path, "cannot be written", error))?;
        match &self.last_row {
            Some(row) if self.n_rows == self.most_rows => self.csv.add_piece(row)?,
            Some(_) => {
                let n_left = self.n_rows - self.most_rows + 1;
                let mut cells = vec![String::new(); csv_columns().len()];
                cells[0] = format!("{n_left} more rows are in {PARQUET}");
                self.csv.add_all([cells])?;
            }
            None => {}
        }
        self.folder.finish_csv(CSV, self.csv);
        Ok(path)
    }
}

/// The cells of a column.
enum Cells {
    Nothing,
    Text(StringChunked),
    RecordId(Int64Chunked),
    Number(Int64Chunked),
    /// Cents or grams, with how many decimals their unit has.
    Scaled(Int64Chunked, usize),
}

impl Cells {
    /// Returns the cells of a column of the CSV.
    fn of(shipments: &DataFrame, name: &str) -> PolarsResult<Cells> {
        let number = |name: &str| Ok::<_, PolarsError>(shipments.column(name)?.cast(&DataType::Int64)?.i64()?.clone());
        if shipments.column(name).is_ok_and(|column| column.null_count() == column.len()) {
            return Ok(Cells::Nothing);
        }
        Ok(match name {
            "record_id" => Cells::RecordId(number("record_key")?),
            "net_weight_kg" => Cells::Scaled(number("net_weight_g")?, 3),
            "gross_weight_kg" => Cells::Scaled(number("gross_weight_g")?, 3),
            "value_usd" => Cells::Scaled(number("value_usd_cents")?, 2),
            "value_original" => Cells::Scaled(number("value_original_cents")?, 2),
            "source_line" | "is_crossing" => Cells::Number(number(name)?),
            text => Cells::Text(shipments.column(text)?.str()?.clone()),
        })
    }

    fn add(&self, row: usize, rows: &mut CsvRows<Vec<u8>>) -> csv::Result<()> {
        match self {
            Cells::Nothing => rows.add(""),
            Cells::Text(texts) => rows.add(texts.get(row).unwrap_or_default()),
            Cells::RecordId(keys) => rows.add(&record_id(keys.get(row).unwrap_or_default())),
            Cells::Number(numbers) => rows.add(&numbers.get(row).map_or(String::new(), |number| number.to_string())),
            Cells::Scaled(numbers, n_decimals) => {
                rows.add(&numbers.get(row).map_or(String::new(), |number| scaled(number, *n_decimals)))
            }
        }
    }
}

/// Returns the columns of `shipments.csv` in their order.
fn csv_columns() -> Vec<String> {
    let mut names: Vec<String> = ["record_id", "source_file", "source_line"].map(str::to_owned).to_vec();
    let before_parties = TEXTS.iter().position(|name| *name == "to_order_of_name").expect("the store has this column");
    names.extend(TEXTS[..before_parties].iter().filter(|name| **name != "declaration_key_text").map(|name| name.to_string()));
    for role in Role::ALL {
        names.extend(PARTY_SUFFIXES.iter().map(|suffix| format!("{}_{suffix}", role.as_str())));
    }
    for name in &TEXTS[before_parties..] {
        names.push(name.to_string());
        if *name == "quantity_unit_code" {
            names.extend(["net_weight_kg", "gross_weight_kg", "value_usd", "value_original"].map(str::to_owned));
        }
    }
    names.extend(["is_crossing", "restated_rule"].map(str::to_owned));
    names.extend(FINDING_COLUMNS.map(str::to_owned));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes rows in pieces into files of a spreadsheet of four rows, and returns the first cells of the CSV.
    fn first_cells(pieces: &[usize]) -> Vec<String> {
        let place = tempfile::tempdir().unwrap();
        let mut folder = RunFolder::create(&place.path().join("run")).unwrap();
        let mut file = ShipmentsFile { most_rows: 4, ..ShipmentsFile::create(&mut folder).unwrap() };
        let mut schema = schema_of(shipments::shipment_columns());
        FINDING_COLUMNS.iter().for_each(|name| drop(schema.insert((*name).into(), DataType::String)));
        let mut next = 1;
        for n_rows in pieces {
            let mut rows = DataFrame::full_null(&schema, *n_rows);
            rows.with_column(Column::new("record_key".into(), (next..next + *n_rows as i64).collect::<Vec<i64>>())).unwrap();
            next += *n_rows as i64;
            file.add(&mut rows).unwrap();
        }
        let path = file.finish().unwrap();
        let table = crate::store::parts::read_table(&path).unwrap();
        assert_eq!(table.height(), pieces.iter().sum::<usize>(), "the Parquet file has all rows");
        let text = std::fs::read_to_string(folder.path(CSV)).unwrap();
        text.lines().skip(1).map(|line| line.split(',').next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn the_csv_stops_where_a_spreadsheet_does() {
        let rows = |last: i64| (1..=last).map(record_id).collect::<Vec<String>>();
        let cut = |n_left: usize| [rows(3), vec![format!("{n_left} more rows are in {PARQUET}")]].concat();
        for (pieces, expected) in [
            (vec![0], rows(0)),
            (vec![3], rows(3)),
            (vec![4], rows(4)),
            (vec![2, 2], rows(4)),
            (vec![5], cut(2)),
            (vec![4, 1], cut(2)),
            (vec![1, 2, 3, 4], cut(7)),
        ] {
            assert_eq!(first_cells(&pieces), expected, "{pieces:?}");
        }
    }
}
