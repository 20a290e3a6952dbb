//! Stage 2: the overlay of what counts once, over all parts, and the shipments that it leaves.

use super::records::LoadedFile;
use super::repeats::{self, failed};
use crate::analyze::resolve::{self, RULES, Removed, SAME_FILE};
use crate::error::{Error, Result};
use crate::export::duplicates::Duplicate;
use crate::model::digest::sha256_of_texts;
use crate::model::issue::Issues;
use crate::model::key;
use crate::model::part::{LineNumbers, ZeroCount};
use crate::model::shipments::{MEASURES, STATED_MEASURES, shipment_columns};
use crate::model::vendor_schema::VendorSchema;
use crate::store::kept::KeptOverlay;
use crate::store::local::{Engine, collected};
use crate::store::parts::{Store, schema_of};
use crate::store::sql;
use polars::prelude::*;

use std::collections::{BTreeMap, BTreeSet};

/// The shipments that count, as tables of an engine, and what was taken out.
pub struct Resolved {
    /// What the shipments depend on: the parts and the rules that are on.
    pub key: String,
    /// An engine with `parts`, `removed`, `restated` and `shipments`.
    pub engine: Engine,
    parts: LazyFrame,
    removed: DataFrame,
    restated: DataFrame,
    /// The columns that no record of any part fills.
    empty_columns: BTreeSet<String>,
    /// The rules that are on.
    pub rules: Vec<&'static str>,
    /// The condition that the words of an item tell, where it has been asked for.
    told_conditions: Option<DataFrame>,
    pub duplicates: Vec<Duplicate>,
    /// By source file.
    pub issues: BTreeMap<String, Issues>,
}

/// Resolves repeats over all parts and lays the overlay, or takes the one that the store kept for these parts. The overlay holds what
/// every rule finds; only the rules that are on take records out.
pub fn resolve(files: &[LoadedFile], schemas: &[VendorSchema], store: &Store, rules: Vec<&'static str>) -> Result<Resolved> {
    let always_zero = always_zero(files);
    let parts = all_parts(files, schemas, &always_zero)?;
    let key = overlay_key(files, schemas);
    let kept = store.kept_overlay(&key);
    let is_new = kept.is_none();
    let overlay = match kept {
        Some(overlay) => overlay,
        None => lay(&parts, files, schemas)?,
    };
    let lost = |error: PolarsError| failed("the kept overlay cannot be read", error);
    let mut duplicates = duplicates_of(&overlay.duplicates).map_err(lost)?;
    let (removed, restated) = (overlay.removed.clone(), overlay.restated.clone());
    let parts = with_same_files(parts, files)?;
    let mut issues: BTreeMap<String, Issues> = BTreeMap::new();
    for (file, kept) in &overlay.issues {
        let own = issues.entry(file.clone()).or_default();
        kept.iter().for_each(|issue| own.add_many(&issue.kind, &issue.column, issue.first_line, &issue.example, issue.n_records));
    }
    count_always_zero(files, &always_zero, &mut issues);
    // What is kept was held against the parts when it was new, and neither changes.
    if is_new {
        let mut engine = engine_over(parts.clone(), &removed, restated.clone().lazy(), &RULES)?;
        check_record_keys(&mut engine)?;
        check_kept(&mut engine, files, &duplicates)?;
        store.keep_overlay(&key, overlay)?;
    }
    duplicates.retain(|duplicate| rules.contains(&duplicate.rule.as_str()));
    let engine = engine_over(parts.clone(), &removed, restated.clone().lazy(), &rules)?;
    let key = sha256_of_texts([key.as_str()].into_iter().chain(rules.iter().copied()))[..32].to_owned();
    let empty_columns = files.iter().map(|file| file.part.account.empty_columns.clone());
    let empty_columns = empty_columns.reduce(|left, right| &left & &right).unwrap_or_default();
    Ok(Resolved { key, engine, parts, empty_columns, removed, restated, rules, told_conditions: None, duplicates, issues })
}

/// Returns an engine with the tables of the store and `shipments`, which is what of them counts.
fn engine_over(parts: LazyFrame, removed: &DataFrame, restated: LazyFrame, rules: &[&str]) -> Result<Engine> {
    let mut engine = Engine::new();
    engine.register("parts", parts);
    engine.register("removed", removed.clone().lazy());
    engine.register("restated", restated);
    engine.register_query("shipments", &sql::shipments_view(rules))?;
    Ok(engine)
}

