//! Counting: a second engine gives the same numbers from `queries.sql`, and the five counts do what their definitions say.
//!
//! The statements of a run folder are run over its Parquet files by polars, by SQLite and, where it is installed, by DuckDB's
//! Python package. The properties are tried on generated records, many variations in one run: each is a finding of its own.

use crate::workdir::{Table, Workdir};
use polars::prelude::{AnyValue, DataFrame, IntoLazy, ParquetReader, SerReader};
use polars::sql::SQLContext;
use rusqlite::Connection;
use rusqlite::types::{Value, ValueRef};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::process::Command;

const TABLES: [&str; 4] = ["shipments", "members", "goods", "goods_hits"];
const KEYS: [&str; 5] = ["records", "line_items", "declarations", "consignments", "party_days"];

/// The rows of a result as texts; an empty text is a missing value.
type Rows = Vec<Vec<String>>;

/// A statement of `queries.sql` with the comment above it.
struct Statement {
    title: String,
    text: String,
}

#[test]
fn three_engines_agree_on_the_sample() {
    let workdir = Workdir::of_sample();
    let mut run_file = workdir.read_text("poly-group.toml");
    for (id, by) in [
        ("by-month", "\"month\", \"shipper\""),
        ("by-quarter", "\"quarter\""),
        ("by-brand", "\"brand\""),
        ("by-country", "\"departure_country\", \"year\""),
    ] {
        write!(
            run_file,
            "\n[[findings]]\nid = \"{id}\"\nreporter = [\"RU\"]\nflow = \"import\"\nshipper = {{ group = \"China Poly Group\" }}\n\
             from = 2015-03-01\nto = 2021-10-31\ncount = \"records\"\nby = [{by}]\nwhere = {{ value_usd_min = 1000 }}\n"
        )
        .expect("a text can grow");
    }
    for (id, by) in
        [("by-set", "\"goods_set\", \"year\""), ("by-provision", "\"provision\", \"tier\""), ("by-phrase", "\"phrase\"")]
    {
        write!(
            run_file,
            "\n[[findings]]\nid = \"{id}\"\nreporter = [\"RU\"]\nflow = \"import\"\nshipper = {{ group = \"China Poly Group\" }}\n\
             goods = {{ any = [\"sensitive\", \"spare-parts\", \"chpl-by-date\"] }}\nfrom = 2012-01-01\nto = 2023-12-31\n\
             count = \"declarations\"\nby = [{by}]\n"
        )
        .expect("a text can grow");
    }
    workdir.write("poly-group.toml", run_file);
    workdir.run(&["run", "poly-group.toml"]);
    let brands = workdir.table("poly-group.run/summary.csv").only("finding", "by-brand");
    assert!(brands.column("brand").contains(&""), "some records have no brand");
    let n_rows = hold_engines_against_each_other(&workdir, "poly-group.run");
    assert!(n_rows > 100, "there was something to compare: {n_rows} rows");
}

#[test]
fn three_engines_agree_on_restated_lines_and_missing_values() {
    let workdir = Workdir::copy_of(&crate::workdir::project("tests/cases/resolve/second-vendor-names-the-party"));
    workdir.run(&["run", "run.toml"]);
    hold_engines_against_each_other(&workdir, "run.run");
}

/// Runs every statement in every engine that is at hand; returns the number of rows that polars gave.
fn hold_engines_against_each_other(workdir: &Workdir, folder: &str) -> usize {
    let path = workdir.path(folder);
    let statements = statements(&workdir.read_text(&format!("{folder}/queries.sql")));
    let polars = run_in_polars(&path, &statements);
    let sqlite = run_in_sqlite(&path, &statements);
    for ((statement, polars), sqlite) in statements.iter().zip(&polars).zip(&sqlite) {
        assert_eq!(polars, sqlite, "polars and SQLite differ: {}\n{}", statement.title, statement.text);
    }
    match run_in_duckdb(&path, &statements) {
        None => println!("skipped: DuckDB's Python package is not installed"),
        Some(duckdb) => {
            for ((statement, polars), duckdb) in statements.iter().zip(&polars).zip(&duckdb) {
                assert_eq!(polars, duckdb, "polars and DuckDB differ: {}\n{}", statement.title, statement.text);
            }
        }
    }
    hold_against_results(workdir, folder, &statements, &sqlite);
    polars.iter().map(Vec::len).sum()
}

