//! The rules of a goods set that go by code: its own codes, then the lines of its lists, less what it excludes.
//!
//! In: provisions as written, and the HS edition of their list. Out: those that cover a code, each with whether the code holds just the
//! goods that are listed. A record of another edition than the list meets it through the reviewed aliases. Surprising: a set's own codes
//! are compared as written, whatever the edition, since a set does not say in which it is written; and an exclusion holds for the whole
//! set, also for what a list brings in. A record that states several codes is in the set by any of them: an exclusion takes out a code,
//! not the record.

use crate::error::{Error, Result, nearest};
use crate::model::code_list::codes_of;
use crate::model::date::Day;
use crate::model::goods::{Breadth, GoodsLine, GoodsList, GoodsSet};
use crate::model::hs_code::{CodeRule, Provision};
use crate::model::hs_edition::HsEdition;
use crate::model::hs_nomenclature::{self, Alias, Editions};
use std::cell::Cell;

/// A code that a set selects, and the provision by which it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeHit<'a> {
    /// Digits without dots: `852691`, `8459-8461`.
    pub provision: &'a str,
    /// Empty where the list has no tiers, and for a set's own codes.
    pub tier: &'a str,
    pub kind: &'a str,
    /// The list as the set names it; `None` for a set's own codes.
    pub list: Option<&'a str>,
    /// The shipments that the provision selects.
    pub from: Day,
    pub to: Day,
    pub breadth: Breadth,
}

/// The code rules of one set, in its order.
pub(super) struct CodeRules {
    included: Vec<Included>,
    excluded: Vec<Provision>,
}

struct Included {
    provision: Provision,
    text: String,
    tier: String,
    kind: String,
    list: Option<String>,
    from: Day,
    to: Day,
    /// What the goods of the provision are called in other editions than the list's.
    links: Vec<Link>,
}

/// A code of other editions that stands for goods of a provision.
struct Link {
    editions: Editions,
    code: String,
    /// What the list calls the goods: an exclusion of that holds for the link too.
    listed_as: String,
    breadth: Breadth,
}

impl CodeRules {
    /// Reads the codes of a set and adds the lines of its lists that it means, each with the name that the set calls it.
    pub(super) fn build(name: &str, set: &GoodsSet, lists: &[(&str, &GoodsList)]) -> Result<CodeRules> {
        let mut rules = CodeRules { included: Vec::new(), excluded: Vec::new() };
        for code in &set.codes {
            let rule = CodeRule::parse(code).map_err(|reason| {
                Error::request(format!("goods set `{name}`: `{code}` is no code ({reason})"))
                    .hint("a code has 2 to 12 digits, an even number; `8459-8461` is a range, `!8807.10` an exclusion")
            })?;
            if rule.is_excluded {
                rules.excluded.push(rule.provision);
            } else {
                rules.included.push(Included::own(rule.provision));
            }
        }
        let narrowing = Narrowing::of(set);
        for (list_name, list) in lists {
            let lines = list.lines.iter().filter(|line| narrowing.admits(line));
            let provisions: Vec<Provision> = lines.clone().map(|line| line.provision).collect();
            let is_listed = |code: &str| provisions.iter().any(|provision| provision.covers(code));
            rules.included.extend(lines.map(|line| Included::listed(line, list_name, list.hs_edition, &is_listed)));
        }
        narrowing.check(name, lists)?;
        if rules.included.is_empty() && !rules.excluded.is_empty() {
            return Err(Error::request(format!("goods set `{name}` only says which codes are out"))
                .hint("name the codes or lists that they are taken out of"));
        }
        Ok(rules)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.included.is_empty()
    }

