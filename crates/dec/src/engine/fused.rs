//! The training step of the CPU: hand-written backward passes over preallocated buffers, each weight updated as its gradient appears.

use super::embed::embed_by;
use super::heads::{self, Pull};
use super::layer::{self, Layer};
use super::lines::zero_rows;
use super::parameter::{Moments, Rows};
use super::{Batch, Engine, State};
use crate::error::Result;
use crate::network::{Activation, Dense, Network};
use crate::objective::{Losses, Objective};
use crate::optimiser::{Optimiser, Update};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, azip, s};
use rayon::prelude::*;

#[derive(Debug)]
pub(super) struct Fused {
    optimiser: Optimiser,
    n_steps: u64,
    encoder: Vec<Layer>,
    decoder: Vec<Layer>,
    /// The network without its layers: centres and class head.
    rest: Network,
    rest_moments: Vec<Moments>,
    encoder_passes: Vec<Pass>,
    decoder_passes: Vec<Pass>,
    /// The embedding after its mask, and the gradient that the decoder sends back to it.
    code: Pass,
    /// What [`Layer::learn`] needs in between.
    buffer: Vec<f32>,
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
        let State { network, moments: mut firsts, n_steps } = state;
        let mut seconds = firsts.split_off(firsts.len() / optimiser.n_moments()).into_iter();
        let mut moments = firsts.into_iter().map(|first| Moments { first, second: seconds.next() });
        let Network { encoder, decoder, centres, head } = network;
        let mut layers = |layers: Vec<Dense>| -> Vec<Layer> {
            let two = "every parameter has moments";
            let layers = layers.into_iter();
            layers.map(|layer| Layer::new(layer, [(); 2].map(|()| moments.next().expect(two)))).collect()
        };
        let (encoder, decoder) = (layers(encoder), layers(decoder));
        Self {
            optimiser,
            n_steps,
            rest: Network { centres, head, ..Network::default() },
            rest_moments: moments.collect(),
            encoder_passes: vec![Pass::default(); encoder.len()],
            decoder_passes: vec![Pass::default(); decoder.len()],
            encoder,
            decoder,
            code: Pass::default(),
            buffer: Vec::new(),
        }
    }

    /// Makes room for batches of `n` images.
    fn reserve(&mut self, n: usize) {
        if self.code.output.nrows() < n {
            let pass = |layer: &Layer| Pass {
                output: zero_rows(n, layer.n_outputs()),
                delta: zero_rows(n, layer.n_outputs()),
            };
            self.encoder_passes = self.encoder.iter().map(pass).collect();
            self.decoder_passes = self.decoder.iter().map(pass).collect();
            self.code = self.encoder_passes.last().cloned().unwrap_or_default();
        }
    }

    /// Sends the batch forward, and fills the deltas of the two ends, embedding and reconstruction.
    fn forward(&mut self, batch: &Batch<'_>, objective: &Objective) -> Outcome {
        let n = batch.input.nrows();
        self.reserve(n);
        forward(&self.encoder, &mut self.encoder_passes, batch.input);
        let z = self.encoder_passes.last().expect("an encoder has layers").output(n);

        let mut losses = Losses::default();
        let reconstructs = objective.reconstruction_weight != 0.0 && !self.decoder.is_empty();
        if reconstructs {
            let mut code = self.code.output.slice_mut(s![..n, ..]);
            code.assign(&z);
            if let Some(mask) = &batch.code_mask {
                code *= mask;
            }
            forward(&self.decoder, &mut self.decoder_passes, self.code.output(n));
            let last = self.decoder_passes.last_mut().expect("not empty");
            let factor = objective.reconstruction_loss.factor(n, batch.clean.ncols());
            let slope = (2.0 * objective.reconstruction_weight * factor) as f32;
            let output = last.output.slice(s![..n, ..]);
            let mut delta = last.delta.slice_mut(s![..n, ..]);
            losses.reconstruction = factor * square_error(batch.clean, output, &mut delta, slope);
            if self.decoder.last().is_some_and(|layer| layer.activation == Activation::Relu) {
                layer::gate(&mut delta, output);
            }
        }
        let pull = heads::wanted(batch, objective).then(|| heads::pull(&self.rest, z, batch, objective));
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
        self.n_steps += 1;
        let update = self.optimiser.update(rate, self.n_steps);

        let top = self.encoder_passes.last_mut().expect("an encoder has layers");
        let mut delta = top.delta.slice_mut(s![..n, ..]);
        delta.fill(0.0);
        if outcome.reconstructs {
            let (code, d_code) =
                (self.code.output.slice(s![..n, ..]), self.code.delta.slice_mut(s![..n, ..]));
            let buffer = &mut self.buffer;
            backward(&mut self.decoder, &mut self.decoder_passes, code, Some(d_code), update, buffer);
            delta += &self.code.delta(n);
            if let Some(mask) = &batch.code_mask {
                delta *= mask;
            }
        }
        if let Some(pull) = outcome.pull {
            delta.zip_mut_with(&pull.embedding, |delta, &d| *delta += d as f32);
            let head = self.rest.head.as_mut().map(|head| &mut head.dense);
            let (weight, bias) = head.map(|head| (&mut head.weight, &mut head.bias)).unzip();
            let gradients = [
                (self.rest.centres.as_mut(), pull.centres),
                (weight, pull.head_weight),
                (bias, pull.head_bias),
            ];
            let matrices = gradients.into_iter().filter_map(|(matrix, gradient)| Some((matrix?, gradient)));
            for ((matrix, gradient), moments) in matrices.zip(&mut self.rest_moments) {
                // A head that takes no part has no gradient.
                descend(Rows::all(matrix, moments), &gradient, update);
            }
        }
        if self.encoder.last().is_some_and(|layer| layer.activation == Activation::Relu) {
            layer::gate(&mut delta, top.output.slice(s![..n, ..]));
        }
        let buffer = &mut self.buffer;
        backward(&mut self.encoder, &mut self.encoder_passes, batch.input, None, update, buffer);
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
        Ok(embed_by(&self.encoder, images))
    }

    fn centres(&self) -> Result<Option<Array2<f32>>> {
        Ok(self.rest.centres.clone())
    }

    fn network(&self) -> Result<Network> {
        let dense = |layers: &[Layer]| layers.iter().map(Layer::dense).collect();
        Ok(Network { encoder: dense(&self.encoder), decoder: dense(&self.decoder), ..self.rest.clone() })
    }

    fn state(&self) -> Result<State> {
        let layers = self.encoder.iter().chain(&self.decoder);
        let moments = layers.flat_map(Layer::moments).chain(self.rest_moments.iter().cloned());
        let (mut moments, seconds): (Vec<_>, Vec<_>) =
            moments.map(|Moments { first, second }| (first, second)).unzip();
        moments.extend(seconds.into_iter().flatten());
        Ok(State { network: self.network()?, moments, n_steps: self.n_steps })
    }
}

