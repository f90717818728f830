//! The matrix product, handed on row by row while it is still in cache.
//!
//! A tile of the result, some rows of a few vectors each, is summed up strip by strip in registers: in one strip where the processor has many, else
//! in several. Columns of the right factor are read as panels, as wide as a tile, in blocks that stay in the cache of a core. While one tile is
//! summed up, what the next ones need is asked for, row by row: many requests at once are waited for. Every element is one chain of additions
//! along the inner dimension, wherever it lies in a tile: however a caller cuts its matrices, the bits are the same.

use super::lines::ask_for;
use super::packing::{Strip, WIDTH, pack, rows, starts};
use ndarray::{ArrayView2, ArrayViewMut2};
use pulp::{Arch, Simd, WithSimd};
use std::array::from_fn;
use std::cell::RefCell;
use std::mem::take;

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// What a thread keeps from product to product.
#[derive(Default)]
struct Buffers {
    /// A block of a panel.
    block: Vec<f32>,
    /// Sums over the blocks so far.
    sums: Vec<Tile>,
    /// Rows of the next block.
    next: Vec<*const f32>,
    /// Rows to ask for while a tile is summed up.
    ahead: Vec<*const f32>,
}

/// Rows of a tile.
const ROWS: usize = 6;
/// Rows of a block at most, about: with 64 columns, a quarter of a megabyte.
const INNER: usize = 1024;
/// Rows of a block from asking to their turn: a tile takes them from the second cache.
const AHEAD: usize = 12;

/// A tile of the result. It begins with a cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Tile([[f32; WIDTH]; ROWS]);

/// What becomes of a product.
pub(super) trait Finish {
    /// Takes the sums of one row from column `start` on, which may lie past the end where the right factor was filled up with zeros. To be
    /// inlined always, so that it is compiled for the same vectors.
    fn finish(&mut self, row: usize, start: usize, sums: &[f32]);
    /// What [`finish`](Self::finish) is going to need for that row. Inlined always, too.
    fn needs(&self, row: usize, start: usize) -> [&[f32]; 3];
}

/// Computes `left · right` on the calling thread, and hands one piece of a row after the other to `finish`. `left` comes in rows, `right` in parts
/// that lie one below the other, whose numbers of a row or of a column lie side by side.
///
/// # Panics
///
/// When the shapes do not fit, or numbers lie otherwise.
pub(super) fn product(left: &[&[f32]], right: &[ArrayView2<'_, f32>], finish: impl Finish) {
    product_on(Arch::new(), left, right, finish);
}

/// The same with the vectors of `arch`.
pub(super) fn product_on(arch: Arch, left: &[&[f32]], right: &[ArrayView2<'_, f32>], finish: impl Finish) {
    let n_columns = right.first().map_or(0, ArrayView2::ncols);
    let n_inner = right.iter().map(ArrayView2::nrows).sum();
    assert!(right.iter().all(|part| part.ncols() == n_columns), "all parts of right are of one width");
    assert!(
        left.iter().all(|row| row.len() == n_inner),
        "a row of left is as long as all parts of right are high"
    );
    if !left.is_empty() {
        BUFFERS.with_borrow_mut(|buffers| {
            arch.dispatch(Product { left, right, n_inner, n_columns, buffers, finish });
        });
    }
}

/// `to ← left · right`, on the calling thread.
///
/// # Panics
///
/// When the shapes do not fit, or numbers lie otherwise than [`product`] and a row of `to` want them.
pub(crate) fn multiply(to: ArrayViewMut2<'_, f32>, left: ArrayView2<'_, f32>, right: ArrayView2<'_, f32>) {
    assert_eq!(
        to.dim(),
        (left.nrows(), right.ncols()),
        "the product has the rows of left and the columns of right"
    );
    product(&rows(left), &[right], Keep(to));
}

/// Keeps a product as it is.
struct Keep<'a>(ArrayViewMut2<'a, f32>);

impl Finish for Keep<'_> {
    #[inline(always)]
    fn finish(&mut self, row: usize, start: usize, sums: &[f32]) {
        let row = self.0.row_mut(row).into_slice().expect("numbers of a row lie side by side");
        row[start..start + sums.len()].copy_from_slice(sums);
    }

    #[inline(always)]
    fn needs(&self, _: usize, _: usize) -> [&[f32]; 3] {
        [&[]; 3]
    }
}

