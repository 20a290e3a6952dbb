//! `plimsoll run`: the whole analysis of a run file.

use super::terminal::{self, Bar, grouped};
use crate::analyze::trend::sentence::number;
use crate::error::{Error, Result};
use crate::export::cells::scaled;
use crate::model::answer::{Answer, Countable, Counts, SameDays, Sums};
use crate::model::question::{Question, Verdict};
use crate::pipeline::run_file::RunFile;
use crate::pipeline::{self, Outcome, Until};
use clap::ValueEnum;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Answer the question of a run file and write the run folder.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Example:\n  plimsoll run sample_data/poly-group.toml\n\nprints each finding's number with its range and its \
                             table by year, and writes sample_data/poly-group.run/ with summary.csv, shipments.csv, matches.csv \
                             and the trail behind them."
)]
pub struct Args {
    /// The TOML file that states the question
    run_file: PathBuf,
    /// The run folder to write [default: the run file's name with .run]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where the shipment store lies [default: .plimsoll beside the run file]
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Stop after a stage; results are written after `findings` only
    #[arg(long, value_name = "STAGE", default_value = "findings")]
    until: Stage,
    /// Worker threads [default: one a processor]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Print findings.json instead of tables
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Stage {
    Store,
    Resolve,
    Screen,
    Findings,
}

pub fn run(args: &Args) -> Result<u8> {
    if let Some(threads) = args.threads {
        if threads == 0 {
            return Err(Error::request("`--threads` is 0").hint("name a number from 1"));
        }
        // Polars reads its number of threads when it starts; nothing of it has run yet, and no other thread reads the environment.
        unsafe { std::env::set_var("POLARS_MAX_THREADS", threads.to_string()) };
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()
            .map_err(|error| Error::machine("cannot start the worker threads").caused_by(error))?;
    }
    let run_file = RunFile::read(&args.run_file)?;
    let out = args.out.clone().unwrap_or_else(|| args.run_file.with_extension("run"));
    let store = match (&args.store, &run_file.store) {
        (Some(path), _) => path.clone(),
        (None, Some(path)) => run_file.resolve(path),
        (None, None) => run_file.resolve(".plimsoll"),
    };
    let until = match args.until {
        Stage::Store => Until::Store,
        Stage::Resolve => Until::Resolve,
        Stage::Screen => Until::Screen,
        Stage::Findings => Until::Findings,
    };
    let bar = Bar::new();
    let outcome = pipeline::run(&run_file, &store, &out, until, environment(), &bar);
    bar.finish();
    let outcome = outcome?;
    if args.json
        && let Some(folder) = &outcome.folder
    {
        let path = folder.join("findings.json");
        terminal::print(&std::fs::read_to_string(&path).map_err(|error| Error::file(&path, "read", error))?)?;
    } else {
        terminal::print(&report(&outcome))?;
    }
    if outcome.has_too_many_rejected() {
        eprintln!(
            "{} of {} records rejected, more than the share {} that `max_rejected` allows; see rejected.csv",
            grouped(outcome.records_damaged()),
            grouped(outcome.records_read - outcome.records_totals),
            outcome.max_rejected
        );
        return Ok(3);
    }
    Ok(u8::from(outcome.has_difference()))
}

/// What differs from machine to machine and from day to day: kept apart in the manifest.
fn environment() -> serde_json::Value {
    json!({
        "finished_at": chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "threads": rayon::current_num_threads(),
        "os": std::env::consts::OS,
        "arch": std::env::consts::ARCH,
    })
}

fn report(outcome: &Outcome) -> String {
    let mut text = String::new();
    if !outcome.title.is_empty() {
        text.push_str(&format!("{}\n\n", terminal::printable(&outcome.title)));
    }
    for (question, answer) in &outcome.findings {
        text.push_str(&finding(question, answer));
        for own in outcome.trends.iter().filter(|own| own.finding == question.id && own.group.is_empty()) {
            text.push_str(&format!("trend: {}\n", terminal::printable(&own.change.sentence)));
        }
        text.push('\n');
    }
    let totals = match outcome.records_totals {
        0 => String::new(),
        n_totals => format!(" ({} of them totals of others)", grouped(n_totals)),
    };
    text.push_str(&format!(
        "records: {} read = {} kept + {} duplicates + {} rejected{totals}\n",
        grouped(outcome.records_read),
        grouped(outcome.records_kept),
        grouped(outcome.records_duplicate),
        grouped(outcome.records_rejected)
    ));
    if let Some(folder) = &outcome.folder {
        text.push_str(&format!("results: {}\n", shown(folder)));
    }
    text
}

fn finding(question: &Question, answer: &Answer) -> String {
    let key = question.count;
    let window = format!("{} to {}", question.from, question.to);
    let mut text = match answer.countable {
        Countable::Shipments => format!(
            "{}: {} {}, {window} (range: {} confirmed, {} as scored, {} looser)\n",
            question.id,
            grouped(answer.headline.of(key)),
            key.as_str(),
            grouped(answer.confirmed.of(key)),
            grouped(answer.headline.of(key)),
            grouped(answer.looser.of(key)),
        ),
        Countable::Mirrors => format!("{}: {} compared, {window}\n", question.id, key.as_str()),
        Countable::Aggregates => format!("{}: values and weights, {window}\n", question.id),
    };
    let by: Vec<&str> = question.by.iter().filter(|by| by.column().is_some()).map(|by| by.as_str()).collect();
    let columns = match answer.countable {
        Countable::Aggregates => ["records", "value_usd", "value_original", "currency_code", "net_weight_kg"],
        Countable::Shipments | Countable::Mirrors => ["declarations", "line_items", "records", "consignments", "party_days"],
    };
    let mut rows = vec![["period"].into_iter().chain(by).chain(columns).map(str::to_owned).collect::<Vec<_>>()];
    const SHOWN_ROWS: usize = 60;
    let n_hidden = answer.rows.len().saturating_sub(SHOWN_ROWS);
    for row in answer.rows.iter().skip(n_hidden) {
        let counts = &row.counts;
        let mut cells = vec![format!("{}{}", row.period, if row.is_partial { " (partial)" } else { "" })];
        cells.extend(row.by.iter().cloned());
        cells.extend(match answer.countable {
            Countable::Aggregates => sums(counts, &row.sums),
            Countable::Shipments | Countable::Mirrors => {
                [counts.declarations, counts.line_items, counts.records, counts.consignments, counts.party_days].map(grouped)
            }
        });
        rows.push(cells);
    }
    text.push_str(&terminal::table(&rows));
    if n_hidden > 0 {
        text.push_str(&format!("{n_hidden} more rows in summary.csv\n"));
    }
    let verdict = match (answer.verdict, question.expected) {
        (Verdict::EqualsExpected, Some(expected)) => format!("equals the expected {}", grouped(expected)),
        (Verdict::Differs, Some(expected)) => format!("differs from the expected {}", grouped(expected)),
        (Verdict::NotTestable, _) => "not testable".to_owned(),
        _ => String::new(),
    };
    if !verdict.is_empty() {
        let source = if question.source.is_empty() { String::new() } else { format!(" ({})", question.source) };
        text.push_str(&format!("{verdict}{}\n", terminal::printable(&source)));
    }
    for own in &answer.same_days {
        text.push_str(&format!("{}\n", same_days(own)));
    }
    for reason in &answer.reasons {
        text.push_str(&format!("note: {}\n", terminal::printable(reason)));
    }
    text
}

fn same_days(own: &SameDays) -> String {
    let window = format!("{} to {}", own.from, own.to);
    match (own.ratio, own.low, own.high) {
        _ if !own.is_covered => {
            format!("same days of {}: the records do not cover {window}, or the finding's own days", own.year)
        }
        (Some(ratio), Some(low), Some(high)) => format!(
            "same days of {}: {} in {window}; the finding has {} times as many a day (95 % interval {} to {}, of chance alone)",
            own.year,
            grouped(own.count),
            number(ratio),
            number(low),
            number(high)
        ),
        _ => format!("same days of {}: none in {window}, and none in the finding", own.year),
    }
}

/// Returns what records that are sums themselves can tell.
fn sums(counts: &Counts, sums: &Sums) -> [String; 5] {
    [
        grouped(counts.records),
        sums.value_usd_cents.map_or(String::new(), |cents| scaled(cents, 2)),
        sums.value_original_cents.map_or(String::new(), |cents| scaled(cents, 2)),
        sums.currency_code.clone(),
        sums.net_weight_g.map_or(String::new(), |grams| scaled(grams, 3)),
    ]
}

fn shown(folder: &Path) -> String {
    format!("{}/", folder.display())
}
