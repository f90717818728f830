//! When a subject has enough votes, what a rule for it would have cost and brought, and which subject to show next.

mod next_best;
mod replay;
mod rule;
mod thresholds;

pub use next_best::next_best;
pub use replay::{Replay, ReplayParams, ReplayedSubject};
pub use rule::{OnMax, Outcome, RetireRule};
pub use thresholds::{Thresholds, thresholds_from_gold};
