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
