//! The one SQL text behind the numbers, from one builder.
//!
//! In: findings as queries. Out: statements over the tables `shipments`, `members`, `goods`, `goods_hits` and, to make `shipments`, `parts`,
//! `removed` and `restated`. The same text runs over the store and over the Parquet files of a run folder, in polars or any other engine.
//!
//! Only a portable subset is used: columns and literals, comparisons, `IN`, inner equi-joins, one `LEFT JOIN … IS NULL`, `SELECT
//! DISTINCT` in a derived table, `COUNT`, `SUM`, `MIN`, `MAX`, `GROUP BY`, `UNION ALL` with a final `ORDER BY`.

use crate::model::date::Day;
use crate::model::question::SideName;
use crate::model::role::Role;
use crate::model::shipments;

/// How sure the matches behind a count are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As scored, at the run's threshold, known dates only.
    Headline,
    /// At the looser threshold, unknown dates admitted.
    Looser,
    /// Confirmed by someone.
    Confirmed,
}

impl Level {
    pub const ALL: [Level; 3] = [Level::Headline, Level::Looser, Level::Confirmed];

    pub fn as_str(self) -> &'static str {
        match self {
            Level::Headline => "headline",
            Level::Looser => "looser",
            Level::Confirmed => "confirmed",
        }
    }
}

/// Scores, 0 to 1000, from which a match counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    pub headline: u16,
    pub looser: u16,
}

impl Thresholds {
    fn condition(self, table: &str, level: Level) -> String {
        match level {
            Level::Headline => format!("{table}.score_known >= {}", self.headline),
            Level::Looser => format!("{table}.score_any >= {}", self.looser),
            Level::Confirmed => format!("{table}.score_confirmed >= {}", self.headline),
        }
    }
}

/// Whether records that are no crossing of the border by default (transit, change of regime, not released) are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Movements {
    Crossings,
    All,
}

/// The key by which goods join: codes alone, or code and text where a phrase is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoodsKey {
    Code,
    Item,
}

impl GoodsKey {
    /// Returns the column of `shipments` that holds it.
    pub fn column(self) -> &'static str {
        match self {
            GoodsKey::Code => "hs_key",
            GoodsKey::Item => "item_key",
        }
    }
}

/// A finding as the SQL sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub id: String,
    /// The roles of a side; `None` where anyone may stand on it.
    pub shipper: Option<Vec<Role>>,
    pub consignee: Option<Vec<Role>>,
    /// What the party on one of the sides must be beside.
    pub part: Option<SidePart>,
    pub goods: Option<GoodsKey>,
    /// Conditions on text columns: the column, and the values one of which it must have.
    pub one_of: Vec<(String, Vec<String>)>,
    /// Text columns that must state nothing.
    pub missing: Vec<String>,
    /// Smallest statistical value in cents.
    pub value_usd_cents_min: Option<i64>,
    pub from: Day,
    pub to: Day,
    pub thresholds: Thresholds,
}

/// A part of a side, such as those that were listed then: a party must be on the side and in the part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SidePart {
    pub side: SideName,
    /// Its name in `members`.
    pub members: String,
    /// How the days that a record may mean must lie to those of the part.
    pub days: Window,
}

/// Columns of `goods_hits` that a finding can be broken down by.
pub const HIT_COLUMNS: [&str; 5] = ["goods_set", "provision", "tier", "goods_kind", "phrase"];

/// Columns of `goods` that a finding can be broken down by.
pub const GOODS_COLUMNS: [&str; 1] = ["is_exact"];

/// Which goods of a finding are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GoodsPart {
    /// Those that count.
    Counted,
    /// Those that only broad codes select, where the finding does not ask for them.
    Apart,
}

/// What the five counts, and the first and last day, are made of.
const COUNTED: [&str; 7] =
    ["record_key", "line_item_key", "declaration_key", "consignment_key", "party_day_key", "day_first", "day_last"];

/// What a record adds to sums, and what must not be added to it.
const SUMMED: [&str; 6] =
    ["record_key", "value_basis", "currency_code", "value_usd_cents", "value_original_cents", "net_weight_g"];

