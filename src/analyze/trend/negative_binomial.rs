//! The negative binomial model: variance `mean + alpha · mean²`, by maximum likelihood.
//!
//! In: a design and counts. Out: coefficients, alpha, errors, the likelihood against that of Poisson. Coefficients given alpha and
//! alpha given coefficients are improved in turn; the two are nearly independent of each other. Where alpha runs to 0 the model is
//! Poisson's and says so by being absent.

use super::distributions::chi_squared_above;
use super::fit::{Design, Fit, dot};
use super::normal_equations::{MAX_COLUMNS, Symmetric};
use statrs::function::gamma::{digamma, ln_gamma};

/// Below this alpha there is nothing beyond Poisson to be seen.
const POISSON_LIMIT: f64 = 1e-4;
const CONVERGED: f64 = 1e-12;
const ROUNDING: f64 = 1e-8;
const MAX_ROUNDS: usize = 200;
/// Differences of gamma functions of counts up to this are sums, which keep their digits however small alpha is.
const SUMMED: f64 = 200.0;

/// A negative binomial fit.
#[derive(Debug, Clone)]
pub struct NegativeBinomial {
    pub coefficients: Vec<f64>,
    pub fitted: Vec<f64>,
    pub alpha: f64,
    /// The inverse of the expected information, alpha taken as known.
    pub covariance: Symmetric,
    /// The inverse of the observed information of coefficients and the logarithm of alpha.
    pub joint_covariance: Symmetric,
    pub log_likelihood: f64,
    pub log_likelihood_poisson: f64,
}

impl NegativeBinomial {
    /// Returns twice the gain in likelihood over Poisson, and its p-value: alpha lies on the border of what it can be, so half of
    /// chi-squared.
    pub fn against_poisson(&self) -> (f64, f64) {
        let gain = 2.0 * (self.log_likelihood - self.log_likelihood_poisson);
        (gain, 0.5 * chi_squared_above(gain.max(0.0), 1.0))
    }
}

/// Fits the model, starting from the Poisson fit; `None` at the Poisson limit or without convergence.
pub fn fit(design: &Design, counts: &[f64], log_offsets: Option<&[f64]>, poisson: &Fit) -> Option<NegativeBinomial> {
    let size = design.n_columns();
    let mut coefficients = poisson.coefficients.clone();
    let excess = |(count, mean): (&f64, &f64)| ((count - mean).powi(2) - mean) / mean.powi(2);
    let moment = counts.iter().zip(&poisson.fitted).map(excess).sum::<f64>() / counts.len() as f64;
    let mut log_alpha = moment.max(1e-3).ln();
    let means = |coefficients: &[f64]| -> Vec<f64> {
        let offset = |at: usize| log_offsets.map_or(0.0, |offsets| offsets[at]);
        design.rows().enumerate().map(|(at, row)| (dot(row, coefficients) + offset(at)).exp()).collect()
    };
    let mut last_step = f64::INFINITY;
    for _ in 0..MAX_ROUNDS {
        let alpha = log_alpha.exp();
        let fitted = means(&coefficients);
        let mut information = Symmetric::zero(size);
        let mut step = [0.0; MAX_COLUMNS];
        for (at, row) in design.rows().enumerate() {
            let shrink = 1.0 + alpha * fitted[at];
            information.add_row(fitted[at] / shrink, row);
            for (sum, cell) in step.iter_mut().zip(row) {
                *sum += (counts[at] - fitted[at]) / shrink * cell;
            }
        }
        information.factor()?.solve(&mut step[..size]);
        for (coefficient, part) in coefficients.iter_mut().zip(&step) {
            *coefficient += part.clamp(-2.0, 2.0);
        }
        let fitted = means(&coefficients);
        let (slope, curvature) = alpha_derivatives(counts, &fitted, log_alpha);
        // Where the likelihood is not concave in the logarithm of alpha, a step of fixed length in the right direction does.
        let alpha_step = if curvature < 0.0 { (-slope / curvature).clamp(-1.0, 1.0) } else { slope.signum() };
        log_alpha += alpha_step;
        if !log_alpha.is_finite() || log_alpha < POISSON_LIMIT.ln() - 3.0 {
            return None;
        }
        let longest = step[..size].iter().fold(alpha_step.abs(), |longest, part| longest.max(part.abs()));
        if longest < CONVERGED || (longest < ROUNDING && longest >= last_step) {
            return (log_alpha.exp() >= POISSON_LIMIT)
                .then(|| finish(design, counts, means(&coefficients), coefficients, log_alpha, poisson))?;
        }
        last_step = longest;
    }
    None
}

