//! From the pixels of a camera to what a model is shown: the same for simulated and real images.

use anyhow::Result;
use manyhands_sim::{Camera, Cleaning};
use ndarray::{Array2, ArrayView2};

/// Levels in deviations of an image's dark pixels. What stays decides between a ring and a shower; a model that sees the noise as well learns
/// that from which nothing stands out, too.
const CLEANING: Cleaning = Cleaning { picture: 4.0, boundary: 3.0, min_pixels: 0 };
/// The median distance from the median, times this, is the standard deviation of normal noise.
const NORMAL: f32 = 1.4826;

/// Averages every pixel with its neighbours, since a faint ring is thinner than the noise, then measures it in deviations of the image's own dark
/// pixels and cleans. Sky, pedestal and gain fall out. Images that come cleaned only lose what their dark pixels hold.
pub(crate) fn prepare(camera: &Camera, images: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
    let mut prepared = Array2::zeros(images.dim());
    for (image, mut row) in images.rows().into_iter().zip(prepared.rows_mut()) {
        for (value, (&own, around)) in row.iter_mut().zip(image.iter().zip(camera.neighbours())) {
            let near: f32 = around.iter().map(|&pixel| image[pixel]).sum();
            // A pixel counts as much as two of its neighbours.
            *value = (2.0 * own + near) / (2 + around.len()) as f32;
        }
        let dark = median(row.iter().copied());
        let deviation = NORMAL * median(row.iter().map(|value| (value - dark).abs()));
        row.mapv_inplace(|value| value - dark);
        // Dark pixels that are all alike were cleaned before.
        if deviation == 0.0 {
            continue;
        }
        row.mapv_inplace(|value| value / deviation);
        CLEANING.clean(camera, 1.0, row.as_slice_mut().expect("rows of a new array are contiguous"))?;
    }
    Ok(prepared)
}

fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}
