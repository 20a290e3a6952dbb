//! Reasons to be careful that a series carries in itself.
//!
//! In: a series with its figures. Out: one caveat a reason, in a fixed order; only those that apply. What the sources or the goods add
//! comes from whoever knows them.

use super::distributions::chi_squared_above;
use super::sides::Sides;
use crate::model::answer::PeriodStatus;
use crate::model::trend_change::{Caveat, Severity, Status, TrendChange};
use serde_json::{Value, json};

/// Above this dispersion counts vary much more than chance has it.
const OVERDISPERSED: f64 = 2.0;
/// Above this autocorrelation every method here is too sure.
const STRONGLY_CORRELATED: f64 = 0.5;
/// With fewer events on a side a ratio hangs on single records.
const FEW_EVENTS: f64 = 5.0;
/// A control with fewer events a period says little.
const SMALL_CONTROL: f64 = 5.0;

impl Caveat {
    pub fn note(code: &'static str, message: impl Into<String>, data: Value) -> Caveat {
        Caveat { code, severity: Severity::Note, message: message.into(), data }
    }

    pub fn warning(code: &'static str, message: impl Into<String>, data: Value) -> Caveat {
        Caveat { code, severity: Severity::Warning, message: message.into(), data }
    }
}

/// Returns the caveats that a series carries in itself.
pub fn of_series(sides: &Sides<'_>, change: &TrendChange) -> Vec<Caveat> {
    let mut caveats = of_periods(sides);
    caveats.extend(of_level(change));
    caveats.extend(of_model(change));
    caveats.extend(of_control(change));
    caveats
}

fn of_periods(sides: &Sides<'_>) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    let unit = sides.series.frequency.as_str();
    let named = |status: PeriodStatus| super::labels(sides, status);
    let (missing, lagging) = (named(PeriodStatus::Missing), named(PeriodStatus::Lagging));
    let mut partial = named(PeriodStatus::Partial);
    if !missing.is_empty() {
        caveats.push(Caveat::warning(
            "source_missing_months",
            format!("{} without any record of the source: missing, not zero, and in no figure", several(missing.len(), unit)),
            json!({ "periods": missing }),
        ));
    }
    for (code, at, word) in
        [("partial_first_period", 0, "first"), ("partial_last_period", sides.statuses.len().saturating_sub(1), "last")]
    {
        if sides.statuses.get(at) == Some(&PeriodStatus::Partial) {
            let period = sides.series.frequency.period(sides.series.first + at as i32).to_string();
            partial.retain(|own| *own != period);
            caveats.push(Caveat::note(
                code,
                format!("the {word} {unit}, {period}, is not whole and is in no figure"),
                json!({ "period": period }),
            ));
        }
    }
    if !partial.is_empty() {
        caveats.push(Caveat::warning(
            "source_partial_months",
            format!("{} in which not every source has records, or not for all days: in no figure", several(partial.len(), unit)),
            json!({ "periods": partial }),
        ));
    }
    if !lagging.is_empty() {
        caveats.push(Caveat::warning(
            "lagging_periods",
            format!(
                "{} at the end in which the sources have far fewer records than before: in no figure",
                several(lagging.len(), unit)
            ),
            json!({ "periods": lagging }),
        ));
    }
    caveats
}

fn of_level(change: &TrendChange) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    let figures = &change.descriptive;
    let (before, after) = (&figures.before, &figures.after);
    let has_sides = before.months > 0 && after.months > 0;
    if has_sides && (before.months == 1 || after.months == 1) {
        caveats.push(Caveat::warning(
            "one_period_on_a_side",
            format!("one {} on a side: how much it varies is taken from the other side", change.frequency.as_str()),
            json!({ "before": before.months, "after": after.months }),
        ));
    }
    if change.measure.is_count() && has_sides && before.events.min(after.events) < FEW_EVENTS {
        caveats.push(Caveat::warning(
            "few_events",
            format!("few records: {} before, {} after", before.events, after.events),
            json!({ "before": before.events, "after": after.events }),
        ));
    }
    if !figures.outliers.is_empty() {
        let shown: Vec<String> =
            figures.outliers.iter().map(|outlier| format!("{} ({})", outlier.period, short(outlier.count))).collect();
        caveats.push(Caveat::note(
            "outlier_months",
            format!("far from the level of their side: {}", shown.join(", ")),
            json!({ "periods": figures.outliers }),
        ));
    }
    if let Some(same) = &figures.same_calendar_months
        && (same.months as i32) < change.frequency.periods_a_year()
        && has_sides
    {
        caveats.push(Caveat::note(
            "unbalanced_seasons",
            format!("only {} parts of the year lie on both sides; over these the ratio is {}", same.months, short(same.ratio)),
            json!({ "months": same.months, "ratio": same.ratio }),
        ));
    }
    caveats
}

