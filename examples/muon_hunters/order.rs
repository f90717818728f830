//! What a click finds: positives found against clicks spent, in random order and in the order of the model.

use crate::args::Settings;
use crate::data::Data;
use crate::volunteers::tiler;
use anyhow::Result;
use manyhands_grid::{Answer, Clicks, Priority, Tile, order_tiles};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

/// Share of the positives at which orders are compared.
const WANTED: f64 = 0.9;

/// Grids of the test images, answered one after the other by volunteers who make no mistake.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Discovery {
    pub(crate) order: &'static str,
    /// Clicks until nine of ten positives were found.
    pub(crate) clicks_to_nine_tenths: f64,
    /// Clicks so far, and the share of all positives found by then, after each grid.
    #[serde(skip)]
    pub(crate) points: Vec<(f64, f64)>,
}

/// The ways to go through the test images of a model: its clusters, and how probably each image is a positive.
pub(crate) fn discoveries(
    first: &[usize],
    clusters: &[usize],
    probabilities: &[f64],
    settings: &Settings,
    data: &Data,
) -> Result<Vec<Discovery>> {
    let tiler = tiler(settings, data.cell, settings.seed);
    let truth = data.test.positives();
    let random = |order: &'static str, clusters: &[usize]| -> Result<Discovery> {
        let tiles = tiler.tile(clusters)?;
        let mut numbers: Vec<usize> = (0..tiles.len()).collect();
        numbers.shuffle(&mut ChaCha8Rng::seed_from_u64(settings.seed));
        follow(order, &tiles, &numbers, &truth)
    };
    let ordered = |order: &'static str, tiles: &[Tile]| {
        follow(order, tiles, &order_tiles(tiles, probabilities, Priority::Positives)?, &truth)
    };
    let rows: Vec<usize> = (0..clusters.len()).collect();
    Ok(vec![
        random("DEC, random order", first)?,
        random("reclustered, random order", clusters)?,
        ordered("reclustered, ordered", &tiler.tile(clusters)?)?,
        ordered("reclustered, ranked and ordered", &tiler.tile_ranked(clusters, &rows, probabilities)?)?,
    ])
}

fn follow(order: &'static str, tiles: &[Tile], numbers: &[usize], truth: &[bool]) -> Result<Discovery> {
    let n_positive = truth.iter().filter(|&&positive| positive).count();
    let (mut clicks, mut found) = (0, 0);
    let mut points = vec![(0.0, 0.0)];
    for tile in numbers.iter().map(|&number| &tiles[number]) {
        clicks += Clicks::of(tile, &Answer::truthful(tile, truth)?)?.total_clicks();
        found += tile.own_images().filter(|&image| truth[image]).count();
        points.push((clicks as f64, found as f64 / n_positive.max(1) as f64));
    }
    let reached = points.iter().find(|(_, share)| *share >= WANTED);
    Ok(Discovery { order, clicks_to_nine_tenths: reached.map_or(f64::NAN, |point| point.0), points })
}
