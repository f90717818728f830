//! Marks as points of a space whose axes scatter alike: positions, and sizes beside them.

use crate::{Shape, Survey};

/// Sizes are told apart down to this share of the median, so that a size of 0 has a logarithm.
const SMALLEST: f64 = 0.1;

/// The marks of a survey in `D` dimensions.
///
/// A size s becomes the coordinate c·ln s. Who draws the edges of a box with independent errors has ln w off by 2/w of what the centre is off, so c
/// starts at half the median width; a radius is as uncertain as the centre, so c starts at the median radius. The scatter of the marks on found objects
/// then says what c is.
#[derive(Debug, Clone)]
pub(crate) struct Space<const D: usize> {
    pub(crate) at: Vec<[f64; D]>,
    /// ln of the volume in which a false mark may lie: of the image, times the effective range of the sizes.
    pub(crate) ln_volume: Vec<f64>,
    axes: [Axis; 2],
}

/// A size as a coordinate.
#[derive(Debug, Clone, Copy)]
struct Axis {
    median: f64,
    /// c.
    scale: f64,
    /// ln of the width of a uniform law with the entropy of all sizes.
    ln_range: f64,
}

impl Axis {
    fn coordinate(&self, size: f64) -> f64 {
        self.scale * (size + SMALLEST * self.median).ln()
    }

    fn size(&self, coordinate: f64) -> f64 {
        ((coordinate / self.scale).exp() - SMALLEST * self.median).max(0.0)
    }

    /// With the range of these sizes; no narrower than a thousandth of the scale.
    fn spanning(mut self, sizes: &[f64]) -> Self {
        let n = sizes.len().max(1) as f64;
        let mean = sizes.iter().map(|&size| self.coordinate(size)).sum::<f64>() / n;
        let variance = sizes.iter().map(|&size| (self.coordinate(size) - mean).powi(2)).sum::<f64>() / n;
        let sd = variance.sqrt().max(1e-3 * self.scale);
        self.ln_range = sd.ln() + 0.5 * (std::f64::consts::TAU * std::f64::consts::E).ln();
        self
    }
}

impl<const D: usize> Space<D> {
    pub(crate) fn new(survey: &Survey) -> Self {
        let axes = std::array::from_fn(|axis| {
            let mut sizes = column(survey, axis);
            sizes.sort_unstable_by(f64::total_cmp);
            let median = sizes.get(sizes.len() / 2).copied().filter(|&m| m > 0.0).unwrap_or(1.0);
            let scale = if survey.shape() == Shape::Box { 0.5 * median } else { median };
            Axis { median, scale, ln_range: 0.0 }.spanning(&sizes)
        });
        Self { at: Vec::new(), ln_volume: Vec::new(), axes }.of(survey)
    }

    /// The marks of another survey in the same space.
    pub(crate) fn of(&self, survey: &Survey) -> Self {
        let axes = self.axes;
        let ln_range: f64 = axes.iter().take(D - 2).map(|axis| axis.ln_range).sum();
        let mut at = Vec::with_capacity(survey.n_marks());
        let mut ln_volume = Vec::with_capacity(survey.n_subjects());
        for subject in survey.subjects() {
            ln_volume.push(subject.area().ln() + ln_range);
            for (m, xy) in subject.xy.iter().enumerate() {
                at.push(std::array::from_fn(|d| match d {
                    0 | 1 => xy[d],
                    _ => axes[d - 2].coordinate(subject.sizes.map_or(1.0, |sizes| sizes[m][d - 2])),
                }));
            }
        }
        Self { at, ln_volume, axes }
    }

    /// The same with the coordinates of sizes multiplied.
    pub(crate) fn rescaled(mut self, survey: &Survey, factors: [f64; 2]) -> Self {
        for (axis, (slot, factor)) in self.axes.iter_mut().zip(factors).enumerate() {
            *slot = Axis { scale: slot.scale * factor, ..*slot }.spanning(&column(survey, axis));
        }
        self.of(survey)
    }

    /// Position, and sizes where there are any.
    pub(crate) fn read(&self, at: [f64; D]) -> ([f64; 2], Option<[f64; 2]>) {
        let size = |d: usize| self.axes[d - 2].size(at[d]);
        let sizes = match D {
            2 => None,
            3 => Some([size(2); 2]),
            _ => Some([size(2), size(3)]),
        };
        ([at[0], at[1]], sizes)
    }
}

fn column(survey: &Survey, axis: usize) -> Vec<f64> {
    survey.subjects().filter_map(|subject| subject.sizes).flatten().map(|size| size[axis]).collect()
}
