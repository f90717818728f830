//! What a training loop is fed: batches gathered and scaled from the caller's images, which are never copied whole.

use crate::augmentation::Augmentation;
use crate::engine;
use crate::error::Result;
use crate::network::{Dense, Network};
use crate::plan::Plan;
use crate::random::{Purpose, stream};
use crate::scale::Scaling;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Rows scaled at once when everything is embedded: bounds the memory beside the caller's images.
pub(crate) const CHUNK: usize = 8192;

/// Images on their way into the network.
#[derive(Clone, Debug)]
pub(crate) struct Feed<'a> {
    pub(crate) images: ArrayView2<'a, f32>,
    pub(crate) scaling: Scaling,
    /// Layers that are already trained and stay as they are: the loop sees their output.
    pub(crate) frozen: Vec<Dense>,
    /// Rows of `images` to train on.
    pub(crate) rows: Vec<usize>,
    /// Rows of `images` to watch.
    pub(crate) development: Vec<usize>,
    /// images × classes: probabilities times the weight of the class, zeros where nothing is known.
    pub(crate) classes: Option<Array2<f32>>,
    /// What changes images before a step sees them.
    pub(crate) augmentation: Option<Augmentation>,
    /// rows × neighbours: the graph on `rows`, by position in them.
    pub(crate) neighbours: Option<Array2<u32>>,
}

impl<'a> Feed<'a> {
    /// All rows, no classes.
    pub(crate) fn new(images: ArrayView2<'a, f32>, scaling: Scaling) -> Self {
        let rows = (0..images.nrows()).collect();
        Self {
            images,
            scaling,
            frozen: Vec::new(),
            rows,
            development: Vec::new(),
            classes: None,
            augmentation: None,
            neighbours: None,
        }
    }

    /// With what changes images before a step sees them.
    pub(crate) fn augmented(self, augmentation: Option<&Augmentation>) -> Result<Self> {
        augmentation.map_or(Ok(()), |augmentation| augmentation.check(self.images.ncols()))?;
        Ok(Self { augmentation: augmentation.cloned(), ..self })
    }

    /// The images in `rows` as the first trainable layer sees them.
    pub(crate) fn gather(&self, rows: &[usize]) -> Array2<f32> {
        let mut images = Array2::zeros((rows.len(), self.images.ncols()));
        (images.outer_iter_mut().into_par_iter())
            .zip(rows)
            .for_each(|(image, &row)| self.scaling.apply(self.images.row(row), image));
        self.through_frozen(images)
    }

    /// The same, each image changed by a draw from `rng`.
    pub(crate) fn gather_augmented(&self, rows: &[usize], rng: &mut ChaCha8Rng) -> Array2<f32> {
        let Some(augmentation) = &self.augmentation else { return self.gather(rows) };
        let draws: Vec<u64> = rows.iter().map(|_| rng.random()).collect();
        let mut images = Array2::zeros((rows.len(), self.images.ncols()));
        (images.outer_iter_mut().into_par_iter()).zip(rows).zip(draws).for_each_init(
            || Array1::zeros(self.images.ncols()),
            |changed, ((image, &row), draw)| {
                changed.fill(0.0);
                augmentation.apply(self.images.row(row), draw, changed.view_mut());
                self.scaling.apply(changed.view(), image);
            },
        );
        self.through_frozen(images)
    }

    fn through_frozen(&self, images: Array2<f32>) -> Array2<f32> {
        if self.frozen.is_empty() { images } else { engine::embed(&self.frozen, images.view()) }
    }

    /// The class probabilities of `rows`.
    pub(crate) fn classes(&self, rows: &[usize]) -> Option<Array2<f32>> {
        self.classes.as_ref().map(|classes| classes.select(Axis(0), rows))
    }

    /// What the encoder of `network` makes of `rows`: rows × embedding.
    pub(crate) fn embedding(&self, rows: &[usize], network: &Network) -> Result<Array2<f32>> {
        self.in_chunks(rows, network.n_embedding(), |images| Ok(engine::embed(&network.encoder, images)))
    }

    /// Whether images that differ all get the same code from the encoder of `network`.
    pub(crate) fn is_dead(&self, network: &Network) -> bool {
        self.all_alike(&network.encoder) && !self.all_alike(&[])
    }

    /// Whether all images to train on are the same behind `layers`; mostly over with the first chunk.
    fn all_alike(&self, layers: &[Dense]) -> bool {
        let seen = |rows: &[usize]| engine::embed(layers, self.gather(rows).view());
        let first = seen(&self.rows[..1]);
        self.rows.chunks(CHUNK).all(|rows| seen(rows).outer_iter().all(|image| image == first.row(0)))
    }

    /// Calls `with` on the images of `rows`, a chunk at a time, and stacks what it returns.
    pub(crate) fn in_chunks(
        &self,
        rows: &[usize],
        n_columns: usize,
        mut with: impl FnMut(ArrayView2<'_, f32>) -> Result<Array2<f32>>,
    ) -> Result<Array2<f32>> {
        let mut stacked = Array2::zeros((rows.len(), n_columns));
        for (mut part, rows) in stacked.axis_chunks_iter_mut(Axis(0), CHUNK).zip(rows.chunks(CHUNK)) {
            part.assign(&with(self.gather(rows).view())?);
        }
        Ok(stacked)
    }
}

/// Every one of `positions`, then for each a neighbour of it drawn at random.
pub(crate) fn with_partners(
    positions: &[usize],
    neighbours: &Array2<u32>,
    rng: &mut ChaCha8Rng,
) -> Vec<usize> {
    let partners = positions.iter().map(|&position| {
        let neighbours = neighbours.row(position);
        neighbours[rng.random_range(0..neighbours.len())] as usize
    });
    positions.iter().copied().chain(partners).collect()
}

/// The order of `n` rows in pass number `pass`.
pub(crate) fn order(n: usize, plan: &Plan, pass: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    if plan.shuffle {
        order.shuffle(&mut stream(plan.seed, Purpose::Order, plan.stage.stream() | pass));
    }
    order
}

/// Inverted dropout: a matrix of 0 with probability `rate`, else 1 / (1 − rate).
pub(crate) fn dropout(dim: (usize, usize), rate: f64, rng: &mut ChaCha8Rng) -> Array2<f32> {
    let threshold = (rate * f64::from(u32::MAX)) as u32;
    let kept = (1.0 / (1.0 - rate)) as f32;
    Array2::from_shape_simple_fn(dim, || if rng.random::<u32>() < threshold { 0.0 } else { kept })
}
