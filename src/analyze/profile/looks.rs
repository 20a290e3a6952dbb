//! From the counts of a column and what its header says to what it looks like, with the evidence as one sentence.

use super::tally::{ColumnTally, Counts};
use super::{date_forms, value_words};
use crate::model::column_words::{Meaning, Of};
use crate::model::country::CountryCode;
use crate::model::file_profile::{
    CodeEvidence, ColumnProfile, DateEvidence, DateOrder, FormatCount, IdentifierEvidence, Looks, NumberEvidence,
};

/// What speaks for a kind, as shares of the filled values. The header lowers what is asked for where it names the kind.
const MOST: f64 = 0.9;
const MANY: f64 = 0.8;
const HALF: f64 = 0.5;
/// A number of digits that is not one of the accidents of chance has check digits that hold in one of eleven.
const VALID_IDENTIFIERS: f64 = 0.6;
/// One name in four has its legal form with it; hardly a description has.
const LEGAL_FORMS: f64 = 0.2;
/// A code of fewer digits is no tariff code unless the header says so.
const MIN_CODE_DIGITS: usize = 6;
/// Serial numbers of spreadsheet days from 1990 to 2050.
const SPREADSHEET_DAYS: std::ops::RangeInclusive<f64> = 32_874.0..=55_153.0;

/// Returns what a column is by its counts, without name and position.
pub fn profile(tally: &ColumnTally, counts: &Counts, meaning: Option<&Meaning>, n_records: u64) -> ColumnProfile {
    let n_distinct = tally.n_distinct();
    let share = if n_records == 0 { 0.0 } else { counts.n as f64 / n_records as f64 };
    let mut column = ColumnProfile {
        n_filled: counts.n,
        n_placeholders: tally.n_placeholders,
        fill_share: (share * 10_000.0).round() / 10_000.0,
        n_distinct,
        has_more_distinct: tally.has_more_distinct,
        is_constant: n_distinct == 1 && counts.n == n_records && n_records > 1,
        identifiers: counts
            .identifiers()
            .filter(|(_, n_shaped, _)| *n_shaped > 0)
            .map(|(kind, n_shaped, n_valid)| IdentifierEvidence { kind, n_shaped, n_valid })
            .collect(),
        ..ColumnProfile::default()
    };
    if counts.numbers.n_readable > 0 {
        column.numbers = Some(number_evidence(counts));
    }
    (column.looks, column.evidence) = looks(tally, counts, meaning);
    match column.looks {
        Looks::Date => column.dates = Some(date_evidence(counts)),
        Looks::HsCode => column.codes = Some(code_evidence(counts)),
        Looks::Flow => {
            let words = counts.flow_words.iter();
            column.flows = words.map(|(word, flow)| (word.clone(), flow.map(str::to_owned))).collect();
        }
        _ => {}
    }
    column
}

