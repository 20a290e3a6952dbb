//! The companies of the two groups, in all the ways in which records write them, and their namesakes.
//!
//! In: nothing. Out: tables for the records and for the list of groups. A spelling that stands in `variants` or `other_script`
//! does not stand in the list: a program has to find it. Companies marked `is_invented` do not exist; the others are named by
//! the published findings, and everything that the records say of them here is synthetic all the same.

use crate::generator::calendar::Day;
use crate::generator::parties::{Side, social_credit_code, tax_number};

/// A day that a membership begins or ends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    Open,
    Unknown,
    On(i32, i32, i32),
}

pub enum Identifier {
    None,
    Known(&'static str),
    /// Invented, made from a serial number.
    Russian(u64),
    Chinese(u64),
}

pub struct Company {
    pub id: &'static str,
    /// The name that the list puts first, and its aliases.
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub weak_aliases: &'static [&'static str],
    pub former_names: &'static [&'static str],
    pub identifier: Identifier,
    pub country: &'static str,
    pub from: Bound,
    pub to: Bound,
    pub is_invented: bool,
    pub source: &'static str,
    /// As listed but for case, punctuation, legal form.
    pub exact: &'static [&'static str],
    /// As listed, in the second vendor's alphabet.
    pub second_exact: &'static [&'static str],
    /// Misspelled, reordered, glued.
    pub variants: &'static [&'static str],
    /// Transliterated, close to no listed spelling of the same alphabet.
    pub other_script: &'static [&'static str],
    /// The Chinese name, which Windows-1251 cannot hold.
    pub chinese: Option<&'static str>,
    /// Says too little without an identifier.
    pub vague: &'static [&'static str],
    pub city: (&'static str, &'static str),
}

impl Company {
    pub fn identifier(&self) -> Option<String> {
        match self.identifier {
            Identifier::None => None,
            Identifier::Known(text) => Some(text.to_owned()),
            Identifier::Russian(serial) => Some(tax_number(serial)),
            Identifier::Chinese(serial) => Some(social_credit_code(serial)),
        }
    }

    /// Returns whether the company belongs to its group on a day for certain.
    pub fn is_member_on(&self, day: Day) -> bool {
        let after = match self.from {
            Bound::Open => true,
            Bound::Unknown => false,
            Bound::On(year, month, of_month) => Day::new(year, month, of_month) <= day,
        };
        let before = match self.to {
            Bound::Open => true,
            Bound::Unknown => false,
            Bound::On(year, month, of_month) => day <= Day::new(year, month, of_month),
        };
        after && before
    }

    /// Returns a side of a declaration under these names, without a tax number.
    pub fn side(&self, name: &str, second_name: &str) -> Side {
        let (city, latin_city) = self.city;
        let (address, second_address) = if self.country == "RU" {
            (format!("Г. {city}, УЛ. ПРИМЕРНАЯ, Д. 1"), format!("PRIMERNAYA STREET 1 {latin_city}"))
        } else {
            (format!("EXAMPLE ROAD 1 {latin_city}"), format!("EXAMPLE ROAD 1 {latin_city}"))
        };
        Side {
            name: name.to_owned(),
            second_name: second_name.to_owned(),
            country: self.country,
            address,
            second_address,
            ..Side::default()
        }
    }
}

const OPEN_SECRETS: &str = "https://c4ads.org/commentary/open-secrets-prc-russia-wartime-trade";
const BEIJING: (&str, &str) = ("ПЕКИН", "BEIJING");
const MOSCOW: (&str, &str) = ("МОСКВА", "MOSCOW");

pub const PARENT_ID: &str = "china-poly-group";

