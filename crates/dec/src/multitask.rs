//! The multitask step: the crowd's labels retrain the embedding through a class head on the clusters.

use crate::augmentation::Augmentation;
use crate::check;
use crate::dec::Dec;
use crate::development::{self, Selection};
use crate::engine::Backend;
use crate::epoch::{Report, Stage};
use crate::error::Result;
use crate::feed::Feed;
use crate::initial_head::{InitialHead, from_clusters};
use crate::label_weights::LabelWeights;
use crate::labels::Labels;
use crate::network::{Activation, Dense, Head, HeadInput, Initialisation};
use crate::optimiser::Optimiser;
use crate::options::{Options, training_options};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::random::{Purpose, stream};
use crate::schedule::{Length, Segment};
use crate::student::hard_assignment;
use crate::teaching::{Teaching, Weights, loss_options, teaching_options};
use crate::trained::{Trained, fitted_model};
use crate::training::{Part, Training};
use ndarray::{Array1, Array2, ArrayView2};
use std::path::Path;

/// A clustering retrained on labels (Wright et al. 2019): clusters as before, and a probability of each class.
///
/// ```
/// use manyhands_dec::{Autoencoder, Dec, Multitask};
/// use ndarray::Array2;
///
/// # fn main() -> manyhands_dec::Result<()> {
/// let images = Array2::from_shape_fn((64, 16), |(i, j)| if (i % 2 == 0) == (j < 8) { 1.0 } else { 0.0 });
/// // What volunteers said; nobody has seen the last images.
/// let labels: Vec<Option<usize>> = (0..64).map(|i| (i < 40).then_some(i % 2)).collect();
/// let autoencoder = Autoencoder::params(&[8, 2]).seed(7).fit(images.view())?;
/// let dec = Dec::params(2).seed(7).fit_with(autoencoder, images.view())?;
/// let multitask = Multitask::params(2).seed(7).fit_with(dec, images.view(), &labels)?;
/// assert_eq!(multitask.predict(images.view())?[63], 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Multitask(pub(crate) Trained);

/// How a [`Multitask`] is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct MultitaskParams {
    options: Options,
    n_classes: usize,
    schedule: Vec<Segment>,
    weights: Weights,
    head_input: HeadInput,
    initial_head: InitialHead,
    teaching: Teaching,
}

impl Multitask {
    /// Number of classes, at least 2.
    #[must_use]
    pub fn params(n_classes: usize) -> MultitaskParams {
        MultitaskParams {
            options: Options::new(Optimiser::Adam),
            n_classes,
            schedule: Vec::new(),
            weights: Weights { class: 1.0, cluster: 0.0, reconstruction: 0.0, last: None },
            head_input: HeadInput::Assignment,
            initial_head: InitialHead::default(),
            teaching: Teaching::new(),
        }
        .profile(Profile::default())
    }

    /// Class of each image by the head; ties go to the lower class.
    ///
    /// # Errors
    ///
    /// When the images are of another width or not finite, or an embedding is not.
    pub fn predict(&self, images: ArrayView2<'_, f32>) -> Result<Array1<usize>> {
        Ok(hard_assignment(self.predict_proba(images)?.view()))
    }

    /// Probability of each class by the head: images × classes, each row sums to 1.
    ///
    /// # Errors
    ///
    /// As [`predict`](Self::predict).
    pub fn predict_proba(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f64>> {
        self.0.class_probabilities(images)
    }

    /// Cluster of each image; ties go to the lower cluster.
    ///
    /// # Errors
    ///
    /// As [`predict`](Self::predict).
    pub fn predict_clusters(&self, images: ArrayView2<'_, f32>) -> Result<Array1<usize>> {
        self.0.clusters(images)
    }

    /// Embedding of each image: images × embedding.
    ///
    /// # Errors
    ///
    /// As [`predict`](Self::predict).
    pub fn transform(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        self.0.embedding(images)
    }

    /// The clustering without its head.
    #[must_use]
    pub fn into_dec(mut self) -> Dec {
        self.0.network.head = None;
        Dec(self.0)
    }
}

impl MultitaskParams {
    /// Sets schedule, optimiser, batch size, weight of the reconstruction, first head, patience and selection together; call it before the options that change one of them.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.options.optimiser = Optimiser::Adam;
        match profile {
            Profile::Quick => {
                self.options.batch_size = 256;
                (self.schedule, self.teaching.patience) = Teaching::quick();
                self.weights.reconstruction = 0.01;
                self.initial_head = InitialHead::Clusters;
                self.teaching.selection = Selection::Class;
            }
            Profile::MuonHunters | Profile::Xie2016 => {
                self.options.batch_size = 32;
                self.schedule = vec![Segment::epochs(200, 1e-3)];
                self.weights.reconstruction = 1.0;
                self.initial_head = InitialHead::Random;
                self.teaching.patience = Length::Epochs(10);
                self.teaching.selection = Selection::ClassAndReconstruction;
            }
        }
        self
    }

