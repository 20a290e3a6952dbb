//! Bytes on disk to one stream of UTF-8 text: first the compression, then the encoding.
//!
//! In: a path and perhaps a pinned encoding. Out: text in pieces, what the encoding is and why, and bytes and lines counted
//! here, apart from whoever cuts the text into records.
//! Nothing is ever replaced: a malformed sequence of another encoding becomes the byte `FF`, which no UTF-8 text holds, so that
//! one check a record finds the bad ones whatever the file was. A byte order mark stays in the text, for the bytes to add up.

use crate::error::{Error, Result};
use encoding_rs::{BIG5, Decoder, DecoderResult, Encoding, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252};
use encoding_rs::{EUC_KR, GB18030, IBM866, ISO_8859_2, ISO_8859_5, KOI8_R, KOI8_U, MACINTOSH, REPLACEMENT, SHIFT_JIS};
use encoding_rs::{WINDOWS_1250, WINDOWS_1253, WINDOWS_1254, WINDOWS_1256, WINDOWS_1257, X_MAC_CYRILLIC, X_USER_DEFINED};
use memchr::memchr_iter;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

/// Text is handed out in pieces of about this size.
const PIECE_BYTES: u64 = 256 << 10;
/// So much of the decompressed start of a file is looked at before an encoding is named.
const SAMPLE_BYTES: u64 = 1 << 20;
/// A UTF-8 sample with fewer characters beyond ASCII than this is a guess that a later part may prove wrong. Text of another
/// encoding passes for UTF-8 once by accident, hardly so often and never without fault.
const CERTAIN_CHARACTERS: u64 = 16;
/// From this number of bytes beyond ASCII on, a sample that fits no encoding well is refused instead of guessed.
const ENOUGH_HIGH_BYTES: usize = 64;

/// Stands for a malformed sequence of an encoding other than UTF-8; no UTF-8 text holds this byte.
const MALFORMED: u8 = 0xff;

/// The byte order mark as it lies in the decoded text.
pub const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What a message offers to pin, by the names under which they are printed.
const OFFERED: [&Encoding; 22] = [
    UTF_8,
    UTF_16LE,
    UTF_16BE,
    WINDOWS_1250,
    WINDOWS_1251,
    WINDOWS_1252,
    WINDOWS_1253,
    WINDOWS_1254,
    WINDOWS_1256,
    WINDOWS_1257,
    IBM866,
    KOI8_R,
    KOI8_U,
    ISO_8859_2,
    ISO_8859_5,
    X_MAC_CYRILLIC,
    MACINTOSH,
    GBK,
    GB18030,
    BIG5,
    SHIFT_JIS,
    EUC_KR,
];

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
    path: PathBuf,
    source: Box<dyn Read + Send>,
    compression: Option<&'static str>,
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

/// An encoding and why it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    encoding: &'static Encoding,
    evidence: String,
    is_guess: bool,
}

