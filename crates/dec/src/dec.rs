//! Deep embedded clustering: centres and encoder move together until the clusters stand still.

use crate::augmentation::Augmentation;
use crate::autoencoder::Autoencoder;
use crate::check;
use crate::clustering::{Clustering, clustering_options};
use crate::engine::Backend;
use crate::epoch::{Report, Stage, StopReason};
use crate::error::Result;
use crate::feed::Feed;
use crate::initial_centres::{InitialCentres, Search};
use crate::objective::{Objective, ReconstructionLoss};
use crate::optimiser::Optimiser;
use crate::options::{Options, training_options};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::schedule::Segment;
use crate::trained::{Trained, fitted_model};
use crate::training::Training;
use ndarray::{Array1, Array2, ArrayView2};
use std::path::Path;

/// A fitted deep embedded clustering (Xie, Girshick and Farhadi 2016).
///
/// ```
/// use manyhands_dec::{Autoencoder, Dec};
/// use ndarray::Array2;
///
/// # fn main() -> manyhands_dec::Result<()> {
/// let images = Array2::from_shape_fn((64, 16), |(i, j)| if (i % 2 == 0) == (j < 8) { 1.0 } else { 0.0 });
/// let autoencoder = Autoencoder::params(&[8, 2]).seed(7).fit(images.view())?;
/// let dec = Dec::params(2).seed(7).fit_with(autoencoder, images.view())?;
/// let clusters = dec.predict(images.view())?;
/// assert!(clusters[0] == clusters[2] && clusters[0] != clusters[1]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dec(pub(crate) Trained);

/// How a [`Dec`] is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct DecParams {
    options: Options,
    n_clusters: usize,
    shuffle: bool,
    schedule: Vec<Segment>,
    clustering: Clustering,
    overcluster: usize,
    alpha: f64,
    initial_centres: InitialCentres,
    n_restarts: usize,
    kmeans_batch: Option<usize>,
    cluster_weight: f64,
    reconstruction_weight: f64,
}

impl Dec {
    /// Number of clusters; Muon Hunters 2.0 takes 10 in its first stage and 50 in its second.
    #[must_use]
    pub fn params(n_clusters: usize) -> DecParams {
        DecParams {
            options: Options::new(Optimiser::Sgd { momentum: 0.9 }),
            n_clusters,
            shuffle: true,
            schedule: Vec::new(),
            clustering: Clustering::new(),
            overcluster: 1,
            alpha: 1.0,
            initial_centres: InitialCentres::default(),
            n_restarts: 20,
            kmeans_batch: None,
            cluster_weight: 1.0,
            reconstruction_weight: 0.0,
        }
        .profile(Profile::default())
    }

    /// Cluster of each image; ties go to the lower cluster.
    ///
    /// # Errors
    ///
    /// When the images are of another width or not finite, or an embedding is not.
    pub fn predict(&self, images: ArrayView2<'_, f32>) -> Result<Array1<usize>> {
        self.0.clusters(images)
    }

    /// Soft assignment q: images × clusters, each row sums to 1.
    ///
    /// # Errors
    ///
    /// As [`predict`](Self::predict).
    pub fn predict_proba(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f64>> {
        self.0.assignment(images)
    }

    /// Embedding of each image: images × embedding.
    ///
    /// # Errors
    ///
    /// As [`predict`](Self::predict).
    pub fn transform(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        self.0.embedding(images)
    }

    /// Cluster centres: clusters × embedding.
    #[must_use]
    pub fn centres(&self) -> ArrayView2<'_, f32> {
        self.0.centres()
    }

    /// Number of clusters asked for; some may be empty.
    #[must_use]
    pub fn n_clusters(&self) -> usize {
        self.0.centres().nrows()
    }

    /// Did the clusters come to a standstill?
    #[must_use]
    pub fn converged(&self) -> bool {
        self.0.report.stop_reason == StopReason::Converged
    }
}

