//! A party text as a record states it: the party, its identifier, and whoever stands behind it.
//!
//! In: the text of a name column and that of its identifier column. Out: a [`StatedParty`] in which name, identifier, principal
//! and "to order" are apart, with the reason where nobody is named. Only phrases and placeholders are known here, no party.
//! A KPP never becomes the identifier: it stands for a tax office and is shared by many companies. Behind the tax number it tells one
//! site of a company from another, `9999000013/999901001`.

use crate::names::identifiers::{FoundIdentifier, Identifier, IdentifierKind, find_identifiers, normalize_identifier, recognize};
use rustc_hash::FxHashMap;
use std::collections::HashMap;
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;

/// Texts that name nobody, with the reason.
const PLACEHOLDERS: &str = include_str!("../reference/placeholders.csv");

/// Phrases that lead to a principal or say "to order".
const PHRASES: &str = include_str!("../reference/party_phrases.csv");

/// What a record says about a party.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatedParty {
    /// The name without what is split off below; white space is one blank, else as written. Empty if nobody is named.
    pub name: String,
    /// Letters and digits, from its own column or else a valid identifier found in the name, and behind a slash the code of the site;
    /// may be there without a name.
    pub registration_id: String,
    /// The code of the site (KPP) beside the identifier.
    branch_code: String,
    /// The party by whose order this one acts, as written: [`parse_party`] finds its identifier, and its own principal, in turn.
    pub principal: Option<String>,
    /// To whose order the goods are held, as written.
    pub to_order_of: Option<String>,
    /// Why `name` is empty, as a word of the interface; `None` if it is not.
    pub missing: Option<&'static str>,
    /// What was done to the text, each rule once and in the order of its first use.
    pub repairs: Vec<&'static str>,
}

/// Reads a party from the text of its name column and that of its identifier column (empty where there is none).
///
/// `9999000013 999901001 OOO SEVERNAYA ZVEZDA` gives the name `OOO SEVERNAYA ZVEZDA` and the identifier `9999000013/999901001`;
/// `TO THE ORDER OF NATIONAL BANK` gives no name, the reason `to_order` and the bank as `to_order_of`.
pub fn parse_party(name: &str, registration_id: &str) -> StatedParty {
    let mut party = StatedParty::default();
    let mut name = party.clean_name(name);
    let is_stated = has_words(&name);
    party.registration_id = party.clean_registration_id(registration_id);
    // Taking one thing out can bring the parts of another together, so this goes on until nothing is found; the text gets shorter
    // with each step.
    while let Some(shorter) = party.split_phrase(&name).or_else(|| party.split_identifier(&name)) {
        name = shorter;
    }
    // Only a tax number has sites: behind any other text the code would be read as a part of it.
    if IdentifierKind::Inn.is_valid(&party.registration_id) && party.registration_id.len() == 10 && !party.branch_code.is_empty()
    {
        party.registration_id = format!("{}/{}", party.registration_id, party.branch_code);
    }
    party.missing = if has_words(&name) || !is_stated {
        placeholder(&name)
    } else if party.repairs.contains(&"to_order_split") {
        Some("to_order")
    } else if party.repairs.iter().any(|rule| ["principal_split", "principal_cut"].contains(rule)) {
        Some("principal_only")
    } else {
        Some("identifier_only")
    };
    if party.missing.is_none() {
        party.name = name;
    }
    party
}

/// No placeholder has more bytes, the number behind it included; a test holds the table against it.
const LONGEST_PLACEHOLDER: usize = 160;

