//! Declarations before any vendor has written them down.
//!
//! In: parties, goods, a day. Out: declarations with lines, their later changes, and what the answer key says of them. Serial
//! numbers are given last, by day, so that a number tells nothing about why a declaration was made.

use crate::generator::calendar::Day;
use crate::generator::goods::{Good, Unit};
use crate::generator::parties::Side;
use crate::generator::random::Random;

#[derive(Clone, Debug)]
pub struct Line {
    pub russian: String,
    pub english: String,
    pub code: String,
    pub manufacturer: String,
    pub brand: String,
    pub model: String,
    pub quantity: u64,
    pub unit: Unit,
    pub net_grams: u64,
    pub gross_grams: u64,
    pub invoice_cents: u64,
    pub usd_cents: u64,
}

/// What becomes of a line after it was first published.
#[derive(Clone, Debug)]
pub enum Change {
    /// The line first said something else.
    Amended {
        earlier: Box<Line>,
        published: Day,
    },
    Deleted {
        published: Day,
    },
}

/// What the answer key says of a declaration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Answer {
    /// Counts; how the parties can be found.
    Planted(&'static str),
    /// Does not count; why.
    Decoy(&'static str),
    /// A careful reader would say "probably"; why.
    Ambiguous(&'static str),
}

#[derive(Clone, Debug)]
pub struct Declaration {
    pub day: Day,
    pub serial: usize,
    pub is_import: bool,
    pub procedure: &'static str,
    pub previous_procedure: &'static str,
    /// `10` released, `90` refused, `95` withdrawn, empty unknown.
    pub completion: &'static str,
    pub sender: Side,
    pub receiver: Side,
    pub origin: &'static str,
    pub currency: &'static str,
    pub lines: Vec<Line>,
    /// By index of line.
    pub changes: Vec<(usize, Change)>,
    /// Index of a line that the first vendor lacks.
    pub missing_line: Option<usize>,
    pub in_first: bool,
    pub in_second: bool,
    pub answer: Option<Answer>,
    pub notes: Vec<&'static str>,
}

impl Declaration {
    pub fn import(day: Day, sender: Side, receiver: Side, lines: Vec<Line>) -> Self {
        let origin = sender.country;
        Declaration {
            day,
            serial: 0,
            is_import: true,
            procedure: "40",
            previous_procedure: "00",
            completion: "10",
            sender,
            receiver,
            origin,
            currency: "USD",
            lines,
            changes: Vec::new(),
            missing_line: None,
            in_first: true,
            in_second: false,
            answer: None,
            notes: Vec::new(),
        }
    }

    /// Returns the number as the first vendor writes it. The customs post 00000000 does not exist.
    pub fn number(&self) -> String {
        format!("00000000/{}/{:07}", self.day.short(), self.serial)
    }

    /// Returns the number as the second vendor writes it.
    pub fn second_number(&self) -> String {
        match self.serial % 3 {
            0 => self.number().replace('/', "-"),
            1 => self.number().replace('/', " "),
            _ => format!("00000000 / {} / {:07}", self.day.short(), self.serial),
        }
    }

    pub fn is_planted(&self) -> bool {
        matches!(self.answer, Some(Answer::Planted(_)))
    }
}

/// Sorts by day and numbers from 1, never starting again.
pub fn number(declarations: &mut [Declaration]) {
    declarations.sort_by_key(|declaration| declaration.day);
    for (at, declaration) in declarations.iter_mut().enumerate() {
        declaration.serial = at + 1;
    }
}

/// Returns a line of these goods with a quantity, a weight and a value of its own.
pub fn line(good: Good, random: &mut Random, day: Day) -> Line {
    let digit = random.between(1, 9).to_string();
    let most = (300_000 / good.grams.min(300_000)).clamp(1, 2_000);
    let quantity = random.between(1, most);
    let net_grams = (quantity * good.grams * random.between(90, 110) / 100).max(1);
    let usd_cents = (net_grams * good.cents / 1000 * random.between(80, 125) / 100).max(100);
    let model = if good.has_model() && random.chance(600) {
        format!("{}{}-{}", random.pick(&["S", "T", "K", "HD"]), random.pick(&["A", "R", "X"]), random.between(10, 99))
    } else {
        String::new()
    };
    Line {
        russian: good.russian.replace("{n}", &digit),
        english: good.english.replace("{n}", &digit),
        code: good.code_on(day).to_owned(),
        manufacturer: String::new(),
        brand: String::new(),
        model,
        quantity,
        unit: good.unit,
        net_grams,
        gross_grams: net_grams + net_grams / random.between(10, 20),
        invoice_cents: usd_cents,
        usd_cents,
    }
}

/// States the invoice in a currency of the contract; statistical values stay in US dollars.
pub fn invoice_in(declaration: &mut Declaration, currency: &'static str) {
    let per_mille: u64 = match currency {
        "CNY" => 6_700,
        "EUR" => 880,
        _ => 1_000,
    };
    declaration.currency = currency;
    let earlier = declaration.changes.iter_mut().filter_map(|(_, change)| match change {
        Change::Amended { earlier, .. } => Some(earlier.as_mut()),
        Change::Deleted { .. } => None,
    });
    for line in declaration.lines.iter_mut().chain(earlier) {
        line.invoice_cents = line.usd_cents * per_mille / 1000;
    }
}
