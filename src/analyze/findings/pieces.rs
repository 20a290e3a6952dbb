//! Pieces: when something holds of a party, and how surely; and their cut into disjoint rows.

use super::members::Member;
use crate::model::date::Day;
use crate::model::timeline::Interval;

/// Days on which something holds of a party, with the score of the match behind it.
pub type Piece = (Interval, u16);

/// Returns what two sets of pieces have in common, each with the lower score.
pub fn intersect(left: &[Piece], right: &[Piece]) -> Vec<Piece> {
    left.iter()
        .flat_map(|(one, score)| right.iter().filter_map(|(other, limit)| Some((one.and(*other)?, *score.min(limit)))))
        .collect()
}

/// Cuts overlapping pieces into disjoint rows with the best score each; neighbors with equal scores become one.
pub fn cut_to_rows(side: &str, party_key: i64, pieces: &[Piece], members: &mut Vec<Member>) {
    let mut starts: Vec<Day> = pieces.iter().map(|(piece, _)| piece.from).collect();
    starts.extend(pieces.iter().filter(|(piece, _)| piece.to < Day::MAX).map(|(piece, _)| piece.to.next()));
    starts.sort_unstable();
    starts.dedup();
    let mut rows: Vec<Member> = Vec::new();
    for (at, start) in starts.iter().enumerate() {
        let end = starts.get(at + 1).map_or(Day::MAX, |next| next.previous());
        let covering = pieces.iter().filter(|(piece, _)| piece.from <= *start && end <= piece.to);
        let score_any = covering.clone().map(|(_, score)| *score).max().unwrap_or(0);
        let score_known = covering.filter(|(piece, _)| piece.is_known).map(|(_, score)| *score).max().unwrap_or(0);
        if score_any == 0 {
            continue;
        }
        match rows.last_mut() {
            Some(last) if last.valid_to.next() == *start && (last.score_known, last.score_any) == (score_known, score_any) => {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::listed_entity::Known;

    fn day(number: i32) -> Day {
        Day::from_number(number).expect("a calendar day")
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
