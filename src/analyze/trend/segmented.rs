//! Segmented regression: how level and trend changed, beside season and earlier trend.
//!
//! In: the observed rows, the model that is asked for. Out: coefficients, errors, and what they mean: level ratio, slope change, average
//! against the continued earlier trend. What the data cannot carry is not fitted: the next simpler model is, and it is named.

use super::change_design::{ChangeDesign, Kind, Season};
use super::distributions::{Reference, chi_squared_above};
use super::fit::{Fit, Response, SEPARATED, dot, fit, poisson_deviance};
use super::negative_binomial::{self, NegativeBinomial, poisson_log_likelihood};
use super::normal_equations::Symmetric;
use super::sides::{Rows, Sides};
use super::standard_errors::{ErrorRule, Spread, hac, hac_lag, ljung_box};
use crate::model::series::Frequency;
use crate::model::trend_change::{
    Estimate, LjungBox, Model, ModelFit, Nb2, Nb2Fit, Outlier, OverMonths, Placebo, PlainModel, RatioAt, StandardErrors, Status,
    WholePeriod,
};

/// With fewer periods on a side there is no regression.
pub const FEWEST_A_SIDE: usize = 6;
/// With fewer events in all there is none either.
pub const FEWEST_EVENTS: f64 = 10.0;
/// From this many periods on each side a slope change and a season can be told apart.
const FULL_FROM: usize = 12;
/// From this many periods in all two waves a year are fitted by default, and at least `FOURIER_FROM` for one.
const TWO_WAVES_FROM: usize = 36;
const FOURIER_FROM: usize = 24;
/// A level for each month needs this many periods on each side.
const MONTHS_FROM: usize = 24;
/// An average over more periods after the change than this is an extrapolation.
const MOST_AVERAGED: usize = 24;
const LJUNG_BOX_LAGS: i32 = 12;

/// What is asked of the regression; `None` leaves it to the length of the series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Request {
    pub kind: Option<Kind>,
    pub season: Option<Season>,
    pub errors: ErrorRule,
    /// Whether the negative binomial model is fitted beside.
    pub with_nb2: bool,
    /// Whether the date is held against others before it.
    pub with_placebo: bool,
}

/// A regression with what the periods of the series become under it.
#[derive(Debug, Clone)]
pub struct Segmented {
    pub model: Model,
    /// By row: fitted, counterfactual and its interval.
    pub curves: Vec<Curve>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    pub fitted: f64,
    pub counterfactual: f64,
    pub low: f64,
    pub high: f64,
}

/// Fits the model that is asked for, or the richest one that the data carry.
pub fn regress(sides: &Sides<'_>, rows: &Rows, request: Request) -> Segmented {
    let n_before = rows.n_before();
    let (n_after, is_count) = (rows.len() - n_before, sides.series.measure.is_count());
    let (before, after) = rows.amounts.split_at(n_before);
    let (x0, x1): (f64, f64) = (before.iter().sum(), after.iter().sum());
    let absent =
        |status| Segmented { model: Model { status, kind: None, season: None, fallback: None, fit: None }, curves: Vec::new() };
    let fewest = n_before.min(n_after);
    let is_ratio_asked = request.kind == Some(Kind::Ratio) && fewest > 0 && rows.len() > 3;
    let status = match () {
        () if n_before == 0 => Some(Status::NoPeriodsBefore),
        () if n_after == 0 => Some(Status::NoPeriodsAfter),
        () if x0 + x1 == 0.0 => Some(Status::NoEvents),
        () if x0 == 0.0 => Some(Status::SeparatedZeroBefore),
        () if x1 == 0.0 => Some(Status::SeparatedZeroAfter),
        () if is_count && x0 + x1 < FEWEST_EVENTS => Some(Status::TooFewEvents),
        () if fewest < FEWEST_A_SIDE && !is_ratio_asked => Some(Status::TooShort),
        () if sides.series.frequency == Frequency::Year => Some(Status::TooShort),
        () => None,
    };
    if let Some(status) = status {
        return absent(status);
    }
    let wanted = wanted(rows, fewest, request, sides.series.frequency);
    let mut first_fault = Status::Separated;
    for (step, (kind, season)) in ladder(wanted, rows, fewest, sides.series.frequency).into_iter().enumerate() {
        match one(sides, rows, kind, season, request) {
            Ok(mut found) => {
                let is_asked =
                    request.kind.is_none_or(|asked| asked == kind) && request.season.is_none_or(|asked| asked == season);
                if step > 0 || !is_asked {
                    let (kind, season) = (request.kind.unwrap_or(wanted.0), request.season.unwrap_or(wanted.1));
                    found.model.fallback = Some(format!("in place of {} with season {}", kind.as_str(), season.as_str()));
                }
                return found;
            }
            Err(status) if step == 0 => first_fault = status,
            Err(_) => {}
        }
    }
    absent(first_fault)
}

