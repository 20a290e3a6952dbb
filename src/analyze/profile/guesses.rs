//! What a drafted schema states beside its columns, each with what speaks for it.
//!
//! In: columns with what they fill. Out: guesses, empty where nothing speaks for one: a person fills them in.

use super::tally::Counts;
use super::value_words;
use crate::model::column_words::Meaning;
use crate::model::country::CountryCode;
use crate::model::file_profile::{ColumnProfile, Guess, Guesses, Looks};
use crate::model::vendor_schema::fold_header;

/// Words of file names that say the flow.
const FLOW_STEMS: [(&str, &str); 14] = [
    ("import", "import"),
    ("импорт", "import"),
    ("імпорт", "import"),
    ("importacion", "import"),
    ("importacao", "import"),
    ("ithalat", "import"),
    ("进口", "import"),
    ("export", "export"),
    ("экспорт", "export"),
    ("експорт", "export"),
    ("exportacion", "export"),
    ("exportacao", "export"),
    ("ihracat", "export"),
    ("出口", "export"),
];

/// Returns the one flow of a table, by its column of flows, the file's name or its headers.
pub fn only_flow(columns: &[ColumnProfile], stem: &str) -> Option<&'static str> {
    let flows: Vec<&ColumnProfile> = columns.iter().filter(|column| column.looks == Looks::Flow).collect();
    if let [column] = flows[..] {
        let mut words = column.flows.values();
        let only = words.next()?.as_deref()?;
        let is_only = words.all(|other| other.as_deref() == Some(only));
        return ["import", "export", "transit"].into_iter().find(|flow| is_only && *flow == only);
    }
    let by_name = flow_in(stem);
    if by_name.is_some() {
        return by_name;
    }
    // `Importer` and `import` begin alike: a header has to be a date or number of imports.
    let mut said = columns.iter().filter_map(|column| {
        let words = fold_header(&column.name);
        let is_of_party = [
            "importer",
            "importador",
            "exporter",
            "exportador",
            "importateur",
            "exportateur",
            "импортер",
            "экспортер",
            "експортер",
            "імпортер",
        ];
        if is_of_party.iter().any(|party| words.contains(party)) { None } else { flow_in(&words) }
    });
    let first = said.next()?;
    said.all(|other| other == first).then_some(first)
}

fn flow_in(text: &str) -> Option<&'static str> {
    let text = fold_header(text);
    let has = |wanted: &str| FLOW_STEMS.iter().any(|(stem, flow)| *flow == wanted && text.contains(stem));
    match (has("import"), has("export")) {
        (true, false) => Some("import"),
        (false, true) => Some("export"),
        _ => None,
    }
}

/// Returns all guesses for a table.
pub fn guess(columns: &[ColumnProfile], meanings: &[Option<Meaning>], counts: &[Counts], stem: &str) -> Guesses {
    let filling = |name: &str| columns.iter().find(|column| column.fills.as_deref() == Some(name));
    let flow = flow(columns, stem);
    let mut guesses = Guesses {
        reporter_country_code: reporter(columns, &flow.value),
        grain: grain(columns, meanings),
        date_kind: Guess::default(),
        value_basis: Guess::default(),
        currency_code: Guess::default(),
        weight_unit: Guess::default(),
        flow,
    };
    let meaning = |column: &ColumnProfile| meanings[column.position - 1].as_ref();
    if let Some(date) = filling("date") {
        guesses.date_kind = match meaning(date) {
            Some(Meaning::Date(kind)) if ["registration", "arrival", "departure"].contains(&kind.as_str()) => {
                Guess::new(kind.clone(), format!("by the header `{}`", date.name))
            }
            _ => Guess::default(),
        };
    }
    let value = filling("value_usd").or_else(|| filling("value_original"));
    if let Some(Meaning::Value { basis, .. }) = value.and_then(meaning)
        && !basis.is_empty()
    {
        guesses.value_basis = Guess::new(basis.clone(), format!("by the header `{}`", value.map_or("", |value| &value.name)));
    }
    if filling("currency_code").is_none()
        && let Some(value) = filling("value_original")
        && let Some(Meaning::Value { currency: Some(currency), .. }) = meaning(value)
    {
        guesses.currency_code = Guess::new(currency.clone(), format!("by the header `{}`", value.name));
    }
    if let Some(weight) = filling("net_weight_kg").or_else(|| filling("gross_weight_kg"))
        && filling("weight_unit").is_none()
    {
        guesses.weight_unit = weight_unit(weight, &counts[weight.position - 1]);
    }
    guesses
}

