//! A finding's question: who ships what to whom, when, and what counts as one.

use crate::model::country::CountryCode;
use crate::model::date::Day;
use crate::model::role::Role;
use crate::model::shipment_key::ShipmentKey;
use serde::Serialize;

/// A question over shipments. A result is a question plus a number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Question {
    pub id: String,
    /// Whose records: two reporters of one movement are mirrors and are never added.
    pub reporter: Vec<CountryCode>,
    pub flow: Option<String>,
    pub shipper: Option<Side>,
    pub consignee: Option<Side>,
    pub goods: Option<GoodsChoice>,
    #[serde(rename = "where")]
    pub conditions: Conditions,
    pub from: Day,
    pub to: Day,
    pub count: ShipmentKey,
    pub by: Vec<Grouping>,
    pub expected: Option<u64>,
    pub source: String,
}

/// Who may stand on a side: all stated fields must hold, of each one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    pub group: Vec<String>,
    pub entity: Vec<String>,
    pub list: Vec<String>,
    pub program: Vec<String>,
    pub name: Vec<String>,
    pub registration_id: Vec<String>,
    pub country: Vec<CountryCode>,
    pub roles: Vec<Role>,
}

impl Side {
    /// Tells whether the side can only be answered by screening names.
    pub fn needs_screening(&self) -> bool {
        [&self.group, &self.entity, &self.list, &self.program].iter().any(|values| !values.is_empty())
    }
}

/// Which goods: any of these sets, all of these, none of these.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct GoodsChoice {
    pub any: Vec<String>,
    pub all: Vec<String>,
    pub not: Vec<String>,
}

impl GoodsChoice {
    pub fn sets(&self) -> impl Iterator<Item = &String> {
        self.any.iter().chain(&self.all).chain(&self.not)
    }
}

/// Conditions on single columns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Conditions {
    pub origin_country: Vec<CountryCode>,
    pub departure_country: Vec<CountryCode>,
    pub destination_country: Vec<CountryCode>,
    pub trading_country: Vec<CountryCode>,
    pub condition: Option<String>,
    pub value_usd_cents_min: Option<i64>,
}

/// What a finding is broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    Year,
    Quarter,
    Month,
    Reporter,
    OriginCountry,
    DepartureCountry,
    DestinationCountry,
    TradingCountry,
    Brand,
    Shipper,
    Consignee,
}

impl Grouping {
    pub const ALL: [Grouping; 11] = [
        Grouping::Year,
        Grouping::Quarter,
        Grouping::Month,
        Grouping::Reporter,
        Grouping::OriginCountry,
        Grouping::DepartureCountry,
        Grouping::DestinationCountry,
        Grouping::TradingCountry,
        Grouping::Brand,
        Grouping::Shipper,
        Grouping::Consignee,
    ];

    /// Returns the word of the run file and the name of the column in `summary.csv`.
    pub fn as_str(self) -> &'static str {
        match self {
            Grouping::Year => "year",
            Grouping::Quarter => "quarter",
            Grouping::Month => "month",
            Grouping::Reporter => "reporter",
            Grouping::OriginCountry => "origin_country",
            Grouping::DepartureCountry => "departure_country",
            Grouping::DestinationCountry => "destination_country",
            Grouping::TradingCountry => "trading_country",
            Grouping::Brand => "brand",
            Grouping::Shipper => "shipper",
            Grouping::Consignee => "consignee",
        }
    }

    /// Returns the column of the shipments that is grouped by; `None` for periods.
    pub fn column(self) -> Option<&'static str> {
        match self {
            Grouping::Year | Grouping::Quarter | Grouping::Month => None,
            Grouping::Reporter => Some("reporter_country_code"),
            Grouping::OriginCountry => Some("origin_country_code"),
            Grouping::DepartureCountry => Some("departure_country_code"),
            Grouping::DestinationCountry => Some("destination_country_code"),
            Grouping::TradingCountry => Some("trading_country_code"),
            Grouping::Brand => Some("brand"),
            Grouping::Shipper => Some("shipper_name"),
            Grouping::Consignee => Some("consignee_name"),
        }
    }
}

/// How ours compares with a published number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    EqualsExpected,
    Differs,
    NotTestable,
    /// Nothing was expected.
    None,
}
