//! Plimsoll turns bulk customs and bill-of-lading records into defensible numbers.
//!
//! The map of the house, from the top floor down; a room uses what stands below it:
//!
//! ```text
//! cli/                                         the terminal: one file per verb
//! pipeline/                                    the order of the stages; the run file
//! ingest/  normalize/  analyze/  export/       side by side; they meet in tables
//! store/                                       parts on disk, the one SQL text, the local engine
//! model/                                       the nouns, each with its parser
//! names/  error.rs                             names across scripts; what stops a run
//! ```
//!
//! `reference/` holds data: vendor schemas, goods lists, countries, words of names.

pub mod cli;
pub mod pipeline;

pub mod analyze;
pub mod export;
pub mod ingest;
pub mod normalize;

pub mod store;

pub mod model;

pub mod error;
pub mod names;
