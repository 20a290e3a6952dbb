//! Stage 3: watchlists, the distinct parties, their matches, and who stands on which side of a finding.

use super::records::LoadedFile;
use super::run_file::RunFile;
use crate::analyze::findings::{GroupPath, Member, PartyMatch, group_members, members_of};
use crate::analyze::screen::{self, Alias, ScreenedParty, party_kind};
use crate::error::{Error, Result, nearest};
use crate::export::run_manifest::ListEntry;
use crate::ingest::names_file::read_aliases;
use crate::ingest::watchlist::{self, Format};
use crate::model::country::CountryCode;
use crate::model::digest::sha256_of_file;
use crate::model::listed_entity::{EntityKind, Known, ListedEntity, ListedName, NameKind, Watchlist};
use crate::model::party::{MatchRow, PartyRow};
use crate::model::question::{Question, Side};
use crate::model::role::Role;
use polars::prelude::*;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Returns the watchlists of the run file, with the names of its alias file, and their entries for the run manifest.
pub fn watchlists(run_file: &RunFile) -> Result<(Vec<Watchlist>, Vec<ListEntry>)> {
    let mut lists = Vec::new();
    let mut entries = Vec::new();
    let mut sources: Vec<_> = run_file.watchlists.iter().collect();
    sources.sort_by(|left, right| (&left.id, left.as_of, &left.path).cmp(&(&right.id, right.as_of, &right.path)));
    for source in sources {
        let path = run_file.resolve(&source.path);
        let list = watchlist::read(&path, Format::parse(&source.format)?, &source.id, source.as_of)?;
        entries.push(ListEntry {
            id: source.id.clone(),
            path: source.path.clone(),
            format: source.format.clone(),
            sha256: sha256_of_file(&path)?,
            edition: list.as_of.map(|day| day.to_string()),
            n_entities: list.entities.len(),
            issues: list.issues.clone(),
        });
        lists.push(list);
    }
    if let Some(path) = &run_file.aliases {
        let aliases: Vec<Alias> =
            read_aliases(&run_file.resolve(path))?.into_iter().map(|(name, entity_id)| Alias { name, entity_id }).collect();
        lists = screen::add_aliases(&lists, &aliases)?;
    }
    Ok((lists, entries))
}

/// Refuses a side that names a group, entity or list that no watchlist has: it would silently answer 0.
pub fn check_sides(questions: &[Question], watchlists: &[Watchlist]) -> Result<()> {
    let groups: BTreeSet<&str> =
        watchlists.iter().flat_map(|list| &list.memberships).map(|membership| membership.group.as_str()).collect();
    let lists: BTreeSet<&str> = watchlists.iter().map(|list| list.id.as_str()).collect();
    for question in questions {
        for (name, side) in [("shipper", &question.shipper), ("consignee", &question.consignee)] {
            let Some(side) = side else { continue };
            check_words("group", &side.group, &groups, name, question)?;
            check_words("list", &side.list, &lists, name, question)?;
            let entities = || watchlists.iter().flat_map(|list| &list.entities);
            for wanted in &side.entity {
                if !entities().any(|entity| entity.entity_id == *wanted || entity.primary_name() == wanted) {
                    return Err(unknown("entity", wanted, name, question, entities().map(|entity| entity.primary_name())));
                }
            }
            let programs: BTreeSet<&str> = entities().flat_map(ListedEntity::programs).collect();
            check_words("program", &side.program, &programs, name, question)?;
        }
    }
    Ok(())
}

fn check_words(key: &str, wanted: &[String], known: &BTreeSet<&str>, side: &str, question: &Question) -> Result<()> {
    match wanted.iter().find(|word| !known.contains(word.as_str())) {
        Some(word) => Err(unknown(key, word, side, question, known.iter().copied())),
        None => Ok(()),
    }
}