/// Returns the reason if a text states nothing: a placeholder, also with a number behind it, zeros, or only marks.
pub fn placeholder(text: &str) -> Option<&'static str> {
    static TABLE: OnceLock<Placeholders> = OnceLock::new();
    let table = TABLE.get_or_init(Placeholders::read);
    // A number is none of the words; `0` and `00000000` are looked at below. Most other values show it by their first letters.
    match text.as_bytes() {
        [b'1'..=b'9', ..] => return None,
        [first, second, third, ..] if !table.may_start([*first, *second, *third].map(char::from)) => return None,
        [0xd0 | 0xd1, ..] if !table.may_start_cyrillic(text) => return None,
        _ => {}
    }
    let text = text.trim();
    if text.starts_with(|letter: char| ('1'..='9').contains(&letter)) {
        return None;
    }
    if !has_words(text) {
        return Some("empty");
    }
    // `0.00` is a number that somebody wrote, `0` and `00000000` are an empty field.
    if text.bytes().all(|byte| byte == b'0') {
        return Some("not_stated");
    }
    // Most texts are values: a number is none of the words, and neither is a text far longer than all of them.
    if text.starts_with(|letter: char| letter.is_ascii_digit()) || text.len() > LONGEST_PLACEHOLDER || !table.may_hold(text) {
        return None;
    }
    let is_number = |word: &str| word.chars().all(char::is_numeric);
    let without_number = text.rsplit_once(' ').filter(|(_, last)| is_number(last)).map(|(words, _)| words);
    let reason = table.reasons.get(&fold(text)).or_else(|| table.reasons.get(&fold(without_number?)))?;
    Some(reason.as_str())
}

/// The texts that name nobody, folded, with the reason.
struct Placeholders {
    reasons: HashMap<String, String>,
    /// Which first letters there are, by which most values are told from all of them at a glance.
    starts: Starts,
}

/// First letters with the number of letters, digits left out, of the longest text that starts so. There may be more than were put in, so
/// that a look costs hardly anything; 0 stands for none.
struct Starts(Box<[u8; 1 << 12]>);

impl Starts {
    fn place(letters: [char; START_LETTERS]) -> usize {
        letters.iter().fold(0, |sum: usize, letter| sum.wrapping_mul(31) + *letter as usize) % (1 << 12)
    }
}

const START_LETTERS: usize = 3;

impl Placeholders {
    fn read() -> Self {
        let reasons: HashMap<String, String> =
            read_lines(PLACEHOLDERS).map(|line| (fold(&line[0]), line[1].to_owned())).collect();
        let mut starts = Starts(Box::new([0; 1 << 12]));
        for text in reasons.keys() {
            let place = Starts::place(start_letters(text.chars().take_while(|letter| !letter.is_ascii_digit())));
            let n_letters = text.chars().filter(|letter| !letter.is_ascii_digit()).count();
            starts.0[place] = starts.0[place].max(u8::try_from(n_letters).expect("no placeholder is that long"));
        }
        Placeholders { reasons, starts }
    }

    /// Returns `false` only if the first letters are three of ASCII by which no placeholder starts.
    fn may_start(&self, letters: [char; START_LETTERS]) -> bool {
        !letters.iter().all(char::is_ascii_alphabetic) || self.starts.0[Starts::place(letters.map(fold_letter))] > 0
    }

    /// Returns `false` only if the first letters are three plain Cyrillic ones by which no placeholder starts.
    fn may_start_cyrillic(&self, text: &str) -> bool {
        let letters = start_letters(text.chars());
        let is_plain = letters.iter().all(|letter| matches!(letter, 'А'..='И' | 'К'..='и' | 'к'..='я'));
        let lowered = |letter: char| if letter <= 'Я' { char::from_u32(letter as u32 + 32).unwrap_or(letter) } else { letter };
        !is_plain || self.starts.0[Starts::place(letters.map(lowered))] > 0
    }

    /// Returns `false` only if the text is no placeholder, with a number behind it or without.
    fn may_hold(&self, text: &str) -> bool {
        let letters = text.chars().filter(|letter| is_word_letter(*letter));
        // A letter that decomposes is looked at in full.
        let is_plain = |letter: &char| letter.is_ascii() || matches!(letter, 'А'..='И' | 'К'..='и' | 'к'..='я');
        if !letters.clone().take(START_LETTERS).all(|letter| is_plain(&letter)) {
            return true;
        }
        let start = start_letters(letters.clone().take_while(|letter| !letter.is_ascii_digit()).map(fold_letter));
        let longest = usize::from(self.starts.0[Starts::place(start)]);
        // A text of more letters, all of them plain ones, is none.
        let more = letters.filter(|letter| !letter.is_ascii_digit()).take(longest + 1);
        longest > 0 && (more.clone().count() <= longest || !more.clone().all(|letter| is_plain(&letter)))
    }
}

