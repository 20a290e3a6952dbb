//! What the trend tests say of one series: five figures, each with an interval, and the caveats that apply.
//!
//! The names of the fields are those of the JSON that `plimsoll trend --json` prints. A number that does not exist or is infinite is
//! `null` there, and a field that ends in `_is` says which.

use crate::model::answer::PeriodStatus;
use crate::model::series::{Frequency, Measure};
use serde::Serialize;

/// Everything that is said of one series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrendChange {
    pub series: String,
    pub measure: Measure,
    pub frequency: Frequency,
    pub window: Window,
    #[serde(rename = "break")]
    pub change: Change,
    pub status: Status,
    pub sentence: String,
    pub descriptive: Descriptive,
    pub model: Model,
    pub scan: Scan,
    pub segments: Option<Segments>,
    pub control: Option<Control>,
    pub multiplicity: Option<Multiplicity>,
    pub caveats: Vec<Caveat>,
    pub periods: Vec<PeriodFit>,
}

impl TrendChange {
    /// Returns the one p-value by which the series stands in a family: that of the headline ratio.
    pub fn p(&self) -> f64 {
        self.descriptive.ratio.as_ref().map_or(f64::NAN, |ratio| ratio.p)
    }
}

/// A series of a finding, or of one of its groups, under test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestedSeries {
    pub finding: String,
    /// The values by which the finding is broken down; empty for the whole.
    pub group: String,
    pub change: TrendChange,
}

/// Whether something can be said, and what stands against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Ok,
    /// Nothing was recorded in any observed period.
    NoEvents,
    NoPeriodsBefore,
    NoPeriodsAfter,
    /// Too few periods on a side.
    TooShort,
    /// Too few events in all.
    TooFewEvents,
    /// Nothing was recorded before the change: a ratio is infinite.
    SeparatedZeroBefore,
    SeparatedZeroAfter,
    /// The fit runs away: some combination of terms has no records at all.
    Separated,
    /// The series does not vary, so that nothing says how much it might.
    NoVariation,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::NoEvents => "no_events",
            Status::NoPeriodsBefore => "no_periods_before",
            Status::NoPeriodsAfter => "no_periods_after",
            Status::TooShort => "too_short",
            Status::TooFewEvents => "too_few_events",
            Status::SeparatedZeroBefore => "separated_zero_before",
            Status::SeparatedZeroAfter => "separated_zero_after",
            Status::Separated => "separated",
            Status::NoVariation => "no_variation",
        }
    }
}

/// First and last period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Window {
    pub from: String,
    pub to: String,
}

/// The day of the change and what it means in periods.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    pub date: String,
    pub first_post: String,
    pub transition: Vec<String>,
}

/// A number with its interval and p-value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    pub estimate: f64,
    pub low: f64,
    pub high: f64,
    pub p: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate_is: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high_is: Option<&'static str>,
}

impl Estimate {
    pub fn new(estimate: f64, low: f64, high: f64, p: f64) -> Self {
        let infinite = |value: f64| (value == f64::INFINITY).then_some("infinite");
        Estimate { estimate, low, high, p, estimate_is: infinite(estimate), high_is: infinite(high) }
    }
}

/// The series before and after, without a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Descriptive {
    pub before: Side,
    pub after: Side,
    pub transition_months: usize,
    pub missing_months: usize,
    /// `None` where a side has no periods or nothing was recorded.
    pub ratio: Option<Ratio>,
    pub ratio_is: Option<&'static str>,
    pub difference_per_month: f64,
    /// The ratio with half an event added on each side: a finite number where one side is empty.
    pub ratio_add_half: Option<f64>,
    pub leave_one_out: Option<Range>,
    pub share_above_maximum_before: Option<f64>,
    pub same_calendar_months: Option<SameMonths>,
    pub outliers: Vec<Outlier>,
    pub yearly: Vec<YearTotal>,
}

/// One side of the change. Months are periods, whatever their length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    pub events: f64,
    pub months: usize,
    pub per_month: f64,
    pub median: f64,
    pub zero_months: usize,
}

/// The ratio of the levels after and before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ratio {
    pub estimate: f64,
    pub low: f64,
    pub high: f64,
    pub p: f64,
    pub level: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate_is: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high_is: Option<&'static str>,
    pub method: &'static str,
    pub exact: Option<ExactRatio>,
    pub adjusted: Option<Adjusted>,
}

