//! What a run file names: files of records with their schemas, and the tables that the files hold.
//!
//! In: a run file. Out: its files and tables with what their headers tell, before any record is read.

use super::run_file::{RecordSource, RunFile};
use crate::error::{Error, Result, nearest};
use crate::ingest::{self, records::Pinned};
use crate::model::issue::Issues;
use crate::model::question::Question;
use crate::model::vendor_schema::VendorSchema;
use crate::normalize::{self, mapping::Mapping};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A file of records named by the run file, or one of the tables that it holds.
#[derive(Debug, Clone)]
pub struct InputFile {
    pub path: PathBuf,
    /// The path as it is shown: relative to the run file, with `/`; a member of an archive stands behind another `/`, one of several
    /// sheets behind `#`.
    pub shown: String,
    /// Which `[[records]]` names it.
    pub source: usize,
    pub member: Option<String>,
    pub sheet: Option<String>,
}

/// What the headers of all files tell before any record is read.
pub struct Inputs {
    /// One a table.
    pub tables: Vec<InputFile>,
    /// The columns that some table fills.
    pub filled: BTreeSet<String>,
    /// Tables that are left out because they lack the schema's columns while another table of their file has them.
    pub unread: BTreeMap<String, Issues>,
}

/// Returns the schema of each `[[records]]`.
pub fn schemas(run_file: &RunFile) -> Result<Vec<VendorSchema>> {
    run_file.records.iter().map(|source| schema(run_file, source)).collect()
}

fn schema(run_file: &RunFile, source: &RecordSource) -> Result<VendorSchema> {
    let name = source.schema.as_str();
    if let Some(schema) = VendorSchema::builtin(name) {
        return schema;
    }
    if name.ends_with(".toml") {
        let path = run_file.resolve(name);
        let text = std::fs::read_to_string(&path).map_err(|error| Error::file(&path, "read", error))?;
        let schema = VendorSchema::parse(&text, name)?;
        if !schema.reviewed {
            return Err(Error::request(format!("vendor schema `{name}` is a draft that nobody has reviewed"))
                .hint("check each line, then set `reviewed = true`"));
        }
        return Ok(schema);
    }
    let known: Vec<&str> = VendorSchema::builtin_names().collect();
    let error = Error::request(format!("there is no vendor schema `{name}`"))
        .detail(format!("{} are built in: `plimsoll list schemas` names them", known.len()));
    Err(match nearest(name, known) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("name a built-in schema or the path of a `.toml` file"),
    })
}

/// Returns all files that the run file names, sorted by their shown path, so that their order in the run file is nothing.
pub fn input_files(run_file: &RunFile) -> Result<Vec<InputFile>> {
    let mut files = Vec::new();
    for (source, records) in run_file.records.iter().enumerate() {
        let pattern = run_file.resolve(&records.path);
        let is_pattern = records.path.contains(['*', '?', '[']) && !pattern.exists();
        let paths: Vec<PathBuf> = if is_pattern { matching_files(run_file, &records.path)? } else { vec![pattern.clone()] };
        if paths.is_empty() {
            return Err(Error::request(format!("no file matches `{}`", records.path))
                .detail(format!("looked in `{}`", pattern.parent().unwrap_or(Path::new("")).display())));
        }
        for path in paths {
            if path.is_dir() {
                return Err(Error::request(format!("`{}` is a directory, not a file of records", records.path))
                    .hint("name the files in it, for example with `/*.csv`"));
            }
            if !path.exists() {
                return Err(Error::request(format!("cannot find the records `{}`", path.display()))
                    .hint("paths in the run file are relative to the run file"));
            }
            let is_relative = Path::new(&records.path).is_relative();
            let base = run_file.path.parent().filter(|_| is_relative).unwrap_or(Path::new(""));
            let shown = path.strip_prefix(base).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let sheet = records.sheet.clone();
            files.push(InputFile { path, shown, source, member: None, sheet });
        }
    }
    files.sort_by(|left, right| (&left.shown, left.source).cmp(&(&right.shown, right.source)));
    let place = |file: &InputFile| {
        let path = file.path.canonicalize().unwrap_or_else(|_| file.path.clone());
        (path, run_file.records[file.source].sheet.clone(), file.shown.clone())
    };
    let mut places: Vec<_> = files.iter().map(place).collect();
    places.sort();
    if let Some(twice) = places.windows(2).find(|pair| (&pair[0].0, &pair[0].1) == (&pair[1].0, &pair[1].1)) {
        return Err(Error::request(format!("`{}` is named by two `[[records]]`", twice[0].2))
            .hint("name every file once: which schema is meant cannot be known"));
    }
    Ok(files)
}