impl Resolved {
    /// Returns the shipments for which a condition holds, with all their columns.
    pub fn shipments_where(&self, condition: Expr) -> Result<DataFrame> {
        let (parts, restated) = (self.parts.clone().filter(condition.clone()), self.restated.clone().lazy().filter(condition));
        let mut engine = engine_over(parts, &self.removed, restated, &self.rules)?;
        let shipments = self.with_conditions(engine.query(&sql::shipments_view(&self.rules))?);
        let is_read = |name: &str| !self.empty_columns.contains(name) || (name == "condition" && self.told_conditions.is_some());
        let (filled, empty): (Vec<_>, Vec<_>) = shipment_columns().into_iter().partition(|(name, _)| is_read(name));
        let columns: Vec<Expr> = filled.iter().map(|(name, _)| col(name.as_str())).collect();
        let mut table = read(shipments.select(columns))?;
        let n_records = table.height();
        let missing = |(name, data_type): (PlSmallStr, DataType)| Column::new_scalar(name, Scalar::null(data_type), n_records);
        let failed = |error: PolarsError| failed("the columns of the store cannot be put together", error);
        table.hstack_mut(&schema_of(empty).into_iter().map(missing).collect::<Vec<Column>>()).map_err(failed)?;
        table.select(shipment_columns().into_iter().map(|(name, _)| name)).map_err(failed)
    }

    /// Returns some columns of the records that rules have taken out for which a condition holds, and the `rule` of each.
    pub fn removed_where(&self, condition: Expr, columns: &[Expr]) -> Result<DataFrame> {
        let rules = self.removed.clone().lazy().select([col("record_key"), col("rule")]);
        let parts = self.with_conditions(self.parts.clone().filter(condition)).select(columns);
        read(parts.join(rules, [col("record_key")], [col("record_key")], JoinArgs::new(JoinType::Inner)))
    }

    /// Returns how many records for which a condition holds each day has, those that rules have taken out among them.
    pub fn records_by_day(&self, condition: Expr) -> Result<Vec<(i32, usize)>> {
        let days = self.parts.clone().filter(condition).group_by([col("day_first")]).agg([len().alias("records")]);
        let days = read(days.sort(["day_first"], SortMultipleOptions::default()))?;
        let lost = |error: PolarsError| failed("the store's days cannot be counted", error);
        let (days, counts) = (
            days.column("day_first").and_then(|column| Ok(column.i32()?.clone())).map_err(lost)?,
            days.column("records").and_then(|column| Ok(column.u32()?.clone())).map_err(lost)?,
        );
        Ok(days.iter().zip(counts.iter()).filter_map(|(day, n_records)| Some((day?, n_records? as usize))).collect())
    }

    /// Tells whether any record was taken out.
    pub fn has_removed(&self) -> bool {
        self.removed.height() > 0
    }

    /// Fills the condition of goods by the words of their items where no column states it, from now on in all queries.
    pub fn tell_conditions(&mut self, told: DataFrame) -> Result<()> {
        self.told_conditions = Some(told);
        let shipments = self.engine.query(&sql::shipments_view(&self.rules))?;
        self.engine.register("shipments", self.with_conditions(shipments));
        Ok(())
    }

    /// Lays conditions told by words under shipments; what a column states stands over them.
    fn with_conditions(&self, shipments: LazyFrame) -> LazyFrame {
        let Some(told) = &self.told_conditions else { return shipments };
        let columns: Vec<Expr> = shipment_columns().iter().map(|(name, _)| col(name.as_str())).collect();
        shipments
            .join(told.clone().lazy(), [col("item_key")], [col("item_key")], JoinArgs::new(JoinType::Left))
            .with_columns([coalesce(&[col("condition"), col("told_condition")]).alias("condition")])
            .select(columns)
    }
}

fn read(table: LazyFrame) -> Result<DataFrame> {
    collected(table).map_err(|error| failed("the store cannot be read", error))
}

/// Returns what an overlay depends on: the parts by name and vendor, which vendor stays, and the rules.
fn overlay_key(files: &[LoadedFile], schemas: &[VendorSchema]) -> String {
    let mut texts = vec![resolve::VERSION.to_string()];
    for file in files {
        let schema = &schemas[file.source];
        texts.extend([
            file.shown.clone(),
            file.part_key.as_str().to_owned(),
            schema.vendor.clone(),
            schema.precedence.to_string(),
        ]);
        texts.extend([file.source.to_string(), file.same_as.clone().unwrap_or_default()]);
    }
    sha256_of_texts(texts.iter().map(String::as_str))[..32].to_owned()
}

