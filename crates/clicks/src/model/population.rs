//! What volunteers, images and objects have in common: the laws that their own numbers are drawn from.

use super::gamma::Gamma;
use super::levels::{Row, normal};

/// The least scatter of marks, as a share of the side of an image: a tenth of a pixel in 400.
const LEAST_SCATTER: f64 = 2.5e-4;

/// A beta law for a probability, on the logit scale: density ∝ p^hits (1 − p)^misses.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Beta {
    pub(crate) hits: f64,
    pub(crate) misses: f64,
}

impl Beta {
    pub(crate) fn with_mean(mean: f64, strength: f64) -> Self {
        Self { hits: strength * mean, misses: strength * (1.0 - mean) }
    }

    pub(crate) fn strength(&self) -> f64 {
        self.hits + self.misses
    }

    pub(crate) fn mean(&self) -> f64 {
        self.hits / self.strength()
    }

    /// ln density at the logit θ, up to a constant.
    pub(crate) fn ln_density(&self, theta: f64) -> f64 {
        -self.hits * softplus(-theta) - self.misses * softplus(theta)
    }
}

/// ln(1 + e^x).
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

pub(crate) fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// The laws of volunteers, images and objects.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Population {
    /// A volunteer's false marks on an image, η.
    pub(crate) false_marks: Gamma,
    /// A volunteer's chance to mark an average object of an average image, logistic(θ).
    pub(crate) detection: Beta,
    /// A volunteer's 1/σ².
    pub(crate) precision: Gamma,
    /// The least σ²: marks that are equal, as those of bots and on coarse screens, must not make all others false.
    pub(crate) least_variance: f64,
    /// Standard deviation of volunteers' biases, per axis, in pixels.
    pub(crate) bias: f64,
    /// Standard deviation of an image's shift of detectability, δ.
    pub(crate) difficulty: f64,
    /// An image's 1/τ, with mean 1: its marks have the variance σ²τ.
    pub(crate) sharpness: Gamma,
    /// Number of objects of an image, λ.
    pub(crate) n_objects: Gamma,
    /// Standard deviation of the detectability of objects, ζ; its mean is 0.
    pub(crate) spread: f64,
}

impl Population {
    /// Where the iteration starts, for a scatter σ in pixels, so many marks of an annotation, and images of this side in pixels.
    ///
    /// Branson et al. (2017) start from a tenth of false marks and of misses, with the weight of 5 observations, and give the scatter of volunteers the
    /// weight of 5. Crowds miss more than that, so the centre here is 0.4 and the weight 3; the data move both.
    pub(crate) fn start(scatter: f64, marks: f64, side: f64) -> Self {
        Self {
            false_marks: Gamma::with_mean(0.3 * marks + 0.05, 1.0),
            detection: Beta::with_mean(0.6, 3.0),
            precision: Gamma::with_mean(scatter.powi(-2), 2.5),
            least_variance: (LEAST_SCATTER * side).powi(2),
            bias: 0.3 * scatter,
            difficulty: 0.5,
            sharpness: Gamma::with_mean(1.0, 10.0),
            n_objects: Gamma::with_mean(marks + 0.1, 1.0),
            spread: 1.0,
        }
    }

    /// Objects by level, for one expected.
    pub(crate) fn levels(&self) -> Row {
        normal(0.0, self.spread)
    }

    /// σ of a typical volunteer, in pixels.
    pub(crate) fn scatter(&self) -> f64 {
        self.precision.mean().powf(-0.5)
    }
}
