//! What a batch gathers beside its columns.

use crate::model::account::Rejection;
use crate::model::issue::Issues;
use crate::model::part::LineNumbers;

/// What a batch gathers beside its columns.
#[derive(Default)]
pub struct Batch {
    pub issues: Issues,
    pub line_numbers: LineNumbers,
    pub rejections: Vec<Rejection>,
}