/// Finds the repeats among all parts.
fn lay(parts: &LazyFrame, files: &[LoadedFile], schemas: &[VendorSchema]) -> Result<KeptOverlay> {
    let n_records: u64 = files.iter().map(|file| file.part.account.records_stored()).sum();
    let precedence: BTreeMap<String, u32> = schemas.iter().map(|schema| (schema.vendor.clone(), schema.precedence)).collect();
    let overlay = repeats::find(parts, n_records, &precedence)?;
    let mut duplicates = trace(parts, &overlay.removed)?;
    let same_files = same_files(files)?;
    let mut removed = overlay.removed;
    removed.extend(same_files.iter().map(|duplicate| Removed {
        record_key: duplicate.record_key,
        rule: SAME_FILE,
        kept_record_key: duplicate.kept.as_ref().map(|(record_key, _, _)| *record_key),
    }));
    removed.sort_unstable();
    duplicates.extend(same_files);
    duplicates.sort_unstable();
    Ok(KeptOverlay {
        removed: removed_table(&removed),
        restated: resolve::restate(parts.clone(), &overlay.restatements)?,
        duplicates: duplicates_table(&duplicates),
        issues: overlay.issues.into_iter().map(|(file, issues)| (file, issues.into_vec())).collect(),
    })
}

fn duplicates_table(duplicates: &[Duplicate]) -> DataFrame {
    let kept = |of: fn(&(i64, String, i64)) -> i64| -> Vec<Option<i64>> {
        duplicates.iter().map(|duplicate| duplicate.kept.as_ref().map(of)).collect()
    };
    let kept_files: Vec<Option<&str>> =
        duplicates.iter().map(|duplicate| duplicate.kept.as_ref().map(|(_, file, _)| file.as_str())).collect();
    let text = |of: fn(&Duplicate) -> &str| duplicates.iter().map(of).collect::<Vec<&str>>();
    let columns = vec![
        Column::new("record_key".into(), duplicates.iter().map(|duplicate| duplicate.record_key).collect::<Vec<i64>>()),
        Column::new("source_file".into(), text(|duplicate| &duplicate.source_file)),
        Column::new("source_line".into(), duplicates.iter().map(|duplicate| duplicate.source_line).collect::<Vec<i64>>()),
        Column::new("rule".into(), text(|duplicate| &duplicate.rule)),
        Column::new("kept_record_key".into(), kept(|(key, _, _)| *key)),
        Column::new("kept_file".into(), kept_files),
        Column::new("kept_line".into(), kept(|(_, _, line)| *line)),
    ];
    DataFrame::new(duplicates.len(), columns).expect("all columns of the duplicates have one length")
}

fn duplicates_of(table: &DataFrame) -> PolarsResult<Vec<Duplicate>> {
    let (keys, files, lines) =
        (table.column("record_key")?.i64()?, table.column("source_file")?.str()?, table.column("source_line")?.i64()?);
    let (rules, kept_keys) = (table.column("rule")?.str()?, table.column("kept_record_key")?.i64()?);
    let (kept_files, kept_lines) = (table.column("kept_file")?.str()?, table.column("kept_line")?.i64()?);
    let rows = (0..table.height()).map(|row| Duplicate {
        source_file: files.get(row).unwrap_or_default().to_owned(),
        source_line: lines.get(row).unwrap_or_default(),
        record_key: keys.get(row).unwrap_or_default(),
        rule: rules.get(row).unwrap_or_default().to_owned(),
        kept: kept_keys
            .get(row)
            .map(|key| (key, kept_files.get(row).unwrap_or_default().to_owned(), kept_lines.get(row).unwrap_or_default())),
    });
    Ok(rows.collect())
}

