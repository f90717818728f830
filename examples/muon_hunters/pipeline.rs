//! One run of the loop: autoencoder, clustering, then batch by batch ask, aggregate, retrain, recluster.

use crate::args::Settings;
use crate::data::Data;
use crate::score::{self, Clusters, Row};
use crate::volunteers::{Aggregate, Answers, tiler};
use anyhow::{Context, Result};
use common::session::{Model, Session};
use manyhands_dec::{Autoencoder, Dec, Epoch, Multitask, Recluster, Supervised};
use manyhands_grid::{Clicks, Tile};
use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// Layers of the encoder (section 2.1 of the paper).
const DIMS: [usize; 4] = [500, 500, 2000, 10];
/// Images of each part that a learning curve is measured on.
const WATCHED: usize = 4000;

/// All that a run gives.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) rows: Vec<Row>,
    pub(crate) batches: Vec<Batch>,
    pub(crate) aggregate: Aggregate,
    pub(crate) views: Vec<View>,
    pub(crate) curves: Vec<(&'static str, Vec<Point>)>,
    /// The grids that went out, with the number of their batch.
    pub(crate) asked: Vec<(usize, Tile)>,
    pub(crate) models: Models,
}

/// The models of the last batch.
#[derive(Debug)]
pub(crate) struct Models {
    pub(crate) autoencoder: Autoencoder,
    pub(crate) dec: Dec,
    pub(crate) multitask: Multitask,
    pub(crate) recluster: Dec,
    pub(crate) supervised: Supervised,
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

/// The test images as a stage sees them.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) stage: &'static str,
    pub(crate) embedding: Array2<f32>,
    pub(crate) centres: Array2<f32>,
    pub(crate) clusters: Vec<usize>,
    pub(crate) tiles: Vec<Tile>,
}

/// One epoch of a learning curve.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Point {
    /// F1 of the clusters under the strict map.
    pub(crate) train: f64,
    pub(crate) test: f64,
}

/// A fixed part of the images, on which learning curves are measured.
struct Watch<'a> {
    train: ndarray::ArrayView2<'a, f32>,
    test: ndarray::ArrayView2<'a, f32>,
    labels: &'a [Option<usize>],
    data: &'a Data,
}

impl Watch<'_> {
    fn point(
        &self,
        predict: impl Fn(ndarray::ArrayView2<'_, f32>) -> manyhands_dec::Result<Array1<usize>>,
    ) -> Result<Point> {
        let [train, test] = [predict(self.train)?.to_vec(), predict(self.test)?.to_vec()];
        let labels = &self.labels[..train.len()];
        let on = |test: Vec<usize>, truth: &[usize]| -> Result<f64> {
            let n = test.len();
            Ok(score::f1(&Clusters { train: train.clone(), test }, labels, &truth[..n])?[0])
        };
        Ok(Point {
            test: on(test, &self.data.test.truth)?,
            train: on(train.clone(), &self.data.train.truth)?,
        })
    }
}

