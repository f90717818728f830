#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used))]

mod argmax;
mod augmentation;
mod autoencoder;
mod check;
mod chunks;
mod clustering;
mod course;
mod dec;
mod development;
mod engine;
mod epoch;
mod error;
mod feed;
mod fingerprint;
mod initial_centres;
mod initial_head;
mod kmeans;
mod label_weights;
mod labels;
mod linfa_traits;
mod merge;
mod mixture;
mod multitask;
mod neighbours;
mod network;
mod objective;
mod optimiser;
mod options;
mod pca;
mod plan;
mod profile;
mod random;
mod recluster;
mod reseed;
mod scale;
mod schedule;
mod storage;
mod student;
mod supervised;
mod teaching;
mod trained;
mod training;

use argmax::argmax;

pub use augmentation::Augmentation;
pub use autoencoder::{Autoencoder, AutoencoderParams};
pub use dec::{Dec, DecParams};
pub use development::Selection;
pub use engine::Backend;
pub use epoch::{Epoch, Report, Stage, StopReason};
pub use error::{Error, Result};
pub use initial_centres::InitialCentres;
pub use initial_head::InitialHead;
pub use kmeans::{KMeans, KMeansParams};
pub use label_weights::LabelWeights;
pub use labels::Labels;
pub use multitask::{Multitask, MultitaskParams};
pub use network::{HeadInput, Initialisation};
pub use objective::{Losses, ReconstructionLoss};
pub use optimiser::Optimiser;
pub use pca::Pca;
pub use profile::Profile;
pub use recluster::{Recluster, ReclusterParams};
pub use scale::InputScale;
pub use schedule::{Length, Segment};
pub use student::{
    balanced_target_distribution, hard_assignment, kl_divergence, kl_gradient, soft_assignment,
    target_distribution,
};
pub use supervised::{Supervised, SupervisedParams};
pub use training::Training;
