//! The most that a pair of names can score, by what is known of their words alone.
//!
//! In: what each word of a query is alike to, and a listed name. Out: whether the pair may reach a floor.
//! The bound is never below the score: every kind of pair that `alignment` makes is counted here as if it were certain. A test holds both
//! against each other.

use super::name::{Name, NameWord, Role};
use super::neighbors::Neighbor;
use super::score::setting;
use super::vocabulary::{Vocabulary, joined_forms};
use super::words::{WordForm, letters};
use std::ops::Range;

/// The words of all listed names, as the bound sees them.
#[derive(Default)]
pub struct Bounds {
    /// Where the words of a name begin.
    starts: Vec<u32>,
    words: Vec<BoundWord>,
    /// Neighboring words written together, beside the words: where they begin, and each with the place of the first.
    joined_starts: Vec<u32>,
    joined: Vec<(u32, u8)>,
    /// The names written together.
    whole_starts: Vec<u32>,
    wholes: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct BoundWord {
    /// Position in the vocabulary.
    word: u32,
    weight: u32,
    letters: u32,
    first: u8,
    length: u8,
    kind: Kind,
    in_brackets: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Core,
    Number,
    Legal,
}

impl Bounds {
    /// Adds the next listed name, and its words to the vocabulary.
    pub fn add(&mut self, name: &Name, vocabulary: &mut Vocabulary) {
        if self.starts.is_empty() {
            self.starts.push(0);
            self.joined_starts.push(0);
            self.whole_starts.push(0);
        }
        let words: Vec<&NameWord> = name.words.iter().filter(|word| word.role != Role::Aside).collect();
        for word in &words {
            let kind = match word.role {
                Role::Core => Kind::Core,
                Role::Number => Kind::Number,
                _ => Kind::Legal,
            };
            self.words.push(BoundWord {
                word: vocabulary.add(&word.form),
                weight: word.weight,
                letters: letters(&word.form.text),
                first: word.form.text.as_bytes()[0],
                length: length(&word.form),
                kind,
                in_brackets: word.in_brackets,
            });
        }
        for (at, pair) in name.words.windows(2).enumerate() {
            for form in joined_forms(&pair[0], &pair[1]) {
                let place = name.words[..at].iter().filter(|word| word.role != Role::Aside).count();
                self.joined.push((vocabulary.add_joined(form), place.min(MOST_WORDS) as u8));
            }
        }
        self.wholes.extend(name.wholes.iter().map(|whole| vocabulary.add_whole(&whole.form)));
        self.starts.push(self.words.len() as u32);
        self.joined_starts.push(self.joined.len() as u32);
        self.whole_starts.push(self.wholes.len() as u32);
    }
}

/// Longer names are always aligned.
const MOST_WORDS: usize = 40;

fn length(form: &WordForm) -> u8 {
    form.text.len().min(usize::from(u8::MAX)) as u8
}

/// What the words of one query are alike to.
pub struct QueryBound {
    /// For each word of the vocabulary: the query that noted it last, the best similarity, and by which of its words.
    noted: Vec<Noted>,
    /// One bit a word, because most words of a list are not noted and a bit is near at hand.
    is_noted: Vec<u64>,
    turn: u32,
    /// Words that may pair by more typos than usual: their letters and length.
    open: Vec<(u32, u8)>,
    extra: Vec<Extra>,
    /// First letters of words, and of those that are one letter.
    first_letters: u32,
    single_letters: u32,
    last: usize,
    /// The first letter of a last word that is too short to be looked up by its front.
    short_last: Option<u8>,
    last_is_legal: bool,
    has_legal: bool,
    may_be_cut: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Noted {
    turn: u32,
    similarity: u32,
    by: u64,
}

/// What a word of the query weighs at least where nothing pairs with it.
#[derive(Debug, Clone, Copy)]
struct Extra {
    by: u64,
    weight: f64,
    /// What it counts for a sister firm.
    sister: f64,
}

impl QueryBound {
    /// Prepares for a vocabulary of so many words.
    pub fn new(n_words: usize) -> Self {
        QueryBound {
            noted: vec![Noted::default(); n_words],
            is_noted: vec![0; n_words.div_ceil(64)],
            turn: 0,
            open: Vec::new(),
            extra: Vec::new(),
            first_letters: 0,
            single_letters: 0,
            last: 0,
            short_last: None,
            last_is_legal: false,
            has_legal: false,
            may_be_cut: false,
        }
    }

