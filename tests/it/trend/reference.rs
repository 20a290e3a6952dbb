//! Reference values of other programs: every figure that the trend tests have must agree with them.
//!
//! The values lie beside the checkout or where `PLIMSOLL_TREND_REFERENCE` says, and are not part of the project; where they are absent the
//! test says so and does nothing. What the program does not compute is named in `NOT_OURS`, each with its reason.

use crate::workdir::{Table, project};
use plimsoll::analyze::trend::break_dates;
use plimsoll::analyze::trend::change_design::{Kind, Season};
use plimsoll::analyze::trend::control;
use plimsoll::analyze::trend::distributions::Reference;
use plimsoll::analyze::trend::exact_ratio::exact_ratio;
use plimsoll::analyze::trend::families::{Adjustment, adjust};
use plimsoll::analyze::trend::null_scan::NullScans;
use plimsoll::analyze::trend::ratio;
use plimsoll::analyze::trend::segmented::{self, Request};
use plimsoll::analyze::trend::segments;
use plimsoll::analyze::trend::sides::{ChangeDay, Rows, Sides};
use plimsoll::analyze::trend::standard_errors::ErrorRule;
use plimsoll::model::answer::PeriodStatus;
use plimsoll::model::date::Day;
use plimsoll::model::series::{Frequency, Measure, SeriesPoint, TradeSeries};
use plimsoll::model::trend_change::{Estimate, Found, ModelFit, ShareFit, Status};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Relative agreement that is asked for, and absolute agreement near 0.
const RELATIVE: f64 = 1e-8;
const NEAR_ZERO: f64 = 1e-9;

/// Errors that the other program took from differences of the slope of its likelihood, which have fewer digits than it prints.
const LOOSE: [&str; 2] = ["se_observed_joint", "se_log_alpha"];
const LOOSELY: f64 = 1e-5;

/// Values that the program has no figure for.
const NOT_OURS: [(&str, &str); 15] = [
    (".call", "how another program was called"),
    (".check_", "how two other programs agree with each other"),
    (".max_abs_gradient", "how far another optimizer came"),
    (".se_hc0.", "without any autocorrelation"),
    ("sqrt_l2_dynp", "a cost for normal numbers"),
    ("did.dispersion_", "of two series apart"),
    ("did.log_se_", "of two series apart"),
    ("did.ci95_", "of two series apart"),
    ("did.p_separate", "of two series apart"),
    ("panel_did.n.", "of single units"),
    ("panel_did.k.", "of single units"),
    ("panel_did.deviance", "of single units"),
    ("panel_did.dispersion", "of single units"),
    ("panel_did.se_quasi", "of single units"),
    ("panel_did.se_cluster", "several times too small with six units"),
];

#[test]
fn figures_agree_with_independent_programs() {
    let Some(folder) = reference_folder() else { return };
    let expected = Table::parse(&std::fs::read(folder.join("expected_flat.csv")).expect("the values can be read"));
    let cases: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("expected.json")).expect("the cases can be read"))
            .expect("they are JSON");
    let nulls = NullScans::default();
    let mut ours: BTreeMap<String, Figures> = BTreeMap::new();
    for case in cases["cases"].as_array().expect("cases are a list") {
        let id = case["id"].as_str().expect("a case has an id").to_owned();
        ours.insert(id.clone(), figures(&folder, case, &nulls));
    }
    let (mut n_equal, mut n_loose, mut n_simulated, mut n_not_ours) = (0, 0, 0, 0);
    let mut faults = Vec::new();
    let mut apart: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &expected.rows {
        let [case, path, value] = row.as_slice() else { panic!("a row has three cells") };
        let dotted = format!(".{path}.");
        if let Some((pattern, _)) = NOT_OURS.iter().find(|(pattern, _)| dotted.contains(pattern)) {
            n_not_ours += 1;
            *apart.entry(pattern).or_default() += 1;
            continue;
        }
        match ours.get(case).and_then(|own| own.get(path)) {
            None => faults.push(format!("{case} {path}: {value}, we have nothing")),
            Some(own) if is_simulated(path) => match agrees_as_simulated(own, value) {
                true => n_simulated += 1,
                false => faults.push(format!("{case} {path}: {value}, we have {own} (simulated)")),
            },
            Some(own) if agrees(path, own, value) => n_equal += 1,
            Some(own) if agrees_loosely(path, own, value) => n_loose += 1,
            Some(own) => faults.push(format!("{case} {path}: {value}, we have {own}")),
        }
    }
    println!(
        "{n_equal} of {} values agree within {RELATIVE:e}, {n_loose} within {LOOSELY:e}, {n_simulated} within simulation error",
        expected.rows.len()
    );
    println!("{n_not_ours} values are not ours: {apart:?}");
    assert!(faults.is_empty(), "{} values differ:\n{}", faults.len(), faults[..faults.len().min(60)].join("\n"));
    assert!(n_equal > 15_000, "the values were compared");
}

