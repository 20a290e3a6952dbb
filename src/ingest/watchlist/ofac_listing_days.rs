//! Days of listing that an OFAC list has among the identifiers, for a few of its programs.
//!
//! In: the programs of an entry and its labels with their values. Out: a designation for each program whose day is stated, and one for
//! all others, whose day is unknown. Of several days under one program the first counts: the entry was listed from then on.

use super::days;
use super::issues::ListIssues;
use super::meanings::{self, Meanings};
use crate::model::listed_entity::{Designation, Known};
use std::collections::BTreeMap;
use std::sync::OnceLock;

const LABELS: &str = include_str!("../../reference/watchlists/ofac_listing_days.csv");

/// Returns the designations of an entry.
pub(super) fn designations(programs: Vec<String>, labeled: &[(&str, &str)], issues: &mut ListIssues) -> Vec<Designation> {
    static TABLE: OnceLock<Meanings> = OnceLock::new();
    let table = TABLE.get_or_init(|| meanings::read(LABELS));
    let mut days_of: BTreeMap<&str, Known> = BTreeMap::new();
    for (label, value) in labeled {
        let Some(program) = table.get(label) else { continue };
        if let day @ Known::On(stated) = days::listed_on(value, &["%d %b %Y"], issues) {
            let is_first = |known: &Known| matches!(known, Known::On(first) if *first <= stated);
            if !days_of.get(program).is_some_and(is_first) {
                days_of.insert(program, day);
            }
        }
    }
    let (dated, others): (Vec<String>, Vec<String>) =
        programs.into_iter().partition(|program| days_of.contains_key(program.as_str()));
    let of_day =
        |program: String| Designation { listed_on: days_of[program.as_str()], programs: vec![program], ..Designation::default() };
    let mut designations: Vec<Designation> = Vec::new();
    if !others.is_empty() || dated.is_empty() {
        designations.push(Designation { programs: others, listed_on: Known::Unknown, ..Designation::default() });
    }
    designations.extend(dated.into_iter().map(of_day));
    designations
}
