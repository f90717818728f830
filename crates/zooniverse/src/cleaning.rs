//! The rules of a [`Cleaning`](crate::Cleaning) at work on one row.

use crate::{Cleaning, GoldRows, Policy, Reject, Version, identity::Known, metadata::Facts};

impl Cleaning {
    /// The rule by which a row belongs to another workflow, version or time.
    pub(crate) fn foreign(
        &self,
        workflow: &str,
        version: &str,
        time: Option<i64>,
    ) -> Result<Option<&'static str>, Reject> {
        if !self.workflows.is_empty() {
            let want = "a whole number";
            let workflow =
                workflow.parse().map_err(|_| Reject::cell("workflow_id", workflow.as_bytes(), want))?;
            if !self.workflows.contains(&workflow) {
                return Ok(Some("workflow"));
            }
        }
        if !self.versions.is_empty() {
            let wrong = || Reject::cell("workflow_version", version.as_bytes(), "major.minor such as 12.34");
            let version = Version::from_cell(version.as_bytes()).ok_or_else(wrong)?;
            if !self.versions.iter().any(|versions| versions.contains(version)) {
                return Ok(Some("version"));
            }
        }
        if self.from.is_some() || self.to.is_some() {
            let time = time.ok_or(Reject::Empty { column: "created_at" })?;
            let is_early = self.from.is_some_and(|from| time < from.milliseconds());
            if is_early || self.to.is_some_and(|to| time >= to.milliseconds()) {
                return Ok(Some("date"));
            }
        }
        Ok(None)
    }

    /// What the answers of a row are.
    pub(crate) fn role(&self, facts: &Facts) -> GoldRows {
        match (facts.is_gold, facts.is_expert) {
            (true, _) => self.gold_standard,
            (false, true) => self.experts,
            (false, false) => GoldRows::Crowd,
        }
    }

    /// The first rule that drops a row.
    pub(crate) fn dropped(&self, facts: &Facts, known: Known) -> Option<&'static str> {
        let is_expert_dropped = self.role(facts) == GoldRows::Drop;
        let is_fast = |least: f64| facts.seconds.is_some_and(|seconds| seconds < least);
        let rules = [
            ("gold_standard", is_expert_dropped && facts.is_gold),
            ("expert", is_expert_dropped),
            ("anonymous", known == Known::Dropped),
            ("beta", facts.is_beta && self.beta == Policy::Drop),
            ("retired", facts.is_retired && self.retired == Policy::Drop),
            ("already_seen", facts.is_already_seen && self.already_seen == Policy::Drop),
            ("too_fast", self.min_seconds.is_some_and(is_fast)),
        ];
        rules.into_iter().find(|(_, is_dropped)| *is_dropped).map(|(rule, _)| rule)
    }
}
