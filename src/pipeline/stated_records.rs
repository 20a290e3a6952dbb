//! What the records of a run are, and whether a finding may add them.
//!
//! In: the shipments that count, and questions. Out: how the records of each question count together, or the refusal of one that would
//! add what must not be added.

use super::overlay::Resolved;
use crate::error::{Error, Result};
use crate::model::answer::Countable;
use crate::model::question::{Grouping, Question};
use crate::model::vendor_schema::Grain;
use crate::store::local::Engine;
use crate::store::parts::Store;
use polars::error::PolarsError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What the records of a store are.
#[derive(Debug, Serialize, Deserialize)]
pub struct StatedRecords {
    /// One row for each reporter, flow and grain that there is.
    rows: Vec<[String; 3]>,
    /// Whether any record has a date that states no day.
    pub has_rough_dates: bool,
}

impl StatedRecords {
    /// Reads them from the shipments that count, or takes what the store kept of these.
    pub fn of(resolved: &mut Resolved, store: &Store) -> Result<Self> {
        let name = format!("stated/{}", resolved.key);
        if let Some(kept) = store.kept_text(&name).and_then(|text| serde_json::from_str(&text).ok()) {
            return Ok(kept);
        }
        let read = StatedRecords { rows: rows(&mut resolved.engine)?, has_rough_dates: has_rough_dates(&mut resolved.engine)? };
        store.keep_text(&name, &serde_json::to_string(&read).expect("texts are plain data"))?;
        Ok(read)
    }

    /// Tells how the records of a question count together. A question that would add the records of several reporters without naming
    /// them, or the two sides of movements, is refused.
    pub fn countable(&self, question: &Question) -> Result<Countable> {
        let is_asked = |[reporter, flow, _]: &&[String; 3]| {
            (question.reporter.is_empty() || question.reporter.iter().any(|code| code.as_str() == reporter))
                && question.flow.as_ref().is_none_or(|asked| asked == flow)
        };
        let rows: Vec<&[String; 3]> = self.rows.iter().filter(is_asked).collect();
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

fn rows(engine: &mut Engine) -> Result<Vec<[String; 3]>> {
    let table = engine.run("SELECT DISTINCT reporter_country_code, flow, grain FROM shipments")?;
    let mut rows = Vec::new();
    for row in 0..table.height() {
        let mut cells = [const { String::new() }; 3];
        for (cell, column) in cells.iter_mut().zip(table.columns()) {
            *cell = column.str().map_err(lost)?.get(row).unwrap_or("not stated").to_owned();
        }
        rows.push(cells);
    }
    rows.sort_unstable();
    Ok(rows)
}

fn has_rough_dates(engine: &mut Engine) -> Result<bool> {
    let table = engine.run("SELECT COUNT(record_key) AS records FROM parts WHERE day_first < day_last")?;
    let n_records = table.column("records").and_then(|column| column.get(0)?.try_extract::<u64>()).map_err(lost)?;
    Ok(n_records > 0)
}

fn lost(error: PolarsError) -> Error {
    Error::promise("the store lacks a column").detail(error.to_string())
}

fn not_said(question: &Question, key: &str, values: &BTreeSet<&str>) -> Error {
    let values: Vec<&str> = values.iter().copied().collect();
    Error::request(format!("finding `{}` does not say which `{key}` it means", question.id))
        .detail(format!("the records have: {}", values.join(", ")))
        .hint(format!("add `{key} = …` to the finding, or `by = [\"{key}\"]`: two sides of a movement are compared, never added"))
}