impl DecParams {
    /// Sets schedule, optimiser, order, first centres, stretch between updates of the target and the look for a collapse together; call it before the options that change one of them.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.options.optimiser = Optimiser::Sgd { momentum: 0.9 };
        self.shuffle = profile == Profile::Quick;
        self.initial_centres =
            if profile == Profile::Quick { InitialCentres::Mixture } else { InitialCentres::KMeans };
        let (update_interval, schedule) = match profile {
            Profile::Quick => (None, vec![Segment::epochs(40, 0.01)]),
            Profile::MuonHunters => (Some(140), vec![Segment::steps(20_000, 0.01)]),
            // Its program has no limit: this is five times the longest run of the others.
            Profile::Xie2016 => (Some(160), vec![Segment::steps(100_000, 0.01)]),
        };
        self.clustering.profile(profile, update_interval);
        self.schedule = schedule;
        self
    }

    /// Whether each pass takes the images in a new order; the published programs keep theirs.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// Learning rates; an epoch is the stretch between two updates of the target distribution.
    #[must_use]
    pub fn schedule(mut self, schedule: &[Segment]) -> Self {
        self.schedule = schedule.to_vec();
        self
    }

    /// Trains with so many times the centres, at least 1, and merges them at the end; 1. Rare classes have centres of their own while the embedding forms,
    /// and a class that falls into several groups is not torn between clusters of others.
    ///
    /// Always the pair of centres is merged whose union adds the least to the sum of squared distances in the embedding (Ward 1963), sizes being the
    /// images of each centre at the last update of the target. The centre of a cluster is the mean of its centres, weighted by size.
    #[must_use]
    pub fn overcluster(mut self, factor: usize) -> Self {
        self.overcluster = factor;
        self
    }

    /// Degrees of freedom of the Student-t kernel, finite and above 0; 1 as in the paper.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// How the first centres are found; k-means in the papers, a mixture in the profile `Quick`.
    #[must_use]
    pub fn initial_centres(mut self, how: InitialCentres) -> Self {
        self.initial_centres = how;
        self
    }

    /// Runs of the search for the first centres, at least 1, of which the best is kept; 20 as in the paper.
    #[must_use]
    pub fn n_restarts(mut self, n_restarts: usize) -> Self {
        self.n_restarts = n_restarts;
        self
    }

    /// Rows in a step of the initial k-means, at least 1, where the first centres are its own; `None`, the default, takes all of them in every step, which 20 restarts on some hundred thousand
    /// images can afford. For millions, say 10 000: see [`KMeansParams::mini_batch`](crate::KMeansParams::mini_batch).
    #[must_use]
    pub fn kmeans_batch(mut self, n_rows: Option<usize>) -> Self {
        self.kmeans_batch = n_rows;
        self
    }

    /// Weight of KL(P‖Q), finite and above 0; 1.
    #[must_use]
    pub fn cluster_weight(mut self, weight: f64) -> Self {
        self.cluster_weight = weight;
        self
    }

    /// Weight of the reconstruction, finite and at least 0; 0 as in DEC. With 1, and 0.1 for the clusters, this is IDEC (Guo et al. 2017).
    #[must_use]
    pub fn reconstruction_weight(mut self, weight: f64) -> Self {
        self.reconstruction_weight = weight;
        self
    }

    /// Clusters `images` in the embedding of `autoencoder`, which is trained along.
    ///
    /// # Errors
    ///
    /// When a parameter is outside its domain, there are fewer images than centres ([`overcluster`](Self::overcluster) counted) or than two, their width is not the
    /// autoencoder's, a pixel or an embedding is not finite, the covariance of a first cluster cannot be inverted, the loss diverges, or the backend fails.
    pub fn fit_with(&self, autoencoder: Autoencoder, images: ArrayView2<'_, f32>) -> Result<Dec> {
        self.training(autoencoder, images)?.complete()
    }

    /// The same, epoch by epoch. The first centres are looked for before the first epoch: not where [`Training::resume`] takes over from a later one.
    ///
    /// # Errors
    ///
    /// As [`fit_with`](Self::fit_with), but for the loss and the first centres.
    pub fn training<'a>(
        &self,
        autoencoder: Autoencoder,
        images: ArrayView2<'a, f32>,
    ) -> Result<Training<'a, Dec>> {
        self.check()?;
        let n_centres = self.n_clusters.saturating_mul(self.overcluster);
        check::images(images, n_centres.max(2), "its clusters")?;
        check::width(images, autoencoder.0.n_pixels())?;
        let Trained { network, scaling, .. } = autoencoder.0;
        let feed = Feed::new(images, scaling).augmented(self.options.augmentation.as_ref())?;
        let plan = self.plan(images.nrows());
        let search = Search {
            how: self.initial_centres,
            n_clusters: n_centres,
            n_restarts: self.n_restarts,
            seed: self.options.seed,
            batch: self.kmeans_batch,
        };
        let training = Training::with_search(search, plan, feed, network, self.alpha, Dec)?;
        Ok(if self.overcluster > 1 { training.merging_to(self.n_clusters) } else { training })
    }

    fn check(&self) -> Result<()> {
        check::parameter(self.n_clusters > 0, "n_clusters", self.n_clusters, "at least 1")?;
        self.options.check()?;
        self.clustering.check()?;
        check::parameter(self.n_restarts > 0, "n_restarts", self.n_restarts, "at least 1")?;
        check::parameter(self.kmeans_batch != Some(0), "kmeans_batch", 0, "at least 1 row")?;
        check::parameter(self.overcluster > 0, "overcluster", 0, "at least 1 centre a cluster")?;
        check::parameter(
            self.alpha > 0.0 && self.alpha.is_finite(),
            "alpha",
            self.alpha,
            "a finite number above 0",
        )?;
        check::weight("cluster_weight", self.cluster_weight)?;
        // Without it no target is made, and nothing says when to stop.
        check::parameter(
            self.cluster_weight > 0.0,
            "cluster_weight",
            self.cluster_weight,
            "a finite number above 0",
        )?;
        check::weight("reconstruction_weight", self.reconstruction_weight)?;
        check::schedule("schedule", &self.schedule)
    }

    fn plan(&self, n_images: usize) -> Plan {
        let plan = Plan {
            shuffle: self.shuffle,
            objective: Objective {
                cluster_weight: self.cluster_weight,
                reconstruction_weight: self.reconstruction_weight,
                reconstruction_loss: ReconstructionLoss::Mean,
                alpha: self.alpha,
                ..Objective::NOTHING
            },
            ..Plan::new(Stage::Dec, &self.options)
        };
        self.clustering.plan(plan).schedule(&self.schedule, n_images, self.options.max_epochs)
    }
}

fitted_model!(Dec, "dec", |network| network.centres.is_some() && !network.decoder.is_empty());
training_options!(DecParams);
clustering_options!(DecParams);