    /// Begins the next query.
    pub fn begin(&mut self, query: &Name) {
        if self.turn == u32::MAX {
            self.noted.fill(Noted::default());
            self.turn = 0;
        }
        self.turn += 1;
        self.is_noted.fill(0);
        let words = &query.words;
        self.last = words.iter().rposition(|word| word.role != Role::Aside).unwrap_or(0);
        let last = words.get(self.last);
        let last_text = last.map(|word| word.form.text.as_bytes());
        self.short_last = last_text.filter(|text| text.len() < LEAST_CUT_LETTERS).map(|text| text[0]);
        self.last_is_legal = last.is_some_and(|word| matches!(word.role, Role::Legal(_)));
        self.has_legal = words.iter().any(|word| matches!(word.role, Role::Legal(_)));
        self.may_be_cut = setting::CUT_LENGTHS.contains(&query.n_chars);
        self.open.clear();
        self.first_letters = 0;
        self.single_letters = 0;
        for word in words.iter().filter(|word| word.role == Role::Core) {
            let bit = letter_bit(word.form.text.as_bytes()[0]);
            self.first_letters |= bit;
            if word.form.text.len() == 1 {
                self.single_letters |= bit;
            }
            if !word.is_address && word.form.text.len() >= 3 {
                self.open.push((letters(&word.form.text), length(&word.form)));
            }
        }
        self.extra.clear();
        self.extra.extend(words.iter().enumerate().filter_map(|(at, word)| least_extra(words, at, word)));
    }

    /// Takes down that the words `at` of the query are alike to a word of the vocabulary; returns whether that is the first time.
    pub fn note(&mut self, neighbor: Neighbor, at: Range<usize>) -> bool {
        let noted = &mut self.noted[neighbor.word as usize];
        let is_first = noted.turn != self.turn;
        if is_first {
            self.is_noted[neighbor.word as usize / 64] |= 1 << (neighbor.word % 64);
            *noted = Noted { turn: self.turn, similarity: 0, by: 0 };
        }
        noted.similarity = noted.similarity.max(neighbor.similarity);
        at.for_each(|at| noted.by |= bit(at));
        is_first
    }

    /// Whether a word of the query is a single letter.
    pub fn has_initial(&self) -> bool {
        self.single_letters != 0
    }

    fn noted(&self, word: u32) -> Option<&Noted> {
        let is_noted = self.is_noted[word as usize / 64] & 1 << (word % 64) != 0;
        is_noted.then(|| &self.noted[word as usize])
    }

    /// Returns whether a listed name may score `floor`.
    pub fn may_reach(&self, bounds: &Bounds, listed: usize, floor: u16) -> bool {
        let range = |starts: &[u32]| starts[listed] as usize..starts[listed + 1] as usize;
        if bounds.wholes[range(&bounds.whole_starts)].iter().any(|word| self.noted(*word).is_some()) {
            return true;
        }
        let words = &bounds.words[range(&bounds.starts)];
        if words.len() > MOST_WORDS {
            return true;
        }
        let joined_words = &bounds.joined[range(&bounds.joined_starts)];
        let joined = self.joined(joined_words);
        let floor = f64::from(floor) / 1000.0 - ROUNDING;
        let least_share = floor.max(0.0).powf(1.0 / setting::LISTED_EXPONENT) - ROUNDING;
        let sums = self.add_up(words, joined.as_deref(), false);
        if self.most(&sums, least_share) >= floor {
            return true;
        }
        let may_have_more_typos = sums.agreed >= setting::AGREED_FOR_TYPOS * sums.weight;
        may_have_more_typos && self.most(&self.add_up(words, joined.as_deref(), true), least_share) >= floor
    }