/// The exact test of a ratio of two rates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ExactRatio {
    pub ratio: f64,
    pub ratio_add_half: f64,
    pub low: f64,
    pub high: f64,
    pub low_90: f64,
    pub high_90: f64,
    pub p: f64,
    pub p_minimum_likelihood: f64,
    pub p_mid: f64,
    pub p_greater: f64,
    pub p_less: f64,
}

/// The ratio by a model of two levels, with errors that know dispersion and autocorrelation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Adjusted {
    pub ratio: f64,
    pub low: f64,
    pub high: f64,
    pub p: f64,
    pub dispersion: f64,
    pub resid_lag1: f64,
    pub resid_lag1_corrected: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    pub low: f64,
    pub high: f64,
}

/// The ratio over calendar months that both sides have, each with one weight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SameMonths {
    pub ratio: f64,
    pub months: usize,
}

/// A period far from the level of its side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outlier {
    pub period: String,
    pub count: f64,
    /// Pearson residual over the root of the dispersion.
    pub residual: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct YearTotal {
    pub year: i32,
    pub months_in_window: usize,
    pub months_missing: usize,
    pub count: f64,
    pub partial: bool,
}

/// The segmented regression. Without the status `ok` it holds no numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Model {
    pub status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<&'static str>,
    /// What was asked for or is the default, where something simpler had to be fitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    #[serde(flatten)]
    pub fit: Option<ModelFit>,
}

/// The numbers of a segmented regression; coefficients of time are a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelFit {
    pub terms: Vec<&'static str>,
    pub se_method: &'static str,
    pub coef: Vec<f64>,
    pub se: Vec<f64>,
    pub p: Vec<f64>,
    pub n: usize,
    pub df: usize,
    pub dispersion: f64,
    pub pearson_chi2: f64,
    pub deviance: f64,
    pub resid_lag1: f64,
    pub resid_lag1_corrected: f64,
    pub variance_inflation: f64,
    /// Under every rule that the Poisson fit has errors for.
    pub standard_errors: StandardErrors,
    pub loglik: Option<f64>,
    pub aic: Option<f64>,
    pub level_ratio: Estimate,
    pub slope_per_year: Option<Estimate>,
    pub pre_trend_per_year: Option<Estimate>,
    pub ratio_at_month: Vec<RatioAt>,
    pub average_ratio: Option<OverMonths>,
    pub excess: Option<OverMonths>,
    /// Average and excess over all periods after: an extrapolation where these are many.
    pub whole_period: Option<WholePeriod>,
    pub ljung_box: Option<LjungBox>,
    pub placebo: Option<Placebo>,
    pub largest_residual: Option<Outlier>,
    pub nb2: Option<Nb2>,
    /// The model that the sentence speaks of: the simpler one where no slope is seen.
    pub plain: Option<PlainModel>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StandardErrors {
    pub poisson: Vec<f64>,
    pub quasi: Vec<f64>,
    pub quasi_ar1: Vec<f64>,
    pub hac: Vec<f64>,
    pub hac_lag: i32,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatioAt {
    pub month: i32,
    #[serde(flatten)]
    pub ratio: Estimate,
}

/// A number over the first periods after the change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OverMonths {
    pub months: usize,
    #[serde(flatten)]
    pub value: Estimate,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WholePeriod {
    pub months: usize,
    pub sum_fitted: f64,
    pub sum_counterfactual: f64,
    pub average_ratio: Estimate,
    pub excess: Estimate,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LjungBox {
    pub lag: i32,
    pub statistic: f64,
    pub p: f64,
}

/// The real date among dates before it at which nothing is claimed to have happened.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Placebo {
    /// 1 where no other date has a larger step for its error.
    pub rank: usize,
    pub dates: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nb2 {
    pub status: &'static str,
    #[serde(flatten)]
    pub fit: Option<Nb2Fit>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nb2Fit {
    pub coef: Vec<f64>,
    pub alpha: f64,
    pub theta: f64,
    pub se_expected_given_theta: Vec<f64>,
    pub se_observed_joint: Vec<f64>,
    pub se_log_alpha: f64,
    pub loglik: f64,
    pub aic: f64,
    pub lr_vs_poisson: f64,
    pub lr_p_half_chi2: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlainModel {
    pub kind: &'static str,
    pub level_ratio: Estimate,
}

/// The search for the date of a change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scan {
    pub status: Status,
    #[serde(flatten)]
    pub found: Option<Found>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// The first period of the new level.
    pub best: String,
    pub p: f64,
    /// All dates that the data do not exclude, 95 %.
    pub set: Vec<String>,
    pub contains_break: bool,
    pub replications: usize,
    pub seed: u64,
    pub has_trend: bool,
    pub season: &'static str,
    pub n: usize,
    pub first_candidate: String,
    pub last_candidate: String,
    pub n_candidates: usize,
    pub deviance_null: f64,
    pub best_deviance: f64,
    pub best_dispersion: f64,
    pub best_level_ratio: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_level_ratio_is: Option<&'static str>,
    pub f_at_best: f64,
    pub sup_f: f64,
    pub sup_f_at: String,
    pub sup_f_adjusted: f64,
    pub p_unadjusted: f64,
    pub set_unadjusted: Vec<String>,
    pub resid_lag1: f64,
    pub resid_lag1_corrected: f64,
    pub variance_inflation: f64,
    pub critical_10: f64,
    pub critical_05: f64,
    pub critical_01: f64,
}

/// Several levels in a row: exploratory, without a p-value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segments {
    pub label: &'static str,
    pub penalty: f64,
    pub dispersion: f64,
    pub min_months: usize,
    /// The first period of each further segment.
    pub breaks: Vec<String>,
    pub objective: f64,
}

/// The series relative to one that the change should not have touched.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Control {
    pub name: String,
    pub status: Status,
    pub treated_before: f64,
    pub treated_after: f64,
    pub control_before: f64,
    pub control_after: f64,
    /// By the share model.
    pub ratio_of_ratios: Option<Estimate>,
    pub exact: Option<FisherTest>,
    pub share_step: Option<ShareFit>,
    pub share_trend: Option<ShareFit>,
    pub pretrend: Option<PreTrend>,
    /// Each control alone, where there are several.
    pub controls: Vec<SingleControl>,
    pub placebo: Option<ControlPlacebo>,
}

/// Fisher's exact test of treated and control, before and after.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FisherTest {
    pub p: f64,
    pub conditional_estimate: f64,
    pub low: f64,
    pub high: f64,
}