/// Returns the files that a pattern names; signs of patterns in the run file's own folder are plain letters.
fn matching_files(run_file: &RunFile, pattern: &str) -> Result<Vec<PathBuf>> {
    let wrong = |detail: String| Error::request(format!("`{pattern}` cannot be looked up")).detail(detail);
    let base = glob::Pattern::escape(&run_file.resolve("").to_string_lossy());
    let whole = if Path::new(pattern).is_absolute() { pattern.to_owned() } else { format!("{base}{pattern}") };
    let mut paths = Vec::new();
    for path in glob::glob(&whole).map_err(|error| wrong(error.to_string()))? {
        let path = path.map_err(|error| wrong(error.to_string()))?;
        if path.is_file() {
            paths.push(path);
        }
    }
    Ok(paths)
}

/// Reads header and mapping of every table of every file: what can be found without reading records.
pub fn inputs(run_file: &RunFile, schemas: &[VendorSchema], files: &[InputFile]) -> Result<Inputs> {
    let found: Vec<Vec<(InputFile, Result<BTreeSet<String>>)>> = files
        .par_iter()
        .map(|file| tables(file, &run_file.records[file.source], &schemas[file.source]))
        .collect::<Result<_>>()?;
    let mut inputs = Inputs { tables: Vec::new(), filled: BTreeSet::new(), unread: BTreeMap::new() };
    for (file, tables) in files.iter().zip(found) {
        let has_fitting = tables.iter().any(|(_, columns)| columns.is_ok());
        for (table, columns) in tables {
            match columns {
                Ok(columns) => {
                    inputs.filled.extend(columns);
                    inputs.tables.push(table);
                }
                Err(error) if has_fitting => {
                    let issues = inputs.unread.entry(file.shown.clone()).or_default();
                    let why = error.to_string().lines().next().unwrap_or_default().to_owned();
                    issues.add_many(
                        "table_not_read",
                        table.member.as_deref().or(table.sheet.as_deref()).unwrap_or(""),
                        0,
                        &why,
                        0,
                    );
                }
                Err(error) => return Err(error),
            }
        }
    }
    inputs.tables.sort_by(|left, right| (&left.shown, left.source).cmp(&(&right.shown, right.source)));
    Ok(inputs)
}

/// Returns the tables of a file with the columns that each fills, or what it lacks. A table is shown by its file's name alone if it is
/// the only one that fits.
fn tables(file: &InputFile, source: &RecordSource, schema: &VendorSchema) -> Result<Vec<(InputFile, Result<BTreeSet<String>>)>> {
    let pinned = Pinned { member: source.member.clone(), ..pinned(file, source, schema) };
    let found = ingest::tables(&file.path, &pinned, &normalize::known_headers(schema))?;
    let mappings: Vec<Result<Mapping>> = found
        .iter()
        .map(|table| Mapping::new(schema, &table.header.names, table.header.line, &file.shown, &mut Issues::default()))
        .collect();
    let n_fitting = mappings.iter().filter(|mapping| mapping.is_ok()).count();
    let named = found.into_iter().zip(mappings).map(|(table, mapping)| {
        let mut shown = file.shown.clone();
        if let Some(member) = &table.member {
            shown = format!("{shown}/{member}");
        }
        if let Some(sheet) = table.sheet.as_ref().filter(|_| n_fitting > 1) {
            shown = format!("{shown}#{sheet}");
        }
        let columns = mapping.map(|mapping| {
            let constants = [
                ("reporter_country_code", !schema.reporter_country_code.is_empty()),
                ("flow", schema.flow.is_some() || source.flow.is_some()),
            ];
            let constants = constants.into_iter().filter(|(_, is_there)| *is_there).map(|(column, _)| column);
            mapping.columns().chain(constants).map(str::to_owned).collect()
        });
        (InputFile { shown, member: table.member, sheet: table.sheet, ..file.clone() }, columns)
    });
    Ok(named.collect())
}

/// Refuses a finding that asks for a column which no file fills: it would silently answer 0.
pub fn check_columns(questions: &[Question], filled: &BTreeSet<String>) -> Result<()> {
    for question in questions {
        // Where no column states the condition, the description may tell it.
        let is_filled =
            |column: &String| filled.contains(column) || (column == "condition" && filled.contains("goods_description"));
        if let Some(column) = question.columns_asked().into_iter().find(|column| !is_filled(column)) {
            return Err(Error::request(format!("no records fill `{column}`, which finding `{}` asks for", question.id))
                .hint("take the condition out, or add the header to `[columns]` of a schema file of your own"));
        }
    }
    Ok(())
}

/// Returns how a table is to be read.
pub fn pinned(file: &InputFile, source: &RecordSource, schema: &VendorSchema) -> Pinned {
    Pinned {
        encoding: source.encoding.clone(),
        delimiter: source.delimiter,
        member: file.member.clone(),
        sheet: file.sheet.clone(),
        header_row: source.header_row,
        is_headless: !source.header.unwrap_or(schema.header),
    }
}