fn of_model(change: &TrendChange) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    let adjusted = change.descriptive.ratio.as_ref().and_then(|ratio| ratio.adjusted);
    let fit = change.model.fit.as_ref();
    let dispersion = fit.map(|fit| fit.dispersion).or(adjusted.map(|own| own.dispersion));
    let lag1 = [fit.map(|fit| fit.resid_lag1_corrected), adjusted.map(|own| own.resid_lag1_corrected)];
    let lag1 = lag1.into_iter().flatten().fold(0.0, f64::max);
    if let Some(dispersion) = dispersion.filter(|_| change.measure.is_count()) {
        if dispersion > OVERDISPERSED {
            caveats.push(Caveat::note(
                "overdispersed",
                format!("counts vary {} times as much as chance alone; intervals are widened for it", short(dispersion)),
                json!({ "dispersion": dispersion }),
            ));
        }
        let is_regular = fit.is_some_and(|fit| chi_squared_above(fit.pearson_chi2, fit.df as f64) > 0.95);
        if dispersion < 1.0 && is_regular {
            caveats.push(Caveat::note(
                "underdispersed",
                "counts are more regular than chance; intervals are not narrowed for it".to_owned(),
                json!({ "dispersion": dispersion }),
            ));
        }
    }
    if lag1 > STRONGLY_CORRELATED {
        caveats.push(Caveat::warning(
            "strong_autocorrelation",
            format!(
                "strong autocorrelation: neighboring periods resemble each other ({}); intervals are approximate",
                short(lag1)
            ),
            json!({ "resid_lag1_corrected": lag1 }),
        ));
    }
    if change.model.kind == Some("step") && change.model.season == Some("none") && change.model.fallback.is_none() {
        let fewest = change.descriptive.before.months.min(change.descriptive.after.months);
        if fewest < 12 {
            caveats.push(Caveat::warning(
                "season_not_separable",
                format!("with {fewest} periods on a side a model cannot separate season from change"),
                json!({ "periods": fewest }),
            ));
        }
    }
    if let Some(fallback) = &change.model.fallback {
        caveats.push(Caveat::note(
            "simpler_model",
            format!("a simpler model was fitted, {fallback}"),
            json!({ "kind": change.model.kind, "season": change.model.season }),
        ));
    }
    if matches!(change.model.status, Status::TooShort | Status::TooFewEvents | Status::Separated) {
        let why = match change.model.status {
            Status::TooShort => "the series is too short",
            Status::TooFewEvents => "there are too few records",
            _ => "some combination of terms has no records",
        };
        caveats.push(Caveat::note(
            "no_regression",
            format!("no regression: {why}; the plain ratio stands alone"),
            json!({ "status": change.model.status }),
        ));
    }
    if let Some((average, whole)) = fit.and_then(|fit| Some((fit.average_ratio.as_ref()?, fit.whole_period.as_ref()?)))
        && whole.months > average.months
    {
        caveats.push(Caveat::note(
            "extrapolation",
            format!(
                "the average against the earlier trend is over the first {} periods after the change; over all {} it would stretch the \
                 earlier trend further than it was seen",
                average.months, whole.months
            ),
            json!({ "months": average.months, "all_months": whole.months }),
        ));
    }
    caveats
}

fn of_control(change: &TrendChange) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    let Some(control) = &change.control else { return caveats };
    if let Some(drift) = control.pretrend.filter(|drift| drift.status == "fails") {
        caveats.push(Caveat::warning(
            "pretrend",
            format!(
                "the share against {} was already drifting before, by {} times a year: no plain relative change",
                control.name,
                short(drift.ratio_per_year)
            ),
            json!({ "ratio_per_year": drift.ratio_per_year, "p": drift.p }),
        ));
    }
    let total = control.control_before + control.control_after;
    let periods = (change.descriptive.before.months + change.descriptive.after.months) as f64;
    if change.measure.is_count() && (total < SMALL_CONTROL * periods || total < control.treated_before + control.treated_after) {
        caveats.push(Caveat::warning(
            "small_control",
            format!("the control is small: {} records in {} periods", short(total), periods),
            json!({ "total": total, "periods": periods }),
        ));
    }
    if control.status != Status::Ok {
        caveats.push(Caveat::note(
            "no_relative_change",
            format!("no ratio to {}: {}", control.name, control.status.as_str().replace('_', " ")),
            json!({ "status": control.status }),
        ));
    }
    caveats
}

fn several(n: usize, unit: &str) -> String {
    if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
}

/// Returns a number with two decimals, or none where it is whole or large.
pub fn short(number: f64) -> String {
    if number.fract() == 0.0 || number.abs() >= 1000.0 { format!("{number:.0}") } else { format!("{number:.2}") }
}
