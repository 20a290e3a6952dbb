//! Records of XLSX workbooks: the rows of one sheet under a header row.
//!
//! In: a workbook. Out: batches of records with their sheet row, the rows that are no record and why, and the account of rows.
//! A worker reads the sheet cell by cell and hands on batches, so that a sheet is never in memory as a whole. What a cell shows
//! and what it holds may differ: dates become ISO text, numbers all their digits, and a number format of zeros alone (`00000000`,
//! by which spreadsheets keep leading zeros of codes) is carried out, everything else that only dresses a number is not.

use crate::error::{Error, Result};
use crate::ingest::delimited::{BATCH_RECORDS, HEADER_ROWS, MAX_FIELDS, rejection};
use crate::ingest::records::{Dialect, Header, Pinned, RecordReader};
use crate::model::account::{Rejection, Repair, SpanKind, Spans};
use crate::model::raw_shipments::RawShipments;
use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Style, Xlsx, XlsxCellReader, XlsxError, open_workbook};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// A batch ends at so many bytes of text.
const BATCH_BYTES: usize = 8 << 20;
/// A cell holds at most 32,767 characters in a spreadsheet program; a row beyond this is hostile.
const MAX_ROW_BYTES: usize = 16 << 20;
/// The last column of a sheet is `XFD`.
const MAX_COLUMNS: usize = 16_384;
/// The last row of a sheet.
const MAX_ROWS: u64 = 1_048_576;
/// Codes have fewer digits.
const MAX_PADDED_DIGITS: usize = 32;
/// The first serial number behind 9999-12-31.
const END_OF_DATES: f64 = 2_958_466.0;

