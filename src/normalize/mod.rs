//! Dirty text to typed tables.
//!
//! In: batches of records as delivered, a vendor schema, a file's header. Out: a frame with the columns of a part, the sidecars,
//! issues with counts, and the records that cannot be used. Nothing is repaired but by a rule that is counted.
//!
//! A record without a date is unusable, because it belongs to no window; a record with a faulty code or amount stays, without it.

pub mod mapping;
pub mod party;
pub mod totals;

mod cells;
mod columns;
mod faults;
mod keys;
mod measures;
mod memory;
mod mojibake;
mod numbering;
mod roles;
mod shipment;
mod sidecar;
mod sources;

pub use mapping::known_headers;
pub use memory::Memory;
pub use sidecar::{BatchSidecar, Sidecar, SidecarTables};

use crate::model::account::Rejection;
use crate::model::date_style::DateStyle;
use crate::model::issue::Issues;
use crate::model::raw_shipments::RawShipments;
use crate::model::vendor_schema::VendorSchema;
use crate::store;
use faults::Faults;
use mapping::Mapping;
use shipment::Shipments;
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
        let (mut faults, mut rejections) = (Faults::default(), Vec::new());
        let cells = self.read_cells(batches, &mut faults, &mut rejections, memory);
        let Shipments { columns, faults, line_numbers, zeros, .. } = Shipments::fill(self, cells, faults, memory);
        let sidecar = BatchSidecar::of(&columns, line_numbers, zeros);
        NormalizedBatch { sidecar, shipments: columns.into_batch(&faults.lines), issues: faults.issues, rejections }
    }
}
