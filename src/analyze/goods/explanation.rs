//! What is known of a code: its texts by edition, the lists that it is on, and what it was called before and is called now.
//!
//! In: a code of any length. Out: an explanation of plain values. A tariff line is explained by its subheading, a heading by what the lists
//! hold beneath it.

use crate::model::goods::{Breadth, GoodsLine, GoodsList};
use crate::model::hs_code::HsCode;
use crate::model::hs_edition::HsEdition;
use crate::model::hs_nomenclature::{self, Alias};
use serde::Serialize;

/// Everything that the program's tables say of a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeExplanation {
    /// Digits without dots.
    pub code: String,
    /// The six digits that all countries share; `None` for a shorter code.
    pub subheading: Option<String>,
    /// Oldest first.
    pub editions: Vec<EditionEntry>,
    pub lists: Vec<ListEntry>,
    /// What goods of today's code were called in older editions.
    pub before: Vec<AliasEntry>,
    /// What goods of an older code are called today.
    pub now: Vec<AliasEntry>,
}

/// A code in one edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditionEntry {
    pub edition: HsEdition,
    pub exists: bool,
    /// `None` where the edition has no such code, where it is a heading, or where its text is not held here.
    pub text: Option<&'static str>,
}

/// A line of a built-in list that the code falls under, that falls under it, or that it meets through an alias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListEntry {
    pub list: String,
    pub title: String,
    pub edition: String,
    pub provision: String,
    pub tier: String,
    pub kind: String,
    pub numerically_controlled: String,
    pub description: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub note: String,
    /// The older editions in which the code stands for goods of the list, and how well; `None` where the list names the code itself.
    pub through: Option<Through>,
}

/// How a code meets a list that names another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Through {
    pub editions: Vec<HsEdition>,
    pub breadth: Breadth,
}

/// A link between a code of today and an older one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AliasEntry {
    pub code: String,
    pub editions: Vec<HsEdition>,
    /// Text of the other code in the newest of the editions in which it has one.
    pub text: Option<&'static str>,
    /// Whether the older code held more than the newer one.
    pub breadth: Breadth,
    /// Codes of today that are the older one together: with all of them on a list the link is exact.
    pub exact_together: Vec<String>,
    /// Why it is broad, or what changed.
    pub note: String,
    pub is_recalled: bool,
}

/// Returns what the tables say of a code.
pub fn explain_code(code: &HsCode) -> CodeExplanation {
    let text = code.as_str();
    let editions = HsEdition::ALL.map(|edition| EditionEntry {
        edition,
        exists: hs_nomenclature::exists_in(text, edition),
        text: hs_nomenclature::text_in(text, edition),
    });
    let lists = GoodsList::builtin_ids().filter_map(GoodsList::builtin);
    CodeExplanation {
        code: text.to_owned(),
        subheading: code.subheading().map(str::to_owned),
        editions: editions.to_vec(),
        lists: lists.flat_map(|list| lines_of(&list, text)).collect(),
        before: aliases(text, |alias| &alias.newer, |alias| &alias.older),
        now: aliases(text, |alias| &alias.older, |alias| &alias.newer),
    }
}

fn lines_of(list: &GoodsList, code: &str) -> Vec<ListEntry> {
    let entry = |line: &GoodsLine, through: Option<Through>| ListEntry {
        list: list.id.clone(),
        title: list.title.clone(),
        edition: list.edition.clone(),
        provision: line.provision.to_string(),
        tier: line.tier.clone(),
        kind: line.kind.clone(),
        numerically_controlled: line.numerically_controlled.clone(),
        description: line.description.clone(),
        from: line.from.map(|day| day.to_string()),
        to: line.to.map(|day| day.to_string()),
        note: line.note.clone(),
        through,
    };
    let named = list.lines.iter().filter(|line| line.provision.covers(code) || line.provision.to_string().starts_with(code));
    let mut entries: Vec<ListEntry> = named.map(|line| entry(line, None)).collect();
    for alias in hs_nomenclature::aliases().iter().filter(|alias| alias.older != alias.newer && code.starts_with(&alias.older)) {
        for line in list.lines.iter().filter(|line| line.provision.covers(&alias.newer)) {
            let is_listed = |code: &String| list.lines.iter().any(|line| line.provision.covers(code));
            let is_whole = !alias.together.is_empty() && alias.together.iter().all(is_listed);
            let breadth = if is_whole { Breadth::Exact } else { alias.breadth };
            entries.push(entry(line, Some(Through { editions: alias.editions.iter().collect(), breadth })));
        }
    }
    entries
}

