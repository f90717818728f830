//! The survey once more, viewer by viewer: what it costs to stop each image when the model says that it is finished.

use anyhow::Result;
use common::pictures::{Curve, Panel, curves};
use manyhands_clicks::{Click, Repeats, Shape, Subject, Survey};

use crate::args::Args;
use crate::data::Data;
use crate::finder;
use crate::score::Scores;

/// Numbers of viewers at which the model looks.
const STAGES: [usize; 7] = [2, 3, 5, 7, 10, 15, 20];

/// What was found by some clicks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    /// The most viewers of a subject.
    pub(crate) n_viewers: usize,
    pub(crate) n_annotations: usize,
    pub(crate) n_clicks: usize,
    pub(crate) f1: f64,
    /// Share of subjects that are finished.
    pub(crate) finished: f64,
}

/// Clicks against F1, with the same number of viewers for all and with as many as each needs.
#[derive(Debug)]
pub(crate) struct Replay {
    pub(crate) fixed: Vec<Point>,
    pub(crate) adaptive: Vec<Point>,
}

impl Replay {
    /// Shows each subject to its viewers in a random order; `watch` is told the number of viewers.
    pub(crate) fn new(data: &Data, args: &Args, radius: f64, mut watch: impl FnMut(usize)) -> Result<Self> {
        let survey = &data.survey;
        let most = survey.subjects().map(|subject| subject.n_viewers()).max().unwrap_or(0);
        let last = STAGES.iter().position(|&n| n >= most).unwrap_or(STAGES.len() - 1);
        let truth = data.truth.as_deref().unwrap_or_default();
        let look = |survey: &Survey, n_viewers: usize| -> Result<(Point, Vec<bool>)> {
            let found = finder::by_model(survey, args.method, data.reality)?;
            let finished: Vec<bool> = found
                .model
                .iter()
                .flat_map(|model| (0..model.n_subjects()).map(|s| model.subject(s).finished))
                .collect();
            let point = Point {
                n_viewers,
                n_annotations: survey.n_annotations(),
                n_clicks: survey.n_marks(),
                f1: Scores::new(&found.clumps, truth, radius)?.points.f1(),
                finished: finished.iter().filter(|&&finished| finished).count() as f64
                    / finished.len().max(1) as f64,
            };
            Ok((point, finished))
        };
        let (mut fixed, mut adaptive) = (Vec::new(), Vec::new());
        // Who sees a subject first is the same for every stage, so a later one only adds viewers.
        let mut stopped_at: Vec<Option<usize>> = vec![None; survey.n_subjects()];
        let mut samples: Vec<Survey> = Vec::new();
        for (stage, &n) in STAGES[..=last].iter().enumerate() {
            watch(n);
            let sample = survey.sample_viewers(n, args.seed);
            let for_all = look(&sample, n)?;
            fixed.push(for_all.0);
            samples.push(sample);
            let (point, finished) = if stopped_at.iter().any(Option::is_some) {
                let of = |s: usize| samples[stopped_at[s].unwrap_or(stage)].subject(s);
                look(&joined((0..survey.n_subjects()).map(of))?, n)?
            } else {
                for_all
            };
            adaptive.push(point);
            for (stopped_at, finished) in stopped_at.iter_mut().zip(finished) {
                if finished && stopped_at.is_none() {
                    *stopped_at = Some(stage);
                }
            }
        }
        Ok(Self { fixed, adaptive })
    }

    /// Both curves as text.
    pub(crate) fn table(&self) -> String {
        let mut text = format!(
            "{:>7}   {:>12} {:>10} {:>6}   {:>12} {:>10} {:>6} {:>9}\n",
            "viewers", "annotations", "clicks", "F1", "annotations", "clicks", "F1", "finished"
        );
        for (fixed, adaptive) in self.fixed.iter().zip(&self.adaptive) {
            text += &format!(
                "{:>7}   {:>12} {:>10} {:>6.3}   {:>12} {:>10} {:>6.3} {:>7.0} %\n",
                fixed.n_viewers,
                fixed.n_annotations,
                fixed.n_clicks,
                fixed.f1,
                adaptive.n_annotations,
                adaptive.n_clicks,
                adaptive.f1,
                100.0 * adaptive.finished
            );
        }
        text
    }

    pub(crate) fn picture(&self) -> Result<String> {
        let panel = |title: &str, x_label: &str, of: fn(&Point) -> usize| {
            let curve = |label: &str, colour, points: &[Point]| Curve {
                label: label.to_owned(),
                points: points.iter().map(|point| (of(point) as f64, point.f1)).collect(),
                colour,
                is_faint: false,
                has_dots: true,
            };
            Panel {
                title: title.to_owned(),
                x_label: x_label.to_owned(),
                y_label: "F1".to_owned(),
                curves: vec![
                    curve("stopped when finished", 0, &self.adaptive),
                    curve("as many viewers for all", 1, &self.fixed),
                ],
                benchmarks: Vec::new(),
            }
        };
        curves(&[
            panel("Retirement: clicks", "clicks", |point| point.n_clicks),
            panel("Retirement: annotations", "viewers of all images together", |point| point.n_annotations),
        ])
    }
}

/// One survey of these subjects.
fn joined<'a>(subjects: impl Iterator<Item = Subject<'a>>) -> Result<Survey> {
    // A volunteer who stands twice among the viewers was a viewer twice.
    let mut builder = Survey::builder().repeats(Repeats::Separate);
    for subject in subjects {
        let index = builder.subject(subject.width, subject.height)?;
        for (viewer, &volunteer) in subject.viewers.iter().enumerate() {
            let clicks: Vec<Click> = subject.marks_of(viewer).map(|mark| click(&subject, mark)).collect();
            builder.annotate(index, volunteer as usize, &clicks)?;
        }
        builder.silent(index, subject.n_silent_unnamed)?;
    }
    Ok(builder.build()?)
}

fn click(subject: &Subject<'_>, mark: usize) -> Click {
    let [x, y] = subject.xy[mark];
    let [width, height] = subject.sizes.map_or([0.0; 2], |sizes| sizes[mark]);
    let click = match subject.shape {
        Shape::Point => Click::point(x, y),
        Shape::Circle => Click::circle(x, y, width),
        Shape::Box => Click::boxed(x, y, width, height),
    };
    let label = subject.labels.and_then(|labels| labels[mark]);
    label.map_or(click, |label| click.label(label))
}