/// Share in percent that the parent or another member holds: owner, owned, share, from, to, source.
pub const OWNERSHIP: &[(&str, &str, &str, Bound, Bound, &str)] = &[
    (PARENT_ID, "poly-technologies", "100.0", Bound::Open, Bound::Open, OPEN_SECRETS),
    ("poly-technologies", "poly-tandorex-aviation", "100.0", Bound::Open, Bound::Open, "synthetic"),
    (PARENT_ID, "poly-velmarin-electronics", "70.0", Bound::On(2016, 3, 1), Bound::Open, "synthetic"),
    (PARENT_ID, "poly-sarbonik-machinery", "51.0", Bound::Open, Bound::On(2020, 6, 30), "synthetic"),
    ("poly-technologies", "baoli-okrandel-instruments", "80.0", Bound::Open, Bound::Open, "synthetic"),
    (PARENT_ID, "poly-meridane-supply", "60.0", Bound::Unknown, Bound::Open, "synthetic"),
];

pub const SHIPPERS: &[Company] = &[
    Company {
        id: "poly-technologies",
        name: "Poly Technologies, Inc.",
        aliases: &[
            "Poly Technologies Incorporated",
            "Poly Science and Technology Corporation",
            "保利科技有限公司",
            "Поли Технолоджис, Инк.",
        ],
        weak_aliases: &["PTI"],
        former_names: &[],
        identifier: Identifier::None,
        country: "CN",
        from: Bound::Open,
        to: Bound::Open,
        is_invented: false,
        source: OPEN_SECRETS,
        exact: &[
            "POLY TECHNOLOGIES, INC.",
            "POLY TECHNOLOGIES INC",
            "POLY TECHNOLOGIES INCORPORATED",
            "Poly Technologies Inc.",
            "POLY SCIENCE AND TECHNOLOGY CORPORATION",
        ],
        second_exact: &["POLY TECHNOLOGIES INC", "POLY TECHNOLOGIES, INC.", "POLY TECHNOLOGIES INCORPORATED"],
        variants: &[
            "POLYTECHNOLOGIES INC",
            "POLY TECHNOLOGYS INCORPORATED",
            "POLY TEHNOLOGIES, INC.",
            "POLY TECHNOLOGEIS INC",
            "POLY SCIENCE & TECHNOLGY CORP.",
            "TECHNOLOGIES POLY INC.",
        ],
        other_script: &["ПОЛИ ТЕХНОЛОДЖИС ИНК", "ПОЛИ ТЕКНОЛОДЖИЗ, ИНК.", "ПОЛИ ТЕХНОЛОДЖИЗ ИНК."],
        chinese: Some("保利科技有限公司"),
        vague: &[],
        city: BEIJING,
    },
    Company {
        id: "poly-tandorex-aviation",
        name: "Poly Tandorex Aviation Import & Export Co., Ltd.",
        aliases: &["保利坦多航空进出口有限公司", "Поли Тандорекс Авиэйшн Импорт энд Экспорт Ко., Лтд."],
        weak_aliases: &[],
        former_names: &[],
        identifier: Identifier::Chinese(4_100_281),
        country: "CN",
        from: Bound::Open,
        to: Bound::Open,
        is_invented: true,
        source: "synthetic",
        exact: &["POLY TANDOREX AVIATION IMPORT & EXPORT CO., LTD.", "POLY TANDOREX AVIATION IMPORT AND EXPORT COMPANY LIMITED"],
        second_exact: &["POLY TANDOREX AVIATION IMPORT & EXPORT CO LTD", "POLY TANDOREX AVIATION IMPORT AND EXPORT CO.,LTD"],
        variants: &[
            "POLY TANDOREKS AVIATION IMPORT EXPORT CO LTD",
            "POLYTANDOREX AVIATION IMP. & EXP. CO., LTD",
            "POLY TANDOREX AVIATON IMPORT & EXPORT CO LTD",
        ],
        other_script: &["ПОЛИ ТАНДОРЕКС АВИЭЙШН ИМПОРТ ЭНД ЭКСПОРТ КО ЛТД", "ПОЛИ ТАНДОРЕКС АВИЕЙШН ИМПОРТ ЭНД ЭКСПОРТ КО., ЛТД"],
        chinese: Some("保利坦多航空进出口有限公司"),
        vague: &["EXPORT DEPARTMENT", "AVIATION IMPORT EXPORT COMPANY, BEIJING"],
        city: BEIJING,
    },
    Company {
        id: "poly-velmarin-electronics",
        name: "Poly Velmarin Electronics Co., Ltd.",
        aliases: &["保利维玛林电子有限公司", "Поли Велмарин Электроникс Ко., Лтд."],
        weak_aliases: &[],
        former_names: &[],
        identifier: Identifier::Chinese(4_100_282),
        country: "CN",
        from: Bound::On(2016, 3, 1),
        to: Bound::Open,
        is_invented: true,
        source: "synthetic",
        exact: &["POLY VELMARIN ELECTRONICS CO., LTD.", "POLY VELMARIN ELECTRONICS COMPANY LIMITED"],
        second_exact: &["POLY VELMARIN ELECTRONICS CO LTD", "POLY VELMARIN ELECTRONICS LIMITED"],
        variants: &["POLY VELMARYN ELECTRONICS CO LTD", "POLY VELMARIN ELEKTRONICS CO.,LTD", "POLY VEL MARIN ELECTRONICS CO LTD"],
        other_script: &["ПОЛИ ВЕЛМАРИН ЭЛЕКТРОНИКС КО ЛТД", "ПОЛИ ВЕЛЬМАРИН ЭЛЕКТРОНИКС КО., ЛТД"],
        chinese: Some("保利维玛林电子有限公司"),
        vague: &["ELECTRONICS COMPANY, SHENZHEN", "EXPORT DEPARTMENT"],
        city: ("ШЭНЬЧЖЭНЬ", "SHENZHEN"),
    },
    Company {
        id: "poly-sarbonik-machinery",
        name: "Poly Sarbonik Machinery Corporation",
        aliases: &["保利萨博尼机械有限公司", "Поли Сарбоник Машинери Корпорейшн"],
        weak_aliases: &[],
        former_names: &["Sarbonik Machine Works"],
        identifier: Identifier::Chinese(4_100_283),
        country: "CN",
        from: Bound::Open,
        to: Bound::On(2020, 6, 30),
        is_invented: true,
        source: "synthetic",
        exact: &["POLY SARBONIK MACHINERY CORPORATION", "POLY SARBONIK MACHINERY CORP."],
        second_exact: &["POLY SARBONIK MACHINERY CORP", "POLY SARBONIK MACHINERY CORPORATION"],
        variants: &["POLY SARBONIC MACHINERY CORPORATION", "POLY-SARBONIK MACHINARY CORP", "POLY SARBONNIK MACHINERY CORP."],
        other_script: &["ПОЛИ САРБОНИК МАШИНЕРИ КОРП.", "ПОЛИ САРБОНИК МАШИНЭРИ КОРПОРЕЙШН"],
        chinese: Some("保利萨博尼机械有限公司"),
        vague: &["MACHINERY CORPORATION, HARBIN", "SALES OFFICE"],
        city: ("ХАРБИН", "HARBIN"),
    },
    Company {
        id: "baoli-okrandel-instruments",
        name: "Baoli Okrandel Instruments Co., Ltd.",
        aliases: &["保利奥兰德仪器有限公司", "Баоли Окрандел Инструментс Ко., Лтд."],
        weak_aliases: &[],
        former_names: &[],
        identifier: Identifier::Chinese(4_100_284),
        country: "CN",
        from: Bound::On(2005, 9, 1),
        to: Bound::Open,
        is_invented: true,
        source: "synthetic",
        exact: &["BAOLI OKRANDEL INSTRUMENTS CO., LTD.", "BAOLI OKRANDEL INSTRUMENTS COMPANY LIMITED"],
        second_exact: &["BAOLI OKRANDEL INSTRUMENTS CO LTD", "BAOLI OKRANDEL INSTRUMENTS CO.,LTD."],
        variants: &[
            "BAOLI OCRANDEL INSTRUMENTS CO LTD",
            "BAO LI OKRANDEL INSTRUMENTS CO., LTD",
            "BAOLI OKRANDEL INSTRUMNETS CO LTD",
        ],
        other_script: &["БАОЛИ ОКРАНДЕЛ ИНСТРУМЕНТС КО ЛТД", "БАОЛИ ОКРАНДЕЛЬ ИНСТРУМЕНТС КО., ЛТД"],
        chinese: Some("保利奥兰德仪器有限公司"),
        vague: &["INSTRUMENTS COMPANY, QINGDAO", "EXPORT DEPARTMENT"],
        city: ("ЦИНДАО", "QINGDAO"),
    },
    Company {
        id: "poly-meridane-supply",
        name: "Poly Meridane Supply Co., Ltd.",
        aliases: &["保利美瑞丹供应有限公司"],
        weak_aliases: &[],
        former_names: &[],
        identifier: Identifier::Chinese(4_100_285),
        country: "CN",
        from: Bound::Unknown,
        to: Bound::Open,
        is_invented: true,
        source: "synthetic",
        exact: &["POLY MERIDANE SUPPLY CO., LTD."],
        second_exact: &["POLY MERIDANE SUPPLY CO LTD"],
        variants: &[],
        other_script: &[],
        chinese: Some("保利美瑞丹供应有限公司"),
        vague: &[],
        city: ("НИНБО", "NINGBO"),
    },
];

