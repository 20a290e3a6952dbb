//! The planted declarations, those that only look like them, and a few on which careful readers may differ.
//!
//! In: a seed, the number to plant, invented firms. Out: declarations that carry their answer. A planted one is easy on at most
//! one side: where its difficulty is a spelling, no tax number gives it away.

use crate::generator::calendar::Day;
use crate::generator::declaration::{Answer, Change, Declaration, Line, invoice_in, line};
use crate::generator::goods::{AIRCRAFT, CIVIL, HEADSETS, HELICOPTER_MODEL, HELICOPTER_TEXT, LAMPS, PHONES, PRIORITY};
use crate::generator::listed::{CONSIGNEE_NAMESAKES, CONSIGNEES, Company, HEADSET_VENDOR, SHIPPER_NAMESAKES, SHIPPERS};
use crate::generator::parties::{Civilians, Side, branch_code, tax_number};
use crate::generator::random::Random;

pub const FIRST_YEAR: i32 = 2014;
pub const LAST_YEAR: i32 = 2022;

/// How a year's share of the planted declarations compares with the others, 2014 to 2022.
const YEAR_SHARES: [usize; 9] = [14, 22, 30, 36, 38, 40, 34, 37, 30];

/// Of twenty planted declarations, how each can be found.
const WAYS: [Way; 20] = {
    use Way::*;
    [
        Exact,
        Variant,
        OtherScript,
        Exact,
        Identifier,
        Exact,
        Variant,
        Exact,
        SecondVendor,
        Exact,
        Variant,
        OtherScript,
        Exact,
        Principal,
        Exact,
        Identifier,
        Variant,
        Exact,
        OtherScript,
        Exact,
    ]
};

/// From this many on, the first and the last day of the window and of a membership are planted too.
const ENOUGH_FOR_EDGES: usize = 90;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Exact,
    Variant,
    OtherScript,
    Identifier,
    Principal,
    SecondVendor,
}

impl Way {
    fn word(self) -> &'static str {
        match self {
            Way::Exact => "exact",
            Way::Variant => "variant",
            Way::OtherScript => "other_script",
            Way::Identifier => "identifier",
            Way::Principal => "principal",
            Way::SecondVendor => "second_vendor",
        }
    }
}

pub fn declare(seed: u64, n_planted: usize, civilians: &Civilians) -> Vec<Declaration> {
    let planted = plant(seed, n_planted, civilians);
    let mut declarations = change_regime(seed, &planted);
    declarations.extend(planted);
    declarations.extend(mislead(seed, civilians));
    declarations.extend(leave_open(seed));
    declarations
}

// The planted ones.

fn plant(seed: u64, n_planted: usize, civilians: &Civilians) -> Vec<Declaration> {
    let mut random = Random::new(seed, "planted", 0);
    let mut ways: Vec<Way> = WAYS.iter().copied().cycle().take(n_planted).collect();
    random.shuffle(&mut ways);
    let mut declarations: Vec<Declaration> = Vec::new();
    for (at, (year, way)) in years(n_planted).into_iter().zip(ways).enumerate() {
        let like_the_last =
            at % 30 == 17 && declarations.last().is_some_and(|last| last.day.year() == year && last.notes.is_empty());
        let declaration = match declarations.last_mut() {
            Some(last) if like_the_last => {
                last.notes.push("alike_but_for_weight");
                let mut twin = last.clone();
                twin.lines.iter_mut().for_each(|line| add_weight(line, at as u64 + 3));
                twin
            }
            _ => plant_one(&mut random, civilians, way, random_day(&mut Random::new(seed, "day", at as u64), year, year)),
        };
        declarations.push(declaration);
    }
    if n_planted >= ENOUGH_FOR_EDGES {
        plant_edges(&mut random, &mut declarations);
    }
    plant_stray_quotes(&mut declarations);
    declarations
}

