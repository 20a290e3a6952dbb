//! `matches.csv`: which parties may be listed entities, and why.

use super::folder::RunFolder;
use crate::error::Result;
use crate::model::key;
use crate::model::party::MatchRow;

pub fn write(folder: &mut RunFolder, matches: &[MatchRow]) -> Result<()> {
    let header = [
        "party_key",
        "name",
        "entity_id",
        "entity_name",
        "listed_name",
        "score",
        "band",
        "evidence",
        "watchlist",
        "edition",
        "status",
        "listed_on",
        "delisted_on",
        "group_path",
        "role",
        "pair_fingerprint",
        "decision",
        "first_seen",
        "last_seen",
    ];
    let rows = matches.iter().map(|found| {
        // The fingerprint stands for the evidence: a decision about the pair holds until one of these texts changes.
        let fingerprint = key::key(&[
            &found.name,
            &found.country_code,
            &found.registration_id,
            &found.watchlist,
            &found.entity_id,
            &found.listed_name,
            &found.evidence,
        ]);
        [
            found.party_key.to_string(),
            found.name.clone(),
            found.entity_id.clone(),
            found.entity_name.clone(),
            found.listed_name.clone(),
            super::cells::scaled(i64::from(found.score), 3),
            found.band.to_owned(),
            found.evidence.clone(),
            found.watchlist.clone(),
            found.edition.clone(),
            found.status.to_owned(),
            found.listed_on.clone(),
            found.delisted_on.clone(),
            found.group_path.clone(),
            found.role.clone(),
            format!("{fingerprint:016x}"),
            String::new(),
            found.first_seen.clone(),
            found.last_seen.clone(),
        ]
    });
    folder.write_csv("matches.csv", &header, &["party_key"], rows)
}
