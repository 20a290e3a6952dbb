//! Repeats: each rule, on and off, over a thousand groups of generated records of which the truth is known.
//!
//! A group is a combination of countries, so that one finding broken down by them counts all groups in one run. Each thousand has
//! groups with the repeats of a rule, the same with one true shipment more, and with one less: what counts is worked out here from
//! sets, with nothing of the program.

use crate::workdir::Workdir;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const KEYS: [&str; 5] = ["records", "line_items", "declarations", "consignments", "party_days"];
const N_GROUPS: usize = 1_000;

const COUNTRIES: [&str; 18] =
    ["AE", "AM", "AT", "BE", "BG", "BR", "CN", "CZ", "DE", "FI", "HK", "IN", "JP", "KR", "KZ", "TR", "US", "VN"];

/// A record as it is written, and whether it counts with all rules on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Written {
    vendor: &'static str,
    day: u32,
    /// Empty where none is stated.
    declaration: String,
    line: usize,
    bill: String,
    master: String,
    shipper: String,
    consignee: String,
    grams: u64,
    status: &'static str,
    counts: bool,
    /// The vendor under whose declaration it counts with all rules on.
    declared_with: &'static str,
}

/// Random numbers that are the same each time (xorshift64*), and weights that no two shipments share.
struct Generator {
    state: u64,
    n_shipments: u64,
}

impl Generator {
    fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound
    }

    /// Returns a shipment of the first vendor that is like no other.
    fn shipment(&mut self, group: usize, declaration: usize, line: usize) -> Written {
        self.n_shipments += 1;
        Written {
            vendor: "first",
            day: 1 + (declaration % 28) as u32,
            declaration: format!("D{group}-{declaration}"),
            line,
            bill: format!("B{group}-{declaration}"),
            master: String::new(),
            shipper: format!("Velderin {group:04} Export"),
            consignee: format!("OOO Grumant {declaration:03}"),
            grams: 1_000 + self.n_shipments,
            status: "",
            counts: true,
            declared_with: "first",
        }
    }

    /// Returns declarations of one to three lines.
    fn shipments(&mut self, group: usize) -> Vec<Written> {
        let mut written = Vec::new();
        for declaration in 0..2 + self.below(3) {
            for line in 1..=1 + self.below(3) {
                written.push(self.shipment(group, declaration, line));
            }
        }
        written
    }
}

/// Adds the repeats of a rule to the records of a group.
fn add_repeats(rule: &str, group: usize, written: &mut Vec<Written>, generator: &mut Generator) {
    let original = written[generator.below(written.len())].clone();
    match rule {
        "exact_repeat" => {
            for _ in 0..1 + generator.below(3) {
                written.push(Written { counts: false, ..original.clone() });
            }
        }
        "deleted" => {
            let gone = generator.shipment(group, 50, 1);
            written.push(Written { counts: false, ..gone.clone() });
            written.push(Written { counts: false, status: "deleted", grams: 1, ..gone });
        }
        "superseded" => {
            for record in written.iter_mut().filter(|record| **record == original) {
                record.counts = false;
            }
            written.push(Written { counts: false, status: "amended", grams: original.grams + 500_000_000, ..original.clone() });
            written.push(Written { status: "amended", grams: original.grams + 700_000_000, ..original });
        }
        "second_vendor" => {
            let lines: Vec<Written> =
                written.iter().filter(|record| record.declaration == original.declaration).cloned().collect();
            for line in &lines {
                let shipper = line.shipper.to_uppercase();
                written.push(Written { vendor: "second", shipper, counts: false, ..line.clone() });
            }
            // A line more than the first vendor has.
            let added = generator.shipment(group, 0, 9);
            written.push(Written { vendor: "second", declaration: original.declaration, bill: String::new(), ..added });
        }
        "master_bill" => {
            let master = format!("M{group}");
            written.iter_mut().for_each(|record| record.master.clone_from(&master));
            let carrier = generator.shipment(group, 60, 1);
            written.push(Written { bill: master, counts: false, shipper: "Ostbrook Container Line".to_owned(), ..carrier });
        }
        "similar_record" => {
            for line in written.clone() {
                let consignee = line.consignee.to_uppercase();
                let (declaration, bill) = (String::new(), String::new());
                written.push(Written { vendor: "second", declaration, bill, line: 0, consignee, counts: false, ..line });
            }
        }
        other => unreachable!("{other} is no rule of single records"),
    }
}

