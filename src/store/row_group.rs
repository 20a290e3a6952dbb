//! A batch of shipments as a row group of Parquet: encoded and compressed by whoever has time, written by one.
//!
//! In: the columns of a part for a batch. Out: the pages of its columns, in memory.
//! Keys that no two records share are written as they are: looking for repeats in them, or trying to make hashes shorter, is work
//! for nothing.

use crate::error::{Error, Result};
use crate::model::shipments::{self, Kind};
use crate::store::column;
use polars::prelude::PolarsResult;
use polars_arrow::array::{Array, DictionaryArray};
use polars_parquet::write::{
    CompressedPage, CompressionOptions, DynIter, DynStreamingIterator, Encoding, FileWriter, ParquetType, SchemaDescriptor,
    StatisticsOptions, Version, WriteOptions, array_to_columns, compress, fallible_streaming_iterator,
};
use rustc_hash::FxHashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

/// Pages of missing columns that are kept at most: those of a few sizes of batches.
const MOST_MISSING_PAGES: usize = 1_000;

/// The columns of a batch in the order of the store; `None` where no record fills one.
pub struct Batch {
    pub n_records: usize,
    pub columns: Vec<Option<Box<dyn Array>>>,
}

/// What turns batches into row groups; any number of threads may use it at once.
pub struct Encoder {
    columns: Vec<ColumnPlan>,
    /// The pages of columns without a single value, by their place and the number of records: most sources fill few columns, and
    /// most batches are of one size.
    missing: Mutex<FxHashMap<(usize, usize), Pages>>,
}

/// The pages of one column.
type Pages = Arc<Vec<CompressedPage>>;

struct ColumnPlan {
    name: String,
    kind: Kind,
    parquet_type: ParquetType,
    encoding: Encoding,
    options: WriteOptions,
}

/// The encoded records of a batch.
pub struct RowGroup {
    n_records: u64,
    columns: Vec<Pages>,
    /// Which columns any record fills.
    pub is_filled: Vec<bool>,
}

impl Encoder {
    pub fn new(parquet_schema: &SchemaDescriptor) -> Self {
        let plan = |(parquet_type, (name, kind)): (&ParquetType, (String, Kind))| {
            let is_key = name.ends_with("_key") || name.starts_with("content_key");
            // Ranges of days and codes let a reader pass over row groups; ranges of texts and hashes tell nothing.
            let has_range = kind == Kind::Integer;
            ColumnPlan {
                parquet_type: parquet_type.clone(),
                encoding: match (kind, name.as_str()) {
                    (Kind::Integer, _) => Encoding::RleDictionary,
                    (Kind::Long, _) if !is_key => Encoding::DeltaBinaryPacked,
                    _ => Encoding::Plain,
                },
                options: WriteOptions {
                    statistics: StatisticsOptions {
                        min_value: has_range,
                        max_value: has_range,
                        distinct_count: false,
                        null_count: true,
                        binary_statistics_truncate_length: None,
                    },
                    version: Version::V1,
                    // A part is written once and read a few times, so that speed counts for more than size; packed numbers get no
                    // smaller.
                    compression: if kind == Kind::Text { CompressionOptions::Lz4Raw } else { CompressionOptions::Uncompressed },
                    data_page_size: None,
                },
                name,
                kind,
            }
        };
        let columns = parquet_schema.fields().iter().zip(shipments::part_columns()).map(plan).collect();
        Encoder { columns, missing: Mutex::default() }
    }

    /// Encodes a batch.
    pub fn encode(&self, batch: &Batch) -> Result<RowGroup> {
        let mut columns = Vec::with_capacity(self.columns.len());
        for (at, (plan, column)) in self.columns.iter().zip(&batch.columns).enumerate() {
            let pages = match column {
                Some(array) => plan.encode(array.as_ref()).map(Arc::new),
                None => self.missing_pages(at, batch.n_records),
            };
            columns.push(pages.map_err(|error| {
                Error::machine(format!("the column `{}` cannot be encoded", plan.name)).detail(error.to_string())
            })?);
        }
        let is_filled = |column: &Option<Box<dyn Array>>| column.as_ref().is_some_and(|array| array.null_count() < array.len());
        Ok(RowGroup { n_records: batch.n_records as u64, columns, is_filled: batch.columns.iter().map(is_filled).collect() })
    }

    fn missing_pages(&self, at: usize, n_records: usize) -> PolarsResult<Pages> {
        let mut known = self.missing.lock().expect("no thread stops while it holds the pages");
        if let Some(pages) = known.get(&(at, n_records)) {
            return Ok(Arc::clone(pages));
        }
        let plan = &self.columns[at];
        let pages = Arc::new(plan.encode(column::missing(n_records, plan.kind == Kind::Text).as_ref())?);
        if known.len() >= MOST_MISSING_PAGES {
            known.clear();
        }
        known.insert((at, n_records), Arc::clone(&pages));
        Ok(pages)
    }
}

impl ColumnPlan {
    fn encode(&self, array: &dyn Array) -> PolarsResult<Vec<CompressedPage>> {
        let is_numbered = array.as_any().is::<DictionaryArray<u32>>();
        let encoding = if is_numbered { Encoding::RleDictionary } else { self.encoding };
        let mut pages = Vec::new();
        for column_pages in array_to_columns(array, self.parquet_type.clone(), self.options, &[encoding])? {
            for page in column_pages {
                pages.push(compress(page?, Vec::new(), self.options.compression)?);
            }
        }
        Ok(pages)
    }
}

impl RowGroup {
    pub fn n_records(&self) -> u64 {
        self.n_records
    }

    /// Writes the group behind those that were written before.
    pub fn write<W: Write>(&self, writer: &mut FileWriter<W>) -> PolarsResult<()> {
        let columns = self
            .columns
            .iter()
            .map(|pages| Ok(DynStreamingIterator::new(fallible_streaming_iterator::convert(pages.iter().map(PolarsResult::Ok)))));
        writer.write(self.n_records, DynIter::new(columns))
    }
}
