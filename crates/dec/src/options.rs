//! The options that every training has.

use crate::augmentation::Augmentation;
use crate::check;
use crate::engine::Backend;
use crate::error::Result;
use crate::optimiser::Optimiser;

/// Options of every training; [`training_options`] gives parameters their methods.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) seed: u64,
    pub(crate) batch_size: usize,
    pub(crate) optimiser: Optimiser,
    pub(crate) max_epochs: Option<usize>,
    pub(crate) augmentation: Option<Augmentation>,
    pub(crate) backend: Backend,
}

impl Options {
    /// Seed 0, batches of 256 as in both papers, no limit of epochs, on the CPU.
    pub(crate) fn new(optimiser: Optimiser) -> Self {
        Self {
            seed: 0,
            batch_size: 256,
            optimiser,
            max_epochs: None,
            augmentation: None,
            backend: Backend::default(),
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        check::parameter(self.batch_size > 0, "batch_size", self.batch_size, "at least 1")?;
        check::optimiser(self.optimiser)
    }
}

/// Methods for the field `options` of a stage's parameters.
macro_rules! training_options {
    ($params:ident) => {
        /// Options that every stage has.
        impl $params {
            /// Seed of every random number; 0 where none is given. Stages may share one: each has streams of its own for order, noise and changes of
            /// the images. The first weights of layers of the same sizes are the same in all of them.
            #[must_use]
            pub fn seed(mut self, seed: u64) -> Self {
                self.options.seed = seed;
                self
            }

            /// Images in a step, at least 1; 256 as in both papers, but for the published multitask step, which takes 32. Where neighbours are drawn together, one
            /// of each comes along.
            #[must_use]
            pub fn batch_size(mut self, batch_size: usize) -> Self {
                self.options.batch_size = batch_size;
                self
            }

            /// Rule of the steps; the profile's where none is given.
            #[must_use]
            pub fn optimiser(mut self, optimiser: Optimiser) -> Self {
                self.options.optimiser = optimiser;
                self
            }

            /// At most so many epochs in each phase; `None`: as many as the schedule has.
            #[must_use]
            pub fn max_epochs(mut self, n_epochs: Option<usize>) -> Self {
                self.options.max_epochs = n_epochs;
                self
            }

            /// What changes images before a step sees them; `None`: nothing.
            #[must_use]
            pub fn augmentation(mut self, augmentation: Option<Augmentation>) -> Self {
                self.options.augmentation = augmentation;
                self
            }

            /// Where the steps run; [`Backend::Fused`] where none is given.
            #[must_use]
            pub fn backend(mut self, backend: Backend) -> Self {
                self.options.backend = backend;
                self
            }
        }
    };
}

pub(crate) use training_options;
