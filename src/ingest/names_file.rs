//! A bare list of names, and a user's own spellings: small CSV files, read by the same reader as records.
//!
//! In: a path. Out: rows. Unlike records, a line that cannot be used is an error: a name that is passed over would seem clean.

use super::delimited;
use super::records::{Pinned, RecordReader};
use crate::error::{Error, Result};
use crate::model::country::CountryCode;
use crate::model::raw_shipments::RawShipments;
use std::path::Path;

/// A name to be screened; texts are empty where the file says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRow {
    pub id: String,
    pub name: String,
    pub country: Option<CountryCode>,
    pub registration_id: String,
    pub address: String,
}

/// Reads `id,name[,country,registration_id,address]`.
pub fn read_names(path: &Path) -> Result<Vec<NameRow>> {
    let rows = read_columns(path, "list of names", &["id", "name"], &["country", "registration_id", "address"])?;
    rows.into_iter()
        .map(|(line, row)| {
            let [id, name, country, registration_id, address] =
                row.try_into().map_err(|_| Error::promise("a row lacks a cell of its columns"))?;
            if name.is_empty() {
                return Err(Error::request(format!("line {line} of `{}` has no name", path.display())));
            }
            let code = CountryCode::parse(&country);
            if code.is_none() && !country.is_empty() {
                return Err(Error::request(format!("`{country}` on line {line} of `{}` is no country", path.display()))
                    .hint("write a code of ISO 3166 such as `CN`, or a country's name; or leave the cell empty"));
            }
            Ok(NameRow { id, name, country: code, registration_id, address })
        })
        .collect()
}

/// Reads a user's own spellings, `name,entity_id`.
pub fn read_aliases(path: &Path) -> Result<Vec<(String, String)>> {
    let rows = read_columns(path, "alias file", &["name", "entity_id"], &[])?;
    rows.into_iter()
        .map(|(_, row)| {
            let [name, entity_id] = row.try_into().map_err(|_| Error::promise("a row lacks a cell of its columns"))?;
            Ok((name, entity_id))
        })
        .collect()
}

/// Returns the line and the cells of some columns of each row; cells of columns that the file lacks are empty.
pub(super) fn read_columns(path: &Path, what: &str, required: &[&str], further: &[&str]) -> Result<Vec<(u64, Vec<String>)>> {
    let columns: Vec<&str> = required.iter().chain(further).copied().collect();
    let mut reader = delimited::open(path, &Pinned::default(), &|header| columns.contains(&header.trim()))?;
    let header = reader.header().names.clone();
    let place = |column: &str| header.iter().position(|cell| cell.trim() == column);
    if required.iter().any(|column| place(column).is_none()) {
        let quoted = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let found: Vec<&str> = header.iter().map(|cell| cell.trim()).collect();
        return Err(Error::request(format!("`{}` is no {what}", path.display()))
            .detail(format!("looked for: {}", quoted(&columns)))
            .detail(format!("found: {}", quoted(&found))));
    }
    let places: Vec<Option<usize>> = columns.iter().map(|column| place(column)).collect();
    let mut batch = RawShipments::new(header.len());
    let mut rejected = Vec::new();
    while reader.read(&mut batch, &mut rejected)? {}
    if let Some(rejection) = rejected.first() {
        return Err(Error::request(format!(
            "line {} of `{}` cannot be used: `{}`",
            rejection.line,
            path.display(),
            rejection.reason
        ))
        .detail(rejection.raw_text.chars().take(200).collect::<String>())
        .hint("every line must have the header's columns; put quotes around a cell that holds the delimiter"));
    }
    let cell = |row: usize, place: &Option<usize>| place.map_or(String::new(), |at| batch.field(row, at).trim().to_owned());
    Ok((0..batch.len()).map(|row| (batch.line(row), places.iter().map(|place| cell(row, place)).collect())).collect())
}
