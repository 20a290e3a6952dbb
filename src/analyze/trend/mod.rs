//! Trend: did a series change at a date, by how much, and how sure can one be.
//!
//! In: a series, the day of a change, controls, what is known of the sources. Out: five figures with intervals (plain ratio, segmented
//! regression, search for the date, ratio to a control, rank in a family) and the caveats that apply. What is compared are records: the
//! tests say what was recorded, never why.

pub mod sides;

pub mod break_dates;
pub mod control;
pub mod families;
pub mod ratio;
pub mod same_days;
pub mod segmented;

pub mod caveats;
pub mod segments;
pub mod sentence;
pub mod source_caveats;

pub mod binomial;
pub mod change_design;
pub mod distributions;
pub mod exact_ratio;
pub mod fit;
pub mod negative_binomial;
pub mod normal_equations;
pub mod null_scan;
pub mod standard_errors;
pub mod two_by_two;

use crate::error::{Error, Result};
use crate::model::answer::PeriodStatus;
use crate::model::series::TradeSeries;
use crate::model::trend_change::{Caveat, Change, Multiplicity, PeriodFit, Segments, Status, TrendChange, Window};
use families::Adjustment;
use null_scan::NullScans;
use segmented::{Curve, Request};
use sides::{ChangeDay, Rows, Sides};

/// What is asked of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    pub change: ChangeDay,
    pub model: Request,
    /// Whether the search for the date allows a trend beside the step.
    pub search_has_trend: bool,
}

impl Settings {
    pub fn new(change: ChangeDay) -> Self {
        Settings { change, model: Request { with_placebo: true, ..Request::default() }, search_has_trend: false }
    }
}

/// Tests a series. `known` are the caveats that come with its sources; nulls are shared over all series of a run.
pub fn test_change(
    series: &TradeSeries,
    controls: &[TradeSeries],
    settings: Settings,
    nulls: &NullScans,
    known: &[Caveat],
) -> TrendChange {
    let sides = Sides::of(series, settings.change);
    let rows = sides.observed();
    let descriptive = ratio::describe(&sides, &rows);
    let regression = segmented::regress(&sides, &rows, settings.model);
    let searched = sides.observed_and_transition();
    let scan = break_dates::search(&sides, &searched, settings.search_has_trend, nulls);
    let label = |ordinal: i32| series.frequency.period(ordinal).to_string();
    let status = match regression.model.status {
        status @ (Status::NoEvents | Status::NoPeriodsBefore | Status::NoPeriodsAfter) => status,
        _ => Status::Ok,
    };
    let mut change = TrendChange {
        series: series.name.clone(),
        measure: series.measure,
        frequency: series.frequency,
        window: Window { from: label(series.first), to: label(series.last()) },
        change: Change {
            date: settings.change.day.to_string(),
            first_post: label(sides.first_post),
            transition: labels(&sides, PeriodStatus::Transition),
        },
        status,
        sentence: String::new(),
        descriptive,
        segments: segments(&sides, &searched, scan.found.as_ref().map_or(1.0, |found| found.best_dispersion)),
        control: control::compare(&sides, controls),
        multiplicity: None,
        caveats: Vec::new(),
        periods: periods(&sides, &rows, &regression.curves, controls),
        model: regression.model,
        scan,
    };
    change.caveats = caveats::of_series(&sides, &change);
    change.caveats.extend(known.iter().cloned());
    change.sentence = sentence::sentence(&change);
    change
}

/// Refuses a change that leaves a side without any observed period.
pub fn check_window(series: &TradeSeries, change: ChangeDay) -> Result<()> {
    let sides = Sides::of(series, change);
    let rows = sides.observed();
    let side = match rows.n_before() {
        0 => "before",
        n_before if n_before == rows.len() => "after",
        _ => return Ok(()),
    };
    let label = |ordinal: i32| series.frequency.period(ordinal);
    Err(Error::request(format!("`{}` has no observed {} {side} {}", series.name, series.frequency.as_str(), change.day))
        .detail(format!("it runs from {} to {}", label(series.first), label(series.last())))
        .hint("name a day inside with `--change`, or give the earlier and later records too"))
}

/// Gives each series its place in the family of all that were tested together. Series with too few events are no members: the total does
/// not know the direction, so leaving them out favors none.
pub fn rank_family(changes: &mut [&mut TrendChange], adjustment: Adjustment) {
    let p_values: Vec<f64> = changes.iter().map(|change| if has_enough(change) { change.p() } else { f64::NAN }).collect();
    let family = p_values.iter().filter(|p| !p.is_nan()).count();
    for (change, q) in changes.iter_mut().zip(families::adjust(&p_values, adjustment)) {
        change.multiplicity = (!q.is_nan()).then_some(Multiplicity { family, method: adjustment.as_str(), q });
    }
}

fn has_enough(change: &TrendChange) -> bool {
    let figures = &change.descriptive;
    !change.measure.is_count() || figures.before.events + figures.after.events >= segmented::FEWEST_EVENTS
}

fn labels(sides: &Sides<'_>, status: PeriodStatus) -> Vec<String> {
    let of = (sides.series.first..).zip(&sides.statuses).filter(|(_, own)| **own == status);
    of.map(|(ordinal, _)| sides.series.frequency.period(ordinal).to_string()).collect()
}

fn segments(sides: &Sides<'_>, rows: &Rows, dispersion: f64) -> Option<Segments> {
    let dispersion = if sides.series.measure.is_count() { dispersion.max(1.0) } else { dispersion };
    if rows.len() < break_dates::FEWEST_PERIODS || rows.len() > segments::MOST_PERIODS {
        return None;
    }
    let penalty = dispersion * (rows.len() as f64).ln();
    let division = segments::divide(&rows.levels(), penalty)?;
    let label = |row: &usize| sides.series.frequency.period(sides.series.first + rows.positions[*row]).to_string();
    Some(Segments {
        label: "exploratory",
        penalty,
        dispersion,
        min_months: segments::SHORTEST,
        breaks: division.starts.iter().map(label).collect(),
        objective: division.cost,
    })
}

fn periods(sides: &Sides<'_>, rows: &Rows, curves: &[Curve], controls: &[TradeSeries]) -> Vec<PeriodFit> {
    let mut fitted = rows.positions.iter().zip(curves).peekable();
    (sides.series.first..)
        .zip(&sides.series.points)
        .zip(&sides.statuses)
        .map(|((ordinal, point), status)| {
            let curve = fitted.next_if(|(position, _)| **position == ordinal - sides.series.first).map(|(_, curve)| curve);
            let known = controls.iter().map(|control| control.point(ordinal));
            let known = known.filter(|point| point.status != PeriodStatus::Missing).map(|point| point.amount);
            PeriodFit {
                period: sides.series.frequency.period(ordinal).to_string(),
                count: (!matches!(status, PeriodStatus::Missing | PeriodStatus::Combined)).then_some(point.amount),
                months: 1 + usize::from(sides.series.point(ordinal - 1).status == PeriodStatus::Combined),
                status: *status,
                fitted: curve.map(|curve| curve.fitted),
                counterfactual: curve.map(|curve| curve.counterfactual),
                counterfactual_low: curve.map(|curve| curve.low),
                counterfactual_high: curve.map(|curve| curve.high),
                control: known.reduce(|left, right| left + right),
            }
        })
        .collect()
}
