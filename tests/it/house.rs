//! The house: a room uses only what stands below it, every file is named for its subject and says what it is for.
//!
//! Read are the paths `crate::room` and chains of `super::` that leave their room, in `use` lines and inside code alike.

use crate::workdir::{project, walk};
use std::path::Path;

/// The rooms with their floors; rooms of one floor stand side by side and do not use each other.
const FLOORS: [(&str, u8); 12] = [
    ("names", 1),
    ("error", 1),
    ("model", 2),
    ("store", 3),
    ("ingest", 4),
    ("normalize", 4),
    ("analyze", 4),
    ("export", 4),
    ("pipeline", 5),
    ("cli", 6),
    ("main", 7),
    ("lib", 7),
];

/// Names that say nothing of a file's subject.
const EMPTY_NAMES: [&str; 6] = ["util", "utils", "common", "helper", "helpers", "misc"];

#[test]
fn rooms_use_only_what_stands_below() {
    let sources = project("src");
    let mut wrong = Vec::new();
    for path in walk(&sources).iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
        let inside = path.strip_prefix(&sources).expect("found below src");
        let text = std::fs::read_to_string(path).expect("sources are UTF-8");
        wrong.extend(violations(&inside.to_string_lossy().replace('\\', "/"), &text));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_named_for_their_subject_and_open_with_what_they_are_for() {
    let mut n_files = 0;
    for folder in ["src", "tests", "benches", "sample_data"] {
        for path in walk(&project(folder)).iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
            n_files += 1;
            let shown = path.display();
            let names = path.components().map(|part| Path::new(part.as_os_str()).file_stem().unwrap_or_default());
            assert!(!names.filter_map(|name| name.to_str()).any(|name| EMPTY_NAMES.contains(&name)), "{shown} has an empty name");
            let text = std::fs::read_to_string(path).expect("sources are UTF-8");
            assert!(text.starts_with("//! "), "{shown} does not say what it is for");
        }
    }
    assert!(n_files > 50, "the sources were found");
}

/// Returns what a file of `src` (named by its path inside) uses that does not stand below it.
fn violations(file: &str, text: &str) -> Vec<String> {
    let room = room_of(file);
    let Some(floor) = floor(room) else { return vec![format!("{file}: the room `{room}` has no floor")] };
    let mut wrong = Vec::new();
    for (number, line) in code_lines(text) {
        for used in used_rooms(file, &line) {
            let fault = match self::floor(&used) {
                _ if used == room => continue,
                None => "which has no floor",
                Some(other) if other == floor => "sideways",
                Some(other) if other > floor => "upward",
                Some(_) => continue,
            };
            wrong.push(format!("{file}:{number}: `{room}` uses `{used}`, {fault}"));
        }
    }
    wrong
}

/// Returns the first part of a path inside `src`: `analyze` of `analyze/goods/mod.rs`, `error` of `error.rs`.
fn room_of(file: &str) -> &str {
    let first = file.split('/').next().unwrap_or(file);
    first.strip_suffix(".rs").unwrap_or(first)
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// Returns the statements of a text, each with the number of its first line: comments are cut, a `use` over several lines is one.
fn code_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut is_open = false;
    for (at, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        match lines.last_mut().filter(|_| is_open) {
            Some((_, open)) => open.push_str(code.trim()),
            None => lines.push((at + 1, code.to_owned())),
        }
        let statement = &lines.last().expect("a line was added").1;
        let is_use = ["use ", "pub use ", "pub(crate) use "].iter().any(|start| statement.trim_start().starts_with(start));
        is_open = is_use && !statement.contains(';');
    }
    lines
}

/// Returns the rooms that a line names: behind `crate::`, each of `crate::{…}`, and behind as many `super::` as lead to the root.
fn used_rooms(file: &str, line: &str) -> Vec<String> {
    let mut starts: Vec<&str> = line
        .match_indices("crate::")
        .filter(|(at, _)| !line[..*at].ends_with(|letter: char| letter == '$' || letter == '_' || letter.is_alphanumeric()))
        .map(|(at, path)| &line[at + path.len()..])
        .collect();
    // `a/b.rs` and `a/b/mod.rs` lie two modules deep.
    let depth = file.trim_end_matches("/mod.rs").split('/').count();
    let to_root = "super::".repeat(depth);
    let is_longer = |at: usize| line[..at].ends_with("super::");
    starts.extend(line.match_indices(&to_root).filter(|(at, _)| !is_longer(*at)).map(|(at, path)| &line[at + path.len()..]));
    starts.into_iter().flat_map(first_names).filter(|name| !name.is_empty()).collect()
}

/// Returns the first name of a path, or the first names of a group in braces.
fn first_names(path: &str) -> Vec<String> {
    let name =
        |text: &str| text.trim().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect::<String>();
    let Some(group) = path.trim_start().strip_prefix('{') else { return vec![name(path)] };
    let (mut names, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(name(&group[start..at]));
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

#[test]
fn the_check_finds_what_is_wrong() {
    for (file, text, expected) in [
        ("model/date.rs", "use crate::error::Result;", vec![]),
        ("model/date.rs", "use crate::model::party;", vec![]),
        ("model/date.rs", "use crate::store::sql;", vec!["`model` uses `store`, upward"]),
        ("ingest/records.rs", "use crate::export::folder;", vec!["`ingest` uses `export`, sideways"]),
        ("names/text.rs", "use crate::error::Result;", vec!["`names` uses `error`, sideways"]),
        ("pipeline/run.rs", "use crate::cli::run;", vec!["`pipeline` uses `cli`, upward"]),
        ("cli/run.rs", "use crate::{error::Result, pipeline::{self, run}};", vec![]),
        ("store/sql.rs", "use crate::{model::{a, b}, pipeline::run};", vec!["`store` uses `pipeline`, upward"]),
        ("store/sql.rs", "use crate::{\n    model::a,\n    analyze::b,\n};", vec!["`store` uses `analyze`, upward"]),
        ("store/sql.rs", "fn f() -> crate::export::Cell {}", vec!["`store` uses `export`, upward"]),
        ("store/sql.rs", "// crate::export is above", vec![]),
        ("store/sql.rs", "pub(crate) fn f() { some_crate::export::g() }", vec![]),
        ("store/sql.rs", "use super::super::cli::print;", vec!["`store` uses `cli`, upward"]),
        ("store/sql.rs", "use super::parts;", vec![]),
        ("analyze/goods/mod.rs", "use super::super::export::cells;", vec!["`analyze` uses `export`, sideways"]),
        ("analyze/goods/mod.rs", "use super::screen;", vec![]),
        ("analyze/mod.rs", "use super::*;", vec![]),
        ("model/date.rs", "use crate::helpers::x;", vec!["`model` uses `helpers`, which has no floor"]),
        ("cellar/date.rs", "", vec!["the room `cellar` has no floor"]),
    ] {
        let found = violations(file, text);
        let is_same =
            found.len() == expected.len() && found.iter().zip(&expected).all(|(found, expected)| found.ends_with(expected));
        assert!(is_same, "{file}: {text}\nfound {found:?}, expected {expected:?}");
    }
}
