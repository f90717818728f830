//! What a training reports: one record per epoch, and why it stopped.

use crate::objective::Losses;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which part of the whole an epoch belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Stage {
    /// Denoising pretraining of this layer, counted from 0.
    Layer(usize),
    /// Autoencoder, all layers together.
    FineTune,
    /// Encoder on a graph of nearest neighbours: the first, 0, then those of what the one before left.
    Neighbours(usize),
    /// Deep embedded clustering.
    Dec,
    /// Retraining on labels.
    Multitask,
    /// Clustering again after retraining.
    Recluster,
    /// The supervised baseline.
    Supervised,
}

impl Stage {
    /// Is it one of the autoencoder's?
    pub(crate) fn is_pretraining(self) -> bool {
        matches!(self, Self::Layer(_) | Self::FineTune | Self::Neighbours(_))
    }

    /// Where the random streams of this stage begin, so that no two stages shuffle or drop alike.
    pub(crate) fn stream(self) -> u64 {
        let number = match self {
            Self::FineTune => 0,
            Self::Dec => 1,
            Self::Multitask => 2,
            Self::Recluster => 3,
            Self::Supervised => 4,
            Self::Layer(layer) => 5 + 2 * layer as u64,
            Self::Neighbours(graph) => 6 + 2 * graph as u64,
        };
        number << 40
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Layer(layer) => write!(f, "layer {layer}"),
            Self::FineTune => f.write_str("fine-tuning"),
            Self::Neighbours(graph) => write!(f, "neighbours {graph}"),
            Self::Dec => f.write_str("DEC"),
            Self::Multitask => f.write_str("multitask"),
            Self::Recluster => f.write_str("reclustering"),
            Self::Supervised => f.write_str("supervised"),
        }
    }
}

/// One pass over the images or, in DEC, the steps between two updates of the target distribution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Epoch {
    /// Where it belongs.
    pub stage: Stage,
    /// Its number within the stage, from 0.
    pub index: usize,
    /// At most so many epochs in this stage.
    pub n_epochs: usize,
    /// Learning rate.
    pub rate: f32,
    /// Mean losses over the epoch's steps, each taken before its step; that of the classes over the labelled images among them.
    pub losses: Losses,
    /// Losses on the development images after the epoch, where some are set aside; that of the clusters is 0, for P is that of the images to train
    /// on.
    pub development: Option<Losses>,
    /// Fraction of images whose cluster changed since the epoch before; `None` in the first, also of a rate that goes on from the best epoch, and
    /// where nothing is clustered.
    pub changed: Option<f64>,
    /// The best epoch so far by the development images.
    pub is_best: bool,
}

/// Why a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum StopReason {
    /// Fewer images than the tolerance changed their cluster.
    Converged,
    /// The clusters ran into each other: their effective number, the exponential of the entropy of their shares of the images, fell to the
    /// fraction of `collapse` of what it was before the first epoch, or one of several holds all images. Where that is so before the first epoch, nothing was
    /// trained: the model handed in tells no image from another.
    Collapsed,
    /// The losses on the development images did not fall for as many epochs as the patience allows, at the last rate of the schedule.
    Patience,
    /// The epochs of the last rate of the schedule were used.
    MaxEpochs,
    /// The caller took the model before the training was over.
    Interrupted,
}

/// How a training went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Every epoch, in order.
    pub epochs: Vec<Epoch>,
    /// Why it ended.
    pub stop_reason: StopReason,
}
