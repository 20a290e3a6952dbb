//! What a batch gathers beside its columns.

use crate::model::account::Rejection;
use crate::model::issue::Issues;
use crate::model::part::{LineNumbers, ZeroCount};
use crate::model::shipments::MEASURES;

/// What a batch gathers beside its columns.
#[derive(Default)]
pub struct Batch {
    pub issues: Issues,
    pub line_numbers: LineNumbers,
    pub zeros: [ZeroCount; MEASURES.len()],
    pub rejections: Vec<Rejection>,
}

impl Batch {
    /// Counts zeros among the measures of a record.
    pub fn count_zeros(&mut self, measures: &[Option<i64>; MEASURES.len()], line: u64) {
        for (zeros, value) in self.zeros.iter_mut().zip(measures) {
            if let Some(value) = value {
                zeros.add(*value, line);
            }
        }
    }
}
