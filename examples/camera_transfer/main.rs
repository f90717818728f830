//! Models that learned on simulated images of a camera, asked about images that it really took, or that others simulated in more detail.
//!
//! ```text
//! cargo run --release --example camera_transfer -- --telescope fact --images fact_images.npz --classes muon_sim=1,shower_sim=0
//! cargo run --release --example camera_transfer -- --telescope lst --images lst_muon_images.npz --classes images=1
//! ```
//!
//! The file holds images × pixels, and the positions of the pixels as `xy_deg`. Nothing of it is trained on. Prints scores on simulated images that
//! were kept apart, on those of the file, and on those of them that show anything; `--out` gets the probability of each image, and pictures of all of
//! them, mistakes framed.

mod models;
mod picture;
mod prepare;
mod score;
mod telescope;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use common::images::{ImageSet, digest, read_positions};
use common::memory::peak_rss_mb;
use common::session::{Console, Session};
use common::{camera, files};
use manyhands_dec::Backend;
use manyhands_sim::Camera;
use ndarray::{Array2, Axis};
use prepare::prepare;
use score::Scores;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Instant;
use telescope::Telescope;

/// One simulated image in so many is kept for the scores.
const ONE_IN: usize = 10;

/// Train on simulated images of a camera, and score on real ones
#[derive(Debug, Parser)]
struct Args {
    /// Images and pixel positions: an npz file
    #[arg(long)]
    images: PathBuf,
    /// Members of the file with their class, 1 for muons: MEMBER=CLASS,MEMBER=CLASS
    #[arg(long)]
    classes: String,
    /// What to simulate
    #[arg(long)]
    telescope: Telescope,
    /// Simulated images
    #[arg(long, default_value_t = 30_000)]
    simulated: usize,
    /// Seed of every random number
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// At most so many epochs in each phase of every training
    #[arg(long)]
    epochs: Option<usize>,
    /// Where the models train: fused, candle, or cuda and metal, which want the feature of that name
    #[arg(long, default_value_t)]
    backend: Backend,
    /// Threads; all cores where it is not given
    #[arg(long)]
    threads: Option<usize>,
    /// Go on with a run that was stopped
    #[arg(long)]
    resume: bool,
    /// Folder of the results
    #[arg(long, default_value = "target/camera_transfer")]
    out: PathBuf,
}

/// What decides the result.
#[derive(Debug, Serialize)]
struct Settings {
    images: PathBuf,
    classes: String,
    telescope: Telescope,
    simulated: usize,
    seed: u64,
    epochs: Option<usize>,
    backend: Backend,
}

#[derive(Debug, Serialize)]
struct Report {
    settings: Settings,
    seconds: f64,
    peak_rss_mb: Option<f64>,
    scores: Vec<Scores>,
}

/// Images ready for a model, and which of them are muons.
struct Part {
    name: &'static str,
    images: Array2<f32>,
    truth: Vec<bool>,
}

impl Part {
    /// The images of which cleaning left something: of the others nobody can tell what they show.
    fn seen(&self) -> Self {
        let shows = |row: usize| self.images.row(row).iter().any(|&value| value != 0.0);
        let rows: Vec<usize> = (0..self.truth.len()).filter(|&row| shows(row)).collect();
        Self {
            name: "and seen",
            images: self.images.select(Axis(0), &rows),
            truth: rows.iter().map(|&row| self.truth[row]).collect(),
        }
    }
}