/// Returns the first letters, filled up with zeros where there are fewer.
fn start_letters(mut letters: impl Iterator<Item = char>) -> [char; START_LETTERS] {
    std::array::from_fn(|_| letters.next().unwrap_or('\0'))
}

fn has_words(text: &str) -> bool {
    text.chars().any(is_word_letter)
}

/// Tells letters and digits, the scripts of most records without a look into the tables of Unicode.
fn is_word_letter(letter: char) -> bool {
    match letter {
        '\0'..='\u{7f}' => letter.is_ascii_alphanumeric(),
        'А'..='я' => true,
        _ => letter.is_alphanumeric(),
    }
}

impl StatedParty {
    /// Tells whether nothing had to be done to name and identifier.
    pub fn is_as_stated(&self, name: &str, registration_id: &str) -> bool {
        let StatedParty { name: clean_name, registration_id: clean_id, principal, to_order_of, missing, repairs, branch_code: _ } =
            self;
        let is_same = clean_name == name && clean_id == registration_id;
        is_same && principal.is_none() && to_order_of.is_none() && missing.is_none() && repairs.is_empty()
    }

    /// Notes a rule that was used.
    fn repair(&mut self, rule: &'static str) {
        if !self.repairs.contains(&rule) {
            self.repairs.push(rule);
        }
    }

    /// Returns a name with one blank for each run of white space and without characters that cannot be seen.
    fn clean_name(&mut self, text: &str) -> String {
        let visible = replace_escapes(text);
        let has_hidden = visible != text || text.chars().any(|letter| is_hidden(letter) && !letter.is_whitespace());
        if has_hidden {
            self.repair("hidden_characters");
        }
        let kept: String = visible.chars().filter(|letter| letter.is_whitespace() || !is_hidden(*letter)).collect();
        kept.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Returns the letters and digits of an identifier column; empty where it holds no identifier.
    fn clean_registration_id(&mut self, text: &str) -> String {
        let text = text.trim();
        if placeholder(text).is_some() {
            return String::new();
        }
        // A text that many records share would make one company of many: a number that a spreadsheet rounded, `1111111111`.
        if is_rounded(text) {
            self.repair("identifier_rounded");
            return String::new();
        }
        let whole = match text.strip_suffix(".0").or_else(|| text.strip_suffix(".00")) {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.repair("identifier_decimals");
                digits
            }
            _ => text,
        };
        let normalized = normalize_identifier(whole);
        if placeholder(&normalized).is_some() || is_filler(&normalized) {
            self.repair("identifier_filler");
            return String::new();
        }
        // `9999000013/999901001`: the branch code beside the identifier is not a part of it.
        let found = find_identifiers(whole);
        match preferred(&found) {
            Some(identifier) if identifier.text != normalized => {
                self.repair("identifier_split");
                self.keep_branch_code(found.iter().find(|one| one.identifier.kind == IdentifierKind::Kpp));
                identifier.text.clone()
            }
            _ => normalized,
        }
    }

    /// Takes the first phrase and what it leads to out of a name; `None` if there is none.
    fn split_phrase(&mut self, name: &str) -> Option<String> {
        let letters: Vec<char> = name.chars().collect();
        let text = FoldedText {
            lowered: letters.iter().map(|letter| lower_letter(*letter)).collect(),
            folded: letters.iter().map(|letter| fold_letter(*letter)).collect(),
        };
        let (start, phrase) = (0..letters.len()).find_map(|start| text.longest_phrase(start).map(|phrase| (start, phrase)))?;
        let before = &letters[..start];
        let after = &letters[start + phrase.letters.len()..];
        // `A (on behalf of B), Moscow`: the bracket that stands before the phrase ends what the phrase leads to.
        let closing = match before.iter().rev().find(|letter| **letter != ' ') {
            Some('(') => after.iter().position(|letter| *letter == ')'),
            Some('[') => after.iter().position(|letter| *letter == ']'),
            _ => None,
        };
        let (led_to, rest) = match closing {
            Some(at) => (&after[..at], &after[at + 1..]),
            None => (after, &[][..]),
        };
        let led_to = trim_marks(led_to);
        let target = match phrase.meaning {
            Meaning::Principal => &mut self.principal,
            Meaning::ToOrder => &mut self.to_order_of,
        };
        if !led_to.is_empty() {
            match target {
                Some(earlier) => *earlier = format!("{earlier}; {led_to}"),
                None => *target = Some(led_to.clone()),
            }
        }
        self.repair(match phrase.meaning {
            Meaning::ToOrder => "to_order_split",
            Meaning::Principal if led_to.is_empty() => "principal_cut",
            Meaning::Principal => "principal_split",
        });
        Some(join_parts([trim_marks(before), trim_marks(rest)]))
    }

