//! Two names: which words pair, what stays over, and the score.
//!
//! In: a query name and a listed name. Out: a score of 0 to 1000, the pairs with their shares, and what was set aside.
//! The score is not the same both ways round: a listed name must be covered, a query may carry an address, but a query word that
//! nothing explains makes another firm of it (`ALMAZ ANTEY TELECOM` is not `ALMAZ-ANTEY`).

use super::name::{Name, NameWord, Role, Whole};
use super::score::{score, setting};
use super::sounds::sound_key;
use super::words::{EXACT, Likeness, WordForm, compare_words, edit_distance, typo_budget};
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

/// Returns the weight of the listed words that a pair covers, in thousandths of a nat.
pub(super) fn weight_of(listed: &Name, pair: &Pair) -> u32 {
    listed.words[pair.listed.clone()].iter().map(|word| word.weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

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