/// Returns the statements of a text; a comment on the line above a statement is its title.
fn statements(text: &str) -> Vec<Statement> {
    let (mut statements, mut title, mut lines) = (Vec::new(), String::new(), Vec::new());
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("-- ") {
            title = comment.trim().to_owned();
        } else if !line.trim().is_empty() {
            lines.push(line);
            if line.ends_with(';') {
                let text = std::mem::take(&mut lines).join("\n").trim_end_matches(';').to_owned();
                statements.push(Statement { title: title.clone(), text });
            }
        }
    }
    assert!(lines.is_empty(), "every statement ends");
    assert!(statements.len() >= 4, "{} statements", statements.len());
    statements
}

fn read_parquet(folder: &Path, table: &str) -> DataFrame {
    let file = File::open(folder.join(format!("{table}.parquet"))).expect("the run folder has its tables");
    ParquetReader::new(file).finish().expect("a table of ours can be read")
}

/// Returns rows in one order: engines put missing values first or last.
fn sorted(mut rows: Rows) -> Rows {
    rows.sort();
    rows
}

fn run_in_polars(folder: &Path, statements: &[Statement]) -> Vec<Rows> {
    let mut context = SQLContext::new();
    for table in TABLES {
        context.register(table, read_parquet(folder, table).lazy());
    }
    statements
        .iter()
        .map(|statement| {
            let table = context.execute(&statement.text).and_then(|lazy| lazy.collect()).expect("polars runs the statement");
            let rows = (0..table.height())
                .map(|row| table.columns().iter().map(|column| text_of(&column.get(row).expect("a cell"))).collect());
            sorted(rows.collect())
        })
        .collect()
}

fn text_of(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        other => other.to_string(),
    }
}

fn run_in_sqlite(folder: &Path, statements: &[Statement]) -> Vec<Rows> {
    let mut connection = Connection::open_in_memory().expect("SQLite opens in memory");
    for table in TABLES {
        fill(&mut connection, table, &read_parquet(folder, table));
    }
    statements
        .iter()
        .map(|statement| {
            let mut prepared = connection.prepare(&statement.text).expect("SQLite understands the statement");
            let width = prepared.column_count();
            let rows = prepared
                .query_map([], |row| {
                    (0..width)
                        .map(|at| {
                            Ok(match row.get_ref(at)? {
                                ValueRef::Null => String::new(),
                                ValueRef::Integer(number) => number.to_string(),
                                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                                other => panic!("an unexpected value: {other:?}"),
                            })
                        })
                        .collect()
                })
                .expect("SQLite runs the statement");
            sorted(rows.map(|row| row.expect("a row can be read")).collect())
        })
        .collect()
}

fn fill(connection: &mut Connection, table: &str, frame: &DataFrame) {
    let names: Vec<&str> = frame.columns().iter().map(|column| column.name().as_str()).collect();
    connection.execute(&format!("CREATE TABLE {table} ({})", names.join(", ")), []).expect("the table can be made");
    let transaction = connection.transaction().expect("a transaction begins");
    {
        let marks = vec!["?"; names.len()].join(", ");
        let mut insert = transaction.prepare(&format!("INSERT INTO {table} VALUES ({marks})")).expect("the insert is sound");
        for row in 0..frame.height() {
            let cells = frame.columns().iter().map(|column| match column.get(row).expect("a cell") {
                AnyValue::Null => Value::Null,
                AnyValue::String(text) => Value::Text(text.to_owned()),
                AnyValue::StringOwned(text) => Value::Text(text.to_string()),
                number => Value::Integer(number.extract::<i64>().expect("all other columns are whole numbers")),
            });
            insert.execute(rusqlite::params_from_iter(cells)).expect("a row can be added");
        }
    }
    transaction.commit().expect("the rows are kept");
}

