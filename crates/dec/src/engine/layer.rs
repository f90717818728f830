//! A fully connected layer as it is trained: forward, backward and moved, in panels that are worked on side by side.
//!
//! No sum is ever cut, and [`product`] adds up every element in the same order wherever it lies, so the bits depend neither on the cuts nor
//! on the number of threads.

use super::lines::{LINE, zeros};
use super::packing::{WIDTH, rows, transposed_over_ones};
use super::parameter::{Moments, Parameter, Rows};
use super::product::{Finish, product};
use crate::network::{Activation, Dense};
use crate::optimiser::Update;
use ndarray::{Array2, ArrayBase, ArrayView2, ArrayViewMut2, Axis, Data, Ix2, s};
use rayon::prelude::*;
use std::ops::Range;

/// Rows that a task has at least: some products copy their right factor first, once for all rows.
const MIN_ROWS: usize = 48;

/// A [`Dense`] with its weight in panels of 64 columns, each a matrix of its own: what a task reads and writes lies in one piece of memory.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    panels: Vec<Parameter>,
    bias: Parameter,
    pub(super) activation: Activation,
}

impl Layer {
    pub(super) fn new(dense: Dense, [weight, bias]: [Moments; 2]) -> Self {
        let weight = Parameter { value: dense.weight, moments: weight };
        let bias = Parameter { value: dense.bias, moments: bias };
        let n_columns = bias.value.ncols();
        let panels = (0..n_columns)
            .step_by(WIDTH)
            .map(|start| {
                weight.map(|matrix| panel(matrix.slice(s![.., start..(start + WIDTH).min(n_columns)])))
            })
            .collect();
        Self { panels, bias, activation: dense.activation }
    }

    pub(super) fn n_outputs(&self) -> usize {
        self.bias.value.ncols()
    }

    /// The layer without its moments.
    pub(super) fn dense(&self) -> Dense {
        let weight = self.join(|panel| Some(&panel.value));
        Dense { weight, bias: self.bias.value.clone(), activation: self.activation }
    }

    /// The moments of weight and bias.
    pub(super) fn moments(&self) -> [Moments; 2] {
        let second =
            self.bias.moments.second.is_some().then(|| self.join(|panel| panel.moments.second.as_ref()));
        [Moments { first: self.join(|panel| Some(&panel.moments.first)), second }, self.bias.moments.clone()]
    }

    /// One of the matrices of the weight in one piece.
    fn join(&self, of: fn(&Parameter) -> Option<&Array2<f32>>) -> Array2<f32> {
        let n_rows = self.panels.first().map_or(0, |panel| panel.value.nrows());
        let mut whole = Array2::zeros((n_rows, self.n_outputs()));
        let panels = self.panels.iter().filter_map(of);
        for (mut to, panel) in whole.axis_chunks_iter_mut(Axis(1), WIDTH).zip(panels) {
            to.assign(&panel.slice(s![.., ..to.ncols()]));
        }
        whole
    }

    /// `output ← activation(input · weight + bias)`.
    pub(super) fn forward(&self, input: ArrayView2<'_, f32>, output: ArrayViewMut2<'_, f32>) {
        let input = rows(input);
        cut(output).into_par_iter().for_each(|Block { rows, columns, part: to }| {
            let panel = &self.panels[columns.start / WIDTH];
            let bias = self.bias.value.slice(s![0, columns]).to_slice().expect("a row is a slice");
            let activate = Activate { bias, activation: self.activation, to };
            product(&input[rows], &[panel.value.view()], activate);
        });
    }

    /// `to ← delta · weightᵀ`: the loss's gradient with respect to the layer's input. Where `below` is given, it is the output of a ReLU, and
    /// the gradient passes only where it is positive.
    pub(super) fn backward(
        &self,
        delta: ArrayView2<'_, f32>,
        below: Option<ArrayView2<'_, f32>>,
        to: ArrayViewMut2<'_, f32>,
    ) {
        let delta = rows(delta);
        cut(to).into_par_iter().for_each(|Block { rows, columns, part: to }| {
            let width = |i: usize| WIDTH.min(self.n_outputs() - i * WIDTH);
            let weight: Vec<_> = (self.panels.iter().enumerate())
                .map(|(i, panel)| panel.value.slice(s![columns.clone(), ..width(i)]).reversed_axes())
                .collect();
            let below = below.as_ref().map(|below| below.slice(s![rows.clone(), columns]));
            product(&delta[rows], &weight, Gate { below, to });
        });
    }