    /// Takes the party's own identifier and branch code out of a name; `None` if there is nothing to take out.
    ///
    /// An identifier that is not valid, or is another than that of the column, stays in the name: nothing is lost.
    fn split_identifier(&mut self, name: &str) -> Option<String> {
        let found = find_identifiers(name);
        if self.registration_id.is_empty() {
            match preferred(&found) {
                Some(identifier) => {
                    self.registration_id = identifier.text.clone();
                    self.repair("identifier_split");
                }
                None if found.iter().any(|one| one.identifier.kind.is_unique()) => self.repair("identifier_invalid"),
                None => {}
            }
        }
        self.compare_with_column(&found);
        let is_own = |one: &&FoundIdentifier| one.identifier.text == self.registration_id;
        let is_others = |one: &FoundIdentifier| one.identifier.kind.is_unique() && !is_own(&one);
        let has_own = !self.registration_id.is_empty() && (found.iter().any(|one| is_own(&one)) || !found.iter().any(is_others));
        let is_branch_code = |one: &&FoundIdentifier| has_own && one.identifier.kind == IdentifierKind::Kpp;
        let taken_out = found.iter().rfind(|one| is_own(one) || is_branch_code(one))?;
        if is_branch_code(&taken_out) {
            self.keep_branch_code(Some(taken_out));
            self.repair("branch_code_split");
        }
        let sides = [&name[..taken_out.span.start], &name[taken_out.span.end..]];
        Some(join_parts(sides.map(|side| trim_marks(&side.chars().collect::<Vec<_>>()))))
    }

    /// Keeps one code of a site; that of the column comes before those of the name.
    fn keep_branch_code(&mut self, found: Option<&FoundIdentifier>) {
        if let Some(found) = found.filter(|_| self.branch_code.is_empty()) {
            self.branch_code = found.identifier.text.clone();
        }
    }

    /// Counts a valid identifier in the name that says otherwise than the column; one of another kind may be the same party's.
    fn compare_with_column(&mut self, found: &[FoundIdentifier]) {
        let column_kind = recognize(&self.registration_id);
        let differs = found.iter().map(|one| &one.identifier).any(|identifier| {
            identifier.is_valid
                && identifier.text != self.registration_id
                && column_kind.is_none_or(|kind| kind == identifier.kind)
        });
        if differs && !self.registration_id.is_empty() {
            self.repair("identifier_differs");
        }
    }
}

/// Returns the valid identifier that says most about who a party is.
fn preferred(found: &[FoundIdentifier]) -> Option<&Identifier> {
    let identifiers = found.iter().map(|one| &one.identifier);
    identifiers.filter(|one| one.is_valid && !is_filler(&one.text)).min_by_key(|one| one.kind)
}

