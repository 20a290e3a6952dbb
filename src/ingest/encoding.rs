//! Which encoding a text has.
//!
//! In: the start of a file and perhaps a pinned encoding. Out: the encoding and why it was taken, or why none could be settled.
//! An encoding is taken without a pin only where the text speaks for it: a wrong guess would turn names into others without any
//! error. Text that is not Unicode is judged in `old_encodings`.

use super::old_encodings;
use crate::error::Error;
use encoding_rs::{BIG5, Encoding, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252};
use encoding_rs::{EUC_KR, GB18030, IBM866, ISO_8859_2, ISO_8859_5, KOI8_R, KOI8_U, MACINTOSH, REPLACEMENT, SHIFT_JIS};
use encoding_rs::{WINDOWS_1250, WINDOWS_1253, WINDOWS_1254, WINDOWS_1256, WINDOWS_1257, X_MAC_CYRILLIC, X_USER_DEFINED};
use std::path::Path;

/// A UTF-8 sample with fewer characters beyond ASCII than this is a guess that a later part may prove wrong. Text of another
/// encoding passes for UTF-8 once by accident, hardly so often and never without fault.
const CERTAIN_CHARACTERS: u64 = 16;

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

/// An encoding and why it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub encoding: &'static Encoding,
    pub evidence: String,
    /// Whether the sample shows so little that a later part may prove the encoding wrong.
    pub is_guess: bool,
}

/// Settles the encoding: a byte order mark, a pin, or what the sample shows. `is_whole` says whether the sample is the whole
/// text.
pub fn choose(sample: &[u8], is_whole: bool, pinned: Option<&str>) -> Result<Choice, Problem> {
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
    let looked_at = format!("{} {} bytes", if is_whole { "all" } else { "the first" }, sample.len());
    if let Some(encoding) = utf_16_without_mark(sample) {
        let evidence = format!("{looked_at} are valid {}, with the zeros of ASCII in every second byte", encoding.name());
        return Ok(Choice { encoding, evidence, is_guess: false });
    }
    if looks_like_utf_16(sample) {
        return Err(Problem::Unsettled("every second byte is zero as in UTF-16, but it is not valid UTF-16".to_owned()));
    }
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
    let (encoding, shown) = old_encodings::choose(sample).map_err(Problem::Unsettled)?;
    Ok(Choice { encoding, evidence: format!("{looked_at} are not UTF-8; {shown}"), is_guess: false })
}

/// Why no encoding was settled.
#[derive(Debug, PartialEq, Eq)]
pub enum Problem {
    UnknownLabel(String),
    Contradiction {
        pinned: &'static Encoding,
        mark: &'static Encoding,
    },
    Utf32,
    /// The text speaks for no encoding; with what it looks like.
    Unsettled(String),
}

