//! Goods: which codes and items belong to the goods sets of a question, and by which rule.
//!
//! In: the sets of the run file with the lists that they name, then distinct codes and items. Out: for each the first rule of the set that
//! fires, codes before phrases. Surprising: `near` and `not` judge phrases only. An item whose code is in the set stays in it whatever its
//! text says, and an excluded code does not stop a phrase.

pub mod codes;
pub mod phrases;

use crate::error::{Error, Result, nearest};
use crate::model::goods::{GoodsList, GoodsSet, Join};
use codes::CodeRules;
use phrases::PhraseRules;
use std::borrow::Cow;

pub use codes::CodeHit;
pub use phrases::ItemText;

/// The goods sets of a run, ready to be asked.
pub struct GoodsMatcher {
    /// In the order of the run file.
    sets: Vec<SetRules>,
}

struct SetRules {
    name: String,
    codes: CodeRules,
    phrases: PhraseRules,
    join: Join,
}

/// Why an item belongs to a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit<'a> {
    /// Digits without dots; empty where a phrase alone selects the item.
    pub provision: &'a str,
    /// Empty where the list has no tiers, for a set's own codes and for phrases.
    pub tier: &'a str,
    pub kind: &'a str,
    /// What fired, as the set has it: a code, the name of a list, a phrase; for `join = "and"` both with ` and ` between.
    pub rule: Cow<'a, str>,
}

impl GoodsMatcher {
    /// Makes the rules of sets that have a name each; refuses a set that could never select anything or says what has no effect.
    ///
    /// `lists` holds the lists that are not built in, under the names that the sets call them.
    pub fn build(sets: &[(&str, &GoodsSet)], lists: &[(&str, &GoodsList)]) -> Result<GoodsMatcher> {
        let mut matcher = GoodsMatcher { sets: Vec::with_capacity(sets.len()) };
        for (name, set) in sets {
            if matcher.set(name).is_some() {
                return Err(Error::request(format!("two goods sets are called `{name}`")));
            }
            matcher.sets.push(SetRules::build(name, set, lists)?);
        }
        Ok(matcher)
    }

    /// Returns the rule by which a code of digits alone is in a set; `None` too for a set that is not there.
    ///
    /// A set with `join = "and"` never selects by the code alone.
    pub fn match_code(&self, set: &str, code: &str) -> Option<CodeHit<'_>> {
        let set = self.set(set)?;
        if set.join == Join::And { None } else { set.codes.find(code) }
    }

    /// Returns whether a set looks at texts, so that items are needed to answer it and codes are not enough.
    pub fn needs_text(&self, set: &str) -> bool {
        self.set(set).is_some_and(|set| !set.phrases.is_empty())
    }

    /// Returns the rule by which an item is in a set; `None` too for a set that is not there.
    pub fn match_item(&self, set: &str, code: Option<&str>, texts: &[&str]) -> Option<Hit<'_>> {
        self.match_read_item(set, code, &ItemText::new(texts))
    }

    /// Does what `match_item` does for texts that were read before: of use where an item is held against several sets.
    pub fn match_read_item(&self, set: &str, code: Option<&str>, item: &ItemText) -> Option<Hit<'_>> {
        let set = self.set(set)?;
        let by_code = code.and_then(|code| set.codes.find(code));
        match (set.join, by_code) {
            (Join::Or, Some(hit)) => Some(Hit::by_code(hit)),
            (Join::Or, None) => {
                set.phrases.find(item).map(|phrase| Hit { provision: "", tier: "", kind: "", rule: Cow::Borrowed(phrase) })
            }
            (Join::And, Some(hit)) => {
                let hit = Hit::by_code(hit);
                set.phrases.find(item).map(|phrase| Hit { rule: Cow::Owned(format!("{} and {phrase}", hit.rule)), ..hit })
            }
            (Join::And, None) => None,
        }
    }

    fn set(&self, name: &str) -> Option<&SetRules> {
        self.sets.iter().find(|set| set.name == name)
    }
}

impl SetRules {
    fn build(name: &str, set: &GoodsSet, lists: &[(&str, &GoodsList)]) -> Result<SetRules> {
        let mut builtin = Vec::new();
        for list in set.lists.iter().filter(|list| !lists.iter().any(|(known, _)| known == list)) {
            builtin.push((list.as_str(), GoodsList::builtin(list).ok_or_else(|| unknown_list(name, list, lists))?));
        }
        let named: Vec<(&str, &GoodsList)> = set
            .lists
            .iter()
            .filter_map(|list| {
                let known = lists.iter().copied().find(|(known, _)| known == list);
                known.or_else(|| builtin.iter().find(|(known, _)| known == list).map(|(known, list)| (*known, list)))
            })
            .collect();
        let codes = CodeRules::build(name, &set.codes, &named)?;
        let phrases = PhraseRules::build(name, &set.phrases, &set.near, &set.not)?;
        let fault = |message: &str| Err(Error::request(format!("goods set `{name}` {message}")));
        match (codes.is_empty(), phrases.is_empty()) {
            (true, true) => fault("has neither codes nor lists nor phrases"),
            (_, true) if !set.near.is_empty() => fault("has `near` but no `phrases`, which alone it applies to"),
            (_, true) if !set.not.is_empty() => fault("has `not` but no `phrases`, which alone it applies to"),
            (true, _) | (_, true) if set.join == Join::And => {
                fault("joins codes and phrases by \"and\", but has only one of them")
            }
            _ => Ok(SetRules { name: name.to_owned(), codes, phrases, join: set.join }),
        }
    }
}

