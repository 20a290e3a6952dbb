//! Records of a dBase file: fields of fixed width behind a table of their names.
//!
//! In: the file as a stream, packed or not. Out: batches of records with their row number, the rows that are no record and why, and the
//! account of rows. Every field is the text that lies in the file, numbers too, so that codes keep their zeros.
//! A row that the file marks as deleted is rejected in the open; a file with fewer rows than its head states is damaged.

use crate::error::{Error, Result};
use crate::ingest::decompression::Decompressed;
use crate::ingest::encoding::{Choice, choose};
use crate::ingest::records::{BATCH_BYTES, BATCH_RECORDS, Dialect, Header, MAX_FIELDS, Pinned, RecordReader, rejection};
use crate::model::account::{Rejection, Repair, SpanKind, Spans};
use crate::model::raw_shipments::RawShipments;
use encoding_rs::Encoding;
use std::path::{Path, PathBuf};

/// The head before the table of fields, and each of its lines.
const HEAD_BYTES: usize = 32;
/// So many bytes tell whether a file is a dBase one.
pub const SIGNATURE_BYTES: u64 = 32;
const FIELD_BYTES: usize = 32;
/// The table of fields ends with this byte.
const END_OF_FIELDS: u8 = 0x0d;
/// Behind the last row.
const END_OF_FILE: u8 = 0x1a;
const DELETED: u8 = b'*';
/// So much of the rows is looked at before an encoding is named.
const SAMPLE_BYTES: u64 = 1 << 20;
/// Rows are read in pieces of about this size.
const PIECE_BYTES: u64 = 256 << 10;

/// Versions by which a dBase file begins, with and without texts in a file beside it.
const VERSIONS: [u8; 12] = [0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x83, 0x8b, 0xf5, 0xfb];

/// Encodings by the mark of the language that wrote the file, where there is one that can be read (dBase and FoxPro documentation).
const LANGUAGES: [(u8, &str); 12] = [
    (0x03, "windows-1252"),
    (0x26, "ibm866"),
    (0x4d, "gbk"),
    (0x4f, "big5"),
    (0x57, "windows-1252"),
    (0x58, "windows-1252"),
    (0x59, "windows-1252"),
    (0x65, "ibm866"),
    (0x7a, "gbk"),
    (0x78, "big5"),
    (0xc9, "windows-1251"),
    (0xca, "windows-1254"),
];

/// Tells whether the first bytes of a file are the head of a dBase file.
pub fn is_dbf(start: &[u8]) -> bool {
    let [version, _, month, day, ..] = *start else { return false };
    if start.len() < HEAD_BYTES || !VERSIONS.contains(&version) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return false;
    }
    let (n_head, n_row) = (usize::from(short(start, 8)), usize::from(short(start, 10)));
    n_head > HEAD_BYTES && n_row > 1 && (n_head - HEAD_BYTES) % FIELD_BYTES <= 8
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// Opens a dBase file.
pub fn open(path: &Path, pinned: &Pinned) -> Result<DbfReader> {
    let mut source = Decompressed::open(path, pinned.member.as_deref())?;
    let mut head = Vec::new();
    source.read(HEAD_BYTES as u64, &mut head)?;
    if !is_dbf(&head) {
        return Err(damaged(path, "its head is not that of a dBase file"));
    }
    let n_stated = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]]));
    let (n_head, row_bytes) = (usize::from(short(&head, 8)), usize::from(short(&head, 10)));
    let language = head[29];
    let mut table = Vec::new();
    source.read((n_head - HEAD_BYTES) as u64, &mut table)?;
    let fields = fields(path, &table, row_bytes)?;

    let mut rows = Vec::new();
    source.read(SAMPLE_BYTES, &mut rows)?;
    let choice = encoding(path, &rows, language, pinned.encoding.as_deref())?;
    let name_of = |field: &Field| choice.encoding.decode_without_bom_handling(&field.name).0.trim().to_owned();
    let packed = source.compression().map_or(String::new(), |packing| format!("{packing} stream; "));
    Ok(DbfReader {
        path: path.to_owned(),
        header: Header { names: fields.iter().map(name_of).collect(), line: 0 },
        dialect: Dialect {
            encoding: choice.encoding.name().to_lowercase(),
            member: pinned.member.clone(),
            evidence: format!("{packed}the head is that of a dBase file with {n_stated} rows; {}", choice.evidence),
            ..Dialect::default()
        },
        encoding: choice.encoding,
        source: source.put_back(rows),
        fields,
        row_bytes,
        n_stated,
        n_read: 0,
        piece: Vec::new(),
        at: 0,
        text: String::new(),
        ends: Vec::new(),
        spans: Spans::default(),
    })
}

