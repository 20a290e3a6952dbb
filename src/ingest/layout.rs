//! Where the records of a delimited text begin: the header row, what stands above it, and which character sets fields apart.
//!
//! In: the first lines of a text, what a person pinned, and which header cells the vendor schema knows. Out: the layout and its
//! evidence.
//! Header and delimiter are found together: the header is the first of the first rows with the most known cells, and the
//! delimiter the one that gives the most. A line such as `sep=;`, by which files tell spreadsheets the delimiter, is believed.
//! A text that is said to have no header has as many columns as most of its lines, named by their position.

use crate::error::{Error, Result};
use crate::ingest::header::{self, HeaderRow};
use crate::ingest::lines::{Line, Lines, is_blank, line_at};
use crate::ingest::quotes::{Cut, LOOK_AHEAD_BYTES, Splitter};
use crate::ingest::records::{HEADER_ROWS, Header, MAX_FIELDS, MAX_RECORD_BYTES, Pinned};
use crate::ingest::text_stream::BYTE_ORDER_MARK;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// So many lines tell whether a delimiter gives records of one width.
const SAMPLE_LINES: usize = 1_000;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Where the header is and what sets fields apart.
pub struct Layout {
    pub delimiter: u8,
    pub header: Header,
    pub preamble: Range<usize>,
    pub header_text: Range<usize>,
    pub evidence: String,
}

