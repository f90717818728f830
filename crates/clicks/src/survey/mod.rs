//! What volunteers marked on which subjects, in columns: the input of everything else.

use std::hash::{DefaultHasher, Hash, Hasher};

mod builder;
mod click;
pub(crate) mod range;
#[cfg(feature = "serde")]
mod saved;
mod subject;
mod subset;

pub use builder::{Repeats, SurveyBuilder};
pub(crate) use builder::{accept, accept_sides, index};
pub use click::{Click, Shape, Size};
pub use subject::Subject;

/// Subjects, who saw them, and what they marked.
///
/// Subjects and volunteers are indices from 0, labels any numbers. A *viewer* is one volunteer who saw one subject, whether they marked
/// something or not: how often an object was *not* marked says as much as how often it was.
///
/// A point takes 20 bytes, and 16 more with a size, 8 with a label, 16 with a score, 16 with a time.
///
/// ```
/// use manyhands_clicks::{Click, Survey};
///
/// let mut builder = Survey::builder();
/// let galaxy = builder.subject(400.0, 300.0)?;
/// builder.annotate(galaxy, 7, &[Click::point(10.0, 20.0), Click::point(200.0, 150.0)])?;
/// builder.annotate(galaxy, 3, &[])?; // saw it and marked nothing
/// builder.silent(galaxy, 2)?; // so did two more, whose names are not known
/// let survey = builder.build()?;
///
/// let subject = survey.subject(galaxy);
/// assert_eq!(subject.viewers, [3, 7]);
/// assert_eq!(subject.mark_viewers, [1, 1]); // both marks are of viewers[1]
/// assert_eq!(subject.n_viewers(), 4);
/// assert_eq!(survey.n_marks(), 2);
/// # Ok::<(), manyhands_clicks::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
// `remote` leaves the traits themselves to `saved`, which checks what it reads.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(remote = "Self"))]
pub struct Survey {
    shape: Shape,
    n_volunteers: usize,
    sizes_of_subjects: Vec<[f64; 2]>,
    n_silent: Vec<usize>,
    /// Where the viewers of a subject start; one more than there are subjects.
    viewer_starts: Vec<usize>,
    viewers: Vec<u32>,
    mark_starts: Vec<usize>,
    mark_viewers: Vec<u32>,
    marks: Marks,
}

/// Columns of marks.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Marks {
    xy: Vec<[f64; 2]>,
    sizes: Option<Vec<[f64; 2]>>,
    labels: Option<Vec<Option<u32>>>,
    scores: Option<Vec<Option<f64>>>,
    times: Option<Vec<Option<f64>>>,
}

impl Marks {
    /// The marks at these places, in this order.
    fn gather(&self, places: &[usize]) -> Self {
        fn column<T: Copy>(column: &[T], places: &[usize]) -> Vec<T> {
            places.iter().map(|&place| column[place]).collect()
        }
        Self {
            xy: column(&self.xy, places),
            sizes: self.sizes.as_ref().map(|sizes| column(sizes, places)),
            labels: self.labels.as_ref().map(|labels| column(labels, places)),
            scores: self.scores.as_ref().map(|scores| column(scores, places)),
            times: self.times.as_ref().map(|times| column(times, places)),
        }
    }
}

impl Survey {
    /// An empty survey to fill.
    pub fn builder() -> SurveyBuilder {
        SurveyBuilder::new()
    }

    /// How many subjects there are, those that nobody saw included.
    pub fn n_subjects(&self) -> usize {
        self.sizes_of_subjects.len()
    }

    /// One more than the greatest volunteer that was annotated with; a subset keeps the number of the whole.
    pub fn n_volunteers(&self) -> usize {
        self.n_volunteers
    }

    /// How many viewers all subjects have together, those without names included.
    pub fn n_annotations(&self) -> usize {
        self.viewers.len() + self.n_silent.iter().sum::<usize>()
    }

    /// How many marks there are.
    pub fn n_marks(&self) -> usize {
        self.marks.xy.len()
    }

    /// What the marks are; [`Shape::Point`] if there are none.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// One subject with its viewers and marks.
    ///
    /// # Panics
    /// If there is no such subject, as a slice does.
    pub fn subject(&self, subject: usize) -> Subject<'_> {
        let [width, height] = self.sizes_of_subjects[subject];
        let viewers = self.viewer_starts[subject]..self.viewer_starts[subject + 1];
        let marks = self.mark_starts[subject]..self.mark_starts[subject + 1];
        Subject {
            width,
            height,
            shape: self.shape,
            first_viewer: viewers.start,
            viewers: &self.viewers[viewers],
            n_silent_unnamed: self.n_silent[subject],
            first_mark: marks.start,
            mark_viewers: &self.mark_viewers[marks.clone()],
            xy: &self.marks.xy[marks.clone()],
            sizes: self.marks.sizes.as_ref().map(|sizes| &sizes[marks.clone()]),
            labels: self.marks.labels.as_ref().map(|labels| &labels[marks.clone()]),
            scores: self.marks.scores.as_ref().map(|scores| &scores[marks.clone()]),
            times: self.marks.times.as_ref().map(|times| &times[marks]),
        }
    }

    /// A number that is equal for equal viewers and marks, times aside, and for others only by a chance in 2⁶⁴. Not to be saved: another Rust may
    /// give another.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.n_volunteers, self.shape as u8, &self.n_silent).hash(&mut hasher);
        (&self.viewer_starts, &self.viewers, &self.mark_starts, &self.mark_viewers).hash(&mut hasher);
        let Marks { xy, sizes, labels, scores, times: _ } = &self.marks;
        for pair in self.sizes_of_subjects.iter().chain(xy).chain(sizes.iter().flatten()) {
            pair.map(f64::to_bits).hash(&mut hasher);
        }
        labels.hash(&mut hasher);
        scores.iter().flatten().for_each(|score| score.map(f64::to_bits).hash(&mut hasher));
        hasher.finish()
    }

    /// All subjects, in order.
    pub fn subjects(&self) -> impl ExactSizeIterator<Item = Subject<'_>> + Clone {
        (0..self.n_subjects()).map(|subject| self.subject(subject))
    }
}
