//! The initial centres as the means of a mixture of normal distributions and uniform noise: clusters of an embedding are seldom round, and
//! some points lie between them.

use crate::error::{Error, Result};
use crate::kmeans::KMeans;
use crate::pca::Pca;
use crate::random::{Purpose, stream};
use linfa_linalg::cholesky::Cholesky;
use linfa_linalg::triangular::{SolveTriangular, UPLO};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, s};
use rand::Rng;
use rand::seq::index;
use rayon::prelude::*;

/// Points that restarts are run on: enough for fifty clusters, and few enough for seconds.
const SAMPLE: usize = 20_000;
/// Points whose sums are taken together. Sums of blocks are added in their order, so bits do not depend on the number of threads.
const BLOCK: usize = 512;
/// Numbers that the moments of a block's points may take: those of wide embeddings are many.
const BLOCK_MOMENTS: usize = 1 << 18;
/// Blocks whose sums are held at a time, enough for all cores: those of wide embeddings would not fit into memory together.
const WAVE: usize = 64;
const MAX_ITERATIONS: usize = 200;
/// Gain in mean log-likelihood below which EM stops, in nats.
const TOLERANCE: f64 = 1e-4;

/// Means of the likeliest of `n_restarts` mixtures, each started from a k-means of its own: clusters × embedding.
pub(crate) fn centres(
    embedding: ArrayView2<'_, f32>,
    n_clusters: usize,
    n_restarts: usize,
    seed: u64,
) -> Result<Array2<f32>> {
    let n = embedding.nrows();
    let n_drawn = n.min(SAMPLE.max(n_clusters));
    let mut rows = index::sample(&mut stream(seed, Purpose::Mixture, 0), n, n_drawn).into_vec();
    rows.sort_unstable();
    let sample = embedding.select(Axis(0), &rows);
    // Around their mean, so that second moments lose no digits.
    let middle = sample.mapv(f64::from).mean_axis(Axis(0)).expect("there are points");
    let points = sample.mapv(f64::from) - &middle;
    let prior = Prior::of(sample.view(), points.view(), n_clusters)?;
    let mut best: Option<Mixture> = None;
    for restart in 0..n_restarts {
        let seed = stream(seed, Purpose::Mixture, 1 + restart as u64).random();
        let start = KMeans::params(n_clusters).seed(seed).n_restarts(1).fit(sample.view())?;
        let means = start.centres().mapv(f64::from) - &middle;
        let mixture = Mixture::around(points.view(), means, &prior)?.fit(points.view(), &prior)?;
        if best.as_ref().is_none_or(|best| mixture.log_likelihood > best.log_likelihood) {
            best = Some(mixture);
        }
    }
    let best = best.expect("at least one restart");
    let best = if n > n_drawn {
        // The likelihood of the sample says nothing about all points.
        let best = Mixture { log_likelihood: f64::NEG_INFINITY, ..best };
        best.fit((embedding.mapv(f64::from) - &middle).view(), &prior)?
    } else {
        best
    };
    Ok((best.means + middle).mapv(|mean| mean as f32))
}

/// Share of the noise at the start; EM finds its own.
const NOISE: f64 = 0.02;

/// What keeps a component from shrinking onto a few points: the conjugate prior of Fraley and Raftery (2007, §2), whose scale is the covariance
/// of all points divided by K^(2/d), with d + 2 degrees of freedom.
///
/// Without the noise of Banfield and Raftery (1993), the likeliest mixture spends a wide component on the points between clusters and makes
/// one of two clusters.
#[derive(Clone, Debug)]
struct Prior {
    scale: Array2<f64>,
    degrees: f64,
    /// ln of the noise's density: uniform over the box around all points along their principal axes.
    log_noise: f64,
}

impl Prior {
    /// `centred` are the points of `sample` around their mean.
    fn of(sample: ArrayView2<'_, f32>, centred: ArrayView2<'_, f64>, n_clusters: usize) -> Result<Self> {
        let (n, d) = sample.dim();
        let mut scale = centred.t().dot(&centred) / n as f64 / (n_clusters as f64).powf(2.0 / d as f64);
        // Points in a plane, or all alike, have no volume: a trace of a sphere gives them one.
        let floor = (scale.diag().sum() / d as f64 * 1e-6).max(f64::MIN_POSITIVE.sqrt());
        scale.diag_mut().mapv_inplace(|variance| variance + floor);
        let coordinates = Pca::fit(sample, d)?.transform(sample)?;
        let log_volume: f64 = (coordinates.columns().into_iter())
            .map(|column| {
                let (low, high) = column
                    .iter()
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
                (high - low).max(floor.sqrt()).ln()
            })
            .sum();
        Ok(Self { scale, degrees: d as f64 + 2.0, log_noise: -log_volume })
    }
}

