//! Where the first centres come from.

use crate::error::Result;
use crate::kmeans::{KMeans, KMeansParams};
use crate::mixture;
use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

/// How the first centres are found in the embedding of the autoencoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum InitialCentres {
    /// Centres of the k-means with the least inertia, as in both papers. It takes clusters for round and equally wide.
    KMeans,
    /// Means of the likeliest mixture of normal distributions with covariances of their own, and of uniform noise (Banfield and Raftery 1993),
    /// each run started from a k-means: clusters may be long, of different widths, and with points between them. McConville et al. (2021)
    /// take a mixture, without the noise, on an embedding of neighbours.
    #[default]
    Mixture,
}

/// A search for the first centres that is still to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Search {
    pub(crate) how: InitialCentres,
    pub(crate) n_clusters: usize,
    pub(crate) n_restarts: usize,
    pub(crate) seed: u64,
    /// Rows in a batch of k-means; `None`: all.
    pub(crate) batch: Option<usize>,
}

impl Search {
    /// Centres: clusters × embedding.
    pub(crate) fn run(&self, embedding: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        match self.how {
            InitialCentres::KMeans => Ok(self.kmeans().fit(embedding)?.centres().to_owned()),
            InitialCentres::Mixture => {
                mixture::centres(embedding, self.n_clusters, self.n_restarts, self.seed)
            }
        }
    }

    fn kmeans(&self) -> KMeansParams {
        KMeans::params(self.n_clusters).seed(self.seed).n_restarts(self.n_restarts).mini_batch(self.batch)
    }
}
