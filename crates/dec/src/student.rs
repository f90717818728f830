//! Student-t soft assignment q, target distribution P, their KL divergence and its gradient.

use crate::argmax;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

/// Soft assignment of every embedded image to every cluster (Xie et al. 2016, equation 1).
///
/// # Formula
///
/// ```text
/// q_ik = (1 + |z_i − μ_k|² / α)^(−(α+1)/2) / Σ_j (1 + |z_i − μ_j|² / α)^(−(α+1)/2)
/// ```
///
/// `embedding` is images × dimensions, `centres` clusters × dimensions; the result is images × clusters, each row sums to 1.
/// `alpha` is the degrees of freedom, above 0; the paper sets 1.
///
/// ```
/// use ndarray::array;
///
/// let q = manyhands_dec::soft_assignment(array![[0.0, 0.0]].view(), array![[0.0, 0.0], [3.0, 3.0]].view(), 1.0);
/// assert!((q[[0, 0]] - 0.95).abs() < 1e-12);
/// ```
///
/// # Panics
///
/// When the two have different numbers of columns, or `alpha` is not a finite number above 0.
#[must_use]
pub fn soft_assignment(
    embedding: ArrayView2<'_, f32>,
    centres: ArrayView2<'_, f32>,
    alpha: f64,
) -> Array2<f64> {
    assert!(alpha > 0.0 && alpha.is_finite(), "alpha = {alpha}: wants a finite number above 0");
    assert_eq!(embedding.ncols(), centres.ncols(), "embedding and centres need the same number of columns");
    let mut q = Array2::zeros((embedding.nrows(), centres.nrows()));
    q.axis_iter_mut(Axis(0)).into_par_iter().zip(embedding.axis_iter(Axis(0))).for_each(|(mut q, z)| {
        assignment_of(z, centres, alpha, q.as_slice_mut().expect("rows of a standard array are slices"));
    });
    q
}

/// Hard assignment: the most probable column of every row, the cluster of each image where `q` is images × clusters. Ties go to the lower column;
/// `q` must have one.
///
/// It is what the `predict` of a model gives, for who has the probabilities already.
///
/// ```
/// use ndarray::array;
///
/// let clusters = manyhands_dec::hard_assignment(array![[0.1, 0.9], [0.5, 0.5]].view());
/// assert_eq!(clusters, array![1, 0]);
/// ```
#[must_use]
pub fn hard_assignment(q: ArrayView2<'_, f64>) -> Array1<usize> {
    q.rows().into_iter().map(argmax).collect()
}

/// Target distribution (Xie et al. 2016, equation 3): q sharpened, with every cluster's mass divided out.
///
/// # Formula
///
/// ```text
/// p_ik = (q_ik² / s_k) / Σ_j (q_ij² / s_j)        s_k = Σ_i q_ik over all images
/// ```
///
/// `q` must hold **all** images: the masses of a mini-batch are noise. A cluster without mass gets no target, and a row of zeros stays one.
#[must_use]
pub fn target_distribution(q: ArrayView2<'_, f64>) -> Array2<f64> {
    balanced_target_distribution(q, 1.0)
}

/// The same with a power of the masses.
///
/// # Formula
///
/// ```text
/// p_ik = (q_ik² / s_k^λ) / Σ_j (q_ij² / s_j^λ)
/// ```
///
/// `balance` is λ. With 1, the paper's, an image between two clusters is drawn to the smaller one, and clusters become alike in size. With 0 sizes do not
/// matter: q is sharpened and no more. Below 0 the image is drawn to the larger one, so that a small cluster is left to the images that are surely its own.
///
/// # Panics
///
/// When `balance` is outside −8..=8: powers of the masses would overflow.
#[must_use]
pub fn balanced_target_distribution(q: ArrayView2<'_, f64>, balance: f64) -> Array2<f64> {
    assert!((-8.0..=8.0).contains(&balance), "balance = {balance}: wants a number in -8..=8");
    let mass = q.sum_axis(Axis(0)).mapv(|mass| if mass > 0.0 { mass.powf(balance) } else { 0.0 });
    let mut p = Array2::zeros(q.dim());
    p.axis_iter_mut(Axis(0)).into_par_iter().zip(q.axis_iter(Axis(0))).for_each(|(mut p, q)| {
        for ((p, &q), &mass) in p.iter_mut().zip(q).zip(&mass) {
            *p = if mass > 0.0 { q * q / mass } else { 0.0 };
        }
        let sum = p.sum();
        if sum != 0.0 {
            p.mapv_inplace(|value| value / sum);
        }
    });
    p
}

