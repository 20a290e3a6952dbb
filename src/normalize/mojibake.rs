//! Text whose UTF-8 was read as a Western or Cyrillic code page: `Ã‡ELEBI` for `ÇELEBI`, `РћРћРћ` for `ООО`.
//!
//! In: a batch of records, or one text. Out: the batch with such cells put right, or nothing where there are none. A cell is put right
//! only if all its letters beyond ASCII, written back in the code page, are UTF-8, and what they become is text that people write: true
//! names contain `É®` and `С»`. Surprising: a batch is searched for the few pairs of characters that such cells must have, so that clean
//! records cost one look at their bytes.

use crate::model::issue::Issues;
use crate::model::raw_shipments::RawShipments;
use memchr::memchr_iter;
use memchr::memmem::Finder;
use std::borrow::Cow;

/// What went through two or three wrong readings is put right as often.
const MOST_TIMES: usize = 3;

/// Returns the batch with its wrongly read cells put right, counted by header; `None` where it has none.
pub fn repair_batch(raw: &RawShipments, headers: &[String], issues: &mut Issues) -> Option<RawShipments> {
    if raw.is_empty() || !is_suspect(raw.text()) {
        return None;
    }
    let mut repaired: Option<RawShipments> = None;
    let mut cells: Vec<Cow<'_, str>> = Vec::with_capacity(raw.width());
    for record in 0..raw.len() {
        cells.clear();
        let is_whole_suspect = is_suspect(raw.whole(record));
        for column in 0..raw.width() {
            let cell = raw.field(record, column);
            let right = if is_whole_suspect { repair_text(cell) } else { None };
            if right.is_some() {
                let header = headers.get(column).map_or("", String::as_str);
                issues.add("repaired_mojibake", header, raw.line(record), cell);
            }
            cells.push(right.map_or(Cow::Borrowed(cell), Cow::Owned));
        }
        let is_changed = cells.iter().any(|cell| matches!(cell, Cow::Owned(_)));
        if is_changed && repaired.is_none() {
            let mut before = RawShipments::new(raw.width());
            (0..record).for_each(|at| before.push(raw.line(at), (0..raw.width()).map(|column| raw.field(at, column))));
            repaired = Some(before);
        }
        if let Some(repaired) = &mut repaired {
            repaired.push(raw.line(record), cells.iter().map(AsRef::as_ref));
        }
    }
    repaired
}

/// Returns the text as it was before it was wrongly read; `None` if it was not.
pub fn repair_text(text: &str) -> Option<String> {
    let mut right: Option<String> = None;
    for _ in 0..MOST_TIMES {
        let now = right.as_deref().unwrap_or(text);
        if !is_suspect(now) {
            break;
        }
        let Some(next) = PAGES.iter().find_map(|page| page.undo(now)) else { break };
        right = Some(next);
    }
    right
}

/// Tells whether a text holds a pair of characters that only such texts have, with few exceptions.
fn is_suspect(text: &str) -> bool {
    let bytes = text.as_bytes();
    // `Â` to `ô` all begin with this byte; what follows must be a character that the code page has above ASCII.
    let western = memchr_iter(0xC3, bytes).any(|at| {
        let is_lead = bytes.get(at + 1).is_some_and(|byte| (0x82..=0xB4).contains(byte));
        is_lead && bytes.get(at + 2).is_some_and(|byte| *byte >= 0xC2) && next_byte(text, at + 2, western_byte)
    });
    // `Р` and `С` lead all Russian letters, and mostly stand before a letter of the alphabet.
    let is_letter = |at: usize| match (bytes.get(at), bytes.get(at + 1)) {
        (Some(0xD0), Some(second)) => *second >= 0x90,
        (Some(0xD1), Some(second)) => *second <= 0x8F,
        (first, _) => first.is_none_or(u8::is_ascii),
    };
    let follows = |at: usize| !is_letter(at + 2) && next_byte(text, at + 2, cyrillic_byte);
    western || ["Р", "С"].iter().any(|lead| Finder::new(lead).find_iter(bytes).any(follows))
}

/// Tells whether the character at a place stands for a byte that continues a sequence of UTF-8.
fn next_byte(text: &str, at: usize, byte_of: fn(char) -> Option<u8>) -> bool {
    let next = text[at..].chars().next();
    next.filter(|letter| !letter.is_ascii()).and_then(byte_of).is_some_and(|byte| (0x80..=0xBF).contains(&byte))
}

