//! `plimsoll inspect`: what a raw file is, which schema reads it, and a drafted schema where none does.

use super::terminal::{self, grouped};
use crate::error::{Error, Result};
use crate::model::file_profile::{ColumnProfile, DateSpan, FileProfile, HeaderKind, Looks};
use crate::pipeline::inspect::{self, Inspected};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The layout of `--json`; a new key changes nothing, a key that goes or changes does.
const SCHEMA_VERSION: u32 = 1;
/// A header or example is cut to so many characters in the table.
const HEADER_CHARS: usize = 28;
const EXAMPLES_CHARS: usize = 56;
/// More names than this are counted, not shown.
const SHOWN_NAMES: usize = 12;

/// Say what raw files are, which schema reads them, and draft a schema where none does.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Example:\n  plimsoll inspect declarations.csv --draft mine.toml\n\nprints encoding, delimiter, header row, \
                             records, each column with its fill, distinct values, examples and what it looks like, the months that \
                             the records are of, and the built-in schema that fits. Where none fits it drafts one and writes it to \
                             mine.toml, which runs once someone has checked it and set `reviewed = true`."
)]
pub struct Args {
    /// Files of records: delimited text, XLSX, XLS, ODS or Parquet
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print one JSON document instead of tables
    #[arg(long)]
    json: bool,
    /// Write the drafted schema to a new file
    #[arg(long, value_name = "FILE")]
    draft: Option<PathBuf>,
}

pub fn run(args: &Args) -> Result<u8> {
    if let Some(path) = args.draft.as_deref().filter(|path| path.exists()) {
        return Err(Error::request(format!("`--draft {}` is there already", path.display())).hint("name a new file"));
    }
    let today = chrono::Local::now().format("%Y-%m-%d").to_string();
    let mut tables: Vec<Inspected> = Vec::new();
    let mut has_errors = false;
    for file in &args.files {
        match inspect::inspect(file, &today) {
            Ok(found) => {
                if !args.json {
                    for table in &found {
                        terminal::print(&shown(table, args.draft.is_none()))?;
                    }
                }
                tables.extend(found);
            }
            // One file that cannot be read does not hide what the others are.
            Err(error) if args.files.len() > 1 => {
                terminal::print_error(&error);
                has_errors = true;
            }
            Err(error) => return Err(error),
        }
    }
    if let Some(path) = &args.draft {
        write_draft(path, &tables)?;
    }
    if args.json {
        let tables: Vec<_> = tables
            .iter()
            .map(|table| {
                let mut value = serde_json::to_value(&table.profile).expect("a profile is made of plain values");
                value["draft"] = json!(table.draft);
                value
            })
            .collect();
        let document = json!({ "schema_version": SCHEMA_VERSION, "tables": tables });
        terminal::print(&format!("{document:#}\n"))?;
    }
    Ok(if has_errors { 2 } else { 0 })
}

/// Writes the only draft to a new file.
fn write_draft(path: &Path, tables: &[Inspected]) -> Result<()> {
    let drafts: Vec<&String> = tables.iter().filter_map(|table| table.draft.as_ref()).collect();
    let [draft] = drafts[..] else {
        let message = format!("`--draft` takes the schema of one table, but {} were drafted", drafts.len());
        return Err(Error::request(message).hint("inspect one file that no built-in schema fits"));
    };
    let mut file = std::fs::File::create_new(path).map_err(|error| Error::file(path, "write", error))?;
    file.write_all(draft.as_bytes()).map_err(|error| Error::file(path, "write", error))?;
    eprintln!("drafted `{}`: check each line, then set `reviewed = true`", path.display());
    Ok(())
}

fn shown(table: &Inspected, has_draft: bool) -> String {
    let profile = &table.profile;
    let mut text = format!("{}\n", place(profile));
    text.push_str(&format!("  {}\n", dialect(profile)));
    text.push_str(&format!("  {}\n", records(profile)));
    if let Some(span) = &profile.span {
        text.push_str(&format!("  {}\n", months(span)));
    }
    for note in &profile.notes {
        text.push_str(&format!("  note: {note}\n"));
    }
    text.push('\n');
    text.push_str(&columns(&profile.columns));
    text.push('\n');
    for line in verdict(profile, table.draft.is_some()) {
        text.push_str(&format!("{line}\n"));
    }
    if let Some(draft) = table.draft.as_ref().filter(|_| has_draft) {
        text.push_str(&format!("\n{draft}"));
    }
    text.push('\n');
    terminal::printable(&text)
}

fn place(profile: &FileProfile) -> String {
    let parts = [profile.member.as_deref(), profile.dialect.sheet.as_deref()];
    let parts: Vec<String> = parts.into_iter().flatten().map(|part| format!(" › {part}")).collect();
    format!("{}{}", profile.file, parts.concat())
}

