//! The whole loop of Muon Hunters 2.0 on simulated or real images, with simulated volunteers.
//!
//! ```text
//! cargo run --release --example muon_hunters
//! cargo run --release --example muon_hunters -- --stage 2
//! cargo run --release --example muon_hunters -- --data mnist:DIR --positive 8
//! ```
//!
//! Images are clustered, cut into grids, labelled by volunteers and aggregated; the labels retrain the model, which clusters again. Prints the
//! paper's Table 1 for these data, beside the paper's own where a stage of the project is simulated; everything else goes to `--out`, where
//! `index.html` shows it.

mod args;
mod data;
mod gallery;
mod order;
mod pipeline;
mod published;
mod recipe;
mod report;
mod rounds;
mod score;
mod table;
mod volunteers;

use anyhow::Result;
use args::{Args, Settings};
use clap::Parser;
use common::files;
use common::memory::peak_rss_mb;
use common::session::{Console, Origin, Session};
use common::threads;
use data::Data;
use pipeline::Run;
use report::{CrowdScores, Report};
use rounds::Batch;
use score::Row;
use std::time::Instant;
use table::Table;

fn main() -> Result<()> {
    let start = Instant::now();
    let args = Args::parse();
    let settings = args.settings()?;
    threads::limit(args.threads)?;
    files::ensure_writable("--out", &args.out)?;
    let console = Console::new()?;
    let data = Data::load(&settings, &console)?;
    let origin = Origin { program: env!("CARGO_CRATE_NAME"), settings: &settings, data: &data.digest() };
    let session = Session::open(console.clone(), &args.out, &origin, args.resume)?;
    let mut runs = Vec::new();
    for number in 0..settings.n_runs {
        let run = pipeline::run(number, &settings, &data, &session)?;
        if settings.n_runs > 1 {
            let f1: Vec<_> =
                run.rows.iter().map(|row| format!("{} {:.3}", row.model, row.f1_strict)).collect();
            console.say(&format!("run {} of {}: F1 {}", number + 1, settings.n_runs, f1.join(", ")));
        }
        runs.push(Kept::new(run, number == 0));
    }
    let mut report = summarise(&settings, &data, &runs);
    let remarks = remarks(&report);
    console.say(&format!("\n{} ({} images, {} positive)\n", data.name, report.n_images, report.n_positive));
    console.say(&Table::of(&report.rows).text());
    console.say(&report.crowd.to_string());
    remarks.iter().for_each(|remark| console.say(remark));

    if let Some(run) = runs.iter().find_map(|kept| kept.run.as_ref()) {
        report::write_manifest(&args.out.join("manifest.csv"), run, &data)?;
        report::write_volunteers(&args.out.join("volunteers.csv"), run, args.show_names)?;
        report::write_models(&args.out.join("models"), run)?;
        let pictures = gallery::draw(&args.out, run, &settings, &data, &console)?;
        report.seconds = start.elapsed().as_secs_f64();
        report.peak_rss_mb = peak_rss_mb();
        files::write_json(&args.out.join("report.json"), &report)?;
        report::write_page(&args.out, &report, &settings, &data, &pictures, &remarks)?;
    }
    console.say(&format!("{:.0} s; see {}", report.seconds, args.out.join("index.html").display()));
    Ok(())
}

/// What is kept of a run: the scores, and of the first everything, to be drawn.
struct Kept {
    rows: Vec<Row>,
    batches: Vec<Batch>,
    random_batches: Option<Vec<Batch>>,
    crowd: CrowdScores,
    run: Option<Run>,
}

impl Kept {
    fn new(run: Run, is_first: bool) -> Self {
        Self {
            rows: run.rows.clone(),
            batches: run.batches.clone(),
            random_batches: run.random_batches.clone(),
            crowd: CrowdScores::of(&run.aggregate),
            run: is_first.then_some(run),
        }
    }
}

