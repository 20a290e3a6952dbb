//! Keys: 64-bit xxh3 of a key text, as the signed integers that every SQL engine has.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// Stands between the parts of a key text, so that `("ab", "c")` and `("a", "bc")` differ.
const SEPARATOR: u8 = 0x1f;

/// Returns the key of a text made of parts.
pub fn key(parts: &[&str]) -> i64 {
    xxh3_64(&key_text(parts)) as i64
}

/// Returns the key of a record: of its file's digest, its sheet or member, and its ordinal in it.
pub fn record_key(file_sha256: &str, sheet: &str, ordinal: u64) -> i64 {
    key(&[file_sha256, sheet, &ordinal.to_string()])
}

/// Returns a 128-bit key of all fields of a record, in two halves: what exact repeats are found by.
pub fn content_key<'a>(fields: impl Iterator<Item = &'a str>, buffer: &mut Vec<u8>) -> (i64, i64) {
    buffer.clear();
    for field in fields {
        buffer.extend_from_slice(field.as_bytes());
        buffer.push(SEPARATOR);
    }
    let hash = xxh3_128(buffer);
    ((hash >> 64) as i64, hash as i64)
}

fn key_text(parts: &[&str]) -> Vec<u8> {
    let mut text = Vec::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
    for part in parts {
        text.extend_from_slice(part.as_bytes());
        text.push(SEPARATOR);
    }
    text
}
