//! The tables of a list: rows of text, or of the sheets of a workbook, under their header.
//!
//! In: a list file. Out: rows as text with their line. Where the header stands is told by the columns that a format is known by, since
//! publishers put titles, notes and the day of the edition above it. Fields of text may hold line ends, so a quote that opens by
//! mistake would swallow the rows below: a field that holds a whole row is refused.

use super::file::{Content, ListFile};
use super::issues::ListIssues;
use super::{open_document, quote_all};
use crate::error::{Error, Result, nearest};
use crate::ingest::workbook::{self, Workbook};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Write;
use std::path::Path;

/// The header stands in one of the first rows of a sheet.
const HEADER_ROWS: usize = 30;

/// The rows of a sheet, or of a text.
pub(super) struct Sheet {
    /// Empty for a text.
    pub name: String,
    pub rows: Vec<Row>,
}

pub(super) struct Row {
    /// Counted from 1.
    pub line: u64,
    pub cells: Vec<String>,
}

impl Row {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// A header with the rows below it.
pub(super) struct Table {
    pub sheet: String,
    /// What stands above the header.
    pub above: Vec<Row>,
    pub header: Vec<String>,
    /// The place of each column by its folded name.
    places: HashMap<String, usize>,
    rows: Vec<Row>,
}

impl Table {
    /// Returns the first table of a file that has all the wanted columns.
    pub fn read(file: &ListFile, wanted: &[&str], issues: &mut ListIssues) -> Result<Table> {
        Table::read_all(file, wanted, issues).map(|mut tables| tables.swap_remove(0))
    }

    /// Returns the tables of a file that have all the wanted columns, at least one.
    pub fn read_all(file: &ListFile, wanted: &[&str], issues: &mut ListIssues) -> Result<Vec<Table>> {
        let sheets = read_sheets(file, None, issues)?;
        let rows = sheets.iter().flat_map(|sheet| &sheet.rows);
        let found: Vec<String> = rows.take(1).flat_map(|row| row.cells.clone()).collect();
        let tables = Table::all(sheets, wanted, &file.path, issues)?;
        if tables.is_empty() {
            let error = Error::request(format!("`{}` has no header with the columns of this format", file.path.display()))
                .detail(format!("looked for: {}", quote_all(wanted.iter().copied())))
                .detail(format!("found: {}", quote_all(found.iter().map(|cell| cell.trim()).take(40))));
            let known: Vec<String> = found.iter().map(|cell| fold(cell)).collect();
            let missing = wanted.iter().find(|column| !known.contains(&fold(column)));
            return Err(match missing.and_then(|column| nearest(column, found.iter().map(String::as_str))) {
                Some(meant) => error.hint(format!("is `{}` the column `{}`?", meant, missing.unwrap_or(&""))),
                None => error.hint("is it a list of another format, or of a newer layout?"),
            });
        }
        Ok(tables)
    }

    /// Returns the tables of all sheets that have the wanted columns.
    pub fn all(sheets: Vec<Sheet>, wanted: &[&str], path: &Path, issues: &mut ListIssues) -> Result<Vec<Table>> {
        let mut tables = Vec::new();
        for sheet in sheets {
            if let Some(table) = Table::under_header(sheet, wanted, path, issues)? {
                tables.push(table);
            }
        }
        Ok(tables)
    }

    fn under_header(mut sheet: Sheet, wanted: &[&str], path: &Path, issues: &mut ListIssues) -> Result<Option<Table>> {
        let has_all = |row: &Row| wanted.iter().all(|column| row.cells.iter().any(|cell| fold(cell) == fold(column)));
        let Some(at) = sheet.rows.iter().take(HEADER_ROWS).position(has_all) else { return Ok(None) };
        let mut rows = sheet.rows.split_off(at);
        let above = sheet.rows;
        let header: Vec<String> = rows.remove(0).cells.iter().map(|cell| cell.trim().to_owned()).collect();
        let mut places = HashMap::new();
        for (place, column) in header.iter().enumerate().filter(|(_, column)| !column.is_empty()) {
            match places.entry(fold(column)) {
                Entry::Occupied(_) => issues.add(format!("column `{column}` stands twice, the first is used")),
                Entry::Vacant(free) => {
                    free.insert(place);
                }
            }
        }
        rows.retain(|row| !row.is_blank());
        for row in &mut rows {
            fit(row, header.len(), sheet.name.is_empty(), path)?;
        }
        Ok(Some(Table { sheet: sheet.name, above, header, places, rows }))
    }

    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.rows.iter().map(|row| Record { table: self, row })
    }

