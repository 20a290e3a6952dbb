//! Records of a Parquet file: every column as text, the row number as line.
//!
//! In: a Parquet file. Out: its rows in batches. Numbers become text without loss: integers as they are, floats in their shortest
//! form that reads back the same, dates and times in ISO form; a missing value is an empty text.

use super::records::{BATCH_RECORDS, Dialect, Header, RecordReader};
use crate::error::{Error, Result};
use crate::model::account::{Rejection, Repair, SpanKind, Spans};
use crate::model::raw_shipments::RawShipments;
use crate::store::parts::scan;
use polars::prelude::*;
use std::path::{Path, PathBuf};

pub struct ParquetRecords {
    path: PathBuf,
    rows: LazyFrame,
    n_rows: usize,
    next_row: usize,
    header: Header,
    dialect: Dialect,
    spans: Spans,
}

/// Opens a Parquet file. Its rows are numbered from 1.
pub fn open(path: &Path) -> Result<ParquetRecords> {
    let mut rows = scan(path)?;
    let schema = rows.collect_schema().map_err(|error| wrong(path, error))?;
    let n_rows = rows.clone().select([len()]).collect().and_then(|table| table.column("len")?.get(0)?.try_extract::<usize>());
    Ok(ParquetRecords {
        path: path.to_owned(),
        rows,
        n_rows: n_rows.map_err(|error| wrong(path, error))?,
        next_row: 0,
        header: Header { names: schema.iter_names().map(|name| name.to_string()).collect(), line: 0 },
        dialect: Dialect {
            encoding: "parquet".to_owned(),
            evidence: "the file begins with the mark of Parquet".to_owned(),
            ..Dialect::default()
        },
        spans: Spans::default(),
    })
}

fn wrong(path: &Path, error: PolarsError) -> Error {
    Error::request(format!("`{}` cannot be read as Parquet", path.display())).detail(error.to_string())
}

impl RecordReader for ParquetRecords {
    fn header(&self) -> &Header {
        &self.header
    }

    fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    fn read(&mut self, batch: &mut RawShipments, _rejected: &mut Vec<Rejection>) -> Result<bool> {
        if self.next_row >= self.n_rows {
            return Ok(false);
        }
        let slice = self.rows.clone().slice(self.next_row as i64, BATCH_RECORDS as IdxSize);
        let table = slice.collect().map_err(|error| wrong(&self.path, error))?;
        let columns = table
            .columns()
            .iter()
            .map(|column| texts(column.as_materialized_series()))
            .collect::<PolarsResult<Vec<StringChunked>>>()
            .map_err(|error| wrong(&self.path, error))?;
        for row in 0..table.height() {
            let line = (self.next_row + row + 1) as u64;
            batch.push(line, columns.iter().map(|column| column.get(row).unwrap_or_default()));
        }
        self.spans.add(SpanKind::Record, 0, table.height() as u64);
        self.next_row += table.height().max(1);
        Ok(true)
    }

    fn spans(&self) -> Spans {
        self.spans
    }

    fn decoded(&self) -> (u64, u64) {
        (0, self.n_rows as u64)
    }

    fn repairs(&self) -> Vec<Repair> {
        Vec::new()
    }
}

/// Returns a column as texts, floats and times by rules of ours because a cast would print them otherwise.
fn texts(column: &Series) -> PolarsResult<StringChunked> {
    let name = column.name().clone();
    Ok(match column.dtype() {
        DataType::String => column.str()?.clone(),
        DataType::Float32 | DataType::Float64 => {
            let numbers = column.cast(&DataType::Float64)?;
            let printed = numbers.f64()?.iter().map(|number| number.map(print_float));
            StringChunked::from_iter_options(name, printed)
        }
        DataType::Datetime(_, _) => {
            let milliseconds = column.cast(&DataType::Datetime(TimeUnit::Milliseconds, None))?.to_physical_repr().into_owned();
            let printed = milliseconds.i64()?.iter().map(|instant| instant.and_then(print_instant)).collect::<Vec<_>>();
            StringChunked::from_iter_options(name, printed.into_iter())
        }
        DataType::Date => {
            let days = column.to_physical_repr().into_owned();
            let printed =
                days.i32()?.iter().map(|day| day.and_then(|day| print_instant(i64::from(day) * 86_400_000))).collect::<Vec<_>>();
            StringChunked::from_iter_options(name, printed.into_iter())
        }
        _ => column.cast(&DataType::String)?.str()?.clone(),
    })
}

/// Returns a float in its shortest form: whole numbers without a decimal mark.
fn print_float(number: f64) -> String {
    if number.is_finite() { format!("{number}") } else { String::new() }
}

fn print_instant(milliseconds: i64) -> Option<String> {
    let instant = chrono::DateTime::from_timestamp_millis(milliseconds)?.naive_utc();
    let is_midnight = milliseconds.rem_euclid(86_400_000) == 0;
    Some(instant.format(if is_midnight { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M:%S%.f" }).to_string())
}
