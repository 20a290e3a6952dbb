//! Bytes on disk to one stream of UTF-8 text.
//!
//! In: a path and perhaps a pinned encoding. Out: text in pieces, which encoding was taken and why, and bytes and lines counted
//! here, apart from whoever cuts the text into records.
//! Nothing is ever replaced: a malformed sequence of another encoding becomes the byte `FF`, which no UTF-8 text holds, so that
//! one check a record finds the bad ones whatever the file was. A byte order mark stays in the text, for the bytes to add up.

use crate::error::{Error, Result};
use crate::ingest::decompression::Decompressed;
use crate::ingest::encoding::{Choice, choose};
use encoding_rs::{Decoder, DecoderResult, UTF_8};
use memchr::memchr_iter;
use std::path::Path;

/// Text is handed out in pieces of about this size.
const PIECE_BYTES: u64 = 256 << 10;
/// So much of the decompressed start of a file is looked at before an encoding is named.
const SAMPLE_BYTES: u64 = 1 << 20;
/// Stands for a malformed sequence of an encoding other than UTF-8; no UTF-8 text holds this byte.
const MALFORMED: u8 = 0xff;

/// The byte order mark as it lies in the decoded text.
pub const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Files that are no text, by their first bytes. Read as text they would be garbage, so they are named and refused.
const NOT_TEXT: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a ZIP archive or a workbook"),
    (b"PAR1\x15", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0", "an Office file of the old kind, such as XLS"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gz stream within another"),
    (b"\x28\xb5\x2f\xfd", "a zst stream within another"),
];

/// A text file opened for reading from front to back.
pub struct TextStream {
    source: Decompressed,
    choice: Choice,
    /// `None` for UTF-8, which passes through as it is.
    decoder: Option<Decoder>,
    is_finished: bool,
    encoded: Vec<u8>,
    decoded: Vec<u8>,
    n_bytes: u64,
    n_line_ends: u64,
    last_byte: Option<u8>,
}

impl TextStream {
    /// Opens a file, plain or compressed by gz or zst as its first bytes say, or a member of an archive, and settles its encoding.
    pub fn open(path: &Path, member: Option<&str>, pinned_encoding: Option<&str>) -> Result<Self> {
        let mut source = Decompressed::open(path, member)?;
        let mut sample = Vec::new();
        source.read(SAMPLE_BYTES, &mut sample)?;
        if sample.is_empty() {
            return Err(Error::request(format!("`{}` is empty", path.display())));
        }
        if let Some((_, what)) = NOT_TEXT.iter().find(|(magic, _)| sample.starts_with(magic)) {
            let message = format!("`{}` is {what}, not a text file", path.display());
            return Err(Error::request(message).hint("unpack it, or export it as CSV"));
        }
        let is_whole = (sample.len() as u64) < SAMPLE_BYTES;
        let mut choice = choose(&sample, is_whole, pinned_encoding).map_err(|problem| problem.into_error(path))?;
        if let Some(name) = source.compression() {
            choice.evidence = format!("{name} stream; {}", choice.evidence);
        }
        Ok(TextStream {
            source: source.put_back(sample),
            decoder: (choice.encoding != UTF_8).then(|| choice.encoding.new_decoder_without_bom_handling()),
            choice,
            is_finished: false,
            encoded: Vec::new(),
            decoded: vec![0; 64 << 10],
            n_bytes: 0,
            n_line_ends: 0,
            last_byte: None,
        })
    }

    /// Appends the next piece of text to `text`; returns `false` when nothing is left.
    pub fn read_piece(&mut self, text: &mut Vec<u8>) -> Result<bool> {
        let before = text.len();
        while text.len() == before && !self.is_finished {
            let target = if self.decoder.is_some() { &mut self.encoded } else { &mut *text };
            self.is_finished = self.source.read(PIECE_BYTES, target)? == 0;
            if let Some(decoder) = &mut self.decoder {
                decode(decoder, &self.encoded, self.is_finished, &mut self.decoded, text);
                self.encoded.clear();
            }
        }
        self.count(before, text);
        Ok(text.len() > before)
    }