fn looks(tally: &ColumnTally, counts: &Counts, meaning: Option<&Meaning>) -> (Looks, String) {
    if counts.n == 0 {
        let evidence = match tally.n_placeholders {
            0 => "no value".to_owned(),
            n => format!("placeholders only, {n} of them"),
        };
        return (Looks::Empty, evidence);
    }
    let share = |n: u64| n as f64 / counts.n as f64;
    let says = |column: &str| matches!(meaning, Some(Meaning::Column(known)) if known == column);
    let is_said = meaning.is_some();
    let n_distinct = tally.n_distinct();

    let n_sure_flow = counts.n_flow - counts.n_flow_letter;
    // Some sources state the flow by a number: what it means, a person has to say.
    if says("flow") && n_distinct <= 3 && counts.n_only_digits == counts.n {
        let words: Vec<&str> = counts.flow_words.keys().map(String::as_str).collect();
        return (Looks::Flow, format!("numbers of a flow: {}", words.join(", ")));
    }
    if n_distinct <= 6 && (share(counts.n_flow) >= MANY && says("flow") || share(n_sure_flow) >= MOST && !says_country(meaning)) {
        let words: Vec<&str> = counts.flow_words.keys().map(String::as_str).collect();
        return (Looks::Flow, format!("words of a flow: {}", words.join(", ")));
    }
    let dates = &counts.dates;
    let n_marked = dates.n_readable - dates.n_compact;
    let is_date_said = matches!(meaning, Some(Meaning::Date(_)))
        || matches!(meaning, Some(Meaning::Ignored(reason)) if reason == "another date");
    // Eight digits that are all days of a calendar are dates; six or four may be anything.
    let n_days: u64 =
        ["%Y%m%d", "%d%m%Y", "%m%d%Y"].iter().filter_map(|form| dates.forms.get(*form)).map(|form| form.n).max().unwrap_or(0);
    let is_compact_date = share(n_days) > 0.99 && counts.n > 20 && !is_said && n_distinct > 1;
    if share(n_marked) >= MANY || is_date_said && share(dates.n_readable) >= HALF || is_compact_date {
        return (Looks::Date, date_sentence(counts));
    }
    let numbers = &counts.numbers;
    if is_date_said
        && share(numbers.n_readable) >= MANY
        && numbers
            .range_point
            .is_some_and(|(least, greatest)| SPREADSHEET_DAYS.contains(&least) && SPREADSHEET_DAYS.contains(&greatest))
    {
        return (
            Looks::Number,
            "numbers in the range of a spreadsheet's days: format the column as dates and export it again".to_owned(),
        );
    }
    if share(counts.n_currency) >= MOST && share(counts.n_with_letters) >= MOST {
        return (Looks::Currency, format!("{} of {} values are currency codes", counts.n_currency, counts.n));
    }
    if let Some(evidence) = hs_code(counts, n_distinct, meaning) {
        return (Looks::HsCode, evidence);
    }
    if let Some((kind, n_shaped, n_valid)) = counts.identifiers().max_by_key(|(_, _, n_valid)| *n_valid)
        && share(n_shaped) >= HALF
        && n_valid as f64 >= VALID_IDENTIFIERS * n_shaped as f64
        && !matches!(meaning, Some(Meaning::Value { .. } | Meaning::Date(_)))
    {
        let evidence = format!("{n_valid} of {n_shaped} values in the shape of {} have right check digits", kind.to_uppercase());
        return (Looks::Identifier, evidence);
    }
    if share(counts.n_customs_number) >= MANY {
        let evidence =
            format!("{} of {} values are office, day and serial number with strokes", counts.n_customs_number, counts.n);
        return (Looks::DocumentNumber, evidence);
    }
    let is_unit_said = says("quantity_unit_code") || says("weight_unit");
    if is_unit_said
        || share(counts.n_unit) >= MOST
            && (n_distinct > 1 || counts.n_country == 0)
            && !says_country(meaning)
            && share(counts.n_with_letters) >= HALF
    {
        let n_letters = share(counts.n_with_letters) >= HALF || n_distinct <= 40;
        if n_letters && counts.n_chars / counts.n <= 30 {
            return (Looks::Unit, format!("{} of {} values are known units", counts.n_unit, counts.n));
        }
    }
    let is_country = share(counts.n_country) >= MANY && share(counts.n_with_letters) >= MANY;
    if is_country || says_country(meaning) && share(counts.n_country) >= 0.3 {
        return (Looks::Country, format!("{} of {} values name a country", counts.n_country, counts.n));
    }
    if share(numbers.n_readable) >= MOST
        && let Some(found) = number(tally, counts, meaning)
    {
        return found;
    }
    words(tally, counts, meaning)
}

fn says_country(meaning: Option<&Meaning>) -> bool {
    match meaning {
        Some(Meaning::Country | Meaning::Party { of: Of::Country, .. }) => true,
        Some(Meaning::Party { role: crate::model::column_words::PartyRole::Partner, .. }) => true,
        Some(Meaning::Column(column)) => column.ends_with("_country_code"),
        _ => false,
    }
}

