//! Stage 3: watchlists, the distinct parties, their matches, and who stands on which side of a finding.

use super::match_rows::match_rows;
use super::run_file::{RunFile, WatchlistSource};
use crate::analyze::findings::{ListedSide, MatchedParties, Member, PartyMatch, listed_sides as listed_sides_of};
use crate::analyze::listing::{self, Listings};
use crate::analyze::ownership::{self, Standings};
use crate::analyze::screen::{self, Alias, ScreenedParty};
use crate::error::{Error, Result, nearest};
use crate::export::run_manifest::{FileDigest, ListEntry};
use crate::ingest::names_file::read_aliases;
use crate::ingest::watchlist;
use crate::model::digest::sha256_of_file;
use crate::model::listed_entity::{EntityKind, ListedEntity, ListedName, NameKind, Watchlist};
use crate::model::party::{MatchRow, PartyRow};
use crate::model::question::{Question, Side, SideName};
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Returns the watchlists of the run file, the editions of each as one, with the names of its alias file, and an entry an edition for the
/// run manifest.
pub fn listings(run_file: &RunFile) -> Result<(Listings, Vec<ListEntry>)> {
    let mut lists = Vec::new();
    let mut entries = Vec::new();
    let mut sources: Vec<&WatchlistSource> = run_file.watchlists.iter().collect();
    sources.sort_by(|left, right| (&left.id, left.as_of, &left.path).cmp(&(&right.id, right.as_of, &right.path)));
    for source in &sources {
        let path = run_file.resolve(&source.path);
        let list = watchlist::read_as(&path, &source.format, &run_file.resolve(""), &source.id, source.as_of)?;
        let files_beside = list.files_beside.iter().map(|path| file_digest(path)).collect::<Result<Vec<_>>>()?;
        entries.push(ListEntry {
            id: source.id.clone(),
            path: source.path.clone(),
            format: source.format.clone(),
            sha256: watchlist::digest(&path)?,
            files_beside,
            edition: list.as_of.map(|day| day.to_string()),
            n_entities: list.entities.len(),
            issues: list.issues.clone(),
        });
        lists.push(list);
    }
    refuse_shrunken(&sources, &lists)?;
    let mut listings = listing::histories(lists)?;
    note_issues_of_lists(&listings.watchlists, &mut entries);
    if let Some(path) = &run_file.aliases {
        let aliases: Vec<Alias> =
            read_aliases(&run_file.resolve(path))?.into_iter().map(|(name, entity_id)| Alias { name, entity_id }).collect();
        listings.watchlists = screen::add_aliases(&listings.watchlists, &aliases)?;
    }
    Ok((listings, entries))
}

fn file_digest(path: &Path) -> Result<FileDigest> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(FileDigest { name, sha256: sha256_of_file(path)? })
}

/// Refuses an edition that lost more than a tenth of the entries of the one before: a download that broke off looks like delistings.
fn refuse_shrunken(sources: &[&WatchlistSource], lists: &[Watchlist]) -> Result<()> {
    for (source, list) in sources.iter().zip(lists) {
        let older = lists.iter().filter(|other| other.id == list.id && other.as_of < list.as_of);
        let before = older.max_by_key(|other| other.as_of).map_or(0, |other| other.entities.len());
        let n_entities = list.entities.len();
        if !source.accept_shrunken && n_entities * 10 < before * 9 {
            return Err(Error::request(format!(
                "the list `{}` shrank from {before} entries to {n_entities} in `{}`",
                source.id, source.path
            ))
            .detail("more than a tenth of the edition before is gone")
            .hint("look at `plimsoll diff` of the two; if it is right, write `accept_shrunken = true` beside the newer one"));
        }
    }
    Ok(())
}

/// Adds what shows only where the editions of a list, and all lists, are held side by side; it stands with the newest edition.
fn note_issues_of_lists(watchlists: &[Watchlist], entries: &mut [ListEntry]) {
    for list in watchlists {
        let mut issues: BTreeMap<String, u64> = list.issues.iter().cloned().collect();
        for reference in list.entities.iter().flat_map(|entity| &entity.same_as) {
            if ownership::find(watchlists, reference).is_none() {
                let name = format!("{}:{}", reference.watchlist, reference.entity_id);
                *issues.entry(format!("`same_as` names `{name}`, which no list of the run has")).or_default() += 1;
            }
        }
        if let Some(newest) = entries.iter_mut().rfind(|entry| entry.id == list.id) {
            newest.issues.extend(issues);
        }
    }
}

