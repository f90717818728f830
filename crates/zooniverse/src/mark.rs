//! Marks: what a drawing task leaves on a picture.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Reject, annotation::Annotation};

/// One mark of a drawing task, in pixels of the picture at its natural size, y down.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Index of the tool.
    pub tool: usize,
    /// Index of the picture, in subjects of several.
    pub frame: usize,
    /// Where it is.
    pub shape: Shape,
    /// Answers to the questions about this mark, as JSON, `None` for one without; empty where there are no questions.
    pub details: Vec<Option<String>>,
}

/// The shape of a [`Mark`]. Angles are degrees, with the sign that the front end gave them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Shape {
    /// A point.
    Point {
        /// To the right.
        x: f64,
        /// Down.
        y: f64,
    },
    /// A circle.
    Circle {
        /// Its centre.
        x: f64,
        /// Its centre.
        y: f64,
        /// Its radius.
        r: f64,
    },
    /// An ellipse.
    Ellipse {
        /// Its centre.
        x: f64,
        /// Its centre.
        y: f64,
        /// Half of one axis.
        rx: f64,
        /// Half of the other.
        ry: f64,
        /// How far the axis of `rx` is turned.
        angle: f64,
    },
    /// A box, by its centre: the newer front end writes that, the older one the corner.
    Rectangle {
        /// Its centre.
        x: f64,
        /// Its centre.
        y: f64,
        /// From left to right.
        width: f64,
        /// From top to bottom.
        height: f64,
        /// How far it is turned around its centre.
        angle: f64,
    },
    /// A straight line.
    Line {
        /// One end.
        from: (f64, f64),
        /// The other.
        to: (f64, f64),
    },
    /// Points in order: a polygon, a curve, a line drawn freely.
    Path {
        /// Its points.
        points: Vec<(f64, f64)>,
    },
    /// A shape that has no place of its own, such as a range of a graph.
    Other,
}

/// All that the tools of both front ends write.
#[derive(Deserialize)]
struct Raw<'a> {
    tool: Option<usize>,
    #[serde(rename = "toolIndex")]
    tool_index: Option<usize>,
    #[serde(borrow)]
    tool_label: Option<&'a RawValue>,
    frame: Option<usize>,
    x: Option<f64>,
    y: Option<f64>,
    x_center: Option<f64>,
    y_center: Option<f64>,
    r: Option<f64>,
    rx: Option<f64>,
    ry: Option<f64>,
    angle: Option<f64>,
    width: Option<f64>,
    height: Option<f64>,
    x1: Option<f64>,
    y1: Option<f64>,
    x2: Option<f64>,
    y2: Option<f64>,
    points: Option<Vec<At>>,
    #[serde(rename = "pathX")]
    path_x: Option<Vec<f64>>,
    #[serde(rename = "pathY")]
    path_y: Option<Vec<f64>>,
    #[serde(borrow)]
    details: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct At {
    x: f64,
    y: f64,
}

#[derive(Deserialize)]
struct Detail<'a> {
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

