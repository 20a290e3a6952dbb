//! The lines of an OFAC file, in each of its layouts: fields between commas (`.csv`), pipes (`.pip`) or `@` (`.del`), or of fixed width
//! (`.ff`).
//!
//! Lines are taken apart here and not by the CSV crate: a stray quote may then spoil one line, which is an error, but never swallows the
//! entities below it.

use super::quote_all;
use crate::error::{Error, Result};
use std::path::Path;

/// The columns of one kind of file, each with the letters that it takes where the layout is of fixed width.
pub(super) type Columns<const N: usize> = [(&'static str, usize); N];

/// How the fields of a line stand beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Separated(char),
    FixedWidth,
}

impl Layout {
    /// Tells the layout by what follows the number at the beginning of the first line.
    fn of(text: &str) -> Layout {
        let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
        match line.trim_start_matches(|letter: char| letter == ' ' || letter.is_ascii_digit()).chars().next() {
            Some(separator @ (',' | '|' | '@')) => Layout::Separated(separator),
            Some(_) if line.starts_with(' ') => Layout::FixedWidth,
            _ => Layout::Separated(','),
        }
    }

    fn split<const N: usize>(self, line: &str, columns: &Columns<N>) -> Vec<String> {
        match self {
            Layout::Separated(separator) => split_fields(line.trim_matches(' '), separator),
            Layout::FixedWidth => cut_fields(line, columns),
        }
    }
}

/// Returns what a file of so many fields holds, if it is one that belongs beside a list.
pub(super) fn part_held(text: &str) -> Option<&'static str> {
    let Layout::Separated(separator) = Layout::of(text) else { return None };
    match split_fields(text.lines().next()?.trim(), separator).len() {
        6 => Some("addresses"),
        5 => Some("aliases"),
        2 => Some("ends of remarks"),
        _ => None,
    }
}

/// Returns the lines of a file with their number, each as its fields; nulls (`-0- `) are empty.
pub(super) fn read_lines<'a, const N: usize>(
    path: &'a Path,
    text: &'a str,
    columns: &'static Columns<N>,
) -> impl Iterator<Item = Result<(usize, [String; N])>> + 'a {
    let layout = Layout::of(text);
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_matches(['\u{1a}', '\r'])));
    lines.filter(|(_, line)| !line.trim().is_empty()).map(move |(number, line)| {
        let fields = layout.split(line, columns);
        let n_fields = fields.len();
        let fields: [String; N] = fields.try_into().map_err(|_| {
            Error::request(format!("line {number} of `{}` has {n_fields} instead of {N} fields", path.display()))
                .detail(format!("looked for: {}", quote_all(columns.iter().map(|column| column.0))))
                .detail(format!("found: `{}`", line.trim().chars().take(80).collect::<String>()))
                .hint("this format has no header row; a CSV file with one is read as `names`")
        })?;
        if fields[0].is_empty() || !fields[0].bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::request(format!("line {number} of `{}` does not begin with a number", path.display()))
                .detail(format!("found: `{}`", fields[0]))
                .hint("this format has no header row; a CSV file with one is read as `names`"));
        }
        Ok((number, fields))
    })
}

/// Cuts a line where the columns end; the last one goes on to the end of the line.
fn cut_fields<const N: usize>(line: &str, columns: &Columns<N>) -> Vec<String> {
    let mut letters = line.chars();
    let last = columns.len() - 1;
    let fields = columns.iter().enumerate().map(|(at, (_, width))| {
        let n_letters = if at == last { usize::MAX } else { *width };
        let field: String = letters.by_ref().take(n_letters).collect();
        empty_if_null(field.trim().to_owned())
    });
    fields.collect()
}

fn empty_if_null(field: String) -> String {
    if field.trim() == "-0-" { String::new() } else { field }
}

/// Splits a line at separators outside quotes. A quote within a quoted text is kept, unless it is doubled.
fn split_fields(line: &str, separator: char) -> Vec<String> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = match rest.trim_start_matches(' ').strip_prefix('"') {
            Some(quoted) => split_quoted(quoted, separator),
            None => match rest.find(separator) {
                Some(at) => (rest[..at].to_owned(), Some(&rest[at + 1..])),
                None => (rest.to_owned(), None),
            },
        };
        fields.push(empty_if_null(field));
        match after {
            Some(after) => rest = after,
            None => return fields,
        }
    }
}

/// Returns a field after its opening quote, and what follows the separator behind it.
fn split_quoted(text: &str, separator: char) -> (String, Option<&str>) {
    let mut field = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        field.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(after) = after.strip_prefix('"') {
            field.push('"');
            rest = after;
        } else if after.trim_start_matches(' ').is_empty() {
            return (field, None);
        } else if let Some(after) = after.trim_start_matches(' ').strip_prefix(separator) {
            return (field, Some(after));
        } else {
            field.push('"');
            rest = after;
        }
    }
    field.push_str(rest);
    (field, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_at_commas_outside_quotes() {
        let cases: [(&str, &[&str]); 7] = [
            ("36,\"A, B\",-0- ", &["36", "A, B", ""]),
            ("36,\"\",x", &["36", "", "x"]),
            ("36,\"THE \"BEST\" CO\",x", &["36", "THE \"BEST\" CO", "x"]),
            ("36,\"THE \"\"BEST\"\" CO\",x", &["36", "THE \"BEST\" CO", "x"]),
            ("36, \"A \" ,x", &["36", "A ", "x"]),
            ("36,\"A", &["36", "A"]),
            ("", &[""]),
        ];
        for (line, fields) in cases {
            assert_eq!(split_fields(line, ','), fields, "line `{line}`");
        }
        assert_eq!(split_fields("36|\"A, B | C\"|-0- |x", '|'), ["36", "A, B | C", "", "x"]);
    }

    #[test]
    fn the_layout_is_told_by_what_follows_the_number() {
        for (text, layout) in [
            ("36,\"A\"\n", Layout::Separated(',')),
            ("36|\"A\"", Layout::Separated('|')),
            ("\n36@\"A\"", Layout::Separated('@')),
            ("      4632BANK", Layout::FixedWidth),
            ("id;name", Layout::Separated(',')),
            ("", Layout::Separated(',')),
        ] {
            assert_eq!(Layout::of(text), layout, "{text}");
        }
        let columns = [("ent_num", 6), ("name", 8), ("type", 4), ("remarks", 3)];
        assert_eq!(cut_fields("  4632BANK ÉT -0- whole", &columns), ["4632", "BANK ÉT", "", "whole"]);
        assert_eq!(cut_fields("  4632BANK", &columns), ["4632", "BANK", "", ""]);
    }
}
