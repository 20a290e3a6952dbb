//! Trend: did a series change at a date, by how much, and how sure can one be.
//!
//! In: a series, the day of a change, controls. Out: five figures with intervals (plain ratio, segmented regression, search for the
//! date, ratio to a control, rank in a family) and the caveats that apply. The word "because" is not among what the tests say.

pub mod break_dates;
pub mod change_design;
pub mod control;
pub mod distributions;
pub mod exact_ratio;
pub mod families;
pub mod fit;
pub mod negative_binomial;
pub mod normal_equations;
pub mod null_scan;
pub mod ratio;
pub mod segmented;
pub mod segments;
pub mod sides;
pub mod standard_errors;
pub mod two_by_two;
