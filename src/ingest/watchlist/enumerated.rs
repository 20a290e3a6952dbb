//! Cells that hold several values: `a) one b) two`, `(1) one. (2) two`, and names with another spelling in brackets.

/// Returns the values behind marks `a)`, `(a)`, `1)`, `(1)` that count up from the first; a text without such marks as it is.
pub(super) fn split_enumerated(text: &str) -> Vec<&str> {
    let text = text.trim();
    for first in ['a', '1'] {
        let marks = find_marks(text, first);
        // A text may go before the first mark, if only to say what the values are.
        if let Some(&(start, _)) = marks.first()
            && (marks.len() > 1 || start == 0)
        {
            let mut parts = Vec::new();
            let before = trim(&text[..start]);
            if !before.is_empty() {
                parts.push(before);
            }
            for (at, (_, from)) in marks.iter().enumerate() {
                let to = marks.get(at + 1).map_or(text.len(), |next| next.0);
                let part = trim(&text[*from..to]);
                if !part.is_empty() {
                    parts.push(part);
                }
            }
            return parts;
        }
    }
    if text.is_empty() { Vec::new() } else { vec![text] }
}

fn trim(part: &str) -> &str {
    part.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, ';' | ',' | '、' | '，' | '；'))
        .trim_end_matches(" and")
}

/// Returns where each mark begins and ends, as far as they count up.
fn find_marks(text: &str, first: char) -> Vec<(usize, usize)> {
    let mut marks = Vec::new();
    let mut wanted = first as u32;
    let mut from = 0;
    while let Some((start, end)) = find_mark(&text[from..], &mark_of(first, wanted), from == 0) {
        marks.push((from + start, from + end));
        from += end;
        wanted += 1;
    }
    marks
}

fn mark_of(first: char, wanted: u32) -> String {
    match first {
        '1' => (wanted - '1' as u32 + 1).to_string(),
        _ => char::from_u32(wanted).filter(char::is_ascii_lowercase).map_or("\0".to_owned(), |letter| letter.to_string()),
    }
}

/// Finds `(a)` or `a)` with brackets of either width; a mark without an opening bracket stands at the start or behind a blank.
fn find_mark(text: &str, mark: &str, is_start: bool) -> Option<(usize, usize)> {
    text.match_indices(mark).find_map(|(at, _)| {
        let after = &text[at + mark.len()..];
        let close = after.chars().next().filter(|letter| matches!(letter, ')' | '）'))?;
        let end = at + mark.len() + close.len_utf8();
        match text[..at].chars().next_back() {
            Some(open) if matches!(open, '(' | '（') => Some((at - open.len_utf8(), end)),
            Some(before) => (before.is_whitespace() || matches!(before, ';' | ',' | '.')).then_some((at, end)),
            None => is_start.then_some((at, end)),
        }
    })
}

/// Returns a name and what stands in brackets behind it, for brackets of either width that end the text.
pub(super) fn split_brackets(name: &str) -> Option<(&str, &str)> {
    let name = name.trim();
    let inside = name.strip_suffix([')', '）'])?;
    let mut depth = 1;
    for (at, letter) in inside.char_indices().rev() {
        match letter {
            ')' | '）' => depth += 1,
            '(' | '（' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let (outer, inner) = (inside[..at].trim(), inside[at + letter.len_utf8()..].trim());
            return (!outer.is_empty() && !inner.is_empty()).then_some((outer, inner));
        }
    }
    None
}

/// Says whether a name has letters of another script than the Latin one.
pub(super) fn is_other_script(name: &str) -> bool {
    name.chars().any(|letter| letter.is_alphabetic() && !is_latin(letter))
}

fn is_latin(letter: char) -> bool {
    letter.is_ascii()
        || matches!(letter as u32, 0xAA..=0x24F | 0x250..=0x2BF | 0x1E00..=0x1EFF | 0x2C60..=0x2C7F | 0xA720..=0xA7FF | 0xFB00..=0xFB06)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_split_where_marks_count_up() {
        let cases: [(&str, &[&str]); 9] = [
            ("a) Kabul b) Herat", &["Kabul", "Herat"]),
            ("(a)Mullah（ムラー） (b)Haji（ハッジ）", &["Mullah（ムラー）", "Haji（ハッジ）"]),
            ("（a）イ（X）（b）ロ", &["イ（X）", "ロ"]),
            ("(1) Somalia. (2) Sweden", &["Somalia.", "Sweden"]),
            ("(a) only", &["only"]),
            ("Plaza), b) Moscow", &["Plaza), b) Moscow"]),
            ("Republic (formerly USSR)", &["Republic (formerly USSR)"]),
            ("in: a) one; b) two", &["in:", "one", "two"]),
            ("", &[]),
        ];
        for (text, parts) in cases {
            assert_eq!(split_enumerated(text), parts, "{text}");
        }
    }

    #[test]
    fn brackets_at_the_end_hold_another_spelling() {
        assert_eq!(split_brackets("Sergei AKSENOV (Сергей АКСЁНОВ)"), Some(("Sergei AKSENOV", "Сергей АКСЁНОВ")));
        assert_eq!(split_brackets("アル（Al (Rashid)）"), Some(("アル", "Al (Rashid)")));
        assert_eq!(split_brackets("BANK (IRAN) LTD"), None);
        assert_eq!(split_brackets("(KOMID)"), None);
        assert!(is_other_script("Банк Rossiya") && !is_other_script("Şti. Société"));
    }
}
