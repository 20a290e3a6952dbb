//! `plimsoll explain code`: texts by edition, lists and tiers, what a code was called before and how often a run has it.

use super::terminal::{self, grouped};
use crate::analyze::goods::{AliasEntry, CodeExplanation, ListEntry};
use crate::error::Result;
use crate::model::hs_edition::HsEdition;
use crate::pipeline::explain_code::{ExplainedCode, Occurrence, explain_code};
use serde_json::json;
use std::path::PathBuf;

/// The layout of `--json`; a new key changes nothing, a key that goes or changes does.
const SCHEMA_VERSION: u32 = 1;

/// Say what a tariff code means in each HS edition, on which lists it is and what it was called before.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Example:\n  plimsoll explain code 8541.59 --run sample_data/poly-group.run\n\nprints that 854159 is new in HS 2022, \
                             that it is on the Common High Priority List in tier 3.A, that it was a part of 854150 before, which held more, \
                             and how many records of the run state it, by edition and year."
)]
pub struct Args {
    /// The code: 2 to 12 digits, with or without dots
    code: String,
    /// A run folder, to count the code in its evidence
    #[arg(long, value_name = "DIR")]
    run: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<u8> {
    let explained = explain_code(&args.code, args.run.as_deref())?;
    if args.json {
        let mut document = serde_json::to_value(&explained).expect("an explanation is made of plain values");
        document["schema_version"] = json!(SCHEMA_VERSION);
        terminal::print(&format!("{document:#}\n"))?;
    } else {
        terminal::print(&shown(&explained))?;
    }
    Ok(0)
}

fn shown(explained: &ExplainedCode) -> String {
    let explanation = &explained.explanation;
    let mut text = explanation.code.clone();
    if let Some(subheading) = explanation.subheading.as_ref().filter(|subheading| **subheading != explanation.code) {
        text.push_str(&format!(": a tariff line under {subheading}"));
    }
    if let Some(repair) = explained.repair {
        text.push_str(&format!(" (read by the rule `{repair}`)"));
    }
    text.push('\n');
    section(&mut text, "text", texts(explanation));
    section(&mut text, "lists", explanation.lists.iter().map(line_of_list).collect());
    section(&mut text, "before HS 2022", explanation.before.iter().map(|alias| link(alias, "was")).collect());
    section(&mut text, "in HS 2022", explanation.now.iter().map(|alias| link(alias, "is")).collect());
    if let Some(occurrences) = &explained.occurrences {
        section(&mut text, "in the evidence of the run", counts(occurrences));
    }
    terminal::printable(&text)
}

fn section(text: &mut String, title: &str, lines: Vec<String>) {
    text.push_str(&format!("\n{title}\n"));
    if lines.is_empty() {
        text.push_str("  none\n");
    }
    for line in lines {
        text.push_str(&format!("  {line}\n"));
    }
}

/// Returns a line for each text with its editions, and one for the editions that lack the code.
fn texts(explanation: &CodeExplanation) -> Vec<String> {
    let mut by_text: Vec<(Option<&str>, Vec<HsEdition>)> = Vec::new();
    for entry in explanation.editions.iter().filter(|entry| entry.exists) {
        match by_text.iter_mut().find(|(text, _)| *text == entry.text) {
            Some((_, editions)) => editions.push(entry.edition),
            None => by_text.push((entry.text, vec![entry.edition])),
        }
    }
    let without =
        if explanation.subheading.is_some() { "(the text is not held here)" } else { "(texts are those of six digits)" };
    let mut lines: Vec<String> =
        by_text.iter().map(|(text, editions)| format!("{}: {}", years(editions), text.unwrap_or(without))).collect();
    let lacking: Vec<HsEdition> = explanation.editions.iter().filter(|entry| !entry.exists).map(|entry| entry.edition).collect();
    if !lacking.is_empty() {
        lines.push(format!("{}: no such code", years(&lacking)));
    }
    lines
}

fn years(editions: &[HsEdition]) -> String {
    editions.iter().map(|edition| edition.to_string()).collect::<Vec<_>>().join(" ")
}

fn line_of_list(entry: &ListEntry) -> String {
    let mut text = format!("{} {}", entry.list, entry.provision);
    for (word, value) in
        [("tier", &entry.tier), ("kind", &entry.kind), ("numerically controlled:", &entry.numerically_controlled)]
    {
        if !value.is_empty() {
            text.push_str(&format!(", {word} {value}"));
        }
    }
    for (word, day) in [("from", &entry.from), ("to", &entry.to)] {
        if let Some(day) = day {
            text.push_str(&format!(", {word} {day}"));
        }
    }
    if let Some(through) = &entry.through {
        text.push_str(&format!("; {} in HS {}", through.breadth.as_str(), years(&through.editions)));
    }
    if !entry.note.is_empty() {
        text.push_str(&format!(" ({})", entry.note));
    }
    text
}

fn link(alias: &AliasEntry, verb: &str) -> String {
    let mut text = format!("{verb} {}, {} in HS {}: {}", alias.code, alias.breadth.as_str(), years(&alias.editions), alias.note);
    if !alias.exact_together.is_empty() {
        text.push_str(&format!("; exact for a list with all of {}", alias.exact_together.join(", ")));
    }
    if alias.is_recalled {
        text.push_str("; recalled: in no official table");
    }
    if let Some(of_alias) = alias.text {
        text.push_str(&format!("\n    {}: {of_alias}", alias.code));
    }
    text
}

fn counts(occurrences: &[Occurrence]) -> Vec<String> {
    let of = |occurrence: &Occurrence| {
        let edition = if occurrence.hs_edition.is_empty() { "no edition" } else { &occurrence.hs_edition };
        format!("{} (HS {edition}): {} records", occurrence.year, grouped(occurrence.records))
    };
    occurrences.iter().map(of).collect()
}
