//! Cleaning: which rows count, and who is who.

use serde::Deserialize;

use crate::{Error, Moment, Versions};

/// Which rows count, and who is who. Every rule counts what it did in the [`Quality`](crate::Quality) report. Repeats, people who are not
/// logged in, gold rows, experts, and rows from before the launch, of retired subjects or of subjects seen before are counted there
/// whether or not they are dropped.
///
/// A row that several rules drop is counted under the first of them, in this order: workflow, version, date, gold
/// rows, experts, anonymous, beta, retired, already seen, too fast, group of a grid; and repeats among what is left.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cleaning {
    /// Who is who. Default [`Identity::IpHashIfAnonymous`].
    pub identity: Identity,
    /// What to do when somebody classifies a subject again. Default [`Repeats::First`].
    pub repeats: Repeats,
    /// Whether a classification of the same subject in another workflow is no repeat. Default true: it was asked
    /// something else.
    pub repeats_per_workflow: bool,
    /// Rows that say that the volunteer had seen the subject before (`already_seen`, `seen_before`). Default keep: where
    /// it was in this export, `repeats` finds it.
    pub already_seen: Policy,
    /// Rows from before the launch (`live_project` is false). Default keep.
    pub beta: Policy,
    /// Rows whose subject was retired when it was shown. Default keep: such votes are as good as others.
    pub retired: Policy,
    /// Rows with `gold_standard` true: an expert's answers. Default [`GoldRows::Gold`].
    pub gold_standard: GoldRows,
    /// Rows of experts and owners that are not marked as gold standard. Default [`GoldRows::Crowd`].
    pub experts: GoldRows,
    /// Drops rows that took less time than this, in seconds from start to finish; those that do not say are kept. Default none.
    pub min_seconds: Option<f64>,
    /// Workflows that count. Default all.
    pub workflows: Vec<u64>,
    /// Versions of the workflow that count. Default all.
    pub versions: Vec<Versions>,
    /// Rows from then on. Default all.
    pub from: Option<Moment>,
    /// Rows before then. Default all.
    pub to: Option<Moment>,
}

impl Default for Cleaning {
    fn default() -> Self {
        Self {
            identity: Identity::default(),
            repeats: Repeats::default(),
            repeats_per_workflow: true,
            already_seen: Policy::Keep,
            beta: Policy::Keep,
            retired: Policy::Keep,
            gold_standard: GoldRows::Gold,
            experts: GoldRows::Crowd,
            min_seconds: None,
            workflows: vec![],
            versions: vec![],
            from: None,
            to: None,
        }
    }
}

impl Cleaning {
    pub(super) fn check(&self) -> Result<(), Error> {
        if let Some(seconds) = self.min_seconds.filter(|seconds| !(*seconds >= 0.0 && seconds.is_finite())) {
            let message = format!("got {seconds}, want a number of seconds, 0 or more");
            return Err(Error::config("cleaning.min_seconds", message));
        }
        match (self.from, self.to) {
            (Some(from), Some(to)) if from >= to => {
                Err(Error::config("cleaning.to", "want a moment after cleaning.from"))
            }
            _ => Ok(()),
        }
    }

    /// `Err` for a rule that looks at what a table with named columns does not have: it would drop nothing, or every row.
    pub(super) fn check_of_table(&self, has_time: bool) -> Result<(), Error> {
        let usual = Self::default();
        let rules = [
            ("already_seen", self.already_seen != usual.already_seen),
            ("beta", self.beta != usual.beta),
            ("retired", self.retired != usual.retired),
            ("gold_standard", self.gold_standard != usual.gold_standard),
            ("experts", self.experts != usual.experts),
            ("min_seconds", self.min_seconds.is_some()),
            ("workflows", !self.workflows.is_empty()),
            ("versions", !self.versions.is_empty()),
            ("from", self.from.is_some() && !has_time),
            ("to", self.to.is_some() && !has_time),
        ];
        match rules.iter().find(|(_, is_idle)| *is_idle) {
            Some((rule, _)) => {
                let message = "the named columns do not say what this rule looks at (for from and to, columns.time), want none";
                Err(Error::config(format!("cleaning.{rule}"), message))
            }
            None => Ok(()),
        }
    }
}

/// Who is who. Volunteers who are logged in go by `user_id` (by `user_name` where there is none); the choice is about those who
/// are not. The hash of an address is made anew for every export, so the same person has another one in the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// One volunteer per hashed address: the default, and what the names `not-logged-in-…` say.
    #[default]
    IpHashIfAnonymous,
    /// One volunteer per session of a browser (`metadata.session`).
    SessionIfAnonymous,
    /// Everybody who is not logged in is somebody else in every row.
    RowIfAnonymous,
    /// All who are not logged in are one volunteer, `anonymous`, as in the program that aggregated Muon Hunters 2.0.
    PoolAnonymous,
    /// Rows of people who are not logged in are dropped.
    DropAnonymous,
}

/// What to do when somebody classifies a subject again; an answer that is known truth and a vote do not repeat each other. The time (`created_at`)
/// decides which comes first, then `classification_id`, then the place in the file: exports are not always sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeats {
    /// The first counts: the default, and that of Caesar (`keep_first`).
    #[default]
    First,
    /// The last counts.
    Last,
    /// All count.
    All,
    /// None counts of those who classified a subject more than once.
    DropAll,
}

/// Whether rows of a kind count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// They do.
    #[default]
    Keep,
    /// They do not.
    Drop,
}

/// What answers of experts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoldRows {
    /// Votes like all others.
    Crowd,
    /// Known truth, and no votes: see [`Question::gold`](crate::Question::gold).
    Gold,
    /// Nothing.
    Drop,
}
