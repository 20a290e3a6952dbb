//! What stands around a name: lead-ins in front, an address behind.
//!
//! In: the folded words of a name. Out: which of them are a lead-in and which an address.
//! Nothing is cut off. An address word only weighs less when it stays without a partner, so a wrong guess here costs little.

use super::forms::{AddressKind, address_word, lead_in, legal_form};
use super::text::TextWord;

/// Returns for each word whether it belongs to a lead-in (`to the order of`) or trails the name (`attn`).
pub fn mark_lead_ins(texts: &[&str]) -> Vec<bool> {
    let mut is_lead = vec![false; texts.len()];
    let mut at = 0;
    let mut is_start = true;
    while at < texts.len() {
        match lead_in(&texts[at..], is_start) {
            Some(length) => {
                is_lead[at..at + length].fill(true);
                at += length;
            }
            None => {
                is_start = false;
                at += 1;
            }
        }
    }
    is_lead
}

/// Returns the word with which an address begins behind the name; the number of words if there is none.
///
/// `words` and `texts` run in parallel; `first` is the first word of the name itself, which is never an address.
pub fn address_start(words: &[TextWord], texts: &[&str], first: usize) -> usize {
    let mut at = first + 1;
    while at < texts.len() {
        if !words[at].after_hyphen
            && let Some((kind, length)) = address_word(&texts[at..])
            && let Some(start) = opens_address(words, texts, first, at, kind, length)
        {
            return back_over_places(words, texts, first, start);
        }
        at += 1;
    }
    place_tail_start(words, texts, first)
}

/// Returns where an address begins that an address word at `at` gives away, if its neighbors agree that it is one.
fn opens_address(words: &[TextWord], texts: &[&str], first: usize, at: usize, kind: AddressKind, length: usize) -> Option<usize> {
    let has_digits =
        |from: usize, to: usize| texts[from.min(texts.len())..to.min(texts.len())].iter().any(|text| holds_digit(text));
    let digits_follow = has_digits(at + length, at + length + 4);
    match kind {
        // `CALLE 21`, `UL. TVERSKAYA 47`; at the cut end of a text the number is gone.
        AddressKind::Street => {
            let from = numbered_street_start(texts, first, at).unwrap_or_else(|| back_over_numbers(words, texts, first, at));
            (digits_follow || from < at || words[at].opens_part || at + length >= texts.len()).then_some(from)
        }
        // `CENTRAL AFRICA PROVINCE` is a name; `, HEBEI PROVINCE` is not.
        AddressKind::Region => {
            let from = street_name_start(words, texts, first, at);
            (has_digits(from, at) || words[from].opens_part).then_some(from)
        }
        AddressKind::Before => {
            let from = street_name_start(words, texts, first, at);
            (has_digits(from, at) || digits_follow || words[from].opens_part).then_some(from)
        }
        AddressKind::Unit => {
            let number_is_next = texts.get(at + length).is_some_and(|text| holds_digit(text) || text.len() == 1);
            let is_plain_number = matches!(texts[at], "no" | "nos" | "d" | "g");
            // `PLANT NO 14` is a name; `NO 14, VALIASR` and `NO.21 KAT 3` are addresses.
            let is_address =
                if is_plain_number { number_is_next && more_address(words, texts, at + length + 1) } else { number_is_next };
            is_address.then(|| back_over_numbers(words, texts, first, at))
        }
        AddressKind::Place => None,
    }
}

/// Whether an address goes on: some address word follows, or a part that a comma opens.
fn more_address(words: &[TextWord], texts: &[&str], from: usize) -> bool {
    (from..texts.len()).any(|at| words[at].opens_part || address_word(&texts[at..]).is_some())
        && legal_form(&texts[texts.len() - 1..], false).is_none()
}

/// Returns where the numbers in front of an address word begin, if a comma cuts them off the name: `DONG FENG 6 UL. TVERSKAYA` keeps its 6.
fn back_over_numbers(words: &[TextWord], texts: &[&str], first: usize, at: usize) -> usize {
    let mut from = at;
    while from > first + 1 && (holds_digit(texts[from - 1]) || texts[from - 1] == "no") {
        from -= 1;
    }
    if words[from].opens_part || from > 0 && is_legal_word(texts[from - 1]) { from } else { at }
}

/// Returns where a city begins that a comma cuts off in front of a street: `, MOSCOW, UL. TVERSKAYA 47`.
fn back_over_places(words: &[TextWord], texts: &[&str], first: usize, start: usize) -> usize {
    let is_place =
        |from: usize| words[from].opens_part && address_word(&texts[from..start]) == Some((AddressKind::Place, start - from));
    let longest = start.saturating_sub(3).max(first + 1);
    (longest..start).find(|&from| is_place(from)).map_or(start, |from| back_over_places(words, texts, first, from))
}

