//! `[[findings]]`: the questions, with their sides and conditions.

use super::values::{Keys, Reader};
use crate::analyze::trend::same_days;
use crate::error::{Error, Result};
use crate::model::date::Day;
use crate::model::party::PartyKind;
use crate::model::question::{Conditions, Grouping, Question, Side, SideKind, SideName};
use crate::model::role::Role;
use crate::model::shipment_key::ShipmentKey;
use toml::{Table, Value};

const FINDING: Keys = Keys {
    known: &[
        "id",
        "reporter",
        "flow",
        "shipper",
        "consignee",
        "goods",
        "where",
        "from",
        "to",
        "count",
        "by",
        "expected",
        "source",
        "listed",
        "compare",
        "control",
    ],
    later: &["trend"],
};
const COMPARE: Keys = Keys { known: &["same_days_of"], later: &["run", "edition"] };
const SIDE: Keys = Keys {
    known: &["group", "entity", "list", "program", "name", "registration_id", "country", "kind", "roles"],
    later: &["rule"],
};
const WHERE: Keys = Keys {
    known: &["origin_country", "departure_country", "destination_country", "trading_country", "value_usd_min", "condition"],
    later: &["value_usd_max", "procedure_class", "manufacturer"],
};

impl Reader {
    pub(super) fn question(&self, table: &Table) -> Result<Question> {
        let id = self.required_text(table, "id", "[[findings]]")?;
        let place = format!("finding `{id}`");
        if !id.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.')) {
            return Err(Error::request(format!(
                "the id `{id}` of a finding in `{}` has other signs than letters and digits",
                self.file
            ))
            .hint("ids stand in file columns and queries: use letters, digits, `-`, `_` and `.`"));
        }
        self.check_keys(table, &place, &FINDING)?;
        let (from, to) = (self.required_day(table, "from", &place)?, self.required_day(table, "to", &place)?);
        if from > to {
            return Err(Error::request(format!("{place} in `{}` ends before it begins", self.file))
                .detail(format!("from {from} to {to}")));
        }
        let count = self.required_text(table, "count", &place)?;
        let count = ShipmentKey::ALL.into_iter().find(|key| key.as_str() == count).ok_or_else(|| {
            self.unknown_word(&count, "count", &place, ShipmentKey::ALL.iter().map(|key| key.as_str()), &["shipments"])
        })?;
        let by = match table.get("by") {
            None => vec!["year".to_owned()],
            Some(_) => self.texts(table, "by", &place)?,
        };
        let later = ["procedure_class", "manufacturer"];
        let by = by
            .iter()
            .map(|word| {
                Grouping::parse(word).ok_or_else(|| {
                    self.unknown_word(word, "by", &place, Grouping::ALL.iter().map(|grouping| grouping.as_str()), &later)
                })
            })
            .collect::<Result<Vec<_>>>()?;
        if let Some(twice) = by.iter().enumerate().find(|(at, grouping)| by[..*at].contains(grouping)) {
            return Err(Error::request(format!("{place} in `{}` is by `{}` twice", self.file, twice.1.as_str())));
        }
        let goods = self.goods_choice(table, &place)?;
        let has_goods = goods.as_ref().is_some_and(|goods| goods.sets().next().is_some());
        if let Some(grouping) = by.iter().find(|grouping| grouping.is_by_goods() && !has_goods) {
            return Err(Error::request(format!(
                "{place} in `{}` is by `{}` but asks for all goods",
                self.file,
                grouping.as_str()
            ))
            .hint("add `goods = { any = [\"…\"] }` with the sets that it is to be broken down by"));
        }
        if by.iter().filter(|grouping| grouping.column().is_none()).count() > 1 {
            return Err(Error::request(format!("{place} in `{}` is by more than one period", self.file))
                .hint("name one of `year`, `quarter`, `month`"));
        }
        let reporter = self.countries(table, "reporter", &place)?;
        let flow = self.flow(table, &place)?;
        if reporter.len() > 1 && flow.is_none() && !by.contains(&Grouping::Reporter) {
            return Err(Error::request(format!("finding `{id}` names several reporters and no flow"))
                .hint("add `flow = …`, or `by = [\"reporter\"]`: two reporters of one movement are compared, never added"));
        }
        let expected = match table.get("expected") {
            None => None,
            Some(Value::Integer(number)) if *number >= 0 => Some(*number as u64),
            Some(_) => return Err(self.wrong("expected", &place, "a whole number")),
        };
        let listed = self.listed(table, &place)?;
        // Who must be listed stands on its side, also where anyone else may.
        let side = |name: SideName, role: Role| -> Result<Option<Side>> {
            let stated = self.side(table, name.as_str(), &place, role)?;
            let is_asked = listed.as_ref().is_some_and(|listed| listed.who == name);
            Ok(stated.or_else(|| is_asked.then(|| Side { roles: vec![role], ..Side::default() })))
        };
        Ok(Question {
            reporter,
            flow,
            shipper: side(SideName::Shipper, Role::Shipper)?,
            consignee: side(SideName::Consignee, Role::Consignee)?,
            listed,
            goods,
            conditions: self.conditions(table, &place)?,
            from,
            to,
            count,
            by,
            expected,
            source: self.text(table, "source", &place)?.unwrap_or_default(),
            control: self.text(table, "control", &place)?,
            same_days_of: self.same_days_of(table, &place, (from, to))?,
            id,
        })
    }

    /// Reads the years of which a finding's calendar days are counted too.
    fn same_days_of(&self, table: &Table, place: &str, (from, to): (Day, Day)) -> Result<Vec<i32>> {
        let Some(compare) = self.table(table, "compare", place)? else { return Ok(Vec::new()) };
        let place = format!("`compare` of {place}");
        self.check_keys(compare, &place, &COMPARE)?;
        let wanted = "a year such as 2021, or a list of years";
        let years: Vec<&Value> = match compare.get("same_days_of") {
            Some(Value::Array(years)) if !years.is_empty() => years.iter().collect(),
            Some(year @ Value::Integer(_)) => vec![year],
            _ => return Err(self.wrong("same_days_of", &place, wanted)),
        };
        let mut read = Vec::new();
        for year in years {
            let year = year.as_integer().and_then(|year| i32::try_from(year).ok()).filter(|year| (1900..=2100).contains(year));
            let year = year.ok_or_else(|| self.wrong("same_days_of", &place, wanted))?;
            let window = same_days::shifted((from, to), year - from.year());
            if window.is_none_or(|(first, last)| first <= to && from <= last) {
                return Err(Error::request(format!("`same_days_of` in {place} of `{}` overlaps the finding itself", self.file))
                    .detail(format!("{from} to {to}, and the same days from {year} on"))
                    .hint("compare a window of a year at most with one of another year"));
            }
            if !read.contains(&year) {
                read.push(year);
            }
        }
        Ok(read)
    }

    fn side(&self, table: &Table, name: &str, place: &str, role: Role) -> Result<Option<Side>> {
        let Some(side) = self.table(table, name, place)? else { return Ok(None) };
        let place = format!("`{name}` of {place}");
        self.check_keys(side, &place, &SIDE)?;
        if !side.keys().any(|key| key != "roles") {
            return Err(Error::request(format!("{place} in `{}` says nobody", self.file)).hint(format!(
                "leave `{name}` out for anyone, or name a group, entity, list, program, name, registration_id, country or kind"
            )));
        }
        let roles = if side.contains_key("roles") {
            self.texts(side, "roles", &place)?
                .iter()
                .map(|word| {
                    Role::parse(word)
                        .ok_or_else(|| self.unknown_word(word, "roles", &place, Role::ALL.iter().map(|role| role.as_str()), &[]))
                })
                .collect::<Result<Vec<_>>>()?
        } else {
            vec![role]
        };
        let kinds = || PartyKind::ALL.iter().map(|kind| kind.as_str()).chain([SideKind::OTHER]);
        let kind = self
            .texts(side, "kind", &place)?
            .iter()
            .map(|word| SideKind::parse(word).ok_or_else(|| self.unknown_word(word, "kind", &place, kinds(), &[])))
            .collect::<Result<Vec<_>>>()?;
        Ok(Some(Side {
            group: self.texts(side, "group", &place)?,
            entity: self.texts(side, "entity", &place)?,
            list: self.texts(side, "list", &place)?,
            program: self.texts(side, "program", &place)?,
            name: self.texts(side, "name", &place)?,
            registration_id: self.texts(side, "registration_id", &place)?,
            country: self.countries(side, "country", &place)?,
            kind,
            roles,
        }))
    }

    fn conditions(&self, table: &Table, place: &str) -> Result<Conditions> {
        let Some(conditions) = self.table(table, "where", place)? else { return Ok(Conditions::default()) };
        let place = format!("`where` of {place}");
        self.check_keys(conditions, &place, &WHERE)?;
        let condition = self.text(conditions, "condition", &place)?;
        if let Some(word) = &condition
            && !["any", "new", "used", "unknown"].contains(&word.as_str())
        {
            return Err(self.unknown_word(word, "condition", &place, ["any", "new", "used", "unknown"].into_iter(), &[]));
        }
        Ok(Conditions {
            origin_country: self.countries(conditions, "origin_country", &place)?,
            departure_country: self.countries(conditions, "departure_country", &place)?,
            destination_country: self.countries(conditions, "destination_country", &place)?,
            trading_country: self.countries(conditions, "trading_country", &place)?,
            condition: condition.filter(|word| word != "any"),
            value_usd_cents_min: match self.number(conditions, "value_usd_min", &place)? {
                Some(dollars) if dollars < 0.0 => return Err(self.wrong("value_usd_min", &place, "an amount from 0")),
                dollars => dollars.filter(|dollars| *dollars > 0.0).map(|dollars| (dollars * 100.0).round() as i64),
            },
        })
    }
}