impl TextStream {
    /// Opens a file, plain or compressed by gz or zst as its first bytes say, and settles its encoding.
    pub fn open(path: &Path, pinned_encoding: Option<&str>) -> Result<Self> {
        let refused = |error| Error::file(path, "read", error);
        let mut file = File::open(path).map_err(refused)?;
        let mut start = Vec::new();
        (&mut file).take(4).read_to_end(&mut start).map_err(refused)?;
        let compression = match start[..] {
            [0x1f, 0x8b, ..] => Some("gz"),
            // The second is a skippable frame, with which a zst file may begin.
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Some("zst"),
            _ => None,
        };
        let file = BufReader::with_capacity(PIECE_BYTES as usize, Cursor::new(start).chain(file));
        let mut source: Box<dyn Read + Send> = match compression {
            Some("gz") => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
            Some(_) => Box::new(zstd::stream::read::Decoder::with_buffer(file).map_err(refused)?),
            None => Box::new(file),
        };

        let mut sample = Vec::new();
        (&mut source).take(SAMPLE_BYTES).read_to_end(&mut sample).map_err(|error| damaged(path, compression, error))?;
        if sample.is_empty() {
            return Err(Error::request(format!("`{}` is empty", path.display())));
        }
        if let Some((_, what)) = NOT_TEXT.iter().find(|(magic, _)| sample.starts_with(magic)) {
            let message = format!("`{}` is {what}, not a text file", path.display());
            return Err(Error::request(message).hint("unpack it, or export it as CSV"));
        }
        let is_whole = (sample.len() as u64) < SAMPLE_BYTES;
        let choice =
            choose(&sample, is_whole, pinned_encoding).map_err(|problem| problem.into_error(path)).map(
                |choice| match compression {
                    Some(name) => Choice { evidence: format!("{name} stream; {}", choice.evidence), ..choice },
                    None => choice,
                },
            )?;
        Ok(TextStream {
            path: path.to_owned(),
            source: Box::new(Cursor::new(sample).chain(source)),
            compression,
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
            let n_read = (&mut self.source)
                .take(PIECE_BYTES)
                .read_to_end(target)
                .map_err(|error| damaged(&self.path, self.compression, error))?;
            self.is_finished = n_read == 0;
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
            let message = format!("`{}` is not UTF-8 throughout: line {line} is not", self.path.display());
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

/// Tells a damaged stream, which the person must replace, from a machine that refused to read.
fn damaged(path: &Path, compression: Option<&str>, error: io::Error) -> Error {
    match compression {
        Some(name) if error.raw_os_error().is_none() => {
            let message = format!("`{}` is damaged: its {name} stream is cut off or corrupt", path.display());
            Error::request(message).caused_by(error).hint("fetch the file again")
        }
        _ => Error::file(path, "read", error),
    }
}

/// Why no encoding was settled.
#[derive(Debug, PartialEq, Eq)]
enum Problem {
    UnknownLabel(String),
    Contradiction {
        pinned: &'static Encoding,
        mark: &'static Encoding,
    },
    Utf32,
    /// The text is not of the encodings that are taken without a pin; with what it looks like.
    Unsettled(&'static str),
}

impl Problem {
    fn into_error(self, path: &Path) -> Error {
        let file = path.display();
        match self {
            Problem::UnknownLabel(label) => Error::request(format!("`{label}` is no encoding that can be read"))
                .detail(format!("pinned for: `{file}`"))
                .detail(format!("known: {}", OFFERED.map(|encoding| format!("`{}`", encoding.name().to_lowercase())).join(", "))),
            Problem::Contradiction { pinned, mark } => Error::request(format!(
                "`{file}` begins with the byte order mark of {}, but `encoding` is pinned to {}",
                mark.name(),
                pinned.name()
            ))
            .hint("take `encoding` out of the run file"),
            Problem::Utf32 => Error::request(format!("`{file}` is UTF-32, which is not read")).hint("save it as UTF-8"),
            Problem::Unsettled(looks) => Error::request(format!("the encoding of `{file}` cannot be told: {looks}"))
                .hint("pin `encoding` for these records, for example `encoding = \"windows-1251\"`"),
        }
    }
}

/// Settles the encoding: a byte order mark, a pin, or what the sample shows.
fn choose(sample: &[u8], is_whole: bool, pinned: Option<&str>) -> Result<Choice, Problem> {
    if sample.starts_with(b"\xff\xfe\0\0") || sample.starts_with(b"\0\0\xfe\xff") {
        return Err(Problem::Utf32);
    }
    let mark = Encoding::for_bom(sample).map(|(encoding, _)| encoding);
    if let Some(label) = pinned {
        let encoding = Encoding::for_label(label.as_bytes())
            .filter(|encoding| *encoding != REPLACEMENT && *encoding != X_USER_DEFINED)
            .ok_or_else(|| Problem::UnknownLabel(label.to_owned()))?;
        return match mark {
            Some(mark) if mark != encoding => Err(Problem::Contradiction { pinned: encoding, mark }),
            _ => Ok(Choice { encoding, evidence: format!("encoding {} as pinned", encoding.name()), is_guess: false }),
        };
    }
    if let Some(encoding) = mark {
        return Ok(Choice { encoding, evidence: format!("byte order mark of {}", encoding.name()), is_guess: false });
    }
    if looks_like_utf_16(sample) {
        return Err(Problem::Unsettled("every second byte is zero as in UTF-16, but there is no byte order mark"));
    }
    let looked_at = if is_whole { "all".to_owned() } else { "the first".to_owned() };
    let looked_at = format!("{looked_at} {} bytes", sample.len());
    let (n_beyond_ascii, n_faults) = count_utf_8(sample, is_whole);
    if n_faults == 0 {
        let evidence = match n_beyond_ascii {
            0 => format!("{looked_at} are ASCII"),
            _ => format!("{looked_at} are valid UTF-8 with {n_beyond_ascii} characters beyond ASCII"),
        };
        return Ok(Choice { encoding: UTF_8, evidence, is_guess: !is_whole && n_beyond_ascii < CERTAIN_CHARACTERS });
    }
    if n_beyond_ascii >= CERTAIN_CHARACTERS.max(CERTAIN_CHARACTERS * n_faults) {
        let evidence = format!(
            "{looked_at} hold {n_beyond_ascii} characters of UTF-8 beyond ASCII and {n_faults} malformed sequences, \
             whose records are rejected"
        );
        return Ok(Choice { encoding: UTF_8, evidence, is_guess: false });
    }
    let (encoding, shown) = choose_single_byte(sample)?;
    Ok(Choice { encoding, evidence: format!("{looked_at} are not UTF-8; {shown}"), is_guess: false })
}

/// ASCII in UTF-16 has a zero in every second byte; zeros as data stand anywhere.
fn looks_like_utf_16(sample: &[u8]) -> bool {
    let zeros = [0, 1].map(|parity| sample.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count());
    let n_zeros = zeros[0] + zeros[1];
    n_zeros >= 4 && n_zeros >= sample.len() / 8 && zeros[0].max(zeros[1]) >= n_zeros - n_zeros / 10
}

/// Returns the characters beyond ASCII and the malformed sequences of a text taken as UTF-8. A character that the end of the
/// sample cuts is neither.
fn count_utf_8(sample: &[u8], is_whole: bool) -> (u64, u64) {
    let (mut n_beyond_ascii, mut n_faults) = (0, 0);
    let mut rest = sample;
    loop {
        let (n_valid, n_skipped) = match std::str::from_utf8(rest) {
            Ok(_) => (rest.len(), None),
            Err(error) => (error.valid_up_to(), Some(error.error_len())),
        };
        n_beyond_ascii += rest[..n_valid].iter().filter(|byte| **byte >= 0xc0).count() as u64;
        match n_skipped {
            None => break,
            Some(None) => {
                n_faults += u64::from(is_whole);
                break;
            }
            Some(Some(n_bytes)) => {
                n_faults += 1;
                rest = &rest[n_valid + n_bytes..];
            }
        }
    }
    (n_beyond_ascii, n_faults)
}

/// Returns Windows-1251 or Windows-1252 for text that is not UTF-8, and what shows it.
///
/// Words of another script are long runs of bytes beyond ASCII, accents in Latin words stand alone or in pairs (`ção`). Which
/// Cyrillic encoding it is shows in the letters: decoded by the right one, two letters in three are of the most common.
fn choose_single_byte(sample: &[u8]) -> Result<(&'static Encoding, String), Problem> {
    let runs = || sample.split(|byte| byte.is_ascii()).filter(|run| !run.is_empty());
    let n_high: usize = runs().map(<[u8]>::len).sum();
    let n_in_words: usize = runs().map(<[u8]>::len).filter(|length| *length >= 3).sum();
    let is_sure = n_high >= ENOUGH_HIGH_BYTES;
    if 2 * n_in_words <= n_high {
        if let Some(looks) = foreign_to_western(sample).filter(|_| is_sure) {
            return Err(Problem::Unsettled(looks));
        }
        return Ok((WINDOWS_1252, format!("{n_in_words} of {n_high} bytes beyond ASCII stand in runs, as in Western words")));
    }
    let count_common = |encoding: &'static Encoding| {
        let (text, _) = encoding.decode_without_bom_handling(sample);
        text.chars().filter(|letter| !letter.is_ascii()).flat_map(char::to_lowercase).filter(is_common_cyrillic).count()
    };
    let others = [
        (IBM866, "it looks like Cyrillic in ibm866"),
        (KOI8_R, "it looks like Cyrillic in koi8-r"),
        (ISO_8859_5, "it looks like Cyrillic in iso-8859-5"),
        (X_MAC_CYRILLIC, "it looks like Cyrillic in x-mac-cyrillic"),
    ];
    let n_common = count_common(WINDOWS_1251);
    // A short sample is held to less: a few names may well lack the common letters.
    let n_needed = if is_sure { n_high * 45 / 100 } else { n_high * 30 / 100 };
    if let Some((_, looks)) = others.into_iter().find(|(encoding, _)| count_common(encoding) > n_common.max(n_needed)) {
        return Err(Problem::Unsettled(looks));
    }
    if n_common < n_needed {
        return Err(Problem::Unsettled("it is neither UTF-8 nor Cyrillic nor Western European"));
    }
    Ok((WINDOWS_1251, format!("{n_common} of {n_high} bytes beyond ASCII are common Cyrillic letters in windows-1251")))
}

/// The eleven most common letters of Russian, which lead in its neighbors too.
fn is_common_cyrillic(letter: &char) -> bool {
    "оеаинтсрвлк".contains(*letter)
}

/// Says what speaks against Windows-1252: Turkish letters in the place of Icelandic ones, symbols inside words.
fn foreign_to_western(sample: &[u8]) -> Option<&'static str> {
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(sample);
    let (mut n_high, mut n_icelandic, mut n_symbols) = (0, 0, 0);
    let (mut before_last, mut last) = (' ', ' ');
    for letter in text.chars().chain([' ']) {
        if !last.is_ascii() {
            n_high += 1;
            n_icelandic += usize::from("ÐÝÞðýþ".contains(last));
            let is_symbol = !last.is_alphabetic() && !"’‘´·°".contains(last);
            n_symbols += usize::from(is_symbol && before_last.is_alphabetic() && letter.is_alphabetic());
        }
        (before_last, last) = (last, letter);
    }
    if n_icelandic * 10 > n_high * 3 {
        Some("it looks like Turkish in windows-1254, or like Icelandic in windows-1252")
    } else if n_symbols * 10 > n_high * 2 {
        Some("it is neither UTF-8 nor Cyrillic nor Western European; Central European is windows-1250")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const TEXT: &[u8] = "DATE,НАИМЕНОВАНИЕ\r\n2022-02-24,станок\r2022-02-25,насос\n".as_bytes();

    fn file_of(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::Builder::new().suffix(".csv.gz").tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn read(bytes: &[u8], pinned: Option<&str>) -> Result<(Vec<u8>, TextStream)> {
        let file = file_of(bytes);
        let mut stream = TextStream::open(file.path(), pinned)?;
        let mut text = Vec::new();
        while stream.read_piece(&mut text)? {}
        Ok((text, stream))
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zst(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, 3).unwrap()
    }

    fn joined(parts: [Vec<u8>; 2]) -> Vec<u8> {
        parts.concat()
    }

    #[test]
    fn streams_are_known_by_their_bytes_and_read_to_the_last_member() {
        let (head, tail) = TEXT.split_at(20);
        for bytes in [TEXT.to_vec(), gz(TEXT), joined([gz(head), gz(tail)]), zst(TEXT), joined([zst(head), zst(tail)])] {
            let (text, stream) = read(&bytes, None).unwrap();
            assert_eq!(text, TEXT);
            assert_eq!(stream.decoded(), (TEXT.len() as u64, 3));
        }
    }

    #[test]
    fn a_cut_or_corrupt_stream_is_an_error_at_every_byte() {
        for (stream, n_members) in [(gz(TEXT), 1), (gz(TEXT), 2), (zst(TEXT), 1), (zst(TEXT), 2)] {
            let bytes = stream.repeat(n_members);
            for end in 4..bytes.len() {
                // A cut between two members leaves a whole file behind.
                let is_whole = end == stream.len();
                let error = read(&bytes[..end], None).err();
                assert_eq!(error.is_none(), is_whole, "cut at byte {end} of {}", bytes.len());
                if let Some(error) = error {
                    assert!(error.to_string().contains(".csv.gz` is damaged"), "{error}");
                    assert_eq!(error.kind, crate::error::ErrorKind::Request);
                }
            }
            assert!(read(&joined([bytes.clone(), b"garbage".to_vec()]), None).is_err());
        }
        let mut bytes = gz(TEXT);
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        assert!(read(&bytes, None).is_err());
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (bytes, expected) in [
            (&b""[..], "` is empty"),
            (&gz(b"")[..], "` is empty"),
            (b"PK\x03\x04rest", "ZIP archive"),
            (b"\xd0\xcf\x11\xe0rest", "Office file"),
            (&gz(&gz(TEXT)), "within another"),
            (b"\xff\xfe\0\0A\0\0\0", "UTF-32"),
        ] {
            let error = read(bytes, None).err().unwrap().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(TextStream::open(Path::new("no such file"), None).is_err());
        assert!(TextStream::open(Path::new("."), None).is_err());
    }

    fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        match encoding.name() {
            "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => encoding.encode(text).0.into_owned(),
        }
    }

    const RUSSIAN: &str = "отправитель;получатель\nООО СТАНКОИМПОРТ;АО ВЕРТОЛЕТНЫЙ ЗАВОД\n\
        станки токарные с числовым управлением;запчасти\n";
    const SPANISH: &str = "país;descripción\nJAPÓN;EXCAVADORA AÑO DE FABRICACIÓN 2019, ESPAÑA, PERÚ, MARÍTIMO\n";
    const PORTUGUESE: &str = "descrição;situação\nIMPORTAÇÃO DE MÁQUINAS;INFORMAÇÕES, DECLARAÇÕES, EXPORTAÇÃO, NÃO\n";
    const TURKISH: &str = "ülke;açıklama\nTÜRKİYE;AĞIRLIKÇA SUYU ABSORBE ETME KATSAYISI GEÇMEYENLER İŞLENMİŞ ÇELİK ŞİRKETİ\n";
    const POLISH: &str =
        "państwo;opis towaru\nBiałoruś;części zamienne do łożysk, wałów i sprzęgieł, również używane, żeliwne, mosiężne\n";
    const CHINESE: &str =
        "国家,商品名称\n俄罗斯,数控车床零件及附件\n哈萨克斯坦,直升机零件和发动机\n白俄罗斯,集成电路与半导体器件以及通信设备\n";

    #[test]
    fn encodings_are_detected_or_asked_for_and_never_garbled() {
        for (text, encoding, expected) in [
            (RUSSIAN, UTF_8, Some("utf-8")),
            (RUSSIAN, WINDOWS_1251, Some("windows-1251")),
            ("ЦЕХ;ЛИСТ\n", WINDOWS_1251, Some("windows-1251")),
            (SPANISH, WINDOWS_1252, Some("windows-1252")),
            (PORTUGUESE, WINDOWS_1252, Some("windows-1252")),
            (RUSSIAN, IBM866, None),
            (RUSSIAN, KOI8_R, None),
            (RUSSIAN, ISO_8859_5, None),
            (CHINESE, GBK, None),
            (CHINESE, BIG5, None),
        ] {
            // Texts in capitals tell Cyrillic encodings apart as well, which swap the cases.
            for text in [text.to_owned(), text.to_uppercase()] {
                let text = text.repeat(if expected.is_some() { 1 } else { 3 });
                let result = read(&encoded(encoding, &text), None).map(|(decoded, stream)| (decoded, stream.encoding()));
                match (result, expected) {
                    (Ok((decoded, name)), Some(expected)) => {
                        assert_eq!(name, expected);
                        assert_eq!(String::from_utf8(decoded).unwrap(), text);
                    }
                    (Err(error), None) => assert!(error.to_string().contains("pin `encoding`"), "{error}"),
                    (Ok((_, name)), None) => panic!("{} was taken for {name}", encoding.name()),
                    (Err(error), Some(_)) => panic!("{error}"),
                }
                let (decoded, _) = read(&encoded(encoding, &text), Some(encoding.name())).unwrap();
                let (in_encoding, _, _) = encoding.encode(&text);
                assert_eq!(encoding.decode(&in_encoding).0.as_bytes(), decoded, "pinned {}", encoding.name());
            }
        }
        for (text, encoding) in [(TURKISH, WINDOWS_1254), (POLISH, WINDOWS_1250)] {
            let text = text.repeat(5);
            assert!(read(&encoded(encoding, &text), None).is_err(), "{}", encoding.name());
            let (decoded, _) = read(&encoded(encoding, &text), Some(encoding.name())).unwrap();
            assert_eq!(String::from_utf8(decoded).unwrap(), text);
        }
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
        let ascii = "DATE,TNVED\n2022-02-24,8457101001\n";
        assert!(read(&encoded(UTF_16LE, ascii), None).err().unwrap().to_string().contains("UTF-16"));
        assert!(read(ascii.as_bytes(), Some("no-such")).err().unwrap().to_string().contains("`windows-1251`"));
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
    fn a_guess_is_one_only_where_the_sample_shows_nothing() {
        let ascii = b"0123456789,abc\n".repeat(80_000);
        let (_, stream) = read(&ascii, None).unwrap();
        assert!(stream.wrong_guess(7).is_some_and(|error| error.to_string().contains("line 7")));
        let (_, stream) = read(&joined([RUSSIAN.into(), ascii.clone()]), None).unwrap();
        assert!(stream.wrong_guess(7).is_none());
        let (_, stream) = read(&ascii, Some("utf8")).unwrap();
        assert!(stream.wrong_guess(7).is_none());

        // One broken character in a long text does not make it another encoding.
        let (_, stream) = read(&joined([RUSSIAN.into(), b"\xd0\n".to_vec()]), None).unwrap();
        assert_eq!(stream.encoding(), "utf-8");
        assert!(stream.evidence().contains("1 malformed"));
        // A sample that ends within a character is not malformed.
        let (_, stream) = read(&joined([b"x".to_vec(), "я".repeat(600_000).into()]), None).unwrap();
        assert!(!stream.evidence().contains("malformed"), "{}", stream.evidence());
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
