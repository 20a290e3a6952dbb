//! Reasons to be careful that come from the sources and the question, not from the series.
//!
//! In: records by month of each source, what the question asks for, the day of the change. Out: caveats. A finding may only be tested
//! if its sources did not change at the very date; this is where that is looked at.

use super::break_dates;
use super::null_scan::NullScans;
use super::sides::{ChangeDay, Sides};
use crate::model::country::CountryCode;
use crate::model::date::Day;
use crate::model::dated_fact::{dated_facts, renumbered_codes};
use crate::model::series::{Frequency, Measure, SeriesPoint, TradeSeries};
use crate::model::trend_change::Caveat;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// A source whose level changes by more than this, either way, has changed its coverage.
const STEADY: (f64, f64) = (0.67, 1.5);
/// … or whose level changes at a date within so many months of the change, by a search with this p-value.
const NEAR_MONTHS: i32 = 3;
const SEARCH_P: f64 = 0.05;
/// A share that moves by more than this is another mix of sources.
const MIX_MOVES: f64 = 0.20;
/// A share of records without a name or value that moves by more than this.
const UNKNOWN_MOVES: f64 = 0.10;
/// Values or weights that more than this share of records lack.
const UNKNOWN_SHARE: f64 = 0.10;
/// More zero values than this, in a column that is not always zero.
const ZERO_VALUES: f64 = 0.01;
/// More repeats than this among the records of a source.
const REPEATED: f64 = 0.05;
/// A code whose first or last record lies within so many months of a renumbering.
const RENUMBERED_MONTHS: i32 = 3;
/// … if at its own rate so many records were to be expected on the side where it has none. A rare code may begin or end anywhere.
const EXPECTED_BEYOND: f64 = 5.0;

/// Records by number of the month (`Frequency::Month`).
pub type MonthTotals = BTreeMap<i32, u64>;

/// What a finding asks for, as far as dated facts look at it.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub reporters: Vec<CountryCode>,
    /// Countries of any role that the finding names.
    pub countries: Vec<CountryCode>,
    pub window: Option<(Day, Day)>,
}

/// A code of a finding's goods with its records in all of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSpan {
    /// Six digits, or four.
    pub code: String,
    pub n_records: u64,
    /// Numbers of months.
    pub first: i32,
    pub last: i32,
}

/// How many records before and after the change lack something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lacking {
    pub before: (u64, u64),
    pub after: (u64, u64),
}

/// Returns what the sources themselves do at the change: their level, and how they share the records.
pub fn of_sources(sources: &[(String, MonthTotals)], change: ChangeDay, nulls: &NullScans) -> Vec<Caveat> {
    let mut all = MonthTotals::new();
    for (month, n_records) in sources.iter().flat_map(|(_, months)| months) {
        *all.entry(*month).or_default() += n_records;
    }
    let mut caveats: Vec<Caveat> = coverage_step(&all, change, nulls).into_iter().collect();
    caveats.extend(mix(sources, change));
    caveats
}

fn coverage_step(months: &MonthTotals, change: ChangeDay, nulls: &NullScans) -> Option<Caveat> {
    let stated: Vec<(i32, SeriesPoint)> =
        months.iter().map(|(month, n_records)| (*month, SeriesPoint::observed(*n_records as f64))).collect();
    let series = TradeSeries::new("source", Measure::Count, Frequency::Month, &stated);
    let sides = Sides::of(&series, change);
    let rows = sides.observed();
    let n_before = rows.n_before();
    let (before, after) = rows.amounts.split_at(n_before);
    let level = |amounts: &[f64]| amounts.iter().sum::<f64>() / amounts.len() as f64;
    let ratio = level(after) / level(before);
    let is_level_changed = ratio < STEADY.0 || ratio > STEADY.1;
    let found = break_dates::search(&sides, &sides.observed_and_transition(), false, nulls).found;
    let near: BTreeSet<String> = (sides.first_post - NEAR_MONTHS..=sides.first_post + NEAR_MONTHS)
        .map(|month| Frequency::Month.period(month).to_string())
        .collect();
    let found = found.filter(|found| found.p < SEARCH_P && found.set.iter().any(|period| near.contains(period)));
    if !is_level_changed && found.is_none() {
        return None;
    }
    let mut message = format!("the sources as a whole changed: {ratio:.2} times as many records a month after the change");
    if let Some(found) = &found {
        message.push_str(&format!("; a search puts their own change at {}", found.best));
    }
    message.push_str(". A ratio to a control says more than the plain one");
    let set = found.map(|found| found.set);
    Some(Caveat::warning("coverage_step", message, json!({ "ratio": ratio, "set": set })))
}

