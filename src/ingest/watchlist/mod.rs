//! Watchlists: a list in any of its publishers' formats to entities with names, identifiers and dates.
//!
//! In: a file, packed with gzip or not, its format, and the edition if the run file states it. Out: a [`Watchlist`] sorted by
//! entity. What a list leaves open stays open: a format without dates gives `Known::Unknown`, never the day of its edition,
//! because an entity may have been listed long before. What a reader does not understand is an issue and counted; what it cannot
//! place is an error.

mod company_numbers;
mod days;
mod enumerated;
mod file;
mod identifiers;
mod issues;
mod joining;
mod json;
mod layout;
mod layout_rows;
mod links;
mod meanings;
mod nationality;
mod no_lists;
mod open_document;
mod speaking_order;
mod table;
mod uk_names;
mod unique;
mod xml;

mod au_dfat;
mod ca_sema;
mod ch_seco;
mod csl;
mod csl_json;
mod eu_fsf;
mod eu_fsf_csv;
mod ftm;
mod ftm_edges;
mod ftm_entity;
mod gleif;
mod jp_meti;
mod jp_mof;
mod layouts;
mod name_records;
mod names;
mod ofac_advanced;
mod ofac_enhanced;
mod ofac_features;
mod ofac_lines;
mod ofac_listing_days;
mod ofac_relationships;
mod ofac_remarks;
mod ofac_sdn;
mod ofac_xml;
mod opensanctions;
mod plimsoll;
mod senzing;
mod ua_nsdc;
mod uk_ofsi;
mod uk_sl;
mod un_xml;

use crate::error::{Error, Result, nearest};
use crate::model::date::Day;
use crate::model::listed_entity::Watchlist;
pub use file::{BUILT_IN, built_in_paths, digest};
use file::{Content, ListFile, file_name};
use issues::ListIssues;
use std::path::Path;
use table::Sheet;

/// The readers, in the order in which a file is tried when nobody says what it is: what looks like anything comes last.
static FORMATS: &[&Format] = &[
    &ofac_sdn::FORMAT,
    &ofac_xml::FORMAT,
    &ofac_advanced::FORMAT,
    &ofac_enhanced::FORMAT,
    &csl_json::FORMAT,
    &un_xml::FORMAT,
    &eu_fsf::FORMAT,
    &ca_sema::FORMAT,
    &ch_seco::FORMAT,
    &ftm::FORMAT,
    &senzing::FORMAT,
    &name_records::FORMAT,
    &csl::FORMAT,
    &uk_ofsi::FORMAT,
    &uk_sl::FORMAT,
    &au_dfat::FORMAT,
    &ua_nsdc::FORMAT,
    &jp_mof::FORMAT,
    &jp_meti::FORMAT,
    &opensanctions::FORMAT,
    &gleif::FORMAT,
    &layouts::BIS,
    &layouts::CN_MOFCOM,
    &layouts::EU_JOURNAL,
    &layouts::OFAC_PARSED,
    &layouts::US_BIS_MIEU,
    &layouts::US_DOD_1260H,
    &layouts::US_SPECIAL,
    &plimsoll::FORMAT,
    &names::FORMAT,
];

/// The layout of a list file, with its reader.
pub struct Format {
    /// As the run file and the command line call it.
    pub name: &'static str,
    /// What the bytes of such a file are.
    contents: &'static [Content],
    /// Whether a file looks like this layout.
    fits: fn(&Beginning) -> bool,
    read: fn(&ListFile, &mut ListIssues) -> Result<Watchlist>,
}

/// What a format is told by: the beginning of a file.
struct Beginning {
    /// The name of the file in small letters, without `.gz`.
    name: String,
    /// The first few thousand letters; nothing of a workbook.
    text: String,
    /// The first rows of the sheets of a workbook.
    sheets: Vec<Sheet>,
}

impl Beginning {
    /// How much of a file is looked at.
    const N_BYTES: usize = 1 << 16;
    /// How many lines or rows may stand above a header, and the header.
    const N_ROWS: usize = 30;

    fn of(file: &ListFile) -> Self {
        let name = file_name(&file.path).to_ascii_lowercase();
        let is_workbook = matches!(file.content, Content::ZipWorkbook | Content::OldWorkbook);
        let n_bytes = if is_workbook { 0 } else { file.bytes.len().min(Self::N_BYTES) };
        Beginning {
            name: name.strip_suffix(".gz").unwrap_or(&name).to_owned(),
            text: String::from_utf8_lossy(&file.bytes[..n_bytes]).trim_start_matches('\u{feff}').to_owned(),
            // A damaged workbook is told when it is read.
            sheets: if is_workbook { table::workbook_rows(file, Self::N_ROWS).unwrap_or_default() } else { Vec::new() },
        }
    }

