//! What the words of a column header say of the column, in a dozen languages.
//!
//! In: a header cell. Out: the meanings of the words in it, and from them the column of ours that it speaks of.
//! The longest words are taken first, so that `страна отправления` is not a sender and `HS_CODE_DESCRIPTION` no code. Headers of the
//! built-in vendor schemas are words too: they are compared as a whole.

use crate::model::role::Role;
use crate::model::vendor_schema::{Grain, HeaderUse, Several, VendorSchema, fold_header};
use std::collections::HashMap;
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const TABLE: &str = include_str!("../reference/column_words.csv");

/// A word of so many letters counts at the beginning or end of a longer one, since languages decline theirs …
const MIN_LETTERS_AT_EDGE: usize = 5;
/// … and one of so many in the midst of one, since some headers have no blanks.
const MIN_LETTERS_INSIDE: usize = 6;
/// A header cell is not longer; a description may be.
const MAX_LETTERS: usize = 90;
/// A cell is taken for a header cell if known words make up so large a part of it.
const MIN_COVERED: f64 = 0.5;

/// What a header says that its column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A column of ours.
    Column(String),
    /// A date, by what happened on it: `registration`, `generic`, `arrival`, …
    Date(String),
    /// A value, by its basis (may be empty) and the currency that the header names.
    Value { basis: String, currency: Option<String> },
    /// A weight that is called neither net nor gross.
    Weight,
    /// A party by its role, with what is stated of it.
    Party { role: PartyRole, of: Of },
    /// A country without a role.
    Country,
    /// The identifier or name of a party without a role.
    OfNobody(Of),
    /// Something that no column of ours holds, with the reason.
    Ignored(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartyRole {
    Of(Role),
    /// The other country of trade statistics, whose side depends on the flow.
    Partner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The header names the role alone.
    Party,
    Name,
    Country,
    Id,
}

/// A header as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderMeaning {
    pub meaning: Meaning,
    /// Thousandths of the header's letters that known words make up.
    pub covered: u32,
}

/// Returns what a header means; `None` if no word of it is known.
///
/// Words that make up the whole header say it better than a schema whose header happens to be the same: `Consignee` is anybody's.
pub fn meaning_of(header: &str) -> Option<HeaderMeaning> {
    let words = by_words(header);
    if words.as_ref().is_some_and(|found| found.covered == 1_000) {
        return words;
    }
    builtin_meaning(header).map(|meaning| HeaderMeaning { meaning, covered: 1_000 }).or(words)
}

fn by_words(header: &str) -> Option<HeaderMeaning> {
    let words = Words::of(header);
    if words.letters.is_empty() || words.letters.len() > MAX_LETTERS {
        return None;
    }
    let found = words.found();
    let n_covered: usize = found.iter().map(|word| word.length).sum();
    let meaning = resolve(&found)?;
    Some(HeaderMeaning { meaning, covered: (n_covered * 1_000 / words.letters.len()) as u32 })
}

/// Tells whether a cell looks like one of a header: known words make up most of it.
pub fn is_header_cell(cell: &str) -> bool {
    meaning_of(cell).is_some_and(|found| f64::from(found.covered) >= MIN_COVERED * 1_000.0)
}

/// Returns what the built-in schemas do with a header that they know as a whole.
fn builtin_meaning(header: &str) -> Option<Meaning> {
    static KNOWN: OnceLock<HashMap<String, Meaning>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let mut known = HashMap::new();
        let schemas = VendorSchema::builtin_names().filter_map(VendorSchema::builtin).filter_map(Result::ok);
        // Statistics name their columns by anybody's words, and files without a header have none.
        for schema in schemas.filter(|schema| schema.header && schema.grain != Grain::Aggregate) {
            for (header, uses) in schema.header_index() {
                if let [HeaderUse::Column { column, several: Several::Best, flow: None, .. }] = uses.as_slice() {
                    known.entry(header).or_insert(of_column(column));
                }
            }
        }
        known
    });
    known.get(&fold_header(header)).cloned()
}

/// Returns the meaning of a header that fills a column, with those apart that compete with others of their kind.
fn of_column(column: &str) -> Meaning {
    match column {
        "date" => Meaning::Date("registration".to_owned()),
        "value_usd" => Meaning::Value { basis: String::new(), currency: Some("USD".to_owned()) },
        "value_original" => Meaning::Value { basis: String::new(), currency: None },
        _ => of_party(column).unwrap_or_else(|| Meaning::Column(column.to_owned())),
    }
}

/// Returns the role and what is stated of it, if a column is one of a party.
fn of_party(column: &str) -> Option<Meaning> {
    let suffixes = [("_name", Of::Name), ("_country_code", Of::Country), ("_registration_id", Of::Id)];
    let (role, of) = suffixes.iter().find_map(|(suffix, of)| Some((Role::parse(column.strip_suffix(suffix)?)?, *of)))?;
    Some(Meaning::Party { role: PartyRole::Of(role), of })
}