    /// Counts the columns that nobody knows as issues.
    pub fn check_columns<'a>(&self, known: impl IntoIterator<Item = &'a str>, issues: &mut ListIssues) {
        let known: Vec<String> = known.into_iter().map(fold).collect();
        for column in self.header.iter().filter(|column| !column.is_empty() && !known.contains(&fold(column))) {
            issues.add(format!("column `{column}` not used"));
        }
    }
}

/// Gives a row as many cells as the header has. A text with another number is out of shape; a sheet leaves out what is empty.
fn fit(row: &mut Row, width: usize, is_text: bool, path: &Path) -> Result<()> {
    let filled = row.cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
    if is_text && row.cells.len() != width || filled > width {
        let n_cells = if is_text { row.cells.len() } else { filled };
        let message = format!("line {} of `{}` has {n_cells} fields, the header has {width}", row.line, path.display());
        return Err(
            Error::request(message).hint("the file was cut, or a delimiter or quote in a name put this line out of shape")
        );
    }
    row.cells.resize(width, String::new());
    Ok(())
}

/// A row below a header.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    table: &'a Table,
    row: &'a Row,
}

impl<'a> Record<'a> {
    pub fn line(&self) -> u64 {
        self.row.line
    }

    /// Returns the text of a column without blanks around it; empty where the table has no such column.
    pub fn text(&self, column: &str) -> &'a str {
        self.table.places.get(&fold(column)).map_or("", |place| self.row.cells[*place].trim())
    }

    /// Returns the columns that state something, in the order of the header.
    pub fn filled(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let cells = self.table.header.iter().zip(&self.row.cells);
        cells.map(|(column, cell)| (column.as_str(), cell.trim())).filter(|(_, cell)| !cell.is_empty())
    }
}

