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

/// Tells whether a record counts as a movement over the border by default.
///
/// Released or unknown status counts, transit does not, and a change of regime is no new crossing: goods that were under a
/// procedure before (`53` before `40`) crossed the border then.
pub fn is_crossing(procedure_class: &str, previous_procedure_code: &str, release_status: &str) -> bool {
    let had_procedure = previous_procedure_code.bytes().any(|byte| byte != b'0');
    procedure_class != "transit" && !had_procedure && !matches!(release_status, "refused" | "withdrawn")
}