/// Opens a workbook. `is_known` says whether a header cell is one that the vendor schema knows: without a pin, the sheet is the
/// first visible one whose first rows hold such cells, and the header the first of its rows with the most of them.
pub fn open(path: &Path, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<SheetReader> {
    // The parser meets hostile files here for the first time; should it panic, the run ends with an error about the file.
    let layout = thread::scope(|scope| scope.spawn(|| find_layout(path, pinned, is_known)).join());
    let layout = layout.unwrap_or_else(|_| Err(damaged(path, "its parts do not fit together")))?;
    let (sender, batches) = sync_channel(1);
    let worker = Worker {
        path: path.to_owned(),
        sheet: layout.sheet.clone(),
        header_row: layout.header.line,
        width: layout.header.names.len(),
        part: Part::new(layout.header.names.len()),
        sender,
    };
    thread::spawn(move || worker.run());
    Ok(SheetReader {
        path: path.to_owned(),
        dialect: Dialect {
            encoding: "xlsx".to_owned(),
            delimiter: None,
            sheet: Some(layout.sheet),
            header_row: layout.header.line,
            evidence: layout.evidence,
        },
        header: layout.header,
        batches,
        is_finished: false,
        spans: Spans::default(),
        n_rows: 0,
    })
}

/// A sheet of a workbook, read once from front to back.
pub struct SheetReader {
    path: PathBuf,
    header: Header,
    dialect: Dialect,
    batches: Receiver<Message>,
    is_finished: bool,
    spans: Spans,
    n_rows: u64,
}

impl RecordReader for SheetReader {
    fn header(&self) -> &Header {
        &self.header
    }

    fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    fn read(&mut self, batch: &mut RawShipments, rejected: &mut Vec<Rejection>) -> Result<bool> {
        if self.is_finished {
            return Ok(false);
        }
        let message =
            self.batches.recv().unwrap_or_else(|_| Message::Failed(damaged(&self.path, "its parts do not fit together")));
        let part = match message {
            Message::Part(part) => part,
            Message::Last(part) => {
                self.is_finished = true;
                part
            }
            Message::Failed(error) => {
                self.is_finished = true;
                return Err(error);
            }
        };
        self.spans = part.spans;
        self.n_rows = part.n_rows;
        let has_any = !part.records.is_empty() || !part.rejected.is_empty();
        rejected.extend(part.rejected);
        if batch.is_empty() {
            *batch = part.records;
        } else {
            for record in 0..part.records.len() {
                let fields = (0..part.records.width()).map(|column| part.records.field(record, column));
                batch.push(part.records.line(record), fields);
            }
        }
        Ok(!self.is_finished || has_any)
    }

    fn spans(&self) -> Spans {
        self.spans
    }

    /// Bytes are 0; lines are the number of the last row with a cell.
    fn decoded(&self) -> (u64, u64) {
        (0, self.n_rows)
    }

    fn repairs(&self) -> Vec<Repair> {
        Vec::new()
    }
}

enum Message {
    Part(Part),
    Last(Part),
    Failed(Error),
}

/// Records on their way to the reader, with the account so far.
struct Part {
    records: RawShipments,
    rejected: Vec<Rejection>,
    n_bytes: usize,
    spans: Spans,
    n_rows: u64,
}

impl Part {
    fn new(width: usize) -> Self {
        Part { records: RawShipments::new(width), rejected: Vec::new(), n_bytes: 0, spans: Spans::default(), n_rows: 0 }
    }

    fn is_full(&self) -> bool {
        self.records.len() + self.rejected.len() >= BATCH_RECORDS || self.n_bytes >= BATCH_BYTES
    }
}

/// Reads the sheet beside the reader, since the cells borrow from the workbook.
struct Worker {
    path: PathBuf,
    sheet: String,
    header_row: u64,
    width: usize,
    part: Part,
    sender: SyncSender<Message>,
}

impl Worker {
    fn run(mut self) {
        let message = match self.read_sheet() {
            Ok(()) => Message::Last(self.part),
            Err(Stop::Failed(error)) => Message::Failed(error),
            Err(Stop::Abandoned) => return,
        };
        // The reader may be gone by now; then nobody waits for the rest.
        let _ = self.sender.send(message);
    }

    fn read_sheet(&mut self) -> Result<(), Stop> {
        let path = self.path.clone();
        let mut workbook = open_file(&path)?;
        let cells = workbook.worksheet_cells_reader(&self.sheet).map_err(|error| unreadable(&path, error))?;
        let mut rows = Rows::new(cells, &path);
        let mut last_row = 0;
        while rows.advance()? {
            // Rows without any cell are not stored.
            let n_skipped = rows.number - last_row - 1;
            let n_above = n_skipped.min(self.header_row.saturating_sub(last_row + 1));
            self.part.spans.add(SpanKind::Preamble, 0, n_above);
            self.part.spans.add(SpanKind::Blank, 0, n_skipped - n_above);
            last_row = rows.number;
            self.add_row(&rows);
            self.part.n_rows = rows.n_rows;
            if self.part.is_full() {
                let next = Part { spans: self.part.spans, n_rows: self.part.n_rows, ..Part::new(self.width) };
                let full = std::mem::replace(&mut self.part, next);
                self.sender.send(Message::Part(full)).map_err(|_| Stop::Abandoned)?;
            }
        }
        self.part.n_rows = rows.n_rows;
        Ok(())
    }

    fn add_row(&mut self, row: &Rows<'_, '_>) {
        let kind = if row.number < self.header_row {
            SpanKind::Preamble
        } else if row.number == self.header_row {
            SpanKind::Header
        } else if row.is_blank_in(0) {
            SpanKind::Blank
        } else if row.is_blank_in(self.width) {
            let cells = (0..self.width).map(|column| row.text(column));
            self.part.records.push(row.number, cells);
            SpanKind::Record
        } else {
            let text = row.texts().collect::<Vec<_>>().join("\t");
            self.part.rejected.push(rejection(row.number, "field_count", &text));
            SpanKind::Rejected
        };
        self.part.n_bytes += row.text.len();
        self.part.spans.add(kind, 0, 1);
    }
}

/// Why a worker ends early.
enum Stop {
    Failed(Error),
    /// Nobody listens any more.
    Abandoned,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Failed(error)
    }
}

type Workbook = Xlsx<BufReader<File>>;

