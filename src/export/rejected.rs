//! `rejected.csv`: every record that could not be used, with line, reason and raw text.

use super::folder::RunFolder;
use crate::error::{Error, Result};
use polars::prelude::*;

/// Writes the rejections of each file, in the order given; the tables are those of the store.
pub fn write(folder: &mut RunFolder, rejected: &[(String, DataFrame)]) -> Result<()> {
    let header = ["source_file", "source_line", "reason", "column", "raw_text"];
    let mut rows: Vec<[String; 5]> = Vec::new();
    for (file, table) in rejected {
        let lost = |error: PolarsError| Error::machine("the store's rejected records cannot be read").detail(error.to_string());
        let lines = table.column("source_line").and_then(|column| Ok(column.i64()?.clone())).map_err(lost)?;
        let text = |name: &str| table.column(name).and_then(|column| Ok(column.str()?.clone())).map_err(lost);
        let (reasons, columns, raw_texts) = (text("reason")?, text("column")?, text("raw_text")?);
        for row in 0..table.height() {
            let cell = |texts: &StringChunked| texts.get(row).unwrap_or_default().to_owned();
            let line = lines.get(row).unwrap_or_default().to_string();
            rows.push([file.clone(), line, cell(&reasons), cell(&columns), cell(&raw_texts)]);
        }
    }
    folder.write_csv("rejected.csv", &header, &[], rows)
}
