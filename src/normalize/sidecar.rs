//! The small tables beside a part: its distinct parties and codes, its months, and whether line numbers say anything.

use super::columns::{Columns, NumberColumn, calendar_slot, key_slot, role_slot, text_slot};
use super::numbering::Numbering;
use crate::model::part::{LineNumbers, ZeroCount};
use crate::model::role::Role;
use crate::model::shipments::MEASURES;
use polars::prelude::*;
use rustc_hash::FxHashMap;

/// What is counted while the records of a file pass. The texts of parties and codes lie in one text, for a million small pieces of memory
/// would cost more than the counting.
#[derive(Debug, Clone, Default)]
pub struct Sidecar {
    text: String,
    /// By key and role: name, country code, registration id, records.
    parties: FxHashMap<(i64, Role), (Held<3>, u64)>,
    /// By `hs_key`: edition, code, records.
    codes: FxHashMap<i64, (Held<2>, u64)>,
    coverage: Coverage,
    pub line_numbers: LineNumbers,
    pub zeros: [ZeroCount; MEASURES.len()],
}

/// Texts that lie one behind the other in a longer one: where they begin, and where each ends.
#[derive(Debug, Clone, Copy)]
struct Held<const N: usize> {
    start: usize,
    ends: [usize; N],
}

impl<const N: usize> Held<N> {
    /// Adds texts to the end of the longer one.
    fn add(text: &mut String, parts: [&str; N]) -> Self {
        let start = text.len();
        let hold = |part| {
            text.push_str(part);
            text.len()
        };
        Held { start, ends: parts.map(hold) }
    }

    fn texts<'t>(&self, text: &'t str) -> [&'t str; N] {
        let mut start = self.start;
        self.ends.map(|end| &text[std::mem::replace(&mut start, end)..end])
    }
}

/// Records whose date states a month, by flow and reporter.
#[derive(Debug, Clone, Default)]
pub struct Coverage(Vec<(String, String, Months)>);

/// Records by year and month.
type Months = FxHashMap<(i32, i32), u64>;

impl Coverage {
    fn add(&mut self, month: (i32, i32), flow: &str, reporter: &str, n_records: u64) {
        let known = self.0.iter().position(|(known_flow, known_reporter, _)| known_flow == flow && known_reporter == reporter);
        let at = known.unwrap_or_else(|| {
            self.0.push((flow.to_owned(), reporter.to_owned(), FxHashMap::default()));
            self.0.len() - 1
        });
        *self.0[at].2.entry(month).or_default() += n_records;
    }

    fn merge(&mut self, other: Coverage) {
        for (flow, reporter, months) in other.0 {
            for (month, n_records) in months {
                self.add(month, &flow, &reporter, n_records);
            }
        }
    }

    fn into_sorted(self) -> Vec<((i32, i32, String, String), u64)> {
        let months = self.0.into_iter().flat_map(|(flow, reporter, months)| {
            months.into_iter().map(move |((year, month), n)| ((year, month, flow.clone(), reporter.clone()), n))
        });
        let mut months: Vec<_> = months.collect();
        months.sort_unstable();
        months
    }
}

/// What one batch adds to the sidecar.
#[derive(Debug, Default)]
pub struct BatchSidecar {
    text: String,
    parties: Vec<((i64, Role), Held<3>, u64)>,
    codes: Vec<(i64, Held<2>, u64)>,
    coverage: Coverage,
    line_numbers: LineNumbers,
    zeros: [ZeroCount; MEASURES.len()],
}

impl BatchSidecar {
    /// Returns parties, codes and months of a batch, with what is known of its line numbers and zeros.
    pub fn of(columns: &Columns, line_numbers: LineNumbers, zeros: [ZeroCount; MEASURES.len()]) -> Self {
        let mut sidecar = BatchSidecar { line_numbers, zeros, ..BatchSidecar::default() };
        let text = |slot: usize, record: usize| columns.texts[slot].as_ref().map_or("", |column| column.get(record));
        for role in Role::ALL {
            for (key, record, n_records) in found(&columns.party_keys[role as usize]) {
                let texts = [0, 1, 2].map(|suffix| text(role_slot(role) + suffix, record));
                sidecar.parties.push(((key, role), Held::add(&mut sidecar.text, texts), n_records));
            }
        }
        for (key, record, n_records) in found(&columns.keys[key_slot("hs_key")]) {
            let texts = [text_slot("hs_edition"), text_slot("hs_code")].map(|slot| text(slot, record));
            sidecar.codes.push((key, Held::add(&mut sidecar.text, texts), n_records));
        }
        let [year, month] = [calendar_slot("year"), calendar_slot("month")].map(|slot| &columns.calendar[slot]);
        let [flow, reporter] = [text_slot("flow"), text_slot("reporter_country_code")];
        if let (Some(years), Some(months)) = (year, month) {
            let texts = [flow, reporter].into_iter().filter_map(|slot| columns.texts[slot].as_ref());
            let numberings: Vec<_> = [&years.numbering].into_iter().chain(texts.map(|column| &column.numbering)).collect();
            let numbering = Numbering::refined(&numberings);
            for (number, record) in numbering.firsts().enumerate() {
                if let (Some(year), Some(month)) = (years.get(record), months.get(record)) {
                    sidecar.coverage.add((year, month), text(flow, record), text(reporter, record), numbering.count(number));
                }
            }
        }
        sidecar
    }
}

