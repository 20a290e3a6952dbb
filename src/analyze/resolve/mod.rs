//! What counts once: amended and deleted records, exact repeats, the same declaration from two vendors, master bills of house bills.
//!
//! In: the records of a bucket of declarations; then those of them that stand, by bill or by likeness. Out: which records are removed,
//! each by one rule and for which kept record, and which kept lines a repeat restates. Nothing is lost: a removed record stays
//! evidence through the overlay.
//!
//! Rules come in a fixed order, that of [`RULES`]; `second_vendor_line` moves a line to the kept declaration and takes nothing away.
//! Equal keys with unequal texts are a hash collision: a failed promise, not a wrong number.

mod bills;
mod restated;
mod settled;
mod similar;

pub use bills::{Bill, cover_masters};
pub use restated::restate;
pub use settled::{Glance, is_settled};
pub use similar::{StatedMovement, pair_similar};

use crate::error::{Error, Result};
use crate::model::code_list::codes_of;
use crate::model::date::Day;
use crate::model::issue::Issues;
use crate::model::vendor_schema::Grain;
use std::collections::{BTreeMap, BTreeSet};

/// Every rule that can take a record out of the counts, in the order in which they are tried.
pub const RULES: [&str; 8] =
    [SAME_FILE, "deleted", "exact_repeat", "superseded", SECOND_VENDOR, ADDED_LINE, MASTER_BILL, SIMILAR_RECORD];

/// Raised whenever resolving changes what an overlay holds: older ones are then laid anew.
pub const VERSION: u32 = 2;

/// Every record of a file whose bytes are those of another.
pub const SAME_FILE: &str = "same_file";

/// A declaration that a vendor of higher precedence has too.
pub const SECOND_VENDOR: &str = "second_vendor";

/// A line that only a further vendor has: it counts, under the declaration that is kept.
pub const ADDED_LINE: &str = "second_vendor_line";

/// A master bill whose house bills are counted.
pub const MASTER_BILL: &str = "master_bill";

/// A record like one of another vendor, where one of them states no declaration.
pub const SIMILAR_RECORD: &str = "similar_record";

/// Returns the rules that a run file can switch: a line that a second vendor adds goes with the rule for its declaration.
pub fn switchable_rules() -> impl Iterator<Item = &'static str> + Clone {
    RULES.into_iter().filter(|rule| *rule != ADDED_LINE)
}

/// Returns the rules that are left when some are switched off.
pub fn rules_without(off: &[&str]) -> Vec<&'static str> {
    let is_off = |rule: &str| off.contains(&if rule == ADDED_LINE { SECOND_VENDOR } else { rule });
    RULES.into_iter().filter(|rule| !is_off(rule)).collect()
}

/// Records mean one document only if their dates lie so near, in days: a number alone restarts, and vendors date a declaration by
/// registration, release or arrival.
const SAME_DOCUMENT_DAYS: i64 = 92;

/// The columns that resolving reads from the store.
pub const COLUMNS: [&str; 17] = [
    "record_key",
    "resolve_key",
    "declaration_key",
    "content_key_high",
    "content_key_low",
    "vendor",
    "grain",
    "reporter_country_code",
    "declaration_key_text",
    "line_number",
    "stated_line_count",
    "record_status",
    "hs_code",
    "flow",
    "day_first",
    "source_file",
    "source_line",
];

/// What resolving needs to know of a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResolvedRecord<'a> {
    pub record_key: i64,
    pub resolve_key: i64,
    pub declaration_key: i64,
    pub content_key: (i64, i64),
    pub vendor: &'a str,
    pub grain: &'a str,
    pub reporter: &'a str,
    /// Empty where the record states no declaration.
    pub declaration: &'a str,
    pub line_number: &'a str,
    pub stated_line_count: &'a str,
    pub status: &'a str,
    pub hs_code: &'a str,
    pub flow: &'a str,
    pub day_first: i32,
    pub source_file: &'a str,
    pub source_line: i64,
}

/// A record that no longer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Removed {
    pub record_key: i64,
    pub rule: &'static str,
    pub kept_record_key: Option<i64>,
}

