//! Goods: which codes and items belong to the goods of a question, by which rules, on which days and how exactly.
//!
//! In: the sets of the run file with the lists that they name, then distinct codes and items. Out: for each every rule that fires, codes
//! before phrases, and what a choice of sets makes of them. Surprising: `near` and `not` judge phrases only. An item whose code is in the
//! set stays in it whatever its text says, and an excluded code does not stop a phrase.

mod choice;
mod codes;
mod conditions;
mod explanation;
mod phrases;
mod words;

use crate::error::{Error, Result, nearest};
use crate::model::date::Day;
use crate::model::goods::{Breadth, GoodsList, GoodsSet, Join};
use crate::model::hs_edition::HsEdition;
use codes::CodeRules;
use phrases::{PhraseFinder, PhraseList, PhraseRules};

pub use choice::{Choice, Span};
pub use codes::CodeHit;
pub use conditions::ConditionRules;
pub use explanation::{AliasEntry, CodeExplanation, EditionEntry, ListEntry, Through, explain_code};
pub use phrases::PhraseMemory;

/// The goods sets of a run, ready to be asked.
pub struct GoodsMatcher {
    /// In the order in which they were given.
    sets: Vec<SetRules>,
    finder: PhraseFinder,
}

struct SetRules {
    name: String,
    codes: CodeRules,
    phrases: PhraseRules,
    join: Join,
    breadth: Breadth,
}

/// The rules by which the codes of a record are in each set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeHits<'a>(Vec<Vec<CodeHit<'a>>>);

/// A rule by which an item is in a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit<'a> {
    pub set: &'a str,
    /// Digits without dots; empty where a phrase alone selects the item.
    pub provision: &'a str,
    /// Empty where the list has no tiers, for a set's own codes and for phrases.
    pub tier: &'a str,
    pub kind: &'a str,
    /// The list as the set names it; `None` for a set's own codes and for phrases.
    pub list: Option<&'a str>,
    /// The phrase as the set has it; empty where a code alone selects the item.
    pub phrase: &'a str,
    /// The shipments for which the rule holds.
    pub from: Day,
    pub to: Day,
    pub breadth: Breadth,
}

/// The rules by which an item is in each set, in the order of the sets.
pub type ItemHits<'a> = Vec<Vec<Hit<'a>>>;

impl GoodsMatcher {
    /// Makes the rules of sets that have a name each; refuses a set that could never select anything or says what has no effect.
    ///
    /// `lists` holds the lists that are not built in, under the names that the sets call them.
    pub fn build(sets: &[(&str, &GoodsSet)], lists: &[(&str, &GoodsList)]) -> Result<GoodsMatcher> {
        let mut rules: Vec<SetRules> = Vec::with_capacity(sets.len());
        let mut phrases = PhraseList::default();
        for (name, set) in sets {
            if rules.iter().any(|known| known.name == *name) {
                return Err(Error::request(format!("two goods sets are called `{name}`")));
            }
            rules.push(SetRules::build(name, set, lists, &mut phrases)?);
        }
        Ok(GoodsMatcher { sets: rules, finder: phrases.into_finder()? })
    }

    /// Returns the place of a set in all tables of hits.
    pub fn index_of(&self, set: &str) -> Option<usize> {
        self.sets.iter().position(|known| known.name == set)
    }

    /// Returns whether a set looks at texts, so that items are needed to answer it and codes are not enough.
    pub fn needs_text(&self, set: &str) -> bool {
        self.index_of(set).is_some_and(|at| !self.sets[at].phrases.is_empty())
    }

    /// Returns which codes of other editions a set counts.
    pub fn breadth_of(&self, set: usize) -> Breadth {
        self.sets[set].breadth
    }

