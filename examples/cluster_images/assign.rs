//! Images into the clusters of a model that was trained before, a chunk at a time: as many images as the disk holds.

use anyhow::{Context, Result};
use common::files::{self, NewFile};
use common::images::ImageSet;
use common::memory::peak_rss_mb;
use common::npy::NpyChunks;
use common::session::Console;
use manyhands_dec::{Dec, hard_assignment};
use ndarray::{Array1, Array2, s};
use npyz::{DType, WriteOptions, WriterBuilder};
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// Images in a chunk of a file that is read whole.
const IN_MEMORY: usize = 8192;

/// A row of images from somewhere.
type Chunks = Box<dyn Iterator<Item = Result<Array2<f32>>> + Send>;

#[derive(Debug, Serialize)]
struct Speed {
    n_images: usize,
    n_clusters: usize,
    seconds: f64,
    images_per_second: f64,
    peak_rss_mb: Option<f64>,
}

/// Writes the cluster of every image to `clusters.csv` in `out`, and with `probabilities` the soft assignment (images × clusters, f64) to
/// `probabilities.npy`.
pub(crate) fn run(
    console: &Console,
    [images, model, out]: [&Path; 3],
    probabilities: bool,
    json: Option<&Path>,
) -> Result<()> {
    let dec = Dec::load(model)?;
    let (n_images, chunks) = chunks(images)?;
    std::fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    let start = Instant::now();
    let bar = console.bar("assigning", n_images);
    let mut clusters = Clusters { file: NewFile::create(&out.join("clusters.csv"))?, n: 0 };
    writeln!(clusters.file, "image,cluster")?;
    let mut done = |part: &Array1<usize>| {
        bar.inc(part.len() as u64);
        console.check()?;
        clusters.write(part)
    };
    if probabilities {
        let options = WriteOptions::new_header_only().dtype(DType::Plain("<f8".parse()?));
        let mut file = (options.shape(&[n_images as u64, dec.n_clusters() as u64]))
            .writer(NewFile::create(&out.join("probabilities.npy"))?)
            .write_header_only()?;
        for q in dec.in_chunks(chunks, Dec::predict_proba) {
            let q = q.with_context(|| images.display().to_string())?;
            q.iter().try_for_each(|p| file.write_all(&p.to_le_bytes()))?;
            done(&hard_assignment(q.view()))?;
        }
        file.finish()?;
    } else {
        for part in dec.in_chunks(chunks, Dec::predict) {
            done(&part.with_context(|| images.display().to_string())?)?;
        }
    }
    clusters.file.finish()?;
    bar.finish();
    let seconds = start.elapsed().as_secs_f64();
    let speed = Speed {
        n_images,
        n_clusters: dec.n_clusters(),
        seconds,
        images_per_second: n_images as f64 / seconds,
        peak_rss_mb: peak_rss_mb(),
    };
    console.say(&serde_json::to_string_pretty(&speed)?);
    if let Some(path) = json {
        files::write_json(path, &speed)?;
    }
    console.say(&format!("results in {}", out.display()));
    Ok(())
}

/// How many images there are, and their chunks: read as they are asked for where the file is a `.npy`.
fn chunks(path: &Path) -> Result<(usize, Chunks)> {
    if path.extension().is_some_and(|extension| extension == "npy") {
        let chunks = NpyChunks::open(path)?;
        return Ok((chunks.n_images(), Box::new(chunks)));
    }
    let images = ImageSet::read(path)?.images;
    let n_images = images.nrows();
    let chunk = move |start| Ok(images.slice(s![start..n_images.min(start + IN_MEMORY), ..]).to_owned());
    Ok((n_images, Box::new((0..n_images).step_by(IN_MEMORY).map(chunk))))
}

/// The file of clusters, and the images that it has.
#[derive(Debug)]
struct Clusters {
    file: NewFile,
    n: usize,
}

impl Clusters {
    fn write(&mut self, part: &Array1<usize>) -> Result<()> {
        for cluster in part {
            writeln!(self.file, "{},{cluster}", self.n)?;
            self.n += 1;
        }
        Ok(())
    }
}
