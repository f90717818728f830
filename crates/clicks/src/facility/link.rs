//! Which marks can share a facility at all: the components of the problem.
//!
//! Let F be a facility of an optimal solution with two marks or more, m one of them, S₋ and y₋ the precision and the mean of the
//! others. Taking m out does not raise the objective, so G_m ≥ ½ w_m (S₋/S) |z_m − y₋|² = ½ w_m (S/S₋) |z_m − y_F|², thus
//! |z_m − y_F| < R_m. Two marks of F are therefore closer than R_m + R_n, and a mark without gain is alone or in none.
//! Marks that no chain of such pairs (of different viewers) connects are solved apart, and nothing is lost. (G and R are those of
//! `charge`, with which no mark adds more than G.)

use super::cells::Cells;
use super::point::{Point, plane};

/// Points sorted by component.
#[derive(Debug)]
pub(super) struct Components {
    starts: Vec<usize>,
    members: Vec<usize>,
}

impl Components {
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The points of each, ascending; by their first points.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[usize]> {
        self.starts.windows(2).map(|cut| &self.members[cut[0]..cut[1]])
    }
}

/// `points` ascend by x. Those of one group of `start` stay together whatever their distance.
pub(super) fn components<const D: usize>(points: &[Point<D>], start: &[Vec<usize>]) -> Components {
    let reach = points.iter().map(|p| p.radius).fold(0.0, f64::max);
    let (cells, order) = Cells::new(points.iter().map(|p| plane(&p.at)), reach);
    // A forest: every point points to a lower one of its component, roots to themselves.
    let mut parent: Vec<usize> = (0..points.len()).collect();
    for (m, point) in points.iter().enumerate().filter(|(_, point)| point.radius > 0.0) {
        // Points ascend by x, so the higher ones are on the right.
        cells.right_of(plane(&point.at), (point.radius + reach) * (1.0 + 1e-9), |place| {
            let n = order[place];
            if n > m && point.joins(&points[n]) {
                join(&mut parent, m, n);
            }
        });
    }
    for pair in start.iter().flat_map(|group| group.windows(2)) {
        join(&mut parent, pair[0], pair[1]);
    }
    // Roots are the first of their components; a counting sort, from behind, keeps points ascending.
    let mut starts = vec![0];
    let mut number = vec![0; points.len()];
    for m in 0..points.len() {
        let r = root(&mut parent, m);
        if r == m {
            number[m] = starts.len() - 1;
            starts.push(0);
        }
        number[m] = number[r];
        starts[number[m]] += 1;
    }
    let mut end = 0;
    for start in &mut starts {
        end += *start;
        *start = end;
    }
    let mut members = vec![0; points.len()];
    for m in (0..points.len()).rev() {
        starts[number[m]] -= 1;
        members[starts[number[m]]] = m;
    }
    Components { starts, members }
}

fn join(parent: &mut [usize], m: usize, n: usize) {
    let (a, b) = (root(parent, m), root(parent, n));
    parent[a.max(b)] = a.min(b);
}

fn root(parent: &mut [usize], mut m: usize) -> usize {
    while parent[m] != m {
        parent[m] = parent[parent[m]];
        m = parent[m];
    }
    m
}
