//! A whole run, stage by stage, and the check that goes as far without writing.

use super::inputs;
use super::parties::Parties;
use super::progress::Progress;
use super::records::{self, LoadedFile};
use super::run_file::RunFile;
use super::stated_records::StatedRecords;
use super::{date_order, editions, evidence, goods, names, overlay, screening, trend};
use crate::analyze::findings::{self, Coverage, ListedSide, Part};
use crate::analyze::listing::Listings;
use crate::analyze::ownership::Standings;
use crate::analyze::{resolve, screen};
use crate::error::{Error, Result};
use crate::export;
use crate::export::duplicates::Duplicate;
use crate::export::folder::{RunFolder, check_target};
use crate::export::run_manifest::{FileEntry, ListEntry, Manifest};
use crate::export::shipments::ShipmentsFile;
use crate::model::answer::{Answer, Countable, Counts};
use crate::model::digest::sha256_of_file;
use crate::model::goods::Breadth;
use crate::model::issue::{Issue, Issues};
use crate::model::question::{Question, Verdict};
use crate::model::trend_change::TestedSeries;
use crate::model::vendor_schema::VendorSchema;
use crate::normalize::STORE_VERSION;
use crate::store::parts::Store;
use crate::store::sql::{self, Query, Thresholds};
use polars::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How far a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    Store,
    Resolve,
    Screen,
    Findings,
}

/// What a run came to.
pub struct Outcome {
    pub title: String,
    /// The run folder; `None` where the run ended before the findings.
    pub folder: Option<PathBuf>,
    pub findings: Vec<(Question, Answer)>,
    /// Findings and their groups under the trend tests, where these are asked for.
    pub trends: Vec<TestedSeries>,
    pub records_read: u64,
    pub records_kept: u64,
    pub records_duplicate: u64,
    pub records_rejected: u64,
    /// Those of them that are totals of others, which is no damage.
    pub records_totals: u64,
    pub max_rejected: f64,
}

impl Outcome {
    /// Returns how many records were rejected that are no totals.
    pub fn records_damaged(&self) -> u64 {
        self.records_rejected - self.records_totals
    }

    /// Tells whether more records were rejected than the run file allows.
    pub fn has_too_many_rejected(&self) -> bool {
        self.records_damaged() as f64 > self.max_rejected * (self.records_read - self.records_totals) as f64
    }

    pub fn has_difference(&self) -> bool {
        self.findings.iter().any(|(_, answer)| answer.verdict == Verdict::Differs)
    }
}

/// How much looser the other end of the range is than the run's threshold: the width of the band that a person should review.
const LOOSER_BY: u16 = screen::STRONG - screen::REVIEW;

/// Everything of a run file that can be checked without reading records.
struct Prepared {
    schemas: Vec<VendorSchema>,
    inputs: inputs::Inputs,
    listings: Listings,
    list_entries: Vec<ListEntry>,
    goods: goods::GoodsRules,
    thresholds: Thresholds,
}

fn prepare(run_file: &RunFile) -> Result<Prepared> {
    names::add_words(run_file.words.as_ref().map(|path| run_file.resolve(path)).as_deref())?;
    let schemas = inputs::schemas(run_file)?;
    let files = inputs::input_files(run_file)?;
    let (listings, list_entries) = screening::listings(run_file)?;
    screening::check_sides(&run_file.questions, &listings.watchlists)?;
    let inputs = inputs::inputs(run_file, &schemas, &files)?;
    inputs::check_columns(&run_file.questions, &inputs.filled)?;
    let thresholds = Thresholds { headline: run_file.threshold, looser: run_file.threshold - LOOSER_BY };
    Ok(Prepared { goods: goods::rules(run_file)?, schemas, inputs, listings, list_entries, thresholds })
}

/// Validates run file, headers, lists and dates; writes nothing. Returns the number of files, lists and findings.
///
/// Records are read only where the order of their dates is to be told by them.
pub fn check(run_file: &RunFile) -> Result<(usize, usize, usize)> {
    let prepared = prepare(run_file)?;
    date_order::source_dates(run_file, &prepared.schemas, &prepared.inputs.tables, None)?;
    Ok((prepared.inputs.tables.len(), prepared.list_entries.len(), run_file.questions.len()))
}