/// Values by path, as text.
type Figures = BTreeMap<String, String>;

fn reference_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("PLIMSOLL_TREND_REFERENCE").map_or_else(|| project("../shared/reference/trend"), PathBuf::from);
    if folder.join("expected_flat.csv").exists() {
        return Some(folder);
    }
    println!("skipped: there is no {}", folder.display());
    None
}

fn is_simulated(path: &str) -> bool {
    path.contains("mc_")
}

/// Compares values that hang on a random generator: p-values within four deviations of both simulations, critical values by 5 %.
fn agrees_as_simulated(own: &str, value: &str) -> bool {
    let (Ok(own), Ok(value)) = (own.parse::<f64>(), value.parse::<f64>()) else { return false };
    if value > 1.0 {
        return (own / value - 1.0).abs() < 0.05;
    }
    let deviation = (value * (1.0 - value) * (1.0 / 100_000.0 + 1.0 / 19_999.0)).sqrt();
    (own - value).abs() <= 4.0 * deviation + 6e-5
}

fn agrees(path: &str, own: &str, value: &str) -> bool {
    if own == value {
        return true;
    }
    let (Ok(own), Ok(value)) = (own.parse::<f64>(), value.parse::<f64>()) else { return false };
    if own == value {
        return true;
    }
    let is_p = path.contains("p_") || path.ends_with(".p");
    if is_p && value < 1e-12 && own > 0.0 && value > 0.0 {
        return (own.ln() - value.ln()).abs() < 1e-6 * value.ln().abs();
    }
    (own - value).abs() <= RELATIVE * value.abs() || (own.abs() < NEAR_ZERO && value.abs() < NEAR_ZERO)
}

fn agrees_loosely(path: &str, own: &str, value: &str) -> bool {
    let (Ok(own), Ok(value)) = (own.parse::<f64>(), value.parse::<f64>()) else { return false };
    LOOSE.iter().any(|name| path.contains(name)) && (own - value).abs() <= LOOSELY * value.abs()
}

fn figures(folder: &Path, case: &serde_json::Value, nulls: &NullScans) -> Figures {
    let id = case["id"].as_str().unwrap_or_default();
    let mut figures = Figures::new();
    match id {
        "exact_grid" => grid(&mut figures, case),
        "pvalues" => families(&mut figures, folder),
        _ => {
            let table =
                Table::parse(&std::fs::read(folder.join("series").join(format!("{id}.csv"))).expect("a series can be read"));
            let day = case["break_date"].as_str().and_then(Day::parse_iso);
            if id == "syn_panel" {
                panel(&mut figures, &table, day.expect("the panel has a date"));
            } else {
                series(&mut figures, &table, day, nulls);
            }
        }
    }
    figures
}

fn column_series(table: &Table, column: &str, measure: Measure) -> TradeSeries {
    let frequency = if table.header.contains(&"month".to_owned()) { Frequency::Month } else { Frequency::Year };
    let cell = |name: &str, row: usize| table.header.iter().position(|own| own == name).map(|at| table.rows[row][at].clone());
    let number = |name: &str, row: usize| cell(name, row).and_then(|text| text.parse::<f64>().ok());
    let stated: Vec<(i32, SeriesPoint)> = (0..table.rows.len())
        .map(|row| {
            let year = number("year", row).expect("a row has a year") as i32;
            let ordinal = number("month", row).map_or(year, |month| year * 12 + month as i32 - 1);
            let status = match cell("status", row).as_deref() {
                Some("missing") => PeriodStatus::Missing,
                _ => PeriodStatus::Observed,
            };
            (ordinal, SeriesPoint { amount: number(column, row).unwrap_or(0.0), exposure: number("offset", row), status })
        })
        .collect();
    TradeSeries::new(column, measure, frequency, &stated)
}

