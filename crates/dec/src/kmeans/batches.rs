//! Mini-batch k-means: centres are running means of the random rows that joined them (Sculley 2010).

use super::Run;
use super::lloyd::fill;
use super::points::Points;
use super::seeding::plus_plus;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Batches without a new least distance after which a run ends, and batches in the sample that it starts on: scikit-learn's numbers.
const PATIENCE: usize = 10;
const START: usize = 3;

/// At most `max_passes` times as many rows as there are, `n_rows` at a time.
pub(super) fn run(
    points: &Points,
    n_clusters: usize,
    n_rows: usize,
    max_passes: usize,
    rng: &mut ChaCha8Rng,
) -> Run {
    let n = points.n();
    let draw = |n_rows: usize, rng: &mut ChaCha8Rng| -> Vec<usize> {
        (0..n_rows).map(|_| rng.random_range(0..n)).collect()
    };
    let sample = points.select(&draw((START * n_rows.max(n_clusters)).min(n), rng));
    let mut centres = plus_plus(&sample, n_clusters, rng);
    let mut joined = vec![0usize; n_clusters];
    let mut labels = vec![0; n_rows];
    // Mean squared distance, as a running mean over about as many rows as there are.
    let weight = (2.0 * n_rows as f64 / (n as f64 + 1.0)).min(1.0);
    let mut smooth: Option<f64> = None;
    let mut least = f64::INFINITY;
    let (mut n_iterations, mut since_least) = (0, 0);
    while since_least < PATIENCE && n_iterations < max_passes.saturating_mul(n.div_ceil(n_rows)) {
        let batch = points.select(&draw(n_rows, rng));
        let mut pass = batch.pass(&centres, &mut labels);
        // A centre that has had rows keeps its place while others get them.
        let empty: Vec<usize> = (0..n_clusters).filter(|&k| joined[k] + pass.counts[k] == 0).collect();
        fill(&empty, &batch, &centres, &labels, &mut pass);
        for (k, mut centre) in centres.rows_mut().into_iter().enumerate() {
            joined[k] += pass.counts[k];
            if pass.counts[k] > 0 {
                let (n_new, n_all) = (pass.counts[k] as f64, joined[k] as f64);
                for (centre, sum) in centre.iter_mut().zip(pass.sums.row(k)) {
                    let old = f64::from(*centre);
                    *centre = (old + (sum - n_new * old) / n_all) as f32;
                }
            }
        }
        let mean = pass.inertia / n_rows as f64;
        let smoothed = smooth.map_or(mean, |before| before + weight * (mean - before));
        smooth = Some(smoothed);
        since_least = if smoothed < least { 0 } else { since_least + 1 };
        least = least.min(smoothed);
        n_iterations += 1;
    }
    let inertia = points.pass(&centres, &mut vec![0; n]).inertia;
    Run { centres, inertia, n_iterations, converged: since_least >= PATIENCE }
}
