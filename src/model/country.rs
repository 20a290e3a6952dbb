//! A country as ISO 3166-1 alpha-2, and the table of spellings that lead to it.

use serde::Serialize;
use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

/// An ISO 3166-1 alpha-2 code in capitals. `XK` (Kosovo) is the one user-assigned code in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 2]);

/// Spellings in six languages, two- and three-letter codes and UN M49 numbers, as lines of data.
const SPELLINGS: &str = include_str!("../reference/countries/spellings.csv");

/// Numbers of customs services and statistical offices that are not ISO 3166-1, as lines of data.
const CODES: &str = include_str!("../reference/countries/codes.csv");

/// A system of country codes that is not ISO 3166-1, such as that of a customs service.
#[derive(Debug)]
pub struct CodeSystem(HashMap<&'static str, CountryCode>);

impl CodeSystem {
    /// Returns the system of a name; `None` where the table has none.
    pub fn of(name: &str) -> Option<&'static CodeSystem> {
        static TABLE: OnceLock<HashMap<&'static str, CodeSystem>> = OnceLock::new();
        let table = TABLE.get_or_init(|| {
            let mut table: HashMap<&str, CodeSystem> = HashMap::new();
            for line in CODES.lines().filter(|line| !line.starts_with('#')).skip(1) {
                let mut cells = line.split(',');
                if let (Some(system), Some(code), Some(country)) = (cells.next(), cells.next(), cells.next()) {
                    let codes = table.entry(system).or_insert_with(|| CodeSystem(HashMap::new()));
                    codes.0.insert(code.trim_start_matches('0'), CountryCode::from_bytes(country));
                }
            }
            table
        });
        table.get(name)
    }

    /// Tells whether a text is a code of such a system, and no name: it has digits alone.
    pub fn is_code(text: &str) -> bool {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Returns the country of a code, with zeros in front or without.
    pub fn country(&self, code: &str) -> Option<CountryCode> {
        self.0.get(code.trim_start_matches('0')).copied()
    }
}

impl CountryCode {
    /// Returns the country that a text names: a code of two or three letters, an M49 number or a name in one of the table's
    /// languages, whatever its case and punctuation; `None` where the table does not know it.
    pub fn parse(text: &str) -> Option<Self> {
        static TABLE: OnceLock<HashMap<String, CountryCode>> = OnceLock::new();
        let table = TABLE.get_or_init(|| {
            let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(SPELLINGS.as_bytes());
            reader
                .records()
                .map(|line| line.expect("the table of country spellings is part of the program and well formed"))
                .map(|line| (fold(&line[0]), CountryCode::from_bytes(&line[1])))
                .collect()
        });
        table.get(&fold(text)).copied()
    }

    fn from_bytes(code: &str) -> Self {
        let bytes: [u8; 2] = code.as_bytes().try_into().expect("codes in the table of country spellings have two letters");
        CountryCode(bytes)
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("country codes are ASCII")
    }
}

/// Returns the letters and digits of a spelling in lower case, `ё` as `е`.
fn fold(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .map(|letter| if letter == 'ё' { 'е' } else { letter })
        .collect()
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for CountryCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spellings() -> Vec<(String, String)> {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(SPELLINGS.as_bytes());
        reader.records().map(Result::unwrap).map(|line| (line[0].to_string(), line[1].to_string())).collect()
    }

    #[test]
    fn no_spelling_leads_to_two_countries() {
        let mut codes = HashMap::new();
        for (spelling, code) in spellings() {
            assert!(code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()), "`{spelling},{code}`");
            let key = fold(&spelling);
            assert!(!key.is_empty(), "`{spelling}` folds to nothing");
            if let Some(other) = codes.insert(key, code.clone()) {
                assert_eq!(other, code, "`{spelling}` leads to two countries");
            }
        }
    }

    #[test]
    fn every_country_is_there_with_its_codes() {
        let mut numbers = HashMap::new();
        for (spelling, code) in spellings() {
            assert_eq!(CountryCode::parse(&code).map(|code| code.to_string()), Some(code.clone()));
            if spelling.len() == 3 && spelling.bytes().all(|byte| byte.is_ascii_digit()) {
                assert_eq!(numbers.insert(code.clone(), spelling.clone()), None, "`{code}` has two M49 numbers");
            }
        }
        assert_eq!(numbers.len(), 249, "ISO 3166-1 has 249 entries; Kosovo has no number");
    }

    #[test]
    fn numbers_of_a_customs_service_are_read_by_its_table_alone() {
        for (system, code, country) in [
            ("cl-aduana", "336", Some("CN")),
            ("br-comexstat", "023", Some("DE")),
            ("br-comexstat", "23", Some("DE")),
            ("eurostat-geonom", "0720", Some("CN")),
            ("eurostat-geonom", "004", Some("DE")),
            ("cl-aduana", "998", None),
        ] {
            let found = CodeSystem::of(system).unwrap().country(code);
            assert_eq!(found.map(|country| country.to_string()).as_deref(), country, "{system} {code}");
        }
        assert!(CodeSystem::of("iso").is_none());
        assert!(CodeSystem::is_code("0720") && !CodeSystem::is_code("CN") && !CodeSystem::is_code(""));
    }

    #[test]
    fn each_code_of_a_system_stands_once_and_leads_to_a_country() {
        let mut seen = std::collections::BTreeSet::new();
        for line in CODES.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let [system, code, country, status] = line.split(',').collect::<Vec<_>>()[..] else { panic!("`{line}`") };
            assert!(seen.insert((system, code.trim_start_matches('0'))), "`{line}` stands twice");
            assert_eq!(CountryCode::parse(country).map(|code| code.to_string()).as_deref(), Some(country), "`{line}`");
            assert!(matches!(status, "" | "recalled"), "`{line}`");
        }
    }

    #[test]
    fn reads_the_spellings_of_the_trade() {
        for (text, code) in [
            ("cn", "CN"),
            ("CHN", "CN"),
            ("156", "CN"),
            ("КИТАЙ", "CN"),
            ("КНР", "CN"),
            ("China, P.R.", "CN"),
            ("KOREA, REPUBLIC OF", "KR"),
            ("SOUTH KOREA", "KR"),
            ("COREA DEL SUR", "KR"),
            ("КНДР", "KP"),
            ("HONG KONG", "HK"),
            ("ГОНКОНГ", "HK"),
            ("TAIWAN, PROVINCE OF CHINA", "TW"),
            ("ТАЙВАНЬ (КИТАЙ)", "TW"),
            ("РОССИЯ", "RU"),
            ("РФ", "RU"),
            ("Russian Federation", "RU"),
            ("TÜRKİYE", "TR"),
            ("Turkiye", "TR"),
            ("ТУРЦИЯ", "TR"),
            ("EE.UU.", "US"),
            ("ESTADOS UNIDOS", "US"),
            ("JAPÓN", "JP"),
            ("JAPON", "JP"),
            ("REINO UNIDO", "GB"),
            ("PAISES BAJOS", "NL"),
            ("ALEMANIA", "DE"),
            ("U.A.E.", "AE"),
            ("ОАЭ", "AE"),
            ("Kosovo", "XK"),
            ("004", "AF"),
            ("Côte d’Ivoire", "CI"),
            ("COTE D`IVOIRE", "CI"),
            ("Кот-д'Ивуар", "CI"),
            ("Объединённые Арабские Эмираты", "AE"),
            ("俄罗斯联邦", "RU"),
            ("الاتحاد الروسي", "RU"),
        ] {
            assert_eq!(CountryCode::parse(text).map(|code| code.to_string()).as_deref(), Some(code), "`{text}`");
        }
    }

    #[test]
    fn what_is_no_single_country_stays_unknown() {
        for text in ["", "-", "Korea", "КОРЕЯ", "EUROPEAN UNION", "OTHER COUNTRY", "COLON FREE ZONE", "ZZ", "UNDEFINED", "4", "Z"]
        {
            assert_eq!(CountryCode::parse(text), None, "`{text}`");
        }
    }
}