/// Returns the keys of a column, each with the first record that has it and how many have. A key may come twice.
fn found(keys: &Option<NumberColumn<i64>>) -> impl Iterator<Item = (i64, usize, u64)> {
    keys.iter().flat_map(|keys| {
        let numbers = keys.values.iter().zip(keys.numbering.firsts()).enumerate();
        numbers.filter_map(|(number, (key, record))| Some(((*key)?, record, keys.numbering.count(number))))
    })
}

impl Sidecar {
    pub fn merge(&mut self, other: BatchSidecar) {
        for (key, held, n_records) in other.parties {
            let add = || (Held::add(&mut self.text, held.texts(&other.text)), 0);
            self.parties.entry(key).or_insert_with(add).1 += n_records;
        }
        for (key, held, n_records) in other.codes {
            let add = || (Held::add(&mut self.text, held.texts(&other.text)), 0);
            self.codes.entry(key).or_insert_with(add).1 += n_records;
        }
        self.coverage.merge(other.coverage);
        self.line_numbers.merge(&other.line_numbers);
        self.zeros.iter_mut().zip(&other.zeros).for_each(|(zeros, other)| zeros.merge(other));
    }
}

/// The sidecars as tables, sorted by their keys.
pub struct SidecarTables {
    /// `party_key, name, country_code, registration_id, role, n_records`
    pub parties: DataFrame,
    /// `hs_key, hs_edition, hs_code, n_records`
    pub codes: DataFrame,
    /// `year, month, flow, reporter_country_code, n_records`
    pub coverage: DataFrame,
}

impl Sidecar {
    pub fn into_tables(self) -> SidecarTables {
        let mut parties: Vec<((i64, Role), (Held<3>, u64))> = self.parties.into_iter().collect();
        parties.sort_unstable_by_key(|(key, _)| *key);
        let mut codes: Vec<(i64, (Held<2>, u64))> = self.codes.into_iter().collect();
        codes.sort_unstable_by_key(|(key, _)| *key);
        let coverage = self.coverage.into_sorted();
        let text = |name: &str, values: Vec<&str>| Column::new(name.into(), values);
        let frame =
            |columns: Vec<Column>| DataFrame::new(columns[0].len(), columns).expect("all columns of a sidecar have one length");
        SidecarTables {
            parties: frame(vec![
                Column::new("party_key".into(), parties.iter().map(|((key, _), _)| *key).collect::<Vec<i64>>()),
                text("name", parties.iter().map(|(_, (held, _))| held.texts(&self.text)[0]).collect()),
                text("country_code", parties.iter().map(|(_, (held, _))| held.texts(&self.text)[1]).collect()),
                text("registration_id", parties.iter().map(|(_, (held, _))| held.texts(&self.text)[2]).collect()),
                text("role", parties.iter().map(|((_, role), _)| role.as_str()).collect()),
                Column::new(
                    "n_records".into(),
                    parties.iter().map(|(_, (_, n_records))| *n_records as i64).collect::<Vec<i64>>(),
                ),
            ]),
            codes: frame(vec![
                Column::new("hs_key".into(), codes.iter().map(|(key, _)| *key).collect::<Vec<i64>>()),
                text("hs_edition", codes.iter().map(|(_, (held, _))| held.texts(&self.text)[0]).collect()),
                text("hs_code", codes.iter().map(|(_, (held, _))| held.texts(&self.text)[1]).collect()),
                Column::new("n_records".into(), codes.iter().map(|(_, (_, n_records))| *n_records as i64).collect::<Vec<i64>>()),
            ]),
            coverage: frame(vec![
                Column::new("year".into(), coverage.iter().map(|(month, _)| month.0).collect::<Vec<i32>>()),
                Column::new("month".into(), coverage.iter().map(|(month, _)| month.1).collect::<Vec<i32>>()),
                text("flow", coverage.iter().map(|(month, _)| month.2.as_str()).collect()),
                text("reporter_country_code", coverage.iter().map(|(month, _)| month.3.as_str()).collect()),
                Column::new("n_records".into(), coverage.iter().map(|(_, n_records)| *n_records as i64).collect::<Vec<i64>>()),
            ]),
        }
    }
}