/// Returns the number with which `222 LENINA STR` begins.
fn numbered_street_start(texts: &[&str], first: usize, at: usize) -> Option<usize> {
    (at.saturating_sub(3).max(first + 1)..at.saturating_sub(1)).find(|&from| holds_digit(texts[from]))
}

/// Returns where the name of a street begins whose last word (`AVE`) stands at `at`: behind a comma, number or legal form, or one word back.
fn street_name_start(words: &[TextWord], texts: &[&str], first: usize, at: usize) -> usize {
    let nearest = at.saturating_sub(1).max(first + 1).min(at);
    let mut from = at;
    while from > first + 1 && at - from < 4 {
        if words[from].opens_part {
            return back_over_numbers(words, texts, first, from);
        }
        if holds_digit(texts[from - 1]) {
            return from - 1;
        }
        if is_legal_word(texts[from - 1]) {
            return from;
        }
        from -= 1;
    }
    nearest
}

/// Returns where a row of cities and countries at the end begins, if a comma or a legal form stands before it.
fn place_tail_start(words: &[TextWord], texts: &[&str], first: usize) -> usize {
    let n = texts.len();
    let mut starts = vec![false; n + 1];
    starts[n] = true;
    for at in (first + 1..n).rev() {
        let continues = match address_word(&texts[at..]) {
            Some((AddressKind::Place, length)) => starts[at + length],
            _ => is_postcode(texts[at]) && starts[at + 1] && at + 1 < n,
        };
        starts[at] = continues;
    }
    (first + 1..n).find(|&at| starts[at] && (words[at].opens_part || is_legal_word(texts[at - 1]))).unwrap_or(n)
}

fn is_legal_word(text: &str) -> bool {
    legal_form(&[text], false).is_some()
}

fn is_postcode(text: &str) -> bool {
    text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a word is a number, perhaps with a letter or two: `21`, `5a`; `artist5` is a word that was read badly.
fn holds_digit(text: &str) -> bool {
    let n_digits = text.bytes().filter(u8::is_ascii_digit).count();
    n_digits > 0 && 2 * n_digits >= text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::text::split_words;

    #[test]
    fn an_address_begins_behind_the_name() {
        for (raw, name) in [
            ("ASCOTEC JAPAN K.K. P.O. BOX 6794, DUBAI, UAE", "ascotec japan kk"),
            ("NEPTUNE, NO 24, VALIASR AVE, TEHRAN IRAN", "neptune"),
            ("TECHNRAIZ, PLOT 193 SECTOR 50 NEW DELHI 110030 INDIA", "technraiz"),
            ("FIRST EAST EXPORT BANK, P.L.C. UL. TVERSKAYA 47, OFIS 41, MOSKVA, 128345", "first east export bank plc"),
            (
                "VTB REGISTRAR CLOSED JOINT STOCK COMPANY, ISTASYON CAD. NO:153 KAT:36 ISTANBUL",
                "vtb registrar closed joint stock company",
            ),
            ("RH INTERNATIONAL, LLC NO.104 NANJING ROAD, SHANGH", "rh international llc"),
            ("POLY TECHNOLOGIES INC, BEIJING, CHINA", "poly technologies inc"),
            ("PLANT NO 14", "plant no 14"),
            ("MOSCOW OIL GROUP LLC", "moscow oil group llc"),
            ("BANK OF CHINA", "bank of china"),
            ("OFFICE DEPOT INC", "office depot inc"),
        ] {
            let words = split_words(raw);
            let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
            assert_eq!(texts[..address_start(&words, &texts, 0)].join(" "), name, "{raw}");
        }
    }

    #[test]
    fn lead_ins_stand_in_front_or_between() {
        for (raw, expected) in [
            ("TO THE ORDER OF SKY BLUE BIRD", "sky blue bird"),
            ("M/S CHOSUN OIL", "chosun oil"),
            ("OOO ROMASHKA ПО ПОРУЧЕНИЮ POLY", "ooo romashka poly"),
            ("CONSIGNEE: TO ORDER OF X BANK", "x bank"),
            ("ORDER", "order"),
        ] {
            let words = split_words(raw);
            let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
            let is_lead = mark_lead_ins(&texts);
            let rest: Vec<&str> = texts.iter().zip(&is_lead).filter(|(_, is_lead)| !**is_lead).map(|(text, _)| *text).collect();
            assert_eq!(rest.join(" "), expected, "{raw}");
        }
    }
}
