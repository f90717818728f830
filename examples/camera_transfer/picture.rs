//! All images of a file at a glance.

use crate::asked::Asked;
use crate::score::called;
use anyhow::Result;
use common::{camera, files};
use manyhands_grid::{Contrast, Layout, Montage, Palette, Tiler};
use manyhands_sim::Camera;
use std::path::Path;

/// Pixels along the side of a drawn image.
const CELL: u32 = 72;

/// The images as the model sees them, called muons and others apart, most muon-like first, mistakes framed.
pub(crate) fn draw(out: &Path, camera: &Camera, asked: &Asked, probabilities: &[f64]) -> Result<()> {
    files::remove_pictures(out, r"called_(other|muon)_\d+\.png")?;
    let raster = camera::raster(camera.positions(), CELL)?;
    let called = called(probabilities);
    let groups: Vec<usize> = called.iter().map(|&is_muon| usize::from(is_muon)).collect();
    let rows: Vec<usize> = (0..groups.len()).collect();
    let layout = Layout::square(10).cell_size(CELL, CELL).gap(4);
    let mut numbers = [0; 2];
    for tile in Tiler::new(layout).tile_ranked(&groups, &rows, probabilities)? {
        let group = tile.cluster();
        let shown = tile.own_images().enumerate();
        let mistakes: Vec<usize> = shown
            .filter(|&(_, image)| asked.truth[image].is_some_and(|truth| truth != called[image]))
            .map(|(cell, _)| cell)
            .collect();
        let file = format!("called_{}_{}.png", ["other", "muon"][group], numbers[group]);
        Montage::of(&tile, &raster, asked.images.view(), Contrast::PerImage, Palette::Grey)?
            .dim_padding()
            .mark(&mistakes)?
            .write_png(out.join(file))?;
        numbers[group] += 1;
    }
    Ok(())
}
