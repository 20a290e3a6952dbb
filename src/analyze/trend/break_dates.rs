//! The search for the date of a change: which month fits best as the first of a new level, and which others fit nearly as well.
//!
//! In: all observed periods, the transition included; the date of the question is not looked at. Out: the best date, a p-value against
//! no change at any date, and the set of dates that the data do not exclude. One date alone is never the answer: for a doubling at
//! five a month the true month is found in a third of the cases.

use super::change_design::Season;
use super::fit::{Design, Response, fit, fit_from, poisson_deviance};
use super::null_scan::{NullScans, SEED};
use super::sides::{Rows, Sides};
use super::standard_errors::Spread;
use crate::model::series::Frequency;
use crate::model::trend_change::{Found, Scan, Status};

/// Dates nearer to either end than this share of the periods are no candidates.
const TRIM: f64 = 0.15;
/// … nor are dates with fewer periods on a side.
const FEWEST_A_SIDE: usize = 6;
pub const FEWEST_PERIODS: usize = 24;
/// From this many periods on the search follows the season.
const SEASON_FROM: usize = 36;

/// Returns the cutoff of the set of dates, `-2 ln(1 - sqrt(0.95))`: the larger of two independent exponential numbers.
pub fn set_cutoff() -> f64 {
    -2.0 * (1.0 - 0.95_f64.sqrt()).ln()
}

/// A date with the fit of a step there.
struct Candidate {
    row: usize,
    deviance: f64,
    dispersion: f64,
    statistic: f64,
    level_ratio: f64,
    lag1: f64,
}

/// Searches a series for the date of a change.
pub fn search(sides: &Sides<'_>, rows: &Rows, has_trend: bool, nulls: &NullScans) -> Scan {
    let absent = |status| Scan { status, found: None };
    if rows.len() < FEWEST_PERIODS {
        return absent(Status::TooShort);
    }
    if rows.amounts.iter().all(|amount| *amount == 0.0) {
        return absent(Status::NoEvents);
    }
    let season = season(rows.len(), sides.series.frequency);
    let null = null_design(rows, sides.series.frequency, season, has_trend);
    match candidates(rows, &null) {
        Some((deviance_null, candidates)) if candidates.iter().any(|candidate| candidate.dispersion > 0.0) => {
            let scan = Scanned { sides, rows, null: &null, deviance_null, season, has_trend, candidates };
            Scan { status: Status::Ok, found: Some(scan.found(nulls)) }
        }
        Some(_) => absent(Status::NoVariation),
        None => absent(Status::Separated),
    }
}

fn season(n_periods: usize, frequency: Frequency) -> Season {
    match frequency {
        Frequency::Month if n_periods >= SEASON_FROM => Season::Fourier2,
        Frequency::Quarter if n_periods >= SEASON_FROM => Season::Fourier1,
        _ => Season::None,
    }
}

/// Returns the columns without a change, with a last one for the step.
fn null_design(rows: &Rows, frequency: Frequency, season: Season, has_trend: bool) -> Design {
    let n_columns = 2 + usize::from(has_trend) + season.terms(frequency).len();
    let mean = rows.positions.iter().map(|position| f64::from(*position)).sum::<f64>() / rows.len() as f64;
    let mut design = Design::new(n_columns);
    let mut cells = Vec::with_capacity(n_columns);
    for (position, part) in rows.positions.iter().zip(&rows.parts_of_year) {
        cells.clear();
        cells.push(1.0);
        if has_trend {
            cells.push((f64::from(*position) - mean) / f64::from(frequency.periods_a_year()));
        }
        season.push(&mut cells, frequency, *part);
        cells.push(0.0);
        design.push(&cells);
    }
    design
}

/// Returns the rows at which a new level may start.
pub fn candidate_rows(n_rows: usize) -> std::ops::RangeInclusive<usize> {
    let trim = ((TRIM * n_rows as f64).ceil() as usize).max(FEWEST_A_SIDE);
    trim..=n_rows - trim
}

