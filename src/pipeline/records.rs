//! Stage 1: every file of records becomes a part of the store, or the part that is there is used again.

use super::date_order::{self, Digests};
use super::in_order::on_threads;
use super::inputs::{InputFile, pinned};
use super::part::{FileReading, build_part};
use super::progress::{Progress, Reading};
use super::run_file::RunFile;
use crate::error::{Error, Result};
use crate::model::digest::{FileState, sha256_of_file};
use crate::model::vendor_schema::VendorSchema;
use crate::normalize;
use crate::store::parts::{Part, PartKey, Store};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a table holds: the digest of its file, its member and its sheet.
type Content<'a> = (&'a str, Option<&'a str>, Option<String>);

/// A file of records in the store.
pub struct LoadedFile {
    pub shown: String,
    pub source: usize,
    pub part_key: PartKey,
    pub part: Part,
    /// The file of the same content that counts instead of this one.
    pub same_as: Option<String>,
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

    let mut first_of_content: BTreeMap<Content<'_>, (&str, &PartKey)> = BTreeMap::new();
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
