//! The exact test of a table of two by two: treated and control, before and after, with all margins held.
//!
//! In: four counts. Out: Fisher's p, the conditional estimate of the ratio of ratios and its exact interval. Given the margins, the
//! count of one cell follows the noncentral hypergeometric distribution, whose only parameter is that ratio.

use super::distributions::UPPER;
use crate::model::trend_change::FisherTest;

/// Two outcomes whose probabilities differ by less than this share are equally likely; more is rounding.
const EQUALLY_LIKELY: f64 = 1e-7;

/// Cells with more outcomes than this are not enumerated: intervals of the share model are as good there.
const MOST_OUTCOMES: u64 = 2_000_000;

/// Logarithms this far below the largest add nothing.
const NEGLIGIBLE: f64 = 60.0;

/// Tests the table; `None` where a margin is empty or the counts are too large to enumerate.
pub fn fisher(treated_after: u64, treated_before: u64, control_after: u64, control_before: u64) -> Option<FisherTest> {
    let table = Table::of(treated_after, treated_before, control_after, control_before)?;
    let at = (treated_after - table.first) as usize;
    let last = table.log_weights.len() - 1;
    let tail = 1.0 - UPPER;
    // Each bound is where the count seen just enters a tail; where it is the last possible one, there is no bound.
    let low = if at == 0 { 0.0 } else { table.root(|log_ratio| table.ln_tail(at, true, log_ratio) - tail.ln()) };
    let high = if at == last { f64::INFINITY } else { table.root(|log_ratio| tail.ln() - table.ln_tail(at, false, log_ratio)) };
    let estimate = match at {
        0 => 0.0,
        at if at == last => f64::INFINITY,
        _ => table.root(|log_ratio| table.mean(log_ratio) - at as f64),
    };
    Some(FisherTest { p: table.minimum_likelihood(at), conditional_estimate: estimate, low, high })
}

struct Table {
    /// The smallest possible count of the cell.
    first: u64,
    /// Logarithms of the weights of each possible count under a ratio of 1, the largest being 0.
    log_weights: Vec<f64>,
}

impl Table {
    fn of(treated_after: u64, treated_before: u64, control_after: u64, control_before: u64) -> Option<Table> {
        let treated = treated_after + treated_before;
        let after = treated_after + control_after;
        let control = control_after + control_before;
        let all = treated + control;
        if treated == 0 || control == 0 || after == 0 || after == all {
            return None;
        }
        let (first, last) = (after.saturating_sub(control), treated.min(after));
        if last - first > MOST_OUTCOMES {
            return None;
        }
        let mut log_weights = vec![0.0];
        let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
        for count in first..last {
            let up = (treated - count) as f64 * (after - count) as f64;
            let down = (count + 1) as f64 * (control + count + 1 - after) as f64;
            // The sum of many logarithms is kept together with what rounding took from it.
            let part = (up / down).ln() - lost;
            let next = sum + part;
            lost = (next - sum) - part;
            sum = next;
            log_weights.push(sum);
        }
        let largest = log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        log_weights.iter_mut().for_each(|weight| *weight -= largest);
        Some(Table { first, log_weights })
    }

    /// Returns the place of the most likely count: logarithms of weights are concave.
    fn mode(&self, log_ratio: f64) -> usize {
        let weight = |at: usize| self.log_weights[at] + at as f64 * log_ratio;
        let (mut low, mut high) = (0, self.log_weights.len() - 1);
        while low < high {
            let middle = (low + high) / 2;
            if weight(middle + 1) > weight(middle) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Returns the logarithm of the sum of weights and the mean place, over the places that matter.
    fn sums(&self, log_ratio: f64) -> (f64, f64) {
        let mode = self.mode(log_ratio);
        let top = self.log_weights[mode] + mode as f64 * log_ratio;
        let (mut sum, mut moment) = (0.0, 0.0);
        let mut add = |at: usize| -> bool {
            let log_weight = self.log_weights[at] + at as f64 * log_ratio - top;
            let weight = log_weight.exp();
            sum += weight;
            moment += weight * (at as f64 - mode as f64);
            log_weight > -NEGLIGIBLE
        };
        let _ = (mode..self.log_weights.len()).all(&mut add);
        let _ = (0..mode).rev().all(&mut add);
        (top + sum.ln(), mode as f64 + moment / sum)
    }

    fn mean(&self, log_ratio: f64) -> f64 {
        self.sums(log_ratio).1
    }

    /// Returns the logarithm of the probability of a place and all above it, or all below it.
    fn ln_tail(&self, from: usize, is_upper: bool, log_ratio: f64) -> f64 {
        let places: Box<dyn Iterator<Item = usize>> =
            if is_upper { Box::new(from..self.log_weights.len()) } else { Box::new((0..=from).rev()) };
        let mode = self.mode(log_ratio);
        // The largest weight of the tail: at its border, or at the mode where that lies inside.
        let peak = if is_upper { mode.max(from) } else { mode.min(from) };
        let top = self.log_weights[peak] + peak as f64 * log_ratio;
        let mut sum = 0.0;
        for at in places {
            let log_weight = self.log_weights[at] + at as f64 * log_ratio - top;
            sum += log_weight.exp();
            let is_past_peak = if is_upper { at > peak } else { at < peak };
            if is_past_peak && log_weight < -NEGLIGIBLE {
                break;
            }
        }
        top + sum.ln() - self.sums(log_ratio).0
    }

    /// Returns the probability of all counts at most as likely as the one seen, under a ratio of 1.
    fn minimum_likelihood(&self, seen: usize) -> f64 {
        let bound = self.log_weights[seen] + EQUALLY_LIKELY;
        let mode = self.mode(0.0);
        let is_as_unlikely = |at: &usize| self.log_weights[*at] <= bound;
        let below = (0..=mode).rev().find(is_as_unlikely);
        let above = (mode..self.log_weights.len()).find(is_as_unlikely);
        match (below, above) {
            (Some(below), Some(above)) if below == above => 1.0,
            (below, above) => {
                let below = below.map_or(0.0, |at| self.ln_tail(at, false, 0.0).exp());
                let above = above.map_or(0.0, |at| self.ln_tail(at, true, 0.0).exp());
                (below + above).min(1.0)
            }
        }
    }

    /// Returns the ratio at which a function that rises with it is 0.
    fn root(&self, function: impl Fn(f64) -> f64) -> f64 {
        let (mut low, mut high) = (-1.0, 1.0);
        while function(low) > 0.0 && low > -700.0 {
            low *= 2.0;
        }
        while function(high) < 0.0 && high < 700.0 {
            high *= 2.0;
        }
        for _ in 0..200 {
            let middle = (low + high) / 2.0;
            if high - low < 1e-13 * (1.0 + middle.abs()) {
                break;
            }
            if function(middle) < 0.0 { low = middle } else { high = middle }
        }
        ((low + high) / 2.0).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lady_tasting_tea() {
        let test = fisher(3, 1, 1, 3).expect("no margin is empty");
        assert!((test.p - 34.0 / 70.0).abs() < 1e-12, "{test:?}");
        let least = fisher(0, 4, 4, 0).expect("no margin is empty");
        assert!((least.p - 2.0 / 70.0).abs() < 1e-12, "{least:?}");
        assert_eq!((least.low, least.conditional_estimate), (0.0, 0.0));
        assert_eq!(fisher(0, 0, 4, 3), None);
    }
}