/// A repeat that stays evidence: which kept line it restates, or to which kept declaration it adds a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Restatement {
    pub record_key: i64,
    pub kept_record_key: Option<i64>,
    pub declaration_key: i64,
    pub rule: &'static str,
}

/// The outcome for a bucket.
#[derive(Debug, Default)]
pub struct Overlay {
    pub removed: Vec<Removed>,
    pub restatements: Vec<Restatement>,
    /// By source file, because a fault belongs to a file.
    pub issues: BTreeMap<String, Issues>,
}

/// Resolves the records of a bucket; all records of one `resolve_key` must be in it.
///
/// `precedence` says which vendor's records stay when two report one declaration: the smaller number, then the name.
pub fn resolve(mut records: Vec<ResolvedRecord<'_>>, precedence: &BTreeMap<String, u32>) -> Result<Overlay> {
    let rank = |vendor: &str| precedence.get(vendor).copied().unwrap_or(u32::MAX);
    records.sort_unstable_by(|left, right| {
        (left.resolve_key, rank(left.vendor), left.vendor, left.source_file, left.source_line, left.record_key).cmp(&(
            right.resolve_key,
            rank(right.vendor),
            right.vendor,
            right.source_file,
            right.source_line,
            right.record_key,
        ))
    });
    let mut overlay = Overlay::default();
    for group in records.chunk_by(|left, right| left.resolve_key == right.resolve_key) {
        resolve_group(group, &mut overlay)?;
    }
    overlay.removed.sort_unstable();
    overlay.restatements.sort_unstable();
    Ok(overlay)
}

fn resolve_group(group: &[ResolvedRecord<'_>], overlay: &mut Overlay) -> Result<()> {
    check_texts(group)?;
    let deletions: Vec<&ResolvedRecord<'_>> = group.iter().filter(|record| record.status == "deleted").collect();
    let mut kept_vendor: Option<Vec<&ResolvedRecord<'_>>> = None;
    for vendor in group.chunk_by(|left, right| left.vendor == right.vendor) {
        let standing = resolve_vendor(vendor, &deletions, overlay);
        if standing.is_empty() {
            continue;
        }
        match &mut kept_vendor {
            None => {
                note_missing_lines(&standing, overlay);
                kept_vendor = Some(standing);
            }
            Some(kept) => merge_vendor(kept, standing, overlay),
        }
    }
    Ok(())
}

/// Holds the texts behind equal keys against each other.
fn check_texts(group: &[ResolvedRecord<'_>]) -> Result<()> {
    let collides = group.windows(2).any(|pair| {
        let (left, right) = (&pair[0], &pair[1]);
        left.declaration != right.declaration
            || (!left.declaration.is_empty() && left.reporter != right.reporter)
            || (left.declaration.is_empty() && left.content_key != right.content_key)
    });
    if collides {
        return Err(Error::promise("two different declarations have one key")
            .detail(format!("`{}` and others in `{}`", group[0].declaration, group[0].source_file)));
    }
    Ok(())
}

/// Takes deleted, repeated and superseded records of one vendor out and returns those that stand.
///
/// A deletion holds for all vendors: who still has the record has an older state of it.
fn resolve_vendor<'g, 'a>(
    vendor: &'g [ResolvedRecord<'a>],
    deletions: &[&ResolvedRecord<'_>],
    overlay: &mut Overlay,
) -> Vec<&'g ResolvedRecord<'a>> {
    let mut standing: Vec<&ResolvedRecord<'_>> = Vec::new();
    let shared = shared_numbers(vendor.iter().filter(|record| !matches!(record.status, "amended" | "deleted")));
    for record in vendor {
        let is_deleted = record.status == "deleted"
            || deletions.iter().any(|deletion| {
                !record.declaration.is_empty()
                    && (deletion.line_number.is_empty()
                        || deletion.line_number == record.line_number && !shared.contains(record.line_number))
            });
        if record.status == "deleted" && shared.contains(record.line_number) {
            let issues = overlay.issues.entry(record.source_file.to_owned()).or_default();
            issues.add("deletion_without_line", "line_number", record.source_line as u64, record.declaration);
        }
        if is_deleted {
            overlay.removed.push(Removed { record_key: record.record_key, rule: "deleted", kept_record_key: None });
        } else {
            standing.push(record);
        }
    }

    let mut seen: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    standing.retain(|record| match seen.get(&record.content_key) {
        Some(kept) => {
            overlay.removed.push(Removed { record_key: record.record_key, rule: "exact_repeat", kept_record_key: Some(*kept) });
            if record.declaration.is_empty() {
                let issues = overlay.issues.entry(record.source_file.to_owned()).or_default();
                issues.add("exact_repeat_without_id", "declaration_id", record.source_line as u64, "");
            }
            false
        }
        None => {
            seen.insert(record.content_key, record.record_key);
            true
        }
    });

    let mut newest: BTreeMap<&str, &ResolvedRecord<'_>> = BTreeMap::new();
    for &record in standing.iter().filter(|record| record.status == "amended") {
        if is_amendable(record, &shared) {
            newest.insert(amended_line(record), record);
        } else {
            let issues = overlay.issues.entry(record.source_file.to_owned()).or_default();
            issues.add("amendment_without_line", "line_number", record.source_line as u64, record.declaration);
        }
    }
    standing.retain(|record| match newest.get(amended_line(record)) {
        Some(kept)
            if kept.record_key != record.record_key
                && is_amendable(record, &shared)
                && (record.grain != BILL || is_near(kept, record)) =>
        {
            let kept_record_key = Some(kept.record_key);
            overlay.removed.push(Removed { record_key: record.record_key, rule: "superseded", kept_record_key });
            false
        }
        _ => true,
    });
    standing
}

/// The grain of records of which each is a whole bill of lading.
const BILL: &str = Grain::Bill.as_str();

/// Returns what an amendment of a record replaces: its line, or the whole bill where a record is one.
fn amended_line<'a>(record: &ResolvedRecord<'a>) -> &'a str {
    if record.grain == BILL { "" } else { record.line_number }
}

