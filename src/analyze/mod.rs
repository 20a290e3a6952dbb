//! Questions about shipments, without effects: goods, resolve, screen, findings, trend; about a raw file: profile;
//! about the editions of lists: listing; and who owns whom: ownership.
//!
//! In: tables from the store and lists. Out: small tables and numbers. Nothing here reads a file or prints.

pub mod findings;
pub mod goods;
pub mod listing;
pub mod ownership;
pub mod profile;
pub mod resolve;
pub mod screen;
pub mod trend;
