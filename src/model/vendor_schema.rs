//! How a vendor lays out its records: a TOML file that leads headers to our columns and says what the values mean.

use crate::error::{Error, Result};
use crate::model::country::CodeSystem;
use crate::model::date::Day;
use crate::model::date_style::{DateStyle, OrderChoice, parse_utc_offset};
use crate::model::shipments;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A vendor schema. Its file is documented in `docs/data-model.md`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VendorSchema {
    pub name: String,
    pub title: String,
    /// Where the layout is known from, and when it was written down.
    pub source: String,
    pub date: String,
    /// Whether a person has checked the schema: a drafted one does not run before.
    #[serde(default = "default_reviewed")]
    pub reviewed: bool,
    /// Records of one vendor share declaration numbers; two schemas of one vendor may name it here.
    #[serde(default)]
    pub vendor: String,
    /// Which vendor's records stay when two report one declaration: the smaller number.
    #[serde(default = "default_precedence")]
    pub precedence: u32,
    pub reporter_country_code: String,
    pub grain: Grain,
    /// The flow of all records, where no column states it.
    #[serde(default)]
    pub flow: Option<String>,
    pub date_kind: String,
    pub date_formats: Vec<String>,
    /// The order of day and month where the formats state only their separators.
    #[serde(default)]
    pub date_order: Option<OrderChoice>,
    /// 1900 or 1904: what a spreadsheet's day numbers count from.
    #[serde(default = "default_excel_epoch")]
    pub excel_epoch: u16,
    /// `+05:30`: how far the source's clocks are ahead of UTC, for dates that are instants in UTC.
    #[serde(default)]
    pub utc_offset: Option<String>,
    #[serde(default = "default_decimal_marks")]
    pub decimal_marks: Vec<char>,
    #[serde(default)]
    pub weight_unit: Option<String>,
    #[serde(default)]
    pub value_basis: String,
    #[serde(default)]
    pub currency_code: String,
    /// What one of the value columns stands for: 1000 where values are in thousands.
    #[serde(default = "default_value_unit")]
    pub value_unit: u32,
    /// The system of country codes in digits, where it is not that of ISO and the UN.
    #[serde(default)]
    pub country_codes: Option<String>,
    /// Digits of a whole tariff code, by which a lost leading zero is known.
    #[serde(default)]
    pub hs_digits: Option<usize>,
    /// HS editions by the first day on which the reporter used them.
    #[serde(default)]
    pub hs_editions: Vec<EditionFrom>,
    /// Our column, and the headers that fill it; the first header that a file has is used, `joined` columns use all.
    pub columns: BTreeMap<String, Vec<String>>,
    /// `false`: files have no header, and `columns` name positions, counted from 1.
    #[serde(default = "default_header")]
    pub header: bool,
    #[serde(default)]
    pub joined: BTreeMap<String, Vec<String>>,
    /// Our column, and the headers of which the first that states something in a record fills it: a house bill, or else its master.
    #[serde(default)]
    pub first_filled: BTreeMap<String, Vec<String>>,
    /// A flow, and what is filled in its records alone, by the first header that states something: a partner is the origin of imports
    /// and the destination of exports.
    #[serde(default)]
    pub columns_of: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// One header that fills two columns, on both sides of a mark.
    #[serde(default)]
    pub split: BTreeMap<String, Split>,
    /// Which records are totals of others, or parts of a total that the file has too.
    #[serde(default)]
    pub totals: Vec<TotalsRule>,
    /// Our column, and what its values mean: the vendor's word to ours. The word `*` stands for every other.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Columns that name a declaration together, where its number alone restarts. `year` is that of the date.
    #[serde(default)]
    pub declaration_key: Vec<String>,
    /// Columns that a file must have.
    pub required: Vec<String>,
    /// Headers that are left out on purpose, each with the reason.
    #[serde(default)]
    pub ignored: BTreeMap<String, String>,
    #[serde(skip)]
    pub digest_text: String,
}

/// What one record is. Aggregates have no shipments to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    Line,
    Declaration,
    Bill,
    Aggregate,
}

