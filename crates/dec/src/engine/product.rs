//! The matrix product, handed on row by row while it is still in cache.
//!
//! A tile of the result, some rows of a few vectors each, is summed up in registers. Columns of the right factor are read as panels, as wide
//! as a tile, in blocks that stay in the cache of a core; while one block is worked on, the next is asked for. Every element is one chain of
//! additions along the inner dimension, wherever it lies in a tile: however a caller cuts its matrices, the bits are the same.

use ndarray::{ArrayView2, ArrayViewMut2, Axis, s};
use pulp::{Arch, Simd, WithSimd};
use std::array;
use std::cell::RefCell;
use std::ops::Range;

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
}

/// The most that a tile measures: rows, and columns on a processor with vectors of 16.
const MAX_ROWS: usize = 6;
const MAX_COLUMNS: usize = 64;
/// Numbers in a cache line.
const LINE: usize = 16;
/// Rows of a block at most, about: with 64 columns, a quarter of a megabyte.
const INNER: usize = 1024;

type Tile = [[f32; MAX_COLUMNS]; MAX_ROWS];

/// What becomes of a product.
pub(super) trait Finish {
    /// Takes the sums of one row from column `start` on. To be inlined always, so that it is compiled for the same vectors.
    fn finish(&mut self, row: usize, start: usize, sums: &[f32]);
    /// Asks the memory for what [`finish`](Self::finish) is going to need. Inlined always, too.
    fn prepare(&self, row: usize, start: usize);
}

/// Asks the memory for `numbers`. Nothing but time depends on it.
#[inline(always)]
pub(super) fn ask_for(numbers: &[f32]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(sse) = pulp::core_arch::x86::Sse::try_new() {
        for line in numbers.chunks(LINE) {
            sse._mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(line.as_ptr().cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = numbers;
}

/// Computes `left · right` on the calling thread, and hands one piece of a row after the other to `finish`. `right` comes in parts that lie
/// one below the other.
///
/// Rows and columns of both factors may lie any way round, as long as one of the two lies side by side.
///
/// # Panics
///
/// When the shapes do not fit.
pub(super) fn product(left: ArrayView2<'_, f32>, right: &[ArrayView2<'_, f32>], finish: impl Finish) {
    let n_columns = right.first().map_or(0, ArrayView2::ncols);
    assert!(right.iter().all(|part| part.ncols() == n_columns), "all parts of right are of one width");
    assert_eq!(
        left.ncols(),
        right.iter().map(ArrayView2::nrows).sum::<usize>(),
        "left is as wide as all parts of right are high"
    );
    if left.nrows() > 0 {
        BUFFERS.with_borrow_mut(|buffers| {
            Arch::new().dispatch(Product { left: left.view(), right, n_columns, buffers, finish });
        });
    }
}

/// `to ← left · right`, on the calling thread.
///
/// # Panics
///
/// When the shapes do not fit, or numbers of a row of `to` do not lie side by side.
pub(crate) fn multiply(to: ArrayViewMut2<'_, f32>, left: ArrayView2<'_, f32>, right: ArrayView2<'_, f32>) {
    assert_eq!(
        to.dim(),
        (left.nrows(), right.ncols()),
        "the product has the rows of left and the columns of right"
    );
    product(left, &[right], Keep(to));
}

/// Keeps a product as it is.
struct Keep<'a>(ArrayViewMut2<'a, f32>);

impl Finish for Keep<'_> {
    #[inline(always)]
    fn finish(&mut self, row: usize, start: usize, sums: &[f32]) {
        let row = self.0.row_mut(row).into_slice().expect(SIDE_BY_SIDE);
        row[start..start + sums.len()].copy_from_slice(sums);
    }

    #[inline(always)]
    fn prepare(&self, _: usize, _: usize) {}
}

