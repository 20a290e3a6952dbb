//! Parties: how a side of a declaration is written by each vendor, and some thousand invented civil firms.
//!
//! In: a seed. Out: firms that do not exist. Their names are made of nonsense syllables and their tax numbers begin with the
//! region 00, which no tax office has; the check digits are right, as a program that checks them must not be able to tell them
//! apart.

use std::collections::BTreeSet;

use crate::generator::random::Random;

/// One side of a declaration as both vendors write it.
#[derive(Clone, Debug, Default)]
pub struct Side {
    pub name: String,
    pub tax_id: String,
    pub address: String,
    pub country: &'static str,
    pub second_name: String,
    pub second_tax_id: String,
    pub second_address: String,
}

/// An invented firm that appears on no list.
pub struct Firm {
    pub word: String,
    cyrillic_word: String,
    business: usize,
    place: usize,
    number: u64,
    pub tax_id: String,
}

pub struct Civilians {
    pub foreign: Vec<Firm>,
    pub russian: Vec<Firm>,
}

const SYLLABLES: &[(&str, &str)] = &[
    ("ZHUR", "ЖУР"),
    ("TYM", "ТЫМ"),
    ("KRO", "КРО"),
    ("VOKS", "ВОКС"),
    ("LOB", "ЛОБ"),
    ("DRAN", "ДРАН"),
    ("MIZ", "МИЗ"),
    ("FUG", "ФУГ"),
    ("GRI", "ГРИ"),
    ("NEB", "НЕБ"),
    ("SHUM", "ШУМ"),
    ("TOK", "ТОК"),
    ("RUD", "РУД"),
    ("PLES", "ПЛЕС"),
    ("VUN", "ВУН"),
    ("HAB", "ХАБ"),
    ("DOR", "ДОР"),
    ("KEM", "КЕМ"),
    ("VAD", "ВАД"),
    ("BUP", "БУП"),
    ("SNE", "СНЕ"),
    ("GLO", "ГЛО"),
    ("MUR", "МУР"),
    ("TIB", "ТИБ"),
    ("ZOG", "ЗОГ"),
    ("CHEV", "ЧЕВ"),
    ("FEN", "ФЕН"),
    ("NOK", "НОК"),
    ("SUZ", "СУЗ"),
    ("HRAM", "ХРАМ"),
];

/// Country, city, its Russian name.
const PLACES: &[(&str, &str, &str)] = &[
    ("CN", "SHENZHEN", "ШЭНЬЧЖЭНЬ"),
    ("CN", "NINGBO", "НИНБО"),
    ("CN", "QINGDAO", "ЦИНДАО"),
    ("CN", "GUANGZHOU", "ГУАНЧЖОУ"),
    ("CN", "HARBIN", "ХАРБИН"),
    ("CN", "SHANGHAI", "ШАНХАЙ"),
    ("DE", "HAMBURG", "ГАМБУРГ"),
    ("DE", "KASSEL", "КАССЕЛЬ"),
    ("TR", "BURSA", "БУРСА"),
    ("TR", "IZMIR", "ИЗМИР"),
    ("KR", "BUSAN", "ПУСАН"),
    ("IT", "BOLOGNA", "БОЛОНЬЯ"),
    ("JP", "OSAKA", "ОСАКА"),
    ("TW", "TAICHUNG", "ТАЙЧЖУН"),
    ("HK", "KOWLOON", "КОУЛУН"),
    ("PL", "LODZ", "ЛОДЗЬ"),
    ("IN", "PUNE", "ПУНА"),
    ("VN", "HAIPHONG", "ХАЙФОН"),
];

const RUSSIAN_PLACES: &[(&str, &str)] = &[
    ("МОСКВА", "MOSCOW"),
    ("САНКТ-ПЕТЕРБУРГ", "SAINT PETERSBURG"),
    ("ВЛАДИВОСТОК", "VLADIVOSTOK"),
    ("ЧИТА", "CHITA"),
    ("НОВОСИБИРСК", "NOVOSIBIRSK"),
    ("ЕКАТЕРИНБУРГ", "YEKATERINBURG"),
    ("КАЗАНЬ", "KAZAN"),
    ("ИРКУТСК", "IRKUTSK"),
    ("ХАБАРОВСК", "KHABAROVSK"),
    ("КРАСНОДАР", "KRASNODAR"),
];

const BUSINESSES: &[(&str, &str)] = &[
    ("ELECTRONICS", "ЭЛЕКТРОНИКС"),
    ("TRADING", "ТРЕЙДИНГ"),
    ("MACHINERY", "МАШИНЕРИ"),
    ("TEXTILE", "ТЕКСТАЙЛ"),
    ("FURNITURE", "ФУРНИЧЕР"),
    ("FOODSTUFF", "ФУДСТАФФ"),
    ("CHEMICAL", "КЕМИКАЛ"),
    ("LIGHTING", "ЛАЙТИНГ"),
    ("CERAMICS", "КЕРАМИКС"),
    ("HARDWARE", "ХАРДВЕР"),
];

const RUSSIAN_BUSINESSES: &[(&str, &str)] = &[
    ("ТОРГ", "TORG"),
    ("СНАБ", "SNAB"),
    ("ОПТ", "OPT"),
    ("МАРКЕТ", "MARKET"),
    ("МЕБЕЛЬ", "MEBEL"),
    ("СЕРВИС", "SERVIS"),
    ("ПРОДУКТ", "PRODUKT"),
    ("ДЕТАЛЬ", "DETAL"),
    ("СТРОЙ", "STROY"),
    ("ТЕКСТИЛЬ", "TEKSTIL"),
];

