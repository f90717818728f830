//! The training step of the CPU: hand-written backward passes over preallocated buffers, each weight updated as its gradient appears.

use super::dense::{self, Buffers};
use super::heads::{self, Pull};
use super::{Batch, Engine, State};
use crate::error::Result;
use crate::network::{Activation, Dense, Network};
use crate::objective::{Losses, Objective};
use crate::optimiser::{Optimiser, Update};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use rayon::prelude::*;

#[derive(Debug)]
pub(super) struct Fused {
    state: State,
    optimiser: Optimiser,
    encoder: Vec<Pass>,
    decoder: Vec<Pass>,
    /// The embedding after its mask, and the gradient that the decoder sends back to it.
    code: Pass,
}

/// What a layer gave, and the loss's gradient with respect to it before the activation. Both hold as many rows as the largest batch.
#[derive(Clone, Debug, Default)]
struct Pass {
    output: Array2<f32>,
    delta: Array2<f32>,
}

impl Pass {
    fn output(&self, n: usize) -> ArrayView2<'_, f32> {
        self.output.slice(s![..n, ..])
    }

    fn delta(&self, n: usize) -> ArrayView2<'_, f32> {
        self.delta.slice(s![..n, ..])
    }
}

impl Fused {
    pub(super) fn new(state: State, optimiser: Optimiser) -> Self {
        let encoder = vec![Pass::default(); state.network.encoder.len()];
        let decoder = vec![Pass::default(); state.network.decoder.len()];
        Self { state, optimiser, encoder, decoder, code: Pass::default() }
    }

    /// Makes room for batches of `n` images.
    fn reserve(&mut self, n: usize) {
        if self.code.output.nrows() < n {
            let pass = |layer: &Dense| Pass {
                output: Array2::zeros((n, layer.n_outputs())),
                delta: Array2::zeros((n, layer.n_outputs())),
            };
            self.encoder = self.state.network.encoder.iter().map(pass).collect();
            self.decoder = self.state.network.decoder.iter().map(pass).collect();
            self.code = self.encoder.last().cloned().unwrap_or_default();
        }
    }

    /// Sends the batch forward, and fills the deltas of the two ends, embedding and reconstruction.
    fn forward(&mut self, batch: &Batch<'_>, objective: &Objective) -> Outcome {
        let n = batch.input.nrows();
        self.reserve(n);
        let network = &self.state.network;
        forward(&network.encoder, &mut self.encoder, batch.input);
        let z = self.encoder.last().expect("an encoder has layers").output(n);

        let mut losses = Losses::default();
        let reconstructs = objective.reconstruction_weight != 0.0 && !network.decoder.is_empty();
        if reconstructs {
            let mut code = self.code.output.slice_mut(s![..n, ..]);
            code.assign(&z);
            if let Some(mask) = &batch.code_mask {
                code *= mask;
            }
            forward(&network.decoder, &mut self.decoder, self.code.output(n));
            let last = self.decoder.last_mut().expect("not empty");
            let factor = objective.reconstruction_loss.factor(n, batch.clean.ncols());
            let slope = (2.0 * objective.reconstruction_weight * factor) as f32;
            let output = last.output.slice(s![..n, ..]);
            let mut delta = last.delta.slice_mut(s![..n, ..]);
            losses.reconstruction = factor * square_error(batch.clean, output, &mut delta, slope);
            if network.decoder.last().is_some_and(|layer| layer.activation == Activation::Relu) {
                dense::gate(&mut delta, output);
            }
        }
        let pull = heads::wanted(batch, objective).then(|| heads::pull(network, z, batch, objective));
        if let Some(pull) = &pull {
            losses.class = pull.losses.class;
            losses.cluster = pull.losses.cluster;
            losses.neighbour = pull.losses.neighbour;
        }
        Outcome { losses, reconstructs, pull }
    }

    /// Sends the deltas back, and moves every weight on the way.
    fn backward(&mut self, batch: &Batch<'_>, outcome: Outcome, rate: f32) {
        let n = batch.input.nrows();
        self.state.n_steps += 1;
        let mut learner = Learner {
            keep: self.optimiser.keep(),
            update: self.optimiser.update(rate, self.state.n_steps),
            gradients: &mut self.state.gradients,
            moments: &mut self.state.moments,
        };
        let network = &mut self.state.network;
        let n_encoder = 2 * network.encoder.len();
        let mut after = n_encoder + 2 * network.decoder.len();

        let top = self.encoder.last_mut().expect("an encoder has layers");
        let mut delta = top.delta.slice_mut(s![..n, ..]);
        delta.fill(0.0);
        if outcome.reconstructs {
            let (code, d_code) =
                (self.code.output.slice(s![..n, ..]), self.code.delta.slice_mut(s![..n, ..]));
            backward(&mut network.decoder, &mut self.decoder, code, Some(d_code), &mut learner, n_encoder);
            delta += &self.code.delta(n);
            if let Some(mask) = &batch.code_mask {
                delta *= mask;
            }
        }
        if let Some(pull) = outcome.pull {
            delta.zip_mut_with(&pull.embedding, |delta, &d| *delta += d as f32);
            if let Some(centres) = &mut network.centres {
                learner.move_matrix(after, centres, &pull.centres);
                after += 1;
            }
            if let Some(head) = &mut network.head
                && !pull.head_weight.is_empty()
            {
                learner.move_matrix(after, &mut head.dense.weight, &pull.head_weight);
                learner.move_matrix(after + 1, &mut head.dense.bias, &pull.head_bias);
            }
        }
        if network.encoder.last().is_some_and(|layer| layer.activation == Activation::Relu) {
            dense::gate(&mut delta, top.output.slice(s![..n, ..]));
        }
        backward(&mut network.encoder, &mut self.encoder, batch.input, None, &mut learner, 0);
    }
}

