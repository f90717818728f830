//! The sums that a facility's value depends on, and how they change with one mark.

use super::component::Point;
use super::opening::Opening;

/// Sums over the marks of one facility. Mean and scatter are updated, not sums of squares, so far-off positions lose no digits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    /// S = Σ 1/σ².
    pub(super) weight: f64,
    pub(super) x: f64,
    pub(super) y: f64,
    /// Σ |z − y|² / σ².
    scatter: f64,
    gain: f64,
}

impl Moments {
    pub(super) fn of(points: &[Point], members: &[usize]) -> Self {
        members.iter().fold(Self::default(), |sums, &m| sums.with(&points[m]))
    }

    pub(super) fn with(self, point: &Point) -> Self {
        let weight = self.weight + point.weight;
        let (dx, dy) = (point.x - self.x, point.y - self.y);
        let share = point.weight / weight;
        Self {
            weight,
            x: self.x + share * dx,
            y: self.y + share * dy,
            scatter: self.scatter + self.weight * share * (dx * dx + dy * dy),
            gain: self.gain + point.gain,
        }
    }

    /// What the facility is worth; 0 where it is empty.
    pub(super) fn value(&self, opening: Opening) -> f64 {
        if self.weight > 0.0 { self.gain - self.scatter / 2.0 - opening.cost(self.weight) } else { 0.0 }
    }

    /// What `point` adds to the value, the mean moving along.
    pub(super) fn marginal(&self, point: &Point, opening: Opening) -> f64 {
        if self.weight <= 0.0 {
            return point.gain - opening.cost(point.weight);
        }
        let (dx, dy) = (point.x - self.x, point.y - self.y);
        let ratio = point.weight / self.weight;
        let occam = if opening.occam { ratio.ln_1p() } else { 0.0 };
        point.gain - point.weight / (1.0 + ratio) * (dx * dx + dy * dy) / 2.0 - occam
    }

    /// What `point`, one of at least two members, adds to the value.
    pub(super) fn share(&self, point: &Point, opening: Opening) -> f64 {
        let (dx, dy) = (point.x - self.x, point.y - self.y);
        let ratio = self.weight / (self.weight - point.weight).max(f64::MIN_POSITIVE);
        let occam = if opening.occam { ratio.ln() } else { 0.0 };
        point.gain - point.weight * ratio * (dx * dx + dy * dy) / 2.0 - occam
    }
}
