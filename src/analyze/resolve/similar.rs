//! Records of two vendors that are one movement by likeness, where one of them states no declaration.
//!
//! In: movements by vendor. Out: pairs, one to one. Alike are records of different vendors, of the same reporter, flow and day, of
//! the same weight to the gram, of shippers and consignees that match by name or identifier, and of codes that do not contradict
//! each other. Two stated declarations are compared by their numbers and never here, and neither are records of one vendor: whoever
//! ships the same every day ships every day.

use super::{Removed, Restatement, SIMILAR_RECORD};
use crate::names::alignment::compare;
use std::collections::BTreeMap;

/// What a record says of a movement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatedMovement<'a> {
    pub record_key: i64,
    pub declaration_key: i64,
    pub has_declaration: bool,
    pub vendor: &'a str,
    pub reporter: &'a str,
    pub flow: &'a str,
    pub day: i32,
    /// Net weight; gross weight where no net weight is stated.
    pub grams: i64,
    pub is_net: bool,
    pub hs_code: &'a str,
    /// Name and identifier.
    pub shipper: (&'a str, &'a str),
    pub consignee: (&'a str, &'a str),
    pub source_file: &'a str,
    pub source_line: i64,
}

/// Names that agree so far, 0 to 1000, are one party's here, where day, weight and the other side agree too.
const SAME_NAME: u16 = 850;

/// Codes that differ in so many first digits contradict each other.
const HEADING_DIGITS: usize = 4;

/// Pairs movements; records with a declaration stay before those without, then those of the vendor of higher precedence.
pub fn pair_similar(
    mut movements: Vec<StatedMovement<'_>>,
    precedence: &BTreeMap<String, u32>,
) -> (Vec<Removed>, Vec<Restatement>) {
    let rank = |movement: &StatedMovement<'_>| precedence.get(movement.vendor).copied().unwrap_or(u32::MAX);
    movements.retain(|movement| movement.grams > 0);
    movements.sort_unstable_by(|left, right| {
        let order = |movement: &StatedMovement<'_>| (!movement.has_declaration, rank(movement));
        let place = |movement: &StatedMovement<'_>| (movement.source_line, movement.record_key);
        (key(left), order(left), left.vendor, left.source_file, place(left)).cmp(&(
            key(right),
            order(right),
            right.vendor,
            right.source_file,
            place(right),
        ))
    });
    let (mut removed, mut restatements) = (Vec::new(), Vec::new());
    for group in movements.chunk_by(|left, right| key(left) == key(right)) {
        // Each kept record with the vendors that have repeated it.
        let mut kept: Vec<(&StatedMovement<'_>, Vec<&str>)> = Vec::new();
        for movement in group {
            let best = kept
                .iter_mut()
                .filter(|(other, _)| !other.has_declaration || !movement.has_declaration)
                .filter(|(_, vendors)| !vendors.contains(&movement.vendor))
                .filter_map(|(other, vendors)| likeness(other, movement).map(|score| (score, other, vendors)))
                .reduce(|best, next| if next.0 > best.0 { next } else { best });
            match best {
                Some((_, other, vendors)) => {
                    vendors.push(movement.vendor);
                    let kept_record_key = Some(other.record_key);
                    removed.push(Removed { record_key: movement.record_key, rule: SIMILAR_RECORD, kept_record_key });
                    restatements.push(Restatement {
                        record_key: movement.record_key,
                        kept_record_key,
                        declaration_key: other.declaration_key,
                        rule: SIMILAR_RECORD,
                    });
                }
                None => kept.push((movement, vec![movement.vendor])),
            }
        }
    }
    (removed, restatements)
}

/// What must be equal.
fn key<'a>(movement: &StatedMovement<'a>) -> (&'a str, &'a str, i32, bool, i64) {
    (movement.reporter, movement.flow, movement.day, movement.is_net, movement.grams)
}

/// Returns how alike two movements are by their parties; `None` where they are not the same.
fn likeness(left: &StatedMovement<'_>, right: &StatedMovement<'_>) -> Option<u32> {
    if heading(left.hs_code).is_some_and(|code| heading(right.hs_code).is_some_and(|other| code != other)) {
        return None;
    }
    Some(u32::from(same_party(left.shipper, right.shipper)?) + u32::from(same_party(left.consignee, right.consignee)?))
}

