//! The parameters of the model.

use super::reality::Reality;
use super::scene::Limit;
use crate::facility::Method;
use crate::model::ClickModel;
use crate::survey::range::SIDE;
use crate::{Error, Result, Survey};

/// Parameters of a [`ClickModel`]; made by [`ClickModel::params`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ClickModelParams {
    pub(super) scatter: Option<f64>,
    pub(super) reality: Reality,
    pub(super) limit: Limit,
    pub(super) method: Method,
    pub(super) rounds: usize,
    pub(super) accuracy: Option<f64>,
    pub(super) losses: Losses,
    pub(super) risk: f64,
    pub(super) gold: Vec<(usize, Vec<[f64; 2]>)>,
}

/// What mistakes cost, in any unit.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Losses {
    /// An object that is not reported; 0 or more.
    pub missed: f64,
    /// A reported object that is none; 0 or more.
    pub false_: f64,
}

impl Default for Losses {
    /// 1 and 1, as in Branson et al. (2017).
    fn default() -> Self {
        Self { missed: 1.0, false_: 1.0 }
    }
}

impl Default for ClickModelParams {
    fn default() -> Self {
        Self {
            scatter: None,
            reality: Reality::default(),
            limit: Limit::None,
            method: Method::default(),
            rounds: 50,
            accuracy: None,
            losses: Losses::default(),
            risk: 0.3,
            gold: Vec::new(),
        }
    }
}

impl ClickModelParams {
    /// Where the scatter σ of volunteers starts, in pixels, between 1e-45 and 1e45. Default: found by trying ten scatters on a sample of subjects.
    #[must_use]
    pub fn scatter(mut self, pixels: f64) -> Self {
        self.scatter = Some(pixels);
        self
    }

    /// Which of the things that people agree on are real. Default: [`Reality::default`].
    #[must_use]
    pub fn reality(mut self, reality: Reality) -> Self {
        self.reality = reality;
        self
    }

    /// No subject has more objects than this, but for gold, which has those that are known. Default: no limit.
    #[must_use]
    pub fn at_most(mut self, n: usize) -> Self {
        self.limit = Limit::AtMost(n);
        self
    }

    /// Every subject has this number of objects; fewer are reported only where it has fewer groups and lone marks together, as groups are not parted
    /// for it. Gold has the objects that are known, however many.
    #[must_use]
    pub fn exactly(mut self, n: usize) -> Self {
        self.limit = Limit::Exactly(n);
        self
    }

    /// How marks are grouped. Default: [`Method::LocalSearch`]. [`Method::JainMahdianSaberi`] starts anew in every round, which may lower the
    /// objective and need not come to rest.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// The most rounds. Default 50; it stops by itself when nothing changes, see [`ClickModel::converged`].
    #[must_use]
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.rounds = rounds;
        self
    }

    /// How far from its object a position may be, in pixels. Default: twice the scatter of a typical volunteer, as the parts of Branson et al. (2017).
    #[must_use]
    pub fn accuracy(mut self, pixels: f64) -> Self {
        self.accuracy = Some(pixels);
        self
    }

    /// What mistakes cost. Default: 1 each.
    #[must_use]
    pub fn losses(mut self, losses: Losses) -> Self {
        self.losses = losses;
        self
    }

    /// A subject is finished when its risk is at most this. Default 0.3: what the programs of Clump Scout allow for each part of the risk.
    #[must_use]
    pub fn finished_at(mut self, risk: f64) -> Self {
        self.risk = risk;
        self
    }

    /// A subject whose objects are all known: volunteers are judged by it. Positions in pixels; sizes are taken from the marks.
    #[must_use]
    pub fn gold(mut self, subject: usize, objects: &[[f64; 2]]) -> Self {
        self.gold.push((subject, objects.to_vec()));
        self
    }

    /// Learns objects, volunteers and images together. A survey without marks gives a model without clumps.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a parameter out of its range, [`Error::NoSubject`] for gold of a subject that the survey does not have.
    pub fn fit(&self, survey: &Survey) -> Result<ClickModel> {
        self.check(survey)?;
        super::fit::fit(self, survey)
    }

    fn check(&self, survey: &Survey) -> Result<()> {
        self.reality.check()?;
        let positive = "a number above 0 and up to 1e100";
        let not_negative = "a number from 0 to 1e100";
        if let Some(got) = self.scatter.filter(|&scatter| !SIDE.holds(scatter)) {
            return Err(Error::Parameter { field: "scatter", got, wants: SIDE.words });
        }
        if let Some(got) = self.accuracy.filter(|&accuracy| !(accuracy > 0.0 && accuracy <= 1e100)) {
            return Err(Error::Parameter { field: "accuracy", got, wants: positive });
        }
        let costs =
            [("missed", self.losses.missed), ("false_", self.losses.false_), ("finished_at", self.risk)];
        for (field, got) in costs {
            if !(0.0..=1e100).contains(&got) {
                return Err(Error::Parameter { field, got, wants: not_negative });
            }
        }
        for (subject, objects) in &self.gold {
            if *subject >= survey.n_subjects() {
                return Err(Error::NoSubject { subject: *subject, n_subjects: survey.n_subjects() });
            }
            if let Some(&got) = objects.iter().flatten().find(|x| x.is_nan() || x.abs() > 1e100) {
                return Err(Error::Parameter {
                    field: "gold",
                    got,
                    wants: "a number between -1e100 and 1e100",
                });
            }
        }
        Ok(())
    }
}