/// Counts by the definitions, with nothing but sets.
fn counted(written: &[Written], is_off: bool) -> [usize; 5] {
    let standing: Vec<(usize, &Written)> = written.iter().enumerate().filter(|(_, record)| is_off || record.counts).collect();
    let distinct = |key: &dyn Fn(usize, &Written) -> Option<String>| {
        standing.iter().filter_map(|(at, record)| key(*at, record)).collect::<BTreeSet<String>>().len()
    };
    let declaration = |at: usize, record: &Written| {
        if record.declaration.is_empty() {
            return format!("record {at}");
        }
        let vendor = if is_off { record.vendor } else { record.declared_with };
        format!("{vendor} {}", record.declaration)
    };
    [
        standing.len(),
        distinct(&|at, record| match record.line {
            0 => Some(format!("record {at}")),
            line => Some(format!("{} {} {line}", record.vendor, record.declaration)),
        }),
        distinct(&|at, record| Some(declaration(at, record))),
        distinct(&|_, record| (!record.bill.is_empty()).then(|| format!("{} {}", record.vendor, record.bill))),
        distinct(&|_, record| Some(format!("{} {} {}", record.shipper, record.consignee, record.day))),
    ]
}

const HEADER: &str = "date,flow,reporter_country_code,origin_country_code,departure_country_code,trading_country_code,declaration_id,line_number,\
                      bill_of_lading_id,master_bill_of_lading_id,hs_code,shipper_name,consignee_name,net_weight_kg,record_status,remark\n";

fn countries(group: usize) -> [&'static str; 3] {
    let n = COUNTRIES.len();
    [COUNTRIES[group / n / n], COUNTRIES[group / n % n], COUNTRIES[group % n]]
}

fn line(group: usize, record: &Written) -> String {
    let [origin, departure, trading] = countries(group);
    let number = if record.line == 0 { String::new() } else { record.line.to_string() };
    format!(
        "2021-05-{:02},import,RU,{origin},{departure},{trading},{},{number},{},{},845710,{},{},{}.{:03},{},SYNTHETIC\n",
        record.day,
        record.declaration,
        record.bill,
        record.master,
        record.shipper,
        record.consignee,
        record.grams / 1000,
        record.grams % 1000,
        record.status
    )
}

/// Writes the records of all groups, and a layout a vendor.
fn write_records(workdir: &Workdir, groups: &[Vec<Written>]) {
    let layout = std::fs::read_to_string(crate::workdir::project("src/reference/vendors/plimsoll.toml")).expect("a layout");
    for (vendor, precedence) in [("first", 1), ("second", 2)] {
        let named = layout.replacen("name = \"plimsoll\"", &format!("name = \"{vendor}\"\nprecedence = {precedence}"), 1);
        workdir.write(&format!("{vendor}.toml"), named);
        let mut text = HEADER.to_owned();
        for (group, written) in groups.iter().enumerate() {
            text.extend(written.iter().filter(|record| record.vendor == vendor).map(|record| line(group, record)));
        }
        if text.len() > HEADER.len() {
            workdir.write(&format!("{vendor}.csv"), text);
        }
    }
}

/// Runs one finding over all groups and returns the five counts of each, and `without_rule` of the finding.
fn count_groups(workdir: &Workdir, repeats: &str, n_groups: usize) -> (Vec<[usize; 5]>, serde_json::Value) {
    let mut run_file = repeats.to_owned();
    for vendor in ["first", "second"] {
        if workdir.path(&format!("{vendor}.csv")).exists() {
            write!(run_file, "\n[[records]]\npath = \"{vendor}*.csv\"\nschema = \"{vendor}.toml\"\n").expect("a text can grow");
        }
    }
    run_file.push_str(
        "\n[[findings]]\nid = \"all\"\nfrom = 2021-05-01\nto = 2021-05-31\ncount = \"declarations\"\n\
         by = [\"origin_country\", \"departure_country\", \"trading_country\"]\n",
    );
    workdir.write("run.toml", run_file);
    workdir.run(&["run", "run.toml"]);
    let summary = workdir.table("run.run/summary.csv");
    let places: Vec<usize> =
        ["origin_country", "departure_country", "trading_country"].iter().map(|name| summary.at(name)).collect();
    let mut counts: BTreeMap<Vec<&str>, [usize; 5]> = BTreeMap::new();
    for row in &summary.rows {
        let key = places.iter().map(|at| row[*at].as_str()).collect();
        counts.insert(key, KEYS.map(|name| row[summary.at(name)].parse().expect("a count")));
    }
    let found = (0..n_groups).map(|group| counts.get(countries(group).as_slice()).copied().unwrap_or_default()).collect();
    (found, workdir.json("run.run/findings.json")["findings"][0]["without_rule"].clone())
}

