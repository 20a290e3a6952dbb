//! `plimsoll list`: what is built in.

use super::terminal;
use crate::error::{Error, Result};
use crate::model::goods::{GoodsLine, GoodsList};
use crate::model::vendor_schema::VendorSchema;
use clap::ValueEnum;
use serde_json::{Value, json};

/// The layout of `--json`; a new key changes nothing, a key that goes or changes does.
const SCHEMA_VERSION: u32 = 1;

/// List the vendor schemas or goods lists that are built in.
///
/// Schemas stand by what a record of theirs is: a line of a declaration, a bill of lading, a sum of a month.
#[derive(Debug, clap::Args)]
pub struct Args {
    what: What,
    /// Print one JSON document with all that is known of each, instead of a line each
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    Schemas,
    Goods,
}

pub fn run(args: &Args) -> Result<u8> {
    let text = match (args.what, args.json) {
        (What::Schemas, false) => schemas()?,
        (What::Schemas, true) => {
            return Err(Error::request("`list schemas` has no `--json` in this version").hint("take `--json` out"));
        }
        (What::Goods, false) => lists().map(|list| shown(&list)).collect(),
        (What::Goods, true) => {
            let lists: Vec<Value> = lists().map(|list| document(&list)).collect();
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

fn lists() -> impl Iterator<Item = GoodsList> {
    GoodsList::builtin_ids().filter_map(GoodsList::builtin)
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
