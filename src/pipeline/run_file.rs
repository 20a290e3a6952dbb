//! The run file: one TOML file that states the question.
//!
//! In: the text of a run file and where it lies. Out: a `RunFile` with checked values, paths still as written. Unknown keys are errors
//! with a suggestion; keys that a later version will have are refused with a sentence, never ignored.

use crate::analyze::trend::change_design::{Kind, Season};
use crate::analyze::trend::families::Adjustment;
use crate::analyze::trend::sides::{ChangeDay, Transition};
use crate::analyze::trend::standard_errors::ErrorRule;
use crate::analyze::trend::{Settings, same_days};
use crate::analyze::{resolve, screen};
use crate::error::{Error, Result, nearest};
use crate::model::country::CountryCode;
use crate::model::date::Day;
use crate::model::date_style::OrderChoice;
use crate::model::goods::GoodsSet;
use crate::model::party::PartyKind;
use crate::model::question::{Conditions, GoodsChoice, Grouping, Question, Side, SideKind};
use crate::model::role::Role;
use crate::model::series::{Frequency, Measure};
use crate::model::shipment_key::ShipmentKey;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

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
    /// The rules for repeats that are on.
    pub rules: Vec<&'static str>,
    pub questions: Vec<Question>,
    pub trend: Option<TrendRequest>,
    /// The text as read: its digest goes into the run manifest.
    pub text: String,
}

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
}

/// `[trend]`: what every finding is tested for.
#[derive(Debug, Clone)]
pub struct TrendRequest {
    pub settings: Settings,
    pub frequency: Frequency,
    /// In the order of the run file; the first is the one that is plotted.
    pub measures: Vec<Measure>,
    /// The finding that is a control of all others, where a finding does not name its own.
    pub control: Option<String>,
    pub adjustment: Adjustment,
    /// Whether January and February are one period.
    pub is_combined: bool,
    /// Whether months at the end that are not wholly delivered are tested as if they were.
    pub has_lagging: bool,
}

/// A section's keys: those that are, and those that a later version will have.
struct Keys {
    known: &'static [&'static str],
    later: &'static [&'static str],
}

const TOP: Keys = Keys {
    known: &["title", "store", "max_rejected", "records", "watchlists", "goods", "screening", "repeats", "findings", "trend"],
    later: &["rates"],
};
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
const WATCHLISTS: Keys = Keys { known: &["id", "path", "format", "as_of"], later: &["layout"] };
const GOODS: Keys = Keys { known: &["sets"], later: &[] };
const GOODS_SET: Keys = Keys {
    known: &["codes", "lists", "tiers", "kinds", "numerically_controlled", "phrases", "near", "not", "fields", "join", "breadth"],
    later: &[],
};
const SCREENING: Keys = Keys { known: &["threshold", "aliases"], later: &["decisions"] };
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
        "compare",
        "control",
    ],
    later: &["listed", "trend"],
};
const COMPARE: Keys = Keys { known: &["same_days_of"], later: &["run", "edition"] };
const TREND: Keys = Keys {
    known: &[
        "change",
        "period",
        "measure",
        "control",
        "model",
        "season",
        "se",
        "adjust",
        "transition",
        "lag",
        "search_trend",
        "include_lagging",
        "combine",
    ],
    later: &[],
};
const SIDE: Keys = Keys {
    known: &["group", "entity", "list", "program", "name", "registration_id", "country", "kind", "roles"],
    later: &["rule"],
};
const CHOICE: Keys = Keys { known: &["any", "all", "not"], later: &[] };
const WHERE: Keys = Keys {
    known: &["origin_country", "departure_country", "destination_country", "trading_country", "value_usd_min", "condition"],
    later: &["value_usd_max", "procedure_class", "manufacturer"],
};

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

    /// Returns a path of the run file as it lies on disk: relative paths start at the run file.
    pub fn resolve(&self, path: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }
}

struct Reader {
    file: String,
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