/// Finds the header and the delimiter in the first lines.
pub fn find_layout(path: &Path, lines: &mut Lines, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Layout> {
    let file = path.display();
    if pinned.is_headless && pinned.header_row.is_some() {
        return Err(Error::request(format!("`{file}` has both `header = false` and `header_row`")).hint("leave one of them out"));
    }
    let pinned_line = match pinned.header_row {
        Some(0) => return Err(Error::request(format!("`header_row` for `{file}` is 0, but lines are counted from 1"))),
        Some(row) => Some(usize::try_from(row - 1).unwrap_or(usize::MAX)),
        None => None,
    };
    let n_wanted = pinned_line.map_or(HEADER_ROWS, |line| line.saturating_add(1));
    let mut starts = Vec::new();
    for n_bytes in [LOOK_AHEAD_BYTES, MAX_RECORD_BYTES] {
        lines.fill(n_bytes + 1)?;
        starts = starts_of_lines(lines.rest(), lines.is_end(), n_wanted);
        if starts.len() == n_wanted || lines.is_end() {
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

    let search = Search { text, is_end: lines.is_end(), starts: &starts, is_known };
    if pinned.is_headless {
        return search
            .headless(&delimiters, rows.start)
            .ok_or_else(|| Error::request(format!("`{file}` has no lines with text")));
    }
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
    let shown = shown_delimiter(best.delimiter);
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

fn shown_delimiter(delimiter: u8) -> String {
    if delimiter == b'\t' { "TAB".to_owned() } else { char::from(delimiter).to_string() }
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

/// The first lines of a file, in which the header is looked for.
struct Search<'a> {
    text: &'a [u8],
    is_end: bool,
    starts: &'a [Range<usize>],
    is_known: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Search<'_> {
    /// Returns the row that is the header by one delimiter.
    fn candidate(&self, delimiter: u8, rows: Range<usize>) -> Option<Candidate> {
        let mut rows: Vec<Candidate> = rows.filter_map(|line| self.row(line, delimiter)).collect();
        let best = header::choose(&rows)?;
        Some(self.sample(rows.swap_remove(best)))
    }

    /// Returns the layout of a text without a header, whose records begin on a line: as many columns as most lines have, and the
    /// delimiter by which most lines have one number of columns.
    fn headless(&self, delimiters: &[u8], first_line: usize) -> Option<Layout> {
        let start = self.starts.get(first_line)?.start;
        let skipped = if self.text[start..].starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let records = &self.text[start + skipped..];
        let widths = delimiters.iter().map(|delimiter| {
            let mut n_lines: BTreeMap<usize, usize> = BTreeMap::new();
            self.split_lines(records, *delimiter, |record| *n_lines.entry(record.n_fields()).or_default() += 1);
            let n_sampled: usize = n_lines.values().sum();
            let (width, n_fitting) = n_lines.into_iter().max_by_key(|(width, n)| (*n, *width)).unwrap_or_default();
            (*delimiter, width, n_fitting, n_sampled)
        });
        let (delimiter, width, n_fitting, n_sampled) =
            widths.filter(|(_, width, ..)| *width > 0).max_by_key(|(_, width, n_fitting, _)| (*width > 1, *n_fitting, *width))?;
        let shown = shown_delimiter(delimiter);
        Some(Layout {
            delimiter,
            header: Header { names: (1..=width).map(|position| position.to_string()).collect(), line: 0 },
            preamble: 0..start,
            header_text: start..start + skipped,
            evidence: format!(
                "delimiter `{shown}`: {n_fitting} of {n_sampled} lines looked at have {width} fields; no header as pinned"
            ),
        })
    }

    /// Splits each of the first lines of a text, with blank ones left out.
    fn split_lines(&self, text: &[u8], delimiter: u8, mut take: impl FnMut(&Splitter)) {
        let mut record = Splitter::new(delimiter);
        for line in starts_of_lines(text, self.is_end, SAMPLE_LINES) {
            let full = &text[line];
            let content = line_at(full, 0, true).map_or(full.len(), |line| line.content);
            if !is_blank(&full[..content], delimiter) {
                record.split(&full[..content], Cut::AtEnd);
                take(&record);
            }
        }
    }

    /// Reads a row as a header, over several lines where a quoted name runs over them; `None` if it holds no text.
    fn row(&self, line: usize, delimiter: u8) -> Option<Candidate> {
        let full = &self.starts[line];
        let skipped = if line == 0 && self.text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let start = full.start + skipped;
        let text = &self.text[start..];
        let length = full.end - start;
        let first = line_at(&text[..length], 0, true).unwrap_or(Line { content: length, full: length });

        let mut record = Splitter::new(delimiter);
        let is_open = record.split(&text[..first.content], Cut::AtEnd).open_column.is_some();
        let mut row = first;
        if is_open {
            let look_ahead = match text.get(..LOOK_AHEAD_BYTES) {
                Some(text) => (text, Cut::Within),
                None => (text, if self.is_end { Cut::AtEnd } else { Cut::Within }),
            };
            let joined = record.join(look_ahead, first);
            let width = record.n_fields();
            let mut probe = Splitter::new(delimiter);
            match joined {
                Some((joined, _)) if !probe.any_line_fits(&text[first.full..joined.content], width) => row = joined,
                _ => {
                    record.split(&text[..first.content], Cut::AtEnd);
                }
            }
        }
        // A row that is not of the encoding has no known cells but may still be what a person pinned: it is refused later.
        let shown = String::from_utf8_lossy(&text[..row.content]);
        if matches!(shown, Cow::Owned(_)) {
            record.split(shown.as_bytes(), Cut::AtEnd);
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
        let width = row.names.len();
        let (mut n_sampled, mut n_fitting) = (0, 0);
        self.split_lines(&self.text[row.header_text.end..], row.delimiter, |record| {
            n_sampled += 1;
            n_fitting += usize::from(record.fits(width));
        });
        (row.n_sampled, row.n_fitting) = (n_sampled, n_fitting);
        row
    }
}

impl HeaderRow for Candidate {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn n_known(&self) -> usize {
        self.n_known
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
    use crate::ingest::lines::count_lines;
    use crate::ingest::text_stream::TextStream;
    use std::io::Write;

    const KNOWN: [&str; 4] = ["A", "B", "NET\nWEIGHT", "name"];

    /// Finds the layout of a text; with it comes the number of lines above the header.
    fn layout_of(text: &str, pinned: &Pinned) -> Result<(Layout, u64)> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut lines = Lines::new(file.path(), TextStream::open(file.path(), None, None)?);
        let layout = find_layout(file.path(), &mut lines, pinned, &|name| KNOWN.contains(&name))?;
        let n_above = count_lines(&lines.rest()[layout.preamble.clone()]);
        Ok((layout, n_above))
    }

    #[test]
    fn header_and_delimiter_are_found() {
        for (text, delimiter, line, names, n_above, note) in [
            ("A,B\n1,2\n", ',', 1, "A|B", 0, "first line"),
            ("\u{feff}A;B\n1;2\n", ';', 1, "A|B", 0, "behind a byte order mark"),
            ("\u{feff}\"A\"\t\"B\"\n1\t2\n", '\t', 1, "A|B", 0, "in quotes behind a byte order mark"),
            ("Extract, of \"2022\n\nfrom A\nA|B|C\n1|2|3\n", '|', 4, "A|B|C", 3, "below a title block"),
            ("A\nA;x\nB;A;y\nA;B;z\n", ';', 3, "B|A|y", 2, "the first with the most known cells"),
            ("A,\"NET\nWEIGHT\",B\n1,2,3\n", ',', 1, "A|NET\nWEIGHT|B", 0, "over two lines"),
            ("A,B,\"C\n1,2,3\n4,5,6\"\n", ',', 1, "A|B|\"C", 0, "with a stray quote"),
            ("\n \nx;y,1\n1;2,3\n2;5\n", ';', 3, "x|y,1", 2, "no cell known: the first line that is not blank"),
            ("Extract of 2022\nx;y;z\n1;2;3\n", ';', 2, "x|y|z", 1, "no cell known: the first line that looks like a header"),
            ("name\nACME CO., LTD\nOOO VEGA\n", ';', 1, "name", 0, "one column with commas in it"),
            ("sep=;\nx;y,z\n1;2\n", ';', 2, "x|y,z", 1, "a line for spreadsheets"),
            ("A,B\n", ',', 1, "A|B", 0, "header only"),
            ("A,B", ',', 1, "A|B", 0, "header only, no line end"),
        ] {
            let (layout, n_lines_above) = layout_of(text, &Pinned::default()).unwrap();
            assert_eq!((layout.header.line, layout.header.names.join("|")), (line, names.to_owned()), "{note}");
            assert_eq!((char::from(layout.delimiter), n_lines_above), (delimiter, n_above), "{note}");
        }
        for text in ["\n\n", "\u{feff}"] {
            assert!(layout_of(text, &Pinned::default()).is_err(), "{text:?}");
        }
        let many = "A,".repeat(MAX_FIELDS + 1).replace(",A", ",B");
        assert!(layout_of(&many, &Pinned::default()).err().unwrap().to_string().contains("4096 fields"));
    }

    #[test]
    fn a_text_without_a_header_has_the_columns_of_most_lines() {
        for (text, delimiter, names, n_above, note) in [
            ("a;b,c;1\nd;e;2\nf;3\n", ';', "1|2|3", 0, "most lines have three fields"),
            ("\u{feff}a|b\n", '|', "1|2", 0, "behind a byte order mark"),
            ("sep=;\na;b,c\n", ';', "1|2", 1, "a line for spreadsheets"),
            ("alone\n", ',', "1", 0, "one column"),
        ] {
            let pinned = Pinned { is_headless: true, ..Pinned::default() };
            let (layout, n_lines_above) = layout_of(text, &pinned).unwrap();
            assert_eq!((layout.header.line, layout.header.names.join("|")), (0, names.to_owned()), "{note}");
            let is_expected_delimiter = names == "1" || char::from(layout.delimiter) == delimiter;
            assert!(is_expected_delimiter && n_lines_above == n_above, "{note}");
        }
        assert!(layout_of("\n\n", &Pinned { is_headless: true, ..Pinned::default() }).is_err());
        assert!(layout_of("a;b\n", &Pinned { is_headless: true, header_row: Some(1), ..Pinned::default() }).is_err());
    }

    #[test]
    fn header_and_delimiter_are_pinned() {
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
            let names = layout_of("A,B\np,q\n1,2\n", &pinned).ok().map(|(layout, _)| layout.header.names.join(","));
            assert_eq!(names, expected.map(str::to_owned), "{pinned:?}");
        }
    }
}
