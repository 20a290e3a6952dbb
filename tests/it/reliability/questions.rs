//! Questions: what must not move a number does not (R6, R7), and what must moves it by one (R8).

use super::generator::{packed, word_of};
use super::random::Random;
use super::{grouped, scaled};
use crate::workdir::{Table, Workdir};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const HEADER: [&str; 11] = [
    "declaration_id",
    "date",
    "hs_code",
    "shipper_name",
    "shipper_country_code",
    "consignee_name",
    "consignee_country_code",
    "goods_description",
    "brand",
    "net_weight_kg",
    "value_usd",
];

/// Returns a name of three words that no other number gives.
fn company(number: usize) -> String {
    let mut random = Random::new(7_000_000 + number as u64);
    let word = |random: &mut Random| word_of(random.next(), 4, false);
    format!("{} {} {}", word(&mut random), word(&mut random), word_of(number as u64, 5, false))
}

fn csv_of(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).expect("a record can be written");
    for row in rows {
        writer.write_record(row).expect("a record can be written");
    }
    String::from_utf8(writer.into_inner().expect("memory does not fail")).expect("texts stay texts")
}

/// Writes entities as a list in the program's own format.
fn list_of(entities: &[(String, String, Vec<String>)], group: &str, members: &[String]) -> String {
    let mut text = "title = \"made up\"\nas_of = 2026-01-01\n".to_owned();
    for (id, name, aliases) in entities {
        let aliases: Vec<String> = aliases.iter().map(|alias| format!("{alias:?}")).collect();
        write!(text, "\n[[entities]]\nid = {id:?}\nname = {name:?}\nkind = \"company\"\naliases = [{}]\n", aliases.join(", "))
            .expect("a text can grow");
    }
    write!(text, "\n[[groups]]\nname = {group:?}\nsource = \"made up\"\n").expect("a text can grow");
    for id in members {
        write!(text, "\n[[groups.members]]\nid = {id:?}\n").expect("a text can grow");
    }
    text
}

#[test]
fn a_shipment_that_matches_many_entries_counts_once() {
    let n_cases = scaled(300, 1_000);
    let mut random = Random::new(6);
    let (mut rows, mut entities, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    for case in 0..n_cases {
        let name = company(case);
        let mut ids = BTreeSet::new();
        for entry in 0..2 + random.below(3) {
            // Each entry has the name itself, as its own or as an alias, and two or more further spellings that match too.
            let further = [format!("{name} LTD"), name.to_lowercase(), format!("LLC {name}"), format!("{name} CO., LTD")];
            let mut aliases: Vec<String> = further[..2 + random.below(3)].to_vec();
            let own = if entry % 2 == 0 { name.clone() } else { aliases.remove(0) };
            aliases.push(name.clone());
            let id = format!("c{case}-{entry}");
            ids.insert(id.clone());
            entities.push((id, own, aliases));
        }
        let day = 1 + case % 28;
        let sides = if random.once_in(2) { [name.clone(), "GRUMANT".to_owned()] } else { [format!("{name} LLC"), name.clone()] };
        let [shipper, consignee] = sides;
        let row = [
            format!("D-{case}"),
            format!("2021-05-{day:02}"),
            "8457101000".to_owned(),
            shipper,
            "CN".to_owned(),
            consignee,
            "RU".to_owned(),
            "LATHE".to_owned(),
            format!("B{case}"),
            "10.000".to_owned(),
            "100.00".to_owned(),
        ];
        rows.push(row.to_vec());
        expected.push(ids);
    }
    let members: Vec<String> = entities.iter().map(|(id, _, _)| id.clone()).collect();
    let workdir = Workdir::new();
    workdir.write("records.csv", csv_of(&HEADER, &rows));
    workdir.write("list.toml", list_of(&entities, "Watched", &members));
    workdir.write(
        "run.toml",
        "[[records]]\npath = \"records.csv\"\nschema = \"plimsoll\"\nflow = \"import\"\n\n[[watchlists]]\nid = \"own\"\n\
         path = \"list.toml\"\nformat = \"plimsoll\"\n\n[[findings]]\nid = \"watched\"\nshipper = { group = \"Watched\" }\n\
         from = 2021-01-01\nto = 2021-12-31\ncount = \"declarations\"\nby = [\"brand\"]\n",
    );
    workdir.run(&["run", "run.toml"]);
    let summary = workdir.table("run.run/summary.csv");
    let counts = ["records", "line_items", "declarations", "party_days", "net_weight_kg", "value_usd"];
    let total = summary.select(&counts).rows.pop().expect("there is a total");
    let mut sum = vec![n_cases.to_string(); 4];
    sum.extend([format!("{}.000", 10 * n_cases), format!("{}.00", 100 * n_cases)]);
    assert_eq!(total, sum, "every shipment counts once, with its weight and value");
    let by_brand: BTreeMap<&str, &str> =
        summary.column("brand").into_iter().zip(summary.column("declarations")).filter(|(brand, _)| !brand.is_empty()).collect();
    let n_once = (0..n_cases).filter(|case| by_brand.get(format!("B{case}").as_str()) == Some(&"1")).count();
    // Every entry stands in the matches of the party.
    let matches = workdir.table("run.run/matches.csv");
    let mut listed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, id) in matches.column("name").into_iter().zip(matches.column("entity_id")) {
        listed.entry(name).or_default().insert(id);
    }
    let n_listed = (0..n_cases)
        .filter(|case| {
            let found = listed.get(rows[*case][3].as_str());
            found.is_some_and(|found| expected[*case].iter().all(|id| found.contains(id.as_str())))
        })
        .count();
    println!(
        "R6: {} shipments that match 2 to 4 entries by several names: {} count once, {} have all matches listed",
        grouped(n_cases),
        grouped(n_once),
        grouped(n_listed)
    );
    assert_eq!((n_once, n_listed), (n_cases, n_cases));
}

