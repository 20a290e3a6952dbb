//! Text that is not Unicode: which of the old encodings it is.
//!
//! In: the first bytes of a file that are neither UTF-8 nor UTF-16. Out: an encoding with what shows it, or what makes it doubtful.
//! A detector made for web pages gives a first opinion, but customs files are names in capitals and abbreviations, so that the
//! letters decide: decoded by the right encoding they are those that the language uses most. Where two encodings read the same bytes
//! about as well, none is taken.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GBK, IBM866, ISO_8859_5, KOI8_R, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254, X_MAC_CYRILLIC};
use std::collections::BTreeSet;

/// From this number of bytes beyond ASCII on, a sample that fits no encoding well is refused instead of guessed.
const ENOUGH_HIGH_BYTES: usize = 64;

/// Of the characters of Chinese text so many in a hundred are common ones; of other text read as Chinese far fewer.
const COMMON_CHINESE_PERCENT: usize = 85;
/// Fewer characters than this may be common ones by accident.
const ENOUGH_CHINESE: usize = 8;

/// Letters that the right Cyrillic encoding shows more of than the next best, in a hundred: where the first opinion is the same …
const CYRILLIC_LEAD_PERCENT: usize = 5;
/// … and where it is another.
const CYRILLIC_LEAD_ALONE_PERCENT: usize = 15;

/// Returns the encoding of text that is neither UTF-8 nor UTF-16 and what shows it, or what speaks against all of them.
pub fn choose(sample: &[u8]) -> Result<(&'static Encoding, String), String> {
    let opinion = first_opinion(sample);
    let (encoding, shown) = choose_by_letters(sample, opinion)?;
    let agrees = if opinion == encoding { "agrees" } else { "differs" };
    Ok((encoding, format!("{shown}; the detector for web pages {agrees} ({})", opinion.name().to_lowercase())))
}

fn first_opinion(sample: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    detector.guess(None, Utf8Detection::Deny)
}

fn choose_by_letters(sample: &[u8], opinion: &'static Encoding) -> Result<(&'static Encoding, String), String> {
    let runs = || sample.split(u8::is_ascii).filter(|run| !run.is_empty());
    let n_high: usize = runs().map(<[u8]>::len).sum();
    let n_in_words: usize = runs().map(<[u8]>::len).filter(|length| *length >= 3).sum();
    if let Some(found) = choose_chinese(sample)? {
        return Ok(found);
    }
    // Words of another script are long runs of bytes beyond ASCII, accents in Latin words stand alone or in pairs (`ção`).
    if 2 * n_in_words <= n_high {
        return choose_western(sample, n_high, n_in_words, opinion);
    }
    choose_cyrillic(sample, opinion)
}

