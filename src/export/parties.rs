//! `parties.csv`: every distinct party of the records.

use super::folder::RunFolder;
use crate::error::Result;
use crate::model::party::PartyRow;

pub fn write(folder: &mut RunFolder, parties: &[PartyRow]) -> Result<()> {
    let header = ["party_key", "name", "country_code", "registration_id", "roles", "n_records", "kind"];
    let rows = parties.iter().map(|party| {
        let roles: Vec<&str> = party.roles.iter().map(|role| role.as_str()).collect();
        [
            party.party_key.to_string(),
            party.name.clone(),
            party.country.map_or(String::new(), |country| country.to_string()),
            party.registration_id.clone(),
            roles.join(";"),
            party.n_records.to_string(),
            String::new(),
        ]
    });
    folder.write_csv("parties.csv", &header, &["party_key"], rows)
}
