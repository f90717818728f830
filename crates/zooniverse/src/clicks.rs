//! From a drawing to a survey of clicks: every viewer, silent ones too, with their marks.

use std::collections::BTreeMap;

use manyhands_clicks::{Click, Repeats, Survey};

use crate::{Drawing, Mark, Shape};

/// The index in the survey of every subject and frame.
type Pictures = BTreeMap<(usize, usize), usize>;

/// Coordinates beyond this are no pixels.
const FARTHEST: f64 = 1e9;

/// A drawing as [`manyhands_clicks`] takes it. A subject of the survey is one picture: the first ones are those of [`Drawing::subjects`], with the same
/// indices, each its picture 0; behind them stand the further pictures of subjects of several, as far as they have a mark. Volunteers have the
/// indices of [`Drawing::volunteers`]; who marks nothing on a picture of a subject is silent there.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DrawingSurvey {
    /// Circles where all marks are circles, boxes where all are upright rectangles; else points, at [`Mark::position`]. The label of a mark is its tool, where
    /// more than one was used.
    pub survey: Survey,
    /// The subject in [`Drawing::subjects`] and the picture of it ([`Mark::frame`]) that each subject of the survey is.
    pub pictures: Vec<(usize, usize)>,
    /// Marks that are left out because they have no position, or a position or size beyond 10⁹ pixels. Who left only such marks on a picture is none of its viewers:
    /// they were not silent.
    pub n_without_place: usize,
    /// Pictures whose size no browser told (a subject's further ones have that of the first): they reach from 0 to their farthest mark, or are as
    /// large as a typical one where they have none.
    pub n_sizes_guessed: usize,
}

impl Drawing {
    /// The annotations as a survey of clicks. Repeats that the cleaning has kept count as separate viewers.
    ///
    /// ```
    /// use manyhands_clicks::ClickModel;
    /// use manyhands_zooniverse::{Config, Extracts, Kind, Task};
    ///
    /// let mark = |x: f64, y: f64| format!("{{\"\"tool\"\":0,\"\"frame\"\":0,\"\"x\"\":{x},\"\"y\"\":{y},\"\"details\"\":[]}}");
    /// let mut export = "user_name,user_id,subject_ids,annotations\n".to_owned();
    /// for (name, marks) in [("ada", mark(70.0, 52.0)), ("ben", mark(71.5, 51.0)), ("cleo", mark(69.0, 53.5)), ("dan", String::new())] {
    ///     export += &format!("{name},,31,\"[{{\"\"task\"\":\"\"T0\"\",\"\"value\"\":[{marks}]}}]\"\n");
    /// }
    /// let config = Config::new().task("clumps", Task::new(Kind::Drawing, ["T0"]));
    /// let extracts = Extracts::params(config).read(export.as_bytes(), std::io::sink())?;
    ///
    /// let clicks = extracts.drawing("clumps").unwrap().survey();
    /// assert_eq!((clicks.survey.n_marks(), clicks.survey.n_annotations()), (3, 4));
    /// let model = ClickModel::params().scatter(3.0).fit(&clicks.survey).unwrap();
    /// assert_eq!(model.candidates(0)[0].marks.len(), 3);
    /// # Ok::<(), manyhands_zooniverse::Error>(())
    /// ```
    pub fn survey(&self) -> DrawingSurvey {
        let marks = || self.annotations().flat_map(|annotation| annotation.marks);
        let is_box = |mark: &Mark| matches!(mark.shape, Shape::Rectangle { angle: 0.0, .. });
        let first = marks().next();
        let kind = if first.is_none() {
            Kind::Points
        } else if marks().all(|mark| matches!(mark.shape, Shape::Circle { .. })) {
            Kind::Circles
        } else if marks().all(is_box) {
            Kind::Boxes
        } else {
            Kind::Points
        };
        let several = first.is_some_and(|first| marks().any(|mark| mark.tool != first.tool));
        let pictures = self.pictures();
        let (sizes, n_sizes_guessed) = self.sizes(&pictures);
        let mut builder = Survey::builder().repeats(Repeats::Separate);
        for (width, height) in sizes {
            builder.subject(width, height).expect(CHECKED);
        }
        let mut n_without_place = 0;
        for annotation in self.annotations() {
            let of_subject = (annotation.subject, 0)..=(annotation.subject, usize::MAX);
            for (&(_, frame), &picture) in pictures.range(of_subject) {
                let marks = || annotation.marks.iter().filter(|mark| mark.frame == frame);
                let clicks: Vec<Click> = marks().filter_map(|mark| click(mark, kind, several)).collect();
                let n_left_out = marks().count() - clicks.len();
                n_without_place += n_left_out;
                // Who marked something without a place was not silent.
                if n_left_out == 0 || !clicks.is_empty() {
                    builder.annotate(picture, annotation.volunteer, &clicks).expect(CHECKED);
                }
            }
        }
        let survey = builder.build().expect(CHECKED);
        let mut of_survey = vec![(0, 0); pictures.len()];
        pictures.into_iter().for_each(|(place, picture)| of_survey[picture] = place);
        DrawingSurvey { survey, pictures: of_survey, n_without_place, n_sizes_guessed }
    }

