//! Identifiers in the text of a name: found, checked, taken out.
//!
//! In: a name as declared (`0000465609 032301001 OOO VELOGRUD RUS`). Out: the name without them, and each with its kind and whether its
//! check digits hold. A bare number is taken out only where its own check digits, a label or its neighbor prove what it is: a number
//! that belongs to a name (`PLANT NO 14`, `11420 CORP.`) stays, and a name never becomes empty.

use super::reference;
use super::text::split_words;
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::OnceLock;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentifierKind {
    /// Russian tax number, 10 digits for firms and 12 for persons.
    Inn,
    /// Russian code of the tax office; many firms share one, so it never identifies.
    Kpp,
    /// Russian registration number, 13 digits for firms and 15 for sole traders.
    Ogrn,
    /// ISO 17442.
    Lei,
    /// Chinese unified social credit code, GB 32100-2015.
    Uscc,
    /// Number of a ship.
    Imo,
    /// Ukrainian number of the register of companies (ЄДРПОУ), 8 digits.
    Edrpou,
    /// A tax number of another country than Russia and China.
    Tax,
    /// A number of a company register without check digits that are known here.
    Registration,
    /// Labelled as an identifier, without check digits that are known here.
    Other,
    Phone,
}

impl IdentifierKind {
    pub const ALL: [IdentifierKind; 11] = [
        IdentifierKind::Inn,
        IdentifierKind::Kpp,
        IdentifierKind::Ogrn,
        IdentifierKind::Lei,
        IdentifierKind::Uscc,
        IdentifierKind::Imo,
        IdentifierKind::Edrpou,
        IdentifierKind::Tax,
        IdentifierKind::Registration,
        IdentifierKind::Other,
        IdentifierKind::Phone,
    ];

    /// Returns the kind of a word, as [`IdentifierKind::as_str`] writes it.
    pub fn parse(word: &str) -> Option<Self> {
        IdentifierKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            IdentifierKind::Inn => "inn",
            IdentifierKind::Kpp => "kpp",
            IdentifierKind::Ogrn => "ogrn",
            IdentifierKind::Lei => "lei",
            IdentifierKind::Uscc => "uscc",
            IdentifierKind::Imo => "imo",
            IdentifierKind::Edrpou => "edrpou",
            IdentifierKind::Tax => "tax",
            IdentifierKind::Registration => "registration",
            IdentifierKind::Other => "other",
            IdentifierKind::Phone => "phone",
        }
    }

    /// Whether an entity has only one valid identifier of this kind, so that two valid ones tell two entities apart.
    pub fn is_unique(self) -> bool {
        matches!(
            self,
            IdentifierKind::Inn
                | IdentifierKind::Ogrn
                | IdentifierKind::Lei
                | IdentifierKind::Uscc
                | IdentifierKind::Imo
                | IdentifierKind::Edrpou
        )
    }

    /// Returns whether a normalized text has the shape and the check digits of this kind; `false` for kinds without check digits.
    pub fn is_valid(self, text: &str) -> bool {
        match self {
            IdentifierKind::Inn => is_inn(text),
            IdentifierKind::Ogrn => is_ogrn(text),
            IdentifierKind::Lei => is_lei(text),
            IdentifierKind::Uscc => is_uscc(text),
            IdentifierKind::Imo => is_imo(text),
            IdentifierKind::Edrpou => is_edrpou(text),
            IdentifierKind::Kpp
            | IdentifierKind::Tax
            | IdentifierKind::Registration
            | IdentifierKind::Other
            | IdentifierKind::Phone => false,
        }
    }
}

/// An identifier as found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    pub kind: IdentifierKind,
    /// Capitals and digits only.
    pub text: String,
    /// Whether the check digits hold; always `false` for kinds without.
    pub is_valid: bool,
}

impl Identifier {
    /// Returns an identifier as a list or a column states it. Check digits tell its kind where they prove one; else it is of the
    /// kind that the label says. A ship's number is told by its label only: seven digits are too few.
    pub fn stated(text: &str, kind: Option<IdentifierKind>) -> Self {
        let text = normalize_identifier(text);
        let labeled = kind.filter(|kind| kind.is_valid(&text));
        let proven = labeled.or_else(|| recognize(&text));
        let kind = proven.or(kind).unwrap_or(IdentifierKind::Other);
        Identifier { kind, is_valid: proven.is_some(), text }
    }
}