/// The treated series as a share of both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShareFit {
    pub terms: Vec<&'static str>,
    pub coef: Vec<f64>,
    pub se: Vec<f64>,
    pub se_binomial: Vec<f64>,
    pub se_quasi: Vec<f64>,
    pub se_hac: Vec<f64>,
    pub p: Vec<f64>,
    pub n: usize,
    pub df: usize,
    pub dispersion: f64,
    pub resid_lag1: f64,
    pub resid_lag1_corrected: f64,
    pub ratio: Estimate,
}

/// Whether the share was drifting before the change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PreTrend {
    pub coef: f64,
    pub se: f64,
    pub ratio_per_year: f64,
    pub p: f64,
    pub status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SingleControl {
    pub name: String,
    #[serde(flatten)]
    pub ratio: Option<Estimate>,
    /// The control itself against the other controls.
    pub as_treated: Option<f64>,
}

/// Where the treated series stands among controls that are treated in its stead.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ControlPlacebo {
    pub rank: usize,
    pub controls: usize,
    pub p: f64,
}

/// The series among all series that were tested with it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Multiplicity {
    pub family: usize,
    pub method: &'static str,
    pub q: f64,
}

/// A reason to be careful with a figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Caveat {
    pub code: &'static str,
    pub severity: Severity,
    pub message: String,
    pub data: serde_json::Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// May change what the figure means.
    Warning,
}

/// A period with what the model makes of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeriodFit {
    pub period: String,
    /// `None` where the period is missing.
    pub count: Option<f64>,
    /// How many periods it is, where some are counted as one.
    pub months: usize,
    pub status: PeriodStatus,
    pub fitted: Option<f64>,
    /// What the model expects had the earlier trend gone on.
    pub counterfactual: Option<f64>,
    /// 95 % interval of the counterfactual.
    pub counterfactual_low: Option<f64>,
    pub counterfactual_high: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control: Option<f64>,
}
