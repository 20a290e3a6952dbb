//! Goods: tariff code, description in two languages, a usual weight and value.
//!
//! In: nothing. Out: tables to pick from, each with one meaning for the answer. Codes and values are plausible, not quoted from a
//! tariff; what matters is which of them the run file's goods sets hold, and that civil descriptions hold none of their phrases.

use Unit::{Kilogram, Liter, Meter, Pair, Piece};

use crate::generator::calendar::Day;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    Kilogram,
    Liter,
    Meter,
    Pair,
    Piece,
}

impl Unit {
    pub fn russian(self) -> &'static str {
        match self {
            Kilogram => "кг",
            Liter => "л",
            Meter => "м",
            Pair => "пара",
            Piece => "шт",
        }
    }

    pub fn english(self) -> &'static str {
        match self {
            Kilogram => "KG",
            Liter => "L",
            Meter => "M",
            Pair => "PAIR",
            Piece => "PCS",
        }
    }
}

/// One kind of goods. `{n}` in a description stands for a number from 1 to 9.
#[derive(Clone, Copy, Debug)]
pub struct Good {
    code: &'static str,
    /// The code in the HS edition of 2022.
    later_code: &'static str,
    pub russian: &'static str,
    pub english: &'static str,
    pub unit: Unit,
    /// Weight of one unit.
    pub grams: u64,
    /// Value of one kilogram in US cents.
    pub cents: u64,
}

impl Good {
    pub fn code_on(&self, day: Day) -> &'static str {
        if day.year() < 2022 { self.code } else { self.later_code }
    }

    /// Returns whether goods of this kind are machines or apparatus, which carry a model.
    pub fn has_model(&self) -> bool {
        matches!(&self.code[..2], "84" | "85" | "87" | "88" | "90")
    }
}

const fn good(code: &'static str, russian: &'static str, english: &'static str, unit: Unit, grams: u64, cents: u64) -> Good {
    Good { code, later_code: code, russian, english, unit, grams, cents }
}

const fn renamed(
    code: &'static str,
    later_code: &'static str,
    russian: &'static str,
    english: &'static str,
    unit: Unit,
    grams: u64,
    cents: u64,
) -> Good {
    Good { code, later_code, russian, english, unit, grams, cents }
}

