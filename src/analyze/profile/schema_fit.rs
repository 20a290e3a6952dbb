//! Which built-in vendor schema reads a table, and what speaks against it.
//!
//! In: a header and the columns below. Out: the schema that knows most of the header. It fits if it finds every column that it
//! requires, reads the dates, and knows the header well enough that this is no accident; what it does not know is said.

use crate::error::Result;
use crate::model::file_profile::{ColumnProfile, SchemaVerdict};
use crate::model::vendor_schema::{HeaderUse, VendorSchema, fold_header};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// A schema that requires so many columns and finds them all fits if it reads the dates …
const MANY_REQUIRED: usize = 3;
/// … another only if it knows so large a part of the header, and all of it that can be used.
const MOST_KNOWN: f64 = 0.5;
/// A value in a hundred that no declared form reads is a fault of typing, more are another layout.
const MAX_UNREADABLE: f64 = 0.01;

/// Returns the nearest built-in schema; none where no schema knows any header. Where it fits, the columns fill what it says.
pub fn verdict(header: &[String], columns: &mut [ColumnProfile]) -> Result<SchemaVerdict> {
    let mut best: Option<(VendorSchema, SchemaVerdict)> = None;
    for schema in VendorSchema::builtin_names().filter_map(VendorSchema::builtin) {
        let schema = schema?;
        let found = compare(&schema, header, columns);
        let rank = |verdict: &SchemaVerdict| (verdict.fits, verdict.n_known_headers, Reverse(verdict.missing.len()));
        if found.n_known_headers > 0 && best.as_ref().is_none_or(|(_, best)| rank(&found) > rank(best)) {
            best = Some((schema, found));
        }
    }
    if let Some((schema, _)) = best.as_ref().filter(|(_, verdict)| verdict.fits) {
        fill_as(schema, columns);
    }
    Ok(best.map(|(_, verdict)| verdict).unwrap_or_default())
}

/// Sets what the columns fill to what a schema says.
fn fill_as(schema: &VendorSchema, columns: &mut [ColumnProfile]) {
    let index = schema.header_index();
    for column in columns {
        (column.fills, column.remark) = match index.get(&fold_header(&column.name)) {
            Some(HeaderUse::Column { column, .. }) => (Some(column.clone()), String::new()),
            Some(HeaderUse::Split(split)) => (Some(schema.split[split].into.join(", ")), String::new()),
            Some(HeaderUse::Ignored) => {
                let known = schema.ignored.iter().find(|(header, _)| fold_header(header) == fold_header(&column.name));
                (None, known.map(|(_, reason)| reason.clone()).unwrap_or_default())
            }
            None => (None, format!("not known to `{}`", schema.name)),
        };
    }
}

fn compare(schema: &VendorSchema, header: &[String], columns: &[ColumnProfile]) -> SchemaVerdict {
    let index = schema.header_index();
    let mut filled: BTreeSet<&str> = BTreeSet::new();
    let mut date_columns: Vec<(usize, usize)> = Vec::new();
    let mut verdict = SchemaVerdict { nearest: Some(schema.name.clone()), ..SchemaVerdict::default() };
    let named = header.iter().enumerate().filter(|(_, name)| !name.trim().is_empty());
    let mut n_named = 0;
    for (at, name) in named {
        n_named += 1;
        let Some(found) = index.get(&fold_header(name)) else {
            verdict.unknown_headers.push(name.trim().to_owned());
            continue;
        };
        verdict.n_known_headers += 1;
        match found {
            HeaderUse::Column { column, rank, .. } => {
                if column == "date" {
                    date_columns.push((*rank, at));
                }
                filled.extend(schema.columns.get_key_value(column).map(|(column, _)| column.as_str()));
                filled.extend(schema.joined.get_key_value(column).map(|(column, _)| column.as_str()));
            }
            HeaderUse::Split(split) => filled.extend(schema.split[split].into.iter().map(String::as_str)),
            HeaderUse::Ignored => {}
        }
    }
    verdict.missing = schema.required.iter().filter(|column| !filled.contains(column.as_str())).cloned().collect();
    if let Some((_, at)) = date_columns.into_iter().min() {
        verdict.faults.extend(date_fault(schema, &columns[at]));
    }
    let is_known = verdict.n_known_headers as f64 >= MOST_KNOWN * n_named as f64;
    // `Date` and `HS Code` are anybody's words: what else could be used must not be lost on a schema that asks for little.
    let is_whole = columns.iter().all(|column| column.fills.is_none() || index.contains_key(&fold_header(&column.name)));
    let is_own = schema.required.len() >= MANY_REQUIRED || is_known && is_whole;
    verdict.fits = verdict.missing.is_empty() && verdict.faults.is_empty() && is_own;
    verdict
}

/// Says which dates the schema does not read.
fn date_fault(schema: &VendorSchema, column: &ColumnProfile) -> Option<String> {
    let declared = schema.date_formats.join("`, `");
    let Some(dates) = column.dates.as_ref() else {
        return (column.n_filled > 0).then(|| format!("`{}` does not look like dates", column.name));
    };
    let strange: Vec<_> = dates.formats.iter().filter(|form| !schema.date_formats.contains(&form.format)).collect();
    let n_strange: u64 = strange.iter().map(|form| form.n_records).sum();
    if n_strange as f64 <= MAX_UNREADABLE * column.n_filled as f64 {
        return None;
    }
    let forms: Vec<&str> = strange.iter().map(|form| form.format.as_str()).collect();
    Some(format!("{n_strange} dates of `{}` are written `{}`, but it reads `{declared}`", column.name, forms.join("`, `")))
}
