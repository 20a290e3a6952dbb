//! What the words that pair come to: the score, and which share of the listed name each pair covers.
//!
//! In: two names and their pairs. Out: the score of 0 to 1000 with the shares filled in.
//! Sums are made in the order of the pairs, so that they are the same on every machine.

use super::alignment::{Comparison, Pair, PairKind, weight_of};
use super::name::{Name, NameWord, Role};
use super::weights::NAT;

/// What the score is made of, each number with its reason. Shares are fractions.
pub mod setting {
    /// The listed name must be covered …
    pub const LISTED_EXPONENT: f64 = 0.62;
    /// … and what the query says more counts less, because names come with branches, cities and goods.
    pub const QUERY_EXPONENT: f64 = 0.38;
    /// Unpaired legal forms count half on both sides.
    pub const UNPAIRED_LEGAL: f64 = 0.5;
    /// Two different legal forms are half an agreement.
    pub const LEGAL_OTHER: u32 = 500;
    /// Address words hardly count, once the listed name is covered so far.
    pub const ADDRESS: f64 = 0.1;
    pub const COVERED_FOR_ADDRESS: f64 = 0.85;
    /// Words before digits are often an address that no table knows.
    pub const BEFORE_DIGITS: f64 = 0.35;
    pub const EXTRA: f64 = 0.9;
    /// A comment in brackets, `(PTI)`, is no part of the name.
    pub const IN_BRACKETS: f64 = 0.3;
    /// Listed words behind the place where the query was cut.
    pub const BEHIND_CUT: f64 = 0.2;
    /// What is left of a cut name must tell something: `PUBLIC JOINT STOCK COMPANY NOVO` may go on in any way.
    pub const AGREED_FOR_CUT: u32 = 9_000;
    /// Fields of 35, 50 and 70 characters cut names; shorter ones do not occur.
    pub const CUT_LENGTHS: std::ops::RangeInclusive<usize> = 28..=72;
    /// `Fund 5` is not `Fund 8`.
    pub const NUMBER_DIFFERS: f64 = 0.75;
    pub const NUMBER_MISSING: f64 = 0.93;
    /// A match of little information says little: in nats, and what is left at none.
    pub const ENOUGH_INFORMATION: f64 = 11.0;
    pub const LEAST_BY_INFORMATION: f64 = 0.6;
    /// `MOBILE CHINA` is `CHINA MOBILE`, but equal names should stand first.
    pub const OTHER_ORDER: f64 = 0.99;
    /// A rare word more on the query side makes a sister firm: at most so much is taken, reached at so many nats.
    pub const SISTER: f64 = 0.10;
    pub const SISTER_NATS: f64 = 8.0;
    /// A single letter more is light but tells two short names apart (`U UAZ`).
    pub const LEAST_SISTER: f64 = 2.5;
    /// One word alone, while others of the listed name are missing, is a coincidence more often than not.
    pub const ONE_WORD: f64 = 0.93;
    /// The same where the query has another word, of so many nats: `FORTUNA SOFTWARE` is not the ship `FORTUNA`.
    pub const ONE_WORD_OF_SEVERAL: f64 = 0.86;
    pub const SISTER_OF_ONE_WORD: f64 = 2.0;
    /// Generic names may equal each other but never resemble one.
    pub const GENERIC: f64 = 0.8;
    /// Names written together are compared only where words do not agree so far.
    pub const ENOUGH_BY_WORDS: u16 = 940;
    pub const WHOLE: u32 = 970;
    pub const LEAST_WHOLE_WITH_TYPOS: usize = 7;
    /// One short word is a name of many firms and ships; without a legal form that agrees it is not even to be looked at.
    pub const SHORT_WORD_LETTERS: usize = 7;
    pub const SHORT_WORD_FROM: f64 = 0.70;
    pub const SHORT_WORD_MOST: f64 = 0.739;
    pub const JOINED: u32 = 980;
    pub const JOINED_BY_SOUND: u32 = 940;
    pub const PREFIX: u32 = 850;
    pub const INITIAL: u32 = 800;
    /// A name with an initial is a candidate for a person to judge, never a strong match.
    pub const ANY_INITIAL: f64 = 0.92;
    /// What an initial leaves of the weight of the word that it stands for.
    pub const INITIAL_WEIGHT: f64 = 0.4;
    /// How much of the listed name must pair before more typos are forgiven, and how alike such words must be.
    pub const AGREED_FOR_TYPOS: f64 = 0.45;
    pub const LEAST_ALIKE: u32 = 580;
    pub const MANY_TYPOS: f64 = 0.95;
}

