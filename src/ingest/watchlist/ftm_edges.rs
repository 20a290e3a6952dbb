//! Edges of FollowTheMoney: who owns, leads or is tied to whom, and who lists whom.

use super::issues::ListIssues;
use super::json::{self, Object};
use crate::model::date::Day;
use crate::model::listed_entity::{Designation, Known, Link, ListedEntity, Ownership, Watchlist};
use crate::model::share::Share;
use std::collections::BTreeMap;

/// Schemata of edges with the properties of their two ends and of the words for the tie.
const EDGES: [(&str, &str, &str, &str); 9] = [
    ("Ownership", "owner", "asset", "role"),
    ("Directorship", "director", "organization", "role"),
    ("Membership", "member", "organization", "role"),
    ("Employment", "employee", "employer", "role"),
    ("Representation", "agent", "client", "role"),
    ("UnknownLink", "subject", "object", "role"),
    ("Family", "person", "relative", "relationship"),
    ("Associate", "person", "associate", "relationship"),
    ("Succession", "predecessor", "successor", "role"),
];

/// An edge, until all entities are known.
pub(super) enum Edge {
    Sanction { entity_ids: Vec<String>, act: Designation },
    Ownership { owner_ids: Vec<String>, owned_ids: Vec<String>, share: Option<Share>, from: Known, to: Known },
    Link { schema: String, from_ids: Vec<String>, to_ids: Vec<String>, words: String },
}

/// Returns the edge that an object of a schema is, `None` for a schema that is none.
pub(super) fn read(schema: &str, properties: &Object, issues: &mut ListIssues) -> Option<Edge> {
    let mut texts = |property: &str| -> Vec<String> {
        json::texts(properties, property, issues).into_iter().map(std::borrow::Cow::into_owned).collect()
    };
    if schema == "Sanction" {
        let (entity_ids, authorities) = (texts("entity"), texts("authority"));
        let programs = [texts("program"), texts("programId")].into_iter().find(|programs| !programs.is_empty());
        let listed = [texts("listingDate"), texts("startDate")].into_iter().find(|days| !days.is_empty());
        let ended = texts("endDate");
        let act = Designation {
            authority: authorities.into_iter().next().unwrap_or_default(),
            programs: programs.unwrap_or_default(),
            listed_on: first_day(&listed.unwrap_or_default(), issues).unwrap_or(Known::Unknown),
            delisted_on: last_day(&ended, issues).unwrap_or(Known::Open),
        };
        return Some(Edge::Sanction { entity_ids, act });
    }
    let (_, from, to, words) = EDGES.into_iter().find(|(known, ..)| *known == schema)?;
    let (from_ids, to_ids) = (texts(from), texts(to));
    if schema == "Ownership" {
        let (shares, starts, ends) = (texts("percentage"), texts("startDate"), texts("endDate"));
        return Some(Edge::Ownership {
            owner_ids: from_ids,
            owned_ids: to_ids,
            share: share_of(&shares, issues),
            from: first_day(&starts, issues).unwrap_or(Known::Open),
            to: last_day(&ends, issues).unwrap_or(Known::Open),
        });
    }
    let words = texts(words).into_iter().next().unwrap_or_default();
    Some(Edge::Link { schema: schema.to_owned(), from_ids, to_ids, words })
}

