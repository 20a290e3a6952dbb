//! The run file: one TOML file that states the question.
//!
//! In: the text of a run file and where it lies. Out: a `RunFile` with checked values, paths still as written. Unknown keys are errors
//! with a suggestion; keys that a later version will have are refused with a sentence, never ignored.

mod findings;
mod goods;
mod listed;
mod sources;
mod trend;
mod values;

use crate::analyze::{ownership, resolve, screen};
use crate::error::{Error, Result};
use crate::ingest::watchlist::BUILT_IN;
use crate::model::goods::GoodsSet;
use crate::model::question::Question;
use std::path::{Path, PathBuf};
use toml::{Table, Value};
use values::{Keys, Reader};

pub use sources::{RecordSource, WatchlistSource};
pub use trend::TrendRequest;

/// A run file after checking.
#[derive(Debug, Clone)]
pub struct RunFile {
    pub path: PathBuf,
    pub title: String,
    pub store: Option<String>,
    pub max_rejected: f64,
    pub records: Vec<RecordSource>,
    pub watchlists: Vec<WatchlistSource>,
    /// Sorted by name.
    pub goods_sets: Vec<(String, GoodsSet)>,
    /// Scores 0 to 1000.
    pub threshold: u16,
    pub aliases: Option<String>,
    /// The user's own legal forms and business words.
    pub words: Option<String>,
    /// How far the shares of groups and listed owners are followed.
    pub ownership: ownership::Settings,
    /// The rules for repeats that are on.
    pub rules: Vec<&'static str>,
    pub questions: Vec<Question>,
    pub trend: Option<TrendRequest>,
    /// The text as read: its digest goes into the run manifest.
    pub text: String,
}

const TOP: Keys = Keys {
    known: &[
        "title",
        "store",
        "max_rejected",
        "records",
        "watchlists",
        "goods",
        "groups",
        "screening",
        "repeats",
        "findings",
        "trend",
    ],
    later: &["rates"],
};
const GOODS: Keys = Keys { known: &["sets"], later: &[] };
const SCREENING: Keys = Keys { known: &["threshold", "aliases", "words"], later: &["decisions"] };

impl RunFile {
    pub fn read(path: &Path) -> Result<Self> {
        if path.is_dir() {
            return Err(Error::request(format!("`{}` is a directory, not a run file", path.display()))
                .hint("name the `.toml` file that states the question"));
        }
        let text = std::fs::read_to_string(path).map_err(|error| Error::file(path, "read", error))?;
        Self::parse(&text, path)
    }

    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Error::request(format!("`{}` is not valid TOML at line {line}", path.display())).detail(error.message().to_owned())
        })?;
        let reader = Reader { file: path.display().to_string() };
        reader.run_file(table, text, path)
    }

    /// Returns a path of the run file as it lies on disk: relative paths start at the run file. What is part of the program lies nowhere.
    pub fn resolve(&self, path: &str) -> PathBuf {
        if path.starts_with(BUILT_IN) {
            return PathBuf::from(path);
        }
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }
}

impl Reader {
    fn run_file(&self, table: Table, text: &str, path: &Path) -> Result<RunFile> {
        self.check_keys(&table, "the run file", &TOP)?;
        let screening = self.table(&table, "screening", "the run file")?.cloned().unwrap_or_default();
        self.check_keys(&screening, "[screening]", &SCREENING)?;
        let goods = self.table(&table, "goods", "the run file")?.cloned().unwrap_or_default();
        self.check_keys(&goods, "[goods]", &GOODS)?;
        let threshold = self.number(&screening, "threshold", "[screening]")?.unwrap_or(f64::from(screen::STRONG) / 1000.0);
        if !(0.5..=1.0).contains(&threshold) {
            return Err(self.wrong("threshold", "[screening]", "a number from 0.5 to 1"));
        }
        let max_rejected = self.number(&table, "max_rejected", "the run file")?.unwrap_or(0.01);
        if !(0.0..=1.0).contains(&max_rejected) {
            return Err(self.wrong("max_rejected", "the run file", "a number from 0 to 1"));
        }
        let records =
            self.tables(&table, "records")?.into_iter().map(|records| self.records(records)).collect::<Result<Vec<_>>>()?;
        if records.is_empty() {
            return Err(Error::request(format!("`{}` names no records", self.file))
                .hint("add a section `[[records]]` with `path` and `schema`"));
        }
        let run_file = RunFile {
            path: path.to_owned(),
            title: self.text(&table, "title", "the run file")?.unwrap_or_default(),
            store: self.text(&table, "store", "the run file")?,
            max_rejected,
            records,
            watchlists: self.tables(&table, "watchlists")?.into_iter().map(|list| self.watchlist(list)).collect::<Result<_>>()?,
            goods_sets: self.goods_sets(&goods)?,
            threshold: (threshold * 1000.0).round() as u16,
            aliases: self.text(&screening, "aliases", "[screening]")?,
            words: self.text(&screening, "words", "[screening]")?,
            ownership: self.ownership(&table)?,
            rules: self.rules(&table)?,
            questions: self
                .tables(&table, "findings")?
                .into_iter()
                .map(|finding| self.question(finding))
                .collect::<Result<_>>()?,
            trend: self.table(&table, "trend", "the run file")?.map(|trend| self.trend(trend)).transpose()?,
            text: text.to_owned(),
        };
        self.check_controls(&run_file)?;
        let mut ids: Vec<&str> = run_file.questions.iter().map(|question| question.id.as_str()).collect();
        ids.sort_unstable();
        if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::request(format!("`{}` has two findings with the id `{}`", self.file, twice[0])));
        }
        Ok(run_file)
    }

    /// Returns the rules for repeats that are on: all that `[repeats]` does not switch off.
    fn rules(&self, table: &Table) -> Result<Vec<&'static str>> {
        let switches = self.table(table, "repeats", "the run file")?.cloned().unwrap_or_default();
        let mut off: Vec<&str> = Vec::new();
        for (rule, value) in &switches {
            if !resolve::switchable_rules().any(|known| known == rule) {
                return Err(self.unknown_word(rule, "repeats", "the run file", resolve::switchable_rules(), &[]));
            }
            match value {
                Value::Boolean(true) => {}
                Value::Boolean(false) => off.push(rule),
                _ => return Err(self.wrong(rule, "[repeats]", "`true` or `false`")),
            }
        }
        Ok(resolve::rules_without(&off))
    }
}
