//! Watchlists as their publishers give them: every list of the real files is told by its content and read with as many entities and
//! names as were counted in it by other means.
//!
//! Counts of rows are those of the files' own provenance; where rows are names of one entity, the entities are the distinct ids.

use crate::real_data::real;
use crate::workdir::Workdir;
use serde_json::Value;

/// Files, the format that they must be told for, the edition that they state, and their entities and distinct names.
const LISTS: [(&str, &str, &str, u64, u64); 0] = [];

#[test]
fn every_list_is_told_and_read_whole() {
    let Some(folder) = real("watchlists") else { return };
    let workdir = Workdir::new();
    let printed = workdir.run(&["list", "watchlists", &folder.to_string_lossy(), "--json"]);
    let found: Value = serde_json::from_str(&printed.stdout).expect("`--json` prints JSON");
    let files = found["files"].as_array().expect("files");
    let mut wrong = Vec::new();
    for (path, format, edition, n_entities, n_names) in LISTS {
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
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
