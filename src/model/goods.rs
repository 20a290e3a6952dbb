//! Goods lists and goods sets: which codes and which words make goods the ones that a question asks for.
//!
//! In: the CSV of a list (built in or a user's own), and the table `[goods.sets.…]` of a run file. Out: a [`GoodsList`] with its edition,
//! and a [`GoodsSet`]. Surprising: `from` and `to` bound the shipments that a provision selects. A list of 2024 is mostly asked about the
//! years before, so the lists of one edition state none, and `chpl-by-date` is a list of its own.

use crate::error::{Error, Result, nearest};
use crate::model::date::Day;
use crate::model::hs_code::Provision;
use crate::model::hs_edition::HsEdition;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The lists that are part of the program, by id.
const BUILTIN: [(&str, &str); 9] = [
    ("chpl-2024-02", include_str!("../reference/goods/chpl-2024-02.csv")),
    ("chpl-2023-09", include_str!("../reference/goods/chpl-2023-09.csv")),
    ("chpl-by-date", include_str!("../reference/goods/chpl-by-date.csv")),
    ("cnc-machine-tools", include_str!("../reference/goods/cnc-machine-tools.csv")),
    ("machine-tools", include_str!("../reference/goods/machine-tools.csv")),
    ("metal-cutting-tools", include_str!("../reference/goods/metal-cutting-tools.csv")),
    ("semiconductors", include_str!("../reference/goods/semiconductors.csv")),
    ("drones", include_str!("../reference/goods/drones.csv")),
    ("aircraft-parts", include_str!("../reference/goods/aircraft-parts.csv")),
];

/// The columns of a goods list. A user's own list may leave out all but the first.
const COLUMNS: [&str; 8] = ["provision", "tier", "kind", "numerically_controlled", "description", "from", "to", "note"];

/// What a tariff text says of numerical control: it names it, it excludes it, or it is silent.
const NUMERICALLY_CONTROLLED: [&str; 3] = ["yes", "no", "not_stated"];

/// How the note of a line begins, or the words in it, that rest on memory and want checking.
const RECALLED: &str = "recalled";

/// One edition of a goods list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodsList {
    pub id: String,
    pub title: String,
    pub issuer: String,
    pub edition: String,
    /// The HS edition that the provisions are written in.
    pub hs_edition: HsEdition,
    pub source: String,
    pub date: Day,
    /// Empty where a list of one's own does not say.
    pub licence: String,
    /// What else the list's head says of it; mostly empty.
    pub note: String,
    /// In the order of the file.
    pub lines: Vec<GoodsLine>,
}

/// One line of a goods list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodsLine {
    pub provision: Provision,
    /// Empty where the list has no tiers.
    pub tier: String,
    /// `machine`, `part`, `consumable`, `control`, `measuring`; empty where the list does not tell.
    pub kind: String,
    /// `yes`, `no` or `not_stated` by the tariff text; empty where the list does not speak of it.
    pub numerically_controlled: String,
    pub description: String,
    /// The first and last day of the shipments that the provision selects; all days where it states none.
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub note: String,
}

impl GoodsLine {
    /// Returns whether something in the line rests on memory and wants checking.
    pub fn is_recalled(&self) -> bool {
        self.note.contains(RECALLED)
    }
}