/// Tells whether it is certain what an amendment of a record replaces.
fn is_amendable(record: &ResolvedRecord<'_>, shared: &BTreeSet<&str>) -> bool {
    let has_line = !record.line_number.is_empty() && !shared.contains(record.line_number);
    !record.declaration.is_empty() && (has_line || record.grain == BILL)
}

/// Returns the line numbers that records of different content bear: such a number tells no line, so it does not tell what an amendment
/// or a deletion means, nor which line another vendor repeats.
fn shared_numbers<'r, 'a: 'r>(records: impl Iterator<Item = &'r ResolvedRecord<'a>>) -> BTreeSet<&'a str> {
    let mut contents: BTreeMap<&'a str, (i64, i64)> = BTreeMap::new();
    let mut shared = BTreeSet::new();
    for record in records.filter(|record| !record.line_number.is_empty()) {
        if *contents.entry(record.line_number).or_insert(record.content_key) != record.content_key {
            shared.insert(record.line_number);
        }
    }
    shared
}

/// Leads the records of a further vendor to the kept lines: by line number where all have one of their own, else by code, in order. Lines that it adds are kept lines
/// for the vendors after it.
fn merge_vendor<'g, 'a>(kept: &mut Vec<&'g ResolvedRecord<'a>>, repeats: Vec<&'g ResolvedRecord<'a>>, overlay: &mut Overlay) {
    let (repeats, others): (Vec<_>, Vec<_>) = repeats.into_iter().partition(|repeat| is_same_declaration(kept[0], repeat));
    for other in others {
        let issues = overlay.issues.entry(other.source_file.to_owned()).or_default();
        issues.add("second_vendor_differs", "declaration_id", other.source_line as u64, other.declaration);
    }
    let mut is_taken = vec![false; kept.len()];
    let mut matched: Vec<Option<usize>> = vec![None; repeats.len()];
    let is_numbered = kept.iter().chain(&repeats).all(|line| !line.line_number.is_empty())
        && shared_numbers(kept.iter().copied()).is_empty()
        && shared_numbers(repeats.iter().copied()).is_empty();
    for (at, repeat) in repeats.iter().enumerate() {
        // Of several codes the first leads the line.
        let subheading = |line: &ResolvedRecord<'a>| {
            let code = codes_of(line.hs_code).next().unwrap_or_default();
            code.get(..6).unwrap_or(code)
        };
        matched[at] = if is_numbered {
            kept.iter().position(|line| line.line_number == repeat.line_number)
        } else if kept.len() == 1 && repeats.len() == 1 {
            Some(0)
        } else {
            kept.iter().enumerate().position(|(at, line)| !is_taken[at] && subheading(line) == subheading(repeat))
        };
        if let Some(line) = matched[at] {
            is_taken[line] = true;
        }
    }
    let declaration_key = kept[0].declaration_key;
    for (repeat, line) in repeats.into_iter().zip(matched) {
        let kept_record_key = line.map(|line| kept[line].record_key);
        let rule = if line.is_some() { SECOND_VENDOR } else { ADDED_LINE };
        overlay.removed.push(Removed { record_key: repeat.record_key, rule, kept_record_key });
        overlay.restatements.push(Restatement { record_key: repeat.record_key, kept_record_key, declaration_key, rule });
        if line.is_none() {
            kept.push(repeat);
        }
    }
}