/// Adds the edges to the list and to its entities.
pub(super) fn add(
    list: &mut Watchlist,
    edges: Vec<Edge>,
    entities: &mut BTreeMap<String, ListedEntity>,
    issues: &mut ListIssues,
) {
    let mut has_acts: BTreeMap<String, Vec<Designation>> = BTreeMap::new();
    for edge in edges {
        match edge {
            Edge::Sanction { entity_ids, act } => {
                for id in entity_ids {
                    match entities.contains_key(&id) {
                        true => has_acts.entry(id).or_default().push(act.clone()),
                        false => issues.add("Sanction of an entity that the file does not hold, not used"),
                    }
                }
            }
            Edge::Ownership { owner_ids, owned_ids, share, from, to } => {
                for (owner_id, owned_id) in pairs("Ownership", &owner_ids, &owned_ids, entities, issues) {
                    let source = "FollowTheMoney Ownership".to_owned();
                    list.ownerships.push(Ownership { owner_id, owned_id, share, from, to, source });
                }
            }
            Edge::Link { schema, from_ids, to_ids, words } => {
                for (from_id, to_id) in pairs(&schema, &from_ids, &to_ids, entities, issues) {
                    let kind = if words.is_empty() { schema.clone() } else { format!("{schema}: {words}") };
                    let to_name = entities[&to_id].primary_name().to_owned();
                    let source = format!("FollowTheMoney {schema}");
                    list.links.push(Link { from_id, kind, to_name, to_id: Some(to_id), source });
                }
            }
        }
    }
    // The topic `sanction` says no more than that there is an act; the acts themselves say who and when.
    for (id, mut acts) in has_acts {
        if let Some(entity) = entities.get_mut(&id) {
            acts.sort_by(|one, other| (&one.authority, day_of(one.listed_on)).cmp(&(&other.authority, day_of(other.listed_on))));
            entity.designations.clear();
            acts.into_iter().for_each(|act| super::joining::add_designation(entity, act));
        }
    }
    list.ownerships.sort_by(|one, other| key_of(one).cmp(&key_of(other)));
    list.links.sort();
}

fn key_of(edge: &Ownership) -> (&str, &str, Option<Day>, Option<Day>) {
    (&edge.owned_id, &edge.owner_id, day_of(edge.from), day_of(edge.to))
}

/// Returns each pair of ends that the file holds; an edge with none is an issue.
fn pairs(
    schema: &str,
    from: &[String],
    to: &[String],
    entities: &BTreeMap<String, ListedEntity>,
    issues: &mut ListIssues,
) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for from_id in from {
        for to_id in to {
            if from_id == to_id {
                issues.add(format!("{schema} of an entity with itself, not used"));
            } else if entities.contains_key(from_id) && entities.contains_key(to_id) {
                pairs.push((from_id.clone(), to_id.clone()));
            } else {
                issues.add(format!("{schema} with an entity that the file does not hold, not used"));
            }
        }
    }
    if from.is_empty() || to.is_empty() {
        issues.add(format!("{schema} with one end, not used"));
    }
    pairs
}

/// Returns the share that a text states: `50`, `51 %`, `12,5`; a span such as `25-50` or several shares are an issue and no share.
fn share_of(texts: &[String], issues: &mut ListIssues) -> Option<Share> {
    let [text] = texts else {
        if !texts.is_empty() {
            issues.add("several shares of one Ownership, none taken");
        }
        return None;
    };
    let share = Share::parse(text);
    if share.is_none() {
        issues.add(format!("share `{text}` not understood, taken as not stated"));
    }
    share
}

fn first_day(texts: &[String], issues: &mut ListIssues) -> Option<Known> {
    let days = days_of(texts, issues);
    days.iter().copied().filter_map(day_of).min().map(Known::On).or(days.first().copied())
}

fn last_day(texts: &[String], issues: &mut ListIssues) -> Option<Known> {
    let days = days_of(texts, issues);
    days.iter().copied().filter_map(day_of).max().map(Known::On).or(days.first().copied())
}

/// Reads days; a year or a month alone is none, and is an issue.
fn days_of(texts: &[String], issues: &mut ListIssues) -> Vec<Known> {
    texts.iter().map(|text| super::days::listed_on(text, &["%Y-%m-%d"], issues)).collect()
}

fn day_of(known: Known) -> Option<Day> {
    match known {
        Known::On(day) => Some(day),
        Known::Open | Known::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_or_left_open() {
        let share = |texts: &[&str]| {
            let mut issues = ListIssues::default();
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            (share_of(&texts, &mut issues), issues.into_vec().len())
        };
        let cases: [(&[&str], Option<f64>, usize); 9] = [
            (&["100"], Some(100.0), 0),
            (&["49.99"], Some(49.99), 0),
            (&["12,5 %"], Some(12.5), 0),
            (&["0"], Some(0.0), 0),
            (&[], None, 0),
            (&["25-50"], None, 1),
            (&["more than 25"], None, 1),
            (&["120"], None, 1),
            (&["50", "25"], None, 1),
        ];
        for (texts, expected, n_issues) in cases {
            assert_eq!(share(texts), (expected.and_then(Share::of_percent), n_issues), "{texts:?}");
        }
    }
}
