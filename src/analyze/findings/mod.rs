//! Findings: a question over the store becomes counts, a range and a verdict.
//!
//! In: questions, the parties with their matches, the store's tables. Out: `members`, and for each finding all five counts a period,
//! zero-filled, with sums, straddlers, the counts by procedure class and the comparison with what was expected.

mod answer;
mod coverage;
mod members;
mod series;

pub use answer::{answer, counts_apart, query, total};
pub use coverage::{Coverage, Months, SourceCoverage};
pub use members::{GroupPath, Member, PartyMatch, group_members, members_of};
pub use series::{group_series, same_days};
