//! A class head that starts with what the clusters already say.

use crate::error::Result;
use crate::feed::Feed;
use crate::network::{Activation, Dense, Network};
use crate::student::soft_assignment;
use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

/// How the class head starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum InitialHead {
    /// At random (Glorot), as in Wright et al. (2019): the head first has to learn what the clusters are.
    Random,
    /// Where it reads the assignments, with the logarithm of each class's share of each cluster among the labelled images; at random where it reads
    /// the embedding.
    #[default]
    Clusters,
}

/// The head on the assignments with `W_kc = ln((Σ_i q_ik y_ic + h_c) / (Σ_ic q_ik y_ic + 1))` over the labelled images of `feed`, where h_c is the
/// share of class c among them: an image of a sure cluster gets the classes of that cluster. `None` where there are no labels or no centres.
pub(crate) fn from_clusters(feed: &Feed<'_>, network: &Network, alpha: f64) -> Result<Option<Dense>> {
    let (Some(classes), Some(centres)) = (&feed.classes, &network.centres) else { return Ok(None) };
    let labelled: Vec<usize> =
        feed.rows.iter().copied().filter(|&row| classes.row(row).sum() > 0.0).collect();
    let embedding = feed.embedding(&labelled, network)?;
    let q = soft_assignment(embedding.view(), centres.view(), alpha);
    let classes = classes.select(Axis(0), &labelled).mapv(f64::from);
    let total = classes.sum();
    let share = classes.sum_axis(Axis(0)) / total;
    // Labels are weighted as in the loss.
    let joint = q.t().dot(&classes);
    let weight = Array2::from_shape_fn(joint.dim(), |(k, c)| {
        ((joint[[k, c]] + share[c]) / (joint.row(k).sum() + 1.0)).ln() as f32
    });
    let bias = Array2::zeros((1, weight.ncols()));
    Ok(Some(Dense { weight, bias, activation: Activation::Linear }))
}
