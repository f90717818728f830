//! The supervised baseline: the encoder's layers and a softmax, trained on labels from scratch.

use crate::augmentation::Augmentation;
use crate::check;
use crate::development;
use crate::engine::Backend;
use crate::epoch::{Report, Stage};
use crate::error::Result;
use crate::feed::Feed;
use crate::label_weights::LabelWeights;
use crate::labels::Labels;
use crate::network::{Activation, Dense, Head, HeadInput, Initialisation, Network};
use crate::objective::Objective;
use crate::optimiser::Optimiser;
use crate::options::{Options, training_options};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::random::{Purpose, stream};
use crate::scale::InputScale;
use crate::schedule::{Length, Segment};
use crate::student::hard_assignment;
use crate::teaching::{Teaching, teaching_options};
use crate::trained::{Trained, fitted_model};
use crate::training::{Part, Training};
use ndarray::{Array1, Array2, ArrayView2};
use std::path::Path;

/// A classifier of the encoder's architecture, the benchmark of Muon Hunters 2.0 (§4).
///
/// ```
/// use manyhands_dec::Supervised;
/// use ndarray::Array2;
///
/// # fn main() -> manyhands_dec::Result<()> {
/// let images = Array2::from_shape_fn((64, 16), |(i, j)| if (i % 2 == 0) == (j < 8) { 1.0 } else { 0.0 });
/// let labels: Vec<Option<usize>> = (0..64).map(|i| Some(i % 2)).collect();
/// let classifier = Supervised::params(&[8, 4], 2).seed(7).fit(images.view(), &labels)?;
/// assert_eq!(classifier.predict(images.view())?[1], 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Supervised(pub(crate) Trained);

/// How a [`Supervised`] is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct SupervisedParams {
    options: Options,
    dims: Vec<usize>,
    n_classes: usize,
    schedule: Vec<Segment>,
    dropout: f64,
    last_activation: Activation,
    teaching: Teaching,
    input_scale: InputScale,
}

impl Supervised {
    /// Layer widths after the images, and the number of classes, at least 2.
    #[must_use]
    pub fn params(dims: &[usize], n_classes: usize) -> SupervisedParams {
        SupervisedParams {
            options: Options::new(Optimiser::Adam),
            dims: dims.to_vec(),
            n_classes,
            schedule: Vec::new(),
            dropout: 0.0,
            last_activation: Activation::Linear,
            teaching: Teaching::new(),
            input_scale: InputScale::default(),
        }
        .profile(Profile::default())
    }

    /// Class of each image; ties go to the lower class.
    ///
    /// # Errors
    ///
    /// When the images are of another width or not finite, or an embedding is not.
    pub fn predict(&self, images: ArrayView2<'_, f32>) -> Result<Array1<usize>> {
        Ok(hard_assignment(self.predict_proba(images)?.view()))
    }

    /// Probability of each class: images × classes, each row sums to 1.
    ///
    /// # Errors
    ///
    /// As [`predict`](Self::predict).
    pub fn predict_proba(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f64>> {
        self.0.class_probabilities(images)
    }
}

impl SupervisedParams {
    /// Sets schedule, optimiser, patience, noise, last activation and scale of the images together; call it before the options that change one of them.
    ///
    /// The published baseline is SGD with rate 0.01 and ReLU after every layer. `Quick` is stronger, so that claims against it are fair:
    /// Adam, dropout on the pixels, and the narrow last layer linear as the encoder's is. With a ReLU there, Adam's first steps
    /// can silence all of its few units at once, and nothing is learned from then on.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.input_scale = profile.input_scale();
        match profile {
            Profile::Quick => {
                self.options.optimiser = Optimiser::Adam;
                (self.schedule, self.teaching.patience) = Teaching::quick();
                self.dropout = 0.1;
                self.last_activation = Activation::Linear;
            }
            Profile::MuonHunters | Profile::Xie2016 => {
                self.options.optimiser = Optimiser::Sgd { momentum: 0.9 };
                self.schedule = vec![Segment::epochs(100, 0.01)];
                self.teaching.patience = Length::Epochs(10);
                self.dropout = 0.0;
                self.last_activation = Activation::Relu;
            }
        }
        self
    }

