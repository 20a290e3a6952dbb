//! Stage 4: which codes or items belong to the goods of each finding.

use super::records::LoadedFile;
use super::run_file::RunFile;
use crate::analyze::goods::{Choice, CodeHits, ConditionRules, GoodsMatcher, Hit, PhraseMemory, Span};
use crate::error::{Error, Result, nearest};
use crate::export::run_manifest::GoodsEntry;
use crate::model::date::Day;
use crate::model::digest::sha256_of_texts;
use crate::model::goods::{Breadth, Field, GoodsList, GoodsSet};
use crate::model::hs_edition::HsEdition;
use crate::model::question::{GoodsChoice, Question};
use crate::store::local::{Engine, collected, in_bucket};
use crate::store::sql::GoodsKey;
use polars::prelude::*;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// The goods rules of a run, and which lists stand behind them.
pub struct GoodsRules {
    matcher: GoodsMatcher,
    pub lists: Vec<GoodsEntry>,
    /// What each set says of its lists that a reader of a number should know.
    notes: BTreeMap<String, Vec<ListNote>>,
}

/// What a list says that bears on a number.
struct ListNote {
    list: String,
    n_lines: usize,
    n_recalled: usize,
    /// The first day of the shipments that any line selects.
    first_day: Day,
}

/// A row of `goods`: from a day to a day a code or an item belongs to the goods of a finding; with the first rule that says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GoodsRow {
    /// The finding.
    pub goods_set: String,
    pub goods_key: i64,
    pub valid_from: Day,
    pub valid_to: Day,
    pub is_exact: bool,
    pub is_counted: bool,
    pub provision: String,
    pub tier: String,
    pub kind: String,
    pub rule: String,
}

/// A row of `goods_hits`: one of all the rules by which goods count for a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GoodsHit {
    pub finding: String,
    pub goods_key: i64,
    pub valid_from: Day,
    pub valid_to: Day,
    pub goods_set: String,
    pub provision: String,
    pub tier: String,
    pub goods_kind: String,
    pub phrase: String,
    pub is_exact: bool,
}

/// Reads the goods sets that the findings ask for, with their lists.
pub fn rules(run_file: &RunFile) -> Result<GoodsRules> {
    let mut sets: Vec<(String, GoodsSet)> = run_file.goods_sets.clone();
    for name in run_file.questions.iter().filter_map(|question| question.goods.as_ref()).flat_map(GoodsChoice::sets) {
        if sets.iter().any(|(known, _)| known == name) {
            continue;
        }
        if GoodsList::builtin(name).is_none() {
            let known: Vec<String> =
                sets.iter().map(|(known, _)| known.clone()).chain(GoodsList::builtin_ids().map(str::to_owned)).collect();
            let error = Error::request(format!("there is no goods set `{name}`"))
                .detail(format!("sets and built-in lists: {}", known.join(", ")));
            return Err(match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("add a section `[goods.sets.{name}]`")),
            });
        }
        sets.push((name.clone(), GoodsSet::of_list(name)));
    }
    let mut lists: BTreeMap<String, GoodsList> = BTreeMap::new();
    for name in sets.iter().flat_map(|(_, set)| &set.lists) {
        if lists.contains_key(name) {
            continue;
        }
        let list = match GoodsList::builtin(name) {
            Some(list) => list,
            None if name.ends_with(".csv") => {
                let path = run_file.resolve(name);
                let text = std::fs::read_to_string(&path).map_err(|error| Error::file(&path, "read", error))?;
                GoodsList::parse(&text, name)?
            }
            None => continue,
        };
        lists.insert(name.clone(), list);
    }
    let own: Vec<(&str, &GoodsList)> = lists.iter().map(|(name, list)| (name.as_str(), list)).collect();
    let named: Vec<(&str, &GoodsSet)> = sets.iter().map(|(name, set)| (name.as_str(), set)).collect();
    let matcher = GoodsMatcher::build(&named, &own)?;
    let notes = sets.iter().map(|(name, set)| (name.clone(), set.lists.iter().filter_map(|id| note(id, &lists)).collect()));
    let notes = notes.collect();
    let lists = lists
        .into_iter()
        .map(|(id, list)| {
            let lines: Vec<String> = list.lines.iter().map(|line| format!("{line:?}")).collect();
            GoodsEntry { id, edition: list.edition, sha256: sha256_of_texts(lines.iter().map(String::as_str)) }
        })
        .collect();
    Ok(GoodsRules { matcher, lists, notes })
}