    /// Moves weight and bias along `inputᵀ · delta`, each piece of the weight as soon as its gradient is known. What it needs in between goes into
    /// `buffer`.
    pub(super) fn learn(
        &mut self,
        input: ArrayView2<'_, f32>,
        delta: ArrayView2<'_, f32>,
        update: Update,
        buffer: &mut Vec<f32>,
    ) {
        let (n_inputs, n_outputs) = (input.ncols(), self.n_outputs());
        let height = height(n_inputs, n_outputs);
        // The product of the row of ones is the gradient of the bias.
        let input = rows(transposed_over_ones(input, buffer));
        let sums = (self.panels.par_iter_mut().enumerate())
            .map(|(i, panel)| {
                let delta = delta.slice(s![.., i * WIDTH..((i + 1) * WIDTH).min(delta.ncols())]);
                let mut sums = [0.0; WIDTH];
                let mut last = Some(&mut sums);
                let tasks: Vec<_> = (panel.cut(height).into_iter())
                    .map(|rows| {
                        let sums = last.take_if(|_| rows.range().end == n_inputs);
                        Learn { rows, update, sums }
                    })
                    .collect();
                tasks.into_par_iter().for_each(|learn| {
                    let Range { start, end } = learn.rows.range();
                    let end = end + usize::from(learn.sums.is_some());
                    product(&input[start..end], &[delta], learn);
                });
                sums
            })
            .collect::<Vec<_>>();
        let Parameter { value, moments } = &mut self.bias;
        Rows::all(value, moments).step(0, 0, &sums.as_flattened()[..n_outputs], update);
    }
}

/// A copy, filled up with columns of zeros.
fn panel(columns: ArrayView2<'_, f32>) -> Array2<f32> {
    let mut panel = zeros((columns.nrows(), columns.ncols().next_multiple_of(LINE)));
    panel.slice_mut(s![.., ..columns.ncols()]).assign(&columns);
    panel
}

/// Rows of a task on a matrix of that size: all, unless there would be too few tasks for the threads.
fn height(n_rows: usize, n_columns: usize) -> usize {
    let n_wanted = match rayon::current_num_threads() {
        1 => 1,
        n_threads => 4 * n_threads,
    };
    let n_parts = (n_wanted / n_columns.div_ceil(WIDTH).max(1)).max(1);
    n_rows.div_ceil(n_parts).max(MIN_ROWS)
}

/// A part of a matrix, and where it lies.
#[derive(Debug)]
struct Block<'a> {
    rows: Range<usize>,
    columns: Range<usize>,
    part: ArrayViewMut2<'a, f32>,
}

