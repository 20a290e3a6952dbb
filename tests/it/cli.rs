//! The verbs as a person meets them: exit code, stdout, stderr and the files left behind.
//!
//! A case is a folder below `tests/cases/errors/` or `tests/cases/verbs/`: `args` is the command line behind `plimsoll`, everything
//! else lies in the folder that the program runs in. What it did is a snapshot of the case's name in `tests/snapshots/`.
//! A case below `tests/cases/bugs/` that has `args` holds the same text in its `expected.txt`, written before the bug was mended.
//! Each case of `run` is given to `check` too, which must fail where `run` fails. A file `found-by-reading` in the case says why
//! only `run`, which reads the records, can find the fault.

use crate::workdir::{Finished, Table, Workdir, entries, for_each_case, project};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

const NOTE: &str = "found-by-reading";

#[test]
fn bad_input_gets_a_clear_answer() {
    for_each_case(&entries(&project("tests/cases/errors")), |folder| {
        let (finished, text) = snapshot_of(folder);
        assert_ne!(finished.code, 0, "bad input is no success:\n{text}");
        if finished.code == 2 {
            assert!(finished.stdout.is_empty(), "an error prints nothing to stdout:\n{text}");
            assert!(finished.stderr.starts_with("error: "), "an error says so:\n{text}");
            assert!(text.contains("--- left behind\nnothing\n"), "an error leaves nothing half-written:\n{text}");
        }
        assert_snapshot(folder, &text);
    });
}

#[test]
fn verbs_print_what_they_promise() {
    for_each_case(&entries(&project("tests/cases/verbs")), |folder| {
        let (finished, text) = snapshot_of(folder);
        assert_eq!(finished.code, 0, "{text}");
        assert_snapshot(folder, &text);
    });
}

#[test]
fn bugs_stay_away() {
    let bugs = entries(&project("tests/cases/bugs")).into_iter().filter(|folder| folder.join("args").exists());
    for_each_case(&bugs.collect::<Vec<_>>(), |folder| {
        let expected = std::fs::read_to_string(folder.join("expected.txt")).expect("a case says what is expected");
        let (_, text) = snapshot_of(folder);
        assert!(text == expected, "expected:\n{expected}\nfound:\n{text}");
    });
}

/// Runs a case and returns what happened as text.
fn snapshot_of(folder: &Path) -> (Finished, String) {
    let workdir = Workdir::copy_of(folder);
    let line = workdir.read_text("args");
    let arguments: Vec<&str> = line.split_whitespace().collect();
    let before = workdir.files(".");
    let finished = workdir.plimsoll(&arguments);
    let mut text = format!("$ plimsoll {}\nexit code: {}\n", line.trim(), finished.code);
    let stdout = if finished.stdout.starts_with("id,name,entity_id,") {
        matches(&finished.stdout)
    } else {
        plain(&finished.stdout, &workdir)
    };
    text.push_str(&section("stdout", &stdout));
    text.push_str(&section("stderr", &plain(&finished.stderr, &workdir)));
    text.push_str(&section("left behind", &changes(&before, &workdir.files("."))));
    if arguments.first() == Some(&"run") {
        text.push_str(&check_of(&workdir, &arguments, &finished));
    }
    (finished, text)
}

/// Holds `check` against what `run` did, in the same folder.
fn check_of(workdir: &Workdir, arguments: &[&str], run: &Finished) -> String {
    let before = workdir.files(".");
    let run_file = arguments.iter().find(|argument| argument.ends_with(".toml")).copied().unwrap_or("run.toml");
    let check = workdir.plimsoll(&["check", run_file]);
    assert_eq!(before, workdir.files("."), "`check` writes nothing");
    let is_options_fault = arguments.iter().any(|argument| argument.starts_with("--")) || run.stderr.contains("`--out`");
    let is_noted = workdir.path(NOTE).exists();
    if run.code == 2 && !is_options_fault {
        assert_eq!(check.code == 0, is_noted, "`check` fails where `run` does, or `{NOTE}` says why not:\n{}", check.stderr);
    }
    if run.code != 2 {
        assert_eq!(check.code, 0, "`check` fails only where `run` does:\n{}", check.stderr);
    }
    let said = if check.code == 2 && check.stderr == run.stderr {
        "the same error\n".to_owned()
    } else {
        plain(&format!("{}{}", check.stdout, check.stderr), workdir)
    };
    section(&format!("check, exit code {}", check.code), &said)
}

