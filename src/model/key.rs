//! Keys: 64-bit xxh3 of a key text, as the signed integers that every SQL engine has.

use std::cell::RefCell;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// Stands between the parts of a key text, so that `("ab", "c")` and `("a", "bc")` differ.
const SEPARATOR: u8 = 0x1f;

thread_local! {
    /// The text of the last key, so that its memory is asked for once.
    static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Returns the key of a text made of parts.
pub fn key(parts: &[&str]) -> i64 {
    TEXT.with_borrow_mut(|text| {
        text.clear();
        for part in parts {
            text.extend_from_slice(part.as_bytes());
            text.push(SEPARATOR);
        }
        xxh3_64(text) as i64
    })
}

/// A number of 64 bits has at most so many digits and a sign.
const LONGEST_NUMBER: usize = 20;

/// A whole number of at most 64 bits as decimal digits, the form in which key texts hold it.
pub struct NumberText {
    bytes: [u8; LONGEST_NUMBER],
    start: usize,
}

impl NumberText {
    pub fn new(number: impl Into<i128>) -> Self {
        let number = number.into();
        let mut text = NumberText { bytes: [0; LONGEST_NUMBER], start: LONGEST_NUMBER };
        let mut rest = u64::try_from(number.unsigned_abs()).expect("the number has 64 bits");
        loop {
            text.push_front(b'0' + (rest % 10) as u8);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            text.push_front(b'-');
        }
        text
    }

    fn push_front(&mut self, sign: u8) {
        self.start -= 1;
        self.bytes[self.start] = sign;
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.start..]).expect("digits are ASCII")
    }
}

/// Returns the key of a record: of its file's digest, its sheet or member, and its ordinal in it.
pub fn record_key(file_sha256: &str, place: &str, ordinal: u64) -> i64 {
    key(&[file_sha256, place, NumberText::new(ordinal).as_str()])
}

/// Returns a 128-bit key of the whole text of a record, in two halves: what exact repeats are found by.
pub fn content_key(whole: &str) -> (i64, i64) {
    let hash = xxh3_128(whole.as_bytes());
    ((hash >> 64) as i64, hash as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_depend_on_the_parts_alone() {
        for length in [0, 1, 511, 5_000] {
            let long = "x".repeat(length);
            let expected = xxh3_64(format!("{long}\u{1f}y\u{1f}").as_bytes()) as i64;
            assert_eq!(key(&[&long, "y"]), expected, "{length}");
        }
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
    }

    #[test]
    fn numbers_are_their_digits() {
        for number in [0, 7, -7, i64::MAX, i64::MIN] {
            assert_eq!(NumberText::new(number).as_str(), number.to_string());
        }
        assert_eq!(NumberText::new(u64::MAX).as_str(), u64::MAX.to_string());
    }
}