struct Product<'a, 'b, F> {
    left: &'a [&'a [f32]],
    right: &'a [ArrayView2<'b, f32>],
    n_inner: usize,
    n_columns: usize,
    buffers: &'a mut Buffers,
    finish: F,
}

impl<F: Finish> WithSimd for Product<'_, '_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        for start in (0..self.n_columns).step_by(WIDTH) {
            self.panel(simd, start, WIDTH.min(self.n_columns - start));
        }
    }
}

impl<F: Finish> Product<'_, '_, F> {
    /// All rows of the columns from `start` on.
    #[inline(always)]
    fn panel<S: Simd>(&mut self, simd: S, start: usize, width: usize) {
        let (n_rows, n_inner) = (self.left.len(), self.n_inner);
        let Buffers { block: buffer, sums, next, ahead } = &mut *self.buffers;
        let height = n_inner.max(1).div_ceil(n_inner.div_ceil(INNER).max(1)).next_multiple_of(WIDTH);
        // Where one block is all, one tile is enough, which stays in the innermost cache.
        let (n_tiles, is_cut) = (n_rows.div_ceil(ROWS), height < n_inner);
        sums.resize(if is_cut { n_tiles } else { 1 }, Tile([[0.0; WIDTH]; ROWS]));
        let strips = Strip::all::<S>(width);
        // A strip already, whose blocks are read where they lie.
        let whole = match (self.right, strips.len()) {
            ([right], 1) if right.ncols() == strips[0].width => right.to_slice(),
            _ => None,
        };
        for from in (0..n_inner.max(1)).step_by(height) {
            let (to, is_last) = ((from + height).min(n_inner), from + height >= n_inner);
            let block = match whole {
                Some(panel) => &panel[from * width..to * width],
                None => pack(buffer, self.right, from..to, start..start + width, &strips),
            };
            next.clear();
            starts(self.right, to..(to + height).min(n_inner), start..start + width, next);
            let mut next = next.chunks(next.len().div_ceil(n_tiles).max(1));
            for (i, first) in (0..n_rows).step_by(ROWS).enumerate() {
                let sums = &mut sums[if is_cut { i } else { 0 }];
                ahead.clear();
                ahead.extend_from_slice(next.next().unwrap_or_default());
                if is_last {
                    for row in first + ROWS..(first + 2 * ROWS).min(n_rows) {
                        // A plain loop: the chain of iterators that says the same took a tenth of a step.
                        for numbers in self.finish.needs(row, start) {
                            if !numbers.is_empty() {
                                ahead.push(numbers.as_ptr());
                            }
                        }
                    }
                }
                let mut ahead = &ahead[..];
                // Past the end, the last row is summed again and left out.
                let rows = from_fn(|i| &self.left[(first + i).min(n_rows - 1)][from..to]);
                for strip in &strips {
                    let block = &block[strip.start * (to - from)..][..strip.width * (to - from)];
                    let ahead = take(&mut ahead);
                    let sum = Sum { rows, block, start: strip.start, sums, goes_on: from > 0, ahead };
                    match strip.width / S::F32_LANES {
                        1 => go_on::<S, 1>(simd, sum),
                        2 => go_on::<S, 2>(simd, sum),
                        3 => go_on::<S, 3>(simd, sum),
                        _ => go_on::<S, 4>(simd, sum),
                    }
                }
                if is_last {
                    for (row, sums) in (first..n_rows.min(first + ROWS)).zip(&sums.0) {
                        self.finish.finish(row, start, &sums[..width]);
                    }
                }
            }
        }
    }
}

/// The sums of some rows of the left factor with a block of a strip.
struct Sum<'a> {
    rows: [&'a [f32]; ROWS],
    block: &'a [f32],
    /// Where the strip begins in the tile.
    start: usize,
    sums: &'a mut Tile,
    /// Is this not the first block?
    goes_on: bool,
    /// Rows that will be needed soon.
    ahead: &'a [*const f32],
}

/// A function of its own, so that the compiler has all registers for the sums, and none for what goes on around them.
#[inline(never)]
fn go_on<S: Simd, const VECTORS: usize>(simd: S, sum: Sum<'_>) {
    simd.vectorize(Vectors::<VECTORS>(sum));
}