/// Returns the evidence if a column holds tariff codes.
fn hs_code(counts: &Counts, n_distinct: u64, meaning: Option<&Meaning>) -> Option<String> {
    let codes = &counts.codes;
    let share = |n: u64| n as f64 / counts.n as f64;
    let is_said = matches!(meaning, Some(Meaning::Column(column)) if column == "hs_code");
    let is_open = match meaning {
        None | Some(Meaning::OfNobody(Of::Id)) => true,
        Some(Meaning::Column(column)) => column == "hs_code",
        _ => false,
    };
    let n_texts = counts.n_with_letters;
    let n_digits: Vec<(usize, u64)> = codes.whole_digits.iter().map(|(digits, n)| (*digits, *n)).collect();
    let n_long: u64 = n_digits.iter().filter(|(digits, _)| *digits >= MIN_CODE_DIGITS).map(|(_, n)| n).sum();
    let mut by_length: Vec<u64> = n_digits.iter().map(|(_, n)| *n).collect();
    by_length.sort_unstable_by_key(|n| std::cmp::Reverse(*n));
    let n_usual: u64 = by_length.iter().take(2).sum();
    // Money and weights have decimals; `8457.10` looks the same, so that only its header makes it a code.
    let has_decimals = share(counts.numbers.n_decimal_point + counts.numbers.n_decimal_comma) > 0.05;
    let is_code = if is_said {
        share(codes.n_readable + codes.n_exponent) >= HALF
    } else {
        is_open
            && share(n_texts) < 0.05
            && share(codes.n_under_heading) >= MANY
            && share(n_long) >= MANY
            && share(n_usual) >= MOST
            && !has_decimals
            // Numbers of documents go up and never come again; tariff codes do.
            && n_distinct > 1
            && (counts.n < 50 || n_distinct as f64 <= MOST * counts.n as f64)
            && codes.n_lost_zero * 2 <= counts.n
    };
    if !is_code || codes.n_readable == 0 && codes.n_exponent == 0 {
        return None;
    }
    let lengths: Vec<String> = codes.digits.iter().map(|(digits, n)| format!("{n} of {digits} digits")).collect();
    let mut evidence = format!("{} of {} under known headings: {}", codes.n_under_heading, counts.n, lengths.join(", "));
    if codes.n_lost_zero > 0 {
        evidence.push_str(&format!("; {} lost a leading zero", codes.n_lost_zero));
    }
    if codes.n_exponent > 0 {
        evidence.push_str(&format!("; {} were cut by a spreadsheet (8.4571E+9)", codes.n_exponent));
    }
    Some(evidence)
}

/// Returns what a column of numbers is; `None` if its numbers are names of something.
fn number(tally: &ColumnTally, counts: &Counts, meaning: Option<&Meaning>) -> Option<(Looks, String)> {
    let numbers = &counts.numbers;
    let (least, greatest) = numbers.range_point.or(numbers.range_comma).unwrap_or_default();
    let mark = match (numbers.n_decimal_point, numbers.n_decimal_comma) {
        (0, 0) if numbers.n_either_mark > 0 => ", decimal mark not decided",
        (0, 0) => "",
        (_, 0) => ", decimal point",
        (0, _) => ", decimal comma",
        _ => ", decimal point and decimal comma",
    };
    let zeros = if numbers.n_zero == counts.n { ", always zero".to_owned() } else { String::new() };
    let evidence = format!("numbers from {least} to {greatest}{mark}{zeros}");
    let looks = match meaning {
        Some(Meaning::Value { .. }) => Looks::Money,
        Some(Meaning::Weight) => Looks::Weight,
        Some(Meaning::Ignored(reason)) if ["value a unit", "duty or tax"].contains(&reason.as_str()) => Looks::Money,
        Some(Meaning::Ignored(reason)) if reason.ends_with("part of a value") => Looks::Money,
        Some(Meaning::Column(column)) => match column.as_str() {
            "net_weight_kg" | "gross_weight_kg" => Looks::Weight,
            "quantity" => Looks::Quantity,
            "line_number" => Looks::LineNumber,
            "value_usd" | "value_original" => Looks::Money,
            "declaration_id" | "bill_of_lading_id" | "master_bill_of_lading_id" => return None,
            _ => Looks::Number,
        },
        Some(Meaning::Party { .. } | Meaning::OfNobody(_)) => return None,
        _ if numbers.n_with_unit * 2 > counts.n => Looks::Weight,
        None if is_counter(tally, counts) => {
            return Some((Looks::LineNumber, format!("whole numbers that begin at 1 and go up by 1, to {greatest}")));
        }
        // Long numbers without decimals are names of something.
        None if counts.n_only_digits == counts.n && counts.n_chars / counts.n >= 9 => return None,
        _ => Looks::Number,
    };
    Some((looks, evidence))
}

fn is_counter(tally: &ColumnTally, counts: &Counts) -> bool {
    let greatest = counts.numbers.range_point.map_or(0.0, |range| range.1);
    counts.n_only_digits == counts.n && tally.n_distinct() > 1 && tally.n_steps * 20 >= counts.n * 19 && greatest <= 9_999.0
}

