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
fn real(path: &str) -> Option<PathBuf> {
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