fn flow(columns: &[ColumnProfile], stem: &str) -> Guess {
    if columns.iter().any(|column| column.fills.as_deref() == Some("flow")) {
        return Guess::default();
    }
    match (flow_in(stem), only_flow(columns, stem)) {
        (Some(flow), _) => Guess::new(flow, "by the name of the file"),
        (None, Some(flow)) => Guess::new(flow, "by the words of the header"),
        _ => Guess::default(),
    }
}

/// Guesses who reports by a constant country: that of the destination for imports, of the departure for exports.
fn reporter(columns: &[ColumnProfile], flow: &str) -> Guess {
    let constant = |name: &str| -> Option<(String, &ColumnProfile)> {
        let column = columns.iter().find(|column| column.fills.as_deref() == Some(name))?;
        let only = column.examples.first().filter(|_| column.n_distinct == 1)?;
        Some((CountryCode::parse(only)?.to_string(), column))
    };
    if columns.iter().any(|column| column.fills.as_deref() == Some("reporter_country_code")) {
        return Guess::default();
    }
    let sides: &[&str] = match flow {
        "import" => &["destination_country_code", "consignee_country_code", "importer_country_code"],
        "export" => &["departure_country_code", "shipper_country_code", "exporter_country_code", "origin_country_code"],
        _ => &[],
    };
    match sides.iter().find_map(|side| constant(side)) {
        Some((country, column)) => Guess::new(country, format!("`{}` is always {}", column.name, column.examples[0])),
        None => Guess::default(),
    }
}

fn grain(columns: &[ColumnProfile], meanings: &[Option<Meaning>]) -> Guess {
    let fills = |name: &str| columns.iter().any(|column| column.fills.as_deref() == Some(name));
    let has_party = columns.iter().any(|column| {
        column.looks == Looks::Party
            || column.fills.as_deref().is_some_and(|fills| fills.ends_with("_name") && fills != "manufacturer_name")
    });
    let has_days = columns
        .iter()
        .filter(|column| column.fills.as_deref() == Some("date"))
        .any(|column| column.dates.as_ref().is_some_and(|dates| dates.formats.iter().any(|form| form.format.contains("%d"))));
    let says_total = columns.iter().zip(meanings).any(|(column, meaning)| {
        let name = fold_header(&column.name);
        meaning.is_some() && (name.starts_with("sumof") || name.starts_with("total") && !name.contains("items"))
    });
    if fills("line_number") || fills("declaration_id") {
        Guess::new("line", "a declaration or line number is stated: check that one record is one line")
    } else if fills("bill_of_lading_id") || fills("master_bill_of_lading_id") {
        Guess::new("bill", "a bill of lading is stated and no declaration")
    } else if !has_party {
        Guess::new("aggregate", "no party, no document number")
    } else if !has_days {
        Guess::new("aggregate", "no document number, and dates without a day: sums of a month")
    } else if says_total {
        Guess::new("line", "parties and days, no document number; but headers speak of totals: check that these are no sums")
    } else {
        Guess::new("line", "parties and days, no document number")
    }
}

fn weight_unit(column: &ColumnProfile, counts: &Counts) -> Guess {
    if counts.numbers.n_with_unit * 2 > counts.n {
        return Guess::new("kg", "the values state their own unit, which stands over this one");
    }
    let words: Vec<String> =
        column.name.to_lowercase().split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect();
    // `G_WEIGHT` is gross, not in grams.
    let unit = words.iter().enumerate().filter(|(at, word)| *at > 0 || word.chars().count() > 1).map(|(_, word)| word);
    let unit = unit.into_iter().find(|word| {
        word.chars().count() <= 6
            && crate::model::measure::WeightUnit::parse(word).is_some()
            && value_words::word(word).is_none_or(|known| known.is_unit)
    });
    match unit {
        Some(unit) => Guess::new(unit.clone(), format!("by the header `{}`", column.name)),
        None if column.name.contains("千克") || column.name.contains("公斤") => Guess::new("kg", "by the header"),
        None => Guess::new("kg", "assumed: no header or value states a unit"),
    }
}