fn mix(sources: &[(String, MonthTotals)], change: ChangeDay) -> Option<Caveat> {
    let change_month = Frequency::Month.ordinal_of(change.day);
    let sides = |months: &MonthTotals| {
        let sum = |range: &dyn Fn(i32) -> bool| {
            months.iter().filter(|(month, _)| range(**month)).map(|(_, n_records)| *n_records).sum::<u64>()
        };
        (sum(&|month| month < change_month) as f64, sum(&|month| month > change_month) as f64)
    };
    let each: Vec<(&str, f64, f64)> = sources
        .iter()
        .map(|(name, months)| {
            let (before, after) = sides(months);
            (name.as_str(), before, after)
        })
        .collect();
    let (before, after) = each.iter().fold((0.0, 0.0), |sum, own| (sum.0 + own.1, sum.1 + own.2));
    let moved: Vec<(&str, f64, f64)> = each
        .into_iter()
        .map(|(name, own_before, own_after)| (name, own_before / before, own_after / after))
        .filter(|(_, own_before, own_after)| (own_after - own_before).abs() > MIX_MOVES)
        .collect();
    if moved.is_empty() {
        return None;
    }
    let shown: Vec<String> = moved
        .iter()
        .map(|(name, before, after)| format!("{name} {:.0} % before, {:.0} % after", before * 100.0, after * 100.0))
        .collect();
    let data: Vec<_> =
        moved.iter().map(|(name, before, after)| json!({ "source": name, "before": before, "after": after })).collect();
    Some(Caveat::warning(
        "source_mix_changed",
        format!("the sources share the records otherwise: {}", shown.join("; ")),
        json!(data),
    ))
}

/// Returns the dated facts that a question runs into.
pub fn of_facts(asked: &Asked, change: ChangeDay) -> Vec<Caveat> {
    let Some((from, to)) = asked.window else { return Vec::new() };
    let names = |wanted: &[CountryCode], asked: &[CountryCode]| wanted.iter().any(|code| asked.contains(code));
    dated_facts()
        .iter()
        .filter(|fact| names(&fact.reporters, &asked.reporters) || names(&fact.countries, &asked.countries))
        .filter(|fact| {
            let start = if fact.is_after_change { change.day.max(from) } else { from };
            start <= fact.to && fact.from <= to
        })
        .map(|fact| {
            let data = json!({ "from": fact.from.to_string(), "to": fact.to.to_string() });
            if fact.is_warning {
                Caveat::warning(fact.code, fact.message, data)
            } else {
                Caveat::note(fact.code, fact.message, data)
            }
        })
        .collect()
}

/// Returns codes that a renumbering ends or begins inside the data: by the table, and by their own first and last records.
pub fn of_codes(codes: &[CodeSpan], data: (i32, i32)) -> Option<Caveat> {
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for renumbered in renumbered_codes() {
        let month = Frequency::Month.ordinal_of(renumbered.effective);
        if data.0 < month && month <= data.1 {
            named.extend(codes.iter().filter(|own| own.code.starts_with(renumbered.code)).map(|own| own.code.as_str()));
        }
    }
    let editions: BTreeSet<i32> =
        renumbered_codes().iter().map(|renumbered| Frequency::Month.ordinal_of(renumbered.effective)).collect();
    for month in editions {
        // The data must go on well beyond, or every code would begin and end there.
        let is_inside = data.0 + 2 * RENUMBERED_MONTHS < month && month + 2 * RENUMBERED_MONTHS < data.1;
        let is_near = |own: i32| (own - month).abs() <= RENUMBERED_MONTHS;
        let turns = |own: &&CodeSpan| {
            let a_month = own.n_records as f64 / f64::from(own.last - own.first + 1);
            let is_missed = |n_months: i32| a_month * f64::from(n_months) >= EXPECTED_BEYOND;
            (is_near(own.first) && is_missed(own.first - data.0)) || (is_near(own.last) && is_missed(data.1 - own.last))
        };
        if is_inside {
            named.extend(codes.iter().filter(turns).map(|own| own.code.as_str()));
        }
    }
    if named.is_empty() {
        return None;
    }
    let named: Vec<&str> = named.into_iter().collect();
    let shown = named.iter().take(8).copied().collect::<Vec<_>>().join(", ");
    let more = if named.len() > 8 { format!(" and {} more", named.len() - 8) } else { String::new() };
    Some(Caveat::warning(
        "hs_vintage",
        format!(
            "codes began or ended where an edition of the Harmonized System took effect: {shown}{more}. A series by such a code breaks by \
             construction; compare headings"
        ),
        json!({ "codes": named }),
    ))
}

/// Returns whether names are missing from more, or fewer, records after the change.
pub fn of_names(column: &str, lacking: Lacking) -> Option<Caveat> {
    let (before, after) = (share(lacking.before), share(lacking.after));
    ((after - before).abs() > UNKNOWN_MOVES).then(|| {
        Caveat::warning(
            "unresolved_names",
            format!("`{column}` is empty in {:.0} % of the records before and {:.0} % after", before * 100.0, after * 100.0),
            json!({ "column": column, "before": before, "after": after }),
        )
    })
}