fn series(figures: &mut Figures, table: &Table, day: Option<Day>, nulls: &NullScans) {
    let (column, measure) =
        if table.header.contains(&"value".to_owned()) { ("value", Measure::Value) } else { ("count", Measure::Count) };
    let series = column_series(table, column, measure);
    // Without a date only the search is asked; any date does.
    let change = ChangeDay::new(day.unwrap_or(Day::MIN));
    let sides = Sides::of(&series, change);
    let rows = sides.observed();
    if day.is_some() {
        descriptive(figures, &sides, &rows);
        models(figures, &sides, &rows);
        if table.header.contains(&"control".to_owned()) {
            did(figures, &sides, &column_series(table, "control", Measure::Count));
        }
    }
    let all = sides.observed_and_transition();
    let mut dispersion = 1.0;
    for (name, has_trend) in [("level", false), ("trend", true)] {
        if let Some(found) = break_dates::search(&sides, &all, has_trend, nulls).found {
            if !has_trend {
                dispersion = found.best_dispersion;
            }
            scan(figures, &format!("scan_{name}_{}", found.season), &found, &sides);
        }
    }
    division(figures, &sides, &all, dispersion);
}

fn put(figures: &mut Figures, path: String, value: f64) {
    let text = match value {
        value if value == f64::INFINITY => "Infinity".to_owned(),
        value if value.is_nan() => String::new(),
        value => format!("{value:e}"),
    };
    figures.insert(path, text);
}

fn put_all(figures: &mut Figures, path: &str, values: &[f64]) {
    for (at, value) in values.iter().enumerate() {
        put(figures, format!("{path}.{at}"), *value);
    }
}

fn put_texts(figures: &mut Figures, path: &str, values: &[impl AsRef<str>]) {
    for (at, value) in values.iter().enumerate() {
        figures.insert(format!("{path}.{at}"), value.as_ref().to_owned());
    }
}

fn put_interval(figures: &mut Figures, path: &str, estimate: &Estimate) {
    put_all(figures, path, &[estimate.low, estimate.high]);
}

fn descriptive(figures: &mut Figures, sides: &Sides<'_>, rows: &Rows) {
    let own = ratio::describe(sides, rows);
    let mut text = |name: &str, value: String| figures.insert(format!("descriptive.{name}"), value);
    let first = (0..rows.len()).find(|row| rows.is_after(*row));
    if let Some(row) = first {
        text("first_post_month", Frequency::Month.period(sides.series.first + rows.positions[row]).to_string());
    }
    for (at, year) in own.yearly.iter().enumerate() {
        text(&format!("yearly.{at}.year"), year.year.to_string());
        text(&format!("yearly.{at}.months_in_window"), year.months_in_window.to_string());
        text(&format!("yearly.{at}.months_missing"), year.months_missing.to_string());
        text(&format!("yearly.{at}.count"), year.count.to_string());
        text(&format!("yearly.{at}.partial"), if year.partial { "True" } else { "False" }.to_owned());
    }
    let mut number = |name: &str, value: f64| put(figures, format!("descriptive.{name}"), value);
    number("transition_months", own.transition_months as f64);
    number("missing_months", own.missing_months as f64);
    for (side, name) in [(&own.before, "before"), (&own.after, "after")] {
        number(&format!("months_{name}"), side.months as f64);
        number(&format!("count_{name}"), side.events);
        number(&format!("mean_{name}"), side.per_month);
        number(&format!("zero_months_{name}"), side.zero_months as f64);
        number(&format!("median_{name}"), side.median);
    }
    let whole = |amount: f64| amount as u64;
    exact(
        figures,
        "exact_conditional_test",
        (whole(own.after.events), own.after.months as f64, whole(own.before.events), own.before.months as f64),
    );
    if let Some(adjusted) = own.ratio.and_then(|ratio| ratio.adjusted) {
        put(figures, "adjusted_is_checked_by_the_model".to_owned(), adjusted.ratio);
    }
}