fn main() -> Result<()> {
    let start = Instant::now();
    let args = Args::parse();
    if let Some(n_threads) = args.threads {
        ensure!(n_threads > 0, "--threads 0: wants at least 1");
        rayon::ThreadPoolBuilder::new().num_threads(n_threads).build_global()?;
    }
    args.backend.check()?;
    ensure!(args.simulated >= 10 * ONE_IN, "--simulated {}: wants at least {}", args.simulated, 10 * ONE_IN);
    files::ensure_writable("--out", &args.out)?;
    let (set, camera) = read(&args)?;
    let real = Part {
        name: "the file's",
        images: prepare(&camera, set.images.view())?,
        truth: set.truth.iter().flatten().map(|&class| class == 1).collect(),
    };
    let console = Console::new()?;
    let bar = console.spinner("simulating images");
    let simulation = args.telescope.simulator(camera.clone()).seed(args.seed).simulate(args.simulated)?;
    let truth = simulation.positives();
    let images = prepare(&camera, simulation.images.view())?;
    drop(simulation);
    bar.finish();
    let n_train = args.simulated - args.simulated / ONE_IN;
    let (train, test) = images.view().split_at(Axis(0), n_train);
    let held_out = Part { name: "simulated", images: test.to_owned(), truth: truth[n_train..].to_vec() };

    let settings = Settings {
        images: args.images.clone(),
        classes: args.classes.clone(),
        telescope: args.telescope,
        simulated: args.simulated,
        seed: args.seed,
        epochs: args.epochs,
        backend: args.backend,
    };
    let numbers: Vec<usize> = truth.iter().chain(&real.truth).map(|&is_muon| usize::from(is_muon)).collect();
    let data = digest(&[images.view(), real.images.view()], &numbers);
    let session = Session::open(console.clone(), &args.out, &settings, &data, args.resume)?;
    let labels: Vec<Option<usize>> =
        truth[..n_train].iter().map(|&is_muon| Some(usize::from(is_muon))).collect();
    let multitask = models::multitask(&settings, &session, train, &labels)?;
    let supervised = models::supervised(&settings, &session, train, &labels)?;

    let mut scores = Vec::new();
    let seen = real.seen();
    for part in [&held_out, &real, &seen].into_iter().filter(|part| !part.truth.is_empty()) {
        let images = part.images.view();
        for (model, p) in [
            ("supervised", supervised.predict_proba(images)?),
            ("multitask", multitask.predict_proba(images)?),
        ] {
            scores.push(Scores::new(model, part.name, &part.truth, &p.column(1).to_vec())?);
        }
    }
    score::print(&console, &scores);
    let probabilities = multitask.predict_proba(real.images.view())?.column(1).to_vec();
    write_probabilities(&args.out.join("probabilities.csv"), &real.truth, &probabilities)?;
    picture::draw(&args.out, &camera, &real, &probabilities)?;
    let seconds = start.elapsed().as_secs_f64();
    let report = Report { settings, seconds, peak_rss_mb: peak_rss_mb(), scores };
    files::write_json(&args.out.join("report.json"), &report)?;
    console.say(&format!("{seconds:.0} s; results in {}", args.out.display()));
    Ok(())
}

fn read(args: &Args) -> Result<(ImageSet, Camera)> {
    let file = args.images.display();
    let set = ImageSet::read_npz(&args.images, &args.classes)?;
    set.ensure_finite()?;
    ensure!(set.images.nrows() > 0, "{file}: has no images");
    let positions = read_positions(&args.images, set.images.ncols())?
        .with_context(|| format!("{file}: has no member xy_deg with the positions of the pixels"))?;
    let classes = set.truth.iter().flatten();
    ensure!(
        classes.clone().all(|&class| class < 2),
        "--classes {}: wants 1 for muons and 0 for everything else",
        args.classes
    );
    let pitch = camera::pitch(&positions);
    Ok((set, Camera::new(positions, pitch)?))
}

fn write_probabilities(path: &Path, truth: &[bool], probabilities: &[f64]) -> Result<()> {
    let rows = truth.iter().zip(probabilities).enumerate();
    let rows = rows.map(|(image, (&truth, p))| format!("{image},{},{p}\n", u8::from(truth)));
    files::write(path, std::iter::once("image,muon,probability\n".to_owned()).chain(rows).collect::<String>())
}