fn assert_counts(what: &str, found: &[[usize; 5]], groups: &[Vec<Written>], is_off: bool) {
    for (group, written) in groups.iter().enumerate() {
        assert_eq!(found[group], counted(written, is_off), "{what}, group {group}: {written:#?}");
    }
}

#[test]
fn each_rule_on_and_off() {
    for rule in ["deleted", "exact_repeat", "superseded", "second_vendor", "master_bill", "similar_record"] {
        let mut generator = Generator { state: 0x5EED_0000_0000_0281, n_shipments: 0 };
        let mut groups: Vec<Vec<Written>> = Vec::new();
        let mut changes: Vec<i64> = Vec::new();
        while groups.len() + 4 <= N_GROUPS {
            let at = groups.len();
            // Four groups alike: without repeats, with them, and with one true shipment more and one less.
            for (has_repeats, change) in [(false, 0), (true, 0), (true, 1), (true, -1)] {
                let group = groups.len();
                let mut same = Generator { state: 0xC0FF_EE00 + at as u64, n_shipments: generator.n_shipments };
                let mut written = same.shipments(group);
                let alone = same.shipment(group, 70, 1);
                if change >= 0 {
                    let second = same.shipment(group, 71, 1);
                    written.extend((change > 0).then_some(second));
                    written.push(alone);
                }
                if has_repeats {
                    add_repeats(rule, group, &mut written, &mut same);
                }
                generator.n_shipments = same.n_shipments;
                groups.push(written);
                changes.push(change);
            }
        }
        let workdir = Workdir::new();
        write_records(&workdir, &groups);
        let (found, without) = count_groups(&workdir, "", groups.len());
        assert_counts(rule, &found, &groups, false);
        for (at, change) in changes.iter().enumerate() {
            // A line that only the second vendor has, and a weight that an amendment states, are no repeats.
            let more = if rule == "second_vendor" && at % 4 != 0 { 1 } else { 0 };
            let base = at - at % 4;
            assert_eq!(found[at][0] as i64 - found[base][0] as i64, change + more, "{rule}, group {at}");
            assert_eq!(found[at][2] as i64 - found[base][2] as i64, *change, "{rule}, group {at}");
        }

        let (found, _) = count_groups(&workdir, &format!("[repeats]\n{rule} = false\n"), groups.len());
        assert_counts(&format!("{rule} off"), &found, &groups, true);
        let total = |key: usize| found.iter().map(|counts| counts[key]).sum::<usize>();
        let stated = &without[0];
        assert_eq!(stated["rule"], rule);
        assert_eq!(stated["counts"]["records"], total(0), "{rule}: what `findings.json` says of its absence");
        assert_eq!(stated["counts"]["declarations"], total(2), "{rule}");
        assert!(without.as_array().is_some_and(|rules| rules.len() == 1), "{without}");
    }
}

#[test]
fn the_same_file_twice_on_and_off() {
    let mut generator = Generator { state: 0x5EED_0000_0000_0281, n_shipments: 0 };
    let groups: Vec<Vec<Written>> = (0..N_GROUPS).map(|group| generator.shipments(group)).collect();
    let workdir = Workdir::new();
    write_records(&workdir, &groups);
    workdir.write("first-copy.csv", workdir.read("first.csv"));
    let (found, without) = count_groups(&workdir, "", groups.len());
    assert_counts("same file", &found, &groups, false);
    let n_records: usize = groups.iter().map(Vec::len).sum();
    assert_eq!(without[0]["rule"], "same_file");
    assert_eq!(without[0]["removed_records"], n_records);
    assert_eq!(without[0]["counts"]["records"], 2 * n_records);

    let (found, _) = count_groups(&workdir, "[repeats]\nsame_file = false\n", groups.len());
    let twice: Vec<Vec<Written>> = groups.iter().map(|written| [written.as_slice(), written].concat()).collect();
    assert_counts("same file off", &found, &twice, true);
}

/// What is compared has no sum anywhere: not under a rule, not by procedure, not in the queries.
#[test]
fn mirrors_are_added_nowhere() {
    let workdir = Workdir::copy_of(&crate::workdir::project("tests/cases/resolve/mirrors-are-compared"));
    workdir.run(&["run", "run.toml"]);
    let finding = workdir.json("run.run/findings.json")["findings"][0].clone();
    for key in ["shipments", "counts", "confirmed", "range", "looser", "by_procedure_class", "by_breadth", "without_rule"] {
        assert!(finding.get(key).is_some_and(serde_json::Value::is_null), "{key}: {}", finding[key]);
    }
    assert!(!workdir.read_text("run.run/queries.sql").contains(", total"));
    assert!(!workdir.table("run.run/series.csv").column("group").contains(&""), "no month adds the two sides");
}