/// A row of the table: some letters and what they mean.
struct Entry {
    letters: Vec<char>,
    sense: &'static str,
}

/// All words, by their first letter, the longest first.
fn entries() -> &'static HashMap<char, Vec<Entry>> {
    static ENTRIES: OnceLock<HashMap<char, Vec<Entry>>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let mut entries: HashMap<char, Vec<Entry>> = HashMap::new();
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(TABLE.as_bytes());
        for line in reader.records() {
            let line = line.expect("the table of column words is part of the program and well formed");
            let sense: &'static str = String::leak(line[0].to_owned());
            for words in line[2].split(';') {
                let letters = Words::of(words).letters;
                if let Some(first) = letters.first() {
                    entries.entry(*first).or_default().push(Entry { letters, sense });
                }
            }
        }
        entries.values_mut().for_each(|list| list.sort_by_key(|entry| std::cmp::Reverse(entry.letters.len())));
        entries
    })
}

/// The letters of a header without what stands between its words, and where words begin.
struct Words {
    letters: Vec<char>,
    /// For each letter, and the end, whether a word begins (or the last one ends) there.
    is_edge: Vec<bool>,
}

/// A known word in a header.
#[derive(Debug, Clone, Copy)]
struct Found {
    start: usize,
    length: usize,
    sense: &'static str,
}

impl Words {
    fn of(text: &str) -> Words {
        let text = text.replace('$', " usd ").replace('%', " percent ").replace('№', " no ");
        let text = text.replace(" u usd ", " usd ").replace("U usd ", " usd ").replace("US usd ", " usd ");
        let mut words = Words { letters: Vec::new(), is_edge: Vec::new() };
        let mut last: Option<char> = None;
        for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)) {
            if !letter.is_alphanumeric() {
                last = None;
                continue;
            }
            let is_edge = match last {
                None => true,
                Some(last) => {
                    last.is_lowercase() && letter.is_uppercase()
                        || last.is_numeric() != letter.is_numeric()
                        || is_han(last) != is_han(letter)
                }
            };
            for (at, lower) in letter.to_lowercase().filter(|letter| !is_combining_mark(*letter)).enumerate() {
                words.letters.push(if lower == 'ı' { 'i' } else { lower });
                words.is_edge.push(is_edge && at == 0);
            }
            last = Some(letter);
        }
        words.is_edge.push(true);
        words
    }

    /// Returns the known words, the longest first and none over another.
    fn found(&self) -> Vec<Found> {
        let mut all: Vec<Found> = Vec::new();
        for start in 0..self.letters.len() {
            for entry in entries().get(&self.letters[start]).into_iter().flatten() {
                if self.holds(entry, start) {
                    all.push(Found { start, length: entry.letters.len(), sense: entry.sense });
                }
            }
        }
        // Of two words of one length the one that begins a word is meant, then the one in front.
        all.sort_by_key(|word| (std::cmp::Reverse(word.length), !self.is_edge[word.start], word.start));
        let mut taken: Vec<Found> = Vec::new();
        for word in all {
            let is_free = taken.iter().all(|other| {
                word.start + word.length <= other.start
                    || other.start + other.length <= word.start
                    || (word.start, word.length) == (other.start, other.length)
            });
            if is_free {
                taken.push(word);
            }
        }
        taken
    }

    fn holds(&self, entry: &Entry, start: usize) -> bool {
        let (n_letters, end) = (entry.letters.len(), start + entry.letters.len());
        if self.letters.get(start..end) != Some(&entry.letters[..]) {
            return false;
        }
        let (opens, closes) = (self.is_edge[start], self.is_edge[end]);
        if entry.letters.iter().all(|letter| is_han(*letter)) {
            return n_letters > 1 || opens && closes;
        }
        // `TOTALVALUEUSD`: this one word ends others so often that it is looked for.
        let is_usd = closes && entry.letters == ['u', 's', 'd'];
        is_usd || opens && closes || (opens || closes) && n_letters >= MIN_LETTERS_AT_EDGE || n_letters >= MIN_LETTERS_INSIDE
    }
}

