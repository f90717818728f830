//! The initial centres as the means of a mixture of normal distributions and uniform noise: clusters of an embedding are seldom round, and
//! some points lie between them.

use crate::error::{Error, Result};
use crate::kmeans::KMeans;
use crate::pca::Pca;
use crate::random::{Purpose, stream};
use linfa_linalg::cholesky::Cholesky;
use linfa_linalg::triangular::{SolveTriangular, UPLO};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rand::seq::index;
use rayon::prelude::*;

/// Points that restarts are run on: enough for fifty clusters, and few enough for seconds.
const SAMPLE: usize = 20_000;
/// Points whose sums are taken together. Sums of blocks are added in their order, so bits do not depend on the number of threads.
const BLOCK: usize = 512;
const MAX_ITERATIONS: usize = 200;
/// Gain in mean log-likelihood below which EM stops, in nats.
const TOLERANCE: f64 = 1e-4;
/// Posterior below which a point adds nothing to a component.
const NEGLIGIBLE: f64 = 1e-9;

/// Means of the likeliest of `n_restarts` mixtures, each started from a k-means of its own: clusters × embedding.
pub(crate) fn centres(
    embedding: ArrayView2<'_, f32>,
    n_clusters: usize,
    n_restarts: usize,
    seed: u64,
) -> Result<Array2<f32>> {
    let n = embedding.nrows();
    let mut rows = index::sample(&mut stream(seed, Purpose::Mixture, 0), n, n.min(SAMPLE)).into_vec();
    rows.sort_unstable();
    let sample = embedding.select(Axis(0), &rows);
    let points = sample.mapv(f64::from);
    let prior = Prior::of(sample.view(), n_clusters)?;
    let mut best: Option<Mixture> = None;
    for restart in 0..n_restarts {
        let seed = seed.wrapping_add(restart as u64);
        let start = KMeans::params(n_clusters).seed(seed).n_restarts(1).fit(sample.view())?;
        let mixture = Mixture::around(points.view(), start.centres().mapv(f64::from).view(), &prior)?
            .fit(points.view(), &prior)?;
        if best.as_ref().is_none_or(|best| mixture.log_likelihood > best.log_likelihood) {
            best = Some(mixture);
        }
    }
    let best = best.expect("at least one restart");
    let best = if n > SAMPLE { best.fit(embedding.mapv(f64::from).view(), &prior)? } else { best };
    Ok(best.means.mapv(|mean| mean as f32))
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
    fn of(sample: ArrayView2<'_, f32>, n_clusters: usize) -> Result<Self> {
        let (n, d) = sample.dim();
        let points = sample.mapv(f64::from);
        let centred = &points - &points.mean_axis(Axis(0)).expect("there are points");
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
    /// The inverse of each covariance's lower Cholesky factor.
    whiteners: Vec<Array2<f64>>,
    /// ln det of each whitener.
    log_scales: Vec<f64>,
    /// Mean over the points, in nats.
    log_likelihood: f64,
}

/// What the points give to the components: masses, sums and second moments around the means before.
#[derive(Clone, Debug)]
struct Moments {
    mass: Array1<f64>,
    first: Array2<f64>,
    second: Vec<Array2<f64>>,
    noise: f64,
    log_likelihood: f64,
}

impl Moments {
    fn zero((n_components, d): (usize, usize)) -> Self {
        Self {
            mass: Array1::zeros(n_components),
            first: Array2::zeros((n_components, d)),
            second: vec![Array2::zeros((d, d)); n_components],
            noise: 0.0,
            log_likelihood: 0.0,
        }
    }

    fn add(&mut self, component: usize, weight: f64, deviation: &[f64]) {
        self.mass[component] += weight;
        let mut first = self.first.row_mut(component);
        for (i, &a) in deviation.iter().enumerate() {
            first[i] += weight * a;
            let mut row = self.second[component].row_mut(i);
            row.iter_mut().zip(&deviation[..=i]).for_each(|(sum, &b)| *sum += weight * a * b);
        }
    }

    fn merge(mut self, other: &Self) -> Self {
        self.mass += &other.mass;
        self.first += &other.first;
        self.second.iter_mut().zip(&other.second).for_each(|(to, from)| *to += from);
        self.noise += other.noise;
        self.log_likelihood += other.log_likelihood;
        self
    }
}

impl Mixture {
    /// One component around each of `means`, from the points nearest to it.
    fn around(points: ArrayView2<'_, f64>, means: ArrayView2<'_, f64>, prior: &Prior) -> Result<Self> {
        let square = |x: ArrayView1<'_, f64>, mean: ArrayView1<'_, f64>| -> f64 {
            x.iter().zip(mean).map(|(a, b)| (a - b) * (a - b)).sum()
        };
        let moments = sums(points, means.dim(), |x, moments| {
            let distances: Vec<f64> = means.rows().into_iter().map(|mean| -square(x, mean)).collect();
            let nearest = crate::argmax(ArrayView1::from(&distances));
            let deviation: Vec<f64> = x.iter().zip(means.row(nearest)).map(|(a, b)| a - b).collect();
            moments.add(nearest, 1.0 - NOISE, &deviation);
            moments.noise += NOISE;
        });
        Self::from(&moments, means, points.nrows(), prior)
    }

    /// The M step; `before` are the means that the moments are taken around.
    fn from(moments: &Moments, before: ArrayView2<'_, f64>, n_points: usize, prior: &Prior) -> Result<Self> {
        let (n_components, d) = before.dim();
        let mut means = before.to_owned();
        let (mut whiteners, mut log_scales) = (Vec::new(), Vec::new());
        for k in 0..n_components {
            let mass = moments.mass[k];
            let shift = moments.first.row(k).mapv(|sum| if mass > 0.0 { sum / mass } else { 0.0 });
            means.row_mut(k).zip_mut_with(&shift, |mean, &shift| *mean += shift);
            let covariance = Array2::from_shape_fn((d, d), |(i, j)| {
                let scatter = moments.second[k][[i.max(j), i.min(j)]] - mass * shift[i] * shift[j];
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
            whiteners.push(whitener);
        }
        // One point for each component and the noise, so that an empty one keeps a weight.
        let n = (n_points + n_components + 1) as f64;
        let log_weights = moments.mass.iter().map(|mass| ((mass + 1.0) / n).ln()).collect();
        let log_noise = ((moments.noise + 1.0) / n).ln() + prior.log_noise;
        let log_likelihood = f64::NEG_INFINITY;
        Ok(Self { log_weights, log_noise, means, whiteners, log_scales, log_likelihood })
    }

    /// EM until the log-likelihood stands still.
    fn fit(mut self, points: ArrayView2<'_, f64>, prior: &Prior) -> Result<Self> {
        for _ in 0..MAX_ITERATIONS {
            let moments = sums(points, self.means.dim(), |x, moments| self.share(x, moments));
            let log_likelihood = moments.log_likelihood / points.nrows() as f64;
            let gain = log_likelihood - self.log_likelihood;
            if gain < TOLERANCE {
                break;
            }
            self = Self { log_likelihood, ..Self::from(&moments, self.means.view(), points.nrows(), prior)? };
        }
        Ok(self)
    }

    /// The E step for one point.
    fn share(&self, x: ArrayView1<'_, f64>, moments: &mut Moments) {
        let (n_components, d) = self.means.dim();
        let mut deviations = vec![0.0; n_components * d];
        let normalisation = d as f64 / 2.0 * std::f64::consts::TAU.ln();
        let mut logs = vec![0.0; n_components];
        for (k, (deviation, log)) in deviations.chunks_exact_mut(d).zip(&mut logs).enumerate() {
            deviation.iter_mut().zip(x.iter().zip(self.means.row(k))).for_each(|(to, (a, b))| *to = a - b);
            let square: f64 = (self.whiteners[k].rows().into_iter().enumerate())
                .map(|(i, row)| {
                    let sum: f64 = row.iter().zip(&deviation[..=i]).map(|(a, b)| a * b).sum();
                    sum * sum
                })
                .sum();
            *log = self.log_weights[k] + self.log_scales[k] - square / 2.0 - normalisation;
        }
        let highest = logs.iter().copied().fold(self.log_noise, f64::max);
        let sum: f64 = logs.iter().chain([&self.log_noise]).map(|log| (log - highest).exp()).sum();
        let log_density = highest + sum.ln();
        moments.log_likelihood += log_density;
        moments.noise += (self.log_noise - log_density).exp();
        for (k, deviation) in deviations.chunks_exact(d).enumerate() {
            let posterior = (logs[k] - log_density).exp();
            if posterior > NEGLIGIBLE {
                moments.add(k, posterior, deviation);
            }
        }
    }
}

/// Sums over all points of what `with` adds for each.
fn sums(
    points: ArrayView2<'_, f64>,
    dim: (usize, usize),
    with: impl Fn(ArrayView1<'_, f64>, &mut Moments) + Sync,
) -> Moments {
    let blocks: Vec<Moments> = (points.axis_chunks_iter(Axis(0), BLOCK).into_par_iter())
        .map(|points| {
            let mut moments = Moments::zero(dim);
            points.rows().into_iter().for_each(|x| with(x, &mut moments));
            moments
        })
        .collect();
    blocks.iter().fold(Moments::zero(dim), Moments::merge)
}
