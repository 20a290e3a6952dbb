//! The lists of the Japanese Ministry of Economy, Trade and Industry: organizations to which exports are banned, as text of a PDF file.
//!
//! In: a title with the number of the notice, then entries that are numbered from 1: the name in Japanese, in English with aliases on
//! lines of their own, and the address behind `所在地：`. Lines are wrapped anywhere, the number may be of full width and may stick to the
//! end of the entry before. Out: entities without days of listing: the notice says when it was made and changed, not who came when.

use super::file::{Content, ListFile};
use super::issues::ListIssues;
use super::{Beginning, Format, days};
use crate::error::{Error, Result};
use crate::model::country::CountryCode;
use crate::model::listed_entity::{Designation, EntityKind, Known, ListedEntity, NameKind, Watchlist};

const ADDRESS: &str = "所在地：";
/// So many numbers in a row may be missing because their entries were deleted.
const MAX_GAP: u32 = 20;
/// A Japanese name may begin with so many other letters: `V.P.チカロフ`. An address goes on with more.
const MAX_OTHER_LETTERS: usize = 16;

pub(super) const FORMAT: Format = Format { name: "jp-meti", contents: &[Content::Text], fits, read };

fn fits(beginning: &Beginning) -> bool {
    // The title is wrapped anywhere.
    let head: String = beginning.text.lines().take(Beginning::N_ROWS).flat_map(str::split_whitespace).collect();
    head.contains("外務省告示") && beginning.text.contains(ADDRESS)
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let text = narrow_digits(&file.text(issues));
    let entries = find_entries(&text, issues);
    let Some(first) = entries.first() else {
        return Err(Error::request(format!("`{}` holds no numbered entries", file.path.display()))
            .hint("is it the text of the PDF file, with its line ends?"));
    };
    let head = &text[..first.start];
    let program = notice_of(head);
    let as_of = head.lines().find_map(|line| line.split_once("最終更新日：")).and_then(|(_, day)| read_day(day));
    let mut entities = Vec::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        let end = entries.get(at + 1).map_or(text.len(), |next| next.start);
        let mut entity =
            ListedEntity { entity_id: entry.number.to_string(), kind: EntityKind::Company, ..ListedEntity::default() };
        read_entry(&mut entity, &text[entry.content..end], issues);
        if entity.names.is_empty() {
            issues.add("entry without a name, left out");
            continue;
        }
        entity.designations.push(Designation {
            programs: program.clone().into_iter().collect(),
            listed_on: Known::Unknown,
            ..Designation::default()
        });
        entities.push(entity);
    }
    Ok(Watchlist { as_of, entities, ..Watchlist::default() })
}

/// Returns a text with digits of full width as plain ones, and the mark before addresses as it mostly is.
fn narrow_digits(text: &str) -> String {
    let narrow = |letter: char| match letter {
        '０'..='９' => char::from(b'0' + (letter as u32 - '０' as u32) as u8),
        _ => letter,
    };
    let narrow: String = text.chars().map(narrow).collect();
    narrow.replace("所在地:", ADDRESS)
}

/// Where an entry begins, and its text behind the number.
struct Entry {
    number: u32,
    start: usize,
    content: usize,
}

/// Finds the entries by their numbers, which count up: at the start of a line, or behind the end of the entry before.
fn find_entries(text: &str, issues: &mut ListIssues) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut from = 0;
    let mut expected = 1;
    while let Some(entry) = (expected..=expected + MAX_GAP).find_map(|number| find_entry(text, from, number)) {
        if entry.number > expected {
            issues.add("number of an entry missing");
        }
        expected = entry.number + 1;
        from = entry.content;
        entries.push(entry);
    }
    entries
}

fn find_entry(text: &str, from: usize, number: u32) -> Option<Entry> {
    let digits = number.to_string();
    text[from..].match_indices(digits.as_str()).find_map(|(at, _)| {
        let start = from + at;
        let after = &text[start + digits.len()..];
        let content = after.strip_prefix([' ', '\u{3000}'])?;
        let before = text[..start].chars().next_back();
        let line = content.lines().next().unwrap_or("");
        // An address goes on with Latin letters, a name with Japanese ones. Within a line a number may begin an entry only where the one
        // before has come to its address.
        let is_place = match before {
            None | Some('\n') => true,
            Some(letter) => (letter.is_ascii_alphabetic() || letter == '.') && text[from..start].contains(ADDRESS),
        };
        let n_other = line.chars().take_while(|letter| !is_japanese(*letter)).count();
        (is_place && n_other < MAX_OTHER_LETTERS && n_other < line.chars().count()).then_some(Entry {
            number,
            start,
            content: text.len() - content.len(),
        })
    })
}

