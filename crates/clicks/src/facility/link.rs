//! Which marks can share a facility at all: the components of the problem.
//!
//! Let F be a facility of an optimal solution with two marks or more, m one of them, S₋ and y₋ the precision and the mean of the
//! others. Taking m out does not raise the objective, so G_m ≥ ½ w_m (S₋/S) |z_m − y₋|² = ½ w_m (S/S₋) |z_m − y_F|², thus
//! |z_m − y_F| < R_m. Two marks of F are therefore closer than R_m + R_n, and a mark without gain is alone or in none.
//! Marks that no chain of such pairs (of different viewers) connects are solved apart, and nothing is lost.

use super::cells::Cells;
use super::charge::Charge;
use super::component::{distance2, plane};
use super::mark::{Mark, radius};

/// The components, each sorted like `order`, in the order of their first marks in `order`.
///
/// Marks of one group of `start` stay together whatever their distance.
pub(super) fn components<const D: usize>(
    marks: &[Mark<D>],
    order: &[usize],
    charge: &Charge,
    start: &[Vec<usize>],
) -> Vec<Vec<usize>> {
    let radii: Vec<f64> = marks.iter().map(|m| radius(m.gain + charge.rise, m.variance)).collect();
    let reach = radii.iter().copied().fold(0.0, f64::max);
    let cells = Cells::new(marks.iter().map(|m| plane(&m.at)), reach);
    // A forest: every mark points to a mark of its component, roots to themselves.
    let mut parent: Vec<usize> = (0..marks.len()).collect();
    for (m, mark) in marks.iter().enumerate().filter(|(m, _)| radii[*m] > 0.0) {
        let (x, y) = plane(&mark.at);
        cells.near(x, y, radii[m] + reach, |n| {
            let other = &marks[n];
            if n <= m || radii[n] == 0.0 || other.viewer == mark.viewer {
                return;
            }
            // A hair more, so that rounding parts nobody.
            if distance2(&mark.at, &other.at).sqrt() <= (radii[m] + radii[n]) * (1.0 + 1e-9) {
                let (a, b) = (root(&mut parent, m), root(&mut parent, n));
                parent[b] = a;
            }
        });
    }
    for group in start {
        for pair in group.windows(2) {
            let (a, b) = (root(&mut parent, pair[0]), root(&mut parent, pair[1]));
            parent[b] = a;
        }
    }
    let mut slot: Vec<Option<usize>> = vec![None; marks.len()];
    let mut found: Vec<Vec<usize>> = Vec::new();
    for &m in order {
        let r = root(&mut parent, m);
        let k = *slot[r].get_or_insert(found.len());
        if k == found.len() {
            found.push(Vec::new());
        }
        found[k].push(m);
    }
    found
}

fn root(parent: &mut [usize], mut m: usize) -> usize {
    while parent[m] != m {
        parent[m] = parent[parent[m]];
        m = parent[m];
    }
    m
}
