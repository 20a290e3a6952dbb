//! What a quote opens: the fields of one record, and which lines it runs over.
//!
//! In: text from the start of a record on. Out: where its fields lie, and where it ends.
//! A stray quote never swallows the records behind it. A quote opens a field only directly after a delimiter, and it is a quote
//! only if one closes it directly before a delimiter or line end; else it is text. Where a quoted field runs over line ends, the
//! lines are read one by one instead if one of those behind the first has the header's field count on its own, even if that
//! takes a true field of many lines apart: then lines are rejected in the open, while a swallowed record would be gone in
//! silence. In a file of one column a field therefore never runs over a line end. The first line having the count on its own
//! decides the same, but for one case: the open quote stands in its last column and the joined record has the count too. Both
//! readings then agree on all other columns, and the joined one keeps the last together.

use crate::ingest::lines::{Line, line_end, lines_of};
use crate::ingest::records::MAX_FIELDS;
use memchr::{memchr, memchr3};
use std::ops::Range;

/// How far the closing quote of a field may lie behind the start of its record. Beyond, the quote is a stray one.
pub const LOOK_AHEAD_BYTES: usize = 1 << 20;
pub const LOOK_AHEAD_LINES: usize = 1_000;

/// Splits records into fields; kept from record to record, so that a field costs no allocation.
pub struct Splitter {
    delimiter: u8,
    fields: Vec<Field>,
    undoubled: Vec<u8>,
}

/// What the end of a stretch of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
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

/// How a record ended.
pub struct Ending {
    /// Behind its last field.
    pub end: usize,
    /// The column whose quote is not closed before the end of the text.
    pub open_column: Option<usize>,
}

/// The first line of a record, which ends within quotes, read on its own.
#[derive(Debug, Clone, Copy)]
pub struct OpenLine {
    pub line: Line,
    /// The first column whose quote nothing closes on this line.
    pub open_column: usize,
    /// Whether the line has the header's fields as it is.
    pub fits: bool,
}

/// Returns the text in which the closing quote of a record may lie, and whether the file ends with it. One byte beyond
/// `LOOK_AHEAD_BYTES` must be in memory, for it tells whether the file goes on.
pub fn look_ahead(rest: &[u8]) -> (&[u8], Cut) {
    match rest.get(..LOOK_AHEAD_BYTES) {
        Some(text) if rest.len() > LOOK_AHEAD_BYTES => (text, Cut::Within),
        _ => (rest, Cut::AtEnd),
    }
}

impl Splitter {
    pub fn new(delimiter: u8) -> Self {
        Splitter { delimiter, fields: Vec::new(), undoubled: Vec::new() }
    }

    /// Splits the record at the start of `text`, which ends at the first line end outside quotes. A quote that is not closed
    /// properly is text. Of more than `MAX_FIELDS` fields, one more is remembered, so that the record fits no header.
    pub fn split(&mut self, text: &[u8], cut: Cut) -> Ending {
        self.fields.clear();
        self.undoubled.clear();
        let mut open_column = None;
        let mut n_fields = 0;
        let mut start = 0;
        loop {
            let closing = match text.get(start) {
                Some(b'"') => find_closing(text, start, self.delimiter, cut),
                _ => Closing::Stray,
            };
            let (field, end) = match closing {
                Closing::At(end, false) => (Field::InText(start + 1..end), end + 1),
                Closing::At(end, true) => (self.undouble(&text[start + 1..end]), end + 1),
                Closing::Stray | Closing::NotInSight => {
                    if matches!(closing, Closing::NotInSight) {
                        open_column = open_column.or(Some(n_fields));
                    }
                    let length = memchr3(self.delimiter, b'\n', b'\r', &text[start..]);
                    let end = length.map_or(text.len(), |length| start + length);
                    (Field::InText(start..end), end)
                }
            };
            n_fields += 1;
            if n_fields <= MAX_FIELDS + 1 {
                self.fields.push(field);
            }
            if text.get(end) != Some(&self.delimiter) {
                return Ending { end, open_column };
            }
            start = end + 1;
        }
    }

    /// Joins a line with an open quote to the lines up to the one that closes the record, and splits it; returns its length and
    /// lines. `None` if nothing closes it in sight.
    pub fn join(&mut self, (text, cut): (&[u8], Cut), first: Line) -> Option<(Line, u64)> {
        let content = self.split(text, cut).end;
        if content <= first.content || (content == text.len() && cut == Cut::Within) {
            return None;
        }
        let full = content + line_end(&text[content..], cut == Cut::AtEnd)?;
        let n_lines = lines_of(&text[..content]).take(LOOK_AHEAD_LINES + 1).count();
        (n_lines <= LOOK_AHEAD_LINES).then_some((Line { content, full }, n_lines as u64))
    }

