//! `plimsoll trend`: the trend tests alone, on any series.

use super::screen::is_same_file;
use super::terminal::{self, printable};
use crate::analyze::trend::change_design::{Kind, Season};
use crate::analyze::trend::families::Adjustment;
use crate::analyze::trend::sentence::{amount, number, probability};
use crate::analyze::trend::sides::{ChangeDay, Transition};
use crate::analyze::trend::standard_errors::ErrorRule;
use crate::analyze::trend::{Settings, segmented};
use crate::error::{Error, Result};
use crate::export::trend::json;
use crate::export::trend_plot;
use crate::model::answer::PeriodStatus;
use crate::model::date::Day;
use crate::model::digest::sha256_of_file;
use crate::model::series::Measure;
use crate::model::trend_change::{Estimate, PeriodFit, Severity, Status, TrendChange};
use crate::pipeline::trend::{FileQuestion, test_file};
use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Value, json as object};
use std::path::PathBuf;

/// Test whether a series changed at a date, with honest uncertainty.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "SERIES.csv has the columns year,month,count or period,count, and may have control, offset, status and value; \
                             series.csv of a run folder is one. A period without a line is missing, not zero.\n\n\
                             Example:\n  plimsoll trend series.csv --change 2022-02-24 --control others.csv\n\nprints what changed in a \
                             sentence, the figures with 95 % intervals (plain ratio, level and trend, ratio to the control, the dates \
                             that a search does not exclude) and what stands against them."
)]
pub struct Args {
    /// A CSV file with one series or several
    series: PathBuf,
    /// The day of the change
    #[arg(long, value_name = "DATE", value_parser = day)]
    change: Day,
    /// A series that the change should not have touched; several are added up
    #[arg(long = "control", value_name = "FILE")]
    controls: Vec<PathBuf>,
    /// The column that is tested [default: count, else value]
    #[arg(long, value_name = "COLUMN", value_parser = one_of(&Measure::ALL, Measure::as_str))]
    measure: Option<Measure>,
    /// The model of the change [default: full, step where the series is short]
    #[arg(long, value_parser = one_of(&Kind::ALL, Kind::as_str))]
    model: Option<Kind>,
    /// How the model follows the calendar [default: fourier2, less where the series is short]
    #[arg(long, value_parser = one_of(&Season::ALL, Season::as_str))]
    season: Option<Season>,
    /// The rule of the standard errors
    #[arg(long = "se", default_value = "quasi_ar1", value_parser = one_of(&ErrorRule::ALL, ErrorRule::as_str))]
    errors: ErrorRule,
    /// Allow a trend beside the step when searching for the date; needs a larger change to see one
    #[arg(long)]
    search_trend: bool,
    /// Leave out periods that begin earlier
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<Day>,
    /// Leave out periods that end later
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<Day>,
    /// Count these months as one period of two: the lunar new year moves between them
    #[arg(long, value_name = "MONTHS")]
    combine: Option<Combination>,
    /// Where the period that holds the change belongs
    #[arg(long, default_value = "exclude")]
    transition: TransitionChoice,
    /// Leave out so many further periods after the change
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=600))]
    lag: u32,
    /// How p-values of several series become q-values
    #[arg(long, default_value = "bh", value_parser = one_of(&Adjustment::ALL, Adjustment::as_str))]
    adjust: Adjustment,
    /// Write a plot of the series to a file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Print all figures as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Combination {
    JanFeb,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TransitionChoice {
    Exclude,
    Pre,
    Post,
}

pub fn run(args: &Args) -> Result<u8> {
    let transition = match args.transition {
        TransitionChoice::Exclude => Transition::Exclude,
        TransitionChoice::Pre => Transition::Before,
        TransitionChoice::Post => Transition::After,
    };
    let request = segmented::Request {
        kind: args.model,
        season: args.season,
        errors: args.errors,
        with_nb2: args.json,
        with_placebo: true,
    };
    let question = FileQuestion {
        measure: args.measure,
        controls: args.controls.clone(),
        settings: Settings {
            change: ChangeDay { day: args.change, transition, n_lag: args.lag },
            model: request,
            search_has_trend: args.search_trend,
        },
        from: args.from,
        to: args.to,
        is_combined: args.combine.is_some(),
        adjustment: args.adjust,
    };
    let changes = test_file(&args.series, &question)?;
    if let Some(path) = &args.svg {
        let [change] = changes.as_slice() else {
            return Err(Error::request(format!(
                "`{}` holds {} series, and `--svg` draws one",
                args.series.display(),
                changes.len()
            ))
            .hint("give a file with one series; a run folder has a plot of each finding"));
        };
        if args.controls.iter().chain([&args.series]).any(|input| is_same_file(path, input)) {
            return Err(Error::request(format!("`--svg {}` is a series itself", path.display())).hint("name another file"));
        }
        std::fs::write(path, trend_plot::svg(change)).map_err(|error| Error::file(path, "write", error))?;
    }
    if args.json {
        terminal::print(&json_text(args, &changes)?)?;
    } else {
        terminal::print(&printable(&text(&changes)))?;
    }
    Ok(0)
}