/// Apportions the number to the years by largest remainder; earlier years win ties.
fn years(n_planted: usize) -> Vec<i32> {
    let total: usize = YEAR_SHARES.iter().sum();
    let mut counts: Vec<usize> = YEAR_SHARES.iter().map(|share| share * n_planted / total).collect();
    let mut by_remainder: Vec<usize> = (0..counts.len()).collect();
    by_remainder.sort_by_key(|&at| std::cmp::Reverse(YEAR_SHARES[at] * n_planted % total));
    let missing = n_planted - counts.iter().sum::<usize>();
    by_remainder.into_iter().take(missing).for_each(|at| counts[at] += 1);
    (FIRST_YEAR..=LAST_YEAR).zip(counts).flat_map(|(year, count)| std::iter::repeat_n(year, count)).collect()
}

fn plant_one(random: &mut Random, civilians: &Civilians, way: Way, day: Day) -> Declaration {
    // The second vendor's file begins in 2015.
    let way = if way == Way::SecondVendor && day.year() < 2015 { Way::Variant } else { way };
    let shipper = pick_shipper(random, day, way);
    let consignee = pick_consignee(random, way);
    let (sender, receiver) = (exact_shipper(random, shipper), exact_consignee(random, consignee));
    let lines = planted_lines(random, day);
    let mut declaration = Declaration::import(day, sender, receiver, lines);
    declaration.answer = Some(Answer::Planted(way.word()));
    declaration.completion = if random.chance(90) { "" } else { "10" };
    if declaration.lines.len() > 1 {
        declaration.notes.push("multi_line");
    }
    let on_shipper = random.chance(500);
    match way {
        Way::Exact => {
            declaration.in_second = day.year() >= 2015 && random.chance(450);
            if day.year() >= 2015 && random.chance(60) {
                declaration.in_first = false;
                declaration.in_second = true;
                declaration.notes.push("only_second_vendor");
            }
        }
        Way::Variant if on_shipper => {
            let name = random.pick(shipper.variants);
            declaration.sender = shipper.side(name, name);
            declaration.in_second = day.year() >= 2015 && random.chance(300);
        }
        Way::Variant => {
            let name = random.pick(consignee.variants);
            declaration.receiver = consignee.side(name, "");
        }
        Way::OtherScript if on_shipper && day.year() >= 2015 && random.chance(350) => {
            let name = shipper.chinese.unwrap_or(shipper.second_exact[0]);
            declaration.sender = shipper.side("", name);
            declaration.in_first = false;
            declaration.in_second = true;
            declaration.notes.push("only_second_vendor");
        }
        Way::OtherScript if on_shipper => {
            let name = random.pick(shipper.other_script);
            declaration.sender = shipper.side(name, "");
        }
        Way::OtherScript => {
            let name = random.pick(consignee.other_script);
            declaration.receiver = consignee.side(name, name);
            declaration.in_second = day.year() >= 2015 && random.chance(300);
        }
        Way::Identifier => hide_behind_identifier(random, &mut declaration, shipper, consignee),
        Way::Principal => hide_behind_agent(random, civilians, &mut declaration, shipper, consignee),
        Way::SecondVendor => hide_from_first_vendor(random, &mut declaration, shipper, consignee),
    }
    if declaration.in_first && way != Way::SecondVendor {
        complicate(random, &mut declaration);
    }
    if random.chance(300) {
        invoice_in(&mut declaration, "CNY");
    }
    declaration
}

fn hide_behind_identifier(random: &mut Random, declaration: &mut Declaration, shipper: &Company, consignee: &Company) {
    let (is_shipper, company) = match (shipper.identifier(), consignee.identifier()) {
        (Some(_), _) if !shipper.vague.is_empty() && random.chance(350) => (true, shipper),
        _ => (false, consignee),
    };
    let identifier = company.identifier().expect("a consignee that is found by its identifier has one");
    let vague = random.pick(company.vague);
    let is_glued = random.chance(450);
    let mut side = match (is_glued, is_shipper) {
        (false, _) => company.side(vague, ""),
        (true, true) => company.side(&format!("{vague} USCC {identifier}"), ""),
        (true, false) if random.chance(500) => company.side(&format!("{vague} ИНН {identifier}"), ""),
        (true, false) => company.side(&format!("{identifier} {} {vague}", branch_code(&identifier)), ""),
    };
    if !is_glued {
        side.tax_id = identifier;
    }
    if is_shipper {
        declaration.sender = side;
    } else {
        declaration.receiver = side;
    }
}