/// A code page that UTF-8 was read as.
struct Page {
    byte_of: fn(char) -> Option<u8>,
    is_likely: fn(&Found) -> bool,
}

const PAGES: [Page; 2] = [
    Page { byte_of: western_byte, is_likely: is_likely_of_western },
    Page { byte_of: cyrillic_byte, is_likely: is_likely_of_cyrillic },
];

/// What the runs beyond ASCII of a text become.
#[derive(Default)]
struct Found {
    letters: Vec<char>,
    /// Letters of the longest run.
    longest_run: usize,
    /// Runs that no text has that was read right.
    n_firm: usize,
}

impl Page {
    /// Returns the text with all its runs beyond ASCII written back in the code page and read as UTF-8.
    fn undo(&self, text: &str) -> Option<String> {
        let mut right = String::with_capacity(text.len());
        let mut found = Found::default();
        let (mut run, mut run_start, mut before) = (Vec::new(), 0, None);
        for (at, letter) in text.char_indices().map(|(at, letter)| (at, Some(letter))).chain([(text.len(), None)]) {
            if let Some(letter) = letter.filter(|letter| !letter.is_ascii()) {
                if run.is_empty() {
                    run_start = at;
                }
                run.push((self.byte_of)(letter)?);
                continue;
            }
            if !run.is_empty() {
                let decoded = std::str::from_utf8(&run).ok()?;
                let n_before = found.letters.len();
                found.letters.extend(decoded.chars());
                found.longest_run = found.longest_run.max(found.letters.len() - n_before);
                found.n_firm += usize::from(!may_be_right(before, &text[run_start..at], letter));
                right.push_str(decoded);
                run.clear();
            }
            before = letter;
            right.extend(letter);
        }
        let is_likely = !found.letters.is_empty() && (self.is_likely)(&found);
        is_likely.then(|| if text.chars().any(char::is_lowercase) { right } else { lower_marks(right) })
    }
}

/// Tells whether a run between two ASCII characters may stand in a text that was read right: a capital letter that ends a word in
/// capitals, and the mark behind the word. `UMEÅ` has a no-break space behind it, `IRMÃ` a quote.
fn may_be_right(before: Option<char>, run: &str, after: Option<char>) -> bool {
    let mut letters = run.chars();
    let (Some(letter), Some(mark), None) = (letters.next(), letters.next(), letters.next()) else { return false };
    let ends_capitals = !before.is_some_and(char::is_lowercase) && !after.is_some_and(|after| after.is_ascii_alphanumeric());
    match (letter, mark) {
        (_, '\u{a0}') => true,
        ('Ã' | 'Å' | 'Ä' | 'Â', '”' | '’' | '»' | '®' | '™' | '–' | '—' | '…') => ends_capitals,
        _ => false,
    }
}

/// Returns a text in capitals with the letters that it had if it was misread first and set in capitals then: `Åž`, which is `Ş`, became
/// `ÅŽ`, which is a letter of no trading language. Where both are such letters (`Ü` and `Ì`) the one that stands there stays.
fn lower_marks(text: String) -> String {
    const PAIRS: [(char, char); 3] = [('Ŏ', 'Ş'), ('Ŋ', 'Ś'), ('Ċ', 'Ě')];
    PAIRS.iter().fold(
        text,
        |text, (wrong, right)| if text.contains(*wrong) { text.replace(*wrong, right.encode_utf8(&mut [0; 4])) } else { text },
    )
}

/// Tells whether letters are what UTF-8 read as Windows-1252 would hide.
///
/// Letters of the West and marks are believed alone, if one of them stands in no text that was read right. Others must follow each other
/// somewhere: `É®` and `Ò»` stand in such texts, but not in pairs.
fn is_likely_of_western(found: &Found) -> bool {
    let is_text = found.letters.iter().all(|letter| {
        (!letter.is_control() || WESTERN_UNUSED.contains(letter))
            && !matches!(letter, '\u{250}'..='\u{258}' | '\u{25A}'..='\u{2C5}' | '\u{2C7}'..='\u{2DB}' | '\u{2DD}'..='\u{36F}')
            && !matches!(letter, '\u{700}'..='\u{8FF}' | '\u{E000}'..='\u{F8FF}' | '\u{FFF0}'..='\u{FFFF}')
    });
    let is_alone = |letter: &char| matches!(letter, '\u{A0}'..='\u{17F}' | '\u{1E00}'..='\u{2FFF}' | '\u{1F000}'..='\u{1FFFF}');
    is_text && (found.longest_run > 1 || (found.letters.iter().all(is_alone) && found.n_firm > 0))
}

