//! Master bills: a carrier's contract over the goods of several house bills, which are counted themselves.
//!
//! In: the bills that have a master, and those that may be one. Out: the master records that count no more, each with the house bills
//! that it covers. A master's parties are mostly forwarders; they restate every house bill, so that a match through them is not lost.
//! Its goods are those of all house bills together and restate none.
//!
//! A bill is a master only if a house bill that names it stands, of the same reporter and flow, at most 92 days away: numbers of bills
//! are used again.

use super::{MASTER_BILL, Removed, Restatement, are_days_near};
use std::collections::BTreeMap;

/// A record with a bill of lading, its numbers folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Bill<'a> {
    pub source_file: &'a str,
    pub source_line: i64,
    pub record_key: i64,
    pub declaration_key: i64,
    pub reporter: &'a str,
    pub flow: &'a str,
    pub number: String,
    /// Empty, or the bill's own number, where it is no house bill.
    pub master_number: String,
    pub day_first: i32,
}

impl Bill<'_> {
    /// Tells whether the bill names another as its master.
    pub fn is_house(&self) -> bool {
        !self.master_number.is_empty() && self.master_number != self.number
    }
}

/// Finds the masters of counted house bills, in the order of file and line.
pub fn cover_masters(mut bills: Vec<Bill<'_>>) -> (Vec<Removed>, Vec<Restatement>) {
    bills.sort_unstable();
    let mut houses: BTreeMap<(&str, &str, &str), Vec<&Bill<'_>>> = BTreeMap::new();
    for bill in bills.iter().filter(|bill| bill.is_house()) {
        houses.entry((bill.reporter, bill.flow, &bill.master_number)).or_default().push(bill);
    }
    let (mut removed, mut restatements) = (Vec::new(), Vec::new());
    for bill in bills.iter().filter(|bill| !bill.is_house() && !bill.number.is_empty()) {
        let covered = houses.get(&(bill.reporter, bill.flow, bill.number.as_str())).map_or(&[][..], Vec::as_slice);
        let mut covered = covered.iter().filter(|house| are_days_near(house.day_first, bill.day_first)).peekable();
        let Some(first) = covered.peek() else { continue };
        removed.push(Removed { record_key: bill.record_key, rule: MASTER_BILL, kept_record_key: Some(first.record_key) });
        restatements.extend(covered.map(|house| Restatement {
            record_key: bill.record_key,
            kept_record_key: Some(house.record_key),
            declaration_key: house.declaration_key,
            rule: MASTER_BILL,
        }));
    }
    (removed, restatements)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bill(record_key: i64, number: &str, master_number: &str, day_first: i32) -> Bill<'static> {
        Bill {
            source_file: "bills.csv",
            source_line: record_key,
            record_key,
            declaration_key: record_key,
            reporter: "US",
            flow: "import",
            number: number.to_owned(),
            master_number: master_number.to_owned(),
            day_first,
        }
    }

    fn covered(bills: Vec<Bill<'_>>) -> Vec<(i64, Option<i64>)> {
        let (removed, restatements) = cover_masters(bills);
        let masters: Vec<i64> = removed.iter().map(|removed| removed.record_key).collect();
        assert!(restatements.iter().all(|restatement| masters.contains(&restatement.record_key)));
        restatements.iter().map(|restatement| (restatement.record_key, restatement.kept_record_key)).collect()
    }

    #[test]
    fn a_master_restates_every_house_bill_that_it_covers() {
        let bills = vec![bill(1, "M1", "", 20200105), bill(2, "H1", "M1", 20200105), bill(3, "H2", "M1", 20200107)];
        assert_eq!(covered(bills), [(1, Some(2)), (1, Some(3))]);
    }

    #[test]
    fn a_bill_without_house_bills_counts() {
        let other_flow = Bill { flow: "export", ..bill(4, "H3", "M1", 20200105) };
        let bills = vec![
            bill(1, "M1", "", 20200105),
            bill(2, "M2", "M2", 20200105),
            bill(3, "H2", "M1", 20210107),
            other_flow,
            bill(5, "", "", 20200105),
            bill(6, "H6", "M6", 20200105),
        ];
        assert_eq!(covered(bills), []);
    }

    #[test]
    fn a_master_that_names_itself_is_one() {
        assert_eq!(covered(vec![bill(1, "M1", "M1", 20200105), bill(2, "H1", "M1", 20200105)]), [(1, Some(2))]);
    }
}
