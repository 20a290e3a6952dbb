//! A share in a company, exact to the fourth decimal of a percent.

use serde::{Serialize, Serializer};
use std::fmt;

/// A share as ten-thousandths of a percent: 49.99 % is 499,900 of them and stays below half, which binary floats do not promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u32);

impl Share {
    pub const NONE: Share = Share(0);
    pub const HALF: Share = Share(500_000);
    pub const WHOLE: Share = Share(1_000_000);

    /// Reads percents such as `49.99`, from 0 to 100. Decimals behind the fourth are cut, so that 49.99999 stays below half.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('%').trim_end();
        let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || !is_number(whole) || !is_number(decimals) {
            return None;
        }
        let percents: u32 = whole.parse().ok()?;
        let digits = decimals.bytes().chain(std::iter::repeat(b'0')).take(4);
        let units = digits.fold(percents, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        // `100.00001` is more than the whole, although its cut digits are none.
        let has_rest = decimals.bytes().skip(4).any(|digit| digit != b'0');
        (units < Share::WHOLE.0 || units == Share::WHOLE.0 && !has_rest).then_some(Share(units))
    }

    /// Returns the share that a number of percents was written as: its shortest decimal digits are read.
    pub fn of_percent(percent: f64) -> Option<Self> {
        Share::parse(&percent.to_string())
    }

    /// Returns the share of so many ten-thousandths of a percent; more than the whole is the whole.
    pub fn of_units(units: u64) -> Self {
        Share(u32::try_from(units).map_or(Share::WHOLE.0, |units| units.min(Share::WHOLE.0)))
    }

    /// Returns ten-thousandths of a percent.
    pub fn units(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Share {
    /// Writes percents without a sign: `49.99`, `100`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{:04}", self.0 % 10_000);
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{}", self.0 / 10_000),
            decimals => write!(f, "{}.{decimals}", self.0 / 10_000),
        }
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_to_the_fourth_decimal() {
        for (text, expected) in [
            ("50", Some("50")),
            ("49.99", Some("49.99")),
            ("49.99999", Some("49.9999")),
            ("49,5 %", Some("49.5")),
            ("0.00005", Some("0")),
            ("100.0000", Some("100")),
            ("100.00001", None),
            ("101", None),
            ("-1", None),
            ("", None),
            (".5", None),
            ("1e1", None),
            ("fifty", None),
        ] {
            assert_eq!(Share::parse(text).map(|share| share.to_string()).as_deref(), expected, "{text}");
        }
        assert!(Share::of_percent(49.999999) < Some(Share::HALF));
        assert_eq!(Share::of_percent(f64::NAN), None);
    }
}
