//! `run_manifest.json`: what went in, with digests and accounts, and what came out. The environment stands apart and is not hashed.

use super::findings::SCHEMA_VERSION;
use super::folder::{MANIFEST, RunFolder};
use crate::error::Result;
use crate::model::account::Spans;
use crate::model::part::Dialect;
use serde::Serialize;
use serde_json::{Value, json};

/// The account of one input file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileEntry {
    pub path: String,
    pub sha256: String,
    pub schema: String,
    pub records_read: u64,
    pub kept: u64,
    pub duplicates: u64,
    pub rejected: u64,
    pub spans: SpanEntry,
    pub dialect: Dialect,
    pub part: String,
}

/// Bytes and lines by kind of span; their sums equal what the decoder counted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpanEntry {
    pub bytes: Value,
    pub lines: Value,
}

impl From<Spans> for SpanEntry {
    fn from(spans: Spans) -> Self {
        let named = |values: [u64; 5]| {
            json!({
                "preamble": values[0], "header": values[1], "blank": values[2], "record": values[3], "rejected": values[4],
            })
        };
        SpanEntry { bytes: named(spans.bytes), lines: named(spans.lines) }
    }
}

/// The edition of one watchlist.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListEntry {
    pub id: String,
    pub path: String,
    pub format: String,
    pub sha256: String,
    /// The files that were read with it.
    pub files_beside: Vec<FileDigest>,
    pub edition: Option<String>,
    pub n_entities: usize,
    /// What the reader did not understand, with the number of times.
    pub issues: Vec<(String, u64)>,
}

/// A file by name and digest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileDigest {
    pub name: String,
    pub sha256: String,
}

/// The edition of one goods list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoodsEntry {
    pub id: String,
    pub edition: String,
    pub sha256: String,
}

/// All of the manifest but outputs and environment.
pub struct Manifest<'a> {
    pub title: &'a str,
    pub run_file_sha256: String,
    pub files: Vec<FileEntry>,
    pub watchlists: Vec<ListEntry>,
    pub goods_lists: Vec<GoodsEntry>,
    pub settings: Value,
    pub environment: Value,
}

pub fn write(folder: &mut RunFolder, manifest: Manifest<'_>) -> Result<()> {
    let outputs = folder.outputs()?;
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "title": manifest.title,
        "program": { "name": "plimsoll", "version": env!("CARGO_PKG_VERSION") },
        "run_file_sha256": manifest.run_file_sha256,
        "files": manifest.files,
        "watchlists": manifest.watchlists,
        "goods_lists": manifest.goods_lists,
        "settings": manifest.settings,
        "outputs": outputs,
        "environment": manifest.environment,
    });
    let mut text = serde_json::to_string_pretty(&document).expect("a manifest is plain data");
    text.push('\n');
    folder.write_text(MANIFEST, &text)
}