fn day(text: &str) -> std::result::Result<Day, String> {
    Day::parse_iso(text).ok_or_else(|| "not a calendar day such as 2022-02-24".to_owned())
}

/// Returns a parser of one word of a few, which `--help` names.
fn one_of<T>(all: &'static [T], name: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    let words: Vec<&'static str> = all.iter().map(|own| name(*own)).collect();
    PossibleValuesParser::new(words)
        .map(move |word| all.iter().copied().find(|own| name(*own) == word).expect("only words of the list are parsed"))
}

fn json_text(args: &Args, changes: &[TrendChange]) -> Result<String> {
    let command: Vec<String> = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let tool = object!({
        "version": env!("CARGO_PKG_VERSION"),
        "input_sha256": sha256_of_file(&args.series)?,
        "command": format!("plimsoll {}", command.join(" ")),
    });
    let with_tool = |change: &TrendChange| {
        let mut value = json(change);
        value["tool"] = tool.clone();
        value
    };
    let value = match changes {
        [change] => with_tool(change),
        several => Value::Array(several.iter().map(with_tool).collect()),
    };
    let mut text = serde_json::to_string_pretty(&value).expect("figures are plain data");
    text.push('\n');
    Ok(text)
}

fn text(changes: &[TrendChange]) -> String {
    match changes {
        [] => "no series in the file\n".to_owned(),
        [change] => one(change),
        several => family(several),
    }
}

fn one(change: &TrendChange) -> String {
    let unit = change.frequency.as_str();
    let mut text = format!(
        "{}: {} a {unit}, {} to {}\n{}\n\n{}\n\n",
        change.series,
        change.measure.as_str(),
        change.window.from,
        change.window.to,
        sparkline(change),
        change.sentence
    );
    text.push_str(&terminal::table(&figures(change)));
    if let Some(control) = change.control.as_ref().filter(|control| !control.controls.is_empty()) {
        let mut rows = vec![cells(["each control alone", "ratio", "95 % from", "to", "p"])];
        rows.extend(control.controls.iter().map(|single| figure(&single.name, single.ratio.as_ref())));
        text.push_str(&format!("\n{}", terminal::table(&rows)));
        if let Some(placebo) = &control.placebo {
            let (rank, n) = (placebo.rank, placebo.controls);
            text.push_str(&format!("rank {rank} of {} among the controls in its place, p {}\n", n + 1, probability(placebo.p)));
        }
    }
    for line in checks(change) {
        text.push_str(&format!("check: {line}\n"));
    }
    for caveat in &change.caveats {
        let word = if caveat.severity == Severity::Warning { "warning" } else { "note" };
        text.push_str(&format!("{word}: {} ({})\n", caveat.message, caveat.code));
    }
    text
}

fn cells<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

fn figure(name: &str, estimate: Option<&Estimate>) -> Vec<String> {
    let Some(own) = estimate else { return cells([name, "", "", "", ""]) };
    let estimate = if own.estimate == f64::INFINITY { "infinite".to_owned() } else { number(own.estimate) };
    vec![name.to_owned(), estimate, number(own.low), number(own.high), probability(own.p)]
}

fn figures(change: &TrendChange) -> Vec<Vec<String>> {
    let figures = &change.descriptive;
    let mut rows = vec![cells(["", "estimate", "95 % from", "to", "p"])];
    let ratio = figures.ratio.as_ref().map(|ratio| Estimate::new(ratio.estimate, ratio.low, ratio.high, ratio.p));
    rows.push(figure("ratio after to before", ratio.as_ref()));
    let model = &change.model;
    match &model.fit {
        Some(fit) => {
            let name = format!("level ({}, season {})", model.kind.unwrap_or_default(), model.season.unwrap_or_default());
            rows.push(figure(&name, Some(&fit.level_ratio)));
            if let Some(plain) = fit.plain.as_ref().filter(|plain| Some(plain.kind) != model.kind) {
                rows.push(figure(&format!("level ({}, no slope seen)", plain.kind), Some(&plain.level_ratio)));
            }
            for (name, estimate) in
                [("trend before, a year", &fit.pre_trend_per_year), ("change of trend, a year", &fit.slope_per_year)]
            {
                if estimate.is_some() {
                    rows.push(figure(name, estimate.as_ref()));
                }
            }
            for (name, over) in [("average", &fit.average_ratio), ("excess", &fit.excess)] {
                if let Some(over) = over {
                    let name = format!("{name} against the earlier trend, {} {}s", over.months, change.frequency.as_str());
                    rows.push(figure(&name, Some(&over.value)));
                }
            }
        }
        None => rows.push(cells(["level", &spoken(model.status), "", "", ""])),
    }
    if let Some(control) = &change.control {
        let name = format!("relative to {}", control.name);
        match &control.ratio_of_ratios {
            Some(ratio) => rows.push(figure(&name, Some(ratio))),
            None => rows.push(cells([&name, &spoken(control.status), "", "", ""])),
        }
    }
    match &change.scan.found {
        Some(found) => rows.push(vec![
            "first period of a new level".to_owned(),
            found.best.clone(),
            found.set.first().cloned().unwrap_or_default(),
            found.set.last().cloned().unwrap_or_default(),
            probability(found.p),
        ]),
        None => rows.push(cells(["first period of a new level", &spoken(change.scan.status), "", "", ""])),
    }
    rows
}