struct Product<'a, 'b, F> {
    left: ArrayView2<'a, f32>,
    right: &'a [ArrayView2<'b, f32>],
    n_columns: usize,
    buffers: &'a mut Buffers,
    finish: F,
}

impl<F: Finish> WithSimd for Product<'_, '_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // Sums, a row of the panel and a number of the left factor have to fit into the registers.
        if S::REGISTER_COUNT >= 32 { self.tiles::<S, 6, 4>(simd) } else { self.tiles::<S, 6, 2>(simd) }
    }
}

impl<F: Finish> Product<'_, '_, F> {
    #[inline(always)]
    fn tiles<S: Simd, const ROWS: usize, const VECTORS: usize>(mut self, simd: S) {
        let widest = VECTORS * S::F32_LANES;
        for start in (0..self.n_columns).step_by(widest) {
            let width = widest.min(self.n_columns - start);
            match width.div_ceil(S::F32_LANES) {
                1 => self.panel::<S, ROWS, 1>(simd, start, width),
                2 => self.panel::<S, ROWS, 2>(simd, start, width),
                3 => self.panel::<S, ROWS, 3>(simd, start, width),
                _ => self.panel::<S, ROWS, 4>(simd, start, width),
            }
        }
    }

    /// All rows of the columns from `start` on.
    #[inline(always)]
    fn panel<S: Simd, const ROWS: usize, const VECTORS: usize>(
        &mut self,
        simd: S,
        start: usize,
        width: usize,
    ) {
        let stride = VECTORS * S::F32_LANES;
        let (n_rows, n_inner) = self.left.dim();
        let Buffers { block, sums } = &mut *self.buffers;
        let height = n_inner.div_ceil(n_inner.div_ceil(INNER).max(1)).next_multiple_of(MAX_COLUMNS);
        // Where one block is all, one tile is enough, which stays in the innermost cache.
        let (n_tiles, is_cut) = (n_rows.div_ceil(ROWS), height < n_inner);
        sums.resize(if is_cut { n_tiles } else { 1 }, [[0.0; MAX_COLUMNS]; MAX_ROWS]);
        // A panel already, whose blocks are read where they lie.
        let panel = match self.right {
            [right] if right.ncols() == stride => right.to_slice(),
            _ => None,
        };
        for from in (0..n_inner.max(1)).step_by(height) {
            let (to, is_last) = ((from + height).min(n_inner), from + height >= n_inner);
            let vectors = match panel {
                Some(panel) => &panel[from * stride..to * stride],
                None => pack(block, self.right, from..to, start..start + width, stride),
            };
            let vectors = S::as_simd_f32s(vectors).0.as_chunks::<VECTORS>().0;
            let next = lines(self.right, to..(to + height).min(n_inner), start..start + width);
            let mut next = next.chunks(next.len().div_ceil(n_tiles).max(1));
            for (i, first) in (0..n_rows).step_by(ROWS).enumerate() {
                let sums = &mut sums[if is_cut { i } else { 0 }];
                next.next().unwrap_or_default().iter().for_each(|line| ask_for(line));
                if is_last {
                    (first + ROWS..(first + 2 * ROWS).min(n_rows))
                        .for_each(|row| self.finish.prepare(row, start));
                }
                let before = if from == 0 {
                    [[simd.splat_f32s(0.0); VECTORS]; ROWS]
                } else {
                    array::from_fn(|i| array::from_fn(|v| S::as_simd_f32s(&sums[i]).0[v]))
                };
                let after = tile(simd, self.left.view(), first, from..to, vectors, before);
                for (sums, after) in sums.iter_mut().zip(&after) {
                    S::as_mut_simd_f32s(sums).0.iter_mut().zip(after).for_each(|(to, &vector)| *to = vector);
                }
                if is_last {
                    for (row, sums) in (first..n_rows.min(first + ROWS)).zip(&*sums) {
                        self.finish.finish(row, start, &sums[..width]);
                    }
                }
            }
        }
    }
}