/// Returns the model and season that are asked for or, where nothing is, that the length of the series allows.
fn wanted(rows: &Rows, fewest: usize, request: Request, frequency: Frequency) -> (Kind, Season) {
    let kind = request.kind.unwrap_or(if fewest < FULL_FROM { Kind::Step } else { Kind::Full });
    let season = request.season.unwrap_or_else(|| {
        if fewest < FULL_FROM
            || rows.len() < FOURIER_FROM
            || !has_every_part(rows, frequency)
            || request.kind == Some(Kind::Ratio)
        {
            Season::None
        } else if frequency == Frequency::Quarter || (fewest < MONTHS_FROM && rows.len() < TWO_WAVES_FROM) {
            Season::Fourier1
        } else {
            Season::Fourier2
        }
    });
    (kind, season)
}

/// Returns the models to try, each simpler than the one before.
fn ladder((kind, season): (Kind, Season), rows: &Rows, fewest: usize, frequency: Frequency) -> Vec<(Kind, Season)> {
    let is_allowed = |season: &Season| match season {
        Season::None => true,
        // Parts of the year that are counted as one have no levels of their own.
        Season::Month => fewest >= MONTHS_FROM && rows.lengths.iter().all(|length| *length == 1.0),
        // Two waves of four quarters are as many levels as quarters.
        Season::Fourier2 if frequency == Frequency::Quarter => false,
        Season::Fourier1 | Season::Fourier2 => {
            fewest >= FULL_FROM && rows.len() >= FOURIER_FROM && has_every_part(rows, frequency)
        }
    };
    let seasons = [Season::Month, Season::Fourier2, Season::Fourier1, Season::None];
    let seasons: Vec<Season> = seasons.into_iter().skip_while(|own| *own != season).filter(is_allowed).collect();
    let mut ladder: Vec<(Kind, Season)> = seasons.iter().map(|season| (kind, *season)).collect();
    if kind == Kind::Full {
        ladder.push((Kind::Step, Season::None));
    }
    ladder
}

fn has_every_part(rows: &Rows, frequency: Frequency) -> bool {
    (1..=frequency.periods_a_year() as u32).all(|part| (0..rows.len()).any(|row| rows.holds_part(row, part)))
}

/// Everything that the figures of one fitted model are made of.
struct Fitted<'f> {
    rows: &'f Rows,
    columns: &'f ChangeDesign,
    coefficients: &'f [f64],
    means: &'f [f64],
    /// Of the coefficients of the design, under the rule of errors that was asked for.
    covariance: Symmetric,
    reference: Reference,
    a_year: f64,
}

