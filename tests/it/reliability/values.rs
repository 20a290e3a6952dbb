//! Values: scripts and marks that cannot be seen (E3), and the fixtures of codes, dates and numbers through the program (E4, E6, E7).

use super::random::Random;
use super::results::{SHOW_ALL, letters};
use super::{generator::word_of, grouped};
use crate::workdir::{Table, Workdir, project};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use unicode_normalization::UnicodeNormalization;

/// Letters of two scripts that look the same.
const LOOK_ALIKES: [(char, char); 11] = [
    ('A', 'А'),
    ('B', 'В'),
    ('E', 'Е'),
    ('K', 'К'),
    ('M', 'М'),
    ('H', 'Н'),
    ('O', 'О'),
    ('P', 'Р'),
    ('C', 'С'),
    ('T', 'Т'),
    ('X', 'Х'),
];
const ZERO_WIDTH: [&str; 6] = ["\u{200b}", "\u{200c}", "\u{200d}", "\u{2060}", "\u{feff}", "\u{ad}"];
const TURNED: [(&str, &str); 4] =
    [("\u{202e}", "\u{202c}"), ("\u{202d}", "\u{202c}"), ("\u{2067}", "\u{2069}"), ("\u{200f}", "\u{200e}")];

const KINDS: [&str; 5] = ["look-alikes", "zero-width", "turned", "decomposed", "full-width"];

/// Returns a name and how a file may write it so that it looks the same.
fn disguised(number: usize, kind: &str) -> (String, String) {
    let mut random = Random::new(3_000 + number as u64);
    let is_cyrillic = number.is_multiple_of(2);
    let word = |random: &mut Random| word_of(random.next(), 4, is_cyrillic);
    let own = word_of(number as u64, 4, is_cyrillic);
    let tail = match (kind, is_cyrillic) {
        ("decomposed", true) => "ЙЁЖИК",
        ("decomposed", false) => "ÉLÜĞÇÑ",
        ("full-width", _) => "2000",
        (_, true) => "СЕВЕРНАЯ",
        (_, false) => "NORTHERN",
    };
    let name = format!("{} {own} {} {tail}", word(&mut random), word(&mut random));
    let written = match kind {
        "look-alikes" => {
            let other = |letter: char| {
                LOOK_ALIKES.iter().find_map(|(latin, cyrillic)| match letter {
                    letter if letter == *latin => Some(*cyrillic),
                    letter if letter == *cyrillic => Some(*latin),
                    _ => None,
                })
            };
            name.chars().map(|letter| other(letter).filter(|_| random.once_in(2)).unwrap_or(letter)).collect()
        }
        "zero-width" => {
            let mut written = String::new();
            for letter in name.chars() {
                written.push(letter);
                if random.once_in(4) {
                    written.push_str(random.pick(&ZERO_WIDTH));
                }
            }
            // One at the end at least, where nobody would look.
            written + random.pick(&ZERO_WIDTH)
        }
        "turned" => {
            let (start, end) = TURNED[random.below(TURNED.len())];
            format!("{start}{name}{end}")
        }
        "decomposed" => name.nfd().collect(),
        _ => name.chars().map(|letter| if letter.is_ascii_graphic() { wide(letter) } else { letter }).collect(),
    };
    (name, written)
}

/// Returns the full-width form of an ASCII letter.
fn wide(letter: char) -> char {
    char::from_u32(u32::from(letter) + 0xfee0).expect("every visible ASCII letter has a wide one")
}

fn is_invisible(letter: char) -> bool {
    "\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2060}\u{feff}\u{ad}\u{202c}\u{202d}\u{202e}\u{2067}\u{2069}".contains(letter)
}

