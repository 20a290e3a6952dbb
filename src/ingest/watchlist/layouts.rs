//! The layouts that are built in: lists whose columns a file below `src/reference/watchlists/` explains.

use super::file::Content;
use super::layout::Layout;
use super::{Format, layout_rows};
use std::path::Path;

/// What a list that a layout explains may be.
pub(super) const TABLES: [Content; 3] = [Content::Text, Content::ZipWorkbook, Content::OldWorkbook];

/// Makes a format of a layout of the same name.
macro_rules! format_of {
    ($name:literal) => {
        Format {
            name: $name,
            contents: &TABLES,
            fits: |beginning| layout_rows::fits(include_str!(concat!("../../reference/watchlists/", $name, ".toml")), beginning),
            read: |file, issues| {
                let path = concat!($name, ".toml");
                let text = include_str!(concat!("../../reference/watchlists/", $name, ".toml"));
                layout_rows::read(&Layout::parse(text, Path::new(path))?, file, issues)
            },
        }
    };
}

pub(super) const BIS: Format = format_of!("bis");
pub(super) const CN_MOFCOM: Format = format_of!("cn-mofcom");
pub(super) const EU_JOURNAL: Format = format_of!("eu-journal");
pub(super) const OFAC_PARSED: Format = format_of!("ofac-parsed");
pub(super) const US_BIS_MIEU: Format = format_of!("us-bis-mieu");
pub(super) const US_DOD_1260H: Format = format_of!("us-dod-1260h");
pub(super) const US_SPECIAL: Format = format_of!("us-special");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layouts_of_the_program_are_well_formed() {
        let texts = [
            include_str!("../../reference/watchlists/bis.toml"),
            include_str!("../../reference/watchlists/cn-mofcom.toml"),
            include_str!("../../reference/watchlists/eu-journal.toml"),
            include_str!("../../reference/watchlists/ofac-parsed.toml"),
            include_str!("../../reference/watchlists/us-bis-mieu.toml"),
            include_str!("../../reference/watchlists/us-dod-1260h.toml"),
            include_str!("../../reference/watchlists/us-special.toml"),
        ];
        for text in texts {
            if let Err(error) = Layout::parse(text, Path::new("layout.toml")) {
                panic!("{error}\n{text}");
            }
        }
    }
}
