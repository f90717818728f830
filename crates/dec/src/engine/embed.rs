//! Images sent through layers, for who trains nothing: some rows at a time through all of them.

use super::layer::{Activate, Layer};
use super::packing::rows;
use super::product::product;
use crate::network::Dense;
use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

/// Rows that go through all layers at once: their activations stay in the cache of one core.
const ROWS: usize = 256;

/// Sends `images` (scaled) through `layers`; rows × outputs of the last layer.
pub(crate) fn embed(layers: &[Dense], images: ArrayView2<'_, f32>) -> Array2<f32> {
    let n_outputs = layers.last().map_or(images.ncols(), Dense::n_outputs);
    through(images, n_outputs, layers, |layer, input| {
        let mut output = Array2::zeros((input.nrows(), layer.n_outputs()));
        let bias = layer.bias.as_slice().expect("a standard array is a slice");
        let activate = Activate { bias, activation: layer.activation, to: output.view_mut() };
        product(&rows(input), &[layer.weight.view()], activate);
        output
    })
}

/// The same through layers that are being trained.
pub(super) fn embed_by(layers: &[Layer], images: ArrayView2<'_, f32>) -> Array2<f32> {
    let n_outputs = layers.last().map_or(images.ncols(), Layer::n_outputs);
    through(images, n_outputs, layers, |layer, input| {
        let mut output = Array2::zeros((input.nrows(), layer.n_outputs()));
        layer.forward(input, output.view_mut());
        output
    })
}

/// Some rows at a time through all layers, side by side.
fn through<L: Sync>(
    images: ArrayView2<'_, f32>,
    n_outputs: usize,
    layers: &[L],
    send: impl Fn(&L, ArrayView2<'_, f32>) -> Array2<f32> + Sync,
) -> Array2<f32> {
    let mut embedding = Array2::zeros((images.nrows(), n_outputs));
    (embedding.axis_chunks_iter_mut(Axis(0), ROWS).into_par_iter())
        .zip(images.axis_chunks_iter(Axis(0), ROWS))
        .for_each(|(mut embedding, images)| {
            let mut layers = layers.iter();
            let first = layers.next().map(|layer| send(layer, images));
            match layers.fold(first, |input, layer| input.map(|input| send(layer, input.view()))) {
                Some(output) => embedding.assign(&output),
                None => embedding.assign(&images),
            }
        });
    embedding
}
