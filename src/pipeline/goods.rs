//! Stage 4: which codes or items belong to the goods of each finding.

use super::run_file::RunFile;
use crate::analyze::goods::GoodsMatcher;
use crate::error::{Error, Result, nearest};
use crate::export::run_manifest::GoodsEntry;
use crate::model::digest::sha256_of_texts;
use crate::model::goods::{GoodsList, GoodsSet};
use crate::model::question::{GoodsChoice, Question};
use crate::store::local::Engine;
use crate::store::sql::GoodsKey;
use polars::prelude::*;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The goods rules of a run, and which lists stand behind them.
pub struct GoodsRules {
    matcher: GoodsMatcher,
    pub lists: Vec<GoodsEntry>,
}

/// A row of `goods`: a code or an item belongs to the goods of a finding; with the rule that says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GoodsRow {
    pub goods_set: String,
    pub goods_key: i64,
    pub provision: String,
    pub tier: String,
    pub kind: String,
    pub rule: String,
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
    let lists = lists
        .into_iter()
        .map(|(id, list)| {
            let lines: Vec<String> = list.lines.iter().map(|line| format!("{line:?}")).collect();
            GoodsEntry { id, edition: list.edition, sha256: sha256_of_texts(lines.iter().map(String::as_str)) }
        })
        .collect();
    Ok(GoodsRules { matcher, lists })
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

    /// Returns the goods of all findings that name goods, sorted.
    pub fn goods(&self, questions: &[Question], store: &mut Engine) -> Result<Vec<GoodsRow>> {
        let mut rows = Vec::new();
        for key in [GoodsKey::Code, GoodsKey::Item] {
            let asked: Vec<&Question> = questions.iter().filter(|question| self.key_of(question) == Some(key)).collect();
            if !asked.is_empty() {
                rows.extend(self.goods_by(key, &asked, store)?);
            }
        }
        rows.sort_unstable();
        rows.dedup_by(|left, right| (&left.goods_set, left.goods_key) == (&right.goods_set, right.goods_key));
        Ok(rows)
    }

    fn goods_by(&self, key: GoodsKey, questions: &[&Question], store: &mut Engine) -> Result<Vec<GoodsRow>> {
        let (column, texts): (&str, &[&str]) = match key {
            GoodsKey::Code => ("hs_key", &[]),
            GoodsKey::Item => ("item_key", &["goods_description", "manufacturer_name", "brand", "model"]),
        };
        let mut columns = vec![column, "hs_code"];
        columns.extend(texts);
        let table = store.run(&format!("SELECT DISTINCT {} FROM shipments", columns.join(", ")))?;
        let lost = |error: PolarsError| Error::promise("the store lacks a column").detail(error.to_string());
        let keys = table.column(column).and_then(|column| Ok(column.i64()?.clone())).map_err(lost)?;
        let text = |name: &&str| table.column(name).and_then(|column| Ok(column.str()?.clone()));
        let codes = text(&"hs_code").map_err(lost)?;
        let texts = texts.iter().map(text).collect::<PolarsResult<Vec<StringChunked>>>().map_err(lost)?;
        Ok((0..table.height())
            .into_par_iter()
            .flat_map_iter(|row| {
                let item: Vec<&str> = texts.iter().filter_map(|text| text.get(row)).collect();
                let (key, code) = (keys.get(row), codes.get(row));
                questions.iter().filter_map(move |question| {
                    let choice = question.goods.as_ref()?;
                    let hit = self.choose(choice, code, &item)?;
                    Some(GoodsRow { goods_set: question.id.clone(), goods_key: key?, ..hit })
                })
            })
            .collect())
    }

    /// Returns the first rule by which an item belongs to a choice of sets.
    fn choose(&self, choice: &GoodsChoice, code: Option<&str>, texts: &[&str]) -> Option<GoodsRow> {
        let hit = |set: &String| self.matcher.match_item(set, code, texts);
        if choice.not.iter().any(|set| hit(set).is_some()) || !choice.all.iter().all(|set| hit(set).is_some()) {
            return None;
        }
        let (set, first) = match choice.any.iter().find_map(|set| Some((set, hit(set)?))) {
            Some((set, first)) => (set.as_str(), Some(first)),
            None if !choice.any.is_empty() => return None,
            None => (choice.all.first().map_or("", String::as_str), choice.all.first().and_then(hit)),
        };
        Some(GoodsRow {
            goods_set: String::new(),
            goods_key: 0,
            provision: first.as_ref().map_or(String::new(), |hit| hit.provision.to_owned()),
            tier: first.as_ref().map_or(String::new(), |hit| hit.tier.to_owned()),
            kind: first.as_ref().map_or(String::new(), |hit| hit.kind.to_owned()),
            rule: first.as_ref().map_or_else(|| "not in the excluded sets".to_owned(), |hit| format!("{set}: {}", hit.rule)),
        })
    }
}

/// Returns `goods` (`goods_set, goods_key, is_exact`) with the trail `provision, tier, kind, rule` beside.
pub fn goods_table(rows: &[GoodsRow]) -> DataFrame {
    let text = |of: fn(&GoodsRow) -> &str| rows.iter().map(of).collect::<Vec<&str>>();
    let columns = vec![
        Column::new("goods_set".into(), text(|row| &row.goods_set)),
        Column::new("goods_key".into(), rows.iter().map(|row| row.goods_key).collect::<Vec<i64>>()),
        Column::new("is_exact".into(), vec![1_i32; rows.len()]),
        Column::new("provision".into(), text(|row| &row.provision)),
        Column::new("tier".into(), text(|row| &row.tier)),
        Column::new("kind".into(), text(|row| &row.kind)),
        Column::new("rule".into(), text(|row| &row.rule)),
    ];
    DataFrame::new(rows.len(), columns).expect("all columns of goods have one length")
}
