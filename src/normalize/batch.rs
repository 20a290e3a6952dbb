//! What a batch gathers beside its columns.

use crate::model::account::Rejection;
use crate::model::issue::Issues;
use crate::model::part::LineNumbers;

/// What a batch gathers beside its columns.
#[derive(Default)]
pub struct Batch {
    pub issues: Issues,
    pub line_numbers: LineNumbers,
    pub rejections: Vec<Rejection>,
}

impl Batch {
    pub fn tally(&mut self, row: &Row) {
        for role in Role::ALL {
            let Some(party_key) = row.party_keys[role as usize] else { continue };
            let slot = role_slot(role);
            self.sidecar
                .parties
                .entry((party_key, role))
                .or_insert_with(|| PartyCount {
                    name: row.text(slot).to_owned(),
                    country_code: row.text(slot + 1).to_owned(),
                    registration_id: row.text(slot + 2).to_owned(),
                    n_records: 0,
                })
                .n_records += 1;
        }
        if let Some(hs_key) = row.keys[HS_KEY] {
            let (edition, code) = (row.text(text_slot("hs_edition")), row.text(text_slot("hs_code")));
            self.sidecar.codes.entry(hs_key).or_insert_with(|| (edition.to_string(), code.to_string(), 0)).2 += 1;
        }
        for (zeros, value) in self.sidecar.zeros.iter_mut().zip(row.measures) {
            if let Some(value) = value {
                zeros.add(value, row.source_line);
            }
        }
        if let (Some(year), Some(month)) = (row.calendar[2], row.calendar[4]) {
            let flow = row.text(text_slot("flow"));
            let reporter = row.text(text_slot("reporter_country_code"));
            self.sidecar.coverage.add(year, month, flow, reporter);
        }
    }
}
