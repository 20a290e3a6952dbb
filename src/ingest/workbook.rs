//! The rows of a sheet of a workbook, cell by cell.
//!
//! In: a workbook and the name of a sheet. Out: its rows as text, one after the other, or what is wrong with the file.
//! A sheet of an XLSX workbook is never in memory as a whole; the formats XLS and ODS cannot be read so, and their files are
//! refused above a size. Cells that are out of order or outside of any sheet are errors: a guess where they belong would put values
//! under wrong headers.

use crate::error::{Error, Result};
use crate::ingest::archive;
use crate::ingest::cell_text::{padded_digits, text_of, text_of_loaded};
use crate::ingest::records::MAX_RECORD_BYTES;
use crate::ingest::xls;
use calamine::{Data, Ods, Range, Reader, SheetType, SheetVisible, Sheets, Xls, Xlsx, XlsxCellReader, XlsxError, open_workbook};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// The last column of a sheet is `XFD`.
const MAX_COLUMNS: usize = 16_384;
/// The last row of a sheet.
const MAX_ROWS: u64 = 1_048_576;

/// XLS and ODS files are in memory as a whole, some ten times as large as on disk.
const MAX_LOADED_BYTES: u64 = 64 << 20;

/// Parts of a workbook that the parser holds in memory as a whole, by the end of their names.
const XLSX_LOADED_PARTS: [&str; 3] = ["sharedStrings.xml", "styles.xml", "workbook.xml"];
const ODS_LOADED_PARTS: [&str; 1] = ["content.xml"];

/// The formats of workbooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Xlsx,
    Xls,
    Ods,
}

impl Format {
    /// Returns the format as the account of a file names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Xlsx => "xlsx",
            Format::Xls => "xls",
            Format::Ods => "ods",
        }
    }
}

/// An open workbook: an XLSX as a stream, the others loaded.
pub enum Workbook {
    Streamed(Box<Xlsx<BufReader<File>>>),
    Loaded(Format, Box<Sheets<BufReader<File>>>),
}

impl Workbook {
    pub fn open(path: &Path, format: Format) -> Result<Self> {
        // The system's refusal to open the file is told apart from what is wrong in it.
        let file = File::open(path).map_err(|error| Error::file(path, "read", error))?;
        let n_bytes = file.metadata().map_err(|error| Error::file(path, "read", error))?.len();
        if format != Format::Xlsx && n_bytes > MAX_LOADED_BYTES {
            let (name, limit) = (format.as_str().to_uppercase(), MAX_LOADED_BYTES >> 20);
            return Err(Error::request(format!(
                "`{}` is larger than {limit} MiB, the limit for {name} workbooks",
                path.display()
            ))
            .hint("save it as XLSX or CSV, which are read as a stream"));
        }
        match format {
            Format::Xlsx => archive::check_workbook(path, &XLSX_LOADED_PARTS)?,
            Format::Ods => archive::check_workbook(path, &ODS_LOADED_PARTS)?,
            Format::Xls => xls::impossible_size(path).map_or(Ok(()), |what| Err(damaged(path, format, &what)))?,
        }
        let loaded = |sheets| Workbook::Loaded(format, Box::new(sheets));
        let broken = |error: calamine::Error| damaged(path, format, &error.to_string()).caused_by(error);
        match format {
            Format::Xlsx => Ok(Workbook::Streamed(Box::new(open_workbook(path).map_err(|error| unreadable(path, error))?))),
            Format::Xls => {
                open_workbook::<Xls<_>, _>(path).map(|xls| loaded(Sheets::Xls(xls))).map_err(|error| broken(error.into()))
            }
            Format::Ods => {
                open_workbook::<Ods<_>, _>(path).map(|ods| loaded(Sheets::Ods(ods))).map_err(|error| broken(error.into()))
            }
        }
    }

    pub fn sheet_names(&self) -> Vec<String> {
        match self {
            Workbook::Streamed(workbook) => workbook.sheet_names(),
            Workbook::Loaded(_, workbook) => workbook.sheet_names(),
        }
    }

    /// Returns the sheets of cells that a person sees.
    pub fn visible_sheets(&self) -> Vec<String> {
        let sheets = match self {
            Workbook::Streamed(workbook) => workbook.sheets_metadata(),
            Workbook::Loaded(_, workbook) => workbook.sheets_metadata(),
        };
        let is_visible = |sheet: &&calamine::Sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet;
        sheets.iter().filter(is_visible).map(|sheet| sheet.name.clone()).collect()
    }

