//! Which parties stand on a side of a finding, from when to when, and how surely.
//!
//! In: a side, the distinct parties, their matches with listed entities. Out: rows of `members`, on disjoint intervals a party, so
//! that a party with two listed entities counts once.
//!
//! A side's keys are joined by *and*, values of one key by *or*. A group holds its stated members and, down a chain of shares of
//! at least half, what they own; an edge or a membership without dates holds throughout, one whose dates are stated as unknown
//! counts in the looser range only.

use crate::model::date::Day;
use crate::model::listed_entity::{Known, Watchlist};
use crate::model::party::PartyRow;
use crate::model::question::Side;
use std::collections::BTreeMap;

/// A party that is, with some score, a listed entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartyMatch {
    pub party_key: i64,
    pub watchlist: usize,
    pub entity: usize,
    pub score: u16,
}

/// A row of `members`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    pub side: String,
    pub party_key: i64,
    pub valid_from: Day,
    pub valid_to: Day,
    /// Score with known dates only; 0 where the party does not belong to the side with known dates.
    pub score_known: u16,
    /// Score that also admits unknown dates.
    pub score_any: u16,
    /// Score of what someone confirmed.
    pub score_confirmed: u16,
}

/// How an entity came into a group, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPath {
    pub watchlist: usize,
    pub entity: usize,
    pub interval: Interval,
    /// The group's name and the owners on the way, joined by ` > `.
    pub path: String,
}

/// Days from and to, and whether both ends are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    pub from: Day,
    pub to: Day,
    pub is_known: bool,
}

impl Interval {
    const ALWAYS: Interval = Interval { from: Day::MIN, to: Day::MAX, is_known: true };

    fn of(from: Known, to: Known) -> Self {
        let bound = |known: Known, open: Day| match known {
            Known::Open => (open, true),
            Known::Unknown => (open, false),
            Known::On(day) => (day, true),
        };
        let ((from, from_known), (to, to_known)) = (bound(from, Day::MIN), bound(to, Day::MAX));
        Interval { from, to, is_known: from_known && to_known }
    }

    /// Returns what two intervals have in common, if anything.
    fn and(self, other: Interval) -> Option<Interval> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from <= to).then_some(Interval { from, to, is_known: self.is_known && other.is_known })
    }
}

/// The share from which a link of a chain carries a group on, in percent: OFAC's rule of half.
const MAJORITY_PERCENT: f64 = 50.0;

/// Returns the entities of a group with their intervals and paths, sorted by list, entity and path.
pub fn group_members(group: &str, watchlists: &[Watchlist]) -> Vec<GroupPath> {
    let mut found: Vec<GroupPath> = Vec::new();
    for (at, watchlist) in watchlists.iter().enumerate() {
        let entity_of = |id: &str| watchlist.entities.binary_search_by(|entity| entity.entity_id.as_str().cmp(id)).ok();
        let mut open: Vec<GroupPath> = watchlist
            .memberships
            .iter()
            .filter(|membership| membership.group == group)
            .filter_map(|membership| {
                Some(GroupPath {
                    watchlist: at,
                    entity: entity_of(&membership.entity_id)?,
                    interval: Interval::of(membership.from, membership.to),
                    path: group.to_owned(),
                })
            })
            .collect();
        while let Some(path) = open.pop() {
            // Coming back to an entity adds nothing unless it widens when it belonged; so cycles end.
            let is_covered = found.iter().any(|known| {
                known.entity == path.entity
                    && known.watchlist == at
                    && known.interval.from <= path.interval.from
                    && path.interval.to <= known.interval.to
                    && (known.interval.is_known || !path.interval.is_known)
            });
            if is_covered {
                continue;
            }
            let owner = &watchlist.entities[path.entity];
            for edge in watchlist.ownerships.iter().filter(|edge| edge.owner_id == owner.entity_id) {
                if edge.share_percent.is_some_and(|share| share >= MAJORITY_PERCENT)
                    && let Some(entity) = entity_of(&edge.owned_id)
                    && let Some(interval) = path.interval.and(Interval::of(edge.from, edge.to))
                {
                    open.push(GroupPath {
                        watchlist: at,
                        entity,
                        interval,
                        path: format!("{} > {}", path.path, owner.primary_name()),
                    });
                }
            }
            found.push(path);
        }
    }
    found.sort_by(|left, right| {
        (left.watchlist, left.entity, left.interval.from, &left.path).cmp(&(
            right.watchlist,
            right.entity,
            right.interval.from,
            &right.path,
        ))
    });
    found
}

