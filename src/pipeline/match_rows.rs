//! The rows of `matches.csv`: what a match says of a party, kept apart by what it is.
//!
//! In: matches of parties with entities, and how these stand to lists and groups. Out: a row a party and entity. *Listed*, *owned by
//! listed* and *in a group* are three statuses; a row has the first that fits, and shows the ways to all.

use crate::analyze::listing::Site;
use crate::analyze::ownership::{ListedEntry, Standings};
use crate::analyze::screen::Match;
use crate::model::date::Day;
use crate::model::listed_entity::{Known, ListedEntity};
use crate::model::party::{MatchRow, PartyRow};

/// Returns a row for each match.
pub fn match_rows(found: &[Match], parties: &[PartyRow<'_>], standings: &Standings<'_>) -> Vec<MatchRow> {
    found.iter().map(|found| match_row(found, &parties[found.party], standings)).collect()
}

fn match_row(found: &Match, party: &PartyRow<'_>, standings: &Standings<'_>) -> MatchRow {
    let listings = standings.listings;
    let watchlist = &listings.watchlists[found.watchlist];
    let entity = &watchlist.entities[found.entity];
    let history = &listings.histories[found.watchlist].entities[found.entity];
    let company = standings.companies.company(found.watchlist, found.entity);
    let entries: Vec<ListedEntry<'_>> = standings.listed_entries(company).collect();
    let entity_of = |entry: &ListedEntry<'_>| &listings.watchlists[entry.watchlist].entities[entry.entity];
    let site = Site::of_party(party.name, party.registration_id);

    let mut evidence = vec![found.evidence.clone()];
    if let Some((own, listed)) = site.other_site(entity) {
        evidence.push(format!("same company, other site (kpp {own}, listed {listed})"));
    }
    if entity.designations.is_empty()
        && let Some(entry) = entries.first()
    {
        let id = &listings.watchlists[entry.watchlist].id;
        evidence.push(format!("the same company is `{id}:{}`", entity_of(entry).entity_id));
    }
    let groups: Vec<_> = standings.group_paths(company).collect();
    let owners = standings.listed_owners(company);
    let is_other_site = |entry: &ListedEntry<'_>| site.other_site(entity_of(entry)).is_some();
    let status = if entries.iter().any(|entry| !is_other_site(entry)) {
        "listed"
    } else if !entries.is_empty() {
        "other_site"
    } else if owners.iter().any(|owner| owner.interval.is_known) {
        "owned_by_listed"
    } else if groups.iter().any(|group| group.rule.is_none() || group.interval.is_known) {
        "in_group"
    } else {
        "on_list"
    };
    let mut paths: Vec<&str> = groups.iter().map(|group| group.path.as_str()).collect();
    paths.extend(owners.iter().map(|owner| owner.path.as_str()));
    MatchRow {
        party_key: party.party_key,
        name: party.name.to_owned(),
        country_code: party.country.map_or(String::new(), |country| country.to_string()),
        registration_id: party.registration_id.to_owned(),
        entity_id: entity.entity_id.clone(),
        entity_name: entity.primary_name().to_owned(),
        listed_name: entity.names.get(found.listed_name).map_or(String::new(), |name| name.name.clone()),
        score: found.score,
        band: found.band.as_str(),
        evidence: evidence.join("; "),
        watchlist: watchlist.id.clone(),
        edition: shown(history.last_seen),
        status,
        listed_on: first_day(entity),
        delisted_on: print_known(entity.delisted_on()),
        group_path: paths.join("; "),
        role: party.roles.text(),
        first_seen: shown(history.first_seen),
        last_seen: shown(history.last_seen),
    }
}

/// Returns the first day of listing; one that the list does not speak of is not known either.
fn first_day(entity: &ListedEntity) -> String {
    match entity.listed_on() {
        Known::Open if !entity.designations.is_empty() => "unknown".to_owned(),
        known => print_known(known),
    }
}

fn shown(day: Option<Day>) -> String {
    day.map_or(String::new(), |day| day.to_string())
}

fn print_known(known: Known) -> String {
    match known {
        Known::Open => String::new(),
        Known::Unknown => "unknown".to_owned(),
        Known::On(day) => day.to_string(),
    }
}
