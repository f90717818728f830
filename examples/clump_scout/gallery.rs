//! The pictures: marks and clumps on images, mean shift beside them, volunteers, calibration, convergence.

use anyhow::Result;
use common::bubbles::{Bubbles, bubbles};
use common::overlay::{Overlay, Sign, overlays};
use common::pictures::{Curve, Panel, curves};
use common::reliability::reliability;
use manyhands_clicks::{ClickModel, Step};
use manyhands_sim::ClickerKind;
use std::ops::Range;

use crate::args::Args;
use crate::data::Data;
use crate::finder::{self, Clump, Found};
use crate::score;

const CLUMPS: &str = "clumps.svg";
const MEAN_SHIFT: &str = "mean_shift.svg";
const VOLUNTEERS: &str = "volunteers.svg";
const CONVERGENCE: &str = "convergence.svg";
const RELIABILITY: &str = "reliability.svg";
pub(crate) const RETIREMENT: &str = "retirement.svg";
/// Every picture that there may be.
pub(crate) const PICTURES: [&str; 6] = [CLUMPS, MEAN_SHIFT, VOLUNTEERS, CONVERGENCE, RELIABILITY, RETIREMENT];
/// Images on `clumps.svg`.
const SHOWN: usize = 3;
/// Volunteers that are drawn: those who saw most.
const MAX_VOLUNTEERS: usize = 2000;
/// Colours that stand out from white, as indices into [`common::pictures::COLOURS`].
const N_COLOURS: usize = 6;
const NOTE: &str =
    "Coloured dots: marks by clump. Grey: marks in no clump. Rings: 2 σ of a clump's position.";

/// Name and content of every picture that can be drawn of these.
pub(crate) fn draw(
    data: &Data,
    found: &Found,
    args: &Args,
    radius: f64,
) -> Result<Vec<(&'static str, String)>> {
    let mut pictures = Vec::new();
    let richest = richest(found);
    if !richest.is_empty() {
        pictures.push((CLUMPS, clumps(data, found, &richest)?));
        let bandwidth = args.bandwidth.unwrap_or(radius);
        pictures.push((MEAN_SHIFT, beside_mean_shift(data, found, args, richest[0], bandwidth)?));
    }
    if let Some(model) = &found.model {
        pictures.push((VOLUNTEERS, volunteers(data, model)?));
        pictures.push((CONVERGENCE, convergence(model)?));
        if let Some(truth) = &data.truth
            && let Some(candidates) = score::candidates(model, truth, radius)?
        {
            let curve = candidates.reliability(score::BINS)?;
            let title = format!("All {} candidates", candidates.n());
            let picture = reliability(&title, "P(real)", "share that is real", &curve)?;
            pictures.push((RELIABILITY, picture));
        }
    }
    Ok(pictures)
}

/// The subjects with most clumps, ties by index.
fn richest(found: &Found) -> Vec<usize> {
    let mut order: Vec<usize> = (0..found.clumps.len()).filter(|&s| !found.clumps[s].is_empty()).collect();
    order.sort_by_key(|&s| std::cmp::Reverse(found.clumps[s].len()));
    order.truncate(SHOWN);
    order
}

/// Each subject as a whole, and where it has most clumps.
fn clumps(data: &Data, found: &Found, subjects: &[usize]) -> Result<String> {
    let images = |&s: &usize| {
        let (name, clumps, n_viewers) =
            (data.subject_name(s), &found.clumps[s], data.survey.subject(s).n_viewers());
        let title = format!("Image {name}: {} clumps, {n_viewers} viewers", clumps.len());
        [(title, 1.0), ("Where most are".to_owned(), 0.3)].map(|(title, share)| {
            let [x, y] = window(data, s, clumps, share);
            Overlay { title, signs: signs(data, s, clumps, &x, &y), x, y }
        })
    };
    overlays(&subjects.iter().flat_map(images).collect::<Vec<_>>(), 2, &note(data))
}