    /// Returns for each word of a listed name what is noted of it and a neighbor written together; nothing if that is nothing.
    fn joined(&self, words: &[(u32, u8)]) -> Option<Vec<Noted>> {
        let mut joined = None;
        for (word, place) in words {
            let Some(noted) = self.noted(*word) else { continue };
            let joined = joined.get_or_insert_with(|| vec![Noted::default(); MOST_WORDS + 2]);
            for both in &mut joined[usize::from(*place)..usize::from(*place) + 2] {
                *both = Noted { by: both.by | noted.by, similarity: both.similarity.max(noted.similarity), ..*noted };
            }
        }
        joined
    }

    /// Adds up what may pair as noted, and `with_many_typos` also what may pair where the rest of two names agrees.
    fn add_up(&self, words: &[BoundWord], joined: Option<&[Noted]>, with_many_typos: bool) -> Sums {
        let has_initial = words.iter().any(|word| word.kind == Kind::Core && self.is_initial(word));
        let mut sums = Sums { is_loose: has_initial || with_many_typos, ..Sums::default() };
        let mut is_behind_cut = false;
        for (at, word) in words.iter().enumerate() {
            let weight = f64::from(word.weight) / 1000.0;
            sums.weight += weight;
            let single = self.noted(word.word);
            let factor = match word.kind {
                _ if is_behind_cut && self.may_be_cut => setting::BEHIND_CUT,
                Kind::Legal => setting::UNPAIRED_LEGAL,
                _ if word.in_brackets => setting::IN_BRACKETS,
                _ if has_initial => setting::INITIAL_WEIGHT,
                _ => 1.0,
            };
            let is_core = word.kind == Kind::Core;
            let mut by = 0;
            let mut similarity = 0;
            for noted in single.into_iter().chain(joined.map(|joined| &joined[at])) {
                by |= noted.by;
                similarity = similarity.max(noted.similarity);
            }
            if by != 0 {
                sums.pair(weight, f64::from(similarity) / 1000.0, factor, is_core);
                sums.by |= by;
                is_behind_cut |= by & bit(self.last) != 0;
            } else if word.kind == Kind::Legal {
                if self.has_legal {
                    sums.pair(weight, 1.0, factor, false);
                    is_behind_cut |= self.last_is_legal;
                } else {
                    sums.miss(weight * factor, false);
                }
            } else if self.may_be_cut && self.short_last == Some(word.first) {
                sums.pair(weight, f64::from(setting::PREFIX) / 1000.0, 0.0, is_core);
                sums.is_loose = true;
                is_behind_cut = true;
            } else if is_core && self.is_initial(word) {
                sums.pair(weight * setting::INITIAL_WEIGHT, f64::from(setting::INITIAL) / 1000.0, 0.0, true);
                sums.agreed += weight;
                is_behind_cut = true;
            } else {
                let chance = if with_many_typos { self.chance(word) } else { 0.0 };
                if chance > 0.0 {
                    sums.pair(weight, chance, factor, is_core);
                    is_behind_cut = true;
                } else {
                    sums.miss(weight * factor, is_core && !(is_behind_cut && self.may_be_cut));
                }
            }
        }
        sums
    }

    /// Returns the most that sums can come to, or nothing if less than `least_share` of the listed name is covered.
    fn most(&self, sums: &Sums, least_share: f64) -> f64 {
        if sums.covered <= 0.0 {
            return 0.0;
        }
        let listed_share = sums.covered / (sums.total + sums.missing);
        if listed_share < least_share {
            return 0.0;
        }
        let left = || self.extra.iter().filter(|extra| !sums.is_loose && sums.by & extra.by == 0);
        let extra: f64 = left().map(|extra| extra.weight).sum();
        let sister: f64 = left().map(|extra| extra.sister).sum();
        let query_share = sums.paired / (sums.paired + extra);
        let mut most = listed_share.powf(setting::LISTED_EXPONENT) * query_share.powf(setting::QUERY_EXPONENT);
        if extra > 0.0 || sums.missing > 0.0 {
            let information = (sums.paired / setting::ENOUGH_INFORMATION).min(1.0);
            most *= setting::LEAST_BY_INFORMATION + (1.0 - setting::LEAST_BY_INFORMATION) * information;
            most *= 1.0 - setting::SISTER * (sister / setting::SISTER_NATS).min(1.0);
            if sums.n_core == 1 && !sums.is_loose {
                most *= match () {
                    () if sister > setting::SISTER_OF_ONE_WORD => setting::ONE_WORD_OF_SEVERAL,
                    () if sums.misses_core => setting::ONE_WORD,
                    () => 1.0,
                };
            }
        }
        most
    }

