//! Cameras that come as a list of pixel positions.

use anyhow::Result;
use manyhands_grid::Raster;

/// Distance of the first pixel to its nearest neighbour.
#[must_use]
pub fn pitch(positions: &[[f64; 2]]) -> f64 {
    let distance = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    positions.iter().skip(1).map(|b| distance(&positions[0], b)).fold(f64::INFINITY, f64::min)
}

/// Hexagons without gaps, in a square cell of `side` pixels.
///
/// # Errors
///
/// When there are fewer than two positions, or another is that of the first.
pub fn raster(positions: &[[f64; 2]], side: u32) -> Result<Raster> {
    let radius = pitch(positions) / 3f64.sqrt();
    let positions: Vec<(f64, f64)> = positions.iter().map(|&[x, y]| (x, y)).collect();
    Ok(Raster::scattered(&positions, radius, side, side)?)
}
