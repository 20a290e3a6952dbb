//! Two names: which words pair, what stays over, and the score.
//!
//! In: a query name and a listed name. Out: a score of 0 to 1000, the pairs with their shares, and what was set aside.
//! The score is not the same both ways round: a listed name must be covered, a query may carry an address, but a query word that
//! nothing explains makes another firm of it (`ALMAZ ANTEY TELECOM` is not `ALMAZ-ANTEY`).

use super::name::{Name, NameWord, Role, Whole};
use super::sounds::sound_key;
use super::weights::NAT;
use super::words::{EXACT, Likeness, WordForm, compare_words, edit_distance, typo_budget};
use std::fmt::Write;
use std::ops::Range;

/// In what way words pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PairKind {
    Word(Likeness),
    /// Two words on one side are one on the other.
    Joined,
    /// The query is cut inside this word.
    Prefix,
    Initial,
    /// More typos than two words alone would be forgiven, between names that agree otherwise.
    ManyTypos(u8),
    /// The names written together are alike but for so many letters.
    Whole(u8),
    LegalSame,
    LegalOther,
}

/// Words of the query and of the listed name that pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Positions in `Name::words`.
    pub query: Range<usize>,
    pub listed: Range<usize>,
    pub kind: PairKind,
    /// Thousandths.
    pub similarity: u32,
    /// Thousandths of the listed name that this pair covers; the shares of all pairs add up to its coverage, not to the score.
    pub share: u32,
}

/// What two names have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// 0 to 1000; 1000 only for names that are equal but for case, punctuation, script and the spelling of the legal form.
    pub score: u16,
    /// In the order of the listed name.
    pub pairs: Vec<Pair>,
    /// Query words without a partner: positions in `Name::words`, in order.
    pub extra: Vec<usize>,
    /// Listed words without a partner.
    pub missing: Vec<usize>,
    /// Whether the query looks cut off, so that listed words behind the cut hardly count.
    pub is_cut: bool,
}

/// Compares a query with a listed name.
pub fn compare(query: &str, listed: &str) -> Comparison {
    compare_names(&Name::read(query), &Name::read(listed))
}

