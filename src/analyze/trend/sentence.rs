//! The figures in words, by fixed templates.
//!
//! In: the figures of a series. Out: a few sentences. The verb follows the interval and not the estimate: an interval that holds 1 is no
//! change, whatever its middle. What is said was recorded; reasons are not given.

use crate::model::series::{Frequency, Measure};
use crate::model::trend_change::{Control, Estimate, Found, Ratio, Status, TrendChange};

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// A p-value above this of the search is no change at any date.
const SEARCH_P: f64 = 0.05;

/// Returns what the figures say.
pub fn sentence(change: &TrendChange) -> String {
    let mut sentences = vec![level(change)];
    if change.status == Status::Ok {
        sentences.extend(model(change));
        sentences.extend(change.control.as_ref().and_then(relative));
        sentences.extend(change.scan.found.as_ref().map(|found| search(found, change.frequency)));
        sentences.extend(outliers(change));
    }
    if change.measure.is_count() {
        sentences.push(match change.measure {
            Measure::Consignees => "Consignees are counted by name, not by company.".to_owned(),
            _ => "Counts are records, not quantities.".to_owned(),
        });
    }
    sentences.join(" ")
}

fn level(change: &TrendChange) -> String {
    let noun = noun(change.measure);
    let name = &change.series;
    let figures = &change.descriptive;
    let Some(ratio) = &figures.ratio else {
        return match change.status {
            Status::NoEvents => format!("{name}: no {noun} recorded in the window: nothing can be said."),
            Status::NoPeriodsBefore => format!("{name}: no observed {} before the change.", change.frequency.as_str()),
            Status::NoPeriodsAfter => format!("{name}: no observed {} after the change.", change.frequency.as_str()),
            _ => format!("{name}: nothing can be said."),
        };
    };
    let unit = change.frequency.as_str();
    let when = when(change);
    let levels = format!("{} to {} a {unit}", amount(figures.before.per_month), amount(figures.after.per_month));
    let earlier = match change.frequency {
        Frequency::Month => "monthly",
        Frequency::Quarter => "quarterly",
        Frequency::Year => "yearly",
    };
    match direction(ratio.low, ratio.high) {
        Direction::None => format!(
            "{name}: no clear change of recorded {noun} {when} ({levels}; anything from {} to {} fits the data).",
            number(ratio.low),
            if ratio.high_is.is_some() { "any multiple".to_owned() } else { times(ratio.high) }
        ),
        Direction::Unknown => format!("{name}: recorded {noun} {when} went from {levels}; how sure that is cannot be said."),
        _ if ratio.estimate_is.is_some() => format!(
            "{name}: recorded {noun} began {when}: none before, {} a {unit} since (95 % interval from {} upward).",
            amount(figures.after.per_month),
            times(ratio.low)
        ),
        _ if ratio.estimate == 0.0 => format!(
            "{name}: recorded {noun} ended {when}: {} a {unit} before, none since (95 % interval up to {}).",
            amount(figures.before.per_month),
            times(ratio.high)
        ),
        direction => format!(
            "{name}: recorded {noun} {} to {} times the earlier {earlier} level {when} ({levels}; 95 % interval {}).",
            if direction == Direction::Up { "rose" } else { "fell" },
            number(ratio.estimate),
            interval(ratio)
        ),
    }
}

fn model(change: &TrendChange) -> Option<String> {
    let fit = change.model.fit.as_ref()?;
    fit.pre_trend_per_year.as_ref()?;
    let (kind, level) =
        fit.plain.as_ref().map_or((change.model.kind?, &fit.level_ratio), |plain| (plain.kind, &plain.level_ratio));
    let beside = if change.model.season == Some("none") { "the earlier trend" } else { "the earlier trend and the season" };
    let mut text = match direction(level.low, level.high) {
        Direction::None | Direction::Unknown => {
            format!("Beside {beside} no clear change of level is seen ({} to {}", number(level.low), times(level.high))
        }
        _ => format!("Beside {beside} the level changed to {} times ({}", number(level.estimate), range(level)),
    };
    text.push(')');
    let slope = fit.slope_per_year.as_ref().filter(|_| kind == "full");
    if let Some(slope) = slope.filter(|slope| direction(slope.low, slope.high) != Direction::None) {
        text.push_str(&format!(", and the trend turned by {} times a year ({})", number(slope.estimate), range(slope)));
    }
    text.push('.');
    Some(text)
}

fn relative(control: &Control) -> Option<String> {
    let ratio = control.ratio_of_ratios.as_ref()?;
    let figures = format!("{} ({})", number(ratio.estimate), range(ratio));
    let moved = control.pretrend.map(|drift| drift.status);
    Some(match moved {
        Some("fails") => {
            format!("Against {} it differs by a factor of {figures}, but was already drifting before.", control.name)
        }
        Some(_) => format!("Relative to {}: {figures}, and the two series moved together before.", control.name),
        None => {
            format!("Relative to {}: {figures}; too few periods before tell whether the two series moved together.", control.name)
        }
    })
}