/// Returns what a column of words, or of numbers that name something, is.
fn words(tally: &ColumnTally, counts: &Counts, meaning: Option<&Meaning>) -> (Looks, String) {
    let share = |n: u64| n as f64 / counts.n as f64;
    let n_distinct = tally.n_distinct();
    let more = if tally.has_more_distinct { "more than " } else { "" };
    let n_chars = counts.n_chars / counts.n;
    let shape = format!("{more}{n_distinct} distinct values of about {n_chars} characters");
    let n_forms = counts.n_party as f64 / counts.n_looked_for_party.max(1) as f64;
    let party = || {
        let glued = match counts.n_identifier_in_text {
            0 => String::new(),
            n => format!("; {n} have an identifier in the name"),
        };
        format!("{:.0} % of the names have a legal form{glued}", n_forms * 100.0)
    };
    let has_names = share(counts.n_with_letters) >= HALF;
    match meaning {
        Some(Meaning::Party { of: Of::Id, .. } | Meaning::OfNobody(Of::Id))
            if share(counts.n_with_digits) >= HALF && n_chars <= 30 =>
        {
            return (Looks::Identifier, identifier_sentence(counts, &shape));
        }
        Some(Meaning::Party { .. }) if has_names => return (Looks::Party, party()),
        Some(Meaning::Party { .. }) => return (Looks::Identifier, identifier_sentence(counts, &shape)),
        Some(Meaning::Column(column)) if column == "goods_description" && has_names => return (Looks::Description, shape),
        Some(Meaning::Column(column)) if column.ends_with("_id") && share(counts.n_with_digits) >= HALF => {
            return (Looks::DocumentNumber, shape);
        }
        Some(Meaning::Column(column)) if column == "line_number" && share(counts.n_with_digits) >= HALF => {
            return (Looks::LineNumber, shape);
        }
        _ => {}
    }
    // Addresses hold legal forms too, and descriptions are longer than names.
    if n_forms >= LEGAL_FORMS && n_chars <= 80 && meaning.is_none() && n_distinct > 1 {
        return (Looks::Party, party());
    }
    if has_names && (n_chars >= 30 || counts.n_words >= counts.n * 4) && n_distinct > 1 {
        return (Looks::Description, shape);
    }
    let is_varied = tally.has_more_distinct || n_distinct * 5 > counts.n;
    if share(counts.n_without_blank) >= MOST && share(counts.n_with_digits) >= MOST {
        let looks = if is_varied && n_chars >= 6 { Looks::DocumentNumber } else { Looks::Code };
        return (looks, shape);
    }
    (Looks::Text, shape)
}

fn identifier_sentence(counts: &Counts, shape: &str) -> String {
    match counts.identifiers().max_by_key(|(_, _, n_valid)| *n_valid) {
        Some((kind, n_shaped, n_valid)) if n_shaped * 2 >= counts.n => {
            format!("{n_valid} of {n_shaped} values in the shape of {} have right check digits", kind.to_uppercase())
        }
        _ => shape.to_owned(),
    }
}

fn date_sentence(counts: &Counts) -> String {
    let dates = date_evidence(counts);
    let forms: Vec<String> = dates.formats.iter().map(|form| format!("{} {}", form.n_records, form.format)).collect();
    let mut evidence = forms.join(", ");
    let (day, month, either) = (dates.n_only_day_first, dates.n_only_month_first, dates.n_either_order);
    match dates.order {
        DateOrder::Plain => {}
        DateOrder::DayFirst => {
            evidence.push_str(&format!(
                "; day first: {day} can only be read so, {month} only with the month first, {either} either way"
            ));
        }
        DateOrder::MonthFirst => {
            evidence.push_str(&format!(
                "; month first: {month} can only be read so, {day} only with the day first, {either} either way"
            ));
        }
        DateOrder::Mixed => {
            evidence
                .push_str(&format!("; both orders occur: {day} only day first, {month} only month first, {either} either way"));
        }
        DateOrder::Undecided => {
            evidence.push_str(&format!("; day or month first is not decided: all {either} can be read either way"))
        }
    }
    if dates.n_unreadable > 0 {
        evidence.push_str(&format!("; {} are no date (`{}`)", dates.n_unreadable, dates.example_unreadable));
    }
    if dates.n_with_clock > 0 {
        evidence.push_str(&format!(
            "; {} with a time of day{}",
            dates.n_with_clock,
            if dates.n_in_utc > 0 { " in UTC" } else { "" }
        ));
    }
    evidence
}

