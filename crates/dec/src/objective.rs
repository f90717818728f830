//! What a training step minimises: weighted losses on one network.

use serde::{Deserialize, Serialize};

/// How the squared error of a reconstruction is averaged over pixels; over images it is always the mean.
///
/// The two differ by half the number of pixels (392 for 28 × 28 images), and with plain SGD so do the learning rates that go with them: on
/// images of mean square 1, the published 0.1 goes with [`ReconstructionLoss::Mean`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ReconstructionLoss {
    /// ½ Σ (x̂ − x)² over the pixels, as in the program of Xie et al. (2016).
    SumHalf,
    /// The mean of (x̂ − x)² over the pixels, Keras' `mse`, as in Wright et al. (2019) and Muon Hunters 2.0.
    Mean,
}

impl ReconstructionLoss {
    /// The factor c in loss = c Σ (x̂ − x)² for a batch.
    pub(crate) fn factor(self, n_images: usize, n_pixels: usize) -> f64 {
        match self {
            Self::SumHalf => 0.5 / n_images as f64,
            Self::Mean => 1.0 / (n_images * n_pixels) as f64,
        }
    }
}

/// `class_weight · CE + cluster_weight · KL(P‖Q) + reconstruction_weight · squared error + neighbour_weight · graph`, each a mean over the images of a batch
/// (CE over the labelled ones).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Objective {
    pub(crate) class_weight: f64,
    pub(crate) cluster_weight: f64,
    pub(crate) reconstruction_weight: f64,
    pub(crate) reconstruction_loss: ReconstructionLoss,
    pub(crate) neighbour_weight: f64,
    /// What the mean over pairs that are no neighbours counts beside that over those that are.
    pub(crate) repulsion: f64,
    /// Degrees of freedom of the Student-t kernel.
    pub(crate) alpha: f64,
}

impl Objective {
    pub(crate) const NOTHING: Self = Self {
        class_weight: 0.0,
        cluster_weight: 0.0,
        reconstruction_weight: 0.0,
        reconstruction_loss: ReconstructionLoss::Mean,
        neighbour_weight: 0.0,
        repulsion: 0.0,
        alpha: 1.0,
    };
}

/// The losses before weighting, each a mean over images; a loss that was not asked for is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Losses {
    /// Cross entropy of the class head, in nats.
    pub class: f64,
    /// KL(P‖Q) of the clusters, in nats.
    pub cluster: f64,
    /// Squared error of the reconstruction, averaged as [`ReconstructionLoss`] says.
    pub reconstruction: f64,
    /// Cross entropy of the graph of neighbours, in nats.
    #[serde(default)]
    pub neighbour: f64,
}

impl Losses {
    pub(crate) fn weighted(&self, objective: &Objective) -> f64 {
        objective.class_weight * self.class
            + objective.cluster_weight * self.cluster
            + objective.reconstruction_weight * self.reconstruction
            + objective.neighbour_weight * self.neighbour
    }

    /// Adds `other`, which is a mean over `share` of the images.
    pub(crate) fn add(&mut self, other: &Self, share: f64) {
        self.class += share * other.class;
        self.cluster += share * other.cluster;
        self.reconstruction += share * other.reconstruction;
        self.neighbour += share * other.neighbour;
    }
}
