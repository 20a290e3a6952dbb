//! Screening: which parties of the trade may be entities of the watchlists.
//!
//! In: distinct parties and watchlists. Out: matches, each scored with its evidence.
//! An equal identifier needs no name, and two different valid ones outweigh any likeness of names. A country may order candidates but
//! never makes a strong match of a weaker one.

mod party_kinds;

pub use party_kinds::{KnownKind, party_kind};

use crate::error::{Error, Result};
use crate::model::country::CountryCode;
use crate::model::listed_entity::{EntityKind, ListedEntity, ListedName, NameKind, Watchlist};
use crate::names::alignment::compare_names;
use crate::names::identifiers::{Identifier, IdentifierKind, find_identifiers, normalize_identifier, recognize};
use crate::names::index::{Candidate, NameIndex};
use crate::names::name::{Name, Role};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// A party as screening sees it. Texts are empty where the records say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScreenedParty<'a> {
    pub name: &'a str,
    pub country: Option<CountryCode>,
    pub registration_id: &'a str,
    pub address: &'a str,
}

/// How much of a person's time a match deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// 850 and more.
    Strong,
    /// 740 to 849: fewer than one unrelated name in a hundred gets here.
    Review,
    /// Below 740, down to the floor that was asked for; 670 by default.
    Weak,
}

impl Band {
    pub fn of(score: u16) -> Band {
        match score {
            STRONG.. => Band::Strong,
            REVIEW.. => Band::Review,
            _ => Band::Weak,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Band::Strong => "strong",
            Band::Review => "review",
            Band::Weak => "weak",
        }
    }
}

pub const STRONG: u16 = 850;
pub const REVIEW: u16 = 740;
/// The lowest score worth showing.
pub const WEAK: u16 = 670;

/// What the score becomes for reasons beyond the name. Only the name score was measured (`docs/methods/screening.md`); these are set with care.
mod rule {
    /// Two names of one country: a little more likely, where the names alone deserve a look.
    pub const COUNTRY_AGREES: u16 = 20;
    /// Firms have branches, so another country only makes it less likely.
    pub const COUNTRY_DIFFERS: u16 = 60;
    /// A firm's legal form against a person, ship or aircraft.
    pub const KIND_DIFFERS: u16 = 80;
    /// A weak alias supports a match, it never makes one.
    pub const WEAK_ALIAS_MOST: u16 = 800;
    /// A person never matches on the name alone.
    pub const PERSON_MOST: u16 = super::STRONG - 1;
    /// Two valid identifiers of one kind that differ are two entities.
    pub const IDENTIFIER_DIFFERS_MOST: u16 = 600;
    /// The scale ends here.
    pub const MOST: u16 = 1000;
    /// Numbers without known check digits identify from so many characters on, of which so many are digits.
    pub const UNCHECKED_LENGTH: usize = 8;
    pub const UNCHECKED_DIGITS: usize = 6;
}

/// A party that may be a listed entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Position in the parties given.
    pub party: usize,
    /// Position in the watchlists given.
    pub watchlist: usize,
    /// Position in the entities of that watchlist.
    pub entity: usize,
    /// Position in the names of that entity: the one that fits best.
    pub listed_name: usize,
    /// 0 to 1000.
    pub score: u16,
    pub band: Band,
    /// One line: what pairs, what does not, which rules moved the score.
    pub evidence: String,
    pub by_identifier: bool,
}

/// Returns the matches of at least `floor`, at most `top` a party: by party, score (the best first), watchlist and entity.
///
/// Each party and entity has one row, for the name that fits best. A row depends on the party and the entity alone.
pub fn screen(parties: &[ScreenedParty], watchlists: &[Watchlist], floor: u16, top: usize) -> Vec<Match> {
    if watchlists.iter().all(|list| list.entities.is_empty()) {
        return Vec::new();
    }
    let listed = Listed::new(watchlists);
    let distinct: Vec<&str> = parties.iter().map(|party| party.name).collect::<BTreeSet<_>>().into_iter().collect();
    // A country that agrees may lift a name to the floor.
    let name_floor = floor.saturating_sub(rule::COUNTRY_AGREES);
    let candidates: Vec<Vec<Candidate>> =
        distinct.par_iter().map(|name| listed.index.search(name, name_floor, usize::MAX)).collect();
    let by_party: Vec<Vec<Match>> = parties
        .par_iter()
        .enumerate()
        .map(|(at, party)| {
            let found = distinct.binary_search(&party.name).map_or(&[] as &[Candidate], |name| &candidates[name]);
            let mut matches = listed.matches(at, party, found, floor);
            matches.truncate(top);
            matches
        })
        .collect();
    by_party.into_iter().flatten().collect()
}

