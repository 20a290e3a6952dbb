//! A name ready for comparing: its words with their roles and weights.
//!
//! In: a raw name. Out: words in order; every word of the raw text is there, with the reason if it does not count.
//! A name of nothing but legal forms and generic words keeps them as words and is marked generic: it may equal another name, never
//! resemble one.

use super::forms::{WordMeaning, glued_cut, legal_form, mended_legal_form, word_meaning};
use super::identifiers::{FoundIdentifier, find_identifiers};
use super::sounds::is_number;
use super::tails::{address_start, mark_lead_ins};
use super::text::{TextWord, split_words};
use super::weights::{LEGAL_WEIGHT, is_common, is_known, weight};
use super::words::{LONGEST, WordForm};
use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Belongs to the name itself.
    Core,
    /// A number that belongs to the name.
    Number,
    /// A legal form, with its class.
    Legal(&'static str),
    /// A lead-in or an identifier: does not count at all.
    Aside,
}

/// A word of a name, or a legal form of several words.
#[derive(Debug, Clone, PartialEq)]
pub struct NameWord {
    pub form: WordForm,
    pub role: Role,
    /// Thousandths of a nat; 0 for what does not count.
    pub weight: u32,
    /// Bytes of the raw name.
    pub span: Range<usize>,
    pub is_address: bool,
    pub in_brackets: bool,
}

/// A name ready for comparing.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    pub words: Vec<NameWord>,
    pub identifiers: Vec<FoundIdentifier>,
    /// Whether it consists of legal forms and generic words only.
    pub is_generic: bool,
    /// Characters of the raw text, by which a cut text is told.
    pub n_chars: usize,
    /// The words written together: those of the name itself, and those with its legal forms if that differs.
    pub wholes: Vec<Whole>,
    /// The word behind the only comma, in a name without legal forms: `QADDAFI, Muammar` is read as `Muammar QADDAFI` too.
    pub turn: Option<usize>,
}

/// The words of a name written together.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    pub form: WordForm,
    /// Positions in `Name::words`, from the first to the last word that is part of it.
    pub words: Range<usize>,
    pub n_words: usize,
    /// Whether legal forms are part of it: then no letter may differ.
    pub has_forms: bool,
}

impl Name {
    /// Reads a raw name; one without a letter or digit has no words.
    pub fn read(raw: &str) -> Name {
        let identifiers = find_identifiers(raw);
        let mut texts = split_words(raw);
        let is_identifier =
            |span: &Range<usize>| identifiers.iter().any(|one| one.span.start <= span.start && span.end <= one.span.end);
        let mut aside: Vec<NameWord> = Vec::new();
        texts.retain(|word| {
            let keep = !is_identifier(&word.span);
            if !keep {
                aside.push(set_aside(&word.text, word.span.clone()));
            }
            keep
        });
        if texts.is_empty() {
            texts = split_words(raw);
            aside.clear();
        }
        split_glued(&mut texts);
        mend_torn(&mut texts);
        let strs: Vec<&str> = texts.iter().map(|word| word.text.as_str()).collect();
        let is_lead = mark_lead_ins(&strs);
        let first = is_lead.iter().position(|is_lead| !is_lead).unwrap_or(0);
        let first_core = (first..strs.len()).find(|&at| legal_form(&strs[at..], at == first).is_none()).unwrap_or(first);
        let address = address_start(&texts, &strs, first_core);
        let mut words: Vec<NameWord> = Vec::with_capacity(texts.len());
        let mut at = 0;
        while at < texts.len() {
            let word = &texts[at];
            if is_lead[at] {
                words.push(set_aside(&word.text, word.span.clone()));
                at += 1;
                continue;
            }
            // A form that counts only at the end is sought before the address, so the address is hidden from it.
            let end = if at < address { address } else { texts.len() };
            let form = legal_form(&strs[at..end], at == first).or_else(|| mended_legal_form(&strs[at..end], at == first));
            let (role, length) = match form {
                Some((class, length)) => (Role::Legal(class), length),
                None if is_number(&word.text) => (Role::Number, 1),
                None => (Role::Core, 1),
            };
            let text = strs[at..at + length].join(" ");
            let meaning = if length == 1 { word_meaning(&text) } else { WordMeaning::default() };
            let weight = if matches!(role, Role::Legal(_)) { LEGAL_WEIGHT } else { weight(&text, &meaning) };
            words.push(NameWord {
                form: WordForm::new(text, meaning),
                role,
                weight,
                span: word.span.start..texts[at + length - 1].span.end,
                is_address: at >= address,
                in_brackets: word.in_brackets,
            });
            at += length;
        }
        let is_generic = words.iter().all(|word| word.role != Role::Core || word.is_address || word.form.meaning.per_10000 > 0);
        let has_core = words.iter().any(|word| matches!(word.role, Role::Core | Role::Number));
        if !has_core {
            for word in words.iter_mut().filter(|word| matches!(word.role, Role::Legal(_))) {
                word.role = Role::Core;
            }
        }
        let position = |span: &Range<usize>| span.start;
        words.extend(aside);
        words.sort_by_key(|word| position(&word.span));
        let wholes = wholes(&words);
        let turn = turn(raw, &words);
        Name { words, identifiers, is_generic, n_chars: raw.trim().chars().count(), wholes, turn }
    }
}

