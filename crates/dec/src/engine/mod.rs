//! Two ways to run a training step on one description of the network: fused on the CPU, or as a candle graph.

mod backend;
mod embed;
mod fused;
mod graph;
mod heads;
mod layer;
mod lines;
mod neighbours;
mod packing;
mod parameter;
mod product;
#[cfg(test)]
mod tests;
mod transpose;

pub use backend::Backend;
pub(crate) use embed::embed;
pub(crate) use heads::{logits, softmax};
pub(crate) use product::multiply;

use crate::error::Result;
use crate::network::Network;
use crate::objective::{Losses, Objective};
use crate::optimiser::Optimiser;
use fused::Fused;
use graph::Graph;
use ndarray::{Array2, ArrayView1, ArrayView2};

/// The images of one step, and what they are to become.
#[derive(Clone, Debug)]
pub(crate) struct Batch<'a> {
    /// What the encoder sees, possibly with noise.
    pub(crate) input: ArrayView2<'a, f32>,
    /// What the decoder is to give back.
    pub(crate) clean: ArrayView2<'a, f32>,
    /// Factors on the code between encoder and decoder: 0 where a unit is dropped.
    pub(crate) code_mask: Option<ArrayView2<'a, f32>>,
    /// Rows of P.
    pub(crate) target: Option<ArrayView2<'a, f32>>,
    /// Probabilities of the classes; a row of zeros where nothing is known.
    pub(crate) classes: Option<ArrayView2<'a, f32>>,
    /// Is image i of the first half a neighbour of image i of the second?
    pub(crate) paired: bool,
}

impl Batch<'_> {
    /// Images of which something is known: the cross entropy is their mean.
    pub(crate) fn n_labelled(&self) -> usize {
        let is_known = |classes: &ArrayView1<'_, f32>| classes.sum() > 0.0;
        self.classes.as_ref().map_or(0, |classes| classes.rows().into_iter().filter(is_known).count())
    }
}

/// A network together with the state of its optimiser.
///
/// The matrices in `moments` come in the order of [`Network::parameters`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct State {
    pub(crate) network: Network,
    /// Running means of the gradients: the velocities of SGD; of Adam, those of the gradients of all parameters, then those of their squares.
    pub(crate) moments: Vec<Array2<f32>>,
    /// Steps taken.
    pub(crate) n_steps: u64,
}

impl State {
    pub(crate) fn new(network: Network, optimiser: Optimiser) -> Self {
        let zeros = || network.parameters().into_iter().map(|(_, matrix)| Array2::zeros(matrix.dim()));
        let moments = (0..optimiser.n_moments()).flat_map(|_| zeros()).collect();
        Self { network, moments, n_steps: 0 }
    }
}

/// One training step, a look at the losses, an embedding: all that a training loop asks for.
pub(crate) trait Engine: Send {
    /// Changes the network to lower `objective` on `batch`; the losses are those before the change.
    fn step(&mut self, batch: &Batch<'_>, objective: &Objective, rate: f32) -> Result<Losses>;
    /// The losses on `batch`.
    fn evaluate(&mut self, batch: &Batch<'_>, objective: &Objective) -> Result<Losses>;
    /// The embedding of scaled images.
    fn embed(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f32>>;
    /// Clusters × embedding, where there are clusters.
    fn centres(&self) -> Result<Option<Array2<f32>>>;
    /// The network as it is now.
    fn network(&self) -> Result<Network>;
    /// Network and optimiser as they are now.
    fn state(&self) -> Result<State>;
}

/// The engine of `backend`, starting at `state`.
pub(crate) fn start(backend: Backend, state: State, optimiser: Optimiser) -> Result<Box<dyn Engine>> {
    Ok(match backend {
        Backend::Fused => Box::new(Fused::new(state, optimiser)),
        Backend::Candle | Backend::Cuda(_) | Backend::Metal(_) => {
            Box::new(Graph::new(backend, &state, optimiser)?)
        }
    })
}
