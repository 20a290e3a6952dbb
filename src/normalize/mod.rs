//! Dirty text to typed tables.
//!
//! In: batches of records as delivered, a vendor schema, a file's header. Out: a frame with the columns of a part, the sidecars,
//! issues with counts, and the records that cannot be used. Nothing is repaired but by a rule that is counted.
//!
//! A record without a date is unusable, because it belongs to no window; a record with a faulty code or amount stays, without it.

pub mod mapping;
pub mod party;
pub mod totals;

mod batch;
mod columns;
mod memory;
mod mojibake;
mod shipment;
mod sidecar;
mod sources;

pub use mapping::known_headers;
pub use memory::Memory;
pub use sidecar::{BatchSidecar, PartyCount, Sidecar, SidecarTables};

use crate::model::account::Rejection;
use crate::model::date_style::DateStyle;
use crate::model::issue::Issues;
use crate::model::raw_shipments::RawShipments;
use crate::model::vendor_schema::VendorSchema;
use crate::store;
use batch::Batch;
use columns::{Columns, Row};
use mapping::Mapping;
use sources::Sources;

/// Raised whenever normalizing changes what a part holds: older parts are then built anew.
pub const STORE_VERSION: u32 = 4;

/// The tables that normalizing uses: they are part of a part's key.
pub fn reference_texts() -> [&'static str; 9] {
    [
        include_str!("../reference/countries/spellings.csv"),
        include_str!("../reference/countries/codes.csv"),
        include_str!("../reference/placeholders.csv"),
        include_str!("../reference/party_phrases.csv"),
        include_str!("../reference/totals_words.csv"),
        include_str!("../reference/units.csv"),
        include_str!("../reference/procedures.csv"),
        include_str!("../reference/procedure_regimes.csv"),
        include_str!("../reference/names/identifier_labels.csv"),
    ]
}

/// Where the records of a batch come from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    pub file_sha256: &'a str,
    /// Its member or sheet, where the file has several.
    pub place: &'a str,
    /// Records of the file before this batch.
    pub first_ordinal: u64,
}

/// A batch after normalizing.
pub struct NormalizedBatch {
    pub shipments: store::row_group::Batch,
    pub sidecar: BatchSidecar,
    pub issues: Issues,
    pub rejections: Vec<Rejection>,
}

/// Turns the records of one file into shipments.
pub struct Normalizer<'a> {
    schema: &'a VendorSchema,
    /// The flow pinned in the run file.
    flow: Option<String>,
    dates: &'a DateStyle,
    headers: Vec<String>,
    sources: Sources,
}

impl<'a> Normalizer<'a> {
    pub fn new(schema: &'a VendorSchema, mapping: &Mapping, flow: Option<&str>, dates: &'a DateStyle) -> Self {
        let headers = mapping.headers.clone();
        Normalizer { schema, flow: flow.map(str::to_owned), dates, headers, sources: Sources::new(schema, mapping) }
    }

    /// Normalizes batches that follow each other into one. The result depends on the records and their place alone, and not on what
    /// `memory` holds, so that groups of batches can be done side by side.
    pub fn normalize<'r>(
        &self,
        batches: impl Iterator<Item = (&'r RawShipments, Origin<'r>)> + Clone,
        memory: &mut Memory,
    ) -> NormalizedBatch {
        let mut batch = Batch::default();
        let mut columns = Columns::with_capacity(batches.clone().map(|(raw, _)| raw.len()).sum());
        let mut row = Row::new();
        for (delivered, origin) in batches {
            let repaired = mojibake::repair_batch(delivered, &self.headers, &mut batch.issues);
            let raw = repaired.as_ref().unwrap_or(delivered);
            for record in 0..raw.len() {
                match self.fill_row(&mut row, raw, record, origin, &mut batch, memory) {
                    Ok(()) => {
                        batch.count_zeros(&row.measures, row.source_line);
                        columns.push(&row);
                    }
                    Err(fault) => batch.rejections.push(fault.of(delivered, record)),
                }
            }
        }
        NormalizedBatch {
            sidecar: columns.sidecar(batch.line_numbers, batch.zeros),
            shipments: columns.into_batch(),
            issues: batch.issues,
            rejections: batch.rejections,
        }
    }
}
