//! Numbers of companies in a text: `(1) OGRN – 1125261000040 (2) INN – 5261079332`, `ЄДРПОУ00039002`.
//!
//! In: a text of labels and numbers. Out: identifiers of the kind that the label before each says. A number without a label is of the
//! kind that the column says. Days, and numbers too short to tell companies apart, are left out.

use super::issues::ListIssues;
use crate::model::listed_entity::ListedEntity;
use crate::names::identifiers::IdentifierKind;
use std::sync::OnceLock;

const LABELS: &str = include_str!("../../reference/watchlists/number_labels.csv");

/// A number of fewer letters and digits is shared by companies of many countries.
const SHORTEST_NUMBER: usize = 7;

/// What a label says of the number behind it; `None` for one that tells no company apart.
type Label = (Vec<char>, Option<IdentifierKind>);

/// What a number is as long as no label speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unlabeled {
    Of(IdentifierKind),
    /// The text holds other things too: only numbers with a label count.
    Ignored,
}

/// Adds the numbers of a text to an entity.
pub(super) fn add_numbers(entity: &mut ListedEntity, text: &str, unlabeled: Unlabeled, issues: &mut ListIssues) {
    let mut kind: Option<Option<IdentifierKind>> = None;
    let mut has_short = false;
    let mut has_number = false;
    for piece in pieces(text) {
        match piece {
            Piece::Label(label) => kind = Some(label),
            Piece::Number(number) => {
                let stated = kind.take().unwrap_or(match unlabeled {
                    Unlabeled::Of(kind) => Some(kind),
                    Unlabeled::Ignored => None,
                });
                let n_letters = number.chars().filter(|letter| letter.is_alphanumeric()).count();
                match stated {
                    None => has_number = true,
                    Some(_) if n_letters < SHORTEST_NUMBER => has_short = true,
                    Some(kind) => {
                        has_number = true;
                        entity.add_identifier(&number, Some(kind));
                    }
                }
            }
        }
    }
    if has_short {
        issues.add("identifier too short to tell companies apart, not used");
    } else if !has_number && unlabeled != Unlabeled::Ignored && !text.trim().is_empty() {
        issues.add("registration without a number, not used");
    }
}

enum Piece {
    Label(Option<IdentifierKind>),
    Number(String),
}

/// Returns the labels and numbers of a text in their order. A label may be grown together with the numbers beside it.
fn pieces(text: &str) -> Vec<Piece> {
    let letters: Vec<char> = text.chars().collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let is_start = at == 0 || !letters[at - 1].is_alphabetic();
        if let Some((label, kind)) = labels().iter().find(|(label, _)| is_start && is_label_at(&letters, at, label)) {
            pieces.push(Piece::Label(*kind));
            at += label.len();
        } else if letters[at].is_alphanumeric() {
            let end = end_of_word(&letters, at);
            let word: String = letters[at..end].iter().collect();
            let word = word.trim_end_matches(['.', '-', '/']);
            if word.chars().filter(char::is_ascii_digit).count() >= 4 && !is_day(word) {
                pieces.push(Piece::Number(word.to_owned()));
            }
            at = end;
        } else {
            at += 1;
        }
    }
    pieces
}

/// Returns where a word ends: at a blank or bracket, or before a label that is grown together with it.
fn end_of_word(letters: &[char], start: usize) -> usize {
    let is_inside = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '/');
    let mut at = start + 1;
    while at < letters.len() && is_inside(letters[at]) {
        let is_after_digit = letters[at - 1].is_ascii_digit();
        if is_after_digit && labels().iter().any(|(label, _)| is_label_at(letters, at, label)) {
            break;
        }
        at += 1;
    }
    at
}

/// Whether a label stands here and no letter behind it.
fn is_label_at(letters: &[char], at: usize, label: &[char]) -> bool {
    let Some(found) = letters.get(at..at + label.len()) else { return false };
    let is_same = found.iter().zip(label).all(|(one, other)| one.to_lowercase().eq(other.to_lowercase()));
    is_same && letters.get(at + label.len()).is_none_or(|next| !next.is_alphabetic())
}

/// Whether a word is a day such as `26.08.1992`.
fn is_day(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['.', '/', '-']).collect();
    let is_year = |part: &str| part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
    parts.len() == 3
        && parts.iter().all(|part| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit()))
        && (is_year(parts[0]) || is_year(parts[2]))
}

/// Returns the labels, the longest first.
fn labels() -> &'static [Label] {
    static TABLE: OnceLock<Vec<Label>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(LABELS.as_bytes());
        let lines = reader.records().map(|line| line.expect("the table of labels is part of the program and well formed"));
        let mut labels: Vec<Label> = lines.map(|line| (line[0].chars().collect(), kind_of(&line[1]))).collect();
        labels.sort_by_key(|(label, _)| std::cmp::Reverse(label.len()));
        labels
    })
}

fn kind_of(word: &str) -> Option<IdentifierKind> {
    match (word, IdentifierKind::parse(word)) {
        ("none", _) => None,
        (_, Some(kind)) => Some(kind),
        (other, None) => unreachable!("kind `{other}` in the table of labels, which is part of the program"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_of_the_kind_that_the_label_before_them_says() {
        let cases = [
            (
                "(1) OGRN – 1125261000040 (2) INN – 5261079332 (3) KPP - 526101001",
                "ogrn 1125261000040, inn 5261079332, kpp 526101001",
            ),
            ("OGRN: 1247700291200KPP: 770701001INN: 9707028663", "ogrn 1247700291200, kpp 770701001, inn 9707028663"),
            ("ЄДРПОУ00039002", "edrpou 00039002"),
            ("ОДРН1149204039181\n КПП920101001", "ogrn 1149204039181, kpp 920101001"),
            ("1117746568829 (Russia). Tax ID No. 7735579027 (Russia)", "ogrn 1117746568829, inn 7735579027"),
            ("OKTMO – 08845300", ""),
            ("AE0074948054", "registration AE0074948054"),
            ("394678", ""),
            ("registered 26.08.1992", ""),
        ];
        for (text, expected) in cases {
            let mut entity = ListedEntity::default();
            add_numbers(&mut entity, text, Unlabeled::Of(IdentifierKind::Registration), &mut ListIssues::default());
            let found: Vec<String> =
                entity.identifiers.iter().map(|number| format!("{} {}", number.kind.as_str(), number.text)).collect();
            assert_eq!(found.join(", "), expected, "{text}");
        }
    }
}
