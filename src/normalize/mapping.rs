//! From a file's header to our columns: which field fills which column, and what the schema does not know.

use super::{mojibake, party};
use crate::error::{Error, Result};
use crate::model::issue::Issues;
use crate::model::raw_shipments::RawShipments;
use crate::model::vendor_schema::{HeaderUse, Several, TotalsRule, VendorSchema, fold_header};
use std::borrow::Cow;
use std::collections::HashMap;

/// Where the text of a column comes from in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Field(usize),
    /// Several fields, joined by a blank in this order.
    Joined(Vec<usize>),
    /// The first of several fields that states something.
    FirstFilled(Vec<usize>),
    /// The part of a field before or after the last mark.
    Before(usize, String),
    After(usize, String),
}

/// The columns that one file can fill.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    sources: HashMap<String, Source>,
    /// Columns that are filled in records of one flow alone.
    flows: HashMap<String, String>,
    totals: Vec<(usize, TotalsRule)>,
    /// The header as delivered, by which issues name a field.
    pub headers: Vec<String>,
}

/// Returns what tells whether a schema knows a header, also one that was read in a wrong encoding.
pub fn known_headers(schema: &VendorSchema) -> impl Fn(&str) -> bool + Sync + use<> {
    let is_known = schema.known_headers();
    move |header| is_known(header) || mojibake::repair_text(header).is_some_and(|header| is_known(&header))
}

impl Mapping {
    /// Leads a header to columns; what the schema neither uses nor ignores is counted as an issue.
    pub fn new(schema: &VendorSchema, header: &[String], header_line: u64, file: &str, issues: &mut Issues) -> Result<Self> {
        reject_repeated_names(header, file)?;
        let index = schema.header_index();
        let mut best: HashMap<String, Fields> = HashMap::new();
        let mut mapping = Mapping { headers: header.to_vec(), ..Mapping::default() };
        for (at, name) in header.iter().enumerate() {
            let right = mojibake::repair_text(name);
            if right.is_some() {
                issues.add("repaired_mojibake", name, header_line, name);
            }
            let uses = index.get(&fold_header(right.as_deref().unwrap_or(name)));
            if uses.is_none() && !name.trim().is_empty() {
                issues.add_many("unknown_header", name, header_line, name, 0);
            }
            for header_use in uses.into_iter().flatten() {
                match header_use {
                    HeaderUse::Column { column, rank, several, flow } => {
                        if let Some(flow) = flow {
                            mapping.flows.insert(column.clone(), flow.clone());
                        }
                        let fields = best.entry(column.clone()).or_insert_with(|| Fields::new(*several));
                        if let Some(other) = fields.add(*rank, at) {
                            issues.add_many("further_header", column, header_line, &header[other], 0);
                        }
                    }
                    HeaderUse::Split(split) => {
                        let split = &schema.split[split];
                        mapping.sources.insert(split.into[0].clone(), Source::Before(at, split.mark.clone()));
                        mapping.sources.insert(split.into[1].clone(), Source::After(at, split.mark.clone()));
                    }
                    HeaderUse::Totals(rule) => mapping.totals.push((at, schema.totals[*rule].clone())),
                    HeaderUse::Ignored => {}
                }
            }
        }
        mapping.sources.extend(best.into_iter().map(|(column, fields)| (column, fields.source())));
        for column in &schema.required {
            if !mapping.sources.contains_key(column) {
                return Err(missing_column(schema, column, header, file));
            }
        }
        Ok(mapping)
    }

    /// Returns the columns that the file fills.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    pub fn source(&self, column: &str) -> Option<&Source> {
        self.sources.get(column)
    }

    /// Returns the flow in whose records alone a column is filled; `None` means all.
    pub fn flow(&self, column: &str) -> Option<&str> {
        self.flows.get(column).map(String::as_str)
    }

    /// Returns the fields that tell totals, each with its rule.
    pub fn totals(&self) -> &[(usize, TotalsRule)] {
        &self.totals
    }
}

/// The fields of a file that may fill one column, by rank.
struct Fields {
    several: Several,
    ranked: Vec<(usize, usize)>,
}

impl Fields {
    fn new(several: Several) -> Self {
        Fields { several, ranked: Vec::new() }
    }

    /// Adds a field; returns the one that is left aside for it, or itself.
    fn add(&mut self, rank: usize, at: usize) -> Option<usize> {
        let best = self.ranked.first().copied().filter(|_| self.several == Several::Best);
        match best {
            None => self.ranked.push((rank, at)),
            Some((best, _)) if rank >= best => return Some(at),
            Some(_) => self.ranked = vec![(rank, at)],
        }
        best.map(|(_, other)| other)
    }

