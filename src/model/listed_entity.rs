//! The watchlist side: listed entities, their names and identifiers, groups and ownership with dates.

use crate::model::country::CountryCode;
use crate::model::date::Day;
use serde::Serialize;

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

/// How a name stands to its entity. A weak alias supports a match, it never makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    #[default]
    Primary,
    StrongAlias,
    WeakAlias,
    FormerName,
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
    /// Identifiers as text without spaces, in the list's order: INN, OGRN, USCC, IMO, LEI, other registration numbers.
    pub identifiers: Vec<String>,
    pub countries: Vec<CountryCode>,
    pub addresses: Vec<String>,
    /// Programmes of a sanctions list.
    pub programs: Vec<String>,
    pub listed_on: Known,
    pub delisted_on: Known,
}

impl ListedEntity {
    /// Returns the name that the list puts first.
    pub fn primary_name(&self) -> &str {
        self.names.first().map_or("", |name| name.name.as_str())
    }
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
    /// Sorted by `entity_id`.
    pub entities: Vec<ListedEntity>,
    pub memberships: Vec<Membership>,
    pub ownerships: Vec<Ownership>,
    /// What the reader did not understand, each with the number of times: never silence.
    pub issues: Vec<(String, u64)>,
}
