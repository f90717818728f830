//! The pictures: grids as volunteers see them, embeddings, learning curves, volunteers beside benchmarks.

use crate::args::Settings;
use crate::data::Data;
use crate::order::Discovery;
use crate::pipeline::{Run, View};
use crate::rounds::{Batch, Point};
use crate::volunteers::{ALL_ONES, FIRST, FLIPPED, MAJORITY, SWAP};
use anyhow::Result;
use common::files;
use common::pictures::{Bar, Curve, Group, Panel, bars, curves, scatter};
use common::session::Console;
use manyhands_dec::Pca;
use manyhands_grid::{Answer, Contrast, Montage, Palette, Tile};
use std::path::Path;

/// Points of one embedding that are drawn.
const MAX_POINTS: usize = 2500;

/// A picture that was written, with the words below it.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) file: String,
    pub(crate) caption: String,
}

/// Draws everything into `out`.
pub(crate) fn draw(
    out: &Path,
    run: &Run,
    settings: &Settings,
    data: &Data,
    console: &Console,
) -> Result<Vec<Picture>> {
    files::remove_pictures(out, r"grid_[a-z]+_(most|pure)\.png")?;
    let mut pictures = Vec::new();
    let mut keep = |file: String, content: &[u8], caption: String| -> Result<()> {
        files::write(&out.join(&file), content)?;
        pictures.push(Picture { file, caption });
        Ok(())
    };
    keep(
        "learning_curves.svg".into(),
        learning_curves(run, settings)?.as_bytes(),
        "F1 after each epoch, as Figure 3 of the paper; dashed, the volunteers and labelling everything positive.".into(),
    )?;
    keep(
        "volunteers.svg".into(),
        volunteers(run, settings)?.as_bytes(),
        "F1 of the volunteers' labels on the test images beside simple benchmarks, as Figure 4 of the paper."
            .into(),
    )?;
    keep(
        "completeness.svg".into(),
        completeness(run)?.as_bytes(),
        "Positives found among the test images against clicks spent, grid by grid: the order of the model against random order.".into(),
    )?;
    if run.batches.len() > 1 {
        keep(
            "batches.svg".into(),
            batches(run)?.as_bytes(),
            "F1 of the reclustered test images after each batch against the clicks on all grids so far."
                .into(),
        )?;
    }
    for view in &run.views {
        let caption = format!(
            "Test images in the first two principal components of the embedding after {}, as Figure 2.",
            view.stage
        );
        keep(
            format!("embedding_{}.svg", view.stage.to_lowercase()),
            embedding(view, data)?.as_bytes(),
            caption,
        )?;
    }
    for view in &run.views {
        for (what, tile) in [
            ("most mixed", extreme(view, data, true)),
            ("purest with both kinds", extreme(view, data, false)),
        ] {
            let Some(tile) = tile else { continue };
            let answer = Answer::truthful(tile, &data.test.positives())?;
            let picture = montage(tile, data, &data.test.images)?.mark(answer.highlighted())?;
            let file = format!("grid_{}_{}.png", view.stage.to_lowercase(), &what[..4]).replace(' ', "");
            let caption = format!(
                "{}: the {what} test grid, of cluster {}; framed, what a careful volunteer clicks ({:?}).",
                view.stage,
                tile.cluster(),
                answer.choice()
            );
            keep(file, &picture.to_png()?, caption)?;
        }
    }
    files::remove_pictures(&out.join("grids"), r"batch\d+_grid\d+\.png")?;
    std::fs::create_dir_all(out.join("grids"))?;
    let bar = console.bar("drawing grids", run.asked.len());
    for (number, (batch, tile)) in run.asked.iter().enumerate() {
        let path = out.join(grid_file(*batch, number));
        montage(tile, data, &data.train.images)?.write_png(path)?;
        bar.inc(1);
    }
    bar.finish();
    Ok(pictures)
}

/// Where the picture of a grid that went out lies.
pub(crate) fn grid_file(batch: usize, number: usize) -> String {
    format!("grids/batch{batch}_grid{number:05}.png")
}

fn montage(tile: &Tile, data: &Data, images: &ndarray::Array2<f32>) -> Result<Montage> {
    Ok(Montage::of(tile, &data.raster, images.view(), Contrast::PerImage, Palette::Viridis)?)
}

/// The test grid with the largest or the smallest minority above 0, full grids before padded ones.
fn extreme<'a>(view: &'a View, data: &Data, is_largest: bool) -> Option<&'a Tile> {
    let minority = |tile: &Tile| {
        let n_positive = tile.own_images().filter(|&image| data.test.truth[image] == 1).count();
        n_positive.min(tile.n_distinct() - n_positive)
    };
    let pick = |tile: &&Tile| {
        (tile.padding().is_empty(), if is_largest { minority(tile) } else { usize::MAX - minority(tile) })
    };
    view.tiles.iter().filter(|tile| minority(tile) > 0).max_by_key(pick)
}

