//! Images into the clusters of a model that was trained before, a chunk at a time: as many images as the disk holds.

use crate::Args;
use crate::agreement::Agreement;
use anyhow::{Context, Result, ensure};
use common::files::{self, NewFile};
use common::images::{ImageSet, read_truth};
use common::memory::peak_rss_mb;
use common::npy::{NpyImages, is_npy};
use common::session::{Console, lock};
use manyhands_dec::{Dec, hard_assignment};
use ndarray::{Array1, Array2, s};
use npyz::{DType, WriteOptions, WriterBuilder};
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// Images in a chunk of a file that is read whole.
const IN_MEMORY: usize = 8192;

#[derive(Debug, Serialize)]
struct Scores {
    n_images: usize,
    n_clusters: usize,
    #[serde(flatten)]
    agreement: Agreement,
    /// Reading and writing included.
    seconds: f64,
    images_per_second: f64,
    peak_rss_mb: Option<f64>,
}

/// Writes the cluster of every image to `clusters.csv`, and with `--probabilities` the soft assignment (images × clusters, f64) to
/// `probabilities.npy`.
pub(crate) fn run(console: &Console, args: &Args, model: &Path) -> Result<()> {
    let (images, out) = (&args.images, &args.out);
    let start = Instant::now();
    let dec = Dec::load(model)?;
    let Source { n_images, truth, chunks } = Source::open(args)?;
    let state = out.join("state");
    ensure!(
        !state.exists(),
        "{}: is of a training, whose clusters would be lost; wants another --out",
        out.display()
    );
    let _lock = lock(out)?;
    let bar = console.bar("assigning", n_images);
    let kept = truth.iter().any(Option::is_some).then(Vec::new);
    let mut clusters = Clusters::create(&out.join("clusters.csv"), dec.n_clusters(), kept)?;
    let mut done = |part: &Array1<usize>| {
        ensure!(!console.is_stopped(), "stopped");
        bar.inc(part.len() as u64);
        clusters.write(part)
    };
    let probabilities = out.join("probabilities.npy");
    if args.probabilities {
        let options = WriteOptions::new_header_only().dtype(DType::Plain("<f8".parse()?));
        let mut file = (options.shape(&[n_images as u64, dec.n_clusters() as u64]))
            .writer(NewFile::create(&probabilities)?)
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
        // An earlier run's are not of these images.
        files::remove(&probabilities)?;
    }
    clusters.file.finish()?;
    bar.finish();
    if let Some(only) =
        clusters.sizes.iter().position(|&size| size == n_images).filter(|_| dec.n_clusters() > 1)
    {
        console.say(&format!(
            "all images are in cluster {only}: have they the units of those that the model was trained on?"
        ));
    }
    let seconds = start.elapsed().as_secs_f64();
    let scores = Scores {
        n_images,
        n_clusters: dec.n_clusters(),
        agreement: Agreement::of(&truth, clusters.kept.as_deref().unwrap_or_default())?,
        seconds,
        images_per_second: n_images as f64 / seconds,
        peak_rss_mb: peak_rss_mb(),
    };
    console.say(&serde_json::to_string_pretty(&scores)?);
    if let Some(path) = &args.json {
        files::write_json(path, &scores)?;
    }
    console.say(&format!("results in {}", out.display()));
    Ok(())
}

/// Images as they are asked for.
struct Source {
    n_images: usize,
    /// Of each image, or empty where none is known: there may be millions.
    truth: Vec<Option<usize>>,
    chunks: Box<dyn Iterator<Item = Result<Array2<f32>>> + Send>,
}

impl Source {
    /// Read chunk by chunk where the file is a `.npy` in C's order, else whole.
    fn open(args: &Args) -> Result<Self> {
        let path = &args.images;
        let streamed = if path.is_file() && is_npy(path)? {
            Some(NpyImages::open(path)?).filter(NpyImages::is_by_image)
        } else {
            None
        };
        let (n_images, truth, chunks): (_, _, Box<dyn Iterator<Item = _> + Send>) = match streamed {
            Some(file) => (file.n_images(), Vec::new(), Box::new(file.chunks())),
            None => {
                let ImageSet { images, truth, .. } = ImageSet::read(path)?;
                let n = images.nrows();
                let chunk = move |start| Ok(images.slice(s![start..n.min(start + IN_MEMORY), ..]).to_owned());
                (n, truth, Box::new((0..n).step_by(IN_MEMORY).map(chunk)))
            }
        };
        ensure!(n_images > 0, "--images {}: holds no images", path.display());
        let truth = match &args.truth {
            Some(path) => read_truth(path, n_images)?,
            None => truth,
        };
        Ok(Self { n_images, truth, chunks })
    }
}

/// The file of clusters, and what has gone into it.
#[derive(Debug)]
struct Clusters {
    file: NewFile,
    n: usize,
    sizes: Vec<usize>,
    /// Every image's, where it is to be compared with the truth.
    kept: Option<Vec<usize>>,
}

impl Clusters {
    fn create(path: &Path, n_clusters: usize, kept: Option<Vec<usize>>) -> Result<Self> {
        let mut file = NewFile::create(path)?;
        writeln!(file, "image,cluster")?;
        Ok(Self { file, n: 0, sizes: vec![0; n_clusters], kept })
    }

    fn write(&mut self, part: &Array1<usize>) -> Result<()> {
        for &cluster in part {
            writeln!(self.file, "{},{cluster}", self.n)?;
            self.n += 1;
            self.sizes[cluster] += 1;
        }
        if let Some(kept) = &mut self.kept {
            kept.extend(part);
        }
        Ok(())
    }
}