/// Tells whether letters are what UTF-8 read as Windows-1251 would hide: three letters at least, and nothing but letters and marks.
fn is_likely_of_cyrillic(found: &Found) -> bool {
    let is_mark = |letter: &char| matches!(letter, '«' | '»' | '\u{a0}' | '°' | '\u{2010}'..='\u{203a}' | '№');
    found.letters.iter().filter(|letter| letter.is_alphabetic()).count() >= 3
        && found.letters.iter().all(|letter| letter.is_alphabetic() || is_mark(letter))
}

/// Returns the byte of a character above ASCII in Windows-1252, whose unused bytes are control characters.
fn western_byte(letter: char) -> Option<u8> {
    match letter {
        '\u{80}'..='\u{ff}' => Some(letter as u8),
        _ => WESTERN.iter().find(|(known, _)| *known == letter).map(|(_, byte)| *byte),
    }
}

/// The bytes that Windows-1252 does not use: they stand in text that was misread twice.
const WESTERN_UNUSED: [char; 5] = ['\u{81}', '\u{8d}', '\u{8f}', '\u{90}', '\u{9d}'];

/// The characters of Windows-1252 that are not those of Latin-1.
const WESTERN: [(char, u8); 27] = [
    ('€', 0x80),
    ('‚', 0x82),
    ('ƒ', 0x83),
    ('„', 0x84),
    ('…', 0x85),
    ('†', 0x86),
    ('‡', 0x87),
    ('ˆ', 0x88),
    ('‰', 0x89),
    ('Š', 0x8a),
    ('‹', 0x8b),
    ('Œ', 0x8c),
    ('Ž', 0x8e),
    ('‘', 0x91),
    ('’', 0x92),
    ('“', 0x93),
    ('”', 0x94),
    ('•', 0x95),
    ('–', 0x96),
    ('—', 0x97),
    ('˜', 0x98),
    ('™', 0x99),
    ('š', 0x9a),
    ('›', 0x9b),
    ('œ', 0x9c),
    ('ž', 0x9e),
    ('Ÿ', 0x9f),
];

/// Returns the byte of a character above ASCII in Windows-1251, whose unused byte is a control character.
fn cyrillic_byte(letter: char) -> Option<u8> {
    match letter {
        'А'..='я' => Some((letter as u32 - 'А' as u32) as u8 + 0xc0),
        '\u{98}' => Some(0x98),
        _ => CYRILLIC.iter().position(|known| *known == letter).map(|at| at as u8 + 0x80),
    }
}

