//! Raw text to folded words: any script to lower-case ASCII letters and digits, each word with its place in the raw text.
//!
//! In: a name as somebody typed it. Out: words in order, never none unless the text holds no letter or digit at all.
//! A run of Han characters is cut by a small dictionary and the rest of it stays one word, because a romanized Chinese name gives its
//! syllables in one word more often than apart. A letter of another alphabet that only looks right (`АКТOBE`) is put back.

use super::reference;
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word of a name: ASCII letters and digits in lower case, and where it stands in the raw text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextWord {
    pub text: String,
    /// Bytes of the raw text.
    pub span: Range<usize>,
    /// Whether a comma, a bracket or a line end stands between the word before and this one.
    pub opens_part: bool,
    /// Whether nothing but a hyphen stands between the word before and this one.
    pub after_hyphen: bool,
    pub in_brackets: bool,
}

/// Returns the words of a raw text.
pub fn split_words(raw: &str) -> Vec<TextWord> {
    let mut runs = split_runs(raw);
    join_dotted(&mut runs);
    join_single_letter_prefix(&mut runs);
    let is_mixed = |run: &Run| run.letters.windows(2).any(|pair| script(pair[0].0) != script(pair[1].0));
    let fallback = if runs.iter().any(is_mixed) { main_script(&runs) } else { Script::Latin };
    let mut words = Vec::with_capacity(runs.len());
    for run in &runs {
        if run.letters.first().is_some_and(|letter| is_han(letter.0)) {
            cut_han(run, &mut words);
        } else {
            let text = romanize(&put_back_lookalikes(&run.letters, fallback));
            words.push(run.word(text, run.letters[0].1, run.letters[run.letters.len() - 1].2));
        }
    }
    words
}

/// A run of letters and digits before romanization; each letter has the bytes that it came from.
struct Run {
    letters: Vec<(char, usize, usize)>,
    /// What stood between the run before and this one.
    gap: String,
    opens_part: bool,
    in_brackets: bool,
}

impl Run {
    fn word(&self, text: String, start: usize, end: usize) -> TextWord {
        let after_hyphen = self.gap == "-";
        TextWord { text, span: start..end, opens_part: self.opens_part, after_hyphen, in_brackets: self.in_brackets }
    }
}