/// Refuses a side that names a group, entity or list that no watchlist has: it would silently answer 0.
pub fn check_sides(questions: &[Question], watchlists: &[Watchlist]) -> Result<()> {
    let groups: BTreeSet<&str> =
        watchlists.iter().flat_map(|list| &list.memberships).map(|membership| membership.group.as_str()).collect();
    let lists: BTreeSet<&str> = watchlists.iter().map(|list| list.id.as_str()).collect();
    // A list that states no designation lists nobody.
    let acts = |list: &'_ Watchlist| list.entities.iter().any(|entity| !entity.designations.is_empty());
    let authorities = watchlists.iter().flat_map(|list| &list.entities).flat_map(|entity| &entity.designations);
    let authorities = authorities.map(|act| act.authority.as_str()).filter(|authority| !authority.is_empty());
    let listing: BTreeSet<&str> =
        watchlists.iter().filter(|list| acts(list)).map(|list| list.id.as_str()).chain(authorities).collect();
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
        if let Some(listed) = &question.listed {
            check_listing(&listed.by, &listing, question)?;
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

fn check_listing(wanted: &[String], listing: &BTreeSet<&str>, question: &Question) -> Result<()> {
    let Some(by) = wanted.iter().find(|by| !listing.contains(by.as_str())) else { return Ok(()) };
    let error = Error::request(format!("`{by}` lists nobody: no watchlist of the run file states a designation by it"))
        .detail(format!("asked for as `listed` of finding `{}`", question.id));
    Err(match nearest(by, listing.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("name a list that states programs or days of listing, or an authority whose acts a list holds"),
    })
}

fn unknown<'w>(key: &str, word: &str, side: &str, question: &Question, known: impl Iterator<Item = &'w str>) -> Error {
    let error = Error::request(format!("no watchlist of the run file has the {key} `{word}`"))
        .detail(format!("asked for as `{side}` of finding `{}`", question.id));
    match nearest(word, known) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("add the watchlist that has it to `[[watchlists]]`"),
    }
}

/// The outcome of screening.
pub struct Screened {
    pub members: Vec<Member>,
    /// The parts of the sides that are listed, by list and authority.
    pub listed_sides: Vec<ListedSide>,
    pub matches: Vec<MatchRow>,
}

/// Screens the parties and finds the members of every side; matches below `floor` are no candidates.
pub fn screen(parties: &[PartyRow<'_>], standings: &Standings<'_>, questions: &[Question], floor: u16) -> Screened {
    let screened: Vec<ScreenedParty<'_>> = parties
        .iter()
        .map(|party| ScreenedParty {
            name: party.name,
            country: party.country,
            registration_id: party.registration_id,
            address: "",
        })
        .collect();
    let found = screen::screen(&screened, &standings.listings.watchlists, floor, usize::MAX);
    let party_matches: Vec<PartyMatch> = found
        .iter()
        .map(|found| PartyMatch {
            party_key: parties[found.party].party_key,
            watchlist: found.watchlist,
            entity: found.entity,
            score: found.score,
        })
        .collect();
    let matched = MatchedParties::of(parties, &party_matches, standings);
    let (mut members, mut listed_sides) = (Vec::new(), Vec::new());
    for question in questions {
        let sides = SideName::ALL.into_iter().filter_map(|name| Some((name, question.side(name)?)));
        let named: BTreeMap<SideName, BTreeMap<i64, u16>> =
            sides.map(|(name, side)| (name, named_parties(side, parties, &screened, floor))).collect();
        for (side, named) in &named {
            members.extend(matched.members(question, *side, named));
        }
        let (sides, of_sides) = listed_sides_of(&matched, question, &named);
        listed_sides.extend(sides);
        members.extend(of_sides);
    }
    members.sort_unstable();
    Screened { members, listed_sides, matches: match_rows(&found, parties, standings) }
}

/// Returns the parties that bear one of a side's names, with their best score: the names are screened like a list.
fn named_parties(side: &Side, parties: &[PartyRow<'_>], screened: &[ScreenedParty<'_>], floor: u16) -> BTreeMap<i64, u16> {
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
