//! Simulations whose truth is known: how often intervals hold it, and how often a change is seen where there is none.

use plimsoll::analyze::trend::change_design::{Kind, Season};
use plimsoll::analyze::trend::null_scan::{Noise, NullScans};
use plimsoll::analyze::trend::segmented::{self, Request};
use plimsoll::analyze::trend::sides::{ChangeDay, Sides};
use plimsoll::analyze::trend::{break_dates, control, ratio};
use plimsoll::model::date::Day;
use plimsoll::model::series::{Frequency, Measure, SeriesPoint, TradeSeries};

const N_RUNS: u64 = 2_000;
/// Seven years with the change in February 2022.
const FIRST: i32 = 2018 * 12;
const N_MONTHS: usize = 84;
const FIRST_AFTER: usize = 50;

fn change() -> ChangeDay {
    ChangeDay::new(Day::from_number(20220224).expect("a calendar day"))
}

/// Returns a number of events by adding up waiting times, or the nearest normal number where there are many.
fn poisson(noise: &mut Noise, mean: f64) -> f64 {
    if mean > 500.0 {
        return (mean + mean.sqrt() * noise.normals(1)[0]).round().max(0.0);
    }
    let (mut events, mut waited) = (0.0, -noise.uniform().ln());
    while waited < mean {
        events += 1.0;
        waited -= noise.uniform().ln();
    }
    events
}

/// Returns logarithms of levels that wander: normal numbers with a deviation and a correlation between neighbors.
fn wandering(noise: &mut Noise, deviation: f64, correlation: f64) -> Vec<f64> {
    let mut level = 0.0;
    let steps = noise.normals(N_MONTHS);
    let step_size = (1.0 - correlation * correlation).sqrt();
    let mut levels = Vec::with_capacity(N_MONTHS);
    for (month, step) in steps.into_iter().enumerate() {
        level = if month == 0 { step } else { correlation * level + step_size * step };
        levels.push(deviation * level);
    }
    levels
}

fn series(name: &str, amounts: &[f64]) -> TradeSeries {
    let stated: Vec<(i32, SeriesPoint)> = (FIRST..).zip(amounts.iter().map(|amount| SeriesPoint::observed(*amount))).collect();
    TradeSeries::new(name, Measure::Count, Frequency::Month, &stated)
}

#[test]
fn the_default_interval_holds_the_truth() {
    const MEAN: f64 = 5.0;
    const TRUE_RATIO: f64 = 1.5;
    for (kind, season) in [(Kind::Ratio, Season::None), (Kind::Full, Season::Fourier2)] {
        let mut n_held = 0;
        for run in 0..N_RUNS {
            let noise = &mut Noise::of_replication(1, run);
            let wander = wandering(noise, 0.4, 0.3);
            let amounts: Vec<f64> = (0..N_MONTHS)
                .map(|month| {
                    let level = if month < FIRST_AFTER { MEAN } else { MEAN * TRUE_RATIO };
                    // The mean of the lognormal factor is one.
                    poisson(noise, level * (wander[month] - 0.08).exp())
                })
                .collect();
            let series = series("simulated", &amounts);
            let sides = Sides::of(&series, change());
            let found = segmented::one(&sides, &sides.observed(), kind, season, Request::default());
            let fit = found.ok().and_then(|found| found.model.fit).expect("the model is fitted");
            n_held += u32::from(fit.level_ratio.low <= TRUE_RATIO && TRUE_RATIO <= fit.level_ratio.high);
        }
        let share = f64::from(n_held) / N_RUNS as f64;
        println!(
            "{} with season {}: the interval holds the truth in {share:.3} of {N_RUNS} runs",
            kind.as_str(),
            season.as_str()
        );
        assert!(share >= 0.90, "{} with season {}: {share}", kind.as_str(), season.as_str());
    }
}

#[test]
fn a_doubled_coverage_fools_the_plain_ratio_and_not_the_share_model() {
    let (mut by_ratio, mut by_share) = (0, 0);
    for run in 0..N_RUNS {
        let noise = &mut Noise::of_replication(2, run);
        let shared = wandering(noise, 0.2, 0.3);
        let mut amounts = |mean: f64| -> Vec<f64> {
            (0..N_MONTHS)
                .map(|month| {
                    let coverage = if month < FIRST_AFTER - 2 { 1.0 } else { 2.0 };
                    poisson(noise, mean * coverage * shared[month].exp())
                })
                .collect()
        };
        let (treated, other) = (series("treated", &amounts(8.0)), series("control", &amounts(60.0)));
        let sides = Sides::of(&treated, change());
        let plain = ratio::describe(&sides, &sides.observed()).ratio.expect("both sides have records");
        let relative = control::compare(&sides, &[other]).and_then(|own| own.ratio_of_ratios).expect("both have records");
        by_ratio += u32::from(plain.p < 0.05);
        by_share += u32::from(relative.p < 0.05);
    }
    let share = |alarms: u32| f64::from(alarms) / N_RUNS as f64;
    println!(
        "doubled coverage: false alarms of the plain ratio {:.3}, of the share model {:.3}",
        share(by_ratio),
        share(by_share)
    );
    assert!(share(by_share) <= 0.05, "{}", share(by_share));
    assert!(share(by_ratio) > 0.9, "the simulation does what it says: {}", share(by_ratio));
}

#[test]
fn a_search_finds_no_date_where_there_is_none_and_holds_the_true_one() {
    let nulls = NullScans::default();
    let (mut alarms, mut held, mut sizes) = (0, 0, 0);
    const RUNS: u64 = 500;
    for run in 0..RUNS {
        let noise = &mut Noise::of_replication(3, run);
        let flat: Vec<f64> = (0..N_MONTHS).map(|_| poisson(noise, 5.0)).collect();
        let doubled: Vec<f64> = (0..N_MONTHS).map(|month| poisson(noise, if month < FIRST_AFTER { 5.0 } else { 10.0 })).collect();
        let search = |amounts: &[f64]| {
            let series = series("simulated", amounts);
            let sides = Sides::of(&series, change());
            break_dates::search(&sides, &sides.observed_and_transition(), false, &nulls).found.expect("the search works")
        };
        alarms += u32::from(search(&flat).p < 0.05);
        let found = search(&doubled);
        held += u32::from(found.contains_break);
        sizes += found.set.len();
    }
    let share = |n: u32| f64::from(n) / RUNS as f64;
    println!(
        "search: false alarms {:.3}; of a doubling the set holds the true month in {:.3} and has {:.1} months",
        share(alarms),
        share(held),
        sizes as f64 / RUNS as f64
    );
    assert!(share(alarms) <= 0.08, "{}", share(alarms));
    assert!(share(held) >= 0.93, "{}", share(held));
}
