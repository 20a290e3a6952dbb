//! The civil trade among which the planted declarations stand.
//!
//! In: a seed and invented firms. Out: some thirty thousand declarations that nobody looks for. A fair share is of goods on the
//! priority list: the goods alone must not answer the question.

use crate::generator::calendar::Day;
use crate::generator::declaration::{Change, Declaration, Line, invoice_in, line};
use crate::generator::goods::{AIRCRAFT, CIVIL, PRIORITY};
use crate::generator::parties::Civilians;
use crate::generator::random::Random;

const N_DECLARATIONS: usize = 30_700;

pub const FIRST_DAY: (i32, i32, i32) = (2012, 1, 1);
pub const LAST_DAY: (i32, i32, i32) = (2023, 12, 31);

pub fn declare(seed: u64, civilians: &Civilians) -> Vec<Declaration> {
    let mut random = Random::new(seed, "background", 0);
    (0..N_DECLARATIONS).map(|_| declare_one(&mut random, civilians)).collect()
}

fn declare_one(random: &mut Random, civilians: &Civilians) -> Declaration {
    let first = Day::new(FIRST_DAY.0, FIRST_DAY.1, FIRST_DAY.2);
    let last = Day::new(LAST_DAY.0, LAST_DAY.1, LAST_DAY.2);
    let day = first.plus(random.below(first.days_until(last) as usize + 1) as i32);
    let n_lines = if random.chance(780) { 1 } else { random.between(2, 5) };
    let lines: Vec<Line> = (0..n_lines).map(|_| civil_line(random, civilians, day)).collect();
    let foreign = civilians.foreign_side(random);
    let russian = civilians.russian_side(random);

    let mut declaration = if random.chance(920) {
        Declaration::import(day, foreign, russian, lines)
    } else {
        let mut export = Declaration::import(day, russian, foreign, lines);
        export.is_import = false;
        export.procedure = if random.chance(50) { "31" } else { "10" };
        export
    };
    if declaration.is_import {
        match random.below(100) {
            0..=2 => declaration.procedure = "53",
            3 | 4 => declaration.procedure = "80",
            5 => declaration.previous_procedure = "53",
            _ => {}
        }
    }
    declaration.completion = match random.below(1000) {
        0..=9 => "90",
        10..=14 => "95",
        15..=64 => "",
        _ => "10",
    };
    if random.chance(80) {
        declaration.origin = random.pick(&["CN", "VN", "MY", "DE", "US", "JP"]);
    }
    change(random, &mut declaration);
    if random.chance(350) {
        invoice_in(&mut declaration, random.pick(&["CNY", "EUR"]));
    }
    if (2015..=2022).contains(&day.year()) {
        declaration.in_second = random.chance(333);
        if random.chance(25) {
            declaration.in_first = false;
            declaration.in_second = true;
            declaration.missing_line = None;
        }
    }
    declaration
}

fn civil_line(random: &mut Random, civilians: &Civilians, day: Day) -> Line {
    let good = match random.below(1000) {
        0..=89 => random.pick(PRIORITY),
        90..=93 => random.pick(AIRCRAFT),
        _ => random.pick(CIVIL),
    };
    let mut line = line(good, random, day);
    if random.chance(300) {
        line.manufacturer = civilians.foreign[random.below_skewed(civilians.foreign.len())].latin_core();
    }
    if random.chance(4) {
        // A quote at the start of a field that does not close it.
        let word = &civilians.foreign[random.below(civilians.foreign.len())].word;
        line.russian = format!("\"{word}\" {}", line.russian);
        line.english = format!("\"{word}\" {} 2\"", line.english);
    }
    if random.chance(200) {
        line.brand.clone_from(&civilians.foreign[random.below_skewed(60)].word);
    }
    line
}

/// Amends, deletes or loses a line of some declarations.
fn change(random: &mut Random, declaration: &mut Declaration) {
    let published = declaration.day.plus(random.between(5, 90) as i32);
    let at = random.below(declaration.lines.len());
    match random.below(1000) {
        0..=19 => {
            let mut earlier = declaration.lines[at].clone();
            earlier.net_grams += earlier.net_grams / 7 + 1;
            earlier.gross_grams = earlier.net_grams + earlier.net_grams / 12;
            declaration.changes.push((at, Change::Amended { earlier: Box::new(earlier), published }));
        }
        20..=26 => declaration.changes.push((at, Change::Deleted { published })),
        27..=33 if declaration.lines.len() > 1 => declaration.missing_line = Some(at),
        _ => {}
    }
}
