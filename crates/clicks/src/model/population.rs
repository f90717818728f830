//! What volunteers, images and objects have in common: the laws that their own numbers are drawn from.

use super::gamma::Gamma;
use super::levels::{Row, normal};

/// A beta law for a probability, on the logit scale: density ∝ p^hits (1 − p)^misses.
#[derive(Debug, Clone, Copy, PartialEq)]
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

    /// ln density at the logit θ.
    pub(crate) fn ln_density(&self, theta: f64) -> f64 {
        -self.hits * softplus(-theta) - self.misses * softplus(theta)
    }
}

/// ln(1 + e^x).
pub(crate) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The laws of volunteers, images and objects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Population {
    /// False marks of a volunteer on an image, η.
    pub(crate) false_marks: Gamma,
    /// A volunteer's chance to mark an average object of an average image, logistic(θ).
    pub(crate) detection: Beta,
    /// A volunteer's 1/σ².
    pub(crate) precision: Gamma,
    /// Standard deviation of volunteers' biases, per axis.
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
    /// Objects by level, for one expected.
    pub(crate) fn objects(&self) -> Row {
        normal(0.0, self.spread)
    }
}
