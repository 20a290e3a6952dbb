//! Listed then, listed now: conditions and counts of a finding by list, day and edition, on a small run and on the real lists.

use crate::real_data::real;
use crate::workdir::{Workdir, project};
use serde_json::Value;

const CASE: &str = "tests/cases/listed/editions-sites-and-owners";

fn run_case() -> Workdir {
    let workdir = Workdir::copy_of(&project(CASE));
    workdir.run(&["run", "run.toml"]);
    workdir
}

fn finding(workdir: &Workdir, id: &str) -> Value {
    let findings = workdir.json("run.run/findings.json");
    let all = findings["findings"].as_array().expect("findings are a list");
    all.iter().find(|finding| finding["id"] == id).unwrap_or_else(|| panic!("no finding `{id}`")).clone()
}

/// Returns declarations listed ever, at shipment, unknown at shipment, in the newest edition, by one list.
fn listed(finding: &Value, watchlist: &str) -> [u64; 4] {
    let all = finding["listed"].as_array().expect("a finding with a side says who was listed");
    let own = all.iter().find(|listed| listed["watchlist"] == watchlist && listed["authority"].is_null());
    let own = own.unwrap_or_else(|| panic!("no `{watchlist}` in {all:#?}"));
    ["ever", "at_shipment", "unknown_at_shipment", "in_edition"].map(|part| own[part]["declarations"].as_u64().expect("a count"))
}

#[test]
fn every_side_says_who_was_listed_by_whom_and_when() {
    let workdir = run_case();
    let all = finding(&workdir, "all");
    // V-4 alone on a day of an edition that holds it; V-1 before the first, V-3 between, V-5 after the last.
    assert_eq!(listed(&all, "sanctions"), [5, 1, 3, 5]);
    // T-2 and T-4 are inside, T-3 is of a month in which the listing begins; S-1 is the listed site and S-2, another, in doubt.
    assert_eq!(listed(&all, "notices"), [5, 3, 2, 5]);
    let sentence = all["listed"][0]["sentence"].as_str().expect("a sentence");
    assert!(
        sentence.starts_with("3 of the 15 declarations had a consignee that `notices` listed on the shipment date"),
        "{sentence}"
    );
    // A list that lists nobody is no authority.
    assert!(all["listed"].as_array().expect("a list").iter().all(|listed| listed["watchlist"] != "own"), "{all:#}");

    let group = finding(&workdir, "group");
    assert_eq!(listed(&group, "sanctions"), [0, 0, 0, 0]);
    let sentence = group["listed"][0]["sentence"].as_str().expect("a sentence");
    assert!(sentence.starts_with("none of the 2 declarations"), "{sentence}");
}

#[test]
fn a_condition_counts_known_days_and_admits_unknown_ones_in_the_looser_range() {
    let workdir = run_case();
    let then = finding(&workdir, "then");
    assert_eq!(then["counts"]["declarations"], 4);
    // V-1, V-3, V-5 and the other site S-2 are unknown.
    assert_eq!(then["looser"]["declarations"], 8);
    assert_eq!(then["straddling_records"], 1, "a month in which the listing begins lies in no span");
    assert_eq!(listed(&then, "notices"), [3, 3, 0, 3], "what is not in the headline is not unknown in it");
    assert_eq!(then["question"]["listed"]["at"], "shipment");
    assert_eq!(finding(&workdir, "ever")["counts"]["declarations"], 10);
    assert_eq!(finding(&workdir, "edition")["counts"]["declarations"], 5);
}

#[test]
fn how_far_shares_are_followed_is_printed() {
    let workdir = run_case();
    let settings = serde_json::json!({ "floor": "50", "depth": null, "rule": "majority_chain" });
    assert_eq!(workdir.json("run.run/findings.json")["groups"], settings);
    assert_eq!(workdir.json("run.run/run_manifest.json")["settings"]["groups"], settings);

    // With a floor above half nothing is owned any more, and the group has its stated member alone.
    let run_file = workdir.read_text("run.toml");
    workdir.write("run.toml", run_file.replace("floor = 50", "floor = 50.01\nrule = \"multiplied_share\"\ndepth = 3"));
    workdir.run(&["run", "run.toml"]);
    assert_eq!(finding(&workdir, "group")["counts"]["declarations"], 1);
    let owned = workdir.table("run.run/matches.csv").only("status", "owned_by_listed");
    assert!(owned.rows.is_empty(), "{}", owned.text());
}

