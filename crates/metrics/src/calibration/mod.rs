//! How far probabilities can be taken at their word.

mod classes;
mod probabilities;
mod reliability;

pub use classes::ClassProbabilities;
pub use probabilities::Probabilities;
pub use reliability::{Bins, Reliability, ReliabilityBin};
