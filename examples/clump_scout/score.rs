//! Scores against the truth, and the JSON that holds them.

use anyhow::Result;
use manyhands_metrics::{Bins, PointMatching, PointScore, Probabilities};
use serde::Serialize;

use crate::args::MethodName;
use crate::finder::{Clump, Found};
use manyhands_clicks::{ClickModel, Survey};

/// Bins of the reliability curve and of the calibration error.
pub(crate) const BINS: Bins = Bins::EqualWidth(10);

/// The content of `--json`. What needs a truth or a model is null without one.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) method: MethodName,
    pub(crate) n_subjects: usize,
    pub(crate) n_marks: usize,
    pub(crate) n_clumps: usize,
    pub(crate) precision: Option<f64>,
    pub(crate) recall: Option<f64>,
    pub(crate) f1: Option<f64>,
    pub(crate) rms_px: Option<f64>,
    pub(crate) count_rmse: Option<f64>,
    pub(crate) ece: Option<f64>,
    pub(crate) iterations: Option<usize>,
    pub(crate) converged: Option<bool>,
    pub(crate) seconds: f64,
    pub(crate) marks_per_second: f64,
    pub(crate) peak_rss_mb: Option<f64>,
}

impl Report {
    pub(crate) fn new(method: MethodName, survey: &Survey, found: &Found, scores: Option<&Scores>) -> Self {
        let model = found.model.as_ref();
        Self {
            method,
            n_subjects: survey.n_subjects(),
            n_marks: survey.n_marks(),
            n_clumps: found.n_clumps(),
            precision: scores.map(|scores| scores.points.precision()),
            recall: scores.map(|scores| scores.points.recall()),
            f1: scores.map(|scores| scores.points.f1()),
            rms_px: scores.and_then(|scores| scores.points.rms_distance()),
            count_rmse: scores.map(|scores| scores.count_rmse),
            ece: scores.and_then(|scores| scores.ece),
            iterations: model.map(|model| model.n_grouped().len()),
            converged: model.map(ClickModel::converged),
            seconds: found.seconds,
            marks_per_second: survey.n_marks() as f64 / found.seconds,
            peak_rss_mb: common::memory::peak_rss_mb(),
        }
    }

    pub(crate) fn in_words(&self) -> String {
        let mut lines = vec![format!(
            "{}: {} clumps in {:.2} s, {:.0} marks a second",
            self.method.name(),
            self.n_clumps,
            self.seconds,
            self.marks_per_second
        )];
        if let (Some(rounds), Some(converged)) = (self.iterations, self.converged) {
            lines.push(format!(
                "{rounds} rounds, {}",
                if converged { "came to rest" } else { "did not come to rest" }
            ));
        }
        if let (Some(precision), Some(recall), Some(f1)) = (self.precision, self.recall, self.f1) {
            let mut line = format!("precision {precision:.3}, recall {recall:.3}, F1 {f1:.3}");
            let others = [("rms px", self.rms_px), ("count RMSE", self.count_rmse), ("ECE", self.ece)];
            for (name, value) in others.iter().filter_map(|&(name, value)| Some((name, value?))) {
                line += &format!(", {name} {value:.3}");
            }
            lines.push(line);
        }
        lines.join("\n")
    }
}

/// How the reported clumps compare with the true ones.
#[derive(Clone, Debug)]
pub(crate) struct Scores {
    pub(crate) points: PointScore,
    /// Root mean square over subjects of reported less true clumps.
    pub(crate) count_rmse: f64,
    /// Of the probabilities of the reported clumps, where they have any.
    pub(crate) ece: Option<f64>,
}

impl Scores {
    /// A clump is real where it is matched, one to one, within `radius` pixels.
    pub(crate) fn new(clumps: &[Vec<Clump>], truth: &[Vec<[f64; 2]>], radius: f64) -> Result<Self> {
        let mut points = PointScore::default();
        let mut squares = 0.0;
        let (mut is_real, mut probabilities) = (Vec::new(), Vec::new());
        for (clumps, truth) in clumps.iter().zip(truth) {
            let matching = PointMatching::new(&positions(clumps), truth, radius)?;
            points = [points, matching.score()].into_iter().sum();
            squares += (clumps.len() as f64 - truth.len() as f64).powi(2);
            let first = is_real.len();
            is_real.resize(first + clumps.len(), false);
            for pair in matching.matches() {
                is_real[first + pair.found] = true;
            }
            probabilities.extend(clumps.iter().filter_map(|clump| clump.probability));
        }
        let ece = if probabilities.is_empty() {
            None
        } else {
            Some(Probabilities::new(&is_real, &probabilities)?.calibration_error(BINS)?)
        };
        Ok(Self { points, count_rmse: (squares / truth.len().max(1) as f64).sqrt(), ece })
    }
}

/// Probability and truth of all candidates of the model. The others are matched with what the reported ones leave.
pub(crate) fn candidates(
    model: &ClickModel,
    truth: &[Vec<[f64; 2]>],
    radius: f64,
) -> Result<Option<Probabilities>> {
    let (mut is_real, mut probabilities) = (Vec::new(), Vec::new());
    for (subject, truth) in truth.iter().enumerate() {
        let (reported, others): (Vec<Clump>, Vec<Clump>) = model
            .candidates(subject)
            .iter()
            .map(Clump::from)
            .partition(|clump| clump.probability >= Some(0.5));
        let mut left: Vec<[f64; 2]> = truth.clone();
        for clumps in [reported, others] {
            let matching = PointMatching::new(&positions(&clumps), &left, radius)?;
            let mut real = vec![false; clumps.len()];
            let mut taken = vec![false; left.len()];
            for pair in matching.matches() {
                real[pair.found] = true;
                taken[pair.truth] = true;
            }
            let mut taken = taken.into_iter();
            left.retain(|_| !taken.next().unwrap_or(false));
            is_real.extend(real);
            probabilities.extend(clumps.iter().filter_map(|clump| clump.probability));
        }
    }
    if probabilities.is_empty() {
        return Ok(None);
    }
    Ok(Some(Probabilities::new(&is_real, &probabilities)?))
}

fn positions(clumps: &[Clump]) -> Vec<[f64; 2]> {
    clumps.iter().map(|clump| clump.position).collect()
}
