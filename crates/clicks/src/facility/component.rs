//! One independent part of a problem: its points in an order that does not depend on the input's.

use super::cells::Cells;
use super::mark::Mark;
use super::opening::Opening;

/// A mark as the solver sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
    /// 1/σ².
    pub(super) weight: f64,
    pub(super) gain: f64,
    pub(super) radius: f64,
    /// From 0, without holes.
    pub(super) viewer: usize,
}

impl Point {
    /// G − |z − y|²/2σ²: the gain from a facility that stands at (x, y).
    pub(super) fn gain_at(&self, x: f64, y: f64) -> f64 {
        let (dx, dy) = (self.x - x, self.y - y);
        self.gain - self.weight * (dx * dx + dy * dy) / 2.0
    }
}

/// Marks that no facility of an optimal solution joins with others.
#[derive(Debug)]
pub(super) struct Component {
    pub(super) points: Vec<Point>,
    /// The points of each viewer, ascending.
    pub(super) viewers: Vec<Vec<usize>>,
    pub(super) cells: Cells,
    /// The greatest radius.
    pub(super) reach: f64,
    pub(super) opening: Opening,
    /// Improvements below it are rounding.
    pub(super) tolerance: f64,
}

impl Component {
    /// `members` index `marks`; point i is member i.
    pub(super) fn new(marks: &[Mark], members: &[usize], opening: Opening) -> Self {
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
        let points = members.iter().zip(&ids).map(|(&m, &viewer)| {
            let mark = &marks[m];
            let (weight, gain, radius) = (1.0 / mark.variance, mark.gain, mark.radius());
            Point { x: mark.x, y: mark.y, weight, gain, radius, viewer }
        });
        let points = points.collect::<Vec<_>>();
        let mut viewers = vec![Vec::new(); first.len()];
        for (i, point) in points.iter().enumerate() {
            viewers[point.viewer].push(i);
        }
        let reach = points.iter().map(|p| p.radius).fold(0.0, f64::max);
        let cells = Cells::new(points.iter().map(|p| (p.x, p.y)), reach);
        let scale: f64 = points.iter().map(|p| p.gain.max(0.0)).sum();
        Self { points, viewers, cells, reach, opening, tolerance: 1e-12 * (1.0 + scale) }
    }

    pub(super) fn len(&self) -> usize {
        self.points.len()
    }
}
