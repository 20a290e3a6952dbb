//! How far coefficients may be off: dispersion, autocorrelation, and the errors that follow.
//!
//! In: a fit and the periods of its rows. Out: the spread of the residuals and covariances. The default error widens the one of a
//! Poisson fit by dispersion (never below 1 for counts) and by the autocorrelation of neighboring periods, which plain
//! quasi-Poisson errors leave out and Newey-West errors take up only in long series.

use super::fit::{Design, Fit};
use super::normal_equations::{MAX_COLUMNS, Symmetric};
use serde::Serialize;

/// The rule by which errors are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorRule {
    /// Quasi-Poisson, at least Poisson for counts, widened by autocorrelation.
    #[default]
    QuasiAr1,
    Poisson,
    Quasi,
    /// Newey and West: heteroskedasticity and autocorrelation up to a lag.
    Hac,
    /// A negative binomial model instead of the Poisson one.
    Nb2,
}

impl ErrorRule {
    pub const ALL: [ErrorRule; 5] = [ErrorRule::QuasiAr1, ErrorRule::Poisson, ErrorRule::Quasi, ErrorRule::Hac, ErrorRule::Nb2];

    pub fn as_str(self) -> &'static str {
        match self {
            ErrorRule::QuasiAr1 => "quasi_ar1",
            ErrorRule::Poisson => "poisson",
            ErrorRule::Quasi => "quasi",
            ErrorRule::Hac => "hac",
            ErrorRule::Nb2 => "nb2",
        }
    }
}

/// The corrected autocorrelation is taken for no more than this: beyond it no error is honest.
const MOST_CORRELATED: f64 = 0.9;

/// Chi-squared below this share of the amounts is rounding.
const ROUNDING: f64 = 1e-24;

/// How residuals spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub freedom: f64,
    pub pearson_chi2: f64,
    pub dispersion: f64,
    /// The dispersion that errors use.
    pub dispersion_used: f64,
    pub lag1: f64,
    /// With what fitting takes from it given back.
    pub lag1_corrected: f64,
    pub inflation: f64,
}

impl Spread {
    /// Returns the spread of a fit's residuals. Only neighboring periods make a pair; `freedom` is rows less coefficients.
    pub fn of(fit: &Fit, positions: &[i32], freedom: f64, has_floor: bool) -> Spread {
        let (pearson, n_columns) = (&fit.pearson, fit.coefficients.len());
        let pearson_chi2: f64 = pearson.iter().map(|residual| residual * residual).sum();
        // A series without variation has residuals of rounding alone; these resemble each other, and mean nothing.
        let is_rounding = pearson_chi2 < ROUNDING * fit.fitted.iter().sum::<f64>();
        let pearson_chi2 = if is_rounding { 0.0 } else { pearson_chi2 };
        let lag1 = if pearson_chi2 > 0.0 { lagged_products(pearson, positions, 1) / pearson_chi2 } else { 0.0 };
        // The residuals of an independent series correlate by about -k/n.
        let lag1_corrected = (lag1 + n_columns as f64 / pearson.len() as f64).clamp(0.0, MOST_CORRELATED);
        let dispersion = pearson_chi2 / freedom;
        Spread {
            freedom,
            pearson_chi2,
            dispersion,
            dispersion_used: if has_floor { dispersion.max(1.0) } else { dispersion },
            lag1,
            lag1_corrected,
            inflation: (1.0 + lag1_corrected) / (1.0 - lag1_corrected),
        }
    }

    /// Returns by what the variances of a Poisson fit are multiplied.
    pub fn variance_factor(&self) -> f64 {
        self.dispersion_used * self.inflation
    }
}

/// Returns the sum of products of residuals `lag` periods apart.
fn lagged_products(residuals: &[f64], positions: &[i32], lag: i32) -> f64 {
    let mut sum = 0.0;
    let mut earlier = 0;
    for (at, position) in positions.iter().enumerate() {
        while positions[earlier] < position - lag {
            earlier += 1;
        }
        if positions[earlier] == position - lag {
            sum += residuals[at] * residuals[earlier];
        }
    }
    sum
}

/// Returns how many lags Newey-West errors take up for a number of rows.
pub fn hac_lag(n_rows: usize) -> i32 {
    (4.0 * (n_rows as f64 / 100.0).powf(2.0 / 9.0)).floor() as i32
}

/// Returns the Newey-West covariance with Bartlett weights. Lags are calendar lags: a period that is left out has a score of 0.
pub fn hac(design: &Design, residuals: &[f64], fit: &Fit, positions: &[i32], lag: i32, factor: f64) -> Symmetric {
    let size = design.n_columns();
    let mut middle = Symmetric::zero(size);
    let score = |row: usize| -> [f64; MAX_COLUMNS] {
        let mut score = [0.0; MAX_COLUMNS];
        for (to, cell) in score.iter_mut().zip(design.row(row)) {
            *to = cell * residuals[row];
        }
        score
    };
    let scores: Vec<[f64; MAX_COLUMNS]> = (0..design.n_rows()).map(score).collect();
    for distance in 0..=lag {
        let weight = 1.0 - f64::from(distance) / f64::from(lag + 1);
        let mut earlier = 0;
        for (at, position) in positions.iter().enumerate() {
            while positions[earlier] < position - distance {
                earlier += 1;
            }
            if positions[earlier] != position - distance {
                continue;
            }
            for row in 0..size {
                for column in 0..=row {
                    let both = scores[at][row] * scores[earlier][column] + scores[earlier][row] * scores[at][column];
                    let sum = middle.at(row, column) + weight * if distance == 0 { both / 2.0 } else { both };
                    middle.set(row, column, sum);
                }
            }
        }
    }
    fit.covariance.around(&middle).scaled(factor)
}

/// Returns Ljung and Box's statistic over some lags; pairs are neighbors in the calendar, so that gaps make none.
pub fn ljung_box(pearson: &[f64], positions: &[i32], n_lags: i32) -> f64 {
    let n = pearson.len() as f64;
    let mean = pearson.iter().sum::<f64>() / n;
    let centered: Vec<f64> = pearson.iter().map(|residual| residual - mean).collect();
    let all: f64 = centered.iter().map(|residual| residual * residual).sum();
    let part = |lag: i32| {
        let correlation = lagged_products(&centered, positions, lag) / all;
        correlation * correlation / (n - f64::from(lag))
    };
    n * (n + 2.0) * (1..=n_lags).map(part).sum::<f64>()
}
