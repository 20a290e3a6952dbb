//! `summary.csv`: one row a finding and period, zero-filled, the total as period `all`.

use super::cells::{scaled, share};
use super::folder::RunFolder;
use crate::error::Result;
use crate::model::answer::Answer;
use crate::model::question::Question;
use crate::model::shipment_key::ShipmentKey;

const COUNTS: [&str; 17] = [
    "count_key",
    "shipments",
    "records",
    "line_items",
    "declarations",
    "consignments",
    "party_days",
    "value_usd",
    "value_original",
    "currency_code",
    "value_basis",
    "value_known_share",
    "net_weight_kg",
    "weight_known_share",
    "first_date",
    "last_date",
    "is_partial",
];

pub fn write(folder: &mut RunFolder, findings: &[(Question, Answer)]) -> Result<()> {
    let mut by_columns: Vec<&str> = Vec::new();
    for grouping in findings.iter().flat_map(|(question, _)| &question.by).filter(|grouping| grouping.column().is_some()) {
        if !by_columns.contains(&grouping.as_str()) {
            by_columns.push(grouping.as_str());
        }
    }
    let mut header = vec!["finding", "period"];
    header.extend(&by_columns);
    header.extend(COUNTS);
    header.push("is_additive");
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (question, answer) in findings {
        let own: Vec<&str> =
            question.by.iter().filter(|grouping| grouping.column().is_some()).map(|grouping| grouping.as_str()).collect();
        for row in &answer.rows {
            let mut cells = vec![question.id.clone(), row.period.to_string()];
            for column in &by_columns {
                let value = own.iter().position(|name| name == column).map_or("", |at| row.by[at].as_str());
                cells.push(value.to_owned());
            }
            let (counts, sums) = (&row.counts, &row.sums);
            let day = |day: Option<crate::model::date::Day>| day.map_or(String::new(), |day| day.to_string());
            let shipments =
                |key: ShipmentKey| counts.shipments(key, answer.countable).map_or(String::new(), |count| count.to_string());
            cells.extend([
                question.count.as_str().to_owned(),
                shipments(question.count),
                counts.records.to_string(),
                shipments(ShipmentKey::LineItems),
                shipments(ShipmentKey::Declarations),
                shipments(ShipmentKey::Consignments),
                shipments(ShipmentKey::PartyDays),
                sums.value_usd_cents.map_or(String::new(), |cents| scaled(cents, 2)),
                sums.value_original_cents.map_or(String::new(), |cents| scaled(cents, 2)),
                sums.currency_code.clone(),
                sums.value_basis.clone(),
                share(sums.value_usd_known, counts.records),
                sums.net_weight_g.map_or(String::new(), |grams| scaled(grams, 3)),
                share(sums.net_weight_known, counts.records),
                day(counts.first_day),
                day(counts.last_day),
                row.is_partial.to_string(),
                row.is_additive.to_string(),
            ]);
            rows.push(cells);
        }
    }
    folder.write_csv("summary.csv", &header, &COUNTS, rows)
}
