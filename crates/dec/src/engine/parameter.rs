//! A matrix that is trained, with the moments that its optimiser keeps beside it.

use crate::optimiser::Update;
use ndarray::{Array2, ArrayViewMut2, Axis};
use std::ops::Range;

/// A matrix of a network.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub(super) value: Array2<f32>,
    pub(super) moments: Moments,
}

/// Running means of the gradient of one matrix.
#[derive(Clone, Debug)]
pub(super) struct Moments {
    /// The velocity of SGD; the mean gradient of Adam.
    pub(super) first: Array2<f32>,
    /// The mean squared gradient of Adam.
    pub(super) second: Option<Array2<f32>>,
}

/// Some rows of a matrix and of its moments.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    /// Where they begin.
    start: usize,
    value: ArrayViewMut2<'a, f32>,
    first: ArrayViewMut2<'a, f32>,
    second: Option<ArrayViewMut2<'a, f32>>,
}

impl Parameter {
    /// `change` on each of the matrices.
    pub(super) fn map(&self, change: impl Fn(&Array2<f32>) -> Array2<f32>) -> Self {
        let Moments { first, second } = &self.moments;
        let moments = Moments { first: change(first), second: second.as_ref().map(&change) };
        Self { value: change(&self.value), moments }
    }

    /// Parts of `height` rows.
    pub(super) fn cut(&mut self, height: usize) -> Vec<Rows<'_>> {
        let Moments { first, second } = &mut self.moments;
        let mut second = second.iter_mut().flat_map(|second| second.axis_chunks_iter_mut(Axis(0), height));
        (self.value.axis_chunks_iter_mut(Axis(0), height))
            .zip(first.axis_chunks_iter_mut(Axis(0), height))
            .enumerate()
            .map(|(i, (value, first))| Rows { start: i * height, value, first, second: second.next() })
            .collect()
    }
}

impl<'a> Rows<'a> {
    /// All of them.
    pub(super) fn all(value: &'a mut Array2<f32>, moments: &'a mut Moments) -> Self {
        let second = moments.second.as_mut().map(Array2::view_mut);
        Self { start: 0, value: value.view_mut(), first: moments.first.view_mut(), second }
    }

    pub(super) fn len(&self) -> usize {
        self.value.nrows()
    }

    /// Which rows they are.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start + self.len()
    }

    /// Moves row `row` of these from column `start` on along its gradient.
    #[inline(always)]
    pub(super) fn step(&mut self, row: usize, start: usize, gradient: &[f32], update: Update) {
        let columns = start..start + gradient.len();
        let value = row_of(&mut self.value, row, columns.clone());
        let first = row_of(&mut self.first, row, columns.clone());
        let second = self.second.as_mut().map_or(&mut [][..], |second| row_of(second, row, columns));
        update.apply(value, gradient, first, second);
    }

    /// What [`step`](Self::step) is going to need.
    #[inline(always)]
    pub(super) fn needs(&self, row: usize, start: usize) -> [&[f32]; 3] {
        [Some(&self.value), Some(&self.first), self.second.as_ref()].map(|matrix| {
            matrix.map_or(&[][..], |matrix| {
                let row = matrix.row(row).to_slice().expect("columns of a standard array lie side by side");
                &row[start..]
            })
        })
    }
}

#[inline(always)]
fn row_of<'a>(matrix: &'a mut ArrayViewMut2<'_, f32>, row: usize, columns: Range<usize>) -> &'a mut [f32] {
    let row = matrix.row_mut(row).into_slice().expect("columns of a standard array lie side by side");
    &mut row[columns]
}
