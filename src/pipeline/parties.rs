//! The distinct parties of the records.
//!
//! In: the tables of parties beside the parts of the store. Out: each party once, with all its roles. Putting a million together takes
//! longer than a question over them, so the store keeps the table.

use super::records::LoadedFile;
use crate::analyze::screen::party_kind;
use crate::error::{Error, Result};
use crate::model::country::CountryCode;
use crate::model::digest::sha256_of_texts;
use crate::model::party::PartyRow;
use crate::model::role::{Role, Roles};
use crate::store::parts::Store;
use polars::prelude::*;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// Raised when the kept table is made in another way.
const VERSION: u32 = 1;

/// The distinct parties of all files but those that are there twice, sorted by name, country, identifier.
pub struct Parties {
    keys: Int64Chunked,
    names: StringChunked,
    countries: StringChunked,
    registration_ids: StringChunked,
    roles: StringChunked,
    n_records: Int64Chunked,
}

impl Parties {
    /// Puts the parties of all files together, or takes what the store kept of these.
    pub fn of(files: &[LoadedFile], store: &Store) -> Result<Self> {
        let failed = |error: PolarsError| Error::machine("the store's parties cannot be read").detail(error.to_string());
        let files: Vec<&LoadedFile> = files.iter().filter(|file| file.same_as.is_none()).collect();
        let version = VERSION.to_string();
        let mut part_keys: Vec<&str> = files.iter().map(|file| file.part_key.as_str()).collect();
        part_keys.sort_unstable();
        let name = format!("parties/{}", &sha256_of_texts([version.as_str()].into_iter().chain(part_keys))[..32]);
        let table = match store.kept_table(&name) {
            Some(table) => table,
            None => {
                let tables = files.iter().map(|file| file.part.parties()).collect::<Result<Vec<DataFrame>>>()?;
                let mut table = put_together(&tables).map_err(failed)?;
                store.keep_table(&name, &mut table)?;
                table
            }
        };
        Parties::read(table).map_err(failed)
    }

    fn read(mut table: DataFrame) -> PolarsResult<Self> {
        table.rechunk_mut();
        let text = |name: &str| table.column(name).and_then(Column::str).cloned();
        let number = |name: &str| table.column(name).and_then(Column::i64).cloned();
        Ok(Parties {
            keys: number("party_key")?,
            names: text("name")?,
            countries: text("country_code")?,
            registration_ids: text("registration_id")?,
            roles: text("roles")?,
            n_records: number("n_records")?,
        })
    }

    /// Returns the parties with what their names tell of what they do.
    pub fn rows(&self) -> Vec<PartyRow<'_>> {
        let row = |row: usize| {
            let name = self.names.get(row).unwrap_or_default();
            PartyRow {
                party_key: self.keys.get(row).unwrap_or_default(),
                name,
                country: CountryCode::parse(self.countries.get(row).unwrap_or_default()),
                registration_id: self.registration_ids.get(row).unwrap_or_default(),
                roles: Roles::parse(self.roles.get(row).unwrap_or_default()),
                n_records: self.n_records.get(row).unwrap_or_default() as u64,
                kind: party_kind(name).map(|known| (known.kind, known.evidence)),
            }
        };
        (0..self.keys.len()).into_par_iter().map(row).collect()
    }
}

/// A party as the parts have it, with what is added up over them.
struct Added<'t> {
    texts: [&'t str; 3],
    roles: Roles,
    n_records: i64,
}

/// Puts the parties of parts together as one table: `party_key, name, country_code, registration_id, roles, n_records`.
fn put_together(tables: &[DataFrame]) -> PolarsResult<DataFrame> {
    let mut parties: FxHashMap<i64, Added<'_>> = FxHashMap::default();
    for table in tables {
        let (keys, n_records) = (table.column("party_key")?.i64()?, table.column("n_records")?.i64()?);
        let text = |name: &str| table.column(name).and_then(Column::str);
        let [names, countries, ids] = [text("name")?, text("country_code")?, text("registration_id")?];
        let roles = text("role")?;
        for row in 0..table.height() {
            let Some(party_key) = keys.get(row) else { continue };
            let texts = || [names, countries, ids].map(|texts| texts.get(row).unwrap_or_default());
            let add = || Added { texts: texts(), roles: Roles::default(), n_records: 0 };
            let party = parties.entry(party_key).or_insert_with(add);
            roles.get(row).and_then(Role::parse).into_iter().for_each(|role| party.roles.add(role));
            party.n_records += n_records.get(row).unwrap_or_default();
        }
    }
    let mut parties: Vec<(i64, Added<'_>)> = parties.into_iter().collect();
    parties.par_sort_unstable_by_key(|(key, party)| (party.texts, *key));
    let text = |name: &str, at: usize| {
        let texts: StringChunked = parties.iter().map(|(_, party)| Some(party.texts[at])).collect();
        texts.with_name(name.into()).into_column()
    };
    let roles: StringChunked = parties.iter().map(|(_, party)| Some(party.roles.text())).collect();
    let columns = vec![
        Column::new("party_key".into(), parties.iter().map(|(key, _)| *key).collect::<Vec<i64>>()),
        text("name", 0),
        text("country_code", 1),
        text("registration_id", 2),
        roles.with_name("roles".into()).into_column(),
        Column::new("n_records".into(), parties.iter().map(|(_, party)| party.n_records).collect::<Vec<i64>>()),
    ];
    DataFrame::new(parties.len(), columns)
}
