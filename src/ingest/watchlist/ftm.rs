//! FollowTheMoney objects, one JSON object a line: `entities.ftm.json`, `targets.nested.json`, and deltas of `{op, entity}`.
//!
//! In: the lines, in any order: edges may come before what they tie. Out: entities of the schemata that can be listed, with designations
//! from Sanction, ownership with share and days from Ownership, and links from the other edges. In `targets.nested.json` objects
//! stand within each other; they are taken apart. An object that comes twice is joined: publishers write one in pieces.
//! An edge to an entity that the file does not hold is an issue: the other end stays unknown.

use super::file::{Content, ListFile};
use super::ftm_edges::{self, Edge};
use super::ftm_entity::{Properties, read_properties};
use super::issues::ListIssues;
use super::joining::{add_designation, join_filled, put_primary_first, settle_kind};
use super::json::{self, Object};
use super::meanings::{self, Meanings};
use super::speaking_order::add_names_in_speaking_order;
use super::{Beginning, Format, identifiers};
use crate::error::{Error, Result};
use crate::model::listed_entity::{EntityKind, ListedEntity, Watchlist};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Schemata with their meaning.
const SCHEMATA: &str = include_str!("../../reference/watchlists/ftm_schemata.csv");

/// Keys of an object; those but the first four say how it came into its data set.
const KNOWN: &[&str] =
    &["id", "schema", "properties", "caption", "referents", "datasets", "first_seen", "last_seen", "last_change", "target"];

pub(super) const FORMAT: Format = Format { name: "ftm", contents: &[Content::Json], fits, read };

fn fits(beginning: &Beginning) -> bool {
    json::begins_with_keys(beginning, '{', &["id", "schema", "properties"])
}

/// What the lines hold, until all are read.
#[derive(Default)]
struct Graph {
    entities: BTreeMap<String, ListedEntity>,
    /// The ids of the addresses of an entity.
    addresses_of: BTreeMap<String, Vec<String>>,
    addresses: BTreeMap<String, String>,
    /// Holders of identifications with their numbers.
    identifications: Vec<(String, String)>,
    edges: Vec<Edge>,
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let mut graph = Graph::default();
    let mut found = ListIssues::default();
    json::each_line(file, issues, &mut |object, place| {
        take_line(object, &format!("{place} of `{}`", file.path.display()), &mut graph, &mut found)
    })?;
    issues.append(found);
    for (entity_id, addresses) in std::mem::take(&mut graph.addresses_of) {
        for address in addresses {
            match (graph.entities.get_mut(&entity_id), graph.addresses.get(&address)) {
                (Some(entity), Some(address)) => entity.add_address(address),
                _ => issues.add("address that the file does not hold"),
            }
        }
    }
    for (holder, number) in std::mem::take(&mut graph.identifications) {
        match graph.entities.get_mut(&holder) {
            Some(entity) if entity.kind == EntityKind::Person => {}
            Some(entity) => identifiers::add_stated(entity, &number, None, issues),
            None => issues.add("identification of an entity that the file does not hold, not used"),
        }
    }
    let mut list = Watchlist::default();
    ftm_edges::add(&mut list, graph.edges, &mut graph.entities, issues);
    for entity in graph.entities.into_values() {
        if entity.names.is_empty() {
            issues.add("entry without a name, left out");
        } else {
            list.entities.push(entity);
        }
    }
    Ok(list)
}

/// Takes an object, or the change of one.
fn take_line(mut object: Object, place: &str, graph: &mut Graph, issues: &mut ListIssues) -> Result<()> {
    if let (Some(op), Some(Value::Object(_))) = (object.get("op").and_then(Value::as_str), object.get("entity")) {
        issues.add("line of a delta: the file holds what changed and not the whole list");
        if op == "DEL" {
            issues.add("entity that the delta deletes, left out");
            return Ok(());
        }
        if let Some(Value::Object(entity)) = object.remove("entity") {
            return take(entity, place, graph, issues);
        }
    }
    take(object, place, graph, issues)
}

