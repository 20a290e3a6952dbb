//! The shipment store on disk: typed parts with their sidecars, and the one SQL text counted over them.
//!
//! In: batches of typed shipments, one part a file of records. Out: tables for the analysis, and the result of any query. A part is
//! immutable and reused while its key holds; nothing derived from goods lists, watchlists or name rules is stored in it.

pub mod column;
pub mod kept;
pub mod local;
pub mod parts;
pub mod row_group;
pub mod sql;
