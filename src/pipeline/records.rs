//! Stage 1: every file of records becomes a part of the store, or the part that is there is used again.

use super::date_order::{self, Digests};
use super::in_order::on_threads;
use super::part::{FileReading, build_part};
use super::progress::{Progress, Reading};
use super::run_file::{RecordSource, RunFile};
use crate::error::{Error, Result, nearest};
use crate::ingest::{self, records::Pinned};
use crate::model::digest::{FileState, sha256_of_file};
use crate::model::issue::Issues;
use crate::model::question::Question;
use crate::model::vendor_schema::VendorSchema;
use crate::normalize::{self, mapping::Mapping};
use crate::store::parts::{Part, PartKey, Store};
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

/// A file of records in the store.
pub struct LoadedFile {
    pub shown: String,
    pub source: usize,
    pub part_key: PartKey,
    pub part: Part,
    /// The file of the same content that counts instead of this one.
    pub same_as: Option<String>,
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
    let error = Error::request(format!("there is no vendor schema `{name}`")).detail(format!("built in: {}", known.join(", ")));
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
        if let Some(column) = question.columns_asked().into_iter().find(|column| !filled.contains(column)) {
            return Err(Error::request(format!("no records fill `{column}`, which finding `{}` asks for", question.id))
                .hint("take the condition out, or add the header to `[columns]` of a schema file of your own"));
        }
    }
    Ok(())
}

/// Brings all tables into the store, in parallel by table and, within a table, by batch.
pub fn load(
    run_file: &RunFile,
    schemas: &[VendorSchema],
    files: &[InputFile],
    store: &Store,
    progress: &dyn Progress,
) -> Result<Vec<LoadedFile>> {
    let references = normalize::reference_texts();
    let paths: BTreeSet<&Path> = files.iter().map(|file| file.path.as_path()).collect();
    let digests = digests(paths, store)?;
    let dates = date_order::source_dates(run_file, schemas, files, Some((store, &digests)))?;
    let keys: Vec<(&str, &FileState, PartKey)> = files
        .iter()
        .map(|file| {
            let (source, schema) = (&run_file.records[file.source], &schemas[file.source]);
            let (state, sha256) = &digests[file.path.as_path()];
            let date_order = &dates[file.source].settings;
            let settings = format!("{:?} flow={:?} date_order={date_order}", pinned(file, source, schema), source.flow);
            let key = PartKey::new(sha256, &schema.digest_text, &settings, &references, normalize::STORE_VERSION);
            (sha256.as_str(), state, key)
        })
        .collect();
    // Files of one content and one reading have one part: it is built once.
    let mut first_of_key: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, (_, _, key)) in keys.iter().enumerate() {
        first_of_key.entry(key.as_str()).or_insert(at);
    }
    let to_build: Vec<(&str, usize)> = first_of_key.into_iter().collect();
    // A file's bytes are shared out among its tables, since how they lie in it is not known.
    let mut n_tables: BTreeMap<&Path, u64> = BTreeMap::new();
    to_build.iter().for_each(|(_, at)| *n_tables.entry(&files[*at].path).or_default() += 1);
    let n_bytes = |at: usize| keys[at].1.n_bytes() / n_tables[files[at].path.as_path()];
    progress.to_read(to_build.iter().map(|(_, at)| n_bytes(*at)).sum());
    let built = on_threads(&to_build, |(_, at), n_at_once| {
        let (file, (sha256, state, key)) = (&files[*at], &keys[*at]);
        let (source, schema) = (&run_file.records[file.source], &schemas[file.source]);
        let reading = FileReading { source, schema, dates: &dates[file.source].style, n_at_once };
        let part = match store.part(key) {
            Some(part) => part,
            None => build_part(file, reading, (sha256, state), store, key, progress)?,
        };
        let (n_records, n_rejected) = (part.account.records_read, part.account.records_rejected);
        progress.table_done(&file.shown, Reading { n_records, n_rejected, n_bytes: n_bytes(*at) });
        Ok(part)
    })?;
    let parts: BTreeMap<&str, Part> = to_build.iter().map(|(name, _)| *name).zip(built).collect();

    let mut first_of_content: BTreeMap<(&str, Option<&str>, Option<String>), (&str, &PartKey)> = BTreeMap::new();
    let mut loaded = Vec::with_capacity(files.len());
    for (file, (sha256, _, key)) in files.iter().zip(&keys) {
        let mut part = parts[key.as_str()].clone();
        // The evidence is that of all files of the source: it changes with each of them, and the part does not.
        if let Some(sentence) = &dates[file.source].evidence {
            part.account.dialect.evidence.push_str(&format!("; {sentence}"));
        }
        let content = (*sha256, file.member.as_deref(), part.account.dialect.sheet.clone());
        let first = *first_of_content.entry(content).or_insert((&file.shown, key));
        let same_as = (first.0 != file.shown).then(|| first.0.to_owned());
        if first.1 != key {
            return Err(Error::request(format!("`{}` is a copy of `{}` that is read in another way", file.shown, first.0))
                .hint("leave one of them out: the same records would count as different ones"));
        }
        loaded.push(LoadedFile { shown: file.shown.clone(), source: file.source, part_key: key.clone(), part, same_as });
    }
    Ok(loaded)
}

/// Returns state and digest of each file; a file that did not change since its digest was taken is not read for it again.
fn digests<'a>(paths: BTreeSet<&'a Path>, store: &Store) -> Result<Digests<'a>> {
    let mut known = store.known_digests();
    let digests: Digests<'a> = paths
        .into_par_iter()
        .map(|path| {
            let state = FileState::of(path)?;
            let sha256 = match path.canonicalize().ok().and_then(|place| known.get(&place, &state).map(str::to_owned)) {
                Some(sha256) => sha256,
                None => sha256_of_file(path)?,
            };
            Ok((path, (state, sha256)))
        })
        .collect::<Result<_>>()?;
    for (path, (state, sha256)) in &digests {
        if let Ok(place) = path.canonicalize() {
            known.add(&place, state, sha256);
        }
    }
    store.keep_digests(&known)?;
    Ok(digests)
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
