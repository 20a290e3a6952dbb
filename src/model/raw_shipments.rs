//! Records as delivered: text fields with their line, in batches.
//!
//! Readers fill a batch, normalizing empties it. Fields lie in one text, each with a mark behind it, so that a batch costs a few
//! allocations and the text of a whole record is there as it is hashed.

/// Stands behind each field, so that `("ab", "c")` and `("a", "bc")` differ.
const FIELD_END: u8 = 0x1f;

/// A batch of records as delivered: `width` text fields each, and the first physical line.
#[derive(Debug, Default, Clone)]
pub struct RawShipments {
    width: usize,
    text: String,
    /// Where each field ends: a batch has less than 4 GiB.
    ends: Vec<u32>,
    lines: Vec<u64>,
}

impl RawShipments {
    pub fn new(width: usize) -> Self {
        RawShipments { width, ..RawShipments::default() }
    }

    /// Adds a record that starts on physical line `line` (sheet row, Parquet row number), counted from 1.
    ///
    /// # Panics
    /// If the number of fields is not `width`: a reader refuses such records before.
    pub fn push<'a>(&mut self, line: u64, fields: impl IntoIterator<Item = &'a str>) {
        let before = self.ends.len();
        for field in fields {
            self.text.push_str(field);
            self.ends.push(place(self.text.len()));
            self.text.push(char::from(FIELD_END));
        }
        assert_eq!(self.ends.len() - before, self.width, "a reader passes on only records of the header's width");
        self.lines.push(line);
    }

    /// Adds the record that a line of text without quotes is, if it has as many fields as the batch; says whether it has.
    ///
    /// # Panics
    /// If the delimiter is no ASCII character.
    pub fn push_line(&mut self, line: u64, text: &str, delimiter: u8) -> bool {
        assert!(delimiter.is_ascii(), "a delimiter is one byte of UTF-8");
        let (start, before) = (self.text.len(), self.ends.len());
        self.ends.extend(places_of(delimiter, text.as_bytes()).map(|at| place(start + at)));
        if self.ends.len() - before + 1 != self.width {
            self.ends.truncate(before);
            return false;
        }
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        bytes.extend_from_slice(text.as_bytes());
        for end in &self.ends[before..] {
            bytes[*end as usize] = FIELD_END;
        }
        self.ends.push(place(bytes.len()));
        bytes.push(FIELD_END);
        // SAFETY: the text was UTF-8, and whole ASCII characters were put in the place of others.
        self.text = unsafe { String::from_utf8_unchecked(bytes) };
        self.lines.push(line);
        true
    }

    /// Takes all records out and keeps the memory, so that a batch can be filled again and again.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.lines.clear();
    }

    /// Returns a field of a record, both counted from 0.
    #[inline]
    pub fn field(&self, record: usize, column: usize) -> &str {
        let at = record * self.width + column;
        &self.text[self.start(at)..self.ends[at] as usize]
    }

    /// Returns the fields of all records as one text, each with a mark behind it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns all fields of a record as one text, each with a mark behind it.
    pub fn whole(&self, record: usize) -> &str {
        let at = record * self.width;
        &self.text[self.start(at)..self.start(at + self.width)]
    }

    fn start(&self, at: usize) -> usize {
        if at == 0 { 0 } else { self.ends[at - 1] as usize + 1 }
    }

    pub fn line(&self, record: usize) -> u64 {
        self.lines[record]
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns the bytes of text held, by which readers bound a batch.
    pub fn text_len(&self) -> usize {
        self.text.len()
    }
}

/// Returns the places of a byte in a text, in their order. It stands there every few bytes, so that eight are looked at at once, and no more.
fn places_of(byte: u8, text: &[u8]) -> impl Iterator<Item = usize> {
    const LOW_BITS: u64 = u64::from_ne_bytes([0x7f; 8]);
    let pattern = u64::from_ne_bytes([byte; 8]);
    let (words, rest) = text.as_chunks::<8>();
    let in_words = words.iter().enumerate().flat_map(move |(at, word)| {
        // The highest bit of each byte that is the one looked for: in no other the addition and the bits themselves leave it 0.
        let differing = u64::from_le_bytes(*word) ^ pattern;
        let mut found = !(((differing & LOW_BITS) + LOW_BITS) | differing | LOW_BITS);
        std::iter::from_fn(move || {
            let place = (found != 0).then(|| at * 8 + found.trailing_zeros() as usize / 8);
            found &= found.wrapping_sub(1);
            place
        })
    });
    let n_in_words = text.len() - rest.len();
    let in_rest = rest.iter().enumerate().filter(move |(_, other)| **other == byte).map(move |(at, _)| n_in_words + at);
    in_words.chain(in_rest)
}

/// Returns a place in the text of a batch.
fn place(at: usize) -> u32 {
    u32::try_from(at).expect("readers bound a batch to some megabytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cleared_batch_is_filled_anew_in_the_same_memory() {
        let mut batch = RawShipments::new(2);
        batch.push(2, ["a", "bc"]);
        batch.push(3, ["", "d"]);
        let room = (batch.text.capacity(), batch.ends.capacity(), batch.lines.capacity());
        batch.clear();
        assert_eq!((batch.len(), batch.text_len(), batch.width(), batch.is_empty()), (0, 0, 2, true));
        assert_eq!((batch.text.capacity(), batch.ends.capacity(), batch.lines.capacity()), room);
        batch.push(7, ["x", ""]);
        assert_eq!((batch.line(0), batch.field(0, 0), batch.field(0, 1)), (7, "x", ""));
        batch.push(8, ["", "y"]);
        assert!(batch.push_line(9, "я;", b';') && !batch.push_line(9, "a;b;c", b';') && !batch.push_line(9, "a", b';'));
        assert_eq!((batch.len(), batch.whole(2), batch.field(2, 0), batch.line(2)), (3, "я\u{1f}\u{1f}", "я", 9));
        assert_eq!((batch.whole(0), batch.whole(1)), ("x\u{1f}\u{1f}", "\u{1f}y\u{1f}"));
    }

    proptest::proptest! {
        #[test]
        fn all_places_of_a_byte_are_found(text in proptest::collection::vec(proptest::sample::select(b",;\x00\x2b\x2d\xac\x80a".to_vec()), 0..40)) {
            for byte in [b',', b';'] {
                let expected: Vec<usize> = (0..text.len()).filter(|at| text[*at] == byte).collect();
                proptest::prop_assert_eq!(places_of(byte, &text).collect::<Vec<_>>(), expected);
            }
        }
    }
}
