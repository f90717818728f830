//! Reclustering after the labels came in: the clustering goes on from the retrained embedding, and keeps what the crowd taught.

use crate::augmentation::Augmentation;
use crate::check;
use crate::clustering::{Clustering, clustering_options};
use crate::dec::Dec;
use crate::development::{self, Selection};
use crate::engine::Backend;
use crate::epoch::Stage;
use crate::error::{Error, Result};
use crate::feed::Feed;
use crate::label_weights::LabelWeights;
use crate::labels::Labels;
use crate::multitask::Multitask;
use crate::optimiser::Optimiser;
use crate::options::{Options, training_options};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::schedule::{Length, Segment};
use crate::teaching::{Teaching, Weights, loss_options, teaching_options};
use crate::trained::Trained;
use crate::training::{Part, Training};
use ndarray::ArrayView2;

/// How a retrained model clusters again; see [`Recluster::params`].
///
/// ```
/// use manyhands_dec::{Autoencoder, Dec, Multitask, Recluster};
/// use ndarray::Array2;
///
/// # fn main() -> manyhands_dec::Result<()> {
/// let images = Array2::from_shape_fn((64, 16), |(i, j)| if (i % 2 == 0) == (j < 8) { 1.0 } else { 0.0 });
/// let labels: Vec<Option<usize>> = (0..64).map(|i| (i < 40).then_some(i % 2)).collect();
/// let autoencoder = Autoencoder::params(&[8, 2]).seed(7).fit(images.view())?;
/// let dec = Dec::params(2).seed(7).fit_with(autoencoder, images.view())?;
/// let multitask = Multitask::params(2).seed(7).fit_with(dec, images.view(), &labels)?;
/// let dec = Recluster::params().seed(7).fit_with(multitask, images.view(), &labels)?;
/// assert_eq!(dec.n_clusters(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Recluster;

/// How a [`Multitask`] becomes a [`Dec`] again.
#[derive(Clone, Debug, PartialEq)]
pub struct ReclusterParams {
    options: Options,
    shuffle: bool,
    schedule: Vec<Segment>,
    clustering: Clustering,
    weights: Weights,
    teaching: Teaching,
}

impl Recluster {
    /// Clusters while it keeps what the crowd taught: KL(P‖Q) together with the class and the reconstruction loss, the best epoch by the
    /// development images kept. [`plain`](ReclusterParams::plain) is the paper's.
    #[must_use]
    pub fn params() -> ReclusterParams {
        ReclusterParams {
            options: Options::new(Optimiser::Adam),
            shuffle: true,
            schedule: Vec::new(),
            clustering: Clustering::new(),
            weights: Weights { class: 1.0, cluster: 0.1, reconstruction: 0.0, last: None },
            teaching: Teaching::new(),
        }
        .profile(Profile::default())
    }
}

impl ReclusterParams {
    /// KL(P‖Q) alone until the clusters stand still, as in Wright et al. (2019) and Muon Hunters 2.0, where it lost most of what the labels
    /// had taught (F1 0.803 → 0.633). Labels are not looked at. In place of Adam comes SGD at their rate 0.01, for 30 epochs of ours: call it
    /// after [`profile`](Self::profile) and before the options that change one of these.
    #[must_use]
    pub fn plain(mut self) -> Self {
        if self.options.optimiser == Optimiser::Adam {
            self.options.optimiser = Optimiser::Sgd { momentum: 0.9 };
            self.schedule = vec![Segment::epochs(30, 0.01)];
        }
        self.weights = Weights { class: 0.0, cluster: 1.0, reconstruction: 0.0, last: None };
        self
    }

    /// Sets schedule, optimiser, weight of the reconstruction, order, stretch between updates of the target and the look for a collapse together; call
    /// it before the options that change one of them. Class and cluster loss keep their weights: the published step is
    /// `.profile(Profile::MuonHunters).plain()`.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.shuffle = profile == Profile::Quick;
        self.weights.reconstruction = if profile == Profile::Quick { 0.01 } else { 1.0 };
        let sgd = Optimiser::Sgd { momentum: 0.9 };
        let (optimiser, update_interval, schedule) = match profile {
            Profile::Quick => (Optimiser::Adam, None, vec![Segment::longer(10, 300, 1e-4)]),
            // At most 200 updates of the target, as Wright et al. allow; their run stood still after 62.
            Profile::MuonHunters | Profile::Xie2016 => (sgd, Some(140), vec![Segment::epochs(200, 0.01)]),
        };
        self.clustering.profile(profile, update_interval);
        (self.options.optimiser, self.schedule) = (optimiser, schedule);
        self
    }

    /// Clusters `images` again from the embedding, centres and head of `multitask`; there is no new k-means. The head is dropped at the end.
    ///
    /// # Errors
    ///
    /// When a parameter is outside its domain, labels do not fit the images or the classes of `multitask`, the images are of another width or
    /// not finite, an embedding is not, the loss diverges, or the backend fails.
    pub fn fit_with<'l>(
        &self,
        multitask: Multitask,
        images: ArrayView2<'_, f32>,
        labels: impl Into<Labels<'l>>,
    ) -> Result<Dec> {
        self.training(multitask, images, labels)?.complete()
    }

    /// The same, epoch by epoch.
    ///
    /// # Errors
    ///
    /// As [`fit_with`](Self::fit_with), but for the loss.
    pub fn training<'a, 'l>(
        &self,
        multitask: Multitask,
        images: ArrayView2<'a, f32>,
        labels: impl Into<Labels<'l>>,
    ) -> Result<Training<'a, Dec>> {
        let n_classes = multitask.0.n_classes();
        self.check(n_classes)?;
        let labels = labels.into();
        check::images(images, 2, "reclustering")?;
        check::width(images, multitask.0.n_pixels())?;
        let Trained { network, scaling, alpha, .. } = multitask.0;
        let mut feed = Feed::new(images, scaling).augmented(self.options.augmentation.as_ref())?;
        if self.weights.teach() {
            labels.check(images.nrows(), n_classes)?;
            development::attach(&mut feed, labels, n_classes, &self.teaching, self.options.seed);
        } else if labels.len() != images.nrows() {
            return Err(Error::LabelCount { got: labels.len(), wants: images.nrows() });
        }
        let plan = self.plan(feed.rows.len(), alpha);
        let make = |trained| Multitask(trained).into_dec();
        Training::new(vec![(plan, Part::All)], feed, network, alpha, make)
    }

    fn check(&self, n_classes: usize) -> Result<()> {
        self.options.check()?;
        self.clustering.check()?;
        self.teaching.check(n_classes)?;
        self.weights.check()?;
        if self.weights.teach() {
            self.weights.check_selection(self.teaching.selection)?;
        } else {
            self.weights.check_clusters()?;
        }
        check::schedule("schedule", &self.schedule)
    }

    fn plan(&self, n_images: usize, alpha: f64) -> Plan {
        let plan = Plan { shuffle: self.shuffle, ..Plan::new(Stage::Recluster, &self.options) };
        let plan = self.weights.plan(self.clustering.plan(plan), alpha);
        let plan = if self.weights.teach() { self.teaching.plan(plan, n_images) } else { plan };
        plan.schedule(&self.schedule, n_images, self.options.max_epochs)
    }
}

training_options!(ReclusterParams);
clustering_options!(ReclusterParams);
teaching_options!(ReclusterParams);
loss_options!(ReclusterParams);
