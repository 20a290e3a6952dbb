//! What the records of a run are, and whether a finding may add them.
//!
//! In: the shipments that count, and questions. Out: how the records of each question count together, or the refusal of one that would
//! add what must not be added.

use crate::error::{Error, Result};
use crate::model::answer::Countable;
use crate::model::question::{Grouping, Question};
use crate::model::vendor_schema::Grain;
use crate::store::local::Engine;
use polars::error::PolarsError;
use std::collections::BTreeSet;

/// What the records of a store are: one row for each reporter, flow and grain that there is.
pub struct StatedRecords(Vec<[String; 3]>);

impl StatedRecords {
    /// Reads them from an engine with `shipments`.
    pub fn read(store: &mut Engine) -> Result<Self> {
        let table = store.run("SELECT DISTINCT reporter_country_code, flow, grain FROM shipments")?;
        let lost = |error: PolarsError| Error::promise("the store lacks a column").detail(error.to_string());
        let mut rows = Vec::new();
        for row in 0..table.height() {
            let mut cells = [const { String::new() }; 3];
            for (cell, column) in cells.iter_mut().zip(table.columns()) {
                *cell = column.str().map_err(lost)?.get(row).unwrap_or("not stated").to_owned();
            }
            rows.push(cells);
        }
        rows.sort_unstable();
        Ok(StatedRecords(rows))
    }

    /// Tells how the records of a question count together. A question that would add the records of several reporters without naming
    /// them, or the two sides of movements, is refused.
    pub fn countable(&self, question: &Question) -> Result<Countable> {
        let is_asked = |[reporter, flow, _]: &&[String; 3]| {
            (question.reporter.is_empty() || question.reporter.iter().any(|code| code.as_str() == reporter))
                && question.flow.as_ref().is_none_or(|asked| asked == flow)
        };
        let rows: Vec<&[String; 3]> = self.0.iter().filter(is_asked).collect();
        let distinct = |at: usize| rows.iter().map(|row| row[at].as_str()).collect::<BTreeSet<&str>>();
        let (reporters, flows) = (distinct(0), distinct(1));
        let is_by = |grouping: Grouping| question.by.contains(&grouping);
        if reporters.len() > 1 && question.reporter.is_empty() && !is_by(Grouping::Reporter) {
            return Err(not_said(question, "reporter", &reporters));
        }
        let flows_of = |reporter: &str| rows.iter().filter(|row| row[0] == reporter).map(|row| &row[1]).collect::<BTreeSet<_>>();
        let is_apart = is_by(Grouping::Reporter) && reporters.iter().all(|reporter| flows_of(reporter).len() == 1);
        if flows.len() > 1 && !is_by(Grouping::Flow) && !is_apart {
            return Err(not_said(question, "flow", &flows));
        }
        Ok(if distinct(2).contains(Grain::Aggregate.as_str()) {
            Countable::Aggregates
        } else if flows.len() > 1 {
            Countable::Mirrors
        } else {
            Countable::Shipments
        })
    }
}

fn not_said(question: &Question, key: &str, values: &BTreeSet<&str>) -> Error {
    let values: Vec<&str> = values.iter().copied().collect();
    Error::request(format!("finding `{}` does not say which `{key}` it means", question.id))
        .detail(format!("the records have: {}", values.join(", ")))
        .hint(format!("add `{key} = …` to the finding, or `by = [\"{key}\"]`: two sides of a movement are compared, never added"))
}
