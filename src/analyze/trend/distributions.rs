//! Tails and quantiles of the few distributions that the tests need, over `statrs`.
//!
//! Tails are computed as tails, never as one minus the rest, so that small probabilities keep their digits.

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};
use statrs::function::beta::{beta_reg, inv_beta_reg};

/// The level of all intervals.
pub const LEVEL: f64 = 0.95;
/// The probability above an interval.
pub const UPPER: f64 = (1.0 + LEVEL) / 2.0;

/// How an estimate divided by its error is distributed where nothing changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reference {
    Normal,
    /// Student's t with degrees of freedom.
    Student(f64),
}

impl Reference {
    /// Returns the half width of an interval in standard errors.
    pub fn quantile(self) -> f64 {
        match self {
            Reference::Normal => standard_normal().inverse_cdf(UPPER),
            Reference::Student(freedom) => students_t(freedom).map_or(f64::NAN, |student| polished(student, UPPER)),
        }
    }

    /// Returns the probability of a value at least as far from 0 on either side.
    pub fn two_sided(self, value: f64) -> f64 {
        if value.is_nan() {
            return f64::NAN;
        }
        match self {
            Reference::Normal => 2.0 * standard_normal().sf(value.abs()),
            Reference::Student(freedom) => students_t(freedom).map_or(f64::NAN, |student| 2.0 * student.sf(value.abs())),
        }
    }
}

/// Returns the probability of a value above that of chi-squared.
pub fn chi_squared_above(value: f64, freedom: f64) -> f64 {
    ChiSquared::new(freedom).map_or(f64::NAN, |distribution| distribution.sf(value))
}

/// Returns P(X ≤ x) of a binomial number.
pub fn binomial_at_most(x: u64, n: u64, probability: f64) -> f64 {
    if x >= n { 1.0 } else { beta_reg((n - x) as f64, x as f64 + 1.0, 1.0 - probability) }
}

/// Returns P(X ≥ x) of a binomial number.
pub fn binomial_at_least(x: u64, n: u64, probability: f64) -> f64 {
    if x == 0 { 1.0 } else { beta_reg(x as f64, (n - x) as f64 + 1.0, probability) }
}

/// Returns the odds `p / (1 - p)` of the quantile `p` of a beta distribution.
pub fn beta_quantile_odds(a: f64, b: f64, probability: f64) -> f64 {
    let start = inv_beta_reg(a, b, probability);
    // Newton's method on the logarithm of the odds keeps the digits of quantiles near 0 and 1.
    let mut log_odds = (start / (1.0 - start)).ln();
    for _ in 0..20 {
        let share = 1.0 / (1.0 + (-log_odds).exp());
        let rest = 1.0 / (1.0 + log_odds.exp());
        let density = (a * share.ln() + b * rest.ln() - statrs::function::beta::ln_beta(a, b)).exp();
        let step = (beta_reg(a, b, share) - probability) / density;
        if !step.is_finite() {
            break;
        }
        log_odds -= step.clamp(-1.0, 1.0);
        if step.abs() < 1e-13 {
            break;
        }
    }
    log_odds.exp()
}

/// Returns the quantile of Student's t, corrected once by its density.
fn polished(student: StudentsT, probability: f64) -> f64 {
    use statrs::distribution::Continuous;
    let start = student.inverse_cdf(probability);
    start + (student.sf(start) - (1.0 - probability)) / student.pdf(start)
}

fn students_t(freedom: f64) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, freedom).ok()
}

fn standard_normal() -> Normal {
    Normal::standard()
}