/// Where a field lies in a row.
struct Field {
    name: Vec<u8>,
    start: usize,
    length: usize,
}

fn fields(path: &Path, table: &[u8], row_bytes: usize) -> Result<Vec<Field>> {
    let mut fields = Vec::new();
    let mut start = 1;
    for line in table.chunks(FIELD_BYTES) {
        if line[0] == END_OF_FIELDS {
            break;
        }
        if line.len() < FIELD_BYTES {
            return Err(damaged(path, "its table of fields is cut off"));
        }
        let name = line[..11].split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
        // A text of more than 255 letters has the rest of its length where numbers have their decimals.
        let length = match line[11] {
            b'C' => usize::from(short(line, 16)),
            _ => usize::from(line[16]),
        };
        if matches!(line[11], b'M' | b'B' | b'G' | b'P') {
            return Err(Error::request(format!("`{}` has texts in a file beside it, which is not read", path.display()))
                .hint("save it as CSV or XLSX"));
        }
        fields.push(Field { name, start, length });
        start += length;
    }
    if start != row_bytes || fields.is_empty() || fields.len() > MAX_FIELDS {
        return Err(damaged(path, "its fields do not add up to a row"));
    }
    Ok(fields)
}

/// Returns the encoding: as pinned, as the file states, or as its letters show.
fn encoding(path: &Path, rows: &[u8], language: u8, pinned: Option<&str>) -> Result<Choice> {
    let stated =
        LANGUAGES.iter().find(|(mark, _)| *mark == language).and_then(|(_, label)| Encoding::for_label(label.as_bytes()));
    match stated {
        Some(encoding) if pinned.is_none() => {
            let evidence = format!("its language mark {language:#04x} stands for {}", encoding.name());
            Ok(Choice { encoding, evidence, is_guess: false })
        }
        _ => choose(rows, false, pinned).map_err(|problem| problem.into_error(path)),
    }
}

fn damaged(path: &Path, what: &str) -> Error {
    Error::request(format!("`{}` is damaged: {what}", path.display())).hint("fetch the file again")
}

/// A dBase file, read once from front to back.
pub struct DbfReader {
    path: PathBuf,
    header: Header,
    dialect: Dialect,
    encoding: &'static Encoding,
    source: Decompressed,
    fields: Vec<Field>,
    row_bytes: usize,
    n_stated: u64,
    n_read: u64,
    /// Rows that were read from the disk, and how much of them is used.
    piece: Vec<u8>,
    at: usize,
    /// The decoded fields of one row.
    text: String,
    ends: Vec<usize>,
    spans: Spans,
}

impl RecordReader for DbfReader {
    fn header(&self) -> &Header {
        &self.header
    }

    fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    fn read(&mut self, batch: &mut RawShipments, rejected: &mut Vec<Rejection>) -> Result<bool> {
        let (n_records, n_bytes) = (batch.len(), batch.text_len());
        let n_rejected = rejected.len();
        let n_added = |batch: &RawShipments, rejected: &[Rejection]| batch.len() - n_records + rejected.len() - n_rejected;
        while n_added(batch, rejected) < BATCH_RECORDS && batch.text_len() - n_bytes < BATCH_BYTES && self.n_read < self.n_stated
        {
            self.fill()?;
            self.n_read += 1;
            let row = &self.piece[self.at..self.at + self.row_bytes];
            self.at += self.row_bytes;
            if row[0] == DELETED {
                rejected.push(rejection(self.n_read, "deleted_row", &self.encoding.decode_without_bom_handling(row).0));
                self.spans.add(SpanKind::Rejected, 0, 1);
                continue;
            }
            self.text.clear();
            self.ends.clear();
            for field in &self.fields {
                let bytes = row[field.start..field.start + field.length].split(|byte| *byte == 0).next().unwrap_or_default();
                let Some(text) = self.encoding.decode_without_bom_handling_and_without_replacement(bytes) else { break };
                self.text.push_str(text.trim_matches(' '));
                self.ends.push(self.text.len());
            }
            if self.ends.len() < self.fields.len() {
                rejected.push(rejection(self.n_read, "invalid_encoding", &String::from_utf8_lossy(row)));
                self.spans.add(SpanKind::Rejected, 0, 1);
                continue;
            }
            let mut start = 0;
            let texts = self.ends.iter().map(|end| {
                let text = &self.text[start..*end];
                start = *end;
                text
            });
            batch.push(self.n_read, texts);
            self.spans.add(SpanKind::Record, 0, 1);
        }
        Ok(n_added(batch, rejected) > 0)
    }

    fn spans(&self) -> Spans {
        self.spans
    }

    /// Bytes are 0; lines are the rows that the head of the file states, which are read to the last.
    fn decoded(&self) -> (u64, u64) {
        (0, self.n_stated)
    }

