//! What the user may choose.

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, ValueEnum};
use manyhands_dec::{Backend, Profile};
use serde::Serialize;
use std::path::PathBuf;
use std::str::FromStr;

/// Most cells along the side of a grid: a picture of 5000 pixels, more than anybody looks at.
const MOST_CELLS: usize = 100;

/// The loop of Muon Hunters 2.0: cluster, ask, aggregate, retrain, recluster.
#[derive(Clone, Debug, Parser)]
pub(crate) struct Args {
    /// Stage of the project: 1 has 10 clusters, 10 x 10 grids, 32.6 % muons and the beta crowd; 2 has 50, 6 x 6, 3.4 % and the public
    #[arg(long, default_value = "1", value_parser = clap::value_parser!(u8).range(1..=2))]
    pub(crate) stage: u8,
    /// Images instead of simulated ones: mnist:DIR, npy:FILE, or npz:FILE:MEMBER=CLASS,MEMBER=CLASS
    #[arg(long)]
    pub(crate) data: Option<Source>,
    /// Class of each image of npy:FILE: npy or idx
    #[arg(long)]
    pub(crate) truth: Option<PathBuf>,
    /// With --data: the class that counts as positive
    #[arg(long, default_value_t = 1)]
    pub(crate) positive: usize,
    /// Fraction of positives: of the simulation, in stage 1 at most 0.85 and in stage 2 at most 0.98, or to thin real data out to
    #[arg(long)]
    pub(crate) rate: Option<f64>,
    /// Number of images, at most
    #[arg(long, default_value_t = 20_000)]
    pub(crate) images: usize,
    /// Times that new images are asked about and the model retrained
    #[arg(long, default_value_t = 1)]
    pub(crate) batches: usize,
    /// Which grids to ask about from the second batch on: those that the model knows least about per click, random ones, or both in turn, to
    /// compare
    #[arg(long, default_value = "random")]
    pub(crate) choose: Choose,
    /// Recipe of the trainings: ours, or that of Muon Hunters 2.0 (its schedules, no symmetries, labels as they are told, reclustering without them)
    #[arg(long, default_value = "quick")]
    pub(crate) profile: ProfileName,
    /// At most so many epochs in each phase of every training
    #[arg(long)]
    pub(crate) epochs: Option<usize>,
    /// Trainings to average over
    #[arg(long, default_value_t = 1)]
    pub(crate) runs: usize,
    /// Clusters; 10 in stage 1, 50 in stage 2
    #[arg(long)]
    pub(crate) clusters: Option<usize>,
    /// Cells along the side of a grid; 10 in stage 1, 6 in stage 2
    #[arg(long)]
    pub(crate) grid: Option<usize>,
    /// Simulated volunteers
    #[arg(long, default_value_t = 200)]
    pub(crate) volunteers: usize,
    /// Seed of every random number
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Where the models train: fused, candle, or cuda and metal, which want the feature of that name
    #[arg(long, default_value_t)]
    pub(crate) backend: Backend,
    /// Threads; all cores where it is not given
    #[arg(long)]
    pub(crate) threads: Option<usize>,
    /// Go on with a run that was stopped; without it, a run forgets the one before it in the same folder
    #[arg(long)]
    pub(crate) resume: bool,
    /// Write volunteers' names as they are instead of hashed
    #[arg(long)]
    pub(crate) show_names: bool,
    /// Folder of the results
    #[arg(long, default_value = "target/muon_hunters")]
    pub(crate) out: PathBuf,
}

/// Where images come from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) enum Source {
    Mnist(PathBuf),
    Npy(PathBuf),
    Npz(PathBuf, String),
}

