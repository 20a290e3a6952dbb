//! The remarks of an OFAC entry: labels with values, as `src/reference/watchlists/ofac_remarks.csv` knows them.
//!
//! In: the whole remark. Out: weak aliases, countries, identifiers and ties in the entity, and what is not understood as issues.

use super::issues::{ListIssues, add_country};
use crate::model::listed_entity::{Link, ListedEntity, NameKind};
use crate::names::identifiers::{IdentifierKind, normalize_identifier};
use std::sync::OnceLock;

/// Labels of remarks with their meaning.
const REMARKS: &str = include_str!("../../reference/watchlists/ofac_remarks.csv");

/// An identifier of fewer letters and digits is shared by companies of many countries.
const SHORTEST_IDENTIFIER: usize = 7;

/// The publisher cuts remarks at 1,000 characters, a blank at the end included, and goes on in the comments file.
pub(super) const FULL_REMARK: usize = 999;

/// What the label of a remark says about its value.
#[derive(Clone, Copy)]
enum Meaning {
    WeakAlias,
    Country,
    Identifier,
    LinkedTo,
    Ignored,
}

/// Reads the remarks of an entity into it; ties go into `links`.
pub(super) fn read_remarks(entity: &mut ListedEntity, remarks: &str, links: &mut Vec<Link>, issues: &mut ListIssues) {
    let mut remarks = remarks;
    // Half an identifier is another one.
    if remarks.chars().count() >= FULL_REMARK && !remarks.trim_end().ends_with('.') {
        issues.add("remark cut by the publisher, its last part not used");
        remarks = remarks.rsplit_once(';').map_or("", |(whole, _)| whole);
    }
    let remarks: Vec<&str> = remarks.split(';').map(str::trim).filter(|remark| !remark.is_empty()).collect();
    for (at, remark) in remarks.iter().enumerate() {
        let is_last = at + 1 == remarks.len();
        let remark = remark.strip_prefix("alt. ").unwrap_or(remark);
        let Some((meaning, value)) = find_label(remark) else {
            issues.add("remark of another kind, not used");
            continue;
        };
        take(entity, remark, (meaning, value), is_last, links, issues);
    }
}

/// Reads a value that stands apart from its label, as if it were a remark.
pub(super) fn read_labeled(entity: &mut ListedEntity, label: &str, value: &str, links: &mut Vec<Link>, issues: &mut ListIssues) {
    match find_label(label) {
        Some((meaning, _)) => take(entity, label, (meaning, value), false, links, issues),
        None => issues.add(format!("label `{label}` not known, its value not used")),
    }
}

/// Adds what a known label says with its value.
fn take(
    entity: &mut ListedEntity,
    label: &str,
    (meaning, value): (Meaning, &str),
    is_last: bool,
    links: &mut Vec<Link>,
    issues: &mut ListIssues,
) {
    match meaning {
        Meaning::WeakAlias => match quoted(value) {
            Some(name) => entity.add_name(name, NameKind::WeakAlias),
            None => issues.add("alias in remarks without quotes, not used"),
        },
        Meaning::Country => add_region(entity, value.trim_end_matches('.'), "nationality", issues),
        Meaning::Identifier => match identifier_of(label, value) {
            Numbered::Identifier(number, kind) => entity.add_identifier(&number, kind),
            _ => issues.add("identifier too short to tell companies apart, not used"),
        },
        Meaning::LinkedTo => links.push(linked_to(&entity.entity_id, value, is_last)),
        Meaning::Ignored => {}
    }
}

/// Returns what stands between quotes, which are double ones in the layout of fixed width.
fn quoted(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once(['\'', '"'])?;
    rest.rsplit_once(['\'', '"']).map(|(name, _)| name)
}

/// What a label with a value is.
pub(super) enum Numbered {
    Identifier(String, Option<IdentifierKind>),
    TooShort,
    /// The label is known and its value no identifier of a company.
    NoIdentifier,
    NotALabel,
}

/// Returns what a label says about a value that stands apart from it.
pub(super) fn numbered(label: &str, value: &str) -> Numbered {
    match find_label(label) {
        // `IMO 9074729, Vessel Registration Identification`: the value may say what it is, too.
        Some((Meaning::Identifier, _)) => identifier_of(&format!("{label} {value}"), value),
        Some(_) => Numbered::NoIdentifier,
        None => Numbered::NotALabel,
    }
}

fn identifier_of(label: &str, value: &str) -> Numbered {
    let number = normalize_identifier(cut_value(value));
    let n_digits = number.bytes().filter(u8::is_ascii_digit).count();
    if number.len() < SHORTEST_IDENTIFIER || n_digits < 4 && !label.starts_with("SWIFT/BIC") {
        return Numbered::TooShort;
    }
    // The label of a ship's number is that of any register; the value says whose it is.
    let kind = if value.trim_start().starts_with("IMO ") { Some(IdentifierKind::Imo) } else { kind_of(label) };
    Numbered::Identifier(number, kind)
}

/// Returns the tie to a name. The stop behind the last remark ends the remarks and not the name.
fn linked_to(from_id: &str, value: &str, is_last: bool) -> Link {
    let name = value.trim();
    let name = if is_last { name.strip_suffix('.').unwrap_or(name) } else { name };
    Link {
        from_id: from_id.to_owned(),
        kind: "linked to".to_owned(),
        to_name: name.trim().to_owned(),
        to_id: None,
        source: "remarks".to_owned(),
    }
}

