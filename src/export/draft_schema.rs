//! A drafted vendor schema: what a profile found out, as a file that a person checks, corrects and sets to reviewed.
//!
//! In: a profile. Out: TOML that [`VendorSchema::parse`] reads. Each line says why it stands there, and a column that fills
//! nothing stands under `[ignored]` with the reason, so that nothing is left out in silence.
//!
//! [`VendorSchema::parse`]: crate::model::vendor_schema::VendorSchema::parse

use crate::model::file_profile::{ColumnProfile, DateOrder, FileProfile, Guess, HeaderKind, Looks};
use crate::model::vendor_schema::{VendorSchema, fold_header};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Renders a draft; `name` is what the schema is called, `date` the day on which it is drafted.
pub fn write(profile: &FileProfile, name: &str, date: &str) -> String {
    let mut text = String::new();
    let mut line = |words: &str| {
        text.push_str(words);
        text.push('\n');
    };
    line("# Drafted from the file's header and values. Check every line against the file, then say so:");
    line("reviewed = false");
    line(&format!("name = {}", quoted(name)));
    line(&format!("title = {}", quoted(&format!("Layout of {}", file_name(&profile.file)))));
    line(&format!("source = {}", quoted(&format!("drafted from {}", file_name(&profile.file)))));
    line(&format!("date = {}", quoted(date)));
    if profile.header == HeaderKind::Absent {
        line("header = false # the first row holds data: columns are named by their position");
    }
    let guesses = &profile.guesses;
    if fills(profile, "reporter_country_code") {
        line("reporter_country_code = \"\" # a column states it");
    } else {
        line(&constant("reporter_country_code", &guesses.reporter_country_code, "who reports: an ISO code of two letters"));
    }
    if fills(profile, "flow") {
        line("# flow: a column states it");
    } else if guesses.flow.value.is_empty() {
        line("# flow = \"import\" # or \"export\": nothing in the file says which");
    } else {
        line(&constant("flow", &guesses.flow, ""));
    }
    line(&constant("grain", &guesses.grain, ""));
    line(&constant("date_kind", &guesses.date_kind, "what happened on the date: registration, arrival, departure"));
    line(&date_formats(profile));
    line(&decimal_marks(profile));
    if !guesses.weight_unit.value.is_empty() {
        line(&constant("weight_unit", &guesses.weight_unit, ""));
    }
    line(&constant("value_basis", &guesses.value_basis, "statistical, customs, invoice, cif or fob"));
    if fills(profile, "value_original") && !fills(profile, "currency_code") {
        line(&constant("currency_code", &guesses.currency_code, "in what currency the values are: no column states it"));
    }
    if let Some(words) = hs_digits(profile) {
        line(&words);
    }
    let required: Vec<String> =
        ["date", "hs_code"].iter().filter(|column| fills(profile, column)).map(|column| quoted(column)).collect();
    line(&format!("required = [{}]", required.join(", ")));
    text.push_str(&columns(profile));
    text.push_str(&joined(profile));
    text.push_str(&values(profile));
    text.push_str(&ignored(profile));
    text
}

fn fills(profile: &FileProfile, column: &str) -> bool {
    profile.filling(column).is_some()
}

/// Returns a line with a guess and its evidence, or an empty value and what belongs there.
fn constant(key: &str, guess: &Guess, wanted: &str) -> String {
    let comment = if guess.value.is_empty() { wanted } else { &guess.evidence };
    let line = format!("{key} = {}", quoted(&guess.value));
    if comment.is_empty() { line } else { format!("{line} # {}", one_line(comment)) }
}

fn date_formats(profile: &FileProfile) -> String {
    if profile.columns.iter().any(|column| column.is_joined) {
        return "date_formats = [\"%Y %m\"] # a year and a month, joined below".to_owned();
    }
    let Some((column, dates)) = profile.filling("date").and_then(|column| Some((column, column.dates.as_ref()?))) else {
        return "date_formats = [] # no column looks like a date".to_owned();
    };
    let forms: Vec<String> = dates.formats.iter().map(|form| quoted(&form.format)).collect();
    let warning = match dates.order {
        DateOrder::Undecided => "NOT DECIDED: every value is a date with the day and with the month in front. ",
        DateOrder::Mixed => "BOTH ORDERS OCCUR: part the file by its source. ",
        _ => "",
    };
    format!("date_formats = [{}] # {warning}{}", forms.join(", "), one_line(&column.evidence))
}