/// Returns the text of `shipments`: every record that counts, with the rules of `removed` that are on.
pub fn shipments_view(rules: &[&str]) -> String {
    let columns: Vec<String> = shipments::shipment_columns().into_iter().map(|(name, _)| name).collect();
    let prefixed: Vec<String> = columns.iter().map(|name| format!("p.{name}")).collect();
    let rules = literals(rules.iter().copied());
    format!(
        "SELECT {}\nFROM parts AS p LEFT JOIN (SELECT record_key, rule FROM removed WHERE rule IN ({rules})) AS r\n  ON p.record_key = r.record_key\n\
         WHERE r.rule IS NULL\nUNION ALL SELECT {} FROM restated WHERE rule IN ({rules})",
        prefixed.join(", "),
        columns.join(", ")
    )
}

/// Returns the first and last day of each of some codes, among all records.
pub fn code_days(codes: &[String]) -> String {
    format!(
        "SELECT t.hs_code, COUNT(t.record_key) AS records, MIN(t.day_first) AS first_day, MAX(t.day_last) AS last_day\n\
         FROM shipments AS t\nWHERE t.hs_code IN ({})\nGROUP BY t.hs_code ORDER BY hs_code",
        literals(codes.iter().map(String::as_str))
    )
}

/// Returns the first and last day of all records.
pub fn first_and_last_day() -> &'static str {
    "SELECT MIN(t.day_first) AS first_day, MAX(t.day_last) AS last_day\nFROM shipments AS t"
}

impl Query {
    /// Returns the roles of a side; `None` where anyone may stand on it.
    pub fn roles(&self, side: SideName) -> Option<&[Role]> {
        match side {
            SideName::Shipper => self.shipper.as_deref(),
            SideName::Consignee => self.consignee.as_deref(),
        }
    }

    /// Returns some columns of the evidence of a finding, the columns of a breakdown in front: distinct rows.
    fn evidence(&self, level: Level, movements: Movements, by: &[&str], columns: &[&str]) -> String {
        let others = columns.iter().filter(|column| !by.contains(column));
        let columns: Vec<&str> = by.iter().chain(others).copied().collect();
        self.select_distinct(&columns, level, movements, Window::Inside, GoodsPart::Counted)
    }

    /// Returns which rows of a `shipments` that has a column `row` belong to the finding.
    pub fn rows(&self, level: Level, movements: Movements) -> String {
        self.select_distinct(&["row"], level, movements, Window::Inside, GoodsPart::Counted)
    }

    /// Returns the number of records that state no day, by where the days that they may mean lie.
    pub fn rough_records(&self, window: Window) -> String {
        let columns = ["record_key", "day_first", "day_last"];
        let records = self.select_distinct(&columns, Level::Headline, Movements::Crossings, window, GoodsPart::Counted);
        format!(
            "SELECT COUNT(DISTINCT e.record_key) AS records\nFROM (\n{}\n) AS e\nWHERE e.day_first < e.day_last",
            indent(&records)
        )
    }

    /// Returns the number of records of the headline that lack a column.
    pub fn records_without(&self, column: &str) -> String {
        let evidence = self.evidence(Level::Headline, Movements::Crossings, &[], &["record_key", column]);
        format!("SELECT COUNT(DISTINCT e.record_key) AS records\nFROM (\n{}\n) AS e\nWHERE e.{column} IS NULL", indent(&evidence))
    }

    /// Returns the number of records of the headline that stand in any row of a breakdown; one that lacks a column of `stated` stands in
    /// none.
    pub fn records_in_rows(&self, by: &[&str], stated: &[&str]) -> String {
        let evidence = self.evidence(Level::Headline, Movements::Crossings, by, &["record_key"]);
        let conditions: Vec<String> = stated.iter().map(|column| format!("e.{column} IS NOT NULL")).collect();
        let condition = if conditions.is_empty() { String::new() } else { format!("\nWHERE {}", conditions.join(" AND ")) };
        format!("SELECT COUNT(DISTINCT e.record_key) AS records\nFROM (\n{}\n) AS e{condition}", indent(&evidence))
    }

    /// Returns all counts by some columns (none: the total), with first and last day.
    pub fn counts(&self, level: Level, movements: Movements, by: &[&str]) -> String {
        Self::counts_of(&self.evidence(level, movements, by, &COUNTED), by)
    }

