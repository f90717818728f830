//! Deep embedded clustering of one's own images.
//!
//! ```text
//! cargo run --release --example cluster_images -- --images FILE|DIR --clusters 10
//! ```
//!
//! Reads idx (`.gz` or not), `.npy`, or a folder in the layout of MNIST; writes the cluster of each image, the models, pictures, and with
//! `--json` the scores against the truth where it is known. With `--labels` the clustering is retrained on some of the classes, and says
//! those of all images. With `--model` nothing is trained, and a `.npy` may be larger than the memory:
//!
//! ```text
//! cargo run --release --example cluster_images -- --images FILE.npy --model target/cluster_images/dec.safetensors --out DIR
//! ```

mod agreement;
mod assign;
mod teach;

use agreement::Agreement;
use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use common::files;
use common::images::{ImageSet, digest, ensure_finite, read_truth};
use common::memory::peak_rss_mb;
use common::pictures::{Curve, Group, Panel, curves, scatter};
use common::session::{AUTOENCODER, Console, DEC, Origin, Session};
use common::threads;
use manyhands_dec::{Autoencoder, Backend, Dec, Epoch, Pca, Profile, Stage, StopReason};
use manyhands_grid::{Contrast, Layout, Montage, Palette, Raster, Tiler};
use ndarray::ArrayView2;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;
use teach::{Lesson, NLabels};

