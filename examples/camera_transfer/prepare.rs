//! From the pixels of a camera to what a model is shown: the same for simulated and real images.

use manyhands_sim::Camera;
use ndarray::{Array2, ArrayView2};

/// Takes each image's mean away, whatever its sky and pedestal, and averages every pixel with its neighbours: a faint ring is a pixel wide, and
/// thinner than the noise.
pub(crate) fn prepare(camera: &Camera, images: ArrayView2<'_, f32>) -> Array2<f32> {
    let mut prepared = Array2::zeros(images.dim());
    for (image, mut row) in images.rows().into_iter().zip(prepared.rows_mut()) {
        let mean = image.sum() / image.len() as f32;
        for (value, (&own, around)) in row.iter_mut().zip(image.iter().zip(camera.neighbours())) {
            let near: f32 = around.iter().map(|&pixel| image[pixel] - mean).sum();
            // A pixel counts as much as two of its neighbours.
            *value = (2.0 * (own - mean) + near) / (2 + around.len()) as f32;
        }
    }
    prepared
}
