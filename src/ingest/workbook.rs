//! The rows of a sheet of an XLSX workbook, cell by cell.
//!
//! In: a workbook and the name of a sheet. Out: its rows as text, one after the other, or what is wrong with the file.
//! A sheet is never in memory as a whole. Cells that are out of order or outside of any sheet are errors: a guess where they
//! belong would put values under wrong headers.

use crate::error::{Error, Result};
use crate::ingest::cell_text::{padded_digits, text_of};
use crate::ingest::records::MAX_RECORD_BYTES;
use calamine::{Xlsx, XlsxCellReader, XlsxError, open_workbook};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// The last column of a sheet is `XFD`.
const MAX_COLUMNS: usize = 16_384;
/// The last row of a sheet.
const MAX_ROWS: u64 = 1_048_576;

pub type Workbook = Xlsx<BufReader<File>>;

/// The rows of a sheet that hold cells, one after the other.
pub struct Rows<'a, 'workbook> {
    cells: XlsxCellReader<'workbook, BufReader<File>>,
    /// For each cell style the digits that its number format fills up with zeros.
    zero_padded: Vec<usize>,
    path: &'a Path,
    /// Row and column, counted from 0, and text of the first cell of the next row, which was read to see the end of this one.
    ahead: Option<(u64, usize, String)>,
    is_end: bool,
    /// Of this row, counted from 1; 0 before the first.
    pub number: u64,
    text: String,
    /// Where the text of each column ends; a column without a cell ends where the one before it does.
    ends: Vec<usize>,
    /// The highest row of any cell, kept apart from the account.
    pub n_rows: u64,
}

impl<'a, 'workbook> Rows<'a, 'workbook> {
    pub fn new(cells: XlsxCellReader<'workbook, BufReader<File>>, path: &'a Path) -> Self {
        let zero_padded = cells.styles().iter().map(padded_digits).collect();
        Rows { cells, zero_padded, path, ahead: None, is_end: false, number: 0, text: String::new(), ends: Vec::new(), n_rows: 0 }
    }

    /// Goes on to the next row that holds cells; returns `false` behind the last.
    pub fn advance(&mut self) -> Result<bool> {
        self.text.clear();
        self.ends.clear();
        let last_number = self.number;
        match self.ahead.take() {
            Some((row, column, text)) => {
                self.number = row + 1;
                self.add(column, &text)?;
            }
            None => match self.next_cell()? {
                Some((row, column, text)) => {
                    self.number = row + 1;
                    self.add(column, &text)?;
                }
                None => return Ok(false),
            },
        }
        if self.number <= last_number {
            return Err(self.out_of_order());
        }
        while let Some((row, column, text)) = self.next_cell()? {
            if row + 1 != self.number {
                self.ahead = Some((row, column, text));
                break;
            }
            self.add(column, &text)?;
        }
        Ok(true)
    }

    fn next_cell(&mut self) -> Result<Option<(u64, usize, String)>> {
        // Behind the last cell, calamine would read on into other parts of the sheet.
        if self.is_end {
            return Ok(None);
        }
        let Some((cell, style)) = self.cells.next_cell_with_style_id().map_err(|error| unreadable(self.path, error))? else {
            self.is_end = true;
            return Ok(None);
        };
        let (row, column) = cell.get_position();
        let (row, column) = (u64::from(row), column as usize);
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            return Err(damaged(
                self.path,
                &format!("a cell lies in row {} and column {}, outside of any sheet", row + 1, column + 1),
            ));
        }
        self.n_rows = self.n_rows.max(row + 1);
        let n_digits = self.zero_padded.get(style).copied().unwrap_or(0);
        Ok(Some((row, column, text_of(cell.get_value(), n_digits))))
    }

    fn add(&mut self, column: usize, text: &str) -> Result<()> {
        if column < self.ends.len() {
            return Err(self.out_of_order());
        }
        if self.text.len() + text.len() > MAX_RECORD_BYTES {
            let message =
                format!("row {} of `{}` is longer than {} MiB", self.number, self.path.display(), MAX_RECORD_BYTES >> 20);
            return Err(Error::request(message));
        }
        self.ends.resize(column, self.text.len());
        self.text.push_str(text);
        self.ends.push(self.text.len());
        Ok(())
    }

    fn out_of_order(&self) -> Error {
        damaged(self.path, &format!("its cells are out of order at row {}", self.number))
    }

    /// Returns the bytes of text in this row.
    pub fn n_bytes(&self) -> usize {
        self.text.len()
    }

    /// Returns the text of a column, empty where there is no cell.
    pub fn text(&self, column: usize) -> &str {
        let Some(&end) = self.ends.get(column) else { return "" };
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        &self.text[start..end]
    }

    pub fn texts(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|column| self.text(column))
    }

    /// Says whether there is no text from a column on.
    pub fn is_blank_in(&self, column: usize) -> bool {
        self.texts().skip(column).all(|text| text.trim().is_empty())
    }
}

pub fn open_file(path: &Path) -> Result<Workbook> {
    // The system's refusal to open the file is told apart from what is wrong in it.
    File::open(path).map_err(|error| Error::file(path, "read", error))?;
    open_workbook(path).map_err(|error| unreadable(path, error))
}

pub fn unreadable(path: &Path, error: XlsxError) -> Error {
    match error {
        XlsxError::Io(error) if error.raw_os_error().is_some() => Error::file(path, "read", error),
        XlsxError::Password => {
            Error::request(format!("`{}` is protected by a password", path.display())).hint("save it without a password")
        }
        error => damaged(path, &error.to_string()).caused_by(error),
    }
}

pub fn damaged(path: &Path, what: &str) -> Error {
    Error::request(format!("`{}` cannot be read as an XLSX workbook: {what}", path.display()))
        .hint("open it in a spreadsheet program and save it again as XLSX or CSV")
}