/// Harmless by code and by text, from nearly every chapter.
pub const CIVIL: &[Good] = &[
    good("0102291000", "БЫКИ ПЛЕМЕННЫЕ ЖИВЫЕ", "LIVE BREEDING CATTLE", Piece, 420_000, 600),
    good("0201300009", "ГОВЯДИНА ОХЛАЖДЕННАЯ БЕСКОСТНАЯ", "CHILLED BONELESS BEEF", Kilogram, 1_000, 520),
    good("0207141009", "МЯСО КУР МОРОЖЕНОЕ", "FROZEN CHICKEN CUTS", Kilogram, 1_000, 150),
    good("0303140000", "ФОРЕЛЬ МОРОЖЕНАЯ", "FROZEN TROUT", Kilogram, 1_000, 610),
    good("0304719000", "ФИЛЕ ТРЕСКИ МОРОЖЕНОЕ", "FROZEN COD FILLETS", Kilogram, 1_000, 480),
    good("0402101100", "МОЛОКО СУХОЕ ОБЕЗЖИРЕННОЕ", "SKIMMED MILK POWDER", Kilogram, 1_000, 310),
    good("0405101100", "МАСЛО СЛИВОЧНОЕ", "BUTTER", Kilogram, 1_000, 450),
    good("0406909900", "СЫР ПОЛУТВЕРДЫЙ", "SEMI-HARD CHEESE", Kilogram, 1_000, 520),
    good("0504000000", "КИШКИ ОЧИЩЕННЫЕ ДЛЯ КОЛБАС", "CLEANED SAUSAGE CASINGS", Kilogram, 1_000, 900),
    good("0603110000", "РОЗЫ СРЕЗАННЫЕ", "CUT ROSES", Piece, 50, 700),
    good("0702000007", "ТОМАТЫ СВЕЖИЕ", "FRESH TOMATOES", Kilogram, 1_000, 110),
    good("0703101900", "ЛУК РЕПЧАТЫЙ", "ONIONS", Kilogram, 1_000, 40),
    good("0803901000", "БАНАНЫ СВЕЖИЕ", "FRESH BANANAS", Kilogram, 1_000, 75),
    good("0805102000", "АПЕЛЬСИНЫ СВЕЖИЕ", "FRESH ORANGES", Kilogram, 1_000, 70),
    good("0808108006", "ЯБЛОКИ СВЕЖИЕ", "FRESH APPLES", Kilogram, 1_000, 65),
    good("0901110009", "КОФЕ НЕЖАРЕНЫЙ", "GREEN COFFEE", Kilogram, 1_000, 300),
    good("0902300009", "ЧАЙ ЧЕРНЫЙ БАЙХОВЫЙ", "BLACK TEA", Kilogram, 1_000, 380),
    good("1006309800", "РИС ШЛИФОВАННЫЙ", "MILLED RICE", Kilogram, 1_000, 70),
    good("1107109900", "СОЛОД НЕОБЖАРЕННЫЙ", "MALT", Kilogram, 1_000, 60),
    good("1209918000", "СЕМЕНА ОВОЩЕЙ", "VEGETABLE SEEDS", Kilogram, 1_000, 4_500),
    good("1302190500", "ЭКСТРАКТ ВАНИЛИ", "VANILLA EXTRACT", Kilogram, 1_000, 6_000),
    good("1404900008", "ЛЮФФА", "LOOFAH", Kilogram, 1_000, 400),
    good("1511909902", "МАСЛО ПАЛЬМОВОЕ", "PALM OIL", Kilogram, 1_000, 90),
    good("1604142100", "ТУНЕЦ КОНСЕРВИРОВАННЫЙ", "CANNED TUNA", Kilogram, 1_000, 430),
    good("1704907500", "КАРАМЕЛЬ", "CARAMELS", Kilogram, 1_000, 250),
    good("1806329000", "ШОКОЛАД В ПЛИТКАХ", "CHOCOLATE BARS", Kilogram, 1_000, 540),
    good("1905313000", "ПЕЧЕНЬЕ СЛАДКОЕ", "SWEET BISCUITS", Kilogram, 1_000, 260),
    good("2009119900", "СОК АПЕЛЬСИНОВЫЙ КОНЦЕНТРАТ", "ORANGE JUICE CONCENTRATE", Kilogram, 1_000, 200),
    good("2106909809", "ДОБАВКА ПИЩЕВАЯ", "FOOD PREPARATION", Kilogram, 1_000, 1_100),
    good("2204219800", "ВИНО ВИНОГРАДНОЕ", "GRAPE WINE", Liter, 1_000, 320),
    good("2309909609", "КОРМ ДЛЯ КОШЕК", "CAT FOOD", Kilogram, 1_000, 180),
    good("2401106000", "ТАБАК ЛИСТОВОЙ", "LEAF TOBACCO", Kilogram, 1_000, 500),
    good("2515120000", "МРАМОР РАСПИЛЕННЫЙ", "MARBLE SLABS", Kilogram, 1_000, 35),
    good("2602000000", "РУДА МАРГАНЦЕВАЯ", "MANGANESE ORE", Kilogram, 1_000, 20),
    good("2710198200", "МАСЛО МОТОРНОЕ", "ENGINE OIL", Kilogram, 1_000, 240),
    good("2815110000", "СОДА КАУСТИЧЕСКАЯ", "CAUSTIC SODA", Kilogram, 1_000, 45),
    good("2922410000", "ЛИЗИН КОРМОВОЙ", "FEED LYSINE", Kilogram, 1_000, 150),
    good("3004900002", "ЛЕКАРСТВЕННЫЕ СРЕДСТВА В ТАБЛЕТКАХ", "MEDICAMENTS IN TABLETS", Kilogram, 1_000, 9_500),
    good("3102101000", "МОЧЕВИНА", "UREA", Kilogram, 1_000, 35),
    good("3208109000", "ЭМАЛЬ ПОЛИЭФИРНАЯ", "POLYESTER ENAMEL", Kilogram, 1_000, 420),
    good("3304990000", "КРЕМ КОСМЕТИЧЕСКИЙ", "COSMETIC CREAM", Piece, 120, 1_500),
    good("3402209000", "СРЕДСТВО МОЮЩЕЕ", "WASHING PREPARATION", Kilogram, 1_000, 170),
    good("3506919000", "КЛЕЙ ЭПОКСИДНЫЙ", "EPOXY ADHESIVE", Kilogram, 1_000, 700),
    good("3605000000", "СПИЧКИ", "MATCHES", Kilogram, 1_000, 120),
    good("3703209000", "ФОТОБУМАГА", "PHOTOGRAPHIC PAPER", Kilogram, 1_000, 650),
    good("3808929000", "ФУНГИЦИД", "FUNGICIDE", Kilogram, 1_000, 1_100),
    good("3901209009", "ПОЛИЭТИЛЕН В ГРАНУЛАХ", "POLYETHYLENE GRANULES", Kilogram, 1_000, 130),
    good("3917320009", "ТРУБА ПНД {n}\"", "HDPE PIPE {n}\"", Meter, 650, 210),
    good("3923210000", "МЕШКИ ПОЛИЭТИЛЕНОВЫЕ", "POLYETHYLENE BAGS", Kilogram, 1_000, 230),
    good("3926909709", "ЗАГЛУШКИ ПЛАСТМАССОВЫЕ", "PLASTIC CAPS", Kilogram, 1_000, 520),
    good("4011100003", "ШИНЫ ЛЕГКОВЫЕ R{n}", "CAR TYRES R{n}", Piece, 9_000, 380),
    good("4016930005", "УПЛОТНЕНИЯ РЕЗИНОВЫЕ", "RUBBER SEALS", Kilogram, 1_000, 900),
    good("4104119100", "КОЖА КРС ВЕТ-БЛЮ", "WET BLUE BOVINE LEATHER", Kilogram, 1_000, 450),
    good("4202121900", "ЧЕМОДАНЫ", "SUITCASES", Piece, 3_200, 600),
    good("4302199000", "ОВЧИНА ВЫДЕЛАННАЯ", "DRESSED SHEEPSKIN", Piece, 900, 2_500),
    good("4412339000", "ФАНЕРА БЕРЕЗОВАЯ", "BIRCH PLYWOOD", Kilogram, 1_000, 80),
    good("4503109000", "ПРОБКИ КОРКОВЫЕ", "CORK STOPPERS", Piece, 5, 1_500),
    good("4602190000", "КОРЗИНЫ ПЛЕТЕНЫЕ", "WICKER BASKETS", Piece, 600, 450),
    good("4703210001", "ЦЕЛЛЮЛОЗА БЕЛЕНАЯ", "BLEACHED PULP", Kilogram, 1_000, 65),
    good("4810138009", "БУМАГА МЕЛОВАННАЯ", "COATED PAPER", Kilogram, 1_000, 95),
    good("4901990000", "КНИГИ ПЕЧАТНЫЕ", "PRINTED BOOKS", Piece, 500, 700),
    good("5007203100", "ТКАНЬ ШЕЛКОВАЯ", "SILK FABRIC", Meter, 90, 7_000),
    good("5112199000", "ТКАНЬ ШЕРСТЯНАЯ", "WOOLLEN FABRIC", Meter, 320, 3_100),
    good("5208520000", "ТКАНЬ ХЛОПКОВАЯ НАБИВНАЯ", "PRINTED COTTON FABRIC", Meter, 140, 900),
    good("5309110000", "ТКАНЬ ЛЬНЯНАЯ", "LINEN FABRIC", Meter, 220, 1_400),
    good("5402330000", "НИТЬ ТЕКСТУРИРОВАННАЯ", "TEXTURED YARN", Kilogram, 1_000, 190),
    good("5503200000", "ВОЛОКНО ПОЛИЭФИРНОЕ", "POLYESTER STAPLE FIBRE", Kilogram, 1_000, 130),
    good("5603139000", "ПОЛОТНО НЕТКАНОЕ", "NONWOVEN FABRIC", Kilogram, 1_000, 310),
    good("5703309800", "КОВРЫ ТАФТИНГОВЫЕ", "TUFTED CARPETS", Kilogram, 1_000, 390),
    good("5806329000", "ЛЕНТА ТКАНАЯ 1/{n}\"", "WOVEN TAPE 1/{n}\"", Kilogram, 1_000, 850),
    good("5903209009", "ТКАНЬ С ПОЛИУРЕТАНОМ", "COATED FABRIC", Kilogram, 1_000, 600),
    good("6006320000", "ПОЛОТНО ТРИКОТАЖНОЕ", "KNITTED FABRIC", Kilogram, 1_000, 520),
    good("6109100000", "ФУТБОЛКИ ХЛОПКОВЫЕ", "COTTON T-SHIRTS", Piece, 160, 1_700),
    good("6203423500", "БРЮКИ МУЖСКИЕ", "MEN TROUSERS", Piece, 550, 1_600),
    good("6302100001", "БЕЛЬЕ ПОСТЕЛЬНОЕ", "BED LINEN", Kilogram, 1_000, 750),
    good("6403999600", "БОТИНКИ КОЖАНЫЕ", "LEATHER SHOES", Pair, 1_100, 2_100),
    good("6505009000", "ШАПКИ ТРИКОТАЖНЫЕ", "KNITTED HATS", Piece, 90, 1_900),
    good("6601910000", "ЗОНТЫ СКЛАДНЫЕ", "FOLDING UMBRELLAS", Piece, 350, 600),
    good("6702900000", "ЦВЕТЫ ИСКУССТВЕННЫЕ", "ARTIFICIAL FLOWERS", Kilogram, 1_000, 500),
    good("6802930000", "ПЛИТЫ ГРАНИТНЫЕ", "GRANITE TILES", Kilogram, 1_000, 45),
    good("6907210000", "ПЛИТКА КЕРАМИЧЕСКАЯ", "CERAMIC TILES", Kilogram, 1_000, 40),
    good("7013499900", "ПОСУДА СТЕКЛЯННАЯ", "GLASSWARE", Kilogram, 1_000, 210),
    good("7117190000", "БИЖУТЕРИЯ", "IMITATION JEWELLERY", Kilogram, 1_000, 3_300),
    good("7213914900", "КАТАНКА СТАЛЬНАЯ", "STEEL WIRE ROD", Kilogram, 1_000, 60),
    good("7304391000", "ТРУБА СТАЛЬНАЯ БЕСШОВНАЯ {n}\"", "SEAMLESS STEEL PIPE {n}\"", Kilogram, 1_000, 130),
    good("7318158900", "БОЛТЫ М{n} СТАЛЬНЫЕ", "STEEL BOLTS M{n}", Kilogram, 1_000, 280),
    good("7323930000", "КАСТРЮЛИ ИЗ НЕРЖАВЕЮЩЕЙ СТАЛИ", "STAINLESS STEEL POTS", Kilogram, 1_000, 620),
    good("7411211000", "ТРУБКА ЛАТУННАЯ {n}\"", "BRASS TUBE {n}\"", Kilogram, 1_000, 750),
    good("7502100000", "НИКЕЛЬ НЕЛЕГИРОВАННЫЙ", "UNWROUGHT NICKEL", Kilogram, 1_000, 1_400),
    good("7607119000", "ФОЛЬГА АЛЮМИНИЕВАЯ", "ALUMINIUM FOIL", Kilogram, 1_000, 330),
    good("7801100000", "СВИНЕЦ РАФИНИРОВАННЫЙ", "REFINED LEAD", Kilogram, 1_000, 210),
    good("7901110000", "ЦИНК НЕОБРАБОТАННЫЙ", "UNWROUGHT ZINC", Kilogram, 1_000, 260),
    good("8003000000", "ПРУТОК ОЛОВЯННЫЙ", "TIN RODS", Kilogram, 1_000, 2_100),
    good("8108903009", "ПРОВОЛОКА ТИТАНОВАЯ", "TITANIUM WIRE", Kilogram, 1_000, 3_900),
    good("8205200000", "МОЛОТКИ СЛЕСАРНЫЕ", "HAMMERS", Piece, 600, 520),
    good("8301401100", "ЗАМКИ ДВЕРНЫЕ", "DOOR LOCKS", Piece, 700, 800),
    good("8413702100", "НАСОС ПОГРУЖНОЙ {n}\"", "SUBMERSIBLE PUMP {n}\"", Piece, 14_000, 900),
    good("8414510000", "ВЕНТИЛЯТОРЫ НАСТОЛЬНЫЕ", "TABLE FANS", Piece, 1_800, 500),
    good("8418102001", "ХОЛОДИЛЬНИК БЫТОВОЙ", "HOUSEHOLD REFRIGERATOR", Piece, 62_000, 480),
    good("8422110000", "МАШИНА ПОСУДОМОЕЧНАЯ", "DISHWASHING MACHINE", Piece, 41_000, 610),
    good("8450111100", "МАШИНА СТИРАЛЬНАЯ", "WASHING MACHINE", Piece, 58_000, 430),
    good("8458198000", "СТАНОК ТОКАРНЫЙ РУЧНОЙ, ОТВЕРСТИЕ {n}\"", "MANUAL LATHE, SPINDLE BORE {n}\"", Piece, 900_000, 750),
    good("8467211000", "ДРЕЛЬ ЭЛЕКТРИЧЕСКАЯ", "ELECTRIC DRILL", Piece, 1_900, 950),
    good("8481808199", "КРАН ШАРОВОЙ {n}\"", "BALL VALVE {n}\"", Piece, 400, 1_100),
    good("8501109900", "ЭЛЕКТРОДВИГАТЕЛЬ", "ELECTRIC MOTOR", Piece, 350, 2_100),
    good("8507600000", "АККУМУЛЯТОР ЛИТИЙ-ИОННЫЙ", "LITHIUM-ION BATTERY", Piece, 250, 4_200),
    good("8516500000", "ПЕЧЬ МИКРОВОЛНОВАЯ", "MICROWAVE OVEN", Piece, 12_000, 480),
    good("8516710000", "КОФЕВАРКА", "COFFEE MAKER", Piece, 3_100, 1_200),
    good("8528722001", "ТЕЛЕВИЗОР {n}0\"", "TELEVISION SET {n}0\"", Piece, 11_000, 1_500),
    good("8544429009", "ШНУР ПИТАНИЯ", "POWER CORD", Kilogram, 1_000, 900),
    good("8607199001", "КОЛЕСА ЖЕЛЕЗНОДОРОЖНЫЕ", "RAILWAY WHEELS", Piece, 390_000, 140),
    good("8703231981", "АВТОМОБИЛЬ ЛЕГКОВОЙ", "PASSENGER CAR", Piece, 1_400_000, 900),
    good("8708309909", "КОЛОДКИ ТОРМОЗНЫЕ", "BRAKE PADS", Kilogram, 1_000, 700),
    good("8903929900", "КАТЕР МОТОРНЫЙ {n} М", "MOTOR BOAT {n} M", Piece, 1_800_000, 1_700),
    good("9004101000", "ОЧКИ СОЛНЦЕЗАЩИТНЫЕ", "SUNGLASSES", Piece, 40, 3_500),
    good("9018390000", "КАТЕТЕРЫ МЕДИЦИНСКИЕ; СТЕРИЛЬНЫЕ", "MEDICAL CATHETERS", Kilogram, 1_000, 5_200),
    good("9102110000", "ЧАСЫ НАРУЧНЫЕ КВАРЦЕВЫЕ", "QUARTZ WRIST WATCHES", Piece, 60, 4_000),
    good("9207109000", "СИНТЕЗАТОР МУЗЫКАЛЬНЫЙ", "MUSICAL KEYBOARD", Piece, 6_500, 1_500),
    good("9401610000", "КРЕСЛО ДЛЯ ОТДЫХА", "UPHOLSTERED ARMCHAIR", Piece, 24_000, 420),
    good("9403501000", "КРОВАТЬ ДЕРЕВЯННАЯ", "WOODEN BED", Piece, 48_000, 260),
    good("9503007500", "ИГРУШКИ ПЛАСТМАССОВЫЕ", "PLASTIC TOYS", Kilogram, 1_000, 850),
    good("9506919000", "ТРЕНАЖЕР СПОРТИВНЫЙ", "FITNESS MACHINE", Piece, 55_000, 520),
    good("9603210000", "ЩЕТКИ ЗУБНЫЕ", "TOOTHBRUSHES", Piece, 20, 1_600),
    good("9701100000", "КАРТИНЫ МАСЛОМ", "OIL PAINTINGS", Piece, 2_500, 9_000),
];

