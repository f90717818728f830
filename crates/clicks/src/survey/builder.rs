//! Fills a survey, one annotation after the other, in any order of subjects.

use super::range::SIDE;
use super::{Click, Marks, Shape, Survey};
use crate::{Error, Result};

/// What happens when a volunteer annotates a subject once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Repeats {
    /// The first annotation counts, as in the Zooniverse's aggregation (`keep_first`).
    #[default]
    First,
    /// The last annotation counts.
    Last,
    /// All marks count, as if they were of one annotation.
    Merge,
    /// Every annotation is a viewer of its own, of the same volunteer.
    Separate,
}

/// A [`Survey`] that is being filled; made by [`Survey::builder`].
///
/// A method that returns an error has added nothing.
///
/// ```
/// use manyhands_clicks::{Click, Repeats, Survey};
///
/// let mut builder = Survey::builder().repeats(Repeats::Last);
/// let subject = builder.subject(100.0, 100.0)?;
/// builder.annotate(subject, 0, &[Click::point(1.0, 1.0)])?;
/// // Marks may also come one by one.
/// let annotation = builder.annotate(subject, 0, &[])?;
/// builder.add(annotation, Click::point(50.0, 50.0))?;
/// let survey = builder.build()?;
/// assert_eq!(survey.subject(subject).xy, [[50.0, 50.0]]);
/// # Ok::<(), manyhands_clicks::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SurveyBuilder {
    repeats: Repeats,
    shape: Option<Shape>,
    sizes_of_subjects: Vec<[f64; 2]>,
    n_silent: Vec<usize>,
    annotations: Vec<Annotation>,
    /// Per mark, its annotation.
    owners: Vec<u32>,
    marks: Marks,
}

#[derive(Debug, Clone, Copy)]
struct Annotation {
    subject: u32,
    volunteer: u32,
    n_marks: u32,
}

impl SurveyBuilder {
    pub(super) fn new() -> Self {
        Self {
            repeats: Repeats::default(),
            shape: None,
            sizes_of_subjects: Vec::new(),
            n_silent: Vec::new(),
            annotations: Vec::new(),
            owners: Vec::new(),
            marks: Marks::default(),
        }
    }

    /// What happens when a volunteer annotates a subject once more. Default: [`Repeats::First`].
    #[must_use]
    pub fn repeats(mut self, repeats: Repeats) -> Self {
        self.repeats = repeats;
        self
    }

    /// Adds a subject of `width` × `height` pixels and returns its index: 0, 1, 2, …
    ///
    /// # Errors
    /// [`Error::SubjectSize`] if a side is not between 1e-45 and 1e45, [`Error::TooMany`] at 2³² subjects.
    pub fn subject(&mut self, width: f64, height: f64) -> Result<usize> {
        let subject = self.sizes_of_subjects.len();
        accept_sides(subject, [width, height])?;
        index(subject, "subjects")?;
        self.sizes_of_subjects.push([width, height]);
        self.n_silent.push(0);
        Ok(subject)
    }

    /// Adds what one volunteer marked on one subject and returns the annotation's number: 0, 1, 2, … No clicks make a silent viewer.
    ///
    /// Number volunteers from 0 on: a model holds a row for everyone up to the greatest.
    ///
    /// # Errors
    /// [`Error::NoSubject`] if the subject was not added, [`Error::Click`] for a number of a click that is NaN, infinite or out
    /// of range, [`Error::MixedShapes`] if not all clicks of the survey have the same shape, [`Error::TooMany`] at 2³²
    /// volunteers, annotations or marks.
    pub fn annotate(&mut self, subject: usize, volunteer: usize, clicks: &[Click]) -> Result<usize> {
        self.known(subject)?;
        let mut shape = self.shape;
        for (mark, click) in clicks.iter().enumerate() {
            shape = Some(accept(click, shape, subject, volunteer, mark)?);
        }
        let annotation = self.annotations.len();
        let owner = index(annotation, "annotations")?;
        index(self.owners.len() + clicks.len(), "marks")?;
        let (subject, volunteer) = (subject as u32, index(volunteer, "volunteers")?);
        self.annotations.push(Annotation { subject, volunteer, n_marks: clicks.len() as u32 });
        self.shape = shape;
        for click in clicks {
            self.push(owner, click);
        }
        Ok(annotation)
    }

    /// Adds one mark to an annotation.
    ///
    /// # Errors
    /// [`Error::NoAnnotation`] if there is no such annotation, else those of [`annotate`](Self::annotate).
    pub fn add(&mut self, annotation: usize, click: Click) -> Result<()> {
        let n_annotations = self.annotations.len();
        let Some(&Annotation { subject, volunteer, n_marks }) = self.annotations.get(annotation) else {
            return Err(Error::NoAnnotation { annotation, n_annotations });
        };
        let shape = accept(&click, self.shape, subject as usize, volunteer as usize, n_marks as usize)?;
        index(self.owners.len() + 1, "marks")?;
        self.annotations[annotation].n_marks += 1;
        self.shape = Some(shape);
        self.push(annotation as u32, &click);
        Ok(())
    }

    /// Adds `n` viewers without names who marked nothing.
    ///
    /// # Errors
    /// [`Error::NoSubject`] if the subject was not added, [`Error::TooMany`] at 2³² of them on one subject.
    pub fn silent(&mut self, subject: usize, n: usize) -> Result<()> {
        self.known(subject)?;
        let sum = index(self.n_silent[subject].saturating_add(n), "silent viewers")?;
        self.n_silent[subject] = sum as usize;
        Ok(())
    }

