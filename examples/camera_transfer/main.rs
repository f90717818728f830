//! Models that learned on our simulation of a camera, asked about images that others simulated in more detail, or that it really took.
//!
//! ```text
//! cargo run --release --example camera_transfer -- --telescope fact --images fact_images.npz --classes muon_sim=1,shower_sim=0
//! cargo run --release --example camera_transfer -- --telescope lst --images lst_muon_images.npz --classes images=1
//! cargo run --release --example camera_transfer -- --telescope fact --images fact_images.npz --unlabelled real --resume
//! ```
//!
//! The file holds images × pixels, and the positions of the pixels as `xy_deg`. Nothing of it is trained on, so a model that is there can be asked about
//! another file with `--resume`. Prints scores on simulated images that were kept apart, on the labelled images of the file, and on those of
//! either that are not blank; `--out` gets the probability of each image, and pictures of all of them, mistakes framed.

mod asked;
mod models;
mod picture;
mod prepare;
mod score;
mod telescope;

use anyhow::{Result, ensure};
use asked::{Asked, Calls};
use clap::Parser;
use common::files;
use common::images::digest;
use common::memory::peak_rss_mb;
use common::session::{Console, Origin, Session};
use common::threads;
use manyhands_dec::Backend;
use ndarray::{Array2, ArrayView1, Axis};
use prepare::prepare;
use score::Scores;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Instant;
use telescope::Telescope;

/// One simulated image in so many is kept for the scores.
const ONE_IN: usize = 10;

/// Train on our simulation of a camera, and ask about images of a file
#[derive(Debug, Parser)]
struct Args {
    /// Images and pixel positions: an npz file
    #[arg(long)]
    images: PathBuf,
    /// Members of the file with their class, 1 for muons: MEMBER=CLASS,MEMBER=CLASS
    #[arg(long, required_unless_present = "unlabelled")]
    classes: Option<String>,
    /// Members of the file whose classes nobody knows: MEMBER,MEMBER
    #[arg(long, value_delimiter = ',')]
    unlabelled: Vec<String>,
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
    /// Go on with a run that was stopped, or ask its models about other images; without it, a run forgets the one before it in the same folder
    #[arg(long)]
    resume: bool,
    /// Folder of the results
    #[arg(long, default_value = "target/camera_transfer")]
    out: PathBuf,
}

/// What decides the result.
#[derive(Debug, Serialize)]
struct Settings {
    telescope: Telescope,
    simulated: usize,
    seed: u64,
    epochs: Option<usize>,
    backend: Backend,
}

#[derive(Debug, Serialize)]
struct Report {
    images: PathBuf,
    classes: Option<String>,
    unlabelled: Vec<String>,
    settings: Settings,
    seconds: f64,
    peak_rss_mb: Option<f64>,
    scores: Vec<Scores>,
    calls: Vec<Calls>,
}

/// Images ready for a model, and which of them are muons.
struct Part {
    name: &'static str,
    images: Array2<f32>,
    truth: Vec<bool>,
}

impl Part {
    /// The images of which cleaning left something: of the others nobody can tell what they show.
    fn not_blank(&self, name: &'static str) -> Self {
        let rows: Vec<usize> = (0..self.truth.len()).filter(|&row| !is_blank(self.images.row(row))).collect();
        let truth = rows.iter().map(|&row| self.truth[row]).collect();
        Self { name, images: self.images.select(Axis(0), &rows), truth }
    }
}

/// Did cleaning leave nothing?
fn is_blank(image: ArrayView1<'_, f32>) -> bool {
    image.iter().all(|&value| value == 0.0)
}

fn main() -> Result<()> {
    let start = Instant::now();
    let args = Args::parse();
    threads::limit(args.threads)?;
    args.backend.check()?;
    ensure!(args.simulated >= 10 * ONE_IN, "--simulated {}: wants at least {}", args.simulated, 10 * ONE_IN);
    files::ensure_writable("--out", &args.out)?;
    let (asked, camera) = Asked::read(&args)?;
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
        telescope: args.telescope,
        simulated: args.simulated,
        seed: args.seed,
        epochs: args.epochs,
        backend: args.backend,
    };
    let numbers: Vec<usize> = truth.iter().map(|&is_muon| usize::from(is_muon)).collect();
    // Not the images of the file: they teach nothing.
    let data = digest(&[images.view()], &numbers);
    let origin = Origin { program: env!("CARGO_CRATE_NAME"), settings: &settings, data: &data };
    let session = Session::open(console.clone(), &args.out, &origin, args.resume)?;
    let labels: Vec<Option<usize>> =
        truth[..n_train].iter().map(|&is_muon| Some(usize::from(is_muon))).collect();
    let multitask = models::multitask(&settings, &session, train, &labels)?;
    let supervised = models::supervised(&settings, &session, train, &labels)?;

    let labelled = asked.labelled();
    let mut scores = Vec::new();
    let not_blank = [held_out.not_blank("simulated, not blank"), labelled.not_blank("file, not blank")];
    let parts = [&held_out, &not_blank[0], &labelled, &not_blank[1]];
    for part in parts.into_iter().filter(|part| !part.truth.is_empty()) {
        let images = part.images.view();
        for (model, p) in [
            ("supervised", supervised.predict_proba(images)?),
            ("multitask", multitask.predict_proba(images)?),
        ] {
            scores.push(Scores::new(model, part.name, &part.truth, &p.column(1).to_vec())?);
        }
    }
    score::print(&console, &scores);
    let probabilities = multitask.predict_proba(asked.images.view())?.column(1).to_vec();
    let calls = asked.calls(&probabilities);
    calls.iter().for_each(|calls| console.say(&calls.to_string()));
    asked.write(&args.out.join("probabilities.csv"), &probabilities)?;
    picture::draw(&args.out, &camera, &asked, &probabilities)?;
    let seconds = start.elapsed().as_secs_f64();
    let Args { images, classes, unlabelled, out, .. } = args;
    let report =
        Report { images, classes, unlabelled, settings, seconds, peak_rss_mb: peak_rss_mb(), scores, calls };
    files::write_json(&out.join("report.json"), &report)?;
    console.say(&format!("{seconds:.0} s; results in {}", out.display()));
    Ok(())
}
