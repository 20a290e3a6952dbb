//! Encodings: told from what stands in a file, or asked for; nothing is ever read as something else in silence (E1, E2).

use super::generator::encoded as in_unicode;
use super::random::Random;
use super::results::{REPLACEMENT, Results, SHOW_ALL, letters, with_replacement};
use super::{grouped, scaled};
use crate::workdir::{Workdir, project};
use encoding_rs::Encoding;
use std::collections::BTreeMap;

const FILES_IN_A_RUN: usize = 60;

/// Words of one language: parts of names, and of descriptions of goods.
struct Language {
    name: String,
    encodings: Vec<String>,
    names: Vec<String>,
    goods: Vec<String>,
}

fn languages() -> Vec<Language> {
    let path = project("tests/cases/encodings/trade_texts.csv");
    let reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_path(path).expect("the table can be opened");
    let split = |text: &str| text.split('/').map(|word| word.trim().to_owned()).collect();
    reader
        .into_records()
        .map(|line| line.expect("every line has four cells"))
        .map(|line| Language {
            name: line[0].to_owned(),
            encodings: split(&line[1]),
            names: split(&line[2]),
            goods: split(&line[3]),
        })
        .collect()
}

/// How the texts of a file are written.
#[derive(Clone, Copy, Debug)]
enum Layout {
    Capitals,
    AsWritten,
    /// Latin names, only the goods in the language.
    MixedScripts,
    /// One record in eight has a word of the language.
    FewLetters,
    /// Semicolons, a title in the language, the language in the header too.
    WithTitle,
}

const LAYOUTS: [Layout; 5] = [Layout::Capitals, Layout::AsWritten, Layout::MixedScripts, Layout::FewLetters, Layout::WithTitle];

struct MadeUp {
    name: String,
    what: String,
    bytes: Vec<u8>,
    /// Consignee and goods of each record, by declaration.
    truth: BTreeMap<String, [String; 2]>,
}

fn made_up(number: usize, language: &Language, encoding: &str, layout: Layout) -> MadeUp {
    let mut random = Random::new(number as u64 + 40_000);
    let delimiter = if matches!(layout, Layout::WithTitle) { ';' } else { ',' };
    let mut text = String::new();
    if encoding.ends_with("with mark") {
        text.push('\u{feff}');
    }
    let own_header = match layout {
        Layout::WithTitle => {
            text.push_str(&format!("{}\n\n", language.goods[random.below(language.goods.len())]));
            language.names[0].clone()
        }
        _ => "unit_price".to_owned(),
    };
    let header =
        ["declaration_id", "date", "hs_code", "shipper_name", "consignee_name", "goods_description", own_header.as_str()];
    text.push_str(&header.join(&delimiter.to_string()));
    text.push('\n');
    let mut truth = BTreeMap::new();
    for record in 0..50 + random.below(100) {
        let mut phrase = |words: &[String], n_words: usize| {
            let phrase: Vec<&str> = (0..n_words).map(|_| words[random.below(words.len())].as_str()).collect();
            phrase.join(" ").replace(delimiter, " ")
        };
        let (mut consignee, mut goods) = (phrase(&language.names, 3), phrase(&language.goods, 3));
        match layout {
            Layout::Capitals => {
                // The dotted capital of Turkish is in the words, not made here.
                let is_turkish = language.name == "turkish";
                let capitals = |text: &str| if is_turkish { text.replace('i', "İ").to_uppercase() } else { text.to_uppercase() };
                (consignee, goods) = (capitals(&consignee), capitals(&goods));
            }
            Layout::MixedScripts => consignee = format!("OOO VELDERIN {record}"),
            Layout::FewLetters if record % 8 > 0 => {
                (consignee, goods) = (format!("GRUMANT TRADING {record}"), "SPARE PARTS FOR MACHINES".to_owned())
            }
            _ => {}
        }
        let id = format!("E{number}R{record}");
        let (day, price) = (1 + record % 28, format!("{record}.50"));
        let fields = [&id, &format!("2021-05-{day:02}"), "8457101001", "VELDERIN EXPORT", &consignee, &goods, &price];
        text.push_str(&fields.join(&delimiter.to_string()));
        text.push('\n');
        truth.insert(id, [consignee, goods]);
    }
    MadeUp {
        name: format!("{number:04}.csv"),
        what: format!("{}, {encoding}, {layout:?}", language.name),
        bytes: encoded(&text, encoding),
        truth,
    }
}

fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    if encoding.starts_with("utf-") {
        return in_unicode(text, encoding);
    }
    let encoding = Encoding::for_label(encoding.as_bytes()).expect("the encoding is known");
    let (bytes, _, is_lossy) = encoding.encode(text);
    assert!(!is_lossy, "{} has all letters of: {text}", encoding.name());
    bytes.into_owned()
}

#[derive(Default)]
struct Figures {
    n_files: usize,
    n_right: usize,
    n_refused: usize,
    n_wrong: usize,
    n_replaced: usize,
    notes: BTreeMap<String, usize>,
}

#[test]
fn encodings_are_told_or_asked_for() {
    let unicode = ["utf-8", "utf-8 with mark", "utf-16le", "utf-16be", "utf-16le with mark", "utf-16be with mark"];
    let languages = languages();
    let mut files = Vec::new();
    for round in 0..scaled(1, 4) {
        for language in &languages {
            for encoding in language.encodings.iter().map(String::as_str).chain(unicode) {
                // On most days a file of each encoding, in a layout that changes with language and encoding.
                let layouts: Vec<Layout> = match scaled(1, 5) {
                    1 => vec![LAYOUTS[(files.len() + round) % LAYOUTS.len()]],
                    _ => LAYOUTS.to_vec(),
                };
                files.extend(layouts.into_iter().map(|layout| (language, encoding.to_owned(), layout)));
            }
        }
    }
    let mut figures = Figures::default();
    let files: Vec<MadeUp> = files
        .iter()
        .enumerate()
        .map(|(number, (language, encoding, layout))| made_up(number, language, encoding, *layout))
        .collect();
    for files in files.chunks(FILES_IN_A_RUN) {
        read_and_compare(files, &mut figures);
    }
    let Figures { n_files, n_right, n_refused, n_wrong, n_replaced, notes } = figures;
    println!(
        "E1: {} of {} files right ({:.1} %), {n_refused} asked about, {n_wrong} read as another, {n_replaced} results with a replacement character",
        grouped(n_right),
        grouped(n_files),
        n_right as f64 * 100.0 / n_files as f64
    );
    for (note, n_times) in &notes {
        println!("    {n_times} × {note}");
    }
    assert_eq!((n_wrong, n_replaced), (0, 0), "{notes:#?}");
    assert!(n_right * 100 >= n_files * 98, "{notes:#?}");
}

/// Reads some files in one run; one that is asked about is noted, taken out, and the others are read without it.
fn read_and_compare(files: &[MadeUp], figures: &mut Figures) {
    let workdir = Workdir::new();
    workdir.write("run.toml", SHOW_ALL);
    for file in files {
        workdir.write(&format!("records/{}", file.name), &file.bytes);
    }
    figures.n_files += files.len();
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let (results, asked) = Results::of_run_without_asked(&workdir, &names);
    for (name, reason) in &asked {
        let file = files.iter().find(|file| file.name == *name).expect("one of the files");
        *figures.notes.entry(format!("asked about: {}: {reason}", file.what)).or_default() += 1;
    }
    figures.n_refused += asked.len();
    figures.n_replaced += with_replacement(&workdir).len();
    for file in files.iter().filter(|file| !asked.iter().any(|(name, _)| *name == file.name)) {
        let found = &results.files[&file.name];
        let n_right = found
            .kept
            .values()
            .filter(|row| {
                let truth = file.truth.get(results.cell(row, "declaration_id"));
                truth.is_some_and(|[consignee, goods]| {
                    letters(results.cell(row, "consignee_name")) == letters(consignee)
                        && results.cell(row, "goods_description") == goods
                })
            })
            .count();
        if n_right == file.truth.len() && found.kept.len() == n_right && found.rejected.is_empty() {
            figures.n_right += 1;
        } else {
            figures.n_wrong += 1;
            let note = format!("{} read as {}, {n_right} of {} records right", file.what, found.encoding, file.truth.len());
            *figures.notes.entry(note).or_default() += 1;
        }
    }
}

