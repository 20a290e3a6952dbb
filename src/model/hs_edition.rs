//! Editions of the Harmonized System, named by the year in which they came into force.

use std::fmt;

/// One of the seven editions from 1992 to 2022.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HsEdition(u16);

impl HsEdition {
    /// All editions, oldest first. Statistics call them `H0` to `H6`.
    pub const ALL: [HsEdition; 7] =
        [HsEdition(1992), HsEdition(1996), HsEdition(2002), HsEdition(2007), HsEdition(2012), HsEdition(2017), HsEdition(2022)];

    /// The edition that codes of today are written in.
    pub const NEWEST: HsEdition = HsEdition(2022);

    /// Reads `2017`, `HS2017`, `HS 2017` or, as UN Comtrade writes it, `H5`.
    pub fn parse(text: &str) -> Option<HsEdition> {
        let text = text.trim().to_ascii_uppercase();
        if let [b'H', digit @ b'0'..=b'6'] = text.as_bytes() {
            return Some(Self::ALL[usize::from(digit - b'0')]);
        }
        let year: u16 = text.strip_prefix("HS").unwrap_or(&text).trim().parse().ok()?;
        Self::ALL.into_iter().find(|edition| edition.0 == year)
    }

    pub fn year(self) -> u16 {
        self.0
    }

    /// Returns the place among all editions, which is its bit in a set of them.
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|edition| *edition == self).expect("an edition is one of all")
    }
}

impl fmt::Display for HsEdition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl serde::Serialize for HsEdition {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editions_are_read_as_sources_write_them() {
        for (text, year) in [
            ("2017", Some(2017)),
            ("HS2017", Some(2017)),
            ("HS 2022", Some(2022)),
            ("H0", Some(1992)),
            ("H6", Some(2022)),
            (" h5 ", Some(2017)),
            ("2018", None),
            ("H7", None),
            ("", None),
            ("S4", None),
        ] {
            assert_eq!(HsEdition::parse(text).map(HsEdition::year), year, "`{text}`");
        }
        assert!(HsEdition::ALL.into_iter().enumerate().all(|(at, edition)| edition.index() == at));
    }
}
