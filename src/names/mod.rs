//! Names across scripts; knows nothing of trade.
//!
//! In: two names, or a name and many listed ones. Out: a score of 0 to 1000 with its evidence.
//! A score depends on the two names and on the tables of the program alone, never on what else is compared in the same run.
//!
//! ```text
//! raw name → text → name (forms, tails, identifiers, weights) → words → alignment → Comparison
//!                                                     index: which listed names are worth an alignment
//! ```

pub mod text;

pub mod forms;
pub mod identifiers;
pub mod tails;
pub mod weights;

pub mod name;
pub mod sounds;
pub mod words;

pub mod alignment;
mod evidence;
mod score;

mod bound;
pub mod index;
mod neighbors;
pub mod ofac;
mod vocabulary;

pub mod reference;