fn section(title: &str, content: &str) -> String {
    let end = if content.is_empty() || content.ends_with('\n') { "" } else { "\n" };
    format!("--- {title}\n{content}{end}")
}

/// Returns a text without what differs from run to run.
fn plain(text: &str, workdir: &Workdir) -> String {
    let root = workdir.root().to_string_lossy().into_owned();
    let real = workdir.root().canonicalize().expect("the folder is there").to_string_lossy().into_owned();
    // A drafted schema bears the day on which it was drafted.
    let drafted = format!("\ndate = \"{}\"\n", chrono::Local::now().format("%Y-%m-%d"));
    text.replace(&real, "[DIR]")
        .replace(&root, "[DIR]")
        .replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
        .replace(&drafted, "\ndate = \"[TODAY]\"\n")
}

/// Returns a list of matches without scores and evidence, which are tried elsewhere and change with every weight.
fn matches(stdout: &str) -> String {
    let table = Table::parse(stdout.as_bytes());
    for (score, evidence) in table.column("score").into_iter().zip(table.column("evidence")) {
        let value: f64 = score.parse().expect("a score is a number");
        assert!((0.0..=1.0).contains(&value) && score.len() == 5, "a score has three decimals: {score}");
        assert!(!evidence.is_empty(), "a match says why");
    }
    let shown = table.without(&["score", "evidence"]);
    std::iter::once(&shown.header).chain(&shown.rows).map(|row| row.join(",") + "\n").collect()
}

/// Returns which files are new, changed or gone, the store's as one.
fn changes(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> String {
    let mut lines = BTreeSet::new();
    for name in before.keys().chain(after.keys()) {
        let change = match (before.get(name), after.get(name)) {
            (Some(old), Some(new)) if old == new => continue,
            (Some(_), Some(_)) => "changed",
            (Some(_), None) => "gone",
            _ => "new",
        };
        let shown = if name.starts_with(".plimsoll/") && change == "new" { ".plimsoll/" } else { name };
        lines.insert(format!("{change}: {shown}"));
    }
    // The store is kept from run to run; whether an error leaves it behind says nothing of the results.
    if lines.iter().all(|line| line == "new: .plimsoll/") {
        "nothing\n".to_owned()
    } else {
        lines.into_iter().collect::<Vec<_>>().join("\n") + "\n"
    }
}

fn assert_snapshot(folder: &Path, text: &str) {
    let name = folder.file_name().expect("a case has a name").to_string_lossy().into_owned();
    let kind =
        folder.parent().and_then(Path::file_name).expect("a case lies in a folder of its kind").to_string_lossy().into_owned();
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{kind}-{name}"), text);
    });
}

#[test]
fn every_snapshot_has_its_case() {
    let is_kept = |path: &std::path::PathBuf| path.extension().is_some_and(|extension| extension == "snap");
    for path in entries(&project("tests/snapshots")).into_iter().filter(is_kept) {
        let name = path.file_stem().expect("a snapshot has a name").to_string_lossy().into_owned();
        let (kind, case) = name.split_once('-').expect("a snapshot is called by its kind and case");
        assert!(project(&format!("tests/cases/{kind}/{case}")).is_dir(), "`{name}` is left over from a case that is gone");
    }
}

