//! The local engine: polars over the store and over the small tables beside it.

use crate::error::{Error, Result};
use polars::prelude::*;
use polars::sql::SQLContext;

/// Runs SQL over named tables.
pub struct Engine(SQLContext);

impl Engine {
    pub fn new() -> Self {
        Engine(SQLContext::new())
    }

    pub fn register(&mut self, name: &str, table: LazyFrame) {
        self.0.register(name, table);
    }

    /// Returns the result of a query as a table that is not made yet.
    pub fn query(&mut self, sql: &str) -> Result<LazyFrame> {
        self.0.execute(sql).map_err(|error| query_error(sql, error))
    }

    /// Registers the result of a query as a table of its own, without running it.
    pub fn register_query(&mut self, name: &str, sql: &str) -> Result<()> {
        let table = self.query(sql)?;
        self.0.register(name, table);
        Ok(())
    }

    /// Returns the result of a query, streamed where the engine can.
    pub fn run(&mut self, sql: &str) -> Result<DataFrame> {
        self.0.execute(sql).and_then(collected).map_err(|error| query_error(sql, error))
    }
}

impl Default for Engine {
    fn default() -> Self {
        Engine::new()
    }
}

/// Makes a table, streamed where the engine can.
pub fn collected(table: LazyFrame) -> PolarsResult<DataFrame> {
    table.collect_with_engine(polars::prelude::Engine::Streaming).map(|result| result.unwrap_single())
}

/// Returns the condition that a column holds one of some keys.
pub fn is_one_of(column: &str, keys: Series) -> Expr {
    col(column).is_in(lit(keys).implode(true), false)
}

/// Returns the condition that a key lies in one of so many buckets.
pub fn in_bucket(column: &str, bucket: u64, n_buckets: u64) -> Expr {
    if n_buckets == 1 {
        return lit(true);
    }
    // The remainder of a negative number has its sign: adding the modulus once more makes both one bucket.
    let n_buckets = || lit(n_buckets as i64);
    ((col(column) % n_buckets() + n_buckets()) % n_buckets()).eq(lit(bucket as i64))
}

/// A query that fails met a damaged store, or too little memory or disk: its text is ours and tested.
fn query_error(sql: &str, error: PolarsError) -> Error {
    Error::machine("a query over the store failed")
        .detail(error.to_string().replace('\n', " "))
        .detail(format!("query: {}", sql.replace('\n', " ")))
        .hint("take the store's folder `.plimsoll` away and run again; it is built anew from the records")
}