/// Returns `None` where Python or the package is not installed.
fn run_in_duckdb(folder: &Path, statements: &[Statement]) -> Option<Vec<Rows>> {
    let has_duckdb = Command::new("python3").args(["-c", "import duckdb"]).output().is_ok_and(|output| output.status.success());
    if !has_duckdb {
        return None;
    }
    let script = "import duckdb, json, sys\n\
                  engine = duckdb.connect()\n\
                  for table in ('shipments', 'members', 'goods', 'goods_hits'):\n    \
                      engine.execute(f\"CREATE VIEW {table} AS SELECT * FROM read_parquet('{table}.parquet')\")\n\
                  text = lambda cell: '' if cell is None else str(cell)\n\
                  print(json.dumps([[[text(cell) for cell in row] for row in engine.execute(query).fetchall()] \
                  for query in json.load(open(sys.argv[1]))]))\n";
    let input = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    let texts: Vec<&str> = statements.iter().map(|statement| statement.text.as_str()).collect();
    serde_json::to_writer(&input, &texts).expect("a file can be written");
    let output =
        Command::new("python3").args(["-c", script]).arg(input.path()).current_dir(folder).output().expect("python3 starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let results: Vec<Rows> = serde_json::from_slice(&output.stdout).expect("the script prints JSON");
    Some(results.into_iter().map(sorted).collect())
}

/// Holds what an engine counts against `summary.csv` and `findings.json`.
fn hold_against_results(workdir: &Workdir, folder: &str, statements: &[Statement], results: &[Rows]) {
    let summary = workdir.table(&format!("{folder}/summary.csv"));
    let findings = workdir.json(&format!("{folder}/findings.json"));
    let mut n_compared = 0;
    for finding in findings["findings"].as_array().expect("findings are a list") {
        let id = finding["id"].as_str().expect("a finding has an id");
        let result = |title: &str| {
            let at = statements.iter().position(|statement| statement.title == format!("finding {id}, {title}"));
            at.map(|at| &results[at])
        };
        for (level, counts) in [("headline", "counts"), ("looser", "looser"), ("confirmed", "confirmed")] {
            let row = &result(&format!("{level}, total")).unwrap_or_else(|| panic!("`{id}` has a total {level}"))[0];
            let stated = KEYS.map(|key| finding[counts][key].to_string());
            assert_eq!(row[..5], stated, "`{id}`, {level}");
            n_compared += 1;
        }
        let own = summary.only("finding", id);
        let total = own.only("period", "all").select(&KEYS);
        assert_eq!(total.rows.last().map(Vec::as_slice), Some(&result("headline, total").expect("checked before")[0][..5]));

        // The rows by period, before the total: the engine has those that are not zero.
        let parts = own.rows.iter().take(own.rows.len() - 1);
        let counted: Vec<Vec<String>> = parts.filter(|row| row[own.at("records")] != "0").cloned().collect();
        let title = statements
            .iter()
            .map(|statement| statement.title.as_str())
            .find(|title| title.starts_with(&format!("finding {id}, headline, by ")));
        let Some(title) = title else { continue };
        let by = title.split(" by ").nth(1).expect("the title names the columns").split(", ").count();
        let rows = result(&title[format!("finding {id}, ").len()..]).expect("found by its title");
        let from_engine: BTreeSet<Vec<String>> = rows.iter().map(|row| row[by..by + 5].to_vec()).collect();
        let places = KEYS.map(|name| own.at(name));
        let from_summary: BTreeSet<Vec<String>> =
            counted.iter().map(|row| places.iter().map(|at| row[*at].clone()).collect()).collect();
        assert_eq!(rows.len(), counted.len(), "`{id}` has as many rows as the engine");
        assert_eq!(from_engine, from_summary, "`{id}` by period");
        n_compared += 1;
    }
    assert!(n_compared >= 3, "there was something to compare");
}

/// A record of the generated tables.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Record {
    day: u32,
    declaration: usize,
    line: usize,
    bill: usize,
    shipper: usize,
    consignee: usize,
    grams: u64,
}

/// Random numbers that are the same each time (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// Returns the records of some declarations, with lines, bills, parties and days of their own or shared.
fn records(random: &mut Random) -> Vec<Record> {
    let mut records = Vec::new();
    for declaration in 0..2 + random.below(5) {
        let (day, bill, shipper) = (1 + random.below(9) as u32, random.below(4), random.below(3));
        for line in 1..=1 + random.below(3) {
            let grams = 1 + random.below(100_000) as u64;
            records.push(Record { day, declaration, line, bill, shipper, consignee: random.below(2), grams });
        }
    }
    records
}

