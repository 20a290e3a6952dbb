//! What resolving reads from the store: records by declaration, bucket by bucket; then bills and movements of those that stand.
//!
//! In: the parts. Out: what of them counts no more, and what restates a kept line. A glance at a few keys tells most declarations settled;
//! only of the others are texts read. The two later passes read little too: bills only where a master is stated, movements only where
//! one of several vendors has records without a declaration.

use crate::analyze::resolve::{self, Bill, Glance, Overlay, Removed, ResolvedRecord, Restatement, StatedMovement};
use crate::error::{Error, Result};
use crate::model::document_id::fold_id;
use crate::store::local::{collected, in_bucket, is_one_of};
use polars::prelude::*;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// Records resolved at a time.
const BUCKET_RECORDS: u64 = 2_000_000;

/// Records glanced at at a time.
const GLANCED_RECORDS: u64 = 5_000_000;

/// Finds everything that counts no more among the parts, which hold `n_records`.
pub fn find(parts: &LazyFrame, n_records: u64, precedence: &BTreeMap<String, u32>) -> Result<Overlay> {
    let unsettled = unsettled(parts, n_records)?;
    let n_buckets = unsettled.n_records.div_ceil(BUCKET_RECORDS);
    let resolve_keys = Series::new("resolve_key".into(), unsettled.resolve_keys);
    let records = parts.clone().filter(is_one_of("resolve_key", resolve_keys));
    let mut overlay = Overlay::default();
    for bucket in 0..n_buckets {
        let found = resolve_bucket(&records, bucket, n_buckets, precedence)?;
        overlay.removed.extend(found.removed);
        overlay.restatements.extend(found.restatements);
        for (file, issues) in found.issues {
            overlay.issues.entry(file).or_default().merge(issues);
        }
    }
    let mut gone: FxHashSet<i64> = overlay.removed.iter().map(|removed| removed.record_key).collect();
    let (removed, restatements) = covered_masters(parts, &gone)?;
    gone.extend(removed.iter().map(|removed| removed.record_key));
    overlay.removed.extend(removed);
    overlay.restatements.extend(restatements);
    if precedence.len() > 1 {
        let (removed, restatements) = similar_movements(parts, &gone, precedence)?;
        overlay.removed.extend(removed);
        overlay.restatements.extend(restatements);
    }
    overlay.removed.sort_unstable();
    overlay.restatements.sort_unstable();
    Ok(overlay)
}

/// The declarations that have to be resolved.
#[derive(Default)]
struct Unsettled {
    resolve_keys: Vec<i64>,
    n_records: u64,
}

/// Glances at all records, some declarations at a time.
fn unsettled(parts: &LazyFrame, n_records: u64) -> Result<Unsettled> {
    let mut found = Unsettled::default();
    let n_buckets = n_records / GLANCED_RECORDS + 1;
    for bucket in 0..n_buckets {
        let columns = ["resolve_key", "content_key_high", "declaration_key", "stated_line_count", "record_status"];
        let table = Columns::read(parts.clone().filter(in_bucket("resolve_key", bucket, n_buckets)), &columns)?;
        let [resolve_keys, contents, declarations] = table.longs(["resolve_key", "content_key_high", "declaration_key"])?;
        let [line_counts, statuses] = table.texts(["stated_line_count", "record_status"])?;
        let glance = |row: usize| {
            let key = |keys: &Int64Chunked| keys.get(row).unwrap_or_default();
            let (line_count, status) = (line_counts.get(row).unwrap_or_default(), statuses.get(row).unwrap_or_default());
            Glance::new(key(resolve_keys), key(contents), key(declarations), line_count, status)
        };
        let mut records: Vec<Glance> = (0..table.height()).map(glance).collect();
        records.par_sort_unstable();
        for group in records.chunk_by(|left, right| left.resolve_key == right.resolve_key) {
            if !resolve::is_settled(group) {
                found.resolve_keys.push(group[0].resolve_key);
                found.n_records += group.len() as u64;
            }
        }
    }
    Ok(found)
}

