//! Where each column of a shipment comes from in one file, looked up once a file.
//!
//! In: a vendor schema and what the header leads to. Out: the sources, each once, and for each column the place of its source among them.

use super::columns::text_slot;
use super::mapping::{Mapping, Source};
use crate::model::country::CodeSystem;
use crate::model::role::Role;
use crate::model::shipments::COUNTRIES;
use crate::model::vendor_schema::{TotalsRule, VendorSchema};

/// The sources of all columns that a file can fill. A column has the place of its source in `all`.
pub struct Sources {
    pub all: Vec<Source>,
    /// Texts that are copied: the place in the store, and where from.
    pub plain: Vec<(usize, usize)>,
    pub date: Option<usize>,
    pub flow: Option<usize>,
    pub hs_code: Option<usize>,
    pub procedure_code: Option<usize>,
    pub previous_procedure_code: Option<usize>,
    pub line_number: Option<usize>,
    pub quantity: Option<usize>,
    pub weight_unit: Option<usize>,
    pub coded: Vec<(&'static str, usize, usize)>,
    /// Countries, some in records of one flow alone.
    pub countries: Vec<CountrySource>,
    pub country_codes: Option<&'static CodeSystem>,
    pub weights: [Option<usize>; 2],
    pub values: [Option<usize>; 2],
    pub parties: Vec<PartySource>,
    pub declaration_key: Vec<(String, Option<usize>)>,
    /// The fields that tell totals, each with its rule.
    pub totals: Vec<(usize, TotalsRule)>,
}

/// Where a country is stated, and in records of which flow if not of all.
pub struct CountrySource {
    pub column: &'static str,
    pub slot: usize,
    pub source: usize,
    pub flow: Option<String>,
}

/// Where a party is stated; its number alone will do.
pub struct PartySource {
    pub role: Role,
    /// The columns of the store, for issues.
    pub name_column: String,
    pub country_column: String,
    pub name: Option<usize>,
    pub country_code: Option<usize>,
    pub registration_id: Option<usize>,
}

const CODED: [&str; 5] = ["release_status", "record_status", "condition", "hs_edition", "value_basis"];
const PLAIN: [&str; 14] = [
    "date_kind",
    "customs_office",
    "declaration_id",
    "stated_line_count",
    "bill_of_lading_id",
    "master_bill_of_lading_id",
    "goods_description",
    "manufacturer_name",
    "brand",
    "model",
    "to_order_of_name",
    "quantity_unit_code",
    "currency_code",
    "remark",
];

impl Sources {
    pub fn new(schema: &VendorSchema, mapping: &Mapping) -> Self {
        let mut all: Vec<Source> = Vec::new();
        let mut source = |column: &str| {
            let source = mapping.source(column)?;
            let known = all.iter().position(|known| known == source);
            Some(known.unwrap_or_else(|| {
                all.push(source.clone());
                all.len() - 1
            }))
        };
        let key_columns =
            if schema.declaration_key.is_empty() { vec!["declaration_id".to_owned()] } else { schema.declaration_key.clone() };
        let mut slotted = |names: &[&'static str]| -> Vec<(&'static str, usize, usize)> {
            names.iter().filter_map(|name| Some((*name, text_slot(name), source(name)?))).collect()
        };
        let plain = slotted(&PLAIN).into_iter().map(|(_, slot, source)| (slot, source)).collect();
        let (coded, countries) = (slotted(&CODED), slotted(&COUNTRIES).into_iter());
        let countries = countries.map(|(column, slot, source)| {
            let flow = mapping.flow(column).map(str::to_owned);
            CountrySource { column, slot, source, flow }
        });
        let mut party = |role: Role| {
            let mut part = |suffix: &str| source(&format!("{}_{suffix}", role.as_str()));
            PartySource {
                role,
                name_column: format!("{}_name", role.as_str()),
                country_column: format!("{}_country_code", role.as_str()),
                name: part("name"),
                country_code: part("country_code"),
                registration_id: part("registration_id"),
            }
        };
        let parties = Role::ALL.into_iter().map(&mut party);
        let parties = parties.filter(|party| party.name.is_some() || party.registration_id.is_some()).collect();
        Sources {
            plain,
            date: source("date"),
            flow: source("flow"),
            hs_code: source("hs_code"),
            procedure_code: source("procedure_code"),
            previous_procedure_code: source("previous_procedure_code"),
            line_number: source("line_number"),
            quantity: source("quantity"),
            weight_unit: source("weight_unit"),
            coded,
            countries: countries.collect(),
            country_codes: schema.country_codes.as_deref().and_then(CodeSystem::of),
            weights: [source("net_weight_kg"), source("gross_weight_kg")],
            values: [source("value_usd"), source("value_original")],
            parties,
            declaration_key: key_columns.into_iter().map(|column| (column.clone(), source(&column))).collect(),
            totals: mapping.totals().to_vec(),
            all,
        }
    }
}
