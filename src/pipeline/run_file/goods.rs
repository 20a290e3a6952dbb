//! `[goods.sets.NAME]`, and the choice of sets that a finding makes.

use super::values::{Keys, Reader};
use crate::error::{Error, Result};
use crate::model::goods::GoodsSet;
use crate::model::question::GoodsChoice;
use serde::Deserialize;
use toml::{Table, Value};

const GOODS_SET: Keys = Keys {
    known: &["codes", "lists", "tiers", "kinds", "numerically_controlled", "phrases", "near", "not", "fields", "join", "breadth"],
    later: &[],
};
const CHOICE: Keys = Keys { known: &["any", "all", "not"], later: &[] };

impl Reader {
    pub(super) fn goods_sets(&self, goods: &Table) -> Result<Vec<(String, GoodsSet)>> {
        let Some(sets) = self.table(goods, "sets", "[goods]")? else { return Ok(Vec::new()) };
        let mut read = Vec::new();
        for (name, value) in sets {
            let place = format!("[goods.sets.{name}]");
            let Value::Table(set) = value else { return Err(self.wrong(name, "[goods.sets]", "a table")) };
            self.check_keys(set, &place, &GOODS_SET)?;
            let set = GoodsSet::deserialize(value.clone()).map_err(|error| {
                Error::request(format!("`{}` has a faulty {place}", self.file)).detail(error.message().to_owned())
            })?;
            read.push((name.clone(), set));
        }
        Ok(read)
    }

    pub(super) fn goods_choice(&self, table: &Table, place: &str) -> Result<Option<GoodsChoice>> {
        let Some(goods) = self.table(table, "goods", place)? else { return Ok(None) };
        let place = format!("`goods` of {place}");
        self.check_keys(goods, &place, &CHOICE)?;
        Ok(Some(GoodsChoice {
            any: self.texts(goods, "any", &place)?,
            all: self.texts(goods, "all", &place)?,
            not: self.texts(goods, "not", &place)?,
        }))
    }
}