#[test]
fn every_verb_explains_itself() {
    let workdir = Workdir::new();
    let all = workdir.run(&["--help"]).stdout;
    for verb in ["run", "check", "inspect", "screen", "trend", "list"] {
        assert!(all.contains(&format!("\n  {verb}")), "{all}");
        let help = workdir.run(&[verb, "--help"]).stdout;
        assert!(help.contains(&format!("Usage: plimsoll {verb}")), "{help}");
        let first = help.lines().next().unwrap_or_default();
        assert!(first.split_whitespace().count() >= 4, "`{verb}` opens with a sentence: {first}");
    }
    for verb in ["run", "inspect", "screen", "trend"] {
        assert!(workdir.run(&[verb, "--help"]).stdout.contains("Example:"), "`{verb}` shows an example");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let workdir = Workdir::of_sample();
    for arguments in [["run", "poly-group.toml"].as_slice(), &["list", "goods"], &["--help"]] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(arguments)
            .current_dir(workdir.root())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().expect("stderr is piped").read_to_string(&mut stderr).expect("stderr is UTF-8");
        let status = child.wait().expect("the program ends");
        assert_eq!((status.code(), stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
    assert!(workdir.path("poly-group.run/run_manifest.json").exists(), "the results are written");
}

#[test]
fn a_run_folder_that_another_run_writes_is_refused() {
    let workdir = Workdir::copy_of(&project("tests/cases/verbs/run-prints-the-table"));
    workdir.run(&["run", "run.toml"]);
    let before = workdir.files("run.run");
    let lock = File::create(workdir.path(".run.run.lock")).expect("a lock file can be made");
    lock.lock().expect("nobody else holds it");
    let finished = workdir.plimsoll(&["run", "run.toml"]);
    assert_eq!(finished.code, 2, "{}", finished.stdout);
    assert!(finished.stderr.starts_with("error: the output folder `run.run` is locked by another run"), "{}", finished.stderr);
    assert!(finished.stderr.contains("hint: "), "{}", finished.stderr);
    assert_eq!(before, workdir.files("run.run"), "the results of before are whole");
    drop(lock);
    workdir.run(&["run", "run.toml"]);
}

#[test]
fn an_error_leaves_the_results_of_before() {
    let workdir = Workdir::copy_of(&project("tests/cases/verbs/run-prints-the-table"));
    workdir.run(&["run", "run.toml"]);
    let before = workdir.files("run.run");
    workdir.write("records.csv", "date,flow\n");
    workdir.write("run.toml", workdir.read_text("run.toml").replace("plimsoll\"", "pe-veritrade\""));
    assert_eq!(workdir.plimsoll(&["run", "run.toml"]).code, 2);
    assert_eq!(before, workdir.files("run.run"));
}

#[test]
fn a_whole_run_folder_is_replaced() {
    let workdir = Workdir::copy_of(&project("tests/cases/verbs/run-prints-the-table"));
    workdir.run(&["run", "run.toml"]);
    let results = workdir.read("run.run/summary.csv");
    workdir.write("run.run/summary.csv", "of before\n");
    workdir.run(&["run", "run.toml"]);
    assert!(results == workdir.read("run.run/summary.csv"), "the results of before are gone");
    let names = workdir.files(".").into_keys().filter(|name| name.contains("unfinished") || name.ends_with(".lock"));
    let left: Vec<String> = names.filter(|name| !name.starts_with(".plimsoll/")).collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

#[test]
fn a_run_folder_with_a_file_of_someone_is_left_alone() {
    let workdir = Workdir::copy_of(&project("tests/cases/verbs/run-prints-the-table"));
    workdir.run(&["run", "run.toml"]);
    workdir.write("run.run/notes.txt", "what I found\n");
    let before = workdir.files("run.run");
    let finished = workdir.plimsoll(&["run", "run.toml"]);
    assert_eq!(finished.code, 2, "{}", finished.stdout);
    assert!(finished.stderr.contains("`notes.txt`"), "{}", finished.stderr);
    assert_eq!(before, workdir.files("run.run"));
}