    /// The first picture of every subject, then all others that have a mark.
    fn pictures(&self) -> Pictures {
        let n = self.subjects().len();
        let mut pictures = Pictures::new();
        for annotation in self.annotations() {
            let further = annotation.marks.iter().map(|mark| mark.frame).filter(|&frame| frame > 0);
            pictures.extend(further.map(|frame| ((annotation.subject, frame), 0)));
        }
        pictures.values_mut().zip(n..).for_each(|(picture, index)| *picture = index);
        pictures.extend((0..n).map(|subject| ((subject, 0), subject)));
        pictures
    }

    /// Width and height of every picture, above 0, and how many are guessed.
    fn sizes(&self, pictures: &Pictures) -> (Vec<(f64, f64)>, usize) {
        let usable = |&(width, height): &(f64, f64)| {
            (1.0..=FARTHEST).contains(&width) && (1.0..=FARTHEST).contains(&height)
        };
        let mut farthest = vec![None::<(f64, f64)>; pictures.len()];
        for annotation in self.annotations() {
            for mark in annotation.marks {
                if let Some((x, y)) =
                    mark.position().filter(|(x, y)| x.abs() <= FARTHEST && y.abs() <= FARTHEST)
                {
                    let picture = pictures[&(annotation.subject, mark.frame)];
                    let (width, height) = farthest[picture].get_or_insert((1.0, 1.0));
                    (*width, *height) = (width.max(x), height.max(y));
                }
            }
        }
        let mut told = vec![None; pictures.len()];
        for (&(subject, _), &picture) in pictures {
            told[picture] = self.size(subject).filter(usable);
        }
        let mut known: Vec<(f64, f64)> = told.iter().flatten().copied().collect();
        known.sort_by(|a, b| (a.0 * a.1).total_cmp(&(b.0 * b.1)));
        // A picture of a thousand pixels is as good a guess as any where nobody told anything.
        let typical = known.get(known.len() / 2).copied().unwrap_or((1000.0, 1000.0));
        let n_guessed = told.iter().filter(|size| size.is_none()).count();
        let sizes = told.iter().zip(farthest).map(|(told, farthest)| told.or(farthest).unwrap_or(typical));
        (sizes.collect(), n_guessed)
    }
}

const CHECKED: &str = "sizes and marks are in range, and subjects are those of the drawing";

/// What all marks of a survey are.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Points,
    Circles,
    Boxes,
}

fn click(mark: &Mark, kind: Kind, with_label: bool) -> Option<Click> {
    let near = |length: &f64| length.abs() <= FARTHEST;
    let (x, y) = mark.position().filter(|(x, y)| near(x) && near(y))?;
    let click = match (kind, &mark.shape) {
        (Kind::Circles, Shape::Circle { r, .. }) => Click::circle(x, y, Some(r.abs()).filter(near)?),
        (Kind::Boxes, Shape::Rectangle { width, height, .. }) => {
            Click::boxed(x, y, Some(width.abs()).filter(near)?, Some(height.abs()).filter(near)?)
        }
        _ => Click::point(x, y),
    };
    Some(if with_label { click.label(u32::try_from(mark.tool).ok()?) } else { click })
}
