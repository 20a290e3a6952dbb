//! Dirty files of records, made up with their truth.
//!
//! In: a seed. Out: a file with all that spoils files of the trade, and for each record what was meant, on which line it begins and
//! what may become of it. Every value is derived from the record's number, so that a loss, a second copy and a silent change all show.

use super::random::Random;
use super::second_reader::count_line_ends;
use encoding_rs::WINDOWS_1251;
use std::io::Write;

pub const COLUMNS: [&str; 10] = [
    "declaration_id",
    "date",
    "hs_code",
    "shipper_name",
    "consignee_name",
    "goods_description",
    "brand",
    "model",
    "net_weight_kg",
    "remark",
];
const SHIPPER: usize = 3;
const CONSIGNEE: usize = 4;
const GOODS: usize = 5;
const BRAND: usize = 6;
const MODEL: usize = 7;
const REMARK: usize = 9;

const CODES: [&str; 10] = [
    "0102210000",
    "0102",
    "8457101001",
    "8542319000",
    "8803300000",
    "8481805990",
    "2709009000",
    "8471300000",
    "847989",
    "8526912000",
];

/// What was meant by a stretch of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Written as it should be: it must be kept as it is.
    Sound,
    /// With a stray quote in one column: it is kept, with the quote, or rejected with its line.
    Stray(usize),
    /// With too few or too many fields: it is rejected with its line.
    Ragged,
    /// The header once more: it is rejected, because its date is none.
    RepeatedHeader,
}

#[derive(Debug, Clone)]
pub struct TrueRecord {
    /// Its first physical line, counted from 1.
    pub line: u64,
    pub fields: Vec<String>,
    pub kind: Kind,
}

pub struct DirtyFile {
    pub name: String,
    pub delimiter: char,
    /// As decoded, with the byte order mark where there is one.
    pub text: String,
    pub bytes: Vec<u8>,
    pub records: Vec<TrueRecord>,
    /// What is wrong with it, for messages.
    pub traits: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Never,
    WhereNeeded,
    Always,
}

/// How a file is written, and what is wrong with it.
#[derive(Debug)]
struct Habits {
    delimiter: char,
    /// `None` for a mixture.
    line_end: Option<&'static str>,
    quoting: Quoting,
    is_cyrillic: bool,
    encoding: &'static str,
    packing: &'static str,
    n_strays: usize,
    one_in_ragged: Option<usize>,
    has_blank_lines: bool,
    has_line_ends_in_fields: bool,
    has_title: bool,
    ends_lines_with_delimiter: bool,
    has_zero_bytes: bool,
    repeats_header: bool,
    has_long_fields: bool,
    ends_open: bool,
}

impl Habits {
    fn of(random: &mut Random) -> Self {
        let is_cyrillic = random.once_in(3);
        let encodings: &[&str] = match is_cyrillic {
            true => &["utf-8", "utf-8 with mark", "utf-16le with mark", "utf-16be with mark", "windows-1251", "windows-1251"],
            false => &["utf-8", "utf-8", "utf-8", "utf-8 with mark", "utf-16le with mark"],
        };
        let quoting = [Quoting::Never, Quoting::WhereNeeded, Quoting::WhereNeeded, Quoting::Always][random.below(4)];
        Habits {
            delimiter: [',', ';', '\t', '|'][random.below(4)],
            line_end: [Some("\n"), Some("\r\n"), Some("\r"), None][random.below(4)],
            quoting,
            is_cyrillic,
            encoding: random.pick(encodings),
            packing: random.pick(&["", "", "", "gz", "zst"]),
            n_strays: if random.below(4) > 0 { 1 + random.below(50) } else { 0 },
            one_in_ragged: random.once_in(3).then(|| 5 + random.below(40)),
            has_blank_lines: random.once_in(3),
            has_line_ends_in_fields: quoting != Quoting::Never && random.once_in(2),
            has_title: random.once_in(5),
            ends_lines_with_delimiter: random.once_in(6),
            has_zero_bytes: random.once_in(8),
            repeats_header: random.once_in(6),
            has_long_fields: random.once_in(20),
            ends_open: random.once_in(3),
        }
    }
}

const SYLLABLES: [(&str, &str); 16] = [
    ("BA", "БА"),
    ("DO", "ДО"),
    ("FE", "ФЕ"),
    ("KI", "КИ"),
    ("LU", "ЛУ"),
    ("MA", "МА"),
    ("NO", "НО"),
    ("PE", "ПЕ"),
    ("RI", "РИ"),
    ("SU", "СУ"),
    ("TA", "ТА"),
    ("VO", "ВО"),
    ("ZE", "ЗЕ"),
    ("GI", "ГИ"),
    ("HU", "ХУ"),
    ("JA", "ЯР"),
];