impl FromStr for Source {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (kind, rest) =
            text.split_once(':').context("wants mnist:DIR, npy:FILE or npz:FILE:MEMBER=CLASS,…")?;
        match kind {
            "mnist" => Ok(Self::Mnist(rest.into())),
            "npy" => Ok(Self::Npy(rest.into())),
            "npz" => {
                let (file, members) =
                    rest.rsplit_once(':').context("wants npz:FILE:MEMBER=CLASS,MEMBER=CLASS")?;
                Ok(Self::Npz(file.into(), members.to_owned()))
            }
            _ => bail!("{kind:?}: wants mnist, npy or npz"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ProfileName {
    Quick,
    Paper,
}

/// How the grids of a batch are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Choose {
    Model,
    Random,
    Both,
}

/// What decides the result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Settings {
    pub(crate) stage: u8,
    pub(crate) data: Option<Source>,
    pub(crate) truth: Option<PathBuf>,
    pub(crate) positive: usize,
    pub(crate) rate: Option<f64>,
    pub(crate) n_images: usize,
    pub(crate) n_batches: usize,
    pub(crate) choose: Choose,
    pub(crate) profile: ProfileName,
    pub(crate) max_epochs: Option<usize>,
    pub(crate) backend: Backend,
    pub(crate) n_runs: usize,
    pub(crate) n_clusters: usize,
    /// Cells along the side of a grid.
    pub(crate) side: usize,
    /// Answers that a grid gets: 10 in the first stage; 5 in the second, where the paper counts images with at least 5.
    pub(crate) n_answers: usize,
    pub(crate) n_volunteers: usize,
    pub(crate) seed: u64,
}

impl Args {
    pub(crate) fn settings(&self) -> Result<Settings> {
        for (name, value) in [("images", self.images), ("batches", self.batches), ("runs", self.runs)] {
            ensure!(value > 0, "--{name} 0: wants at least 1");
        }
        // After retraining each class has a cluster of its own.
        ensure!(
            self.clusters.is_none_or(|n| n >= 2),
            "--clusters {}: wants at least 2",
            self.clusters.unwrap_or(0)
        );
        if let Some(side) = self.grid {
            ensure!((1..=MOST_CELLS).contains(&side), "--grid {side}: wants 1 to {MOST_CELLS}");
        }
        self.backend.check()?;
        ensure!(
            self.truth.is_some() == matches!(self.data, Some(Source::Npy(_))),
            "--truth goes with --data npy:FILE"
        );
        ensure!(
            self.choose != Choose::Both || self.batches > 1,
            "--choose both: wants --batches of at least 2"
        );
        ensure!(self.positive == 1 || self.data.is_some(), "--positive goes with --data");
        if let Some(rate) = self.rate {
            ensure!(rate > 0.0 && rate < 1.0, "--rate {rate}: wants a fraction above 0 and below 1");
        }
        let [n_clusters, side, n_answers] = of_stage(self.stage);
        ensure!(self.volunteers >= n_answers, "--volunteers {}: wants at least {n_answers}", self.volunteers);
        Ok(Settings {
            stage: self.stage,
            data: self.data.clone(),
            truth: self.truth.clone(),
            positive: self.positive,
            rate: self.rate,
            n_images: self.images,
            n_batches: self.batches,
            choose: self.choose,
            profile: self.profile,
            max_epochs: self.epochs,
            backend: self.backend,
            n_runs: self.runs,
            n_clusters: self.clusters.unwrap_or(n_clusters),
            side: self.grid.unwrap_or(side),
            n_answers,
            n_volunteers: self.volunteers,
            seed: self.seed,
        })
    }
}

/// Clusters, cells along the side of a grid, and answers that a grid gets.
fn of_stage(stage: u8) -> [usize; 3] {
    if stage == 1 { [10, 10, 10] } else { [50, 6, 5] }
}

impl Settings {
    /// Are there as many clusters, and as large grids, as in the project?
    pub(crate) fn has_grids_of_stage(&self) -> bool {
        let [n_clusters, side, _] = of_stage(self.stage);
        (self.n_clusters, self.side) == (n_clusters, side)
    }

    /// Is everything to be as it was published?
    pub(crate) fn is_paper(&self) -> bool {
        self.profile == ProfileName::Paper
    }

    pub(crate) fn dec_profile(&self) -> Profile {
        match self.profile {
            ProfileName::Quick => Profile::Quick,
            ProfileName::Paper => Profile::MuonHunters,
        }
    }
}
