//! The series relative to a control: what a change of coverage, season or supply does to both drops out.
//!
//! In: the treated series and one or more controls. Out: the ratio of ratios by the share model, Fisher's exact test of the totals, and
//! whether the share drifted before the change. The share model is the logistic model of treated among treated and control by period;
//! it equals a Poisson model with an effect of each period. Several controls are added up; each is shown alone as well.

use super::distributions::Reference;
use super::fit::{Design, Response, SEPARATED, fit};
use super::sides::Sides;
use super::standard_errors::{Spread, hac, hac_lag};
use super::two_by_two;
use crate::model::answer::PeriodStatus;
use crate::model::series::TradeSeries;
use crate::model::trend_change::{Control, ControlPlacebo, Estimate, PreTrend, ShareFit, SingleControl, Status};

/// With fewer periods before the change a drift cannot be told.
const FEWEST_FOR_DRIFT: usize = 12;
/// A drift with a smaller p-value is one.
const DRIFT_P: f64 = 0.05;
/// With fewer controls a rank among them says nothing.
const FEWEST_FOR_RANK: usize = 5;
/// With fewer periods nothing says how much the share varies.
const FEWEST_ROWS: usize = 4;

/// Compares a series with controls; `None` without any.
pub fn compare(sides: &Sides<'_>, controls: &[TradeSeries]) -> Option<Control> {
    let (first, others) = controls.split_first()?;
    let is_count = sides.series.measure.is_count() && controls.iter().all(|control| control.measure.is_count());
    let all: Vec<&TradeSeries> = controls.iter().collect();
    let pairs = Pairs::of(sides, sides.series, &all);
    let n_before = pairs.since.iter().filter(|since| **since < 0).count();
    let sum = |amounts: &[f64]| amounts.iter().sum::<f64>();
    let (x0, x1) = (sum(&pairs.treated[..n_before]), sum(&pairs.treated[n_before..]));
    let (c0, c1) = (sum(&pairs.control[..n_before]), sum(&pairs.control[n_before..]));
    let status = match () {
        () if n_before == 0 => Status::NoPeriodsBefore,
        () if n_before == pairs.since.len() => Status::NoPeriodsAfter,
        () if x0 + x1 == 0.0 || c0 + c1 == 0.0 => Status::NoEvents,
        () if x0 == 0.0 || c1 == 0.0 => Status::SeparatedZeroBefore,
        () if x1 == 0.0 || c0 == 0.0 => Status::SeparatedZeroAfter,
        () => Status::Ok,
    };
    let (share_step, share_trend) = if status == Status::Ok {
        (pairs.share(&["intercept", "did"], is_count), pairs.share(&["intercept", "pretrend", "did"], is_count))
    } else {
        (None, None)
    };
    let whole = |amount: f64| amount.round() as u64;
    Some(Control {
        name: if others.is_empty() { first.name.clone() } else { format!("{} controls", controls.len()) },
        status: if status == Status::Ok && share_step.is_none() { Status::TooShort } else { status },
        treated_before: x0,
        treated_after: x1,
        control_before: c0,
        control_after: c1,
        ratio_of_ratios: share_step.as_ref().map(|share| share.ratio),
        exact: if is_count { two_by_two::fisher(whole(x1), whole(x0), whole(c1), whole(c0)) } else { None },
        pretrend: pairs.drift(is_count),
        controls: if others.is_empty() { Vec::new() } else { alone(sides, &all, is_count) },
        placebo: rank(sides, &all, share_step.as_ref(), is_count),
        share_step,
        share_trend,
    })
}

fn alone(sides: &Sides<'_>, controls: &[&TradeSeries], is_count: bool) -> Vec<SingleControl> {
    let single = |at: usize| SingleControl {
        name: controls[at].name.clone(),
        ratio: Pairs::of(sides, sides.series, &controls[at..=at]).share(&["intercept", "did"], is_count).map(|share| share.ratio),
        as_treated: against_the_others(sides, controls, at, is_count).map(|share| share.ratio.estimate),
    };
    (0..controls.len()).map(single).collect()
}

/// Returns the share model of a control in the place of the treated series, which stays out.
fn against_the_others(sides: &Sides<'_>, controls: &[&TradeSeries], at: usize, is_count: bool) -> Option<ShareFit> {
    let others: Vec<&TradeSeries> =
        controls.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, control)| *control).collect();
    Pairs::of(sides, controls[at], &others).share(&["intercept", "did"], is_count)
}

fn rank(sides: &Sides<'_>, controls: &[&TradeSeries], treated: Option<&ShareFit>, is_count: bool) -> Option<ControlPlacebo> {
    if controls.len() < FEWEST_FOR_RANK {
        return None;
    }
    let own = treated?.ratio.estimate.ln().abs();
    let placebos = (0..controls.len()).filter_map(|at| against_the_others(sides, controls, at, is_count));
    let rank = 1 + placebos.filter(|placebo| placebo.ratio.estimate.ln().abs() >= own).count();
    Some(ControlPlacebo { rank, controls: controls.len(), p: rank as f64 / (controls.len() + 1) as f64 })
}

/// Periods that are observed in both series and in which either has something.
struct Pairs {
    a_year: f64,
    positions: Vec<i32>,
    since: Vec<i32>,
    treated: Vec<f64>,
    control: Vec<f64>,
}

