//! A plot of one series as SVG: what was recorded, what the model makes of it, and the caveats as footnotes.
//!
//! Dots are periods (hollow: missing or not whole; gray: transition), the line is the fit, the dashed line what the earlier trend
//! would have led to, with its band; the vertical line is the change, the shaded months are the dates that the search does not
//! exclude. A control stands in a panel of its own, both series as multiples of their level before the change.

use crate::model::answer::PeriodStatus;
use crate::model::trend_change::{PeriodFit, TrendChange};
use std::fmt::Write;

const WIDTH: f64 = 960.0;
const LEFT: f64 = 72.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 64.0;
const PANEL: f64 = 320.0;
const CONTROL_PANEL: f64 = 160.0;
const GAP: f64 = 48.0;
const LINE: f64 = 16.0;
/// So many letters fill a line of text.
const LETTERS: usize = 140;

/// Returns the plot.
pub fn svg(change: &TrendChange) -> String {
    let change = &a_period(change);
    let has_control = change.periods.iter().any(|period| period.control.is_some());
    let footnotes: Vec<String> = wrapped(&change.sentence)
        .into_iter()
        .chain(change.caveats.iter().flat_map(|caveat| wrapped(&format!("{}: {}", caveat.code, caveat.message))))
        .collect();
    let plot_height = TOP + PANEL + if has_control { GAP + CONTROL_PANEL } else { 0.0 };
    let height = plot_height + GAP + LINE * footnotes.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    let title = format!("{}: {} a {}", change.series, change.measure.as_str(), change.frequency.as_str());
    line_of_text(&mut svg, LEFT, 24.0, "16", &title);
    line_of_text(
        &mut svg,
        LEFT,
        44.0,
        "12",
        &format!("change {}, {} to {}", change.change.date, change.window.from, change.window.to),
    );
    series_panel(&mut svg, change);
    if has_control {
        control_panel(&mut svg, change, TOP + PANEL + GAP);
    }
    for (at, footnote) in footnotes.iter().enumerate() {
        line_of_text(&mut svg, LEFT, plot_height + GAP + LINE * at as f64, "11", footnote);
    }
    svg.push_str("</svg>\n");
    svg
}

/// Returns a change with the amounts of periods that are counted as one spread over these.
fn a_period(change: &TrendChange) -> TrendChange {
    let mut change = change.clone();
    for period in change.periods.iter_mut().filter(|period| period.months > 1) {
        let months = period.months as f64;
        let amounts = [&mut period.count, &mut period.fitted, &mut period.counterfactual, &mut period.control];
        for amount in amounts.into_iter().chain([&mut period.counterfactual_low, &mut period.counterfactual_high]).flatten() {
            *amount /= months;
        }
    }
    change.periods.retain(|period| period.status != PeriodStatus::Combined);
    change
}

/// Where values and periods lie on the paper.
struct Frame {
    top: f64,
    height: f64,
    most: f64,
    n: usize,
}

impl Frame {
    fn x(&self, at: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * (at + 0.5) / self.n.max(1) as f64
    }

    fn y(&self, value: f64) -> f64 {
        self.top + self.height * (1.0 - (value / self.most).clamp(0.0, 1.0))
    }

    /// Draws axes with about four values, and the first period of each year.
    fn axes(&self, svg: &mut String, periods: &[PeriodFit]) {
        let step = round_step(self.most / 4.0);
        let mut tick = 0;
        while f64::from(tick) * step <= self.most * 1.0001 {
            let value = f64::from(tick) * step;
            let y = self.y(value);
            let _ = writeln!(svg, "<path d=\"M{LEFT:.1} {y:.1}H{:.1}\" stroke=\"#ddd\"/>", WIDTH - RIGHT);
            let text = if step >= 1.0 { format!("{value:.0}") } else { format!("{value:.2}") };
            let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>", LEFT - 6.0, y + 4.0);
            tick += 1;
        }
        let base = self.top + self.height;
        let mut last_year = "";
        for (at, period) in periods.iter().enumerate() {
            let year = period.period.split('-').next().unwrap_or_default();
            if year != last_year {
                last_year = year;
                let x = self.x(at as f64);
                let _ = writeln!(svg, "<path d=\"M{x:.1} {base:.1}v5\" stroke=\"#333\"/>");
                let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{:.1}\">{year}</text>", base + 18.0);
            }
        }
        let _ = writeln!(svg, "<path d=\"M{LEFT:.1} {base:.1}H{:.1}\" stroke=\"#333\"/>", WIDTH - RIGHT);
    }

    /// Draws a line through values, interrupted where there is none.
    fn line(&self, svg: &mut String, values: impl Iterator<Item = Option<f64>>, style: &str) {
        let mut path = String::new();
        let mut is_open = false;
        for (at, value) in values.enumerate() {
            match value {
                Some(value) => {
                    let _ = write!(path, "{}{:.1} {:.1}", if is_open { "L" } else { "M" }, self.x(at as f64), self.y(value));
                    is_open = true;
                }
                None => is_open = false,
            }
        }
        if !path.is_empty() {
            let _ = writeln!(svg, "<path d=\"{path}\" fill=\"none\" {style}/>");
        }
    }
}

