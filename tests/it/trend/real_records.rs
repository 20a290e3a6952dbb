//! Real records: the figures that an independent computation gave, from the records themselves.
//!
//! The files are bought or fetched, lie beside the checkout or where `PLIMSOLL_REAL_DATA` says, and are not part of the project: a
//! test whose file is absent says so and does nothing.

use crate::workdir::{Workdir, project};
use polars::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Russia in the country codes of Brazil's foreign trade.
const RUSSIA: i32 = 676;

/// Returns a file of the real data, or `None`, said on stdout, where it is absent.
fn real(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PLIMSOLL_REAL_DATA").map_or_else(|| project("../shared/data"), PathBuf::from);
    let path = root.join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: there is no {}", path.display());
    None
}

fn assert_near(value: &Value, pointer: &str, expected: f64) {
    let own = value.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("{pointer} is a number"));
    assert!((own - expected).abs() <= 0.005 + 1e-9, "{pointer}: {own}, expected {expected}");
}

/// Peru's imports of earth-moving machinery (HS 8429) from China, with all other origins as control, through a whole run.
#[test]
fn peruvian_imports_from_china_by_the_records() {
    let Some(path) = real("trade/peru_veritrade/datos_maquinaria_8429.parquet") else { return };
    let workdir = Workdir::new();
    let finding = |id: &str, condition: &str| {
        format!(
            "[[findings]]\nid = \"{id}\"\nfrom = 2020-01-01\nto = 2026-06-30\ncount = \"records\"\nby = [\"year\"]\n{condition}\n\n"
        )
    };
    workdir.write(
        "run.toml",
        format!(
            "[[records]]\npath = '{}'\nschema = \"pe-veritrade\"\n\n{}{}[trend]\nchange = 2022-02-24\n",
            path.display(),
            finding("from-china", "where = { origin_country = [\"CN\"] }\ncontrol = \"from-japan-and-us\""),
            finding("from-japan-and-us", "where = { origin_country = [\"JP\", \"US\"] }"),
        ),
    );
    workdir.run(&["run", "run.toml"]);
    let trend = &workdir.json("run.run/findings.json")["findings"][0]["trend"][0];
    println!("{}", trend["sentence"]);
    let codes: Vec<&str> =
        trend["caveats"].as_array().expect("a list").iter().filter_map(|caveat| caveat["code"].as_str()).collect();
    assert!(codes.contains(&"jan_feb_china"), "{codes:?}");
    let table = workdir.table("run.run/trend.csv").only("finding", "from-china");
    assert!(table.column("test").contains(&"control"));
    assert!(workdir.path("run.run/trend-from-china.svg").exists());
}

/// Records of the exports of Paraná, Brazil, to Russia, with those to all other countries as control.
#[test]
fn exports_of_parana_to_russia_fell() {
    let Some(path) = real("trade/brazil_comexstat_parana/unified_exp_pr.parquet") else { return };
    let file = std::fs::File::open(&path).expect("the file can be opened");
    let table = ParquetReader::new(file).finish().expect("the file is Parquet");
    let column = |name: &str| table.column(name).and_then(|column| Ok(column.i32()?.clone())).expect("the file has the column");
    let (years, months, countries) = (column("CO_ANO"), column("CO_MES"), column("CO_PAIS"));
    let mut counts: BTreeMap<(i32, i32), [u64; 2]> = BTreeMap::new();
    for row in 0..table.height() {
        if let (Some(year), Some(month)) = (years.get(row), months.get(row)) {
            counts.entry((year, month)).or_default()[usize::from(countries.get(row) != Some(RUSSIA))] += 1;
        }
    }
    let lines: Vec<String> = counts.iter().map(|((year, month), [own, other])| format!("{year},{month},{own},{other}")).collect();
    let workdir = Workdir::new();
    workdir.write("parana-to-russia.csv", format!("year,month,count,control\n{}\n", lines.join("\n")));
    let printed =
        workdir.run(&["trend", "parana-to-russia.csv", "--change", "2022-02-24", "--to", "2025-12-31", "--json"]).stdout;
    let trend: Value = serde_json::from_str(&printed).expect("it is JSON");
    println!("{}", trend["sentence"]);
    for (pointer, expected) in [
        ("/descriptive/before/per_month", 12.92),
        ("/descriptive/after/per_month", 7.83),
        ("/descriptive/ratio/estimate", 0.61),
        ("/descriptive/ratio/low", 0.42),
        ("/descriptive/ratio/high", 0.87),
        ("/control/ratio_of_ratios/estimate", 0.53),
        ("/control/ratio_of_ratios/low", 0.37),
        ("/control/ratio_of_ratios/high", 0.76),
    ] {
        assert_near(&trend, pointer, expected);
    }
    assert_eq!(trend["control"]["pretrend"]["status"], "passes");
    let found = &trend["scan"];
    assert_eq!((&found["best"], &found["set"][0], &found["set"][26]), (&"2022-03".into(), &"2020-12".into(), &"2023-02".into()));
    assert!(trend["sentence"].as_str().is_some_and(|text| text.contains("May 2024 (50) is an outlier")), "{}", trend["sentence"]);
}
