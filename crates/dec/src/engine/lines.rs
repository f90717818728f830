//! Cache lines: what begins with one, and what is asked for before it is read.

use ndarray::{Array1, Array2, s};

/// Numbers in a cache line.
pub(super) const LINE: usize = 16;

/// Asks the memory for so many numbers. Nothing but time depends on it.
#[inline(always)]
pub(super) fn ask_for(numbers: *const f32, n: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(sse) = pulp::core_arch::x86::Sse::try_new() {
        for line in (0..n).step_by(LINE) {
            sse._mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(numbers.wrapping_add(line).cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (numbers, n);
}

/// Zeros, the first of which begins a cache line: vectors are read faster there, though right anywhere.
pub(super) fn zeros(shape: (usize, usize)) -> Array2<f32> {
    let n = shape.0 * shape.1;
    let numbers = Array1::zeros(n + LINE);
    let start = to_line(numbers.as_ptr());
    let numbers = numbers.slice_move(s![start..start + n]);
    numbers.into_shape_with_order(shape).expect("as many numbers as the shape has")
}

/// Zeros, each row of which begins a cache line, an odd number of lines after the one above: so rows do not share places in a cache.
pub(super) fn zero_rows(n_rows: usize, n_columns: usize) -> Array2<f32> {
    let n_lines = n_columns.div_ceil(LINE) | 1;
    zeros((n_rows, n_lines * LINE)).slice_move(s![.., ..n_columns])
}

/// Numbers up to the next begin of a cache line.
pub(super) fn to_line(numbers: *const f32) -> usize {
    numbers.align_offset(LINE * size_of::<f32>()).min(LINE)
}

#[cfg(test)]
mod tests {
    use super::{LINE, to_line, zero_rows, zeros};
    use ndarray::Array2;

    #[test]
    fn matrices_and_rows_begin_with_a_cache_line() {
        for shape in [(2, 1), (3, 64), (7, 500), (256, 2000)] {
            let (matrix, rows) = (zeros(shape), zero_rows(shape.0, shape.1));
            assert_eq!(matrix, Array2::<f32>::zeros(shape));
            assert_eq!(rows, matrix);
            assert_eq!(to_line(matrix.as_ptr()), 0);
            assert!(
                rows.rows().into_iter().all(|row| row.to_slice().is_some() && to_line(row.as_ptr()) == 0)
            );
            assert_eq!(rows.strides()[0] as usize / LINE % 2, 1, "an odd number of lines");
        }
    }
}