fn series_panel(svg: &mut String, change: &TrendChange) {
    let periods = &change.periods;
    let recorded = periods.iter().filter_map(|period| period.count).fold(0.0, f64::max);
    let expected = periods.iter().filter_map(|period| period.counterfactual).fold(0.0, f64::max);
    // A counterfactual that leaves the paper is cut: what was recorded decides the scale.
    let most = recorded.max(expected.min(2.0 * recorded)) * 1.05;
    let frame = Frame { top: TOP, height: PANEL, most: if most > 0.0 { most } else { 1.0 }, n: periods.len() };
    shade_dates(svg, &frame, change);
    frame.axes(svg, periods);
    let after = |period: &PeriodFit| period.period >= change.change.first_post;
    band(svg, &frame, periods, &after);
    frame.line(
        svg,
        periods.iter().map(|period| period.counterfactual.filter(|_| after(period))),
        "stroke=\"#b35806\" stroke-dasharray=\"5 4\" stroke-width=\"1.5\"",
    );
    frame.line(svg, periods.iter().map(|period| period.fitted), "stroke=\"#2166ac\" stroke-width=\"1.5\"");
    for (at, period) in periods.iter().enumerate() {
        let (x, y) = (frame.x(at as f64), frame.y(period.count.unwrap_or(0.0)));
        let style = match period.status {
            PeriodStatus::Observed => "fill=\"#222\"",
            PeriodStatus::Transition => "fill=\"#999\"",
            PeriodStatus::Missing | PeriodStatus::Partial | PeriodStatus::Lagging | PeriodStatus::Combined => {
                "fill=\"#fff\" stroke=\"#222\""
            }
        };
        let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\" {style}/>");
    }
    mark_change(svg, &frame, change);
}

fn shade_dates(svg: &mut String, frame: &Frame, change: &TrendChange) {
    let Some(found) = &change.scan.found else { return };
    for (at, _) in change.periods.iter().enumerate().filter(|(_, period)| found.set.contains(&period.period)) {
        let (left, right) = (frame.x(at as f64 - 0.5), frame.x(at as f64 + 0.5));
        let _ = writeln!(
            svg,
            "<rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#eef3f8\"/>",
            frame.top,
            right - left,
            frame.height
        );
    }
}

fn band(svg: &mut String, frame: &Frame, periods: &[PeriodFit], is_shown: &dyn Fn(&PeriodFit) -> bool) {
    let shown = periods.iter().enumerate().filter(|(_, period)| is_shown(period));
    let bounds: Vec<(f64, f64, f64)> = shown
        .filter_map(|(at, period)| Some((frame.x(at as f64), period.counterfactual_low?, period.counterfactual_high?)))
        .collect();
    let upper = bounds.iter().map(|(x, _, high)| format!("{x:.1},{:.1}", frame.y(*high)));
    let lower = bounds.iter().rev().map(|(x, low, _)| format!("{x:.1},{:.1}", frame.y(*low)));
    let points: Vec<String> = upper.chain(lower).collect();
    if !points.is_empty() {
        let _ = writeln!(svg, "<polygon points=\"{}\" fill=\"#b35806\" fill-opacity=\"0.12\"/>", points.join(" "));
    }
}

fn mark_change(svg: &mut String, frame: &Frame, change: &TrendChange) {
    if let Some(at) = change.periods.iter().position(|period| period.period == change.change.first_post) {
        let x = frame.x(at as f64 - 0.5);
        let _ = writeln!(svg, "<path d=\"M{x:.1} {:.1}v{:.1}\" stroke=\"#c00\"/>", frame.top, frame.height);
    }
}

fn control_panel(svg: &mut String, change: &TrendChange, top: f64) {
    let periods = &change.periods;
    let is_observed = |period: &&PeriodFit| period.status == PeriodStatus::Observed;
    let level = |of: &dyn Fn(&PeriodFit) -> Option<f64>| {
        let before = periods.iter().filter(is_observed).filter(|period| period.period < change.change.first_post);
        let amounts: Vec<f64> = before.filter_map(of).collect();
        amounts.iter().sum::<f64>() / amounts.len() as f64
    };
    let (own, control) = (level(&|period| period.count), level(&|period| period.control));
    let indexed = |value: Option<f64>, level: f64| value.map(|value| value / level).filter(|index| index.is_finite());
    let lines: [Vec<Option<f64>>; 2] = [
        periods.iter().map(|period| indexed(period.count, own)).collect(),
        periods.iter().map(|period| indexed(period.control, control)).collect(),
    ];
    let most = lines.iter().flatten().flatten().copied().fold(1.0, f64::max) * 1.05;
    let frame = Frame { top, height: CONTROL_PANEL, most, n: periods.len() };
    frame.axes(svg, periods);
    let [own, control] = lines;
    frame.line(svg, control.into_iter(), "stroke=\"#7b3294\" stroke-width=\"1.2\"");
    frame.line(svg, own.into_iter(), "stroke=\"#222\" stroke-width=\"1.2\"");
    mark_change(svg, &frame, change);
    let name = change.control.as_ref().map_or("control", |control| control.name.as_str());
    let caption = format!("multiples of the level before: {} (black), {name} (violet)", change.series);
    line_of_text(svg, LEFT, top - 10.0, "12", &caption);
}

/// Returns 1, 2 or 5 times a power of ten, at least as large as a step.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= step).unwrap_or(10.0);
    factor * power
}

fn line_of_text(svg: &mut String, x: f64, y: f64, size: &str, text: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\">{}</text>", escaped(text));
}

fn escaped(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut().filter(|line| line.chars().count() + word.chars().count() < LETTERS) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}