impl Engine for Fused {
    fn step(&mut self, batch: &Batch<'_>, objective: &Objective, rate: f32) -> Result<Losses> {
        let outcome = self.forward(batch, objective);
        let losses = outcome.losses;
        self.backward(batch, outcome, rate);
        Ok(losses)
    }

    fn evaluate(&mut self, batch: &Batch<'_>, objective: &Objective) -> Result<Losses> {
        Ok(self.forward(batch, objective).losses)
    }

    fn embed(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        Ok(dense::embed(&self.state.network.encoder, images))
    }

    fn network(&self) -> Result<Network> {
        Ok(self.state.network.clone())
    }

    fn state(&self) -> Result<State> {
        Ok(self.state.clone())
    }
}

/// What a forward pass leaves for the backward one.
#[derive(Debug)]
struct Outcome {
    losses: Losses,
    reconstructs: bool,
    pull: Option<Pull>,
}

/// The optimiser at one step, with its buffers in the order of the parameters.
#[derive(Debug)]
struct Learner<'a> {
    keep: f32,
    update: Update,
    gradients: &'a mut [Array2<f32>],
    moments: &'a mut [Array2<f32>],
}

impl Learner<'_> {
    /// Buffers of `N` parameters from number `first` on.
    fn buffers<const N: usize>(&mut self, first: usize) -> [Buffers<'_>; N] {
        let n_parameters = self.gradients.len();
        let mut moments: Vec<_> =
            self.moments.chunks_mut(n_parameters).map(|moment| moment[first..first + N].iter_mut()).collect();
        let mut gradients = self.gradients[first..first + N].iter_mut();
        std::array::from_fn(|_| Buffers {
            gradient: gradients.next().expect("N of them"),
            moments: moments.iter_mut().filter_map(Iterator::next).collect(),
        })
    }

    /// Moves a small matrix whose gradient is already known.
    fn move_matrix(&mut self, index: usize, matrix: &mut Array2<f32>, gradient: &Array2<f64>) {
        let (keep, update) = (self.keep, self.update);
        let [buffers] = self.buffers(index);
        buffers.gradient.zip_mut_with(gradient, |kept, &new| *kept = keep * *kept + new as f32);
        let moments = buffers.moments.into_iter().map(Array2::view_mut).collect();
        dense::apply(update, matrix.view_mut(), buffers.gradient.view(), moments);
    }
}

fn forward(layers: &[Dense], passes: &mut [Pass], input: ArrayView2<'_, f32>) {
    let n = input.nrows();
    for (i, layer) in layers.iter().enumerate() {
        let (below, rest) = passes.split_at_mut(i);
        let input = below.last().map_or_else(|| input.view(), |pass| pass.output(n));
        dense::forward(layer, input, rest[0].output.slice_mut(s![..n, ..]));
    }
}

/// From the delta of the last layer down to the first, whose input's gradient goes to `d_input` where that is wanted.
fn backward(
    layers: &mut [Dense],
    passes: &mut [Pass],
    input: ArrayView2<'_, f32>,
    mut d_input: Option<ArrayViewMut2<'_, f32>>,
    learner: &mut Learner<'_>,
    first_parameter: usize,
) {
    let n = input.nrows();
    for i in (0..layers.len()).rev() {
        let (below, rest) = passes.split_at_mut(i);
        let mut below = below.last_mut();
        let delta = rest[0].delta(n);
        if let Some(Pass { output, delta: to }) = &mut below {
            let gate = (layers[i - 1].activation == Activation::Relu).then(|| output.slice(s![..n, ..]));
            dense::backward(&layers[i], delta, gate, to.slice_mut(s![..n, ..]));
        } else if let Some(d_input) = d_input.take() {
            dense::backward(&layers[i], delta, None, d_input);
        }
        let input = below.as_ref().map_or_else(|| input.view(), |pass| pass.output(n));
        let (keep, update) = (learner.keep, learner.update);
        dense::learn(&mut layers[i], learner.buffers(first_parameter + 2 * i), input, delta, keep, update);
    }
}

/// Σ (output − clean)², and `delta ← slope · (output − clean)`.
fn square_error(
    clean: ArrayView2<'_, f32>,
    output: ArrayView2<'_, f32>,
    delta: &mut ArrayViewMut2<'_, f32>,
    slope: f32,
) -> f64 {
    let sums: Vec<f64> = (delta.outer_iter_mut().into_par_iter())
        .zip(output.outer_iter())
        .zip(clean.outer_iter())
        .map(|((mut delta, output), clean)| {
            let mut sum = 0.0;
            for ((delta, &output), &clean) in delta.iter_mut().zip(output).zip(clean) {
                let difference = output - clean;
                *delta = slope * difference;
                sum += difference * difference;
            }
            f64::from(sum)
        })
        .collect();
    sums.iter().sum()
}
