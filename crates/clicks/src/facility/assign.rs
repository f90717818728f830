//! Each viewer's marks onto the open facilities, exactly.
//!
//! All other viewers' marks held fast, a facility gets at most one mark of this viewer, so what the marks add is a sum with one
//! term a facility: G − ½ w S₋/(S₋+w) |z − y₋|² less what the opening rises, with S₋ and y₋ of the others. The best sum is an
//! assignment problem.

use super::hungarian;
use super::moments::Moments;
use super::state::State;

/// A mark that would gain from a facility.
#[derive(Debug, Clone, Copy)]
struct Edge {
    row: usize,
    facility: usize,
    gain: f64,
}

/// Buffers, kept between calls.
#[derive(Debug, Default)]
pub(super) struct Assign {
    edges: Vec<Edge>,
    near: Vec<usize>,
    rows: Vec<usize>,
    to: Vec<Option<usize>>,
}

impl Assign {
    /// Reassigns those points of `viewer` that are `stale`, and all that they could drive out, if that raises the objective.
    pub(super) fn viewer<const D: usize>(
        &mut self,
        state: &mut State<D>,
        viewer: usize,
        stale: impl Fn(usize) -> bool,
    ) {
        let component = state.component;
        let (points, charge) = (&component.points, component.charge);
        let Self { edges, near, rows, to } = self;
        edges.clear();
        to.clear();
        rows.clear();
        rows.extend(component.of_viewer(viewer).iter().copied().filter(|&m| stale(m)));
        let n_stale = rows.len();
        let (mut now, mut total) = (0.0, 0.0);
        while let Some(&m) = rows.get(to.len()) {
            let (row, point) = (to.len(), &points[m]);
            let from = edges.len();
            if let Some(facility) = state.of[m] {
                let gain = state.shares[m];
                now += gain;
                if gain > 0.0 {
                    edges.push(Edge { row, facility, gain });
                }
            }
            // Without this viewer's other mark, a facility's mean may be nearer.
            let reach = point.radius * std::f64::consts::SQRT_2;
            state.groups_near(&point.at, reach, near);
            for &facility in near.iter().filter(|&&f| state.of[m] != Some(f)) {
                let group = &state.groups[facility];
                let own = group.members.iter().position(|&n| points[n].viewer == viewer);
                let others = match own {
                    None => group.moments,
                    // What only another mark of this viewer holds cannot be handed on.
                    Some(_) if group.members.len() == 1 => continue,
                    Some(own) => {
                        let stay = group.members.iter().enumerate().filter(|&(k, _)| k != own);
                        stay.fold(Moments::default(), |sums, (_, &n)| sums.with(&points[n]))
                    }
                };
                if others.most(point) <= 0.0 {
                    continue;
                }
                let gain = others.marginal(point, charge);
                if gain > 0.0 {
                    edges.push(Edge { row, facility, gain });
                    let driven = own.map(|own| group.members[own]);
                    rows.extend(driven.filter(|&n| !stale(n) && !rows[n_stale..].contains(&n)));
                }
            }
            let best = edges[from..].iter().max_by(|a, b| a.gain.total_cmp(&b.gain));
            total += best.map_or(0.0, |edge| edge.gain);
            to.push(best.map(|edge| edge.facility));
        }
        // Each mark has what is best for it; that is the best sum unless two want the same facility.
        if total - now <= component.tolerance {
            return;
        }
        let clash = (1..to.len()).any(|k| to[k].is_some() && to[..k].contains(&to[k]));
        if clash {
            total = best(edges, to);
        }
        if total - now > component.tolerance {
            state.reassign(rows, to, total - now);
        }
    }
}

/// The best assignment, block by block of the graph of `edges`, goes into `to`; its sum.
fn best(edges: &[Edge], to: &mut [Option<usize>]) -> f64 {
    let n_rows = to.len();
    let mut facilities: Vec<usize> = edges.iter().map(|e| e.facility).collect();
    facilities.sort_unstable();
    facilities.dedup();
    let column = |e: &Edge| facilities.partition_point(|&f| f < e.facility);
    // Rows and columns in one forest; a block is a tree.
    let mut parent: Vec<usize> = (0..n_rows + facilities.len()).collect();
    let root = |parent: &[usize], mut k: usize| {
        while parent[k] != k {
            k = parent[k];
        }
        k
    };
    for e in edges {
        let (a, b) = (root(&parent, e.row), root(&parent, n_rows + column(e)));
        parent[a.max(b)] = a.min(b);
    }
    let mut blocks: Vec<(usize, &Edge)> = edges.iter().map(|e| (root(&parent, e.row), e)).collect();
    blocks.sort_by_key(|&(block, _)| block);
    to.fill(None);
    let mut total = 0.0;
    for block in blocks.chunk_by(|a, b| a.0 == b.0) {
        let mut rows: Vec<usize> = block.iter().map(|(_, e)| e.row).collect();
        rows.sort_unstable();
        rows.dedup();
        let mut columns: Vec<usize> = block.iter().map(|(_, e)| e.facility).collect();
        columns.sort_unstable();
        columns.dedup();
        let mut gains = vec![0.0; rows.len() * columns.len()];
        for (_, e) in block {
            let (r, c) = (rows.partition_point(|&r| r < e.row), columns.partition_point(|&c| c < e.facility));
            gains[r * columns.len() + c] = e.gain;
        }
        for (r, c) in hungarian::assign(&gains, columns.len()).into_iter().enumerate() {
            if let Some(c) = c {
                to[rows[r]] = Some(columns[c]);
                total += gains[r * columns.len() + c];
            }
        }
    }
    total
}