/// An identifier and the bytes of the raw text that it and its label take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundIdentifier {
    pub identifier: Identifier,
    pub span: Range<usize>,
}

/// Returns the name without the identifiers in it, and the identifiers in order. A text of nothing else is left as the name.
pub fn split_identifiers(name: &str) -> (String, Vec<Identifier>) {
    let found = find_identifiers(name);
    let mut rest = String::with_capacity(name.len());
    let mut at = 0;
    for one in &found {
        rest.push_str(&name[at..one.span.start]);
        rest.push(' ');
        at = one.span.end;
    }
    rest.push_str(&name[at..]);
    let identifiers = found.into_iter().map(|one| one.identifier).collect::<Vec<_>>();
    if identifiers.is_empty() {
        return (name.to_string(), identifiers);
    }
    let rest = drop_empty_brackets(&rest);
    let rest = rest.split_whitespace().filter(|part| !is_separator(part)).collect::<Vec<_>>().join(" ");
    let rest = rest
        .trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | ':' | '/' | '-' | '|' | '#'))
        .to_string();
    if rest.chars().any(char::is_alphanumeric) { (rest, identifiers) } else { (name.to_string(), identifiers) }
}

/// Returns a text without brackets that hold no letter or digit.
fn drop_empty_brackets(text: &str) -> String {
    let mut rest = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for letter in text.chars() {
        match letter {
            '(' => open = Some(rest.len()),
            ')' if open.is_some() => {
                rest.truncate(open.take().unwrap_or(rest.len()));
                continue;
            }
            _ if letter.is_alphanumeric() => open = None,
            _ => {}
        }
        rest.push(letter);
    }
    rest
}

fn is_separator(part: &str) -> bool {
    part.chars().all(|letter| matches!(letter, ',' | ';' | ':' | '/' | '-' | '|' | '#' | '.'))
}

/// Returns an identifier as it is compared: capitals and digits, without a label in front, spaces and punctuation.
pub fn normalize_identifier(text: &str) -> String {
    let words = split_words(text);
    let label_length = match_label(&words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>()).map_or(0, |label| label.1);
    let from = if label_length < words.len() { label_length } else { 0 };
    let text: String = words[from..].iter().map(|word| word.text.to_ascii_uppercase()).collect();
    // `IMO9187629` and `INN0000465609` carry their label without a space.
    for label in ["IMO", "INN", "OGRN", "LEI", "USCC"] {
        if let Some(rest) = text.strip_prefix(label)
            && rest.len() >= 7
            && rest.bytes().all(|byte| byte.is_ascii_digit())
        {
            return rest.to_string();
        }
    }
    text
}

/// Returns the kind that the check digits of a normalized identifier prove, without any label. An IMO number is too short for that.
pub fn recognize(text: &str) -> Option<IdentifierKind> {
    [IdentifierKind::Inn, IdentifierKind::Ogrn, IdentifierKind::Lei, IdentifierKind::Uscc]
        .into_iter()
        .find(|kind| kind.is_valid(text))
}

/// Returns the identifiers in a text with their places, in order and without overlap.
pub fn find_identifiers(text: &str) -> Vec<FoundIdentifier> {
    if text.bytes().filter(u8::is_ascii_digit).count() < 5 {
        return Vec::new();
    }
    let words = split_words(text);
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let mut found: Vec<FoundIdentifier> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match identifiers_at(&texts[at..], found.last().filter(|last| at > 0 && last.span.end == words[at - 1].span.end)) {
            Some((n_words, identifiers)) => {
                let span = words[at].span.start..words[at + n_words - 1].span.end;
                let last = identifiers.len().saturating_sub(1);
                for (position, (identifier, n_before)) in identifiers.into_iter().enumerate() {
                    let start = if position == 0 { span.start } else { words[at + n_before].span.start };
                    let end = if position == last { span.end } else { words[at + n_before].span.end };
                    found.push(FoundIdentifier { identifier, span: start..end });
                }
                at += n_words;
            }
            None => at += 1,
        }
    }
    found
}

