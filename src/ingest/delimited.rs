//! Records of CSV and its kin: fields set apart by `,` `;` TAB or `|`, perhaps in quotes, under a header row.
//!
//! In: a text file, plain or compressed. Out: batches of records with their first line, the lines that are no record and why,
//! and the account of every byte and line.
//! A stray quote never swallows the records behind it. A quote opens a field only directly after a delimiter, and it is a quote
//! only if one closes it directly before a delimiter or line end; else it is text. Where a quoted field runs over line ends, the
//! lines are read one by one instead if one of those behind the first has the header's field count on its own, even if that
//! takes a true field of many lines apart: then lines are rejected in the open, while a swallowed record would be gone in
//! silence. In a file of one column a field therefore never runs over a line end. The first line having the count on its own
//! decides the same, but for one case: the open quote stands in its last column and the joined record has the count too. Both
//! readings then agree on all other columns, and the joined one keeps the last together.

use crate::error::{Error, Result};
use crate::ingest::encoding::{BYTE_ORDER_MARK, TextStream};
use crate::ingest::records::{Dialect, Header, Pinned, RecordReader};
use crate::model::account::{Rejection, Repair, SpanKind, Spans};
use crate::model::raw_shipments::RawShipments;
use memchr::{memchr, memchr_iter, memchr2, memchr3};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Range;
use std::path::Path;

/// The header stands in one of so many first rows, unless it is pinned.
pub(super) const HEADER_ROWS: usize = 30;
/// No customs file has a hundredth of it; beyond, the delimiter is wrong or the file hostile.
pub(super) const MAX_FIELDS: usize = 4_096;
/// A batch ends at so many records …
pub(super) const BATCH_RECORDS: usize = 16_384;
/// … or bytes of text, whichever comes first.
const BATCH_BYTES: usize = 8 << 20;
/// A line beyond this is refused, so that memory stays bounded.
const MAX_RECORD_BYTES: usize = 16 << 20;
/// How far the closing quote of a field may lie behind the start of its record. Beyond, the quote is a stray one.
const LOOK_AHEAD_BYTES: usize = 1 << 20;
const LOOK_AHEAD_LINES: usize = 1_000;
/// So many lines tell whether a delimiter gives records of one width.
const SAMPLE_LINES: usize = 1_000;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A rejected record shows so many characters of its text.
const RAW_TEXT_CHARS: usize = 10_000;