/// Runs all stages as far as asked. `store` and `out` are folders; `environment` is what the manifest keeps apart.
pub fn run(
    run_file: &RunFile,
    store: &Path,
    out: &Path,
    until: Until,
    environment: serde_json::Value,
    progress: &dyn Progress,
) -> Result<Outcome> {
    let prepared = prepare(run_file)?;
    if until == Until::Findings {
        check_target(out)?;
    }
    let folder = if until == Until::Findings { Some(RunFolder::create(out)?) } else { None };
    progress.stage("records");
    let store = Store::open(store)?;
    let files = records::load(run_file, &prepared.schemas, &prepared.inputs.tables, &store, progress)?;
    let mut outcome = tally(run_file, &files);
    if until == Until::Store {
        return Ok(outcome);
    }

    progress.stage("repeats");
    let mut resolved = overlay::resolve(&files, &prepared.schemas, &store, run_file.rules.clone())?;
    outcome.records_duplicate = resolved.duplicates.len() as u64;
    outcome.records_kept -= outcome.records_duplicate;
    if until == Until::Resolve {
        return Ok(outcome);
    }

    for (file, issues) in editions::issues(&files)? {
        resolved.issues.entry(file).or_default().merge(issues);
    }

    progress.stage("names");
    let stated = StatedRecords::of(&mut resolved, &store)?;
    let countable = run_file.questions.iter().map(|question| stated.countable(question)).collect::<Result<Vec<_>>>()?;
    let parties = Parties::of(&files, &store)?;
    let parties = parties.rows();
    let standings = Standings::of(&prepared.listings, run_file.ownership);
    let screened = screening::screen(&parties, &standings, &run_file.questions, prepared.thresholds.looser);
    let Some(mut run_folder) = folder else { return Ok(outcome) };
    let folder = &mut run_folder;

    progress.stage("findings");
    if run_file.questions.iter().any(Question::asks_condition) {
        let told = goods::told_conditions(&mut resolved.engine, outcome.records_read)?;
        resolved.tell_conditions(told)?;
    }
    let goods_rows = prepared.goods.goods(&run_file.questions, &files, &mut resolved.engine)?;
    let mut members = screening::members_table(&screened.members);
    let mut goods = goods::goods_table(&goods_rows);
    resolved.engine.register("members", members.clone().lazy());
    resolved.engine.register("goods", goods.clone().lazy());
    let queries: Vec<Query> = run_file
        .questions
        .iter()
        .map(|question| findings::query(question, prepared.goods.key_of(question), prepared.thresholds))
        .collect();
    let file = ShipmentsFile::create(folder)?;
    let shipments = evidence::write(&queries, &resolved, &parties, &members, &goods, file)?;
    let mut engine = evidence::engine_over(shipments.clone(), &members, &goods);
    let mut goods_hits = goods::hits_table(&prepared.goods.hits(&run_file.questions, &mut engine)?);
    engine.register("goods_hits", goods_hits.clone().lazy());
    let has_apart = |question: &Question| goods_rows.iter().any(|row| row.goods_set == question.id && !row.is_counted);
    let coverage = coverage(run_file, &prepared.schemas, &files)?;
    let without_rules = evidence::without_rules(&queries, &resolved, &shipments, &members, &goods)?;
    let mut of_records = Vec::new();
    for (((question, query), without_rules), countable) in
        run_file.questions.iter().zip(&queries).zip(without_rules).zip(countable)
    {
        let store = stated.has_rough_dates.then_some(&mut resolved.engine);
        let mut answer = findings::answer(question, query, &mut engine, store, &coverage, countable)?;
        answer.without_rules = without_rules;
        if countable == Countable::Shipments {
            answer.listed = findings::listed_counts(&screened.listed_sides, question, query, &answer.headline, &mut engine)?;
        }
        if has_apart(question) {
            add_apart(&mut answer, findings::counts_apart(query, &mut resolved.engine)?);
        }
        answer.reasons.extend(findings::kind_notes(query, &mut engine)?);
        answer.reasons.extend(prepared.goods.notes(question));
        if question.asks_condition() {
            answer
                .reasons
                .push("where no column states the condition of goods, the words of their description tell it".to_owned());
        }
        answer.reasons.extend(line_notes(&files, &prepared.schemas));
        let off = resolve::switchable_rules().filter(|rule| !run_file.rules.contains(rule));
        answer.reasons.extend(off.map(|rule| format!("the rule `{rule}` for repeats is switched off")));
        if countable == Countable::Shipments {
            let headline = answer.headline.of(question.count);
            answer.same_days = findings::same_days(question, query, headline, &mut resolved.engine, &coverage)?;
        }
        if let Some(request) = &run_file.trend {
            answer.group_series = findings::group_series(question, query, &mut engine, &coverage)?;
            of_records.push(trend::caveats_of_records(request, question, query, &mut engine, &mut resolved.engine)?);
        }
        outcome.findings.push((question.clone(), answer));
    }

    if let Some(request) = &run_file.trend {
        let (n_records, n_repeats) = (outcome.records_read, outcome.records_duplicate);
        let known = trend::Known { coverage: &coverage, n_records, n_repeats, of_records };
        outcome.trends = trend::test_findings(request, &outcome.findings, &known);
    }

    progress.stage("files");
    let shown = &outcome.findings;
    let groups = json!(run_file.ownership);
    export::summary::write(folder, shown)?;
    export::findings::write(folder, &run_file.title, &groups, shown, &outcome.trends)?;
    folder.write_parquet("members.parquet", &mut members)?;
    folder.write_parquet("goods.parquet", &mut goods)?;
    folder.write_parquet("goods_hits.parquet", &mut goods_hits)?;
    export::parties::write(folder, &parties)?;
    export::matches::write(folder, &screened.matches)?;
    let request = run_file.trend.as_ref();
    export::series::write(folder, shown, &|question| trend::control_of(request?, question).cloned())?;
    if request.is_some() || shown.iter().any(|(_, answer)| !answer.same_days.is_empty()) {
        export::trend::write(folder, &outcome.trends, shown)?;
        export::trend::write_plots(folder, &outcome.trends)?;
    }
    export::issues::write(folder, &all_issues(&files, resolved.issues, prepared.inputs.unread))?;
    export::rejected::write(
        folder,
        &files.iter().map(|file| Ok((file.shown.clone(), file.part.rejected()?))).collect::<Result<Vec<_>>>()?,
    )?;
    export::duplicates::write(folder, &resolved.duplicates)?;
    let parts = parts_of(&screened.listed_sides, &queries);
    export::queries::write(folder, &run_file.title, &sql::shipments_view(&run_file.rules), &queries, &parts, shown)?;
    export::run_manifest::write(
        folder,
        Manifest {
            title: &run_file.title,
            run_file_sha256: sha256_of_file(&run_file.path)?,
            files: file_entries(&files, &resolved.duplicates),
            watchlists: prepared.list_entries,
            goods_lists: prepared.goods.lists,
            settings: json!({
                "threshold": prepared.thresholds.headline,
                "looser_threshold": prepared.thresholds.looser,
                "groups": groups,
                "rules": run_file.rules,
                "max_rejected": run_file.max_rejected,
                "words_sha256": run_file.words.as_ref().map(|path| sha256_of_file(&run_file.resolve(path))).transpose()?,
                "store_version": STORE_VERSION,
            }),
            environment,
        },
    )?;
    outcome.folder = Some(run_folder.publish()?);
    Ok(outcome)
}

