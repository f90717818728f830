//! What all stages share: the options that every training has, and the methods that every fitted model has.

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
            /// Seed of every random number; 0 where none is given. Stages draw from streams of their own, so they may share one.
            #[must_use]
            pub fn seed(mut self, seed: u64) -> Self {
                self.options.seed = seed;
                self
            }

            /// Images in a step; 256 as in both papers, but for the published multitask step, which takes 32.
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

/// Methods of a model around a [`Trained`](crate::trained::Trained), whose files say that they hold `$kind` and whose network must have the
/// parts that `$is_whole` asks for.
macro_rules! fitted_model {
    ($model:ident, $kind:literal, $is_whole:expr) => {
        /// What every fitted model can tell, and its file.
        impl $model {
            /// Epochs and the reason for the end.
            #[must_use]
            pub fn report(&self) -> &Report {
                &self.0.report
            }

            /// Calls `with`, say `predict`, on each of the `chunks` in turn while the next one is read: for more images than fit into memory.
            ///
            /// An item is what `with` gives, or the first error, after which there is nothing more. Chunks may be of different heights; some
            /// thousand images keep all cores busy. At most two chunks are held, and what `with` makes of one.
            ///
            /// ```
            /// use manyhands_dec::{Autoencoder, Error};
            /// use ndarray::Array2;
            ///
            /// let images = Array2::from_shape_fn((64, 16), |(i, j)| ((i * j) % 7) as f32);
            /// let model = Autoencoder::params(&[8, 2]).max_epochs(Some(1)).fit(images.view())?;
            /// // A reader's chunks are read as they are asked for, and its errors handed on.
            /// let chunks = (0..4).map(|_| Ok::<_, Error>(images.clone()));
            /// let parts = model.in_chunks(chunks, Autoencoder::transform).collect::<Result<Vec<_>, _>>()?;
            /// assert_eq!((parts.len(), parts[0].dim()), (4, (64, 2)));
            /// # Ok::<(), Error>(())
            /// ```
            ///
            /// # Errors
            ///
            /// As `with`, rows counted from the first chunk; and those of the chunks.
            pub fn in_chunks<T: Send, E: From<crate::Error> + Send, I>(
                &self,
                chunks: I,
                with: impl Fn(&Self, ArrayView2<'_, f32>) -> Result<T> + Sync,
            ) -> impl Iterator<Item = Result<T, E>>
            where
                I: IntoIterator<Item = Result<ndarray::Array2<f32>, E>, IntoIter: Send>,
            {
                crate::chunks::in_chunks(self, chunks, with)
            }

            /// Writes the model to `path` as safetensors; the file appears whole or not at all.
            ///
            /// # Errors
            ///
            /// [`Error::File`](crate::Error::File) when `path` cannot be written.
            pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
                self.0.save($kind, path.as_ref())
            }

            /// Reads a model that [`save`](Self::save) wrote.
            ///
            /// # Errors
            ///
            /// When the file cannot be read, is truncated, is of another kind or newer than this version.
            pub fn load(path: impl AsRef<Path>) -> Result<Self> {
                Trained::load($kind, path.as_ref(), $is_whole).map(Self)
            }
        }
    };
}

pub(crate) use {fitted_model, training_options};
