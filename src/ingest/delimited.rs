//! Records of CSV and its kin: fields set apart by `,` `;` TAB or `|`, perhaps in quotes, under a header row.
//!
//! In: a text file, plain or compressed. Out: batches of records with their first line, the lines that are no record and why,
//! and the account of every byte and line.
//! A record of too few or too many fields is rejected, never filled up or cut, unless those too many are empty. What a quote
//! opens, and when lines are joined, is in `quotes`.

use crate::error::Result;
use crate::ingest::layout::find_layout;
use crate::ingest::lines::{Line, Lines, count_lines, is_blank};
use crate::ingest::quotes::{Cut, LOOK_AHEAD_BYTES, OpenLine, Splitter, look_ahead};
use crate::ingest::records::{BATCH_BYTES, BATCH_RECORDS, Dialect, Header, Pinned, RecordReader, rejection};
use crate::ingest::text_stream::TextStream;
use crate::model::account::{Rejection, Repair, SpanKind, Spans};
use crate::model::raw_shipments::RawShipments;
use memchr::memchr;
use std::path::Path;

/// Opens a delimited file. `is_known` says whether a header cell is one that the vendor schema knows: the header is the first of
/// the first rows with the most of them, and the delimiter is the one that gives the most.
pub fn open(path: &Path, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<DelimitedReader> {
    let mut lines = Lines::new(path, TextStream::open(path, pinned.member.as_deref(), pinned.encoding.as_deref())?);
    let layout = find_layout(path, &mut lines, pinned, is_known)?;
    let mut reader = DelimitedReader {
        width: layout.header.names.len(),
        dialect: Dialect {
            encoding: lines.stream.encoding(),
            delimiter: Some(char::from(layout.delimiter)),
            member: pinned.member.clone(),
            sheet: None,
            header_row: layout.header.line,
            evidence: format!("{}; {}", lines.stream.evidence(), layout.evidence),
        },
        header: layout.header,
        delimiter: layout.delimiter,
        lines,
        spans: Spans::default(),
        stray_quotes: None,
        record: Splitter::new(layout.delimiter),
        probe: Splitter::new(layout.delimiter),
    };
    for (kind, text) in [(SpanKind::Preamble, layout.preamble), (SpanKind::Header, layout.header_text)] {
        // Where there is no header, a byte order mark is its whole text, and the first record's line goes on behind it.
        let is_mark_alone = kind == SpanKind::Header && reader.header.line == 0;
        let n_lines = if is_mark_alone { 0 } else { count_lines(&reader.lines.rest()[..text.len()]) };
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

    fn n_bytes_read(&self) -> u64 {
        self.lines.stream.n_read()
    }
}

impl DelimitedReader {
    /// Reads a line without quotes: the common case, split where it lies.
    fn read_plain(&mut self, line: Line, batch: &mut RawShipments, rejected: &mut Vec<Rejection>) -> Result<usize> {
        let text = &self.lines.rest()[..line.content];
        let Ok(text) = simdutf8::basic::from_utf8(text) else { return self.reject_invalid(line, 1, rejected) };
        if batch.push_line(self.lines.number(), text, self.delimiter) {
            return Ok(self.consume(SpanKind::Record, line.full, 1));
        }
        self.record.split(text.as_bytes(), Cut::AtEnd);
        self.keep_or_reject(line, 1, batch, rejected)
    }

    /// Reads a record with quotes, which may run over several lines.
    fn read_quoted(&mut self, line: Line, batch: &mut RawShipments, rejected: &mut Vec<Rejection>) -> Result<usize> {
        let text = &self.lines.rest()[..line.content];
        let Some(open_column) = self.record.split(text, Cut::AtEnd).open_column else {
            return self.keep_or_reject(line, 1, batch, rejected);
        };
        let first = OpenLine { line, open_column, fits: self.record.fits(self.width) };
        // One byte more tells whether the file goes on.
        self.lines.fill(LOOK_AHEAD_BYTES + 1)?;
        let text_ahead = look_ahead(self.lines.rest());
        if let Some((joined, n_lines)) = self.record.join_record(text_ahead, first, self.width, &mut self.probe) {
            return self.keep_or_reject(joined, n_lines, batch, rejected);
        }
        let n_kept = batch.len();
        let number = self.lines.number();
        let text = &self.lines.rest()[..line.content];
        self.record.split(text, Cut::AtEnd);
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
        let Ok(text) = simdutf8::basic::from_utf8(bytes) else { return self.reject_invalid(record, n_lines, rejected) };
        if self.record.fits(self.width) {
            batch.push(self.lines.number(), self.record.texts(text).take(self.width));
            return Ok(self.consume(SpanKind::Record, record.full, n_lines));
        }
        rejected.push(rejection(self.lines.number(), "field_count", text));
        Ok(self.consume(SpanKind::Rejected, record.full, n_lines))
    }

    fn reject_invalid(&mut self, record: Line, n_lines: u64, rejected: &mut Vec<Rejection>) -> Result<usize> {
        if let Some(error) = self.lines.stream.wrong_guess(self.lines.number()) {
            return Err(error);
        }
        let text = String::from_utf8_lossy(&self.lines.rest()[..record.content]);
        rejected.push(rejection(self.lines.number(), "invalid_encoding", &text));
        Ok(self.consume(SpanKind::Rejected, record.full, n_lines))
    }

    /// Goes on behind the next `n_bytes` and books them; returns them.
    fn consume(&mut self, kind: SpanKind, n_bytes: usize, n_lines: u64) -> usize {
        self.spans.add(kind, n_bytes as u64, n_lines);
        self.lines.skip(n_bytes, n_lines);
        n_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::lines::lines_of;
    use crate::ingest::quotes::LOOK_AHEAD_LINES;
    use crate::ingest::records::{MAX_RECORD_BYTES, RAW_TEXT_CHARS};
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

    /// Reads the escapes by which the cases show line ends and other marks.
    fn unescape(raw: &str) -> String {
        raw.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("\\0", "\0")
    }

    #[test]
    fn quotes_and_line_ends() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/values/quotes.tsv");
        let mut cases = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).comment(Some(b'#')).from_path(path).unwrap();
        for case in cases.records() {
            let case = case.unwrap();
            let (text, expected, note) = (unescape(&case[0]), unescape(&case[1]), &case[2]);
            let outcome = read_text(&text);
            assert_eq!(shown(&outcome), expected, "{note}");
            assert_eq!(outcome.header.len(), text.lines().next().unwrap().trim_end_matches(',').split(',').count(), "{note}");
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
