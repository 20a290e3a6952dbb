//! Tables to files: the only writers of results. Every output has `write`.
//!
//! In: what the analysis found. Out: a run folder, whole or not there at all: it is written under a temporary name and renamed.

pub mod folder;
pub mod cells;
pub mod summary;
pub mod findings;
pub mod shipments;
pub mod matches;
pub mod parties;
pub mod series;
pub mod issues;
pub mod rejected;
pub mod duplicates;
pub mod run_manifest;

