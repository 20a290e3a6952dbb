//! How much a word tells: the rarer among names, the more.
//!
//! In: a folded word. Out: its weight in thousandths of a nat, from tables that are frozen with the program.
//! Weights never come from the parties or lists of a run: a pair's score would depend on what else is in it.

use super::forms::WordMeaning;
use super::reference;
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// Weights are whole thousandths, so that sums of them are exact on every machine.
pub const NAT: u32 = 1000;

/// A legal form says little, and even a wrong one says little.
pub const LEGAL_WEIGHT: u32 = 600;

/// Short words are often accidents: the most that a word of 1, 2, 3, 4 or 5 letters may weigh.
const MOST_BY_LENGTH: [u32; 5] = [1_500, 4_000, 6_500, 8_300, 9_500];

/// Numbers tell sister firms apart, but any firm may have one.
const NUMBER_WEIGHT: u32 = 4_000;

/// Returns the weight of a word; unknown words weigh as much as rare ones.
pub fn weight(word: &str, meaning: &WordMeaning) -> u32 {
    let table = table();
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return NUMBER_WEIGHT;
    }
    let frequency =
        [Some(word), meaning.full].into_iter().flatten().filter_map(|word| table.frequencies.get(word)).max().copied();
    let by_table = ln_weight(f64::from(table.n_names) / f64::from(frequency.unwrap_or(1)));
    let by_meaning = if meaning.per_10000 == 0 { u32::MAX } else { ln_weight(10_000.0 / f64::from(meaning.per_10000)) };
    let most = MOST_BY_LENGTH.get(word.len().wrapping_sub(1)).copied().unwrap_or(u32::MAX);
    by_table.min(by_meaning).min(most)
}

/// Returns whether the frozen table knows a word.
pub fn is_known(word: &str) -> bool {
    table().frequencies.contains_key(word)
}

/// Returns whether many names hold a word, so that a torn one may be mended to it.
pub fn is_common(word: &str) -> bool {
    table().frequencies.get(word).is_some_and(|frequency| *frequency >= COMMON)
}

const COMMON: u32 = 40;

fn ln_weight(ratio: f64) -> u32 {
    // Rounding to thousandths takes away what `ln` differs by between machines.
    ((1.0 + ratio).ln() * f64::from(NAT)).round() as u32
}

struct Frequencies {
    n_names: u32,
    frequencies: FxHashMap<&'static str, u32>,
}

fn table() -> &'static Frequencies {
    static TABLE: OnceLock<Frequencies> = OnceLock::new();
    TABLE.get_or_init(|| Frequencies {
        n_names: reference::head_value(reference::WORD_WEIGHTS, "names").and_then(|n| n.parse().ok()).unwrap_or(1),
        frequencies: reference::rows(reference::WORD_WEIGHTS)
            .filter_map(|[word, frequency]| Some((word, frequency.parse().ok()?)))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::forms::word_meaning;

    fn of(word: &str) -> u32 {
        weight(word, &word_meaning(word))
    }

    #[test]
    fn rare_words_weigh_more() {
        assert!(table().n_names > 10_000);
        assert!(
            of("trading") < of("almaz") && of("almaz") < of("barnaulskiy"),
            "{} {} {}",
            of("trading"),
            of("almaz"),
            of("barnaulskiy")
        );
        assert_eq!(of("qqzzxxw"), of("wwxxqqz"));
        assert!(of("x") <= 1_500 && of("li") <= 4_000);
        assert_eq!(of("tech"), of("technology"));
    }
}
