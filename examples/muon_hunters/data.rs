//! Images with their truth, split into those that train, those that are scored, and the few whose truth the aggregation knows.

use crate::args::{Settings, Source};
use anyhow::{Context, Result, ensure};
use common::camera;
use common::images::{ImageSet, digest, ensure_finite, read_positions, read_truth};
use common::session::Console;
use manyhands_dec::{Augmentation, InputScale};
use manyhands_grid::Raster;
use manyhands_sim::{Camera, CameraSimulator};
use ndarray::{Array2, Axis, concatenate};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Fraction of the images that is scored and never trained on (section 3 of the paper).
const TEST_FRACTION: f64 = 0.25;
/// Fraction of the training images of known truth: the part that the telescope's own analysis plays in the paper.
const GOLD_FRACTION: f64 = 0.1;
/// Pixels along the side of a cell.
const CELL: u32 = 48;
/// Images simulated between two moves of the progress bar.
const CHUNK: usize = 1000;

/// Everything the loop works on.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) train: Part,
    pub(crate) test: Part,
    /// Rows of `train` whose truth the aggregation knows, the first ones, with that truth.
    pub(crate) gold: Vec<(usize, usize)>,
    /// How to draw an image.
    pub(crate) raster: Raster,
    pub(crate) cell: u32,
    pub(crate) scale: InputScale,
    /// Changes that leave what an image shows: the symmetries of the camera, where it has some.
    pub(crate) augmentation: Option<Augmentation>,
    /// What the images are, in words.
    pub(crate) name: String,
}

/// Images and their truth.
#[derive(Debug)]
pub(crate) struct Part {
    /// images × pixels
    pub(crate) images: Array2<f32>,
    /// 1: positive.
    pub(crate) truth: Vec<usize>,
    /// Where each image stands in the file, or in the simulation.
    pub(crate) rows: Vec<usize>,
}

impl Part {
    pub(crate) fn positives(&self) -> Vec<bool> {
        self.truth.iter().map(|&class| class == 1).collect()
    }
}

/// Images before the split.
struct Loaded {
    images: Array2<f32>,
    truth: Vec<usize>,
    /// Where each image stands in the file, or in the simulation.
    rows: Vec<usize>,
    raster: Raster,
    scale: InputScale,
    augmentation: Option<Augmentation>,
    name: String,
}

impl Data {
    pub(crate) fn load(settings: &Settings, console: &Console) -> Result<Self> {
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
        let source = match &settings.data {
            None => simulate(settings, console)?,
            Some(source) => read(source, settings, &mut rng)?,
        };
        let n = source.truth.len();
        let n_positive = source.truth.iter().sum::<usize>();
        ensure!(n >= 8, "the data holds {n} images: wants at least 8");
        let (n_clusters, n_train) = (settings.n_clusters, n - n_test(n));
        ensure!(
            n_clusters <= n_train,
            "--clusters {n_clusters}: wants at most the {n_train} training images"
        );
        let n_batches = settings.n_batches;
        ensure!(n_batches <= n_train, "--batches {n_batches}: wants at most the {n_train} training images");
        ensure!(
            n_positive > 0 && n_positive < n,
            "{n_positive} of {n} images are positive: wants both kinds"
        );
        let mut order: Vec<usize> = (0..n).collect();
        order.shuffle(&mut rng);
        let n_test = n_test(n);
        let part = |rows: &[usize]| Part {
            images: source.images.select(Axis(0), rows),
            truth: rows.iter().map(|&row| source.truth[row]).collect(),
            rows: rows.iter().map(|&row| source.rows[row]).collect(),
        };
        let (test, train) = (part(&order[..n_test]), part(&order[n_test..]));
        let n_gold = ((GOLD_FRACTION * train.truth.len() as f64).round() as usize).max(1);
        // The rows are shuffled already.
        let gold: Vec<_> = train.truth.iter().copied().enumerate().take(n_gold).collect();
        // One to learn from and one to watch, should volunteers find no other.
        for class in 0..2 {
            let n_known = gold.iter().filter(|&&(_, truth)| truth == class).count();
            ensure!(
                n_known >= 2,
                "{n_known} of the {n_gold} images of known truth are of class {class}: wants 2, so more images of that class"
            );
        }
        let n_found = test.truth.iter().sum::<usize>();
        ensure!(
            n_found > 0 && n_found < n_test,
            "{n_found} of {n_test} test images are positive: wants both kinds, so more images"
        );
        Ok(Self {
            train,
            test,
            gold,
            raster: source.raster,
            cell: CELL,
            scale: source.scale,
            augmentation: source.augmentation,
            name: source.name,
        })
    }

    /// By which a resumed run knows its images and their truth again.
    pub(crate) fn digest(&self) -> String {
        let truth: Vec<usize> = self.train.truth.iter().chain(&self.test.truth).copied().collect();
        digest(&[self.train.images.view(), self.test.images.view()], &truth)
    }
}