/// What the score is made of, each number with its reason. Shares are fractions.
pub(super) mod setting {
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

/// Compares two names that were read before.
pub fn compare_names(query: &Name, listed: &Name) -> Comparison {
    let by_words = compare_by_words(query, listed);
    if by_words.score > setting::ENOUGH_BY_WORDS {
        return by_words;
    }
    match compare_wholes(query, listed) {
        Some(by_wholes) if by_wholes.score > by_words.score => by_wholes,
        _ => by_words,
    }
}

/// Compares two names as if they had no spaces, where these are set differently: `PNPCOOL SPACE` is `P N P COOL SPACE`.
fn compare_wholes(query: &Name, listed: &Name) -> Option<Comparison> {
    let single = |name: &Name| match &name.words[..] {
        [word] if name.wholes.is_empty() => Some(Whole { form: word.form.clone(), words: 0..1, n_words: 1, has_forms: false }),
        _ => None,
    };
    let (query_single, listed_single) = (single(query), single(listed));
    let pairs = query
        .wholes
        .iter()
        .chain(&query_single)
        .flat_map(|a| listed.wholes.iter().chain(&listed_single).filter_map(move |b| Some((whole_typos(a, b)?, a, b))));
    let (n, a, b) = pairs.min_by_key(|(n, a, b)| (*n, a.n_words, b.n_words))?;
    let similarity = (1000 - 1000 * u32::from(n) / a.form.text.len().max(b.form.text.len()) as u32) * setting::WHOLE / 1000;
    let pair = Pair { query: a.words.clone(), listed: b.words.clone(), kind: PairKind::Whole(n), similarity, share: 0 };
    let mut used_query = vec![false; query.words.len()];
    let mut used_listed = vec![false; listed.words.len()];
    used_query[pair.query.clone()].fill(true);
    used_listed[pair.listed.clone()].fill(true);
    Some(finish(query, listed, vec![pair], used_query, used_listed))
}

fn whole_typos(a: &Whole, b: &Whole) -> Option<u8> {
    if a.form.text == b.form.text {
        return Some(0);
    }
    // Where the spaces are the same, words are compared, and short ones must agree.
    let shorter = a.form.text.len().min(b.form.text.len());
    let budget = typo_budget(shorter);
    let is_far = a.form.text.len().abs_diff(b.form.text.len()) > budget || a.form.differs_in_letters(&b.form) > 2 * budget;
    let digits = |whole: &Whole| whole.form.text.bytes().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
    if is_far
        || a.has_forms
        || b.has_forms
        || a.n_words == b.n_words
        || shorter < setting::LEAST_WHOLE_WITH_TYPOS
        || digits(a) != digits(b)
    {
        return None;
    }
    edit_distance(a.form.text.as_bytes(), b.form.text.as_bytes(), budget).map(|n| n as u8)
}

fn compare_by_words(query: &Name, listed: &Name) -> Comparison {
    let mut links = find_links(query, listed);
    // Equal words pair first: written together with a neighbor they would leave that neighbor's partner alone.
    let order = |link: &Link| (link.similarity < EXACT, std::cmp::Reverse(link.gain));
    links.sort_by(|a, b| {
        order(a).cmp(&order(b)).then(a.listed.start.cmp(&b.listed.start)).then(a.query.start.cmp(&b.query.start))
    });
    let mut used_query = vec![false; query.words.len()];
    let mut used_listed = vec![false; listed.words.len()];
    let mut pairs: Vec<Pair> = Vec::with_capacity(listed.words.len());
    for link in links {
        let is_free = !used_query[link.query.clone()].contains(&true) && !used_listed[link.listed.clone()].contains(&true);
        if is_free {
            used_query[link.query.clone()].fill(true);
            used_listed[link.listed.clone()].fill(true);
            pairs.push(Pair { query: link.query, listed: link.listed, kind: link.kind, similarity: link.similarity, share: 0 });
        }
    }
    finish(query, listed, pairs, used_query, used_listed)
}

/// Pairs what may pair beside the pairs found, and scores.
fn finish(
    query: &Name,
    listed: &Name,
    mut pairs: Vec<Pair>,
    mut used_query: Vec<bool>,
    mut used_listed: Vec<bool>,
) -> Comparison {
    pair_legal_forms(query, listed, &mut used_query, &mut used_listed, &mut pairs);
    pair_many_typos(query, listed, &mut used_query, &mut used_listed, &mut pairs);
    pairs.sort_by_key(|pair| (pair.listed.start, pair.query.start));
    let extra = (0..query.words.len()).filter(|&at| !used_query[at] && query.words[at].role != Role::Aside).collect();
    let missing = (0..listed.words.len()).filter(|&at| !used_listed[at] && listed.words[at].role != Role::Aside).collect();
    let mut comparison = Comparison { score: 0, pairs, extra, missing, is_cut: false };
    comparison.is_cut = is_cut(query, listed, &comparison);
    score(query, listed, &mut comparison);
    comparison
}

struct Link {
    query: Range<usize>,
    listed: Range<usize>,
    kind: PairKind,
    similarity: u32,
    /// Similarity times listed weight, by which links are chosen.
    gain: u64,
}

fn find_links(query: &Name, listed: &Name) -> Vec<Link> {
    let mut links = Vec::new();
    let listed_has_address = listed.words.iter().any(|word| word.is_address);
    // An address may hold any word; only a listed name with an address of its own is compared with it.
    let counts = |word: &NameWord| matches!(word.role, Role::Core | Role::Number) && (listed_has_address || !word.is_address);
    let is_barred = |a: &NameWord, b: &NameWord| a.is_address && !b.is_address;
    let last = query.words.iter().rposition(|word| word.role != Role::Aside);
    let may_be_cut = setting::CUT_LENGTHS.contains(&query.n_chars);
    let mut push = |query: Range<usize>, listed_at: Range<usize>, kind: PairKind, similarity: u32| {
        let weight: u32 = listed.words[listed_at.clone()].iter().map(|word| word.weight).sum();
        links.push(Link { query, listed: listed_at, kind, similarity, gain: u64::from(weight) * u64::from(similarity) });
    };
    for (i, a) in query.words.iter().enumerate().filter(|(_, word)| counts(word)) {
        let next = query.words.get(i + 1).filter(|next| a.role == Role::Core && next.role != Role::Aside && counts(next));
        for (j, b) in listed.words.iter().enumerate() {
            let is_end = may_be_cut && Some(i) == last;
            if is_end && b.form.text.len() > a.form.text.len() && b.form.text.starts_with(&*a.form.text) && b.role != Role::Aside
            {
                push(i..i + 1, j..j + 1, PairKind::Prefix, setting::PREFIX);
            }
            if !matches!(b.role, Role::Core | Role::Number) || is_barred(a, b) {
                continue;
            }
            if let Some((likeness, similarity)) = compare_words(&a.form, &b.form) {
                push(i..i + 1, j..j + 1, PairKind::Word(likeness), similarity);
            } else if is_initial(a, b) || is_initial(b, a) {
                push(i..i + 1, j..j + 1, PairKind::Initial, setting::INITIAL);
            }
            if a.role != Role::Core || b.role != Role::Core {
                continue;
            }
            if let Some(similarity) = next.and_then(|next| compare_joined(&a.form, &next.form, &b.form)) {
                push(i..i + 2, j..j + 1, PairKind::Joined, similarity);
            }
            let listed_next = listed.words.get(j + 1).filter(|next| matches!(next.role, Role::Core | Role::Number));
            if let Some(similarity) = listed_next.and_then(|next| compare_joined(&b.form, &next.form, &a.form)) {
                push(i..i + 1, j..j + 2, PairKind::Joined, similarity);
            }
        }
    }
    links
}

fn is_initial(short: &NameWord, long: &NameWord) -> bool {
    short.role == Role::Core
        && long.role == Role::Core
        && short.form.text.len() == 1
        && long.form.text.len() > 1
        && long.form.text.starts_with(&*short.form.text)
}

/// Returns the similarity of two words written together with one word.
pub fn compare_joined(first: &WordForm, second: &WordForm, whole: &WordForm) -> Option<u32> {
    let forms = [Some(&*second.text), second.meaning.full].into_iter().flatten();
    forms.filter_map(|second| compare_joined_text(&first.text, second, whole)).max()
}

fn compare_joined_text(first: &str, second: &str, whole: &WordForm) -> Option<u32> {
    let length = first.len() + second.len();
    // The sound key shortens words unevenly, hence two letters of play.
    if length.abs_diff(whole.text.len()) > 2 || first.as_bytes()[0] != whole.text.as_bytes()[0] || length < 4 {
        return None;
    }
    if length == whole.text.len() && whole.text.starts_with(first) && whole.text.ends_with(second) {
        return Some(setting::JOINED);
    }
    if length < 5 {
        return None;
    }
    let joined = [first, second].concat();
    if sound_key(&joined) == *whole.sound {
        return Some(setting::JOINED_BY_SOUND);
    }
    // Two letters more or less are often the whole second word.
    if first.len().min(second.len()) < 3 {
        return None;
    }
    let longer = length.max(whole.text.len());
    let distance = edit_distance(joined.as_bytes(), whole.text.as_bytes(), typo_budget(length.min(whole.text.len())).min(1))?;
    Some((1000 - 1000 * distance as u32 / longer as u32) * setting::JOINED_BY_SOUND / 1000)
}

fn pair_legal_forms(query: &Name, listed: &Name, used_query: &mut [bool], used_listed: &mut [bool], pairs: &mut Vec<Pair>) {
    for is_same_wanted in [true, false] {
        for (j, b) in listed.words.iter().enumerate() {
            let Role::Legal(listed_class) = b.role else { continue };
            let fits = |word: &NameWord| matches!(word.role, Role::Legal(class) if (class == listed_class) == is_same_wanted);
            let partner = (0..query.words.len()).find(|&at| !used_query[at] && fits(&query.words[at]));
            if let Some(i) = partner.filter(|_| !used_listed[j]) {
                used_query[i] = true;
                used_listed[j] = true;
                let (kind, similarity) =
                    if is_same_wanted { (PairKind::LegalSame, 1000) } else { (PairKind::LegalOther, setting::LEGAL_OTHER) };
                pairs.push(Pair { query: i..i + 1, listed: j..j + 1, kind, similarity, share: 0 });
            }
        }
    }
}

/// Pairs words with more typos than usual, if the rest of the two names agrees.
fn pair_many_typos(query: &Name, listed: &Name, used_query: &mut [bool], used_listed: &mut [bool], pairs: &mut Vec<Pair>) {
    let total: u32 = listed.words.iter().map(|word| word.weight).sum();
    let agreed: u32 = pairs.iter().map(|pair| weight_of(listed, pair) / 1000 * pair.similarity).sum();
    if f64::from(agreed) < setting::AGREED_FOR_TYPOS * f64::from(total) {
        return;
    }
    let is_open =
        |word: &NameWord| word.role == Role::Core && !word.is_address && word.form.text.len() >= 3 && word.form.text.len() < 40;
    for (j, b) in listed.words.iter().enumerate() {
        if used_listed[j] || !is_open(b) {
            continue;
        }
        let best = (0..query.words.len())
            .filter(|&i| !used_query[i] && is_open(&query.words[i]))
            .filter_map(|i| Some((many_typos(&query.words[i].form, &b.form)?, i)))
            .max_by_key(|((similarity, _), i)| (*similarity, std::cmp::Reverse(*i)));
        if let Some(((similarity, n), i)) = best {
            used_query[i] = true;
            used_listed[j] = true;
            pairs.push(Pair { query: i..i + 1, listed: j..j + 1, kind: PairKind::ManyTypos(n), similarity, share: 0 });
        }
    }
}

fn many_typos(a: &WordForm, b: &WordForm) -> Option<(u32, u8)> {
    // `IMPORT` is no misspelled `EXPORT`, `NORTH` no `SOUTH`.
    if a.meaning.meaning.is_some() && b.meaning.meaning.is_some() {
        return None;
    }
    let longer = a.text.len().max(b.text.len());
    let budget = longer * (1000 - setting::LEAST_ALIKE as usize) / 1000;
    if a.text.len().abs_diff(b.text.len()) > budget {
        return None;
    }
    let distance = edit_distance(a.text.as_bytes(), b.text.as_bytes(), budget)?;
    let similarity = f64::from(1000 - 1000 * distance as u32 / longer as u32) * setting::MANY_TYPOS;
    Some((similarity as u32, distance as u8))
}

fn weight_of(listed: &Name, pair: &Pair) -> u32 {
    listed.words[pair.listed.clone()].iter().map(|word| word.weight).sum()
}

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

/// Fills the score and the shares.
fn score(query: &Name, listed: &Name, comparison: &mut Comparison) {
    let weight = |word: &NameWord| f64::from(word.weight) / f64::from(NAT);
    // The listed side: how much of it is covered.
    let mut covered = 0.0;
    let mut listed_total = 0.0;
    let mut information = 0.0;
    let mut query_agreed = 0.0;
    let mut query_total = 0.0;
    let mut covered_by_pair = Vec::with_capacity(comparison.pairs.len());
    for pair in &comparison.pairs {
        let similarity = f64::from(pair.similarity) / 1000.0;
        let listed_weight: f64 = listed.words[pair.listed.clone()].iter().map(weight).sum();
        let query_weight: f64 = query.words[pair.query.clone()].iter().map(weight).sum();
        let counted = if pair.kind == PairKind::Initial { listed_weight * setting::INITIAL_WEIGHT } else { listed_weight };
        covered += counted * similarity;
        listed_total += counted;
        covered_by_pair.push(counted * similarity);
        // A typo is an unknown word and weighs much; the listed word tells what it was meant to weigh.
        let shared = query_weight.min(listed_weight);
        query_agreed += shared * similarity;
        query_total += shared;
        if pair.kind != PairKind::LegalOther {
            information += shared * similarity;
        }
    }
    // `M. PEREZ` leaves out what else `PEREZ, Maria Marcela` is called.
    let is_full_word = |pair: &Pair| pair.kind != PairKind::Initial && listed.words[pair.listed.start].role == Role::Core;
    let has_initial = comparison.extra.is_empty()
        && comparison.pairs.iter().any(|pair| pair.kind == PairKind::Initial)
        && comparison.pairs.iter().any(is_full_word);
    let cut_from =
        if comparison.is_cut { comparison.pairs.iter().map(|pair| pair.listed.end).max().unwrap_or(0) } else { usize::MAX };
    for &at in &comparison.missing {
        let word = &listed.words[at];
        listed_total += weight(word)
            * match word.role {
                _ if at >= cut_from => setting::BEHIND_CUT,
                Role::Legal(_) => setting::UNPAIRED_LEGAL,
                _ if word.in_brackets => setting::IN_BRACKETS,
                _ if has_initial => setting::INITIAL_WEIGHT,
                _ => 1.0,
            };
    }
    if covered <= 0.0 || listed_total <= 0.0 {
        comparison.score = 0;
        return;
    }
    let listed_share = covered / listed_total;
    // The query side: how much of it the listed name explains.
    let mut sister = 0.0;
    for &at in &comparison.extra {
        let word = &query.words[at];
        let digits_follow =
            query.words[at..].iter().skip(1).take(3).any(|next| next.form.text.bytes().any(|byte| byte.is_ascii_digit()));
        let factor = match word.role {
            Role::Legal(_) => setting::UNPAIRED_LEGAL,
            _ if word.is_address && listed_share > setting::COVERED_FOR_ADDRESS => setting::ADDRESS,
            _ if word.in_brackets => setting::IN_BRACKETS,
            _ if digits_follow && listed_share > setting::COVERED_FOR_ADDRESS => setting::BEFORE_DIGITS,
            _ => setting::EXTRA,
        };
        query_total += weight(word) * factor;
        if !word.is_address && matches!(word.role, Role::Core | Role::Number) && !word.in_brackets {
            sister += (weight(word) * factor).max(setting::LEAST_SISTER);
        }
    }
    let query_share = (query_agreed / query_total).min(1.0);
    let mut score = listed_share.powf(setting::LISTED_EXPONENT) * query_share.powf(setting::QUERY_EXPONENT);
    let is_equal = listed_share > 0.999 && query_share > 0.999;
    let missing_core = || comparison.missing.iter().filter(|at| **at < cut_from && listed.words[**at].role == Role::Core);
    if !is_equal {
        score *= setting::LEAST_BY_INFORMATION
            + (1.0 - setting::LEAST_BY_INFORMATION) * (information / setting::ENOUGH_INFORMATION).min(1.0);
        score *= 1.0 - setting::SISTER * (sister / setting::SISTER_NATS).min(1.0);
        let n_core_pairs = comparison.pairs.iter().filter(|pair| listed.words[pair.listed.start].role == Role::Core).count();
        if n_core_pairs == 1 && sister > setting::SISTER_OF_ONE_WORD {
            score *= setting::ONE_WORD_OF_SEVERAL;
        } else if n_core_pairs == 1 && missing_core().next().is_some() {
            score *= setting::ONE_WORD;
        }
        if query.is_generic || listed.is_generic {
            score *= setting::GENERIC;
        }
    }
    let is_number = |word: &NameWord| word.role == Role::Number && !word.is_address;
    if comparison.missing.iter().any(|at| *at < cut_from && is_number(&listed.words[*at])) {
        let has_other = comparison.extra.iter().any(|at| is_number(&query.words[*at]));
        score *= if has_other { setting::NUMBER_DIFFERS } else { setting::NUMBER_MISSING };
    }
    if comparison.pairs.iter().any(|pair| pair.kind == PairKind::Initial) {
        score *= setting::ANY_INITIAL;
    }
    let is_core = |pair: &&Pair| listed.words[pair.listed.start].role == Role::Core;
    let turned = |turn: Option<usize>, at: usize| turn.is_some_and(|turn| at < turn);
    let in_order = [(None, None), (query.turn, None), (None, listed.turn), (query.turn, listed.turn)].iter().any(|turn| {
        let mut places: Vec<_> = comparison
            .pairs
            .iter()
            .filter(is_core)
            .map(|pair| {
                (turned(turn.1, pair.listed.start), pair.listed.start, turned(turn.0, pair.query.start), pair.query.start)
            })
            .collect();
        places.sort_unstable();
        places.is_sorted_by_key(|place| (place.2, place.3))
    });
    if !in_order {
        score *= setting::OTHER_ORDER;
    }
    if is_one_short_word(query, listed, comparison) {
        score = squeeze(score, setting::SHORT_WORD_FROM, setting::SHORT_WORD_MOST);
    }
    let most = if is_equal && in_order { 1000.0 } else { 999.0 };
    comparison.score = (score * 1000.0 + 0.5).floor().clamp(0.0, most) as u16;
    for (pair, covered) in comparison.pairs.iter_mut().zip(covered_by_pair) {
        pair.share = (covered / listed_total * 1000.0).round() as u32;
    }
}

/// Whether all that agrees is one short word, and not even the legal forms do: `FORTUNA S.A.` and the ship `FORTUNA`.
fn is_one_short_word(query: &Name, listed: &Name, comparison: &Comparison) -> bool {
    let mut core = comparison.pairs.iter().filter(|pair| listed.words[pair.listed.start].role == Role::Core);
    let (Some(pair), None) = (core.next(), core.next()) else { return false };
    let has_form = |name: &Name| name.words.iter().any(|word| matches!(word.role, Role::Legal(_)));
    let forms_agree = comparison.pairs.iter().any(|pair| pair.kind == PairKind::LegalSame);
    pair.listed.len() == 1
        && listed.words[pair.listed.start].form.text.len() <= setting::SHORT_WORD_LETTERS
        && (has_form(query) || has_form(listed))
        && !forms_agree
}

/// Presses scores from `from` to 1 into the band from `from` to `most`, so that they keep their order.
fn squeeze(score: f64, from: f64, most: f64) -> f64 {
    if score <= from { score } else { from + (score - from) * (most - from) / (1.0 - from) }
}

impl Comparison {
    /// Returns the evidence in one line: pairs with the share of the listed name that they cover, then what found no partner.
    ///
    /// `poly=poly 0.66; technologies≈technologys typo 0.29; legal form inc/ltd; extra: trading`
    pub fn evidence(&self, query: &Name, listed: &Name) -> String {
        self.parts(query, listed).join("; ")
    }

