//! Where each column of a shipment comes from in one file, looked up once a file.

use super::columns::text_slot;
use super::mapping::{Mapping, Source};
use crate::model::country::CodeSystem;
use crate::model::role::Role;
use crate::model::shipments::COUNTRIES;
use crate::model::vendor_schema::{TotalsRule, VendorSchema};

/// The sources of all columns that a file can fill.
pub struct Sources {
    /// Texts that are copied: the place, and where from.
    pub plain: Vec<(usize, Source)>,
    pub date: Option<Source>,
    pub flow: Option<Source>,
    pub hs_code: Option<Source>,
    pub procedure_code: Option<Source>,
    pub previous_procedure_code: Option<Source>,
    pub line_number: Option<Source>,
    pub quantity: Option<Source>,
    pub weight_unit: Option<Source>,
    pub coded: Vec<(&'static str, usize, Source)>,
    /// Countries, some in records of one flow alone.
    pub countries: Vec<CountrySource>,
    pub country_codes: Option<&'static CodeSystem>,
    pub weights: [Option<Source>; 2],
    pub values: [Option<Source>; 2],
    pub parties: Vec<PartySource>,
    pub declaration_key: Vec<(String, Option<Source>)>,
    /// The fields that tell totals, each with its rule.
    pub totals: Vec<(usize, TotalsRule)>,
}

/// Where a country is stated, and in records of which flow if not of all.
pub struct CountrySource {
    pub column: &'static str,
    pub slot: usize,
    pub source: Source,
    pub flow: Option<String>,
}

/// Where a party is stated; its number alone will do.
pub struct PartySource {
    pub role: Role,
    /// The columns of the store, for issues.
    pub name_column: String,
    pub country_column: String,
    pub name: Option<Source>,
    pub country_code: Option<Source>,
    pub registration_id: Option<Source>,
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
        let source = |column: &str| mapping.source(column).cloned();
        let slotted = |names: &[&'static str]| -> Vec<(&'static str, usize, Source)> {
            names.iter().filter_map(|name| Some((*name, text_slot(name), source(name)?))).collect()
        };
        let key_columns =
            if schema.declaration_key.is_empty() { vec!["declaration_id".to_owned()] } else { schema.declaration_key.clone() };
        let part = |role: Role, suffix: &str| source(&format!("{}_{suffix}", role.as_str()));
        Sources {
            plain: slotted(&PLAIN).into_iter().map(|(_, slot, source)| (slot, source)).collect(),
            date: source("date"),
            flow: source("flow"),
            hs_code: source("hs_code"),
            procedure_code: source("procedure_code"),
            previous_procedure_code: source("previous_procedure_code"),
            line_number: source("line_number"),
            quantity: source("quantity"),
            weight_unit: source("weight_unit"),
            coded: slotted(&CODED),
            countries: slotted(&COUNTRIES)
                .into_iter()
                .map(|(column, slot, source)| CountrySource {
                    column,
                    slot,
                    source,
                    flow: mapping.flow(column).map(str::to_owned),
                })
                .collect(),
            country_codes: schema.country_codes.as_deref().and_then(CodeSystem::of),
            weights: [source("net_weight_kg"), source("gross_weight_kg")],
            values: [source("value_usd"), source("value_original")],
            parties: Role::ALL
                .into_iter()
                .map(|role| PartySource {
                    role,
                    name_column: format!("{}_name", role.as_str()),
                    country_column: format!("{}_country_code", role.as_str()),
                    name: part(role, "name"),
                    country_code: part(role, "country_code"),
                    registration_id: part(role, "registration_id"),
                })
                .filter(|party| party.name.is_some() || party.registration_id.is_some())
                .collect(),
            totals: mapping.totals().to_vec(),
            declaration_key: key_columns.into_iter().map(|column| (column.clone(), source(&column))).collect(),
        }
    }
}
