//! `[groups]` and `listed` of a finding: how far shares are followed, and who must be listed by whom, and when.

use super::values::{Keys, Reader};
use crate::analyze::ownership::{Rule, Settings};
use crate::error::Result;
use crate::model::question::{ListedAt, ListedCondition, SideName};
use crate::model::share::Share;
use toml::{Table, Value};

const GROUPS: Keys = Keys { known: &["rule", "floor", "depth"], later: &[] };
const LISTED: Keys = Keys { known: &["who", "by", "at"], later: &[] };

impl Reader {
    pub(super) fn ownership(&self, table: &Table) -> Result<Settings> {
        let mut settings = Settings::default();
        let place = "[groups]";
        let Some(groups) = self.table(table, "groups", "the run file")? else { return Ok(settings) };
        self.check_keys(groups, place, &GROUPS)?;
        if let Some(rule) = self.word(groups, "rule", place, &Rule::ALL, Rule::as_str)? {
            settings.rule = rule;
        }
        if let Some(percent) = self.number(groups, "floor", place)? {
            let floor = Share::of_percent(percent).filter(|floor| *floor > Share::NONE);
            settings.floor = floor.ok_or_else(|| self.wrong("floor", place, "a share in percent, above 0 and up to 100"))?;
        }
        settings.depth = match groups.get("depth") {
            None => None,
            Some(Value::Integer(depth @ 1..=100)) => Some(*depth as u32),
            Some(_) => return Err(self.wrong("depth", place, "a whole number of links from 1 to 100")),
        };
        Ok(settings)
    }

    pub(super) fn listed(&self, table: &Table, place: &str) -> Result<Option<ListedCondition>> {
        let Some(listed) = self.table(table, "listed", place)? else { return Ok(None) };
        let place = format!("`listed` of {place}");
        self.check_keys(listed, &place, &LISTED)?;
        let who = self.word(listed, "who", &place, &SideName::ALL, SideName::as_str)?;
        let at = self.word(listed, "at", &place, &ListedAt::ALL, ListedAt::as_str)?;
        let by = self.texts(listed, "by", &place)?;
        if by.is_empty() {
            return Err(self.missing("by", &place));
        }
        Ok(Some(ListedCondition {
            who: who.ok_or_else(|| self.missing("who", &place))?,
            by,
            at: at.ok_or_else(|| self.missing("at", &place))?,
        }))
    }
}