fn search(found: &Found, frequency: Frequency) -> String {
    if found.p > SEARCH_P {
        return format!("A search that knows no date finds no clear change of level at any (p {}).", probability(found.p));
    }
    let best = in_words(&found.best);
    let given = if found.contains_break { "the given date is among them" } else { "the given date is not among them" };
    match (found.set.first(), found.set.last()) {
        (Some(first), Some(last)) if first != last => format!(
            "A search that knows no date puts the change at {best}, but any of {} {}s from {} to {} fits; {given}.",
            found.set.len(),
            frequency.as_str(),
            in_words(first),
            in_words(last)
        ),
        _ if found.contains_break => format!("A search that knows no date puts the change at {best}, the given date."),
        _ => format!("A search that knows no date puts the change at {best} and not at the given date."),
    }
}

fn outliers(change: &TrendChange) -> Option<String> {
    let outliers = &change.descriptive.outliers;
    let unit = match change.measure {
        Measure::Count | Measure::Shipments => " records",
        _ => "",
    };
    let named: Vec<String> =
        outliers.iter().map(|outlier| format!("{} ({}{unit})", in_words(&outlier.period), amount(outlier.count))).collect();
    match named.as_slice() {
        [] => None,
        [one] => Some(format!("{one} is an outlier.")),
        several if several.len() <= 3 => Some(format!("{} are outliers.", several.join(", "))),
        several => Some(format!("{} {}s are outliers.", several.len(), change.frequency.as_str())),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
    /// The interval holds 1.
    None,
    Unknown,
}

fn direction(low: f64, high: f64) -> Direction {
    match () {
        () if low.is_nan() || high.is_nan() => Direction::Unknown,
        () if low > 1.0 => Direction::Up,
        () if high < 1.0 => Direction::Down,
        () => Direction::None,
    }
}

/// Returns "after February 2022" where the change lies inside a period, "from January 2005 on" where it opens one.
fn when(change: &TrendChange) -> String {
    match change.change.transition.last() {
        Some(period) => format!("after {}", in_words(period)),
        None => format!("from {} on", in_words(&change.change.first_post)),
    }
}

/// Returns a period's label as words: `2022-02` is February 2022.
pub fn in_words(label: &str) -> String {
    let month = label.split_once('-').and_then(|(year, month)| {
        let at = month.parse::<usize>().ok()?.checked_sub(1)?;
        Some(format!("{} {year}", MONTHS.get(at)?))
    });
    match (month, label.split_once("-Q")) {
        (Some(month), _) => month,
        (None, Some((year, quarter))) => format!("quarter {quarter} of {year}"),
        (None, None) => label.to_owned(),
    }
}

fn noun(measure: Measure) -> &'static str {
    match measure {
        Measure::Count => "counts",
        Measure::Shipments => "shipments",
        Measure::Consignees => "consignees",
        Measure::ValueUsd => "value (USD)",
        Measure::NetWeightKg => "net weight (kg)",
        Measure::Value => "value",
    }
}

fn interval(ratio: &Ratio) -> String {
    format!("{} to {}", number(ratio.low), number(ratio.high))
}

fn range(estimate: &Estimate) -> String {
    format!("{} to {}", number(estimate.low), number(estimate.high))
}

fn times(ratio: f64) -> String {
    format!("{} times", number(ratio))
}

/// Returns a ratio with two decimals, fewer where it is large and more where it is small.
pub fn number(ratio: f64) -> String {
    match ratio.abs() {
        size if !size.is_finite() => "no bound".to_owned(),
        size if size >= 100.0 => format!("{ratio:.0}"),
        size if size >= 10.0 => format!("{ratio:.1}"),
        size if size >= 0.095 || size == 0.0 => format!("{ratio:.2}"),
        size if size >= 0.0001 => format!("{ratio:.4}"),
        _ => "less than 0.0001".to_owned(),
    }
}

/// Returns an amount a period: one decimal, none where it is whole or large; with commas between groups of three digits.
pub fn amount(amount: f64) -> String {
    match amount.abs() {
        size if size >= 1000.0 || amount.fract() == 0.0 => grouped(&format!("{amount:.0}")),
        size if size >= 0.95 => format!("{amount:.1}"),
        _ => format!("{amount:.2}"),
    }
}

fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let mut text = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a p-value as it is printed.
pub fn probability(p: f64) -> String {
    match p {
        p if p.is_nan() => String::new(),
        p if p < 0.0001 => "<0.0001".to_owned(),
        p if p < 0.01 => format!("{p:.4}"),
        p => format!("{p:.3}"),
    }
}