/// A name that a user knows an entity by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    pub name: String,
    pub entity_id: String,
}

/// Returns the watchlists with the aliases added as strong ones, in every list that has the entity.
///
/// # Errors
/// If an alias names an entity that no watchlist has, or has no letter or digit.
pub fn add_aliases(watchlists: &[Watchlist], aliases: &[Alias]) -> Result<Vec<Watchlist>> {
    let mut watchlists = watchlists.to_vec();
    let mut unknown: BTreeSet<&str> = BTreeSet::new();
    let mut empty: BTreeSet<&str> = BTreeSet::new();
    for alias in aliases {
        if !alias.name.chars().any(char::is_alphanumeric) {
            empty.insert(&alias.entity_id);
            continue;
        }
        let entities = watchlists.iter_mut().flat_map(|watchlist| &mut watchlist.entities);
        let mut is_known = false;
        for entity in entities.filter(|entity| entity.entity_id == alias.entity_id) {
            is_known = true;
            match entity.names.iter_mut().find(|name| name.name == alias.name) {
                Some(name) if name.kind == NameKind::WeakAlias => name.kind = NameKind::StrongAlias,
                Some(_) => {}
                None => entity.names.push(ListedName { name: alias.name.clone(), kind: NameKind::StrongAlias }),
            }
        }
        if !is_known {
            unknown.insert(&alias.entity_id);
        }
    }
    let list = |ids: &BTreeSet<&str>| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    if !unknown.is_empty() {
        let message = format!("{} entities of the aliases are in no watchlist", unknown.len());
        return Err(Error::request(message).detail(list(&unknown)).hint("correct `entity_id`, or add the watchlist that has it"));
    }
    if !empty.is_empty() {
        let message = format!("{} aliases have no letter or digit", empty.len());
        return Err(Error::request(message).detail(format!("entities: {}", list(&empty))));
    }
    Ok(watchlists)
}

/// All listed names and identifiers, ready for parties.
struct Listed<'a> {
    watchlists: &'a [Watchlist],
    index: NameIndex,
    /// For each indexed name: watchlist, entity, position among its names.
    places: Vec<(usize, usize, usize)>,
    by_identifier: FxHashMap<String, Vec<(usize, usize)>>,
}

impl<'a> Listed<'a> {
    fn new(watchlists: &'a [Watchlist]) -> Self {
        let mut places = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        let mut by_identifier: FxHashMap<String, Vec<(usize, usize)>> = FxHashMap::default();
        for (w, watchlist) in watchlists.iter().enumerate() {
            for (e, entity) in watchlist.entities.iter().enumerate() {
                for (n, name) in entity.names.iter().enumerate() {
                    places.push((w, e, n));
                    names.push(&name.name);
                }
                for identifier in entity.identifiers.iter().filter(|identifier| identifies(identifier)) {
                    let entities = by_identifier.entry(identifier.text.clone()).or_default();
                    if entities.last() != Some(&(w, e)) {
                        entities.push((w, e));
                    }
                }
            }
        }
        let names: Vec<Name> = names.par_iter().map(|name| Name::read(name)).collect();
        Listed { watchlists, index: NameIndex::of_names(names), places, by_identifier }
    }

