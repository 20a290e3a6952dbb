//! The columns of the shipment store: what normalizing fills, what the SQL counts, what the CSV shows.

use crate::model::role::Role;

/// How a column is held in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 64-bit key, or a count of cents or grams.
    Long,
    /// Day `yyyymmdd`, year, quarter, month, flag.
    Integer,
    Text,
}

/// Integer columns derived by normalizing, in the order of the store.
pub const KEYS: [&str; 10] = [
    "record_key",
    "line_item_key",
    "declaration_key",
    "consignment_key",
    "party_day_key",
    "hs_key",
    "item_key",
    "resolve_key",
    "content_key_high",
    "content_key_low",
];

/// Calendar columns and flags. `is_crossing` is 1 where the record counts as a movement over the border by default: released or
/// of unknown status, no transit, and no mere change of regime.
pub const CALENDAR: [&str; 6] = ["day_first", "day_last", "year", "quarter", "month", "is_crossing"];

/// Cents and grams.
pub const MEASURES: [&str; 4] = ["net_weight_g", "gross_weight_g", "value_usd_cents", "value_original_cents"];

/// The columns of records that the measures are read from.
pub const STATED_MEASURES: [&str; MEASURES.len()] = ["net_weight_kg", "gross_weight_kg", "value_usd", "value_original"];

/// Text columns that are not a party's, in the order of `shipments.csv`.
pub const TEXTS: [&str; 36] = [
    "vendor",
    "reporter_country_code",
    "grain",
    "flow",
    "procedure_code",
    "previous_procedure_code",
    "procedure_class",
    "release_status",
    "record_status",
    "date",
    "date_kind",
    "date_precision",
    "customs_office",
    "declaration_id",
    "declaration_key_text",
    "line_number",
    "stated_line_count",
    "bill_of_lading_id",
    "master_bill_of_lading_id",
    "hs_code",
    "hs_edition",
    "goods_description",
    "manufacturer_name",
    "brand",
    "model",
    "condition",
    "to_order_of_name",
    "origin_country_code",
    "departure_country_code",
    "destination_country_code",
    "trading_country_code",
    "quantity",
    "quantity_unit_code",
    "currency_code",
    "value_basis",
    "remark",
];

/// The text columns that are countries of a shipment, not of a party.
pub const COUNTRIES: [&str; 5] = [
    "reporter_country_code",
    "origin_country_code",
    "departure_country_code",
    "destination_country_code",
    "trading_country_code",
];

/// What each role's text columns end with.
pub const PARTY_SUFFIXES: [&str; 4] = ["name", "country_code", "registration_id", "kind"];

/// Returns the columns of a part with their kinds, in the order of the store.
pub fn part_columns() -> Vec<(String, Kind)> {
    let mut columns: Vec<(String, Kind)> = Vec::new();
    columns.extend(KEYS.iter().map(|name| (name.to_string(), Kind::Long)));
    columns.extend(Role::ALL.iter().map(|role| (role.key_column(), Kind::Long)));
    columns.push(("source_line".to_owned(), Kind::Long));
    columns.extend(CALENDAR.iter().map(|name| (name.to_string(), Kind::Integer)));
    columns.extend(MEASURES.iter().map(|name| (name.to_string(), Kind::Long)));
    columns.extend(TEXTS.iter().map(|name| (name.to_string(), Kind::Text)));
    for role in Role::ALL {
        columns.extend(PARTY_SUFFIXES.iter().map(|suffix| (format!("{}_{suffix}", role.as_str()), Kind::Text)));
    }
    columns
}

/// Returns the columns of `shipments`: those of a part, the file that it was read from, and the rule where a repeat restates it.
pub fn shipment_columns() -> Vec<(String, Kind)> {
    let mut columns = part_columns();
    columns.push(("source_file".to_owned(), Kind::Text));
    columns.push(("restated_rule".to_owned(), Kind::Text));
    columns
}