/// The same with so many vectors in a row of the strip.
struct Vectors<'a, const VECTORS: usize>(Sum<'a>);

impl<const VECTORS: usize> WithSimd for Vectors<'_, VECTORS> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Sum { mut rows, block, start, sums: to, goes_on, ahead } = self.0;
        let block = S::as_simd_f32s(block).0.as_chunks::<VECTORS>().0;
        // Cut and counted, not zipped: so the compiler sees that no index is out of bounds.
        let n = block.len();
        for row in &mut rows {
            *row = &row[..n];
        }
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
        if goes_on {
            for (sums, from) in sums.iter_mut().zip(&to.0) {
                sums.copy_from_slice(&S::as_simd_f32s(&from[start..]).0[..VECTORS]);
            }
        }
        for p in 0..n {
            let vectors = block[p];
            ask_for(block.as_ptr().wrapping_add(p + AHEAD).cast(), VECTORS * S::F32_LANES);
            if let Some(&row) = ahead.get(p) {
                ask_for(row, WIDTH);
            }
            for (sums, row) in sums.iter_mut().zip(rows) {
                // Read straight into all places of a vector.
                let number = simd.splat_f32s(row[p]);
                for (sum, &vector) in sums.iter_mut().zip(&vectors) {
                    *sum = simd.mul_add_e_f32s(number, vector, *sum);
                }
            }
        }
        for (sums, to) in sums.iter().zip(&mut to.0) {
            S::as_mut_simd_f32s(&mut to[start..]).0[..VECTORS].copy_from_slice(sums);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Keep, product, product_on};
    use crate::engine::packing::{rows, transposed_over_ones};
    use ndarray::{Array2, ArrayView2, Axis, s};
    use pulp::Arch;

    fn numbers(n_rows: usize, n_columns: usize) -> Array2<f32> {
        Array2::from_shape_fn((n_rows, n_columns), |(i, j)| ((31 * i + 17 * j * j) % 23) as f32 - 11.0)
    }

    fn product_of(left: ArrayView2<'_, f32>, right: &[ArrayView2<'_, f32>]) -> Array2<f32> {
        let mut to = Array2::from_elem((left.nrows(), right[0].ncols()), f32::NAN);
        product(&rows(left), right, Keep(to.view_mut()));
        to
    }

    #[test]
    fn products_are_those_of_ndarray_for_any_shape_and_order() {
        assert_eq!(product_of(numbers(3, 0).view(), &[numbers(0, 5).view()]), Array2::<f32>::zeros((3, 5)));
        for (n_rows, n_inner, n_columns) in [
            (1, 1, 1),
            (5, 3, 7),
            (6, 16, 64),
            (7, 17, 65),
            (13, 40, 130),
            (20, 5, 48),
            (64, 33, 15),
            (9, 700, 70),
        ] {
            let (left, right) = (numbers(n_rows, n_inner), numbers(n_inner, n_columns));
            // Whole numbers: no rounding, whatever the order of the sums.
            let expected = left.dot(&right);
            let mut buffer = vec![f32::NAN; 5];
            let right_columns = transposed_over_ones(right.view(), &mut buffer);
            let (right_columns, ones) = right_columns.split_at(Axis(0), n_columns);
            assert_eq!(right_columns, right.t());
            assert_eq!(ones, Array2::<f32>::ones((1, n_inner)));
            for right in [right.view(), right_columns.t()] {
                assert_eq!(product_of(left.view(), &[right]), expected);
                let (upper, lower) = right.split_at(Axis(0), n_inner / 2);
                assert_eq!(product_of(left.view(), &[upper, lower]), expected);
                let mut to = Array2::zeros(expected.dim());
                product_on(Arch::Scalar, &rows(left.view()), &[right], Keep(to.view_mut()));
                assert_eq!(to, expected, "without vectors");
            }
        }
    }

    #[test]
    fn a_part_of_a_product_has_the_bits_of_the_whole() {
        let (left, right) = (numbers(40, 300) / 7.0, numbers(300, 150) / 3.0);
        let whole = product_of(left.view(), &[right.view()]);
        let part = product_of(left.slice(s![5..31, ..]), &[right.slice(s![.., 17..140])]);
        assert_eq!(part, whole.slice(s![5..31, 17..140]));
    }
}