impl GoodsRules {
    /// Returns the key by which a finding's goods join; `None` where the finding asks for all goods.
    pub fn key_of(&self, question: &Question) -> Option<GoodsKey> {
        let choice = question.goods.as_ref().filter(|choice| choice.sets().next().is_some())?;
        // A choice that only excludes must also see records without a code.
        let only_excludes = choice.any.is_empty() && choice.all.is_empty();
        let needs_text = only_excludes || choice.sets().any(|set| self.matcher.needs_text(set));
        Some(if needs_text { GoodsKey::Item } else { GoodsKey::Code })
    }

    /// Returns the goods of all findings that name goods, sorted. Codes are told by the tables beside the parts, items by all shipments.
    pub fn goods(&self, questions: &[Question], files: &[LoadedFile], store: &mut Engine) -> Result<Vec<GoodsRow>> {
        let n_records = files.iter().map(|file| file.part.account.records_stored()).sum();
        let each = |key, hand_on: &mut dyn FnMut(&Items)| match key {
            GoodsKey::Code => Items::beside(files).map(|items| hand_on(&items)),
            GoodsKey::Item => Items::each(store, n_records, hand_on),
        };
        let mut rows = self.of_all(questions, each, |question, key, spans, _| {
            let rows = spans.iter().map(|span| GoodsRow {
                goods_set: question.id.clone(),
                goods_key: key,
                valid_from: span.from,
                valid_to: span.to,
                is_exact: span.is_exact,
                is_counted: span.is_counted,
                provision: span.first.map_or(String::new(), |hit| hit.provision.to_owned()),
                tier: span.first.map_or(String::new(), |hit| hit.tier.to_owned()),
                kind: span.first.map_or(String::new(), |hit| hit.kind.to_owned()),
                rule: span.first.map_or_else(|| NO_RULE.to_owned(), |hit| format!("{}: {}", hit.set, hit.rule())),
            });
            rows.collect()
        })?;
        rows.sort_unstable();
        rows.dedup_by(|left, right| {
            (&left.goods_set, left.goods_key, left.valid_from) == (&right.goods_set, right.goods_key, right.valid_from)
        });
        Ok(rows)
    }

    /// Returns every rule by which goods of the evidence count, sorted: what findings are broken down by.
    pub fn hits(&self, questions: &[Question], evidence: &mut Engine) -> Result<Vec<GoodsHit>> {
        let each = |key, hand_on: &mut dyn FnMut(&Items)| Items::read(key, evidence, lit(true)).map(|items| hand_on(&items));
        let mut rows = self.of_all(questions, each, |question, goods_key, spans, hits| {
            if !spans.iter().any(|span| span.is_counted) {
                return Vec::new();
            }
            let rows = hits.map(|hit| GoodsHit {
                finding: question.id.clone(),
                goods_key,
                valid_from: hit.from,
                valid_to: hit.to,
                goods_set: hit.set.to_owned(),
                provision: hit.provision.to_owned(),
                tier: hit.tier.to_owned(),
                goods_kind: hit.kind.to_owned(),
                phrase: hit.phrase.to_owned(),
                is_exact: hit.breadth == Breadth::Exact,
            });
            let mut rows: Vec<GoodsHit> = rows.collect();
            if rows.is_empty() {
                // A choice that only excludes: its goods have no rule and stand in one row.
                rows.push(GoodsHit {
                    finding: question.id.clone(),
                    goods_key,
                    valid_from: Day::MIN,
                    valid_to: Day::MAX,
                    goods_set: String::new(),
                    provision: String::new(),
                    tier: String::new(),
                    goods_kind: String::new(),
                    phrase: String::new(),
                    is_exact: true,
                });
            }
            rows
        })?;
        rows.sort_unstable();
        rows.dedup();
        Ok(rows)
    }