fn split_runs(raw: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut letters: Vec<(char, usize, usize)> = Vec::new();
    let mut gap = String::new();
    let mut depth = 0_usize;
    let mut run_depth = 0_usize;
    let mut finish = |letters: &mut Vec<(char, usize, usize)>, gap: &mut String, depth: usize| {
        if !letters.is_empty() {
            let opens_part = gap.contains([',', ';', '\n', '\r', '(', ')', '[', ']', '|']);
            runs.push(Run { letters: std::mem::take(letters), gap: std::mem::take(gap), opens_part, in_brackets: depth > 0 });
        }
    };
    for (letter, start, end) in compose(raw) {
        if is_joiner(letter) {
            continue;
        }
        let is_apostrophe = matches!(letter, '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | 'ʾ' | 'ʿ' | '`' | '´' | '′' | 'ˈ');
        if is_apostrophe {
            if letters.is_empty() {
                gap.push(' ');
            }
            continue;
        }
        if letter.is_alphanumeric() || is_combining_mark(letter) && !letters.is_empty() {
            let changes_script = letters.last().is_some_and(|last| is_han(last.0) != is_han(letter));
            if changes_script {
                finish(&mut letters, &mut gap, run_depth);
            }
            if letters.is_empty() {
                run_depth = depth;
            }
            letters.push((letter, start, end));
            continue;
        }
        finish(&mut letters, &mut gap, run_depth);
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        gap.push(letter);
    }
    finish(&mut letters, &mut gap, run_depth);
    // A text that stands in brackets as a whole has no other part that the brackets could comment on.
    if runs.iter().all(|run| run.in_brackets) {
        runs.iter_mut().for_each(|run| run.in_brackets = false);
    }
    runs
}

/// Returns the characters in compatibility form (NFKC), each with the bytes of the cluster that it came from.
fn compose(raw: &str) -> Vec<(char, usize, usize)> {
    let mut letters = Vec::with_capacity(raw.len());
    let mut indices = raw.char_indices().peekable();
    while let Some((start, letter)) = indices.next() {
        let mut end = start + letter.len_utf8();
        if letter.is_ascii() && indices.peek().is_none_or(|(_, next)| next.is_ascii()) {
            letters.push((letter, start, end));
            continue;
        }
        while let Some((at, mark)) = indices.next_if(|(_, next)| is_combining_mark(*next)) {
            end = at + mark.len_utf8();
        }
        if matches!(letter, '№' | '℡' | '™' | '®' | '©') {
            // Their compatibility forms are letters, which would grow onto the word beside them.
            letters.push((' ', start, end));
        } else {
            letters.extend(raw[start..end].nfkc().map(|composed| (composed, start, end)));
        }
    }
    letters
}

fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | 'ـ')
}

fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' | '々')
}

/// Joins `S.A.` to `sa`: single letters with nothing but a full stop between them, or three and more with spaces too (`M. D. S.`).
fn join_dotted(runs: &mut Vec<Run>) {
    let is_letter = |run: &Run| run.letters.len() == 1 && !run.letters[0].0.is_numeric();
    join_runs(runs, |before, run| is_letter(run) && before.is_dotted() && run.gap == ".");
    let spaced = |run: &Run| is_letter(run) && run.gap == ". " && !run.opens_part;
    if runs.windows(3).any(|three| is_letter(&three[0]) && spaced(&three[1]) && spaced(&three[2])) {
        join_runs(runs, |before, run| spaced(run) && before.is_dotted());
    }
}

/// Joins `У-УАЗ` to one word: apart, a single letter weighs next to nothing, and another firm's name would be left.
fn join_single_letter_prefix(runs: &mut Vec<Run>) {
    join_runs(runs, |before, run| {
        matches!(run.gap.as_str(), "-" | "‐" | "‑" | "–")
            && before.letters.len() == 1
            && !before.letters[0].0.is_numeric()
            && !matches!(before.gap.as_str(), "-" | ".")
    });
}

impl Run {
    /// Whether the run is one letter, or letters that were joined over full stops.
    fn is_dotted(&self) -> bool {
        let is_letter = self.letters.len() == 1 && !self.letters[0].0.is_numeric();
        is_letter || self.letters.len() > 1 && self.letters.windows(2).all(|pair| (1..=2).any(|gap| pair[0].2 + gap == pair[1].1))
    }
}

fn join_runs(runs: &mut Vec<Run>, belongs: impl Fn(&Run, &Run) -> bool) {
    let mut joined: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs.drain(..) {
        match joined.last_mut() {
            Some(before) if !run.opens_part && belongs(before, &run) => before.letters.extend(run.letters),
            _ => joined.push(run),
        }
    }
    *runs = joined;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Greek,
    Other,
}

fn script(letter: char) -> Script {
    match letter {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Script::Latin,
        '\u{400}'..='\u{52f}' => Script::Cyrillic,
        '\u{370}'..='\u{3ff}' => Script::Greek,
        _ => Script::Other,
    }
}

/// Pairs of letters that look alike: Latin, Cyrillic, Greek (`-` where Greek has none).
#[rustfmt::skip]
const LOOKALIKES: [(char, char, char); 32] = [
    ('A', 'А', 'Α'), ('B', 'В', 'Β'), ('C', 'С', '-'), ('E', 'Е', 'Ε'), ('H', 'Н', 'Η'), ('I', 'І', 'Ι'),
    ('J', 'Ј', '-'), ('K', 'К', 'Κ'), ('M', 'М', 'Μ'), ('O', 'О', 'Ο'), ('P', 'Р', 'Ρ'), ('S', 'Ѕ', '-'),
    ('T', 'Т', 'Τ'), ('X', 'Х', 'Χ'), ('Y', 'У', 'Υ'), ('N', '-', 'Ν'), ('Z', '-', 'Ζ'), ('a', 'а', 'α'),
    ('c', 'с', '-'), ('e', 'е', '-'), ('i', 'і', 'ι'), ('j', 'ј', '-'), ('o', 'о', 'ο'), ('p', 'р', 'ρ'),
    ('s', 'ѕ', '-'), ('x', 'х', '-'), ('y', 'у', '-'), ('k', 'к', 'κ'), ('m', 'м', '-'), ('t', 'т', '-'),
    ('v', '-', 'ν'), ('u', '-', 'υ'),
];

/// Returns the letters with those of a foreign alphabet exchanged for what they look like, if a word mixes alphabets.
///
/// The letters that look like nothing in the other alphabet decide; where none does, the rest of the name; then Latin.
fn put_back_lookalikes(letters: &[(char, usize, usize)], fallback: Script) -> Vec<char> {
    let mut text: Vec<char> = letters.iter().map(|letter| letter.0).collect();
    let has = |wanted: Script| letters.iter().any(|letter| script(letter.0) == wanted);
    let other = if has(Script::Cyrillic) { Script::Cyrillic } else { Script::Greek };
    if !has(Script::Latin) || !has(other) {
        return text;
    }
    let only = |wanted: Script, to: Script| {
        letters.iter().any(|letter| script(letter.0) == wanted && looks_like(letter.0, to).is_none())
    };
    let target = match (only(Script::Latin, other), only(other, Script::Latin)) {
        (true, true) => return text,
        (true, false) => Script::Latin,
        (false, true) => other,
        (false, false) if fallback == other => other,
        (false, false) => Script::Latin,
    };
    for letter in &mut text {
        if matches!(script(*letter), Script::Latin | Script::Cyrillic | Script::Greek) && script(*letter) != target {
            *letter = looks_like(*letter, target).unwrap_or(*letter);
        }
    }
    text
}

fn looks_like(letter: char, target: Script) -> Option<char> {
    let (latin, cyrillic, greek) = LOOKALIKES.iter().find(|row| row.0 == letter || row.1 == letter || row.2 == letter)?;
    let found = match target {
        Script::Latin => *latin,
        Script::Cyrillic => *cyrillic,
        Script::Greek => *greek,
        Script::Other => '-',
    };
    (found != '-').then_some(found)
}

/// Returns the alphabet that letters without look-alikes show the name to be written in.
fn main_script(runs: &[Run]) -> Script {
    let mut latin = 0_usize;
    let mut cyrillic = 0_usize;
    for (letter, _, _) in runs.iter().flat_map(|run| &run.letters) {
        match script(*letter) {
            Script::Latin if looks_like(*letter, Script::Cyrillic).is_none() => latin += 1,
            Script::Cyrillic if looks_like(*letter, Script::Latin).is_none() => cyrillic += 1,
            _ => {}
        }
    }
    if cyrillic > latin { Script::Cyrillic } else { Script::Latin }
}

/// Returns lower-case ASCII letters and digits; a word of a script that nothing is known of becomes its code points.
fn romanize(letters: &[char]) -> String {
    let mut text = String::with_capacity(letters.len() + 4);
    for &letter in letters {
        match cyrillic(letter) {
            Some(latin) => text.push_str(latin),
            None if letter.is_ascii() => text.push(letter.to_ascii_lowercase()),
            None => text.extend(
                any_ascii::any_ascii_char(letter).chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()),
            ),
        }
    }
    if text.is_empty() {
        for letter in letters {
            text.push_str(&format!("u{:x}", u32::from(*letter)));
        }
    }
    text
}

/// The romanization that US lists use for Russian, near enough; what differs between systems is left to the sound key.
fn cyrillic(letter: char) -> Option<&'static str> {
    let lower = match letter {
        'А'..='Я' => char::from_u32(u32::from(letter) + 32)?,
        '\u{400}'..='\u{40f}' => char::from_u32(u32::from(letter) + 80)?,
        'а'..='я' | '\u{450}'..='\u{45f}' => letter,
        '\u{460}'..='\u{52f}' => letter.to_lowercase().next()?,
        _ => return None,
    };
    Some(match lower {
        'а' | 'ә' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' | 'ғ' => "g",
        'д' => "d",
        'е' | 'ё' | 'э' | 'ѐ' => "e",
        'є' => "ye",
        'ж' | 'җ' => "zh",
        'з' | 'ѕ' => "z",
        'и' | 'і' | 'ї' | 'ѝ' => "i",
        'й' | 'ы' => "y",
        'ј' => "j",
        'к' | 'қ' | 'ќ' => "k",
        'л' => "l",
        'м' => "m",
        'н' | 'ң' => "n",
        'о' | 'ө' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ў' | 'ү' | 'ұ' => "u",
        'ф' => "f",
        'х' => "kh",
        'һ' | 'ҳ' => "h",
        'ц' => "ts",
        'ч' | 'ҷ' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' | 'ь' => "",
        'ю' => "yu",
        'я' => "ya",
        'љ' => "lj",
        'њ' => "nj",
        'ћ' => "c",
        'ђ' => "dj",
        'џ' => "dz",
        'ѓ' => "gj",
        _ => return None,
    })
}

/// Cuts a run of Han characters into dictionary words; what is left between them is one word of syllables.
fn cut_han(run: &Run, words: &mut Vec<TextWord>) {
    let letters: Vec<char> = run.letters.iter().map(|letter| letter.0).collect();
    let first = words.len();
    let mut pending: Option<usize> = None;
    let mut at = 0;
    while at < letters.len() {
        match longest_han_word(&letters[at..]) {
            Some((length, latin)) => {
                push_syllables(run, pending.take(), at, words);
                let span = run.letters[at].1..run.letters[at + length - 1].2;
                for word in latin.split(' ') {
                    words.push(run.word(word.to_string(), span.start, span.end));
                }
                at += length;
            }
            None => {
                pending.get_or_insert(at);
                at += 1;
            }
        }
    }
    push_syllables(run, pending, letters.len(), words);
    for word in &mut words[first + 1..] {
        word.opens_part = false;
    }
}

fn push_syllables(run: &Run, from: Option<usize>, to: usize, words: &mut Vec<TextWord>) {
    if let Some(from) = from {
        let letters: Vec<char> = run.letters[from..to].iter().map(|letter| letter.0).collect();
        words.push(run.word(romanize(&letters), run.letters[from].1, run.letters[to - 1].2));
    }
}

fn longest_han_word(letters: &[char]) -> Option<(usize, &'static str)> {
    type HanWords = FxHashMap<char, Vec<(Vec<char>, &'static str)>>;
    static TABLE: OnceLock<HanWords> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table = HanWords::default();
        for [latin, spellings] in reference::rows(reference::HAN_WORDS) {
            for spelling in spellings.split_whitespace() {
                let spelling: Vec<char> = spelling.chars().filter(|letter| is_han(*letter)).collect();
                if let Some(first) = spelling.first() {
                    table.entry(*first).or_default().push((spelling, latin));
                }
            }
        }
        table.values_mut().for_each(|words| words.sort_by_key(|word| std::cmp::Reverse(word.0.len())));
        table
    });
    let words = table.get(letters.first()?)?;
    words.iter().find(|word| letters.starts_with(&word.0)).map(|word| (word.0.len(), word.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(raw: &str) -> String {
        split_words(raw).into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn folds_scripts_and_punctuation() {
        for (raw, expected) in [
            ("Poly Technologies, Inc.", "poly technologies inc"),
            ("АО \"Улан-Удэнский авиационный завод\"", "ao ulan udenskiy aviatsionnyy zavod"),
            ("АО \"У-УАЗ\"", "ao uuaz"),
            ("АКТOBE", "aktobe"),
            ("S.A. DE C.V.", "sa de cv"),
            ("AL-MU'JIL", "al mujil"),
            ("ＰＯＬＹ　ＴＥＣＨ", "poly tech"),
            ("LİMİTED ŞİRKETİ ısı", "limited sirketi isi"),
            ("завод №14", "zavod 14"),
            ("保利科技有限公司", "poly technology ltd"),
            ("珠海振戎公司", "zhuhai zhenrong co"),
            ("  ", ""),
        ] {
            assert_eq!(folded(raw), expected, "{raw}");
        }
    }

    #[test]
    fn spans_lie_in_the_raw_text() {
        let raw = "ООО «Й\u{306}ота» 保利科技";
        for word in split_words(raw) {
            assert!(raw.get(word.span.clone()).is_some_and(|text| !text.is_empty()), "{word:?}");
        }
    }

    #[test]
    fn a_letter_in_any_script_leaves_a_word() {
        for raw in ["ᚠᚢ", "ಠ", "๛ก", "𐎠𐎡", "م", "Ъ"] {
            assert!(split_words(raw).iter().all(|word| !word.text.is_empty()) && !split_words(raw).is_empty(), "{raw}");
        }
    }
}