/// Bytes that are wrong in an encoding, wherever they stand between ASCII.
fn wrong_bytes(encoding: &str) -> &'static [&'static [u8]] {
    match encoding {
        "utf-8" => &[b"\xff", b"\xd0", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\x80", b"\xf8\x88\x80\x80"],
        "gbk" | "big5" => &[b"\xff", b"\x81 "],
        "utf-16le" => &[b"\x00\xd8", b"\x00\xdc", b"\xff\xdb"],
        other => panic!("no wrong bytes are known for {other}"),
    }
}

#[test]
fn wrong_bytes_lose_no_record() {
    let languages = languages();
    let (mut n_files, mut n_records, mut n_spoilt, mut n_lost, mut n_changed) = (0, 0, 0, 0, 0);
    let mut n_silent = 0;
    for (encoding, language) in [("utf-8", "russian"), ("gbk", "chinese"), ("big5", "taiwanese"), ("utf-16le", "russian")] {
        let language = languages.iter().find(|other| other.name == language).expect("the language is there");
        // Pinned, the encoding is certain; of UTF-8 it is so by the many characters that are sound.
        for is_pinned in [true, false] {
            if !is_pinned && encoding != "utf-8" {
                continue;
            }
            let workdir = Workdir::new();
            let pin =
                if is_pinned { format!("flow = \"import\"\nencoding = {encoding:?}") } else { "flow = \"import\"".to_owned() };
            workdir.write("run.toml", SHOW_ALL.replace("flow = \"import\"", &pin));
            let mut files = Vec::new();
            for number in 0..scaled(10, 60) {
                let mut random = Random::new(900 + number as u64);
                let mut file = made_up(number, language, encoding, Layout::AsWritten);
                let mut spoilt = Vec::new();
                for (at, id) in file.truth.keys().enumerate() {
                    if !random.once_in(15) || at == 0 {
                        continue;
                    }
                    // Behind the name of the shipper, which is ASCII, on the line of the record.
                    let wide = encoded(&format!("{id},"), encoding);
                    let start = memchr::memmem::find(&file.bytes, &wide).expect("the record is there");
                    let mark = encoded("EXPORT", encoding);
                    let behind =
                        memchr::memmem::find(&file.bytes[start..], &mark).expect("the shipper is there") + start + mark.len();
                    let wrong = wrong_bytes(encoding);
                    let wrong = wrong[random.below(wrong.len())];
                    file.bytes.splice(behind..behind, wrong.iter().copied());
                    spoilt.push(id.clone());
                }
                workdir.write(&format!("records/{}", file.name), &file.bytes);
                files.push((file, spoilt));
            }
            let results = Results::of_run(&workdir);
            for (file, spoilt) in &files {
                n_files += 1;
                let found = &results.files[&file.name];
                let kept: BTreeMap<&str, &Vec<String>> =
                    found.kept.values().map(|row| (results.cell(row, "declaration_id"), row)).collect();
                for (id, [_, goods]) in &file.truth {
                    n_records += 1;
                    let is_spoilt = spoilt.contains(id);
                    n_spoilt += usize::from(is_spoilt);
                    let mark = format!("{id},");
                    let listed = found.rejected.values().find(|rejected| rejected.raw_text.starts_with(&mark));
                    match (kept.get(id.as_str()), listed) {
                        (Some(row), None) if !is_spoilt => {
                            n_changed += usize::from(results.cell(row, "goods_description") != goods);
                        }
                        (Some(_), None) => n_silent += 1,
                        (None, Some(rejected)) if is_spoilt => assert_eq!(rejected.reason, "invalid_encoding"),
                        _ => n_lost += 1,
                    }
                }
            }
            // What could not be read is shown as such, and only where the record is refused.
            let shown = with_replacement(&workdir);
            assert!(shown.iter().all(|name| name == "rejected.csv"), "`{REPLACEMENT}` stands in {shown:?}");
        }
    }
    println!(
        "E2: {} files with wrong bytes, {} records, {} of them spoilt: {n_lost} lost, {n_changed} changed, {n_silent} kept in silence",
        grouped(n_files),
        grouped(n_records),
        grouped(n_spoilt)
    );
    assert_eq!((n_lost, n_changed, n_silent), (0, 0, 0));
    assert!(n_spoilt > 10 * scaled(10, 60), "there was something to reject: {n_spoilt}");
}
