//! The pictures: marks and clumps on images, mean shift beside them, volunteers, calibration, convergence.

use anyhow::Result;
use common::bubbles::{Bubbles, bubbles};
use common::overlay::{Overlay, Sign, overlays};
use common::pictures::{Curve, Panel, curves};
use common::reliability::reliability;
use manyhands_clicks::{ClickModel, Step};
use manyhands_sim::ClickerKind;

use crate::args::Args;
use crate::data::Data;
use crate::finder::{self, Clump, Found};
use crate::score;

/// Images on `clumps.svg`.
const SHOWN: usize = 4;
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
        pictures.push(("clumps.svg", clumps(data, found, &richest)?));
        let bandwidth = args.bandwidth.unwrap_or(radius);
        pictures.push(("mean_shift.svg", beside_mean_shift(data, found, args, richest[0], bandwidth)?));
    }
    if let Some(model) = &found.model {
        pictures.push(("volunteers.svg", volunteers(data, model)?));
        pictures.push(("convergence.svg", convergence(model)?));
        if let Some(truth) = &data.truth
            && let Some(candidates) = score::candidates(model, truth, radius)?
        {
            let curve = candidates.reliability(score::BINS)?;
            let title = format!("All {} candidates", candidates.n());
            let picture = reliability(&title, "P(real)", "share that is real", &curve)?;
            pictures.push(("reliability.svg", picture));
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

fn clumps(data: &Data, found: &Found, subjects: &[usize]) -> Result<String> {
    let image = |&s: &usize| {
        let subject = data.survey.subject(s);
        let n = found.clumps[s].len();
        Overlay {
            title: format!("Image {}: {n} clumps, {} viewers", data.subject_name(s), subject.n_viewers()),
            x: 0.0..subject.width,
            y: 0.0..subject.height,
            signs: signs(data, s, &found.clumps[s]),
        }
    };
    let images: Vec<Overlay> = subjects.iter().map(image).collect();
    overlays(&images, 2, &note(data))
}

/// One subject, where its clumps are: the method, and mean shift with two bandwidths.
fn beside_mean_shift(
    data: &Data,
    found: &Found,
    args: &Args,
    subject: usize,
    bandwidth: f64,
) -> Result<String> {
    let alone = data.survey.select(&[subject])?;
    let mut panels = vec![(args.method.name().to_owned(), found.clumps[subject].clone())];
    for bandwidth in [bandwidth, 2.0 * bandwidth] {
        let mut found = finder::by_mean_shift(&alone, bandwidth, args.threshold)?;
        panels.push((format!("mean shift, bandwidth {bandwidth:.3}"), found.clumps.swap_remove(0)));
    }
    let truth = data.truth.as_ref().map_or(&[][..], |truth| &truth[subject]);
    let places =
        || truth.iter().copied().chain(panels.iter().flat_map(|(_, clumps)| clumps).map(|c| c.position));
    let size = data.survey.subject(subject);
    let [x, y] = [(0, size.width), (1, size.height)].map(|(axis, side)| {
        let low = places().map(|at| at[axis]).fold(f64::INFINITY, f64::min);
        let high = places().map(|at| at[axis]).fold(f64::NEG_INFINITY, f64::max);
        let margin = (0.1 * (high - low)).max(0.02 * side);
        (low - margin).max(0.0)..(high + margin).min(side)
    });
    let images: Vec<Overlay> = panels
        .iter()
        .map(|(name, clumps)| {
            let is_inside = |at: [f64; 2]| x.contains(&at[0]) && y.contains(&at[1]);
            let mut signs = signs(data, subject, clumps);
            signs.retain(|&(Sign::Dot(at, _) | Sign::Ring(at, _) | Sign::Cross(at))| is_inside(at));
            Overlay { title: format!("{name}: {} clumps", clumps.len()), x: x.clone(), y: y.clone(), signs }
        })
        .collect();
    overlays(&images, images.len(), &note(data))
}

fn note(data: &Data) -> String {
    if data.truth.is_some() { format!("{NOTE} Crosses: truth.") } else { NOTE.to_owned() }
}

fn signs(data: &Data, subject: usize, clumps: &[Clump]) -> Vec<Sign> {
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
    dots.into_iter().chain(rings).chain(truth).collect()
}

/// Misses over false marks, with the scatter as size.
fn volunteers(data: &Data, model: &ClickModel) -> Result<String> {
    let mut shown: Vec<usize> =
        (0..model.n_volunteers()).filter(|&v| model.volunteer(v).n_subjects > 0).collect();
    shown.sort_by_key(|&v| std::cmp::Reverse(model.volunteer(v).n_subjects));
    shown.truncate(MAX_VOLUNTEERS);
    // A typical scatter is drawn with a radius of 5.
    let radius = |sigma: f64| (5.0 * sigma / model.scatter()).clamp(2.0, 25.0);
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
            ("ordinary", ClickerKind::Ordinary, 0),
            ("optimist", ClickerKind::Optimist, 2),
            ("pessimist", ClickerKind::Pessimist, 5),
            ("sloppy", ClickerKind::Sloppy, 3),
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

/// The objective, step by step, and how many subjects were grouped anew, round by round.
fn convergence(model: &ClickModel) -> Result<String> {
    let end = model.trace().last().map_or(0.0, Step::objective);
    let mut parts: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (i, step) in model.trace().iter().enumerate() {
        if matches!(step, Step::Population(_)) {
            parts.push(Vec::new());
        }
        parts.last_mut().expect("there is one at least").push((i as f64, step.objective() - end));
    }
    let n_parts = parts.len();
    let part = |(i, points): (usize, Vec<(f64, f64)>)| Curve {
        label: if i == 0 {
            format!("between {} lessons of the population", n_parts - 1)
        } else {
            String::new()
        },
        points,
        colour: 0,
        is_faint: false,
        has_dots: true,
    };
    let grouped = model.n_grouped().iter().enumerate().map(|(round, &n)| (round as f64 + 1.0, n as f64));
    curves(&[
        Panel {
            title: "Objective less its last value".to_owned(),
            x_label: "step".to_owned(),
            y_label: "nats".to_owned(),
            curves: parts.into_iter().enumerate().map(part).collect(),
            benchmarks: Vec::new(),
        },
        Panel {
            title: "Images grouped anew".to_owned(),
            x_label: "round".to_owned(),
            y_label: "images".to_owned(),
            curves: vec![Curve {
                label: if model.converged() { "came to rest" } else { "stopped" }.to_owned(),
                points: grouped.collect(),
                colour: 0,
                is_faint: false,
                has_dots: true,
            }],
            benchmarks: Vec::new(),
        },
    ])
}