/// What a forward pass leaves for the backward one.
#[derive(Debug)]
struct Outcome {
    losses: Losses,
    reconstructs: bool,
    pull: Option<Pull>,
}

/// Moves a small matrix along a gradient that is already known.
fn descend(mut rows: Rows<'_>, gradient: &Array2<f64>, update: Update) {
    for (i, row) in gradient.rows().into_iter().enumerate() {
        let row: Vec<f32> = row.iter().map(|&g| g as f32).collect();
        rows.step(i, 0, &row, update);
    }
}

fn forward(layers: &[Layer], passes: &mut [Pass], input: ArrayView2<'_, f32>) {
    let n = input.nrows();
    for (i, layer) in layers.iter().enumerate() {
        let (below, rest) = passes.split_at_mut(i);
        let input = below.last().map_or_else(|| input.view(), |pass| pass.output(n));
        layer.forward(input, rest[0].output.slice_mut(s![..n, ..]));
    }
}

/// From the delta of the last layer down to the first, whose input's gradient goes to `d_input` where that is wanted.
fn backward(
    layers: &mut [Layer],
    passes: &mut [Pass],
    input: ArrayView2<'_, f32>,
    mut d_input: Option<ArrayViewMut2<'_, f32>>,
    update: Update,
    buffer: &mut Vec<f32>,
) {
    let n = input.nrows();
    for i in (0..layers.len()).rev() {
        let (below, rest) = passes.split_at_mut(i);
        let mut below = below.last_mut();
        let delta = rest[0].delta(n);
        if let Some(Pass { output, delta: to }) = &mut below {
            let gate = (layers[i - 1].activation == Activation::Relu).then(|| output.slice(s![..n, ..]));
            layers[i].backward(delta, gate, to.slice_mut(s![..n, ..]));
        } else if let Some(d_input) = d_input.take() {
            layers[i].backward(delta, None, d_input);
        }
        let input = below.as_ref().map_or_else(|| input.view(), |pass| pass.output(n));
        layers[i].learn(input, delta, update, buffer);
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
            azip!((delta in &mut delta, &output in &output, &clean in &clean) *delta = output - clean);
            let sum = square_norm(delta.as_slice().expect("a row of a standard array is a slice"));
            delta.mapv_inplace(|difference| slope * difference);
            f64::from(sum)
        })
        .collect();
    sums.iter().sum()
}

/// Σ x², summed in as many chains as a vector may hold numbers.
fn square_norm(row: &[f32]) -> f32 {
    let (chunks, rest) = row.as_chunks::<16>();
    let mut sums = [0.0; 16];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, x)| *sum += x * x);
    }
    sums.iter().sum::<f32>() + rest.iter().map(|x| x * x).sum::<f32>()
}
