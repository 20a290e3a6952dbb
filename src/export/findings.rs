//! `findings.json`: each finding with its question, all counts, its range, what was expected and the verdict.

use super::folder::RunFolder;
use super::trend;
use crate::error::Result;
use crate::model::answer::{Answer, Countable, Counts};
use crate::model::question::Question;
use crate::model::trend_change::TestedSeries;
use serde_json::{Value, json};

/// The version of the layout of `findings.json` and `run_manifest.json`.
pub const SCHEMA_VERSION: u32 = 1;

pub fn write(folder: &mut RunFolder, title: &str, findings: &[(Question, Answer)], tested: &[TestedSeries]) -> Result<()> {
    let findings: Vec<Value> = findings.iter().map(|(question, answer)| finding(question, answer, tested)).collect();
    let document = json!({ "schema_version": SCHEMA_VERSION, "title": title, "findings": findings });
    let mut text = serde_json::to_string_pretty(&document).expect("findings are plain data");
    text.push('\n');
    folder.write_text("findings.json", &text)
}

fn finding(question: &Question, answer: &Answer, tested: &[TestedSeries]) -> Value {
    let key = question.count;
    let classes: Vec<Value> = answer
        .by_procedure_class
        .iter()
        .map(|(class, counts_in_headline, counts)| {
            json!({ "procedure_class": class, "counts_in_headline": counts_in_headline, "counts": numbers(counts) })
        })
        .collect();
    let without_rules: Vec<Value> = answer
        .without_rules
        .iter()
        .map(|without| {
            json!({
                "rule": without.rule,
                "removed_records": without.removed_records,
                "shipments": without.counts.of(key),
                "counts": numbers(&without.counts),
            })
        })
        .collect();
    let is_countable = answer.countable == Countable::Shipments;
    let counted = |value: Value| if is_countable { value } else { Value::Null };
    let breadths: Vec<Value> = answer
        .by_breadth
        .iter()
        .map(|(breadth, counts_in_headline, counts)| {
            json!({ "breadth": breadth, "counts_in_headline": counts_in_headline, "counts": numbers(counts) })
        })
        .collect();
    let mut finding = json!({
        "id": question.id,
        "question": question,
        "count_key": key.as_str(),
        "shipments": counted(json!(answer.headline.of(key))),
        "counts": counted(numbers(&answer.headline)),
        "confirmed": counted(numbers(&answer.confirmed)),
        "unreviewed": counted(unreviewed(&answer.headline, &answer.confirmed)),
        "range": counted(json!({
            "confirmed": answer.confirmed.of(key),
            "as_scored": answer.headline.of(key),
            "looser": answer.looser.of(key),
        })),
        "looser": counted(numbers(&answer.looser)),
        "first_date": answer.headline.first_day.map(|day| day.to_string()),
        "last_date": answer.headline.last_day.map(|day| day.to_string()),
        "by_procedure_class": counted(json!(classes)),
        "by_breadth": counted(json!(breadths)),
        "straddling_records": answer.straddling_records,
        "without_rule": counted(json!(without_rules)),
        "expected": question.expected,
        "source": question.source,
        "verdict": answer.verdict,
        "reasons": answer.reasons,
    });
    // Only what was asked for is there; groups stand in `trend.csv`, and the periods once.
    let own = tested.iter().filter(|own| own.finding == question.id && own.group.is_empty());
    let mut trends: Vec<Value> = own.map(|own| trend::json(&own.change)).collect();
    for further in trends.iter_mut().skip(1).filter_map(Value::as_object_mut) {
        further.remove("periods");
    }
    if !trends.is_empty() {
        finding["trend"] = Value::Array(trends);
    }
    if !answer.same_days.is_empty() {
        finding["same_days"] = trend::rounded(json!(answer.same_days));
    }
    finding
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