/// A set of inputs that is varied without changing what it says.
struct Inputs {
    rows: Vec<Vec<String>>,
    n_files: usize,
    encoding: &'static str,
    packing: &'static str,
    delimiter: u8,
    is_renamed: bool,
    /// Whether lists, record sections and entities stand in the opposite order.
    is_reversed: bool,
    n_threads: usize,
}

impl Inputs {
    fn plain(rows: &[Vec<String>]) -> Self {
        let rows = rows.to_vec();
        let (encoding, packing, delimiter) = ("utf-8", "", b',');
        Inputs { rows, n_files: 1, encoding, packing, delimiter, is_renamed: false, is_reversed: false, n_threads: 2 }
    }

    fn run(&self) -> Workdir {
        let workdir = Workdir::new();
        let header: Vec<String> = match self.is_renamed {
            true => HEADER.iter().map(|name| format!("Графа {name}")).collect(),
            false => HEADER.map(str::to_owned).to_vec(),
        };
        let schema = if self.is_renamed { "own.toml" } else { "plimsoll" };
        let n_rows = self.rows.len().div_ceil(self.n_files);
        let mut sources = Vec::new();
        for (file, rows) in self.rows.chunks(n_rows).enumerate() {
            let mut writer = csv::WriterBuilder::new().delimiter(self.delimiter).from_writer(Vec::new());
            writer.write_record(&header).expect("a record can be written");
            for row in rows {
                writer.write_record(row).expect("a record can be written");
            }
            let text = String::from_utf8(writer.into_inner().expect("memory does not fail")).expect("texts stay texts");
            let text = if self.encoding.ends_with("with mark") { format!("\u{feff}{text}") } else { text };
            let path = format!("records/part-{file:03}.csv");
            workdir.write(&path, packed(encoded(&text, self.encoding), self.packing));
            sources.push(format!("[[records]]\npath = {path:?}\nschema = {schema:?}\nflow = \"import\"\n\n"));
        }
        let mut lists = Vec::new();
        for list in 0..2 {
            let mut entities: Vec<(String, String, Vec<String>)> = (0..8)
                .map(|number| {
                    (format!("l{list}-{number}"), company(number * 2 + list), vec![format!("{} LTD", company(number * 2 + list))])
                })
                .collect();
            if self.is_reversed {
                entities.reverse();
            }
            let members: Vec<String> = entities.iter().map(|(id, _, _)| id.clone()).collect();
            workdir.write(&format!("list-{list}.toml"), list_of(&entities, &format!("Group {list}"), &members));
            lists.push(format!("[[watchlists]]\nid = \"list-{list}\"\npath = \"list-{list}.toml\"\nformat = \"plimsoll\"\n\n"));
        }
        if self.is_reversed {
            sources.reverse();
            lists.reverse();
        }
        let mut schema = "name = \"own\"\ntitle = \"Renamed\"\nsource = \"made up\"\ndate = \"2026-01-01\"\nvendor = \"plimsoll\"\n\
            reporter_country_code = \"\"\ngrain = \"line\"\ndate_kind = \"\"\ndate_formats = [\"%Y-%m-%d\"]\ndecimal_marks = [\".\"]\n\
            weight_unit = \"kg\"\nvalue_basis = \"\"\nrequired = [\"date\"]\n\n[columns]\n"
            .to_owned();
        for name in HEADER {
            writeln!(schema, "{name} = [\"Графа {name}\"]").expect("a text can grow");
        }
        workdir.write("own.toml", schema);
        let run_file = format!(
            "title = \"metamorphic\"\n\n{}{}[goods.sets.machines]\ncodes = [\"8457\", \"8458\"]\nphrases = [\"станок*\", \"lathe*\"]\n\n\
             [[findings]]\nid = \"first\"\nshipper = {{ group = \"Group 0\" }}\ngoods = {{ any = [\"machines\"] }}\nfrom = 2014-01-01\n\
             to = 2022-12-31\ncount = \"declarations\"\nby = [\"year\"]\n\n[[findings]]\nid = \"second\"\nconsignee = {{ group = \"Group 1\" }}\n\
             from = 2014-01-01\nto = 2022-12-31\ncount = \"records\"\nby = [\"month\", \"shipper\"]\n",
            sources.concat(),
            lists.concat()
        );
        workdir.write("run.toml", run_file);
        workdir.run(&["run", "run.toml", "--threads", &self.n_threads.to_string()]);
        workdir
    }
}

fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    super::generator::encoded(text, encoding)
}

/// Returns records of which some are repeats, amendments of spelling and matches of the two lists.
fn sample_rows(n_rows: usize) -> Vec<Vec<String>> {
    let mut random = Random::new(7);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for number in 0..n_rows {
        if number > 10 && random.once_in(12) {
            let repeat = rows[random.below(number)].clone();
            rows.push(repeat);
            continue;
        }
        let mark = random.next();
        let spelling = |name: String| match mark % 3 {
            0 => format!("{name} LTD"),
            1 => name.to_lowercase(),
            _ => name,
        };
        let row = [
            format!("{}/{}", number / 3, mark % 7),
            format!("{}-{:02}-{:02}", 2013 + mark % 11, 1 + mark % 12, 1 + mark / 12 % 28),
            ["8457101000", "8458110001", "0102210000", "8542319000"][(mark % 4) as usize].to_owned(),
            spelling(company(random.below(40))),
            "CN".to_owned(),
            spelling(company(random.below(40))),
            "RU".to_owned(),
            ["СТАНОК ТОКАРНЫЙ", "LATHE", "КОРОВЫ ЖИВЫЕ", "МИКРОСХЕМЫ"][(mark / 4 % 4) as usize].to_owned(),
            format!("БРЕНД {}", mark % 13),
            format!("{}.{:03}", mark % 9_000, mark % 1_000),
            format!("{}.{:02}", mark % 90_000, mark % 100),
        ];
        rows.push(row.to_vec());
    }
    rows
}

