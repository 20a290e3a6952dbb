//! Two vendors' record files, with the dirt of real ones.
//!
//! In: declarations. Out: rows in the order in which a vendor publishes them, as text with the vendor's delimiter and line
//! ends. The second vendor gives the last state of what it repeats; only its own declarations are amended or deleted in its
//! file. What dirt falls on a row depends on the row's declaration alone.

use crate::generator::calendar::Day;
use crate::generator::declaration::{Change, Declaration, Line};
use crate::generator::parties::branch_code;
use crate::generator::random::Random;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    First,
    Second,
}

pub struct Row {
    pub published: Day,
    serial: usize,
    cells: String,
}

/// What a row does to the record of its line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    New,
    Amended,
    Deleted,
}

const FIRST_HEADER: &str = "\
    ND (Номер декларации);G072 (Дата регистрации);G011 (Направление перемещения);G32 (Номер товара);G05 (Всего товаров);\
    G37 (Процедура);G37_1 (Предыдущая процедура);D0 (Код завершения);Статус записи;G021 (ИНН отправителя);\
    G022 (Наименование отправителя);G023 (Адрес отправителя);G0231 (Код страны отправителя);G081 (ИНН получателя);\
    G082 (Наименование получателя);G083 (Адрес получателя);G0831 (Код страны получателя);G11 (Торгующая страна);\
    G15A (Страна отправления);G17A (Страна назначения);G34 (Страна происхождения);G33 (Код товара по ТН ВЭД);\
    G31_1 (Описание товара);G31_11 (Изготовитель);G31_12 (Товарный знак);G31_15_MOD (Модель);G31_7 (Количество);\
    G31_71 (Единица измерения);G38 (Вес нетто, кг);G35 (Вес брутто, кг);G221 (Валюта контракта);\
    G222 (Общая фактурная стоимость);G42 (Фактурная стоимость товара);G46 (Статистическая стоимость, USD);Примечание";

const SECOND_HEADER: &str = "\
    DECLARATION NUMBER,REGISTRATION DATE,DIRECTION,ITEM NUMBER,ITEMS TOTAL,PROCEDURE,PREVIOUS PROCEDURE,RELEASE STATUS,\
    RECORD STATUS,EXPORTER NAME,EXPORTER ID,EXPORTER ADDRESS,EXPORTER COUNTRY,IMPORTER NAME,IMPORTER ID,IMPORTER ADDRESS,\
    IMPORTER COUNTRY,TRADING COUNTRY,COUNTRY OF DISPATCH,COUNTRY OF DESTINATION,COUNTRY OF ORIGIN,HS CODE,PRODUCT DETAILS,\
    MANUFACTURING COMPANY,BRAND NAME,MODEL,QUANTITY,UNIT,NET WEIGHT,GROSS WEIGHT,CURRENCY,INVOICE TOTAL,INVOICE VALUE,\
    USD STATISTICAL VALUE,REMARKS";

/// Stands in the last column of each row.
const MARK: &str = "SYNTHETIC";

const LAST_PUBLISHED: (i32, i32, i32) = (2023, 12, 31);

pub fn rows(declarations: &[Declaration], vendor: Vendor, seed: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for declaration in declarations {
        let is_told = match vendor {
            Vendor::First => declaration.in_first,
            Vendor::Second => declaration.in_second,
        };
        if is_told {
            let stream = if vendor == Vendor::First { "first vendor" } else { "second vendor" };
            let mut random = Random::new(seed, stream, declaration.serial as u64);
            tell(&mut rows, declaration, vendor, &mut random);
        }
    }
    // The sort is stable: an amendment published on the day of its declaration stays behind it.
    rows.sort_by_key(|row| (row.published, row.serial));
    rows
}

/// Returns header and rows as one text.
pub fn file<'a>(vendor: Vendor, rows: impl Iterator<Item = &'a Row>) -> String {
    let (header, line_end) = match vendor {
        Vendor::First => (FIRST_HEADER, "\r\n"),
        Vendor::Second => (SECOND_HEADER, "\n"),
    };
    let mut text = format!("{header}{line_end}");
    for row in rows {
        text.push_str(&row.cells);
        text.push_str(line_end);
    }
    text
}

fn tell(rows: &mut Vec<Row>, declaration: &Declaration, vendor: Vendor, random: &mut Random) {
    let tells_changes = vendor == Vendor::First || !declaration.in_first;
    let mut later = Vec::new();
    for (at, line) in declaration.lines.iter().enumerate() {
        if vendor == Vendor::First && declaration.missing_line == Some(at) {
            continue;
        }
        let change = declaration.changes.iter().find(|(changed, _)| *changed == at).map(|(_, change)| change);
        let mut push = |rows: &mut Vec<Row>, line: &Line, status: Status, published: Day| {
            let cells = match vendor {
                Vendor::First => first_cells(declaration, at, line, status, random),
                Vendor::Second => second_cells(declaration, at, line, status, random),
            };
            let last = Day::new(LAST_PUBLISHED.0, LAST_PUBLISHED.1, LAST_PUBLISHED.2);
            rows.push(Row { published: published.min(last), serial: declaration.serial, cells });
        };
        match change {
            None => push(rows, line, Status::New, declaration.day),
            Some(Change::Amended { earlier, published }) if tells_changes => {
                push(rows, earlier, Status::New, declaration.day);
                push(&mut later, line, Status::Amended, *published);
            }
            Some(Change::Amended { .. }) => push(rows, line, Status::New, declaration.day),
            Some(Change::Deleted { published }) if tells_changes => {
                push(rows, line, Status::New, declaration.day);
                push(&mut later, line, Status::Deleted, *published);
            }
            Some(Change::Deleted { .. }) => {}
        }
    }
    rows.append(&mut later);
}

