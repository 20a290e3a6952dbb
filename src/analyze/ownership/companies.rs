//! Companies: entries of one or several lists that are one company.
//!
//! In: the lists. Out: a number for each entry, equal for entries that are one company: a list of the user's own says so (`same_as`), or a
//! valid identifier is equal that a company has only one of. Names never make two entries one, and two sites of a company stay two
//! where their lists state different codes of the site (KPP).

use crate::analyze::listing::Site;
use crate::model::listed_entity::{EntityKind, EntityReference, ListedEntity, Watchlist};
use crate::names::identifiers::IdentifierKind;
use std::collections::BTreeMap;

/// Which entries are one company.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Companies {
    /// For each list and entry the number of its company.
    of: Vec<Vec<usize>>,
    /// For each company its entries: list and place in it, in order.
    entries: Vec<Vec<(usize, usize)>>,
}

impl Companies {
    pub fn of(watchlists: &[Watchlist]) -> Self {
        let starts: Vec<usize> = watchlists
            .iter()
            .scan(0, |next, list| {
                let start = *next;
                *next += list.entities.len();
                Some(start)
            })
            .collect();
        let n_entries = watchlists.iter().map(|list| list.entities.len()).sum();
        let mut union = Union::of(n_entries);
        let mut by_identifier: BTreeMap<(IdentifierKind, &str), Vec<(usize, &ListedEntity)>> = BTreeMap::new();
        for (list, start) in watchlists.iter().zip(&starts) {
            for (at, entity) in list.entities.iter().enumerate() {
                for reference in &entity.same_as {
                    // An entry that no edition at hand holds is an issue of the list, found when it is read.
                    if let Some((list, entity)) = find(watchlists, reference) {
                        union.join(start + at, starts[list] + entity);
                    }
                }
                for identifier in entity.identifiers.iter().filter(|one| one.is_valid && one.kind.is_unique()) {
                    let bearers = by_identifier.entry((identifier.kind, &identifier.text)).or_default();
                    bearers.push((start + at, entity));
                }
            }
        }
        for bearers in by_identifier.values() {
            for (at, (entry, entity)) in bearers.iter().enumerate() {
                if let Some((other, _)) = bearers[..at].iter().find(|(_, other)| can_be_one(entity, other)) {
                    union.join(*entry, *other);
                }
            }
        }
        let mut companies = Companies { of: Vec::new(), entries: Vec::new() };
        let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
        for (list_at, (list, start)) in watchlists.iter().zip(&starts).enumerate() {
            let mut of_list = Vec::with_capacity(list.entities.len());
            for at in 0..list.entities.len() {
                let number = *numbers.entry(union.root(start + at)).or_insert(companies.entries.len());
                if number == companies.entries.len() {
                    companies.entries.push(Vec::new());
                }
                companies.entries[number].push((list_at, at));
                of_list.push(number);
            }
            companies.of.push(of_list);
        }
        companies
    }

    /// Returns how many companies there are.
    pub fn n_companies(&self) -> usize {
        self.entries.len()
    }

    /// Returns the company of an entry.
    pub fn company(&self, watchlist: usize, entity: usize) -> usize {
        self.of[watchlist][entity]
    }

    /// Returns the entries of a company: list and place in it.
    pub fn entries(&self, company: usize) -> &[(usize, usize)] {
        &self.entries[company]
    }
}

/// Returns the list and place of an entry that a reference names, if it is there.
pub fn find(watchlists: &[Watchlist], reference: &EntityReference) -> Option<(usize, usize)> {
    let at = watchlists.iter().position(|watchlist| watchlist.id == reference.watchlist)?;
    let entity = watchlists[at].entities.binary_search_by(|entity| entity.entity_id.cmp(&reference.entity_id)).ok()?;
    Some((at, entity))
}

fn can_be_one(one: &ListedEntity, other: &ListedEntity) -> bool {
    let is_kind_equal = one.kind == other.kind || [one.kind, other.kind].contains(&EntityKind::Unknown);
    is_kind_equal && Site::of(&one.identifiers).other_site(other).is_none()
}

/// Sets that grow together.
struct Union(Vec<usize>);

impl Union {
    fn of(n: usize) -> Self {
        Union((0..n).collect())
    }

    fn root(&mut self, at: usize) -> usize {
        let mut root = at;
        while self.0[root] != root {
            self.0[root] = self.0[self.0[root]];
            root = self.0[root];
        }
        root
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        // The smaller number stands for both, so that the order of joining is nothing.
        self.0[one.max(other)] = one.min(other);
    }
}