    /// Joins a line with an open quote as `join` does, if the lines are one record under a header of `width` fields. `None` if
    /// they are to be read one by one; then the first must be split again. `probe` is a second splitter for the lines behind it.
    pub fn join_record(
        &mut self,
        look_ahead: (&[u8], Cut),
        first: OpenLine,
        width: usize,
        probe: &mut Splitter,
    ) -> Option<(Line, u64)> {
        let (joined, n_lines) = self.join(look_ahead, first.line)?;
        let is_last_column = first.open_column + 1 == width;
        let may_run_on = !first.fits || (is_last_column && self.fits(width));
        let behind = &look_ahead.0[first.line.full..joined.content];
        (may_run_on && !probe.any_line_fits(behind, width)).then_some((joined, n_lines))
    }

    /// Says whether one of the lines of `text` has `width` fields on its own.
    pub fn any_line_fits(&mut self, text: &[u8], width: usize) -> bool {
        lines_of(text).any(|line| {
            self.split(line, Cut::AtEnd);
            self.fits(width)
        })
    }

    /// Returns the number of fields of the record that was split last.
    pub fn n_fields(&self) -> usize {
        self.fields.len()
    }

    /// Says whether the record has `width` fields, or more but none of them with text.
    pub fn fits(&self, width: usize) -> bool {
        let n_fields = self.n_fields();
        n_fields >= width && n_fields <= MAX_FIELDS && self.fields[width..].iter().all(Field::is_empty)
    }

    /// Returns the texts of the fields in the text that was split.
    pub fn texts<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let undoubled = simdutf8::basic::from_utf8(&self.undoubled).expect("UTF-8 text without some of its quotes is UTF-8");
        self.fields.iter().map(move |field| match field {
            Field::InText(range) => &text[range.clone()],
            Field::Undoubled(range) => &undoubled[range.clone()],
        })
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
}

impl Field {
    fn is_empty(&self) -> bool {
        let (Field::InText(range) | Field::Undoubled(range)) = self;
        range.is_empty()
    }
}

/// How a quote at the start of a field ends.
enum Closing {
    /// At this byte, with doubled quotes on the way or not.
    At(usize, bool),
    /// By a quote that stands before something else than a delimiter or line end: it never was a quoted field.
    Stray,
    NotInSight,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_open_fields_only_where_something_closes_them() {
        for (text, fields, open_column, note) in [
            ("a;\"b;c\";d", "a|b;c|d", None, "delimiter in quotes"),
            ("\"a\"\"b\";\"\"\"\"", "a\"b|\"", None, "doubled quotes"),
            ("a;\"\"", "a|", None, "empty quotes"),
            ("\"a\nb\";c\nd", "a\nb|c", None, "the record ends at the line end outside quotes"),
            ("\"OOO\" A;b", "\"OOO\" A|b", None, "text behind the closing quote"),
            ("a\"b;c", "a\"b|c", None, "quote within a field"),
            ("a;\"b;c\nd", "a|\"b|c", Some(1), "never closed"),
            ("\"a;\"b;c", "\"a|\"b|c", Some(1), "the first is a stray one, the second is open"),
        ] {
            let mut record = Splitter::new(b';');
            let ending = record.split(text.as_bytes(), Cut::AtEnd);
            assert_eq!(record.texts(text).collect::<Vec<_>>().join("|"), fields, "{note}");
            assert_eq!(ending.open_column, open_column, "{note}");
        }
        // A quote at the end of what is in sight may be the first of two.
        let mut record = Splitter::new(b';');
        assert_eq!(record.split(b"a;\"b\"", Cut::Within).open_column, Some(1));
    }

    #[test]
    fn lines_are_joined_where_none_is_a_record_on_its_own() {
        for (text, fits, is_joined, note) in [
            ("1;\"x\ny\";z\n", false, true, "no line has three fields"),
            ("1;\"x\ny\";z;\"\n", false, false, "a line behind the first has them"),
            ("1;2;\"x\ny\"\n", true, true, "the quote is open in the last column of a first line that has them"),
            ("1;\"x;y\nz\";w\n", true, false, "it is open in another"),
        ] {
            let (mut record, mut probe) = (Splitter::new(b';'), Splitter::new(b';'));
            let content = text.find('\n').unwrap();
            let open_column = record.split(&text.as_bytes()[..content], Cut::AtEnd).open_column.unwrap();
            assert_eq!(record.fits(3), fits, "{note}");
            let first = OpenLine { line: Line { content, full: content + 1 }, open_column, fits };
            let joined = record.join_record((text.as_bytes(), Cut::AtEnd), first, 3, &mut probe);
            let expected = Line { content: text.len() - 1, full: text.len() };
            assert_eq!(joined, is_joined.then_some((expected, 2)), "{note}");
        }
    }
}