    /// Returns all counts of the records that only broad codes select, where the finding does not ask for them.
    pub fn counts_apart(&self) -> String {
        let evidence = self.select_distinct(&COUNTED, Level::Headline, Movements::Crossings, Window::Inside, GoodsPart::Apart);
        Self::counts_of(&evidence, &[])
    }

    fn counts_of(evidence: &str, by: &[&str]) -> String {
        let grouped: Vec<String> = by.iter().map(|column| format!("e.{column}")).collect();
        let (select, group) = group_texts(&grouped);
        format!(
            "SELECT {select}COUNT(DISTINCT e.record_key) AS records, COUNT(DISTINCT e.line_item_key) AS line_items,\n  \
             COUNT(DISTINCT e.declaration_key) AS declarations, COUNT(DISTINCT e.consignment_key) AS consignments,\n  \
             COUNT(DISTINCT e.party_day_key) AS party_days, MIN(e.day_first) AS first_day, MAX(e.day_last) AS last_day\n\
             FROM (\n{}\n) AS e{group}",
            indent(evidence)
        )
    }

    /// Returns sums by some columns. A record counts once, also where a repeat restates it; values of different bases or currencies
    /// stand in rows of their own.
    pub fn sums(&self, level: Level, by: &[&str]) -> String {
        let columns = ["value_basis", "currency_code"];
        let grouped: Vec<String> = by.iter().chain(&columns).map(|column| format!("e.{column}")).collect();
        let (select, group) = group_texts(&grouped);
        format!(
            "SELECT {select}COUNT(e.record_key) AS records, SUM(e.value_usd_cents) AS value_usd_cents, COUNT(e.value_usd_cents) AS \
             value_usd_known,\n  SUM(e.value_original_cents) AS value_original_cents, COUNT(e.value_original_cents) AS \
             value_original_known,\n  SUM(e.net_weight_g) AS net_weight_g, COUNT(e.net_weight_g) AS net_weight_known\n\
             FROM (\n{}\n) AS e{group}",
            indent(&self.evidence(level, Movements::Crossings, by, &SUMMED))
        )
    }

    /// Returns the number of different values of a column, by some others.
    pub fn distinct(&self, column: &str, by: &[&str]) -> String {
        let grouped: Vec<String> = by.iter().map(|column| format!("e.{column}")).collect();
        let (select, group) = group_texts(&grouped);
        format!(
            "SELECT {select}COUNT(DISTINCT e.{column}) AS n_distinct\nFROM (\n{}\n) AS e{group}",
            indent(&self.evidence(Level::Headline, Movements::Crossings, by, &[column]))
        )
    }

    fn select_distinct(&self, columns: &[&str], level: Level, movements: Movements, window: Window, goods: GoodsPart) -> String {
        let [shipper_roles, consignee_roles] = SideName::ALL.map(|side| match self.roles(side) {
            None => vec![None],
            Some(roles) => roles.iter().copied().map(Some).collect(),
        });
        let mut selects = Vec::new();
        for shipper in &shipper_roles {
            for consignee in &consignee_roles {
                let mut select = Select::new(columns, window);
                for (table, side, role) in [("s", SideName::Shipper, *shipper), ("c", SideName::Consignee, *consignee)] {
                    let name = side.of_finding(&self.id);
                    select.join_side(table, role, &name, self.thresholds.condition(table, level), window);
                    if let Some(part) = self.part.as_ref().filter(|part| part.side == side) {
                        select.join_side("p", role, &part.members, self.thresholds.condition("p", level), part.days);
                    }
                }
                selects.push(self.select(select, movements, goods));
            }
        }
        if let [select] = selects.as_slice() {
            return select.replacen("SELECT ", "SELECT DISTINCT ", 1);
        }
        let selects: Vec<String> = selects.iter().map(|select| indent(select)).collect();
        format!("SELECT DISTINCT {} FROM (\n{}\n) AS u", prefixed("u", columns), selects.join("\n  UNION ALL\n"))
    }