fn hide_behind_agent(
    random: &mut Random,
    civilians: &Civilians,
    declaration: &mut Declaration,
    shipper: &Company,
    consignee: &Company,
) {
    if random.chance(600) {
        let agent = civilians.foreign[random.below(civilians.foreign.len())].latin_core();
        let phrase = random.pick(&["BY ORDER OF", "ON BEHALF OF", "ПО ПОРУЧЕНИЮ"]);
        let name = format!("{agent} CO LTD {phrase} {}", random.pick(shipper.exact));
        declaration.sender = shipper.side(&name, "");
    } else {
        let mut agent = civilians.russian[random.below(civilians.russian.len())].russian_side(random);
        agent.name = format!("{} ПО ПОРУЧЕНИЮ {}", agent.name, random.pick(&consignee.exact[..2]));
        declaration.receiver = agent;
    }
}

/// The first vendor lacks a party's name, or the line that matters.
fn hide_from_first_vendor(random: &mut Random, declaration: &mut Declaration, shipper: &Company, consignee: &Company) {
    let day = declaration.day;
    declaration.in_second = true;
    match random.below(4) {
        0 => {
            let sensitive = sensitive_line(random, day);
            let civil = line(random.pick(CIVIL), random, day);
            declaration.lines = vec![civil, sensitive];
            declaration.missing_line = Some(1);
            declaration.notes = vec!["line_only_in_second_vendor"];
        }
        1 => {
            let second_name = random.pick(consignee.second_exact);
            declaration.receiver = consignee.side(random.pick(&["", "НЕ УКАЗАН"]), second_name);
        }
        2 if shipper.chinese.is_some() => {
            let chinese = shipper.chinese.unwrap_or_default();
            let name = if shipper.id == "poly-technologies" { "БАОЛИ КЭЦЗИ" } else { "" };
            declaration.sender = shipper.side(name, chinese);
        }
        _ => {
            let second_name = random.pick(shipper.second_exact);
            declaration.sender = shipper.side(random.pick(&["", "НЕ УКАЗАН"]), second_name);
        }
    }
}

/// Adds what real files have: temporary imports, amendments, deleted and missing lines.
fn complicate(random: &mut Random, declaration: &mut Declaration) {
    let published = declaration.day.plus(random.between(6, 80) as i32);
    match random.below(100) {
        0..=9 => {
            declaration.procedure = "53";
            declaration.notes.push("temporary_import");
        }
        10..=13 if declaration.lines.len() == 1 => {
            let mut earlier = declaration.lines[0].clone();
            if random.chance(500) {
                let civil = line(random.pick(CIVIL), random, declaration.day);
                earlier =
                    Line { russian: civil.russian, english: civil.english, code: civil.code, model: civil.model, ..earlier };
            } else {
                add_weight(&mut earlier, 5);
            }
            declaration.changes.push((0, Change::Amended { earlier: Box::new(earlier), published }));
            declaration.notes.push("amended");
        }
        14..=17 => {
            let civil = line(random.pick(CIVIL), random, declaration.day);
            declaration.lines.push(civil);
            declaration.changes.push((declaration.lines.len() - 1, Change::Deleted { published }));
            declaration.notes.push("line_deleted");
        }
        18..=20 => {
            let mut heavier = declaration.lines[0].clone();
            add_weight(&mut heavier, 4);
            declaration.lines.push(heavier);
            declaration.notes.push("lines_alike_but_for_weight");
        }
        21..=23 => {
            let civil = line(random.pick(CIVIL), random, declaration.day);
            declaration.lines.push(civil);
            declaration.missing_line = Some(declaration.lines.len() - 1);
            declaration.notes.push("line_missing");
        }
        _ => {}
    }
}

