//! What an XLS workbook claims of the size of its sheets.
//!
//! In: a file. Out: whether the claims are possible. The parser of workbooks makes room for as many cells as a sheet claims before it reads
//! any, so that four damaged bytes would ask for more memory than there is.

use std::io::Read;
use std::path::Path;

/// The streams that hold the records of a workbook, of newer and of older programs.
const STREAMS: [&str; 2] = ["/Workbook", "/Book"];
/// The record that states the first and last row and column of a sheet (MS-XLS 2.4.90).
const DIMENSIONS: u16 = 0x0200;
/// Rows and columns of a sheet of these workbooks.
const MAX_ROWS: u32 = 65_536;
const MAX_COLUMNS: u32 = 256;

/// Returns what is wrong with the sizes that the sheets of a workbook claim. A file that is no compound file at all is left to the parser.
pub fn impossible_size(path: &Path) -> Option<String> {
    let mut file = cfb::open(path).ok()?;
    let mut bytes = Vec::new();
    let mut stream = STREAMS.iter().find_map(|name| file.open_stream(name).ok())?;
    stream.read_to_end(&mut bytes).ok()?;
    let mut rest = bytes.as_slice();
    while let Some((head, behind)) = rest.split_first_chunk::<4>() {
        let [kind, length] = [[head[0], head[1]], [head[2], head[3]]].map(u16::from_le_bytes);
        let data = behind.get(..usize::from(length))?;
        if kind == DIMENSIONS
            && let Some((rows, columns)) = dimensions(data)
            && (rows.1 > MAX_ROWS || columns.1 > MAX_COLUMNS || (rows.0 > rows.1 && rows.1 > 0))
        {
            return Some(format!("a sheet claims the rows {} to {} and {} columns", rows.0, rows.1, columns.1));
        }
        rest = &behind[usize::from(length)..];
    }
    None
}

/// Returns the first row and column and those behind the last ones.
fn dimensions(data: &[u8]) -> Option<((u32, u32), (u32, u32))> {
    let short = |at: usize| Some(u32::from(u16::from_le_bytes([*data.get(at)?, *data.get(at + 1)?])));
    let long = |at: usize| Some(short(at)? | short(at + 2)? << 16);
    match data.len() {
        10 => Some(((short(0)?, short(2)?), (short(4)?, short(6)?))),
        14 | 16 => Some(((long(0)?, long(4)?), (short(8)?, short(10)?))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::workbook::{Format, Workbook};

    #[test]
    fn a_sheet_that_claims_more_than_there_can_be_is_refused() {
        let sound = include_bytes!("../../tests/cases/workbooks/records.xls").to_vec();
        let start = [0x00, 0x02, 0x0E, 0x00];
        let places: Vec<usize> = (0..sound.len() - 18).filter(|at| sound[*at..].starts_with(&start)).collect();
        assert!(!places.is_empty(), "the fixture states the size of a sheet");
        let open = |bytes: &[u8]| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            (impossible_size(file.path()), Workbook::open(file.path(), Format::Xls).is_ok())
        };
        assert_eq!(open(&sound), (None, true));
        let mut empty = sound.clone();
        places.iter().for_each(|place| empty[place + 4..][..8].copy_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]));
        assert_eq!(open(&empty), (None, true), "no row behind the last one: the sheet claims to have none");
        for (what, at, damage) in
            [("the last row", 4, [0xFF; 4]), ("the first row", 0, [0xFF, 0xFF, 0, 0]), ("the columns", 10, [9; 4])]
        {
            let mut bytes = sound.clone();
            for place in &places {
                bytes[place + 4 + at..][..4].copy_from_slice(&damage);
            }
            let (wrong, is_open) = open(&bytes);
            assert!(wrong.is_some() && !is_open, "{what}: {wrong:?}");
        }
    }
}
