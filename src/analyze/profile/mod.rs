//! Profile: what a table of records is, told by its header and its values.
//!
//! In: a header and batches of records as delivered. Out: a [`FileProfile`] with the evidence of each statement.
//! Values decide what a column *is*, header words decide which of several it is: ten digits under headings that there are make a
//! tariff code whatever the header says, but only a header tells the country of origin from that of dispatch.
//!
//! ```text
//! tally                         what is counted of a column while the file is read
//! date_forms · value_words      what one value can be read as
//! looks                         from counts and header to what a column looks like
//! fills                         which column fills which of ours, and why the others fill none
//! guesses                       what a drafted schema states beside its columns
//! schema_fit                    which built-in schema reads the table
//! ```

mod date_forms;
mod value_words;

mod tally;

mod fills;
mod guesses;
mod looks;
mod schema_fit;

use crate::error::Result;
use crate::model::column_words::{self, Meaning};
use crate::model::file_profile::{ColumnProfile, DateSpan, FileProfile, HeaderKind, Looks, RejectedCount};
use crate::model::part::Dialect;
use crate::model::raw_shipments::RawShipments;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tally::{ColumnTally, Counts};

/// So many values of a column are shown …
const EXAMPLES: usize = 3;
/// … each cut to so many characters.
const EXAMPLE_CHARS: usize = 60;
/// A gap of more months is no gap but two files in one.
const MAX_MISSING_MONTHS: usize = 240;

/// A table while it is read.
pub struct Profiler {
    header: Vec<String>,
    columns: Vec<ColumnTally>,
    is_placeholder: fn(&str) -> bool,
    n_records: u64,
}

impl Profiler {
    /// Starts with the header; `is_placeholder` tells texts that state nothing.
    pub fn new(header: &[String], is_placeholder: fn(&str) -> bool) -> Self {
        let columns = header.iter().map(|_| ColumnTally::default()).collect();
        Profiler { header: header.to_vec(), columns, is_placeholder, n_records: 0 }
    }

    /// Counts a batch, its columns side by side.
    pub fn add(&mut self, batch: &RawShipments) {
        self.n_records += batch.len() as u64;
        let is_placeholder = self.is_placeholder;
        self.columns.par_iter_mut().enumerate().for_each(|(at, column)| {
            for record in 0..batch.len() {
                column.add(batch.field(record, at), is_placeholder);
            }
        });
    }

    /// Tells whether the row taken for a header is one of data: no cell has a known word, and cells are of the same kind as the
    /// values below them.
    pub fn is_headless(&mut self) -> bool {
        let named: Vec<usize> = (0..self.header.len()).filter(|at| !self.header[*at].trim().is_empty()).collect();
        let n_known = named.iter().filter(|at| column_words::is_header_cell(&self.header[**at])).count();
        let n_alike = named.iter().filter(|at| looks::is_value_like(&self.header[**at], &self.columns[**at])).count();
        let has_repeats = {
            let distinct: BTreeSet<&str> = named.iter().map(|at| self.header[*at].trim()).collect();
            distinct.len() < named.len()
        };
        let n_needed = if n_known == 0 { (named.len() / 5).max(1) } else { (named.len() / 3).max(3 * n_known).max(2) };
        self.n_records > 0 && n_alike >= n_needed && (n_known == 0 || has_repeats || n_alike * 2 > named.len())
    }

    /// Ends the reading. `file` is the path as shown, `stem` its name without folder and extension.
    pub fn finish(
        mut self,
        file: &str,
        stem: &str,
        dialect: Dialect,
        header: HeaderKind,
        rejected: Vec<RejectedCount>,
    ) -> Result<FileProfile> {
        let n_records = self.n_records;
        let meanings: Vec<Option<Meaning>> = match header {
            HeaderKind::Absent => self.header.iter().map(|_| None).collect(),
            HeaderKind::Found => {
                self.header.iter().map(|name| column_words::meaning_of(name).map(|found| found.meaning)).collect()
            }
        };
        let mut columns = Vec::with_capacity(self.header.len());
        let mut all_counts = Vec::with_capacity(self.header.len());
        if header == HeaderKind::Absent {
            self.header = (1..=self.header.len()).map(|position| position.to_string()).collect();
        }
        for (at, (name, tally)) in self.header.iter().zip(&mut self.columns).enumerate() {
            let (counts, examples) = tally.finish(EXAMPLES);
            let mut column = looks::profile(tally, &counts, meanings[at].as_ref(), n_records);
            column.position = at + 1;
            column.name.clone_from(name);
            column.examples = examples.iter().map(|example| cut(example)).collect();
            columns.push(column);
            all_counts.push(counts);
        }
        fills::assign(&mut columns, &meanings, &all_counts, header, stem);
        let guesses = guesses::guess(&columns, &meanings, &all_counts, stem);
        let schema = schema_fit::verdict(header, &self.header, &mut columns)?;
        let span = span(&columns, &all_counts);
        let mut profile = FileProfile {
            file: file.to_owned(),
            member: None,
            schema,
            dialect,
            header,
            n_records,
            rejected,
            columns,
            span,
            guesses,
            notes: Vec::new(),
        };
        profile.notes = notes(&profile);
        Ok(profile)
    }
}

