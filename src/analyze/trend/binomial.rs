//! Binomial tails and the odds at which a tail has a given size, for any number of trials.
//!
//! In: counts. Out: probabilities that keep their digits, however small they are or however many the trials. General libraries end the
//! continued fraction of the incomplete beta function after a fixed number of steps and take its factor from differences of large
//! logarithms; a year of customs declarations is beyond that. Single probabilities follow Loader (2000): "Fast and accurate
//! computation of binomial probabilities".

use std::f64::consts::TAU;

/// Continued fractions end here at the latest; near the mean they need about as many steps as the root of the trials.
const MOST_STEPS: usize = 400_000;
const CONVERGED: f64 = 1e-15;

/// Returns P(X = x).
pub fn probability(x: u64, n: u64, share: f64) -> f64 {
    point(x as f64, n as f64, share, 1.0 - share)
}

/// Returns P(X ≤ x).
pub fn at_most(x: u64, n: u64, share: f64) -> f64 {
    if x >= n { 1.0 } else { beta_below((n - x) as f64, x as f64 + 1.0, 1.0 - share, share) }
}

/// Returns P(X ≥ x).
pub fn at_least(x: u64, n: u64, share: f64) -> f64 {
    if x == 0 { 1.0 } else { beta_below(x as f64, (n - x) as f64 + 1.0, share, 1.0 - share) }
}

/// Returns the odds `share / (1 - share)` at which P(X ≥ x) is a tail below one half; `x` is at least 1.
pub fn odds_of_at_least(x: u64, n: u64, tail: f64) -> f64 {
    let (a, b) = (x as f64, (n - x) as f64 + 1.0);
    // The logarithm of a tail is nearly straight in the logarithm of the odds: Newton's method, kept between known bounds.
    let (mut low, mut high) = (-745.0, 745.0);
    let mut log_odds = (a / b).ln() - 2.0 * (1.0 / a + 1.0 / b).sqrt();
    for _ in 0..200 {
        let (share, rest) = (1.0 / (1.0 + (-log_odds).exp()), 1.0 / (1.0 + log_odds.exp()));
        let own = beta_below(a, b, share, rest);
        if own < tail {
            low = log_odds;
        } else {
            high = log_odds;
        }
        let slope = a * factor(a, b, share, rest) / own;
        let step = (tail / own).ln() / slope;
        let next = if step.is_finite() { log_odds + step } else { f64::NAN };
        let next = if next > low && next < high { next } else { (low + high) / 2.0 };
        let is_done = (next - log_odds).abs() <= 1e-14 * (1.0 + log_odds.abs());
        log_odds = next;
        if is_done {
            break;
        }
    }
    log_odds.exp()
}

/// Returns the regularized incomplete beta function at `share`, with `rest` being one less it; `a` and `b` are whole.
fn beta_below(a: f64, b: f64, share: f64, rest: f64) -> f64 {
    if share >= (a + 1.0) / (a + b + 2.0) {
        1.0 - factor(b, a, rest, share) * continued_fraction(b, a, rest)
    } else {
        factor(a, b, share, rest) * continued_fraction(a, b, share)
    }
}

/// Returns `share^a rest^b / (a B(a, b))`.
fn factor(a: f64, b: f64, share: f64, rest: f64) -> f64 {
    point(a, a + b - 1.0, share, rest) * rest
}

/// Returns the continued fraction of the incomplete beta function, by Lentz's method.
fn continued_fraction(a: f64, b: f64, share: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * share / (a + 1.0));
    let mut fraction = d;
    for step in 1..MOST_STEPS {
        let m = step as f64;
        let even = m * (b - m) * share / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * share / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < CONVERGED {
            break;
        }
    }
    fraction
}

/// Returns the probability of `x` of `n`, as a saddle point with its error.
fn point(x: f64, n: f64, share: f64, rest: f64) -> f64 {
    if x == 0.0 {
        return if n == 0.0 { 1.0 } else { (n * ln_of_rest(share, rest)).exp() };
    }
    if x == n {
        return (n * ln_of_rest(rest, share)).exp();
    }
    let logarithm = stirling_error(n)
        - stirling_error(x)
        - stirling_error(n - x)
        - deviance_part(x, n * share)
        - deviance_part(n - x, n * rest);
    logarithm.exp() * (n / (TAU * x * (n - x))).sqrt()
}

/// Returns the logarithm of `rest`, from the smaller of the two.
fn ln_of_rest(share: f64, rest: f64) -> f64 {
    if share < rest { (-share).ln_1p() } else { rest.ln() }
}

/// Returns `ln n!` less Stirling's formula, for whole numbers.
fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        let factorial: f64 = (1..=n as u32).map(f64::from).product();
        return factorial.ln() - (0.5 * (TAU * n).ln() + n * n.ln() - n);
    }
    let square = n * n;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / square) / square) / square) / square) / n
}

/// Returns `x ln(x / mean) + mean - x` without the cancellation where both are near.
fn deviance_part(x: f64, mean: f64) -> f64 {
    if (x - mean).abs() >= 0.1 * (x + mean) {
        return x * (x / mean).ln() + mean - x;
    }
    let ratio = (x - mean) / (x + mean);
    let mut sum = (x - mean) * ratio;
    let mut term = 2.0 * x * ratio;
    for step in 1..1000 {
        term *= ratio * ratio;
        let next = sum + term / f64::from(2 * step + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_add_up_to_one() {
        for n in [1, 7, 60, 5_000, 3_000_000] {
            for part in [0.0, 0.001, 0.3, 0.5, 0.97] {
                let (x, share) = ((part * n as f64) as u64, 0.4);
                let sum = at_most(x, n, share) + at_least(x, n, share) - probability(x, n, share);
                assert!((sum - 1.0).abs() < 1e-9, "{x} of {n}: {sum}");
            }
        }
    }

    #[test]
    fn odds_give_back_their_tail() {
        for (x, n) in [(1, 1), (1, 40), (39, 40), (40, 40), (700, 1_500), (500_000, 1_200_000), (3, 2_000_000_000)] {
            let odds = odds_of_at_least(x, n, 0.025);
            let tail = at_least(x, n, odds / (1.0 + odds));
            assert!((tail / 0.025 - 1.0).abs() < 1e-8, "{x} of {n}: odds {odds}, tail {tail}");
        }
    }

    #[test]
    fn many_trials_have_their_known_tail() {
        // At the mean of very many trials a tail is one half and half a step of the normal density.
        let n = 4_000_000_u64;
        let expected = 0.5 + 0.5 / (TAU * n as f64 / 4.0).sqrt();
        assert!((at_least(n / 2, n, 0.5) / expected - 1.0).abs() < 1e-9);
    }
}
