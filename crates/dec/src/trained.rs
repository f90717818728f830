//! What every fitted model is made of, and how images go through it.

use crate::check;
use crate::engine::{self, logits, softmax};
use crate::epoch::Report;
use crate::error::{Error, Result};
use crate::feed::CHUNK;
use crate::network::{Dense, Head, HeadInput, Network};
use crate::scale::Scaling;
use crate::storage::{self, Shape};
use crate::student::{hard_assignment, soft_assignment};
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A network that has been trained, with what it needs to read images.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trained {
    pub(crate) network: Network,
    pub(crate) scaling: Scaling,
    /// Degrees of freedom of the Student-t kernel.
    pub(crate) alpha: f64,
    pub(crate) report: Report,
}

impl Trained {
    pub(crate) fn n_pixels(&self) -> usize {
        self.network.encoder.first().map_or(0, Dense::n_inputs)
    }

    /// clusters × embedding
    pub(crate) fn centres(&self) -> ArrayView2<'_, f32> {
        self.network.centres.as_ref().expect("a model that clusters has centres").view()
    }

    fn head(&self) -> &Head {
        self.network.head.as_ref().expect("a model that classifies has a head")
    }

    pub(crate) fn n_classes(&self) -> usize {
        self.head().dense.n_outputs()
    }

    /// Calls `with` on the embeddings of a chunk of images at a time, and on where the chunk begins.
    fn stream(
        &self,
        images: ArrayView2<'_, f32>,
        mut with: impl FnMut(usize, ArrayView2<'_, f32>),
    ) -> Result<()> {
        check::width(images, self.n_pixels())?;
        check::finite(images)?;
        for (i, images) in images.axis_chunks_iter(Axis(0), CHUNK).enumerate() {
            let z = engine::embed(&self.network.encoder, self.scaling.scaled(images).view());
            check::embedding(z.view(), |position| i * CHUNK + position)?;
            with(i * CHUNK, z.view());
        }
        Ok(())
    }

    pub(crate) fn embedding(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        let mut whole = Array2::zeros((images.nrows(), self.network.n_embedding()));
        self.stream(images, |start, z| whole.slice_mut(s![start..start + z.nrows(), ..]).assign(&z))?;
        Ok(whole)
    }

    /// In the scale that the network sees.
    pub(crate) fn reconstruction(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        let mut whole = Array2::zeros((images.nrows(), self.n_pixels()));
        self.stream(images, |start, z| {
            let part = engine::embed(&self.network.decoder, z);
            whole.slice_mut(s![start..start + z.nrows(), ..]).assign(&part);
        })?;
        Ok(whole)
    }

    /// Soft assignment: images × clusters
    pub(crate) fn assignment(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f64>> {
        let centres = self.centres();
        let mut q = Array2::zeros((images.nrows(), centres.nrows()));
        self.stream(images, |start, z| {
            let part = soft_assignment(z, centres, self.alpha);
            q.slice_mut(s![start..start + z.nrows(), ..]).assign(&part);
        })?;
        Ok(q)
    }

    /// The most probable cluster of each image, without the soft assignment of all of them.
    pub(crate) fn clusters(&self, images: ArrayView2<'_, f32>) -> Result<Array1<usize>> {
        let mut clusters = Array1::zeros(images.nrows());
        self.stream(images, |start, z| {
            let part = hard_assignment(soft_assignment(z, self.centres(), self.alpha).view());
            clusters.slice_mut(s![start..start + z.nrows()]).assign(&part);
        })?;
        Ok(clusters)
    }

    /// images × classes
    pub(crate) fn class_probabilities(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f64>> {
        let mut probabilities = Array2::zeros((images.nrows(), self.n_classes()));
        let head = self.head();
        self.stream(images, |start, z| {
            let features = match head.input {
                HeadInput::Assignment => soft_assignment(z, self.centres(), self.alpha),
                HeadInput::Embedding => z.mapv(f64::from),
            };
            (probabilities
                .slice_mut(s![start..start + z.nrows(), ..])
                .axis_iter_mut(Axis(0))
                .into_par_iter())
            .zip(features.axis_iter(Axis(0)))
            .for_each(|(mut row, features)| {
                let features = features.to_slice().expect("rows of a standard array are slices");
                let logits = logits(features, head.dense.weight.view(), head.dense.bias.row(0));
                row.iter_mut().zip(softmax(&logits)).for_each(|(to, p)| *to = p);
            });
        })?;
        Ok(probabilities)
    }
}

/// The JSON of a model file.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    shape: Shape,
    scaling: Scaling,
    alpha: f64,
    report: Report,
}

impl Trained {
    pub(crate) fn save(&self, kind: &'static str, path: &Path) -> Result<()> {
        let content = Content {
            shape: Shape::of(&self.network),
            scaling: self.scaling,
            alpha: self.alpha,
            report: self.report.clone(),
        };
        storage::write(path, kind, content, &storage::matrices("", &self.network))
    }

    /// Reads a file of `kind`, whose network must have the parts that `is_whole` asks for.
    pub(crate) fn load(kind: &'static str, path: &Path, is_whole: fn(&Network) -> bool) -> Result<Self> {
        let mut file = storage::read::<Content>(path, kind)?;
        let network = file.network(path, "", &file.content.shape.clone())?;
        let Content { scaling, alpha, report, .. } = file.content;
        let foreign = |reason| Err(Error::Foreign { path: path.to_owned(), reason });
        if !is_whole(&network) {
            return foreign(format!("a part of the {kind} is missing"));
        }
        if alpha <= 0.0 {
            return foreign(format!("alpha = {alpha} is not above 0"));
        }
        Ok(Self { network, scaling, alpha, report })
    }
}

/// Methods of a model around a [`Trained`], whose files say that they hold `$kind` and whose network must have the
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

pub(crate) use fitted_model;
