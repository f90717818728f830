//! What every fitted model is made of, and how images go through it.

use crate::check;
use crate::engine::{self, logits, softmax};
use crate::epoch::Report;
use crate::error::{Error, Result};
use crate::feed::Feed;
use crate::network::{Dense, HeadInput, Network};
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

    pub(crate) fn n_clusters(&self) -> usize {
        self.network.centres.as_ref().map_or(0, Array2::nrows)
    }

    pub(crate) fn n_classes(&self) -> usize {
        self.network.head.as_ref().map_or(0, |head| head.dense.n_outputs())
    }

    /// Calls `with` on the embeddings of a chunk of images at a time, and on where the chunk begins.
    fn stream(
        &self,
        images: ArrayView2<'_, f32>,
        mut with: impl FnMut(usize, ArrayView2<'_, f32>),
    ) -> Result<()> {
        check::width(images, self.n_pixels())?;
        check::finite(images)?;
        let feed = Feed::new(images, self.scaling);
        feed.each_chunk(&feed.rows, |start, images| {
            with(start, engine::embed(&self.network.encoder, images).view());
            Ok(())
        })
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
        let mut q = Array2::zeros((images.nrows(), self.n_clusters()));
        if let Some(centres) = &self.network.centres {
            self.stream(images, |start, z| {
                let part = soft_assignment(z, centres.view(), self.alpha);
                q.slice_mut(s![start..start + z.nrows(), ..]).assign(&part);
            })?;
        }
        Ok(q)
    }

    /// The most probable cluster of each image, without the soft assignment of all of them.
    pub(crate) fn clusters(&self, images: ArrayView2<'_, f32>) -> Result<Array1<usize>> {
        let mut clusters = Array1::zeros(images.nrows());
        if let Some(centres) = &self.network.centres {
            self.stream(images, |start, z| {
                let part = hard_assignment(soft_assignment(z, centres.view(), self.alpha).view());
                clusters.slice_mut(s![start..start + z.nrows()]).assign(&part);
            })?;
        }
        Ok(clusters)
    }

    /// images × classes
    pub(crate) fn class_probabilities(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f64>> {
        let mut probabilities = Array2::zeros((images.nrows(), self.n_classes()));
        let Network { centres, head: Some(head), .. } = &self.network else { return Ok(probabilities) };
        self.stream(images, |start, z| {
            let features = match (head.input, centres) {
                (HeadInput::Assignment, Some(centres)) => soft_assignment(z, centres.view(), self.alpha),
                _ => z.mapv(f64::from),
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
