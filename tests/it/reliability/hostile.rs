//! Hostile input: refused with a sentence, in little time and memory, and nothing is written outside (S1, S2, S3).

use super::random::Random;
use super::{is_full, scaled};
use crate::workdir::{Workdir, walk};
use flate2::Crc;
use flate2::write::{DeflateEncoder, GzEncoder};
use std::fs::{File, read_to_string};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const HEADER: &str = "declaration_id,date,goods_description,remark\n";
const RUN_FILE: &str = "[[records]]\npath = \"records/*\"\nschema = \"plimsoll\"\nflow = \"import\"\n";
/// No hostile file may take longer, counted in time of processors, which does not hang on what else the machine does …
const MAX_TIME: Duration = Duration::from_secs(5);
/// … or more memory. The sample of a file and one line of the longest length fit into it many times.
const MAX_MEMORY_KIB: u64 = 512 << 10;

/// What became of a run that was measured.
struct Measured {
    code: Option<i32>,
    message: String,
    /// Of processors, in hundredths of a second; from start to end where that cannot be seen.
    time: Duration,
    /// The most memory that was seen; looked at every few milliseconds, so that it is a lower bound. 0 where it cannot be seen.
    peak_kib: u64,
}

/// Runs the program over one hostile file and ends it where it takes much too long.
fn run(name: &str, bytes: &[u8]) -> Measured {
    let workdir = Workdir::new();
    workdir.write("run.toml", RUN_FILE);
    workdir.write(&format!("records/{name}"), bytes);
    let measured = run_in(&workdir);
    let outside: Vec<_> = walk(workdir.root())
        .into_iter()
        .map(|path| path.strip_prefix(workdir.root()).expect("found below the folder").to_string_lossy().into_owned())
        .filter(|path| !["run.toml", "messages"].contains(&path.as_str()) && !path.starts_with("records/"))
        .filter(|path| !path.starts_with(".plimsoll/") && !path.starts_with("run.run/"))
        .collect();
    assert!(outside.is_empty(), "written outside of store and run folder: {outside:?}");
    measured
}

fn run_in(workdir: &Workdir) -> Measured {
    let messages = File::create(workdir.path("messages")).expect("a file can be made");
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["run", "run.toml"])
        .current_dir(workdir.root())
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(messages)
        .spawn()
        .expect("the program starts");
    let status_file = format!("/proc/{}/status", child.id());
    let (mut peak_kib, mut processor_time) = (0, None);
    let status = loop {
        processor_time = processor_time_of(child.id()).or(processor_time);
        let status = read_to_string(&status_file).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|line| line.split_whitespace().next());
        peak_kib = peak.and_then(|kib| kib.parse().ok()).unwrap_or(0).max(peak_kib);
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break status;
        }
        if started.elapsed() > 30 * MAX_TIME {
            child.kill().expect("a child can be ended");
            break child.wait().expect("a child can be waited for");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let message = workdir.read_text("messages");
    Measured { code: status.code(), message, time: processor_time.unwrap_or(started.elapsed()), peak_kib }
}

/// Returns the time that all threads of a process spent on processors so far; `None` where it cannot be seen.
fn processor_time_of(process: u32) -> Option<Duration> {
    let stat = read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name in brackets stands the state, and ten places on the time in the program and in the system, in hundredths.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let hundredths: u64 = [11, 12].into_iter().map(|at| fields.get(at)?.parse::<u64>().ok()).sum::<Option<u64>>()?;
    Some(Duration::from_millis(10 * hundredths))
}

/// Figures of several hostile files, and what they did otherwise than expected.
#[derive(Default)]
struct Figures {
    n_files: usize,
    slowest: Duration,
    peak_kib: u64,
    wrong: Vec<String>,
}

impl Figures {
    /// Holds one file: it is refused by a message that has one of some words.
    fn refused(&mut self, what: &str, name: &str, bytes: &[u8], words: &[&str]) {
        let measured = run(name, bytes);
        self.held(what, &measured, measured.code == Some(2) && words.iter().any(|word| measured.message.contains(word)));
    }

    /// Holds one file: it is read, and what is wrong in it costs neither time nor memory.
    fn read(&mut self, what: &str, name: &str, bytes: &[u8]) {
        let measured = run(name, bytes);
        self.held(what, &measured, matches!(measured.code, Some(0 | 3)));
    }