    /// Returns the same, piece by piece.
    pub fn parts(&self, query: &Name, listed: &Name) -> Vec<String> {
        let mut parts: Vec<String> = self.pairs.iter().map(|pair| pair_text(pair, query, listed)).collect();
        let texts = |name: &Name, positions: &[usize], wanted: &dyn Fn(&NameWord) -> bool| {
            let words = positions.iter().map(|at| &name.words[*at]).filter(|word| wanted(word));
            words.map(|word| word.form.text.to_string()).collect::<Vec<_>>().join(" ")
        };
        let missing = texts(listed, &self.missing, &|_| true);
        let extra = texts(query, &self.extra, &|word| !word.is_address);
        let address = texts(query, &self.extra, &|word| word.is_address);
        let all: Vec<usize> = (0..query.words.len()).collect();
        let aside = texts(query, &all, &|word| word.role == Role::Aside);
        for (label, text) in [("missing", missing), ("extra", extra), ("address", address), ("set aside", aside)] {
            if !text.is_empty() {
                parts.push(format!("{label}: {text}"));
            }
        }
        if self.is_cut {
            parts.push("query cut off".to_string());
        }
        parts
    }
}

fn pair_text(pair: &Pair, query: &Name, listed: &Name) -> String {
    let join = |words: &[NameWord]| words.iter().map(|word| &*word.form.text).collect::<Vec<_>>().join(" ");
    let (a, b) = (join(&query.words[pair.query.clone()]), join(&listed.words[pair.listed.clone()]));
    let (sign, kind) = match pair.kind {
        PairKind::Word(Likeness::Exact) => ("=", String::new()),
        PairKind::Word(Likeness::SameWord) => ("≈", " same word".to_string()),
        PairKind::Word(Likeness::Transliteration) => ("≈", " transliteration".to_string()),
        PairKind::Word(Likeness::Typo(1)) => ("≈", " typo".to_string()),
        PairKind::Word(Likeness::Typo(n)) | PairKind::ManyTypos(n) => ("≈", format!(" {n} typos")),
        PairKind::Word(Likeness::SameMeaning) => ("≈", " same meaning".to_string()),
        PairKind::Joined => ("≈", " joined".to_string()),
        PairKind::Prefix => ("≈", " cut".to_string()),
        PairKind::Initial => ("≈", " initial".to_string()),
        PairKind::Whole(0) => ("≈", " written together".to_string()),
        PairKind::Whole(n) => ("≈", format!(" written together, {n} typos")),
        PairKind::LegalSame if a == b => return format!("legal form {a}"),
        PairKind::LegalSame => return format!("legal form {a}={b}"),
        PairKind::LegalOther => return format!("legal form {a}/{b}"),
    };
    let mut text = format!("{a}{sign}{b}{kind}");
    let _ = write!(text, " {}.{:02}", pair.share / 1000, pair.share % 1000 / 10);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_says_why() {
        for (query, listed, expected) in [
            (
                "Poly Technologys Ltd",
                "Poly Technologies, Inc.",
                "poly=poly 0.68; technologys≈technologies same word 0.26; legal form ltd/inc",
            ),
            (
                "TO THE ORDER OF POLY TECHNOLOGIES INC",
                "Poly Technologies Inc",
                "poly=poly 0.68; technologies=technologies 0.26; legal form inc; set aside: to the order of",
            ),
        ] {
            let (query, listed) = (Name::read(query), Name::read(listed));
            assert_eq!(compare_names(&query, &listed).evidence(&query, &listed), expected);
        }
    }

    #[test]
    fn shares_add_up_to_the_coverage() {
        let comparison = compare("POLI TECHNOLOGIES INC TRADING", "Poly Technologies, Inc.");
        let sum: u32 = comparison.pairs.iter().map(|pair| pair.share).sum();
        assert!(sum > 930 && sum <= 1001, "{sum}");
    }

    #[test]
    fn labelled_pairs_score_as_expected() {
        let mut reader = csv::Reader::from_reader(include_str!("../../tests/cases/names/pairs.csv").as_bytes());
        let mut failures = Vec::new();
        for line in reader.records() {
            let line = line.expect("the table of pairs is well formed");
            let (least, most): (u16, u16) = (line[2].parse().expect("a number"), line[3].parse().expect("a number"));
            let (query, listed) = (Name::read(&line[0]), Name::read(&line[1]));
            let comparison = compare_names(&query, &listed);
            if !(least..=most).contains(&comparison.score) {
                let evidence = comparison.evidence(&query, &listed);
                failures.push(format!("{} | {} = {} not {least}..={most}: {evidence}", &line[0], &line[1], comparison.score));
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    #[test]
    fn a_name_is_itself_and_nothing_is_nothing() {
        for name in ["CORP", "Plant No 14", "保利科技有限公司", "EMMA LLC", "11420 CORP.", "ИНН 0323018510", "M/S"] {
            assert_eq!(compare(name, name).score, 1000, "{name}");
        }
        for (a, b) in [("", "POLY"), ("POLY", ""), ("", ""), ("***", "***")] {
            assert_eq!(compare(a, b).score, 0, "{a} {b}");
        }
    }
}
