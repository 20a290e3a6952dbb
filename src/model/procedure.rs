//! Customs procedures: what kind of movement a code means, by a table a reporter.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Codes of procedures by regime, as lines of data.
const PROCEDURES: &str = include_str!("../reference/procedures.csv");

/// The regime whose codes a reporter uses, as lines of data.
const REGIMES: &str = include_str!("../reference/procedure_regimes.csv");

/// Returns the class of a procedure code (`final`, `temporary`, `processing`, `warehouse`, `free_zone`, `transit`, `reexport`,
/// `reimport`), or `unknown` where the table of the reporter does not have it.
pub fn procedure_class(reporter_country_code: &str, procedure_code: &str) -> &'static str {
    static REGIME_OF: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    static TABLE: OnceLock<HashMap<(&'static str, &'static str), &'static str>> = OnceLock::new();
    let regime_of = REGIME_OF.get_or_init(|| rows(REGIMES).map(|cells| (cells[0], cells[1])).collect());
    let table = TABLE.get_or_init(|| rows(PROCEDURES).map(|cells| ((cells[0], cells[1]), cells[2])).collect());
    let Some(regime) = regime_of.get(reporter_country_code) else { return "unknown" };
    let main_code = procedure_code.get(..2).unwrap_or(procedure_code);
    table.get(&(*regime, main_code)).copied().unwrap_or("unknown")
}

/// Returns the cells of each line of a table without its head; descriptions hold no comma.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split(',').collect())
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
    fn a_code_means_what_the_regime_of_its_reporter_says() {
        for (reporter, code, class) in [
            ("RU", "7800021", "free_zone"),
            ("KZ", "78", "free_zone"),
            ("KZ", "40", "final"),
            ("AM", "51", "processing"),
            ("TR", "1000", "final"),
            ("TR", "3151", "reexport"),
            ("TR", "6123", "reimport"),
            ("TR", "7100", "warehouse"),
            ("DE", "4200", "final"),
            ("DE", "7100", "warehouse"),
            ("RU", "90", "unknown"),
            ("RU", "", "unknown"),
            ("TR", "80", "unknown"),
            ("PE", "10", "unknown"),
        ] {
            assert_eq!(procedure_class(reporter, code), class, "{reporter} {code}");
        }
    }

    #[test]
    fn tables_of_procedures_hold_known_classes_and_each_code_once() {
        let classes =
            ["final", "temporary", "processing", "warehouse", "free_zone", "transit", "reexport", "reimport", "unknown"];
        let mut seen = std::collections::BTreeSet::new();
        for cells in rows(PROCEDURES) {
            let [regime, code, class, status, _] = cells[..] else { panic!("{cells:?}") };
            assert!(code.len() == 2 && classes.contains(&class) && matches!(status, "" | "recalled"), "{cells:?}");
            assert!(seen.insert((regime, code)), "{cells:?} stands twice");
        }
        for cells in rows(REGIMES) {
            assert!(seen.iter().any(|(regime, _)| *regime == cells[1]), "{cells:?}");
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