impl Pairs {
    fn of(sides: &Sides<'_>, treated: &TradeSeries, controls: &[&TradeSeries]) -> Pairs {
        let mut pairs = Pairs {
            a_year: f64::from(sides.series.frequency.periods_a_year()),
            positions: Vec::new(),
            since: Vec::new(),
            treated: Vec::new(),
            control: Vec::new(),
        };
        for (at, status) in sides.statuses.iter().enumerate() {
            let ordinal = sides.series.first + at as i32;
            let is_observed = |series: &TradeSeries| series.point(ordinal).status == PeriodStatus::Observed;
            if *status != PeriodStatus::Observed || !is_observed(treated) || !controls.iter().all(|control| is_observed(control))
            {
                continue;
            }
            pairs.positions.push(at as i32);
            pairs.since.push(ordinal - sides.first_post);
            pairs.treated.push(treated.point(ordinal).amount);
            pairs.control.push(controls.iter().map(|control| control.point(ordinal).amount).sum());
        }
        pairs
    }

    /// Returns the rows before a period that have something, as columns of some terms, with parts and wholes.
    fn rows(&self, terms: &[&str], is_in: impl Fn(i32) -> bool) -> (Design, Vec<f64>, Vec<f64>, Vec<i32>) {
        let mut design = Design::new(terms.len());
        let (mut parts, mut wholes, mut positions) = (Vec::new(), Vec::new(), Vec::new());
        for (row, since) in self.since.iter().enumerate() {
            let whole = self.treated[row] + self.control[row];
            if whole <= 0.0 || !is_in(*since) {
                continue;
            }
            let cell = |term: &&str| match *term {
                "intercept" => 1.0,
                "did" => f64::from(u8::from(*since >= 0)),
                _ => f64::from(*since) / self.a_year,
            };
            design.push(&terms.iter().map(cell).collect::<Vec<_>>());
            parts.push(self.treated[row]);
            wholes.push(whole);
            positions.push(self.positions[row]);
        }
        (design, parts, wholes, positions)
    }

    /// Fits the share of the treated series; the last term is the change.
    fn share(&self, terms: &[&'static str], is_count: bool) -> Option<ShareFit> {
        let (design, parts, wholes, positions) = self.rows(terms, |_| true);
        let (n, k) = (parts.len(), terms.len());
        if n < FEWEST_ROWS || n <= k {
            return None;
        }
        let fit = fit(&design, Response::Share { parts: &parts, wholes: &wholes })?;
        let change = k - 1;
        if fit.coefficients[change].abs() > SEPARATED {
            return None;
        }
        let freedom = (n - k) as f64;
        let spread = Spread::of(&fit, &positions, freedom, is_count);
        let residuals: Vec<f64> = parts.iter().zip(&fit.fitted).map(|(part, mean)| part - mean).collect();
        let sandwich = hac(&design, &residuals, &fit, &positions, hac_lag(n), n as f64 / freedom);
        let scale = |at: usize| if terms[at] == "pretrend" { 1.0 / self.a_year } else { 1.0 };
        let errors =
            |factor: f64| -> Vec<f64> { (0..k).map(|at| scale(at) * (factor * fit.covariance.at(at, at)).sqrt()).collect() };
        let coef: Vec<f64> = (0..k).map(|at| scale(at) * fit.coefficients[at]).collect();
        let se = errors(spread.variance_factor());
        let reference = Reference::Student(freedom);
        let p: Vec<f64> = coef.iter().zip(&se).map(|(coefficient, error)| reference.two_sided(coefficient / error)).collect();
        let reach = reference.quantile() * se[change];
        let logarithm = coef[change];
        Some(ShareFit {
            terms: terms.to_vec(),
            ratio: Estimate::new(logarithm.exp(), (logarithm - reach).exp(), (logarithm + reach).exp(), p[change]),
            se_binomial: errors(1.0),
            se_quasi: errors(spread.dispersion),
            se_hac: (0..k).map(|at| scale(at) * sandwich.at(at, at).sqrt()).collect(),
            coef,
            se,
            p,
            n,
            df: n - k,
            dispersion: spread.dispersion,
            resid_lag1: spread.lag1,
            resid_lag1_corrected: spread.lag1_corrected,
        })
    }

    /// Tests whether the share moved with time before the change.
    fn drift(&self, is_count: bool) -> Option<PreTrend> {
        let (design, parts, wholes, positions) = self.rows(&["intercept", "pretrend"], |since| since < 0);
        if parts.len() < FEWEST_FOR_DRIFT || parts.iter().all(|part| *part == 0.0) || parts == wholes {
            return None;
        }
        let fit = fit(&design, Response::Share { parts: &parts, wholes: &wholes })?;
        let freedom = (parts.len() - 2) as f64;
        let spread = Spread::of(&fit, &positions, freedom, is_count);
        let (a_year, error) = (fit.coefficients[1], (spread.dispersion_used * fit.covariance.at(1, 1)).sqrt());
        let p = Reference::Student(freedom).two_sided(a_year / error);
        Some(PreTrend {
            coef: a_year / self.a_year,
            se: error / self.a_year,
            ratio_per_year: a_year.exp(),
            p,
            status: if p < DRIFT_P { "fails" } else { "passes" },
        })
    }
}
