//! Which of the first rows of a table is its header.
//!
//! In: the cells of the first rows, and how many of them the vendor schema knows. Out: the place of the header.
//! Known cells decide, unless they stand in a row far narrower than the others: a title may name a unit or a country. Where none is known,
//! the header is told by its shape: filled like the rows below it, with words in every cell; a record has numbers in it.

/// A row is taken for the header if it fills so many thirds of the cells that the widest row does, with known cells …
const FILLED_THIRDS_KNOWN: usize = 1;
/// … and without.
const FILLED_THIRDS: usize = 2;

/// A row that may be the header.
pub trait HeaderRow {
    fn names(&self) -> &[String];
    fn n_known(&self) -> usize;
}

/// Returns the place of the header among rows that hold text.
pub fn choose<Row: HeaderRow>(rows: &[Row]) -> Option<usize> {
    let n_filled = |row: &Row| row.names().iter().filter(|name| !name.trim().is_empty()).count();
    let widest = rows.iter().map(n_filled).max()?;
    let fills = |row: &Row, thirds: usize| n_filled(row) * 3 >= widest * thirds;
    let n_known = |row: &Row| if fills(row, FILLED_THIRDS_KNOWN) { row.n_known() } else { 0 };
    let most_known = rows.iter().map(n_known).max()?;
    if most_known > 0 {
        return rows.iter().position(|row| n_known(row) == most_known);
    }
    let is_like_header =
        |row: &Row| fills(row, FILLED_THIRDS) && row.names().iter().all(|name| name.trim().is_empty() || is_word(name));
    rows.iter().position(is_like_header).or_else(|| rows.iter().position(|row| row.n_known() > 0)).or(Some(0))
}

/// Names of columns hold letters, and more of them than digits; numbers, dates and codes do not.
fn is_word(cell: &str) -> bool {
    let n_letters = cell.chars().filter(|letter| letter.is_alphabetic()).count();
    let n_digits = cell.chars().filter(char::is_ascii_digit).count();
    n_letters > 0 && n_letters >= n_digits
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Cells(usize, Vec<String>);

    impl HeaderRow for Cells {
        fn names(&self) -> &[String] {
            &self.1
        }

        fn n_known(&self) -> usize {
            self.0
        }
    }

    #[test]
    fn the_header_is_known_or_looks_like_one() {
        for (rows, expected, note) in [
            ("0:Imports of 2022|0:Date,Code,Firm|0:2022-02-24,8457,OOO A", 1, "below a title"),
            ("0:a,b|2:x,y,z|2:p,q,r", 1, "the first of those with the most known cells"),
            (
                "1:thousand dollars|0:Goods,2019,2020,2021|0:Lathes,1,2,3",
                0,
                "a narrow row with a known cell, and none that looks like one",
            ),
            ("1:thousand dollars|0:Goods,Code,Year,Sum|0:Lathes,1,2,3", 1, "a narrow row with a known cell"),
            ("0:2022,8457|0:2023,8458", 0, "no row looks like a header"),
            ("0:Код,Фирма,|0:1,2,3", 0, "letters of any script"),
            ("0:one,two|0:Q1 2022,2023-01", 0, "dates with a letter"),
        ] {
            let rows: Vec<Cells> = rows
                .split('|')
                .map(|row| row.split_once(':').unwrap())
                .map(|(n_known, cells)| Cells(n_known.parse().unwrap(), cells.split(',').map(str::to_owned).collect()))
                .collect();
            assert_eq!(choose(&rows), Some(expected), "{note}");
        }
        assert_eq!(choose::<Cells>(&[]), None);
    }
}
