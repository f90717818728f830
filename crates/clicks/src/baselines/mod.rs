//! What one would do without a model: cluster the marks of a subject, keep clusters that enough viewers have marked.
//!
//! All three give a [`Consensus`], from the same survey as the model, so that they can be scored alike. Only positions of marks
//! count; sizes, labels and times do not. None knows that one viewer marks an object once, nor who marks well.

mod consensus;
mod dbscan;
mod hdbscan;
mod mean_shift;
mod window;

pub use consensus::{Clump, Consensus};
pub use dbscan::{Dbscan, DbscanParams};
pub use hdbscan::{Hdbscan, HdbscanParams};
pub use mean_shift::{MeanShift, MeanShiftParams};

use crate::{Error, Result};

/// Six viewers in ten, the simple aggregation that Galaxy Zoo: Clump Scout compares with.
const THRESHOLD: f64 = 0.6;

fn check_threshold(threshold: f64) -> Result<()> {
    if (0.0..=1.0).contains(&threshold) {
        return Ok(());
    }
    Err(Error::Parameter { field: "threshold", got: threshold, wants: "a number between 0 and 1" })
}

fn check_length(field: &'static str, got: f64) -> Result<()> {
    if got > 0.0 && got <= 1e100 {
        return Ok(());
    }
    Err(Error::Parameter { field, got, wants: "a number above 0, up to 1e100" })
}

fn check_count(field: &'static str, got: usize, least: usize, wants: &'static str) -> Result<()> {
    if got >= least { Ok(()) } else { Err(Error::Parameter { field, got: got as f64, wants }) }
}
