//! Watchlists: a list in any of its publishers' formats to entities with names, identifiers and dates.
//!
//! In: a file, packed with gzip or not, its format, and the edition if the run file states it. Out: a [`Watchlist`] sorted by
//! entity. What a list leaves open stays open: a format without dates gives `Known::Unknown`, never the day of its edition,
//! because an entity may have been listed long before. What a reader does not understand is an issue and counted; what it cannot
//! place is an error.

mod names;
mod ofac_sdn;
mod plimsoll;

use crate::error::{Error, Result, nearest};
use crate::model::date::Day;
use crate::model::listed_entity::{ListedEntity, ListedName, NameKind, Watchlist};
use encoding_rs::{Encoding, WINDOWS_1252};
use flate2::read::MultiGzDecoder;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// The layout of a list file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `sdn.csv` or `cons_prim.csv` of the U.S. Treasury, with `alt.csv` and `add.csv` beside it.
    OfacSdn,
    /// A CSV file `entity_id,name[,kind,type,country]`.
    Names,
    /// Own entities, groups and ownership in TOML.
    Plimsoll,
}

/// Formats that have a name already and no reader yet.
const LATER_FORMATS: [&str; 14] = [
    "ofac-xml",
    "ofac-advanced",
    "csl",
    "bis",
    "un-xml",
    "uk-ofsi",
    "uk-sl",
    "eu-fsf",
    "ca-sema",
    "au-dfat",
    "jp-mof",
    "ua-nsdc",
    "opensanctions",
    "gleif",
];

impl Format {
    pub const ALL: [Format; 3] = [Format::OfacSdn, Format::Names, Format::Plimsoll];

    pub fn as_str(self) -> &'static str {
        match self {
            Format::OfacSdn => "ofac-sdn",
            Format::Names => "names",
            Format::Plimsoll => "plimsoll",
        }
    }

    pub fn parse(text: &str) -> Result<Self> {
        if let Some(format) = Format::ALL.into_iter().find(|format| format.as_str() == text) {
            return Ok(format);
        }
        let known = format!("known: {}", quote_all(Format::ALL.map(Format::as_str)));
        if LATER_FORMATS.contains(&text) {
            return Err(Error::request(format!("the watchlist format `{text}` is not in this version"))
                .detail(known)
                .hint("write the list as a CSV file `entity_id,name,kind,type,country` and read it as `names`"));
        }
        let error = Error::request(format!("unknown watchlist format `{text}`")).detail(known);
        Err(match nearest(text, Format::ALL.map(Format::as_str).into_iter().chain(LATER_FORMATS)) {
            Some(meant) => error.hint(format!("did you mean `{meant}`?")),
            None => error,
        })
    }

    /// Returns the format that a file's name tells, if it tells one.
    pub fn from_file_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        let is_csv = name.ends_with(".csv");
        match name {
            _ if name.ends_with(".toml") => Some(Format::Plimsoll),
            _ if is_csv && (name.starts_with("sdn") || name.starts_with("cons_prim")) => Some(Format::OfacSdn),
            _ if is_csv => Some(Format::Names),
            _ => None,
        }
    }
}

/// Reads one edition of a list. `as_of` is the edition that the run file states; without it the list's own is taken, if any.
pub fn read(path: &Path, format: Format, id: &str, as_of: Option<Day>) -> Result<Watchlist> {
    let mut issues = ListIssues::default();
    let text = read_text(path, &mut issues)?;
    let mut watchlist = match format {
        Format::OfacSdn => ofac_sdn::read(path, &text, &mut issues)?,
        Format::Names => names::read(path, &text, &mut issues)?,
        Format::Plimsoll => plimsoll::read(path, &text)?,
    };
    if watchlist.entities.is_empty() {
        return Err(Error::request(format!("`{}` holds not a single entity", path.display()))
            .hint("an empty list would clear everybody; check the download"));
    }
    if let (Some(pinned), Some(own)) = (as_of, watchlist.as_of)
        && pinned != own
    {
        issues.add(format!("edition `{pinned}` of the run file taken, the list itself states `{own}`"));
    }
    watchlist.id = id.to_owned();
    watchlist.as_of = as_of.or(watchlist.as_of);
    watchlist.entities.sort_by(|one, other| one.entity_id.cmp(&other.entity_id));
    watchlist.issues = issues.into_vec();
    Ok(watchlist)
}