fn exact(figures: &mut Figures, path: &str, (x1, e1, x0, e0): (u64, f64, u64, f64)) {
    for (name, value) in [("x1", x1 as f64), ("e1", e1), ("x0", x0 as f64), ("e0", e0)] {
        put(figures, format!("{path}.{name}"), value);
    }
    let Some(own) = exact_ratio(x1, e1, x0, e0) else {
        figures.insert(format!("{path}.status"), "no_events".to_owned());
        return;
    };
    figures.insert(format!("{path}.status"), "ok".to_owned());
    for (name, value) in [
        ("rate1", x1 as f64 / e1),
        ("rate0", x0 as f64 / e0),
        ("ratio", own.ratio),
        ("ratio_add_half", own.ratio_add_half),
        ("ci95_low", own.low),
        ("ci95_high", own.high),
        ("ci90_low", own.low_90),
        ("ci90_high", own.high_90),
        ("p_minlike", own.p_minimum_likelihood),
        ("p_central", own.p),
        ("p_greater", own.p_greater),
        ("p_less", own.p_less),
        ("p_midp", own.p_mid),
    ] {
        put(figures, format!("{path}.{name}"), value);
    }
}

fn models(figures: &mut Figures, sides: &Sides<'_>, rows: &Rows) {
    for kind in Kind::ALL {
        for season in [Season::None, Season::Fourier2, Season::Month] {
            let path = format!("{}_{}", kind.as_str(), season.as_str());
            let request = |errors| Request { errors, with_nb2: true, ..Request::default() };
            let fit = |errors| segmented::one(sides, rows, kind, season, request(errors)).ok().and_then(|found| found.model.fit);
            let Some(own) = fit(ErrorRule::QuasiAr1) else { continue };
            model(figures, &format!("poisson_{path}"), &own, sides);
            for (rule, name) in [(ErrorRule::Quasi, "quasi"), (ErrorRule::Hac, "hac"), (ErrorRule::Poisson, "poisson_z")] {
                let Some(other) = fit(rule) else { continue };
                put_all(figures, &format!("poisson_{path}.p_{name}"), &other.p);
                put_interval(figures, &format!("poisson_{path}.level_ratio_ci95_{name}"), &other.level_ratio);
                if let (ErrorRule::Quasi, Some(whole)) = (rule, &other.whole_period) {
                    let path = format!("poisson_{path}.counterfactual");
                    put_interval(figures, &format!("{path}.cumulative_ratio_ci95_quasi"), &whole.average_ratio);
                    errors_of(figures, &path, "quasi", whole, other.df);
                }
            }
            if let Some(nb2) = own.nb2.and_then(|nb2| nb2.fit) {
                let path = format!("nb2_{path}");
                put_texts(figures, &format!("{path}.names"), &own.terms);
                put_all(figures, &format!("{path}.coef"), &nb2.coef);
                put_all(figures, &format!("{path}.se_expected_given_theta"), &nb2.se_expected_given_theta);
                put_all(figures, &format!("{path}.se_observed_joint"), &nb2.se_observed_joint);
                for (name, value) in [
                    ("alpha", nb2.alpha),
                    ("theta", nb2.theta),
                    ("se_log_alpha", nb2.se_log_alpha),
                    ("loglik", nb2.loglik),
                    ("aic", nb2.aic),
                    ("lr_vs_poisson", nb2.lr_vs_poisson),
                    ("lr_p_half_chi2", nb2.lr_p_half_chi2),
                ] {
                    put(figures, format!("{path}.{name}"), value);
                }
            }
        }
    }
}

