//! A slow twin: every grouping there is, written as the definition reads.

use manyhands_clicks::facility::{Mark, Opening};

/// Σ (G − |z − y|²/2σ²) − open(n, S) of one group.
pub(crate) fn value<const D: usize>(marks: &[Mark<D>], group: &[usize], opening: &Opening) -> f64 {
    let weight: f64 = group.iter().map(|&m| 1.0 / marks[m].variance).sum();
    let mean =
        |axis: usize| group.iter().map(|&m| marks[m].at[axis] / marks[m].variance).sum::<f64>() / weight;
    let gains = group.iter().map(|&m| {
        let squares = (0..D).map(|axis| (marks[m].at[axis] - mean(axis)).powi(2));
        marks[m].gain - squares.sum::<f64>() / (2.0 * marks[m].variance)
    });
    let counted = &opening.by_count;
    let counted = if counted.is_empty() { 0.0 } else { counted[(group.len() - 1).min(counted.len() - 1)] };
    let occam = if opening.occam { D as f64 / 2.0 * weight.ln() } else { 0.0 };
    gains.sum::<f64>() - opening.constant - counted - occam
}

/// The greatest objective of all groupings of up to about nine marks.
pub(crate) fn optimum<const D: usize>(marks: &[Mark<D>], opening: &Opening) -> f64 {
    fn go<const D: usize>(
        marks: &[Mark<D>],
        opening: &Opening,
        next: usize,
        groups: &mut Vec<Vec<usize>>,
    ) -> f64 {
        if next == marks.len() {
            return groups.iter().map(|group| value(marks, group, opening)).sum();
        }
        // False,
        let mut best = go(marks, opening, next + 1, groups);
        // with others,
        for g in 0..groups.len() {
            if groups[g].iter().all(|&m| marks[m].viewer != marks[next].viewer) {
                groups[g].push(next);
                best = best.max(go(marks, opening, next + 1, groups));
                groups[g].pop();
            }
        }
        // or the first of its group.
        groups.push(vec![next]);
        best = best.max(go(marks, opening, next + 1, groups));
        groups.pop();
        best
    }
    go(marks, opening, 0, &mut Vec::new())
}
