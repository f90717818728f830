//! What the user may choose.

use anyhow::{Result, ensure};
use clap::{Parser, ValueEnum};
use serde::Serialize;
use std::path::PathBuf;

/// Clicks of volunteers into clumps, as Galaxy Zoo: Clump Scout does.
#[derive(Clone, Debug, Parser)]
pub(crate) struct Args {
    /// Folder of images.csv, viewers.csv, marks.csv and, where it is known, truth.csv; without it, a simulated survey
    #[arg(long)]
    pub(crate) dir: Option<PathBuf>,
    /// Share of Clump Scout that is simulated, where there is no --dir: 1 has 3.56 million marks
    #[arg(long, default_value_t = 0.02)]
    pub(crate) scale: f64,
    /// How far a clump may be from the truth, in pixels; twice the learned scatter where it is not given
    #[arg(long)]
    pub(crate) match_radius: Option<f64>,
    /// What finds the clumps
    #[arg(long, default_value = "facility")]
    pub(crate) method: MethodName,
    /// Bandwidth of mean shift and reach of DBSCAN, in pixels; the match radius where it is not given
    #[arg(long)]
    pub(crate) bandwidth: Option<f64>,
    /// Share of its viewers that must have marked a clump of mean-shift, dbscan and hdbscan
    #[arg(long, default_value_t = 0.6)]
    pub(crate) threshold: f64,
    /// Keep so many viewers of each image, drawn at random
    #[arg(long)]
    pub(crate) viewers: Option<usize>,
    /// Show how many clicks are saved where images are finished when the model says so; wants truth
    #[arg(long)]
    pub(crate) replay: bool,
    /// Seed of every random number
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Threads; all cores where it is not given
    #[arg(long)]
    pub(crate) threads: Option<usize>,
    /// Write volunteers' names as they are instead of hashed
    #[arg(long)]
    pub(crate) show_names: bool,
    /// Folder of the results
    #[arg(long, default_value = "target/clump_scout")]
    pub(crate) out: PathBuf,
    /// File of the scores
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

/// What finds the clumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MethodName {
    /// The model of volunteers and images, with local search
    Facility,
    /// The same model with the greedy algorithm of Jain, Mahdian & Saberi
    Greedy,
    /// Mean shift, then clusters that enough viewers have marked
    MeanShift,
    /// DBSCAN, likewise
    Dbscan,
    /// HDBSCAN, likewise
    Hdbscan,
}

impl MethodName {
    pub(crate) fn is_model(self) -> bool {
        matches!(self, Self::Facility | Self::Greedy)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Facility => "facility",
            Self::Greedy => "greedy",
            Self::MeanShift => "mean shift",
            Self::Dbscan => "DBSCAN",
            Self::Hdbscan => "HDBSCAN",
        }
    }
}

impl Args {
    /// Everything that can be wrong without looking at a survey.
    pub(crate) fn check(&self) -> Result<()> {
        for (name, length) in [("match-radius", self.match_radius), ("bandwidth", self.bandwidth)] {
            if let Some(length) = length {
                let is_good = length > 0.0 && length <= 1e100;
                ensure!(is_good, "--{name} {length}: wants a number of pixels above 0");
            }
        }
        let (scale, threshold) = (self.scale, self.threshold);
        ensure!(scale > 0.0 && scale <= 1.0, "--scale {scale}: wants a share above 0, at most 1");
        ensure!((0.0..=1.0).contains(&threshold), "--threshold {threshold}: wants a share from 0 to 1");
        ensure!(self.viewers != Some(0), "--viewers 0: wants at least 1");
        ensure!(
            !self.replay || self.method.is_model(),
            "--replay: goes with --method facility or greedy, which know when an image is finished"
        );
        if let Some(json) = &self.json {
            ensure!(!json.is_dir(), "--json {}: is a folder, wants a file", json.display());
        }
        Ok(())
    }
}