    fn held(&mut self, what: &str, measured: &Measured, is_expected: bool) {
        let Measured { code, message, time, peak_kib } = measured;
        let first = message.lines().next().unwrap_or_default();
        let seconds = time.as_secs_f64();
        println!("    {what}: exit {code:?}, {seconds:.2} s, {} MiB: {first}", peak_kib >> 10);
        self.n_files += 1;
        self.slowest = self.slowest.max(*time);
        self.peak_kib = self.peak_kib.max(*peak_kib);
        if !is_expected || *time > MAX_TIME || *peak_kib > MAX_MEMORY_KIB || message.contains("panicked") {
            self.wrong.push(format!("{what}: exit {code:?}, {seconds:.2} s, {} MiB: {message}", peak_kib >> 10));
        }
    }

    fn print(self, figure: &str, what: &str) {
        println!(
            "{figure}: {} {what}, {} otherwise than expected; slowest {:.1} s, peak memory {} MiB",
            self.n_files,
            self.wrong.len(),
            self.slowest.as_secs_f64(),
            self.peak_kib >> 10
        );
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
    }
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).expect("memory does not fail");
    packer.finish().expect("memory does not fail")
}

/// Returns a zst file as the command of this name makes one: with a checksum, which the library leaves out.
fn zst_with_checksum(bytes: &[u8]) -> Vec<u8> {
    let mut packer = zstd::stream::write::Encoder::new(Vec::new(), 3).expect("memory does not fail");
    packer.include_checksum(true).expect("the setting is known");
    packer.write_all(bytes).expect("memory does not fail");
    packer.finish().expect("memory does not fail")
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).expect("memory does not fail");
    packer.finish().expect("memory does not fail")
}

/// Returns a gz file of a start and of one piece many times over, each a stream of its own, so that it costs nothing to make.
fn gz_of_many(start: &str, piece: &[u8], n_times: usize) -> Vec<u8> {
    [gz(start.as_bytes()), gz(piece).repeat(n_times)].concat()
}

/// Returns a zst file of a start and of one byte many times over: four bytes stand for 128 KiB.
fn zst_of_many(start: &str, byte: u8, n_mib: usize) -> Vec<u8> {
    let mut file = zstd::encode_all(start.as_bytes(), 3).expect("memory does not fail");
    // A frame without a checksum and with a window of 8 MiB, then blocks of one repeated byte.
    file.extend([0x28, 0xb5, 0x2f, 0xfd, 0x00, 13 << 3]);
    let n_blocks = n_mib * 8;
    for block in 0..n_blocks {
        let is_last = u32::from(block + 1 == n_blocks);
        let head = is_last | 1 << 1 | (128 << 10) << 3;
        file.extend(&head.to_le_bytes()[..3]);
        file.push(byte);
    }
    file
}

