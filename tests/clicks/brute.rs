//! A slow twin: every grouping there is, written as the definition reads.

use manyhands_clicks::facility::{Mark, Opening};

/// Σ (G − |z − y|²/2σ²) − open(S) of one group.
pub(crate) fn value(marks: &[Mark], group: &[usize], opening: Opening) -> f64 {
    let weight: f64 = group.iter().map(|&m| 1.0 / marks[m].variance).sum();
    let x = group.iter().map(|&m| marks[m].x / marks[m].variance).sum::<f64>() / weight;
    let y = group.iter().map(|&m| marks[m].y / marks[m].variance).sum::<f64>() / weight;
    let gains = group.iter().map(|&m| {
        let (dx, dy) = (marks[m].x - x, marks[m].y - y);
        marks[m].gain - (dx * dx + dy * dy) / (2.0 * marks[m].variance)
    });
    gains.sum::<f64>() - opening.cost(weight)
}

/// The greatest objective of all groupings of up to about nine marks.
pub(crate) fn optimum(marks: &[Mark], opening: Opening) -> f64 {
    fn go(marks: &[Mark], opening: Opening, next: usize, groups: &mut Vec<Vec<usize>>) -> f64 {
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