/// Returns the deviance without a change, and each date at which a step can be fitted.
fn candidates(rows: &Rows, null: &Design) -> Option<(f64, Vec<Candidate>)> {
    let n = rows.len();
    let n_null = null.n_columns() - 1;
    let response = Response::Poisson { amounts: &rows.amounts, log_offsets: rows.log_exposures.as_deref() };
    let without = fit(&null.part(0..n, n_null), response)?;
    let deviance_null = poisson_deviance(&rows.amounts, &without.fitted);
    let freedom = (n - n_null - 1) as f64;
    let mut design = null.clone();
    let range = candidate_rows(n);
    (*range.start()..n).for_each(|row| design.set(row, n_null, 1.0));
    let mut start = without.coefficients;
    start.push(0.0);
    let mut found = Vec::with_capacity(n);
    for row in range {
        if row > 0 {
            design.set(row - 1, n_null, 0.0);
        }
        let is_empty = |amounts: &[f64]| amounts.iter().all(|amount| *amount == 0.0);
        let (no_before, no_after) = (is_empty(&rows.amounts[..row]), is_empty(&rows.amounts[row..]));
        // A side without records adds nothing to the deviance in the limit: the columns without a change are fitted to the other.
        let side = if no_before { row..n } else { 0..row };
        let (fit, deviance, positions, level_ratio) = if no_before || no_after {
            let amounts = &rows.amounts[side.clone()];
            let log_offsets = rows.log_exposures.as_ref().map(|offsets| &offsets[side.clone()]);
            let Some(fit) = fit(&null.part(side.clone(), n_null), Response::Poisson { amounts, log_offsets }) else { continue };
            let (deviance, ratio) = (poisson_deviance(amounts, &fit.fitted), if no_before { f64::INFINITY } else { 0.0 });
            (fit, deviance, &rows.positions[side], ratio)
        } else {
            // The neighbor's coefficients are near; where they lead astray, the data themselves are the start.
            let near = fit_from(&design, response, start.clone()).or_else(|| fit(&design, response));
            let Some(fit) = near else { continue };
            start.clone_from(&fit.coefficients);
            let (deviance, ratio) = (poisson_deviance(&rows.amounts, &fit.fitted), fit.coefficients[n_null].exp());
            (fit, deviance, &rows.positions[..], ratio)
        };
        let spread = Spread::of(&fit, positions, freedom, false);
        let statistic = (deviance_null - deviance) / spread.dispersion;
        found.push(Candidate { row, deviance, dispersion: spread.dispersion, statistic, level_ratio, lag1: spread.lag1 });
    }
    (!found.is_empty()).then_some((deviance_null, found))
}

struct Scanned<'s> {
    sides: &'s Sides<'s>,
    rows: &'s Rows,
    null: &'s Design,
    deviance_null: f64,
    season: Season,
    has_trend: bool,
    candidates: Vec<Candidate>,
}

impl Scanned<'_> {
    fn found(&self, nulls: &NullScans) -> Found {
        let label =
            |row: usize| self.sides.series.frequency.period(self.sides.series.first + self.rows.positions[row]).to_string();
        let mut best = &self.candidates[0];
        let mut top = best;
        for candidate in &self.candidates {
            if candidate.deviance < best.deviance {
                best = candidate;
            }
            if candidate.statistic > top.statistic {
                top = candidate;
            }
        }
        let n = self.rows.len();
        let n_null = self.null.n_columns() - 1;
        let lag1_corrected = (top.lag1 + (n_null + 1) as f64 / n as f64).clamp(0.0, 0.9);
        let inflation = (1.0 + lag1_corrected) / (1.0 - lag1_corrected);
        let set = |cutoff: f64| -> Vec<String> {
            let is_in = |candidate: &&Candidate| (candidate.deviance - best.deviance) / best.dispersion <= cutoff;
            self.candidates.iter().filter(is_in).map(|candidate| label(candidate.row)).collect()
        };
        let adjusted_set = set(set_cutoff() * inflation);
        let change = self.sides.series.frequency.period(self.sides.first_post).to_string();
        let null = nulls.of(self.null, self.season, self.has_trend, &self.rows.positions, &self.rows.parts_of_year);
        Found {
            best: label(best.row),
            p: null.p(top.statistic / inflation),
            contains_break: adjusted_set.contains(&change),
            set: adjusted_set,
            replications: null.len(),
            seed: SEED,
            has_trend: self.has_trend,
            season: self.season.as_str(),
            n,
            first_candidate: self.candidates.first().map(|candidate| label(candidate.row)).unwrap_or_default(),
            last_candidate: self.candidates.last().map(|candidate| label(candidate.row)).unwrap_or_default(),
            n_candidates: self.candidates.len(),
            deviance_null: self.deviance_null,
            best_deviance: best.deviance,
            best_dispersion: best.dispersion,
            best_level_ratio: best.level_ratio,
            best_level_ratio_is: (best.level_ratio == f64::INFINITY).then_some("infinite"),
            f_at_best: best.statistic,
            sup_f: top.statistic,
            sup_f_at: label(top.row),
            sup_f_adjusted: top.statistic / inflation,
            p_unadjusted: null.p(top.statistic),
            set_unadjusted: set(set_cutoff()),
            resid_lag1: top.lag1,
            resid_lag1_corrected: lag1_corrected,
            variance_inflation: inflation,
            critical_10: null.quantile(0.90),
            critical_05: null.quantile(0.95),
            critical_01: null.quantile(0.99),
        }
    }
}
