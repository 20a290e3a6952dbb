//! Real files: the numbers that earlier readings of them gave, from every layout alike.
//!
//! The files are bought or fetched, lie beside the checkout or where `PLIMSOLL_REAL_DATA` says, and are not part of the project: a
//! test whose file is absent says so and does nothing. They are read where they lie and none of their rows is copied.

use crate::workdir::{Workdir, project};
use std::path::PathBuf;

const PERU: &str = "trade/peru_veritrade";
const PARQUET: &str = "datos_maquinaria_8429.parquet";
const UTF_8: &str = "peru_8429_imports_utf8.csv.gz";
const WINDOWS_1252: &str = "derived_peru_8429_cp1252_semicolon_decimalcomma.csv";
const WORKBOOK: &str = "veritrade_PE_I_8704229000.xlsx";

const LINE_ITEMS: [(&str, &str); 8] = [
    ("2020", "1592"),
    ("2021", "2902"),
    ("2022", "2658"),
    ("2023", "3293"),
    ("2024", "3380"),
    ("2025", "4254"),
    ("2026", "2571"),
    ("all", "20650"),
];

/// Returns a file of the real data, or `None`, said on stdout, where it is absent.
pub fn real(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PLIMSOLL_REAL_DATA").map_or_else(|| project("../shared/data"), PathBuf::from);
    let path = root.join(path);
    if path.exists() {
        return path.canonicalize().ok();
    }
    println!("skipped: there is no {}", path.display());
    None
}

/// Runs over one file of the Peruvian imports in a folder of its own.
fn run_peru(file: &str) -> Option<Workdir> {
    let path = real(&format!("{PERU}/{file}"))?;
    let workdir = Workdir::new();
    workdir.write(
        "run.toml",
        format!(
            "[[records]]\npath = '{}'\nschema = \"pe-veritrade\"\n\n[[findings]]\nid = \"all\"\nfrom = 2010-01-01\nto = 2026-12-31\n\
             count = \"line_items\"\nby = [\"year\"]\n",
            path.display()
        ),
    );
    workdir.run(&["run", "run.toml"]);
    Some(workdir)
}

/// Returns records read, kept, duplicates and rejected of the only file.
fn account(workdir: &Workdir) -> [u64; 4] {
    let file = &workdir.json("run.run/run_manifest.json")["files"][0];
    ["records_read", "kept", "duplicates", "rejected"].map(|key| file[key].as_u64().expect("a count"))
}

#[test]
fn peruvian_imports_give_the_known_numbers_from_each_layout() {
    let (parquet, utf_8) = (run_peru(PARQUET), run_peru(UTF_8));
    for workdir in [&parquet, &utf_8].into_iter().flatten() {
        let summary = workdir.table("run.run/summary.csv");
        let counts: Vec<(&str, &str)> = summary
            .column("period")
            .into_iter()
            .zip(summary.column("line_items"))
            .filter(|(period, count)| *period == "all" || *count != "0")
            .collect();
        assert_eq!(counts, LINE_ITEMS);
        assert_eq!(summary.only("period", "all").column("declarations"), ["13844"]);
        let [read, kept, duplicates, rejected] = account(workdir);
        assert_eq!(read, kept + duplicates + rejected);
        assert_eq!(rejected, 0);
    }
    if let (Some(parquet), Some(utf_8)) = (&parquet, &utf_8) {
        assert!(parquet.read("run.run/summary.csv") == utf_8.read("run.run/summary.csv"), "the layouts give different summaries");
    }
}

#[test]
fn the_header_of_a_workbook_is_found_below_its_title() {
    let Some(workdir) = run_peru(WORKBOOK) else { return };
    assert_eq!(account(&workdir)[0], 12_417);
    let dialect = &workdir.json("run.run/run_manifest.json")["files"][0]["dialect"];
    assert_eq!(dialect["header_row"], 6);
}

#[test]
fn windows_1252_with_decimal_commas_is_read_whole() {
    let Some(workdir) = run_peru(WINDOWS_1252) else { return };
    let [read, kept, duplicates, rejected] = account(&workdir);
    assert_eq!((read, rejected), (2_000, 0));
    assert_eq!(kept + duplicates, 2_000);
    let dialect = &workdir.json("run.run/run_manifest.json")["files"][0]["dialect"];
    assert_eq!(dialect["encoding"], "windows-1252");
    assert_eq!(dialect["delimiter"], ";");
}

