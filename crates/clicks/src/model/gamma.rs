//! A gamma law for positive numbers that differ from one person (or image) to the next, learned from all of them together.

use statrs::function::gamma::digamma;

/// A gamma law: density ∝ x^(shape − 1) e^(−rate·x).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Gamma {
    pub(crate) shape: f64,
    pub(crate) rate: f64,
}

/// What the data say about one number x: a likelihood ∝ x^count e^(−exposure·x).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Evidence {
    pub(crate) count: f64,
    pub(crate) exposure: f64,
}

/// The greatest shape: above, all numbers are as good as equal.
const GREATEST: f64 = 1e3;
/// Steps of expectation and maximisation in one call of [`Gamma::learn`].
const STEPS: usize = 5;

impl Gamma {
    pub(crate) fn with_mean(mean: f64, shape: f64) -> Self {
        Self { shape, rate: shape / mean }
    }

    pub(crate) fn mean(&self) -> f64 {
        self.shape / self.rate
    }

    /// The most probable x on the scale of ln x.
    pub(crate) fn mode(&self, evidence: Evidence) -> f64 {
        (self.shape + evidence.count) / (self.rate + evidence.exposure)
    }

    /// ln density on the scale of ln x, up to a constant.
    pub(crate) fn ln_density(&self, x: f64) -> f64 {
        self.shape * x.ln() - self.rate * x
    }

    /// The law under which the evidence is more probable: a few steps of EM, each with Minka's fixed point for the shape. The shape is `least` at
    /// least; with `unit`, the mean stays 1. Without evidence the law stays what it is.
    pub(crate) fn learn(
        mut self,
        evidence: impl Iterator<Item = Evidence> + Clone,
        least: f64,
        unit: bool,
    ) -> Self {
        let evidence = evidence.filter(|e| e.exposure > 0.0);
        for _ in 0..STEPS {
            let (mut n, mut mean, mut log) = (0usize, 0.0, 0.0);
            for e in evidence.clone() {
                let (shape, rate) = (self.shape + e.count, self.rate + e.exposure);
                mean += shape / rate;
                log += digamma(shape) - rate.ln();
                n += 1;
            }
            if n < 2 {
                return self;
            }
            (mean, log) = (mean / n as f64, log / n as f64);
            // ln a − ψ(a) = spread. With the mean held at 1 the rate is the shape, and the spread is measured from there.
            let spread = if unit { mean - 1.0 - log } else { mean.ln() - log };
            let shape = shape_of(spread).clamp(least, GREATEST);
            self = Self::with_mean(if unit { 1.0 } else { mean }, shape);
        }
        self
    }
}

/// Solves ln a − ψ(a) = s for a, s > 0, by Newton's method from Minka's (2002) start.
fn shape_of(s: f64) -> f64 {
    if s <= 0.5 / GREATEST {
        return GREATEST;
    }
    let mut a = (3.0 - s + ((s - 3.0).powi(2) + 24.0 * s).sqrt()) / (12.0 * s);
    for _ in 0..4 {
        let step = 1e-4 * a;
        let slope = 1.0 / a - (digamma(a + step) - digamma(a - step)) / (2.0 * step);
        let next = a - (a.ln() - digamma(a) - s) / slope;
        a = if next > 0.0 { next } else { 0.5 * a };
    }
    a
}
