//! The lists of the U.S. Treasury (OFAC) in their CSV layout: `sdn.csv` and `cons_prim.csv`.
//!
//! In: the primary file, and beside it `alt.csv` (aliases), `add.csv` (addresses) and the comments file (ends of long remarks).
//! Out: one entity a line, without dates of listing, which this format does not carry.
//! Lines are taken apart here and not by the CSV crate: a stray quote may then spoil one line, which is an error, but never
//! swallows the entities below it.

use super::file::{Content, ListFile, file_name};
use super::issues::{ListIssues, add_country};
use super::{Beginning, Format, quote_all};
use crate::error::{Error, Result};
use crate::model::listed_entity::{Designation, EntityKind, Known, ListedEntity, NameKind, Watchlist};
use crate::names::identifiers::{IdentifierKind, normalize_identifier};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Labels of remarks with their meaning.
const REMARKS: &str = include_str!("../../reference/watchlists/ofac_remarks.csv");

/// An identifier of fewer letters and digits is shared by companies of many countries.
const SHORTEST_IDENTIFIER: usize = 7;

/// The publisher cuts remarks at 1,000 characters, a blank at the end included, and goes on in the comments file.
const FULL_REMARK: usize = 999;

const PRIMARY_COLUMNS: [&str; 12] = [
    "ent_num",
    "SDN_Name",
    "SDN_Type",
    "Program",
    "Title",
    "Call_Sign",
    "Vess_type",
    "Tonnage",
    "GRT",
    "Vess_flag",
    "Vess_owner",
    "Remarks",
];
const ALIAS_COLUMNS: [&str; 5] = ["ent_num", "alt_num", "alt_type", "alt_name", "alt_remarks"];
const ADDRESS_COLUMNS: [&str; 6] = ["ent_num", "add_num", "address", "city", "country", "add_remarks"];
const COMMENT_COLUMNS: [&str; 2] = ["ent_num", "comment"];

/// Entities by their number, with the remarks until these are complete.
type Drafts = BTreeMap<String, (ListedEntity, String)>;

pub(super) const FORMAT: Format = Format { name: "ofac-sdn", contents: &[Content::Text], fits, read };

/// The layout has no header; its nulls are like no other's.
fn fits(beginning: &Beginning) -> bool {
    beginning.name.ends_with(".csv")
        && beginning.text.starts_with(|first: char| first.is_ascii_digit())
        && beginning.text.contains(",-0- ")
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let path = file.path.as_path();
    let mut drafts = read_primary(path, &file.text(issues), issues)?;
    if let Some((path, text)) = read_beside(path, "alt", issues)? {
        add_aliases(&mut drafts, &path, &text, issues)?;
    }
    if let Some((path, text)) = read_beside(path, "add", issues)? {
        add_addresses(&mut drafts, &path, &text, issues)?;
    }
    if let Some((path, text)) = read_beside(path, "comments", issues)? {
        add_comments(&mut drafts, &path, &text, issues)?;
    }
    let mut entities = Vec::with_capacity(drafts.len());
    for (mut entity, remarks) in drafts.into_values() {
        read_remarks(&mut entity, &remarks, issues);
        if entity.kind == EntityKind::Person {
            add_names_in_speaking_order(&mut entity);
        }
        entities.push(entity);
    }
    Ok(Watchlist { entities, ..Watchlist::default() })
}

fn read_primary(path: &Path, text: &str, issues: &mut ListIssues) -> Result<Drafts> {
    let mut drafts = Drafts::new();
    let mut lines: BTreeMap<String, (usize, [String; 12])> = BTreeMap::new();
    for line in read_lines(path, text, &PRIMARY_COLUMNS) {
        let (number, fields) = line?;
        if let Some((first, known)) = lines.get(&fields[0]) {
            if *known != fields {
                return Err(Error::request(format!("`{}` lists the entity `{}` twice, differently", path.display(), fields[0]))
                    .detail(format!("lines {first} and {number}"))
                    .hint("two editions may have been joined; give each a file of its own"));
            }
            issues.add("entity listed twice with the same words, taken once");
            continue;
        }
        if fields[1].trim().is_empty() {
            return Err(Error::request(format!("`{}` has no name in line {number}", path.display())));
        }
        let kind = match fields[2].trim() {
            "" => EntityKind::Company,
            "individual" => EntityKind::Person,
            "vessel" => EntityKind::Vessel,
            "aircraft" => EntityKind::Aircraft,
            other => {
                issues.add(format!("type `{other}` not known"));
                EntityKind::Unknown
            }
        };
        let mut entity = ListedEntity { entity_id: fields[0].clone(), kind, ..ListedEntity::default() };
        entity.add_name(&fields[1], NameKind::Primary);
        entity.designations.push(designation(&fields[3]));
        add_region(&mut entity, &fields[9], "flag", issues);
        let remarks = fields[11].clone();
        lines.insert(fields[0].clone(), (number, fields));
        drafts.insert(entity.entity_id.clone(), (entity, remarks));
    }
    Ok(drafts)
}