    fn entity(&self, place: (usize, usize)) -> &'a ListedEntity {
        &self.watchlists[place.0].entities[place.1]
    }

    /// Returns the matches of one party, the best first.
    fn matches(&self, at: usize, party: &ScreenedParty, candidates: &[Candidate], floor: u16) -> Vec<Match> {
        let identifiers = party_identifiers(party);
        let mut best: Vec<Found> = Vec::new();
        for identifier in &identifiers {
            for place in self.by_identifier.get(&identifier.text).into_iter().flatten() {
                let entity = self.entity(*place);
                let differs = country_evidence(party, entity) == CountryEvidence::Differs;
                if identifies(identifier) && (identifier.is_valid || !differs) {
                    best.push(Found { place: *place, score: 1000, name: None, by_identifier: Some(identifier) });
                }
            }
        }
        if candidates.is_empty() && best.is_empty() {
            return Vec::new();
        }
        let query = Name::read(party.name);
        for candidate in candidates {
            let (w, e, n) = self.places[candidate.listed];
            let judged = self.judge(party, &query, &identifiers, (w, e), n, candidate.score);
            best.push(Found { place: (w, e), score: judged.0, name: Some((candidate.listed, n)), by_identifier: None });
        }
        // One row an entity: an identifier before a name, then the higher score, then the name that stands first.
        best.sort_by_key(|found| (found.place, found.by_identifier.is_none(), std::cmp::Reverse(found.score), found.name));
        best.dedup_by_key(|found| found.place);
        best.retain(|found| found.score >= floor && found.score > 0);
        best.sort_by_key(|found| (std::cmp::Reverse(found.score), found.place));
        best.into_iter().map(|found| self.finish(at, party, &query, &identifiers, found)).collect()
    }

    /// Returns the score of a party and an entity by one of its names, and which rules moved it.
    fn judge(
        &self,
        party: &ScreenedParty,
        query: &Name,
        identifiers: &[Identifier],
        place: (usize, usize),
        listed_name: usize,
        name_score: u16,
    ) -> (u16, Vec<String>) {
        let entity = self.entity(place);
        let mut score = name_score;
        let mut reasons = Vec::new();
        let is_company = query.words.iter().any(|word| matches!(word.role, Role::Legal(_)));
        let kind = match entity.kind {
            EntityKind::Person => Some("person"),
            EntityKind::Vessel => Some("vessel"),
            EntityKind::Aircraft => Some("aircraft"),
            EntityKind::Company | EntityKind::Unknown => None,
        };
        if let Some(kind) = kind.filter(|_| is_company) {
            score = score.saturating_sub(rule::KIND_DIFFERS);
            reasons.push(format!("company form against {kind} -{}", rule::KIND_DIFFERS));
        }
        match country_evidence(party, entity) {
            CountryEvidence::Agrees(country) if score >= REVIEW => {
                let most = if score < STRONG { STRONG - 1 } else { rule::MOST };
                let lifted = (score + rule::COUNTRY_AGREES).min(most).max(score);
                reasons.push(format!("country {country} +{}", lifted - score));
                score = lifted;
            }
            CountryEvidence::Agrees(country) => reasons.push(format!("country {country}")),
            CountryEvidence::Differs => {
                score = score.saturating_sub(rule::COUNTRY_DIFFERS);
                reasons.push(format!("country differs -{}", rule::COUNTRY_DIFFERS));
            }
            CountryEvidence::Unknown => {}
        }
        let mut cap = |most: u16, reason: String| {
            if score > most {
                score = most;
                reasons.push(format!("{reason}, at most {most}"));
            }
        };
        if entity.names.get(listed_name).is_some_and(|name| name.kind == NameKind::WeakAlias) {
            cap(rule::WEAK_ALIAS_MOST, "weak alias".to_string());
        }
        if entity.kind == EntityKind::Person {
            cap(rule::PERSON_MOST, "person by name alone".to_string());
        }
        if let Some(kind) = contradiction(identifiers, &entity.identifiers) {
            cap(rule::IDENTIFIER_DIFFERS_MOST, format!("{} differs", kind.as_str()));
        }
        (score, reasons)
    }

    fn finish(&self, at: usize, party: &ScreenedParty, query: &Name, identifiers: &[Identifier], found: Found) -> Match {
        let (watchlist, entity) = found.place;
        let mut parts = Vec::new();
        let listed_name = match (found.by_identifier, found.name) {
            (Some(identifier), _) => {
                parts.push(format!("identifier {} {}", identifier.kind.as_str(), identifier.text));
                let names = &self.entity(found.place).names;
                let scores = names.iter().map(|name| compare_names(query, &Name::read(&name.name)).score);
                // The first of the best: `max_by_key` would take the last.
                let best = scores.enumerate().max_by_key(|(position, score)| (*score, std::cmp::Reverse(*position)));
                parts.push(format!("name {}", best.map_or(0, |best| best.1)));
                best.map_or(0, |best| best.0)
            }
            (None, Some((listed, position))) => {
                let comparison = compare_names(query, self.index.name(listed));
                parts.push(comparison.evidence(query, self.index.name(listed)));
                parts.extend(self.judge(party, query, identifiers, found.place, position, comparison.score).1);
                position
            }
            (None, None) => 0,
        };
        Match {
            party: at,
            watchlist,
            entity,
            listed_name,
            score: found.score,
            band: Band::of(found.score),
            evidence: parts.join("; "),
            by_identifier: found.by_identifier.is_some(),
        }
    }
}

struct Found<'a> {
    place: (usize, usize),
    score: u16,
    /// Position in the index and among the names of the entity.
    name: Option<(usize, usize)>,
    by_identifier: Option<&'a Identifier>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CountryEvidence {
    Agrees(CountryCode),
    Differs,
    Unknown,
}