    fn repairs(&self) -> Vec<Repair> {
        Vec::new()
    }

    fn n_bytes_read(&self) -> u64 {
        self.source.n_read()
    }
}

impl DbfReader {
    /// Brings the next row into memory.
    fn fill(&mut self) -> Result<()> {
        while self.piece.len() - self.at < self.row_bytes {
            self.piece.drain(..self.at);
            self.at = 0;
            if self.source.read(PIECE_BYTES, &mut self.piece)? == 0 {
                let what = format!("its head states {} rows, but it ends within row {}", self.n_stated, self.n_read + 1);
                return Err(damaged(&self.path, &what));
            }
        }
        if self.piece[self.at] == END_OF_FILE {
            let what = format!("its head states {} rows, but it ends after row {}", self.n_stated, self.n_read);
            return Err(damaged(&self.path, &what));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Returns a dBase file of text and number fields, all of eight bytes.
    fn dbf(names: &[&str], language: u8, rows: &[(u8, &[&[u8]])]) -> Vec<u8> {
        let row_bytes = 1 + 8 * names.len();
        let mut bytes = vec![0x03, 122, 2, 24];
        bytes.extend((rows.len() as u32).to_le_bytes());
        bytes.extend((32 + 32 * names.len() as u16 + 1).to_le_bytes());
        bytes.extend((row_bytes as u16).to_le_bytes());
        bytes.extend([0; 20]);
        bytes[29] = language;
        for (at, name) in names.iter().enumerate() {
            let mut line = [0; 32];
            line[..name.len()].copy_from_slice(name.as_bytes());
            line[11] = if at == 0 { b'N' } else { b'C' };
            line[16] = 8;
            bytes.extend(line);
        }
        bytes.push(END_OF_FIELDS);
        for (mark, fields) in rows {
            bytes.push(*mark);
            for (at, field) in fields.iter().enumerate() {
                let blanks = vec![b' '; 8 - field.len()];
                bytes.extend(if at == 0 { [&blanks, *field].concat() } else { [*field, &blanks].concat() });
            }
        }
        bytes.push(END_OF_FILE);
        bytes
    }

    fn read(bytes: &[u8]) -> Result<(DbfReader, Vec<Vec<String>>, Vec<Rejection>)> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut reader = open(file.path(), &Pinned::default())?;
        let width = reader.header().names.len();
        let (mut batch, mut rejected) = (RawShipments::new(width), Vec::new());
        while reader.read(&mut batch, &mut rejected)? {}
        assert_eq!((reader.spans().total_bytes(), reader.spans().total_lines()), reader.decoded());
        let records = (0..batch.len()).map(|record| (0..width).map(|column| batch.field(record, column).to_owned()).collect());
        let records = records.collect();
        Ok((reader, records, rejected))
    }

    #[test]
    fn fields_are_the_text_that_lies_in_the_file() {
        let rows: [(u8, &[&[u8]]); 3] = [(b' ', &[b"0102", b"PER\xda"]), (DELETED, &[b"7", b"GONE"]), (b' ', &[b"12.50", b"A"])];
        let bytes = dbf(&["PART_NANDI", "PAIS"], 0x03, &rows);
        assert!(is_dbf(&bytes));
        let (reader, records, rejected) = read(&bytes).unwrap();
        assert_eq!(reader.header().names, ["PART_NANDI", "PAIS"]);
        assert_eq!(records, [["0102", "PERÚ"], ["12.50", "A"]]);
        assert_eq!(rejected.iter().map(|row| (row.line, row.reason)).collect::<Vec<_>>(), [(2, "deleted_row")]);
        assert!(reader.dialect().evidence.contains("windows-1252"));
    }

    #[test]
    fn a_file_that_ends_early_or_adds_up_to_nothing_is_damaged() {
        let rows: [(u8, &[&[u8]]); 2] = [(b' ', &[b"1", b"A"]), (b' ', &[b"2", b"B"])];
        let bytes = dbf(&["N", "NAME"], 0x03, &rows);
        // The mark of the end may be missing, a row may not.
        for end in HEAD_BYTES..bytes.len() - 1 {
            assert!(read(&bytes[..end]).is_err(), "cut at byte {end}");
        }
        assert!(read(&bytes[..bytes.len() - 1]).is_ok());
        let mut short = bytes.clone();
        short[10] += 1;
        assert!(read(&short).err().unwrap().to_string().contains("do not add up"));
        for text in ["DATE,TNVED\n1,2\n", "\u{3}\u{1}\u{1}\u{1}", "\u{3}"] {
            assert!(!is_dbf(text.as_bytes()));
        }
    }
}
