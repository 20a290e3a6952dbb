//! Numbers of documents as they are compared: declarations, bills of lading.

/// Writes an identifier of a document with capitals and with one `/` for each run of other marks, so that
/// `00000000-150622-0001234` and `00000000/150622/0001234` are one.
pub fn fold_id(text: &str, folded: &mut String) {
    folded.clear();
    if is_folded(text) {
        folded.push_str(text);
        return;
    }
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            folded.push(letter.to_ascii_uppercase());
        } else if letter.is_alphanumeric() {
            folded.extend(letter.to_uppercase());
        } else if !folded.is_empty() && !folded.ends_with('/') {
            folded.push('/');
        }
    }
    while folded.ends_with('/') {
        folded.pop();
    }
}

/// Tells whether a text is plainly one that folding leaves as it is: capitals and digits with single `/` between them, as most are.
fn is_folded(text: &str) -> bool {
    let mut is_after_mark = true;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' => is_after_mark = false,
            b'/' if !is_after_mark => is_after_mark = true,
            _ => return false,
        }
    }
    !is_after_mark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_case_do_not_tell_documents_apart() {
        for (text, expected) in [
            ("00000000-150622-0001234", "00000000/150622/0001234"),
            (" msku 123.456/a ", "MSKU/123/456/A"),
            ("--", ""),
            ("дт 1", "ДТ/1"),
            ("A/1/", "A/1"),
            ("/A//1", "A/1"),
            ("A/1", "A/1"),
            ("", ""),
        ] {
            let mut folded = "left over".to_owned();
            fold_id(text, &mut folded);
            assert_eq!(folded, expected, "{text}");
        }
    }
}
