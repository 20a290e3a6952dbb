//! The columns of a model of change: level, trend, slope, and the calendar.
//!
//! In: rows, the kind of model, the season. Out: a design with the names of its columns. Waves follow the calendar month, not the row, so
//! that gaps do not shift them.

use super::fit::Design;
use super::sides::Rows;
use crate::model::series::Frequency;
use std::f64::consts::TAU;

/// What a model says of the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Two levels.
    Ratio,
    /// Two levels on one trend.
    Step,
    /// A level and a trend on each side.
    Full,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Ratio, Kind::Step, Kind::Full];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Ratio => "ratio",
            Kind::Step => "step",
            Kind::Full => "full",
        }
    }
}

/// How a model follows the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Season {
    None,
    /// One wave a year.
    Fourier1,
    /// Two waves, of a year and of half a year.
    Fourier2,
    /// A level for each part of the year.
    Month,
}

impl Season {
    pub const ALL: [Season; 4] = [Season::None, Season::Fourier1, Season::Fourier2, Season::Month];

    pub fn as_str(self) -> &'static str {
        match self {
            Season::None => "none",
            Season::Fourier1 => "fourier1",
            Season::Fourier2 => "fourier2",
            Season::Month => "month",
        }
    }

    /// Returns the names of the columns.
    pub fn terms(self, frequency: Frequency) -> &'static [&'static str] {
        const MONTHS: [&str; 11] = ["m02", "m03", "m04", "m05", "m06", "m07", "m08", "m09", "m10", "m11", "m12"];
        match self {
            Season::None => &[],
            Season::Fourier1 => &["sin1", "cos1"],
            Season::Fourier2 => &["sin1", "cos1", "sin2", "cos2"],
            Season::Month if frequency == Frequency::Quarter => &["q2", "q3", "q4"],
            Season::Month => &MONTHS,
        }
    }

    /// Adds the cells of a part of the year, by the calendar and not by the row.
    pub fn push(self, cells: &mut Vec<f64>, frequency: Frequency, part_of_year: f64) {
        let waves = match self {
            Season::None => 0,
            Season::Fourier1 => 1,
            Season::Fourier2 => 2,
            Season::Month => {
                let n_parts = frequency.periods_a_year() as u32;
                cells.extend((2..=n_parts).map(|part| f64::from(u8::from(f64::from(part) == part_of_year))));
                return;
            }
        };
        for wave in 1..=waves {
            let angle = TAU * f64::from(wave) * part_of_year / f64::from(frequency.periods_a_year());
            cells.extend([angle.sin(), angle.cos()]);
        }
    }
}

/// A design of the change with the names of its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeDesign {
    pub design: Design,
    pub terms: Vec<&'static str>,
    /// By how much a coefficient of the design is multiplied to be one a period.
    pub scales: Vec<f64>,
}

impl ChangeDesign {
    pub fn of(rows: &Rows, kind: Kind, season: Season, frequency: Frequency) -> Self {
        let a_year = f64::from(frequency.periods_a_year());
        let (mut terms, mut scales) = (vec!["intercept"], vec![1.0]);
        if kind != Kind::Ratio {
            terms.push("trend");
            scales.push(1.0 / a_year);
        }
        terms.push("level");
        scales.push(1.0);
        if kind == Kind::Full {
            terms.push("slope");
            scales.push(1.0 / a_year);
        }
        terms.extend(season.terms(frequency));
        scales.resize(terms.len(), 1.0);
        let mut design = Design::new(terms.len());
        let mut cells = Vec::with_capacity(terms.len());
        for (since, part) in rows.since.iter().zip(&rows.parts_of_year) {
            let (years, after) = (f64::from(*since) / a_year, f64::from(u8::from(*since >= 0)));
            cells.clear();
            cells.push(1.0);
            if kind != Kind::Ratio {
                cells.push(years);
            }
            cells.push(after);
            if kind == Kind::Full {
                cells.push(after * years);
            }
            season.push(&mut cells, frequency, *part);
            design.push(&cells);
        }
        ChangeDesign { design, terms, scales }
    }

    /// Returns where a term stands.
    pub fn at(&self, term: &str) -> Option<usize> {
        self.terms.iter().position(|own| *own == term)
    }
}
