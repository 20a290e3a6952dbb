//! Fits by iterated weighted least squares: counts with a logarithmic link, shares with a logistic one.
//!
//! In: a design, amounts, and offsets or wholes. Out: coefficients, fitted values and the covariance at the last step, so that errors
//! belong to the coefficients beside them. Steps are Newton's; sums run in the order of the rows.

use super::normal_equations::{MAX_COLUMNS, Symmetric};

/// Columns of a model, row by row. Time stands in years, so that no column is much larger than another.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    n_columns: usize,
    cells: Vec<f64>,
}

impl Design {
    pub fn new(n_columns: usize) -> Self {
        Design { n_columns, cells: Vec::new() }
    }

    pub fn push(&mut self, row: &[f64]) {
        assert_eq!(row.len(), self.n_columns, "a row has all columns");
        self.cells.extend_from_slice(row);
    }

    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    pub fn n_rows(&self) -> usize {
        self.cells.len() / self.n_columns
    }

    pub fn row(&self, at: usize) -> &[f64] {
        &self.cells[at * self.n_columns..(at + 1) * self.n_columns]
    }

    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.cells.chunks_exact(self.n_columns)
    }

    pub fn set(&mut self, row: usize, column: usize, value: f64) {
        self.cells[row * self.n_columns + column] = value;
    }

    /// Returns some rows, without the last columns.
    pub fn part(&self, rows: std::ops::Range<usize>, n_columns: usize) -> Design {
        let mut part = Design::new(n_columns);
        for row in rows {
            part.push(&self.row(row)[..n_columns]);
        }
        part
    }
}

/// What is fitted, and how its mean follows from the design.
#[derive(Debug, Clone, Copy)]
pub enum Response<'a> {
    /// Means are `exp(predictor + offset)`, variances the means.
    Poisson { amounts: &'a [f64], log_offsets: Option<&'a [f64]> },
    /// Parts of wholes; means are `whole / (1 + exp(-predictor))`.
    Share { parts: &'a [f64], wholes: &'a [f64] },
}

impl Response<'_> {
    fn amount(&self, row: usize) -> f64 {
        match self {
            Response::Poisson { amounts, .. } => amounts[row],
            Response::Share { parts, .. } => parts[row],
        }
    }

    /// Returns mean and variance for a predictor without offset.
    fn moments(&self, row: usize, predictor: f64) -> (f64, f64) {
        match self {
            Response::Poisson { log_offsets, .. } => {
                let mean = (predictor + log_offsets.map_or(0.0, |offsets| offsets[row])).exp();
                (mean, mean)
            }
            Response::Share { wholes, .. } => {
                let share = 1.0 / (1.0 + (-predictor).exp());
                let mean = wholes[row] * share;
                (mean, mean * (1.0 - share))
            }
        }
    }

    /// Returns a predictor near the data and its weight: half a case more than there is, so that zeros have a logarithm.
    fn start(&self, row: usize) -> (f64, f64) {
        match self {
            Response::Poisson { amounts, log_offsets } => {
                let near = amounts[row] + 0.5;
                (near.ln() - log_offsets.map_or(0.0, |offsets| offsets[row]), near)
            }
            Response::Share { parts, wholes } => {
                let (part, rest) = (parts[row] + 0.5, wholes[row] - parts[row] + 0.5);
                ((part / rest).ln(), part * rest / (part + rest))
            }
        }
    }
}

/// A fit that converged.
#[derive(Debug, Clone)]
pub struct Fit {
    pub coefficients: Vec<f64>,
    pub fitted: Vec<f64>,
    /// The inverse of the information at the coefficients.
    pub covariance: Symmetric,
    /// Residuals in units of the deviation that the model expects.
    pub pearson: Vec<f64>,
}

/// Steps smaller than this end a fit.
const CONVERGED: f64 = 1e-12;
/// Steps that no longer shrink are rounding if they are smaller than this.
const ROUNDING: f64 = 1e-9;
const MAX_STEPS: usize = 100;
/// The longest step at once: a first step may overshoot where counts are few.
const LONGEST_STEP: f64 = 5.0;
/// An effect beyond this is a side without records, not a number.
pub const SEPARATED: f64 = 15.0;

/// Fits a model; `None` where columns depend on each other or the fit does not converge.
pub fn fit(design: &Design, response: Response<'_>) -> Option<Fit> {
    let start = start(design, response)?;
    fit_from(design, response, start)
}

/// Fits a model from coefficients that are near.
pub fn fit_from(design: &Design, response: Response<'_>, mut coefficients: Vec<f64>) -> Option<Fit> {
    let mut last_step = f64::INFINITY;
    for _ in 0..MAX_STEPS {
        let (information, mut step) = equations(design, response, &coefficients);
        let step = &mut step[..design.n_columns()];
        information.factor()?.solve(step);
        let longest = step.iter().fold(0.0_f64, |longest, part| longest.max(part.abs()));
        if !longest.is_finite() {
            return None;
        }
        let shrink = if longest > LONGEST_STEP { LONGEST_STEP / longest } else { 1.0 };
        for (coefficient, part) in coefficients.iter_mut().zip(step.iter()) {
            *coefficient += shrink * part;
        }
        if longest < CONVERGED || (longest < ROUNDING && longest >= last_step) {
            return finish(design, response, coefficients);
        }
        last_step = longest;
    }
    None
}

fn start(design: &Design, response: Response<'_>) -> Option<Vec<f64>> {
    let mut information = Symmetric::zero(design.n_columns());
    let mut right = vec![0.0; design.n_columns()];
    for (at, row) in design.rows().enumerate() {
        let (predictor, weight) = response.start(at);
        information.add_row(weight, row);
        for (sum, cell) in right.iter_mut().zip(row) {
            *sum += weight * predictor * cell;
        }
    }
    information.factor()?.solve(&mut right);
    Some(right)
}

/// Returns information and score at some coefficients.
fn equations(design: &Design, response: Response<'_>, coefficients: &[f64]) -> (Symmetric, [f64; MAX_COLUMNS]) {
    let mut information = Symmetric::zero(design.n_columns());
    let mut score = [0.0; MAX_COLUMNS];
    for (at, row) in design.rows().enumerate() {
        let (mean, variance) = response.moments(at, dot(row, coefficients));
        information.add_row(variance, row);
        let residual = response.amount(at) - mean;
        for (sum, cell) in score.iter_mut().zip(row) {
            *sum += residual * cell;
        }
    }
    (information, score)
}

fn finish(design: &Design, response: Response<'_>, coefficients: Vec<f64>) -> Option<Fit> {
    let mut information = Symmetric::zero(design.n_columns());
    let (mut fitted, mut pearson) = (Vec::with_capacity(design.n_rows()), Vec::with_capacity(design.n_rows()));
    for (at, row) in design.rows().enumerate() {
        let (mean, variance) = response.moments(at, dot(row, &coefficients));
        information.add_row(variance, row);
        fitted.push(mean);
        pearson.push((response.amount(at) - mean) / variance.sqrt());
    }
    let covariance = information.factor()?.inverse();
    Some(Fit { coefficients, fitted, covariance, pearson })
}

/// Returns the deviance of means from counts or amounts; nothing recorded adds its mean only.
pub fn poisson_deviance(amounts: &[f64], fitted: &[f64]) -> f64 {
    let part = |(amount, mean): (&f64, &f64)| {
        let logarithm = if *amount > 0.0 { amount * (amount / mean).ln() } else { 0.0 };
        logarithm - (amount - mean)
    };
    2.0 * amounts.iter().zip(fitted).map(part).sum::<f64>()
}

pub fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}
