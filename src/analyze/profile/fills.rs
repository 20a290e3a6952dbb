//! Which column fills which of ours, and why the others fill none.
//!
//! In: columns with what they look like and what their headers mean. Out: `fills` and `remark` of each.
//! Every column claims what its header speaks of, if its values agree; of several that claim one of ours the strongest gets it, and
//! the others say so. What no header speaks of is filled by its values alone only where one kind of column leaves no choice.

use super::tally::Counts;
use crate::model::column_words::{Meaning, Of, PartyRole};
use crate::model::file_profile::{ColumnProfile, HeaderKind, Looks};
use crate::model::role::Role;
use std::collections::BTreeMap;

/// A column that wants to fill one of ours; the greatest strength gets it.
struct Claim {
    target: String,
    strength: u32,
    column: usize,
}

/// Sets `fills` and `remark` of all columns.
pub fn assign(columns: &mut [ColumnProfile], meanings: &[Option<Meaning>], counts: &[Counts], header: HeaderKind, stem: &str) {
    let table = Table::read(columns, meanings, stem);
    let mut claims: Vec<Claim> = Vec::new();
    let mut refused: BTreeMap<usize, String> = BTreeMap::new();
    for (at, (column, meaning)) in columns.iter().zip(meanings).enumerate() {
        match meaning.as_ref().map(|meaning| table.claim(column, meaning)) {
            Some(Ok((target, strength))) => claims.push(Claim { target, strength: strength + fullness(column), column: at }),
            Some(Err(reason)) => {
                refused.insert(at, reason);
            }
            None => {}
        }
    }
    claims.sort_by_key(|claim| (claim.target.clone(), std::cmp::Reverse(claim.strength), claim.column));
    let mut owner: BTreeMap<String, usize> = BTreeMap::new();
    for claim in &claims {
        let Some(first) = owner.get(&claim.target) else {
            owner.insert(claim.target.clone(), claim.column);
            continue;
        };
        let why = if claim.target.starts_with("value_") {
            format!("another value than `{}`: never added to it", columns[*first].name)
        } else {
            format!("fills `{}` too, which `{}` fills", claim.target, columns[*first].name)
        };
        refused.insert(claim.column, why);
    }
    for (target, at) in from_values(columns, meanings, counts, header, &owner) {
        owner.insert(target, at);
    }
    for (target, at) in &owner {
        columns[*at].fills = Some(target.clone());
    }
    if let Some(year) = owner.get("date").copied()
        && let Some(month) = month_beside(columns, meanings, year)
    {
        for at in [year, month] {
            columns[at].fills = Some("date".to_owned());
            columns[at].is_joined = true;
        }
    }
    for (at, column) in columns.iter_mut().enumerate().filter(|(_, column)| column.fills.is_none()) {
        column.remark = refused.remove(&at).unwrap_or_else(|| unrecognized(column));
    }
}

/// Returns the only column of months beside one of years, where nothing better states the date.
fn month_beside(columns: &[ColumnProfile], meanings: &[Option<Meaning>], year: usize) -> Option<usize> {
    let forms = &columns[year].dates.as_ref()?.formats;
    if !forms.iter().all(|form| form.format == "%Y") {
        return None;
    }
    let is_month = |at: &usize| {
        let range = columns[*at].numbers.as_ref().and_then(|numbers| Some((numbers.min?, numbers.max?)));
        let is_said = matches!(meanings[*at], Some(Meaning::Date(_)));
        is_said && range.is_some_and(|(least, greatest)| least >= 1.0 && greatest <= 12.0) && *at != year
    };
    let months: Vec<usize> = (0..columns.len()).filter(is_month).collect();
    if let [only] = months[..] { Some(only) } else { None }
}

/// Of two columns that claim the same, the fuller one is better, if all else is equal.
fn fullness(column: &ColumnProfile) -> u32 {
    if column.n_filled == 0 { 0 } else { 1 + (column.fill_share * 8.0) as u32 }
}

fn unrecognized(column: &ColumnProfile) -> String {
    let more = if column.has_more_distinct { "more than " } else { "" };
    match column.looks {
        Looks::Empty => "empty".to_owned(),
        Looks::Party => "looks like names of parties, but their role is not said".to_owned(),
        Looks::Country => "looks like countries, but their role is not said".to_owned(),
        looks => format!("not recognized: looks like {}, {more}{} distinct values", looks.as_str(), column.n_distinct),
    }
}