/// Returns the meaning of the longest label that a remark begins with, and what follows it.
fn find_label(remark: &str) -> Option<(Meaning, &str)> {
    static TABLE: OnceLock<Vec<(String, Meaning)>> = OnceLock::new();
    let labels = TABLE.get_or_init(|| {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(REMARKS.as_bytes());
        let mut labels: Vec<(String, Meaning)> = reader
            .records()
            .map(|line| line.expect("the table of remark labels is part of the program and well formed"))
            .map(|line| (line[0].to_owned(), read_meaning(&line[1])))
            .collect();
        labels.sort_by_key(|(label, _)| std::cmp::Reverse(label.len()));
        labels
    });
    labels.iter().find_map(|(label, meaning)| {
        let value = remark.strip_prefix(label.as_str())?;
        let is_whole_word = !label.ends_with(char::is_alphanumeric) || !value.starts_with(char::is_alphanumeric);
        is_whole_word.then_some((*meaning, value))
    })
}

fn read_meaning(word: &str) -> Meaning {
    match word {
        "weak_alias" => Meaning::WeakAlias,
        "country" => Meaning::Country,
        "identifier" => Meaning::Identifier,
        "linked_to" => Meaning::LinkedTo,
        "ignored" => Meaning::Ignored,
        other => unreachable!("meaning `{other}` in the table of remark labels, which is part of the program"),
    }
}

/// Returns the value of an identifier without its country, office and dates: `0199000025 (Russia) issued 2009`.
fn cut_value(value: &str) -> &str {
    let ends = [" (", " issued ", " expires ", ", ", " at "];
    let end = ends.into_iter().filter_map(|end| value.find(end)).filter(|at| *at > 0).min().unwrap_or(value.len());
    value[..end].trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '#' | ':' | '.'))
}

/// Returns the kind of identifier that a label tells beyond its check digits.
fn kind_of(remark: &str) -> Option<IdentifierKind> {
    let label = remark.to_ascii_lowercase();
    let is = |word: &str| label.split(|letter: char| !letter.is_alphanumeric()).any(|part| part == word);
    if is("imo") {
        Some(IdentifierKind::Imo)
    } else if is("tax") || is("vat") || is("nit") || is("rfc") {
        Some(IdentifierKind::Tax)
    } else if is("registration") || is("register") || is("registry") || is("company") {
        Some(IdentifierKind::Registration)
    } else {
        None
    }
}

/// Adds a country, which the publisher may call a region: `Region: Crimea`.
pub(super) fn add_region(entity: &mut ListedEntity, text: &str, column: &str, issues: &mut ListIssues) {
    let text = text.trim();
    // What a ship without a flag has there.
    if matches!(text, "None Identified" | "Unknown") {
        return;
    }
    add_country(entity, text.strip_prefix("Region:").unwrap_or(text), column, issues);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_are_read_by_label() {
        let mut entity = ListedEntity::default();
        let (mut links, mut issues) = (Vec::new(), ListIssues::default());
        let remarks = "nationality Russia; alt. nationality China; Tax ID No. 0199000025 (Russia); \
            alt. Registration Number 1029900000019 (Russia) issued 01 Jan 2002; \
            Unified Social Credit Code (USCC) 91990000MA00000018 (China); NIT # 800000000-1 (Colombia); \
            Vessel Registration Identification IMO 1234567; License 2377; Passport 0000000042 (Russia); a.k.a. 'NORDBANK'; \
            a.k.a. 'L'ETOILE'; Linked To: NORTHERN STAR; Chief of Staff; Public Registration Number 4673230, Doc. 694710 (Panama); \
            Registration Numbering 12345678.";
        read_remarks(&mut entity, remarks, &mut links, &mut issues);
        assert_eq!(links.iter().map(|link| link.to_name.as_str()).collect::<Vec<_>>(), ["NORTHERN STAR"]);
        let identifiers: Vec<&str> = entity.identifiers.iter().map(|identifier| identifier.text.as_str()).collect();
        assert_eq!(identifiers, ["0199000025", "1029900000019", "91990000MA00000018", "8000000001", "1234567", "4673230"]);
        assert_eq!(entity.countries.iter().map(|country| country.as_str()).collect::<Vec<_>>(), ["RU", "CN"]);
        let names: Vec<&str> = entity.names.iter().map(|name| name.name.as_str()).collect();
        assert_eq!(names, ["NORDBANK", "L'ETOILE"]);
        assert!(entity.names.iter().all(|name| name.kind == NameKind::WeakAlias));
        assert_eq!(
            issues.into_vec(),
            [
                ("identifier too short to tell companies apart, not used".to_owned(), 1),
                ("remark of another kind, not used".to_owned(), 2),
            ]
        );
    }

    #[test]
    fn cut_remarks_give_no_half_identifier() {
        let whole = format!("DOB {}; Tax ID No. 0199000025 (Russia); Registration Number 1029900000019", "1".repeat(950));
        for (remarks, n_identifiers) in [(whole.clone(), 1), (whole + " (Russia).", 2)] {
            let mut entity = ListedEntity::default();
            read_remarks(&mut entity, &remarks, &mut Vec::new(), &mut ListIssues::default());
            assert_eq!(entity.identifiers.len(), n_identifiers, "{remarks}");
        }
    }
}
