//! Several levels in a row: the exact best division of a series, however many levels that takes.
//!
//! In: amounts of all observed periods and a penalty a level. Out: where each further level starts. There is no p-value: this looks
//! around, it does not test. With a strong season it follows the season.

/// The shortest level, in periods.
pub const SHORTEST: usize = 6;
/// A longer series is not divided: the time goes with the square.
pub const MOST_PERIODS: usize = 400;

/// A division of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Division {
    /// The first row of each further level.
    pub starts: Vec<usize>,
    pub cost: f64,
}

/// Returns the division with the least cost plus penalty a further level.
pub fn divide(amounts: &[f64], penalty: f64) -> Option<Division> {
    let n = amounts.len();
    let costs = Costs::of(amounts);
    // The least cost of the first rows, and where their last level starts.
    let mut best: Vec<Option<(f64, usize)>> = vec![None; n + 1];
    best[0] = Some((0.0, 0));
    for end in SHORTEST..=n {
        for start in 0..=end - SHORTEST {
            let Some((before, _)) = best[start] else { continue };
            let cost = before + costs.level(start, end) + if start > 0 { penalty } else { 0.0 };
            if best[end].is_none_or(|(least, _)| cost < least) {
                best[end] = Some((cost, start));
            }
        }
    }
    let (cost, _) = best[n]?;
    let mut starts = Vec::new();
    let mut end = n;
    while let Some((_, start)) = best[end].filter(|(_, start)| *start > 0) {
        starts.push(start);
        end = start;
    }
    starts.reverse();
    Some(Division { starts, cost })
}

/// Returns the best division with a fixed number of further levels.
pub fn divide_into(amounts: &[f64], n_further: usize) -> Option<Division> {
    let n = amounts.len();
    let costs = Costs::of(amounts);
    // By number of levels: the least cost of the first rows, and where their last level starts.
    let mut best: Vec<Vec<Option<(f64, usize)>>> = vec![vec![None; n + 1]; n_further + 1];
    for levels in 0..=n_further {
        for end in SHORTEST..=n {
            let starts = if levels == 0 { 0..1 } else { SHORTEST..(end + 1).saturating_sub(SHORTEST) };
            for start in starts {
                let before = if levels == 0 { Some(0.0) } else { best[levels - 1][start].map(|(cost, _)| cost) };
                let Some(before) = before else { continue };
                let cost = before + costs.level(start, end);
                if best[levels][end].is_none_or(|(least, _)| cost < least) {
                    best[levels][end] = Some((cost, start));
                }
            }
        }
    }
    let (cost, _) = best[n_further][n]?;
    let (mut starts, mut end) = (Vec::new(), n);
    for levels in (1..=n_further).rev() {
        let (_, start) = best[levels][end]?;
        starts.push(start);
        end = start;
    }
    starts.reverse();
    Some(Division { starts, cost })
}

/// Sums up to each row.
struct Costs(Vec<f64>);

impl Costs {
    fn of(amounts: &[f64]) -> Costs {
        let mut sums = vec![0.0];
        for amount in amounts {
            sums.push(sums[sums.len() - 1] + amount);
        }
        Costs(sums)
    }

    /// Returns minus the logarithm of the likelihood of one Poisson level, up to a constant of the series.
    fn level(&self, start: usize, end: usize) -> f64 {
        let sum = self.0[end] - self.0[start];
        if sum > 0.0 { -sum * (sum / (end - start) as f64).ln() } else { 0.0 }
    }
}
