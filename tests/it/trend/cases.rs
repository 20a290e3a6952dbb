//! Series with figures that other programs computed: a folder below `tests/cases/trend/` with `series.csv`, `args` (what stands behind
//! `plimsoll trend series.csv --json`) and `expected.csv`, whose paths are JSON pointers into what is printed.

use crate::workdir::{Workdir, entries, for_each_case, project};
use serde_json::Value;

/// How near a number must be; those of optimizers that stop earlier have fewer digits.
const RELATIVE: f64 = 1e-8;
const LOOSE: [&str; 2] = ["/nb2/", "/control/exact/"];
const LOOSELY: f64 = 2e-5;

#[test]
fn series_have_their_figures() {
    for_each_case(&entries(&project("tests/cases/trend")), |folder| {
        let workdir = Workdir::copy_of(folder);
        let arguments = workdir.read_text("args");
        let arguments = ["trend", "series.csv", "--json"].into_iter().chain(arguments.split_whitespace());
        let printed = workdir.run(&arguments.collect::<Vec<_>>()).stdout;
        let printed: Value = serde_json::from_str(&printed).expect("what is printed is JSON");
        let expected = workdir.read_text("expected.csv");
        let lines: Vec<&str> = expected.lines().filter(|line| !line.starts_with('#')).skip(1).collect();
        assert!(lines.len() > 2, "a case expects something");
        for line in lines {
            let (path, value) = line.rsplit_once(',').expect("a path and a value");
            let own = printed.pointer(path).unwrap_or(&Value::Null);
            assert!(agrees(path, own, value), "{path}: expected {value}, found {own}");
        }
    });
}

fn agrees(path: &str, own: &Value, expected: &str) -> bool {
    let (Some(own_number), Ok(expected_number)) = (own.as_f64(), expected.parse::<f64>()) else {
        return own.as_str().map_or_else(|| own.to_string(), str::to_owned) == expected;
    };
    let tolerance = if LOOSE.iter().any(|part| path.contains(part)) { LOOSELY } else { RELATIVE };
    (own_number - expected_number).abs() <= tolerance * expected_number.abs() + 1e-10
}