/// Compares countries. A country at the end of an address may agree, but it never speaks against a match: addresses are cut and mixed.
fn country_evidence(party: &ScreenedParty, entity: &ListedEntity) -> CountryEvidence {
    match party.country {
        Some(country) if entity.countries.contains(&country) => CountryEvidence::Agrees(country),
        Some(_) if !entity.countries.is_empty() => CountryEvidence::Differs,
        Some(_) => CountryEvidence::Unknown,
        None => party
            .address
            .rsplit(',')
            .next()
            .and_then(CountryCode::parse)
            .filter(|country| entity.countries.contains(country))
            .map_or(CountryEvidence::Unknown, CountryEvidence::Agrees),
    }
}

/// Returns the identifiers of a party, from its own column and from the text of its name.
fn party_identifiers(party: &ScreenedParty) -> Vec<Identifier> {
    let mut identifiers: Vec<Identifier> = Vec::new();
    let from_texts = [party.registration_id, party.name].into_iter().flat_map(find_identifiers).map(|found| found.identifier);
    identifiers.extend(from_texts.filter(|identifier| !matches!(identifier.kind, IdentifierKind::Kpp | IdentifierKind::Phone)));
    for part in party.registration_id.split(['/', ';', ',', '|']) {
        let text = normalize_identifier(part);
        let is_known = || find_identifiers(party.registration_id).iter().any(|found| found.identifier.text == text);
        if !text.is_empty() && !is_known() {
            let kind = recognize(&text);
            identifiers.push(Identifier { kind: kind.unwrap_or(IdentifierKind::Other), is_valid: kind.is_some(), text });
        }
    }
    identifiers.sort_by(|a, b| (a.kind, &a.text).cmp(&(b.kind, &b.text)));
    identifiers.dedup();
    identifiers
}

/// Whether an identifier says enough to name an entity alone.
fn identifies(identifier: &Identifier) -> bool {
    let text = identifier.text.as_bytes();
    let n_digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let n_different = text.iter().collect::<BTreeSet<_>>().len();
    identifier.is_valid || text.len() >= rule::UNCHECKED_LENGTH && n_digits >= rule::UNCHECKED_DIGITS && n_different > 2
}

