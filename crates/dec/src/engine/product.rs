//! The matrix product, and the only unsafe code of the crate.

use ndarray::{ArrayView2, ArrayViewMut2};

/// `to ← keep · to + left · right`, on the calling thread. With `keep = 0` the old content of `to` is not read.
///
/// The order of every sum depends on the three shapes alone, so a caller that cuts its work in the same blocks gets the same bits.
///
/// # Panics
///
/// When the shapes do not fit.
pub(crate) fn product(
    mut to: ArrayViewMut2<'_, f32>,
    keep: f32,
    left: ArrayView2<'_, f32>,
    right: ArrayView2<'_, f32>,
) {
    let ((n_rows, n_inner), n_columns) = (left.dim(), right.ncols());
    assert_eq!(
        to.dim(),
        (n_rows, n_columns),
        "the product has as many rows as left and as many columns as right"
    );
    assert_eq!(right.nrows(), n_inner, "left is as wide as right is high");
    let [to_row, to_column] = [to.strides()[0], to.strides()[1]];
    let [left_row, left_column] = [left.strides()[0], left.strides()[1]];
    let [right_row, right_column] = [right.strides()[0], right.strides()[1]];
    // SAFETY: each pointer comes from a view with the strides passed along, and the shapes were checked above, so every element that is
    // touched lies inside its view; `to` is borrowed mutably, so it overlaps neither of the others.
    #[allow(unsafe_code)]
    unsafe {
        gemm::gemm(
            n_rows,
            n_columns,
            n_inner,
            to.as_mut_ptr(),
            to_column,
            to_row,
            keep != 0.0,
            left.as_ptr(),
            left_column,
            left_row,
            right.as_ptr(),
            right_column,
            right_row,
            keep,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::product;
    use ndarray::{Array2, s};

    #[test]
    fn the_product_of_transposed_and_sliced_views_is_that_of_ndarray() {
        let left = Array2::from_shape_fn((7, 5), |(i, j)| (i as f32 - 2.0) * 0.5 + j as f32);
        let right = Array2::from_shape_fn((9, 7), |(i, j)| (j as f32 * 0.25) - i as f32);
        let mut to = Array2::from_elem((5, 12), 3.0);
        let expected = 0.5 * &to.slice(s![.., 2..11]) + left.t().dot(&right.t());
        product(to.slice_mut(s![.., 2..11]), 0.5, left.t(), right.t());
        for (got, wants) in to.slice(s![.., 2..11]).iter().zip(&expected) {
            assert!((got - wants).abs() < 1e-4, "{got} is not {wants}");
        }
        assert_eq!(to[[0, 1]], 3.0, "columns outside the slice stay as they were");
    }
}