#[test]
fn lines_and_headers_beyond_all_bounds_are_refused() {
    let mut figures = Figures::default();
    let piece = vec![b'x'; 1 << 20];
    let start = format!("{HEADER}D-1,2021-05-03,");
    let n_mib = scaled(64, 1_024);
    figures.refused(
        &format!("a field of {n_mib} MiB"),
        "long.csv.gz",
        &gz_of_many(&start, &piece, n_mib),
        &["longer than 16 MiB"],
    );
    let quoted = format!("{start}\"");
    figures.refused("the same in quotes", "long.csv.gz", &gz_of_many(&quoted, &piece, n_mib), &["longer than 16 MiB"]);
    figures.refused("the same as zst", "long.csv.zst", &zst_of_many(&start, b'x', n_mib), &["longer than 16 MiB"]);
    figures.refused(
        "zero bytes without an end",
        "zeros.csv.gz",
        &gz_of_many(&start, &vec![0; 1 << 20], n_mib),
        &["longer than 16 MiB"],
    );
    let columns: Vec<String> = (0..1_000_000).map(|column| format!("c{column}")).collect();
    let million = columns.join(",");
    figures.refused("a million columns", "wide.csv", format!("date,{million}\n1,2\n").as_bytes(), &["more than 4096 fields"]);
    let mut record = format!("{HEADER}D-1,2021-05-03,LATHE,x\n{million}\n").into_bytes();
    record.extend_from_slice(b"D-2,2021-05-03,LATHE,x\n");
    figures.read("a record of a million fields", "wide.csv", &record);
    // Each cell of the first rows may be one of the header.
    let titles: String = (0..29).map(|_| columns[..4_000].join(",") + "\n").collect();
    figures.read("a title block of 29 wide rows", "title.csv", format!("{titles}{HEADER}{RECORD}").as_bytes());
    let long_name = gz_of_many("declaration_id,date,", &piece, scaled(20, 100));
    figures.refused("a header of 100 MB", "header.csv.gz", &long_name, &["header", "longer than 16 MiB"]);
    // Quotes that might open, each of which would have to be looked for again and again.
    let start = format!("{HEADER}{RECORD}");
    for (what, unit) in [
        ("a quote alone", "D-1,2021-05-03,x,\"\n"),
        ("a field that opens", "D-1,2021-05-03,\"LATHE,x\n"),
        ("three quotes", "D-1,2021-05-03,\"\"\",x\n"),
        ("odd and even", "D-1,2021-05-03,\"\"\",\"\"\n\"\n"),
        ("quotes and delimiters", "\"\n\",\""),
        ("an opening one before many short lines", &format!("D-1,2021-05-03,\"{}", "\n".repeat(999))),
        ("an opening one in each of many short lines", "\",\"\n"),
    ] {
        let n_times = scaled(50_000, 200_000).min((64 << 20) / unit.len());
        figures.read(&format!("{what}, {n_times} times"), "quotes.csv", format!("{start}{}", unit.repeat(n_times)).as_bytes());
    }
    let quotes = "\"".repeat(1_000_000);
    figures.read("a million quotes in one field", "quotes.csv", format!("{start}D-1,2021-05-03,\"{quotes},x\n").as_bytes());
    let n_lines = scaled(100_000, 500_000);
    figures.read("empty lines and zero bytes", "blank.csv", format!("{start}{}", "\n\0\n".repeat(n_lines)).as_bytes());
    figures.print("S1", "files beyond all bounds");
}

/// A member of an archive that is made by hand, so that it can lie.
struct Member<'a> {
    name: &'a str,
    data: Vec<u8>,
    n_unpacked: u32,
    crc: u32,
    is_deflated: bool,
}

impl<'a> Member<'a> {
    fn stored(name: &'a str, data: &[u8]) -> Self {
        Member { name, data: data.to_vec(), n_unpacked: data.len() as u32, crc: crc_of(data), is_deflated: false }
    }

    fn deflated(name: &'a str, data: &[u8]) -> Self {
        Member { data: deflated(data), is_deflated: true, ..Member::stored(name, data) }
    }
}

fn crc_of(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Returns what both headers of a member have in common.
fn member_fields(member: &Member) -> Vec<u8> {
    let mut fields = Vec::new();
    fields.extend(20_u16.to_le_bytes());
    // Names are UTF-8.
    fields.extend((1_u16 << 11).to_le_bytes());
    fields.extend(if member.is_deflated { 8_u16 } else { 0 }.to_le_bytes());
    fields.extend([0; 4]);
    fields.extend(member.crc.to_le_bytes());
    fields.extend((member.data.len() as u32).to_le_bytes());
    fields.extend(member.n_unpacked.to_le_bytes());
    fields.extend((member.name.len() as u16).to_le_bytes());
    fields.extend(0_u16.to_le_bytes());
    fields
}

/// Returns an archive; each member is listed so many times, always at the same place.
fn zip(members: &[Member], n_listed: usize) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    let mut n_entries = 0;
    for member in members {
        let offset = file.len() as u32;
        file.extend(b"PK\x03\x04");
        file.extend(member_fields(member));
        file.extend(member.name.as_bytes());
        file.extend(&member.data);
        for _ in 0..n_listed {
            n_entries += 1;
            directory.extend(b"PK\x01\x02");
            directory.extend(20_u16.to_le_bytes());
            directory.extend(member_fields(member));
            directory.extend([0; 10]);
            directory.extend(offset.to_le_bytes());
            directory.extend(member.name.as_bytes());
        }
    }
    let (start, length) = (file.len() as u64, directory.len() as u64);
    file.extend(directory);
    if n_entries > 0xffff {
        let end_at = file.len() as u64;
        file.extend(b"PK\x06\x06");
        file.extend(44_u64.to_le_bytes());
        file.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for number in [n_entries as u64, n_entries as u64, length, start] {
            file.extend(number.to_le_bytes());
        }
        file.extend(b"PK\x06\x07\0\0\0\0");
        file.extend(end_at.to_le_bytes());
        file.extend(1_u32.to_le_bytes());
    }
    let n_shown = n_entries.min(0xffff) as u16;
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(n_shown.to_le_bytes());
    file.extend(n_shown.to_le_bytes());
    file.extend((length as u32).to_le_bytes());
    file.extend((start as u32).to_le_bytes());
    file.extend([0, 0]);
    file
}