    /// Returns all rules for the codes that a record of an edition states, in the order of codes and rules.
    pub(super) fn hits(&self, stated: &str, edition: Option<HsEdition>) -> Vec<CodeHit<'_>> {
        codes_of(stated).flat_map(|code| self.hits_of_one(code, edition)).collect()
    }

    fn hits_of_one<'a>(&'a self, code: &str, edition: Option<HsEdition>) -> Vec<CodeHit<'a>> {
        if self.excluded.iter().any(|provision| provision.covers(code)) {
            return Vec::new();
        }
        let hits = self.included.iter().filter_map(|rule| {
            let breadth = self.breadth(rule, code, edition)?;
            let (provision, list) = (rule.text.as_str(), rule.list.as_deref());
            Some(CodeHit { provision, tier: &rule.tier, kind: &rule.kind, list, from: rule.from, to: rule.to, breadth })
        });
        hits.collect()
    }

    /// Returns how well a code of an edition fits a provision; `None` where it does not.
    fn breadth(&self, rule: &Included, code: &str, edition: Option<HsEdition>) -> Option<Breadth> {
        let is_excluded = |link: &Link| self.excluded.iter().any(|provision| provision.covers(&link.listed_as));
        let links = rule.links.iter().filter(|link| {
            edition.is_some_and(|edition| link.editions.contains(edition)) && code.starts_with(&link.code) && !is_excluded(link)
        });
        if rule.provision.covers(code) {
            // The same digits are the same goods unless an alias says that they held more.
            let mut same = links.filter(|link| link.code == link.listed_as);
            return Some(same.next().map_or(Breadth::Exact, |link| link.breadth));
        }
        links.map(|link| link.breadth).min()
    }
}

impl Included {
    fn own(provision: Provision) -> Included {
        Included {
            provision,
            text: provision.to_string(),
            tier: String::new(),
            kind: String::new(),
            list: None,
            from: Day::MIN,
            to: Day::MAX,
            links: Vec::new(),
        }
    }

    fn listed(line: &GoodsLine, list: &str, edition: HsEdition, is_listed: &dyn Fn(&str) -> bool) -> Included {
        Included {
            tier: line.tier.clone(),
            kind: line.kind.clone(),
            list: Some(list.to_owned()),
            from: line.from.unwrap_or(Day::MIN),
            to: line.to.unwrap_or(Day::MAX),
            links: hs_nomenclature::aliases()
                .iter()
                .filter_map(|alias| Link::of(alias, line.provision, edition, is_listed))
                .collect(),
            ..Included::own(line.provision)
        }
    }
}

impl Link {
    /// Returns what an alias adds to a provision of a list in an edition: older codes to a list of today, today's code to an older list.
    fn of(alias: &Alias, provision: Provision, edition: HsEdition, is_listed: &dyn Fn(&str) -> bool) -> Option<Link> {
        if edition == HsEdition::NEWEST && provision.covers(&alias.newer) {
            let is_whole = !alias.together.is_empty() && alias.together.iter().all(|code| is_listed(code));
            let breadth = if is_whole { Breadth::Exact } else { alias.breadth };
            return Some(Link { editions: alias.editions, code: alias.older.clone(), listed_as: alias.newer.clone(), breadth });
        }
        (alias.editions.contains(edition) && provision.covers(&alias.older)).then(|| Link {
            editions: Editions::of(HsEdition::NEWEST),
            code: alias.newer.clone(),
            listed_as: alias.older.clone(),
            breadth: alias.newer_breadth,
        })
    }
}

/// The lines of its lists that a set means, by key; whether a word was met is noted, since one that no list has is a slip.
struct Narrowing<'s> {
    keys: [(&'static str, &'s [String], Of); 3],
    met: Cell<bool>,
}

/// What a line says under a key.
type Of = fn(&GoodsLine) -> &str;

impl<'s> Narrowing<'s> {
    fn of(set: &'s GoodsSet) -> Self {
        let keys: [(&'static str, &'s [String], Of); 3] = [
            ("tiers", &set.tiers, |line| &line.tier),
            ("kinds", &set.kinds, |line| &line.kind),
            ("numerically_controlled", &set.numerically_controlled, |line| &line.numerically_controlled),
        ];
        Narrowing { keys, met: Cell::new(false) }
    }

    fn admits(&self, line: &GoodsLine) -> bool {
        let is_meant = self.keys.iter().all(|(_, words, of)| words.is_empty() || words.iter().any(|word| word == of(line)));
        self.met.set(self.met.get() || is_meant);
        is_meant
    }