    fn is_initial(&self, listed: &BoundWord) -> bool {
        let among = if listed.length == 1 { self.first_letters } else { self.single_letters };
        among & letter_bit(listed.first) != 0
    }

    /// Returns the most that a word without a neighbor may be alike to a word of the query by many typos.
    fn chance(&self, listed: &BoundWord) -> f64 {
        if listed.kind != Kind::Core || listed.length < 3 {
            return 0.0;
        }
        let alike = self.open.iter().map(|(letters, length)| {
            let different = (listed.letters ^ letters).count_ones().div_ceil(2);
            let least = u32::from(listed.length.abs_diff(*length)).max(different).max(1);
            1.0 - f64::from(least) / f64::from(listed.length.max(*length))
        });
        let alike = alike.fold(0.0, f64::max);
        if alike * 1000.0 >= f64::from(setting::LEAST_ALIKE) - 1.0 { alike * setting::MANY_TYPOS } else { 0.0 }
    }
}

#[derive(Debug, Default)]
struct Sums {
    covered: f64,
    total: f64,
    missing: f64,
    misses_core: bool,
    /// All weight of the listed name, and that of it which may agree.
    weight: f64,
    agreed: f64,
    /// Weight of what may pair.
    paired: f64,
    n_core: usize,
    /// Words of the query that may pair, as bits.
    by: u64,
    /// Whether words may pair that `by` does not tell of.
    is_loose: bool,
}

impl Sums {
    /// Adds a word that may pair; if it does not, it is missing with `factor`.
    fn pair(&mut self, weight: f64, similarity: f64, factor: f64, is_core: bool) {
        self.covered += weight * similarity;
        self.agreed += weight * similarity;
        self.paired += weight;
        self.n_core += usize::from(is_core);
        // A word that hardly counts when it is missing could lower the share by pairing badly.
        self.total += if factor < 1.0 { weight * similarity } else { weight };
    }

    fn miss(&mut self, weight: f64, is_core: bool) {
        self.missing += weight;
        self.misses_core |= is_core;
    }
}

/// Fewer letters of a cut word do not tell which.
pub const LEAST_CUT_LETTERS: usize = 3;

/// What rounding may add to a score.
const ROUNDING: f64 = 0.001;

/// Returns what a word of the query weighs at least if nothing pairs with it; `None` if that may be nothing.
fn least_extra(words: &[NameWord], at: usize, word: &NameWord) -> Option<Extra> {
    if !matches!(word.role, Role::Core | Role::Number) || word.is_address {
        return None;
    }
    let digits_follow =
        || words[at..].iter().skip(1).take(3).any(|next| next.form.text.bytes().any(|byte| byte.is_ascii_digit()));
    let factor = match () {
        () if word.in_brackets => setting::IN_BRACKETS,
        () if digits_follow() => setting::BEFORE_DIGITS,
        () => setting::EXTRA,
    };
    let weight = f64::from(word.weight) / 1000.0 * factor;
    let sister = if word.in_brackets { 0.0 } else { weight.max(setting::LEAST_SISTER) };
    (bit(at) != 0).then_some(Extra { by: bit(at), weight, sister })
}

fn bit(at: usize) -> u64 {
    1_u64.checked_shl(at as u32).unwrap_or(0)
}

fn letter_bit(letter: u8) -> u32 {
    match letter {
        b'a'..=b'z' => 1 << (letter - b'a'),
        _ => 1 << 31,
    }
}