fn cut(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(EXAMPLE_CHARS) {
        Some((at, _)) => format!("{}…", &flat[..at]),
        None => flat,
    }
}

/// Returns the months of the column that fills the date, or of the best column of dates.
fn span(columns: &[ColumnProfile], counts: &[Counts]) -> Option<DateSpan> {
    let dated = |column: &&ColumnProfile| column.looks == Looks::Date && column.dates.is_some();
    let column = columns
        .iter()
        .find(|column| column.fills.as_deref() == Some("date") && column.dates.is_some())
        .or_else(|| columns.iter().filter(dated).max_by_key(|column| (column.n_filled, std::cmp::Reverse(column.position))))?;
    let dates = column.dates.as_ref()?;
    let forms = &counts[column.position - 1].dates.forms;
    let chosen: Vec<_> = dates.formats.iter().filter_map(|format| forms.get(&format.format)).collect();
    let mut months: BTreeMap<(i32, u32), u64> = BTreeMap::new();
    for (month, n) in chosen.iter().flat_map(|form| &form.months) {
        *months.entry(*month).or_default() += n;
    }
    let mut missing_months = Vec::new();
    if let (Some(first), Some(last)) = (months.keys().next().copied(), months.keys().next_back().copied()) {
        let mut month = first;
        while month < last && missing_months.len() < MAX_MISSING_MONTHS {
            if !months.contains_key(&month) {
                missing_months.push(shown_month(month));
            }
            month = if month.1 == 12 { (month.0 + 1, 1) } else { (month.0, month.1 + 1) };
        }
    }
    Some(DateSpan {
        column: column.name.clone(),
        first: dates.first?,
        last: dates.last?,
        months: months.iter().map(|(month, n)| (shown_month(*month), *n)).collect(),
        missing_months,
        n_years_only: chosen.iter().map(|form| form.n_years_only).sum(),
    })
}

fn shown_month((year, month): (i32, u32)) -> String {
    format!("{year:04}-{month:02}")
}

/// Returns what a person should know before relying on the file.
fn notes(profile: &FileProfile) -> Vec<String> {
    let mut notes = Vec::new();
    if profile.header == HeaderKind::Absent {
        notes.push("the file seems to have no header: the first row holds data of the same kinds as the rows below".to_owned());
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for column in profile.columns.iter().filter(|column| !column.name.trim().is_empty()) {
        if let Some(first) = seen.insert(column.name.trim().to_lowercase(), column.position) {
            notes.push(format!(
                "columns {first} and {} are both named `{}`: a run refuses such a file, rename one of them",
                column.position,
                column.name.trim()
            ));
        }
    }
    let periods: Vec<&str> =
        profile.columns.iter().map(|column| column.name.trim()).filter(|name| date_forms::is_period(name)).collect();
    if let [first, _, .., last] = periods[..] {
        notes.push(format!(
            "{} columns are periods (`{first}` … `{last}`): give each its own rows, with a column for the period",
            periods.len()
        ));
    }
    let has = |looks: Looks| profile.columns.iter().any(|column| column.looks == looks);
    // A schema that fits knows columns that do not show what they are.
    let is_filled = |column: &str| profile.schema.fits && profile.filling(column).is_some();
    match (has(Looks::Date) || is_filled("date"), has(Looks::HsCode) || is_filled("hs_code")) {
        (false, false) => notes.push(
            "no column looks like a date and none like a tariff code: this is a table of statistics or of something else, not a file of records".to_owned(),
        ),
        (false, true) => notes.push("no column looks like a date: records without one cannot be counted".to_owned()),
        (true, false) => notes.push("no column looks like a tariff code".to_owned()),
        (true, true) => {}
    }
    for column in profile.columns.iter().filter(|column| column.evidence.contains("a spreadsheet's days")) {
        notes.push(format!("`{}` holds {}", column.name, column.evidence));
    }
    for column in &profile.columns {
        let Some(dates) = column.dates.as_ref().filter(|_| column.looks == Looks::Date) else { continue };
        if dates.n_in_utc > 0 {
            notes.push(format!(
                "`{}` states instants in UTC ({} records): the local day may be the day before or after",
                column.name, dates.n_in_utc
            ));
        }
    }
    if profile.n_records == 0 {
        notes.push("there are no records below the header".to_owned());
    }
    notes
}
