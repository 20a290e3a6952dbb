//! `findings.json`: each finding with its question, all counts, its range, what was expected and the verdict.

use super::folder::RunFolder;
use crate::error::Result;
use crate::model::answer::{Answer, Counts};
use crate::model::question::Question;
use serde_json::{Value, json};

/// The version of the layout of `findings.json` and `run_manifest.json`.
pub const SCHEMA_VERSION: u32 = 1;

pub fn write(folder: &mut RunFolder, title: &str, findings: &[(Question, Answer)]) -> Result<()> {
    let findings: Vec<Value> = findings.iter().map(|(question, answer)| finding(question, answer)).collect();
    let document = json!({ "schema_version": SCHEMA_VERSION, "title": title, "findings": findings });
    let mut text = serde_json::to_string_pretty(&document).expect("findings are plain data");
    text.push('\n');
    folder.write_text("findings.json", &text)
}

fn finding(question: &Question, answer: &Answer) -> Value {
    let key = question.count;
    let classes: Vec<Value> = answer
        .by_procedure_class
        .iter()
        .map(|(class, counts_in_headline, counts)| {
            json!({ "procedure_class": class, "counts_in_headline": counts_in_headline, "counts": numbers(counts) })
        })
        .collect();
    json!({
        "id": question.id,
        "question": question,
        "count_key": key.as_str(),
        "shipments": answer.headline.of(key),
        "counts": numbers(&answer.headline),
        "confirmed": numbers(&answer.confirmed),
        "unreviewed": unreviewed(&answer.headline, &answer.confirmed),
        "range": {
            "confirmed": answer.confirmed.of(key),
            "as_scored": answer.headline.of(key),
            "looser": answer.looser.of(key),
        },
        "looser": numbers(&answer.looser),
        "first_date": answer.headline.first_day.map(|day| day.to_string()),
        "last_date": answer.headline.last_day.map(|day| day.to_string()),
        "by_procedure_class": classes,
        "straddling_records": answer.straddling_records,
        "expected": question.expected,
        "source": question.source,
        "verdict": answer.verdict,
        "reasons": answer.reasons,
    })
}

fn numbers(counts: &Counts) -> Value {
    json!({
        "records": counts.records,
        "line_items": counts.line_items,
        "declarations": counts.declarations,
        "consignments": counts.consignments,
        "party_days": counts.party_days,
    })
}

/// What rests on scores alone: all that counts less what someone confirmed.
fn unreviewed(all: &Counts, confirmed: &Counts) -> Value {
    numbers(&Counts {
        records: all.records - confirmed.records.min(all.records),
        line_items: all.line_items - confirmed.line_items.min(all.line_items),
        declarations: all.declarations - confirmed.declarations.min(all.declarations),
        consignments: all.consignments - confirmed.consignments.min(all.consignments),
        party_days: all.party_days - confirmed.party_days.min(all.party_days),
        first_day: None,
        last_day: None,
    })
}
