//! The order of day and month of each `[[records]]`: declared, pinned, or taken from the dates of all its files.
//!
//! In: the sources with their schemas and files. Out: how the dates of each are read, with the evidence. By evidence costs one earlier
//! pass over the files, whose counts are kept in the store. Surprising: one date that only the other order reads is enough to refuse
//! the source, however many speak against it: a file of two orders has no right one.

use super::inputs::{InputFile, pinned};
use super::run_file::{RecordSource, RunFile};
use crate::error::{Error, Result};
use crate::ingest;
use crate::model::date_style::{DateOrder, DateStyle, OrderEvidence, order_evidence};
use crate::model::digest::FileState;
use crate::model::issue::Issues;
use crate::model::raw_shipments::RawShipments;
use crate::model::vendor_schema::VendorSchema;
use crate::normalize::mapping::Mapping;
use crate::normalize::{self, STORE_VERSION};
use crate::store::parts::{PartKey, Store};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// How the dates of one `[[records]]` are read.
pub struct SourceDates {
    pub style: DateStyle,
    /// What of it a part depends on beside the schema.
    pub settings: String,
    /// One sentence where the order was taken by evidence.
    pub evidence: Option<String>,
}

/// What the dates of a file, or of several, say about their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct OrderCounts {
    day_month: Counted,
    month_day: Counted,
    ambiguous: Counted,
    /// Dates that both orders read as one day, and texts that are no dates.
    others: u64,
}

/// How many records, and the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    n_records: u64,
    first: Option<(u64, String)>,
}

/// State and digest of each file.
pub type Digests<'a> = BTreeMap<&'a Path, (FileState, String)>;