/// Puts declarations on the first and last day of the window and on the first day of a membership.
fn plant_edges(random: &mut Random, declarations: &mut [Declaration]) {
    let is_plain =
        |declaration: &Declaration| declaration.changes.is_empty() && declaration.in_first && declaration.notes.is_empty();
    if let Some(first) = declarations.iter_mut().find(|declaration| is_plain(declaration)) {
        first.day = Day::new(FIRST_YEAR, 1, 1);
        first.notes.push("first_day_of_window");
    }
    if let Some(last) = declarations.iter_mut().rev().find(|declaration| is_plain(declaration)) {
        last.day = Day::new(LAST_YEAR, 12, 31);
        last.notes.push("last_day_of_window");
    }
    let joined = Day::new(2016, 3, 1);
    let member = SHIPPERS.iter().find(|company| company.id == "poly-velmarin-electronics");
    let edge = declarations.iter_mut().find(|declaration| {
        declaration.day.year() == 2016 && is_plain(declaration) && declaration.answer == Some(Answer::Planted("exact"))
    });
    if let (Some(member), Some(edge)) = (member, edge) {
        edge.day = joined;
        edge.sender = exact_shipper(random, member);
        edge.notes.push("first_day_of_membership");
    }
}

/// Three descriptions begin with a quote that closes no field.
fn plant_stray_quotes(declarations: &mut [Declaration]) {
    let plain = declarations.iter_mut().filter(|declaration| {
        declaration.answer == Some(Answer::Planted("exact")) && declaration.notes.is_empty() && declaration.changes.is_empty()
    });
    for declaration in plain.skip(5).step_by(20).take(3) {
        declaration.lines[0].russian = "\"ВОСТОК\" НАСОС ТОПЛИВНЫЙ ВЕРТОЛЕТА 2\"".to_owned();
        declaration.lines[0].english = "\"VOSTOK\" HELICOPTER FUEL PUMP 2\"".to_owned();
        declaration.notes.push("stray_quote");
    }
}

/// The later release for home use of machines that were first imported for a time: no new crossing.
fn change_regime(seed: u64, planted: &[Declaration]) -> Vec<Declaration> {
    let mut random = Random::new(seed, "change of regime", 0);
    let temporary = planted.iter().filter(|declaration| declaration.procedure == "53" && declaration.day.year() < LAST_YEAR - 1);
    let mut released = Vec::new();
    for first in temporary.take(15) {
        let mut later = first.clone();
        later.day = first.day.plus(random.between(90, 360) as i32);
        later.procedure = "40";
        later.previous_procedure = "53";
        later.completion = "10";
        later.in_second = false;
        later.changes.clear();
        later.missing_line = None;
        later.answer = Some(Answer::Decoy("change_of_regime"));
        later.notes.clear();
        released.push(later);
    }
    released
}

// Those that only look like them.