fn is_japanese(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{FF66}'..='\u{FF9D}')
}

/// Returns the notice in the brackets of the title: `令和四年外務省告示第八十二号`.
fn notice_of(head: &str) -> Option<String> {
    let joined: String = head.chars().filter(|letter| !letter.is_whitespace()).collect();
    let end = joined.find("外務省告示")?;
    let start = joined[..end].rfind(['（', '('])?;
    joined[start..].trim_start_matches(['（', '(']).split(['）', ')']).next().map(str::to_owned)
}

/// Reads `2025 年09 月12 日`.
fn read_day(text: &str) -> Option<crate::model::date::Day> {
    let plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    days::parse(plain.split_inclusive('日').next().unwrap_or(""), &["%Y年%m月%d日"])
}

fn read_entry(entity: &mut ListedEntity, text: &str, issues: &mut ListIssues) {
    let (names, address) = text.split_once(ADDRESS).unwrap_or((text, ""));
    let lines: Vec<&str> = names.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    // The Japanese name goes on as long as its brackets are open.
    let mut japanese = String::new();
    let mut n_japanese = 0;
    for line in &lines {
        let is_open = japanese.matches(['（', '(']).count() > japanese.matches(['）', ')']).count();
        if !is_open && !line.chars().any(is_japanese) {
            break;
        }
        japanese.push_str(line);
        n_japanese += 1;
    }
    add_english_names(entity, &lines[n_japanese..]);
    add_japanese_names(entity, &japanese);
    if let Some(first) = entity.names.first_mut() {
        first.kind = NameKind::Primary;
    }
    let address = address.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    if address.is_empty() {
        issues.add("entry without an address");
    }
    entity.add_address(&address);
    let country = address.trim_end_matches(['.', ' ']).rsplit([',', ';']).next().unwrap_or("").trim();
    if let Some(country) = CountryCode::parse(country) {
        entity.add_country(country);
    }
}

/// Adds the English name and the aliases, each of which begins a line with a dash.
fn add_english_names(entity: &mut ListedEntity, lines: &[&str]) {
    let mut names: Vec<String> = Vec::new();
    for line in lines {
        match line.strip_prefix(['-', '–', '—', '―', '・', '•']) {
            Some(alias) => names.push(alias.trim().to_owned()),
            None => match names.last_mut() {
                Some(name) => *name = format!("{name} {line}"),
                None => names.push((*line).to_owned()),
            },
        }
    }
    for name in names {
        // `…, a.k.a., the following two aliases:` ends the name.
        let name = name.split("a.k.a").next().unwrap_or("").trim().trim_end_matches(" and");
        let name = name.trim_end_matches([';', ',', '.', ':', ' ', '；', '，']);
        entity.add_name(name, NameKind::StrongAlias);
    }
}

/// Adds the Japanese name and, out of `（別称、…及び…）`, its aliases.
fn add_japanese_names(entity: &mut ListedEntity, text: &str) {
    let (name, aliases) = text.split_once("（別称、").unwrap_or((text, ""));
    entity.add_name(name.trim_end_matches('。'), NameKind::StrongAlias);
    let aliases = aliases.trim_end_matches(['。', ' ']).trim_end_matches('）');
    for alias in aliases.split('、').flat_map(|part| part.split("及び")) {
        entity.add_name(alias.trim(), NameKind::StrongAlias);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_entries_count_up_and_may_stick_to_the_entry_before() {
        let text = "題\n1 北\nNorth LLC\n所在地：5 Main Street, Minsk, Belarus.2 南（別称、\n西）\nSouth\n所在地：\n3 Hill Road, Minsk\n3 東\nEast";
        let mut issues = ListIssues::default();
        let numbers: Vec<u32> = find_entries(text, &mut issues).iter().map(|entry| entry.number).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert!(issues.into_vec().is_empty());
        assert_eq!(read_day("2025 年09 月12 日").map(|day| day.to_string()).as_deref(), Some("2025-09-12"));
    }
}
