//! The sums that a facility's value depends on, and how they change with one mark.

use super::charge::Charge;
use super::point::{Point, distance2};

/// Sums over the marks of one facility. Mean and scatter are updated, not sums of squares, so far-off positions lose no digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments<const D: usize> {
    pub(super) n: usize,
    /// S = Σ 1/σ².
    pub(super) weight: f64,
    pub(super) at: [f64; D],
    /// Σ |z − y|² / σ².
    scatter: f64,
    gain: f64,
}

impl<const D: usize> Default for Moments<D> {
    fn default() -> Self {
        Self { n: 0, weight: 0.0, at: [0.0; D], scatter: 0.0, gain: 0.0 }
    }
}

impl<const D: usize> Moments<D> {
    pub(super) fn of(points: &[Point<D>], members: &[usize]) -> Self {
        members.iter().fold(Self::default(), |sums, &m| sums.with(&points[m]))
    }

    pub(super) fn with(mut self, point: &Point<D>) -> Self {
        let weight = self.weight + point.weight;
        let share = point.weight / weight;
        self.scatter += self.weight * share * distance2(&point.at, &self.at);
        for (mean, z) in self.at.iter_mut().zip(&point.at) {
            *mean += share * (z - *mean);
        }
        Self { n: self.n + 1, weight, gain: self.gain + point.gain, ..self }
    }

    /// What the facility is worth; 0 where it is empty.
    pub(super) fn value(&self, charge: &Charge) -> f64 {
        if self.n > 0 { self.gain - self.scatter / 2.0 - charge.cost(self.n, self.weight) } else { 0.0 }
    }

    /// No less than what `point` adds to the value.
    pub(super) fn most(&self, point: &Point<D>) -> f64 {
        let ratio = point.weight / self.weight;
        point.gain - point.weight / (1.0 + ratio) * distance2(&point.at, &self.at) / 2.0
    }

    /// What `point` adds to the value, the mean moving along.
    pub(super) fn marginal(&self, point: &Point<D>, charge: &Charge) -> f64 {
        if self.n == 0 {
            return point.gain - charge.cost(1, point.weight);
        }
        let ratio = point.weight / self.weight;
        let occam = if charge.half > 0.0 { charge.half * ratio.ln_1p() } else { 0.0 };
        let scatter = point.weight / (1.0 + ratio) * distance2(&point.at, &self.at);
        point.gain - scatter / 2.0 - occam - charge.next(self.n)
    }

    /// What `point`, one of at least two members, adds to the value.
    pub(super) fn share(&self, point: &Point<D>, charge: &Charge) -> f64 {
        let ratio = self.weight / (self.weight - point.weight).max(f64::MIN_POSITIVE);
        let occam = if charge.half > 0.0 { charge.half * ratio.ln() } else { 0.0 };
        let scatter = point.weight * ratio * distance2(&point.at, &self.at);
        point.gain - scatter / 2.0 - occam - charge.next(self.n - 1)
    }
}
