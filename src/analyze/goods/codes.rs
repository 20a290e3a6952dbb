//! The rules of a goods set that go by code: its own codes, then the lines of its lists, less what it excludes.
//!
//! In: provisions as written. Out: the first one that covers a code. Surprising: an exclusion holds for the whole set, also for
//! what a list brings in, wherever it stands among the codes. A record that states several codes is in the set by any of them: an
//! exclusion takes out a code, not the record.

use crate::error::{Error, Result};
use crate::model::code_list::codes_of;
use crate::model::goods::GoodsList;
use crate::model::hs_code::{CodeRule, Provision};

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
}

impl CodeRules {
    /// Reads the codes of the set `name` and adds the lines of its lists, each with the name that the set calls it.
    pub(super) fn build(name: &str, codes: &[String], lists: &[(&str, &GoodsList)]) -> Result<CodeRules> {
        let mut rules = CodeRules { included: Vec::new(), excluded: Vec::new() };
        for code in codes {
            let rule = CodeRule::parse(code).map_err(|reason| {
                Error::request(format!("goods set `{name}`: `{code}` is no code ({reason})"))
                    .hint("a code has 2 to 12 digits, an even number; `8459-8461` is a range, `!8807.10` an exclusion")
            })?;
            if rule.is_excluded {
                rules.excluded.push(rule.provision);
            } else {
                rules.include(rule.provision, "", "", None);
            }
        }
        for (list_name, list) in lists {
            for line in &list.lines {
                rules.include(line.provision, &line.tier, &line.kind, Some(list_name));
            }
        }
        if rules.included.is_empty() && !rules.excluded.is_empty() {
            return Err(Error::request(format!("goods set `{name}` only says which codes are out"))
                .hint("name the codes or lists that they are taken out of"));
        }
        Ok(rules)
    }

    fn include(&mut self, provision: Provision, tier: &str, kind: &str, list: Option<&str>) {
        let (tier, kind, list) = (tier.to_owned(), kind.to_owned(), list.map(str::to_owned));
        self.included.push(Included { provision, text: provision.to_string(), tier, kind, list });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.included.is_empty()
    }

    /// Returns the first rule for the first code of a record that is in the set.
    pub(super) fn find(&self, stated: &str) -> Option<CodeHit<'_>> {
        codes_of(stated).find_map(|code| self.find_one(code))
    }

    /// Returns the first rule that covers a code of digits, unless the set excludes it.
    fn find_one(&self, code: &str) -> Option<CodeHit<'_>> {
        let rule = self.included.iter().find(|rule| rule.provision.covers(code))?;
        if self.excluded.iter().any(|provision| provision.covers(code)) {
            return None;
        }
        Some(CodeHit { provision: &rule.text, tier: &rule.tier, kind: &rule.kind, list: rule.list.as_deref() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(codes: &[&str], lists: &[(&str, &GoodsList)]) -> Result<CodeRules> {
        CodeRules::build("parts", &codes.iter().map(|code| code.to_string()).collect::<Vec<_>>(), lists)
    }

    #[test]
    fn the_first_rule_that_covers_names_the_hit() {
        let list = GoodsList::builtin("chpl-2024-02").unwrap();
        let rules = rules(&["8526.91", "8807", "!8807.10", "8459-8461", "!854239"], &[("chpl-2024-02", &list)]).unwrap();
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
            assert_eq!(rules.find(code).map(|hit| (hit.provision, hit.tier, hit.list)), hit, "{code}");
        }
    }

    #[test]
    fn faulty_codes_are_refused() {
        for (codes, said) in [(["880"], "`880` is no code (odd_digits)"), (["!8807"], "only says which codes are out")] {
            let message = rules(&codes, &[]).err().unwrap().to_string();
            assert!(message.contains(said), "{message}");
        }
    }
}
