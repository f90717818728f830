//! Tests of manyhands-grid.

// Answers in two steps, and the votes that they make.
mod answer;
// Clicks and efficiency.
mod clicks;
// Layouts: cells and the points on them.
mod layout;
// Montages: pictures of tiles.
mod montage;
// The order in which tiles and images are asked about.
mod order;
// The clicks that Muon Hunters 2.0 prints.
mod published;
// Rasters: pixels of a picture from the values of an image.
mod raster;
// Retirement of tiles.
mod retirement;
// Values saved and read back.
mod saving;
// Tiles: every image of a cluster in one grid.
mod tiler;

use manyhands_grid::Layout;
use proptest::prelude::*;

/// A clustering of up to 150 images and grids of 1 to 12 cells: clusters smaller than a grid, empty ones, whole grids.
fn clusterings() -> impl Strategy<Value = (Vec<usize>, Layout, u64)> {
    (prop::collection::vec(0_usize..5, 1..150), 1_usize..4, 1_usize..5, any::<u64>())
        .prop_map(|(clusters, rows, cols, seed)| (clusters, Layout::new(rows, cols), seed))
}

fn truths() -> impl Strategy<Value = Vec<bool>> {
    // Also grids of one class.
    (0.0..=1.0).prop_flat_map(|p| prop::collection::vec(prop::bool::weighted(p), 150))
}
