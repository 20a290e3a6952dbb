//! What a file of records is, as far as it can be told by looking: the answer of `inspect`.
//!
//! Every statement carries its evidence as a count or a sentence. Shares are of the records; a value counts as filled if it is
//! neither blank nor a placeholder such as `N/A`.

use crate::model::date::Day;
use crate::model::part::Dialect;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// One table of a file: a member of an archive, a sheet of a workbook, or the file as a whole.
#[derive(Debug, Clone, Serialize)]
pub struct FileProfile {
    pub file: String,
    pub member: Option<String>,
    pub dialect: Dialect,
    pub header: HeaderKind,
    pub n_records: u64,
    pub rejected: Vec<RejectedCount>,
    pub columns: Vec<ColumnProfile>,
    pub span: Option<DateSpan>,
    pub schema: SchemaVerdict,
    pub guesses: Guesses,
    /// What a person should know before relying on this, each one sentence.
    pub notes: Vec<String>,
}

/// What stands where the header is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderKind {
    Found,
    /// The first row holds data: columns are named by their position.
    Absent,
}

/// Records that the reader refused, by reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectedCount {
    pub reason: &'static str,
    pub n_records: u64,
    pub first_line: u64,
}

/// One column of a table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ColumnProfile {
    /// Counted from 1.
    pub position: usize,
    pub name: String,
    pub n_filled: u64,
    pub n_placeholders: u64,
    pub fill_share: f64,
    pub n_distinct: u64,
    /// Whether there are more distinct values than `n_distinct`, the bound of what is counted.
    pub has_more_distinct: bool,
    /// The most frequent values, cut to fit.
    pub examples: Vec<String>,
    pub looks: Looks,
    /// Whether all records have the same value; a column of zeros alone is constant too.
    pub is_constant: bool,
    /// Why it looks so, as one sentence.
    pub evidence: String,
    /// The column of ours that this one fills in a drafted schema.
    pub fills: Option<String>,
    /// Whether it fills that column together with others: a year and a month make a date.
    pub is_joined: bool,
    /// Why it fills nothing there, or what is to be known of what it fills.
    pub remark: String,
    pub dates: Option<DateEvidence>,
    pub codes: Option<CodeEvidence>,
    pub numbers: Option<NumberEvidence>,
    pub identifiers: Vec<IdentifierEvidence>,
    /// The distinct values of a column of flows with what they mean, where that is known.
    pub flows: BTreeMap<String, Option<String>>,
}

/// What the values of a column look like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Looks {
    #[default]
    Empty,
    Date,
    HsCode,
    Identifier,
    Party,
    Country,
    Money,
    Weight,
    Quantity,
    Unit,
    Currency,
    Flow,
    LineNumber,
    DocumentNumber,
    Description,
    Number,
    Code,
    Text,
}

impl Looks {
    /// Returns the words by which a person is told.
    pub fn as_str(self) -> &'static str {
        match self {
            Looks::Empty => "empty",
            Looks::Date => "date",
            Looks::HsCode => "HS code",
            Looks::Identifier => "identifier",
            Looks::Party => "party",
            Looks::Country => "country",
            Looks::Money => "money",
            Looks::Weight => "weight",
            Looks::Quantity => "quantity",
            Looks::Unit => "unit",
            Looks::Currency => "currency",
            Looks::Flow => "flow",
            Looks::LineNumber => "line number",
            Looks::DocumentNumber => "document number",
            Looks::Description => "description",
            Looks::Number => "number",
            Looks::Code => "code",
            Looks::Text => "text",
        }
    }
}

