//! Metadata: what a classification says about itself, of which only what a cleaning rule asks for is parsed.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Reject, moment};

/// Those keys of the column `metadata` that are used. Whatever type a value has, none is an error: third parties have
/// written these cells anew.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata<'a> {
    #[serde(borrow)]
    session: Option<&'a RawValue>,
    #[serde(borrow)]
    started_at: Option<&'a RawValue>,
    #[serde(borrow)]
    finished_at: Option<&'a RawValue>,
    #[serde(borrow)]
    live_project: Option<&'a RawValue>,
    #[serde(borrow)]
    seen_before: Option<&'a RawValue>,
    #[serde(borrow)]
    subject_selection_state: Option<&'a RawValue>,
    #[serde(borrow)]
    subject_dimensions: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Selection<'a> {
    #[serde(borrow)]
    already_seen: Option<&'a RawValue>,
    #[serde(borrow)]
    retired: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Dimensions {
    #[serde(rename = "naturalWidth")]
    width: Option<f64>,
    #[serde(rename = "naturalHeight")]
    height: Option<f64>,
}

/// What the cleaning rules want to know.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Facts {
    /// Columns of their own.
    pub(crate) is_gold: bool,
    pub(crate) is_expert: bool,
    pub(crate) is_beta: bool,
    pub(crate) is_already_seen: bool,
    pub(crate) is_retired: bool,
    /// From the start to the end; `None` where one is missing.
    pub(crate) seconds: Option<f64>,
}

impl<'a> Metadata<'a> {
    pub(crate) fn parse(cell: &'a [u8]) -> Result<Option<Self>, Reject> {
        if cell.trim_ascii().is_empty() || cell.trim_ascii() == b"NA" {
            return Ok(None);
        }
        serde_json::from_slice(cell).map_err(|error| Reject::json("metadata", &error))
    }

    pub(crate) fn facts(&self) -> Facts {
        let selection: Option<Selection<'_>> =
            self.subject_selection_state.and_then(|state| serde_json::from_str(state.get()).ok());
        let (again, retired) = selection.map_or((None, None), |state| (state.already_seen, state.retired));
        let moment = |raw: Option<&RawValue>| moment::parse(raw?.get().trim_matches('"').as_bytes());
        Facts {
            is_gold: false,
            is_expert: false,
            is_beta: is(self.live_project, "false"),
            is_already_seen: is(self.seen_before, "true") || is(again, "true"),
            is_retired: is(retired, "true"),
            seconds: moment(self.finished_at)
                .zip(moment(self.started_at))
                .map(|(end, start)| (end - start) as f64 / 1000.0),
        }
    }

    /// The browser's session, without quotes.
    pub(crate) fn session(&self) -> Option<&'a str> {
        self.session.map(|raw| raw.get().trim_matches('"')).filter(|session| !session.is_empty())
    }

    /// Natural width and height of the first picture that has them, in pixels.
    pub(crate) fn size(&self) -> Option<(f64, f64)> {
        let all: Vec<Option<Dimensions>> = serde_json::from_str(self.subject_dimensions?.get()).ok()?;
        all.into_iter()
            .flatten()
            .find_map(|one| one.width.zip(one.height).filter(|&(width, height)| width > 0.0 && height > 0.0))
    }
}

/// Whether a value is `word`, in quotes or not.
fn is(raw: Option<&RawValue>, word: &str) -> bool {
    raw.is_some_and(|raw| raw.get().trim_matches('"') == word)
}
