//! One file of records into one part of the store: read by one thread, normalized and encoded side by side, written in order.
//!
//! In: an open reader's file, its schema and settings. Out: a finished part with its account, whose sums are checked here: bytes and
//! lines against what the decoder counted, records read against records stored and rejected.

use super::in_order::in_order;
use super::inputs::{InputFile, pinned};
use super::progress::{Progress, Reading};
use super::run_file::RecordSource;
use crate::error::{Error, Result};
use crate::ingest::{self, records::RecordReader};
use crate::model::account::{Rejection, SpanKind};
use crate::model::date_style::DateStyle;
use crate::model::digest::FileState;
use crate::model::issue::Issues;
use crate::model::part::PartAccount;
use crate::model::raw_shipments::RawShipments;
use crate::model::vendor_schema::VendorSchema;
use crate::normalize::{self, Memory, NormalizedBatch, Normalizer, Origin, Sidecar, mapping::Mapping, totals};
use crate::store::parts::{Part, PartKey, PartTables, Store};
use crate::store::row_group::RowGroup;
use std::sync::Mutex;

/// A row group has about so many records: enough for repeated texts to pay, few enough for memory.
const GROUP_RECORDS: usize = 65_536;

/// Records that become one row group, batch by batch.
#[derive(Default)]
struct Group {
    /// Each batch with the records of the file before it.
    batches: Vec<(u64, RawShipments)>,
    n_filled: usize,
    /// Records that the reader refused meanwhile, and how many it delivered and refused up to the end of the group.
    rejections: Vec<Rejection>,
    n_delivered: u64,
    n_refused: u64,
    n_bytes_read: u64,
}

/// A group after normalizing.
struct Done {
    group: Group,
    normalized: NormalizedBatch,
    encoded: RowGroup,
}

/// How a file is read.
#[derive(Clone, Copy)]
pub struct FileReading<'a> {
    pub source: &'a RecordSource,
    pub schema: &'a VendorSchema,
    pub dates: &'a DateStyle,
    /// How many files are read at once, which share the memory.
    pub n_at_once: usize,
}

/// Builds the part of a file. `state` is that of the file when its digest was taken.
pub fn build_part(
    file: &InputFile,
    FileReading { source, schema, dates, n_at_once }: FileReading<'_>,
    (sha256, state): (&str, &FileState),
    store: &Store,
    part_key: &PartKey,
    progress: &dyn Progress,
) -> Result<Part> {
    let mut reader = ingest::open(&file.path, &pinned(file, source, schema), &normalize::known_headers(schema))?;
    let header = reader.header().clone();
    let dialect = reader.dialect().clone();
    let mut issues = Issues::default();
    let mapping = Mapping::new(schema, &header.names, header.line, &file.shown, &mut issues)?;
    let normalizer = Normalizer::new(schema, &mapping, source.flow.as_deref(), dates);
    let place: Vec<&str> = dialect.member.iter().chain(&dialect.sheet).map(String::as_str).collect();
    let place = place.join("/");

    let mut writer = store.write(part_key)?;
    let encoder = writer.encoder();
    let mut sidecar = Sidecar::default();
    let (mut n_delivered, mut n_refused, mut n_stored, mut n_rejected, mut n_totals) = (0_u64, 0_u64, 0_u64, 0_u64, 0_u64);
    // Groups and memories are used again and again, so that their memory is asked for once.
    let groups: Mutex<Vec<Group>> = Mutex::default();
    let memories: Mutex<Vec<Memory>> = Mutex::default();
    let (mut n_read, mut n_unusable, mut is_more) = (0, 0, true);
    let next = || {
        if !is_more {
            return Ok(None);
        }
        let mut group = take_one(&groups);
        is_more = group.fill(reader.as_mut(), header.names.len(), &mut n_read, &mut n_unusable)?;
        Ok(Some(group))
    };
    let work = |group: Group| {
        let mut memory = take_one(&memories);
        let batches = group.batches[..group.n_filled]
            .iter()
            .map(|(first_ordinal, batch)| (batch, Origin { file_sha256: sha256, place: &place, first_ordinal: *first_ordinal }));
        let normalized = normalizer.normalize(batches, &mut memory);
        put_back(&memories, memory);
        let encoded = encoder.encode(&normalized.shipments)?;
        Ok(Done { group, normalized, encoded })
    };
    let take = |Done { mut group, normalized, encoded }: Done| {
        writer.append(&encoded)?;
        n_stored += encoded.n_records();
        sidecar.merge(normalized.sidecar);
        issues.merge(normalized.issues);
        let mut rejections: Vec<Rejection> = group.rejections.drain(..).map(known_totals).chain(normalized.rejections).collect();
        rejections.sort_by_key(|rejection| rejection.line);
        writer.append_rejected(&rejections)?;
        n_rejected += rejections.len() as u64;
        n_totals += rejections.iter().filter(|rejection| rejection.reason == totals::TOTALS_ROW).count() as u64;
        (n_delivered, n_refused) = (group.n_delivered, group.n_refused);
        let n_bytes = group.n_bytes_read;
        put_back(&groups, group);
        progress.records(&file.shown, Reading { n_records: n_delivered, n_rejected, n_bytes });
        Ok(())
    };
    in_order(n_at_once, next, work, take)?;
    // The sidecars need their memory now.
    drop((groups, memories));

    for repair in reader.repairs() {
        issues.add_many(&format!("repaired_{}", repair.rule), "", repair.first_line, "", repair.n_records);
    }
    let n_before = reader.spans().lines[SpanKind::Preamble as usize];
    if n_before > 0 {
        issues.add_many("lines_before_header", "", 1, "", n_before);
    }
    check_spans(file, reader.as_ref())?;
    let mut issues = issues.into_vec();
    for issue in issues.iter_mut().filter(|issue| matches!(issue.kind.as_str(), "unknown_header" | "further_header")) {
        issue.n_records = n_delivered;
    }
    let account = PartAccount {
        file_sha256: sha256.to_owned(),
        schema: schema.name.clone(),
        dialect,
        spans: reader.spans(),
        records_read: n_delivered + n_refused,
        records_rejected: n_rejected,
        records_totals: n_totals,
        issues,
        line_numbers: sidecar.line_numbers.clone(),
        zeros: sidecar.zeros,
        empty_columns: writer.empty_columns(),
    };
    if account.records_stored() != n_stored {
        return Err(Error::promise(format!("the records of `{}` do not add up", file.shown))
            .detail(format!("{} read, {n_stored} stored, {} rejected", account.records_read, account.records_rejected)));
    }
    // A part is only as good as its key: the file may have changed since its digest was taken.
    if FileState::of(&file.path)? != *state {
        return Err(Error::request(format!("`{}` changed while it was read", file.shown)).hint("run again when it is complete"));
    }
    let tables = sidecar.into_tables();
    writer.finish(account, PartTables { parties: tables.parties, codes: tables.codes, coverage: tables.coverage })
}