fn finish(
    design: &Design,
    counts: &[f64],
    fitted: Vec<f64>,
    coefficients: Vec<f64>,
    log_alpha: f64,
    poisson: &Fit,
) -> Option<NegativeBinomial> {
    let size = design.n_columns();
    let alpha = log_alpha.exp();
    let (mut expected, mut joint) = (Symmetric::zero(size), Symmetric::zero(size + 1));
    let mut crossed = [0.0; MAX_COLUMNS];
    for (at, row) in design.rows().enumerate() {
        let (count, mean) = (counts[at], fitted[at]);
        let shrink = 1.0 + alpha * mean;
        expected.add_row(mean / shrink, row);
        joint.add_row(mean * (1.0 + alpha * count) / (shrink * shrink), row);
        for (sum, cell) in crossed.iter_mut().zip(row) {
            *sum += (count - mean) * alpha * mean / (shrink * shrink) * cell;
        }
    }
    joint.mirror();
    for (column, value) in crossed[..size].iter().enumerate() {
        joint.set(size, column, *value);
    }
    joint.set(size, size, -alpha_derivatives(counts, &fitted, log_alpha).1);
    let likelihood = counts.iter().zip(&fitted).map(|(count, mean)| ln_probability(*count, *mean, 1.0 / alpha)).sum();
    Some(NegativeBinomial {
        covariance: expected.factor()?.inverse(),
        joint_covariance: joint.factor()?.inverse(),
        log_likelihood: likelihood,
        log_likelihood_poisson: poisson_log_likelihood(counts, &poisson.fitted),
        coefficients,
        fitted,
        alpha,
    })
}

/// Returns the logarithm of the likelihood of counts under a Poisson model.
pub fn poisson_log_likelihood(counts: &[f64], fitted: &[f64]) -> f64 {
    let part = |(count, mean): (&f64, &f64)| {
        let logarithm = if *count > 0.0 { count * mean.ln() } else { 0.0 };
        logarithm - mean - ln_gamma(count + 1.0)
    };
    counts.iter().zip(fitted).map(part).sum()
}

fn ln_probability(count: f64, mean: f64, theta: f64) -> f64 {
    let ways = if count <= SUMMED {
        (0..count as u32).map(|below| (theta + f64::from(below)).ln()).sum()
    } else {
        ln_gamma(count + theta) - ln_gamma(theta)
    };
    let logarithm = if count > 0.0 { count * (mean / (theta + mean)).ln() } else { 0.0 };
    ways - ln_gamma(count + 1.0) - theta * (mean / theta).ln_1p() + logarithm
}

/// Returns the first two derivatives of the log-likelihood by the logarithm of alpha.
fn alpha_derivatives(counts: &[f64], fitted: &[f64], log_alpha: f64) -> (f64, f64) {
    let theta = (-log_alpha).exp();
    let (mut first, mut second) = (0.0, 0.0);
    for (count, mean) in counts.iter().zip(fitted) {
        let (sum, squares) = if *count <= SUMMED {
            (0..*count as u32).fold((0.0, 0.0), |(sum, squares), below| {
                let part = 1.0 / (theta + f64::from(below));
                (sum + part, squares - part * part)
            })
        } else {
            (digamma(count + theta) - digamma(theta), trigamma(count + theta) - trigamma(theta))
        };
        let all = theta + mean;
        first += sum - (mean / theta).ln_1p() + (mean - count) / all;
        second += squares + 1.0 / theta - 2.0 / all + (count + theta) / (all * all);
    }
    (-theta * first, theta * first + theta * theta * second)
}

/// Returns the second derivative of the logarithm of the gamma function, by its series for large numbers.
fn trigamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 20.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = 1.0 / 6.0 + square * (-1.0 / 30.0 + square * (1.0 / 42.0 + square * (-1.0 / 30.0 + square * (5.0 / 66.0))));
    sum + 1.0 / x + square / 2.0 + square / x * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trigamma_has_its_known_values() {
        let square = std::f64::consts::PI.powi(2);
        assert!((trigamma(1.0) - square / 6.0).abs() < 1e-14);
        assert!((trigamma(0.5) - square / 2.0).abs() < 1e-13);
    }
}
