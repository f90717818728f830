//! Votes in a file into labels with probabilities, by any method of manyhands-votes, and how good they are.
//!
//! ```text
//! cargo run --release --example aggregate_labels -- --labels label.csv --truth truth.csv --method robust
//! cargo run --release --example aggregate_labels -- --labels label.csv --truth truth.csv --method auto --gold-fraction 0.2
//! cargo run --release --example aggregate_labels -- --labels tallies.csv --method counts --out labels.csv
//! ```
//!
//! `label.csv` has the columns item,worker,label, or item,label,votes for counts; `truth.csv` has item,truth. Labels and classes are whole numbers from 0
//! on; a vote that stands twice counts once, counts of an item and a label are added up. A random part of the truth (`--gold-fraction`) may be used,
//! and the rest is scored.

mod args;
mod data;
mod methods;
mod report;

use anyhow::Result;
use args::{Args, Method};
use clap::Parser;
use common::{files, memory};
use data::Data;
use report::Report;
use std::time::Instant;

fn main() -> Result<()> {
    let args = Args::parse();
    args.check()?;
    let data = Data::read(&args.labels, args.truth.as_deref(), args.method == Method::Counts)?;
    let (gold, rest) = data.split(args.gold_fraction, args.seed);
    let table = methods::table(&args, &data)?;
    let mut seconds_fit = f64::INFINITY;
    let mut estimates = vec![];
    for _ in 0..args.runs {
        let start = Instant::now();
        let fitted = methods::fit(&args, &data, table.as_ref(), &gold)?;
        seconds_fit = seconds_fit.min(start.elapsed().as_secs_f64());
        estimates = fitted.estimates();
    }
    let mut report = Report {
        method: args.method,
        n_votes: data.n_votes,
        n_items: data.items.len(),
        n_workers: data.n_workers,
        n_classes: data.n_classes,
        n_gold: gold.len(),
        n_scored: 0,
        accuracy: None,
        f1: None,
        log_loss: None,
        ece: None,
        seconds_fit,
        votes_per_second: data.n_votes as f64 / seconds_fit,
        peak_rss_mb: memory::peak_rss_mb(),
    };
    report.score(&estimates, &rest)?;
    if let Some(path) = &args.out {
        report::write_labels(path, &data, &estimates)?;
    }
    match &args.json {
        Some(path) => files::write_json(path, &report),
        None => {
            println!("{}", serde_json::to_string_pretty(&report)?);
            Ok(())
        }
    }
}