/// Cuts `matrix` into panels and these into the rows of a task.
fn cut(matrix: ArrayViewMut2<'_, f32>) -> Vec<Block<'_>> {
    let (n_rows, n_columns) = matrix.dim();
    let height = height(n_rows, n_columns);
    let mut blocks = Vec::new();
    let mut right = matrix;
    for start in (0..n_columns).step_by(WIDTH) {
        let columns = start..(start + WIDTH).min(n_columns);
        let (mut below, rest) = right.split_at(Axis(1), columns.len());
        right = rest;
        for start in (0..n_rows).step_by(height) {
            let rows = start..(start + height).min(n_rows);
            let (part, rest) = below.split_at(Axis(0), rows.len());
            below = rest;
            blocks.push(Block { rows, columns: columns.clone(), part });
        }
    }
    blocks
}

/// A row from column `start` on, which is nothing past its end.
#[inline(always)]
fn piece<'a>(matrix: &'a mut ArrayViewMut2<'_, f32>, row: usize, start: usize) -> &'a mut [f32] {
    let row = matrix.row_mut(row).into_slice().expect("columns of a standard array lie side by side");
    row.get_mut(start..).unwrap_or_default()
}

/// The same, to be looked at.
#[inline(always)]
fn rest_of(matrix: &ArrayBase<impl Data<Elem = f32>, Ix2>, row: usize, start: usize) -> &[f32] {
    let row = matrix.row(row).to_slice().expect("columns of a standard array lie side by side");
    row.get(start..).unwrap_or_default()
}

/// Adds the bias and applies the activation.
pub(super) struct Activate<'a, 'b> {
    pub(super) bias: &'a [f32],
    pub(super) activation: Activation,
    pub(super) to: ArrayViewMut2<'b, f32>,
}

impl Finish for Activate<'_, '_> {
    #[inline(always)]
    fn finish(&mut self, row: usize, start: usize, sums: &[f32]) {
        let bias = self.bias.get(start..).unwrap_or_default();
        let sums = sums.iter().zip(bias).map(|(sum, b)| sum + b);
        let to = piece(&mut self.to, row, start).iter_mut();
        match self.activation {
            // Not `max`, which would turn NaN into 0 and hide a network that broke down.
            Activation::Relu => to.zip(sums).for_each(|(y, sum)| *y = if sum < 0.0 { 0.0 } else { sum }),
            Activation::Linear => to.zip(sums).for_each(|(y, sum)| *y = sum),
        }
    }

    #[inline(always)]
    fn needs(&self, row: usize, start: usize) -> [&[f32]; 3] {
        [rest_of(&self.to, row, start), &[], &[]]
    }
}

/// Lets a gradient pass where the ReLU below was open.
struct Gate<'a, 'b> {
    below: Option<ArrayView2<'a, f32>>,
    to: ArrayViewMut2<'b, f32>,
}

impl Finish for Gate<'_, '_> {
    #[inline(always)]
    fn finish(&mut self, row: usize, start: usize, sums: &[f32]) {
        let to = piece(&mut self.to, row, start).iter_mut().zip(sums);
        match &self.below {
            Some(below) => {
                to.zip(rest_of(below, row, start))
                    .for_each(|((to, &d), &y)| *to = if y > 0.0 { d } else { 0.0 });
            }
            None => to.for_each(|(to, &d)| *to = d),
        }
    }

    #[inline(always)]
    fn needs(&self, row: usize, start: usize) -> [&[f32]; 3] {
        let below = self.below.as_ref().map_or(&[][..], |below| rest_of(below, row, start));
        [rest_of(&self.to, row, start), below, &[]]
    }
}

/// Moves a weight along its gradient.
struct Learn<'a> {
    rows: Rows<'a>,
    update: Update,
    /// Where to put a row that comes after these.
    sums: Option<&'a mut [f32; WIDTH]>,
}

impl Finish for Learn<'_> {
    #[inline(always)]
    fn finish(&mut self, row: usize, start: usize, sums: &[f32]) {
        if row < self.rows.len() {
            self.rows.step(row, start, sums, self.update);
        } else if let Some(to) = &mut self.sums {
            to[start..start + sums.len()].copy_from_slice(sums);
        }
    }

    #[inline(always)]
    fn needs(&self, row: usize, start: usize) -> [&[f32]; 3] {
        if row < self.rows.len() { self.rows.needs(row, start) } else { [&[]; 3] }
    }
}

/// Sets `delta` to 0 where the ReLU that gave `output` was shut.
pub(super) fn gate(delta: &mut ArrayViewMut2<'_, f32>, output: ArrayView2<'_, f32>) {
    delta.zip_mut_with(&output, |d, &y| *d = if y > 0.0 { *d } else { 0.0 });
}

#[cfg(test)]
mod tests {
    use super::{Activate, Gate, panel};
    use crate::engine::packing::rows;
    use crate::engine::product::product_on;
    use crate::network::Activation;
    use ndarray::Array2;
    use pulp::Arch;

    #[test]
    fn columns_that_fill_up_a_panel_go_nowhere_whatever_the_vectors() {
        // Whole numbers: no rounding.
        let input = Array2::from_shape_fn((9, 5), |(i, j)| ((7 * i + 3 * j) % 11) as f32 - 5.0);
        let weight = Array2::from_shape_fn((5, 10), |(i, j)| ((5 * i + 2 * j) % 7) as f32 - 3.0);
        let bias: Vec<f32> = (0..10).map(|j| j as f32).collect();
        let sums = input.dot(&weight);
        for arch in [Arch::Scalar, Arch::new()] {
            let mut to = Array2::from_elem((9, 10), f32::NAN);
            let activate = Activate { bias: &bias, activation: Activation::Relu, to: to.view_mut() };
            product_on(arch, &rows(input.view()), &[panel(weight.view()).view()], activate);
            assert_eq!(to, Array2::from_shape_fn((9, 10), |(i, j)| (sums[[i, j]] + bias[j]).max(0.0)));

            let below = &sums - 1.0;
            let gate = Gate { below: Some(below.view()), to: to.view_mut() };
            product_on(arch, &rows(input.view()), &[panel(weight.view()).view()], gate);
            assert_eq!(to, Array2::from_shape_fn((9, 10), |i| if below[i] > 0.0 { sums[i] } else { 0.0 }));
        }
    }
}