    fn check(&self, name: &str, lists: &[(&str, &GoodsList)]) -> Result<()> {
        let all = || lists.iter().flat_map(|(_, list)| &list.lines);
        for (key, words, of) in &self.keys {
            if !words.is_empty() && lists.is_empty() {
                return Err(Error::request(format!("goods set `{name}` has `{key}` but no `lists`, which alone it applies to")));
            }
            let mut known: Vec<&str> = all().map(of).filter(|word| !word.is_empty()).collect();
            known.sort_unstable();
            known.dedup();
            if let Some(word) = words.iter().find(|word| !known.contains(&word.as_str())) {
                let error = Error::request(format!("no list of goods set `{name}` has `{word}` in `{key}`")).detail(format!(
                    "its lists have: {}",
                    if known.is_empty() { "nothing there".to_owned() } else { known.join(", ") }
                ));
                return Err(match nearest(word, known) {
                    Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                    None => error,
                });
            }
        }
        let is_narrowed = self.keys.iter().any(|(_, words, _)| !words.is_empty());
        if is_narrowed && !self.met.get() {
            return Err(Error::request(format!("goods set `{name}` leaves no line of its lists"))
                .hint("no line has a value of each of `tiers`, `kinds` and `numerically_controlled` that the set names"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str, lists: &[(&str, &GoodsList)]) -> Result<CodeRules> {
        CodeRules::build("parts", &toml::from_str(text).unwrap(), lists)
    }

    fn chpl() -> GoodsList {
        GoodsList::builtin("chpl-2024-02").unwrap()
    }

    fn first<'a>(rules: &'a CodeRules, code: &'a str, edition: &str) -> Option<(&'a str, Breadth)> {
        rules.hits(code, HsEdition::parse(edition)).first().map(|hit| (hit.provision, hit.breadth))
    }

    #[test]
    fn the_first_rule_that_covers_names_the_hit() {
        let list = chpl();
        let rules =
            rules(r#"codes = ["8526.91", "8807", "!8807.10", "8459-8461", "!854239"]"#, &[("chpl-2024-02", &list)]).unwrap();
        for (code, hit) in [
            ("8526912000", Some(("852691", "", None))),
            ("880730", Some(("8807", "", None))),
            ("8807100000", None),
            ("8460120000", Some(("8459-8461", "", None))),
            ("8457100001", Some(("845710", "4.B", Some("chpl-2024-02")))),
            ("854231", Some(("854231", "1", Some("chpl-2024-02")))),
            ("8542399000", None),
            ("8542", None),
            ("", None),
            ("85ü", None),
            ("8412;880730", Some(("8807", "", None))),
            ("8807100000;880730", Some(("8807", "", None))),
            ("8807100000;8542399000", None),
            ("8412;8413", None),
        ] {
            let hits = rules.hits(code, None);
            assert_eq!(hits.first().map(|hit| (hit.provision, hit.tier, hit.list)), hit, "{code}");
        }
        let all: Vec<_> = rules.hits("8459612000;8526910000", None).iter().map(|hit| hit.provision.to_owned()).collect();
        assert_eq!(all, ["8459-8461", "845961", "852691", "852691"], "all rules of all codes are kept");
    }

    #[test]
    fn an_older_record_meets_the_list_through_its_aliases() {
        let list = chpl();
        let rules = rules("", &[("chpl-2024-02", &list)]).unwrap();
        for (code, edition, hit) in [
            ("8457100000", "2007", Some(("845710", Breadth::Exact))),
            ("8803300000", "2017", Some(("880730", Breadth::Exact))),
            ("8803300000", "2022", None),
            ("8803300000", "", None),
            ("8541500000", "2017", Some(("854151", Breadth::Broad))),
            ("8541400000", "2012", Some(("854149", Breadth::Broad))),
            ("8525803000", "2017", Some(("852589", Breadth::Broad))),
            ("8548909000", "2002", Some(("854800", Breadth::Exact))),
            ("8548909000", "1992", None),
            ("9013801000", "2017", Some(("901380", Breadth::Broad))),
            ("9013801000", "2022", Some(("901380", Breadth::Exact))),
            ("9013801000", "", Some(("901380", Breadth::Exact))),
            ("8541590000", "2017", Some(("854159", Breadth::Exact))),
        ] {
            assert_eq!(first(&rules, code, edition), hit, "{code} of {edition}");
        }
        assert_eq!(rules.hits("8541500000", HsEdition::parse("2017")).len(), 2, "854151 and 854159");
    }

    #[test]
    fn a_link_is_exact_where_all_that_the_old_code_held_is_listed() {
        let list = GoodsList::builtin("cnc-machine-tools").unwrap();
        let all = rules("", &[("cnc", &list)]).unwrap();
        assert_eq!(first(&all, "8456100000", "2012"), Some(("845611", Breadth::Exact)));
        let mut without = list.clone();
        without.lines.retain(|line| line.provision.to_string() != "845612");
        let some = rules("", &[("cnc", &without)]).unwrap();
        assert_eq!(first(&some, "8456100000", "2012"), Some(("845611", Breadth::Broad)));
    }

    #[test]
    fn an_older_list_meets_records_of_today() {
        let head = "# id: o\n# title: O\n# issuer: us\n# edition: 1\n# hs_edition: 2017\n# source: none\n# date: 2018-01-01\n";
        let list = GoodsList::parse(&format!("{head}provision\n854140\n880330\n"), "old.csv").unwrap();
        let rules = rules("", &[("old.csv", &list)]).unwrap();
        assert_eq!(first(&rules, "8541490000", "2022"), Some(("854140", Breadth::Exact)));
        assert_eq!(first(&rules, "8807300000", "2022"), Some(("880330", Breadth::Broad)));
        assert_eq!(first(&rules, "8541400000", "2017"), Some(("854140", Breadth::Exact)));
    }

    #[test]
    fn an_exclusion_holds_for_what_the_goods_were_called_before() {
        let list = chpl();
        let rules = rules("codes = [\"!8807.30\"]", &[("chpl-2024-02", &list)]).unwrap();
        assert_eq!(first(&rules, "8803300000", "2017"), None);
        assert_eq!(first(&rules, "8548909000", "2017"), Some(("854800", Breadth::Exact)));
    }

    #[test]
    fn a_list_is_narrowed_by_what_its_lines_say() {
        let list = GoodsList::builtin("machine-tools").unwrap();
        let narrowed =
            rules("kinds = [\"machine\"]\nnumerically_controlled = [\"yes\", \"not_stated\"]", &[("m", &list)]).unwrap();
        for (code, is_in) in [("845710", true), ("845811", true), ("845819", false), ("846693", false), ("903180", false)] {
            assert_eq!(!narrowed.hits(code, None).is_empty(), is_in, "{code}");
        }
        for (text, said) in [
            ("kinds = [\"machines\"]", "did you mean `machine`?"),
            ("tiers = [\"1\"]", "its lists have: nothing there"),
            ("kinds = [\"part\"]\nnumerically_controlled = [\"yes\"]", "leaves no line"),
        ] {
            let message = rules(text, &[("m", &list)]).err().unwrap().to_string();
            assert!(message.contains(said), "{said}: {message}");
        }
        let message = rules("codes = [\"8457\"]\nkinds = [\"part\"]", &[]).err().unwrap().to_string();
        assert!(message.contains("has `kinds` but no `lists`"), "{message}");
    }

    #[test]
    fn provisions_may_be_tariff_lines() {
        let rules = rules(r#"codes = ["8457.10.10", "8542 31 90 10-8542 31 90 40", "84", "!8471"]"#, &[]).unwrap();
        for (code, is_in) in [
            ("8457101000", true),
            ("8542319020", true),
            ("8542319050", false),
            ("85423190", false),
            ("8471500000", false),
            ("8486100000", true),
            ("8486100000;8471500000", true),
        ] {
            assert_eq!(!rules.hits(code, None).is_empty(), is_in, "{code}");
        }
    }

    #[test]
    fn faulty_codes_are_refused() {
        for (text, said) in
            [("codes = [\"880\"]", "`880` is no code (odd_digits)"), ("codes = [\"!8807\"]", "only says which codes are out")]
        {
            let message = rules(text, &[]).err().unwrap().to_string();
            assert!(message.contains(said), "{message}");
        }
    }
}
