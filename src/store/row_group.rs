//! A batch of shipments as a row group of Parquet: encoded and compressed by whoever has time, written by one.
//!
//! In: a frame with the columns of a part. Out: the pages of its columns, in memory.
//! Keys that no two records share are written as they are: looking for repeats in them, or trying to make hashes shorter, is work
//! for nothing.

use crate::error::{Error, Result};
use polars::prelude::*;
use polars_parquet::write::{
    CompressedPage, CompressionOptions, Encoding, ParquetType, SchemaDescriptor, StatisticsOptions, Version, WriteOptions,
    ZstdLevel, array_to_columns, compress,
};

/// Hashes that hardly ever repeat.
const UNIQUE_KEYS: [&str; 5] = ["record_key", "line_item_key", "item_key", "content_key_high", "content_key_low"];

/// A part is written once and read a few times, so that speed counts for more than size.
const COMPRESSION_LEVEL: i32 = 1;

/// What turns batches into row groups; any number of threads may use it at once.
pub struct Encoder {
    columns: Vec<ColumnPlan>,
}

struct ColumnPlan {
    parquet_type: ParquetType,
    encoding: Encoding,
    options: WriteOptions,
}

/// The encoded records of a batch.
pub struct RowGroup {
    n_records: u64,
    columns: Vec<Vec<CompressedPage>>,
}

impl Encoder {
    pub fn new(parquet_schema: &SchemaDescriptor, schema: &Schema) -> Self {
        let plan = |(parquet_type, (name, data_type)): (&ParquetType, (&PlSmallStr, &DataType))| {
            let is_unique = UNIQUE_KEYS.contains(&name.as_str());
            let level = ZstdLevel::try_new(COMPRESSION_LEVEL).expect("1 is a level of zstd");
            // Ranges of days and codes let a reader pass over row groups; ranges of texts and hashes tell nothing.
            let has_range = *data_type == DataType::Int32;
            ColumnPlan {
                parquet_type: parquet_type.clone(),
                encoding: if is_unique { Encoding::Plain } else { Encoding::RleDictionary },
                options: WriteOptions {
                    statistics: StatisticsOptions {
                        min_value: has_range,
                        max_value: has_range,
                        distinct_count: false,
                        null_count: true,
                        binary_statistics_truncate_length: None,
                    },
                    version: Version::V1,
                    compression: if is_unique { CompressionOptions::Uncompressed } else { CompressionOptions::Zstd(Some(level)) },
                    data_page_size: None,
                },
            }
        };
        Encoder { columns: parquet_schema.fields().iter().zip(schema.iter()).map(plan).collect() }
    }

    /// Encodes a batch that has the columns of a part in their order.
    pub fn encode(&self, shipments: &DataFrame) -> Result<RowGroup> {
        let mut columns = Vec::with_capacity(self.columns.len());
        for (plan, column) in self.columns.iter().zip(shipments.columns()) {
            columns.push(plan.encode(column).map_err(|error| {
                Error::machine(format!("the column `{}` cannot be encoded", column.name())).detail(error.to_string())
            })?);
        }
        Ok(RowGroup { n_records: shipments.height() as u64, columns })
    }
}

impl ColumnPlan {
    fn encode(&self, column: &Column) -> PolarsResult<Vec<CompressedPage>> {
        let series = column.as_materialized_series().rechunk();
        let array = series.to_arrow(0, CompatLevel::newest());
        let mut pages = Vec::new();
        for column_pages in array_to_columns(array, self.parquet_type.clone(), self.options, &[self.encoding])? {
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

    /// Returns the pages of each column.
    pub fn columns(&self) -> &[Vec<CompressedPage>] {
        &self.columns
    }
}