/// What does not hang on where a record stands.
fn answers(workdir: &Workdir) -> Vec<(&'static str, String)> {
    let mut answers: Vec<(&str, String)> = ["summary.csv", "series.csv", "parties.csv", "matches.csv"]
        .into_iter()
        .map(|name| (name, workdir.read_text(&format!("run.run/{name}"))))
        .collect();
    let mut findings = workdir.json("run.run/findings.json");
    findings.as_object_mut().expect("findings are an object").remove("run_file_sha256");
    answers.push(("findings.json", findings.to_string()));
    let shipments = workdir.table("run.run/shipments.csv").without(&["record_id", "source_file", "source_line"]);
    answers.push(("shipments.csv", sorted(shipments).text()));
    answers
}

fn sorted(mut table: Table) -> Table {
    table.rows.sort();
    table
}

#[test]
fn what_says_the_same_gives_the_same() {
    let n_rows = scaled(400, 1_500);
    let rows = sample_rows(n_rows);
    let base = Inputs::plain(&rows).run();
    let base_answers = answers(&base);
    let total = &base.table("run.run/summary.csv").only("period", "all");
    let counts: Vec<usize> = total.column("records").iter().map(|count| count.parse().expect("a count")).collect();
    assert!(counts.iter().all(|count| *count > 20), "there is something to count: {counts:?}");

    let mut random = Random::new(77);
    let mut variations: Vec<(String, Inputs)> = Vec::new();
    for at in 0..scaled(3, 100) {
        let mut inputs = Inputs::plain(&rows);
        random.shuffle(&mut inputs.rows);
        variations.push((format!("shuffled, {at}"), inputs));
    }
    for n_files in [2, 7, 100] {
        for at in 0..scaled(1, 20) {
            let mut inputs = Inputs { n_files, ..Inputs::plain(&rows) };
            if at > 0 {
                random.shuffle(&mut inputs.rows);
            }
            variations.push((format!("in {n_files} files, {at}"), inputs));
        }
    }
    for encoding in ["utf-8 with mark", "utf-16le", "utf-16be", "utf-16le with mark", "utf-16be with mark", "windows-1251"] {
        variations.push((encoding.to_owned(), Inputs { encoding, ..Inputs::plain(&rows) }));
    }
    for packing in ["gz", "zst"] {
        variations.push((packing.to_owned(), Inputs { packing, ..Inputs::plain(&rows) }));
    }
    for delimiter in [b';', b'\t', b'|'] {
        variations.push((format!("delimiter {delimiter}"), Inputs { delimiter, ..Inputs::plain(&rows) }));
    }
    variations.push(("renamed".to_owned(), Inputs { is_renamed: true, ..Inputs::plain(&rows) }));
    variations.push(("reversed".to_owned(), Inputs { is_reversed: true, n_files: 7, ..Inputs::plain(&rows) }));
    let (mut n_variations, mut wrong) = (0, Vec::new());
    for (what, inputs) in &variations {
        let varied = answers(&inputs.run());
        n_variations += 1;
        for ((name, base), (_, varied)) in base_answers.iter().zip(&varied) {
            // A renamed file is read by a schema of another name.
            let is_same =
                if inputs.is_renamed { base.replace("\"own\"", "") == varied.replace("\"own\"", "") } else { base == varied };
            if !is_same {
                let difference = base.lines().zip(varied.lines()).find(|(left, right)| left != right);
                wrong.push(format!("{what}: {name} differs: {difference:?}"));
            }
        }
    }
    println!("R7: {} variations that say the same, {} with other answers", grouped(n_variations), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn threads_and_order_change_no_byte() {
    let rows = sample_rows(scaled(400, 3_000));
    let outputs = |inputs: Inputs| {
        let workdir = inputs.run();
        let mut files = workdir.files("run.run");
        let manifest = workdir.json("run.run/run_manifest.json");
        files.remove("run_manifest.json");
        (files, manifest["outputs"].clone())
    };
    let (base, base_outputs) = outputs(Inputs { n_files: 7, n_threads: 1, ..Inputs::plain(&rows) });
    let mut n_runs = 0;
    for at in 0..scaled(1, 20) {
        for n_threads in [1, 2, 8, 16] {
            let is_reversed = n_threads == 2 || at % 2 == 1;
            let (files, outputs) = outputs(Inputs { n_files: 7, n_threads, is_reversed, ..Inputs::plain(&rows) });
            let different: Vec<&String> =
                base.iter().filter(|(name, bytes)| files.get(*name) != Some(bytes)).map(|(name, _)| name).collect();
            assert!(
                different.is_empty() && files.len() == base.len(),
                "{n_threads} threads, reversed {is_reversed}: {different:?}"
            );
            assert_eq!(outputs, base_outputs, "the digests of the outputs");
            n_runs += 1;
        }
    }
    println!(
        "R7: {n_runs} runs with 1, 2, 8 and 16 threads, lists and records in both orders: 1 distinct set of {} files",
        base.len()
    );
}

#[test]
fn one_more_is_one_more() {
    let n_bases = scaled(200, 1_000);
    let mut random = Random::new(8);
    let mut rows: Vec<Vec<String>> = Vec::new();
    // Each variation is a brand of its own, so that one run counts all of them.
    let row = |brand: &str, number: usize, day: usize| -> Vec<String> {
        let id = format!("{brand}-{number}");
        let fields = [id, format!("2021-05-{day:02}"), "8457101000".to_owned(), company(number), "CN".to_owned()];
        let further = ["GRUMANT".to_owned(), "RU".to_owned(), "LATHE".to_owned(), brand.to_owned(), "1.000".to_owned()];
        fields.into_iter().chain(further).chain(["1.00".to_owned()]).collect()
    };
    let mut sizes = Vec::new();
    for base in 0..n_bases {
        let n_records = 1 + random.below(9);
        for (variation, n_written) in [("A", n_records), ("B", n_records + 1), ("C", n_records - 1), ("D", n_records)] {
            let brand = format!("X{base}{variation}");
            rows.extend((0..n_written).map(|number| row(&brand, number, 1 + number)));
            if variation == "D" {
                rows.extend((0..1 + random.below(3)).map(|_| row(&brand, 0, 1)));
            }
        }
        sizes.push(n_records);
    }
    random.shuffle(&mut rows);
    let workdir = Workdir::new();
    workdir.write("records.csv", csv_of(&HEADER, &rows));
    workdir.write(
        "run.toml",
        "[[records]]\npath = \"records.csv\"\nschema = \"plimsoll\"\nflow = \"import\"\n\n[[findings]]\nid = \"all\"\n\
         from = 2021-01-01\nto = 2021-12-31\ncount = \"declarations\"\nby = [\"brand\"]\n",
    );
    workdir.run(&["run", "run.toml"]);
    let summary = workdir.table("run.run/summary.csv");
    let counts: BTreeMap<&str, Vec<String>> =
        summary.column("brand").into_iter().zip(summary.select(&["records", "declarations", "party_days"]).rows).collect();
    let mut right = [0; 3];
    for (base, n_records) in sizes.iter().enumerate() {
        let count = |variation: &str| counts.get(format!("X{base}{variation}").as_str()).cloned();
        let expected = |n_records: usize| (n_records > 0).then(|| vec![n_records.to_string(); 3]);
        assert_eq!(count("A"), expected(*n_records), "base {base}");
        for (at, (variation, n_expected)) in
            [("B", n_records + 1), ("C", n_records - 1), ("D", *n_records)].into_iter().enumerate()
        {
            assert_eq!(count(variation), expected(n_expected), "base {base}, variation {variation}");
            right[at] += 1;
        }
    }
    let [more, fewer, repeated] = right.map(grouped);
    println!("R8: one true shipment more: +1 in {more}; one fewer: -1 in {fewer}; one repeated: 0 in {repeated}");
}