/// On the common high priority list under the same code in the HS editions of 2012, 2017 and 2022.
pub const PRIORITY: &[Good] = &[
    good(
        "8542319010",
        "ПРОЦЕССОРЫ: МИКРОСХЕМЫ ИНТЕГРАЛЬНЫЕ МОНОЛИТНЫЕ",
        "PROCESSORS: MONOLITHIC INTEGRATED CIRCUITS",
        Piece,
        2,
        95_000,
    ),
    good("8542329000", "МИКРОСХЕМЫ ПАМЯТИ", "MEMORY INTEGRATED CIRCUITS", Piece, 2, 80_000),
    good("8542330000", "МИКРОСХЕМЫ УСИЛИТЕЛЕЙ", "AMPLIFIER INTEGRATED CIRCUITS", Piece, 2, 70_000),
    good("8542399010", "СХЕМЫ ИНТЕГРАЛЬНЫЕ ПРОЧИЕ", "OTHER INTEGRATED CIRCUITS", Piece, 2, 65_000),
    good(
        "8517620009",
        "АППАРАТУРА КОММУТАЦИИ И ПЕРЕДАЧИ ДАННЫХ",
        "DATA SWITCHING AND TRANSMISSION APPARATUS",
        Piece,
        1_500,
        9_000,
    ),
    good("8526912000", "ПРИЕМНИК РАДИОНАВИГАЦИОННЫЙ", "RADIO NAVIGATION RECEIVER", Piece, 900, 30_000),
    good("8532210000", "КОНДЕНСАТОРЫ ТАНТАЛОВЫЕ", "TANTALUM CAPACITORS", Piece, 1, 40_000),
    good("8532240000", "КОНДЕНСАТОРЫ КЕРАМИЧЕСКИЕ МНОГОСЛОЙНЫЕ", "CERAMIC MULTILAYER CAPACITORS", Piece, 1, 20_000),
    good("8471500000", "БЛОК ОБРАБОТКИ ДАННЫХ", "DATA PROCESSING UNIT", Piece, 7_000, 6_000),
    good("8504408200", "ВЫПРЯМИТЕЛЬ СТАТИЧЕСКИЙ", "STATIC CONVERTER", Piece, 2_500, 3_500),
    good("8529101100", "АНТЕННА ТЕЛЕСКОПИЧЕСКАЯ", "AERIAL", Piece, 1_200, 5_000),
    good("8536699008", "СОЕДИНИТЕЛИ ЭЛЕКТРИЧЕСКИЕ", "ELECTRICAL PLUGS AND SOCKETS", Piece, 30, 7_000),
    good("8536908500", "КЛЕММЫ ЭЛЕКТРИЧЕСКИЕ", "ELECTRICAL TERMINALS", Piece, 25, 5_500),
    good("8541100009", "ДИОДЫ ПОЛУПРОВОДНИКОВЫЕ", "SEMICONDUCTOR DIODES", Piece, 1, 30_000),
    good("8541290000", "ТРАНЗИСТОРЫ МОЩНЫЕ", "POWER TRANSISTORS", Piece, 6, 26_000),
    good("8541600000", "РЕЗОНАТОРЫ КВАРЦЕВЫЕ", "MOUNTED PIEZO-ELECTRIC CRYSTALS", Piece, 2, 24_000),
    good("8482109008", "ПОДШИПНИКИ ШАРИКОВЫЕ {n}\"", "BALL BEARINGS {n}\"", Piece, 450, 1_900),
    good("8482200009", "ПОДШИПНИКИ РОЛИКОВЫЕ КОНИЧЕСКИЕ", "TAPERED ROLLER BEARINGS", Piece, 800, 1_700),
    good("9014208009", "ПРИБОР НАВИГАЦИОННЫЙ", "NAVIGATION INSTRUMENT", Piece, 2_600, 42_000),
    good("9014800000", "ДАТЧИК НАВИГАЦИОННЫЙ", "NAVIGATION SENSOR", Piece, 700, 39_000),
    good("8534001900", "ПЛАТЫ ПЕЧАТНЫЕ", "PRINTED CIRCUITS", Piece, 60, 12_000),
    good("8543200000", "ГЕНЕРАТОР СИГНАЛОВ", "SIGNAL GENERATOR", Piece, 5_200, 15_000),
    good("9030200000", "ОСЦИЛЛОГРАФ ЦИФРОВОЙ", "DIGITAL OSCILLOSCOPE", Piece, 4_300, 16_000),
    good("8457109009", "ЦЕНТР ОБРАБАТЫВАЮЩИЙ С ЧПУ, ПАТРОН {n}\"", "MACHINING CENTRE CNC, CHUCK {n}\"", Piece, 5_200_000, 1_800),
    good("8458118000", "СТАНОК ТОКАРНЫЙ С ЧПУ, ОТВЕРСТИЕ {n}\"", "LATHE BORE {n}\" CNC", Piece, 3_900_000, 1_700),
];