    /// Fraction of the pixels set to 0 in training, in 0..1; 0.1 in the profile `Quick`, none in the papers'.
    #[must_use]
    pub fn dropout(mut self, rate: f64) -> Self {
        self.dropout = rate;
        self
    }

    /// How images are scaled; the profile's where none is given.
    #[must_use]
    pub fn input_scale(mut self, scale: InputScale) -> Self {
        self.input_scale = scale;
        self
    }

    /// Trains on the labelled ones among `images`; a global [`InputScale`] is that of all of them, as no label is needed for it.
    ///
    /// # Errors
    ///
    /// When a parameter is outside its domain, a class has fewer than two labelled images, a label is out of range, probabilities do not sum
    /// to 1, a pixel is not finite, or the loss diverges.
    pub fn fit<'l>(&self, images: ArrayView2<'_, f32>, labels: impl Into<Labels<'l>>) -> Result<Supervised> {
        self.training(images, labels)?.complete()
    }

    /// The same, epoch by epoch.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit), but for the loss.
    pub fn training<'a, 'l>(
        &self,
        images: ArrayView2<'a, f32>,
        labels: impl Into<Labels<'l>>,
    ) -> Result<Training<'a, Supervised>> {
        self.check()?;
        let labels = labels.into();
        check::images(images, 2, "a classifier")?;
        labels.check(images.nrows(), self.n_classes)?;
        let widths: Vec<usize> = std::iter::once(images.ncols()).chain(self.dims.iter().copied()).collect();
        let init = Initialisation::Glorot;
        let encoder = (widths.windows(2).enumerate())
            .map(|(i, pair)| {
                let mut rng = stream(self.options.seed, Purpose::Weights, i as u64);
                let is_last = i + 1 == self.dims.len();
                let activation = if is_last { self.last_activation } else { Activation::Relu };
                Dense::new(pair[0], pair[1], activation, init, &mut rng)
            })
            .collect();
        let n_features = widths[widths.len() - 1];
        let mut rng = stream(self.options.seed, Purpose::Head, 0);
        let dense = Dense::new(n_features, self.n_classes, Activation::Linear, init, &mut rng);
        let head = Some(Head { dense, input: HeadInput::Embedding });
        let feed = Feed::new(images, self.input_scale.fit(images));
        let mut feed = feed.augmented(self.options.augmentation.as_ref())?;
        development::attach(&mut feed, labels, self.n_classes, &self.teaching, self.options.seed);
        feed.rows.retain(|&row| labels.class(row).is_some());
        let plan = self.plan(feed.rows.len());
        let network = Network { encoder, head, ..Network::default() };
        Training::new(vec![(plan, Part::All)], feed, network, 1.0, Supervised)
    }

    fn check(&self) -> Result<()> {
        check::dims(&self.dims)?;
        check::parameter(self.n_classes > 1, "n_classes", self.n_classes, "at least 2")?;
        self.options.check()?;
        self.teaching.check(self.n_classes)?;
        check::dropout("dropout", self.dropout)?;
        check::input_scale(self.input_scale)?;
        check::schedule("schedule", &self.schedule)
    }

    fn plan(&self, n_images: usize) -> Plan {
        let plan = Plan {
            objective: Objective { class_weight: 1.0, ..Objective::NOTHING },
            input_dropout: self.dropout,
            ..Plan::new(Stage::Supervised, &self.options)
        };
        self.teaching.plan(plan, n_images).schedule(&self.schedule, n_images, self.options.max_epochs)
    }
}

fitted_model!(Supervised, "supervised", |network| network.head.is_some());
training_options!(SupervisedParams);
teaching_options!(SupervisedParams);