/// One of the two dimensions of a factor is contiguous.
const SIDE_BY_SIDE: &str = "numbers of a row or of a column lie side by side";

/// Goes on with the sums of the rows from `first` on.
#[inline(always)]
fn tile<S: Simd, const ROWS: usize, const VECTORS: usize>(
    simd: S,
    left: ArrayView2<'_, f32>,
    first: usize,
    inner: Range<usize>,
    vectors: &[[S::f32s; VECTORS]],
    sums: [[S::f32s; VECTORS]; ROWS],
) -> [[S::f32s; VECTORS]; ROWS] {
    // Past the end, the last row is summed again and left out.
    let last = left.nrows() - 1;
    if has_whole_rows(left) {
        let rows: [&[f32]; ROWS] = array::from_fn(|i| {
            let row = left.row((first + i).min(last)).to_slice().expect(SIDE_BY_SIDE);
            &row[inner.clone()][..vectors.len()]
        });
        return sum(simd, vectors, sums, |p| p, |p, i| rows[i][p]);
    }
    let columns = left.t();
    if first + ROWS <= left.nrows() {
        let column = |p| {
            let column = columns.row(inner.start + p).to_slice().expect(SIDE_BY_SIDE);
            column[first..].first_chunk::<ROWS>().expect("as many rows are left")
        };
        sum(simd, vectors, sums, column, |column, i| column[i])
    } else {
        sum(simd, vectors, sums, |p| inner.start + p, |p, i| columns[[p, (first + i).min(last)]])
    }
}

/// Adds products to the sums of one tile, one row of the panel at a time: `column` finds the column of the left factor that goes with it,
/// `number` a number there. These are not gathered first: each is read straight into all places of a vector.
#[inline(always)]
fn sum<S: Simd, C: Copy, const ROWS: usize, const VECTORS: usize>(
    simd: S,
    panel: &[[S::f32s; VECTORS]],
    mut sums: [[S::f32s; VECTORS]; ROWS],
    column: impl Fn(usize) -> C,
    number: impl Fn(C, usize) -> f32,
) -> [[S::f32s; VECTORS]; ROWS] {
    for (p, vectors) in panel.iter().enumerate() {
        let column = column(p);
        for (i, sums) in sums.iter_mut().enumerate() {
            let number = simd.splat_f32s(number(column, i));
            for (sum, &vector) in sums.iter_mut().zip(vectors) {
                *sum = simd.mul_add_e_f32s(number, vector, *sum);
            }
        }
    }
    sums
}

/// Do the numbers of a row lie side by side? A single one always does, whatever its stride says.
fn has_whole_rows(matrix: ArrayView2<'_, f32>) -> bool {
    matrix.ncols() <= 1 || matrix.strides()[1] == 1
}

/// Every part that has some of the rows `inner`, cut to them and to `columns`, with the number of its first row among them.
fn pieces<'a>(
    parts: &'a [ArrayView2<'_, f32>],
    inner: Range<usize>,
    columns: Range<usize>,
) -> impl Iterator<Item = (usize, ArrayView2<'a, f32>)> {
    let mut end = 0;
    parts.iter().filter_map(move |part| {
        let begin = end;
        end += part.nrows();
        let (from, to) = (inner.start.max(begin), inner.end.min(end));
        (from < to).then(|| (from - inner.start, part.slice(s![from - begin..to - begin, columns.clone()])))
    })
}

