//! A finding's question: who ships what to whom, when, and what counts as one.

use crate::model::country::CountryCode;
use crate::model::date::Day;
use crate::model::party::PartyKind;
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
    /// Only shipments of which a side is listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<ListedCondition>,
    pub expected: Option<u64>,
    pub source: String,
    /// The finding that the trend tests take for a control, where it is not that of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// Other years of which the same calendar days are counted beside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub same_days_of: Vec<i32>,
}

impl Question {
    pub fn side(&self, side: SideName) -> Option<&Side> {
        match side {
            SideName::Shipper => self.shipper.as_ref(),
            SideName::Consignee => self.consignee.as_ref(),
        }
    }

    /// Returns the stated columns without which the question could only be answered with 0.
    pub fn columns_asked(&self) -> Vec<String> {
        let conditions = &self.conditions;
        let mut columns: Vec<String> = [
            ("reporter_country_code", !self.reporter.is_empty()),
            ("flow", self.flow.is_some()),
            ("origin_country_code", !conditions.origin_country.is_empty()),
            ("departure_country_code", !conditions.departure_country.is_empty()),
            ("destination_country_code", !conditions.destination_country.is_empty()),
            ("trading_country_code", !conditions.trading_country.is_empty()),
            ("condition", conditions.condition.is_some()),
            ("value_usd", conditions.value_usd_cents_min.is_some()),
        ]
        .into_iter()
        .filter(|(_, is_asked)| *is_asked)
        .map(|(column, _)| column.to_owned())
        .collect();
        for side in [&self.shipper, &self.consignee].into_iter().flatten() {
            // A side is answered by any of its roles; one that is not in the records adds nothing. Principals stand in other names.
            if let [role] = side.roles.as_slice() {
                let is_principal = matches!(role, Role::ShipperPrincipal | Role::ConsigneePrincipal);
                if !is_principal && side.registration_id.is_empty() && side.country.is_empty() {
                    columns.push(format!("{}_name", role.as_str()));
                }
                if !is_principal && !side.country.is_empty() {
                    columns.push(format!("{}_country_code", role.as_str()));
                }
            }
        }
        columns
    }

    /// Returns whether the question needs to know whether goods are new or used.
    pub fn asks_condition(&self) -> bool {
        self.conditions.condition.is_some() || self.by.contains(&Grouping::Condition)
    }

    /// Returns the columns that the question is broken down by, those of the period first.
    pub fn columns_by(&self) -> Vec<&'static str> {
        let (periods, others): (Vec<Grouping>, Vec<Grouping>) = self.by.iter().partition(|grouping| grouping.column().is_none());
        periods.iter().chain(&others).flat_map(|grouping| grouping.columns().iter().copied()).collect()
    }
}

/// A side of the trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SideName {
    Shipper,
    Consignee,
}

impl SideName {
    pub const ALL: [SideName; 2] = [SideName::Shipper, SideName::Consignee];

    pub fn as_str(self) -> &'static str {
        match self {
            SideName::Shipper => "shipper",
            SideName::Consignee => "consignee",
        }
    }

    /// Returns the name of a finding's side in `members`.
    pub fn of_finding(self, finding: &str) -> String {
        format!("{finding}/{}", self.as_str())
    }
}

/// When a party must be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListedAt {
    /// On any day.
    Ever,
    /// On the day of the shipment.
    Shipment,
    /// In the newest edition of the list that the run has; never today.
    Edition,
}

impl ListedAt {
    pub const ALL: [ListedAt; 3] = [ListedAt::Ever, ListedAt::Shipment, ListedAt::Edition];

    pub fn as_str(self) -> &'static str {
        match self {
            ListedAt::Ever => "ever",
            ListedAt::Shipment => "shipment",
            ListedAt::Edition => "edition",
        }
    }
}

/// Who must be listed by whom, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedCondition {
    pub who: SideName,
    /// Lists by their ids, or authorities whose acts lists hold; any of them.
    pub by: Vec<String>,
    pub at: ListedAt,
}

/// By whom something is listed: a list, or one authority of a list that holds the acts of several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ListingKey {
    pub watchlist: String,
    /// `None` for all acts of the list.
    pub authority: Option<String>,
}

impl std::fmt::Display for ListingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.authority {
            None => f.write_str(&self.watchlist),
            Some(authority) => write!(f, "{} ({authority})", self.watchlist),
        }
    }
}

/// Who may stand on a side: all stated fields must hold, of each one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Side {
    pub group: Vec<String>,
    pub entity: Vec<String>,
    pub list: Vec<String>,
    pub program: Vec<String>,
    pub name: Vec<String>,
    pub registration_id: Vec<String>,
    pub country: Vec<CountryCode>,
    /// Only parties that are of one of these kinds by their names; empty for all.
    pub kind: Vec<SideKind>,
    pub roles: Vec<Role>,
}

