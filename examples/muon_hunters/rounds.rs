//! The batches of a run: ask about new images, aggregate, retrain, recluster, and again.

use crate::args::{Choose, Settings};
use crate::data::Data;
use crate::pipeline::KEEP_DEC;
use crate::recipe::Recipe;
use crate::score::{self, Clusters, Row};
use crate::volunteers::{Aggregate, Answers, tiler};
use anyhow::{Context, Result};
use common::session::{Model, Session};
use manyhands_dec::{Dec, Multitask, Training};
use manyhands_grid::{Clicks, Priority, Tile, Tiler, order_tiles};
use ndarray::{Array1, ArrayView2, s};
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
    /// How probably each test image is a positive.
    pub(crate) probabilities: Vec<f64>,
}

/// What one batch cost and gave.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Batch {
    pub(crate) batch: usize,
    pub(crate) rows: Vec<Row>,
    /// Clicks on the batch's grids of a volunteer who makes no mistake.
    pub(crate) clicks: usize,
    /// Clicks that all volunteers together made.
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
struct Watch<'a> {
    train: ArrayView2<'a, f32>,
    test: ArrayView2<'a, f32>,
    labels: &'a [Option<usize>],
    data: &'a Data,
}

impl<'a> Watch<'a> {
    fn new(data: &'a Data, labels: &'a [Option<usize>]) -> Self {
        let part = |images: &'a ndarray::Array2<f32>| images.slice(s![..WATCHED.min(images.nrows()), ..]);
        Self { train: part(&data.train.images), test: part(&data.test.images), labels, data }
    }

    /// Measures a model where enough steps have gone by since the last time: few images make short epochs.
    fn point<M>(
        &self,
        epoch: usize,
        training: &Training<'_, M>,
        predict: impl Fn(&M, ArrayView2<'_, f32>) -> manyhands_dec::Result<Array1<usize>>,
    ) -> Result<Option<Point>> {
        let steps_per_epoch = self.data.train.images.nrows().div_ceil(256);
        if !epoch.is_multiple_of(BETWEEN_POINTS.div_ceil(steps_per_epoch)) {
            return Ok(None);
        }
        let model = training.latest()?;
        let [train, test] = [predict(&model, self.train)?.to_vec(), predict(&model, self.test)?.to_vec()];
        let labels = &self.labels[..train.len()];
        let on = |test: Vec<usize>, truth: &[usize]| -> Result<f64> {
            let n = test.len();
            Ok(score::f1(&Clusters { train: train.clone(), test }, labels, &truth[..n])?[0])
        };
        let [test, train] = [on(test, &self.data.test.truth)?, on(train.clone(), &self.data.train.truth)?];
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
        let name = |what: &str| {
            if settings.n_batches > 1 { name(&format!("batch {batch} {what}")) } else { name(what) }
        };
        let before = answers.n_clicks;
        let seed = recipe.seed.wrapping_add(batch as u64);
        let tiler = tiler(settings, data.cell, seed);
        let teacher = last.as_ref().filter(|_| choose == Choose::Model);
        let p = teacher.map(|last| positive(&last.multitask, images)).transpose()?;
        let until = |batch: usize| images.nrows() * batch / settings.n_batches;
        let is_last = batch + 1 == settings.n_batches;
        let n = if is_last { open.len() } else { until(batch + 1) - until(batch) };
        let tiles = next_grids(&tiler, &clusters.train, &open, n, p.as_deref())?;
        let shown: BTreeSet<usize> = tiles.iter().flat_map(Tile::own_images).collect();
        open.retain(|row| !shown.contains(row));
        answers.ask(settings, &tiles, &data.train.positives(), 0, seed)?;
        if batch == 0 {
            // The test images too, so that the volunteers can be scored. Another seed: the crowd is the same, but comes in another order.
            let tiles = tiler.tile(&clusters.test)?;
            answers.ask(settings, &tiles, &data.test.positives(), images.nrows(), seed ^ 1)?;
        }
        let aggregate = answers.aggregate(data).context("aggregating the volunteers' answers")?;
        let taught = teach(current, aggregate, recipe, data, session, &name)?;
        let taught_clusters = Clusters::of(&taught.multitask.clone().into_dec(), data)?;
        clusters = Clusters::of(&taught.recluster, data)?;
        let shares = taught.recluster.predict_proba(data.test.images.view())?;
        let labels = &taught.aggregate.labels;
        let row = |model, clusters: &Clusters, scores: &[f64]| {
            score::row(model, clusters, scores, labels, data, settings)
        };
        let rows = vec![
            row("multitask", &taught_clusters, &taught.probabilities)?,
            row("recluster", &clusters, &clusters.scores(&shares, labels))?,
        ];
        batches.push(Batch {
            batch,
            rows,
            clicks: Clicks::truthful(&tiles, &data.train.positives())?.total_clicks(),
            crowd_clicks: answers.n_clicks - before,
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

/// Grids of about `n` of the `open` images: by the model's probabilities those that tell most, in whole grids; without a model the first.
fn next_grids(
    tiler: &Tiler,
    clusters: &[usize],
    open: &[usize],
    n: usize,
    probabilities: Option<&[f64]>,
) -> Result<Vec<Tile>> {
    let Some(p) = probabilities else { return Ok(tiler.tile_rows(clusters, &open[..n])?) };
    let tiles = tiler.tile_ranked(clusters, open, p)?;
    let mut n_shown = 0;
    Ok((order_tiles(&tiles, p, Priority::Information)?.into_iter())
        .map(|number| tiles[number].clone())
        .take_while(|tile| {
            let is_wanted = n_shown < n;
            n_shown += tile.n_distinct();
            is_wanted
        })
        .collect())
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
    let watch = Watch::new(data, &aggregate.labels);
    let (multitask, taught) = session.train(
        &name("multitask"),
        &Model { save: |m: &Multitask, path| m.save(path), load: |path| Multitask::load(path) },
        || Ok(recipe.multitask().training(current, images, recipe.labels(&aggregate))?),
        |epoch, training| watch.point(epoch.index, training, |model, images| recipe.groups(model, images)),
    )?;
    // Asked before reseeding, which moves the head to new clusters, where it says only nearly the same.
    let probabilities = positive(&multitask, data.test.images.view())?;
    let multitask = recipe.reseed(multitask)?;
    let (recluster, reclustered) = session.train(
        &name("reclustering"),
        &KEEP_DEC,
        || Ok(recipe.recluster().training(multitask.clone(), images, recipe.labels(&aggregate))?),
        |epoch, training| watch.point(epoch.index, training, Dec::predict),
    )?;
    let points = |points: Vec<Option<Point>>| points.into_iter().flatten().collect();
    let curves = vec![("multitask", points(taught)), ("reclustering", points(reclustered))];
    Ok(Taught { aggregate, multitask, recluster, curves, probabilities })
}