/// One subject, where it has most clumps: the method, and mean shift with two bandwidths.
fn beside_mean_shift(
    data: &Data,
    found: &Found,
    args: &Args,
    subject: usize,
    bandwidth: f64,
) -> Result<String> {
    let alone = data.survey.select(&[subject])?;
    let own = &found.clumps[subject];
    let [x, y] = window(data, subject, own, 0.45);
    let mut panels = vec![(args.method.name().to_owned(), own.clone())];
    for bandwidth in [bandwidth, 2.0 * bandwidth] {
        let mut found = finder::by_mean_shift(&alone, bandwidth, args.threshold)?;
        panels.push((format!("mean shift, bandwidth {bandwidth:.1} px"), found.clumps.swap_remove(0)));
    }
    let image = |(name, clumps): (String, Vec<Clump>)| Overlay {
        title: format!("{name}: {} clumps", clumps.iter().filter(|c| is_inside(c.position, &x, &y)).count()),
        signs: signs(data, subject, &clumps, &x, &y),
        x: x.clone(),
        y: y.clone(),
    };
    overlays(&panels.into_iter().map(image).collect::<Vec<_>>(), 3, &note(data))
}

/// A part of an image with this share of its sides, around the clump that has most others in it; ties by the order of clumps.
fn window(data: &Data, subject: usize, clumps: &[Clump], share: f64) -> [Range<f64>; 2] {
    let image = data.survey.subject(subject);
    let around = |[x, y]: [f64; 2]| {
        [(x, image.width), (y, image.height)].map(|(middle, side)| {
            let start = (middle - 0.5 * share * side).clamp(0.0, (1.0 - share) * side);
            start..start + share * side
        })
    };
    let n_inside =
        |[x, y]: &[Range<f64>; 2]| clumps.iter().filter(|clump| is_inside(clump.position, x, y)).count();
    let windows = clumps.iter().map(|clump| around(clump.position));
    windows.rev().max_by_key(n_inside).unwrap_or_else(|| around([0.0; 2]))
}

fn is_inside([x, y]: [f64; 2], columns: &Range<f64>, rows: &Range<f64>) -> bool {
    columns.contains(&x) && rows.contains(&y)
}

fn note(data: &Data) -> String {
    if data.truth.is_some() { format!("{NOTE} Crosses: truth.") } else { NOTE.to_owned() }
}

/// What lies in these columns and rows.
fn signs(data: &Data, subject: usize, clumps: &[Clump], x: &Range<f64>, y: &Range<f64>) -> Vec<Sign> {
    let marks = data.survey.subject(subject).xy;
    let mut colours = vec![None; marks.len()];
    for (k, clump) in clumps.iter().enumerate() {
        clump.marks.iter().for_each(|&mark| colours[mark] = Some(k % N_COLOURS));
    }
    let mut dots: Vec<Sign> = marks.iter().zip(colours).map(|(&at, colour)| Sign::Dot(at, colour)).collect();
    // Grey ones below.
    dots.sort_by_key(|sign| matches!(sign, Sign::Dot(_, Some(_))));
    let rings = clumps.iter().filter_map(|clump| Some(Sign::Ring(clump.position, 2.0 * clump.sigma?)));
    let truth = data.truth.iter().flat_map(|truth| &truth[subject]).map(|&at| Sign::Cross(at));
    let all = dots.into_iter().chain(rings).chain(truth);
    all.filter(|&(Sign::Dot(at, _) | Sign::Ring(at, _) | Sign::Cross(at))| is_inside(at, x, y)).collect()
}

