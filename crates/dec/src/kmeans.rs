//! k-means: the best of several runs of Lloyd's iteration, or of its mini-batch form, each from centres spread by k-means++.

mod batches;
mod lloyd;
mod points;
mod seeding;

use crate::check;
use crate::error::{Error, Result};
use crate::random::{Purpose, stream};
use ndarray::{Array1, Array2, ArrayView2};
use points::{Frame, Points};
use serde::{Deserialize, Serialize};

/// Clusters of rows around centres, each row with the nearest (Lloyd 1982).
///
/// ```
/// use manyhands_dec::KMeans;
/// use ndarray::array;
///
/// # fn main() -> manyhands_dec::Result<()> {
/// let rows = array![[0.0, 0.0], [0.0, 2.0], [9.0, 0.0], [9.0, 2.0]];
/// let kmeans = KMeans::params(2).seed(7).fit(rows.view())?;
/// let clusters = kmeans.predict(rows.view())?;
/// assert!(clusters[0] == clusters[1] && clusters[0] != clusters[2]);
/// assert_eq!(kmeans.inertia(), 4.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct KMeans {
    frame: Frame,
    /// In the frame, and outside it.
    framed: Array2<f32>,
    centres: Array2<f32>,
    inertia: f64,
    n_iterations: usize,
    converged: bool,
}

/// How a [`KMeans`] is found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KMeansParams {
    n_clusters: usize,
    seed: u64,
    n_restarts: usize,
    max_iterations: usize,
    tolerance: f64,
    mini_batch: Option<usize>,
}

/// Where one run ended, in the frame of its points.
#[derive(Clone, Debug)]
struct Run {
    centres: Array2<f32>,
    inertia: f64,
    n_iterations: usize,
    converged: bool,
}

impl KMeans {
    /// Number of clusters, at least 1 and at most the number of rows.
    #[must_use]
    pub fn params(n_clusters: usize) -> KMeansParams {
        KMeansParams {
            n_clusters,
            seed: 0,
            n_restarts: 20,
            max_iterations: 300,
            tolerance: 1e-4,
            mini_batch: None,
        }
    }

    /// Cluster of each row; ties go to the lower cluster. The rows of `fit` get the clusters that its inertia is made of.
    ///
    /// # Errors
    ///
    /// When the rows are of another width or not finite, or one is so far from those of the fit, by about 10¹⁹ times their largest value, that
    /// its distances are not.
    pub fn predict(&self, rows: ArrayView2<'_, f32>) -> Result<Array1<usize>> {
        check::width(rows, self.centres.ncols())?;
        check::finite(rows)?;
        let points = Points::framed(rows, &self.frame);
        if let Some(row) = points.square_norms.iter().position(|square| !square.is_finite()) {
            return Err(Error::Far { row });
        }
        let labels = points.nearest(&self.framed);
        Ok(labels.into_iter().map(|label| label as usize).collect())
    }

    /// Centres: clusters × columns. Where the rows have fewer distinct values than there are clusters, some centres lie on each other, and the
    /// higher of two is empty.
    #[must_use]
    pub fn centres(&self) -> ArrayView2<'_, f32> {
        self.centres.view()
    }

    /// Sum over the rows of the squared distance to the nearest centre, in the rows' units squared.
    #[must_use]
    pub fn inertia(&self) -> f64 {
        self.inertia
    }

    /// Moves of all centres (of mini-batches: batches) in the best run.
    #[must_use]
    pub fn n_iterations(&self) -> usize {
        self.n_iterations
    }

    /// Did the best run come to rest before its iterations were used up?
    #[must_use]
    pub fn converged(&self) -> bool {
        self.converged
    }
}

impl KMeansParams {
    /// Seed of every random number; 0 where none is given.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Runs, at least 1, of which the one of least inertia is kept (of equal ones the first); 20 as in Xie et al. (2016).
    #[must_use]
    pub fn n_restarts(mut self, n_restarts: usize) -> Self {
        self.n_restarts = n_restarts;
        self
    }

    /// At most so many iterations in a run; 300 as in scikit-learn. Of mini-batches: passes over as many rows as there are.
    #[must_use]
    pub fn max_iterations(mut self, n: usize) -> Self {
        self.max_iterations = n;
        self
    }

    /// A run of Lloyd's iteration is at rest when no row changes its cluster, or when the squares of the centres' moves add up to this times
    /// the variance of the rows (mean over columns) or less, finite and at least 0; 1e-4 as in scikit-learn.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Learns from `n_rows` random rows at a time, at least 1, instead of all (Sculley 2010), for millions of rows; `None`, the default, or as many as there are: all.
    ///
    /// A centre is the mean of all rows that have joined it so far. A run starts on three batches of random rows, and ends when the mean
    /// squared distance, smoothed over batches, has not fallen for ten of them, as scikit-learn's `MiniBatchKMeans` does. The inertia is that
    /// of all rows.
    #[must_use]
    pub fn mini_batch(mut self, n_rows: Option<usize>) -> Self {
        self.mini_batch = n_rows;
        self
    }

    /// Clusters `rows` (rows × columns, finite). Holds a copy of them while it runs.
    ///
    /// # Errors
    ///
    /// When a parameter is outside its domain, there are fewer rows than clusters, or a value is not finite.
    pub fn fit(&self, rows: ArrayView2<'_, f32>) -> Result<KMeans> {
        self.check()?;
        check::images(rows, self.n_clusters, "its clusters")?;
        let frame = Frame::of(rows);
        let points = Points::framed(rows, &frame);
        let mut best = self.run(&points, 0);
        for restart in 1..self.n_restarts {
            let run = self.run(&points, restart);
            if run.inertia < best.inertia {
                best = run;
            }
        }
        let Run { centres: framed, inertia, n_iterations, converged } = best;
        Ok(KMeans {
            centres: frame.leave(&framed),
            inertia: frame.leave_square(inertia),
            frame,
            framed,
            n_iterations,
            converged,
        })
    }

    fn check(&self) -> Result<()> {
        check::parameter(self.n_clusters > 0, "n_clusters", self.n_clusters, "at least 1")?;
        check::parameter(self.n_restarts > 0, "n_restarts", self.n_restarts, "at least 1")?;
        check::parameter(self.mini_batch != Some(0), "mini_batch", 0, "at least 1 row")?;
        let holds = self.tolerance >= 0.0 && self.tolerance.is_finite();
        check::parameter(holds, "tolerance", self.tolerance, "a finite number of at least 0")
    }

    fn run(&self, points: &Points, restart: usize) -> Run {
        let mut rng = stream(self.seed, Purpose::Restarts, restart as u64);
        match self.mini_batch {
            Some(n_rows) if n_rows < points.n() => {
                batches::run(points, self.n_clusters, n_rows, self.max_iterations, &mut rng)
            }
            _ => {
                let start = seeding::plus_plus(points, self.n_clusters, &mut rng);
                lloyd::run(points, start, self.max_iterations, self.tolerance * points.variance())
            }
        }
    }
}