impl Mark {
    /// The point that stands for the mark: itself, the centre, the middle of a line, the mean of a path's points.
    pub fn position(&self) -> Option<(f64, f64)> {
        match &self.shape {
            Shape::Point { x, y }
            | Shape::Circle { x, y, .. }
            | Shape::Ellipse { x, y, .. }
            | Shape::Rectangle { x, y, .. } => Some((*x, *y)),
            Shape::Line { from, to } => Some(((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0)),
            Shape::Path { points } if !points.is_empty() => {
                let n = points.len() as f64;
                Some((
                    points.iter().map(|at| at.0).sum::<f64>() / n,
                    points.iter().map(|at| at.1).sum::<f64>() / n,
                ))
            }
            Shape::Path { .. } | Shape::Other => None,
        }
    }

    /// Appends the marks of a drawing task's value. `tools` are the indices and labels that count, all where it is empty;
    /// `answers` the annotations of the row, of which those about marks of this one become details.
    pub(crate) fn parse_all(
        drawing: &Annotation<'_>,
        tools: &[String],
        answers: &[Annotation<'_>],
        marks: &mut Vec<Self>,
    ) -> Result<(), Reject> {
        let Some(value) = drawing.value else { return Ok(()) };
        if !value.get().starts_with('[') {
            return Err(Reject::Shape { key: drawing.key.clone().into_owned(), kind: "drawing" });
        }
        let raws: Vec<Raw<'_>> =
            serde_json::from_str(value.get()).map_err(|error| Reject::json("annotations", &error))?;
        for (index, raw) in raws.into_iter().enumerate() {
            let tool = raw.tool.or(raw.tool_index).unwrap_or(0);
            let label = raw.tool_label.and_then(crate::annotation::text);
            let is_listed = |listed: &String| {
                *listed == tool.to_string() || label.as_ref().is_some_and(|label| label == listed)
            };
            if !tools.is_empty() && !tools.iter().any(is_listed) {
                continue;
            }
            let mut details = inline_details(raw.details.as_deref().unwrap_or_default());
            for answer in answers.iter().filter(|answer| answer.mark_index == Some(index)) {
                if let Some(place) = detail_of(&answer.key, &drawing.key, tool) {
                    if details.len() <= place {
                        details.resize(place + 1, None);
                    }
                    details[place] = answer.value.map(|value| value.get().to_owned());
                }
            }
            marks.push(Self { tool, frame: raw.frame.unwrap_or(0), shape: raw.shape(), details });
        }
        Ok(())
    }
}

/// The older front end keeps the answers about a mark in it; in the newer one `details` only names their tasks.
fn inline_details(details: &[&RawValue]) -> Vec<Option<String>> {
    fn value<'a>(detail: &&'a RawValue) -> Option<&'a RawValue> {
        serde_json::from_str::<Detail<'a>>(detail.get()).ok()?.value
    }
    if details.iter().any(|detail| value(detail).is_some()) {
        details.iter().map(|detail| value(detail).map(|value| value.get().to_owned())).collect()
    } else {
        vec![]
    }
}

/// The greatest number of questions about a mark that is believed (ours).
const MAX_DETAILS: usize = 100;

/// `T0.2.1` is the second question about marks of the third tool of `T0`.
fn detail_of(key: &str, drawing: &str, tool: usize) -> Option<usize> {
    let (of_tool, detail) = key.strip_prefix(drawing)?.strip_prefix('.')?.split_once('.')?;
    (of_tool.parse() == Ok(tool))
        .then(|| detail.parse().ok())
        .flatten()
        .filter(|&detail| detail < MAX_DETAILS)
}

impl Raw<'_> {
    fn shape(&self) -> Shape {
        self.known_shape().unwrap_or(Shape::Other)
    }

    /// By the numbers that are there: the names of tools differ between front ends, their numbers do not.
    fn known_shape(&self) -> Option<Shape> {
        if let (Some(xs), Some(ys)) = (&self.path_x, &self.path_y) {
            return Some(Shape::Path { points: xs.iter().copied().zip(ys.iter().copied()).collect() });
        }
        if let Some(points) = &self.points {
            return Some(Shape::Path { points: points.iter().map(|at| (at.x, at.y)).collect() });
        }
        if let (Some(x1), Some(y1), Some(x2), Some(y2)) = (self.x1, self.y1, self.x2, self.y2) {
            return Some(Shape::Line { from: (x1, y1), to: (x2, y2) });
        }
        let (x, y) = (self.x_center.or(self.x)?, self.y_center.or(self.y)?);
        let angle = self.angle.unwrap_or(0.0);
        Some(match (self.rx, self.ry, self.r, self.width, self.height) {
            (Some(rx), Some(ry), ..) => Shape::Ellipse { x, y, rx, ry, angle },
            (_, _, Some(r), ..) => Shape::Circle { x, y, r },
            (.., Some(width), Some(height)) => {
                let (half, half_height) =
                    if self.x_center.is_some() { (0.0, 0.0) } else { (width / 2.0, height / 2.0) };
                Shape::Rectangle { x: x + half, y: y + half_height, width, height, angle }
            }
            _ => Shape::Point { x, y },
        })
    }
}