fn take(mut object: Object, place: &str, graph: &mut Graph, issues: &mut ListIssues) -> Result<()> {
    let id = json::text(&object, "id", issues).into_owned();
    let schema = json::text(&object, "schema", issues).into_owned();
    let Some(Value::Object(properties)) = object.remove("properties") else {
        return Err(no_object(place, "has no `properties`"));
    };
    if id.is_empty() || schema.is_empty() {
        return Err(no_object(place, "has no `id` or no `schema`"));
    }
    json::report_unknown(&object, "an object", KNOWN, issues);
    let mut properties = Properties { object: properties, nested: Vec::new() };
    take_nested(&mut properties, place, graph, issues)?;
    match (meaning_of(&schema), schema.as_str()) {
        (Some("ignored"), _) => {}
        (Some(kind), _) => {
            let caption = json::text(&object, "caption", issues).into_owned();
            take_entity(id, kind, &caption, &properties, graph, issues);
        }
        (None, "Address") => {
            let address = address_of(&properties.object, issues);
            graph.addresses.insert(id, address);
        }
        (None, "Identification") => {
            let numbers: Vec<String> = json::texts(&properties.object, "number", issues).into_iter().map(Into::into).collect();
            for holder in json::texts(&properties.object, "holder", issues) {
                graph.identifications.extend(numbers.iter().map(|number| (holder.to_string(), number.clone())));
            }
        }
        (None, _) => match ftm_edges::read(&schema, &properties.object, issues) {
            Some(edge) => graph.edges.push(edge),
            None => issues.add(format!("schema `{schema}` not known, not used")),
        },
    }
    Ok(())
}

/// Returns an address as it is written in full, else its parts.
fn address_of(properties: &Object, issues: &mut ListIssues) -> String {
    let full = json::text(properties, "full", issues);
    if !full.is_empty() {
        return full.into_owned();
    }
    let parts = ["street", "city", "region", "postalCode", "country"].map(|part| json::text(properties, part, issues));
    join_filled(parts.iter().map(AsRef::as_ref))
}

fn no_object(place: &str, what: &str) -> Error {
    Error::request(format!("{place} {what}")).hint("a FollowTheMoney object has `id`, `schema` and `properties`")
}

/// Takes the objects that stand in properties, and leaves their ids in their place.
fn take_nested(properties: &mut Properties, place: &str, graph: &mut Graph, issues: &mut ListIssues) -> Result<()> {
    for (property, value) in &mut properties.object {
        for value in value.as_array_mut().into_iter().flatten() {
            if let Value::Object(nested) = value
                && nested.contains_key("schema")
                && nested.contains_key("properties")
            {
                let nested = std::mem::take(nested);
                *value = nested.get("id").cloned().unwrap_or(Value::Null);
                properties.nested.push(property.clone());
                take(nested, place, graph, issues)?;
            }
        }
    }
    Ok(())
}

fn take_entity(id: String, kind: &str, caption: &str, properties: &Properties, graph: &mut Graph, issues: &mut ListIssues) {
    let kind = match kind {
        "company" => EntityKind::Company,
        "person" => EntityKind::Person,
        "vessel" => EntityKind::Vessel,
        "aircraft" => EntityKind::Aircraft,
        _ => EntityKind::Unknown,
    };
    let mut entity = ListedEntity { entity_id: id.clone(), kind, ..ListedEntity::default() };
    let addresses = read_properties(&mut entity, caption, properties, issues);
    if kind == EntityKind::Person {
        add_names_in_speaking_order(&mut entity);
    }
    graph.addresses_of.entry(id.clone()).or_default().extend(addresses);
    match graph.entities.get_mut(&id) {
        Some(known) => join(known, entity, issues),
        None => {
            graph.entities.insert(id, entity);
        }
    }
}

/// Adds what a further object of the same id says.
fn join(known: &mut ListedEntity, other: ListedEntity, issues: &mut ListIssues) {
    if *known == other {
        issues.add("entity listed twice with the same words, taken once");
        return;
    }
    issues.add("entity in several objects, taken together");
    settle_kind(known, other.kind, issues);
    other.names.iter().for_each(|name| known.add_name(&name.name, name.kind));
    put_primary_first(known);
    other.identifiers.iter().for_each(|identifier| known.add_identifier(&identifier.text, Some(identifier.kind)));
    other.countries.into_iter().for_each(|country| known.add_country(country));
    other.addresses.iter().for_each(|address| known.add_address(address));
    other.designations.into_iter().for_each(|act| add_designation(known, act));
}

fn meaning_of(schema: &str) -> Option<&'static str> {
    static TABLE: OnceLock<Meanings> = OnceLock::new();
    TABLE.get_or_init(|| meanings::read(SCHEMATA)).get(schema).copied()
}