fn embedding(view: &View, data: &Data) -> Result<String> {
    let pca = Pca::fit(view.embedding.view(), 2)?;
    let points = pca.transform(view.embedding.view())?;
    let centres = pca.transform(view.centres.view())?;
    let step = points.nrows().div_ceil(MAX_POINTS);
    let group = |label: String, of: &dyn Fn(usize) -> bool| Group {
        label,
        points: (0..points.nrows())
            .step_by(step)
            .filter(|&i| of(i))
            .map(|i| (points[[i, 0]], points[[i, 1]]))
            .collect(),
    };
    let by_class = ["negative", "positive"].iter().enumerate();
    let by_class =
        by_class.map(|(class, name)| group((*name).to_owned(), &|i| data.test.truth[i] == class)).collect();
    let by_cluster = (0..centres.nrows()).map(|k| group(String::new(), &|i| view.clusters[i] == k)).collect();
    // Empty clusters have a centre too, but nothing to show.
    let numbers: Vec<_> = (centres.rows().into_iter().enumerate())
        .filter(|(k, _)| view.clusters.contains(k))
        .map(|(k, row)| (k, (row[0], row[1])))
        .collect();
    scatter(&[(&format!("{}, by class", view.stage), by_class), ("by cluster", by_cluster)], &numbers)
}

fn learning_curves(run: &Run, settings: &Settings) -> Result<String> {
    let benchmarks: Vec<_> =
        [SWAP, MAJORITY, FIRST, ALL_ONES].map(|name| (name.to_owned(), run.aggregate.score(name))).to_vec();
    // In our own profile the clusters come after the retraining.
    let taught = if settings.is_paper() { "clusters" } else { "classes" };
    let mut before = 0;
    let panels: Vec<Panel> = (run.curves.iter())
        .map(|(stage, points)| {
            let curve = |label: &str, colour, of: fn(&Point) -> f64| Curve {
                label: label.to_owned(),
                points: points.iter().map(|point| ((before + point.epoch) as f64, of(point))).collect(),
                colour,
                is_faint: false,
                has_dots: false,
            };
            let curves = vec![
                curve("training images", 0, |point| point.train),
                curve("test images", 3, |point| point.test),
            ];
            before += points.last().map_or(0, |point| point.epoch + 1);
            Panel {
                title: (*stage).to_owned(),
                x_label: "epoch".to_owned(),
                y_label: format!("F1 of the {}", if *stage == "multitask" { taught } else { "clusters" }),
                curves,
                benchmarks: benchmarks.clone(),
            }
        })
        .collect();
    curves(&panels)
}

fn completeness(run: &Run) -> Result<String> {
    let curve = |(colour, found): (usize, &Discovery)| Curve {
        label: found.order.to_owned(),
        points: found.points.clone(),
        colour,
        is_faint: false,
        has_dots: false,
    };
    curves(&[Panel {
        title: "Finding positives".to_owned(),
        x_label: "clicks".to_owned(),
        y_label: "completeness".to_owned(),
        curves: run.discoveries.iter().enumerate().map(curve).collect(),
        benchmarks: Vec::new(),
    }])
}

fn batches(run: &Run) -> Result<String> {
    let curve = |label: &str, colour, batches: &[Batch]| {
        let mut clicks = 0;
        let points = batches.iter().filter_map(|batch| {
            clicks += batch.clicks;
            batch.rows.last().map(|row| (clicks as f64, row.f1_strict))
        });
        Curve { label: label.to_owned(), points: points.collect(), colour, is_faint: false, has_dots: true }
    };
    let mut lines = Vec::new();
    match &run.random_batches {
        Some(random) => {
            lines.push(curve("chosen by the model", 0, &run.batches));
            lines.push(curve("random", 1, random));
        }
        None => lines.push(curve("reclustered", 0, &run.batches)),
    }
    curves(&[Panel {
        title: "Batch by batch".to_owned(),
        x_label: "clicks on the grids, no mistakes".to_owned(),
        y_label: "F1 of the clusters".to_owned(),
        curves: lines,
        benchmarks: Vec::new(),
    }])
}

fn volunteers(run: &Run, settings: &Settings) -> Result<String> {
    let bar = |name: &str| Bar { label: name.to_owned(), value: run.aggregate.score(name) };
    bars(
        &format!("Volunteers, stage {}", settings.stage),
        &[SWAP, MAJORITY, FIRST, ALL_ONES, FLIPPED].map(bar),
    )
}