/// Returns a workbook with one sheet, whose rows are given as XML.
fn workbook(rows: &[u8]) -> Vec<u8> {
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>";
    let relations = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let book = "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
    let sheet = [
        b"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>".as_slice(),
        rows,
        b"</sheetData></worksheet>",
    ]
    .concat();
    let members = [
        Member::deflated("[Content_Types].xml", types.as_bytes()),
        Member::deflated("_rels/.rels", relations("officeDocument", "xl/workbook.xml").as_bytes()),
        Member::deflated("xl/workbook.xml", book.as_bytes()),
        Member::deflated("xl/_rels/workbook.xml.rels", relations("worksheet", "worksheets/sheet1.xml").as_bytes()),
        Member::deflated("xl/worksheets/sheet1.xml", &sheet),
    ];
    zip(&members, 1)
}

fn rows_of_a_sheet(n_records: usize) -> Vec<u8> {
    let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |cells: &[&str]| format!("<row>{}</row>", cells.iter().map(|text| cell(text)).collect::<String>());
    let mut rows = row(&["declaration_id", "date", "goods_description"]);
    for record in 0..n_records {
        rows += &row(&[&format!("D-{record}"), "2021-05-03", "LATHE"]);
    }
    rows.into_bytes()
}

const RECORD: &str = "D-1,2021-05-03,LATHE,x\n";

#[test]
fn streams_that_grow_without_bounds_are_refused() {
    let mut figures = Figures::default();
    let n_mib = scaled(128, 2_048);
    let of_record = |n_times: usize| format!("{HEADER}{}", RECORD.repeat(n_times)).into_bytes();
    // Blank lines are no fault of a record, so that only what they unpack to can refuse them.
    figures.refused("a gz of line ends", "bomb.csv.gz", &gz_of_many(HEADER, &vec![b'\n'; 1 << 20], n_mib), &["limit"]);
    figures.refused("a zst of line ends", "bomb.csv.zst", &zst_of_many(HEADER, b'\n', n_mib), &["limit"]);
    // Every line is a record that is refused. The texts of rejected records are held in memory up to the end of a file.
    let ragged = "y".repeat(20_000) + "\n";
    figures.refused(
        "a gz of ragged records",
        "bomb.csv.gz",
        &gz_of_many(&format!("{HEADER}{RECORD}"), ragged.repeat(52).as_bytes(), n_mib),
        &["limit"],
    );
    let mut mixed = format!("{HEADER}{RECORD}").into_bytes();
    let mut random = Random::new(9);
    for _ in 0..scaled(2_000, 15_000) {
        let letters: String = (0..10).map(|_| format!("{:012x}", random.next())).collect();
        mixed.extend_from_slice((letters + &"y".repeat(9_900) + "\n").as_bytes());
    }
    figures.read("ragged records of 10 KB each", "ragged.csv.gz", &gz(&mixed));
    figures.refused("a gz within a gz", "bomb.csv.gz", &gz(&gz(&of_record(10))), &["within another"]);
    // A window of a GiB would have to be held in memory.
    let window = [[0x28, 0xb5, 0x2f, 0xfd, 0x00, 20 << 3].as_slice(), &[1, 0, 0]].concat();
    figures.refused("a zst with a window of 1 GiB", "window.csv.zst", &window, &["damaged", "limit"]);
    let big = [HEADER.as_bytes(), &vec![b'\n'; n_mib << 20]].concat();
    figures.refused("a zip of line ends", "bomb.zip", &zip(&[Member::deflated("a.csv", &big)], 1), &["limit"]);
    let good = of_record(2_000);
    figures.refused("members that overlap", "overlap.zip", &zip(&[Member::deflated("a.csv", &good)], 3), &["overlap"]);
    figures.refused(
        "an archive within another",
        "nested.zip",
        &zip(&[Member::stored("b.zip", &zip(&[Member::stored("a.csv", &good)], 1))], 1),
        &["archive", "zip", "ZIP"],
    );
    let names: Vec<String> = (0..scaled(20_000, 1_000_000)).map(|number| format!("{number}.csv")).collect();
    let members: Vec<Member> = names.iter().map(|name| Member::stored(name, b"")).collect();
    figures.refused(&format!("{} members", names.len()), "many.zip", &zip(&members, 1), &["limit", "members"]);
    // A workbook is an archive too.
    let spaces = vec![b' '; n_mib << 20];
    let measured = run("bomb.xlsx", &workbook(&[rows_of_a_sheet(3).as_slice(), &spaces].concat()));
    figures.held("a workbook of blanks", &measured, matches!(measured.code, Some(0 | 2 | 3)));
    let long = format!("<row><c t=\"inlineStr\"><is><t>{}</t></is></c></row>", "x".repeat(scaled(32, 512) << 20));
    figures.refused(
        "a cell without an end",
        "cell.xlsx",
        &workbook(&[rows_of_a_sheet(3), long.into_bytes()].concat()),
        &["MiB", "limit"],
    );
    figures.print("S2", "streams that grow");
}

