//! The files beside the records: list of groups, run file, README, answer key.
//!
//! In: the tables and declarations. Out: their texts. The run file and the README are templates with a few words to fill in;
//! the list of groups comes from the same table as the records, but holds only what an investigator would know before looking.

use std::fmt::Write;

use crate::generator::declaration::{Answer, Declaration};
use crate::generator::listed::{Bound, CONSIGNEES, Company, OWNERSHIP, PARENT_ID, SHIPPERS};

const RUN_FILE: &str = include_str!("poly-group.toml");
const README: &str = include_str!("readme.md");

/// How many there are of what, for the README.
pub struct Counts {
    first_records: usize,
    second_records: usize,
    declarations: usize,
    repeated: usize,
    decoys: usize,
    ambiguous: usize,
}

impl Counts {
    pub fn of(declarations: &[Declaration], first_records: usize, second_records: usize) -> Self {
        let of_kind = |is_kind: fn(Answer) -> bool| {
            declarations.iter().filter(|declaration| declaration.answer.is_some_and(is_kind)).count()
        };
        Counts {
            first_records,
            second_records,
            declarations: declarations.len(),
            repeated: declarations.iter().filter(|declaration| is_repeated(declaration)).count(),
            decoys: of_kind(|answer| matches!(answer, Answer::Decoy(_))),
            ambiguous: of_kind(|answer| matches!(answer, Answer::Ambiguous(_))),
        }
    }
}

fn is_repeated(declaration: &Declaration) -> bool {
    declaration.in_first && declaration.in_second
}

pub fn run_file(planted: usize) -> String {
    RUN_FILE.replace("{planted}", &planted.to_string())
}

/// The command in the README keeps its placeholders: whoever makes the data again fills them in.
pub fn readme(seed: u64, planted: usize, counts: &Counts) -> String {
    README
        .replace("{seed used}", &seed.to_string())
        .replace("{planted used}", &planted.to_string())
        .replace("{first records}", &counts.first_records.to_string())
        .replace("{second records}", &counts.second_records.to_string())
        .replace("{records}", &(counts.first_records + counts.second_records).to_string())
        .replace("{declarations}", &counts.declarations.to_string())
        .replace("{repeated}", &counts.repeated.to_string())
        .replace("{decoys}", &counts.decoys.to_string())
        .replace("{ambiguous}", &counts.ambiguous.to_string())
}

/// Returns one row a planted, decoy or ambiguous declaration, and one a repeat of a planted one in the second vendor's spelling.
pub fn answer_key(declarations: &[Declaration]) -> String {
    let mut rows = Vec::new();
    for declaration in declarations {
        let Some(answer) = declaration.answer else { continue };
        let (rank, kind, how, why_not) = match answer {
            Answer::Planted(how) => (0, "planted", how, ""),
            Answer::Decoy(why_not) => (1, "decoy", "", why_not),
            Answer::Ambiguous(why_not) => (2, "ambiguous", "", why_not),
        };
        let number = if declaration.in_first { declaration.number() } else { declaration.second_number() };
        let year = declaration.day.year();
        let notes = declaration.notes.join(" ");
        rows.push((rank, declaration.serial, 0, format!("{kind},{number},{year},{how},{why_not},{notes}")));
        if declaration.is_planted() && is_repeated(declaration) {
            let number = declaration.second_number();
            rows.push((1, declaration.serial, 1, format!("decoy,{number},{year},,repeated_by_second_vendor,")));
        }
    }
    rows.sort();
    let mut text = String::from("kind,declaration_id,year,how,why_not,notes\n");
    for (_, _, _, row) in rows {
        text.push_str(&row);
        text.push('\n');
    }
    text
}

/// Returns the list of groups in the format `plimsoll`.
pub fn groups() -> String {
    let mut text = String::from(GROUPS_HEAD);
    for company in SHIPPERS.iter().chain(CONSIGNEES) {
        push_entity(&mut text, company);
    }
    let groups = [("China Poly Group", GROUP_SOURCE, SHIPPERS), ("Russian defence companies", DEFENCE_SOURCE, CONSIGNEES)];
    for (name, source, members) in groups {
        push(&mut text, format_args!("\n[[groups]]\nname = {}\nsource = {}\n", quoted(name), quoted(source)));
        for member in members {
            push(&mut text, format_args!("\n[[groups.members]]\nid = {}\n", quoted(member.id)));
            push_bounds(&mut text, member.from, member.to);
            push(&mut text, format_args!("source = {}\n", quoted(member.source)));
        }
    }
    for &(owner, owned, share, from, to, source) in OWNERSHIP {
        push(&mut text, format_args!("\n[[ownership]]\nowner = {}\nowned = {}\n", quoted(owner), quoted(owned)));
        push(&mut text, format_args!("share = {share}\n"));
        push_bounds(&mut text, from, to);
        push(&mut text, format_args!("source = {}\n", quoted(source)));
    }
    text
}

const GROUP_SOURCE: &str = "https://c4ads.org/news/us-sanctions-poly-tech; further subsidiaries are synthetic";
const DEFENCE_SOURCE: &str = "companies named in public reporting on the trade; two more are synthetic";

const GROUPS_HEAD: &str = "\
# Groups for the synthetic sample. The companies that published findings name are real and carry the public source;
# those whose source is \"synthetic\" do not exist, and all records that name any of them are invented.
# Membership in a group says nothing about sanctions.

title = \"Groups of the sample data: partly synthetic\"
as_of = 2026-06-02
source = \"public sources named with each entry; synthetic where it says so\"

# The finding asks for subsidiaries: the parent owns, and is not a member.
[[entities]]
id = \"china-poly-group\"
name = \"China Poly Group Corporation Limited\"
kind = \"company\"
aliases = [\"中国保利集团有限公司\"]
countries = [\"CN\"]
source = \"https://freewechat.com/a/MzU0OTI0OTM5Nw==/2247488773/1\"
";

fn push_entity(text: &mut String, company: &Company) {
    debug_assert_ne!(company.id, PARENT_ID, "the parent stands in the head of the list");
    push(text, format_args!("\n[[entities]]\nid = {}\nname = {}\n", quoted(company.id), quoted(company.name)));
    text.push_str("kind = \"company\"\n");
    let identifier = company.identifier();
    let identifiers: Vec<&str> = identifier.as_deref().into_iter().collect();
    for (key, values) in [
        ("aliases", company.aliases),
        ("weak_aliases", company.weak_aliases),
        ("former_names", company.former_names),
        ("identifiers", identifiers.as_slice()),
        ("countries", &[company.country]),
    ] {
        if !values.is_empty() {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            push(text, format_args!("{key} = [{}]\n", values.join(", ")));
        }
    }
    let origin = if company.is_invented { "synthetic" } else { company.source };
    push(text, format_args!("source = {}\n", quoted(origin)));
}

fn push_bounds(text: &mut String, from: Bound, to: Bound) {
    for (key, bound) in [("from", from), ("to", to)] {
        match bound {
            Bound::Open => {}
            Bound::Unknown => push(text, format_args!("{key} = \"unknown\"\n")),
            Bound::On(year, month, day) => push(text, format_args!("{key} = {year:04}-{month:02}-{day:02}\n")),
        }
    }
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("writing to a text does not fail");
}

/// Returns a TOML string: literal where the text holds quotes.
fn quoted(text: &str) -> String {
    if text.contains('"') { format!("'{text}'") } else { format!("\"{text}\"") }
}
