//! A fully connected layer forward, backward and updated, cut into blocks that run side by side.
//!
//! A block is a group of columns of the result (or of rows of the weight): no sum is ever cut, and the width of a block depends on the
//! shape alone, so the bits do not depend on the number of threads.

use super::product::product;
use crate::network::{Activation, Dense};
use crate::optimiser::Update;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;

/// Rows that [`embed`] sends through all layers at once: their activations stay in the cache of one core.
const EMBED_ROWS: usize = 512;

/// The gradient of one matrix and the running means that its optimiser keeps.
#[derive(Debug)]
pub(super) struct Buffers<'a> {
    pub(super) gradient: &'a mut Array2<f32>,
    pub(super) moments: Vec<&'a mut Array2<f32>>,
}

/// Width of the blocks that `n` columns are cut into: about 256, an even number of blocks, whole cache lines.
fn block_width(n: usize) -> usize {
    let n_blocks = n.div_ceil(256).next_multiple_of(2);
    n.div_ceil(n_blocks).next_multiple_of(16).max(64)
}

/// `output ← activation(input · weight + bias)`.
pub(super) fn forward(layer: &Dense, input: ArrayView2<'_, f32>, mut output: ArrayViewMut2<'_, f32>) {
    let width = block_width(layer.n_outputs());
    (output.axis_chunks_iter_mut(Axis(1), width).into_par_iter())
        .zip(layer.weight.axis_chunks_iter(Axis(1), width))
        .zip(layer.bias.axis_chunks_iter(Axis(1), width))
        .for_each(|((mut output, weight), bias)| {
            product(output.view_mut(), 0.0, input, weight);
            finish(&mut output, bias, layer.activation);
        });
}

/// Adds the bias and applies the activation.
fn finish(output: &mut ArrayViewMut2<'_, f32>, bias: ArrayView2<'_, f32>, activation: Activation) {
    let bias = bias.to_slice().expect("a row of a standard array is a slice");
    for mut row in output.rows_mut() {
        let row = row.as_slice_mut().expect("columns of a standard array lie side by side");
        match activation {
            // Not `max`, which would turn NaN into 0 and hide a network that broke down.
            Activation::Relu => row.iter_mut().zip(bias).for_each(|(y, b)| {
                let sum = *y + b;
                *y = if sum < 0.0 { 0.0 } else { sum };
            }),
            Activation::Linear => row.iter_mut().zip(bias).for_each(|(y, b)| *y += b),
        }
    }
}

/// `to ← delta · weightᵀ`: the loss's gradient with respect to the layer's input. Where `below` is given, it is the output of a ReLU, and
/// the gradient passes only where it is positive.
pub(super) fn backward(
    layer: &Dense,
    delta: ArrayView2<'_, f32>,
    below: Option<ArrayView2<'_, f32>>,
    mut to: ArrayViewMut2<'_, f32>,
) {
    let width = block_width(layer.n_inputs());
    (to.axis_chunks_iter_mut(Axis(1), width).into_par_iter())
        .zip(layer.weight.axis_chunks_iter(Axis(0), width))
        .enumerate()
        .for_each(|(i, (mut to, weight))| {
            product(to.view_mut(), 0.0, delta, weight.t());
            if let Some(below) = &below {
                let start = i * width;
                gate(&mut to, below.slice(s![.., start..(start + width).min(below.ncols())]));
            }
        });
}

/// Sets `delta` to 0 where the ReLU that gave `output` was shut.
pub(super) fn gate(delta: &mut ArrayViewMut2<'_, f32>, output: ArrayView2<'_, f32>) {
    for (mut delta, output) in delta.rows_mut().into_iter().zip(output.rows()) {
        let delta = delta.as_slice_mut().expect("columns of a standard array lie side by side");
        let output = output.to_slice().expect("as above");
        delta.iter_mut().zip(output).for_each(|(d, &y)| *d = if y > 0.0 { *d } else { 0.0 });
    }
}

