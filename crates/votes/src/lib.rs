#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used))]

mod binomial;
mod columns;
pub mod compat;
mod consensus;
mod error;
mod estimate;
mod fixed_log;
mod gold;
mod gold_counts;
mod ids;
mod information;
mod interval;
mod majority;
mod prior;
mod repeats;
mod retire;
#[cfg(feature = "serde")]
mod snapshot;
mod swap;
mod table;
mod tallies;
mod volunteer;
mod vote;

pub use consensus::{Component, Consensus, ConsensusParams, HeldOut, Mode, PseudoCounts, Temperature};
pub use error::Error;
pub use estimate::{Estimate, Estimates};
pub use gold_counts::GoldCounts;
pub use information::{information_gain, skill};
pub use interval::{clopper_pearson_interval, wilson_interval};
pub use majority::{MajorityVote, MajorityVoteParams};
pub use repeats::Repeats;
pub use retire::{
    OnMax, Outcome, Replay, ReplayParams, ReplayedSubject, RetireRule, Thresholds, next_best,
    thresholds_from_gold,
};
pub use swap::{Swap, SwapParams};
pub use table::VoteTable;
pub use tallies::{Tally, TallyKind, TallyMixture, TallyMixtureParams};
pub use volunteer::Volunteer;
pub use vote::Vote;