/// Returns the designation of an entry: the format states its programs and no day.
fn designation(programs: &str) -> Designation {
    let programs = programs.split("] [").map(|program| program.trim().trim_matches(['[', ']']).to_owned());
    let mut stated: Vec<String> = Vec::new();
    for program in programs.filter(|program| !program.is_empty()) {
        if !stated.contains(&program) {
            stated.push(program);
        }
    }
    Designation { programs: stated, listed_on: Known::Unknown, ..Designation::default() }
}

fn add_aliases(drafts: &mut Drafts, path: &Path, text: &str, issues: &mut ListIssues) -> Result<()> {
    for line in read_lines(path, text, &ALIAS_COLUMNS) {
        let (_, [entity_id, _, kind, name, _]) = line?;
        let Some((entity, _)) = drafts.get_mut(&entity_id) else {
            issues.add(format!("`{}` names an entity that the list does not hold", file_name(path)));
            continue;
        };
        let kind = match kind.trim() {
            "aka" | "nka" => NameKind::StrongAlias,
            "fka" => NameKind::FormerName,
            other => {
                issues.add(format!("alias type `{other}` not known, taken as a strong alias"));
                NameKind::StrongAlias
            }
        };
        if name.trim().is_empty() {
            issues.add("alias without a name");
        }
        entity.add_name(&name, kind);
    }
    Ok(())
}

fn add_addresses(drafts: &mut Drafts, path: &Path, text: &str, issues: &mut ListIssues) -> Result<()> {
    for line in read_lines(path, text, &ADDRESS_COLUMNS) {
        let (_, [entity_id, _, street, city, country, _]) = line?;
        let Some((entity, _)) = drafts.get_mut(&entity_id) else {
            issues.add(format!("`{}` names an entity that the list does not hold", file_name(path)));
            continue;
        };
        add_region(entity, &country, "country", issues);
        let parts: Vec<&str> =
            [&street, &city, &country].into_iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
        entity.add_address(&parts.join(", "));
    }
    Ok(())
}

/// Adds what did not fit into the remarks: they are cut within a word, so nothing goes between. The first words of a comment that
/// continues no full remark have lost their label, so that nothing is read from them.
fn add_comments(drafts: &mut Drafts, path: &Path, text: &str, issues: &mut ListIssues) -> Result<()> {
    for line in read_lines(path, text, &COMMENT_COLUMNS) {
        let (_, [entity_id, comment]) = line?;
        match drafts.get_mut(&entity_id) {
            Some((_, remarks)) => {
                if remarks.chars().count() < FULL_REMARK {
                    issues.add(format!("`{}` goes on where nothing was cut: is it of another edition?", file_name(path)));
                    remarks.push_str("; ");
                }
                remarks.push_str(&comment);
            }
            None => issues.add(format!("`{}` names an entity that the list does not hold", file_name(path))),
        }
    }
    Ok(())
}

/// What the label of a remark says about its value.
#[derive(Clone, Copy)]
enum Meaning {
    WeakAlias,
    Country,
    Identifier,
    LinkedTo,
    Ignored,
}