/// Returns how many words the identifiers at the front of `words` take, with each its word.
fn identifiers_at(words: &[&str], before: Option<&FoundIdentifier>) -> Option<(usize, Vec<(Identifier, usize)>)> {
    // `INN/KPP 0000465609/032301001` has its labels first and then its numbers.
    let mut kinds = Vec::new();
    let mut at = 0;
    while let Some((kind, length)) = match_label(&words[at..]) {
        kinds.push(kind);
        at += length;
        while matches!(words.get(at), Some(&("no" | "nr" | "number" | "n"))) {
            at += 1;
        }
    }
    if !kinds.is_empty() {
        let mut identifiers = Vec::new();
        for kind in kinds {
            let Some(number) = words.get(at).filter(|word| has_number_shape(kind, word)) else { break };
            let kind = if kind == IdentifierKind::Other { recognize(&number.to_ascii_uppercase()).unwrap_or(kind) } else { kind };
            identifiers.push((identifier(kind, number), at));
            at += 1;
        }
        return (!identifiers.is_empty()).then_some((at, identifiers));
    }
    let word = words.first()?;
    let is_kpp_next = words.get(1).is_some_and(|next| is_kpp(next));
    if word.len() == 10 && is_digits(word) && is_kpp_next {
        return Some((2, vec![(identifier(IdentifierKind::Inn, word), 0), (identifier(IdentifierKind::Kpp, words[1]), 1)]));
    }
    if let Some(kind) = recognize(&word.to_ascii_uppercase()) {
        return Some((1, vec![(identifier(kind, word), 0)]));
    }
    // The tax office stands beside the tax number.
    let follows_inn = before.is_some_and(|before| before.identifier.kind == IdentifierKind::Inn);
    (follows_inn && is_kpp(word)).then(|| (1, vec![(identifier(IdentifierKind::Kpp, word), 0)]))
}

fn identifier(kind: IdentifierKind, word: &str) -> Identifier {
    let text = word.to_ascii_uppercase();
    let is_valid = kind.is_valid(&text);
    Identifier { kind, text, is_valid }
}

fn has_number_shape(kind: IdentifierKind, word: &str) -> bool {
    let n_digits = word.bytes().filter(u8::is_ascii_digit).count();
    match kind {
        IdentifierKind::Inn => is_digits(word) && (9..=12).contains(&n_digits),
        IdentifierKind::Kpp => is_kpp(word),
        IdentifierKind::Ogrn => is_digits(word) && (12..=15).contains(&n_digits),
        IdentifierKind::Lei => word.len() == 20,
        IdentifierKind::Uscc => word.len() == 18,
        IdentifierKind::Imo => word.len() == 7 && is_digits(word),
        IdentifierKind::Edrpou => word.len() == 8 && is_digits(word),
        IdentifierKind::Tax | IdentifierKind::Registration | IdentifierKind::Other | IdentifierKind::Phone => n_digits >= 5,
    }
}

/// Returns the kind of a label at the front of some words, and how many words the longest such label has.
fn match_label(words: &[&str]) -> Option<(IdentifierKind, usize)> {
    type Labels = FxHashMap<String, Vec<(Vec<String>, IdentifierKind)>>;
    static TABLE: OnceLock<Labels> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table = Labels::default();
        for [kind, labels] in reference::rows(reference::IDENTIFIER_LABELS) {
            let kind = IdentifierKind::parse(kind).unwrap_or(IdentifierKind::Other);
            for label in labels.split(';') {
                let words: Vec<String> = split_words(label).into_iter().map(|word| word.text).collect();
                if let Some(first) = words.first() {
                    table.entry(first.clone()).or_default().push((words, kind));
                }
            }
        }
        table.values_mut().for_each(|labels| labels.sort_by_key(|label| std::cmp::Reverse(label.0.len())));
        table
    });
    let labels = table.get(*words.first()?)?;
    labels
        .iter()
        .find(|(label, _)| label.len() <= words.len() && label.iter().zip(words).all(|(label, word)| label == word))
        .map(|(label, kind)| (*kind, label.len()))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.bytes().map(|byte| byte.is_ascii_digit().then(|| u32::from(byte - b'0'))).collect()
}