/// Tells whether two vendors' records with one number are of one declaration.
fn is_same_declaration(kept: &ResolvedRecord<'_>, repeat: &ResolvedRecord<'_>) -> bool {
    is_near(kept, repeat) && (kept.flow == repeat.flow || kept.flow.is_empty() || repeat.flow.is_empty())
}

fn is_near(left: &ResolvedRecord<'_>, right: &ResolvedRecord<'_>) -> bool {
    are_days_near(left.day_first, right.day_first)
}

/// Tells whether two days are so near that one number can be of one document.
fn are_days_near(left: i32, right: i32) -> bool {
    let day = |number: i32| Day::from_number(number).map(Day::to_date);
    match (day(left), day(right)) {
        (Some(left), Some(right)) => (left - right).num_days().abs() <= SAME_DOCUMENT_DAYS,
        _ => true,
    }
}

/// A declaration with fewer lines than it states is an issue: lines may be missing from the delivery.
fn note_missing_lines(standing: &[&ResolvedRecord<'_>], overlay: &mut Overlay) {
    let stated = standing.iter().filter_map(|record| record.stated_line_count.parse::<usize>().ok()).max().unwrap_or(0);
    if stated > standing.len() && !standing[0].declaration.is_empty() {
        let first = standing[0];
        let issues = overlay.issues.entry(first.source_file.to_owned()).or_default();
        let example = format!("{}: {} of {stated} lines", first.declaration, standing.len());
        issues.add("declaration_lines_missing", "stated_line_count", first.source_line as u64, &example);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: i64, vendor: &'static str, line: &'static str, content: i64) -> ResolvedRecord<'static> {
        ResolvedRecord {
            record_key: key,
            resolve_key: 1,
            declaration_key: if vendor == "a" { 10 } else { 20 },
            content_key: (content, content),
            vendor,
            reporter: "RU",
            declaration: "00000000/010120/1",
            line_number: line,
            hs_code: "8457101000",
            source_file: "records.csv",
            source_line: key,
            ..ResolvedRecord::default()
        }
    }

    fn rules(records: Vec<ResolvedRecord<'_>>) -> Vec<(i64, &'static str, Option<i64>)> {
        let precedence = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
        let overlay = resolve(records, &precedence).expect("no collision");
        overlay.removed.iter().map(|removed| (removed.record_key, removed.rule, removed.kept_record_key)).collect()
    }

    #[test]
    fn lines_alike_but_for_a_field_stay() {
        assert_eq!(rules(vec![record(1, "a", "", 1), record(2, "a", "", 2)]), []);
    }

    #[test]
    fn an_exact_repeat_leaves_the_first() {
        assert_eq!(rules(vec![record(2, "a", "1", 1), record(1, "a", "1", 1)]), [(2, "exact_repeat", Some(1))]);
    }

    #[test]
    fn the_last_amendment_stands() {
        let amended = |key, content| ResolvedRecord { status: "amended", ..record(key, "a", "1", content) };
        assert_eq!(
            rules(vec![record(1, "a", "1", 1), amended(2, 2), amended(3, 3), record(4, "a", "2", 4)]),
            [(1, "superseded", Some(3)), (2, "superseded", Some(3))]
        );
    }

    #[test]
    fn an_amendment_of_no_certain_line_replaces_nothing() {
        let amended = ResolvedRecord { status: "amended", ..record(3, "a", "1", 3) };
        assert_eq!(rules(vec![record(1, "a", "1", 1), record(2, "a", "1", 2), amended]), []);
    }

    #[test]
    fn the_last_amendment_of_a_bill_stands_whatever_its_lines() {
        let bill = |key, status, day_first| ResolvedRecord { status, grain: "bill", day_first, ..record(key, "a", "", key) };
        let records = vec![bill(1, "new", 20200105), bill(2, "amended", 20200106), bill(3, "amended", 20200107)];
        assert_eq!(rules(records), [(1, "superseded", Some(3)), (2, "superseded", Some(3))]);
        let records = vec![bill(1, "new", 20180105), bill(2, "amended", 20200106)];
        assert_eq!(rules(records), [], "a number that was used before");
    }

    #[test]
    fn a_deletion_takes_its_line_and_itself() {
        let deletion = ResolvedRecord { status: "deleted", ..record(3, "a", "1", 3) };
        assert_eq!(
            rules(vec![record(1, "a", "1", 1), record(2, "a", "2", 2), deletion]),
            [(1, "deleted", None), (3, "deleted", None)]
        );
    }

    #[test]
    fn a_deletion_holds_for_all_vendors() {
        let deletion = ResolvedRecord { status: "deleted", ..record(1, "a", "1", 1) };
        assert_eq!(rules(vec![deletion, record(5, "b", "1", 5)]), [(1, "deleted", None), (5, "deleted", None)]);
    }

    #[test]
    fn a_second_vendor_restates_lines_and_adds_one() {
        let precedence = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
        let records = vec![record(5, "b", "1", 5), record(6, "b", "2", 6), record(1, "a", "1", 1)];
        let overlay = resolve(records, &precedence).expect("no collision");
        assert_eq!(overlay.removed.len(), 2);
        assert_eq!(
            overlay.restatements,
            [
                Restatement { record_key: 5, kept_record_key: Some(1), declaration_key: 10, rule: SECOND_VENDOR },
                Restatement { record_key: 6, kept_record_key: None, declaration_key: 10, rule: ADDED_LINE },
            ]
        );
    }

    #[test]
    fn a_line_that_two_further_vendors_add_counts_once() {
        let precedence = ["a", "b", "c"].into_iter().zip(1..).map(|(vendor, rank)| (vendor.to_owned(), rank)).collect();
        let records = vec![record(1, "a", "1", 1), record(5, "b", "1", 5), record(6, "b", "2", 6), record(9, "c", "2", 9)];
        let overlay = resolve(records, &precedence).expect("no collision");
        let restated: Vec<(i64, Option<i64>)> =
            overlay.restatements.iter().map(|restatement| (restatement.record_key, restatement.kept_record_key)).collect();
        assert_eq!(restated, [(5, Some(1)), (6, None), (9, Some(6))]);
    }

    #[test]
    fn one_number_of_two_years_is_two_declarations() {
        let early = ResolvedRecord { day_first: 20150301, ..record(1, "a", "1", 1) };
        let late = ResolvedRecord { day_first: 20160301, ..record(5, "b", "1", 5) };
        assert_eq!(rules(vec![early, late]), []);
    }

    #[test]
    fn equal_keys_of_unequal_texts_stop_the_run() {
        let other = ResolvedRecord { declaration: "00000000/010120/2", ..record(2, "a", "1", 2) };
        assert!(resolve(vec![record(1, "a", "1", 1), other], &BTreeMap::new()).is_err());
    }
}
