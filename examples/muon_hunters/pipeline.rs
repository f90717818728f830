//! One run: autoencoder, clustering, the batches, and the benchmarks beside them.

use crate::args::{Choose, Settings};
use crate::data::Data;
use crate::order::{Discovery, discoveries};
use crate::recipe::Recipe;
use crate::rounds::{Batch, Point, Rounds, Taught, rounds};
use crate::score::{self, Clusters, Row};
use crate::volunteers::{Aggregate, tiler};
use anyhow::Result;
use common::session::{AUTOENCODER, DEC, SUPERVISED, Session};
use manyhands_dec::{Autoencoder, Dec, Epoch, Multitask, Supervised};
use manyhands_grid::Tile;
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// All that a run gives.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) rows: Vec<Row>,
    pub(crate) batches: Vec<Batch>,
    /// With `--choose both`: the batches of random images beside those that the model chose.
    pub(crate) random_batches: Option<Vec<Batch>>,
    pub(crate) aggregate: Aggregate,
    pub(crate) views: Vec<View>,
    pub(crate) curves: Vec<(&'static str, Vec<Point>)>,
    pub(crate) discoveries: Vec<Discovery>,
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

/// The test images as a stage sees them.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) stage: &'static str,
    pub(crate) embedding: Array2<f32>,
    pub(crate) centres: Array2<f32>,
    pub(crate) clusters: Vec<usize>,
    pub(crate) tiles: Vec<Tile>,
}

pub(crate) fn run(number: usize, settings: &Settings, data: &Data, session: &Session) -> Result<Run> {
    let seed = settings.seed.wrapping_add(1000 * number as u64);
    let name =
        |what: &str| if settings.n_runs > 1 { format!("run {number} {what}") } else { what.to_owned() };
    let recipe = Recipe::new(settings, data, seed);
    let images = data.train.images.view();
    let unwatched = |_: &Epoch, _: &_| Ok(());

    let (autoencoder, _) = session.train(
        &name("autoencoder"),
        &AUTOENCODER,
        || Ok(recipe.autoencoder().training(images)?),
        unwatched,
    )?;
    let (dec, _) = session.train(
        &name("DEC"),
        &DEC,
        || Ok(recipe.dec().training(autoencoder.clone(), images)?),
        |_, _| Ok(()),
    )?;

    let go = |choose| rounds(choose, &dec, &recipe, settings, data, session, &name);
    let random_batches = match settings.choose {
        Choose::Both => Some(go(Choose::Random)?.batches),
        Choose::Model | Choose::Random => None,
    };
    let choose = if settings.choose == Choose::Random { Choose::Random } else { Choose::Model };
    let Rounds { batches, asked, last } = go(choose)?;
    let Taught { aggregate, multitask, recluster, curves, probabilities, .. } = last;
    let views = vec![
        view("DEC", &dec, settings, data)?,
        view("multitask", &multitask.clone().into_dec(), settings, data)?,
        view("reclustering", &recluster, settings, data)?,
    ];

    let (supervised, _) = session.train(
        &name("supervised"),
        &SUPERVISED,
        || Ok(recipe.supervised(&aggregate).training(images, recipe.labels(&aggregate))?),
        |_, _| Ok(()),
    )?;
    let classes = Clusters {
        train: supervised.predict(images)?.to_vec(),
        test: supervised.predict(data.test.images.view())?.to_vec(),
    };
    let random = random(settings, data, seed);
    let at_random = one_hot(&random.test, settings.n_clusters);
    let clusters = Clusters::of(&dec, data)?;
    let shares = dec.predict_proba(data.test.images.view())?;
    let labels = &aggregate.labels;
    let by_class = supervised.predict_proba(data.test.images.view())?.column(1).to_vec();
    let row = |model, clusters: &Clusters, scores: &[f64]| {
        score::row(model, clusters, scores, &aggregate, data, settings)
    };
    let mut rows = vec![
        row("random", &random, &random.scores(&at_random, labels))?,
        row("supervised", &classes, &by_class)?,
        row("dec", &clusters, &clusters.scores(&shares, labels))?,
    ];
    rows.extend(batches[batches.len() - 1].rows.iter().cloned());
    let discoveries = discoveries(&views[0].clusters, &views[2].clusters, &probabilities, settings, data)?;
    let models = Models { autoencoder, dec, multitask, recluster, supervised };
    Ok(Run { rows, batches, random_batches, aggregate, views, curves, discoveries, asked, models })
}

/// Every image in a cluster drawn at random: the paper's first benchmark.
fn random(settings: &Settings, data: &Data, seed: u64) -> Clusters {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = |n| (0..n).map(|_| rng.random_range(0..settings.n_clusters)).collect();
    Clusters { train: draw(data.train.truth.len()), test: draw(data.test.truth.len()) }
}

/// All of an image in its cluster.
fn one_hot(clusters: &[usize], n_clusters: usize) -> Array2<f64> {
    Array2::from_shape_fn((clusters.len(), n_clusters), |(row, k)| f64::from(u8::from(clusters[row] == k)))
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
