//! Physical lines of a text that is in memory only as far as it is needed.
//!
//! In: a stream of text. Out: its lines, one after the other, and what lies ahead of them.
//! LF, CR and CRLF are one line end each, in any mixture. A CR at the end of what is in memory is no line end yet, because an LF
//! may follow it.

use crate::error::{Error, Result};
use crate::ingest::records::MAX_RECORD_BYTES;
use crate::ingest::text_stream::TextStream;
use memchr::{memchr, memchr2};
use std::path::Path;

/// The text that is in memory: from the next record on, as far as it was needed.
pub struct Lines {
    file: String,
    pub stream: TextStream,
    buffer: Vec<u8>,
    start: usize,
    is_end: bool,
    /// Of the next line, counted from 1.
    number: u64,
}

/// The length of a line or record in bytes, without and with its line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub content: usize,
    pub full: usize,
}

impl Lines {
    pub fn new(path: &Path, stream: TextStream) -> Self {
        Lines { file: path.display().to_string(), stream, buffer: Vec::new(), start: 0, is_end: false, number: 1 }
    }

    /// Returns the text that is in memory, from the next line on.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Says whether the file ends with what is in memory.
    pub fn is_end(&self) -> bool {
        self.is_end
    }

    /// Returns the number of the next line, counted from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Reads on until `n_bytes` lie ahead or the file ends.
    pub fn fill(&mut self, n_bytes: usize) -> Result<()> {
        while self.rest().len() < n_bytes && !self.is_end {
            self.buffer.drain(..self.start);
            self.start = 0;
            self.is_end = !self.stream.read_piece(&mut self.buffer)?;
        }
        Ok(())
    }

    /// Returns the next line, or `None` at the end.
    pub fn line(&mut self) -> Result<Option<Line>> {
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

    /// Goes on behind the next `n_bytes`, which hold `n_lines`.
    pub fn skip(&mut self, n_bytes: usize, n_lines: u64) {
        self.start += n_bytes;
        self.number += n_lines;
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
pub fn line_at(text: &[u8], n_searched: usize, is_end: bool) -> Option<Line> {
    let content = n_searched + memchr2(b'\n', b'\r', &text[n_searched..])?;
    let full = content + line_end(&text[content..], is_end)?;
    Some(Line { content, full })
}

/// Returns the length of the line end at the start of `text`; `None` if that hangs on a byte that is not in sight.
pub fn line_end(text: &[u8], is_end: bool) -> Option<usize> {
    match text {
        [b'\r', b'\n', ..] => Some(2),
        [b'\r'] if !is_end => None,
        [b'\r' | b'\n', ..] => Some(1),
        _ => Some(0),
    }
}

/// Returns the lines of a stretch of text, without their line ends. Text behind the last line end is a line, even an empty one.
pub fn lines_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let line = line_at(text, 0, true);
        rest = line.map(|line| &text[line.full..]);
        Some(&text[..line.map_or(text.len(), |line| line.content)])
    })
}

/// Returns the lines of a text that begins and ends at a line's bounds.
pub fn count_lines(text: &[u8]) -> u64 {
    let is_closed = text.is_empty() || matches!(text.last(), Some(b'\n' | b'\r'));
    lines_of(text).count() as u64 - u64::from(is_closed)
}

/// A line of white space is no record; a line of delimiters is one, with empty fields.
pub fn is_blank(text: &[u8], delimiter: u8) -> bool {
    let starts_with_text = text.first().is_some_and(u8::is_ascii_graphic);
    !starts_with_text
        && memchr(delimiter, text).is_none()
        && std::str::from_utf8(text).is_ok_and(|text| text.trim_matches(|letter: char| letter.is_whitespace()).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_any_line_end() {
        for (text, lines, n_lines) in [
            ("", vec![""], 0),
            ("a", vec!["a"], 1),
            ("a\n", vec!["a", ""], 1),
            ("a\r\nb\rc\n\rd", vec!["a", "b", "c", "", "d"], 5),
            ("\r\r\n\n", vec!["", "", "", ""], 3),
        ] {
            assert_eq!(lines_of(text.as_bytes()).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>(), lines);
            assert_eq!(count_lines(text.as_bytes()), n_lines, "{text:?}");
        }
        // Whether a CR at the end is a line end of its own shows only in what follows.
        assert_eq!(line_at(b"ab\r", 0, false), None);
        assert_eq!(line_at(b"ab\r", 2, true), Some(Line { content: 2, full: 3 }));
        assert_eq!(line_at(b"ab\r\n", 0, false), Some(Line { content: 2, full: 4 }));
    }

    #[test]
    fn lines_of_white_space_are_blank() {
        for (text, is_expected) in [("", true), (" \u{a0}\t", true), (" x", false), (";", false), (" ;", false), ("\0", false)] {
            assert_eq!(is_blank(text.as_bytes(), b';'), is_expected, "{text:?}");
        }
        assert!(is_blank(b"\t", b';') && !is_blank(b"\t", b'\t') && !is_blank(b"\xff", b';'));
    }
}