/// Fills the score and the shares, when pairs, extra and missing words are known.
pub fn score(query: &Name, listed: &Name, comparison: &mut Comparison) {
    comparison.is_cut = is_cut(query, listed, comparison);
    let view = View { query, listed, comparison };
    let sums = view.add_up();
    if sums.covered <= 0.0 || sums.listed_total <= 0.0 {
        comparison.score = 0;
        return;
    }
    let listed_share = sums.covered / sums.listed_total;
    let (extra, sister) = view.extra(listed_share);
    let query_share = (sums.agreed / (sums.shared + extra)).min(1.0);
    let is_equal = listed_share > ALL && query_share > ALL;
    let in_order = view.is_in_order();
    let mut score = listed_share.powf(setting::LISTED_EXPONENT) * query_share.powf(setting::QUERY_EXPONENT);
    if !is_equal {
        score *= view.doubt(sums.information, sister);
    }
    score *= view.numbers();
    if view.has_initial() {
        score *= setting::ANY_INITIAL;
    }
    if !in_order {
        score *= setting::OTHER_ORDER;
    }
    if view.is_one_short_word() {
        score = press(score, setting::SHORT_WORD_FROM, setting::SHORT_WORD_MOST);
    }
    let most = if is_equal && in_order { 1000.0 } else { 999.0 };
    comparison.score = (score * 1000.0 + 0.5).floor().clamp(0.0, most) as u16;
    for (pair, covered) in comparison.pairs.iter_mut().zip(sums.covered_by_pair) {
        pair.share = (covered / sums.listed_total * 1000.0).round() as u32;
    }
}

/// Shares above it are the whole.
const ALL: f64 = 0.999;

/// Whether the query may be the front of the listed name: of a usual length, its last word paired, and no listed word left before it.
fn is_cut(query: &Name, listed: &Name, comparison: &Comparison) -> bool {
    if !setting::CUT_LENGTHS.contains(&query.n_chars) || comparison.missing.is_empty() {
        return false;
    }
    let Some(last) = query.words.iter().rposition(|word| word.role != Role::Aside) else { return false };
    let Some(pair) = comparison.pairs.iter().find(|pair| pair.query.contains(&last)) else { return false };
    let is_core = |pair: &&Pair| listed.words[pair.listed.start].role == Role::Core;
    let agreed: u32 = comparison.pairs.iter().filter(is_core).map(|pair| weight_of(listed, pair)).sum();
    if agreed < setting::AGREED_FOR_CUT {
        return false;
    }
    let is_listed_open = pair.listed.end < listed.words.len() || pair.kind == PairKind::Prefix;
    is_listed_open && comparison.missing.iter().all(|at| *at >= pair.listed.end)
}

/// Presses scores from `from` to 1 into the band from `from` to `most`, so that they keep their order.
fn press(score: f64, from: f64, most: f64) -> f64 {
    if score <= from { score } else { from + (score - from) * (most - from) / (1.0 - from) }
}

fn nats(word: &NameWord) -> f64 {
    f64::from(word.weight) / f64::from(NAT)
}

fn is_name_number(word: &NameWord) -> bool {
    word.role == Role::Number && !word.is_address
}

/// Two names and what of them pairs.
struct View<'a> {
    query: &'a Name,
    listed: &'a Name,
    comparison: &'a Comparison,
}

/// Weights in nats.
struct Sums {
    covered: f64,
    covered_by_pair: Vec<f64>,
    listed_total: f64,
    /// What both sides share of the words that pair, and how much of it agrees.
    shared: f64,
    agreed: f64,
    /// What agrees, but for legal forms that differ.
    information: f64,
}

