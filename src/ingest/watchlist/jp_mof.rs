//! The asset-freeze list of the Japanese Ministry of Finance, as XLS or XLSX: a sheet for each program.
//!
//! In: titles and notes, then a header whose words differ a little from sheet to sheet, then a row for each entry; rows of deleted entries
//! keep their number and day and nothing else. Out: entities listed since the first day in the column of notices. Aliases stand in one
//! cell, in Japanese and Latin letters, marked `(a)`, `(b)` or on lines of their own.

use super::enumerated::{is_other_script, split_brackets, split_enumerated};
use super::file::{Content, ListFile};
use super::issues::ListIssues;
use super::joining::{Drafts, entity_of, finish, split_at};
use super::nationality::add_nationalities;
use super::table::{Record, Table, fold};
use super::{Beginning, Format, days};
use crate::error::Result;
use crate::model::listed_entity::{Designation, EntityKind, Known, ListedEntity, NameKind, Watchlist};

const WANTED: [&str; 4] = ["告示日付", "告示番号", "日本語表記", "英語表記"];

/// Columns of further names; `別称・旧称` holds both kinds, told apart by marks in the cell.
const ALIASES: [(&str, NameKind); 11] = [
    ("別名", NameKind::StrongAlias),
    ("別称", NameKind::StrongAlias),
    ("別称別名", NameKind::StrongAlias),
    ("別名別称", NameKind::StrongAlias),
    ("別称旧称", NameKind::StrongAlias),
    ("確定可能な別名", NameKind::StrongAlias),
    ("旧称", NameKind::FormerName),
    ("旧称以前の呼称", NameKind::FormerName),
    ("過去の別名", NameKind::FormerName),
    ("以前の別名", NameKind::FormerName),
    ("確定に十分でない別名", NameKind::WeakAlias),
];
const ADDRESSES: [&str; 5] = ["住所", "所在地", "住所所在地", "所在地住所登録された事務所の住所", "活動地域住所"];
const NATIONALITY: &str = "国籍";
/// Left out on purpose: what only persons have, reasons, and days of other authorities.
const IGNORED: [&str; 24] = [
    "その他の情報",
    "生年月日",
    "出生地",
    "生年月日出生地",
    "出生地出身地",
    "旅券番号",
    "役職",
    "称号",
    "肩書",
    "肩書等",
    "身分登録番号",
    "身分証番号",
    "ID番号",
    "ＩＤ番号",
    "リスト掲載日",
    "指定日",
    "国連制裁員会による指定日",
    "国連制裁委員会による指定日",
    "指定の根拠",
    "決議1483上の根拠",
    "詳細",
    "電話",
    "電話番号",
    "FAX",
];

/// Words that state nothing.
const MISSING: [&str; 4] = ["不明", "なし", "無し", "na"];

pub(super) const FORMAT: Format = Format { name: "jp-mof", contents: &[Content::OldWorkbook, Content::ZipWorkbook], fits, read };

fn fits(beginning: &Beginning) -> bool {
    beginning.has_columns(&WANTED)
}

fn read(file: &ListFile, issues: &mut ListIssues) -> Result<Watchlist> {
    let tables = Table::read_all(file, &WANTED, issues)?;
    let mut drafts = Drafts::new();
    for table in &tables {
        let aliases = ALIASES.iter().map(|(column, _)| *column);
        table.check_columns(WANTED.into_iter().chain(aliases).chain(ADDRESSES).chain(IGNORED).chain([NATIONALITY]), issues);
        for record in table.records() {
            read_row(&mut drafts, table, record, issues);
        }
    }
    Ok(Watchlist { entities: finish(drafts, issues), ..Watchlist::default() })
}

fn read_row(drafts: &mut Drafts, table: &Table, record: Record<'_>, issues: &mut ListIssues) {
    let [day, number, japanese, english] = WANTED.map(|column| stated(record, column));
    if japanese.is_empty() && english.is_empty() {
        if !day.contains("削除") {
            let what =
                if number.is_empty() { "row that goes on with remarks, not used" } else { "entry without a name, left out" };
            issues.add(what);
        }
        return;
    }
    // `2.タリバーン関係者等`: the number of the program, then that of the notice.
    let program = table.sheet.trim();
    let sheet_number: String = program.chars().take_while(char::is_ascii_digit).collect();
    let digits: String = number.chars().skip_while(|letter| !letter.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let mut id = format!("{sheet_number}.{digits}");
    if digits.is_empty() || drafts.contains_key(&id) {
        issues.add("number of a notice is missing or stands twice, the row names the entry");
        id = format!("{sheet_number}.row-{}", record.line());
    }
    let entity = entity_of(drafts, &id);
    entity.kind = kind_of(program, record);
    add_names(entity, english, NameKind::Primary);
    add_names(entity, japanese, NameKind::StrongAlias);
    for (column, kind) in ALIASES {
        add_aliases(entity, stated(record, column), kind);
    }
    add_nationalities(entity, stated(record, NATIONALITY), NATIONALITY, issues);
    for column in ADDRESSES {
        let parts = split_enumerated(stated(record, column)).into_iter().flat_map(str::lines).map(str::trim);
        parts.filter(|part| !is_missing(part)).for_each(|part| entity.add_address(part));
    }
    let first_day = day.lines().next().unwrap_or("").trim_end_matches("削除");
    let delisted_on = if day.contains("削除") { Known::Unknown } else { Known::Open };
    entity.designations.push(Designation {
        programs: vec![program.to_owned()],
        listed_on: days::listed_on(first_day, &["%Y.%m.%d"], issues),
        delisted_on,
        ..Designation::default()
    });
}

fn stated<'a>(record: Record<'a>, column: &str) -> &'a str {
    let text = record.text(column);
    if is_missing(text) { "" } else { text }
}