    /// Returns bytes and lines handed out so far; LF, CR and CRLF are one line end each, and a last line needs none.
    pub fn decoded(&self) -> (u64, u64) {
        let is_open = self.last_byte.is_some_and(|byte| byte != b'\n' && byte != b'\r');
        (self.n_bytes, self.n_line_ends + u64::from(is_open))
    }

    /// Returns the bytes read from the disk so far.
    pub fn n_read(&self) -> u64 {
        self.source.n_read()
    }

    /// Returns the name of the encoding in lower case.
    pub fn encoding(&self) -> String {
        self.choice.encoding.name().to_lowercase()
    }

    /// Says why this encoding.
    pub fn evidence(&self) -> &str {
        &self.choice.evidence
    }

    /// Returns the error that stops the reading where bytes on `line` prove a guessed encoding wrong; `None` where the encoding
    /// is certain, so that such bytes are a fault of the record.
    pub fn wrong_guess(&self, line: u64) -> Option<Error> {
        self.choice.is_guess.then(|| {
            let message = format!("`{}` is not UTF-8 throughout: line {line} is not", self.source.path().display());
            Error::request(message)
                .detail(format!("the encoding was guessed: {}", self.choice.evidence))
                .hint("pin `encoding` for these records, for example `encoding = \"windows-1251\"`")
                .hint("with `encoding = \"utf-8\"` such records are rejected and listed")
        })
    }

    fn count(&mut self, before: usize, text: &[u8]) {
        let piece = &text[before..];
        let (Some(&first), Some(&last)) = (piece.first(), piece.last()) else { return };
        let mut n_ends = memchr_iter(b'\n', piece).count() as u64;
        n_ends += memchr_iter(b'\r', piece).filter(|at| piece.get(at + 1) != Some(&b'\n')).count() as u64;
        // A CR that closed the last piece was counted there as a line end of its own.
        if first == b'\n' && self.last_byte == Some(b'\r') {
            n_ends -= 1;
        }
        self.n_line_ends += n_ends;
        self.n_bytes += piece.len() as u64;
        self.last_byte = Some(last);
    }
}

