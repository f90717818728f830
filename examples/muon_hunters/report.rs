//! What stays on disk beside the pictures: report, manifest, volunteers, models, and the page that shows it all.

use crate::args::Settings;
use crate::data::Data;
use crate::gallery::{Picture, grid_file};
use crate::order::Discovery;
use crate::pipeline::Run;
use crate::rounds::Batch;
use crate::score::Row;
use crate::table::Table;
use crate::volunteers::{Aggregate, MAJORITY, SWAP};
use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::files;
use common::names::hashed;
use manyhands_zooniverse::Manifest;
use serde::Serialize;
use std::fmt::{self, Write};
use std::path::Path;

/// The content of `report.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) data: String,
    pub(crate) stage: u8,
    pub(crate) n_images: usize,
    pub(crate) n_test: usize,
    pub(crate) n_positive: usize,
    pub(crate) seed: u64,
    pub(crate) runs: usize,
    pub(crate) seconds: f64,
    pub(crate) peak_rss_mb: Option<f64>,
    pub(crate) crowd: CrowdScores,
    pub(crate) rows: Vec<Row>,
    pub(crate) batches: Vec<Batch>,
    /// With `--choose both`: the same with random images.
    pub(crate) random_batches: Option<Vec<Batch>>,
    /// How fast positives are found in the first run.
    pub(crate) discoveries: Vec<Discovery>,
}

/// F1 of the volunteers' labels on the test images, and what they are worth; mean over runs.
#[derive(Debug, Serialize)]
pub(crate) struct CrowdScores {
    pub(crate) majority_f1: f64,
    pub(crate) swap_f1: f64,
    /// What a positive label counts in the trainings beside a negative one: more than 1 where gold shows that positives are missed more than negatives.
    pub(crate) positive_weight: f64,
}

impl CrowdScores {
    pub(crate) fn of(aggregate: &Aggregate) -> Self {
        let [negative, positive] = aggregate.weights;
        Self {
            majority_f1: aggregate.score(MAJORITY),
            swap_f1: aggregate.score(SWAP),
            positive_weight: positive / negative,
        }
    }
}

impl fmt::Display for CrowdScores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { majority_f1, swap_f1, positive_weight } = self;
        write!(
            f,
            "volunteers on the test images: F1 {majority_f1:.3} by majority vote, {swap_f1:.3} by SWAP; "
        )?;
        write!(
            f,
            "where models learn from them, a positive label counts {positive_weight:.2} times a negative one"
        )
    }
}

/// The grids that went out as a subject manifest, by which their answers can be read back from an export. An image's id is its place in the file or the
/// simulation, counted from 0.
pub(crate) fn write_manifest(path: &Path, run: &Run, data: &Data) -> Result<()> {
    let ids: Vec<String> = data.train.rows.iter().map(usize::to_string).collect();
    let mut manifest = Manifest::new();
    for (number, (batch, tile)) in run.asked.iter().enumerate() {
        let (id, group) = (format!("grid{number:05}"), format!("batch{batch}"));
        manifest.grid(&grid_file(*batch, number), &id, &group, tile, &ids)?;
    }
    let mut csv = Vec::new();
    manifest.write(&mut csv)?;
    files::write(path, csv)
}

/// What gold has shown of each volunteer.
pub(crate) fn write_volunteers(path: &Path, run: &Run, show_names: bool) -> Result<()> {
    let mut text =
        "volunteer,n_votes,n_gold,says_positive_of_positive,says_negative_of_negative,skill_bits\n"
            .to_owned();
    for volunteer in run.aggregate.swap.volunteers() {
        let name = format!("volunteer {}", volunteer.id);
        let name = if show_names { name } else { hashed(&name) };
        let [positive, negative] = [volunteer.confusion[[1, 1]], volunteer.confusion[[0, 0]]];
        let (n_votes, n_gold, skill) = (volunteer.n_votes, volunteer.n_gold, volunteer.skill());
        writeln!(text, "{name},{n_votes},{n_gold},{positive:.4},{negative:.4},{skill:.4}")?;
    }
    files::write(path, text)
}