fn decimal_marks(profile: &FileProfile) -> String {
    let (mut n_point, mut n_comma, mut n_either) = (0, 0, 0);
    let measures = ["quantity", "net_weight_kg", "gross_weight_kg", "value_usd", "value_original"];
    let filling: Vec<&ColumnProfile> = measures.iter().filter_map(|column| profile.filling(column)).collect();
    // Where no header says which numbers are measures, all of them are looked at.
    let is_number = |column: &&ColumnProfile| column.looks == Looks::Number;
    let looked_at = if filling.is_empty() { profile.columns.iter().filter(is_number).collect() } else { filling };
    for numbers in looked_at.into_iter().filter_map(|column| column.numbers.as_ref()) {
        n_point += numbers.n_decimal_point;
        n_comma += numbers.n_decimal_comma;
        n_either += numbers.n_either_mark;
    }
    let (marks, why) = match (n_point, n_comma) {
        (0, 0) if n_either > 0 => ("\".\"", format!("NOT DECIDED: {n_either} numbers read with a point and with a comma")),
        (0, 0) => ("\".\"", "no number has decimals".to_owned()),
        (point, 0) => ("\".\"", format!("{point} numbers read with a point only, none with a comma only")),
        (0, comma) => ("\",\"", format!("{comma} numbers read with a comma only, none with a point only")),
        (point, comma) => ("\".\", \",\"", format!("both occur: {point} with a point only, {comma} with a comma only")),
    };
    format!("decimal_marks = [{marks}] # {why}")
}

fn hs_digits(profile: &FileProfile) -> Option<String> {
    let codes = profile.filling("hs_code")?.codes.as_ref()?;
    let digits = codes.whole_digits?;
    let lost = match codes.n_lost_zero {
        0 => String::new(),
        n => format!(", {n} once a lost leading zero is put back"),
    };
    Some(format!("hs_digits = {digits} # nearly all codes have {digits} digits{lost}"))
}

fn columns(profile: &FileProfile) -> String {
    let mut text = "\n[columns]\n".to_owned();
    for name in VendorSchema::fillable_columns() {
        if let Some(column) = profile.filling(&name).filter(|column| !column.is_joined) {
            let comment = format!("{}: {}", column.looks.as_str(), one_line(&column.evidence));
            let _ = writeln!(text, "{name} = [{}] # {comment}", quoted(column.name.trim()));
        }
    }
    let is_open = |column: &&ColumnProfile| {
        let is_unsaid = column.remark.ends_with("role is not said") || column.remark.starts_with("not recognized");
        column.fills.is_none() && !column.is_constant && is_unsaid
    };
    for column in profile.columns.iter().filter(is_open) {
        let candidates = match column.looks {
            Looks::Number => "net_weight_kg, quantity, value_usd or value_original",
            Looks::Identifier => "shipper_registration_id or consignee_registration_id",
            Looks::Party => "shipper_name or consignee_name",
            Looks::Country => "origin_country_code, departure_country_code or destination_country_code",
            _ => continue,
        };
        let _ = writeln!(text, "# {} looks like {}: {candidates}?", quoted(column.name.trim()), column.looks.as_str());
    }
    text
}

/// Returns the columns that are filled by several: a date of a year and a month.
fn joined(profile: &FileProfile) -> String {
    let parts: Vec<&ColumnProfile> = profile.columns.iter().filter(|column| column.is_joined).collect();
    let year = |column: &&&ColumnProfile| column.looks == Looks::Date;
    let headers: Vec<String> = parts
        .iter()
        .filter(year)
        .chain(parts.iter().filter(|column| !year(column)))
        .map(|column| quoted(column.name.trim()))
        .collect();
    if headers.is_empty() { String::new() } else { format!("\n[joined]\ndate = [{}]\n", headers.join(", ")) }
}

/// Returns what the words of the flow mean; a word whose meaning is not known stands as a comment.
fn values(profile: &FileProfile) -> String {
    let Some(column) = profile.filling("flow") else { return String::new() };
    let mut text = "\n[values.flow]\n".to_owned();
    for (word, flow) in &column.flows {
        let _ = match flow {
            Some(flow) => writeln!(text, "{} = {}", quoted(word), quoted(flow)),
            None => writeln!(text, "# {} = \"import\" # or \"export\": not known", quoted(word)),
        };
    }
    text
}

fn ignored(profile: &FileProfile) -> String {
    // Headers are compared by letters and digits: two that differ in case only are one.
    let mut known: BTreeSet<String> =
        profile.columns.iter().filter(|column| column.fills.is_some()).map(|column| fold_header(&column.name)).collect();
    let mut text = String::new();
    let is_left = |column: &&ColumnProfile| column.fills.is_none() && !column.name.trim().is_empty();
    for column in profile.columns.iter().filter(is_left) {
        if known.insert(fold_header(&column.name)) {
            let _ = writeln!(text, "{} = {}", quoted(column.name.trim()), quoted(&column.remark));
        }
    }
    if text.is_empty() { text } else { format!("\n[ignored]\n{text}") }
}

/// Returns a text as a TOML string on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", letter as u32);
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// Returns a text for a comment, which ends with its line and holds no control characters.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_for_toml() {
        for text in ["plain", "say \"it\"", "back\\slash", "two\nlines", "tab\tand\u{7}bell", "№ п/п"] {
            let table: toml::Table = format!("{} = {}", quoted(text), quoted(text)).parse().unwrap();
            assert_eq!(table[text].as_str(), Some(text));
        }
    }
}
