//! The rule by which a subject has enough votes.

use crate::{Error, Estimate};

/// What becomes of a subject that has the most votes it may have, and no class beyond its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum OnMax {
    /// The likeliest class: the default.
    #[default]
    Posterior,
    /// The class with most votes, as DES and Euclid did (kSWAP of 2024); ties go to the lower class.
    MajorityVote,
    /// An expert has to look at it.
    Expert,
}

/// How a subject left the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Outcome {
    /// With a class beyond its threshold.
    Decided(usize),
    /// With the most votes it may have, and this class.
    Exhausted(usize),
    /// With the most votes it may have, for an expert.
    Expert,
}

impl Outcome {
    /// The class, if it has one.
    pub fn class(self) -> Option<usize> {
        match self {
            Self::Decided(class) | Self::Exhausted(class) => Some(class),
            Self::Expert => None,
        }
    }
}

/// When a subject is retired: a class beyond its threshold after enough votes, or too many votes.
///
/// ```
/// use manyhands_votes::{Estimate, OnMax, Outcome, RetireRule};
///
/// // Reject below .01, accept above .95, never before 3 votes, and ask an expert after 10.
/// let rule = RetireRule::binary(0.01, 0.95).min_votes(3).max_votes(10).on_max(OnMax::Expert).build()?;
/// let estimate = |p: f64, n_votes| Estimate { label: usize::from(p > 0.5), probabilities: vec![1.0 - p, p], n_votes };
/// assert_eq!(rule.decide(&estimate(0.97, 2), &[0, 2]), None);
/// assert_eq!(rule.decide(&estimate(0.97, 3), &[0, 3]), Some(Outcome::Decided(1)));
/// assert_eq!(rule.decide(&estimate(0.004, 3), &[3, 0]), Some(Outcome::Decided(0)));
/// assert_eq!(rule.decide(&estimate(0.5, 10), &[5, 5]), Some(Outcome::Expert));
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RetireRule {
    thresholds: Vec<f64>,
    min_votes: usize,
    max_votes: Option<usize>,
    on_max: OnMax,
    pub(super) gold_retires: bool,
    pub(super) resurrect: bool,
}

impl RetireRule {
    /// One threshold per class: it is decided where its probability is *above*. 1 never decides.
    pub fn new(thresholds: &[f64]) -> Self {
        Self {
            thresholds: thresholds.to_vec(),
            min_votes: 1,
            max_votes: None,
            on_max: OnMax::default(),
            gold_retires: false,
            resurrect: false,
        }
    }

    /// Two classes: class 0 where the probability of class 1 is below `reject`, class 1 where it is above `accept`. Space Warps had 1e-7 and 0.95
    /// (Marshall et al. 2016), Galaxy Zoo Express 0.004 and 0.99 (Beck et al. 2018).
    pub fn binary(reject: f64, accept: f64) -> Self {
        Self::new(&[1.0 - reject, accept])
    }

    /// Votes before which nothing is decided. Default 1; Beck et al. 2018 advise more, as two experts suffice otherwise.
    pub fn min_votes(mut self, n: usize) -> Self {
        self.min_votes = n;
        self
    }

    /// Votes after which a subject leaves in any case. Default none.
    pub fn max_votes(mut self, n: usize) -> Self {
        self.max_votes = Some(n);
        self
    }

    /// What happens then. Default [`OnMax::Posterior`].
    pub fn on_max(mut self, on_max: OnMax) -> Self {
        self.on_max = on_max;
        self
    }

    /// Whether gold subjects retire too, in a [`Replay`](super::Replay). Default false: they go on teaching.
    pub fn gold_retires(mut self, yes: bool) -> Self {
        self.gold_retires = yes;
        self
    }

    /// Whether votes on a retired subject still count, and may open it again, in a [`Replay`](super::Replay). Default false: they are not
    /// asked for.
    pub fn resurrect(mut self, yes: bool) -> Self {
        self.resurrect = yes;
        self
    }

    /// Checks the rule.
    ///
    /// # Errors
    /// [`Error::Classes`] for fewer than 2 thresholds; [`Error::Parameter`] for one outside 0 to 1, or for a maximum of votes below the minimum.
    pub fn build(self) -> Result<Self, Error> {
        crate::vote::check_n_classes(self.thresholds.len())?;
        for &threshold in &self.thresholds {
            if !(0.0..=1.0).contains(&threshold) {
                return Err(Error::Parameter { field: "threshold", got: threshold, wants: "0 to 1" });
            }
        }
        match self.max_votes {
            Some(max) if max < self.min_votes.max(1) => {
                let wants = "at least 1 and at least min_votes";
                Err(Error::Parameter { field: "max_votes", got: max as f64, wants })
            }
            _ => Ok(self),
        }
    }

    /// Whether a subject has enough votes. `tally` are its votes per class, for [`OnMax::MajorityVote`]. Where several classes are above their
    /// thresholds, the likeliest of them wins, and of equal ones the lowest.
    pub fn decide(&self, estimate: &Estimate, tally: &[u32]) -> Option<Outcome> {
        if estimate.n_votes < self.min_votes {
            return None;
        }
        let above = estimate.probabilities.iter().zip(&self.thresholds).enumerate();
        let above = above.filter(|(_, (p, threshold))| p > threshold).map(|(class, (&p, _))| (class, p));
        if let Some((class, _)) = above.reduce(|best, next| if next.1 > best.1 { next } else { best }) {
            return Some(Outcome::Decided(class));
        }
        if self.max_votes.is_none_or(|max| estimate.n_votes < max) {
            return None;
        }
        Some(match self.on_max {
            OnMax::Expert => Outcome::Expert,
            OnMax::Posterior => Outcome::Exhausted(estimate.label),
            OnMax::MajorityVote => {
                let most = tally.iter().copied().max().unwrap_or(0);
                Outcome::Exhausted(tally.iter().position(|&n| n == most).unwrap_or(estimate.label))
            }
        })
    }

    pub(super) fn n_classes(&self) -> usize {
        self.thresholds.len()
    }
}