    fn select(&self, mut select: Select<'_>, movements: Movements, goods: GoodsPart) -> String {
        if let Some(key) = self.goods {
            select.join_goods(key, &self.id, goods);
        }
        for (column, values) in &self.one_of {
            select.conditions.push(format!("t.{column} IN ({})", literals(values.iter().map(String::as_str))));
        }
        select.conditions.extend(self.missing.iter().map(|column| format!("t.{column} IS NULL")));
        if let Some(cents) = self.value_usd_cents_min {
            select.conditions.push(format!("t.value_usd_cents >= {cents}"));
        }
        if movements == Movements::Crossings {
            select.conditions.push("t.is_crossing = 1".to_owned());
        }
        let (from, to) = (self.from.number(), self.to.number());
        select.conditions.push(match select.window {
            Window::Inside => format!("t.day_first >= {from} AND t.day_last <= {to}"),
            Window::Overlapping => format!("t.day_first <= {to} AND t.day_last >= {from}"),
        });
        select.text()
    }
}

/// A statement over `shipments` and what is joined to it, as it grows.
struct Select<'c> {
    columns: &'c [&'c str],
    window: Window,
    joins: String,
    conditions: Vec<String>,
}

impl<'c> Select<'c> {
    fn new(columns: &'c [&'c str], window: Window) -> Self {
        Select { columns, window, joins: String::new(), conditions: Vec::new() }
    }

    /// Adds what stands on a side in a role; nothing where anyone may.
    fn join_side(&mut self, table: &str, role: Option<Role>, side: &str, score: String, days: Window) {
        let Some(role) = role else { return };
        self.joins.push_str(&format!("\n  INNER JOIN members AS {table} ON t.{} = {table}.party_key", role.key_column()));
        self.conditions.push(format!("{table}.side = {}", literal(side)));
        self.conditions.push(score);
        self.add_validity(table, days);
    }

    /// Adds the goods of a finding, and all rules by which they are these goods where the finding is broken down by them.
    fn join_goods(&mut self, key: GoodsKey, finding: &str, goods: GoodsPart) {
        let column = key.column();
        self.joins.push_str(&format!("\n  INNER JOIN goods AS g ON t.{column} = g.goods_key"));
        let is_counted = i32::from(goods == GoodsPart::Counted);
        self.conditions.push(format!("g.goods_set = {} AND g.is_counted = {is_counted}", literal(finding)));
        self.add_validity("g", self.window);
        if self.columns.iter().any(|column| HIT_COLUMNS.contains(column)) {
            self.joins.push_str(&format!("\n  INNER JOIN goods_hits AS h ON t.{column} = h.goods_key"));
            self.conditions.push(format!("h.finding = {}", literal(finding)));
            self.add_validity("h", self.window);
        }
    }

    /// Asks that a row of a table holds on the days that a record may mean.
    fn add_validity(&mut self, table: &str, days: Window) {
        self.conditions.push(match days {
            Window::Inside => format!("{table}.valid_from <= t.day_first AND t.day_last <= {table}.valid_to"),
            Window::Overlapping => format!("{table}.valid_from <= t.day_last AND t.day_first <= {table}.valid_to"),
        });
    }

    fn text(self) -> String {
        let columns = self.columns.iter().map(|column| {
            let table = match column {
                column if HIT_COLUMNS.contains(column) => "h",
                column if GOODS_COLUMNS.contains(column) => "g",
                _ => "t",
            };
            format!("{table}.{column}")
        });
        let columns: Vec<String> = columns.collect();
        let conditions = self.conditions.join("\n  AND ");
        format!("SELECT {}\nFROM shipments AS t{}\nWHERE {conditions}", columns.join(", "), self.joins)
    }
}

/// How the days that a record may mean lie to the window and to the memberships.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// All of them inside: only such a record counts.
    Inside,
    /// At least one of them inside.
    Overlapping,
}

fn group_texts(grouped: &[String]) -> (String, String) {
    if grouped.is_empty() {
        return (String::new(), String::new());
    }
    let list = grouped.join(", ");
    let order: Vec<&str> = grouped.iter().map(|name| name.trim_start_matches("e.")).collect();
    (format!("{list}, "), format!("\nGROUP BY {list} ORDER BY {}", order.join(", ")))
}

fn prefixed(table: &str, columns: &[&str]) -> String {
    columns.iter().map(|column| format!("{table}.{column}")).collect::<Vec<_>>().join(", ")
}

fn literals<'a>(values: impl Iterator<Item = &'a str>) -> String {
    values.map(literal).collect::<Vec<_>>().join(", ")
}

/// Returns a text as an SQL literal.
fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
