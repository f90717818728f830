//! The graph of nearest neighbours: of all pairs, by blocks of matrix products, exact up to the rounding of squared norms in f32.

use crate::engine::multiply;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

/// Points whose neighbours are looked for together.
const QUERIES: usize = 256;
/// Points they are compared with at a time: a tile of scores stays in the cache of one core.
const CANDIDATES: usize = 1024;

/// The `k` nearest other points of every point by Euclidean distance, nearest first: points × `k`, fewer columns where there are not as many
/// other points. Equal scores go to the lower row; equal distances may round to scores that are not. Time grows with the square of the number of points.
pub(crate) fn nearest(points: ArrayView2<'_, f32>, k: usize) -> Array2<u32> {
    let n = points.nrows();
    let k = k.min(n.saturating_sub(1));
    let mut graph = Array2::zeros((n, k));
    if k == 0 {
        return graph;
    }
    // Distances are differences of products: centred points lose fewer digits.
    let centred = &points - &points.mean_axis(Axis(0)).expect("there are points");
    // |x − c|² / 2 = |x|² / 2 + |c|² / 2 − x·c, and the first term is the same for all candidates.
    let halves: Array1<f32> = centred.rows().into_iter().map(|row| row.dot(&row) / 2.0).collect();
    (graph.axis_chunks_iter_mut(Axis(0), QUERIES).into_par_iter())
        .zip(centred.axis_chunks_iter(Axis(0), QUERIES))
        .enumerate()
        .for_each(|(block, (mut graph, queries))| {
            let mut lists = vec![Nearest::new(k); queries.nrows()];
            let mut scores = Array2::zeros((queries.nrows(), CANDIDATES));
            for (tile, candidates) in centred.axis_chunks_iter(Axis(0), CANDIDATES).enumerate() {
                let first = tile * CANDIDATES;
                let mut scores = scores.slice_mut(s![.., ..candidates.nrows()]);
                multiply(scores.view_mut(), queries, candidates.t());
                for ((i, scores), list) in scores.rows().into_iter().enumerate().zip(&mut lists) {
                    let itself = block * QUERIES + i;
                    for (j, (&product, &half)) in
                        scores.iter().zip(&halves.as_slice().expect("a vector")[first..]).enumerate()
                    {
                        let score = half - product;
                        if score < list.worst && first + j != itself {
                            list.insert(score, (first + j) as u32);
                        }
                    }
                }
            }
            for (mut row, list) in graph.rows_mut().into_iter().zip(lists) {
                row.iter_mut().zip(list.found).for_each(|(to, (_, candidate))| *to = candidate);
            }
        });
    graph
}

/// The nearest candidates so far, nearest first.
#[derive(Clone, Debug)]
struct Nearest {
    found: Vec<(f32, u32)>,
    k: usize,
    /// The score to beat: infinite until there are k.
    worst: f32,
}

impl Nearest {
    fn new(k: usize) -> Self {
        Self { found: Vec::with_capacity(k + 1), k, worst: f32::INFINITY }
    }

    fn insert(&mut self, score: f32, candidate: u32) {
        let place = self.found.partition_point(|&(other, _)| other <= score);
        self.found.insert(place, (score, candidate));
        self.found.truncate(self.k);
        if self.found.len() == self.k {
            self.worst = self.found[self.k - 1].0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;
    use crate::random::{Purpose, stream};
    use ndarray::Array2;
    use rand::Rng;

    #[test]
    fn the_nearest_are_those_of_sorting_all_distances() {
        let mut rng = stream(5, Purpose::Noise, 0);
        // More than one block of queries and one tile of candidates; whole numbers, so that there are ties.
        let points = Array2::from_shape_simple_fn((1300, 3), || f32::from(rng.random_range(0..12u8)));
        let graph = nearest(points.view(), 5);
        for (i, found) in graph.rows().into_iter().enumerate() {
            let distance = |j: u32| {
                let difference = &points.row(i) - &points.row(j as usize);
                difference.dot(&difference)
            };
            let mut others: Vec<u32> = (0..1300).filter(|&j| j as usize != i).collect();
            others.sort_by(|&a, &b| distance(a).total_cmp(&distance(b)).then(a.cmp(&b)));
            let wants: Vec<f32> = others[..5].iter().map(|&j| distance(j)).collect();
            assert_eq!(found.iter().map(|&j| distance(j)).collect::<Vec<_>>(), wants, "neighbours of {i}");
            assert!(found.iter().all(|&j| j as usize != i), "no point is its own neighbour");
        }
    }

    #[test]
    fn few_points_have_fewer_neighbours() {
        assert_eq!(nearest(Array2::zeros((3, 2)).view(), 15).dim(), (3, 2));
        assert_eq!(nearest(Array2::zeros((1, 2)).view(), 15).dim(), (1, 0));
    }
}
