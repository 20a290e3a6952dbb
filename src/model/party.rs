//! The trade side: a distinct party of the records, and what it was matched with.

use crate::model::country::CountryCode;
use crate::model::role::Roles;
use serde::Serialize;

/// A distinct party of the records, whose texts lie in a table of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyRow<'t> {
    pub party_key: i64,
    pub name: &'t str,
    pub country: Option<CountryCode>,
    pub registration_id: &'t str,
    pub roles: Roles,
    pub n_records: u64,
    /// What it does, where its name tells that it is no ordinary company, and why.
    pub kind: Option<(PartyKind, String)>,
}

/// What a party does that stands on records for others: it may be a sender or receiver on paper only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    Bank,
    Carrier,
    Forwarder,
    Courier,
    Broker,
    Leasing,
}

impl PartyKind {
    pub const ALL: [PartyKind; 6] =
        [PartyKind::Bank, PartyKind::Carrier, PartyKind::Forwarder, PartyKind::Courier, PartyKind::Broker, PartyKind::Leasing];

    pub fn as_str(self) -> &'static str {
        match self {
            PartyKind::Bank => "bank",
            PartyKind::Carrier => "carrier",
            PartyKind::Forwarder => "forwarder",
            PartyKind::Courier => "courier",
            PartyKind::Broker => "broker",
            PartyKind::Leasing => "leasing",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        PartyKind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A row of `matches.csv`: why a party may be a listed entity.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MatchRow {
    pub party_key: i64,
    pub name: String,
    /// With the name, what the pair's fingerprint rests on: namesakes are decided apart.
    pub country_code: String,
    pub registration_id: String,
    pub entity_id: String,
    pub entity_name: String,
    pub listed_name: String,
    /// 0 to 1000.
    pub score: u16,
    pub band: &'static str,
    pub evidence: String,
    pub watchlist: String,
    pub edition: String,
    /// `listed`, `other_site` where the listed site of the company is another, `owned_by_listed`, `in_group`, else `on_list`.
    pub status: &'static str,
    pub listed_on: String,
    pub delisted_on: String,
    /// The ways into groups and to listed owners, with shares, rule and days.
    pub group_path: String,
    pub role: String,
    /// The first and the last edition that hold the entity: derived, not stated by the list.
    pub first_seen: String,
    pub last_seen: String,
}

/// A match of a listed name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameMatch {
    pub id: String,
    pub name: String,
    pub entity_id: String,
    pub entity_name: String,
    pub listed_name: String,
    /// 0 to 1000.
    pub score: u16,
    pub band: &'static str,
    pub evidence: String,
    pub watchlist: String,
    /// What OFAC's own search would show, 0 to 100, where it was asked for.
    pub ofac_score: Option<u8>,
}
