//! The order of the stages: records to store, overlay, members, goods, counts, files.
//!
//! In: a run file. Out: a run folder. A stage gets the few values that it needs, not the whole run file.

pub mod run_file;
pub mod run;
pub mod names_file;

mod evidence;
mod goods;
mod overlay;
mod records;
mod screening;

pub use run::{Outcome, Progress, Until, check, run};