#[test]
fn names_of_members_lead_nowhere() {
    let mut figures = Figures::default();
    let data = format!("{HEADER}{RECORD}").into_bytes();
    for name in [
        "../outside.csv",
        "a/../../outside.csv",
        "..\\outside.csv",
        "/tmp/outside.csv",
        "\\outside.csv",
        "C:\\outside.csv",
        "C:outside.csv",
        "\\\\host\\share\\outside.csv",
        "a\0b.csv",
    ] {
        let members = [Member::stored("good.csv", &data), Member::stored(name, &data)];
        figures.refused(&format!("a member named {name:?}"), "names.zip", &zip(&members, 1), &["name", "member"]);
    }
    // Nothing is extracted, so that a name of a device is a label like any other.
    for name in ["NUL.csv", "con", "a/COM1.csv", "good.CSV"] {
        let members = [Member::stored("good.csv", &data), Member::stored(name, &data)];
        figures.read(&format!("a member named {name:?}"), "names.zip", &zip(&members, 1));
    }
    figures.print("S3", "archives with names that lead elsewhere");
}

#[test]
fn cut_files_are_refused_wherever_they_are_cut() {
    let mut random = Random::new(5);
    let mut text = HEADER.to_owned();
    for record in 0..2_000 {
        text += &format!("D-{record},2021-05-03,{:x},{:x}\n", random.next(), random.next());
    }
    let whole = [
        ("cut.csv.gz", gz(text.as_bytes())),
        ("cut.csv.zst", zst_with_checksum(text.as_bytes())),
        ("cut.zip", zip(&[Member::deflated("a.csv", text.as_bytes())], 1)),
        ("cut.xlsx", workbook(&rows_of_a_sheet(2_000))),
    ];
    let mut figures = Figures::default();
    let (mut n_cut, mut n_flipped, mut n_flipped_read) = (0, 0, 0);
    for (name, bytes) in &whole {
        let n_positions = scaled(5, 60);
        for at in 0..n_positions {
            // From the fourth byte on a file is known for what it is.
            let end = 5 + (bytes.len() - 6) * at / (n_positions - 1).max(1);
            figures.n_files += 1;
            n_cut += 1;
            let measured = run(name, &bytes[..end]);
            figures.slowest = figures.slowest.max(measured.time);
            figures.peak_kib = figures.peak_kib.max(measured.peak_kib);
            if measured.code != Some(2) || measured.message.contains("panicked") {
                figures.wrong.push(format!("{name} cut at {end} of {}: {:?} {}", bytes.len(), measured.code, measured.message));
            }
            // One changed bit is found by a sum, or it changes nothing that is read.
            let mut flipped = bytes.clone();
            flipped[5 + random.below(bytes.len() - 6)] ^= 1 << random.below(8);
            let measured = run(name, &flipped);
            n_flipped += 1;
            n_flipped_read += usize::from(measured.code == Some(0));
            if !matches!(measured.code, Some(0 | 2)) || measured.message.contains("panicked") {
                figures.wrong.push(format!("{name} with a changed bit: {:?} {}", measured.code, measured.message));
            }
        }
    }
    println!("    {n_cut} files cut; {n_flipped} with one bit changed, of which {n_flipped_read} were read as they were");
    figures.print("S2", if is_full() { "files cut at 60 places each" } else { "files cut at 5 places each" });
}
