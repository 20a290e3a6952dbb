//! The subheadings of the Harmonized System by edition: which there are, what their texts say, and what codes of today were called before.
//!
//! In: two tables of `reference/hs/`. Out: answers about six digits. Surprising: of the UN's correlation tables only a reviewed selection is
//! here, because following all of them from a list of fifty codes would select most of chapters 84, 85 and 90.

use super::goods::Breadth;
use super::hs_edition::HsEdition;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const CODES: &str = include_str!("../reference/hs/codes.csv");
const ALIASES: &str = include_str!("../reference/hs/aliases.csv");

/// Digits of a subheading, the finest that all countries share.
const SUBHEADING_DIGITS: usize = 6;

/// Chapters that are free for national use, so that no edition names their codes.
const NATIONAL_CHAPTERS: [&str; 2] = ["98", "99"];

/// A text of a subheading in some editions; empty where it is not held here.
struct EditionText {
    editions: Editions,
    text: String,
}

/// A set of editions, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Editions(u8);

/// What a code of HS 2022 was called in older editions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    pub newer: String,
    pub older: String,
    /// The older editions in which this holds.
    pub editions: Editions,
    /// Whether the older code held more than the newer one does.
    pub breadth: Breadth,
    /// The same the other way round: for a list that is written in an older edition.
    pub newer_breadth: Breadth,
    /// Newer codes that are the older one together: a list with all of them is met exactly. Empty where there are none.
    pub together: Vec<String>,
    pub note: String,
    /// Whether the link is in no table and rests on the texts of both codes.
    pub is_recalled: bool,
}

impl Editions {
    fn parse(text: &str) -> Editions {
        let editions = text.split_whitespace().map(|word| HsEdition::parse(word).expect("the tables name editions"));
        Editions(editions.fold(0, |bits, edition| bits | 1 << edition.index()))
    }

    /// Returns the set of one edition.
    pub fn of(edition: HsEdition) -> Editions {
        Editions(1 << edition.index())
    }

    pub fn contains(self, edition: HsEdition) -> bool {
        self.0 & (1 << edition.index()) != 0
    }

    /// Returns the editions, oldest first.
    pub fn iter(self) -> impl Iterator<Item = HsEdition> {
        HsEdition::ALL.into_iter().filter(move |edition| self.contains(*edition))
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the editions of both sets.
    pub fn union(self, other: Editions) -> Editions {
        Editions(self.0 | other.0)
    }
}

static TEXTS: LazyLock<BTreeMap<String, Vec<EditionText>>> = LazyLock::new(|| {
    let mut texts: BTreeMap<String, Vec<EditionText>> = BTreeMap::new();
    for record in records(CODES) {
        let entry = EditionText { editions: Editions::parse(&record[1]), text: record[2].to_owned() };
        texts.entry(record[0].to_owned()).or_default().push(entry);
    }
    texts
});

static ALL_ALIASES: LazyLock<Vec<Alias>> = LazyLock::new(|| {
    let breadth = |word: &str| Breadth::parse(word).expect("the table says `exact` or `broad`");
    records(ALIASES)
        .map(|record| Alias {
            newer: record[0].to_owned(),
            older: record[1].to_owned(),
            editions: Editions::parse(&record[2]),
            breadth: breadth(&record[3]),
            newer_breadth: breadth(&record[4]),
            together: record[5].split_whitespace().map(str::to_owned).collect(),
            note: record[6].to_owned(),
            is_recalled: &record[7] == "recalled",
        })
        .collect()
});

fn records(table: &'static str) -> impl Iterator<Item = csv::StringRecord> {
    let reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(table.as_bytes());
    reader.into_records().map(|record| record.expect("the built-in tables are part of the program and tested"))
}

/// Returns the reviewed links between codes of HS 2022 and older ones, by newer code.
pub fn aliases() -> &'static [Alias] {
    &ALL_ALIASES
}

/// Returns the editions that have a code's subheading, or for a shorter code anything under it. A tariff line is looked up by its first
/// six digits.
pub fn editions_of(code: &str) -> Editions {
    let code = code.get(..SUBHEADING_DIGITS).unwrap_or(code);
    under(code).flat_map(|(_, texts)| texts).fold(Editions::default(), |all, text| all.union(text.editions))
}

/// Returns whether an edition has a code; chapters of national use are in all.
pub fn exists_in(code: &str, edition: HsEdition) -> bool {
    NATIONAL_CHAPTERS.iter().any(|chapter| code.starts_with(chapter)) || editions_of(code).contains(edition)
}

/// Returns the text of a code's subheading in an edition; `None` where the edition has no such code, or its text is not held here.
pub fn text_in(code: &str, edition: HsEdition) -> Option<&'static str> {
    let texts = TEXTS.get(code.get(..SUBHEADING_DIGITS)?)?;
    texts.iter().find(|text| text.editions.contains(edition)).map(|text| text.text.as_str()).filter(|text| !text.is_empty())
}