fn tally(run_file: &RunFile, files: &[LoadedFile]) -> Outcome {
    Outcome {
        title: run_file.title.clone(),
        folder: None,
        findings: Vec::new(),
        trends: Vec::new(),
        records_read: files.iter().map(|file| file.part.account.records_read).sum(),
        records_kept: files.iter().map(|file| file.part.account.records_stored()).sum(),
        records_duplicate: 0,
        records_rejected: files.iter().map(|file| file.part.account.records_rejected).sum(),
        records_totals: files.iter().map(|file| file.part.account.records_totals).sum(),
        max_rejected: run_file.max_rejected,
    }
}

fn coverage(run_file: &RunFile, schemas: &[VendorSchema], files: &[LoadedFile]) -> Result<Coverage> {
    let lost = |error: PolarsError| Error::machine("the store's months cannot be read").detail(error.to_string());
    let mut coverage = Coverage::default();
    for (source, schema) in run_file.records.iter().zip(schemas) {
        coverage.0.entry(schema.vendor.clone()).or_default().bought.extend(source.coverage);
    }
    for file in files {
        let table = file.part.coverage()?;
        let number = |name: &str| table.column(name).and_then(|column| Ok(column.i32()?.clone())).map_err(lost);
        let text = |name: &str| table.column(name).and_then(|column| Ok(column.str()?.clone())).map_err(lost);
        let counts = table.column("n_records").and_then(|column| column.cast(&DataType::Int64)).map_err(lost)?;
        let counts = counts.i64().map_err(lost)?;
        let (years, months, flows, reporters) =
            (number("year")?, number("month")?, text("flow")?, text("reporter_country_code")?);
        let known = coverage.0.entry(schemas[file.source].vendor.clone()).or_default();
        for row in 0..table.height() {
            if let (Some(year), Some(month)) = (years.get(row), months.get(row)) {
                let word = |texts: &StringChunked| texts.get(row).unwrap_or_default().to_owned();
                let n_records = counts.get(row).unwrap_or(0);
                let months = known.months.entry((word(&flows), word(&reporters))).or_default();
                *months.entry((year, month as u32)).or_default() += n_records as u64;
            }
        }
    }
    Ok(coverage)
}