fn mislead(seed: u64, civilians: &Civilians) -> Vec<Declaration> {
    let mut random = Random::new(seed, "decoys", 0);
    let random = &mut random;
    let mut decoys = Vec::new();
    let mut add = |why_not: &'static str, mut declaration: Declaration| {
        declaration.answer = Some(Answer::Decoy(why_not));
        decoys.push(declaration);
    };

    for at in 0..75 {
        let day = random_day(random, FIRST_YEAR, LAST_YEAR);
        let mut declaration = between_right_parties(random, day, Vec::new());
        let n_lines = if random.chance(700) { 1 } else { random.between(2, 3) };
        declaration.lines = (0..n_lines).map(|_| line(random.pick(CIVIL), random, day)).collect();
        if at < 6 {
            declaration.lines.truncate(1);
            declaration.lines[0] = line(HEADSETS[0], random, day);
            declaration.lines[0].brand = "POLY".to_owned();
        }
        declaration.in_second = day.year() >= 2015 && random.chance(300);
        add("harmless_goods", declaration);
    }
    for _ in 0..6 {
        let day = random_day(random, FIRST_YEAR, 2021);
        let lamps = vec![line(LAMPS, random, day)];
        add("broad_code_only", between_right_parties(random, day, lamps));
    }
    for at in 0..45 {
        let (name, second_name, city) = SHIPPER_NAMESAKES[at % SHIPPER_NAMESAKES.len()];
        let mut declaration = sensitive_import(random);
        declaration.sender = foreign(name, second_name, city);
        declaration.in_second = declaration.day.year() >= 2015 && random.chance(300);
        add("namesake_shipper", declaration);
    }
    for at in 0..40 {
        let (name, second_name, city) = CONSIGNEE_NAMESAKES[at % CONSIGNEE_NAMESAKES.len()];
        let mut declaration = sensitive_import(random);
        // Both spellings of the car plant are one firm.
        let serial = 900_000 + (at % CONSIGNEE_NAMESAKES.len()).max(1) as u64;
        let tax_id = if random.chance(600) { tax_number(serial) } else { String::new() };
        declaration.receiver = russian(name, second_name, city, &tax_id);
        declaration.in_second = declaration.day.year() >= 2015 && random.chance(300);
        add(if at % CONSIGNEE_NAMESAKES.len() < 2 { "car_plant" } else { "namesake_consignee" }, declaration);
    }
    for _ in 0..20 {
        let mut declaration = sensitive_import(random);
        declaration.sender = civilians.foreign_side(random);
        add("civil_shipper", declaration);
    }
    for _ in 0..20 {
        let mut declaration = sensitive_import(random);
        declaration.receiver = civilians.russian_side(random);
        add("civil_consignee", declaration);
    }
    for at in 0..20 {
        let mut declaration = sensitive_import(random);
        declaration.lines = vec![line(HEADSETS[at % 2], random, declaration.day)];
        declaration.lines[0].brand = "POLY".to_owned();
        declaration.sender =
            if at % 4 < 2 { foreign(HEADSET_VENDOR, HEADSET_VENDOR, "KOWLOON") } else { civilians.foreign_side(random) };
        declaration.in_second = declaration.day.year() >= 2015 && random.chance(300);
        add("poly_headsets", declaration);
    }
    for at in 0..15 {
        let mut declaration = sensitive_import(random);
        declaration.lines = vec![line(PHONES[at % PHONES.len()], random, declaration.day)];
        declaration.lines[0].brand = "XIAOMI".to_owned();
        add("xiaomi_mi_8", declaration);
    }
    for at in 0..15 {
        let mut declaration = sensitive_import(random);
        let bank = ["BANK VELOGRUD", "VUNTOK COMMERCIAL BANK"][at % 2];
        let name = format!("{} {bank}", ["TO THE ORDER OF", "TO ORDER OF"][at / 2 % 2]);
        declaration.receiver = russian(&name, &name, "МОСКВА", "");
        add("bank_to_order", declaration);
    }
    for at in 0..40 {
        let day = match at {
            0 => Day::new(FIRST_YEAR - 1, 12, 31),
            1 => Day::new(LAST_YEAR + 1, 1, 1),
            _ if at % 3 == 0 => random_day(random, LAST_YEAR + 1, LAST_YEAR + 1),
            _ => random_day(random, FIRST_YEAR - 2, FIRST_YEAR - 1),
        };
        let lines = sensitive_lines(random, day);
        add("out_of_window", between_right_parties(random, day, lines));
    }
    for _ in 0..20 {
        let mut declaration = sensitive_import(random);
        let published = declaration.day.plus(random.between(4, 60) as i32);
        declaration.changes = (0..declaration.lines.len()).map(|at| (at, Change::Deleted { published })).collect();
        add("deleted", declaration);
    }
    for _ in 0..12 {
        let mut declaration = sensitive_import(random);
        let published = declaration.day.plus(random.between(4, 60) as i32);
        let civil = line(random.pick(CIVIL), random, declaration.day);
        declaration.lines.truncate(1);
        let earlier = std::mem::replace(&mut declaration.lines[0], civil);
        declaration.changes = vec![(0, Change::Amended { earlier: Box::new(earlier), published })];
        add("amended_to_harmless_goods", declaration);
    }
    for (why_not, completion, n) in [("refused", "90", 15), ("withdrawn", "95", 10)] {
        for _ in 0..n {
            let mut declaration = sensitive_import(random);
            declaration.completion = completion;
            declaration.in_second = declaration.day.year() >= 2015 && random.chance(200);
            add(why_not, declaration);
        }
    }
    for _ in 0..10 {
        let mut declaration = sensitive_import(random);
        declaration.procedure = "80";
        add("transit", declaration);
    }
    for _ in 0..15 {
        let mut declaration = sensitive_import(random);
        std::mem::swap(&mut declaration.sender, &mut declaration.receiver);
        declaration.is_import = false;
        declaration.procedure = "10";
        declaration.origin = "RU";
        add("export", declaration);
    }
    for at in 0..14 {
        let (id, day) = match at {
            0 => ("poly-velmarin-electronics", Day::new(2016, 2, 29)),
            1 => ("poly-sarbonik-machinery", Day::new(2020, 7, 1)),
            _ if at % 2 == 0 => ("poly-velmarin-electronics", random_day(random, FIRST_YEAR, 2015)),
            _ => ("poly-sarbonik-machinery", random_day(random, 2021, LAST_YEAR)),
        };
        let lines = sensitive_lines(random, day);
        let mut declaration = between_right_parties(random, day, lines);
        let company = SHIPPERS.iter().find(|company| company.id == id).expect("the company stands in the table");
        declaration.sender = exact_shipper(random, company);
        add("not_a_member_then", declaration);
    }
    for _ in 0..12 {
        let mut declaration = sensitive_import(random);
        declaration.sender = civilians.foreign_side(random);
        declaration.lines.iter_mut().for_each(|line| line.manufacturer = "POLY TECHNOLOGIES INC".to_owned());
        add("only_manufacturer", declaration);
    }
    decoys
}