fn is_missing(text: &str) -> bool {
    MISSING.contains(&fold(text).as_str())
}

/// Returns what an entry is, by the name of its sheet, else by its day of birth.
fn kind_of(program: &str, record: Record<'_>) -> EntityKind {
    if program.contains("個人") {
        EntityKind::Person
    } else if program.contains("団体") || program.contains("銀行") {
        EntityKind::Company
    } else if !stated(record, "生年月日").is_empty() || !stated(record, "生年月日出生地").is_empty() {
        EntityKind::Person
    } else {
        EntityKind::Unknown
    }
}

/// Adds the names of a cell: the first as it is, with what stands in brackets behind it as a further name.
fn add_names(entity: &mut ListedEntity, cell: &str, kind: NameKind) {
    let parts = cell.split(['、', '\n']).map(str::trim).filter(|part| !part.is_empty());
    for (at, part) in parts.enumerate() {
        add_name(entity, part, if at == 0 { kind } else { NameKind::StrongAlias });
    }
}

/// Adds a name, and apart from it the other spelling that stands in brackets behind it.
fn add_name(entity: &mut ListedEntity, text: &str, kind: NameKind) {
    let text =
        text.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '、' | '，' | ',' | ';' | '；' | '。' | '.'));
    let text =
        text.strip_prefix("a.k.a.").or_else(|| text.strip_prefix("f.k.a.")).unwrap_or(text).trim_start_matches([':', '：', ' ']);
    if is_missing(text) || !text.chars().any(char::is_alphabetic) {
        return;
    }
    // A part may be nothing but what stands in brackets.
    if let Some(inside) = whole_bracket(text) {
        let script = inside.strip_prefix("original script").map(|rest| rest.trim_start_matches(['：', ':', ' ']));
        return match script {
            Some(name) => entity.add_name(name, NameKind::OriginalScript),
            None => add_name(entity, inside, kind),
        };
    }
    match split_brackets(text) {
        Some((outer, inner)) if is_other_script(outer) != is_other_script(inner) => {
            add_name(entity, outer, kind);
            let further = if kind == NameKind::Primary { NameKind::StrongAlias } else { kind };
            add_name(entity, inner, further);
        }
        _ => entity.add_name(text, kind),
    }
}

/// Returns what stands in brackets that hold a whole text.
fn whole_bracket(text: &str) -> Option<&str> {
    let inside = text.strip_prefix(['(', '（'])?.strip_suffix([')', '）'])?;
    (!inside.contains(['(', '（', ')', '）'])).then(|| inside.trim())
}

/// Adds the further names of a cell. Marks `（旧称）` and `（別称）` say what the names behind them are.
fn add_aliases(entity: &mut ListedEntity, cell: &str, kind: NameKind) {
    let mut kind = kind;
    for part in split_enumerated(cell) {
        let mut n_before = 0;
        for line in part.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let mut line = line;
            for (mark, stated) in
                [("旧称", NameKind::FormerName), ("別称", NameKind::StrongAlias), ("別名", NameKind::StrongAlias)]
            {
                for bracketed in [format!("（{mark}）"), format!("({mark})")] {
                    if let Some(rest) = line.strip_prefix(bracketed.as_str()) {
                        (line, kind) = (rest, stated);
                    }
                }
            }
            let mut names = split_at(line, &["、", "；", ";"]);
            // Names in Latin letters are told apart by commas where as many Japanese ones stand before them: `Co., Ltd.` has one too.
            let latin: Vec<&str> = line.split(", ").collect();
            if names.len() == 1 && n_before > 1 && latin.len() == n_before {
                names = latin;
            }
            n_before = names.len();
            names.into_iter().for_each(|name| add_name(entity, name, kind));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_names_are_taken_apart() {
        let cases: [(&str, &str); 6] = [
            ("(a)イ（FRANK ONE）、(b)ロ（BLANC） ", "イ|FRANK ONE|ロ|BLANC"),
            ("ユン・ホチン\nYun Ho-chin", "ユン・ホチン|Yun Ho-chin"),
            ("イ社、ロ社\nChang Corporation, External Corporation", "イ社|ロ社|Chang Corporation|External Corporation"),
            ("（別称）イ\nYon Co., Ltd\n（旧称）ロ\nLyon Trading", "イ|Yon Co., Ltd|ロ (former)|Lyon Trading (former)"),
            ("A・カビール\n (a.k.a.: A. Kabir)", "A・カビール|A. Kabir"),
            ("不明", ""),
        ];
        for (cell, expected) in cases {
            let mut entity = ListedEntity::default();
            add_aliases(&mut entity, cell, NameKind::StrongAlias);
            let names: Vec<String> = entity
                .names
                .iter()
                .map(|name| format!("{}{}", name.name, if name.kind == NameKind::FormerName { " (former)" } else { "" }))
                .collect();
            assert_eq!(names.join("|"), expected, "{cell}");
        }
    }
}