#[test]
fn disguised_names_are_shown_as_written_and_matched_as_meant() {
    let n_fixtures = 500;
    let mut records = csv::Writer::from_writer(Vec::new());
    records.write_record(["declaration_id", "date", "shipper_name", "brand"]).expect("a record can be written");
    let mut list = "title = \"made up\"\nas_of = 2026-01-01\n".to_owned();
    let mut fixtures = Vec::new();
    for number in 0..n_fixtures {
        let kind = KINDS[number % KINDS.len()];
        let (name, written) = disguised(number, kind);
        records.write_record([&format!("N-{number}"), "2021-05-03", &written, &written]).expect("a record can be written");
        write!(list, "\n[[entities]]\nid = \"e{number}\"\nname = {name:?}\nkind = \"company\"\n").expect("a text can grow");
        fixtures.push((kind, name, written));
    }
    let workdir = Workdir::new();
    workdir.write("records/names.csv", records.into_inner().expect("memory does not fail"));
    workdir.write("list.toml", list);
    workdir.write(
        "run.toml",
        format!("{SHOW_ALL}\n[[watchlists]]\nid = \"own\"\npath = \"list.toml\"\nformat = \"plimsoll\"\n\n[[findings]]\nid = \"listed\"\nshipper = {{ list = \"own\" }}\nfrom = 2021-01-01\nto = 2021-12-31\ncount = \"records\"\n"),
    );
    workdir.run(&["run", "run.toml"]);
    let shipments = workdir.table("run.run/shipments.csv");
    let [id_at, shipper_at, brand_at] = ["declaration_id", "shipper_name", "brand"].map(|name| shipments.at(name));
    assert_eq!(shipments.rows.len(), n_fixtures, "every record is there");
    let matches = workdir.table("run.run/matches.csv");
    let pairs: Vec<(&str, &str)> = matches.column("name").into_iter().zip(matches.column("entity_id")).collect();
    let (mut n_shown, mut n_clean) = (0, 0);
    let mut n_matched: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &shipments.rows {
        let number: usize = row[id_at]["N-".len()..].parse().expect("a number");
        let (kind, _, written) = &fixtures[number];
        let shipper = row[shipper_at].as_str();
        n_shown += usize::from(&row[brand_at] == written);
        let visible: String = written.chars().filter(|letter| !is_invisible(*letter)).collect();
        n_clean += usize::from(!shipper.contains(is_invisible) && letters(shipper) == letters(&visible));
        let id = format!("e{number}");
        *n_matched.entry(kind).or_default() += usize::from(pairs.contains(&(shipper, id.as_str())));
    }
    let issues = workdir.table("run.run/issues.csv").only("kind", "repaired_hidden_characters");
    let at = issues.at("n_records");
    let n_issues: usize = issues.rows.iter().map(|row| row[at].parse::<usize>().expect("a count")).sum();
    let n_hidden = fixtures.iter().filter(|(_, _, written)| written.contains(is_invisible)).count();
    println!(
        "E3: {n_fixtures} disguised names: {n_shown} shown as written, {n_clean} parties without invisible characters, {n_issues} of {n_hidden} counted as an issue; matched with the listed name: {n_matched:?}"
    );
    assert_eq!((n_shown, n_clean, n_issues), (n_fixtures, n_fixtures, n_hidden));
    for (kind, n_matched) in n_matched {
        assert_eq!(n_matched, n_fixtures / KINDS.len(), "{kind}");
    }
}

/// One line of a table of values: what a file states, and what the program must show.
struct Fixture {
    raw: String,
    expected: Option<String>,
    note: String,
}

/// Returns the lines of a table of values, grouped by the settings under which they hold.
fn fixtures(
    name: &str,
    settings: &[&str],
    expected: impl Fn(&Table, &[String]) -> Option<String>,
) -> BTreeMap<Vec<String>, Vec<Fixture>> {
    let bytes = std::fs::read(project("tests/cases/values").join(name)).expect("the table is committed");
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(bytes.as_slice());
    let header: Vec<String> = reader.headers().expect("the table has a header").iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.expect("a line has all cells").iter().map(str::to_owned).collect()).collect();
    let table = Table { header, rows };
    let mut groups: BTreeMap<Vec<String>, Vec<Fixture>> = BTreeMap::new();
    for row in &table.rows {
        let cell = |name: &str| row[table.at(name)].clone();
        let fixture = Fixture { raw: cell("raw"), expected: expected(&table, row), note: cell("note") };
        groups.entry(settings.iter().map(|name| cell(name)).collect()).or_default().push(fixture);
    }
    groups
}

/// What one table of values is about.
struct Column<'a> {
    figure: &'a str,
    table: &'a str,
    /// The column of ours that a raw value fills, and the one that shows it.
    name: &'a str,
}