/// KL(P‖Q) = Σ_i Σ_k p_ik ln(p_ik / q_ik), summed over images, in nats; a term with p = 0 is 0, one with q = 0 alone infinite.
///
/// # Panics
///
/// When the two have different shapes.
#[must_use]
pub fn kl_divergence(p: ArrayView2<'_, f64>, q: ArrayView2<'_, f64>) -> f64 {
    assert_eq!(p.dim(), q.dim(), "p and q need the same shape");
    p.rows().into_iter().zip(q.rows()).map(|(p, q)| kl_of(p.iter().zip(q).map(|(&p, &q)| (p, q)))).sum()
}

/// Gradient of [`kl_divergence`] with P held fixed (Xie et al. 2016, equations 4 and 5): with respect to the embedding
/// (images × dimensions) and to the centres (clusters × dimensions).
///
/// # Formula
///
/// ```text
/// ∂L/∂z_i =  (α+1)/α Σ_k (p_ik − q_ik) (z_i − μ_k) / (1 + |z_i − μ_k|² / α)
/// ∂L/∂μ_k = −(α+1)/α Σ_i (p_ik − q_ik) (z_i − μ_k) / (1 + |z_i − μ_k|² / α)
/// ```
///
/// # Panics
///
/// When `p` is not images × clusters, and as [`soft_assignment`].
#[must_use]
pub fn kl_gradient(
    p: ArrayView2<'_, f64>,
    embedding: ArrayView2<'_, f32>,
    centres: ArrayView2<'_, f32>,
    alpha: f64,
) -> (Array2<f64>, Array2<f64>) {
    assert_eq!(
        p.dim(),
        (embedding.nrows(), centres.nrows()),
        "p needs a row per image and a column per cluster"
    );
    let pull = soft_assignment(embedding, centres, alpha) - p;
    let mut d_embedding = Array2::zeros(embedding.dim());
    let mut d_centres = Array2::zeros(centres.dim());
    for ((z, pull), mut d_z) in embedding.rows().into_iter().zip(pull.rows()).zip(d_embedding.rows_mut()) {
        let d_z = d_z.as_slice_mut().expect("rows of a standard array are slices");
        backpropagate(z, centres, alpha, pull.as_slice().expect("as above"), d_z, &mut d_centres);
    }
    (d_embedding, d_centres)
}

/// Writes q of one image to `q`.
pub(crate) fn assignment_of(z: ArrayView1<'_, f32>, centres: ArrayView2<'_, f32>, alpha: f64, q: &mut [f64]) {
    for (q, centre) in q.iter_mut().zip(centres.rows()) {
        *q = 1.0 + square_distance(z, centre) / alpha;
    }
    // α = 1 in every profile: spare the power.
    if alpha == 1.0 {
        q.iter_mut().for_each(|kernel| *kernel = kernel.recip());
    } else {
        // Relative to the nearest centre, whose power is then 1: far from all of them, the plain powers would vanish together.
        let nearest = q.iter().copied().fold(f64::INFINITY, f64::min);
        let power = -f64::midpoint(alpha, 1.0);
        q.iter_mut().for_each(|kernel| *kernel = (*kernel / nearest).powf(power));
    }
    let sum: f64 = q.iter().sum();
    q.iter_mut().for_each(|value| *value /= sum);
}

/// Σ p ln(p/q) of one image; NaN in, NaN out.
pub(crate) fn kl_of(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    pairs.map(|(p, q)| if p == 0.0 { 0.0 } else { p * (p / q).ln() }).sum()
}

/// Carries a loss from q back to one embedding and to the centres, adding to both.
///
/// `pull[k]` is `q_k (g_k − Σ_j g_j q_j)` with `g = ∂L/∂q`: the loss's pull on the logarithm of the kernel of cluster k. For KL(P‖Q) that is
/// `q_k − p_k`.
pub(crate) fn backpropagate(
    z: ArrayView1<'_, f32>,
    centres: ArrayView2<'_, f32>,
    alpha: f64,
    pull: &[f64],
    d_z: &mut [f64],
    d_centres: &mut Array2<f64>,
) {
    let factor = (alpha + 1.0) / alpha;
    for ((&pull, centre), mut d_centre) in pull.iter().zip(centres.rows()).zip(d_centres.rows_mut()) {
        let strength = factor * pull / (1.0 + square_distance(z, centre) / alpha);
        for (((&z, &centre), d_z), d_centre) in z.iter().zip(centre).zip(d_z.iter_mut()).zip(&mut d_centre) {
            let force = strength * (f64::from(z) - f64::from(centre));
            *d_z -= force;
            *d_centre += force;
        }
    }
}

fn square_distance(z: ArrayView1<'_, f32>, centre: ArrayView1<'_, f32>) -> f64 {
    z.iter().zip(centre).map(|(&z, &centre)| (f64::from(z) - f64::from(centre)).powi(2)).sum()
}
