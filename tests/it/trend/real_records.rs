//! Real records: the figures that an independent computation gave, from the records themselves.
//!
//! The files are no part of the project; `real_data` says where they lie, and that a test without its file does nothing.

use crate::real_data::real;
use crate::workdir::{Table, Workdir};
use polars::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// Russia in the country codes of Brazil's foreign trade.
const RUSSIA: i32 = 676;

fn assert_near(value: &Value, pointer: &str, expected: f64) {
    let own = value.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("{pointer} is a number"));
    assert!((own - expected).abs() <= 0.005 + 1e-9, "{pointer}: {own}, expected {expected}");
}

/// Peru's imports of earth-moving machinery (HS 8429) by origin, through a whole run, with a date at which nothing happened in Peru.
#[test]
fn peruvian_imports_by_origin_have_their_months_and_caveats() {
    let Some(path) = real("trade/peru_veritrade/datos_maquinaria_8429.parquet") else { return };
    let workdir = Workdir::new();
    let finding = |id: &str, rest: &str| {
        format!(
            "[[findings]]\nid = \"{id}\"\nfrom = 2020-01-01\nto = 2026-06-30\ncount = \"records\"\nby = [\"year\"]\n{rest}\n\n"
        )
    };
    let of = |country: &str| format!("where = {{ origin_country = [\"{country}\"] }}");
    workdir.write(
        "run.toml",
        format!(
            "[[records]]\npath = '{}'\nschema = \"pe-veritrade\"\n\n{}{}{}{}[trend]\nchange = 2022-02-24\n",
            path.display(),
            finding("from-china", &of("CN")),
            finding("from-the-us", &format!("{}\ncontrol = \"from-brazil\"", of("US"))),
            finding("from-brazil", &of("BR")),
            finding("from-anywhere", ""),
        ),
    );
    workdir.run(&["run", "run.toml"]);
    let findings = workdir.json("run.run/findings.json");
    let trend = |at: usize| &findings["findings"][at]["trend"][0];
    println!("{}\n{}", trend(0)["sentence"], trend(1)["sentence"]);
    for (pointer, expected) in [
        ("/descriptive/before/per_month", 47.16),
        ("/descriptive/after/per_month", 121.60),
        ("/descriptive/ratio/estimate", 2.58),
        ("/descriptive/ratio/low", 1.45),
        ("/descriptive/ratio/high", 4.58),
    ] {
        assert_near(trend(0), pointer, expected);
    }
    // What the sources do, and a share that drifted before, stand beside the figures.
    let has = |at: usize, code: &str| {
        trend(at)["caveats"].as_array().is_some_and(|caveats| caveats.iter().any(|caveat| caveat["code"] == code))
    };
    assert!(has(0, "coverage_step") && has(0, "jan_feb_china") && !has(1, "jan_feb_china"));
    assert!(has(1, "pretrend"), "{}", trend(1)["control"]);
    let sentence = trend(1)["sentence"].as_str().expect("a sentence");
    assert!(
        sentence.contains("Against from-brazil it differs by a factor of") && sentence.contains("already drifting"),
        "{sentence}"
    );
    assert!(workdir.path("run.run/trend-from-china.svg").exists());
}

/// Exports of the European Union to Kyrgyzstan a month, in millions of euros.
#[test]
fn exports_of_the_european_union_to_kyrgyzstan_rose() {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let Some(path) = real("trade/eu_neighbours/eurostat_total_exports_monthly_long.csv") else { return };
    let table = Table::parse(&std::fs::read(path).expect("the file can be read"));
    let cells = table.select(&["FOLDER", "REPORTER", "PERIOD", "VALUE_IN_EUR"]).rows;
    let mut values: BTreeMap<String, f64> = BTreeMap::new();
    for row in cells.iter().filter(|row| row[0].starts_with("kyrgyz") && row[1].starts_with("European Union - 27")) {
        let (month, year) = row[2].split_once(". ").unwrap_or((&row[2][..3], row[2].rsplit(' ').next().unwrap_or_default()));
        let month = MONTHS.iter().position(|own| month.starts_with(own)).expect("a month") + 1;
        values.insert(format!("{year}-{month:02}"), row[3].parse::<f64>().expect("a number") / 1e6);
    }
    let lines: Vec<String> = values.iter().map(|(period, value)| format!("{period},{value}")).collect();
    let workdir = Workdir::new();
    workdir.write("eu-to-kyrgyzstan.csv", format!("period,value\n{}\n", lines.join("\n")));
    let printed = workdir.run(&["trend", "eu-to-kyrgyzstan.csv", "--change", "2022-02-24", "--json"]).stdout;
    let trend: Value = serde_json::from_str(&printed).expect("it is JSON");
    println!("{}", trend["sentence"]);
    for (pointer, expected) in [
        ("/descriptive/before/per_month", 22.84),
        ("/descriptive/after/per_month", 191.46),
        ("/descriptive/ratio/estimate", 8.38),
        ("/descriptive/ratio/low", 3.59),
        ("/model/dispersion", 8.41),
    ] {
        assert_near(&trend, pointer, expected);
    }
    assert_eq!(trend["descriptive"]["ratio"]["exact"], Value::Null, "an amount has no exact test");
    let codes: Vec<&Value> = trend["caveats"].as_array().expect("a list").iter().map(|caveat| &caveat["code"]).collect();
    assert!(codes.contains(&&Value::from("strong_autocorrelation")), "{codes:?}");
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
    assert!(
        trend["sentence"].as_str().is_some_and(|text| text.contains("May 2024 (50 records) is an outlier")),
        "{}",
        trend["sentence"]
    );
}