    /// Whether one of the first lines or rows has all these columns.
    fn has_columns(&self, wanted: &[&str]) -> bool {
        let has_all = |cells: Vec<String>| wanted.iter().all(|column| cells.contains(&table::fold(column)));
        let rows = self.sheets.iter().flat_map(|sheet| &sheet.rows);
        rows.map(|row| row.cells.iter().map(|cell| table::fold(cell)).collect()).any(has_all)
            || self
                .text
                .lines()
                .take(Self::N_ROWS)
                .any(|line| has_all(line.split([',', ';', '\t', '|']).map(table::fold).collect()))
    }
}

impl Format {
    /// Returns the names of all formats that can be read.
    pub fn names() -> Vec<&'static str> {
        FORMATS.iter().map(|format| format.name).collect()
    }

    /// Returns the format of a name.
    pub fn parse(text: &str) -> Result<&'static Format> {
        if let Some(format) = FORMATS.iter().find(|format| format.name == text) {
            return Ok(format);
        }
        let known = format!("known: {}", quote_all(Format::names()));
        let error = Error::request(format!("unknown watchlist format `{text}`")).detail(known);
        Err(match nearest(text, Format::names()) {
            Some(meant) => error.hint(format!("did you mean `{meant}`?")),
            None => error,
        })
    }

    /// Returns the format that a file's name and beginning tell, if they tell one.
    fn of(file: &ListFile) -> Result<Option<&'static Format>> {
        let beginning = Beginning::of(file);
        if let Some(reason) = no_lists::reason(&beginning) {
            return Err(Error::request(format!("`{}` is no list but {reason}", file.path.display())));
        }
        let mut formats = FORMATS.iter().filter(|format| format.contents.contains(&file.content));
        Ok(formats.find(|format| (format.fits)(&beginning)).copied())
    }
}

/// Reads a list by the format that its content tells; `None` if it tells none.
pub fn read_told(path: &Path, id: &str) -> Result<Option<(&'static Format, Watchlist)>> {
    let all = [Content::Text, Content::Xml, Content::Json, Content::ZipWorkbook, Content::OldWorkbook];
    let file = ListFile::read(path, &all)?;
    let Some(format) = Format::of(&file)? else { return Ok(None) };
    Ok(Some((format, read_file(&file, format, id, None)?)))
}

/// Reads one edition of a list by the name of its format, or by a layout of the user's own: a TOML file below `folder`.
pub fn read_as(path: &Path, format: &str, folder: &Path, id: &str, as_of: Option<Day>) -> Result<Watchlist> {
    if !format.ends_with(".toml") {
        return read(path, Format::parse(format)?, id, as_of);
    }
    let layout_path = folder.join(format);
    let text = std::fs::read_to_string(&layout_path).map_err(|source| Error::file(&layout_path, "read", source))?;
    let layout = layout::Layout::parse(&text, &layout_path)?;
    let mut issues = ListIssues::default();
    let file = ListFile::read(path, &layouts::TABLES)?;
    let watchlist = layout_rows::read(&layout, &file, &mut issues)?;
    finish(watchlist, path, id, as_of, issues)
}

/// Reads one edition of a list. `as_of` is the edition that the run file states; without it the list's own is taken, if any.
pub fn read(path: &Path, format: &Format, id: &str, as_of: Option<Day>) -> Result<Watchlist> {
    read_file(&ListFile::read(path, format.contents)?, format, id, as_of)
}

fn read_file(file: &ListFile, format: &Format, id: &str, as_of: Option<Day>) -> Result<Watchlist> {
    let mut issues = ListIssues::default();
    let watchlist = (format.read)(file, &mut issues)?;
    finish(watchlist, &file.path, id, as_of, issues)
}

