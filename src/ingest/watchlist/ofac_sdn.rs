//! The lists of the U.S. Treasury (OFAC) in their layouts of lines: `sdn.csv` and `cons_prim.csv`, also as `.pip`, `.del` and `.ff`.
//!
//! In: the primary file, and beside it `alt.csv` (aliases), `add.csv` (addresses) and the comments file (ends of long remarks).
//! Out: one entity a line, without dates of listing, which this format does not carry, and the ties that remarks state.

use super::file::{Content, ListFile, file_name};
use super::issues::ListIssues;
use super::links;
use super::ofac_lines::{Columns, part_held, read_lines};
use super::ofac_remarks::{FULL_REMARK, add_region, read_remarks};
use super::speaking_order::add_names_in_speaking_order;
use super::{Beginning, Format, quote_all};
use crate::error::{Error, Result};
use crate::model::listed_entity::{Designation, EntityKind, Known, ListedEntity, NameKind, Watchlist};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const PRIMARY_COLUMNS: Columns<12> = [
    ("ent_num", 10),
    ("SDN_Name", 350),
    ("SDN_Type", 12),
    ("Program", 50),
    ("Title", 200),
    ("Call_Sign", 8),
    ("Vess_type", 25),
    ("Tonnage", 14),
    ("GRT", 8),
    ("Vess_flag", 40),
    ("Vess_owner", 150),
    ("Remarks", 1000),
];
const ALIAS_COLUMNS: Columns<5> = [("ent_num", 10), ("alt_num", 10), ("alt_type", 8), ("alt_name", 350), ("alt_remarks", 200)];
const ADDRESS_COLUMNS: Columns<6> =
    [("ent_num", 10), ("add_num", 10), ("address", 750), ("city", 116), ("country", 250), ("add_remarks", 200)];
const COMMENT_COLUMNS: Columns<2> = [("ent_num", 10), ("comment", 1000)];

/// Ends of the names of primary files.
const EXTENSIONS: [&str; 4] = [".csv", ".pip", ".del", ".ff"];

/// A file beside the primary one, with what adds its lines to the entities.
type Part = (&'static str, fn(&mut Drafts, &Path, &str, &mut ListIssues) -> Result<()>);

const PARTS: [Part; 3] = [("alt", add_aliases), ("add", add_addresses), ("comments", add_comments)];

/// Entities by their number, with the remarks until these are complete.
type Drafts = BTreeMap<String, (ListedEntity, String)>;

pub(super) const FORMAT: Format = Format { name: "ofac-sdn", contents: &[Content::Text], fits, read };

/// The layout has no header; its nulls are like no other's.
fn fits(beginning: &Beginning) -> bool {
    EXTENSIONS.iter().any(|extension| beginning.name.ends_with(extension)) && fits_text(&beginning.text)
}

fn fits_text(text: &str) -> bool {
    let nulls = [",-0- ", "|-0- ", "@-0- ", "    -0- "];
    text.trim_start_matches(' ').starts_with(|first: char| first.is_ascii_digit()) && nulls.iter().any(|null| text.contains(null))
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let path = file.path.as_path();
    let text = file.text(issues);
    if let Some(part) = part_held(&text).filter(|_| fits_text(&text)) {
        return Err(Error::request(format!("`{}` holds the {part} of a list and not its names", path.display()))
            .hint("name the primary file, for example `sdn.csv`; those that belong to it are found beside it"));
    }
    let mut drafts = read_primary(path, &text, issues)?;
    let mut files_beside = Vec::new();
    for (what, add) in PARTS {
        if let Some((path, text)) = read_beside(path, what, issues)? {
            add(&mut drafts, &path, &text, issues)?;
            files_beside.push(path);
        }
    }
    let mut entities = Vec::with_capacity(drafts.len());
    let mut links = Vec::new();
    for (mut entity, remarks) in drafts.into_values() {
        read_remarks(&mut entity, &remarks, &mut links, issues);
        if entity.kind == EntityKind::Person {
            add_names_in_speaking_order(&mut entity);
        }
        entities.push(entity);
    }
    links::resolve(&mut links, &entities);
    Ok(Watchlist { entities, links, files_beside, ..Watchlist::default() })
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

/// Finds and reads a file that belongs to the primary one; its absence is an issue, except for comments: many editions have none.
fn read_beside(path: &Path, what: &str, issues: &mut ListIssues) -> Result<Option<(PathBuf, String)>> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let is_consolidated = file_name(path).to_ascii_lowercase().starts_with("cons_");
    let name = file_name(path).to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let extension = EXTENSIONS.into_iter().find(|extension| plain.ends_with(extension)).unwrap_or(".csv");
    let wanted = if is_consolidated { format!("cons_{what}{extension}") } else { format!("{what}{extension}") };
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|source| Error::file(folder, "list", source))? {
        let entry = entry.map_err(|source| Error::file(folder, "list", source))?;
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        let plain = name.strip_suffix(".gz").unwrap_or(&name);
        let fits = if what == "comments" {
            plain.ends_with(extension) && plain.contains("comments") && plain.starts_with("cons_") == is_consolidated
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