impl Grain {
    pub const fn as_str(self) -> &'static str {
        match self {
            Grain::Line => "line",
            Grain::Declaration => "declaration",
            Grain::Bill => "bill",
            Grain::Aggregate => "aggregate",
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditionFrom {
    pub from: toml::value::Datetime,
    pub edition: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    pub headers: Vec<String>,
    pub mark: String,
    pub into: [String; 2],
}

/// A record is a total, or a part of one, by the text of one column: if it `is` one of some texts, or `is_not`, or starts or ends with
/// one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TotalsRule {
    pub headers: Vec<String>,
    #[serde(default)]
    pub is: Vec<String>,
    /// Where not empty: a text that states something and is none of these.
    #[serde(default)]
    pub is_not: Vec<String>,
    #[serde(default)]
    pub starts_with: Vec<String>,
    #[serde(default)]
    pub ends_with: Vec<String>,
    /// Why such a record is left out.
    pub reason: String,
}

impl TotalsRule {
    /// Tells whether the text of the rule's column, without blanks around it, says that its record is no record of its own.
    pub fn holds(&self, text: &str) -> bool {
        let is_one_of = |texts: &[String]| texts.iter().any(|one| one.eq_ignore_ascii_case(text));
        is_one_of(&self.is)
            || !text.is_empty()
                && (!self.is_not.is_empty() && !is_one_of(&self.is_not)
                    || self.starts_with.iter().any(|start| text.starts_with(start))
                    || self.ends_with.iter().any(|end| text.ends_with(end)))
    }
}

fn default_reviewed() -> bool {
    true
}

fn default_precedence() -> u32 {
    100
}

fn default_excel_epoch() -> u16 {
    1900
}

fn default_value_unit() -> u32 {
    1
}

fn default_header() -> bool {
    true
}

fn default_decimal_marks() -> Vec<char> {
    vec!['.']
}

/// A schema by its name, with the text of its file.
macro_rules! builtin {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../reference/vendors/", $name, ".toml")))),*]
    };
}

/// The schemas that come with the program: the project's own layout, declarations by reporter, bills of lading, sums of months by one
/// aggregator, official statistics.
const BUILTIN: &[(&str, &str)] = &builtin![
    "plimsoll",
    "cl-aggregator-import",
    "cl-din",
    "cl-dus",
    "co-dane-import",
    "in-aggregator-import",
    "kz-aggregator",
    "pe-sunat-export",
    "pe-sunat-import",
    "pe-veritrade",
    "ru-aggregator-export",
    "ru-aggregator-import",
    "ru-declarations",
    "ru-declarations-atlas",
    "ru-declarations-en",
    "ru-eaeu-statforms",
    "tr-aggregator-export",
    "tr-aggregator-import",
    "us-ams",
    "us-datamyne",
    "us-importgenius",
    "us-panjiva",
    "am-aggregator-import-months",
    "cl-aggregator-import-months",
    "co-aggregator-import-months",
    "ec-aggregator-import-months",
    "in-aggregator-export-months",
    "in-aggregator-import-months",
    "md-aggregator-import-months",
    "mx-aggregator-import-months",
    "my-aggregator-import-months",
    "ni-aggregator-import-months",
    "pa-aggregator-import-months",
    "ru-aggregator-export-months",
    "ru-aggregator-import-months",
    "tr-aggregator-export-months",
    "tr-aggregator-import-months",
    "ve-aggregator-import-months",
    "br-comexstat",
    "eurostat-comext",
    "eurostat-comext-v1",
    "eurostat-long",
    "eurostat-table",
    "un-comtrade",
    "us-census-export",
    "us-census-import",
];

impl VendorSchema {
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    pub fn builtin(name: &str) -> Option<Result<Self>> {
        BUILTIN.iter().find(|(known, _)| *known == name).map(|(name, text)| Self::parse(text, name))
    }