/// Fits one model.
pub fn one(sides: &Sides<'_>, rows: &Rows, kind: Kind, season: Season, request: Request) -> Result<Segmented, Status> {
    let frequency = sides.series.frequency;
    let is_count = sides.series.measure.is_count();
    let columns = ChangeDesign::of(rows, kind, season, frequency);
    let n_columns = columns.terms.len();
    if rows.len() <= n_columns {
        return Err(Status::TooShort);
    }
    if season == Season::Month && has_empty_part(rows, frequency) {
        return Err(Status::Separated);
    }
    let log_offsets = rows.log_exposures.as_deref();
    let poisson = fit(&columns.design, Response::Poisson { amounts: &rows.amounts, log_offsets }).ok_or(Status::Separated)?;
    if poisson.coefficients[1..].iter().any(|coefficient| coefficient.abs() > SEPARATED) {
        return Err(Status::Separated);
    }
    let freedom = (rows.len() - n_columns) as f64;
    let spread = Spread::of(&poisson, &rows.positions, freedom, is_count);
    if spread.dispersion_used <= 0.0 {
        return Err(Status::NoVariation);
    }
    let residuals: Vec<f64> = rows.amounts.iter().zip(&poisson.fitted).map(|(amount, mean)| amount - mean).collect();
    let lag = hac_lag(rows.len());
    let factor = rows.len() as f64 / freedom;
    let sandwich = hac(&columns.design, &residuals, &poisson, &rows.positions, lag, factor);
    let needs_nb2 = is_count && (request.with_nb2 || request.errors == ErrorRule::Nb2);
    let nb2 = needs_nb2.then(|| negative_binomial::fit(&columns.design, &rows.amounts, log_offsets, &poisson));
    let own_nb2 = nb2.as_ref().and_then(Option::as_ref).filter(|_| request.errors == ErrorRule::Nb2);
    let quasi_ar1 = poisson.covariance.scaled(spread.variance_factor());
    let (rule, covariance) = match (request.errors, own_nb2) {
        (ErrorRule::Poisson, _) => (ErrorRule::Poisson, poisson.covariance.clone()),
        (ErrorRule::Quasi, _) => (ErrorRule::Quasi, poisson.covariance.scaled(spread.dispersion)),
        (ErrorRule::Hac, _) => (ErrorRule::Hac, sandwich.clone()),
        (ErrorRule::Nb2, Some(nb2)) => (ErrorRule::Nb2, nb2.covariance.clone()),
        (ErrorRule::QuasiAr1 | ErrorRule::Nb2, _) => (ErrorRule::QuasiAr1, quasi_ar1.clone()),
    };
    let reference = if rule == ErrorRule::Poisson { Reference::Normal } else { Reference::Student(freedom) };
    let fitted = Fitted {
        rows,
        columns: &columns,
        coefficients: own_nb2.map_or(&poisson.coefficients, |nb2| &nb2.coefficients),
        means: own_nb2.map_or(&poisson.fitted, |nb2| &nb2.fitted),
        covariance,
        reference,
        a_year: f64::from(frequency.periods_a_year()),
    };
    let errors = |covariance: &Symmetric| -> Vec<f64> { errors(covariance, &columns.scales) };
    let coef: Vec<f64> = fitted.coefficients.iter().zip(&columns.scales).map(|(own, scale)| own * scale).collect();
    let se = errors(&fitted.covariance);
    let p = coef.iter().zip(&se).map(|(coefficient, error)| reference.two_sided(coefficient / error)).collect();
    let log_likelihood = is_count.then(|| poisson_log_likelihood(&rows.amounts, &poisson.fitted));
    let slope_per_year = columns.at("slope").map(|at| fitted.exponential(at));
    let pre_trend_per_year = columns.at("trend").map(|at| fitted.exponential(at));
    let level = columns.at("level").expect("every kind has a level");
    let level_ratio = fitted.exponential(level);
    let averages = (kind != Kind::Ratio).then(|| fitted.averages());
    let is_flat = |estimate: &Option<Estimate>| estimate.as_ref().is_none_or(|own| own.low <= 1.0 && own.high >= 1.0);
    let plain = (kind == Kind::Full).then(|| {
        let step = Request { with_nb2: false, with_placebo: false, ..request };
        let step = (is_flat(&slope_per_year) && is_flat(&pre_trend_per_year)).then(|| one(sides, rows, Kind::Step, season, step));
        match step.and_then(Result::ok).and_then(|found| found.model.fit) {
            Some(step) => PlainModel { kind: Kind::Step.as_str(), level_ratio: step.level_ratio },
            None => PlainModel { kind: kind.as_str(), level_ratio },
        }
    });
    let curves = fitted.curves();
    let fit = ModelFit {
        terms: columns.terms.clone(),
        se_method: rule.as_str(),
        standard_errors: StandardErrors {
            poisson: errors(&poisson.covariance),
            quasi: errors(&poisson.covariance.scaled(spread.dispersion)),
            quasi_ar1: errors(&quasi_ar1),
            hac: errors(&sandwich),
            hac_lag: lag,
        },
        coef,
        se,
        p,
        n: rows.len(),
        df: rows.len() - n_columns,
        dispersion: spread.dispersion,
        pearson_chi2: spread.pearson_chi2,
        deviance: poisson_deviance(&rows.amounts, &poisson.fitted),
        resid_lag1: spread.lag1,
        resid_lag1_corrected: spread.lag1_corrected,
        variance_inflation: spread.inflation,
        aic: log_likelihood.map(|likelihood| -2.0 * likelihood + 2.0 * n_columns as f64),
        loglik: log_likelihood,
        level_ratio,
        ratio_at_month: if kind == Kind::Full { fitted.ratios_later(frequency) } else { Vec::new() },
        slope_per_year,
        pre_trend_per_year,
        average_ratio: averages.as_ref().map(|averages| averages.0.clone()),
        excess: averages.as_ref().map(|averages| averages.1.clone()),
        whole_period: averages.map(|averages| averages.2),
        ljung_box: ljung_box_test(&poisson, rows),
        placebo: if request.with_placebo && kind != Kind::Ratio { placebo(rows, season, frequency, is_count) } else { None },
        largest_residual: largest_residual(sides, rows, &poisson, spread.dispersion_used),
        nb2: nb2.map(|nb2| nb2_figures(nb2, &columns.scales)),
        plain,
    };
    let model =
        Model { status: Status::Ok, kind: Some(kind.as_str()), season: Some(season.as_str()), fallback: None, fit: Some(fit) };
    Ok(Segmented { model, curves })
}