/// Returns the rows of `members` of one side; `named` has the scores of the parties that bear one of the side's names.
pub fn members_of(
    name: &str,
    side: &Side,
    parties: &[PartyRow],
    matches: &[PartyMatch],
    named: &BTreeMap<i64, u16>,
    watchlists: &[Watchlist],
) -> Vec<Member> {
    let groups: Vec<GroupPath> = side.group.iter().flat_map(|group| group_members(group, watchlists)).collect();
    let mut by_party: BTreeMap<i64, Vec<&PartyMatch>> = BTreeMap::new();
    for found in matches {
        by_party.entry(found.party_key).or_default().push(found);
    }
    let mut members = Vec::new();
    for party in parties.iter().filter(|party| party.roles.iter().any(|role| side.roles.contains(role))) {
        if !side.country.is_empty() && !party.country.is_some_and(|country| side.country.contains(&country)) {
            continue;
        }
        let kind = party.kind.as_ref().map(|(kind, _)| *kind);
        if !side.kind.is_empty() && !side.kind.iter().any(|wanted| wanted.holds(kind)) {
            continue;
        }
        if !side.registration_id.is_empty() && !side.registration_id.contains(&party.registration_id) {
            continue;
        }
        let mut name_score = 1000;
        if !side.name.is_empty() {
            match named.get(&party.party_key) {
                Some(score) => name_score = *score,
                None => continue,
            }
        }
        let found = by_party.get(&party.party_key).map_or(&[][..], Vec::as_slice);
        let mut pieces = vec![(Interval::ALWAYS, name_score)];
        for key in ListKey::of(side) {
            let fulfilled: Vec<(Interval, u16)> = found
                .iter()
                .flat_map(|found| key.intervals(found, &groups, watchlists).into_iter().map(|piece| (piece, found.score)))
                .collect();
            pieces = intersect(&pieces, &fulfilled);
        }
        cut_to_rows(name, party.party_key, &pieces, &mut members);
    }
    members.sort_unstable();
    members
}

