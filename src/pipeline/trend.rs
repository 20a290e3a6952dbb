//! Series files under the trend tests: the tests without records.

use crate::analyze::trend::families::Adjustment;
use crate::analyze::trend::null_scan::NullScans;
use crate::analyze::trend::{self, Settings};
use crate::error::{Error, Result};
use crate::ingest::series_file::{self, ReadSeries};
use crate::model::date::Day;
use crate::model::series::{Measure, TradeSeries};
use crate::model::trend_change::TrendChange;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// What is asked of a file of series.
#[derive(Debug, Clone)]
pub struct FileQuestion {
    pub measure: Option<Measure>,
    /// Files with a series each, instead of the column `control`.
    pub controls: Vec<PathBuf>,
    pub settings: Settings,
    /// The first and last day; periods outside are left out.
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub adjustment: Adjustment,
}

/// Tests all series of a file, in its order, as one family.
pub fn test_file(path: &Path, question: &FileQuestion) -> Result<Vec<TrendChange>> {
    let mut all = series_file::read(path, question.measure)?;
    for read in &mut all {
        cut(&mut read.series, question.from, question.to);
    }
    let further = question.controls.iter().map(|path| read_control(path)).collect::<Result<Vec<TradeSeries>>>()?;
    if let Some((path, control)) = question.controls.iter().zip(&further).find(|(_, control)| {
        let is_other = |read: &ReadSeries| read.series.frequency != control.frequency;
        all.iter().any(is_other)
    }) {
        return Err(Error::request(format!("the control `{}` has periods of another length", path.display()))
            .detail(format!("its periods: {}", control.frequency.as_str())));
    }
    if let [only] = all.as_slice() {
        trend::check_window(&only.series, question.settings.change)?;
    }
    let nulls = NullScans::default();
    let test = |read: &ReadSeries| {
        let own: Vec<TradeSeries> = read.control.iter().cloned().collect();
        let controls = if further.is_empty() { &own } else { &further };
        trend::test_change(&read.series, controls, question.settings, &nulls, &[])
    };
    let mut changes: Vec<TrendChange> = all.par_iter().map(test).collect();
    if changes.len() > 1 {
        trend::rank_family(&mut changes.iter_mut().collect::<Vec<_>>(), question.adjustment);
    }
    Ok(changes)
}

fn read_control(path: &Path) -> Result<TradeSeries> {
    let mut all = series_file::read(path, None)?;
    match (all.pop(), all.is_empty()) {
        (Some(read), true) => Ok(read.series),
        _ => Err(Error::request(format!("the control `{}` holds several series, or none", path.display()))
            .hint("give a file with one series; several files are added up")),
    }
}

/// Leaves out periods outside of a window, and one that the window cuts.
fn cut(series: &mut TradeSeries, from: Option<Day>, to: Option<Day>) {
    let is_inside = |ordinal: &i32| {
        let (first, last) = series.frequency.days(*ordinal);
        from.is_none_or(|from| from <= first) && to.is_none_or(|to| last <= to)
    };
    let kept: Vec<i32> = (series.first..=series.last()).filter(is_inside).collect();
    series.points = kept.iter().map(|ordinal| series.point(*ordinal)).collect();
    series.first = kept.first().copied().unwrap_or(series.first);
}