impl Group {
    /// Fills the group with the next records; returns `false` when nothing is left.
    fn fill(&mut self, reader: &mut dyn RecordReader, width: usize, n_delivered: &mut u64, n_refused: &mut u64) -> Result<bool> {
        self.n_filled = 0;
        let (mut is_more, mut n_records) = (true, 0);
        while is_more && n_records < GROUP_RECORDS {
            if self.n_filled == self.batches.len() {
                self.batches.push((0, RawShipments::new(width)));
            }
            let (first_ordinal, batch) = &mut self.batches[self.n_filled];
            batch.clear();
            *first_ordinal = *n_delivered;
            let n_before = self.rejections.len();
            is_more = reader.read(batch, &mut self.rejections)?;
            *n_refused += (self.rejections.len() - n_before) as u64;
            *n_delivered += batch.len() as u64;
            n_records += batch.len();
            self.n_filled += 1;
        }
        (self.n_delivered, self.n_refused) = (*n_delivered, *n_refused);
        self.n_bytes_read = reader.n_bytes_read();
        Ok(is_more)
    }
}

/// Names a totals row as such where the reader refused it for its fields: such rows have few.
fn known_totals(rejection: Rejection) -> Rejection {
    let is_totals = rejection.reason == "field_count" && totals::is_totals_line(&rejection.raw_text);
    if is_totals { Rejection { reason: totals::TOTALS_ROW, ..rejection } } else { rejection }
}

fn take_one<T: Default>(pool: &Mutex<Vec<T>>) -> T {
    pool.lock().expect("no thread stops while it holds the pool").pop().unwrap_or_default()
}

fn put_back<T>(pool: &Mutex<Vec<T>>, one: T) {
    pool.lock().expect("no thread stops while it holds the pool").push(one);
}

/// Holds the spans against what the decoder counted: every byte and line lies in exactly one span.
fn check_spans(file: &InputFile, reader: &dyn RecordReader) -> Result<()> {
    let (spans, (bytes, lines)) = (reader.spans(), reader.decoded());
    if (spans.total_bytes(), spans.total_lines()) == (bytes, lines) {
        return Ok(());
    }
    Err(Error::promise(format!("the account of `{}` does not add up", file.shown))
        .detail(format!("decoded: {bytes} bytes, {lines} lines"))
        .detail(format!("in spans: {} bytes, {} lines", spans.total_bytes(), spans.total_lines())))
}