/// Adds `inputᵀ · delta` to the layer's gradient and moves weight and bias along it.
pub(super) fn learn(
    layer: &mut Dense,
    [weight_buffers, bias_buffers]: [Buffers<'_>; 2],
    input: ArrayView2<'_, f32>,
    delta: ArrayView2<'_, f32>,
    keep: f32,
    update: Update,
) {
    // The longer side is cut. Blocks of rows of the weight need columns of the input, blocks of columns those of delta.
    let axis = if layer.n_inputs() >= layer.n_outputs() { Axis(0) } else { Axis(1) };
    let width = block_width(layer.weight.len_of(axis));
    let mut moments: Vec<_> =
        weight_buffers.moments.into_iter().map(|moment| moment.axis_chunks_iter_mut(axis, width)).collect();
    let blocks: Vec<_> = (layer.weight.axis_chunks_iter_mut(axis, width))
        .zip(weight_buffers.gradient.axis_chunks_iter_mut(axis, width))
        .map(|(weight, gradient)| (weight, gradient, moments.iter_mut().filter_map(Iterator::next).collect()))
        .collect();
    blocks.into_par_iter().enumerate().for_each(|(i, (weight, mut gradient, moments))| {
        let part = s![.., i * width..i * width + weight.len_of(axis)];
        match axis {
            Axis(0) => product(gradient.view_mut(), keep, input.slice(part).t(), delta),
            _ => product(gradient.view_mut(), keep, input.t(), delta.slice(part)),
        }
        apply(update, weight, gradient.view(), moments);
    });

    let sums = bias_buffers.gradient;
    sums.mapv_inplace(|sum| keep * sum);
    for row in delta.rows() {
        sums.row_mut(0).zip_mut_with(&row, |sum, &d| *sum += d);
    }
    let moments = bias_buffers.moments.into_iter().map(Array2::view_mut).collect();
    apply(update, layer.bias.view_mut(), sums.view(), moments);
}

/// One update, row by row.
pub(super) fn apply(
    update: Update,
    mut weight: ArrayViewMut2<'_, f32>,
    gradient: ArrayView2<'_, f32>,
    mut moments: Vec<ArrayViewMut2<'_, f32>>,
) {
    for (i, mut weight) in weight.rows_mut().into_iter().enumerate() {
        let mut moments: Vec<_> =
            moments.iter_mut().filter_map(|moment| moment.row_mut(i).into_slice()).collect();
        update.apply(
            weight.as_slice_mut().expect("columns of a standard array lie side by side"),
            gradient.row(i).to_slice().expect("as above"),
            &mut moments,
        );
    }
}

/// Sends `images` (scaled) through `layers`; rows × outputs of the last layer.
pub(crate) fn embed(layers: &[Dense], images: ArrayView2<'_, f32>) -> Array2<f32> {
    let n_outputs = layers.last().map_or(images.ncols(), Dense::n_outputs);
    let mut embedding = Array2::zeros((images.nrows(), n_outputs));
    // What each layer gives: taken up again for the next block of rows, written before it is read.
    let n_rows = EMBED_ROWS.min(images.nrows());
    let buffers =
        || layers.iter().map(|layer| Array2::zeros((n_rows, layer.n_outputs()))).collect::<Vec<_>>();
    (embedding.axis_chunks_iter_mut(Axis(0), EMBED_ROWS).into_par_iter())
        .zip(images.axis_chunks_iter(Axis(0), EMBED_ROWS))
        .for_each_init(buffers, |buffers, (mut embedding, images)| {
            let rows = s![..images.nrows(), ..];
            for (i, layer) in layers.iter().enumerate() {
                let (below, above) = buffers.split_at_mut(i);
                let input = below.last().map_or(images.view(), |output| output.slice(rows));
                let mut output = above[0].slice_mut(rows);
                product(output.view_mut(), 0.0, input, layer.weight.view());
                finish(&mut output, layer.bias.view(), layer.activation);
            }
            embedding.assign(&buffers.last().map_or(images.view(), |output| output.slice(rows)));
        });
    embedding
}
