//! Calendar days as numbers.
//!
//! In: year, month, day. Out: a day that can be added to, compared and taken apart. Days are counted in a year that begins in
//! March, so that the leap day is the last one.

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Day(i32);

impl Day {
    pub fn new(year: i32, month: i32, day: i32) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Day(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year)
    }

    fn parts(self) -> (i32, i32, i32) {
        let (era, of_era) = (self.0.div_euclid(146_097), self.0.rem_euclid(146_097));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (era * 400 + year + i32::from(month <= 2), month, day)
    }

    pub fn year(self) -> i32 {
        self.parts().0
    }

    pub fn plus(self, days: i32) -> Self {
        Day(self.0 + days)
    }

    pub fn days_until(self, later: Day) -> i32 {
        later.0 - self.0
    }

    /// Prints `2022-02-24`.
    pub fn iso(self) -> String {
        let (year, month, day) = self.parts();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Prints `24.02.2022`.
    pub fn dotted(self) -> String {
        let (year, month, day) = self.parts();
        format!("{day:02}.{month:02}.{year:04}")
    }

    /// Prints `240222`, as in declaration numbers.
    pub fn short(self) -> String {
        let (year, month, day) = self.parts();
        format!("{day:02}{month:02}{:02}", year % 100)
    }
}
