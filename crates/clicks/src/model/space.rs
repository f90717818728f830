//! Marks as points of a space whose axes scatter alike: positions, and sizes beside them.

use crate::{Shape, Survey};

/// The marks of a survey in `D` dimensions.
///
/// A size s becomes the coordinate c·ln s. Who draws the edges of a box with independent errors has ln w off by 2/w of what the centre is off,
/// so c is half the median width; a radius is as uncertain as the centre, so c is the median radius.
#[derive(Debug, Clone)]
pub(crate) struct Space<const D: usize> {
    pub(crate) at: Vec<[f64; D]>,
    /// ln of the volume in which a false mark may lie: of the image, times the effective range of the sizes.
    pub(crate) ln_volume: Vec<f64>,
    /// Median and c of each size.
    axes: [(f64, f64); 2],
}

impl<const D: usize> Space<D> {
    pub(crate) fn new(survey: &Survey) -> Self {
        let n_sizes = D - 2;
        let sizes: Vec<[f64; 2]> = survey.subjects().filter_map(|s| s.sizes).flatten().copied().collect();
        let mut axes = [(1.0, 1.0); 2];
        let mut ln_range = 0.0;
        for (axis, slot) in axes.iter_mut().enumerate().take(n_sizes) {
            let mut column: Vec<f64> = sizes.iter().map(|size| size[axis]).collect();
            column.sort_unstable_by(f64::total_cmp);
            let median = column.get(column.len() / 2).copied().filter(|&m| m > 0.0).unwrap_or(1.0);
            let scale = if survey.shape() == Shape::Box { 0.5 * median } else { median };
            *slot = (median, scale);
            let logs = column.iter().map(|&size| coordinate(size, *slot));
            let n = column.len().max(1) as f64;
            let mean = logs.clone().sum::<f64>() / n;
            let variance = logs.map(|z| (z - mean).powi(2)).sum::<f64>() / n;
            // A uniform law of the entropy of the normal one; no narrower than the scale by which sizes may differ at all.
            let spread = variance.sqrt().max(1e-3 * scale);
            ln_range += (spread * (std::f64::consts::TAU * std::f64::consts::E).sqrt()).ln();
        }
        let mut at = Vec::with_capacity(survey.n_marks());
        let mut ln_volume = Vec::with_capacity(survey.n_subjects());
        for subject in survey.subjects() {
            ln_volume.push(subject.area().ln() + ln_range);
            for (m, xy) in subject.xy.iter().enumerate() {
                at.push(std::array::from_fn(|d| match d {
                    0 | 1 => xy[d],
                    _ => coordinate(subject.sizes.map_or(1.0, |sizes| sizes[m][d - 2]), axes[d - 2]),
                }));
            }
        }
        Self { at, ln_volume, axes }
    }

    /// Position, and sizes where there are any.
    pub(crate) fn read(&self, at: [f64; D]) -> ([f64; 2], Option<[f64; 2]>) {
        let size = |d: usize| {
            let (median, scale) = self.axes[d - 2];
            ((at[d] / scale).exp() - SMALLEST * median).max(0.0)
        };
        let sizes = match D {
            2 => None,
            3 => Some([size(2); 2]),
            _ => Some([size(2), size(3)]),
        };
        ([at[0], at[1]], sizes)
    }
}

/// Sizes are told apart down to this share of the median, so that a size of 0 has a logarithm.
const SMALLEST: f64 = 0.1;

fn coordinate(size: f64, (median, scale): (f64, f64)) -> f64 {
    scale * (size + SMALLEST * median).ln()
}