/// What has to be read for those rows and columns.
fn lines<'a>(parts: &'a [ArrayView2<'_, f32>], inner: Range<usize>, columns: Range<usize>) -> Vec<&'a [f32]> {
    pieces(parts, inner, columns)
        .flat_map(|(_, piece)| {
            let rows = if has_whole_rows(piece) { piece } else { piece.reversed_axes() };
            (0..rows.nrows()).map(move |i| rows.index_axis_move(Axis(0), i).to_slice().expect(SIDE_BY_SIDE))
        })
        .collect()
}

/// Copies `columns` of the rows `inner`, each row `stride` numbers after the one before and filled up with zeros.
#[inline(always)]
fn pack<'a>(
    buffer: &'a mut Vec<f32>,
    parts: &[ArrayView2<'_, f32>],
    inner: Range<usize>,
    columns: Range<usize>,
    stride: usize,
) -> &'a [f32] {
    let n = inner.len() * stride;
    if buffer.len() < n + LINE {
        buffer.resize(n + LINE, 0.0);
    }
    // Vectors that start with a cache line are read faster; anything else is as right.
    let offset = buffer.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE);
    let block = &mut buffer[offset..offset + n];
    for (first, piece) in pieces(parts, inner, columns) {
        let to = &mut block[first * stride..][..piece.nrows() * stride];
        if has_whole_rows(piece) { copy(piece, to, stride) } else { transpose(piece.t(), to, stride) }
    }
    block
}

#[inline(always)]
fn copy(from: ArrayView2<'_, f32>, to: &mut [f32], stride: usize) {
    for (to, row) in to.chunks_exact_mut(stride).zip(from.rows()) {
        let (lines, rest) = row.to_slice().expect(SIDE_BY_SIDE).as_chunks::<LINE>();
        let (whole, tail) = to.split_at_mut(lines.len() * LINE);
        whole.as_chunks_mut::<LINE>().0.iter_mut().zip(lines).for_each(|(to, line)| *to = *line);
        tail.iter_mut()
            .zip(rest.iter().chain(std::iter::repeat(&0.0)))
            .for_each(|(to, number)| *to = *number);
    }
}

/// `from` holds the columns as rows. Squares of numbers go through a buffer, so that both sides are read and written in whole lines.
#[inline(always)]
fn transpose(from: ArrayView2<'_, f32>, to: &mut [f32], stride: usize) {
    let (n_columns, n_rows) = from.dim();
    for c in (0..stride).step_by(LINE) {
        for p in (0..n_rows).step_by(LINE) {
            let mut square = [[0.0; LINE]; LINE];
            let n = LINE.min(n_rows - p);
            for (i, line) in square.iter_mut().enumerate().take(n_columns.saturating_sub(c)) {
                let column = from.row(c + i).to_slice().expect(SIDE_BY_SIDE);
                match column[p..].first_chunk() {
                    Some(whole) => *line = *whole,
                    None => line[..n].copy_from_slice(&column[p..]),
                }
            }
            for (i, to) in to[p * stride..].chunks_exact_mut(stride).enumerate().take(LINE) {
                let to = &mut to[c..(c + LINE).min(stride)];
                to.iter_mut().zip(&square).for_each(|(to, line)| *to = line[i]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Keep, product};
    use ndarray::{Array2, ArrayView2, Axis, s};

    fn numbers(n_rows: usize, n_columns: usize) -> Array2<f32> {
        Array2::from_shape_fn((n_rows, n_columns), |(i, j)| ((31 * i + 17 * j * j) % 23) as f32 - 11.0)
    }

    fn product_of(left: ArrayView2<'_, f32>, right: &[ArrayView2<'_, f32>]) -> Array2<f32> {
        let mut to = Array2::from_elem((left.nrows(), right[0].ncols()), f32::NAN);
        product(left, right, Keep(to.view_mut()));
        to
    }

    #[test]
    fn products_are_those_of_ndarray_for_any_shape_and_order() {
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
            let left_columns = left.t().as_standard_layout().to_owned();
            let right_columns = right.t().as_standard_layout().to_owned();
            for left in [left.view(), left_columns.t()] {
                for right in [right.view(), right_columns.t()] {
                    assert_eq!(product_of(left, &[right]), expected);
                    let (upper, lower) = right.split_at(Axis(0), n_inner / 2);
                    assert_eq!(product_of(left, &[upper, lower]), expected);
                }
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
