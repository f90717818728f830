//! Lloyd's iteration: rows to their nearest centres, centres to the means of their rows.

use super::Run;
use super::points::{Pass, Points};
use ndarray::Array2;
use rayon::prelude::*;

/// Iterates from `centres` until no row moves, or the centres' moves have at most `least_move` as the sum of their squares.
pub(super) fn run(points: &Points, mut centres: Array2<f32>, max_iterations: usize, least_move: f64) -> Run {
    let mut labels = vec![u32::MAX; points.n()];
    let mut converged = false;
    let mut n_iterations = 0;
    let inertia = loop {
        let mut pass = points.pass(&centres, &mut labels);
        if pass.n_changed == 0 || converged || n_iterations == max_iterations {
            converged |= pass.n_changed == 0;
            break pass.inertia;
        }
        let empty: Vec<usize> = (0..pass.counts.len()).filter(|&k| pass.counts[k] == 0).collect();
        fill(&empty, points, &centres, &labels, &mut pass);
        let means = means(&pass, &centres);
        let moved: f64 =
            means.iter().zip(&centres).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
        // One more pass then gives the inertia of where they stand.
        converged = moved <= least_move;
        centres = means;
        n_iterations += 1;
    };
    Run { centres, inertia, n_iterations, converged }
}

/// The mean of each cluster; an empty one keeps its centre.
fn means(pass: &Pass, centres: &Array2<f32>) -> Array2<f32> {
    let mut means = centres.clone();
    for ((mut mean, sum), &count) in means.rows_mut().into_iter().zip(pass.sums.rows()).zip(&pass.counts) {
        if count > 0 {
            mean.iter_mut().zip(sum).for_each(|(mean, sum)| *mean = (sum / count as f64) as f32);
        }
    }
    means
}

/// Gives each of the `empty` clusters the row that is farthest from its own centre, as scikit-learn does; of equally far ones the first.
/// A row on its centre, or alone in its cluster, stays.
pub(super) fn fill(empty: &[usize], points: &Points, centres: &Array2<f32>, labels: &[u32], pass: &mut Pass) {
    if empty.is_empty() {
        return;
    }
    let mut far: Vec<(f64, usize)> = (labels.par_iter().enumerate())
        .map(|(row, &label)| (points.square_distance(row, centres.row(label as usize)), row))
        .filter(|&(distance, _)| distance > 0.0)
        .collect();
    far.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut far = far.into_iter();
    for &k in empty {
        let Some((_, row)) = far.find(|&(_, row)| pass.counts[labels[row] as usize] > 1) else { return };
        let from = labels[row] as usize;
        pass.counts[from] -= 1;
        pass.counts[k] = 1;
        for (column, &value) in points.rows.row(row).iter().enumerate() {
            pass.sums[[from, column]] -= f64::from(value);
            pass.sums[[k, column]] = f64::from(value);
        }
    }
}
