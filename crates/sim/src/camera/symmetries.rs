//! The twelve rotations and mirrors of the hexagon as permutations of pixels.

use std::f64::consts::FRAC_PI_3;

use super::Camera;
use crate::Error;

/// A moved pixel must land within this many pitches of another pixel's centre.
const TOLERANCE: f64 = 0.01;

impl Camera {
    /// The 12 operations that map a hexagon onto itself, as exact permutations of this camera's pixels.
    ///
    /// Operation `k` below 6 turns the image by 60°·k counter-clockwise about the optical axis; operation `6 + k` mirrors it
    /// first, in the row of pixels through the axis (the x axis for VERITAS). Operation 0 changes nothing.
    ///
    /// A permutation says where each pixel takes its value from: the moved image is `moved[i] = image[permutation[i]]`.
    ///
    /// ```
    /// let turns = manyhands_sim::Camera::veritas().symmetries()?;
    /// // A third of a turn, three times, is none.
    /// let third = &turns[2];
    /// assert!((0..499).all(|pixel| third[third[third[pixel]]] == pixel));
    /// # Ok::<(), manyhands_sim::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotSymmetric`] names the first operation and pixel that land where no pixel is (further than 1 % of the pitch).
    pub fn symmetries(&self) -> Result<Vec<Vec<usize>>, Error> {
        (0..12).map(|operation| self.permutation(operation)).collect()
    }

    fn permutation(&self, operation: usize) -> Result<Vec<usize>, Error> {
        let (sin, cos) = (FRAC_PI_3 * (operation % 6) as f64).sin_cos();
        let (sin_mirror, cos_mirror) = (2.0 * self.axis()).sin_cos();
        let tolerance = (TOLERANCE * self.pitch()).powi(2);
        let positions = self.positions();
        let mut permutation = vec![None; positions.len()];
        for (pixel, &[x, y]) in positions.iter().enumerate() {
            let [x, y] = if operation < 6 {
                [x, y]
            } else {
                [cos_mirror * x + sin_mirror * y, sin_mirror * x - cos_mirror * y]
            };
            let moved = [cos * x - sin * y, sin * x + cos * y];
            let near = |p: &[f64; 2]| (p[0] - moved[0]).powi(2) + (p[1] - moved[1]).powi(2) < tolerance;
            let target = positions.iter().position(near);
            let target = target.ok_or(Error::NotSymmetric { operation, pixel })?;
            permutation[target] = Some(pixel);
        }
        // Pixels are at least half a pitch apart, so no two of them land on the same one and every entry is set.
        Ok(permutation.into_iter().flatten().collect())
    }
}
