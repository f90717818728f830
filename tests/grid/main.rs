//! Tests of manyhands-grid.

mod answer;
mod clicks;
mod layout;
mod montage;
mod order;
mod published;
mod raster;
mod retirement;
mod saving;
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
