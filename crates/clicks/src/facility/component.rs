//! One independent part of a problem: its points in an order that does not depend on the input's.

use super::cells::Cells;
use super::charge::Charge;
use super::point::{Point, plane};

/// Marks that no facility of an optimal solution joins with others.
#[derive(Debug)]
pub(super) struct Component<'a, const D: usize> {
    /// In an order of their own, near ones together.
    pub(super) points: Vec<Point<D>>,
    /// The member that each point is.
    pub(super) members: Vec<usize>,
    /// Where the points of each viewer begin in `by_viewer`; and their number.
    viewer_starts: Vec<usize>,
    by_viewer: Vec<usize>,
    cells: Cells,
    /// The greatest radius.
    pub(super) reach: f64,
    pub(super) charge: &'a Charge,
    /// Improvements below it are rounding.
    pub(super) tolerance: f64,
}

impl<'a, const D: usize> Component<'a, D> {
    /// The `members` of `all` points. Numbers their viewers anew, from 0 without holes, by first appearance. `numbers` has an entry for
    /// every viewer, all `None`, and so it is left.
    pub(super) fn new(
        all: &[Point<D>],
        members: &[usize],
        charge: &'a Charge,
        numbers: &mut [Option<usize>],
    ) -> Self {
        let reach = members.iter().map(|&p| all[p].radius).fold(0.0, f64::max);
        let (cells, order) = Cells::new(members.iter().map(|&p| plane(&all[p].at)), reach / 2.0);
        let members: Vec<usize> = order.into_iter().map(|i| members[i]).collect();
        let mut points: Vec<Point<D>> = members.iter().map(|&p| all[p]).collect();
        let mut viewer_starts = vec![0];
        let mut seen = Vec::new();
        for point in &mut points {
            let old = point.viewer;
            point.viewer = *numbers[old].get_or_insert(seen.len());
            if point.viewer == seen.len() {
                seen.push(old);
                viewer_starts.push(0);
            }
            viewer_starts[point.viewer] += 1;
        }
        for old in seen {
            numbers[old] = None;
        }
        // A counting sort from behind, so that each viewer's points ascend.
        let mut end = 0;
        for start in &mut viewer_starts {
            end += *start;
            *start = end;
        }
        let mut by_viewer = vec![0; points.len()];
        for (i, point) in points.iter().enumerate().rev() {
            viewer_starts[point.viewer] -= 1;
            by_viewer[viewer_starts[point.viewer]] = i;
        }
        let scale: f64 = points.iter().map(|p| p.gain.max(0.0)).sum();
        let tolerance = 1e-12 * (1.0 + scale);
        Self { points, members, viewer_starts, by_viewer, cells, reach, charge, tolerance }
    }

    pub(super) fn len(&self) -> usize {
        self.points.len()
    }

    pub(super) fn n_viewers(&self) -> usize {
        self.viewer_starts.len() - 1
    }

    /// The points of a viewer, ascending.
    pub(super) fn of_viewer(&self, viewer: usize) -> &[usize] {
        &self.by_viewer[self.viewer_starts[viewer]..self.viewer_starts[viewer + 1]]
    }

    /// Calls `visit` with every point within `reach` of `site`, and with some that are farther.
    pub(super) fn near(&self, site: &[f64; D], reach: f64, visit: impl FnMut(usize)) {
        self.cells.near(plane(site), reach, visit);
    }
}
