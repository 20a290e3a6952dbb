//! The codes of one cell: mostly one, sometimes several, which become a list in their order with `;` between.
//!
//! In: a cell of a record. Out: its codes as the store holds them, with what was repaired and what was left out. Surprising: a part of
//! a list counts from four digits on, because `12/05/2022` in a column of codes must not become chapters 12 and 05; and a list of
//! which more parts are no codes than are some is no list.

use super::hs_code::{HsCode, Reason};

/// Stands between the codes of a list.
pub const CODE_MARK: char = ';';

/// Fewer digits than a heading are no whole code where several stand in one cell.
const LEAST_DIGITS: usize = 4;

/// What a cell says about codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedCodes {
    /// Distinct codes in their order, with [`CODE_MARK`] between.
    pub text: String,
    /// What was counted as repaired, each rule once.
    pub repairs: Vec<&'static str>,
    /// Whether the cell states more than one code.
    pub is_list: bool,
    /// Why parts of a list were left out, each reason once.
    pub faults: Vec<Reason>,
}

impl StatedCodes {
    /// Reads a cell that holds one code or several; `expected_digits` is the length that the source declares.
    ///
    /// Codes are parted by `;`, `|`, `/` and line ends; by commas, if only whole codes stand between them; else by blanks, if what they
    /// part has one length. A text that reads as one code is one.
    pub fn parse(text: &str, expected_digits: Option<usize>) -> Result<Self, Reason> {
        let single = HsCode::parse(text, expected_digits);
        // Lines part codes, unless they break one code of the declared length.
        let has_lines = text.trim().contains(['\n', '\r']);
        match single {
            Ok((code, repair)) if !has_lines || Some(code.as_str().len()) == expected_digits => Ok(StatedCodes {
                text: code.as_str().to_owned(),
                repairs: repair.map(|repair| repair.as_str()).into_iter().collect(),
                is_list: false,
                faults: Vec::new(),
            }),
            Ok((code, repair)) => {
                let list = Parts::read(text, expected_digits).into_list();
                Ok(list.unwrap_or_else(|| StatedCodes {
                    text: code.as_str().to_owned(),
                    repairs: repair.map(|repair| repair.as_str()).into_iter().collect(),
                    is_list: false,
                    faults: Vec::new(),
                }))
            }
            Err(reason) => Parts::read(text, expected_digits).into_list().ok_or(reason),
        }
    }
}

/// Returns the codes of a column `hs_code`, which holds one or a list.
pub fn codes_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(CODE_MARK)
}

/// The parts of a cell that states several codes, as they are found.
#[derive(Default)]
struct Parts {
    codes: Vec<HsCode>,
    repairs: Vec<&'static str>,
    n_codes: usize,
    faults: Vec<Reason>,
}

impl Parts {
    fn read(text: &str, expected_digits: Option<usize>) -> Parts {
        let mut parts = Parts::default();
        let is_strong = |letter: char| matches!(letter, ';' | '|' | '/' | '\n' | '\r');
        for part in text.split(is_strong).map(str::trim).filter(|part| !part.is_empty()) {
            parts.add(part, expected_digits);
        }
        parts
    }

    /// Adds what stands between two marks: a code, or whole codes with commas or blanks between.
    fn add(&mut self, part: &str, expected_digits: Option<usize>) {
        let reason = match whole_code(part, expected_digits) {
            Ok((code, repair)) => return self.push(code, repair),
            Err(reason) => reason,
        };
        for is_mark in [(|letter: char| letter == ',') as fn(char) -> bool, char::is_whitespace] {
            let pieces: Vec<&str> = part.split(is_mark).map(str::trim).filter(|piece| !piece.is_empty()).collect();
            let codes: Vec<_> = pieces.iter().filter_map(|piece| whole_code(piece, expected_digits).ok()).collect();
            if codes.len() > 1 && codes.len() == pieces.len() {
                return codes.into_iter().for_each(|(code, repair)| self.push(code, repair));
            }
        }
        self.faults.push(reason);
    }

    fn push(&mut self, code: HsCode, repair: Option<&'static str>) {
        self.n_codes += 1;
        if !self.codes.contains(&code) {
            self.codes.push(code);
        }
        if let Some(rule) = repair.filter(|rule| !self.repairs.contains(rule)) {
            self.repairs.push(rule);
        }
    }

    fn into_list(mut self) -> Option<StatedCodes> {
        if self.n_codes == 0 || self.n_codes < self.faults.len() || self.n_codes + self.faults.len() < 2 {
            return None;
        }
        self.faults.sort_unstable();
        self.faults.dedup();
        let codes: Vec<&str> = self.codes.iter().map(HsCode::as_str).collect();
        Some(StatedCodes { text: codes.join(";"), repairs: self.repairs, is_list: true, faults: self.faults })
    }
}

/// Reads a part of a list, which is a heading at least.
fn whole_code(text: &str, expected_digits: Option<usize>) -> Result<(HsCode, Option<&'static str>), Reason> {
    let (code, repair) = HsCode::parse(text, expected_digits)?;
    if code.as_str().len() < LEAST_DIGITS {
        return Err(Reason::TooShort);
    }
    Ok((code, repair.map(|repair| repair.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what a cell becomes as the cases write it: the codes, what was repaired, and with `!` what was left out.
    fn outcome(raw: &str, expected_digits: Option<usize>) -> String {
        match StatedCodes::parse(raw, expected_digits) {
            Err(reason) => format!("! {reason}"),
            Ok(codes) => {
                let list = codes.is_list.then(|| "several_codes".to_owned());
                let repairs = codes.repairs.iter().map(|rule| rule.to_string());
                let faults = codes.faults.iter().map(|reason| format!("!{reason}"));
                [codes.text].into_iter().chain(list).chain(repairs).chain(faults).collect::<Vec<_>>().join(" ")
            }
        }
    }

    #[test]
    fn reads_the_codes_of_the_cases() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/values/hs_codes.csv");
        let cases: Vec<_> = csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect();
        assert!(cases.len() >= 200, "the cases are there");
        let wrong: Vec<String> = cases
            .iter()
            .filter_map(|case| {
                let found = outcome(&case[0], case[1].parse().ok());
                (found != case[2]).then(|| format!("`{}` ({}): {found}, not {}: {}", &case[0], &case[1], &case[2], &case[3]))
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_list_is_read_again_as_it_is() {
        for text in ["8457101000;8458110000", "8457;8458", "0102;8457101000"] {
            assert_eq!(outcome(text, None), format!("{text} several_codes"));
            assert_eq!(codes_of(text).collect::<Vec<_>>().join(";"), text);
        }
    }
}