/// Decodes all of `encoded` to the end of `text`, with `MALFORMED` for each malformed sequence.
fn decode(decoder: &mut Decoder, encoded: &[u8], is_last: bool, room: &mut [u8], text: &mut Vec<u8>) {
    let mut rest = encoded;
    loop {
        let (result, n_read, n_written) = decoder.decode_to_utf8_without_replacement(rest, room, is_last);
        text.extend_from_slice(&room[..n_written]);
        rest = &rest[n_read..];
        match result {
            DecoderResult::InputEmpty => return,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => text.push(MALFORMED),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, Encoding, GB18030, GBK, IBM866, ISO_8859_5, KOI8_R, SHIFT_JIS, UTF_16BE, UTF_16LE};
    use encoding_rs::{WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254};
    use std::io::Write;

    const RUSSIAN: &str = "отправитель;получатель\nООО СТАНКОИМПОРТ;АО ВЕРТОЛЕТНЫЙ ЗАВОД\nстанки токарные;запчасти\n";

    fn read(bytes: &[u8], pinned: Option<&str>) -> Result<(Vec<u8>, TextStream)> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut stream = TextStream::open(file.path(), None, pinned)?;
        let mut text = Vec::new();
        while stream.read_piece(&mut text)? {}
        Ok((text, stream))
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        match encoding.name() {
            "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => encoding.encode(text).0.into_owned(),
        }
    }

    #[test]
    fn text_is_decoded_and_never_garbled() {
        for (text, encoding) in [
            (RUSSIAN, WINDOWS_1251),
            (RUSSIAN, IBM866),
            (RUSSIAN, KOI8_R),
            (RUSSIAN, ISO_8859_5),
            ("país;descripción\nJAPÓN;EXCAVADORA AÑO 2019\n", WINDOWS_1252),
            ("ülke;açıklama\nTÜRKİYE;İŞLENMİŞ ÇELİK ŞİRKETİ\n", WINDOWS_1254),
            ("państwo;łożyska, sprzęgła żeliwne\n", WINDOWS_1250),
            ("国家,商品名称\n俄罗斯,数控车床零件及附件\n", GBK),
            ("国家,商品名称\n俄罗斯,数控车床零件及附件\n", GB18030),
            ("國家,商品名稱\n俄羅斯,數控車床零件及附件\n", BIG5),
            ("国,品名\nロシア,数値制御旋盤の部品\n", SHIFT_JIS),
            (RUSSIAN, UTF_8),
        ] {
            let (decoded, stream) = read(&encoded(encoding, text), Some(encoding.name())).unwrap();
            assert_eq!(String::from_utf8(decoded).unwrap(), text, "{}", encoding.name());
            assert_eq!(stream.encoding(), encoding.name().to_lowercase());
        }
        for encoding in [UTF_8, WINDOWS_1251] {
            let bytes = encoded(encoding, RUSSIAN);
            let (decoded, stream) = read(&gz(&bytes), None).unwrap();
            assert_eq!(String::from_utf8(decoded).unwrap(), RUSSIAN);
            assert_eq!(stream.decoded(), (RUSSIAN.len() as u64, 3));
            assert!(stream.evidence().starts_with("gz stream; all "), "{}", stream.evidence());
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (bytes, expected) in [
            (&b""[..], "` is empty"),
            (&gz(b"")[..], "` is empty"),
            (b"PK\x03\x04rest", "ZIP archive"),
            (b"\xd0\xcf\x11\xe0rest", "Office file"),
            (&gz(&gz(b"A,B\n")), "within another"),
            (b"\xff\xfe\0\0A\0\0\0", "UTF-32"),
        ] {
            let error = read(bytes, None).err().unwrap().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(TextStream::open(Path::new("no such file"), None, None).is_err());
        assert!(TextStream::open(Path::new("."), None, None).is_err());
    }

    #[test]
    fn a_byte_order_mark_names_the_encoding_and_stays() {
        let text = format!("\u{feff}{RUSSIAN}");
        for encoding in [UTF_8, UTF_16LE, UTF_16BE] {
            let (decoded, stream) = read(&encoded(encoding, &text), None).unwrap();
            assert_eq!(String::from_utf8(decoded).unwrap(), text);
            assert_eq!(stream.encoding(), encoding.name().to_lowercase());
            assert_eq!(stream.decoded(), (text.len() as u64, 3));
            assert!(read(&encoded(encoding, &text), Some("windows-1251")).is_err());
        }
    }

    #[test]
    fn malformed_sequences_are_marked_and_never_replaced() {
        let mut bytes = encoded(UTF_16LE, "\u{feff}A,B\n");
        bytes.extend([0x00, 0xd8, b'C', 0, b'\n', 0, b'D']);
        let (text, _) = read(&bytes, None).unwrap();
        assert_eq!(text, ["\u{feff}A,B\n".as_bytes(), b"\xffC\n\xff"].concat());

        let (text, _) = read(&vec![0xff; 600_000], Some("gbk")).unwrap();
        assert_eq!(text, vec![MALFORMED; 600_000]);
    }

    #[test]
    fn a_guess_is_taken_back_where_it_proves_wrong() {
        let (_, stream) = read(&b"0123456789,abc\n".repeat(80_000), None).unwrap();
        let error = stream.wrong_guess(7).unwrap().to_string();
        assert!(error.contains("line 7") && error.contains("pin `encoding`"), "{error}");
        let (_, stream) = read(RUSSIAN.as_bytes(), None).unwrap();
        assert!(stream.wrong_guess(7).is_none());
    }

    #[test]
    fn lines_are_counted_across_pieces() {
        for (unit, n_lines) in [("a\r\n", 1), ("ab\r", 1), ("a\n\r", 2), ("\r\r\n\n", 3), ("abcdefg\r\n", 1)] {
            let n_units = 700_000 / unit.len();
            let (_, stream) = read(unit.repeat(n_units).as_bytes(), None).unwrap();
            // CR and LF of two neighbors may meet.
            let n_met = if unit.starts_with('\n') && unit.ends_with('\r') { n_units - 1 } else { 0 };
            assert_eq!(stream.decoded(), ((n_units * unit.len()) as u64, (n_lines * n_units - n_met) as u64), "{unit:?}");
        }
    }
}