/// What a party on a side may be by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum SideKind {
    Known(PartyKind),
    /// None of the known kinds: an ordinary company, or a person.
    Other,
}

impl SideKind {
    pub const OTHER: &'static str = "other";

    pub fn parse(text: &str) -> Option<Self> {
        if text == Self::OTHER { Some(SideKind::Other) } else { PartyKind::parse(text).map(SideKind::Known) }
    }

    pub fn holds(self, kind: Option<PartyKind>) -> bool {
        match self {
            SideKind::Known(wanted) => kind == Some(wanted),
            SideKind::Other => kind.is_none(),
        }
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
    /// `new`, `used`, or `unknown` where neither a column nor the description says which.
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
    Flow,
    OriginCountry,
    DepartureCountry,
    DestinationCountry,
    TradingCountry,
    Brand,
    Shipper,
    Consignee,
    /// The sets of goods of the finding; a record may be in several of them, as under all groupings by goods.
    GoodsSet,
    Provision,
    Tier,
    GoodsKind,
    Phrase,
    Condition,
}

impl Grouping {
    pub const ALL: [Grouping; 18] = [
        Grouping::Year,
        Grouping::Quarter,
        Grouping::Month,
        Grouping::Reporter,
        Grouping::Flow,
        Grouping::OriginCountry,
        Grouping::DepartureCountry,
        Grouping::DestinationCountry,
        Grouping::TradingCountry,
        Grouping::Brand,
        Grouping::Shipper,
        Grouping::Consignee,
        Grouping::GoodsSet,
        Grouping::Provision,
        Grouping::Tier,
        Grouping::GoodsKind,
        Grouping::Phrase,
        Grouping::Condition,
    ];

    /// Returns the grouping that a word of the run file means.
    pub fn parse(word: &str) -> Option<Grouping> {
        // Beside goods only one kind can be meant.
        let word = if word == "kind" { "goods_kind" } else { word };
        Grouping::ALL.into_iter().find(|grouping| grouping.as_str() == word)
    }

    /// Returns whether records are grouped by the rules that select their goods.
    pub fn is_by_goods(self) -> bool {
        matches!(self, Grouping::GoodsSet | Grouping::Provision | Grouping::Tier | Grouping::GoodsKind | Grouping::Phrase)
    }

    /// Returns the word of the run file and the name of the column in `summary.csv`.
    pub fn as_str(self) -> &'static str {
        match self {
            Grouping::Year => "year",
            Grouping::Quarter => "quarter",
            Grouping::Month => "month",
            Grouping::Reporter => "reporter",
            Grouping::Flow => "flow",
            Grouping::OriginCountry => "origin_country",
            Grouping::DepartureCountry => "departure_country",
            Grouping::DestinationCountry => "destination_country",
            Grouping::TradingCountry => "trading_country",
            Grouping::Brand => "brand",
            Grouping::Shipper => "shipper",
            Grouping::Consignee => "consignee",
            Grouping::GoodsSet => "goods_set",
            Grouping::Provision => "provision",
            Grouping::Tier => "tier",
            Grouping::GoodsKind => "goods_kind",
            Grouping::Phrase => "phrase",
            Grouping::Condition => "condition",
        }
    }

    /// Returns the columns of the shipments, or of the rules that select their goods, that are grouped by.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Grouping::Year => &["year"],
            Grouping::Quarter => &["year", "quarter"],
            Grouping::Month => &["year", "month"],
            Grouping::Reporter => &["reporter_country_code"],
            Grouping::Flow => &["flow"],
            Grouping::OriginCountry => &["origin_country_code"],
            Grouping::DepartureCountry => &["departure_country_code"],
            Grouping::DestinationCountry => &["destination_country_code"],
            Grouping::TradingCountry => &["trading_country_code"],
            Grouping::Brand => &["brand"],
            Grouping::Shipper => &["shipper_name"],
            Grouping::Consignee => &["consignee_name"],
            Grouping::GoodsSet => &["goods_set"],
            Grouping::Provision => &["provision"],
            Grouping::Tier => &["tier"],
            Grouping::GoodsKind => &["goods_kind"],
            Grouping::Phrase => &["phrase"],
            Grouping::Condition => &["condition"],
        }
    }

    /// Returns the column of a breakdown that is no period; `None` for periods.
    pub fn column(self) -> Option<&'static str> {
        let is_period = matches!(self, Grouping::Year | Grouping::Quarter | Grouping::Month);
        self.columns().first().copied().filter(|_| !is_period)
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
