//! The initial centres: k-means on the embedding, with restarts.

use crate::error::{Error, Result};
use crate::random::{Purpose, stream};
use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::{Array2, ArrayView2};
use rand::Rng;
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::SeedableRng;

/// Centres of the best of `n_restarts` runs by inertia, clusters × embedding.
pub(crate) fn centres(
    embedding: ArrayView2<'_, f32>,
    n_clusters: usize,
    n_restarts: usize,
    seed: u64,
) -> Result<Array2<f32>> {
    let rng = Xoshiro256Plus::seed_from_u64(stream(seed, Purpose::Restarts, 0).random());
    let dataset = DatasetBase::from(embedding);
    // k-means++, not linfa's default k-means‖: the latter's draws depend on the order in which threads run.
    let model = KMeans::params_with_rng(n_clusters, rng)
        .init_method(KMeansInit::KMeansPlusPlus)
        .n_runs(n_restarts)
        .max_n_iterations(300)
        .fit(&dataset)
        .map_err(|error| Error::LinearAlgebra { step: "k-means", message: error.to_string() })?;
    Ok(model.centroids().clone())
}
