//! What the search of OFAC itself would show for a name: a number of 0 to 100, beside our own score and never part of it.
//!
//! OFAC describes its Sanctions List Search in FAQ 249: a name is compared as a whole by Jaro-Winkler, and part by part by Jaro-Winkler and
//! Soundex; the higher score is shown. It does not publish the code. Where its description leaves room this follows what users found out by
//! experiment: the whole is compared only if the first letters agree, parts of two letters are left out, and parts less alike than one half
//! count nothing.

use super::text::split_words;

/// Returns the score, 0 to 100.
pub fn ofac_score(name: &str, listed: &str) -> u8 {
    let parts = |raw: &str| -> Vec<String> { split_words(raw).into_iter().map(|word| word.text).collect() };
    let (name, listed) = (parts(name), parts(listed));
    let best = whole(&name.join(" "), &listed.join(" ")).max(by_parts(&name, &listed));
    (best * 100.0).round() as u8
}

fn whole(name: &str, listed: &str) -> f64 {
    if name.is_empty() || name.as_bytes().first() != listed.as_bytes().first() { 0.0 } else { jaro_winkler(name, listed) }
}

fn by_parts(name: &[String], listed: &[String]) -> f64 {
    let parts: Vec<&String> = name.iter().filter(|part| part.len() > SHORTEST_PART).collect();
    let best_of = |part: &str| {
        let may_pair = |other: &&String| part.as_bytes()[0] == other.as_bytes()[0] || soundex(part) == soundex(other);
        let alike = listed.iter().filter(may_pair).map(|other| jaro_winkler(part, other));
        alike.filter(|alike| *alike >= LEAST_ALIKE).fold(0.0, f64::max)
    };
    if parts.is_empty() { 0.0 } else { parts.iter().map(|part| best_of(part)).sum::<f64>() / parts.len() as f64 }
}

const SHORTEST_PART: usize = 2;
const LEAST_ALIKE: f64 = 0.5;

/// Jaro-Winkler with the bonus for a common front at any likeness; common implementations grant it from 0.7 on only.
fn jaro_winkler(a: &str, b: &str) -> f64 {
    const BONUS_A_LETTER: f64 = 0.1;
    const LETTERS_WITH_BONUS: usize = 4;
    let alike = strsim::jaro(a, b);
    let common = a.bytes().zip(b.bytes()).take(LETTERS_WITH_BONUS).take_while(|(a, b)| a == b).count();
    alike + common as f64 * BONUS_A_LETTER * (1.0 - alike)
}

/// American Soundex: the first letter and three digits.
fn soundex(word: &str) -> [u8; 4] {
    let mut code = [b'0'; 4];
    let mut n = 0;
    let mut before = 0;
    for letter in word.bytes() {
        let digit = match letter {
            b'b' | b'f' | b'p' | b'v' => b'1',
            b'c' | b'g' | b'j' | b'k' | b'q' | b's' | b'x' | b'z' => b'2',
            b'd' | b't' => b'3',
            b'l' => b'4',
            b'm' | b'n' => b'5',
            b'r' => b'6',
            b'h' | b'w' => before,
            _ => 0,
        };
        if n == 0 {
            code[0] = letter;
            n = 1;
        } else if digit != 0 && digit != before && n < code.len() {
            code[n] = digit;
            n += 1;
        }
        before = digit;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soundex_follows_the_national_archives() {
        for (word, expected) in [
            ("washington", "w252"),
            ("lee", "l000"),
            ("gutierrez", "g362"),
            ("pfister", "p236"),
            ("jackson", "j250"),
            ("tymczak", "t522"),
            ("ashcraft", "a261"),
        ] {
            assert_eq!(std::str::from_utf8(&soundex(word)), Ok(expected), "{word}");
        }
    }

    #[test]
    fn scores_lie_where_the_description_puts_them() {
        for (name, listed, least, most) in [
            ("Poly Technologies Inc", "Poly Technologies, Inc.", 100, 100),
            ("Inc Technologies Poly", "Poly Technologies, Inc.", 100, 100),
            ("MARTHA", "MARHTA", 96, 96),
            ("DIXON", "DICKSONX", 81, 82),
            ("Xerox", "Barnaul", 0, 60),
            ("", "Barnaul", 0, 0),
        ] {
            let score = ofac_score(name, listed);
            assert!((least..=most).contains(&score), "{name} {listed} {score}");
        }
    }
}
