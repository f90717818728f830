//! The loss that draws neighbours together in the embedding and drives all others apart.

use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

/// Added to square distances where they divide: two images on one spot would be driven apart without end.
pub(super) const SOFTENING: f64 = 1e-3;

/// Loss of a batch whose row i and row n/2 + i are neighbours, and its gradient with respect to the embedding (images × embedding).
///
/// # Formula
///
/// With the Student-t kernel `q_ij = 1 / (1 + |z_i − z_j|²)` between an image i of the first half and an image j of the second:
///
/// ```text
/// L = mean over i of −ln q_ii'  +  repulsion · mean over i and j ≠ i' of −ln(1 − q_ij)
/// ```
///
/// where the second q_ij has the square distance plus 0.001, which the program of McInnes et al. adds in the gradient.
///
/// This is UMAP's cross entropy (McInnes, Healy and Melville 2018, §3.2) on a parametric embedding (Sainburg, McInnes and Gentner 2021) with the
/// kernel's exponents a = b = 1, and `repulsion` negative samples for each pair; all other pairs of the batch are taken, which costs little
/// and is less noisy than a few drawn ones.
pub(super) fn neighbour_loss(z: ArrayView2<'_, f32>, repulsion: f64) -> (f64, Array2<f64>) {
    let n_pairs = z.nrows() / 2;
    let z = z.mapv(f64::from);
    let (left, right) = (z.slice(s![..n_pairs, ..]), z.slice(s![n_pairs..2 * n_pairs, ..]));
    let attract = 1.0 / n_pairs as f64;
    let repel = repulsion / (n_pairs * n_pairs.saturating_sub(1)).max(1) as f64;
    let mut gradient = Array2::zeros(z.dim());
    let (mut on_left, rest) = gradient.view_mut().split_at(Axis(0), n_pairs);
    let (mut on_right, _) = rest.split_at(Axis(0), n_pairs);
    // Each half looks at the other: twice the work, but every row is written by one thread alone, so bits do not depend on their number.
    let side = |i: usize, of: ArrayView2<'_, f64>, others: ArrayView2<'_, f64>, force: &mut [f64]| -> f64 {
        let z = of.row(i);
        let mut loss = 0.0;
        for (j, other) in others.rows().into_iter().enumerate() {
            let square: f64 = z.iter().zip(&other).map(|(a, b)| (a - b) * (a - b)).sum();
            let strength = if i == j {
                loss += attract * square.ln_1p();
                2.0 * attract / (1.0 + square)
            } else {
                let softened = square + SOFTENING;
                loss += repel * ((1.0 + softened) / softened).ln();
                -2.0 * repel / (softened * (1.0 + softened))
            };
            force.iter_mut().zip(z.iter().zip(&other)).for_each(|(f, (a, b))| *f += strength * (a - b));
        }
        loss
    };
    let losses: Vec<f64> = (on_left.outer_iter_mut().into_par_iter().enumerate())
        .map(|(i, mut force)| side(i, left, right, force.as_slice_mut().expect("a row of a standard array")))
        .collect();
    (on_right.outer_iter_mut().into_par_iter().enumerate()).for_each(|(i, mut force)| {
        side(i, right, left, force.as_slice_mut().expect("a row of a standard array"));
    });
    (losses.iter().sum(), gradient)
}