/// Counts by the definitions, with nothing but sets.
fn counted(records: &[Record]) -> [usize; 5] {
    fn distinct<K: Ord>(records: &[Record], key: impl Fn(&Record) -> K) -> usize {
        records.iter().map(key).collect::<BTreeSet<_>>().len()
    }
    [
        distinct(records, Record::clone),
        distinct(records, |record| (record.declaration, record.line)),
        distinct(records, |record| record.declaration),
        distinct(records, |record| record.bill),
        distinct(records, |record| (record.shipper, record.consignee, record.day)),
    ]
}

/// Pairs of these tell variations apart.
const COUNTRIES: [&str; 18] =
    ["AE", "AM", "AT", "BE", "BG", "BR", "CN", "CZ", "DE", "FI", "HK", "IN", "JP", "KR", "KZ", "TR", "US", "VN"];

fn countries(variation: usize) -> (&'static str, &'static str) {
    (COUNTRIES[variation / COUNTRIES.len()], COUNTRIES[variation % COUNTRIES.len()])
}

const HEADER: &str = "date,flow,reporter_country_code,origin_country_code,departure_country_code,declaration_id,line_number,bill_of_lading_id,hs_code,shipper_name,\
                      consignee_name,net_weight_kg,remark\n";

fn line(variation: usize, record: &Record) -> String {
    let Record { day, declaration, line, bill, shipper, consignee, grams } = record;
    let (origin, departure) = countries(variation);
    format!(
        "2021-05-{day:02},import,RU,{origin},{departure},V{variation}-{declaration},{line},B{variation}-{bill},845710,Velderin {shipper:02} Export,\
         OOO Grumant {consignee:02},{}.{:03},SYNTHETIC\n",
        grams / 1000,
        grams % 1000
    )
}

/// Counts the records of many variations in one run, in all five keys, and their weight in grams.
fn count_in_one_run(variations: &[Vec<Record>], random: &mut Random) -> Vec<([usize; 5], u64)> {
    let mut lines: Vec<String> = Vec::new();
    let mut run_file = "[[records]]\npath = \"records.csv\"\nschema = \"plimsoll\"\n".to_owned();
    for (variation, records) in variations.iter().enumerate() {
        lines.extend(records.iter().map(|record| line(variation, record)));
        let (origin, departure) = countries(variation);
        write!(
            run_file,
            "\n[[findings]]\nid = \"f{variation}\"\nfrom = 2021-05-01\nto = 2021-05-31\ncount = \"records\"\n\
             where = {{ origin_country = \"{origin}\", departure_country = \"{departure}\" }}\n"
        )
        .expect("a text can grow");
    }
    random.shuffle(&mut lines);
    let workdir = Workdir::new();
    workdir.write("records.csv", format!("{HEADER}{}", lines.concat()));
    workdir.write("run.toml", run_file);
    workdir.run(&["run", "run.toml"]);
    let summary: Table = workdir.table("run.run/summary.csv").only("period", "all");
    let counts = summary.select(&KEYS);
    let by_finding: BTreeMap<&str, ([usize; 5], u64)> = summary
        .column("finding")
        .into_iter()
        .zip(&counts.rows)
        .zip(summary.column("net_weight_kg"))
        .map(|((finding, row), weight)| {
            let numbers: Vec<usize> = row.iter().map(|cell| cell.parse().expect("a count")).collect();
            let grams = weight.replace('.', "").parse().unwrap_or(0);
            (finding, (numbers.try_into().expect("five counts"), grams))
        })
        .collect();
    (0..variations.len()).map(|variation| by_finding[format!("f{variation}").as_str()]).collect()
}

