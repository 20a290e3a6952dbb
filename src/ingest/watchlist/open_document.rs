//! ODS workbooks whose XML is laid out for human readers, as the United Kingdom publishes one.
//!
//! In: the bytes of a workbook. Out: the same without a byte order mark, and without line ends between tags, at which the parser of
//! workbooks stumbles. Every other part of the archive is copied as it is.

use std::io::{Cursor, Read, Write};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const CONTENT: &str = "content.xml";
/// The largest part of a workbook that is held in memory.
const MAX_CONTENT_BYTES: u64 = 256 << 20;

/// Returns the workbook with its content in one line.
pub(super) fn in_one_line(bytes: &[u8]) -> ZipResult<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut copy = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let part = archive.by_index_raw(at)?;
        if part.name()? == CONTENT {
            drop(part);
            let mut content = Vec::new();
            archive.by_index(at)?.take(MAX_CONTENT_BYTES).read_to_end(&mut content)?;
            copy.start_file(CONTENT, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))?;
            copy.write_all(&without_layout(&content))?;
        } else {
            copy.raw_copy_file(part)?;
        }
    }
    Ok(copy.finish()?.into_inner())
}

/// Returns XML without the byte order mark and without blanks between two tags that hold a line end.
fn without_layout(content: &[u8]) -> Vec<u8> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let mut plain = Vec::with_capacity(content.len());
    let mut at = 0;
    while at < content.len() {
        let n_blank = content[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let blanks = &content[at..at + n_blank];
        let is_between = plain.last() == Some(&b'>') && content.get(at + n_blank).is_none_or(|next| *next == b'<');
        if !(is_between && blanks.contains(&b'\n')) {
            plain.extend_from_slice(blanks);
        }
        at += n_blank;
        let n_text = content[at..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        plain.extend_from_slice(&content[at..at + n_text]);
        at += n_text;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_between_tags_go_and_blanks_in_texts_stay() {
        let content = "\u{feff}<?xml?>\n<a>\n  <b>one\n two</b> <b> x </b>\n</a>\n";
        assert_eq!(String::from_utf8_lossy(&without_layout(content.as_bytes())), "<?xml?><a><b>one\n two</b> <b> x </b></a>");
        assert!(in_one_line(b"PK\x03\x04").is_err());
    }
}
