//! How well muons are told from everything else, with intervals: real images are few.

use anyhow::Result;
use common::session::Console;
use manyhands_metrics::{Binary, Bootstrap, Interval, roc_auc};
use manyhands_votes::wilson_interval;
use serde::Serialize;

/// The scores of one model on one set of images.
#[derive(Debug, Serialize)]
pub(crate) struct Scores {
    pub(crate) model: &'static str,
    pub(crate) images: &'static str,
    pub(crate) n_images: usize,
    pub(crate) n_muons: usize,
    /// Area under the ROC curve with its 95 % interval by the bootstrap; nothing where all images are of one class.
    pub(crate) auc: Option<[f64; 3]>,
    /// Share of the images put into their class, with its 95 % interval after Wilson.
    pub(crate) accuracy: [f64; 3],
    pub(crate) f1: f64,
    /// Share of the muons that are called muons.
    pub(crate) recall: f64,
}

impl Scores {
    pub(crate) fn new(
        model: &'static str,
        images: &'static str,
        truth: &[bool],
        probabilities: &[f64],
    ) -> Result<Self> {
        let called = called(probabilities);
        let of = |interval: Interval| [interval.estimate, interval.low, interval.high];
        let is_mixed = truth.contains(&true) && truth.contains(&false);
        let auc = || {
            Bootstrap::params().interval(truth.len(), |items| {
                let (truth, p): (Vec<bool>, Vec<f64>) =
                    items.iter().map(|&item| (truth[item], probabilities[item])).unzip();
                roc_auc(&truth, &p).ok()
            })
        };
        // Drawn again and again, 30 right of 30 would be an accuracy of 1 without doubt.
        let n_right = truth.iter().zip(&called).filter(|(truth, called)| truth == called).count();
        let (low, high) = wilson_interval(n_right as u64, truth.len() as u64, 0.95)?;
        let binary = Binary::new(truth, &called)?;
        Ok(Self {
            model,
            images,
            n_images: truth.len(),
            n_muons: truth.iter().filter(|&&is_muon| is_muon).count(),
            auc: is_mixed.then(auc).transpose()?.map(of),
            accuracy: [n_right as f64 / truth.len() as f64, low, high],
            f1: binary.f1(),
            recall: binary.recall(),
        })
    }
}

/// Which images are called muons: those that are one as probably as not.
pub(crate) fn called(probabilities: &[f64]) -> Vec<bool> {
    probabilities.iter().map(|&p| p >= 0.5).collect()
}

pub(crate) fn print(console: &Console, scores: &[Scores]) {
    console.say(
        "model       images                   n   muons  AUC [95 %]         accuracy [95 %]    F1    recall",
    );
    for row in scores {
        let interval = |[estimate, low, high]: [f64; 3]| format!("{estimate:.3} [{low:.2}, {high:.2}]");
        console.say(&format!(
            "{:11} {:20} {:5} {:7}  {:18} {:18} {:.3} {:.3}",
            row.model,
            row.images,
            row.n_images,
            row.n_muons,
            row.auc.map_or_else(|| "–".to_owned(), interval),
            interval(row.accuracy),
            row.f1,
            row.recall
        ));
    }
}
