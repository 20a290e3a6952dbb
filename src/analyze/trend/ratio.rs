//! Before and after without a model: counts a period, their ratio, its interval, and how much hangs on single periods.
//!
//! In: the observed rows. Out: the descriptive figures. The headline interval is the wider of two on each side: the exact one, which
//! knows small numbers, and the adjusted one, which knows dispersion and autocorrelation.

use super::change_design::{ChangeDesign, Kind, Season};
use super::distributions::{LEVEL, Reference};
use super::exact_ratio::exact_ratio;
use super::fit::{Response, fit};
use super::sides::{Rows, Sides};
use super::standard_errors::Spread;
use crate::model::answer::PeriodStatus;
use crate::model::trend_change::{Adjusted, Descriptive, ExactRatio, Outlier, Range, Ratio, SameMonths, Side, YearTotal};
use std::collections::BTreeMap;

/// A residual beyond this many deviations is an outlier.
const FAR_OUT: f64 = 3.0;
/// With fewer rows nothing says how much a series varies.
const FEWEST_ROWS: usize = 4;

/// Returns the descriptive figures of a series.
pub fn describe(sides: &Sides<'_>, rows: &Rows) -> Descriptive {
    let is_count = sides.series.measure.is_count();
    let n_before = rows.n_before();
    let (before, after) = (side(rows, 0..n_before), side(rows, n_before..rows.len()));
    let (mut adjusted, mut outliers) = (None, Vec::new());
    if let Some((found, residuals)) = adjusted_ratio(rows, &before, &after, sides) {
        adjusted = Some(found);
        outliers = far_out(sides, rows, &residuals);
    }
    let exact = if is_count {
        exact_ratio(after.events.round() as u64, after.months as f64, before.events.round() as u64, before.months as f64)
    } else {
        None
    };
    let is_comparable = before.months > 0 && after.months > 0 && before.events + after.events > 0.0;
    let ratio = is_comparable.then(|| headline(after.per_month / before.per_month, exact, adjusted));
    let ratio_is = match &ratio {
        Some(ratio) => ratio.estimate_is,
        None if before.months == 0 || after.months == 0 => Some("undefined"),
        None => Some("no_events"),
    };
    Descriptive {
        transition_months: sides.count(PeriodStatus::Transition),
        missing_months: sides.count(PeriodStatus::Missing),
        ratio_is,
        ratio,
        difference_per_month: after.per_month - before.per_month,
        ratio_add_half: exact.map(|exact| exact.ratio_add_half),
        leave_one_out: leave_one_out(rows, n_before, &before, &after),
        share_above_maximum_before: share_above_maximum(rows, n_before),
        same_calendar_months: same_calendar_months(rows),
        outliers,
        yearly: yearly(sides),
        before,
        after,
    }
}

fn side(rows: &Rows, of: std::ops::Range<usize>) -> Side {
    let (events, months): (f64, f64) = (rows.amounts[of.clone()].iter().sum(), rows.lengths[of.clone()].iter().sum());
    let mut sorted = rows.levels()[of].to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let median = match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
    };
    Side {
        events,
        months: months as usize,
        per_month: events / months,
        median,
        zero_months: sorted.iter().filter(|level| **level == 0.0).count(),
    }
}

/// Returns the wider of both intervals on each side, and the larger p.
fn headline(estimate: f64, exact: Option<ExactRatio>, adjusted: Option<Adjusted>) -> Ratio {
    let bounds = [exact.map(|exact| (exact.low, exact.high, exact.p)), adjusted.map(|own| (own.low, own.high, own.p))];
    let method = match bounds {
        [Some(_), Some(_)] => "wider_of_exact_and_adjusted",
        [Some(_), None] => "exact",
        [None, Some(_)] => "adjusted",
        [None, None] => "none",
    };
    let bounds = bounds.into_iter().flatten();
    let (low, high, p) = bounds
        .reduce(|left, right| (left.0.min(right.0), left.1.max(right.1), left.2.max(right.2)))
        .unwrap_or((f64::NAN, f64::NAN, f64::NAN));
    let infinite = |value: f64| (value == f64::INFINITY).then_some("infinite");
    Ratio {
        estimate,
        low,
        high,
        p,
        level: LEVEL,
        estimate_is: infinite(estimate),
        high_is: infinite(high),
        method,
        exact,
        adjusted,
    }
}