fn dialect(profile: &FileProfile) -> String {
    let dialect = &profile.dialect;
    let mut parts = vec![dialect.encoding.clone()];
    if let Some(delimiter) = dialect.delimiter {
        parts.push(format!("delimiter `{}`", if delimiter == '\t' { "TAB".to_owned() } else { delimiter.to_string() }));
    }
    parts.push(match (profile.header, dialect.header_row) {
        (HeaderKind::Absent, _) => "no header".to_owned(),
        (HeaderKind::Found, 0) => "header of the format".to_owned(),
        (HeaderKind::Found, row) => format!("header on row {row}"),
    });
    format!("{} ({})", parts.join(", "), dialect.evidence)
}

fn records(profile: &FileProfile) -> String {
    let mut text = format!("{} records, {} columns", grouped(profile.n_records), profile.columns.len());
    for rejected in &profile.rejected {
        text.push_str(&format!(
            "; {} rejected: {}, first on line {}",
            grouped(rejected.n_records),
            rejected.reason,
            rejected.first_line
        ));
    }
    text
}

fn months(span: &DateSpan) -> String {
    let mut text = format!("dates by `{}`: {} … {}", span.column, span.first, span.last);
    if let (Some(first), Some(last)) = (span.months.keys().next(), span.months.keys().next_back()) {
        let missing = match &span.missing_months[..] {
            [] => "none missing".to_owned(),
            months => format!("{} missing: {}", months.len(), some(months)),
        };
        text = format!("dates by `{}`: {first} … {last}: {} months, {missing}", span.column, span.months.len());
    }
    if span.n_years_only > 0 {
        text.push_str(&format!("; {} records state a year only", grouped(span.n_years_only)));
    }
    text
}

/// Returns the first of some names, and how many more there are.
fn some(names: &[String]) -> String {
    let more = match names.len().saturating_sub(SHOWN_NAMES) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    format!("{}{more}", names[..names.len().min(SHOWN_NAMES)].join(", "))
}

fn columns(columns: &[ColumnProfile]) -> String {
    let mut rows = vec![["header", "#", "fill", "distinct", "looks like", "fills", "examples"].map(str::to_owned).to_vec()];
    for column in columns {
        let looks = match (column.is_constant, column.numbers.as_ref()) {
            (true, Some(numbers)) if numbers.n_zero == column.n_filled => format!("{}, always zero", column.looks.as_str()),
            (true, _) => format!("{}, constant", column.looks.as_str()),
            _ => column.looks.as_str().to_owned(),
        };
        let more = if column.has_more_distinct { ">" } else { "" };
        rows.push(vec![
            cut(&column.name, HEADER_CHARS),
            column.position.to_string(),
            percent(column.fill_share),
            format!("{more}{}", grouped(column.n_distinct)),
            looks,
            column.fills.clone().unwrap_or_default(),
            cut(&column.examples.join(" | "), EXAMPLES_CHARS),
        ]);
    }
    let table = terminal::table_with(&rows, &[false, true, true, true, false, false, false]);
    let mut text = table;
    // The table says what a column looks like; the evidence is said where it decides something.
    for column in columns {
        let is_told = column.dates.is_some() || column.codes.is_some() || column.looks == Looks::Identifier;
        if is_told && !column.evidence.is_empty() {
            text.push_str(&format!("  {}: {}\n", cut(&column.name, HEADER_CHARS), column.evidence));
        }
    }
    text
}

fn cut(text: &str, n_chars: usize) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(n_chars) {
        Some((at, _)) => format!("{}…", &flat[..at]),
        None => flat,
    }
}

/// Returns a share in whole percents, without calling all what is not quite all.
fn percent(share: f64) -> String {
    match share * 100.0 {
        all if all >= 100.0 => "100 %".to_owned(),
        most if most > 99.0 => "99 %".to_owned(),
        0.0 => "0 %".to_owned(),
        few if few < 1.0 => "<1 %".to_owned(),
        some => format!("{some:.0} %"),
    }
}

fn verdict(profile: &FileProfile, is_drafted: bool) -> Vec<String> {
    let schema = &profile.schema;
    let mut lines = Vec::new();
    let n_headers = schema.n_known_headers + schema.unknown_headers.len();
    match &schema.nearest {
        Some(name) if schema.fits => {
            lines.push(format!("fits the built-in schema `{name}`: {} of {n_headers} headers known", schema.n_known_headers));
            if !schema.unknown_headers.is_empty() {
                lines.push(format!("  not known: {}", some(&schema.unknown_headers)));
            }
        }
        Some(name) => {
            let lacks = if schema.missing.is_empty() { String::new() } else { format!(" and lacks {}", some(&schema.missing)) };
            lines.push(format!(
                "no built-in schema fits; the nearest, `{name}`, knows {} of {n_headers} headers{lacks}",
                schema.n_known_headers
            ));
        }
        None => lines.push("no built-in schema knows any of these headers".to_owned()),
    }
    // Faults of a schema that lacks columns anyway say nothing new.
    lines.extend(schema.faults.iter().filter(|_| schema.missing.is_empty()).map(|fault| format!("  {fault}")));
    if is_drafted {
        lines.push("drafted a schema; check each line, then set `reviewed = true`:".to_owned());
    } else if !schema.fits {
        lines.push("no schema is drafted: no column holds dates".to_owned());
    }
    lines
}
