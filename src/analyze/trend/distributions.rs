//! Tails and quantiles of the few distributions that the tests need, over `statrs`; binomial ones stand apart.
//!
//! Tails are computed as tails, never as one minus the rest, so that small probabilities keep their digits.

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};

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