fn read_remarks(entity: &mut ListedEntity, remarks: &str, issues: &mut ListIssues) {
    let mut remarks = remarks;
    // Half an identifier is another one.
    if remarks.chars().count() >= FULL_REMARK && !remarks.trim_end().ends_with('.') {
        issues.add("remark cut by the publisher, its last part not used");
        remarks = remarks.rsplit_once(';').map_or("", |(whole, _)| whole);
    }
    for remark in remarks.split(';').map(str::trim).filter(|remark| !remark.is_empty()) {
        let remark = remark.strip_prefix("alt. ").unwrap_or(remark);
        let Some((meaning, value)) = find_label(remark) else {
            issues.add("remark of another kind, not used in this version");
            continue;
        };
        match meaning {
            Meaning::WeakAlias => match value.split_once('\'').and_then(|(_, rest)| rest.rsplit_once('\'')) {
                Some((name, _)) => entity.add_name(name, NameKind::WeakAlias),
                None => issues.add("alias in remarks without quotes, not used"),
            },
            Meaning::Country => add_region(entity, value.trim_end_matches('.'), "nationality", issues),
            Meaning::Identifier => {
                let identifier = normalize_identifier(cut_value(value));
                let n_digits = identifier.bytes().filter(u8::is_ascii_digit).count();
                if identifier.len() < SHORTEST_IDENTIFIER || n_digits < 4 && !remark.starts_with("SWIFT/BIC") {
                    issues.add("identifier too short to tell companies apart, not used");
                } else {
                    entity.add_identifier(&identifier, kind_of(remark));
                }
            }
            Meaning::LinkedTo => issues.add("linked_to not used in this version"),
            Meaning::Ignored => {}
        }
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
fn add_region(entity: &mut ListedEntity, text: &str, column: &str, issues: &mut ListIssues) {
    let text = text.trim();
    add_country(entity, text.strip_prefix("Region:").unwrap_or(text), column, issues);
}

/// Adds `Given Surname` for each `SURNAME, Given`, in the kind of the name it comes from.
fn add_names_in_speaking_order(entity: &mut ListedEntity) {
    for listed in entity.names.clone() {
        let parts: Vec<&str> = listed.name.split(", ").collect();
        if let [surname, given, rest @ ..] = parts.as_slice() {
            let name = [&[*given, *surname], rest].concat().join(" ");
            let kind = if listed.kind == NameKind::Primary { NameKind::StrongAlias } else { listed.kind };
            entity.add_name(&name, kind);
        }
    }
}

/// Finds and reads a file that belongs to the primary one; its absence is an issue, except for comments: many editions have none.
fn read_beside(path: &Path, what: &str, issues: &mut ListIssues) -> Result<Option<(PathBuf, String)>> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let is_consolidated = file_name(path).to_ascii_lowercase().starts_with("cons_");
    let wanted = if is_consolidated { format!("cons_{what}.csv") } else { format!("{what}.csv") };
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|source| Error::file(folder, "list", source))? {
        let entry = entry.map_err(|source| Error::file(folder, "list", source))?;
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        let plain = name.strip_suffix(".gz").unwrap_or(&name);
        let fits = if what == "comments" {
            plain.ends_with(".csv") && plain.contains("comments") && plain.starts_with("cons_") == is_consolidated
        } else {
            plain == wanted
        };
        if fits && entry.path().is_file() {
            found.push(entry.path());
        }
    }
    found.sort();
    if found.len() > 1 {
        let names: Vec<String> = found.iter().map(|path| file_name(path)).collect();
        return Err(Error::request(format!("more than one file beside `{}` may hold its {what}", path.display()))
            .detail(format!("found: {}", quote_all(names.iter().map(String::as_str))))
            .hint("leave the one of the same edition and move the others away"));
    }
    match found.pop() {
        Some(path) => {
            let text = ListFile::read(&path, &[Content::Text])?.text(issues);
            Ok(Some((path, text)))
        }
        None => {
            if what != "comments" {
                issues.add(format!("no `{wanted}` beside the list: entities are read without it"));
            }
            Ok(None)
        }
    }
}

/// Returns the lines of a file with their number, each as its fields; nulls (`-0- `) are empty.
fn read_lines<'a, const N: usize>(
    path: &'a Path,
    text: &'a str,
    columns: &'static [&'static str; N],
) -> impl Iterator<Item = Result<(usize, [String; N])>> + 'a {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_matches(['\u{1a}', '\r', ' '])));
    lines.filter(|(_, line)| !line.is_empty()).map(move |(number, line)| {
        let fields = split_fields(line);
        let n_fields = fields.len();
        let fields: [String; N] = fields.try_into().map_err(|_| {
            Error::request(format!("line {number} of `{}` has {n_fields} instead of {N} fields", path.display()))
                .detail(format!("looked for: {}", quote_all(columns.iter().copied())))
                .detail(format!("found: `{}`", line.chars().take(80).collect::<String>()))
                .hint("this format has no header row; a CSV file with one is read as `names`")
        })?;
        if fields[0].is_empty() || !fields[0].bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::request(format!("line {number} of `{}` does not begin with a number", path.display()))
                .detail(format!("found: `{}`", fields[0]))
                .hint("this format has no header row; a CSV file with one is read as `names`"));
        }
        Ok((number, fields))
    })
}

