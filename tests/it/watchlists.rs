//! Watchlists as their publishers give them: every list of the real files is told by its content and read with as many entities and
//! names as were counted in it by other means.
//!
//! Counts of rows are those of the files' own provenance; where rows are names of one entity, the entities are the distinct ids.

use crate::real_data::real;
use crate::workdir::Workdir;
use serde_json::Value;

/// Files, the format that they must be told for, the edition that they state, and their entities and distinct names.
const LISTS: [(&str, &str, &str, u64, u64); 0] = [];

/// The same of lists in XML and JSON.
const DOCUMENTS: &[(&str, &str, &str, u64, u64)] = &[
    ("ca/sema_2022-05/sema-lmes.xml.gz", "ca-sema", "", 2606, 6003),
    ("ca/sema_2025-05/sema-lmes.xml.gz", "ca-sema", "", 4759, 11620),
    ("names_2026-06/au_dfat.json.gz", "name-records", "", 11046, 11046),
    ("names_2026-06/ca_sema.json.gz", "name-records", "", 3502, 3502),
    ("names_2026-06/eu_fin.json.gz", "name-records", "", 5994, 29909),
    ("names_2026-06/ofac_sdn.json.gz", "name-records", "", 19066, 43705),
    ("names_2026-06/uk.json.gz", "name-records", "", 15313, 15313),
    ("names_2026-06/un.json", "name-records", "", 1002, 1002),
    ("ofac/consolidated_2016-09-16/cons_advanced.xml.gz", "ofac-advanced", "2016-09-16", 581, 1849),
    ("ofac/consolidated_2022-03-24/consolidated.xml.gz", "ofac-xml", "2022-03-24", 462, 1790),
    ("ofac/consolidated_2025-03-28/consolidated.xml.gz", "ofac-xml", "2025-03-28", 443, 1744),
    ("ofac/enhanced_2024-08-28/IRGC_sanctions.xml.gz", "ofac-enhanced", "2024-08-28", 293, 1414),
    ("opensanctions/nomenklatura_fixtures/donations.ijson", "ftm", "", 95, 95),
    ("opensanctions/yente_fixtures/parteispenden/entities.ftm.json", "ftm", "", 96, 96),
    ("opensanctions/yente_fixtures/t1/entities.ftm.json", "ftm", "", 6, 35),
    ("opensanctions/yente_fixtures/t2/20240527194702-wnk/entities.delta.json", "ftm", "", 2, 188),
    ("opensanctions/yente_fixtures/t2/20240528014702-pfh/entities.delta.json", "ftm", "", 2, 116),
    ("opensanctions/yente_fixtures/zala/entities.ftm.json", "ftm", "", 17, 245),
    ("opensanctions/zavod_export_2024-03/entities.ftm.json.gz", "ftm", "", 607, 3895),
    ("opensanctions/zavod_export_2024-03/senzing.json", "senzing", "", 14, 23),
    ("opensanctions/zavod_export_2024-03/targets.nested.json", "ftm", "", 9, 18),
    ("un/2017-07-03/consolidated.xml.gz", "un-xml", "2017-07-03", 1021, 3999),
    ("un/2026-02-27/consolidated.xml.gz", "un-xml", "2026-02-27", 1003, 4221),
];

/// Documents that are no list, or a damaged one, and what their refusal says.
const REFUSED: &[(&str, &str)] = &[
    ("eu/fsf_xml_sample/sample_eu.xml", "lists the entity `EU.4009.74` twice, differently"),
    ("opensanctions/zavod_export_2024-03/index.json", "no list but the index of a data set"),
    ("opensanctions/zavod_export_2024-03/resources.json", "no list but a table of files"),
    ("opensanctions/zavod_export_2024-03/statements.pack", "no list but statements"),
    ("opensanctions/zavod_export_2024-03/statistics.json", "no list but the statistics of a data set"),
];

#[test]
fn every_list_is_told_and_read_whole() {
    let Some(folder) = real("watchlists") else { return };
    let workdir = Workdir::new();
    let printed = workdir.run(&["list", "watchlists", &folder.to_string_lossy(), "--json"]);
    let found: Value = serde_json::from_str(&printed.stdout).expect("`--json` prints JSON");
    let files = found["files"].as_array().expect("files");
    let mut wrong = Vec::new();
    for &(path, format, edition, n_entities, n_names) in LISTS.iter().chain(DOCUMENTS) {
        let Some(file) = files.iter().find(|file| file["path"] == path) else {
            println!("skipped: there is no {path}");
            continue;
        };
        let seen = (file["format"].as_str(), file["edition"].as_str(), file["n_entities"].as_u64(), file["n_names"].as_u64());
        let expected = (Some(format), Some(edition).filter(|edition| !edition.is_empty()), Some(n_entities), Some(n_names));
        if seen != expected {
            wrong.push(format!("{path}: {file}"));
        }
    }
    for &(path, reason) in REFUSED {
        let Some(file) = files.iter().find(|file| file["path"] == path) else {
            println!("skipped: there is no {path}");
            continue;
        };
        if !file["reason"].as_str().is_some_and(|stated| stated.contains(reason)) {
            wrong.push(format!("{path}: {file}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