/// What has to be known of the whole table before one column can claim anything.
struct Table {
    has_shipper: bool,
    has_consignee: bool,
    has_net: bool,
    has_gross: bool,
    has_currency: bool,
    /// The only flow of the table, where one is known.
    flow: Option<&'static str>,
}

impl Table {
    fn read(columns: &[ColumnProfile], meanings: &[Option<Meaning>], stem: &str) -> Table {
        let has_role = |wanted: Role| {
            columns.iter().zip(meanings).any(|(column, meaning)| {
                let is_named = matches!(meaning, Some(Meaning::Party { role: PartyRole::Of(role), of: Of::Party | Of::Name }) if *role == wanted);
                let is_column = matches!(meaning, Some(Meaning::Column(name)) if *name == format!("{}_name", wanted.as_str()));
                (is_named || is_column) && column.n_filled > 0
            })
        };
        let has_column = |wanted: &str| {
            columns
                .iter()
                .zip(meanings)
                .any(|(column, meaning)| column.n_filled > 0 && matches!(meaning, Some(Meaning::Column(name)) if name == wanted))
        };
        Table {
            has_shipper: has_role(Role::Shipper),
            has_consignee: has_role(Role::Consignee),
            has_net: has_column("net_weight_kg"),
            has_gross: has_column("gross_weight_kg"),
            has_currency: has_column("currency_code"),
            flow: super::guesses::only_flow(columns, stem),
        }
    }

    /// Returns the column of ours that a header speaks of and how strongly, or why its column cannot fill it.
    fn claim(&self, column: &ColumnProfile, meaning: &Meaning) -> Result<(String, u32), String> {
        let (target, strength) = match meaning {
            Meaning::Ignored(reason) if reason == "another date" && column.looks == Looks::Date => ("date".to_owned(), 10),
            Meaning::Ignored(reason) => return Err(reason.clone()),
            Meaning::Date(kind) => {
                let strength = match kind.as_str() {
                    "registration" => 90,
                    "generic" => 70,
                    "departure" | "arrival" => 50,
                    "bill" => 40,
                    _ => 20,
                };
                ("date".to_owned(), strength)
            }
            Meaning::Value { basis, currency } => return self.claim_value(column, basis, currency.as_deref()),
            Meaning::Weight if self.has_gross && self.has_net => return Err("a further weight beside net and gross".to_owned()),
            Meaning::Weight if self.has_gross => ("net_weight_kg".to_owned(), 30),
            Meaning::Weight => ("gross_weight_kg".to_owned(), 30),
            Meaning::Party { role: PartyRole::Partner, .. } | Meaning::Country => {
                let target = match self.flow {
                    Some("import") => "origin_country_code",
                    Some("export") => "destination_country_code",
                    _ => return Err("a country whose role depends on the flow of each record".to_owned()),
                };
                (target.to_owned(), 20)
            }
            Meaning::Party { role: PartyRole::Of(role), of } => {
                let (role, strength) = match role {
                    Role::Exporter if !self.has_shipper => (Role::Shipper, 40),
                    Role::Importer if !self.has_consignee => (Role::Consignee, 40),
                    role => (*role, 60),
                };
                let suffix = match (of, column.looks) {
                    (Of::Country, _) | (Of::Party, Looks::Country) => "country_code",
                    (Of::Party | Of::Name, Looks::Identifier | Looks::Number | Looks::Code | Looks::DocumentNumber) => {
                        "registration_id"
                    }
                    (Of::Id, Looks::Party | Looks::Description | Looks::Text) if !column.name.is_empty() => "name",
                    (Of::Id, _) => "registration_id",
                    (Of::Party | Of::Name, _) => "name",
                };
                // A name is what the header calls a name, before what it calls only by the role.
                let named = u32::from(*of == Of::Name);
                (format!("{}_{suffix}", role.as_str()), strength + named)
            }
            Meaning::OfNobody(Of::Id) if column.looks == Looks::HsCode => ("hs_code".to_owned(), 30),
            Meaning::OfNobody(Of::Id) => return Err("an identifier or code, but whose is not said".to_owned()),
            Meaning::OfNobody(_) if column.looks == Looks::Description => ("goods_description".to_owned(), 10),
            Meaning::OfNobody(_) => return Err("a name, but whose is not said".to_owned()),
            Meaning::Column(name) => (name.clone(), 60),
        };
        let contrary = |what: &str| {
            Err(match column.looks {
                Looks::Empty => "empty".to_owned(),
                looks => format!("the header says {what}, but the values look like {}", looks.as_str()),
            })
        };
        let looks = column.looks;
        let is_number = matches!(looks, Looks::Number | Looks::Quantity | Looks::Weight | Looks::Money | Looks::LineNumber);
        let is_zero = column.numbers.as_ref().is_some_and(|numbers| numbers.n_zero == column.n_filled);
        match target.as_str() {
            _ if looks == Looks::Empty => contrary("something"),
            _ if is_zero => Err("always zero".to_owned()),
            "line_number" if !is_number && looks != Looks::Code && looks != Looks::DocumentNumber => contrary("a line number"),
            "date" if looks != Looks::Date => contrary("date"),
            "hs_code" if looks != Looks::HsCode => contrary("tariff code"),
            // Of several levels of the code the finest is the one.
            "hs_code" => {
                let n_digits = column.codes.as_ref().map_or(0, |codes| codes.max_digits);
                Ok((target, strength + 4 * n_digits as u32))
            }
            "quantity" | "net_weight_kg" | "gross_weight_kg" if !is_number => contrary("a measure"),
            "goods_description" | "manufacturer_name" if is_number => contrary("words"),
            "flow" if looks != Looks::Flow => contrary("flow"),
            "currency_code" if is_number => contrary("currency"),
            name if name.ends_with("_country_code") && (is_number || looks == Looks::Date) => contrary("country"),
            _ => Ok((target, strength)),
        }
    }

