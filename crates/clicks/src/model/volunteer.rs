//! One volunteer: what they miss, what they mark by mistake, how far off they are, and how their marks say so.

use super::gamma::Evidence;
use super::population::{Population, logistic, logit};

/// The numbers of one volunteer.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Volunteer {
    /// η: false marks on an image.
    pub(crate) false_marks: f64,
    /// θ: logit of the chance to mark an average object of an average image.
    pub(crate) theta: f64,
    /// σ², in square pixels per axis.
    pub(crate) variance: f64,
    /// How far off their marks are on average, in pixels.
    pub(crate) bias: [f64; 2],
}

/// What marks say about the volunteer who set them: sums over annotations, which can be added in any grouping.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Tally {
    /// Number of images.
    pub(crate) images: f64,
    /// Expected number of false marks.
    pub(crate) false_marks: f64,
    /// Expected number of objects that they marked.
    pub(crate) found: f64,
    /// The same under the model, at the θ that it is tallied for.
    pub(crate) expected: f64,
    /// Σ p (1 − p) over objects: the curvature in θ.
    pub(crate) information: f64,
    /// Axes of all marks on objects.
    pub(crate) axes: f64,
    /// What of them went into the objects' positions and sizes: Σ D w/S, or Σ (D − 2) w/S where the position is known.
    pub(crate) lost: f64,
    /// Σ |z − y|²/τ, less the bias that it is tallied for.
    pub(crate) squares: f64,
    /// Σ (z − y)/τ, less this bias.
    pub(crate) offset: [f64; 2],
    /// Σ 1/τ.
    pub(crate) weight: f64,
}

impl std::ops::AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        self.images += other.images;
        self.false_marks += other.false_marks;
        self.found += other.found;
        self.expected += other.expected;
        self.information += other.information;
        self.axes += other.axes;
        self.lost += other.lost;
        self.squares += other.squares;
        self.offset[0] += other.offset[0];
        self.offset[1] += other.offset[1];
        self.weight += other.weight;
    }
}

impl Tally {
    /// Takes `old` out of the sum and puts `new` in.
    pub(crate) fn replace(&mut self, old: &Self, new: &Self) {
        let negative = Self {
            images: -old.images,
            false_marks: -old.false_marks,
            found: -old.found,
            expected: -old.expected,
            information: -old.information,
            axes: -old.axes,
            lost: -old.lost,
            squares: -old.squares,
            offset: old.offset.map(|offset| -offset),
            weight: -old.weight,
        };
        *self += new;
        *self += &negative;
    }

    /// The same marks and objects, tallied for a volunteer whose θ and bias are greater by this much: distances as they are then, expected marks
    /// along their tangent, which is all that is left of objects once they are summed.
    pub(crate) fn moved(&self, theta: f64, bias: [f64; 2]) -> Self {
        let along: f64 = self.offset.iter().zip(bias).map(|(offset, b)| offset * b).sum();
        let length = bias.iter().map(|b| b * b).sum::<f64>();
        Self {
            expected: self.expected + self.information * theta,
            // Rounding must not leave less than nothing.
            squares: (self.squares - 2.0 * along + self.weight * length).max(0.0),
            offset: std::array::from_fn(|d| self.offset[d] - self.weight * bias[d]),
            ..*self
        }
    }

    /// What the marks say about 1/σ².
    pub(crate) fn precision(&self) -> Evidence {
        Evidence { count: 0.5 * (self.axes - self.lost).max(0.0), exposure: 0.5 * self.squares }
    }
}

/// Posterior standard deviations of ln η, θ, ln σ² and a bias.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) ln_false_marks: f64,
    pub(crate) theta: f64,
    pub(crate) ln_variance: f64,
    pub(crate) bias: f64,
}

impl Volunteer {
    /// Who is at the centre of the population.
    pub(crate) fn typical(population: &Population) -> Self {
        Self {
            false_marks: population.false_marks.mean(),
            theta: logit(population.detection.mean()),
            // As long as the bias is not known it is scatter.
            variance: 1.0 / population.precision.mean() + population.bias.powi(2),
            bias: [0.0; 2],
        }
    }

    pub(crate) fn odds(&self) -> f64 {
        self.theta.exp()
    }

    pub(crate) fn ln_prior(&self, population: &Population) -> f64 {
        population.false_marks.ln_density(self.false_marks)
            + population.detection.ln_density(self.theta)
            + population.precision.ln_density(1.0 / self.variance)
            - 0.5 * self.bias.iter().map(|b| b * b).sum::<f64>() / population.bias.powi(2)
    }

    /// One step towards the most probable numbers; it never lowers the objective.
    pub(crate) fn step(&self, seen: &Tally, population: &Population) -> Self {
        let p = logistic(self.theta);
        let prior = &population.detection;
        let pull = seen.found - seen.expected + prior.hits - prior.strength() * p;
        let curvature = seen.information + prior.strength() * p * (1.0 - p);
        // The Occam term is replaced by its tangent in 1/σ², which lies above it.
        let precision = population.precision.mode(Evidence {
            count: 0.5 * seen.axes,
            exposure: 0.5 * (seen.squares + self.variance * seen.lost),
        });
        let stiffness = population.bias.powi(-2);
        let tightness = seen.weight / self.variance + stiffness;
        Self {
            false_marks: population
                .false_marks
                .mode(Evidence { count: seen.false_marks, exposure: seen.images }),
            theta: self.theta + safe_newton(pull, curvature),
            variance: (1.0 / precision).max(population.least_variance),
            bias: std::array::from_fn(|d| {
                self.bias[d] + (seen.offset[d] / self.variance - stiffness * self.bias[d]) / tightness
            }),
        }
    }

    /// How well the marks fix the numbers.
    pub(crate) fn spread(&self, seen: &Tally, population: &Population) -> Spread {
        let p = logistic(self.theta);
        Spread {
            ln_false_marks: (population.false_marks.shape + seen.false_marks).powf(-0.5),
            theta: (seen.information + population.detection.strength() * p * (1.0 - p)).powf(-0.5),
            ln_variance: (population.precision.shape + seen.precision().count).powf(-0.5),
            bias: (seen.weight / self.variance + population.bias.powi(-2)).powf(-0.5),
        }
    }

    /// The greatest move to `next`, in posterior standard deviations; for who is known very well, in tenths (of a logit, of σ).
    pub(crate) fn distance(&self, next: &Self, spread: &Spread) -> f64 {
        let tenth = 0.1;
        let tenth_of_sigma = tenth * self.variance.sqrt();
        [
            (next.false_marks / self.false_marks).ln() / spread.ln_false_marks.max(tenth),
            (next.theta - self.theta) / spread.theta.max(tenth),
            (next.variance / self.variance).ln() / spread.ln_variance.max(tenth),
            (next.bias[0] - self.bias[0]) / spread.bias.max(tenth_of_sigma),
            (next.bias[1] - self.bias[1]) / spread.bias.max(tenth_of_sigma),
        ]
        .into_iter()
        .fold(0.0, |most, distance| f64::max(most, distance.abs()))
    }
}

/// A Newton step on a sum of logistic log-likelihoods that never lowers it.
///
/// Their curvature grows by at most e^|Δ| over a step Δ, and the bound that follows is highest at |Δ| = ln(1 + |pull|/curvature).
pub(crate) fn safe_newton(pull: f64, curvature: f64) -> f64 {
    pull.signum() * (pull.abs() / curvature).ln_1p()
}
