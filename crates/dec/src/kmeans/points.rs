//! Rows and their nearest centres: one product and one pass for each block of rows, and sums that do not depend on the number of threads.

use crate::engine::product;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

/// Rows that one task takes. Sums over its rows are added to those of other tasks in order.
pub(super) const TASK: usize = 4096;
/// Rows in one product: their scores stay in the cache.
const BLOCK: usize = 512;

/// Where the origin lies and how long a unit is.
///
/// Squares of distances are differences of f32 here: near the origin they lose little, and near 1 they neither overflow nor vanish.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Frame {
    /// A power of 2: to multiply by it is exact.
    scale: f32,
    /// Mean of the rows after scaling.
    mean: Array1<f32>,
}

impl Frame {
    /// The rows' mean becomes the origin, and the largest of their values is near 1.
    pub(super) fn of(rows: ArrayView2<'_, f32>) -> Self {
        let largest = rows.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
        let scale = if largest > 0.0 { (-largest.log2().floor()).clamp(-126.0, 126.0).exp2() } else { 1.0 };
        let mut mean = Array1::<f64>::zeros(rows.ncols());
        for row in rows.rows() {
            mean.zip_mut_with(&row, |sum, &value| *sum += f64::from(value * scale));
        }
        let n = rows.nrows() as f64;
        Self { scale, mean: mean.mapv(|sum| (sum / n) as f32) }
    }

    pub(super) fn leave(&self, centres: &Array2<f32>) -> Array2<f32> {
        (centres + &self.mean) / self.scale
    }

    pub(super) fn leave_square(&self, square: f64) -> f64 {
        square / f64::from(self.scale).powi(2)
    }
}

/// Rows in their frame.
#[derive(Clone, Debug)]
pub(super) struct Points {
    pub(super) rows: Array2<f32>,
    pub(super) square_norms: Vec<f32>,
    /// Sum of the square norms.
    square_norm: f64,
}

/// What a pass over all rows finds.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    /// Sum of the rows of each cluster: clusters × columns.
    pub(super) sums: Array2<f64>,
    pub(super) counts: Vec<usize>,
    /// Rows whose cluster is another one than before.
    pub(super) n_changed: usize,
    /// Sum of the squared distances to the centres of the pass.
    pub(super) inertia: f64,
}

impl Points {
    pub(super) fn framed(rows: ArrayView2<'_, f32>, frame: &Frame) -> Self {
        let mut framed = Array2::zeros(rows.dim());
        framed.outer_iter_mut().into_par_iter().zip(rows.outer_iter()).for_each(|(mut to, from)| {
            for ((to, &from), &mean) in to.iter_mut().zip(from).zip(&frame.mean) {
                *to = from * frame.scale - mean;
            }
        });
        Self::new(framed)
    }

    fn new(rows: Array2<f32>) -> Self {
        let square_norms: Vec<f32> =
            rows.axis_iter(Axis(0)).into_par_iter().map(|row| row.iter().map(|x| x * x).sum()).collect();
        let square_norm = rows.rows().into_iter().map(|row| square(row.iter().copied())).sum();
        Self { rows, square_norms, square_norm }
    }

    /// Some of the rows.
    pub(super) fn select(&self, rows: &[usize]) -> Self {
        Self::new(self.rows.select(Axis(0), rows))
    }

    pub(super) fn n(&self) -> usize {
        self.rows.nrows()
    }

    /// Mean over the columns of their variance.
    pub(super) fn variance(&self) -> f64 {
        self.square_norm / self.rows.len() as f64
    }

    /// The nearest centre of each row.
    pub(super) fn nearest(&self, centres: &Array2<f32>) -> Vec<u32> {
        let mut labels = vec![0; self.n()];
        self.pass(centres, &mut labels);
        labels
    }