    fn claim_value(&self, column: &ColumnProfile, basis: &str, currency: Option<&str>) -> Result<(String, u32), String> {
        if !matches!(column.looks, Looks::Money | Looks::Number | Looks::Weight | Looks::Quantity) {
            return Err(match column.looks {
                Looks::Empty => "empty".to_owned(),
                looks => format!("the header says value, but the values look like {}", looks.as_str()),
            });
        }
        if column.numbers.as_ref().is_some_and(|numbers| numbers.n_zero == column.n_filled) {
            return Err("always zero".to_owned());
        }
        let strength = match (currency, basis) {
            (_, "statistical") => 60,
            (_, "customs") => 50,
            (_, "cif") => {
                if self.flow == Some("export") {
                    35
                } else {
                    42
                }
            }
            (_, "fob") => {
                if self.flow == Some("export") {
                    42
                } else {
                    38
                }
            }
            (_, "cfr") => 30,
            (Some(_), "invoice") => 40,
            (None, "invoice") => 70,
            (_, _) => 45,
        };
        match currency {
            Some("USD") => Ok(("value_usd".to_owned(), strength)),
            Some(other) if self.has_currency && basis != "invoice" => {
                Err(format!("a value in {other}, another currency than the column of currencies says"))
            }
            _ => Ok(("value_original".to_owned(), strength)),
        }
    }
}

/// Returns what values alone can fill, where one column of a kind leaves no choice.
fn from_values(
    columns: &[ColumnProfile],
    meanings: &[Option<Meaning>],
    counts: &[Counts],
    header: HeaderKind,
    owner: &BTreeMap<String, usize>,
) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let is_free = |at: &usize| !owner.values().any(|taken| taken == at) && meanings[*at].is_none();
    let mut fill = |target: &str, candidates: Vec<usize>| {
        if let ([only], false) = (&candidates[..], owner.contains_key(target)) {
            found.push((target.to_owned(), *only));
        }
    };
    let looking =
        |looks: Looks| -> Vec<usize> { (0..columns.len()).filter(|at| is_free(at) && columns[*at].looks == looks).collect() };
    fill("date", looking(Looks::Date));
    fill("flow", looking(Looks::Flow));
    fill("currency_code", looking(Looks::Currency));
    // Of several levels of the code the finest is the one.
    let codes = looking(Looks::HsCode);
    let digits = |at: &usize| columns[*at].codes.as_ref().map_or(0, |codes| codes.max_digits);
    let finest = codes.iter().map(digits).max();
    fill("hs_code", codes.into_iter().filter(|at| Some(digits(at)) == finest).collect());
    let is_customs_number = |at: &usize| counts[*at].n_customs_number * 2 > counts[*at].n;
    fill("declaration_id", looking(Looks::DocumentNumber).into_iter().filter(is_customs_number).collect());
    if header == HeaderKind::Absent {
        fill("line_number", looking(Looks::LineNumber));
        fill("quantity_unit_code", looking(Looks::Unit));
        fill("goods_description", looking(Looks::Description));
    }
    found
}
