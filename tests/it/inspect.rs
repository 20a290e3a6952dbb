//! Inspect: files of layouts that no schema knows get a draft which runs once it is reviewed, and real files are told rightly.
//!
//! A layout here is a header in some language with rows of a few synthetic facts, written as its country writes them. The draft is
//! taken as it is, `reviewed` is set, and the run must give the facts back.

use crate::workdir::{Workdir, project};
use serde_json::Value;
use std::path::PathBuf;

/// The facts of a synthetic shipment, from which rows of all layouts are written.
struct Fact {
    day: (i32, u32, u32),
    hs_code: &'static str,
    shipper: &'static str,
    consignee: &'static str,
    registration_id: &'static str,
    goods: &'static str,
    origin: usize,
    net_weight: f64,
    value: f64,
}

/// So many records are enough for shares and few enough to read.
const N_RECORDS: usize = 60;

fn facts() -> Vec<Fact> {
    const CODES: [&str; 5] = ["8457101000", "8458112009", "0102211000", "8542319010", "9013800000"];
    const SHIPPERS: [&str; 3] = ["MEADOW LATHES CO LTD", "HARBOR OPTICS GMBH", "NORTHERN TOOL TRADING LLC"];
    const CONSIGNEES: [(&str, &str); 3] =
        [("OOO VELOGRUD", "7707083893"), ("AO PRIMER STANOK", "0323018510"), ("JSC LASTOCHKA", "7728168971")];
    const GOODS: [&str; 3] =
        ["horizontal machining centre with numerical control", "turning lathe, used, 2012", "optical sight for cameras, glass"];
    (0..N_RECORDS)
        .map(|at| Fact {
            day: (2021 + at as i32 / 40, at as u32 % 12 + 1, at as u32 * 7 % 28 + 1),
            hs_code: CODES[at % CODES.len()],
            shipper: SHIPPERS[at % SHIPPERS.len()],
            consignee: CONSIGNEES[at % CONSIGNEES.len()].0,
            registration_id: CONSIGNEES[at % CONSIGNEES.len()].1,
            goods: GOODS[at % GOODS.len()],
            origin: at % 3,
            net_weight: 125.5 + at as f64 * 10.25,
            value: 1_000.75 + at as f64 * 333.5,
        })
        .collect()
}