fn unknown<'w>(key: &str, word: &str, side: &str, question: &Question, known: impl Iterator<Item = &'w str>) -> Error {
    let error = Error::request(format!("no watchlist of the run file has the {key} `{word}`"))
        .detail(format!("asked for as `{side}` of finding `{}`", question.id));
    match nearest(word, known) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("add the watchlist that has it to `[[watchlists]]`"),
    }
}

/// Returns the distinct parties of all files but those that are there twice, sorted by name, country, identifier.
pub fn parties(files: &[LoadedFile]) -> Result<Vec<PartyRow>> {
    let mut parties: FxHashMap<i64, PartyRow> = FxHashMap::default();
    for file in files.iter().filter(|file| file.same_as.is_none()) {
        let table = file.part.parties()?;
        add_parties(&table, &mut parties)
            .map_err(|error| Error::machine("the store's parties cannot be read").detail(error.to_string()))?;
    }
    let mut parties: Vec<PartyRow> = parties.into_values().collect();
    parties.par_iter_mut().for_each(|party| {
        party.roles.sort_unstable();
        party.roles.dedup();
        party.kind = party_kind(&party.name).map(|known| (known.kind, known.evidence));
    });
    parties.par_sort_unstable_by(|left, right| {
        (&left.name, left.country, &left.registration_id, left.party_key).cmp(&(
            &right.name,
            right.country,
            &right.registration_id,
            right.party_key,
        ))
    });
    Ok(parties)
}

fn add_parties(table: &DataFrame, parties: &mut FxHashMap<i64, PartyRow>) -> PolarsResult<()> {
    let (keys, n_records) = (table.column("party_key")?.i64()?, table.column("n_records")?.i64()?);
    let texts = ["name", "country_code", "registration_id", "role"]
        .iter()
        .map(|name| table.column(name)?.str().cloned())
        .collect::<PolarsResult<Vec<StringChunked>>>()?;
    for row in 0..table.height() {
        let Some(party_key) = keys.get(row) else { continue };
        let text = |at: usize| texts[at].get(row).unwrap_or_default();
        let party = parties.entry(party_key).or_insert_with(|| PartyRow {
            party_key,
            name: text(0).to_owned(),
            country: CountryCode::parse(text(1)),
            registration_id: text(2).to_owned(),
            roles: Vec::new(),
            n_records: 0,
            kind: None,
        });
        party.roles.extend(Role::parse(text(3)));
        party.n_records += n_records.get(row).unwrap_or_default() as u64;
    }
    Ok(())
}

/// The outcome of screening.
pub struct Screened {
    pub members: Vec<Member>,
    pub matches: Vec<MatchRow>,
}

