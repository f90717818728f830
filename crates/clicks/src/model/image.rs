//! One image: how many objects it has, how easily they are seen, how sharply they are placed.

use super::gamma::Evidence;
use super::levels::{LEVELS, Row};
use super::population::Population;
use super::volunteer::safe_newton;

/// The numbers of one image.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Image {
    /// λ: objects expected.
    pub(crate) lambda: f64,
    /// δ: what is added to the logit of everybody's chance to mark an object.
    pub(crate) shift: f64,
    /// τ: factor of the variance of every mark.
    pub(crate) blur: f64,
}

/// What all marks on an image say about it and about the population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Summary {
    /// ln of the probability of marks and objects.
    pub(crate) value: f64,
    /// Expected number of objects by level, those that nobody marked included.
    pub(crate) levels: Row,
    /// Σ over viewers and objects of found − expected, and of p (1 − p).
    pub(crate) excess: f64,
    pub(crate) information: f64,
    /// What of this information is left when levels and causes of lone marks are unknown.
    pub(crate) observed: f64,
    /// Axes of the marks on objects, those lost to positions, and Σ |z − y|²/σ².
    pub(crate) axes: f64,
    pub(crate) lost: f64,
    pub(crate) squares: f64,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            value: 0.0,
            levels: [0.0; LEVELS],
            excess: 0.0,
            information: 0.0,
            observed: 0.0,
            axes: 0.0,
            lost: 0.0,
            squares: 0.0,
        }
    }
}

impl Summary {
    pub(crate) fn n_objects(&self) -> f64 {
        self.levels.iter().sum()
    }

    /// What the marks say about 1/τ.
    pub(crate) fn sharpness(&self) -> Evidence {
        Evidence { count: 0.5 * (self.axes - self.lost).max(0.0), exposure: 0.5 * self.squares }
    }
}

impl Image {
    pub(crate) fn typical(population: &Population) -> Self {
        Self { lambda: population.n_objects.mean(), shift: 0.0, blur: 1.0 }
    }

    pub(crate) fn ln_prior(&self, population: &Population) -> f64 {
        population.n_objects.ln_density(self.lambda) - 0.5 * (self.shift / population.difficulty).powi(2)
            + population.sharpness.ln_density(1.0 / self.blur)
    }

    /// A longer step than [`step`](Self::step), by the curvature that is left when what is missing is summed out. It may lower the objective.
    pub(crate) fn stride(&self, seen: &Summary, population: &Population) -> Self {
        let stiffness = population.difficulty.powi(-2);
        let pull = seen.excess - stiffness * self.shift;
        Self {
            shift: self.shift + safe_newton(pull, seen.observed + stiffness),
            ..self.step(seen, population)
        }
    }

    /// One step of EM towards the most probable numbers; it never lowers the objective.
    pub(crate) fn step(&self, seen: &Summary, population: &Population) -> Self {
        let stiffness = population.difficulty.powi(-2);
        let precision = population.sharpness.mode(Evidence {
            count: 0.5 * seen.axes,
            exposure: 0.5 * (seen.squares + self.blur * seen.lost),
        });
        Self {
            lambda: population.n_objects.mode(Evidence { count: seen.n_objects(), exposure: 1.0 }),
            shift: self.shift
                + safe_newton(seen.excess - stiffness * self.shift, seen.information + stiffness),
            blur: 1.0 / precision,
        }
    }

    /// Posterior variance of δ.
    pub(crate) fn shift_variance(seen: &Summary, population: &Population) -> f64 {
        1.0 / (seen.observed + population.difficulty.powi(-2))
    }

    /// The greatest move to `next`, in posterior standard deviations.
    pub(crate) fn distance(&self, next: &Self, seen: &Summary, population: &Population) -> f64 {
        [
            (next.lambda / self.lambda).ln() * (population.n_objects.shape + seen.n_objects()).sqrt(),
            (next.shift - self.shift) / Self::shift_variance(seen, population).sqrt(),
            (next.blur / self.blur).ln() * (population.sharpness.shape + seen.sharpness().count).sqrt(),
        ]
        .into_iter()
        .fold(0.0, |most, distance| f64::max(most, distance.abs()))
    }
}
