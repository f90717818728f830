//! A mark as the solver sees it.

use super::charge::Charge;
use super::mark::{Mark, radius};

#[derive(Debug, Clone, Copy)]
pub(super) struct Point<const D: usize> {
    pub(super) at: [f64; D],
    /// 1/σ².
    pub(super) weight: f64,
    /// Raised as the charge says.
    pub(super) gain: f64,
    pub(super) radius: f64,
    /// From 0, without holes.
    pub(super) viewer: usize,
}

impl<const D: usize> Point<D> {
    pub(super) fn new(mark: &Mark<D>, viewer: usize, charge: &Charge) -> Self {
        let gain = mark.gain + charge.rise;
        let radius = radius(gain, mark.variance);
        Self { at: mark.at, weight: 1.0 / mark.variance, gain, radius, viewer }
    }

    /// G − |z − y|²/2σ²: the gain from a facility that stands at `site`.
    pub(super) fn gain_at(&self, site: &[f64; D]) -> f64 {
        self.gain - self.weight * distance2(&self.at, site) / 2.0
    }

    /// Whether an optimal facility may hold both: see `link`.
    pub(super) fn joins(&self, other: &Self) -> bool {
        // A hair more, so that rounding parts nobody.
        let range = (self.radius + other.radius) * (1.0 + 1e-9);
        self.gain > 0.0
            && other.gain > 0.0
            && self.viewer != other.viewer
            && distance2(&self.at, &other.at) <= range * range
    }
}

pub(super) fn distance2<const D: usize>(a: &[f64; D], b: &[f64; D]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// The first two coordinates, which cells are made of.
pub(super) fn plane<const D: usize>(at: &[f64; D]) -> (f64, f64) {
    (at.first().copied().unwrap_or(0.0), at.get(1).copied().unwrap_or(0.0))
}