/// Files of one aggregator, what `inspect` must take them for, and records read, kept and repeated.
const AGGREGATOR: [(&str, &str, [u64; 3]); 24] = [
    ("Armenia Import S.xlsx", "am-aggregator-import-months", [1000, 990, 10]),
    ("Chile Import F.xlsx", "cl-aggregator-import", [2, 2, 0]),
    ("Chile Import S.xlsx", "cl-aggregator-import-months", [1000, 997, 3]),
    ("Colombia Import S.xlsx", "co-aggregator-import-months", [1000, 991, 9]),
    ("Equador Impor S.xlsx", "ec-aggregator-import-months", [1000, 998, 2]),
    ("India Import F.xlsx", "in-aggregator-import", [2, 2, 0]),
    ("India Import S.xlsx", "in-aggregator-import-months", [1000, 1000, 0]),
    ("Kazakhstan Export F.xlsx", "kz-aggregator", [2, 2, 0]),
    ("Kazakhstan Import F.xlsx", "kz-aggregator", [2, 2, 0]),
    ("Malaysia Import S.xlsx", "my-aggregator-import-months", [1000, 1000, 0]),
    ("Mexico  Import S.xlsx", "mx-aggregator-import-months", [1000, 998, 2]),
    ("Moldova import short.xlsx", "md-aggregator-import-months", [1000, 1000, 0]),
    ("Nicaragua Import S.xlsx", "ni-aggregator-import-months", [409, 401, 8]),
    ("Panama Import S.xlsx", "pa-aggregator-import-months", [1000, 998, 2]),
    ("Russia Export Full.xlsx", "ru-aggregator-export", [2, 2, 0]),
    ("Russia Export Short.xlsx", "ru-aggregator-export-months", [1000, 995, 5]),
    ("Russia Import Full.xlsx", "ru-aggregator-import", [2, 2, 0]),
    ("Russia Import Short.xlsx", "ru-aggregator-import-months", [1000, 997, 3]),
    ("Turkey Export F.xlsx", "tr-aggregator-export", [4, 2, 2]),
    ("Turkey Export S.xlsx", "tr-aggregator-export-months", [1000, 993, 7]),
    ("Turkey Import F.xlsx", "tr-aggregator-import", [2, 1, 1]),
    ("Turkey Import S.xlsx", "tr-aggregator-import-months", [1000, 1000, 0]),
    ("Venezuela Import S.xlsx", "ve-aggregator-import-months", [910, 884, 26]),
    ("output_excel (India export).xlsx", "in-aggregator-export-months", [1000, 1000, 0]),
];

/// Runs over one file by one schema, with a finding of each flow.
fn run_by(path: &str, schema: &str, more: &str) -> Option<Workdir> {
    let path = real(path)?;
    let workdir = Workdir::new();
    let mut run_file = format!("[[records]]\npath = '{}'\nschema = \"{schema}\"\n{more}", path.display());
    for flow in ["import", "export"] {
        run_file.push_str(&format!(
            "\n[[findings]]\nid = \"{flow}\"\nflow = \"{flow}\"\nfrom = 2010-01-01\nto = 2029-12-31\ncount = \"records\"\n"
        ));
    }
    workdir.write("run.toml", run_file);
    workdir.run(&["run", "run.toml"]);
    Some(workdir)
}

