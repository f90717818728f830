//! Input scaling: what is multiplied into an image before the first layer sees it.

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// How images are scaled on their way into the network.
///
/// The aim of Xie et al. (2016) is a mean square near 1: `‖x‖² / n_pixels ≈ 1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum InputScale {
    /// As they are.
    None,
    /// Every image to mean square 1, so that bright and faint images weigh the same; an image of zeros stays as it is.
    /// Muon Hunters 2.0 scales its camera images so.
    UnitMeanSquarePerSample,
    /// One factor for all images, chosen so that the training images together have mean square 1.
    #[default]
    UnitMeanSquareGlobal,
    /// A fixed factor, finite and not 0. The program of Xie et al. has 0.02 for 8-bit pixels.
    Factor(f32),
}

/// An [`InputScale`] after it has seen the training images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Scaling {
    Factor(f32),
    PerSample,
}

impl InputScale {
    pub(crate) fn fit(self, images: ArrayView2<'_, f32>) -> Scaling {
        match self {
            Self::None => Scaling::Factor(1.0),
            Self::Factor(factor) => Scaling::Factor(factor),
            Self::UnitMeanSquarePerSample => Scaling::PerSample,
            Self::UnitMeanSquareGlobal => {
                // A sum per row, then over rows in order: the same bits for any number of threads.
                let squares: Vec<f64> =
                    (0..images.nrows()).into_par_iter().map(|row| square_norm(images.row(row))).collect();
                let mean = squares.iter().sum::<f64>() / images.len() as f64;
                Scaling::Factor(if mean > 0.0 { finite(1.0 / mean.sqrt()) } else { 1.0 })
            }
        }
    }
}

impl Scaling {
    /// Scaled images.
    pub(crate) fn scaled(self, images: ArrayView2<'_, f32>) -> Array2<f32> {
        let mut scaled = Array2::zeros(images.dim());
        (scaled.outer_iter_mut().into_par_iter())
            .zip(images.outer_iter())
            .for_each(|(to, image)| self.apply(image, to));
        scaled
    }

    /// Writes the scaled image to `scaled`.
    pub(crate) fn apply(self, image: ArrayView1<'_, f32>, mut scaled: ArrayViewMut1<'_, f32>) {
        let factor = match self {
            Self::Factor(factor) => factor,
            Self::PerSample => {
                let square = square_norm(image);
                if square > 0.0 { finite((image.len() as f64 / square).sqrt()) } else { 1.0 }
            }
        };
        scaled.zip_mut_with(&image, |to, &from| *to = from * factor);
    }
}

fn square_norm(image: ArrayView1<'_, f32>) -> f64 {
    image.iter().map(|&value| f64::from(value) * f64::from(value)).sum()
}

/// The factor as f32, the largest where it is larger still: images near the smallest f32 would overflow.
fn finite(factor: f64) -> f32 {
    (factor as f32).min(f32::MAX)
}