/// Returns the ratio by a fit of two levels, with the residuals in units of their deviation.
fn adjusted_ratio(rows: &Rows, before: &Side, after: &Side, sides: &Sides<'_>) -> Option<(Adjusted, Vec<f64>)> {
    if rows.len() < FEWEST_ROWS || before.events <= 0.0 || after.events <= 0.0 {
        return None;
    }
    let columns = ChangeDesign::of(rows, Kind::Ratio, Season::None, sides.series.frequency);
    let response = Response::Poisson { amounts: &rows.amounts, log_offsets: rows.log_exposures.as_deref() };
    let fit = fit(&columns.design, response)?;
    let freedom = (rows.len() - 2) as f64;
    let spread = Spread::of(&fit, &rows.positions, freedom, sides.series.measure.is_count());
    let error = (spread.variance_factor() * fit.covariance.at(1, 1)).sqrt();
    let (reference, level) = (Reference::Student(freedom), fit.coefficients[1]);
    let reach = reference.quantile() * error;
    let adjusted = Adjusted {
        ratio: level.exp(),
        low: (level - reach).exp(),
        high: (level + reach).exp(),
        p: reference.two_sided(level / error),
        dispersion: spread.dispersion,
        resid_lag1: spread.lag1,
        resid_lag1_corrected: spread.lag1_corrected,
    };
    let deviation = if sides.series.measure.is_count() { spread.dispersion.max(1.0) } else { spread.dispersion }.sqrt();
    Some((adjusted, fit.pearson.iter().map(|residual| residual / deviation).collect()))
}

fn far_out(sides: &Sides<'_>, rows: &Rows, residuals: &[f64]) -> Vec<Outlier> {
    let outlier = |row: usize| Outlier {
        period: sides.series.frequency.period(sides.series.first + rows.positions[row]).to_string(),
        count: rows.amounts[row],
        residual: residuals[row],
    };
    (0..rows.len()).filter(|row| residuals[*row].abs() > FAR_OUT).map(outlier).collect()
}

/// Returns the smallest and largest ratio without any one period.
fn leave_one_out(rows: &Rows, n_before: usize, before: &Side, after: &Side) -> Option<Range> {
    if n_before < 2 || rows.len() - n_before < 2 {
        return None;
    }
    let without = |row: usize| {
        let (amount, length) = (rows.amounts[row], rows.lengths[row]);
        if row < n_before {
            after.per_month / ((before.events - amount) / (before.months as f64 - length))
        } else {
            (after.events - amount) / (after.months as f64 - length) / before.per_month
        }
    };
    let ratios = (0..rows.len()).map(without).filter(|ratio| ratio.is_finite());
    ratios
        .map(|ratio| (ratio, ratio))
        .reduce(|left, right| (left.0.min(right.0), left.1.max(right.1)))
        .map(|(low, high)| Range { low, high })
}

fn share_above_maximum(rows: &Rows, n_before: usize) -> Option<f64> {
    let levels = rows.levels();
    let (before, after) = levels.split_at(n_before);
    let maximum = before.iter().copied().reduce(f64::max)?;
    let above = after.iter().filter(|amount| **amount > maximum).count();
    (!after.is_empty()).then(|| above as f64 / after.len() as f64)
}

/// Returns the ratio of means over parts of the year that both sides have, each weighted once.
fn same_calendar_months(rows: &Rows) -> Option<SameMonths> {
    let mut parts: BTreeMap<u64, [(f64, f64); 2]> = BTreeMap::new();
    for (row, part) in rows.parts_of_year.iter().enumerate() {
        let (sum, n) = &mut parts.entry(part.to_bits()).or_default()[usize::from(rows.is_after(row))];
        *sum += rows.amounts[row];
        *n += rows.lengths[row];
    }
    let shared: Vec<&[(f64, f64); 2]> = parts.values().filter(|[before, after]| before.1 > 0.0 && after.1 > 0.0).collect();
    let level = |side: usize| shared.iter().map(|sides| sides[side].0 / sides[side].1).sum::<f64>();
    (!shared.is_empty() && level(0) > 0.0).then(|| SameMonths { ratio: level(1) / level(0), months: shared.len() })
}

fn yearly(sides: &Sides<'_>) -> Vec<YearTotal> {
    let a_year = sides.series.frequency.periods_a_year();
    let mut years: BTreeMap<i32, YearTotal> = BTreeMap::new();
    for ((ordinal, point), status) in (sides.series.first..).zip(&sides.series.points).zip(&sides.statuses) {
        let year = ordinal.div_euclid(a_year);
        let total =
            years.entry(year).or_insert(YearTotal { year, months_in_window: 0, months_missing: 0, count: 0.0, partial: false });
        total.months_in_window += 1;
        match status {
            PeriodStatus::Missing => total.months_missing += 1,
            _ => total.count += point.amount,
        }
        total.partial |= matches!(status, PeriodStatus::Missing | PeriodStatus::Partial | PeriodStatus::Lagging);
    }
    years.values_mut().for_each(|total| total.partial |= total.months_in_window < a_year as usize);
    years.into_values().collect()
}