/// Check digits after the order of the Russian tax service ММВ-7-6/435@ of 2012 (INN).
fn is_inn(text: &str) -> bool {
    const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let Some(digits) = digits(text) else { return false };
    let check = |n: usize| {
        let weights = &WEIGHTS[11 - n..];
        weights.iter().zip(&digits).map(|(weight, digit)| weight * digit).sum::<u32>() % 11 % 10 == digits[n]
    };
    // A row of one digit passes the check by accident and is a placeholder.
    let is_varied = digits.windows(2).any(|pair| pair[0] != pair[1]);
    is_varied
        && match digits.len() {
            10 => check(9),
            12 => check(10) && check(11),
            _ => false,
        }
}

/// The last digit is the rest of the others by 11 (13 digits) or 13 (15 digits), and its last digit where it has two.
fn is_ogrn(text: &str) -> bool {
    let divisor = match text.len() {
        13 => 11,
        15 => 13,
        _ => return false,
    };
    let (Ok(number), Ok(check)) = (text[..text.len() - 1].parse::<u64>(), text[text.len() - 1..].parse::<u64>()) else {
        return false;
    };
    matches!(text.as_bytes()[0], b'1'..=b'5') && number % divisor % 10 == check
}

/// Four digits of the tax office, two of the reason, three in sequence.
fn is_kpp(text: &str) -> bool {
    text.len() == 9
        && text.bytes().enumerate().all(|(at, byte)| byte.is_ascii_digit() || (4..6).contains(&at) && byte.is_ascii_alphabetic())
        && !text.starts_with("0000")
}

/// ISO 7064 MOD 97-10.
fn is_lei(text: &str) -> bool {
    text.len() == 20
        && text.bytes().take(18).any(|byte| byte.is_ascii_digit())
        && text[18..].bytes().all(|byte| byte.is_ascii_digit())
        && text.bytes().try_fold(0_u32, |rest, byte| match byte {
            b'0'..=b'9' => Some((rest * 10 + u32::from(byte - b'0')) % 97),
            b'A'..=b'Z' => Some((rest * 100 + u32::from(byte - b'A') + 10) % 97),
            _ => None,
        }) == Some(1)
}

/// GB 32100-2015: 31 characters without I, O, S, V, Z; weights are the powers of 3 by 31.
fn is_uscc(text: &str) -> bool {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let values: Option<Vec<usize>> = text.bytes().map(|byte| ALPHABET.iter().position(|letter| *letter == byte)).collect();
    let Some(values) = values.filter(|values| values.len() == 18) else { return false };
    // Characters 3 to 8 are the digits of an administrative division, which keeps other 18-digit numbers out.
    if !text.bytes().skip(2).take(6).all(|byte| byte.is_ascii_digit())
        || !matches!(text.as_bytes()[0], b'1'..=b'9' | b'A' | b'N' | b'Y')
    {
        return false;
    }
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    (31 - sum % 31) % 31 == values[17]
}

/// The last digit is that of the sum of the first six times 7 down to 2.
fn is_imo(text: &str) -> bool {
    let Some(digits) = digits(text).filter(|digits| digits.len() == 7) else { return false };
    (2..=7).rev().zip(&digits).map(|(weight, digit)| weight * digit).sum::<u32>() % 10 == digits[6] && digits[0] != 0
}