fn model(figures: &mut Figures, path: &str, own: &ModelFit, sides: &Sides<'_>) {
    let errors = &own.standard_errors;
    for (name, values) in [
        ("coef", &own.coef),
        ("se_poisson", &errors.poisson),
        ("se_quasi", &errors.quasi),
        ("se_default", &errors.quasi_ar1),
        ("se_hac", &errors.hac),
        ("p_default", &own.p),
    ] {
        put_all(figures, &format!("{path}.{name}"), values);
    }
    for (name, value) in [
        ("n", own.n as f64),
        ("k", own.coef.len() as f64),
        ("df", own.df as f64),
        ("deviance", own.deviance),
        ("pearson_chi2", own.pearson_chi2),
        ("dispersion", own.dispersion),
        ("resid_lag1", own.resid_lag1),
        ("resid_lag1_corrected", own.resid_lag1_corrected),
        ("variance_inflation", own.variance_inflation),
        ("loglik_poisson", own.loglik.unwrap_or(f64::NAN)),
        ("aic_poisson", own.aic.unwrap_or(f64::NAN)),
        ("hac_lag", f64::from(errors.hac_lag)),
        ("level_ratio", own.level_ratio.estimate),
    ] {
        put(figures, format!("{path}.{name}"), value);
    }
    put_texts(figures, &format!("{path}.names"), &own.terms);
    put(figures, format!("{path}.dispersion_floored"), own.dispersion.max(1.0));
    put(figures, format!("{path}.t975"), Reference::Student(own.df as f64).quantile());
    let uncorrected = (own.df as f64 / own.n as f64).sqrt();
    let uncorrected: Vec<f64> = errors.hac.iter().map(|error| error * uncorrected).collect();
    put_all(figures, &format!("{path}.se_hac_nocorr"), &uncorrected);
    put_interval(figures, &format!("{path}.level_ratio_ci95_default"), &own.level_ratio);
    if let Some(test) = &own.ljung_box {
        put(figures, format!("{path}.ljung_box_12"), test.statistic);
        put(figures, format!("{path}.ljung_box_12_p"), test.p);
    }
    let path = format!("{path}.counterfactual");
    if let Some(whole) = &own.whole_period {
        put(figures, format!("{path}.sum_fitted"), whole.sum_fitted);
        put(figures, format!("{path}.sum_counterfactual"), whole.sum_counterfactual);
        put(figures, format!("{path}.cumulative_ratio"), whole.average_ratio.estimate);
        put(figures, format!("{path}.excess"), whole.excess.estimate);
        put_interval(figures, &format!("{path}.cumulative_ratio_ci95_default"), &whole.average_ratio);
        errors_of(figures, &path, "default", whole, own.df);
    }
    for later in &own.ratio_at_month {
        put(figures, format!("{path}.ratio_at_month_{}", later.month), later.ratio.estimate);
        put_interval(figures, &format!("{path}.ratio_at_month_{}_ci95_default", later.month), &later.ratio);
    }
    for (name, estimate) in [("slope_change", &own.slope_per_year), ("pre_trend", &own.pre_trend_per_year)] {
        if let Some(estimate) = estimate {
            put(figures, format!("{path}.{name}_per_year_ratio"), estimate.estimate);
            put_interval(figures, &format!("{path}.{name}_per_year_ci95_default"), estimate);
        }
    }
    assert_eq!(sides.series.frequency, Frequency::Month);
}

/// Takes the standard errors back out of the intervals.
fn errors_of(figures: &mut Figures, path: &str, rule: &str, whole: &plimsoll::model::trend_change::WholePeriod, freedom: usize) {
    let reach = 2.0 * Reference::Student(freedom as f64).quantile();
    let (ratio, excess) = (&whole.average_ratio, &whole.excess);
    put(figures, format!("{path}.log_ratio_se_{rule}"), (ratio.high / ratio.low).ln() / reach);
    put(figures, format!("{path}.excess_se_{rule}"), (excess.high - excess.low) / reach);
}

