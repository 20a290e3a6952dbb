//! Findings: a question over the store becomes counts, a range and a verdict.
//!
//! In: questions, the parties with their matches, the store's tables. Out: `members`, and for each finding all five counts a period,
//! zero-filled, with sums, straddlers, the counts by procedure class and the comparison with what was expected.

mod answer;
mod coverage;
mod listed;
mod members;
mod pieces;
mod series;

pub use answer::{answer, counts_apart, kind_notes, query, total};
pub use coverage::{Coverage, Months, SourceCoverage};
pub use listed::{ListedSide, Part, listed_counts, listed_sides};
pub use members::{MatchedParties, Member, PartyMatch};
pub use series::{group_series, same_days};