/// Returns GBK or Big5 if the sample is Chinese, `None` if it is not.
fn choose_chinese(sample: &[u8]) -> Result<Option<(&'static Encoding, String)>, String> {
    let scores = [(GBK, chinese_score(sample, 0xb0..=0xd7, 0xa1)), (BIG5, chinese_score(sample, 0xa4..=0xc6, 0x40))];
    let mut fitting: Vec<(&'static Encoding, ChineseScore)> = scores
        .into_iter()
        .filter(|(encoding, score)| {
            score.n_characters >= ENOUGH_CHINESE
                && score.n_common * 100 >= score.n_characters * COMMON_CHINESE_PERCENT
                && encoding.decode_without_bom_handling_and_without_replacement(whole_characters(sample)).is_some()
        })
        .collect();
    fitting.sort_by_key(|(_, score)| std::cmp::Reverse(score.n_common * 1000 / score.n_characters));
    match fitting.as_slice() {
        [] => Ok(None),
        [(first, one), (second, other)] if one.n_common * 100 < (other.n_common + other.n_characters / 20) * 100 => {
            Err(format!("it reads as Chinese in {} and in {}", first.name().to_lowercase(), second.name().to_lowercase()))
        }
        [(encoding, score), ..] => {
            let name = encoding.name().to_lowercase();
            let shown = format!("{} of {} characters are common Chinese ones in {name}", score.n_common, score.n_characters);
            Ok(Some((*encoding, shown)))
        }
    }
}

#[derive(Clone, Copy)]
struct ChineseScore {
    n_characters: usize,
    n_common: usize,
}

/// Counts the pairs of bytes that start beyond ASCII, and those among them in the rows of the most common characters, which GB 2312
/// (level 1, lead bytes B0 to D7) and Big5 (level 1, A4 to C6) keep apart from the rest. Chinese marks count for neither.
fn chinese_score(sample: &[u8], common_leads: std::ops::RangeInclusive<u8>, first_trail: u8) -> ChineseScore {
    let mut score = ChineseScore { n_characters: 0, n_common: 0 };
    let mut bytes = sample.iter();
    while let Some(&lead) = bytes.next() {
        if lead.is_ascii() {
            continue;
        }
        let Some(&trail) = bytes.next() else { break };
        if lead < *common_leads.start() && (0xa1..=0xa3).contains(&lead) {
            continue;
        }
        score.n_characters += 1;
        score.n_common += usize::from(common_leads.contains(&lead) && trail >= first_trail);
    }
    score
}

/// Returns the sample up to its last ASCII byte: its end may cut a character.
fn whole_characters(sample: &[u8]) -> &[u8] {
    let end = sample.iter().rposition(|byte| *byte == b'\n').map_or(sample.len(), |at| at + 1);
    &sample[..end]
}

/// Returns the Cyrillic encoding by which most letters are common ones. Each word counts once: one that stands in every record, the
/// name of a firm or of a brand, says no more than if it stood in one.
fn choose_cyrillic(sample: &[u8], opinion: &'static Encoding) -> Result<(&'static Encoding, String), String> {
    let words: BTreeSet<&[u8]> = sample.split(u8::is_ascii).filter(|word| !word.is_empty()).collect();
    let n_high: usize = words.iter().map(|word| word.len()).sum();
    let sample = &words.into_iter().collect::<Vec<_>>().join(&b' ')[..];
    let count_common = |encoding: &'static Encoding| {
        let (text, _) = encoding.decode_without_bom_handling(sample);
        text.chars().filter(|letter| !letter.is_ascii()).flat_map(char::to_lowercase).filter(is_common_cyrillic).count()
    };
    let mut scores =
        [WINDOWS_1251, IBM866, KOI8_R, ISO_8859_5, X_MAC_CYRILLIC].map(|encoding| (count_common(encoding), encoding));
    // Where two are equal the one that stands first stays first.
    scores.sort_by_key(|(n_common, _)| std::cmp::Reverse(*n_common));
    let [(n_common, encoding), (n_next, next), ..] = scores;
    // A short sample is held to less: a few names may well lack the common letters.
    let n_needed = if n_high >= ENOUGH_HIGH_BYTES { n_high * 45 / 100 } else { n_high * 30 / 100 };
    if n_common < n_needed {
        return Err("it is neither UTF-8 nor Cyrillic nor Chinese nor Western European".to_owned());
    }
    let name = encoding.name().to_lowercase();
    // The Macintosh's Cyrillic has the capitals of IBM866 and the small letters of Windows-1251 in the same places: where it reads
    // no more letters than one of these it is not met.
    let lead = if opinion == encoding { CYRILLIC_LEAD_PERCENT } else { CYRILLIC_LEAD_ALONE_PERCENT };
    let is_close = next != X_MAC_CYRILLIC && n_common - n_next < (n_high * lead / 100).max(1);
    if encoding == ISO_8859_5 || encoding == X_MAC_CYRILLIC || is_close {
        return Err(match is_close {
            true => format!("it reads as Cyrillic in {name} and in {}", next.name().to_lowercase()),
            false => format!("it looks like Cyrillic in {name}"),
        });
    }
    Ok((encoding, format!("{n_common} of {n_high} bytes beyond ASCII in distinct words are common Cyrillic letters in {name}")))
}