fn heading(code: &str) -> Option<&str> {
    code.get(..HEADING_DIGITS)
}

/// Returns how alike two parties are, 0 to 1000; `None` where they are not the same or one is not stated.
fn same_party(left: (&str, &str), right: (&str, &str)) -> Option<u16> {
    if !left.1.is_empty() && !right.1.is_empty() {
        return (left.1 == right.1).then_some(1000);
    }
    if left.0.is_empty() || right.0.is_empty() {
        return None;
    }
    if left.0 == right.0 {
        return Some(1000);
    }
    let score = compare(left.0, right.0).score.max(compare(right.0, left.0).score);
    (score >= SAME_NAME).then_some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn movement(record_key: i64, vendor: &'static str, has_declaration: bool) -> StatedMovement<'static> {
        StatedMovement {
            record_key,
            declaration_key: 100 + record_key,
            has_declaration,
            vendor,
            reporter: "RU",
            flow: "import",
            day: 20210503,
            grams: 1_234_567,
            is_net: true,
            hs_code: "845710",
            shipper: ("Velderin Export", ""),
            consignee: ("OOO Grumant", ""),
            source_file: vendor,
            source_line: record_key,
        }
    }

    fn pairs(movements: Vec<StatedMovement<'_>>) -> Vec<(i64, Option<i64>)> {
        let precedence = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2), ("c".to_owned(), 3)]);
        let (removed, restatements) = pair_similar(movements, &precedence);
        assert_eq!(removed.len(), restatements.len());
        removed.iter().map(|removed| (removed.record_key, removed.kept_record_key)).collect()
    }

    #[test]
    fn a_record_without_a_number_repeats_one_with() {
        assert_eq!(pairs(vec![movement(1, "a", false), movement(2, "b", true)]), [(1, Some(2))]);
        assert_eq!(pairs(vec![movement(1, "a", false), movement(2, "b", false)]), [(2, Some(1))]);
    }

    #[test]
    fn nothing_pairs_within_a_vendor_or_between_numbers() {
        assert_eq!(pairs(vec![movement(1, "a", false), movement(2, "a", true)]), []);
        assert_eq!(pairs(vec![movement(1, "a", true), movement(2, "b", true)]), []);
    }

    #[test]
    fn what_is_there_more_often_counts_as_often() {
        let movements = vec![
            movement(1, "a", true),
            movement(2, "a", true),
            movement(3, "b", false),
            movement(4, "b", false),
            movement(5, "b", false),
        ];
        assert_eq!(pairs(movements), [(3, Some(1)), (4, Some(2))]);
    }

    #[test]
    fn a_third_vendor_repeats_the_kept_record_too() {
        let movements = vec![movement(1, "a", true), movement(2, "b", false), movement(3, "c", false)];
        assert_eq!(pairs(movements), [(2, Some(1)), (3, Some(1))]);
    }

    #[test]
    fn one_difference_is_enough() {
        let base = || movement(2, "b", false);
        for (what, other) in [
            ("day", StatedMovement { day: 20210504, ..base() }),
            ("weight", StatedMovement { grams: 1_234_568, ..base() }),
            ("kind of weight", StatedMovement { is_net: false, ..base() }),
            ("no weight", StatedMovement { grams: 0, ..base() }),
            ("flow", StatedMovement { flow: "export", ..base() }),
            ("heading", StatedMovement { hs_code: "845811", ..base() }),
            ("shipper", StatedMovement { shipper: ("Ostbrook Trading", ""), ..base() }),
            ("no consignee", StatedMovement { consignee: ("", ""), ..base() }),
        ] {
            assert_eq!(pairs(vec![movement(1, "a", true), other]), [], "{what}");
        }
        let identified = |id| StatedMovement { consignee: ("OOO Grumant", id), ..movement(1, "a", true) };
        let other = StatedMovement { consignee: ("GRUMANT LLC", "9999000013"), ..base() };
        assert_eq!(pairs(vec![identified("9999000020"), other.clone()]), [], "another identifier");
        assert_eq!(pairs(vec![identified("9999000013"), other]), [(2, Some(1))]);
    }
}