/// Aircraft parts and navigation apparatus, by code.
pub const AIRCRAFT: &[Good] = &[
    renamed("8803300000", "8807300000", "РЕДУКТОР ХВОСТОВОЙ ВЕРТОЛЕТА", "HELICOPTER TAIL GEARBOX", Piece, 62_000, 21_000),
    renamed("8803300000", "8807300000", "ЧАСТИ ПЛАНЕРА ЛЕТАТЕЛЬНЫХ АППАРАТОВ", "AIRFRAME PARTS", Piece, 18_000, 16_000),
    renamed("8803100000", "8807100000", "ЛОПАСТЬ НЕСУЩЕГО ВИНТА", "MAIN ROTOR BLADE", Piece, 135_000, 30_000),
    renamed("8803200000", "8807200000", "СТОЙКА ШАССИ", "UNDERCARRIAGE LEG", Piece, 88_000, 24_000),
    good("8526918000", "АППАРАТУРА СПУТНИКОВОЙ НАВИГАЦИИ", "SATELLITE NAVIGATION APPARATUS", Piece, 1_400, 33_000),
];

/// Harmless by code, helicopter parts by their text.
pub const HELICOPTER_TEXT: &[Good] = &[
    good("8412212009", "ЦИЛИНДР ГИДРАВЛИЧЕСКИЙ ДЛЯ МИ-171Ш", "HYDRAULIC CYLINDER FOR MI-171SH", Piece, 7_300, 8_000),
    good("4016930005", "ПРОКЛАДКИ РЕЗИНОВЫЕ К ВЕРТОЛЕТУ", "RUBBER GASKETS FOR HELICOPTER", Kilogram, 1_000, 6_000),
    good("8421392008", "ФИЛЬТР ВОЗДУШНЫЙ ВЕРТОЛЕТНЫЙ", "HELICOPTER AIR FILTER", Piece, 2_400, 7_000),
    good(
        "7318158900",
        "БОЛТЫ СПЕЦИАЛЬНЫЕ ДЛЯ ВЕРТОЛЁТОВ МИ-8АМТШ",
        "SPECIAL BOLTS FOR MI-8AMTSH HELICOPTERS",
        Kilogram,
        1_000,
        9_000,
    ),
    good("8511400008", "СТАРТЕР-ГЕНЕРАТОР МИ 171", "STARTER GENERATOR MI171", Piece, 24_000, 11_000),
    good("8483409009", "ВАЛ ТРАНСМИССИИ МИ-8АМТШ Б/У", "USED TRANSMISSION SHAFT MI-8AMTSH", Piece, 31_000, 12_000),
    good("7007119000", "СТЕКЛО ОСТЕКЛЕНИЯ КАБИНЫ ВЕРТОЛЕТОВ", "COCKPIT GLAZING FOR HELICOPTERS", Piece, 5_100, 5_500),
    good("8412298109", "ЗАПЧАСТИ ДЛЯ МИ-8: ГИДРОУСИЛИТЕЛЬ", "SPARE PARTS FOR MI-8: HYDRAULIC BOOSTER", Piece, 9_700, 14_000),
    good("7320208108", "ПРУЖИНЫ; ЗАПАСНЫЕ ЧАСТИ К МИ-8Т", "SPRINGS, SPARE PARTS FOR MI-8T", Kilogram, 1_000, 5_200),
];

