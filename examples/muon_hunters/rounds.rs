//! The batches of a run: ask about new images, aggregate, retrain, recluster, and again.

use crate::args::{Choose, Settings};
use crate::data::{Data, Part};
use crate::recipe::Recipe;
use crate::score::{self, Clusters, Row};
use crate::volunteers::{Aggregate, Answers, tiler};
use anyhow::{Context, Result};
use common::session::{DEC, MULTITASK, Session};
use manyhands_dec::{Dec, Multitask, Training};
use manyhands_grid::{Clicks, Priority, Tile, Tiler, order_tiles};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::seq::index;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Images of each part that a learning curve is measured on.
const WATCHED: usize = 4000;
/// Steps between two points of a learning curve, at least.
const BETWEEN_POINTS: usize = 40;

/// Everything that the batches gave.
#[derive(Debug)]
pub(crate) struct Rounds {
    pub(crate) batches: Vec<Batch>,
    /// The grids that went out, with the number of their batch.
    pub(crate) asked: Vec<(usize, Tile)>,
    /// What the last batch left.
    pub(crate) last: Taught,
}

/// What the labels of a batch, and of those before it, made of a clustering.
#[derive(Debug)]
pub(crate) struct Taught {
    pub(crate) aggregate: Aggregate,
    pub(crate) multitask: Multitask,
    pub(crate) recluster: Dec,
    pub(crate) curves: Vec<(&'static str, Vec<Point>)>,
    /// How probably each test image is a positive, by the model as it was taught.
    pub(crate) probabilities: Vec<f64>,
    /// The same of each training image: by this the next batch is chosen.
    train_probabilities: Vec<f64>,
}

/// What one batch cost and gave.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Batch {
    pub(crate) batch: usize,
    pub(crate) rows: Vec<Row>,
    /// Clicks on the batch's grids of a volunteer who makes no mistake.
    pub(crate) clicks: usize,
    /// Clicks that all volunteers together made on them.
    pub(crate) crowd_clicks: usize,
}

/// One point of a learning curve: F1 under the strict map.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) epoch: usize,
    pub(crate) train: f64,
    pub(crate) test: f64,
}

/// A fixed part of the images, on which learning curves are measured.
struct Watch {
    train: Array2<f32>,
    test: Array2<f32>,
    labels: Vec<Option<usize>>,
    weights: [f64; 2],
    truth: [Vec<usize>; 2],
    /// Epochs between two points, so that enough steps go by: few images make short epochs.
    every: usize,
}

impl Watch {
    /// Images evenly spread, so that there is as much gold among those of the training as elsewhere.
    fn new(data: &Data, aggregate: &Aggregate) -> Self {
        let [train, test] = [&data.train, &data.test].map(|part| {
            let n = part.truth.len();
            (0..n).step_by(n.div_ceil(WATCHED)).collect::<Vec<_>>()
        });
        let truth = |part: &Part, rows: &[usize]| rows.iter().map(|&row| part.truth[row]).collect();
        Self {
            train: data.train.images.select(Axis(0), &train),
            test: data.test.images.select(Axis(0), &test),
            labels: train.iter().map(|&row| aggregate.labels[row]).collect(),
            weights: aggregate.weights,
            truth: [truth(&data.train, &train), truth(&data.test, &test)],
            every: BETWEEN_POINTS.div_ceil(data.train.truth.len().div_ceil(256)),
        }
    }

