//! From a Zooniverse classification export to labels.
//!
//! ```text
//! cargo run --release --example aggregate_export -- EXPORT.csv --config CONFIG.toml --out DIR
//! ```
//!
//! Reads the export in one pass, as the configuration says, and writes for each question labels, reductions and what is known of its volunteers;
//! for each drawing its marks; the data-quality report, the rows in quarantine, plots, and `index.html`, a page that shows them all.

mod aggregate;
mod figures;
mod names;
mod page;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use common::files;
use manyhands_zooniverse::{Config, Extracts};
use names::FileNames;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// From a Zooniverse classification export to labels.
#[derive(Debug, Parser)]
struct Args {
    /// The export, or a flat table of votes whose columns the configuration names
    export: PathBuf,
    /// What to make of it: see configs/ beside this program
    #[arg(long)]
    config: PathBuf,
    /// Known truths of a question, QUESTION=FILE, a CSV table with the columns subject and gold; beside those of experts' rows
    #[arg(long)]
    gold: Vec<String>,
    /// Folder of the results
    #[arg(long, default_value = "target/aggregate_export")]
    out: PathBuf,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let text = std::fs::read_to_string(&args.config)
        .with_context(|| format!("--config {}: cannot be read", args.config.display()))?;
    let config = Config::from_toml(&text).with_context(|| format!("--config {}", args.config.display()))?;
    let export =
        File::open(&args.export).with_context(|| format!("{}: cannot be read", args.export.display()))?;
    let n_bytes = export.metadata()?.len();
    let gold = gold_files(&args.gold)?;
    files::ensure_writable("--out", &args.out)?;

    let begin = Instant::now();
    // The quarantine is small; where it is not, memory is the least of the worries.
    let mut quarantine = vec![];
    let extracts = Extracts::params(config)
        .read(export, &mut quarantine)
        .with_context(|| args.export.display().to_string())?;
    let seconds = begin.elapsed().as_secs_f64();
    let quality = extracts.quality();
    println!(
        "{} rows ({:.1} MB) in {seconds:.2} s: {} kept, {} dropped, {} in quarantine",
        quality.n_rows,
        n_bytes as f64 / 1e6,
        quality.n_kept,
        quality.n_dropped(),
        quality.n_quarantined(),
    );
    for (name, _) in &gold {
        ensure!(extracts.question(name).is_some(), "--gold {name}: is no question of the configuration");
    }

    files::write(&args.out.join("quarantine.csv"), quarantine)?;
    files::write_json(&args.out.join("quality.json"), quality)?;
    let mut sections = vec![];
    let mut names = FileNames::default();
    for question in extracts.questions() {
        let mut truths = question.gold().to_vec();
        if let Some((_, path)) = gold.iter().find(|(name, _)| *name == question.name()) {
            let place = || format!("--gold {}", path.display());
            let file = File::open(path).with_context(place)?;
            truths.extend(question.read_gold(file).with_context(place)?);
            // Of one subject both may say the same.
            truths.sort_unstable();
            truths.dedup();
        }
        let aggregate = aggregate::Aggregate::of(question, truths)?;
        println!("{}", aggregate.summary());
        let name = names.of(question.name());
        aggregate.write(&args.out, &name, extracts.workflow().unwrap_or_default())?;
        sections.push(figures::of_question(&aggregate, &args.out, &name)?);
    }
    for drawing in extracts.drawings() {
        let name = names.of(drawing.name());
        aggregate::write_drawing(drawing, &args.out, &name)?;
        sections.push(figures::of_drawing(drawing, &args.out, &name)?);
    }
    let name = args.export.file_name().unwrap_or_default().to_string_lossy();
    page::write(&args.out, &name, quality, &sections)?;
    println!("see {}", args.out.join("index.html").display());
    Ok(())
}

/// `QUESTION=FILE`, once a question.
fn gold_files(given: &[String]) -> Result<Vec<(&str, PathBuf)>> {
    let mut files: Vec<(&str, PathBuf)> = vec![];
    for one in given {
        let Some((name, path)) = one.split_once('=') else { bail!("--gold {one}: wants QUESTION=FILE") };
        ensure!(files.iter().all(|(other, _)| *other != name), "--gold {name}: is given twice");
        ensure!(Path::new(path).is_file(), "--gold {path}: is no file");
        files.push((name, path.into()));
    }
    Ok(files)
}