const N_FIRMS: usize = 2_200;

impl Civilians {
    pub fn invent(seed: u64) -> Self {
        let mut random = Random::new(seed, "civilians", 0);
        let mut distinct = BTreeSet::new();
        while distinct.len() < 2 * N_FIRMS {
            let parts: Vec<_> = (0..3).map(|_| random.pick(SYLLABLES)).collect();
            let word: String = parts.iter().map(|(latin, _)| *latin).collect();
            let cyrillic_word: String = parts.iter().map(|(_, cyrillic)| *cyrillic).collect();
            distinct.insert((word, cyrillic_word));
        }
        let mut words: Vec<_> = distinct.into_iter().collect();
        random.shuffle(&mut words);
        let mut firms = words.into_iter().enumerate().map(|(at, (word, cyrillic_word))| Firm {
            word,
            cyrillic_word,
            business: random.below(BUSINESSES.len()),
            place: random.below(PLACES.len() * RUSSIAN_PLACES.len()),
            number: random.between(1, 99),
            tax_id: tax_number(1_000 + at as u64 * 17),
        });
        let foreign = firms.by_ref().take(N_FIRMS).collect();
        Civilians { foreign, russian: firms.collect() }
    }

    pub fn foreign_side(&self, random: &mut Random) -> Side {
        self.foreign[random.below_skewed(self.foreign.len())].foreign_side(random)
    }

    pub fn russian_side(&self, random: &mut Random) -> Side {
        self.russian[random.below_skewed(self.russian.len())].russian_side(random)
    }
}

impl Firm {
    fn place(&self) -> (&'static str, &'static str, &'static str) {
        PLACES[self.place % PLACES.len()]
    }

    /// Returns the firm's name in Latin letters, without a legal form.
    pub fn latin_core(&self) -> String {
        format!("{} {} {}", self.place().1, self.word, BUSINESSES[self.business].0)
    }

    fn foreign_side(&self, random: &mut Random) -> Side {
        let (country, city, russian_city) = self.place();
        let forms: &[&str] = match country {
            "DE" => &["GMBH", "GMBH & CO. KG"],
            "TR" => &["A.S.", "LTD. STI.", "LIMITED SIRKETI"],
            "IT" => &["S.R.L.", "SRL", "S.P.A."],
            "PL" => &["SP. Z O.O.", "SP Z OO"],
            "IN" => &["PVT LTD", "PRIVATE LIMITED"],
            _ => &["CO., LTD", "CO LTD", "CO.,LTD.", "COMPANY LIMITED"],
        };
        let second_name = format!("{} {}", self.latin_core(), random.pick(forms));
        let name = if random.chance(150) {
            format!("{russian_city} {} {} КО., ЛТД", self.cyrillic_word, BUSINESSES[self.business].1)
        } else {
            format!("{} {}", self.latin_core(), random.pick(forms))
        };
        let address = format!("EXAMPLE ROAD {} {city}", self.number);
        Side { name, country, second_name, second_address: address.clone(), address, ..Side::default() }
    }

    pub fn russian_side(&self, random: &mut Random) -> Side {
        let (business, latin_business) = RUSSIAN_BUSINESSES[self.business];
        let (city, latin_city) = RUSSIAN_PLACES[self.place % RUSSIAN_PLACES.len()];
        let core = format!("{}{business}", self.cyrillic_word);
        let latin_core = format!("{}{latin_business}", self.word);
        let name = match random.below(10) {
            0..=4 => format!("ООО \"{core}\""),
            5 | 6 => format!("{core} ООО"),
            7 => format!("ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ \"{core}\""),
            8 => format!("ООО {core}"),
            _ => format!("\"{core}\" ООО"),
        };
        let second_name = match random.below(3) {
            0 => format!("OOO {latin_core}"),
            1 => format!("{latin_core} LLC"),
            _ => format!("LIMITED LIABILITY COMPANY {latin_core}"),
        };
        Side {
            name,
            tax_id: self.tax_id.clone(),
            address: format!("Г. {city}, УЛ. ПРИМЕРНАЯ, Д. {}", self.number),
            country: "RU",
            second_name,
            second_tax_id: self.tax_id.clone(),
            second_address: format!("PRIMERNAYA STREET {} {latin_city}", self.number),
        }
    }
}

/// Returns the code of a branch (KPP) for a Russian tax number: its tax office, and `01001`. There is no office `0001`, which stands
/// for the offices of invented companies.
pub fn branch_code(tax_number: &str) -> String {
    let office = &tax_number[..4];
    format!("{}01001", if office == "0000" { "0001" } else { office })
}

/// Returns a Russian tax number of ten digits in the region 00, with its check digit.
pub fn tax_number(serial: u64) -> String {
    let body = format!("00{:07}", serial % 10_000_000);
    let weights = [2, 4, 10, 3, 5, 9, 4, 6, 8];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{body}{}", sum % 11 % 10)
}

/// Returns a Chinese unified social credit code of the administrative division 000000, with both check characters (GB 11714, GB
/// 32100).
pub fn social_credit_code(serial: u64) -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let organization = format!("{:08}", serial % 100_000_000);
    let sum: u32 =
        organization.bytes().zip([3, 7, 9, 10, 5, 8, 4, 2]).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + digit as u8),
    };
    let body = format!("91000000{organization}{check}");
    let (mut sum, mut weight) = (0, 1);
    for letter in body.bytes() {
        let value = LETTERS.iter().position(|&known| known == letter).expect("the body is made of the code's own letters");
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    format!("{body}{}", char::from(LETTERS[(31 - sum % 31) % 31]))
}