/// The last digit is the rest of the weighted sum by 11; where that is 10, weights that are greater by 2 are taken.
fn is_edrpou(text: &str) -> bool {
    let Some(digits) = digits(text).filter(|digits| digits.len() == 8) else { return false };
    let is_varied = digits.windows(2).any(|pair| pair[0] != pair[1]);
    let weights: [u32; 7] = if (3..6).contains(&digits[0]) { [7, 1, 2, 3, 4, 5, 6] } else { [1, 2, 3, 4, 5, 6, 7] };
    let rest = |more: u32| weights.iter().zip(&digits).map(|(weight, digit)| (weight + more) * digit).sum::<u32>() % 11;
    let check = if rest(0) < 10 { rest(0) } else { rest(2) % 10 };
    is_varied && check == digits[7]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_digits() {
        use IdentifierKind::{Edrpou, Imo, Inn, Lei, Ogrn, Uscc};
        for (kind, text, expected) in [
            (Inn, "0323018510", true),
            (Inn, "0323018511", false),
            (Inn, "7707083893", true),
            (Inn, "0000000000", false),
            (Inn, "500100732259", true),
            (Inn, "500100732258", false),
            (Ogrn, "1027700132195", true),
            (Ogrn, "1027700132196", false),
            (Ogrn, "304500116000157", true),
            (Lei, "529900T8BM49AURSDO55", true),
            (Lei, "529900T8BM49AURSDO56", false),
            (Uscc, "91110000100006071J", false),
            (Uscc, "91350100M000100Y43", true),
            (Imo, "9074729", true),
            (Imo, "9074728", false),
            (Edrpou, "00039002", true),
            (Edrpou, "25959784", true),
            (Edrpou, "25959785", false),
            (Edrpou, "00000000", false),
        ] {
            assert_eq!(kind.is_valid(text), expected, "{text}");
        }
    }

    #[test]
    fn takes_identifiers_out_of_names_and_leaves_numbers_that_belong_to_them() {
        for (raw, name, identifiers) in [
            ("0000465609 032301001 OOO VELOGRUD RUS", "OOO VELOGRUD RUS", "inn 0000465609, kpp 032301001"),
            ("АО \"У-УАЗ\" ИНН 0323018510", "АО \"У-УАЗ\"", "inn 0323018510 valid"),
            ("АО \"У-УАЗ\" (ИНН: 0323018510, КПП 032301001)", "АО \"У-УАЗ\"", "inn 0323018510 valid, kpp 032301001"),
            ("OOO ROMASHKA INN/KPP 7707083893/773601001", "OOO ROMASHKA", "inn 7707083893 valid, kpp 773601001"),
            ("PLANT NO 14", "PLANT NO 14", ""),
            ("11420 CORP.", "11420 CORP.", ""),
            ("Fund 5", "Fund 5", ""),
            ("MEED INTERNATIONAL LIMITED INN 1886388178", "MEED INTERNATIONAL LIMITED", "inn 1886388178"),
            ("ARSENAL TEL 8443626505", "ARSENAL", "phone 8443626505"),
            ("HAYDARI, Reza TAX ID 3634002975", "HAYDARI, Reza", "other 3634002975"),
            ("ИНН 0323018510", "ИНН 0323018510", "inn 0323018510 valid"),
            ("ADRIAN DARYA 1 (IMO 9116412)", "ADRIAN DARYA 1", "imo 9116412 valid"),
            ("RU 77070838930 LTD", "RU 77070838930 LTD", ""),
            ("BIN LADIN", "BIN LADIN", ""),
        ] {
            let (rest, found) = split_identifiers(raw);
            let found: Vec<String> = found
                .iter()
                .map(|one| format!("{} {}{}", one.kind.as_str(), one.text, if one.is_valid { " valid" } else { "" }))
                .collect();
            assert_eq!(rest, name, "{raw}");
            let expected = identifiers.replace(" valid", "");
            assert_eq!(found.join(", ").replace(" valid", ""), expected, "{raw}");
            for (one, expected) in found.iter().zip(identifiers.split(", ")) {
                if expected.ends_with("valid") {
                    assert_eq!(one, expected, "{raw}");
                }
            }
        }
    }

    #[test]
    fn normalizes_spelling() {
        for (raw, expected) in [
            ("ИНН 0323018510", "0323018510"),
            ("0323 018-510", "0323018510"),
            ("IMO9187629", "9187629"),
            ("Tax No. 3634002975", "3634002975"),
            ("529900t8bm49aursdo55", "529900T8BM49AURSDO55"),
            ("", ""),
        ] {
            assert_eq!(normalize_identifier(raw), expected, "{raw}");
        }
    }
}
