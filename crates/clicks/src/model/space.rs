//! Marks as points of a space: positions, and beside them sizes, which scatter as positions do at first and half as much once that is learned.

use crate::{Shape, Subject, Survey};

/// Sizes are told apart down to this share of the median, so that a size of 0 has a logarithm.
const SMALLEST: f64 = 0.1;

/// The marks of a survey in `D` dimensions.
#[derive(Debug, Clone)]
pub(crate) struct Space<const D: usize> {
    pub(crate) at: Vec<[f64; D]>,
    /// ln of the volume in which a false mark may lie: of the image, times the effective range of the sizes.
    pub(crate) ln_volume: Vec<f64>,
    pub(crate) axes: Axes,
}

/// How sizes become coordinates.
///
/// A size s becomes the coordinate c·ln s. Who draws the edges of a box with independent errors has ln w off by 2/w of what the centre is off, so c
/// starts at half the median width; a radius is as uncertain as the centre, so c starts at the median radius. The scatter of the marks on found objects
/// then says what c is: the one with which sizes scatter half as much as positions.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Axes([Axis; 2]);

/// A size as a coordinate.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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

impl Axes {
    pub(crate) fn of(survey: &Survey) -> Self {
        Self(std::array::from_fn(|axis| {
            let mut sizes = column(survey, axis);
            sizes.sort_unstable_by(f64::total_cmp);
            let median = sizes.get(sizes.len() / 2).copied().filter(|&m| m > 0.0).unwrap_or(1.0);
            let scale = if survey.shape() == Shape::Box { 0.5 * median } else { median };
            Axis { median, scale, ln_range: 0.0 }.spanning(&sizes)
        }))
    }

    /// The same with the coordinates of sizes multiplied.
    pub(crate) fn stretched(mut self, survey: &Survey, factors: [f64; 2]) -> Self {
        for (axis, (slot, factor)) in self.0.iter_mut().zip(factors).enumerate() {
            *slot = Axis { scale: slot.scale * factor, ..*slot }.spanning(&column(survey, axis));
        }
        self
    }

    /// A mark as a point.
    pub(crate) fn place<const D: usize>(&self, xy: [f64; 2], size: Option<[f64; 2]>) -> [f64; D] {
        std::array::from_fn(|d| match d {
            0 | 1 => xy[d],
            _ => self.0[d - 2].coordinate(size.map_or(1.0, |size| size[d - 2])),
        })
    }

    /// ln of the volume in which a false mark may lie, on an image of this area.
    pub(crate) fn ln_volume<const D: usize>(&self, area: f64) -> f64 {
        area.ln() + self.0.iter().take(D - 2).map(|axis| axis.ln_range).sum::<f64>()
    }

    /// Position, and sizes where there are any.
    pub(crate) fn read<const D: usize>(&self, at: [f64; D]) -> ([f64; 2], Option<[f64; 2]>) {
        let size = |d: usize| self.0[d - 2].size(at[d]);
        let sizes = match D {
            2 => None,
            3 => Some([size(2); 2]),
            _ => Some([size(2), size(3)]),
        };
        ([at[0], at[1]], sizes)
    }
}

impl<const D: usize> Space<D> {
    pub(crate) fn new(survey: &Survey, axes: Axes) -> Self {
        let mut at = Vec::with_capacity(survey.n_marks());
        let mut ln_volume = Vec::with_capacity(survey.n_subjects());
        for subject in survey.subjects() {
            ln_volume.push(axes.ln_volume::<D>(subject.area()));
            at.extend(places::<D>(&axes, &subject));
        }
        Self { at, ln_volume, axes }
    }
}

/// The marks of one subject as points.
pub(crate) fn places<'a, const D: usize>(
    axes: &'a Axes,
    subject: &Subject<'a>,
) -> impl Iterator<Item = [f64; D]> + 'a {
    let sizes = subject.sizes;
    subject.xy.iter().enumerate().map(move |(m, &xy)| axes.place(xy, sizes.map(|sizes| sizes[m])))
}

fn column(survey: &Survey, axis: usize) -> Vec<f64> {
    survey.subjects().filter_map(|subject| subject.sizes).flatten().map(|size| size[axis]).collect()
}