/// Opens a delimited file. `is_known` says whether a header cell is one that the vendor schema knows: the header is the first of
/// the first rows with the most of them, and the delimiter is the one that gives the most.
pub fn open(path: &Path, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<DelimitedReader> {
    let mut lines = Lines::new(path, TextStream::open(path, pinned.encoding.as_deref())?);
    let layout = find_layout(path, &mut lines, pinned, is_known)?;
    let mut reader = DelimitedReader {
        width: layout.header.names.len(),
        dialect: Dialect {
            encoding: lines.stream.encoding(),
            delimiter: Some(char::from(layout.delimiter)),
            sheet: None,
            header_row: layout.header.line,
            evidence: format!("{}; {}", lines.stream.evidence(), layout.evidence),
        },
        header: layout.header,
        delimiter: layout.delimiter,
        lines,
        spans: Spans::default(),
        stray_quotes: None,
        record: Splitter::default(),
        probe: Splitter::default(),
    };
    for (kind, text) in [(SpanKind::Preamble, layout.preamble), (SpanKind::Header, layout.header_text)] {
        let n_lines = count_lines(&reader.lines.rest()[..text.len()]);
        reader.consume(kind, text.len(), n_lines);
    }
    Ok(reader)
}

/// A delimited file, read once from front to back.
pub struct DelimitedReader {
    lines: Lines,
    header: Header,
    width: usize,
    delimiter: u8,
    dialect: Dialect,
    spans: Spans,
    stray_quotes: Option<Repair>,
    record: Splitter,
    probe: Splitter,
}

impl RecordReader for DelimitedReader {
    fn header(&self) -> &Header {
        &self.header
    }

    fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    fn read(&mut self, batch: &mut RawShipments, rejected: &mut Vec<Rejection>) -> Result<bool> {
        let (mut n_records, mut n_bytes) = (0, 0);
        while n_records < BATCH_RECORDS && n_bytes < BATCH_BYTES {
            let Some(line) = self.lines.line()? else { return Ok(n_records > 0) };
            let text = &self.lines.rest()[..line.content];
            if is_blank(text, self.delimiter) {
                n_bytes += line.full;
                self.consume(SpanKind::Blank, line.full, 1);
                continue;
            }
            n_records += 1;
            n_bytes += if memchr(b'"', text).is_none() {
                self.read_plain(line, batch, rejected)?
            } else {
                self.read_quoted(line, batch, rejected)?
            };
        }
        Ok(true)
    }

    fn spans(&self) -> Spans {
        self.spans
    }

    fn decoded(&self) -> (u64, u64) {
        self.lines.stream.decoded()
    }

    fn repairs(&self) -> Vec<Repair> {
        self.stray_quotes.into_iter().collect()
    }
}

impl DelimitedReader {
    /// Reads a line without quotes: the common case, split where it lies.
    fn read_plain(&mut self, line: Line, batch: &mut RawShipments, rejected: &mut Vec<Rejection>) -> Result<usize> {
        let text = &self.lines.rest()[..line.content];
        let Ok(text) = std::str::from_utf8(text) else { return self.reject_invalid(line, 1, rejected) };
        if memchr_iter(self.delimiter, text.as_bytes()).count() + 1 == self.width {
            batch.push(self.lines.number, plain_fields(text, self.delimiter));
            return Ok(self.consume(SpanKind::Record, line.full, 1));
        }
        self.record.split(text.as_bytes(), self.delimiter, Cut::AtEnd);
        self.keep_or_reject(line, 1, batch, rejected)
    }

    /// Reads a record with quotes, which may run over several lines.
    fn read_quoted(&mut self, line: Line, batch: &mut RawShipments, rejected: &mut Vec<Rejection>) -> Result<usize> {
        let text = &self.lines.rest()[..line.content];
        let Some(open_column) = self.record.split(text, self.delimiter, Cut::AtEnd).open_column else {
            return self.keep_or_reject(line, 1, batch, rejected);
        };
        let first_fits = self.record.fits(self.width);
        let is_last_column = open_column + 1 == self.width;
        // One byte more tells whether the file goes on.
        self.lines.fill(LOOK_AHEAD_BYTES + 1)?;
        if let Some((joined, n_lines)) = join(self.lines.look_ahead(), line, self.delimiter, &mut self.record) {
            let joined_fits = self.record.fits(self.width);
            let text = &self.lines.rest()[line.full..joined.content];
            let is_one_record = (!first_fits || (is_last_column && joined_fits))
                && !any_line_fits(text, self.delimiter, self.width, &mut self.probe);
            if is_one_record {
                return self.keep_or_reject(joined, n_lines, batch, rejected);
            }
        }
        let n_kept = batch.len();
        let number = self.lines.number;
        let text = &self.lines.rest()[..line.content];
        self.record.split(text, self.delimiter, Cut::AtEnd);
        let n_bytes = self.keep_or_reject(line, 1, batch, rejected)?;
        if batch.len() > n_kept {
            let repair = Repair { rule: "stray_quote", first_line: number, n_records: 0 };
            self.stray_quotes.get_or_insert(repair).n_records += 1;
        }
        Ok(n_bytes)
    }

    /// Keeps the record that was split last if it has the header's fields, rejects it if not; returns its bytes.
    fn keep_or_reject(
        &mut self,
        record: Line,
        n_lines: u64,
        batch: &mut RawShipments,
        rejected: &mut Vec<Rejection>,
    ) -> Result<usize> {
        let bytes = &self.lines.rest()[..record.content];
        let Ok(text) = std::str::from_utf8(bytes) else { return self.reject_invalid(record, n_lines, rejected) };
        if self.record.fits(self.width) {
            batch.push(self.lines.number, self.record.texts(text).take(self.width));
            return Ok(self.consume(SpanKind::Record, record.full, n_lines));
        }
        rejected.push(rejection(self.lines.number, "field_count", text));
        Ok(self.consume(SpanKind::Rejected, record.full, n_lines))
    }

    fn reject_invalid(&mut self, record: Line, n_lines: u64, rejected: &mut Vec<Rejection>) -> Result<usize> {
        if let Some(error) = self.lines.stream.wrong_guess(self.lines.number) {
            return Err(error);
        }
        let text = String::from_utf8_lossy(&self.lines.rest()[..record.content]);
        rejected.push(rejection(self.lines.number, "invalid_encoding", &text));
        Ok(self.consume(SpanKind::Rejected, record.full, n_lines))
    }

    /// Goes on behind the next `n_bytes` and books them; returns them.
    fn consume(&mut self, kind: SpanKind, n_bytes: usize, n_lines: u64) -> usize {
        self.spans.add(kind, n_bytes as u64, n_lines);
        self.lines.start += n_bytes;
        self.lines.number += n_lines;
        n_bytes
    }
}

/// Returns a rejection with the start of the text, cut between characters.
pub(super) fn rejection(line: u64, reason: &'static str, text: &str) -> Rejection {
    let end = text.char_indices().nth(RAW_TEXT_CHARS).map_or(text.len(), |(at, _)| at);
    Rejection { line, reason, column: String::new(), raw_text: text[..end].to_owned() }
}

/// Returns the fields of a line without quotes.
fn plain_fields(text: &str, delimiter: u8) -> impl Iterator<Item = &str> {
    let mut start = 0;
    memchr_iter(delimiter, text.as_bytes()).chain([text.len()]).map(move |end| {
        let field = &text[start..end];
        start = end + 1;
        field
    })
}

/// A line of white space is no record; a line of delimiters is one, with empty fields.
fn is_blank(text: &[u8], delimiter: u8) -> bool {
    let starts_with_text = text.first().is_some_and(u8::is_ascii_graphic);
    !starts_with_text
        && memchr(delimiter, text).is_none()
        && std::str::from_utf8(text).is_ok_and(|text| text.trim_matches(|letter: char| letter.is_whitespace()).is_empty())
}

/// The length of a line or record in bytes, without and with its line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    content: usize,
    full: usize,
}

/// The text that is in memory: from the next record on, as far as it was needed.
struct Lines {
    file: String,
    stream: TextStream,
    buffer: Vec<u8>,
    start: usize,
    is_end: bool,
    /// Of the next line, counted from 1.
    number: u64,
}