/// Returns the forms that a schema would declare: those of the order that the values prove.
fn date_evidence(counts: &Counts) -> DateEvidence {
    use super::date_forms::Order;
    let dates = &counts.dates;
    let order = match (dates.n_only_day_first, dates.n_only_month_first, dates.n_either_order) {
        (0, 0, 0) => match dates.forms.values().any(|form| form.order != Order::Plain) {
            // Day and month are equal in every value.
            true => DateOrder::Undecided,
            false => DateOrder::Plain,
        },
        (0, 0, _) => DateOrder::Undecided,
        // A few values against all others are faults of typing.
        (day, month, _) if month * 100 <= day => DateOrder::DayFirst,
        (day, month, _) if day * 100 <= month => DateOrder::MonthFirst,
        _ => DateOrder::Mixed,
    };
    // Where nothing decides, most of the world writes the day first; a person has to look.
    // `2011` is a year or November of 2020: the values of the whole column say which.
    let n_of = |form: &str| dates.forms.get(form).map_or(0, |form| form.n);
    let outdone = if n_of("%y%m") > n_of("%Y") { "%Y" } else { "%y%m" };
    let is_taken = |form: &Order| match form {
        Order::Plain => true,
        Order::DayFirst => order != DateOrder::MonthFirst,
        Order::MonthFirst => order == DateOrder::MonthFirst,
    };
    let mut forms: Vec<_> = dates.forms.iter().filter(|(name, form)| is_taken(&form.order) && *name != outdone).collect();
    forms.sort_by_key(|(name, form)| (std::cmp::Reverse(form.n), name.len()));
    DateEvidence {
        n_only_day_first: dates.n_only_day_first,
        n_only_month_first: dates.n_only_month_first,
        n_either_order: dates.n_either_order,
        order,
        n_unreadable: counts.n - dates.n_readable.min(counts.n),
        example_unreadable: dates.example_unreadable.clone(),
        n_with_clock: dates.n_with_clock,
        n_in_utc: dates.n_in_utc,
        first: forms.iter().map(|(_, form)| form.first).min(),
        last: forms.iter().map(|(_, form)| form.last).max(),
        formats: forms.iter().map(|(name, form)| FormatCount { format: (*name).clone(), n_records: form.n }).collect(),
    }
}

fn code_evidence(counts: &Counts) -> CodeEvidence {
    let codes = &counts.codes;
    let n: u64 = codes.whole_digits.values().sum();
    let usual = codes.whole_digits.iter().max_by_key(|(_, n)| **n);
    CodeEvidence {
        min_digits: codes.digits.keys().next().copied().unwrap_or_default(),
        max_digits: codes.digits.keys().next_back().copied().unwrap_or_default(),
        digits: codes.digits.clone(),
        whole_digits: usual.filter(|(_, usual)| **usual * 50 >= n * 49).map(|(digits, _)| *digits),
        n_lost_zero: codes.n_lost_zero,
        n_exponent: codes.n_exponent,
        n_under_known_heading: codes.n_under_heading,
    }
}

fn number_evidence(counts: &Counts) -> NumberEvidence {
    let numbers = &counts.numbers;
    let range = if numbers.n_decimal_comma > numbers.n_decimal_point { numbers.range_comma } else { numbers.range_point };
    NumberEvidence {
        n_decimal_point: numbers.n_decimal_point,
        n_decimal_comma: numbers.n_decimal_comma,
        n_either_mark: numbers.n_either_mark,
        n_zero: numbers.n_zero,
        n_negative: numbers.n_negative,
        min: range.map(|range| range.0),
        max: range.map(|range| range.1),
    }
}

/// Tells whether a header cell looks like a value of its column rather than its name.
pub fn is_value_like(cell: &str, tally: &ColumnTally) -> bool {
    let cell = cell.trim();
    let examples = tally.first_values(20);
    if examples.is_empty() {
        return false;
    }
    let kind = kind_of(cell);
    // Years as headers of columns of numbers are names.
    let is_year = cell.len() == 4 && cell.parse().is_ok_and(|year: u32| (1900..=2100).contains(&year));
    if kind == Kind::Words {
        // The same text as in the rows below: a country, a unit, a flow, the name of a frequent party.
        return tally.holds(cell);
    }
    let n_same = examples.iter().filter(|value| kind_of(value) == kind).count();
    !(is_year && kind == Kind::Number) && n_same * 4 >= examples.len() * 3
}

/// The kinds by which a header cell is compared with the values below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Date,
    Number,
    Country,
    Word,
    Words,
}

fn kind_of(text: &str) -> Kind {
    let first = text.chars().next();
    if date_forms::readings(text).iter().any(|reading| !reading.is_compact) {
        Kind::Date
    } else if first.is_some_and(|letter| letter.is_ascii_digit() || letter == '-')
        && text.chars().all(|letter| letter.is_ascii_digit() || " .,-/".contains(letter))
    {
        Kind::Number
    } else if value_words::word(text).is_some_and(|word| word.is_currency || word.flow.is_some() && text.chars().count() > 1) {
        Kind::Word
    } else if text.len() > 3 && CountryCode::parse(text).is_some() {
        Kind::Country
    } else {
        Kind::Words
    }
}