impl View<'_> {
    fn is_core(&self, pair: &Pair) -> bool {
        self.listed.words[pair.listed.start].role == Role::Core
    }

    fn has_initial(&self) -> bool {
        self.comparison.pairs.iter().any(|pair| pair.kind == PairKind::Initial)
    }

    /// Returns the listed word from which on the query was cut off.
    fn cut_from(&self) -> usize {
        let ends = self.comparison.pairs.iter().map(|pair| pair.listed.end);
        if self.comparison.is_cut { ends.max().unwrap_or(0) } else { usize::MAX }
    }

    fn add_up(&self) -> Sums {
        let n_pairs = self.comparison.pairs.len();
        let mut sums = Sums {
            covered: 0.0,
            covered_by_pair: Vec::with_capacity(n_pairs),
            listed_total: 0.0,
            shared: 0.0,
            agreed: 0.0,
            information: 0.0,
        };
        for pair in &self.comparison.pairs {
            let similarity = f64::from(pair.similarity) / 1000.0;
            let listed_weight: f64 = self.listed.words[pair.listed.clone()].iter().map(nats).sum();
            let query_weight: f64 = self.query.words[pair.query.clone()].iter().map(nats).sum();
            let counted = if pair.kind == PairKind::Initial { listed_weight * setting::INITIAL_WEIGHT } else { listed_weight };
            sums.covered += counted * similarity;
            sums.listed_total += counted;
            sums.covered_by_pair.push(counted * similarity);
            // A typo is an unknown word and weighs much; the listed word tells what it was meant to weigh.
            let shared = query_weight.min(listed_weight);
            sums.agreed += shared * similarity;
            sums.shared += shared;
            if pair.kind != PairKind::LegalOther {
                sums.information += shared * similarity;
            }
        }
        sums.listed_total += self.missing();
        sums
    }

    /// Returns what the listed words without a partner weigh.
    fn missing(&self) -> f64 {
        // `M. PEREZ` leaves out what else `PEREZ, Maria Marcela` is called.
        let is_full_word = |pair: &Pair| pair.kind != PairKind::Initial && self.is_core(pair);
        let stands_for_more =
            self.comparison.extra.is_empty() && self.has_initial() && self.comparison.pairs.iter().any(is_full_word);
        let cut_from = self.cut_from();
        let weight = |at: usize| {
            let word = &self.listed.words[at];
            let factor = match word.role {
                _ if at >= cut_from => setting::BEHIND_CUT,
                Role::Legal(_) => setting::UNPAIRED_LEGAL,
                _ if word.in_brackets => setting::IN_BRACKETS,
                _ if stands_for_more => setting::INITIAL_WEIGHT,
                _ => 1.0,
            };
            nats(word) * factor
        };
        self.comparison.missing.iter().map(|at| weight(*at)).sum()
    }

    /// Returns what the words of the query without a partner weigh, and how much of it makes a sister firm.
    fn extra(&self, listed_share: f64) -> (f64, f64) {
        let is_covered = listed_share > setting::COVERED_FOR_ADDRESS;
        let words = &self.query.words;
        let mut extra = 0.0;
        let mut sister = 0.0;
        for &at in &self.comparison.extra {
            let word = &words[at];
            let mut next = words[at..].iter().skip(1).take(3);
            let digits_follow = next.any(|next| next.form.text.bytes().any(|byte| byte.is_ascii_digit()));
            let factor = match word.role {
                Role::Legal(_) => setting::UNPAIRED_LEGAL,
                _ if word.is_address && is_covered => setting::ADDRESS,
                _ if word.in_brackets => setting::IN_BRACKETS,
                _ if digits_follow && is_covered => setting::BEFORE_DIGITS,
                _ => setting::EXTRA,
            };
            extra += nats(word) * factor;
            if !word.is_address && matches!(word.role, Role::Core | Role::Number) && !word.in_brackets {
                sister += (nats(word) * factor).max(setting::LEAST_SISTER);
            }
        }
        (extra, sister)
    }

    /// Returns the factor for what speaks against two names that are not equal.
    fn doubt(&self, information: f64, sister: f64) -> f64 {
        let enough = (information / setting::ENOUGH_INFORMATION).min(1.0);
        let mut factor = setting::LEAST_BY_INFORMATION + (1.0 - setting::LEAST_BY_INFORMATION) * enough;
        factor *= 1.0 - setting::SISTER * (sister / setting::SISTER_NATS).min(1.0);
        let cut_from = self.cut_from();
        let is_missing = |at: &&usize| **at < cut_from && self.listed.words[**at].role == Role::Core;
        if self.comparison.pairs.iter().filter(|pair| self.is_core(pair)).count() == 1 {
            factor *= match () {
                () if sister > setting::SISTER_OF_ONE_WORD => setting::ONE_WORD_OF_SEVERAL,
                () if self.comparison.missing.iter().any(|at| is_missing(&at)) => setting::ONE_WORD,
                () => 1.0,
            };
        }
        if self.query.is_generic || self.listed.is_generic {
            factor *= setting::GENERIC;
        }
        factor
    }

    fn numbers(&self) -> f64 {
        let cut_from = self.cut_from();
        let is_missing = |at: &usize| *at < cut_from && is_name_number(&self.listed.words[*at]);
        let has_other = || self.comparison.extra.iter().any(|at| is_name_number(&self.query.words[*at]));
        match () {
            () if !self.comparison.missing.iter().any(is_missing) => 1.0,
            () if has_other() => setting::NUMBER_DIFFERS,
            () => setting::NUMBER_MISSING,
        }
    }

    /// Whether the words stand in the same order, a family name before a comma also behind.
    fn is_in_order(&self) -> bool {
        let turned = |turn: Option<usize>, at: usize| turn.is_some_and(|turn| at < turn);
        let (query, listed) = (self.query.turn, self.listed.turn);
        [(None, None), (query, None), (None, listed), (query, listed)].iter().any(|(query, listed)| {
            let core = self.comparison.pairs.iter().filter(|pair| self.is_core(pair));
            let place = |pair: &Pair| {
                let (at, listed_at) = (pair.query.start, pair.listed.start);
                (turned(*listed, listed_at), listed_at, turned(*query, at), at)
            };
            let mut places: Vec<_> = core.map(place).collect();
            places.sort_unstable();
            places.is_sorted_by_key(|place| (place.2, place.3))
        })
    }

    /// Whether all that agrees is one short word, and not even the legal forms do: `FORTUNA S.A.` and the ship `FORTUNA`.
    fn is_one_short_word(&self) -> bool {
        let mut core = self.comparison.pairs.iter().filter(|pair| self.is_core(pair));
        let (Some(pair), None) = (core.next(), core.next()) else { return false };
        let has_form = |name: &Name| name.words.iter().any(|word| matches!(word.role, Role::Legal(_)));
        let forms_agree = self.comparison.pairs.iter().any(|pair| pair.kind == PairKind::LegalSame);
        pair.listed.len() == 1
            && self.listed.words[pair.listed.start].form.text.len() <= setting::SHORT_WORD_LETTERS
            && (has_form(self.query) || has_form(self.listed))
            && !forms_agree
    }
}