fn first_cells(declaration: &Declaration, at: usize, line: &Line, status: Status, random: &mut Random) -> String {
    let mut sender = declaration.sender.clone();
    let mut receiver = declaration.receiver.clone();
    let is_civil = declaration.answer.is_none();
    for side in [&mut sender, &mut receiver] {
        if is_civil && side.tax_id.starts_with('0') {
            match random.below(100) {
                0..=4 => side.name = format!("{} {} {}", side.tax_id, branch_code(&side.tax_id), side.name),
                5..=7 => side.name = format!("{} ИНН {}", side.name, side.tax_id),
                8..=10 => side.tax_id = side.tax_id.trim_start_matches('0').to_owned(),
                11..=17 => side.tax_id.clear(),
                _ => {}
            }
            if side.name.contains(&side.tax_id) {
                side.tax_id.clear();
            }
        }
    }
    let date = if is_civil && random.below(6_000) == 0 {
        random.pick(&["", "00.00.0000", "31.02.2016"]).to_owned()
    } else {
        declaration.day.dotted()
    };
    let (departure, destination) = (sender.country, receiver.country);
    let cells = [
        declaration.number(),
        date,
        if declaration.is_import { "ИМ" } else { "ЭК" }.to_owned(),
        (at + 1).to_string(),
        declaration.lines.len().to_string(),
        declaration.procedure.to_owned(),
        declaration.previous_procedure.to_owned(),
        declaration.completion.to_owned(),
        match status {
            Status::New => random.pick(&["", "", "Новая"]),
            Status::Amended => "Изменена",
            Status::Deleted => "Удалена",
        }
        .to_owned(),
        sender.tax_id,
        sender.name,
        sender.address,
        departure.to_owned(),
        receiver.tax_id,
        receiver.name,
        receiver.address,
        destination.to_owned(),
        if declaration.is_import { departure } else { destination }.to_owned(),
        departure.to_owned(),
        destination.to_owned(),
        declaration.origin.to_owned(),
        dirty_code(&line.code, Vendor::First, random),
        line.russian.clone(),
        line.manufacturer.clone(),
        if line.brand.is_empty() && random.chance(500) { "ОТСУТСТВУЕТ".to_owned() } else { line.brand.clone() },
        line.model.clone(),
        line.quantity.to_string(),
        line.unit.russian().to_owned(),
        kilograms(line.net_grams, ",", is_civil, random),
        kilograms(line.gross_grams, ",", false, random),
        declaration.currency.to_owned(),
        money(invoice_total(declaration, line), ","),
        money(line.invoice_cents, ","),
        money(line.usd_cents, ","),
        MARK.to_owned(),
    ];
    let cells: Vec<String> = cells.into_iter().map(|cell| quoted(cell, ';', random)).collect();
    cells.join(";")
}

fn second_cells(declaration: &Declaration, at: usize, line: &Line, status: Status, random: &mut Random) -> String {
    let (sender, receiver) = (&declaration.sender, &declaration.receiver);
    let is_civil = declaration.answer.is_none();
    let mut description = line.english.clone();
    if is_civil && random.chance(3) {
        description = description.replacen(' ', "\n", 1);
    }
    let country_style = random.below(3);
    let country = |code: &str| country_name(code, country_style);
    let (departure, destination) = (country(sender.country), country(receiver.country));
    let cells = [
        declaration.second_number(),
        declaration.day.iso(),
        if declaration.is_import { "IMPORT" } else { "EXPORT" }.to_owned(),
        (at + 1).to_string(),
        declaration.lines.len().to_string(),
        declaration.procedure.to_owned(),
        declaration.previous_procedure.to_owned(),
        match declaration.completion {
            "10" => "released",
            "90" => "refused",
            "95" => "withdrawn",
            _ => "",
        }
        .to_owned(),
        match status {
            Status::New => random.pick(&["", "New"]),
            Status::Amended => "Amended",
            Status::Deleted => "Deleted",
        }
        .to_owned(),
        sender.second_name.clone(),
        sender.second_tax_id.clone(),
        sender.second_address.clone(),
        departure.clone(),
        receiver.second_name.clone(),
        receiver.second_tax_id.clone(),
        receiver.second_address.clone(),
        destination.clone(),
        if declaration.is_import { departure.clone() } else { destination.clone() },
        departure,
        destination,
        country(declaration.origin),
        dirty_code(&line.code, Vendor::Second, random),
        description,
        line.manufacturer.clone(),
        line.brand.clone(),
        line.model.clone(),
        line.quantity.to_string(),
        line.unit.english().to_owned(),
        kilograms(line.net_grams, ".", false, random),
        kilograms(line.gross_grams, ".", false, random),
        declaration.currency.to_owned(),
        money(invoice_total(declaration, line), "."),
        money(line.invoice_cents, "."),
        money(line.usd_cents, "."),
        MARK.to_owned(),
    ];
    // A description that begins with a quote nowhere closed: only in rows without another quote, so that one reading is right.
    let is_plain = cells.iter().all(|cell| !cell.contains(['"', ',', '\n']));
    let is_unclosed = is_civil && is_plain && random.chance(2);
    let cells = cells.into_iter().enumerate().map(|(column, cell)| {
        if is_unclosed && column == DESCRIPTION_COLUMN { format!("\"{cell}") } else { quoted(cell, ',', random) }
    });
    cells.collect::<Vec<String>>().join(",")
}