/// Names cut or damaged so far that a careful reader would say "probably", and a membership without a known beginning.
fn leave_open(seed: u64) -> Vec<Declaration> {
    let mut random = Random::new(seed, "ambiguous", 0);
    let random = &mut random;
    let mut open = Vec::new();
    for name in DAMAGED_SHIPPERS {
        let mut declaration = sensitive_import(random);
        declaration.sender = foreign(name, name, "BEIJING");
        declaration.answer = Some(Answer::Ambiguous("damaged_shipper_name"));
        open.push(declaration);
    }
    for (name, city) in DAMAGED_CONSIGNEES {
        let mut declaration = sensitive_import(random);
        declaration.receiver = russian(name, name, city, "");
        declaration.answer = Some(Answer::Ambiguous("damaged_consignee_name"));
        open.push(declaration);
    }
    let unknown = SHIPPERS.iter().find(|company| company.id == "poly-meridane-supply").expect("the company stands in the table");
    for _ in 0..2 {
        let mut declaration = sensitive_import(random);
        declaration.sender = exact_shipper(random, unknown);
        declaration.answer = Some(Answer::Ambiguous("member_since_unknown"));
        open.push(declaration);
    }
    open
}

const DAMAGED_SHIPPERS: &[&str] = &["PULY TECHNOLGY INC", "PALY TECHNOLOGIES INC", "POLY TANDX AVIATION EXPORT"];

const DAMAGED_CONSIGNEES: &[(&str, &str)] =
    &[("АЛМАЗ АНТ.", "МОСКВА"), ("РОСБРОНЭКСПОРТ", "МОСКВА"), ("БАРНАУЛ. ПАТРОН. ЗАВОД", "БАРНАУЛ")];

// Parties, goods and days.

fn between_right_parties(random: &mut Random, day: Day, lines: Vec<Line>) -> Declaration {
    let shipper = pick_shipper(random, day, Way::Exact);
    let consignee = pick_consignee(random, Way::Exact);
    let (sender, receiver) = (exact_shipper(random, shipper), exact_consignee(random, consignee));
    Declaration::import(day, sender, receiver, lines)
}

fn sensitive_import(random: &mut Random) -> Declaration {
    let day = random_day(random, FIRST_YEAR, LAST_YEAR);
    let lines = sensitive_lines(random, day);
    between_right_parties(random, day, lines)
}