fn join_parts(parts: [String; 2]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Tells whether an identifier only fills its column: no digits, or one digit over and over.
fn is_filler(text: &str) -> bool {
    let mut digits = text.chars().filter(|letter| letter.is_numeric());
    let Some(first) = digits.next() else { return true };
    let has_letters = text.chars().any(char::is_alphabetic);
    !has_letters && digits.all(|digit| digit == first) && text.chars().count() > 1
}

/// Tells whether a text is a number in scientific notation, such as `9.9999E+09`.
fn is_rounded(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let exponent = exponent.trim_start_matches('+');
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    is_number(exponent) && mantissa.split_once(['.', ',']).is_some_and(|(whole, rest)| is_number(whole) && is_number(rest))
}

/// What a phrase leads to.
#[derive(Clone, Copy)]
enum Meaning {
    Principal,
    ToOrder,
}

/// Where in a text a phrase counts.
#[derive(Clone, Copy)]
enum Place {
    Anywhere,
    Start,
    AfterMark,
    End,
}

struct Phrase {
    /// Lowered or folded as the text that they are looked for in, letter by letter.
    letters: Vec<char>,
    meaning: Meaning,
    place: Place,
}

/// Phrases of up to this many signs must be written in their own script: `c/o` is English, `с/о` a rural district.
const SHORT: usize = 4;

/// A text letter by letter, for phrases in their own script and in mixed ones.
struct FoldedText {
    lowered: Vec<char>,
    folded: Vec<char>,
}

impl FoldedText {
    /// Returns the longest phrase that stands at a position as words of its own.
    fn longest_phrase(&self, start: usize) -> Option<&'static Phrase> {
        static TABLE: OnceLock<FxHashMap<PhraseStart, Vec<Phrase>>> = OnceLock::new();
        let table = TABLE.get_or_init(|| {
            let mut phrases: Vec<Phrase> = read_lines(PHRASES).map(|line| read_phrase(&line)).collect();
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.letters.len()));
            let mut table: FxHashMap<PhraseStart, Vec<Phrase>> = FxHashMap::default();
            for phrase in phrases {
                let folded: Vec<char> = phrase.letters.iter().map(|letter| fold_letter(*letter)).collect();
                table.entry(phrase_start(&folded)).or_default().push(phrase);
            }
            table
        });
        if start > 0 && is_word_letter(self.lowered[start - 1]) {
            return None;
        }
        let phrases = table.get(&phrase_start(&self.folded[start..]))?;
        phrases.iter().find(|phrase| phrase.stands_at(if phrase.is_short() { &self.lowered } else { &self.folded }, start))
    }
}

/// The first two folded letters, by which nearly all positions are passed over; every phrase has more.
type PhraseStart = (char, char);

fn phrase_start(folded: &[char]) -> PhraseStart {
    let letter = |at: usize| folded.get(at).copied().unwrap_or('\0');
    (letter(0), letter(1))
}

impl Phrase {
    fn is_short(&self) -> bool {
        self.letters.len() <= SHORT
    }

    fn stands_at(&self, text: &[char], start: usize) -> bool {
        if !text[start..].starts_with(&self.letters) {
            return false;
        }
        let before = &text[..start];
        let after = &text[start + self.letters.len()..];
        let states = |part: &[char]| part.iter().any(|letter| letter.is_alphanumeric());
        let ends_with_mark = self.letters.last().is_some_and(|last| !last.is_alphanumeric());
        let is_word_end = ends_with_mark || after.first().is_none_or(|next| !next.is_alphanumeric());
        is_word_end
            && match self.place {
                Place::Anywhere => true,
                Place::Start => !states(before),
                Place::AfterMark => {
                    matches!(before.iter().rev().find(|letter| **letter != ' '), Some(',' | ';' | '(' | '['))
                }
                Place::End => !states(after),
            }
    }
}

fn read_phrase(line: &csv::StringRecord) -> Phrase {
    Phrase {
        letters: line[0].chars().map(if line[0].chars().count() <= SHORT { lower_letter } else { fold_letter }).collect(),
        meaning: match &line[1] {
            "principal" => Meaning::Principal,
            "to_order" => Meaning::ToOrder,
            other => unreachable!("meaning `{other}` in the table of phrases, which is part of the program"),
        },
        place: match &line[3] {
            "anywhere" => Place::Anywhere,
            "start" => Place::Start,
            "after_mark" => Place::AfterMark,
            "end" => Place::End,
            other => unreachable!("place `{other}` in the table of phrases, which is part of the program"),
        },
    }
}

fn read_lines(table: &'static str) -> impl Iterator<Item = csv::StringRecord> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(table.as_bytes())
        .into_records()
        .map(|line| line.expect("the tables of placeholders and phrases are part of the program and well formed"))
}

/// Returns the letters and digits of a text without accents, folded.
fn fold(text: &str) -> String {
    text.nfkd().filter(|letter| letter.is_alphanumeric()).map(fold_letter).collect()
}