    /// Returns the rules for the codes that a record of an edition states, one or a list; the answer is the same for all records that state
    /// them.
    pub fn code_hits(&self, stated: &str, edition: Option<HsEdition>) -> CodeHits<'_> {
        CodeHits(self.sets.iter().map(|set| set.codes.hits(stated, edition)).collect())
    }

    /// Returns the rules by which an item is in each set; the texts stand in the order of [`Field::ALL`], and codes alone have none.
    ///
    /// [`Field::ALL`]: crate::model::goods::Field::ALL
    pub fn item_hits<'a>(&'a self, codes: &CodeHits<'a>, texts: &[&str], memory: &mut PhraseMemory) -> ItemHits<'a> {
        let found: &[usize] = if texts.is_empty() { &[] } else { self.finder.find(texts, memory) };
        if found.is_empty() && codes.is_empty() {
            return vec![Vec::new(); self.sets.len()];
        }
        let sets = self.sets.iter().zip(&codes.0);
        sets.map(|(set, codes)| set.hits(codes, found, &self.finder)).collect()
    }
}

impl CodeHits<'_> {
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }
}

impl SetRules {
    fn build(name: &str, set: &GoodsSet, lists: &[(&str, &GoodsList)], phrases: &mut PhraseList) -> Result<SetRules> {
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
        let codes = CodeRules::build(name, set, &named)?;
        let phrases = phrases.add(name, set)?;
        let fault = |message: &str| Err(Error::request(format!("goods set `{name}` {message}")));
        match (codes.is_empty(), phrases.is_empty()) {
            (true, true) => fault("has neither codes nor lists nor phrases"),
            (_, true) if !set.near.is_empty() => fault("has `near` but no `phrases`, which alone it applies to"),
            (_, true) if !set.not.is_empty() => fault("has `not` but no `phrases`, which alone it applies to"),
            (_, true) if !set.fields.is_empty() => fault("has `fields` but no `phrases`, which alone it applies to"),
            (_, _) if set.lists.is_empty() && set.breadth == Breadth::Broad => {
                fault("has `breadth` but no `lists`: codes of its own are compared as written")
            }
            (true, _) | (_, true) if set.join == Join::And => {
                fault("joins codes and phrases by \"and\", but has only one of them")
            }
            _ => Ok(SetRules { name: name.to_owned(), codes, phrases, join: set.join, breadth: set.breadth }),
        }
    }

    fn hits<'a>(&'a self, codes: &[CodeHit<'a>], found: &[usize], finder: &'a PhraseFinder) -> Vec<Hit<'a>> {
        let phrases = self.phrases.hits(found).iter().map(|at| finder.text(*at));
        let by_code = codes.iter().map(|code| self.hit(Some(code), ""));
        match self.join {
            Join::Or => by_code.chain(phrases.map(|phrase| self.hit(None, phrase))).collect(),
            Join::And => codes
                .iter()
                .flat_map(|code| phrases.clone().map(move |phrase| (code, phrase)))
                .map(|(code, phrase)| self.hit(Some(code), phrase))
                .collect(),
        }
    }

    fn hit<'a>(&'a self, code: Option<&CodeHit<'a>>, phrase: &'a str) -> Hit<'a> {
        Hit {
            set: &self.name,
            provision: code.map_or("", |code| code.provision),
            tier: code.map_or("", |code| code.tier),
            kind: code.map_or("", |code| code.kind),
            list: code.and_then(|code| code.list),
            phrase,
            from: code.map_or(Day::MIN, |code| code.from),
            to: code.map_or(Day::MAX, |code| code.to),
            breadth: code.map_or(Breadth::Exact, |code| code.breadth),
        }
    }
}