fn scan(figures: &mut Figures, path: &str, own: &Found, sides: &Sides<'_>) {
    let n_null = 1 + usize::from(own.has_trend) + if own.season == "none" { 0 } else { 4 };
    for (name, value) in [
        ("n", own.n as f64),
        ("p0", n_null as f64),
        ("trim", 0.15),
        ("n_candidates", own.n_candidates as f64),
        ("deviance_null", own.deviance_null),
        ("best_deviance", own.best_deviance),
        ("best_dispersion", own.best_dispersion),
        ("best_level_ratio", own.best_level_ratio),
        ("F_at_best", own.f_at_best),
        ("supF", own.sup_f),
        ("supF_ar1_adjusted", own.sup_f_adjusted),
        ("confidence_set_cutoff", break_dates::set_cutoff()),
        ("resid_lag1", own.resid_lag1),
        ("resid_lag1_corrected", own.resid_lag1_corrected),
        ("variance_inflation", own.variance_inflation),
        ("mc_replications", 100_000.0),
        ("mc_p_supF", own.p_unadjusted),
        ("mc_p_supF_ar1_adjusted", own.p),
        ("mc_critical_10", own.critical_10),
        ("mc_critical_05", own.critical_05),
        ("mc_critical_01", own.critical_01),
    ] {
        put(figures, format!("{path}.{name}"), value);
    }
    for (name, value) in [
        ("first_candidate", &own.first_candidate),
        ("last_candidate", &own.last_candidate),
        ("best_first_post_period", &own.best),
        ("supF_at", &own.sup_f_at),
    ] {
        figures.insert(format!("{path}.{name}"), value.clone());
    }
    put_texts(figures, &format!("{path}.confidence_set_95"), &own.set_unadjusted);
    put_texts(figures, &format!("{path}.confidence_set_95_ar1_adjusted"), &own.set);
    assert!(own.n <= sides.series.points.len());
}

fn division(figures: &mut Figures, sides: &Sides<'_>, rows: &Rows, dispersion: f64) {
    let n = rows.len();
    let label = |row: usize| sides.series.frequency.period(sides.series.first + rows.positions[row]).to_string();
    let mut write = |name: &str, starts: &[usize], values: &[(&str, f64)]| {
        let path = format!("segmentation.{name}");
        let ends: Vec<f64> = starts.iter().chain([&n]).map(|row| *row as f64).collect();
        put_all(figures, &format!("{path}.bkps_index"), &ends);
        put_texts(
            figures,
            &format!("{path}.first_period_of_new_segment"),
            &starts.iter().map(|row| label(*row)).collect::<Vec<_>>(),
        );
        for (key, value) in values {
            put(figures, format!("{path}.{key}"), *value);
        }
    };
    let plain = (n as f64).ln();
    for (name, dispersion) in [("poisson_pelt", 1.0), ("poisson_pelt_dispersion_scaled", dispersion.max(1.0))] {
        let penalty = plain * dispersion;
        if let Some(own) = segments::divide(&rows.amounts, penalty) {
            let values = [("penalty", penalty), ("min_size", 6.0), ("objective", own.cost), ("dispersion", dispersion)];
            write(name, &own.starts, &values);
        }
    }
    for n_further in 1..=3 {
        if let Some(own) = segments::divide_into(&rows.amounts, n_further) {
            write(&format!("poisson_dynp_{n_further}"), &own.starts, &[("cost", own.cost)]);
        }
    }
}

fn did(figures: &mut Figures, sides: &Sides<'_>, control: &TradeSeries) {
    let own = control::compare(sides, std::slice::from_ref(control)).expect("there is a control");
    assert_eq!(own.status, Status::Ok);
    let of_totals = (own.treated_after / own.treated_before) / (own.control_after / own.control_before);
    for (name, value) in [
        ("treated_after", own.treated_after),
        ("treated_before", own.treated_before),
        ("control_after", own.control_after),
        ("control_before", own.control_before),
        ("ratio_of_ratios", of_totals),
    ] {
        put(figures, format!("did.{name}"), value);
    }
    let fisher = own.exact.expect("counts have an exact test");
    put(figures, "did.fisher_p_two_sided_minlike".to_owned(), fisher.p);
    put(figures, "did.conditional_mle".to_owned(), fisher.conditional_estimate);
    put_all(figures, "did.fisher_ci95", &[fisher.low, fisher.high]);
    share(figures, "did.share_step", &own.share_step.expect("the share is fitted"));
    share(figures, "did.share_trend", &own.share_trend.expect("the share is fitted"));
    if let Some(drift) = own.pretrend {
        for (name, value) in [("coef", drift.coef), ("se", drift.se), ("ratio_per_year", drift.ratio_per_year), ("p", drift.p)] {
            put(figures, format!("did.pretrend_test.{name}"), value);
        }
    }
}

