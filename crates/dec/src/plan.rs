//! What a training loop is told: everything that decides how one stage trains.

use crate::development::Selection;
use crate::engine::Backend;
use crate::epoch::Stage;
use crate::objective::Objective;
use crate::optimiser::Optimiser;
use crate::options::Options;
use crate::schedule::{Length, Segment};
use serde::{Deserialize, Serialize};

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