pub(crate) fn run(number: usize, settings: &Settings, data: &Data, session: &Session) -> Result<Run> {
    let seed = settings.seed.wrapping_add(1000 * number as u64);
    let name =
        |what: &str| if settings.n_runs > 1 { format!("run {number} {what}") } else { what.to_owned() };
    let profile = settings.dec_profile();
    let images = data.train.images.view();
    let unwatched = |_: &Epoch, _: &_| Ok(());

    let (autoencoder, _) = session.train(
        &name("autoencoder"),
        &Model { save: |m: &Autoencoder, path| m.save(path), load: |path| Autoencoder::load(path) },
        || {
            let params = Autoencoder::params(&DIMS).profile(profile).input_scale(data.scale).seed(seed);
            Ok(params.max_epochs(settings.max_epochs).training(images)?)
        },
        unwatched,
    )?;
    let (dec, _) = session.train(
        &name("DEC"),
        &KEEP_DEC,
        || {
            let params =
                Dec::params(settings.n_clusters).profile(profile).seed(seed).max_epochs(settings.max_epochs);
            Ok(params.training(autoencoder.clone(), images)?)
        },
        |_, _| Ok(()),
    )?;

    let mut answers = Answers::default();
    let mut views = vec![view("DEC", &dec, settings, data)?];
    let mut asked = Vec::new();
    let mut batches = Vec::new();
    let mut last = None;
    let mut current = dec.clone();
    for batch in 0..settings.n_batches {
        let name = |what: &str| {
            if settings.n_batches > 1 { name(&format!("batch {batch} {what}")) } else { name(what) }
        };
        let before = answers.n_clicks;
        let tiles = ask(batch, &current, &mut answers, settings, data, seed)?;
        let aggregate = answers.aggregate(data).context("aggregating the volunteers' answers")?;
        let labels = &aggregate.labels;
        let watch = Watch {
            train: data.train.images.slice(ndarray::s![..WATCHED.min(images.nrows()), ..]),
            test: data.test.images.slice(ndarray::s![..WATCHED.min(data.test.images.nrows()), ..]),
            labels,
            data,
        };
        let (multitask, taught) = session.train(
            &name("multitask"),
            &Model { save: |m: &Multitask, path| m.save(path), load: |path| Multitask::load(path) },
            || {
                let params = Multitask::params(2).profile(profile).seed(seed).max_epochs(settings.max_epochs);
                Ok(params.training(current, images, labels)?)
            },
            |_, training| {
                let model = training.latest()?;
                watch.point(|images| model.predict_clusters(images))
            },
        )?;
        let (recluster, reclustered) = session.train(
            &name("reclustering"),
            &KEEP_DEC,
            || {
                let params = Recluster::params().profile(profile).seed(seed).max_epochs(settings.max_epochs);
                Ok(params.training(multitask.clone(), images, labels)?)
            },
            |_, training| {
                let model = training.latest()?;
                watch.point(|images| model.predict(images))
            },
        )?;
        let rows =
            [("multitask", of(&multitask.clone().into_dec(), data)?), ("recluster", of(&recluster, data)?)];
        batches.push(Batch {
            batch,
            rows: rows
                .iter()
                .map(|(model, clusters)| score::row(model, clusters, labels, data, settings))
                .collect::<Result<_>>()?,
            clicks: Clicks::truthful(&tiles, &data.train.positives())?.total_clicks(),
            crowd_clicks: answers.n_clicks - before,
        });
        asked.extend(tiles.into_iter().map(|tile| (batch, tile)));
        current = recluster.clone();
        last = Some((
            aggregate,
            multitask,
            recluster,
            vec![("multitask", taught), ("reclustering", reclustered)],
        ));
    }
    let (aggregate, multitask, recluster, curves) = last.context("at least one batch")?;
    views.push(view("multitask", &multitask.clone().into_dec(), settings, data)?);
    views.push(view("reclustering", &recluster, settings, data)?);

    let (supervised, _) = session.train(
        &name("supervised"),
        &Model { save: |m: &Supervised, path| m.save(path), load: |path| Supervised::load(path) },
        || {
            let params = Supervised::params(&DIMS, 2).profile(profile).input_scale(data.scale).seed(seed);
            Ok(params.max_epochs(settings.max_epochs).training(images, &aggregate.labels)?)
        },
        |_, _| Ok(()),
    )?;
    let classes = Clusters {
        train: supervised.predict(images)?.to_vec(),
        test: supervised.predict(data.test.images.view())?.to_vec(),
    };
    let row = |model, clusters: &Clusters| score::row(model, clusters, &aggregate.labels, data, settings);
    let mut rows = vec![
        row("random", &random(settings, data, seed))?,
        row("supervised", &classes)?,
        row("dec", &of(&dec, data)?)?,
    ];
    rows.extend(batches[batches.len() - 1].rows.iter().cloned());
    let models = Models { autoencoder, dec, multitask, recluster, supervised };
    Ok(Run { rows, batches, aggregate, views, curves, asked, models })
}

const KEEP_DEC: Model<Dec> = Model { save: |m: &Dec, path| m.save(path), load: |path| Dec::load(path) };

/// Shows the crowd new training images, and in the first batch the test images too, so that the volunteers can be scored.
fn ask(
    batch: usize,
    model: &Dec,
    answers: &mut Answers,
    settings: &Settings,
    data: &Data,
    seed: u64,
) -> Result<Vec<Tile>> {
    let clusters = of(model, data)?;
    let n = data.train.truth.len();
    let rows: Vec<usize> = (n * batch / settings.n_batches..n * (batch + 1) / settings.n_batches).collect();
    let seed = seed.wrapping_add(batch as u64);
    let tiles = tiler(settings, data.cell, seed).tile_rows(&clusters.train, &rows)?;
    answers.ask(settings, &tiles, &data.train.positives(), 0, seed)?;
    if batch == 0 {
        let tiles = tiler(settings, data.cell, seed).tile(&clusters.test)?;
        // Another seed: the crowd is the same, but comes in another order.
        answers.ask(settings, &tiles, &data.test.positives(), n, seed ^ 1)?;
    }
    Ok(tiles)
}

fn of(model: &Dec, data: &Data) -> Result<Clusters> {
    Ok(Clusters {
        train: model.predict(data.train.images.view())?.to_vec(),
        test: model.predict(data.test.images.view())?.to_vec(),
    })
}

/// Every image in a cluster drawn at random: the paper's first benchmark.
fn random(settings: &Settings, data: &Data, seed: u64) -> Clusters {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = |n| (0..n).map(|_| rng.random_range(0..settings.n_clusters)).collect();
    Clusters { train: draw(data.train.truth.len()), test: draw(data.test.truth.len()) }
}

fn view(stage: &'static str, model: &Dec, settings: &Settings, data: &Data) -> Result<View> {
    let clusters = model.predict(data.test.images.view())?.to_vec();
    Ok(View {
        stage,
        embedding: model.transform(data.test.images.view())?,
        centres: model.centres().to_owned(),
        tiles: tiler(settings, data.cell, settings.seed).tile(&clusters)?,
        clusters,
    })
}