/// Refuses an empty list, and gives the others their id, edition and order.
fn finish(mut watchlist: Watchlist, path: &Path, id: &str, as_of: Option<Day>, mut issues: ListIssues) -> Result<Watchlist> {
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

fn quote_all<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::listed_entity::Known;
    use crate::names::identifiers::Identifier;
    use encoding_rs::WINDOWS_1252;
    use std::fmt::Write as _;
    use std::io::Write as _;
    use std::path::PathBuf;

    const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/watchlists");

    #[test]
    fn cases_hold() {
        // Each folder below `tests/cases/watchlists/FORMAT/` is a case: a list and `expected.txt`.
        let mut n_cases = 0;
        for format in FORMATS {
            for case in folders(&Path::new(CASES).join(format.name)) {
                let input = list_of(&case);
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
        assert!(n_cases >= 60, "only {n_cases} cases were read");
    }

    /// Returns the list of a case: `input.*`, or a file that bears the publisher's name, with others beside it.
    fn list_of(case: &Path) -> PathBuf {
        let primary = ["sdn.csv", "sdn.pip", "cons_prim.csv", "cons_prim.ff", "subjects.csv"].map(|name| case.join(name));
        let input = folders(case)
            .into_iter()
            .find(|path| path.file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with("input")));
        let found = primary.into_iter().find(|path| path.exists()).or(input);
        found.unwrap_or_else(|| panic!("{} holds no list", case.display()))
    }

    /// Returns what lies in a folder, sorted.
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
            let _ = writeln!(text, "entity {}: {:?}", entity.entity_id, entity.kind);
            entity.names.iter().for_each(|name| writeln!(text, "  {:?}: {}", name.kind, name.name).expect("a text grows"));
            let countries: Vec<&str> = entity.countries.iter().map(|country| country.as_str()).collect();
            let identifiers: Vec<String> = entity.identifiers.iter().map(print_identifier).collect();
            let rows = [
                ("identifiers", identifiers.join(" | ")),
                ("countries", countries.join(" | ")),
                ("addresses", entity.addresses.join(" | ")),
            ];
            for (what, values) in rows.into_iter().filter(|(_, values)| !values.is_empty()) {
                let _ = writeln!(text, "  {what}: {values}");
            }
            for same in &entity.same_as {
                let _ = writeln!(text, "  same as {}:{}", same.watchlist, same.entity_id);
            }
            for act in &entity.designations {
                let by = if act.authority.is_empty() { String::new() } else { format!(" by {}", act.authority) };
                let (from, to) = (day(act.listed_on), day(act.delisted_on));
                let _ = writeln!(text, "  listed{by} {from} to {to}: {}", act.programs.join(" | "));
            }
        }
        for member in &watchlist.memberships {
            let (from, to) = (day(member.from), day(member.to));
            let _ = writeln!(text, "member {} of {}, {from} to {to}, {}", member.entity_id, member.group, member.source);
        }
        for edge in &watchlist.ownerships {
            let (from, to) = (day(edge.from), day(edge.to));
            let share = edge.share.map_or("unstated".to_owned(), |share| format!("{share} percent"));
            let _ = writeln!(text, "owner {} of {}, {share}, {from} to {to}, {}", edge.owner_id, edge.owned_id, edge.source);
        }
        for link in &watchlist.links {
            let to_id = link.to_id.as_deref().unwrap_or("not listed");
            let _ = writeln!(text, "link {} {} {} ({to_id}), {}", link.from_id, link.kind, link.to_name, link.source);
        }
        for (issue, times) in &watchlist.issues {
            let _ = writeln!(text, "issue {times}: {issue}");
        }
        text
    }

    /// Writes an identifier with its kind; `?` where check digits do not prove it.
    fn print_identifier(identifier: &Identifier) -> String {
        let mark = if identifier.is_valid { "" } else { "?" };
        format!("{}{mark} {}", identifier.kind.as_str(), identifier.text)
    }

    #[test]
    fn formats_are_parsed() {
        for format in FORMATS {
            assert_eq!(Format::parse(format.name).expect("a format has a name").name, format.name);
        }
        let message = |text| Format::parse(text).err().expect("no format").to_string();
        assert!(message("ofac-sdm").contains("did you mean `ofac-sdn`?"), "{}", message("ofac-sdm"));
        assert!(message("").contains("known: `ofac-sdn`"), "{}", message(""));
    }

    #[test]
    fn cases_are_told_by_their_beginning() {
        let mut n_told = 0;
        for format in FORMATS {
            for case in folders(&Path::new(CASES).join(format.name)) {
                let input = list_of(&case);
                // A list that is damaged on purpose need not be told for what it is.
                if read(&input, format, "case", None).is_ok() {
                    let told = read_told(&input, "case").expect("a list");
                    assert_eq!(told.map(|(format, _)| format.name), Some(format.name), "{}", input.display());
                    n_told += 1;
                }
            }
        }
        assert!(n_told >= 30, "only {n_told} lists were told");
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
        let folder = read(Path::new(CASES), &names::FORMAT, "own", None).expect_err("a folder").to_string();
        assert!(folder.contains("is a folder, not a list"), "{folder}");
        let absent = read(Path::new("no-such-list.csv"), &names::FORMAT, "own", None).expect_err("no file");
        assert_eq!(absent.exit_code(), 2);
        assert!(absent.to_string().contains("no-such-list.csv"));
    }

    #[test]
    fn the_run_file_states_the_edition() {
        let day = Day::parse_iso("2026-06-02");
        assert_eq!(read_bytes(b"entity_id,name\n1,A\n", day).expect("a list").as_of, day);
        let input = Path::new(CASES).join("plimsoll/whole/input.toml");
        let other = Day::parse_iso("2026-01-01");
        let watchlist = read(&input, &plimsoll::FORMAT, "own", other).expect("a list");
        assert_eq!((watchlist.id.as_str(), watchlist.as_of, watchlist.issues.len()), ("own", other, 1));
    }

    fn read_bytes(bytes: &[u8], as_of: Option<Day>) -> Result<Watchlist> {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(bytes).expect("a temporary file can be written");
        read(file.path(), &names::FORMAT, "own", as_of)
    }

    #[test]
    fn a_layout_of_ones_own_explains_a_list() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file can be written");
        let layout =
            "title = \"Own\"\nid = [\"No\"]\ndates = [\"%d.%m.%Y\"]\n[columns]\nFirm = \"name\"\nSince = \"listed_on\"\n";
        write("own.toml", layout);
        write("list.csv", "No;Firm;Since;Note\n7;Rotor;1.2.2024;x\n");
        let read_own = || read_as(&folder.path().join("list.csv"), "own.toml", folder.path(), "own", None);
        let watchlist = read_own().expect("a list");
        let listed_on = Known::On(Day::parse_iso("2024-02-01").expect("a day"));
        assert_eq!((watchlist.entities[0].entity_id.as_str(), watchlist.entities[0].listed_on()), ("7", listed_on));
        assert_eq!(watchlist.issues, [("column `Note` not used".to_owned(), 1)]);
        for (found, replaced, message) in [
            ("dates =", "datse =", "unknown key `datse`"),
            ("\"name\"", "\"nmae\"", "line 5"),
            ("\"name\"", "\"former_name\"", "has no column for `name`"),
            ("[\"No\"]", "[]", "names no column in `id`"),
            ("[\"No\"]", "[\"Number\"]", "looked for: `Number`, `Firm`"),
        ] {
            write("own.toml", &layout.replace(found, replaced));
            let error = read_own().expect_err("no layout of this list").to_string();
            assert!(error.contains(message), "{message}\n{error}");
        }
    }

    proptest::proptest! {
        /// Whatever a file holds, a reader answers with a list or an error.
        #[test]
        fn any_bytes_are_answered(text in "[0-9a,;\"'\n\r\\[\\]=.#{} ()|@\u{6240}-]{0,120}") {
            let heads = ["", "entity_id,name,country\n", "[[entities]]\nid = \"a\"\nname = \"b\"\n", "     36", "36|\"", "1 所在地：\n2 "];
            for (format, head) in FORMATS.iter().flat_map(|format| heads.map(|head| (format, head))) {
                let (path, bytes) = (PathBuf::from("none.csv"), format!("{head}{text}").into_bytes());
                let file = ListFile { path, bytes, content: Content::Text };
                let _ = (format.read)(&file, &mut ListIssues::default());
            }
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

        /// A case with some of its bytes changed, or cut off, is answered with a list or an error.
        #[test]
        fn damaged_cases_are_answered(changes in proptest::collection::vec((0.0..1.0_f64, proptest::num::u8::ANY), 1..6), end in 0.2..1.2_f64) {
            for format in FORMATS {
                for case in folders(&Path::new(CASES).join(format.name)) {
                    let path = list_of(&case);
                    let mut bytes = std::fs::read(&path).expect("a case can be read");
                    bytes.truncate((bytes.len() as f64 * end) as usize + 1);
                    for (place, byte) in &changes {
                        let at = (bytes.len() as f64 * place) as usize;
                        if let Some(changed) = bytes.get_mut(at) {
                            *changed = *byte;
                        }
                    }
                    let content = ListFile::read(&path, format.contents).map_or(Content::Text, |file| file.content);
                    if format.contents.contains(&content) {
                        let file = ListFile { path, bytes, content };
                        let _ = (format.read)(&file, &mut ListIssues::default());
                    }
                }
            }
        }
    }
}