pub const CONSIGNEES: &[Company] = &[
    Company {
        id: "ulan-ude-aviation-plant",
        name: "АО \"Улан-Удэнский авиационный завод\"",
        aliases: &["Ulan-Ude Aviation Plant", "АО У-УАЗ"],
        weak_aliases: &["UUAZ"],
        former_names: &["ОАО \"Улан-Удэнский авиационный завод\""],
        identifier: Identifier::Known("0323018510"),
        country: "RU",
        from: Bound::Open,
        to: Bound::Open,
        is_invented: false,
        source: "https://1stepatatime.net/2023/03/10/\
                 china-and-russia-have-deep-defense-sector-ties-putins-war-has-not-changed-that-data-show",
        exact: &[
            "АО \"УЛАН-УДЭНСКИЙ АВИАЦИОННЫЙ ЗАВОД\"",
            "ОАО \"УЛАН-УДЭНСКИЙ АВИАЦИОННЫЙ ЗАВОД\"",
            "АКЦИОНЕРНОЕ ОБЩЕСТВО \"УЛАН-УДЭНСКИЙ АВИАЦИОННЫЙ ЗАВОД\"",
            "АО У-УАЗ",
            "АО \"У-УАЗ\"",
        ],
        second_exact: &["ULAN-UDE AVIATION PLANT JSC", "ULAN-UDE AVIATION PLANT OJSC", "JSC ULAN-UDE AVIATION PLANT"],
        variants: &[
            "УЛАН-УДЕНСКИЙ АВИАЦИОННЫЙ ЗАВОД, АО",
            "ОАО \"УЛАН-УДЭНСКИЙ АВИАЦИОНЫЙ ЗАВОД\"",
            "УЛАНУДЭНСКИЙ АВИАЦИОННЫЙ ЗАВОД АО",
            "АВИАЦИОННЫЙ ЗАВОД УЛАН-УДЭНСКИЙ, ОАО",
        ],
        other_script: &[
            "ULAN-UDENSKIY AVIATSIONNYY ZAVOD AO",
            "OAO ULAN-UDENSKIY AVIATSIONNYI ZAVOD",
            "ULAN-UDENSKIJ AVIATSIONNYJ ZAVOD, AO",
        ],
        chinese: None,
        vague: &["АВИАЗАВОД, РЕСПУБЛИКА БУРЯТИЯ", "ГРУЗОПОЛУЧАТЕЛЬ ПО КОНТРАКТУ"],
        city: ("УЛАН-УДЭ", "ULAN-UDE"),
    },
    Company {
        id: "almaz-antey",
        name: "Almaz-Antey",
        aliases: &["Алмаз-Антей", "АО \"Концерн ВКО \"Алмаз-Антей\""],
        weak_aliases: &[],
        former_names: &["ОАО \"Концерн ПВО \"Алмаз-Антей\""],
        identifier: Identifier::Known("7731084175"),
        country: "RU",
        from: Bound::Open,
        to: Bound::Open,
        is_invented: false,
        source: "https://warsawpoint.com/news/47638",
        exact: &["АО \"КОНЦЕРН ВКО \"АЛМАЗ-АНТЕЙ\"", "ОАО \"КОНЦЕРН ПВО \"АЛМАЗ-АНТЕЙ\"", "АО \"АЛМАЗ-АНТЕЙ\""],
        second_exact: &["ALMAZ-ANTEY JSC", "ALMAZ-ANTEY OJSC"],
        variants: &["АО \"КОНЦЕРН ВКО АЛМАЗ АНТЕЙ", "КОНЦЕРН ВКО АЛМАЗ-АНТЭЙ, АО", "АО КОНЦЕРН ВКО \"АЛМАЗАНТЕЙ\""],
        other_script: &["KONTSERN VKO ALMAZ-ANTEI AO", "OAO KONTSERN PVO ALMAZ-ANTEY"],
        chinese: None,
        vague: &["КОНЦЕРН, Г. МОСКВА", "ГРУЗОПОЛУЧАТЕЛЬ ПО КОНТРАКТУ"],
        city: MOSCOW,
    },
    Company {
        id: "rosoboronexport",
        name: "Rosoboronexport",
        aliases: &["ОАО \"Рособоронэкспорт\"", "Rosoboronexport OAO", "Rosoboroneksport OJSC"],
        weak_aliases: &[],
        former_names: &[],
        identifier: Identifier::Known("7718852163"),
        country: "RU",
        from: Bound::Open,
        to: Bound::Open,
        is_invented: false,
        source: "https://sanctionssearch.ofac.treas.gov/",
        exact: &["АО \"РОСОБОРОНЭКСПОРТ\"", "ОАО \"РОСОБОРОНЭКСПОРТ\"", "АКЦИОНЕРНОЕ ОБЩЕСТВО \"РОСОБОРОНЭКСПОРТ\""],
        second_exact: &["ROSOBORONEXPORT JSC", "OJSC ROSOBORONEXPORT", "ROSOBORONEXPORT OAO"],
        variants: &["АО \"РОСОБОРОНЕКСПОРТ\"", "ОАО РОС ОБОРОНЭКСПОРТ", "РОСОБОРОН-ЭКСПОРТ, АО"],
        other_script: &["AO ROSOBORONEKSPORT", "ROSOBORON EKSPORT AO"],
        chinese: None,
        vague: &["ЭКСПОРТ-ИМПОРТ, Г. МОСКВА", "ГРУЗОПОЛУЧАТЕЛЬ ПО КОНТРАКТУ"],
        city: MOSCOW,
    },
    Company {
        id: "united-engine-corporation",
        name: "United Engine Corporation",
        aliases: &["АО \"Объединенная двигателестроительная корпорация\""],
        weak_aliases: &["UEC", "ОДК"],
        former_names: &[],
        identifier: Identifier::None,
        country: "RU",
        from: Bound::Open,
        to: Bound::Open,
        is_invented: false,
        source: OPEN_SECRETS,
        exact: &["АО \"ОБЪЕДИНЕННАЯ ДВИГАТЕЛЕСТРОИТЕЛЬНАЯ КОРПОРАЦИЯ\"", "ОАО \"ОБЪЕДИНЁННАЯ ДВИГАТЕЛЕСТРОИТЕЛЬНАЯ КОРПОРАЦИЯ\""],
        second_exact: &["UNITED ENGINE CORPORATION JSC", "UNITED ENGINE CORPORATION"],
        variants: &[
            "ОБЪЕДИНЕННАЯ ДВИГАТЕЛЬСТРОИТЕЛЬНАЯ КОРПОРАЦИЯ АО",
            "АО \"ОБЬЕДИНЕННАЯ ДВИГАТЕЛЕСТРОИТЕЛЬНАЯ КОРПОРАЦИЯ\"",
            "АО ОБЪЕДИНЕННАЯ ДВИГАТЕЛЕСТРОТЕЛЬНАЯ КОРПОРАЦИЯ",
        ],
        other_script: &["OBEDINENNAYA DVIGATELESTROITELNAYA KORPORATSIYA AO", "UNITED ENGIN CORPORATION"],
        chinese: None,
        vague: &[],
        city: MOSCOW,
    },
    Company {
        id: "barnaul-cartridge-plant",
        name: "Barnaul Cartridge Plant",
        aliases: &["АО \"Барнаульский патронный завод\""],
        weak_aliases: &[],
        former_names: &[],
        identifier: Identifier::None,
        country: "RU",
        from: Bound::Open,
        to: Bound::Open,
        is_invented: false,
        source: "https://russianfreepress.com/2023/06/23/\
                 the-new-york-times-chinese-state-owned-company-sent-tons-of-gunpowder-to-a-russian-military-plant/",
        exact: &["АО \"БАРНАУЛЬСКИЙ ПАТРОННЫЙ ЗАВОД\"", "ПАО \"БАРНАУЛЬСКИЙ ПАТРОННЫЙ ЗАВОД\""],
        second_exact: &["BARNAUL CARTRIDGE PLANT JSC", "JSC BARNAUL CARTRIDGE PLANT"],
        variants: &["БАРНАУЛЬСКИЙ ПАТРОНЫЙ ЗАВОД АО", "АО \"БАРНАУЛСКИЙ ПАТРОННЫЙ ЗАВОД\"", "ПАТРОННЫЙ ЗАВОД БАРНАУЛЬСКИЙ, АО"],
        other_script: &["BARNAULSKIY PATRONNYY ZAVOD", "AO BARNAULSKIJ PATRONNYJ ZAVOD"],
        chinese: None,
        vague: &[],
        city: ("БАРНАУЛ", "BARNAUL"),
    },
    Company {
        id: "kurtomysh-instrument-plant",
        name: "АО \"Куртомышский приборный завод\"",
        aliases: &["Kurtomysh Instrument Plant"],
        weak_aliases: &[],
        former_names: &["ОАО \"Куртомышский приборный завод\""],
        identifier: Identifier::Russian(281),
        country: "RU",
        from: Bound::Open,
        to: Bound::Open,
        is_invented: true,
        source: "synthetic",
        exact: &[
            "АО \"КУРТОМЫШСКИЙ ПРИБОРНЫЙ ЗАВОД\"",
            "ОАО \"КУРТОМЫШСКИЙ ПРИБОРНЫЙ ЗАВОД\"",
            "КУРТОМЫШСКИЙ ПРИБОРНЫЙ ЗАВОД АО",
        ],
        second_exact: &["KURTOMYSH INSTRUMENT PLANT JSC", "JSC KURTOMYSH INSTRUMENT PLANT"],
        variants: &["АО \"КУРТАМЫШСКИЙ ПРИБОРНЫЙ ЗАВОД\"", "КУРТОМЫШСКИЙ ПРИБОРНИЙ ЗАВОД АО", "АО КУРТОМЫШСКИЙ ПРИБОРНЫЙ ЗАВД"],
        other_script: &["KURTOMYSHSKIY PRIBORNYY ZAVOD AO", "OAO KURTOMYSHSKIJ PRIBORNYJ ZAVOD"],
        chinese: None,
        vague: &["ПРИБОРНЫЙ ЗАВОД", "ГРУЗОПОЛУЧАТЕЛЬ ПО КОНТРАКТУ"],
        city: ("КУРТОМЫШ", "KURTOMYSH"),
    },
    Company {
        id: "verligor",
        name: "АО \"НПО Верлигор\"",
        aliases: &["NPO Verligor", "Научно-производственное объединение Верлигор"],
        weak_aliases: &[],
        former_names: &["ЗАО \"НПО Верлигор\""],
        identifier: Identifier::Russian(282),
        country: "RU",
        from: Bound::Open,
        to: Bound::Open,
        is_invented: true,
        source: "synthetic",
        exact: &["АО \"НПО ВЕРЛИГОР\"", "ЗАО НПО \"ВЕРЛИГОР\"", "АО \"НАУЧНО-ПРОИЗВОДСТВЕННОЕ ОБЪЕДИНЕНИЕ ВЕРЛИГОР\""],
        second_exact: &["NPO VERLIGOR JSC", "JSC NPO VERLIGOR"],
        variants: &["АО НПО \"ВЕРЛИГОРР\"", "НАУЧНО ПРОИЗВОДСТВЕНОЕ ОБЪЕДИНЕНИЕ ВЕРЛИГОР АО", "ВЕРЛИГОР НПО, АО"],
        other_script: &["NAUCHNO-PROIZVODSTVENNOE OBEDINENIE VERLIGOR AO", "AO NAUCHNO-PROIZVODSTVENNOYE OBEDINENIYE VERLIGOR"],
        chinese: None,
        vague: &["НПО", "ГРУЗОПОЛУЧАТЕЛЬ ПО КОНТРАКТУ"],
        city: ("ТЫМОГРАД", "TYMOGRAD"),
    },
];

