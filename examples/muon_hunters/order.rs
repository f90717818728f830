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
/// Random orders to average over.
const N_SHUFFLES: usize = 200;

/// Grids of the test images, answered one after the other by volunteers who make no mistake.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Discovery {
    pub(crate) order: &'static str,
    /// Clicks until nine of ten positives were found; in random order, the mean over many.
    pub(crate) clicks_to_nine_tenths: f64,
    /// Clicks so far, and the share of all positives found by then, after each grid; of random orders, the first.
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
        let mut grids = answered(&tiler.tile(clusters)?, &truth)?;
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
        let mut shuffles: Vec<Discovery> = (0..N_SHUFFLES)
            .map(|_| {
                grids.shuffle(&mut rng);
                follow(order, &grids)
            })
            .collect();
        let sum: f64 = shuffles.iter().map(|shuffle| shuffle.clicks_to_nine_tenths).sum();
        Ok(Discovery { clicks_to_nine_tenths: sum / N_SHUFFLES as f64, ..shuffles.swap_remove(0) })
    };
    let ordered = |order: &'static str, tiles: &[Tile]| -> Result<Discovery> {
        let grids = answered(tiles, &truth)?;
        let numbers = order_tiles(tiles, probabilities, Priority::Positives)?;
        Ok(follow(order, &numbers.into_iter().map(|number| grids[number]).collect::<Vec<_>>()))
    };
    let rows: Vec<usize> = (0..clusters.len()).collect();
    Ok(vec![
        random("DEC, random order", first)?,
        random("reclustered, random order", clusters)?,
        ordered("reclustered, ordered", &tiler.tile(clusters)?)?,
        ordered("reclustered, ranked and ordered", &tiler.tile_ranked(clusters, &rows, probabilities)?)?,
    ])
}

/// Clicks on each grid, and positives found in it.
fn answered(tiles: &[Tile], truth: &[bool]) -> Result<Vec<[usize; 2]>> {
    let of = |tile: &Tile| -> Result<[usize; 2]> {
        let clicks = Clicks::of(tile, &Answer::truthful(tile, truth)?)?.total_clicks();
        Ok([clicks, tile.own_images().filter(|&image| truth[image]).count()])
    };
    tiles.iter().map(of).collect()
}

fn follow(order: &'static str, grids: &[[usize; 2]]) -> Discovery {
    let n_positive: usize = grids.iter().map(|[_, found]| found).sum();
    let (mut clicks, mut found) = (0, 0);
    let mut points = vec![(0.0, 0.0)];
    for [its_clicks, its_found] in grids {
        clicks += its_clicks;
        found += its_found;
        points.push((clicks as f64, found as f64 / n_positive.max(1) as f64));
    }
    let reached = points.iter().find(|(_, share)| *share >= WANTED);
    Discovery { order, clicks_to_nine_tenths: reached.map_or(f64::NAN, |point| point.0), points }
}