/// Returns the queries of all parts of sides that are listed, each with what it counts.
fn parts_of(sides: &[ListedSide], queries: &[Query]) -> Vec<(String, Query)> {
    let mut parts = Vec::new();
    for query in queries {
        for side in sides.iter().filter(|side| side.question == query.id && side.has_members) {
            let title = |part: Part| format!("{} {} by {}", side.side.as_str(), part.as_str(), side.by);
            parts.extend(Part::ALL.map(|part| (title(part), side.query(query, part))));
        }
    }
    parts
}

/// Adds what only broad codes select and the finding does not ask for.
fn add_apart(answer: &mut Answer, apart: Counts) {
    if apart.records == 0 {
        return;
    }
    answer.by_breadth.push((Breadth::Broad, false, apart));
    answer.reasons.push(format!(
        "{} more records have codes of older editions that held more than the listed goods; `breadth = \"broad\"` counts them",
        apart.records
    ));
}

/// Says where line numbers tell nothing, so that line items are records.
fn line_notes(files: &[LoadedFile], schemas: &[VendorSchema]) -> Vec<String> {
    let mut vendors: BTreeMap<&str, crate::model::part::LineNumbers> = BTreeMap::new();
    for file in files {
        vendors.entry(&schemas[file.source].vendor).or_default().merge(&file.part.account.line_numbers);
    }
    vendors
        .into_iter()
        .filter(|(_, lines)| !lines.is_varied)
        .map(|(vendor, lines)| {
            let why = if lines.n_stated == 0 { "missing" } else { "constant" };
            format!("line numbers of `{vendor}` are {why}: each of its records counts as a line item")
        })
        .collect()
}

fn all_issues(
    files: &[LoadedFile],
    mut resolved: BTreeMap<String, Issues>,
    unread: BTreeMap<String, Issues>,
) -> Vec<(String, Vec<Issue>)> {
    let of_tables = files.iter().map(|file| {
        let mut issues = file.part.account.issues.clone();
        issues.extend(resolved.remove(&file.shown).unwrap_or_default().into_vec());
        issues.sort_by(|left, right| (&left.kind, &left.column).cmp(&(&right.kind, &right.column)));
        (file.shown.clone(), issues)
    });
    let mut all: Vec<(String, Vec<Issue>)> =
        of_tables.chain(unread.into_iter().map(|(file, issues)| (file, issues.into_vec()))).collect();
    all.sort_by(|left, right| left.0.cmp(&right.0));
    all
}

fn file_entries(files: &[LoadedFile], duplicates: &[Duplicate]) -> Vec<FileEntry> {
    let mut n_duplicates: BTreeMap<&str, u64> = BTreeMap::new();
    for duplicate in duplicates {
        *n_duplicates.entry(&duplicate.source_file).or_default() += 1;
    }
    files
        .iter()
        .map(|file| {
            let account = &file.part.account;
            let duplicates = n_duplicates.get(file.shown.as_str()).copied().unwrap_or(0);
            FileEntry {
                path: file.shown.clone(),
                sha256: account.file_sha256.clone(),
                schema: account.schema.clone(),
                records_read: account.records_read,
                kept: account.records_stored() - duplicates,
                duplicates,
                rejected: account.records_rejected,
                spans: account.spans.into(),
                dialect: account.dialect.clone(),
                part: file.part_key.as_str().to_owned(),
            }
        })
        .collect()
}