    fn records(&self, table: &Table) -> Result<RecordSource> {
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

    fn watchlist(&self, table: &Table) -> Result<WatchlistSource> {
        let place = "[[watchlists]]";
        self.check_keys(table, place, &WATCHLISTS)?;
        Ok(WatchlistSource {
            id: self.required_text(table, "id", place)?,
            path: self.required_text(table, "path", place)?,
            format: self.required_text(table, "format", place)?,
            as_of: self.day(table, "as_of", place)?,
        })
    }

    fn goods_sets(&self, goods: &Table) -> Result<Vec<(String, GoodsSet)>> {
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

    fn question(&self, table: &Table) -> Result<Question> {
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
        Ok(Question {
            reporter,
            flow,
            shipper: self.side(table, "shipper", &place, Role::Shipper)?,
            consignee: self.side(table, "consignee", &place, Role::Consignee)?,
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

    /// Refuses a control that is no finding.
    fn check_controls(&self, run_file: &RunFile) -> Result<()> {
        let of_run =
            run_file.trend.as_ref().and_then(|trend| trend.control.as_ref()).map(|control| (control, "[trend]".to_owned()));
        let of_findings = run_file
            .questions
            .iter()
            .filter_map(|question| question.control.as_ref().map(|control| (control, format!("finding `{}`", question.id))));
        for (control, place) in of_run.into_iter().chain(of_findings) {
            let mut ids = run_file.questions.iter().map(|question| question.id.as_str());
            if place == format!("finding `{control}`") {
                return Err(Error::request(format!("{place} in `{}` is its own control", self.file)));
            }
            if !ids.clone().any(|id| id == control) {
                let error = Error::request(format!("the control `{control}` of {place} in `{}` is no finding", self.file));
                return Err(match nearest(control, ids.clone()) {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error.hint(format!("findings: {}", ids.by_ref().collect::<Vec<_>>().join(", "))),
                });
            }
        }
        Ok(())
    }

    fn trend(&self, table: &Table) -> Result<TrendRequest> {
        let place = "[trend]";
        self.check_keys(table, place, &TREND)?;
        let period = self.word(table, "period", place, &[Frequency::Month, Frequency::Quarter], Frequency::as_str)?;
        let frequency = period.unwrap_or(Frequency::Month);
        let of_a_run = [Measure::Shipments, Measure::ValueUsd, Measure::NetWeightKg, Measure::Consignees];
        let mut measures = Vec::new();
        for word in self.texts(table, "measure", place)? {
            // The design of the run file writes this measure as two words.
            let word = if word == "distinct consignees" { "consignees".to_owned() } else { word };
            let known = of_a_run.into_iter().find(|measure| measure.as_str() == word);
            let words = of_a_run.iter().map(|measure| measure.as_str());
            let measure = known.ok_or_else(|| self.unknown_word(&word, "measure", place, words, &[]))?;
            if !measures.contains(&measure) {
                measures.push(measure);
            }
        }
        if measures.is_empty() {
            measures.push(Measure::Shipments);
        }
        if frequency != Frequency::Month && measures.contains(&Measure::Consignees) {
            return Err(Error::request(format!("`measure` in {place} of `{}` is `consignees` by quarter", self.file)).hint(
                "consignees of months do not add up to those of a quarter: take `period = \"month\"`, or another measure",
            ));
        }
        let transition = match self.text(table, "transition", place)?.as_deref() {
            None | Some("exclude") => Transition::Exclude,
            Some("pre") => Transition::Before,
            Some("post") => Transition::After,
            Some(word) => return Err(self.unknown_word(word, "transition", place, ["exclude", "pre", "post"].into_iter(), &[])),
        };
        let n_lag = match table.get("lag") {
            None => 0,
            Some(Value::Integer(periods)) if (0..=600).contains(periods) => *periods as u32,
            Some(_) => return Err(self.wrong("lag", place, "a whole number of periods, 0 to 600")),
        };
        let day = self.required_day(table, "change", place)?;
        let mut settings = Settings::new(ChangeDay { day, transition, n_lag });
        settings.model.kind = self.word(table, "model", place, &Kind::ALL, Kind::as_str)?;
        settings.model.season = self.word(table, "season", place, &Season::ALL, Season::as_str)?;
        settings.model.errors = self.word(table, "se", place, &ErrorRule::ALL, ErrorRule::as_str)?.unwrap_or_default();
        settings.search_has_trend = self.flag(table, "search_trend", place)?;
        let combine = self.text(table, "combine", place)?;
        if let Some(word) = combine.as_deref().filter(|word| *word != "jan-feb") {
            return Err(self.unknown_word(word, "combine", place, ["jan-feb"].into_iter(), &[]));
        }
        Ok(TrendRequest {
            is_combined: combine.is_some(),
            settings,
            frequency,
            measures,
            control: self.text(table, "control", place)?,
            adjustment: self.word(table, "adjust", place, &Adjustment::ALL, Adjustment::as_str)?.unwrap_or_default(),
            has_lagging: self.flag(table, "include_lagging", place)?,
        })
    }

    /// Reads one of a few words.
    fn word<T: Copy>(
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

    fn flag(&self, table: &Table, key: &str, place: &str) -> Result<bool> {
        match table.get(key) {
            None => Ok(false),
            Some(Value::Boolean(is_set)) => Ok(*is_set),
            Some(_) => Err(self.wrong(key, place, "`true` or `false`")),
        }
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

    fn goods_choice(&self, table: &Table, place: &str) -> Result<Option<GoodsChoice>> {
        let Some(goods) = self.table(table, "goods", place)? else { return Ok(None) };
        let place = format!("`goods` of {place}");
        self.check_keys(goods, &place, &CHOICE)?;
        Ok(Some(GoodsChoice {
            any: self.texts(goods, "any", &place)?,
            all: self.texts(goods, "all", &place)?,
            not: self.texts(goods, "not", &place)?,
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

    fn flow(&self, table: &Table, place: &str) -> Result<Option<String>> {
        let flow = self.text(table, "flow", place)?;
        match flow.as_deref() {
            None | Some("import" | "export" | "transit") => Ok(flow),
            Some(word) => Err(self.unknown_word(word, "flow", place, ["import", "export", "transit"].into_iter(), &[])),
        }
    }

    fn check_keys(&self, table: &Table, place: &str, keys: &Keys) -> Result<()> {
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

    fn tables<'t>(&self, table: &'t Table, key: &str) -> Result<Vec<&'t Table>> {
        match table.get(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) if items.iter().all(Value::is_table) => {
                Ok(items.iter().filter_map(Value::as_table).collect())
            }
            Some(_) => Err(self.wrong(key, "the run file", &format!("sections `[[{key}]]`"))),
        }
    }

    fn table<'t>(&self, table: &'t Table, key: &str, place: &str) -> Result<Option<&'t Table>> {
        match table.get(key) {
            None => Ok(None),
            Some(Value::Table(inner)) => Ok(Some(inner)),
            Some(_) => Err(self.wrong(key, place, "a table")),
        }
    }

    fn text(&self, table: &Table, key: &str, place: &str) -> Result<Option<String>> {
        match table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong(key, place, "a text in quotes")),
        }
    }

    fn required_text(&self, table: &Table, key: &str, place: &str) -> Result<String> {
        self.text(table, key, place)?.filter(|text| !text.is_empty()).ok_or_else(|| self.missing(key, place))
    }

    /// Reads a text or a list of texts: arrays mean `or`.
    fn texts(&self, table: &Table, key: &str, place: &str) -> Result<Vec<String>> {
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

    fn countries(&self, table: &Table, key: &str, place: &str) -> Result<Vec<CountryCode>> {
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

    fn number(&self, table: &Table, key: &str, place: &str) -> Result<Option<f64>> {
        match table.get(key) {
            None => Ok(None),
            Some(Value::Float(number)) => Ok(Some(*number)),
            Some(Value::Integer(number)) => Ok(Some(*number as f64)),
            Some(_) => Err(self.wrong(key, place, "a number")),
        }
    }

    fn day(&self, table: &Table, key: &str, place: &str) -> Result<Option<Day>> {
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

    fn required_day(&self, table: &Table, key: &str, place: &str) -> Result<Day> {
        self.day(table, key, place)?.ok_or_else(|| self.missing(key, place))
    }

    fn missing(&self, key: &str, place: &str) -> Error {
        Error::request(format!("{place} of `{}` lacks `{key}`", self.file)).hint(format!("add `{key} = …`"))
    }

    fn wrong(&self, key: &str, place: &str, wanted: &str) -> Error {
        Error::request(format!("`{key}` in {place} of `{}` is not {wanted}", self.file))
    }

    fn unknown_word<'w>(
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
