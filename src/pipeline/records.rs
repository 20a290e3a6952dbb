//! Stage 1: every file of records becomes a part of the store, or the part that is there is used again.

use super::part::build_part;
use super::progress::Progress;
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

/// A file of records named by the run file.
#[derive(Debug, Clone)]
pub struct InputFile {
    pub path: PathBuf,
    /// The path as it is shown: relative to the run file, with `/`.
    pub shown: String,
    /// Which `[[records]]` names it.
    pub source: usize,
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
        return VendorSchema::parse(&text, name);
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
            files.push(InputFile { path, shown, source });
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

/// Reads header and mapping of every file: what can be found without reading records. Returns the columns that some file fills.
pub fn check_headers(run_file: &RunFile, schemas: &[VendorSchema], files: &[InputFile]) -> Result<BTreeSet<String>> {
    let mut filled = BTreeSet::new();
    for file in files {
        let schema = &schemas[file.source];
        let reader = ingest::open(&file.path, &pinned(&run_file.records[file.source]), &|header| schema.knows_header(header))?;
        let header = reader.header();
        let mapping = Mapping::new(schema, &header.names, header.line, &file.shown, &mut Issues::default())?;
        filled.extend(mapping.columns().map(str::to_owned));
        if !schema.reporter_country_code.is_empty() {
            filled.insert("reporter_country_code".to_owned());
        }
        if schema.flow.is_some() || run_file.records[file.source].flow.is_some() {
            filled.insert("flow".to_owned());
        }
    }
    Ok(filled)
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

/// Brings all files into the store, in parallel by file and, within a file, by batch.
pub fn load(
    run_file: &RunFile,
    schemas: &[VendorSchema],
    files: &[InputFile],
    store: &Store,
    progress: &dyn Progress,
) -> Result<Vec<LoadedFile>> {
    let references = normalize::reference_texts();
    let keys: Vec<(String, FileState, PartKey)> = files
        .par_iter()
        .map(|file| {
            let (source, schema) = (&run_file.records[file.source], &schemas[file.source]);
            let state = FileState::of(&file.path)?;
            let sha256 = sha256_of_file(&file.path)?;
            let settings = format!(
                "encoding={:?} delimiter={:?} sheet={:?} header_row={:?} flow={:?}",
                source.encoding, source.delimiter, source.sheet, source.header_row, source.flow
            );
            let key = PartKey::new(&sha256, &schema.digest_text, &settings, &references, normalize::STORE_VERSION);
            Ok((sha256, state, key))
        })
        .collect::<Result<_>>()?;
    // Files of one content and one reading have one part: it is built once.
    let mut first_of_key: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, (_, _, key)) in keys.iter().enumerate() {
        first_of_key.entry(key.as_str()).or_insert(at);
    }
    let parts: BTreeMap<&str, Part> = first_of_key
        .into_par_iter()
        .map(|(name, at)| {
            let (file, (sha256, state, key)) = (&files[at], &keys[at]);
            let (source, schema) = (&run_file.records[file.source], &schemas[file.source]);
            let part = match store.part(key) {
                Some(part) => part,
                None => build_part(file, source, schema, (sha256, state), store, key, progress)?,
            };
            progress.file_done(&file.shown, part.account.records_read, part.account.records_rejected);
            Ok((name, part))
        })
        .collect::<Result<_>>()?;

    let mut first_of_content: BTreeMap<(&str, Option<String>), &str> = BTreeMap::new();
    let mut loaded = Vec::with_capacity(files.len());
    for (file, (sha256, _, key)) in files.iter().zip(&keys) {
        let part = parts[key.as_str()].clone();
        let content = (sha256.as_str(), part.account.dialect.sheet.clone());
        let same_as = first_of_content.get(&content).map(|first| (*first).to_owned());
        if let Some(first) =
            loaded.iter().find(|known: &&LoadedFile| Some(&known.shown) == same_as.as_ref() && known.part_key != *key)
        {
            return Err(Error::request(format!("`{}` is a copy of `{}` that is read in another way", file.shown, first.shown))
                .hint("leave one of them out: the same records would count as different ones"));
        }
        first_of_content.entry(content).or_insert(&file.shown);
        loaded.push(LoadedFile { shown: file.shown.clone(), source: file.source, part_key: key.clone(), part, same_as });
    }
    Ok(loaded)
}

pub fn pinned(source: &RecordSource) -> Pinned {
    Pinned {
        encoding: source.encoding.clone(),
        delimiter: source.delimiter,
        sheet: source.sheet.clone(),
        header_row: source.header_row,
        ..Pinned::default()
    }
}