fn share(figures: &mut Figures, path: &str, own: &ShareFit) {
    put_texts(figures, &format!("{path}.names"), &own.terms);
    for (name, values) in [
        ("coef", &own.coef),
        ("se_binomial", &own.se_binomial),
        ("se_quasi", &own.se_quasi),
        ("se_default", &own.se),
        ("se_hac", &own.se_hac),
        ("p_default", &own.p),
    ] {
        put_all(figures, &format!("{path}.{name}"), values);
    }
    for (name, value) in [
        ("n", own.n as f64),
        ("df", own.df as f64),
        ("hac_lag", (4.0 * (own.n as f64 / 100.0).powf(2.0 / 9.0)).floor()),
        ("dispersion", own.dispersion),
        ("resid_lag1", own.resid_lag1),
        ("resid_lag1_corrected", own.resid_lag1_corrected),
        ("did_ratio", own.ratio.estimate),
    ] {
        put(figures, format!("{path}.{name}"), value);
    }
    put_interval(figures, &format!("{path}.did_ratio_ci95_default"), &own.ratio);
}

/// A panel of one treated and several control series: with effects of unit and month it is the share model of their sum.
fn panel(figures: &mut Figures, table: &Table, day: Day) {
    let treated = column_series(table, "treated", Measure::Count);
    let controls: Vec<TradeSeries> = (1..=5).map(|at| column_series(table, &format!("control{at}"), Measure::Count)).collect();
    let sides = Sides::of(&treated, ChangeDay::new(day));
    let own = control::compare(&sides, &controls).expect("there are controls");
    let step = own.share_step.expect("the share is fitted");
    put(figures, "panel_did.did_coef".to_owned(), step.coef[1]);
    put(figures, "panel_did.did_ratio".to_owned(), step.ratio.estimate);
    put(figures, "panel_did.se_poisson".to_owned(), step.se_binomial[1]);
    for single in &own.controls {
        put(figures, format!("panel_did.leave_one_treated_placebos.{}", single.name), single.as_treated.expect("it is fitted"));
    }
}

fn grid(figures: &mut Figures, case: &serde_json::Value) {
    for (at, cell) in case["expected"]["grid"].as_array().expect("the grid is a list").iter().enumerate() {
        let input = |name: &str| cell["input"][name].as_f64().expect("inputs are numbers");
        for name in ["x1", "e1", "x0", "e0"] {
            put(figures, format!("grid.{at}.input.{name}"), input(name));
        }
        exact(figures, &format!("grid.{at}.expected"), (input("x1") as u64, input("e1"), input("x0") as u64, input("e0")));
    }
}

fn families(figures: &mut Figures, folder: &Path) {
    let expected = Table::parse(&std::fs::read(folder.join("pvalues_expected.csv")).expect("the family can be read"));
    let numbers =
        |column: &str| -> Vec<f64> { expected.column(column).iter().map(|cell| cell.parse().expect("a number")).collect() };
    let p = numbers("p");
    for (column, adjustment) in
        [("bh", Adjustment::Bh), ("by", Adjustment::By), ("holm", Adjustment::Holm), ("bonferroni", Adjustment::Bonferroni)]
    {
        let own = adjust(&p, adjustment);
        for (own, value) in own.iter().zip(numbers(column)) {
            assert!((own - value).abs() <= 1e-9 * value, "{column}: {value}, we have {own}");
        }
    }
    let below = |adjustment, bound: f64| adjust(&p, adjustment).iter().filter(|q| **q <= bound).count() as f64;
    put(figures, "rejected_bh_05".to_owned(), below(Adjustment::Bh, 0.05));
    put(figures, "rejected_bh_10".to_owned(), below(Adjustment::Bh, 0.10));
    put(figures, "rejected_by_05".to_owned(), below(Adjustment::By, 0.05));
    put(figures, "rejected_holm_05".to_owned(), below(Adjustment::Holm, 0.05));
}
