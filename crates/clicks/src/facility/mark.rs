//! A mark: a point that a viewer has set on a subject, with its gain and its variance.

use crate::Error;

/// A point that one viewer has set on one subject.
///
/// ```
/// use manyhands_clicks::facility::Mark;
///
/// // A false mark in 20, an object in 4 missed, a scatter of 2 pixels per axis, an image of 300 x 300 pixels.
/// let (p_fp, p_fn, variance, area) = (0.05_f64, 0.25_f64, 4.0, 300.0 * 300.0);
/// let gain = ((1.0 - p_fp) * (1.0 - p_fn) / (2.0 * std::f64::consts::PI * variance * p_fn)).ln() - (p_fp / area).ln();
/// let mark = Mark { x: 10.0, y: 20.0, viewer: 0, gain, variance };
/// assert!((mark.radius() - 9.9).abs() < 0.1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Column, in pixels, between −1e100 and 1e100. It may lie outside the image.
    pub x: f64,
    /// Row, in pixels, between −1e100 and 1e100.
    pub y: f64,
    /// Who set it: any index, the same for all marks of one viewer.
    pub viewer: usize,
    /// G, in nats, between −1e100 and 1e100: log-odds that it belongs to an object at its very position against being false.
    pub gain: f64,
    /// σ², in square pixels per axis, between 1e-100 and 1e100.
    pub variance: f64,
}

impl Mark {
    /// R = σ √(2G), in pixels: no optimal facility is farther from its mark. 0 where the gain is not positive.
    #[must_use]
    pub fn radius(&self) -> f64 {
        (2.0 * self.gain.max(0.0) * self.variance).sqrt()
    }

    pub(super) fn check(&self, mark: usize) -> Result<(), Error> {
        let near = "a number between -1e100 and 1e100";
        for (field, got) in [("x", self.x), ("y", self.y), ("gain", self.gain)] {
            if got.is_nan() || got.abs() > 1e100 {
                return Err(Error::Mark { field, mark, got, wants: near });
            }
        }
        if !(1e-100..=1e100).contains(&self.variance) {
            let wants = "a number between 1e-100 and 1e100";
            return Err(Error::Mark { field: "variance", mark, got: self.variance, wants });
        }
        Ok(())
    }
}
