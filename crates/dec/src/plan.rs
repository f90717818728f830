//! What a training loop is told: the schedule of one stage.

use crate::engine::Backend;
use crate::epoch::Stage;
use crate::objective::Objective;
use crate::optimiser::Optimiser;
use crate::options::Options;
use crate::scale::InputScale;
use serde::{Deserialize, Serialize};

/// Which published or measured schedule a stage follows.
///
/// | | autoencoder | DEC |
/// |---|---|---|
/// | `Quick` | Adam; chosen by measurement | SGD 0.01, target updated every epoch |
/// | `MuonHunters` | SGD 0.1, 0.01, 0.001 for 66 epochs each and layer, 400 epochs of fine-tuning | SGD 0.01, target every 140 steps |
/// | `Xie2016` | SGD 0.1 for 50 000 steps a layer, 0.3 for 100 000 of fine-tuning, ÷ 10 every 20 000 | SGD 0.01, target every 160 steps |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Profile {
    /// Ours: minutes instead of hours.
    #[default]
    Quick,
    /// Muon Hunters 2.0 and Wright et al. (2019).
    MuonHunters,
    /// Xie, Girshick and Farhadi (2016), with their program's values where the paper has none.
    Xie2016,
}

impl Profile {
    /// What the networks of the profile see: every image at mean square 1 in Muon Hunters 2.0, all together in ours and in Xie et al., whose program has
    /// the factor 0.02 for it, which gives MNIST 2.9.
    pub(crate) fn input_scale(self) -> InputScale {
        match self {
            Self::MuonHunters => InputScale::UnitMeanSquarePerSample,
            Self::Quick | Self::Xie2016 => InputScale::UnitMeanSquareGlobal,
        }
    }
}

/// How long a learning rate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Length {
    /// Passes over the images (in DEC: updates of the target distribution).
    Epochs(usize),
    /// Steps; rounded up to whole epochs once the number of images is known.
    Steps(usize),
    /// Whichever is longer: passes enough for many images, steps enough for few.
    Longer {
        /// At least so many epochs.
        epochs: usize,
        /// At least so many steps.
        steps: usize,
    },
}

/// A learning rate and how long it holds; a schedule is a list of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Segment {
    /// How long.
    pub length: Length,
    /// Learning rate, above 0.
    pub rate: f32,
}

impl Segment {
    /// `rate` for `n` epochs.
    #[must_use]
    pub fn epochs(n: usize, rate: f32) -> Self {
        Self { length: Length::Epochs(n), rate }
    }

    /// `rate` for at least `epochs` epochs and at least `steps` steps.
    #[must_use]
    pub fn longer(epochs: usize, steps: usize, rate: f32) -> Self {
        Self { length: Length::Longer { epochs, steps }, rate }
    }

    /// `rate` for at least `n` steps.
    #[must_use]
    pub fn steps(n: usize, rate: f32) -> Self {
        Self { length: Length::Steps(n), rate }
    }
}

/// By what a development set picks the best epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Selection {
    /// The class loss falls.
    Class,
    /// Class loss **and** reconstruction loss fall, as in the program of Wright et al. (2019).
    ClassAndReconstruction,
}

/// At which fraction of the clusters a clustering counts as collapsed.
pub(crate) const COLLAPSE: f64 = 0.5;