/// Returns a column's name as it is compared: letters and digits in lower case.
pub(super) fn fold(column: &str) -> String {
    column.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns the visible sheets of a workbook, or a text as one sheet; `delimiter` is found in the first line unless it is known.
pub(super) fn read_sheets(file: &ListFile, delimiter: Option<u8>, issues: &mut ListIssues) -> Result<Vec<Sheet>> {
    match file.content {
        Content::ZipWorkbook | Content::OldWorkbook => workbook_rows(file, usize::MAX),
        _ => Ok(vec![Sheet { name: String::new(), rows: text_rows(file, delimiter, issues)? }]),
    }
}

fn text_rows(file: &ListFile, delimiter: Option<u8>, issues: &mut ListIssues) -> Result<Vec<Row>> {
    let text = file.text(issues);
    let text = text.trim_start_matches('\u{feff}').trim_end_matches('\u{1a}');
    let delimiter = delimiter.unwrap_or_else(|| find_delimiter(text));
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    // Where every field is quoted, a stray quote puts the row out of shape instead.
    let is_all_quoted = text.starts_with('"');
    let mut rows = Vec::new();
    let mut width = 0;
    let (mut line, mut counted) = (1, 0);
    for record in reader.records() {
        let record = record.map_err(|source| {
            Error::request(format!("cannot read `{}` as a CSV file", file.path.display())).detail(source.to_string())
        })?;
        // The reader's own count is one behind where lines end with CR and LF.
        let place = record.position().map_or(0, |position| position.byte() as usize).min(text.len());
        let n_ends = text.as_bytes()[place..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += text.as_bytes()[counted..place + n_ends].iter().filter(|byte| **byte == b'\n').count() as u64;
        counted = place + n_ends;
        width = width.max(record.len());
        let has_row = |field: &str| !is_all_quoted && field.contains('\n') && holds_a_row(field, delimiter, width);
        if record.iter().any(has_row) {
            return Err(Error::request(format!(
                "a quote opens in line {line} of `{}` and closes lines below it",
                file.path.display()
            ))
            .hint("double a quote that belongs to a name and put the name between quotes"));
        }
        rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
    }
    Ok(rows)
}

/// Says whether a line inside of a field has as many fields as the table has columns. A delimiter with a blank behind it is one of prose.
fn holds_a_row(field: &str, delimiter: u8, width: usize) -> bool {
    let n_delimiters = |line: &str| {
        let bytes = line.as_bytes();
        bytes.iter().enumerate().filter(|(at, byte)| **byte == delimiter && bytes.get(at + 1) != Some(&b' ')).count()
    };
    width > 2 && field.lines().any(|line| n_delimiters(line) + 1 >= width)
}

/// Returns the delimiter that the first line with any has most of.
fn find_delimiter(text: &str) -> u8 {
    const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
    let line = text.lines().find(|line| line.bytes().any(|byte| DELIMITERS.contains(&byte))).unwrap_or("");
    let count = |delimiter: u8| line.bytes().filter(|byte| *byte == delimiter).count();
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// Returns up to so many rows of each visible sheet. The parser works on a file of its own, since a list may have been packed, and
/// in a thread of its own, since a damaged file may make it panic.
pub(super) fn workbook_rows(file: &ListFile, n_rows: usize) -> Result<Vec<Sheet>> {
    let format = match file.content {
        Content::OldWorkbook => workbook::Format::Xls,
        _ if is_open_document(&file.bytes) => workbook::Format::Ods,
        _ => workbook::Format::Xlsx,
    };
    let unreadable = |source| Error::file(&file.path, "unpack", source);
    let mut copy = tempfile::NamedTempFile::new().map_err(unreadable)?;
    let plain = match format {
        // What is no archive is told by the parser, in its words.
        workbook::Format::Ods => open_document::in_one_line(&file.bytes).ok(),
        _ => None,
    };
    copy.write_all(plain.as_ref().unwrap_or(&file.bytes)).map_err(unreadable)?;
    let read = || -> Result<Vec<Sheet>> {
        let mut workbook = Workbook::open(copy.path(), format)?;
        let mut sheets = Vec::new();
        for name in workbook.visible_sheets() {
            let mut rows = Vec::new();
            let mut cells = workbook.rows(&name, copy.path())?;
            while rows.len() < n_rows && cells.advance()? {
                rows.push(Row { line: cells.number, cells: cells.texts().map(str::to_owned).collect() });
            }
            sheets.push(Sheet { name, rows });
        }
        Ok(sheets)
    };
    let outcome = std::thread::scope(|scope| scope.spawn(read).join());
    let outcome = outcome.unwrap_or_else(|_| Err(workbook::damaged(copy.path(), format, "its parts do not fit together")));
    outcome.map_err(|error| {
        let message = error.to_string().replace(&copy.path().display().to_string(), &file.path.display().to_string());
        let mut lines = message.lines();
        let first = lines.next().unwrap_or("").trim_start_matches("error: ").to_owned();
        lines.fold(Error::request(first), |error, line| error.detail(line.trim()))
    })
}

/// Tells an ODS workbook by the names of its parts, which stand at the end of the archive.
fn is_open_document(bytes: &[u8]) -> bool {
    let end = &bytes[bytes.len().saturating_sub(1 << 16)..];
    let has = |name: &[u8]| end.windows(name.len()).any(|window| window == name);
    has(b"META-INF/manifest.xml") && has(b"content.xml") && !has(b"xl/workbook.xml")
}
