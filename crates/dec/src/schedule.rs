//! Learning rates, and how long each holds.

use serde::{Deserialize, Serialize};

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
