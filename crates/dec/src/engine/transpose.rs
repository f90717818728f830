//! Transposes a matrix, one square of numbers after the other.

use std::array::from_fn;
use std::iter::repeat;

/// Numbers on a side of a square: a vector of AVX.
const SIDE: usize = 8;

type Square = [[f32; SIDE]; SIDE];

/// Writes `columns` as such into `to`, whose rows are `stride` long, and fills it up with columns of zeros.
///
/// # Panics
///
/// When a column is shorter than `to` is high.
pub(super) fn transpose(columns: &[&[f32]], to: &mut [f32], stride: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return simd.vectorize(avx::Transpose { simd, columns, to, stride });
    }
    by_squares(columns, to, stride, turn);
}

/// A square transposed, without vectors.
fn turn(square: Square) -> Square {
    from_fn(|i| square.map(|line| line[i]))
}

/// The same as [`transpose`], with `turn` to transpose a square.
#[inline(always)]
fn by_squares(columns: &[&[f32]], to: &mut [f32], stride: usize, turn: impl Fn(Square) -> Square) {
    let n_rows = to.len() / stride;
    for (top, to) in (0..n_rows).step_by(SIDE).zip(to.chunks_mut(SIDE * stride)) {
        let columns = columns.chunks(SIDE).chain(repeat(&[][..]));
        for (left, columns) in (0..stride).step_by(SIDE).zip(columns) {
            match columns.first_chunk::<SIDE>() {
                Some(columns) if top + SIDE <= n_rows && left + SIDE <= stride => {
                    let whole = "the whole square lies in the matrix";
                    let square = columns.map(|column| *column[top..].first_chunk().expect(whole));
                    for (i, line) in turn(square).iter().enumerate() {
                        *to[i * stride + left..].first_chunk_mut().expect(whole) = *line;
                    }
                }
                _ => number_by_number(columns, top, to, left, stride),
            }
        }
    }
}

/// What sticks out of the matrix on the right or below. A function of its own: mixed with it, whole squares took more than twice as long.
#[inline(never)]
fn number_by_number(columns: &[&[f32]], top: usize, to: &mut [f32], left: usize, stride: usize) {
    for (row, to) in (top..).zip(to.chunks_exact_mut(stride)) {
        for (i, to) in to[left..].iter_mut().take(SIDE).enumerate() {
            *to = columns.get(i).map_or(0.0, |column| column[row]);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx {
    use super::{SIDE, Square, by_squares};
    use pulp::NullaryFnOnce;
    use pulp::x86::V3;
    use std::arch::x86_64::__m256;
    use std::array::from_fn;

    pub(super) struct Transpose<'a, 'b> {
        pub(super) simd: V3,
        pub(super) columns: &'a [&'a [f32]],
        pub(super) to: &'b mut [f32],
        pub(super) stride: usize,
    }

    impl NullaryFnOnce for Transpose<'_, '_> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let Self { simd, columns, to, stride } = self;
            by_squares(columns, to, stride, |square| turn(simd, square));
        }
    }

    /// Lines are shuffled into pairs, pairs into fours, and fours, which lie in halves of a vector, into columns.
    #[inline(always)]
    fn turn(simd: V3, square: Square) -> Square {
        let avx = simd.avx;
        let lines: [__m256; SIDE] = pulp::cast(square);
        let pairs: [__m256; SIDE] = from_fn(|i| match i % 2 {
            0 => avx._mm256_unpacklo_ps(lines[i], lines[i + 1]),
            _ => avx._mm256_unpackhi_ps(lines[i - 1], lines[i]),
        });
        let fours: [__m256; SIDE] = from_fn(|i| {
            let first = i / 4 * 4 + i % 4 / 2;
            let [first, second] = [pairs[first], pairs[first + 2]];
            match i % 2 {
                0 => avx._mm256_shuffle_ps::<0b01_00_01_00>(first, second),
                _ => avx._mm256_shuffle_ps::<0b11_10_11_10>(first, second),
            }
        });
        let columns: [__m256; SIDE] = from_fn(|i| match i {
            ..4 => avx._mm256_permute2f128_ps::<0x20>(fours[i], fours[i + 4]),
            _ => avx._mm256_permute2f128_ps::<0x31>(fours[i - 4], fours[i]),
        });
        pulp::cast(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::{by_squares, transpose, turn};

    #[test]
    fn columns_are_those_given_and_zeros_after_them() {
        for (n_rows, n_columns, stride) in [
            (1, 1, 1),
            (8, 8, 8),
            (7, 9, 16),
            (16, 10, 12),
            (23, 5, 32),
            (64, 64, 64),
            (3, 0, 2),
            (9, 17, 17),
        ] {
            let columns: Vec<Vec<f32>> =
                (0..n_columns).map(|j| (0..n_rows).map(|i| (100 * i + j + 1) as f32).collect()).collect();
            let columns: Vec<&[f32]> = columns.iter().map(Vec::as_slice).collect();
            let expected: Vec<f32> = (0..n_rows)
                .flat_map(|i| (0..stride).map(move |j| (i, j)))
                .map(|(i, j)| if j < n_columns { columns[j][i] } else { 0.0 })
                .collect();
            let (mut to, mut plain) = (vec![f32::NAN; n_rows * stride], vec![f32::NAN; n_rows * stride]);
            transpose(&columns, &mut to, stride);
            assert_eq!(to, expected);
            by_squares(&columns, &mut plain, stride, turn);
            assert_eq!(plain, expected, "without vectors");
        }
    }
}