fn spoken(status: Status) -> String {
    status.as_str().replace('_', " ")
}

/// What the fit says about itself.
fn checks(change: &TrendChange) -> Vec<String> {
    let mut lines = Vec::new();
    let figures = &change.descriptive;
    if let Some(range) = &figures.leave_one_out {
        let unit = change.frequency.as_str();
        lines.push(format!("without any one {unit} the ratio lies between {} and {}", number(range.low), number(range.high)));
    }
    if let Some(fit) = &change.model.fit {
        let mut parts = vec![
            format!("dispersion {}", number(fit.dispersion)),
            format!("autocorrelation {}", number(fit.resid_lag1_corrected)),
        ];
        parts.extend(fit.ljung_box.map(|test| format!("Ljung-Box({}) p {}", test.lag, probability(test.p))));
        let residual = fit.largest_residual.as_ref();
        parts.extend(residual.map(|own| format!("largest residual {} ({})", number(own.residual), own.period)));
        lines.push(parts.join(", "));
        if let Some(placebo) = fit.placebo {
            lines.push(format!(
                "the step for its error ranks {} of {} among the same step at each {} before",
                placebo.rank,
                placebo.dates + 1,
                change.frequency.as_str()
            ));
        }
    }
    if let Some(segments) = change.segments.as_ref().filter(|segments| !segments.breaks.is_empty()) {
        lines.push(format!("exploratory: new levels from {}", segments.breaks.join(", ")));
    }
    lines
}

/// One letter a period: the level as the height of a block, a low line for nothing, a dot where nothing is known, a bar where the new
/// level begins.
fn sparkline(change: &TrendChange) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let level = |period: &PeriodFit| period.count.map(|count| count / period.months as f64);
    let most = change.periods.iter().filter_map(level).fold(0.0, f64::max);
    let mut line = String::new();
    for period in change.periods.iter().filter(|period| period.status != PeriodStatus::Combined) {
        if period.period == change.change.first_post {
            line.push('|');
        }
        line.push(match (level(period), period.status) {
            (None, _) | (_, PeriodStatus::Partial | PeriodStatus::Lagging) => '·',
            (Some(count), _) if count == 0.0 || most == 0.0 => '_',
            (Some(count), _) => BLOCKS[(count / most * 7.0).round() as usize],
        });
    }
    line
}

fn family(changes: &[TrendChange]) -> String {
    // Series of which something is certain come first: by how far the interval keeps from 1, not by p or by ratio.
    let distance = |change: &TrendChange| {
        let ratio = change.descriptive.ratio.as_ref();
        ratio.map_or(-1.0, |ratio| match (ratio.low, ratio.high) {
            (low, _) if low > 1.0 => low.ln(),
            (_, high) if high < 1.0 => -high.ln(),
            _ => 0.0,
        })
    };
    let mut order: Vec<&TrendChange> = changes.iter().collect();
    order.sort_by(|left, right| distance(right).total_cmp(&distance(left)).then_with(|| left.series.cmp(&right.series)));
    let mut rows = vec![cells(["series", "before", "after", "ratio", "95 %", "level", "vs control", "break", "p", "q", "flags"])];
    let range = |estimate: Option<&Estimate>| {
        estimate.map_or(String::new(), |own| format!("{} ({} to {})", number(own.estimate), number(own.low), number(own.high)))
    };
    for change in &order {
        let figures = &change.descriptive;
        let ratio = figures.ratio.as_ref();
        let flags: Vec<&str> =
            change.caveats.iter().filter(|caveat| caveat.severity == Severity::Warning).map(|caveat| caveat.code).collect();
        rows.push(vec![
            change.series.clone(),
            amount(figures.before.per_month),
            amount(figures.after.per_month),
            ratio.map_or_else(|| spoken(change.status), |ratio| number(ratio.estimate)),
            ratio.map_or(String::new(), |ratio| format!("{} to {}", number(ratio.low), number(ratio.high))),
            range(change.model.fit.as_ref().map(|fit| &fit.level_ratio)),
            range(change.control.as_ref().and_then(|control| control.ratio_of_ratios.as_ref())),
            change.scan.found.as_ref().map_or(String::new(), |found| found.best.clone()),
            probability(change.p()),
            change.multiplicity.map_or(String::new(), |own| probability(own.q)),
            flags.join(" "),
        ]);
    }
    let tested = changes.iter().filter(|change| change.multiplicity.is_some()).count();
    let method = changes.iter().find_map(|change| change.multiplicity).map_or("none", |own| own.method);
    format!(
        "{}\n{tested} of {} series tested, one family (q by {method}); another run is another family\n",
        terminal::table(&rows),
        changes.len()
    )
}