/// Everything that decides how one stage trains; two equal plans on equal images train to the same bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) stage: Stage,
    pub(crate) seed: u64,
    pub(crate) batch_size: usize,
    pub(crate) shuffle: bool,
    pub(crate) optimiser: Optimiser,
    /// Epochs and their rates.
    pub(crate) schedule: Vec<(usize, f32)>,
    /// Steps in an epoch; `None`: one pass over the images.
    pub(crate) steps_per_epoch: Option<usize>,
    /// What the first epoch minimises.
    pub(crate) objective: Objective,
    /// Weights of class, cluster and reconstruction loss that the epochs move towards; `None`: they stay.
    pub(crate) final_weights: Option<[f64; 3]>,
    /// The name of what changes images.
    pub(crate) augmentation: Option<String>,
    pub(crate) input_dropout: f64,
    pub(crate) code_dropout: f64,
    /// Power of the clusters' masses in the target.
    pub(crate) balance: f64,
    /// Stop when at most this fraction of the clusters is left.
    pub(crate) collapse: Option<f64>,
    /// Neighbours of each image in the graph, where there is one.
    pub(crate) n_neighbours: Option<usize>,
    /// Images in the graph, at most.
    pub(crate) graph_images: usize,
    /// Stop when fewer than this fraction of the images change their cluster.
    pub(crate) tolerance: Option<f64>,
    /// Give a segment up after so many epochs without a better one.
    pub(crate) patience: Option<usize>,
    pub(crate) selection: Selection,
    pub(crate) backend: Backend,
}

impl Plan {
    /// A plan with nothing to minimise yet: each stage says what it changes.
    pub(crate) fn new(stage: Stage, options: &Options) -> Self {
        Self {
            stage,
            seed: options.seed,
            batch_size: options.batch_size,
            shuffle: true,
            optimiser: options.optimiser,
            schedule: Vec::new(),
            steps_per_epoch: None,
            objective: Objective::NOTHING,
            final_weights: None,
            augmentation: options.augmentation.as_ref().map(|augmentation| augmentation.name().to_owned()),
            input_dropout: 0.0,
            code_dropout: 0.0,
            balance: 1.0,
            collapse: None,
            n_neighbours: None,
            graph_images: usize::MAX,
            tolerance: None,
            patience: None,
            selection: Selection::Class,
            backend: options.backend,
        }
    }

    /// Sets the schedule for `n_images` images, cut after `max_epochs`.
    pub(crate) fn schedule(
        mut self,
        segments: &[Segment],
        n_images: usize,
        max_epochs: Option<usize>,
    ) -> Self {
        let mut left = max_epochs.unwrap_or(usize::MAX);
        self.schedule = (segments.iter())
            .map(|segment| {
                let n_epochs = self.epochs_in(segment.length, n_images).min(left);
                left -= n_epochs;
                (n_epochs, segment.rate)
            })
            .collect();
        self
    }

    /// Whole epochs of a length.
    pub(crate) fn epochs_in(&self, length: Length, n_images: usize) -> usize {
        let steps_per_epoch = self.steps_per_epoch.unwrap_or(n_images.div_ceil(self.batch_size));
        match length {
            Length::Epochs(n) => n,
            Length::Steps(n) => n.div_ceil(steps_per_epoch),
            Length::Longer { epochs, steps } => epochs.max(steps.div_ceil(steps_per_epoch)),
        }
    }

    pub(crate) fn n_epochs(&self) -> usize {
        self.schedule.iter().map(|(n_epochs, _)| n_epochs).sum()
    }

    /// What epoch t of T minimises: weights (1 − t/T) · first + t/T · final.
    pub(crate) fn objective(&self, epoch: usize) -> Objective {
        let Some([class, cluster, reconstruction]) = self.final_weights else { return self.objective };
        let part = epoch as f64 / self.n_epochs() as f64;
        let between = |first: f64, last: f64| (1.0 - part) * first + part * last;
        Objective {
            class_weight: between(self.objective.class_weight, class),
            cluster_weight: between(self.objective.cluster_weight, cluster),
            reconstruction_weight: between(self.objective.reconstruction_weight, reconstruction),
            ..self.objective
        }
    }

    /// What is looked at on the development images: every loss that any epoch minimises, in the weights of the first where it has some. Of the
    /// clusters there is none: P is that of the images to train on.
    pub(crate) fn watched(&self) -> Objective {
        let [class, cluster, reconstruction] = self.final_weights.unwrap_or_default();
        let either = |first: f64, last: f64| if first > 0.0 { first } else { last };
        Objective {
            class_weight: either(self.objective.class_weight, class),
            cluster_weight: either(self.objective.cluster_weight, cluster),
            reconstruction_weight: either(self.objective.reconstruction_weight, reconstruction),
            ..self.objective
        }
    }
}
