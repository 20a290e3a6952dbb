//! How large the search's statistic gets where nothing changes: simulated once for a calendar, shared by all series that have it.
//!
//! In: the columns without a change. Out: the sorted largest statistics of 19,999 series of independent normal numbers. They depend on
//! the periods alone, not on the data. Each replication has numbers of its own, so the threads that share the work change nothing.

use super::break_dates::candidate_rows;
use super::change_design::Season;
use super::fit::Design;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::sync::{Arc, Mutex, PoisonError};

pub const SEED: u64 = 20_220_224;
pub const REPLICATIONS: usize = 19_999;

/// What a null depends on: season, trend, positions and parts of the year.
type Calendar = (Season, bool, Vec<i32>, Vec<u64>);

/// The nulls of a run, each simulated when a calendar is met first.
#[derive(Debug, Default)]
pub struct NullScans(Mutex<BTreeMap<Calendar, Arc<NullScan>>>);

/// The largest statistics of series without a change, in order.
#[derive(Debug)]
pub struct NullScan(Vec<f64>);

impl NullScans {
    /// Returns the null of a design whose last column is the step.
    pub fn of(&self, null: &Design, season: Season, has_trend: bool, positions: &[i32], parts_of_year: &[f64]) -> Arc<NullScan> {
        let start = positions.first().copied().unwrap_or(0);
        let calendar = (
            season,
            has_trend,
            positions.iter().map(|at| at - start).collect(),
            parts_of_year.iter().map(|part| part.to_bits()).collect(),
        );
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&calendar) {
            return known.clone();
        }
        // Simulated without the lock: workers of one pool would wait for each other. Two that meet a calendar at once agree anyway.
        let simulated = Arc::new(NullScan::simulate(null));
        lock().entry(calendar).or_insert(simulated).clone()
    }
}

impl NullScan {
    fn simulate(null: &Design) -> NullScan {
        let n = null.n_rows();
        let n_null = null.n_columns() - 1;
        let basis = orthonormal_columns(null, n_null);
        // A step's part that the other columns do not explain has this length.
        let lengths: Vec<(usize, f64)> = candidate_rows(n)
            .map(|row| {
                let explained: f64 = basis.iter().map(|column| column[row..].iter().sum::<f64>().powi(2)).sum();
                (row, ((n - row) as f64 - explained).max(0.0).sqrt())
            })
            .collect();
        let freedom = (n - n_null - 1) as f64;
        let largest = |replication: usize| {
            let mut noise = Noise::of_replication(SEED, replication as u64).normals(n);
            for column in &basis {
                let along: f64 = column.iter().zip(&noise).map(|(left, right)| left * right).sum();
                for (value, cell) in noise.iter_mut().zip(column) {
                    *value -= along * cell;
                }
            }
            let all: f64 = noise.iter().map(|value| value * value).sum();
            let mut after: f64 = noise[lengths[0].0..].iter().sum();
            let mut most = 0.0_f64;
            for (row, length) in &lengths {
                most = most.max((after / length).powi(2));
                after -= noise[*row];
            }
            most / ((all - most) / freedom)
        };
        let mut sorted: Vec<f64> = (0..REPLICATIONS).into_par_iter().map(largest).collect();
        sorted.sort_by(f64::total_cmp);
        NullScan(sorted)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the share of series without a change whose statistic is at least this large, the series itself counted in.
    pub fn p(&self, statistic: f64) -> f64 {
        let above = self.0.len() - self.0.partition_point(|other| *other < statistic);
        (1 + above) as f64 / (1 + self.0.len()) as f64
    }

    /// Returns a quantile, between neighbors in proportion.
    pub fn quantile(&self, probability: f64) -> f64 {
        let at = probability * (self.0.len() - 1) as f64;
        let (below, part) = (at.floor() as usize, at.fract());
        let next = self.0[(below + 1).min(self.0.len() - 1)];
        self.0[below] + part * (next - self.0[below])
    }
}

/// Returns the first columns of a design, made orthonormal one after the other.
fn orthonormal_columns(design: &Design, n_columns: usize) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(n_columns);
    for at in 0..n_columns {
        let mut column: Vec<f64> = design.rows().map(|row| row[at]).collect();
        // Twice is enough to take away what rounding leaves.
        for _ in 0..2 {
            for other in &basis {
                let along: f64 = other.iter().zip(&column).map(|(left, right)| left * right).sum();
                for (value, cell) in column.iter_mut().zip(other) {
                    *value -= along * cell;
                }
            }
        }
        let length = column.iter().map(|value| value * value).sum::<f64>().sqrt();
        column.iter_mut().for_each(|value| *value /= length);
        basis.push(column);
    }
    basis
}

/// Random numbers that are the same in every version of this program: PCG XSH RR 64/32 (O'Neill 2014), and Box and Muller's normals.
#[derive(Debug, Clone)]
pub struct Noise {
    state: u64,
    increment: u64,
}

impl Noise {
    const MULTIPLIER: u64 = 6_364_136_223_846_793_005;

    /// Returns the numbers of one replication under the program's seed.
    ///
    /// Streams of one state with different increments resemble each other; places far apart in one stream do not. The places are
    /// scattered by the finalizer of SplitMix64 (Steele, Lea and Flood 2014).
    pub fn of_replication(seed: u64, replication: u64) -> Self {
        let mut place = seed.wrapping_add(replication.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        place = (place ^ (place >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        place = (place ^ (place >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Noise::seeded(place ^ (place >> 31), 0)
    }

    pub fn seeded(seed: u64, stream: u64) -> Self {
        let mut noise = Noise { state: 0, increment: (stream << 1) | 1 };
        noise.next();
        noise.state = noise.state.wrapping_add(seed);
        noise.next();
        noise
    }

    fn next(&mut self) -> u32 {
        let old = self.state;
        self.state = old.wrapping_mul(Noise::MULTIPLIER).wrapping_add(self.increment);
        let mixed = (((old >> 18) ^ old) >> 27) as u32;
        mixed.rotate_right((old >> 59) as u32)
    }

    /// Returns a number between 0 and 1, neither of them included.
    pub fn uniform(&mut self) -> f64 {
        (f64::from(self.next()) + 0.5) / 4_294_967_296.0
    }

    pub fn normals(&mut self, n: usize) -> Vec<f64> {
        let mut normals = Vec::with_capacity(n + 1);
        while normals.len() < n {
            let radius = (-2.0 * self.uniform().ln()).sqrt();
            let (sine, cosine) = (TAU * self.uniform()).sin_cos();
            normals.extend([radius * cosine, radius * sine]);
        }
        normals.truncate(n);
        normals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // The first numbers of the reference program with seed 42 and stream 54.
        let mut noise = Noise::seeded(42, 54);
        let numbers: Vec<u32> = (0..6).map(|_| noise.next()).collect();
        assert_eq!(numbers, [0xa15c_02b7, 0x7b47_f409, 0xba1d_3330, 0x83d2_f293, 0xbfa4_784b, 0xcbed_606e]);
    }
}