    /// Reads a schema and checks that it fills only columns that there are.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let mut schema: VendorSchema = toml::from_str(text)
            .map_err(|error| Error::request(format!("vendor schema `{name}` cannot be read")).detail(error.to_string()))?;
        schema.digest_text = text.to_owned();
        if schema.vendor.is_empty() {
            schema.vendor.clone_from(&schema.name);
        }
        let fillable = Self::fillable_columns();
        let split_columns = schema.split.values().flat_map(|split| split.into.iter());
        let filled = [&schema.columns, &schema.joined, &schema.first_filled].into_iter().flat_map(BTreeMap::keys);
        let filled = filled.chain(schema.columns_of.values().flat_map(BTreeMap::keys)).chain(split_columns);
        for column in filled.chain(schema.values.keys()) {
            if !fillable.iter().any(|known| known == column) {
                let mut error = Error::request(format!("vendor schema `{name}` fills `{column}`, which is no column"));
                if let Some(near) = crate::error::nearest(column, fillable.iter().map(String::as_str)) {
                    error = error.hint(format!("did you mean `{near}`?"));
                }
                return Err(error);
            }
        }
        let refused = |key: &str, wanted: &str| Err(Error::request(format!("`{key}` in vendor schema `{name}` is not {wanted}")));
        if !matches!(schema.excel_epoch, 1900 | 1904) {
            return refused("excel_epoch", "1900 or 1904");
        }
        if schema.country_codes.as_deref().is_some_and(|system| CodeSystem::of(system).is_none()) {
            return refused("country_codes", "a system that `reference/countries/codes.csv` has");
        }
        if schema.value_unit == 0 {
            return refused("value_unit", "1 or more");
        }
        let of_flow = schema.columns_of.values().flat_map(BTreeMap::keys);
        if let Some(column) = of_flow.into_iter().find(|column| !shipments::COUNTRIES.contains(&column.as_str())) {
            return refused(&format!("columns_of: {column}"), "a country of the shipment: no other column depends on the flow");
        }
        if schema.utc_offset.as_deref().is_some_and(|offset| parse_utc_offset(offset).is_none()) {
            return refused("utc_offset", "hours and minutes such as \"+05:30\"");
        }
        Ok(schema)
    }

    /// Returns how the dates of this layout are written, with the formats as they stand.
    pub fn date_style(&self) -> DateStyle {
        let mut style = DateStyle::new(&self.date_formats);
        if self.excel_epoch == 1904 {
            style = style.with_epoch_1904();
        }
        match self.utc_offset.as_deref().and_then(parse_utc_offset) {
            Some(minutes) => style.with_utc_offset(minutes),
            None => style,
        }
    }

    /// Returns the columns that a schema may fill: those of the store that are stated, not derived.
    pub fn fillable_columns() -> Vec<String> {
        let derived = ["vendor", "grain", "date_precision", "declaration_key_text", "procedure_class"];
        let mut columns: Vec<String> =
            shipments::TEXTS.iter().filter(|name| !derived.contains(name)).map(|name| name.to_string()).collect();
        columns.extend(["net_weight_kg", "gross_weight_kg", "weight_unit", "value_usd", "value_original"].map(str::to_owned));
        for role in crate::model::role::Role::ALL {
            for suffix in ["name", "country_code", "registration_id"] {
                columns.push(format!("{}_{suffix}", role.as_str()));
            }
        }
        columns
    }

    /// Returns what tells whether the schema knows a header, whatever its case, spaces and punctuation. Where a header is looked for,
    /// this is asked for each cell of many rows, so that the index is made once.
    pub fn known_headers(&self) -> impl Fn(&str) -> bool + Sync + use<> {
        let known: HashSet<String> = self.header_index().into_keys().collect();
        move |header| known.contains(&fold_header(header))
    }

    /// Returns all headers that the schema speaks of, folded, with what they are for: mostly one thing each.
    pub fn header_index(&self) -> HashMap<String, Vec<HeaderUse>> {
        let mut index: HashMap<String, Vec<HeaderUse>> = HashMap::new();
        let mut add = |header: &String, of: HeaderUse| index.entry(fold_header(header)).or_default().push(of);
        let lists = [
            (&self.columns, Several::Best, None),
            (&self.joined, Several::Joined, None),
            (&self.first_filled, Several::FirstFilled, None),
        ];
        let of_flows = self.columns_of.iter().map(|(flow, columns)| (columns, Several::FirstFilled, Some(flow)));
        for (columns, several, flow) in lists.into_iter().chain(of_flows) {
            for (column, headers) in columns {
                let mut seen = HashSet::new();
                // Spellings that differ in case and marks alone are one header.
                for (rank, header) in headers.iter().enumerate().filter(|(_, header)| seen.insert(fold_header(header))) {
                    let column = column.clone();
                    add(header, HeaderUse::Column { column, rank, several, flow: flow.cloned() });
                }
            }
        }
        for (name, split) in &self.split {
            for header in &split.headers {
                add(header, HeaderUse::Split(name.clone()));
            }
        }
        for (at, rule) in self.totals.iter().enumerate() {
            for header in &rule.headers {
                add(header, HeaderUse::Totals(at));
            }
        }
        for header in self.ignored.keys() {
            add(header, HeaderUse::Ignored);
        }
        index
    }

    /// Returns the HS edition in force for the reporter on a day, or an empty text where the schema does not say.
    pub fn hs_edition(&self, day: Day) -> &str {
        self.hs_editions
            .iter()
            .filter(|edition| edition_start(edition) <= day.number())
            .max_by_key(|edition| edition_start(edition))
            .map_or("", |edition| edition.edition.as_str())
    }
}

fn edition_start(edition: &EditionFrom) -> i32 {
    edition.from.date.map_or(0, |date| i32::from(date.year) * 10_000 + i32::from(date.month) * 100 + i32::from(date.day))
}

/// What a schema wants with a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderUse {
    /// Fills a column, in records of one flow or of all.
    Column {
        column: String,
        rank: usize,
        several: Several,
        flow: Option<String>,
    },
    Split(String),
    /// Tells totals, by the rule at this place.
    Totals(usize),
    Ignored,
}

impl HeaderUse {
    /// Returns the column that the header fills as a whole.
    pub fn column(&self) -> Option<&str> {
        match self {
            HeaderUse::Column { column, .. } => Some(column),
            _ => None,
        }
    }
}