/// Runs the fixtures of one table through the program, one file a group, and holds what is shown against what is expected; returns
/// the issues of the run with the number of their records.
fn hold_through_the_program(
    column: &Column,
    groups: &BTreeMap<Vec<String>, Vec<Fixture>>,
    schema: impl Fn(&[String]) -> String,
) -> BTreeMap<String, usize> {
    let workdir = Workdir::new();
    let mut run_file = "max_rejected = 1.0\n".to_owned();
    let mut expected: BTreeMap<String, (&Fixture, &Vec<String>)> = BTreeMap::new();
    for (at, (settings, fixtures)) in groups.iter().enumerate() {
        let mut records = csv::Writer::from_writer(Vec::new());
        records.write_record(["ID", "DATE", "VALUE"]).expect("a record can be written");
        for fixture in fixtures {
            let id = format!("G{at}L{}", expected.len());
            let date = if column.name == "date" { fixture.raw.as_str() } else { "2021-05-03" };
            records.write_record([&id, date, &fixture.raw]).expect("a record can be written");
            expected.insert(id, (fixture, settings));
        }
        workdir.write(&format!("records/{at}.csv"), records.into_inner().expect("memory does not fail"));
        workdir.write(
            &format!("schema-{at}.toml"),
            format!(
                "name = \"s{at}\"\ntitle = \"Values\"\nsource = \"made up\"\ndate = \"2026-01-01\"\nreporter_country_code = \"\"\n\
                 grain = \"line\"\ndate_kind = \"\"\nvalue_basis = \"\"\nrequired = [\"date\"]\n{}\n\n[columns]\ndeclaration_id = [\"ID\"]\n\
                 date = [\"DATE\"]\n{}",
                schema(settings),
                if column.name == "date" { String::new() } else { format!("{} = [\"VALUE\"]\n", column.name) },
            ),
        );
        write!(run_file, "\n[[records]]\npath = \"records/{at}.csv\"\nschema = \"schema-{at}.toml\"\nflow = \"import\"\n")
            .expect("a text can grow");
    }
    run_file.push_str("\n[[findings]]\nid = \"all\"\nfrom = 1000-01-01\nto = 2999-12-31\ncount = \"records\"\n");
    workdir.write("run.toml", run_file);
    let finished = workdir.plimsoll(&["run", "run.toml"]);
    assert!(matches!(finished.code, 0 | 3), "{}", finished.stderr);
    let shipments = workdir.table("run.run/shipments.csv");
    let shown: BTreeMap<&str, &str> = shipments.column("declaration_id").into_iter().zip(shipments.column(column.name)).collect();
    let mut wrong = Vec::new();
    for (id, (fixture, settings)) in &expected {
        let found = shown.get(id.as_str()).copied().filter(|text| !text.is_empty());
        if found != fixture.expected.as_deref() {
            wrong.push(format!(
                "{:?} {settings:?} ({}): expected {:?}, found {found:?}",
                fixture.raw, fixture.note, fixture.expected
            ));
        }
    }
    let n_fixtures = grouped(expected.len());
    println!("{}: {n_fixtures} lines of {} through the program, {} read otherwise", column.figure, column.table, wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let issues = workdir.table("run.run/issues.csv");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (kind, n_records) in issues.column("kind").into_iter().zip(issues.column("n_records")) {
        *counts.entry(kind.to_owned()).or_default() += n_records.parse::<usize>().expect("a count");
    }
    counts
}

fn scaled_text(number: &str, n_decimals: usize) -> Option<String> {
    if number.starts_with('!') {
        return None;
    }
    let number: i64 = number.parse().expect("a whole number");
    let unit = 10_i64.pow(n_decimals as u32);
    let sign = if number < 0 { "-" } else { "" };
    Some(format!("{sign}{}.{:0n_decimals$}", number.abs() / unit, number.abs() % unit))
}

/// Returns a cell that is not empty.
fn stated(table: &Table, row: &[String], name: &str) -> Option<String> {
    let cell = row[table.at(name)].clone();
    (!cell.is_empty()).then_some(cell)
}

/// Returns a list of texts as TOML.
fn quoted(texts: impl IntoIterator<Item = String>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|text| format!("{text:?}")).collect();
    format!("[{}]", texts.join(", "))
}

const ISO_DATES: &str = "date_formats = [\"%Y-%m-%d\"]\n";
const POINT: &str = "decimal_marks = [\".\"]\n";