/// What a reader did not understand, each with the number of times.
#[derive(Debug, Default)]
struct ListIssues(BTreeMap<String, u64>);

impl ListIssues {
    fn add(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    fn into_vec(self) -> Vec<(String, u64)> {
        self.0.into_iter().collect()
    }
}

/// Returns the text of a list file: unpacked, decoded, and neither empty nor a page or document that only bears its name.
fn read_text(path: &Path, issues: &mut ListIssues) -> Result<String> {
    if path.is_dir() {
        return Err(Error::request(format!("`{}` is a folder, not a list", path.display()))
            .hint("name the file, for example `sdn.csv`; those that belong to it are found beside it"));
    }
    let mut bytes = std::fs::read(path).map_err(|source| Error::file(path, "read", source))?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked).map_err(|source| {
            Error::request(format!("cannot unpack `{}`", path.display()))
                .detail(source.to_string())
                .hint("the file was cut or damaged; fetch it again")
        })?;
        bytes = unpacked;
    }
    if let Some(what) = foreign_document(&bytes) {
        return Err(Error::request(format!("`{}` is {what}, not a list", path.display()))
            .hint("a download that failed often leaves such a file; fetch the list again"));
    }
    let text = decode(&bytes, path, issues);
    // OFAC ends its files with the byte 1A.
    if text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{1a}').is_empty() {
        return Err(Error::request(format!("`{}` is empty", path.display()))
            .hint("an empty list would clear everybody; check the download"));
    }
    Ok(text)
}

/// Names the kind of a document that no list format of ours has.
fn foreign_document(bytes: &[u8]) -> Option<&'static str> {
    let start: Vec<u8> = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .iter()
        .copied()
        .skip_while(u8::is_ascii_whitespace)
        .take(32)
        .map(|byte| byte.to_ascii_lowercase())
        .collect();
    const KINDS: [(&[u8], &str); 7] = [
        (b"<!doctype html", "a web page"),
        (b"<html", "a web page"),
        (b"<!--", "a web page"),
        (b"<?xml", "an XML document"),
        (b"<", "an XML document"),
        (b"pk\x03\x04", "a workbook or zip archive"),
        (b"%pdf", "a PDF document"),
    ];
    KINDS.into_iter().find(|(signature, _)| start.starts_with(signature)).map(|(_, kind)| kind)
}

/// Decodes by byte order mark, else as UTF-8, else as Windows-1252, the two in which lists of names come.
fn decode(bytes: &[u8], path: &Path, issues: &mut ListIssues) -> String {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            issues.add(format!("`{}` read as Windows-1252, since it is not UTF-8", file_name(path)));
            WINDOWS_1252.decode(bytes).0.into_owned()
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Adds a name to an entity once; of two kinds of one name the one that says more stays.
fn add_name(entity: &mut ListedEntity, name: &str, kind: NameKind) {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return;
    }
    // A former name still makes a match, a weak alias never does.
    let rank = |kind: NameKind| match kind {
        NameKind::Primary => 0,
        NameKind::StrongAlias => 1,
        NameKind::FormerName => 2,
        NameKind::WeakAlias => 3,
    };
    match entity.names.iter_mut().find(|known| known.name == name) {
        Some(known) if rank(kind) < rank(known.kind) => known.kind = kind,
        Some(_) => {}
        None => entity.names.push(ListedName { name, kind }),
    }
}

/// Adds what is not there yet.
fn add_once<T: PartialEq>(values: &mut Vec<T>, value: T) {
    if !values.contains(&value) {
        values.push(value);
    }
}