fn has_empty_part(rows: &Rows, frequency: Frequency) -> bool {
    let is_empty = |part: u32| (0..rows.len()).all(|row| !rows.holds_part(row, part) || rows.amounts[row] == 0.0);
    (1..=frequency.periods_a_year() as u32).any(is_empty)
}

/// Returns standard errors a period.
fn errors(covariance: &Symmetric, scales: &[f64]) -> Vec<f64> {
    scales.iter().enumerate().map(|(at, scale)| scale * covariance.at(at, at).sqrt()).collect()
}

impl Fitted<'_> {
    /// Returns a logarithm with its error as a ratio with its interval.
    fn ratio(&self, logarithm: f64, error: f64) -> Estimate {
        let reach = self.reference.quantile() * error;
        let p = self.reference.two_sided(logarithm / error);
        Estimate::new(logarithm.exp(), (logarithm - reach).exp(), (logarithm + reach).exp(), p)
    }

    /// Returns the ratio of one coefficient; coefficients of time are a year in the design.
    fn exponential(&self, at: usize) -> Estimate {
        self.ratio(self.coefficients[at], self.covariance.at(at, at).sqrt())
    }

    /// Returns the ratio against the continued earlier trend now, half a year and nearly a year later.
    fn ratios_later(&self, frequency: Frequency) -> Vec<RatioAt> {
        let (Some(level), Some(slope)) = (self.columns.at("level"), self.columns.at("slope")) else { return Vec::new() };
        let later = match frequency {
            Frequency::Month => [0, 6, 11],
            Frequency::Quarter => [0, 2, 3],
            Frequency::Year => [0, 1, 2],
        };
        let at = |periods: i32| {
            let years = f64::from(periods) / self.a_year;
            let logarithm = self.coefficients[level] + years * self.coefficients[slope];
            let covariance = &self.covariance;
            let variance = covariance.at(level, level)
                + years * years * covariance.at(slope, slope)
                + 2.0 * years * covariance.at(level, slope);
            RatioAt { month: periods, ratio: self.ratio(logarithm, variance.sqrt()) }
        };
        later.into_iter().map(at).collect()
    }

    /// Returns a row of the design as it would be without the change.
    fn unchanged(&self, row: usize) -> Vec<f64> {
        let mut cells = self.columns.design.row(row).to_vec();
        for term in ["level", "slope"] {
            if let Some(at) = self.columns.at(term) {
                cells[at] = 0.0;
            }
        }
        cells
    }

    fn log_exposure(&self, row: usize) -> f64 {
        self.rows.log_exposures.as_ref().map_or(0.0, |exposures| exposures[row])
    }

    fn curves(&self) -> Vec<Curve> {
        let reach = self.reference.quantile();
        let curve = |row: usize| {
            let cells = self.unchanged(row);
            let logarithm = dot(&cells, self.coefficients) + self.log_exposure(row);
            let error = self.covariance.form(&cells, &cells).max(0.0).sqrt();
            Curve {
                fitted: self.means[row],
                counterfactual: logarithm.exp(),
                low: (logarithm - reach * error).exp(),
                high: (logarithm + reach * error).exp(),
            }
        };
        (0..self.rows.len()).map(curve).collect()
    }

    /// Returns average ratio and excess over the first periods after the change, and over all.
    fn averages(&self) -> (OverMonths, OverMonths, WholePeriod) {
        let n_before = self.rows.n_before();
        let n_after = self.rows.len() - n_before;
        let months = MOST_AVERAGED.min(n_after).min(n_before);
        let (_, _, ratio, excess) = self.average(n_before..n_before + months);
        let (sum_fitted, sum_counterfactual, average_ratio, whole_excess) = self.average(n_before..self.rows.len());
        let whole = WholePeriod { months: n_after, sum_fitted, sum_counterfactual, average_ratio, excess: whole_excess };
        (OverMonths { months, value: ratio }, OverMonths { months, value: excess }, whole)
    }

    /// Returns sums with and without the change over some rows, with their ratio and difference, intervals by the delta method.
    fn average(&self, rows: std::ops::Range<usize>) -> (f64, f64, Estimate, Estimate) {
        let n_columns = self.columns.terms.len();
        let (mut with, mut without) = (0.0, 0.0);
        let (mut slope_with, mut slope_without) = (vec![0.0; n_columns], vec![0.0; n_columns]);
        for row in rows {
            let cells = self.unchanged(row);
            let mean = self.means[row];
            let unchanged = (dot(&cells, self.coefficients) + self.log_exposure(row)).exp();
            with += mean;
            without += unchanged;
            for (at, cell) in self.columns.design.row(row).iter().enumerate() {
                slope_with[at] += mean * cell;
                slope_without[at] += unchanged * cells[at];
            }
        }
        let of_ratio: Vec<f64> =
            slope_with.iter().zip(&slope_without).map(|(left, right)| left / with - right / without).collect();
        let of_excess: Vec<f64> = slope_with.iter().zip(&slope_without).map(|(left, right)| left - right).collect();
        let error = |slopes: &[f64]| self.covariance.form(slopes, slopes).max(0.0).sqrt();
        let ratio = self.ratio((with / without).ln(), error(&of_ratio));
        let (excess, error) = (with - without, error(&of_excess));
        let reach = self.reference.quantile() * error;
        (with, without, ratio, Estimate::new(excess, excess - reach, excess + reach, self.reference.two_sided(excess / error)))
    }
}

