//! The one test program: what the whole program promises, tested from outside.
//!
//! Cases are data under `tests/cases/`: a folder with inputs and `expected_*` files, or with `args` and a snapshot.

mod workdir;

mod cases;
mod cli;
mod counting;
mod evidence;
mod groups;
mod house;
mod inspect;
mod listed;
mod listing;
mod ownership;
mod properties;
mod real_data;
mod reliability;
mod repeats;
mod sample;
mod screening;
mod trend;
mod watchlists;