/// Returns a letter in lower case, as one letter.
fn lower_letter(letter: char) -> char {
    match letter {
        '\0'..='\u{7f}' => letter.to_ascii_lowercase(),
        'А'..='Я' => char::from_u32(letter as u32 + 32).unwrap_or(letter),
        'а'..='я' => letter,
        _ => letter.to_lowercase().next().unwrap_or(letter),
    }
}

/// Returns a letter in lower case, and the Cyrillic one for a Latin letter of the same look, since clerks mix them within a word.
fn fold_letter(letter: char) -> char {
    match lower_letter(letter) {
        'a' => 'а',
        'b' => 'в',
        'c' => 'с',
        'e' | 'ё' => 'е',
        'h' => 'н',
        'i' | 'ı' => 'і',
        'k' => 'к',
        'm' => 'м',
        'o' => 'о',
        'p' => 'р',
        't' => 'т',
        'x' => 'х',
        'y' => 'у',
        '’' | '‘' | '`' | '´' => '\'',
        other => other,
    }
}

/// Returns a text without blanks and marks at its ends that only joined it to its neighbor.
fn trim_marks(letters: &[char]) -> String {
    let text: String = letters.iter().collect();
    let is_mark = |letter: char| matches!(letter, ' ' | ',' | ';' | ':' | '-' | '–' | '—' | '/' | '|' | '_');
    let text = text.trim_start_matches(|letter| is_mark(letter) || matches!(letter, ')' | ']' | '.'));
    text.trim_end_matches(|letter| is_mark(letter) || matches!(letter, '(' | '[')).to_owned()
}

/// Replaces `_x000D_` and its like, which spreadsheets write for control characters, by blanks.
fn replace_escapes(text: &str) -> String {
    let mut rest = text;
    let mut replaced = String::with_capacity(text.len());
    while let Some(at) = rest.find("_x00") {
        let code = rest.as_bytes().get(at + 4..at + 7);
        let is_control =
            code.is_some_and(|code| matches!(code[0], b'0' | b'1') && code[1].is_ascii_hexdigit() && code[2] == b'_');
        let length = if is_control { 7 } else { 4 };
        replaced.push_str(if is_control { &rest[..at] } else { &rest[..at + 4] });
        if is_control {
            replaced.push(' ');
        }
        rest = &rest[at + length..];
    }
    replaced.push_str(rest);
    replaced
}

