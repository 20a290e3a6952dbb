//! Tables to files: the only writers of results. Every output has `write`.
//!
//! In: what the analysis found. Out: a run folder, whole or not there at all: it is written under a temporary name and renamed.

pub mod cells;
mod csv_rows;
pub mod draft_schema;
pub mod duplicates;
pub mod findings;
pub mod folder;
pub mod issues;
pub mod matches;
pub mod name_matches;
pub mod parties;
pub mod queries;
pub mod rejected;
pub mod run_manifest;
pub mod series;
pub mod shipments;
pub mod summary;
pub mod trend;
pub mod trend_plot;
