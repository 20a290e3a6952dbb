//! A user's own entities, groups and ownership in TOML.
//!
//! In: the text of the file. Out: entities, memberships and ownership with their dates. An unknown key is an error and names its
//! line, since a mistyped `delisted_on` that is ignored would change who counts as listed. An absent day leaves the side open; a
//! day that exists but is not known is written `"unknown"`.

use super::file::{Content, ListFile};
use super::issues::ListIssues;
use super::{Beginning, Format, quote_all};
use crate::error::{Error, Result, nearest};
use crate::model::country::CountryCode;
use crate::model::date::Day;
use crate::model::listed_entity::{
    Designation, EntityKind, EntityReference, Known, ListedEntity, Membership, NameKind, Ownership, Watchlist,
};
use crate::model::share::Share;
use crate::names::identifiers::{IdentifierKind, find_identifiers};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::path::Path;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnList {
    #[serde(rename = "title")]
    _title: Option<String>,
    as_of: Option<Spanned<StatedDay>>,
    #[serde(rename = "source")]
    _source: Option<String>,
    #[serde(default)]
    entities: Vec<EntityEntry>,
    #[serde(default)]
    groups: Vec<GroupEntry>,
    #[serde(default)]
    ownership: Vec<OwnershipEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntityEntry {
    id: Spanned<String>,
    name: Spanned<String>,
    #[serde(default)]
    kind: KindWord,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    weak_aliases: Vec<String>,
    #[serde(default)]
    former_names: Vec<String>,
    #[serde(default)]
    identifiers: Vec<String>,
    #[serde(default)]
    same_as: Vec<Spanned<String>>,
    #[serde(default)]
    countries: Vec<Spanned<String>>,
    #[serde(default)]
    addresses: Vec<String>,
    #[serde(default)]
    programs: Vec<String>,
    listed_on: Option<StatedDay>,
    delisted_on: Option<Spanned<StatedDay>>,
    /// Whether the entry rests on memory and not on its source.
    #[serde(default)]
    recalled: bool,
    #[serde(rename = "source")]
    _source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupEntry {
    name: Spanned<String>,
    #[serde(default)]
    source: String,
    #[serde(default)]
    members: Vec<MemberEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberEntry {
    id: Spanned<String>,
    from: Option<StatedDay>,
    to: Option<Spanned<StatedDay>>,
    /// Whether the membership rests on memory and not on its source.
    #[serde(default)]
    recalled: bool,
    source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnershipEntry {
    owner: Spanned<String>,
    owned: Spanned<String>,
    share: Option<Spanned<f64>>,
    from: Option<StatedDay>,
    to: Option<Spanned<StatedDay>>,
    #[serde(default)]
    source: String,
}

/// The kind of an entity as TOML files write it.
#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(super) enum KindWord {
    Company,
    Person,
    Vessel,
    Aircraft,
    #[default]
    Unknown,
}

impl From<KindWord> for EntityKind {
    fn from(word: KindWord) -> Self {
        match word {
            KindWord::Company => EntityKind::Company,
            KindWord::Person => EntityKind::Person,
            KindWord::Vessel => EntityKind::Vessel,
            KindWord::Aircraft => EntityKind::Aircraft,
            KindWord::Unknown => EntityKind::Unknown,
        }
    }
}

/// `2024-06-12`, with or without quotes, or `"unknown"`.
#[derive(Clone, Copy)]
struct StatedDay(Known);

impl<'de> Deserialize<'de> for StatedDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = match toml::Value::deserialize(deserializer)? {
            toml::Value::Datetime(date) => date.to_string(),
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        if text == "unknown" {
            return Ok(StatedDay(Known::Unknown));
        }
        match Day::parse_iso(&text) {
            Some(day) => Ok(StatedDay(Known::On(day))),
            None => Err(serde::de::Error::custom(format!("`{text}` is not a day such as `2024-06-12`, nor `\"unknown\"`"))),
        }
    }
}

pub(super) const FORMAT: Format = Format { name: "plimsoll", contents: &[Content::Text], fits, read };

fn fits(beginning: &Beginning) -> bool {
    beginning.name.ends_with(".toml") || beginning.text.lines().any(|line| line == "[[entities]]")
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let text = file.text(issues);
    let text = text.trim_start_matches('\u{feff}');
    let place = Place { path: &file.path, text };
    let list: OwnList = toml::from_str(text).map_err(|error| place.explain(&error))?;
    let as_of = match list.as_of {
        None => None,
        Some(stated) => match stated.get_ref().0 {
            Known::On(day) => Some(day),
            _ => return Err(place.error(stated.span().start, "the edition `as_of` must be a day")),
        },
    };
    let mut entities: BTreeMap<String, ListedEntity> = BTreeMap::new();
    for entry in list.entities {
        let at = entry.id.span().start;
        if entry.recalled {
            issues.add("entry that rests on memory (recalled)");
        }
        let entity = read_entity(&place, entry)?;
        let id = entity.entity_id.clone();
        if entities.insert(id.clone(), entity).is_some() {
            return Err(place.error(at, &format!("the entity `{id}` stands twice")));
        }
    }
    let find = |id: &Spanned<String>| -> Result<String> {
        if entities.contains_key(id.get_ref()) {
            return Ok(id.get_ref().clone());
        }
        let error = place.error(id.span().start, &format!("no entity has the id `{}`", id.get_ref()));
        Err(match nearest(id.get_ref(), entities.keys().map(String::as_str)) {
            Some(meant) => error.hint(format!("did you mean `{meant}`?")),
            None => error.hint("add it under `[[entities]]`"),
        })
    };

    let mut memberships = Vec::new();
    let mut group_names: Vec<String> = Vec::new();
    for group in list.groups {
        let name = place.require(&group.name, "a group has no name")?;
        if group_names.contains(&name) {
            return Err(place.error(group.name.span().start, &format!("the group `{name}` stands twice")));
        }
        for member in group.members {
            if member.recalled {
                issues.add(format!("member of `{name}` that rests on memory (recalled)"));
            }
            let (from, to) = place.interval(member.from, member.to)?;
            let source = member.source.unwrap_or_else(|| group.source.clone());
            memberships.push(Membership { group: name.clone(), entity_id: find(&member.id)?, from, to, source });
        }
        group_names.push(name);
    }

    let mut ownerships = Vec::new();
    for entry in list.ownership {
        let (owner_id, owned_id) = (find(&entry.owner)?, find(&entry.owned)?);
        if owner_id == owned_id {
            return Err(place.error(entry.owned.span().start, &format!("`{owner_id}` owns itself")));
        }
        let (from, to) = place.interval(entry.from, entry.to)?;
        let share = entry.share.map(|share| place.share(&share)).transpose()?;
        ownerships.push(Ownership { owner_id, owned_id, share, from, to, source: entry.source });
    }
    Ok(Watchlist { as_of, entities: entities.into_values().collect(), memberships, ownerships, ..Watchlist::default() })
}

fn read_entity(place: &Place<'_>, entry: EntityEntry) -> Result<ListedEntity> {
    let (listed_on, delisted_on) = place.interval(entry.listed_on, entry.delisted_on)?;
    let mut entity = ListedEntity {
        entity_id: place.require(&entry.id, "an entity has no id")?,
        kind: entry.kind.into(),
        ..ListedEntity::default()
    };
    // An entry without a program or a day is named by its user and listed by nobody.
    if !entry.programs.is_empty() || listed_on != Known::Open || delisted_on != Known::Open {
        let days = Designation { listed_on, delisted_on, ..Designation::default() };
        entity.designations.push(Designation { programs: entry.programs, ..days });
    }
    entity.add_name(&place.require(&entry.name, "an entity has no name")?, NameKind::Primary);
    entry.addresses.iter().for_each(|address| entity.add_address(address));
    for (names, kind) in [
        (&entry.aliases, NameKind::StrongAlias),
        (&entry.former_names, NameKind::FormerName),
        (&entry.weak_aliases, NameKind::WeakAlias),
    ] {
        names.iter().for_each(|name| entity.add_name(name, kind));
    }
    entry.identifiers.iter().for_each(|text| add_identifiers(&mut entity, text));
    for reference in &entry.same_as {
        let parsed = EntityReference::parse(reference.get_ref()).ok_or_else(|| {
            let message = format!("`{}` names no entry of another list", reference.get_ref());
            place.error(reference.span().start, &message).hint("write `LIST:ID`, such as `ofac-sdn:49446`")
        })?;
        entity.same_as.push(parsed);
    }
    for country in &entry.countries {
        match CountryCode::parse(country.get_ref()) {
            Some(code) => entity.add_country(code),
            None => {
                return Err(place
                    .error(country.span().start, &format!("the country `{}` is not known", country.get_ref()))
                    .hint("countries are written as two letters of ISO 3166-1, such as `CN`"));
            }
        }
    }
    Ok(entity)
}

/// Adds what stands in one text: a tax number with the code of its site (`INN/KPP 0323018510/032301001`), or one identifier.
fn add_identifiers(entity: &mut ListedEntity, text: &str) {
    let found = find_identifiers(text);
    if found.iter().any(|found| found.identifier.kind == IdentifierKind::Kpp) {
        found.iter().for_each(|found| entity.add_identifier(&found.identifier.text, Some(found.identifier.kind)));
    } else {
        entity.add_identifier(text, None);
    }
}

/// The file, to say where in it something stands.
pub(super) struct Place<'a> {
    pub path: &'a Path,
    pub text: &'a str,
}

impl Place<'_> {
    fn error(&self, at: usize, what: &str) -> Error {
        Error::request(format!("`{}`, line {}: {what}", self.path.display(), self.line(at)))
    }

    /// Returns the line of a byte, counted from 1.
    fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }

    fn require(&self, text: &Spanned<String>, what: &str) -> Result<String> {
        match text.get_ref().trim() {
            "" => Err(self.error(text.span().start, what)),
            stated => Ok(stated.to_owned()),
        }
    }

    fn share(&self, share: &Spanned<f64>) -> Result<Share> {
        Share::of_percent(*share.get_ref()).ok_or_else(|| {
            self.error(share.span().start, &format!("the share {} is not within 0 and 100 percent", share.get_ref()))
        })
    }

    /// Returns both ends of a span of days, which must not end before it begins.
    fn interval(&self, from: Option<StatedDay>, to: Option<Spanned<StatedDay>>) -> Result<(Known, Known)> {
        let at = to.as_ref().map_or(0, |to| to.span().start);
        let from = from.map_or(Known::Open, |from| from.0);
        let to = to.map_or(Known::Open, |to| to.get_ref().0);
        match (from, to) {
            (Known::On(first), Known::On(last)) if last < first => {
                Err(self.error(at, &format!("`{last}` lies before `{first}`, where it begins")))
            }
            _ => Ok((from, to)),
        }
    }

    /// Returns the error of the TOML parser with its line, and what a mistyped key may have meant.
    pub fn explain(&self, error: &toml::de::Error) -> Error {
        let at = error.span().map_or(0, |span| span.start);
        let message = error.message();
        // The parser says: unknown field `alises`, expected one of `id`, `name`, …
        let mut words = message.split('`').skip(1).step_by(2);
        for (start, what) in [("unknown field", "unknown key"), ("unknown variant", "unknown kind")] {
            if message.starts_with(start) {
                let unknown = words.next().unwrap_or("");
                let known: Vec<&str> = words.collect();
                let error =
                    self.error(at, &format!("{what} `{unknown}`")).detail(format!("known: {}", quote_all(known.iter().copied())));
                return match nearest(unknown, known) {
                    Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                    None => error,
                };
            }
        }
        let plain = message.strip_prefix("missing field").map_or(message.to_owned(), |rest| format!("missing key{rest}"));
        let explained = self.error(at, &plain.replace('\n', " "));
        if plain.contains("invalid type: integer") && plain.contains("string") {
            return explained.hint("codes and identifiers are text: put them between quotes, so that zeros in front stay");
        }
        explained
    }
}