/// Returns a word of so many syllables that a number gives.
pub fn word_of(mut number: u64, n_syllables: usize, is_cyrillic: bool) -> String {
    let mut word = String::new();
    for _ in 0..n_syllables {
        let (latin, cyrillic) = SYLLABLES[(number % 16) as usize];
        word.push_str(if is_cyrillic { cyrillic } else { latin });
        number /= 16;
    }
    word
}

/// Returns the fields of a record; each follows from its number.
fn true_fields(file: usize, row: usize, random: &mut Random, is_cyrillic: bool) -> Vec<String> {
    let mark = random.next();
    let name = |salt: u64, n_syllables| word_of(mark.wrapping_mul(2 * salt + 1) >> salt, n_syllables, is_cyrillic);
    let day = mark % 3_600;
    vec![
        format!("F{file}R{row}"),
        format!("{}-{:02}-{:02}", 2014 + day / 360, 1 + day % 360 / 30, 1 + day % 28),
        CODES[(mark % 10) as usize].to_owned(),
        format!("{} EXPORT", name(1, 5)),
        format!("{} {}", if is_cyrillic { "ООО" } else { "OOO" }, name(2, 5)),
        format!("{} {} N{file}X{row}", if is_cyrillic { "СТАНОК ТОКАРНЫЙ" } else { "LATHE" }, name(3, 4)),
        name(4, 3),
        format!("M{}-{}", mark % 97, mark % 89),
        format!("{}.{:03}", mark % 100_000, mark / 7 % 1_000),
        format!("n{mark:x}"),
    ]
}

/// Returns a field with a quote that is none, in one of the forms that are met.
fn with_stray_quote(text: &str, random: &mut Random) -> String {
    match random.below(11) {
        0 => format!("{text} 12\" CNC"),
        1 | 2 => format!("\"{text}"),
        3 | 4 => format!("{text}\""),
        5 => "\"".to_owned(),
        6 => format!("\"OOO\" {text}"),
        7 => format!("OOO \"{text}"),
        8 => format!("\"\"{text}"),
        9 => format!("{text} 3\"\" WALL"),
        _ => format!("2\" AND 3\" {text}"),
    }
}

pub fn dirty_file(number: usize, n_rows: usize) -> DirtyFile {
    let mut random = Random::new(number as u64);
    let habits = Habits::of(&mut random);
    let mut stray_rows = vec![false; n_rows];
    for _ in 0..habits.n_strays.min(n_rows) {
        stray_rows[random.below(n_rows)] = true;
    }
    let mut writer = Writer { text: String::new(), n_counted: 0, line: 1, random, habits };
    let mut records = Vec::new();
    if writer.habits.encoding.ends_with("with mark") {
        writer.text.push('\u{feff}');
    }
    if writer.habits.has_title {
        for title in ["Customs extract \"2022", "", "prepared on request"].iter().take(1 + writer.random.below(3)) {
            writer.text.push_str(title);
            writer.end_line();
        }
    }
    let header: Vec<String> = COLUMNS.map(str::to_owned).to_vec();
    writer.record(&header, None);
    for (row, is_stray) in stray_rows.into_iter().enumerate() {
        if writer.habits.has_blank_lines && writer.random.once_in(9) {
            writer.blank_line();
        }
        if writer.habits.repeats_header && writer.random.once_in(60) {
            let line = writer.line();
            records.push(TrueRecord { line, fields: header.clone(), kind: Kind::RepeatedHeader });
            writer.record(&header, None);
        }
        let mut fields = true_fields(number, row, &mut writer.random, writer.habits.is_cyrillic);
        let line = writer.line();
        let is_ragged = writer.habits.one_in_ragged.is_some_and(|times| writer.random.once_in(times));
        let kind = if is_ragged {
            writer.ragged(&fields);
            Kind::Ragged
        } else if is_stray {
            let column = [SHIPPER, CONSIGNEE, GOODS, BRAND, MODEL, REMARK][writer.random.below(6)];
            fields[column] = with_stray_quote(&fields[column], &mut writer.random);
            writer.record(&fields, Some(column));
            Kind::Stray(column)
        } else {
            writer.spoil(&mut fields);
            writer.record(&fields, None);
            Kind::Sound
        };
        records.push(TrueRecord { line, fields, kind });
    }
    let Writer { mut text, habits, .. } = writer;
    if habits.ends_open {
        text.truncate(text.trim_end_matches(['\n', '\r']).len());
    }
    DirtyFile {
        name: format!("{number:05}.csv"),
        delimiter: habits.delimiter,
        bytes: packed(encoded(&text, habits.encoding), habits.packing),
        text,
        records,
        traits: format!("{habits:?}"),
    }
}

