//! A second reader of delimited text, written from the rule alone: character by character, as simple as it can be.
//!
//! In: a decoded text, its delimiter, the line of its header. Out: records and rejections with their first lines.
//! The rule: a quote opens a field only directly after a delimiter or at the start of a record, and only if a quote closes it directly
//! before a delimiter, a line end or the end; two quotes inside are one. Else it is text. Where a line alone ends within quotes, it is
//! joined to those behind it up to the end of the record, unless one of those has the header's field count alone; the first line having
//! it prevents the joining too, unless the open quote stands in the last column and the joined record has the count as well. Fields
//! beyond the header's are no fault if they are empty.

/// How far the end of a record may lie behind its start.
const IN_SIGHT_BYTES: usize = 1 << 20;
const IN_SIGHT_LINES: u64 = 1_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Record(Vec<String>),
    Rejected,
}

struct Parsed {
    fields: Vec<String>,
    /// Behind the last field.
    end: usize,
    open_column: Option<usize>,
}

/// Reads what stands below the header.
pub fn read(text: &str, delimiter: char, header_line: u64, width: usize) -> Vec<(u64, Found)> {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut line) = (0, 1);
    while line <= header_line {
        at = next_line(&text, end_of_line(&text, at));
        line += 1;
    }
    let mut found = Vec::new();
    while at < text.len() {
        let line_end = end_of_line(&text, at);
        let alone = &text[at..line_end];
        if alone.iter().all(|letter| letter.is_whitespace() && *letter != delimiter) {
            at = next_line(&text, line_end);
            line += 1;
            continue;
        }
        let mut parsed = parse(alone, delimiter);
        let mut n_lines = 1;
        if let Some(open_column) = parsed.open_column {
            let in_sight = end_of_sight(&text, at);
            let joined = parse(&text[at..in_sight], delimiter);
            let is_in_sight = in_sight == text.len() || joined.end < in_sight - at;
            let end = at + joined.end;
            let lines = 1 + count(&text[at..end]);
            if is_in_sight && end > line_end && lines <= IN_SIGHT_LINES {
                let is_last = open_column + 1 == width && fits(&joined.fields, width);
                let may_join = !fits(&parsed.fields, width) || is_last;
                if may_join && !any_line_fits(&text[next_line(&text, line_end)..end], delimiter, width) {
                    parsed = Parsed { end: joined.end, ..joined };
                    n_lines = lines;
                }
            }
        }
        let outcome = match fits(&parsed.fields, width) {
            true => Found::Record(parsed.fields[..width].to_vec()),
            false => Found::Rejected,
        };
        found.push((line, outcome));
        at = next_line(&text, at + parsed.end);
        line += n_lines;
    }
    found
}

fn fits(fields: &[String], width: usize) -> bool {
    fields.len() >= width && fields[width..].iter().all(String::is_empty)
}

fn any_line_fits(text: &[char], delimiter: char, width: usize) -> bool {
    let mut at = 0;
    while at <= text.len() {
        let end = end_of_line(text, at);
        if fits(&parse(&text[at..end], delimiter).fields, width) {
            return true;
        }
        if end == text.len() {
            return false;
        }
        at = next_line(text, end);
    }
    false
}

fn parse(text: &[char], delimiter: char) -> Parsed {
    let (mut fields, mut at, mut open_column) = (Vec::new(), 0, None);
    loop {
        let mut field = String::new();
        let mut is_done = false;
        if text.get(at) == Some(&'"') {
            let mut inside = at + 1;
            loop {
                match (text.get(inside), text.get(inside + 1)) {
                    (None, _) => {
                        open_column = open_column.or(Some(fields.len()));
                        break;
                    }
                    (Some('"'), Some('"')) => {
                        field.push('"');
                        inside += 2;
                    }
                    (Some('"'), None) => is_done = true,
                    (Some('"'), Some(next)) if *next == delimiter || *next == '\n' || *next == '\r' => is_done = true,
                    (Some('"'), Some(_)) => break,
                    (Some(letter), _) => {
                        field.push(*letter);
                        inside += 1;
                    }
                }
                if is_done {
                    at = inside + 1;
                    break;
                }
            }
        }
        if !is_done {
            field.clear();
            while let Some(letter) = text.get(at).filter(|letter| **letter != delimiter && **letter != '\n' && **letter != '\r') {
                field.push(*letter);
                at += 1;
            }
        }
        fields.push(field);
        if text.get(at) != Some(&delimiter) {
            return Parsed { fields, end: at, open_column };
        }
        at += 1;
    }
}

fn end_of_line(text: &[char], from: usize) -> usize {
    (from..text.len()).find(|at| text[*at] == '\n' || text[*at] == '\r').unwrap_or(text.len())
}

/// Returns where the next line begins, from the end of one.
fn next_line(text: &[char], end: usize) -> usize {
    match (text.get(end), text.get(end + 1)) {
        (Some('\r'), Some('\n')) => end + 2,
        (Some(_), _) => end + 1,
        (None, _) => end,
    }
}

fn end_of_sight(text: &[char], from: usize) -> usize {
    let mut n_bytes = 0;
    for (at, letter) in text.iter().enumerate().skip(from) {
        n_bytes += letter.len_utf8();
        if n_bytes > IN_SIGHT_BYTES {
            return at;
        }
    }
    text.len()
}

fn count(text: &[char]) -> u64 {
    let (mut n_ends, mut at) = (0, end_of_line(text, 0));
    while at < text.len() {
        n_ends += 1;
        at = end_of_line(text, next_line(text, at));
    }
    n_ends
}

/// Counts the line ends of a text: LF, CR and CRLF are one each.
pub fn count_line_ends(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let is_end = |at: usize| match bytes[at] {
        b'\n' => at == 0 || bytes[at - 1] != b'\r',
        byte => byte == b'\r',
    };
    (0..bytes.len()).filter(|at| is_end(*at)).count() as u64
}

/// Counts physical lines; a last line needs no end.
pub fn count_lines(text: &str) -> u64 {
    let is_open = !text.is_empty() && !text.ends_with(['\n', '\r']);
    count_line_ends(text) + u64::from(is_open)
}
