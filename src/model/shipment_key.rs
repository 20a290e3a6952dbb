//! What counts as one shipment.

use serde::{Deserialize, Serialize};

/// The five keys under which every finding is counted; one of them names the headline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShipmentKey {
    Records,
    LineItems,
    Declarations,
    Consignments,
    PartyDays,
}

impl ShipmentKey {
    pub const ALL: [ShipmentKey; 5] = [
        ShipmentKey::Records,
        ShipmentKey::LineItems,
        ShipmentKey::Declarations,
        ShipmentKey::Consignments,
        ShipmentKey::PartyDays,
    ];

    /// Returns the column of this key in `summary.csv`.
    pub fn as_str(self) -> &'static str {
        match self {
            ShipmentKey::Records => "records",
            ShipmentKey::LineItems => "line_items",
            ShipmentKey::Declarations => "declarations",
            ShipmentKey::Consignments => "consignments",
            ShipmentKey::PartyDays => "party_days",
        }
    }
}