/// The rows of a sheet that hold cells, one after the other.
struct Rows<'a, 'workbook> {
    cells: XlsxCellReader<'workbook, BufReader<File>>,
    /// For each cell style the digits that its number format fills up with zeros.
    zero_padded: Vec<usize>,
    path: &'a Path,
    /// Row and column, counted from 0, and text of the first cell of the next row, which was read to see the end of this one.
    ahead: Option<(u64, usize, String)>,
    is_end: bool,
    /// Of this row, counted from 1; 0 before the first.
    number: u64,
    text: String,
    /// Where the text of each column ends; a column without a cell ends where the one before it does.
    ends: Vec<usize>,
    /// The highest row of any cell, kept apart from the account.
    n_rows: u64,
}

impl<'a, 'workbook> Rows<'a, 'workbook> {
    fn new(cells: XlsxCellReader<'workbook, BufReader<File>>, path: &'a Path) -> Self {
        let zero_padded = cells.styles().iter().map(padded_digits).collect();
        Rows { cells, zero_padded, path, ahead: None, is_end: false, number: 0, text: String::new(), ends: Vec::new(), n_rows: 0 }
    }

    /// Goes on to the next row that holds cells; returns `false` behind the last.
    fn advance(&mut self) -> Result<bool> {
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
        if self.text.len() + text.len() > MAX_ROW_BYTES {
            let message = format!("row {} of `{}` is longer than {} MiB", self.number, self.path.display(), MAX_ROW_BYTES >> 20);
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

    /// Returns the text of a column, empty where there is no cell.
    fn text(&self, column: usize) -> &str {
        let Some(&end) = self.ends.get(column) else { return "" };
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        &self.text[start..end]
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|column| self.text(column))
    }

    /// Says whether there is no text from a column on.
    fn is_blank_in(&self, column: usize) -> bool {
        self.texts().skip(column).all(|text| text.trim().is_empty())
    }
}

/// Where the records are.
struct Layout {
    sheet: String,
    header: Header,
    evidence: String,
}

/// Finds the sheet and its header.
fn find_layout(path: &Path, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Layout> {
    let file = path.display();
    let mut workbook = open_file(path)?;
    let sheets: Vec<String> = match &pinned.sheet {
        Some(name) if workbook.sheet_names().contains(name) => vec![name.clone()],
        Some(name) => {
            let names = workbook.sheet_names().iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            return Err(Error::request(format!("`{file}` has no sheet `{name}`")).detail(format!("found: {names}")));
        }
        None => workbook
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
            .map(|sheet| sheet.name.clone())
            .collect(),
    };
    if pinned.header_row == Some(0) {
        return Err(Error::request(format!("`header_row` for `{file}` is 0, but rows are counted from 1")));
    }

    let mut first = None;
    let mut n_filled = 0;
    for sheet in &sheets {
        let cells = workbook.worksheet_cells_reader(sheet).map_err(|error| unreadable(path, error))?;
        let Some((header, n_known)) = find_header(Rows::new(cells, path), pinned.header_row, is_known)? else {
            continue;
        };
        n_filled += 1;
        let is_better = first.as_ref().is_none_or(|(_, _, n_known_before)| *n_known_before == 0 && n_known > 0);
        if is_better {
            first = Some((sheet.clone(), header, n_known));
        }
    }
    let Some((sheet, header, n_known)) = first else {
        return Err(match pinned.header_row {
            Some(row) => Error::request(format!("`header_row` for `{file}` is {row}, but that row holds no header")),
            None => Error::request(format!("`{file}` is empty: no visible sheet has text in its first {HEADER_ROWS} rows"))
                .hint("pin `sheet` and `header_row` for these records"),
        });
    };
    if header.names.len() > MAX_FIELDS {
        return Err(Error::request(format!("the header of `{file}` in row {} has more than {MAX_FIELDS} cells", header.line)));
    }
    let why = if pinned.sheet.is_some() { " as pinned" } else { "" };
    let others = match n_filled - 1 {
        0 => String::new(),
        1 => "; 1 other visible sheet with text was not read".to_owned(),
        n_others => format!("; {n_others} other visible sheets with text were not read"),
    };
    let evidence = format!("sheet `{sheet}`{why}: {n_known} known header cells in row {}{others}", header.line);
    Ok(Layout { sheet, header, evidence })
}

/// Returns the first of the first rows with the most known cells and their number; where no cell is known, the first row with
/// text; a pinned row as it is.
fn find_header(
    mut rows: Rows<'_, '_>,
    pinned_row: Option<u64>,
    is_known: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Option<(Header, usize)>> {
    let mut best: Option<(Header, usize)> = None;
    let last_row = pinned_row.unwrap_or(HEADER_ROWS as u64);
    while rows.advance()? && rows.number <= last_row {
        if rows.is_blank_in(0) || pinned_row.is_some_and(|row| row != rows.number) {
            continue;
        }
        let mut names: Vec<String> = rows.texts().map(str::to_owned).collect();
        names.truncate(names.iter().rposition(|name| !name.trim().is_empty()).map_or(0, |last| last + 1));
        let n_known = names.iter().filter(|name| !name.is_empty() && is_known(name)).count();
        if best.as_ref().is_none_or(|(_, n_known_before)| n_known > *n_known_before) {
            best = Some((Header { names, line: rows.number }, n_known));
        }
    }
    Ok(best)
}

fn open_file(path: &Path) -> Result<Workbook> {
    // The system's refusal to open the file is told apart from what is wrong in it.
    File::open(path).map_err(|error| Error::file(path, "read", error))?;
    open_workbook(path).map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, error: XlsxError) -> Error {
    match error {
        XlsxError::Io(error) if error.raw_os_error().is_some() => Error::file(path, "read", error),
        XlsxError::Password => {
            Error::request(format!("`{}` is protected by a password", path.display())).hint("save it without a password")
        }
        error => damaged(path, &error.to_string()).caused_by(error),
    }
}

fn damaged(path: &Path, what: &str) -> Error {
    Error::request(format!("`{}` cannot be read as an XLSX workbook: {what}", path.display()))
        .hint("open it in a spreadsheet program and save it again as XLSX or CSV")
}

/// Returns the digits that the number format of a style fills up with zeros, 0 for none.
fn padded_digits(style: &Style) -> usize {
    let code = style.number_format.as_ref().map_or("", |format| format.format_code.as_str());
    if code.len() > 1 && code.bytes().all(|byte| byte == b'0') { code.len().min(MAX_PADDED_DIGITS) } else { 0 }
}

/// Returns a cell as text without loss; a whole number of fewer than `n_digits` is filled up with zeros.
fn text_of(cell: &DataRef<'_>, n_digits: usize) -> String {
    match cell {
        DataRef::Empty => String::new(),
        DataRef::String(text) => restore_null(text),
        DataRef::SharedString(text) => restore_null(text),
        DataRef::Int(number) => format!("{number:0n_digits$}"),
        DataRef::Float(number) => text_of_number(*number, n_digits),
        DataRef::Bool(is_true) => if *is_true { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(moment) => text_of_moment(moment),
        DataRef::DateTimeIso(text) => text.strip_suffix("T00:00:00").unwrap_or(text).to_owned(),
        DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
    }
}

/// XML cannot hold the character 0, so workbooks write `_x0000_`, which some vendors use as an empty cell.
fn restore_null(text: &str) -> String {
    text.replace('\0', "_x0000_")
}

/// Rust prints the shortest digits that give the same number again, and never an exponent.
fn text_of_number(number: f64, n_digits: usize) -> String {
    if number == 0.0 {
        // There is a negative zero too.
        format!("{:0n_digits$}", 0)
    } else if number.fract() == 0.0 {
        format!("{number:0n_digits$}")
    } else {
        number.to_string()
    }
}

/// Returns a day, a day with its time if that is not midnight, or a time alone; what is no date in spite of its format stays a
/// number.
fn text_of_moment(moment: &ExcelDateTime) -> String {
    let serial = moment.as_f64();
    if moment.is_duration() || !(0.0..END_OF_DATES).contains(&serial) {
        return text_of_number(serial, 0);
    }
    let (year, month, day, hour, minute, second, millisecond) = moment.to_ymd_hms_milli();
    let time = match millisecond {
        0 => format!("{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}.{millisecond:03}"),
    };
    if serial < 1.0 {
        time
    } else if time == "00:00:00" {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{time}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Returns a ZIP archive of files that are not compressed.
    fn zip(files: &[(&str, String)]) -> Vec<u8> {
        let mut archive = Vec::new();
        let mut directory = Vec::new();
        for (name, text) in files {
            let mut checksum = flate2::Crc::new();
            checksum.update(text.as_bytes());
            let offset = archive.len() as u32;
            let mut entry = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            entry.extend(checksum.sum().to_le_bytes());
            entry.extend((text.len() as u32).to_le_bytes().repeat(2));
            entry.extend((name.len() as u16).to_le_bytes());
            entry.extend([0, 0]);
            archive.extend(b"PK\x03\x04");
            archive.extend(&entry);
            archive.extend(name.as_bytes());
            archive.extend(text.as_bytes());
            directory.extend(b"PK\x01\x02\x14\0");
            directory.extend(&entry);
            directory.extend([0; 10]);
            directory.extend(offset.to_le_bytes());
            directory.extend(name.as_bytes());
        }
        let start = archive.len() as u32;
        archive.extend(&directory);
        archive.extend(b"PK\x05\x06\0\0\0\0");
        archive.extend((files.len() as u16).to_le_bytes().repeat(2));
        archive.extend((directory.len() as u32).to_le_bytes());
        archive.extend(start.to_le_bytes());
        archive.extend([0, 0]);
        archive
    }

    /// Returns a workbook of sheets, each with its name, its state and the XML of its rows.
    fn workbook(sheets: &[(&str, &str, &str)]) -> Vec<u8> {
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006/relationships";
        let (mut names, mut links, mut files) = (String::new(), String::new(), Vec::new());
        for (at, (name, state, rows)) in sheets.iter().enumerate() {
            names += &format!("<sheet name='{name}' sheetId='{}' state='{state}' r:id='rId{at}'/>", at + 1);
            links += &format!("<Relationship Id='rId{at}' Type='{office}/worksheet' Target='worksheets/sheet{at}.xml'/>");
            let text = format!("<worksheet xmlns='{main}'><sheetData>{rows}</sheetData></worksheet>");
            files.push((format!("xl/worksheets/sheet{at}.xml"), text));
        }
        links += &format!("<Relationship Id='styles' Type='{office}/styles' Target='styles.xml'/>");
        let mut all = vec![
            (
                "_rels/.rels",
                format!(
                    "<Relationships xmlns='{package}'>\
                     <Relationship Id='r' Type='{office}/officeDocument' Target='xl/workbook.xml'/></Relationships>"
                ),
            ),
            ("xl/workbook.xml", format!("<workbook xmlns='{main}' xmlns:r='{office}'><sheets>{names}</sheets></workbook>")),
            ("xl/_rels/workbook.xml.rels", format!("<Relationships xmlns='{package}'>{links}</Relationships>")),
            // Style 1 is a date, 2 a date with its time, 3 a number of eight digits, 4 a duration, 5 an ordinary number.
            (
                "xl/styles.xml",
                format!(
                    "<styleSheet xmlns='{main}'><numFmts><numFmt numFmtId='164' formatCode='00000000'/></numFmts><cellXfs>\
                     <xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='22'/>\
                     <xf numFmtId='164'/><xf numFmtId='46'/><xf numFmtId='4'/>\
                     </cellXfs></styleSheet>"
                ),
            ),
        ];
        all.extend(files.iter().map(|(name, text)| (name.as_str(), text.clone())));
        zip(&all)
    }

    /// Returns the XML of a row of texts.
    fn row(number: u32, texts: &[&str]) -> String {
        let cells = texts.iter().zip('A'..).filter(|(text, _)| !text.is_empty());
        let cells = cells.map(|(text, column)| format!("<c r='{column}{number}' t='inlineStr'><is><t>{text}</t></is></c>"));
        format!("<row r='{number}'>{}</row>", cells.collect::<String>())
    }

    struct Outcome {
        dialect: Dialect,
        records: Vec<(u64, Vec<String>)>,
        rejected: Vec<Rejection>,
        lines: [u64; 5],
    }

    fn read_file(bytes: &[u8], pinned: &Pinned) -> Result<Outcome> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut reader = open(file.path(), pinned, &|name| ["A", "B"].contains(&name))?;
        let width = reader.header().names.len();
        let (mut records, mut rejected) = (Vec::new(), Vec::new());
        loop {
            let mut batch = RawShipments::new(width);
            let is_more = reader.read(&mut batch, &mut rejected)?;
            for record in 0..batch.len() {
                records.push((batch.line(record), (0..width).map(|column| batch.field(record, column).to_owned()).collect()));
            }
            if !is_more {
                break;
            }
        }
        assert_eq!((reader.spans().total_bytes(), reader.spans().total_lines()), reader.decoded());
        Ok(Outcome { dialect: reader.dialect().clone(), records, rejected, lines: reader.spans().lines })
    }

    fn read_rows(rows: &str) -> Result<Outcome> {
        read_file(&workbook(&[("Data", "visible", rows)]), &Pinned::default())
    }

    #[test]
    fn cells_become_text_without_loss() {
        for (cell, expected) in [
            ("<c r='A2'><v>102</v></c>", "102"),
            ("<c r='A2' s='5'><v>8704229000</v></c>", "8704229000"),
            ("<c r='A2'><v>690721000000</v></c>", "690721000000"),
            ("<c r='A2'><v>8.4571E+5</v></c>", "845710"),
            ("<c r='A2'><v>0.1</v></c>", "0.1"),
            ("<c r='A2'><v>28260.61</v></c>", "28260.61"),
            ("<c r='A2'><v>2.0150299607080589E-6</v></c>", "0.000002015029960708059"),
            ("<c r='A2'><v>-0</v></c>", "0"),
            ("<c r='A2' s='3'><v>1022100</v></c>", "01022100"),
            ("<c r='A2' s='3'><v>0.5</v></c>", "0.5"),
            ("<c r='A2' t='str'><f>B2</f><v>0102</v></c>", "0102"),
            ("<c r='A2' s='1'><v>44616</v></c>", "2022-02-24"),
            ("<c r='A2' s='2'><v>44616</v></c>", "2022-02-24"),
            ("<c r='A2' s='2'><v>44616.75</v></c>", "2022-02-24T18:00:00"),
            ("<c r='A2' s='2'><v>44616.999999999</v></c>", "2022-02-25"),
            ("<c r='A2' s='2'><v>0.5</v></c>", "12:00:00"),
            ("<c r='A2' s='1'><v>20220224</v></c>", "20220224"),
            ("<c r='A2' s='1'><v>-1</v></c>", "-1"),
            ("<c r='A2' s='4'><v>1.5</v></c>", "1.5"),
            ("<c r='A2' t='d'><v>2022-02-24T00:00:00</v></c>", "2022-02-24"),
            ("<c r='A2' t='b'><v>1</v></c>", "TRUE"),
            ("<c r='A2' t='e'><v>#N/A</v></c>", "#N/A"),
            ("<c r='A2' t='inlineStr'><is><t>_x0000_</t></is></c>", "_x0000_"),
            ("<c r='A2' t='inlineStr'><is><t xml:space='preserve'> U  </t></is></c>", " U  "),
        ] {
            let outcome = read_rows(&format!("{}<row r='2'>{cell}</row>", row(1, &["A"]))).unwrap();
            assert_eq!(outcome.records, [(2, vec![expected.to_owned()])], "{cell}");
        }
    }

    #[test]
    fn rows_go_into_the_account() {
        let rows = [
            row(2, &["Title", "x"]),
            row(5, &["A", "", "B"]),
            row(6, &["1", "2", "3"]),
            row(7, &["", "  "]),
            row(10, &["1"]),
            row(11, &["1", "2", "3", "4"]),
            row(12, &["1", "2", "3", " "]),
            row(40, &["", "", "3"]),
        ];
        let outcome = read_rows(&rows.concat()).unwrap();
        let records: Vec<_> = outcome.records.iter().map(|(line, cells)| format!("{line}:{}", cells.join("|"))).collect();
        assert_eq!(records, ["6:1|2|3", "10:1||", "12:1|2|3", "40:||3"]);
        assert_eq!(outcome.rejected.len(), 1);
        assert_eq!(
            (outcome.rejected[0].line, outcome.rejected[0].reason, outcome.rejected[0].raw_text.as_str()),
            (11, "field_count", "1\t2\t3\t4")
        );
        // Rows 1, 3 and 4 above the header are not stored at all, nor are 8, 9 and 13 to 39 below it.
        assert_eq!(outcome.lines, [4, 1, 30, 4, 1]);
        assert_eq!(outcome.dialect.header_row, 5);
    }

    #[test]
    fn sheets_and_headers_are_found_or_pinned() {
        let unknown = [row(1, &["p", "q"]), row(2, &["1", "2"])].concat();
        let known = [row(1, &["p", "q"]), row(3, &["A", "B"]), row(4, &["1", "2"])].concat();
        let sheets = [("Hidden", "hidden", known.as_str()), ("Notes", "visible", &unknown), ("Data", "visible", &known)];
        for (sheet, header_row, expected) in [
            (None, None, Some(("Data", 3, 1))),
            (Some("Hidden"), None, Some(("Hidden", 3, 1))),
            (Some("Notes"), None, Some(("Notes", 1, 1))),
            (None, Some(1), Some(("Notes", 1, 1))),
            (Some("Data"), Some(1), Some(("Data", 1, 2))),
            (Some("Data"), Some(2), None),
            (None, Some(0), None),
            (Some("No such"), None, None),
        ] {
            let pinned = Pinned { sheet: sheet.map(str::to_owned), header_row, ..Pinned::default() };
            let outcome = read_file(&workbook(&sheets), &pinned).ok();
            let found = outcome.as_ref().map(|outcome| {
                (outcome.dialect.sheet.as_deref().unwrap_or(""), outcome.dialect.header_row, outcome.records.len())
            });
            assert_eq!(found, expected, "{pinned:?}");
        }
        let late = [row(31, &["A", "B"]), row(32, &["1", "2"])].concat();
        assert!(read_rows(&late).err().unwrap().to_string().contains("is empty"));
        assert!(read_rows("").is_err());
        assert!(read_rows(&row(1, &["A"])).unwrap().records.is_empty());
    }

    #[test]
    fn many_rows_come_in_batches() {
        let rows: String = (1..=40_000).map(|number| row(number, &["A", "x"])).collect();
        let outcome = read_rows(&rows).unwrap();
        assert_eq!(outcome.records.len(), 39_999);
        assert!(outcome.records.iter().zip(2..).all(|((line, _), number)| *line == number));
    }

    #[test]
    fn broken_workbooks_are_errors_and_never_short_reads() {
        let header = row(1, &["A", "B"]);
        for rows in [
            format!("{header}{}{}", row(3, &["1"]), row(2, &["1"])),
            format!("{header}<row r='2'><c r='B2'><v>1</v></c><c r='A2'><v>1</v></c></row>"),
            format!("{header}<row r='2'><c r='A2'><v>1</v></c><c r='A2'><v>2</v></c></row>"),
            format!("{header}<row r='2'><c r='XFE2'><v>1</v></c></row>"),
            format!("{header}<row r='1048577'><c r='A1048577'><v>1</v></c></row>"),
            format!("{header}<row r='2'><c r='A2' t='s'><v>7</v></c></row>"),
            format!("{header}<row r='2'><c r='A2'><v>1</v>"),
        ] {
            let error = read_rows(&rows).err().unwrap_or_else(|| panic!("{rows} was read"));
            assert!(error.to_string().contains("cannot be read as an XLSX workbook"), "{error}");
        }
        let bytes = workbook(&[("Data", "visible", &[header, row(2, &["1"])].concat())]);
        for end in 0..bytes.len() {
            assert!(read_file(&bytes[..end], &Pinned::default()).is_err(), "cut at byte {end}");
        }
        assert!(read_file(b"A,B\n1,2\n", &Pinned::default()).is_err());
        assert!(open(Path::new("no such file"), &Pinned::default(), &|_| true).is_err());
    }
}
