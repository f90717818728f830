//! What the user may choose.

use anyhow::{Result, ensure};
use clap::{Parser, ValueEnum};
use serde::Serialize;
use std::path::PathBuf;

/// Votes in a file into labels with probabilities, by any of the methods, and how good they are where the truth is known.
#[derive(Clone, Debug, Parser)]
pub(crate) struct Args {
    /// Votes: a CSV file with the columns item,worker,label; for --method counts with item,label,votes
    #[arg(long)]
    pub(crate) labels: PathBuf,
    /// Truth, where it is known: a CSV file with the columns item,truth
    #[arg(long)]
    pub(crate) truth: Option<PathBuf>,
    /// How to aggregate
    #[arg(long)]
    pub(crate) method: Method,
    /// Fraction of the truth, drawn at random, that the method may use; the rest is scored
    #[arg(long, default_value_t = 0.0)]
    pub(crate) gold_fraction: f64,
    /// Seed of every random number
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Threads
    #[arg(long, default_value_t = 1)]
    pub(crate) threads: usize,
    /// At most so many rounds of a fit; as many as it needs, up to 200 (500 for counts), where it is not given
    #[arg(long)]
    pub(crate) rounds: Option<usize>,
    /// Times to fit, of which the fastest is reported
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) runs: u32,
    /// Write the labels here, as CSV: item, label, votes, and the probability of every class
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Write the scores here, as JSON; they are printed otherwise
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
}

/// The methods. Labels are whole numbers from 0 on, and so are classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Method {
    /// Fractions of the votes
    Majority,
    /// One probability of being right per worker
    OneCoin,
    /// Dawid & Skene as in the textbook
    DawidSkene,
    /// SWAP vote by vote, in the order of the file
    SwapOnline,
    /// SWAP in two passes, with a learned prior and a temperature
    Swap,
    /// SWAP vote by vote, which also learns from subjects of unknown truth (Space Warps); two classes
    SwapUnsupervised,
    /// Dawid & Skene with gold clamped, a learned prior and a temperature
    GoldEm,
    /// Makes allowance for workers who err together
    Robust,
    /// The mean of several methods, weighted by how well they tell gold
    Auto,
    /// Tallies without workers: a beta-binomial mixture
    Counts,
}

impl Args {
    pub(crate) fn check(&self) -> Result<()> {
        let fraction = self.gold_fraction;
        ensure!(
            (0.0..1.0).contains(&fraction),
            "--gold-fraction {fraction}: wants 0 or more and less than 1"
        );
        ensure!(fraction == 0.0 || self.truth.is_some(), "--gold-fraction {fraction}: wants --truth too");
        ensure!(self.threads > 0, "--threads 0: wants at least 1");
        let needs_gold = matches!(self.method, Method::Swap | Method::SwapOnline | Method::SwapUnsupervised);
        ensure!(
            !needs_gold || fraction > 0.0,
            "no gold: --method swap wants --truth and --gold-fraction above 0"
        );
        Ok(())
    }
}