/// Chinese characters, between which no blanks stand.
fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Brings the known words of a header together.
fn resolve(found: &[Found]) -> Option<Meaning> {
    let parts: Vec<(&str, &str, usize)> = found
        .iter()
        .map(|word| {
            let (kind, rest) = word.sense.split_once(':').unwrap_or(("column", word.sense));
            (kind, rest, word.length)
        })
        .filter(|part| part.1 != "-")
        .collect();
    let first = |kind: &str| parts.iter().find(|part| part.0 == kind).map(|part| (part.1, part.2));
    let length = |kind: &str| first(kind).map_or(0, |(_, length)| length);

    let of = first("of").map(|(of, _)| of);
    if matches!(of, Some("address" | "contact")) && length("of") >= length("date").max(length("value")) {
        let what = if of == Some("address") { "addresses are" } else { "contact details are" };
        return Some(Meaning::Ignored(format!("{what} not used in this version")));
    }
    // A price is no value and a port no country, even if their other words are longer.
    if let Some((reason, ignored)) = first("ignored") {
        let strongest = length("column").max(length("date")).max(length("party"));
        if ignored >= strongest || reason == "value a unit" || reason == "share of a total" {
            return Some(Meaning::Ignored(reason.to_owned()));
        }
    }
    let currency = first("in").map(|(currency, _)| currency.to_owned());
    if let Some((role, party)) = first("party")
        && party >= length("date")
    {
        let column = parts.iter().find(|part| part.0 == "column");
        // `наименование получателя груза`: the word for goods says nothing here, and a registration number is the party's;
        // `buyer currency` is no buyer.
        let is_registration = column.is_some_and(|column| column.1 == "declaration_id");
        if is_registration || column.is_none_or(|column| column.1 == "goods_description" && party >= column.2) {
            let of = match of {
                _ if is_registration => Of::Id,
                Some("country") => Of::Country,
                Some("id") => Of::Id,
                Some("name") => Of::Name,
                _ => Of::Party,
            };
            let role = if role == "partner" { PartyRole::Partner } else { PartyRole::Of(Role::parse(role)?) };
            return Some(Meaning::Party { role, of });
        }
    }
    if let Some((kind, date)) = first("date")
        && date >= length("column").min(date)
        && (length("column") < date || of.is_none() && length("value") == 0)
        && length("column") <= date
    {
        return Some(Meaning::Date(kind.to_owned()));
    }
    let basis = parts.iter().filter(|part| part.0 == "value").map(|part| part.1).find(|basis| !basis.is_empty());
    let n_value = parts.iter().filter(|part| part.0 == "value").map(|part| part.2).max();
    if let Some((column, strength)) = first("column") {
        // `Gross Weight (KG)`, `Quantity value`: the longer word says what it is, but goods and currencies have values.
        let is_of_value = ["goods_description", "currency_code"].contains(&column);
        if n_value.is_none_or(|value| strength >= value && !is_of_value) {
            return Some(if column == "weight" { Meaning::Weight } else { of_column(column) });
        }
    }
    if n_value.is_some() {
        return Some(Meaning::Value { basis: basis.unwrap_or_default().to_owned(), currency });
    }
    match of {
        Some("country") => return Some(Meaning::Country),
        Some("id") => return Some(Meaning::OfNobody(Of::Id)),
        Some("name") => return Some(Meaning::OfNobody(Of::Name)),
        _ => {}
    }
    currency.map(|currency| Meaning::Value { basis: String::new(), currency: Some(currency) })
}

/// Returns the meanings that the table gives, for its test.
#[cfg(test)]
fn senses() -> std::collections::BTreeSet<&'static str> {
    entries().values().flatten().map(|entry| entry.sense).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_speaks_of_columns_that_there_are() {
        let columns: BTreeSet<String> = VendorSchema::fillable_columns().into_iter().collect();
        for sense in senses() {
            let (kind, rest) = sense.split_once(':').unwrap_or(("column", sense));
            let is_right = match kind {
                "column" => columns.contains(rest) || ["weight", "-"].contains(&rest),
                "party" => Role::parse(rest).is_some() || rest == "partner",
                "of" => ["country", "id", "name", "address", "contact"].contains(&rest),
                "in" => rest.len() == 3,
                "date" | "value" | "ignored" => true,
                _ => false,
            };
            assert!(is_right, "{sense}");
        }
    }

    #[test]
    fn headers_are_understood() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/values/column_headers.csv");
        let mut cases = csv::Reader::from_path(path).expect("the cases are there");
        let mut wrong = Vec::new();
        for case in cases.records() {
            let case = case.expect("a case is a line");
            let found = match meaning_of(&case[0]).map(|found| found.meaning) {
                None => String::new(),
                Some(Meaning::Column(column)) => column,
                Some(Meaning::Date(kind)) => format!("date {kind}"),
                Some(Meaning::Value { basis, currency }) => {
                    format!("value {basis} {}", currency.unwrap_or_default()).split_whitespace().collect::<Vec<_>>().join(" ")
                }
                Some(Meaning::Weight) => "weight".to_owned(),
                Some(Meaning::Party { role: PartyRole::Partner, .. }) => "partner".to_owned(),
                Some(Meaning::Party { role: PartyRole::Of(role), of }) => format!("{} {of:?}", role.as_str()).to_lowercase(),
                Some(Meaning::Country) => "country".to_owned(),
                Some(Meaning::OfNobody(of)) => format!("{of:?}").to_lowercase(),
                Some(Meaning::Ignored(_)) => "ignored".to_owned(),
            };
            if found != case[1] {
                wrong.push(format!("`{}` is `{found}`, expected `{}`", &case[0], &case[1]));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn texts_of_records_are_no_header() {
        for text in
            ["SINGLE SPINDLE LATHE, NET WEIGHT 1200", "2022-02-24", "8457101000", "ACME TRADING LLC", "CN", "1,234.50", ""]
        {
            assert!(!is_header_cell(text), "{text}");
        }
    }
}