fn pick_shipper(random: &mut Random, day: Day, way: Way) -> &'static Company {
    let members: Vec<&Company> = SHIPPERS.iter().filter(|company| company.is_member_on(day)).collect();
    let first = members.first().expect("the first company of the table is a member on each day");
    if way != Way::Identifier && random.chance(500) { first } else { random.pick(&members) }
}

fn pick_consignee(random: &mut Random, way: Way) -> &'static Company {
    let known: Vec<&Company> = CONSIGNEES.iter().filter(|company| way != Way::Identifier || !company.vague.is_empty()).collect();
    if random.chance(300) { known[0] } else { random.pick(&known) }
}

fn exact_shipper(random: &mut Random, company: &Company) -> Side {
    let second_name = random.pick(company.second_exact);
    company.side(random.pick(company.exact), second_name)
}

/// The tax number stands in its column, is glued to the name, has lost its leading zero or is missing.
fn exact_consignee(random: &mut Random, company: &Company) -> Side {
    let second_name = random.pick(company.second_exact);
    let mut side = company.side(random.pick(company.exact), second_name);
    if let Some(identifier) = company.identifier() {
        match random.below(100) {
            0..=54 => side.tax_id.clone_from(&identifier),
            55..=64 => side.name = format!("ИНН {identifier} {}", side.name),
            65..=69 => side.tax_id = identifier.trim_start_matches('0').to_owned(),
            _ => {}
        }
        if random.chance(500) {
            side.second_tax_id = identifier;
        }
    }
    side
}

fn foreign(name: &str, second_name: &str, city: &str) -> Side {
    let address = format!("EXAMPLE ROAD 7 {city}");
    Side {
        name: name.to_owned(),
        second_name: second_name.to_owned(),
        country: "CN",
        second_address: address.clone(),
        address,
        ..Side::default()
    }
}

fn russian(name: &str, second_name: &str, city: &str, tax_id: &str) -> Side {
    Side {
        name: name.to_owned(),
        second_name: second_name.to_owned(),
        country: "RU",
        tax_id: tax_id.to_owned(),
        second_tax_id: tax_id.to_owned(),
        address: format!("Г. {city}, УЛ. ПРИМЕРНАЯ, Д. 7"),
        second_address: "PRIMERNAYA STREET 7".to_owned(),
    }
}

fn planted_lines(random: &mut Random, day: Day) -> Vec<Line> {
    let mut lines = vec![sensitive_line(random, day)];
    if random.chance(250) {
        for _ in 0..random.between(1, 4) {
            let is_sensitive = random.chance(400);
            let added = if is_sensitive { sensitive_line(random, day) } else { line(random.pick(CIVIL), random, day) };
            lines.push(added);
        }
        let first = random.below(lines.len());
        lines.swap(0, first);
    }
    lines
}

fn sensitive_lines(random: &mut Random, day: Day) -> Vec<Line> {
    let n_lines = if random.chance(800) { 1 } else { 2 };
    (0..n_lines).map(|_| sensitive_line(random, day)).collect()
}

fn sensitive_line(random: &mut Random, day: Day) -> Line {
    match random.below(100) {
        0..=39 => line(random.pick(PRIORITY), random, day),
        40..=62 => line(random.pick(AIRCRAFT), random, day),
        63..=88 => line(random.pick(HELICOPTER_TEXT), random, day),
        _ => {
            let mut line = line(random.pick(HELICOPTER_MODEL), random, day);
            line.model = random.pick(&["МИ-171Ш", "MI-171SH", "МИ-8АМТШ", "Mi-8AMTSH", "МИ171"]).to_owned();
            line
        }
    }
}

fn random_day(random: &mut Random, first_year: i32, last_year: i32) -> Day {
    let first = Day::new(first_year, 1, 1);
    first.plus(random.below(first.days_until(Day::new(last_year, 12, 31)) as usize + 1) as i32)
}

fn add_weight(line: &mut Line, share: u64) {
    line.net_grams += line.net_grams / share + 1;
    line.gross_grams = line.net_grams + line.net_grams / 12;
}