/// Misses over false marks, with the scatter as size.
fn volunteers(data: &Data, model: &ClickModel) -> Result<String> {
    let mut shown: Vec<usize> =
        (0..model.n_volunteers()).filter(|&v| model.volunteer(v).n_subjects > 0).collect();
    shown.sort_by_key(|&v| std::cmp::Reverse(model.volunteer(v).n_subjects));
    shown.truncate(MAX_VOLUNTEERS);
    // A typical scatter is drawn with a radius of 4.
    let radius = |sigma: f64| (4.0 * sigma / model.scatter()).clamp(1.0, 20.0);
    let learned = |v: usize| {
        let known = model.volunteer(v);
        (known.false_marks, known.miss, radius(known.sigma))
    };
    let size = format!("size ∝ σ, typical {:.2} px", model.scatter());
    let group = |label: &str,
                 colour,
                 members: &dyn Fn(usize) -> bool,
                 of: &dyn Fn(usize) -> (f64, f64, f64)| Bubbles {
        label: label.to_owned(),
        colour,
        bubbles: shown.iter().copied().filter(|&v| members(v)).map(of).collect(),
    };
    let plots = if let Some(skills) = &data.skills {
        let kinds = [
            // The large ones below.
            ("sloppy", ClickerKind::Sloppy, 3),
            ("ordinary", ClickerKind::Ordinary, 0),
            ("optimist", ClickerKind::Optimist, 2),
            ("pessimist", ClickerKind::Pessimist, 5),
            ("spammer", ClickerKind::Spammer, 1),
        ];
        let groups = |of: &dyn Fn(usize) -> (f64, f64, f64)| -> Vec<Bubbles> {
            kinds
                .iter()
                .map(|&(label, kind, colour)| group(label, colour, &|v| skills[v].kind == kind, of))
                .collect()
        };
        let truth = |v: usize| (skills[v].false_marks, skills[v].miss, radius(skills[v].scatter));
        vec![
            (format!("Volunteers as learned; {size}"), groups(&learned)),
            ("Volunteers in truth".to_owned(), groups(&truth)),
        ]
    } else {
        let is_spammer = |v: usize| model.volunteer(v).is_spammer();
        let groups = vec![
            group("volunteer", 0, &|v| !is_spammer(v), &learned),
            group("clicks at random", 1, &is_spammer, &learned),
        ];
        vec![(format!("Volunteers; {size}"), groups)]
    };
    bubbles(&plots, "false marks on an image", "probability of missing an average object")
}

/// The objective, what each step adds to it, and how many subjects were grouped anew.
fn convergence(model: &ClickModel) -> Result<String> {
    // Cut where the population was learned, which changes the objective itself.
    let objective: Vec<Option<f64>> = model.trace().iter().map(Step::objective).collect();
    let end = objective.iter().rev().find_map(|value| *value).unwrap_or(0.0);
    let steps: Vec<(f64, Option<f64>)> = (0..).map(f64::from).zip(objective).collect();
    let parts: Vec<Vec<(f64, f64)>> = steps
        .split(|(_, value)| value.is_none())
        .map(|part| part.iter().filter_map(|&(i, value)| Some((i, value? - end))).collect())
        .collect();
    // What is less than rounding is none.
    let gains = parts
        .iter()
        .flat_map(|part| part.windows(2))
        .map(|pair| (pair[1].0, pair[1].1 - pair[0].1))
        .filter(|&(_, gain)| gain > 1e-6)
        .map(|(i, gain)| (i, gain.log10()))
        .collect();
    let grouped = model.n_grouped().iter().enumerate().map(|(round, &n)| (round as f64 + 1.0, n as f64));
    let panel = |title: &str, x_label: &str, y_label: &str, parts: Vec<Vec<(f64, f64)>>| Panel {
        title: title.to_owned(),
        x_label: x_label.to_owned(),
        y_label: y_label.to_owned(),
        curves: parts
            .into_iter()
            .map(|points| Curve { label: String::new(), points, colour: 0, is_faint: false, has_dots: true })
            .collect(),
        benchmarks: Vec::new(),
    };
    let rest = if model.converged() { "came to rest" } else { "did not come to rest" };
    curves(&[
        panel("Objective; gaps: population learned anew", "step", "nats above the end", parts),
        panel("What each step adds", "step", "log10 of nats", vec![gains]),
        panel(&format!("Images grouped anew: {rest}"), "round", "images", vec![grouped.collect()]),
    ])
}
