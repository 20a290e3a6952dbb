//! The consolidated list of the Australian Department of Foreign Affairs and Trade, as XLS or XLSX.
//!
//! In: a row for each name; references 2, 2a and 2b are one entity. Out: entities with the first day of listing that the listing
//! information states in words. Where it names only an instrument the day is unknown: the control date is that of the last change.

use super::company_numbers::{Unlabeled, add_numbers};
use super::enumerated::split_enumerated;
use super::file::ListFile;
use super::issues::ListIssues;
use super::joining::{Drafts, add_designation, entity_of, finish, settle_kind};
use super::layouts::TABLES;
use super::nationality::add_nationalities;
use super::table::{Record, Table, fold};
use super::{Beginning, Format, days};
use crate::error::Result;
use crate::model::listed_entity::{Designation, EntityKind, Known, ListedEntity, NameKind, Watchlist};

const NAME: &str = "Name of Individual or Entity";
const WANTED: [&str; 5] = ["Reference", NAME, "Type", "Name Type", "Listing Information"];
const USED: [&str; 4] = ["Citizenship", "Address", "Additional Information", "Committees"];
/// Left out on purpose: what only persons have, and the day of the last change.
const IGNORED: [&str; 3] = ["Date of Birth", "Place of Birth", "Control Date"];

/// Texts that state nothing.
const MISSING: [&str; 4] = ["na", "unknown", "none", "nil"];

pub(super) const FORMAT: Format = Format { name: "au-dfat", contents: &TABLES, fits, read };

fn fits(beginning: &Beginning) -> bool {
    beginning.has_columns(&WANTED)
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let table = Table::read(file, &WANTED, issues)?;
    table.check_columns(WANTED.into_iter().chain(USED).chain(IGNORED), issues);
    let mut drafts = Drafts::new();
    for record in table.records() {
        let reference = record.text("Reference");
        let digits = reference.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            issues.add("row without a reference, left out");
            continue;
        }
        read_row(entity_of(&mut drafts, &reference[..digits]), record, issues);
    }
    Ok(Watchlist { entities: finish(drafts, issues), ..Watchlist::default() })
}

fn read_row(entity: &mut ListedEntity, record: Record<'_>, issues: &mut ListIssues) {
    let kind = match fold(record.text("Type")).as_str() {
        "individual" => EntityKind::Person,
        "entity" => EntityKind::Company,
        "vessel" => EntityKind::Vessel,
        _ => {
            issues.add(format!("type `{}` not known", record.text("Type")));
            EntityKind::Unknown
        }
    };
    settle_kind(entity, kind, issues);
    entity.add_name(record.text(NAME), name_kind(record.text("Name Type"), issues));
    add_nationalities(entity, stated(record, "Citizenship"), "Citizenship", issues);
    split_enumerated(stated(record, "Address"))
        .into_iter()
        .filter(|address| !is_missing(address))
        .for_each(|address| entity.add_address(address));
    if entity.kind != EntityKind::Person {
        add_numbers(entity, record.text("Additional Information"), Unlabeled::Ignored, issues);
    }
    // Further rows of an entity are further names of the same listing.
    if entity.designations.is_empty() {
        let programs = Some(record.text("Committees").to_owned()).filter(|program| !program.is_empty());
        let listed_on = listed_on(record.text("Listing Information"), issues);
        add_designation(entity, Designation { programs: programs.into_iter().collect(), listed_on, ..Designation::default() });
    }
}

fn stated<'a>(record: Record<'a>, column: &str) -> &'a str {
    let text = record.text(column);
    if is_missing(text) { "" } else { text }
}

fn is_missing(text: &str) -> bool {
    MISSING.contains(&fold(text).as_str())
}

fn name_kind(word: &str, issues: &mut ListIssues) -> NameKind {
    match fold(word).as_str() {
        "primaryname" => NameKind::Primary,
        "aka" => NameKind::StrongAlias,
        "originalscript" => NameKind::OriginalScript,
        "formerlyknownas" | "fka" | "previouslylistedas" => NameKind::FormerName,
        _ => {
            issues.add(format!("kind of name `{word}` not known, taken as a strong alias"));
            NameKind::StrongAlias
        }
    }
}

/// Returns the first day that the words speak of, if they speak of listing: later ones are of amendments and of listing again.
fn listed_on(text: &str, issues: &mut ListIssues) -> Known {
    let words: Vec<&str> =
        text.split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | '(' | ')' | ':' | ';')).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    for at in 0..words.len() {
        let before = words[..at].iter().rev().take(8).map(|word| word.to_ascii_lowercase());
        let is_later =
            before.clone().any(|word| matches!(word.as_str(), "last" | "amended" | "relisted" | "re-listed" | "ended"));
        if let Some(day) = day_at(&words[at..]) {
            if is_later {
                break;
            }
            return Known::On(day);
        }
    }
    issues.add(if text.is_empty() {
        "listing information is empty, day unknown"
    } else {
        "listing information without a day of first listing, day unknown"
    });
    Known::Unknown
}

/// Returns the day that stands at the front of some words: `25 January 2001`, `3 Sep. 2002`, `16/09/2022`.
fn day_at(words: &[&str]) -> Option<crate::model::date::Day> {
    if let Some(day) = days::parse(words[0].trim_end_matches('.'), &["%d/%m/%Y"]) {
        return Some(day);
    }
    let [day, month, year, ..] = words else { return None };
    let month = month.trim_end_matches('.');
    let month = if month.eq_ignore_ascii_case("sept") { "Sep" } else { month };
    let day = day.trim_start_matches("on");
    let year: String = year.chars().take_while(char::is_ascii_digit).collect();
    days::parse(&format!("{day} {month} {year}"), &["%d %B %Y", "%d %b %Y"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_day_of_listing_is_found_in_words() {
        let cases = [
            ("Listed by UN 1267 Committee on 25 January 2001 (amended on 20 December 2005, 9 July 2007)", "2001-01-25"),
            ("Listed on 3 Sep. 2002 (amended on 12 Apr. 2006)", "2002-09-03"),
            ("Listed on: 2 Mar. 2016 ", "2016-03-02"),
            ("26 Feb. 2021", "2021-02-26"),
            (
                "Designated under the Autonomous Sanctions Regulations 2011 on 2 March 2012. Relisted on 12 January 2024.",
                "2012-03-02",
            ),
            ("Listed by the UN 1267 and 1989 Committee on 15 September 2011. (amended on 24 Nov. 2020)", "2011-09-15"),
            ("Instrument of first listing: Charter of the United Nations List 2001. Last listed on: 16/09/2022", ""),
            ("Autonomous Sanctions (Russia and Ukraine) Amendment (No. 14) Instrument 2022", ""),
            ("", ""),
        ];
        for (text, expected) in cases {
            let mut issues = ListIssues::default();
            let found = match listed_on(text, &mut issues) {
                Known::On(day) => day.to_string(),
                _ => String::new(),
            };
            assert_eq!(found, expected, "{text}");
            assert_eq!(issues.into_vec().is_empty(), !expected.is_empty(), "{text}");
        }
    }
}