/// Tells control characters, zero-width characters, direction marks and soft hyphens.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::Strategy;

    /// Cases as data: `raw_name,raw_id,name,registration_id,principal,to_order_of,missing,note`.
    const CASES: &str = include_str!("../../tests/cases/values/parties.csv");

    #[test]
    fn cases_hold() {
        let mut n_cases = 0;
        for line in read_lines(CASES) {
            let party = parse_party(&line[0], &line[1]);
            let found = [
                party.name.as_str(),
                &party.registration_id,
                party.principal.as_deref().unwrap_or(""),
                party.to_order_of.as_deref().unwrap_or(""),
                party.missing.unwrap_or(""),
            ];
            let expected: Vec<&str> = (2..7).map(|column| &line[column]).collect();
            assert_eq!(found[..], expected[..], "raw name `{}`: {}", &line[0], &line[7]);
            n_cases += 1;
        }
        assert!(n_cases >= 60, "only {n_cases} cases were read");
    }

    #[test]
    fn reading_twice_changes_nothing() {
        for line in read_lines(CASES) {
            let once = parse_party(&line[0], &line[1]);
            let twice = parse_party(&once.name, &once.registration_id);
            assert_eq!((&twice.name, &twice.registration_id), (&once.name, &once.registration_id), "raw name `{}`", &line[0]);
            assert_eq!(twice.principal, None, "raw name `{}`", &line[0]);
        }
    }

    #[test]
    fn repairs_are_counted() {
        let repairs = |name, registration_id| parse_party(name, registration_id).repairs;
        assert_eq!(repairs("9999000013 999901001 OOO SEVERNAYA ZVEZDA", ""), ["identifier_split", "branch_code_split"]);
        assert_eq!(repairs("OOO SEVERNAYA ZVEZDA 9999000013", "0199000025"), ["identifier_differs"]);
        assert_eq!(repairs("OOO SEVERNAYA ZVEZDA 9999000013", "9999000013"), [""; 0]);
        assert_eq!(repairs("OOO SEVERNAYA ZVEZDA ИНН 9999000014", ""), ["identifier_invalid"]);
        assert_eq!(repairs("SEVER LLC ON BEHALF O", ""), ["principal_cut"]);
        assert_eq!(repairs("SEVER\u{200b} LLC", "9.9999E+09"), ["hidden_characters", "identifier_rounded"]);
        assert_eq!(repairs("SEVER LLC", "9999000013/999901001"), ["identifier_split"]);
        assert_eq!(repairs("SEVER  LLC", "9999000013"), [""; 0]);
    }

    #[test]
    fn placeholders_are_no_values() {
        for text in ["", " ", "-", "0", "00000000", "#N/A", "н/д", "N/A 17"] {
            assert!(placeholder(text).is_some(), "`{text}` states nothing");
        }
        for text in ["0.00", "8542.31", "0102", "NAMIBIA", "2022-02-24", "N 17"] {
            assert_eq!(placeholder(text), None, "`{text}` is a value");
        }
    }

    #[test]
    fn no_placeholder_is_passed_over_for_its_length_or_start() {
        for line in read_lines(PLACEHOLDERS) {
            assert!(line[0].len() + 40 <= LONGEST_PLACEHOLDER, "{}", &line[0]);
            assert!(!line[0].starts_with(|letter: char| letter.is_ascii_digit()), "{}", &line[0]);
        }
    }

    #[test]
    fn tables_hold_each_text_once() {
        for (table, column) in [(PLACEHOLDERS, "text"), (PHRASES, "phrase")] {
            let mut texts: Vec<String> = read_lines(table).map(|line| line[0].to_lowercase()).collect();
            let n_lines = texts.len();
            texts.sort();
            texts.dedup();
            assert_eq!(texts.len(), n_lines, "a {column} stands twice");
        }
    }

    proptest::proptest! {
        /// Whatever the text, a second reading finds nothing more to do, and no letter is lost.
        #[test]
        fn any_text_is_stable_and_kept(
            parts in proptest::collection::vec(part(), 0..7),
            registration_id in proptest::option::of(part()),
        ) {
            let text = parts.join(" ");
            let once = parse_party(&text, registration_id.as_deref().unwrap_or(""));
            let twice = parse_party(&once.name, &once.registration_id);
            proptest::prop_assert_eq!((&twice.name, &twice.registration_id), (&once.name, &once.registration_id));
            proptest::prop_assert_eq!(twice.principal, None);
            if once.missing.is_none_or(|reason| reason.ends_with("_only")) {
                let kept = [Some(once.name), once.principal, once.to_order_of];
                let kept = kept.into_iter().flatten().collect::<Vec<_>>().join(" ");
                for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| is_own_word(word)) {
                    proptest::prop_assert!(kept.contains(word), "`{}` of `{}` is not in `{}`", word, text, kept);
                }
            }
        }

        #[test]
        fn any_characters_are_read(name in ".{0,40}", registration_id in ".{0,20}") {
            let once = parse_party(&name, &registration_id);
            let twice = parse_party(&once.name, &once.registration_id);
            proptest::prop_assert_eq!((twice.name, twice.registration_id), (once.name, once.registration_id));
        }
    }

    /// Pieces that real texts are made of, in any order.
    fn part() -> impl proptest::strategy::Strategy<Value = String> {
        proptest::sample::select(vec![
            "SEVERNIY",
            "ЗАВОД",
            "LTD.",
            "(",
            ")",
            ",",
            "-",
            "ON BEHALF OF",
            "по поручению",
            "для",
            "c/o",
            "TO ORDER OF",
            "TO THE",
            "ORDER",
            "по приказу",
            "N/A",
            "0",
            "9999000013",
            "999901001",
            "0199000025",
            "ИНН",
            "1029900000019",
            "1111111111",
            "№ 14",
            "\u{a0}",
            "\u{200b}",
            "_x000D_",
            "ON BEHALF",
        ])
        .prop_map(str::to_owned)
    }

    /// Tells words that belong to no phrase, label, placeholder or number.
    fn is_own_word(word: &str) -> bool {
        ["SEVERNIY", "ЗАВОД", "LTD"].contains(&word)
    }
}
