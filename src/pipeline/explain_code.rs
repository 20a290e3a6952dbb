//! A code with all that is known of it, and how often the evidence of a run has it.

use crate::analyze::goods::{CodeExplanation, explain_code as explain};
use crate::error::{Error, Result};
use crate::export::folder::MANIFEST;
use crate::model::code_list::codes_of;
use crate::model::hs_code::{HsCode, Repair};
use crate::store::local::Engine;
use crate::store::parts::scan;
use polars::prelude::*;
use serde::Serialize;
use std::path::Path;

/// What is known of a code, and where it occurs.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainedCode {
    #[serde(flatten)]
    pub explanation: CodeExplanation,
    /// What was done to the stated code so that it could be read.
    pub repair: Option<&'static str>,
    /// In the evidence of a run, by edition and year; `None` where no run was named.
    pub occurrences: Option<Vec<Occurrence>>,
}

/// Records of the evidence that state a code, or a line beneath it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Occurrence {
    /// Empty where the source does not say.
    pub hs_edition: String,
    pub year: i32,
    pub records: u64,
}

/// Explains a code as someone writes it: `854159`, `8541.59`, `8541 59 00 00`.
pub fn explain_code(stated: &str, run_folder: Option<&Path>) -> Result<ExplainedCode> {
    let (code, repair) = HsCode::parse(stated, None).map_err(|reason| {
        Error::request(format!("`{stated}` is no tariff code ({reason})")).hint("write 2 to 12 digits, with or without dots")
    })?;
    let occurrences = run_folder.map(|folder| occurrences(folder, code.as_str())).transpose()?;
    Ok(ExplainedCode { explanation: explain(&code), repair: repair.map(Repair::as_str), occurrences })
}

fn occurrences(folder: &Path, code: &str) -> Result<Vec<Occurrence>> {
    if !folder.join(MANIFEST).exists() {
        return Err(Error::request(format!("`{}` is no run folder", folder.display()))
            .hint("name the folder that `plimsoll run` wrote, for example `question.run`"));
    }
    let mut engine = Engine::new();
    engine.register("shipments", scan(&folder.join("shipments.parquet"))?);
    let table = engine.run(
        "SELECT hs_edition, hs_code, year, COUNT(DISTINCT record_key) AS records FROM shipments WHERE hs_code IS NOT NULL \
         GROUP BY hs_edition, hs_code, year",
    )?;
    let lost = |error: PolarsError| Error::machine("the evidence cannot be read").detail(error.to_string());
    let text = |name: &str| table.column(name).and_then(|column| Ok(column.str()?.clone())).map_err(lost);
    let number = |name: &str| table.column(name).and_then(|column| column.cast(&DataType::Int64)).map_err(lost);
    let (editions, codes) = (text("hs_edition")?, text("hs_code")?);
    let (years, records) = (number("year")?, number("records")?);
    let value = |column: &Column, row: usize| column.i64().ok().and_then(|values| values.get(row)).unwrap_or_default();
    let mut found: Vec<Occurrence> = Vec::new();
    for row in 0..table.height() {
        if !codes_of(codes.get(row).unwrap_or_default()).any(|stated| stated.starts_with(code)) {
            continue;
        }
        let hs_edition = editions.get(row).unwrap_or_default();
        let (year, records) = (value(&years, row) as i32, value(&records, row) as u64);
        match found.iter_mut().find(|known| known.hs_edition == hs_edition && known.year == year) {
            Some(known) => known.records += records,
            None => found.push(Occurrence { hs_edition: hs_edition.to_owned(), year, records }),
        }
    }
    found.sort_unstable();
    Ok(found)
}
