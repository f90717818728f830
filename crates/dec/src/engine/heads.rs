//! The losses that sit on the embedding, clusters, classes and neighbours, with their gradients.

use super::Batch;
use super::neighbours::neighbour_loss;
use crate::network::{HeadInput, Network};
use crate::objective::{Losses, Objective};
use crate::student::{assignment_of, backpropagate, kl_of};
use ndarray::{Array2, ArrayView1, ArrayView2};

/// Losses of clusters, classes and neighbours, and where they pull. Gradients of parts that the network lacks are empty.
#[derive(Debug)]
pub(super) struct Pull {
    pub(super) losses: Losses,
    /// images × embedding
    pub(super) embedding: Array2<f64>,
    /// clusters × embedding
    pub(super) centres: Array2<f64>,
    pub(super) head_weight: Array2<f64>,
    /// 1 × classes
    pub(super) head_bias: Array2<f64>,
}

/// Does the objective look at the embedding at all?
pub(super) fn wanted(batch: &Batch<'_>, objective: &Objective) -> bool {
    (objective.cluster_weight != 0.0 && batch.target.is_some())
        || (objective.class_weight != 0.0 && batch.classes.is_some())
        || (objective.neighbour_weight != 0.0 && batch.paired)
}

/// Computes them for a batch with embedding `z`.
pub(super) fn pull(
    network: &Network,
    z: ArrayView2<'_, f32>,
    batch: &Batch<'_>,
    objective: &Objective,
) -> Pull {
    let nothing = Array2::zeros((0, 0));
    let centres = network.centres.as_ref().unwrap_or(&nothing);
    let head = network.head.as_ref().filter(|_| objective.class_weight != 0.0);
    let classes = batch.classes.as_ref().filter(|_| head.is_some());
    let target = batch.target.as_ref().filter(|_| objective.cluster_weight != 0.0);
    let (n_images, n_clusters) = (z.nrows() as f64, centres.nrows());
    let n_labelled = batch.n_labelled() as f64;

    let mut pull = Pull {
        losses: Losses::default(),
        embedding: Array2::zeros(z.dim()),
        centres: Array2::zeros(centres.dim()),
        head_weight: Array2::zeros(head.map_or((0, 0), |head| head.dense.weight.dim())),
        head_bias: Array2::zeros(head.map_or((0, 0), |head| head.dense.bias.dim())),
    };
    let mut q = vec![0.0; n_clusters];
    for (i, z) in z.rows().into_iter().enumerate() {
        // The pull of both losses on the logarithms of the kernels, see `backpropagate`.
        let mut on_kernels = vec![0.0; n_clusters];
        let mut d_z = vec![0.0; z.len()];
        assignment_of(z, centres.view(), objective.alpha, &mut q);
        if let Some(target) = target {
            let p = target.row(i);
            pull.losses.cluster += kl_of(p.iter().zip(&q).map(|(&p, &q)| (f64::from(p), q))) / n_images;
            let weight = objective.cluster_weight / n_images;
            for ((on_kernel, &p), &q) in on_kernels.iter_mut().zip(p).zip(&q) {
                *on_kernel += weight * (q - f64::from(p));
            }
        }
        if let (Some(head), Some(classes)) = (head, classes)
            && classes.row(i).sum() > 0.0
        {
            let features: Vec<f64> = match head.input {
                HeadInput::Assignment => q.clone(),
                HeadInput::Embedding => z.iter().copied().map(f64::from).collect(),
            };
            let logits = logits(&features, head.dense.weight.view(), head.dense.bias.row(0));
            let (loss, d_logits) = cross_entropy(&logits, classes.row(i));
            pull.losses.class += loss / n_labelled;
            let weight = objective.class_weight / n_labelled;
            let mut d_features = vec![0.0; features.len()];
            for (c, d_logit) in d_logits.into_iter().map(|d| weight * d).enumerate() {
                pull.head_bias[[0, c]] += d_logit;
                for (f, &feature) in features.iter().enumerate() {
                    pull.head_weight[[f, c]] += d_logit * feature;
                    d_features[f] += d_logit * f64::from(head.dense.weight[[f, c]]);
                }
            }
            match head.input {
                HeadInput::Embedding => d_z = d_features,
                HeadInput::Assignment => {
                    let mean: f64 = d_features.iter().zip(&q).map(|(g, q)| g * q).sum();
                    for ((on_kernel, g), q) in on_kernels.iter_mut().zip(&d_features).zip(&q) {
                        *on_kernel += q * (g - mean);
                    }
                }
            }
        }
        backpropagate(z, centres.view(), objective.alpha, &on_kernels, &mut d_z, &mut pull.centres);
        pull.embedding.row_mut(i).iter_mut().zip(d_z).for_each(|(to, d)| *to = d);
    }
    if objective.neighbour_weight != 0.0 && batch.paired {
        let (loss, gradient) = neighbour_loss(z, objective.repulsion);
        pull.losses.neighbour = loss;
        pull.embedding.scaled_add(objective.neighbour_weight, &gradient);
    }
    pull
}

/// features · weight + bias.
pub(crate) fn logits(features: &[f64], weight: ArrayView2<'_, f32>, bias: ArrayView1<'_, f32>) -> Vec<f64> {
    (weight.columns().into_iter().zip(bias))
        .map(|(column, &bias)| {
            f64::from(bias)
                + features.iter().zip(column).map(|(feature, &w)| feature * f64::from(w)).sum::<f64>()
        })
        .collect()
}

/// Softmax, with the largest logit subtracted first.
pub(crate) fn softmax(logits: &[f64]) -> Vec<f64> {
    let highest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials: Vec<f64> = logits.iter().map(|logit| (logit - highest).exp()).collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials.into_iter().map(|e| e / sum).collect()
}

/// −Σ y ln ŷ of one image, and its gradient with respect to the logits.
fn cross_entropy(logits: &[f64], classes: ArrayView1<'_, f32>) -> (f64, Vec<f64>) {
    let highest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let log_sum = highest + logits.iter().map(|logit| (logit - highest).exp()).sum::<f64>().ln();
    let mass: f64 = classes.iter().copied().map(f64::from).sum();
    let loss = classes.iter().zip(logits).map(|(&y, logit)| f64::from(y) * (log_sum - logit)).sum();
    let gradient =
        classes.iter().zip(logits).map(|(&y, logit)| mass * (logit - log_sum).exp() - f64::from(y)).collect();
    (loss, gradient)
}