/// Saves the models of the last batch.
pub(crate) fn write_models(folder: &Path, run: &Run) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    run.models.autoencoder.save(folder.join("autoencoder.safetensors"))?;
    run.models.dec.save(folder.join("dec.safetensors"))?;
    run.models.multitask.save(folder.join("multitask.safetensors"))?;
    run.models.recluster.save(folder.join("recluster.safetensors"))?;
    run.models.supervised.save(folder.join("supervised.safetensors"))?;
    Ok(())
}

/// One page with the table and all pictures, which needs no other file.
pub(crate) fn write_page(
    out: &Path,
    report: &Report,
    settings: &Settings,
    data: &Data,
    pictures: &[Picture],
    remarks: &[String],
) -> Result<()> {
    let mut batches = batch_rows(&report.batches, "");
    batches +=
        &report.random_batches.as_deref().map_or_else(String::new, |random| batch_rows(random, "random "));
    let discoveries: String = (report.discoveries.iter())
        .map(|found| format!("<tr><th>{}</th><td>{:.0}</td></tr>", found.order, found.clicks_to_nine_tenths))
        .collect();
    let mut figures = String::new();
    for Picture { file, caption } in pictures {
        let bytes = std::fs::read(out.join(file)).with_context(|| file.clone())?;
        let kind = if file.ends_with(".svg") { "image/svg+xml" } else { "image/png" };
        let content = STANDARD.encode(bytes);
        write!(
            figures,
            "<figure><img alt=\"{file}\" src=\"data:{kind};base64,{content}\"><figcaption>{caption}</figcaption></figure>"
        )?;
    }
    let remarks: String = remarks.iter().map(|remark| format!("<li>{remark}</li>")).collect();
    let side = settings.side;
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>muon_hunters</title>{STYLE}\
         <h1>{name}: {n_images} images, {n_positive} positive</h1>\
         <p>{n_clusters} clusters, {side} × {side} grids, {n_answers} answers a grid from {n_volunteers} simulated volunteers; {n_test} test \
         images; seed {seed}, {runs} run(s).</p>\
         {table}<p>{crowd}.</p><ul>{remarks}</ul>\
         <h2>Batches</h2><table><tr><th>batch</th><th>clicks, no mistakes</th><th>clicks of the crowd</th><th>multitask F1</th>\
         <th>recluster F1</th></tr>{batches}</table><h2>Finding positives</h2><table><tr><th>test grids of the first run</th>\
         <th>clicks to 90 % of the positives</th></tr>{discoveries}</table><h2>Pictures of the first run, after its last batch</h2>{figures}</html>\n",
        name = data.name,
        table = Table::of(&report.rows).html(),
        n_images = report.n_images,
        n_positive = report.n_positive,
        n_clusters = settings.n_clusters,
        n_answers = settings.n_answers,
        n_volunteers = settings.n_volunteers,
        n_test = report.n_test,
        seed = report.seed,
        runs = report.runs,
        crowd = report.crowd,
    );
    files::write(&out.join("index.html"), html)
}

/// Rows of the table of batches.
fn batch_rows(batches: &[Batch], what: &str) -> String {
    let f1 = |batch: &Batch, i: usize| batch.rows.get(i).map_or(f64::NAN, |row| row.f1_strict);
    let row = |batch: &Batch| {
        let (number, clicks, crowd) = (batch.batch, batch.clicks, batch.crowd_clicks);
        let [multitask, recluster] = [f1(batch, 0), f1(batch, 1)];
        format!(
            "<tr><th>{what}{number}</th><td>{clicks}</td><td>{crowd}</td><td>{multitask:.3}</td><td>{recluster:.3}</td></tr>"
        )
    };
    batches.iter().map(row).collect()
}

const STYLE: &str = "<style>body{font:16px/1.5 sans-serif;max-width:76em;margin:2em auto;padding:0 1em}\
    table{border-collapse:collapse}td,th{padding:.2em .8em;border-bottom:1px solid #ccc;text-align:right}\
    figure{display:inline-block;margin:1em;vertical-align:top}img{max-width:100%}\
    figcaption{max-width:40em;color:#444}</style>";
