//! What is known about a volunteer, and how well.

use statrs::distribution::{ContinuousCDF, Normal};

use super::population::{Population, logistic};
use super::volunteer::{Tally, Volunteer};
use crate::{Error, Result};

/// What is known about one volunteer.
///
/// Each number is the most probable one, on the scale of its logarithm or logit; there its posterior law is close to normal, which gives the intervals.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct VolunteerEstimate {
    /// Mean number of false marks on an image, η.
    pub false_marks: f64,
    /// Probability of missing an average object of an average image.
    pub miss: f64,
    /// Standard deviation of marks on objects along each axis, σ, in pixels.
    pub sigma: f64,
    /// How far off the marks are on average, in pixels.
    pub bias: [f64; 2],
    /// How many subjects the volunteer saw.
    pub n_subjects: usize,
    /// Expected number of marks on objects.
    pub n_true: f64,
    /// Expected number of false marks.
    pub n_false: f64,
    sds: [f64; 3],
}

/// Intervals of one volunteer's numbers, lower and upper end.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Intervals {
    /// Of the mean number of false marks on an image.
    pub false_marks: (f64, f64),
    /// Of the probability of missing an average object.
    pub miss: (f64, f64),
    /// Of the scatter, in pixels.
    pub sigma: (f64, f64),
}

impl VolunteerEstimate {
    pub(super) fn new(volunteer: &Volunteer, tally: &Tally, population: &Population) -> Self {
        let spread = volunteer.spread(tally, population);
        Self {
            false_marks: volunteer.false_marks,
            miss: logistic(-volunteer.theta),
            sigma: volunteer.variance.sqrt(),
            bias: volunteer.bias,
            n_subjects: tally.images as usize,
            n_true: tally.found,
            n_false: tally.false_marks,
            sds: [spread.ln_false_marks, spread.theta, 0.5 * spread.ln_variance],
        }
    }

    /// Where the true numbers are with this probability each.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a `level` that is not above 0 and below 1.
    pub fn intervals(&self, level: f64) -> Result<Intervals> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::Parameter {
                field: "level",
                got: level,
                wants: "more than 0 and less than 1",
            });
        }
        let z = Normal::standard().inverse_cdf(0.5 + 0.5 * level);
        let scaled = |x: f64, sd: f64| (x * (-z * sd).exp(), x * (z * sd).exp());
        let odds = scaled(self.miss / (1.0 - self.miss), self.sds[1]);
        Ok(Intervals {
            false_marks: scaled(self.false_marks, self.sds[0]),
            miss: (odds.0 / (1.0 + odds.0), odds.1 / (1.0 + odds.1)),
            sigma: scaled(self.sigma, self.sds[2]),
        })
    }

    /// Whether the volunteer clicks at random: with 97.5 % probability fewer than one mark in five is on an object, and more than four objects in
    /// five are missed. The limits are ours.
    pub fn is_spammer(&self) -> bool {
        let n = self.n_true + self.n_false;
        let share = (self.n_true + 1.0) / (n + 2.0);
        let sd = (share * (1.0 - share) / (n + 3.0)).sqrt();
        share + 1.96 * sd < 0.2 && self.miss > 0.8
    }
}