impl Lines {
    fn new(path: &Path, stream: TextStream) -> Self {
        Lines { file: path.display().to_string(), stream, buffer: Vec::new(), start: 0, is_end: false, number: 1 }
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Returns the text in which the closing quote of a record may lie, and whether the file ends with it.
    fn look_ahead(&self) -> (&[u8], Cut) {
        let rest = self.rest();
        match rest.get(..LOOK_AHEAD_BYTES) {
            Some(text) if rest.len() > LOOK_AHEAD_BYTES => (text, Cut::Within),
            _ => (rest, Cut::AtEnd),
        }
    }

    /// Reads on until `n_bytes` lie ahead or the file ends.
    fn fill(&mut self, n_bytes: usize) -> Result<()> {
        while self.rest().len() < n_bytes && !self.is_end {
            self.buffer.drain(..self.start);
            self.start = 0;
            self.is_end = !self.stream.read_piece(&mut self.buffer)?;
        }
        Ok(())
    }

    /// Returns the next line, or `None` at the end.
    fn line(&mut self) -> Result<Option<Line>> {
        let mut n_searched = 0;
        loop {
            let rest = self.rest();
            if let Some(line) = line_at(rest, n_searched, self.is_end) {
                return self.refuse_too_long(line.content).map(|()| Some(line));
            }
            if self.is_end {
                let length = rest.len();
                return self.refuse_too_long(length).map(|()| (length > 0).then_some(Line { content: length, full: length }));
            }
            // A CR at the very end is looked at again, with what follows it.
            n_searched = rest.len().saturating_sub(1);
            self.refuse_too_long(n_searched)?;
            let n_bytes = rest.len() + 1;
            self.fill(n_bytes)?;
        }
    }

    fn refuse_too_long(&self, n_bytes: usize) -> Result<()> {
        if n_bytes <= MAX_RECORD_BYTES {
            return Ok(());
        }
        let message = format!("line {} of `{}` is longer than {} MiB", self.number, self.file, MAX_RECORD_BYTES >> 20);
        Err(Error::request(message).hint("run `inspect` on the file: it may be of another kind than its name says"))
    }
}

/// Returns the line at the start of `text`, or `None` if no line end is in sight. The first `n_searched` bytes hold none.
fn line_at(text: &[u8], n_searched: usize, is_end: bool) -> Option<Line> {
    let content = n_searched + memchr2(b'\n', b'\r', &text[n_searched..])?;
    let full = content + line_end(&text[content..], is_end)?;
    Some(Line { content, full })
}

/// Returns the length of the line end at the start of `text`; `None` if that hangs on a byte that is not in sight.
fn line_end(text: &[u8], is_end: bool) -> Option<usize> {
    match text {
        [b'\r', b'\n', ..] => Some(2),
        [b'\r'] if !is_end => None,
        [b'\r' | b'\n', ..] => Some(1),
        _ => Some(0),
    }
}

/// Returns the lines of a stretch of text, without their line ends. Text behind the last line end is a line, even an empty one.
fn lines_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let line = line_at(text, 0, true);
        rest = line.map(|line| &text[line.full..]);
        Some(&text[..line.map_or(text.len(), |line| line.content)])
    })
}

/// Returns the lines of a text that begins and ends at a line's bounds.
fn count_lines(text: &[u8]) -> u64 {
    let is_closed = text.is_empty() || matches!(text.last(), Some(b'\n' | b'\r'));
    lines_of(text).count() as u64 - u64::from(is_closed)
}

/// Joins a line with an open quote to the lines up to the one that closes the record, and splits it. `None` if nothing closes
/// it in sight.
fn join((text, cut): (&[u8], Cut), first: Line, delimiter: u8, record: &mut Splitter) -> Option<(Line, u64)> {
    let content = record.split(text, delimiter, cut).end;
    if content <= first.content || (content == text.len() && cut == Cut::Within) {
        return None;
    }
    let full = content + line_end(&text[content..], cut == Cut::AtEnd)?;
    let n_lines = lines_of(&text[..content]).take(LOOK_AHEAD_LINES + 1).count();
    (n_lines <= LOOK_AHEAD_LINES).then_some((Line { content, full }, n_lines as u64))
}

fn any_line_fits(text: &[u8], delimiter: u8, width: usize, probe: &mut Splitter) -> bool {
    lines_of(text).any(|line| {
        probe.split(line, delimiter, Cut::AtEnd);
        probe.fits(width)
    })
}

/// What the end of a stretch of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// The line or the file ends there: a quote before it closes its field.
    AtEnd,
    /// The text goes on.
    Within,
}

/// Where a field lies.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    /// In the text of the record.
    InText(Range<usize>),
    /// In the splitter's own text, where its doubled quotes are single.
    Undoubled(Range<usize>),
}

/// Splits records into fields; kept from record to record, so that a field costs no allocation.
#[derive(Default)]
struct Splitter {
    fields: Vec<Field>,
    undoubled: Vec<u8>,
}

/// How a record ended.
struct Ending {
    /// Behind its last field.
    end: usize,
    /// The column whose quote is not closed before the end of the text.
    open_column: Option<usize>,
}

/// How a quote at the start of a field ends.
enum Closing {
    /// At this byte, with doubled quotes on the way or not.
    At(usize, bool),
    /// By a quote that stands before something else than a delimiter or line end: it never was a quoted field.
    Stray,
    NotInSight,
}

impl Splitter {
    /// Splits the record at the start of `text`, which ends at the first line end outside quotes. A quote that is not closed
    /// properly is text. Of more than `MAX_FIELDS` fields, one more is remembered, so that the record fits no header.
    fn split(&mut self, text: &[u8], delimiter: u8, cut: Cut) -> Ending {
        self.fields.clear();
        self.undoubled.clear();
        let mut open_column = None;
        let mut n_fields = 0;
        let mut start = 0;
        loop {
            let closing = match text.get(start) {
                Some(b'"') => find_closing(text, start, delimiter, cut),
                _ => Closing::Stray,
            };
            let (field, end) = match closing {
                Closing::At(end, false) => (Field::InText(start + 1..end), end + 1),
                Closing::At(end, true) => (self.undouble(&text[start + 1..end]), end + 1),
                Closing::Stray | Closing::NotInSight => {
                    if matches!(closing, Closing::NotInSight) {
                        open_column = open_column.or(Some(n_fields));
                    }
                    let end = memchr3(delimiter, b'\n', b'\r', &text[start..]).map_or(text.len(), |length| start + length);
                    (Field::InText(start..end), end)
                }
            };
            n_fields += 1;
            if n_fields <= MAX_FIELDS + 1 {
                self.fields.push(field);
            }
            if text.get(end) != Some(&delimiter) {
                return Ending { end, open_column };
            }
            start = end + 1;
        }
    }

    fn undouble(&mut self, quoted: &[u8]) -> Field {
        let start = self.undoubled.len();
        let mut rest = quoted;
        while let Some(at) = memchr(b'"', rest) {
            self.undoubled.extend_from_slice(&rest[..=at]);
            rest = &rest[at + 2..];
        }
        self.undoubled.extend_from_slice(rest);
        Field::Undoubled(start..self.undoubled.len())
    }