/// Deep embedded clustering of one's own images.
#[derive(Debug, Parser)]
struct Args {
    /// Images: idx, idx.gz, npy, or a folder in the layout of MNIST; with --model, in the units of those that it was trained on
    #[arg(long)]
    images: PathBuf,
    /// Class of each image, for the scores and for --labels: idx, idx.gz, or npy with numbers below 0 where it is not known
    #[arg(long)]
    truth: Option<PathBuf>,
    /// Number of clusters
    #[arg(long, required_unless_present = "model")]
    clusters: Option<usize>,
    /// Train nothing: put the images into the clusters of this model (`dec.safetensors` of an earlier run), chunk by chunk
    #[arg(long, conflicts_with_all = ["clusters", "profile", "epochs", "limit", "resume", "seed"])]
    model: Option<PathBuf>,
    /// Retrain on the known classes, all or so many drawn at random; say the classes of all images, and score the others
    #[arg(long, value_name = "N|all", conflicts_with = "model")]
    labels: Option<NLabels>,
    /// With --model: write the probability of every cluster too
    #[arg(long, requires = "model", conflicts_with = "clusters")]
    probabilities: bool,
    /// Seed of every random number
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Schedule of the training: ours, or that of Xie et al. (2016)
    #[arg(long, default_value = "quick")]
    profile: ProfileName,
    /// At most so many epochs in each phase of the training
    #[arg(long)]
    epochs: Option<usize>,
    /// Only the first so many images
    #[arg(long)]
    limit: Option<usize>,
    /// Where the models train: fused, candle, or cuda and metal, which want the feature of that name
    #[arg(long, default_value_t, conflicts_with = "model")]
    backend: Backend,
    /// Threads; all cores where it is not given
    #[arg(long)]
    threads: Option<usize>,
    /// Go on with a run that was stopped, or add --labels to one; without it, a run forgets the one before it in the same folder
    #[arg(long)]
    resume: bool,
    /// Folder of the results
    #[arg(long, default_value = "target/cluster_images")]
    out: PathBuf,
    /// File of the scores
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
enum ProfileName {
    Quick,
    Paper,
}

impl ProfileName {
    fn profile(self) -> Profile {
        match self {
            Self::Quick => Profile::Quick,
            Self::Paper => Profile::Xie2016,
        }
    }
}

/// What decides the result.
#[derive(Debug, PartialEq, Serialize)]
struct Settings {
    clusters: usize,
    seed: u64,
    profile: ProfileName,
    epochs: Option<usize>,
    backend: Backend,
}

#[derive(Debug, Serialize)]
struct Scores {
    n_images: usize,
    n_clusters: usize,
    /// Clusters that no image is in.
    n_empty: usize,
    #[serde(flatten)]
    agreement: Agreement,
    /// With `--labels`: share of the images of known class, of those that were not told, that the retrained model puts into it.
    accuracy_with_labels: Option<f64>,
    stop_reason: StopReason,
    epochs: usize,
    /// Nothing where a run was resumed.
    seconds_pretrain: Option<f64>,
    seconds_dec: Option<f64>,
    peak_rss_mb: Option<f64>,
    seed: u64,
}

fn main() -> Result<()> {
    let args = Args::parse();
    threads::limit(args.threads)?;
    args.backend.check()?;
    ensure!(args.clusters != Some(0), "--clusters 0: wants at least 1");
    files::ensure_writable("--out", &args.out)?;
    if let Some(file) = &args.json {
        files::ensure_file("--json", file)?;
        ensure!(
            file.extension().is_some_and(|end| end == "json"),
            "--json {}: wants a name that ends in .json",
            file.display()
        );
    }
    let console = Console::new()?;
    if let Some(model) = &args.model {
        return assign::run(&console, &args, model);
    }
    let n_clusters = args.clusters.context("--clusters: wants a number")?;
    let set = read(&args)?;
    let images = set.images.view();
    let n_images = images.nrows();
    ensure!(n_images >= 2, "--images {}: holds {n_images} images, wants at least 2", args.images.display());
    ensure!(n_clusters <= n_images, "--clusters {n_clusters}: wants at most the {n_images} images");

    let settings = Settings {
        clusters: n_clusters,
        seed: args.seed,
        profile: args.profile,
        epochs: args.epochs,
        backend: args.backend,
    };
    // Before the hours of the training.
    let lesson = args.labels.map(|n_labels| Lesson::draw(&set.truth, n_labels, args.seed)).transpose()?;
    // Not the truth: it decides nothing but what is taught, which is another training where it is another.
    let origin =
        Origin { program: env!("CARGO_CRATE_NAME"), settings: &settings, data: &digest(&[images], &[]) };
    let session = Session::open(console.clone(), &args.out, &origin, args.resume)?;
    let (dec, seconds) = train(&settings, &session, images)?;
    let seconds = seconds.map(|seconds| (!args.resume).then_some(seconds));
    let stop_reason = dec.report().stop_reason;
    if stop_reason == StopReason::Collapsed {
        console.say(
            "the clusters collapsed: the images are too much alike, or too many clusters were asked for",
        );
    }
    let clusters = dec.predict(images)?.to_vec();
    dec.save(args.out.join("dec.safetensors"))?;
    draw(&args.out, &set, &dec, &clusters, args.seed)?;

    let teach = |lesson: Lesson<'_>| lesson.teach(dec.clone(), images, &settings, &session, &args.out);
    let scores = Scores {
        n_images,
        n_clusters,
        n_empty: n_clusters - clusters.iter().collect::<BTreeSet<_>>().len(),
        agreement: Agreement::of(&set.truth, &clusters)?,
        accuracy_with_labels: lesson.map(teach).transpose()?.flatten(),
        stop_reason,
        epochs: dec.report().epochs.len(),
        seconds_pretrain: seconds[0],
        seconds_dec: seconds[1],
        peak_rss_mb: peak_rss_mb(),
        seed: args.seed,
    };
    console.say(&serde_json::to_string_pretty(&scores)?);
    if let Some(path) = &args.json {
        files::write_json(path, &scores)?;
    }
    console.say(&format!("results in {}", args.out.display()));
    Ok(())
}

fn read(args: &Args) -> Result<ImageSet> {
    let mut set = ImageSet::read(&args.images)?;
    if let Some(path) = &args.truth {
        set.truth = read_truth(path, set.images.nrows())?;
    }
    if let Some(limit) = args.limit {
        ensure!(limit > 0, "--limit 0: wants at least 1");
        set.truncate(limit);
    }
    ensure_finite(set.images.view()).with_context(|| format!("--images {}", args.images.display()))?;
    Ok(set)
}

/// Autoencoder, then clustering; the seconds that each took in this run.
fn train(settings: &Settings, session: &Session, images: ArrayView2<'_, f32>) -> Result<(Dec, [f64; 2])> {
    let Settings { clusters, seed, epochs, backend, .. } = *settings;
    let profile = settings.profile.profile();
    let start = Instant::now();
    let (autoencoder, _) = session.train(
        "autoencoder",
        &AUTOENCODER,
        || {
            let params = Autoencoder::params(&[500, 500, 2000, 10]).profile(profile);
            Ok(params.seed(seed).max_epochs(epochs).backend(backend).training(images)?)
        },
        |_, _| Ok(()),
    )?;
    let seconds_pretrain = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let (dec, _) = session.train(
        "dec",
        &DEC,
        || {
            let params = Dec::params(clusters).profile(profile);
            Ok(params.seed(seed).max_epochs(epochs).backend(backend).training(autoencoder, images)?)
        },
        |_, _| Ok(()),
    )?;
    Ok((dec, [seconds_pretrain, start.elapsed().as_secs_f64()]))
}

/// Cluster of each image as CSV; embedding, learning curve and a grid of each cluster as pictures.
fn draw(out: &Path, set: &ImageSet, dec: &Dec, clusters: &[usize], seed: u64) -> Result<()> {
    let rows = clusters.iter().enumerate().map(|(image, cluster)| format!("{image},{cluster}\n"));
    files::write(
        &out.join("clusters.csv"),
        std::iter::once("image,cluster\n".to_owned()).chain(rows).collect::<String>(),
    )?;

    let embedding = dec.transform(set.images.view())?;
    let pca = Pca::fit(embedding.view(), 2).context("principal components")?;
    let points = pca.transform(embedding.view())?;
    let centres = pca.transform(dec.centres())?;
    let step = clusters.len().div_ceil(4000);
    // By the numbers that occur: those of classes may be any.
    let groups = |of: &[Option<usize>], what: &str| -> Vec<Group> {
        let mut groups: BTreeMap<usize, Vec<_>> = of.iter().flatten().map(|&i| (i, Vec::new())).collect();
        for row in (0..of.len()).step_by(step) {
            if let Some(i) = of[row] {
                groups.entry(i).or_default().push((points[[row, 0]], points[[row, 1]]));
            }
        }
        groups.into_iter().map(|(i, points)| Group { label: format!("{what} {i}"), points }).collect()
    };
    let numbers: Vec<_> =
        centres.rows().into_iter().enumerate().map(|(k, row)| (k, (row[0], row[1]))).collect();
    let clusters_of_all: Vec<_> = clusters.iter().copied().map(Some).collect();
    let mut plots = vec![("by cluster", groups(&clusters_of_all, "cluster"))];
    let by_class = groups(&set.truth, "class");
    if !by_class.is_empty() {
        plots.push(("by class", by_class));
    }
    files::write(&out.join("embedding.svg"), scatter(&plots, &numbers)?)?;
    files::write(&out.join("learning_curve.svg"), curves(&[learning_curve(&dec.report().epochs)])?)?;
    files::remove_pictures(out, r"cluster_\d+\.png")?;
    if let Some((height, width)) = set.shape {
        let layout = Layout::square(8).cell_size(width as u32 * 2, height as u32 * 2).gap(2);
        let raster = Raster::rectangular(height, width, width as u32 * 2, height as u32 * 2)?;
        let mut drawn = None;
        for tile in Tiler::new(layout).seed(seed).tile(clusters)? {
            if drawn != Some(tile.cluster()) {
                drawn = Some(tile.cluster());
                Montage::of(&tile, &raster, set.images.view(), Contrast::PerImage, Palette::Grey)?
                    .write_png(out.join(format!("cluster_{:02}.png", tile.cluster())))?;
            }
        }
    }
    Ok(())
}

fn learning_curve(epochs: &[Epoch]) -> Panel {
    let curve = |label: &str, colour, of: &dyn Fn(&Epoch) -> Option<f64>| Curve {
        label: label.to_owned(),
        points: (epochs.iter().filter(|epoch| epoch.stage == Stage::Dec))
            .filter_map(|epoch| Some((epoch.index as f64, of(epoch)?)))
            .collect(),
        colour,
        is_faint: false,
        has_dots: false,
    };
    Panel {
        title: "Deep embedded clustering".to_owned(),
        x_label: "update of the target distribution".to_owned(),
        y_label: String::new(),
        curves: vec![
            curve("KL(P‖Q)", 0, &|epoch| Some(epoch.losses.cluster)),
            curve("images that changed cluster", 1, &|epoch| epoch.changed),
        ],
        benchmarks: Vec::new(),
    }
}