impl Hit<'_> {
    /// Returns what fired, as the set has it: a list or a code, a phrase, or both with ` and ` between.
    pub fn rule(&self) -> String {
        let code = self.list.unwrap_or(self.provision);
        match (code.is_empty(), self.phrase.is_empty()) {
            (true, _) => self.phrase.to_owned(),
            (false, true) => code.to_owned(),
            (false, false) => format!("{code} and {}", self.phrase),
        }
    }

    /// Returns whether the rule holds on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        self.from <= day && day <= self.to
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

    /// Returns provision, tier and rule of every hit of the first set.
    fn hits(matcher: &GoodsMatcher, code: &str, text: &str) -> Vec<(String, String, String)> {
        let mut memory = PhraseMemory::default();
        let found = matcher.item_hits(&matcher.code_hits(code, None), &[text], &mut memory);
        found[0].iter().map(|hit| (hit.provision.to_owned(), hit.tier.to_owned(), hit.rule())).collect()
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
        for (code, text, first) in [
            ("8807300000", "ЗАПЧАСТИ ДЛЯ MI-171", Some(("8807", "", "8807"))),
            ("8807300000", "Xiaomi", Some(("8807", "", "8807"))),
            ("8457100001", "", Some(("845710", "4.B", "chpl-2024-02"))),
            ("8487900000", "ЗАПЧАСТИ ДЛЯ MI-171Ш", Some(("", "", "Mi-171*"))),
            ("", "spare parts, Mi 171Sh", Some(("", "", "Mi-171*"))),
            ("", "Запчасти вертолётные", Some(("", "", "вертолет*"))),
            ("", "вертолет игрушечный", None),
            ("", "spare parts Xiaomi Mi 171", None),
            ("8807100000", "винт", None),
            ("8807100000", "запчасти: винт вертолета", Some(("", "", "вертолет*"))),
            ("8487900000", "", None),
        ] {
            let found = hits(&matcher, code, text);
            let found = found.first().map(|(provision, tier, rule)| (provision.as_str(), tier.as_str(), rule.as_str()));
            assert_eq!(found, first, "{code:?} `{text}`");
        }
        let all = hits(&matcher, "8807300000", "запчасти вертолета Ми-171");
        let rules: Vec<&str> = all.iter().map(|(_, _, rule)| rule.as_str()).collect();
        assert_eq!(rules, ["8807", "chpl-2024-02", "Mi-171*", "вертолет*"], "every rule that fires is kept");
        assert!(matcher.needs_text("parts") && !matcher.needs_text("other"));
        let codes = matcher.code_hits("8807300000", None);
        assert_eq!(matcher.item_hits(&codes, &[], &mut PhraseMemory::default())[0].len(), 2);
    }

    #[test]
    fn and_asks_for_both() {
        let matcher = matcher("codes = [\"8807\"]\nphrases = [\"Mi-171*\", \"rotor\"]\njoin = \"and\"");
        let rules = |code, text| hits(&matcher, code, text).into_iter().map(|(_, _, rule)| rule).collect::<Vec<_>>();
        assert_eq!(rules("8807300000", "rotor Mi-171"), ["8807 and Mi-171*", "8807 and rotor"]);
        assert!(rules("8807300000", "blade").is_empty());
        assert!(rules("8412", "rotor Mi-171").is_empty());
        assert!(rules("", "rotor Mi-171").is_empty());
        assert!(rules("8807300000", "").is_empty());
    }

    #[test]
    fn a_list_of_ones_own_has_the_name_that_the_set_gives_it() {
        let builtin = GoodsList::builtin("metal-cutting-tools").unwrap();
        let parts = set("lists = [\"lists/tools.csv\"]");
        let matcher = GoodsMatcher::build(&[("parts", &parts)], &[("lists/tools.csv", &builtin)]).unwrap();
        let codes = matcher.code_hits("8209008000", None);
        let hit = matcher.item_hits(&codes, &[], &mut PhraseMemory::default())[0][0];
        assert_eq!((hit.provision, hit.kind, hit.list), ("820900", "consumable", Some("lists/tools.csv")));
        assert!(!matcher.needs_text("parts") && matcher.index_of("other").is_none());
    }

    #[test]
    fn sets_that_cannot_work_are_refused() {
        for (text, said) in [
            ("", "has neither codes nor lists nor phrases"),
            ("codes = [\"8807\"]\nnear = [\"a b\"]", "has `near` but no `phrases`"),
            ("codes = [\"8807\"]\nnot = [\"a b\"]", "has `not` but no `phrases`"),
            ("codes = [\"8807\"]\nfields = [\"model\"]", "has `fields` but no `phrases`"),
            ("codes = [\"8807\"]\nbreadth = \"broad\"", "compared as written"),
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