/// Screens the parties and finds the members of every side; matches below `floor` are no candidates.
pub fn screen(parties: &[PartyRow], watchlists: &[Watchlist], questions: &[Question], floor: u16) -> Screened {
    let screened: Vec<ScreenedParty<'_>> = parties
        .iter()
        .map(|party| ScreenedParty {
            name: &party.name,
            country: party.country,
            registration_id: &party.registration_id,
            address: "",
        })
        .collect();
    let found = screen::screen(&screened, watchlists, floor, usize::MAX);
    let party_matches: Vec<PartyMatch> = found
        .iter()
        .map(|found| PartyMatch {
            party_key: parties[found.party].party_key,
            watchlist: found.watchlist,
            entity: found.entity,
            score: found.score,
        })
        .collect();
    let mut members = Vec::new();
    for question in questions {
        for (name, side) in [("shipper", &question.shipper), ("consignee", &question.consignee)] {
            let Some(side) = side else { continue };
            let named = named_parties(side, parties, &screened, floor);
            members.extend(members_of(&format!("{}/{name}", question.id), side, parties, &party_matches, &named, watchlists));
        }
    }
    members.sort_unstable();

    let groups = all_groups(watchlists);
    let matches = found
        .iter()
        .map(|found| {
            let (party, watchlist) = (&parties[found.party], &watchlists[found.watchlist]);
            let entity = &watchlist.entities[found.entity];
            let paths: Vec<&str> = groups
                .iter()
                .filter(|path| path.watchlist == found.watchlist && path.entity == found.entity)
                .map(|path| path.path.as_str())
                .collect();
            let is_listed = !entity.designations.is_empty();
            let status = match (is_listed, paths.is_empty()) {
                (true, _) => "listed",
                (false, false) => "in_group",
                (false, true) => "on_list",
            };
            MatchRow {
                party_key: party.party_key,
                name: party.name.clone(),
                country_code: party.country.map_or(String::new(), |country| country.to_string()),
                registration_id: party.registration_id.clone(),
                entity_id: entity.entity_id.clone(),
                entity_name: entity.primary_name().to_owned(),
                listed_name: entity.names.get(found.listed_name).map_or(String::new(), |name| name.name.clone()),
                score: found.score,
                band: found.band.as_str(),
                evidence: found.evidence.clone(),
                watchlist: watchlist.id.clone(),
                edition: watchlist.as_of.map_or(String::new(), |day| day.to_string()),
                status,
                listed_on: print_known(entity.listed_on()),
                delisted_on: print_known(entity.delisted_on()),
                group_path: paths.join("; "),
                role: party.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(";"),
            }
        })
        .collect();
    Screened { members, matches }
}

fn all_groups(watchlists: &[Watchlist]) -> Vec<GroupPath> {
    let names: BTreeSet<&str> =
        watchlists.iter().flat_map(|list| &list.memberships).map(|membership| membership.group.as_str()).collect();
    names.into_iter().flat_map(|group| group_members(group, watchlists)).collect()
}

/// Returns the parties that bear one of a side's names, with their best score: the names are screened like a list.
fn named_parties(side: &Side, parties: &[PartyRow], screened: &[ScreenedParty<'_>], floor: u16) -> BTreeMap<i64, u16> {
    if side.name.is_empty() {
        return BTreeMap::new();
    }
    let entities = side
        .name
        .iter()
        .enumerate()
        .map(|(at, name)| ListedEntity {
            entity_id: format!("{at:04}"),
            kind: EntityKind::Unknown,
            names: vec![ListedName { name: name.clone(), kind: NameKind::Primary }],
            ..ListedEntity::default()
        })
        .collect();
    let list = Watchlist { id: "run file".to_owned(), entities, ..Watchlist::default() };
    let mut best: BTreeMap<i64, u16> = BTreeMap::new();
    for found in screen::screen(screened, &[list], floor, usize::MAX) {
        let score = best.entry(parties[found.party].party_key).or_default();
        *score = (*score).max(found.score);
    }
    best
}

fn print_known(known: Known) -> String {
    match known {
        Known::Open => String::new(),
        Known::Unknown => "unknown".to_owned(),
        Known::On(day) => day.to_string(),
    }
}

/// Returns `members` as a table.
pub fn members_table(members: &[Member]) -> DataFrame {
    let score = |of: fn(&Member) -> u16| members.iter().map(|member| i32::from(of(member))).collect::<Vec<i32>>();
    let columns = vec![
        Column::new("side".into(), members.iter().map(|member| member.side.as_str()).collect::<Vec<&str>>()),
        Column::new("party_key".into(), members.iter().map(|member| member.party_key).collect::<Vec<i64>>()),
        Column::new("valid_from".into(), members.iter().map(|member| member.valid_from.number()).collect::<Vec<i32>>()),
        Column::new("valid_to".into(), members.iter().map(|member| member.valid_to.number()).collect::<Vec<i32>>()),
        Column::new("score_known".into(), score(|member| member.score_known)),
        Column::new("score_any".into(), score(|member| member.score_any)),
        Column::new("score_confirmed".into(), score(|member| member.score_confirmed)),
    ];
    DataFrame::new(members.len(), columns).expect("all columns of members have one length")
}