/// A key of a side that asks for listed entities, with its values: any of them will do.
enum ListKey<'s> {
    Group,
    Entity(&'s [String]),
    List(&'s [String]),
    Program(&'s [String]),
}

impl<'s> ListKey<'s> {
    /// Returns the keys that a side states. All must hold, not necessarily by one entity: a party can be in a group by one list
    /// and on another list too.
    fn of(side: &'s Side) -> Vec<ListKey<'s>> {
        let stated = [
            (!side.group.is_empty()).then_some(ListKey::Group),
            (!side.entity.is_empty()).then_some(ListKey::Entity(&side.entity)),
            (!side.list.is_empty()).then_some(ListKey::List(&side.list)),
            (!side.program.is_empty()).then_some(ListKey::Program(&side.program)),
        ];
        stated.into_iter().flatten().collect()
    }

    /// Returns when a matched entity fulfils the key.
    fn intervals(&self, found: &PartyMatch, groups: &[GroupPath], watchlists: &[Watchlist]) -> Vec<Interval> {
        let watchlist = &watchlists[found.watchlist];
        let entity = &watchlist.entities[found.entity];
        let holds = match self {
            ListKey::Group => {
                let paths = groups.iter().filter(|path| path.watchlist == found.watchlist && path.entity == found.entity);
                return paths.map(|path| path.interval).collect();
            }
            ListKey::Entity(wanted) => wanted.iter().any(|id| *id == entity.entity_id || id == entity.primary_name()),
            ListKey::List(wanted) => wanted.contains(&watchlist.id),
            ListKey::Program(wanted) => entity.programs().any(|program| wanted.iter().any(|wanted| wanted == program)),
        };
        if holds { vec![Interval::ALWAYS] } else { Vec::new() }
    }
}

/// Returns what two sets of pieces have in common, each with the lower score.
fn intersect(left: &[(Interval, u16)], right: &[(Interval, u16)]) -> Vec<(Interval, u16)> {
    left.iter()
        .flat_map(|(one, score)| right.iter().filter_map(|(other, limit)| Some((one.and(*other)?, *score.min(limit)))))
        .collect()
}

/// Cuts overlapping pieces into disjoint rows with the best score each; neighbors with equal scores become one.
fn cut_to_rows(side: &str, party_key: i64, pieces: &[(Interval, u16)], members: &mut Vec<Member>) {
    let mut starts: Vec<Day> = pieces.iter().map(|(piece, _)| piece.from).collect();
    starts.extend(pieces.iter().filter(|(piece, _)| piece.to < Day::MAX).map(|(piece, _)| next_day(piece.to)));
    starts.sort_unstable();
    starts.dedup();
    let mut rows: Vec<Member> = Vec::new();
    for (at, start) in starts.iter().enumerate() {
        let end = starts.get(at + 1).map_or(Day::MAX, |next| previous_day(*next));
        let covering = pieces.iter().filter(|(piece, _)| piece.from <= *start && end <= piece.to);
        let score_any = covering.clone().map(|(_, score)| *score).max().unwrap_or(0);
        let score_known = covering.filter(|(piece, _)| piece.is_known).map(|(_, score)| *score).max().unwrap_or(0);
        if score_any == 0 {
            continue;
        }
        match rows.last_mut() {
            Some(last) if next_day(last.valid_to) == *start && (last.score_known, last.score_any) == (score_known, score_any) => {
                last.valid_to = end;
            }
            _ => rows.push(Member {
                side: side.to_owned(),
                party_key,
                valid_from: *start,
                valid_to: end,
                score_known,
                score_any,
                score_confirmed: 0,
            }),
        }
    }
    members.extend(rows);
}

fn next_day(day: Day) -> Day {
    day.to_date().succ_opt().map_or(Day::MAX, Day::from)
}

fn previous_day(day: Day) -> Day {
    day.to_date().pred_opt().map_or(Day::MIN, Day::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::listed_entity::{ListedEntity, ListedName, Membership, NameKind, Ownership};

    fn day(number: i32) -> Day {
        Day::from_number(number).expect("a calendar day")
    }

    fn list(memberships: &[(&str, Known, Known)], edges: &[(&str, &str, Option<f64>)]) -> Watchlist {
        let entity = |id: &str| ListedEntity {
            entity_id: id.to_owned(),
            names: vec![ListedName { name: id.to_uppercase(), kind: NameKind::Primary }],
            ..ListedEntity::default()
        };
        Watchlist {
            id: "own".to_owned(),
            entities: ["a", "b", "c", "d"].map(entity).to_vec(),
            memberships: memberships
                .iter()
                .map(|(id, from, to)| Membership {
                    group: "G".to_owned(),
                    entity_id: id.to_string(),
                    from: *from,
                    to: *to,
                    source: String::new(),
                })
                .collect(),
            ownerships: edges
                .iter()
                .map(|(owner, owned, share)| Ownership {
                    owner_id: owner.to_string(),
                    owned_id: owned.to_string(),
                    share_percent: *share,
                    from: Known::Open,
                    to: Known::Open,
                    source: String::new(),
                })
                .collect(),
            ..Watchlist::default()
        }
    }

    #[test]
    fn chains_carry_on_from_half_and_cycles_end() {
        let edges = [("a", "b", Some(50.0)), ("b", "c", Some(49.99)), ("b", "a", Some(60.0)), ("a", "d", None)];
        let found = group_members("G", &[list(&[("a", Known::Open, Known::Open)], &edges)]);
        let names: Vec<(usize, &str)> = found.iter().map(|path| (path.entity, path.path.as_str())).collect();
        assert_eq!(names, [(0, "G"), (1, "G > A")]);
    }

    #[test]
    fn two_entities_of_one_party_make_disjoint_rows() {
        let piece = |from, to, is_known| Interval { from: day(from), to: day(to), is_known };
        let pieces = [(piece(20100101, 20141231, true), 900), (piece(20140101, 20161231, true), 950)];
        let mut rows = Vec::new();
        cut_to_rows("f/shipper", 1, &pieces, &mut rows);
        let spans: Vec<(i32, i32, u16)> =
            rows.iter().map(|row| (row.valid_from.number(), row.valid_to.number(), row.score_known)).collect();
        assert_eq!(spans, [(20100101, 20131231, 900), (20140101, 20161231, 950)]);
    }

    #[test]
    fn unknown_dates_count_in_the_looser_range_only() {
        let interval = Interval::of(Known::Unknown, Known::On(day(20151231)));
        let mut rows = Vec::new();
        cut_to_rows("f/shipper", 1, &[(interval, 900)], &mut rows);
        assert_eq!((rows[0].score_known, rows[0].score_any, rows[0].valid_to), (0, 900, day(20151231)));
    }
}
