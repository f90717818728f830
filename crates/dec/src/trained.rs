//! What every fitted model is made of, and how images go through it.

use crate::check;
use crate::engine::{logits, softmax};
use crate::epoch::Report;
use crate::error::{Error, Result};
use crate::feed::Feed;
use crate::network::{Dense, HeadInput, Network};
use crate::scale::Scaling;
use crate::storage::{self, Shape};
use crate::student::soft_assignment;
use crate::{argmax, engine};
use ndarray::{Array1, Array2, ArrayView2, Axis};
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

    /// images × `n_columns`, a chunk of images at a time.
    fn stream(
        &self,
        images: ArrayView2<'_, f32>,
        n_columns: usize,
        with: impl Fn(ArrayView2<'_, f32>) -> Array2<f32>,
    ) -> Result<Array2<f32>> {
        check::width(images, self.n_pixels())?;
        check::finite(images)?;
        let feed = Feed::new(images, self.scaling);
        feed.in_chunks(&feed.rows, n_columns, |images| Ok(with(images)))
    }

    pub(crate) fn embedding(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        self.stream(images, self.network.n_embedding(), |images| engine::embed(&self.network.encoder, images))
    }

    /// In the scale that the network sees.
    pub(crate) fn reconstruction(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        self.stream(images, self.n_pixels(), |images| {
            let embedding = engine::embed(&self.network.encoder, images);
            engine::embed(&self.network.decoder, embedding.view())
        })
    }

    /// images × clusters
    pub(crate) fn assignment(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f64>> {
        let embedding = self.embedding(images)?;
        Ok(self.assignment_of(embedding.view()))
    }

    fn assignment_of(&self, embedding: ArrayView2<'_, f32>) -> Array2<f64> {
        match &self.network.centres {
            Some(centres) => soft_assignment(embedding, centres.view(), self.alpha),
            None => Array2::zeros((embedding.nrows(), 0)),
        }
    }

    /// images × classes
    pub(crate) fn class_probabilities(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f64>> {
        let embedding = self.embedding(images)?;
        let mut probabilities = Array2::zeros((images.nrows(), self.n_classes()));
        let Some(head) = &self.network.head else { return Ok(probabilities) };
        let features = match head.input {
            HeadInput::Assignment => self.assignment_of(embedding.view()),
            HeadInput::Embedding => embedding.mapv(f64::from),
        };
        for (features, mut row) in features.rows().into_iter().zip(probabilities.axis_iter_mut(Axis(0))) {
            let features = features.as_slice().expect("rows of a standard array are slices");
            let logits = logits(features, head.dense.weight.view(), head.dense.bias.row(0));
            row.iter_mut().zip(softmax(&logits)).for_each(|(to, p)| *to = p);
        }
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

/// The most probable column of every row.
pub(crate) fn hard(probabilities: &Array2<f64>) -> Array1<usize> {
    probabilities.rows().into_iter().map(argmax).collect()
}
