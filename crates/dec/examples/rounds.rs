//! One round of work at a time, for a clock outside: `rounds IMAGES WIDTH BACKEND` reads raw little-endian f32 images, then does what every line
//! of standard input names (`sdae`, `layer`, `dec`, `multitask`, `k-means`, `pca`, `predict`) once and prints the seconds that took.
//!
//! A round of training is one epoch of the published network on `fused`, `candle` or `cuda`; what is set up before it is not counted.
//! `RAYON_NUM_THREADS` sets the threads.

use manyhands_dec::{
    Autoencoder, AutoencoderParams, Backend, Dec, DecParams, InitialCentres, KMeans, Multitask, Optimiser,
    Pca, Segment, Training,
};
use ndarray::{Array2, ArrayView2};
use std::io::{BufRead, Write};
use std::{env, error::Error, fs, io, time::Instant};

/// The encoder of Xie et al. (2016).
const DIMS: [usize; 4] = [500, 500, 2000, 10];
const N_CLUSTERS: usize = 10;
const FOREVER: usize = 1_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [path, width, backend] = args.as_slice() else { return Err("wants IMAGES WIDTH BACKEND".into()) };
    let backend: Backend = backend.parse()?;
    let images = read(path, width.parse()?)?;
    let images = images.view();
    let (mut sdae, mut layer, mut dec, mut multitask) = (None, None, None, None);
    let mut clustered = None;
    for line in io::stdin().lock().lines() {
        let seconds = match line?.trim() {
            "sdae" => epoch(&mut sdae, || network().backend(backend).training(images))?,
            "layer" => epoch(&mut layer, || {
                network()
                    .backend(backend)
                    .layer_schedule(&[Segment::epochs(FOREVER, 0.01)])
                    .image_dropout(0.2)
                    .training(images)
            })?,
            "dec" => epoch(&mut dec, || {
                let mut training = clustering().backend(backend).training(untrained(images)?, images)?;
                // The first centres are looked for in the first epoch.
                training.next().transpose()?;
                Ok(training)
            })?,
            "multitask" => epoch(&mut multitask, || {
                let labels: Vec<_> = (0..images.nrows()).map(|i| Some(i % 2)).collect();
                let params = Multitask::params(2).seed(7).schedule(&[Segment::epochs(FOREVER, 1e-3)]);
                params.backend(backend).patience(FOREVER).training(clustering_of(images)?, images, &labels)
            })?,
            "k-means" => {
                let begin = Instant::now();
                KMeans::params(N_CLUSTERS).seed(7).n_restarts(1).fit(images)?;
                begin.elapsed().as_secs_f64()
            }
            "pca" => {
                let begin = Instant::now();
                Pca::fit(images, 2)?.transform(images)?;
                begin.elapsed().as_secs_f64()
            }
            "predict" => {
                if clustered.is_none() {
                    clustered = Some(clustering_of(images)?);
                }
                let begin = Instant::now();
                clustered.as_ref().map(|dec| dec.predict(images)).transpose()?;
                begin.elapsed().as_secs_f64()
            }
            other => return Err(format!("{other} is no round").into()),
        };
        println!("{seconds}");
        io::stdout().flush()?;
    }
    Ok(())
}

/// Seconds of one more epoch of the training that `set_up` gives the first time.
fn epoch<'a, M>(
    training: &mut Option<Training<'a, M>>,
    set_up: impl FnOnce() -> manyhands_dec::Result<Training<'a, M>>,
) -> Result<f64, Box<dyn Error>> {
    if training.is_none() {
        *training = Some(set_up()?);
    }
    let training = training.as_mut().ok_or("no training")?;
    let begin = Instant::now();
    training.next().ok_or("the training is over")??;
    Ok(begin.elapsed().as_secs_f64())
}

fn network() -> AutoencoderParams {
    Autoencoder::params(&DIMS)
        .seed(7)
        .optimiser(Optimiser::Sgd { momentum: 0.9 })
        .layer_schedule(&[])
        .fine_tune_schedule(&[Segment::epochs(FOREVER, 0.01)])
        .fine_tune_dropout(0.0)
        .neighbour_schedule(&[])
}

fn clustering() -> DecParams {
    Dec::params(N_CLUSTERS)
        .seed(7)
        .initial_centres(InitialCentres::KMeans)
        .n_restarts(1)
        .tolerance(0.0)
        .collapse(None)
        .schedule(&[Segment::epochs(FOREVER, 0.01)])
}

fn untrained(images: ArrayView2<'_, f32>) -> manyhands_dec::Result<Autoencoder> {
    network().max_epochs(Some(0)).fit(images)
}

fn clustering_of(images: ArrayView2<'_, f32>) -> manyhands_dec::Result<Dec> {
    clustering().max_epochs(Some(0)).fit_with(untrained(images)?, images)
}

fn read(path: &str, width: usize) -> Result<Array2<f32>, Box<dyn Error>> {
    let bytes = fs::read(path)?;
    let values: Vec<f32> =
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    Ok(Array2::from_shape_vec((values.len() / width, width), values)?)
}