/// Returns whether amounts are stated by too few records, or by another share of them after the change.
pub fn of_amounts(measure: Measure, lacking: Lacking) -> Option<Caveat> {
    let (before, after) = (share(lacking.before), share(lacking.after));
    let is_uneven = (after - before).abs() > UNKNOWN_MOVES;
    let is_large = before.max(after) > UNKNOWN_SHARE;
    (is_uneven || is_large).then(|| {
        Caveat::warning(
            "value_not_stated",
            format!(
                "{:.0} % of the records before and {:.0} % after state no `{}`: sums hold the others",
                before * 100.0,
                after * 100.0,
                measure.as_str()
            ),
            json!({ "before": before, "after": after }),
        )
    })
}

/// Returns whether records state a value of zero where others state one.
pub fn of_zero_values(n_zero: u64, n_records: u64) -> Option<Caveat> {
    let share = share((n_zero, n_records));
    (share > ZERO_VALUES).then(|| {
        Caveat::note(
            "zero_value_rows",
            format!("{:.0} % of the records state a value of 0: they are counted, and add nothing to sums", share * 100.0),
            json!({ "share": share }),
        )
    })
}

/// Returns whether more records are repeats of others than is usual. They were taken out; what causes them may have changed.
pub fn of_repeats(n_repeats: u64, n_records: u64) -> Option<Caveat> {
    let share = share((n_repeats, n_records));
    (share > REPEATED).then(|| {
        Caveat::note(
            "duplicates",
            format!("{:.0} % of the records of the run repeat others and count no more", share * 100.0),
            json!({ "share": share }),
        )
    })
}

fn share((part, whole): (u64, u64)) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change() -> ChangeDay {
        ChangeDay::new(Day::from_number(20220224).expect("a calendar day"))
    }

    fn months(level: impl Fn(i32) -> u64) -> MonthTotals {
        (2019 * 12..2025 * 12).map(|month| (month, level(month) + (month % 5) as u64)).collect()
    }

    fn codes(caveats: &[Caveat]) -> Vec<&'static str> {
        caveats.iter().map(|caveat| caveat.code).collect()
    }

    #[test]
    fn a_source_that_doubles_is_told_and_a_steady_one_is_not() {
        let nulls = NullScans::default();
        let steady = [("one".to_owned(), months(|_| 500))];
        assert_eq!(codes(&of_sources(&steady, change(), &nulls)), [""; 0]);
        let doubled = [("one".to_owned(), months(|month| if month >= 2022 * 12 { 1000 } else { 500 }))];
        assert_eq!(codes(&of_sources(&doubled, change(), &nulls)), ["coverage_step"]);
        let other = [
            ("one".to_owned(), months(|month| if month >= 2022 * 12 { 100 } else { 500 })),
            ("two".to_owned(), months(|month| if month >= 2022 * 12 { 500 } else { 100 })),
        ];
        assert_eq!(codes(&of_sources(&other, change(), &nulls)), ["source_mix_changed"]);
    }

    #[test]
    fn facts_apply_by_reporter_country_and_time() {
        let day = |number| Day::from_number(number).expect("a calendar day");
        let code = |text: &str| CountryCode::parse(text).expect("a country");
        let window = Some((day(20180101), day(20241231)));
        let asked =
            |reporter: &str, country: &str| Asked { reporters: vec![code(reporter)], countries: vec![code(country)], window };
        assert_eq!(codes(&of_facts(&asked("RU", "CN"), change())), ["russia_blackout", "jan_feb_china"]);
        assert_eq!(codes(&of_facts(&asked("PE", "TR"), change())), [""; 0]);
        let early = Asked { window: Some((day(20100101), day(20191231))), ..asked("RU", "CN") };
        assert_eq!(codes(&of_facts(&early, change())), [""; 0]);
    }

    #[test]
    fn renumbered_codes_are_told_by_table_and_by_their_records() {
        let span = |code: &str, first: i32, last: i32| CodeSpan { code: code.to_owned(), n_records: 50, first, last };
        let data = (2018 * 12, 2024 * 12);
        let named = |codes: &[CodeSpan]| of_codes(codes, data).map(|caveat| caveat.data["codes"].clone());
        assert_eq!(named(&[span("845710", data.0, data.1)]), None);
        assert_eq!(named(&[span("846221", data.0, 2021 * 12 + 11)]), Some(json!(["846221"])));
        assert_eq!(named(&[span("999999", 2022 * 12, data.1)]), Some(json!(["999999"])));
        let rare = CodeSpan { n_records: 3, ..span("999999", data.0, 2021 * 12 + 11) };
        assert_eq!(named(&[rare]), None);
        assert_eq!(of_codes(&[span("846221", data.0, 2021 * 12)], (2018 * 12, 2021 * 12)), None, "the data end before");
    }
}
