//! Trend tests: against independent software, against simulations whose truth is known, and as properties.

mod cases;
mod properties;
mod real_records;
mod reference;
mod simulations;
