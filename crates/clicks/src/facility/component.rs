//! One independent part of a problem: its points in an order that does not depend on the input's.

use super::cells::Cells;
use super::charge::Charge;
use super::mark::{Mark, radius};

/// A mark as the solver sees it.
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
}

pub(super) fn distance2<const D: usize>(a: &[f64; D], b: &[f64; D]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// Marks that no facility of an optimal solution joins with others.
#[derive(Debug)]
pub(super) struct Component<'a, const D: usize> {
    pub(super) points: Vec<Point<D>>,
    /// The points of each viewer, ascending.
    pub(super) viewers: Vec<Vec<usize>>,
    pub(super) cells: Cells,
    /// The greatest radius.
    pub(super) reach: f64,
    pub(super) charge: &'a Charge,
    /// Improvements below it are rounding.
    pub(super) tolerance: f64,
}

impl<'a, const D: usize> Component<'a, D> {
    /// `members` index `marks`; point i is member i.
    pub(super) fn new(marks: &[Mark<D>], members: &[usize], charge: &'a Charge) -> Self {
        let mut ids: Vec<usize> = members.iter().map(|&m| marks[m].viewer).collect();
        // By first appearance, so the order of viewers does not depend on their ids.
        let mut first: Vec<(usize, usize)> = ids.iter().copied().zip(0..).collect();
        first.sort_unstable();
        first.dedup_by_key(|&mut (id, _)| id);
        let mut rank: Vec<usize> = (0..first.len()).collect();
        rank.sort_unstable_by_key(|&k| first[k].1);
        let mut dense = vec![0; first.len()];
        for (new, &k) in rank.iter().enumerate() {
            dense[k] = new;
        }
        for id in &mut ids {
            *id = dense[first.partition_point(|&(other, _)| other < *id)];
        }
        let points = members.iter().zip(&ids).map(|(&m, &viewer)| Point::new(&marks[m], viewer, charge));
        let points = points.collect::<Vec<_>>();
        let mut viewers = vec![Vec::new(); first.len()];
        for (i, point) in points.iter().enumerate() {
            viewers[point.viewer].push(i);
        }
        let reach = points.iter().map(|p| p.radius).fold(0.0, f64::max);
        let cells = Cells::new(points.iter().map(|p| plane(&p.at)), reach);
        let scale: f64 = points.iter().map(|p| p.gain.max(0.0)).sum();
        Self { points, viewers, cells, reach, charge, tolerance: 1e-12 * (1.0 + scale) }
    }

    pub(super) fn len(&self) -> usize {
        self.points.len()
    }

    /// Calls `visit` with every point within `reach` of `site`, and with some that are farther. In no meaningful order.
    pub(super) fn near(&self, site: &[f64; D], reach: f64, visit: impl FnMut(usize)) {
        let (x, y) = plane(site);
        self.cells.near(x, y, reach, visit);
    }
}

/// The first two coordinates, which cells are made of.
pub(super) fn plane<const D: usize>(at: &[f64; D]) -> (f64, f64) {
    (at.first().copied().unwrap_or(0.0), at.get(1).copied().unwrap_or(0.0))
}