    /// Says whether the record has `width` fields, or more but none of them with text.
    fn fits(&self, width: usize) -> bool {
        let n_fields = self.fields.len();
        n_fields >= width && n_fields <= MAX_FIELDS && self.fields[width..].iter().all(Field::is_empty)
    }

    /// Returns the texts of the fields in the text that was split.
    fn texts<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let undoubled = std::str::from_utf8(&self.undoubled).expect("UTF-8 text without some of its quotes is UTF-8");
        self.fields.iter().map(move |field| match field {
            Field::InText(range) => &text[range.clone()],
            Field::Undoubled(range) => &undoubled[range.clone()],
        })
    }
}

impl Field {
    fn is_empty(&self) -> bool {
        let (Field::InText(range) | Field::Undoubled(range)) = self;
        range.is_empty()
    }
}

fn find_closing(text: &[u8], open: usize, delimiter: u8, cut: Cut) -> Closing {
    let mut from = open + 1;
    let mut has_doubled = false;
    while let Some(length) = memchr(b'"', &text[from..]) {
        let at = from + length;
        match text.get(at + 1) {
            Some(b'"') => {
                has_doubled = true;
                from = at + 2;
            }
            Some(&byte) if byte == delimiter || byte == b'\n' || byte == b'\r' => return Closing::At(at, has_doubled),
            Some(_) => return Closing::Stray,
            None if cut == Cut::AtEnd => return Closing::At(at, has_doubled),
            None => return Closing::NotInSight,
        }
    }
    Closing::NotInSight
}

/// Where the header is and what sets fields apart.
struct Layout {
    delimiter: u8,
    header: Header,
    preamble: Range<usize>,
    header_text: Range<usize>,
    evidence: String,
}

/// A row that may be the header, by one delimiter.
struct Candidate {
    delimiter: u8,
    names: Vec<String>,
    /// Counted from 0.
    line: usize,
    header_text: Range<usize>,
    n_known: usize,
    /// Lines below it that have as many fields, of those looked at.
    n_fitting: usize,
    n_sampled: usize,
}

/// Finds the header and the delimiter in the first lines.
fn find_layout(path: &Path, lines: &mut Lines, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Layout> {
    let file = path.display();
    let pinned_line = match pinned.header_row {
        Some(0) => return Err(Error::request(format!("`header_row` for `{file}` is 0, but lines are counted from 1"))),
        Some(row) => Some(usize::try_from(row - 1).unwrap_or(usize::MAX)),
        None => None,
    };
    let n_wanted = pinned_line.map_or(HEADER_ROWS, |line| line.saturating_add(1));
    let mut starts = Vec::new();
    for n_bytes in [LOOK_AHEAD_BYTES, MAX_RECORD_BYTES] {
        lines.fill(n_bytes + 1)?;
        starts = starts_of_lines(lines.rest(), lines.is_end, n_wanted);
        if starts.len() == n_wanted || lines.is_end {
            break;
        }
    }
    let text = lines.rest();
    let hint_of_spreadsheet = starts.first().and_then(|line| separator_line(&text[line.clone()]));
    let delimiters = match (pinned.delimiter, hint_of_spreadsheet) {
        (Some(delimiter), _) => vec![check_delimiter(delimiter)?],
        (None, Some(delimiter)) => vec![delimiter],
        (None, None) => DELIMITERS.to_vec(),
    };
    let rows = match pinned_line {
        Some(line) if line < starts.len() => line..line + 1,
        Some(_) => {
            let message =
                format!("`header_row` for `{file}` is {n_wanted}, but there are only {} lines to look at", starts.len());
            return Err(Error::request(message));
        }
        None => usize::from(hint_of_spreadsheet.is_some()).min(starts.len())..starts.len(),
    };

    let search = Search { text, is_end: lines.is_end, starts: &starts, is_known };
    let candidates = delimiters.iter().filter_map(|delimiter| search.candidate(*delimiter, rows.clone()));
    let best = candidates.min_by_key(Candidate::rank).ok_or_else(|| match pinned_line {
        Some(_) => Error::request(format!("`header_row` for `{file}` is {n_wanted}, but that line holds no header")),
        None => Error::request(format!("`{file}` has no header in its first {HEADER_ROWS} lines"))
            .hint("pin `header_row` for these records"),
    })?;
    if best.names.len() > MAX_FIELDS {
        let message = format!("the header of `{file}` on line {} has more than {MAX_FIELDS} fields", best.line + 1);
        return Err(Error::request(message).hint("pin `delimiter` and `header_row` for these records"));
    }
    if std::str::from_utf8(&text[best.header_text.clone()]).is_err() {
        let message = format!("the header of `{file}` on line {} is not {}", best.line + 1, lines.stream.encoding());
        return Err(Error::request(message).hint("pin `encoding` for these records"));
    }
    let why = match (pinned.delimiter, hint_of_spreadsheet) {
        (Some(_), _) => " as pinned",
        (None, Some(_)) => " as the first line says",
        (None, None) => "",
    };
    let shown = if best.delimiter == b'\t' { "TAB".to_owned() } else { char::from(best.delimiter).to_string() };
    Ok(Layout {
        evidence: format!(
            "delimiter `{shown}`{why}: {} known header cells on line {}, {} of {} lines looked at have {} fields",
            best.n_known,
            best.line + 1,
            best.n_fitting,
            best.n_sampled,
            best.names.len()
        ),
        delimiter: best.delimiter,
        header: Header { names: best.names, line: best.line as u64 + 1 },
        preamble: 0..starts[best.line].start,
        header_text: starts[best.line].start..best.header_text.end,
    })
}

fn check_delimiter(delimiter: char) -> Result<u8> {
    match u8::try_from(delimiter) {
        Ok(byte) if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(byte),
        _ => Err(Error::request(format!("`{}` cannot be a delimiter", delimiter.escape_default()))
            .hint("a delimiter is one ASCII character other than a quote or line end, such as `,` or `;`")),
    }
}

/// Returns the delimiter that a first line such as `sep=;` tells spreadsheets.
fn separator_line(line: &[u8]) -> Option<u8> {
    let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line).trim_ascii_end();
    match line.trim_ascii().strip_prefix(b"sep=").or(line.strip_prefix(b"\"sep="))? {
        [delimiter] | [delimiter, b'"'] if !delimiter.is_ascii_alphanumeric() && delimiter.is_ascii() => Some(*delimiter),
        _ => None,
    }
}

