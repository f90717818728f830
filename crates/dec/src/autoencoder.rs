//! The stacked denoising autoencoder: layer by layer with noise, then all layers together, then, if wanted, on a graph of nearest neighbours.

use crate::augmentation::Augmentation;
use crate::check;
use crate::engine::Backend;
use crate::epoch::{Report, Stage};
use crate::error::Result;
use crate::feed::Feed;
use crate::network::{Activation, Dense, Initialisation, Network};
use crate::objective::{Objective, ReconstructionLoss};
use crate::optimiser::Optimiser;
use crate::options::{Options, training_options};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::random::{Purpose, stream};
use crate::scale::InputScale;
use crate::schedule::Segment;
use crate::trained::{Trained, fitted_model};
use crate::training::{Part, Training};
use ndarray::{Array2, ArrayView2};
use std::path::Path;

/// A trained autoencoder: images to a short embedding and back.
///
/// Encoder and decoder are fully connected with ReLU, but for the embedding and the reconstruction, which are linear (Xie et al. 2016, §4.3).
///
/// ```
/// use manyhands_dec::Autoencoder;
/// use ndarray::Array2;
///
/// # fn main() -> manyhands_dec::Result<()> {
/// let images = Array2::from_shape_fn((64, 16), |(i, j)| ((i * j) % 7) as f32);
/// let autoencoder = Autoencoder::params(&[8, 2]).seed(7).fit(images.view())?;
/// assert_eq!(autoencoder.transform(images.view())?.dim(), (64, 2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Autoencoder(pub(crate) Trained);

/// How an [`Autoencoder`] is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct AutoencoderParams {
    options: Options,
    dims: Vec<usize>,
    layer_schedule: Vec<Segment>,
    fine_tune_schedule: Vec<Segment>,
    neighbour_schedule: Vec<Segment>,
    n_neighbours: usize,
    /// `None`: as many as the changes of the images want.
    n_graphs: Option<usize>,
    graph_images: usize,
    repulsion: f64,
    neighbour_reconstruction_weight: f64,
    /// On the input of the first layer in its own phase; deeper layers always get `dropout`.
    image_dropout: f64,
    dropout: f64,
    embedding_dropout: f64,
    fine_tune_dropout: f64,
    reconstruction_loss: ReconstructionLoss,
    initialisation: Initialisation,
    input_scale: InputScale,
}

impl Autoencoder {
    /// Layer widths after the images, the embedding last, each 1 to 1 048 576; the paper's are `[500, 500, 2000, 10]`.
    #[must_use]
    pub fn params(dims: &[usize]) -> AutoencoderParams {
        AutoencoderParams {
            options: Options::new(Optimiser::Adam),
            dims: dims.to_vec(),
            layer_schedule: Vec::new(),
            fine_tune_schedule: Vec::new(),
            neighbour_schedule: Vec::new(),
            n_neighbours: 15,
            n_graphs: None,
            graph_images: 100_000,
            repulsion: 5.0,
            neighbour_reconstruction_weight: 1.0,
            image_dropout: 0.0,
            dropout: 0.0,
            embedding_dropout: 0.0,
            fine_tune_dropout: 0.0,
            reconstruction_loss: ReconstructionLoss::Mean,
            initialisation: Initialisation::Glorot,
            input_scale: InputScale::default(),
        }
        .profile(Profile::default())
    }

    /// Embedding of each image: images × embedding.
    ///
    /// # Errors
    ///
    /// When the images are of another width or not finite, or an embedding is not.
    pub fn transform(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        self.0.embedding(images)
    }

    /// Each image encoded and decoded, in the scale that the network sees (see [`InputScale`]): images × pixels.
    ///
    /// # Errors
    ///
    /// As [`transform`](Self::transform).
    pub fn reconstruct(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        self.0.reconstruction(images)
    }
}