/// How one country writes the facts down.
struct Layout {
    name: &'static str,
    title: &'static str,
    delimiter: char,
    /// Headers of day, code, shipper, consignee, its identifier, goods, origin, net weight, value, and the document number.
    header: [&'static str; 10],
    date: fn(i32, u32, u32) -> String,
    decimal: char,
    origins: [&'static str; 3],
}

const LAYOUTS: [Layout; 9] = [
    Layout {
        name: "english",
        title: "",
        delimiter: ',',
        header: [
            "Entry Date",
            "Tariff No.",
            "Foreign Supplier",
            "Buyer Name",
            "Buyer Tax Number",
            "Goods Shipped",
            "Made In",
            "Net Wt (kg)",
            "Total Value USD",
            "Entry No",
        ],
        date: |year, month, day| format!("{month:02}/{day:02}/{year}"),
        decimal: '.',
        origins: ["China", "Germany", "Japan"],
    },
    Layout {
        name: "russian",
        title: "Выгрузка деклараций\n\n",
        delimiter: ';',
        header: [
            "Дата выпуска",
            "Код ТНВЭД",
            "Грузоотправитель",
            "Грузополучатель",
            "ИНН грузополучателя",
            "Наименование груза",
            "Происхождение",
            "Масса нетто, кг",
            "Стоимость, долл. США",
            "№ ДТ",
        ],
        date: |year, month, day| format!("{day:02}.{month:02}.{year}"),
        decimal: ',',
        origins: ["КИТАЙ", "ГЕРМАНИЯ", "ЯПОНИЯ"],
    },
    Layout {
        name: "spanish",
        title: "",
        delimiter: ';',
        header: [
            "Fecha de aceptación",
            "Posición arancelaria",
            "Proveedor",
            "Razón social del comprador",
            "RUC del comprador",
            "Mercancía",
            "País origen",
            "Kilos netos",
            "Valor en aduana (US$)",
            "Nro. despacho",
        ],
        date: |year, month, day| format!("{day:02}/{month:02}/{year}"),
        decimal: ',',
        origins: ["CHINA", "ALEMANIA", "JAPON"],
    },
    Layout {
        name: "portuguese",
        title: "",
        delimiter: ';',
        header: [
            "Data do desembaraço",
            "Código NCM",
            "Fornecedor",
            "Importadora",
            "CNPJ da importadora",
            "Descrição da mercadoria",
            "País de origem",
            "Peso líquido (kg)",
            "Valor aduaneiro US$",
            "Nº da declaração",
        ],
        date: |year, month, day| format!("{year}-{month:02}-{day:02}"),
        decimal: ',',
        origins: ["CN", "DE", "JP"],
    },
    Layout {
        name: "turkish",
        title: "",
        delimiter: '\t',
        header: [
            "Tescil Tarihi",
            "GTİP No",
            "Gönderen Firma",
            "Alıcı Firma",
            "Alıcı Vergi No",
            "Eşyanın Tanımı",
            "Menşe Ülke",
            "Net Ağırlık (kg)",
            "İstatistiki Kıymet (USD)",
            "Beyanname Tescil No",
        ],
        date: |year, month, day| format!("{day}.{month}.{year}"),
        decimal: ',',
        origins: ["CHN", "DEU", "JPN"],
    },
    Layout {
        name: "chinese",
        title: "",
        delimiter: ',',
        header: [
            "申报日期",
            "商品编码",
            "境外发货人",
            "境内收货人",
            "收货人统一编号",
            "商品名称",
            "原产国",
            "净重(千克)",
            "总价(美元)",
            "报关单号",
        ],
        date: |year, month, day| format!("{year}{month:02}{day:02}"),
        decimal: '.',
        origins: ["中国", "德国", "日本"],
    },
    Layout {
        name: "french",
        title: "",
        delimiter: ';',
        header: [
            "Date de la déclaration",
            "Nomenclature douanière",
            "Expéditeur",
            "Destinataire",
            "Identifiant fiscal du destinataire",
            "Désignation commerciale",
            "Pays d'origine",
            "Poids net (kg)",
            "Valeur statistique (USD)",
            "Numéro de déclaration",
        ],
        date: |year, month, day| format!("{day:02}/{month:02}/{year}"),
        decimal: ',',
        origins: ["Chine", "Allemagne", "Japon"],
    },
    Layout {
        name: "ukrainian",
        title: "",
        delimiter: '|',
        header: [
            "Дата оформлення",
            "Код УКТЗЕД",
            "Відправник",
            "Одержувач",
            "Код ЄДРПОУ одержувача",
            "Опис товару",
            "Країна походження",
            "Вага нетто, кг",
            "Митна вартість, дол. США",
            "Номер МД",
        ],
        date: |year, month, day| format!("{day:02}.{month:02}.{year}"),
        decimal: ',',
        origins: ["CN", "DE", "JP"],
    },
    Layout {
        name: "kazakh",
        title: "",
        delimiter: ';',
        header: [
            "Тіркеу күні",
            "СЭҚ ТН коды",
            "Жөнелтуші",
            "Алушы",
            "Алушының БСН",
            "Тауардың атауы",
            "Шыққан елі",
            "Таза салмағы (кг)",
            "Статистикалық құны, доллары",
            "Декларация нөмірі",
        ],
        date: |year, month, day| format!("{year}-{month:02}-{day:02}"),
        decimal: '.',
        origins: ["CN", "DE", "JP"],
    },
];

impl Layout {
    fn text(&self) -> String {
        let quoted = |text: &str| {
            if text.contains([self.delimiter, '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
        };
        let number = |number: f64| quoted(&format!("{number:.2}").replace('.', &self.decimal.to_string()));
        let mark = self.delimiter.to_string();
        let mut text = format!("{}{}\n", self.title, self.header.map(quoted).join(&mark));
        for (at, fact) in facts().iter().enumerate() {
            let (year, month, day) = fact.day;
            let row = [
                quoted(&(self.date)(year, month, day)),
                fact.hs_code.to_owned(),
                quoted(fact.shipper),
                quoted(fact.consignee),
                fact.registration_id.to_owned(),
                quoted(fact.goods),
                quoted(self.origins[fact.origin]),
                number(fact.net_weight),
                number(fact.value),
                format!("10702070/{day:02}{month:02}{:02}/{:07}", year % 100, 3_000_000 + at),
            ];
            text.push_str(&format!("{}\n", row.join(&mark)));
        }
        text
    }
}

#[test]
fn a_drafted_schema_of_an_unseen_layout_runs_once_it_is_reviewed() {
    let mut wrong = Vec::new();
    for layout in &LAYOUTS {
        let workdir = Workdir::new();
        workdir.write("records.csv", layout.text());
        workdir.run(&["inspect", "records.csv", "--draft", "mine.toml"]);
        workdir.write(
            "run.toml",
            "[[records]]\npath = \"records.csv\"\nschema = \"mine.toml\"\n\n[[findings]]\nid = \"all\"\nfrom = 2021-01-01\n\
             to = 2022-12-31\ncount = \"records\"\n",
        );
        for verb in ["check", "run"] {
            let refused = workdir.plimsoll(&[verb, "run.toml"]);
            assert_eq!(refused.code, 2, "{}", refused.stdout);
            assert!(refused.stderr.contains("`mine.toml` is a draft that nobody has reviewed"), "{}", refused.stderr);
        }
        let draft = workdir.read_text("mine.toml");
        workdir.write("mine.toml", draft.replace("reviewed = false", "reviewed = true"));
        let finished = workdir.plimsoll(&["run", "run.toml"]);
        if finished.code != 0 {
            wrong.push(format!("{}: {}\n{draft}", layout.name, finished.stderr));
            continue;
        }
        let total = workdir.table("run.run/summary.csv").only("period", "all");
        let shipments = workdir.table("run.run/shipments.csv");
        let mut expected: Vec<Vec<String>> = facts()
            .iter()
            .map(|fact| {
                let (year, month, day) = fact.day;
                vec![
                    format!("{year}-{month:02}-{day:02}"),
                    fact.hs_code.to_owned(),
                    fact.shipper.to_owned(),
                    fact.consignee.to_owned(),
                    fact.registration_id.to_owned(),
                    fact.goods.to_owned(),
                    ["CN", "DE", "JP"][fact.origin].to_owned(),
                    format!("{:.3}", fact.net_weight),
                    format!("{:.2}", fact.value),
                ]
            })
            .collect();
        let columns = [
            "date",
            "hs_code",
            "shipper_name",
            "consignee_name",
            "consignee_registration_id",
            "goods_description",
            "origin_country_code",
            "net_weight_kg",
            "value_usd",
        ];
        let mut found = shipments.select(&columns).rows;
        expected.sort();
        found.sort();
        if total.column("shipments") != [N_RECORDS.to_string()] || total.column("declarations") != [N_RECORDS.to_string()] {
            wrong.push(format!("{}: {}", layout.name, total.text()));
        }
        if found != expected {
            wrong.push(format!("{}: first found {:?}, expected {:?}\n{draft}", layout.name, found.first(), expected.first()));
        }
    }
    assert!(wrong.is_empty(), "{} of {} layouts:\n{}", wrong.len(), LAYOUTS.len(), wrong.join("\n"));
}

/// Inspects one file and returns its first table.
fn table_of(workdir: &Workdir, file: &str) -> Value {
    let finished = workdir.run(&["inspect", file, "--json"]);
    let document: Value = serde_json::from_str(&finished.stdout).expect("`--json` prints JSON");
    assert_eq!(document["schema_version"], 1);
    document["tables"][0].clone()
}

#[test]
fn the_order_of_day_and_month_is_proved_by_the_values() {
    let workdir = Workdir::new();
    for (dates, order, formats) in [
        (&["31/12/2021", "05/06/2022"][..], "day_first", "%d/%m/%Y"),
        (&["12/31/2021", "05/06/2022"], "month_first", "%m/%d/%Y"),
        (&["05/06/2022", "07/08/2022"], "undecided", "%d/%m/%Y"),
        (&["31/12/2021", "12/31/2021"], "mixed", "%d/%m/%Y"),
        (&["2021-12-31"], "plain", "%Y-%m-%d"),
    ] {
        let rows: String = dates.iter().map(|date| format!("{date},8457101000,ACME LTD\n")).collect();
        workdir.write("records.csv", format!("Date,HS Code,Shipper\n{rows}"));
        let table = table_of(&workdir, "records.csv");
        assert_eq!(table["columns"][0]["dates"]["order"], order, "{dates:?}");
        assert_eq!(table["columns"][0]["dates"]["formats"][0]["format"], formats, "{dates:?}");
    }
}

#[test]
fn a_file_without_a_header_is_told_by_its_first_row() {
    let workdir = Workdir::new();
    let text = LAYOUTS[1].text();
    let rows: Vec<&str> = text.lines().skip(3).collect();
    workdir.write("rows.csv", format!("{}\n", rows.join("\n")));
    let table = table_of(&workdir, "rows.csv");
    assert_eq!(table["header"], "absent");
    for (position, looks) in
        [(0, "date"), (1, "hs_code"), (2, "party"), (4, "identifier"), (6, "country"), (9, "document_number")]
    {
        assert_eq!(table["columns"][position]["looks"], looks, "column {}", position + 1);
        assert_eq!(table["columns"][position]["name"], (position + 1).to_string());
    }
    assert!(table["draft"].as_str().is_some_and(|draft| draft.contains("\nheader = false")), "{}", table["draft"]);
}

#[test]
fn layouts_without_a_header_are_told_by_their_width() {
    let workdir = Workdir::new();
    // Places of the declaration, day, item, code, importer or exporter, and value, counted from 1.
    for (schema, width, places) in [("cl-din", 178, [1, 40, 133, 158, 7, 159]), ("cl-dus", 84, [2, 1, 62, 70, 6, 74])] {
        let row = |at: usize| {
            let mut fields = vec![String::new(); width];
            let texts = [
                format!("A{at}"),
                format!("{:02}{:02}2021", at % 28 + 1, at % 12 + 1),
                "1".to_owned(),
                format!("845{}10{}0", at % 9, at % 7),
                format!("{}", 48_000 + at),
                format!("{},{}", at * 13 + 1, at % 90 + 10),
            ];
            for (place, text) in places.into_iter().zip(texts) {
                fields[place - 1] = text;
            }
            fields.join(";") + "\r\n"
        };
        workdir.write("rows.txt", (0..N_RECORDS).map(row).collect::<String>());
        let table = table_of(&workdir, "rows.txt");
        assert_eq!(table["header"], "absent");
        assert_eq!((&table["schema"]["fits"], &table["schema"]["nearest"]), (&Value::from(true), &Value::from(schema)));
        let notes = table["notes"].to_string();
        assert!(!notes.contains("no column looks like a date"), "{notes}");
    }
}

#[test]
fn a_year_and_a_month_make_a_date_that_runs() {
    let workdir = Workdir::new();
    let rows: String = (1..=12).map(|month| format!("{month},2023,8457{month:02}1000,{month}00\n")).collect();
    workdir.write("records.csv", format!("Month,Year,HS Code,Value USD\n{rows}"));
    workdir.run(&["inspect", "records.csv", "--draft", "mine.toml"]);
    workdir.write("mine.toml", workdir.read_text("mine.toml").replace("reviewed = false", "reviewed = true"));
    workdir.write(
        "run.toml",
        "[[records]]\npath = \"records.csv\"\nschema = \"mine.toml\"\n\n[[findings]]\nid = \"all\"\nfrom = 2023-01-01\n\
         to = 2023-12-31\ncount = \"records\"\n",
    );
    workdir.run(&["run", "run.toml"]);
    let months: Vec<String> = (1..=12).map(|month| format!("2023-{month:02}")).collect();
    let mut found = workdir.table("run.run/shipments.csv").select(&["date"]).rows.concat();
    found.sort();
    assert_eq!(found, months);
}

#[test]
fn words_that_are_anybodys_fit_no_schema() {
    let workdir = Workdir::new();
    for (header, fits) in [("date,hs_code,shipper_name", true), ("Date,HS Code,Supplier", false), ("Date,HS Code,Colour", true)] {
        workdir.write("records.csv", format!("{header}\n2022-02-24,8457101000,ACME LTD\n2022-02-25,8457101000,APEX LTD\n"));
        assert_eq!(table_of(&workdir, "records.csv")["schema"]["fits"], fits, "{header}");
    }
    workdir.write("records.csv", "date,hs_code,shipper_name\n24/02/2022,8457101000,ACME LTD\n");
    let table = table_of(&workdir, "records.csv");
    assert_eq!(table["schema"]["fits"], false, "no schema fits whose date formats do not read the dates");
    assert_eq!(table["schema"]["faults"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_file_that_cannot_be_read_hides_no_other() {
    let workdir = Workdir::new();
    workdir.write("good.csv", "Date,HS Code,Shipper\n2022-02-24,8457101000,ACME LTD\n");
    let finished = workdir.plimsoll(&["inspect", "absent.csv", "good.csv"]);
    assert_eq!(finished.code, 2);
    assert!(finished.stderr.starts_with("error: cannot read `absent.csv`"), "{}", finished.stderr);
    assert!(finished.stdout.starts_with("good.csv\n"), "{}", finished.stdout);
}

#[test]
fn a_draft_is_never_written_over_a_file() {
    let workdir = Workdir::new();
    workdir.write("records.csv", "Date,HS Code,Shipper\n2022-02-24,8457101000,ACME LTD\n");
    workdir.write("mine.toml", "of someone\n");
    let finished = workdir.plimsoll(&["inspect", "records.csv", "--draft", "mine.toml"]);
    assert_eq!(finished.code, 2);
    assert!(finished.stderr.contains("`--draft mine.toml` is there already"), "{}", finished.stderr);
    assert_eq!(workdir.read_text("mine.toml"), "of someone\n");
}

/// What is known of a real file: its path, records, header row, first and last month, and the schema that fits.
const REAL: [(&str, u64, u64, &str, &str, &str); 22] = [
    ("peru_veritrade/veritrade_PE_I_8704229000.xlsx", 12_417, 6, "2023-01", "2026-04", "pe-veritrade"),
    ("peru_veritrade/datos_maquinaria_8429.parquet", 20_650, 0, "2020-01", "2026-06", "pe-veritrade"),
    ("peru_veritrade/peru_8429_imports_utf8.csv.gz", 20_650, 1, "2020-01", "2026-06", "pe-veritrade"),
    ("peru_veritrade/derived_peru_8429_cp1252_semicolon_decimalcomma.csv", 2_000, 1, "2020-01", "2026-06", "pe-veritrade"),
    ("aggregator_samples/Russia Import Short.xlsx", 1_000, 1, "2023-04", "2025-03", "ru-aggregator-import-months"),
    ("aggregator_samples/Russia Export Short.xlsx", 1_000, 1, "2023-03", "2025-03", "ru-aggregator-export-months"),
    ("aggregator_samples/Turkey Import S.xlsx", 1_000, 1, "2023-10", "2024-09", "tr-aggregator-import-months"),
    ("aggregator_samples/Turkey Export S.xlsx", 1_000, 1, "2023-09", "2024-09", "tr-aggregator-export-months"),
    ("aggregator_samples/Colombia Import S.xlsx", 1_000, 1, "2024-08", "2025-08", "co-aggregator-import-months"),
    ("aggregator_samples/India Import S.xlsx", 1_000, 1, "2024-11", "2025-11", "in-aggregator-import-months"),
    ("aggregator_samples/output_excel (India export).xlsx", 1_000, 1, "2024-11", "2025-11", "in-aggregator-export-months"),
    ("aggregator_samples/Equador Impor S.xlsx", 1_000, 1, "2024-10", "2025-09", "ec-aggregator-import-months"),
    ("aggregator_samples/Moldova import short.xlsx", 1_000, 1, "2022-05", "2023-05", "md-aggregator-import-months"),
    ("aggregator_samples/Nicaragua Import S.xlsx", 409, 1, "", "", "ni-aggregator-import-months"),
    ("aggregator_samples/Venezuela Import S.xlsx", 910, 1, "", "", "ve-aggregator-import-months"),
    ("aggregator_samples/Russia Import Full.xlsx", 2, 6, "", "", "ru-aggregator-import"),
    ("aggregator_samples/Turkey Export F.xlsx", 4, 6, "", "", "tr-aggregator-export"),
    ("eu_neighbours/eurostat_total_exports_monthly_long.csv", 14_447, 1, "2019-01", "2024-08", "eurostat-table"),
    ("us_census_exports_turkey/4890data-combined.parquet", 505_942, 0, "2013-01", "2026-01", "us-census-export"),
    ("china_critical_minerals/deep_dive_hs6_monthly.csv", 6_442, 1, "2017-01", "2024-12", ""),
    ("brazil_comexstat_parana/unified_imp_pr.parquet", 28_262, 0, "", "", "br-comexstat"),
    ("mgimo_russia_trade/bulletin_headline.parquet", 178, 0, "2019-01", "2026-05", ""),
];

#[test]
fn real_files_are_told_rightly() {
    let root = std::env::var_os("PLIMSOLL_REAL_DATA").map_or_else(|| project("../shared/data"), PathBuf::from).join("trade");
    let workdir = Workdir::new();
    let mut wrong = Vec::new();
    for (file, n_records, header_row, first, last, schema) in REAL {
        let path = root.join(file);
        if !path.exists() {
            println!("skipped: there is no {}", path.display());
            continue;
        }
        let table = table_of(&workdir, &path.to_string_lossy());
        let months = table["span"]["months"].as_object().cloned().unwrap_or_default();
        let found_first = months.keys().next().cloned().unwrap_or_default();
        let found_last = months.keys().next_back().cloned().unwrap_or_default();
        let fitting = if table["schema"]["fits"] == true { table["schema"]["nearest"].as_str().unwrap_or_default() } else { "" };
        let is_right = table["n_records"] == n_records
            && table["dialect"]["header_row"] == header_row
            && (first.is_empty() || (found_first.as_str(), found_last.as_str()) == (first, last))
            && fitting == schema
            && table["header"] == "found"
            && (schema.is_empty() == table["draft"].is_string());
        if !is_right {
            wrong.push(format!(
                "{file}: {} records, header on {}, {found_first} … {found_last}, fits `{fitting}`",
                table["n_records"], table["dialect"]["header_row"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
