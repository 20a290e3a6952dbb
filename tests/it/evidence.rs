//! Evidence that is too much to be put together at once.

use crate::workdir::Workdir;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// More than are put together at once.
const N_RECORDS: usize = 430_000;
/// The first so many stand in the file twice.
const N_REPEATS: usize = 500;

#[test]
fn evidence_of_many_records_is_put_together_in_the_order_of_days() {
    let mut text =
        "date,flow,reporter_country_code,declaration_id,line_number,hs_code,shipper_name,net_weight_kg,remark\n".to_owned();
    let mut of_month: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut first_records = String::new();
    for record in 0..N_RECORDS {
        // Days come in no order; a declaration of three lines has one.
        let declaration = record / 3;
        let day = declaration * 7919 % 336;
        let (month, day) = (1 + day / 28, 1 + day % 28);
        let start = text.len();
        writeln!(
            text,
            "2021-{month:02}-{day:02},import,RU,D{declaration},{},{:06},=Velderin {},{},SYNTHETIC",
            record % 3,
            840_000 + record * 31 % 50_000,
            record % 977,
            1 + record % 9
        )
        .expect("a text can grow");
        if record < N_REPEATS {
            first_records.push_str(&text[start..]);
        }
        let counted = of_month.entry(format!("2021-{month:02}")).or_default();
        counted.0 += 1;
        counted.1 += usize::from(record % 3 == 0);
    }
    text.push_str(&first_records);
    let workdir = Workdir::new();
    workdir.write("records.csv", text);
    workdir.write(
        "run.toml",
        "[[records]]\npath = \"records.csv\"\nschema = \"plimsoll\"\n\n\
         [[findings]]\nid = \"all\"\nfrom = 2021-01-01\nto = 2021-12-31\ncount = \"declarations\"\nby = [\"month\"]\n\n\
         [[findings]]\nid = \"late\"\nfrom = 2021-12-01\nto = 2021-12-31\ncount = \"records\"\n",
    );
    let finished = workdir.run(&["run", "run.toml"]);
    assert!(finished.stdout.contains("430,500 read = 430,000 kept + 500 duplicates"), "{}", finished.stdout);

    let summary = workdir.table("run.run/summary.csv").only("finding", "all").select(&["period", "records", "declarations"]);
    let mut expected: Vec<Vec<String>> = of_month
        .iter()
        .map(|(month, (records, declarations))| vec![month.clone(), records.to_string(), declarations.to_string()])
        .collect();
    let n_declarations: usize = of_month.values().map(|(_, declarations)| declarations).sum();
    expected.push(vec!["all".to_owned(), N_RECORDS.to_string(), n_declarations.to_string()]);
    let mut found = summary.rows;
    found.sort_unstable_by_key(|row| (row[0] == "all", row[0].clone()));
    assert_eq!(found, expected);

    let shipments = workdir.table("run.run/shipments.csv");
    assert_eq!(shipments.rows.len(), N_RECORDS);
    assert!(shipments.column("date").is_sorted(), "the days do not come in their order");
    assert_eq!(shipments.column("record_id").into_iter().collect::<BTreeSet<_>>().len(), N_RECORDS);
    let of_findings = |findings: &str| shipments.column("findings").into_iter().filter(|found| *found == findings).count();
    assert_eq!(of_findings("all;late"), of_month["2021-12"].0);
    assert_eq!(of_findings("all"), N_RECORDS - of_month["2021-12"].0);
    let neutralized = &workdir.json("run.run/run_manifest.json")["outputs"];
    let neutralized = neutralized.as_array().expect("outputs").iter().find(|output| output["path"] == "shipments.csv");
    assert_eq!(neutralized.expect("it is written")["neutralized_columns"], serde_json::json!(["shipper_name"]));
}