/// The eleven most common letters of Russian, which lead in its neighbors too.
fn is_common_cyrillic(letter: &char) -> bool {
    "оеаинтсрвлк".contains(*letter)
}

/// Returns Windows-1252 or, where Turkish letters stand, Windows-1254.
fn choose_western(
    sample: &[u8],
    n_high: usize,
    n_in_words: usize,
    opinion: &'static Encoding,
) -> Result<(&'static Encoding, String), String> {
    let letters = WesternLetters::count(sample);
    let is_sure = n_high >= ENOUGH_HIGH_BYTES;
    if letters.n_turkish_places > 0 {
        // Ğ, İ, Ş and ı stand in the places of Ð, Ý, Þ and ý: the other letters tell Turkish from Icelandic.
        let shown = format!("{} of {n_high} bytes beyond ASCII are Ğ, İ, Ş or ı in windows-1254", letters.n_turkish_places);
        if letters.n_turkish_places + letters.n_turkish_umlauts >= n_high * 9 / 10 {
            return Ok((WINDOWS_1254, shown));
        }
        if is_sure && letters.n_turkish_places * 10 > n_high * 3 {
            return Err("it looks like Turkish in windows-1254, or like Icelandic in windows-1252".to_owned());
        }
    }
    if is_sure && letters.n_symbols_in_words * 10 > n_high * 2 {
        return Err("it is neither UTF-8 nor Cyrillic nor Western European; Central European is windows-1250".to_owned());
    }
    if is_sure && !["windows-1252", "windows-1254"].contains(&opinion.name().to_lowercase().as_str()) {
        let opinion = opinion.name().to_lowercase();
        return Err(format!("its accents could be those of windows-1252, the detector for web pages says {opinion}"));
    }
    Ok((WINDOWS_1252, format!("{n_in_words} of {n_high} bytes beyond ASCII stand in runs, as in Western words")))
}

/// What stands in a text that is read as Windows-1252.
#[derive(Default)]
struct WesternLetters {
    n_turkish_places: usize,
    n_turkish_umlauts: usize,
    /// Symbols between two letters, where no language has them.
    n_symbols_in_words: usize,
}

