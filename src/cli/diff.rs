//! `plimsoll diff`: what changed from one edition of a list to the next.

use super::terminal::{self, grouped};
use crate::analyze::listing::{EntryShown, FieldChange, ListChanges, changes};
use crate::error::Result;
use crate::model::listed_entity::Watchlist;
use crate::pipeline::lists;
use serde_json::json;

/// The layout of `--json`; a new key changes nothing, a key that goes or changes does.
const SCHEMA_VERSION: u32 = 1;

/// Say which entries of a list were added, removed or changed from one edition to the next.
///
/// The exit code is 1 where the editions differ, and 0 where they hold the same.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Example:\n  plimsoll diff lists/2024/sdn.csv lists/2026/sdn.csv\n\nprints the counts, then a line for each \
                             entry that came or went and the values that changed in the others."
)]
pub struct Args {
    /// The older edition, with its format behind `=` where its content does not tell it
    #[arg(value_name = "OLD[=FORMAT]")]
    old: String,
    /// The newer edition
    #[arg(value_name = "NEW[=FORMAT]")]
    new: String,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<u8> {
    let (old, new) = (lists::read(&args.old)?, lists::read(&args.new)?);
    let found = changes(&old, &new);
    if args.json {
        let edition = |list: &Watchlist| json!({ "list": list.id, "edition": list.as_of.map(|day| day.to_string()), "n_entities": list.entities.len() });
        let mut document = serde_json::to_value(&found).expect("changes are made of plain values");
        document["schema_version"] = json!(SCHEMA_VERSION);
        document["old"] = edition(&old);
        document["new"] = edition(&new);
        terminal::print(&format!("{document:#}\n"))?;
    } else {
        terminal::print(&terminal::printable(&shown(&old, &new, &found)))?;
    }
    Ok(u8::from(!found.is_empty()))
}

fn shown(old: &Watchlist, new: &Watchlist, found: &ListChanges) -> String {
    let edition = |list: &Watchlist| {
        let day = list.as_of.map_or(String::new(), |day| format!(" of {day}"));
        format!("{}{day}: {} entries", list.id, grouped(list.entities.len() as u64))
    };
    let count = |n: usize| grouped(n as u64);
    let mut text = format!("old  {}\nnew  {}\n", edition(old), edition(new));
    text.push_str(&format!(
        "\n{} added, {} removed, {} changed, {} the same\n",
        count(found.added.len()),
        count(found.removed.len()),
        count(found.changed.len()),
        count(found.n_same)
    ));
    for (title, entries) in [("added", &found.added), ("removed", &found.removed)] {
        if !entries.is_empty() {
            text.push_str(&format!("\n{title}\n"));
            entries.iter().for_each(|entry| text.push_str(&line(entry)));
        }
    }
    if !found.changed.is_empty() {
        text.push_str("\nchanged\n");
    }
    for entry in &found.changed {
        text.push_str(&format!("  {}  {}\n", entry.entity_id, entry.name));
        entry.changes.iter().for_each(|change| text.push_str(&values(change)));
    }
    text
}

fn line(entry: &EntryShown) -> String {
    let programs = if entry.programs.is_empty() { String::new() } else { format!("  [{}]", entry.programs.join(", ")) };
    let reused = if entry.is_number_reused { "  (the number stands for another entity in the other edition)" } else { "" };
    format!("  {}  {}{programs}{reused}\n", entry.entity_id, entry.name)
}

fn values(change: &FieldChange) -> String {
    let marked = change.removed.iter().map(|value| ("-", value)).chain(change.added.iter().map(|value| ("+", value)));
    marked.map(|(mark, value)| format!("    {mark} {}: {value}\n", change.field)).collect()
}