fn quote_all<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::listed_entity::Known;
    use std::fmt::Write as _;
    use std::io::Write as _;
    use std::path::PathBuf;

    const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/watchlists");

    /// Each folder below `tests/cases/watchlists/FORMAT/` is a case: the list under one of these names, and `expected.txt`.
    const INPUTS: [&str; 4] = ["sdn.csv", "cons_prim.csv", "input.csv", "input.toml"];

    #[test]
    fn cases_hold() {
        let mut n_cases = 0;
        for format in Format::ALL {
            for case in folders(&Path::new(CASES).join(format.as_str())) {
                let input = INPUTS.map(|name| case.join(name)).into_iter().find(|path| path.exists());
                let input = input.unwrap_or_else(|| panic!("{} holds no list", case.display()));
                let found = match read(&input, format, "case", None) {
                    Ok(watchlist) => print(&watchlist),
                    Err(error) => format!("error: {error}\n").replace(&format!("{}/", case.display()), ""),
                };
                let expected = case.join("expected.txt");
                if std::env::var_os("ACCEPT").is_some() {
                    std::fs::write(&expected, &found).expect("cases can be written");
                }
                let text = std::fs::read_to_string(&expected).unwrap_or_default();
                assert!(found == text, "{}\n--- expected\n{text}\n--- found\n{found}", case.display());
                n_cases += 1;
            }
        }
        assert!(n_cases >= 30, "only {n_cases} cases were read");
    }

    fn folders(path: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(path).unwrap_or_else(|_| panic!("{} is there", path.display()));
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder can be listed").path()).collect();
        folders.sort();
        folders
    }

    /// Writes a list as lines, so that a case can be read and changed by hand.
    fn print(watchlist: &Watchlist) -> String {
        let mut text = String::new();
        let day = |known: Known| match known {
            Known::Open => "open".to_owned(),
            Known::Unknown => "unknown".to_owned(),
            Known::On(day) => day.to_string(),
        };
        if let Some(as_of) = watchlist.as_of {
            let _ = writeln!(text, "as_of {as_of}");
        }
        for entity in &watchlist.entities {
            let (from, to) = (day(entity.listed_on), day(entity.delisted_on));
            let _ = writeln!(text, "entity {}: {:?}, listed {from} to {to}", entity.entity_id, entity.kind);
            entity.names.iter().for_each(|name| writeln!(text, "  {:?}: {}", name.kind, name.name).expect("a text grows"));
            let countries: Vec<&str> = entity.countries.iter().map(|country| country.as_str()).collect();
            let rows = [
                ("identifiers", entity.identifiers.join(" | ")),
                ("countries", countries.join(" | ")),
                ("addresses", entity.addresses.join(" | ")),
                ("programs", entity.programs.join(" | ")),
            ];
            for (what, values) in rows.into_iter().filter(|(_, values)| !values.is_empty()) {
                let _ = writeln!(text, "  {what}: {values}");
            }
        }
        for member in &watchlist.memberships {
            let (from, to) = (day(member.from), day(member.to));
            let _ = writeln!(text, "member {} of {}, {from} to {to}, {}", member.entity_id, member.group, member.source);
        }
        for edge in &watchlist.ownerships {
            let (from, to) = (day(edge.from), day(edge.to));
            let share = edge.share_percent.map_or("unstated".to_owned(), |share| format!("{share} percent"));
            let _ = writeln!(text, "owner {} of {}, {share}, {from} to {to}, {}", edge.owner_id, edge.owned_id, edge.source);
        }
        for (issue, times) in &watchlist.issues {
            let _ = writeln!(text, "issue {times}: {issue}");
        }
        text
    }

    #[test]
    fn formats_are_parsed() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.as_str()).expect("a format has a name"), format);
        }
        let message = |text| Format::parse(text).expect_err("no format").to_string();
        assert!(message("ofac-sdm").contains("did you mean `ofac-sdn`?"), "{}", message("ofac-sdm"));
        assert!(message("un-xml").contains("not in this version"), "{}", message("un-xml"));
        assert!(message("").contains("known: `ofac-sdn`, `names`, `plimsoll`"), "{}", message(""));
    }

    #[test]
    fn file_names_tell_formats() {
        let cases = [
            ("lists/sdn.csv", Some(Format::OfacSdn)),
            ("SDN.CSV.gz", Some(Format::OfacSdn)),
            ("cons_prim.csv", Some(Format::OfacSdn)),
            ("own.toml", Some(Format::Plimsoll)),
            ("names.csv", Some(Format::Names)),
            ("sdn.xml", None),
            ("", None),
        ];
        for (name, format) in cases {
            assert_eq!(Format::from_file_name(Path::new(name)), format, "`{name}`");
        }
    }

    #[test]
    fn packing_and_encoding_make_no_difference() {
        let text = "entity_id,name\n1,Société Étoile\n";
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text.as_bytes()).expect("memory can be written");
        let utf_16: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let cases = [
            (text.as_bytes().to_vec(), 0),
            (format!("\u{feff}{text}").into_bytes(), 0),
            (utf_16, 0),
            (packed.finish().expect("memory can be written"), 0),
            (WINDOWS_1252.encode(text).0.into_owned(), 1),
        ];
        for (bytes, n_issues) in cases {
            let watchlist = read_bytes(&bytes, None).expect("a list");
            assert_eq!(watchlist.entities[0].primary_name(), "Société Étoile");
            assert_eq!(watchlist.issues.len(), n_issues, "{:?}", watchlist.issues);
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let message = |bytes: &[u8]| read_bytes(bytes, None).expect_err("no list").to_string();
        assert!(message(b"").contains("is empty"));
        assert!(message(b"\x1a").contains("is empty"));
        assert!(message(b"\xef\xbb\xbf <HTML>").contains("is a web page, not a list"));
        assert!(message(b"PK\x03\x04").contains("workbook"));
        assert!(message(b"<?xml version='1.0'?>").contains("an XML document"));
        assert!(message(b"\x1f\x8b\x08\x00cut").contains("cannot unpack"));
        let folder = read(Path::new(CASES), Format::Names, "own", None).expect_err("a folder").to_string();
        assert!(folder.contains("is a folder, not a list"), "{folder}");
        let absent = read(Path::new("no-such-list.csv"), Format::Names, "own", None).expect_err("no file");
        assert_eq!(absent.exit_code(), 2);
        assert!(absent.to_string().contains("no-such-list.csv"));
    }

    #[test]
    fn the_run_file_states_the_edition() {
        let day = Day::parse_iso("2026-06-02");
        assert_eq!(read_bytes(b"entity_id,name\n1,A\n", day).expect("a list").as_of, day);
        let input = Path::new(CASES).join("plimsoll/whole/input.toml");
        let other = Day::parse_iso("2026-01-01");
        let watchlist = read(&input, Format::Plimsoll, "own", other).expect("a list");
        assert_eq!((watchlist.id.as_str(), watchlist.as_of, watchlist.issues.len()), ("own", other, 1));
    }

    fn read_bytes(bytes: &[u8], as_of: Option<Day>) -> Result<Watchlist> {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(bytes).expect("a temporary file can be written");
        read(file.path(), Format::Names, "own", as_of)
    }

    proptest::proptest! {
        /// Whatever a file holds, a reader answers with a list or an error.
        #[test]
        fn any_bytes_are_answered(text in "[0-9a,;\"'\n\r\\[\\]=.#{} -]{0,120}") {
            let path = Path::new(CASES).join("names/no-rows/input.csv");
            let mut issues = ListIssues::default();
            let _ = ofac_sdn::read(&path, &text, &mut issues);
            let _ = names::read(&path, &text, &mut issues);
            let _ = names::read(&path, &format!("entity_id,name,country\n{text}"), &mut issues);
            let _ = plimsoll::read(&path, &text);
            let _ = plimsoll::read(&path, &format!("[[entities]]\nid = \"a\"\nname = \"b\"\n{text}"));
        }
    }
}
