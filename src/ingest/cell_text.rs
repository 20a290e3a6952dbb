//! A cell of a workbook as text without loss.
//!
//! In: a cell and its style. Out: its text.
//! What a cell shows and what it holds may differ: dates become ISO text, numbers all their digits, and a number format of zeros
//! alone (`00000000`, by which spreadsheets keep leading zeros of codes) is carried out, everything else that only dresses a
//! number is not.

use calamine::{Data, DataRef, ExcelDateTime, Style};

/// Codes have fewer digits.
const MAX_PADDED_DIGITS: usize = 32;
/// The first serial number behind 9999-12-31.
const END_OF_DATES: f64 = 2_958_466.0;

/// Returns a cell as text without loss; a whole number of fewer than `n_digits` is filled up with zeros.
pub fn text_of(cell: &DataRef<'_>, n_digits: usize) -> String {
    match cell {
        DataRef::Empty => String::new(),
        DataRef::String(text) => restore_null(text),
        DataRef::SharedString(text) => restore_null(text),
        DataRef::Int(number) => format!("{number:0n_digits$}"),
        DataRef::Float(number) => text_of_number(*number, n_digits),
        DataRef::Bool(is_true) => if *is_true { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(moment) => text_of_moment(moment),
        DataRef::DateTimeIso(text) => text.strip_suffix("T00:00:00").unwrap_or(text).to_owned(),
        DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
    }
}

/// Returns a cell of a loaded sheet as text. Its style is not known, so that zeros that only its format shows are not there.
pub fn text_of_loaded(cell: &Data) -> String {
    let cell = match cell {
        Data::Empty => DataRef::Empty,
        Data::String(text) => DataRef::SharedString(text),
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::Bool(is_true) => DataRef::Bool(*is_true),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
    };
    text_of(&cell, 0)
}

/// XML cannot hold the character 0, so workbooks write `_x0000_`, which some vendors use as an empty cell.
fn restore_null(text: &str) -> String {
    text.replace('\0', "_x0000_")
}

/// Rust prints the shortest digits that give the same number again, and never an exponent.
fn text_of_number(number: f64, n_digits: usize) -> String {
    if number == 0.0 {
        // There is a negative zero too.
        format!("{:0n_digits$}", 0)
    } else if number.fract() == 0.0 {
        format!("{number:0n_digits$}")
    } else {
        number.to_string()
    }
}

/// Returns a day, a day with its time if that is not midnight, or a time alone; what is no date in spite of its format stays a
/// number.
fn text_of_moment(moment: &ExcelDateTime) -> String {
    let serial = moment.as_f64();
    if moment.is_duration() || !(0.0..END_OF_DATES).contains(&serial) {
        return text_of_number(serial, 0);
    }
    let (year, month, day, hour, minute, second, millisecond) = moment.to_ymd_hms_milli();
    let time = match millisecond {
        0 => format!("{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}.{millisecond:03}"),
    };
    if serial < 1.0 {
        time
    } else if time == "00:00:00" {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{time}")
    }
}

/// Returns the digits that the number format of a style fills up with zeros, 0 for none.
pub fn padded_digits(style: &Style) -> usize {
    let code = style.number_format.as_ref().map_or("", |format| format.format_code.as_str());
    if code.len() > 1 && code.bytes().all(|byte| byte == b'0') { code.len().min(MAX_PADDED_DIGITS) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{CellErrorType, ExcelDateTimeType};

    #[test]
    fn cells_become_text_without_loss() {
        let date = |serial| DataRef::DateTime(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, false));
        let duration = DataRef::DateTime(ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false));
        for (cell, n_digits, expected) in [
            (DataRef::Empty, 8, ""),
            (DataRef::Int(102), 0, "102"),
            (DataRef::Int(102), 4, "0102"),
            (DataRef::Float(1_022_100.0), 8, "01022100"),
            (DataRef::Float(123_456.0), 4, "123456"),
            (DataRef::Float(1e15), 0, "1000000000000000"),
            (DataRef::Float(-0.0), 0, "0"),
            (DataRef::Float(-0.0), 4, "0000"),
            (DataRef::Float(0.5), 4, "0.5"),
            (DataRef::SharedString("0102"), 8, "0102"),
            (DataRef::String("a\0b".to_owned()), 0, "a_x0000_b"),
            (date(44616.0), 0, "2022-02-24"),
            (date(44616.75), 0, "2022-02-24T18:00:00"),
            (date(0.25), 0, "06:00:00"),
            (date(2_958_465.0), 0, "9999-12-31"),
            (date(2_958_466.0), 0, "2958466"),
            (date(-1.0), 0, "-1"),
            (duration, 0, "1.5"),
            (DataRef::DateTimeIso("2022-02-24T00:00:00".to_owned()), 0, "2022-02-24"),
            (DataRef::Bool(false), 0, "FALSE"),
            (DataRef::Error(CellErrorType::NA), 0, "#N/A"),
        ] {
            assert_eq!(text_of(&cell, n_digits), expected, "{cell:?}");
        }
    }
}