/// Firms that share a word with a listed company and are not it: name, name in the second vendor, city in both.
pub const SHIPPER_NAMESAKES: &[(&str, &str, &str)] = &[
    ("POLY PLASTICS TRADING CO LTD", "POLY PLASTICS TRADING CO., LTD", "WENZHOU"),
    ("POLY FURNITURE HUBROZOG CO., LTD", "POLY FURNITURE HUBROZOG CO LTD", "FOSHAN"),
    ("POLYMER GRANULATE WORKS LTD", "POLYMER GRANULATE WORKS LTD", "NINGBO"),
    ("POLY TEXTILE DYEING CO.,LTD", "POLY TEXTILE DYEING CO LTD", "SHAOXING"),
    ("POLYGRAPH PRINTING MACHINES CO LTD", "POLYGRAPH PRINTING MACHINES CO LTD", "WUHAN"),
];

pub const CONSIGNEE_NAMESAKES: &[(&str, &str, &str)] = &[
    ("ОАО \"УАЗ\"", "UAZ OJSC", "ТЫМОГРАД"),
    ("ПАО \"УАЗ\"", "PJSC UAZ", "ТЫМОГРАД"),
    ("ООО \"УЛАН-УДЭНСКАЯ КРУЖЕВНАЯ МАНУФАКТУРА\"", "ULAN-UDE LACE MANUFACTORY LLC", "УЛАН-УДЭ"),
    ("ООО \"БАРНАУЛЬСКАЯ ПУГОВИЧНАЯ АРТЕЛЬ\"", "BARNAUL BUTTON WORKSHOP LLC", "БАРНАУЛ"),
    ("ООО \"АЛМАЗНЫЕ КУХНИ ЗОГРУД\"", "ZOGRUD DIAMOND KITCHENS LLC", "МОСКВА"),
    ("ООО \"ОБЪЕДИНЕННАЯ ПЕКАРНАЯ КОРПОРАЦИЯ ЛОБТИБ\"", "UNITED BAKERY CORPORATION LOBTIB LLC", "МОСКВА"),
];

/// A vendor of headsets whose name is the first word of a listed one.
pub const HEADSET_VENDOR: &str = "POLY INC";
