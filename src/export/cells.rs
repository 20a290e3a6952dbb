//! CSV cells that are safe in a spreadsheet, and numbers printed from integers.

use std::borrow::Cow;

/// Letters at which a spreadsheet takes a cell for a formula, their full-width forms included.
const FORMULA_STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Returns a text that no spreadsheet runs: one that looks like a formula gets an apostrophe in front.
pub fn neutralize(text: &str) -> Cow<'_, str> {
    if text.trim_start_matches(' ').starts_with(FORMULA_STARTS) && text.parse::<f64>().is_err() {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns an integer of hundredths (cents) or thousandths (grams as kilograms) as a decimal number without needless zeros behind.
pub fn scaled(value: i64, n_decimals: usize) -> String {
    let unit = 10_i128.pow(n_decimals as u32);
    let magnitude = i128::from(value).abs();
    let sign = if value < 0 { "-" } else { "" };
    let fraction = format!("{:0n_decimals$}", magnitude % unit);
    format!("{sign}{}.{fraction}", magnitude / unit)
}

/// Returns a share as a number with four decimals, or nothing where there is nothing to share.
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let per_myriad = (u128::from(part) * 20_000 / u128::from(whole)).div_ceil(2);
    format!("{}.{:04}", per_myriad / 10_000, per_myriad % 10_000)
}

/// Returns a number with at most twelve digits, without needless zeros; nothing where there is no number, `inf` where it has no bound.
///
/// Machines differ by the last digits of logarithms: what is printed has fewer.
pub fn plain_number(number: f64) -> String {
    if number.is_nan() {
        return String::new();
    }
    let rounded: f64 = format!("{number:.11e}").parse().unwrap_or(number);
    let size = rounded.abs();
    if rounded == 0.0 {
        "0".to_owned()
    } else if (1e-4..1e15).contains(&size) || rounded.is_infinite() {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralized_and_numbers_are_not() {
        for text in ["=1+1", "+SUM(A1)", "@x", "-cmd|' /C calc'!A0", "＝1", " =1"] {
            assert_eq!(neutralize(text), format!("'{text}"), "{text}");
        }
        for text in ["-12.5", "ООО Ромашка", "", "+7"] {
            assert_eq!(neutralize(text), text, "{text}");
        }
    }

    #[test]
    fn numbers_have_twelve_digits_at_most() {
        for (number, expected) in [
            (1.0 / 3.0, "0.333333333333"),
            (2.0, "2"),
            (-0.0, "0"),
            (1.5e-7, "1.5e-7"),
            (123_456_789_012.345, "123456789012"),
            (f64::INFINITY, "inf"),
            (f64::NAN, ""),
        ] {
            assert_eq!(plain_number(number), expected);
        }
    }

    #[test]
    fn integers_print_as_decimals() {
        assert_eq!(scaled(-1_005, 2), "-10.05");
        assert_eq!(scaled(7, 3), "0.007");
        assert_eq!(share(1, 3), "0.3333");
        assert_eq!(share(2, 3), "0.6667");
    }
}
