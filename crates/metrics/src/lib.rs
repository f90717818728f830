#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used))]

mod binary;
mod bootstrap;
mod calibration;
mod cluster_map;
mod contingency;
mod error;
mod information;
mod matching;
mod points;
mod rand_index;
mod ranking;

pub use binary::Binary;
pub use bootstrap::{Bootstrap, Interval};
pub use calibration::{Bins, ClassProbabilities, Probabilities, Reliability, ReliabilityBin};
pub use cluster_map::{ClusterMap, cluster_f1};
pub use contingency::ContingencyTable;
pub use error::{Error, Result};
pub use information::Average;
pub use points::{PointMatch, PointMatching, PointScore};
pub use ranking::{average_precision, roc_auc};
