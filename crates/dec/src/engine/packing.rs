//! How the factors of a product come to lie: the left one in rows, the right one in blocks of strips.

use super::lines::{LINE, ask_for, to_line};
use super::transpose::transpose;
use ndarray::{ArrayView1, ArrayView2, Axis, s};
use pulp::Simd;
use rayon::prelude::*;
use std::ops::Range;

/// Columns of a panel: as many as a tile of a product has at most.
pub(super) const WIDTH: usize = 64;

/// Factors are looked at in whole rows or, the right one, columns.
const SIDE_BY_SIDE: &str = "numbers of a row or of a column lie side by side";

/// The rows of `matrix`, as a left factor is given.
///
/// # Panics
///
/// When the numbers of a row do not lie side by side.
pub(super) fn rows<'a>(matrix: ArrayView2<'a, f32>) -> Vec<&'a [f32]> {
    let row = |row: ArrayView1<'a, f32>| row.to_slice().expect(SIDE_BY_SIDE);
    (0..matrix.nrows()).map(|i| row(matrix.index_axis_move(Axis(0), i))).collect()
}

/// Columns of a panel whose sums fit into the registers of a processor.
pub(super) struct Strip {
    /// Where it begins in the panel.
    pub(super) start: usize,
    /// Whole vectors: the last one is filled up with zeros.
    pub(super) width: usize,
}

impl Strip {
    pub(super) fn all<S: Simd>(n_columns: usize) -> Vec<Self> {
        // Sums, a row of the strip and a number of the left factor have to fit.
        let n_vectors = if S::REGISTER_COUNT >= 32 { 4 } else { 2 };
        let widest = n_vectors * S::F32_LANES;
        (0..n_columns)
            .step_by(widest)
            .map(|start| Self {
                start,
                width: widest.min((n_columns - start).next_multiple_of(S::F32_LANES)),
            })
            .collect()
    }
}

/// Do the numbers of a row lie side by side? A single one always does, whatever its stride says.
fn has_whole_rows(matrix: ArrayView2<'_, f32>) -> bool {
    matrix.ncols() <= 1 || matrix.strides()[1] == 1
}

/// The rows of `matrix`, or its columns as rows: those whose numbers lie side by side.
fn in_rows(matrix: ArrayView2<'_, f32>) -> ArrayView2<'_, f32> {
    if has_whole_rows(matrix) { matrix } else { matrix.reversed_axes() }
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

/// Where the rows, or columns, begin that have to be read for those rows and columns.
pub(super) fn starts(
    parts: &[ArrayView2<'_, f32>],
    inner: Range<usize>,
    columns: Range<usize>,
    to: &mut Vec<*const f32>,
) {
    for (_, piece) in pieces(parts, inner, columns) {
        for row in in_rows(piece).rows() {
            for start in (0..row.len()).step_by(WIDTH) {
                to.push(row.as_ptr().wrapping_add(start));
            }
        }
    }
}

/// Copies `columns` of the rows `inner`, one strip after the other, filled up with zeros.
#[inline(always)]
pub(super) fn pack<'a>(
    buffer: &'a mut Vec<f32>,
    parts: &[ArrayView2<'_, f32>],
    inner: Range<usize>,
    columns: Range<usize>,
    strips: &[Strip],
) -> &'a [f32] {
    let n = inner.len() * strips.iter().map(|strip| strip.width).sum::<usize>();
    if buffer.len() < n + LINE {
        buffer.resize(n + LINE, 0.0);
    }
    let offset = to_line(buffer.as_ptr());
    let block = &mut buffer[offset..offset + n];
    let pieces: Vec<_> = pieces(parts, inner.clone(), columns).collect();
    for (i, &(first, piece)) in pieces.iter().enumerate() {
        // Pieces of different parts lie apart, where no processor looks by itself.
        if let Some(&(_, next)) = pieces.get(i + 1) {
            in_rows(next).rows().into_iter().for_each(|row| ask_for(row.as_ptr(), row.len()));
        }
        let place = |strip: &Strip, row: usize| strip.start * inner.len() + (first + row) * strip.width;
        if has_whole_rows(piece) {
            // Row by row, as they lie.
            for (i, row) in piece.rows().into_iter().enumerate() {
                let row = row.to_slice().expect(SIDE_BY_SIDE);
                for strip in strips {
                    let row = &row[strip.start..row.len().min(strip.start + strip.width)];
                    fill(&mut block[place(strip, i)..][..strip.width], row);
                }
            }
        } else {
            let columns = rows(piece.reversed_axes());
            for strip in strips {
                let columns = &columns[strip.start..columns.len().min(strip.start + strip.width)];
                let to = &mut block[place(strip, 0)..][..piece.nrows() * strip.width];
                transpose(columns, to, strip.width);
            }
        }
    }
    block
}

/// `fromᵀ` over a row of ones, on all threads, into a buffer that serves again. The numbers of a row of `from` lie side by side.
pub(super) fn transposed_over_ones<'a>(
    from: ArrayView2<'_, f32>,
    buffer: &'a mut Vec<f32>,
) -> ArrayView2<'a, f32> {
    let (n, n_columns) = from.dim();
    let len = n * (n_columns + 1);
    buffer.resize(len.max(buffer.len()), 0.0);
    let (to, ones) = buffer[..len].split_at_mut(n * n_columns);
    (to.par_chunks_mut((WIDTH * n).max(1)))
        .zip(from.axis_chunks_iter(Axis(1), WIDTH))
        .for_each(|(to, from)| transpose(&rows(from), to, n));
    ones.fill(1.0);
    ArrayView2::from_shape((n_columns + 1, n), &buffer[..len]).expect("as many numbers as the shape has")
}

/// Copies `from` and fills up with zeros.
#[inline(always)]
fn fill(to: &mut [f32], from: &[f32]) {
    let (lines, rest) = from.as_chunks::<LINE>();
    let (whole, tail) = to.split_at_mut(lines.len() * LINE);
    whole.as_chunks_mut::<LINE>().0.iter_mut().zip(lines).for_each(|(to, line)| *to = *line);
    tail.iter_mut().zip(rest.iter().chain(std::iter::repeat(&0.0))).for_each(|(to, number)| *to = *number);
}
