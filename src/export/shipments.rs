//! `shipments.parquet` and `shipments.csv`: the evidence within the loosest range of any finding.
//!
//! Parquet holds every column of the store, raw. The CSV has the columns of `docs/data-model.md`, decimals for cents and grams, and stops
//! at a spreadsheet's limit with a line that says so.

use super::cells::scaled;
use super::csv_rows::CsvRows;
use super::duplicates::record_id;
use super::folder::RunFolder;
use crate::error::{Error, Result};
use crate::model::role::Role;
use crate::model::shipments::{PARTY_SUFFIXES, TEXTS};
use polars::prelude::*;

/// Rows of a spreadsheet, its header not counted.
const SPREADSHEET_ROWS: usize = 1_048_575;

/// The columns added to the evidence: in which findings a row counts, in whose looser range it lies, and which findings it would
/// belong to if it were a crossing of the border.
pub const FINDING_COLUMNS: [&str; 3] = ["findings", "findings_range", "findings_apart"];

pub fn write(folder: &mut RunFolder, shipments: &mut DataFrame) -> Result<()> {
    folder.write_parquet("shipments.parquet", shipments)?;
    let lost = |error: PolarsError| Error::promise("the evidence lacks a column").detail(error.to_string());
    let names = csv_columns();
    let header: Vec<&str> = names.iter().map(String::as_str).collect();
    let columns = header.iter().map(|name| Cells::of(shipments, name)).collect::<PolarsResult<Vec<Cells>>>().map_err(lost)?;
    let n_left = shipments.height().saturating_sub(SPREADSHEET_ROWS);
    let n_shown = shipments.height().min(SPREADSHEET_ROWS);
    let raw = ["record_id", "source_line", "net_weight_kg", "gross_weight_kg", "value_usd", "value_original", "is_crossing"];
    folder.write_long_csv("shipments.csv", &header, &raw, n_shown, |row, rows| {
        if n_left > 0 && row == SPREADSHEET_ROWS - 1 {
            rows.add(&format!("{} more rows are in shipments.parquet", n_left + 1))?;
            return (1..columns.len()).try_for_each(|_| rows.add(""));
        }
        columns.iter().try_for_each(|cells| cells.add(row, rows))
    })
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
        Ok(match name {
            "record_id" => Cells::RecordId(number("record_key")?),
            "net_weight_kg" => Cells::Scaled(number("net_weight_g")?, 3),
            "gross_weight_kg" => Cells::Scaled(number("gross_weight_g")?, 3),
            "value_usd" => Cells::Scaled(number("value_usd_cents")?, 2),
            "value_original" => Cells::Scaled(number("value_original_cents")?, 2),
            "source_line" | "is_crossing" => Cells::Number(number(name)?),
            text => {
                let texts = shipments.column(text)?.str()?;
                if texts.null_count() == texts.len() { Cells::Nothing } else { Cells::Text(texts.clone()) }
            }
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
