//! Table 1 of the paper: F1 of the clusters on the test images, and the clicks that their grids cost; how well positives are ranked besides.

use crate::args::Settings;
use crate::data::Data;
use crate::published::{Published, published};
use crate::volunteers::{Aggregate, tiler};
use anyhow::Result;
use manyhands_dec::Dec;
use manyhands_grid::{Clicks, Tile};
use manyhands_metrics::{Binary, ClusterMap, average_precision};
use ndarray::{Array1, Array2};
use serde::Serialize;

/// One row of the table: one model in one run, or the mean over runs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) model: &'static str,
    /// Each cluster takes the class of most of its training images, labels counting what they count in the training.
    pub(crate) f1_strict: f64,
    /// The same, but every class gets at least one cluster.
    pub(crate) f1_safe: f64,
    /// Standard deviation over the runs; `None` of one run.
    pub(crate) f1_strict_sd: Option<f64>,
    /// Of the ranking of the test images: about the rate of positives where it is random. That of the retrained model is from before its clusters
    /// are set anew, which moves its head.
    pub(crate) average_precision: f64,
    /// Positives in a test grid that holds any, in the mean.
    pub(crate) positives_per_grid: f64,
    /// Clicks on distinct images of the test grids, by volunteers who make no mistake.
    pub(crate) minority_clicks: f64,
    /// Two more a grid: the choice, and sending it off.
    pub(crate) total_clicks: f64,
    /// Clicks more where the copies that fill a last grid are clicked too.
    pub(crate) padding_clicks: f64,
    /// Clicks of the one-by-one interface / total clicks.
    pub(crate) efficiency: f64,
    /// What the paper has in this row.
    pub(crate) published: Option<Published>,
}

/// The clusters of the training and of the test images.
#[derive(Clone, Debug)]
pub(crate) struct Clusters {
    pub(crate) train: Vec<usize>,
    pub(crate) test: Vec<usize>,
}

impl Clusters {
    pub(crate) fn of(model: &Dec, data: &Data) -> Result<Self> {
        Ok(Self {
            train: model.predict(data.train.images.view())?.to_vec(),
            test: model.predict(data.test.images.view())?.to_vec(),
        })
    }

    /// Share of positives among the labelled training images of each of `n_clusters`; that of all where a cluster has none.
    fn rates(&self, labels: &[Option<usize>], n_clusters: usize) -> Array1<f64> {
        let mut counts = vec![[0usize; 2]; n_clusters];
        for (&cluster, label) in self.train.iter().zip(labels) {
            if let Some(label) = label {
                counts[cluster][*label] += 1;
            }
        }
        let all = counts.iter().fold([0, 0], |all, of| [all[0] + of[0], all[1] + of[1]]);
        let rate = |[negative, positive]: [usize; 2]| positive as f64 / (negative + positive).max(1) as f64;
        counts.into_iter().map(|of| rate(if of == [0, 0] { all } else { of })).collect()
    }

    /// A score of each test image by its share in each cluster, test images × clusters.
    pub(crate) fn scores(&self, shares: &Array2<f64>, labels: &[Option<usize>]) -> Vec<f64> {
        shares.dot(&self.rates(labels, shares.ncols())).to_vec()
    }
}

/// Scores `clusters`. The class of a cluster comes from the crowd's labels of its training images, which count what they count in the training; what
/// it is scored against is the truth.
/// `scores` rank the test images.
pub(crate) fn row(
    model: &'static str,
    clusters: &Clusters,
    scores: &[f64],
    aggregate: &Aggregate,
    data: &Data,
    settings: &Settings,
) -> Result<Row> {
    let tiles = tiler(settings, data.cell, settings.seed).tile(&clusters.test)?;
    let positives = data.test.positives();
    let clicks = Clicks::truthful(&tiles, &positives)?;
    let [f1_strict, f1_safe] = f1(clusters, &aggregate.labels, aggregate.weights, &data.test.truth)?;
    let held = |tile: &Tile| tile.own_images().filter(|&image| positives[image]).count();
    let n_holding = tiles.iter().filter(|tile| held(tile) > 0).count();
    Ok(Row {
        model,
        f1_strict,
        f1_safe,
        f1_strict_sd: None,
        average_precision: average_precision(&positives, scores)?,
        positives_per_grid: tiles.iter().map(held).sum::<usize>() as f64 / n_holding.max(1) as f64,
        minority_clicks: clicks.minority_clicks() as f64,
        total_clicks: clicks.total_clicks() as f64,
        padding_clicks: clicks.padding_clicks() as f64,
        efficiency: clicks.efficiency().unwrap_or(f64::NAN),
        published: published(model, settings),
    })
}

/// F1 on the test images under the strict and under the safe map.
pub(crate) fn f1(
    clusters: &Clusters,
    labels: &[Option<usize>],
    weights: [f64; 2],
    truth: &[usize],
) -> Result<[f64; 2]> {
    let known =
        || labels.iter().zip(&clusters.train).filter_map(|(label, &cluster)| Some(((*label)?, cluster)));
    let (labels, train): (Vec<usize>, Vec<usize>) = known().unzip();
    let score =
        |map: ClusterMap| -> Result<f64> { Ok(Binary::of_class(truth, &map.apply(&clusters.test), 1)?.f1()) };
    let strict = ClusterMap::strict_weighted(&labels, &train, &weights)?;
    Ok([score(strict)?, score(ClusterMap::safe_weighted(&labels, &train, &weights)?)?])
}

/// The mean of each row over the runs, in the order of the first.
pub(crate) fn mean(runs: &[Vec<Row>]) -> Vec<Row> {
    let n = runs.len() as f64;
    (0..runs.first().map_or(0, Vec::len))
        .map(|i| {
            let mean = |of: fn(&Row) -> f64| runs.iter().map(|rows| of(&rows[i])).sum::<f64>() / n;
            let f1_strict = mean(|row| row.f1_strict);
            let squares: f64 = runs.iter().map(|rows| (rows[i].f1_strict - f1_strict).powi(2)).sum();
            Row {
                model: runs[0][i].model,
                f1_strict,
                f1_safe: mean(|row| row.f1_safe),
                f1_strict_sd: (runs.len() > 1).then(|| (squares / (n - 1.0)).sqrt()),
                average_precision: mean(|row| row.average_precision),
                positives_per_grid: mean(|row| row.positives_per_grid),
                minority_clicks: mean(|row| row.minority_clicks),
                total_clicks: mean(|row| row.total_clicks),
                padding_clicks: mean(|row| row.padding_clicks),
                efficiency: mean(|row| row.efficiency),
                published: runs[0][i].published,
            }
        })
        .collect()
}
