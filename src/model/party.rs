//! The trade side: a distinct party of the records, and what it was matched with.

use crate::model::country::CountryCode;
use crate::model::role::Role;
use serde::Serialize;

/// A distinct party of the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyRow {
    pub party_key: i64,
    pub name: String,
    pub country: Option<CountryCode>,
    pub registration_id: String,
    pub roles: Vec<Role>,
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
    /// `listed` where a designation is stated, `in_group` where only a group is, `on_list` where neither is.
    pub status: &'static str,
    pub listed_on: String,
    pub delisted_on: String,
    pub group_path: String,
    pub role: String,
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
}