/// Place of `PRODUCT DETAILS` in the second vendor's header, counted from 0.
const DESCRIPTION_COLUMN: usize = 22;

/// Returns the total of the lines as the declaration stood when it had this line.
fn invoice_total(declaration: &Declaration, line: &Line) -> u64 {
    let total: u64 = declaration.lines.iter().map(|line| line.invoice_cents).sum();
    let earlier = declaration.changes.iter().find_map(|(at, change)| match change {
        Change::Amended { earlier, .. } if std::ptr::eq(earlier.as_ref(), line) => Some((*at, earlier)),
        _ => None,
    });
    match earlier {
        Some((at, earlier)) => total - declaration.lines[at].invoice_cents + earlier.invoice_cents,
        None => total,
    }
}

/// Loses a leading zero, or adds dots or blanks; the second vendor cuts some codes after eight digits.
fn dirty_code(code: &str, vendor: Vendor, random: &mut Random) -> String {
    let shape = random.below(100);
    if code.starts_with('0') && shape < 20 {
        return code[1..].to_owned();
    }
    match shape {
        95 | 96 => format!("{}.{}.{}", &code[..4], &code[4..6], &code[6..]),
        97 if vendor == Vendor::Second => format!("{}.{}.{}", &code[..4], &code[4..6], &code[6..8]),
        97 => format!("{} {} {} {}", &code[..4], &code[4..6], &code[6..9], &code[9..]),
        98 => format!(" {code}"),
        _ => code.to_owned(),
    }
}

/// Returns kilograms with at most three decimals; some weights are missing, some have a blank between thousands.
fn kilograms(grams: u64, mark: &str, may_be_missing: bool, random: &mut Random) -> String {
    let shape = random.below(1000);
    if may_be_missing && shape < 8 {
        return String::new();
    }
    let (whole, rest) = (grams / 1000, grams % 1000);
    let whole = if shape > 990 && whole >= 1000 { format!("{} {:03}", whole / 1000, whole % 1000) } else { whole.to_string() };
    let rest = format!("{rest:03}");
    match rest.trim_end_matches('0') {
        "" => whole,
        rest => format!("{whole}{mark}{rest}"),
    }
}

fn money(cents: u64, mark: &str) -> String {
    format!("{}{mark}{:02}", cents / 100, cents % 100)
}

/// Quotes a cell where it must be, and sometimes where it need not be.
///
/// Quotes inside a cell are mostly left as they are, which is what vendors do and what readers stumble over. A cell that begins
/// with a quote and is left so never ends in one that a reader could take for its close.
fn quoted(cell: String, delimiter: char, random: &mut Random) -> String {
    let starts_with_quote = cell.starts_with('"');
    let must = cell.contains([delimiter, '\n']) || (starts_with_quote && cell.ends_with('"') && cell.matches('"').count() == 2);
    let may = cell.contains('"') && !is_left_raw(&cell) && (starts_with_quote || random.chance(150));
    if must || may { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// Returns whether a cell is of the kind `"VOSTOK" PUMP 2"`: its first quote closes before the end of the cell.
fn is_left_raw(cell: &str) -> bool {
    cell.strip_prefix('"').is_some_and(|rest| rest.contains("\" ") && !rest.contains("\"\""))
}

fn country_name(code: &str, style: usize) -> String {
    let (short, long) = match code {
        "CN" => ("China", "CHINA"),
        "RU" => ("Russian Federation", "RUSSIA"),
        "DE" => ("Germany", "GERMANY"),
        "TR" => ("Turkey", "TURKIYE"),
        "KR" => ("Republic of Korea", "SOUTH KOREA"),
        "IT" => ("Italy", "ITALY"),
        "JP" => ("Japan", "JAPAN"),
        "TW" => ("Taiwan", "TAIWAN"),
        "HK" => ("Hong Kong", "HONG KONG"),
        "PL" => ("Poland", "POLAND"),
        "IN" => ("India", "INDIA"),
        "VN" => ("Viet Nam", "VIETNAM"),
        "MY" => ("Malaysia", "MALAYSIA"),
        "US" => ("United States", "USA"),
        _ => (code, code),
    };
    [code, short, long][style].to_owned()
}