fn ljung_box_test(poisson: &Fit, rows: &Rows) -> Option<LjungBox> {
    if rows.len() <= LJUNG_BOX_LAGS as usize + 2 {
        return None;
    }
    let statistic = ljung_box(&poisson.pearson, &rows.positions, LJUNG_BOX_LAGS);
    statistic.is_finite().then(|| LjungBox {
        lag: LJUNG_BOX_LAGS,
        statistic,
        p: chi_squared_above(statistic, f64::from(LJUNG_BOX_LAGS)),
    })
}

/// Returns the rank of the real date's step, in units of its error, among the steps at dates before it, fitted to what came before.
fn placebo(rows: &Rows, season: Season, frequency: Frequency, is_count: bool) -> Option<Placebo> {
    let real = step_in_errors(rows, season, frequency, is_count)?;
    let n_before = rows.n_before();
    let mut before = rows.first(n_before);
    let (mut rank, mut dates) = (1, 0);
    for first_after in FEWEST_A_SIDE..=n_before.saturating_sub(FEWEST_A_SIDE) {
        let shift = before.since[first_after];
        before.since.iter_mut().for_each(|since| *since -= shift);
        if let Some(step) = step_in_errors(&before, season, frequency, is_count) {
            dates += 1;
            rank += usize::from(step.abs() >= real.abs());
        }
    }
    (dates > 0).then_some(Placebo { rank, dates })
}