/// Returns where each of the first whole lines lies, with its line end.
fn starts_of_lines(text: &[u8], is_end: bool, n_wanted: usize) -> Vec<Range<usize>> {
    let mut starts = Vec::new();
    let mut start = 0;
    while start < text.len() && starts.len() < n_wanted {
        let length = match line_at(&text[start..], 0, is_end) {
            Some(line) => line.full,
            None if is_end => text.len() - start,
            None => break,
        };
        starts.push(start..start + length);
        start += length;
    }
    starts
}

/// The first lines of a file, in which the header is looked for.
struct Search<'a> {
    text: &'a [u8],
    is_end: bool,
    starts: &'a [Range<usize>],
    is_known: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Search<'_> {
    /// Returns the first of the rows with the most known cells; where no cell is known, the first that is not blank.
    fn candidate(&self, delimiter: u8, rows: Range<usize>) -> Option<Candidate> {
        let best = rows.filter_map(|line| self.row(line, delimiter)).min_by_key(|row| Reverse(row.n_known))?;
        Some(self.sample(best))
    }

    /// Reads a row as a header, over several lines where a quoted name runs over them; `None` if it holds no text.
    fn row(&self, line: usize, delimiter: u8) -> Option<Candidate> {
        let full = &self.starts[line];
        let skipped = if line == 0 && self.text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let start = full.start + skipped;
        let text = &self.text[start..];
        let length = full.end - start;
        let first = line_at(&text[..length], 0, true).unwrap_or(Line { content: length, full: length });

        let mut record = Splitter::default();
        let is_open = record.split(&text[..first.content], delimiter, Cut::AtEnd).open_column.is_some();
        let mut row = first;
        if is_open {
            let look_ahead = match text.get(..LOOK_AHEAD_BYTES) {
                Some(text) => (text, Cut::Within),
                None => (text, if self.is_end { Cut::AtEnd } else { Cut::Within }),
            };
            let joined = join(look_ahead, first, delimiter, &mut record);
            let width = record.fields.len();
            match joined {
                Some((joined, _))
                    if !any_line_fits(&text[first.full..joined.content], delimiter, width, &mut Splitter::default()) =>
                {
                    row = joined;
                }
                _ => {
                    record.split(&text[..first.content], delimiter, Cut::AtEnd);
                }
            }
        }
        // A row that is not of the encoding has no known cells but may still be what a person pinned: it is refused later.
        let shown = String::from_utf8_lossy(&text[..row.content]);
        if matches!(shown, Cow::Owned(_)) {
            record.split(shown.as_bytes(), delimiter, Cut::AtEnd);
        }
        let mut names: Vec<String> = record.texts(&shown).map(str::to_owned).collect();
        // Exports that end each line with a delimiter do so in the header too, or only there.
        names.truncate(names.iter().rposition(|name| !name.trim().is_empty())? + 1);
        Some(Candidate {
            delimiter,
            n_known: names.iter().filter(|name| !name.is_empty() && (self.is_known)(name)).count(),
            names,
            line,
            header_text: start..start + row.full,
            n_fitting: 0,
            n_sampled: 0,
        })
    }

    /// Counts the lines below a row that have as many fields.
    fn sample(&self, mut row: Candidate) -> Candidate {
        let below = &self.text[row.header_text.end..];
        let mut record = Splitter::default();
        for line in starts_of_lines(below, self.is_end, SAMPLE_LINES) {
            let full = &below[line];
            let content = line_at(full, 0, true).map_or(full.len(), |line| line.content);
            if is_blank(&full[..content], row.delimiter) {
                continue;
            }
            record.split(&full[..content], row.delimiter, Cut::AtEnd);
            row.n_sampled += 1;
            row.n_fitting += usize::from(record.fits(row.names.len()));
        }
        row
    }
}

impl Candidate {
    /// Sorts the better first: more known cells, then more lines of one width (in thousandths), then more fields. Without a known
    /// cell, one field a line is no sign of a delimiter.
    fn rank(&self) -> Reverse<(usize, usize, usize)> {
        let is_sign = self.n_known > 0 || self.names.len() > 1;
        let n_fitting = if is_sign { self.n_fitting * 1_000 / self.n_sampled.max(1) } else { 0 };
        Reverse((self.n_known, n_fitting, self.names.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};
    use std::io::Write;

    /// What a file came to: records and rejections by first line.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Outcome {
        header: Vec<String>,
        header_line: u64,
        records: BTreeMap<u64, Vec<String>>,
        rejected: BTreeMap<u64, String>,
        raw_texts: Vec<String>,
        lines: [u64; 5],
        n_repaired: u64,
    }

    fn read_file(bytes: &[u8], pinned: &Pinned, known: &[&str]) -> Result<Outcome> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut reader = open(file.path(), pinned, &|name| known.contains(&name))?;
        let width = reader.header().names.len();
        let mut outcome =
            Outcome { header: reader.header().names.clone(), header_line: reader.header().line, ..Outcome::default() };
        let mut is_more = true;
        let mut n_added = 0;
        while is_more {
            let (mut batch, mut rejected) = (RawShipments::new(width), Vec::new());
            is_more = reader.read(&mut batch, &mut rejected)?;
            assert!(is_more || batch.len() + rejected.len() == 0, "the last call adds nothing");
            n_added += batch.len() + rejected.len();
            for record in 0..batch.len() {
                let fields = (0..width).map(|column| batch.field(record, column).to_owned()).collect();
                outcome.records.insert(batch.line(record), fields);
            }
            for rejection in rejected {
                outcome.rejected.insert(rejection.line, rejection.reason.to_string());
                outcome.raw_texts.push(rejection.raw_text);
            }
        }
        assert_eq!(n_added, outcome.records.len() + outcome.rejected.len(), "two records begin on one line");
        let spans = reader.spans();
        assert_eq!((spans.total_bytes(), spans.total_lines()), reader.decoded());
        assert_eq!(spans.bytes[SpanKind::Record as usize] > 0, !outcome.records.is_empty());
        outcome.lines = spans.lines;
        outcome.n_repaired = reader.repairs().iter().map(|repair| repair.n_records).sum();
        Ok(outcome)
    }