impl<'a> Hit<'a> {
    fn by_code(hit: CodeHit<'a>) -> Hit<'a> {
        Hit { provision: hit.provision, tier: hit.tier, kind: hit.kind, rule: Cow::Borrowed(hit.list.unwrap_or(hit.provision)) }
    }
}

fn unknown_list(set: &str, list: &str, lists: &[(&str, &GoodsList)]) -> Error {
    let mut known: Vec<&str> = lists.iter().map(|(name, _)| *name).collect();
    for id in GoodsList::builtin_ids() {
        known.push(id);
    }
    let error = Error::request(format!("goods set `{set}` names an unknown list `{list}`"))
        .detail(format!("known: {}", known.join(", ")));
    match nearest(list, known) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => error.hint("a list of your own is named by its path"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> GoodsSet {
        toml::from_str(text).unwrap()
    }

    fn matcher(text: &str) -> GoodsMatcher {
        GoodsMatcher::build(&[("parts", &set(text))], &[]).unwrap()
    }

    const PARTS: &str = r#"
        codes = ["8807", "!8807.10"]
        lists = ["chpl-2024-02"]
        phrases = ["Mi-171*", "вертолет*"]
        near = ["запчаст*", "spare part*"]
        not = ["Xiaomi"]
    "#;

    #[test]
    fn codes_come_before_phrases_and_need_no_text() {
        let matcher = matcher(PARTS);
        for (code, text, hit) in [
            (Some("8807300000"), "ЗАПЧАСТИ ДЛЯ MI-171", Some(("8807", "", "8807"))),
            (Some("8807300000"), "Xiaomi", Some(("8807", "", "8807"))),
            (Some("8457100001"), "", Some(("845710", "4.B", "chpl-2024-02"))),
            (Some("8487900000"), "ЗАПЧАСТИ ДЛЯ MI-171Ш", Some(("", "", "Mi-171*"))),
            (None, "spare parts, Mi 171Sh", Some(("", "", "Mi-171*"))),
            (None, "Запчасти вертолётные", Some(("", "", "вертолет*"))),
            (None, "вертолет игрушечный", None),
            (None, "spare parts Xiaomi Mi 171", None),
            (Some("8807100000"), "винт", None),
            (Some("8807100000"), "запчасти: винт вертолета", Some(("", "", "вертолет*"))),
            (Some("8487900000"), "", None),
        ] {
            let found = matcher.match_item("parts", code, &[text]);
            let found = found.as_ref().map(|hit| (hit.provision, hit.tier, &*hit.rule));
            assert_eq!(found, hit, "{code:?} `{text}`");
        }
        assert_eq!(matcher.match_code("parts", "8807300000").map(|hit| hit.provision), Some("8807"));
        assert_eq!(matcher.match_code("parts", "8807100000"), None);
        assert!(matcher.needs_text("parts") && !matcher.needs_text("other"));
    }

    #[test]
    fn and_asks_for_both() {
        let matcher = matcher("codes = [\"8807\"]\nphrases = [\"Mi-171*\"]\njoin = \"and\"");
        let rule = |code, text| matcher.match_item("parts", Some(code), &[text]).map(|hit| hit.rule.into_owned());
        assert_eq!(rule("8807300000", "rotor Mi-171").as_deref(), Some("8807 and Mi-171*"));
        assert_eq!(rule("8807300000", "rotor"), None);
        assert_eq!(rule("8412", "rotor Mi-171"), None);
        assert_eq!(matcher.match_item("parts", None, &["rotor Mi-171"]), None);
        assert_eq!(matcher.match_code("parts", "8807300000"), None);
    }

    #[test]
    fn a_list_of_ones_own_has_the_name_that_the_set_gives_it() {
        let builtin = GoodsList::builtin("metal-cutting-tools").unwrap();
        let parts = set("lists = [\"lists/tools.csv\"]");
        let matcher = GoodsMatcher::build(&[("parts", &parts)], &[("lists/tools.csv", &builtin)]).unwrap();
        let hit = matcher.match_code("parts", "8209008000").unwrap();
        assert_eq!((hit.provision, hit.kind, hit.list), ("820900", "consumable", Some("lists/tools.csv")));
        assert!(!matcher.needs_text("parts"));
        assert_eq!(matcher.match_code("other", "8209008000"), None);
    }

    #[test]
    fn sets_that_cannot_work_are_refused() {
        for (text, said) in [
            ("", "has neither codes nor lists nor phrases"),
            ("codes = [\"8807\"]\nnear = [\"a b\"]", "has `near` but no `phrases`"),
            ("codes = [\"8807\"]\nnot = [\"a b\"]", "has `not` but no `phrases`"),
            ("codes = [\"8807\"]\njoin = \"and\"", "has only one of them"),
            ("phrases = [\"rotor\"]\njoin = \"and\"", "has only one of them"),
            ("lists = [\"chpl-2024\"]", "did you mean `chpl-2024-02`?"),
            ("codes = [\"880\"]", "is no code"),
        ] {
            let set = set(text);
            let message = GoodsMatcher::build(&[("parts", &set)], &[]).err().unwrap().to_string();
            assert!(message.contains(said), "{said}: {message}");
        }
        let set = set("codes = [\"8807\"]");
        let message = GoodsMatcher::build(&[("parts", &set), ("parts", &set)], &[]).err().unwrap().to_string();
        assert!(message.contains("two goods sets"), "{message}");
    }
}