impl WesternLetters {
    fn count(sample: &[u8]) -> Self {
        let (text, _) = WINDOWS_1252.decode_without_bom_handling(sample);
        let mut letters = WesternLetters::default();
        let (mut before_last, mut last) = (' ', ' ');
        for letter in text.chars().chain([' ']) {
            if !last.is_ascii() {
                letters.n_turkish_places += usize::from("ÐÝÞðýþ".contains(last));
                letters.n_turkish_umlauts += usize::from("ÇçÖöÜüÂâÎîÛû".contains(last));
                let is_symbol = !last.is_alphabetic() && !"’‘´·°".contains(last);
                letters.n_symbols_in_words += usize::from(is_symbol && before_last.is_alphabetic() && letter.is_alphabetic());
            }
            (before_last, last) = (last, letter);
        }
        letters
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::encoding;
    use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
    use std::collections::BTreeMap;

    /// Languages with the encodings that their files are met in, and words: `language,encodings,words`.
    const WORDS: &str = include_str!("../../tests/cases/encodings/words.csv");

    /// A small generator of numbers, so that the files are the same on every machine.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as usize % bound
        }
    }

    /// Writes a customs file of 50 to 200 records whose texts are of one language: in capitals, as they are, or few among blanks.
    fn records(words: &[&str], numbers: &mut Numbers) -> String {
        let is_capitals = numbers.below(2) == 0;
        let is_sparse = numbers.below(5) == 0;
        let mut text = "DECLARATION,DATE,TNVED,SHIPPER,DESCRIPTION,KG\n".to_owned();
        for number in 0..50 + numbers.below(151) {
            let mut phrase = |n_words: usize| {
                let phrase: Vec<&str> = (0..n_words).map(|_| words[numbers.below(words.len())]).collect();
                let phrase = phrase.join(" ");
                if is_capitals { phrase.to_uppercase() } else { phrase }
            };
            let (shipper, description) = (phrase(2), phrase(5));
            let shipper = if is_sparse && number % 10 > 0 { "NORTHERN STAR LLC".to_owned() } else { shipper };
            let description = if is_sparse { "SPARE PARTS".to_owned() } else { description };
            text += &format!("10{number:06}/220224/{number:07},2022-02-24,8457101001,{shipper},{description},{number}.5\n");
        }
        text
    }

    fn encode(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        match encoding {
            encoding if encoding == UTF_16LE => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            encoding if encoding == UTF_16BE => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => encoding.encode(text).0.into_owned(),
        }
    }

    /// Files whose letters the encoding does not have are left out: they cannot be met.
    fn has_letters(encoding: &'static Encoding, text: &str) -> bool {
        [UTF_16LE, UTF_16BE].contains(&encoding) || !encoding.encode(text).2
    }

    #[test]
    fn a_word_that_fills_a_file_speaks_once() {
        let names = ["ООО СТАНКОИМПОРТ", "АО ВЕРТОЛЕТНЫЙ ЗАВОД", "ПАО ПРИБОР", "ООО СЕВЕРНАЯ ЗВЕЗДА"];
        let rows: String = (0..200).map(|number| format!("{number};{};8457101001\n", names[number % names.len()])).collect();
        // Read as KOI8-R, the letters of the word are more common ones.
        let text = format!("НОМЕР;ФИРМА;КОД\n{rows}200;{};8457\n", "ХУСУЛУ ".repeat(4_000));
        for encoding in [encoding_rs::WINDOWS_1251, encoding_rs::KOI8_R, encoding_rs::IBM866] {
            let choice = encoding::choose(&encode(&text, encoding), true, None).unwrap();
            assert_eq!(choice.encoding, encoding, "{}", choice.evidence);
        }
    }

    #[test]
    fn encodings_of_made_up_files_are_right() {
        let mut numbers = Numbers(281);
        let (mut n_files, mut n_right) = (0, 0);
        let mut wrong: BTreeMap<(String, String), (usize, String)> = BTreeMap::new();
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(WORDS.as_bytes());
        for line in reader.records() {
            let line = line.unwrap();
            let words: Vec<&str> = line[2].split(' ').collect();
            let own: Vec<&str> = line[1].split(' ').collect();
            for label in own.iter().copied().chain(["utf-8", "utf-8 with mark", "utf-16le", "utf-16be", "utf-16le with mark"]) {
                let encoding = Encoding::for_label(label.trim_end_matches(" with mark").as_bytes()).unwrap();
                for _ in 0..20 {
                    let mut text = records(&words, &mut numbers);
                    if label.ends_with("with mark") {
                        text.insert(0, '\u{feff}');
                    }
                    if !has_letters(encoding, &text) {
                        continue;
                    }
                    let bytes = encode(&text, encoding);
                    n_files += 1;
                    let found = match encoding::choose(&bytes, true, None) {
                        Ok(choice)
                            if choice.encoding.decode(&bytes).0.trim_start_matches('\u{feff}')
                                == text.trim_start_matches('\u{feff}') =>
                        {
                            n_right += 1;
                            continue;
                        }
                        Ok(choice) => format!("taken for {}", choice.encoding.name()),
                        Err(problem) => format!("{problem:?}"),
                    };
                    wrong.entry((line[0].to_owned(), label.to_owned())).or_insert((0, found)).0 += 1;
                }
            }
        }
        println!("encodings: {n_right} of {n_files} files right; {wrong:?}");
        assert!(n_files >= 1_000, "{n_files} files");
        assert!(n_right * 100 >= n_files * 98, "{n_right} of {n_files} files: {wrong:#?}");
        // A file that is asked about loses nobody; a wrong guess would.
        let n_taken_wrong: usize = wrong.values().filter(|(_, found)| found.starts_with("taken")).map(|(n, _)| n).sum();
        assert_eq!(n_taken_wrong, 0, "{wrong:#?}");
    }
}
