//! Metadata: what a classification says about itself, of which only what a cleaning rule asks for is looked at.

use serde::Deserialize;

use crate::{Reject, moment, records::unescaped, skim::Skim};

/// Those values of the column `metadata` that are used, as they stand in the file. Whatever type a value has, none is an error: third
/// parties have written these cells anew.
#[derive(Debug, Default)]
pub(crate) struct Metadata<'a> {
    is_doubled: bool,
    session: Option<&'a [u8]>,
    started_at: Option<&'a [u8]>,
    finished_at: Option<&'a [u8]>,
    live_project: Option<&'a [u8]>,
    seen_before: Option<&'a [u8]>,
    subject_dimensions: Option<&'a [u8]>,
    already_seen: Option<&'a [u8]>,
    retired: Option<&'a [u8]>,
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
    /// From a cell, with quotes doubled or not. `None` for an empty one.
    pub(crate) fn parse(cell: &'a [u8], is_doubled: bool) -> Result<Option<Self>, Reject> {
        if matches!(cell.trim_ascii(), b"" | b"NA" | b"null") {
            return Ok(None);
        }
        let mut metadata = Self { is_doubled, ..Self::default() };
        let mut selection = None;
        let whole = Skim::members(cell, is_doubled, |key, value| match key {
            b"session" => metadata.session = Some(value),
            b"started_at" => metadata.started_at = Some(value),
            b"finished_at" => metadata.finished_at = Some(value),
            b"live_project" => metadata.live_project = Some(value),
            b"seen_before" => metadata.seen_before = Some(value),
            b"subject_dimensions" => metadata.subject_dimensions = Some(value),
            b"subject_selection_state" => selection = Some(value),
            _ => {}
        });
        if whole.is_none() {
            let json = unescaped(cell, is_doubled);
            let message = match serde_json::from_slice::<serde_json::Value>(&json) {
                Err(error) => error.to_string(),
                Ok(_) => "not an object".to_owned(),
            };
            return Err(Reject::Json { column: "metadata", message });
        }
        // Where this is no object, nothing is known of it.
        let _ = Skim::members(selection.unwrap_or_default(), is_doubled, |key, value| match key {
            b"already_seen" => metadata.already_seen = Some(value),
            b"retired" => metadata.retired = Some(value),
            _ => {}
        });
        Ok(Some(metadata))
    }

    pub(crate) fn facts(&self) -> Facts {
        let moment = |value: Option<&[u8]>| moment::parse(bare(value?));
        Facts {
            is_gold: false,
            is_expert: false,
            is_beta: is(self.live_project, b"false"),
            is_already_seen: is(self.seen_before, b"true") || is(self.already_seen, b"true"),
            is_retired: is(self.retired, b"true"),
            seconds: moment(self.finished_at)
                .zip(moment(self.started_at))
                .map(|(end, start)| (end - start) as f64 / 1000.0),
        }
    }

    /// The browser's session, without quotes.
    pub(crate) fn session(&self) -> Option<&'a str> {
        std::str::from_utf8(bare(self.session?)).ok().filter(|session| !matches!(*session, "" | "null"))
    }

    /// Natural width and height of the first picture that has them, in pixels.
    pub(crate) fn size(&self) -> Option<(f64, f64)> {
        let json = unescaped(self.subject_dimensions?, self.is_doubled);
        let all: Vec<Option<Dimensions>> = serde_json::from_slice(&json).ok()?;
        all.into_iter()
            .flatten()
            .find_map(|one| one.width.zip(one.height).filter(|&(width, height)| width > 0.0 && height > 0.0))
    }
}

/// A value without the quotes around it.
fn bare(value: &[u8]) -> &[u8] {
    let from = value.iter().position(|&byte| byte != b'"').unwrap_or(value.len());
    let to = value.iter().rposition(|&byte| byte != b'"').map_or(from, |last| last + 1);
    &value[from..to]
}

/// Whether a value is `word`, in quotes or not.
fn is(value: Option<&[u8]>, word: &[u8]) -> bool {
    value.is_some_and(|value| bare(value) == word)
}
