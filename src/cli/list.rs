//! `plimsoll list`: what is built in, and what a folder of watchlists holds.

use super::terminal::{self, grouped};
use crate::error::{Error, Result};
use crate::ingest::watchlist::{Format, built_in_paths};
use crate::model::goods::{GoodsLine, GoodsList};
use crate::model::vendor_schema::VendorSchema;
use crate::pipeline::lists::{self, FoundFile, Held};
use clap::ValueEnum;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The layout of `--json`; a new key changes nothing, a key that goes or changes does.
const SCHEMA_VERSION: u32 = 1;

/// List the vendor schemas or goods lists that are built in, or the watchlists of a folder.
///
/// Schemas stand by what a record of theirs is: a line of a declaration, a bill of lading, a sum of a month. Of a folder every file is
/// said to be a list, a part of one, or refused with the reason; without a folder the formats that can be read are listed.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Example:\n  plimsoll list watchlists lists/\n\nprints a line a file: format, edition, entries, names, \
                             and what its reader did not understand."
)]
pub struct Args {
    what: What,
    /// The folder whose watchlists are listed
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Print one JSON document with all that is known of each, instead of a line each
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    Schemas,
    Goods,
    Watchlists,
}

pub fn run(args: &Args) -> Result<u8> {
    if let (What::Schemas | What::Goods, Some(folder)) = (args.what, &args.folder) {
        let message = format!("`{}` is asked for, and only watchlists are listed by folder", folder.display());
        return Err(Error::request(message).hint("leave the folder out, or ask for `list watchlists`"));
    }
    let text = match (args.what, args.json) {
        (What::Schemas, false) => schemas()?,
        (What::Schemas, true) => {
            return Err(Error::request("`list schemas` has no `--json` in this version").hint("take `--json` out"));
        }
        (What::Watchlists, false) => match &args.folder {
            Some(folder) => terminal::printable(&files(&lists::folder(folder)?)),
            None => formats(),
        },
        (What::Watchlists, true) => {
            let mut document = json!({ "schema_version": SCHEMA_VERSION, "formats": Format::names() });
            if let Some(folder) = &args.folder {
                document["files"] = serde_json::to_value(lists::folder(folder)?).expect("files are made of plain values");
            }
            format!("{document:#}\n")
        }
        (What::Goods, false) => goods_lists().map(|list| shown(&list)).collect(),
        (What::Goods, true) => {
            let lists: Vec<Value> = goods_lists().map(|list| document(&list)).collect();
            format!("{:#}\n", json!({ "schema_version": SCHEMA_VERSION, "lists": lists }))
        }
    };
    terminal::print(&text)?;
    Ok(0)
}

fn schemas() -> Result<String> {
    let mut text = String::new();
    for schema in VendorSchema::builtin_names().filter_map(VendorSchema::builtin) {
        let schema = schema?;
        text.push_str(&format!("{}\t{}\t{}\n", schema.name, schema.grain.as_str(), schema.title));
    }
    Ok(text)
}

fn goods_lists() -> impl Iterator<Item = GoodsList> {
    GoodsList::builtin_ids().filter_map(GoodsList::builtin)
}

fn formats() -> String {
    let formats: String = Format::names().iter().map(|name| format!("{name}\n")).collect();
    format!("{formats}\nbuilt in, as `path` of `[[watchlists]]`: {}\n", built_in_paths().join(", "))
}

/// Returns a line a file, those that were refused at the end, and below each list what was not understood.
fn files(files: &[FoundFile]) -> String {
    let header = ["file", "format", "edition", "entries", "names", "listed"].map(str::to_owned).to_vec();
    let mut rows = vec![header];
    let mut refused = String::new();
    let mut issues = String::new();
    for file in files {
        match &file.held {
            Held::List(list) => {
                rows.push(vec![
                    file.path.clone(),
                    list.format.to_owned(),
                    list.edition.clone().unwrap_or_else(|| "not stated".to_owned()),
                    grouped(list.n_entities as u64),
                    grouped(list.n_names as u64),
                    grouped(list.n_designated as u64),
                ]);
                for (issue, times) in &list.issues {
                    issues.push_str(&format!("  {}: {issue} ({} times)\n", file.path, grouped(*times)));
                }
            }
            Held::PartOf { list } => rows.push(vec![file.path.clone(), format!("part of {list}")]),
            Held::Refused { reason } => refused.push_str(&format!("  {}: {reason}\n", file.path)),
        }
    }
    let mut text = terminal::table_with(&rows, &[false, false, false, true, true, true]);
    for (title, lines) in [("refused", &refused), ("not understood", &issues)] {
        if !lines.is_empty() {
            text.push_str(&format!("\n{title}\n{lines}"));
        }
    }
    text
}

fn shown(list: &GoodsList) -> String {
    let mut text = format!(
        "{}\t{} ({} provisions, edition {} of {}, HS {})\n",
        list.id,
        list.title,
        list.lines.len(),
        list.edition,
        list.date,
        list.hs_edition
    );
    text.push_str(&format!("\tissuer: {}\n", list.issuer));
    for (word, counts) in [("tiers", list.tiers()), ("kinds", list.kinds())] {
        if !counts.is_empty() {
            let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{word} ({count})")).collect();
            text.push_str(&format!("\t{word}: {}\n", counts.join(", ")));
        }
    }
    let n_recalled = list.lines.iter().filter(|line| line.is_recalled()).count();
    if n_recalled > 0 {
        text.push_str(&format!("\trecalled: something in {n_recalled} lines rests on memory; their notes say what\n"));
    }
    if list.lines.iter().any(|line| line.from.or(line.to).is_some()) {
        text.push_str("\tdated: provisions select shipments of their days only\n");
    }
    if !list.note.is_empty() {
        text.push_str(&format!("\tnote: {}\n", list.note));
    }
    text
}

fn document(list: &GoodsList) -> Value {
    let counts = |counts: Vec<(&str, usize)>| -> Value {
        counts.into_iter().map(|(word, count)| json!({ "name": word, "n_provisions": count })).collect()
    };
    json!({
        "id": list.id,
        "title": list.title,
        "issuer": list.issuer,
        "edition": list.edition,
        "hs_edition": list.hs_edition,
        "source": list.source,
        "date": list.date.to_string(),
        "licence": list.licence,
        "note": list.note,
        "tiers": counts(list.tiers()),
        "kinds": counts(list.kinds()),
        "provisions": list.lines.iter().map(provision).collect::<Vec<Value>>(),
    })
}

fn provision(line: &GoodsLine) -> Value {
    json!({
        "provision": line.provision.to_string(),
        "tier": line.tier,
        "kind": line.kind,
        "numerically_controlled": line.numerically_controlled,
        "description": line.description,
        "from": line.from.map(|day| day.to_string()),
        "to": line.to.map(|day| day.to_string()),
        "note": line.note,
        "is_recalled": line.is_recalled(),
    })
}
