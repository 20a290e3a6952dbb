//! Rows of CSV on their way into a file, or into a piece of one that threads make side by side.

use super::cells::neutralize;
use crate::error::{Error, Result};
use rayon::prelude::*;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// So many rows one thread makes at a time, and so many such pieces each may have made before they are written.
const ROWS_OF_A_PIECE: usize = 4096;
const PIECES_AT_ONCE: usize = 4;

/// Rows of CSV. Cells that a spreadsheet would run as formulas are neutralized, but for those of columns that hold numbers of ours.
pub struct CsvRows<W: Write> {
    writer: csv::Writer<W>,
    is_raw: Vec<bool>,
    is_neutralized: Vec<bool>,
    column: usize,
}

impl<W: Write> CsvRows<W> {
    /// Starts rows of columns, with whether the cells of each are left as they are.
    fn new(writer: W, is_raw: &[bool]) -> Self {
        CsvRows {
            writer: csv::Writer::from_writer(writer),
            is_raw: is_raw.to_vec(),
            is_neutralized: vec![false; is_raw.len()],
            column: 0,
        }
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

    fn end_row(&mut self) -> csv::Result<()> {
        self.column = 0;
        self.writer.write_record(None::<&[u8]>)
    }
}

/// Rows of a file, made apart from it.
pub struct Piece {
    bytes: Vec<u8>,
    is_neutralized: Vec<bool>,
}

/// A CSV file of results that grows.
pub struct CsvFile {
    path: PathBuf,
    file: File,
    header: Vec<String>,
    is_raw: Vec<bool>,
    is_neutralized: Vec<bool>,
}

impl CsvFile {
    /// Starts a file with its header; cells of the columns named in `raw` are numbers of ours and are left as they are.
    pub fn create(path: &Path, header: &[&str], raw: &[&str]) -> Result<Self> {
        let file = File::create(path).map_err(|error| Error::file(path, "write", error))?;
        let mut file = CsvFile {
            path: path.to_owned(),
            file,
            header: header.iter().map(|column| (*column).to_owned()).collect(),
            is_raw: vec![true; header.len()],
            is_neutralized: vec![false; header.len()],
        };
        file.add_all([header])?;
        file.is_raw = header.iter().map(|column| raw.contains(column)).collect();
        Ok(file)
    }

    /// Adds rows one after another.
    pub fn add_all<R, C>(&mut self, rows: impl IntoIterator<Item = R>) -> Result<()>
    where
        R: IntoIterator<Item = C>,
        C: AsRef<str>,
    {
        let wrong =
            |error: csv::Error| Error::machine(format!("cannot write `{}`", self.path.display())).detail(error.to_string());
        let mut written = CsvRows::new(&self.file, &self.is_raw);
        for row in rows {
            for cell in row {
                written.add(cell.as_ref()).map_err(wrong)?;
            }
            written.end_row().map_err(wrong)?;
        }
        written.writer.flush().map_err(|error| Error::file(&self.path, "write", error))?;
        let is_neutralized = written.is_neutralized.clone();
        drop(written);
        self.note(&is_neutralized);
        Ok(())
    }

    /// Adds many rows, which threads make side by side; `add_row` adds the cells of a row.
    pub fn add_rows(
        &mut self,
        rows: Range<usize>,
        add_row: impl Fn(usize, &mut CsvRows<Vec<u8>>) -> csv::Result<()> + Sync,
    ) -> Result<()> {
        let starts: Vec<usize> = rows.clone().step_by(ROWS_OF_A_PIECE).collect();
        for starts in starts.chunks(PIECES_AT_ONCE * rayon::current_num_threads()) {
            let pieces = starts.par_iter().map(|start| self.piece(*start..rows.end.min(start + ROWS_OF_A_PIECE), &add_row));
            for piece in pieces.collect::<Result<Vec<Piece>>>()? {
                self.add_piece(&piece)?;
            }
        }
        Ok(())
    }

    /// Makes rows without adding them.
    pub fn piece(&self, rows: Range<usize>, add_row: impl Fn(usize, &mut CsvRows<Vec<u8>>) -> csv::Result<()>) -> Result<Piece> {
        let make = || -> csv::Result<Piece> {
            let mut made = CsvRows::new(Vec::new(), &self.is_raw);
            for row in rows {
                add_row(row, &mut made)?;
                made.end_row()?;
            }
            let is_neutralized = made.is_neutralized;
            let bytes = made.writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
            Ok(Piece { bytes, is_neutralized })
        };
        make().map_err(|error| Error::machine(format!("cannot make `{}`", self.path.display())).detail(error.to_string()))
    }

    pub fn add_piece(&mut self, piece: &Piece) -> Result<()> {
        self.note(&piece.is_neutralized);
        self.file.write_all(&piece.bytes).map_err(|error| Error::file(&self.path, "write", error))
    }

    fn note(&mut self, is_neutralized: &[bool]) {
        self.is_neutralized.iter_mut().zip(is_neutralized).for_each(|(known, new)| *known |= new);
    }

    /// Returns the columns in which any cell was neutralized.
    pub fn neutralized_columns(self) -> impl Iterator<Item = String> {
        self.header.into_iter().zip(self.is_neutralized).filter(|(_, is_neutralized)| *is_neutralized).map(|(column, _)| column)
    }
}