fn summarise(settings: &Settings, data: &Data, runs: &[Kept]) -> Report {
    let rows: Vec<Vec<Row>> = runs.iter().map(|kept| kept.rows.clone()).collect();
    let n = runs.len() as f64;
    let crowd = |of: fn(&CrowdScores) -> f64| runs.iter().map(|kept| of(&kept.crowd)).sum::<f64>() / n;
    let batches: Vec<&[Batch]> = runs.iter().map(|kept| &kept.batches[..]).collect();
    let random: Option<Vec<&[Batch]>> = runs.iter().map(|kept| kept.random_batches.as_deref()).collect();
    let discoveries = runs.iter().find_map(|kept| kept.run.as_ref()).map(|run| run.discoveries.clone());
    Report {
        data: data.name.clone(),
        stage: settings.stage,
        n_images: data.train.truth.len() + data.test.truth.len(),
        n_test: data.test.truth.len(),
        n_positive: data.train.truth.iter().chain(&data.test.truth).sum(),
        seed: settings.seed,
        runs: settings.n_runs,
        seconds: 0.0,
        peak_rss_mb: None,
        crowd: CrowdScores {
            majority_f1: crowd(|crowd| crowd.majority_f1),
            swap_f1: crowd(|crowd| crowd.swap_f1),
            positive_weight: crowd(|crowd| crowd.positive_weight),
        },
        rows: score::mean(&rows),
        batches: mean_batches(&batches),
        random_batches: random.map(|random| mean_batches(&random)),
        discoveries: discoveries.unwrap_or_default(),
    }
}

/// The mean of each batch over the runs; of the last ones, which a run may not need, only where all have them.
fn mean_batches(runs: &[&[Batch]]) -> Vec<Batch> {
    (0..runs.iter().map(|batches| batches.len()).min().unwrap_or(0))
        .map(|batch| {
            let mean = |of: fn(&Batch) -> usize| {
                let sum: usize = runs.iter().map(|batches| of(&batches[batch])).sum();
                (sum as f64 / runs.len() as f64).round() as usize
            };
            let rows: Vec<Vec<Row>> = runs.iter().map(|batches| batches[batch].rows.clone()).collect();
            Batch {
                batch,
                rows: score::mean(&rows),
                clicks: mean(|batch| batch.clicks),
                crowd_clicks: mean(|batch| batch.crowd_clicks),
            }
        })
        .collect()
}

/// What a reader should know before believing the table.
fn remarks(report: &Report) -> Vec<String> {
    let mut remarks = Vec::new();
    for row in report.rows.iter().filter(|row| row.f1_strict == 0.0) {
        let safe = row.f1_safe;
        remarks.push(format!(
            "{}: the strict map finds no positive among the test images (F1 0), as where no cluster holds a majority of them; forced to name one, the safe map gets {safe:.3}.",
            row.model
        ));
    }
    // F1, and that of the paper.
    let scores = |model| {
        let row = report.rows.iter().find(|row| row.model == model)?;
        Some((row.f1_strict, row.published?.f1))
    };
    if let (Some(taught), Some(again)) = (scores("multitask"), scores("recluster"))
        && taught.0 > 0.0
    {
        remarks.push(format!(
            "Reclustering leaves {:.2} of the F1 that the labels brought; in the paper {:.2}.",
            again.0 / taught.0,
            again.1 / taught.1
        ));
    }
    let clicks: Vec<f64> = report.rows.iter().map(|row| row.total_clicks).collect();
    let rate = report.n_positive as f64 / report.n_images as f64;
    if let (true, Some(&first)) = (rate < 0.1, clicks.first())
        && clicks.iter().all(|&total| (total / first - 1.0).abs() < 0.05)
    {
        remarks.push(format!(
            "At {:.1} % positives hardly a grid has a majority of them, so every clustering costs about the same clicks: ε says nothing here.",
            100.0 * rate
        ));
    }
    remarks
}
