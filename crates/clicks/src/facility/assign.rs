//! Each viewer's marks onto the open facilities, exactly.
//!
//! All other viewers' marks held fast, a facility gets at most one mark of this viewer, so what the marks add is a sum with one
//! term a facility: G − ½ w S₋/(S₋+w) |z − y₋|² less what the opening rises, with S₋ and y₋ of the others. The best sum is an assignment problem.

use super::hungarian;
use super::moments::Moments;
use super::state::State;

/// A mark that would gain from a facility.
struct Edge {
    row: usize,
    facility: usize,
    gain: f64,
}

/// Reassigns the points of `viewer` if that raises the objective.
pub(super) fn viewer<const D: usize>(state: &mut State<D>, viewer: usize) {
    let component = state.component;
    let marks = &component.viewers[viewer];
    let mut edges: Vec<Edge> = Vec::new();
    let mut now = 0.0;
    for (row, &m) in marks.iter().enumerate() {
        let point = &component.points[m];
        now += state.share(m);
        let mut near = state.groups_near(&point.at);
        near.extend(state.of[m]);
        near.sort_unstable();
        near.dedup();
        for facility in near {
            let members = &state.groups[facility].members;
            let others = members.iter().filter(|&&n| component.points[n].viewer != viewer);
            let others = others.fold(Moments::default(), |sums, &n| sums.with(&component.points[n]));
            // A facility that only this mark holds stays where the mark is: it cannot be handed on.
            if others.n == 0 && state.of[m] != Some(facility) {
                continue;
            }
            let gain = others.marginal(point, component.charge);
            if gain > 0.0 {
                edges.push(Edge { row, facility, gain });
            }
        }
    }
    let (to, total) = best(&edges, marks.len());
    if total - now > component.tolerance {
        state.reassign(viewer, &to, total - now);
    }
}

/// The best assignment, block by block of the graph of `edges`; and its sum.
fn best(edges: &[Edge], n_rows: usize) -> (Vec<Option<usize>>, f64) {
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
    let (mut to, mut total) = (vec![None; n_rows], 0.0);
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
    (to, total)
}