/// Returns the links of a code: those whose `own` end it is, with their `other` end.
fn aliases(code: &str, own: fn(&Alias) -> &String, other: fn(&Alias) -> &String) -> Vec<AliasEntry> {
    let meant = |alias: &&Alias| code.starts_with(own(alias)) || (code.len() < own(alias).len() && own(alias).starts_with(code));
    let links = hs_nomenclature::aliases().iter().filter(|alias| alias.older != alias.newer || own(alias) == &alias.newer);
    let entry = |alias: &Alias| {
        let is_older = std::ptr::eq(other(alias), &alias.older);
        let mut editions: Vec<HsEdition> = alias.editions.iter().collect();
        editions.reverse();
        let text = if is_older {
            editions.iter().find_map(|edition| hs_nomenclature::text_in(&alias.older, *edition))
        } else {
            hs_nomenclature::text_in(&alias.newer, HsEdition::NEWEST)
        };
        editions.reverse();
        AliasEntry {
            code: other(alias).clone(),
            editions,
            text,
            breadth: alias.breadth,
            exact_together: alias.together.clone(),
            note: alias.note.clone(),
            is_recalled: alias.is_recalled,
        }
    };
    links.filter(meant).map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(code: &str) -> CodeExplanation {
        explain_code(&HsCode::parse(code, None).unwrap().0)
    }

    #[test]
    fn a_new_code_says_what_it_was_called_and_why_that_is_broad() {
        for code in ["854159", "8541.59", "8541 59 00 00"] {
            let found = explained(code);
            assert_eq!(found.subheading.as_deref(), Some("854159"));
            let years: Vec<u16> = found.editions.iter().filter(|entry| entry.exists).map(|entry| entry.edition.year()).collect();
            assert_eq!(years, [2022]);
            let lists: Vec<(&str, &str)> =
                found.lines_of_lists().map(|entry| (entry.list.as_str(), entry.tier.as_str())).collect();
            let expected = [("chpl-2024-02", "3.A"), ("chpl-2023-09", "3.A"), ("chpl-by-date", "3.A"), ("semiconductors", "")];
            assert_eq!(lists, expected);
            let [before] = &found.before[..] else { panic!("{:?}", found.before) };
            assert_eq!((before.code.as_str(), before.breadth, before.is_recalled), ("854150", Breadth::Broad, true));
            assert!(before.note.contains("851712") && before.text.is_some(), "{before:?}");
            assert!(found.now.is_empty());
        }
    }

    #[test]
    fn an_old_code_says_what_it_is_today_and_which_lists_it_meets() {
        let found = explained("8803300000");
        let [now] = &found.now[..] else { panic!("{:?}", found.now) };
        assert_eq!((now.code.as_str(), now.breadth), ("880730", Breadth::Exact));
        let list = found.lists.iter().find(|entry| entry.list == "chpl-2024-02").unwrap();
        let through = list.through.as_ref().unwrap();
        assert_eq!((list.provision.as_str(), through.breadth, through.editions.len()), ("880730", Breadth::Exact, 6));
    }

    #[test]
    fn a_heading_shows_what_lies_beneath_it() {
        let found = explained("8542");
        assert_eq!(found.lists.iter().filter(|entry| entry.list == "chpl-2024-02").count(), 4);
        assert!(found.editions.iter().all(|entry| entry.exists && entry.text.is_none()));
        assert!(explained("8541").before.len() > 4, "all links of the heading");
    }

    impl CodeExplanation {
        fn lines_of_lists(&self) -> impl Iterator<Item = &ListEntry> {
            self.lists.iter().filter(|entry| entry.through.is_none())
        }
    }
}
