//! `[[records]]` and `[[watchlists]]`: which files a run reads, and what of them is pinned.

use super::values::{Keys, Reader};
use crate::error::{Error, Result};
use crate::model::date::Day;
use crate::model::date_style::OrderChoice;
use toml::{Table, Value};

/// One `[[records]]`.
#[derive(Debug, Clone)]
pub struct RecordSource {
    pub path: String,
    pub schema: String,
    pub coverage: Option<(Day, Day)>,
    pub encoding: Option<String>,
    pub delimiter: Option<char>,
    /// A pattern of names of members, where the files are archives.
    pub member: Option<String>,
    pub sheet: Option<String>,
    pub header_row: Option<u64>,
    /// Whether the files have a header, where it is not as the schema says.
    pub header: Option<bool>,
    pub flow: Option<String>,
    /// Stands over that of the schema.
    pub date_order: Option<OrderChoice>,
}

/// One `[[watchlists]]`.
#[derive(Debug, Clone)]
pub struct WatchlistSource {
    pub id: String,
    pub path: String,
    pub format: String,
    pub as_of: Option<Day>,
    /// Whether the list may have lost more than a tenth of the entries of the edition before.
    pub accept_shrunken: bool,
}

const RECORDS: Keys = Keys {
    known: &[
        "path",
        "schema",
        "coverage",
        "encoding",
        "delimiter",
        "member",
        "sheet",
        "header_row",
        "header",
        "flow",
        "date_order",
    ],
    later: &["reporter"],
};
const COVERAGE: Keys = Keys { known: &["from", "to"], later: &["hs", "parties"] };
const WATCHLISTS: Keys = Keys { known: &["id", "path", "format", "as_of", "accept_shrunken"], later: &["layout"] };

impl Reader {
    pub(super) fn records(&self, table: &Table) -> Result<RecordSource> {
        let place = "[[records]]";
        self.check_keys(table, place, &RECORDS)?;
        let coverage = match self.table(table, "coverage", place)? {
            None => None,
            Some(coverage) => {
                self.check_keys(coverage, "coverage", &COVERAGE)?;
                let (from, to) =
                    (self.required_day(coverage, "from", "coverage")?, self.required_day(coverage, "to", "coverage")?);
                if from > to {
                    return Err(Error::request(format!("`coverage` in `{}` ends before it begins", self.file))
                        .detail(format!("from {from} to {to}")));
                }
                Some((from, to))
            }
        };
        let delimiter = self.text(table, "delimiter", place)?;
        let delimiter = match delimiter.as_deref() {
            None => None,
            Some("tab" | "\\t") => Some('\t'),
            Some(text) if text.chars().count() == 1 && text.is_ascii() => text.chars().next(),
            Some(_) => return Err(self.wrong("delimiter", place, "one letter such as `;`, or `tab`")),
        };
        let header_row = match table.get("header_row") {
            None => None,
            Some(Value::Integer(row)) if *row >= 1 => Some(*row as u64),
            Some(_) => return Err(self.wrong("header_row", place, "a row number, counted from 1")),
        };
        let header = match table.get("header") {
            None => None,
            Some(Value::Boolean(is_there)) => Some(*is_there),
            Some(_) => return Err(self.wrong("header", place, "`true` or `false`")),
        };
        Ok(RecordSource {
            path: self.required_text(table, "path", place)?,
            schema: self.required_text(table, "schema", place)?,
            coverage,
            encoding: self.text(table, "encoding", place)?,
            delimiter,
            member: self.text(table, "member", place)?,
            sheet: self.text(table, "sheet", place)?,
            header_row,
            header,
            flow: self.flow(table, place)?,
            date_order: self.date_order(table, place)?,
        })
    }

    fn date_order(&self, table: &Table, place: &str) -> Result<Option<OrderChoice>> {
        let Some(word) = self.text(table, "date_order", place)? else { return Ok(None) };
        let choice = OrderChoice::parse(&word);
        choice.map(Some).ok_or_else(|| self.unknown_word(&word, "date_order", place, OrderChoice::WORDS.into_iter(), &[]))
    }

    pub(super) fn flow(&self, table: &Table, place: &str) -> Result<Option<String>> {
        let flow = self.text(table, "flow", place)?;
        match flow.as_deref() {
            None | Some("import" | "export" | "transit") => Ok(flow),
            Some(word) => Err(self.unknown_word(word, "flow", place, ["import", "export", "transit"].into_iter(), &[])),
        }
    }

    pub(super) fn watchlist(&self, table: &Table) -> Result<WatchlistSource> {
        let place = "[[watchlists]]";
        self.check_keys(table, place, &WATCHLISTS)?;
        Ok(WatchlistSource {
            id: self.required_text(table, "id", place)?,
            path: self.required_text(table, "path", place)?,
            format: self.required_text(table, "format", place)?,
            as_of: self.day(table, "as_of", place)?,
            accept_shrunken: self.flag(table, "accept_shrunken", place)?,
        })
    }
}