impl GoodsList {
    /// Reads the CSV of a list: `# key: value` lines, a header, and a line a provision; `name` stands in messages.
    pub fn parse(text: &str, name: &str) -> Result<GoodsList> {
        let text = text.trim_start_matches('\u{FEFF}');
        let (head, body, n_head_lines) = split_head(text);
        let value = |key: &str| {
            head_value(head, key).ok_or_else(|| {
                Error::request(format!("goods list `{name}` has no `{key}` in its head"))
                    .hint(format!("begin the file with a line `# {key}: …`"))
            })
        };
        let hs_edition = value("hs_edition")?;
        let hs_edition = HsEdition::parse(hs_edition).ok_or_else(|| {
            Error::request(format!("goods list `{name}` names an unknown HS edition: `{hs_edition}`"))
                .detail(format!("known: {}", HsEdition::ALL.map(|edition| edition.to_string()).join(", ")))
        })?;
        let date = value("date")?;
        let date = Day::parse_iso(date)
            .ok_or_else(|| Error::request(format!("goods list `{name}` has a date that is no `2024-02-23`: `{date}`")))?;
        Ok(GoodsList {
            id: value("id")?.to_owned(),
            title: value("title")?.to_owned(),
            issuer: value("issuer")?.to_owned(),
            edition: value("edition")?.to_owned(),
            hs_edition,
            source: value("source")?.to_owned(),
            date,
            licence: head_value(head, "licence").unwrap_or_default().to_owned(),
            note: head_value(head, "note").unwrap_or_default().to_owned(),
            lines: read_lines(body, name, n_head_lines)?,
        })
    }

    /// Returns a list that is part of the program.
    pub fn builtin(id: &str) -> Option<GoodsList> {
        let (_, text) = BUILTIN.iter().find(|(builtin_id, _)| *builtin_id == id)?;
        Some(GoodsList::parse(text, id).expect("the built-in lists are part of the program and tested"))
    }

    pub fn builtin_ids() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(id, _)| *id)
    }

    /// Returns the tiers in the order of the list, each with the number of its provisions; none for a list without tiers.
    pub fn tiers(&self) -> Vec<(&str, usize)> {
        self.counted(|line| &line.tier)
    }

    /// Returns the kinds in the order of the list, each with the number of its provisions.
    pub fn kinds(&self) -> Vec<(&str, usize)> {
        self.counted(|line| &line.kind)
    }

    fn counted(&self, of: impl Fn(&GoodsLine) -> &String) -> Vec<(&str, usize)> {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for line in self.lines.iter().filter(|line| !of(line).is_empty()) {
            match counts.iter_mut().find(|(word, _)| word == of(line)) {
                Some((_, count)) => *count += 1,
                None => counts.push((of(line), 1)),
            }
        }
        counts
    }
}

/// A named rule for goods, as the run file states it.
///
/// Codes and lists select by code, phrases by text; `near` and `not` narrow what phrases select and leave codes alone. `tiers`, `kinds` and
/// `numerically_controlled` narrow what the lists hold and leave the set's own codes alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GoodsSet {
    /// Provisions, ranges and exclusions: `8526.91`, `8459-8461`, `!8807.10`.
    pub codes: Vec<String>,
    /// Ids of built-in lists or paths of own ones.
    pub lists: Vec<String>,
    /// Which lines of the lists are meant; all where empty.
    pub tiers: Vec<String>,
    pub kinds: Vec<String>,
    pub numerically_controlled: Vec<String>,
    pub phrases: Vec<String>,
    pub near: Vec<String>,
    pub not: Vec<String>,
    /// Where phrases are looked for; in all texts where empty. `near` and `not` look at all texts.
    pub fields: Vec<Field>,
    pub join: Join,
    pub breadth: Breadth,
}

impl GoodsSet {
    /// Returns the set that a goods list is by itself.
    pub fn of_list(id: &str) -> GoodsSet {
        GoodsSet { lists: vec![id.to_owned()], ..GoodsSet::default() }
    }
}

/// How codes and phrases of a set go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    #[default]
    Or,
    And,
}

/// A text of an item that phrases are looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Description,
    Manufacturer,
    Brand,
    Model,
}

impl Field {
    /// In the order of an item's texts.
    pub const ALL: [Field; 4] = [Field::Description, Field::Manufacturer, Field::Brand, Field::Model];

    /// Returns the column of the store.
    pub fn column(self) -> &'static str {
        match self {
            Field::Description => "goods_description",
            Field::Manufacturer => "manufacturer_name",
            Field::Brand => "brand",
            Field::Model => "model",
        }
    }
}

/// Whether codes of older HS editions that hold more than the listed goods count too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breadth {
    #[default]
    Exact,
    Broad,
}