/// Bytes 80 to BF of Windows-1251.
const CYRILLIC: [char; 64] = [
    'Ђ', 'Ѓ', '‚', 'ѓ', '„', '…', '†', '‡', '€', '‰', 'Љ', '‹', 'Њ', 'Ќ', 'Ћ', 'Џ', //
    'ђ', '‘', '’', '“', '”', '•', '–', '—', '\u{98}', '™', 'љ', '›', 'њ', 'ќ', 'ћ', 'џ', //
    '\u{a0}', 'Ў', 'ў', 'Ј', '¤', 'Ґ', '¦', '§', 'Ё', '©', 'Є', '«', '¬', '\u{ad}', '®', 'Ї', //
    '°', '±', 'І', 'і', 'ґ', 'µ', '¶', '·', 'ё', '№', 'є', '»', 'ј', 'Ѕ', 'ѕ', 'ї',
];

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{Encoding, WINDOWS_1251, WINDOWS_1252};

    fn misread(text: &str, page: &'static Encoding) -> String {
        page.decode_without_bom_handling(text.as_bytes()).0.into_owned()
    }

    /// Sentences of customs records in ten languages, with the marks that stand in them.
    const TEXTS: [&str; 40] = [
        "ÇELEBİ DIŞ TİCARET VE SANAYİ A.Ş. – ŞİŞLİ/İSTANBUL",
        "GÜMRÜK MÜŞAVİRLİĞİ LTD. ŞTİ. “ÖZEL”",
        "LOS DEMÁS: MÁQUINAS HERRAMIENTA Nº 5 (AÑO 2021) – CAÑÓN",
        "CAFÉ SOLUBLE «NESCAFÉ®» Nº 3, 12 °C",
        "PEÑA & CÍA. ‘ESPAÑA’",
        "MÁQUINAS E APARELHOS, IRMÃOS GONÇALVES LTDA – SÃO PAULO",
        "PEÇAS DE REPOSIÇÃO; LÃ “MERINO”; MAÇÃ",
        "SOCIÉTÉ GÉNÉRALE D’ÉQUIPEMENTS – PIÈCES « DÉTACHÉES »",
        "ŒUVRE D’ART, NOËL, À CÔTÉ DE L’HÔTEL…",
        "MASCHINENBAU GMBH, MÜNCHEN – STRAßE 5, ÄÖÜ, 20 °C ±1",
        "„PRÄZISIONSWERKZEUGE“ FÜR GROẞE TEILE, 3½ µm",
        "ООО «СЕВЕРНАЯ ЗВЕЗДА» – СТАНКИ ТОКАРНЫЕ, 5 ШТ. №3",
        "РОССИЯ, Г. САНКТ-ПЕТЕРБУРГ, УЛ. РУБИНШТЕЙНА, Д. 5/1",
        "АО „СПЕЦСТРОЙ“ ИНН…, ТЕМПЕРАТУРА 20°С±1",
        "ПРИБОР ТИПА „С“, МАРКА С»Р“С",
        "СЕРИЯ «С»",
        "ТОВ «УКРАЇНСЬКІ ВЕРСТАТИ», М. КИЇВ, ВУЛ. Є. СВЕРСТЮКА",
        "ПРАТ „РІВНЕАЗОТ“ – ҐАТУНОК",
        "ТОО «ҚАЗАҚСТАН ТЕМІР ЖОЛЫ», НҰР-СҰЛТАН ҚАЛАСЫ, ӘУЕЗОВ КӨШЕСІ",
        "Жауапкершілігі шектеулі серіктестік",
        "沈阳机床股份有限公司，数控车床（型号：CAK50）",
        "上海市浦东新区“张江”高科技园区…",
        "株式会社ミツトヨ 測定器",
        "BİLYALI RULMAN Ø25±0,1 mm – “SKF™”",
        "ФРЕЗА Ø12, Р6М5",
        "NESCAFÉ® CLÁSICO",
        "LÂMINA Ó”",
        "PÂTÉ – É…",
        "TORNIO PARALLELO – CITTÀ DI CASTELLO, QUALITÀ “A”",
        "SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ „ŁÓDŹ”",
        "KAMIÓN Ñ»",
        "UMEÅ\u{a0}VERKTYG AB, LÄNGD\u{a0}5 M, Å\u{a0}",
        "IRMÃ\u{a0}MARIA, LÃ\u{a0}5 %",
        "DOCE “LÃ” LTDA, UMEÅ” AB",
        "PERÒ\u{a0}: CIÒ\u{a0}: VIRTÙ",
        "PRÉ\u{a0}: MARCHÉ\u{a0}: CLÉ",
        "KIRBAÇ\u{a0}SAN, AĞAÇ\u{a0}LTD",
        "ΑΝΩΝΥΜΗ ΕΤΑΙΡΕΙΑ – ΑΘΗΝΑ",
        "plain ASCII text, 12 pcs",
        "",
    ];

    #[test]
    fn text_that_was_read_right_stays() {
        for text in TEXTS {
            assert_eq!(repair_text(text), None, "`{text}`");
            for word in text.split_whitespace() {
                assert_eq!(repair_text(word), None, "`{word}` of `{text}`");
            }
        }
    }

    /// Words of the letters of a language, with the marks that stand around words and blanks that do not break.
    #[test]
    fn words_of_ten_languages_stay() {
        let languages = [
            "ABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZabcçdefgğhıijklmnoöprsştuüvyz",
            "ABCDEFGHIJLMNÑOPQRSTUVXYZÁÉÍÓÚÜabcdefghijlmnñopqrstuvxyzáéíóúü",
            "ABCDEFGHIJLMNOPQRSTUVXZÃÕÁÉÍÓÚÂÊÔÇÀabcdefghijlmnopqrstuvxzãõáéíóúâêôçà",
            "ABCDEFGHIJLMNOPQRSTUVXYZÀÂÆÇÉÈÊËÎÏÔŒÙÛÜàâæçéèêëîïôœùûüabcdefghijlmnopqrstuvxyz",
            "ABCDEFGHIKLMNOPRSTUVWZÄÖÜßäöüabcdefghiklmnoprstuvwz",
            "ABCDEFGHIJKLMNOPRSTUVXYZÅÄÖåäöabcdefghijklmnoprstuvxyz",
            "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя",
            "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯабвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
            "АӘБВГҒДЕЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЫІЭЮЯаәбвгғдежзийкқлмнңоөпрстуұүфхһцчшыіэюя",
            "机床数控车沈阳上海进出口有限公司零件设备贸易工业",
        ];
        let opening = ["", "", "«", "“", "„", "‘"];
        let closing = ["", "", "»", "”", "’", "®", "™", "\u{a0}", " –", "–", "…", ",", "."];
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut below = |bound: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as usize % bound
        };
        let mut wrong = Vec::new();
        for round in 0..100_000 {
            let letters: Vec<char> = languages[round % languages.len()].chars().collect();
            // A word has capitals or small letters.
            let letters: Vec<char> = match below(2) {
                0 => letters.into_iter().filter(|letter| !letter.is_lowercase()).collect(),
                _ => letters.into_iter().filter(|letter| !letter.is_uppercase()).collect(),
            };
            let mut text = String::new();
            for _ in 0..1 + below(4) {
                let word: String = (0..2 + below(7)).map(|_| letters[below(letters.len())]).collect();
                text.push_str(&format!("{}{word}{} ", opening[below(opening.len())], closing[below(closing.len())]));
            }
            wrong.extend(repair_text(text.trim()).map(|changed| format!("`{text}` became `{changed}`")));
        }
        assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    }

    #[test]
    fn what_was_misread_comes_back() {
        for text in TEXTS.iter().filter(|text| !text.is_ascii()) {
            let once = misread(text, WINDOWS_1252);
            assert_eq!(repair_text(&once).as_deref(), Some(*text), "`{once}`");
            let twice = misread(&once, WINDOWS_1252);
            assert_eq!(repair_text(&twice).as_deref(), Some(*text), "`{twice}`");
        }
        for text in ["ООО «СЕВЕРНАЯ ЗВЕЗДА»", "ООО", "Станки токарные – новые", "ТОО «ҚАЗАҚСТАН»"]
        {
            let once = misread(text, WINDOWS_1251);
            assert_eq!(repair_text(&once).as_deref(), Some(text), "`{once}`");
        }
        for (wrong, right) in [
            ("Ã‡ELEBI", Some("ÇELEBI")),
            ("LOS DEMÃ¡S", Some("LOS DEMáS")),
            ("PEÃ‘A", Some("PEÑA")),
            ("LTD ÅŽTÄ°", Some("LTD ŞTİ")),
            ("РћРћРћ", Some("ООО")),
            ("РћРћ", None),
            ("20Â°C", Some("20°C")),
            ("D\u{e2}€™ART", Some("D’ART")),
            ("IRMÃOS Ã‡ELEBI", None),
        ] {
            assert_eq!(repair_text(wrong).as_deref(), right, "`{wrong}`");
        }
    }

    #[test]
    fn a_batch_is_copied_only_if_a_cell_is_wrong() {
        let headers = ["A".to_owned(), "B".to_owned()];
        let mut issues = Issues::default();
        let mut batch = RawShipments::new(2);
        batch.push(2, ["ÇELEBİ", "С»"]);
        assert!(repair_batch(&batch, &headers, &mut issues).is_none());
        batch.push(3, ["x", "Ã‡ELEBI"]);
        batch.push(4, ["y", "É"]);
        let repaired = repair_batch(&batch, &headers, &mut issues).unwrap();
        let cells: Vec<(u64, &str, &str)> =
            (0..3).map(|record| (repaired.line(record), repaired.field(record, 0), repaired.field(record, 1))).collect();
        assert_eq!(cells, [(2, "ÇELEBİ", "С»"), (3, "x", "ÇELEBI"), (4, "y", "É")]);
        let issues = issues.into_vec();
        assert_eq!((issues.len(), issues[0].kind.as_str(), issues[0].column.as_str()), (1, "repaired_mojibake", "B"));
        assert_eq!((issues[0].n_records, issues[0].first_line, issues[0].example.as_str()), (1, 3, "Ã‡ELEBI"));
    }
}
