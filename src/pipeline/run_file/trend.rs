//! `[trend]`: what every finding is tested for.

use super::RunFile;
use super::values::{Keys, Reader};
use crate::analyze::trend::Settings;
use crate::analyze::trend::change_design::{Kind, Season};
use crate::analyze::trend::families::Adjustment;
use crate::analyze::trend::sides::{ChangeDay, Transition};
use crate::analyze::trend::standard_errors::ErrorRule;
use crate::error::{Error, Result, nearest};
use crate::model::series::{Frequency, Measure};
use toml::{Table, Value};

/// `[trend]`: what every finding is tested for.
#[derive(Debug, Clone)]
pub struct TrendRequest {
    pub settings: Settings,
    pub frequency: Frequency,
    /// In the order of the run file; the first is the one that is plotted.
    pub measures: Vec<Measure>,
    /// The finding that is a control of all others, where a finding does not name its own.
    pub control: Option<String>,
    pub adjustment: Adjustment,
    /// Whether January and February are one period.
    pub is_combined: bool,
    /// Whether months at the end that are not wholly delivered are tested as if they were.
    pub has_lagging: bool,
}

const TREND: Keys = Keys {
    known: &[
        "change",
        "period",
        "measure",
        "control",
        "model",
        "season",
        "se",
        "adjust",
        "transition",
        "lag",
        "search_trend",
        "include_lagging",
        "combine",
    ],
    later: &[],
};

impl Reader {
    pub(super) fn trend(&self, table: &Table) -> Result<TrendRequest> {
        let place = "[trend]";
        self.check_keys(table, place, &TREND)?;
        let period = self.word(table, "period", place, &[Frequency::Month, Frequency::Quarter], Frequency::as_str)?;
        let frequency = period.unwrap_or(Frequency::Month);
        let of_a_run = [Measure::Shipments, Measure::ValueUsd, Measure::NetWeightKg, Measure::Consignees];
        let mut measures = Vec::new();
        for word in self.texts(table, "measure", place)? {
            // The design of the run file writes this measure as two words.
            let word = if word == "distinct consignees" { "consignees".to_owned() } else { word };
            let known = of_a_run.into_iter().find(|measure| measure.as_str() == word);
            let words = of_a_run.iter().map(|measure| measure.as_str());
            let measure = known.ok_or_else(|| self.unknown_word(&word, "measure", place, words, &[]))?;
            if !measures.contains(&measure) {
                measures.push(measure);
            }
        }
        if measures.is_empty() {
            measures.push(Measure::Shipments);
        }
        if frequency != Frequency::Month && measures.contains(&Measure::Consignees) {
            return Err(Error::request(format!("`measure` in {place} of `{}` is `consignees` by quarter", self.file)).hint(
                "consignees of months do not add up to those of a quarter: take `period = \"month\"`, or another measure",
            ));
        }
        let transition = match self.text(table, "transition", place)?.as_deref() {
            None | Some("exclude") => Transition::Exclude,
            Some("pre") => Transition::Before,
            Some("post") => Transition::After,
            Some(word) => return Err(self.unknown_word(word, "transition", place, ["exclude", "pre", "post"].into_iter(), &[])),
        };
        let n_lag = match table.get("lag") {
            None => 0,
            Some(Value::Integer(periods)) if (0..=600).contains(periods) => *periods as u32,
            Some(_) => return Err(self.wrong("lag", place, "a whole number of periods, 0 to 600")),
        };
        let day = self.required_day(table, "change", place)?;
        let mut settings = Settings::new(ChangeDay { day, transition, n_lag });
        settings.model.kind = self.word(table, "model", place, &Kind::ALL, Kind::as_str)?;
        settings.model.season = self.word(table, "season", place, &Season::ALL, Season::as_str)?;
        settings.model.errors = self.word(table, "se", place, &ErrorRule::ALL, ErrorRule::as_str)?.unwrap_or_default();
        settings.search_has_trend = self.flag(table, "search_trend", place)?;
        let combine = self.text(table, "combine", place)?;
        if let Some(word) = combine.as_deref().filter(|word| *word != "jan-feb") {
            return Err(self.unknown_word(word, "combine", place, ["jan-feb"].into_iter(), &[]));
        }
        Ok(TrendRequest {
            is_combined: combine.is_some(),
            settings,
            frequency,
            measures,
            control: self.text(table, "control", place)?,
            adjustment: self.word(table, "adjust", place, &Adjustment::ALL, Adjustment::as_str)?.unwrap_or_default(),
            has_lagging: self.flag(table, "include_lagging", place)?,
        })
    }

    /// Refuses a control that is no finding.
    pub(super) fn check_controls(&self, run_file: &RunFile) -> Result<()> {
        let of_run =
            run_file.trend.as_ref().and_then(|trend| trend.control.as_ref()).map(|control| (control, "[trend]".to_owned()));
        let of_findings = run_file
            .questions
            .iter()
            .filter_map(|question| question.control.as_ref().map(|control| (control, format!("finding `{}`", question.id))));
        for (control, place) in of_run.into_iter().chain(of_findings) {
            let mut ids = run_file.questions.iter().map(|question| question.id.as_str());
            if place == format!("finding `{control}`") {
                return Err(Error::request(format!("{place} in `{}` is its own control", self.file)));
            }
            if !ids.clone().any(|id| id == control) {
                let error = Error::request(format!("the control `{control}` of {place} in `{}` is no finding", self.file));
                return Err(match nearest(control, ids.clone()) {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error.hint(format!("findings: {}", ids.by_ref().collect::<Vec<_>>().join(", "))),
                });
            }
        }
        Ok(())
    }
}