/// Harmless by code and description; only the model says for which helicopter.
pub const HELICOPTER_MODEL: &[Good] = &[
    good("8483908109", "ВТУЛКА БРОНЗОВАЯ", "BRONZE BUSHING", Piece, 800, 4_000),
    good("9026108900", "ДАТЧИК УРОВНЯ ТОПЛИВА", "FUEL LEVEL SENSOR", Piece, 600, 9_000),
    good("8413308008", "НАСОС ТОПЛИВНЫЙ {n}\"", "FUEL PUMP {n}\"", Piece, 5_200, 8_000),
];

/// Up to the HS edition of 2017 one code held lamps and the photosensitive devices that the list of 2024 means: the lamps are
/// harmless.
pub const LAMPS: Good = good("8541401000", "СВЕТОДИОДЫ ДЛЯ ЛАМП", "LIGHT EMITTING DIODES FOR LAMPS", Piece, 1, 9_000);

pub const PHONES: &[Good] = &[
    renamed("8517120000", "8517130000", "СМАРТФОН XIAOMI MI 8", "SMARTPHONE XIAOMI MI 8", Piece, 400, 40_000),
    good("8507600000", "АККУМУЛЯТОР, ЗАПЧАСТИ ДЛЯ XIAOMI MI 8", "BATTERY, SPARE PARTS FOR XIAOMI MI 8", Piece, 60, 9_000),
    good("3926909709", "ЧЕХОЛ ДЛЯ СМАРТФОНА XIAOMI MI-8", "CASE FOR SMARTPHONE XIAOMI MI-8", Piece, 40, 3_000),
];

/// Headsets: without a code of the list, and with one.
pub const HEADSETS: &[Good] = &[
    good("8518309500", "ГАРНИТУРА ПРОВОДНАЯ", "CORDED HEADSET", Piece, 180, 9_000),
    good("8517620009", "ГАРНИТУРА БЕСПРОВОДНАЯ", "WIRELESS HEADSET", Piece, 160, 14_000),
];
