//! Plots: how far shares of votes can be trusted, what volunteers are worth, and where the marks are.

use crate::aggregate::Aggregate;
use anyhow::Result;
use common::files;
use common::pictures::{Cloud, Curve, Group, Panel, clouds, curves};
use manyhands_metrics::{Bins, Probabilities};
use manyhands_zooniverse::{Annotation, Drawing};
use std::collections::BTreeMap;
use std::path::Path;

/// Ten bins of equal width, as most reliability plots have.
const N_BINS: usize = 10;

/// What the page shows of a question or a drawing.
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
    /// SVG and caption.
    pub(crate) figures: Vec<(String, &'static str)>,
    pub(crate) tables: Vec<String>,
}

pub(crate) fn of_question(aggregate: &Aggregate<'_>, out: &Path, name: &str) -> Result<Section> {
    let question = aggregate.question;
    let mut figures = vec![];
    let mut keep = |kind: &str, svg: String, caption| -> Result<()> {
        files::write(&out.join(format!("{kind}_{name}.svg")), &svg)?;
        figures.push((svg, caption));
        Ok(())
    };
    if !aggregate.next_votes.is_empty() {
        keep("reliability", reliability(aggregate)?, RELIABILITY)?;
    }
    if !aggregate.volunteers.is_empty() {
        keep("volunteers", volunteers(aggregate)?, VOLUNTEERS)?;
    }
    let classes = question.classes().iter().enumerate().map(|(class, name)| {
        let n = aggregate.estimates.iter().filter(|(_, estimate)| estimate.label == class).count();
        format!("{name}: {n}")
    });
    let n_ties = aggregate.estimates.iter().filter(|(_, estimate)| estimate.is_tie()).count();
    let mut lines = vec![aggregate.summary()];
    if question.classes().len() < 2 {
        lines.push("Fewer than two classes: there is nothing to tell apart.".to_owned());
    } else {
        lines.push(format!("Labels: {}; {n_ties} ties.", classes.collect::<Vec<_>>().join(", ")));
    }
    let tables = ["labels", "reductions", "consensus", "volunteers"].map(|kind| format!("{kind}_{name}.csv"));
    Ok(Section { title: question.name().to_owned(), lines, figures, tables: tables.to_vec() })
}

const RELIABILITY: &str = "Reliability. Each vote is predicted by the other votes on its subject: how often it is for a class, by the \
    share of those that are. On the grey line, shares of votes are probabilities of the next one. Where there is gold, also how often \
    its labels are right, by their probability; as gold has taught the volunteers, that looks better than it is.";

const VOLUNTEERS: &str =
    "Volunteers: how often each agrees with what most others say, by the number of their votes.";

fn reliability(aggregate: &Aggregate<'_>) -> Result<String> {
    let curve = |label: &str, colour, pairs: &[(f64, bool)]| -> Result<Curve> {
        let (shares, outcomes): (Vec<f64>, Vec<bool>) = pairs.iter().copied().unzip();
        let reliability = Probabilities::new(&outcomes, &shares)?.reliability(Bins::EqualWidth(N_BINS))?;
        let points = reliability.bins().iter().map(|bin| (bin.mean_probability, bin.frequency)).collect();
        Ok(Curve { label: label.to_owned(), points, colour, is_faint: false, has_dots: true })
    };
    let ideal = Curve {
        label: "ideal".to_owned(),
        points: vec![(0.0, 0.0), (1.0, 1.0)],
        colour: 7,
        is_faint: true,
        has_dots: false,
    };
    let mut lines = vec![ideal, curve("next vote", 0, &aggregate.next_votes)?];
    let gold: BTreeMap<usize, usize> = aggregate.gold.iter().copied().collect();
    let on_gold: Vec<(f64, bool)> = aggregate
        .estimates
        .iter()
        .filter_map(|(subject, estimate)| {
            let truth = gold.get(subject)?;
            Some((estimate.probabilities[estimate.label], estimate.label == *truth))
        })
        .collect();
    if !on_gold.is_empty() {
        lines.push(curve("gold", 1, &on_gold)?);
    }
    curves(&[Panel {
        title: format!("{}: reliability", aggregate.question.name()),
        x_label: "share or probability".to_owned(),
        y_label: "frequency".to_owned(),
        curves: lines,
        benchmarks: vec![],
    }])
}

fn volunteers(aggregate: &Aggregate<'_>) -> Result<String> {
    let group = |label: &str, height: &dyn Fn(&crate::aggregate::Known) -> Option<f64>| Group {
        label: label.to_owned(),
        points: (aggregate.volunteers.iter())
            .filter_map(|known| Some(((known.n_votes as f64).log10(), height(known)?)))
            .collect(),
    };
    let mut plots = vec![Cloud {
        title: "agreement with the others".to_owned(),
        x_label: "log10 of votes".to_owned(),
        y_label: "share".to_owned(),
        groups: vec![group("", &|known| known.agreement)],
        picture: None,
    }];
    if aggregate.is_weighed {
        plots.push(Cloud {
            title: "skill on gold".to_owned(),
            y_label: "bits a vote".to_owned(),
            groups: vec![group("", &|known| known.skill)],
            ..plots[0].clone()
        });
    }
    clouds(&plots)
}

pub(crate) fn of_drawing(drawing: &Drawing, out: &Path, name: &str) -> Result<Section> {
    let mut seen: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for annotation in drawing.annotations() {
        let (n_marks, n_viewers) = seen.entry(annotation.subject).or_default();
        *n_marks += annotation.marks.len();
        *n_viewers += 1;
    }
    // The first of several with as many.
    let shown = seen.iter().max_by_key(|(subject, (n_marks, _))| (*n_marks, usize::MAX - **subject));
    let mut figures = vec![];
    if let Some((&subject, (_, n_viewers))) = shown {
        let of = drawing.annotations().filter(|annotation| annotation.subject == subject);
        let points: Vec<(f64, f64)> = of.flat_map(Annotation::points).collect();
        let id = drawing.subjects().name(subject).unwrap_or_default();
        let farthest = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(1.0, f64::max);
        let svg = clouds(&[Cloud {
            title: format!("subject {id}, seen by {n_viewers}"),
            x_label: "x, pixels".to_owned(),
            y_label: "y, pixels".to_owned(),
            picture: drawing.size(subject).or_else(|| Some((farthest(|at| at.0), farthest(|at| at.1)))),
            groups: vec![Group { label: String::new(), points }],
        }])?;
        files::write(&out.join(format!("marks_{name}.svg")), &svg)?;
        figures.push((svg, "The subject with most marks, each at its middle."));
    }
    let n_silent = drawing.annotations().filter(|annotation| annotation.is_silent()).count();
    let lines = vec![format!(
        "{} marks in {} annotations of {} subjects; {n_silent} viewers marked nothing; {} annotations are gold.",
        drawing.n_marks(),
        drawing.n_annotations(),
        seen.len(),
        drawing.gold().len()
    )];
    Ok(Section {
        title: drawing.name().to_owned(),
        lines,
        figures,
        tables: vec![format!("marks_{name}.csv")],
    })
}
