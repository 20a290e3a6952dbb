//! Watchlists as their publishers give them: every list of the real files is told by its content and read with as many entities and
//! names as were counted in it by other means.
//!
//! Counts of rows are those of the files' own provenance; where rows are names of one entity, the entities are the distinct ids.

use crate::real_data::real;
use crate::workdir::Workdir;
use serde_json::Value;

/// Files, the format that they must be told for, the edition that they state, and their entities and distinct names.
const LISTS: [(&str, &str, &str, u64, u64); 71] = [
    ("au/dfat_2022-05/regulation8_consolidated.xls.gz", "au-dfat", "", 2_666, 7_915),
    ("au/dfat_2024-12/regulation8_consolidated.xlsx", "au-dfat", "", 3_062, 9_518),
    ("cn/mofcom_mfa_2026-08.csv", "cn-mofcom", "", 536, 1_016),
    ("eu/journal_2026-08/32001R2580.csv", "eu-journal", "", 36, 97),
    ("eu/journal_2026-08/32002R0881.csv", "eu-journal", "", 348, 2_090),
    ("eu/journal_2026-08/32003R1210.csv", "eu-journal", "", 75, 143),
    ("eu/journal_2026-08/32005R1183.csv", "eu-journal", "", 86, 255),
    ("eu/journal_2026-08/32006R0765.csv.gz", "eu-journal", "", 408, 1_475),
    ("eu/journal_2026-08/32009R1284.csv", "eu-journal", "", 5, 7),
    ("eu/journal_2026-08/32010R0356.csv", "eu-journal", "", 24, 179),
    ("eu/journal_2026-08/32011R0101.csv", "eu-journal", "", 27, 27),
    ("eu/journal_2026-08/32011R0359.csv", "eu-journal", "", 321, 688),
    ("eu/journal_2026-08/32011R0753.csv", "eu-journal", "", 140, 406),
    ("eu/journal_2026-08/32012R0036.csv", "eu-journal", "", 368, 743),
    ("eu/journal_2026-08/32012R0267.csv", "eu-journal", "", 339, 613),
    ("eu/journal_2026-08/32013R0401.csv", "eu-journal", "", 127, 169),
    ("eu/journal_2026-08/32014R0208.csv", "eu-journal", "", 3, 8),
    ("eu/journal_2026-08/32014R0224.csv", "eu-journal", "", 15, 94),
    ("eu/journal_2026-08/32014R0269.csv.gz", "eu-journal", "", 2_802, 7_255),
    ("eu/journal_2026-08/32014R0747.csv", "eu-journal", "", 13, 31),
    ("eu/journal_2026-08/32014R0833.csv.gz", "eu-journal", "", 1_746, 4_353),
    ("eu/journal_2026-08/32014R1352.csv", "eu-journal", "", 11, 48),
    ("eu/journal_2026-08/32015R0735.csv", "eu-journal", "", 9, 41),
    ("eu/journal_2026-08/32016R0044.csv", "eu-journal", "", 51, 106),
    ("eu/journal_2026-08/32016R1686.csv", "eu-journal", "", 23, 39),
    ("eu/journal_2026-08/32017R1509.csv", "eu-journal", "", 326, 680),
    ("eu/journal_2026-08/32017R1770.csv", "eu-journal", "", 4, 5),
    ("eu/journal_2026-08/32017R2063.csv", "eu-journal", "", 69, 70),
    ("eu/journal_2026-08/32018R1542.csv", "eu-journal", "", 37, 85),
    ("eu/journal_2026-08/32019R0796.csv", "eu-journal", "", 38, 86),
    ("eu/journal_2026-08/32019R1716.csv", "eu-journal", "", 24, 28),
    ("eu/journal_2026-08/32020R1998.csv", "eu-journal", "", 177, 431),
    ("eu/journal_2026-08/32022R2309.csv", "eu-journal", "", 21, 57),
    ("eu/journal_2026-08/32023R0888.csv", "eu-journal", "", 34, 50),
    ("eu/journal_2026-08/32023R1529.csv", "eu-journal", "", 49, 129),
    ("eu/journal_2026-08/32023R2147.csv", "eu-journal", "", 21, 44),
    ("eu/journal_2026-08/32024R0287.csv", "eu-journal", "", 9, 9),
    ("eu/journal_2026-08/32024R0386.csv", "eu-journal", "", 24, 61),
    ("eu/journal_2026-08/32024R1485.csv", "eu-journal", "", 105, 224),
    ("eu/journal_2026-08/32024R2642.csv", "eu-journal", "", 100, 230),
    ("jp/meti_belarus.txt", "jp-meti", "2022-07-05", 27, 99),
    ("jp/meti_russia_2025-09-12.txt", "jp-meti", "2025-09-12", 561, 3_075),
    ("jp/meti_third_countries_2025-09-12.txt", "jp-meti", "2025-09-12", 56, 294),
    ("jp/mof_2022-07/sanctions.xls.gz", "jp-mof", "", 2_160, 8_685),
    ("ofac/consolidated_2016-09-16/cons_prim.ff.gz", "ofac-sdn", "", 581, 719),
    ("ofac/consolidated_2025-12-19/cons_prim.csv", "ofac-sdn", "", 442, 1_750),
    ("ofac/derived/sdn_parsed_2025-05.csv.gz", "ofac-parsed", "", 17_831, 27_449),
    ("ofac/sdn_2016-09/SDN.CSV.gz", "ofac-sdn", "", 5_337, 21_705),
    ("ofac/sdn_2016-09/SDN.DEL.gz", "ofac-sdn", "", 5_337, 10_106),
    ("ofac/sdn_2016-09/SDN.PIP.gz", "ofac-sdn", "", 5_337, 21_705),
    ("ofac/sdn_2021-07-07/sdn.csv.gz", "ofac-sdn", "", 8_976, 34_641),
    ("ofac/sdn_2024-05-03/sdn.csv.gz", "ofac-sdn", "", 14_965, 26_162),
    ("ofac/sdn_2026-06-02/sdn_reconstructed.csv.gz", "ofac-sdn", "", 19_014, 59_774),
    ("opensanctions/ua_war_sanctions_2026-03-13/targets.simple.csv.gz", "opensanctions", "", 5_600, 13_331),
    ("opensanctions/zavod_export_2024-03/targets.simple.csv", "opensanctions", "", 5, 11),
    ("ownership/gleif_level1_names/aerospace_defense.csv.gz", "gleif", "", 9_562, 9_562),
    ("ownership/gleif_level1_names/electronics_semiconductors.csv.gz", "gleif", "", 20_706, 20_706),
    ("ownership/gleif_level1_names/industrial_machinery.csv.gz", "gleif", "", 19_089, 19_089),
    ("ua/nsdc_2022-04/sanctions.xlsx", "ua-nsdc", "", 5_677, 10_533),
    ("uk/fcdo_short_2025-08-11/FCDO_SL_Mon_Aug_11_2025.ods", "uk-sl", "", 5_300, 5_300),
    ("uk/ofsi_2022-05-04/ConList.xlsx", "uk-ofsi", "2022-05-04", 3_430, 11_448),
    ("uk/ofsi_2025-04-14/ConList.xlsx", "uk-ofsi", "2025-04-14", 4_688, 15_966),
    ("uk/ofsi_2025-04-14/ConList_converted.csv.gz", "uk-ofsi", "2025-04-14", 4_688, 15_966),
    ("uk/uksl_relational_2026-05/subjects.csv", "uk-sl", "", 6_046, 15_042),
    ("us_other/bis_dpl_2022-09-07/dpl.txt.gz", "bis", "", 461, 461),
    ("us_other/csl_2019-12_sample/csl.csv", "csl", "", 110, 321),
    ("us_other/csl_2025_sample/consolidated.csv", "csl", "", 13, 29),
    ("us_other/curated_opensanctions/bis_mieu_2026-07.csv", "us-bis-mieu", "", 13, 22),
    ("us_other/curated_opensanctions/dod_1260h_2026-08.csv", "us-dod-1260h", "", 234, 359),
    ("us_other/curated_opensanctions/isn_inksna_2026-08.csv", "us-special", "", 28, 36),
    ("us_other/curated_opensanctions/ndaa_1286_2026-08.csv", "us-special", "", 194, 500),
];

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
    ("opensanctions/zavod_export_2024-03/entities.ftm.json.gz", "ftm", "", 607, 3862),
    ("opensanctions/zavod_export_2024-03/senzing.json", "senzing", "", 14, 23),
    ("opensanctions/zavod_export_2024-03/targets.nested.json", "ftm", "", 9, 18),
    ("un/2017-07-03/consolidated.xml.gz", "un-xml", "2017-07-03", 1021, 3956),
    ("un/2026-02-27/consolidated.xml.gz", "un-xml", "2026-02-27", 1003, 4166),
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