impl Problem {
    pub fn into_error(self, path: &Path) -> Error {
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

/// Returns UTF-16 in the byte order that the zeros of its ASCII show, if all of the sample is valid in it.
fn utf_16_without_mark(sample: &[u8]) -> Option<&'static Encoding> {
    if !looks_like_utf_16(sample) {
        return None;
    }
    let n_zeros = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let encoding = if n_zeros(1) > n_zeros(0) { UTF_16LE } else { UTF_16BE };
    // The end of the sample may cut a character in two.
    let whole = &sample[..sample.len() / 4 * 4];
    let is_valid = |end: usize| encoding.decode_without_bom_handling_and_without_replacement(&whole[..end]).is_some();
    (is_valid(whole.len()) || is_valid(whole.len().saturating_sub(2))).then_some(encoding)
}

/// ASCII in UTF-16 has a zero in every second byte; zeros as data stand anywhere, and a few of them stand so by accident.
fn looks_like_utf_16(sample: &[u8]) -> bool {
    let zeros = [0, 1].map(|parity| sample.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count());
    let n_zeros = zeros[0] + zeros[1];
    let is_enough = n_zeros >= 16 || n_zeros * 3 >= sample.len();
    n_zeros >= 4 && is_enough && n_zeros >= sample.len() / 8 && zeros[0].max(zeros[1]) >= n_zeros - n_zeros / 10
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

#[cfg(test)]
mod tests {
    use super::*;

    const RUSSIAN: &str = "отправитель;получатель\nООО СТАНКОИМПОРТ;АО ВЕРТОЛЕТНЫЙ ЗАВОД\n\
        станки токарные с числовым управлением;запчасти\n";
    const SPANISH: &str = "país;descripción\nJAPÓN;EXCAVADORA AÑO DE FABRICACIÓN 2019, ESPAÑA, PERÚ, MARÍTIMO\n";
    const PORTUGUESE: &str = "descrição;situação\nIMPORTAÇÃO DE MÁQUINAS;INFORMAÇÕES, DECLARAÇÕES, EXPORTAÇÃO, NÃO\n";
    const TURKISH: &str = "ülke;açıklama\nTÜRKİYE;AĞIRLIKÇA SUYU ABSORBE ETME KATSAYISI GEÇMEYENLER İŞLENMİŞ ÇELİK ŞİRKETİ\n";
    const POLISH: &str =
        "państwo;opis towaru\nBiałoruś;części zamienne do łożysk, wałów i sprzęgieł, również używane, żeliwne, mosiężne\n";
    const TAIWANESE: &str =
        "國家,商品名稱\n俄羅斯,數控車床零件及附件\n哈薩克,直升機零件和發動機\n白俄羅斯,積體電路與半導體器件以及通信設備\n";
    const CHINESE: &str =
        "国家,商品名称\n俄罗斯,数控车床零件及附件\n哈萨克斯坦,直升机零件和发动机\n白俄罗斯,集成电路与半导体器件以及通信设备\n";

    #[test]
    fn encodings_are_detected_or_asked_for() {
        for (text, encoding, expected) in [
            (RUSSIAN, UTF_8, Some("utf-8")),
            (RUSSIAN, WINDOWS_1251, Some("windows-1251")),
            ("ЦЕХ;ЛИСТ\n", WINDOWS_1251, Some("windows-1251")),
            (SPANISH, WINDOWS_1252, Some("windows-1252")),
            (PORTUGUESE, WINDOWS_1252, Some("windows-1252")),
            (RUSSIAN, IBM866, Some("ibm866")),
            (RUSSIAN, KOI8_R, Some("koi8-r")),
            (RUSSIAN, ISO_8859_5, None),
            (CHINESE, GBK, Some("gbk")),
            (TAIWANESE, BIG5, Some("big5")),
            (TURKISH, WINDOWS_1254, Some("windows-1254")),
            (POLISH, WINDOWS_1250, None),
        ] {
            // Texts in capitals tell Cyrillic encodings apart as well, which swap the cases.
            for text in [text.to_owned(), text.to_uppercase()] {
                let text = text.repeat(5);
                let (bytes, _, _) = encoding.encode(&text);
                let chosen = choose(&bytes, true, None).map(|choice| choice.encoding.name().to_lowercase());
                assert_eq!(chosen.as_deref().ok(), expected, "{} taken for {chosen:?}", encoding.name());
            }
        }
        let text = format!("DATE,TNVED,NAME\n{}", "2022-02-24,8457101001,ООО СТАНОК\n".repeat(20));
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, expected) in [(little, UTF_16LE), (big, UTF_16BE)] {
            let choice = choose(&bytes, true, None).unwrap();
            assert_eq!(choice.encoding, expected, "{}", choice.evidence);
        }
        let broken: Vec<u8> = [1, 0xd8, 0x41, 0].repeat(50);
        assert!(matches!(choose(&broken, true, None), Err(Problem::Unsettled(looks)) if looks.contains("UTF-16")));
    }

    #[test]
    fn pins_and_byte_order_marks_are_held_against_each_other() {
        for (sample, pinned, expected) in [
            (&b"A,B"[..], Some("windows-1251"), Ok("windows-1251")),
            (b"A,B", Some("cp1251"), Ok("windows-1251")),
            (b"\xef\xbb\xbfA,B", None, Ok("utf-8")),
            (b"\xef\xbb\xbfA,B", Some("utf8"), Ok("utf-8")),
            (b"\xff\xfeA\0", None, Ok("utf-16le")),
            (b"\xfe\xff\0A", None, Ok("utf-16be")),
            (b"\xff\xfeA\0", Some("windows-1251"), Err("byte order mark of UTF-16LE")),
            (b"\xff\xfe\0\0A\0\0\0", None, Err("UTF-32")),
            (b"\0\0\xfe\xff\0\0\0A", Some("utf-8"), Err("UTF-32")),
            (b"A,B", Some("no-such"), Err("`windows-1251`")),
            (b"A,B", Some("x-user-defined"), Err("is no encoding that can be read")),
        ] {
            match choose(sample, true, pinned) {
                Ok(choice) => assert_eq!(Ok(choice.encoding.name().to_lowercase().as_str()), expected, "{pinned:?}"),
                Err(problem) => {
                    let error = problem.into_error(Path::new("a.csv")).to_string();
                    assert!(expected.is_err_and(|part| error.contains(part)), "{error}");
                }
            }
        }
    }

    #[test]
    fn a_guess_is_one_only_where_the_sample_shows_nothing() {
        let is_guess = |sample: &[u8], is_whole, pinned| choose(sample, is_whole, pinned).unwrap().is_guess;
        let ascii = b"0123456789,abc\n".repeat(100);
        assert!(is_guess(&ascii, false, None));
        assert!(!is_guess(&ascii, true, None));
        assert!(!is_guess(&[RUSSIAN.as_bytes(), &ascii].concat(), false, None));
        assert!(!is_guess(&ascii, false, Some("utf8")));

        // One broken character in a long text does not make it another encoding.
        let choice = choose(&[RUSSIAN.as_bytes(), b"\xd0\n"].concat(), true, None).unwrap();
        assert_eq!(choice.encoding, UTF_8);
        assert!(choice.evidence.contains("1 malformed"), "{}", choice.evidence);
        // A sample that ends within a character is not malformed; a text is.
        let text = "я".repeat(100);
        let cut = &text.as_bytes()[..text.len() - 1];
        assert!(!choose(cut, false, None).unwrap().evidence.contains("malformed"));
        assert!(choose(cut, true, None).unwrap().evidence.contains("1 malformed"));
    }
}