fn n_test(n_images: usize) -> usize {
    (TEST_FRACTION * n_images as f64).round() as usize
}

fn simulate(settings: &Settings, console: &Console) -> Result<Loaded> {
    let mut simulator =
        if settings.stage == 1 { CameraSimulator::stage1() } else { CameraSimulator::stage2() };
    if let Some(rate) = settings.rate {
        simulator = simulator.positive_rate(rate);
    }
    let simulator = simulator.seed(settings.seed);
    let bar = console.bar("simulating images", settings.n_images);
    let (mut parts, mut truth) = (Vec::new(), Vec::new());
    for first in (0..settings.n_images).step_by(CHUNK) {
        console.check()?;
        let simulation = simulator
            .simulate_range(first, CHUNK.min(settings.n_images - first))
            .context("--rate: leaves no room for the gamma rays of this stage")?;
        truth.extend(simulation.truth);
        parts.push(simulation.images);
        bar.inc(CHUNK as u64);
    }
    bar.finish();
    let views: Vec<_> = parts.iter().map(Array2::view).collect();
    Ok(Loaded {
        images: concatenate(Axis(0), &views)?,
        rows: (0..truth.len()).collect(),
        truth,
        raster: camera::raster(Camera::veritas().positions(), CELL)?,
        scale: InputScale::UnitMeanSquarePerSample,
        augmentation: Some(Augmentation::permutations(Camera::veritas().symmetries()?)?),
        name: "simulated VERITAS camera".to_owned(),
    })
}

fn read(source: &Source, settings: &Settings, rng: &mut ChaCha8Rng) -> Result<Loaded> {
    let (set, positions, name) = match source {
        Source::Mnist(folder) => {
            ensure!(folder.is_dir(), "mnist:{}: is no folder", folder.display());
            (ImageSet::read(folder)?, None, format!("MNIST, digit {} against the rest", settings.positive))
        }
        Source::Npy(file) => {
            let mut set = ImageSet::read(file)?;
            let path = settings.truth.as_ref().context("--truth goes with --data npy:FILE")?;
            set.truth = read_truth(path, set.images.nrows())?;
            (set, None, file.display().to_string())
        }
        Source::Npz(file, members) => {
            let set = ImageSet::read_npz(file, members)?;
            let positions = read_positions(file, set.images.ncols())?;
            (set, positions, file.display().to_string())
        }
    };
    ensure_finite(set.images.view())?;
    let classes = set.whole_truth().context("--data: wants the class of every image, to score by")?;
    let truth: Vec<usize> =
        classes.into_iter().map(|class| usize::from(class == settings.positive)).collect();
    let rows = choose(&truth, settings, rng)?;
    let images = set.images.select(Axis(0), &rows);
    let n_pixels = images.ncols();
    let global = InputScale::UnitMeanSquareGlobal;
    let (raster, scale, augmentation) = match (positions, set.shape) {
        (Some(positions), _) => {
            // A camera with a pixel missing on one side has no symmetries, and its images are taken as they are.
            let symmetries = Camera::new(positions.clone(), camera::pitch(&positions))?.symmetries().ok();
            let augmentation = symmetries.map(Augmentation::permutations).transpose()?;
            (camera::raster(&positions, CELL)?, InputScale::UnitMeanSquarePerSample, augmentation)
        }
        (None, Some((height, width))) => (Raster::rectangular(height, width, CELL, CELL)?, global, None),
        (None, None) => {
            // Of unknown shape: the rectangle nearest to a square.
            let height =
                (1..=n_pixels.isqrt()).rev().find(|side| n_pixels.is_multiple_of(*side)).unwrap_or(1);
            (Raster::rectangular(height, n_pixels / height, CELL, CELL)?, global, None)
        }
    };
    let truth = rows.iter().map(|&row| truth[row]).collect();
    Ok(Loaded { images, truth, rows, raster, scale, augmentation, name })
}

/// Rows to use: at most as many as asked for, with the asked-for fraction of positives, at random.
fn choose(truth: &[usize], settings: &Settings, rng: &mut ChaCha8Rng) -> Result<Vec<usize>> {
    let mut rows: Vec<usize> = (0..truth.len()).collect();
    rows.shuffle(rng);
    if let Some(rate) = settings.rate {
        let (mut positive, mut negative): (Vec<_>, Vec<_>) = rows.iter().partition(|&&row| truth[row] == 1);
        let n = settings.n_images.min((positive.len() as f64 / rate) as usize);
        let n = n.min((negative.len() as f64 / (1.0 - rate)) as usize);
        let n_positive = (rate * n as f64).round() as usize;
        ensure!(n_positive > 0, "--rate {rate}: leaves no positive among {n} images");
        positive.truncate(n_positive);
        negative.truncate(n - n_positive);
        rows = positive.into_iter().chain(negative).collect();
        rows.shuffle(rng);
    }
    rows.truncate(settings.n_images);
    Ok(rows)
}
