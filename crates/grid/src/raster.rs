//! A raster: which value of an image row every pixel of a cell shows.

use crate::{Error, Result};

/// The way from an image row, a flat list of values, to the pixels of a cell: for every pixel the value that it shows,
/// or none.
///
/// Pixels are numbered from the upper left, x to the right, y down.
///
/// ```
/// use manyhands_grid::Raster;
///
/// let camera = [(0.0, 0.0), (1.0, 0.0), (0.5, 0.9)]; // value 2 lies above the others
/// let raster = Raster::scattered(&camera, 0.5, 40, 40)?;
/// assert_eq!(raster.value_at(10, 30), Some(0));
/// assert_eq!(raster.value_at(20, 10), Some(2));
/// assert_eq!(raster.value_at(0, 0), None);
/// # Ok::<(), manyhands_grid::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    width: u32,
    height: u32,
    n_values: usize,
    /// Value of every pixel, row by row. 32 bits hold it: see `check_count`.
    values: Vec<Option<u32>>,
}

impl Raster {
    /// Images of `height` × `width` values stored row by row, stretched to fill a cell: a pixel shows the value that its
    /// centre lies in. Values may stay unseen in a cell that has fewer pixels than the image has values.
    ///
    /// # Errors
    /// [`Error::ZeroRaster`] when a size is 0, [`Error::RasterTooLarge`] when 32 bits cannot number values or pixels.
    pub fn rectangular(height: usize, width: usize, cell_width: u32, cell_height: u32) -> Result<Self> {
        for (field, size) in [("height", height), ("width", width)] {
            if size == 0 {
                return Err(Error::ZeroRaster { field });
            }
        }
        check_cell(cell_width, cell_height)?;
        check_count("height x width", (height as u64).saturating_mul(width as u64))?;
        let nearest = |pixel: u32, n_pixels: u32, n_values: usize| {
            (2 * u64::from(pixel) + 1) * n_values as u64 / (2 * u64::from(n_pixels))
        };
        let values = pixels(cell_width, cell_height)
            .map(|(x, y)| nearest(y, cell_height, height) * width as u64 + nearest(x, cell_width, width))
            .map(|value| u32::try_from(value).ok())
            .collect();
        Ok(Self { width: cell_width, height: cell_height, n_values: height * width, values })
    }

    /// Cameras whose pixels lie anywhere: `positions[value]` is the centre of a camera pixel, x to the right and y up, in
    /// any unit. A pixel of the cell shows the nearest camera pixel that is at most `radius` away; on a tie the one with
    /// the lower index. The camera, with a margin of `radius`, is centred in the cell and as large as fits.
    ///
    /// With the distance between neighbours divided by √3 as radius, a hexagonal camera is drawn in hexagons without
    /// holes; with half of it, in separate discs.
    ///
    /// # Errors
    /// [`Error::ZeroRaster`] without positions or pixels, [`Error::RasterTooLarge`] when 32 bits cannot number them,
    /// [`Error::Radius`] and [`Error::Position`] for numbers that are not finite or a radius that is not above 0.
    pub fn scattered(
        positions: &[(f64, f64)],
        radius: f64,
        cell_width: u32,
        cell_height: u32,
    ) -> Result<Self> {
        check_cell(cell_width, cell_height)?;
        if positions.is_empty() {
            return Err(Error::ZeroRaster { field: "positions" });
        }
        check_count("positions", positions.len() as u64)?;
        if !(radius > 0.0 && radius.is_finite()) {
            return Err(Error::Radius { got: radius });
        }
        if let Some(index) = positions.iter().position(|(x, y)| !(x.is_finite() && y.is_finite())) {
            let (x, y) = positions[index];
            return Err(Error::Position { index, x, y });
        }
        let (left, right) = range(positions.iter().map(|&(x, _)| x));
        let (low, high) = range(positions.iter().map(|&(_, y)| y));
        let (width, height) = (f64::from(cell_width), f64::from(cell_height));
        // Pixels per unit of the camera.
        let scale = (width / (right - left + 2.0 * radius)).min(height / (high - low + 2.0 * radius));
        let (middle_x, middle_y) = (f64::midpoint(left, right), f64::midpoint(low, high));

        // Every camera pixel paints its disc where it is nearer than those before it.
        let mut nearest = vec![(f64::INFINITY, None); cell_width as usize * cell_height as usize];
        let reach = radius * scale;
        for (value, &(x, y)) in (0_u32..).zip(positions) {
            let centre_x = width / 2.0 + (x - middle_x) * scale;
            let centre_y = height / 2.0 - (y - middle_y) * scale;
            for pixel_y in span(centre_y, reach, cell_height) {
                for pixel_x in span(centre_x, reach, cell_width) {
                    let (dx, dy) = (f64::from(pixel_x) + 0.5 - centre_x, f64::from(pixel_y) + 0.5 - centre_y);
                    let distance = dx.hypot(dy);
                    let best = &mut nearest[pixel_y as usize * cell_width as usize + pixel_x as usize];
                    if distance <= reach && distance < best.0 {
                        *best = (distance, Some(value));
                    }
                }
            }
        }
        let values = nearest.into_iter().map(|(_, value)| value).collect();
        Ok(Self { width: cell_width, height: cell_height, n_values: positions.len(), values })
    }

    /// Width and height in pixels of the cells that it draws.
    pub fn cell_dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Values that an image row must have.
    pub fn n_values(&self) -> usize {
        self.n_values
    }

    /// The value that a pixel shows; `None` where there is no camera pixel and outside of the cell.
    pub fn value_at(&self, x: u32, y: u32) -> Option<usize> {
        if x >= self.width || y >= self.height {
            return None;
        }
        self.values[y as usize * self.width as usize + x as usize].map(|value| value as usize)
    }

    /// The value of every pixel, row by row from the upper left.
    pub fn values(&self) -> impl ExactSizeIterator<Item = Option<usize>> + '_ {
        self.values.iter().map(|value| value.map(|value| value as usize))
    }
}

fn check_cell(cell_width: u32, cell_height: u32) -> Result<()> {
    for (field, size) in [("cell_width", cell_width), ("cell_height", cell_height)] {
        if size == 0 {
            return Err(Error::ZeroRaster { field });
        }
    }
    check_count("cell_width x cell_height", u64::from(cell_width) * u64::from(cell_height))
}

fn check_count(field: &'static str, got: u64) -> Result<()> {
    if got > u32::MAX.into() { Err(Error::RasterTooLarge { field, got }) } else { Ok(()) }
}

/// `(x, y)` of every pixel, row by row.
fn pixels(width: u32, height: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)))
}

/// Least and greatest of finite numbers.
fn range(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
}

/// The pixels that reach within `reach` of `centre`, clipped to the cell. The cast of a float saturates.
fn span(centre: f64, reach: f64, n_pixels: u32) -> std::ops::Range<u32> {
    let first = (centre - reach).floor() as u32;
    let end = (centre + reach).ceil() as u32;
    first..end.min(n_pixels)
}
