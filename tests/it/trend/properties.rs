//! What holds of any series: sides turned round, months of nothing known, lines in another order, threads in another number.

use crate::workdir::Workdir;
use plimsoll::analyze::trend::exact_ratio::exact_ratio;
use plimsoll::analyze::trend::null_scan::NullScans;
use plimsoll::analyze::trend::sides::ChangeDay;
use plimsoll::analyze::trend::{Settings, test_change};
use plimsoll::model::date::Day;
use plimsoll::model::series::{Frequency, Measure, SeriesPoint, TradeSeries};
use proptest::prelude::*;

fn near(left: f64, right: f64) -> bool {
    left == right || (left - right).abs() <= 1e-9 * left.abs().max(right.abs())
}

fn settings() -> Settings {
    Settings::new(ChangeDay::new(Day::from_number(20220224).expect("a calendar day")))
}

fn series(counts: &[u32]) -> TradeSeries {
    let stated: Vec<(i32, SeriesPoint)> =
        (2019 * 12..).zip(counts.iter().map(|count| SeriesPoint::observed(f64::from(*count)))).collect();
    TradeSeries::new("any", Measure::Count, Frequency::Month, &stated)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_exact_ratio_turns_round_with_its_sides(after in 0_u64..3000, before in 0_u64..3000, e1 in 1_u32..100, e0 in 1_u32..100) {
        let (e1, e0) = (f64::from(e1), f64::from(e0));
        let forth = exact_ratio(after, e1, before, e0);
        let back = exact_ratio(before, e0, after, e1);
        prop_assert_eq!(forth.is_none(), after + before == 0);
        if let (Some(forth), Some(back)) = (forth, back) {
            prop_assert!(near(forth.low, 1.0 / back.high), "{} {}", forth.low, back.high);
            prop_assert!(near(forth.high, 1.0 / back.low), "{} {}", forth.high, back.low);
            prop_assert!(near(forth.p, back.p) && near(forth.p_minimum_likelihood, back.p_minimum_likelihood));
            prop_assert!((0.0..=1.0).contains(&forth.p) && forth.low <= forth.high);
            let scaled = exact_ratio(after, 7.0 * e1, before, 7.0 * e0).expect("there are events");
            prop_assert!(near(scaled.p, forth.p) && near(scaled.low, forth.low));
        }
    }

    #[test]
    fn no_counts_break_the_tests(counts in prop::collection::vec(prop_oneof![Just(0_u32), 0_u32..4, 0_u32..5000], 30..90)) {
        let nulls = NullScans::default();
        let series = series(&counts);
        let change = test_change(&series, std::slice::from_ref(&series), settings(), &nulls, &[]);
        prop_assert!(!change.sentence.is_empty());
        if let Some(ratio) = &change.descriptive.ratio {
            prop_assert!(ratio.low <= ratio.estimate && ratio.estimate <= ratio.high, "{:?}", ratio);
        }
        // Against itself nothing changed.
        if let Some(relative) = change.control.and_then(|control| control.ratio_of_ratios) {
            prop_assert!(near(relative.estimate, 1.0));
        }
    }

    #[test]
    fn a_month_of_which_nothing_is_known_changes_nothing(counts in prop::collection::vec(0_u32..30, 60)) {
        let nulls = NullScans::default();
        let plain = series(&counts);
        let mut longer = plain.clone();
        longer.points.extend([SeriesPoint::MISSING; 3]);
        let [plain, longer] = [plain, longer].map(|series| test_change(&series, &[], settings(), &nulls, &[]));
        prop_assert_eq!(plain.descriptive.ratio, longer.descriptive.ratio);
        prop_assert_eq!(plain.model.fit, longer.model.fit);
        prop_assert_eq!(plain.scan, longer.scan);
    }
}

#[test]
fn neither_the_order_of_lines_nor_the_threads_matter() {
    let mut lines: Vec<String> = (0..84)
        .map(|month| format!("{}-{:02},{},{}", 2018 + month / 12, month % 12 + 1, month * 7 % 11, 40 + month % 13))
        .collect();
    let run = |lines: &[String], threads: &str| {
        let workdir = Workdir::new();
        workdir.write("series.csv", format!("period,count,control\n{}\n", lines.join("\n")));
        let mut command = workdir.command();
        command.args(["trend", "series.csv", "--change", "2022-02-24", "--json"]).env("RAYON_NUM_THREADS", threads);
        let output = command.output().expect("the program starts");
        let mut value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        value["tool"]["input_sha256"].take();
        value
    };
    let first = run(&lines, "1");
    assert!(first == run(&lines, "3"), "threads change the figures");
    lines.reverse();
    assert!(first == run(&lines, "2"), "the order of lines changes the figures");
}
