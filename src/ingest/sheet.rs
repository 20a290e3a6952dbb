//! Records of workbooks: the rows of one sheet under a header row.
//!
//! In: a workbook. Out: batches of records with their sheet row, the rows that are no record and why, and the account of rows.
//! A worker reads the sheet cell by cell and hands on batches, so that its records are never in memory as a whole. A row with text
//! behind the last header is rejected; cells that are missing are empty fields.

use crate::error::{Error, Result};
use crate::ingest::archive;
use crate::ingest::header::{self, HeaderRow};
use crate::ingest::records::{
    BATCH_BYTES, BATCH_RECORDS, Dialect, HEADER_ROWS, Header, MAX_FIELDS, Pinned, RecordReader, Table, rejection,
};
use crate::ingest::workbook::{Format, Rows, Workbook, damaged};
use crate::model::account::{Rejection, Repair, SpanKind, Spans};
use crate::model::raw_shipments::RawShipments;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Opens a workbook. `is_known` says whether a header cell is one that the vendor schema knows: without a pin, the sheet is the
/// first visible one whose first rows hold such cells, and the header the first of its rows with the most of them.
pub fn open(path: &Path, format: Format, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<SheetReader> {
    let layout = guarded(path, format, || find_layout(path, format, pinned, is_known))?;
    let (sender, batches) = sync_channel(1);
    let worker = Worker {
        path: path.to_owned(),
        format,
        sheet: layout.sheet.clone(),
        header_row: layout.header.line,
        width: layout.header.names.len(),
        part: Part::new(layout.header.names.len()),
        sender,
    };
    thread::spawn(move || worker.run());
    Ok(SheetReader {
        path: path.to_owned(),
        format,
        dialect: layout.dialect(format),
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
    format: Format,
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
        let message = self
            .batches
            .recv()
            .unwrap_or_else(|_| Message::Failed(damaged(&self.path, self.format, "its parts do not fit together")));
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
    format: Format,
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
        if self.format != Format::Xls {
            archive::verify(&path)?;
        }
        let mut workbook = Workbook::open(&path, self.format)?;
        let mut rows = workbook.rows(&self.sheet, &path)?;
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
        self.part.n_bytes += row.n_bytes();
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

/// Where the records are.
struct Layout {
    sheet: String,
    header: Header,
    n_known: usize,
    evidence: String,
}

impl Layout {
    fn dialect(&self, format: Format) -> Dialect {
        Dialect {
            encoding: format.as_str().to_owned(),
            sheet: Some(self.sheet.clone()),
            header_row: self.header.line,
            evidence: self.evidence.clone(),
            ..Dialect::default()
        }
    }
}

/// Runs what meets a hostile file for the first time apart: should the parser panic, the run ends with an error about the file.
fn guarded<T: Send>(path: &Path, format: Format, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let outcome = thread::scope(|scope| scope.spawn(work).join());
    outcome.unwrap_or_else(|_| Err(damaged(path, format, "its parts do not fit together")))
}

/// Returns the tables of a workbook: the visible sheets with text, or the pinned one.
pub fn tables(path: &Path, format: Format, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<Table>> {
    let layouts = guarded(path, format, || find_layouts(path, format, pinned, is_known))?;
    let table = |layout: Layout| Table {
        member: None,
        sheet: Some(layout.sheet.clone()),
        dialect: layout.dialect(format),
        header: layout.header,
    };
    Ok(layouts.into_iter().map(table).collect())
}

/// Returns the first sheet with known header cells; where none is known, the first with text.
fn find_layout(path: &Path, format: Format, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Layout> {
    let mut layouts = find_layouts(path, format, pinned, is_known)?;
    let best = layouts.iter().position(|layout| layout.n_known > 0).unwrap_or(0);
    Ok(layouts.swap_remove(best))
}

/// Finds the sheets with text and the header of each; there is at least one.
fn find_layouts(path: &Path, format: Format, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<Layout>> {
    let file = path.display();
    let mut workbook = Workbook::open(path, format)?;
    let sheets: Vec<String> = match &pinned.sheet {
        Some(name) if workbook.sheet_names().contains(name) => vec![name.clone()],
        Some(name) => {
            let names = workbook.sheet_names().iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            return Err(Error::request(format!("`{file}` has no sheet `{name}`")).detail(format!("found: {names}")));
        }
        None => workbook.visible_sheets(),
    };
    if pinned.header_row == Some(0) {
        return Err(Error::request(format!("`header_row` for `{file}` is 0, but rows are counted from 1")));
    }
    if pinned.is_headless && pinned.header_row.is_some() {
        return Err(Error::request(format!("`{file}` has both `header = false` and `header_row`")).hint("leave one of them out"));
    }

    let why = if pinned.sheet.is_some() { " as pinned" } else { "" };
    let mut layouts = Vec::new();
    for sheet in sheets {
        let rows = workbook.rows(&sheet, path)?;
        let found = if pinned.is_headless { positions(rows)? } else { find_header(rows, pinned.header_row, is_known)? };
        let Some(FirstRow { header, n_known }) = found else { continue };
        let row = header.line;
        if header.names.len() > MAX_FIELDS {
            return Err(Error::request(format!("the header of `{file}` in row {row} has more than {MAX_FIELDS} cells")));
        }
        let evidence = match pinned.is_headless {
            true => format!("sheet `{sheet}`{why}: no header as pinned"),
            false => format!("sheet `{sheet}`{why}: {n_known} known header cells in row {row}"),
        };
        layouts.push(Layout { sheet, header, n_known, evidence });
    }
    if layouts.is_empty() {
        return Err(match pinned.header_row {
            Some(row) => Error::request(format!("`header_row` for `{file}` is {row}, but that row holds no header")),
            None => Error::request(format!("`{file}` is empty: no visible sheet has text in its first {HEADER_ROWS} rows"))
                .hint("pin `sheet` and `header_row` for these records"),
        });
    }
    Ok(layouts)
}

/// A row that may be the header.
struct FirstRow {
    header: Header,
    n_known: usize,
}

impl HeaderRow for FirstRow {
    fn names(&self) -> &[String] {
        &self.header.names
    }

    fn n_known(&self) -> usize {
        self.n_known
    }
}

/// Returns the header among the first rows, or the pinned row as it is; `None` for a sheet without text.
fn find_header(
    mut rows: Rows<'_, '_>,
    pinned_row: Option<u64>,
    is_known: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Option<FirstRow>> {
    let mut first_rows = Vec::new();
    let last_row = pinned_row.unwrap_or(HEADER_ROWS as u64);
    while rows.advance()? && rows.number <= last_row {
        if rows.is_blank_in(0) || pinned_row.is_some_and(|row| row != rows.number) {
            continue;
        }
        let mut names: Vec<String> = rows.texts().map(str::to_owned).collect();
        names.truncate(names.iter().rposition(|name| !name.trim().is_empty()).map_or(0, |last| last + 1));
        let n_known = names.iter().filter(|name| !name.is_empty() && is_known(name)).count();
        first_rows.push(FirstRow { header: Header { names, line: rows.number }, n_known });
    }
    Ok(header::choose(&first_rows).map(|best| first_rows.swap_remove(best)))
}

/// Returns columns named by their position, as many as the widest of the first rows has.
fn positions(mut rows: Rows<'_, '_>) -> Result<Option<FirstRow>> {
    let mut width = 0;
    for _ in 0..HEADER_ROWS {
        if !rows.advance()? {
            break;
        }
        let last_filled = rows.texts().enumerate().filter(|(_, text)| !text.trim().is_empty()).last();
        width = width.max(last_filled.map_or(0, |(column, _)| column + 1));
    }
    let names = (1..=width).map(|position| position.to_string()).collect();
    Ok((width > 0).then_some(FirstRow { header: Header { names, line: 0 }, n_known: 0 }))
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
        read_format(bytes, Format::Xlsx, pinned, &["A", "B"])
    }

    fn read_format(bytes: &[u8], format: Format, pinned: &Pinned, known: &[&str]) -> Result<Outcome> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut reader = open(file.path(), format, pinned, &|name| known.contains(&name))?;
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
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/values/cells.csv");
        for case in csv::ReaderBuilder::new().comment(Some(b'#')).from_path(path).unwrap().records() {
            let case = case.unwrap();
            let (cell, expected, note) = (&case[0], &case[1], &case[2]);
            let outcome = read_rows(&format!("{}<row r='2'>{cell}</row>", row(1, &["A"]))).unwrap();
            assert_eq!(outcome.records, [(2, vec![expected.to_owned()])], "{note}");
        }
    }

    #[test]
    fn old_workbooks_are_read_like_new_ones() {
        // A title sheet, a title above the header, a code as text and one as a number, and a cell behind the last header.
        let bytes = include_bytes!("../../tests/cases/workbooks/records.xls");
        let outcome = read_format(bytes, Format::Xls, &Pinned::default(), &["DATE", "TNVED", "SHIPPER", "NET_KG"]).unwrap();
        assert_eq!((outcome.dialect.encoding.as_str(), outcome.dialect.header_row), ("xls", 3));
        assert_eq!(outcome.dialect.sheet.as_deref(), Some("Records"));
        let records = [
            (4, vec!["2022-02-24", "0102291000", "СЕВЕРНАЯ ЗВЕЗДА ООО", "12.5"]),
            (5, vec!["2022-02-25", "8457101001", "NORTHERN STAR LLC", "1000"]),
        ];
        assert_eq!(outcome.records, records.map(|(line, fields)| (line, fields.into_iter().map(str::to_owned).collect())));
        assert_eq!((outcome.rejected[0].line, outcome.rejected[0].reason), (7, "field_count"));
        assert_eq!(outcome.lines, [2, 1, 1, 2, 1]);
    }

    #[test]
    fn open_document_workbooks_are_read_like_new_ones() {
        let text = |cells: &[&str]| {
            let cells = cells
                .iter()
                .map(|cell| format!("<table:table-cell office:value-type='string'><text:p>{cell}</text:p></table:table-cell>"));
            format!("<table:table-row>{}</table:table-row>", cells.collect::<String>())
        };
        let number = "<table:table-row><table:table-cell office:value-type='string'><text:p>3</text:p></table:table-cell>\
            <table:table-cell office:value-type='float' office:value='8457101001'/></table:table-row>";
        let content = format!(
            "<?xml version='1.0'?><office:document-content xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' \
             xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0' \
             xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'><office:body><office:spreadsheet>\
             <table:table table:name='Data'>{}{}{number}</table:table>\
             </office:spreadsheet></office:body></office:document-content>",
            text(&["A", "B"]),
            text(&["0102", "x"])
        );
        let bytes = zip(&[
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet".to_owned()),
            ("META-INF/manifest.xml", "<?xml version='1.0'?><manifest/>".to_owned()),
            ("content.xml", content),
        ]);
        let outcome = read_format(&bytes, Format::Ods, &Pinned::default(), &["A", "B"]).unwrap();
        assert_eq!(outcome.dialect.encoding, "ods");
        assert_eq!(
            outcome.records,
            [(2, ["0102", "x"]), (3, ["3", "8457101001"])].map(|(line, fields)| { (line, fields.map(str::to_owned).to_vec()) })
        );
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        let reader = crate::ingest::open(file.path(), &Pinned::default(), &|_| false).unwrap();
        assert_eq!(reader.dialect().encoding, "ods", "the file says what it is");
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
        assert!(open(Path::new("no such file"), Format::Xlsx, &Pinned::default(), &|_| true).is_err());
    }
}
