//! `parties.csv`: every distinct party of the records.

use super::csv_rows::CsvFile;
use super::folder::RunFolder;
use crate::error::Result;
use crate::model::party::PartyRow;

const NAME: &str = "parties.csv";

pub fn write(folder: &mut RunFolder, parties: &[PartyRow<'_>]) -> Result<()> {
    let header = ["party_key", "name", "country_code", "registration_id", "roles", "n_records", "kind", "kind_evidence"];
    let mut file = CsvFile::create(&folder.path(NAME), &header, &["party_key"])?;
    file.add_rows(0..parties.len(), |row, rows| {
        let party = &parties[row];
        rows.add(&party.party_key.to_string())?;
        rows.add(party.name)?;
        rows.add(party.country.as_ref().map_or("", |country| country.as_str()))?;
        rows.add(party.registration_id)?;
        rows.add(&party.roles.text())?;
        rows.add(&party.n_records.to_string())?;
        let (kind, evidence) = party.kind.as_ref().map_or(("", ""), |(kind, evidence)| (kind.as_str(), evidence));
        rows.add(kind)?;
        rows.add(evidence)
    })?;
    folder.finish_csv(NAME, file);
    Ok(())
}