/// Returns the kind of which both sides have valid identifiers and none is equal.
fn contradiction(party: &[Identifier], listed: &[Identifier]) -> Option<IdentifierKind> {
    party.iter().filter(|one| one.is_valid && one.kind.is_unique()).map(|one| one.kind).find(|kind| {
        let of_kind = |identifiers: &[Identifier]| -> Vec<String> {
            identifiers.iter().filter(|one| one.is_valid && one.kind == *kind).map(|one| one.text.clone()).collect()
        };
        let (ours, theirs) = (of_kind(party), of_kind(listed));
        !theirs.is_empty() && !ours.iter().any(|text| theirs.contains(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(
        entity_id: &str,
        kind: EntityKind,
        names: &[(&str, NameKind)],
        identifiers: &[&str],
        countries: &[&str],
    ) -> ListedEntity {
        let mut entity = ListedEntity {
            entity_id: entity_id.to_string(),
            kind,
            names: names.iter().map(|(name, kind)| ListedName { name: name.to_string(), kind: *kind }).collect(),
            countries: countries.iter().map(|code| CountryCode::parse(code).expect("a code of the table")).collect(),
            ..ListedEntity::default()
        };
        identifiers.iter().for_each(|text| entity.add_identifier(text, None));
        entity
    }

    fn watchlists() -> Vec<Watchlist> {
        use EntityKind::{Company, Person, Vessel};
        use NameKind::{Primary, StrongAlias, WeakAlias};
        let entities = vec![
            entity(
                "1",
                Company,
                &[("Poly Technologies, Inc.", Primary), ("POLY TECHNOLOGIES INCORPORATED", StrongAlias)],
                &[],
                &["CN"],
            ),
            entity(
                "2",
                Company,
                &[("АО \"Улан-Удэнский авиационный завод\"", Primary), ("УУАЗ", WeakAlias)],
                &["0323018510"],
                &["RU"],
            ),
            entity("3", Person, &[("QADDAFI, Muammar", Primary)], &[], &["LY"]),
            entity("4", Vessel, &[("ADRIAN DARYA", Primary)], &["9116412"], &["IR"]),
        ];
        vec![Watchlist { id: "own".to_string(), entities, ..Watchlist::default() }]
    }

    fn party<'a>(name: &'a str, country: &str, registration_id: &'a str) -> ScreenedParty<'a> {
        ScreenedParty { name, country: CountryCode::parse(country), registration_id, address: "" }
    }

    #[test]
    fn rules_move_scores() {
        for (name, country, id, entity, least, most, by_identifier) in [
            ("POLY TECHNOLOGIES INC", "", "", 0, 1000, 1000, false),
            ("POLY TECHNOLOGIES INC", "CN", "", 0, 1000, 1000, false),
            ("POLY TECHNOLOGIES INC", "TR", "", 0, 940, 940, false),
            ("SOMETHING ELSE OOO", "", "ИНН 0323018510", 1, 1000, 1000, true),
            ("AO U-UAZ INN 0323018510", "RU", "", 1, 1000, 1000, true),
            ("УЛАН-УДЭНСКИЙ АВИАЦИОННЫЙ ЗАВОД", "RU", "0323018510/032301001", 1, 1000, 1000, true),
            ("УЛАН-УДЭНСКИЙ АВИАЦИОННЫЙ ЗАВОД", "RU", "7707083893", 1, 600, 600, false),
            ("УУАЗ", "RU", "", 1, 800, 800, false),
            ("MUAMMAR QADDAFI", "LY", "", 2, 849, 849, false),
            ("ADRIAN DARYA LLC", "", "", 3, 700, 919, false),
            ("ADRIAN DARYA 1 IMO 9116412", "", "", 3, 1000, 1000, true),
        ] {
            let matches = screen(&[party(name, country, id)], &watchlists(), 500, 5);
            let found = matches.iter().find(|found| found.entity == entity).unwrap_or_else(|| panic!("{name}: {matches:?}"));
            assert!((least..=most).contains(&found.score), "{name}: {found:?}");
            assert_eq!(found.by_identifier, by_identifier, "{name}: {found:?}");
            assert_eq!(matches.iter().filter(|other| other.entity == entity).count(), 1, "{name}");
        }
    }

    #[test]
    fn a_country_never_makes_a_strong_match() {
        let list = watchlists();
        for name in ["POLY TECHNOLOGY TRADING DEVELOPMENT", "POLY TECHNOLOGIES HELICOPTER", "POLI TEKNOLOGI"] {
            let without = screen(&[party(name, "", "")], &list, 1, 1);
            let with = screen(&[party(name, "CN", "")], &list, 1, 1);
            assert!(with[0].score >= without[0].score, "{name}");
            assert_eq!(with[0].score >= STRONG, without[0].score >= STRONG, "{name} {with:?}");
        }
    }

    #[test]
    fn rows_are_sorted_and_do_not_depend_on_what_else_is_screened() {
        let list = watchlists();
        let parties = [
            party("POLI TECHNOLOGY", "CN", ""),
            party("nobody at all", "", ""),
            party("УЛАН-УДЭНСКИЙ АВИАЦИОННЫЙ ЗАВОД", "RU", ""),
            party("POLI TECHNOLOGY", "", ""),
        ];
        let together = screen(&parties, &list, WEAK, 10);
        assert!(together.is_sorted_by_key(|found| (found.party, std::cmp::Reverse(found.score), found.watchlist, found.entity)));
        assert_eq!(together.iter().map(|found| found.party).collect::<Vec<_>>(), [0, 2, 3]);
        for (at, party) in parties.iter().enumerate() {
            let alone = screen(&[*party], &list, WEAK, 10);
            let expected: Vec<Match> =
                together.iter().filter(|found| found.party == at).map(|found| Match { party: 0, ..found.clone() }).collect();
            assert_eq!(alone, expected);
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread is always to be had");
        assert_eq!(pool.install(|| screen(&parties, &list, WEAK, 10)), together);
    }

    #[test]
    fn aliases_are_added_or_refused() {
        let alias = |name: &str, entity_id: &str| Alias { name: name.to_string(), entity_id: entity_id.to_string() };
        let list = add_aliases(&watchlists(), &[alias("PTI BEIJING", "1"), alias("УУАЗ", "2")]).expect("both are known");
        assert_eq!(screen(&[party("PTI Beijing", "", "")], &list, WEAK, 1)[0].listed_name, 2);
        assert_eq!(screen(&[party("УУАЗ", "", "")], &list, WEAK, 1)[0].score, 1000);
        let error = add_aliases(&watchlists(), &[alias("X", "77"), alias("Y", "78")]).expect_err("neither is known");
        assert!(error.to_string().contains("`77`, `78`"), "{error}");
        assert!(add_aliases(&watchlists(), &[alias(" ", "1")]).is_err());
    }

    #[test]
    fn placeholders_identify_nobody() {
        let mut list = watchlists();
        ["0000000000", "123"].iter().for_each(|text| list[0].entities[0].add_identifier(text, None));
        for id in ["0000000000", "123", "-", ""] {
            assert_eq!(screen(&[party("nobody at all", "", id)], &list, WEAK, 1), []);
        }
    }
}