    /// Measures a model where it is time for it.
    fn point<M>(
        &self,
        epoch: usize,
        training: &Training<'_, M>,
        predict: impl Fn(&M, ArrayView2<'_, f32>) -> manyhands_dec::Result<Array1<usize>>,
    ) -> Result<Option<Point>> {
        if !epoch.is_multiple_of(self.every) {
            return Ok(None);
        }
        let model = training.latest()?;
        let [train, test] = [&self.train, &self.test].map(|images| predict(&model, images.view()));
        let (train, test) = (train?.to_vec(), test?.to_vec());
        let on = |test: Vec<usize>, truth: &[usize]| -> Result<f64> {
            Ok(score::f1(&Clusters { train: train.clone(), test }, &self.labels, self.weights, truth)?[0])
        };
        let [test, train] = [on(test, &self.truth[1])?, on(train.clone(), &self.truth[0])?];
        Ok(Some(Point { epoch, train, test }))
    }
}

/// Runs all batches from the clustering `dec` on. `name` tells the trainings of this run from those of others.
pub(crate) fn rounds(
    choose: Choose,
    dec: &Dec,
    recipe: &Recipe<'_>,
    settings: &Settings,
    data: &Data,
    session: &Session,
    name: &dyn Fn(&str) -> String,
) -> Result<Rounds> {
    let images = data.train.images.view();
    let (mut answers, mut asked, mut batches) = (Answers::default(), Vec::new(), Vec::new());
    let mut current = dec.clone();
    let mut clusters = Clusters::of(dec, data)?;
    // Training images that nobody has been asked about, ascending.
    let mut open: Vec<usize> = (0..images.nrows()).collect();
    let mut last: Option<Taught> = None;
    for batch in 0..settings.n_batches {
        // Whole grids are chosen, so the images may be used up early.
        if open.is_empty() {
            break;
        }
        // The first batch is the same, whoever chooses the next ones.
        let arm = if choose == Choose::Random && batch > 0 { "random " } else { "" };
        let name = |what: &str| {
            if settings.n_batches > 1 { name(&format!("{arm}batch {batch} {what}")) } else { name(what) }
        };
        let before = answers.n_clicks;
        let [seed, of_training, of_test] = seeds(recipe.seed, batch);
        let tiler = tiler(settings, data.cell, seed);
        let until = |batch: usize| images.nrows() * batch / settings.n_batches;
        let is_last = batch + 1 == settings.n_batches;
        let n = if is_last { open.len() } else { until(batch + 1) - until(batch) };
        let tiles = match &last {
            None => grids_of_random_images(&tiler, &clusters.train, data.gold.len(), n, seed)?,
            Some(last) => {
                let p = &last.train_probabilities;
                let tiles = tiler.tile_ranked(&clusters.train, &open, p)?;
                let order = match choose {
                    Choose::Random => {
                        index::sample(&mut ChaCha8Rng::seed_from_u64(seed), tiles.len(), tiles.len())
                            .into_vec()
                    }
                    Choose::Model | Choose::Both => order_tiles(&tiles, p, Priority::Information)?,
                };
                first_grids(&tiles, &order, n)
            }
        };
        let shown: BTreeSet<usize> = tiles.iter().flat_map(Tile::own_images).collect();
        open.retain(|row| !shown.contains(row));
        answers.ask(settings, &tiles, &data.train.positives(), 0, of_training)?;
        let crowd_clicks = answers.n_clicks - before;
        if batch == 0 {
            // The test images too, so that the volunteers can be scored. By another seed the crowd is the same, but comes in another order.
            let tiles = tiler.tile(&clusters.test)?;
            answers.ask(settings, &tiles, &data.test.positives(), images.nrows(), of_test)?;
        }
        let aggregate = answers.aggregate(settings, data).context("aggregating the volunteers' answers")?;
        let taught = teach(current, aggregate, recipe, data, session, &name)?;
        let taught_clusters = Clusters::of(&taught.multitask.clone().into_dec(), data)?;
        clusters = Clusters::of(&taught.recluster, data)?;
        let shares = taught.recluster.predict_proba(data.test.images.view())?;
        let row = |model, clusters: &Clusters, scores: &[f64]| {
            score::row(model, clusters, scores, &taught.aggregate, data, settings)
        };
        let rows = vec![
            row("multitask", &taught_clusters, &taught.probabilities)?,
            row("recluster", &clusters, &clusters.scores(&shares, &taught.aggregate.labels))?,
        ];
        batches.push(Batch {
            batch,
            rows,
            clicks: Clicks::truthful(&tiles, &data.train.positives())?.total_clicks(),
            crowd_clicks,
        });
        asked.extend(tiles.into_iter().map(|tile| (batch, tile)));
        current = taught.recluster.clone();
        last = Some(taught);
    }
    Ok(Rounds { batches, asked, last: last.context("at least one batch")? })
}

/// How probably each image is a positive.
fn positive(model: &Multitask, images: ArrayView2<'_, f32>) -> Result<Vec<f64>> {
    Ok(model.predict_proba(images)?.column(1).to_vec())
}

/// Seeds of a batch: of its grids, and of the volunteers who answer them and those of the test images.
fn seeds(seed: u64, batch: usize) -> [u64; 3] {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(1 + batch as u64);
    rng.random()
}

/// Grids of `n` images drawn at random, with their share of those of known truth, from which volunteers are learned: these are the first `n_gold`.
fn grids_of_random_images(
    tiler: &Tiler,
    clusters: &[usize],
    n_gold: usize,
    n: usize,
    seed: u64,
) -> Result<Vec<Tile>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let n_known = (n * n_gold).div_ceil(clusters.len());
    let known = index::sample(&mut rng, n_gold, n_known);
    let others = index::sample(&mut rng, clusters.len() - n_gold, n - n_known);
    let mut rows: Vec<usize> = known.into_iter().chain(others.into_iter().map(|row| n_gold + row)).collect();
    rows.sort_unstable();
    Ok(tiler.tile_rows(clusters, &rows)?)
}

/// The first of `tiles` in `order`, until they show `n` images.
fn first_grids(tiles: &[Tile], order: &[usize], n: usize) -> Vec<Tile> {
    let mut n_shown = 0;
    (order.iter().map(|&number| &tiles[number]))
        .take_while(|tile| {
            let is_wanted = n_shown < n;
            n_shown += tile.n_distinct();
            is_wanted
        })
        .cloned()
        .collect()
}

/// Retrains `current` with the labels and clusters again.
fn teach(
    current: Dec,
    aggregate: Aggregate,
    recipe: &Recipe<'_>,
    data: &Data,
    session: &Session,
    name: &dyn Fn(&str) -> String,
) -> Result<Taught> {
    let images = data.train.images.view();
    let watch = Watch::new(data, &aggregate);
    let (multitask, taught) = session.train(
        &name("multitask"),
        &MULTITASK,
        || Ok(recipe.multitask(&aggregate).training(current, images, recipe.labels(&aggregate))?),
        |epoch, training| watch.point(epoch.index, training, |model, images| recipe.groups(model, images)),
    )?;
    // Asked before reseeding, which moves the head to new clusters, where it says only nearly the same.
    let probabilities = positive(&multitask, data.test.images.view())?;
    let train_probabilities = positive(&multitask, images)?;
    let multitask = recipe.reseed(multitask)?;
    let (recluster, reclustered) = session.train(
        &name("reclustering"),
        &DEC,
        || Ok(recipe.recluster(&aggregate).training(multitask.clone(), images, recipe.labels(&aggregate))?),
        |epoch, training| watch.point(epoch.index, training, Dec::predict),
    )?;
    let points = |points: Vec<Option<Point>>| points.into_iter().flatten().collect();
    let curves = vec![("multitask", points(taught)), ("reclustering", points(reclustered))];
    Ok(Taught { aggregate, multitask, recluster, curves, probabilities, train_probabilities })
}
