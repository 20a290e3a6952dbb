//! Rows of CSV on their way into a file, or into a piece of one that threads make side by side.

use super::cells::neutralize;
use std::io::Write;

/// Rows of CSV. Cells that a spreadsheet would run as formulas are neutralized, but for those of columns that hold numbers of ours.
pub struct CsvRows<W: Write> {
    writer: csv::Writer<W>,
    is_raw: Vec<bool>,
    is_neutralized: Vec<bool>,
    column: usize,
}

impl<W: Write> CsvRows<W> {
    /// Starts rows with the columns of a header; cells of the columns named in `raw` are left as they are.
    pub fn new(writer: W, header: &[&str], raw: &[&str]) -> Self {
        CsvRows {
            writer: csv::Writer::from_writer(writer),
            is_raw: header.iter().map(|column| raw.contains(column)).collect(),
            is_neutralized: vec![false; header.len()],
            column: 0,
        }
    }

    pub fn add_header(&mut self, header: &[&str]) -> csv::Result<()> {
        self.writer.write_record(header)
    }

    /// Adds the next cell of the row.
    pub fn add(&mut self, cell: &str) -> csv::Result<()> {
        let column = self.column;
        self.column += 1;
        if cell.is_empty() || self.is_raw[column] {
            return self.writer.write_field(cell);
        }
        let safe = neutralize(cell);
        self.is_neutralized[column] |= safe.len() != cell.len();
        self.writer.write_field(safe.as_bytes())
    }

    pub fn end_row(&mut self) -> csv::Result<()> {
        self.column = 0;
        self.writer.write_record(None::<&[u8]>)
    }

    /// Returns what was written to, and for each column whether any cell was neutralized.
    pub fn finish(self) -> std::io::Result<(W, Vec<bool>)> {
        let writer = self.writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok((writer, self.is_neutralized))
    }
}