/// How the dates of a column are written.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DateEvidence {
    /// `strftime` forms that a schema would declare, the most frequent first.
    pub formats: Vec<FormatCount>,
    /// Values such as `31/12/2022`, which only the day in front makes a date.
    pub n_only_day_first: u64,
    pub n_only_month_first: u64,
    /// Values such as `05/06/2022`, which both orders make different dates.
    pub n_either_order: u64,
    pub order: DateOrder,
    pub n_unreadable: u64,
    pub example_unreadable: String,
    /// Values with a time of day other than midnight.
    pub n_with_clock: u64,
    /// Values whose time is stated in UTC: the local day may be the next.
    pub n_in_utc: u64,
    #[serde(serialize_with = "iso_if_any")]
    pub first: Option<Day>,
    #[serde(serialize_with = "iso_if_any")]
    pub last: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormatCount {
    pub format: String,
    pub n_records: u64,
}

/// Which of day and month stands in front, as the values prove it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// The question does not arise: the year stands in front, or months have names.
    #[default]
    Plain,
    DayFirst,
    MonthFirst,
    /// Some values are dates only with the day, others only with the month in front.
    Mixed,
    /// Every value is a date in both orders.
    Undecided,
}

/// How the tariff codes of a column are written.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CodeEvidence {
    pub min_digits: usize,
    pub max_digits: usize,
    /// Records by digits of the code as written.
    pub digits: BTreeMap<usize, u64>,
    /// Digits of a whole code, if nearly all have them once a lost zero is put back.
    pub whole_digits: Option<usize>,
    pub n_lost_zero: u64,
    pub n_exponent: u64,
    pub n_under_known_heading: u64,
}

/// How the numbers of a column are written.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct NumberEvidence {
    /// Values that only a point, or only a comma, as decimal mark explains; the rest has no mark or reads both ways.
    pub n_decimal_point: u64,
    pub n_decimal_comma: u64,
    pub n_either_mark: u64,
    pub n_zero: u64,
    pub n_negative: u64,
    pub min: Option<f64>,
    pub max: Option<f64>,
}

/// Values that have the shape of an identifier, and of these the ones whose check digits hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdentifierEvidence {
    pub kind: &'static str,
    pub n_shaped: u64,
    pub n_valid: u64,
}

/// The months that the records are of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DateSpan {
    pub column: String,
    #[serde(serialize_with = "iso")]
    pub first: Day,
    #[serde(serialize_with = "iso")]
    pub last: Day,
    /// Records by month, `2022-02`.
    pub months: BTreeMap<String, u64>,
    pub missing_months: Vec<String>,
    /// Dates that state a year only lie in no month.
    pub n_years_only: u64,
}

/// Which built-in schema reads the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SchemaVerdict {
    /// The nearest built-in schema, even if it does not fit.
    pub nearest: Option<String>,
    pub fits: bool,
    pub n_known_headers: usize,
    pub unknown_headers: Vec<String>,
    /// Required columns that no header fills.
    pub missing: Vec<String>,
    /// What the values say against it.
    pub faults: Vec<String>,
}

/// What a drafted schema states beside its columns, each with the evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Guesses {
    pub reporter_country_code: Guess,
    pub flow: Guess,
    pub grain: Guess,
    pub date_kind: Guess,
    pub value_basis: Guess,
    pub currency_code: Guess,
    pub weight_unit: Guess,
}

/// A value, empty where nothing speaks for one, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Guess {
    pub value: String,
    pub evidence: String,
}

impl Guess {
    pub fn new(value: impl Into<String>, evidence: impl Into<String>) -> Self {
        Guess { value: value.into(), evidence: evidence.into() }
    }
}

impl FileProfile {
    /// Returns the column that fills one of ours in a drafted schema.
    pub fn filling(&self, column: &str) -> Option<&ColumnProfile> {
        self.columns.iter().find(|profile| profile.fills.as_deref() == Some(column))
    }
}

/// Writes a day as programs outside of this one read it: `2022-02-24`.
fn iso<S: Serializer>(day: &Day, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

fn iso_if_any<S: Serializer>(day: &Option<Day>, serializer: S) -> Result<S::Ok, S::Error> {
    match day {
        Some(day) => iso(day, serializer),
        None => serializer.serialize_none(),
    }
}
