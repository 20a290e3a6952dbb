//! Which built-in vendor schema reads a table, and what speaks against it.
//!
//! In: a header and the columns below. Out: the schema that knows most of the header. It fits if it finds every column that it
//! requires, reads the dates, and knows the header well enough that this is no accident; what it does not know is said.

use crate::error::Result;
use crate::model::file_profile::{ColumnProfile, HeaderKind, SchemaVerdict};
use crate::model::vendor_schema::{HeaderUse, Several, VendorSchema, fold_header};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// A schema that requires so many columns and finds them all fits if it reads the dates …
const MANY_REQUIRED: usize = 3;
/// … another only if it knows so large a part of the header, and all of it that can be used.
const MOST_KNOWN: f64 = 0.5;
/// A value in a hundred that no declared form reads is a fault of typing, more are another layout.
const MAX_UNREADABLE: f64 = 0.01;

/// Returns the nearest built-in schema; none where no schema knows any header. Where it fits, the columns fill what it says.
///
/// Of schemas that know as many headers the narrower one is nearer: layouts of one seller differ by a column or two. A file without
/// a header is held against schemas of such files alone.
pub fn verdict(kind: HeaderKind, header: &[String], columns: &mut [ColumnProfile]) -> Result<SchemaVerdict> {
    let mut best: Option<(VendorSchema, Compared)> = None;
    for schema in VendorSchema::builtin_names().filter_map(VendorSchema::builtin) {
        let schema = schema?;
        if schema.header != (kind == HeaderKind::Found) {
            continue;
        }
        let mut found = compare(&schema, header, columns);
        // Positions are known to every schema without a header: the width must be its own, or one field less.
        if kind == HeaderKind::Absent && !(found.verdict.fits && found.verdict.unknown_headers.is_empty() && found.n_absent <= 1)
        {
            found.verdict = SchemaVerdict::default();
        }
        if found.verdict.n_known_headers > 0 && best.as_ref().is_none_or(|(_, best)| found.rank() > best.rank()) {
            best = Some((schema, found));
        }
    }
    if let Some((schema, _)) = best.as_ref().filter(|(_, found)| found.verdict.fits) {
        fill_as(schema, columns);
    }
    Ok(best.map(|(_, found)| found.verdict).unwrap_or_default())
}

/// What a schema says of a table, and how many of the headers that it knows the table lacks.
struct Compared {
    verdict: SchemaVerdict,
    n_absent: usize,
}

impl Compared {
    fn rank(&self) -> (bool, usize, Reverse<usize>, Reverse<usize>) {
        let verdict = &self.verdict;
        (verdict.fits, verdict.n_known_headers, Reverse(verdict.missing.len()), Reverse(self.n_absent))
    }
}

/// Sets what the columns fill to what a schema says.
fn fill_as(schema: &VendorSchema, columns: &mut [ColumnProfile]) {
    let index = schema.header_index();
    for column in columns {
        (column.fills, column.remark) = match index.get(&fold_header(&column.name)) {
            Some(uses) => {
                let filled: Vec<String> = uses.iter().filter_map(|of| filled_by(schema, of)).collect();
                let fills = (!filled.is_empty()).then(|| filled.join(", "));
                let remarks = uses.iter().filter_map(|of| match of {
                    HeaderUse::Totals(rule) => Some(format!("tells totals: {}", schema.totals[*rule].reason)),
                    HeaderUse::Ignored => schema
                        .ignored
                        .iter()
                        .find(|(header, _)| fold_header(header) == fold_header(&column.name))
                        .map(|(_, reason)| reason.clone()),
                    _ => None,
                });
                (fills, remarks.collect::<Vec<_>>().join("; "))
            }
            None => (None, format!("not known to `{}`", schema.name)),
        };
    }
}

/// Returns what a header fills, with the flow where it does so in records of one alone.
fn filled_by(schema: &VendorSchema, of: &HeaderUse) -> Option<String> {
    match of {
        HeaderUse::Column { column, flow: Some(flow), .. } => Some(format!("{column} ({flow})")),
        HeaderUse::Column { column, .. } => Some(column.clone()),
        HeaderUse::Split(split) => Some(schema.split[split].into.join(", ")),
        HeaderUse::Totals(_) | HeaderUse::Ignored => None,
    }
}

fn compare(schema: &VendorSchema, header: &[String], columns: &[ColumnProfile]) -> Compared {
    let index = schema.header_index();
    let mut filled: BTreeSet<&str> = BTreeSet::new();
    let mut date_columns: Vec<(usize, usize)> = Vec::new();
    let mut verdict = SchemaVerdict { nearest: Some(schema.name.clone()), ..SchemaVerdict::default() };
    let named = header.iter().enumerate().filter(|(_, name)| !name.trim().is_empty());
    let mut n_named = 0;
    for (at, name) in named {
        n_named += 1;
        let Some(uses) = index.get(&fold_header(name)) else {
            verdict.unknown_headers.push(name.trim().to_owned());
            continue;
        };
        verdict.n_known_headers += 1;
        for of in uses {
            match of {
                HeaderUse::Column { column, rank, several, .. } => {
                    // A date of several columns is no date in any of them.
                    if column == "date" && *several != Several::Joined {
                        date_columns.push((*rank, at));
                    }
                    filled.insert(column);
                }
                HeaderUse::Split(split) => filled.extend(schema.split[split].into.iter().map(String::as_str)),
                HeaderUse::Totals(_) | HeaderUse::Ignored => {}
            }
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
    let n_absent = index.len().saturating_sub(verdict.n_known_headers);
    Compared { verdict, n_absent }
}

/// Says which dates the schema does not read.
fn date_fault(schema: &VendorSchema, column: &ColumnProfile) -> Option<String> {
    let declared = schema.date_formats.join("`, `");
    let Some(dates) = column.dates.as_ref() else {
        // What the profile knows no form of the schema may: `Y2019`, a month in words with its number.
        let style = schema.date_style();
        let is_read = column.examples.iter().all(|example| style.read(example).is_some());
        return (column.n_filled > 0 && !is_read).then(|| format!("`{}` does not look like dates", column.name));
    };
    let strange: Vec<_> = dates.formats.iter().filter(|form| !schema.date_formats.contains(&form.format)).collect();
    let n_strange: u64 = strange.iter().map(|form| form.n_records).sum();
    if n_strange as f64 <= MAX_UNREADABLE * column.n_filled as f64 {
        return None;
    }
    let forms: Vec<&str> = strange.iter().map(|form| form.format.as_str()).collect();
    Some(format!("{n_strange} dates of `{}` are written `{}`, but it reads `{declared}`", column.name, forms.join("`, `")))
}
