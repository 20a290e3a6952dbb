//! Codes that the edition of their record does not have: each file's count as an issue, with what may have been meant.

use super::records::LoadedFile;
use crate::error::{Error, Result};
use crate::model::code_list::codes_of;
use crate::model::hs_edition::HsEdition;
use crate::model::hs_nomenclature;
use crate::model::issue::Issues;
use polars::prelude::*;
use std::collections::BTreeMap;

const KIND: &str = "hs_code_not_in_edition";

/// Returns the issues of the files that have such codes. A record whose edition nobody stated has none.
pub fn issues(files: &[LoadedFile]) -> Result<BTreeMap<String, Issues>> {
    let mut all = BTreeMap::new();
    for file in files {
        let found = of_file(file)?;
        if let Some(issues) = found {
            all.insert(file.shown.clone(), issues);
        }
    }
    Ok(all)
}

fn of_file(file: &LoadedFile) -> Result<Option<Issues>> {
    let lost = |error: PolarsError| Error::machine("the store's codes cannot be read").detail(error.to_string());
    let table = file.part.codes()?;
    let keys = table.column("hs_key").and_then(|column| Ok(column.i64()?.clone())).map_err(lost)?;
    let text = |name: &str| table.column(name).and_then(|column| Ok(column.str()?.clone())).map_err(lost);
    let (editions, codes) = (text("hs_edition")?, text("hs_code")?);
    let mut examples: BTreeMap<i64, String> = BTreeMap::new();
    for row in 0..table.height() {
        let edition = editions.get(row).and_then(HsEdition::parse);
        if let (Some(key), Some(edition), Some(stated)) = (keys.get(row), edition, codes.get(row))
            && let Some(code) = codes_of(stated).find(|code| !hs_nomenclature::exists_in(code, edition))
        {
            let meant = hs_nomenclature::suggestion(code, edition).map_or(String::new(), |meant| format!(": {meant}"));
            examples.insert(key, format!("{code} is not in HS {edition}{meant}"));
        }
    }
    if examples.is_empty() {
        return Ok(None);
    }
    let wanted = lit(Series::new("hs_key".into(), examples.keys().copied().collect::<Vec<i64>>())).implode(true);
    let lines = file
        .part
        .shipments(&file.shown)?
        .filter(col("hs_key").is_in(wanted, false))
        .group_by([col("hs_key")])
        .agg([col("source_line").min().alias("first_line"), col("source_line").count().alias("n_records")])
        .collect()
        .map_err(lost)?;
    let number = |name: &str| lines.column(name).and_then(|column| column.cast(&DataType::Int64)).map_err(lost);
    let (keys, first_lines, counts) = (number("hs_key")?, number("first_line")?, number("n_records")?);
    let mut issues = Issues::default();
    for row in 0..lines.height() {
        let of = |column: &Column| column.i64().ok().and_then(|values| values.get(row)).unwrap_or_default();
        let example = examples.get(&of(&keys)).map_or("", String::as_str);
        issues.add_many(KIND, "hs_code", of(&first_lines) as u64, example, of(&counts) as u64);
    }
    Ok(Some(issues))
}