/// Returns how the dates of every `[[records]]` are read. Without a store the files are read anew and nothing is written.
pub fn source_dates(
    run_file: &RunFile,
    schemas: &[VendorSchema],
    files: &[InputFile],
    store: Option<(&Store, &Digests<'_>)>,
) -> Result<Vec<SourceDates>> {
    let sources = run_file.records.iter().zip(schemas).enumerate();
    sources
        .map(|(at, (source, schema))| {
            let style = schema.date_style();
            let Some(choice) = source.date_order.or(schema.date_order).filter(|_| style.depends_on_order()) else {
                return Ok(SourceDates { style, settings: String::new(), evidence: None });
            };
            if let Some(order) = choice.pinned() {
                let settings = order.as_str().to_owned();
                return Ok(SourceDates { style: style.in_order(order), settings, evidence: None });
            }
            let own: Vec<&InputFile> = files.iter().filter(|file| file.source == at).collect();
            let counts: Vec<(&str, OrderCounts)> = own
                .into_par_iter()
                .map(|file| {
                    let known = store.map(|(store, digests)| (store, digests[file.path.as_path()].1.as_str()));
                    Ok((file.shown.as_str(), kept_counts(file, source, schema, &style, known)?))
                })
                .collect::<Result<_>>()?;
            let (order, evidence) = decide(&source.path, &counts)?;
            Ok(SourceDates {
                style: style.in_order(order).marking_ambiguous(),
                settings: format!("{} by evidence", order.as_str()),
                evidence: Some(evidence),
            })
        })
        .collect()
}

/// Returns the counts of a file, from the store if it has them.
fn kept_counts(
    file: &InputFile,
    source: &RecordSource,
    schema: &VendorSchema,
    style: &DateStyle,
    store: Option<(&Store, &str)>,
) -> Result<OrderCounts> {
    let Some((store, sha256)) = store else { return count(file, source, schema, style) };
    let settings = format!("date order, {:?}", pinned(file, source, schema));
    let key = PartKey::new(sha256, &schema.digest_text, &settings, &normalize::reference_texts(), STORE_VERSION);
    let name = format!("date_orders/{}", key.as_str());
    if let Some(counts) = store.kept_text(&name).and_then(|text| serde_json::from_str(&text).ok()) {
        return Ok(counts);
    }
    let counts = count(file, source, schema, style)?;
    store.keep_text(&name, &serde_json::to_string(&counts).expect("counts are plain data"))?;
    Ok(counts)
}

/// Reads a file for its dates alone.
fn count(file: &InputFile, source: &RecordSource, schema: &VendorSchema, style: &DateStyle) -> Result<OrderCounts> {
    let mut reader = ingest::open(&file.path, &pinned(file, source, schema), &normalize::known_headers(schema))?;
    let header = reader.header().clone();
    let mapping = Mapping::new(schema, &header.names, header.line, &file.shown, &mut Issues::default())?;
    let mut counts = OrderCounts::default();
    let Some(date) = mapping.source("date") else { return Ok(counts) };
    let [day_month, month_day] = DateOrder::BOTH.map(|order| style.clone().in_order(order));
    let mut known: FxHashMap<String, OrderEvidence> = FxHashMap::default();
    let mut batch = RawShipments::new(header.names.len());
    let mut rejections = Vec::new();
    let mut is_more = true;
    while is_more {
        batch.clear();
        rejections.clear();
        is_more = reader.read(&mut batch, &mut rejections)?;
        for record in 0..batch.len() {
            let text = date.text(&batch, record);
            let evidence = match known.get(text.as_ref()) {
                Some(evidence) => *evidence,
                None => {
                    let evidence = order_evidence(&text, [&day_month, &month_day]);
                    if known.len() >= MOST_TEXTS {
                        known.clear();
                    }
                    known.insert(text.clone().into_owned(), evidence);
                    evidence
                }
            };
            counts.add(evidence, batch.line(record), &text);
        }
    }
    Ok(counts)
}

/// So many distinct texts are remembered: dates with a clock have many.
const MOST_TEXTS: usize = 400_000;

impl OrderCounts {
    fn add(&mut self, evidence: OrderEvidence, line: u64, text: &str) {
        let counted = match evidence {
            OrderEvidence::DayMonth => &mut self.day_month,
            OrderEvidence::MonthDay => &mut self.month_day,
            OrderEvidence::Ambiguous => &mut self.ambiguous,
            OrderEvidence::None => {
                self.others += 1;
                return;
            }
        };
        counted.n_records += 1;
        if counted.first.is_none() {
            counted.first = Some((line, text.to_owned()));
        }
    }
}

/// Returns the order that the dates of a source show, with a sentence; refuses where they show both, or none although it matters.
fn decide(path: &str, files: &[(&str, OrderCounts)]) -> Result<(DateOrder, String)> {
    let sum = |of: fn(&OrderCounts) -> &Counted| files.iter().map(|(_, counts)| of(counts).n_records).sum::<u64>();
    let first = |of: fn(&OrderCounts) -> &Counted| {
        let found = files.iter().find_map(|(file, counts)| of(counts).first.as_ref().map(|(line, text)| (file, line, text)));
        found.map_or(String::new(), |(file, line, text)| format!("`{text}` in `{file}:{line}`"))
    };
    let (day_month, month_day) = (sum(|counts| &counts.day_month), sum(|counts| &counts.month_day));
    let ambiguous = sum(|counts| &counts.ambiguous);
    let pin = "pin `date_order = \"day_month\"` or `\"month_day\"` for these `[[records]]`";
    if day_month > 0 && month_day > 0 {
        return Err(Error::request(format!("the dates of `{path}` are written in both orders"))
            .detail(format!("{day_month} only with the day first, the first {}", first(|counts| &counts.day_month)))
            .detail(format!("{month_day} only with the month first, the first {}", first(|counts| &counts.month_day)))
            .detail(format!("{ambiguous} in either order, as different days"))
            .hint(pin));
    }
    if day_month == 0 && month_day == 0 && ambiguous > 0 {
        return Err(Error::request(format!("the dates of `{path}` do not show whether day or month comes first"))
            .detail(format!(
                "{ambiguous} can be read in either order, as different days, the first {}",
                first(|counts| &counts.ambiguous)
            ))
            .hint(pin));
    }
    let order = if month_day > 0 { DateOrder::MonthDay } else { DateOrder::DayMonth };
    let sentence = match order {
        _ if day_month == 0 && month_day == 0 => "no date depends on the order of day and month".to_owned(),
        DateOrder::DayMonth => {
            format!("day before month: dates that read only so {day_month}, only the other way 0, either way {ambiguous}")
        }
        DateOrder::MonthDay => {
            format!("month before day: dates that read only so {month_day}, only the other way 0, either way {ambiguous}")
        }
    };
    Ok((order, sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the texts of a column as a file of it would be.
    fn counts(texts: &[String], style: &DateStyle) -> OrderCounts {
        let [day_month, month_day] = DateOrder::BOTH.map(|order| style.clone().in_order(order));
        let mut counts = OrderCounts::default();
        for (at, text) in texts.iter().enumerate() {
            counts.add(order_evidence(text, [&day_month, &month_day]), at as u64 + 2, text);
        }
        counts
    }

    /// Numbers from a fixed sequence.
    struct Sequence(u64);

    impl Sequence {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 11) % bound
        }
    }

    #[test]
    fn no_column_of_dates_is_read_in_the_wrong_order() {
        let mut sequence = Sequence(0x9E37_79B9_7F4A_7C15);
        let (mut n_taken, mut n_refused) = (0, 0);
        for column in 0..10_000_u64 {
            let truth = DateOrder::BOTH[(column % 2) as usize];
            let mark = [".", "/", "-", " "][sequence.below(4) as usize];
            // Some columns state days up to the twelfth only, some with a few greater ones, most of the whole month.
            let last_day = [9, 12, 13, 28, 28, 28][sequence.below(6) as usize];
            let has_zeros = sequence.below(2) == 0;
            let has_short_years = sequence.below(4) == 0;
            let texts: Vec<String> = (0..50)
                .map(|_| {
                    let (day, month, year) = (sequence.below(last_day) + 1, sequence.below(12) + 1, 2014 + sequence.below(9));
                    let (first, second) = if truth == DateOrder::DayMonth { (day, month) } else { (month, day) };
                    let year = if has_short_years { year % 100 } else { year };
                    if has_zeros {
                        format!("{first:02}{mark}{second:02}{mark}{year:02}")
                    } else {
                        format!("{first}{mark}{second}{mark}{year:02}")
                    }
                })
                .collect();
            let declared = format!("%d{mark}%m{mark}%Y");
            let style = DateStyle::new(&[declared, "%Y-%m-%d".to_owned()]);
            match decide("records.csv", &[("records.csv", counts(&texts, &style))]) {
                Ok((order, _)) => {
                    let [taken, right] = [order, truth].map(|order| style.clone().in_order(order));
                    for text in &texts {
                        assert_eq!(taken.read(text), right.read(text), "`{text}` of column {column} was written {truth:?}");
                    }
                    n_taken += 1;
                }
                Err(_) => n_refused += 1,
            }
        }
        assert!(n_taken > 6_000 && n_refused > 1_000, "{n_taken} taken, {n_refused} refused");
    }

    #[test]
    fn both_orders_and_neither_are_refused() {
        let style = DateStyle::new(&["%d/%m/%Y".to_owned()]);
        let of = |texts: &[&str]| counts(&texts.iter().map(|text| text.to_string()).collect::<Vec<_>>(), &style);
        let refused = |files: &[(&str, OrderCounts)]| decide("*.csv", files).err().map(|error| error.to_string());
        let message = refused(&[("a.csv", of(&["03/04/2022", "24/02/2022"])), ("b.csv", of(&["02/24/2022"]))]).unwrap();
        assert!(message.contains("written in both orders"), "{message}");
        let message = refused(&[("a.csv", of(&["03/04/2022", "04/04/2022", "03/04/2022"]))]).unwrap();
        assert!(message.contains("do not show whether day or month comes first"), "{message}");
        let (order, sentence) = decide("*.csv", &[("a.csv", of(&["04/04/2022", "N/A"]))]).unwrap();
        assert_eq!((order, sentence.as_str()), (DateOrder::DayMonth, "no date depends on the order of day and month"));
    }
}
