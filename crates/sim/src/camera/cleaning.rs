//! Picture and boundary cleaning: pixels without a shower or ring in them are set to zero.

use super::Camera;
use crate::Error;
use crate::error::{check_not_negative, check_range};

/// Two-level cleaning as VERITAS does it: a pixel stays if it is a picture pixel or lies next to one and above the boundary level.
///
/// Levels are in units of the deviation of a dark pixel, [`Electronics::pedestal_deviation`](crate::Electronics::pedestal_deviation).
/// A picture pixel needs a neighbour that is also above the picture level. Images with fewer than `min_pixels` are drawn anew.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cleaning {
    /// Level of a picture pixel, at least 0. Default 5.
    pub picture: f64,
    /// Level of a boundary pixel, from 0 to `picture`. Default 2.5.
    pub boundary: f64,
    /// Fewest pixels that an image keeps. Default 5; 0 keeps empty images too.
    pub min_pixels: usize,
}

impl Default for Cleaning {
    fn default() -> Self {
        Self { picture: 5.0, boundary: 2.5, min_pixels: 5 }
    }
}

impl Cleaning {
    /// Cleans one image of `camera`: pixels that do not stay become 0. Returns how many stay; `min_pixels` is not looked at.
    ///
    /// `deviation` is that of a dark pixel, in the units of `image`, which has one value per pixel with the pedestal taken away.
    ///
    /// ```
    /// use manyhands_sim::{Camera, Cleaning};
    ///
    /// let camera = Camera::veritas();
    /// let mut image = vec![1.0; 499];
    /// image[0] = 6.0;
    /// image[1] = 7.0; // a neighbour, bright enough too
    /// image[100] = 9.0; // alone
    /// assert_eq!(Cleaning::default().clean(&camera, 1.0, &mut image)?, 2);
    /// assert_eq!(image.iter().sum::<f32>(), 13.0);
    /// # Ok::<(), manyhands_sim::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for levels or a deviation outside their domain, [`Error::PixelCount`] for an image of another camera.
    pub fn clean(&self, camera: &Camera, deviation: f64, image: &mut [f32]) -> Result<usize, Error> {
        self.check()?;
        check_not_negative("deviation", deviation)?;
        if image.len() != camera.n_pixels() {
            return Err(Error::PixelCount { got: image.len(), wants: camera.n_pixels() });
        }
        Ok(self.apply(camera, deviation, image))
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        check_range("picture", self.picture, (0.0, f64::INFINITY), "a finite number, at least 0")?;
        check_range("boundary", self.boundary, (0.0, self.picture), "from 0 to the picture level")
    }

    /// Sets the pixels that do not stay to 0 and returns how many stay. `deviation` is that of a dark pixel, in the units of `counts`.
    pub(super) fn apply(&self, camera: &Camera, deviation: f64, counts: &mut [f32]) -> usize {
        let picture = (self.picture * deviation) as f32;
        let boundary = (self.boundary * deviation) as f32;
        let neighbours = camera.neighbours();
        let mut kept = vec![false; counts.len()];
        let mut pictures = Vec::new();
        for pixel in 0..counts.len() {
            if counts[pixel] > picture && neighbours[pixel].iter().any(|&other| counts[other] > picture) {
                pictures.push(pixel);
                kept[pixel] = true;
            }
        }
        for pixel in pictures {
            for &other in &neighbours[pixel] {
                kept[other] |= counts[other] > boundary;
            }
        }
        for (count, &kept) in counts.iter_mut().zip(&kept) {
            if !kept {
                *count = 0.0;
            }
        }
        kept.iter().filter(|&&kept| kept).count()
    }
}