fn turn(raw: &str, words: &[NameWord]) -> Option<usize> {
    let comma = raw.find(',')?;
    let is_plain = words.iter().all(|word| matches!(word.role, Role::Core) && !word.in_brackets);
    let at = words.iter().position(|word| word.span.start > comma)?;
    (is_plain && at > 0 && !raw[comma + 1..].contains(',')).then_some(at)
}

/// Returns what a name is when its spaces are lost, unless it is a single word.
fn wholes(words: &[NameWord]) -> Vec<Whole> {
    let write_together = |counts: &dyn Fn(&NameWord) -> bool| {
        let positions = || (0..words.len()).filter(|at| counts(&words[*at]) && !words[*at].is_address);
        let text: String = positions().flat_map(|at| words[at].form.text.split(' ')).collect();
        let (first, last) = (positions().next()?, positions().last()?);
        let is_fit = last > first && (LEAST_WHOLE..=LONGEST).contains(&text.len()) && !is_number(&text);
        is_fit.then(|| Whole {
            form: WordForm::new(text, WordMeaning::default()),
            words: first..last + 1,
            n_words: positions().count(),
            has_forms: positions().any(|at| matches!(words[at].role, Role::Legal(_))),
        })
    };
    let name = write_together(&|word| matches!(word.role, Role::Core | Role::Number));
    let with_forms = write_together(&|word| word.role != Role::Aside);
    let differs = with_forms.as_ref().map(|whole| &whole.form.text) != name.as_ref().map(|whole| &whole.form.text);
    name.into_iter().chain(with_forms.filter(|_| differs)).collect()
}

/// Shorter names written together are too often alike by chance.
const LEAST_WHOLE: usize = 5;

fn set_aside(text: &str, span: Range<usize>) -> NameWord {
    let form = WordForm::new(text.to_string(), WordMeaning::default());
    NameWord { form, role: Role::Aside, weight: 0, span, is_address: false, in_brackets: false }
}

/// Splits words of legal forms off an unknown word that they were glued to: `ABCLLC`.
fn split_glued(words: &mut Vec<TextWord>) {
    for at in (0..words.len()).rev() {
        let text = &words[at].text;
        // Where letters and bytes do not run in step, the place of the cut is not known, and the word stays whole.
        if is_known(text) || words[at].span.len() != text.len() && words[at].span.len() != 2 * text.len() {
            continue;
        }
        let Some(cut) = glued_cut(text) else { continue };
        let cut_in_raw = cut * words[at].span.len() / text.len();
        let mut tail = words[at].clone();
        tail.text.drain(..cut);
        tail.span.start += cut_in_raw;
        tail.opens_part = false;
        tail.after_hyphen = false;
        let head = &mut words[at];
        head.text.truncate(cut);
        head.span.end = tail.span.start;
        words.insert(at + 1, tail);
    }
}

/// Joins words that a stray space tore apart (`COM PANY`), if neither half is a word and the whole is one.
fn mend_torn(words: &mut Vec<TextWord>) {
    for at in (1..words.len()).rev() {
        let (first, second) = (&words[at - 1], &words[at]);
        let is_torn = |word: &TextWord| word.text.len() > 1 && !is_number(&word.text);
        if !is_torn(first) || !is_torn(second) || second.opens_part || is_known(&second.text) && is_known(&first.text) {
            continue;
        }
        let whole = [first.text.as_str(), &second.text].concat();
        if whole.len() >= 6 && is_common(&whole) {
            let end = second.span.end;
            words[at - 1].text = whole;
            words[at - 1].span.end = end;
            words.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(raw: &str) -> String {
        let name = Name::read(raw);
        let words = name.words.iter().map(|word| {
            let mark = match word.role {
                Role::Core if word.is_address => "@",
                Role::Core => "",
                Role::Number => "#",
                Role::Legal(_) => "§",
                Role::Aside => "~",
            };
            format!("{mark}{}", word.form.text)
        });
        words.collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn gives_each_word_a_role() {
        for (raw, expected) in [
            ("Poly Technologies, Inc.", "poly | technologies | §inc"),
            ("ООО \"РОМАШКА\" ИНН 7707083893", "§ooo | romashka | ~inn | ~7707083893"),
            ("ABCLLC", "abc | §llc"),
            ("ABC CO., LTD, PLOT 5", "abc | §co ltd | @plot | #5"),
            ("CORP", "corp"),
            ("C/O POLY", "~c | ~o | poly"),
            ("", ""),
            ("***", ""),
        ] {
            assert_eq!(roles(raw), expected, "{raw}");
        }
    }

    #[test]
    fn knows_generic_names() {
        for (raw, expected) in [("CORP", true), ("GENERAL TRADING LLC", true), ("POLY TRADING", false)] {
            assert_eq!(Name::read(raw).is_generic, expected, "{raw}");
        }
    }
}
