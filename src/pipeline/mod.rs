//! The order of the stages: records to store, overlay, members, goods, counts, files.
//!
//! In: a run file. Out: a run folder. A stage gets the few values that it needs, not the whole run file.

pub mod explain_code;
pub mod inspect;
pub mod lists;
pub mod names;
pub mod run;
pub mod run_file;
pub mod trend;

mod progress;

mod date_order;
mod editions;
mod evidence;
mod goods;
mod in_order;
mod inputs;
mod match_rows;
mod overlay;
mod part;
mod parties;
mod records;
mod repeats;
mod screening;
mod stated_records;

pub use progress::{Progress, Reading};
pub use run::{Outcome, Until, check, run};