/// Returns the step of a model with one trend, divided by its default error.
fn step_in_errors(rows: &Rows, season: Season, frequency: Frequency, is_count: bool) -> Option<f64> {
    let columns = ChangeDesign::of(rows, Kind::Step, season, frequency);
    let n_columns = columns.terms.len();
    if rows.len() <= n_columns {
        return None;
    }
    let response = Response::Poisson { amounts: &rows.amounts, log_offsets: rows.log_exposures.as_deref() };
    let fit = fit(&columns.design, response)?;
    let level = columns.at("level")?;
    let spread = Spread::of(&fit, &rows.positions, (rows.len() - n_columns) as f64, is_count);
    let error = (spread.variance_factor() * fit.covariance.at(level, level)).sqrt();
    Some(fit.coefficients[level] / error).filter(|step| step.is_finite() && fit.coefficients[level].abs() < SEPARATED)
}

fn largest_residual(sides: &Sides<'_>, rows: &Rows, poisson: &Fit, dispersion: f64) -> Option<Outlier> {
    let row =
        (0..rows.len()).reduce(|top, row| if poisson.pearson[row].abs() > poisson.pearson[top].abs() { row } else { top })?;
    Some(Outlier {
        period: sides.series.frequency.period(sides.series.first + rows.positions[row]).to_string(),
        count: rows.amounts[row],
        residual: poisson.pearson[row] / dispersion.sqrt(),
    })
}

fn nb2_figures(fit: Option<NegativeBinomial>, scales: &[f64]) -> Nb2 {
    let Some(fit) = fit else { return Nb2 { status: "poisson_limit", fit: None } };
    let (gain, p) = fit.against_poisson();
    let n_columns = scales.len();
    let coef: Vec<f64> = fit.coefficients.iter().zip(scales).map(|(own, scale)| own * scale).collect();
    let figures = Nb2Fit {
        se_expected_given_theta: errors(&fit.covariance, scales),
        se_observed_joint: errors(&fit.joint_covariance, scales),
        se_log_alpha: fit.joint_covariance.at(n_columns, n_columns).sqrt(),
        alpha: fit.alpha,
        theta: 1.0 / fit.alpha,
        loglik: fit.log_likelihood,
        aic: -2.0 * fit.log_likelihood + 2.0 * (n_columns + 1) as f64,
        lr_vs_poisson: gain,
        lr_p_half_chi2: p,
        coef,
    };
    Nb2 { status: "ok", fit: Some(figures) }
}