/// Returns the shipments of all files but those that are there twice. Where the line numbers of a vendor are constant they are no
/// key, and every record is a line of its own.
fn all_parts(files: &[LoadedFile], schemas: &[VendorSchema], always_zero: &AlwaysZero) -> Result<LazyFrame> {
    let mut line_numbers: BTreeMap<&str, LineNumbers> = BTreeMap::new();
    for file in files.iter().filter(|file| file.same_as.is_none()) {
        line_numbers.entry(&schemas[file.source].vendor).or_default().merge(&file.part.account.line_numbers);
    }
    let mut tables = Vec::new();
    for file in files.iter().filter(|file| file.same_as.is_none() && file.part.account.records_stored() > 0) {
        let table = file.part.shipments(&file.shown)?;
        let is_constant = line_numbers.get(schemas[file.source].vendor.as_str()).is_some_and(|lines| !lines.is_varied);
        let table = if is_constant { table.with_columns([col("record_key").alias("line_item_key")]) } else { table };
        let missing: Vec<Expr> = MEASURES
            .iter()
            .zip(always_zero[&file.source])
            .filter(|(_, is_zero)| *is_zero)
            .map(|(column, _)| lit(NULL).cast(DataType::Int64).alias(*column))
            .collect();
        tables.push(if missing.is_empty() { table } else { table.with_columns(missing) });
    }
    if tables.is_empty() {
        return Err(Error::request("the records hold no usable record")
            .detail(first_rejections(files)?)
            .hint("see what `plimsoll list schemas` says of the layouts, or pin `encoding`, `delimiter` or `header_row`"));
    }
    concat(tables, UnionArgs::default()).map_err(|error| failed("the parts of the store cannot be joined", error))
}

/// Adds the files that are there twice: their records have keys of their own, so that they can be taken out, or counted.
fn with_same_files(parts: LazyFrame, files: &[LoadedFile]) -> Result<LazyFrame> {
    let mut tables = vec![parts];
    for file in files.iter().filter(|file| file.same_as.is_some()) {
        let own_key = || col("record_key") + lit(same_file_offset(&file.shown));
        let follows_record = |name: &str| when(col(name).eq(col("record_key"))).then(own_key()).otherwise(col(name)).alias(name);
        let keys = [own_key().alias("record_key"), follows_record("line_item_key"), follows_record("declaration_key")];
        tables.push(file.part.shipments(&file.shown)?.with_columns(keys));
    }
    concat(tables, UnionArgs::default()).map_err(|error| failed("the parts of the store cannot be joined", error))
}

/// What is added, modulo 2⁶⁴, to the record keys of a file that is there twice.
fn same_file_offset(shown: &str) -> i64 {
    key::key(&[SAME_FILE, shown])
}

/// Which measures of each `[[records]]` are zero wherever they are stated.
type AlwaysZero = BTreeMap<usize, [bool; MEASURES.len()]>;

/// Finds measures that a source states only as zero in all its files: its vendor fills the column for want of a value.
fn always_zero(files: &[LoadedFile]) -> AlwaysZero {
    let mut counts: BTreeMap<usize, [ZeroCount; MEASURES.len()]> = BTreeMap::new();
    for file in files {
        let known = counts.entry(file.source).or_default();
        known.iter_mut().zip(&file.part.account.zeros).for_each(|(known, zeros)| known.merge(zeros));
    }
    counts.into_iter().map(|(source, counts)| (source, counts.map(|zeros| zeros.is_always_zero()))).collect()
}

/// Counts the records of each file that lose a zero so.
fn count_always_zero(files: &[LoadedFile], always_zero: &AlwaysZero, issues: &mut BTreeMap<String, Issues>) {
    for file in files {
        let zeros = file.part.account.zeros.iter().zip(always_zero[&file.source]).zip(STATED_MEASURES);
        for ((zeros, is_zero), column) in zeros {
            if let (true, Some(line)) = (is_zero, zeros.first_zero_line) {
                let issues = issues.entry(file.shown.clone()).or_default();
                issues.add_many("always_zero", column, line, "0", zeros.n_zero);
            }
        }
    }
}

/// Returns how many records of each file were rejected, for a run that has nothing else.
fn first_rejections(files: &[LoadedFile]) -> Result<String> {
    let counts = files.iter().map(|file| format!("`{}`: {} records rejected", file.shown, file.part.account.records_rejected));
    let mut texts: Vec<String> = counts.collect();
    for file in files {
        let table = file.part.rejected()?;
        let first = |name: &str| table.column(name).ok().and_then(|column| Some(column.get(0).ok()?.str_value().into_owned()));
        if let (Some(line), Some(reason)) = (first("source_line"), first("reason")) {
            texts.push(format!("the first in `{}`: line {line}, `{reason}`", file.shown));
            break;
        }
    }
    Ok(texts.join("; "))
}

fn removed_table(removed: &[Removed]) -> DataFrame {
    let columns = vec![
        Column::new("record_key".into(), removed.iter().map(|removed| removed.record_key).collect::<Vec<i64>>()),
        Column::new("rule".into(), removed.iter().map(|removed| removed.rule).collect::<Vec<&str>>()),
        Column::new(
            "kept_record_key".into(),
            removed.iter().map(|removed| removed.kept_record_key).collect::<Vec<Option<i64>>>(),
        ),
    ];
    DataFrame::new(removed.len(), columns).expect("all columns of the removed records have one length")
}