#[test]
fn a_run_by_the_newer_edition_alone_knows_less() {
    let workdir = run_case();
    let run_file = workdir.read_text("run.toml");
    let older = "[[watchlists]]\nid = \"sanctions\"\npath = \"sanctions-2020.toml\"\nformat = \"plimsoll\"\n";
    assert!(run_file.contains(older), "the case has two editions");
    workdir.write("run.toml", run_file.replace(older, ""));
    workdir.run(&["run", "run.toml"]);
    // V-2 was known not to be listed by the older edition.
    assert_eq!(listed(&finding(&workdir, "all"), "sanctions"), [5, 1, 4, 5]);
}

/// Two companies that came onto the OFAC list after 3 May 2024, and one more, by editions of the real list.
#[test]
fn the_real_list_lists_three_companies_in_its_newer_edition_only() {
    let folders = ["watchlists/ofac/sdn_2024-05-03/sdn.csv.gz", "watchlists/ofac/sdn_2026-06-02/sdn_reconstructed.csv.gz"];
    let [Some(older), Some(newer)] = folders.map(real) else { return };
    let workdir = Workdir::new();
    let mut records = "date,declaration_id,consignee_name,remark\n".to_owned();
    let names = [
        ("49446", "POLY TECHNOLOGIES INC"),
        ("49341", "MINYON KESICI TAKIMLAR MAKINE SANAYI VE TICARET LTD STI"),
        ("49340", "SSGCTM CNC TAKIM TEZGAHLARI MAKINE SANAYI VE TICARET LTD STI"),
    ];
    for (id, name) in names {
        for day in ["2023-01-01", "2024-05-03", "2025-01-01", "2026-06-02"] {
            records.push_str(&format!("{day},{id}/{day},{name},SYNTHETIC\n"));
        }
    }
    workdir.write("records.csv", records);
    let mut run_file = "[[records]]\npath = \"records.csv\"\nschema = \"plimsoll\"\n".to_owned();
    for (path, day) in [(&newer, "2026-06-02"), (&older, "2024-05-03")] {
        let path = path.display();
        run_file
            .push_str(&format!("\n[[watchlists]]\nid = \"ofac-sdn\"\npath = '{path}'\nformat = \"ofac-sdn\"\nas_of = {day}\n"));
    }
    for (id, at) in [("then", "shipment"), ("ever", "ever"), ("edition", "edition")] {
        run_file.push_str(&format!(
            "\n[[findings]]\nid = \"{id}\"\nfrom = 2023-01-01\nto = 2026-12-31\ncount = \"declarations\"\n\
             listed = {{ who = \"consignee\", by = \"ofac-sdn\", at = \"{at}\" }}\n"
        ));
    }
    workdir.write("run.toml", run_file);
    workdir.run(&["run", "run.toml"]);
    // Known on the day of the newer edition alone; before the first edition and between the two it is unknown.
    assert_eq!(finding(&workdir, "then")["counts"]["declarations"], 3);
    assert_eq!(finding(&workdir, "then")["looser"]["declarations"], 9);
    assert_eq!(finding(&workdir, "ever")["counts"]["declarations"], 12);
    assert_eq!(finding(&workdir, "edition")["counts"]["declarations"], 12);
    let matches = workdir.table("run.run/matches.csv").only("score", "1.000");
    for (id, name) in names {
        let own = matches.only("entity_id", id).select(&["status", "edition", "listed_on", "first_seen", "last_seen"]);
        assert_eq!(own.rows, [["listed", "2026-06-02", "unknown", "2026-06-02", "2026-06-02"]], "{name}");
    }
}