/// A mixture of normal distributions, each with a covariance of its own.
#[derive(Clone, Debug)]
struct Mixture {
    log_weights: Vec<f64>,
    /// ln of the noise's weight times its density.
    log_noise: f64,
    /// components × dimensions
    means: Array2<f64>,
    /// The inverses of the covariances' lower Cholesky factors, transposed and side by side: dimensions × (components · dimensions).
    whiteners: Array2<f64>,
    /// Each mean behind its whitener, one after the other.
    white_means: Vec<f64>,
    /// ln det of each whitener.
    log_scales: Vec<f64>,
    /// Mean over the points, in nats.
    log_likelihood: f64,
}

/// What points give to the components.
#[derive(Clone, Debug)]
struct Moments {
    /// components × [`moments`]: masses, sums and second moments.
    of_components: Array2<f64>,
    noise: f64,
    log_likelihood: f64,
}

impl Moments {
    fn zero((n_components, d): (usize, usize)) -> Self {
        let of_components = Array2::zeros((n_components, 1 + d + d * (d + 1) / 2));
        Self { of_components, noise: 0.0, log_likelihood: 0.0 }
    }

    /// Of points that belong to the components by these shares, points × components.
    fn of(points: ArrayView2<'_, f64>, shares: &Array2<f64>, noise: f64, log_likelihood: f64) -> Self {
        Self { of_components: shares.t().dot(&moments(points)), noise, log_likelihood }
    }

    fn merge(mut self, other: &Self) -> Self {
        self.of_components += &other.of_components;
        self.noise += other.noise;
        self.log_likelihood += other.log_likelihood;
        self
    }
}

/// 1, x and the products x_i x_j with j ≤ i of every point.
fn moments(points: ArrayView2<'_, f64>) -> Array2<f64> {
    let d = points.ncols();
    let mut moments = Array2::ones((points.nrows(), 1 + d + d * (d + 1) / 2));
    for (x, mut row) in points.rows().into_iter().zip(moments.rows_mut()) {
        let products = (0..d).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|(i, j)| x[i] * x[j]);
        row.iter_mut().skip(1).zip(x.iter().copied().chain(products)).for_each(|(to, value)| *to = value);
    }
    moments
}

impl Mixture {
    /// One component around each of `means`, from the points nearest to it.
    fn around(points: ArrayView2<'_, f64>, means: Array2<f64>, prior: &Prior) -> Result<Self> {
        let square = |x: ArrayView1<'_, f64>, mean: ArrayView1<'_, f64>| -> f64 {
            x.iter().zip(mean).map(|(a, b)| (a - b) * (a - b)).sum()
        };
        let moments = sums(points, means.dim(), |points| {
            let mut shares = Array2::zeros((points.nrows(), means.nrows()));
            for (x, mut row) in points.rows().into_iter().zip(shares.rows_mut()) {
                let distances: Vec<f64> = means.rows().into_iter().map(|mean| -square(x, mean)).collect();
                row[crate::argmax(ArrayView1::from(&distances))] = 1.0 - NOISE;
            }
            Moments::of(points, &shares, NOISE * points.nrows() as f64, 0.0)
        });
        Self::from(&moments, means, points.nrows(), prior)
    }