/// Returns file and line of the removed records and of those kept in their place.
fn trace(parts: &LazyFrame, removed: &[Removed]) -> Result<Vec<Duplicate>> {
    let wanted: BTreeSet<i64> =
        removed.iter().flat_map(|removed| [Some(removed.record_key), removed.kept_record_key]).flatten().collect();
    let keys = DataFrame::new(wanted.len(), vec![Column::new("record_key".into(), wanted.into_iter().collect::<Vec<i64>>())])
        .expect("one column has one length");
    let table = parts
        .clone()
        .select([col("record_key"), col("source_file"), col("source_line")])
        .join(keys.lazy(), [col("record_key")], [col("record_key")], JoinArgs::new(JoinType::Semi))
        .collect()
        .map_err(|error| failed("the store cannot be read", error))?;
    let places = places(&table).map_err(|error| failed("the store lacks a column", error))?;
    let place = |key: i64| places.get(&key).cloned().ok_or_else(|| Error::promise("a removed record is not in the store"));
    removed
        .iter()
        .filter(|removed| removed.rule != resolve::ADDED_LINE)
        .map(|removed| {
            let (source_file, source_line) = place(removed.record_key)?;
            let kept = match removed.kept_record_key {
                Some(key) => Some(place(key).map(|(file, line)| (key, file, line))?),
                None => None,
            };
            Ok(Duplicate { source_file, source_line, record_key: removed.record_key, rule: removed.rule.to_owned(), kept })
        })
        .collect()
}

fn places(table: &DataFrame) -> PolarsResult<BTreeMap<i64, (String, i64)>> {
    let (keys, files, lines) =
        (table.column("record_key")?.i64()?, table.column("source_file")?.str()?, table.column("source_line")?.i64()?);
    Ok((0..table.height()).filter_map(|row| Some((keys.get(row)?, (files.get(row)?.to_owned(), lines.get(row)?)))).collect())
}

/// Returns every record of a file that is there twice, as a repeat of the same record in the first one.
fn same_files(files: &[LoadedFile]) -> Result<Vec<Duplicate>> {
    let mut duplicates = Vec::new();
    for file in files {
        let Some(first) = &file.same_as else { continue };
        let table = file
            .part
            .shipments(&file.shown)?
            .select([col("record_key"), col("source_file"), col("source_line")])
            .collect()
            .map_err(|error| failed("the store cannot be read", error))?;
        let places = places(&table).map_err(|error| failed("the store lacks a column", error))?;
        let offset = same_file_offset(&file.shown);
        duplicates.extend(places.into_iter().map(|(record_key, (source_file, source_line))| Duplicate {
            source_file,
            source_line,
            record_key: record_key.wrapping_add(offset),
            rule: SAME_FILE.to_owned(),
            kept: Some((record_key, first.clone(), source_line)),
        }));
    }
    Ok(duplicates)
}

/// A record key that two records share is a hash collision: a failed promise, not a wrong number.
fn check_record_keys(engine: &mut Engine) -> Result<()> {
    let table = engine.run("SELECT COUNT(record_key) AS records, COUNT(DISTINCT record_key) AS record_keys FROM parts")?;
    let number = |name: &str| table.column(name).and_then(|column| column.get(0)?.try_extract::<i64>());
    match (number("records"), number("record_keys")) {
        (Ok(records), Ok(keys)) if records == keys => Ok(()),
        (records, keys) => {
            Err(Error::promise("two records of the store have one key").detail(format!("{records:?} records, {keys:?} keys")))
        }
    }
}

/// Counts the records that the overlay leaves, apart from the lists of what it took, and holds the two against each other.
fn check_kept(engine: &mut Engine, files: &[LoadedFile], duplicates: &[Duplicate]) -> Result<()> {
    let table = engine.run("SELECT COUNT(DISTINCT record_key) AS records FROM shipments")?;
    let kept = table.column("records").and_then(|column| column.get(0)?.try_extract::<u64>());
    let stored: u64 = files.iter().map(|file| file.part.account.records_stored()).sum();
    match kept {
        Ok(kept) if kept + duplicates.len() as u64 == stored => Ok(()),
        kept => Err(Error::promise("the records do not add up after repeats are taken out")
            .detail(format!("{stored} stored, {} duplicates, {kept:?} left", duplicates.len()))),
    }
}