struct Writer {
    text: String,
    /// Up to here line ends were counted.
    n_counted: usize,
    line: u64,
    random: Random,
    habits: Habits,
}

impl Writer {
    /// Returns the number of the line that begins here; what is written next is no line end.
    fn line(&mut self) -> u64 {
        self.line += count_line_ends(&self.text[self.n_counted..]);
        self.n_counted = self.text.len();
        self.line
    }

    fn end_line(&mut self) {
        let line_end = self.habits.line_end.unwrap_or_else(|| self.random.pick(&["\n", "\r\n", "\r"]));
        self.text.push_str(line_end);
    }

    fn blank_line(&mut self) {
        let blank = if self.habits.delimiter == '\t' { "  " } else { " \t" };
        if self.random.once_in(3) {
            self.text.push_str(blank);
        }
        self.end_line();
    }

    /// Puts into sound fields what a good writer can write, and what is no fault of quoting.
    fn spoil(&mut self, fields: &mut [String]) {
        if self.habits.has_long_fields && self.random.once_in(40) {
            let word = format!(" {}", fields[BRAND]);
            fields[GOODS].push_str(&word.repeat(200 + self.random.below(4_000)));
        }
        if self.habits.has_zero_bytes && self.random.once_in(9) {
            fields[MODEL].push_str("\0\0Z");
        }
        if self.habits.quoting == Quoting::Never {
            return;
        }
        match self.random.below(8) {
            0 => fields[GOODS].push_str(&format!("{0} WITH {0} MARKS", self.habits.delimiter)),
            1 => fields[GOODS].push_str(" 5\" PIPE"),
            2 => fields[REMARK] = format!("\"{}\"", fields[REMARK]),
            3 if self.habits.has_line_ends_in_fields => {
                let line_end = self.random.pick(&["\n", "\r\n", "\r", "\n\n"]);
                let column = [GOODS, REMARK][self.random.below(2)];
                fields[column].push_str(&format!("{line_end}SECOND LINE"));
            }
            _ => {}
        }
    }

    /// Writes a record; the stray column is not written as a good writer would.
    fn record(&mut self, fields: &[String], stray: Option<usize>) {
        for (at, field) in fields.iter().enumerate() {
            if at > 0 {
                self.text.push(self.habits.delimiter);
            }
            let needs_quotes = field.contains([self.habits.delimiter, '"', '\n', '\r']);
            let is_always = self.habits.quoting == Quoting::Always;
            if stray == Some(at) {
                // A writer that does not double the quote, or that forgets to put the field in quotes.
                let is_bare = !is_always || self.random.once_in(2);
                let written = if is_bare { field.clone() } else { format!("\"{field}\"") };
                self.text.push_str(&written);
            } else if is_always || needs_quotes {
                self.text.push_str(&format!("\"{}\"", field.replace('"', "\"\"")));
            } else {
                self.text.push_str(field);
            }
        }
        if self.habits.ends_lines_with_delimiter {
            self.text.push(self.habits.delimiter);
        }
        self.end_line();
    }

    /// Writes a record with too few or too many fields. Two are too few where each line ends with a delimiter, for one fewer would be
    /// a record with an empty last field.
    fn ragged(&mut self, fields: &[String]) {
        let n_fields = match self.random.below(3) {
            0 => 1 + self.random.below(COLUMNS.len() - 2),
            1 => COLUMNS.len() - 2,
            _ => COLUMNS.len() + 1 + self.random.below(3),
        };
        let fields: Vec<String> =
            (0..n_fields).map(|at| fields.get(at).cloned().unwrap_or_else(|| format!("TOO MANY {at}"))).collect();
        self.record(&fields, None);
    }
}

pub fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "utf-8" | "utf-8 with mark" => text.as_bytes().to_vec(),
        "utf-16le" | "utf-16le with mark" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" | "utf-16be with mark" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "windows-1251" => {
            let (bytes, _, is_lossy) = WINDOWS_1251.encode(text);
            assert!(!is_lossy, "the text has only letters of the encoding");
            bytes.into_owned()
        }
        other => panic!("no such encoding: {other}"),
    }
}

pub fn packed(bytes: Vec<u8>, packing: &str) -> Vec<u8> {
    match packing {
        "" => bytes,
        "gz" => {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(&bytes).expect("memory does not fail");
            packer.finish().expect("memory does not fail")
        }
        "zst" => zstd::encode_all(bytes.as_slice(), 1).expect("memory does not fail"),
        other => panic!("no such packing: {other}"),
    }
}
