//! Five questions about shipments, without effects: goods, resolve, screen, findings, later trend.
//!
//! In: tables from the store and lists. Out: small tables and numbers. Nothing here reads a file or prints.

pub mod findings;
pub mod goods;
pub mod resolve;
pub mod screen;
