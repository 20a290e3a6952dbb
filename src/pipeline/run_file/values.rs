//! Single values of a run file's tables, each read as what it must be or refused with file, place and key.

use crate::error::{Error, Result, nearest};
use crate::model::country::CountryCode;
use crate::model::date::Day;
use toml::{Table, Value};

/// A section's keys: those that are, and those that a later version will have.
pub(super) struct Keys {
    pub(super) known: &'static [&'static str],
    pub(super) later: &'static [&'static str],
}

/// Reads the tables of a run file; its name stands in every message.
pub(super) struct Reader {
    pub(super) file: String,
}

impl Reader {
    /// Reads one of a few words.
    pub(super) fn word<T: Copy>(
        &self,
        table: &Table,
        key: &str,
        place: &str,
        all: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>> {
        let Some(word) = self.text(table, key, place)? else { return Ok(None) };
        let known = all.iter().copied().find(|own| name(*own) == word);
        let words: Vec<&str> = all.iter().map(|own| name(*own)).collect();
        known.map(Some).ok_or_else(|| self.unknown_word(&word, key, place, words.into_iter(), &[]))
    }

    pub(super) fn flag(&self, table: &Table, key: &str, place: &str) -> Result<bool> {
        match table.get(key) {
            None => Ok(false),
            Some(Value::Boolean(is_set)) => Ok(*is_set),
            Some(_) => Err(self.wrong(key, place, "`true` or `false`")),
        }
    }

    pub(super) fn check_keys(&self, table: &Table, place: &str, keys: &Keys) -> Result<()> {
        for key in table.keys() {
            if keys.known.contains(&key.as_str()) {
                continue;
            }
            if keys.later.contains(&key.as_str()) {
                return Err(Error::request(format!("`{key}` in {place} of `{}` is not in this version", self.file))
                    .hint("take the key out: it would change the result, so it is not ignored"));
            }
            let error = Error::request(format!("`{key}` in {place} of `{}` is no key", self.file));
            return Err(match nearest(key, keys.known.iter().chain(keys.later).copied()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("keys here: {}", backticked(keys.known.iter().copied()))),
            });
        }
        Ok(())
    }

    pub(super) fn tables<'t>(&self, table: &'t Table, key: &str) -> Result<Vec<&'t Table>> {
        match table.get(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) if items.iter().all(Value::is_table) => {
                Ok(items.iter().filter_map(Value::as_table).collect())
            }
            Some(_) => Err(self.wrong(key, "the run file", &format!("sections `[[{key}]]`"))),
        }
    }

    pub(super) fn table<'t>(&self, table: &'t Table, key: &str, place: &str) -> Result<Option<&'t Table>> {
        match table.get(key) {
            None => Ok(None),
            Some(Value::Table(inner)) => Ok(Some(inner)),
            Some(_) => Err(self.wrong(key, place, "a table")),
        }
    }

    pub(super) fn text(&self, table: &Table, key: &str, place: &str) -> Result<Option<String>> {
        match table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong(key, place, "a text in quotes")),
        }
    }

    pub(super) fn required_text(&self, table: &Table, key: &str, place: &str) -> Result<String> {
        self.text(table, key, place)?.filter(|text| !text.is_empty()).ok_or_else(|| self.missing(key, place))
    }

    /// Reads a text or a list of texts: arrays mean `or`.
    pub(super) fn texts(&self, table: &Table, key: &str, place: &str) -> Result<Vec<String>> {
        match table.get(key) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(vec![text.clone()]),
            Some(Value::Array(items)) if !items.is_empty() => items
                .iter()
                .map(|item| item.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned))
                .map(|text| text.ok_or_else(|| self.wrong(key, place, "a text or a list of texts, none of them empty")))
                .collect(),
            Some(_) => Err(self.wrong(key, place, "a text or a list of texts, none of them empty")),
        }
    }

    pub(super) fn countries(&self, table: &Table, key: &str, place: &str) -> Result<Vec<CountryCode>> {
        self.texts(table, key, place)?
            .iter()
            .map(|text| {
                CountryCode::parse(text).ok_or_else(|| {
                    Error::request(format!("`{text}` in `{key}` of {place} in `{}` is no country", self.file))
                        .hint("write a code of ISO 3166 such as `CN`, or a country's name")
                })
            })
            .collect()
    }

    pub(super) fn number(&self, table: &Table, key: &str, place: &str) -> Result<Option<f64>> {
        match table.get(key) {
            None => Ok(None),
            Some(Value::Float(number)) => Ok(Some(*number)),
            Some(Value::Integer(number)) => Ok(Some(*number as f64)),
            Some(_) => Err(self.wrong(key, place, "a number")),
        }
    }

    pub(super) fn day(&self, table: &Table, key: &str, place: &str) -> Result<Option<Day>> {
        let wrong = || self.wrong(key, place, "a calendar day such as 2022-02-24");
        match table.get(key) {
            None => Ok(None),
            Some(Value::Datetime(stated)) => {
                let date = stated.date.filter(|_| stated.time.is_none()).ok_or_else(wrong)?;
                Day::new(date.year.into(), date.month.into(), date.day.into()).map(Some).ok_or_else(wrong)
            }
            Some(Value::String(text)) => Day::parse_iso(text).map(Some).ok_or_else(wrong),
            Some(_) => Err(wrong()),
        }
    }

    pub(super) fn required_day(&self, table: &Table, key: &str, place: &str) -> Result<Day> {
        self.day(table, key, place)?.ok_or_else(|| self.missing(key, place))
    }

    pub(super) fn missing(&self, key: &str, place: &str) -> Error {
        Error::request(format!("{place} of `{}` lacks `{key}`", self.file)).hint(format!("add `{key} = …`"))
    }

    pub(super) fn wrong(&self, key: &str, place: &str, wanted: &str) -> Error {
        Error::request(format!("`{key}` in {place} of `{}` is not {wanted}", self.file))
    }

    pub(super) fn unknown_word<'w>(
        &self,
        word: &str,
        key: &str,
        place: &str,
        known: impl Iterator<Item = &'w str> + Clone,
        later: &[&str],
    ) -> Error {
        if later.contains(&word) {
            return Error::request(format!("`{word}` in `{key}` of {place} in `{}` is not in this version", self.file));
        }
        let error = Error::request(format!("`{word}` in `{key}` of {place} in `{}` is not known", self.file));
        match nearest(word, known.clone()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("one of {}", backticked(known))),
        }
    }
}

fn backticked<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
