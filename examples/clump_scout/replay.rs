//! The survey once more, viewer by viewer: what it costs to stop each image when the model says that it is finished.

use anyhow::Result;
use common::pictures::{Curve, Panel, curves};
use manyhands_clicks::{Click, ClickModel, Repeats, Shape, Subject, Survey};

use crate::args::Args;
use crate::data::Data;
use crate::finder;
use crate::score::Scores;

/// Numbers of viewers at which the model looks, and at last at all there are.
const STAGES: [usize; 7] = [2, 3, 5, 7, 10, 15, 20];

/// Risks at which a subject is finished: the model's own, and stricter ones.
const RISKS: [f64; 3] = [0.3, 0.1, 0.03];

/// What was found by some clicks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    /// The most viewers of a subject.
    n_viewers: usize,
    n_annotations: usize,
    n_clicks: usize,
    f1: f64,
}

/// Clicks against F1, with the same number of viewers for all and with as many as each needs.
#[derive(Debug)]
pub(crate) struct Replay {
    fixed: Vec<Point>,
    /// By entry of `RISKS`.
    adaptive: Vec<Vec<Point>>,
}

/// A survey of which some clicks are known.
struct Stages<'a> {
    data: &'a Data,
    args: &'a Args,
    radius: f64,
    /// Most viewers by stage.
    n_viewers: Vec<usize>,
    /// By stage: with each viewer who has come until then. Who sees a subject first is the same for all.
    samples: Vec<Survey>,
}

impl Replay {
    /// Shows each subject to its viewers in a random order; `watch` is told what is done.
    pub(crate) fn new(data: &Data, args: &Args, radius: f64, watch: impl Fn(String)) -> Result<Self> {
        let most = data.survey.subjects().map(|subject| subject.n_viewers()).max().unwrap_or(0);
        let n_viewers: Vec<usize> = STAGES.into_iter().filter(|&n| n < most).chain([most]).collect();
        let samples = n_viewers.iter().map(|&n| data.survey.sample_viewers(n, args.seed)).collect();
        let stages = Stages { data, args, radius, n_viewers, samples };
        watch("the same number for all".to_owned());
        let mut fixed = Vec::new();
        for stage in 0..stages.samples.len() {
            fixed.push(stages.look(&stages.samples[stage], stage)?.0);
        }
        let mut adaptive = Vec::new();
        for risk in RISKS {
            watch(format!("until the risk is {risk}"));
            adaptive.push(stages.until(risk)?);
        }
        Ok(Self { fixed, adaptive })
    }

    /// All curves as text.
    pub(crate) fn table(&self) -> String {
        let mut text =
            format!("{:<18} {:>12} {:>11} {:>9} {:>6}\n", "", "viewers", "annotations", "clicks", "F1");
        let rows = |name: &str, points: &[Point]| -> String {
            let row = |point: &Point| {
                let Point { n_viewers, n_annotations, n_clicks, f1 } = *point;
                format!(
                    "{name:<18} {:>12} {n_annotations:>11} {n_clicks:>9} {f1:>6.3}\n",
                    format!("up to {n_viewers}")
                )
            };
            points.iter().map(row).collect()
        };
        text += &rows("as many for all", &self.fixed);
        for (risk, points) in RISKS.iter().zip(&self.adaptive) {
            text += &rows(&format!("until risk {risk}"), points);
        }
        text
    }

    pub(crate) fn picture(&self) -> Result<String> {
        let panel = |title: &str, x_label: &str, of: fn(&Point) -> usize| {
            let curve = |label: String, colour, points: &[Point]| Curve {
                label,
                points: points.iter().map(|point| (of(point) as f64, point.f1)).collect(),
                colour,
                is_faint: false,
                has_dots: true,
            };
            let until = RISKS.iter().zip(&self.adaptive).enumerate();
            let until =
                until.map(|(i, (risk, points))| curve(format!("until the risk is {risk}"), i + 1, points));
            Panel {
                title: title.to_owned(),
                x_label: x_label.to_owned(),
                y_label: "F1".to_owned(),
                curves: until.chain([curve("as many viewers for all".to_owned(), 0, &self.fixed)]).collect(),
                benchmarks: Vec::new(),
            }
        };
        curves(&[
            panel("Images are finished when the model says so", "clicks", |point| point.n_clicks),
            panel("The same by annotations", "annotations", |point| point.n_annotations),
        ])
    }
}

impl Stages<'_> {
    /// What the model makes of a survey: the score, and the risk of each subject.
    fn look(&self, survey: &Survey, stage: usize) -> Result<(Point, Vec<f64>)> {
        let found = finder::by_model(survey, self.args.method, self.data.reality)?;
        let truth = self.data.truth.as_deref().unwrap_or_default();
        let point = Point {
            n_viewers: self.n_viewers[stage],
            n_annotations: survey.n_annotations(),
            n_clicks: survey.n_marks(),
            f1: Scores::new(&found.clumps, truth, self.radius)?.points.f1(),
        };
        let risks = |model: &ClickModel| (0..model.n_subjects()).map(|s| model.subject(s).risk).collect();
        Ok((point, found.model.as_ref().map_or_else(Vec::new, risks)))
    }

    /// Stage after stage, without new viewers for subjects whose risk was low enough once.
    fn until(&self, risk: f64) -> Result<Vec<Point>> {
        let n_subjects = self.data.survey.n_subjects();
        let mut stopped_at: Vec<Option<usize>> = vec![None; n_subjects];
        let mut points = Vec::new();
        for stage in 0..self.samples.len() {
            let of = |s: usize| self.samples[stopped_at[s].unwrap_or(stage)].subject(s);
            let (point, risks) = self.look(&joined((0..n_subjects).map(of))?, stage)?;
            points.push(point);
            for (stopped_at, now) in stopped_at.iter_mut().zip(risks) {
                if now <= risk && stopped_at.is_none() {
                    *stopped_at = Some(stage);
                }
            }
        }
        Ok(points)
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
    Click {
        label: subject.labels.and_then(|labels| labels[mark]),
        score: subject.scores.and_then(|scores| scores[mark]),
        time: subject.times.and_then(|times| times[mark]),
        ..click
    }
}