    /// What the class head reads; the soft assignment as in Wright et al.
    #[must_use]
    pub fn head_input(mut self, input: HeadInput) -> Self {
        self.head_input = input;
        self
    }

    /// How the class head starts; from the clusters in the profile `Quick`, at random in those of the papers.
    #[must_use]
    pub fn initial_head(mut self, how: InitialHead) -> Self {
        self.initial_head = how;
        self
    }

    /// Retrains `dec` on `images` with what is known of each.
    ///
    /// # Errors
    ///
    /// When a parameter is outside its domain, a class has fewer than two labelled images, a label is out of range, probabilities do not sum
    /// to 1, the images are of another width or not finite, an embedding is not, the loss diverges, or the backend fails.
    pub fn fit_with<'l>(
        &self,
        dec: Dec,
        images: ArrayView2<'_, f32>,
        labels: impl Into<Labels<'l>>,
    ) -> Result<Multitask> {
        self.training(dec, images, labels)?.complete()
    }

    /// The same, epoch by epoch.
    ///
    /// # Errors
    ///
    /// As [`fit_with`](Self::fit_with), but for the loss.
    pub fn training<'a, 'l>(
        &self,
        dec: Dec,
        images: ArrayView2<'a, f32>,
        labels: impl Into<Labels<'l>>,
    ) -> Result<Training<'a, Multitask>> {
        self.check()?;
        let labels = labels.into();
        check::images(images, 2, "retraining")?;
        check::width(images, dec.0.n_pixels())?;
        labels.check(images.nrows(), self.n_classes)?;
        let Trained { mut network, scaling, alpha, .. } = dec.0;
        let n_features = match self.head_input {
            HeadInput::Assignment => network.centres.as_ref().map_or(0, Array2::nrows),
            HeadInput::Embedding => network.encoder.last().map_or(0, Dense::n_outputs),
        };
        let mut rng = stream(self.options.seed, Purpose::Head, 0);
        let init = Initialisation::Glorot;
        let dense = Dense::new(n_features, self.n_classes, Activation::Linear, init, &mut rng);
        let mut feed = Feed::new(images, scaling).augmented(self.options.augmentation.as_ref())?;
        development::attach(&mut feed, labels, self.n_classes, &self.teaching, self.options.seed);
        let known = match (self.initial_head, self.head_input) {
            (InitialHead::Clusters, HeadInput::Assignment) => from_clusters(&feed, &network, alpha)?,
            _ => None,
        };
        network.head = Some(Head { dense: known.unwrap_or(dense), input: self.head_input });
        let plan = self.plan(feed.rows.len(), alpha);
        Training::new(vec![(plan, Part::All)], feed, network, alpha, Multitask)
    }

    fn check(&self) -> Result<()> {
        check::parameter(self.n_classes > 1, "n_classes", self.n_classes, "at least 2")?;
        self.options.check()?;
        self.teaching.check(self.n_classes)?;
        self.weights.check()?;
        self.weights.check_selection(self.teaching.selection)?;
        check::schedule("schedule", &self.schedule)
    }

    fn plan(&self, n_images: usize, alpha: f64) -> Plan {
        let plan = self.weights.plan(Plan::new(Stage::Multitask, &self.options), alpha);
        self.teaching.plan(plan, n_images).schedule(&self.schedule, n_images, self.options.max_epochs)
    }
}

fitted_model!(Multitask, "multitask", |network| network.centres.is_some()
    && network.head.is_some()
    && !network.decoder.is_empty());
training_options!(MultitaskParams);
teaching_options!(MultitaskParams);
loss_options!(MultitaskParams);