    /// Makes rows of all codes or items that belong to the goods of a finding.
    fn of_all<R: Send>(
        &self,
        questions: &[Question],
        mut each: impl FnMut(GoodsKey, &mut dyn FnMut(&Items)) -> Result<()>,
        rows: impl Fn(&Question, i64, &[Span<'_>], &mut dyn Iterator<Item = Hit<'_>>) -> Vec<R> + Sync,
    ) -> Result<Vec<R>> {
        let mut all = Vec::new();
        for key in [GoodsKey::Code, GoodsKey::Item] {
            let asked: Vec<(&Question, Choice)> = questions
                .iter()
                .filter(|question| self.key_of(question) == Some(key))
                .filter_map(|question| Some((question, Choice::of(question.goods.as_ref()?, &self.matcher))))
                .collect();
            if !asked.is_empty() {
                each(key, &mut |items| all.extend(self.of_items(items, &asked, &rows)))?;
            }
        }
        Ok(all)
    }

    fn of_items<R: Send>(
        &self,
        items: &Items,
        questions: &[(&Question, Choice)],
        rows: &(impl Fn(&Question, i64, &[Span<'_>], &mut dyn Iterator<Item = Hit<'_>>) -> Vec<R> + Sync),
    ) -> Vec<R> {
        let codes = items.distinct_codes();
        let code_hits: FxHashMap<(&str, &str), CodeHits<'_>> = codes
            .into_par_iter()
            .map(|(code, edition)| ((code, edition), self.matcher.code_hits(code, HsEdition::parse(edition))))
            .collect();
        let starts: Vec<usize> = (0..items.len()).step_by(ITEMS_AT_ONCE).collect();
        let found: Vec<Vec<R>> = starts
            .into_par_iter()
            .map_init(PhraseMemory::default, |memory, start| {
                let mut found = Vec::new();
                let mut texts: Vec<&str> = Vec::with_capacity(items.texts.len());
                for row in start..(start + ITEMS_AT_ONCE).min(items.len()) {
                    let Some(goods_key) = items.key(row) else { continue };
                    texts.clear();
                    texts.extend(items.texts(row));
                    let hits = self.matcher.item_hits(&code_hits[&items.code(row)], &texts, memory);
                    for (question, choice) in questions {
                        let spans = choice.spans(&hits, &self.matcher);
                        if !spans.is_empty() {
                            found.extend(rows(question, goods_key, &spans, &mut choice.counted(&hits, &self.matcher)));
                        }
                    }
                }
                found
            })
            .collect();
        found.into_iter().flatten().collect()
    }

    /// Returns what a reader of a finding's number should know of the lists behind it.
    pub fn notes(&self, question: &Question) -> Vec<String> {
        let mut notes = Vec::new();
        for set in question.goods.iter().flat_map(GoodsChoice::sets) {
            for note in self.notes.get(set).into_iter().flatten() {
                if note.n_recalled > 0 {
                    notes.push(format!(
                        "goods list `{}`: {} of {} lines are marked `recalled`: something in them rests on memory",
                        note.list, note.n_recalled, note.n_lines
                    ));
                }
                if note.first_day > question.from {
                    notes.push(format!("goods list `{}` selects no shipment before {}", note.list, note.first_day));
                }
            }
        }
        notes.dedup();
        notes
    }
}

/// What the trail says of goods that a choice does not exclude.
const NO_RULE: &str = "not in the excluded sets";

/// Records of which the items are in memory at a time: most have a description of their own.
const RECORDS_AT_ONCE: u64 = 4_000_000;

/// Items that one thread takes at a time.
const ITEMS_AT_ONCE: usize = 4096;

fn note(id: &str, lists: &BTreeMap<String, GoodsList>) -> Option<ListNote> {
    let list = lists.get(id)?;
    Some(ListNote {
        list: id.to_owned(),
        n_lines: list.lines.len(),
        // Where only a part of a line rests on memory the note says which, and does not begin so.
        n_recalled: list.lines.iter().filter(|line| line.note.starts_with("recalled")).count(),
        first_day: list.lines.iter().map(|line| line.from.unwrap_or(Day::MIN)).min().unwrap_or(Day::MIN),
    })
}

/// The distinct codes or items of some shipments.
struct Items {
    keys: Int64Chunked,
    codes: StringChunked,
    editions: StringChunked,
    texts: Vec<StringChunked>,
}

impl Items {
    /// Reads them from those shipments for which a condition holds.
    fn read(key: GoodsKey, shipments: &mut Engine, condition: Expr) -> Result<Items> {
        let fields: &[&str] = match key {
            GoodsKey::Code => &[],
            GoodsKey::Item => &Field::ALL.map(Field::column),
        };
        let columns: Vec<&str> = [key.column(), "hs_code", "hs_edition"].iter().chain(fields).copied().collect();
        let table = shipments.query(&format!("SELECT {} FROM shipments", columns.join(", ")))?;
        let distinct = table.filter(condition).unique(None, UniqueKeepStrategy::Any);
        collected(distinct).and_then(|table| Items::of(table, key, fields)).map_err(lost)
    }

    /// Reads all items of shipments, of which there are so many, a part of them at a time, and hands them on.
    fn each(shipments: &mut Engine, n_records: u64, hand_on: &mut dyn FnMut(&Items)) -> Result<()> {
        let n_buckets = n_records / RECORDS_AT_ONCE + 1;
        for bucket in 0..n_buckets {
            let key = GoodsKey::Item;
            hand_on(&Items::read(key, shipments, in_bucket(key.column(), bucket, n_buckets))?);
        }
        Ok(())
    }

    /// Reads the codes of all records from the tables beside the parts; those of records that do not count are among them.
    fn beside(files: &[LoadedFile]) -> Result<Items> {
        let key = GoodsKey::Code;
        let columns = [key.column(), "hs_code", "hs_edition"].map(col);
        let tables =
            files.iter().map(|file| Ok(file.part.codes()?.lazy().select(&columns))).collect::<Result<Vec<LazyFrame>>>()?;
        let table = concat(tables, UnionArgs::default()).and_then(|all| all.unique(None, UniqueKeepStrategy::Any).collect());
        table.and_then(|table| Items::of(table, key, &[])).map_err(lost)
    }

    fn of(mut table: DataFrame, key: GoodsKey, fields: &[&str]) -> PolarsResult<Items> {
        table.rechunk_mut();
        let text = |name: &str| table.column(name).and_then(Column::str).cloned();
        Ok(Items {
            keys: table.column(key.column())?.i64()?.clone(),
            codes: text("hs_code")?,
            editions: text("hs_edition")?,
            texts: fields.iter().map(|name| text(name)).collect::<PolarsResult<_>>()?,
        })
    }

    fn len(&self) -> usize {
        self.keys.len()
    }

    fn key(&self, row: usize) -> Option<i64> {
        self.keys.get(row)
    }

    /// Returns code and edition, empty where there is none.
    fn code(&self, row: usize) -> (&str, &str) {
        (self.codes.get(row).unwrap_or_default(), self.editions.get(row).unwrap_or_default())
    }

    fn texts(&self, row: usize) -> impl Iterator<Item = &str> {
        self.texts.iter().map(move |text| text.get(row).unwrap_or_default())
    }

    fn distinct_codes(&self) -> Vec<(&str, &str)> {
        let codes: FxHashSet<(&str, &str)> = (0..self.len()).map(|row| self.code(row)).collect();
        codes.into_iter().collect()
    }
}

fn lost(error: PolarsError) -> Error {
    Error::promise("the store lacks a column").detail(error.to_string())
}

/// Returns the condition of all items of some records whose words tell it: `item_key, told_condition`.
pub fn told_conditions(shipments: &mut Engine, n_records: u64) -> Result<DataFrame> {
    let rules = ConditionRules::builtin();
    let mut told: BTreeMap<i64, &'static str> = BTreeMap::new();
    Items::each(shipments, n_records, &mut |items| {
        let condition_of = |memory: &mut PhraseMemory, row: usize| {
            let texts: Vec<&str> = items.texts(row).collect();
            Some((items.key(row)?, rules.condition_of(&texts, memory)?))
        };
        let found = (0..items.len()).into_par_iter().map_init(PhraseMemory::default, condition_of);
        told.extend(found.collect::<Vec<_>>().into_iter().flatten());
    })?;
    let columns = vec![
        Column::new("item_key".into(), told.keys().copied().collect::<Vec<i64>>()),
        Column::new("told_condition".into(), told.values().copied().collect::<Vec<&str>>()),
    ];
    Ok(DataFrame::new(told.len(), columns).expect("both columns have one length"))
}

/// Returns `goods` (`goods_set, goods_key, valid_from, valid_to, is_exact, is_counted`) with the trail `provision, tier, kind, rule` beside.
pub fn goods_table(rows: &[GoodsRow]) -> DataFrame {
    let text = |of: fn(&GoodsRow) -> &str| rows.iter().map(of).collect::<Vec<&str>>();
    let number = |of: fn(&GoodsRow) -> i32| rows.iter().map(of).collect::<Vec<i32>>();
    let columns = vec![
        Column::new("goods_set".into(), text(|row| &row.goods_set)),
        Column::new("goods_key".into(), rows.iter().map(|row| row.goods_key).collect::<Vec<i64>>()),
        Column::new("valid_from".into(), number(|row| row.valid_from.number())),
        Column::new("valid_to".into(), number(|row| row.valid_to.number())),
        Column::new("is_exact".into(), number(|row| row.is_exact.into())),
        Column::new("is_counted".into(), number(|row| row.is_counted.into())),
        Column::new("provision".into(), text(|row| &row.provision)),
        Column::new("tier".into(), text(|row| &row.tier)),
        Column::new("kind".into(), text(|row| &row.kind)),
        Column::new("rule".into(), text(|row| &row.rule)),
    ];
    DataFrame::new(rows.len(), columns).expect("all columns of goods have one length")
}

/// Returns `goods_hits`.
pub fn hits_table(rows: &[GoodsHit]) -> DataFrame {
    let text = |of: fn(&GoodsHit) -> &str| rows.iter().map(of).collect::<Vec<&str>>();
    let number = |of: fn(&GoodsHit) -> i32| rows.iter().map(of).collect::<Vec<i32>>();
    let columns = vec![
        Column::new("finding".into(), text(|row| &row.finding)),
        Column::new("goods_key".into(), rows.iter().map(|row| row.goods_key).collect::<Vec<i64>>()),
        Column::new("valid_from".into(), number(|row| row.valid_from.number())),
        Column::new("valid_to".into(), number(|row| row.valid_to.number())),
        Column::new("goods_set".into(), text(|row| &row.goods_set)),
        Column::new("provision".into(), text(|row| &row.provision)),
        Column::new("tier".into(), text(|row| &row.tier)),
        Column::new("goods_kind".into(), text(|row| &row.goods_kind)),
        Column::new("phrase".into(), text(|row| &row.phrase)),
        Column::new("is_exact".into(), number(|row| row.is_exact.into())),
    ];
    DataFrame::new(rows.len(), columns).expect("all columns of goods hits have one length")
}