/// Resolves the records of one of so many buckets; all records of one `resolve_key` are in one.
fn resolve_bucket(parts: &LazyFrame, bucket: u64, n_buckets: u64, precedence: &BTreeMap<String, u32>) -> Result<Overlay> {
    let wanted = parts.clone().filter(in_bucket("resolve_key", bucket, n_buckets));
    let table = Columns::read(wanted, &resolve::COLUMNS)?;
    let [record_keys, resolve_keys, declaration_keys, content_high, content_low, source_lines] =
        table.longs(["record_key", "resolve_key", "declaration_key", "content_key_high", "content_key_low", "source_line"])?;
    let [vendors, grains, reporters, declarations] =
        table.texts(["vendor", "grain", "reporter_country_code", "declaration_key_text"])?;
    let [line_numbers, line_counts, statuses] = table.texts(["line_number", "stated_line_count", "record_status"])?;
    let [hs_codes, flows, source_files] = table.texts(["hs_code", "flow", "source_file"])?;
    let days = table.days()?;
    let records = (0..table.height())
        .map(|row| ResolvedRecord {
            record_key: record_keys.get(row).unwrap_or_default(),
            resolve_key: resolve_keys.get(row).unwrap_or_default(),
            declaration_key: declaration_keys.get(row).unwrap_or_default(),
            content_key: (content_high.get(row).unwrap_or_default(), content_low.get(row).unwrap_or_default()),
            vendor: vendors.get(row).unwrap_or_default(),
            grain: grains.get(row).unwrap_or_default(),
            reporter: reporters.get(row).unwrap_or_default(),
            declaration: declarations.get(row).unwrap_or_default(),
            line_number: line_numbers.get(row).unwrap_or_default(),
            stated_line_count: line_counts.get(row).unwrap_or_default(),
            status: statuses.get(row).unwrap_or_default(),
            hs_code: hs_codes.get(row).unwrap_or_default(),
            flow: flows.get(row).unwrap_or_default(),
            day_first: days.get(row).unwrap_or_default(),
            source_file: source_files.get(row).unwrap_or_default(),
            source_line: source_lines.get(row).unwrap_or_default(),
        })
        .collect();
    resolve::resolve(records, precedence)
}

/// Finds master bills of house bills that stand. A house bill states its master; only bills without one, or with themselves, can be
/// masters, so that where no master is stated nothing more is read.
fn covered_masters(parts: &LazyFrame, gone: &FxHashSet<i64>) -> Result<(Vec<Removed>, Vec<Restatement>)> {
    let columns = [
        "record_key",
        "declaration_key",
        "reporter_country_code",
        "flow",
        "bill_of_lading_id",
        "master_bill_of_lading_id",
        "day_first",
        "source_file",
        "source_line",
    ];
    let states_master = col("master_bill_of_lading_id").is_not_null();
    let with_master = Columns::read(parts.clone().filter(states_master.clone()), &columns)?;
    if with_master.height() == 0 {
        return Ok((Vec::new(), Vec::new()));
    }
    let houses = bills(&with_master, gone)?;
    let masters: FxHashSet<&str> = houses.iter().filter(|bill| bill.is_house()).map(|bill| bill.master_number.as_str()).collect();
    let without_master = parts.clone().filter(states_master.not().and(col("bill_of_lading_id").is_not_null()));
    let without_master = Columns::read(without_master, &columns)?;
    let mut all = bills(&without_master, gone)?;
    all.retain(|bill| masters.contains(bill.number.as_str()));
    all.extend(houses.iter().cloned());
    Ok(resolve::cover_masters(all))
}

fn bills<'t>(table: &'t Columns, gone: &FxHashSet<i64>) -> Result<Vec<Bill<'t>>> {
    let [record_keys, declaration_keys, source_lines] = table.longs(["record_key", "declaration_key", "source_line"])?;
    let [reporters, flows, source_files] = table.texts(["reporter_country_code", "flow", "source_file"])?;
    let [numbers, masters] = table.texts(["bill_of_lading_id", "master_bill_of_lading_id"])?;
    let days = table.days()?;
    // Carriers print one number with marks between its parts and without.
    let folded = |text: Option<&str>| {
        let mut folded = String::new();
        fold_id(text.unwrap_or_default(), &mut folded);
        folded.replace('/', "")
    };
    Ok((0..table.height())
        .filter(|row| !gone.contains(&record_keys.get(*row).unwrap_or_default()))
        .map(|row| Bill {
            source_file: source_files.get(row).unwrap_or_default(),
            source_line: source_lines.get(row).unwrap_or_default(),
            record_key: record_keys.get(row).unwrap_or_default(),
            declaration_key: declaration_keys.get(row).unwrap_or_default(),
            reporter: reporters.get(row).unwrap_or_default(),
            flow: flows.get(row).unwrap_or_default(),
            number: folded(numbers.get(row)),
            master_number: folded(masters.get(row)),
            day_first: days.get(row).unwrap_or_default(),
        })
        .collect())
}