#[test]
fn one_more_counts_one_more_and_a_repeat_counts_nothing() {
    let mut random = Random(0x5EED_0000_0000_0281);
    let mut variations: Vec<Vec<Record>> = Vec::new();
    let mut expected: Vec<(&str, usize, [i64; 5])> = Vec::new();
    for _ in 0..60 {
        let base = records(&mut random);
        let base_at = variations.len();
        let alone = Record { day: 28, declaration: 90, line: 1, bill: 90, shipper: 90, consignee: 90, grams: 7 };
        let mut with_one = base.clone();
        with_one.push(alone.clone());
        let mut with_two = with_one.clone();
        with_two.push(Record { day: 29, declaration: 91, line: 1, bill: 91, shipper: 91, consignee: 90, grams: 7 });
        let mut repeated = base.clone();
        repeated.extend((0..3).map(|_| base[random.below(base.len())].clone()));
        let mut shuffled = base.clone();
        random.shuffle(&mut shuffled);
        for (what, records, change) in [
            ("base", base, [0; 5]),
            ("one more", with_one, [1; 5]),
            ("two more, and one of them taken away: one more", with_two, [2; 5]),
            ("repeats", repeated, [0; 5]),
            ("another order", shuffled, [0; 5]),
        ] {
            variations.push(records);
            expected.push((what, base_at, change));
        }
    }
    let found = count_in_one_run(&variations, &mut random);
    for (at, (what, base_at, change)) in expected.into_iter().enumerate() {
        assert_eq!(found[at].0, counted(&variations[at]), "{what}: {:?}", variations[at]);
        let changed: Vec<i64> = (0..5).map(|key| found[at].0[key] as i64 - found[base_at].0[key] as i64).collect();
        assert_eq!(changed, change, "{what}: {:?}", variations[at]);
        let grams: u64 = variations[at].iter().collect::<BTreeSet<_>>().iter().map(|record| record.grams).sum();
        assert_eq!(found[at].1, grams, "the weight of {what}: a repeat adds none");
    }
}

#[test]
fn what_does_not_belong_changes_nothing() {
    let base = "2021-05-03,import,RU,D-1,1,B-1,845710,Velderin Export,CN,OOO Grumant,RU,40,00,released,10,SYNTHETIC\n";
    let header = "date,flow,reporter_country_code,declaration_id,line_number,bill_of_lading_id,hs_code,shipper_name,shipper_country_code,\
                  consignee_name,consignee_country_code,procedure_code,previous_procedure_code,release_status,net_weight_kg,remark\n";
    let run_file = "[[records]]\npath = \"records.csv\"\nschema = \"plimsoll\"\n\n[goods.sets.machines]\ncodes = [\"8457\"]\n\n\
                    [[findings]]\nid = \"all\"\nreporter = \"RU\"\nflow = \"import\"\nshipper = { name = \"Velderin Export\" }\n\
                    consignee = { country = \"RU\" }\ngoods = { any = [\"machines\"] }\nfrom = 2021-01-01\nto = 2021-12-31\ncount = \"records\"\n";
    let second = base.replace("D-1", "D-2").replace("B-1", "B-2").replace("05-03", "06-03");
    let count = |further: &str| -> Vec<String> {
        let workdir = Workdir::new();
        workdir.write("records.csv", format!("{header}{base}{further}"));
        workdir.write("run.toml", run_file);
        workdir.run(&["run", "run.toml"]);
        workdir.table("run.run/summary.csv").only("period", "all").select(&KEYS).rows.remove(0)
    };
    assert_eq!(count(""), ["1"; 5]);
    assert_eq!(count(&second), ["2"; 5], "the second one counts as it stands");
    for (what, from, to) in [
        ("before the window", "2021-06-03", "2020-12-31"),
        ("after the window", "2021-06-03", "2022-01-01"),
        ("another flow", "import", "export"),
        ("another reporter", ",RU,D-2", ",KZ,D-2"),
        ("other goods", "845710", "845810"),
        ("no code", "845710", ""),
        ("another shipper", "Velderin Export", "Ostbrook Import"),
        ("another country", ",RU,40,", ",KZ,40,"),
        ("refused", "released", "refused"),
        ("withdrawn", "released", "withdrawn"),
        ("transit", ",40,00,", ",80,00,"),
        ("a change of regime", ",40,00,", ",40,53,"),
        ("a date too rough for the window", "2021-06-03", "2022"),
    ] {
        let other = second.replacen(from, to, 1);
        assert_ne!(other, second, "{what}");
        assert_eq!(count(&other), ["1"; 5], "{what}");
    }
    for (what, from, to) in [
        ("an unknown release", "released", ""),
        ("another spelling", "Velderin Export", "VELDERIN EXPORT"),
        ("a date of the month", "2021-06-03", "2021-06"),
    ] {
        assert_eq!(count(&second.replacen(from, to, 1)), ["2"; 5], "{what}");
    }
}
