//! `targets.simple.csv` of OpenSanctions: one row an entity, of any of its datasets.
//!
//! In: rows whose cells hold several values between `;`, with line ends inside. Out: entities, each listed in the datasets that the row
//! names. The file does not say since when: `first_seen` is the day on which its makers saw an entity first. Columns are found by name,
//! since `program_ids` came later.

use super::company_numbers::{Unlabeled, add_numbers};
use super::file::{Content, ListFile};
use super::issues::{ListIssues, add_country};
use super::joining::{Drafts, entity_of, finish, split_at};
use super::table::{Record, Table};
use super::{Beginning, Format};
use crate::error::{Error, Result};
use crate::model::listed_entity::{Designation, EntityKind, Known, ListedEntity, NameKind, Watchlist};
use crate::names::identifiers::IdentifierKind;

const WANTED: [&str; 7] = ["id", "schema", "name", "aliases", "countries", "identifiers", "dataset"];
const USED: [&str; 2] = ["addresses", "program_ids"];
/// Left out on purpose. `sanctions` holds reasons and programs in words, without a form.
const IGNORED: [&str; 7] = ["birth_date", "sanctions", "phones", "emails", "first_seen", "last_seen", "last_change"];
const BETWEEN: [&str; 1] = [";"];

pub(super) const FORMAT: Format = Format { name: "opensanctions", contents: &[Content::Text], fits, read };

fn fits(beginning: &Beginning) -> bool {
    beginning.has_columns(&WANTED)
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let table = Table::read(file, &WANTED, issues)?;
    table.check_columns(WANTED.into_iter().chain(USED).chain(IGNORED), issues);
    let mut drafts = Drafts::new();
    for record in table.records() {
        let id = record.text("id");
        if id.is_empty() || drafts.contains_key(id) {
            let what = if id.is_empty() { "has no `id`".to_owned() } else { format!("lists the entity `{id}` twice") };
            return Err(Error::request(format!("`{}` {what} in line {}", file.path.display(), record.line())));
        }
        read_row(entity_of(&mut drafts, id), record, issues);
    }
    Ok(Watchlist { entities: finish(drafts, issues), ..Watchlist::default() })
}

fn read_row(entity: &mut ListedEntity, record: Record<'_>, issues: &mut ListIssues) {
    entity.kind = match record.text("schema") {
        "Person" => EntityKind::Person,
        "Company" | "LegalEntity" | "Organization" | "PublicBody" => EntityKind::Company,
        "Vessel" => EntityKind::Vessel,
        "Airplane" => EntityKind::Aircraft,
        "CryptoWallet" | "Security" | "Asset" | "Thing" | "Vehicle" => EntityKind::Unknown,
        other => {
            issues.add(format!("type `{other}` not known"));
            EntityKind::Unknown
        }
    };
    entity.add_name(record.text("name"), NameKind::Primary);
    for alias in split_at(record.text("aliases"), &BETWEEN) {
        entity.add_name(alias, NameKind::StrongAlias);
    }
    for country in split_at(record.text("countries"), &BETWEEN) {
        // The Soviet Union and other countries that are gone have codes of their own.
        if !matches!(country, "suhh" | "yucs" | "csxx" | "cshh" | "ddde" | "eu" | "zz" | "xx") {
            add_country(entity, country, "countries", issues);
        }
    }
    split_at(record.text("addresses"), &BETWEEN).into_iter().for_each(|address| entity.add_address(address));
    for number in split_at(record.text("identifiers"), &BETWEEN) {
        // Items of Wikidata stand among the numbers, and documents of persons, which no label tells apart.
        let is_item = number.strip_prefix('Q').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        if !is_item && entity.kind != EntityKind::Person {
            let kind = if number.starts_with("IMO") { IdentifierKind::Imo } else { IdentifierKind::Other };
            match number.strip_prefix("IMO") {
                Some(digits) => entity.add_identifier(digits, Some(kind)),
                None => add_numbers(entity, number, Unlabeled::Of(kind), issues),
            }
        }
    }
    let datasets = split_at(record.text("dataset"), &BETWEEN);
    let programs: Vec<String> = split_at(record.text("program_ids"), &BETWEEN).into_iter().map(str::to_owned).collect();
    for dataset in datasets {
        entity.designations.push(Designation {
            authority: dataset.to_owned(),
            programs: programs.clone(),
            listed_on: Known::Unknown,
            // Who is in the file was in the dataset when it was made.
            delisted_on: Known::Open,
        });
    }
}