/// What becomes of several headers of one column, in the order of their ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Several {
    /// The best that the file has is used.
    Best,
    Joined,
    /// In each record the first that states something.
    FirstFilled,
}

/// Returns the letters and digits of a header in lower case: `G35 (Вес брутто, кг)` and `g35 вес брутто кг` are one.
pub fn fold_header(header: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    header.nfkc().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn built_in_schemas_are_sound() {
        let mut names = BTreeSet::new();
        for schema in VendorSchema::builtin_names().filter_map(VendorSchema::builtin) {
            let schema = schema.unwrap_or_else(|error| panic!("{error}"));
            let name = &schema.name;
            assert!(names.insert(name.clone()) && VendorSchema::builtin(name).is_some(), "`{name}` is not the name of its file");
            let index = schema.header_index();
            for (header, uses) in &index {
                let is_ignored = uses.contains(&HeaderUse::Ignored);
                assert!(!is_ignored || uses.len() == 1, "`{header}` of `{name}` is ignored twice, or ignored and used");
            }
            let columns: BTreeSet<&str> = index.values().flatten().filter_map(|of| of.column()).collect();
            let into = schema.split.values().flat_map(|split| split.into.iter().map(String::as_str));
            let filled: BTreeSet<&str> = columns.into_iter().chain(into).collect();
            for column in schema.required.iter().chain(schema.declaration_key.iter().filter(|column| *column != "year")) {
                assert!(filled.contains(column.as_str()), "`{name}` asks for `{column}` and does not fill it");
            }
            for (column, words) in &schema.values {
                assert!(
                    filled.contains(column.as_str()) && !words.is_empty(),
                    "words of `{column}` in `{name}` are never asked for"
                );
            }
            for rule in &schema.totals {
                let n_tests = rule.is.len() + rule.is_not.len() + rule.starts_with.len() + rule.ends_with.len();
                assert!(n_tests > 0 && !rule.headers.is_empty() && !rule.reason.is_empty(), "{rule:?} of `{name}`");
            }
        }
    }

    #[test]
    fn a_rule_tells_totals_by_the_text_of_its_column() {
        let texts = |texts: &[&str]| texts.iter().map(|text| text.to_string()).collect::<Vec<_>>();
        for (is, is_not, starts_with, ends_with, text, holds) in [
            (&["TOTAL"][..], &[][..], &[][..], &[][..], "Total", true),
            (&["TOTAL"], &[], &[], &[], "TOTALS", false),
            (&["TOTAL"], &[], &[], &[], "", false),
            (&[], &["C00"], &[], &[], "C04", true),
            (&[], &["C00"], &[], &[], "c00", false),
            (&[], &["C00"], &[], &[], "", false),
            (&[], &[], &["Euro area"], &[], "Euro area - 20 countries", true),
            (&[], &[], &["Euro area"], &[], "The Euro area", false),
            (&[], &[], &[], &["52"], "202352", true),
            (&[], &[], &[], &["52"], "202305", false),
            (&[], &[], &[], &[], "anything", false),
        ] {
            let rule = TotalsRule {
                headers: Vec::new(),
                is: texts(is),
                is_not: texts(is_not),
                starts_with: texts(starts_with),
                ends_with: texts(ends_with),
                reason: String::new(),
            };
            assert_eq!(rule.holds(text), holds, "{rule:?} {text}");
        }
    }

    #[test]
    fn faulty_schemas_are_refused() {
        let sound = "name = 'own'\ntitle = ''\nsource = ''\ndate = ''\nreporter_country_code = 'RU'\ngrain = 'line'\ndate_kind = ''\n\
                     date_formats = ['%Y']\nrequired = []\n";
        let columns = "[columns]\ndate = ['Date']\n";
        assert!(VendorSchema::parse(&format!("{sound}{columns}"), "own.toml").is_ok());
        for (top, below, part) in [
            ("value_unit = 0\n", "", "`value_unit`"),
            ("country_codes = 'moon'\n", "", "`country_codes`"),
            ("excel_epoch = 1901\n", "", "`excel_epoch`"),
            ("", "[first_filled]\nshiper_name = ['A']\n", "did you mean `shipper_name`?"),
            ("", "[columns_of.import]\norigin_country = ['A']\n", "fills `origin_country`, which is no column"),
            ("", "[columns_of.import]\nshipper_name = ['A']\n", "`columns_of: shipper_name`"),
            ("", "[[totals]]\nheaders = ['A']\nis = ['0']\n", "missing field `reason`"),
        ] {
            let error = VendorSchema::parse(&format!("{sound}{top}{columns}{below}"), "own.toml").expect_err(part).to_string();
            assert!(error.contains(part), "{part}: {error}");
        }
    }
}
