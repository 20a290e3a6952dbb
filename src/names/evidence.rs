//! The evidence of a comparison in words.

use super::alignment::{Comparison, Pair, PairKind};
use super::name::{Name, NameWord, Role};
use super::words::Likeness;
use std::fmt::Write;

impl Comparison {
    /// Returns the evidence in one line: pairs with the share of the listed name that they cover, then what found no partner.
    ///
    /// `poly=poly 0.66; technologies≈technologys typo 0.29; legal form inc/ltd; extra: trading`
    pub fn evidence(&self, query: &Name, listed: &Name) -> String {
        self.parts(query, listed).join("; ")
    }

    /// Returns the same, piece by piece.
    pub fn parts(&self, query: &Name, listed: &Name) -> Vec<String> {
        let mut parts: Vec<String> = self.pairs.iter().map(|pair| pair_text(pair, query, listed)).collect();
        let texts = |name: &Name, positions: &[usize], wanted: &dyn Fn(&NameWord) -> bool| {
            let words = positions.iter().map(|at| &name.words[*at]).filter(|word| wanted(word));
            words.map(|word| word.form.text.to_string()).collect::<Vec<_>>().join(" ")
        };
        let missing = texts(listed, &self.missing, &|_| true);
        let extra = texts(query, &self.extra, &|word| !word.is_address);
        let address = texts(query, &self.extra, &|word| word.is_address);
        let all: Vec<usize> = (0..query.words.len()).collect();
        let aside = texts(query, &all, &|word| word.role == Role::Aside);
        for (label, text) in [("missing", missing), ("extra", extra), ("address", address), ("set aside", aside)] {
            if !text.is_empty() {
                parts.push(format!("{label}: {text}"));
            }
        }
        if self.is_cut {
            parts.push("query cut off".to_string());
        }
        parts
    }
}

fn pair_text(pair: &Pair, query: &Name, listed: &Name) -> String {
    let join = |words: &[NameWord]| words.iter().map(|word| &*word.form.text).collect::<Vec<_>>().join(" ");
    let (a, b) = (join(&query.words[pair.query.clone()]), join(&listed.words[pair.listed.clone()]));
    let (sign, kind) = match pair.kind {
        PairKind::Word(Likeness::Exact) => ("=", String::new()),
        PairKind::Word(Likeness::SameWord) => ("≈", " same word".to_string()),
        PairKind::Word(Likeness::Transliteration) => ("≈", " transliteration".to_string()),
        PairKind::Word(Likeness::Typo(1)) => ("≈", " typo".to_string()),
        PairKind::Word(Likeness::Typo(n)) | PairKind::ManyTypos(n) => ("≈", format!(" {n} typos")),
        PairKind::Word(Likeness::SameMeaning) => ("≈", " same meaning".to_string()),
        PairKind::Joined => ("≈", " joined".to_string()),
        PairKind::Prefix => ("≈", " cut".to_string()),
        PairKind::Initial => ("≈", " initial".to_string()),
        PairKind::Whole(0) => ("≈", " written together".to_string()),
        PairKind::Whole(n) => ("≈", format!(" written together, {n} typos")),
        PairKind::LegalSame if a == b => return format!("legal form {a}"),
        PairKind::LegalSame => return format!("legal form {a}={b}"),
        PairKind::LegalOther => return format!("legal form {a}/{b}"),
    };
    let mut text = format!("{a}{sign}{b}{kind}");
    let _ = write!(text, " {}.{:02}", pair.share / 1000, pair.share % 1000 / 10);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::alignment::compare_names;

    #[test]
    fn evidence_says_why() {
        for (query, listed, expected) in [
            (
                "Poly Technologys Ltd",
                "Poly Technologies, Inc.",
                "poly=poly 0.68; technologys≈technologies same word 0.26; legal form ltd/inc",
            ),
            (
                "TO THE ORDER OF POLY TECHNOLOGIES INC",
                "Poly Technologies Inc",
                "poly=poly 0.68; technologies=technologies 0.26; legal form inc; set aside: to the order of",
            ),
        ] {
            let (query, listed) = (Name::read(query), Name::read(listed));
            assert_eq!(compare_names(&query, &listed).evidence(&query, &listed), expected);
        }
    }
}
