//! `plimsoll list`: what is built in.

use super::terminal;
use crate::error::Result;
use crate::model::goods::GoodsList;
use crate::model::vendor_schema::VendorSchema;
use clap::ValueEnum;

/// List the vendor schemas or goods lists that are built in.
///
/// Schemas stand by what a record of theirs is: a line of a declaration, a bill of lading, a sum of a month.
#[derive(Debug, clap::Args)]
pub struct Args {
    what: What,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    Schemas,
    Goods,
}

pub fn run(args: &Args) -> Result<u8> {
    let mut rows = Vec::new();
    match args.what {
        What::Schemas => {
            for schema in VendorSchema::builtin_names().filter_map(VendorSchema::builtin) {
                let schema = schema?;
                rows.push(format!("{}\t{}\t{}", schema.name, schema.grain.as_str(), schema.title));
            }
        }
        What::Goods => {
            for list in GoodsList::builtin_ids().filter_map(GoodsList::builtin) {
                rows.push(format!("{}\t{} ({} provisions, {})", list.id, list.title, list.lines.len(), list.edition));
            }
        }
    }
    rows.push(String::new());
    terminal::print(&rows.join("\n"))?;
    Ok(0)
}
