//! The register of sanctions of the National Security and Defense Council of Ukraine, as XLSX: a sheet of persons and one of companies.
//!
//! In: a row for each point of a decree. Out: an entity for each, since a name may stand in several decrees with different terms: its
//! listing begins on the day of the decree and ends with the term. Numbers stand behind Ukrainian labels (ІПН, ОДРН, ЄДРПОУ, КПП).

use super::company_numbers::{Unlabeled, add_numbers};
use super::file::ListFile;
use super::issues::ListIssues;
use super::joining::{Drafts, entity_of, finish};
use super::layouts::TABLES;
use super::nationality::add_nationalities;
use super::table::{Record, Table};
use super::{Beginning, Format, days};
use crate::error::{Error, Result};
use crate::model::listed_entity::{Designation, EntityKind, Known, ListedEntity, NameKind, Watchlist};
use crate::names::identifiers::IdentifierKind;

const WANTED: [&str; 5] = ["№ указу", "Дата указу", "п/н", "Назва укр.", "Назва ориг."];
const USED: [&str; 9] = [
    "Дія щодо об'єкту санкцій",
    "Дата закінчення обмеження",
    "Назва альт.",
    "Громадянство",
    "ОКПО/ЄДРПОУ",
    "ІПН",
    "Місце діяльності",
    "Місце діяльності додатково",
    "Додатково",
];
/// Left out on purpose: the number of a row, the measures, and what only persons have.
const IGNORED: [&str; 9] = [
    "row",
    "Зміни",
    "Тип обмеження",
    "Термін обмеження",
    "Дата народження",
    "Місце народження",
    "Зайнятість",
    "Місце проживання",
    "Відповідальний орган",
];
const DAYS: [&str; 3] = ["%Y-%m-%d", "%d.%m.%Y", days::SERIAL];

pub(super) const FORMAT: Format = Format { name: "ua-nsdc", contents: &TABLES, fits, read };

fn fits(beginning: &Beginning) -> bool {
    beginning.has_columns(&WANTED)
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let tables = Table::read_all(file, &WANTED, issues)?;
    let mut drafts = Drafts::new();
    for table in &tables {
        table.check_columns(WANTED.into_iter().chain(USED).chain(IGNORED), issues);
        let is_of_persons = table.header.iter().any(|column| column == "Дата народження");
        for record in table.records() {
            let (decree, point) = (record.text("№ указу"), record.text("п/н"));
            if decree.is_empty() || point.is_empty() {
                issues.add("row without a decree or point, left out");
                continue;
            }
            let id = format!("{decree}/{}{point}", if is_of_persons { "person-" } else { "" });
            if drafts.contains_key(&id) {
                return Err(Error::request(format!("`{}` lists the entity `{id}` twice", file.path.display()))
                    .detail(format!("row {}", record.line()))
                    .hint("two editions may have been joined; give each a file of its own"));
            }
            let kind = if is_of_persons { EntityKind::Person } else { EntityKind::Company };
            let entity = entity_of(&mut drafts, &id);
            entity.kind = kind;
            read_row(entity, record, issues);
        }
    }
    Ok(Watchlist { entities: finish(drafts, issues), ..Watchlist::default() })
}

fn read_row(entity: &mut ListedEntity, record: Record<'_>, issues: &mut ListIssues) {
    entity.add_name(record.text("Назва укр."), NameKind::Primary);
    entity.add_name(record.text("Назва ориг."), NameKind::OriginalScript);
    entity.add_name(record.text("Назва альт."), NameKind::StrongAlias);
    add_nationalities(entity, record.text("Громадянство"), "Громадянство", issues);
    if entity.kind != EntityKind::Person {
        for column in ["ОКПО/ЄДРПОУ", "ІПН"] {
            add_numbers(entity, record.text(column), Unlabeled::Of(IdentifierKind::Registration), issues);
        }
        add_numbers(entity, record.text("Додатково"), Unlabeled::Ignored, issues);
    }
    for column in ["Місце діяльності", "Місце діяльності додатково"] {
        entity.add_address(record.text(column));
    }
    if entity.names.is_empty()
        && let Some(number) = entity.identifiers.first().map(|number| number.text.clone())
    {
        issues.add("entry without a name, called by its number");
        entity.add_name(&number, NameKind::Primary);
    }
    let action = record.text("Дія щодо об'єкту санкцій");
    if !action.is_empty() && action != "застосування" {
        issues.add(format!("action `{action}` not known, read as a listing"));
    }
    let mut delisted_on = days::delisted_on(record.text("Дата закінчення обмеження"), &DAYS, issues);
    if record.text("Додатково").contains("Скасовано Указом") {
        issues.add("canceled by a later decree, day of delisting unknown");
        delisted_on = Known::Unknown;
    }
    entity.designations.push(Designation {
        programs: vec![record.text("№ указу").to_owned()],
        listed_on: days::listed_on(record.text("Дата указу"), &DAYS, issues),
        delisted_on,
        ..Designation::default()
    });
}