    fn source(mut self) -> Source {
        self.ranked.sort_unstable();
        let fields: Vec<usize> = self.ranked.iter().map(|(_, at)| *at).collect();
        match (fields.as_slice(), self.several) {
            ([at], _) => Source::Field(*at),
            (_, Several::FirstFilled) => Source::FirstFilled(fields),
            _ => Source::Joined(fields),
        }
    }
}

impl Source {
    /// Hands the column's text of each of some records to `take`.
    pub fn texts(&self, raw: &RawShipments, records: &[usize], mut take: impl FnMut(&str)) {
        match self {
            // What nearly all columns are is told once for all records.
            Source::Field(at) => records.iter().for_each(|record| take(trim(raw.field(*record, *at)))),
            _ => records.iter().for_each(|record| take(&self.text(raw, *record))),
        }
    }

    /// Returns the column's text of a record, without blanks around it.
    pub fn text<'a>(&self, raw: &'a RawShipments, record: usize) -> Cow<'a, str> {
        match self {
            Source::Field(at) => Cow::Borrowed(trim(raw.field(record, *at))),
            Source::Joined(fields) => {
                let parts: Vec<&str> =
                    fields.iter().map(|at| raw.field(record, *at).trim()).filter(|part| !part.is_empty()).collect();
                Cow::Owned(parts.join(" "))
            }
            Source::FirstFilled(fields) => {
                let texts = fields.iter().map(|at| trim(raw.field(record, *at)));
                let filled = texts.clone().find(|text| party::placeholder(text).is_none());
                // Where none states anything the word of the first one says why.
                Cow::Borrowed(filled.or_else(|| texts.into_iter().find(|text| !text.is_empty())).unwrap_or_default())
            }
            Source::Before(at, mark) => {
                let text = raw.field(record, *at);
                Cow::Borrowed(text.rsplit_once(mark.as_str()).map_or(text, |(before, _)| before).trim())
            }
            Source::After(at, mark) => {
                Cow::Borrowed(raw.field(record, *at).rsplit_once(mark.as_str()).map_or("", |(_, after)| after).trim())
            }
        }
    }
}

/// Returns a text without blanks around it; most have none.
#[inline]
fn trim(text: &str) -> &str {
    // Letters of two bytes with these in front are Cyrillic.
    let is_lead = |byte: &u8| matches!(byte, 0xd0 | 0xd1);
    match text.as_bytes() {
        [] => text,
        [only] if only.is_ascii_graphic() => text,
        [first, .., before_last, last]
            if (first.is_ascii_graphic() || is_lead(first)) && (last.is_ascii_graphic() || is_lead(before_last)) =>
        {
            text
        }
        [first, last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

fn reject_repeated_names(header: &[String], file: &str) -> Result<()> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (at, name) in header.iter().enumerate() {
        if name.trim().is_empty() {
            continue;
        }
        if let Some(first) = seen.insert(name.trim().to_lowercase(), at) {
            return Err(Error::request(format!("`{file}` has two columns named `{}`", name.trim()))
                .detail(format!("columns {} and {}", first + 1, at + 1))
                .hint("rename one of them in the file: which of the two is meant cannot be known"));
        }
    }
    Ok(())
}

fn missing_column(schema: &VendorSchema, column: &str, header: &[String], file: &str) -> Error {
    let split_headers = schema.split.values().filter(|split| split.into.iter().any(|into| into == column));
    let looked_for: Vec<String> = schema
        .columns
        .get(column)
        .into_iter()
        .chain(schema.joined.get(column))
        .chain(schema.first_filled.get(column))
        .chain(schema.columns_of.values().filter_map(|columns| columns.get(column)))
        .flatten()
        .chain(split_headers.flat_map(|split| split.headers.iter()))
        .map(|name| format!("`{name}`"))
        .collect();
    let found: Vec<String> = header
        .iter()
        .filter(|name| !name.trim().is_empty())
        .take(12)
        .map(|name| format!("`{}`", name.trim().chars().take(60).collect::<String>()))
        .collect();
    let more = if header.len() > 12 { format!(" and {} more", header.len() - 12) } else { String::new() };
    Error::request(format!("`{file}` has no column for `{column}` of schema `{}`", schema.name))
        .detail(format!("looked for: {}", looked_for.join(", ")))
        .detail(format!("found: {}{more}", if found.is_empty() { "nothing".to_owned() } else { found.join(", ") }))
        .hint("name another `schema` in the run file, or add the header to `[columns]` of a schema file of your own")
}
