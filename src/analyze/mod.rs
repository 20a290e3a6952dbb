//! Questions about shipments, without effects: goods, resolve, screen, findings, trend; about a raw file: profile;
//! about two editions of a list: editions.
//!
//! In: tables from the store and lists. Out: small tables and numbers. Nothing here reads a file or prints.

pub mod editions;
pub mod findings;
pub mod goods;
pub mod profile;
pub mod resolve;
pub mod screen;
pub mod trend;