#[test]
fn codes_stay_text() {
    // `0102 leading_zero` is a code and the rule that repaired it, `! letters` the reason why there is none.
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for rule in fixtures("hs_codes.csv", &["expected_digits"], |table, row| stated(table, row, "expected"))
        .into_values()
        .flatten()
        .filter_map(|fixture| fixture.expected)
    {
        let mut words = rule.split(' ');
        if words.next() == Some("!") {
            *expected.entry("hs_code_".to_owned()).or_default() += 1;
            continue;
        }
        for rule in words {
            let kind = match rule.strip_prefix('!') {
                Some(fault) => format!("hs_code_part_{fault}"),
                None if rule == "several_codes" => rule.to_owned(),
                None => format!("repaired_{rule}"),
            };
            *expected.entry(kind).or_default() += 1;
        }
    }
    let groups = fixtures("hs_codes.csv", &["expected_digits"], |table, row| {
        stated(table, row, "expected")
            .filter(|text| !text.starts_with('!'))
            .map(|text| text.split(' ').next().unwrap_or("").to_owned())
    });
    let column = Column { figure: "E4", table: "hs_codes.csv", name: "hs_code" };
    let issues = hold_through_the_program(&column, &groups, |settings| {
        let digits = if settings[0].is_empty() { String::new() } else { format!("hs_digits = {}\n", settings[0]) };
        format!("{ISO_DATES}{POINT}weight_unit = \"kg\"\n{digits}")
    });
    // Nothing is repaired and nothing refused in silence.
    for (kind, n_records) in expected {
        // Any reason why there is no code; a faulty part of a list is counted beside the list, which has good ones.
        let is_refusal = |found: &str| kind == "hs_code_" && found.starts_with(&kind) && !found.starts_with("hs_code_part_");
        let is_of_kind = |found: &str| found == kind || is_refusal(found);
        let n_found: usize = issues.iter().filter(|(found, _)| is_of_kind(found)).map(|(_, n_records)| n_records).sum();
        assert_eq!(n_found, n_records, "{kind}: {issues:?}");
    }
}

#[test]
fn dates_are_read_by_their_declared_form() {
    let mut groups = fixtures("dates.csv", &["formats", "settings"], |table, row| {
        let first = stated(table, row, "first")?;
        let (year, month, day) = (&first[..4], &first[4..6], &first[6..]);
        Some(match stated(table, row, "precision")?.as_str() {
            "year" => year.to_owned(),
            "month" => format!("{year}-{month}"),
            _ => format!("{year}-{month}-{day}"),
        })
    });
    // What the dates of a whole file show is held by cases of its own.
    groups.retain(|settings, _| !settings[1].starts_with("by_evidence"));
    let column = Column { figure: "E6", table: "dates.csv", name: "date" };
    hold_through_the_program(&column, &groups, |settings| {
        let formats = quoted(settings[0].split('|').map(str::to_owned));
        let pinned = match settings[1].split_once('=') {
            None => String::new(),
            Some(("epoch", year)) => format!("excel_epoch = {year}\n"),
            Some(("order", order)) => format!("date_order = {order:?}\n"),
            Some((key, value)) => format!("{key} = {value:?}\n"),
        };
        format!("date_formats = {formats}\n{pinned}{POINT}weight_unit = \"kg\"\n")
    });
}

#[test]
fn numbers_are_read_by_their_declared_marks() {
    let marks_of = |marks: &str| quoted(marks.chars().take(1).map(String::from));
    // Point and comma are the marks that a schema can declare, each of which parts groups where the other is the decimal mark.
    let mut groups =
        fixtures("decimals.csv", &["marks"], |table, row| stated(table, row, "cents").and_then(|cents| scaled_text(&cents, 2)));
    groups.retain(|settings, _| [".,", ",."].contains(&settings[0].as_str()));
    let column = Column { figure: "E7", table: "decimals.csv", name: "value_usd" };
    hold_through_the_program(&column, &groups, |settings| {
        format!("{ISO_DATES}decimal_marks = {}\nweight_unit = \"kg\"\n", marks_of(&settings[0]))
    });
    let groups = fixtures("weights.csv", &["marks", "column_unit"], |table, row| {
        stated(table, row, "expected_grams").and_then(|grams| scaled_text(&grams, 3))
    });
    let column = Column { figure: "E7", table: "weights.csv", name: "net_weight_kg" };
    hold_through_the_program(&column, &groups, |settings| {
        format!("{ISO_DATES}decimal_marks = {}\nweight_unit = {:?}\n", marks_of(&settings[0]), settings[1])
    });
}
