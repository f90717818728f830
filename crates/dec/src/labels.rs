//! Labels on their way into training: hard or soft.

use crate::argmax;
use crate::error::{Error, Result};
use crate::label_weights::LabelWeights;
use ndarray::{Array2, ArrayView2};

/// How far the probabilities of an image may be from summing to 1.
const TOLERANCE: f64 = 1e-6;

/// What is known about the class of every image.
///
/// Everything that takes labels takes `impl Into<Labels>`: a slice of `Option<usize>`, or a matrix of probabilities.
///
/// ```
/// use manyhands_dec::{Labels, Supervised};
/// use ndarray::Array2;
///
/// # fn main() -> manyhands_dec::Result<()> {
/// let images = Array2::from_shape_fn((64, 16), |(i, j)| if (i % 2 == 0) == (j < 8) { 1.0 } else { 0.0 });
/// // Volunteers are 90 % sure of most images, and have not seen the last ones.
/// let probabilities = Array2::from_shape_fn((64, 2), |(i, class)| match i {
///     60.. => 0.0,
///     _ if i % 2 == class => 0.9,
///     _ => 0.1,
/// });
/// let classifier = Supervised::params(&[8, 4], 2).seed(7).fit(images.view(), &probabilities)?;
/// assert_eq!(classifier.predict(images.view())?[63], 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Labels<'a> {
    /// One class per image; `None` where nothing is known.
    Hard(&'a [Option<usize>]),
    /// images × classes: how probable each class is, say after [SWAP](https://arxiv.org/abs/1504.06148). Rows sum to 1, to 10⁻⁶; a row of zeros is
    /// an image of which nothing is known.
    Soft(ArrayView2<'a, f64>),
}

impl<'a> From<&'a [Option<usize>]> for Labels<'a> {
    fn from(labels: &'a [Option<usize>]) -> Self {
        Self::Hard(labels)
    }
}

impl<'a> From<&'a Vec<Option<usize>>> for Labels<'a> {
    fn from(labels: &'a Vec<Option<usize>>) -> Self {
        Self::Hard(labels)
    }
}

impl<'a, const N: usize> From<&'a [Option<usize>; N]> for Labels<'a> {
    fn from(labels: &'a [Option<usize>; N]) -> Self {
        Self::Hard(labels)
    }
}

impl<'a> From<ArrayView2<'a, f64>> for Labels<'a> {
    fn from(probabilities: ArrayView2<'a, f64>) -> Self {
        Self::Soft(probabilities)
    }
}

impl<'a> From<&'a Array2<f64>> for Labels<'a> {
    fn from(probabilities: &'a Array2<f64>) -> Self {
        Self::Soft(probabilities.view())
    }
}

impl Labels<'_> {
    /// Number of images.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Hard(labels) => labels.len(),
            Self::Soft(probabilities) => probabilities.nrows(),
        }
    }

    /// The most probable class of an image, the lower of equals; `None` where nothing is known.
    pub(crate) fn class(&self, row: usize) -> Option<usize> {
        match self {
            Self::Hard(labels) => labels[row],
            Self::Soft(probabilities) => {
                let row = probabilities.row(row);
                (row.sum() > 0.0).then(|| argmax(row))
            }
        }
    }

    /// One row per image, classes and probabilities in range, each class the most probable one of at least two images: one to learn from, one
    /// to watch.
    pub(crate) fn check(&self, n_images: usize, n_classes: usize) -> Result<()> {
        if self.len() != n_images {
            return Err(Error::LabelCount { got: self.len(), wants: n_images });
        }
        if let Self::Soft(probabilities) = self {
            check_probabilities(*probabilities, n_classes)?;
        }
        // Were there more classes than that, one of these would be rare.
        let mut counts = vec![0usize; n_classes.min(n_images / 2 + 1)];
        for row in 0..n_images {
            let Some(got) = self.class(row) else { continue };
            if got >= n_classes {
                return Err(Error::Label { row, got, n_classes });
            }
            if let Some(count) = counts.get_mut(got) {
                *count += 1;
            }
        }
        let rare = counts.iter().enumerate().find(|&(_, &got)| got < 2);
        rare.map_or(Ok(()), |(class, &got)| Err(Error::RareClass { class, got }))
    }

    /// Probabilities of the classes times their weights, zeros where nothing is known: images × classes.
    pub(crate) fn table(&self, n_classes: usize, weights: &LabelWeights) -> Array2<f32> {
        let probability = |row: usize, class: usize| match self {
            Self::Hard(labels) => f64::from(u8::from(labels[row] == Some(class))),
            Self::Soft(probabilities) => probabilities[[row, class]],
        };
        let mass = |class| (0..self.len()).map(|row| probability(row, class)).sum::<f64>();
        let weights = weights.of(&(0..n_classes).map(mass).collect::<Vec<_>>());
        Array2::from_shape_fn((self.len(), n_classes), |(row, class)| {
            (weights[class] * probability(row, class)) as f32
        })
    }
}

fn check_probabilities(probabilities: ArrayView2<'_, f64>, n_classes: usize) -> Result<()> {
    if probabilities.ncols() != n_classes {
        return Err(Error::LabelWidth { got: probabilities.ncols(), n_classes });
    }
    for (row, values) in probabilities.rows().into_iter().enumerate() {
        if let Some(class) = values.iter().position(|p| !(0.0..=1.0).contains(p)) {
            return Err(Error::Probability { row, class, value: values[class] });
        }
        let sum = values.sum();
        if sum != 0.0 && (sum - 1.0).abs() > TOLERANCE {
            return Err(Error::ProbabilitySum { row, sum });
        }
    }
    Ok(())
}
