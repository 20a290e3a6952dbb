//! How long ten thousand series take: seven years of months, all five figures, a control each.
//!
//! Prints seconds; nothing is asserted. The number of series may be given behind `--`.

use plimsoll::analyze::trend::families::Adjustment;
use plimsoll::analyze::trend::null_scan::{Noise, NullScans};
use plimsoll::analyze::trend::sides::ChangeDay;
use plimsoll::analyze::trend::{Settings, rank_family, test_change};
use plimsoll::model::date::Day;
use plimsoll::model::series::{Frequency, Measure, SeriesPoint, TradeSeries};
use rayon::prelude::*;
use std::time::Instant;

const N_MONTHS: usize = 84;

fn main() {
    let n_series = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(10_000_u64);
    let all: Vec<[TradeSeries; 2]> =
        (0..n_series).map(|at| [series(at, 2.0 + (at % 40) as f64), series(at + n_series, 60.0)]).collect();
    let settings = Settings::new(ChangeDay::new(Day::parse_iso("2022-02-24").expect("a calendar day")));
    let nulls = NullScans::default();
    let started = Instant::now();
    let mut changes: Vec<_> =
        all.par_iter().map(|[own, control]| test_change(own, std::slice::from_ref(control), settings, &nulls, &[])).collect();
    rank_family(&mut changes.iter_mut().collect::<Vec<_>>(), Adjustment::Bh);
    let seconds = started.elapsed().as_secs_f64();
    let n_tested = changes.iter().filter(|change| change.multiplicity.is_some()).count();
    println!(
        "{n_series} series ({n_tested} in the family) in {seconds:.1} s on {} threads: {:.2} ms a series and thread",
        rayon::current_num_threads(),
        seconds * 1000.0 * rayon::current_num_threads() as f64 / n_series as f64
    );
}

/// Returns counts that vary more than chance around one level.
fn series(at: u64, level: f64) -> TradeSeries {
    let noise = &mut Noise::of_replication(4, at);
    let factors = noise.normals(N_MONTHS);
    let stated: Vec<(i32, SeriesPoint)> = (2018 * 12..)
        .zip(factors)
        .map(|(month, factor)| {
            let (mean, mut events, mut waited) = (level * (0.3 * factor).exp(), 0.0, -noise.uniform().ln());
            while waited < mean {
                events += 1.0;
                waited -= noise.uniform().ln();
            }
            (month, SeriesPoint::observed(events))
        })
        .collect();
    TradeSeries::new(&format!("series {at}"), Measure::Count, Frequency::Month, &stated)
}