    /// The M step. A component without points stays where it was: at `before`.
    fn from(moments: &Moments, before: Array2<f64>, n_points: usize, prior: &Prior) -> Result<Self> {
        let (n_components, d) = before.dim();
        let mut means = before;
        let mut whiteners = Array2::zeros((d, n_components * d));
        let mut log_scales = Vec::new();
        for (k, of) in moments.of_components.rows().into_iter().enumerate() {
            let mass = of[0];
            if mass > 0.0 {
                means.row_mut(k).assign(&(&of.slice(s![1..=d]) / mass));
            }
            let mean = means.row(k);
            let covariance = Array2::from_shape_fn((d, d), |(i, j)| {
                let (i, j) = (i.max(j), i.min(j));
                let scatter = of[1 + d + i * (i + 1) / 2 + j] - mass * mean[i] * mean[j];
                (prior.scale[[i, j]] + scatter) / (prior.degrees + mass + d as f64 + 2.0)
            });
            let failed = |error: linfa_linalg::LinalgError| Error::LinearAlgebra {
                step: "covariance of a cluster",
                message: error.to_string(),
            };
            let whitener = covariance
                .cholesky()
                .and_then(|factor| factor.solve_triangular(&Array2::eye(d), UPLO::Lower))
                .map_err(failed)?;
            log_scales.push(whitener.diag().iter().map(|value| value.ln()).sum());
            whiteners.slice_mut(s![.., k * d..(k + 1) * d]).assign(&whitener.t());
        }
        let white = |k: usize| means.row(k).dot(&whiteners.slice(s![.., k * d..(k + 1) * d])).to_vec();
        let white_means = (0..n_components).flat_map(white).collect();
        // One point for each component and the noise, so that an empty one keeps a weight.
        let n = (n_points + n_components + 1) as f64;
        let masses = moments.of_components.column(0);
        let log_weights = masses.iter().map(|mass| ((mass + 1.0) / n).ln()).collect();
        let log_noise = ((moments.noise + 1.0) / n).ln() + prior.log_noise;
        let log_likelihood = f64::NEG_INFINITY;
        Ok(Self { log_weights, log_noise, means, whiteners, white_means, log_scales, log_likelihood })
    }

    /// EM until the log-likelihood stands still.
    fn fit(mut self, points: ArrayView2<'_, f64>, prior: &Prior) -> Result<Self> {
        for _ in 0..MAX_ITERATIONS {
            let moments = sums(points, self.means.dim(), |points| self.share_out(points));
            let log_likelihood = moments.log_likelihood / points.nrows() as f64;
            let gain = log_likelihood - self.log_likelihood;
            if gain < TOLERANCE {
                break;
            }
            self = Self { log_likelihood, ..Self::from(&moments, self.means, points.nrows(), prior)? };
        }
        Ok(self)
    }

    /// The E step. All whiteners at once are one product, and so are all moments: that is where the time goes.
    fn share_out(&self, points: ArrayView2<'_, f64>) -> Moments {
        let d = points.ncols();
        let white = points.dot(&self.whiteners);
        let normalisation = d as f64 / 2.0 * std::f64::consts::TAU.ln();
        let mut shares = Array2::zeros((points.nrows(), self.means.nrows()));
        let (mut noise, mut log_likelihood) = (0.0, 0.0);
        for (white, mut shares) in white.rows().into_iter().zip(shares.rows_mut()) {
            let white = white.to_slice().expect("rows of a product are contiguous");
            let components = white.chunks_exact(d).zip(self.white_means.chunks_exact(d));
            for (k, (x, mean)) in components.enumerate() {
                let square: f64 = x.iter().zip(mean).map(|(a, b)| (a - b) * (a - b)).sum();
                shares[k] = self.log_weights[k] + self.log_scales[k] - square / 2.0 - normalisation;
            }
            let highest = shares.iter().copied().fold(self.log_noise, f64::max);
            shares.mapv_inplace(|log| (log - highest).exp());
            let of_noise = (self.log_noise - highest).exp();
            let sum = shares.sum() + of_noise;
            shares /= sum;
            noise += of_noise / sum;
            log_likelihood += highest + sum.ln();
        }
        Moments::of(points, &shares, noise, log_likelihood)
    }
}

/// Sums over all points of what `of` gives for a block of them.
fn sums(
    points: ArrayView2<'_, f64>,
    dim: (usize, usize),
    of: impl Fn(ArrayView2<'_, f64>) -> Moments + Sync + Send,
) -> Moments {
    let zero = Moments::zero(dim);
    let n_rows = (BLOCK_MOMENTS / zero.of_components.ncols()).clamp(1, BLOCK);
    let blocks: Vec<_> = points.axis_chunks_iter(Axis(0), n_rows).collect();
    blocks.chunks(WAVE).fold(zero, |sum, wave| {
        let wave: Vec<Moments> = wave.par_iter().map(|&block| of(block)).collect();
        wave.iter().fold(sum, Moments::merge)
    })
}