impl AutoencoderParams {
    /// Sets schedules, noise, loss, optimiser, initialisation and scale of the images together; call it before the options that change one of them.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        let sgd = Optimiser::Sgd { momentum: 0.9 };
        let tenths = |n: usize, segment: fn(usize, f32) -> Segment| -> Vec<Segment> {
            [0.1, 0.01, 0.001].into_iter().map(|rate| segment(n, rate)).collect()
        };
        // Only ours has graphs.
        self.neighbour_schedule = Vec::new();
        self.input_scale = profile.input_scale();
        // In all: for the sum over pixels, the rates of Xie et al. are too large by far, and the first layer dies within a pass over MNIST.
        self.reconstruction_loss = ReconstructionLoss::Mean;
        self.embedding_dropout = 0.0;
        match profile {
            Profile::Quick => {
                self.options.optimiser = Optimiser::Adam;
                // All layers at once, as in McConville et al. (2021): with Adam and a good start of the weights, layers of their own gained nothing.
                self.layer_schedule = Vec::new();
                self.fine_tune_schedule = vec![Segment::longer(12, 3000, 1e-3)];
                (self.image_dropout, self.dropout, self.fine_tune_dropout) = (0.2, 0.2, 0.2);
                self.neighbour_schedule = vec![
                    Segment::longer(3, 900, 1e-3),
                    Segment::longer(1, 375, 3e-4),
                    Segment::longer(1, 225, 1e-4),
                ];
                self.initialisation = Initialisation::Glorot;
            }
            Profile::MuonHunters => {
                self.options.optimiser = sgd;
                self.layer_schedule = tenths(66, Segment::epochs);
                self.fine_tune_schedule = (0..5).map(|j| Segment::epochs(80, 0.1 * 0.1f32.powi(j))).collect();
                (self.image_dropout, self.dropout, self.fine_tune_dropout) = (0.2, 0.2, 0.0);
                self.embedding_dropout = 0.2;
                self.initialisation = Initialisation::Glorot;
            }
            Profile::Xie2016 => {
                self.options.optimiser = sgd;
                // 50 000 steps a layer and 100 000 for all, ÷ 10 every 20 000.
                self.layer_schedule = [(20_000, 0.1), (20_000, 0.01), (10_000, 0.001)]
                    .map(|(n, rate)| Segment::steps(n, rate))
                    .to_vec();
                // Three times their rate, which was meant for the sum and leaves the mean undertrained; at ten times, units die on camera images.
                self.fine_tune_schedule =
                    (0..5).map(|j| Segment::steps(20_000, 0.3 * 0.1f32.powi(j))).collect();
                (self.image_dropout, self.dropout, self.fine_tune_dropout) = (0.0, 0.2, 0.0);
                self.initialisation = Initialisation::Normal(0.01);
            }
        }
        self
    }

    /// Learning rates of each layer's own phase; empty: no pretraining by layers.
    #[must_use]
    pub fn layer_schedule(mut self, schedule: &[Segment]) -> Self {
        self.layer_schedule = schedule.to_vec();
        self
    }

    /// Learning rates of the phase that trains all layers together.
    #[must_use]
    pub fn fine_tune_schedule(mut self, schedule: &[Segment]) -> Self {
        self.fine_tune_schedule = schedule.to_vec();
        self
    }

    /// Learning rates of the phase that draws nearest neighbours together; empty: no such phase.
    #[must_use]
    pub fn neighbour_schedule(mut self, schedule: &[Segment]) -> Self {
        self.neighbour_schedule = schedule.to_vec();
        self
    }

    /// Graphs that the encoder learns from one after the other, each of the embedding that the one before left, 1 to 100. Where it is not called, 2 with an
    /// [`augmentation`](Self::augmentation), else 1: the first graph is of an embedding that knows nothing of the changes, the second of one that does. A
    /// second takes as long as the first; without changes it gave MNIST nothing and Fashion-MNIST worse clusters.
    #[must_use]
    pub fn n_graphs(mut self, n: usize) -> Self {
        self.n_graphs = Some(n);
        self
    }

    /// Neighbours of each image in the graph, at least 1; 15 as UMAP's default. Images that have fewer others have fewer.
    #[must_use]
    pub fn n_neighbours(mut self, n: usize) -> Self {
        self.n_neighbours = n;
        self
    }

    /// Images in a graph, at least 2; of more, so many are drawn at random, and the phase trains on these. 100 000, ours: the time to find neighbours
    /// grows with the square, and the layers know the other images from the phases before.
    #[must_use]
    pub fn graph_images(mut self, n: usize) -> Self {
        self.graph_images = n;
        self
    }

    /// Weight of the reconstruction while neighbours are drawn together, finite and at least 0, so that the decoder follows; 1, by measurement: it costs a quarter of the
    /// time and no accuracy.
    #[must_use]
    pub fn neighbour_reconstruction_weight(mut self, weight: f64) -> Self {
        self.neighbour_reconstruction_weight = weight;
        self
    }

    /// What the mean over all other pairs of a batch counts beside the mean over pairs of neighbours, finite and at least 0; 5, as UMAP draws five
    /// others for each pair.
    #[must_use]
    pub fn repulsion(mut self, repulsion: f64) -> Self {
        self.repulsion = repulsion;
        self
    }

    /// Fraction of the pixels set to 0 in the phase of the first layer, in 0..1; 0.2 in the profile `MuonHunters`, none in `Xie2016`.
    #[must_use]
    pub fn image_dropout(mut self, rate: f64) -> Self {
        self.image_dropout = rate;
        self
    }

    /// Fraction of the units set to 0 in the phase of a layer, in 0..1: on its input, but for the first layer, and on its code, but for the last. 0.2
    /// in the papers.
    #[must_use]
    pub fn dropout(mut self, rate: f64) -> Self {
        self.dropout = rate;
        self
    }

    /// Fraction of the embedding set to 0 in the phase of the last layer, in 0..1; 0.2 in the profile `MuonHunters`, whose program spares no code, and
    /// none in `Xie2016`.
    #[must_use]
    pub fn embedding_dropout(mut self, rate: f64) -> Self {
        self.embedding_dropout = rate;
        self
    }

    /// Fraction of the pixels set to 0 while all layers train together, in 0..1; 0.2 in the profile `Quick`, none in the papers.
    #[must_use]
    pub fn fine_tune_dropout(mut self, rate: f64) -> Self {
        self.fine_tune_dropout = rate;
        self
    }

    /// How the squared error is averaged over pixels.
    #[must_use]
    pub fn reconstruction_loss(mut self, loss: ReconstructionLoss) -> Self {
        self.reconstruction_loss = loss;
        self
    }

    /// How the weights start.
    #[must_use]
    pub fn initialisation(mut self, initialisation: Initialisation) -> Self {
        self.initialisation = initialisation;
        self
    }

    /// How images are scaled; kept in the model, so every later stage scales the same way.
    #[must_use]
    pub fn input_scale(mut self, scale: InputScale) -> Self {
        self.input_scale = scale;
        self
    }

    /// Trains on `images` (images × pixels, finite).
    ///
    /// # Errors
    ///
    /// When a parameter is outside its domain, there are fewer than two images, a pixel or an embedding is not finite, the loss diverges, a layer dies, or
    /// the backend fails.
    pub fn fit(&self, images: ArrayView2<'_, f32>) -> Result<Autoencoder> {
        self.training(images)?.complete()
    }

    /// The same, epoch by epoch.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit), but for what only training shows: a diverging loss, a dead layer.
    pub fn training<'a>(&self, images: ArrayView2<'a, f32>) -> Result<Training<'a, Autoencoder>> {
        self.check()?;
        check::images(images, 2, "an autoencoder")?;
        let network = self.network(images.ncols());
        let feed =
            Feed::new(images, self.input_scale.fit(images)).augmented(self.options.augmentation.as_ref())?;
        let phases = self.phases(images.nrows());
        Training::new(phases, feed, network, 1.0, Autoencoder)
    }

    fn check(&self) -> Result<()> {
        check::dims(&self.dims)?;
        self.options.check()?;
        check::schedule("layer_schedule", &self.layer_schedule)?;
        check::schedule("fine_tune_schedule", &self.fine_tune_schedule)?;
        check::schedule("neighbour_schedule", &self.neighbour_schedule)?;
        check::parameter(self.n_neighbours > 0, "n_neighbours", self.n_neighbours, "at least 1")?;
        let n_graphs = self.graphs();
        check::parameter((1..=100).contains(&n_graphs), "n_graphs", n_graphs, "1 to 100")?;
        check::parameter(self.graph_images > 1, "graph_images", self.graph_images, "at least 2")?;
        check::weight("repulsion", self.repulsion)?;
        check::weight("neighbour_reconstruction_weight", self.neighbour_reconstruction_weight)?;
        check::dropout("image_dropout", self.image_dropout)?;
        check::dropout("dropout", self.dropout)?;
        check::dropout("embedding_dropout", self.embedding_dropout)?;
        check::dropout("fine_tune_dropout", self.fine_tune_dropout)?;
        if let Initialisation::Normal(sd) = self.initialisation {
            check::parameter(
                sd >= 0.0 && sd.is_finite(),
                "initialisation",
                sd,
                "a finite deviation of at least 0",
            )?;
        }
        check::input_scale(self.input_scale)
    }

    fn graphs(&self) -> usize {
        self.n_graphs.unwrap_or(if self.options.augmentation.is_some() { 2 } else { 1 })
    }

    fn network(&self, n_pixels: usize) -> Network {
        let widths: Vec<usize> = std::iter::once(n_pixels).chain(self.dims.iter().copied()).collect();
        let last = self.dims.len() - 1;
        let activation = |is_linear| if is_linear { Activation::Linear } else { Activation::Relu };
        let dense = |from, to, is_linear, index| {
            let mut rng = stream(self.options.seed, Purpose::Weights, index);
            Dense::new(from, to, activation(is_linear), self.initialisation, &mut rng)
        };
        let encoder = (widths.windows(2).enumerate())
            .map(|(i, pair)| dense(pair[0], pair[1], i == last, i as u64))
            .collect();
        let decoder = (widths.windows(2).enumerate().rev())
            .map(|(i, pair)| dense(pair[1], pair[0], i == 0, (widths.len() + i) as u64))
            .collect();
        Network { encoder, decoder, ..Network::default() }
    }

    fn phases(&self, n_images: usize) -> Vec<(Plan, Part)> {
        let objective = Objective {
            reconstruction_weight: 1.0,
            reconstruction_loss: self.reconstruction_loss,
            ..Objective::NOTHING
        };
        let plan_for = |n_images, stage, schedule: &[Segment]| {
            let plan = Plan::new(stage, &self.options);
            Plan { objective, ..plan.schedule(schedule, n_images, self.options.max_epochs) }
        };
        let plan = |stage, schedule| plan_for(n_images, stage, schedule);
        let last = self.dims.len() - 1;
        let layers = (0..self.dims.len()).filter(|_| !self.layer_schedule.is_empty()).map(|i| {
            let plan = plan(Stage::Layer(i), &self.layer_schedule);
            let input_dropout = if i == 0 { self.image_dropout } else { self.dropout };
            let code_dropout = if i == last { self.embedding_dropout } else { self.dropout };
            (Plan { input_dropout, code_dropout, ..plan }, Part::Layer(i))
        });
        let fine_tune = plan(Stage::FineTune, &self.fine_tune_schedule);
        let fine_tune = Plan { input_dropout: self.fine_tune_dropout, ..fine_tune };
        let n_in_graph = n_images.min(self.graph_images);
        let n_graphs = if self.neighbour_schedule.is_empty() { 0 } else { self.graphs() };
        let neighbours = (0..n_graphs).map(|i| {
            let plan = plan_for(n_in_graph, Stage::Neighbours(i), &self.neighbour_schedule);
            let objective = Objective {
                neighbour_weight: 1.0,
                repulsion: self.repulsion,
                reconstruction_weight: self.neighbour_reconstruction_weight,
                ..plan.objective
            };
            let (n_neighbours, graph_images) = (Some(self.n_neighbours), self.graph_images);
            (Plan { n_neighbours, graph_images, objective, ..plan }, Part::All)
        });
        layers.chain(std::iter::once((fine_tune, Part::All))).chain(neighbours).collect()
    }
}

fitted_model!(Autoencoder, "autoencoder", |network| !network.decoder.is_empty());
training_options!(AutoencoderParams);
