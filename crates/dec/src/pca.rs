//! Principal components of an embedding, for pictures.

use crate::check;
use crate::error::{Error, Result};
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

/// The directions of largest variance, fitted once and then used on images and centres alike (Muon Hunters 2.0, Figure 2).
///
/// ```
/// use manyhands_dec::Pca;
/// use ndarray::{Array2, array};
///
/// # fn main() -> manyhands_dec::Result<()> {
/// let points = array![[0.0, 0.0, 1.0], [2.0, 0.1, 1.0], [4.0, -0.1, 1.0]];
/// let pca = Pca::fit(points.view(), 2)?;
/// assert!(pca.explained_variance_ratio()[0] > 0.99);
/// assert_eq!(pca.transform(points.view())?.dim(), (3, 2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Pca {
    mean: Array1<f64>,
    /// components × dimensions
    components: Array2<f64>,
    explained_variance_ratio: Vec<f64>,
}

impl Pca {
    /// The first `n_components` of `embedding` (points × dimensions). Each component's largest entry is positive, so the picture of a seed is
    /// not mirrored from one machine to the next.
    ///
    /// # Errors
    ///
    /// When there are fewer than two points, a value is not finite, `n_components` is 0 or above the number of dimensions, or the eigenvectors cannot be
    /// computed.
    pub fn fit(embedding: ArrayView2<'_, f32>, n_components: usize) -> Result<Self> {
        check::images(embedding, 2, "principal components")?;
        let in_range = (1..=embedding.ncols()).contains(&n_components);
        check::parameter(
            in_range,
            "n_components",
            n_components,
            "at least 1, at most the number of dimensions",
        )?;
        let mut centred = embedding.mapv(f64::from);
        let mean = centred.sum_axis(Axis(0)) / embedding.nrows() as f64;
        centred -= &mean;
        let covariance = centred.t().dot(&centred) / (embedding.nrows() - 1) as f64;
        let (values, vectors) = eigen(&covariance)?;
        let total: f64 = values.iter().map(|&value| value.max(0.0)).sum();
        let ratio = |value: f64| if total > 0.0 { value.max(0.0) / total } else { 0.0 };
        let mut components = vectors.slice(s![.., ..n_components]).t().to_owned();
        for mut component in components.rows_mut() {
            let largest =
                component.iter().copied().fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a });
            if largest < 0.0 {
                component.mapv_inplace(|value| -value);
            }
        }
        let explained_variance_ratio = values.iter().take(n_components).map(|&value| ratio(value)).collect();
        Ok(Self { mean, components, explained_variance_ratio })
    }

    /// Coordinates of points along the components: points × components.
    ///
    /// # Errors
    ///
    /// When the points have another number of dimensions or are not finite.
    pub fn transform(&self, points: ArrayView2<'_, f32>) -> Result<Array2<f64>> {
        check::width(points, self.mean.len())?;
        check::finite(points)?;
        Ok((points.mapv(f64::from) - &self.mean).dot(&self.components.t()))
    }

    /// Fraction of the variance along each component, largest first.
    #[must_use]
    pub fn explained_variance_ratio(&self) -> &[f64] {
        &self.explained_variance_ratio
    }
}

/// Eigenvalues of a symmetric matrix, largest first, and the eigenvectors as columns.
fn eigen(matrix: &Array2<f64>) -> Result<(Array1<f64>, Array2<f64>)> {
    #[cfg(feature = "lapack")]
    return lapack(matrix);
    #[cfg(not(feature = "lapack"))]
    linfa(matrix)
}

#[cfg(any(test, not(feature = "lapack")))]
fn linfa(matrix: &Array2<f64>) -> Result<(Array1<f64>, Array2<f64>)> {
    use linfa_linalg::eigh::{EigSort, EighInto};
    let decomposition = matrix.clone().eigh_into().map_err(|error| failed(&error))?;
    Ok(decomposition.sort_eig_desc())
}

#[cfg(feature = "lapack")]
fn lapack(matrix: &Array2<f64>) -> Result<(Array1<f64>, Array2<f64>)> {
    use ndarray_linalg::{Eigh, UPLO};
    let (values, vectors) = matrix.eigh(UPLO::Lower).map_err(|error| failed(&error))?;
    // LAPACK gives the smallest first.
    Ok((values.slice(s![..;-1]).to_owned(), vectors.slice(s![.., ..;-1]).to_owned()))
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::LinearAlgebra { step: "eigenvectors of the covariance", message: error.to_string() }
}

#[cfg(all(test, feature = "lapack"))]
mod tests {
    use ndarray::Array2;

    #[test]
    fn lapack_and_linfa_find_the_same_eigenvectors() {
        let half = Array2::from_shape_fn((10, 10), |(i, j)| ((3 * i + 7 * j * j + i * j) % 11) as f64 - 5.0);
        let matrix = half.t().dot(&half);
        let (values, vectors) = super::lapack(&matrix).unwrap();
        let (other_values, other_vectors) = super::linfa(&matrix).unwrap();
        assert!(values.iter().zip(&other_values).all(|(a, b)| (a - b).abs() < 1e-9 * matrix[[0, 0]]));
        for (a, b) in vectors.columns().into_iter().zip(other_vectors.columns()) {
            assert!((a.dot(&b).abs() - 1.0).abs() < 1e-9, "an eigenvector is the same up to its sign");
        }
    }
}
