//! A layout: a TOML file that says what the columns of a list mean, for lists that need no code of their own.
//!
//! In: the text of the layout. Out: a [`Layout`], by which `layout_rows.rs` reads lists. An unknown key is an error, since a mistyped one
//! that is ignored would leave a column out.

use super::plimsoll::{KindWord, Place};
use crate::error::{Error, Result};
use crate::names::identifiers::IdentifierKind;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What the columns of a list mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    #[serde(rename = "title")]
    _title: String,
    /// Where the layout is known from.
    #[serde(rename = "source")]
    _source: Option<String>,
    #[serde(rename = "date")]
    _date: Option<toml::Value>,
    #[serde(rename = "licence")]
    _licence: Option<String>,
    #[serde(rename = "note")]
    _note: Option<String>,
    /// The columns that identify an entity together: rows that agree in them are one entity.
    pub id: Vec<String>,
    /// Columns that stand in for the id in rows where one of its columns is empty.
    #[serde(default)]
    pub id_otherwise: Vec<String>,
    /// Columns by which a file of this layout is told; those of the id and of the names where it is left out.
    #[serde(default)]
    required: Vec<String>,
    /// Who lists, where no column says it.
    #[serde(default)]
    pub authority: String,
    #[serde(default)]
    pub programs: Vec<String>,
    /// What every entity is, where no column says it.
    pub kind: Option<KindWord>,
    pub delimiter: Option<char>,
    /// `strftime` forms of days, tried in order; `serial` is a spreadsheet's count of days.
    #[serde(default)]
    pub dates: Vec<String>,
    /// Texts that state nothing.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Whether persons are written `SURNAME, Given`.
    #[serde(default)]
    pub surname_first: bool,
    /// Whether an entity has one row only, so that a second one with other words is a fault.
    #[serde(default)]
    pub unique_ids: bool,
    pub columns: BTreeMap<String, Field>,
    /// Between what the values of a column stand that holds several.
    #[serde(default)]
    pub split: BTreeMap<String, Vec<String>>,
    /// Columns of names that end in another spelling between brackets.
    #[serde(default)]
    pub brackets: Vec<String>,
    /// Columns whose values may be marked `(a)`, `(b)`.
    #[serde(default)]
    pub enumerated: Vec<String>,
    /// Columns that hold identifiers, with their kind.
    #[serde(default)]
    pub identifiers: BTreeMap<String, IdentifierWord>,
    /// Columns that name another entity, with what ties the two.
    #[serde(default)]
    pub ties: BTreeMap<String, String>,
    /// Columns that are an address together.
    #[serde(default)]
    pub addresses: Vec<Vec<String>>,
    /// The list's words for what an entity is.
    #[serde(default)]
    pub kinds: BTreeMap<String, KindWord>,
    /// The list's words for what a name is.
    #[serde(default)]
    pub name_kinds: BTreeMap<String, NameWord>,
    /// Columns that are left out on purpose, each with the reason.
    #[serde(default)]
    ignored: BTreeMap<String, String>,
}

/// What a column states.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[serde(rename_all = "snake_case")]
pub(super) enum Field {
    Kind,
    NameKind,
    Name,
    StrongAlias,
    WeakAlias,
    FormerName,
    OriginalScript,
    /// A country.
    Country,
    /// Countries or the words for their citizens.
    Nationality,
    Address,
    Authority,
    Program,
    ListedOn,
    DelistedOn,
}

/// What a name is to its entity, as a layout writes it.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum NameWord {
    Primary,
    StrongAlias,
    WeakAlias,
    FormerName,
    OriginalScript,
}

/// The kind of an identifier, as a layout writes it: any but a phone number, which identifies nobody.
#[derive(Deserialize, Clone, Copy)]
#[serde(try_from = "String")]
pub(super) struct IdentifierWord(pub IdentifierKind);

impl TryFrom<String> for IdentifierWord {
    type Error = String;

    fn try_from(word: String) -> std::result::Result<Self, String> {
        let kinds = || IdentifierKind::ALL.into_iter().filter(|kind| *kind != IdentifierKind::Phone);
        kinds().find(|kind| kind.as_str() == word).map(IdentifierWord).ok_or_else(|| {
            let known: Vec<String> = kinds().map(|kind| format!("`{}`", kind.as_str())).collect();
            format!("unknown variant `{word}`, expected one of {}", known.join(", "))
        })
    }
}

impl Layout {
    /// Reads a layout; `path` is what errors name.
    pub fn parse(text: &str, path: &Path) -> Result<Layout> {
        let text = text.trim_start_matches('\u{feff}');
        let layout: Layout = toml::from_str(text).map_err(|error| Place { path, text }.explain(&error))?;
        if layout.id.is_empty() {
            return Err(Error::request(format!("the layout `{}` names no column in `id`", path.display()))
                .hint("name the columns that identify an entity together, if need be its name and country"));
        }
        if !layout.columns.values().any(|field| *field == Field::Name) {
            return Err(Error::request(format!("the layout `{}` has no column for `name`", path.display()))
                .hint("write `HEADER = \"name\"` under `[columns]`"));
        }
        if let Some((column, _)) = layout.ignored.iter().find(|(column, _)| layout.columns.contains_key(*column)) {
            let message = format!("the layout `{}` both uses and ignores the column `{column}`", path.display());
            return Err(Error::request(message));
        }
        Ok(layout)
    }

    /// Returns the columns that a file of this layout must have.
    pub fn required(&self) -> Vec<&str> {
        if !self.required.is_empty() {
            return self.required.iter().map(String::as_str).collect();
        }
        let names = self.columns.iter().filter(|(_, field)| **field == Field::Name).map(|(column, _)| column.as_str());
        self.id.iter().map(String::as_str).chain(names).collect()
    }

    /// Returns all columns that the layout speaks of.
    pub fn known(&self) -> impl Iterator<Item = &str> {
        let listed = [self.columns.keys().collect::<Vec<_>>(), self.identifiers.keys().collect(), self.ties.keys().collect()];
        let listed = listed.into_iter().flatten().chain(self.ignored.keys());
        listed.chain(&self.id).chain(self.addresses.iter().flatten()).map(String::as_str)
    }

    /// Returns the columns that state something, in the order of the layout's words.
    pub fn columns_of(&self, field: Field) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(move |(_, known)| **known == field).map(|(column, _)| column.as_str())
    }

    /// Whether a row is an act of listing; else its entity is only named.
    pub fn is_designation(&self) -> bool {
        let acts = [Field::Authority, Field::Program, Field::ListedOn, Field::DelistedOn];
        !self.authority.is_empty() || !self.programs.is_empty() || self.columns.values().any(|field| acts.contains(field))
    }
}