#[test]
fn layouts_of_fourteen_countries_are_told_apart_and_read() {
    let mut wrong = Vec::new();
    for (file, schema, [read, kept, duplicates]) in AGGREGATOR {
        let path = format!("trade/aggregator_samples/{file}");
        let (Some(workdir), Some(path)) = (run_by(&path, schema, ""), real(&path)) else { return };
        let found = account(&workdir);
        if found != [read, kept, duplicates, 0] {
            wrong.push(format!("{file}: {found:?}"));
        }
        let inspected = workdir.run(&["inspect", &path.to_string_lossy(), "--json"]);
        let inspected: serde_json::Value = serde_json::from_str(&inspected.stdout).expect("`--json` prints JSON");
        let verdict = &inspected["tables"][0]["schema"];
        if (verdict["fits"].as_bool(), verdict["nearest"].as_str()) != (Some(true), Some(schema)) {
            wrong.push(format!("{file} is taken for {verdict}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lines_without_a_number_are_counted_once_each_and_totals_of_the_declaration_never() {
    let Some(workdir) = run_by("trade/aggregator_samples/Kazakhstan Export F.xlsx", "kz-aggregator", "") else { return };
    let total = workdir.table("run.run/summary.csv").only("finding", "export").only("period", "all");
    for (column, expected) in
        [("records", "2"), ("line_items", "2"), ("declarations", "1"), ("value_usd", "2026.95"), ("net_weight_kg", "5520.000")]
    {
        assert_eq!(total.column(column), [expected], "{column}");
    }
}

#[test]
fn true_repeats_count_once_and_zero_throughout_is_no_value() {
    let Some(workdir) = run_by("trade/aggregator_samples/Turkey Export F.xlsx", "tr-aggregator-export", "") else { return };
    let total = workdir.table("run.run/summary.csv").only("finding", "export").only("period", "all");
    for (column, expected) in [("records", "2"), ("line_items", "2"), ("declarations", "2"), ("value_usd", "")] {
        assert_eq!(total.column(column), [expected], "{column}");
    }
    let rules = workdir.table("run.run/duplicates.csv");
    assert_eq!(rules.column("rule"), ["exact_repeat", "exact_repeat"]);
    let issues = workdir.table("run.run/issues.csv").only("kind", "always_zero");
    assert_eq!(issues.column("column"), ["value_usd"]);
}

#[test]
fn statistics_give_the_known_sums() {
    let Some(path) = real("trade/us_census_exports_turkey/4890data-combined.parquet") else { return };
    let workdir = Workdir::new();
    let mut run_file = format!("[[records]]\npath = '{}'\nschema = \"us-census-export\"\n", path.display());
    let known = [
        ("8456", "482", "69799096.00"),
        ("8457", "397", "81897660.00"),
        ("8458", "516", "33995860.00"),
        ("8459", "485", "18191632.00"),
        ("8460", "590", "11734026.00"),
        ("8542", "1780", "489611934.00"),
    ];
    for (code, _, _) in known {
        run_file.push_str(&format!(
            "\n[goods.sets.c{code}]\ncodes = [\"{code}\"]\n\n[[findings]]\nid = \"c{code}\"\ngoods = {{ any = [\"c{code}\"] }}\n\
             from = 2013-01-01\nto = 2026-01-31\ncount = \"records\"\nwhere = {{ destination_country = [\"TR\"] }}\n"
        ));
    }
    workdir.write("run.toml", run_file);
    workdir.run(&["run", "run.toml"]);
    let summary = workdir.table("run.run/summary.csv").only("period", "all");
    for (code, records, value) in known {
        let total = summary.only("finding", &format!("c{code}"));
        assert_eq!((total.column("records"), total.column("value_usd")), (vec![records], vec![value]), "{code}");
    }
    let findings = workdir.json("run.run/findings.json").to_string();
    assert!(findings.contains("not_testable") && !findings.contains("equals_expected"), "sums are no shipments");
}

#[test]
fn several_reporters_of_one_flow_add_up_to_the_known_sums() {
    let Some(path) = real("trade/eurostat_sanctioned_exports/eu_exports_sanctioned_cn8_monthly_long.csv.gz") else { return };
    let members = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";
    let reporters: Vec<String> = members.split(' ').map(|code| format!("\"{code}\"")).collect();
    let workdir = Workdir::new();
    let run_file = format!(
        "[[records]]\npath = '{}'\nschema = \"eurostat-long\"\n\n[goods.sets.machines]\ncodes = [\"84\", \"85\"]\n\n\
         [[findings]]\nid = \"eu\"\nreporter = [{}]\nflow = \"export\"\ngoods = {{ any = [\"machines\"] }}\n\
         from = 2020-01-01\nto = 2022-11-30\ncount = \"records\"\nby = [\"year\", \"destination_country\"]\n",
        path.display(),
        reporters.join(", ")
    );
    workdir.write("run.toml", run_file);
    workdir.run(&["run", "run.toml"]);
    let summary = workdir.table("run.run/summary.csv");
    // Millions of euros, rounded to a tenth.
    for (country, years) in [
        ("KG", ["24.9", "28.0", "154.0"]),
        ("AM", ["85.7", "61.4", "339.2"]),
        ("KZ", ["885.5", "1037.5", "2124.6"]),
        ("RU", ["14573.1", "15363.6", "4756.7"]),
    ] {
        let own = summary.only("destination_country", country);
        let sums: Vec<String> = own
            .column("value_original")
            .into_iter()
            .map(|euros| format!("{:.1}", euros.parse::<f64>().expect("a sum") / 1e6))
            .collect();
        assert_eq!(sums, years, "{country}");
        assert_eq!(own.column("currency_code"), ["EUR"; 3]);
        assert_eq!(own.column("shipments"), [""; 3], "sums are no shipments");
    }
}

#[test]
fn one_layout_of_both_flows_takes_the_flow_that_the_run_file_says() {
    for (file, flow, n_records) in [("unified_exp_pr.parquet", "export", 160_676), ("unified_imp_pr.parquet", "import", 28_262)] {
        let path = format!("trade/brazil_comexstat_parana/{file}");
        let Some(workdir) = run_by(&path, "br-comexstat", &format!("flow = \"{flow}\"\n")) else { return };
        assert_eq!(account(&workdir), [n_records, n_records, 0, 0]);
        let total = workdir.table("run.run/summary.csv").only("finding", flow).only("period", "all");
        assert_eq!(total.column("records"), [n_records.to_string()]);
        assert!(workdir.table("run.run/issues.csv").rows.is_empty());
    }
}

#[test]
fn sums_of_several_countries_are_no_records_of_their_own() {
    let Some(workdir) = run_by("trade/eu_neighbours/kazakhstan_import_yearly.csv", "eurostat-table", "") else { return };
    assert_eq!(account(&workdir), [437, 407, 0, 30]);
    let rejected = workdir.table("run.run/rejected.csv");
    assert!(rejected.column("reason").iter().all(|reason| *reason == "totals_row"));
}
