//! The watchlist side: listed entities, their names and identifiers, groups and ownership with dates.

use crate::model::country::CountryCode;
use crate::model::date::Day;
use crate::names::identifiers::{Identifier, IdentifierKind, normalize_identifier};
use serde::Serialize;
use std::path::PathBuf;

/// What a listed entity is, as far as its list says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    Company,
    Person,
    Vessel,
    Aircraft,
    #[default]
    Unknown,
}

impl EntityKind {
    /// Returns the kind as lists of the user's own write it.
    pub fn as_str(self) -> &'static str {
        match self {
            EntityKind::Company => "company",
            EntityKind::Person => "person",
            EntityKind::Vessel => "vessel",
            EntityKind::Aircraft => "aircraft",
            EntityKind::Unknown => "unknown",
        }
    }
}

/// How a name stands to its entity. A weak alias supports a match, it never makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    #[default]
    Primary,
    StrongAlias,
    WeakAlias,
    FormerName,
    /// The name in the script of its country.
    OriginalScript,
}

impl NameKind {
    /// Returns the kind in words.
    pub fn as_str(self) -> &'static str {
        match self {
            NameKind::Primary => "primary",
            NameKind::StrongAlias => "strong alias",
            NameKind::WeakAlias => "weak alias",
            NameKind::FormerName => "former name",
            NameKind::OriginalScript => "original script",
        }
    }

    /// Returns the place of a kind when one name is stated twice: the kind that says more stays. A former name still makes a match,
    /// a weak alias never does.
    fn rank(self) -> u8 {
        match self {
            NameKind::Primary => 0,
            NameKind::StrongAlias | NameKind::OriginalScript => 1,
            NameKind::FormerName => 2,
            NameKind::WeakAlias => 3,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedName {
    pub name: String,
    pub kind: NameKind,
}

/// A day that a list states, states as unknown, or does not speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known {
    /// The list does not bound this side.
    #[default]
    Open,
    /// The list says that there is a bound but not which.
    Unknown,
    On(Day),
}

/// One entry of a watchlist.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListedEntity {
    /// The list's own identifier of the entry, unique within an edition.
    pub entity_id: String,
    pub kind: EntityKind,
    /// At least one; the primary name first.
    pub names: Vec<ListedName>,
    /// In the list's order, each once.
    pub identifiers: Vec<Identifier>,
    pub countries: Vec<CountryCode>,
    pub addresses: Vec<String>,
    /// Empty for an entity that is only named: by a register of companies, or by a list of the user's own.
    pub designations: Vec<Designation>,
}

impl ListedEntity {
    /// Returns the name that the list puts first.
    pub fn primary_name(&self) -> &str {
        self.names.first().map_or("", |name| name.name.as_str())
    }

    /// Adds a name once; of two kinds of one name the one that says more stays.
    pub fn add_name(&mut self, name: &str, kind: NameKind) {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return;
        }
        match self.names.iter_mut().find(|known| known.name == name) {
            Some(known) if kind.rank() < known.kind.rank() => known.kind = kind,
            Some(_) => {}
            None => self.names.push(ListedName { name, kind }),
        }
    }

    /// Adds an identifier once. `kind` is what the list calls it, if it says so; check digits may tell more.
    pub fn add_identifier(&mut self, text: &str, kind: Option<IdentifierKind>) {
        let is_ship = || self.kind == EntityKind::Vessel && IdentifierKind::Imo.is_valid(&normalize_identifier(text));
        let identifier = Identifier::stated(text, kind.or_else(|| is_ship().then_some(IdentifierKind::Imo)));
        if !identifier.text.is_empty() && self.identifiers.iter().all(|known| known.text != identifier.text) {
            self.identifiers.push(identifier);
        }
    }

    pub fn add_country(&mut self, country: CountryCode) {
        if !self.countries.contains(&country) {
            self.countries.push(country);
        }
    }

    pub fn add_address(&mut self, address: &str) {
        let address = address.split_whitespace().collect::<Vec<_>>().join(" ");
        if !address.is_empty() && !self.addresses.contains(&address) {
            self.addresses.push(address);
        }
    }

    /// Returns the programs of all designations, each once.
    pub fn programs(&self) -> impl Iterator<Item = &str> {
        let all = || self.designations.iter().flat_map(|designation| &designation.programs);
        all()
            .enumerate()
            .filter(move |(at, program)| all().take(*at).all(|known| known != *program))
            .map(|(_, program)| program.as_str())
    }

    /// Returns the first day of listing that is stated; `Open` without any designation.
    pub fn listed_on(&self) -> Known {
        let days = self.designations.iter().map(|designation| designation.listed_on);
        first_known(days, |one, other| one < other)
    }

    /// Returns the last day of listing that is stated; `Open` while any designation is in force.
    pub fn delisted_on(&self) -> Known {
        let mut days = self.designations.iter().map(|designation| designation.delisted_on);
        if days.any(|day| day == Known::Open) {
            return Known::Open;
        }
        first_known(self.designations.iter().map(|designation| designation.delisted_on), |one, other| one > other)
    }
}

/// Returns the stated day that goes before all others, `Unknown` where only unknown ones are there, `Open` where there is none.
fn first_known(days: impl Iterator<Item = Known>, goes_before: fn(Day, Day) -> bool) -> Known {
    days.fold(Known::Open, |first, day| match (first, day) {
        (Known::On(one), Known::On(other)) if goes_before(other, one) => day,
        (Known::On(_), _) => first,
        (_, Known::On(_)) => day,
        (Known::Unknown, _) | (_, Known::Unknown) => Known::Unknown,
        (Known::Open, Known::Open) => Known::Open,
    })
}

/// The act of an authority that lists an entity, with its days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Designation {
    /// Who lists, where a list holds the acts of several; empty for the authority of the list itself.
    pub authority: String,
    /// Programmes or regimes.
    pub programs: Vec<String>,
    /// `Unknown` where the list states no day: it may have been listed long before the edition.
    pub listed_on: Known,
    pub delisted_on: Known,
}

/// A tie that a list states without a share: it says that two are linked and nothing of who owns whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    pub from_id: String,
    /// What the list calls the tie.
    pub kind: String,
    /// The other end as the list names it.
    pub to_name: String,
    /// Its entry in the same list, where one and only one bears the name.
    pub to_id: Option<String>,
    pub source: String,
}

/// Membership of an entity in a named group, from a day to a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub group: String,
    pub entity_id: String,
    pub from: Known,
    pub to: Known,
    pub source: String,
}

/// A dated share of one entity in another. A share that is not stated is not zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Ownership {
    pub owner_id: String,
    pub owned_id: String,
    pub share_percent: Option<f64>,
    pub from: Known,
    pub to: Known,
    pub source: String,
}

/// One edition of one list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Watchlist {
    pub id: String,
    /// The day of the edition, from the run file or from the list itself.
    pub as_of: Option<Day>,
    /// The files that were read with the one that was named, since the list is kept in several.
    pub files_beside: Vec<PathBuf>,
    /// Sorted by `entity_id`.
    pub entities: Vec<ListedEntity>,
    pub memberships: Vec<Membership>,
    pub ownerships: Vec<Ownership>,
    pub links: Vec<Link>,
    /// What the reader did not understand, each with the number of times: never silence.
    pub issues: Vec<(String, u64)>,
}
