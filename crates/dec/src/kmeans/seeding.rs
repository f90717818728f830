//! Greedy k-means++: every new centre is the best of a few rows drawn by their squared distance to the centres before it.

use super::points::{Points, TASK, half_square_norms, in_blocks};
use ndarray::{Array2, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Centres spread over the points (Arthur and Vassilvitskii 2007). Each step tries 2 + ⌊ln K⌋ rows and keeps the one that leaves the least sum
/// of squared distances, of equal ones the first: their "greedy" variant, with the number of scikit-learn.
pub(super) fn plus_plus(points: &Points, n_clusters: usize, rng: &mut ChaCha8Rng) -> Array2<f32> {
    let n_trials = 2 + (n_clusters as f64).ln() as usize;
    let mut chosen = vec![rng.random_range(0..points.n())];
    let mut spread = Spread { closest: vec![f32::INFINITY; points.n()], sums: Vec::new() };
    spread.add(points, chosen[0]);
    while chosen.len() < n_clusters {
        let trials: Vec<usize> = (0..n_trials).map(|_| spread.draw(rng)).collect();
        let potentials = spread.potentials(points, &trials);
        let best = (0..n_trials).min_by(|&a, &b| potentials[a].total_cmp(&potentials[b])).unwrap_or(0);
        spread.add(points, trials[best]);
        chosen.push(trials[best]);
    }
    points.rows.select(Axis(0), &chosen)
}

/// How far every row is from the centres chosen so far.
struct Spread {
    /// Squared distance to the nearest.
    closest: Vec<f32>,
    /// Their sum in every task.
    sums: Vec<f64>,
}

impl Spread {
    /// Takes row `row` as a centre.
    fn add(&mut self, points: &Points, row: usize) {
        let centre = points.rows.select(Axis(0), &[row]);
        let half_norm = half_square_norms(&centre)[0];
        self.sums = tasks(points, &mut self.closest)
            .map(|(rows, norms, closest)| {
                let mut sum = 0.0;
                in_blocks(rows, &centre, |start, _, products| {
                    for (i, &product) in products.row(0).iter().enumerate() {
                        let closest = &mut closest[start + i];
                        *closest = closest.min(distance(norms[start + i], half_norm, product));
                        sum += f64::from(*closest);
                    }
                });
                sum
            })
            .collect();
    }

    /// The sum of squared distances that each of the `trials` would leave.
    fn potentials(&mut self, points: &Points, trials: &[usize]) -> Vec<f64> {
        let centres = points.rows.select(Axis(0), trials);
        let half_norms = half_square_norms(&centres);
        let parts: Vec<Vec<f64>> = tasks(points, &mut self.closest)
            .map(|(rows, norms, closest)| {
                let mut sums = vec![0.0; trials.len()];
                in_blocks(rows, &centres, |start, rows, products| {
                    let part = start..start + rows.nrows();
                    for ((products, &half_norm), sum) in
                        products.rows().into_iter().zip(&half_norms).zip(&mut sums)
                    {
                        let others = norms[part.clone()].iter().zip(&closest[part.clone()]);
                        *sum += products
                            .iter()
                            .zip(others)
                            .map(|(&product, (&norm, closest))| {
                                f64::from(closest.min(distance(norm, half_norm, product)))
                            })
                            .sum::<f64>();
                    }
                });
                sums
            })
            .collect();
        parts.into_iter().fold(vec![0.0; trials.len()], |mut total, part| {
            total.iter_mut().zip(part).for_each(|(total, sum)| *total += sum);
            total
        })
    }

    /// A row with the probability of its squared distance; any row where all lie on centres.
    fn draw(&self, rng: &mut ChaCha8Rng) -> usize {
        let total: f64 = self.sums.iter().sum();
        let mut left = rng.random::<f64>() * total;
        if total <= 0.0 {
            return rng.random_range(0..self.closest.len());
        }
        let mut task = 0;
        while task + 1 < self.sums.len() && left >= self.sums[task] {
            left -= self.sums[task];
            task += 1;
        }
        let first = task * TASK;
        let rows = &self.closest[first..self.closest.len().min(first + TASK)];
        let mut last = 0;
        for (i, &closest) in rows.iter().enumerate().filter(|&(_, &closest)| closest > 0.0) {
            last = i;
            left -= f64::from(closest);
            if left < 0.0 {
                break;
            }
        }
        first + last
    }
}

/// The rows of each task, their square norms and their distances.
fn tasks<'a>(
    points: &'a Points,
    closest: &'a mut [f32],
) -> impl IndexedParallelIterator<Item = (ndarray::ArrayView2<'a, f32>, &'a [f32], &'a mut [f32])> {
    (closest.par_chunks_mut(TASK))
        .zip(points.square_norms.par_chunks(TASK))
        .zip(points.rows.axis_chunks_iter(Axis(0), TASK))
        .map(|((closest, norms), rows)| (rows, norms, closest))
}

/// Squared distance from square norm, half square norm and product.
fn distance(square_norm: f32, half_norm: f32, product: f32) -> f32 {
    (square_norm + 2.0 * (half_norm - product)).max(0.0)
}