    fn read_text(text: &str) -> Outcome {
        read_file(text.as_bytes(), &Pinned::default(), &["A"]).unwrap()
    }

    /// Writes an outcome on one line: `2:1|x` a record, `3!field_count` a rejection, `~` the number of repairs.
    fn shown(outcome: &Outcome) -> String {
        let records = outcome.records.iter().map(|(line, fields)| (line, format!("{line}:{}", fields.join("|"))));
        let rejected = outcome.rejected.iter().map(|(line, reason)| (line, format!("{line}!{reason}")));
        let all: BTreeMap<_, _> = records.chain(rejected).collect();
        let all: Vec<_> = all.into_values().collect();
        format!("{} ~{}", all.join(" "), outcome.n_repaired).replace('\r', "CR").replace('\n', "LF")
    }

    #[test]
    fn quotes_and_line_ends() {
        for (text, expected, note) in [
            ("A,B\n1,x\n2,y", "2:1|x 3:2|y ~0", "no line end at the end"),
            ("A,B\r\n1,x\r2,y\n", "2:1|x 3:2|y ~0", "three kinds of line ends in one file"),
            ("A,B\n\n \t\n1,x\n", "4:1|x ~0", "blank lines"),
            ("A,B\n,\n", "2:| ~0", "a line of delimiters is a record"),
            ("A,B\n1,\"x,y\"\n", "2:1|x,y ~0", "delimiter in quotes"),
            ("A,B\n1,\"x\"\"y\"\n", "2:1|x\"y ~0", "doubled quote"),
            ("A,B\n1,\"\"\n\"\",2", "2:1| 3:|2 ~0", "empty quotes"),
            ("A,B\n1,\"OOO\" X\n", "2:1|\"OOO\" X ~0", "text behind the closing quote"),
            ("A,B\n1,LATHE 2\"\n", "2:1|LATHE 2\" ~0", "quote within a field"),
            ("A,B\n1, \"x\"\n", "2:1| \"x\" ~0", "a blank before the quote"),
            ("A,B,C\n1,\"x\r\ny\",z\r\n2,p,q\r\n", "2:1|xCRLFy|z 4:2|p|q ~0", "field over two lines"),
            ("A,B,C\n1,\"x\n\ny\",z\n2,p,q\n", "2:1|xLFLFy|z 5:2|p|q ~0", "blank line within a field"),
            ("A,B,C\n1,p,\"x\ny\"\n2,p,q\n", "2:1|p|xLFy 4:2|p|q ~0", "field over two lines in the last column"),
            ("A,B,C\n1,p,\"x\ny,z,\"\n2,p,q\n", "2:1|p|\"x 3:y|z|\" 4:2|p|q ~2", "a line within has the header's fields"),
            ("A,B,C\n1,\"x\ny\",z,\"\n2,p,q\n", "2!field_count 3:y\"|z|\" 4:2|p|q ~1", "so has the last line"),
            ("A,B,C\n\"x\ny\",p,q\n2,p,q\n", "2!field_count 3:y\"|p|q 4:2|p|q ~0", "field over two lines in the first column"),
            ("A,B,C\n1,\"x,y\nz\",w\n2,p,q\n", "2:1|\"x|y 3!field_count 4:2|p|q ~1", "both readings have the count"),
            ("A,B,C\n1,\"x,y\n2,z\",w\n3,p,q\n", "2:1|\"x|y 3:2|z\"|w 4:3|p|q ~1", "two stray quotes"),
            ("A,B\n1,\"x\n2,y\n3,z\n", "2:1|\"x 3:2|y 4:3|z ~1", "never closed"),
            ("A,B\n1,x\n2,\"", "2:1|x 3:2|\" ~1", "quote at the very end"),
            ("A,B\n1,x\n2,\"y\"", "2:1|x 3:2|y ~0", "closing quote at the very end"),
            ("A,B\n\"1,x\n2,y\"\n", "2:\"1|x 3:2|y\" ~1", "from the first column to the last"),
            ("A,B,C\n1,\"x\ny\",z,w,v\n2,p,q\n", "2!field_count 4:2|p|q ~0", "too many fields over two lines are rejected once"),
            ("A\n1\n\"x\ny\"\n\"p,q\"\n", "2:1 3:\"x 4:y\" 5:p,q ~1", "one column"),
            (
                "A,B\n1,x,\n2,y,,\"\"\n3,z,,w\n4\n",
                "2:1|x 3:2|y 4!field_count 5!field_count ~0",
                "empty fields too many, full ones, too few",
            ),
            ("A,B,,\n1,x\n2,y,,\n", "2:1|x 3:2|y ~0", "empty cells at the end of the header"),
            ("A,B\n1,\0\n", "2:1|\0 ~0", "zero bytes are data"),
        ] {
            let outcome = read_text(text);
            assert_eq!(shown(&outcome), expected, "{note}");
            assert_eq!(outcome.header.len(), text.lines().next().unwrap().trim_end_matches(',').split(',').count(), "{note}");
        }
    }