impl Breadth {
    pub fn parse(word: &str) -> Option<Breadth> {
        [Breadth::Exact, Breadth::Broad].into_iter().find(|breadth| breadth.as_str() == word)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Breadth::Exact => "exact",
            Breadth::Broad => "broad",
        }
    }
}

/// Parts the text into the `#` lines at its start and the rest, and counts the former.
///
/// A spreadsheet puts quotes around such a line where it holds a comma, so these count too.
fn split_head(text: &str) -> (&str, &str, usize) {
    let mut end = 0;
    let mut n_lines = 0;
    for line in text.split_inclusive('\n') {
        let is_head = line.starts_with('#') || line.starts_with("\"#") || line.trim().is_empty();
        if !is_head {
            break;
        }
        end += line.len();
        n_lines += 1;
    }
    (&text[..end], &text[end..], n_lines)
}

/// Returns the value of `# key: value`, without the quotes and empty cells that a spreadsheet adds.
fn head_value<'a>(head: &'a str, key: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let line = line.trim_end_matches([',', ';', ' ', '\r']);
        let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
        let value = line.strip_prefix('#')?.trim_start().strip_prefix(key)?.strip_prefix(':')?.trim();
        (!value.is_empty()).then_some(value)
    })
}

fn read_lines(body: &str, name: &str, n_head_lines: usize) -> Result<Vec<GoodsLine>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(body.as_bytes());
    let unreadable = |error: csv::Error| Error::request(format!("goods list `{name}` is no readable CSV")).caused_by(error);
    let header = reader.headers().map_err(unreadable)?.clone();
    for found in &header {
        if !COLUMNS.contains(&found) {
            let error = Error::request(format!("goods list `{name}` has an unknown column `{found}`"))
                .detail(format!("known: {}", COLUMNS.join(", ")));
            return Err(match nearest(found, COLUMNS) {
                Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                None => error,
            });
        }
    }
    let places = COLUMNS.map(|column| header.iter().position(|found| found == column));
    if places[0].is_none() {
        return Err(Error::request(format!("goods list `{name}` has no column `provision`")));
    }
    let mut lines = Vec::new();
    let mut seen = BTreeSet::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, |position| position.line());
            let error = Error::request(format!("goods list `{name}` has an unreadable line")).caused_by(error);
            if line > 0 { error.detail(format!("line {}", line + n_head_lines as u64)) } else { error }
        })?;
        let number = record.position().map_or(0, |position| position.line()) + n_head_lines as u64;
        let fault = |message: String| Error::request(format!("goods list `{name}`, line {number}: {message}"));
        let [provision, tier, kind, numerically_controlled, description, from, to, note] =
            places.map(|place| place.and_then(|place| record.get(place)).unwrap_or_default());
        let provision = Provision::parse(provision).map_err(|reason| {
            fault(format!("`{provision}` is no provision ({reason})")).hint("codes are text: `0102`, not `102`")
        })?;
        let day = |text: &str| match text {
            "" => Ok(None),
            _ => Day::parse_iso(text).map(Some).ok_or_else(|| fault(format!("`{text}` is no day like `2024-02-23`"))),
        };
        let (from, to) = (day(from)?, day(to)?);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(fault("`from` lies behind `to`".to_owned()));
        }
        if !seen.insert((provision, from, to)) {
            return Err(fault(format!("`{provision}` stands here a second time")));
        }
        if !numerically_controlled.is_empty() && !NUMERICALLY_CONTROLLED.contains(&numerically_controlled) {
            return Err(fault(format!("`numerically_controlled` is `{numerically_controlled}`"))
                .hint(format!("one of {}", NUMERICALLY_CONTROLLED.map(|word| format!("`{word}`")).join(", "))));
        }
        let [tier, kind, description, note] = [tier, kind, description, note].map(str::to_owned);
        let numerically_controlled = numerically_controlled.to_owned();
        lines.push(GoodsLine { provision, tier, kind, numerically_controlled, description, from, to, note });
    }
    if lines.is_empty() {
        return Err(Error::request(format!("goods list `{name}` holds no provision")));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::hs_nomenclature;

    const HEAD: &str =
        "# id: own\n# title: Own\n# issuer: us\n# edition: 1\n# hs_edition: 2017\n# source: none\n# date: 2024-02-23\n";

    fn message(text: &str) -> String {
        GoodsList::parse(text, "own.csv").unwrap_err().to_string()
    }

    #[test]
    fn the_builtin_lists_are_whole() {
        let counts: Vec<_> = GoodsList::builtin_ids()
            .map(|id| {
                let list = GoodsList::builtin(id).unwrap();
                assert_eq!(list.id, id);
                assert!(list.lines.iter().all(|line| line.provision.digits() == 6 && !line.description.is_empty()));
                list.lines.len()
            })
            .collect();
        assert_eq!(counts, [50, 45, 50, 30, 93, 10, 23, 12, 13]);
        assert_eq!(GoodsList::builtin("chpl"), None);
    }

    #[test]
    fn the_priority_list_has_its_tiers() {
        let list = GoodsList::builtin("chpl-2024-02").unwrap();
        assert_eq!(list.tiers(), [("1", 4), ("2", 5), ("3.A", 16), ("3.B", 9), ("4.A", 11), ("4.B", 5)]);
        assert_eq!((list.hs_edition, list.edition.as_str()), (HsEdition::NEWEST, "2024-02"));
        // By code and tier, as two independent copies of the published list agree.
        let codes = |tier: &str| -> String {
            let lines = list.lines.iter().filter(|line| line.tier == tier);
            lines.map(|line| line.provision.to_string()).collect::<Vec<_>>().join(" ")
        };
        for (tier, expected) in [
            ("1", "854231 854232 854233 854239"),
            ("2", "851762 852691 853221 853224 854800"),
            (
                "3.A",
                "847150 850440 851769 852589 852910 852990 853669 853690 854110 854121 854129 854130 854149 854151 854159 854160",
            ),
            ("3.B", "848210 848220 848230 848250 880730 901310 901380 901420 901480"),
            ("4.A", "847180 848610 848620 848640 853400 854320 902750 903020 903032 903039 903082"),
            ("4.B", "845710 845811 845891 845961 846693"),
        ] {
            assert_eq!(codes(tier), expected, "tier {tier}");
        }
    }

    #[test]
    fn six_codes_of_the_priority_list_are_new_in_2022() {
        let list = GoodsList::builtin("chpl-2024-02").unwrap();
        let codes = |edition: &str| -> Vec<String> {
            let edition = HsEdition::parse(edition).unwrap();
            let lines = list.lines.iter().map(|line| line.provision.to_string());
            lines.filter(|code| !hs_nomenclature::exists_in(code, edition)).collect()
        };
        assert_eq!(codes("2022"), Vec::<String>::new());
        assert_eq!(codes("2017"), ["854800", "852589", "854149", "854151", "854159", "880730"]);
        for code in codes("2017") {
            assert!(hs_nomenclature::aliases().iter().any(|alias| alias.newer == code), "{code} has an older name");
        }
    }

    #[test]
    fn editions_of_the_priority_list_differ_by_the_machine_tools() {
        let [now, before, dated] = ["chpl-2024-02", "chpl-2023-09", "chpl-by-date"].map(|id| GoodsList::builtin(id).unwrap());
        let codes = |list: &GoodsList| list.lines.iter().map(|line| line.provision).collect::<BTreeSet<_>>();
        let added: Vec<String> = codes(&now).difference(&codes(&before)).map(Provision::to_string).collect();
        assert_eq!(added, ["845710", "845811", "845891", "845961", "846693"]);
        assert!(codes(&before).is_subset(&codes(&now)) && codes(&dated) == codes(&now));
        assert!(before.lines.iter().all(GoodsLine::is_recalled), "nobody has read that edition");
        assert!(now.lines.iter().all(|line| line.from.is_none()) && dated.lines.iter().all(|line| line.from.is_some()));
        let centre = dated.lines.iter().find(|line| line.provision.to_string() == "845710").unwrap();
        assert_eq!((centre.tier.as_str(), centre.from, centre.is_recalled()), ("4.B", Day::new(2024, 2, 23), false));
    }

    #[test]
    fn numerical_control_has_three_values() {
        let list = GoodsList::builtin("machine-tools").unwrap();
        let says = |code: &str| {
            let line = list.lines.iter().find(|line| line.provision.to_string() == code).unwrap();
            line.numerically_controlled.as_str()
        };
        assert_eq!([says("845811"), says("845819"), says("845710")], ["yes", "no", "not_stated"]);
        let default = GoodsList::builtin("cnc-machine-tools").unwrap();
        assert!(default.lines.iter().any(|line| line.provision.to_string() == "845710"), "silent, yet in the default set");
    }

    #[test]
    fn a_list_may_have_only_provisions() {
        let list = GoodsList::parse(&format!("\u{FEFF}{HEAD}\nprovision\n0102\n84.59-84.61\n"), "own.csv").unwrap();
        let provisions: Vec<_> = list.lines.iter().map(|line| line.provision.to_string()).collect();
        assert_eq!(provisions, ["0102", "8459-8461"]);
        assert_eq!(list.lines[0].from, None);
    }

    #[test]
    fn a_list_may_have_been_in_a_spreadsheet() {
        let head = HEAD.replace("# title: Own\n", "\"# title: Own, and more\",,\r\n").replace("# id: own\n", "# id: own,,\r\n");
        let list = GoodsList::parse(&format!("{head}provision,tier,to\r\n0102,1,2024-02-23\r\n"), "own.csv").unwrap();
        assert_eq!((list.id.as_str(), list.title.as_str()), ("own", "Own, and more"));
        assert_eq!((list.lines[0].tier.as_str(), list.lines[0].to), ("1", Day::new(2024, 2, 23)));
    }

    #[test]
    fn a_faulty_list_is_refused_with_its_place() {
        for (body, said) in [
            ("provision\n102\n", "line 9: `102` is no provision (odd_digits)"),
            ("provision,from\n0102,23.02.2024\n", "`23.02.2024` is no day"),
            ("provision,from,to\n0102,2024-02-23,2024-02-22\n", "`from` lies behind `to`"),
            ("provision\n0102\n01.02\n", "line 10: `0102` stands here a second time"),
            ("provisions\n0102\n", "did you mean `provision`?"),
            ("tier\n1\n", "no column `provision`"),
            ("provision,tier\n0102,1,2\n", "unreadable line"),
            ("provision,numerically_controlled\n0102,maybe\n", "`numerically_controlled` is `maybe`"),
            ("provision\n", "holds no provision"),
            ("", "no column `provision`"),
        ] {
            let message = message(&format!("{HEAD}{body}"));
            assert!(message.contains(said), "{said}: {message}");
        }
        assert!(message("provision\n0102\n").contains("has no `hs_edition`"));
        assert!(message(&HEAD.replace("2017", "2018")).contains("unknown HS edition"));
        assert!(message(&HEAD.replace("issuer: us", "issuer:")).contains("has no `issuer`"));
    }

    #[test]
    fn a_set_is_read_as_the_run_file_states_it() {
        let set: GoodsSet =
            toml::from_str("codes = [\"8803\"]\nphrases = [\"Mi-171*\"]\njoin = \"and\"\nbreadth = \"exact\"").unwrap();
        assert_eq!((set.join, set.codes.len(), set.near.len()), (Join::And, 1, 0));
        assert_eq!(toml::from_str::<GoodsSet>("lists = [\"a\"]").unwrap(), GoodsSet::of_list("a"));
        for (text, said) in [
            ("breadth = \"wide\"", "unknown variant `wide`, expected `exact` or `broad`"),
            ("fields = [\"text\"]", "unknown variant `text`"),
            ("join = \"xor\"", "unknown variant"),
            ("phrase = []", "unknown field"),
        ] {
            let error = toml::from_str::<GoodsSet>(text).unwrap_err().to_string();
            assert!(error.contains(said), "{said}: {error}");
        }
    }
}