    /// Returns the rows of a sheet.
    pub fn rows<'a>(&mut self, sheet: &str, path: &'a Path) -> Result<Rows<'a, '_>> {
        let (format, cells) = match self {
            Workbook::Streamed(workbook) => {
                let cells = workbook.worksheet_cells_reader(sheet).map_err(|error| unreadable(path, error))?;
                let zero_padded = cells.styles().iter().map(padded_digits).collect();
                (Format::Xlsx, Cells::Streamed { cells: Box::new(cells), zero_padded })
            }
            Workbook::Loaded(format, workbook) => {
                let range = workbook
                    .worksheet_range(sheet)
                    .map_err(|error| damaged(path, *format, &error.to_string()).caused_by(error))?;
                (*format, Cells::Loaded(loaded_cells(&range).into_iter()))
            }
        };
        Ok(Rows { cells, format, path, ahead: None, is_end: false, number: 0, text: String::new(), ends: Vec::new(), n_rows: 0 })
    }
}

/// A cell with its row and column, counted from 0.
type PlacedCell = (u64, usize, String);

/// Where the cells of a sheet come from.
enum Cells<'workbook> {
    Streamed {
        cells: Box<XlsxCellReader<'workbook, BufReader<File>>>,
        /// For each cell style the digits that its number format fills up with zeros.
        zero_padded: Vec<usize>,
    },
    Loaded(std::vec::IntoIter<PlacedCell>),
}

/// Returns the cells of a loaded sheet that hold something, row by row.
fn loaded_cells(range: &Range<Data>) -> Vec<PlacedCell> {
    let (first_row, first_column) = range.start().unwrap_or_default();
    let place = |(row, column, cell): (usize, usize, &Data)| {
        (u64::from(first_row) + row as u64, first_column as usize + column, text_of_loaded(cell))
    };
    range.used_cells().map(place).collect()
}

/// The rows of a sheet that hold cells, one after the other.
pub struct Rows<'a, 'workbook> {
    cells: Cells<'workbook>,
    format: Format,
    path: &'a Path,
    /// The first cell of the next row, which was read to see the end of this one.
    ahead: Option<PlacedCell>,
    is_end: bool,
    /// Of this row, counted from 1; 0 before the first.
    pub number: u64,
    text: String,
    /// Where the text of each column ends; a column without a cell ends where the one before it does.
    ends: Vec<usize>,
    /// The highest row of any cell, kept apart from the account.
    pub n_rows: u64,
}

impl Rows<'_, '_> {
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

    fn next_cell(&mut self) -> Result<Option<PlacedCell>> {
        // Behind the last cell, calamine would read on into other parts of the sheet.
        if self.is_end {
            return Ok(None);
        }
        let next = match &mut self.cells {
            Cells::Loaded(cells) => cells.next(),
            Cells::Streamed { cells, zero_padded } => {
                let next = cells.next_cell_with_style_id().map_err(|error| unreadable(self.path, error))?;
                next.map(|(cell, style)| {
                    let (row, column) = cell.get_position();
                    let n_digits = zero_padded.get(style).copied().unwrap_or(0);
                    (u64::from(row), column as usize, text_of(cell.get_value(), n_digits))
                })
            }
        };
        let Some((row, column, text)) = next else {
            self.is_end = true;
            return Ok(None);
        };
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            let what = format!("a cell lies in row {} and column {}, outside of any sheet", row + 1, column + 1);
            return Err(damaged(self.path, self.format, &what));
        }
        self.n_rows = self.n_rows.max(row + 1);
        Ok(Some((row, column, text)))
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
        damaged(self.path, self.format, &format!("its cells are out of order at row {}", self.number))
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

fn unreadable(path: &Path, error: XlsxError) -> Error {
    match error {
        XlsxError::Io(error) if error.raw_os_error().is_some() => Error::file(path, "read", error),
        XlsxError::Password => {
            Error::request(format!("`{}` is protected by a password", path.display())).hint("save it without a password")
        }
        error => damaged(path, Format::Xlsx, &error.to_string()).caused_by(error),
    }
}

pub fn damaged(path: &Path, format: Format, what: &str) -> Error {
    let name = format.as_str().to_uppercase();
    Error::request(format!("`{}` cannot be read as an {name} workbook: {what}", path.display()))
        .hint("open it in a spreadsheet program and save it again as XLSX or CSV")
}
