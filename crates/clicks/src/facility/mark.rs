//! A mark: a point that a viewer has set on a subject, with its gain and its variance.

use crate::Error;

/// A point that one viewer has set on one subject, in `D` dimensions of the same scatter.
///
/// Two for positions on an image; three for circles (x, y and a radius or its logarithm, scaled so that it scatters like x and
/// y); four for boxes; one for times and places on a line.
///
/// ```
/// use manyhands_clicks::facility::Mark;
///
/// // A false mark in 20, an object in 4 missed, a scatter of 2 pixels per axis, an image of 300 x 300 pixels.
/// let (p_fp, p_fn, variance, area) = (0.05_f64, 0.25_f64, 4.0, 300.0 * 300.0);
/// let gain = ((1.0 - p_fp) * (1.0 - p_fn) / (2.0 * std::f64::consts::PI * variance * p_fn)).ln() - (p_fp / area).ln();
/// let mark = Mark { at: [10.0, 20.0], viewer: 0, gain, variance };
/// assert!((mark.radius() - 9.9).abs() < 0.1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark<const D: usize = 2> {
    /// Its place: column and row in pixels where D is 2, each between −1e100 and 1e100. It may lie outside the image.
    pub at: [f64; D],
    /// Who set it: any index, the same for all marks of one viewer.
    pub viewer: usize,
    /// G, in nats, between −1e100 and 1e100: log-odds that it belongs to an object at its very position against being false.
    pub gain: f64,
    /// σ² per axis, in square pixels, between 1e-100 and 1e100.
    pub variance: f64,
}

impl<const D: usize> Mark<D> {
    /// R = σ √(2G), in pixels: no optimal facility is farther from its mark, where the opening cost does not depend on the
    /// number of marks. 0 where the gain is not positive.
    #[must_use]
    pub fn radius(&self) -> f64 {
        radius(self.gain, self.variance)
    }

    pub(super) fn check(&self, mark: usize) -> Result<(), Error> {
        let far = |number: f64| number.is_nan() || number.abs() > 1e100;
        if let Some(axis) = self.at.iter().position(|&number| far(number)) {
            return Err(Error::Position { axis, mark, got: self.at[axis] });
        }
        if far(self.gain) {
            let wants = "a number between -1e100 and 1e100";
            return Err(Error::Mark { field: "gain", mark, got: self.gain, wants });
        }
        if !(1e-100..=1e100).contains(&self.variance) {
            let wants = "a number between 1e-100 and 1e100";
            return Err(Error::Mark { field: "variance", mark, got: self.variance, wants });
        }
        Ok(())
    }
}

pub(super) fn radius(gain: f64, variance: f64) -> f64 {
    (2.0 * gain.max(0.0) * variance).sqrt()
}
