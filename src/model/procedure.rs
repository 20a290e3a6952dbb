//! Customs procedures: what kind of movement a code means, by a table a reporter.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Codes of procedures by reporter, as lines of data.
const PROCEDURES: &str = include_str!("../reference/procedures.csv");

/// Returns the class of a procedure code (`final`, `temporary`, `processing`, `warehouse`, `free_zone`, `transit`, `reexport`,
/// `reimport`), or `unknown` where the table of the reporter does not have it.
pub fn procedure_class(reporter_country_code: &str, procedure_code: &str) -> &'static str {
    static TABLE: OnceLock<HashMap<(&'static str, &'static str), &'static str>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        PROCEDURES
            .lines()
            .filter(|line| !line.starts_with('#'))
            .skip(1)
            .filter_map(|line| {
                let mut cells = line.split(',');
                Some(((cells.next()?, cells.next()?), cells.next()?))
            })
            .collect()
    });
    let main_code = procedure_code.get(..2).unwrap_or(procedure_code);
    table.get(&(reporter_country_code, main_code)).copied().unwrap_or("unknown")
}

/// Returns the previous procedure that a combined code holds: digits 3 and 4 of box 37 of the declaration (`4053000` is 40 after 53), by
/// the rules for filling in the declaration on goods, EAEU Commission decision 257 of 20 May 2010, and the single administrative
/// document of the EU alike. `None` where the code is not a combined one.
pub fn previous_of(procedure_code: &str) -> Option<&str> {
    let is_combined = procedure_code.len() >= 4 && procedure_code.bytes().all(|byte| byte.is_ascii_digit());
    procedure_code.get(2..4).filter(|_| is_combined)
}

/// Tells whether a record counts as a movement over the border by default.
///
/// Released or unknown status counts, transit does not, and a change of regime is no new crossing: goods that were under a
/// procedure before (`53` before `40`) crossed the border then.
pub fn is_crossing(procedure_class: &str, previous_procedure_code: &str, release_status: &str) -> bool {
    let had_procedure = previous_procedure_code.bytes().any(|byte| byte != b'0');
    procedure_class != "transit" && !had_procedure && !matches!(release_status, "refused" | "withdrawn")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combined_codes_hold_the_previous_procedure() {
        for (code, previous) in
            [("4053000", Some("53")), ("4000000", Some("00")), ("4071", Some("71")), ("40", None), ("40A5", None), ("", None)]
        {
            assert_eq!(previous_of(code), previous, "{code}");
        }
    }

    #[test]
    fn a_change_of_regime_is_no_crossing() {
        for (code, previous, status, expected) in [
            ("40", "00", "released", true),
            ("40", "", "", true),
            ("40", "53", "released", false),
            ("53", "00", "released", true),
            ("80", "00", "released", false),
            ("40", "00", "refused", false),
        ] {
            assert_eq!(is_crossing(procedure_class("RU", code), previous, status), expected, "{code} {previous} {status}");
        }
    }
}