    #[test]
    fn header_and_delimiter() {
        let known = ["A", "B", "NET\nWEIGHT", "name"];
        for (text, line, header, n_preamble, note) in [
            ("A,B\n1,2\n", 1, "A|B", 0, "first line"),
            ("\u{feff}A;B\n1;2\n", 1, "A|B", 0, "behind a byte order mark"),
            ("\u{feff}\"A\"\t\"B\"\n1\t2\n", 1, "A|B", 0, "in quotes behind a byte order mark"),
            ("Extract, of \"2022\n\nfrom A\nA|B|C\n1|2|3\n", 4, "A|B|C", 3, "below a title block"),
            ("A\nA;x\nB;A;y\nA;B;z\n", 3, "B|A|y", 2, "the first with the most known cells"),
            ("A,\"NET\nWEIGHT\",B\n1,2,3\n", 1, "A|NET\nWEIGHT|B", 0, "over two lines"),
            ("A,B,\"C\n1,2,3\n4,5,6\"\n", 1, "A|B|\"C", 0, "with a stray quote"),
            ("\n \nx;y,1\n1;2,3\n2;5\n", 3, "x|y,1", 2, "no cell known: the first line that is not blank"),
            ("name\nACME CO., LTD\nOOO VEGA\n", 1, "name", 0, "one column with commas in it"),
            ("sep=;\nx;y,z\n1;2\n", 2, "x|y,z", 1, "a line for spreadsheets"),
            ("A,B\n", 1, "A|B", 0, "header only"),
            ("A,B", 1, "A|B", 0, "header only, no line end"),
        ] {
            let outcome = read_file(text.as_bytes(), &Pinned::default(), &known).unwrap();
            assert_eq!((outcome.header_line, outcome.header.join("|")), (line, header.to_owned()), "{note}");
            assert_eq!(outcome.lines[SpanKind::Preamble as usize], n_preamble, "{note}");
            assert!(outcome.rejected.is_empty(), "{note}");
        }
        for (header_row, delimiter, expected) in [
            (Some(2), None, Some("p,q")),
            (None, Some('/'), Some("A,B")),
            (Some(2), Some('?'), Some("p,q")),
            (Some(9), None, None),
            (Some(0), None, None),
            (None, Some('"'), None),
            (None, Some('я'), None),
        ] {
            let pinned = Pinned { header_row, delimiter, ..Pinned::default() };
            let outcome = read_file(b"A,B\np,q\n1,2\n", &pinned, &known).ok();
            assert_eq!(outcome.map(|outcome| outcome.header.join(",")), expected.map(str::to_owned));
        }
        for text in ["\n\n", "\u{feff}"] {
            assert!(read_file(text.as_bytes(), &Pinned::default(), &known).is_err(), "{text:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_of_the_encoding_reject_the_record() {
        let text = [b"A,B\n1,".as_slice(), "я".repeat(20).as_bytes(), b"\n2,\xd0\n3,z\n4,\"\xd0\"\n5,\"a\n\xd0\"\n"].concat();
        let outcome = read_file(&text, &Pinned { encoding: Some("utf-8".to_owned()), ..Pinned::default() }, &["A"]).unwrap();
        assert_eq!(outcome.records.keys().collect::<Vec<_>>(), [&2, &4]);
        assert_eq!(outcome.rejected, [3, 5, 6].map(|line| (line, "invalid_encoding".to_owned())).into());

        let text = [b"A,B\n".as_slice(), &b"1,2\n".repeat(300_000), b"2,\xd0\n"].concat();
        let error = read_file(&text, &Pinned::default(), &["A"]).err().unwrap().to_string();
        assert!(error.contains("line 300002") && error.contains("pin `encoding`"), "{error}");
    }

    #[test]
    fn limits_are_kept() {
        // The closing quote is looked for in so many lines and bytes; one more, and the quote is a stray one.
        for (n_lines, filler, is_joined) in [
            (LOOK_AHEAD_LINES, "x", true),
            (LOOK_AHEAD_LINES + 1, "x", false),
            (3, &"x".repeat(LOOK_AHEAD_BYTES / 2 - 100), true),
            (3, &"x".repeat(LOOK_AHEAD_BYTES), false),
        ] {
            let text = format!("A,B,C\n1,\"{}y\",2\n3,4,5\n", format!("{filler}\n").repeat(n_lines - 1));
            let outcome = read_text(&text);
            assert_eq!(outcome.records.contains_key(&2), is_joined, "{n_lines} lines");
            assert_eq!(outcome.records[&(n_lines as u64 + 2)], ["3", "4", "5"]);
            assert!(outcome.raw_texts.iter().all(|text| text.chars().count() <= RAW_TEXT_CHARS));
        }
        let long = format!("A,B\n1,{}\n", "я".repeat(MAX_RECORD_BYTES / 2));
        let error = read_file(long.as_bytes(), &Pinned::default(), &["A"]).err().unwrap().to_string();
        assert!(error.contains("line 2") && error.contains("16 MiB"), "{error}");
        let error = read_file("A,".repeat(MAX_FIELDS + 1).replace(",A", ",B").as_bytes(), &Pinned::default(), &["A"]);
        assert!(error.err().unwrap().to_string().contains("4096 fields"));
        let outcome = read_text(&format!("A,B\n1,2{}\n\"1\",2{}\n3,4\n", ",".repeat(5_000), ",".repeat(5_000)));
        assert_eq!(shown(&outcome), "2!field_count 3!field_count 4:3|4 ~0");
    }

    #[test]
    fn large_files_come_in_batches_with_right_lines() {
        // With lines of three bytes, a piece of text ends between CR and LF.
        let outcome = read_text(&format!("A\r\n{}", "b\r\n".repeat(400_000)));
        assert_eq!(outcome.records.last_key_value(), Some((&400_001, &vec!["b".to_owned()])));
        assert_eq!(outcome.records.len(), 400_000);
        for line_end in ["\n", "\r\n", "\r"] {
            let mut text = format!("A,B{line_end}");
            for number in 0..60_000 {
                text += &format!("{number},\"two {line_end} lines\"{line_end}{line_end}");
            }
            let outcome = read_text(&text);
            assert_eq!(outcome.records.len(), 60_000);
            assert!(outcome.records.iter().all(|(line, fields)| (line - 2) / 3 == fields[0].parse::<u64>().unwrap()));
        }
    }

    /// A small generator of numbers, so that the files are the same on every machine.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % bound
        }
    }

