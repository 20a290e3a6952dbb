//! The exact test of a ratio of two rates: how the events fall on two spans, given how many there are.
//!
//! In: events and lengths of two spans. Out: the ratio, its Clopper-Pearson interval and tails. Under no change the events after are
//! a binomial share of all events; nothing is assumed but that events come one by one.

use super::binomial::{at_least, at_most, odds_of_at_least, probability};
use super::distributions::UPPER;
use crate::model::trend_change::ExactRatio;

/// Two outcomes whose probabilities differ by less than this share are equally likely; more is rounding.
const EQUALLY_LIKELY: f64 = 1.0 + 1e-7;

/// More events than this are not tested exactly: chance is nothing there beside what makes months differ.
const MOST_EVENTS: u64 = 10_000_000_000;

/// Returns the exact test of `after` events in `periods_after` against `before` in `periods_before`; `None` without
/// events or with too many.
pub fn exact_ratio(after: u64, periods_after: f64, before: u64, periods_before: f64) -> Option<ExactRatio> {
    let n = after + before;
    if n == 0 || n > MOST_EVENTS || periods_after <= 0.0 || periods_before <= 0.0 {
        return None;
    }
    let share = periods_after / (periods_before + periods_after);
    let (less, greater) = (at_most(after, n, share), at_least(after, n, share));
    let per_odds = periods_before / periods_after;
    let (x1, x0) = (after as f64, before as f64);
    let low = |tail: f64| if after == 0 { 0.0 } else { odds_of_at_least(after, n, tail) * per_odds };
    // The upper bound is the lower one with the sides turned round.
    let high = |tail: f64| if before == 0 { f64::INFINITY } else { per_odds / odds_of_at_least(before, n, tail) };
    let here = probability(after, n, share);
    let (mid_least, mid_most) = (tail_beyond(greater, here), tail_beyond(less, here));
    Some(ExactRatio {
        ratio: (x1 / periods_after) / (x0 / periods_before),
        ratio_add_half: ((x1 + 0.5) / periods_after) / ((x0 + 0.5) / periods_before),
        low: low(1.0 - UPPER),
        high: high(1.0 - UPPER),
        low_90: low(0.05),
        high_90: high(0.05),
        p: (2.0 * less.min(greater)).min(1.0),
        p_minimum_likelihood: minimum_likelihood(after, n, share),
        p_mid: (2.0 * mid_least.min(mid_most)).min(1.0),
        p_greater: greater,
        p_less: less,
    })
}

/// Returns a tail that holds its own first outcome by half only.
fn tail_beyond(tail: f64, here: f64) -> f64 {
    tail - here / 2.0
}

/// Returns the probability of all outcomes that are at most as likely as the one seen.
fn minimum_likelihood(x: u64, n: u64, share: f64) -> f64 {
    let mode = ((n as f64 * share).floor() as u64).min(n);
    let bound = probability(x, n, share) * EQUALLY_LIKELY;
    let is_as_unlikely = |other: u64| probability(other, n, share) <= bound;
    if x as f64 == n as f64 * share {
        return 1.0;
    }
    // Probabilities fall away from the mode, so the other side's outcomes are those beyond one bound.
    let p = if (x as f64) < n as f64 * share {
        let first = first_where(mode + 1, n + 1, is_as_unlikely);
        at_most(x, n, share) + if first > n { 0.0 } else { at_least(first, n, share) }
    } else {
        let back = first_where(0, mode + 1, |back| is_as_unlikely(mode - back));
        at_least(x, n, share) + if back > mode { 0.0 } else { at_most(mode - back, n, share) }
    };
    p.min(1.0)
}

/// Returns the first number from `low` on, below `end`, for which a condition holds that once true stays true; else `end`.
fn first_where(low: u64, end: u64, condition: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut end) = (low, end);
    while low < end {
        let middle = low + (end - low) / 2;
        if condition(middle) {
            end = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
