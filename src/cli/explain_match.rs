//! `plimsoll explain match`: which words of two names pair, and what the score is made of.

use super::terminal;
use crate::analyze::screen::Band;
use crate::error::Result;
use crate::names::alignment::compare_names;
use crate::names::name::{Name, NameWord, Role};
use crate::names::ofac::ofac_score;
use crate::pipeline::names::add_words;
use serde_json::json;
use std::path::PathBuf;

/// The layout of `--json`; a new key changes nothing, a key that goes or changes does.
const SCHEMA_VERSION: u32 = 1;

/// Say how two names compare: which words pair and how, what is left over, and the score.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = "Example:\n  plimsoll explain match \"POLI TEKNOLOGIES LTD\" \"Poly Technologies, Inc.\"\n\nprints each pair of words \
                             with the share of the listed name that it covers, and the score. The first name is a party's, the second a \
                             listed one: a listed name must be covered, a party's may say more. Country, identifiers and the kind of \
                             entity are no part of it."
)]
pub struct Args {
    /// A party's name
    name: String,
    /// A listed name
    listed: String,
    /// Your own legal forms and business words, as for `screen`
    #[arg(long, value_name = "FILE")]
    words: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<u8> {
    add_words(args.words.as_deref())?;
    let (name, listed) = (Name::read(&args.name), Name::read(&args.listed));
    let comparison = compare_names(&name, &listed);
    let band = if comparison.score < crate::analyze::screen::WEAK { "none" } else { Band::of(comparison.score).as_str() };
    let parts = comparison.parts(&name, &listed);
    let ofac_score = ofac_score(&args.name, &args.listed);
    if args.json {
        let document = json!({
            "schema_version": SCHEMA_VERSION,
            "name": args.name,
            "listed_name": args.listed,
            "score": f64::from(comparison.score) / 1000.0,
            "band": band,
            "evidence": parts,
            "name_words": name.words.iter().map(word_text).collect::<Vec<_>>(),
            "listed_words": listed.words.iter().map(word_text).collect::<Vec<_>>(),
            "ofac_score": ofac_score,
        });
        terminal::print(&format!("{document:#}\n"))?;
        return Ok(0);
    }
    let line = |name: &Name| name.words.iter().map(word_text).collect::<Vec<_>>().join(" | ");
    let mut text =
        format!("name    {}\n        {}\nlisted  {}\n        {}\n\n", args.name, line(&name), args.listed, line(&listed));
    for part in parts {
        text.push_str(&format!("  {part}\n"));
    }
    let score = comparison.score;
    text.push_str(&format!("\nscore   {}.{:03} ({band})\n", score / 1000, score % 1000));
    text.push_str(&format!("OFAC's own search would show about {ofac_score} of 100\n"));
    terminal::print(&terminal::printable(&text))?;
    Ok(0)
}

/// Returns a word with its weight and what it is, unless it belongs to the name itself.
fn word_text(word: &NameWord) -> String {
    let weight = format!("{}.{}", word.weight / 1000, word.weight % 1000 / 100);
    let role = match word.role {
        Role::Legal(class) => format!(" legal form {class}"),
        Role::Aside => return format!("{} (set aside)", word.form.text),
        _ if word.is_address => " address".to_owned(),
        Role::Number => " number".to_owned(),
        Role::Core => String::new(),
    };
    format!("{} ({weight}{role})", word.form.text)
}