    /// Assigns each row to its nearest centre in `labels`; ties go to the lower centre.
    pub(super) fn pass(&self, centres: &Array2<f32>, labels: &mut [u32]) -> Pass {
        let (n_clusters, n_columns) = centres.dim();
        let half_norms = half_square_norms(centres);
        let parts: Vec<_> = (labels.par_chunks_mut(TASK))
            .zip(self.rows.axis_chunks_iter(Axis(0), TASK))
            .map(|(labels, rows)| {
                let mut sums = vec![0.0; n_clusters * n_columns];
                let mut counts = vec![0; n_clusters];
                let mut n_changed = 0;
                let mut least = [0.0; BLOCK];
                let mut nearest = [0; BLOCK];
                in_blocks(rows, centres, |start, rows, scores| {
                    nearest.fill(0);
                    least.fill(f32::INFINITY);
                    for (k, (scores, &half_norm)) in scores.rows().into_iter().zip(&half_norms).enumerate() {
                        let scores = scores.to_slice().expect("rows of a standard array are slices");
                        for ((&score, least), nearest) in scores.iter().zip(&mut least).zip(&mut nearest) {
                            let score = half_norm - score;
                            let is_nearer = score < *least;
                            *nearest = if is_nearer { k as u32 } else { *nearest };
                            *least = if is_nearer { score } else { *least };
                        }
                    }
                    let labels = &mut labels[start..start + rows.nrows()];
                    for ((label, &k), row) in labels.iter_mut().zip(&nearest).zip(rows.rows()) {
                        n_changed += usize::from(*label != k);
                        *label = k;
                        let k = k as usize;
                        counts[k] += 1;
                        let sums = &mut sums[k * n_columns..(k + 1) * n_columns];
                        sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
                    }
                });
                (sums, counts, n_changed)
            })
            .collect();
        let mut pass = Pass {
            sums: Array2::zeros(centres.dim()),
            counts: vec![0; n_clusters],
            n_changed: 0,
            inertia: self.square_norm,
        };
        for (sums, counts, n_changed) in parts {
            pass.sums.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
            pass.counts
                .iter_mut()
                .zip(counts)
                .for_each(|(total, count): (&mut usize, usize)| *total += count);
            pass.n_changed += n_changed;
        }
        // Σ|x − c|² = Σ|x|² − 2 Σ c·x + Σ|c|², which needs no row again.
        for ((centre, sum), &count) in centres.rows().into_iter().zip(pass.sums.rows()).zip(&pass.counts) {
            let product: f64 = centre.iter().zip(sum).map(|(&c, &sum)| f64::from(c) * sum).sum();
            pass.inertia += count as f64 * square(centre.iter().copied()) - 2.0 * product;
        }
        pass.inertia = pass.inertia.max(0.0);
        pass
    }

    /// Squared distance of row `row` to `centre`.
    pub(super) fn square_distance(&self, row: usize, centre: ndarray::ArrayView1<'_, f32>) -> f64 {
        square(self.rows.row(row).iter().zip(centre).map(|(x, c)| x - c))
    }
}

/// Calls `with` on blocks of `rows`: the first row, the rows, and their products with the centres (centres × rows).
pub(super) fn in_blocks(
    rows: ArrayView2<'_, f32>,
    centres: &Array2<f32>,
    mut with: impl FnMut(usize, ArrayView2<'_, f32>, ArrayView2<'_, f32>),
) {
    let mut scores = Array2::zeros((centres.nrows(), BLOCK));
    for (i, rows) in rows.axis_chunks_iter(Axis(0), BLOCK).enumerate() {
        let mut scores = scores.slice_mut(s![.., ..rows.nrows()]);
        product(scores.view_mut(), 0.0, centres.view(), rows.t());
        with(i * BLOCK, rows, scores.view());
    }
}

pub(super) fn half_square_norms(centres: &Array2<f32>) -> Vec<f32> {
    centres.rows().into_iter().map(|centre| 0.5 * centre.iter().map(|c| c * c).sum::<f32>()).collect()
}

fn square(values: impl Iterator<Item = f32>) -> f64 {
    values.map(|value| f64::from(value) * f64::from(value)).sum()
}
