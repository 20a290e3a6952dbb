//! The answer to a question: counts, sums, a range and a verdict.

use crate::model::date::{Day, month_end, month_start};
use crate::model::goods::Breadth;
use crate::model::question::Verdict;
use crate::model::shipment_key::ShipmentKey;
use serde::Serialize;

/// All five counts of some evidence, and its first and last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    pub records: u64,
    pub line_items: u64,
    pub declarations: u64,
    pub consignments: u64,
    pub party_days: u64,
    pub first_day: Option<Day>,
    pub last_day: Option<Day>,
}

impl Counts {
    /// Returns the shipments under a key, where there are any to count.
    pub fn shipments(&self, key: ShipmentKey, countable: Countable) -> Option<u64> {
        (countable != Countable::Aggregates).then(|| self.of(key))
    }

    pub fn of(&self, key: ShipmentKey) -> u64 {
        match key {
            ShipmentKey::Records => self.records,
            ShipmentKey::LineItems => self.line_items,
            ShipmentKey::Declarations => self.declarations,
            ShipmentKey::Consignments => self.consignments,
            ShipmentKey::PartyDays => self.party_days,
        }
    }
}

/// Sums of some evidence. Bases and currencies are never added together: where there are several, the sum is missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums {
    pub records: u64,
    pub value_usd_cents: Option<i64>,
    pub value_usd_known: u64,
    pub value_original_cents: Option<i64>,
    pub currency_code: String,
    pub value_basis: String,
    pub net_weight_g: Option<i64>,
    pub net_weight_known: u64,
}

/// A period of the summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    All,
    Year(i32),
    Quarter(i32, u32),
    Month(i32, u32),
}

impl Period {
    /// Returns the first and last day; `None` for the total.
    pub fn days(self) -> Option<(Day, Day)> {
        match self {
            Period::All => None,
            Period::Year(year) => Some((month_start((year, 1)), month_end((year, 12)))),
            Period::Quarter(year, quarter) => Some((month_start((year, quarter * 3 - 2)), month_end((year, quarter * 3)))),
            Period::Month(year, month) => Some((month_start((year, month)), month_end((year, month)))),
        }
    }

    /// Returns all months of the period; none for the total.
    pub fn months(self) -> Vec<(i32, u32)> {
        match self {
            Period::All => Vec::new(),
            Period::Year(year) => (1..=12).map(|month| (year, month)).collect(),
            Period::Quarter(year, quarter) => (quarter * 3 - 2..=quarter * 3).map(|month| (year, month)).collect(),
            Period::Month(year, month) => vec![(year, month)],
        }
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Period::All => f.write_str("all"),
            Period::Year(year) => write!(f, "{year:04}"),
            Period::Quarter(year, quarter) => write!(f, "{year:04}-Q{quarter}"),
            Period::Month(year, month) => write!(f, "{year:04}-{month:02}"),
        }
    }
}

/// A row of the summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodRow {
    pub period: Period,
    /// The values of the further `by` columns, in the order of the question.
    pub by: Vec<String>,
    pub counts: Counts,
    pub sums: Sums,
    pub is_partial: bool,
    /// Whether the rows of this breakdown add up to the total under the finding's key.
    pub is_additive: bool,
}

/// Whether the records of a finding can be counted as shipments together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Countable {
    Shipments,
    /// Two sides of one movement may both have reported it: their rows are compared, never added.
    Mirrors,
    /// Records that are sums themselves hold values and weights, no shipments.
    Aggregates,
}

/// Everything that is known of a finding after counting.
#[derive(Debug, Clone)]
pub struct Answer {
    pub countable: Countable,
    pub headline: Counts,
    pub looser: Counts,
    pub confirmed: Counts,
    /// Periods first, the total last; of mirrors a total each.
    pub rows: Vec<PeriodRow>,
    pub series: Vec<SeriesMonth>,
    /// The same by group, where trends are asked for.
    pub group_series: Vec<GroupSeries>,
    /// The same calendar days of other years.
    pub same_days: Vec<SameDays>,
    /// By procedure class: counts, and whether the class counts in the headline.
    pub by_procedure_class: Vec<(String, bool, Counts)>,
    /// By how exactly codes and phrases select the goods: counts, and whether they are in the headline. Empty where all goods are asked for.
    pub by_breadth: Vec<(Breadth, bool, Counts)>,
    /// Records that match but whose date is too rough to lie inside the window.
    pub straddling_records: u64,
    /// Rules that took something out of this finding, in the order in which they are tried.
    pub without_rules: Vec<WithoutRule>,
    pub verdict: Verdict,
    pub reasons: Vec<String>,
}

/// What a finding would count if a rule for repeats were off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithoutRule {
    pub rule: &'static str,
    /// Records of the finding that the rule has taken out.
    pub removed_records: u64,
    pub counts: Counts,
}

/// The count in the same calendar days of another year.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SameDays {
    pub year: i32,
    pub from: Day,
    pub to: Day,
    pub days: i64,
    pub count: u64,
    /// Whether the records cover these days; without that there is no ratio.
    pub is_covered: bool,
    /// How many times as many a day the finding has. `None` where neither window has any.
    pub ratio: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub p: Option<f64>,
}

/// A month of a finding's series: the headline count, what else is measured, and whether the month can be counted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesMonth {
    pub year: i32,
    pub month: u32,
    pub count: u64,
    /// `None` where there are records but no sum: none states a value, or the bases differ.
    pub value_usd_cents: Option<i64>,
    pub net_weight_g: Option<i64>,
    /// Different consignees by their keys.
    pub consignees: u64,
    pub status: PeriodStatus,
}

/// The months of one combination of the values that a finding is broken down by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSeries {
    pub group: Vec<String>,
    pub months: Vec<SeriesMonth>,
}

/// Whether a period can be counted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodStatus {
    /// Every vendor of the finding has records in it.
    Observed,
    /// Some vendor has none, or the window or what was bought starts or ends inside it.
    Partial,
    /// No vendor has records in it.
    Missing,
    /// One of the last periods of the sources, which have far fewer records in it than in the year before: more will be delivered.
    Lagging,
    /// The change lies inside it, so that it belongs to neither side.
    Transition,
    /// It is counted with the next period, as one.
    Combined,
}

impl PeriodStatus {
    pub const ALL: [PeriodStatus; 6] = [
        PeriodStatus::Observed,
        PeriodStatus::Partial,
        PeriodStatus::Missing,
        PeriodStatus::Lagging,
        PeriodStatus::Transition,
        PeriodStatus::Combined,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            PeriodStatus::Observed => "observed",
            PeriodStatus::Partial => "partial",
            PeriodStatus::Missing => "missing",
            PeriodStatus::Lagging => "lagging",
            PeriodStatus::Transition => "transition",
            PeriodStatus::Combined => "combined",
        }
    }
}
