//! Table 1 of the paper: F1 of the clusters on the test images, and the clicks that their grids cost.

use crate::args::Settings;
use crate::data::Data;
use crate::volunteers::tiler;
use anyhow::Result;
use manyhands_grid::Clicks;
use manyhands_metrics::{Binary, ClusterMap};
use serde::Serialize;

/// One row of the table: one model in one run, or the mean over runs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) model: &'static str,
    /// Each cluster takes the class of most of its training images.
    pub(crate) f1_strict: f64,
    /// The same, but every class gets at least one cluster.
    pub(crate) f1_safe: f64,
    /// Standard deviation over the runs; 0 for one run.
    pub(crate) f1_strict_sd: f64,
    /// Clicks on distinct images of the test grids, by volunteers who make no mistake.
    pub(crate) minority_clicks: f64,
    /// Two more a grid: the choice, and sending it off.
    pub(crate) total_clicks: f64,
    /// Clicks more where the copies that fill a last grid are clicked too.
    pub(crate) padding_clicks: f64,
    /// Clicks of the one-by-one interface / total clicks.
    pub(crate) efficiency: f64,
}

/// The clusters of the training and of the test images.
#[derive(Clone, Debug)]
pub(crate) struct Clusters {
    pub(crate) train: Vec<usize>,
    pub(crate) test: Vec<usize>,
}

/// Scores `clusters`. The class of a cluster comes from the crowd's labels of its training images; what it is scored against is the truth.
pub(crate) fn row(
    model: &'static str,
    clusters: &Clusters,
    labels: &[Option<usize>],
    data: &Data,
    settings: &Settings,
) -> Result<Row> {
    let tiles = tiler(settings, data.cell, settings.seed).tile(&clusters.test)?;
    let clicks = Clicks::truthful(&tiles, &data.test.positives())?;
    let [f1_strict, f1_safe] = f1(clusters, labels, &data.test.truth)?;
    Ok(Row {
        model,
        f1_strict,
        f1_safe,
        f1_strict_sd: 0.0,
        minority_clicks: clicks.minority_clicks() as f64,
        total_clicks: clicks.total_clicks() as f64,
        padding_clicks: clicks.padding_clicks() as f64,
        efficiency: clicks.efficiency().unwrap_or(f64::NAN),
    })
}

/// F1 on the test images under the strict and under the safe map.
pub(crate) fn f1(clusters: &Clusters, labels: &[Option<usize>], truth: &[usize]) -> Result<[f64; 2]> {
    let known =
        || labels.iter().zip(&clusters.train).filter_map(|(label, &cluster)| Some(((*label)?, cluster)));
    let (labels, train): (Vec<usize>, Vec<usize>) = known().unzip();
    let score =
        |map: ClusterMap| -> Result<f64> { Ok(Binary::of_class(truth, &map.apply(&clusters.test), 1)?.f1()) };
    Ok([score(ClusterMap::strict(&labels, &train)?)?, score(ClusterMap::safe(&labels, &train)?)?])
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
                f1_strict_sd: if runs.len() > 1 { (squares / (n - 1.0)).sqrt() } else { 0.0 },
                minority_clicks: mean(|row| row.minority_clicks),
                total_clicks: mean(|row| row.total_clicks),
                padding_clicks: mean(|row| row.padding_clicks),
                efficiency: mean(|row| row.efficiency),
            }
        })
        .collect()
}

/// The table as text.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<12} {:>16} {:>8} {:>9} {:>9} {:>9} {:>7}\n",
        "", "F1 strict ± sd", "F1 safe", "minority", "total", "padding", "ε"
    );
    for row in rows {
        text += &format!(
            "{:<12} {:>8.3} ± {:.3} {:>8.3} {:>9.0} {:>9.0} {:>9.0} {:>7.2}\n",
            row.model,
            row.f1_strict,
            row.f1_strict_sd,
            row.f1_safe,
            row.minority_clicks,
            row.total_clicks,
            row.padding_clicks,
            row.efficiency
        );
    }
    text
}
