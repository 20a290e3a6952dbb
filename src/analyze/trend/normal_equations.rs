//! Small symmetric systems: Cholesky factors of at most sixteen columns, without a library behind.
//!
//! In: a positive definite matrix. Out: solutions and the inverse. A matrix that is singular within rounding has no factor; that is
//! how a design with columns that depend on each other is found out.

/// The most columns of a design: four of the change, eleven months, and the logarithm of alpha.
pub const MAX_COLUMNS: usize = 16;

/// A pivot this small beside its diagonal is rounding, not information.
const SINGULAR: f64 = 1e-11;

/// A symmetric matrix; both triangles are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Symmetric {
    size: usize,
    cells: [f64; MAX_COLUMNS * MAX_COLUMNS],
}

impl Symmetric {
    pub fn zero(size: usize) -> Self {
        assert!(size <= MAX_COLUMNS, "designs have at most {MAX_COLUMNS} columns");
        Symmetric { size, cells: [0.0; MAX_COLUMNS * MAX_COLUMNS] }
    }

    pub fn size(&self) -> usize {
        self.size
    }

    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.cells[row * MAX_COLUMNS + column]
    }

    pub fn set(&mut self, row: usize, column: usize, value: f64) {
        self.cells[row * MAX_COLUMNS + column] = value;
        self.cells[column * MAX_COLUMNS + row] = value;
    }

    /// Adds `weight` times the outer product of a row to the lower triangle; `mirror` completes the matrix.
    pub fn add_row(&mut self, weight: f64, row: &[f64]) {
        for (at, cell) in row.iter().enumerate() {
            let weighted = weight * cell;
            for (sum, other) in self.cells[at * MAX_COLUMNS..].iter_mut().zip(&row[..=at]) {
                *sum += weighted * other;
            }
        }
    }

    /// Copies the lower triangle to the upper one.
    pub fn mirror(&mut self) {
        for row in 0..self.size {
            for column in 0..row {
                self.cells[column * MAX_COLUMNS + row] = self.at(row, column);
            }
        }
    }

    /// Returns the matrix times a factor.
    pub fn scaled(&self, factor: f64) -> Symmetric {
        let mut scaled = self.clone();
        scaled.cells.iter_mut().for_each(|cell| *cell *= factor);
        scaled
    }

    /// Returns `left` · matrix · `right`.
    pub fn form(&self, left: &[f64], right: &[f64]) -> f64 {
        (0..self.size).map(|row| left[row] * (0..self.size).map(|column| self.at(row, column) * right[column]).sum::<f64>()).sum()
    }

    /// Returns matrix · `middle` · matrix.
    pub fn around(&self, middle: &Symmetric) -> Symmetric {
        let size = self.size;
        let mut half = Symmetric::zero(size);
        for row in 0..size {
            for column in 0..size {
                half.cells[row * MAX_COLUMNS + column] = (0..size).map(|at| self.at(row, at) * middle.at(at, column)).sum();
            }
        }
        let mut product = Symmetric::zero(size);
        for row in 0..size {
            for column in 0..=row {
                product.set(row, column, (0..size).map(|at| half.at(row, at) * self.at(at, column)).sum());
            }
        }
        product
    }

    /// Returns the lower Cholesky factor of the lower triangle; `None` where the matrix is not positive definite within rounding.
    pub fn factor(&self) -> Option<Factor> {
        let size = self.size;
        let mut lower = self.cells;
        for column in 0..size {
            let start = column * MAX_COLUMNS;
            let pivot = lower[start + column] - (0..column).map(|at| lower[start + at] * lower[start + at]).sum::<f64>();
            if pivot.is_nan() || pivot <= SINGULAR * self.at(column, column) {
                return None;
            }
            let root = pivot.sqrt();
            lower[start + column] = root;
            for row in column + 1..size {
                let below = row * MAX_COLUMNS;
                let sum: f64 = (0..column).map(|at| lower[below + at] * lower[start + at]).sum();
                lower[below + column] = (lower[below + column] - sum) / root;
            }
        }
        Some(Factor { size, lower })
    }
}

/// A Cholesky factor.
pub struct Factor {
    size: usize,
    lower: [f64; MAX_COLUMNS * MAX_COLUMNS],
}

impl Factor {
    /// Solves in place.
    pub fn solve(&self, right: &mut [f64]) {
        for row in 0..self.size {
            let sum: f64 = (0..row).map(|at| self.lower[row * MAX_COLUMNS + at] * right[at]).sum();
            right[row] = (right[row] - sum) / self.lower[row * MAX_COLUMNS + row];
        }
        for row in (0..self.size).rev() {
            let sum: f64 = (row + 1..self.size).map(|at| self.lower[at * MAX_COLUMNS + row] * right[at]).sum();
            right[row] = (right[row] - sum) / self.lower[row * MAX_COLUMNS + row];
        }
    }

    pub fn inverse(&self) -> Symmetric {
        let mut inverse = Symmetric::zero(self.size);
        for column in 0..self.size {
            let mut unit = [0.0; MAX_COLUMNS];
            unit[column] = 1.0;
            self.solve(&mut unit[..self.size]);
            for (row, value) in unit[..=column].iter().enumerate() {
                inverse.set(row, column, *value);
            }
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_times_its_inverse_is_one() {
        let rows = [[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]];
        let mut matrix = Symmetric::zero(3);
        for (at, row) in rows.iter().enumerate() {
            for (other, cell) in row.iter().enumerate() {
                matrix.set(at, other, *cell);
            }
        }
        let inverse = matrix.factor().expect("it is positive definite").inverse();
        for (at, row) in rows.iter().enumerate() {
            for other in 0..3 {
                let product: f64 = (0..3).map(|inner| row[inner] * inverse.at(inner, other)).sum();
                assert!((product - f64::from(u8::from(at == other))).abs() < 1e-14, "{at} {other}: {product}");
            }
        }
    }

    #[test]
    fn columns_that_depend_on_each_other_have_no_factor() {
        let mut matrix = Symmetric::zero(2);
        for row in [[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]] {
            matrix.add_row(1.0, &row);
        }
        assert!(matrix.factor().is_none());
    }
}
