//! The one description of what is trained: layers, centres and class head, as plain matrices.

use ndarray::Array2;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};
use serde::{Deserialize, Serialize};

/// What follows the affine map of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Activation {
    Relu,
    Linear,
}

/// How the weights start; biases start at zero.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Initialisation {
    /// Uniform on ±√(6 / (fan in + fan out)) (Glorot and Bengio 2010); Keras' default, so Muon Hunters 2.0's.
    Glorot,
    /// Normal with this standard deviation, finite and at least 0; Xie et al. (2016) use 0.01.
    Normal(f32),
}

/// A fully connected layer, `y = activation(x · weight + bias)`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dense {
    /// inputs × outputs
    pub(crate) weight: Array2<f32>,
    /// 1 × outputs
    pub(crate) bias: Array2<f32>,
    pub(crate) activation: Activation,
}

/// What the class head reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum HeadInput {
    /// The soft assignment q of the clusters, as in Wright et al. (2019).
    Assignment,
    /// The embedding z.
    Embedding,
}

/// Softmax classifier on top of the clusters or of the embedding.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    /// (clusters or embedding) × classes, linear; the softmax belongs to the loss.
    pub(crate) dense: Dense,
    pub(crate) input: HeadInput,
}

/// Everything a training step may change. A part that a stage has no use for is empty or absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Network {
    pub(crate) encoder: Vec<Dense>,
    pub(crate) decoder: Vec<Dense>,
    /// clusters × embedding
    pub(crate) centres: Option<Array2<f32>>,
    pub(crate) head: Option<Head>,
}

impl Dense {
    pub(crate) fn new(
        n_inputs: usize,
        n_outputs: usize,
        activation: Activation,
        init: Initialisation,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let weight = match init {
            Initialisation::Glorot => {
                let limit = (6.0 / (n_inputs + n_outputs) as f32).sqrt();
                Array2::from_shape_simple_fn((n_inputs, n_outputs), || rng.random_range(-limit..limit))
            }
            Initialisation::Normal(sd) => {
                let normal = Normal::new(0.0, sd).expect("the standard deviation was checked to be finite");
                Array2::from_shape_simple_fn((n_inputs, n_outputs), || normal.sample(rng))
            }
        };
        Self { weight, bias: Array2::zeros((1, n_outputs)), activation }
    }

    pub(crate) fn n_inputs(&self) -> usize {
        self.weight.nrows()
    }

    pub(crate) fn n_outputs(&self) -> usize {
        self.weight.ncols()
    }
}

impl Dense {
    fn parameters(&self, prefix: &str) -> [(String, &Array2<f32>); 2] {
        [(format!("{prefix}.weight"), &self.weight), (format!("{prefix}.bias"), &self.bias)]
    }

    fn parameters_mut(&mut self) -> [&mut Array2<f32>; 2] {
        [&mut self.weight, &mut self.bias]
    }
}

impl Network {
    /// Every matrix in a fixed order, with the name it has in a file.
    pub(crate) fn parameters(&self) -> Vec<(String, &Array2<f32>)> {
        let encoder = (self.encoder.iter().enumerate())
            .flat_map(|(i, layer)| layer.parameters(&format!("encoder.{i}")));
        let decoder = (self.decoder.iter().enumerate())
            .flat_map(|(i, layer)| layer.parameters(&format!("decoder.{i}")));
        let centres = self.centres.iter().map(|centres| ("centres".to_owned(), centres));
        let head = self.head.iter().flat_map(|head| head.dense.parameters("head"));
        encoder.chain(decoder).chain(centres).chain(head).collect()
    }

    /// The same matrices, to be changed.
    pub(crate) fn parameters_mut(&mut self) -> Vec<&mut Array2<f32>> {
        let layers = self.encoder.iter_mut().chain(&mut self.decoder);
        let head = self.head.iter_mut().flat_map(|head| head.dense.parameters_mut());
        layers.flat_map(Dense::parameters_mut).chain(&mut self.centres).chain(head).collect()
    }

    /// Do both have the same layers, centres and head, each of the same size?
    pub(crate) fn is_shaped_like(&self, other: &Self) -> bool {
        let layers = |of: &Self| -> Vec<_> {
            (of.encoder.iter().chain(&of.decoder))
                .map(|layer| (layer.weight.dim(), layer.activation))
                .collect()
        };
        let centres = |of: &Self| of.centres.as_ref().map(Array2::dim);
        let head = |of: &Self| of.head.as_ref().map(|head| (head.input, head.dense.weight.dim()));
        self.encoder.len() == other.encoder.len()
            && (layers(self), centres(self), head(self)) == (layers(other), centres(other), head(other))
    }

    pub(crate) fn n_embedding(&self) -> usize {
        self.encoder.last().map_or(0, Dense::n_outputs)
    }

    /// Does every matrix take what the one before it gives? True for every network made here; a damaged file may hold another.
    pub(crate) fn is_consistent(&self) -> bool {
        let chain: Vec<&Dense> = self.encoder.iter().chain(&self.decoder).collect();
        let n_embedding = self.n_embedding();
        let n_features = match &self.head {
            Some(Head { input: HeadInput::Assignment, .. }) => self.centres.as_ref().map(Array2::nrows),
            _ => Some(n_embedding),
        };
        n_embedding > 0
            && chain.iter().all(|layer| layer.n_inputs() > 0 && layer.n_outputs() > 0)
            && chain.windows(2).all(|pair| pair[0].n_outputs() == pair[1].n_inputs())
            && chain.iter().all(|layer| layer.bias.dim() == (1, layer.n_outputs()))
            && self.decoder.last().is_none_or(|last| last.n_outputs() == self.encoder[0].n_inputs())
            && self
                .centres
                .as_ref()
                .is_none_or(|centres| centres.nrows() > 0 && centres.ncols() == n_embedding)
            && (self.head.as_ref()).is_none_or(|head| {
                Some(head.dense.n_inputs()) == n_features
                    && head.dense.n_outputs() > 0
                    && head.dense.bias.dim() == (1, head.dense.n_outputs())
            })
    }
}
