//! The data-quality report: what was in an export, and what became of every row.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{collect::Outcome, identity::Known, metadata::Facts};

/// What was in an export, and what became of every row: `n_rows` is `n_kept` plus all of `dropped` and `quarantined`.
///
/// The counts of kinds of rows (`n_anonymous` to `n_without_duration`) are of rows of the wanted workflows, versions and dates,
/// whether the rules keep them or not. A row in quarantine counts only as far as it could be read.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Quality {
    /// Rows of the file, without the header and blank lines.
    pub n_rows: u64,
    /// Rows whose answers are in the results, known truth among them.
    pub n_kept: u64,
    /// Rows that are known truth, not votes; repeats among them.
    pub n_gold_rows: u64,
    /// Rows that a rule of the cleaning dropped, by rule.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Rows in quarantine, by kind of reason ([`Reject::kind`](crate::Reject::kind)).
    pub quarantined: BTreeMap<&'static str, u64>,
    /// Rows in which somebody classifies a subject again, dropped or not.
    pub n_repeats: u64,
    /// Pairs of a volunteer and a subject among the rows that other rules keep, those of known truth apart.
    pub n_pairs: u64,
    /// Rows of people who were not logged in.
    pub n_anonymous: u64,
    /// Those of them without an address or session to tell people apart: each is somebody of its own.
    pub n_unknown: u64,
    /// Rows from before the launch.
    pub n_beta: u64,
    /// Rows that say that the volunteer had seen the subject before.
    pub n_already_seen: u64,
    /// Rows whose subject was retired when it was shown.
    pub n_retired: u64,
    /// Rows with `gold_standard` true.
    pub n_gold_standard: u64,
    /// Rows of experts and owners.
    pub n_expert: u64,
    /// Rows that end before they begin: a clock was set.
    pub n_negative_duration: u64,
    /// Rows that do not say when they began or ended, of files with the column `metadata`.
    pub n_without_duration: u64,
    /// Different subjects of the rows that other rules keep, repeats too.
    pub n_subjects: usize,
    /// Different volunteers of the rows that other rules keep, repeats too.
    pub n_volunteers: usize,
    /// The time of the first row and of the last as the file writes them; `None` where no row has any.
    pub period: Option<(String, String)>,
    /// Rows of each workflow and version, dropped ones too.
    pub workflows: BTreeMap<String, BTreeMap<String, u64>>,
    /// What the rows that other rules keep say about each task, repeats too.
    pub tasks: BTreeMap<String, TaskQuality>,
}

/// What rows say about one task.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct TaskQuality {
    /// Rows that answer it.
    pub n_answered: u64,
    /// Rows in which it does not occur: other answers led past it.
    pub n_absent: u64,
    /// Rows in which it was passed over.
    pub n_skipped: u64,
    /// Rows that answer it more than once.
    pub n_again: u64,
    /// Answers that no class lists.
    pub n_ignored: u64,
    /// Marks of a drawing task; clicked points of a grid.
    pub n_marks: u64,
    /// Rows that leave no mark.
    pub n_silent: u64,
    /// Points that lie in no cell of a grid.
    pub n_outside: u64,
}

impl Quality {
    /// Counts a row of a workflow.
    pub(crate) fn note(&mut self, workflow: &str, version: &str) {
        // Without a new text for every row.
        if let Some(n) = self.workflows.get_mut(workflow).and_then(|versions| versions.get_mut(version)) {
            *n += 1;
        } else {
            self.workflows.entry(workflow.to_owned()).or_default().insert(version.to_owned(), 1);
        }
    }

    /// Counts what kind of row it is.
    pub(crate) fn count(&mut self, facts: &Facts, known: Known, has_metadata: bool) {
        let is_negative = facts.seconds.is_some_and(|seconds| seconds < 0.0);
        for (n, is_so) in [
            (&mut self.n_anonymous, known != Known::User),
            (&mut self.n_unknown, known == Known::Unknown),
            (&mut self.n_beta, facts.is_beta),
            (&mut self.n_already_seen, facts.is_already_seen),
            (&mut self.n_retired, facts.is_retired),
            (&mut self.n_gold_standard, facts.is_gold),
            (&mut self.n_expert, facts.is_expert),
            (&mut self.n_negative_duration, is_negative),
            (&mut self.n_without_duration, has_metadata && facts.seconds.is_none()),
        ] {
            *n += u64::from(is_so);
        }
    }

    /// Rows in quarantine, for any reason.
    pub fn n_quarantined(&self) -> u64 {
        self.quarantined.values().sum()
    }

    /// Rows that a rule dropped, any of them.
    pub fn n_dropped(&self) -> u64 {
        self.dropped.values().sum()
    }
}

impl TaskQuality {
    pub(crate) fn count(&mut self, outcome: Outcome, n_annotations: usize) {
        match outcome {
            Outcome::Answered => self.n_answered += 1,
            Outcome::Absent => self.n_absent += 1,
            Outcome::Skipped => self.n_skipped += 1,
            Outcome::DropRow => {}
        }
        self.n_again += u64::from(n_annotations > 1);
    }
}
