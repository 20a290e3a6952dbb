//! `shipments.parquet` and `shipments.csv`: the evidence within the loosest range of any finding.
//!
//! Parquet holds every column of the store, raw. The CSV has the columns of `docs/data-model.md`, decimals for cents and grams, and stops
//! at a spreadsheet's limit with a line that says so.

use super::cells::scaled;
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
    let mut columns: Vec<Box<dyn Fn(usize) -> String + '_>> = Vec::new();
    for name in &names {
        columns.push(match name.as_str() {
            "record_id" => {
                let keys = shipments.column("record_key").and_then(|column| Ok(column.i64()?.clone())).map_err(lost)?;
                Box::new(move |row| record_id(keys.get(row).unwrap_or_default()))
            }
            "net_weight_kg" => number(shipments, "net_weight_g", Some(3)).map_err(lost)?,
            "gross_weight_kg" => number(shipments, "gross_weight_g", Some(3)).map_err(lost)?,
            "value_usd" => number(shipments, "value_usd_cents", Some(2)).map_err(lost)?,
            "value_original" => number(shipments, "value_original_cents", Some(2)).map_err(lost)?,
            "source_line" | "is_crossing" => number(shipments, name, None).map_err(lost)?,
            text => {
                let texts = shipments.column(text).and_then(|column| Ok(column.str()?.clone())).map_err(lost)?;
                Box::new(move |row| texts.get(row).unwrap_or_default().to_owned())
            }
        });
    }
    let n_shown = shipments.height().min(SPREADSHEET_ROWS);
    let mut rows: Vec<Vec<String>> = (0..n_shown).map(|row| columns.iter().map(|cell| cell(row)).collect()).collect();
    if shipments.height() > SPREADSHEET_ROWS {
        let last = rows.last_mut().expect("the limit is larger than 0");
        *last = vec![String::new(); header.len()];
        let left = shipments.height() - SPREADSHEET_ROWS + 1;
        last[0] = format!("{left} more rows are in shipments.parquet");
    }
    let raw = ["record_id", "source_line", "net_weight_kg", "gross_weight_kg", "value_usd", "value_original", "is_crossing"];
    folder.write_csv("shipments.csv", &header, &raw, rows)
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

fn number(shipments: &DataFrame, name: &str, n_decimals: Option<usize>) -> PolarsResult<Box<dyn Fn(usize) -> String>> {
    let column = shipments.column(name)?.cast(&DataType::Int64)?;
    let values = column.i64()?.clone();
    Ok(Box::new(move |row| match (values.get(row), n_decimals) {
        (None, _) => String::new(),
        (Some(value), Some(n_decimals)) => scaled(value, n_decimals),
        (Some(value), None) => value.to_string(),
    }))
}