    /// A row of a generated file: its line, whether a stray quote is in it, and its fields.
    type Row = (u64, bool, [String; 4]);

    /// Returns a file of 300 records, `n_strays` of which hold a stray quote.
    fn file_with_strays(
        n_strays: usize,
        line_end: &str,
        is_quoted: bool,
        strays: &[&str],
        numbers: &mut Numbers,
    ) -> (String, Vec<Row>) {
        let mut stray_rows = BTreeSet::new();
        while stray_rows.len() < n_strays {
            stray_rows.insert(numbers.below(300));
        }
        let mut text = format!("A,description,code,party{line_end}");
        let mut rows = Vec::new();
        for row in 0..300 {
            let is_stray = stray_rows.contains(&row);
            let description = if is_quoted { "станок, токарный" } else { "станок токарный" };
            let mut fields = [row.to_string(), description.to_owned(), "0102".to_owned(), "OOO VEGA".to_owned()];
            let mut written = fields.clone().map(|field| if is_quoted { format!("\"{field}\"") } else { field });
            if is_stray {
                let column = 1 + numbers.below(3) as usize;
                fields[column] = strays[numbers.below(strays.len() as u64) as usize].to_owned();
                // A program that does not double the quote, or that forgets to put the field in quotes.
                let is_bare = !is_quoted || numbers.below(2) == 0;
                written[column] = if is_bare { fields[column].clone() } else { format!("\"{}\"", fields[column]) };
            }
            text += &written.join(",");
            text += line_end;
            rows.push((row + 2, is_stray, fields));
        }
        (text, rows)
    }

    #[test]
    fn stray_quotes_lose_no_record() {
        // Each of the first four holds one quote, so that an even number of them pairs up across records.
        let strays =
            ["LATHE BORE 2\" CNC", "\"LATHE BORE", "LATHE BORE\"", "\"", "\"OOO\" VEGA", "OOO \"VEGA", "\"\"VEGA", "2\" AND 3\""];
        for k in 1..=50 {
            for (at, line_end) in ["\n", "\r\n", "\r"].into_iter().enumerate() {
                for (is_quoted, is_even) in [(false, false), (false, true), (true, false), (true, true)] {
                    let mut numbers = Numbers((k * 12 + at * 4) as u64 + u64::from(is_quoted) * 2 + u64::from(is_even));
                    let n_strays = if is_even { k + k % 2 } else { k };
                    let strays = if is_even { &strays[..4] } else { &strays[..] };
                    let (text, rows) = file_with_strays(n_strays, line_end, is_quoted, strays, &mut numbers);
                    let outcome = read_text(&text);
                    for (line, is_stray, fields) in &rows {
                        match outcome.records.get(line) {
                            Some(read) if !is_stray => assert_eq!(read, fields, "k {k}, line {line}"),
                            Some(read) => assert_eq!(read[0], fields[0], "k {k}, line {line}"),
                            None => {
                                assert!(*is_stray && outcome.rejected.contains_key(line), "k {k}, line {line} is lost:\n{text}")
                            }
                        }
                    }
                    assert_eq!(outcome.records.len() + outcome.rejected.len(), rows.len(), "k {k}");
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        /// Well-formed files read as the csv crate reads them. A field over two lines holds no delimiter: one of the lines
        /// could have the header's fields on its own, which this reader takes for stray quotes.
        #[test]
        fn well_formed_files_read_as_by_the_csv_crate(
            rows in prop::collection::vec(
                ("[a-z0-9]{1,4}", "[a-zя\",;]{0,6}(\r?\n)?[a-zя\",; ]{0,6}", "[a-zя\" ]{0,9}", "[a-z0-9]{1,4}"),
                1..40,
            ),
            delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
            is_quoted in any::<bool>(),
            is_crlf in any::<bool>(),
        ) {
            let rows: Vec<_> = rows.into_iter().map(|(first, text, name, last)| {
                let text = if text.contains('\n') { text.replace(char::from(delimiter), ".") } else { text };
                [first, text, name, last.clone(), last]
            }).collect();
            let mut writer = csv::WriterBuilder::new()
                .delimiter(delimiter)
                .quote_style(if is_quoted { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary })
                .terminator(if is_crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
                .from_writer(Vec::new());
            writer.write_record(["A", "text", "name", "p", "q"]).unwrap();
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let bytes = writer.into_inner().unwrap();
            let outcome = read_file(&bytes, &Pinned::default(), &["A"]).unwrap();
            let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(&bytes[..]);
            let expected: Vec<Vec<String>> =
                reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            prop_assert_eq!(outcome.records.into_values().collect::<Vec<_>>(), expected);
            prop_assert!(outcome.rejected.is_empty());
            prop_assert_eq!(outcome.n_repaired, 0);
        }

        /// Whatever the text: the account adds up (checked while reading), and each line that is a record on its own without
        /// any quote is a record of its own.
        #[test]
        fn no_clean_line_is_ever_swallowed(body in "([a,\"\"\n]|\r\n|\r| |,a\"\n|1,b,c\n){0,60}") {
            let text = format!("A,B,C\n{body}");
            let outcome = read_text(&text);
            for (number, line) in lines_of(text.as_bytes()).enumerate().skip(1) {
                let line = std::str::from_utf8(line).unwrap();
                if !line.contains('"') && line.split(',').count() == 3 {
                    let fields: Vec<_> = line.split(',').map(str::to_owned).collect();
                    prop_assert_eq!(outcome.records.get(&(number as u64 + 1)), Some(&fields), "{:?}", text);
                }
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(
            bytes in prop::collection::vec(prop::sample::select(b"A,;\"\n\r\t \0\xff\xd0\xbf".to_vec()), 0..200),
            label in prop::sample::select(vec![None, Some("utf-8"), Some("utf-16le"), Some("gbk")]),
        ) {
            let pinned = Pinned { encoding: label.map(str::to_owned), ..Pinned::default() };
            let _ = read_file(&bytes, &pinned, &["A"]);
        }
    }
}
