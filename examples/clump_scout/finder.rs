//! What finds the clumps: the model or one of the baselines, with one kind of result.

use anyhow::Result;
use manyhands_clicks::baselines::{Consensus, Dbscan, Hdbscan, MeanShift};
use manyhands_clicks::facility::Method;
use manyhands_clicks::{ClickModel, Reality, Survey};
use std::time::Instant;

use crate::args::{Args, MethodName};

/// The fewest marks of a cluster, and by how many density is measured: the defaults of Caesar, which reduces the Zooniverse's marks.
const LEAST: usize = 3;
const LEAST_OF_HDBSCAN: usize = 5;

/// Something on a subject that may be a clump.
#[derive(Clone, Debug)]
pub(crate) struct Clump {
    pub(crate) position: [f64; 2],
    pub(crate) size: Option<[f64; 2]>,
    /// Standard deviation of the position along each axis, where the method knows it.
    pub(crate) sigma: Option<f64>,
    /// Probability that it is real, where the method knows it.
    pub(crate) probability: Option<f64>,
    pub(crate) marks: Vec<usize>,
    pub(crate) label: Option<u32>,
}

/// Clumps of every subject, and the model where there is one.
#[derive(Debug)]
pub(crate) struct Found {
    /// Per subject, those that are reported.
    pub(crate) clumps: Vec<Vec<Clump>>,
    pub(crate) model: Option<ClickModel>,
    /// Of the fit alone.
    pub(crate) seconds: f64,
}

/// Finds clumps with the model.
pub(crate) fn by_model(survey: &Survey, method: MethodName, reality: Reality) -> Result<Found> {
    let start = Instant::now();
    let method = if method == MethodName::Greedy { Method::JainMahdianSaberi } else { Method::LocalSearch };
    let model = ClickModel::params().method(method).reality(reality).fit(survey)?;
    let seconds = start.elapsed().as_secs_f64();
    let clumps = (0..model.n_subjects()).map(|s| model.clumps(s).map(Clump::from).collect()).collect();
    Ok(Found { clumps, model: Some(model), seconds })
}

/// Finds clumps with a baseline of this bandwidth.
pub(crate) fn by_baseline(survey: &Survey, args: &Args, bandwidth: f64) -> Result<Found> {
    let start = Instant::now();
    let threshold = args.threshold;
    let consensus = match args.method {
        MethodName::Dbscan => Dbscan::params(bandwidth, LEAST).threshold(threshold).fit(survey)?,
        MethodName::Hdbscan => {
            Hdbscan::params(LEAST_OF_HDBSCAN).min_samples(LEAST).threshold(threshold).fit(survey)?
        }
        _ => MeanShift::params(bandwidth).threshold(threshold).fit(survey)?,
    };
    Ok(Found::new(&consensus, start.elapsed().as_secs_f64()))
}

/// Finds clumps with mean shift, to draw them beside others.
pub(crate) fn by_mean_shift(survey: &Survey, bandwidth: f64, threshold: f64) -> Result<Found> {
    Ok(Found::new(&MeanShift::params(bandwidth).threshold(threshold).fit(survey)?, 0.0))
}

impl Found {
    fn new(consensus: &Consensus, seconds: f64) -> Self {
        let clump = |clump: &manyhands_clicks::baselines::Clump| Clump {
            position: clump.position,
            size: None,
            sigma: None,
            probability: None,
            marks: clump.marks.clone(),
            label: None,
        };
        let of = |s: usize| consensus.clumps(s).iter().map(clump).collect();
        Self { clumps: (0..consensus.n_subjects()).map(of).collect(), model: None, seconds }
    }

    pub(crate) fn n_clumps(&self) -> usize {
        self.clumps.iter().map(Vec::len).sum()
    }
}

impl From<&manyhands_clicks::Clump> for Clump {
    fn from(clump: &manyhands_clicks::Clump) -> Self {
        Self {
            position: clump.position,
            size: clump.size,
            sigma: Some(clump.sigma),
            probability: Some(clump.probability),
            marks: clump.marks.clone(),
            label: clump.label,
        }
    }
}
