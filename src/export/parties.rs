//! `parties.csv`: every distinct party of the records.

use super::folder::RunFolder;
use crate::error::Result;
use crate::model::party::PartyRow;

pub fn write(folder: &mut RunFolder, parties: &[PartyRow]) -> Result<()> {
    let header = ["party_key", "name", "country_code", "registration_id", "roles", "n_records", "kind", "kind_evidence"];
    let rows = parties.iter().map(|party| {
        let kind = party.kind.as_ref();
        let roles: Vec<&str> = party.roles.iter().map(|role| role.as_str()).collect();
        [
            party.party_key.to_string(),
            party.name.clone(),
            party.country.map_or(String::new(), |country| country.to_string()),
            party.registration_id.clone(),
            roles.join(";"),
            party.n_records.to_string(),
            kind.map_or("", |(kind, _)| kind.as_str()).to_owned(),
            kind.map_or(String::new(), |(_, evidence)| evidence.clone()),
        ]
    });
    folder.write_csv("parties.csv", &header, &["party_key"], rows)
}