/// Splits a line at commas outside quotes. A quote within a quoted text is kept, unless it is doubled.
fn split_fields(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = match rest.trim_start_matches(' ').strip_prefix('"') {
            Some(quoted) => split_quoted(quoted),
            None => match rest.find(',') {
                Some(at) => (rest[..at].to_owned(), Some(&rest[at + 1..])),
                None => (rest.to_owned(), None),
            },
        };
        fields.push(if field.trim() == "-0-" { String::new() } else { field });
        match after {
            Some(after) => rest = after,
            None => return fields,
        }
    }
}

/// Returns a field after its opening quote, and what follows the comma behind it.
fn split_quoted(text: &str) -> (String, Option<&str>) {
    let mut field = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        field.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(after) = after.strip_prefix('"') {
            field.push('"');
            rest = after;
        } else if after.trim_start_matches(' ').is_empty() {
            return (field, None);
        } else if let Some(after) = after.trim_start_matches(' ').strip_prefix(',') {
            return (field, Some(after));
        } else {
            field.push('"');
            rest = after;
        }
    }
    field.push_str(rest);
    (field, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_at_commas_outside_quotes() {
        let cases: [(&str, &[&str]); 7] = [
            ("36,\"A, B\",-0- ", &["36", "A, B", ""]),
            ("36,\"\",x", &["36", "", "x"]),
            ("36,\"THE \"BEST\" CO\",x", &["36", "THE \"BEST\" CO", "x"]),
            ("36,\"THE \"\"BEST\"\" CO\",x", &["36", "THE \"BEST\" CO", "x"]),
            ("36, \"A \" ,x", &["36", "A ", "x"]),
            ("36,\"A", &["36", "A"]),
            ("", &[""]),
        ];
        for (line, fields) in cases {
            assert_eq!(split_fields(line), fields, "line `{line}`");
        }
    }

    #[test]
    fn remarks_are_read_by_label() {
        let mut entity = ListedEntity::default();
        let mut issues = ListIssues::default();
        let remarks = "nationality Russia; alt. nationality China; Tax ID No. 0199000025 (Russia); \
            alt. Registration Number 1029900000019 (Russia) issued 01 Jan 2002; \
            Unified Social Credit Code (USCC) 91990000MA00000018 (China); NIT # 800000000-1 (Colombia); \
            Vessel Registration Identification IMO 1234567; License 2377; Passport 0000000042 (Russia); a.k.a. 'NORDBANK'; \
            a.k.a. 'L'ETOILE'; Linked To: NORTHERN STAR; Chief of Staff; Public Registration Number 4673230, Doc. 694710 (Panama); \
            Registration Numbering 12345678.";
        read_remarks(&mut entity, remarks, &mut issues);
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
                ("linked_to not used in this version".to_owned(), 1),
                ("remark of another kind, not used in this version".to_owned(), 2),
            ]
        );
    }

    #[test]
    fn cut_remarks_give_no_half_identifier() {
        let whole = format!("DOB {}; Tax ID No. 0199000025 (Russia); Registration Number 1029900000019", "1".repeat(950));
        for (remarks, n_identifiers) in [(whole.clone(), 1), (whole + " (Russia).", 2)] {
            let mut entity = ListedEntity::default();
            read_remarks(&mut entity, &remarks, &mut ListIssues::default());
            assert_eq!(entity.identifiers.len(), n_identifiers, "{remarks}");
        }
    }

    #[test]
    fn persons_get_their_name_in_speaking_order() {
        let mut entity = ListedEntity { kind: EntityKind::Person, ..ListedEntity::default() };
        entity.add_name("DELOS REYES, Feliciano Semborio, Jr.", NameKind::Primary);
        entity.add_name("ABU MUJAHID", NameKind::WeakAlias);
        add_names_in_speaking_order(&mut entity);
        let names: Vec<(&str, NameKind)> = entity.names.iter().map(|name| (name.name.as_str(), name.kind)).collect();
        assert_eq!(
            names,
            [
                ("DELOS REYES, Feliciano Semborio, Jr.", NameKind::Primary),
                ("ABU MUJAHID", NameKind::WeakAlias),
                ("Feliciano Semborio DELOS REYES Jr.", NameKind::StrongAlias),
            ]
        );
    }
}