/// Pairs records without a declaration with those of other vendors; the others are read only for the days and weights of these.
fn similar_movements(
    parts: &LazyFrame,
    gone: &FxHashSet<i64>,
    precedence: &BTreeMap<String, u32>,
) -> Result<(Vec<Removed>, Vec<Restatement>)> {
    let has_no_declaration = col("declaration_key_text").is_null();
    let shared = ["reporter_country_code", "flow", "day_first", "grams"].map(col);
    let movements = parts
        .clone()
        .filter(col("day_first").eq(col("day_last")))
        .with_columns([coalesce(&[col("net_weight_g"), col("gross_weight_g")]).alias("grams")])
        .filter(col("grams").gt(lit(0)));
    let wanted = movements.clone().filter(has_no_declaration).select(shared.clone()).unique(None, UniqueKeepStrategy::Any);
    let columns = [
        "record_key",
        "declaration_key",
        "vendor",
        "reporter_country_code",
        "flow",
        "day_first",
        "grams",
        "net_weight_g",
        "declaration_key_text",
        "hs_code",
        "shipper_name",
        "shipper_registration_id",
        "consignee_name",
        "consignee_registration_id",
        "source_file",
        "source_line",
    ];
    let with_all = movements.join(wanted, shared.clone(), shared, JoinArgs::new(JoinType::Semi));
    let table = Columns::read(with_all, &columns)?;
    let [record_keys, declaration_keys, grams, net_grams, source_lines] =
        table.longs(["record_key", "declaration_key", "grams", "net_weight_g", "source_line"])?;
    let [vendors, reporters, flows, declarations, hs_codes, source_files] =
        table.texts(["vendor", "reporter_country_code", "flow", "declaration_key_text", "hs_code", "source_file"])?;
    let [shippers, shipper_ids, consignees, consignee_ids] =
        table.texts(["shipper_name", "shipper_registration_id", "consignee_name", "consignee_registration_id"])?;
    let days = table.days()?;
    let movements = (0..table.height())
        .filter(|row| !gone.contains(&record_keys.get(*row).unwrap_or_default()))
        .map(|row| StatedMovement {
            record_key: record_keys.get(row).unwrap_or_default(),
            declaration_key: declaration_keys.get(row).unwrap_or_default(),
            has_declaration: declarations.get(row).is_some(),
            vendor: vendors.get(row).unwrap_or_default(),
            reporter: reporters.get(row).unwrap_or_default(),
            flow: flows.get(row).unwrap_or_default(),
            day: days.get(row).unwrap_or_default(),
            grams: grams.get(row).unwrap_or_default(),
            is_net: net_grams.get(row).is_some(),
            hs_code: hs_codes.get(row).unwrap_or_default(),
            shipper: (shippers.get(row).unwrap_or_default(), shipper_ids.get(row).unwrap_or_default()),
            consignee: (consignees.get(row).unwrap_or_default(), consignee_ids.get(row).unwrap_or_default()),
            source_file: source_files.get(row).unwrap_or_default(),
            source_line: source_lines.get(row).unwrap_or_default(),
        })
        .collect();
    Ok(resolve::pair_similar(movements, precedence))
}

/// Some columns of the store in memory.
struct Columns(DataFrame);

impl Columns {
    fn read(records: LazyFrame, columns: &[&str]) -> Result<Self> {
        let records = records.select(columns.iter().map(|name| col(*name)).collect::<Vec<_>>());
        let mut table = collected(records).map_err(|error| failed("the store cannot be read", error))?;
        table.rechunk_mut();
        Ok(Columns(table))
    }

    fn height(&self) -> usize {
        self.0.height()
    }

    fn longs<const N: usize>(&self, names: [&str; N]) -> Result<[&Int64Chunked; N]> {
        self.each(names, |column| column.i64())
    }

    fn texts<const N: usize>(&self, names: [&str; N]) -> Result<[&StringChunked; N]> {
        self.each(names, |column| column.str())
    }

    fn days(&self) -> Result<&Int32Chunked> {
        let [days] = self.each(["day_first"], |column| column.i32())?;
        Ok(days)
    }

    fn each<'t, T, const N: usize>(
        &'t self,
        names: [&str; N],
        read: impl Fn(&'t Column) -> PolarsResult<&'t T>,
    ) -> Result<[&'t T; N]> {
        let read: Vec<&T> = names
            .iter()
            .map(|name| self.0.column(name).and_then(&read))
            .collect::<PolarsResult<_>>()
            .map_err(|error| failed("the store lacks a column", error))?;
        Ok(read.try_into().unwrap_or_else(|_| unreachable!("as many columns as names")))
    }
}

/// Says that the store could not be used as it was written.
pub fn failed(message: &str, error: PolarsError) -> Error {
    Error::machine(message)
        .detail(error.to_string().replace('\n', " "))
        .hint("take the store's folder `.plimsoll` away and run again; it is built anew from the records")
}
