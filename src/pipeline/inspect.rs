//! Inspect: what a raw file is, which built-in schema reads it, and a drafted schema where none does.
//!
//! In: the path of a file. Out: one profile a table. The file is read to its end, in batches; nothing is written.

use crate::analyze::profile::Profiler;
use crate::error::Result;
use crate::export::draft_schema;
use crate::ingest::records::{Pinned, RecordReader};
use crate::ingest::{self, records::Table};
use crate::model::account::Rejection;
use crate::model::column_words;
use crate::model::file_profile::{FileProfile, HeaderKind, RejectedCount};
use crate::model::raw_shipments::RawShipments;
use crate::model::vendor_schema::{VendorSchema, fold_header};
use crate::normalize::party;
use std::collections::HashSet;
use std::path::Path;

/// A table as it was inspected, with the schema drafted for it where no built-in one fits.
#[derive(Debug, Clone)]
pub struct Inspected {
    pub profile: FileProfile,
    pub draft: Option<String>,
}

/// Inspects all tables of a file. `today` is the date that a draft bears.
pub fn inspect(path: &Path, today: &str) -> Result<Vec<Inspected>> {
    let schemas: Vec<VendorSchema> = VendorSchema::builtin_names().filter_map(VendorSchema::builtin).collect::<Result<_>>()?;
    let with_header = schemas.iter().filter(|schema| schema.header);
    let known: HashSet<String> = with_header.flat_map(|schema| schema.header_index().into_keys()).collect();
    let is_known = |header: &str| known.contains(&fold_header(header)) || column_words::is_header_cell(header);
    let tables = ingest::tables(path, &Pinned::default(), &is_known)?;
    let n_tables = tables.len();
    tables.into_iter().map(|table| inspect_table(path, table, n_tables, &is_known, today)).collect()
}

fn inspect_table(
    path: &Path,
    table: Table,
    n_tables: usize,
    is_known: &(dyn Fn(&str) -> bool + Sync),
    today: &str,
) -> Result<Inspected> {
    let mut stem = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    stem.truncate(stem.find('.').filter(|at| *at > 0).unwrap_or(stem.len()));
    if let Some(part) = table.member.as_deref().or(table.sheet.as_deref()).filter(|_| n_tables > 1) {
        stem = format!("{stem} {part}");
    }
    // A file without named rows, such as Parquet, has its header on line 0 and no row to pin.
    let header_row = Some(table.header.line).filter(|row| *row > 0);
    let pinned = Pinned { member: table.member.clone(), sheet: table.sheet.clone(), header_row, ..Pinned::default() };
    let mut reading = Reading::to_the_end(path, &pinned, is_known)?;
    let mut header = HeaderKind::Found;
    if reading.profiler.is_headless() {
        header = HeaderKind::Absent;
        let headless = Pinned { is_headless: true, header_row: None, ..pinned };
        reading = Reading::to_the_end(path, &headless, is_known)?;
    }
    // The pins above would be the evidence of the second reading; the first one had a reason.
    let dialect = match header {
        HeaderKind::Found => table.dialect,
        HeaderKind::Absent => reading.reader.dialect().clone(),
    };
    let shown = path.to_string_lossy();
    let mut profile = reading.profiler.finish(&shown, &stem, dialect, header, reading.rejected)?;
    profile.member = table.member;
    let is_drafted = !profile.schema.fits && profile.filling("date").is_some();
    let draft = is_drafted.then(|| draft_schema::write(&profile, &schema_name(&stem), today));
    Ok(Inspected { profile, draft })
}

/// A table read to its end.
struct Reading {
    reader: Box<dyn RecordReader>,
    profiler: Profiler,
    rejected: Vec<RejectedCount>,
}

impl Reading {
    fn to_the_end(path: &Path, pinned: &Pinned, is_known: &(dyn Fn(&str) -> bool + Sync)) -> Result<Reading> {
        let mut reader = ingest::open(path, pinned, is_known)?;
        let names = reader.header().names.clone();
        let mut profiler = Profiler::new(&names, |text| party::placeholder(text).is_some());
        let mut batch = RawShipments::new(names.len());
        let mut refused: Vec<Rejection> = Vec::new();
        let mut rejected: Vec<RejectedCount> = Vec::new();
        loop {
            let goes_on = reader.read(&mut batch, &mut refused)?;
            profiler.add(&batch);
            batch.clear();
            for one in refused.drain(..) {
                match rejected.iter_mut().find(|known| known.reason == one.reason) {
                    Some(known) => known.n_records += 1,
                    None => rejected.push(RejectedCount { reason: one.reason, n_records: 1, first_line: one.line }),
                }
            }
            if !goes_on {
                return Ok(Reading { reader, profiler, rejected });
            }
        }
    }
}

/// Returns a name for a schema: small letters and digits with a hyphen between words.
fn schema_name(stem: &str) -> String {
    let words = stem.to_lowercase();
    let words: Vec<&str> = words.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "draft".to_owned() } else { words.join("-") }
}