    /// Sorts what was added.
    ///
    /// # Errors
    /// None today; a `Result` like every `build`.
    pub fn build(self) -> Result<Survey> {
        let who = |a: u32| {
            let Annotation { subject, volunteer, .. } = self.annotations[a as usize];
            (subject, volunteer)
        };
        let mut order: Vec<u32> = (0..self.annotations.len() as u32).collect();
        order.sort_by_key(|&annotation| who(annotation));

        let n_subjects = self.sizes_of_subjects.len();
        let mut viewers: Vec<u32> = Vec::with_capacity(order.len());
        let mut viewer_starts = vec![0; n_subjects + 1];
        // Per annotation, the viewer that it became.
        let mut places: Vec<Option<u32>> = vec![None; order.len()];
        for same in order.chunk_by(|&a, &b| self.repeats != Repeats::Separate && who(a) == who(b)) {
            let (subject, volunteer) = who(same[0]);
            let counted = match self.repeats {
                Repeats::First => &same[..1],
                Repeats::Last => &same[same.len() - 1..],
                Repeats::Merge | Repeats::Separate => same,
            };
            for &annotation in counted {
                places[annotation as usize] = Some(viewers.len() as u32);
            }
            viewers.push(volunteer);
            viewer_starts[subject as usize + 1] += 1;
        }
        drop(order);
        accumulate(&mut viewer_starts);

        // A counting sort, so that the marks of one viewer stay in order.
        let mut starts = vec![0; viewers.len() + 1];
        for place in self.owners.iter().filter_map(|&owner| places[owner as usize]) {
            starts[place as usize + 1] += 1;
        }
        accumulate(&mut starts);
        let mark_starts: Vec<usize> = viewer_starts.iter().map(|&viewer| starts[viewer]).collect();
        let mut mark_viewers = vec![0; starts[viewers.len()]];
        for range in viewer_starts.windows(2) {
            for viewer in range[0]..range[1] {
                mark_viewers[starts[viewer]..starts[viewer + 1]].fill((viewer - range[0]) as u32);
            }
        }
        let mut sorted = vec![0; mark_viewers.len()];
        for (mark, &owner) in self.owners.iter().enumerate() {
            if let Some(place) = places[owner as usize] {
                sorted[starts[place as usize]] = mark;
                starts[place as usize] += 1;
            }
        }
        Ok(Survey {
            shape: self.shape.unwrap_or_default(),
            n_volunteers: self.annotations.iter().map(|a| a.volunteer as usize + 1).max().unwrap_or(0),
            sizes_of_subjects: self.sizes_of_subjects,
            n_silent: self.n_silent,
            viewer_starts,
            viewers,
            mark_starts,
            mark_viewers,
            marks: self.marks.gather(&sorted),
        })
    }

    fn known(&self, subject: usize) -> Result<()> {
        let n_subjects = self.sizes_of_subjects.len();
        if subject < n_subjects { Ok(()) } else { Err(Error::NoSubject { subject, n_subjects }) }
    }

    fn push(&mut self, owner: u32, click: &Click) {
        let n_before = self.owners.len();
        self.owners.push(owner);
        self.marks.xy.push([click.x, click.y]);
        if let Some(size) = click.size_column() {
            self.marks.sizes.get_or_insert_default().push(size);
        }
        push_optional(&mut self.marks.labels, click.label, n_before);
        push_optional(&mut self.marks.scores, click.score, n_before);
        push_optional(&mut self.marks.times, click.time, n_before);
    }
}

/// Whether an image can have these sides.
pub(crate) fn accept_sides(subject: usize, [width, height]: [f64; 2]) -> Result<()> {
    for (field, got) in [("width", width), ("height", height)] {
        if !SIDE.holds(got) {
            return Err(Error::SubjectSize { field, subject, got, wants: SIDE.words });
        }
    }
    Ok(())
}

/// The shape of the survey once this click is in.
pub(crate) fn accept(
    click: &Click,
    shape: Option<Shape>,
    subject: usize,
    volunteer: usize,
    mark: usize,
) -> Result<Shape> {
    if let Some((field, got, range)) = click.fault() {
        return Err(Error::Click { field, subject, volunteer, mark, got, wants: range.words });
    }
    let got = click.shape();
    match shape {
        Some(wants) if wants != got => Err(Error::MixedShapes { subject, volunteer, mark, got, wants }),
        _ => Ok(got),
    }
}

/// A column comes into being with its first value.
fn push_optional<T: Copy>(column: &mut Option<Vec<Option<T>>>, value: Option<T>, n_before: usize) {
    if value.is_some() || column.is_some() {
        column.get_or_insert_with(|| vec![None; n_before]).push(value);
    }
}

/// An index of 32 bits, of which the greatest is left free.
pub(crate) fn index(i: usize, field: &'static str) -> Result<u32> {
    u32::try_from(i).ok().filter(|&i| i < u32::MAX).ok_or(Error::TooMany { field })
}

/// Counts, each one place further on, into starts.
fn accumulate(counts: &mut [usize]) {
    let mut sum = 0;
    for count in counts {
        sum += *count;
        *count = sum;
    }
}