/// Returns the subheadings under a code that an edition has, or the code's own.
pub fn subheadings(code: &str, edition: HsEdition) -> Vec<&'static str> {
    let code = code.get(..SUBHEADING_DIGITS).unwrap_or(code);
    under(code)
        .filter(|(_, texts)| texts.iter().any(|text| text.editions.contains(edition)))
        .map(|(code, _)| code.as_str())
        .collect()
}

/// Returns what a code that an edition lacks may stand for there, in words; `None` where the tables say nothing.
pub fn suggestion(code: &str, edition: HsEdition) -> Option<String> {
    let subheading = code.get(..SUBHEADING_DIGITS)?;
    let older = aliases().iter().filter(|alias| alias.newer == subheading && alias.editions.contains(edition));
    let older: Vec<String> = older.map(|alias| format!("{} ({})", alias.older, alias.breadth.as_str())).collect();
    if !older.is_empty() {
        return Some(format!("in HS {edition} it was {}", older.join(" or ")));
    }
    if edition == HsEdition::NEWEST {
        let newer: Vec<&str> =
            aliases().iter().filter(|alias| alias.older == subheading).map(|alias| alias.newer.as_str()).collect();
        if !newer.is_empty() {
            return Some(format!("in HS {edition} it is {}", newer.join(" or ")));
        }
    }
    let editions: Vec<String> = editions_of(subheading).iter().map(|edition| edition.to_string()).collect();
    match editions.as_slice() {
        [] => Some("no edition has it".to_owned()),
        editions => Some(format!("it is a code of HS {}", editions.join(", "))),
    }
}

fn under(code: &str) -> impl Iterator<Item = (&'static String, &'static Vec<EditionText>)> {
    TEXTS.range(code.to_owned()..).take_while(move |(found, _)| found.starts_with(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(year: &str) -> HsEdition {
        HsEdition::parse(year).unwrap()
    }

    #[test]
    fn every_edition_has_its_subheadings() {
        // The UN's tables count 5,225 in 2002; one of their correlations names a code more.
        let counts = HsEdition::ALL.map(|edition| TEXTS.keys().filter(|code| exists_in(code, edition)).count());
        assert_eq!(counts, [5040, 5133, 5226, 5053, 5206, 5388, 5613]);
    }

    #[test]
    fn codes_and_texts_have_editions() {
        assert!(exists_in("8457100000", edition("1992")) && exists_in("8457", edition("2022")));
        assert!(!exists_in("854159", edition("2017")) && exists_in("854150", edition("2017")));
        assert!(!exists_in("8806", edition("2017")) && exists_in("8806", edition("2022")));
        assert!(exists_in("9899000000", edition("2022")));
        assert!(text_in("8457.10", edition("2022")).is_none(), "codes are digits here");
        assert_eq!(text_in("84571000", edition("2017")), Some("Machining centres; for working metal"));
        assert_eq!(text_in("854159", edition("2017")), None);
        assert_eq!(subheadings("8457", edition("2022")), ["845710", "845720", "845730"]);
    }

    #[test]
    fn aliases_lead_to_codes_that_their_editions_have() {
        assert_eq!(aliases().len(), 57);
        for alias in aliases() {
            assert!(exists_in(&alias.newer, HsEdition::NEWEST), "{alias:?}");
            assert!(!alias.editions.is_empty() && !alias.editions.contains(HsEdition::NEWEST), "{alias:?}");
            assert!(alias.editions.iter().all(|edition| exists_in(&alias.older, edition)), "{alias:?}");
            assert!(alias.together.is_empty() || alias.together.contains(&alias.newer), "{alias:?}");
            assert!(
                alias.newer == alias.older || alias.editions.iter().all(|edition| !exists_in(&alias.newer, edition)),
                "{alias:?}"
            );
            assert!(!alias.note.is_empty());
        }
    }

    #[test]
    fn what_an_edition_lacks_has_a_suggestion() {
        for (code, year, said) in [
            ("8541590000", "2017", "in HS 2017 it was 854150 (broad)"),
            ("880730", "2012", "in HS 2012 it was 880330 (exact)"),
            ("854150", "2022", "in HS 2022 it is 854151 or 854159"),
            ("845921", "2022", "it is a code of HS 1992, 1996, 2002, 2007, 2012, 2017, 2022"),
            ("845699", "2022", "it is a code of HS 1996, 2002"),
            ("845999", "2022", "no edition has it"),
        ] {
            assert_eq!(suggestion(code, edition(year)).as_deref(), Some(said), "{code}");
        }
    }
}
